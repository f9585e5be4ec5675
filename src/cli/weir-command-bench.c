/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-bench.h"

#include <stdio.h>
#include <stdlib.h>

const GOptionEntry weir_bench_options[] = { WEIR_OPTION_JSON (N_("Print a JSON line for each figure")), { NULL } };

static int
compare_samples (gconstpointer a, gconstpointer b)
{
  double first = *(const double *) a;
  double second = *(const double *) b;

  return (first > second) - (first < second);
}

double
weir_bench_percentile (double *values, guint n, double fraction)
{
  g_return_val_if_fail (n > 0, 0);
  qsort (values, n, sizeof *values, compare_samples);
  return values[(guint) (fraction * (n - 1) + 0.5)];
}

static void
print_figure (const WeirFigure *figure, WeirSamples *samples)
{
  double value, p95;

  value = weir_bench_percentile ((double *) samples->data, samples->len, 0.5);
  p95 = weir_bench_percentile ((double *) samples->data, samples->len, 0.95);
  if (weir_option_json)
    {
      WeirBuilder *builder = weir_record_builder_new (6);
      g_autoptr (WeirValue) line = NULL;

      weir_builder_set_take (builder, "name", weir_value_new_text (figure->name));
      weir_builder_set_take (builder, "value", weir_value_new_number (value));
      weir_builder_set_take (builder, "unit", weir_value_new_text (figure->unit));
      weir_builder_set_take (builder, "n", weir_value_new_int (samples->len));
      weir_builder_set_take (builder, "p95", weir_value_new_number (p95));
      if (figure->limit > 0)
        weir_builder_set_take (builder, "limit", weir_value_new_number (figure->limit));
      line = weir_builder_end (builder);
      weir_cli_print_json (line, 0);
    }
  else
    {
      printf ("%-16s %10.3f %-3s  p95 %10.3f  n %-5u", figure->name, value, figure->unit, p95, samples->len);
      if (figure->limit > 0)
        printf (_("  %s %g %s"), value <= figure->limit ? _("within") : _("ABOVE"), figure->limit, figure->unit);
      putchar ('\n');
    }
  fflush (stdout);
}

static int
measure_figure (const WeirFigure *figure)
{
  g_autoptr (GArray) samples = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GError) error = NULL;

  if (!figure->measure (samples, &error))
    return weir_cli_fail_text (WEIR_EXIT_FAILED, "%s: %s", figure->name, error->message);
  print_figure (figure, samples);
  return WEIR_EXIT_OK;
}

int
weir_command_bench (int argc, char **argv)
{
  int code = WEIR_EXIT_OK;
  gboolean found = FALSE;

  for (const WeirFigure *figure = weir_figures; figure->name != NULL; figure++)
    if (argc == 0 || g_str_equal (figure->name, argv[0]))
      {
        int measured = measure_figure (figure);

        found = TRUE;
        code = MAX (code, measured);
      }
  if (found)
    return code;
  g_printerr (_("weir: There is no figure \"%s\"; there are:\n"), argv[0]);
  for (const WeirFigure *figure = weir_figures; figure->name != NULL; figure++)
    g_printerr ("  %-16s %s\n", figure->name, figure->meaning);
  return WEIR_EXIT_INVALID;
}
