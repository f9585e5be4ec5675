/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Corners of verbs that the model (test-run-model.c) found, each by itself. */

#include "weir-run-private.h"
#include "weir-test.h"

#define TRIED "kind: test.wait, retry: { attempts: 3, first: 1s, jitter: 0 }"

static const char two[] = "weir: 1\nname: Two\nblocks:\n  a: { " TRIED " }\n  b: { kind: test.wait }\n";

static const char items[]
  = "weir: 1\nname: Items\non_failure: finish\nblocks:\n"
    "  l: { kind: test.pass, config: { give: \"=[1]\" } }\n"
    "  e:\n    kind: test.swarm\n    body:\n      blocks:\n"
    "        d: { kind: test.deaf }\n        a: { kind: test.ask }\n"
    "        p: { kind: test.wait }\n        q: { kind: test.wait }\n        n: { kind: test.wait }\n"
    "      links:\n        - d.value -> n.value\n"
    "links:\n  - l.value -> e.value\n";

static WeirStepStatus
status_in (WeirRun *run, guint32 scope, const char *block)
{
  const WeirStepInfo *step = weir_run_state_find_step (weir_run_get_state (run), scope, block);

  return step != NULL ? step->status : WEIR_STEP_PENDING;
}

static void
test_attempt_made_now_is_made_when_the_run_goes_on (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (test, two, NULL);
  g_autofree char *why = NULL;

  weir_test_break ("a", "net.timeout");
  weir_test_settle (test);
  dex_unref (weir_run_pause (run));
  g_assert_true (weir_run_retry_now (run, 0, "a"));
  g_assert_false (weir_run_retry_now (run, 0, "b"));
  weir_test_finish ("b", NULL);
  weir_test_settle (test);
  g_assert_cmpint (weir_test_status (run, "a"), ==, WEIR_STEP_RETRY_WAIT);
  weir_test_check_fold (test, run);
  dex_unref (weir_run_resume (run));
  weir_test_settle (test);
  g_assert_cmpint (weir_test_status (run, "a"), ==, WEIR_STEP_RUNNING);
  weir_test_check_fold (test, run);
}

/* One place, which b has; the next attempt of a is due. */
static WeirRun *
keep_waiting (WeirTest *test)
{
  WeirRun *run = weir_test_play (test, two, NULL);

  weir_engine_set_max_steps (test->engine, 1);
  weir_test_break ("a", "net.timeout");
  weir_test_settle (test);
  weir_clock_advance (test->clock, 1000);
  weir_test_settle (test);
  g_assert_cmpint (weir_test_status (run, "a"), ==, WEIR_STEP_RETRY_WAIT);
  return run;
}

static void
test_priority_moves_what_waits_for_its_next_attempt (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = keep_waiting (test);
  g_autoptr(WeirRun) other = weir_test_play (test, "weir: 1\nname: Other\nblocks:\n  c: { kind: test.wait }\n", NULL);

  g_assert_true (weir_run_set_priority (run, -10, NULL));
  weir_test_finish ("b", NULL);
  weir_test_settle (test);
  g_assert_cmpint (weir_test_status (other, "c"), ==, WEIR_STEP_RUNNING);
  g_assert_cmpint (weir_test_status (run, "a"), ==, WEIR_STEP_RETRY_WAIT);
}

static void
test_priority_moves_what_has_its_answer (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) asking = weir_test_play (test, "weir: 1\nname: Ask\nblocks:\n  q: { kind: test.ask }\n", NULL);
  g_autoptr(WeirRun) run = keep_waiting (test);

  g_assert_true (weir_run_answer (asking, 0, "q", NULL, "me", NULL, NULL));
  weir_test_settle (test);
  g_assert_cmpint (weir_test_status (asking, "q"), ==, WEIR_STEP_WAITING);
  g_assert_true (weir_run_set_priority (asking, 60, NULL));
  weir_test_finish ("b", NULL);
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (asking), ==, WEIR_RUN_SUCCEEDED);
  g_assert_cmpint (weir_test_status (run, "a"), ==, WEIR_STEP_RUNNING);
}

static void
test_paused_block_makes_no_next_attempt (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = keep_waiting (test);

  g_assert_true (weir_run_pause_part (run, 0, "a", NULL));
  weir_test_finish ("b", NULL);
  weir_test_settle (test);
  g_assert_cmpint (weir_test_status (run, "a"), ==, WEIR_STEP_RETRY_WAIT);
  g_assert_true (weir_run_resume_part (run, 0, "a", NULL));
  weir_test_settle (test);
  g_assert_cmpint (weir_test_status (run, "a"), ==, WEIR_STEP_RUNNING);
}

static void
test_what_was_stopped_is_not_tried_again (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (
    test, "weir: 1\nname: Deaf\nblocks:\n  a: { kind: test.deaf, retry: { attempts: 3 } }\n", NULL);

  g_assert_true (weir_run_stop_part (run, 0, "a", FALSE, NULL));
  weir_test_break ("a", "net.timeout");
  weir_test_settle (test);
  g_assert_cmpint (weir_test_status (run, "a"), ==, WEIR_STEP_FAILED);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_FAILED);
}

static void
test_force_stop_of_a_block_does_not_wait_for_ever (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (test,
                                            "weir: 1\nname: Deaf\nblocks:\n  a: { kind: test.deaf }\n"
                                            "  b: { kind: test.pass }\nlinks:\n  - a.error -> b.value\n",
                                            NULL);

  g_assert_true (weir_run_stop_part (run, 0, "a", TRUE, NULL));
  weir_clock_advance (test->clock, 5999);
  weir_test_settle (test);
  g_assert_cmpint (weir_test_status (run, "a"), ==, WEIR_STEP_RUNNING);
  weir_clock_advance (test->clock, 1);
  weir_test_settle (test);
  g_assert_cmpint (weir_test_status (run, "a"), ==, WEIR_STEP_INTERRUPTED);
  g_assert_cmpint (weir_test_status (run, "b"), ==, WEIR_STEP_SUCCEEDED);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  weir_test_check_fold (test, run);
}

static void
test_all_of_an_item_that_is_force_stopped_is_interrupted (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (test, items, NULL);

  weir_engine_set_max_steps (test->engine, 1);
  g_assert_true (weir_run_stop_part (run, 1, "p", FALSE, NULL));
  g_assert_true (weir_run_stop_part (run, 1, NULL, TRUE, NULL));
  weir_clock_advance (test->clock, 6000);
  weir_test_settle (test);
  g_assert_cmpint (status_in (run, 1, "a"), ==, WEIR_STEP_INTERRUPTED);
  g_assert_cmpint (status_in (run, 1, "q"), ==, WEIR_STEP_INTERRUPTED);
  g_assert_cmpint (status_in (run, 1, "d"), ==, WEIR_STEP_INTERRUPTED);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  weir_test_check_fold (test, run);
}

static void
test_items_that_wait_for_a_place_are_interrupted_alike (void)
{
  static const char yaml[] = "weir: 1\nname: Items\nblocks:\n  l: { kind: test.pass, config: { give: \"=[1]\" } }\n"
                             "  b: { kind: test.wait }\n"
                             "  e:\n    kind: test.swarm\n    body:\n      blocks:\n"
                             "        p: { kind: test.wait }\n        q: { kind: test.wait }\n"
                             "links:\n  - l.value -> e.value\n";
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = NULL;

  weir_engine_set_max_steps (test->engine, 1);
  run = weir_test_play (test, yaml, NULL);
  g_assert_cmpint (status_in (run, 1, "p"), ==, WEIR_STEP_READY);
  g_assert_true (weir_run_stop_part (run, 1, NULL, TRUE, NULL));
  weir_test_settle (test);
  g_assert_cmpint (status_in (run, 1, "p"), ==, WEIR_STEP_INTERRUPTED);
  g_assert_cmpint (status_in (run, 1, "q"), ==, WEIR_STEP_INTERRUPTED);
}

static void
test_stopped_item_does_not_go_on_when_its_last_step_fails (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (test, items, NULL);

  g_assert_true (weir_run_stop_part (run, 1, NULL, FALSE, NULL));
  weir_test_break ("d", "io.other");
  weir_test_settle (test);
  g_assert_cmpint (status_in (run, 1, "n"), ==, WEIR_STEP_PENDING);
  g_assert_true (weir_run_state_get_scope (weir_run_get_state (run), 1)->closed);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  weir_test_check_fold (test, run);
}

/* A container that has gone over many items keeps only the last of them. */
static void
test_item_that_is_long_gone_takes_no_priority (void)
{
  static const char yaml[] = "weir: 1\nname: Many\nblocks:\n  b: { kind: test.wait }\n"
                             "  l: { kind: test.pass, config: { give: \"=Array.from(Array(400).keys())\" } }\n"
                             "  e:\n    kind: test.swarm\n    body:\n      blocks:\n        p: { kind: test.pass }\n"
                             "links:\n  - l.value -> e.value\n";
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (test, yaml, NULL);
  g_autoptr(GError) error = NULL;

  g_assert_null (weir_run_state_get_scope (weir_run_get_state (run), 1));
  g_assert_false (weir_run_set_priority_in (run, 1, NULL, 5, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (weir_run_stop_part (run, 1, NULL, FALSE, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add_func ("/weir/run/verbs/" name, func)
  ADD ("an-attempt-that-is-to-be-made-now-is-made-when-the-run-goes-on",
       test_attempt_made_now_is_made_when_the_run_goes_on);
  ADD ("priority-moves-what-waits-for-its-next-attempt", test_priority_moves_what_waits_for_its_next_attempt);
  ADD ("priority-moves-what-has-its-answer-and-no-place", test_priority_moves_what_has_its_answer);
  ADD ("a-paused-block-makes-no-next-attempt", test_paused_block_makes_no_next_attempt);
  ADD ("what-was-stopped-is-not-tried-again", test_what_was_stopped_is_not_tried_again);
  ADD ("force-stop-of-a-block-does-not-wait-for-ever", test_force_stop_of_a_block_does_not_wait_for_ever);
  ADD ("all-of-an-item-that-is-force-stopped-is-interrupted", test_all_of_an_item_that_is_force_stopped_is_interrupted);
  ADD ("items-that-wait-for-a-place-are-interrupted-alike", test_items_that_wait_for_a_place_are_interrupted_alike);
  ADD ("a-stopped-item-does-not-go-on-when-its-last-step-fails",
       test_stopped_item_does_not_go_on_when_its_last_step_fails);
  ADD ("an-item-that-is-long-gone-takes-no-priority", test_item_that_is_long_gone_takes_no_priority);
  return g_test_run ();
}
