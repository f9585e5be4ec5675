/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libdex.h>

G_BEGIN_DECLS

/* Computes something in a thread; gets no WeirStep, which belongs to the main thread. */
typedef gpointer (*WeirBlocksThreadFunc) (gpointer       data,
                                          GCancellable  *cancellable,
                                          GError       **error);

gpointer   weir_blocks_await_thread (WeirBlocksThreadFunc   func,
                                     gpointer               data,
                                     GCancellable          *cancellable,
                                     GError               **error);
DexFuture *weir_blocks_new_failure  (GError                *error) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *weir_blocks_yield        (void) G_GNUC_WARN_UNUSED_RESULT;
gboolean   weir_blocks_yield_after  (gint64                *since,
                                     GError               **error);

G_END_DECLS
