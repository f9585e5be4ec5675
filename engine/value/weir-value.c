/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-value-private.h"

#include <string.h>
#include <sys/stat.h>

G_DEFINE_BOXED_TYPE (WeirValue, weir_value, weir_value_ref, weir_value_unref)

#define STATIC_VALUE(kind_, member, value) \
  { .kind = (kind_), .flags = WEIR_VALUE_FLAG_STATIC, .a = { .member = (value) } }
#define INT1(n) STATIC_VALUE (WEIR_VALUE_INT, integer, (n))
#define INT4(n) INT1 (n), INT1 ((n) + 1), INT1 ((n) + 2), INT1 ((n) + 3)
#define INT16(n) INT4 (n), INT4 ((n) + 4), INT4 ((n) + 8), INT4 ((n) + 12)
#define INT64(n) INT16 (n), INT16 ((n) + 16), INT16 ((n) + 32), INT16 ((n) + 48)

#define SMALL_INT_FIRST (-16)
#define SMALL_INT_LAST 255

static WeirValue the_null = { .kind = WEIR_VALUE_NULL, .flags = WEIR_VALUE_FLAG_STATIC };
static WeirValue the_bools[] = { STATIC_VALUE (WEIR_VALUE_BOOL, integer, 0), STATIC_VALUE (WEIR_VALUE_BOOL, integer, 1) };
static WeirValue the_empty_text = { .kind = WEIR_VALUE_TEXT, .flags = WEIR_VALUE_FLAG_STATIC, .b = { .text = "" } };
static WeirValue the_small_ints[] = { INT16 (-16), INT64 (0), INT64 (64), INT64 (128), INT64 (192) };

G_STATIC_ASSERT (G_N_ELEMENTS (the_small_ints) == SMALL_INT_LAST - SMALL_INT_FIRST + 1);

static WeirKey error_keys[] = { { "class", 5, 0 }, { "message", 7, 0 }, { "data", 4, 0 } };
static WeirShape error_shape = { .ref_count = -1, .n_keys = 3, .keys = error_keys };

WeirShape *
weir_error_get_shape (void)
{
  return &error_shape;
}

WeirValue *
weir_value_alloc (WeirValueKind kind, gsize extra)
{
  WeirValue *self = g_malloc (sizeof *self + extra);

  *self = (WeirValue) { .ref_or_offset = 1, .kind = kind };
  return self;
}

/**
 * weir_value_ref:
 * @self: a value
 *
 * Any thread. A reference on a part of a parsed document keeps the whole document.
 *
 * Returns: (transfer full): the same value
 */
WeirValue *
weir_value_ref (WeirValue *self)
{
  if ((self->flags & WEIR_VALUE_FLAG_STATIC) != 0)
    return self;
  if ((self->flags & WEIR_VALUE_FLAG_CELL) != 0)
    g_atomic_int_inc (&weir_value_get_arena (self)->ref_count);
  else
    g_atomic_int_inc ((int *) &self->ref_or_offset);
  return self;
}

static void
free_file (WeirFileIdentity *file)
{
  g_clear_pointer (&file->members, weir_value_unref);
  g_free (file->path);
  g_free (file);
}

static gboolean
has_items (const WeirValue *self)
{
  return self->kind == WEIR_VALUE_LIST || self->kind == WEIR_VALUE_RECORD || self->kind == WEIR_VALUE_ERROR
         || self->kind == WEIR_VALUE_TABLE || self->kind == WEIR_VALUE_STREAM;
}

static gsize
get_n_children (const WeirValue *self)
{
  switch (self->kind)
    {
    case WEIR_VALUE_LIST:
      return self->a.length;
    case WEIR_VALUE_RECORD:
    case WEIR_VALUE_ERROR:
      return self->a.shape->n_keys;
    case WEIR_VALUE_TABLE:
    case WEIR_VALUE_STREAM:
      return 1;
    default:
      return 0;
    }
}

/* Frees a value on the heap and what it held alone. Values may be nested as deeply as memory allows, so this does
 * not recurse: values still to be freed are chained through b, which on the heap always points behind the value. */
static void
free_value (WeirValue *self)
{
  WeirValue *pending = NULL;

  self->b.cells = NULL;
  pending = self;
  while (pending != NULL)
    {
      WeirValue *current = pending;
      WeirValue **items = (WeirValue **) (current + 1);
      gsize n_children = get_n_children (current);

      pending = current->b.cells;
      for (gsize i = 0; i < n_children; i++)
        {
          WeirValue *child = items[i];

          if ((child->flags & (WEIR_VALUE_FLAG_STATIC | WEIR_VALUE_FLAG_CELL)) != 0 || !has_items (child))
            weir_value_unref (child);
          else if (g_atomic_int_dec_and_test ((int *) &child->ref_or_offset))
            {
              child->b.cells = pending;
              pending = child;
            }
        }

      if (current->kind != WEIR_VALUE_LIST && current->kind != WEIR_VALUE_STREAM)
        weir_shape_unref (current->a.shape);
      g_free (current);
    }
}

/**
 * weir_value_unref:
 * @self: (transfer full): a value
 *
 * Any thread.
 */
void
weir_value_unref (WeirValue *self)
{
  if ((self->flags & WEIR_VALUE_FLAG_STATIC) != 0)
    return;
  if ((self->flags & WEIR_VALUE_FLAG_CELL) != 0)
    {
      weir_arena_unref (weir_value_get_arena (self));
      return;
    }
  if (!g_atomic_int_dec_and_test ((int *) &self->ref_or_offset))
    return;

  if (has_items (self))
    {
      free_value (self);
      return;
    }
  if (self->kind == WEIR_VALUE_BYTES)
    g_bytes_unref (self->a.bytes);
  else if (self->kind == WEIR_VALUE_FILE)
    free_file (self->a.file);
  g_free (self);
}

/**
 * weir_value_new_null:
 *
 * Returns: (transfer full): null
 */
WeirValue *
weir_value_new_null (void)
{
  return &the_null;
}

/**
 * weir_value_new_bool:
 * @value: true or false
 *
 * Returns: (transfer full): the bool
 */
WeirValue *
weir_value_new_bool (gboolean value)
{
  return &the_bools[value != FALSE];
}

/**
 * weir_value_new_int:
 * @value: any 64-bit integer
 *
 * Returns: (transfer full): the int
 */
WeirValue *
weir_value_new_int (gint64 value)
{
  WeirValue *self;

  if (value >= SMALL_INT_FIRST && value <= SMALL_INT_LAST)
    return &the_small_ints[value - SMALL_INT_FIRST];

  self = weir_value_alloc (WEIR_VALUE_INT, 0);
  self->a.integer = value;
  return self;
}

/**
 * weir_value_new_number:
 * @value: any double, also one without a fraction: 1.0 stays a number
 *
 * Returns: (transfer full): the number
 */
WeirValue *
weir_value_new_number (double value)
{
  WeirValue *self = weir_value_alloc (WEIR_VALUE_NUMBER, 0);

  self->a.number = value;
  return self;
}

/* g_utf8_make_valid () takes NUL for invalid, so it gets the pieces in between. */
static char *
make_valid_utf8 (const char *text, gsize *length)
{
  GString *result = g_string_sized_new (*length + 16);
  const char *end = text + *length;

  while (TRUE)
    {
      const char *nul = memchr (text, '\0', end - text);
      g_autofree char *piece = g_utf8_make_valid (text, (nul != NULL ? nul : end) - text);

      g_string_append (result, piece);
      if (nul == NULL)
        break;
      g_string_append_c (result, '\0');
      text = nul + 1;
    }
  *length = result->len;
  return g_string_free (result, FALSE);
}

static gboolean
is_valid_utf8 (const char *text, gsize length)
{
  const char *end = text + length;

  while (!g_utf8_validate_len (text, end - text, &text))
    {
      if (text == end || *text != '\0')
        return FALSE;
      text++;
    }
  return TRUE;
}

static WeirValue *
new_text_of_kind (WeirValueKind kind, const char *text, gsize length)
{
  g_autofree char *repaired = NULL;
  WeirValue *self;

  if (!is_valid_utf8 (text, length))
    text = repaired = make_valid_utf8 (text, &length);

  self = weir_value_alloc (kind, length + 1);
  self->a.length = length;
  self->b.text = (char *) (self + 1);
  memcpy (self + 1, text, length);
  ((char *) (self + 1))[length] = '\0';
  return self;
}

/**
 * weir_value_new_text:
 * @text: UTF-8; what is not valid is replaced by U+FFFD
 *
 * Returns: (transfer full): the text
 */
WeirValue *
weir_value_new_text (const char *text)
{
  g_return_val_if_fail (text != NULL, weir_value_new_null ());

  return weir_value_new_text_len (text, strlen (text));
}

/**
 * weir_value_new_text_len:
 * @text: (array length=length): UTF-8, which may hold NULs; what is not valid is replaced by U+FFFD
 * @length: in bytes
 *
 * Returns: (transfer full): the text
 */
WeirValue *
weir_value_new_text_len (const char *text, gsize length)
{
  if (length == 0)
    return &the_empty_text;
  return new_text_of_kind (WEIR_VALUE_TEXT, text, length);
}

/**
 * weir_value_new_bytes:
 * @bytes: (transfer none): the data, shared, not copied
 *
 * Returns: (transfer full): the bytes
 */
WeirValue *
weir_value_new_bytes (GBytes *bytes)
{
  WeirValue *self;

  g_return_val_if_fail (bytes != NULL, weir_value_new_null ());

  self = weir_value_alloc (WEIR_VALUE_BYTES, 0);
  self->a.bytes = g_bytes_ref (bytes);
  return self;
}

/**
 * weir_value_new_time:
 * @time_us: microseconds since 1970-01-01 UTC
 *
 * Returns: (transfer full): the time
 */
WeirValue *
weir_value_new_time (gint64 time_us)
{
  WeirValue *self = weir_value_alloc (WEIR_VALUE_TIME, 0);

  self->a.integer = time_us;
  return self;
}

/**
 * weir_value_new_duration:
 * @duration_ms: milliseconds
 *
 * Returns: (transfer full): the duration
 */
WeirValue *
weir_value_new_duration (gint64 duration_ms)
{
  WeirValue *self = weir_value_alloc (WEIR_VALUE_DURATION, 0);

  self->a.integer = duration_ms;
  return self;
}

WeirValue *
weir_value_new_file_with_identity (const char *path, guint64 device, guint64 inode, guint64 size, gint64 modified_at)
{
  WeirValue *self = weir_value_alloc (WEIR_VALUE_FILE, 0);

  self->a.file = g_new0 (WeirFileIdentity, 1);
  self->a.file->path = g_strdup (path);
  self->a.file->device = device;
  self->a.file->inode = inode;
  self->a.file->size = size;
  self->a.file->modified_at = modified_at;
  return self;
}

/**
 * weir_value_new_file:
 * @path: (type filename): a path; one that is not absolute is taken from the working directory
 *
 * Looks at the file once (stat, which may wait for a slow disk). Members "size" and "modified" are 0 and null of what
 * does not exist.
 *
 * Returns: (transfer full): the file
 */
WeirValue *
weir_value_new_file (const char *path)
{
  g_autofree char *absolute = NULL;
  struct stat status = { 0 };

  g_return_val_if_fail (path != NULL, weir_value_new_null ());

  if (!g_path_is_absolute (path))
    path = absolute = g_canonicalize_filename (path, NULL);
  if (stat (path, &status) != 0)
    return weir_value_new_file_with_identity (path, 0, 0, 0, 0);
  return weir_value_new_file_with_identity (path, status.st_dev, status.st_ino, status.st_size,
                                            status.st_mtim.tv_sec * G_USEC_PER_SEC + status.st_mtim.tv_nsec / 1000);
}

WeirValue *
weir_value_new_error_take (WeirValue *class_name, WeirValue *message, WeirValue *data)
{
  WeirValue *self = weir_value_alloc (WEIR_VALUE_ERROR, 3 * sizeof (WeirValue *));

  self->a.shape = &error_shape;
  self->b.items = (WeirValue **) (self + 1);
  self->b.items[0] = class_name;
  self->b.items[1] = message;
  self->b.items[2] = data;
  return self;
}

/**
 * weir_value_new_error:
 * @class_name: a dotted failure class, "io.not_found"
 * @message: for a person
 * @data: (nullable) (transfer none): what else is known
 *
 * Returns: (transfer full): the error, as a value
 */
WeirValue *
weir_value_new_error (const char *class_name, const char *message, WeirValue *data)
{
  g_return_val_if_fail (class_name != NULL && message != NULL, weir_value_new_null ());

  return weir_value_new_error_take (weir_value_new_text (class_name), weir_value_new_text (message),
                                    data != NULL ? weir_value_ref (data) : weir_value_new_null ());
}

/**
 * weir_value_new_secret:
 * @handle: the name of a credential in the vault, never its content
 *
 * Returns: (transfer full): the handle as a value
 */
WeirValue *
weir_value_new_secret (const char *handle)
{
  g_return_val_if_fail (handle != NULL, weir_value_new_null ());

  return new_text_of_kind (WEIR_VALUE_SECRET, handle, strlen (handle));
}

/**
 * weir_value_new_list:
 * @items: (array length=n_items) (transfer none): the items
 * @n_items: how many
 *
 * Returns: (transfer full): the list
 */
WeirValue *
weir_value_new_list (WeirValue **items, gsize n_items)
{
  WeirValue *self = weir_value_alloc (WEIR_VALUE_LIST, n_items * sizeof (WeirValue *));

  self->a.length = n_items;
  self->b.items = (WeirValue **) (self + 1);
  for (gsize i = 0; i < n_items; i++)
    self->b.items[i] = weir_value_ref (items[i]);
  return self;
}

/**
 * weir_value_new_record:
 * @keys: (array length=n_members): the keys, UTF-8
 * @values: (array length=n_members) (transfer none): the values
 * @n_members: how many
 *
 * A key given twice keeps the first place and the last value.
 *
 * Returns: (transfer full): the record
 */
WeirValue *
weir_value_new_record (const char **keys, WeirValue **values, gsize n_members)
{
  WeirBuilder *builder = weir_record_builder_new (n_members);

  for (gsize i = 0; i < n_members; i++)
    weir_builder_set (builder, keys[i], values[i]);
  return weir_builder_end (builder);
}

/**
 * weir_value_new_table:
 * @columns: (array length=n_columns): the names of the columns
 * @n_columns: how many
 * @rows: (transfer none): a list of rows: lists as long as the columns, or records
 *
 * Returns: (transfer full): the table
 */
WeirValue *
weir_value_new_table (const char **columns, gsize n_columns, WeirValue *rows)
{
  g_autofree WeirKey *keys = g_new (WeirKey, n_columns + 1);
  WeirValue *self;

  g_return_val_if_fail (rows != NULL && rows->kind == WEIR_VALUE_LIST, weir_value_new_null ());

  for (gsize i = 0; i < n_columns; i++)
    {
      gsize length = strlen (columns[i]);

      keys[i] = (WeirKey) { columns[i], length, weir_key_hash (columns[i], length) };
    }
  self = weir_value_alloc (WEIR_VALUE_TABLE, sizeof (WeirValue *));
  self->a.shape = weir_shape_new (keys, n_columns);
  self->b.items = (WeirValue **) (self + 1);
  self->b.items[0] = weir_value_ref (rows);
  return self;
}

WeirValue *
weir_value_new_stream_take (WeirValue *recipe)
{
  WeirValue *self = weir_value_alloc (WEIR_VALUE_STREAM, sizeof (WeirValue *));

  self->a.integer = 0;
  self->b.items = (WeirValue **) (self + 1);
  self->b.items[0] = recipe;
  return self;
}
