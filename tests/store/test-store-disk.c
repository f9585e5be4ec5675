/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>

#include "weir-bad-disk.h"
#include "weir-store-fixture.h"

typedef struct
{
  guint n_said;
  char *message;
} Trouble;

static void
trouble_cb (const char *message, gpointer data)
{
  Trouble *self = data;

  self->n_said++;
  g_set_str (&self->message, message);
}

static void
count_cb (gpointer data)
{
  *(guint *) data += 1;
}

static void
send_event (StoreFixture *self, guint64 seq, WeirValue *value, guint *n_done)
{
  WeirBatch *batch = weir_batch_new ();

  weir_batch_take_event (
    batch, store_event_new (WEIR_EVENT_BLOCK_SUCCEEDED, 1, seq, store_record_new ("result", value)), NULL, NULL);
  weir_store_commit (self->store, batch, count_cb, n_done);
}

static guint
count_events (StoreFixture *self)
{
  g_autoptr(GPtrArray) events = store_await_boxed (weir_store_load_events (self->store, 1, 0, TRUE));

  for (guint i = 0; i < events->len; i++)
    g_assert_cmpuint (((WeirEvent *) g_ptr_array_index (events, i))->seq, ==, i + 1);
  return events->len;
}

static void
test_trouble_loses_nothing (StoreFixture *self, gconstpointer data)
{
  BadDiskMode mode = GPOINTER_TO_INT (data);
  Trouble trouble = { 0 };
  guint n_done = 0;

  weir_store_set_trouble_func (self->store, trouble_cb, &trouble);
  send_event (self, 1, weir_value_new_int (1), &n_done);
  while (n_done < 1)
    g_main_context_iteration (NULL, TRUE);

  bad_disk_set_mode (mode);
  send_event (self, 2, weir_value_new_int (2), &n_done);
  while (trouble.message == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_test_message ("%s", trouble.message);
  g_assert_nonnull (strstr (trouble.message, "Cannot write to "));
  send_event (self, 3, weir_value_new_int (3), &n_done);
  /* Reading goes on; what is asked to be written now is refused now. */
  g_assert_cmpuint (count_events (self), ==, 1);
  store_assert_rejected (weir_store_save_workflow (self->store, NULL, "New", "weir: 1", NULL, NULL), WEIR_ERROR_STORE);
  g_assert_cmpuint (n_done, ==, 1);
  g_assert_cmpuint (trouble.n_said, ==, 1);

  bad_disk_set_mode (BAD_DISK_WORKS);
  while (n_done < 3)
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (trouble.message);
  g_assert_cmpuint (trouble.n_said, ==, 2);
  g_assert_cmpuint (count_events (self), ==, 3);
  store_fixture_reopen (self);
  g_assert_cmpuint (count_events (self), ==, 3);
}

/* The same for the files beside the database. */
static void
test_blob_that_cannot_be_written_is_written_later (StoreFixture *self, gconstpointer data)
{
  Trouble trouble = { 0 };
  g_autofree char *blobs = store_fixture_path (self, "blobs");
  g_autofree char *away = store_fixture_path (self, "away");
  guint n_done = 0;

  weir_store_set_trouble_func (self->store, trouble_cb, &trouble);
  g_assert_cmpint (g_rename (blobs, away), ==, 0);
  send_event (self, 1, store_text_new (100 * 1000, 'b'), &n_done);
  while (trouble.message == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_nonnull (strstr (trouble.message, "blobs"));
  g_assert_cmpuint (n_done, ==, 0);
  g_assert_cmpuint (count_events (self), ==, 0);
  g_assert_cmpint (g_rename (away, blobs), ==, 0);
  while (n_done < 1)
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (trouble.message);
  g_assert_cmpuint (count_events (self), ==, 1);
}

/* Not for every turn one, and none before the sync. */
static void
test_queued_batches_share_a_sync (StoreFixture *self, gconstpointer data)
{
  guint n_syncs, n_done = 0;

  send_event (self, 1, weir_value_new_int (1), &n_done);
  while (n_done < 1)
    g_main_context_iteration (NULL, TRUE);
  n_syncs = bad_disk_get_n_syncs ();
  for (guint64 seq = 2; seq <= 1000; seq++)
    send_event (self, seq, weir_value_new_int (1), &n_done);
  while (n_done < 1000)
    g_main_context_iteration (NULL, TRUE);
  g_test_message ("%u syncs", bad_disk_get_n_syncs () - n_syncs);
  g_assert_cmpuint (bad_disk_get_n_syncs () - n_syncs, <, 200);
  n_syncs = bad_disk_get_n_syncs ();
  for (guint64 seq = 1001; seq <= 1010; seq++)
    {
      guint n_before = n_done;

      send_event (self, seq, weir_value_new_int (1), &n_done);
      while (n_done == n_before)
        g_main_context_iteration (NULL, TRUE);
    }
  g_assert_cmpuint (bad_disk_get_n_syncs () - n_syncs, >=, 10);
}

static void
send_ahead (StoreFixture *self, guint64 seq)
{
  WeirBatch *batch = weir_batch_new ();
  WeirValue *value = store_record_new ("result", weir_value_new_int (1));

  weir_batch_take_event (batch, store_event_new (WEIR_EVENT_BLOCK_SUCCEEDED, 1, seq, value), NULL, NULL);
  weir_store_write_ahead (self->store, batch);
}

static void
test_what_is_written_ahead_shares_a_sync (StoreFixture *self, gconstpointer data)
{
  guint n_syncs, n_done = 0;

  send_event (self, 1, weir_value_new_int (1), &n_done);
  while (n_done < 1)
    g_main_context_iteration (NULL, TRUE);
  n_syncs = bad_disk_get_n_syncs ();
  for (guint64 seq = 2; seq <= 20; seq += 2)
    {
      guint n_before = n_done;

      send_ahead (self, seq);
      send_event (self, seq + 1, weir_value_new_int (1), &n_done);
      while (n_done == n_before)
        g_main_context_iteration (NULL, TRUE);
    }
  g_test_message ("%u syncs", bad_disk_get_n_syncs () - n_syncs);
  g_assert_cmpuint (bad_disk_get_n_syncs () - n_syncs, >=, 10);
  g_assert_cmpuint (count_events (self), ==, 21);
  /* nothing follows: it is written all the same, soon or at the end */
  send_ahead (self, 22);
  while (count_events (self) < 22)
    ;
  send_ahead (self, 23);
  store_fixture_reopen (self);
  g_assert_cmpuint (count_events (self), ==, 23);
}

static void
test_trouble_in_the_middle_of_a_transaction_loses_nothing (StoreFixture *self, gconstpointer data)
{
  Trouble trouble = { 0 };
  guint n_done = 0;

  weir_store_set_trouble_func (self->store, trouble_cb, &trouble);
  for (guint i = 0; i < 10; i++)
    {
      guint first = i * 3;

      send_event (self, first + 1, store_text_new (60 * 1000, 'a'), &n_done);
      while (n_done < i * 2 + 1)
        g_main_context_iteration (NULL, TRUE);
      bad_disk_fail_from (GPOINTER_TO_INT (data), i);
      send_ahead (self, first + 2);
      send_event (self, first + 3, store_text_new (60 * 1000, 'b'), &n_done);
      while (trouble.message == NULL && n_done < i * 2 + 2)
        g_main_context_iteration (NULL, TRUE);
      bad_disk_set_mode (BAD_DISK_WORKS);
      while (n_done < i * 2 + 2)
        g_main_context_iteration (NULL, TRUE);
      g_assert_null (trouble.message);
    }
  g_assert_cmpuint (trouble.n_said, >, 0);
  g_assert_cmpuint (count_events (self), ==, 30);
  store_fixture_reopen (self);
  g_assert_cmpuint (count_events (self), ==, 30);
}

static void
send_large (StoreFixture *self, guint64 first, guint n, guint size, guint *n_done)
{
  WeirBatch *batch = weir_batch_new ();

  for (guint64 seq = first; seq < first + n; seq++)
    weir_batch_take_event (
      batch,
      store_event_new (WEIR_EVENT_BLOCK_SUCCEEDED, 1, seq, store_record_new ("result", store_text_new (size, 'c'))),
      NULL, NULL);
  weir_store_commit (self->store, batch, count_cb, n_done);
}

/* A call for each page would take longer than the sync. What the store does when it has nothing to do may come in between, though not each time. */
static void
test_commit_of_many_pages_is_one_write (StoreFixture *self, gconstpointer data)
{
  guint least = G_MAXUINT, n_done = 0;

  for (guint i = 0; i < 10; i++)
    {
      guint n_calls = bad_disk_get_n_calls ();

      send_large (self, i * 20 + 1, 20, 3000, &n_done);
      while (n_done < i + 1)
        g_main_context_iteration (NULL, TRUE);
      least = MIN (least, bad_disk_get_n_calls () - n_calls);
    }
  g_assert_cmpuint (least, <=, 3);
  g_assert_cmpuint (count_events (self), ==, 200);
}

/* More than the cache holds: pages go to the log before the end, and come back from there. */
static void
test_trouble_in_a_large_transaction_loses_nothing (StoreFixture *self, gconstpointer data)
{
  static const guint fail_at[] = { 1, 2, 20, 50, 80 };
  Trouble trouble = { 0 };
  guint n_done = 0;

  weir_store_set_trouble_func (self->store, trouble_cb, &trouble);
  for (guint i = 0; i < G_N_ELEMENTS (fail_at); i++)
    {
      bad_disk_fail_from (GPOINTER_TO_INT (data), fail_at[i]);
      send_large (self, i * 200 + 1, 200, 60 * 1000, &n_done);
      while (trouble.message == NULL)
        g_main_context_iteration (NULL, TRUE);
      g_assert_cmpuint (n_done, ==, i);
      g_assert_cmpuint (count_events (self), ==, i * 200);
      bad_disk_set_mode (BAD_DISK_WORKS);
      while (n_done < i + 1)
        g_main_context_iteration (NULL, TRUE);
      g_assert_cmpuint (count_events (self), ==, (i + 1) * 200);
    }
  store_fixture_reopen (self);
  g_assert_cmpuint (count_events (self), ==, G_N_ELEMENTS (fail_at) * 200);
}

static void
test_closing_gives_up_on_a_full_disk (StoreFixture *self, gconstpointer data)
{
  guint n_done = 0;

  bad_disk_set_mode (BAD_DISK_FULL);
  send_event (self, 1, weir_value_new_int (1), &n_done);
  g_test_expect_message ("weir", G_LOG_LEVEL_WARNING, "*closed before everything was written*");
  weir_store_close (self->store);
  g_test_assert_expected_messages ();
  bad_disk_set_mode (BAD_DISK_WORKS);
  g_assert_cmpuint (n_done, ==, 0);
  store_fixture_reopen (self);
  g_assert_cmpuint (count_events (self), ==, 0);
}

#define bad_disk_test(path, mode, func) \
  g_test_add (path, StoreFixture, GINT_TO_POINTER (mode), store_fixture_set_up, func, store_fixture_tear_down)

int
main (int argc, char **argv)
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  bad_disk_install ();
  bad_disk_test ("/weir/store/disk/full-loses-nothing", BAD_DISK_FULL, test_trouble_loses_nothing);
  bad_disk_test ("/weir/store/disk/short-write-loses-nothing", BAD_DISK_SHORT_WRITE, test_trouble_loses_nothing);
  bad_disk_test ("/weir/store/disk/write-error-loses-nothing", BAD_DISK_WRITE_FAILS, test_trouble_loses_nothing);
  bad_disk_test ("/weir/store/disk/sync-error-loses-nothing", BAD_DISK_SYNC_FAILS, test_trouble_loses_nothing);
  store_test ("/weir/store/disk/blob-that-cannot-be-written-is-written-later",
              test_blob_that_cannot_be_written_is_written_later);
  store_test ("/weir/store/disk/queued-batches-share-a-sync", test_queued_batches_share_a_sync);
  store_test ("/weir/store/disk/what-is-written-ahead-shares-a-sync", test_what_is_written_ahead_shares_a_sync);
  bad_disk_test ("/weir/store/disk/write-error-in-a-transaction-loses-nothing", BAD_DISK_WRITE_FAILS,
                 test_trouble_in_the_middle_of_a_transaction_loses_nothing);
  bad_disk_test ("/weir/store/disk/sync-error-in-a-transaction-loses-nothing", BAD_DISK_SYNC_FAILS,
                 test_trouble_in_the_middle_of_a_transaction_loses_nothing);
  store_test ("/weir/store/disk/commit-of-many-pages-is-one-write", test_commit_of_many_pages_is_one_write);
  bad_disk_test ("/weir/store/disk/full-in-a-large-transaction-loses-nothing", BAD_DISK_FULL,
                 test_trouble_in_a_large_transaction_loses_nothing);
  bad_disk_test ("/weir/store/disk/short-write-in-a-large-transaction-loses-nothing", BAD_DISK_SHORT_WRITE,
                 test_trouble_in_a_large_transaction_loses_nothing);
  store_test ("/weir/store/disk/closing-gives-up-when-full", test_closing_gives_up_on_a_full_disk);
  return g_test_run ();
}
