/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blocks that become a workflow of their own, and back: what a run gives stays the same. With the real kinds. */
#include "weir-diff.h"
#include "weir-extract.h"
#include "weir-history.h"
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
  return weir_test_result (test, text, "{\"who\": \"you\"}");
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

static void
test_what_names_each_other_is_refused (void)
{
  g_autoptr(WeirWorkflow) workflow = weir_test_parse (TWO_OUTPUTS);
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirWorkflow) part = extract (workflow, "c", NULL, &error);

  g_assert_null (part);
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_INVALID);
  g_assert_cmpuint (weir_workflow_get_n_steps (workflow), ==, 0);
  g_assert_nonnull (weir_workflow_find_block (workflow, "c"));
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
  g_test_add_func ("/weir/extract/what-names-each-other-is-refused", test_what_names_each_other_is_refused);
  g_test_add_func ("/weir/extract/callbacks-cannot-be-cut", test_callbacks_cannot_be_cut);
  return g_test_run ();
}
