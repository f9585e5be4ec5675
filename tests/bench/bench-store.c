/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a synced record costs, as JSON lines:
 *
 * store-fsync    µs of a write of as many bytes as a commit takes, and fsync, in the same folder: the disk's own
 * store-append   the same at the end of a growing file
 * store-commit   µs from weir_store_commit () to its callback on the main context, one after the other: two events and an effect each
 * store-ratio    store-commit / store-fsync
 * store-rows     rows written a second, in batches of 1,000
 * store-open     ms to open a new folder, and store-reopen one that was closed
 */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "weir-store.h"

#define N_COMMITS 1000
#define N_WARM 100
#define N_ROWS 200000
/* A commit of this kind changes three or four pages of 4 KiB. */
#define COMMIT_BYTES (4 * 4096)

static int
compare (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

static double
print_samples (const char *name, double *samples, guint n_samples)
{
  double sum = 0;

  for (guint i = 0; i < n_samples; i++)
    sum += samples[i];
  qsort (samples, n_samples, sizeof *samples, compare);
  g_print ("{\"name\": \"%s\", \"value\": %.1f, \"unit\": \"us\", \"n\": %u, \"p50\": %.1f, \"p95\": %.1f}\n", name,
           sum / n_samples, n_samples, samples[n_samples / 2], samples[n_samples * 95 / 100]);
  return sum / n_samples;
}

static double
bench_fsync (const char *dir, const char *name, gboolean append)
{
  g_autofree char *path = g_build_filename (dir, "fsync", NULL);
  g_autofree char *bytes = g_malloc0 (COMMIT_BYTES);
  g_autofree double *samples = g_new (double, N_COMMITS);
  int fd = g_open (path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

  g_assert_cmpint (fd, >=, 0);
  for (guint i = 0; i < (append ? 0 : 64); i++)
    g_assert_cmpint (pwrite (fd, bytes, COMMIT_BYTES, i * COMMIT_BYTES), ==, COMMIT_BYTES);
  fsync (fd);
  for (guint i = 0; i < N_COMMITS; i++)
    {
      gint64 start = g_get_monotonic_time ();

      memset (bytes, (int) i, COMMIT_BYTES);
      g_assert_cmpint (pwrite (fd, bytes, COMMIT_BYTES, (off_t) (append ? i : i % 64) * COMMIT_BYTES), ==,
                       COMMIT_BYTES);
      fsync (fd);
      samples[i] = g_get_monotonic_time () - start;
    }
  close (fd);
  g_unlink (path);
  return print_samples (name, samples, N_COMMITS);
}

static void
set_true_cb (gpointer data)
{
  *(gboolean *) data = TRUE;
}

static WeirEvent *
make_event (WeirEventKind kind, gint64 run, guint64 seq)
{
  WeirEvent *event = weir_event_new (kind, run);
  WeirBuilder *builder = weir_record_builder_new (2);

  event->seq = seq;
  event->at = g_get_real_time ();
  event->mono = g_get_monotonic_time ();
  event->firing = event->attempt = 1;
  event->block = g_ref_string_new_intern ("write");
  weir_builder_set_take (builder, "path", weir_value_new_text ("/home/user/Documents/report.txt"));
  weir_builder_set_take (builder, "count", weir_value_new_int ((gint64) seq));
  event->data = weir_builder_end (builder);
  return event;
}

static WeirBatch *
make_commit (guint64 *seq, gint64 id)
{
  WeirBatch *batch = weir_batch_new ();
  WeirEffect effect = { .id = id, .run = 1, .firing = 1, .block = (char *) "write", .kind = (char *) "file.write", .type = (char *) "file.write",
                        .target = (char *) "/home/user/Documents/report.txt", .undo = WEIR_UNDO_EXACT, .at = 1 };

  weir_batch_take_event (batch, make_event (WEIR_EVENT_BLOCK_STARTED, 1, ++*seq), NULL, NULL);
  weir_batch_take_event (batch, make_event (WEIR_EVENT_EFFECT_INTENDED, 1, ++*seq), NULL, NULL);
  weir_batch_put_effect (batch, &effect);
  return batch;
}

static double
bench_commit (WeirStore *store)
{
  g_autofree double *samples = g_new (double, N_COMMITS);
  guint64 seq = 0;

  for (guint i = 0; i < N_WARM + N_COMMITS; i++)
    {
      WeirBatch *batch = make_commit (&seq, i + 1);
      gboolean done = FALSE;
      gint64 start = g_get_monotonic_time ();

      weir_store_commit (store, batch, set_true_cb, &done);
      while (!done)
        g_main_context_iteration (NULL, TRUE);
      if (i >= N_WARM)
        samples[i - N_WARM] = g_get_monotonic_time () - start;
    }
  return print_samples ("store-commit", samples, N_COMMITS);
}

static void
bench_rows (WeirStore *store)
{
  gint64 start = g_get_monotonic_time ();
  gboolean done = FALSE;

  for (guint64 seq = 0; seq < N_ROWS;)
    {
      WeirBatch *batch = weir_batch_new ();

      for (guint i = 0; i < 1000; i++)
        weir_batch_take_event (batch, make_event (WEIR_EVENT_BLOCK_SUCCEEDED, 2, ++seq), NULL, NULL);
      weir_store_commit (store, batch, seq == N_ROWS ? set_true_cb : NULL, &done);
    }
  while (!done)
    g_main_context_iteration (NULL, TRUE);
  g_print ("{\"name\": \"store-rows\", \"value\": %.0f, \"unit\": \"rows/s\", \"n\": %u}\n",
           N_ROWS * 1e6 / (g_get_monotonic_time () - start), N_ROWS);
}

static WeirStore *
bench_open (const char *name, const char *dir)
{
  g_autoptr(GError) error = NULL;
  gint64 start = g_get_monotonic_time ();
  WeirStore *store = weir_store_new (dir, &error);

  g_assert_no_error (error);
  g_print ("{\"name\": \"%s\", \"value\": %.2f, \"unit\": \"ms\", \"n\": 1}\n", name,
           (g_get_monotonic_time () - start) / 1000.0);
  return store;
}

static void
remove_folder (const char *path)
{
  g_autoptr(GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR))
        remove_folder (child);
      else
        g_unlink (child);
    }
  g_rmdir (path);
}

int
main (int argc, char **argv)
{
  /* The disk of the caller's choice: /tmp may be memory. */
  const char *parent = argc > 1 ? argv[1] : g_get_user_cache_dir ();
  g_autofree char *template = g_build_filename (parent, "weir-bench-XXXXXX", NULL);
  g_autofree char *dir = NULL;
  WeirStore *store;
  double synced, committed;

  dex_init ();
  g_mkdir_with_parents (parent, 0700);
  dir = g_strdup (g_mkdtemp_full (template, 0700));
  g_assert_nonnull (dir);
  store = bench_open ("store-open", dir);
  weir_store_unref (store);
  store = bench_open ("store-reopen", dir);
  synced = bench_fsync (dir, "store-fsync", FALSE);
  bench_fsync (dir, "store-append", TRUE);
  committed = bench_commit (store);
  g_print ("{\"name\": \"store-ratio\", \"value\": %.2f, \"unit\": \"x\", \"n\": %u}\n", committed / synced, N_COMMITS);
  bench_rows (store);
  weir_store_unref (store);
  remove_folder (dir);
  return 0;
}
