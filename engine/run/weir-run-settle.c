/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Steps whose outcome is not known after a crash: what people say became of them. */

#include "weir-run-private.h"

static WeirValue *
settle_data (const char *decision, WeirValue *outputs)
{
  WeirBuilder *data = weir_record_builder_new (2);

  if (g_str_equal (decision, "rerun"))
    weir_builder_set_take (data, "again", weir_value_new_bool (TRUE));
  else if (g_str_equal (decision, "done"))
    {
      if (outputs != NULL)
        weir_builder_set (data, "outputs", outputs);
    }
  else
    {
      weir_builder_set_take (data, "error", weir_value_new_error ("flow.interrupted", "It was settled as failed", NULL));
      weir_builder_set_take (data, "handled", weir_value_new_text ("stop"));
    }
  return weir_builder_end (data);
}

/* Later firings of a block may have begun meanwhile. What was given up with its item stays unknown. */
static WeirStepState *
find_unknown (WeirRun *self, guint32 scope, const char *block)
{
  WeirStepState *step = weir_run_state_lookup (self->state, scope, block, 0);

  while (step != NULL
         && (step->info.status != WEIR_STEP_UNKNOWN || step->scope->pub.closed || weir_step_state_is_given_up (step)))
    step = step->previous;
  return step;
}

static gboolean
choose_event (const char *decision, WeirEventKind *kind, GError **error)
{
  if (g_str_equal (decision, "rerun"))
    *kind = WEIR_EVENT_BLOCK_INTERRUPTED;
  else if (g_str_equal (decision, "done"))
    *kind = WEIR_EVENT_BLOCK_SUCCEEDED;
  else if (g_str_equal (decision, "failed"))
    *kind = WEIR_EVENT_BLOCK_FAILED;
  else
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "Expected rerun, done or failed, got %s", decision);
      return FALSE;
    }
  return TRUE;
}

/**
 * weir_run_settle:
 * @self: a run
 * @scope: scope of the step
 * @block: id of its block
 * @decision: "rerun", "done" or "failed"
 * @outputs: (nullable): for "done", a record of what it gave
 * @error: where to put %WEIR_ERROR_WRONG_STATE or %WEIR_ERROR_INVALID
 *
 * Says what became of a step that a crash caught within an effect that must not happen twice.
 *
 * Returns: whether there was such a step
 */
gboolean
weir_run_settle (WeirRun *self, guint32 scope, const char *block, const char *decision, WeirValue *outputs, GError **error)
{
  WeirStepState *step = find_unknown (self, scope, block);
  WeirEventKind kind;

  if (!choose_event (decision, &kind, error))
    return FALSE;
  if (self->engine == NULL || self->suspended || weir_run_status_is_final (self->state->status))
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "The run has ended");
      return FALSE;
    }
  if (step == NULL)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "The outcome of %s is not unknown", block);
      return FALSE;
    }
  if (outputs != NULL && weir_value_get_kind (outputs) != WEIR_VALUE_RECORD)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "Expected a record of what %s gave, by output, got %s", block,
                   weir_value_get_kind_name (outputs));
      return FALSE;
    }
  weir_run_emit (self, kind, step, settle_data (decision, outputs));
  weir_run_close_failing (self, step->scope);
  weir_run_close_rested (self);
  weir_run_check_end (self);
  weir_engine_wake (self->engine, self);
  return TRUE;
}

/* A step that has not begun, or that waits for its next attempt. */
static WeirStepState *
find_unbegun (WeirRun *self, guint32 scope, const char *block)
{
  WeirStepState *step = weir_run_state_lookup (self->state, scope, block, 0);

  while (step != NULL && step->info.status != WEIR_STEP_READY && step->info.status != WEIR_STEP_SUSPENDED
         && step->info.status != WEIR_STEP_RETRY_WAIT)
    step = step->previous;
  return step;
}

/**
 * weir_run_override:
 * @self: a run
 * @scope: scope of the step
 * @block: id of its block
 * @port: an input of it
 * @value: what it gets instead; converted to the type of the port
 * @by: who says so, for the record
 * @error: where to put %WEIR_ERROR_WRONG_STATE or %WEIR_ERROR_INVALID
 *
 * Replaces what a step gets that has not begun, for instance while its run is paused. With a [method@Weir.Run.resume] right after it, both are
 * on disk or neither.
 *
 * Returns: whether there was such a step and the value fits
 */
gboolean
weir_run_override (WeirRun *self, guint32 scope, const char *block, const char *port, WeirValue *value, const char *by,
                   GError **error)
{
  WeirStepState *step = find_unbegun (self, scope, block);
  const WeirPort *input;
  g_autoptr(WeirType) type = NULL;
  g_autoptr(WeirValue) converted = NULL;

  if (step == NULL || self->engine == NULL || self->suspended)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "%s has no step that is still to begin", block);
      return FALSE;
    }
  input = weir_port_list_find_input (weir_block_get_ports (weir_step_state_get_block (step)->block), port);
  if (input == NULL)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "%s has no input %s", block, port);
      return FALSE;
    }
  type = weir_type_parse (input->type != NULL ? input->type : "any", error);
  if (type == NULL || (converted = weir_type_convert (type, value, error)) == NULL)
    {
      g_prefix_error (error, "%s.%s: ", block, port);
      return FALSE;
    }
  weir_run_emit_override (self, step, port, converted, by);
  return TRUE;
}

/**
 * weir_run_needs_settling:
 * @self: a run
 *
 * Returns: whether nothing goes on any more before someone says what became of a step whose outcome is unknown
 */
gboolean
weir_run_needs_settling (WeirRun *self)
{
  WeirRunState *state;

  g_return_val_if_fail (WEIR_IS_RUN (self), FALSE);

  state = self->state;
  return state->n_unknown > 0 && state->status == WEIR_RUN_RUNNING && self->n_leaves == 0 && state->n_retrying == 0
         && g_queue_is_empty (&state->ready) && g_queue_is_empty (&state->waiting);
}
