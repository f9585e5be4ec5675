/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How a run ends: by itself, by one of its blocks, by a person; and what its handlers do before the last event. */

#include "weir-run-private.h"

/* ── the fold ───────────────────────────────────────────────────────────────────────────── */

static void
give_up_rest (WeirRunState *self, WeirScopeState *root)
{
  for (guint i = self->scopes->len; i-- > 1;)
    {
      WeirScopeState *scope = g_ptr_array_index (self->scopes, i);

      if (scope != NULL && !scope->pub.closed)
        weir_scope_state_close (self, scope, WEIR_STEP_CANCELLED);
    }
  weir_scope_state_cancel (self, root, WEIR_STEP_CANCELLED);
  root->n_given_up = self->steps->len;
  root->n_active = 0;
  root->rested = FALSE;
  root->failing = FALSE;
  g_clear_pointer (&root->pub.error, weir_value_unref);
  g_clear_pointer (&root->failed_block, g_free);
}

static WeirValue *
describe_end (WeirRunState *self, WeirEvent *event)
{
  WeirBuilder *run = weir_record_builder_new (5);
  static const char *const members[] = { "status", "result", "error", "block" };

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      WeirValue *value = weir_value_find_member (event->data, members[i]);

      if (value != NULL)
        weir_builder_set (run, members[i], value);
    }
  weir_builder_set_take (run, "seconds",
                         weir_value_new_number ((double) (event->at - self->started_at) / G_USEC_PER_SEC));
  return weir_builder_end (run);
}

/* The run is as good as over: what is left of it is given up, and the handlers fire. */
void
weir_run_state_apply_ending (WeirRunState *self, WeirEvent *event)
{
  WeirScopeState *root = g_ptr_array_index (self->scopes, 0);
  g_autoptr(WeirValue) end = describe_end (self, event);
  const char *port = "run";
  g_autoptr(WeirValue) inputs = weir_value_new_record (&port, &end, 1);

  if (self->handled || root->shared == NULL)
    return;
  g_clear_pointer (&self->ending, weir_value_unref);
  self->ending = weir_value_ref (event->data);
  self->handled = self->handling = TRUE;
  give_up_rest (self, root);
  root->branch = WEIR_BRANCH_HANDLERS;
  weir_scope_fire_handlers (self, root, inputs);
}

/* @event: somebody or something ends the run; a block says how it is to end. */
void
weir_run_state_apply_stopping (WeirRunState *self, WeirEvent *event)
{
  gboolean by_block = event->data != NULL && weir_value_find_member (event->data, "status") != NULL;

  self->status = WEIR_RUN_STOPPING;
  self->handling = FALSE;
  g_clear_pointer (&self->ending, weir_value_unref);
  self->ending = by_block ? weir_value_ref (event->data) : NULL;
}

/**
 * weir_run_state_get_exit_code:
 * @self: a state
 *
 * Returns: the exit status that a block gave the run; -1 if none did
 */
int
weir_run_state_get_exit_code (WeirRunState *self)
{
  return self->exit_code;
}

/* ── the executor ───────────────────────────────────────────────────────────────────────── */

/* Nothing new begins; steps of handlers do. */
gboolean
weir_run_is_stopping (WeirRun *run)
{
  return run->state->status == WEIR_RUN_STOPPING && !run->state->handling;
}

gboolean
weir_run_may_start (WeirRun *run)
{
  if (run->engine != NULL && run->engine->winding_down)
    return FALSE;
  return run->state->status == WEIR_RUN_RUNNING || (run->state->status == WEIR_RUN_STOPPING && run->state->handling);
}

static gboolean
has_handlers (WeirRun *run)
{
  WeirScopeState *root = g_ptr_array_index (run->state->scopes, 0);

  return root->shared != NULL && root->shared->plan->n_handlers > 0 && root->branch != WEIR_BRANCH_UNDO;
}

static WeirEventKind
choose_event (const char *status)
{
  if (g_str_equal (status, "succeeded"))
    return WEIR_EVENT_RUN_SUCCEEDED;
  return g_str_equal (status, "failed") ? WEIR_EVENT_RUN_FAILED : WEIR_EVENT_RUN_CANCELLED;
}

static WeirValue *
without_status (WeirValue *data)
{
  WeirBuilder *record = weir_record_builder_new (4);

  for (gsize i = 0; i < weir_value_get_length (data); i++)
    if (!g_str_equal (weir_value_get_key (data, i), "status") && !g_str_equal (weir_value_get_key (data, i), "force"))
      weir_builder_set (record, weir_value_get_key (data, i), weir_value_get_item (data, i));
  return weir_builder_end (record);
}

/* Writes the last event, or calls the handlers if that was not done yet. @data: (transfer full) (nullable): what the event says */
static void
finish (WeirRun *run, const char *status, WeirValue *data)
{
  g_autoptr(WeirValue) said = data != NULL ? data : weir_value_new_record (NULL, NULL, 0);
  g_autoptr(WeirValue) text = weir_value_new_text (status);

  if (!run->state->handled && has_handlers (run))
    {
      weir_run_emit (run, WEIR_EVENT_RUN_ENDING, NULL, weir_value_with_member (said, "status", text));
      weir_run_cancel_leftovers (run);
      weir_engine_wake (run->engine, run);
    }
  else
    weir_run_emit (run, choose_event (status), NULL, weir_value_get_length (said) > 0 ? without_status (said) : NULL);
}

static WeirValue *
failure_data (WeirScopeState *root)
{
  WeirBuilder *data = weir_record_builder_new (2);

  if (root->pub.error != NULL)
    weir_builder_set (data, "error", root->pub.error);
  if (root->failed_block != NULL)
    weir_builder_set_take (data, "block", weir_value_new_text (root->failed_block));
  return weir_builder_end (data);
}

/* The handlers are through. One that fails makes a run fail that would have succeeded. */
static void
end_handled (WeirRun *run, WeirScopeState *root)
{
  const char *status = weir_value_get_member_text (run->state->ending, "status", "cancelled");

  if (root->n_running > 0 || (!root->rested && !root->failing))
    return;
  if (root->pub.error != NULL && g_str_equal (status, "succeeded"))
    weir_run_emit (run, WEIR_EVENT_RUN_FAILED, NULL, failure_data (root));
  else
    finish (run, status, weir_value_ref (run->state->ending));
}

void
weir_run_end_by_itself (WeirRun *run)
{
  WeirScopeState *root = g_ptr_array_index (run->state->scopes, 0);
  const char *key = "result";
  g_autoptr(WeirValue) result = NULL;

  if (run->state->handling)
    end_handled (run, root);
  else if (root->pub.error != NULL)
    {
      if (root->n_running == 0 && (root->failing || root->rested))
        finish (run, "failed", failure_data (root));
    }
  else if (root->rested)
    {
      result = weir_scope_find_result (root);
      finish (run, "succeeded", weir_value_new_record (&key, &result, 1));
    }
}

/* A person, or a block, is ending the run. */
void
weir_run_end_stopped (WeirRun *run)
{
  WeirValue *ending = run->state->ending;

  if (run->state->handling)
    end_handled (run, g_ptr_array_index (run->state->scopes, 0));
  else if (run->state->n_running > 0)
    return;
  else if (run->force)
    weir_run_emit (run, WEIR_EVENT_RUN_INTERRUPTED, NULL, NULL);
  else if (ending != NULL)
    finish (run, weir_value_get_member_text (ending, "status", "cancelled"), weir_value_ref (ending));
  else
    finish (run, "cancelled", NULL);
}

/* A sub-workflow ends itself, not the run that called it. */
static void
end_called (WeirRun *run, WeirScopeState *scope, WeirValue *asked)
{
  const char *status = weir_value_get_member_text (asked, "status", "succeeded");
  WeirValue *value = weir_value_find_member (asked, g_str_equal (status, "failed") ? "error" : "result");
  g_autoptr(WeirValue) null = weir_value_new_null ();
  g_autoptr(WeirValue) cancelled = weir_value_new_error ("flow.cancelled", "The sub-workflow ended itself", NULL);

  if (scope->pub.closed || scope->failing)
    return;
  if (g_str_equal (status, "cancelled"))
    weir_run_end_scope (run, scope, FALSE, cancelled);
  else
    weir_run_end_scope_with (run, scope, FALSE, g_str_equal (status, "failed") ? "error" : "result",
                             value != NULL ? value : null);
}

/* The step is journalled as done: now the run, or the sub-workflow that the step belongs to, ends as it asked. */
void
weir_run_end_as_asked (WeirRun *run, WeirStep *step)
{
  g_autoptr(WeirValue) asked = g_steal_pointer (&step->ending);
  WeirScopeState *scope = step->state->scope;

  while (scope != NULL && scope->workflow == NULL)
    scope = scope->parent;
  if (asked != NULL && scope != NULL && !run->suspended && run->engine != NULL)
    {
      end_called (run, scope, asked);
      weir_engine_wake (run->engine, run);
      return;
    }
  if (asked == NULL || run->suspended || run->engine == NULL
      || (run->state->status != WEIR_RUN_RUNNING && run->state->status != WEIR_RUN_PAUSING) || run->state->handling)
    return;
  weir_run_emit (run, WEIR_EVENT_RUN_STOPPING, NULL, weir_value_ref (asked));
  weir_run_put_row (run);
  weir_run_cancel_steps (run);
  weir_engine_wake (run->engine, run);
}

/**
 * weir_step_end_run:
 * @self: a step
 * @status: "succeeded", "failed" or "cancelled"
 * @exit_code: what the command line is to exit with; -1 for what follows from @status
 * @value: (nullable): the result of the run, or the error value that it fails with
 *
 * Ends the whole run once this step has succeeded: what runs is stopped, and the handlers of the run are called. In a sub-workflow that alone
 * ends, and has @value as its result or failure.
 */
void
weir_step_end_run (WeirStep *self, const char *status, int exit_code, WeirValue *value)
{
  WeirBuilder *record = weir_record_builder_new (4);
  gboolean failed = g_str_equal (status, "failed");

  weir_builder_set_take (record, "status", weir_value_new_text (status));
  if (exit_code >= 0)
    weir_builder_set_take (record, "exit_code", weir_value_new_int (exit_code));
  if (value != NULL)
    weir_builder_set (record, failed ? "error" : "result", value);
  if (failed)
    weir_builder_set_take (record, "block", weir_value_new_text (self->block->id));
  g_clear_pointer (&self->ending, weir_value_unref);
  self->ending = weir_builder_end (record);
}
