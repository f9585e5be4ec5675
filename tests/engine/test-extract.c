/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blocks that become a workflow of their own, and back: what a run gives stays the same. With the real kinds. */
#include "weir-diff.h"
#include "weir-extract.h"
#include "weir-history.h"
#include "weir-json.h"
#include "weir-test.h"

#include <string.h>

static const WeirExtractKinds kinds = { .call = "flow.subworkflow", .pass = "debug.noop" };

#define TWO_OUTPUTS                                                                                                       \
  "weir: 1\nname: Outer\ninputs:\n  who: { type: text, default: World }\n  mark: { type: text, default: \"!\" }\n"         \
  "blocks:\n  a: { kind: data.template, config: { template: \"Hello {{ inputs.who }}\" } }\n"                              \
  "  b: { kind: debug.noop, label: Middle }\n"                                                                            \
  "  c: { kind: debug.noop, config: { value: \"=blocks.b.value + inputs.mark\" } }\n"                                     \
  "  d: { kind: debug.noop }\n  e: { kind: debug.noop }\n"                                                                \
  "  all: { kind: debug.noop, config: { value: { d: =blocks.d.value, e: =blocks.e.value } } }\n"                          \
  "links:\n  - a.text -> b.value\n  - b.done -> c.run\n  - c.value -> d.value\n"                                          \
  "  - \"b.value -> e.value when: value.length > 0\"\n  - d.done -> all.run\n  - e.done -> all.run\noutput: all.value\n"    \
  "layout: { a: [0, 0], b: [280, 0], c: [560, 0], d: [840, 0], e: [840, 120], all: [1120, 0] }\n"

static WeirWorkflow *
extract (WeirWorkflow *workflow, const char *ids, WeirBlock **call, GError **error)
{
  g_auto(GStrv) words = g_strsplit (ids, " ", -1);
  g_autoptr(GPtrArray) blocks = g_ptr_array_new ();

  for (guint i = 0; words[i] != NULL; i++)
    {
      WeirBlock *block = weir_workflow_find_block (workflow, words[i]);

      g_assert_nonnull (block);
      g_ptr_array_add (blocks, block);
    }
  return weir_workflow_extract (workflow, (WeirBlock **) blocks->pdata, blocks->len, &kinds, "Inner part", "inner", call, error);
}

/* What a run of it gives, the part being saved. */
static char *
play (WeirTest *test, WeirWorkflow *workflow, WeirWorkflow *part)
{
  g_autofree char *text = weir_workflow_to_yaml (workflow);
  g_autoptr(DexFuture) saved = part != NULL ? weir_engine_save_workflow (test->engine, part, NULL) : NULL;
  g_autoptr(GError) error = NULL;

  if (saved != NULL)
    weir_test_await (saved, &error);
  g_assert_no_error (error);
  return weir_test_result (test, text, weir_workflow_get_n_inputs (workflow) > 0 ? "{\"who\": \"you\"}" : NULL);
}

static void
assert_same_but_layout (const char *before, WeirWorkflow *after)
{
  g_autoptr(WeirWorkflow) old = weir_test_parse (before);
  g_autoptr(GListModel) changes = weir_workflow_diff (old, after);

  for (guint i = 0; i < g_list_model_get_n_items (changes); i++)
    {
      g_autoptr(WeirChange) change = g_list_model_get_item (changes, i);
      g_autofree char *told = weir_change_to_string (change);

      if (!weir_change_is_layout (change))
        g_error ("%s", told);
    }
}

static void
test_a_run_gives_the_same (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirWorkflow) workflow = weir_test_parse (TWO_OUTPUTS);
  g_autofree char *before = play (test, workflow, NULL);
  g_autoptr(GError) error = NULL;
  WeirBlock *call = NULL;
  g_autoptr(WeirWorkflow) part = extract (workflow, "b c", &call, &error);
  g_autofree char *after = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (weir_block_get_id (call), ==, "inner_part");
  g_assert_cmpstr (weir_block_get_title (call), ==, "Inner part");
  g_assert_null (weir_workflow_find_block (workflow, "b"));
  after = play (test, workflow, part);
  g_assert_cmpstr (before, ==, "{\"d\":\"Hello you!\",\"e\":\"Hello you\"}");
  g_assert_cmpstr (after, ==, before);
}

static void
test_ports_have_the_types_of_what_crosses (void)
{
  g_autoptr(WeirWorkflow) workflow = weir_test_parse (TWO_OUTPUTS);
  WeirBlock *call = NULL;
  g_autoptr(WeirWorkflow) part = extract (workflow, "b c", &call, NULL);
  WeirPortList *ports = weir_block_get_ports (call);
  const WeirPort *text = weir_port_list_find_input (ports, "text");

  g_assert_nonnull (text);
  g_assert_cmpstr (text->type, ==, "text");
  g_assert_nonnull (weir_port_list_find_input (ports, "mark"));
  g_assert_null (weir_port_list_find_input (ports, "who"));
  g_assert_cmpuint (ports->outputs->len, ==, 3);
  g_assert_cmpuint (weir_workflow_get_n_inputs (part), ==, 2);
}

static void
test_it_is_one_edit (void)
{
  g_autoptr(WeirWorkflow) workflow = weir_test_parse (TWO_OUTPUTS);
  g_autoptr(WeirWorkflow) part = extract (workflow, "b c", NULL, NULL);
  g_autofree char *text = NULL;

  g_assert_nonnull (part);
  g_assert_cmpuint (weir_workflow_get_n_steps (workflow), ==, 1);
  weir_workflow_undo (workflow);
  text = weir_workflow_to_yaml (workflow);
  g_assert_cmpstr (text, ==, TWO_OUTPUTS);
}

static void
test_unpacking_is_the_inverse (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  static const char *const selections[] = { "b c", "a b c", "d e all", "a", "b c d e all", "a b c d e all" };

  for (guint i = 0; i < G_N_ELEMENTS (selections); i++)
    {
      g_autoptr(WeirWorkflow) workflow = weir_test_parse (TWO_OUTPUTS);
      g_autoptr(GError) error = NULL;
      WeirBlock *call = NULL;
      g_autoptr(WeirWorkflow) part = extract (workflow, selections[i], &call, &error);
      g_autoptr(GPtrArray) blocks = NULL;
      g_autofree char *result = NULL;

      g_test_message ("%s", selections[i]);
      g_assert_no_error (error);
      result = play (test, workflow, part);
      g_assert_cmpstr (result, ==, "{\"d\":\"Hello you!\",\"e\":\"Hello you\"}");
      blocks = weir_workflow_unpack (workflow, call, part, &kinds, &error);
      g_assert_no_error (error);
      g_assert_nonnull (blocks);
      assert_same_but_layout (TWO_OUTPUTS, workflow);
      g_assert_cmpuint (weir_workflow_get_n_steps (workflow), ==, 2);
    }
}

static void
test_what_the_call_was_given_stands_in_the_expressions (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirWorkflow) part = weir_test_parse ("weir: 1\nname: Twice\ninputs:\n  n: { type: int }\n  plus: { type: int, default: 1 }\n"
                                                  "blocks:\n  twice: { kind: debug.noop, config: { value: \"=inputs.n * 2 + inputs.plus\" } }\n");
  g_autoptr(WeirWorkflow) workflow
    = weir_test_parse ("weir: 1\nname: Outer\ninputs:\n  who: { type: text }\nblocks:\n  call: { kind: flow.subworkflow, config: { workflow: "
                       "twice, inputs: { n: \"=3 + 4\" } } }\n  out: { kind: debug.noop }\nlinks:\n  - call.result -> out.value\n");
  g_autoptr(GPtrArray) blocks = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  weir_workflow_set_id (part, "twice");
  before = play (test, workflow, part);
  blocks = weir_workflow_unpack (workflow, weir_workflow_find_block (workflow, "call"), part, &kinds, &error);
  g_assert_no_error (error);
  after = play (test, workflow, NULL);
  g_assert_cmpstr (before, ==, "15");
  g_assert_cmpstr (after, ==, "15");
}

/* The ports stay when the call follows a newer version of what it calls. */
static void
test_outputs_that_are_members_stay (void)
{
  g_autoptr(WeirWorkflow) workflow = weir_test_parse (TWO_OUTPUTS);
  WeirBlock *call = NULL;
  g_autoptr(WeirWorkflow) part = extract (workflow, "b c", &call, NULL);
  WeirValue *saved = weir_value_find_member (weir_block_get_config (call), "interface");
  WeirInput more = { .name = "more", .type = "text" };
  g_autoptr(WeirValue) now = NULL;
  g_autoptr(WeirValue) updated = NULL;
  g_autofree char *same = NULL;
  g_autofree char *difference = NULL;

  now = weir_workflow_make_interface (part);
  same = weir_interface_compare (saved, now);
  g_assert_null (same);
  weir_workflow_set_input (part, &more);
  g_clear_pointer (&now, weir_value_unref);
  now = weir_workflow_make_interface (part);
  difference = weir_interface_compare (saved, now);
  g_assert_cmpstr (difference, ==, "more is a new input");
  updated = weir_interface_update (saved, now);
  weir_workflow_set_field (workflow, call, "interface", updated);
  g_assert_cmpuint (weir_block_get_ports (call)->outputs->len, ==, 3);
  g_assert_nonnull (weir_port_list_find_input (weir_block_get_ports (call), "more"));
}

/* Either side names the other in expressions: that crosses the boundary as well. */
static void
test_names_become_inputs_and_outputs (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirWorkflow) workflow = weir_test_parse (TWO_OUTPUTS);
  g_autoptr(GError) error = NULL;
  WeirBlock *call = NULL;
  g_autoptr(WeirWorkflow) part = extract (workflow, "c", &call, &error);
  g_autofree char *inputs = NULL;
  g_autofree char *after = NULL;

  g_assert_no_error (error);
  inputs = weir_json_write (weir_value_find_member (weir_block_get_config (call), "inputs"), 0, NULL);
  g_assert_cmpstr (inputs, ==, "{\"mark\":\"=inputs.mark\",\"value\":\"=blocks.b?.value\"}");
  g_assert_nonnull (weir_port_list_find_input (weir_block_get_ports (call), "value"));
  after = play (test, workflow, part);
  g_assert_cmpstr (after, ==, "{\"d\":\"Hello you!\",\"e\":\"Hello you\"}");
}

#define BRANCHES                                                                                                          \
  "weir: 1\nname: Branches\ninputs:\n  n: { type: int, default: 1 }\nblocks:\n"                                            \
  "  a: { kind: debug.noop, config: { value: \"=inputs.n\" } }\n  b: { kind: debug.noop }\n  c: { kind: debug.noop }\n"     \
  "  d: { kind: debug.noop, config: { value: \"=blocks.b ? blocks.b.value * 10 : -1\" } }\n"                                \
  "  all: { kind: debug.noop, config: { value: \"=[blocks.b?.value ?? 'no', blocks.c?.value ?? 'no', blocks.d.value]\" } }\n" \
  "links:\n  - \"a.value -> b.value when: value > 0\"\n  - \"a.value -> c.value when: value <= 0\"\n"                       \
  "  - b.done -> d.run\n  - c.done -> d.run\n  - d.done -> all.run\noutput: all.value\n"                                      \
  "layout: { a: [0, 0], b: [280, 0], c: [280, 120], d: [560, 0], all: [840, 0] }\n"

/* A branch that is not taken is not taken on the other side either. */
static void
test_branches_that_are_not_taken_stay_so (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  static const char *const selections[] = { "b c", "b c d", "a b", "d", "d all", "b", "c d all", "a b c d" };
  static const char *const inputs[] = { "{\"n\": 3}", "{\"n\": -3}" };

  for (guint i = 0; i < G_N_ELEMENTS (selections) * 2; i++)
    {
      g_autoptr(WeirWorkflow) workflow = weir_test_parse (BRANCHES);
      g_autoptr(GError) error = NULL;
      WeirBlock *call = NULL;
      g_autoptr(WeirWorkflow) part = extract (workflow, selections[i / 2], &call, &error);
      g_autoptr(DexFuture) saved = NULL;
      g_autoptr(GPtrArray) blocks = NULL;
      g_autofree char *text = NULL;
      g_autofree char *result = NULL;
      g_autofree char *back = NULL;

      g_test_message ("%s %s", selections[i / 2], inputs[i % 2]);
      g_assert_no_error (error);
      saved = weir_engine_save_workflow (test->engine, part, NULL);
      weir_test_await (saved, &error);
      g_assert_no_error (error);
      text = weir_workflow_to_yaml (workflow);
      result = weir_test_result (test, text, inputs[i % 2]);
      g_assert_cmpstr (result, ==, i % 2 == 0 ? "[3,\"no\",30]" : "[\"no\",-3,-1]");
      blocks = weir_workflow_unpack (workflow, call, part, &kinds, &error);
      g_assert_no_error (error);
      g_free (text);
      text = weir_workflow_to_yaml (workflow);
      g_test_message ("%s", text);
      back = weir_test_result (test, text, inputs[i % 2]);
      g_assert_cmpstr (back, ==, result);
    }
}

static void
test_what_leads_out_and_back_in_is_named (void)
{
  g_autoptr(WeirWorkflow) workflow = weir_test_parse (TWO_OUTPUTS);
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirWorkflow) part = extract (workflow, "a c", NULL, &error);

  g_assert_null (part);
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "\"Middle\""));
  g_assert_cmpuint (weir_workflow_get_n_steps (workflow), ==, 0);
}

/* By chance, the same each time. b0 … bn, each after some of those before, by links and by name, with conditions or without. */
static char *
draw_workflow (GRand *rand, guint n)
{
  GString *blocks = g_string_new ("weir: 1\nname: Drawn\nblocks:\n  b0: { kind: debug.noop, config: { value: 5 } }\n");
  g_autoptr(GString) links = g_string_new ("links:\n");
  g_autoptr(GString) all = g_string_new ("=[");

  for (guint i = 1; i < n; i++)
    {
      guint from = (guint) g_rand_int_range (rand, 0, (int) i);
      guint other = (guint) g_rand_int_range (rand, 0, (int) i);
      const char *when = g_rand_int_range (rand, 0, 3) > 0 ? "" : g_rand_boolean (rand) ? " when: value % 2 === 1" : " when: value > 6";

      switch (g_rand_int_range (rand, 0, 4))
        {
        case 0:
          g_string_append_printf (blocks, "  b%u: { kind: debug.noop }\n", i);
          g_string_append_printf (links, "  - \"b%u.value -> b%u.value%s\"\n", from, i, when);
          break;
        case 1:
          g_string_append_printf (blocks, "  b%u: { kind: debug.noop, config: { value: \"=blocks.b%u.value + %u\" } }\n", i, from, i);
          g_string_append_printf (links, "  - b%u.done -> b%u.run\n", from, i);
          break;
        case 2:
          g_string_append_printf (blocks, "  b%u: { kind: debug.noop, config: { value: \"=(blocks.b%u?.value ?? 1) + (blocks.b%u?.value ?? 2)\" } }\n",
                                  i, from, other);
          g_string_append_printf (links, "  - b%u.done -> b%u.run\n", from, i);
          if (other != from)
            g_string_append_printf (links, "  - \"b%u.value -> b%u.run%s\"\n", other, i, when);
          break;
        default:
          g_string_append_printf (blocks, "  b%u: { kind: debug.noop, config: { value: { have: \"=blocks.b%u ? %u : 0\" } } }\n", i, other, i);
          g_string_append_printf (links, "  - b%u.done -> b%u.run\n", from, i);
          if (other != from)
            g_string_append_printf (links, "  - b%u.done -> b%u.run\n", other, i);
        }
      g_string_append_printf (links, "  - b%u.done -> all.run\n", i);
      g_string_append_printf (all, "blocks.b%u?.value ?? 'no', ", i);
    }
  g_string_append_printf (blocks, "  all: { kind: debug.noop, config: { value: \"%s0]\" } }\n%soutput: all.value\n", all->str, links->str);
  return g_string_free_and_steal (blocks);
}

static void
test_any_selection_means_the_same (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(GRand) rand = g_rand_new_with_seed (41);
  guint n_made = 0;

  for (guint round = 0; round < 300; round++)
    {
      guint n = (guint) g_rand_int_range (rand, 3, 9);
      g_autofree char *text = draw_workflow (rand, n);
      g_autoptr(WeirWorkflow) workflow = weir_test_parse (text);
      g_autofree char *before = play (test, workflow, NULL);
      g_autoptr(GString) selection = g_string_new (NULL);
      guint first = (guint) g_rand_int_range (rand, 0, (int) n);
      guint last = (guint) g_rand_int_range (rand, (int) first, (int) n);
      g_autoptr(GError) error = NULL;
      g_autoptr(WeirWorkflow) part = NULL;
      g_autoptr(GPtrArray) blocks = NULL;
      g_autofree char *after = NULL;
      g_autofree char *back = NULL;
      WeirBlock *call = NULL;

      for (guint i = first; i <= last; i++)
        g_string_append_printf (selection, "%sb%u", i > first ? " " : "", i);
      part = extract (workflow, selection->str, &call, &error);
      g_test_message ("round %u, %s: %s\n%s", round, selection->str, error != NULL ? error->message : "made", text);
      if (part == NULL)
        {
          /* only for what leads out and in again */
          g_assert_nonnull (strstr (error->message, "select it as well"));
          continue;
        }
      n_made++;
      after = play (test, workflow, part);
      g_assert_cmpstr (after, ==, before);
      blocks = weir_workflow_unpack (workflow, call, part, &kinds, &error);
      g_assert_no_error (error);
      back = play (test, workflow, NULL);
      g_assert_cmpstr (back, ==, before);
      weir_workflow_undo (workflow);
      weir_workflow_undo (workflow);
      g_free (back);
      back = weir_workflow_to_yaml (workflow);
      g_assert_cmpstr (back, ==, text);
    }
  g_assert_cmpuint (n_made, >, 150);
}

static void
test_callbacks_cannot_be_cut (void)
{
  g_autoptr(WeirWorkflow) workflow
    = weir_test_parse ("weir: 1\nname: Outer\nblocks:\n  each: { kind: flow.foreach, config: { items: [1] }, body: { blocks: { x: { kind: "
                       "debug.noop } } } }\n  log: { kind: debug.log }\nlinks:\n  - each.each_ok -> log.value\n");
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirWorkflow) part = extract (workflow, "each", NULL, &error);

  g_assert_null (part);
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "each_ok"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  g_test_add_func ("/weir/extract/a-run-gives-the-same", test_a_run_gives_the_same);
  g_test_add_func ("/weir/extract/ports-have-the-types-of-what-crosses", test_ports_have_the_types_of_what_crosses);
  g_test_add_func ("/weir/extract/it-is-one-edit", test_it_is_one_edit);
  g_test_add_func ("/weir/extract/unpacking-is-the-inverse", test_unpacking_is_the_inverse);
  g_test_add_func ("/weir/extract/what-the-call-was-given-stands-in-the-expressions",
                   test_what_the_call_was_given_stands_in_the_expressions);
  g_test_add_func ("/weir/extract/outputs-that-are-members-stay", test_outputs_that_are_members_stay);
  g_test_add_func ("/weir/extract/names-become-inputs-and-outputs", test_names_become_inputs_and_outputs);
  g_test_add_func ("/weir/extract/branches-that-are-not-taken-stay-so", test_branches_that_are_not_taken_stay_so);
  g_test_add_func ("/weir/extract/what-leads-out-and-back-in-is-named", test_what_leads_out_and_back_in_is_named);
  g_test_add_func ("/weir/extract/any-selection-means-the-same", test_any_selection_means_the_same);
  g_test_add_func ("/weir/extract/callbacks-cannot-be-cut", test_callbacks_cannot_be_cut);
  return g_test_run ();
}
