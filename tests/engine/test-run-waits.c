/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Steps that wait for a moment, an answer or a signal, over pauses and restarts. */

#include "weir-json.h"
#include "weir-test.h"

static const char asks[] = "weir: 1\nname: Asks\nblocks:\n  a: { kind: test.ask }\n  b: { kind: test.pass }\n"
                           "links:\n  - a.value -> b.value\n";

static char *
result_of (WeirRun *run)
{
  WeirValue *result = weir_run_state_get_result (weir_run_get_state (run));

  return result != NULL ? weir_json_write (result, 0, NULL) : g_strdup ("(none)");
}

static void
test_waiting_run_says_so_and_goes_on_with_the_answer (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (test, asks, NULL);
  g_autoptr(WeirValue) five = weir_value_new_int (5);
  g_autofree char *result = NULL;
  g_autoptr(GError) error = NULL;
  const WeirStepInfo *step = weir_run_state_find_step (weir_run_get_state (run), 0, "a");

  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_WAITING);
  g_assert_cmpint (step->status, ==, WEIR_STEP_WAITING);
  g_assert_cmpstr (weir_value_get_member_text (step->wait, "reason", ""), ==, "waits for a call");
  g_assert_true (weir_run_answer (run, 0, "a", five, "me", NULL, &error));
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  result = result_of (run);
  g_assert_cmpstr (result, ==, "5");
  g_assert_false (weir_run_answer (run, 0, "a", five, "me", NULL, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE);
  weir_test_check_fold (test, run);
}

static void
test_wait_ends_at_its_moment (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (test, asks, NULL);

  weir_clock_advance (test->clock, 59000);
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_WAITING);
  weir_clock_advance (test->clock, 1001);
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  weir_test_check_fold (test, run);
}

static void
test_signal_that_came_early_is_kept (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (test, "weir: 1\nname: Early\nblocks:\n  w: { kind: test.wait }\n  a: { kind: test.ask }\n"
                                                 "links:\n  - w.value -> a.value\n", NULL);
  g_autoptr(WeirValue) seven = weir_value_new_int (7);
  g_autofree char *result = NULL;

  /* not the one: the kind does not accept null */
  g_assert_true (weir_run_signal (run, "call", NULL, "me", NULL));
  g_assert_true (weir_run_signal (run, "other", seven, "me", NULL));
  g_assert_true (weir_run_signal (run, "call", seven, "me", NULL));
  weir_test_finish ("w", NULL);
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  result = result_of (run);
  g_assert_cmpstr (result, ==, "7");
  weir_test_check_fold (test, run);
}

static void
test_pause_is_reached_while_a_step_waits (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (test, asks, NULL);
  g_autoptr(DexFuture) paused = weir_run_pause (run);
  g_autoptr(DexFuture) resumed = NULL;

  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_PAUSED);
  weir_clock_advance (test->clock, 61000);
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_PAUSED);
  resumed = weir_run_resume (run);
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  weir_test_check_fold (test, run);
}

static void
test_stop_ends_a_wait (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (test, asks, NULL);
  g_autoptr(DexFuture) stopped = weir_run_stop (run);

  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_CANCELLED);
  g_assert_cmpint (weir_test_status (run, "a"), ==, WEIR_STEP_CANCELLED);
  weir_test_check_fold (test, run);
}

static WeirRun *
recover (WeirTest *test)
{
  g_autoptr(DexFuture) recovered = weir_engine_recover_run (test->engine, 1);
  g_autoptr(GError) error = NULL;
  const GValue *value = weir_test_await (recovered, &error);
  WeirRun *run;

  g_assert_no_error (error);
  run = g_value_dup_object (value);
  weir_test_settle (test);
  return run;
}

static void
test_deadline_is_the_same_after_a_restart (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirRun) run = weir_test_play (test, asks, NULL);

  weir_clock_advance (test->clock, 40000);
  g_clear_object (&run);
  weir_test_reopen (test);
  run = recover (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_WAITING);
  weir_clock_advance (test->clock, 20001);
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  weir_test_check_fold (test, run);
}

static void
test_answer_to_a_paused_run_outlives_a_restart (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirRun) run = weir_test_play (test, asks, NULL);
  g_autoptr(WeirValue) five = weir_value_new_int (5);
  g_autoptr(DexFuture) paused = weir_run_pause (run);
  g_autoptr(DexFuture) resumed = NULL;
  g_autofree char *result = NULL;

  weir_test_settle (test);
  g_assert_true (weir_run_answer (run, 0, "a", five, "me", "yes", NULL));
  weir_test_settle (test);
  g_clear_object (&run);
  weir_test_reopen (test);
  run = recover (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_PAUSED);
  resumed = weir_run_resume (run);
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  result = result_of (run);
  g_assert_cmpstr (result, ==, "5");
  weir_test_check_fold (test, run);
}

static void
test_failure_beside_it_ends_a_wait (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (test, "weir: 1\nname: Both\nblocks:\n  a: { kind: test.ask }\n  w: { kind: test.wait }\n", NULL);

  weir_test_break ("w", "io.other");
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_FAILED);
  g_assert_cmpint (weir_test_status (run, "a"), ==, WEIR_STEP_CANCELLED);
  weir_test_check_fold (test, run);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/weir/run/wait/goes-on-with-the-answer", test_waiting_run_says_so_and_goes_on_with_the_answer);
  g_test_add_func ("/weir/run/wait/ends-at-its-moment", test_wait_ends_at_its_moment);
  g_test_add_func ("/weir/run/wait/early-signal-is-kept", test_signal_that_came_early_is_kept);
  g_test_add_func ("/weir/run/wait/pause-is-reached", test_pause_is_reached_while_a_step_waits);
  g_test_add_func ("/weir/run/wait/stop-ends-it", test_stop_ends_a_wait);
  g_test_add_func ("/weir/run/wait/deadline-survives-a-restart", test_deadline_is_the_same_after_a_restart);
  g_test_add_func ("/weir/run/wait/answer-survives-a-restart", test_answer_to_a_paused_run_outlives_a_restart);
  g_test_add_func ("/weir/run/wait/failure-beside-it", test_failure_beside_it_ends_a_wait);
  return g_test_run ();
}
