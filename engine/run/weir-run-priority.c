/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a person may ask of a run that waits: why, and to go before others. */

#include "weir-run-private.h"
#include "weir-run-queue.h"

gboolean
weir_run_goes_on (WeirRun *run)
{
  return run->state != NULL && weir_run_may_start (run) && !run->waits_to_begin && !run->suspended;
}

/* ── priorities ─────────────────────────────────────────────────────────────────────────── */

static gboolean
check_alive (WeirRun *self, GError **error)
{
  if (self->engine != NULL && !self->suspended && !weir_run_status_is_final (self->state->status))
    return TRUE;
  g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "The run has ended");
  return FALSE;
}

static gboolean
check_priority (int priority, GError **error)
{
  if (priority >= -WEIR_PRIORITY_MAX && priority <= WEIR_PRIORITY_MAX)
    return TRUE;
  g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "Expected a priority of -100 to 100, but got %d", priority);
  return FALSE;
}

/**
 * weir_run_get_priority:
 * @self: a run
 *
 * Returns: -100 to 100; 0 is normal
 */
int
weir_run_get_priority (WeirRun *self)
{
  g_return_val_if_fail (WEIR_IS_RUN (self), 0);
  return self->state->priority;
}

/**
 * weir_run_set_priority:
 * @self: a run
 * @priority: -100 to 100
 * @error: where to put %WEIR_ERROR_INVALID or %WEIR_ERROR_WRONG_STATE
 *
 * What waits takes its new place at once. Recorded: it survives the end of the program.
 *
 * Returns: whether it was set
 */
gboolean
weir_run_set_priority (WeirRun *self, int priority, GError **error)
{
  const char *key = "priority";
  g_autoptr(WeirValue) value = weir_value_new_int (priority);

  g_return_val_if_fail (WEIR_IS_RUN (self), FALSE);
  if (!check_alive (self, error) || !check_priority (priority, error))
    return FALSE;
  weir_run_emit (self, WEIR_EVENT_RUN_PRIORITY, NULL, weir_value_new_record (&key, &value, 1));
  weir_run_queue_move (self->engine->queue, self);
  weir_engine_wake (self->engine, self);
  return TRUE;
}

/**
 * weir_run_set_priority_in:
 * @self: a run
 * @scope: number of a scope: of an item, of the body of a container
 * @block: (nullable): id of a block in it; %NULL for all that is in the scope
 * @priority: -100 to 100. That of a scope is added to what is around it, that of a step is in place of its block's
 * @error: where to put %WEIR_ERROR_INVALID, %WEIR_ERROR_NOT_FOUND or %WEIR_ERROR_WRONG_STATE
 *
 * As [method@Weir.Run.set_priority], for a part of the run.
 *
 * Returns: whether it was set
 */
gboolean
weir_run_set_priority_in (WeirRun *self, guint32 scope, const char *block, int priority, GError **error)
{
  WeirBuilder *data;

  g_return_val_if_fail (WEIR_IS_RUN (self), FALSE);
  if (!check_alive (self, error) || !check_priority (priority, error))
    return FALSE;
  if (scope >= self->state->scopes->len || g_ptr_array_index (self->state->scopes, scope) == NULL
      || (block != NULL && weir_run_state_lookup (self->state, scope, block, 0) == NULL))
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "There is no step of %s in scope %u",
                   block != NULL ? block : "anything", scope);
      return FALSE;
    }
  data = weir_record_builder_new (3);
  weir_builder_set_take (data, "priority", weir_value_new_int (priority));
  weir_builder_set_take (data, "scope", weir_value_new_int (scope));
  if (block != NULL)
    weir_builder_set_take (data, "block", weir_value_new_text (block));
  weir_run_emit (self, WEIR_EVENT_RUN_PRIORITY, NULL, weir_builder_end (data));
  weir_run_queue_move (self->engine->queue, self);
  weir_engine_wake (self->engine, self);
  return TRUE;
}

/* ── why ────────────────────────────────────────────────────────────────────────────────── */

static char *
explain_run (WeirRun *self)
{
  switch (self->state->status)
    {
    case WEIR_RUN_PAUSING:
    case WEIR_RUN_PAUSED:
      return g_strdup ("the run is paused");
    case WEIR_RUN_STOPPING:
      return g_strdup ("the run is being stopped");
    default:
      return self->waits_to_begin ? weir_engine_explain_begin (self->engine, self) : NULL;
    }
}

static char *
explain_retry (WeirRun *self, WeirStepState *state)
{
  gint64 rest = state->hurried ? 0 : MAX (state->info.due_at - weir_clock_get_time (self->engine->clock), 0);

  return g_strdup_printf ("attempt %u in %.1f s", state->info.attempt + 1, (double) ((rest + 99999) / 100000) / 10);
}

static char *
explain_ready (WeirRun *self, WeirStepState *state)
{
  WeirQueueEntry *entry = state->entry;
  g_autofree char *run = explain_run (self);

  if (run != NULL)
    return g_steal_pointer (&run);
  if (!weir_scope_is_taken_up (state->scope))
    return g_strdup_printf ("waits for %s to take it up again", state->scope->pub.block);
  if (entry != NULL && entry->lane != NULL)
    return weir_run_queue_explain (self->engine->queue, entry);
  return state->info.status == WEIR_STEP_RETRY_WAIT ? explain_retry (self, state) : g_strdup ("starts next");
}

/**
 * weir_run_explain_step:
 * @self: a run
 * @scope: a scope of it
 * @block: id of a block in the scope
 * @firing: which firing of the block; 0 for the last, or for what it waits for before it fires
 *
 * Looks at all that waits: for people, not for loops.
 *
 * Returns: (transfer full) (nullable): why the step does not go on now, without full stop; %NULL if it waits for nothing
 */
char *
weir_run_explain_step (WeirRun *self, guint32 scope, const char *block, guint32 firing)
{
  WeirStepState *state;
  WeirStep *step;

  g_return_val_if_fail (WEIR_IS_RUN (self), NULL);
  if (self->engine == NULL || self->suspended || weir_run_status_is_final (self->state->status))
    return NULL;
  state = weir_run_state_lookup (self->state, scope, block, firing);
  if (state == NULL)
    return weir_run_state_explain_wait (self->state, scope, block);
  step = state->runtime;
  if (step != NULL && step->turns != NULL)
    return weir_run_queue_explain (self->engine->queue, step->turns);
  if (state->info.status == WEIR_STEP_READY || state->info.status == WEIR_STEP_RETRY_WAIT)
    return explain_ready (self, state);
  return NULL;
}
