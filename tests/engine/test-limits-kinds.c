/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Locks, throttles, rates by name and child processes, on a clock turned by hand. */

#include "weir-test.h"

#include "weir-json.h"
#include "weir-run-private.h"
#include "weir-run-queue.h"

static void
set_limits (WeirTest *test, const char *json)
{
  g_autoptr(WeirValue) changes = weir_json_parse (json, -1, NULL);
  g_autoptr(GError) error = NULL;

  weir_engine_set_limits (test->engine, changes, &error);
  g_assert_no_error (error);
  weir_test_settle (test);
}

#define assert_running(expected) G_STMT_START { \
    g_autofree char *names_ = weir_test_names (); \
    g_assert_cmpstr (names_, ==, expected); } G_STMT_END

#define assert_reason(run, block, expected) G_STMT_START { \
    g_autofree char *reason_ = weir_run_explain_step (run, 0, block, 0); \
    g_assert_cmpstr (reason_, ==, expected); } G_STMT_END

static void
finish (WeirTest *test, const char *block)
{
  weir_test_finish (block, NULL);
  weir_test_settle (test);
}

/* ── locks ──────────────────────────────────────────────────────────────────────────────── */

#define LOCK(settings, inner) \
  "weir: 1\nname: Lock\nblocks:\n  lock:\n    kind: flow.lock\n    config: { name: printer" settings " }\n    body:\n" \
  "      blocks:\n        " inner ": { kind: test.wait }\n"

static void
test_one_at_a_time (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) one = weir_test_play (test, LOCK ("", "a"), NULL);
  g_autoptr(WeirRun) two = weir_test_play (test, LOCK ("", "b"), NULL);
  g_autoptr(WeirRun) three = weir_test_play (test, LOCK ("", "c"), NULL);
  g_autoptr(WeirRun) four = weir_test_play (test, LOCK ("", "d"), NULL);
  g_autoptr(DexFuture) stopped = NULL;

  assert_running ("a");
  assert_reason (two, "lock", "waits for lock printer (1 of 1 in use by Lock of run 1)");
  assert_reason (four, "lock", "waits for lock printer (1 of 1 in use by Lock of run 1), 2 before it");
  finish (test, "a");
  assert_running ("b");
  stopped = weir_run_stop (two);
  weir_test_settle (test);
  assert_running ("c");
  /* what fails lets others in as well */
  weir_test_break ("c", "flow.asserted");
  weir_test_settle (test);
  assert_running ("d");
  finish (test, "d");
  g_assert_cmpint (weir_run_get_status (one), ==, WEIR_RUN_SUCCEEDED);
  g_assert_cmpint (weir_run_get_status (two), ==, WEIR_RUN_CANCELLED);
  g_assert_cmpint (weir_run_get_status (three), ==, WEIR_RUN_FAILED);
  g_assert_cmpint (weir_run_get_status (four), ==, WEIR_RUN_SUCCEEDED);
  weir_test_check_fold (test, four);
}

static void
test_a_lock_is_waited_for_no_longer_than_said (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) one = weir_test_play (test, LOCK ("", "a"), NULL);
  g_autoptr(WeirRun) two = weir_test_play (test, LOCK (", timeout: 2s", "b"), NULL);
  g_autoptr(WeirRun) three = weir_test_play (test, LOCK ("", "c"), NULL);
  g_autoptr(DexFuture) wait = weir_run_wait (two);
  g_autoptr(GError) error = NULL;

  weir_clock_advance (test->clock, 2000);
  g_assert_null (weir_test_await (wait, &error));
  g_assert_cmpstr (weir_error_get_class (error), ==, "limit.timeout");
  weir_test_settle (test);
  finish (test, "a");
  assert_running ("c");
}

static void
test_slots_let_several_in (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) one = weir_test_play (test, LOCK (", slots: 2", "a"), NULL);
  g_autoptr(WeirRun) two = weir_test_play (test, LOCK (", slots: 2", "b"), NULL);
  g_autoptr(WeirRun) three = weir_test_play (test, LOCK (", slots: 2", "c"), NULL);

  assert_running ("a b");
  assert_reason (three, "lock", "waits for lock printer (2 of 2 in use by Lock of run 1, Lock of run 2)");
  finish (test, "b");
  assert_running ("a c");
}

static WeirRun *
recover (WeirTest *test, gint64 id)
{
  g_autoptr(DexFuture) future = weir_engine_recover_run (test->engine, id);
  WeirRun *run = g_value_dup_object (weir_test_await (future, NULL));

  weir_test_settle (test);
  return run;
}

/* The lease ends with the program: nobody holds the lock after it, and what was inside does not go on before it is held again. */
static void
test_a_lock_ends_with_the_program (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirRun) one = weir_test_play (test, LOCK ("", "a"), NULL);
  g_autoptr(WeirRun) two = weir_test_play (test, LOCK ("", "b"), NULL);
  gint64 ids[] = { weir_run_get_id (one), weir_run_get_id (two) };

  assert_running ("a");
  g_clear_object (&one);
  g_clear_object (&two);
  weir_test_reopen (test);
  two = recover (test, ids[1]);
  assert_running ("b");
  one = recover (test, ids[0]);
  assert_running ("b");
  assert_reason (one, "lock", "waits for lock printer (1 of 1 in use by Lock of run 2)");
  {
    g_autofree char *reason = weir_run_explain_step (one, 1, "a", 0);

    g_assert_cmpstr (reason, ==, "waits for lock to take it up again");
  }
  finish (test, "b");
  assert_running ("a");
  finish (test, "a");
  g_assert_cmpint (weir_run_get_status (one), ==, WEIR_RUN_SUCCEEDED);
  weir_test_check_fold (test, one);
}

/* ── throttles ──────────────────────────────────────────────────────────────────────────── */

#define THROTTLED(n, settings) \
  "weir: 1\nname: Slow\nblocks:\n  each:\n    kind: flow.foreach\n" \
  "    config: { items: '=Array.from(Array(" n ").keys())', concurrency: 1000 }\n    body:\n      blocks:\n" \
  "        slow: { kind: flow.throttle, config: { " settings " } }\n        end: { kind: test.pass }\n" \
  "      links:\n        - slow.value -> end.value\n"

static void
test_no_faster_than_said (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (test, THROTTLED ("1000", "count: 4, per: 1s, burst: 2"), NULL);
  g_autofree char *reason = NULL;

  g_assert_cmpuint (weir_test_count (run, "each/slow"), ==, 2);
  reason = weir_run_explain_step (run, 4, "slow", 0);
  g_assert_cmpstr (reason, ==, "rate of Throttle: next in 0.3 s, 1 before it");
  /* those that wait take no worker */
  g_assert_cmpuint (test->engine->queue->n_working, ==, 0);
  for (guint i = 1; i <= 40; i++)
    {
      weir_clock_advance (test->clock, 249);
      weir_test_settle (test);
      g_assert_cmpuint (weir_test_count (run, "each/slow"), ==, 1 + i);
      weir_clock_advance (test->clock, 1);
      weir_test_settle (test);
      g_assert_cmpuint (weir_test_count (run, "each/slow"), ==, 2 + i);
    }
  weir_clock_advance (test->clock, 250 * 1000);
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
}

static void
test_too_much_is_dropped_or_fails (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) dropping = weir_test_play (test, THROTTLED ("5", "count: 2, per: 1m, over: drop"), NULL);
  g_autoptr(WeirRun) failing = weir_test_play (test, THROTTLED ("5", "count: 2, per: 1m, over: error"), NULL);
  g_autoptr(DexFuture) wait = weir_run_wait (failing);
  g_autoptr(GError) error = NULL;

  g_assert_cmpint (weir_run_get_status (dropping), ==, WEIR_RUN_SUCCEEDED);
  g_assert_cmpuint (weir_test_count (dropping, "each/end"), ==, 2);
  g_assert_null (weir_test_await (wait, &error));
  g_assert_cmpstr (weir_error_get_class (error), ==, "limit.rate");
}

static void
test_each_key_has_its_rate (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (test, THROTTLED ("9", "count: 1, per: 1h, key: '{{ item % 3 }}'"), NULL);

  g_assert_cmpuint (weir_test_count (run, "each/slow"), ==, 3);
  weir_clock_advance (test->clock, 3600 * 1000);
  weir_test_settle (test);
  g_assert_cmpuint (weir_test_count (run, "each/slow"), ==, 6);
}

static void
test_a_pause_does_not_wait_for_a_throttle (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (test, THROTTLED ("3", "count: 1, per: 1h"), NULL);
  g_autoptr(DexFuture) paused = weir_run_pause (run);

  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_PAUSED);
  weir_clock_advance (test->clock, 3600 * 1000);
  weir_test_settle (test);
  g_assert_cmpuint (weir_test_count (run, "each/slow"), ==, 1);
  dex_unref (weir_run_resume (run));
  weir_test_settle (test);
  g_assert_cmpuint (weir_test_count (run, "each/slow"), ==, 2);
  weir_test_check_fold (test, run);
}

/* ── programs ───────────────────────────────────────────────────────────────────────────── */

static guint
count_programs (WeirTest *test)
{
  g_autoptr(WeirValue) use = weir_engine_dup_use (test->engine);

  return weir_value_get_member_int (use, "programs", 0);
}

static void
test_programs_are_limited (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = NULL;
  g_autoptr(DexFuture) stopped = NULL;
  g_autofree char *reason = NULL;

  set_limits (test, "{\"programs\": 1}");
  run = weir_test_play (
    test,
    "weir: 1\nname: Two\nblocks:\n"
    "  a: { kind: exec.command, label: First, config: { program: sleep, args: ['1000'], idempotent: true } }\n"
    "  b: { kind: exec.command, config: { program: 'true', idempotent: true } }\n"
    "  gate: { kind: test.wait }\nlinks:\n  - gate.value -> b.run\n",
    NULL);
  while (count_programs (test) == 0)
    g_main_context_iteration (NULL, TRUE);
  weir_test_finish ("gate", NULL);
  while ((reason = weir_run_explain_step (run, 0, "b", 0)) == NULL || !g_str_has_prefix (reason, "waits for a place"))
    {
      g_clear_pointer (&reason, g_free);
      g_main_context_iteration (NULL, TRUE);
    }
  g_assert_cmpstr (reason, ==, "waits for a place among the programs that run at once (1 of 1 in use by First)");
  set_limits (test, "{\"programs\": 2}");
  while (weir_test_status (run, "b") != WEIR_STEP_SUCCEEDED)
    g_main_context_iteration (NULL, TRUE);
  stopped = weir_run_stop (run);
  weir_test_await (stopped, NULL);
  g_assert_cmpuint (count_programs (test), ==, 0);
  /* its time of grace */
  weir_clock_advance (test->clock, 10000);
}

/* Stopping is no deadlock, however the waiting is put together. */
static void
test_a_wait_with_a_limit_is_stopped (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) one = weir_test_play (test, LOCK (", timeout: 1h", "a"), NULL);
  g_autoptr(WeirRun) two = weir_test_play (test, LOCK (", timeout: 1h", "b"), NULL);
  g_autoptr(DexFuture) stopped = weir_run_stop (two);

  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (two), ==, WEIR_RUN_CANCELLED);
  assert_running ("a");
  finish (test, "a");
  g_assert_cmpint (weir_run_get_status (one), ==, WEIR_RUN_SUCCEEDED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/weir/limits/lock/a-wait-with-a-limit-is-stopped", test_a_wait_with_a_limit_is_stopped);
  g_test_add_func ("/weir/limits/lock/one-at-a-time", test_one_at_a_time);
  g_test_add_func ("/weir/limits/lock/is-waited-for-no-longer-than-said",
                   test_a_lock_is_waited_for_no_longer_than_said);
  g_test_add_func ("/weir/limits/lock/slots-let-several-in", test_slots_let_several_in);
  g_test_add_func ("/weir/limits/lock/ends-with-the-program", test_a_lock_ends_with_the_program);
  g_test_add_func ("/weir/limits/throttle/no-faster-than-said", test_no_faster_than_said);
  g_test_add_func ("/weir/limits/throttle/too-much-is-dropped-or-fails", test_too_much_is_dropped_or_fails);
  g_test_add_func ("/weir/limits/throttle/each-key-has-its-rate", test_each_key_has_its_rate);
  g_test_add_func ("/weir/limits/throttle/a-pause-does-not-wait-for-it", test_a_pause_does_not_wait_for_a_throttle);
  g_test_add_func ("/weir/limits/programs/are-limited", test_programs_are_limited);
  return g_test_run ();
}
