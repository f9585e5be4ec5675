/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values to what a type asks for, where nothing is lost. A value that fits already is given back as it is. */
#include "weir-json.h"
#include "weir-type-private.h"
#include "weir-value-private.h"

#include <math.h>
#include <string.h>

/* Where inside of the value we are, for errors. */
typedef struct _Place Place;

struct _Place
{
  const Place *outer;
  const char  *member; /* NULL: an item */
  gsize        index;
};

typedef WeirValue *(*ConvertFunc) (WeirType *type, WeirValue *value, const Place *place, GError **error);

static WeirValue *convert (WeirType *type, WeirValue *value, const Place *place, GError **error);

static void
append_place (GString *text, const Place *place)
{
  if (place == NULL)
    return;
  append_place (text, place->outer);
  if (text->len > 0)
    g_string_append (text, ", ");
  if (place->member != NULL)
    g_string_append_printf (text, "member \"%s\"", place->member);
  else
    g_string_append_printf (text, "item %" G_GSIZE_FORMAT, place->index);
}

G_GNUC_PRINTF (3, 4) static WeirValue *
fail (const Place *place, GError **error, const char *format, ...)
{
  g_autoptr(GString) where = g_string_new (NULL);
  g_autofree char *what = NULL;
  va_list args;

  append_place (where, place);
  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  if (where->len == 0)
    weir_set_failure (error, "input.type", "%c%s", g_ascii_toupper (what[0]), what + 1);
  else
    weir_set_failure (error, "input.type", "%c%s: %s", g_ascii_toupper (where->str[0]), where->str + 1, what);
  return NULL;
}

static WeirValue *
fail_type (WeirType *type, WeirValue *value, const Place *place, GError **error)
{
  g_autofree char *shown = NULL;

  switch (value->kind)
    {
    case WEIR_VALUE_NULL:
      return fail (place, error, "expected %s, but this is null", type->text);
    case WEIR_VALUE_LIST:
    case WEIR_VALUE_RECORD:
    case WEIR_VALUE_TABLE:
    case WEIR_VALUE_SECRET:
    case WEIR_VALUE_STREAM:
      return fail (place, error, "expected %s, but this is a %s", type->text, weir_value_get_kind_name (value));
    default:
      shown = weir_value_to_display (value, 60);
      return fail (place, error, "expected %s, but this is the %s \"%s\"", type->text, weir_value_get_kind_name (value), shown);
    }
}

static gboolean
get_integral (double number, gint64 *integer)
{
  if (!(number >= -9223372036854775808.0 && number < 9223372036854775808.0) || number != floor (number))
    return FALSE;
  *integer = (gint64) number;
  return TRUE;
}

static WeirValue *
convert_int (WeirType *type, WeirValue *value, const Place *place, GError **error)
{
  gint64 integer;

  if (value->kind != WEIR_VALUE_NUMBER || !get_integral (value->a.number, &integer))
    return fail_type (type, value, place, error);
  return weir_value_new_int (integer);
}

static WeirValue *
convert_number (WeirType *type, WeirValue *value, const Place *place, GError **error)
{
  gint64 back;

  if (value->kind != WEIR_VALUE_INT)
    return fail_type (type, value, place, error);
  /* An int that no double can hold stays what it is: weir_value_get_number () reads both. */
  if (!get_integral ((double) value->a.integer, &back) || back != value->a.integer)
    return weir_value_ref (value);
  return weir_value_new_number (value->a.integer);
}

static WeirValue *
convert_text (WeirType *type, WeirValue *value, const Place *place, GError **error)
{
  g_autofree char *text = NULL;

  switch (value->kind)
    {
    case WEIR_VALUE_BOOL:
      return weir_value_new_text (value->a.integer ? "true" : "false");
    case WEIR_VALUE_FILE:
      if (!g_utf8_validate (value->a.file->path, -1, NULL))
        return fail (place, error, "expected text, but the path of this file is not UTF-8");
      return weir_value_new_text (value->a.file->path);
    case WEIR_VALUE_INT:
    case WEIR_VALUE_NUMBER:
    case WEIR_VALUE_TIME:
    case WEIR_VALUE_DURATION:
      text = weir_value_to_display (value, 0);
      return weir_value_new_text (text);
    default:
      return fail_type (type, value, place, error);
    }
}

static WeirValue *
convert_time (WeirType *type, WeirValue *value, const Place *place, GError **error)
{
  g_autoptr(GDateTime) time = NULL;
  g_autoptr(GTimeZone) utc = g_time_zone_new_utc ();
  g_autofree char *midnight = NULL;
  const char *text;

  if (value->kind != WEIR_VALUE_TEXT)
    return fail_type (type, value, place, error);
  text = value->b.text;
  if (strlen (text) == strlen ("2026-01-31"))
    text = midnight = g_strconcat (text, "T00:00:00Z", NULL);
  time = g_date_time_new_from_iso8601 (text, utc);
  if (time == NULL)
    return fail (place, error, "expected a time like 2026-01-31T12:00:00Z, but this is \"%.60s\"", value->b.text);
  return weir_value_new_time (g_date_time_to_unix (time) * G_USEC_PER_SEC + g_date_time_get_microsecond (time));
}

static WeirValue *
convert_duration (WeirType *type, WeirValue *value, const Place *place, GError **error)
{
  g_autoptr(GError) problem = NULL;
  gint64 duration_ms;

  if (value->kind == WEIR_VALUE_INT)
    return weir_value_new_duration (value->a.integer);
  if (value->kind == WEIR_VALUE_NUMBER && get_integral (value->a.number, &duration_ms))
    return weir_value_new_duration (duration_ms);
  if (value->kind != WEIR_VALUE_TEXT)
    return fail_type (type, value, place, error);
  if (!weir_parse_duration (value->b.text, &duration_ms, &problem))
    return fail (place, error, "%s", problem->message);
  return weir_value_new_duration (duration_ms);
}

/* A path, with ~ for the home folder, or a file: URI. */
static WeirValue *
file_of_text (WeirType *type, WeirValue *value, const Place *place, GError **error)
{
  const char *text = value->b.text;
  g_autofree char *path = NULL;

  if (value->a.length == 0)
    return fail (place, error, "expected a path, but the text is empty");
  if (strlen (text) != value->a.length)
    return fail (place, error, "expected a path, but this text holds a NUL");
  if (g_str_has_prefix (text, "file:"))
    path = g_filename_from_uri (text, NULL, NULL);
  else if (g_uri_peek_scheme (text) != NULL && strstr (text, "://") != NULL)
    return fail (place, error, "expected a path, but this is the address \"%.60s\"", text);
  else if (strcmp (text, "~") == 0 || g_str_has_prefix (text, "~/"))
    path = g_strconcat (g_get_home_dir (), text + 1, NULL);
  else
    path = g_strdup (text);
  if (path == NULL)
    return fail (place, error, "expected a path, but this is \"%.60s\"", text);
  return weir_value_new_file (path);
}

static WeirValue *
convert_file (WeirType *type, WeirValue *value, const Place *place, GError **error)
{
  g_autoptr(WeirValue) file = NULL;

  if (value->kind == WEIR_VALUE_TEXT)
    file = file_of_text (type, value, place, error);
  else if (value->kind == WEIR_VALUE_FILE)
    file = weir_value_ref (value);
  else if (value->kind == WEIR_VALUE_BYTES
           && (type->kind == WEIR_TYPE_KIND_IMAGE || type->kind == WEIR_TYPE_KIND_AUDIO))
    return weir_value_ref (value);
  else
    return fail_type (type, value, place, error);

  if (file != NULL && type->kind == WEIR_TYPE_KIND_DIR && file->a.file->inode != 0
      && !g_file_test (file->a.file->path, G_FILE_TEST_IS_DIR))
    return fail (place, error, "expected a folder, but \"%s\" is a file", file->a.file->path);
  return g_steal_pointer (&file);
}

static WeirValue *
convert_uri (WeirType *type, WeirValue *value, const Place *place, GError **error)
{
  g_autofree char *uri = NULL;

  if (value->kind == WEIR_VALUE_FILE)
    {
      uri = g_filename_to_uri (value->a.file->path, NULL, NULL);
      return uri != NULL ? weir_value_new_text (uri) : fail_type (type, value, place, error);
    }
  if (value->kind != WEIR_VALUE_TEXT)
    return fail_type (type, value, place, error);
  if (g_uri_peek_scheme (value->b.text) == NULL)
    return fail (place, error, "expected an address like https://example.org/, but this is \"%.60s\"", value->b.text);
  return weir_value_ref (value);
}

static WeirValue *
convert_items (WeirType *item_type, WeirValue *list, const Place *place, GError **error)
{
  g_autoptr(WeirBuilder) builder = NULL;

  if (item_type->kind == WEIR_TYPE_KIND_ANY)
    return weir_value_ref (list);
  for (gsize i = 0; i < list->a.length; i++)
    {
      Place here = { place, NULL, i };
      WeirValue *item = weir_value_peek_child (list, i);
      g_autoptr(WeirValue) converted = convert (item_type, item, &here, error);

      if (converted == NULL)
        return NULL;
      /* A new list is only made once an item has changed. */
      if (converted != item && builder == NULL)
        {
          builder = weir_list_builder_new (list->a.length);
          for (gsize j = 0; j < i; j++)
            weir_builder_add (builder, weir_value_peek_child (list, j));
        }
      if (builder != NULL)
        weir_builder_take (builder, g_steal_pointer (&converted));
    }
  return builder != NULL ? weir_builder_end (g_steal_pointer (&builder)) : weir_value_ref (list);
}

static WeirValue *
convert_list (WeirType *type, WeirValue *value, const Place *place, GError **error)
{
  g_autoptr(WeirValue) records = NULL;

  if (value->kind == WEIR_VALUE_LIST)
    return convert_items (type->children[0], value, place, error);
  if (value->kind == WEIR_VALUE_STREAM && type->kind == WEIR_TYPE_KIND_STREAM)
    return weir_value_ref (value);
  if (value->kind != WEIR_VALUE_TABLE)
    return fail_type (type, value, place, error);
  records = weir_table_to_records (value);
  return convert_items (type->children[0], records, place, error);
}

static WeirValue *
record_of_error (WeirValue *value)
{
  static const char *keys[] = { "class", "message", "data" };
  WeirValue *values[] = { weir_value_peek_child (value, 0), weir_value_peek_child (value, 1),
                          weir_value_peek_child (value, 2) };

  return weir_value_new_record (keys, values, G_N_ELEMENTS (keys));
}

static WeirValue *
convert_record (WeirType *type, WeirValue *value, const Place *place, GError **error)
{
  g_autoptr(WeirValue) record = NULL;

  if (value->kind == WEIR_VALUE_ERROR)
    record = record_of_error (value);
  else if (value->kind == WEIR_VALUE_RECORD)
    record = weir_value_ref (value);
  else
    return fail_type (type, value, place, error);

  for (guint i = 0; i < type->n_members; i++)
    {
      WeirTypeMember *wanted = &type->members[i];
      Place here = { place, wanted->name, 0 };
      WeirValue *member = weir_value_find_member (record, wanted->name);
      g_autoptr(WeirValue) converted = NULL;

      if (member == NULL && wanted->is_optional)
        continue;
      if (member == NULL)
        return fail (place, error, "expected %s, but there is no member \"%s\"", type->text, wanted->name);
      converted = convert (wanted->type, member, &here, error);
      if (converted == NULL)
        return NULL;
      if (converted != member)
        {
          WeirValue *changed = weir_value_with_member (record, wanted->name, converted);

          weir_value_unref (record);
          record = changed;
        }
    }
  return g_steal_pointer (&record);
}

/* Columns in the order in which they are met; rows stay the records that they are. */
static WeirValue *
convert_table (WeirType *type, WeirValue *value, const Place *place, GError **error)
{
  g_autoptr(GPtrArray) columns = g_ptr_array_new ();
  g_autoptr(GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  if (value->kind != WEIR_VALUE_LIST)
    return fail_type (type, value, place, error);
  for (gsize i = 0; i < value->a.length; i++)
    {
      WeirValue *row = weir_value_peek_child (value, i);
      Place here = { place, NULL, i };

      if (row->kind != WEIR_VALUE_RECORD)
        return fail (&here, error, "expected a record for each row of a table, but this is a %s",
                     weir_value_get_kind_name (row));
      for (guint32 j = 0; j < row->a.shape->n_keys; j++)
        if (g_hash_table_add (seen, (char *) row->a.shape->keys[j].text))
          g_ptr_array_add (columns, (char *) row->a.shape->keys[j].text);
    }
  return weir_value_new_table ((const char **) columns->pdata, columns->len, value);
}

typedef enum
{
  PLAIN,       /* as JSON knows it */
  CONVERTIBLE, /* has times, files, ... inside */
  FOREIGN,     /* has something that JSON cannot say without loss */
} Plainness;

static Plainness
get_plainness (WeirValue *value)
{
  g_autoptr(GPtrArray) pending = g_ptr_array_new ();
  Plainness plainness = PLAIN;

  g_ptr_array_add (pending, value);
  while (pending->len > 0)
    {
      gsize n_children = 0;

      value = g_ptr_array_steal_index_fast (pending, pending->len - 1);
      if ((value->flags & WEIR_VALUE_FLAG_CELL) != 0 && weir_value_get_arena (value)->is_plain)
        continue;
      if (value->kind == WEIR_VALUE_BYTES || value->kind == WEIR_VALUE_SECRET || value->kind == WEIR_VALUE_STREAM
          || (value->kind == WEIR_VALUE_NUMBER && !isfinite (value->a.number)))
        return FOREIGN;
      if (value->kind == WEIR_VALUE_LIST)
        n_children = value->a.length;
      else if (value->kind == WEIR_VALUE_RECORD || value->kind == WEIR_VALUE_ERROR)
        n_children = value->a.shape->n_keys;
      else if (value->kind == WEIR_VALUE_TABLE)
        n_children = 1;
      if (value->kind > WEIR_VALUE_TEXT && value->kind != WEIR_VALUE_LIST && value->kind != WEIR_VALUE_RECORD)
        plainness = CONVERTIBLE;
      for (gsize i = 0; i < n_children; i++)
        g_ptr_array_add (pending, weir_value_peek_child (value, i));
    }
  return plainness;
}

static WeirValue *
convert_json (WeirType *type, WeirValue *value, const Place *place, GError **error)
{
  g_autofree char *json = NULL;
  g_autoptr(GError) problem = NULL;
  WeirValue *plain;
  gsize length;

  switch (get_plainness (value))
    {
    case PLAIN:
      return weir_value_ref (value);
    case FOREIGN:
      return fail (place, error, "expected json, but bytes, secrets, NaN and infinities cannot be written as JSON");
    default:
      json = weir_json_write (value, 0, &length);
      plain = weir_json_parse (json, length, &problem);
      return plain != NULL ? plain : fail (place, error, "expected json: %s", problem->message);
    }
}

/* The alternative that the value is already, else the first to which it can be converted. */
static WeirValue *
convert_union (WeirType *type, WeirValue *value, const Place *place, GError **error)
{
  g_autoptr(WeirValue) first = NULL;

  for (guint i = 0; i < type->n_children; i++)
    {
      g_autoptr(WeirValue) converted = convert (type->children[i], value, place, NULL);

      if (converted == value)
        return g_steal_pointer (&converted);
      if (first == NULL)
        first = g_steal_pointer (&converted);
    }
  return first != NULL ? g_steal_pointer (&first) : fail_type (type, value, place, error);
}

static WeirValue *
convert_never (WeirType *type, WeirValue *value, const Place *place, GError **error)
{
  return fail_type (type, value, place, error);
}

/* The kind of value that needs no conversion (-1: none does without a look inside), and what converts others. */
static const struct { int kind; ConvertFunc func; } conversions[] = {
  [WEIR_TYPE_KIND_NULL] = { WEIR_VALUE_NULL, convert_never },
  [WEIR_TYPE_KIND_BOOL] = { WEIR_VALUE_BOOL, convert_never },
  [WEIR_TYPE_KIND_INT] = { WEIR_VALUE_INT, convert_int },
  [WEIR_TYPE_KIND_NUMBER] = { WEIR_VALUE_NUMBER, convert_number },
  [WEIR_TYPE_KIND_TEXT] = { WEIR_VALUE_TEXT, convert_text },
  [WEIR_TYPE_KIND_BYTES] = { WEIR_VALUE_BYTES, convert_never },
  [WEIR_TYPE_KIND_TIME] = { WEIR_VALUE_TIME, convert_time },
  [WEIR_TYPE_KIND_DURATION] = { WEIR_VALUE_DURATION, convert_duration },
  [WEIR_TYPE_KIND_FILE] = { WEIR_VALUE_FILE, convert_file },
  [WEIR_TYPE_KIND_DIR] = { -1, convert_file },
  [WEIR_TYPE_KIND_URI] = { -1, convert_uri },
  [WEIR_TYPE_KIND_JSON] = { -1, convert_json },
  [WEIR_TYPE_KIND_IMAGE] = { WEIR_VALUE_FILE, convert_file },
  [WEIR_TYPE_KIND_AUDIO] = { WEIR_VALUE_FILE, convert_file },
  [WEIR_TYPE_KIND_TABLE] = { WEIR_VALUE_TABLE, convert_table },
  [WEIR_TYPE_KIND_SECRET] = { WEIR_VALUE_SECRET, convert_never },
  [WEIR_TYPE_KIND_ERROR] = { WEIR_VALUE_ERROR, convert_never },
  [WEIR_TYPE_KIND_LIST] = { -1, convert_list },
  [WEIR_TYPE_KIND_RECORD] = { -1, convert_record },
  [WEIR_TYPE_KIND_STREAM] = { -1, convert_list },
  [WEIR_TYPE_KIND_UNION] = { -1, convert_union },
};

static WeirValue *
convert (WeirType *type, WeirValue *value, const Place *place, GError **error)
{
  if (type->kind == WEIR_TYPE_KIND_ANY || conversions[type->kind].kind == value->kind)
    return weir_value_ref (value);
  return conversions[type->kind].func (type, value, place, error);
}

/**
 * weir_type_convert:
 * @self: what is asked for
 * @value: (transfer none): what came
 * @error: %WEIR_FAILURE of class input.type, naming the place inside of the value
 *
 * Text for a file or folder is a path; "~/" is the home folder, and it is looked at once (stat). Any thread.
 *
 * Returns: (transfer full): @value itself where it fits, else converted without loss
 */
WeirValue *
weir_type_convert (WeirType *self, WeirValue *value, GError **error)
{
  g_return_val_if_fail (self != NULL && value != NULL, NULL);

  return convert (self, value, NULL, error);
}
