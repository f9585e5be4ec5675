/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Durations and sizes as people type them. */
#include "weir-type.h"

#include <math.h>
#include <string.h>

/* between a number and its unit */
#define WEIR_NO_BREAK_SPACE "\u00a0"

typedef struct
{
  const char *name;
  double      factor;
} Unit;

static const Unit duration_units[] = {
  { "ms", 1 }, { "s", 1000 }, { "m", 60 * 1000 }, { "min", 60 * 1000 }, { "h", 3600 * 1000 }, { "d", 24 * 3600 * 1000 },
  { "w", 7 * 24 * 3600 * 1000.0 },
};

static const Unit size_units[] = {
  { "B", 1 }, { "kB", 1e3 }, { "KB", 1e3 }, { "MB", 1e6 }, { "GB", 1e9 }, { "TB", 1e12 },
  { "KiB", 1024 }, { "MiB", 1024.0 * 1024 }, { "GiB", 1024.0 * 1024 * 1024 }, { "TiB", 1024.0 * 1024 * 1024 * 1024 },
};

static const Unit *
find_unit (const Unit *units, gsize n_units, const char *name, gsize length)
{
  for (gsize i = 0; i < n_units; i++)
    if (strlen (units[i].name) == length && strncmp (units[i].name, name, length) == 0)
      return &units[i];
  return NULL;
}

/* Digits with at most one point; no sign, no exponent. Moves @text behind them. */
static gboolean
parse_amount (const char **text, double *amount)
{
  const char *start = *text;
  char *end;

  while (g_ascii_isdigit (**text) || **text == '.')
    (*text)++;
  if (*text == start)
    return FALSE;
  *amount = g_ascii_strtod (start, &end);
  return end == *text;
}

static gsize
skip_letters (const char **text)
{
  const char *start = *text;

  while (g_ascii_isalpha (**text))
    (*text)++;
  return *text - start;
}

/* Those that a line is not broken at as well: what weir_display_duration () shows can be typed. */
static void
skip_spaces (const char **text)
{
  for (;;)
    if (**text == ' ')
      (*text)++;
    else if (g_str_has_prefix (*text, WEIR_NO_BREAK_SPACE))
      *text += strlen (WEIR_NO_BREAK_SPACE);
    else
      return;
}

/**
 * weir_parse_duration:
 * @text: "1m30s", "250ms", "1.5h", "2h 30 min", "1d", or a plain number of milliseconds
 * @duration_ms: (out): milliseconds
 * @error: %WEIR_ERROR_INVALID
 *
 * Returns: whether it is one
 */
gboolean
weir_parse_duration (const char *text, gint64 *duration_ms, GError **error)
{
  const char *rest = text;
  double sum = 0;
  gboolean is_plain = TRUE, has_parts = FALSE;

  while (g_ascii_isspace (*rest))
    rest++;
  while (*rest != '\0')
    {
      const char *name;
      const Unit *unit = &duration_units[0];
      double amount;
      gsize length;

      if (!parse_amount (&rest, &amount))
        goto invalid;
      skip_spaces (&rest);
      name = rest;
      length = skip_letters (&rest);
      if (length > 0)
        {
          unit = find_unit (duration_units, G_N_ELEMENTS (duration_units), name, length);
          is_plain = FALSE;
        }
      if (unit == NULL || (length == 0 && (has_parts || *rest != '\0')))
        goto invalid;
      has_parts = TRUE;
      sum += amount * unit->factor;
      while (g_ascii_isspace (*rest))
        rest++;
      skip_spaces (&rest);
    }
  if (!has_parts || sum > 9e15 || (is_plain && sum != floor (sum)))
    goto invalid;
  *duration_ms = llround (sum);
  return TRUE;

invalid:
  g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID,
               "Expected a duration like 250ms, 30s, 1m30s, 2h or 1d, but this is \"%s\"", text);
  return FALSE;
}

/**
 * weir_format_duration:
 * @duration_us: microseconds
 *
 * As it stands in a workflow. For a person: weir_display_duration().
 *
 * Returns: (transfer full): like "1m30s", "2d", "1.25s", "640ms", "12µs"; of a day and more no smaller unit is left
 *   out, so that weir_parse_duration() gives the same milliseconds
 */
char *
weir_format_duration (gint64 duration_us)
{
  g_autoptr(GString) text = g_string_new (NULL);
  guint64 rest = duration_us < 0 ? -(guint64) duration_us : (guint64) duration_us;
  const struct { guint64 us; char name; } units[] = {
    { G_GUINT64_CONSTANT (86400000000), 'd' }, { G_GUINT64_CONSTANT (3600000000), 'h' }, { 60000000, 'm' } };

  if (duration_us < 0)
    g_string_append_c (text, '-');
  if (rest < 1000 && rest > 0)
    g_string_append_printf (text, "%dµs", (int) rest);
  else if (rest < G_USEC_PER_SEC && rest > 0)
    g_string_append_printf (text, "%dms", (int) (rest / 1000));
  else
    {
      gboolean is_long = rest >= 60 * G_USEC_PER_SEC;

      for (guint i = 0; i < G_N_ELEMENTS (units); i++)
        {
          if (rest >= units[i].us)
            g_string_append_printf (text, "%d%c", (int) (rest / units[i].us), units[i].name);
          rest %= units[i].us;
        }
      rest /= 1000;
      if (rest % 1000 != 0)
        {
          g_string_append_printf (text, "%d.%03d", (int) (rest / 1000), (int) (rest % 1000));
          while (text->str[text->len - 1] == '0')
            g_string_truncate (text, text->len - 1);
          g_string_append_c (text, 's');
        }
      else if (rest > 0 || !is_long)
        g_string_append_printf (text, "%ds", (int) (rest / 1000));
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
append_part (GString *text, guint64 number, const char *unit)
{
  g_string_append_printf (text, "%" G_GUINT64_FORMAT WEIR_NO_BREAK_SPACE "%s", number, unit);
}

/* Three figures and no noughts behind the point: 1.25, 12.3, 2 */
static void
append_seconds (GString *text, guint64 us)
{
  guint64 hundredths = (us + 5000) / 10000;
  char figures[32];
  gsize length;

  if (us >= 10 * G_USEC_PER_SEC)
    hundredths = (us + 50000) / 100000 * 10;
  length = g_snprintf (figures, sizeof figures, "%.2f", (double) hundredths / 100);
  while (figures[length - 1] == '0')
    length--;
  if (!g_ascii_isdigit (figures[length - 1]))
    length--;
  g_string_append_len (text, figures, length);
  g_string_append (text, WEIR_NO_BREAK_SPACE "s");
}

/**
 * weir_display_duration:
 * @duration_us: microseconds
 *
 * A length of time for a person to read: its two largest units, below a minute three figures. Numbers and units are held together by
 * spaces that no line breaks at. The one way in which the window and the command line say how long something took.
 *
 * Returns: (transfer full): like "2 d 3 h", "1 min 30 s", "1.25 s", "640 ms", "12 µs"
 */
char *
weir_display_duration (gint64 duration_us)
{
  static const struct { guint64 us; const char *name; } units[] = {
    { G_TIME_SPAN_DAY, "d" }, { G_TIME_SPAN_HOUR, "h" }, { G_TIME_SPAN_MINUTE, "min" }, { G_USEC_PER_SEC, "s" } };
  guint64 rest = duration_us < 0 ? -(guint64) duration_us : (guint64) duration_us;
  GString *text = g_string_new (duration_us < 0 ? "−" : NULL);
  guint i = 0;

  if (rest == 0)
    append_part (text, 0, "s");
  else if (rest < 1000)
    append_part (text, rest, "µs");
  else if (rest < G_USEC_PER_SEC)
    append_part (text, rest / 1000, "ms");
  /* what would be rounded to 60 s is a minute */
  else if (rest < G_TIME_SPAN_MINUTE - 50000)
    append_seconds (text, rest);
  else
    {
      rest = MAX (rest, G_TIME_SPAN_MINUTE);
      while (rest < units[i].us)
        i++;
      append_part (text, rest / units[i].us, units[i].name);
      rest %= units[i].us;
      if (rest / units[i + 1].us > 0)
        {
          g_string_append (text, WEIR_NO_BREAK_SPACE);
          append_part (text, rest / units[i + 1].us, units[i + 1].name);
        }
    }
  return g_string_free_and_steal (text);
}

/**
 * weir_parse_size:
 * @text: "64KiB", "2MB", "1.5 GiB", or plain bytes
 * @bytes: (out): bytes
 * @error: %WEIR_ERROR_INVALID
 *
 * Returns: whether it is one
 */
gboolean
weir_parse_size (const char *text, guint64 *bytes, GError **error)
{
  const char *rest = text;
  const Unit *unit = &size_units[0];
  const char *name;
  double amount;
  gsize length;

  while (g_ascii_isspace (*rest))
    rest++;
  if (!parse_amount (&rest, &amount))
    goto invalid;
  skip_spaces (&rest);
  name = rest;
  length = skip_letters (&rest);
  if (length > 0)
    unit = find_unit (size_units, G_N_ELEMENTS (size_units), name, length);
  while (g_ascii_isspace (*rest))
    rest++;
  if (unit == NULL || *rest != '\0' || amount * unit->factor > 9e18 || (unit->factor == 1 && amount != floor (amount)))
    goto invalid;
  *bytes = (guint64) (amount * unit->factor + 0.5);
  return TRUE;

invalid:
  g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "Expected a size like 64KiB, 2MB or 1000, but this is \"%s\"", text);
  return FALSE;
}
