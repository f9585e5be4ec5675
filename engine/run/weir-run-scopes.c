/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Runs of a graph within a run: bodies of containers and sub-workflows. */

#include "weir-run-swarm-private.h"

static void
scope_tell (WeirScopeState *scope)
{
  DexPromise *promise = g_steal_pointer (&scope->runtime);

  if (promise == NULL)
    return;
  if (scope->item)
    {
      weir_swarm_run_item_over ((WeirSwarmRun *) promise, scope);
      return;
    }
  if (scope->pub.error != NULL)
    dex_promise_reject (promise, weir_failure_from_value (scope->pub.error));
  else
    {
      GValue value = G_VALUE_INIT;

      g_value_init (&value, WEIR_TYPE_VALUE);
      if (scope->pub.result != NULL)
        g_value_set_boxed (&value, scope->pub.result);
      else
        g_value_take_boxed (&value, weir_value_new_null ());
      dex_promise_resolve (promise, &value);
      g_value_unset (&value);
    }
  dex_unref (promise);
}

/* What a block gave last, and nothing of its port if it did not give that. */
static WeirStepState *
find_given (WeirScopeState *scope, int index)
{
  for (WeirStepState *s = index >= 0 ? scope->blocks[index].last : NULL; s != NULL; s = s->previous)
    if (s->info.outputs != NULL)
      return s;
  return NULL;
}

/* The result by rule C10: of the designated block, else the single sink, else the sink of the last link, else of the block that
 * succeeded last. (transfer full), null if there is nothing. */
WeirValue *
weir_scope_find_result (WeirScopeState *scope)
{
  WeirBlock *block = NULL;
  const char *port = NULL;
  WeirStepState *step = scope->last_done;
  WeirStepState *given = NULL;
  WeirValue *value = NULL;

  if (scope->branch != 0)
    given = find_given (scope, weir_scope_find_branch_result (scope, &port));
  else if (scope->shared != NULL && weir_graph_find_result (scope->shared->plan->graph, &block, &port))
    given = find_given (scope, weir_plan_find_block (scope->shared->plan, weir_block_get_id (block)));
  if (given != NULL)
    {
      step = given;
      value = port != NULL ? weir_value_find_member (given->info.outputs, port) : NULL;
    }
  if (value == NULL && step != NULL && step->info.outputs != NULL && weir_value_get_length (step->info.outputs) > 0)
    value = weir_value_get_item (step->info.outputs, 0);
  return value != NULL ? weir_value_ref (value) : weir_value_new_null ();
}

static void
close_scope (WeirRun *run, WeirScopeState *scope)
{
  WeirStepState *container = weir_run_state_lookup (run->state, scope->pub.parent, scope->pub.block, scope->pub.firing);
  WeirBuilder *data = weir_record_builder_new (2);

  weir_builder_set_take (data, "scope", weir_value_new_int (scope->pub.id));
  if (scope->pub.error != NULL)
    weir_builder_set (data, "error", scope->pub.error);
  else if (scope->pub.result != NULL)
    weir_builder_set (data, "result", scope->pub.result);
  else
    weir_builder_set_take (data, "result", weir_scope_find_result (scope));
  weir_run_emit (run, WEIR_EVENT_SCOPE_CLOSED, container, weir_builder_end (data));
  scope_tell (scope);
}

/* Closes the scopes whose steps are all over; the root ends with the run. */
void
weir_run_close_rested (WeirRun *run)
{
  WeirScopeState *scope;

  while (!run->suspended && (scope = g_queue_pop_head (&run->state->rested)) != NULL)
    if (scope->pub.id != 0 && !scope->pub.closed && !weir_run_is_stopping (run))
      close_scope (run, scope);
}

/* Closes a scope in which a step failed once nothing runs in it any more. */
void
weir_run_close_failing (WeirRun *run, WeirScopeState *scope)
{
  if (scope->failing && scope->n_running == 0 && scope->pub.id != 0 && !scope->pub.closed && !run->suspended
      && !weir_run_is_stopping (run))
    close_scope (run, scope);
}

/* The run is being stopped: containers hear that their bodies will not end. */
void
weir_run_reject_scopes (WeirRun *run)
{
  for (guint i = 1; i < run->state->scopes->len; i++)
    {
      WeirScopeState *scope = g_ptr_array_index (run->state->scopes, i);
      DexPromise *promise = scope != NULL ? scope->runtime : NULL;

      if (promise == NULL)
        continue;
      scope->runtime = NULL;
      if (scope->item)
        continue;
      dex_promise_reject (promise, g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The run was stopped"));
      dex_unref (promise);
    }
  weir_run_reject_swarms (run);
}

/* Opens the scope @key of a container, or finds it again after a crash. @data: record with locals, or workflow, version and inputs
 * (transfer full). Resolves to its result. */
DexFuture *
weir_run_open_scope (WeirRun *run, WeirStep *step, const char *key, WeirValue *data)
{
  WeirScopeState *scope = weir_step_state_find_scope (step->state, key);
  g_autoptr(WeirValue) members = data;
  WeirValue *result, *error;
  DexPromise *promise;

  if (scope == NULL
      && ((run->rerun != NULL && weir_rerun_find_item (run->rerun, step, key, &result, &error))
          || weir_step_state_find_dropped (step->state, key, &result, &error)))
    return error != NULL ? dex_future_new_for_error (weir_failure_from_value (error))
                         : dex_future_new_take_boxed (WEIR_TYPE_VALUE, weir_value_ref (result));
  /* what failed before the container was tried again is tried anew; what failed before a restart of the program has failed */
  if (scope == NULL || (scope->pub.closed && scope->pub.error != NULL && scope->n_tries != step->state->n_tries))
    {
      WeirBuilder *record = weir_record_builder_new (5);

      weir_builder_set_take (record, "scope", weir_value_new_int (run->state->scopes->len));
      weir_builder_set_take (record, "key", weir_value_new_text (key));
      for (gsize i = 0; i < weir_value_get_length (members); i++)
        weir_builder_set (record, weir_value_get_key (members, i), weir_value_get_item (members, i));
      weir_run_emit (run, WEIR_EVENT_SCOPE_OPENED, step->state, weir_builder_end (record));
      scope = g_ptr_array_index (run->state->scopes, run->state->scopes->len - 1);
      if (scope->shared == NULL)
        return dex_future_new_reject (WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "There is nothing to run inside %s",
                                      step->state->info.block);
    }

  promise = dex_promise_new ();
  if (!scope->item)
    g_clear_pointer ((DexPromise **) &scope->runtime, dex_unref);
  scope->item = FALSE;
  scope->runtime = dex_ref (promise);
  if (scope->pub.closed)
    scope_tell (scope);
  else
    {
      weir_run_close_rested (run);
      /* what still ran when a step failed in it may have ended with the program */
      weir_run_close_failing (run, scope);
      weir_engine_wake (run->engine, run);
    }
  return DEX_FUTURE (promise);
}

/* What ran in it before a restart of the program may be over already. */
void
weir_run_take_up_item (WeirRun *run, WeirSwarmRun *swarm, WeirScopeState *scope)
{
  scope->item = TRUE;
  scope->runtime = swarm;
  weir_run_close_rested (run);
  weir_run_close_failing (run, scope);
}

/* The swarm hears of the end, perhaps before this returns. */
void
weir_run_open_item (WeirRun *run, WeirSwarmRun *swarm, WeirStepState *container, guint index, WeirValue *item, int priority)
{
  WeirBuilder *data = weir_record_builder_new (4);
  WeirBuilder *locals = weir_record_builder_new (2);
  WeirScopeState *scope;
  char key[16];

  g_snprintf (key, sizeof key, "%u", index);
  weir_builder_set (locals, "item", item);
  weir_builder_set_take (locals, "index", weir_value_new_int (index));
  weir_builder_set_take (data, "scope", weir_value_new_int (run->state->scopes->len));
  weir_builder_set_take (data, "key", weir_value_new_text (key));
  weir_builder_set_take (data, "locals", weir_builder_end (locals));
  if (priority != 0)
    weir_builder_set_take (data, "priority", weir_value_new_int (priority));
  weir_run_emit (run, WEIR_EVENT_SCOPE_OPENED, container, weir_builder_end (data));
  scope = g_ptr_array_index (run->state->scopes, run->state->scopes->len - 1);
  scope->item = TRUE;
  scope->runtime = swarm;
  weir_run_close_rested (run);
}
