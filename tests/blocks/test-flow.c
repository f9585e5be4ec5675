/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-kind-test.h"

static void
test_foreach_goes_over_ten_thousand (KindTest *test)
{
  g_autoptr(Outcome) outcome = kind_test_play (
    test,
    "weir: 1\nname: Many\ninputs:\n  given: { type: any }\nblocks:\n"
    "  it:\n    kind: flow.foreach\n    concurrency: 16\n    config: { items: \"=Array.from(Array(10000).keys())\" }\n"
    "    body:\n      blocks:\n        twice: { kind: debug.noop, config: { value: \"=item * 2\" } }\n",
    "{}");
  WeirValue *results = outcome_get (outcome, "results");

  g_test_message ("%s", outcome->message);
  g_assert_cmpstr (outcome->error, ==, NULL);
  g_assert_cmpuint (weir_value_get_length (results), ==, 10000);
  g_assert_cmpfloat (weir_value_get_number (weir_value_get_item (results, 9999)), ==, 19998);
}

/* The body leaves a mark while it runs: with two at once there are never three marks. */
static void
test_foreach_keeps_to_its_concurrency (KindTest *test)
{
  g_autofree char *config = kind_test_fill (test, "{ concurrency: 2, items: [1, 2, 3, 4, 5, 6] }");
  g_autofree char *body = kind_test_fill (
    test, "blocks:\n"
          "  enter: { kind: file.write, config: { path: \"$DIR/in-{{ item }}\", content: x } }\n"
          "  look: { kind: file.list, config: { path: $DIR, pattern: \"in-*\" } }\n"
          "  leave: { kind: file.move, config: { from: \"$DIR/in-{{ item }}\", to: \"$DIR/out-{{ item }}\" } }\n"
          "links:\n  - enter.done -> look.run\n  - look.done -> leave.run\noutput: look.count\n");
  g_autoptr(Outcome) outcome = kind_test_play_block (test, "flow.foreach", config, body, NULL);
  WeirValue *results = outcome_get (outcome, "results");

  g_assert_cmpstr (outcome->error, ==, NULL);
  g_assert_cmpuint (weir_value_get_length (results), ==, 6);
  for (gsize i = 0; i < 6; i++)
    g_assert_cmpint (weir_value_get_int (weir_value_get_item (results, i)), <=, 2);
}

static void
test_foreach_stops_at_the_first_failure (KindTest *test)
{
  g_autofree char *body = kind_test_fill (
    test, "blocks:\n  read: { kind: file.read, config: { path: \"$DIR/{{ item }}\" } }\n");
  g_autoptr(Outcome) outcome = NULL;

  kind_test_write (test, "a", "1");
  outcome = kind_test_play_block (test, "flow.foreach", "{ items: [a, b, c] }", body, NULL);
  assert_failure (outcome, "io.not_found");
  g_assert_true (g_str_has_prefix (outcome->message, "Item 1: "));
}

static void
test_foreach_fires_as_items_finish (KindTest *test)
{
  g_autoptr(Outcome) outcome = kind_test_play (
    test,
    "weir: 1\nname: Side ports\ninputs:\n  given: { type: any }\nblocks:\n"
    "  it:\n    kind: flow.foreach\n    config: { items: [1, 2, 3] }\n"
    "    body:\n      blocks:\n        same: { kind: debug.noop, config: { value: \"=item\" } }\n"
    "  add: { kind: data.set_variable, config: { name: seen, mode: append } }\n"
    "links:\n  - it.each_ok -> add.value\n",
    "{}");
  WeirRunState *state = weir_run_get_state (outcome->run);
  const WeirStepInfo *last = weir_run_state_find_step (state, 0, "add");

  g_assert_nonnull (last);
  g_assert_cmpuint (last->firing, ==, 3);
  g_assert_cmpuint (weir_value_get_length (weir_value_find_member (last->outputs, "value")), ==, 3);
}

static void
test_foreach_batches_and_takes_records (KindTest *test)
{
  g_autoptr(Outcome) batches = kind_test_play_block (
    test, "flow.foreach", "{ items: [1, 2, 3], batch: 2 }",
    "blocks:\n  n: { kind: debug.noop, config: { value: \"=item.length\" } }\n", NULL);
  g_autoptr(Outcome) record = kind_test_play_block (
    test, "flow.foreach", "{ items: { a: 1, b: 2 } }",
    "blocks:\n  n: { kind: debug.noop, config: { value: \"{{ item.key }}{{ item.value }}\" } }\n", NULL);
  g_autoptr(Outcome) nothing = kind_test_play_block (test, "flow.foreach", "{ items: [] }",
                                                      "blocks:\n  n: { kind: debug.noop }\n", NULL);

  assert_output (batches, "results", "[2, 1]");
  assert_output (record, "results", "[\"a1\", \"b2\"]");
  assert_output (nothing, "results", "[]");
}

static void
test_foreach_can_be_stopped (KindTest *test)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirWorkflow) workflow = weir_workflow_parse (
    "weir: 1\nname: Long\nblocks:\n  it:\n    kind: flow.foreach\n    config: { items: [1, 2, 3], on_item_error: skip "
    "}\n"
    "    body:\n      blocks:\n        wait: { kind: flow.delay, config: { duration: 1h } }\n",
    -1, NULL, &error);
  g_autoptr(WeirRun) run = NULL;

  g_assert_no_error (error);
  run = dex_await_object (weir_engine_play (test->engine, workflow, NULL), &error);
  g_assert_no_error (error);
  dex_await (weir_run_stop (run), &error);
  g_assert_no_error (error);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_CANCELLED);
}

static void
test_merge_does_not_wait_for_a_dead_path (KindTest *test)
{
  g_autoptr(Outcome) outcome = kind_test_play (
    test,
    "weir: 1\nname: Dead path\ninputs:\n  given: { type: any }\nblocks:\n"
    "  start: { kind: debug.noop, config: { value: 7 } }\n"
    "  check: { kind: flow.if, config: { conditions: [{ op: \">\", right: 5 }] } }\n"
    "  low: { kind: debug.noop }\n  high: { kind: debug.noop }\n  it: { kind: flow.merge }\n"
    "links:\n  - start.value -> check.value\n  - check.true -> high.value\n  - check.false -> low.value\n"
    "  - low.value -> it.in1\n  - high.value -> it.in2\n",
    "{}");

  assert_output (outcome, "out", "[7]");
}

static void
test_merge_takes_the_first (KindTest *test)
{
  g_autoptr(Outcome) outcome = kind_test_play (test,
                                                "weir: 1\nname: Race\ninputs:\n  given: { type: any }\nblocks:\n"
                                                "  slow: { kind: flow.delay, config: { duration: 200ms } }\n  quick: { "
                                                "kind: debug.noop, config: { value: quick } }\n"
                                                "  it: { kind: flow.merge, config: { mode: first } }\n"
                                                "links:\n  - slow.value -> it.in1\n  - quick.value -> it.in1\n",
                                                "{}");

  assert_output (outcome, "out", "\"quick\"");
}

static void
test_if_says_why_a_condition_is_wrong (KindTest *test)
{
  g_autoptr(Outcome) outcome = kind_test_play_block (test, "flow.if", "{ conditions: [{ op: \"=\", right: 1 }] }",
                                                      NULL, "{\"value\": 1}");

  assert_failure (outcome, "config.invalid");
  g_assert_nonnull (g_strstr_len (outcome->message, -1, "equals"));
}

static void
test_if_compares_as_people_do (KindTest *test)
{
  static const struct { const char *condition; const char *value; const char *port; } cases[] = {
    { "{ op: equals, right: \"1\" }", "1", "true" },
    { "{ op: \"<\", right: 10 }", "\"9\"", "true" },
    { "{ op: \"<\", right: \"b\" }", "\"a\"", "true" },
    { "{ op: not_contains, right: \"x\" }", "[\"a\"]", "true" },
    { "{ op: in, right: [1, 2] }", "3", "false" },
    { "{ op: exists }", "null", "false" },
    { "{ op: empty }", "{}", "true" },
    { "{ op: \">=\", right: 9007199254740993 }", "9007199254740992", "false" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *config = g_strdup_printf ("{ conditions: [%s] }", cases[i].condition);
      g_autofree char *given = g_strdup_printf ("{\"value\": %s}", cases[i].value);
      g_autoptr(Outcome) outcome = kind_test_play_block (test, "flow.if", config, NULL, given);

      g_test_message ("%s %s", cases[i].value, cases[i].condition);
      assert_output (outcome, cases[i].port, cases[i].value);
    }
}

static void
test_switch_ports_follow_labels (KindTest *test)
{
  const WeirBlockKind *kind = weir_registry_find_kind ("flow.switch");
  g_autoptr(WeirValue) config = weir_json_parse (
    "{\"cases\": [{\"match\": 1, \"label\": \"Too big!\"}, {\"match\": 2}, {\"match\": 3, \"label\": \"too big\"}, "
    "{\"match\": 4, \"label\": \"default\"}]}",
    -1, NULL);
  g_autoptr(WeirPortList) ports = weir_kind_list_ports (kind, config);

  g_assert_nonnull (weir_port_list_find_output (ports, "default"));
  g_assert_nonnull (weir_port_list_find_output (ports, "too_big"));
  g_assert_nonnull (weir_port_list_find_output (ports, "case2"));
  g_assert_nonnull (weir_port_list_find_output (ports, "too_big2"));
  g_assert_nonnull (weir_port_list_find_output (ports, "default_case"));
}

static void
test_variables_of_the_workflow_are_undone (KindTest *test)
{
  static const char yaml[] =
    "weir: 1\nname: Counter\ninputs:\n  given: { type: any }\nblocks:\n"
    "  it: { kind: data.set_variable, config: { name: count, scope: workflow, mode: increment, value: 1 } }\n";
  g_autoptr(Outcome) first = kind_test_play (test, yaml, "{}");
  g_autoptr(Outcome) second = kind_test_play (test, yaml, "{}");

  assert_output (first, "value", "1");
  g_assert_cmpstr (second->error, ==, NULL);
  g_assert_cmpuint (kind_test_undo (test, second), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  ADD_KIND_TEST ("/weir/blocks/foreach/goes-over-ten-thousand", test_foreach_goes_over_ten_thousand);
  ADD_KIND_TEST ("/weir/blocks/foreach/keeps-to-its-concurrency", test_foreach_keeps_to_its_concurrency);
  ADD_KIND_TEST ("/weir/blocks/foreach/stops-at-the-first-failure", test_foreach_stops_at_the_first_failure);
  ADD_KIND_TEST ("/weir/blocks/foreach/fires-as-items-finish", test_foreach_fires_as_items_finish);
  ADD_KIND_TEST ("/weir/blocks/foreach/batches-and-takes-records", test_foreach_batches_and_takes_records);
  ADD_KIND_TEST ("/weir/blocks/foreach/can-be-stopped", test_foreach_can_be_stopped);
  ADD_KIND_TEST ("/weir/blocks/merge/does-not-wait-for-a-dead-path", test_merge_does_not_wait_for_a_dead_path);
  ADD_KIND_TEST ("/weir/blocks/merge/takes-the-first", test_merge_takes_the_first);
  ADD_KIND_TEST ("/weir/blocks/if/says-why-a-condition-is-wrong", test_if_says_why_a_condition_is_wrong);
  ADD_KIND_TEST ("/weir/blocks/if/compares-as-people-do", test_if_compares_as_people_do);
  ADD_KIND_TEST ("/weir/blocks/switch/ports-follow-labels", test_switch_ports_follow_labels);
  ADD_KIND_TEST ("/weir/blocks/set-variable/is-undone", test_variables_of_the_workflow_are_undone);
  return g_test_run ();
}
