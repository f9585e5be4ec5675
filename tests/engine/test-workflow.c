/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-workflow-file.h"

#include <libdex.h>
#include <string.h>

static const WeirPort text_out[] = { { .name = "text", .type = "text" }, { 0 } };
static const WeirPort text_in[] = { { .name = "text", .type = "text" }, { .name = "count", .type = "int" }, { 0 } };
static const WeirBlockKind read_kind = { .id = "test.read", .version = 1, .title = "Read", .outputs = text_out };
static const WeirBlockKind show_kind = { .id = "test.show", .version = 1, .title = "Show", .inputs = text_in, .outputs = text_out };
static const WeirBlockKind frame_kind = { .id = "test.frame", .version = 1, .title = "Frame", .inputs = text_in, .has_body = TRUE };

static void
count_cb (guint *count)
{
  (*count)++;
}

static void
test_four_verbs_build_a_workflow (void)
{
  g_autoptr(WeirWorkflow) workflow = weir_workflow_new ("Four verbs");
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;

  weir_workflow_add (workflow, NULL, "test.read", "{ path: ~/notes.txt }", &error);
  g_assert_no_error (error);
  weir_workflow_add (workflow, NULL, "test.show", NULL, &error);
  weir_workflow_link (workflow, "read.text", "show.text", "value.length > 0", &error);
  g_assert_no_error (error);
  text = weir_workflow_to_yaml (workflow);
  g_assert_cmpstr (text, ==,
                   "weir: 1\nname: Four verbs\nblocks:\n  read: { kind: test.read, config: { path: ~/notes.txt } }\n"
                   "  show: { kind: test.show }\nlinks:\n  - read.text -> show.text when: value.length > 0\n");
}

static void
test_wrong_links_are_refused_with_a_reason (void)
{
  g_autoptr(WeirWorkflow) workflow = weir_workflow_new ("x");
  g_autoptr(GError) error = NULL;

  weir_workflow_add (workflow, NULL, "test.read", NULL, NULL);
  weir_workflow_add (workflow, NULL, "test.show", NULL, NULL);
  g_assert_null (weir_workflow_link (workflow, "read.text", "show.count", NULL, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_PORT_MISMATCH);
  g_clear_error (&error);
  g_assert_null (weir_workflow_link (workflow, "read.nothing", "show.text", NULL, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_nonnull (weir_workflow_link (workflow, "read.text", "show.text", NULL, NULL));
  g_assert_null (weir_workflow_link (workflow, "read.text", "show.text", NULL, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_INVALID);
  g_assert_nonnull (weir_workflow_link (workflow, "read.done", "show.run", NULL, NULL));
}

static void
test_ids_are_made_from_the_kind (void)
{
  g_autoptr(WeirWorkflow) workflow = weir_workflow_new ("x");

  g_assert_cmpstr (weir_block_get_id (weir_workflow_add (workflow, NULL, "test.read", NULL, NULL)), ==, "read");
  g_assert_cmpstr (weir_block_get_id (weir_workflow_add (workflow, NULL, "test.read", NULL, NULL)), ==, "read2");
  g_assert_cmpstr (weir_block_get_id (weir_workflow_add (workflow, NULL, "test.read", NULL, NULL)), ==, "read3");
}

static void
test_an_edit_is_one_step_back (void)
{
  g_autoptr(WeirWorkflow) workflow = weir_workflow_new ("x");
  guint n_changed = 0;

  weir_workflow_add (workflow, "a", "test.read", NULL, NULL);
  weir_workflow_add (workflow, "b", "test.show", NULL, NULL);
  weir_workflow_link (workflow, "a.text", "b.text", NULL, NULL);
  g_signal_connect_swapped (workflow, "changed", G_CALLBACK (count_cb), &n_changed);
  weir_workflow_begin_edit (workflow, "Delete 2 blocks");
  weir_workflow_remove_block (workflow, weir_workflow_find_block (workflow, "a"));
  weir_workflow_remove_block (workflow, weir_workflow_find_block (workflow, "b"));
  weir_workflow_end_edit (workflow);
  g_assert_cmpuint (n_changed, ==, 1);
  g_assert_cmpstr (weir_workflow_get_undo_name (workflow), ==, "Delete 2 blocks");
  g_assert_cmpuint (weir_graph_get_n_blocks (weir_workflow_get_graph (workflow)), ==, 0);
  weir_workflow_undo (workflow);
  g_assert_cmpuint (n_changed, ==, 2);
  g_assert_cmpuint (weir_graph_get_n_blocks (weir_workflow_get_graph (workflow)), ==, 2);
  g_assert_cmpuint (weir_graph_get_n_links (weir_workflow_get_graph (workflow)), ==, 1);
  g_assert_cmpstr (weir_workflow_get_redo_name (workflow), ==, "Delete 2 blocks");
}

static void
test_dragging_is_one_step_back (void)
{
  g_autoptr(WeirWorkflow) workflow = weir_workflow_new ("x");
  WeirBlock *block = weir_workflow_add_block (workflow, weir_workflow_get_graph (workflow), NULL, "test.read", NULL, 1, 1, NULL);
  double x;

  for (guint i = 0; i < 10; i++)
    {
      if (i > 0)
        weir_workflow_merge_next_edit (workflow);
      weir_workflow_set_position (workflow, block, 10 * i, 5);
    }
  weir_workflow_undo (workflow);
  weir_block_get_position (block, &x, NULL);
  g_assert_cmpfloat (x, ==, 1);
  weir_workflow_redo (workflow);
  weir_block_get_position (block, &x, NULL);
  g_assert_cmpfloat (x, ==, 90);
}

static void
test_nothing_changed_is_no_edit (void)
{
  g_autoptr(WeirWorkflow) workflow = weir_workflow_new ("x");
  WeirBlock *block = weir_workflow_add (workflow, NULL, "test.read", NULL, NULL);

  weir_workflow_undo (workflow);
  weir_workflow_redo (workflow);
  weir_workflow_begin_edit (workflow, "Nothing");
  weir_workflow_set_label (workflow, block, NULL);
  weir_workflow_set_name (workflow, "x");
  weir_workflow_set_enabled (workflow, block, TRUE);
  weir_workflow_end_edit (workflow);
  g_assert_cmpstr (weir_workflow_get_undo_name (workflow), ==, "Add Block");
}

static void
test_renaming_takes_expressions_along (void)
{
  g_autoptr(WeirWorkflow) workflow = weir_workflow_new ("x");
  g_autoptr(WeirValue) value = NULL;
  WeirBlock *block;

  weir_workflow_add (workflow, "a", "test.read", NULL, NULL);
  block = weir_workflow_add (workflow, "b", "test.show", "{ x: \"blocks.a {{ blocks.a.text }} {{ blocks['a'].text + blocks.ab }}\", "
                             "y: [{ z: =blocks.a.text }] }", NULL);
  weir_workflow_link (workflow, "a.text", "b.text", "blocks.a.text !== ''", NULL);
  weir_workflow_set_output (workflow, weir_workflow_get_graph (workflow), "a.text");
  g_assert_true (weir_workflow_rename_block (workflow, weir_workflow_find_block (workflow, "a"), "first", NULL));

  g_assert_cmpstr (weir_value_get_member_text (weir_block_get_config (block), "x", NULL), ==,
                   "blocks.a {{ blocks.first.text }} {{ blocks['first'].text + blocks.ab }}");
  g_assert_cmpstr (weir_link_get_when (weir_graph_get_link (weir_workflow_get_graph (workflow), 0)), ==, "blocks.first.text !== ''");
  g_assert_cmpstr (weir_graph_get_output (weir_workflow_get_graph (workflow)), ==, "first.text");
  weir_workflow_undo (workflow);
  g_assert_cmpstr (weir_graph_get_output (weir_workflow_get_graph (workflow)), ==, "a.text");
  g_assert_nonnull (weir_workflow_find_block (workflow, "a"));
}

static void
test_pasting_makes_ids_unique (void)
{
  g_autoptr(WeirWorkflow) workflow = weir_workflow_new ("x");
  WeirGraph *graph = weir_workflow_get_graph (workflow);
  WeirBlock *blocks[3];
  g_autofree char *text = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autoptr(GPtrArray) pasted = NULL;
  g_autoptr(GError) error = NULL;
  double x;

  blocks[0] = weir_workflow_add_block (workflow, graph, "a", "test.read", NULL, 10, 20, NULL);
  blocks[1] = weir_workflow_add (workflow, "b", "test.show", "{ x: =blocks.a.text }", NULL);
  blocks[2] = weir_workflow_add_block (workflow, graph, "c", "test.frame", NULL, 30, 40, NULL);
  weir_workflow_add_block (workflow, weir_block_get_body (blocks[2]), "in", "test.read", NULL, 1, 2, NULL);
  weir_workflow_link (workflow, "a.text", "b.text", "value", NULL);
  before = weir_workflow_to_yaml (workflow);
  text = weir_workflow_copy_blocks (workflow, blocks, 3);
  pasted = weir_workflow_paste_blocks (workflow, graph, text, 100, 100, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (pasted->len, ==, 3);
  g_assert_cmpstr (weir_block_get_id (pasted->pdata[0]), ==, "a2");
  g_assert_cmpstr (weir_value_get_member_text (weir_block_get_config (pasted->pdata[1]), "x", NULL), ==, "=blocks.a2.text");
  weir_block_get_position (pasted->pdata[2], &x, NULL);
  g_assert_cmpfloat (x, ==, 130);
  g_assert_nonnull (weir_workflow_find_block (workflow, "c2/in"));
  g_assert_cmpuint (weir_graph_get_n_links (graph), ==, 2);
  weir_workflow_undo (workflow);
  after = weir_workflow_to_yaml (workflow);
  g_assert_cmpstr (before, ==, after);
  g_assert_null (weir_workflow_paste_blocks (workflow, graph, "not blocks", 0, 0, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_INVALID);
}

static void
test_reliability_is_written_sparsely (void)
{
  g_autoptr(WeirWorkflow) workflow = weir_workflow_new ("x");
  WeirBlock *block = weir_workflow_add (workflow, "a", "test.read", NULL, NULL);
  WeirReliability reliability = *weir_block_get_reliability (block);
  g_autofree char *text = NULL;

  reliability.attempts = 3;
  reliability.timeout_ms = 90000;
  reliability.on_error = WEIR_ON_ERROR_CONTINUE;
  weir_workflow_set_reliability (workflow, block, &reliability);
  text = weir_workflow_to_yaml (workflow);
  g_assert_nonnull (strstr (text, "  a: { kind: test.read, retry: { attempts: 3 }, timeout: 1m30s, on_error: continue }\n"));
  g_assert_cmpint (weir_block_get_reliability (block)->timeout_ms, ==, 90000);
}

static void
test_joins_are_the_blocks_own_or_the_ports (void)
{
  g_autoptr(WeirWorkflow) workflow = weir_workflow_new ("x");
  WeirBlock *block = weir_workflow_add (workflow, "a", "test.show", NULL, NULL);
  guint n;

  g_assert_cmpint (weir_block_get_join (block, "text", NULL), ==, WEIR_JOIN_ALL);
  weir_workflow_set_join (workflow, block, "text", WEIR_JOIN_N_OF_M, 2);
  g_assert_cmpint (weir_block_get_join (block, "text", &n), ==, WEIR_JOIN_N_OF_M);
  g_assert_cmpuint (n, ==, 2);
  weir_workflow_undo (workflow);
  g_assert_cmpint (weir_block_get_join (block, "text", NULL), ==, WEIR_JOIN_ALL);
}

static void
test_a_copy_is_independent (void)
{
  g_autoptr(WeirWorkflow) workflow = weir_workflow_new ("x");
  g_autoptr(WeirWorkflow) copy = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  weir_workflow_add (workflow, "a", "test.read", NULL, NULL);
  weir_workflow_add (workflow, "b", "test.show", NULL, NULL);
  weir_workflow_link (workflow, "a.text", "b.text", NULL, NULL);
  copy = weir_workflow_copy (workflow);
  before = weir_workflow_to_yaml (copy);
  weir_workflow_remove_block (workflow, weir_workflow_find_block (workflow, "a"));
  after = weir_workflow_to_yaml (copy);
  g_assert_cmpstr (before, ==, after);
  g_assert_false (weir_workflow_can_undo (copy));
}

static void
test_a_block_outlives_its_workflow (void)
{
  WeirWorkflow *workflow = weir_workflow_new ("x");
  g_autoptr(WeirBlock) block = g_object_ref (weir_workflow_add (workflow, "a", "test.read", NULL, NULL));

  g_object_unref (workflow);
  g_assert_null (weir_block_get_graph (block));
  g_assert_cmpstr (weir_block_get_path (block), ==, "a");
}

/* 10,000 blocks and 15,000 links: load, edit, undo. */
static void
test_large_workflows_come_back (void)
{
  g_autoptr(GString) text = g_string_new ("weir: 1\nname: Large\nblocks:\n");
  g_autoptr(WeirWorkflow) workflow = NULL;
  g_autofree char *after = NULL;
  g_autofree char *edited = NULL;
  WeirGraph *graph;
  gint64 began;
  double loaded;
  double changed;
  double written;

  for (guint i = 0; i < 10000; i++)
    g_string_append_printf (text, "  b%u: { kind: test.show, config: { a: \"{{ inputs.x }}\", b: %u } }\n", i, i);
  g_string_append (text, "links:\n");
  for (guint i = 1; i < 10000; i++)
    g_string_append_printf (text, "  - b%u.text -> b%u.text\n", i - 1, i);
  for (guint i = 0; i < 5001; i++)
    g_string_append_printf (text, "  - b0.done -> b%u.run\n", i + 1);
  g_string_append (text, "layout:\n");
  for (guint i = 0; i < 10000; i++)
    g_string_append_printf (text, "  b%u: [%u, %u]\n", i, i % 100 * 200, i / 100 * 100);

  began = g_get_monotonic_time ();
  workflow = weir_workflow_parse (text->str, text->len, NULL, NULL);
  loaded = (g_get_monotonic_time () - began) / 1e6;
  graph = weir_workflow_get_graph (workflow);
  g_assert_cmpuint (weir_graph_get_n_links (graph), ==, 15000);

  began = g_get_monotonic_time ();
  weir_workflow_set_label (workflow, weir_graph_get_block (graph, 5000), "Changed");
  edited = weir_workflow_to_yaml (workflow);
  written = (g_get_monotonic_time () - began) / 1e6;

  began = g_get_monotonic_time ();
  weir_workflow_begin_edit (workflow, "All");
  for (guint i = 0; i < 10000; i++)
    weir_workflow_set_position (workflow, weir_graph_get_block (graph, i), i, i);
  while (weir_graph_get_n_blocks (graph) > 0)
    weir_workflow_remove_block (workflow, weir_graph_get_block (graph, 0));
  weir_workflow_end_edit (workflow);
  while (weir_workflow_can_undo (workflow))
    weir_workflow_undo (workflow);
  changed = (g_get_monotonic_time () - began) / 1e6;
  after = weir_workflow_to_yaml (workflow);
  g_assert_cmpstr (after, ==, text->str);
  g_test_message ("load %.3f s, write after one edit %.3f s, move and remove all and undo %.3f s", loaded, written, changed);
}

/* Nothing that a label says can end its text or be taken for a word of the drawing, and no setting is in it. */
static void
test_a_drawing_for_pages (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirWorkflow) workflow = weir_workflow_parse (
    "weir: 1\nname: \"Draw: it\"\nblocks:\n  read: { kind: test.read, label: 'Say \"hi\" <b>', config: { path: hidden } }\n"
    "  end:\n    kind: test.frame\n    body:\n      blocks:\n        show: { kind: test.show, enabled: false }\n"
    "links:\n  - read.text -> end.text when: value.length > 0\n", -1, NULL, &error);
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  text = weir_workflow_to_mermaid (workflow);
  g_assert_cmpstr (text, ==,
                   "---\ntitle: \"Draw: it\"\n---\nflowchart LR\n  classDef off stroke-dasharray: 4 4\n"
                   "  b_read[\"Say #quot;hi#quot; #lt;b#gt;\"]\n  subgraph b_end[\"Frame\"]\n    b_end__show[\"Show\"]:::off\n  end\n"
                   "  b_read -->|\"text if value.length #gt; 0\"| b_end\n");
}

int
main (int argc, char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  weir_registry_add_kind (&read_kind);
  weir_registry_add_kind (&show_kind);
  weir_registry_add_kind (&frame_kind);
  g_test_add_func ("/weir/workflow/four-verbs-build-one", test_four_verbs_build_a_workflow);
  g_test_add_func ("/weir/workflow/wrong-links-are-refused-with-a-reason", test_wrong_links_are_refused_with_a_reason);
  g_test_add_func ("/weir/workflow/ids-are-made-from-the-kind", test_ids_are_made_from_the_kind);
  g_test_add_func ("/weir/workflow/an-edit-is-one-step-back", test_an_edit_is_one_step_back);
  g_test_add_func ("/weir/workflow/dragging-is-one-step-back", test_dragging_is_one_step_back);
  g_test_add_func ("/weir/workflow/nothing-changed-is-no-edit", test_nothing_changed_is_no_edit);
  g_test_add_func ("/weir/workflow/renaming-takes-expressions-along", test_renaming_takes_expressions_along);
  g_test_add_func ("/weir/workflow/pasting-makes-ids-unique", test_pasting_makes_ids_unique);
  g_test_add_func ("/weir/workflow/reliability-is-written-sparsely", test_reliability_is_written_sparsely);
  g_test_add_func ("/weir/workflow/joins-are-the-blocks-own-or-the-ports", test_joins_are_the_blocks_own_or_the_ports);
  g_test_add_func ("/weir/workflow/a-copy-is-independent", test_a_copy_is_independent);
  g_test_add_func ("/weir/workflow/a-block-outlives-its-workflow", test_a_block_outlives_its_workflow);
  g_test_add_func ("/weir/workflow/a-drawing-for-pages-holds-no-settings", test_a_drawing_for_pages);
  g_test_add_func ("/weir/workflow/large-ones-come-back-by-undo", test_large_workflows_come_back);
  return g_test_run ();
}
