/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Edits of open workflows in a real database: what was done is there after a restart, and so is the way back. */
#include "weir-history.h"
#include "weir-test.h"

#include <sqlite3.h>

static const char *const commented
  = "# Kept\nweir: 1\nname: Kept  # short\nblocks:\n  # the first\n"
    "  read: { kind: test.echo, config: { path: a.txt } }\n  show: { kind: test.echo }\n"
    "links:\n  - read.value -> show.value  # why\n";

static WeirWorkflow *
open_it (WeirTest *test)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(DexFuture) opened = weir_engine_open_workflow (test->engine, "kept");
  const GValue *value = weir_test_await (opened, &error);

  g_assert_no_error (error);
  return g_value_dup_object (value);
}

static void
save (WeirTest *test, WeirWorkflow *workflow, const char *why)
{
  g_autoptr(DexFuture) saved = weir_engine_save_workflow (test->engine, workflow, why);
  g_autoptr(GError) error = NULL;

  weir_test_await (saved, &error);
  g_assert_no_error (error);
}

/* Saved, but opened by nobody yet. */
static void
save_text (WeirTest *test, const char *text)
{
  g_autoptr(WeirWorkflow) workflow = weir_test_parse (text);

  weir_workflow_set_id (workflow, "kept");
  save (test, workflow, "Imported");
}

static WeirTest *
begin (void)
{
  WeirTest *test = weir_test_new_on_disk ();

  save_text (test, commented);
  return test;
}

static void
assert_text (WeirWorkflow *workflow, const char *text)
{
  g_autofree char *now = weir_workflow_to_yaml (workflow);

  g_assert_cmpstr (now, ==, text);
}

static guint
count_versions (WeirTest *test)
{
  g_autoptr(DexFuture) listed = weir_engine_list_versions (test->engine, "kept");
  const GValue *value = weir_test_await (listed, NULL);

  return ((GPtrArray *) g_value_get_boxed (value))->len;
}

static void
test_what_was_not_saved_is_there_after_a_restart (void)
{
  g_autoptr(WeirTest) test = begin ();
  g_autoptr(WeirWorkflow) workflow = open_it (test);

  weir_workflow_set_name (workflow, "Changed");
  weir_workflow_remove_block (workflow, weir_workflow_find_block (workflow, "read"));
  weir_workflow_undo (workflow);
  g_clear_object (&workflow);
  weir_test_reopen (test);
  workflow = open_it (test);
  g_assert_cmpstr (weir_workflow_get_name (workflow), ==, "Changed");
  g_assert_cmpuint (weir_workflow_get_version (workflow), ==, 2);
  g_assert_cmpstr (weir_workflow_get_redo_name (workflow), ==, "Delete Block");
  weir_workflow_redo (workflow);
  g_assert_null (weir_workflow_find_block (workflow, "read"));
  weir_workflow_go_to_step (workflow, 0);
  assert_text (workflow, commented);
}

static void
test_what_was_saved_and_edited_again_is_there (void)
{
  g_autoptr(WeirTest) test = begin ();
  g_autoptr(WeirWorkflow) workflow = open_it (test);

  weir_workflow_set_name (workflow, "Saved");
  save (test, workflow, NULL);
  weir_workflow_set_name (workflow, "Not saved");
  g_clear_object (&workflow);
  weir_test_reopen (test);
  workflow = open_it (test);
  g_assert_cmpstr (weir_workflow_get_name (workflow), ==, "Not saved");
  weir_workflow_undo (workflow);
  g_assert_cmpstr (weir_workflow_get_name (workflow), ==, "Saved");
}

static void
test_opening_and_closing_makes_no_version (void)
{
  g_autoptr(WeirTest) test = begin ();

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr(WeirWorkflow) workflow = open_it (test);

      assert_text (workflow, commented);
      g_assert_false (weir_workflow_can_undo (workflow));
      g_clear_object (&workflow);
      weir_test_reopen (test);
    }
  g_assert_cmpuint (count_versions (test), ==, 1);
}

static void
test_the_open_workflow_is_given_again (void)
{
  g_autoptr(WeirTest) test = begin ();
  g_autoptr(WeirWorkflow) workflow = open_it (test);
  g_autoptr(WeirWorkflow) again = NULL;

  weir_workflow_set_name (workflow, "Changed");
  again = open_it (test);
  g_assert_true (again == workflow);
}

static void
test_a_version_from_elsewhere_is_one_more_edit (void)
{
  g_autoptr(WeirTest) test = begin ();
  g_autoptr(WeirWorkflow) workflow = open_it (test);

  weir_workflow_set_name (workflow, "Mine");
  save (test, workflow, NULL);
  g_clear_object (&workflow);
  save_text (test, "weir: 1\nname: Theirs\nblocks:\n  other: { kind: test.echo }\n");
  weir_test_reopen (test);
  workflow = open_it (test);
  g_assert_cmpstr (weir_workflow_get_name (workflow), ==, "Theirs");
  g_assert_cmpstr (weir_workflow_get_undo_name (workflow), ==, "Version 3");
  weir_workflow_undo (workflow);
  g_assert_cmpstr (weir_workflow_get_name (workflow), ==, "Mine");
  weir_workflow_undo (workflow);
  assert_text (workflow, commented);
}

static void
test_an_import_reaches_the_open_workflow (void)
{
  g_autoptr(WeirTest) test = begin ();
  g_autoptr(WeirWorkflow) workflow = open_it (test);
  g_autoptr(WeirWorkflow) again = NULL;

  save_text (test, "weir: 1\nname: Theirs\n");
  again = open_it (test);
  g_assert_true (again == workflow);
  g_assert_cmpstr (weir_workflow_get_name (workflow), ==, "Theirs");
  weir_workflow_undo (workflow);
  assert_text (workflow, commented);
}

static void
test_a_new_workflow_is_kept_once_it_is_saved (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirWorkflow) workflow = weir_workflow_new ("New");

  weir_workflow_set_id (workflow, "kept");
  save (test, workflow, NULL);
  weir_engine_keep_history (test->engine, workflow);
  weir_workflow_add (workflow, "first", "test.pass", NULL, NULL);
  weir_workflow_add (workflow, "second", "test.pass", NULL, NULL);
  save (test, workflow, NULL);
  g_clear_object (&workflow);
  weir_test_reopen (test);
  workflow = open_it (test);
  g_assert_cmpuint (weir_workflow_get_n_steps (workflow), ==, 2);
  weir_workflow_undo (workflow);
  g_assert_null (weir_workflow_find_block (workflow, "second"));
  g_assert_nonnull (weir_workflow_find_block (workflow, "first"));
}

static void
test_the_oldest_edits_fall_out (void)
{
  g_autoptr(WeirTest) test = begin ();
  g_autoptr(WeirWorkflow) workflow = NULL;
  g_autofree char *newest = NULL;
  guint n_before;

  test->engine->history_limit = 4000;
  workflow = open_it (test);
  for (guint i = 0; i < 60; i++)
    {
      g_autofree char *name = g_strdup_printf ("Name %u", i);
      g_autofree char *text = g_strdup_printf ("# Text %u\n%s# the end of it\n", i, commented);
      g_autoptr(WeirWorkflow) typed = weir_test_parse (text);

      if (i % 3 == 0)
        weir_workflow_replace (workflow, typed, "Edit Text");
      else
        weir_workflow_set_description (workflow, name);
    }
  newest = weir_workflow_to_yaml (workflow);
  n_before = weir_workflow_get_n_steps (workflow);
  g_clear_object (&workflow);
  weir_test_reopen (test);
  test->engine->history_limit = 4000;
  workflow = open_it (test);
  assert_text (workflow, newest);
  g_assert_cmpuint (weir_workflow_get_n_steps (workflow), <, n_before);
  g_assert_cmpuint (weir_workflow_get_n_steps (workflow), >, 3);
  n_before = weir_workflow_get_n_steps (workflow);

  /* what is left goes all the way, also the next time */
  weir_workflow_go_to_step (workflow, 0);
  weir_workflow_go_to_step (workflow, n_before);
  assert_text (workflow, newest);
  g_clear_object (&workflow);
  weir_test_reopen (test);
  workflow = open_it (test);
  assert_text (workflow, newest);
  g_assert_cmpuint (weir_workflow_get_n_steps (workflow), ==, n_before);
}

static void
test_what_is_kept_stays_bounded_while_it_is_open (void)
{
  g_autoptr(WeirTest) test = begin ();
  g_autoptr(WeirWorkflow) workflow = NULL;

  test->engine->history_limit = 1000;
  workflow = open_it (test);
  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *name = g_strdup_printf ("Name %u", i);

      weir_workflow_set_description (workflow, name);
    }
  weir_workflow_go_to_step (workflow, 10);
  g_assert_cmpstr (weir_workflow_get_description (workflow), ==, "Name 9");
  weir_workflow_set_description (workflow, "Last");
  g_clear_object (&workflow);
  weir_test_reopen (test);
  workflow = open_it (test);
  g_assert_cmpstr (weir_workflow_get_description (workflow), ==, "Last");
}

/* Whatever became of the rows, the workflow opens as it was saved. */
static void
test_broken_rows_cost_the_way_back_only (void)
{
  static const char *const damages[] = { "UPDATE edit SET changes = '[]' WHERE number = 0", "DELETE FROM edit WHERE number = 0",
                                         "UPDATE edit SET changes = 'x'", "UPDATE edit_base SET text = 'no workflow: ['",
                                         "UPDATE edit_base SET done = 77, saved = 77",
                                         "UPDATE edit SET changes = replace (changes, 'Second', 'Other')" };

  for (guint i = 0; i < G_N_ELEMENTS (damages); i++)
    {
      g_autoptr(WeirTest) test = begin ();
      g_autoptr(WeirWorkflow) workflow = open_it (test);
      g_autofree char *path = NULL;
      sqlite3 *db;

      weir_workflow_set_name (workflow, "First");
      weir_workflow_set_name (workflow, "Second");
      save (test, workflow, NULL);
      g_clear_object (&workflow);
      weir_test_reopen (test);
      path = g_build_filename (weir_engine_get_data_dir (test->engine), "weir.db", NULL);
      g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
      g_assert_cmpint (sqlite3_exec (db, damages[i], NULL, NULL, NULL), ==, SQLITE_OK);
      sqlite3_close (db);
      g_test_expect_message ("weir", G_LOG_LEVEL_WARNING, "*cannot be undone any more*");
      workflow = open_it (test);
      g_test_assert_expected_messages ();
      g_assert_cmpstr (weir_workflow_get_name (workflow), ==, "Second");
      g_assert_false (weir_workflow_can_undo (workflow));
      weir_workflow_set_name (workflow, "Third");
      weir_workflow_undo (workflow);
      g_assert_cmpstr (weir_workflow_get_name (workflow), ==, "Second");
    }
}

static void
test_a_workflow_that_goes_for_good_takes_its_edits_along (void)
{
  g_autoptr(WeirTest) test = begin ();
  g_autoptr(WeirWorkflow) workflow = open_it (test);
  g_autofree char *path = NULL;
  sqlite3 *db;
  sqlite3_stmt *count;

  weir_workflow_set_name (workflow, "First");
  g_clear_object (&workflow);
  path = g_build_filename (weir_engine_get_data_dir (test->engine), "weir.db", NULL);
  weir_test_reopen (test);
  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, "DELETE FROM workflow WHERE id = 'kept'", NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_cmpint (
    sqlite3_prepare_v2 (db, "SELECT (SELECT count(*) FROM edit) + (SELECT count(*) FROM edit_base)", -1, &count, NULL),
    ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (count), ==, SQLITE_ROW);
  g_assert_cmpint (sqlite3_column_int (count, 0), ==, 0);
  sqlite3_finalize (count);
  sqlite3_close (db);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  g_test_add_func ("/weir/kept-edits/what-was-not-saved-is-there-after-a-restart",
                   test_what_was_not_saved_is_there_after_a_restart);
  g_test_add_func ("/weir/kept-edits/what-was-saved-and-edited-again-is-there",
                   test_what_was_saved_and_edited_again_is_there);
  g_test_add_func ("/weir/kept-edits/opening-and-closing-makes-no-version", test_opening_and_closing_makes_no_version);
  g_test_add_func ("/weir/kept-edits/the-open-workflow-is-given-again", test_the_open_workflow_is_given_again);
  g_test_add_func ("/weir/kept-edits/a-version-from-elsewhere-is-one-more-edit",
                   test_a_version_from_elsewhere_is_one_more_edit);
  g_test_add_func ("/weir/kept-edits/an-import-reaches-the-open-workflow", test_an_import_reaches_the_open_workflow);
  g_test_add_func ("/weir/kept-edits/a-new-workflow-is-kept-once-it-is-saved",
                   test_a_new_workflow_is_kept_once_it_is_saved);
  g_test_add_func ("/weir/kept-edits/the-oldest-edits-fall-out", test_the_oldest_edits_fall_out);
  g_test_add_func ("/weir/kept-edits/what-is-kept-stays-bounded-while-it-is-open",
                   test_what_is_kept_stays_bounded_while_it_is_open);
  g_test_add_func ("/weir/kept-edits/broken-rows-cost-the-way-back-only", test_broken_rows_cost_the_way_back_only);
  g_test_add_func ("/weir/kept-edits/a-workflow-that-goes-for-good-takes-its-edits-along",
                   test_a_workflow_that_goes_for_good_takes_its_edits_along);
  return g_test_run ();
}
