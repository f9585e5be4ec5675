/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-bench.h"

/* How the engine reacts while 100 runs are busy: each is a loop without an end, of a block that edits a record. */

#define N_BUSY 100
#define N_ROUNDS 10
#define N_VERBS 60
#define ROUND_US (300 * 1000)

static WeirWorkflow *
make_endless (GError **error)
{
  return weir_bench_parse (
    g_string_new ("weir: 1\nname: Busy\nmax_iterations: 100000000\nblocks:\n"
                  "  start: { kind: debug.noop, config: { value: { n: 0 } } }\n"
                  "  add: { kind: data.edit_fields, config: { rows: [ { path: n, value: '=value.n + 1' } ] } }\n"
                  "links:\n  - start.value -> add.value\n  - add.value -> add.value when: value.n >= 0\n"),
    error);
}

/* (element-type WeirRun) (transfer full): busy runs, NULL when it failed. */
static GPtrArray *
start_busy (WeirBench *bench, GError **error)
{
  g_autoptr (WeirWorkflow) workflow = make_endless (error);
  g_autoptr (GPtrArray) runs = g_ptr_array_new_with_free_func (g_object_unref);

  if (workflow == NULL || !weir_bench_open (bench, error))
    return NULL;
  for (guint i = 0; i < N_BUSY; i++)
    {
      WeirRun *run = weir_bench_play (bench, workflow, NULL, error);

      if (run == NULL)
        return NULL;
      g_ptr_array_add (runs, run);
    }
  return g_steal_pointer (&runs);
}

static gboolean
time_verb (DexFuture *future, GArray *times, GError **error)
{
  g_autoptr (DexFuture) owned = future;
  gint64 begin = g_get_monotonic_time ();
  double took;

  if (weir_bench_await (owned, error) == NULL)
    return FALSE;
  took = (double) (g_get_monotonic_time () - begin) / 1000;
  g_array_append_val (times, took);
  return TRUE;
}

/* From the call of pause or resume to its future, which resolves once the run is paused, or goes on, on disk. A sample is the p99 of
 * 120 verbs on runs in turn. */
gboolean
weir_bench_verb_latency (WeirSamples *samples, GError **error)
{
  WeirBench bench = { 0 };
  g_autoptr (GPtrArray) runs = start_busy (&bench, error);
  gboolean ok = runs != NULL;

  for (guint i = 0; ok && i < N_ROUNDS; i++)
    {
      g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (double));

      for (guint j = 0; ok && j < N_VERBS; j++)
        {
          WeirRun *run = g_ptr_array_index (runs, (i * N_VERBS + j) % N_BUSY);

          ok = time_verb (weir_run_pause (run), times, error) && time_verb (weir_run_resume (run), times, error);
        }
      if (ok)
        weir_samples_add (samples, weir_bench_percentile ((double *) times->data, times->len, 0.99));
    }
  if (bench.dir != NULL)
    weir_bench_close (&bench);
  return ok;
}

/* How long the main loop dispatches before it looks for other work again. A sample is the p99 of all turns within 0.3 s. */
gboolean
weir_bench_turn (WeirSamples *samples, GError **error)
{
  WeirBench bench = { 0 };
  g_autoptr (GPtrArray) runs = start_busy (&bench, error);

  for (guint i = 0; runs != NULL && i < N_ROUNDS; i++)
    {
      g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (double));
      gint64 until = g_get_monotonic_time () + ROUND_US;

      for (gint64 begin = g_get_monotonic_time (), end; begin < until; begin = end)
        {
          gboolean dispatched = g_main_context_iteration (NULL, FALSE);
          double took;

          end = g_get_monotonic_time ();
          took = (double) (end - begin) / 1000;
          if (dispatched)
            g_array_append_val (times, took);
        }
      g_assert_cmpuint (times->len, >, 0);
      weir_samples_add (samples, weir_bench_percentile ((double *) times->data, times->len, 0.99));
    }
  if (bench.dir != NULL)
    weir_bench_close (&bench);
  return runs != NULL;
}
