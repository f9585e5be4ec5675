/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The fold of parts that are in what was recently deleted: they are marked, and all that is known of them stays. Few parts are, so the marks
 * are a set of their own, of paths: "each[3]", "each[3]/write". */

#include "weir-run-state-private.h"

#include <string.h>

void
weir_run_state_apply_part_binned (WeirRunState *self, WeirEvent *event)
{
  const char *path = weir_value_get_member_text (event->data, "path", "");

  if (self->binned == NULL)
    self->binned = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (event->kind == WEIR_EVENT_PART_BINNED)
    g_hash_table_add (self->binned, g_strdup (path));
  else
    g_hash_table_remove (self->binned, path);
}

/* @path is gone for good: so is what is in it. */
void
weir_run_state_forget_binned (WeirRunState *self, const char *path)
{
  GHashTableIter iter;
  gpointer mark;

  if (self->binned == NULL)
    return;
  g_hash_table_iter_init (&iter, self->binned);
  while (g_hash_table_iter_next (&iter, &mark, NULL))
    if (weir_path_is_within (mark, path))
      g_hash_table_iter_remove (&iter);
}

/* (transfer full), NULL of NULL */
GHashTable *
weir_run_state_copy_binned (GHashTable *binned)
{
  GHashTable *copy;
  GHashTableIter iter;
  gpointer path;

  if (binned == NULL)
    return NULL;
  copy = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_hash_table_iter_init (&iter, binned);
  while (g_hash_table_iter_next (&iter, &path, NULL))
    g_hash_table_add (copy, g_strdup (path));
  return copy;
}

static guint
count (WeirRunState *self)
{
  return self->binned != NULL ? g_hash_table_size (self->binned) : 0;
}

gboolean
weir_run_state_equal_binned (WeirRunState *a, WeirRunState *b)
{
  GHashTableIter iter;
  gpointer path;

  if (count (a) == 0 || count (a) != count (b))
    return count (a) == count (b);
  g_hash_table_iter_init (&iter, a->binned);
  while (g_hash_table_iter_next (&iter, &path, NULL))
    if (!g_hash_table_contains (b->binned, path))
      return FALSE;
  return TRUE;
}

/* "each[3]/write": in the bin if that, "each[3]" or "each" is. */
static gboolean
is_path_binned (WeirRunState *self, char *path)
{
  gsize length = strlen (path);

  if (length > 0 && path[length - 1] == '/')
    path[--length] = '\0';
  while (length > 0)
    {
      if (g_hash_table_contains (self->binned, path))
        return TRUE;
      do
        length--;
      while (length > 0 && path[length] != '/' && path[length] != '[');
      path[length] = '\0';
    }
  return FALSE;
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
  WeirScopeState *state = scope < self->scopes->len ? g_ptr_array_index (self->scopes, scope) : NULL;
  g_autofree char *path = NULL;

  if (count (self) == 0 || state == NULL)
    return FALSE;
  path = g_strconcat (state->pub.path, block, NULL);
  return is_path_binned (self, path);
}

/* @container: path of a step */
gboolean
weir_run_state_is_item_binned (WeirRunState *self, const char *container, guint index)
{
  g_autofree char *path = NULL;

  if (count (self) == 0)
    return FALSE;
  path = g_strdup_printf ("%s[%u]", container, index);
  return is_path_binned (self, path);
}

/* Items of a container that are there themselves. */
guint
weir_run_state_count_binned (WeirRunState *self, const char *container)
{
  gsize length = strlen (container);
  GHashTableIter iter;
  gpointer path;
  guint n = 0;

  if (count (self) == 0)
    return 0;
  g_hash_table_iter_init (&iter, self->binned);
  while (g_hash_table_iter_next (&iter, &path, NULL))
    {
      const char *rest = (const char *) path + length;

      n += g_str_has_prefix (path, container) && *rest == '[' && strchr (rest, '/') == NULL;
    }
  return n;
}
