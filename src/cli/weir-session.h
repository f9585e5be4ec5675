/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "weir-cli.h"

G_BEGIN_DECLS

/**
 * WeirSession:
 * @engine: the engine, when this process owns the data folder; else NULL
 * @control: the methods of the engine, here or in the owner
 * @told_to_end: resolves when the program is told to end: by SIGTERM, or because the computer shuts down
 *
 * Access to the data folder for the time of one command.
 */
typedef struct
{
  WeirEngine *engine;
  WeirControl *control;
  DexPromise *told_to_end; /* NULL while nobody listens */
  WeirInhibitor *inhibitor;
  guint serve_id;
  gboolean is_served;
  guint terminate_id;
  guint hang_up_id;
} WeirSession;

gboolean   weir_session_open  (WeirSession  *self,
                               GError      **error);
/* From now on other processes reach the engine of this one. Whoever calls this closes the session with weir_watch_close_session (). */
void       weir_session_serve (WeirSession  *self);
/* Serves, and from now on SIGTERM ends the program in an orderly way: what must not be cut off is waited for when the session is closed, and runs
 * are left to be taken up. */
void       weir_session_listen (WeirSession *self);
gboolean   weir_session_is_told_to_end (WeirSession *self);
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
