/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-store-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

void
store_fixture_set_up (StoreFixture *self, gconstpointer data)
{
  g_autoptr(GError) error = NULL;

  self->dir = g_dir_make_tmp ("weir-store-XXXXXX", &error);
  g_assert_no_error (error);
  self->store = weir_store_new (self->dir, &error);
  g_assert_no_error (error);
}

void
store_fixture_tear_down (StoreFixture *self, gconstpointer data)
{
  g_clear_pointer (&self->store, weir_store_unref);
  store_remove_dir (self->dir);
  g_clear_pointer (&self->dir, g_free);
}

void
store_fixture_reopen (StoreFixture *self)
{
  g_autoptr(GError) error = NULL;

  g_clear_pointer (&self->store, weir_store_unref);
  self->store = weir_store_new (self->dir, &error);
  g_assert_no_error (error);
}

char *
store_fixture_path (StoreFixture *self, const char *name)
{
  return g_build_filename (self->dir, name, NULL);
}

static void
count_done_cb (gpointer data)
{
  StoreFixture *self = data;

  self->n_done++;
}

void
store_fixture_commit (StoreFixture *self, WeirBatch *batch)
{
  guint n_done = self->n_done;

  weir_store_commit (self->store, batch, count_done_cb, self);
  while (self->n_done == n_done)
    g_main_context_iteration (NULL, TRUE);
}

static guint
count_files (const char *path)
{
  g_autoptr(GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;
  guint n_files = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      n_files += g_file_test (child, G_FILE_TEST_IS_DIR) ? count_files (child) : 1;
    }
  return n_files;
}

guint
store_fixture_count_blobs (StoreFixture *self)
{
  g_autofree char *blobs = store_fixture_path (self, "blobs");

  return count_files (blobs);
}

static const GValue *
await (DexFuture *future, GError **error)
{
  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);
  return dex_future_get_value (future, error);
}

gpointer
store_await_boxed (DexFuture *future)
{
  g_autoptr(DexFuture) owned = future;
  g_autoptr(GError) error = NULL;
  const GValue *value = await (owned, &error);

  g_assert_no_error (error);
  return g_value_dup_boxed (value);
}

gpointer
store_await_object (DexFuture *future)
{
  g_autoptr(DexFuture) owned = future;
  g_autoptr(GError) error = NULL;
  const GValue *value = await (owned, &error);

  g_assert_no_error (error);
  return g_value_dup_object (value);
}

gboolean
store_await_ok (DexFuture *future)
{
  g_autoptr(DexFuture) owned = future;
  g_autoptr(GError) error = NULL;
  const GValue *value = await (owned, &error);

  g_assert_no_error (error);
  return g_value_get_boolean (value);
}

void
store_assert_rejected (DexFuture *future, int code)
{
  g_autoptr(DexFuture) owned = future;
  g_autoptr(GError) error = NULL;

  g_assert_null (await (owned, &error));
  g_assert_error (error, WEIR_ERROR, code);
}

WeirEvent *
store_event_new (WeirEventKind kind, gint64 run, guint64 seq, WeirValue *data)
{
  WeirEvent *event = weir_event_new (kind, run);

  event->seq = seq;
  event->at = 1700000000000000 + (gint64) seq;
  event->mono = 5000 + (gint64) seq;
  event->scope = 3;
  event->firing = 2;
  event->attempt = 1;
  event->block = g_ref_string_new_intern ("fetch");
  event->data = data;
  return event;
}

WeirValue *
store_record_new (const char *key, WeirValue *value)
{
  WeirBuilder *builder = weir_record_builder_new (1);

  weir_builder_set_take (builder, key, value);
  return weir_builder_end (builder);
}

void
store_put_run (WeirBatch *batch, gint64 run, const char *workflow, WeirRunStatus status)
{
  weir_batch_put_run (batch, run, workflow, "Tidy", 1, status, 1000 + run,
                      weir_run_status_is_final (status) ? 2000 + run : 0, 7, NULL);
}

void
store_put_log (WeirBatch *batch, gint64 run, guint64 seq, int level, const char *block_path, const char *message)
{
  WeirBuilder *builder = weir_record_builder_new (2);

  weir_builder_set_take (builder, "level", weir_value_new_int (level));
  weir_builder_set_take (builder, "message", weir_value_new_text (message));
  weir_batch_take_event (batch, store_event_new (WEIR_EVENT_LOG, run, seq, weir_builder_end (builder)), block_path,
                         block_path);
}

WeirValue *
store_text_new (gsize size, char letter)
{
  g_autofree char *text = g_malloc (size + 1);

  memset (text, letter, size);
  text[size] = '\0';
  return weir_value_new_text_len (text, size);
}

void
store_remove_dir (const char *path)
{
  g_autoptr(GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR))
        store_remove_dir (child);
      else
        g_unlink (child);
    }
  g_rmdir (path);
}
