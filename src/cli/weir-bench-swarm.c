/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-bench.h"

#include <string.h>

/* A swarm of trivial items, with its journal. */

static WeirWorkflow *
make_swarm (guint n, GError **error)
{
  g_autofree char *yaml = g_strdup_printf (
    "weir: 1\nname: Swarm\nblocks:\n"
    "  list: { kind: debug.noop, config: { value: '=Array.from({ length: %u }, (_, i) => i)' } }\n"
    "  swarm:\n    kind: flow.map\n    body:\n      blocks:\n        same: { kind: debug.noop, config: { value: =item "
    "} }\n"
    "links:\n  - list.value -> swarm.items\n",
    n);

  return weir_workflow_parse (yaml, -1, NULL, error);
}

gboolean
weir_bench_swarm_100k (WeirSamples *samples, GError **error)
{
  g_autoptr (WeirWorkflow) workflow = make_swarm (100000, error);
  WeirBench bench;
  gboolean ok = workflow != NULL && weir_bench_open (&bench, error);

  for (guint i = 0; ok && i < 4; i++)
    {
      gint64 time = weir_bench_time_run (&bench, workflow, NULL, error);

      ok = time >= 0;
      if (ok && i > 0)
        weir_samples_add (samples, (double) time / 100000);
    }
  if (workflow != NULL)
    weir_bench_close (&bench);
  return ok;
}

/* Highest resident memory since it was last asked, MB. */
static double
take_peak_mb (void)
{
  g_autofree char *status = NULL;
  const char *line = NULL;

  if (g_file_get_contents ("/proc/self/status", &status, NULL, NULL))
    line = strstr (status, "VmHWM:");
  g_file_set_contents ("/proc/self/clear_refs", "5", 1, NULL);
  return line != NULL ? (double) g_ascii_strtoll (line + 6, NULL, 10) * 1024 / 1e6 : weir_bench_resident_mb ();
}

/* The peak while 100,000 items ran against that of 10,000. */
gboolean
weir_bench_swarm_100k_rss (WeirSamples *samples, GError **error)
{
  g_autoptr (WeirWorkflow) small = make_swarm (10000, error);
  g_autoptr (WeirWorkflow) big = make_swarm (100000, error);
  WeirBench bench;
  double before = 0;
  gboolean ok = small != NULL && big != NULL && weir_bench_open (&bench, error);

  take_peak_mb ();
  ok = ok && weir_bench_time_run (&bench, small, NULL, error) >= 0;
  before = take_peak_mb ();
  ok = ok && weir_bench_time_run (&bench, big, NULL, error) >= 0;
  if (ok)
    weir_samples_add (samples, take_peak_mb () - before);
  if (small != NULL && big != NULL)
    weir_bench_close (&bench);
  return ok;
}
