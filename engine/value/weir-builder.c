/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-value-private.h"

#include <string.h>

/* The value under construction grows in place: its items follow it, so that end () hands it over as it is. */
struct _WeirBuilder
{
  WeirValue  *value;
  gsize       length;
  gsize       capacity;
  /* of a record */
  WeirKey    *keys;    /* text is NULL: at key_offsets in key_texts, which moves while it grows */
  GString    *key_texts;
  GHashTable *numbers; /* key → number, once there are many */
};

static WeirBuilder *
builder_new (WeirValueKind kind, gsize expected)
{
  WeirBuilder *self = g_new0 (WeirBuilder, 1);

  self->capacity = CLAMP (expected, 4, 1 << 20);
  self->value = weir_value_alloc (kind, self->capacity * sizeof (WeirValue *));
  if (kind == WEIR_VALUE_RECORD)
    {
      self->keys = g_new (WeirKey, self->capacity);
      self->key_texts = g_string_new (NULL);
    }
  return self;
}

/**
 * weir_list_builder_new:
 * @expected: about how many items will come; 0 if unknown
 *
 * Returns: (transfer full): a builder of a list
 */
WeirBuilder *
weir_list_builder_new (gsize expected)
{
  return builder_new (WEIR_VALUE_LIST, expected);
}

/**
 * weir_record_builder_new:
 * @expected: about how many members will come; 0 if unknown
 *
 * Returns: (transfer full): a builder of a record
 */
WeirBuilder *
weir_record_builder_new (gsize expected)
{
  return builder_new (WEIR_VALUE_RECORD, expected);
}

static WeirValue **
get_items (WeirBuilder *self)
{
  return (WeirValue **) (self->value + 1);
}

static void
append_take (WeirBuilder *self, WeirValue *item)
{
  if (self->length == self->capacity)
    {
      self->capacity *= 2;
      self->value = g_realloc (self->value, sizeof (WeirValue) + self->capacity * sizeof (WeirValue *));
      if (self->keys != NULL)
        self->keys = g_renew (WeirKey, self->keys, self->capacity);
    }
  get_items (self)[self->length++] = item;
}

/**
 * weir_builder_take:
 * @self: a builder of a list
 * @item: (transfer full): the next item
 */
void
weir_builder_take (WeirBuilder *self, WeirValue *item)
{
  g_return_if_fail (self->value->kind == WEIR_VALUE_LIST);
  g_return_if_fail (item != NULL);

  append_take (self, item);
}

/**
 * weir_builder_add:
 * @self: a builder of a list
 * @item: (transfer none): the next item
 */
void
weir_builder_add (WeirBuilder *self, WeirValue *item)
{
  g_return_if_fail (item != NULL);

  weir_builder_take (self, weir_value_ref (item));
}

/* While a record is built, the text of a key is an offset into key_texts. */
static const char *
get_key (WeirBuilder *self, gsize index)
{
  return self->key_texts->str + GPOINTER_TO_SIZE (self->keys[index].text);
}

typedef struct
{
  WeirBuilder *builder;
  const char  *text; /* of a key that is looked for; NULL: the key number of the builder */
  gsize        number;
  guint32      length;
  guint32      hash;
} BuilderKey;

static guint
builder_key_hash (gconstpointer key)
{
  return ((const BuilderKey *) key)->hash;
}

static gboolean
builder_key_equal (gconstpointer a, gconstpointer b)
{
  const BuilderKey *left = a, *right = b;

  return left->hash == right->hash && left->length == right->length
         && memcmp (left->text != NULL ? left->text : get_key (left->builder, left->number),
                    right->text != NULL ? right->text : get_key (right->builder, right->number), left->length) == 0;
}

static void
remember_number (WeirBuilder *self, gsize number)
{
  BuilderKey *entry = g_new (BuilderKey, 1);

  *entry = (BuilderKey) { self, NULL, number, self->keys[number].length, self->keys[number].hash };
  g_hash_table_insert (self->numbers, entry, GSIZE_TO_POINTER (number));
}

static gssize
find_key (WeirBuilder *self, const char *key, guint32 length, guint32 hash)
{
  if (self->numbers != NULL)
    {
      BuilderKey wanted = { self, key, 0, length, hash };
      gpointer number;

      return g_hash_table_lookup_extended (self->numbers, &wanted, NULL, &number) ? (gssize) GPOINTER_TO_SIZE (number) : -1;
    }

  for (gsize i = 0; i < self->length; i++)
    if (self->keys[i].hash == hash && self->keys[i].length == length && memcmp (get_key (self, i), key, length) == 0)
      return i;

  if (self->length == 32)
    {
      self->numbers = g_hash_table_new_full (builder_key_hash, builder_key_equal, g_free, NULL);
      for (gsize i = 0; i < self->length; i++)
        remember_number (self, i);
    }
  return -1;
}

void
weir_builder_set_len_take (WeirBuilder *self, const char *key, gsize length, WeirValue *value)
{
  g_autofree char *repaired = NULL;
  guint32 hash;
  gssize found;

  g_return_if_fail (self->value->kind == WEIR_VALUE_RECORD);
  g_return_if_fail (value != NULL);

  if (memchr (key, '\0', length) == NULL && !g_utf8_validate_len (key, length, NULL))
    {
      key = repaired = g_utf8_make_valid (key, length);
      length = strlen (key);
    }
  hash = weir_key_hash (key, length);
  found = find_key (self, key, length, hash);
  if (found >= 0)
    {
      weir_value_unref (get_items (self)[found]);
      get_items (self)[found] = value;
      return;
    }

  append_take (self, value);
  self->keys[self->length - 1] = (WeirKey) { GSIZE_TO_POINTER (self->key_texts->len), length, hash };
  g_string_append_len (self->key_texts, key, length);
  if (self->numbers != NULL)
    remember_number (self, self->length - 1);
}

/**
 * weir_builder_set_take:
 * @self: a builder of a record
 * @key: UTF-8; a key set before keeps its place and takes the new value
 * @value: (transfer full): its value
 */
void
weir_builder_set_take (WeirBuilder *self, const char *key, WeirValue *value)
{
  g_return_if_fail (key != NULL);

  weir_builder_set_len_take (self, key, strlen (key), value);
}

/**
 * weir_builder_set:
 * @self: a builder of a record
 * @key: UTF-8; a key set before keeps its place and takes the new value
 * @value: (transfer none): its value
 */
void
weir_builder_set (WeirBuilder *self, const char *key, WeirValue *value)
{
  g_return_if_fail (value != NULL);

  weir_builder_set_take (self, key, weir_value_ref (value));
}

/**
 * weir_builder_end:
 * @self: (transfer full): a builder
 *
 * Returns: (transfer full): the list or record
 */
WeirValue *
weir_builder_end (WeirBuilder *self)
{
  WeirValue *value;

  /* Give back what was reserved too much, where it is worth it. */
  if (self->capacity - self->length > 8)
    self->value = g_realloc (self->value, sizeof (WeirValue) + self->length * sizeof (WeirValue *));

  value = g_steal_pointer (&self->value);
  value->b.items = (WeirValue **) (value + 1);
  if (value->kind == WEIR_VALUE_LIST)
    value->a.length = self->length;
  else
    {
      for (gsize i = 0; i < self->length; i++)
        self->keys[i].text = get_key (self, i);
      value->a.shape = weir_shape_new (self->keys, self->length);
    }
  weir_builder_free (self);
  return value;
}

/**
 * weir_builder_free:
 * @self: (transfer full): a builder that was not ended
 */
void
weir_builder_free (WeirBuilder *self)
{
  if (self->value != NULL)
    {
      for (gsize i = 0; i < self->length; i++)
        weir_value_unref (get_items (self)[i]);
      g_free (self->value);
    }
  g_free (self->keys);
  if (self->key_texts != NULL)
    g_string_free (self->key_texts, TRUE);
  g_clear_pointer (&self->numbers, g_hash_table_unref);
  g_free (self);
}
