/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "weir-store-fixture.h"

#define NEWEST 8

/* A folder with a database that an earlier Weir left. */
static void
set_up_kept (StoreFixture *self, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *kept = g_build_filename (TEST_DATA_DIR, "store", data, NULL);
  g_autofree char *path = NULL;
  g_autofree char *content = NULL;
  gsize length;

  self->dir = g_dir_make_tmp ("weir-store-XXXXXX", &error);
  g_assert_no_error (error);
  path = store_fixture_path (self, "weir.db");
  g_file_get_contents (kept, &content, &length, &error);
  g_assert_no_error (error);
  g_file_set_contents (path, content, (gssize) length, &error);
  g_assert_no_error (error);
}

static gint64
ask_database (const char *path, const char *sql)
{
  sqlite3 *db = NULL;
  sqlite3_stmt *statement = NULL;
  gint64 answer;

  g_assert_cmpint (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL), ==, SQLITE_OK);
  answer = sqlite3_step (statement) == SQLITE_ROW ? sqlite3_column_int64 (statement, 0) : -1;
  sqlite3_finalize (statement);
  g_assert_cmpint (sqlite3_close (db), ==, SQLITE_OK);
  return answer;
}

static char *
find_backup (StoreFixture *self)
{
  g_autofree char *path = store_fixture_path (self, "backup");
  g_autoptr(GDir) dir = g_dir_open (path, 0, NULL);
  const char *name = dir != NULL ? g_dir_read_name (dir) : NULL;

  return name != NULL ? g_build_filename (path, name, NULL) : NULL;
}

/* Every kept database holds the same two workflows. */
static void
test_kept_database_is_migrated (StoreFixture *self, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = store_fixture_path (self, "weir.db");
  gint64 version = ask_database (path, "PRAGMA user_version");
  g_autofree char *backup = NULL;
  g_autoptr(GListModel) workflows = NULL;
  g_autoptr(GPtrArray) versions = NULL;
  g_autoptr(WeirValue) variable = NULL;
  WeirStoredWorkflow *workflow;
  WeirBatch *batch = weir_batch_new ();

  self->store = weir_store_new (self->dir, &error);
  g_assert_no_error (error);
  workflows = store_await_object (weir_store_list_workflows (self->store));
  g_assert_cmpuint (g_list_model_get_n_items (workflows), ==, 2);
  workflow = store_await_boxed (weir_store_load_workflow (self->store, "Tidy downloads", 0));
  g_assert_cmpuint (workflow->version, ==, 2);
  g_assert_cmpstr (workflow->text, ==, "weir: 1\nname: Tidy downloads\n");
  versions = store_await_boxed (weir_store_list_versions (self->store, workflow->id));
  g_assert_cmpuint (versions->len, ==, 2);
  weir_stored_workflow_free (workflow);
  variable = weir_store_dup_variable (self->store, NULL, "count");
  g_assert_cmpint (weir_value_get_int (variable), ==, 42);

  /* What is new works on what is old. */
  store_put_run (batch, 1000, "w", WEIR_RUN_SUCCEEDED);
  store_put_log (batch, 1000, 1, WEIR_LOG_INFO, "a", "migrated");
  store_fixture_commit (self, batch);
  weir_store_close (self->store);
  g_assert_cmpint (ask_database (path, "PRAGMA user_version"), ==, NEWEST);
  g_assert_cmpint (ask_database (path, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), ==,
                   0);

  backup = find_backup (self);
  if (version == NEWEST)
    {
      g_assert_null (backup);
      return;
    }
  g_assert_cmpint (ask_database (backup, "PRAGMA user_version"), ==, version);
  g_assert_cmpint (ask_database (backup, "SELECT count(*) FROM version"), ==, 3);
}

static void
test_newer_database_is_refused_and_left_alone (StoreFixture *self, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = store_fixture_path (self, "weir.db");
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  gsize length_before, length_after;

  weir_store_close (self->store);
  ask_database (path, "PRAGMA user_version = 999");
  g_file_get_contents (path, &before, &length_before, NULL);
  g_assert_null (weir_store_new (self->dir, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_NEWER);
  g_assert_nonnull (strstr (error->message, "schema 999"));
  g_file_get_contents (path, &after, &length_after, NULL);
  g_assert_cmpmem (before, length_before, after, length_after);
}

static void
test_newer_database_can_be_looked_at (StoreFixture *self, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = store_fixture_path (self, "weir.db");
  g_autoptr(GListModel) runs = NULL;
  g_autoptr(GListModel) unfinished = NULL;
  g_autoptr(GPtrArray) events = NULL;
  g_autoptr(GPtrArray) lines = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  gsize length_before, length_after;
  WeirBatch *batch = weir_batch_new ();

  store_put_run (batch, 1, "w", WEIR_RUN_SUCCEEDED);
  store_put_run (batch, 2, "w", WEIR_RUN_RUNNING);
  weir_batch_take_event (batch, store_event_new (WEIR_EVENT_RUN_STARTED, 1, 1, NULL), NULL, NULL);
  weir_batch_take_event (batch, store_event_new (WEIR_EVENT_RUN_SUCCEEDED, 1, 2, NULL), NULL, NULL);
  store_put_log (batch, 1, 3, WEIR_LOG_INFO, "a", "found");
  store_fixture_commit (self, batch);
  g_ptr_array_unref (store_await_boxed (weir_store_query_logs (self->store, 1, 0, NULL, "found", 0, 0)));
  weir_store_close (self->store);
  g_assert_null (weir_store_new_read_only (self->dir, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE);
  g_clear_error (&error);

  /* It knows columns and events that are to come. */
  ask_database (path, "PRAGMA user_version = 999");
  ask_database (path, "ALTER TABLE run ADD COLUMN mood TEXT");
  ask_database (path, "UPDATE event_kind SET name = 'run.dreamt' WHERE name = 'run.started'");
  g_file_get_contents (path, &before, &length_before, NULL);
  g_clear_pointer (&self->store, weir_store_unref);
  self->store = weir_store_new_read_only (self->dir, &error);
  g_assert_no_error (error);
  runs = store_await_object (weir_store_list_runs (self->store, NULL, 0));
  g_assert_cmpuint (g_list_model_get_n_items (runs), ==, 2);
  unfinished = weir_store_list_unfinished (self->store);
  g_assert_cmpuint (g_list_model_get_n_items (unfinished), ==, 0);
  events = store_await_boxed (weir_store_load_events (self->store, 1, 0, TRUE));
  g_assert_cmpuint (events->len, ==, 2);
  lines = store_await_boxed (weir_store_query_logs (self->store, 1, 0, NULL, "found", 0, 0));
  g_assert_cmpuint (lines->len, ==, 1);
  store_assert_rejected (weir_store_save_workflow (self->store, NULL, "W", "weir: 1", NULL, NULL), WEIR_ERROR_NEWER);
  store_assert_rejected (weir_store_delete_run (self->store, 1, "user", NULL), WEIR_ERROR_NEWER);
  weir_store_close (self->store);
  g_file_get_contents (path, &after, &length_after, NULL);
  g_assert_cmpmem (before, length_before, after, length_after);
}

static void
test_database_of_another_program_is_refused (StoreFixture *self, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = store_fixture_path (self, "weir.db");

  weir_store_close (self->store);
  g_unlink (path);
  ask_database (path, "CREATE TABLE album (title TEXT)");
  g_assert_null (weir_store_new (self->dir, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_STORE);
  g_assert_nonnull (strstr (error->message, "another program"));
  g_clear_error (&error);
  g_file_set_contents (
    path, "This is no database at all, but long enough to be taken for one at first sight by somebody", -1, NULL);
  g_assert_null (weir_store_new (self->dir, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_STORE);
}

static void
test_new_database_is_ours (StoreFixture *self, gconstpointer data)
{
  g_autofree char *path = store_fixture_path (self, "weir.db");
  g_autofree char *backup = find_backup (self);

  weir_store_close (self->store);
  g_assert_null (backup);
  g_assert_cmpint (ask_database (path, "PRAGMA application_id"), ==, 0x57656972);
  g_assert_cmpint (ask_database (path, "PRAGMA user_version"), ==, NEWEST);
  g_assert_cmpint (ask_database (path, "PRAGMA auto_vacuum"), ==, 2);
}

/* ── one process at a time ───────────────────────────────────────────────────────────────── */

/* The other process: holds the folder until its standard input ends. */
static int
hold (const char *dir)
{
  g_autoptr(GError) error = NULL;
  WeirStore *store = weir_store_new (dir, &error);
  char byte;

  if (store == NULL)
    return 1;
  if (write (1, "held", 4) == 4 && read (0, &byte, 1) < 0)
    return 1;
  weir_store_unref (store);
  return 0;
}

static void
test_second_process_is_told_who_has_it (StoreFixture *self, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autoptr(GSubprocess) other = NULL;
  g_autofree char *expected = NULL;
  char answer[4];

  weir_store_close (self->store);
  other = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, program, "--hold",
                            self->dir, NULL);
  g_assert_no_error (error);
  g_input_stream_read_all (g_subprocess_get_stdout_pipe (other), answer, sizeof answer, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (weir_store_new (self->dir, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_BUSY);
  expected = g_strdup_printf ("%s is in use by process %s", self->dir, g_subprocess_get_identifier (other));
  g_assert_cmpstr (error->message, ==, expected);
  g_clear_error (&error);

  g_output_stream_close (g_subprocess_get_stdin_pipe (other), NULL, NULL);
  g_subprocess_wait_check (other, NULL, &error);
  g_assert_no_error (error);
  store_fixture_reopen (self);
}

static void
test_same_process_may_not_open_it_twice (StoreFixture *self, gconstpointer data)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (weir_store_new (self->dir, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_BUSY);
}

int
main (int argc, char **argv)
{
  dex_init ();
  if (argc == 3 && g_str_equal (argv[1], "--hold"))
    return hold (argv[2]);
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/weir/store/schema/1-is-migrated", StoreFixture, "schema-1.db", set_up_kept,
              test_kept_database_is_migrated, store_fixture_tear_down);
  g_test_add ("/weir/store/schema/4-is-migrated", StoreFixture, "schema-4.db", set_up_kept,
              test_kept_database_is_migrated, store_fixture_tear_down);
  g_test_add ("/weir/store/schema/5-is-migrated", StoreFixture, "schema-5.db", set_up_kept,
              test_kept_database_is_migrated, store_fixture_tear_down);
  g_test_add ("/weir/store/schema/6-is-migrated", StoreFixture, "schema-6.db", set_up_kept,
              test_kept_database_is_migrated, store_fixture_tear_down);
  g_test_add ("/weir/store/schema/7-is-migrated", StoreFixture, "schema-7.db", set_up_kept,
              test_kept_database_is_migrated, store_fixture_tear_down);
  g_test_add ("/weir/store/schema/8-is-opened", StoreFixture, "schema-8.db", set_up_kept,
              test_kept_database_is_migrated, store_fixture_tear_down);
  store_test ("/weir/store/schema/newer-is-refused-and-left-alone", test_newer_database_is_refused_and_left_alone);
  store_test ("/weir/store/schema/newer-can-be-looked-at", test_newer_database_can_be_looked_at);
  store_test ("/weir/store/schema/of-another-program-is-refused", test_database_of_another_program_is_refused);
  store_test ("/weir/store/schema/new-database-is-ours", test_new_database_is_ours);
  store_test ("/weir/store/lock/second-process-is-told-who-has-it", test_second_process_is_told_who_has_it);
  store_test ("/weir/store/lock/same-process-may-not-open-it-twice", test_same_process_may_not_open_it_twice);
  return g_test_run ();
}
