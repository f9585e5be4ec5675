/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-bench.h"

/* What `weir bench` measures. A new figure: a function that adds samples, and a line here. */
const WeirFigure weir_figures[] = {
  { "cold-run", "`weir run` of 10 pass-through blocks, the whole process", "ms", 25, "BullMQ 183, Node-RED 558, n8n 2478",
    weir_bench_cold_run },
  { "chain-pure", "a chain of 1,000 pure blocks with its journal, per block", "µs", 5,
    "Node-RED without a journal 3 to 23, Restate 1037, n8n 14272", weir_bench_chain_pure },
  { "fan-out", "1 block to 1,000 to 1, the whole run", "ms", 10, "Node-RED without a journal 17 to 39, BullMQ 149, n8n 2482",
    weir_bench_fan_out },
  { "loop", "a block looped 10,000 times, per iteration", "µs", 5, "Node-RED 12, LangGraph 267, Restate 1124", weir_bench_loop },
  { "runs-100", "100 runs of 10 blocks at once", "ms", 20, "Node-RED 3 to 14, BullMQ 165, n8n 3448", weir_bench_runs_100 },
  { "runs-100-rss", "resident memory after them", "MB", 60, "Node-RED 145, BullMQ 236, n8n 2500", weir_bench_runs_100_rss },
  { "big-value", "10 MB value through 10 blocks, beyond storing it once", "ms", 5, "Node-RED 0.8, n8n 688, Restate 2021",
    weir_bench_big_value },
  { "chain-effect", "a chain of 1,000 steps, each with an effect and a synced record: time of a step as a multiple of the disk's fsync",
    "×", 1.3, NULL, weir_bench_chain_effect },
  { "durable-step", "steps with a synced result, one after the other in each of 8 runs: time of a step as a multiple of the disk's fsync",
    "×", 0.3, "BullMQ 442 to 585 µs, Restate 1037, DBOS 1398, LangGraph 4118, n8n 4864 to 13712", weir_bench_durable_step },
  { "verb-latency", "pause and resume while 100 runs are busy, from the call to the effect, p99", "ms", 10, NULL, weir_bench_verb_latency },
  { "turn", "the longest turn of the main loop while 100 runs are busy, p99", "ms", 4, NULL, weir_bench_turn },
  { "undo-1000", "undo of a run that wrote 1,000 files", "s", 2, NULL, weir_bench_undo_1000 },
  { "fold", "a run of 100,000 events to any moment of it", "ms", 16, NULL, weir_bench_fold },
  { "workflow-10k-load", "a workflow of 10,000 blocks from its text", "ms", 0, NULL, weir_bench_large_load },
  { "workflow-10k-write", "an edit of it, and all of it as text again", "ms", 0, NULL, weir_bench_large_write },
  { "workflow-10k-undo", "100 edits of it and their undo", "ms", 0, NULL, weir_bench_large_undo },
  { "journal-size", "what an ordinary run of 20 blocks takes on disk", "KiB", 64, NULL, weir_bench_journal_size },
  { "many-runs", "memory that 1,000 waiting and 100 active runs add", "MB", 60, NULL, weir_bench_many_runs },
  { "many-runs-list", "the time to list them", "ms", 50, NULL, weir_bench_many_runs_list },
  { "stream-2g", "a file of 2 GB, read, filtered by an expression and written, as streams", "s", 60, NULL, weir_bench_stream_2g },
  { "stream-2g-rss", "the most memory that it took", "MB", 100, NULL, weir_bench_stream_2g_rss },
  { "swarm-100k", "a swarm of 100,000 trivial items with its journal, per item", "µs", 12, NULL, weir_bench_swarm_100k },
  { "swarm-100k-rss", "growth of memory from 10,000 items to 100,000", "MB", 20, NULL, weir_bench_swarm_100k_rss },
  { "json-in", "10 MB of JSON to values", "ms", 25, "json-glib 227", weir_bench_json_in },
  { "json-out", "the same values to JSON", "ms", 25, "json-glib 91", weir_bench_json_out },
  { NULL }
};
