/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The fold of a part that was deleted: what is known of it stays, its values go. What the store does to the journal afterwards comes to the
 * same, whenever it does it. */

#include "weir-run-state-private.h"
#include "weir-swarm-state.h"

#include <string.h>

static void
strip (WeirValue **error)
{
  WeirValue *old = *error;

  *error = weir_event_strip_error (old);
  g_clear_pointer (&old, weir_value_unref);
}

static void
strip_swarm (WeirSwarmState *swarm)
{
  for (guint i = 0; swarm != NULL && i < swarm->batches->len; i++)
    {
      WeirItemBatch *batch = &g_array_index (swarm->batches, WeirItemBatch, i);
      g_autoptr(WeirValue) old = batch->items;

      batch->items = old != NULL ? weir_event_strip_items (old) : NULL;
    }
}

/* @given: also what it gave to what is around it */
static void
strip_step (WeirStepState *step, gboolean given)
{
  WeirStepInfo *info = &step->info;

  info->deleted = TRUE;
  g_clear_pointer (&info->inputs, weir_value_unref);
  if (given)
    {
      g_clear_pointer (&info->outputs, weir_value_unref);
      strip (&info->error);
    }
  for (guint i = 0; info->attempts != NULL && i < info->attempts->len; i++)
    strip (&g_array_index (info->attempts, WeirAttempt, i).error);
  g_clear_pointer (&info->progress_text, g_free);
  info->wait = NULL;
  weir_step_state_clear_waits (step);
  weir_step_state_forget_results (step, NULL);
  strip_swarm (step->swarm);
}

/* All firings; copies of the state for other moments keep theirs. */
static void
strip_steps (WeirRunState *self, WeirStepState *last, gboolean given)
{
  for (WeirStepState *step = last; step != NULL; step = step->previous)
    {
      step = weir_run_state_own_step (self, step);
      strip_step (step, given);
    }
}

static void
strip_scope (WeirRunState *self, WeirScopeState *scope, gboolean given)
{
  g_clear_pointer (&scope->pub.locals, weir_value_unref);
  g_clear_pointer (&scope->pub.inputs, weir_value_unref);
  g_clear_pointer (&scope->variables, weir_value_unref);
  if (given && scope->pub.result != NULL)
    {
      weir_value_unref (scope->pub.result);
      scope->pub.result = weir_value_new_null ();
    }
  if (given)
    strip (&scope->pub.error);
  for (guint i = 0; scope->shared != NULL && i < scope->shared->plan->n_blocks; i++)
    strip_steps (self, scope->blocks[i].last, TRUE);
}

gboolean
weir_path_is_within (const char *path, const char *part)
{
  gsize length = strlen (part);

  return g_str_has_prefix (path, part) && (path[length] == '\0' || path[length] == '/' || path[length] == '[');
}

/* The path of the part; it was not in the journal always. NULL: it is in an item that was dropped. */
static char *
dup_path (WeirRunState *self, WeirEvent *event)
{
  const char *path = weir_value_get_member_text (event->data, "path", NULL);
  WeirValue *of = weir_value_find_member (event->data, "of");
  guint32 id = of != NULL ? (guint32) weir_value_get_member_int (of, "scope", 0) : event->scope;
  WeirScopeState *scope = id < self->scopes->len ? g_ptr_array_index (self->scopes, id) : NULL;

  if (path != NULL || scope == NULL)
    return g_strdup (path);
  if (of != NULL)
    return g_strconcat (scope->pub.path, weir_value_get_member_text (of, "block", ""), "[",
                        weir_value_get_member_text (of, "key", ""), "]", NULL);
  return event->block != NULL ? g_strconcat (scope->pub.path, event->block, NULL)
                              : g_strndup (scope->pub.path, strlen (scope->pub.path) - 1);
}

/* The block itself, and what it remembers of items whose scopes were dropped. */
static void
strip_block (WeirRunState *self, WeirScopeState *scope, const char *block, const char *key, gboolean given)
{
  int index = scope->shared != NULL ? weir_plan_find_block (scope->shared->plan, block) : -1;

  if (index < 0)
    return;
  if (key == NULL)
    {
      strip_steps (self, scope->blocks[index].last, given);
      /* one that was in the bin while its run went on may have fired since; nothing of that is left either */
      scope->blocks[index].deleted |= given;
      return;
    }
  for (WeirStepState *step = scope->blocks[index].last; given && step != NULL; step = step->previous)
    weir_step_state_forget_results (step, key);
}

/* In every scope around it: an item that was tried again has several. */
static void
strip_blocks (WeirRunState *self, const char *path, gboolean given)
{
  const char *slash = strrchr (path, '/');
  g_autofree char *around = slash != NULL ? g_strndup (path, (gsize) (slash - path) + 1) : g_strdup ("");
  g_autofree char *block = g_strdup (slash != NULL ? slash + 1 : path);
  char *key = strchr (block, '[');

  if (key != NULL)
    {
      *key++ = '\0';
      key[strlen (key) - 1] = '\0';
    }
  for (guint i = 0; i < self->scopes->len; i++)
    {
      WeirScopeState *scope = g_ptr_array_index (self->scopes, i);

      if (scope != NULL && g_str_equal (scope->pub.path, around))
        strip_block (self, scope, block, key, given);
    }
}

void
weir_run_state_apply_part_deleted (WeirRunState *self, WeirEvent *event)
{
  gboolean given = weir_value_get_member_bool (event->data, "given", FALSE);
  g_autofree char *path = dup_path (self, event);
  g_autofree char *item = path != NULL ? g_strconcat (path, "/", NULL) : NULL;

  if (path == NULL)
    return;
  for (guint i = 0; i < self->scopes->len; i++)
    {
      WeirScopeState *scope = g_ptr_array_index (self->scopes, i);

      /* what an item of its own gave goes to what is around it */
      if (scope != NULL && i > 0 && weir_path_is_within (scope->pub.path, path))
        strip_scope (self, scope, given || event->block != NULL || !g_str_equal (scope->pub.path, item));
    }
  strip_blocks (self, path, given);
  weir_run_state_forget_binned (self, path);
}
