/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One workflow takes over what another text says, and undo brings every byte back. */
#include "weir-workflow-file.h"

#include <libdex.h>
#include <string.h>

static const WeirPort text_out[] = { { .name = "text", .type = "text" }, { 0 } };
static const WeirPort text_in[] = { { .name = "text", .type = "text" }, { .name = "count", .type = "int" }, { 0 } };
static const WeirBlockKind read_kind = { .id = "test.read", .version = 1, .title = "Read", .outputs = text_out };
static const WeirBlockKind show_kind = { .id = "test.show", .version = 1, .title = "Show", .inputs = text_in, .outputs = text_out };
static const WeirBlockKind frame_kind = { .id = "test.frame", .version = 1, .title = "Frame", .inputs = text_in, .has_body = TRUE };

static const char *const plain = "# What it is for\n"
                                 "weir: 1\n"
                                 "name: Plain   # and why\n"
                                 "blocks:\n"
                                 "  read: { kind: test.read, config: { path: a.txt } }\n"
                                 "  show:\n"
                                 "    kind: test.show   # the one that shows\n"
                                 "links:\n"
                                 "  - read.text -> show.text\n"
                                 "layout:\n"
                                 "  read: [0, 0]\n"
                                 "  show: [200, 0]\n";

static WeirWorkflow *
parse (const char *text)
{
  g_autoptr(GError) error = NULL;
  WeirWorkflow *workflow = weir_workflow_parse (text, -1, NULL, &error);

  g_assert_no_error (error);
  return workflow;
}

static void
assert_text (WeirWorkflow *workflow, const char *text)
{
  g_autofree char *now = weir_workflow_to_yaml (workflow);

  g_assert_cmpstr (now, ==, text);
}

static char *
change (const char *text, const char *from, const char *to)
{
  g_autoptr(GString) changed = g_string_new (text);

  g_assert_cmpuint (g_string_replace (changed, from, to, 1), ==, 1);
  return g_strdup (changed->str);
}

/* To @text and back, and there again. */
static void
assert_there_and_back (const char *before, const char *after)
{
  g_autoptr(WeirWorkflow) workflow = parse (before);
  g_autoptr(WeirWorkflow) with = parse (after);

  g_assert_true (weir_workflow_replace (workflow, with, "Edit as text"));
  assert_text (workflow, after);
  g_assert_cmpstr (weir_workflow_get_undo_name (workflow), ==, "Edit as text");
  weir_workflow_undo (workflow);
  assert_text (workflow, before);
  g_assert_false (weir_workflow_can_undo (workflow));
  weir_workflow_redo (workflow);
  assert_text (workflow, after);
}

static void
test_a_changed_setting_leaves_the_rest (void)
{
  g_autoptr(WeirWorkflow) workflow = parse (plain);
  g_autofree char *text = change (plain, "a.txt", "b.txt");
  g_autoptr(WeirWorkflow) with = parse (text);
  WeirBlock *read = weir_workflow_find_block (workflow, "read");
  WeirBlock *show = weir_workflow_find_block (workflow, "show");
  WeirLink *link = weir_graph_get_link (weir_workflow_get_graph (workflow), 0);

  g_assert_true (weir_workflow_replace (workflow, with, "Edit as text"));
  g_assert_true (weir_workflow_find_block (workflow, "read") == read);
  g_assert_true (weir_workflow_find_block (workflow, "show") == show);
  g_assert_true (weir_graph_get_link (weir_workflow_get_graph (workflow), 0) == link);
  g_assert_cmpstr (weir_value_get_member_text (weir_block_get_config (read), "path", NULL), ==, "b.txt");
  assert_there_and_back (plain, text);
}

static void
test_the_same_text_is_no_edit (void)
{
  g_autoptr(WeirWorkflow) workflow = parse (plain);
  g_autoptr(WeirWorkflow) with = parse (plain);

  g_assert_false (weir_workflow_replace (workflow, with, "Edit as text"));
  g_assert_false (weir_workflow_can_undo (workflow));
}

static void
test_a_comment_is_an_edit (void)
{
  g_autofree char *text = change (plain, "the one that shows", "shows it");

  assert_there_and_back (plain, text);
}

static void
test_a_block_in_the_middle_stays_there (void)
{
  g_autofree char *with_block = change (plain, "  show:\n", "  between: { kind: test.show }\n  show:\n");
  g_autofree char *text = change (with_block, "  - read.text -> show.text\n",
                                  "  - read.text -> between.text\n  - read.text -> show.text\n");
  g_autofree char *before = g_strdup (plain);

  assert_there_and_back (before, text);
  assert_there_and_back (text, before);
}

static void
test_blocks_change_places (void)
{
  const char *turned = "weir: 1\nname: x\nblocks:\n  show: { kind: test.show }\n  read: { kind: test.read }\n"
                       "links:\n  - show.done -> read.run\n  - read.text -> show.text\n";
  const char *before = "weir: 1\nname: x\nblocks:\n  read: { kind: test.read }\n  show: { kind: test.show }\n"
                       "links:\n  - read.text -> show.text\n  - show.done -> read.run\n";
  g_autoptr(WeirWorkflow) workflow = parse (before);
  g_autoptr(WeirWorkflow) with = parse (turned);
  WeirBlock *read = weir_workflow_find_block (workflow, "read");

  weir_workflow_replace (workflow, with, "Edit as text");
  g_assert_true (weir_workflow_find_block (workflow, "read") == read);
  g_assert_cmpuint (weir_block_get_index (read), ==, 1);
  assert_there_and_back (before, turned);
}

static void
test_another_id_is_the_same_block (void)
{
  g_autoptr(WeirWorkflow) workflow = parse (plain);
  g_autofree char *blocks = change (plain, "  read: {", "  source: {");
  g_autofree char *text = change (blocks, "read.text ->", "source.text ->");
  g_autoptr(WeirWorkflow) with = parse (text);
  WeirBlock *read = weir_workflow_find_block (workflow, "read");
  double x = -1, y = -1;

  weir_workflow_replace (workflow, with, "Edit as text");
  g_assert_true (weir_workflow_find_block (workflow, "source") == read);
  weir_block_get_position (read, &x, &y);
  g_assert_true (weir_block_has_position (read));
  weir_workflow_undo (workflow);
  assert_text (workflow, plain);
}

static void
test_links_that_lead_nowhere_come_and_go (void)
{
  g_autofree char *text = change (plain, "  - read.text -> show.text\n",
                                  "  - gone.text -> show.text\n  - read.text -> show.text\n  - read.done -> nobody.run\n");

  assert_there_and_back (plain, text);
  assert_there_and_back (text, plain);
}

static void
test_bodies_are_taken_over (void)
{
  const char *before = "weir: 1\nname: x\nblocks:\n  each:\n    kind: test.frame\n    body:\n      blocks:\n"
                       "        a: { kind: test.read }\n        b: { kind: test.show }\n      links:\n        - a.text -> b.text\n"
                       "layout:\n  each: [0, 0]\n  each/a: [1, 1]\n";
  const char *after = "weir: 1\nname: x\nblocks:\n  each:\n    kind: test.frame\n    body:\n      blocks:\n"
                      "        a: { kind: test.read, label: First }\n        c: { kind: test.frame, body: { blocks: { d: { kind: test.show } } } }\n"
                      "      output: a.text\nlayout:\n  each: [0, 0]\n  each/a: [1, 5]\n  each/c/d: [7, 8]\n";
  const char *none = "weir: 1\nname: x\nblocks:\n  other: { kind: test.show }\n";
  g_autoptr(WeirWorkflow) workflow = parse (before);
  g_autoptr(WeirWorkflow) with = parse (after);
  WeirBlock *inner = weir_workflow_find_block (workflow, "each/a");

  weir_workflow_replace (workflow, with, "Edit as text");
  g_assert_true (weir_workflow_find_block (workflow, "each/a") == inner);
  g_assert_nonnull (weir_workflow_find_block (workflow, "each/c/d"));
  assert_there_and_back (before, after);
  assert_there_and_back (before, none);
  assert_there_and_back (none, after);
}

static void
test_lines_are_those_of_the_new_text (void)
{
  g_autoptr(WeirWorkflow) workflow = parse (plain);
  g_autofree char *text = change (plain, "weir: 1\n", "# one more line\nweir: 1\n");
  g_autoptr(WeirWorkflow) with = parse (text);
  WeirBlock *show = weir_workflow_find_block (workflow, "show");

  g_assert_cmpuint (weir_block_get_line (show), ==, 6);
  weir_workflow_replace (workflow, with, "Edit as text");
  g_assert_cmpuint (weir_block_get_line (show), ==, 7);
  weir_workflow_undo (workflow);
  g_assert_cmpuint (weir_block_get_line (show), ==, 6);
}

static void
test_later_edits_are_written_into_the_new_text (void)
{
  g_autoptr(WeirWorkflow) workflow = parse (plain);
  g_autofree char *text = change (plain, "the one that shows", "shows it");
  g_autoptr(WeirWorkflow) with = parse (text);
  g_autofree char *labelled = change (text, "    kind: test.show   # shows it\n", "    kind: test.show   # shows it\n    label: Look\n");

  weir_workflow_replace (workflow, with, "Edit as text");
  weir_workflow_set_label (workflow, weir_workflow_find_block (workflow, "show"), "Look");
  assert_text (workflow, labelled);
  weir_workflow_undo (workflow);
  assert_text (workflow, text);
  weir_workflow_undo (workflow);
  assert_text (workflow, plain);
}

/* Any text after any other, and all the way back. */

static char *
draw_text (GRand *rand)
{
  g_autoptr(GString) text = g_string_new (g_rand_boolean (rand) ? "# Drawn\nweir: 1\n" : "weir: 1\n");
  gboolean there[8] = { FALSE };
  guint n = g_rand_int_range (rand, 1, 8);
  g_autoptr(GString) layout = g_string_new (NULL);

  g_string_append_printf (text, "name: Draw %d\nblocks:\n", g_rand_int_range (rand, 0, 3));
  for (guint i = 0; i < n; i++)
    {
      guint block = g_rand_int_range (rand, 0, 8);

      if (there[block])
        continue;
      there[block] = TRUE;
      g_string_append_printf (text, g_rand_boolean (rand) ? "  b%u: { kind: test.show, config: { count: %d } }%s\n"
                                                          : "  b%u:\n    kind: test.show\n    config: { count: %d }%s\n",
                              block, g_rand_int_range (rand, 0, 3), g_rand_boolean (rand) ? "   # said" : "");
      g_string_append_printf (layout, "  b%u: [%d, 0]\n", block, g_rand_int_range (rand, 0, 3) * 100);
    }
  g_string_append (text, "links:\n");
  for (guint i = g_rand_int_range (rand, 1, 6); i > 0; i--)
    g_string_append_printf (text, "  - b%d.text -> b%d.%s\n", g_rand_int_range (rand, 0, 8), g_rand_int_range (rand, 0, 8),
                            g_rand_boolean (rand) ? "text" : "run");
  g_string_append_printf (text, "layout:\n%s", layout->str);
  return g_strdup (text->str);
}

static void
test_any_text_after_any_other (void)
{
  g_autoptr(GRand) rand = g_rand_new_with_seed (g_test_rand_int ());

  for (guint round = 0; round < 60; round++)
    {
      g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
      g_autoptr(WeirWorkflow) workflow = NULL;

      g_ptr_array_add (texts, draw_text (rand));
      workflow = parse (texts->pdata[0]);
      while (texts->len < 12)
        {
          g_autofree char *text = draw_text (rand);
          g_autoptr(WeirWorkflow) with = parse (text);

          if (!weir_workflow_replace (workflow, with, "Edit as text"))
            continue;
          assert_text (workflow, text);
          g_ptr_array_add (texts, g_steal_pointer (&text));
        }
      for (guint i = texts->len - 1; i > 0; i--)
        {
          assert_text (workflow, texts->pdata[i]);
          weir_workflow_undo (workflow);
        }
      assert_text (workflow, texts->pdata[0]);
      for (guint i = 1; i < texts->len; i++)
        {
          weir_workflow_redo (workflow);
          assert_text (workflow, texts->pdata[i]);
        }
    }
}

int
main (int argc, char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  weir_registry_add_kind (&read_kind);
  weir_registry_add_kind (&show_kind);
  weir_registry_add_kind (&frame_kind);
  g_test_add_func ("/weir/replace/a-changed-setting-leaves-the-rest", test_a_changed_setting_leaves_the_rest);
  g_test_add_func ("/weir/replace/the-same-text-is-no-edit", test_the_same_text_is_no_edit);
  g_test_add_func ("/weir/replace/a-comment-is-an-edit", test_a_comment_is_an_edit);
  g_test_add_func ("/weir/replace/a-block-in-the-middle-stays-there", test_a_block_in_the_middle_stays_there);
  g_test_add_func ("/weir/replace/blocks-change-places", test_blocks_change_places);
  g_test_add_func ("/weir/replace/another-id-is-the-same-block", test_another_id_is_the_same_block);
  g_test_add_func ("/weir/replace/links-that-lead-nowhere-come-and-go", test_links_that_lead_nowhere_come_and_go);
  g_test_add_func ("/weir/replace/bodies-are-taken-over", test_bodies_are_taken_over);
  g_test_add_func ("/weir/replace/lines-are-those-of-the-new-text", test_lines_are_those_of_the_new_text);
  g_test_add_func ("/weir/replace/later-edits-are-written-into-the-new-text", test_later_edits_are_written_into_the_new_text);
  g_test_add_func ("/weir/replace/any-text-after-any-other", test_any_text_after_any_other);
  return g_test_run ();
}
