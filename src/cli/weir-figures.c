/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-bench.h"

/* What `weir bench` measures. A new figure: a function that adds samples, and a line here. */
const WeirFigure weir_figures[] = {
  { "json-in", "10 MB of JSON to values", "ms", 25, "json-glib 227", weir_bench_json_in },
  { "json-out", "the same values to JSON", "ms", 25, "json-glib 91", weir_bench_json_out },
  { NULL }
};
