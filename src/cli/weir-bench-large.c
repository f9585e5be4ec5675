/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-bench.h"

/* What is large: a run of 100,000 events, a workflow of 10,000 blocks. */

#define N_EVENTS 100000
#define N_SEEKS 200
#define N_BLOCKS 10000
#define N_EDITS 100

/* ── a long journal ─────────────────────────────────────────────────────────────────────── */

static WeirRun *
make_long_run (WeirBench *bench, GError **error)
{
  GString *yaml = g_string_new (
    "weir: 1\nname: Long\nmax_iterations: 1000000\nblocks:\n"
    "  start: { kind: debug.noop, config: { value: { n: 0 } } }\n"
    "  add: { kind: data.edit_fields, config: { rows: [ { path: n, value: '=value.n + 1' } ] } }\n"
    "links:\n  - start.value -> add.value\n");
  g_autoptr (WeirWorkflow) workflow = NULL;
  g_autoptr (WeirRun) run = NULL;
  g_autoptr (DexFuture) end = NULL;

  g_string_append_printf (yaml, "  - add.value -> add.value when: value.n < %u\n", N_EVENTS);
  workflow = weir_bench_parse (yaml, error);
  run = workflow != NULL ? weir_bench_play (bench, workflow, NULL, error) : NULL;
  end = run != NULL ? weir_run_wait (run) : NULL;
  return end != NULL && weir_bench_await (end, error) != NULL ? g_steal_pointer (&run) : NULL;
}

/* A view of the run goes to moments all over it, to and fro; it has been through it once. */
gboolean
weir_bench_fold (WeirSamples *samples, GError **error)
{
  WeirBench bench = { 0 };
  gboolean ok = weir_bench_open (&bench, error);
  g_autoptr (WeirRun) run = ok ? make_long_run (&bench, error) : NULL;
  g_autoptr (DexFuture) opened = run != NULL ? weir_run_view_open (bench.engine, weir_run_get_id (run)) : NULL;
  const GValue *value = opened != NULL ? weir_bench_await (opened, error) : NULL;
  WeirRunView *view = value != NULL ? g_value_get_object (value) : NULL;
  guint n_events = view != NULL ? weir_run_view_get_events (view)->len : 0;

  g_assert (view == NULL || n_events >= N_EVENTS);
  for (guint i = 0; view != NULL && i < N_SEEKS; i++)
    {
      /* the golden ratio: evenly all over it, never near where it was */
      guint64 seq = 1 + (guint64) (i * 0.6180339887 * n_events) % n_events;
      gint64 begin = g_get_monotonic_time ();

      weir_run_view_seek (view, seq);
      weir_samples_add (samples, (double) (g_get_monotonic_time () - begin) / 1000);
    }
  dex_clear (&opened);
  if (bench.dir != NULL)
    weir_bench_close (&bench);
  return value != NULL;
}

/* ── a large workflow ───────────────────────────────────────────────────────────────────── */

static char *
make_large_text (void)
{
  GString *yaml = g_string_new ("weir: 1\nname: Large\nblocks:\n");

  for (guint i = 0; i < N_BLOCKS; i++)
    g_string_append_printf (
      yaml, "  b%u: { kind: data.template, label: Block %u, config: { template: \"{{ value }} and %u\" } }\n", i, i, i);
  g_string_append (yaml, "links:\n");
  for (guint i = 1; i < N_BLOCKS; i++)
    g_string_append_printf (yaml, "  - b%u.text -> b%u.value\n", (i - 1) / 2, i);
  g_string_append (yaml, "layout:\n");
  for (guint i = 0; i < N_BLOCKS; i++)
    g_string_append_printf (yaml, "  b%u: [%u, %u]\n", i, i % 100 * 240, i / 100 * 120);
  return g_string_free (yaml, FALSE);
}

typedef void (*LargeFunc) (WeirWorkflow *workflow);

static gboolean
sample_large (WeirSamples *samples, LargeFunc func, GError **error)
{
  g_autofree char *text = make_large_text ();

  for (guint i = 0; i < 6; i++)
    {
      gint64 begin = g_get_monotonic_time ();
      g_autoptr (WeirWorkflow) workflow = weir_workflow_parse (text, -1, NULL, error);

      if (workflow == NULL)
        return FALSE;
      if (func != NULL)
        {
          begin = g_get_monotonic_time ();
          func (workflow);
        }
      if (i > 0)
        weir_samples_add (samples, (double) (g_get_monotonic_time () - begin) / 1000);
    }
  return TRUE;
}

/* From text to the workflow. */
gboolean
weir_bench_large_load (WeirSamples *samples, GError **error)
{
  return sample_large (samples, NULL, error);
}

static void
edit_and_write (WeirWorkflow *workflow)
{
  g_autofree char *text = NULL;

  weir_workflow_set_position (workflow, weir_graph_get_block (weir_workflow_get_graph (workflow), N_BLOCKS / 2), 1, 2);
  text = weir_workflow_to_yaml (workflow);
}

/* One block is moved, then all of it is written as YAML. */
gboolean
weir_bench_large_write (WeirSamples *samples, GError **error)
{
  return sample_large (samples, edit_and_write, error);
}

static void
edit_and_undo (WeirWorkflow *workflow)
{
  WeirGraph *graph = weir_workflow_get_graph (workflow);

  for (guint i = 0; i < N_EDITS; i++)
    if (i % 2 == 0)
      weir_workflow_remove_block (workflow, weir_graph_get_block (graph, i * 50));
    else
      weir_workflow_set_position (workflow, weir_graph_get_block (graph, i * 50), i, i);
  while (weir_workflow_can_undo (workflow))
    weir_workflow_undo (workflow);
}

/* 100 edits, half of them removals of a block with its links, and the undo of each. */
gboolean
weir_bench_large_undo (WeirSamples *samples, GError **error)
{
  return sample_large (samples, edit_and_undo, error);
}
