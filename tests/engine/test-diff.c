/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-diff.h"
#include "weir-json.h"
#include "weir-workflow-file.h"

#include <libdex.h>
#include <string.h>

#define BASE                                                                                                                    \
  "weir: 1\nname: Base\ninputs:\n  folder: { type: dir }\nblocks:\n"                                                            \
  "  read: { kind: test.read, label: Read, config: { path: a.txt, lines: 3 } }\n"                                               \
  "  show: { kind: test.show, config: { text: \"{{ blocks.read.text }}\" } }\n"                                                 \
  "  each:\n    kind: test.frame\n    body:\n      blocks:\n        one: { kind: test.show }\n        two: { kind: test.show }\n" \
  "      links:\n        - one.text -> two.text\n      output: two.text\n"                                                      \
  "links:\n  - read.text -> show.text\n  - show.text -> each.text when: value\n"                                                \
  "notes:\n  n1: { text: Hello, at: [1, 2, 200, 100] }\n"                                                                       \
  "layout: { read: [0, 0], show: [280, 0], each: [560, 0], each/one: [0, 0] }\n"

static WeirWorkflow *
parse (const char *text)
{
  g_autoptr(GError) error = NULL;
  WeirWorkflow *workflow = weir_workflow_parse (text, -1, NULL, &error);

  g_assert_no_error (error);
  return workflow;
}

/* BASE with every @from replaced by @to. */
static char *
edit (const char *from, const char *to)
{
  GString *text = g_string_new (BASE);

  g_assert_cmpuint (g_string_replace (text, from, to, 0), >, 0);
  return g_string_free_and_steal (text);
}

/* What people read, a paragraph for all. */
static char *
tell (const char *before, const char *after)
{
  g_autoptr(WeirWorkflow) old = parse (before);
  g_autoptr(WeirWorkflow) new = parse (after);
  g_autoptr(GListModel) changes = weir_workflow_diff (old, new);
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (changes); i++)
    {
      g_autoptr(WeirChange) change = g_list_model_get_item (changes, i);
      g_autofree char *line = weir_change_to_string (change);

      g_string_append_printf (out, "%s\n", line);
    }
  return g_string_free_and_steal (out);
}

static void
check (const char *from, const char *to, const char *expected)
{
  g_autofree char *text = edit (from, to);
  g_autofree char *told = tell (BASE, text);

  g_assert_cmpstr (told, ==, expected);
}

static void
test_the_same_is_no_change (void)
{
  g_autofree char *commented = edit ("blocks:\n  read:", "# the blocks\nblocks:\n  read:");
  g_autofree char *told = tell (BASE, commented);

  g_assert_cmpstr (told, ==, "");
}

static void
test_a_setting_of_a_block_is_told_with_both_values (void)
{
  check ("path: a.txt, lines: 3", "path: b.txt, limit: 4",
         "changed block read (Read)\n    config.path: \"a.txt\" → \"b.txt\"\n    config.limit: nothing → 4\n    "
         "config.lines: 3 → nothing\n");
}

static void
test_a_new_block_and_its_link_are_added (void)
{
  check ("  show: {", "  log: { kind: test.show, label: Log }\n  show: {", "added block log (Log)\n");
  check ("links:\n  - read", "links:\n  - read.text -> each.text\n  - read", "added link read.text -> each.text\n");
}

static void
test_a_block_that_went_is_removed_with_its_links (void)
{
  g_autofree char *without = edit ("  show: { kind: test.show, config: { text: \"{{ blocks.read.text }}\" } }\n", "");
  g_autofree char *told = NULL;
  GString *text = g_string_new (without);

  g_string_replace (text, "  - read.text -> show.text\n  - show.text -> each.text when: value\n", "  - read.text -> each.text\n", 0);
  told = tell (BASE, text->str);
  g_string_free (text, TRUE);
  g_assert_nonnull (strstr (told, "removed block show"));
  g_assert_nonnull (strstr (told, "removed link read.text -> show.text"));
  g_assert_nonnull (strstr (told, "added link read.text -> each.text"));
}

static void
test_another_id_is_a_rename_and_what_follows_it_is_no_change (void)
{
  g_autoptr(WeirWorkflow) old = parse (BASE);
  g_autoptr(WeirWorkflow) new = parse (BASE);
  g_autoptr(GListModel) changes = NULL;
  g_autoptr(WeirChange) change = NULL;

  g_assert_true (weir_workflow_rename_block (new, weir_workflow_find_block (new, "read"), "source", NULL));
  changes = weir_workflow_diff (old, new);
  g_assert_cmpuint (g_list_model_get_n_items (changes), ==, 1);
  change = g_list_model_get_item (changes, 0);
  g_assert_cmpint (weir_change_get_kind (change), ==, WEIR_CHANGE_RENAMED);
  g_assert_cmpstr (weir_change_get_before (change), ==, "read");
  g_assert_cmpstr (weir_change_get_after (change), ==, "source");
  g_assert_cmpuint (weir_change_get_n_keys (change), ==, 0);
}

static void
test_a_renamed_container_keeps_what_is_in_it (void)
{
  g_autoptr(WeirWorkflow) old = parse (BASE);
  g_autoptr(WeirWorkflow) new = parse (BASE);
  g_autoptr(GListModel) changes = NULL;
  g_autoptr(WeirChange) first = NULL;
  g_autoptr(WeirChange) second = NULL;
  WeirBlock *inner;

  g_assert_true (weir_workflow_rename_block (new, weir_workflow_find_block (new, "each"), "loop", NULL));
  inner = weir_workflow_find_block (new, "loop/one");
  g_assert_true (weir_workflow_rename_block (new, inner, "first", NULL));
  changes = weir_workflow_diff (old, new);
  g_assert_cmpuint (g_list_model_get_n_items (changes), ==, 2);
  first = g_list_model_get_item (changes, 0);
  second = g_list_model_get_item (changes, 1);
  g_assert_cmpstr (weir_change_get_before (first), ==, "each");
  g_assert_cmpstr (weir_change_get_before (second), ==, "each/one");
  g_assert_cmpstr (weir_change_get_after (second), ==, "loop/first");
  g_assert_cmpstr (weir_change_get_container (second), ==, "loop");
}

static void
test_another_kind_is_no_rename (void)
{
  check ("  show: { kind: test.show, config: { text: \"{{ blocks.read.text }}\" } }\n", "  show: { kind: test.read }\n",
         "changed block show (test.read)\n    kind: \"test.show\" → \"test.read\"\n    config.text: \"{{ blocks.read.text }}\" → nothing\n");
}

static void
test_a_condition_and_another_port_are_changes_of_the_link (void)
{
  check ("each.text when: value", "each.text", "changed link show.text -> each.text\n    when: \"value\" → nothing\n");
  check ("- show.text -> each.text", "- show.text -> each.count",
         "changed link show.text -> each.count\n    ends: \"show.text -> each.text\" → \"show.text -> each.count\"\n");
}

static void
test_what_is_in_a_container_is_told_with_its_path (void)
{
  check ("one.text -> two.text", "two.text -> one.text",
         "removed link one.text -> two.text in each\nadded link two.text -> one.text in each\n");
  check ("two: { kind: test.show }", "two: { kind: test.show, enabled: false }",
         "changed block each/two (test.show)\n    enabled: nothing → false\n");
  check ("output: two.text", "output: one.text", "changed block each (test.frame)\n    body.output: \"two.text\" → \"one.text\"\n");
}

static void
test_settings_of_the_workflow_are_told_one_by_one (void)
{
  check ("name: Base\ninputs:\n  folder: { type: dir }", "name: Other\nmax_runs: 2\ninputs:\n  count: { type: int }",
         "changed workflow\n    name: \"Base\" → \"Other\"\n    max_runs: nothing → 2\n    inputs.count: nothing → {\"type\":\"int\"}\n"
         "    inputs.folder: {\"type\":\"dir\"} → nothing\n");
}

static void
test_layout_is_told_apart (void)
{
  g_autofree char *moved = edit ("show: [280, 0]", "show: [300, 40]");
  g_autofree char *grown = edit ("[1, 2, 200, 100]", "[1, 2, 300, 100], colour: blue, collapsed: true");
  g_autofree char *told_move = tell (BASE, moved);
  g_autofree char *told_size = tell (BASE, grown);
  g_autoptr(WeirWorkflow) old = parse (BASE);
  g_autoptr(WeirWorkflow) new = parse (grown);
  g_autoptr(GListModel) changes = weir_workflow_diff (old, new);

  g_assert_cmpstr (told_move, ==, "changed layout of block show (test.show)\n    position: [280,0] → [300,40]\n");
  g_assert_cmpstr (told_size, ==,
                   "changed layout of note n1 (Hello)\n    colour: nothing → \"blue\"\n    collapsed: nothing → true\n"
                   "    size: [200,100] → [300,100]\n");
  g_assert_false (weir_changes_have_meaning (changes));
}

static void
test_notes_come_and_go (void)
{
  check ("  n1: { text: Hello, at: [1, 2, 200, 100] }\n", "  n2: { text: \"# Good bye\" }\n", "added note n2 (Good bye)\nremoved note n1 (Hello)\n");
  check ("text: Hello", "text: Welcome", "changed note n1 (Welcome)\n    text: \"Hello\" → \"Welcome\"\n");
}

static void
test_a_link_to_nowhere_is_compared_as_written (void)
{
  check ("links:\n  - read", "links:\n  - read.text -> gone.text\n  - read", "added link read.text -> gone.text\n");
}

static void
test_a_change_as_data_names_everything (void)
{
  g_autofree char *text = edit ("path: a.txt", "path: b.txt");
  g_autoptr(WeirWorkflow) old = parse (BASE);
  g_autoptr(WeirWorkflow) new = parse (text);
  g_autoptr(GListModel) changes = weir_workflow_diff (old, new);
  g_autoptr(WeirChange) change = g_list_model_get_item (changes, 0);
  g_autoptr(WeirValue) value = weir_change_to_value (change);
  g_autofree char *json = weir_json_write (value, 0, NULL);

  g_assert_cmpstr (json, ==,
                   "{\"subject\":\"block\",\"change\":\"changed\",\"layout\":false,\"before\":\"read\",\"after\":\"read\",\"title\":\"Read\","
                   "\"keys\":[{\"key\":\"config.path\",\"before\":\"a.txt\",\"after\":\"b.txt\"}]}");
}

/* A back and forth of random edits: what the list says is empty exactly when the files say the same. */
static void
test_a_change_is_found_whatever_it_was (void)
{
  static const char *const from[] = { "Base", "a.txt", "lines: 3", "test.read", "Hello", "type: dir", "[280, 0]", "one.text ->", "when: value" };
  static const char *const to[] = { "Case", "b.txt", "lines: 4", "test.other", "Hullo", "type: file", "[280, 1]", "one.done ->", "when: other" };

  for (guint i = 0; i < G_N_ELEMENTS (from); i++)
    {
      g_autofree char *text = edit (from[i], to[i]);
      g_autofree char *there = tell (BASE, text);
      g_autofree char *back = tell (text, BASE);
      g_autofree char *same = tell (text, text);

      g_assert_cmpstr (there, !=, "");
      g_assert_cmpstr (back, !=, "");
      g_assert_cmpstr (same, ==, "");
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  g_test_add_func ("/weir/diff/the-same-is-no-change", test_the_same_is_no_change);
  g_test_add_func ("/weir/diff/a-setting-of-a-block-is-told-with-both-values", test_a_setting_of_a_block_is_told_with_both_values);
  g_test_add_func ("/weir/diff/a-new-block-and-its-link-are-added", test_a_new_block_and_its_link_are_added);
  g_test_add_func ("/weir/diff/a-block-that-went-is-removed-with-its-links", test_a_block_that_went_is_removed_with_its_links);
  g_test_add_func ("/weir/diff/another-id-is-a-rename-and-what-follows-it-is-no-change",
                   test_another_id_is_a_rename_and_what_follows_it_is_no_change);
  g_test_add_func ("/weir/diff/a-renamed-container-keeps-what-is-in-it", test_a_renamed_container_keeps_what_is_in_it);
  g_test_add_func ("/weir/diff/another-kind-is-no-rename", test_another_kind_is_no_rename);
  g_test_add_func ("/weir/diff/a-condition-and-another-port-are-changes-of-the-link",
                   test_a_condition_and_another_port_are_changes_of_the_link);
  g_test_add_func ("/weir/diff/what-is-in-a-container-is-told-with-its-path", test_what_is_in_a_container_is_told_with_its_path);
  g_test_add_func ("/weir/diff/settings-of-the-workflow-are-told-one-by-one", test_settings_of_the_workflow_are_told_one_by_one);
  g_test_add_func ("/weir/diff/layout-is-told-apart", test_layout_is_told_apart);
  g_test_add_func ("/weir/diff/notes-come-and-go", test_notes_come_and_go);
  g_test_add_func ("/weir/diff/a-link-to-nowhere-is-compared-as-written", test_a_link_to_nowhere_is_compared_as_written);
  g_test_add_func ("/weir/diff/a-change-as-data-names-everything", test_a_change_as_data_names_everything);
  g_test_add_func ("/weir/diff/a-change-is-found-whatever-it-was", test_a_change_is_found_whatever_it_was);
  return g_test_run ();
}
