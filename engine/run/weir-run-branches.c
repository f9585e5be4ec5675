/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Branches of a container's body: parts that no link joins, which run as scopes of their own. */

#include "weir-run-private.h"
#include "weir-store.h"
#include "weir-undo-private.h"

/* Whether a scope runs this block: all of its graph, or the one branch. */
gboolean
weir_scope_has_block (WeirScopeState *scope, guint block)
{
  if (scope->branch == WEIR_BRANCH_HANDLERS)
    return scope->shared->plan->blocks[block].kind != NULL && scope->shared->plan->blocks[block].kind->at_end;
  if (scope->only != NULL)
    return scope->only[block];
  return scope->branch == 0 || scope->shared->plan->blocks[block].component + 1 == scope->branch;
}

static WeirPlan *
plan_of_body (WeirStep *step)
{
  WeirGraph *body = weir_block_get_body (step->block->block);

  return body != NULL ? weir_run_state_share_plan (step->run->state, body)->plan : NULL;
}

/**
 * weir_step_list_branches:
 * @self: a step of a container
 *
 * Branches are the parts of a body that no link joins. Each is called by the id of its first block.
 *
 * Returns: (transfer full) (array zero-terminated=1): their names, in the order of the file
 */
char **
weir_step_list_branches (WeirStep *self)
{
  WeirPlan *plan = plan_of_body (self);
  g_autoptr(GStrvBuilder) names = g_strv_builder_new ();
  guint n = 0;

  for (guint i = 0; plan != NULL && i < plan->n_blocks; i++)
    if (plan->blocks[i].component == n)
      {
        g_strv_builder_add (names, plan->blocks[i].id);
        n++;
      }
  return g_strv_builder_end (names);
}

/**
 * weir_step_run_branch:
 * @self: a step of a container
 * @branch: name of a branch of its body
 * @key: name of this run, unique within the step
 * @locals: (nullable): a record added to the scope of the body's expressions
 *
 * Runs one branch of the body.
 *
 * Returns: (transfer full): a future that resolves to the branch's result (#WeirValue)
 */
DexFuture *
weir_step_run_branch (WeirStep *self, const char *branch, const char *key, WeirValue *locals)
{
  return weir_run_open_body (self, branch, key, locals);
}

static WeirScopeState *
find_scope (WeirStep *step, const char *key)
{
  return weir_step_state_find_scope (step->state, key);
}

/* The last of the branch's sinks, if there is but one. */
static int
find_single_sink (WeirScopeState *scope)
{
  WeirPlan *plan = scope->shared->plan;
  int found = -1;

  for (guint i = 0; i < plan->n_blocks; i++)
    if (weir_scope_has_block (scope, i) && plan->blocks[i].n_out == 0)
      {
        if (found >= 0)
          return -1;
        found = (int) i;
      }
  return found;
}

/* Where the result of a branch comes from: the designated output if it is in it, else its single sink; -1: what succeeded last. */
int
weir_scope_find_branch_result (WeirScopeState *scope, const char **port)
{
  WeirBlock *block = NULL;
  int index = -1;

  *port = NULL;
  if (weir_graph_get_output (scope->pub.graph) != NULL && weir_graph_find_result (scope->pub.graph, &block, port))
    index = weir_plan_find_block (scope->shared->plan, weir_block_get_id (block));
  if (index >= 0 && weir_scope_has_block (scope, (guint) index))
    return index;
  *port = NULL;
  return find_single_sink (scope);
}

/**
 * weir_step_stop_body:
 * @self: a step of a container
 * @key: name of a run of its body, or of a branch
 * @force: whether to end programs without asking them first
 *
 * Ends one run of the body: what runs in it is stopped, and once that is over its future rejects with flow.cancelled, or with
 * flow.interrupted when forced. Does nothing to one that is over.
 */
void
weir_step_stop_body (WeirStep *self, const char *key, gboolean force)
{
  WeirScopeState *scope = find_scope (self, key);
  WeirRun *run = self->run;

  if (scope == NULL || scope->pub.closed || scope->shared == NULL || run->suspended || self->settled)
    return;
  weir_run_stop_scope (run, scope, force);
  weir_run_close_rested (run);
  weir_engine_wake (run->engine, run);
}

/**
 * weir_step_dup_body_error:
 * @self: a step of a container
 * @key: name of a run of its body, or of a branch
 *
 * Returns: (transfer full) (nullable): the failure that it ended with, an error value with all that came with it; %NULL if it did not
 *   fail
 */
WeirValue *
weir_step_dup_body_error (WeirStep *self, const char *key)
{
  WeirScopeState *scope = find_scope (self, key);

  return scope != NULL && scope->pub.error != NULL ? weir_value_ref (scope->pub.error) : NULL;
}

/* ── effects ────────────────────────────────────────────────────────────────────────────── */

typedef struct
{
  WeirStep *step;
  guint32   scope;
} EffectsCall;

static void
effects_call_free (gpointer data)
{
  EffectsCall *call = data;

  weir_step_unref (call->step);
  g_free (call);
}

static WeirValue *
describe_effect (const WeirEffect *effect)
{
  WeirBuilder *record = weir_record_builder_new (4);

  weir_builder_set_take (record, "block", weir_value_new_text (effect->block));
  weir_builder_set_take (record, "type", weir_value_new_text (effect->type));
  weir_builder_set_take (record, "target", weir_value_new_text (effect->target));
  weir_builder_set_take (record, "undo", weir_value_new_text (weir_undo_kind_get_name (effect->undo)));
  return weir_builder_end (record);
}

static DexFuture *
effects_fiber (gpointer user_data)
{
  EffectsCall *call = user_data;
  WeirRun *run = call->step->run;
  g_autoptr(GPtrArray) effects = NULL;
  g_autoptr(WeirBuilder) list = weir_list_builder_new (4);
  GError *error = NULL;
  GValue value = G_VALUE_INIT;
  DexFuture *future;

  if (!dex_await (weir_engine_durable (run->engine), &error))
    return dex_future_new_for_error (error);
  effects = dex_await_boxed (weir_store_list_effects (run->engine->store, run->id), &error);
  if (effects == NULL)
    return dex_future_new_for_error (error);
  for (guint i = 0; i < effects->len; i++)
    {
      const WeirEffect *effect = g_ptr_array_index (effects, i);

      if (weir_run_state_is_inside (run->state, effect->scope, call->scope) && effect->state != WEIR_EFFECT_DROPPED)
        weir_builder_take (list, describe_effect (effect));
    }
  g_value_init (&value, WEIR_TYPE_VALUE);
  g_value_take_boxed (&value, weir_builder_end (g_steal_pointer (&list)));
  future = dex_future_new_for_value (&value);
  g_value_unset (&value);
  return future;
}

/* ── undo ───────────────────────────────────────────────────────────────────────────────── */

static DexFuture *
undo_body_fiber (gpointer user_data)
{
  EffectsCall *call = user_data;
  WeirRun *run = call->step->run;
  g_autoptr(WeirEngine) engine = g_object_ref (run->engine);
  g_autoptr(WeirUndoPlan) plan = NULL;
  WeirValue *undone = NULL;
  GError *error = NULL;

  if (dex_await (weir_engine_durable (engine), &error) && run->engine != NULL)
    plan = weir_undo_plan_scope (run, call->scope, &error);
  if (plan != NULL && run->engine != NULL)
    undone = weir_undo_plan_carry_out (plan, call->step, &error);
  if (undone != NULL)
    return dex_future_new_take_boxed (WEIR_TYPE_VALUE, undone);
  if (error == NULL)
    g_set_error (&error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "The engine was closed");
  return dex_future_new_for_error (error);
}

static DexFuture *
spawn_for_body (WeirStep *self, const char *key, DexFiberFunc func)
{
  WeirScopeState *scope = find_scope (self, key);
  EffectsCall *call;

  if (scope == NULL || self->run->engine == NULL)
    return dex_future_new_reject (WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "Nothing ran inside as “%s”", key);
  call = g_new (EffectsCall, 1);
  call->step = weir_step_ref (self);
  call->scope = scope->pub.id;
  return dex_scheduler_spawn (NULL, 0, func, call, effects_call_free);
}

/**
 * weir_step_undo_body:
 * @self: a step of a container
 * @key: name of a run of its body that is over
 *
 * Takes back, latest first, what was done to the world in it, containers within included, while the run goes on. What cannot be taken back, or
 * was changed since, is left as it is. May be called again for the same run of the body: after a restart of the program it goes on where it was.
 *
 * Returns: (transfer full): a future that resolves to a record {undone: int, kept: list} (#WeirValue); `kept` has a record {block, type, target,
 *   reason} for each effect that was left. Rejects when the step is stopped meanwhile
 */
DexFuture *
weir_step_undo_body (WeirStep *self, const char *key)
{
  return spawn_for_body (self, key, undo_body_fiber);
}

/**
 * weir_step_load_body_effects:
 * @self: a step of a container
 * @key: name of a run of its body
 *
 * Returns: (transfer full): a future that resolves to what was done to the world in it, containers within included: a list of records
 *   {block, type, target, undo} (#WeirValue)
 */
DexFuture *
weir_step_load_body_effects (WeirStep *self, const char *key)
{
  return spawn_for_body (self, key, effects_fiber);
}
