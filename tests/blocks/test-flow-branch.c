/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kinds that send values one way or another, and bring them together again. */
#include "weir-kind-test.h"

static void
test_if_names_the_row_and_the_port (KindTest *test)
{
  g_autoptr(Outcome) of_input = kind_test_play_block (
    test, "flow.if", "{ conditions: [{ op: truthy }, { op: \"<\", right: 1 }] }", NULL, "{\"value\": [1]}");
  g_autoptr(Outcome) of_left = kind_test_play_block (
    test, "flow.if", "{ conditions: [{ left: [1], op: \"<\", right: 1 }] }", NULL, "{\"value\": 1}");

  assert_failure (of_input, "input.type");
  g_assert_true (g_str_has_prefix (of_input->message, "Condition 2, of the input value: Expected "));
  g_assert_true (g_str_has_prefix (of_left->message, "Condition 1, of its left side: Expected "));
}

/* The same values go the same way again, and about so many as were asked for. */
static void
test_if_shares_the_same_way_each_time (KindTest *test)
{
  static const char yaml[]
    = "weir: 1\nname: Share\nblocks:\n  it:\n    kind: flow.foreach\n"
      "    config: { items: \"=Array.from(Array(400).keys())\", concurrency: 8 }\n    body:\n      blocks:\n"
      "        some: { kind: flow.if, config: { conditions: [{ left: \"=item\", op: in_share, right: 25 }] } }\n"
      "        in: { kind: debug.noop, config: { value: \"=item\" } }\n"
      "        out: { kind: debug.noop, config: { value: -1 } }\n        end: { kind: flow.merge }\n"
      "      links:\n        - some.true -> in.run\n        - some.false -> out.run\n        - in.value -> end.in1\n"
      "        - out.value -> end.in2\n      output: end.out\n";
  g_autoptr(Outcome) first = kind_test_play (test, yaml, NULL);
  g_autoptr(Outcome) second = kind_test_play (test, yaml, NULL);
  WeirValue *results = outcome_get (first, "results");
  guint n = 0;

  g_assert_cmpstr (first->error, ==, NULL);
  for (gsize i = 0; i < weir_value_get_length (results); i++)
    n += weir_value_get_number (weir_value_get_item (weir_value_get_item (results, i), 0)) >= 0;
  g_assert_cmpuint (n, >, 60);
  g_assert_cmpuint (n, <, 140);
  g_assert_true (weir_value_equal (results, outcome_get (second, "results")));
}

static const char switching[]
  = "weir: 1\nname: Switch\nblocks:\n"
    "  sw: { kind: flow.switch, config: { cases: [{ match: 1 }, { match: 2 }, { match: 3, label: Three }] } }\n"
    "  a: { kind: debug.noop }\n  b: { kind: debug.noop }\n  c: { kind: debug.noop }\n"
    "links:\n  - sw.case1 -> a.value\n  - sw.case2 -> b.value\n  - sw.three -> c.value\noutput: sw.three\n";

static WeirWorkflow *
parse (const char *yaml)
{
  g_autoptr(GError) error = NULL;
  WeirWorkflow *workflow = weir_workflow_parse (yaml, -1, NULL, &error);

  g_assert_no_error (error);
  return workflow;
}

static void
set_cases (WeirWorkflow *workflow, const char *json)
{
  WeirBlock *block = weir_graph_find_block (weir_workflow_get_graph (workflow), "sw");
  g_autoptr(WeirValue) cases = weir_json_parse (json, -1, NULL);

  g_assert_nonnull (cases);
  weir_workflow_set_field (workflow, block, "cases", cases);
}

/* The output that leads to a block. */
static const char *
find_source_port (WeirWorkflow *workflow, const char *target)
{
  WeirGraph *graph = weir_workflow_get_graph (workflow);

  for (guint i = 0; i < weir_graph_get_n_links (graph); i++)
    {
      WeirLink *link = weir_graph_get_link (graph, i);

      if (g_str_equal (weir_block_get_id (weir_link_get_target (link)), target))
        return weir_link_get_source_port (link);
    }
  return NULL;
}

static char *
dup_row_id (WeirWorkflow *workflow, gsize row)
{
  WeirBlock *block = weir_graph_find_block (weir_workflow_get_graph (workflow), "sw");
  WeirValue *cases = weir_value_find_member (weir_block_get_config (block), "cases");

  return g_strdup (weir_value_get_member_text (weir_value_get_item (cases, row), "id", NULL));
}

static void
test_switch_links_follow_their_case (KindTest *test)
{
  g_autoptr(WeirWorkflow) workflow = parse (switching);
  g_autofree char *first_id = NULL;
  g_autoptr(GListModel) problems = NULL;

  set_cases (workflow, "[{\"match\": 3, \"label\": \"Three\"}, {\"match\": 2}, {\"match\": 1}]");
  g_assert_cmpstr (find_source_port (workflow, "a"), ==, "case1");
  g_assert_cmpstr (find_source_port (workflow, "b"), ==, "case2");
  g_assert_cmpstr (find_source_port (workflow, "c"), ==, "three");
  first_id = dup_row_id (workflow, 2);
  g_assert_cmpstr (first_id, ==, "case1");

  /* another label, and a label for one that had none */
  set_cases (workflow, "[{\"match\": 3, \"label\": \"Drei\"}, {\"match\": 2}, {\"match\": 1, \"label\": \"One\"}]");
  g_assert_cmpstr (find_source_port (workflow, "a"), ==, "one");
  g_assert_cmpstr (find_source_port (workflow, "b"), ==, "case2");
  g_assert_cmpstr (find_source_port (workflow, "c"), ==, "drei");
  g_assert_cmpstr (weir_graph_get_output (weir_workflow_get_graph (workflow)), ==, "sw.drei");

  weir_workflow_undo (workflow);
  g_assert_cmpstr (find_source_port (workflow, "a"), ==, "case1");
  g_assert_cmpstr (find_source_port (workflow, "c"), ==, "three");
  problems = weir_workflow_validate (workflow);
  g_assert_cmpuint (g_list_model_get_n_items (problems), ==, 0);
}

static void
test_switch_gives_a_new_case_a_name_of_its_own (KindTest *test)
{
  g_autoptr(WeirWorkflow) workflow = parse (switching);
  g_autofree char *id = NULL;

  set_cases (workflow, "[{\"match\": 0}, {\"match\": 1}, {\"match\": 2}, {\"match\": 3, \"label\": \"Three\"}]");
  id = dup_row_id (workflow, 0);
  g_assert_cmpstr (id, ==, "case3");
  g_assert_cmpstr (find_source_port (workflow, "a"), ==, "case1");
  g_assert_cmpstr (find_source_port (workflow, "b"), ==, "case2");
}

/* in1 is quick, in2 fails over an error link that leads nowhere, in3 comes later. */
static const char racing[] =
  "weir: 1\nname: Policy\nblocks:\n  quick: { kind: debug.noop, config: { value: quick } }\n"
  "  broken: { kind: flow.throw, on_error: continue }\n"
  "  slow: { kind: flow.delay, config: { duration: 30ms } }\n"
  "  it: { kind: flow.merge, config: { inputs: 3, %s } }\n  after: { kind: debug.noop }\n"
  "links:\n  - quick.value -> it.in1\n  - broken.done -> it.in2\n  - slow.value -> it.in3\n  - it.out -> after.value\n";

static Outcome *
play_racing (KindTest *test, const char *config)
{
  g_autofree char *yaml = g_strdup_printf (racing, config);

  return kind_test_play (test, yaml, NULL);
}

static guint
count_firings (Outcome *outcome, const char *block)
{
  const WeirStepInfo *step = weir_run_state_find_step (weir_run_get_state (outcome->run), 0, block);

  return step != NULL && step->status == WEIR_STEP_SUCCEEDED ? step->firing : 0;
}

static void
test_merge_keeps_to_its_policy (KindTest *test)
{
  g_autoptr(Outcome) all = play_racing (test, "missing: 'null'");
  g_autoptr(Outcome) each = play_racing (test, "policy: any");
  g_autoptr(Outcome) one = play_racing (test, "policy: n, count: 1");
  g_autoptr(Outcome) three = play_racing (test, "policy: n, count: 3");
  g_autoptr(Outcome) first = play_racing (test, "mode: first, missing: error");
  g_autoptr(Outcome) latest = play_racing (test, "mode: latest");
  g_autoptr(Outcome) missing = play_racing (test, "missing: error");

  assert_output (all, "out", "[\"quick\", null, null]");
  assert_output (each, "out", "[\"quick\", null]");
  g_assert_cmpuint (count_firings (each, "after"), ==, 2);
  assert_output (one, "out", "[\"quick\"]");
  g_assert_cmpuint (count_firings (one, "after"), ==, 1);
  g_assert_cmpuint (count_firings (three, "after"), ==, 0);
  g_assert_cmpstr (three->error, ==, NULL);
  assert_output (first, "out", "\"quick\"");
  g_assert_cmpuint (count_firings (first, "after"), ==, 1);
  assert_output (latest, "out", "[\"quick\", null]");
  assert_failure (missing, "input.missing");
}

/* In each round anew: the join of the round before has not used it up. */
static void
test_merge_races_again_in_each_round (KindTest *test)
{
  g_autoptr(Outcome) outcome = kind_test_play (
    test,
    "weir: 1\nname: Rounds\nblocks:\n  start: { kind: debug.noop, config: { value: 0 } }\n"
    "  add: { kind: debug.noop, config: { value: \"=input.run + 1\" } }\n"
    "  quick: { kind: debug.noop }\n  slow: { kind: flow.delay, config: { duration: 1ms } }\n"
    "  it: { kind: flow.merge, config: { mode: first } }\n"
    "links:\n  - start.value -> add.run\n  - add.value -> quick.value\n  - add.value -> slow.value\n"
    "  - quick.value -> it.in1\n  - slow.value -> it.in2\n  - it.out -> add.run when: value < 5\n",
    NULL);

  assert_output (outcome, "out", "5");
  g_assert_cmpuint (count_firings (outcome, "it"), ==, 5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  ADD_KIND_TEST ("/weir/blocks/if/names-the-row-and-the-port", test_if_names_the_row_and_the_port);
  ADD_KIND_TEST ("/weir/blocks/if/shares-the-same-way-each-time", test_if_shares_the_same_way_each_time);
  ADD_KIND_TEST ("/weir/blocks/switch/links-follow-their-case", test_switch_links_follow_their_case);
  ADD_KIND_TEST ("/weir/blocks/switch/new-case-has-a-name-of-its-own", test_switch_gives_a_new_case_a_name_of_its_own);
  ADD_KIND_TEST ("/weir/blocks/merge/keeps-to-its-policy", test_merge_keeps_to_its_policy);
  ADD_KIND_TEST ("/weir/blocks/merge/races-again-in-each-round", test_merge_races_again_in_each_round);
  return g_test_run ();
}
