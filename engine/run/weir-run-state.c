/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The fold: events in, state out. Tokens travel in weir-run-routing.c; questions are answered in weir-run-state-query.c. */

#include "weir-swarm-state.h"

#include <string.h>

G_DEFINE_BOXED_TYPE (WeirRunState, weir_run_state, weir_run_state_ref, weir_run_state_unref)

static void
attempt_clear (WeirAttempt *attempt)
{
  g_clear_pointer (&attempt->error, weir_value_unref);
}

void
weir_step_state_free (WeirStepState *step)
{
  if (step == NULL)
    return;
  g_clear_pointer (&step->info.inputs, weir_value_unref);
  g_clear_pointer (&step->info.outputs, weir_value_unref);
  g_clear_pointer (&step->info.error, weir_value_unref);
  g_clear_pointer (&step->info.attempts, g_array_unref);
  g_clear_pointer (&step->wait_states, g_ptr_array_unref);
  weir_step_state_forget_scopes (step);
  weir_swarm_state_free (step->swarm);
  g_free (step->info.progress_text);
  g_free (step);
}

static void
plan_state_free (WeirPlanState *shared)
{
  weir_plan_unref (shared->plan);
  g_free (shared->blocks);
  g_free (shared->links);
  g_free (shared);
}

void
weir_scope_state_free (WeirScopeState *scope)
{
  if (scope == NULL)
    return;
  weir_scope_clear_tokens (scope);
  g_free (scope->room);
  g_free (scope->pub.key);
  g_free (scope->pub.path);
  g_clear_pointer (&scope->pub.locals, weir_value_unref);
  g_clear_pointer (&scope->pub.inputs, weir_value_unref);
  g_clear_pointer (&scope->variables, weir_value_unref);
  g_free (scope->workflow);
  g_clear_pointer (&scope->pub.result, weir_value_unref);
  g_clear_pointer (&scope->pub.error, weir_value_unref);
  g_free (scope->failed_block);
  g_free (scope->only);
  g_free (scope);
}

/**
 * weir_run_state_new: (constructor)
 * @workflow: the version that the run executes; must not change while the state lives
 * @resolve: (nullable) (scope forever): finds a sub-workflow; answers a full reference or %NULL
 * @user_data: for @resolve
 *
 * Returns: (transfer full): the state before the first event
 */
WeirRunState *
weir_run_state_new (WeirWorkflow *workflow, WeirResolveFunc resolve, gpointer user_data)
{
  WeirRunState *self = g_new0 (WeirRunState, 1);

  self->ref_count = 1;
  self->exit_code = -1;
  self->workflow = g_object_ref (workflow);
  self->priority = weir_workflow_get_run_priority (workflow);
  self->resolve = resolve;
  self->resolve_data = user_data;
  self->scopes = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_scope_state_free);
  self->steps = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_step_state_free);
  self->parents = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->shared = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) plan_state_free);
  self->others = g_ptr_array_new_with_free_func (g_object_unref);
  return self;
}

/**
 * weir_run_state_ref:
 * @self: a state
 *
 * Returns: (transfer full): the state
 */
WeirRunState *
weir_run_state_ref (WeirRunState *self)
{
  self->ref_count++;
  return self;
}

/**
 * weir_run_state_unref:
 * @self: (transfer full): a state
 */
void
weir_run_state_unref (WeirRunState *self)
{
  if (--self->ref_count > 0)
    return;
  g_ptr_array_unref (self->scopes);
  g_ptr_array_unref (self->steps);
  g_array_unref (self->parents);
  g_hash_table_unref (self->shared);
  g_ptr_array_unref (self->others);
  g_clear_pointer (&self->inputs, weir_value_unref);
  g_clear_pointer (&self->options, weir_value_unref);
  g_clear_pointer (&self->kinds, weir_value_unref);
  g_clear_pointer (&self->correlation, g_ref_string_release);
  g_clear_pointer (&self->result, weir_value_unref);
  g_clear_pointer (&self->error, weir_value_unref);
  g_clear_pointer (&self->ending, weir_value_unref);
  g_clear_pointer (&self->variables, weir_value_unref);
  g_clear_pointer (&self->signals, g_ptr_array_unref);
  g_queue_clear (&self->rested);
  g_object_unref (self->workflow);
  g_free (self);
}

/* ── steps ──────────────────────────────────────────────────────────────────────────────── */

static gboolean
status_is_over (WeirStepStatus status)
{
  switch (status)
    {
    case WEIR_STEP_SUCCEEDED:
    case WEIR_STEP_FAILED:
    case WEIR_STEP_SKIPPED:
    case WEIR_STEP_CACHED:
    case WEIR_STEP_PINNED:
    case WEIR_STEP_CANCELLED:
    case WEIR_STEP_INTERRUPTED:
    case WEIR_STEP_UNDONE:
      return TRUE;
    case WEIR_STEP_PENDING:
    case WEIR_STEP_READY:
    case WEIR_STEP_QUEUED:
    case WEIR_STEP_RUNNING:
    case WEIR_STEP_RETRY_WAIT:
    case WEIR_STEP_WAITING:
    case WEIR_STEP_SUSPENDED:
    case WEIR_STEP_UNKNOWN:
    default:
      return FALSE;
    }
}

/* A container waits for what is inside it and must not keep that from running; what is computed at once takes no place. */
static gboolean
counts_against_limit (WeirStepState *step)
{
  WeirPlanBlock *block = weir_step_state_get_block (step);

  return block->kind != NULL && !weir_plan_block_evaluates (block) && !block->kind->has_body && !step->skip
         && weir_block_get_enabled (block->block);
}

void
weir_step_state_set_status (WeirRunState *self, WeirStepState *step, WeirStepStatus status)
{
  WeirScopeState *scope = step->scope;
  guint *by_status = scope->shared->blocks[step->block_index].by_status;
  WeirStepStatus old = step->info.status;

  if (status == WEIR_STEP_READY && weir_run_state_is_paused (self, scope, step->block_index))
    status = WEIR_STEP_SUSPENDED;
  if (old == status)
    return;
  if (step->entry != NULL)
    weir_run_queue_drop (step);
  if (old == WEIR_STEP_READY)
    g_queue_unlink (step->waits ? &self->waiting : &self->ready, &step->ready);
  else if (old == WEIR_STEP_SUSPENDED)
    g_queue_unlink (&self->suspended, &step->ready);
  if (old == WEIR_STEP_RUNNING)
    {
      scope->n_running--;
      self->n_running--;
      self->n_leaves -= !step->container;
    }
  self->n_retrying += (status == WEIR_STEP_RETRY_WAIT) - (old == WEIR_STEP_RETRY_WAIT);
  self->n_waits += (status == WEIR_STEP_WAITING) - (old == WEIR_STEP_WAITING);
  self->n_unknown += (status == WEIR_STEP_UNKNOWN) - (old == WEIR_STEP_UNKNOWN);
  by_status[old]--;
  by_status[status]++;
  step->info.status = status;
  if (status == WEIR_STEP_RUNNING)
    {
      scope->n_running++;
      self->n_running++;
      self->n_leaves += !step->container;
    }
  if (status == WEIR_STEP_SUSPENDED)
    g_queue_push_tail_link (&self->suspended, &step->ready);
  if (status == WEIR_STEP_READY)
    {
      step->info.ready_at = self->now;
      step->waits = counts_against_limit (step);
      step->seen = FALSE;
      g_queue_push_tail_link (step->waits ? &self->waiting : &self->ready, &step->ready);
    }
  /* An undo, and what takes it back, come after the step's end and do not move it. */
  if (status_is_over (status) && status != WEIR_STEP_UNDONE && old != WEIR_STEP_UNDONE)
    {
      step->info.wait = NULL;
      step->info.ended_at = self->now;
      if (step->info.started_at != 0)
        scope->shared->blocks[step->block_index].duration += self->now - step->info.started_at;
    }
}

WeirStepState *
weir_run_state_add_step (WeirRunState *self, WeirScopeState *scope, guint block, WeirValue *inputs, gboolean skip)
{
  WeirStepState *step = g_new0 (WeirStepState, 1);
  WeirBlockState *state = &scope->blocks[block];

  step->scope = scope;
  step->block_index = block;
  step->skip = skip;
  step->container = scope->shared->plan->blocks[block].kind != NULL
                    && scope->shared->plan->blocks[block].kind->has_body;
  step->previous = state->last;
  step->ready.data = step;
  step->info.scope = scope->pub.id;
  step->info.block = scope->shared->plan->blocks[block].id;
  step->info.firing = ++state->n_firings;
  step->info.progress = -1;
  step->priority = G_MININT16;
  step->info.inputs = inputs != NULL ? weir_value_ref (inputs) : NULL;
  step->info.index = self->steps->len;
  state->last = step;
  g_ptr_array_add (self->steps, step);
  scope->shared->blocks[block].by_status[WEIR_STEP_PENDING]++;
  scope->shared->blocks[block].n_steps++;
  scope->shared->blocks[block].last = step;
  weir_step_state_set_status (self, step, WEIR_STEP_READY);
  return step;
}

WeirStepState *
weir_run_state_lookup (WeirRunState *self, guint32 scope_id, const char *block, guint32 firing)
{
  WeirScopeState *scope = scope_id < self->scopes->len ? g_ptr_array_index (self->scopes, scope_id) : NULL;
  int index;

  if (scope == NULL || scope->shared == NULL || block == NULL)
    return NULL;
  index = weir_plan_find_block (scope->shared->plan, block);
  if (index < 0)
    return NULL;
  for (WeirStepState *step = scope->blocks[index].last; step != NULL; step = step->previous)
    if (firing == 0 || step->info.firing == firing)
      return step;
  return NULL;
}

/* ── scopes ─────────────────────────────────────────────────────────────────────────────── */

/* All scopes of one graph have one plan. */
WeirPlanState *
weir_run_state_share_plan (WeirRunState *self, WeirGraph *graph)
{
  WeirPlanState *shared = g_hash_table_lookup (self->shared, graph);

  if (shared != NULL)
    return shared;
  shared = g_new0 (WeirPlanState, 1);
  shared->plan = weir_plan_get (self->workflow, graph);
  shared->blocks = g_malloc0_n (shared->plan->n_blocks + 1, sizeof *shared->blocks);
  shared->links = g_malloc0_n (shared->plan->n_links + 1, sizeof *shared->links);
  g_hash_table_insert (self->shared, graph, shared);
  return shared;
}

/* One piece for all that is as large as the graph: a swarm opens a hundred thousand scopes. */
static void
scope_make_room (WeirScopeState *scope, WeirPlan *plan)
{
  gsize size = sizeof (WeirBlockState) * plan->n_blocks + sizeof (WeirLinkState) * plan->n_links
               + sizeof (WeirRegionState) * plan->n_regions;
  WeirInputState *inputs;

  for (guint i = 0; i < plan->n_blocks; i++)
    size += sizeof (WeirInputState) * plan->blocks[i].n_inputs;
  scope->room = g_malloc0 (MAX (size, 1));
  scope->blocks = scope->room;
  scope->links = (WeirLinkState *) (scope->blocks + plan->n_blocks);
  scope->regions = (WeirRegionState *) (scope->links + plan->n_links);
  inputs = (WeirInputState *) (scope->regions + plan->n_regions);
  for (guint i = 0; i < plan->n_blocks; i++)
    {
      scope->blocks[i].inputs = inputs;
      inputs += plan->blocks[i].n_inputs;
    }
}

static void
scope_open (WeirRunState *self, WeirScopeState *scope, WeirGraph *graph)
{
  scope->pub.id = self->scopes->len;
  scope->pub.graph = graph;
  g_ptr_array_add (self->scopes, scope);
  g_array_append_val (self->parents, scope->pub.parent);
  if (graph == NULL)
    return;

  scope->shared = weir_run_state_share_plan (self, graph);
  WeirPlan *plan = scope->shared->plan;
  scope_make_room (scope, plan);
  weir_scope_fire_entries (self, scope);
}

static WeirGraph *
graph_of_sub_workflow (WeirRunState *self, WeirValue *data)
{
  const char *id = weir_value_get_member_text (data, "workflow", NULL);
  guint version = weir_value_get_member_int (data, "version", 0);
  WeirWorkflow *workflow = self->resolve != NULL ? self->resolve (id, version, self->resolve_data) : NULL;

  if (workflow == NULL)
    return NULL;
  /* one object for one version, so that its scopes share a plan */
  for (guint i = 0; i < self->others->len; i++)
    if (g_ptr_array_index (self->others, i) == (gpointer) workflow)
      {
        g_object_unref (workflow);
        return weir_workflow_get_graph (workflow);
      }
  g_ptr_array_add (self->others, workflow);
  return weir_workflow_get_graph (workflow);
}

static WeirValue *
dup_member (WeirValue *data, const char *key)
{
  WeirValue *value = data != NULL ? weir_value_find_member (data, key) : NULL;

  return value != NULL ? weir_value_ref (value) : NULL;
}

/* The component of a block, from 1; 0 without a block. */
static guint
find_branch (WeirRunState *self, WeirGraph *graph, const char *block)
{
  WeirPlan *plan = block != NULL && graph != NULL ? weir_run_state_share_plan (self, graph)->plan : NULL;
  int index = plan != NULL ? weir_plan_find_block (plan, block) : -1;

  return index >= 0 ? plan->blocks[index].component + 1 : 0;
}

static guint32
parse_index (const char *key)
{
  guint64 index;

  return g_ascii_string_to_unsigned (key, 10, 0, G_MAXUINT32 - 1, &index, NULL) ? (guint32) index : G_MAXUINT32;
}

static gboolean
apply_scope_opened (WeirRunState *self, WeirEvent *event, WeirStepState *step, GError **error)
{
  WeirScopeState *scope;
  WeirGraph *graph;
  gboolean sub = weir_value_find_member (event->data, "workflow") != NULL;

  if (weir_value_get_member_int (event->data, "scope", -1) != (gint64) self->scopes->len)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "The journal opens scope %" G_GINT64_FORMAT ", expected %u",
                   weir_value_get_member_int (event->data, "scope", -1), self->scopes->len);
      return FALSE;
    }
  graph = sub ? graph_of_sub_workflow (self, event->data)
              : weir_block_get_body (weir_step_state_get_block (step)->block);

  scope = g_new0 (WeirScopeState, 1);
  scope->parent = step->scope;
  scope->depth = step->scope->depth + 1;
  scope->pub.parent = event->scope;
  scope->pub.block = step->info.block;
  scope->pub.firing = event->firing;
  scope->pub.key = g_strdup (weir_value_get_member_text (event->data, "key", ""));
  scope->pub.path = sub ? g_strconcat (step->scope->pub.path, step->info.block, "/", NULL)
                        : g_strconcat (step->scope->pub.path, step->info.block, "[", scope->pub.key, "]/", NULL);
  scope->pub.locals = dup_member (event->data, "locals");
  scope->priority = weir_value_get_member_int (event->data, "priority", 0);
  scope->pub.inputs = dup_member (event->data, "inputs");
  scope->workflow = g_strdup (weir_value_get_member_text (event->data, "workflow", NULL));
  scope->own_variables = sub && !weir_value_get_member_bool (event->data, "inherit", TRUE);
  scope->branch = find_branch (self, graph, weir_value_get_member_text (event->data, "branch", NULL));
  scope->index = parse_index (scope->pub.key);
  scope->opened_at = event->at;
  scope->n_tries = step->n_tries;
  weir_step_state_remember_scope (step, scope);
  weir_swarm_state_opened (step, scope);
  if (!step->container)
    {
      step->container = TRUE;
      self->n_leaves -= step->info.status == WEIR_STEP_RUNNING;
    }
  scope_open (self, scope, graph);
  return TRUE;
}

void
weir_scope_state_cancel (WeirRunState *self, WeirScopeState *scope, WeirStepStatus status)
{
  guint n_blocks = scope->shared != NULL ? scope->shared->plan->n_blocks : 0;

  for (guint i = 0; i < n_blocks; i++)
    for (WeirStepState *step = scope->blocks[i].last; step != NULL; step = step->previous)
      /* what is not known does not become known by giving up */
      if (step->info.status == WEIR_STEP_UNKNOWN)
        step->info.ended_at = self->now;
      else if (!status_is_over (step->info.status))
        weir_step_state_set_status (self, step, status);
}

void
weir_scope_state_close (WeirRunState *self, WeirScopeState *scope, WeirStepStatus leftover)
{
  scope->pub.closed = TRUE;
  /* nobody takes it from there while a journal is read again */
  if (scope->rested)
    g_queue_remove (&self->rested, scope);
  weir_scope_state_cancel (self, scope, leftover);
  weir_scope_clear_tokens (scope);
}

static gboolean
apply_scope_closed (WeirRunState *self, WeirEvent *event, GError **error)
{
  gint64 id = weir_value_get_member_int (event->data, "scope", 0);
  WeirStepState *container;
  WeirScopeState *scope;

  if (id <= 0 || id >= self->scopes->len)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID,
                   "The journal closes scope %" G_GINT64_FORMAT ", but only %u were opened", id, self->scopes->len);
      return FALSE;
    }
  scope = g_ptr_array_index (self->scopes, id);
  if (scope == NULL)
    return TRUE;
  g_clear_pointer (&scope->pub.result, weir_value_unref);
  scope->pub.result = dup_member (event->data, "result");
  g_clear_pointer (&scope->pub.error, weir_value_unref);
  scope->pub.error = dup_member (event->data, "error");
  scope->closed_at = event->at;
  weir_scope_state_close (self, scope, WEIR_STEP_CANCELLED);
  container = weir_run_state_lookup (self, scope->pub.parent, scope->pub.block, scope->pub.firing);
  if (container == NULL)
    return TRUE;
  weir_swarm_state_closed (container, scope);
  weir_run_state_scope_closed (self, container, scope);
  return TRUE;
}

/* ── steps over time ────────────────────────────────────────────────────────────────────── */

static void
begin_attempt (WeirRunState *self, WeirStepState *step, WeirEvent *event)
{
  WeirStepInfo *info = &step->info;
  gint64 at = event->at - (event->data != NULL ? weir_value_get_member_int (event->data, "took", 0) : 0);

  info->attempt = event->attempt;
  if (info->started_at == 0)
    info->started_at = at;
  if (event->attempt > 1 && info->attempts != NULL)
    g_array_append_val (info->attempts, ((WeirAttempt) { .started_at = at }));
  info->progress = -1;
  info->due_at = 0;
  g_clear_pointer (&info->progress_text, g_free);
  weir_step_state_set_status (self, step, WEIR_STEP_RUNNING);
}

/* Whether an event of this kind opens an attempt: what is computed at once has no event of its own for its start. */
gboolean
weir_step_state_begins (WeirStepState *step, WeirEventKind kind)
{
  if (kind == WEIR_EVENT_BLOCK_STARTED)
    return TRUE;
  return (step->info.status == WEIR_STEP_READY || step->info.status == WEIR_STEP_RETRY_WAIT)
         && (kind == WEIR_EVENT_BLOCK_SUCCEEDED || kind == WEIR_EVENT_BLOCK_FAILED || kind == WEIR_EVENT_BLOCK_RETRY
             || kind == WEIR_EVENT_BLOCK_CACHED);
}

static void
end_attempt (WeirStepState *step, WeirEvent *event, WeirValue *error)
{
  WeirStepInfo *info = &step->info;
  WeirAttempt *last;

  if (info->attempts == NULL)
    return;
  last = &g_array_index (info->attempts, WeirAttempt, info->attempts->len - 1);
  last->ended_at = event->at;
  g_clear_pointer (&last->error, weir_value_unref);
  last->error = error != NULL ? weir_value_ref (error) : NULL;
}

static void
apply_retry (WeirRunState *self, WeirStepState *step, WeirEvent *event)
{
  WeirStepInfo *info = &step->info;

  g_clear_pointer (&info->error, weir_value_unref);
  info->error = dup_member (event->data, "error");
  info->due_at = weir_value_get_member_int (event->data, "due_at", 0);
  if (info->attempts == NULL)
    {
      info->attempts = g_array_new (FALSE, TRUE, sizeof (WeirAttempt));
      g_array_set_clear_func (info->attempts, (GDestroyNotify) attempt_clear);
      g_array_append_val (info->attempts, ((WeirAttempt) { .started_at = info->started_at }));
    }
  end_attempt (step, event, info->error);
  weir_step_state_clear_waits (step);
  weir_swarm_state_try_again (step);
  weir_step_state_forget_failures (step);
  weir_step_state_set_status (self, step, WEIR_STEP_RETRY_WAIT);
}

static gboolean
list_has (WeirValue *list, guint index)
{
  gsize n = list != NULL ? weir_value_get_length (list) : 0;

  for (gsize i = 0; i < n; i++)
    if (weir_value_get_int (weir_value_get_item (list, i)) == index)
      return TRUE;
  return FALSE;
}

/* Sends what a step gave. @outputs may be NULL; @shut lists the links whose `when` did not hold. */
static void
route (WeirRunState *self, WeirStepState *step, WeirValue *outputs, WeirValue *error, WeirValue *shut)
{
  WeirScopeState *scope = step->scope;
  WeirPlanBlock *block = weir_step_state_get_block (step);
  g_autoptr(WeirValue) null = weir_value_new_null ();

  for (guint i = 0; i < block->n_out; i++)
    {
      guint link = block->out[i];
      const char *port = scope->shared->plan->links[link].source_port;
      WeirValue *value = NULL;

      if (outputs != NULL)
        value = weir_value_find_member (outputs, port);
      if (value == NULL && outputs != NULL && g_str_equal (port, "done"))
        value = null;
      if (value == NULL && error != NULL && g_str_equal (port, "error"))
        value = error;
      if (value != NULL && !list_has (shut, link))
        weir_scope_deliver (self, scope, link, value);
      else
        weir_scope_close_link (self, scope, link);
    }
  weir_scope_step_over (self, step);
  weir_scope_settle (self, scope);
}

static void
apply_succeeded (WeirRunState *self, WeirStepState *step, WeirEvent *event, WeirStepStatus status)
{
  g_autoptr(WeirValue) nothing = NULL;
  WeirValue *outputs = event->data != NULL ? weir_value_find_member (event->data, "outputs") : NULL;

  if (outputs == NULL)
    outputs = nothing = weir_value_new_record (NULL, NULL, 0);
  g_clear_pointer (&step->info.outputs, weir_value_unref);
  step->info.outputs = weir_value_ref (outputs);
  g_clear_pointer (&step->info.error, weir_value_unref);
  step->info.progress = 1;
  end_attempt (step, event, NULL);
  weir_step_state_set_status (self, step, status);
  step->scope->last_done = step;
  route (self, step, outputs, NULL, event->data != NULL ? weir_value_find_member (event->data, "shut") : NULL);
}

static void
apply_overridden (WeirStepState *step, WeirEvent *event)
{
  WeirValue *old = step->info.inputs;
  g_autoptr(WeirValue) empty = NULL;

  /* what has begun has had its inputs */
  if (step->info.started_at != 0 && step->info.status != WEIR_STEP_RETRY_WAIT)
    return;
  if (old == NULL)
    empty = weir_value_new_record (NULL, NULL, 0);
  step->info.inputs = weir_value_with_member (old != NULL ? old : empty,
                                              weir_value_get_member_text (event->data, "port", ""),
                                              weir_value_find_member (event->data, "value"));
  g_clear_pointer (&old, weir_value_unref);
}

static void
apply_failed (WeirRunState *self, WeirStepState *step, WeirEvent *event, WeirStepStatus status)
{
  WeirScopeState *scope = step->scope;
  const char *handled = weir_value_get_member_text (event->data, "handled", "stop");

  g_clear_pointer (&step->info.error, weir_value_unref);
  step->info.error = dup_member (event->data, "error");
  end_attempt (step, event, step->info.error);
  weir_step_state_set_status (self, step, status);

  if (g_str_equal (handled, "port"))
    route (self, step, NULL, step->info.error, weir_value_find_member (event->data, "shut"));
  else if (g_str_equal (handled, "continue"))
    route (self, step, NULL, NULL, NULL);
  else
    {
      /* a sub-workflow that ended itself has its result */
      if (scope->pub.error == NULL && scope->pub.result == NULL && scope->failed_block == NULL)
        {
          scope->failed_block = g_strdup (step->info.block);
          scope->pub.error = step->info.error != NULL ? weir_value_ref (step->info.error) : NULL;
        }
      scope->failing = !weir_workflow_get_finish_on_failure (self->workflow);
      if (scope->failing)
        weir_scope_step_over (self, step);
      else
        route (self, step, NULL, NULL, NULL);
    }
}

static void
apply_emitted (WeirRunState *self, WeirStepState *step, WeirEvent *event)
{
  WeirScopeState *scope = step->scope;
  WeirPlanBlock *block = weir_step_state_get_block (step);
  const char *port = weir_value_get_member_text (event->data, "port", "");
  WeirValue *value = weir_value_find_member (event->data, "value");
  WeirValue *shut = weir_value_find_member (event->data, "shut");

  for (guint i = 0; i < block->n_out && value != NULL; i++)
    if (g_str_equal (scope->shared->plan->links[block->out[i]].source_port, port) && !list_has (shut, block->out[i]))
      weir_scope_deliver (self, scope, block->out[i], value);
  weir_swarm_state_told (step, event->data);
  weir_scope_settle (self, scope);
}

/* Stopped: with the run, or alone, then the run goes on as after a failure. */
static void
apply_given_up (WeirRunState *self, WeirStepState *step, WeirEvent *event, WeirStepStatus status)
{
  if (event->data != NULL && weir_value_find_member (event->data, "handled") != NULL)
    {
      apply_failed (self, step, event, status);
      return;
    }
  end_attempt (step, event, NULL);
  weir_step_state_set_status (self, step, status);
  weir_scope_step_over (self, step);
}

static void
apply_interrupted (WeirRunState *self, WeirStepState *step, WeirEvent *event)
{
  end_attempt (step, event, NULL);
  if (event->data != NULL && weir_value_get_member_bool (event->data, "again", FALSE))
    weir_step_state_set_status (self, step, WEIR_STEP_READY);
  else
    apply_given_up (self, step, event, WEIR_STEP_INTERRUPTED);
}

static gboolean
apply_to_step (WeirRunState *self, WeirEvent *event, WeirStepState *step, GError **error)
{
  if (weir_step_state_begins (step, event->kind))
    begin_attempt (self, step, event);
  switch (event->kind)
    {
    case WEIR_EVENT_SCOPE_OPENED:
      return apply_scope_opened (self, event, step, error);
    case WEIR_EVENT_BLOCK_STARTED:
      break;
    case WEIR_EVENT_BLOCK_EMITTED:
      apply_emitted (self, step, event);
      break;
    case WEIR_EVENT_BLOCK_RETRY:
      apply_retry (self, step, event);
      break;
    case WEIR_EVENT_BLOCK_SUCCEEDED:
      apply_succeeded (self, step, event, WEIR_STEP_SUCCEEDED);
      break;
    case WEIR_EVENT_BLOCK_CACHED:
      apply_succeeded (self, step, event,
                       g_str_equal (weir_value_get_member_text (event->data, "how", ""), "pinned") ? WEIR_STEP_PINNED
                                                                                                   : WEIR_STEP_CACHED);
      break;
    case WEIR_EVENT_BLOCK_OVERRIDDEN:
      apply_overridden (step, event);
      break;
    case WEIR_EVENT_BLOCK_FAILED:
      apply_failed (self, step, event, WEIR_STEP_FAILED);
      break;
    case WEIR_EVENT_BLOCK_SKIPPED:
      weir_step_state_set_status (self, step, WEIR_STEP_SKIPPED);
      route (self, step, NULL, NULL, NULL);
      break;
    case WEIR_EVENT_BLOCK_CANCELLED:
      apply_given_up (self, step, event, WEIR_STEP_CANCELLED);
      break;
    case WEIR_EVENT_BLOCK_INTERRUPTED:
      apply_interrupted (self, step, event);
      break;
    case WEIR_EVENT_BLOCK_WAITING:
      weir_run_state_apply_waiting (self, step, event);
      break;
    case WEIR_EVENT_BLOCK_ANSWERED:
      weir_run_state_apply_answered (self, step, event);
      break;
    case WEIR_EVENT_BLOCK_RESUMED:
      weir_run_state_apply_resumed (self, step);
      break;
    case WEIR_EVENT_SWARM_OPENED:
    case WEIR_EVENT_SWARM_ADDED:
    case WEIR_EVENT_SWARM_CLOSED:
    case WEIR_EVENT_SWARM_ITEM:
      weir_swarm_state_apply (self, step, event);
      break;
    case WEIR_EVENT_BLOCK_UNKNOWN:
      weir_step_state_set_status (self, step, WEIR_STEP_UNKNOWN);
      break;
    case WEIR_EVENT_BLOCK_PROGRESS:
      step->info.progress = weir_value_get_number (weir_value_find_member (event->data, "fraction"));
      g_free (step->info.progress_text);
      step->info.progress_text = g_strdup (weir_value_get_member_text (event->data, "text", NULL));
      break;
    case WEIR_EVENT_EFFECT_INTENDED:
      step->info.n_effects++;
      step->scope->shared->blocks[step->block_index].n_effects++;
      break;
    case WEIR_EVENT_EFFECT_DROPPED:
      step->info.n_effects--;
      step->scope->shared->blocks[step->block_index].n_effects--;
      break;
    case WEIR_EVENT_EFFECT_REDONE:
      step->info.n_undone--;
      if (step->info.status == WEIR_STEP_UNDONE)
        weir_step_state_set_status (self, step, WEIR_STEP_SUCCEEDED);
      break;
    case WEIR_EVENT_EFFECT_UNDONE:
      step->info.n_undone++;
      if (step->info.n_undone == step->info.n_effects && step->info.status == WEIR_STEP_SUCCEEDED)
        weir_step_state_set_status (self, step, WEIR_STEP_UNDONE);
      break;
    default:
      break; /* logs, accesses, completed effects: no part of the state */
    }
  return TRUE;
}

/* ── the run ────────────────────────────────────────────────────────────────────────────── */

static void
end_run (WeirRunState *self, WeirEvent *event, WeirRunStatus status, WeirStepStatus leftover)
{
  self->status = status;
  self->ended_at = event->at;
  self->result = dup_member (event->data, "result");
  self->error = dup_member (event->data, "error");
  self->handling = FALSE;
  self->exit_code = event->data != NULL ? (int) weir_value_get_member_int (event->data, "exit_code", -1) : -1;
  for (guint i = self->scopes->len; i-- > 0;)
    {
      WeirScopeState *scope = g_ptr_array_index (self->scopes, i);

      if (scope != NULL && !scope->pub.closed)
        weir_scope_state_close (self, scope, leftover);
    }
}

WeirValue **
weir_run_state_find_variables (WeirRunState *self, WeirScopeState *scope)
{
  for (; scope != NULL; scope = scope->parent)
    if (scope->own_variables)
      return &scope->variables;
  return &self->variables;
}

static void
set_variable (WeirRunState *self, WeirEvent *event)
{
  WeirScopeState *scope = event->scope < self->scopes->len ? g_ptr_array_index (self->scopes, event->scope) : NULL;
  WeirValue **variables = weir_run_state_find_variables (self, scope);
  g_autoptr(WeirValue) old = *variables;
  g_autoptr(WeirValue) empty = NULL;

  if (old == NULL)
    empty = weir_value_new_record (NULL, NULL, 0);
  *variables = weir_value_with_member (old != NULL ? old : empty, weir_value_get_member_text (event->data, "name", ""),
                                       weir_value_find_member (event->data, "value"));
}

static void
apply_to_run (WeirRunState *self, WeirEvent *event)
{
  switch (event->kind)
    {
    case WEIR_EVENT_RUN_CREATED:
      {
        WeirScopeState *root = g_new0 (WeirScopeState, 1);

        self->status = WEIR_RUN_QUEUED;
        self->inputs = dup_member (event->data, "inputs");
        self->options = dup_member (event->data, "options");
        self->kinds = dup_member (event->data, "kinds");
        if (weir_value_get_member_text (event->data, "correlation", NULL) != NULL)
          self->correlation = g_ref_string_new (weir_value_get_member_text (event->data, "correlation", NULL));
        self->parent = weir_value_get_member_int (event->data, "parent", 0);
        root->pub.path = g_strdup ("");
        scope_open (self, root, weir_run_state_find_undo_graph (self, root));
      }
      break;
    case WEIR_EVENT_RUN_STARTED:
      self->status = WEIR_RUN_RUNNING;
      self->started_at = event->at;
      break;
    case WEIR_EVENT_RUN_PAUSING:
      self->status = WEIR_RUN_PAUSING;
      break;
    case WEIR_EVENT_RUN_PAUSED:
      self->status = WEIR_RUN_PAUSED;
      weir_run_state_hold_waits (self);
      break;
    case WEIR_EVENT_RUN_RESUMED:
      self->status = WEIR_RUN_RUNNING;
      weir_run_state_move_waits (self);
      break;
    case WEIR_EVENT_RUN_STOPPING:
      weir_run_state_apply_stopping (self, event);
      break;
    case WEIR_EVENT_RUN_ENDING:
      weir_run_state_apply_ending (self, event);
      break;
    case WEIR_EVENT_RUN_SUCCEEDED:
      end_run (self, event, WEIR_RUN_SUCCEEDED, WEIR_STEP_CANCELLED);
      break;
    case WEIR_EVENT_RUN_FAILED:
      end_run (self, event, WEIR_RUN_FAILED, WEIR_STEP_CANCELLED);
      break;
    case WEIR_EVENT_RUN_CANCELLED:
      end_run (self, event, WEIR_RUN_CANCELLED, WEIR_STEP_CANCELLED);
      break;
    case WEIR_EVENT_RUN_INTERRUPTED:
      end_run (self, event, WEIR_RUN_INTERRUPTED, WEIR_STEP_INTERRUPTED);
      break;
    case WEIR_EVENT_VARIABLE:
      set_variable (self, event);
      break;
    case WEIR_EVENT_PART_PAUSED:
    case WEIR_EVENT_PART_RESUMED:
      weir_run_state_apply_part (self, event);
      break;
    case WEIR_EVENT_PART_STOPPED:
      weir_run_state_apply_part_stopped (self, event);
      break;
    case WEIR_EVENT_RUN_PRIORITY:
      weir_run_state_apply_priority (self, event);
      break;
    case WEIR_EVENT_RUN_SIGNAL:
      weir_run_state_apply_signal (self, event);
      break;
    default:
      break;
    }
}

static gboolean
is_about_effect (WeirEventKind kind)
{
  return kind == WEIR_EVENT_EFFECT_INTENDED || kind == WEIR_EVENT_EFFECT_DROPPED || kind == WEIR_EVENT_EFFECT_UNDONE
         || kind == WEIR_EVENT_EFFECT_REDONE;
}

static gboolean
is_about_step (WeirEventKind kind)
{
  return kind == WEIR_EVENT_SCOPE_OPENED || (kind >= WEIR_EVENT_BLOCK_STARTED && kind <= WEIR_EVENT_BLOCK_PROGRESS)
         || is_about_effect (kind);
}

/* What became of the item since is in the journal only. */
static gboolean
is_dropped (WeirRunState *self, guint32 scope)
{
  return scope != 0 && scope < self->scopes->len && g_ptr_array_index (self->scopes, scope) == NULL;
}

static gboolean
check_fits (WeirRunState *self, WeirEvent *event, WeirStepState *step, GError **error)
{
  if (event->seq != 0 && event->seq != self->seq + 1)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID,
                   "The journal goes on with entry %" G_GUINT64_FORMAT ", expected %" G_GUINT64_FORMAT, event->seq,
                   self->seq + 1);
      return FALSE;
    }
  if ((event->kind == WEIR_EVENT_RUN_CREATED) != (self->scopes->len == 0) && event->seq != 0)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "The journal has %s in the wrong place",
                   weir_event_kind_get_name (event->kind));
      return FALSE;
    }
  if (step == NULL && is_about_step (event->kind) && !is_dropped (self, event->scope))
    {
      g_set_error (
        error, WEIR_ERROR, WEIR_ERROR_INVALID,
        "The journal says %s of block %s, which did not become ready: it belongs to another version of the workflow",
        weir_event_kind_get_name (event->kind), event->block != NULL ? event->block : "(none)");
      return FALSE;
    }
  return TRUE;
}

/**
 * weir_run_state_apply:
 * @self: a state
 * @event: the next event of its run
 * @error: where to put %WEIR_ERROR_INVALID
 *
 * Returns: %FALSE if the event does not fit; then nothing has changed
 */
gboolean
weir_run_state_apply (WeirRunState *self, WeirEvent *event, GError **error)
{
  WeirStepState *step = NULL;
  gboolean about_step = is_about_step (event->kind);

  if (about_step)
    step = weir_run_state_lookup (self, event->scope, event->block, event->firing);
  if (!check_fits (self, event, step, error))
    return FALSE;
  /* what comes of a step after its scope was given up changes nothing any more */
  if (event->seq != 0)
    self->seq = event->seq;
  self->now = event->at;
  if (about_step && step == NULL)
    return TRUE;
  if (about_step)
    {
      if ((step->scope->pub.closed || step->given_up) && !is_about_effect (event->kind))
        return TRUE;
      return apply_to_step (self, event, step, error);
    }
  if (event->kind == WEIR_EVENT_SCOPE_CLOSED)
    return apply_scope_closed (self, event, error);
  apply_to_run (self, event);
  return TRUE;
}
