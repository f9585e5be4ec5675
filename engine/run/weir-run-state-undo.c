/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A run that takes back what a block of another run had announced (flow.undo_point). It is a run of the same version; its options say which
 * block, with which value, and what could be seen there. Its root is the graph that the block is in, of which only what follows the port
 * `undo` runs: links from elsewhere are closed. */

#include "weir-run-state-private.h"

#include <string.h>

#define PORT "undo"

static WeirValue *
get_undo (WeirRunState *self)
{
  return self->options != NULL ? weir_value_find_member (self->options, "undo") : NULL;
}

gboolean
weir_run_state_takes_back (WeirRunState *self)
{
  return get_undo (self) != NULL;
}

static WeirValue *
dup_member (WeirValue *record, const char *name)
{
  WeirValue *value = weir_value_find_member (record, name);

  return value != NULL ? weir_value_ref (value) : NULL;
}

WeirGraph *
weir_run_state_find_undo_graph (WeirRunState *self, WeirScopeState *root)
{
  WeirValue *undo = get_undo (self);
  const char *path = undo != NULL ? weir_value_get_member_text (undo, "block", "") : NULL;
  WeirBlock *block = path != NULL ? weir_workflow_find_block (self->workflow, path) : NULL;
  const char *end;

  if (block == NULL)
    return weir_workflow_get_graph (self->workflow);
  end = strrchr (path, '/');
  root->branch = WEIR_BRANCH_UNDO;
  root->pub.locals = dup_member (undo, "locals");
  self->variables = dup_member (undo, "variables");
  g_free (root->pub.path);
  root->pub.path = end != NULL ? g_strndup (path, (gsize) (end - path) + 1) : g_strdup ("");
  return weir_block_get_graph (block);
}

static void
mark (WeirPlan *plan, guint block, gboolean *only)
{
  if (only[block])
    return;
  only[block] = TRUE;
  for (guint i = 0; i < plan->blocks[block].n_out; i++)
    mark (plan, plan->links[plan->blocks[block].out[i]].target, only);
}

static gboolean
leaves_by_port (WeirPlan *plan, guint link, guint block)
{
  return plan->links[link].source == block && g_str_equal (plan->links[link].source_port, PORT);
}

void
weir_scope_fire_undo (WeirRunState *self, WeirScopeState *root)
{
  WeirPlan *plan = root->shared->plan;
  WeirValue *undo = get_undo (self);
  const char *path = weir_value_get_member_text (undo, "block", "");
  const char *end = strrchr (path, '/');
  guint block = (guint) weir_plan_find_block (plan, end != NULL ? end + 1 : path);
  g_autoptr(WeirValue) null = weir_value_new_null ();
  WeirValue *value = weir_value_find_member (undo, "value");

  root->only = g_new0 (gboolean, plan->n_blocks + 1);
  for (guint i = 0; i < plan->n_links; i++)
    if (leaves_by_port (plan, i, block))
      mark (plan, plan->links[i].target, root->only);
  /* it is at the beginning of its branch, not in it */
  root->only[block] = FALSE;
  for (guint i = 0; i < plan->n_links; i++)
    if (leaves_by_port (plan, i, block))
      weir_scope_deliver (self, root, i, value != NULL ? value : null);
  for (guint i = 0; i < plan->n_links; i++)
    if (root->only[plan->links[i].target] && !root->only[plan->links[i].source] && !leaves_by_port (plan, i, block))
      weir_scope_close_link (self, root, i);
}
