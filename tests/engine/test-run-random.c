/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Random graphs under random schedules, failures and verbs: every run ends, no step begins before its inputs are there, and the journal
 * folded anew is the live state. WEIR_RANDOM_RUNS says how many (default 400), the seed is in the TAP header (--seed repeats it). */

#include "weir-test.h"

#include "weir-run-private.h"

typedef struct
{
  GString *yaml;
  guint    n_blocks;
} Drawing;

static const char *const joins[] = { "all", "all", "all", "any", "first", "latest" };

static void
draw_block (Drawing *self, const char *indent, guint index, int depth)
{
  guint kind = g_test_rand_int_range (0, 10);
  const char *name = kind < 5 ? "test.pass" : kind < 9 || depth >= 2 ? "test.wait" : "test.each";

  g_string_append_printf (self->yaml, "%sb%u:\n%s  kind: %s\n", indent, index, indent, name);
  g_string_append_printf (self->yaml, "%s  join: { value: %s }\n", indent, joins[g_test_rand_int_range (0, G_N_ELEMENTS (joins))]);
  if (g_test_rand_int_range (0, 8) == 0)
    g_string_append_printf (self->yaml, "%s  on_error: continue\n", indent);
  if (g_test_rand_int_range (0, 10) == 0)
    g_string_append_printf (self->yaml, "%s  enabled: false\n", indent);
  if (g_str_equal (name, "test.pass") && g_test_rand_int_range (0, 12) == 0)
    g_string_append_printf (self->yaml, "%s  config: { fail: net.refused, fail_times: %d }\n%s  retry: { attempts: 3, first: 10ms }\n",
                            indent, g_test_rand_int_range (1, 5), indent);
  else
    g_string_append_printf (self->yaml, "%s  config: { give: '=(value && value.length === undefined ? value : 0) + 1' }\n", indent);
}

static void
draw_links (Drawing *self, const char *indent, guint n)
{
  guint n_links = g_test_rand_int_range (0, (gint32) n * 2);
  g_autoptr(GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  g_string_append_printf (self->yaml, "%slinks:\n", indent);
  for (guint i = 0; i < n_links; i++)
    {
      guint a = g_test_rand_int_range (0, (gint32) n);
      guint b = g_test_rand_int_range (0, (gint32) n);
      const char *in = g_test_rand_int_range (0, 3) == 0 ? "other" : "value";
      const char *out = g_test_rand_int_range (0, 9) == 0 ? "error" : g_test_rand_int_range (0, 9) == 0 ? "done" : "value";

      /* cycles, but not too many of them */
      if ((a >= b && g_test_rand_int_range (0, 4) != 0)
          || !g_hash_table_add (seen, g_strdup_printf ("%u.%s %u.%s", a, out, b, in)))
        continue;
      g_string_append_printf (self->yaml, "%s  - b%u.%s -> b%u.%s", indent, a, out, b, in);
      if (a >= b || g_test_rand_int_range (0, 4) == 0)
        g_string_append_printf (self->yaml, " when: (+value || 1) %% %d !== 0", g_test_rand_int_range (2, 5));
      g_string_append_c (self->yaml, '\n');
    }
}

static char *
draw_workflow (void)
{
  Drawing self = { .yaml = g_string_new ("weir: 1\nname: Random\nmax_iterations: 6\n") };
  guint n = g_test_rand_int_range (1, 10);

  if (g_test_rand_int_range (0, 3) == 0)
    g_string_append (self.yaml, "on_failure: finish\n");
  g_string_append (self.yaml, "blocks:\n  list: { kind: test.pass, config: { give: [1, 2, 3] } }\n");
  for (guint i = 0; i < n; i++)
    draw_block (&self, "  ", i, 2);
  /* a container that gets a list */
  g_string_append (self.yaml, "  each:\n    kind: test.each\n    body:\n      blocks:\n");
  draw_block (&self, "        ", 0, 2);
  draw_block (&self, "        ", 1, 2);
  draw_links (&self, "      ", 2);
  draw_links (&self, "", n);
  g_string_append (self.yaml, "  - list.value -> each.value\n  - each.value -> b0.other\n");
  return g_string_free (self.yaml, FALSE);
}

static void
check_order (WeirRun *run)
{
  for (guint i = 0; i < run->state->steps->len; i++)
    {
      WeirStepState *step = g_ptr_array_index (run->state->steps, i);

      if (step == NULL)
        continue;
      if (step->info.started_at != 0)
        g_assert_nonnull (step->info.inputs);
      if (step->info.status == WEIR_STEP_SKIPPED)
        g_assert_cmpint (step->info.started_at, ==, 0);
    }
}

static const char *
pick_waiting (WeirRun *run)
{
  g_autoptr(GPtrArray) found = g_ptr_array_new ();

  for (guint i = 0; i < run->state->steps->len; i++)
    {
      WeirStepState *step = g_ptr_array_index (run->state->steps, i);

      if (step != NULL && step->info.status == WEIR_STEP_RUNNING && weir_test_n_waiting (step->info.block) > 0)
        g_ptr_array_add (found, (gpointer) step->info.block);
    }
  return found->len > 0 ? g_ptr_array_index (found, g_test_rand_int_range (0, (gint32) found->len)) : NULL;
}

static void
random_verb (WeirRun *run)
{
  DexFuture *future;

  switch (g_test_rand_int_range (0, 24))
    {
    case 0:
      future = weir_run_stop (run);
      break;
    case 1:
      future = weir_run_force_stop (run);
      break;
    case 2:
    case 3:
    case 4:
      future = weir_run_pause (run);
      break;
    default:
      future = weir_run_resume (run);
    }
  dex_unref (future);
}

/* One thing that can happen from outside; FALSE when nothing can. */
static gboolean
happen (WeirTest *test, WeirRun *run)
{
  const char *block = pick_waiting (run);
  WeirRunStatus status = weir_run_get_status (run);

  if (weir_run_status_is_final (status))
    return FALSE;
  if (g_test_rand_int_range (0, 5) == 0)
    random_verb (run);
  else if (block != NULL && g_test_rand_int_range (0, 7) == 0)
    weir_test_break (block, "io.other");
  else if (block != NULL)
    weir_test_finish (block, NULL);
  else if (status == WEIR_RUN_PAUSED)
    dex_unref (weir_run_resume (run));
  else
    weir_clock_advance (test->clock, 20000);
  weir_test_settle (test);
  return TRUE;
}

static void
run_one (WeirTest *test)
{
  g_autofree char *yaml = draw_workflow ();
  g_autoptr(WeirWorkflow) workflow = weir_test_parse (yaml);
  g_autoptr(DexFuture) played = weir_engine_play (test->engine, workflow, NULL);
  g_autoptr(GError) error = NULL;
  const GValue *value = weir_test_await (played, &error);
  g_autoptr(WeirRun) run = value != NULL ? g_value_dup_object (value) : NULL;

  if (run == NULL) /* random graphs may be refused, with a reason */
    {
      g_assert_error (error, WEIR_ERROR, WEIR_ERROR_INVALID);
      return;
    }
  weir_test_settle (test);
  for (guint i = 0; happen (test, run); i++)
    {
      if (i % 5 == 0)
        weir_test_check_fold (test, run);
      if (i > 3000)
        g_error ("The run does not end:\n%s", yaml);
    }
  check_order (run);
  weir_test_check_fold (test, run);
}

static void
test_random (void)
{
  const char *wanted = g_getenv ("WEIR_RANDOM_RUNS");
  guint n = wanted != NULL ? atoi (wanted) : 400;

  for (guint i = 0; i < n; i += 50)
    {
      g_autoptr(WeirTest) test = weir_test_new ();

      for (guint j = 0; j < 50; j++)
        run_one (test);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/weir/run/random/ends-and-folds-to-the-same", test_random);
  return g_test_run ();
}
