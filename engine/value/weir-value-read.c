/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading values. */
#include "weir-json.h"
#include "weir-value-private.h"

#include <math.h>
#include <string.h>

static const char *const kind_names[] = {
  "null", "bool", "int", "number", "text", "bytes", "time", "duration", "list", "record", "file", "table", "error",
  "secret", "stream",
};

/**
 * weir_value_get_kind:
 * @self: a value
 *
 * Returns: its kind
 */
WeirValueKind
weir_value_get_kind (WeirValue *self)
{
  g_return_val_if_fail (self != NULL, WEIR_VALUE_NULL);

  return self->kind;
}

/**
 * weir_value_get_kind_name:
 * @self: a value
 *
 * Returns: its kind in a word, as types are written: "text", "list"
 */
const char *
weir_value_get_kind_name (WeirValue *self)
{
  g_return_val_if_fail (self != NULL, "null");

  return kind_names[self->kind];
}

/**
 * weir_value_is_null:
 * @self: a value
 *
 * Returns: whether it is null
 */
gboolean
weir_value_is_null (WeirValue *self)
{
  g_return_val_if_fail (self != NULL, TRUE);

  return self->kind == WEIR_VALUE_NULL;
}

/**
 * weir_value_get_bool:
 * @self: a bool
 *
 * Returns: what it is
 */
gboolean
weir_value_get_bool (WeirValue *self)
{
  g_return_val_if_fail (self != NULL && self->kind == WEIR_VALUE_BOOL, FALSE);

  return self->a.integer != 0;
}

/**
 * weir_value_get_int:
 * @self: an int
 *
 * Returns: what it is
 */
gint64
weir_value_get_int (WeirValue *self)
{
  g_return_val_if_fail (self != NULL && self->kind == WEIR_VALUE_INT, 0);

  return self->a.integer;
}

/**
 * weir_value_get_number:
 * @self: a number or an int
 *
 * Returns: what it is; an int beyond 2^53 is rounded
 */
double
weir_value_get_number (WeirValue *self)
{
  g_return_val_if_fail (self != NULL && (self->kind == WEIR_VALUE_NUMBER || self->kind == WEIR_VALUE_INT), 0);

  return self->kind == WEIR_VALUE_INT ? (double) self->a.integer : self->a.number;
}

/**
 * weir_value_get_text:
 * @self: a text
 * @length: (out) (optional): its length in bytes
 *
 * Returns: (transfer none): UTF-8 that ends with NUL and may hold NULs
 */
const char *
weir_value_get_text (WeirValue *self, gsize *length)
{
  g_return_val_if_fail (self != NULL && self->kind == WEIR_VALUE_TEXT, NULL);

  if (length != NULL)
    *length = self->a.length;
  return self->b.text;
}

/**
 * weir_value_get_bytes:
 * @self: bytes
 *
 * Returns: (transfer none): the data
 */
GBytes *
weir_value_get_bytes (WeirValue *self)
{
  g_return_val_if_fail (self != NULL && self->kind == WEIR_VALUE_BYTES, NULL);

  return self->a.bytes;
}

/**
 * weir_value_get_time:
 * @self: a time
 *
 * Returns: microseconds since 1970-01-01 UTC
 */
gint64
weir_value_get_time (WeirValue *self)
{
  g_return_val_if_fail (self != NULL && self->kind == WEIR_VALUE_TIME, 0);

  return self->a.integer;
}

/**
 * weir_value_get_duration_ms:
 * @self: a duration
 *
 * Returns: milliseconds
 */
gint64
weir_value_get_duration_ms (WeirValue *self)
{
  g_return_val_if_fail (self != NULL && self->kind == WEIR_VALUE_DURATION, 0);

  return self->a.integer;
}

/**
 * weir_value_get_path:
 * @self: a file
 *
 * Returns: (transfer none) (type filename): its absolute path, in the bytes of the file system
 */
const char *
weir_value_get_path (WeirValue *self)
{
  g_return_val_if_fail (self != NULL && self->kind == WEIR_VALUE_FILE, NULL);

  return self->a.file->path;
}

/**
 * weir_value_get_secret:
 * @self: a secret
 *
 * Returns: (transfer none): the name of the credential
 */
const char *
weir_value_get_secret (WeirValue *self)
{
  g_return_val_if_fail (self != NULL && self->kind == WEIR_VALUE_SECRET, NULL);

  return self->b.text;
}

/**
 * weir_value_get_length:
 * @self: a value
 *
 * Returns: the number of items of a list, members of a record or rows of a table; 0 of anything else
 */
gsize
weir_value_get_length (WeirValue *self)
{
  g_return_val_if_fail (self != NULL, 0);

  switch (self->kind)
    {
    case WEIR_VALUE_LIST:
      return self->a.length;
    case WEIR_VALUE_RECORD:
      return self->a.shape->n_keys;
    case WEIR_VALUE_TABLE:
      return weir_value_peek_child (self, 0)->a.length;
    default:
      return 0;
    }
}

/**
 * weir_value_get_item:
 * @self: a list, record or table
 * @index: less than its length
 *
 * Returns: (transfer none): an item, the value of a member, a row
 */
WeirValue *
weir_value_get_item (WeirValue *self, gsize index)
{
  g_return_val_if_fail (self != NULL && index < weir_value_get_length (self), weir_value_new_null ());

  if (self->kind == WEIR_VALUE_TABLE)
    self = weir_value_peek_child (self, 0);
  return weir_value_peek_child (self, index);
}

const char *
weir_value_get_key_len (WeirValue *self, gsize index, gsize *length)
{
  const WeirKey *key = &self->a.shape->keys[index];

  *length = key->length;
  return key->text;
}

/**
 * weir_value_get_key:
 * @self: a record
 * @index: less than its length
 *
 * Returns: (transfer none): the key of a member
 */
const char *
weir_value_get_key (WeirValue *self, gsize index)
{
  g_return_val_if_fail (self != NULL && self->kind == WEIR_VALUE_RECORD, NULL);
  g_return_val_if_fail (index < self->a.shape->n_keys, NULL);

  return self->a.shape->keys[index].text;
}

static WeirValue *
text_of_path (const char *path, gsize length)
{
  return weir_value_new_text_len (path, length);
}

static WeirValue *
make_file_members (const WeirFileIdentity *file)
{
  WeirBuilder *builder = weir_record_builder_new (7);
  g_autofree char *name = g_path_get_basename (file->path);
  g_autofree char *parent = g_path_get_dirname (file->path);
  const char *dot = strrchr (name, '.');

  /* A leading dot hides a file; it starts no extension. */
  if (dot == name || (dot != NULL && dot[1] == '\0'))
    dot = NULL;
  weir_builder_set_take (builder, "path", weir_value_new_text (file->path));
  weir_builder_set_take (builder, "name", weir_value_new_text (name));
  weir_builder_set_take (builder, "stem", text_of_path (name, dot != NULL ? (gsize) (dot - name) : strlen (name)));
  weir_builder_set_take (builder, "extension", weir_value_new_text (dot != NULL ? dot + 1 : ""));
  weir_builder_set_take (builder, "parent", weir_value_new_text (parent));
  weir_builder_set_take (builder, "size", weir_value_new_int (file->size));
  weir_builder_set_take (builder, "modified",
                         file->modified_at != 0 ? weir_value_new_time (file->modified_at) : weir_value_new_null ());
  return weir_builder_end (builder);
}

/* Other threads may read the same file value at this moment: the first to finish wins. */
static WeirValue *
ensure_file_members (WeirFileIdentity *file)
{
  WeirValue *members = g_atomic_pointer_get (&file->members);

  if (members == NULL)
    {
      members = make_file_members (file);
      if (!g_atomic_pointer_compare_and_exchange (&file->members, NULL, members))
        {
          weir_value_unref (members);
          members = g_atomic_pointer_get (&file->members);
        }
    }
  return members;
}

WeirValue *
weir_value_find_member_len (WeirValue *self, const char *key, gsize length)
{
  gssize index;

  if (self->kind == WEIR_VALUE_FILE)
    self = ensure_file_members (self->a.file);
  if (self->kind != WEIR_VALUE_RECORD && self->kind != WEIR_VALUE_ERROR)
    return NULL;
  index = weir_shape_find (self->a.shape, key, length);
  return index >= 0 ? weir_value_peek_child (self, index) : NULL;
}

/**
 * weir_value_find_member:
 * @self: a value
 * @key: a key
 *
 * Error values answer "class", "message" and "data"; file values "path", "name", "stem", "extension" (without dot),
 * "parent", "size" and "modified".
 *
 * Returns: (transfer none) (nullable): the member; %NULL if there is none, or @self has no members
 */
WeirValue *
weir_value_find_member (WeirValue *self, const char *key)
{
  g_return_val_if_fail (self != NULL && key != NULL, NULL);

  return weir_value_find_member_len (self, key, strlen (key));
}

/**
 * weir_value_get_column:
 * @table: a table
 * @index: less than the number of columns
 *
 * Returns: (transfer none): the name of a column
 */
const char *
weir_value_get_column (WeirValue *table, gsize index)
{
  g_return_val_if_fail (table != NULL && table->kind == WEIR_VALUE_TABLE, NULL);
  g_return_val_if_fail (index < table->a.shape->n_keys, NULL);

  return table->a.shape->keys[index].text;
}

/**
 * weir_value_get_n_columns:
 * @table: a table
 *
 * Returns: how many columns it has
 */
gsize
weir_value_get_n_columns (WeirValue *table)
{
  g_return_val_if_fail (table != NULL && table->kind == WEIR_VALUE_TABLE, 0);

  return table->a.shape->n_keys;
}

/**
 * weir_value_get_member_text:
 * @self: a record, or anything else
 * @key: a key
 * @fallback: (nullable): what to answer if there is no such text
 *
 * Returns: (transfer none) (nullable): the member as text; of a file its path
 */
const char *
weir_value_get_member_text (WeirValue *self, const char *key, const char *fallback)
{
  WeirValue *member = weir_value_find_member (self, key);

  if (member != NULL && member->kind == WEIR_VALUE_FILE)
    return member->a.file->path;
  return member != NULL && member->kind == WEIR_VALUE_TEXT ? member->b.text : fallback;
}

/**
 * weir_value_get_member_int:
 * @self: a record, or anything else
 * @key: a key
 * @fallback: what to answer if there is no such int
 *
 * Returns: the member
 */
gint64
weir_value_get_member_int (WeirValue *self, const char *key, gint64 fallback)
{
  WeirValue *member = weir_value_find_member (self, key);

  return member != NULL && member->kind == WEIR_VALUE_INT ? member->a.integer : fallback;
}

/**
 * weir_value_get_member_bool:
 * @self: a record, or anything else
 * @key: a key
 * @fallback: what to answer if there is no such bool
 *
 * Returns: the member
 */
gboolean
weir_value_get_member_bool (WeirValue *self, const char *key, gboolean fallback)
{
  WeirValue *member = weir_value_find_member (self, key);

  return member != NULL && member->kind == WEIR_VALUE_BOOL ? member->a.integer != 0 : fallback;
}

/**
 * weir_value_is_truthy:
 * @self: a value
 *
 * Returns: whether JavaScript takes it for true: all but null, false, 0, NaN and ""
 */
gboolean
weir_value_is_truthy (WeirValue *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  switch (self->kind)
    {
    case WEIR_VALUE_NULL:
      return FALSE;
    case WEIR_VALUE_BOOL:
    case WEIR_VALUE_INT:
    case WEIR_VALUE_DURATION:
      return self->a.integer != 0;
    case WEIR_VALUE_NUMBER:
      return self->a.number != 0 && !isnan (self->a.number);
    case WEIR_VALUE_TEXT:
      return self->a.length > 0;
    default:
      return TRUE;
    }
}

WeirValue *
weir_table_dup_row (WeirValue *table, gsize index)
{
  WeirValue *row = weir_value_get_item (table, index);
  WeirValue *self;
  gsize n_columns = table->a.shape->n_keys;

  if (row->kind != WEIR_VALUE_LIST)
    return weir_value_ref (row);

  /* The shape of a table in an arena dies with it. */
  self = weir_value_alloc (WEIR_VALUE_RECORD, n_columns * sizeof (WeirValue *));
  self->a.shape = table->a.shape->ref_count < 0 ? weir_shape_new (table->a.shape->keys, n_columns)
                                                : weir_shape_ref (table->a.shape);
  self->b.items = (WeirValue **) (self + 1);
  for (gsize i = 0; i < n_columns; i++)
    self->b.items[i] = i < row->a.length ? weir_value_ref (weir_value_peek_child (row, i)) : weir_value_new_null ();
  return self;
}

WeirValue *
weir_table_to_records (WeirValue *table)
{
  gsize n_rows = weir_value_get_length (table);
  WeirBuilder *builder = weir_list_builder_new (n_rows);

  for (gsize i = 0; i < n_rows; i++)
    weir_builder_take (builder, weir_table_dup_row (table, i));
  return weir_builder_end (builder);
}

/* It looks as before. */
static WeirValue *
replace_member (WeirValue *record, gsize index, WeirValue *value)
{
  gsize n_members = record->a.shape->n_keys;
  WeirValue *self = weir_value_alloc (WEIR_VALUE_RECORD, n_members * sizeof (WeirValue *));

  self->a.shape = weir_shape_ref (record->a.shape);
  self->b.items = (WeirValue **) (self + 1);
  for (gsize i = 0; i < n_members; i++)
    self->b.items[i] = weir_value_ref (i == index ? value : weir_value_peek_child (record, i));
  return self;
}

/**
 * weir_value_with_member:
 * @record: a record
 * @key: a key, UTF-8
 * @value: (nullable) (transfer none): its new value, %NULL to remove it
 *
 * Returns: (transfer full): a new record; all other members are shared
 */
WeirValue *
weir_value_with_member (WeirValue *record, const char *key, WeirValue *value)
{
  gsize length = strlen (key);
  gssize found;
  gsize n_members;
  WeirBuilder *builder;

  g_return_val_if_fail (record != NULL && record->kind == WEIR_VALUE_RECORD, weir_value_new_null ());

  found = weir_shape_find (record->a.shape, key, length);
  n_members = record->a.shape->n_keys;
  if (found >= 0 && value != NULL && record->a.shape->ref_count >= 0)
    return replace_member (record, (gsize) found, value);
  builder = weir_record_builder_new (n_members + 1);
  for (gsize i = 0; i < n_members; i++)
    {
      const WeirKey *member_key = &record->a.shape->keys[i];

      if (found != (gssize) i)
        weir_builder_set_len_take (builder, member_key->text, member_key->length,
                                   weir_value_ref (weir_value_peek_child (record, i)));
      else if (value != NULL)
        weir_builder_set (builder, key, value);
    }
  if (found < 0 && value != NULL)
    weir_builder_set (builder, key, value);
  return weir_builder_end (builder);
}
