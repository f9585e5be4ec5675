/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-bench.h"

#include <glib/gstdio.h>

/* What runs leave on disk, and how many of them can wait. */

#define N_SIZED 50
#define N_WAITING 1000
#define N_ACTIVE 100

static WeirWorkflow *
parse (GString *yaml, GError **error)
{
  WeirWorkflow *workflow = weir_workflow_parse (yaml->str, (gssize) yaml->len, NULL, error);

  g_string_free (yaml, TRUE);
  return workflow;
}

/* Texts of a few hundred letters, a record that grows, and a line of log now and then. */
static WeirWorkflow *
make_ordinary (GError **error)
{
  GString *yaml = g_string_new ("weir: 1\nname: Ordinary\nblocks:\n"
                                "  b0: { kind: debug.noop, config: { value: { id: 4711, name: Ann Other, mail: "
                                "ann@example.org, tags: [new, paid] } } }\n");

  for (guint i = 1; i < 20; i++)
    if (i % 4 == 0)
      g_string_append_printf (yaml, "  b%u: { kind: debug.log, config: { message: \"checked one more customer\" } }\n",
                              i);
    else
      g_string_append_printf (yaml,
                              "  b%u: { kind: data.edit_fields, config: { rows: [ { path: note%u, value: '=\"a line of "
                              "about sixty letters that somebody wrote down here\"' } ] } }\n",
                              i, i);
  g_string_append (yaml, "links:\n");
  for (guint i = 1; i < 20; i++)
    g_string_append_printf (yaml, "  - b%u.value -> b%u.value\n", i - 1, i);
  return parse (yaml, error);
}

static guint64
measure_folder (const char *path)
{
  g_autoptr(GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;
  guint64 size = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);
      GStatBuf info;

      if (g_stat (child, &info) == 0)
        size += S_ISDIR (info.st_mode) ? measure_folder (child) : (guint64) info.st_size;
    }
  return size;
}

/* All of the folder but the write-ahead log, which is as long with many runs as with one. */
static gboolean
measure_data (WeirBench *bench, guint64 *size, GError **error)
{
  g_autofree char *data = g_build_filename (bench->dir, "data", NULL);
  g_autofree char *wal = g_build_filename (data, "weir.db-wal", NULL);
  GStatBuf info = { 0 };

  dex_unref (weir_engine_close (bench->engine));
  g_clear_object (&bench->engine);
  g_stat (wal, &info);
  *size = measure_folder (data) - (guint64) info.st_size;
  bench->engine = weir_engine_new (data, error);
  return bench->engine != NULL;
}

gboolean
weir_bench_journal_size (WeirSamples *samples, GError **error)
{
  g_autoptr(WeirWorkflow) workflow = make_ordinary (error);
  WeirBench bench = { 0 };
  guint64 before = 0, after = 0;
  gboolean ok = workflow != NULL && weir_bench_open (&bench, error)
                && weir_bench_time_run (&bench, workflow, NULL, error) >= 0 && measure_data (&bench, &before, error);

  for (guint i = 0; ok && i < N_SIZED; i++)
    ok = weir_bench_time_run (&bench, workflow, NULL, error) >= 0;
  ok = ok && measure_data (&bench, &after, error);
  if (ok)
    weir_samples_add (samples, (double) (after - before) / 1024 / N_SIZED);
  if (bench.dir != NULL)
    weir_bench_close (&bench);
  return ok;
}

/* ── many at once ────────────────────────────────────────────────────────────────────────── */

static WeirWorkflow *
make_waiting (const char *kind, const char *time, GError **error)
{
  GString *yaml = g_string_new ("weir: 1\nname: Waiting\nblocks:\n  b0: { kind: debug.noop, config: { value: 1 } }\n");

  g_string_append_printf (yaml, "  b1: { kind: %s, config: { duration: %s } }\n  b2: { kind: debug.noop }\n", kind,
                          time);
  g_string_append (yaml, "links:\n  - b0.value -> b1.value\n  - b1.value -> b2.value\n");
  return parse (yaml, error);
}

static gboolean
play_many (WeirBench *bench, WeirWorkflow *workflow, guint n, GError **error)
{
  g_autoptr(GPtrArray) played = g_ptr_array_new_with_free_func (dex_unref);

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (played, weir_engine_play (bench->engine, workflow, NULL));
  for (guint i = 0; i < n; i++)
    if (weir_bench_await (g_ptr_array_index (played, i), error) == NULL)
      return FALSE;
  while (g_main_context_iteration (NULL, FALSE))
    ;
  return TRUE;
}

/* The active ones are in the middle of a minute of work; what is measured is the same while they are. */
static gboolean
fill (WeirBench *bench, double *added_mb, GError **error)
{
  g_autoptr(WeirWorkflow) waiting = make_waiting ("flow.wait", "7d", error);
  g_autoptr(WeirWorkflow) active = waiting != NULL ? make_waiting ("flow.delay", "60s", error) : NULL;
  double before;

  if (active == NULL || !weir_bench_open (bench, error) || !play_many (bench, active, 1, error))
    return FALSE;
  before = weir_bench_resident_mb ();
  if (!play_many (bench, waiting, N_WAITING, error) || !play_many (bench, active, N_ACTIVE, error))
    return FALSE;
  *added_mb = weir_bench_resident_mb () - before;
  return TRUE;
}

gboolean
weir_bench_many_runs (WeirSamples *samples, GError **error)
{
  WeirBench bench = { 0 };
  double added_mb = 0;
  gboolean ok = fill (&bench, &added_mb, error);

  if (ok)
    weir_samples_add (samples, added_mb);
  if (bench.dir != NULL)
    weir_bench_close (&bench);
  return ok;
}

gboolean
weir_bench_many_runs_list (WeirSamples *samples, GError **error)
{
  WeirBench bench = { 0 };
  double added_mb = 0;
  gboolean ok = fill (&bench, &added_mb, error);

  for (guint i = 0; ok && i < 20; i++)
    {
      gint64 begin = g_get_monotonic_time ();
      g_autoptr(DexFuture) list = weir_engine_list_runs (bench.engine, NULL, 0);
      const GValue *value = weir_bench_await (list, error);

      ok = value != NULL;
      if (ok)
        g_assert_cmpuint (g_list_model_get_n_items (g_value_get_object (value)), ==, N_WAITING + N_ACTIVE + 1);
      if (ok && i > 0)
        weir_samples_add (samples, (double) (g_get_monotonic_time () - begin) / 1000);
    }
  if (bench.dir != NULL)
    weir_bench_close (&bench);
  return ok;
}
