/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "form.h"

#include <stdio.h>
#include <string.h>

#include "values.h"

typedef WeirValue *(*Reader) (WeirValue *field, WeirValue *value);

static const char *
get_text (WeirValue *value)
{
  return weir_value_get_kind (value) == WEIR_VALUE_TEXT ? weir_value_get_text (value, NULL) : NULL;
}

/* ── readers: the value as the type, NULL if it is none ─────────────────────────────────── */

static gboolean
is_in_range (WeirValue *field, double number)
{
  double limit;

  if (weir_value_find_member (field, "minimum") != NULL
      && weir_blocks_get_number (weir_value_find_member (field, "minimum"), &limit) && number < limit)
    return FALSE;
  return weir_value_find_member (field, "maximum") == NULL
         || !weir_blocks_get_number (weir_value_find_member (field, "maximum"), &limit) || number <= limit;
}

static gboolean
get_number (WeirValue *value, double *number)
{
  const char *text = get_text (value);
  char *end;

  if (weir_value_get_kind (value) == WEIR_VALUE_INT || weir_value_get_kind (value) == WEIR_VALUE_NUMBER)
    {
      *number = weir_value_get_number (value);
      return TRUE;
    }
  if (text == NULL || *text == '\0')
    return FALSE;
  *number = g_ascii_strtod (text, &end);
  return *end == '\0' && *number - *number == 0;
}

static WeirValue *
read_number (WeirValue *field, WeirValue *value)
{
  double number;

  if (!get_number (value, &number) || !is_in_range (field, number))
    return NULL;
  return weir_value_get_kind (value) == WEIR_VALUE_INT ? weir_value_ref (value) : weir_value_new_number (number);
}

static WeirValue *
read_integer (WeirValue *field, WeirValue *value)
{
  const char *text = get_text (value);
  gint64 whole;
  double number;

  if (text != NULL)
    {
      if (!g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &whole, NULL)
          || !is_in_range (field, (double) whole))
        return NULL;
      return weir_value_new_int (whole);
    }
  if (!get_number (value, &number) || !is_in_range (field, number))
    return NULL;
  if (weir_value_get_kind (value) == WEIR_VALUE_INT)
    return weir_value_ref (value);
  if (number < -9007199254740992.0 || number > 9007199254740992.0 || number != (double) (gint64) number)
    return NULL;
  return weir_value_new_int ((gint64) number);
}

static gboolean
has_length (WeirValue *field, const char *text)
{
  return is_in_range (field, (double) g_utf8_strlen (text, -1));
}

static WeirValue *
read_text (WeirValue *field, WeirValue *value)
{
  g_autofree char *text = weir_value_get_length (value) > 0 ? NULL : weir_blocks_to_text (value);
  const char *pattern = weir_value_get_member_text (field, "pattern", NULL);
  gboolean multiline = g_str_equal (weir_value_get_member_text (field, "type", ""), "multiline");

  if (text == NULL || !has_length (field, text) || (!multiline && strchr (text, '\n') != NULL))
    return NULL;
  if (!weir_blocks_is_blank (pattern))
    {
      g_autofree char *whole = g_strdup_printf ("^(?:%s)$", pattern);

      if (!g_regex_match_simple (whole, text, 0, 0))
        return NULL;
    }
  return weir_value_new_text (text);
}

static WeirValue *
read_switch (WeirValue *field, WeirValue *value)
{
  static const char *const yes[] = { "yes", "true", "on", "1", "y", NULL };
  static const char *const no[] = { "no", "false", "off", "0", "n", NULL };
  const char *text = get_text (value);
  g_autofree char *lower = text != NULL ? g_ascii_strdown (text, -1) : NULL;

  if (weir_value_get_kind (value) == WEIR_VALUE_BOOL)
    return weir_value_ref (value);
  if (lower != NULL && g_strv_contains (yes, lower))
    return weir_value_new_bool (TRUE);
  return lower != NULL && g_strv_contains (no, lower) ? weir_value_new_bool (FALSE) : NULL;
}

static WeirValue *
find_choice (WeirValue *field, WeirValue *value)
{
  WeirValue *choices = weir_value_find_member (field, "choices");
  g_autofree char *wanted = weir_blocks_to_text (value);

  for (gsize i = 0; choices != NULL && i < weir_value_get_length (choices); i++)
    {
      WeirValue *choice = weir_value_get_item (choices, i);
      g_autofree char *text = weir_blocks_to_text (choice);

      if (weir_value_equal (choice, value) || g_str_equal (text, wanted))
        return weir_value_ref (choice);
    }
  return NULL;
}

/* A list, or text with commas. */
static WeirValue *
read_multi (WeirValue *field, WeirValue *value)
{
  g_autoptr(WeirBuilder) chosen = weir_list_builder_new (4);
  g_auto(GStrv) words = get_text (value) != NULL ? g_strsplit (get_text (value), ",", -1) : NULL;
  gsize n = words != NULL ? g_strv_length (words) : weir_value_get_length (value);

  if (words == NULL && weir_value_get_kind (value) != WEIR_VALUE_LIST)
    return NULL;
  for (gsize i = 0; i < n; i++)
    {
      g_autoptr(WeirValue) word = words != NULL ? weir_value_new_text (g_strstrip (words[i])) : NULL;
      WeirValue *choice;

      if (words != NULL && words[i][0] == '\0')
        continue;
      choice = find_choice (field, words != NULL ? word : weir_value_get_item (value, i));
      if (choice == NULL)
        return NULL;
      weir_builder_take (chosen, choice);
    }
  return weir_builder_end (g_steal_pointer (&chosen));
}

static WeirValue *
read_date (WeirValue *field, WeirValue *value)
{
  const char *text = get_text (value);
  guint year, month, day;
  char rest;

  if (text == NULL || strlen (text) != 10 || sscanf (text, "%4u-%2u-%2u%c", &year, &month, &day, &rest) != 3
      || !g_date_valid_dmy ((GDateDay) day, (GDateMonth) month, (GDateYear) year))
    return NULL;
  return weir_value_ref (value);
}

static WeirValue *
read_time (WeirValue *field, WeirValue *value)
{
  const char *text = get_text (value);
  guint hour, minute, second = 0;
  char rest;
  int n = text != NULL ? sscanf (text, "%2u:%2u:%2u%c", &hour, &minute, &second, &rest) : 0;

  return (n == 2 || n == 3) && hour < 24 && minute < 60 && second < 60 ? weir_value_ref (value) : NULL;
}

static WeirValue *
read_datetime (WeirValue *field, WeirValue *value)
{
  g_autoptr(GTimeZone) zone = g_time_zone_new_local ();
  const char *text = get_text (value);
  g_autofree char *whole = text != NULL ? g_strconcat (text, ":00", NULL) : NULL;
  g_autoptr(GDateTime) time = NULL;

  if (weir_value_get_kind (value) == WEIR_VALUE_TIME)
    return weir_value_ref (value);
  if (text != NULL)
    time = g_date_time_new_from_iso8601 (text, zone);
  if (text != NULL && time == NULL)
    time = g_date_time_new_from_iso8601 (whole, zone);
  return time != NULL ? weir_value_new_time (g_date_time_to_unix_usec (time)) : NULL;
}

static gboolean
get_bounds (WeirValue *value, double *from, double *to)
{
  g_auto(GStrv) parts = NULL;
  char *end;

  if (weir_value_get_length (value) == 2)
    return get_number (weir_value_get_item (value, 0), from) && get_number (weir_value_get_item (value, 1), to);
  if (get_text (value) == NULL)
    return FALSE;
  parts = g_strsplit (get_text (value), "..", 2);
  if (g_strv_length (parts) != 2 || parts[0][0] == '\0' || parts[1][0] == '\0')
    return FALSE;
  *from = g_ascii_strtod (g_strstrip (parts[0]), &end);
  if (*end != '\0')
    return FALSE;
  *to = g_ascii_strtod (g_strstrip (parts[1]), &end);
  return *end == '\0';
}

static WeirValue *
read_range (WeirValue *field, WeirValue *value)
{
  double from, to;
  g_autoptr(WeirValue) low = NULL;
  g_autoptr(WeirValue) high = NULL;
  const char *keys[] = { "from", "to" };

  if (!get_bounds (value, &from, &to) || from > to || !is_in_range (field, from) || !is_in_range (field, to))
    return NULL;
  low = weir_value_new_number (from);
  high = weir_value_new_number (to);
  return weir_value_new_record (keys, (WeirValue *[]) { low, high }, 2);
}

static WeirValue *
read_path (WeirValue *field, WeirValue *value)
{
  gboolean folder = g_str_equal (weir_value_get_member_text (field, "type", ""), "folder");
  const char *text = weir_value_get_kind (value) == WEIR_VALUE_FILE ? weir_value_get_path (value) : get_text (value);
  g_autofree char *path = NULL;

  if (text == NULL)
    return NULL;
  path = g_str_has_prefix (text, "~/") ? g_build_filename (g_get_home_dir (), text + 2, NULL) : g_strdup (text);
  if (!g_path_is_absolute (path) || !g_file_test (path, folder ? G_FILE_TEST_IS_DIR : G_FILE_TEST_IS_REGULAR))
    return NULL;
  return weir_value_new_file (path);
}

static WeirValue *
read_colour (WeirValue *field, WeirValue *value)
{
  const char *text = get_text (value);
  gsize length = text != NULL ? strlen (text) : 0;

  if ((length != 7 && length != 9) || text[0] != '#' || strspn (text + 1, "0123456789abcdefABCDEF") != length - 1)
    return NULL;
  return weir_value_ref (value);
}

static WeirValue *
read_secret (WeirValue *field, WeirValue *value)
{
  const char *text = get_text (value);

  if (weir_value_get_kind (value) == WEIR_VALUE_SECRET)
    return weir_value_ref (value);
  return text != NULL && *text != '\0' ? weir_value_new_secret (text) : NULL;
}

static const struct
{
  const char *name;
  const char *expected;
  Reader read;
  gboolean ranged;
} types[] = {
  { "text", "a text of one line", read_text, FALSE },
  { "multiline", "a text", read_text, FALSE },
  { "number", "a number", read_number, TRUE },
  { "integer", "a whole number", read_integer, TRUE },
  { "switch", "yes or no", read_switch, FALSE },
  { "choice", "one of", find_choice, FALSE },
  { "multi", "some, with commas, of", read_multi, FALSE },
  { "date", "a date like 2026-12-24", read_date, FALSE },
  { "time", "a time like 18:00", read_time, FALSE },
  { "datetime", "a moment like 2026-12-24 18:00", read_datetime, FALSE },
  { "range", "a range like 1..5", read_range, TRUE },
  { "file", "the absolute path of a file", read_path, FALSE },
  { "folder", "the absolute path of a folder", read_path, FALSE },
  { "colour", "a colour like #3584e4", read_colour, FALSE },
  { "secret", "the name of a credential", read_secret, FALSE },
};

static int
find_type (WeirValue *field)
{
  const char *name = weir_value_get_member_text (field, "type", "text");

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_str_equal (types[i].name, name))
      return (int) i;
  return -1;
}

/* ── saying what was expected ───────────────────────────────────────────────────────────── */

static void
append_limit (GString *text, WeirValue *field, const char *name, const char *word)
{
  WeirValue *limit = weir_value_find_member (field, name);
  g_autofree char *shown = limit != NULL && !weir_value_is_null (limit) ? weir_value_to_display (limit, 40) : NULL;

  if (shown != NULL)
    g_string_append_printf (text, " %s %s", word, shown);
}

static char *
describe_expected (WeirValue *field, int type)
{
  GString *text = g_string_new (types[type].expected);
  WeirValue *choices = weir_value_find_member (field, "choices");
  const char *pattern = weir_value_get_member_text (field, "pattern", NULL);

  if (types[type].read == find_choice || types[type].read == read_multi)
    for (gsize i = 0; choices != NULL && i < weir_value_get_length (choices); i++)
      {
        g_autofree char *choice = weir_value_to_display (weir_value_get_item (choices, i), 40);

        g_string_append_printf (text, "%s %s", i > 0 ? "," : "", choice);
      }
  else
    {
      append_limit (text, field, "minimum", types[type].ranged ? "from" : "of at least");
      append_limit (text, field, "maximum", types[type].ranged ? "up to" : "of at most");
      if (!types[type].ranged
          && (weir_value_find_member (field, "minimum") != NULL || weir_value_find_member (field, "maximum") != NULL))
        g_string_append (text, " letters");
    }
  if (!weir_blocks_is_blank (pattern))
    g_string_append_printf (text, " that matches %s", pattern);
  return g_string_free (text, FALSE);
}

WeirValue *
weir_form_read_value (WeirValue *field, WeirValue *value, GError **error)
{
  int type = find_type (field);
  WeirValue *read = type >= 0 ? types[type].read (field, value) : NULL;
  g_autofree char *expected = NULL;
  g_autofree char *got = NULL;

  if (read != NULL)
    return read;
  expected = type >= 0 ? describe_expected (field, type) : g_strdup ("a known type");
  got = weir_value_to_display (value, 60);
  weir_set_failure (error, "input.invalid", "%s: expected %s, but got “%s”",
                    weir_value_get_member_text (field, "name", "?"), expected, got);
  return NULL;
}

/* ── whole forms ────────────────────────────────────────────────────────────────────────── */

char *
weir_form_find_problem (WeirValue *fields)
{
  gsize n = fields != NULL && weir_value_get_kind (fields) == WEIR_VALUE_LIST ? weir_value_get_length (fields) : 0;

  for (gsize i = 0; i < n; i++)
    {
      WeirValue *field = weir_value_get_item (fields, i);
      const char *name = weir_value_get_member_text (field, "name", "");
      const char *type = weir_value_get_member_text (field, "type", "text");

      if (*name == '\0')
        return g_strdup_printf ("Field %" G_GSIZE_FORMAT " has no name", i + 1);
      for (gsize j = 0; j < i; j++)
        if (g_str_equal (name, weir_value_get_member_text (weir_value_get_item (fields, j), "name", "")))
          return g_strdup_printf ("Two fields have the name %s", name);
      if (find_type (field) < 0)
        return g_strdup_printf ("Field %s has the type “%s”, which there is not", name, type);
      if ((g_str_equal (type, "choice") || g_str_equal (type, "multi"))
          && weir_value_find_member (field, "choices") == NULL)
        return g_strdup_printf ("Field %s has nothing to choose from", name);
    }
  return NULL;
}

static gboolean
has_field (WeirValue *fields, const char *name)
{
  for (gsize i = 0; i < weir_value_get_length (fields); i++)
    if (g_str_equal (weir_value_get_member_text (weir_value_get_item (fields, i), "name", ""), name))
      return TRUE;
  return FALSE;
}

static gboolean
check_names (WeirValue *fields, WeirValue *answer, GError **error)
{
  for (gsize i = 0; i < weir_value_get_length (answer); i++)
    if (!has_field (fields, weir_value_get_key (answer, i)))
      {
        g_autoptr(GString) names = g_string_new (NULL);

        for (gsize j = 0; j < weir_value_get_length (fields); j++)
          g_string_append_printf (names, "%s%s", j > 0 ? ", " : "",
                                  weir_value_get_member_text (weir_value_get_item (fields, j), "name", ""));
        weir_set_failure (error, "input.invalid", "There is no field %s, there is %s", weir_value_get_key (answer, i),
                          names->str);
        return FALSE;
      }
  return TRUE;
}

static gboolean
is_given (WeirValue *value)
{
  const char *text = value != NULL ? get_text (value) : NULL;

  return value != NULL && !weir_value_is_null (value) && (text == NULL || *text != '\0');
}

static WeirValue *
read_field (WeirValue *field, WeirValue *answer, GError **error)
{
  const char *name = weir_value_get_member_text (field, "name", "");
  WeirValue *given = weir_value_find_member (answer, name);
  WeirValue *initial = weir_value_find_member (field, "initial");

  if (is_given (given))
    return weir_form_read_value (field, given, error);
  if (is_given (initial))
    return weir_form_read_value (field, initial, error);
  if (g_str_equal (weir_value_get_member_text (field, "type", ""), "switch"))
    return weir_value_new_bool (FALSE);
  if (weir_value_get_member_bool (field, "required", FALSE))
    {
      g_autofree char *expected = describe_expected (field, find_type (field));

      weir_set_failure (error, "input.invalid", "%s: expected %s, but it was not given", name, expected);
      return NULL;
    }
  return weir_value_new_null ();
}

WeirValue *
weir_form_read (WeirValue *fields, WeirValue *answer, GError **error)
{
  g_autoptr(WeirBuilder) values = weir_record_builder_new (4);
  g_autoptr(WeirValue) record = NULL;
  gsize n = weir_value_get_length (fields);
  const char *first = n > 0 ? weir_value_get_member_text (weir_value_get_item (fields, 0), "name", "") : NULL;

  if (weir_value_get_kind (answer) == WEIR_VALUE_RECORD)
    record = weir_value_ref (answer);
  else if (weir_value_is_null (answer))
    record = weir_value_new_record (NULL, NULL, 0);
  else if (n == 1)
    record = weir_value_new_record (&first, &answer, 1);
  else
    {
      weir_set_failure (error, "input.invalid", "Expected a value for each field by its name, but got %s",
                        weir_value_get_kind_name (answer));
      return NULL;
    }
  if (!check_names (fields, record, error))
    return NULL;
  for (gsize i = 0; i < n; i++)
    {
      WeirValue *field = weir_value_get_item (fields, i);
      WeirValue *value = read_field (field, record, error);

      if (value == NULL)
        return NULL;
      weir_builder_set_take (values, weir_value_get_member_text (field, "name", ""), value);
    }
  return weir_builder_end (g_steal_pointer (&values));
}

WeirValue *
weir_form_read_like (WeirValue *old, const char *name, WeirValue *value, GError **error)
{
  const char *type = NULL;
  const char *keys[] = { "name", "type" };
  g_autoptr(WeirValue) name_value = weir_value_new_text (name);
  g_autoptr(WeirValue) type_value = NULL;
  g_autoptr(WeirValue) field = NULL;

  switch (weir_value_get_kind (old))
    {
    case WEIR_VALUE_INT:
      type = "integer";
      break;
    case WEIR_VALUE_NUMBER:
      type = "number";
      break;
    case WEIR_VALUE_BOOL:
      type = "switch";
      break;
    case WEIR_VALUE_TEXT:
      type = "multiline";
      break;
    default:
      break;
    }
  if (type == NULL)
    {
      /* lists and records come as JSON from where there is only text */
      WeirValue *parsed = get_text (value) != NULL && !weir_value_is_null (old)
                            ? weir_json_parse (get_text (value), -1, NULL)
                            : weir_value_ref (value);

      if (parsed != NULL && (weir_value_is_null (old) || weir_value_get_kind (parsed) == weir_value_get_kind (old)))
        return parsed;
      g_clear_pointer (&parsed, weir_value_unref);
      weir_set_failure (error, "input.invalid", "%s: expected %s, but got %s", name, weir_value_get_kind_name (old),
                        weir_value_get_kind_name (value));
      return NULL;
    }
  type_value = weir_value_new_text (type);
  field = weir_value_new_record (keys, (WeirValue *[]) { name_value, type_value }, 2);
  return weir_form_read_value (field, value, error);
}
