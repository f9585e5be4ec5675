/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-sha256.h"

/* Whatever the processor has, the hash is that of GLib. */
static void
test_agrees_at_every_length (void)
{
  guint8 data[1024];

  for (guint i = 0; i < sizeof data; i++)
    data[i] = (guint8) (i * 7 + i / 256);
  for (gsize size = 0; size <= sizeof data; size++)
    {
      g_autofree char *ours = weir_sha256 (data, size);
      g_autofree char *theirs = g_compute_checksum_for_data (G_CHECKSUM_SHA256, data, size);

      g_assert_cmpstr (ours, ==, theirs);
    }
}

static void
test_agrees_on_much (void)
{
  gsize size = 20 * 1000 * 1000 + 13;
  g_autofree guint8 *data = g_malloc (size);
  g_autofree char *ours = NULL;
  g_autofree char *theirs = NULL;
  gint64 start;

  for (gsize i = 0; i < size; i++)
    data[i] = (guint8) (i * i >> 5);
  start = g_get_monotonic_time ();
  ours = weir_sha256 (data + 1, size - 1);
  g_test_message ("%.2f GB/s", (double) size / 1000.0 / (double) MAX (g_get_monotonic_time () - start, 1));
  start = g_get_monotonic_time ();
  theirs = g_compute_checksum_for_data (G_CHECKSUM_SHA256, data + 1, size - 1);
  g_test_message ("GLib %.2f GB/s", (double) size / 1000.0 / (double) MAX (g_get_monotonic_time () - start, 1));
  g_assert_cmpstr (ours, ==, theirs);
}

static void
test_parts_are_as_good_as_the_whole (void)
{
  guint8 data[1000];
  g_autofree char *whole = NULL;

  for (guint i = 0; i < sizeof data; i++)
    data[i] = (guint8) (i * 3);
  whole = g_compute_checksum_for_data (G_CHECKSUM_SHA256, data, sizeof data);
  for (gsize part = 1; part < 200; part++)
    {
      WeirSha256 *sum = weir_sha256_new ();
      g_autofree char *hash = NULL;

      for (gsize at = 0; at < sizeof data; at += part)
        weir_sha256_add (sum, data + at, MIN (part, sizeof data - at));
      hash = weir_sha256_finish (sum);
      g_assert_cmpstr (hash, ==, whole);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/weir/store/sha256/agrees-at-every-length", test_agrees_at_every_length);
  g_test_add_func ("/weir/store/sha256/agrees-on-much", test_agrees_on_much);
  g_test_add_func ("/weir/store/sha256/parts-are-as-good-as-the-whole", test_parts_are_as_good_as_the_whole);
  return g_test_run ();
}
