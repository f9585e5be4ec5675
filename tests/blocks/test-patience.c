/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Blocks that let what has come wait for the rest, but not for ever: on a clock that is turned by hand, over restarts of the program. */

#include <string.h>

#include "weir-json.h"
#include "weir-run-private.h"
#include "weir-test.h"

static void
pass (WeirTest *test, gint64 ms)
{
  weir_clock_advance (test->clock, ms);
  weir_test_settle (test);
}

/* The program ends and begins again. */
static void
restart (WeirTest *test, WeirRun **run)
{
  gint64 id = weir_run_get_id (*run);
  g_autoptr(DexFuture) recovered = NULL;
  g_autoptr(GError) error = NULL;
  const GValue *value;

  g_clear_object (run);
  weir_test_reopen (test);
  recovered = weir_engine_recover_run (test->engine, id);
  value = weir_test_await (recovered, &error);
  g_assert_no_error (error);
  *run = g_value_dup_object (value);
  weir_test_settle (test);
}

/* What the firings of a block gave on a port, in order: "[1,2] [3]". */
static char *
given (WeirRun *run, const char *block, const char *port)
{
  GString *text = g_string_new (NULL);
  const WeirStepInfo *step;

  for (guint firing = 1; (step = weir_run_state_find_firing (weir_run_get_state (run), 0, block, firing)) != NULL;
       firing++)
    {
      WeirValue *value = step->outputs != NULL ? weir_value_find_member (step->outputs, port) : NULL;
      g_autofree char *json = value != NULL ? weir_json_write (value, 0, NULL)
                                            : g_strdup (weir_step_status_get_name (step->status));

      g_string_append_printf (text, "%s%s", firing > 1 ? " " : "", json);
    }
  return g_string_free_and_steal (text);
}

static void
assert_given (WeirRun *run, const char *block, const char *port, const char *expected)
{
  g_autofree char *text = given (run, block, port);

  g_assert_cmpstr (text, ==, expected);
}

/* ── flow.join_barrier ──────────────────────────────────────────────────────────────────── */

static const char barrier[] = "weir: 1\nname: Barrier\nblocks:\n  a: { kind: test.wait }\n  b: { kind: test.wait }\n"
                              "  it: { kind: flow.join_barrier, config: { timeout: 5m } }\n"
                              "  late: { kind: debug.noop }\n  done: { kind: debug.noop }\n"
                              "links:\n  - a.value -> it.in1\n  - b.value -> it.in2\n  - it.error -> late.value\n"
                              "  - it.arrived -> done.value\n";

static void
test_barrier_waits_only_so_long (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirRun) run = weir_test_play (test, barrier, NULL);
  const WeirStepInfo *step;

  pass (test, 600 * 1000);
  g_assert_null (weir_run_state_find_step (weir_run_get_state (run), 0, "it"));
  weir_test_finish ("a", "1");
  weir_test_settle (test);
  pass (test, 299 * 1000);
  g_assert_null (weir_run_state_find_step (weir_run_get_state (run), 0, "it"));
  pass (test, 1000);
  step = weir_run_state_find_step (weir_run_get_state (run), 0, "it");
  g_assert_cmpint (step->status, ==, WEIR_STEP_FAILED);
  g_assert_cmpstr (weir_value_get_member_text (step->error, "class", ""), ==, "limit.timeout");
  g_assert_cmpstr (weir_value_get_member_text (step->error, "message", ""), ==, "Within 5\u00a0min only in1 came");
  weir_test_check_fold (test, run);
  weir_test_finish ("b", "2");
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  g_assert_cmpint (weir_test_status (run, "late"), ==, WEIR_STEP_SUCCEEDED);
  g_assert_cmpint (weir_test_status (run, "done"), ==, WEIR_STEP_SKIPPED);
  g_assert_null (weir_run_state_find_firing (weir_run_get_state (run), 0, "it", 2));
  weir_test_check_fold (test, run);
}

static void
test_barrier_in_time (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirRun) run = weir_test_play (test, barrier, NULL);

  weir_test_finish ("a", "1");
  weir_test_settle (test);
  pass (test, 299 * 1000);
  weir_test_finish ("b", "2");
  weir_test_settle (test);
  pass (test, 600 * 1000);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  assert_given (run, "it", "arrived", "[\"in1\",\"in2\"]");
}

static void
test_restart_does_not_prolong_it (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirRun) run = weir_test_play (test, barrier, NULL);

  weir_test_finish ("a", "1");
  weir_test_settle (test);
  pass (test, 200 * 1000);
  restart (test, &run);
  pass (test, 99 * 1000);
  g_assert_null (weir_run_state_find_step (weir_run_get_state (run), 0, "it"));
  pass (test, 1000);
  g_assert_cmpint (weir_test_status (run, "it"), ==, WEIR_STEP_FAILED);
  weir_test_check_fold (test, run);
}

/* Over while the program did not run. */
static void
test_it_is_over_at_once_after_a_long_night (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirRun) run = weir_test_play (test, barrier, NULL);
  gint64 id = weir_run_get_id (run);
  g_autoptr(DexFuture) closed = NULL;

  weir_test_finish ("a", "1");
  weir_test_settle (test);
  closed = weir_engine_close (test->engine);
  weir_test_await (closed, NULL);
  weir_clock_advance (test->clock, 86400 * 1000);
  restart (test, &run);
  g_assert_cmpint (weir_run_get_id (run), ==, id);
  g_assert_cmpint (weir_test_status (run, "it"), ==, WEIR_STEP_FAILED);
}

static void
test_paused_run_hears_of_it_when_it_goes_on (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirRun) run = weir_test_play (test, barrier, NULL);

  weir_test_finish ("a", "1");
  weir_test_settle (test);
  dex_future_disown (weir_run_pause (run));
  pass (test, 600 * 1000);
  g_assert_null (weir_run_state_find_step (weir_run_get_state (run), 0, "it"));
  weir_test_finish ("b", "1");
  weir_test_settle (test);
  dex_future_disown (weir_run_resume (run));
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  assert_given (run, "it", "arrived", "[\"in1\",\"in2\"]");
}

/* What failed elsewhere keeps it from firing; the run waits for what still runs and then ends. */
static void
test_it_says_nothing_where_a_step_has_failed (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirRun) run = weir_test_play (
    test, "weir: 1\nname: Failing\nblocks:\n  a: { kind: test.wait }\n  b: { kind: test.deaf }\n  f: { kind: test.wait }\n"
          "  it: { kind: flow.join_barrier, config: { timeout: 5m } }\nlinks:\n  - a.value -> it.in1\n  - b.value -> it.in2\n", NULL);

  weir_test_finish ("a", "1");
  weir_test_settle (test);
  weir_test_break ("f", "io.other");
  weir_test_settle (test);
  pass (test, 600 * 1000);
  g_assert_null (weir_run_state_find_step (weir_run_get_state (run), 0, "it"));
  if (weir_test_n_waiting ("b") > 0)
    weir_test_finish ("b", "1");
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_FAILED);
}

/* ── one by one ─────────────────────────────────────────────────────────────────────────── */

#define ITEMS(kind_, config_) \
  "weir: 1\nname: Items\nblocks:\n  l: { kind: test.pass, config: { give: \"=[1, 2, 3, 4, 5, 6]\" } }\n" \
  "  e:\n    kind: test.each\n    body:\n      blocks:\n        w: { kind: test.wait }\n" \
  "  it: { kind: " kind_ ", config: { " config_ " } }\n  after: { kind: debug.noop }\n" \
  "links:\n  - l.value -> e.value\n  - e.each -> it.item\n"

static void
finish (WeirTest *test, const char *value)
{
  weir_test_finish ("w", value);
  weir_test_settle (test);
}

static void
test_collects_until_it_is_quiet (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirRun) run = weir_test_play (
    test, ITEMS ("flow.collect", "until: quiet, quiet: 2s") "  - it.items -> after.value\n", NULL);

  finish (test, "1");
  pass (test, 1900);
  finish (test, "2");
  pass (test, 1900);
  finish (test, "3");
  assert_given (run, "it", "items", "");
  pass (test, 2000);
  assert_given (run, "it", "items", "[1,2,3]");
  assert_given (run, "after", "value", "[1,2,3]");
  weir_test_check_fold (test, run);
  pass (test, 60000);
  finish (test, "4");
  pass (test, 2000);
  assert_given (run, "it", "items", "[1,2,3] [4]");
  finish (test, "5");
  finish (test, "6");
  /* nothing can come any more: it need not be quiet for so long */
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  assert_given (run, "it", "items", "[1,2,3] [4] [5,6]");
  assert_given (run, "after", "value", "[1,2,3] [4] [5,6]");
  weir_test_check_fold (test, run);
}

static void
test_batch_of_what_comes_one_by_one (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirRun) run = weir_test_play (
    test, ITEMS ("flow.batch", "size: 3, max_wait: 1s") "  - it.batch -> after.value\n", NULL);

  finish (test, "1");
  pass (test, 500);
  finish (test, "2");
  pass (test, 499);
  assert_given (run, "it", "batch", "");
  pass (test, 1);
  assert_given (run, "it", "batch", "[1,2]");
  finish (test, "3");
  finish (test, "4");
  finish (test, "5");
  assert_given (run, "it", "batch", "[1,2] [3,4,5]");
  pass (test, 5000);
  finish (test, "6");
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  assert_given (run, "after", "value", "[1,2] [3,4,5] [6]");
  weir_test_check_fold (test, run);
}

static void
test_time_that_is_worked_out_is_refused (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirWorkflow) workflow = weir_test_parse (
    "weir: 1\nname: X\ninputs: { t: { type: text, default: 1s } }\nblocks:\n"
    "  it: { kind: flow.join_barrier, config: { timeout: \"{{ inputs.t }}\" } }\n  a: { kind: test.pass }\nlinks:\n  - "
    "a.value -> it.in1\n");
  g_autoptr(DexFuture) future = weir_engine_play (test->engine, workflow, NULL);
  g_autoptr(GError) error = NULL;

  g_assert_null (weir_test_await (future, &error));
  g_assert_nonnull (strstr (error->message, "expected a time such as 5m"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/weir/blocks/patience/barrier-waits-only-so-long", test_barrier_waits_only_so_long);
  g_test_add_func ("/weir/blocks/patience/barrier-in-time", test_barrier_in_time);
  g_test_add_func ("/weir/blocks/patience/restart-does-not-prolong-it", test_restart_does_not_prolong_it);
  g_test_add_func ("/weir/blocks/patience/over-at-once-after-a-long-night", test_it_is_over_at_once_after_a_long_night);
  g_test_add_func ("/weir/blocks/patience/paused-run-hears-later", test_paused_run_hears_of_it_when_it_goes_on);
  g_test_add_func ("/weir/blocks/patience/says-nothing-where-a-step-has-failed", test_it_says_nothing_where_a_step_has_failed);
  g_test_add_func ("/weir/blocks/patience/collects-until-it-is-quiet", test_collects_until_it_is_quiet);
  g_test_add_func ("/weir/blocks/patience/batch-of-what-comes-one-by-one", test_batch_of_what_comes_one_by_one);
  g_test_add_func ("/weir/blocks/patience/time-that-is-worked-out-is-refused", test_time_that_is_worked_out_is_refused);
  return g_test_run ();
}
