/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "weir-cli.h"

G_BEGIN_DECLS

/**
 * WeirSession:
 * @engine: the engine, when this process owns the data folder; else NULL
 * @control: the methods of the engine, here or in the owner
 *
 * Access to the data folder for the time of one command.
 */
typedef struct
{
  WeirEngine *engine;
  WeirControl *control;
  guint serve_id;
} WeirSession;

gboolean   weir_session_open  (WeirSession  *self,
                               GError      **error);
/* Waits until everything is written. FALSE when that failed. */
gboolean   weir_session_close (WeirSession  *self,
                               GError      **error);
/* Calls a method and waits. @first_name: names and values (WeirValue, transfer full), NULL-terminated. (transfer
 * full) */
WeirValue *weir_session_call  (WeirSession  *self,
                               GError      **error,
                               const char   *method,
                               ...) G_GNUC_NULL_TERMINATED;

/* Iterates the main context until the future (transfer full) is settled. (transfer full): its boxed value */
gpointer   weir_wait_boxed    (DexFuture    *future,
                               GError      **error);
gboolean   weir_wait          (DexFuture    *future,
                               GError      **error);

G_END_DECLS
