/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Breakpoints and single steps. A breakpoint pauses its block alone, before it begins; the rest of the run goes on. */

#include "weir-run-private.h"

/**
 * weir_run_set_breakpoint:
 * @self: a run
 * @path: path of a block in the workflow, "move/to"
 * @condition: (nullable): an expression in the scope of the block's step; "" always; %NULL takes the breakpoint away
 * @error: where to put %WEIR_ERROR_NOT_FOUND or %WEIR_ERROR_EXPRESSION
 *
 * From now on each step of the block is held before it begins where the condition is true: it shows as suspended, and
 * [method@Weir.Run.resume_part] lets it go on.
 *
 * Returns: whether there is such a block and the condition can be read
 */
gboolean
weir_run_set_breakpoint (WeirRun *self, const char *path, const char *condition, GError **error)
{
  g_autoptr(WeirExpression) expression = NULL;

  if (weir_workflow_find_block (self->workflow, path) == NULL)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "There is no block %s in %s", path,
                   weir_workflow_get_name (self->workflow));
      return FALSE;
    }
  if (condition != NULL && *condition != '\0')
    {
      expression = weir_expression_compile (*condition == '=' ? condition + 1 : condition, error);
      if (expression == NULL)
        return FALSE;
    }
  if (self->breakpoints == NULL)
    self->breakpoints = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (condition != NULL)
    g_hash_table_replace (self->breakpoints, g_strdup (path), g_strdup (condition));
  else
    g_hash_table_remove (self->breakpoints, path);
  return TRUE;
}

/* Those that the run was played with: a record path → condition. */
gboolean
weir_run_take_breakpoints (WeirRun *self, WeirValue *breakpoints, GError **error)
{
  for (gsize i = 0; breakpoints != NULL && i < weir_value_get_length (breakpoints); i++)
    if (!weir_run_set_breakpoint (self, weir_value_get_key (breakpoints, i),
                                  weir_value_get_text (weir_value_get_item (breakpoints, i), NULL), error))
      return FALSE;
  return TRUE;
}

static gboolean
condition_holds (WeirStep *step, const char *condition)
{
  g_autoptr(WeirValue) value = NULL;
  g_autoptr(GError) error = NULL;
  gboolean lent = step->inputs == NULL && step->state->info.inputs != NULL;

  if (*condition == '\0')
    return TRUE;
  if (lent)
    step->inputs = weir_value_ref (step->state->info.inputs);
  value = weir_step_evaluate (step, condition, NULL, &error);
  if (lent)
    g_clear_pointer (&step->inputs, weir_value_unref);
  /* one that cannot say rather stops than runs on */
  if (value == NULL)
    weir_step_log (step, WEIR_LOG_WARNING, "The condition of the breakpoint failed: %s", error->message);
  return value == NULL || weir_value_is_truthy (value);
}

/* Whether the step is held by a breakpoint instead of beginning. */
gboolean
weir_run_breaks_at (WeirRun *run, WeirStep *step)
{
  const char *path = weir_block_get_path (step->block->block);
  const char *condition = g_hash_table_lookup (run->breakpoints, path);

  if (condition == NULL || run->stepping || step->state->past_break || !condition_holds (step, condition))
    return FALSE;
  step->state->past_break = TRUE;
  weir_step_log (step, WEIR_LOG_INFO, "Held by a breakpoint");
  weir_run_emit_part (run, WEIR_EVENT_PART_PAUSED, step->state->info.scope, step->block->id, NULL);
  return TRUE;
}

/**
 * weir_run_step:
 * @self: a paused run
 *
 * Lets one step begin, and pauses again.
 *
 * Returns: (transfer full): a future that resolves to %TRUE when the run is paused again; rejects with %WEIR_ERROR_WRONG_STATE if it is not
 *   paused, or when it ends
 */
DexFuture *
weir_run_step (WeirRun *self)
{
  DexPromise *promise;
  DexFuture *resumed;

  if (self->engine == NULL || self->state->status != WEIR_RUN_PAUSED)
    return dex_future_new_reject (WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "The run is not paused");
  self->stepping = TRUE;
  resumed = weir_run_resume (self);
  if (dex_future_is_rejected (resumed))
    {
      self->stepping = FALSE;
      return resumed;
    }
  dex_unref (resumed);
  promise = dex_promise_new ();
  g_ptr_array_add (self->pausing, dex_ref (promise));
  return DEX_FUTURE (promise);
}

/* The one step has begun. */
void
weir_run_end_stepping (WeirRun *run)
{
  run->stepping = FALSE;
  if (run->state->status == WEIR_RUN_RUNNING)
    weir_run_emit (run, WEIR_EVENT_RUN_PAUSING, NULL, NULL);
  weir_run_check_end (run);
  weir_engine_wake (run->engine, run);
}
