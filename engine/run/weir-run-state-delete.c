/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The fold of a part that was deleted: what is known of it stays, its values go. What the store does to the journal afterwards comes to the
 * same, whenever it does it. */

#include "weir-run-state-private.h"
#include "weir-swarm-state.h"

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

/* In the container @block of the scope @id, or, without block, that scope or what is in it. */
static gboolean
is_within (WeirScopeState *scope, guint32 id, const char *block)
{
  for (; scope != NULL; scope = scope->parent)
    if (block == NULL ? scope->pub.id == id
                      : scope->parent != NULL && scope->pub.parent == id && g_str_equal (scope->pub.block, block))
      return TRUE;
  return FALSE;
}

static void
strip_dropped_item (WeirRunState *self, WeirValue *of)
{
  WeirStepState *container = weir_run_state_lookup (self, (guint32) weir_value_get_member_int (of, "scope", 0),
                                                    weir_value_get_member_text (of, "block", ""),
                                                    (guint32) weir_value_get_member_int (of, "firing", 0));

  if (container != NULL)
    weir_step_state_forget_results (container, weir_value_get_member_text (of, "key", ""));
}

/* What is gone for good is not in the bin any more. */
static void
unmark_parts (WeirRunState *self, WeirEvent *event)
{
  GHashTableIter iter;
  gpointer key;

  if (self->binned == NULL)
    return;
  weir_run_state_apply_part_binned (self, event);
  g_hash_table_iter_init (&iter, self->binned);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      guint64 id = g_ascii_strtoull (key, NULL, 10);
      WeirScopeState *scope = id < self->scopes->len ? g_ptr_array_index (self->scopes, id) : NULL;

      if (scope != NULL && is_within (scope, event->scope, event->block))
        g_hash_table_iter_remove (&iter);
    }
}

/* One that was in the bin while its run went on may have fired since; nothing of that is left either. */
static void
mark_block (WeirRunState *self, guint32 scope_id, const char *block)
{
  WeirScopeState *scope = scope_id < self->scopes->len ? g_ptr_array_index (self->scopes, scope_id) : NULL;
  int index = scope != NULL && scope->shared != NULL ? weir_plan_find_block (scope->shared->plan, block) : -1;

  if (index >= 0)
    scope->blocks[index].deleted = TRUE;
}

void
weir_run_state_apply_part_deleted (WeirRunState *self, WeirEvent *event)
{
  gboolean given = weir_value_get_member_bool (event->data, "given", FALSE);
  WeirValue *of = weir_value_find_member (event->data, "of");

  for (guint i = 0; i < self->scopes->len; i++)
    {
      WeirScopeState *scope = g_ptr_array_index (self->scopes, i);

      /* what an item of its own gave goes to what is around it */
      if (scope != NULL && is_within (scope, event->scope, event->block))
        strip_scope (self, scope, given || event->block != NULL || scope->pub.id != event->scope);
    }
  unmark_parts (self, event);
  if (event->block != NULL)
    {
      strip_steps (self, weir_run_state_lookup (self, event->scope, event->block, 0), given);
      if (given)
        mark_block (self, event->scope, event->block);
    }
  else if (given && of != NULL)
    strip_dropped_item (self, of);
}
