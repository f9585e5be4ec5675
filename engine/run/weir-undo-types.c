/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-undo-private.h"

G_DEFINE_BOXED_TYPE (WeirEffect, weir_effect, weir_effect_copy, weir_effect_free)
G_DEFINE_BOXED_TYPE (WeirUndoPlan, weir_undo_plan, weir_undo_plan_ref, weir_undo_plan_unref)

/**
 * weir_effect_copy:
 * @self: an effect
 *
 * Returns: (transfer full): a copy, sharing the values
 */
WeirEffect *
weir_effect_copy (const WeirEffect *self)
{
  WeirEffect *copy = g_new (WeirEffect, 1);

  *copy = *self;
  copy->block = g_strdup (self->block);
  copy->kind = g_strdup (self->kind);
  copy->type = g_strdup (self->type);
  copy->target = g_strdup (self->target);
  copy->before = self->before != NULL ? weir_value_ref (self->before) : NULL;
  copy->after = self->after != NULL ? weir_value_ref (self->after) : NULL;
  return copy;
}

/**
 * weir_effect_free:
 * @self: (transfer full): an effect
 */
void
weir_effect_free (WeirEffect *self)
{
  g_free (self->block);
  g_free (self->kind);
  g_free (self->type);
  g_free (self->target);
  g_clear_pointer (&self->before, weir_value_unref);
  g_clear_pointer (&self->after, weir_value_unref);
  g_free (self);
}

static void
weir_undo_item_free (gpointer data)
{
  WeirUndoItem *self = data;

  g_clear_pointer (&self->effect, weir_effect_free);
  g_free (self->description);
  g_free (self->conflict);
  g_free (self);
}

/**
 * weir_undo_plan_new: (skip)
 * @run: number of the run
 * @to_block: (nullable): the block after which it is undone; %NULL: the whole run
 *
 * Returns: (transfer full): a plan without items
 */
WeirUndoPlan *
weir_undo_plan_new (gint64 run, const char *to_block)
{
  WeirUndoPlan *self = g_new0 (WeirUndoPlan, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->run = run;
  self->to_block = g_strdup (to_block);
  self->times = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->items = g_ptr_array_new_with_free_func (weir_undo_item_free);
  self->touched = g_ptr_array_new_with_free_func (g_free);
  self->unsaid = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_effect_free);
  self->never_done = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_effect_free);
  return self;
}

/**
 * weir_undo_plan_take_item: (skip)
 * @self: a plan that nobody else has yet
 * @effect: (transfer full): what would be undone
 * @description: (transfer full): what would be done
 * @conflict: (transfer full) (nullable): why it cannot just be undone
 * @irreversible: whether it cannot be undone at all
 * @size: bytes that come back
 *
 * Adds a line and counts it.
 */
void
weir_undo_plan_take_item (WeirUndoPlan *self, WeirEffect *effect, char *description, char *conflict,
                          gboolean irreversible, guint64 size)
{
  WeirUndoItem *item = g_new (WeirUndoItem, 1);

  *item = (WeirUndoItem) { effect, description, conflict, irreversible, size };
  g_ptr_array_add (self->items, item);
  if (conflict != NULL)
    self->n_conflicts++;
  if (irreversible)
    self->n_irreversible++;
}

/**
 * weir_undo_plan_ref:
 * @self: a plan
 *
 * Returns: (transfer full): the plan
 */
WeirUndoPlan *
weir_undo_plan_ref (WeirUndoPlan *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * weir_undo_plan_unref:
 * @self: (transfer full): a plan
 */
void
weir_undo_plan_unref (WeirUndoPlan *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_ptr_array_unref (self->items);
  g_ptr_array_unref (self->never_done);
  g_ptr_array_unref (self->unsaid);
  g_ptr_array_unref (self->touched);
  g_clear_pointer (&self->times, g_hash_table_unref);
  g_free (self->to_block);
  g_free (self);
}
