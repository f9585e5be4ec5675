/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-value-private.h"

#include <string.h>

guint32
weir_key_hash (const char *text, gsize length)
{
  guint32 hash = 2166136261u; /* FNV-1a */

  for (gsize i = 0; i < length; i++)
    hash = (hash ^ (guint8) text[i]) * 16777619u;
  return hash;
}

guint32
weir_shape_index_size (guint32 n_keys)
{
  guint32 size = 32;

  if (n_keys <= WEIR_SHAPE_LINEAR)
    return 0;
  while (size < n_keys * 2)
    size *= 2;
  return size;
}

void
weir_shape_fill_index (WeirShape *self, guint32 *index, guint32 size)
{
  memset (index, 0, size * sizeof *index);
  self->index = index;
  self->index_mask = size - 1;
  for (guint32 i = 0; i < self->n_keys; i++)
    {
      guint32 slot = self->keys[i].hash & self->index_mask;

      while (index[slot] != 0)
        slot = (slot + 1) & self->index_mask;
      index[slot] = i + 1;
    }
}

/* Copies the keys into one block with the shape. */
static WeirShape *
shape_new (const WeirKey *keys, guint32 n_keys)
{
  guint32 index_size = weir_shape_index_size (n_keys);
  gsize text_size = 0;
  WeirShape *self;
  char *text;

  for (guint32 i = 0; i < n_keys; i++)
    text_size += keys[i].length + 1;

  self = g_malloc (sizeof *self + n_keys * sizeof (WeirKey) + index_size * sizeof (guint32) + text_size);
  *self = (WeirShape) { .ref_count = 1, .n_keys = n_keys, .keys = (WeirKey *) (self + 1) };
  text = (char *) (self->keys + n_keys) + index_size * sizeof (guint32);
  for (guint32 i = 0; i < n_keys; i++)
    {
      memcpy (text, keys[i].text, keys[i].length);
      text[keys[i].length] = '\0';
      self->keys[i] = (WeirKey) { text, keys[i].length, keys[i].hash };
      text += keys[i].length + 1;
      if (keys[i].length == 5 && memcmp (keys[i].text, "$weir", 5) == 0)
        self->is_tagged = TRUE;
    }
  if (index_size > 0)
    weir_shape_fill_index (self, (guint32 *) (self->keys + n_keys), index_size);
  return self;
}

/* The shapes that a thread made last: most records that it makes look like one that it made just before. */
#define N_RECENT 64
#define MAX_RECENT_KEYS 8

static void
free_recent (gpointer data)
{
  WeirShape **recent = data;

  for (guint i = 0; i < N_RECENT; i++)
    g_clear_pointer (&recent[i], weir_shape_unref);
  g_free (recent);
}

static GPrivate recent_shapes = G_PRIVATE_INIT (free_recent);

static gboolean
has_keys (const WeirShape *self, const WeirKey *keys, guint32 n_keys)
{
  if (self->n_keys != n_keys)
    return FALSE;
  for (guint32 i = 0; i < n_keys; i++)
    if (self->keys[i].hash != keys[i].hash || self->keys[i].length != keys[i].length
        || memcmp (self->keys[i].text, keys[i].text, keys[i].length) != 0)
      return FALSE;
  return TRUE;
}

/* A shape with these keys, which must differ from each other: a new one, or one that other records have too. */
WeirShape *
weir_shape_new (const WeirKey *keys, guint32 n_keys)
{
  WeirShape **recent = g_private_get (&recent_shapes);
  WeirShape **place;
  guint32 hash = n_keys;

  if (n_keys > MAX_RECENT_KEYS)
    return shape_new (keys, n_keys);
  if (recent == NULL)
    {
      recent = g_new0 (WeirShape *, N_RECENT);
      g_private_set (&recent_shapes, recent);
    }
  for (guint32 i = 0; i < n_keys; i++)
    hash = hash * 31 + keys[i].hash;
  place = &recent[(hash ^ hash >> 16) % N_RECENT];
  if (*place == NULL || !has_keys (*place, keys, n_keys))
    {
      g_clear_pointer (place, weir_shape_unref);
      *place = shape_new (keys, n_keys);
    }
  return weir_shape_ref (*place);
}

WeirShape *
weir_shape_ref (WeirShape *self)
{
  if (g_atomic_int_get (&self->ref_count) >= 0)
    g_atomic_int_inc (&self->ref_count);
  return self;
}

void
weir_shape_unref (WeirShape *self)
{
  if (g_atomic_int_get (&self->ref_count) >= 0 && g_atomic_int_dec_and_test (&self->ref_count))
    g_free (self);
}

gssize
weir_shape_find (const WeirShape *self, const char *key, gsize length)
{
  if (self->index != NULL)
    {
      guint32 hash = weir_key_hash (key, length);

      for (guint32 slot = hash & self->index_mask; self->index[slot] != 0; slot = (slot + 1) & self->index_mask)
        {
          const WeirKey *candidate = &self->keys[self->index[slot] - 1];

          if (candidate->hash == hash && candidate->length == length && memcmp (candidate->text, key, length) == 0)
            return self->index[slot] - 1;
        }
      return -1;
    }

  for (guint32 i = 0; i < self->n_keys; i++)
    if (self->keys[i].length == length && memcmp (self->keys[i].text, key, length) == 0)
      return i;
  return -1;
}
