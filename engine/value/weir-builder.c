/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-value-private.h"

#include <string.h>

/* Most records have few members with short names: their keys need no memory of their own. */
#define OWN_KEYS 8
#define OWN_TEXT 120

/* The value under construction grows in place: its items follow it, so that end () hands it over as it is. */
struct _WeirBuilder
{
  WeirValue *value;
  gsize length;
  gsize capacity;
  /* of a record */
  WeirKey *keys; /* text is an offset into texts, which move while they grow */
  char *texts;
  gsize texts_length;
  gsize texts_room;
  GHashTable *numbers; /* key → number, once there are many */
  WeirKey own_keys[OWN_KEYS];
  char own_texts[OWN_TEXT];
};

static WeirBuilder *
builder_new (WeirValueKind kind, gsize expected)
{
  /* the last two fields are not touched before they are used */
  WeirBuilder *self = g_new (WeirBuilder, 1);

  self->capacity = CLAMP (expected, 4, 1 << 20);
  self->value = weir_value_alloc (kind, self->capacity * sizeof (WeirValue *));
  self->length = 0;
  self->keys = NULL;
  self->texts = NULL;
  self->numbers = NULL;
  if (kind == WEIR_VALUE_RECORD)
    {
      self->keys = self->capacity <= OWN_KEYS ? self->own_keys : g_new (WeirKey, self->capacity);
      self->texts = self->own_texts;
      self->texts_length = 0;
      self->texts_room = OWN_TEXT;
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
      if (self->keys == self->own_keys)
        self->keys = memcpy (g_new (WeirKey, self->capacity), self->own_keys, self->length * sizeof (WeirKey));
      else if (self->keys != NULL)
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

static const char *
get_key (WeirBuilder *self, gsize index)
{
  return self->texts + GPOINTER_TO_SIZE (self->keys[index].text);
}

static void
append_text (WeirBuilder *self, const char *text, gsize length)
{
  if (self->texts_length + length > self->texts_room)
    {
      self->texts_room = MAX (self->texts_room * 2, self->texts_length + length);
      if (self->texts == self->own_texts)
        self->texts = memcpy (g_malloc (self->texts_room), self->own_texts, self->texts_length);
      else
        self->texts = g_realloc (self->texts, self->texts_room);
    }
  memcpy (self->texts + self->texts_length, text, length);
  self->texts_length += length;
}

typedef struct
{
  WeirBuilder *builder;
  const char *text; /* of a key that is looked for; NULL: the key number of the builder */
  gsize number;
  guint32 length;
  guint32 hash;
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
                    right->text != NULL ? right->text : get_key (right->builder, right->number), left->length)
              == 0;
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

      return g_hash_table_lookup_extended (self->numbers, &wanted, NULL, &number) ? (gssize) GPOINTER_TO_SIZE (number)
                                                                                  : -1;
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

static gboolean
is_ascii (const char *text, gsize length)
{
  guint8 all = 0;

  for (gsize i = 0; i < length; i++)
    all |= (guint8) text[i];
  return all < 0x80;
}

void
weir_builder_set_len_take (WeirBuilder *self, const char *key, gsize length, WeirValue *value)
{
  g_autofree char *repaired = NULL;
  guint32 hash;
  gssize found;

  g_return_if_fail (self->value->kind == WEIR_VALUE_RECORD);
  g_return_if_fail (value != NULL);

  if (!is_ascii (key, length) && memchr (key, '\0', length) == NULL && !g_utf8_validate_len (key, length, NULL))
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
  self->keys[self->length - 1] = (WeirKey) { GSIZE_TO_POINTER (self->texts_length), length, hash };
  append_text (self, key, length);
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
  if (self->keys != NULL && self->keys != self->own_keys)
    g_free (self->keys);
  if (self->texts != NULL && self->texts != self->own_texts)
    g_free (self->texts);
  g_clear_pointer (&self->numbers, g_hash_table_unref);
  g_free (self);
}
