/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-bench.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Runs on a real database in a temporary folder, synced as always. */

/* Not in /tmp, which may be memory: a commit there costs nothing. */
static char *
make_folder (GError **error)
{
  g_autofree char *template = g_build_filename (g_get_user_cache_dir (), "weir-bench-XXXXXX", NULL);

  g_mkdir_with_parents (g_get_user_cache_dir (), 0700);
  if (g_mkdtemp (template) != NULL)
    return g_steal_pointer (&template);
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), "Could not make the folder %s: %s", template,
               g_strerror (errno));
  return NULL;
}

gboolean
weir_bench_open (WeirBench *self, GError **error)
{
  g_autofree char *data = NULL;

  self->engine = NULL;
  self->dir = make_folder (error);
  if (self->dir == NULL)
    return FALSE;
  data = g_build_filename (self->dir, "data", NULL);
  self->engine = weir_engine_new (data, error);
  return self->engine != NULL;
}

static void
remove_tree (const char *path)
{
  GDir *dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_clear_pointer (&dir, g_dir_close);
  g_remove (path);
}

void
weir_bench_close (WeirBench *self)
{
  if (self->engine != NULL)
    dex_unref (weir_engine_close (self->engine));
  g_clear_object (&self->engine);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  remove_tree (self->dir);
  g_free (self->dir);
}

const GValue *
weir_bench_await (DexFuture *future, GError **error)
{
  while (dex_future_get_status (future) == DEX_FUTURE_STATUS_PENDING)
    g_main_context_iteration (NULL, TRUE);
  return dex_future_get_value (future, error);
}

WeirRun *
weir_bench_play (WeirBench *self, WeirWorkflow *workflow, WeirValue *inputs, GError **error)
{
  g_autoptr (DexFuture) future = weir_engine_play (self->engine, workflow, inputs);
  const GValue *value = weir_bench_await (future, error);

  return value != NULL ? g_value_dup_object (value) : NULL;
}

/* From play to the end on disk, µs; negative when it failed. */
gint64
weir_bench_time_run (WeirBench *self, WeirWorkflow *workflow, WeirValue *inputs, GError **error)
{
  gint64 begin = g_get_monotonic_time ();
  g_autoptr (WeirRun) run = weir_bench_play (self, workflow, inputs, error);
  g_autoptr (DexFuture) end = run != NULL ? weir_run_wait (run) : NULL;

  if (run == NULL || weir_bench_await (end, error) == NULL)
    return -1;
  return g_get_monotonic_time () - begin;
}

WeirWorkflow *
weir_bench_parse (GString *yaml, GError **error)
{
  WeirWorkflow *workflow = weir_workflow_parse (yaml->str, (gssize) yaml->len, NULL, error);

  g_string_free (yaml, TRUE);
  return workflow;
}

static WeirWorkflow *
make_chain (guint n, const char *inputs, const char *config, const char *kind, GError **error)
{
  GString *yaml = g_string_new ("weir: 1\nname: Chain\n");

  g_string_append_printf (yaml, "%sblocks:\n  b0: { kind: debug.noop%s }\n", inputs, config);
  for (guint i = 1; i < n; i++)
    g_string_append_printf (yaml, "  b%u: { kind: %s }\n", i, kind);
  g_string_append (yaml, "links:\n");
  for (guint i = 1; i < n; i++)
    g_string_append_printf (yaml, "  - b%u.value -> b%u.value\n", i - 1, i);
  return weir_bench_parse (yaml, error);
}

/* Once to warm up, then @repetitions samples of µs ÷ @divisor. */
static gboolean
sample_runs (WeirSamples *samples, WeirWorkflow *workflow, guint repetitions, double divisor, GError **error)
{
  WeirBench bench;
  gboolean ok = weir_bench_open (&bench, error);

  for (guint i = 0; ok && i <= repetitions; i++)
    {
      gint64 time = weir_bench_time_run (&bench, workflow, NULL, error);

      ok = time >= 0;
      if (ok && i > 0)
        weir_samples_add (samples, (double) time / divisor);
    }
  weir_bench_close (&bench);
  return ok;
}

gboolean
weir_bench_chain_pure (WeirSamples *samples, GError **error)
{
  g_autoptr (WeirWorkflow) workflow = make_chain (1000, "", ", config: { value: 1 }", "debug.noop", error);

  return workflow != NULL && sample_runs (samples, workflow, 9, 1000, error);
}

gboolean
weir_bench_fan_out (WeirSamples *samples, GError **error)
{
  GString *yaml = g_string_new (
    "weir: 1\nname: Fan\nblocks:\n  s: { kind: debug.noop, config: { value: 1 } }\n  j: { kind: debug.noop }\n");
  g_autoptr (WeirWorkflow) workflow = NULL;

  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (yaml, "  b%u: { kind: debug.noop }\n", i);
  g_string_append (yaml, "links:\n");
  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (yaml, "  - s.value -> b%u.value\n  - b%u.value -> j.value\n", i, i);
  workflow = weir_bench_parse (yaml, error);
  return workflow != NULL && sample_runs (samples, workflow, 9, 1000, error);
}

gboolean
weir_bench_loop (WeirSamples *samples, GError **error)
{
  GString *yaml = g_string_new (
    "weir: 1\nname: Loop\nmax_iterations: 20000\nblocks:\n"
    "  start: { kind: debug.noop, config: { value: { n: 0 } } }\n"
    "  add: { kind: data.edit_fields, config: { rows: [ { path: n, value: '=value.n + 1' } ] } }\n"
    "links:\n  - start.value -> add.value\n  - add.value -> add.value when: value.n < 10000\n");
  g_autoptr (WeirWorkflow) workflow = weir_bench_parse (yaml, error);

  return workflow != NULL && sample_runs (samples, workflow, 5, 10000, error);
}

double
weir_bench_resident_mb (void)
{
  g_autofree char *statm = NULL;
  long pages = 0;

  if (g_file_get_contents ("/proc/self/statm", &statm, NULL, NULL))
    sscanf (statm, "%*s %ld", &pages);
  return (double) pages * (double) sysconf (_SC_PAGESIZE) / 1e6;
}

static gboolean
run_hundred (WeirBench *bench, WeirWorkflow *workflow, double *ms, GError **error)
{
  g_autoptr (GPtrArray) played = g_ptr_array_new_with_free_func (dex_unref);
  gint64 begin = g_get_monotonic_time ();

  for (guint i = 0; i < 100; i++)
    g_ptr_array_add (played, weir_engine_play (bench->engine, workflow, NULL));
  for (guint i = 0; i < 100; i++)
    {
      const GValue *value = weir_bench_await (g_ptr_array_index (played, i), error);
      g_autoptr (DexFuture) end = value != NULL ? weir_run_wait (g_value_get_object (value)) : NULL;

      if (end == NULL || weir_bench_await (end, error) == NULL)
        return FALSE;
    }
  *ms = (double) (g_get_monotonic_time () - begin) / 1000;
  return TRUE;
}

static gboolean
bench_hundred (WeirSamples *samples, gboolean memory, GError **error)
{
  g_autoptr (WeirWorkflow) workflow = make_chain (10, "", ", config: { value: 1 }", "debug.noop", error);
  WeirBench bench;
  gboolean ok = workflow != NULL && weir_bench_open (&bench, error);

  for (guint i = 0; ok && i < 6; i++)
    {
      double ms = 0;

      ok = run_hundred (&bench, workflow, &ms, error);
      if (ok && i > 0)
        weir_samples_add (samples, memory ? weir_bench_resident_mb () : ms);
    }
  if (workflow != NULL)
    weir_bench_close (&bench);
  return ok;
}

gboolean
weir_bench_runs_100 (WeirSamples *samples, GError **error)
{
  return bench_hundred (samples, FALSE, error);
}

gboolean
weir_bench_runs_100_rss (WeirSamples *samples, GError **error)
{
  return bench_hundred (samples, TRUE, error);
}

/* ── values ─────────────────────────────────────────────────────────────────────────────── */

static WeirValue *
make_big_value (guint salt)
{
  WeirBuilder *list = weir_list_builder_new (100000);
  g_autofree char *padding = g_strnfill (60, 'x');

  for (guint i = 0; i < 100000; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u %s %u", salt, padding, i);
      const char *keys[] = { "id", "text" };
      g_autoptr (WeirValue) id = weir_value_new_int (i);
      g_autoptr (WeirValue) value = weir_value_new_text (text);

      weir_builder_take (list, weir_value_new_record (keys, (WeirValue *[]) { id, value }, 2));
    }
  return weir_builder_end (list);
}

static WeirValue *
inputs_of (WeirValue *value)
{
  const char *key = "v";

  return weir_value_new_record (&key, &value, 1);
}

/* The run with 10 blocks against the same with 1: what passing the value on costs beyond storing it once. On a database that is not
 * synced: writing 10 MB to a disk takes longer one time than another by more than what is measured here. */
gboolean
weir_bench_big_value (WeirSamples *samples, GError **error)
{
  static const char inputs[] = "inputs: { v: { type: any } }\n";
  g_autoptr (WeirWorkflow) one = make_chain (1, inputs, ", config: { value: '=inputs.v' }", "debug.noop", error);
  g_autoptr (WeirWorkflow) ten = make_chain (10, inputs, ", config: { value: '=inputs.v' }", "debug.noop", error);
  WeirBench bench = { .dir = make_folder (error), .engine = weir_engine_new (":memory:", error) };
  gboolean ok = one != NULL && ten != NULL && bench.dir != NULL && bench.engine != NULL;

  for (guint i = 0; ok && i < 13; i++)
    {
      g_autoptr (WeirValue) first = make_big_value (2 * i);
      g_autoptr (WeirValue) second = make_big_value (2 * i + 1);
      g_autoptr (WeirValue) first_inputs = inputs_of (first);
      g_autoptr (WeirValue) second_inputs = inputs_of (second);
      /* whoever comes second finds the memory warm: they take turns */
      gint64 first_time = weir_bench_time_run (&bench, i % 2 == 0 ? one : ten, first_inputs, error);
      gint64 second_time = first_time >= 0 ? weir_bench_time_run (&bench, i % 2 == 0 ? ten : one, second_inputs, error)
                                           : -1;
      gint64 alone = i % 2 == 0 ? first_time : second_time;
      gint64 passed = i % 2 == 0 ? second_time : first_time;

      ok = second_time >= 0;
      if (ok && i > 0)
        weir_samples_add (samples, (double) (passed - alone) / 1000);
    }
  if (bench.dir != NULL)
    weir_bench_close (&bench);
  return ok;
}

/* ── the whole process ──────────────────────────────────────────────────────────────────── */

gboolean
weir_bench_cold_run (WeirSamples *samples, GError **error)
{
  g_autoptr (WeirWorkflow) workflow = make_chain (10, "", ", config: { value: 1 }", "debug.noop", error);
  g_autofree char *dir = workflow != NULL ? make_folder (error) : NULL;
  g_autofree char *program = g_file_read_link ("/proc/self/exe", error);
  g_autofree char *file = dir != NULL ? g_build_filename (dir, "chain.yaml", NULL) : NULL;
  g_autofree char *data = dir != NULL ? g_build_filename (dir, "data", NULL) : NULL;
  char *argv[] = { program, "run", file, "--data-dir", data, NULL };
  gboolean ok = program != NULL && file != NULL && weir_workflow_save_file (workflow, file, error);

  for (guint i = 0; ok && i < 21; i++)
    {
      gint64 begin = g_get_monotonic_time ();
      int status;

      ok = g_spawn_sync (NULL, argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL,
                         NULL, &status, error)
           && g_spawn_check_wait_status (status, error);
      if (ok && i > 0)
        weir_samples_add (samples, (double) (g_get_monotonic_time () - begin) / 1000);
    }
  if (dir != NULL)
    remove_tree (dir);
  return ok;
}
