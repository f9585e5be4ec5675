/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How runs behave, without block kinds of the catalogue and on a clock turned by hand. */

#include "weir-test.h"

#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "weir-json.h"
#include "weir-run-private.h"

#define assert_result(test, yaml, inputs, expected) G_STMT_START { \
    g_autofree char *result_ = weir_test_result (test, yaml, inputs); \
    g_assert_cmpstr (result_, ==, expected); } G_STMT_END

static void
test_chain_passes_values (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();

  assert_result (test,
                 "weir: 1\nname: Chain\ninputs: { n: { type: int } }\nblocks:\n"
                 "  a: { kind: test.pass, config: { give: '=inputs.n + 1' } }\n"
                 "  b: { kind: test.pass }\n"
                 "  c: { kind: test.pass, config: { give: '=value * 2' } }\n"
                 "links:\n  - a.value -> b.value\n  - b.value -> c.value\n", "{\"n\": 20}", "42");
}

static void
test_missing_input_is_said (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirWorkflow) workflow = weir_test_parse ("weir: 1\nname: X\ninputs: { n: { type: int } }\nblocks:\n  a: { kind: test.pass }\n");
  g_autoptr(DexFuture) future = weir_engine_play (test->engine, workflow, NULL);
  g_autoptr(GError) error = NULL;

  g_assert_null (weir_test_await (future, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_INVALID);
  g_assert_cmpstr (error->message, ==, "Input n (int) is missing");
}

static const char diamond[] =
  "weir: 1\nname: Diamond\nblocks:\n"
  "  start: { kind: test.pass, config: { give: 5 } }\n"
  "  left: { kind: test.wait }\n  right: { kind: test.wait }\n"
  "  join: { kind: test.pass }\n"
  "links:\n  - start.value -> left.value\n  - start.value -> right.value\n"
  "  - left.value -> join.value\n  - right.value -> join.other\n";

static void
test_branches_run_at_once_and_join_waits (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (test, diamond, NULL);

  g_assert_cmpuint (weir_test_n_waiting (NULL), ==, 2);
  weir_test_finish ("left", NULL);
  weir_test_settle (test);
  g_assert_cmpint (weir_test_status (run, "join"), ==, WEIR_STEP_PENDING);
  weir_test_finish ("right", NULL);
  weir_test_settle (test);
  g_assert_cmpint (weir_test_status (run, "join"), ==, WEIR_STEP_SUCCEEDED);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
}

static const char dead_path[] =
  "weir: 1\nname: Dead path\ninputs: { go: { type: bool } }\nblocks:\n"
  "  start: { kind: test.pass, config: { give: 1 } }\n"
  "  a: { kind: test.pass }\n  a2: { kind: test.pass }\n  b: { kind: test.pass, config: { give: 7 } }\n"
  "  join: { kind: test.pass, config: { give: '=input' } }\n"
  "links:\n  - start.value -> a.value when: inputs.go\n  - a.value -> a2.value\n  - start.value -> b.value\n"
  "  - a2.value -> join.value\n  - b.value -> join.other\n";

static void
test_join_does_not_wait_for_a_dead_path (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();

  assert_result (test, dead_path, "{\"go\": false}", "{\"other\":7}");
  assert_result (test, dead_path, "{\"go\": true}", "{\"value\":1,\"other\":7}");
}

static void
test_block_of_a_dead_path_is_skipped (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (test, dead_path, "{\"go\": false}");

  g_assert_cmpint (weir_test_status (run, "a"), ==, WEIR_STEP_SKIPPED);
  g_assert_cmpint (weir_test_status (run, "a2"), ==, WEIR_STEP_SKIPPED);
  g_assert_cmpint (weir_test_status (run, "join"), ==, WEIR_STEP_SUCCEEDED);
}

static void
test_several_links_to_one_input_give_a_list (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();

  assert_result (test,
                 "weir: 1\nname: Fan\nblocks:\n  s: { kind: test.pass, config: { give: 1 } }\n"
                 "  a: { kind: test.pass, config: { give: 10 } }\n  b: { kind: test.pass, config: { give: 20 } }\n"
                 "  j: { kind: test.pass }\n"
                 "links:\n  - s.value -> a.value\n  - s.value -> b.value\n  - a.value -> j.value\n  - b.value -> j.value\n",
                 NULL, "[10,20]");
}

static void
test_any_join_fires_for_each (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (test,
    "weir: 1\nname: Any\nblocks:\n  s: { kind: test.pass, config: { give: 1 } }\n"
    "  a: { kind: test.pass, config: { give: 10 } }\n  b: { kind: test.pass, config: { give: 20 } }\n"
    "  j: { kind: test.pass, join: { value: any } }\n  k: { kind: test.pass }\n"
    "links:\n  - s.value -> a.value\n  - s.value -> b.value\n  - a.value -> j.value\n  - b.value -> j.value\n  - j.value -> k.value\n",
    NULL);

  g_assert_cmpuint (weir_test_count (run, "j"), ==, 2);
  g_assert_cmpuint (weir_test_count (run, "k"), ==, 2);
  weir_test_check_fold (test, run);
}

static void
test_first_join_fires_once (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (test,
    "weir: 1\nname: First\nblocks:\n  s: { kind: test.pass, config: { give: 1 } }\n"
    "  a: { kind: test.wait }\n  b: { kind: test.wait }\n  j: { kind: test.pass, join: { value: first } }\n"
    "links:\n  - s.value -> a.value\n  - s.value -> b.value\n  - a.value -> j.value\n  - b.value -> j.value\n", NULL);

  weir_test_finish ("b", "2");
  weir_test_settle (test);
  g_assert_cmpint (weir_test_status (run, "j"), ==, WEIR_STEP_SUCCEEDED);
  weir_test_finish ("a", "1");
  weir_test_settle (test);
  g_assert_cmpuint (weir_test_count (run, "j"), ==, 1);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
}

static const char loop[] =
  "weir: 1\nname: Loop\nmax_iterations: 100\ninputs: { until: { type: int } }\nblocks:\n"
  "  start: { kind: test.pass, config: { give: 0 } }\n"
  "  add: { kind: test.pass, config: { give: '=value + 1' } }\n"
  "  even: { kind: test.pass }\n  odd: { kind: test.pass }\n"
  "  check: { kind: test.pass, config: { give: '=Math.max(input.value || 0, input.other || 0)' } }\n"
  "  after: { kind: test.pass }\n"
  "links:\n  - start.value -> add.value\n"
  "  - add.value -> even.value when: value % 2 === 0\n  - add.value -> odd.value when: value % 2 !== 0\n"
  "  - even.value -> check.value\n  - odd.value -> check.other\n"
  "  - check.value -> add.value when: value < inputs.until\n"
  "  - check.value -> after.value when: value >= inputs.until\n";

static void
test_cycle_goes_round_until_its_condition_ends (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (test, loop, "{\"until\": 10}");

  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  g_assert_cmpuint (weir_test_count (run, "add"), ==, 10);
  g_assert_cmpuint (weir_test_count (run, "even"), ==, 5);
  g_assert_cmpuint (weir_test_count (run, "odd"), ==, 5);
  g_assert_cmpuint (weir_test_count (run, "check"), ==, 10);
  g_assert_cmpuint (weir_test_count (run, "after"), ==, 1);
  weir_test_check_fold (test, run);
}

static void
test_cycle_stops_at_its_budget_and_names_itself (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autofree char *result = weir_test_result (test, loop, "{\"until\": 1000}");

  g_assert_cmpstr (result, ==, "failed limit.iterations: The loop at “test.pass” made 100 rounds, its limit (max_iterations)");
}

static void
test_link_out_of_a_cycle_closes_when_the_cycle_is_at_rest (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (test,
    "weir: 1\nname: Exit\nblocks:\n  start: { kind: test.pass, config: { give: 0 } }\n"
    "  add: { kind: test.pass, config: { give: '=value + 1' } }\n  never: { kind: test.pass }\n  other: { kind: test.pass }\n"
    "  join: { kind: test.pass, config: { give: '=input' } }\n"
    "links:\n  - start.value -> add.value\n  - add.value -> add.value when: value < 3\n"
    "  - add.value -> never.value when: value > 100\n  - add.value -> other.value when: value === 3\n"
    "  - never.value -> join.value\n  - other.value -> join.other\n", NULL);

  g_assert_cmpuint (weir_test_count (run, "add"), ==, 3);
  g_assert_cmpint (weir_test_status (run, "never"), ==, WEIR_STEP_SKIPPED);
  g_assert_cmpuint (weir_test_count (run, "join"), ==, 1);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  weir_test_check_fold (test, run);
}

static void
test_container_runs_its_body_for_each_item (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();

  assert_result (test,
                 "weir: 1\nname: Each\nblocks:\n  list: { kind: test.pass, config: { give: [1, 2, 3] } }\n"
                 "  each:\n    kind: test.each\n    body:\n      blocks:\n"
                 "        a: { kind: test.pass, config: { give: '=item * 10' } }\n"
                 "        b: { kind: test.pass, config: { give: '=value + 1' } }\n"
                 "      links:\n        - a.value -> b.value\n"
                 "links:\n  - list.value -> each.value\n", NULL, "[11,21,31]");
}

static void
test_side_port_fires_for_each_item (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (test,
    "weir: 1\nname: Side\nblocks:\n  list: { kind: test.pass, config: { give: [1, 2, 3] } }\n"
    "  each: { kind: test.each, body: { blocks: { a: { kind: test.pass, config: { give: '=item' } } } } }\n"
    "  seen: { kind: test.pass }\n  end: { kind: test.pass }\n"
    "links:\n  - list.value -> each.value\n  - each.each -> seen.value\n  - each.value -> end.value\n", NULL);

  g_assert_cmpuint (weir_test_count (run, "seen"), ==, 3);
  g_assert_cmpuint (weir_test_count (run, "end"), ==, 1);
  weir_test_check_fold (test, run);
}

static void
test_failure_ends_the_run_and_says_where (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();

  assert_result (test,
                 "weir: 1\nname: Fail\nblocks:\n  a: { kind: test.pass, config: { fail: io.not_found } }\n  b: { kind: test.pass }\n"
                 "links:\n  - a.value -> b.value\n", NULL, "failed io.not_found: Told to fail");
}

static void
test_error_link_takes_the_failure_as_a_value (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();

  assert_result (test,
                 "weir: 1\nname: Catch\nblocks:\n  a: { kind: test.pass, config: { fail: io.not_found } }\n"
                 "  b: { kind: test.pass }\n  c: { kind: test.pass, config: { give: '=value.class' } }\n"
                 "links:\n  - a.value -> b.value\n  - a.error -> c.value\noutput: c.value\n", NULL, "\"io.not_found\"");
}

static void
test_on_error_continue_closes_its_links (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (test,
    "weir: 1\nname: Go on\nblocks:\n  a: { kind: test.pass, on_error: continue, config: { fail: io.other } }\n  b: { kind: test.pass }\n"
    "links:\n  - a.value -> b.value\n", NULL);

  g_assert_cmpint (weir_test_status (run, "a"), ==, WEIR_STEP_FAILED);
  g_assert_cmpint (weir_test_status (run, "b"), ==, WEIR_STEP_SKIPPED);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
}

static void
test_retry_waits_then_succeeds (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (test,
    "weir: 1\nname: Retry\nblocks:\n"
    "  a: { kind: test.pass, config: { give: 9, fail: net.refused, fail_times: 2 }, retry: { attempts: 3, first: 1s, jitter: 0 } }\n", NULL);

  g_assert_cmpint (weir_test_status (run, "a"), ==, WEIR_STEP_RETRY_WAIT);
  weir_clock_advance (test->clock, 999);
  weir_test_settle (test);
  g_assert_cmpuint (weir_run_state_find_step (run->state, 0, "a")->attempt, ==, 1);
  weir_clock_advance (test->clock, 1);
  weir_test_settle (test);
  g_assert_cmpuint (weir_run_state_find_step (run->state, 0, "a")->attempt, ==, 2);
  weir_clock_advance (test->clock, 2000);
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  weir_test_check_fold (test, run);
}

static void
test_retry_does_not_wait_for_a_clock_that_was_set_back (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (
    test,
    "weir: 1\nname: Retry\nblocks:\n"
    "  a: { kind: test.pass, config: { give: 9, fail: net.refused, fail_times: 1 }, retry: { attempts: 2, first: 1s, jitter: 0 } }\n",
    NULL);

  weir_clock_set_time (test->clock, weir_clock_get_time (test->clock) - G_TIME_SPAN_HOUR);
  weir_clock_advance (test->clock, 999);
  weir_test_settle (test);
  g_assert_cmpint (weir_test_status (run, "a"), ==, WEIR_STEP_RETRY_WAIT);
  weir_clock_advance (test->clock, 2);
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  weir_test_check_fold (test, run);
}

static void
test_failure_that_is_not_transient_is_not_retried (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();

  assert_result (test,
                 "weir: 1\nname: No retry\nblocks:\n  a: { kind: test.pass, config: { fail: data.parse }, retry: { attempts: 3 } }\n",
                 NULL, "failed data.parse: Told to fail");
}

static void
test_time_limit_ends_a_step (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (test, "weir: 1\nname: Slow\nblocks:\n  a: { kind: test.wait, timeout: 5s }\n", NULL);

  weir_clock_advance (test->clock, 4999);
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_RUNNING);
  weir_clock_advance (test->clock, 1);
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_FAILED);
  g_assert_cmpstr (weir_value_get_member_text (weir_run_state_get_error (run->state), "class", ""), ==, "limit.timeout");
}

static void
test_pause_keeps_finished_steps (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (test,
    "weir: 1\nname: Two\nblocks:\n  a: { kind: test.wait }\n  b: { kind: test.wait }\nlinks:\n  - a.value -> b.value\n", NULL);
  g_autoptr(DexFuture) paused = weir_run_pause (run);

  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_PAUSING);
  weir_test_finish ("a", "42");
  weir_test_settle (test);
  g_assert_cmpint (dex_future_get_status (paused), ==, DEX_FUTURE_STATUS_RESOLVED);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_PAUSED);
  g_assert_cmpuint (weir_test_n_waiting ("b"), ==, 0);
  g_assert_cmpint (weir_test_status (run, "a"), ==, WEIR_STEP_SUCCEEDED);
  dex_unref (weir_run_resume (run));
  weir_test_settle (test);
  g_assert_cmpuint (weir_test_n_waiting ("b"), ==, 1);
  weir_test_finish ("b", NULL);
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  weir_test_check_fold (test, run);
}

static void
test_stop_cancels_running_steps (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (test, diamond, NULL);
  g_autoptr(DexFuture) stopped = weir_run_stop (run);

  weir_test_settle (test);
  g_assert_cmpint (dex_future_get_status (stopped), ==, DEX_FUTURE_STATUS_RESOLVED);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_CANCELLED);
  g_assert_cmpint (weir_test_status (run, "left"), ==, WEIR_STEP_CANCELLED);
  g_assert_cmpint (weir_test_status (run, "start"), ==, WEIR_STEP_SUCCEEDED);
  weir_test_check_fold (test, run);
}

static void
test_stop_reaches_into_containers (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (test,
    "weir: 1\nname: Each\nblocks:\n  list: { kind: test.pass, config: { give: [1, 2, 3] } }\n"
    "  each: { kind: test.each, body: { blocks: { a: { kind: test.wait } } } }\nlinks:\n  - list.value -> each.value\n", NULL);

  g_assert_cmpuint (weir_test_n_waiting ("a"), ==, 1);
  dex_unref (weir_run_force_stop (run));
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_INTERRUPTED);
  weir_test_check_fold (test, run);
}

static void
test_verbs_that_are_not_legal_are_refused (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (test, "weir: 1\nname: One\nblocks:\n  a: { kind: test.pass }\n", NULL);
  g_autoptr(DexFuture) paused = weir_run_pause (run);
  g_autoptr(GError) error = NULL;

  g_assert_null (weir_test_await (paused, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE);
  g_assert_cmpstr (error->message, ==, "It has ended");
}

static void
test_limit_of_steps_at_once_is_kept (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(GString) yaml = g_string_new ("weir: 1\nname: Wide\nconcurrency: 3\nblocks:\n");
  g_autoptr(WeirRun) run = NULL;

  for (guint i = 0; i < 10; i++)
    g_string_append_printf (yaml, "  w%u: { kind: test.wait }\n", i);
  run = weir_test_play (test, yaml->str, NULL);
  for (guint i = 0; i < 10; i++)
    {
      g_autofree char *name = g_strdup_printf ("w%u", i);

      g_assert_cmpuint (weir_test_n_waiting (NULL), ==, MIN (3, 10 - i));
      weir_test_finish (name, NULL);
      weir_test_settle (test);
    }
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
}

static void
test_run_goes_on_after_the_program_ended (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirRun) first = weir_test_play (test, diamond, NULL);
  g_autoptr(GListModel) unfinished = NULL;
  g_autoptr(DexFuture) recovered = NULL;
  g_autoptr(WeirRun) run = NULL;
  g_autoptr(GError) error = NULL;

  weir_test_finish ("left", "1");
  weir_test_settle (test);
  g_clear_object (&first);
  weir_test_reopen (test);
  unfinished = weir_engine_list_unfinished (test->engine);
  g_assert_cmpuint (g_list_model_get_n_items (unfinished), ==, 1);
  recovered = weir_engine_recover_run (test->engine, 1);
  run = g_value_dup_object (weir_test_await (recovered, &error));
  g_assert_no_error (error);
  weir_test_settle (test);
  g_assert_cmpint (weir_test_status (run, "left"), ==, WEIR_STEP_SUCCEEDED);
  g_assert_cmpuint (weir_test_n_waiting ("left"), ==, 0);
  g_assert_cmpuint (weir_test_n_waiting ("right"), ==, 1);
  weir_test_finish ("right", "2");
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  weir_test_check_fold (test, run);
}

static void
test_once_effect_caught_by_a_crash_is_unknown (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirRun) run = weir_test_play (test,
    "weir: 1\nname: Once\nblocks:\n  a: { kind: test.once }\n  b: { kind: test.pass }\nlinks:\n  - a.value -> b.value\n", NULL);
  g_autoptr(DexFuture) recovered = NULL;
  g_autoptr(WeirValue) outputs = weir_json_parse ("{\"value\": 5}", -1, NULL);
  g_autoptr(GError) error = NULL;

  g_assert_cmpuint (weir_test_n_waiting ("a"), ==, 1);
  g_clear_object (&run);
  weir_test_reopen (test);
  recovered = weir_engine_recover_run (test->engine, 1);
  run = g_value_dup_object (weir_test_await (recovered, &error));
  g_assert_no_error (error);
  weir_test_settle (test);
  g_assert_cmpint (weir_test_status (run, "a"), ==, WEIR_STEP_UNKNOWN);
  g_assert_cmpuint (weir_test_n_waiting ("a"), ==, 0);
  g_assert_true (weir_run_settle (run, 0, "a", "done", outputs, &error));
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
}

static void
test_container_goes_on_where_it_was (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirRun) run = weir_test_play (test,
    "weir: 1\nname: Each\nblocks:\n  list: { kind: test.pass, config: { give: [1, 2, 3] } }\n"
    "  each: { kind: test.each, body: { blocks: { a: { kind: test.wait, config: { give: '=item' } } } } }\nlinks:\n  - list.value -> each.value\n", NULL);
  g_autoptr(DexFuture) recovered = NULL;
  g_autoptr(DexFuture) wait = NULL;
  g_autofree char *result = NULL;

  weir_test_finish ("a", "10");
  weir_test_settle (test);
  g_clear_object (&run);
  weir_test_reopen (test);
  recovered = weir_engine_recover_run (test->engine, 1);
  run = g_value_dup_object (weir_test_await (recovered, NULL));
  weir_test_settle (test);
  g_assert_cmpuint (weir_test_n_waiting ("a"), ==, 1);
  weir_test_finish ("a", "20");
  weir_test_settle (test);
  weir_test_finish ("a", "30");
  wait = weir_run_wait (run);
  result = weir_json_write (g_value_get_boxed (weir_test_await (wait, NULL)), 0, NULL);
  g_assert_cmpstr (result, ==, "[10,20,30]");
  weir_test_check_fold (test, run);
}

/* One step of the body has failed, another still runs: the body ends when that does, and a crash ends it. */
static void
test_failing_body_ends_after_a_crash (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirRun) run = weir_test_play (test,
    "weir: 1\nname: Each\nblocks:\n  list: { kind: test.pass, config: { give: [1] } }\n"
    "  each: { kind: test.each, body: { blocks: { a: { kind: test.wait }, b: { kind: test.wait } } } }\n"
    "links:\n  - list.value -> each.value\n", NULL);
  g_autoptr(DexFuture) recovered = NULL;

  weir_test_break ("b", "io.other");
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_RUNNING);
  g_clear_object (&run);
  weir_test_reopen (test);
  recovered = weir_engine_recover_run (test->engine, 1);
  run = g_value_dup_object (weir_test_await (recovered, NULL));
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_FAILED);
}

static void
test_view_shows_a_run_while_it_goes_on_and_scrubs (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (test, diamond, NULL);
  g_autoptr(DexFuture) opened = weir_run_view_open (test->engine, weir_run_get_id (run));
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirRunView) view = g_value_dup_object (weir_test_await (opened, &error));

  g_assert_no_error (error);
  g_assert_cmpint (weir_run_state_find_step (weir_run_view_get_state (view), 0, "left")->status, ==, WEIR_STEP_RUNNING);
  weir_test_finish ("left", NULL);
  weir_test_finish ("right", NULL);
  weir_test_settle (test);
  g_assert_cmpint (weir_run_state_get_status (weir_run_view_get_state (view)), ==, WEIR_RUN_SUCCEEDED);
  g_assert_true (weir_run_state_equal (weir_run_view_get_state (view), run->state, NULL));
  weir_run_view_seek (view, 2);
  g_assert_cmpint (weir_run_state_get_status (weir_run_view_get_state (view)), ==, WEIR_RUN_RUNNING);
  g_assert_cmpint (weir_run_state_find_step (weir_run_view_get_state (view), 0, "start")->status, ==, WEIR_STEP_READY);
  weir_run_view_seek (view, G_MAXUINT64);
  g_assert_true (weir_run_state_equal (weir_run_view_get_state (view), run->state, NULL));
}

static void
test_slow_listener_gets_a_gap_and_delays_nobody (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirSubscription) slow = weir_engine_subscribe (test->engine, 0, 3);
  g_autoptr(WeirRun) run = weir_test_play (test, diamond, NULL);
  guint64 first;
  guint64 last;

  g_assert_null (weir_subscription_take (slow, &first, &last));
  g_assert_cmpuint (first, ==, 1);
  g_assert_cmpuint (last, ==, weir_run_state_get_seq (run->state) - 3);
  for (guint64 seq = last + 1; seq <= weir_run_state_get_seq (run->state); seq++)
    {
      g_autoptr(WeirEvent) event = weir_subscription_take (slow, NULL, NULL);

      g_assert_cmpuint (event->seq, ==, seq);
    }
  g_assert_null (weir_subscription_take (slow, NULL, NULL));
}

/* ── undo ───────────────────────────────────────────────────────────────────────────────── */

static guint
undo (WeirTest *test, gint64 run, WeirConflictChoice choice, guint *n_conflicts)
{
  g_autoptr(DexFuture) planned = weir_engine_plan_undo (test->engine, run, NULL);
  g_autoptr(GError) error = NULL;
  const GValue *value = weir_test_await (planned, &error);
  g_autoptr(DexFuture) done = NULL;

  g_assert_no_error (error);
  if (n_conflicts != NULL)
    *n_conflicts = ((WeirUndoPlan *) g_value_get_boxed (value))->n_conflicts;
  done = weir_engine_undo (test->engine, g_value_get_boxed (value), choice);
  value = weir_test_await (done, &error);
  g_assert_no_error (error);
  return g_value_get_uint (value);
}

static WeirRun *
play_write (WeirTest *test, const char *path, const char *text)
{
  g_autofree char *yaml = g_strdup_printf (
    "weir: 1\nname: Write\nblocks:\n  t: { kind: test.pass, config: { give: %s } }\n  w: { kind: test.write, config: { port: %s } }\n"
    "links:\n  - t.value -> w.value\n", text, path);
  WeirRun *run = weir_test_play (test, yaml, NULL);
  g_autoptr(DexFuture) wait = weir_run_wait (run);
  g_autoptr(GError) error = NULL;

  weir_test_await (wait, &error);
  g_assert_no_error (error);
  return run;
}

static void
test_undo_puts_a_file_back (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autofree char *path = g_build_filename (test->dir, "note.txt", NULL);
  g_autoptr(WeirRun) run = NULL;
  g_autofree char *content = NULL;

  g_assert_true (g_file_set_contents (path, "before", -1, NULL));
  run = play_write (test, path, "after");
  g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
  g_assert_cmpstr (content, ==, "after");
  g_assert_cmpuint (undo (test, weir_run_get_id (run), WEIR_CONFLICT_KEEP, NULL), ==, 1);
  g_clear_pointer (&content, g_free);
  g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
  g_assert_cmpstr (content, ==, "before");
}

static void
test_undo_removes_what_was_made (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autofree char *path = g_build_filename (test->dir, "new", "deep", "note.txt", NULL);
  g_autofree char *folder = g_build_filename (test->dir, "new", NULL);
  g_autoptr(WeirRun) run = play_write (test, path, "text");

  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (undo (test, weir_run_get_id (run), WEIR_CONFLICT_KEEP, NULL), ==, 3);
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
}

static void
test_undo_never_overwrites_what_changed_since (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autofree char *path = g_build_filename (test->dir, "note.txt", NULL);
  g_autoptr(WeirRun) run = NULL;
  g_autofree char *content = NULL;
  guint conflicts;

  g_assert_true (g_file_set_contents (path, "before", -1, NULL));
  run = play_write (test, path, "after");
  g_assert_true (g_file_set_contents (path, "by hand", -1, NULL));
  g_assert_cmpuint (undo (test, weir_run_get_id (run), WEIR_CONFLICT_KEEP, &conflicts), ==, 0);
  g_assert_cmpuint (conflicts, ==, 1);
  g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
  g_assert_cmpstr (content, ==, "by hand");
  g_assert_cmpuint (undo (test, weir_run_get_id (run), WEIR_CONFLICT_OVERWRITE, NULL), ==, 1);
  g_clear_pointer (&content, g_free);
  g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
  g_assert_cmpstr (content, ==, "before");
}

static void
test_undo_takes_back_several_writes_of_one_file (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autofree char *path = g_build_filename (test->dir, "note.txt", NULL);
  g_autofree char *yaml = g_strdup_printf (
    "weir: 1\nname: Thrice\nblocks:\n  t: { kind: test.pass, config: { give: text } }\n"
    "  a: { kind: test.write, config: { port: %s } }\n  b: { kind: test.write, config: { port: %s } }\n"
    "  c: { kind: test.write, config: { port: %s } }\n"
    "links:\n  - t.value -> a.value\n  - t.value -> b.value\n  - a.done -> b.run\n  - t.value -> c.value\n  - b.done -> c.run\n",
    path, path, path);
  g_autoptr(WeirRun) run = NULL;
  g_autoptr(DexFuture) wait = NULL;
  g_autofree char *content = NULL;
  guint conflicts;

  g_assert_true (g_file_set_contents (path, "before", -1, NULL));
  run = weir_test_play (test, yaml, NULL);
  wait = weir_run_wait (run);
  weir_test_await (wait, NULL);
  g_assert_cmpuint (undo (test, weir_run_get_id (run), WEIR_CONFLICT_KEEP, &conflicts), ==, 3);
  g_assert_cmpuint (conflicts, ==, 0);
  g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
  g_assert_cmpstr (content, ==, "before");
}

static void
test_undo_of_a_write_through_a_link_keeps_the_link (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autofree char *path = g_build_filename (test->dir, "note.txt", NULL);
  g_autofree char *link = g_build_filename (test->dir, "link.txt", NULL);
  g_autoptr(WeirRun) run = NULL;
  g_autofree char *content = NULL;
  guint conflicts;

  g_assert_true (g_file_set_contents (path, "before", -1, NULL));
  g_assert_cmpint (symlink ("note.txt", link), ==, 0);
  run = play_write (test, link, "after");
  g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
  g_assert_cmpstr (content, ==, "after");
  g_assert_cmpuint (undo (test, weir_run_get_id (run), WEIR_CONFLICT_KEEP, &conflicts), ==, 1);
  g_assert_cmpuint (conflicts, ==, 0);
  g_clear_pointer (&content, g_free);
  g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
  g_assert_cmpstr (content, ==, "before");
  g_assert_true (g_file_test (link, G_FILE_TEST_IS_SYMLINK));
}

static void
test_pipe_is_not_written (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autofree char *path = g_build_filename (test->dir, "pipe", NULL);
  g_autofree char *yaml = g_strdup_printf (
    "weir: 1\nname: Pipe\nblocks:\n  t: { kind: test.pass, config: { give: text } }\n  w: { kind: test.write, config: { port: %s } }\n"
    "links:\n  - t.value -> w.value\n", path);
  g_autofree char *result = NULL;
  struct stat info;

  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  result = weir_test_result (test, yaml, NULL);
  g_assert_true (g_str_has_prefix (result, "failed io.other"));
  g_assert_cmpint (lstat (path, &info), ==, 0);
  g_assert_true (S_ISFIFO (info.st_mode));
}

static void
test_undo_knows_what_was_undone_before_a_crash (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autofree char *path = g_build_filename (test->dir, "note.txt", NULL);
  g_autoptr(WeirRun) run = play_write (test, path, "after");
  guint conflicts;

  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpuint (undo (test, weir_run_get_id (run), WEIR_CONFLICT_KEEP, &conflicts), ==, 1);
  g_assert_cmpuint (conflicts, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/weir/run/chain/passes-values", test_chain_passes_values);
  g_test_add_func ("/weir/run/inputs/missing-one-is-said", test_missing_input_is_said);
  g_test_add_func ("/weir/run/join/branches-run-at-once", test_branches_run_at_once_and_join_waits);
  g_test_add_func ("/weir/run/join/does-not-wait-for-a-dead-path", test_join_does_not_wait_for_a_dead_path);
  g_test_add_func ("/weir/run/join/dead-path-is-skipped", test_block_of_a_dead_path_is_skipped);
  g_test_add_func ("/weir/run/join/several-links-give-a-list", test_several_links_to_one_input_give_a_list);
  g_test_add_func ("/weir/run/join/any-fires-for-each", test_any_join_fires_for_each);
  g_test_add_func ("/weir/run/join/first-fires-once", test_first_join_fires_once);
  g_test_add_func ("/weir/run/cycle/goes-round", test_cycle_goes_round_until_its_condition_ends);
  g_test_add_func ("/weir/run/cycle/stops-at-its-budget", test_cycle_stops_at_its_budget_and_names_itself);
  g_test_add_func ("/weir/run/cycle/exit-closes-at-rest", test_link_out_of_a_cycle_closes_when_the_cycle_is_at_rest);
  g_test_add_func ("/weir/run/container/runs-its-body-for-each-item", test_container_runs_its_body_for_each_item);
  g_test_add_func ("/weir/run/container/side-port-fires-for-each-item", test_side_port_fires_for_each_item);
  g_test_add_func ("/weir/run/failure/ends-the-run", test_failure_ends_the_run_and_says_where);
  g_test_add_func ("/weir/run/failure/error-link-takes-it", test_error_link_takes_the_failure_as_a_value);
  g_test_add_func ("/weir/run/failure/continue-closes-links", test_on_error_continue_closes_its_links);
  g_test_add_func ("/weir/run/retry/waits-then-succeeds", test_retry_waits_then_succeeds);
  g_test_add_func ("/weir/run/retry/does-not-wait-for-a-clock-that-was-set-back",
                   test_retry_does_not_wait_for_a_clock_that_was_set_back);
  g_test_add_func ("/weir/run/retry/only-transient", test_failure_that_is_not_transient_is_not_retried);
  g_test_add_func ("/weir/run/timeout/ends-a-step", test_time_limit_ends_a_step);
  g_test_add_func ("/weir/run/pause/keeps-finished-steps", test_pause_keeps_finished_steps);
  g_test_add_func ("/weir/run/stop/cancels-running-steps", test_stop_cancels_running_steps);
  g_test_add_func ("/weir/run/stop/reaches-into-containers", test_stop_reaches_into_containers);
  g_test_add_func ("/weir/run/verbs/refused-with-a-reason", test_verbs_that_are_not_legal_are_refused);
  g_test_add_func ("/weir/run/limits/steps-at-once", test_limit_of_steps_at_once_is_kept);
  g_test_add_func ("/weir/run/recovery/goes-on", test_run_goes_on_after_the_program_ended);
  g_test_add_func ("/weir/run/recovery/once-is-unknown", test_once_effect_caught_by_a_crash_is_unknown);
  g_test_add_func ("/weir/run/recovery/container-goes-on", test_container_goes_on_where_it_was);
  g_test_add_func ("/weir/run/recovery/failing-body-ends", test_failing_body_ends_after_a_crash);
  g_test_add_func ("/weir/run/view/live-and-scrubbed", test_view_shows_a_run_while_it_goes_on_and_scrubs);
  g_test_add_func ("/weir/run/bus/slow-listener-gets-a-gap", test_slow_listener_gets_a_gap_and_delays_nobody);
  g_test_add_func ("/weir/undo/puts-a-file-back", test_undo_puts_a_file_back);
  g_test_add_func ("/weir/undo/removes-what-was-made", test_undo_removes_what_was_made);
  g_test_add_func ("/weir/undo/several-writes-of-one-file", test_undo_takes_back_several_writes_of_one_file);
  g_test_add_func ("/weir/undo/write-through-a-link", test_undo_of_a_write_through_a_link_keeps_the_link);
  g_test_add_func ("/weir/file/pipe-is-not-written", test_pipe_is_not_written);
  g_test_add_func ("/weir/undo/knows-what-was-undone-already", test_undo_knows_what_was_undone_before_a_crash);
  g_test_add_func ("/weir/undo/keeps-what-changed-since", test_undo_never_overwrites_what_changed_since);
  return g_test_run ();
}
