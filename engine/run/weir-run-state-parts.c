/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The fold of verbs on parts of a run: a block, a container with all that is in it, one item. */

#include "weir-run-state-private.h"

#include <string.h>

/* Whether the block, what it is in, or anything around that is paused. */
gboolean
weir_run_state_is_paused (WeirRunState *self, WeirScopeState *scope, guint block)
{
  if (self->n_paused_parts == 0)
    return FALSE;
  for (;;)
    {
      WeirScopeState *parent = scope->parent;

      if (scope->paused || scope->blocks[block].paused)
        return TRUE;
      if (parent == NULL || parent->shared == NULL)
        return FALSE;
      block = weir_plan_find_block (parent->shared->plan, scope->pub.block);
      scope = parent;
    }
}

gboolean
weir_run_state_is_inside (WeirRunState *self, guint32 scope, guint32 outer)
{
  while (scope > outer && scope < self->parents->len)
    scope = g_array_index (self->parents, guint32, scope);
  return scope == outer;
}

gboolean
weir_run_state_find_part (WeirRunState *self, const char *path, guint32 *scope, const char **block, GError **error)
{
  const char *slash = strrchr (path, '/');
  gboolean item = g_str_has_suffix (path, "]") || g_str_has_suffix (path, "/");
  g_autofree char *wanted = NULL;

  if (item)
    wanted = g_str_has_suffix (path, "/") ? g_strdup (path) : g_strconcat (path, "/", NULL);
  else
    wanted = slash != NULL ? g_strndup (path, (gsize) (slash - path) + 1) : g_strdup ("");
  *block = item ? NULL : slash != NULL ? slash + 1 : path;
  for (guint i = weir_run_state_get_n_scopes (self); i-- > 0;)
    {
      const WeirScope *candidate = weir_run_state_get_scope (self, i);

      if (candidate == NULL || !g_str_equal (candidate->path, wanted))
        continue;
      *scope = i;
      return TRUE;
    }
  g_set_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "There is no %s in the run", path);
  return FALSE;
}

static gboolean *
find_mark (WeirRunState *self, WeirEvent *event)
{
  WeirScopeState *scope = event->scope < self->scopes->len ? g_ptr_array_index (self->scopes, event->scope) : NULL;
  int block;

  if (scope == NULL || scope->shared == NULL)
    return NULL;
  if (event->block == NULL)
    return &scope->paused;
  block = weir_plan_find_block (scope->shared->plan, event->block);
  return block >= 0 ? &scope->blocks[block].paused : NULL;
}

static void
sort_queue (WeirRunState *self, GQueue *queue, gboolean paused, WeirStepStatus status)
{
  for (GList *l = queue->head, *next; l != NULL; l = next)
    {
      WeirStepState *step = l->data;

      next = l->next;
      if (weir_run_state_is_paused (self, step->scope, step->block_index) == paused)
        weir_step_state_set_status (self, step, status);
    }
}

void
weir_run_state_apply_part (WeirRunState *self, WeirEvent *event)
{
  gboolean *mark = find_mark (self, event);
  gboolean pause = event->kind == WEIR_EVENT_PART_PAUSED;

  if (mark == NULL || *mark == pause)
    return;
  *mark = pause;
  self->n_paused_parts += pause ? 1 : -1;
  if (pause)
    {
      sort_queue (self, &self->ready, TRUE, WEIR_STEP_SUSPENDED);
      sort_queue (self, &self->waiting, TRUE, WEIR_STEP_SUSPENDED);
    }
  else
    sort_queue (self, &self->suspended, FALSE, WEIR_STEP_READY);
}

/* One item is ended, or a sub-workflow ends itself: nothing starts in it any more, and it closes with that error or result once nothing runs in
 * it. */
void
weir_run_state_apply_part_stopped (WeirRunState *self, WeirEvent *event)
{
  WeirScopeState *scope = event->scope < self->scopes->len ? g_ptr_array_index (self->scopes, event->scope) : NULL;
  WeirValue *error;
  WeirValue *result;

  if (scope == NULL || scope->pub.closed)
    return;
  error = weir_value_find_member (event->data, "error");
  result = weir_value_find_member (event->data, "result");
  g_clear_pointer (&scope->pub.error, weir_value_unref);
  g_clear_pointer (&scope->pub.result, weir_value_unref);
  scope->pub.error = error != NULL ? weir_value_ref (error) : NULL;
  scope->pub.result = result != NULL ? weir_value_ref (result) : NULL;
  scope->failing = TRUE;
  scope->forced |= error != NULL && g_str_equal (weir_value_get_member_text (error, "class", ""), "flow.interrupted");
}

void
weir_run_state_apply_part_settled (WeirRunState *self, WeirEvent *event)
{
  WeirStepState *step = weir_run_state_lookup (self, event->scope, event->block, event->firing);
  WeirValue *outputs = weir_value_find_member (event->data, "outputs");

  if (step == NULL || step->info.status != WEIR_STEP_UNKNOWN)
    return;
  step = weir_run_state_own_step (self, step);
  if (g_str_equal (weir_value_get_member_text (event->data, "decision", ""), "done"))
    {
      g_clear_pointer (&step->info.outputs, weir_value_unref);
      step->info.outputs = outputs != NULL ? weir_value_ref (outputs) : weir_value_new_record (NULL, NULL, 0);
      weir_step_state_set_status (self, step, WEIR_STEP_SUCCEEDED);
      return;
    }
  g_clear_pointer (&step->info.error, weir_value_unref);
  step->info.error = weir_value_new_error ("flow.interrupted", "It was settled as failed", NULL);
  weir_step_state_set_status (self, step, WEIR_STEP_FAILED);
}
