/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Playing with what is known: another run, a fixture, values by hand. The plan says beforehand what will run. */

#include "weir-engine-private.h"
#include "weir-rerun.h"
#include "weir-run-private.h"

typedef struct
{
  WeirEngine   *engine;
  WeirWorkflow *workflow; /* what to play; NULL: that of the run */
  WeirValue    *inputs;
  WeirValue    *options;
  gint64        source;   /* 0: no run */
} Call;

static void
call_free (gpointer data)
{
  Call *self = data;

  g_object_unref (self->engine);
  g_clear_object (&self->workflow);
  g_clear_pointer (&self->inputs, weir_value_unref);
  weir_value_unref (self->options);
  g_free (self);
}

static Call *
call_new (WeirEngine *engine, WeirWorkflow *workflow, WeirValue *inputs, WeirValue *options, gint64 source)
{
  Call *self = g_new0 (Call, 1);

  self->engine = g_object_ref (engine);
  self->workflow = workflow != NULL ? g_object_ref (workflow) : NULL;
  self->inputs = inputs != NULL ? weir_value_ref (inputs) : NULL;
  self->options = options != NULL ? weir_value_ref (options) : weir_value_new_record (NULL, NULL, 0);
  self->source = source;
  return self;
}

/* ── what is known ──────────────────────────────────────────────────────────────────────── */

static void
clear_source (WeirRerunSource *source)
{
  g_clear_pointer (&source->state, weir_run_state_unref);
  g_clear_object (&source->workflow);
  g_clear_pointer (&source->events, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (WeirRerunSource, clear_source)

/* In a fiber. */
static gboolean
load_source (WeirEngine *engine, gint64 run, WeirRerunSource *source, GError **error)
{
  g_autoptr(WeirRunInfo) info = NULL;

  source->run = run;
  if (run == 0)
    return TRUE;
  /* a run that goes on is taken as far as it has come */
  if (!dex_await (weir_engine_durable (engine), error))
    return FALSE;
  info = dex_await_object (weir_store_load_run (engine->store, run), error);
  if (info == NULL)
    return FALSE;
  source->workflow = dex_await_object (
    weir_engine_load_workflow (engine, weir_run_info_get_workflow_id (info), weir_run_info_get_version (info)), error);
  if (source->workflow == NULL)
    return FALSE;
  source->events = dex_await_boxed (weir_store_load_events (engine->store, run, 0, TRUE), error);
  if (source->events == NULL)
    return FALSE;
  source->state = weir_run_state_new (source->workflow, weir_engine_resolve, engine);
  for (guint i = 0; i < source->events->len; i++)
    if (!weir_run_state_apply (source->state, g_ptr_array_index (source->events, i), error))
      return FALSE;
  return TRUE;
}

static gboolean
load_fixtures (WeirEngine *engine, WeirWorkflow *workflow, const char *name, GHashTable **fixtures, GError **error)
{
  g_autoptr(GPtrArray) list = NULL;

  if (name == NULL)
    return TRUE;
  list = dex_await_boxed (weir_store_load_fixtures (engine->store, weir_workflow_get_id (workflow), name), error);
  if (list == NULL)
    return FALSE;
  *fixtures = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) weir_value_unref);
  for (guint i = 0; i < list->len; i++)
    {
      WeirFixture *fixture = g_ptr_array_index (list, i);

      g_hash_table_insert (*fixtures, g_strdup (fixture->block), weir_value_ref (fixture->outputs));
    }
  return TRUE;
}

/* A value that a person gives must be of the type that the port has. */
static gboolean
check_set_ports (WeirBlock *block, gboolean inputs, WeirValue *values, GError **error)
{
  for (gsize i = 0; i < weir_value_get_length (values); i++)
    {
      const char *name = weir_value_get_key (values, i);
      const WeirPort *port = inputs ? weir_port_list_find_input (weir_block_get_ports (block), name)
                                    : weir_port_list_find_output (weir_block_get_ports (block), name);
      g_autoptr(WeirType) type = port != NULL ? weir_type_parse (port->type != NULL ? port->type : "any", NULL) : NULL;
      g_autoptr(WeirValue) converted = NULL;
      g_autoptr(GError) local = NULL;

      if (port == NULL)
        {
          g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "%s has no %s %s", weir_block_get_path (block),
                       inputs ? "input" : "output", name);
          return FALSE;
        }
      converted = type != NULL ? weir_type_convert (type, weir_value_get_item (values, i), &local) : NULL;
      if (type == NULL || converted != NULL)
        continue;
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "%s.%s: %s", weir_block_get_path (block), name,
                   local->message);
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_set (WeirWorkflow *workflow, WeirValue *options, GError **error)
{
  WeirValue *set = weir_value_find_member (options, "set");

  for (gsize i = 0; set != NULL && i < weir_value_get_length (set); i++)
    {
      const char *path = weir_value_get_key (set, i);
      WeirBlock *block = weir_workflow_find_block (workflow, path);
      WeirValue *inputs = weir_value_find_member (weir_value_get_item (set, i), "inputs");
      WeirValue *outputs = weir_value_find_member (weir_value_get_item (set, i), "outputs");

      if (block == NULL)
        {
          g_set_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "There is no block %s in %s", path,
                       weir_workflow_get_name (workflow));
          return FALSE;
        }
      if ((inputs != NULL && !check_set_ports (block, TRUE, inputs, error))
          || (outputs != NULL && !check_set_ports (block, FALSE, outputs, error)))
        return FALSE;
    }
  return TRUE;
}

/* In a fiber: what a run of @workflow that was played with @options knows. */
static WeirRerun *
make_rerun (WeirEngine *engine, WeirWorkflow *workflow, WeirValue *options, WeirRerunSource *source, GError **error)
{
  g_autoptr(GHashTable) fixtures = NULL;

  if (!check_set (workflow, options, error)
      || !load_fixtures (engine, workflow, weir_value_get_member_text (options, "fixture", NULL), &fixtures, error))
    return NULL;
  return weir_rerun_new (workflow, options, source, fixtures, error);
}

gboolean
weir_engine_load_rerun (WeirEngine *self, WeirWorkflow *workflow, WeirRunState *state, WeirRerun **rerun, GError **error)
{
  g_auto(WeirRerunSource) source = { 0 };

  if (state->options == NULL)
    return TRUE;
  if (!load_source (self, state->parent, &source, error))
    return FALSE;
  *rerun = make_rerun (self, workflow, state->options, &source, error);
  return *rerun != NULL;
}

/* ── the plan ───────────────────────────────────────────────────────────────────────────── */

/* The version of the run, unless another one is asked for. */
static WeirWorkflow *
choose_workflow (Call *call, WeirRerunSource *source, GError **error)
{
  WeirValue *version = weir_value_find_member (call->options, "version");

  if (call->workflow != NULL)
    return g_object_ref (call->workflow);
  if (version == NULL)
    return weir_workflow_copy (source->workflow);
  return dex_await_object (weir_engine_load_workflow (call->engine, weir_workflow_get_id (source->workflow),
                                                      weir_value_get_kind (version) == WEIR_VALUE_INT
                                                        ? (guint) weir_value_get_int (version)
                                                        : 0),
                           error);
}

/* By scope, which block of the workflow it is in; steps of early items are in the journal only. */
static GPtrArray *
find_roots (GPtrArray *events)
{
  GPtrArray *roots = g_ptr_array_new ();

  g_ptr_array_add (roots, NULL);
  for (guint i = 0; i < events->len; i++)
    {
      WeirEvent *event = g_ptr_array_index (events, i);

      if (event->kind == WEIR_EVENT_SCOPE_OPENED)
        g_ptr_array_add (roots, event->scope == 0 ? event->block : g_ptr_array_index (roots, event->scope));
    }
  return roots;
}

static WeirValue *
list_effects_of (GPtrArray *effects, GPtrArray *roots, const char *block)
{
  WeirBuilder *list = weir_list_builder_new (4);

  for (guint i = 0; i < effects->len; i++)
    {
      WeirEffect *effect = g_ptr_array_index (effects, i);
      const char *root = effect->scope == 0           ? effect->block
                         : effect->scope < roots->len ? g_ptr_array_index (roots, effect->scope)
                                                      : NULL;
      WeirBuilder *record;

      if (g_strcmp0 (root, block) != 0 || effect->state == WEIR_EFFECT_DROPPED)
        continue;
      record = weir_record_builder_new (3);
      weir_builder_set_take (record, "type", weir_value_new_text (effect->type));
      weir_builder_set_take (record, "target", weir_value_new_text (effect->target));
      weir_builder_set_take (record, "undo", weir_value_new_text (weir_undo_kind_get_name (effect->undo)));
      weir_builder_take (list, weir_builder_end (record));
    }
  return weir_builder_end (list);
}

static WeirValue *
describe_plan (WeirRerun *rerun, WeirWorkflow *workflow, GPtrArray *effects, GPtrArray *roots)
{
  static const char *const words[] = { "run", "reuse", "skip" };
  WeirGraph *graph = weir_workflow_get_graph (workflow);
  WeirBuilder *list = weir_list_builder_new (weir_graph_get_n_blocks (graph));

  for (guint i = 0; i < weir_graph_get_n_blocks (graph); i++)
    {
      WeirBlock *block = weir_graph_get_block (graph, i);
      const char *reason;
      WeirRerunDecision decision = weir_rerun_decide (rerun, i, &reason);
      WeirBuilder *record = weir_record_builder_new (4);

      weir_builder_set_take (record, "block", weir_value_new_text (weir_block_get_id (block)));
      weir_builder_set_take (record, "decision", weir_value_new_text (words[decision]));
      weir_builder_set_take (record, "reason", weir_value_new_text (reason));
      if (decision == WEIR_RERUN_RUN)
        weir_builder_set_take (record, "repeats", list_effects_of (effects, roots, weir_block_get_id (block)));
      weir_builder_take (list, weir_builder_end (record));
    }
  return weir_builder_end (list);
}

static DexFuture *
plan_fiber (gpointer user_data)
{
  Call *call = user_data;
  GError *error = NULL;
  g_auto(WeirRerunSource) source = { 0 };
  g_autoptr(WeirWorkflow) workflow = NULL;
  g_autoptr(WeirRerun) rerun = NULL;
  g_autoptr(GPtrArray) effects = NULL;
  g_autoptr(GPtrArray) roots = NULL;

  if (!weir_options_check_play (call->options, &error) || !load_source (call->engine, call->source, &source, &error))
    return dex_future_new_for_error (error);
  workflow = choose_workflow (call, &source, &error);
  if (workflow == NULL)
    return dex_future_new_for_error (error);
  rerun = make_rerun (call->engine, workflow, call->options, &source, &error);
  if (rerun == NULL)
    return dex_future_new_for_error (error);
  effects = dex_await_boxed (weir_store_list_effects (call->engine->store, call->source), &error);
  if (effects == NULL)
    return dex_future_new_for_error (error);
  roots = find_roots (source.events);
  return dex_future_new_take_boxed (WEIR_TYPE_VALUE, describe_plan (rerun, workflow, effects, roots));
}

/**
 * weir_engine_plan_rerun:
 * @self: an engine
 * @run: number of a run
 * @options: (nullable): as for [method@Weir.Engine.rerun]
 *
 * What running again would do; nothing is changed.
 *
 * Returns: (transfer full): a future that resolves to a list (#WeirValue) of records, one for each block of the workflow: {block, decision: "run",
 *   "reuse" or "skip", reason, repeats?}, where repeats lists what the block did to the world then and would do again: {type, target,
 *   undo}
 */
DexFuture *
weir_engine_plan_rerun (WeirEngine *self, gint64 run, WeirValue *options)
{
  g_return_val_if_fail (WEIR_IS_ENGINE (self), NULL);
  return dex_scheduler_spawn (NULL, 0, plan_fiber, call_new (self, NULL, NULL, options, run), call_free);
}

/* ── playing ────────────────────────────────────────────────────────────────────────────── */

/* @changes over @base, either may be NULL. (transfer full) */
static WeirValue *
merge (WeirValue *base, WeirValue *changes)
{
  WeirValue *all = base != NULL ? weir_value_ref (base) : weir_value_new_record (NULL, NULL, 0);

  for (gsize i = 0; changes != NULL && i < weir_value_get_length (changes); i++)
    {
      WeirValue *old = all;

      all = weir_value_with_member (old, weir_value_get_key (changes, i), weir_value_get_item (changes, i));
      weir_value_unref (old);
    }
  return all;
}

static DexFuture *
play_fiber (gpointer user_data)
{
  Call *call = user_data;
  WeirEngine *self = call->engine;
  GError *error = NULL;
  g_auto(WeirRerunSource) source = { 0 };
  g_autoptr(WeirWorkflow) workflow = NULL;
  g_autoptr(WeirRerun) rerun = NULL;
  g_autoptr(WeirValue) inputs = NULL;
  g_autoptr(WeirValue) all = NULL;
  WeirValue *given = call->options != NULL ? weir_value_find_member (call->options, "inputs") : NULL;
  g_autoptr(WeirRun) run = NULL;

  if (!weir_options_check_play (call->options, &error) || !load_source (self, call->source, &source, &error))
    return dex_future_new_for_error (error);
  workflow = choose_workflow (call, &source, &error);
  if (workflow == NULL)
    return dex_future_new_for_error (error);
  if (call->workflow != NULL && dex_await_uint (weir_engine_settle_workflow (self, call->workflow), &error) == 0
      && error != NULL)
    return dex_future_new_for_error (error);
  all = merge (source.state != NULL ? weir_run_state_get_inputs (source.state) : call->inputs, given);
  inputs = weir_workflow_complete_inputs (workflow, all, &error);
  if (inputs == NULL)
    return dex_future_new_for_error (error);
  rerun = make_rerun (self, workflow, call->options, &source, &error);
  if (rerun == NULL)
    return dex_future_new_for_error (error);

  run = weir_engine_start_run (self, workflow, inputs, call->options, call->source, g_steal_pointer (&rerun), &error);
  if (run == NULL || !dex_await (weir_engine_durable (self), &error))
    return dex_future_new_for_error (error);
  g_signal_emit_by_name (self, "workflows-changed");
  return dex_future_new_take_object (g_steal_pointer (&run));
}

static DexFuture *
play (Call *call)
{
  if (call->engine->closed)
    {
      call_free (call);
      return dex_future_new_reject (WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "The engine is closed");
    }
  return dex_scheduler_spawn (NULL, 0, play_fiber, call, call_free);
}

/**
 * weir_engine_rerun:
 * @self: an engine
 * @run: number of a run, live or ended
 * @options: (nullable): a record, each member optional: `mode`: "all" (from the beginning), "from" (a block, what follows it, and what had
 *   not succeeded), "then" (a block and what follows it), "only" (a block); `block`: its id, or "map[3]" for one item of a container;
 *   `version`: a number or "latest" in place of the run's; `inputs`: those that replace the run's; `set`: by path of a block {inputs: {port:
 *   value}} that replace what it gets, or {outputs: {port: value}} that it gives without running; `fixture`: name of a set of outputs; `breakpoints`: by
 *   path of a block a condition, "" always; `by`: who says so
 *
 * Runs again, as a new run that knows its parent. What is reused is taken over only where a block is as it was and gets what it got, and where
 * nothing that it did was undone.
 *
 * Returns: (transfer full): a future that resolves to the #WeirRun; rejects with %WEIR_ERROR_INVALID or %WEIR_ERROR_NOT_FOUND
 */
DexFuture *
weir_engine_rerun (WeirEngine *self, gint64 run, WeirValue *options)
{
  g_return_val_if_fail (WEIR_IS_ENGINE (self), NULL);
  return play (call_new (self, NULL, NULL, options, run));
}

/**
 * weir_engine_play_with:
 * @self: an engine
 * @workflow: what to run; saved first if it changed
 * @inputs: (nullable): a record
 * @options: a record: `set`, `fixture` and `by` of [method@Weir.Engine.rerun]; `cache`: "off" to run also what is known from an earlier run;
 *   `correlation`: id of what the run belongs to
 *
 * As play, with some outputs known beforehand.
 *
 * Returns: (transfer full): a future that resolves to the #WeirRun
 */
DexFuture *
weir_engine_play_with (WeirEngine *self, WeirWorkflow *workflow, WeirValue *inputs, WeirValue *options)
{
  g_return_val_if_fail (WEIR_IS_ENGINE (self), NULL);
  return play (call_new (self, workflow, inputs, options, 0));
}

/* ── fixtures ───────────────────────────────────────────────────────────────────────────── */

static gboolean
is_wanted (const char *path, WeirValue *blocks)
{
  for (gsize i = 0; blocks != NULL && i < weir_value_get_length (blocks); i++)
    if (g_str_equal (weir_value_get_text (weir_value_get_item (blocks, i), NULL), path))
      return TRUE;
  return blocks == NULL;
}

static DexFuture *
save_fixture_fiber (gpointer user_data)
{
  Call *call = user_data;
  GError *error = NULL;
  g_auto(WeirRerunSource) source = { 0 };
  const char *name = weir_value_get_member_text (call->options, "name", "");
  WeirValue *blocks = weir_value_find_member (call->options, "blocks");
  g_autoptr(GPtrArray) fixtures = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_fixture_free);
  WeirGraph *graph;

  if (name[0] == '\0')
    return dex_future_new_reject (WEIR_ERROR, WEIR_ERROR_INVALID, "Expected a name for the fixture, but it is empty");
  if (!weir_options_check_play (call->options, &error) || !load_source (call->engine, call->source, &source, &error))
    return dex_future_new_for_error (error);
  graph = weir_workflow_get_graph (source.workflow);
  for (guint i = 0; i < weir_graph_get_n_blocks (graph); i++)
    {
      const char *id = weir_block_get_id (weir_graph_get_block (graph, i));
      const WeirStepInfo *step = weir_run_state_find_step (source.state, 0, id);

      if (step != NULL && step->outputs != NULL && is_wanted (id, blocks))
        g_ptr_array_add (fixtures, weir_fixture_new (id, step->outputs, call->source));
    }
  if (fixtures->len == 0)
    return dex_future_new_reject (WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "Run %" G_GINT64_FORMAT " has no outputs to keep",
                                  call->source);
  return weir_store_save_fixtures (call->engine->store, weir_workflow_get_id (source.workflow), name,
                                   g_steal_pointer (&fixtures));
}

/**
 * weir_engine_save_fixture:
 * @self: an engine
 * @run: number of a run
 * @name: name of the set: "empty", "401"
 * @blocks: (nullable): a list of ids; %NULL for all blocks of the workflow that gave something
 *
 * Keeps what blocks gave in a run under a name, for runs that are to take it from there. A set of that name is replaced.
 *
 * Returns: (transfer full): a future that resolves to %TRUE
 */
DexFuture *
weir_engine_save_fixture (WeirEngine *self, gint64 run, const char *name, WeirValue *blocks)
{
  WeirBuilder *options = weir_record_builder_new (2);
  g_autoptr(WeirValue) record = NULL;

  g_return_val_if_fail (WEIR_IS_ENGINE (self), NULL);
  weir_builder_set_take (options, "name", weir_value_new_text (name));
  if (blocks != NULL)
    weir_builder_set (options, "blocks", blocks);
  record = weir_builder_end (options);
  return dex_scheduler_spawn (NULL, 0, save_fixture_fiber, call_new (self, NULL, NULL, record, run), call_free);
}
