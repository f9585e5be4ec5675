/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <glib/gstdio.h>

#include "weir-kind-test.h"

static Outcome *
play (KindTest *test, const char *kind, const char *config)
{
  g_autofree char *filled = kind_test_fill (test, config);

  return kind_test_play_block (test, kind, filled, NULL, NULL);
}

static gboolean
is_there (KindTest *test, const char *name)
{
  g_autofree char *path = kind_test_path (test, name);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static void
assert_content (KindTest *test, const char *name, const char *content)
{
  g_autofree char *there = kind_test_read (test, name);

  g_assert_cmpstr (there, ==, content);
}

static void
test_trash_and_back (KindTest *test)
{
  g_autoptr(Outcome) outcome = NULL;

  kind_test_write (test, "a/b.txt", "b");
  outcome = play (test, "file.delete", "{ path: $DIR/a, recursive: true }");
  g_assert_true (weir_value_get_member_bool (outcome_get (outcome, "info"), "trashed", FALSE));
  g_assert_false (is_there (test, "a"));
  g_assert_cmpuint (kind_test_undo (test, outcome), ==, 1);
  assert_content (test, "a/b.txt", "b");
}

static void
test_what_is_too_large_is_said_to_be_gone (KindTest *test)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Outcome) outcome = NULL;
  g_autoptr(WeirUndoPlan) plan = NULL;

  weir_engine_set_undo_limit (test->engine, 10);
  kind_test_write (test, "a.txt", "more than ten bytes");
  outcome = play (test, "file.delete", "{ path: $DIR/a.txt, to: permanent }");
  g_assert_cmpstr (outcome->message, ==, NULL);
  plan = dex_await_boxed (weir_engine_plan_undo (test->engine, weir_run_get_id (outcome->run), NULL), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (plan->n_irreversible, ==, 1);
}

static void
test_what_was_refused_is_no_change (KindTest *test)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = kind_test_path (test, "fifo");
  g_autoptr(Outcome) outcome = NULL;
  g_autoptr(WeirUndoPlan) plan = NULL;

  g_assert_no_errno (mkfifo (path, 0600));
  outcome = play (test, "file.write", "{ path: $DIR/fifo, content: x }");
  assert_failure (outcome, "io.other");
  plan = dex_await_boxed (weir_engine_plan_undo (test->engine, weir_run_get_id (outcome->run), NULL), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (plan->items->len, ==, 0);
}

static void
test_a_folder_is_copied_into_another (KindTest *test)
{
  g_autoptr(Outcome) outcome = NULL;

  kind_test_write (test, "a/one", "new");
  kind_test_write (test, "a/in/two", "2");
  kind_test_write (test, "b/one", "old");
  kind_test_write (test, "b/three", "3");
  outcome = play (test, "file.copy", "{ from: $DIR/a, to: $DIR/b, overwrite: replace, verify: true }");
  /* there is a folder, so it goes into it */
  assert_output (outcome, "copied", "true");
  assert_content (test, "b/a/in/two", "2");
  g_assert_cmpuint (kind_test_undo (test, outcome), ==, 1);
  g_assert_false (is_there (test, "b/a"));
  assert_content (test, "b/one", "old");
  assert_content (test, "b/three", "3");
}

/* Its size is 0 until it is read. */
static void
test_a_copy_of_what_says_no_size_is_refused (KindTest *test)
{
  g_autoptr(Outcome) outcome = NULL;

  outcome = play (test, "file.copy", "{ from: /proc/self/status, to: $DIR/b }");
  g_assert_cmpstr (outcome->error, ==, "io.changed");
  g_assert_true (g_str_has_prefix (outcome->message, "Expected 0 bytes in /proc/"));
  g_assert_false (is_there (test, "b"));
}

static void
test_a_copy_keeps_what_others_put_beside_it (KindTest *test)
{
  g_autoptr(Outcome) outcome = NULL;

  kind_test_write (test, "a/one", "1");
  outcome = play (test, "file.copy", "{ from: $DIR/a, to: $DIR/b }");
  kind_test_write (test, "b/mine", "mine");
  kind_test_undo (test, outcome);
  assert_content (test, "b/mine", "mine");
  g_assert_false (is_there (test, "b/one"));
}

static void
test_what_was_changed_since_is_not_overwritten (KindTest *test)
{
  g_autoptr(Outcome) outcome = NULL;
  g_autofree char *path = kind_test_path (test, "a");

  kind_test_write (test, "a", "1");
  outcome = play (test, "file.permissions", "{ path: $DIR/a, mode: \"0600\" }");
  g_assert_no_errno (chmod (path, 0640));
  g_assert_cmpuint (kind_test_undo (test, outcome), ==, 0);
}

static void
test_temporary_files_go_with_the_run (KindTest *test)
{
  g_autoptr(Outcome) outcome = play (test, "file.temp", "{ suffix: .txt }");
  WeirValue *path = outcome_get (outcome, "path");

  g_assert_nonnull (path);
  for (guint i = 0; i < 1000 && g_file_test (weir_value_get_path (path), G_FILE_TEST_EXISTS); i++)
    dex_await (dex_timeout_new_msec (5), NULL);
  g_assert_false (g_file_test (weir_value_get_path (path), G_FILE_TEST_EXISTS));
}

static void
test_one_item_is_undone (KindTest *test)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Outcome) outcome = kind_test_play (
    test,
    "weir: 1\nname: Items\nblocks:\n"
    "  each:\n    kind: flow.foreach\n    config: { items: [a, b, c] }\n    body:\n"
    "      blocks:\n        w: { kind: file.write, config: { path: \"$DIR/{{ item }}\", content: x } }\n",
    NULL);
  g_autoptr(WeirUndoPlan) plan = NULL;

  plan = dex_await_boxed (weir_engine_plan_undo_part (test->engine, weir_run_get_id (outcome->run), "each[1]"), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (dex_await_uint (weir_engine_undo (test->engine, plan, WEIR_CONFLICT_KEEP), &error), ==, 1);
  g_assert_true (is_there (test, "a"));
  g_assert_false (is_there (test, "b"));
  g_assert_true (is_there (test, "c"));
}

/* Only one of them makes the file, the others find it made. */
static void
test_many_append_to_one_new_file (KindTest *test)
{
  g_autoptr(Outcome) outcome = kind_test_play (
    test,
    "weir: 1\nname: Log\nblocks:\n"
    "  each:\n    kind: flow.foreach\n    config: { items: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], concurrency: 12 "
    "}\n    body:\n"
    "      blocks:\n        w: { kind: file.write, config: { path: $DIR/log, mode: append, content: \"line\\n\" } }\n",
    NULL);
  g_autofree char *log = NULL;
  g_auto(GStrv) lines = NULL;

  g_assert_cmpstr (outcome->message, ==, NULL);
  log = kind_test_read (test, "log");
  lines = g_strsplit (log, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 12 + 1);
}

static void
test_a_folder_that_moved_takes_its_files_along (KindTest *test)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirUndoPlan) plan = NULL;
  g_autoptr(Outcome) outcome = NULL;

  kind_test_write (test, "d/a", "old");
  outcome = kind_test_play (test,
                            "weir: 1\nname: Moved\nblocks:\n"
                            "  w: { kind: file.write, config: { path: $DIR/d/a, content: new } }\n"
                            "  m: { kind: file.move, config: { from: $DIR/d, to: $DIR/e } }\n"
                            "links:\n  - w.done -> m.run\n",
                            NULL);
  plan = dex_await_boxed (weir_engine_plan_undo (test->engine, weir_run_get_id (outcome->run), NULL), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (plan->n_conflicts, ==, 0);
  kind_test_undo (test, outcome);
  assert_content (test, "d/a", "old");
}

/* The disk is full after two more bytes, as far as this process can tell. */
static void
test_append_that_fails_leaves_nothing (KindTest *test)
{
  g_autofree char *path = kind_test_path (test, "log");
  g_autofree char *content = NULL;
  g_autoptr(Outcome) outcome = NULL;
  struct rlimit was, small;
  struct stat before, after;

  kind_test_write (test, "log", "line\n");
  g_assert_no_errno (stat (path, &before));
  g_assert_no_errno (getrlimit (RLIMIT_FSIZE, &was));
  small = was;
  small.rlim_cur = 7;
  signal (SIGXFSZ, SIG_IGN);
  g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &small));
  outcome = kind_test_play_block (test, "file.write", "{ path: $DIR/log, content: \"more\\n\", mode: append }", NULL,
                                  NULL);
  g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &was));
  signal (SIGXFSZ, SIG_DFL);
  g_assert_nonnull (outcome->error);
  content = kind_test_read (test, "log");
  g_assert_cmpstr (content, ==, "line\n");
  g_assert_no_errno (stat (path, &after));
  g_assert_cmpint (after.st_mtim.tv_sec, ==, before.st_mtim.tv_sec);
  g_assert_cmpint (after.st_mtim.tv_nsec, ==, before.st_mtim.tv_nsec);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  ADD_KIND_TEST ("/weir/blocks/delete/trash-and-back", test_trash_and_back);
  ADD_KIND_TEST ("/weir/blocks/delete/what-is-too-large-is-said-to-be-gone", test_what_is_too_large_is_said_to_be_gone);
  ADD_KIND_TEST ("/weir/blocks/write/what-was-refused-is-no-change", test_what_was_refused_is_no_change);
  ADD_KIND_TEST ("/weir/blocks/write/many-append-to-one-new-file", test_many_append_to_one_new_file);
  ADD_KIND_TEST ("/weir/blocks/copy/a-folder-goes-into-another", test_a_folder_is_copied_into_another);
  ADD_KIND_TEST ("/weir/blocks/copy/of-what-says-no-size-is-refused", test_a_copy_of_what_says_no_size_is_refused);
  ADD_KIND_TEST ("/weir/blocks/copy/keeps-what-others-put-beside-it", test_a_copy_keeps_what_others_put_beside_it);
  ADD_KIND_TEST ("/weir/blocks/permissions/what-was-changed-since-stays",
                 test_what_was_changed_since_is_not_overwritten);
  ADD_KIND_TEST ("/weir/blocks/write/an-append-that-fails-leaves-nothing", test_append_that_fails_leaves_nothing);
  ADD_KIND_TEST ("/weir/blocks/temp/goes-with-the-run", test_temporary_files_go_with_the_run);
  ADD_KIND_TEST ("/weir/undo/one-item-of-a-container", test_one_item_is_undone);
  ADD_KIND_TEST ("/weir/undo/a-folder-that-moved-takes-its-files-along",
                 test_a_folder_that_moved_takes_its_files_along);
  return g_test_run ();
}
