/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Edits that are kept: whatever was done, it can be taken back to the byte, also by a program that only read what was kept. */
#include "weir-history.h"
#include "weir-json.h"
#include "weir-workflow-file.h"

#include <libdex.h>
#include <string.h>

static const WeirPort text_out[] = { { .name = "text", .type = "text" }, { 0 } };
static const WeirPort text_in[] = { { .name = "text", .type = "text" }, { .name = "count", .type = "int" }, { 0 } };
static const WeirBlockKind show_kind = { .id = "test.show", .version = 1, .title = "Show", .inputs = text_in, .outputs = text_out };
static const WeirBlockKind frame_kind = {
  .id = "test.frame", .version = 1, .title = "Frame", .inputs = text_in, .outputs = text_out, .has_body = TRUE
};

static const char *const commented
  = "# What it is for\nweir: 1\nname: Base  # short\nblocks:\n  # the first\n"
    "  read: { kind: test.show, config: { path: a.txt } }\n\n  show:\n    kind: test.show  # shows\n"
    "  each:\n    kind: test.frame\n    body:\n      blocks:\n        one: { kind: test.show }\n"
    "        two: { kind: test.show }  # the second\n      links:\n        - one.text -> two.text\n"
    "links:\n  - read.text -> show.text  # first\n  - gone.text -> show.text\n"
    "  - \"show.text -> each.text when: value\"\n"
    "layout: { read: [0, 0], show: [280, 0], each/one: [10, 10], nobody: [1, 2] }\n";

/* ── what is kept ────────────────────────────────────────────────────────────────────────── */

typedef struct
{
  char  *name;
  gint64 at;
  char  *changes; /* as text, as a database has it */
} KeptEdit;

typedef struct
{
  char      *base;
  GPtrArray *edits; /* of KeptEdit */
  guint      n_done;
} Kept;

static void
kept_edit_free (gpointer data)
{
  KeptEdit *self = data;

  g_free (self->name);
  g_free (self->changes);
  g_free (self);
}

static void
keep_cb (WeirWorkflow *workflow, guint n_done, const char *name, gint64 at, WeirValue *changes, gpointer user_data)
{
  Kept *kept = user_data;

  kept->n_done = n_done;
  if (changes == NULL)
    return;
  g_ptr_array_set_size (kept->edits, MIN (kept->edits->len, n_done - 1));
  g_assert_cmpuint (kept->edits->len, ==, n_done - 1);
  g_ptr_array_add (kept->edits, g_new0 (KeptEdit, 1));
  *(KeptEdit *) kept->edits->pdata[n_done - 1] = (KeptEdit) { g_strdup (name), at, weir_value_encode (changes, NULL) };
}

static Kept *
keep (WeirWorkflow *workflow)
{
  Kept *kept = g_new0 (Kept, 1);

  kept->base = weir_workflow_to_yaml (workflow);
  kept->edits = g_ptr_array_new_with_free_func (kept_edit_free);
  weir_workflow_set_journal (workflow, keep_cb, kept, NULL);
  return kept;
}

static void
kept_free (Kept *kept)
{
  g_free (kept->base);
  g_ptr_array_unref (kept->edits);
  g_free (kept);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Kept, kept_free)

static WeirWorkflow *
parse (const char *text)
{
  g_autoptr(GError) error = NULL;
  WeirWorkflow *workflow = weir_workflow_parse (text, -1, NULL, &error);

  g_assert_no_error (error);
  return workflow;
}

/* What a program that starts has. */
static WeirWorkflow *
restart (const Kept *kept)
{
  WeirWorkflow *workflow = parse (kept->base);

  for (guint i = 0; i < kept->edits->len; i++)
    {
      const KeptEdit *edit = kept->edits->pdata[i];
      g_autoptr(GError) error = NULL;
      g_autoptr(WeirValue) changes = weir_value_decode (edit->changes, -1, &error);

      g_assert_no_error (error);
      weir_workflow_replay_step (workflow, edit->name, edit->at, changes, &error);
      g_assert_no_error (error);
    }
  weir_workflow_replay_to (workflow, kept->n_done);
  return workflow;
}

static void
assert_same (WeirWorkflow *a, WeirWorkflow *b)
{
  g_autofree char *left = weir_workflow_to_yaml (a);
  g_autofree char *right = weir_workflow_to_yaml (b);

  g_assert_cmpstr (left, ==, right);
  g_assert_cmpuint (weir_workflow_get_n_steps (a), ==, weir_workflow_get_n_steps (b));
  g_assert_cmpuint (weir_workflow_get_step (a), ==, weir_workflow_get_step (b));
  for (guint i = 0; i < weir_workflow_get_n_steps (a); i++)
    {
      g_assert_cmpstr (weir_workflow_get_step_name (a, i), ==, weir_workflow_get_step_name (b, i));
      g_assert_cmpint (weir_workflow_get_step_time (a, i), ==, weir_workflow_get_step_time (b, i));
    }
}

/* At every step both say the same, to the byte; @kept: nothing more is kept of it. */
static void
assert_same_all_the_way (WeirWorkflow *a, WeirWorkflow *b)
{
  for (guint i = weir_workflow_get_n_steps (a) + 1; i-- > 0;)
    {
      weir_workflow_go_to_step (a, i);
      weir_workflow_go_to_step (b, i);
      assert_same (a, b);
    }
  weir_workflow_go_to_step (a, weir_workflow_get_n_steps (a));
  weir_workflow_go_to_step (b, weir_workflow_get_n_steps (b));
  assert_same (a, b);
}

/* ── single edits ────────────────────────────────────────────────────────────────────────── */

static void
assert_survives (WeirWorkflow *workflow, Kept *kept)
{
  g_autoptr(WeirWorkflow) again = restart (kept);

  assert_same (workflow, again);
  assert_same_all_the_way (workflow, again);
}

static void
test_a_deleted_block_comes_back_with_its_comment (void)
{
  g_autoptr(WeirWorkflow) workflow = parse (commented);
  g_autoptr(Kept) kept = keep (workflow);
  g_autoptr(WeirWorkflow) again = NULL;
  g_autofree char *text = NULL;

  weir_workflow_remove_block (workflow, weir_workflow_find_block (workflow, "show"));
  weir_workflow_remove_block (workflow, weir_workflow_find_block (workflow, "each"));
  again = restart (kept);
  g_assert_null (weir_workflow_find_block (again, "show"));
  weir_workflow_undo (again);
  weir_workflow_undo (again);
  text = weir_workflow_to_yaml (again);
  g_assert_cmpstr (text, ==, commented);
}

static void
test_what_was_taken_back_can_be_done_again (void)
{
  g_autoptr(WeirWorkflow) workflow = parse (commented);
  g_autoptr(Kept) kept = keep (workflow);
  g_autoptr(WeirWorkflow) again = NULL;

  weir_workflow_set_name (workflow, "First");
  weir_workflow_set_name (workflow, "Second");
  weir_workflow_undo (workflow);
  again = restart (kept);
  g_assert_cmpstr (weir_workflow_get_name (again), ==, "First");
  weir_workflow_redo (again);
  g_assert_cmpstr (weir_workflow_get_name (again), ==, "Second");
}

static void
test_another_edit_drops_what_was_taken_back (void)
{
  g_autoptr(WeirWorkflow) workflow = parse (commented);
  g_autoptr(Kept) kept = keep (workflow);

  weir_workflow_set_name (workflow, "First");
  weir_workflow_set_name (workflow, "Second");
  weir_workflow_go_to_step (workflow, 0);
  weir_workflow_set_description (workflow, "Other");
  g_assert_cmpuint (kept->edits->len, ==, 1);
  assert_survives (workflow, kept);
}

static void
test_typing_is_kept_as_one_edit (void)
{
  g_autoptr(WeirWorkflow) workflow = parse (commented);
  g_autoptr(Kept) kept = keep (workflow);
  WeirBlock *block = weir_workflow_find_block (workflow, "each/one");
  static const char *const words[] = { "S", "Sh", "Sho", "Show it" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      weir_workflow_merge_next_edit (workflow);
      weir_workflow_set_label (workflow, block, words[i]);
    }
  g_assert_cmpuint (kept->edits->len, ==, 1);
  assert_survives (workflow, kept);
}

static void
test_typed_text_is_kept_as_one_edit (void)
{
  g_autoptr(WeirWorkflow) workflow = parse (commented);
  g_autoptr(Kept) kept = keep (workflow);
  static const char *const first_lines[] = { "# Ä\n", "# Äp\n", "# Äpfel\n" };

  for (guint i = 0; i < G_N_ELEMENTS (first_lines); i++)
    {
      g_autofree char *text = g_strconcat (first_lines[i], commented, NULL);
      g_autoptr(WeirWorkflow) typed = parse (text);

      weir_workflow_merge_next_edit (workflow);
      weir_workflow_replace (workflow, typed, "Edit Text");
    }
  g_assert_cmpuint (kept->edits->len, ==, 1);
  assert_survives (workflow, kept);
}

static void
test_another_text_is_kept_as_what_is_different (void)
{
  g_autoptr(WeirWorkflow) workflow = parse (commented);
  g_autoptr(Kept) kept = keep (workflow);
  g_autofree char *text = g_strconcat (commented, "# the end\n", NULL);
  g_autoptr(WeirWorkflow) typed = parse (text);

  g_assert_true (weir_workflow_replace (workflow, typed, "Edit Text"));
  g_assert_null (strstr (((KeptEdit *) kept->edits->pdata[0])->changes, "What it is for"));
  assert_survives (workflow, kept);
}

static void
test_a_container_comes_with_all_that_is_in_it (void)
{
  g_autoptr(WeirWorkflow) workflow = parse (commented);
  g_autoptr(Kept) kept = keep (workflow);
  WeirBlock *each = weir_workflow_find_block (workflow, "each");
  g_autofree char *text = weir_workflow_copy_blocks (workflow, &each, 1);
  g_autoptr(GPtrArray) pasted = weir_workflow_paste_blocks (workflow, weir_block_get_body (each), text, 30, 40, NULL);

  g_assert_nonnull (pasted);
  g_assert_nonnull (weir_workflow_find_block (workflow, "each/each/two"));
  assert_survives (workflow, kept);
}

static void
test_going_to_a_step_is_told_once (void)
{
  g_autoptr(WeirWorkflow) workflow = parse (commented);
  guint n_changed = 0;

  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *name = g_strdup_printf ("Name %u", i);

      weir_workflow_set_name (workflow, name);
    }
  g_signal_connect_swapped (workflow, "changed", G_CALLBACK (g_atomic_int_inc), &n_changed);
  weir_workflow_go_to_step (workflow, 2);
  g_assert_cmpstr (weir_workflow_get_name (workflow), ==, "Name 1");
  g_assert_cmpuint (n_changed, ==, 1);
  g_assert_cmpuint (weir_workflow_get_n_steps (workflow), ==, 5);
  weir_workflow_go_to_step (workflow, 5);
  g_assert_cmpstr (weir_workflow_get_name (workflow), ==, "Name 4");
}

static void
test_forgotten_steps_cannot_be_taken_back (void)
{
  g_autoptr(WeirWorkflow) workflow = parse (commented);

  weir_workflow_set_name (workflow, "First");
  weir_workflow_set_name (workflow, "Second");
  weir_workflow_forget_steps (workflow, 1);
  weir_workflow_undo (workflow);
  g_assert_false (weir_workflow_can_undo (workflow));
  g_assert_cmpstr (weir_workflow_get_name (workflow), ==, "First");
}

/* A database may hold anything: what does not fit is refused, and said. */
static void
test_what_does_not_fit_is_refused (void)
{
  static const char *const wrong[] = {
    "[]", "1", "[1]", "[{\"op\":\"fly\"}]", "[{\"op\":\"data\",\"graph\":[],\"block\":9,\"record\":{}}]",
    "[{\"op\":\"data\",\"graph\":[7],\"block\":0,\"record\":{}}]", "[{\"op\":\"add-block\",\"graph\":[],\"id\":\"read\",\"record\":{}}]",
    "[{\"op\":\"add-block\",\"graph\":[],\"id\":\"A b\",\"record\":{}}]", "[{\"op\":\"remove-block\",\"graph\":[],\"block\":0}]",
    "[{\"op\":\"remove-link\",\"graph\":[],\"link\":-1}]", "[{\"op\":\"id\",\"graph\":[],\"block\":0,\"id\":\"show\"}]",
    "[{\"op\":\"order\",\"graph\":[],\"blocks\":[[0]],\"links\":[],\"loose\":[]}]",
    "[{\"op\":\"source\",\"start\":100000,\"end\":0,\"text\":\"\",\"loose\":{}}]",
    "[{\"op\":\"add-link\",\"graph\":[],\"source\":0,\"target\":55,\"source-port\":\"a\",\"target-port\":\"b\"}]",
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr(WeirWorkflow) workflow = parse (commented);
      g_autoptr(GError) error = NULL;
      g_autoptr(WeirValue) changes = weir_value_decode (wrong[i], -1, &error);

      g_assert_no_error (error);
      g_assert_false (weir_workflow_replay_step (workflow, "Wrong", 1, changes, &error));
      g_assert_error (error, WEIR_ERROR, WEIR_ERROR_INVALID);
    }
}

/* ── whatever was done ───────────────────────────────────────────────────────────────────── */

static WeirGraph *
pick_graph (WeirWorkflow *workflow, GRand *rand)
{
  WeirGraph *graph = weir_workflow_get_graph (workflow);

  while (g_rand_boolean (rand))
    {
      WeirBlock *block = weir_graph_get_n_blocks (graph) > 0
                           ? weir_graph_get_block (graph, g_rand_int_range (rand, 0, weir_graph_get_n_blocks (graph)))
                           : NULL;

      if (block == NULL || weir_block_get_body (block) == NULL)
        return graph;
      graph = weir_block_get_body (block);
    }
  return graph;
}

static WeirBlock *
pick_block (WeirGraph *graph, GRand *rand)
{
  guint n = weir_graph_get_n_blocks (graph);

  return n > 0 ? weir_graph_get_block (graph, g_rand_int_range (rand, 0, n)) : NULL;
}

static WeirLink *
pick_link (WeirGraph *graph, GRand *rand)
{
  guint n = weir_graph_get_n_links (graph);

  return n > 0 ? weir_graph_get_link (graph, g_rand_int_range (rand, 0, n)) : NULL;
}

static void
set_some_note (WeirWorkflow *workflow, GRand *rand)
{
  g_autofree char *id = g_strdup_printf ("n%d", g_rand_int_range (rand, 0, 3));
  WeirNote note = { .id = id, .text = (char *) "# Note\nwith \"two\" lines: ok", .x = g_rand_int_range (rand, 0, 99), .width = 100,
                    .height = 50, .collapsed = g_rand_boolean (rand) };

  if (g_rand_int_range (rand, 0, 3) == 0)
    weir_workflow_remove_note (workflow, id);
  else
    weir_workflow_set_note (workflow, &note);
}

/* As somebody types: a line goes, or comes, or two change places. What is no workflow then is not taken. */
static void
edit_text (WeirWorkflow *workflow, GRand *rand)
{
  g_autofree char *text = weir_workflow_to_yaml (workflow);
  g_auto(GStrv) lines = g_strsplit (text, "\n", -1);
  guint n = g_strv_length (lines);
  guint at = (guint) g_rand_int_range (rand, 0, (gint32) n);
  g_autofree char *changed = NULL;
  g_autoptr(WeirWorkflow) typed = NULL;

  if (g_rand_boolean (rand))
    {
      char *before = lines[at];

      lines[at] = g_strconcat (before, at % 2 == 0 ? "  # ö " : "\n# a line ", "more", NULL);
      g_free (before);
    }
  else if (at + 1 < n)
    {
      char *before = lines[at];

      lines[at] = lines[at + 1];
      lines[at + 1] = before;
    }
  changed = g_strjoinv ("\n", lines);
  typed = weir_workflow_parse (changed, -1, NULL, NULL);
  if (typed != NULL)
    weir_workflow_replace (workflow, typed, "Edit Text");
}

static void
paste_some (WeirWorkflow *workflow, WeirGraph *graph, GRand *rand)
{
  WeirBlock *block = pick_block (graph, rand);
  g_autofree char *text = block != NULL ? weir_workflow_copy_blocks (workflow, &block, 1) : NULL;
  g_autoptr(GPtrArray) pasted = text != NULL && strlen (text) < 3000
                                   ? weir_workflow_paste_blocks (workflow, pick_graph (workflow, rand), text, 10, 20,
                                                                 NULL)
                                   : NULL;
}

static void
link_some (WeirWorkflow *workflow, WeirGraph *graph, GRand *rand)
{
  WeirBlock *source = pick_block (graph, rand);
  WeirBlock *target = pick_block (graph, rand);

  if (source != NULL)
    weir_workflow_add_link (workflow, source, "text", target, g_rand_boolean (rand) ? "text" : "run",
                            g_rand_boolean (rand) ? "value.length > 0" : NULL, NULL);
}

static void
edit_block (WeirWorkflow *workflow, WeirBlock *block, GRand *rand)
{
  g_autofree char *id = g_strdup_printf ("b%d", g_rand_int_range (rand, 0, 1000));
  g_autoptr(WeirValue) value = weir_value_new_number (g_rand_int_range (rand, 0, 9) / 2.0);

  switch (g_rand_int_range (rand, 0, 6))
    {
    case 0:
      weir_workflow_rename_block (workflow, block, id, NULL);
      break;
    case 1:
      weir_workflow_set_field (workflow, block, "path", g_rand_boolean (rand) ? value : NULL);
      break;
    case 2:
      weir_workflow_set_label (workflow, block, id);
      break;
    case 3:
      weir_workflow_remove_block (workflow, block);
      break;
    default:
      weir_workflow_merge_next_edit (workflow);
      weir_workflow_set_position (workflow, block, g_rand_int_range (rand, 0, 50), 7);
      break;
    }
}

static void
edit_at_random (WeirWorkflow *workflow, GRand *rand)
{
  WeirGraph *graph = pick_graph (workflow, rand);
  WeirBlock *block = pick_block (graph, rand);
  WeirLink *link = pick_link (graph, rand);

  switch (g_rand_int_range (rand, 0, 16))
    {
    case 0:
    case 1:
      weir_workflow_add_block (workflow, graph, NULL, g_rand_int_range (rand, 0, 3) == 0 ? "test.frame" : "test.show",
                               NULL, g_rand_int_range (rand, 0, 500), 0, NULL);
      break;
    case 2:
    case 3:
      link_some (workflow, graph, rand);
      break;
    case 4:
      if (link != NULL)
        weir_workflow_remove_link (workflow, link);
      break;
    case 5:
      if (link != NULL)
        weir_workflow_set_when (workflow, link, g_rand_boolean (rand) ? "value > 1" : NULL);
      break;
    case 6:
      paste_some (workflow, graph, rand);
      break;
    case 7:
      edit_text (workflow, rand);
      break;
    case 8:
      set_some_note (workflow, rand);
      break;
    case 9:
      weir_workflow_undo (workflow);
      break;
    case 10:
      weir_workflow_redo (workflow);
      break;
    case 11:
      weir_workflow_set_output (workflow, graph, g_rand_boolean (rand) && block != NULL ? "read.text" : NULL);
      break;
    default:
      if (block != NULL)
        edit_block (workflow, block, rand);
      break;
    }
}

/* Now and then several at once are one edit. */
static void
do_some (WeirWorkflow *workflow, GRand *rand)
{
  if (g_rand_int_range (rand, 0, 5) != 0)
    {
      edit_at_random (workflow, rand);
      return;
    }
  weir_workflow_begin_edit (workflow, "Several");
  for (guint i = 0; i < 4; i++)
    edit_at_random (workflow, rand);
  weir_workflow_end_edit (workflow);
}

static void
test_whatever_was_done_is_taken_back_to_the_byte (void)
{
  for (guint seed = 0; seed < 24; seed++)
    {
      g_autoptr(GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr(WeirWorkflow) workflow = parse (commented);
      g_autoptr(Kept) kept = keep (workflow);
      g_autoptr(WeirWorkflow) again = NULL;
      g_autofree char *text = NULL;

      g_test_message ("seed %u", seed);
      for (guint i = 0; i < 80; i++)
        do_some (workflow, rand);
      again = restart (kept);
      assert_same (workflow, again);
      assert_same_all_the_way (workflow, again);
      weir_workflow_go_to_step (again, 0);
      text = weir_workflow_to_yaml (again);
      g_assert_cmpstr (text, ==, commented);
    }
}

/* It goes on after the restart, and is kept again. */
static void
test_edits_go_on_after_a_restart (void)
{
  for (guint seed = 100; seed < 120; seed++)
    {
      g_autoptr(GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr(WeirWorkflow) workflow = parse (commented);
      g_autoptr(Kept) kept = keep (workflow);

      g_test_message ("seed %u", seed);
      for (guint round = 0; round < 5; round++)
        {
          g_autoptr(WeirWorkflow) before = g_steal_pointer (&workflow);

          for (guint i = 0; i < 15; i++)
            do_some (before, rand);
          weir_workflow_set_journal (before, NULL, NULL, NULL);
          workflow = restart (kept);
          assert_same (before, workflow);
          weir_workflow_set_journal (workflow, keep_cb, kept, NULL);
        }
      assert_survives (workflow, kept);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  weir_registry_add_kind (&show_kind);
  weir_registry_add_kind (&frame_kind);
  g_test_add_func ("/weir/history/a-deleted-block-comes-back-with-its-comment",
                   test_a_deleted_block_comes_back_with_its_comment);
  g_test_add_func ("/weir/history/what-was-taken-back-can-be-done-again", test_what_was_taken_back_can_be_done_again);
  g_test_add_func ("/weir/history/another-edit-drops-what-was-taken-back", test_another_edit_drops_what_was_taken_back);
  g_test_add_func ("/weir/history/typing-is-kept-as-one-edit", test_typing_is_kept_as_one_edit);
  g_test_add_func ("/weir/history/typed-text-is-kept-as-one-edit", test_typed_text_is_kept_as_one_edit);
  g_test_add_func ("/weir/history/another-text-is-kept-as-what-is-different",
                   test_another_text_is_kept_as_what_is_different);
  g_test_add_func ("/weir/history/a-container-comes-with-all-that-is-in-it",
                   test_a_container_comes_with_all_that_is_in_it);
  g_test_add_func ("/weir/history/going-to-a-step-is-told-once", test_going_to_a_step_is_told_once);
  g_test_add_func ("/weir/history/forgotten-steps-cannot-be-taken-back", test_forgotten_steps_cannot_be_taken_back);
  g_test_add_func ("/weir/history/what-does-not-fit-is-refused", test_what_does_not_fit_is_refused);
  g_test_add_func ("/weir/history/whatever-was-done-is-taken-back-to-the-byte",
                   test_whatever_was_done_is_taken_back_to_the_byte);
  g_test_add_func ("/weir/history/edits-go-on-after-a-restart", test_edits_go_on_after_a_restart);
  return g_test_run ();
}
