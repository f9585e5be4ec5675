/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The write-ahead log of a store that is never idle. */

#include <glib/gstdio.h>

#include "weir-bad-disk.h"
#include "weir-store-fixture.h"

#define MIB (1024 * 1024)

/* Of 50 kB each, so that none becomes a blob. */
#define N_BATCHES 1200

typedef struct
{
  StoreFixture *fixture;
  guint64 n_sent;
  guint n_done;
  goffset longest; /* the log ever was */
} Busy;

static void
look (Busy *self)
{
  g_autofree char *path = store_fixture_path (self->fixture, "weir.db-wal");
  GStatBuf info;

  if (g_stat (path, &info) == 0)
    self->longest = MAX (self->longest, info.st_size);
}

static void
done_cb (gpointer user_data)
{
  Busy *self = user_data;

  self->n_done++;
  look (self);
}

static void
send_one (Busy *self)
{
  WeirBatch *batch = weir_batch_new ();
  WeirValue *value = store_record_new ("result", store_text_new (50 * 1000, 'b'));

  weir_batch_take_event (batch, store_event_new (WEIR_EVENT_BLOCK_SUCCEEDED, 1, ++self->n_sent, value), NULL, NULL);
  weir_store_commit (self->fixture->store, batch, done_cb, self);
}

/* There is always something to write. */
static void
write_on (Busy *self, guint64 until)
{
  while (self->n_done < until)
    {
      while (self->n_sent < until && self->n_sent < self->n_done + 4)
        send_one (self);
      g_main_context_iteration (NULL, TRUE);
    }
}

static void
check_all (StoreFixture *self, guint n)
{
  g_autoptr(GPtrArray) events = store_await_boxed (weir_store_load_events (self->store, 1, 0, TRUE));

  g_assert_cmpuint (events->len, ==, n);
  for (guint i = 0; i < n; i++)
    g_assert_cmpuint (((WeirEvent *) g_ptr_array_index (events, i))->seq, ==, i + 1);
}

static void
test_log_of_a_busy_store_stays_short (StoreFixture *self, gconstpointer data)
{
  Busy busy = { .fixture = self };

  write_on (&busy, N_BATCHES);
  g_test_message ("%d MiB", (int) (busy.longest / MIB));
  g_assert_cmpint (busy.longest, <, 30 * MIB);
  check_all (self, N_BATCHES);
  store_fixture_reopen (self);
  check_all (self, N_BATCHES);
}

static void
test_disk_that_fails_while_the_log_is_copied_loses_nothing (StoreFixture *self, gconstpointer data)
{
  Busy busy = { .fixture = self };

  for (guint i = 1; i <= 5; i++)
    {
      write_on (&busy, i * 80);
      bad_disk_set_mode (GPOINTER_TO_INT (data));
      for (guint j = 0; j < 4; j++)
        send_one (&busy);
      for (guint j = 0; j < 20; j++)
        g_main_context_iteration (NULL, FALSE);
      bad_disk_set_mode (BAD_DISK_WORKS);
    }
  write_on (&busy, 404);
  check_all (self, 404);
  store_fixture_reopen (self);
  check_all (self, 404);
}

int
main (int argc, char **argv)
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  bad_disk_install ();
  store_test ("/weir/store/checkpoint/log-of-a-busy-store-stays-short", test_log_of_a_busy_store_stays_short);
  g_test_add ("/weir/store/checkpoint/write-error-loses-nothing", StoreFixture, GINT_TO_POINTER (BAD_DISK_WRITE_FAILS),
              store_fixture_set_up, test_disk_that_fails_while_the_log_is_copied_loses_nothing,
              store_fixture_tear_down);
  g_test_add ("/weir/store/checkpoint/sync-error-loses-nothing", StoreFixture, GINT_TO_POINTER (BAD_DISK_SYNC_FAILS),
              store_fixture_set_up, test_disk_that_fails_while_the_log_is_copied_loses_nothing,
              store_fixture_tear_down);
  return g_test_run ();
}
