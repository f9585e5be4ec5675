/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "weir-json.h"
#include "weir-step.h"
#include "weir-store.h"

G_BEGIN_DECLS

/**
 * StoreFixture:
 *
 * A store in a folder of its own, removed at the end.
 */
typedef struct
{
  char      *dir;
  WeirStore *store;
  guint      n_done;  /* batches that came back */
} StoreFixture;

void          store_fixture_set_up    (StoreFixture *self, gconstpointer data);
void          store_fixture_tear_down (StoreFixture *self, gconstpointer data);
void          store_fixture_reopen    (StoreFixture *self);
char         *store_fixture_path      (StoreFixture *self, const char *name);
/* Commits and iterates the main context until the batch is on disk. */
void          store_fixture_commit    (StoreFixture *self, WeirBatch *batch);
guint         store_fixture_count_blobs (StoreFixture *self);

/* Iterates the main context until @future (consumed) is settled. */
gpointer      store_await_boxed       (DexFuture *future);
gpointer      store_await_object      (DexFuture *future);
gboolean      store_await_ok          (DexFuture *future);
void          store_assert_rejected   (DexFuture *future, int code);

WeirEvent    *store_event_new         (WeirEventKind kind, gint64 run, guint64 seq, WeirValue *data);
WeirValue    *store_record_new        (const char *key, WeirValue *value);
void          store_put_run           (WeirBatch *batch, gint64 run, const char *workflow, WeirRunStatus status);
void          store_put_log           (WeirBatch *batch, gint64 run, guint64 seq, int level, const char *block_path, const char *message);
/* Text of @size bytes. */
WeirValue    *store_text_new          (gsize size, char letter);
void          store_remove_dir        (const char *path);

#define store_test(path, func) \
  g_test_add (path, StoreFixture, NULL, store_fixture_set_up, func, store_fixture_tear_down)

G_END_DECLS
