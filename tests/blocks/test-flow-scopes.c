/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kinds that run what is inside them: one after another, side by side, again, for so long. */
#include "weir-kind-test.h"

#define SLOW "{ kind: flow.delay, config: { duration: 1h } }"

/* Whether a block of a body ran to its end in some scope. */
static WeirStepStatus
status_inside (Outcome *outcome, const char *path)
{
  WeirBlockSummary summary;

  weir_run_state_summarize_block (weir_run_get_state (outcome->run), path, &summary);
  return summary.status;
}

static void
test_parallel_waits_for_all_settled (KindTest *test)
{
  g_autoptr(Outcome) outcome = kind_test_play_block (
    test, "flow.parallel", "{ mode: settled, branch_timeout: 200ms }",
    "blocks:\n  good: { kind: debug.noop, config: { value: 1 } }\n"
    "  bad: { kind: flow.throw, config: { class: data.schema, message: No price, data: { row: 4 } } }\n  slow: " SLOW
    "\n",
    NULL);
  WeirValue *results = outcome_get (outcome, "results");
  WeirValue *bad;
  WeirValue *slow;

  g_assert_cmpstr (outcome->error, ==, NULL);
  g_assert_true (weir_value_get_member_bool (weir_value_find_member (results, "good"), "ok", FALSE));
  bad = weir_value_find_member (weir_value_find_member (results, "bad"), "error");
  g_assert_cmpstr (weir_value_get_member_text (bad, "class", NULL), ==, "data.schema");
  g_assert_cmpint (weir_value_get_member_int (weir_value_find_member (bad, "data"), "row", 0), ==, 4);
  slow = weir_value_find_member (weir_value_find_member (results, "slow"), "error");
  g_assert_cmpstr (weir_value_get_member_text (slow, "class", NULL), ==, "limit.timeout");
  g_assert_cmpint (status_inside (outcome, "it/slow"), ==, WEIR_STEP_CANCELLED);
}

static void
test_parallel_stops_the_rest (KindTest *test)
{
  g_autoptr(Outcome) outcome = kind_test_play_block (
    test, "flow.parallel", "{ cancel_rest_on_error: true, concurrency: 2 }",
    "blocks:\n  slow: " SLOW "\n  bad: { kind: flow.throw }\n  never: { kind: debug.noop }\n", NULL);

  assert_failure (outcome, "flow.asserted");
  g_assert_true (g_str_has_prefix (outcome->message, "Branch bad: "));
  g_assert_cmpint (status_inside (outcome, "it/slow"), ==, WEIR_STEP_CANCELLED);
  g_assert_cmpint (status_inside (outcome, "it/never"), ==, WEIR_STEP_PENDING);
}

static void
test_parallel_ends_in_time (KindTest *test)
{
  g_autoptr(Outcome) outcome = kind_test_play_block (
    test, "flow.parallel", "{ total_timeout: 20 }", "blocks:\n  good: { kind: debug.noop }\n  slow: " SLOW "\n", NULL);

  assert_failure (outcome, "limit.timeout");
  g_assert_cmpint (status_inside (outcome, "it/slow"), ==, WEIR_STEP_CANCELLED);
}

/* A branch is all that links join: its result is that of its last block, and a dead path in it hurts nobody. */
static void
test_parallel_branch_is_what_links_join (KindTest *test)
{
  g_autoptr(Outcome) outcome = kind_test_play_block (
    test, "flow.parallel", "{}",
    "blocks:\n  a: { kind: debug.noop, config: { value: 3 } }\n  b: { kind: debug.noop, config: { value: 30 } }\n"
    "  a_if: { kind: flow.if, config: { conditions: [ { op: \">\", right: 5 } ] } }\n"
    "  a_end: { kind: flow.merge, config: { mode: first } }\n  a_big: { kind: debug.noop }\n"
    "links:\n  - a.value -> a_if.value\n  - a_if.true -> a_big.value\n  - a_big.value -> a_end.in1\n"
    "  - a_if.false -> a_end.in2\n",
    NULL);

  assert_output (outcome, "results", "{\"a\": 3, \"b\": 30}");
  g_assert_cmpint (status_inside (outcome, "it/a_big"), ==, WEIR_STEP_SKIPPED);
}

/* The quick one is not quick before the other has written: it waits for a file. */
static WeirRun *
play_race (KindTest *test)
{
  g_autofree char *yaml = kind_test_fill (
    test, "weir: 1\nname: Race\nblocks:\n  it:\n    kind: flow.race\n    body:\n      blocks:\n"
          "        write: { kind: file.write, config: { path: $DIR/lost, content: x } }\n        then: " SLOW "\n"
          "        quick: { kind: exec.command, config: { program: sh, args: [-c, \"until [ -e $DIR/go ]; do sleep "
          "0.01; done\"] } }\n"
          "      links:\n        - write.done -> then.run\n");
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirWorkflow) workflow = weir_workflow_parse (yaml, -1, NULL, &error);
  g_autoptr(WeirValue) result = NULL;
  WeirRun *run;
  WeirBlockSummary summary = { 0 };

  g_assert_no_error (error);
  run = dex_await_object (weir_engine_play (test->engine, workflow, NULL), &error);
  g_assert_no_error (error);
  while (summary.status != WEIR_STEP_RUNNING)
    {
      dex_await (dex_timeout_new_msec (2), NULL);
      weir_run_state_summarize_block (weir_run_get_state (run), "it/then", &summary);
    }
  kind_test_write (test, "go", "");
  result = dex_await_boxed (weir_run_wait (run), &error);
  g_assert_no_error (error);
  return run;
}

static void
test_race_lists_what_losers_did (KindTest *test)
{
  g_autoptr(Outcome) outcome = g_new0 (Outcome, 1);
  const WeirStepInfo *race;
  WeirValue *losers, *effects;
  g_autofree char *lost = NULL;

  outcome->run = play_race (test);
  lost = kind_test_read (test, "lost");
  race = weir_run_state_find_step (weir_run_get_state (outcome->run), 0, "it");
  g_assert_cmpstr (weir_value_get_member_text (race->outputs, "name", NULL), ==, "quick");
  losers = weir_value_find_member (race->outputs, "losers");
  g_assert_cmpuint (weir_value_get_length (losers), ==, 1);
  effects = weir_value_find_member (weir_value_get_item (losers, 0), "effects");
  g_assert_cmpuint (weir_value_get_length (effects), ==, 1);
  g_assert_cmpstr (weir_value_get_member_text (weir_value_get_item (effects, 0), "block", NULL), ==, "write");
  g_assert_cmpstr (lost, ==, "x");
  g_assert_cmpuint (kind_test_undo (test, outcome), ==, 1);
}

static void
test_race_may_be_won_by_a_failure (KindTest *test)
{
  g_autoptr(Outcome) outcome = kind_test_play_block (test, "flow.race", "{ success_only: false }",
                                                      "blocks:\n  slow: " SLOW "\n  bad: { kind: flow.throw }\n", NULL);

  assert_failure (outcome, "flow.asserted");
}

static void
test_time_limit_ends_a_program (KindTest *test)
{
  g_autoptr(Outcome) outcome = kind_test_play_block (
    test, "flow.timeout", "{ limit: 100ms, grace: 100ms, on_timeout: port }",
    "blocks:\n  stubborn: { kind: exec.command, config: { program: sh, args: [-c, \"trap '' TERM; sleep 1000\"] } }\n",
    "{\"value\": 5}");

  assert_output (outcome, "timed_out", "5");
  g_assert_cmpint (status_inside (outcome, "it/stubborn"), !=, WEIR_STEP_RUNNING);
}

static void
test_retry_tells_each_try (KindTest *test)
{
  g_autoptr(Outcome) outcome = kind_test_play (
    test,
    "weir: 1\nname: Tries\nblocks:\n  it:\n    kind: flow.retry\n    config: { attempts: 3, first: 1, classes: '*' }\n"
    "    body:\n      blocks:\n        fail: { kind: flow.throw }\n"
    "  seen: { kind: data.set_variable, config: { name: seen, mode: append } }\n"
    "links:\n  - it.each_attempt -> seen.value\n",
    NULL);
  const WeirStepInfo *seen = weir_run_state_find_step (weir_run_get_state (outcome->run), 0, "seen");

  assert_failure (outcome, "flow.asserted");
  g_assert_nonnull (seen);
  g_assert_cmpuint (seen->firing, ==, 3);
}

static WeirValue *
undo_of (Outcome *outcome)
{
  WeirValue *data = weir_value_find_member (outcome_get (outcome, "catch"), "data");

  return weir_value_find_member (data, "undo");
}

static void
test_try_undoes_what_failed (KindTest *test)
{
  g_autofree char *body = kind_test_fill (
    test, "blocks:\n  old: { kind: file.write, config: { path: $DIR/old, content: new } }\n"
          "  each:\n    kind: flow.foreach\n    config: { items: [1, 2, 3] }\n    body:\n      blocks:\n"
          "        w: { kind: file.write, config: { path: \"$DIR/{{ item }}\", content: x } }\n"
          "  bad: { kind: flow.throw, config: { class: data.schema, message: No price, data: { row: 4 } } }\n"
          "links:\n  - old.done -> each.run\n  - each.done -> bad.run\n");
  g_autoptr(Outcome) outcome = NULL;
  g_autofree char *content = NULL;
  g_autofree char *second = kind_test_path (test, "2");
  WeirValue *undo;

  kind_test_write (test, "old", "as it was");
  outcome = kind_test_play_block (test, "flow.try", "{ undo_on_catch: scope }", body, NULL);
  g_assert_cmpstr (outcome->error, ==, NULL);
  undo = undo_of (outcome);
  g_assert_cmpint (weir_value_get_member_int (undo, "undone", 0), ==, 4);
  g_assert_cmpuint (weir_value_get_length (weir_value_find_member (undo, "kept")), ==, 0);
  g_assert_cmpint (
    weir_value_get_member_int (weir_value_find_member (outcome_get (outcome, "catch"), "data"), "row", 0), ==, 4);
  content = kind_test_read (test, "old");
  g_assert_cmpstr (content, ==, "as it was");
  g_assert_false (g_file_test (second, G_FILE_TEST_EXISTS));
  g_assert_cmpint (status_inside (outcome, "it/old"), ==, WEIR_STEP_UNDONE);
  g_assert_cmpuint (kind_test_undo (test, outcome), ==, 0);
}

static void
test_try_begins_each_attempt_anew (KindTest *test)
{
  g_autofree char *body = kind_test_fill (
    test, "blocks:\n  w: { kind: file.write, config: { path: $DIR/log, content: x, mode: append } }\n"
          "  bad: { kind: flow.throw }\nlinks:\n  - w.done -> bad.run\n");
  g_autoptr(Outcome) outcome = kind_test_play_block (test, "flow.try", "{ retries: 2, undo_on_catch: scope }", body,
                                                      NULL);
  g_autofree char *path = kind_test_path (test, "log");

  g_assert_cmpstr (outcome->error, ==, NULL);
  g_assert_cmpint (weir_value_get_member_int (undo_of (outcome), "undone", 0), ==, 1);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
test_try_leaves_what_somebody_else_changed (KindTest *test)
{
  g_autofree char *body = kind_test_fill (
    test, "blocks:\n  w: { kind: file.write, config: { path: $DIR/mine, content: x } }\n"
          "  other: { kind: exec.command, config: { program: sh, args: [-c, \"echo more >> $DIR/mine\"] } }\n"
          "  bad: { kind: flow.throw }\nlinks:\n  - w.done -> other.run\n  - other.done -> bad.run\n");
  g_autoptr(Outcome) outcome = kind_test_play_block (test, "flow.try", "{ undo_on_catch: scope }", body, NULL);
  WeirValue *kept = weir_value_find_member (undo_of (outcome), "kept");
  gboolean found = FALSE;
  g_autofree char *content = kind_test_read (test, "mine");

  g_assert_cmpstr (outcome->error, ==, NULL);
  for (gsize i = 0; i < weir_value_get_length (kept); i++)
    if (g_str_equal (weir_value_get_member_text (weir_value_get_item (kept, i), "block", ""), "w"))
      {
        found = TRUE;
        g_assert_cmpstr (weir_value_get_member_text (weir_value_get_item (kept, i), "reason", ""), ==,
                         "It was changed since");
      }
  g_assert_true (found);
  g_assert_cmpstr (content, ==, "xmore\n");
}

static void
test_try_keeps_what_it_does_not_catch (KindTest *test)
{
  g_autofree char *body = kind_test_fill (
    test, "blocks:\n  w: { kind: file.write, config: { path: $DIR/stays, content: x } }\n"
          "  bad: { kind: flow.throw }\nlinks:\n  - w.done -> bad.run\n");
  g_autoptr(Outcome) outcome = kind_test_play_block (test, "flow.try", "{ classes: net, undo_on_catch: scope }", body,
                                                      NULL);
  g_autofree char *content = kind_test_read (test, "stays");

  assert_failure (outcome, "flow.asserted");
  g_assert_cmpstr (content, ==, "x");
}

static void
test_try_catches_a_time_out_inside (KindTest *test)
{
  g_autoptr(Outcome) outcome = kind_test_play_block (
    test, "flow.try", "{ classes: limit.timeout }",
    "blocks:\n  slow: { kind: flow.delay, timeout: 10ms, config: { duration: 1h } }\n", NULL);
  WeirValue *caught = outcome_get (outcome, "catch");

  g_assert_nonnull (caught);
  g_assert_cmpstr (weir_value_get_member_text (caught, "class", NULL), ==, "limit.timeout");
}

static void
test_try_keeps_what_came_with_the_failure (KindTest *test)
{
  g_autoptr(Outcome) outcome = kind_test_play_block (
    test, "flow.try", "{}",
    "blocks:\n  fail: { kind: flow.throw, config: { class: data.schema, message: No price, data: { row: 4 } } }\n",
    NULL);
  WeirValue *caught = outcome_get (outcome, "catch");

  g_assert_nonnull (caught);
  g_assert_cmpint (weir_value_get_member_int (weir_value_find_member (caught, "data"), "row", 0), ==, 4);
}

static void
test_chain_fires_as_steps_end (KindTest *test)
{
  g_autoptr(Outcome) outcome = kind_test_play (
    test,
    "weir: 1\nname: Steps\nblocks:\n  it:\n    kind: flow.chain\n    body:\n      blocks:\n"
    "        one: { kind: debug.noop, config: { value: 1 } }\n        two: { kind: flow.throw }\n"
    "        three: { kind: debug.noop }\n"
    "  seen: { kind: debug.noop }\n  failed: { kind: debug.noop }\n"
    "links:\n  - it.each_step -> seen.value\n  - it.error -> failed.value\n",
    NULL);
  const WeirStepInfo *seen = weir_run_state_find_step (weir_run_get_state (outcome->run), 0, "seen");
  const WeirStepInfo *failed = weir_run_state_find_step (weir_run_get_state (outcome->run), 0, "failed");

  g_assert_cmpstr (weir_value_get_member_text (weir_value_find_member (seen->outputs, "value"), "step", NULL), ==,
                   "one");
  g_assert_cmpint (failed->status, ==, WEIR_STEP_SUCCEEDED);
  g_assert_cmpint (status_inside (outcome, "it/three"), ==, WEIR_STEP_PENDING);
}

static void
stop_while_it_runs (KindTest *test, const char *kind, const char *config)
{
  g_autofree char *yaml = g_strdup_printf (
    "weir: 1\nname: Long\nblocks:\n  it:\n    kind: %s\n    config: %s\n    body:\n      blocks:\n        a: " SLOW
    "\n        b: " SLOW "\n",
    kind, config);
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirWorkflow) workflow = weir_workflow_parse (yaml, -1, NULL, &error);
  g_autoptr(WeirRun) run = NULL;

  g_assert_no_error (error);
  run = dex_await_object (weir_engine_play (test->engine, workflow, NULL), &error);
  g_assert_no_error (error);
  dex_await (weir_run_stop (run), &error);
  g_assert_no_error (error);
  g_test_message ("%s", kind);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_CANCELLED);
}

static void
test_each_can_be_stopped (KindTest *test)
{
  stop_while_it_runs (test, "flow.chain", "{}");
  stop_while_it_runs (test, "flow.parallel", "{ total_timeout: 1h, branch_timeout: 1h }");
  stop_while_it_runs (test, "flow.race", "{}");
  stop_while_it_runs (test, "flow.retry", "{ classes: '*' }");
  stop_while_it_runs (test, "flow.timeout", "{}");
  stop_while_it_runs (test, "flow.try", "{ retries: 3 }");
  stop_while_it_runs (test, "flow.frame", "{}");
  stop_while_it_runs (test, "flow.repeat", "{}");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  ADD_KIND_TEST ("/weir/blocks/parallel/waits-for-all-settled", test_parallel_waits_for_all_settled);
  ADD_KIND_TEST ("/weir/blocks/parallel/stops-the-rest", test_parallel_stops_the_rest);
  ADD_KIND_TEST ("/weir/blocks/parallel/ends-in-time", test_parallel_ends_in_time);
  ADD_KIND_TEST ("/weir/blocks/parallel/branch-is-what-links-join", test_parallel_branch_is_what_links_join);
  ADD_KIND_TEST ("/weir/blocks/race/lists-what-losers-did", test_race_lists_what_losers_did);
  ADD_KIND_TEST ("/weir/blocks/race/may-be-won-by-a-failure", test_race_may_be_won_by_a_failure);
  ADD_KIND_TEST ("/weir/blocks/timeout/ends-a-program", test_time_limit_ends_a_program);
  ADD_KIND_TEST ("/weir/blocks/retry/tells-each-try", test_retry_tells_each_try);
  ADD_KIND_TEST ("/weir/blocks/try/catches-a-time-out-inside", test_try_catches_a_time_out_inside);
  ADD_KIND_TEST ("/weir/blocks/try/undoes-what-failed", test_try_undoes_what_failed);
  ADD_KIND_TEST ("/weir/blocks/try/begins-each-attempt-anew", test_try_begins_each_attempt_anew);
  ADD_KIND_TEST ("/weir/blocks/try/leaves-what-somebody-else-changed", test_try_leaves_what_somebody_else_changed);
  ADD_KIND_TEST ("/weir/blocks/try/keeps-what-it-does-not-catch", test_try_keeps_what_it_does_not_catch);
  ADD_KIND_TEST ("/weir/blocks/try/keeps-what-came-with-the-failure", test_try_keeps_what_came_with_the_failure);
  ADD_KIND_TEST ("/weir/blocks/chain/fires-as-steps-end", test_chain_fires_as_steps_end);
  ADD_KIND_TEST ("/weir/blocks/containers/can-be-stopped", test_each_can_be_stopped);
  return g_test_run ();
}
