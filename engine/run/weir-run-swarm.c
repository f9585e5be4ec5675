/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Verbs on a swarm and on its items. */

#include "weir-gate.h"
#include "weir-run-swarm-private.h"

WeirStepState *
weir_run_find_swarm (WeirRun *self, guint32 scope, const char *block, GError **error)
{
  WeirStepState *step = NULL;

  if (self->engine == NULL || self->suspended || weir_run_status_is_final (self->state->status)
      || self->state->status == WEIR_RUN_STOPPING)
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "The run has ended");
  else if ((step = weir_run_state_lookup (self->state, scope, block, 0)) == NULL || step->swarm == NULL)
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "There is no swarm %s that has begun", block);
  else if (weir_swarm_step_is_over (step) || step->scope->pub.closed)
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
      g_autoptr(WeirValue) nothing = weir_value_new_null ();

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

static gboolean
has_item (WeirStepState *state, guint index)
{
  WeirStep *step = state->runtime;
  g_autoptr(WeirValue) item = NULL;

  if (step == NULL || step->swarm == NULL)
    return TRUE;
  item = weir_swarm_run_dup_item (step->swarm, index);
  return item != NULL;
}

/* Who runs it again wants it back. */
static void
take_out_of_bin (WeirRun *self, WeirStepState *step, guint index)
{
  g_autofree char *container = weir_run_state_dup_step_path (self->state, &step->info);
  g_autofree char *path = g_strdup_printf ("%s[%u]", container, index);
  g_autofree char *subject = g_strdup_printf ("run %" G_GINT64_FORMAT ", %s", self->id, path);
  WeirBuilder *data;
  WeirBatch *batch;

  if (!weir_run_state_is_item_binned (self->state, container, index))
    return;
  data = weir_record_builder_new (1);
  weir_builder_set_take (data, "path", weir_value_new_text (path));
  weir_run_emit_part (self, WEIR_EVENT_PART_RESTORED, step->info.scope, NULL, weir_builder_end (data));
  batch = weir_engine_get_batch (self->engine);
  weir_batch_add_audit (batch, "Weir", "restore", subject, "it is run again");
  weir_batch_restore_part (batch, self->id, path);
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
  if (!has_item (step, index))
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "Item %u came of a stream and is no longer kept", index);
      return FALSE;
    }
  take_out_of_bin (self, step, index);
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
