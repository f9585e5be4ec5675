/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The fold of scopes: runs of a graph within a run. */

#include "weir-run-state-private.h"
#include "weir-swarm-state.h"

#include <string.h>

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

gsize
weir_scope_state_get_room (WeirPlan *plan)
{
  gsize size = sizeof (WeirBlockState) * plan->n_blocks + sizeof (WeirLinkState) * plan->n_links
               + sizeof (WeirRegionState) * plan->n_regions;

  for (guint i = 0; i < plan->n_blocks; i++)
    size += sizeof (WeirInputState) * plan->blocks[i].n_inputs;
  return MAX (size, 1);
}

/* One piece for all that is as large as the graph: a swarm opens a hundred thousand scopes. */
static void
scope_make_room (WeirScopeState *scope, WeirPlan *plan)
{
  WeirInputState *inputs;

  scope->room = g_malloc0 (weir_scope_state_get_room (plan));
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

void
weir_run_state_open_scope (WeirRunState *self, WeirScopeState *scope, WeirGraph *graph)
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

gboolean
weir_run_state_apply_scope_opened (WeirRunState *self, WeirEvent *event, WeirStepState *step, GError **error)
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
  scope->pub.locals = weir_run_state_dup_member (event->data, "locals");
  scope->priority = weir_value_get_member_int (event->data, "priority", 0);
  scope->pub.inputs = weir_run_state_dup_member (event->data, "inputs");
  scope->workflow = g_strdup (weir_value_get_member_text (event->data, "workflow", NULL));
  scope->own_variables = sub && !weir_value_get_member_bool (event->data, "inherit", TRUE);
  scope->branch = find_branch (self, graph, weir_value_get_member_text (event->data, "branch", NULL));
  scope->index = parse_index (scope->pub.key);
  scope->opened_at = event->at;
  scope->n_tries = step->n_tries;
  scope->deleted = step->info.deleted;
  weir_step_state_remember_scope (step, scope);
  weir_swarm_state_opened (step, scope);
  if (!step->container)
    {
      step->container = TRUE;
      self->n_leaves -= step->info.status == WEIR_STEP_RUNNING;
    }
  weir_run_state_open_scope (self, scope, graph);
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
      else if (!weir_step_status_is_over (step->info.status))
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

gboolean
weir_run_state_apply_scope_closed (WeirRunState *self, WeirEvent *event, GError **error)
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
  scope->pub.result = weir_run_state_dup_member (event->data, "result");
  g_clear_pointer (&scope->pub.error, weir_value_unref);
  scope->pub.error = weir_run_state_dup_member (event->data, "error");
  scope->closed_at = event->at;
  weir_scope_state_close (self, scope, scope->forced ? WEIR_STEP_INTERRUPTED : WEIR_STEP_CANCELLED);
  container = weir_run_state_lookup (self, scope->pub.parent, scope->pub.block, scope->pub.firing);
  if (container == NULL)
    return TRUE;
  weir_swarm_state_closed (container, scope);
  weir_run_state_scope_closed (self, container, scope);
  return TRUE;
}
