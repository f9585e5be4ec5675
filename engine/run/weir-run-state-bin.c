/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The fold of parts that are in what was recently deleted: they are marked, and all that is known of them stays. Few parts are, so the marks
 * are a set of their own; an item has its mark by the key that its container knows it by, since its scope may be dropped. */

#include "weir-run-state-private.h"

static char *
make_block_key (guint32 scope, const char *block)
{
  return g_strdup_printf ("%u/%s", scope, block);
}

static char *
make_item_key (guint32 scope, const char *block, guint32 firing, const char *key)
{
  return g_strdup_printf ("%u/%s/%u/%s", scope, block, firing, key);
}

static char *
make_key (WeirEvent *event)
{
  WeirValue *of = event->data != NULL ? weir_value_find_member (event->data, "of") : NULL;

  if (of == NULL)
    return make_block_key (event->scope, event->block != NULL ? event->block : "");
  return make_item_key (
    (guint32) weir_value_get_member_int (of, "scope", 0), weir_value_get_member_text (of, "block", ""),
    (guint32) weir_value_get_member_int (of, "firing", 0), weir_value_get_member_text (of, "key", ""));
}

/* Which item of a container a part is: "of" in the data of events. (transfer full) */
WeirValue *
weir_run_state_describe_item (guint32 scope, const char *block, guint32 firing, const char *key)
{
  WeirBuilder *of = weir_record_builder_new (4);

  weir_builder_set_take (of, "scope", weir_value_new_int (scope));
  weir_builder_set_take (of, "block", weir_value_new_text (block));
  weir_builder_set_take (of, "firing", weir_value_new_int (firing));
  weir_builder_set_take (of, "key", weir_value_new_text (key));
  return weir_builder_end (of);
}

void
weir_run_state_apply_part_binned (WeirRunState *self, WeirEvent *event)
{
  g_autofree char *key = make_key (event);

  if (self->binned == NULL)
    self->binned = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (event->kind == WEIR_EVENT_PART_BINNED)
    g_hash_table_add (self->binned, g_steal_pointer (&key));
  else
    g_hash_table_remove (self->binned, key);
}

/* (transfer full), NULL of NULL */
GHashTable *
weir_run_state_copy_binned (GHashTable *binned)
{
  GHashTable *copy;
  GHashTableIter iter;
  gpointer key;

  if (binned == NULL)
    return NULL;
  copy = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_hash_table_iter_init (&iter, binned);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    g_hash_table_add (copy, g_strdup (key));
  return copy;
}

gboolean
weir_run_state_equal_binned (WeirRunState *a, WeirRunState *b)
{
  GHashTableIter iter;
  gpointer key;
  guint n_a = a->binned != NULL ? g_hash_table_size (a->binned) : 0;
  guint n_b = b->binned != NULL ? g_hash_table_size (b->binned) : 0;

  if (n_a == 0 || n_a != n_b)
    return n_a == n_b;
  g_hash_table_iter_init (&iter, a->binned);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (!g_hash_table_contains (b->binned, key))
      return FALSE;
  return TRUE;
}

gboolean
weir_run_state_is_item_binned (WeirRunState *self, guint32 scope, const char *block, guint32 firing, const char *key)
{
  g_autofree char *mark = NULL;

  if (self->binned == NULL)
    return FALSE;
  mark = make_item_key (scope, block, firing, key);
  return g_hash_table_contains (self->binned, mark);
}

/* Of the items of one step. */
guint
weir_run_state_count_binned (WeirRunState *self, const WeirStepInfo *step)
{
  g_autofree char *prefix = NULL;
  GHashTableIter iter;
  gpointer key;
  guint n = 0;

  if (self->binned == NULL)
    return 0;
  prefix = make_item_key (step->scope, step->block, step->firing, "");
  g_hash_table_iter_init (&iter, self->binned);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    n += g_str_has_prefix (key, prefix);
  return n;
}

static gboolean
is_block_binned (WeirRunState *self, guint32 scope, const char *block)
{
  g_autofree char *key = make_block_key (scope, block);

  return g_hash_table_contains (self->binned, key);
}

/**
 * weir_run_state_is_binned:
 * @self: a state
 * @scope: a scope
 * @block: (nullable): id of a block in it; %NULL: the scope itself, one item
 *
 * Returns: whether it, or anything around it, is in what was recently deleted: lists leave it out
 */
gboolean
weir_run_state_is_binned (WeirRunState *self, guint32 scope, const char *block)
{
  WeirScopeState *state;

  if (self->binned == NULL || g_hash_table_size (self->binned) == 0)
    return FALSE;
  if (block != NULL && is_block_binned (self, scope, block))
    return TRUE;
  state = scope < self->scopes->len ? g_ptr_array_index (self->scopes, scope) : NULL;
  for (; state != NULL && state->parent != NULL; state = state->parent)
    {
      const WeirScope *pub = &state->pub;

      if (weir_run_state_is_item_binned (self, pub->parent, pub->block, pub->firing, pub->key)
          || is_block_binned (self, pub->parent, pub->block))
        return TRUE;
    }
  return FALSE;
}
