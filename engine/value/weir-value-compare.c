/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Comparing and measuring whole trees. Neither recurses: values may be nested deeper than a fiber's stack. */
#include "weir-value-private.h"

#include <math.h>
#include <string.h>

static gboolean
equal_files (const WeirFileIdentity *a, const WeirFileIdentity *b)
{
  return strcmp (a->path, b->path) == 0 && a->device == b->device && a->inode == b->inode && a->size == b->size
         && a->modified_at == b->modified_at;
}

static void
push_pair (GPtrArray *pairs, WeirValue *a, WeirValue *b)
{
  g_ptr_array_add (pairs, a);
  g_ptr_array_add (pairs, b);
}

/* Keys are compared here, their values are pushed. The order of keys does not matter. */
static gboolean
equal_members (WeirValue *a, WeirValue *b, GPtrArray *pairs)
{
  const WeirShape *left = a->a.shape, *right = b->a.shape;

  if (left->n_keys != right->n_keys)
    return FALSE;
  for (guint32 i = 0; i < left->n_keys; i++)
    {
      const WeirKey *key = &left->keys[i];
      gssize other = i;

      if (left != right
          && (right->keys[i].length != key->length || memcmp (right->keys[i].text, key->text, key->length) != 0))
        other = weir_shape_find (right, key->text, key->length);
      if (other < 0)
        return FALSE;
      push_pair (pairs, weir_value_peek_child (a, i), weir_value_peek_child (b, other));
    }
  return TRUE;
}

static gboolean
equal_tables (WeirValue *a, WeirValue *b, GPtrArray *pairs)
{
  const WeirShape *left = a->a.shape, *right = b->a.shape;

  if (left->n_keys != right->n_keys)
    return FALSE;
  for (guint32 i = 0; i < left->n_keys; i++)
    if (strcmp (left->keys[i].text, right->keys[i].text) != 0)
      return FALSE;
  push_pair (pairs, weir_value_peek_child (a, 0), weir_value_peek_child (b, 0));
  return TRUE;
}

/* Whether two values are equal, as far as can be said without their children, which are pushed. */
static gboolean
equal_outside (WeirValue *a, WeirValue *b, GPtrArray *pairs)
{
  if (a->kind != b->kind)
    return FALSE;
  switch (a->kind)
    {
    case WEIR_VALUE_NULL:
      return TRUE;
    case WEIR_VALUE_BOOL:
    case WEIR_VALUE_INT:
    case WEIR_VALUE_TIME:
    case WEIR_VALUE_DURATION:
      return a->a.integer == b->a.integer;
    case WEIR_VALUE_NUMBER:
      return a->a.number == b->a.number || (isnan (a->a.number) && isnan (b->a.number));
    case WEIR_VALUE_TEXT:
    case WEIR_VALUE_SECRET:
      return a->a.length == b->a.length && memcmp (a->b.text, b->b.text, a->a.length) == 0;
    case WEIR_VALUE_BYTES:
      return g_bytes_equal (a->a.bytes, b->a.bytes);
    case WEIR_VALUE_FILE:
      return equal_files (a->a.file, b->a.file);
    case WEIR_VALUE_LIST:
      if (a->a.length != b->a.length)
        return FALSE;
      for (gsize i = 0; i < a->a.length; i++)
        push_pair (pairs, weir_value_peek_child (a, i), weir_value_peek_child (b, i));
      return TRUE;
    case WEIR_VALUE_RECORD:
    case WEIR_VALUE_ERROR:
      return equal_members (a, b, pairs);
    case WEIR_VALUE_TABLE:
      return equal_tables (a, b, pairs);
    case WEIR_VALUE_STREAM: /* the same source and the same operations; what is read is not looked at */
      push_pair (pairs, weir_value_peek_child (a, 0), weir_value_peek_child (b, 0));
      return TRUE;
    default:
      return FALSE;
    }
}

/**
 * weir_value_equal:
 * @a: a value
 * @b: another
 *
 * Compares structure, not identity. Kinds must be the same: int 1 is not number 1.0. NaN equals NaN. The order of
 * the keys of records does not matter.
 *
 * Returns: whether they are equal
 */
gboolean
weir_value_equal (WeirValue *a, WeirValue *b)
{
  g_autoptr(GPtrArray) pairs = NULL;

  g_return_val_if_fail (a != NULL && b != NULL, FALSE);

  if (a == b)
    return TRUE;

  pairs = g_ptr_array_new ();
  push_pair (pairs, a, b);
  while (pairs->len > 0)
    {
      b = g_ptr_array_steal_index_fast (pairs, pairs->len - 1);
      a = g_ptr_array_steal_index_fast (pairs, pairs->len - 1);
      if (a != b && !equal_outside (a, b, pairs))
        return FALSE;
    }
  return TRUE;
}

static gsize
estimate_outside (WeirValue *self)
{
  switch (self->kind)
    {
    case WEIR_VALUE_NULL:
    case WEIR_VALUE_BOOL:
      return 5;
    case WEIR_VALUE_INT:
    case WEIR_VALUE_DURATION:
      return self->a.integer > -1000 && self->a.integer < 1000 ? 4 : 11;
    case WEIR_VALUE_NUMBER:
      return 12;
    case WEIR_VALUE_TIME:
      return 28;
    case WEIR_VALUE_TEXT:
    case WEIR_VALUE_SECRET:
      return self->a.length + 3;
    case WEIR_VALUE_BYTES:
      return g_bytes_get_size (self->a.bytes) / 3 * 4 + 7;
    case WEIR_VALUE_FILE:
      return strlen (self->a.file->path) + 3;
    default:
      return 3;
    }
}

/**
 * weir_value_estimate_size:
 * @self: a value
 * @limit: where to stop counting; 0: nowhere
 *
 * Returns: about how many bytes it takes as JSON; at least @limit if it is larger
 */
gsize
weir_value_estimate_size (WeirValue *self, gsize limit)
{
  g_autoptr(GPtrArray) pending = NULL;
  gsize size = 0;

  g_return_val_if_fail (self != NULL, 0);

  if (limit == 0)
    limit = G_MAXSIZE;
  pending = g_ptr_array_new ();
  g_ptr_array_add (pending, self);
  while (pending->len > 0 && size < limit)
    {
      gsize n_children = 0;

      self = g_ptr_array_steal_index_fast (pending, pending->len - 1);
      size += estimate_outside (self);
      if (self->kind == WEIR_VALUE_LIST)
        n_children = self->a.length;
      else if (self->kind == WEIR_VALUE_TABLE || self->kind == WEIR_VALUE_STREAM)
        n_children = 1;
      else if (self->kind == WEIR_VALUE_RECORD || self->kind == WEIR_VALUE_ERROR)
        {
          n_children = self->a.shape->n_keys;
          for (gsize i = 0; i < n_children; i++)
            size += self->a.shape->keys[i].length + 3;
        }
      /* Each child takes two bytes at least: no use to look at more than the limit leaves room for. */
      for (gsize i = 0; i < n_children && size + 2 * i < limit; i++)
        {
          WeirValue *child = weir_value_peek_child (self, i);

          if (child->kind >= WEIR_VALUE_LIST)
            g_ptr_array_add (pending, child);
          else
            size += estimate_outside (child);
        }
    }
  return size;
}
