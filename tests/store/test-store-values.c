/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>

#include "weir-store-fixture.h"

#define LIMIT (64 * 1024)

static void
commit_data (StoreFixture *self, guint64 seq, WeirValue *data)
{
  WeirBatch *batch = weir_batch_new ();

  weir_batch_take_event (batch, store_event_new (WEIR_EVENT_BLOCK_SUCCEEDED, 1, seq, data), NULL, NULL);
  store_fixture_commit (self, batch);
}

static WeirValue *
load_data (StoreFixture *self, guint64 seq, gboolean whole)
{
  g_autoptr(GPtrArray) events = store_await_boxed (weir_store_load_events (self->store, 1, seq - 1, whole));
  WeirEvent *event = g_ptr_array_index (events, 0);

  g_assert_cmpuint (event->seq, ==, seq);
  return weir_value_ref (event->data);
}

/* As JSON a text takes two bytes more than it has. */
static void
test_64_kib_is_the_boundary (StoreFixture *self, gconstpointer data)
{
  commit_data (self, 1, store_record_new ("result", store_text_new (LIMIT - 200, 'a')));
  g_assert_cmpuint (store_fixture_count_blobs (self), ==, 0);
  commit_data (self, 2, store_record_new ("result", store_text_new (LIMIT, 'b')));
  g_assert_cmpuint (store_fixture_count_blobs (self), ==, 1);
}

static void
test_big_value_comes_back_whole_or_as_a_preview (StoreFixture *self, gconstpointer data)
{
  g_autoptr(WeirValue) sent = store_record_new ("outputs",
                                                 store_record_new ("text", store_text_new (300 * 1000, 'x')));
  g_autoptr(WeirValue) whole = NULL;
  g_autoptr(WeirValue) reduced = NULL;
  g_autoptr(WeirValue) loaded = NULL;
  WeirValue *stub;

  commit_data (self, 1, weir_value_ref (sent));
  store_fixture_reopen (self);
  whole = load_data (self, 1, TRUE);
  g_assert_true (weir_value_equal (whole, sent));
  reduced = load_data (self, 1, FALSE);
  stub = weir_value_find_member (weir_value_find_member (reduced, "outputs"), "text");
  g_assert_cmpint (weir_value_get_member_int (stub, "size", 0), ==, 300 * 1000 + 2);
  g_assert_cmpstr (weir_value_get_member_text (stub, "type", NULL), ==, "text");
  g_assert_true (g_str_has_prefix (weir_value_get_member_text (stub, "preview", ""), "xxxx"));
  g_assert_cmpuint (strlen (weir_value_get_member_text (stub, "preview", "")), <=, 210);
  loaded = store_await_boxed (weir_store_load_value (self->store, weir_value_get_member_text (stub, "$blob", NULL)));
  g_assert_true (weir_value_equal (loaded, weir_value_find_member (weir_value_find_member (sent, "outputs"), "text")));
}

static void
test_many_small_members_leave_as_a_whole (StoreFixture *self, gconstpointer data)
{
  WeirBuilder *builder = weir_record_builder_new (5000);
  g_autoptr(WeirValue) sent = NULL;
  g_autoptr(WeirValue) whole = NULL;

  for (guint i = 0; i < 5000; i++)
    {
      g_autofree char *key = g_strdup_printf ("member-%u", i);

      weir_builder_set_take (builder, key, store_text_new (20, 'm'));
    }
  sent = store_record_new ("result", weir_builder_end (builder));
  commit_data (self, 1, weir_value_ref (sent));
  g_assert_cmpuint (store_fixture_count_blobs (self), ==, 1);
  whole = load_data (self, 1, TRUE);
  g_assert_true (weir_value_equal (whole, sent));
}

/* The inode tells whether the file was written again. */
static void
test_value_through_ten_blocks_is_one_file (StoreFixture *self, gconstpointer data)
{
  g_autoptr(WeirValue) big = store_text_new (10 * 1000 * 1000, 'z');
  gint64 start = g_get_monotonic_time ();
  gint64 once;
  g_autoptr(GPtrArray) events = NULL;
  WeirEvent *first, *last;

  commit_data (self, 1, store_record_new ("outputs", store_record_new ("text", weir_value_ref (big))));
  once = g_get_monotonic_time () - start;
  start = g_get_monotonic_time ();
  for (guint64 seq = 2; seq <= 20; seq++)
    commit_data (self, seq,
                 store_record_new (seq % 2 ? "outputs" : "inputs", store_record_new ("in", weir_value_ref (big))));
  g_test_message ("first %.1f ms, 19 more %.1f ms", once / 1e3, (g_get_monotonic_time () - start) / 1e3);
  g_assert_cmpuint (store_fixture_count_blobs (self), ==, 1);

  events = store_await_boxed (weir_store_load_events (self->store, 1, 0, TRUE));
  g_assert_cmpuint (events->len, ==, 20);
  first = g_ptr_array_index (events, 0);
  last = g_ptr_array_index (events, 19);
  g_assert_true (weir_value_find_member (weir_value_find_member (first->data, "outputs"), "text")
                 == weir_value_find_member (weir_value_find_member (last->data, "inputs"), "in"));
}

/* A record of a user that has the store's own form must come back as it was, not as a file of somebody's choice. */
static void
test_record_that_looks_like_a_stub_stays_one (StoreFixture *self, gconstpointer data)
{
  g_autofree char *hash = g_strnfill (64, 'a');
  WeirBuilder *builder = weir_record_builder_new (3);
  g_autoptr(WeirValue) sent = NULL;
  g_autoptr(WeirValue) alone = NULL;
  g_autoptr(WeirValue) read_alone = NULL;
  g_autoptr(WeirValue) whole = NULL;

  weir_builder_set_take (builder, "result", store_record_new ("$blob", weir_value_new_text (hash)));
  weir_builder_set_take (builder, "outputs",
                         store_record_new ("port", store_record_new ("$blob", weir_value_new_text (hash))));
  weir_builder_set_take (builder, "big", store_text_new (100 * 1000, 'b'));
  sent = weir_builder_end (builder);
  commit_data (self, 1, weir_value_ref (sent));
  whole = load_data (self, 1, TRUE);
  g_assert_true (weir_value_equal (whole, sent));

  alone = store_record_new ("$blob", weir_value_new_text (hash));
  commit_data (self, 2, weir_value_ref (alone));
  read_alone = load_data (self, 2, TRUE);
  g_assert_true (weir_value_equal (read_alone, alone));
}

static char *
blob_of_event (StoreFixture *self, guint64 seq)
{
  g_autoptr(WeirValue) reduced = load_data (self, seq, FALSE);
  WeirValue *stub = weir_value_find_member (reduced, "result");

  return weir_store_get_blob_path (self->store, weir_value_get_member_text (stub, "$blob", ""));
}

static void
test_damaged_blob_is_refused (StoreFixture *self, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autoptr(GError) error = NULL;

  commit_data (self, 1, store_record_new ("result", store_text_new (100 * 1000, 'c')));
  path = blob_of_event (self, 1);
  g_file_set_contents (path, "rotten", -1, &error);
  g_assert_no_error (error);
  store_assert_rejected (weir_store_load_events (self->store, 1, 0, TRUE), WEIR_ERROR_STORE);
  g_unlink (path);
  store_assert_rejected (weir_store_load_events (self->store, 1, 0, TRUE), WEIR_ERROR_NOT_FOUND);
}

/* ── removing ────────────────────────────────────────────────────────────────────────────── */

/* A slow machine does not do all of it at once. */
static void
delete_run (StoreFixture *self, gint64 run, const char *reason)
{
  g_assert_true (store_await_ok (weir_store_delete_run (self->store, run, "user", reason)));
  while (store_await_ok (weir_store_purge (self->store)))
    ;
}

static void
test_deleting_a_run_frees_what_only_it_had (StoreFixture *self, gconstpointer data)
{
  g_autofree char *source = store_fixture_path (self, "before.txt");
  g_autofree char *kept = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirValue) shared = store_text_new (100 * 1000, 's');
  g_autoptr(WeirValue) own = store_text_new (100 * 1000, 'o');
  WeirEffect effect = { .id = 1, .run = 1, .type = (char *) "file.write", .undo = WEIR_UNDO_EXACT };
  WeirBatch *batch = weir_batch_new ();
  guint64 size = 0;

  g_file_set_contents (source, "as it was", -1, &error);
  kept = weir_store_put_file (self->store, source, &size, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (size, ==, 9);
  effect.before = store_record_new ("content", weir_value_new_text (kept));
  for (gint64 run = 1; run <= 2; run++)
    {
      store_put_run (batch, run, "w", WEIR_RUN_SUCCEEDED);
      weir_batch_take_event (
        batch, store_event_new (WEIR_EVENT_RUN_SUCCEEDED, run, 1, store_record_new ("result", weir_value_ref (shared))),
        NULL, NULL);
      store_put_log (batch, run, 2, WEIR_LOG_INFO, "move", "moved a file");
    }
  weir_batch_take_event (
    batch, store_event_new (WEIR_EVENT_RUN_SUCCEEDED, 1, 3, store_record_new ("result", weir_value_ref (own))), NULL,
    NULL);
  weir_batch_put_effect (batch, &effect);
  weir_value_unref (effect.before);
  store_fixture_commit (self, batch);
  g_ptr_array_unref (store_await_boxed (weir_store_query_logs (self->store, 1, 0, NULL, "moved", 0, 0)));
  g_assert_cmpuint (store_fixture_count_blobs (self), ==, 3);

  delete_run (self, 1, "not needed");
  g_assert_cmpuint (store_fixture_count_blobs (self), ==, 1);
  store_assert_rejected (weir_store_load_run (self->store, 1), WEIR_ERROR_NOT_FOUND);
  {
    g_autoptr(GPtrArray) events = store_await_boxed (weir_store_load_events (self->store, 1, 0, FALSE));
    g_autoptr(GPtrArray) effects = store_await_boxed (weir_store_list_effects (self->store, 1));
    g_autoptr(GPtrArray) others = store_await_boxed (weir_store_query_logs (self->store, 2, 0, NULL, "moved", 0, 0));

    g_assert_cmpuint (events->len, ==, 0);
    g_assert_cmpuint (effects->len, ==, 0);
    g_assert_cmpuint (others->len, ==, 1);
  }
  delete_run (self, 2, NULL);
  g_assert_cmpuint (store_fixture_count_blobs (self), ==, 0);

  /* What was stored once and is gone is stored again. */
  commit_data (self, 1, store_record_new ("result", weir_value_ref (shared)));
  g_assert_cmpuint (store_fixture_count_blobs (self), ==, 1);
}

static void
test_live_run_is_not_deleted (StoreFixture *self, gconstpointer data)
{
  WeirBatch *batch = weir_batch_new ();

  store_put_run (batch, 1, "w", WEIR_RUN_RUNNING);
  store_fixture_commit (self, batch);
  store_assert_rejected (weir_store_delete_run (self->store, 1, "user", NULL), WEIR_ERROR_WRONG_STATE);
  store_assert_rejected (weir_store_delete_run (self->store, 2, "user", NULL), WEIR_ERROR_NOT_FOUND);
}

static sqlite3 *
open_beside (StoreFixture *self)
{
  g_autofree char *path = store_fixture_path (self, "weir.db");
  sqlite3 *db = NULL;

  g_assert_cmpint (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READWRITE, NULL), ==, SQLITE_OK);
  return db;
}

static void
test_audit_rows_stay (StoreFixture *self, gconstpointer data)
{
  WeirBatch *batch = weir_batch_new ();
  sqlite3 *db;
  sqlite3_stmt *find = NULL;
  char *message = NULL;

  store_put_run (batch, 1, "w", WEIR_RUN_FAILED);
  store_put_run (batch, 2, "w", WEIR_RUN_FAILED);
  store_fixture_commit (self, batch);
  g_assert_true (store_await_ok (weir_store_delete_run (self->store, 1, "user", "old")));
  g_assert_true (store_await_ok (weir_store_delete_run (self->store, 2, "user", "old")));
  weir_store_close (self->store);

  db = open_beside (self);
  g_assert_cmpint (sqlite3_prepare_v2 (
                     db, "SELECT count(*), count(DISTINCT hash), min(actor || action || subject || reason) FROM audit",
                     -1, &find, NULL),
                   ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (find), ==, SQLITE_ROW);
  g_assert_cmpint (sqlite3_column_int (find, 0), ==, 2);
  g_assert_cmpint (sqlite3_column_int (find, 1), ==, 2);
  g_assert_cmpstr ((const char *) sqlite3_column_text (find, 2), ==, "userdelete for goodrun 1old");
  sqlite3_finalize (find);
  g_assert_cmpint (sqlite3_exec (db, "DELETE FROM audit", NULL, NULL, &message), ==, SQLITE_CONSTRAINT);
  sqlite3_free (message);
  g_assert_cmpint (sqlite3_exec (db, "UPDATE audit SET actor = 'nobody'", NULL, NULL, &message), ==, SQLITE_CONSTRAINT);
  sqlite3_free (message);
  sqlite3_close (db);
}

/* ── blobs ───────────────────────────────────────────────────────────────────────────────── */

static void
test_blob_is_named_by_its_sha_256 (StoreFixture *self, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *hash = weir_store_put_blob (self->store, "abc", 3, &error);
  g_autofree char *again = weir_store_put_blob (self->store, "abc", 3, &error);
  g_autofree char *empty = weir_store_put_blob (self->store, "", 0, &error);
  g_autoptr(GBytes) bytes = NULL;
  g_autoptr(GBytes) nothing = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (hash, ==, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  g_assert_cmpstr (again, ==, hash);
  g_assert_cmpstr (empty, ==, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  g_assert_cmpuint (store_fixture_count_blobs (self), ==, 2);
  bytes = weir_store_read_blob (self->store, hash, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "abc", 3);
  nothing = weir_store_read_blob (self->store, "../../../etc/passwd", &error);
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND);
}

static void
test_folders_and_files_are_the_owners_alone (StoreFixture *self, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *hash = weir_store_put_blob (self->store, "abc", 3, &error);
  g_autofree char *blob = weir_store_get_blob_path (self->store, hash);
  g_autofree char *folder = g_path_get_dirname (blob);
  g_autofree char *database = store_fixture_path (self, "weir.db");
  g_autofree char *wal = store_fixture_path (self, "weir.db-wal");
  GStatBuf info;

  g_assert_cmpint (g_stat (blob, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  g_assert_cmpint (g_stat (folder, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0700);
  g_assert_cmpint (g_stat (database, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  g_assert_cmpint (g_stat (wal, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
}

static void
test_put_file_takes_regular_files_only (StoreFixture *self, gconstpointer data)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (weir_store_put_file (self->store, self->dir, NULL, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_STORE);
  g_clear_error (&error);
  g_assert_null (weir_store_put_file (self->store, "/no/such/file", NULL, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_STORE);
}

/* A process that was killed leaves its pid in the lock. */
static void
test_blobs_without_a_row_are_swept_after_a_crash (StoreFixture *self, gconstpointer data)
{
  g_autofree char *lock = store_fixture_path (self, "weir.lock");
  g_autofree char *half = store_fixture_path (self, "blobs/.new-ABCDEF");
  g_autofree char *lost = NULL;
  g_autofree char *folder = NULL;

  commit_data (self, 1, store_record_new ("result", store_text_new (100 * 1000, 'r')));
  weir_store_close (self->store);
  lost = store_fixture_path (self, "blobs/ba/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  folder = g_path_get_dirname (lost);
  g_mkdir (folder, 0700);
  g_assert_true (g_file_set_contents (lost, "abc", 3, NULL));
  g_assert_true (g_file_set_contents (half, "ab", 2, NULL));
  store_fixture_reopen (self);
  g_assert_cmpuint (store_fixture_count_blobs (self), ==, 3);
  weir_store_close (self->store);
  g_assert_true (g_file_set_contents (lock, "1234\n", -1, NULL));
  store_fixture_reopen (self);
  g_assert_cmpuint (store_fixture_count_blobs (self), ==, 1);
}

static void
test_blob_without_a_row_goes_when_the_store_is_closed (StoreFixture *self, gconstpointer data)
{
  g_autofree char *hash = weir_store_put_blob (self->store, "abc", 3, NULL);

  g_assert_nonnull (hash);
  g_assert_cmpuint (store_fixture_count_blobs (self), ==, 1);
  store_fixture_reopen (self);
  g_assert_cmpuint (store_fixture_count_blobs (self), ==, 0);
}

int
main (int argc, char **argv)
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  store_test ("/weir/store/values/64-kib-is-the-boundary", test_64_kib_is_the_boundary);
  store_test ("/weir/store/values/big-one-comes-back-whole-or-as-a-preview",
              test_big_value_comes_back_whole_or_as_a_preview);
  store_test ("/weir/store/values/many-small-members-leave-as-a-whole", test_many_small_members_leave_as_a_whole);
  store_test ("/weir/store/values/one-through-ten-blocks-is-one-file", test_value_through_ten_blocks_is_one_file);
  store_test ("/weir/store/values/record-that-looks-like-a-stub-stays-one",
              test_record_that_looks_like_a_stub_stays_one);
  store_test ("/weir/store/values/damaged-blob-is-refused", test_damaged_blob_is_refused);
  store_test ("/weir/store/delete/frees-what-only-the-run-had", test_deleting_a_run_frees_what_only_it_had);
  store_test ("/weir/store/delete/not-while-it-lives", test_live_run_is_not_deleted);
  store_test ("/weir/store/audit/rows-stay", test_audit_rows_stay);
  store_test ("/weir/store/blobs/are-named-by-their-sha-256", test_blob_is_named_by_its_sha_256);
  store_test ("/weir/store/blobs/belong-to-the-owner-alone", test_folders_and_files_are_the_owners_alone);
  store_test ("/weir/store/blobs/only-regular-files-are-copied", test_put_file_takes_regular_files_only);
  store_test ("/weir/store/blobs/without-a-row-are-swept-after-a-crash",
              test_blobs_without_a_row_are_swept_after_a_crash);
  store_test ("/weir/store/blobs/without-a-row-go-when-the-store-is-closed",
              test_blob_without_a_row_goes_when_the_store_is_closed);
  return g_test_run ();
}
