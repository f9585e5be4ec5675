/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-bench.h"

/* json-in, json-out: 10 MB of JSON, records of mixed scalars in a list, to values and back. */

#define JSON_BYTES (10 * 1000 * 1000)
#define REPETITIONS 9

static char *
make_text (gsize *length)
{
  GString *text = g_string_sized_new (JSON_BYTES + 200);

  g_string_append_c (text, '[');
  for (guint i = 0; text->len < JSON_BYTES; i++)
    g_string_append_printf (
      text, "%s{\"id\":%u,\"name\":\"item number %u\",\"price\":%u.25,\"tags\":[\"a\",\"b\"],\"ok\":%s}",
      i > 0 ? "," : "", i, i, i % 1000, i % 2 ? "true" : "false");
  g_string_append_c (text, ']');
  *length = text->len;
  return g_string_free (text, FALSE);
}

gboolean
weir_bench_json_in (WeirSamples *samples, GError **error)
{
  gsize length;
  g_autofree char *text = make_text (&length);

  for (guint i = 0; i < REPETITIONS; i++)
    {
      gint64 begin = g_get_monotonic_time ();
      WeirValue *value = weir_json_parse (text, (gssize) length, error);

      if (value == NULL)
        return FALSE;
      weir_samples_add (samples, (double) (g_get_monotonic_time () - begin) / 1000);
      weir_value_unref (value);
    }
  return TRUE;
}

gboolean
weir_bench_json_out (WeirSamples *samples, GError **error)
{
  gsize length;
  g_autofree char *text = make_text (&length);
  g_autoptr(WeirValue) value = weir_json_parse (text, (gssize) length, error);

  for (guint i = 0; value != NULL && i < REPETITIONS; i++)
    {
      gint64 begin = g_get_monotonic_time ();
      char *written = weir_json_write (value, 0, NULL);

      weir_samples_add (samples, (double) (g_get_monotonic_time () - begin) / 1000);
      g_free (written);
    }
  return value != NULL;
}
