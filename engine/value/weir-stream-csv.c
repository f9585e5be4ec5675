/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lines of CSV (RFC 4180) to records and back, as operations on streams. */
#include "weir-json.h"
#include "weir-stream-private.h"

#include <string.h>

#define ROW_MAX_SIZE (64 << 20)

typedef struct
{
  gsize    start; /* in the row's fields text */
  gsize    length;
  gboolean is_quoted;
} Field;

struct _WeirStreamCsv
{
  char       delimiter; /* NUL: to be found out */
  char       quote;
  gboolean   has_header;
  gboolean   infers;
  gboolean   skips_bad;

  GString   *row;    /* lines of a row that goes on in the next */
  guint64    row_place;
  GString   *text;   /* of the fields, unquoted */
  GArray    *fields; /* of Field */
  WeirShape *shape;  /* the columns */
};

WeirStreamCsv *
weir_stream_csv_new (WeirValue *record, GError **error)
{
  const char *delimiter = weir_value_get_member_text (record, "delimiter", "auto");
  const char *quote = weir_value_get_member_text (record, "quote", "\"");
  WeirStreamCsv *self;

  if (g_str_equal (delimiter, "tab") || g_str_equal (delimiter, "\\t"))
    delimiter = "\t";
  if ((strlen (delimiter) != 1 && !g_str_equal (delimiter, "auto")) || strlen (quote) != 1)
    {
      weir_set_failure (error, "config.invalid",
                        "Expected one letter of ASCII between fields and around them, but there are \"%s\" and \"%s\"",
                        delimiter, quote);
      return NULL;
    }
  self = g_new0 (WeirStreamCsv, 1);
  self->delimiter = g_str_equal (delimiter, "auto") ? '\0' : delimiter[0];
  self->quote = quote[0];
  self->has_header = weir_value_get_member_bool (record, "header", TRUE);
  self->infers = !g_str_equal (weir_value_get_member_text (record, "types", "infer"), "text");
  self->skips_bad = g_str_equal (weir_value_get_member_text (record, "bad_rows", "error"), "skip");
  self->row = g_string_new (NULL);
  self->text = g_string_new (NULL);
  self->fields = g_array_new (FALSE, FALSE, sizeof (Field));
  return self;
}

void
weir_stream_csv_free (WeirStreamCsv *self)
{
  g_string_free (self->row, TRUE);
  g_string_free (self->text, TRUE);
  g_array_unref (self->fields);
  g_clear_pointer (&self->shape, weir_shape_unref);
  g_free (self);
}

/* ── reading ────────────────────────────────────────────────────────────────────────────── */

/* What is most frequent in the first row, outside of quotes. */
static char
find_delimiter (const char *row, char quote)
{
  static const char candidates[] = ",;\t|";
  guint counts[sizeof candidates - 1] = { 0 };
  guint best = 0;
  gboolean inside = FALSE;

  for (; *row != '\0'; row++)
    {
      const char *found = inside ? NULL : strchr (candidates, *row);

      inside ^= *row == quote;
      if (found != NULL)
        counts[found - candidates]++;
    }
  for (guint i = 1; i < G_N_ELEMENTS (counts); i++)
    if (counts[i] > counts[best])
      best = i;
  return candidates[best];
}

typedef enum
{
  ROW_WHOLE,
  ROW_GOES_ON, /* a quote is still open at its end */
  ROW_BAD,
} RowState;

/* One field from @at on; @at is then at what follows it: the delimiter or @end. */
static RowState
take_field (WeirStreamCsv *self, const char **at, const char *end)
{
  Field field = { .start = self->text->len, .is_quoted = *at < end && **at == self->quote };
  const char *p = *at + field.is_quoted;
  RowState state = ROW_WHOLE;

  if (!field.is_quoted)
    {
      while (p < end && *p != self->delimiter)
        p++;
      g_string_append_len (self->text, *at, p - *at);
    }
  else
    for (;;)
      {
        const char *stop = memchr (p, self->quote, end - p);

        if (stop == NULL)
          return ROW_GOES_ON;
        g_string_append_len (self->text, p, stop - p);
        p = stop + 1;
        if (p == end || *p != self->quote)
          break;
        g_string_append_c (self->text, *p++);
      }
  if (p < end && *p != self->delimiter)
    state = ROW_BAD;
  field.length = self->text->len - field.start;
  g_array_append_val (self->fields, field);
  *at = p;
  return state;
}

static RowState
split_row (WeirStreamCsv *self, const char *row, gsize length)
{
  const char *at = row, *end = row + length;
  RowState state;

  g_string_truncate (self->text, 0);
  g_array_set_size (self->fields, 0);
  while ((state = take_field (self, &at, end)) == ROW_WHOLE && at < end)
    at++;
  return state;
}

/* Digits without a zero in front, as numbers are written: 007 is no number but somebody's name. */
static const char *
skip_digits (const char *p, gboolean may_begin_with_zero)
{
  if (!may_begin_with_zero && p[0] == '0' && g_ascii_isdigit (p[1]))
    return p;
  while (g_ascii_isdigit (*p))
    p++;
  return p;
}

static gboolean
is_number (const char *text, gsize length, gboolean *is_integer)
{
  const char *p = text + (*text == '-');
  const char *digits = skip_digits (p, FALSE);

  *is_integer = TRUE;
  if (digits == p || g_ascii_isdigit (*digits))
    return FALSE;
  p = digits;
  if (*p == '.')
    {
      *is_integer = FALSE;
      digits = skip_digits (p + 1, TRUE);
      if (digits == p + 1)
        return FALSE;
      p = digits;
    }
  if (*p == 'e' || *p == 'E')
    {
      *is_integer = FALSE;
      p += 1 + (p[1] == '+' || p[1] == '-');
      digits = skip_digits (p, TRUE);
      if (digits == p)
        return FALSE;
      p = digits;
    }
  return p == text + length;
}

/* What a field that is not quoted stands for; NULL: its text. @text ends with NUL or something that is no digit. */
static WeirValue *
infer (const char *text, gsize length)
{
  gboolean is_integer;
  gint64 integer;

  if (length == 0)
    return weir_value_new_null ();
  if (length > 64)
    return NULL;
  if (is_number (text, length, &is_integer))
    {
      g_autofree char *number = g_strndup (text, length);

      if (!is_integer)
        return weir_value_new_number (g_ascii_strtod (number, NULL));
      return g_ascii_string_to_signed (number, 10, G_MININT64, G_MAXINT64, &integer, NULL)
               ? weir_value_new_int (integer)
               : NULL;
    }
  if (length == 4 && memcmp (text, "true", 4) == 0)
    return weir_value_new_bool (TRUE);
  if (length == 5 && memcmp (text, "false", 5) == 0)
    return weir_value_new_bool (FALSE);
  return NULL;
}

static WeirValue *
make_value (WeirStreamCsv *self, const Field *field)
{
  const char *text = self->text->str + field->start;
  WeirValue *value = NULL;

  if (self->infers && !field->is_quoted)
    {
      /* the next field follows without a gap */
      char after = text[field->length];

      ((char *) text)[field->length] = '\0';
      value = infer (text, field->length);
      ((char *) text)[field->length] = after;
    }
  return value != NULL ? value : weir_value_new_text_len (text, field->length);
}

/* Without a header, and where it has no name or one twice, columns are called by their number. */
static void
name_columns (WeirStreamCsv *self)
{
  guint n = self->fields->len;
  g_autofree WeirKey *keys = g_new0 (WeirKey, n);
  g_autoptr(GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < n; i++)
    {
      Field *field = &g_array_index (self->fields, Field, i);
      char *name = g_strndup (self->text->str + field->start, field->length);

      if (!self->has_header || *name == '\0' || g_hash_table_contains (seen, name))
        {
          g_free (name);
          name = g_strdup_printf ("column%u", i + 1);
        }
      while (g_hash_table_contains (seen, name))
        {
          char *longer = g_strconcat (name, "_", NULL);

          g_free (name);
          name = longer;
        }
      g_ptr_array_add (names, name);
      g_hash_table_add (seen, name);
      keys[i] = (WeirKey) { name, strlen (name), weir_key_hash (name, strlen (name)) };
    }
  self->shape = weir_shape_new (keys, n);
}

static WeirValue *
make_record (WeirStreamCsv *self)
{
  WeirValue *record = weir_value_alloc (WEIR_VALUE_RECORD, self->fields->len * sizeof (WeirValue *));

  record->a.shape = weir_shape_ref (self->shape);
  record->b.items = (WeirValue **) (record + 1);
  for (guint i = 0; i < self->fields->len; i++)
    record->b.items[i] = make_value (self, &g_array_index (self->fields, Field, i));
  return record;
}

static gboolean
fail_row (WeirStreamCsv *self, guint64 place, guint64 *failed_at, GError **error, const char *what)
{
  if (self->skips_bad)
    return TRUE;
  *failed_at = place;
  weir_set_failure (error, "data.parse", "%s", what);
  return FALSE;
}

static gboolean
take_row (WeirStreamCsv *self, RowState state, WeirStreamBatch *batch, guint64 place, guint64 *failed_at,
          GError **error)
{
  g_autofree char *what = NULL;

  if (state == ROW_BAD)
    return fail_row (self, place, failed_at, error,
                     "Expected the next field after a closing quote, but there is more text");
  if (self->shape == NULL)
    {
      name_columns (self);
      if (self->has_header)
        return TRUE;
    }
  if (self->fields->len == self->shape->n_keys)
    {
      weir_stream_batch_take (batch, make_record (self), place);
      return TRUE;
    }
  what = g_strdup_printf ("Expected %u fields, but there are %u", self->shape->n_keys, self->fields->len);
  return fail_row (self, place, failed_at, error, what);
}

static gboolean
parse_line (WeirStreamCsv *self, WeirStreamItem *item, WeirStreamBatch *batch, guint64 *failed_at, GError **error)
{
  const char *row = item->value->b.text;
  gsize length = item->value->a.length;
  guint64 place = item->place;
  RowState state;

  if (self->row->len > 0)
    {
      g_string_append_c (self->row, '\n');
      g_string_append_len (self->row, row, length);
      row = self->row->str;
      length = self->row->len;
      place = self->row_place;
    }
  else if (length == 0)
    return TRUE;
  if (self->delimiter == '\0')
    self->delimiter = find_delimiter (row, self->quote);
  state = split_row (self, row, length);
  if (state == ROW_GOES_ON && length > ROW_MAX_SIZE)
    {
      *failed_at = place;
      weir_set_failure (error, "limit.size", "Expected rows of at most %d MiB, but a quote is not closed",
                        ROW_MAX_SIZE >> 20);
      return FALSE;
    }
  if (state == ROW_GOES_ON)
    {
      if (self->row->len == 0)
        g_string_append_len (self->row, row, length);
      self->row_place = place;
      return TRUE;
    }
  g_string_truncate (self->row, 0);
  return take_row (self, state, batch, place, failed_at, error);
}

gboolean
weir_stream_csv_parse (WeirStreamCsv *self, WeirStreamBatch *batch, gboolean is_last, guint64 *failed_at,
                       GError **error)
{
  g_autoptr(GArray) lines = weir_stream_batch_take_all (batch);

  for (guint i = 0; i < lines->len; i++)
    {
      WeirStreamItem *item = &g_array_index (lines, WeirStreamItem, i);

      if (item->value->kind == WEIR_VALUE_TEXT)
        {
          if (!parse_line (self, item, batch, failed_at, error))
            return FALSE;
          continue;
        }
      *failed_at = item->place;
      weir_set_failure (error, "input.type", "Expected lines of text, but there is %s",
                        weir_value_get_kind_name (item->value));
      return FALSE;
    }
  if (is_last && self->row->len > 0)
    return fail_row (self, self->row_place, failed_at, error, "Expected a closing quote, but the text ends");
  return TRUE;
}

/* ── writing ────────────────────────────────────────────────────────────────────────────── */

/* Whether the bare text would not come back as it is. */
static gboolean
needs_quotes (WeirStreamCsv *self, const char *text, gsize length, gboolean is_text)
{
  g_autoptr(WeirValue) other = is_text ? infer (text, length) : NULL;

  if (other != NULL || (length > 0 && (text[0] == ' ' || text[length - 1] == ' ')))
    return TRUE;
  return memchr (text, self->delimiter, length) != NULL || memchr (text, self->quote, length) != NULL
         || memchr (text, '\n', length) != NULL || memchr (text, '\r', length) != NULL;
}

static void
add_field (WeirStreamCsv *self, const char *text, gsize length, gboolean is_text)
{
  if (!needs_quotes (self, text, length, is_text))
    {
      g_string_append_len (self->text, text, length);
      return;
    }
  g_string_append_c (self->text, self->quote);
  for (gsize i = 0; i < length; i++)
    {
      if (text[i] == self->quote)
        g_string_append_c (self->text, self->quote);
      g_string_append_c (self->text, text[i]);
    }
  g_string_append_c (self->text, self->quote);
}

static void
add_value (WeirStreamCsv *self, WeirValue *value)
{
  g_autofree char *text = NULL;

  if (value == NULL || value->kind == WEIR_VALUE_NULL)
    return;
  if (value->kind == WEIR_VALUE_TEXT)
    {
      add_field (self, value->b.text, value->a.length, TRUE);
      return;
    }
  text = value->kind == WEIR_VALUE_LIST || value->kind == WEIR_VALUE_RECORD ? weir_json_write (value, 0, NULL)
                                                                            : weir_value_to_display (value, 0);
  add_field (self, text, strlen (text), FALSE);
}

static void
finish_line (WeirStreamCsv *self, WeirStreamBatch *batch, guint64 place)
{
  weir_stream_batch_take (batch, weir_value_new_text_len (self->text->str, self->text->len), place);
  g_string_truncate (self->text, 0);
}

/* The columns are those of the first record; what others have besides is left out. */
static void
write_record (WeirStreamCsv *self, WeirStreamItem *item, WeirStreamBatch *batch)
{
  gboolean is_first = self->shape == NULL;

  if (is_first)
    self->shape = weir_shape_new (item->value->a.shape->keys, item->value->a.shape->n_keys);
  for (guint32 i = 0; is_first && self->has_header && i < self->shape->n_keys; i++)
    {
      if (i > 0)
        g_string_append_c (self->text, self->delimiter);
      add_field (self, self->shape->keys[i].text, self->shape->keys[i].length, FALSE);
    }
  if (is_first && self->has_header)
    finish_line (self, batch, item->place);
  for (guint32 i = 0; i < self->shape->n_keys; i++)
    {
      if (i > 0)
        g_string_append_c (self->text, self->delimiter);
      add_value (self,
                 weir_value_find_member_len (item->value, self->shape->keys[i].text, self->shape->keys[i].length));
    }
  finish_line (self, batch, item->place);
}

gboolean
weir_stream_csv_write (WeirStreamCsv *self, WeirStreamBatch *batch, guint64 *failed_at, GError **error)
{
  g_autoptr(GArray) rows = weir_stream_batch_take_all (batch);

  if (self->delimiter == '\0')
    self->delimiter = ',';
  for (guint i = 0; i < rows->len; i++)
    {
      WeirStreamItem *item = &g_array_index (rows, WeirStreamItem, i);

      if (item->value->kind == WEIR_VALUE_RECORD)
        {
          write_record (self, item, batch);
          continue;
        }
      if (item->value->kind != WEIR_VALUE_LIST)
        {
          *failed_at = item->place;
          weir_set_failure (error, "input.type", "Expected records or lists as rows, but there is %s",
                            weir_value_get_kind_name (item->value));
          return FALSE;
        }
      for (gsize j = 0; j < weir_value_get_length (item->value); j++)
        {
          if (j > 0)
            g_string_append_c (self->text, self->delimiter);
          add_value (self, weir_value_get_item (item->value, j));
        }
      finish_line (self, batch, item->place);
    }
  return TRUE;
}
