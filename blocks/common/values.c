/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "values.h"

#include <math.h>
#include <string.h>

/* Whether a field or input holds nothing: absent, or null. */
gboolean
weir_blocks_is_nothing (WeirValue *value)
{
  return value == NULL || weir_value_is_null (value);
}

gboolean
weir_blocks_is_blank (const char *text)
{
  return text == NULL || *text == '\0';
}

/* The value as a number: numbers, and text that is a number and nothing else, as forms give it. */
gboolean
weir_blocks_get_number (WeirValue *value, double *number)
{
  const char *text;
  char *end;

  switch (weir_value_get_kind (value))
    {
    case WEIR_VALUE_INT:
    case WEIR_VALUE_NUMBER:
      *number = weir_value_get_number (value);
      return TRUE;
    case WEIR_VALUE_TIME:
      *number = weir_value_get_time (value);
      return TRUE;
    case WEIR_VALUE_DURATION:
      *number = weir_value_get_duration_ms (value);
      return TRUE;
    case WEIR_VALUE_TEXT:
      text = weir_value_get_text (value, NULL);
      if (*text == '\0' || g_ascii_isspace (*text))
        return FALSE;
      *number = g_ascii_strtod (text, &end);
      return *end == '\0' && isfinite (*number);
    default:
      return FALSE;
    }
}

static gboolean
is_textual (WeirValue *value)
{
  WeirValueKind kind = weir_value_get_kind (value);

  return kind == WEIR_VALUE_TEXT || kind == WEIR_VALUE_FILE;
}

static char *
fold (WeirValue *value, gboolean case_sensitive)
{
  g_autofree char *text = weir_blocks_to_text (value);

  return case_sensitive ? g_steal_pointer (&text) : g_utf8_casefold (text, -1);
}

/* Equal as a person means it: 1 and 1.0 and "1" are, and text may differ in case if that is asked for. */
gboolean
weir_blocks_equal (WeirValue *a, WeirValue *b, gboolean case_sensitive)
{
  gboolean text_a, text_b;
  double number_a, number_b;

  if (weir_value_equal (a, b))
    return TRUE;

  text_a = is_textual (a);
  text_b = is_textual (b);
  if (text_a && text_b)
    {
      g_autofree char *folded_a = fold (a, case_sensitive);
      g_autofree char *folded_b = fold (b, case_sensitive);
      return g_str_equal (folded_a, folded_b);
    }
  return weir_blocks_get_number (a, &number_a) && weir_blocks_get_number (b, &number_b) && number_a == number_b;
}

/* An int64 keeps all its digits, which a double would not. */
static int
compare_numbers (WeirValue *a, WeirValue *b, double number_a, double number_b)
{
  if (weir_value_get_kind (a) == WEIR_VALUE_INT && weir_value_get_kind (b) == WEIR_VALUE_INT)
    {
      gint64 int_a = weir_value_get_int (a), int_b = weir_value_get_int (b);
      return (int_a > int_b) - (int_a < int_b);
    }
  return (number_a > number_b) - (number_a < number_b);
}

/* Orders two values. FALSE if they have no order: a list and a number. Texts are in the order of their letters unless
 * the
 * other side is a number. */
gboolean
weir_blocks_compare (WeirValue *a, WeirValue *b, gboolean case_sensitive, int *order)
{
  double number_a, number_b;

  if (is_textual (a) && is_textual (b))
    {
      g_autofree char *folded_a = fold (a, case_sensitive);
      g_autofree char *folded_b = fold (b, case_sensitive);
      *order = strcmp (folded_a, folded_b);
      return TRUE;
    }
  if (weir_blocks_get_number (a, &number_a) && weir_blocks_get_number (b, &number_b))
    {
      *order = compare_numbers (a, b, number_a, number_b);
      return TRUE;
    }
  if (weir_value_get_kind (a) == WEIR_VALUE_BOOL && weir_value_get_kind (b) == WEIR_VALUE_BOOL)
    {
      *order = weir_value_get_bool (a) - weir_value_get_bool (b);
      return TRUE;
    }
  return FALSE;
}

/* Null, "", no bytes, and lists, records and tables without anything in them. */
gboolean
weir_blocks_is_empty (WeirValue *value)
{
  gsize length;

  switch (weir_value_get_kind (value))
    {
    case WEIR_VALUE_NULL:
      return TRUE;
    case WEIR_VALUE_TEXT:
      weir_value_get_text (value, &length);
      return length == 0;
    case WEIR_VALUE_BYTES:
      return g_bytes_get_size (weir_value_get_bytes (value)) == 0;
    case WEIR_VALUE_LIST:
    case WEIR_VALUE_RECORD:
    case WEIR_VALUE_TABLE:
      return weir_value_get_length (value) == 0;
    default:
      return FALSE;
    }
}

/* The first word of a path like `a.b[2].c`; @rest is what follows, NULL at the end. */
static char *
take_word (const char *path, const char **rest)
{
  gsize length;

  if (*path == '[')
    {
      length = strcspn (path, "]");
      *rest = path[length] == ']' ? path + length + 1 : path + length;
      if (**rest == '.')
        (*rest)++;
      if (**rest == '\0')
        *rest = NULL;
      return g_strndup (path + 1, length - 1);
    }

  length = strcspn (path, ".[");
  *rest = path[length] == '\0' ? NULL : path[length] == '.' ? path + length + 1 : path + length;
  return g_strndup (path, length);
}

static WeirValue *
find_child (WeirValue *value, const char *word)
{
  WeirValueKind kind = weir_value_get_kind (value);
  guint64 index;

  if (kind != WEIR_VALUE_LIST && kind != WEIR_VALUE_TABLE)
    return weir_value_find_member (value, word);
  if (!g_ascii_string_to_unsigned (word, 10, 0, G_MAXUINT32, &index, NULL) || index >= weir_value_get_length (value))
    return NULL;
  return weir_value_get_item (value, index);
}

/* What is at `a.b[2].c` inside @value; an empty path is the value itself. NULL if there is nothing. (transfer none) */
WeirValue *
weir_blocks_get_path (WeirValue *value, const char *path)
{
  if (weir_blocks_is_blank (path))
    return value;

  while (value != NULL && path != NULL)
    {
      g_autofree char *word = take_word (path, &path);

      value = find_child (value, word);
    }
  return value;
}

static WeirValue *
with_item (WeirValue *list, const char *word, WeirValue *item)
{
  g_autoptr(WeirBuilder) builder = NULL;
  gsize length = weir_value_get_length (list);
  guint64 index;

  if (!g_ascii_string_to_unsigned (word, 10, 0, G_MAXUINT32, &index, NULL) || index > length)
    return NULL;

  builder = weir_list_builder_new (length + 1);
  for (gsize i = 0; i < length; i++)
    if (i != index)
      weir_builder_add (builder, weir_value_get_item (list, i));
    else if (item != NULL)
      weir_builder_add (builder, item);
  if (index == length && item != NULL)
    weir_builder_add (builder, item);
  return weir_builder_end (g_steal_pointer (&builder));
}

static WeirValue *
with_child (WeirValue *value, const char *word, WeirValue *child)
{
  if (value == NULL || weir_value_is_null (value))
    {
      WeirBuilder *builder = weir_record_builder_new (1);
      weir_builder_set (builder, word, child);
      return weir_builder_end (builder);
    }
  if (weir_value_get_kind (value) == WEIR_VALUE_LIST)
    return with_item (value, word, child);
  if (weir_value_get_kind (value) == WEIR_VALUE_RECORD)
    return weir_value_with_member (value, word, child);
  return NULL;
}

/* A value like @value with @member at @path; records on the way are made. Fails where something else is in the way. */
WeirValue *
weir_blocks_with_path (WeirValue *value, const char *path, WeirValue *member, GError **error)
{
  const char *rest;
  g_autofree char *word = NULL;
  g_autoptr(WeirValue) child = NULL;
  WeirValue *result;

  if (weir_blocks_is_blank (path))
    return weir_value_ref (member);

  word = take_word (path, &rest);
  if (rest == NULL)
    child = weir_value_ref (member);
  else
    child = weir_blocks_with_path (value != NULL ? find_child (value, word) : NULL, rest, member, error);
  if (child == NULL)
    return NULL;

  result = with_child (value, word, child);
  if (result == NULL)
    weir_set_failure (error, "input.type", "Expected a record or a list with a place for “%s”, but there is %s", word,
                      weir_value_get_kind_name (value));
  return result;
}

/* A value like @value without what is at @path; the same value if there is nothing. */
WeirValue *
weir_blocks_without_path (WeirValue *value, const char *path)
{
  const char *rest;
  g_autofree char *word = take_word (path, &rest);
  WeirValue *child = find_child (value, word);
  g_autoptr(WeirValue) shorter = NULL;
  WeirValue *result;

  if (child == NULL)
    return weir_value_ref (value);
  if (rest != NULL)
    shorter = weir_blocks_without_path (child, rest);

  if (weir_value_get_kind (value) == WEIR_VALUE_LIST)
    result = with_item (value, word, shorter);
  else if (weir_value_get_kind (value) == WEIR_VALUE_RECORD)
    result = weir_value_with_member (value, word, shorter);
  else
    result = NULL;
  return result != NULL ? result : weir_value_ref (value);
}

/* A port name out of a label: "Too big!" gives "too_big". */
char *
weir_blocks_make_port_name (const char *label, const char *fallback)
{
  g_autoptr(GString) name = g_string_new (NULL);

  for (const char *p = label; p != NULL && *p != '\0' && name->len < 40; p++)
    {
      if (g_ascii_isalnum (*p))
        g_string_append_c (name, g_ascii_tolower (*p));
      else if (name->len > 0 && name->str[name->len - 1] != '_')
        g_string_append_c (name, '_');
    }
  while (name->len > 0 && name->str[name->len - 1] == '_')
    g_string_truncate (name, name->len - 1);
  if (name->len > 0 && g_ascii_isdigit (name->str[0]))
    g_string_prepend (name, "case_");
  return g_strdup (name->len > 0 ? name->str : fallback);
}

/* Text as it is, everything else as a person reads it. */
char *
weir_blocks_to_text (WeirValue *value)
{
  if (weir_value_is_null (value))
    return g_strdup ("");
  return weir_value_to_display (value, 0);
}

/* What expressions evaluated for each item see besides the step's scope. */
WeirValue *
weir_blocks_make_item_locals (WeirValue *item, gsize index)
{
  WeirBuilder *builder = weir_record_builder_new (2);

  weir_builder_set (builder, "item", item);
  weir_builder_set_take (builder, "index", weir_value_new_int ((gint64) index));
  return weir_builder_end (builder);
}

/* The same number from 0 to below 1 for the same text and seed, on any machine: what is drawn by it can be drawn again. */
double
weir_blocks_hash_fraction (const char *text, const char *seed)
{
  g_autofree char *whole = g_strconcat (seed, "\n", text, NULL);
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, whole, -1);

  digest[13] = '\0';
  return (double) g_ascii_strtoull (digest, NULL, 16) / (double) (G_GUINT64_CONSTANT (1) << 52);
}

gint64
weir_blocks_get_duration (WeirValue *config, const char *name, gint64 initial)
{
  WeirValue *value = config != NULL ? weir_value_find_member (config, name) : NULL;
  gint64 ms;

  if (weir_blocks_is_nothing (value))
    return initial;
  if (weir_value_get_kind (value) == WEIR_VALUE_DURATION)
    return weir_value_get_int (value) / 1000;
  if (weir_value_get_kind (value) == WEIR_VALUE_INT || weir_value_get_kind (value) == WEIR_VALUE_NUMBER)
    return (gint64) weir_value_get_number (value);
  return weir_value_get_kind (value) == WEIR_VALUE_TEXT && weir_parse_duration (weir_value_get_text (value, NULL), &ms, NULL) ? ms : -1;
}
