/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kinds that end a run, call other workflows, and take values apart. */
#include "weir-kind-test.h"

static void
test_subworkflow_has_variables_of_its_own (KindTest *test)
{
  static const char yaml[] =
    "weir: 1\nname: Caller\nblocks:\n  mine: { kind: data.set_variable, config: { name: v, value: 1 } }\n"
    "  it: { kind: flow.subworkflow, config: { workflow: $DIR/callee.yaml, inherit: %s } }\n"
    "  after: { kind: debug.noop, config: { value: \"=vars.v\" } }\n"
    "links:\n  - mine.done -> it.run\n  - it.done -> after.run\n";
  g_autofree char *alone = g_strdup_printf (yaml, "false");
  g_autofree char *shared = g_strdup_printf (yaml, "true");
  g_autoptr(Outcome) first = NULL;
  g_autoptr(Outcome) second = NULL;
  const WeirStepInfo *after;

  kind_test_write (test, "callee.yaml",
                   "weir: 1\nname: Callee\nblocks:\n"
                   "  seen: { kind: debug.noop, config: { value: \"=vars.v ?? 'nothing'\" } }\n"
                   "  set: { kind: data.set_variable, config: { name: v, value: 2 } }\n"
                   "links:\n  - seen.done -> set.run\noutput: seen.value\n");
  first = kind_test_play (test, alone, NULL);
  assert_output (first, "result", "\"nothing\"");
  after = weir_run_state_find_step (weir_run_get_state (first->run), 0, "after");
  g_assert_cmpfloat (weir_value_get_number (weir_value_find_member (after->outputs, "value")), ==, 1);
  second = kind_test_play (test, shared, NULL);
  assert_output (second, "result", "1");
  after = weir_run_state_find_step (weir_run_get_state (second->run), 0, "after");
  g_assert_cmpfloat (weir_value_get_number (weir_value_find_member (after->outputs, "value")), ==, 2);
}

static void
assert_callee_ends (KindTest *test, const char *stop, const char *result, const char *error)
{
  g_autofree char *callee = g_strdup_printf (
    "weir: 1\nname: Callee\nblocks:\n  slow: { kind: flow.delay, config: { duration: 1h } }\n"
    "  each:\n    kind: flow.foreach\n    config: { items: [1, 2] }\n    body:\n      blocks:\n        stop: { kind: "
    "flow.stop, config: %s }\n",
    stop);
  g_autoptr(Outcome) outcome = NULL;
  WeirValue *failure;

  kind_test_write (test, "callee.yaml", callee);
  outcome = kind_test_play (
    test,
    "weir: 1\nname: Caller\nblocks:\n  it: { kind: flow.subworkflow, config: { workflow: $DIR/callee.yaml }, "
    "on_error: continue }\n  after: { kind: debug.noop }\nlinks:\n  - it.result -> after.value\n",
    NULL);
  g_assert_cmpint (weir_run_get_status (outcome->run), ==, WEIR_RUN_SUCCEEDED);
  g_assert_cmpint (weir_run_state_get_exit_code (weir_run_get_state (outcome->run)), ==, -1);
  failure = weir_run_state_find_step (weir_run_get_state (outcome->run), 0, "it")->error;
  g_assert_cmpstr (failure != NULL ? weir_value_get_member_text (failure, "class", NULL) : NULL, ==, error);
  if (result != NULL)
    assert_output (outcome, "result", result);
}

static void
test_stop_in_a_sub_workflow_ends_that (KindTest *test)
{
  assert_callee_ends (test, "{ result: 7, exit_code: 3 }", "7", NULL);
  assert_callee_ends (test, "{ status: failed, message: No disk }", NULL, "flow.asserted");
  assert_callee_ends (test, "{ status: cancelled }", NULL, "flow.cancelled");
}

static void
write_self (KindTest *test, const char *name, const char *config)
{
  g_autofree char *yaml = g_strdup_printf (
    "weir: 1\nname: %s\ninputs: { n: { type: int } }\nblocks:\n"
    "  more: { kind: flow.if, config: { conditions: [ { left: \"=inputs.n\", op: \">\", right: 0 } ] } }\n"
    "  again: { kind: flow.subworkflow, config: { workflow: $DIR/%s.yaml, inputs: { n: \"=inputs.n - 1\" }%s } }\n"
    "  bottom: { kind: debug.noop, config: { value: 0 } }\n  end: { kind: flow.merge, config: { mode: first } }\n"
    "links:\n  - more.true -> again.run\n  - more.false -> bottom.run\n  - again.result -> end.in1\n"
    "  - bottom.value -> end.in2\noutput: end.out\n",
    name, name, config);
  g_autofree char *text = kind_test_fill (test, yaml);
  g_autofree char *file = g_strconcat (name, ".yaml", NULL);

  kind_test_write (test, file, text);
}

static void
test_subworkflow_calls_itself_only_with_leave (KindTest *test)
{
  g_autoptr(Outcome) refused = NULL;
  g_autoptr(Outcome) allowed = NULL;
  g_autoptr(Outcome) limited = NULL;

  write_self (test, "plain", "");
  write_self (test, "free", ", recursive: true");
  write_self (test, "few", ", recursive: true, max_depth: 2");
  refused = kind_test_play_block (test, "flow.subworkflow", "{ workflow: $DIR/plain.yaml, inputs: { n: 1 } }", NULL,
                                  NULL);
  assert_failure (refused, "limit.depth");
  allowed = kind_test_play_block (test, "flow.subworkflow", "{ workflow: $DIR/free.yaml, inputs: { n: 3 } }", NULL,
                                  NULL);
  assert_output (allowed, "result", "0");
  limited = kind_test_play_block (test, "flow.subworkflow", "{ workflow: $DIR/few.yaml, inputs: { n: 3 } }", NULL,
                                  NULL);
  assert_failure (limited, "limit.depth");
}

static WeirWorkflow *
parse (const char *yaml)
{
  g_autoptr(GError) error = NULL;
  WeirWorkflow *workflow = weir_workflow_parse (yaml, -1, NULL, &error);

  g_assert_no_error (error);
  return workflow;
}

static WeirWorkflow *
find_callee (const char *workflow, guint version, gpointer user_data)
{
  return g_object_ref (user_data);
}

static void
test_saved_interface_is_compared (KindTest *test)
{
  g_autoptr(WeirWorkflow) callee = parse (
    "weir: 1\nname: Callee\ninputs: { n: { type: int }, m: { type: text, default: x } }\nblocks:\n"
    "  a: { kind: debug.noop }\n");
  g_autoptr(WeirWorkflow) caller = parse (
    "weir: 1\nname: Caller\nblocks:\n  it:\n    kind: flow.subworkflow\n    config:\n      workflow: Callee\n"
    "      interface: { inputs: { n: { type: text, required: true }, old: { type: int } }, outputs: { result: any } "
    "}\n");
  WeirBlock *block = weir_graph_find_block (weir_workflow_get_graph (caller), "it");
  g_autoptr(WeirValue) interface = weir_workflow_make_interface (callee);
  g_autoptr(GListModel) problems = weir_workflow_validate_calls (caller, find_callee, callee);
  g_autoptr(GListModel) none = NULL;
  g_autoptr(WeirProblem) problem = g_list_model_get_item (problems, 0);

  g_assert_nonnull (weir_port_list_find_input (weir_block_get_ports (block), "old"));
  g_assert_null (weir_port_list_find_input (weir_block_get_ports (block), "inputs"));
  g_assert_nonnull (problem);
  g_assert_cmpint (weir_problem_get_severity (problem), ==, WEIR_SEVERITY_WARNING);
  g_assert_cmpstr (
    weir_problem_get_message (problem), ==,
    "The workflow \"Callee\" has changed: n is now int; m is a new input; there is no input old any more");

  weir_workflow_set_field (caller, block, "interface", interface);
  none = weir_workflow_validate_calls (caller, find_callee, callee);
  g_assert_cmpuint (g_list_model_get_n_items (none), ==, 0);
  g_assert_nonnull (weir_port_list_find_input (weir_block_get_ports (block), "m"));
}

static void
test_split_fires_for_each_piece (KindTest *test)
{
  g_autoptr(Outcome) outcome = kind_test_play (
    test,
    "weir: 1\nname: Pieces\nblocks:\n  it: { kind: flow.split, config: { value: { a: 1, b: 2 } } }\n"
    "  seen: { kind: data.set_variable, config: { name: seen, mode: append } }\n"
    "links:\n  - it.item -> seen.value\n",
    NULL);
  const WeirStepInfo *seen = weir_run_state_find_step (weir_run_get_state (outcome->run), 0, "seen");
  WeirValue *all = weir_value_find_member (seen->outputs, "value");

  assert_output (outcome, "count", "2");
  g_assert_cmpuint (weir_value_get_length (all), ==, 2);
  g_assert_cmpstr (weir_value_get_member_text (weir_value_get_item (all, 1), "key", NULL), ==, "b");
}

/* Items go two ways and are collected again; a second collector comes after the first. */
static void
test_collect_waits_for_all_that_may_come (KindTest *test)
{
  g_autoptr(Outcome) outcome = kind_test_play (
    test,
    "weir: 1\nname: Gather\nblocks:\n  split: { kind: flow.split, config: { value: [1, 2, 3, 4, 5] } }\n"
    "  odd: { kind: flow.if, config: { conditions: [ { left: \"=value % 2\", op: equals, right: 1 } ] } }\n"
    "  slow: { kind: flow.delay, config: { duration: 5ms } }\n"
    "  last: { kind: flow.collect }\n  it: { kind: flow.collect, config: { group_key: \"item > 2\" } }\n"
    "  pairs: { kind: flow.collect, config: { until: count, count: 2 } }\n"
    "links:\n  - it.items -> last.item\n  - split.item -> odd.value\n  - odd.true -> slow.value\n"
    "  - slow.value -> it.item\n  - split.item -> pairs.item\n",
    NULL);
  WeirRunState *state = weir_run_get_state (outcome->run);
  const WeirStepInfo *last = weir_run_state_find_step (state, 0, "last");
  const WeirStepInfo *pairs = weir_run_state_find_step (state, 0, "pairs");

  assert_output (outcome, "items", "[1, 3, 5]");
  assert_output (outcome, "groups", "[{\"key\": false, \"items\": [1]}, {\"key\": true, \"items\": [3, 5]}]");
  g_assert_cmpuint (weir_run_state_find_step (state, 0, "it")->firing, ==, 1);
  g_assert_nonnull (last);
  g_assert_cmpuint (last->firing, ==, 1);
  g_assert_cmpuint (weir_value_get_length (weir_value_find_member (last->outputs, "items")), ==, 1);
  g_assert_cmpuint (pairs->firing, ==, 3);
  g_assert_cmpuint (weir_value_get_length (weir_value_find_member (pairs->outputs, "items")), ==, 1);
}

static void
test_collect_of_nothing_is_skipped (KindTest *test)
{
  g_autoptr(Outcome) outcome = kind_test_play (
    test,
    "weir: 1\nname: Nothing\nblocks:\n  split: { kind: flow.split, config: { value: [] } }\n"
    "  it: { kind: flow.collect }\n  after: { kind: debug.noop }\n"
    "links:\n  - split.item -> it.item\n  - it.items -> after.value\n",
    NULL);

  g_assert_cmpint (weir_run_get_status (outcome->run), ==, WEIR_RUN_SUCCEEDED);
  g_assert_cmpint (weir_run_state_find_step (weir_run_get_state (outcome->run), 0, "it")->status, ==,
                   WEIR_STEP_SKIPPED);
}

static void
test_end_of_run_is_handled_once (KindTest *test)
{
  g_autofree char *yaml = kind_test_fill (
    test, "weir: 1\nname: Ends\nblocks:\n  fail: { kind: flow.throw }\n  end:\n    kind: flow.on_end\n"
          "    config: { when: failed }\n    body:\n      blocks:\n"
          "        write: { kind: file.write, config: { path: $DIR/ended, content: \"{{ ended.block }} {{ "
          "ended.error.class }}\" } }\n"
          "  other:\n    kind: flow.on_end\n    config: { when: succeeded }\n    body:\n      blocks:\n"
          "        write: { kind: file.write, config: { path: $DIR/never, content: x } }\n");
  g_autoptr(Outcome) outcome = kind_test_play (test, yaml, NULL);
  g_autofree char *ended = kind_test_read (test, "ended");
  g_autofree char *never = kind_test_read (test, "never");

  assert_failure (outcome, "flow.asserted");
  g_assert_cmpstr (ended, ==, "fail flow.asserted");
  g_assert_cmpstr (never, ==, NULL);
}

static void
test_what_is_linked_to_the_end_is_refused (KindTest *test)
{
  g_autoptr(WeirWorkflow) workflow = parse ("weir: 1\nname: Wrong\nblocks:\n  a: { kind: debug.noop }\n  end:\n    "
                                             "kind: flow.on_end\n    body:\n      blocks:\n"
                                             "        b: { kind: debug.noop }\nlinks:\n  - end.done -> a.run\n");
  g_autoptr(GListModel) problems = weir_workflow_validate (workflow);
  g_autoptr(WeirProblem) problem = g_list_model_get_item (problems, 0);

  g_assert_nonnull (problem);
  g_assert_cmpint (weir_problem_get_severity (problem), ==, WEIR_SEVERITY_ERROR);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  ADD_KIND_TEST ("/weir/blocks/subworkflow/has-variables-of-its-own", test_subworkflow_has_variables_of_its_own);
  ADD_KIND_TEST ("/weir/blocks/subworkflow/calls-itself-only-with-leave",
                 test_subworkflow_calls_itself_only_with_leave);
  ADD_KIND_TEST ("/weir/blocks/subworkflow/saved-interface-is-compared", test_saved_interface_is_compared);
  ADD_KIND_TEST ("/weir/blocks/stop/in-a-sub-workflow-ends-that", test_stop_in_a_sub_workflow_ends_that);
  ADD_KIND_TEST ("/weir/blocks/split/fires-for-each-piece", test_split_fires_for_each_piece);
  ADD_KIND_TEST ("/weir/blocks/collect/waits-for-all-that-may-come", test_collect_waits_for_all_that_may_come);
  ADD_KIND_TEST ("/weir/blocks/collect/of-nothing-is-skipped", test_collect_of_nothing_is_skipped);
  ADD_KIND_TEST ("/weir/blocks/on-end/is-handled-once", test_end_of_run_is_handled_once);
  ADD_KIND_TEST ("/weir/blocks/on-end/takes-no-links", test_what_is_linked_to_the_end_is_refused);
  return g_test_run ();
}
