/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A swarm as the kind of a container sees it. */

#include "weir-run-swarm-private.h"

static void
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  weir_swarm_run_wake (user_data);
}

/* The step is over. Whoever still works on the swarm holds the step. */
void
weir_step_leave_swarm (WeirStep *step)
{
  WeirSwarmRun *self = step->swarm;

  if (self == NULL || !g_ptr_array_remove_fast (self->run->swarms, self))
    return;
  self->run->swarms_wake = self->run->swarms->len > 0;
  g_signal_handler_disconnect (step->cancellable, self->cancelled_handler);
  for (guint i = 0; i < self->run->state->scopes->len && self->n_running > 0; i++)
    {
      WeirScopeState *scope = g_ptr_array_index (self->run->state->scopes, i);

      if (scope != NULL && scope->runtime == self)
        scope->runtime = NULL;
    }
  dex_clear (&self->timer);
  self->left = TRUE;
  weir_swarm_run_let_go (self);
}

void
weir_step_free_swarm (WeirStep *step)
{
  WeirSwarmRun *self = step->swarm;

  if (self == NULL)
    return;
  weir_step_leave_swarm (step);
  step->swarm = NULL;
  g_queue_clear_full (&self->deadlines, g_free);
  g_array_unref (self->heap);
  g_array_unref (self->delayed);
  g_clear_pointer (&self->ratings, g_array_unref);
  g_free (self->item_type);
  g_free (self);
}

static void
emit_opened (WeirSwarmRun *self)
{
  WeirBuilder *data = weir_record_builder_new (5);

  weir_builder_set_take (data, "open", weir_value_new_bool (self->setup.open));
  weir_builder_set_take (data, "chunk", weir_value_new_int (MAX (self->setup.chunk, 1)));
  if (self->setup.max_items > 0)
    {
      weir_builder_set_take (data, "max_items", weir_value_new_int (self->setup.max_items));
      weir_builder_set_take (data, "close_at_max", weir_value_new_bool (self->setup.close_at_max));
    }
  if (self->setup.item_type != NULL)
    weir_builder_set_take (data, "type", weir_value_new_text (self->setup.item_type));
  weir_step_emit_swarm (self->step->state, self->run, WEIR_EVENT_SWARM_OPENED, data);
}

/* What was under way when the program ended goes on. */
static void
take_up_items (WeirSwarmRun *self)
{
  WeirRunState *state = self->run->state;

  for (guint i = self->step->state->scope->pub.id + 1; i < state->scopes->len; i++)
    {
      WeirScopeState *scope = g_ptr_array_index (state->scopes, i);
      WeirStepState *container = self->step->state;

      if (scope == NULL || scope->pub.closed || scope->shared == NULL || scope->parent != container->scope
          || scope->pub.firing != container->info.firing || !g_str_equal (scope->pub.block, container->info.block))
        continue;
      self->n_running++;
      weir_swarm_run_limit_time (self, scope);
      weir_run_take_up_item (self->run, self, scope);
    }
}

/**
 * weir_step_begin_swarm:
 * @self: a step of a container, in `run`
 * @setup: how it goes over items
 *
 * From now on the step goes over items. What was recorded of it before a restart of the program counts; what was under way then goes on.
 */
void
weir_step_begin_swarm (WeirStep *self, const WeirSwarmSetup *setup)
{
  WeirSwarmRun *swarm = g_new0 (WeirSwarmRun, 1);

  g_return_if_fail (self->swarm == NULL);
  swarm->step = self;
  swarm->run = self->run;
  swarm->setup = *setup;
  swarm->item_type = g_strdup (setup->item_type);
  swarm->setup.item_type = swarm->item_type;
  swarm->heap = g_array_new (FALSE, FALSE, sizeof (WeirItemEntry));
  swarm->delayed = g_array_new (FALSE, FALSE, sizeof (guint));
  swarm->look = setup->rate != NULL;
  g_queue_init (&swarm->deadlines);
  self->swarm = swarm;
  if (self->run->swarms == NULL)
    self->run->swarms = g_ptr_array_new ();
  g_ptr_array_add (self->run->swarms, swarm);
  swarm->cancelled_handler = g_signal_connect (weir_step_get_cancellable (self), "cancelled", G_CALLBACK (cancelled_cb),
                                               swarm);
  if (self->state->swarm == NULL)
    emit_opened (swarm);
  else
    {
      swarm->look = TRUE;
      take_up_items (swarm);
    }
  weir_swarm_run_wake (swarm);
}

/**
 * weir_step_bring_items:
 * @self: a step that goes over items
 * @n: how many more the kind has
 *
 * They wait to be started; `get_item` of the setup is asked for each.
 */
void
weir_step_bring_items (WeirStep *self, guint n)
{
  WeirBuilder *data;

  if (self->settled || self->run->suspended || n == 0)
    return;
  data = weir_record_builder_new (1);
  weir_builder_set_take (data, "n", weir_value_new_int (n));
  weir_step_emit_swarm (self->state, self->run, WEIR_EVENT_SWARM_ADDED, data);
  weir_step_wake_swarm (self);
}

/**
 * weir_step_count_items:
 * @self: a step that goes over items
 * @counts: (out caller-allocates): how many there are of each
 */
void
weir_step_count_items (WeirStep *self, WeirSwarmCounts *counts)
{
  WeirSwarmState *state = self->state->swarm;

  *counts = (WeirSwarmCounts) {
    .n_items = state->items->len,
    .n_queued = state->n_by[WEIR_ITEM_QUEUED],
    .n_running = state->n_by[WEIR_ITEM_RUNNING],
    .n_ok = state->n_by[WEIR_ITEM_OK],
    .n_failed = state->n_by[WEIR_ITEM_FAILED],
    .n_skipped = state->n_by[WEIR_ITEM_SKIPPED],
    .n_stopped = state->n_stopped,
    .n_brought = state->n_brought,
    .open = state->open,
  };
}

/**
 * weir_step_wake_swarm:
 * @self: a step that goes over items
 *
 * More can be done now: an item is there that was not.
 */
void
weir_step_wake_swarm (WeirStep *self)
{
  if (self->swarm != NULL)
    weir_swarm_run_wake (self->swarm);
}

/**
 * weir_step_drain_swarm:
 * @self: a step that goes over items
 *
 * Starts none of those that wait; what runs ends by itself.
 */
void
weir_step_drain_swarm (WeirStep *self)
{
  if (self->swarm != NULL)
    ((WeirSwarmRun *) self->swarm)->draining = TRUE;
}

/**
 * weir_step_retry_item:
 * @self: a step that goes over items
 * @index: of an item that failed
 * @delay_ms: not before that
 * @error: what it failed with
 *
 * Tries it again. Recorded: a restart of the program does not shorten the time.
 */
void
weir_step_retry_item (WeirStep *self, guint index, gint64 delay_ms, WeirValue *error)
{
  WeirBuilder *data;

  if (self->settled || self->run->suspended || self->swarm == NULL)
    return;
  data = weir_record_builder_new (3);
  weir_builder_set_take (data, "item", weir_value_new_int (index));
  weir_builder_set_take (data, "due_at",
                         weir_value_new_int (weir_clock_get_time (self->run->engine->clock) + delay_ms * 1000));
  weir_builder_set (data, "error", error);
  weir_step_emit_swarm (self->state, self->run, WEIR_EVENT_SWARM_ITEM, data);
  if (index < ((WeirSwarmRun *) self->swarm)->seen && delay_ms > 0)
    weir_swarm_queue_delay (self->swarm, index);
  else
    weir_swarm_run_item_moved (self->swarm, index);
}

/**
 * weir_step_get_retries:
 * @self: a step that goes over items
 * @index: of an item
 *
 * Returns: how often it was tried again
 */
guint
weir_step_get_retries (WeirStep *self, guint index)
{
  WeirItemExtra *extra = weir_swarm_state_find_extra (self->state->swarm, index);

  return extra != NULL ? extra->retries : 0;
}

/**
 * weir_step_dup_item:
 * @self: a step that goes over items
 * @index: of an item
 *
 * Returns: (transfer full) (nullable): the item; %NULL if the kind does not have it
 */
WeirValue *
weir_step_dup_item (WeirStep *self, guint index)
{
  return self->swarm != NULL ? weir_swarm_run_dup_item (self->swarm, index) : NULL;
}

/* ── what comes of it ───────────────────────────────────────────────────────────────────── */

static guint
get_place (WeirSwarmState *state, gboolean as_ended, guint i)
{
  return as_ended ? g_array_index (state->order, guint32, i) : i;
}

/**
 * weir_step_list_results:
 * @self: a step that goes over items
 * @as_ended: in the order in which they ended, else in that of the items
 * @all: with null for those that gave nothing, else without these
 *
 * Returns: (transfer full): a list
 */
WeirValue *
weir_step_list_results (WeirStep *self, gboolean as_ended, gboolean all)
{
  WeirSwarmState *state = self->state->swarm;
  guint n = as_ended ? state->order->len : state->items->len;
  WeirBuilder *list = weir_list_builder_new (all ? n : state->n_by[WEIR_ITEM_OK]);

  for (guint i = 0; i < n; i++)
    {
      guint index = get_place (state, as_ended, i);
      WeirScopeState *scope;
      WeirValue *result = NULL, *error;

      if (weir_swarm_state_get_status (state, index) == WEIR_ITEM_OK
          && weir_swarm_run_find_outcome (self->swarm, index, &scope, &result, &error) && result != NULL)
        weir_builder_add (list, result);
      else if (all)
        weir_builder_take (list, weir_value_new_null ());
    }
  return weir_builder_end (list);
}

/**
 * weir_step_foreach_failure:
 * @self: a step that goes over items
 * @as_ended: as for [method@Weir.Step.list_results]
 * @func: (scope call): told of each item that failed
 * @user_data: for @func
 */
void
weir_step_foreach_failure (WeirStep *self, gboolean as_ended, WeirFailureFunc func, gpointer user_data)
{
  WeirSwarmState *state = self->state->swarm;
  guint n = as_ended ? state->order->len : state->items->len;

  for (guint i = 0; i < n && state->n_by[WEIR_ITEM_FAILED] > 0; i++)
    {
      guint index = get_place (state, as_ended, i);
      WeirScopeState *scope;
      WeirValue *result, *error = NULL;

      if (weir_swarm_state_get_status (state, index) == WEIR_ITEM_FAILED
          && weir_swarm_run_find_outcome (self->swarm, index, &scope, &result, &error) && error != NULL)
        func (user_data, index, error);
    }
}

/**
 * weir_step_emit_item:
 * @self: a step that goes over items
 * @port: name of a side port
 * @value: what it gives
 * @index: of an item that is over
 * @slot: 0 or 1
 *
 * As [method@Weir.Step.emit_side], but once for the item and the slot: a second time, perhaps after a restart of the program, does
 * nothing, until the item was run again.
 */
void
weir_step_emit_item (WeirStep *self, const char *port, WeirValue *value, guint index, guint slot)
{
  WeirSwarmState *state = self->state->swarm;

  if (index < state->items->len && (state->items->data[index] & WEIR_ITEM_TOLD (slot)) == 0)
    weir_step_emit_once (self, port, value, index, (int) slot);
}
