/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-bench.h"

#include <glib/gstdio.h>
#include <string.h>

/* Runs that a kill -9 cut off: what such a process leaves is a copy of its database and log while it is alive. */

#define N_RUNS 1000
#define N_BLOCKS 10

static WeirWorkflow *
make_chain_around (const char *middle, GError **error)
{
  g_autoptr(GString) yaml = g_string_new ("weir: 1\nname: Cut off\nblocks:\n  b0: { kind: debug.noop, config: { value: 1 } }\n");

  for (guint i = 1; i < N_BLOCKS; i++)
    g_string_append_printf (yaml, "  b%u: { kind: %s }\n", i, i == N_BLOCKS / 2 ? middle : "debug.noop");
  g_string_append (yaml, "links:\n");
  for (guint i = 1; i < N_BLOCKS; i++)
    g_string_append_printf (yaml, "  - b%u.value -> b%u.value\n", i - 1, i);
  return weir_workflow_parse (yaml->str, (gssize) yaml->len, NULL, error);
}

/* Half of them wait for a moment, half are in the middle of a step. */
static gboolean
play_all (WeirBench *bench, GError **error)
{
  g_autoptr(WeirWorkflow) waiting = make_chain_around ("flow.wait, config: { duration: 7d }", error);
  g_autoptr(WeirWorkflow) working = waiting != NULL ? make_chain_around ("flow.delay, config: { duration: 1h }", error) : NULL;
  g_autoptr(GPtrArray) played = g_ptr_array_new_with_free_func (dex_unref);

  if (working == NULL)
    return FALSE;
  for (guint i = 0; i < N_RUNS; i++)
    g_ptr_array_add (played, weir_engine_play (bench->engine, i % 2 == 0 ? waiting : working, NULL));
  for (guint i = 0; i < N_RUNS; i++)
    if (weir_bench_await (g_ptr_array_index (played, i), error) == NULL)
      return FALSE;
  while (g_main_context_iteration (NULL, FALSE))
    ;
  return TRUE;
}

static gboolean
copy_file (const char *from, const char *to, const char *name, GError **error)
{
  g_autofree char *source_path = g_build_filename (from, name, NULL);
  g_autofree char *target_path = g_build_filename (to, name, NULL);
  g_autoptr(GFile) source = g_file_new_for_path (source_path);
  g_autoptr(GFile) target = g_file_new_for_path (target_path);

  return !g_file_test (source_path, G_FILE_TEST_EXISTS) || g_file_copy (source, target, G_FILE_COPY_OVERWRITE, NULL, NULL, NULL, error);
}

/* From the start to all resumed on disk, ms. */
static gboolean
recover_copy (WeirBench *bench, guint number, WeirSamples *samples, GError **error)
{
  g_autofree char *data = g_build_filename (bench->dir, "data", NULL);
  g_autofree char *name = g_strdup_printf ("killed-%u", number);
  g_autofree char *copy = g_build_filename (bench->dir, name, NULL);
  g_autoptr(WeirEngine) engine = NULL;
  const char *key = "all";
  g_autoptr(WeirValue) yes = weir_value_new_bool (TRUE);
  g_autoptr(WeirValue) options = weir_value_new_record (&key, &yes, 1);
  g_autoptr(DexFuture) recovered = NULL;
  const GValue *report;
  gint64 begin;

  g_mkdir (copy, 0700);
  if (!copy_file (data, copy, "weir.db", error) || !copy_file (data, copy, "weir.db-wal", error))
    return FALSE;
  begin = g_get_monotonic_time ();
  engine = weir_engine_new (copy, error);
  if (engine == NULL)
    return FALSE;
  recovered = weir_engine_recover (engine, options);
  report = weir_bench_await (recovered, error);
  if (report == NULL)
    return FALSE;
  weir_samples_add (samples, (double) (g_get_monotonic_time () - begin) / 1000);
  g_assert_cmpuint (weir_value_get_length (weir_value_find_member (g_value_get_boxed (report), "resumed")), ==, N_RUNS);
  dex_unref (weir_engine_close (engine));
  return TRUE;
}

gboolean
weir_bench_recovery (WeirSamples *samples, GError **error)
{
  WeirBench bench = { 0 };
  gboolean ok = weir_bench_open (&bench, error) && play_all (&bench, error);

  for (guint i = 0; ok && i < 5; i++)
    ok = recover_copy (&bench, i, samples, error);
  if (bench.dir != NULL)
    weir_bench_close (&bench);
  return ok;
}
