/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Copies of a state that nobody executes, so that a journal need not be folded from its beginning to see a moment of it.
 *
 * Of a long run nearly all is steps that are over. Those are shared between a state and its copies, and changed by none of them: whoever has to,
 * because an effect is undone, takes a copy of his own (weir_run_state_own_step ()). A step leads to the firing of its block before it, so one
 * is shared only if that is, and owned only together with all later ones. Of a shared step the scope means nothing: it is that of another state. */

#include "weir-swarm-state.h"

#include <string.h>

static WeirValue *
dup_value (WeirValue *value)
{
  return value != NULL ? weir_value_ref (value) : NULL;
}

static gpointer
ref_value (gconstpointer value, gpointer user_data)
{
  return weir_value_ref ((gpointer) value);
}

static gpointer
ref_object (gconstpointer object, gpointer user_data)
{
  return g_object_ref ((gpointer) object);
}

static void
copy_values (GQueue *queue)
{
  GQueue old = *queue;

  g_queue_init (queue);
  for (GList *l = old.head; l != NULL; l = l->next)
    g_queue_push_tail (queue, weir_value_ref (l->data));
}

/* ── steps ──────────────────────────────────────────────────────────────────────────────── */

static gboolean
may_share (WeirStepState *step)
{
  return weir_step_status_is_over (step->info.status) && step->scopes == NULL && step->dropped == NULL
         && step->swarm == NULL && step->closed.length == 0;
}

static GArray *
copy_attempts (GArray *attempts)
{
  GArray *copy = g_array_copy (attempts);

  for (guint i = 0; i < copy->len; i++)
    dup_value (g_array_index (copy, WeirAttempt, i).error);
  g_array_set_clear_func (copy, weir_attempt_clear);
  return copy;
}

static gpointer
copy_wait (gconstpointer source, gpointer user_data)
{
  const WeirWaitState *wait = source;
  WeirWaitState *copy = g_new0 (WeirWaitState, 1);

  copy->key = g_strdup (wait->key);
  copy->data = dup_value (wait->data);
  copy->answer = dup_value (wait->answer);
  return copy;
}

/* All of it but what leads to other steps and to scopes, which belong to @self. */
static WeirStepState *
copy_step (WeirRunState *self, WeirStepState *step)
{
  WeirStepState *copy = g_memdup2 (step, sizeof *step);

  copy->n_states = 1;
  copy->scope = g_ptr_array_index (self->scopes, step->info.scope);
  dup_value (copy->info.inputs);
  dup_value (copy->info.outputs);
  dup_value (copy->info.error);
  copy->info.progress_text = g_strdup (step->info.progress_text);
  if (step->info.attempts != NULL)
    copy->info.attempts = copy_attempts (step->info.attempts);
  if (step->wait_states != NULL)
    {
      copy->wait_states = g_ptr_array_copy (step->wait_states, copy_wait, NULL);
      g_ptr_array_set_free_func (copy->wait_states, (GDestroyNotify) weir_wait_state_free);
    }
  copy->ready = (GList) { .data = copy };
  copy->scopes = NULL;
  copy->dropped = NULL;
  g_queue_init (&copy->closed);
  copy->swarm = weir_swarm_state_copy (step->swarm);
  self->size += sizeof *copy;
  return copy;
}

static void
copy_container (WeirRunState *self, WeirStepState *copy, WeirStepState *step)
{
  GHashTableIter iter;
  gpointer value;

  if (step->scopes != NULL)
    {
      g_hash_table_iter_init (&iter, step->scopes);
      while (g_hash_table_iter_next (&iter, NULL, &value))
        weir_step_state_remember_scope (copy, g_ptr_array_index (self->scopes, ((WeirScopeState *) value)->pub.id));
    }
  for (GList *l = step->closed.head; l != NULL; l = l->next)
    g_queue_push_tail (&copy->closed, g_ptr_array_index (self->scopes, ((WeirScopeState *) l->data)->pub.id));
  copy->dropped = weir_step_state_copy_dropped (step);
  self->size += copy->dropped != NULL ? copy->dropped->len * sizeof (gpointer) : 0;
  self->size += step->swarm != NULL ? step->swarm->items->len : 0;
}

static WeirStepState *
find_step (WeirRunState *self, WeirStepState *step)
{
  return step != NULL ? g_ptr_array_index (self->steps, step->info.index) : NULL;
}

/* Steps come after those that lead to them. */
static void
copy_steps (WeirRunState *self, WeirRunState *source)
{
  self->steps = g_ptr_array_new_full (source->steps->len, (GDestroyNotify) weir_step_state_unref);
  self->size += source->steps->len * sizeof (gpointer);
  for (guint i = 0; i < source->steps->len; i++)
    {
      WeirStepState *step = g_ptr_array_index (source->steps, i);
      WeirStepState *previous = step != NULL ? find_step (self, step->previous) : NULL;
      WeirStepState *copy = step;

      if (step != NULL && previous == step->previous && may_share (step))
        step->n_states++;
      else if (step != NULL)
        {
          copy = copy_step (self, step);
          copy->previous = previous;
          copy_container (self, copy, step);
        }
      g_ptr_array_add (self->steps, copy);
    }
}

/**
 * weir_run_state_own_step: (skip)
 * @self: a state
 * @step: a step of it
 *
 * Returns: (transfer none): the step, or what takes its place in @self if other states have it too: it may be changed
 */
WeirStepState *
weir_run_state_own_step (WeirRunState *self, WeirStepState *step)
{
  WeirScopeState *scope;
  WeirPlanState *shared;

  if (step->n_states == 1)
    return step;
  scope = g_ptr_array_index (self->scopes, step->info.scope);
  shared = scope->shared;
  for (WeirStepState **at = &scope->blocks[step->block_index].last;; at = &(*at)->previous)
    {
      WeirStepState *old = *at;

      if (old->n_states > 1)
        {
          *at = copy_step (self, old);
          self->steps->pdata[old->info.index] = *at;
          if (scope->last_done == old)
            scope->last_done = *at;
          if (shared->blocks[step->block_index].last == old)
            shared->blocks[step->block_index].last = *at;
          old->n_states--;
        }
      if (old == step)
        return *at;
    }
}

/* ── scopes ─────────────────────────────────────────────────────────────────────────────── */

static void
copy_regions (WeirScopeState *copy)
{
  for (guint i = 0; i < copy->shared->plan->n_regions; i++)
    {
      GQueue old = copy->regions[i].tokens;

      g_queue_init (&copy->regions[i].tokens);
      for (GList *l = old.head; l != NULL; l = l->next)
        {
          WeirFeedback *token = g_memdup2 (l->data, sizeof (WeirFeedback));

          weir_value_ref (token->value);
          g_queue_push_tail (&copy->regions[i].tokens, token);
        }
    }
}

/* Moves a pointer into the room of @scope to that of @copy. */
#define MOVE(copy, scope, at) ((gpointer) ((char *) (copy)->room + ((char *) (at) - (char *) (scope)->room)))

/* What weir_scope_clear_tokens () clears is gone from a scope that is closed. */
static void
copy_room (WeirRunState *self, WeirScopeState *copy, WeirScopeState *scope)
{
  WeirPlan *plan = scope->shared->plan;
  gsize size = weir_scope_state_get_room (plan);

  self->size += size;
  copy->room = g_memdup2 (scope->room, size);
  copy->blocks = MOVE (copy, scope, scope->blocks);
  if (scope->links == NULL)
    return;
  copy->links = MOVE (copy, scope, scope->links);
  copy->regions = MOVE (copy, scope, scope->regions);
  for (guint i = 0; i < plan->n_links; i++)
    {
      dup_value (copy->links[i].value);
      copy_values (&copy->links[i].fresh);
    }
  for (guint i = 0; i < plan->n_blocks; i++)
    {
      copy->blocks[i].inputs = MOVE (copy, scope, scope->blocks[i].inputs);
      for (guint j = 0; j < plan->blocks[i].n_inputs; j++)
        dup_value (copy->blocks[i].inputs[j].last);
    }
  copy_regions (copy);
}

/* All of it but what leads to steps. */
static WeirScopeState *
copy_scope (WeirRunState *self, WeirScopeState *scope)
{
  WeirScopeState *copy = g_memdup2 (scope, sizeof *scope);

  self->size += sizeof *copy;
  copy->pub.key = g_strdup (scope->pub.key);
  copy->pub.path = g_strdup (scope->pub.path);
  copy->failed_block = g_strdup (scope->failed_block);
  copy->workflow = g_strdup (scope->workflow);
  dup_value (copy->pub.locals);
  dup_value (copy->pub.inputs);
  dup_value (copy->pub.result);
  dup_value (copy->pub.error);
  dup_value (copy->variables);
  copy->parent = scope->parent != NULL ? g_ptr_array_index (self->scopes, scope->pub.parent) : NULL;
  copy->shared = scope->shared != NULL ? g_hash_table_lookup (self->shared, scope->pub.graph) : NULL;
  if (copy->shared == NULL)
    return copy;
  if (scope->only != NULL)
    copy->only = g_memdup2 (scope->only, (copy->shared->plan->n_blocks + 1) * sizeof (gboolean));
  copy_room (self, copy, scope);
  return copy;
}

/* A scope comes after the one around it. */
static void
copy_scopes (WeirRunState *self, WeirRunState *source)
{
  self->scopes = g_ptr_array_new_full (source->scopes->len, (GDestroyNotify) weir_scope_state_free);
  self->size += source->scopes->len * (sizeof (gpointer) + sizeof (guint32));
  for (guint i = 0; i < source->scopes->len; i++)
    {
      WeirScopeState *scope = g_ptr_array_index (source->scopes, i);

      g_assert (scope == NULL || scope->runtime == NULL);
      g_ptr_array_add (self->scopes, scope != NULL ? copy_scope (self, scope) : NULL);
    }
}

static void
lead_to_steps (WeirRunState *self)
{
  for (guint i = 0; i < self->scopes->len; i++)
    {
      WeirScopeState *scope = g_ptr_array_index (self->scopes, i);

      if (scope == NULL || scope->shared == NULL)
        continue;
      scope->last_done = find_step (self, scope->last_done);
      for (guint j = 0; j < scope->shared->plan->n_blocks; j++)
        scope->blocks[j].last = find_step (self, scope->blocks[j].last);
    }
}

/* ── plans ──────────────────────────────────────────────────────────────────────────────── */

static void
copy_plans (WeirRunState *self, WeirRunState *source)
{
  GHashTableIter iter;
  gpointer graph, value;

  self->shared = weir_run_state_new_plans ();
  g_hash_table_iter_init (&iter, source->shared);
  while (g_hash_table_iter_next (&iter, &graph, &value))
    {
      WeirPlanState *shared = value;
      WeirPlanState *copy = g_new0 (WeirPlanState, 1);

      copy->plan = weir_plan_ref (shared->plan);
      copy->blocks = g_memdup2 (shared->blocks, (shared->plan->n_blocks + 1) * sizeof *shared->blocks);
      copy->links = g_memdup2 (shared->links, (shared->plan->n_links + 1) * sizeof *shared->links);
      self->size += shared->plan->n_blocks * sizeof *shared->blocks + shared->plan->n_links * sizeof *shared->links;
      g_hash_table_insert (self->shared, graph, copy);
    }
}

static void
lead_plans_to_steps (WeirRunState *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->shared);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    for (guint i = 0; i < ((WeirPlanState *) value)->plan->n_blocks; i++)
      ((WeirPlanState *) value)->blocks[i].last = find_step (self, ((WeirPlanState *) value)->blocks[i].last);
}

/* ── the whole ──────────────────────────────────────────────────────────────────────────── */

/* The same steps in the same order. */
static void
copy_queue (WeirRunState *self, GQueue *queue)
{
  GQueue old = *queue;

  g_queue_init (queue);
  for (GList *l = old.head; l != NULL; l = l->next)
    g_queue_push_tail_link (queue, &find_step (self, l->data)->ready);
}

static void
copy_rested (WeirRunState *self)
{
  GQueue old = self->rested;

  g_queue_init (&self->rested);
  for (GList *l = old.head; l != NULL; l = l->next)
    g_queue_push_tail (&self->rested, g_ptr_array_index (self->scopes, ((WeirScopeState *) l->data)->pub.id));
}

static void
copy_own_values (WeirRunState *self)
{
  dup_value (self->inputs);
  dup_value (self->options);
  dup_value (self->kinds);
  dup_value (self->result);
  dup_value (self->error);
  dup_value (self->ending);
  dup_value (self->variables);
  if (self->correlation != NULL)
    g_ref_string_acquire (self->correlation);
  if (self->signals != NULL)
    self->signals = g_ptr_array_copy (self->signals, ref_value, NULL);
}

/**
 * weir_run_state_copy: (skip)
 * @self: a state that nobody executes
 *
 * What is over in it is shared: the copy costs a pointer for each step that is over, and what the rest takes.
 *
 * Returns: (transfer full): a state that goes on from there as @self does, without changing it
 */
WeirRunState *
weir_run_state_copy (WeirRunState *self)
{
  WeirRunState *copy = g_memdup2 (self, sizeof *self);

  copy->ref_count = 1;
  copy->size = sizeof *self;
  g_object_ref (copy->workflow);
  copy_own_values (copy);
  copy->others = g_ptr_array_copy (self->others, ref_object, NULL);
  copy->parents = g_array_copy (self->parents);
  copy->impatient = self->impatient != NULL ? g_array_copy (self->impatient) : NULL;
  copy->binned = weir_run_state_copy_binned (self->binned);
  copy_plans (copy, self);
  copy_scopes (copy, self);
  copy_steps (copy, self);
  lead_to_steps (copy);
  lead_plans_to_steps (copy);
  copy_queue (copy, &copy->ready);
  copy_queue (copy, &copy->waiting);
  copy_queue (copy, &copy->suspended);
  copy_rested (copy);
  return copy;
}
