/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What may be asked of a swarm from outside: to look at it, to add items, to move, stop, or repeat one. */

#include "weir-run-swarm.h"

#include "weir-gate.h"
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

static gboolean
step_is_over (WeirStepState *step)
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
  return step_is_over (step) && step->info.status != WEIR_STEP_CANCELLED && step->info.status != WEIR_STEP_INTERRUPTED;
}

static gboolean
is_suspended (WeirRunState *run, WeirStepState *step)
{
  return step_is_over (step) || run->status == WEIR_RUN_PAUSED || run->status == WEIR_RUN_PAUSING
         || run->status == WEIR_RUN_STOPPING || weir_run_state_is_paused (run, step->scope, step->block_index);
}

static WeirItemStatus
get_status (WeirStepState *step, guint index)
{
  WeirItemStatus status = weir_swarm_state_get_status (step->swarm, index);

  if (status == WEIR_ITEM_QUEUED && leaves_out (step))
    return WEIR_ITEM_SKIPPED;
  /* cut off with the run */
  if (status == WEIR_ITEM_RUNNING && step_is_over (step))
    return WEIR_ITEM_FAILED;
  return status;
}

static WeirSwarmItem *
describe_item (WeirRunState *run, WeirStepState *step, guint index)
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
  gboolean over = step != NULL && step_is_over (step);
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
  swarm->open = state->open && !over;
  swarm->paused = !over && is_suspended (self, step);
  swarm->items = g_ptr_array_new_with_free_func (item_free);
  for (guint i = first; i < state->items->len && i - first < n; i++)
    g_ptr_array_add (swarm->items, describe_item (self, step, i));
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

/* ── verbs ──────────────────────────────────────────────────────────────────────────────── */

WeirStepState *
weir_run_find_swarm (WeirRun *self, guint32 scope, const char *block, GError **error)
{
  WeirStepState *step = NULL;

  if (self->engine == NULL || self->suspended || weir_run_status_is_final (self->state->status)
      || self->state->status == WEIR_RUN_STOPPING)
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "The run has ended");
  else if ((step = weir_run_state_lookup (self->state, scope, block, 0)) == NULL || step->swarm == NULL)
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "There is no swarm %s that has begun", block);
  else if (step_is_over (step) || step->scope->pub.closed)
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "The swarm %s has ended", block);
  else
    return step;
  return NULL;
}

static WeirStepState *
find_item_of_swarm (WeirRun *self, guint32 scope, const char *block, guint index, GError **error)
{
  WeirStepState *step = weir_run_find_swarm (self, scope, block, error);

  if (step == NULL || index < step->swarm->items->len)
    return step;
  g_set_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "Expected an item of 0 to %u, but got %u",
               step->swarm->items->len - 1, index);
  return NULL;
}

static gboolean
refuse (GError **error, WeirItemStatus status, const char *expected)
{
  g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "Expected an item that is %s, but it is %s", expected,
               weir_item_status_get_name (status));
  return FALSE;
}

/* There is more to do. A swarm that waits for items has what it waited for. */
void
weir_run_wake_swarm (WeirRun *self, WeirStepState *state)
{
  WeirStep *step = state->runtime;

  if (step != NULL && step->swarm != NULL)
    weir_swarm_run_wake (step->swarm);
  if (step != NULL && weir_step_state_get_pending_wait (state) != NULL)
    {
      g_autoptr (WeirValue) nothing = weir_value_new_null ();

      weir_step_answer (step, nothing, "items", NULL);
    }
  weir_engine_wake (self->engine, self);
}

static void
move_item (WeirRun *self, WeirStepState *state, guint index)
{
  WeirStep *step = state->runtime;

  if (step != NULL && step->swarm != NULL)
    weir_swarm_run_item_moved (step->swarm, index);
  weir_run_wake_swarm (self, state);
}

static void
emit_item (WeirRun *self, WeirStepState *state, guint index, const char *key, WeirValue *value)
{
  WeirBuilder *data = weir_record_builder_new (2);

  weir_builder_set_take (data, "item", weir_value_new_int (index));
  weir_builder_set_take (data, key, value);
  weir_step_emit_swarm (state, self, WEIR_EVENT_SWARM_ITEM, data);
}

static WeirScopeState *
find_scope (WeirStepState *step, guint index)
{
  char key[16];

  g_snprintf (key, sizeof key, "%u", index);
  return weir_step_state_find_scope (step, key);
}

/**
 * weir_run_swarm_close:
 * @self: a run
 * @scope: a scope
 * @block: id of a swarm in it
 * @error: where to put %WEIR_ERROR_WRONG_STATE or %WEIR_ERROR_NOT_FOUND
 *
 * The swarm takes no more items and ends when all are over. Recorded.
 *
 * Returns: whether it was open
 */
gboolean
weir_run_swarm_close (WeirRun *self, guint32 scope, const char *block, GError **error)
{
  WeirStepState *step = weir_run_find_swarm (self, scope, block, error);

  if (step == NULL)
    return FALSE;
  if (!step->swarm->open)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "The swarm %s takes no more items already", block);
      return FALSE;
    }
  weir_step_emit_swarm (step, self, WEIR_EVENT_SWARM_CLOSED, NULL);
  weir_run_wake_swarm (self, step);
  return TRUE;
}

/**
 * weir_run_swarm_set_priority:
 * @self: a run
 * @scope: a scope
 * @block: id of a swarm in it
 * @index: of an item that waits
 * @priority: -100 to 100; 50 is high, 0 normal, -50 low
 * @error: where to put %WEIR_ERROR_INVALID, %WEIR_ERROR_WRONG_STATE or %WEIR_ERROR_NOT_FOUND
 *
 * It takes its new place before the next item starts. Recorded.
 *
 * Returns: whether it was set
 */
gboolean
weir_run_swarm_set_priority (WeirRun *self, guint32 scope, const char *block, guint index, int priority, GError **error)
{
  WeirStepState *step = find_item_of_swarm (self, scope, block, index, error);

  if (step == NULL)
    return FALSE;
  if (priority < -WEIR_PRIORITY_MAX || priority > WEIR_PRIORITY_MAX)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "Expected a priority of -100 to 100, but got %d", priority);
      return FALSE;
    }
  if (weir_swarm_state_get_status (step->swarm, index) != WEIR_ITEM_QUEUED)
    return refuse (error, weir_swarm_state_get_status (step->swarm, index), "queued");
  emit_item (self, step, index, "priority", weir_value_new_int (priority));
  move_item (self, step, index);
  return TRUE;
}

/**
 * weir_run_swarm_rerun:
 * @self: a run
 * @scope: a scope
 * @block: id of a swarm in it that has not ended
 * @index: of an item that is over
 * @error: where to put %WEIR_ERROR_WRONG_STATE or %WEIR_ERROR_NOT_FOUND
 *
 * Puts it into the queue again. What it gives then is in place of what it gave.
 *
 * Returns: whether it was over
 */
gboolean
weir_run_swarm_rerun (WeirRun *self, guint32 scope, const char *block, guint index, GError **error)
{
  WeirStepState *step = find_item_of_swarm (self, scope, block, index, error);
  WeirItemStatus status;

  if (step == NULL)
    return FALSE;
  status = weir_swarm_state_get_status (step->swarm, index);
  if (status == WEIR_ITEM_QUEUED || status == WEIR_ITEM_RUNNING)
    return refuse (error, status, "over");
  emit_item (self, step, index, "again", weir_value_new_bool (TRUE));
  move_item (self, step, index);
  return TRUE;
}

/**
 * weir_run_swarm_pause_item:
 * @self: a run
 * @scope: a scope
 * @block: id of a swarm in it
 * @index: of an item that waits or runs
 * @pause: %FALSE: it goes on
 * @error: where to put %WEIR_ERROR_WRONG_STATE or %WEIR_ERROR_NOT_FOUND
 *
 * One that waits is not started; in one that runs nothing new begins. The others go on.
 *
 * Returns: whether that was possible
 */
gboolean
weir_run_swarm_pause_item (WeirRun *self, guint32 scope, const char *block, guint index, gboolean pause, GError **error)
{
  WeirStepState *step = find_item_of_swarm (self, scope, block, index, error);
  WeirScopeState *item;
  WeirItemStatus status;

  if (step == NULL)
    return FALSE;
  status = weir_swarm_state_get_status (step->swarm, index);
  if (status == WEIR_ITEM_RUNNING && (item = find_scope (step, index)) != NULL)
    return pause ? weir_run_pause_part (self, item->pub.id, NULL, error)
                 : weir_run_resume_part (self, item->pub.id, NULL, error);
  if (status != WEIR_ITEM_QUEUED)
    return refuse (error, status, "queued or running");
  if (((step->swarm->items->data[index] & WEIR_ITEM_HELD) != 0) == pause)
    return TRUE;
  emit_item (self, step, index, "held", weir_value_new_bool (pause));
  move_item (self, step, index);
  return TRUE;
}

/**
 * weir_run_swarm_stop_item:
 * @self: a run
 * @scope: a scope
 * @block: id of a swarm in it
 * @index: of an item that waits or runs
 * @force: whether to end programs without asking them first
 * @error: where to put %WEIR_ERROR_WRONG_STATE or %WEIR_ERROR_NOT_FOUND
 *
 * One that waits is left out; one that runs fails with flow.cancelled, by force with flow.interrupted, and is not tried again by itself.
 *
 * Returns: whether that was possible
 */
gboolean
weir_run_swarm_stop_item (WeirRun *self, guint32 scope, const char *block, guint index, gboolean force, GError **error)
{
  WeirStepState *step = find_item_of_swarm (self, scope, block, index, error);
  WeirScopeState *item;
  WeirItemStatus status;

  if (step == NULL)
    return FALSE;
  status = weir_swarm_state_get_status (step->swarm, index);
  if (status == WEIR_ITEM_RUNNING && (item = find_scope (step, index)) != NULL)
    return weir_run_stop_part (self, item->pub.id, NULL, force, error);
  if (status != WEIR_ITEM_QUEUED)
    return refuse (error, status, "queued or running");
  emit_item (self, step, index, "skipped", weir_value_new_text ("stopped"));
  weir_run_wake_swarm (self, step);
  return TRUE;
}

/**
 * weir_run_swarm_stop:
 * @self: a run
 * @scope: a scope
 * @block: id of a swarm in it
 * @force: whether to end programs without asking them first
 * @error: where to put %WEIR_ERROR_WRONG_STATE or %WEIR_ERROR_NOT_FOUND
 *
 * What runs is stopped; what waits stays suspended until the swarm is resumed with [method@Weir.Run.resume_part].
 *
 * Returns: whether it could be stopped
 */
gboolean
weir_run_swarm_stop (WeirRun *self, guint32 scope, const char *block, gboolean force, GError **error)
{
  WeirStepState *step = weir_run_find_swarm (self, scope, block, error);
  guint n;

  if (step == NULL || !weir_run_pause_part (self, scope, block, error))
    return FALSE;
  n = step->swarm->items->len;
  for (guint i = 0; i < n && step->swarm->n_by[WEIR_ITEM_RUNNING] > 0; i++)
    {
      WeirScopeState *item = weir_swarm_state_get_status (step->swarm, i) == WEIR_ITEM_RUNNING ? find_scope (step, i)
                                                                                               : NULL;

      if (item != NULL && !item->pub.closed && item->shared != NULL)
        weir_run_stop_scope (self, item, force);
    }
  weir_run_close_rested (self);
  weir_run_check_end (self);
  weir_engine_wake (self->engine, self);
  return TRUE;
}
