/* SPDX-License-Identifier: GPL-3.0-or-later */
/* json-in: 10 MB of JSON to values; json-out: the same values back. Figures are the median; p95 beside it. The document is
 * a list of records with texts, ints, numbers, bools, nulls, a small list and a record: what an API answers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "weir-json.h"

#define SIZE (10 * 1000 * 1000)
#define N_ROUNDS 21

static GString *
make_document (void)
{
  GString *text = g_string_sized_new (SIZE + 1024);

  g_string_append_c (text, '[');
  for (guint i = 0; text->len < SIZE; i++)
    {
      if (i > 0)
        g_string_append_c (text, ',');
      g_string_append_printf (text,
                              "{\"id\":%u,\"name\":\"Person number %u\",\"mail\":\"person%u@example.org\",\"score\":%u.%u,"
                              "\"active\":%s,\"note\":null,\"tags\":[\"alpha\",\"beta\",%u],"
                              "\"address\":{\"street\":\"Main \\\"street\\\" %u\",\"city\":\"Zürich\",\"zip\":\"%05u\"}}",
                              i, i, i, i % 97, i % 9 + 1, i % 2 ? "true" : "false", i % 10, i % 200, i % 100000);
    }
  g_string_append_c (text, ']');
  return text;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  gint64 left = *(const gint64 *) a, right = *(const gint64 *) b;

  return left < right ? -1 : left > right;
}

static void
print_figure (const char *name, gint64 *times)
{
  qsort (times, N_ROUNDS, sizeof *times, compare);
  printf ("{\"name\":\"%s\",\"value\":%.2f,\"unit\":\"ms\",\"n\":%d,\"p95\":%.2f}\n", name, times[N_ROUNDS / 2] / 1000.0,
          N_ROUNDS, times[N_ROUNDS * 95 / 100] / 1000.0);
}

int
main (void)
{
  g_autoptr(GString) text = make_document ();
  gint64 in_times[N_ROUNDS], out_times[N_ROUNDS];

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      g_autoptr(GError) error = NULL;
      gint64 started_at = g_get_monotonic_time ();
      g_autoptr(WeirValue) value = weir_json_parse (text->str, text->len, &error);
      gint64 parsed_at = g_get_monotonic_time ();
      g_autofree char *written = NULL;
      gsize length;

      if (value == NULL)
        g_error ("%s", error->message);
      written = weir_json_write (value, 0, &length);
      out_times[i] = g_get_monotonic_time () - parsed_at;
      in_times[i] = parsed_at - started_at;
      if (length != text->len || memcmp (written, text->str, length) != 0)
        g_error ("What was written is not what was read");
    }
  print_figure ("json-in", in_times);
  print_figure ("json-out", out_times);
  return 0;
}
