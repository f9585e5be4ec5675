/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-bench.h"

#include <fcntl.h>
#include <unistd.h>

/* Steps that change the world: what the record of each costs, and what undoing them takes. */

#define N_SIDE_BY_SIDE 8
#define N_SEQUENTIAL 250
#define N_FILES 1000

/* Median µs of appending a page to a file and syncing it. */
static double
measure_fsync (const char *dir)
{
  g_autofree char *path = g_build_filename (dir, "sync", NULL);
  int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  char page[4096] = { 0 };
  double times[200];

  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      gint64 begin = g_get_monotonic_time ();

      if (write (fd, page, sizeof page) < 0 || fsync (fd) < 0)
        break;
      times[i] = (double) (g_get_monotonic_time () - begin);
    }
  close (fd);
  return weir_bench_percentile (times, G_N_ELEMENTS (times), 0.5);
}

static WeirWorkflow *
make_effects (guint n, GError **error)
{
  GString *yaml = g_string_new ("weir: 1\nname: Effects\nblocks:\n");

  for (guint i = 0; i < n; i++)
    g_string_append_printf (
      yaml, "  b%u: { kind: data.set_variable, config: { name: v%u, scope: workflow, value: 1 } }\n", i, i % 10);
  g_string_append (yaml, "links:\n");
  for (guint i = 1; i < n; i++)
    g_string_append_printf (yaml, "  - b%u.done -> b%u.run\n", i - 1, i);
  return weir_bench_parse (yaml, error);
}

/* Every step sets a variable of the workflow: its undo record is synced before, its result with the intent of the
 * next. */
gboolean
weir_bench_chain_effect (WeirSamples *samples, GError **error)
{
  g_autoptr (WeirWorkflow) workflow = make_effects (1000, error);
  WeirBench bench;
  gboolean ok = workflow != NULL && weir_bench_open (&bench, error);

  for (guint i = 0; ok && i < 4; i++)
    {
      double fsync_us = measure_fsync (bench.dir);
      gint64 time = weir_bench_time_run (&bench, workflow, NULL, error);

      ok = time >= 0;
      if (ok && i > 0)
        weir_samples_add (samples, (double) time / 1000 / fsync_us);
    }
  if (workflow != NULL)
    weir_bench_close (&bench);
  return ok;
}

/* ── several at once ────────────────────────────────────────────────────────────────────── */

/* Until all of @runs have ended. */
static gboolean
wait_for_all (GPtrArray *runs, GError **error)
{
  for (guint i = 0; i < runs->len; i++)
    {
      g_autoptr (DexFuture) end = weir_run_wait (g_ptr_array_index (runs, i));

      if (weir_bench_await (end, error) == NULL)
        return FALSE;
    }
  return TRUE;
}

/* From the moment that all runs live to the end of the last one, µs. */
static gint64
time_side_by_side (WeirBench *bench, WeirWorkflow *workflow, GError **error)
{
  g_autoptr (GPtrArray) runs = g_ptr_array_new_with_free_func (g_object_unref);
  gint64 begin = g_get_monotonic_time ();

  for (guint i = 0; i < N_SIDE_BY_SIDE; i++)
    {
      WeirRun *run = weir_bench_play (bench, workflow, NULL, error);

      if (run == NULL)
        return -1;
      g_ptr_array_add (runs, run);
    }
  return wait_for_all (runs, error) ? g_get_monotonic_time () - begin : -1;
}

/* As chain-effect, in 8 runs at once: a step begins only once the record of the one before it is on disk, but one sync
 * serves all runs that wait. Time over the number of all steps. */
gboolean
weir_bench_durable_step (WeirSamples *samples, GError **error)
{
  g_autoptr (WeirWorkflow) workflow = make_effects (N_SEQUENTIAL, error);
  WeirBench bench = { 0 };
  gboolean ok = workflow != NULL && weir_bench_open (&bench, error);

  for (guint i = 0; ok && i < 6; i++)
    {
      double fsync_us = measure_fsync (bench.dir);
      gint64 time = time_side_by_side (&bench, workflow, error);

      ok = time >= 0;
      if (ok && i > 0)
        weir_samples_add (samples, (double) time / (N_SIDE_BY_SIDE * N_SEQUENTIAL) / fsync_us);
    }
  if (bench.dir != NULL)
    weir_bench_close (&bench);
  return ok;
}

/* ── undo ───────────────────────────────────────────────────────────────────────────────── */

static WeirWorkflow *
make_writes (const char *folder, GError **error)
{
  GString *yaml = g_string_new ("weir: 1\nname: Writes\nblocks:\n");

  g_string_append_printf (
    yaml,
    "  numbers: { kind: debug.noop, config: { value: '=Array.from({length: %u}, (_, i) => i)' } }\n"
    "  each:\n    kind: flow.foreach\n    concurrency: 8\n    body:\n      blocks:\n"
    "        write: { kind: file.write, config: { path: \"%s/{{ item }}.txt\", content: \"File {{ item }}\" } }\n"
    "links:\n  - numbers.value -> each.items\n",
    N_FILES, folder);
  return weir_bench_parse (yaml, error);
}

static gint64
time_undo (WeirBench *bench, gint64 run, GError **error)
{
  gint64 begin = g_get_monotonic_time ();
  g_autoptr (DexFuture) planned = weir_engine_plan_undo (bench->engine, run, NULL);
  const GValue *plan = weir_bench_await (planned, error);
  g_autoptr (DexFuture) undone = plan != NULL
                                   ? weir_engine_undo (bench->engine, g_value_get_boxed (plan), WEIR_CONFLICT_KEEP)
                                   : NULL;
  const GValue *n = undone != NULL ? weir_bench_await (undone, error) : NULL;

  if (n == NULL)
    return -1;
  g_assert_cmpuint (g_value_get_uint (n), >=, N_FILES);
  return g_get_monotonic_time () - begin;
}

/* Plan and undo of a run that wrote 1,000 new files, each in a step of its own. */
gboolean
weir_bench_undo_1000 (WeirSamples *samples, GError **error)
{
  WeirBench bench = { 0 };
  gboolean ok = weir_bench_open (&bench, error);
  g_autofree char *folder = ok ? g_build_filename (bench.dir, "written", NULL) : NULL;
  g_autoptr (WeirWorkflow) workflow = ok ? make_writes (folder, error) : NULL;

  ok = workflow != NULL;
  for (guint i = 0; ok && i < 3; i++)
    {
      g_autoptr (WeirRun) run = weir_bench_play (&bench, workflow, NULL, error);
      g_autoptr (DexFuture) end = run != NULL ? weir_run_wait (run) : NULL;
      gint64 time;

      ok = end != NULL && weir_bench_await (end, error) != NULL
           && (time = time_undo (&bench, weir_run_get_id (run), error)) >= 0;
      if (ok)
        weir_samples_add (samples, (double) time / 1e6);
    }
  if (bench.dir != NULL)
    weir_bench_close (&bench);
  return ok;
}
