/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "weir-cli.h"

G_BEGIN_DECLS

/**
 * WeirSamples:
 *
 * What a figure measured, one number a repetition, in the figure's unit.
 */
typedef GArray WeirSamples; /* of double */

#define weir_samples_add(samples, value) G_STMT_START { double value_ = (value); g_array_append_val (samples, value_); } G_STMT_END

/**
 * WeirFigure:
 * @name: "chain-pure"
 * @meaning: what is measured, in a sentence
 * @unit: "ms", "µs", "MB", "×"
 * @limit: the value may be at most this; 0: no limit
 * @peers: the same elsewhere, for orientation, or NULL
 * @measure: adds samples; FALSE with @error when it could not
 *
 * A figure of `weir bench`. The value printed is the median of the samples.
 */
typedef struct
{
  const char *name;
  const char *meaning;
  const char *unit;
  double limit;
  const char *peers;
  gboolean (*measure) (WeirSamples *samples, GError **error);
} WeirFigure;

/* Ends with a NULL name. */
extern const WeirFigure weir_figures[];

/**
 * WeirBench:
 *
 * An engine on a real database in a temporary folder, synced as always.
 */
typedef struct
{
  char       *dir;
  WeirEngine *engine;
} WeirBench;

gboolean      weir_bench_open     (WeirBench *self, GError **error);
void          weir_bench_close    (WeirBench *self);
/* Iterates the main context until @future is settled. */
const GValue *weir_bench_await    (DexFuture *future, GError **error);
/* From play to the end on disk, µs; negative when it failed. */
gint64        weir_bench_time_run (WeirBench *self, WeirWorkflow *workflow, WeirValue *inputs, GError **error);
/* (transfer full) (nullable): a run whose creation is on disk. */
WeirRun      *weir_bench_play     (WeirBench *self, WeirWorkflow *workflow, WeirValue *inputs, GError **error);
/* Takes the text. */
WeirWorkflow *weir_bench_parse    (GString *yaml, GError **error);
double        weir_bench_resident_mb (void);
/* Sorts @values; @fraction 0.5: the median. */
double        weir_bench_percentile (double *values, guint n, double fraction);

/* weir-bench-json.c */
gboolean weir_bench_json_in  (WeirSamples *samples, GError **error);
gboolean weir_bench_json_out (WeirSamples *samples, GError **error);

/* weir-bench-recovery.c */
gboolean weir_bench_recovery (WeirSamples *samples, GError **error);

/* weir-bench-runs.c */
gboolean weir_bench_cold_run     (WeirSamples *samples, GError **error);
gboolean weir_bench_chain_pure   (WeirSamples *samples, GError **error);
gboolean weir_bench_fan_out      (WeirSamples *samples, GError **error);
gboolean weir_bench_loop         (WeirSamples *samples, GError **error);
gboolean weir_bench_runs_100     (WeirSamples *samples, GError **error);
gboolean weir_bench_runs_100_rss (WeirSamples *samples, GError **error);
gboolean weir_bench_big_value    (WeirSamples *samples, GError **error);

/* weir-bench-effect.c */
gboolean weir_bench_chain_effect (WeirSamples *samples, GError **error);
gboolean weir_bench_durable_step (WeirSamples *samples, GError **error);
gboolean weir_bench_undo_1000    (WeirSamples *samples, GError **error);

/* weir-bench-busy.c */
gboolean weir_bench_verb_latency (WeirSamples *samples, GError **error);
gboolean weir_bench_turn         (WeirSamples *samples, GError **error);

/* weir-bench-large.c */
gboolean weir_bench_fold         (WeirSamples *samples, GError **error);
gboolean weir_bench_large_load   (WeirSamples *samples, GError **error);
gboolean weir_bench_large_write  (WeirSamples *samples, GError **error);
gboolean weir_bench_large_undo   (WeirSamples *samples, GError **error);

/* weir-bench-store.c */
gboolean weir_bench_journal_size   (WeirSamples *samples, GError **error);
gboolean weir_bench_many_runs      (WeirSamples *samples, GError **error);
gboolean weir_bench_many_runs_list (WeirSamples *samples, GError **error);

/* weir-bench-stream.c */
gboolean weir_bench_stream_2g     (WeirSamples *samples, GError **error);
gboolean weir_bench_stream_2g_rss (WeirSamples *samples, GError **error);
/* weir-bench-swarm.c */
gboolean weir_bench_swarm_100k     (WeirSamples *samples, GError **error);
gboolean weir_bench_swarm_100k_rss (WeirSamples *samples, GError **error);

G_END_DECLS
