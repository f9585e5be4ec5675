/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How a swarm stands, for whoever looks at it: live, after a crash, in history. */

#include "weir-run-swarm-private.h"

static const char *const status_names[] = { "queued", "running", "ok", "failed", "skipped" };

/**
 * weir_item_status_get_name:
 * @status: a status
 *
 * Returns: (transfer none): its stable word, "queued"; not translated
 */
const char *
weir_item_status_get_name (WeirItemStatus status)
{
  g_return_val_if_fail ((guint) status < G_N_ELEMENTS (status_names), "unknown");
  return status_names[status];
}

/**
 * weir_item_status_from_name:
 * @name: "queued"
 *
 * Returns: the #WeirItemStatus, or -1 if there is none of that name
 */
int
weir_item_status_from_name (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (status_names); i++)
    if (g_str_equal (status_names[i], name))
      return (int) i;
  return -1;
}

/* ── looking ────────────────────────────────────────────────────────────────────────────── */

G_DEFINE_BOXED_TYPE (WeirSwarm, weir_swarm, weir_swarm_ref, weir_swarm_unref)

/**
 * weir_swarm_ref:
 * @self: a swarm
 *
 * Returns: (transfer full): the swarm
 */
WeirSwarm *
weir_swarm_ref (WeirSwarm *self)
{
  self->ref_count++;
  return self;
}

/**
 * weir_swarm_unref:
 * @self: (transfer full): a swarm
 */
void
weir_swarm_unref (WeirSwarm *self)
{
  if (--self->ref_count > 0)
    return;
  g_ptr_array_unref (self->items);
  g_free (self);
}

static void
item_free (gpointer data)
{
  WeirSwarmItem *self = data;

  g_clear_pointer (&self->item, weir_value_unref);
  g_clear_pointer (&self->result, weir_value_unref);
  g_clear_pointer (&self->error, weir_value_unref);
  g_free (self);
}

/* Those that the block brought are among its inputs, or in the scope of the item. */
static WeirValue *
find_item (WeirStepState *step, WeirScopeState *scope, guint index)
{
  WeirItemBatch *batch = weir_swarm_state_find_batch (step->swarm, index);
  WeirValue *items = step->info.inputs != NULL ? weir_value_find_member (step->info.inputs, "items") : NULL;
  guint place = batch->brought + index - batch->first;

  if (batch->items != NULL)
    return weir_value_ref (weir_value_get_item (batch->items, index - batch->first));
  if (scope != NULL && scope->pub.locals != NULL && weir_value_find_member (scope->pub.locals, "item") != NULL)
    return weir_value_ref (weir_value_find_member (scope->pub.locals, "item"));
  if (items != NULL
      && (weir_value_get_kind (items) == WEIR_VALUE_LIST || weir_value_get_kind (items) == WEIR_VALUE_TABLE)
      && place < weir_value_get_length (items))
    return weir_value_ref (weir_value_get_item (items, place));
  return NULL;
}

gboolean
weir_swarm_step_is_over (WeirStepState *step)
{
  switch (step->info.status)
    {
    case WEIR_STEP_SUCCEEDED:
    case WEIR_STEP_FAILED:
    case WEIR_STEP_CANCELLED:
    case WEIR_STEP_INTERRUPTED:
    case WEIR_STEP_UNDONE:
      return TRUE;
    case WEIR_STEP_PENDING:
    case WEIR_STEP_READY:
    case WEIR_STEP_QUEUED:
    case WEIR_STEP_RUNNING:
    case WEIR_STEP_RETRY_WAIT:
    case WEIR_STEP_WAITING:
    case WEIR_STEP_SUSPENDED:
    case WEIR_STEP_SKIPPED:
    case WEIR_STEP_CACHED:
    case WEIR_STEP_PINNED:
    case WEIR_STEP_UNKNOWN:
    default:
      return FALSE;
    }
}

/* Whether those that wait will never begin: the swarm ended by itself before it came to them. */
static gboolean
leaves_out (WeirStepState *step)
{
  return weir_swarm_step_is_over (step) && step->info.status != WEIR_STEP_CANCELLED
         && step->info.status != WEIR_STEP_INTERRUPTED;
}

static gboolean
is_suspended (WeirRunState *run, WeirStepState *step)
{
  return weir_swarm_step_is_over (step) || run->status == WEIR_RUN_PAUSED || run->status == WEIR_RUN_PAUSING
         || run->status == WEIR_RUN_STOPPING || weir_run_state_is_paused (run, step->scope, step->block_index);
}

static WeirItemStatus
get_status (WeirStepState *step, guint index)
{
  WeirItemStatus status = weir_swarm_state_get_status (step->swarm, index);

  if (status == WEIR_ITEM_QUEUED && leaves_out (step))
    return WEIR_ITEM_SKIPPED;
  /* cut off with the run */
  if (status == WEIR_ITEM_RUNNING && weir_swarm_step_is_over (step))
    return WEIR_ITEM_FAILED;
  return status;
}

static WeirSwarmItem *
describe_item (WeirRunState *run, WeirStepState *step, const char *container, guint index)
{
  WeirSwarmItem *self = g_new0 (WeirSwarmItem, 1);
  WeirItemExtra *extra = weir_swarm_state_find_extra (step->swarm, index);
  char key[16];
  WeirScopeState *scope;
  WeirValue *result = NULL, *error = NULL, *item;

  g_snprintf (key, sizeof key, "%u", index);
  scope = weir_step_state_find_scope (step, key);
  if (scope == NULL)
    weir_step_state_find_dropped (step, key, &result, &error);
  else
    result = scope->pub.result, error = scope->pub.error;
  self->index = index;
  self->status = get_status (step, index);
  self->held = self->status == WEIR_ITEM_QUEUED
               && ((step->swarm->items->data[index] & WEIR_ITEM_HELD) != 0 || is_suspended (run, step));
  if (self->status == WEIR_ITEM_RUNNING && scope != NULL)
    self->held = scope->paused || is_suspended (run, step);
  self->priority = extra != NULL && extra->priority != G_MININT ? extra->priority : scope != NULL ? scope->priority : 0;
  self->attempts = (extra != NULL ? extra->retries : 0)
                   + (weir_swarm_state_get_status (step->swarm, index) != WEIR_ITEM_QUEUED
                      && self->status != WEIR_ITEM_SKIPPED);
  self->scope = scope != NULL ? scope->pub.id : 0;
  self->binned = weir_run_state_is_item_binned (run, container, index);
  self->due_at = self->status == WEIR_ITEM_QUEUED && extra != NULL ? extra->due_at : 0;
  item = find_item (step, scope, index);
  self->item = item;
  self->result = self->status == WEIR_ITEM_OK && result != NULL ? weir_value_ref (result) : NULL;
  self->error = self->status == WEIR_ITEM_FAILED && error != NULL ? weir_value_ref (error) : NULL;
  return self;
}

/**
 * weir_run_state_get_swarm:
 * @self: a state
 * @scope: a scope
 * @block: id of a block in it
 * @first: index of the first item that is wanted
 * @n: how many are wanted; 0: only the counts
 *
 * Costs what is asked for, however many items there are.
 *
 * Returns: (transfer full) (nullable): how the last step of the block stands; %NULL if that does not go over items as a swarm
 */
WeirSwarm *
weir_run_state_get_swarm (WeirRunState *self, guint32 scope, const char *block, guint first, guint n)
{
  WeirStepState *step = weir_run_state_lookup (self, scope, block, 0);
  WeirSwarmState *state = step != NULL ? step->swarm : NULL;
  gboolean over = step != NULL && weir_swarm_step_is_over (step);
  g_autofree char *container = NULL;
  WeirSwarm *swarm;

  if (state == NULL)
    return NULL;
  swarm = g_new0 (WeirSwarm, 1);
  swarm->ref_count = 1;
  swarm->n_items = state->items->len;
  swarm->n_queued = leaves_out (step) ? 0 : state->n_by[WEIR_ITEM_QUEUED];
  swarm->n_running = over ? 0 : state->n_by[WEIR_ITEM_RUNNING];
  swarm->n_ok = state->n_by[WEIR_ITEM_OK];
  swarm->n_failed = state->n_by[WEIR_ITEM_FAILED] + (over ? state->n_by[WEIR_ITEM_RUNNING] : 0);
  swarm->n_skipped = state->n_by[WEIR_ITEM_SKIPPED] + (leaves_out (step) ? state->n_by[WEIR_ITEM_QUEUED] : 0);
  container = weir_run_state_dup_step_path (self, &step->info);
  swarm->n_binned = weir_run_state_count_binned (self, container);
  swarm->open = state->open && !over;
  swarm->paused = !over && is_suspended (self, step);
  swarm->items = g_ptr_array_new_with_free_func (item_free);
  for (guint i = first; i < state->items->len && i - first < n; i++)
    g_ptr_array_add (swarm->items, describe_item (self, step, container, i));
  return swarm;
}

/**
 * weir_run_get_swarm:
 * @self: a run
 * @scope: a scope
 * @block: id of a block in it
 * @first: index of the first item that is wanted
 * @n: how many are wanted; 0: only the counts
 *
 * As [method@Weir.RunState.get_swarm], with the priorities that were computed for items that wait.
 *
 * Returns: (transfer full) (nullable): how it stands; %NULL if that is no swarm
 */
WeirSwarm *
weir_run_get_swarm (WeirRun *self, guint32 scope, const char *block, guint first, guint n)
{
  WeirSwarm *swarm = weir_run_state_get_swarm (self->state, scope, block, first, n);
  WeirStepState *step = weir_run_state_lookup (self->state, scope, block, 0);
  WeirStep *runtime = step != NULL ? step->runtime : NULL;

  for (guint i = 0; swarm != NULL && runtime != NULL && runtime->swarm != NULL && i < swarm->items->len; i++)
    {
      WeirSwarmItem *item = g_ptr_array_index (swarm->items, i);

      item->priority = weir_swarm_run_get_priority (runtime->swarm, item->index);
    }
  return swarm;
}
