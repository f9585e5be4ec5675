/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Runs that come of a step and are no part of its run: one that it starts, and one that will take back what follows it. */

#include "weir-run-private.h"

/* ── starting one ───────────────────────────────────────────────────────────────────────── */

typedef struct
{
  WeirStep  *step;
  char      *workflow;
  guint      version;
  WeirValue *inputs;
  int        priority;
} StartCall;

static void
start_call_free (gpointer data)
{
  StartCall *call = data;

  weir_step_unref (call->step);
  g_free (call->workflow);
  g_clear_pointer (&call->inputs, weir_value_unref);
  g_free (call);
}

static WeirValue *
record_of_int (const char *key, gint64 number)
{
  g_autoptr(WeirValue) value = weir_value_new_int (number);

  return weir_value_new_record (&key, &value, 1);
}

static WeirValue *
describe_starter (WeirStep *step)
{
  WeirBuilder *starter = weir_record_builder_new (2);
  g_autoptr(WeirValue) record = NULL;
  const char *key = "started_by";

  weir_builder_set_take (starter, "run", weir_value_new_int (step->run->id));
  weir_builder_set_take (starter, "step", weir_value_new_text (step->block->id));
  record = weir_builder_end (starter);
  return weir_value_new_record (&key, &record, 1);
}

/* The new run and that the effect was done are on disk together, or neither is. */
static gint64
begin_run (StartCall *call, WeirWorkflow *workflow, WeirValue *inputs, guint64 effect, GError **error)
{
  WeirEngine *engine = call->step->run->engine;
  g_autoptr(WeirValue) options = describe_starter (call->step);
  g_autoptr(WeirRun) run = weir_engine_start_run (engine, workflow, inputs, options, 0, NULL, error);
  g_autoptr(WeirValue) after = NULL;

  if (run == NULL)
    {
      weir_step_drop_effect (call->step, effect);
      return 0;
    }
  weir_batch_put_run_fields (weir_engine_get_batch (engine), run->id, call->step->run->id, NULL,
                             call->priority != 0 ? call->priority : weir_workflow_get_run_priority (workflow));
  if (call->priority != 0)
    weir_run_set_priority (run, call->priority, NULL);
  after = record_of_int ("run", run->id);
  weir_step_complete_effect (call->step, effect, after);
  return run->id;
}

static DexFuture *
start_fiber (gpointer user_data)
{
  StartCall *call = user_data;
  GError *error = NULL;
  g_autoptr(WeirWorkflow) workflow = weir_step_load_workflow (call->step, call->workflow, call->version, &error);
  g_autoptr(WeirValue) inputs = workflow != NULL ? weir_workflow_complete_inputs (workflow, call->inputs, &error)
                                                  : NULL;
  guint64 effect;
  gint64 run;

  if (inputs == NULL)
    return dex_future_new_for_error (error);
  effect = dex_await_uint64 (weir_step_intend (call->step, "run.start", weir_workflow_get_name (workflow), NULL),
                             &error);
  if (error != NULL)
    return dex_future_new_for_error (error);
  if (call->step->settled || call->step->run->suspended)
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The run was stopped");
  run = begin_run (call, workflow, inputs, effect, &error);
  return run != 0 ? dex_future_new_take_boxed (WEIR_TYPE_VALUE, weir_value_new_int (run))
                  : dex_future_new_for_error (error);
}

/**
 * weir_step_start_run:
 * @self: a running step
 * @workflow: an id, a name, or a path of a file
 * @version: 0 for the latest
 * @inputs: (nullable): a record
 * @priority: of the new run; 0: what its workflow says
 *
 * Starts a run of its own and does not wait for it. Recorded as an effect: undoing it stops the run.
 *
 * Returns: (transfer full): a future that resolves to the number of the run (#WeirValue, int)
 */
DexFuture *
weir_step_start_run (WeirStep *self, const char *workflow, guint version, WeirValue *inputs, int priority)
{
  StartCall *call = g_new0 (StartCall, 1);

  call->step = weir_step_ref (self);
  call->workflow = g_strdup (workflow);
  call->version = version;
  call->inputs = inputs != NULL ? weir_value_ref (inputs) : NULL;
  call->priority = priority;
  return dex_scheduler_spawn (NULL, 0, start_fiber, call, start_call_free);
}

/* ── announcing one ─────────────────────────────────────────────────────────────────────── */

/* What is seen in a scope besides inputs, variables and blocks: of the scopes around it too, up to a workflow of its own. */
static WeirValue *
collect_locals (WeirScopeState *scope)
{
  WeirBuilder *record = weir_record_builder_new (4);
  g_autoptr(GPtrArray) around = g_ptr_array_new ();

  for (; scope != NULL; scope = scope->workflow == NULL ? scope->parent : NULL)
    g_ptr_array_insert (around, 0, scope);
  for (guint i = 0; i < around->len; i++)
    {
      WeirValue *locals = ((WeirScopeState *) g_ptr_array_index (around, i))->pub.locals;

      for (gsize j = 0; locals != NULL && j < weir_value_get_length (locals); j++)
        weir_builder_set (record, weir_value_get_key (locals, j), weir_value_get_item (locals, j));
    }
  return weir_builder_end (record);
}

/* The workflow that the step belongs to: that of its run, or one that it calls. */
static WeirWorkflow *
find_workflow (WeirStep *self)
{
  WeirScopeState *scope = self->state->scope;
  WeirRunState *state = self->run->state;

  while (scope != NULL && scope->workflow == NULL)
    scope = scope->parent;
  for (guint i = 0; scope != NULL && i < state->others->len; i++)
    if (weir_workflow_get_graph (g_ptr_array_index (state->others, i)) == scope->pub.graph)
      return g_ptr_array_index (state->others, i);
  return self->run->workflow;
}

static WeirValue *
describe_undo_point (WeirStep *self, WeirValue *value, guint attempts)
{
  WeirWorkflow *workflow = find_workflow (self);
  WeirValue *inputs = weir_scope_get_inputs (self->run, self->state->scope);
  WeirValue *variables = *weir_run_state_find_variables (self->run->state, self->state->scope);
  WeirBuilder *record = weir_record_builder_new (8);

  weir_builder_set_take (record, "workflow", weir_value_new_text (weir_workflow_get_id (workflow)));
  weir_builder_set_take (record, "version", weir_value_new_int (weir_workflow_get_version (workflow)));
  weir_builder_set_take (record, "block", weir_value_new_text (weir_block_get_path (self->block->block)));
  weir_builder_set_take (record, "attempts", weir_value_new_int (attempts));
  weir_builder_set (record, "value", value);
  weir_builder_set_take (record, "locals", collect_locals (self->state->scope));
  if (inputs != NULL)
    weir_builder_set (record, "inputs", inputs);
  if (variables != NULL)
    weir_builder_set (record, "variables", variables);
  return weir_builder_end (record);
}

typedef struct
{
  WeirStep  *step;
  WeirValue *before;
} PointCall;

static void
point_call_free (gpointer data)
{
  PointCall *call = data;

  weir_step_unref (call->step);
  weir_value_unref (call->before);
  g_free (call);
}

/* Before the end of the program it may have been announced already. */
static gboolean
is_announced (WeirStep *step, GError **error)
{
  g_autoptr(GPtrArray) effects = NULL;

  if (step->attempt == 1)
    return FALSE;
  effects = dex_await_boxed (weir_store_list_effects (step->run->engine->store, step->run->id), error);
  for (guint i = 0; effects != NULL && i < effects->len; i++)
    {
      const WeirEffect *effect = g_ptr_array_index (effects, i);

      if (effect->scope == step->state->info.scope && effect->firing == step->state->info.firing
          && g_str_equal (effect->block, step->block->id) && g_str_equal (effect->type, WEIR_UNDO_POINT))
        return TRUE;
    }
  return FALSE;
}

static DexFuture *
point_fiber (gpointer user_data)
{
  PointCall *call = user_data;
  GError *error = NULL;
  guint64 effect;

  if (is_announced (call->step, &error))
    return dex_future_new_true ();
  if (error == NULL)
    effect = dex_await_uint64 (
      weir_step_intend (call->step, WEIR_UNDO_POINT, weir_block_get_title (call->step->block->block), call->before),
      &error);
  if (error != NULL)
    return dex_future_new_for_error (error);
  weir_step_complete_effect (call->step, effect, NULL);
  return dex_future_new_true ();
}

/**
 * weir_step_add_undo_point:
 * @self: a running step
 * @value: what its port `undo` will give
 * @attempts: how often what follows that port is tried
 *
 * What follows the port `undo` of the step is how to take back what comes after it. It runs, as a run of its own, when this run, or the
 * part of it that the step is in, is undone: after all that came later was undone. It has what could be seen here: inputs, variables of the run, what the
 * containers around it gave; not what other blocks gave.
 *
 * Returns: (transfer full): a future that resolves to %TRUE once that is on disk
 */
DexFuture *
weir_step_add_undo_point (WeirStep *self, WeirValue *value, guint attempts)
{
  PointCall *call = g_new0 (PointCall, 1);

  call->step = weir_step_ref (self);
  call->before = describe_undo_point (self, value, attempts);
  return dex_scheduler_spawn (NULL, 0, point_fiber, call, point_call_free);
}
