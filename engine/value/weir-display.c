/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values as a person reads them. */
#include "weir-json-private.h"
#include "weir-stream.h"
#include "weir-type.h"

#include <math.h>
#include <string.h>
#include <time.h>

/**
 * weir_format_time:
 * @time_us: µs UTC
 *
 * Returns: (transfer full): ISO 8601 with as many of milli- and microseconds as it has, "2026-11-20T15:40:21.500Z"
 */
char *
weir_format_time (gint64 time_us)
{
  gint64 seconds = time_us / G_USEC_PER_SEC, rest = time_us % G_USEC_PER_SEC;
  /* written for every line of the log file, many of one second: a thread keeps the one that it wrote last */
  static _Thread_local gint64 last_second = G_MININT64;
  static _Thread_local char text[sizeof "2026-01-01T00:00:00.000000Z"];
  const gsize length = sizeof "2026-01-01T00:00:00" - 1;

  if (rest < 0)
    {
      seconds--;
      rest += G_USEC_PER_SEC;
    }
  if (seconds != last_second)
    {
      time_t time = (time_t) seconds;
      struct tm date;

      last_second = G_MININT64;
      /* GDateTime takes twenty times as long */
      if (gmtime_r (&time, &date) == NULL || date.tm_year < 1 - 1900 || date.tm_year > 9999 - 1900
          || strftime (text, length + 1, "%Y-%m-%dT%H:%M:%S", &date) != length)
        return g_strdup_printf ("%" G_GINT64_FORMAT " µs", time_us);
      last_second = seconds;
    }
  if (rest == 0)
    memcpy (text + length, "Z", 2);
  else
    {
      guint n_digits = rest % 1000 == 0 ? 3 : 6;

      if (n_digits == 3)
        rest /= 1000;
      text[length] = '.';
      for (guint i = n_digits; i > 0; i--, rest /= 10)
        text[length + i] = (char) ('0' + rest % 10);
      memcpy (text + length + 1 + n_digits, "Z", 2);
    }
  return g_strdup (text);
}

/* As JavaScript writes it: 1 of 1.0, NaN, Infinity. */
static char *
display_number (double number)
{
  char *text;
  gsize length;
  g_autoptr(WeirValue) value = NULL;

  if (isnan (number))
    return g_strdup ("NaN");
  if (isinf (number))
    return g_strdup (number > 0 ? "Infinity" : "-Infinity");
  if (number == 0)
    return g_strdup ("0");
  value = weir_value_new_number (number);
  text = weir_json_write (value, 0, &length);
  if (g_str_has_suffix (text, ".0"))
    text[length - 2] = '\0';
  return text;
}

static char *
cut (const char *text, gsize length, gsize max_bytes)
{
  const gsize ellipsis = strlen ("…");
  gsize end;

  if (max_bytes == 0 || length <= max_bytes)
    return g_strndup (text, length);
  if (max_bytes < ellipsis)
    return g_strdup ("");

  end = max_bytes - ellipsis;
  while (end > 0 && (text[end] & 0xc0) == 0x80)
    end--;
  return g_strdup_printf ("%.*s…", (int) end, text);
}

/* Only as much of a large tree is written as is shown. */
static char *
display_tree (WeirValue *self, gsize max_bytes)
{
  g_autofree char *json = NULL;
  gsize length;

  json = weir_json_write_start (self, max_bytes, &length);
  return cut (json, length, max_bytes);
}

/**
 * weir_value_to_display:
 * @self: a value
 * @max_bytes: at most so many bytes, the "…" of a cut included; 0: no limit
 *
 * Text bare, scalars plain, times in ISO 8601, durations like "1m30s", files as their path, all else as JSON. Ends at a
 * NUL in a text. Never shows a secret. Any thread.
 *
 * Returns: (transfer full): valid UTF-8
 */
char *
weir_value_to_display (WeirValue *self, gsize max_bytes)
{
  g_autofree char *text = NULL;

  g_return_val_if_fail (self != NULL, g_strdup (""));

  switch (self->kind)
    {
    case WEIR_VALUE_TEXT:
      return cut (self->b.text, self->a.length, max_bytes);
    case WEIR_VALUE_NUMBER:
      text = display_number (self->a.number);
      break;
    case WEIR_VALUE_TIME:
      text = weir_format_time (self->a.integer);
      break;
    case WEIR_VALUE_DURATION:
      text = weir_format_duration (self->a.integer > G_MAXINT64 / 1000 || self->a.integer < G_MININT64 / 1000
                                     ? G_MAXINT64 : self->a.integer * 1000);
      break;
    case WEIR_VALUE_FILE:
      text = g_utf8_make_valid (self->a.file->path, -1);
      break;
    case WEIR_VALUE_SECRET:
      text = g_strdup_printf ("secret %s", self->b.text);
      break;
    case WEIR_VALUE_ERROR:
      text = g_strdup_printf ("%s: %s", weir_value_peek_child (self, 0)->b.text, weir_value_peek_child (self, 1)->b.text);
      break;
    case WEIR_VALUE_STREAM:
      text = weir_stream_describe (self);
      break;
    case WEIR_VALUE_BYTES:
      text = g_strdup_printf ("%" G_GSIZE_FORMAT " bytes", g_bytes_get_size (self->a.bytes));
      break;
    default:
      return display_tree (self, max_bytes);
    }
  return cut (text, strlen (text), max_bytes);
}
