/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Questions to the fold. */

#include "weir-swarm-state.h"

#include <string.h>

/**
 * weir_run_state_get_status:
 * @self: a state
 *
 * Returns: where the run stands
 */
WeirRunStatus
weir_run_state_get_status (WeirRunState *self)
{
  /* everything that is not over waits for a moment, an answer or a signal */
  if (self->status == WEIR_RUN_RUNNING && self->n_waits > 0 && self->n_leaves == 0 && self->n_retrying == 0
      && self->ready.length == 0 && self->waiting.length == 0)
    return WEIR_RUN_WAITING;
  return self->status;
}

/**
 * weir_run_state_get_seq:
 * @self: a state
 *
 * Returns: sequence number of the last event applied; 0 before the first
 */
guint64
weir_run_state_get_seq (WeirRunState *self)
{
  return self->seq;
}

/**
 * weir_run_state_get_started_at:
 * @self: a state
 *
 * Returns: µs UTC; 0 if it has not started
 */
gint64
weir_run_state_get_started_at (WeirRunState *self)
{
  return self->started_at;
}

/**
 * weir_run_state_get_ended_at:
 * @self: a state
 *
 * Returns: µs UTC; 0 if it has not ended
 */
gint64
weir_run_state_get_ended_at (WeirRunState *self)
{
  return self->ended_at;
}

/**
 * weir_run_state_get_options:
 * @self: a state
 *
 * How it was played: see weir_engine_rerun (). A run that a step of another one started has `started_by`, a record {run, step}; one that takes
 * back what another did has `undo`, a record {run, effect, block, value}.
 *
 * Returns: (transfer none) (nullable): a record; %NULL: as ever
 */
WeirValue *
weir_run_state_get_options (WeirRunState *self)
{
  return self->options;
}

/**
 * weir_run_state_get_inputs:
 * @self: a state
 *
 * Returns: (transfer none) (nullable): the record that the run was started with
 */
WeirValue *
weir_run_state_get_inputs (WeirRunState *self)
{
  return self->inputs;
}

/**
 * weir_run_state_get_result:
 * @self: a state
 *
 * Returns: (transfer none) (nullable): what the run gave, once it has succeeded
 */
WeirValue *
weir_run_state_get_result (WeirRunState *self)
{
  return self->result;
}

/**
 * weir_run_state_get_error:
 * @self: a state
 *
 * Returns: (transfer none) (nullable): an error value, once the run has failed
 */
WeirValue *
weir_run_state_get_error (WeirRunState *self)
{
  return self->error;
}

/**
 * weir_run_state_get_n_steps:
 * @self: a state
 *
 * Returns: how many steps became ready so far
 */
guint
weir_run_state_get_n_steps (WeirRunState *self)
{
  return self->steps->len;
}

/**
 * weir_run_state_get_step:
 * @self: a state
 * @index: less than the number of steps
 *
 * Returns: (transfer none) (nullable): the step, its fields change with later events; %NULL for one of an item of a container that has
 *   gone over many since: only the journal has it
 */
const WeirStepInfo *
weir_run_state_get_step (WeirRunState *self, guint index)
{
  WeirStepState *step;

  g_return_val_if_fail (index < self->steps->len, NULL);
  step = g_ptr_array_index (self->steps, index);
  return step != NULL ? &step->info : NULL;
}

/**
 * weir_run_state_find_step:
 * @self: a state
 * @scope: a scope
 * @block: id of a block in the scope's graph
 *
 * Returns: (transfer none) (nullable): its last step
 */
const WeirStepInfo *
weir_run_state_find_step (WeirRunState *self, guint32 scope, const char *block)
{
  WeirStepState *step = weir_run_state_lookup (self, scope, block, 0);

  return step != NULL ? &step->info : NULL;
}

/**
 * weir_run_state_find_firing:
 * @self: a state
 * @scope: a scope
 * @block: id of a block in the scope's graph
 * @firing: which firing, from 1
 *
 * Returns: (transfer none) (nullable): the step
 */
const WeirStepInfo *
weir_run_state_find_firing (WeirRunState *self, guint32 scope, const char *block, guint32 firing)
{
  WeirStepState *step = weir_run_state_lookup (self, scope, block, firing);

  return step != NULL ? &step->info : NULL;
}

/**
 * weir_run_state_get_n_scopes:
 * @self: a state
 *
 * Returns: how many scopes were opened; 0 before the run was created
 */
guint
weir_run_state_get_n_scopes (WeirRunState *self)
{
  return self->scopes->len;
}

/**
 * weir_run_state_get_scope:
 * @self: a state
 * @id: less than the number of scopes
 *
 * Returns: (transfer none) (nullable): the scope; %NULL as for [method@Weir.RunState.get_step]
 */
const WeirScope *
weir_run_state_get_scope (WeirRunState *self, guint32 id)
{
  WeirScopeState *scope;

  g_return_val_if_fail (id < self->scopes->len, NULL);
  scope = g_ptr_array_index (self->scopes, id);
  return scope != NULL ? &scope->pub : NULL;
}

/**
 * weir_run_state_dup_step_path:
 * @self: a state
 * @step: one of its steps
 *
 * Returns: (transfer full): "move[3]/to"; from the second firing on "check#2"
 */
char *
weir_run_state_dup_step_path (WeirRunState *self, const WeirStepInfo *step)
{
  const WeirScope *scope = weir_run_state_get_scope (self, step->scope);

  return step->firing > 1 ? g_strdup_printf ("%s%s#%u", scope->path, step->block, step->firing)
                          : g_strconcat (scope->path, step->block, NULL);
}

static WeirPlanState *
find_shared (WeirRunState *self, const char *block_path, int *index)
{
  WeirBlock *block = weir_workflow_find_block (self->workflow, block_path);
  WeirPlanState *shared = block != NULL ? g_hash_table_lookup (self->shared, weir_block_get_graph (block)) : NULL;

  *index = shared != NULL ? weir_plan_find_block (shared->plan, weir_block_get_id (block)) : -1;
  return *index >= 0 ? shared : NULL;
}

static WeirStepStatus
worst_status (const guint *by_status)
{
  static const WeirStepStatus order[] = {
    WEIR_STEP_RUNNING, WEIR_STEP_RETRY_WAIT, WEIR_STEP_UNKNOWN, WEIR_STEP_WAITING, WEIR_STEP_SUSPENDED,
    WEIR_STEP_FAILED, WEIR_STEP_READY, WEIR_STEP_QUEUED, WEIR_STEP_INTERRUPTED, WEIR_STEP_CANCELLED,
    WEIR_STEP_SUCCEEDED, WEIR_STEP_CACHED, WEIR_STEP_PINNED, WEIR_STEP_UNDONE, WEIR_STEP_SKIPPED,
  };

  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    if (by_status[order[i]] > 0)
      return order[i];
  return WEIR_STEP_PENDING;
}

/**
 * weir_run_state_summarize_block:
 * @self: a state
 * @block_path: ids from the root of the workflow down, "move/to"
 * @summary: (out caller-allocates): what all its steps come to
 *
 * Takes the same time however many steps there were.
 */
void
weir_run_state_summarize_block (WeirRunState *self, const char *block_path, WeirBlockSummary *summary)
{
  int index;
  WeirPlanState *shared = find_shared (self, block_path, &index);
  const guint *by_status;

  *summary = (WeirBlockSummary) { .status = WEIR_STEP_PENDING, .progress = -1 };
  if (shared == NULL)
    return;

  by_status = shared->blocks[index].by_status;
  summary->status = worst_status (by_status);
  summary->n_steps = shared->blocks[index].n_steps;
  summary->n_running = by_status[WEIR_STEP_RUNNING] + by_status[WEIR_STEP_RETRY_WAIT];
  summary->n_succeeded = by_status[WEIR_STEP_SUCCEEDED] + by_status[WEIR_STEP_CACHED] + by_status[WEIR_STEP_PINNED]
                         + by_status[WEIR_STEP_UNDONE];
  summary->n_failed = by_status[WEIR_STEP_FAILED];
  summary->n_skipped = by_status[WEIR_STEP_SKIPPED];
  summary->n_effects = shared->blocks[index].n_effects;
  summary->duration = shared->blocks[index].duration;
  if (shared->blocks[index].last != NULL)
    {
      summary->last = &shared->blocks[index].last->info;
      summary->progress = summary->last->progress;
    }
}

/**
 * weir_run_state_count_deliveries:
 * @self: a state
 * @link: a link of the workflow, or of a sub-workflow of it
 * @closed: (out) (optional): whether nothing came over it at least once
 *
 * Returns: how many values went over it in all scopes
 */
guint
weir_run_state_count_deliveries (WeirRunState *self, WeirLink *link, gboolean *closed)
{
  WeirGraph *graph = weir_block_get_graph (weir_link_get_source (link));
  WeirPlanState *shared = g_hash_table_lookup (self->shared, graph);
  guint index = weir_link_get_index (link);

  if (shared == NULL || index >= shared->plan->n_links)
    {
      if (closed != NULL)
        *closed = FALSE;
      return 0;
    }
  if (closed != NULL)
    *closed = shared->links[index].closed;
  return shared->links[index].n_deliveries;
}

/**
 * weir_run_state_explain_wait:
 * @self: a state
 * @scope: a scope
 * @block: id of a block in it
 *
 * Returns: (transfer full) (nullable): what a block that has not fired waits for, as a sentence without full stop
 */
char *
weir_run_state_explain_wait (WeirRunState *self, guint32 scope_id, const char *block)
{
  WeirScopeState *scope = scope_id < self->scopes->len ? g_ptr_array_index (self->scopes, scope_id) : NULL;
  g_autoptr(GPtrArray) names = g_ptr_array_new ();
  g_autofree char *joined = NULL;
  WeirPlan *plan;
  int index;

  if (scope == NULL || scope->shared == NULL || scope->pub.closed)
    return NULL;
  plan = scope->shared->plan;
  index = weir_plan_find_block (plan, block);
  if (index < 0 || scope->blocks[index].n_firings > 0 || !weir_scope_has_block (scope, (guint) index))
    return NULL;

  for (guint i = 0; i < plan->blocks[index].n_inputs; i++)
    for (guint j = 0; j < plan->blocks[index].inputs[i].n_links; j++)
      {
        guint link = plan->blocks[index].inputs[i].links[j];
        const char *title = weir_block_get_title (plan->blocks[plan->links[link].source].block);

        if (plan->links[link].feedback || scope->links[link].status != WEIR_TOKEN_PENDING)
          continue;
        if (!g_ptr_array_find (names, title, NULL))
          g_ptr_array_add (names, (char *) title);
      }
  if (names->len == 0)
    return NULL;
  g_ptr_array_add (names, NULL);
  joined = g_strjoinv (", ", (char **) names->pdata);
  return g_strdup_printf ("waits for %s", joined);
}

/* ── equality, for tests of recovery and replay ─────────────────────────────────────────── */

static gboolean
same_value (WeirValue *a, WeirValue *b)
{
  return a == b || (a != NULL && b != NULL && weir_value_equal (a, b));
}

static char *
compare_steps (WeirStepState *a, WeirStepState *b)
{
  if (a == NULL || b == NULL)
    return a == b ? NULL : g_strdup ("a step is kept in one only");
  if (g_strcmp0 (a->info.block, b->info.block) != 0 || a->info.scope != b->info.scope
      || a->info.firing != b->info.firing)
    return g_strdup_printf ("step %u is %s in one and %s in the other", a->info.index, a->info.block, b->info.block);
  if (a->info.status != b->info.status)
    return g_strdup_printf ("step %u (%s) is %s and %s", a->info.index, a->info.block,
                            weir_step_status_get_name (a->info.status), weir_step_status_get_name (b->info.status));
  if (!same_value (a->info.inputs, b->info.inputs) || !same_value (a->info.outputs, b->info.outputs))
    return g_strdup_printf ("step %u (%s) has other values", a->info.index, a->info.block);
  if (a->info.due_at != b->info.due_at || !same_value (a->info.wait, b->info.wait))
    return g_strdup_printf ("step %u (%s) waits for something else", a->info.index, a->info.block);
  if (a->info.attempt != b->info.attempt || a->info.started_at != b->info.started_at)
    return g_strdup_printf ("step %u (%s) has other times", a->info.index, a->info.block);
  if (!weir_swarm_state_equal (a->swarm, b->swarm))
    return g_strdup_printf ("step %u (%s) has other items", a->info.index, a->info.block);
  return NULL;
}

static char *
compare_scopes (WeirScopeState *a, WeirScopeState *b)
{
  if (a == NULL || b == NULL)
    return a == b ? NULL : g_strdup ("a scope is kept in one only");
  if (a->pub.closed != b->pub.closed || a->n_active != b->n_active || a->n_running != b->n_running)
    return g_strdup_printf ("scope %u: %u active, %u running; and %u active, %u running", a->pub.id, a->n_active,
                            a->n_running, b->n_active, b->n_running);
  if (!same_value (a->pub.result, b->pub.result))
    return g_strdup_printf ("scope %u has another result", a->pub.id);
  if (a->links == NULL || b->links == NULL)
    return a->links == b->links ? NULL : g_strdup_printf ("scope %u has tokens in one only", a->pub.id);
  for (guint i = 0; i < a->shared->plan->n_links; i++)
    if (a->links[i].status != b->links[i].status || a->links[i].held != b->links[i].held
        || a->links[i].fresh.length != b->links[i].fresh.length)
      return g_strdup_printf ("link %u of scope %u differs", i, a->pub.id);
  for (guint i = 0; i < a->shared->plan->n_regions; i++)
    if (a->regions[i].iterations != b->regions[i].iterations
        || a->regions[i].tokens.length != b->regions[i].tokens.length)
      return g_strdup_printf ("cycle %u of scope %u differs", i, a->pub.id);
  return NULL;
}

/**
 * weir_run_state_equal:
 * @a: a state
 * @b: another
 * @difference: (out) (optional) (nullable) (transfer full): the first difference, for people
 *
 * Returns: whether both say the same of the run, tokens under way included
 */
gboolean
weir_run_state_equal (WeirRunState *a, WeirRunState *b, char **difference)
{
  g_autofree char *found = NULL;

  if (a->status != b->status || a->seq != b->seq)
    found = g_strdup_printf ("%s after %" G_GUINT64_FORMAT " and %s after %" G_GUINT64_FORMAT,
                             weir_run_status_get_name (a->status), a->seq, weir_run_status_get_name (b->status),
                             b->seq);
  else if (a->steps->len != b->steps->len || a->scopes->len != b->scopes->len
           || a->suspended.length != b->suspended.length || a->ready.length != b->ready.length
           || a->waiting.length != b->waiting.length)
    found = g_strdup_printf ("%u steps, %u scopes, %u ready; and %u, %u, %u", a->steps->len, a->scopes->len,
                             a->ready.length + a->waiting.length, b->steps->len, b->scopes->len,
                             b->ready.length + b->waiting.length);
  else if (!same_value (a->result, b->result) || !same_value (a->variables, b->variables))
    found = g_strdup ("result or variables differ");
  else if (!weir_run_state_equal_binned (a, b))
    found = g_strdup ("other parts are in what was recently deleted");
  for (guint i = 0; found == NULL && i < a->steps->len; i++)
    found = compare_steps (g_ptr_array_index (a->steps, i), g_ptr_array_index (b->steps, i));
  for (guint i = 0; found == NULL && i < a->scopes->len; i++)
    found = compare_scopes (g_ptr_array_index (a->scopes, i), g_ptr_array_index (b->scopes, i));

  if (difference != NULL)
    *difference = g_strdup (found);
  return found == NULL;
}
