/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "weir-engine.h"

G_BEGIN_DECLS

/**
 * WeirControl:
 *
 * Reading and steering an engine by named methods, the same whether the engine is in this process or in another one
 * that owns the data folder. The owner listens on the UNIX socket `control.sock` (mode 0600) in the data folder and
 * speaks D-Bus peer to peer there, interface `org.weirstudio.Weir.Control1`; no bus is needed. Main thread.
 */
#define WEIR_TYPE_CONTROL (weir_control_get_type ())
WEIR_API G_DECLARE_FINAL_TYPE (WeirControl, weir_control, WEIR, CONTROL, GObject)

/* To an engine of this process. */
WEIR_API WeirControl *weir_control_new     (WeirEngine  *engine);
/* To the process that owns the folder (NULL as in weir_engine_new ()). Fails with WEIR_ERROR_BUSY when it does not
 * answer. */
WEIR_API WeirControl *weir_control_connect (const char  *data_dir,
                                            GError     **error);
/* Lets other processes in, until the engine goes away or it is said to stop. */
WEIR_API gboolean     weir_control_serve   (WeirEngine  *engine,
                                            GError     **error);
/* Whether a call of another process is being answered. */
WEIR_API gboolean     weir_control_is_busy (WeirEngine   *engine);
/* Gives those who listen what is on its way, and closes. Call it after weir_engine_close () has resolved. */
WEIR_API void         weir_control_stop_serving (WeirEngine *engine);

/* Calls a method of the interface. @args: a record with its arguments by name; those left out are empty. Resolves
 * to a WeirValue: what its argument `json` holds, else a record. Rejects with the engine's own error. */
WEIR_API DexFuture   *weir_control_call    (WeirControl *self,
                                            const char  *method,
                                            WeirValue   *args) G_GNUC_WARN_UNUSED_RESULT;

typedef void (*WeirControlEventFunc) (WeirEvent *event, gpointer user_data);
/* Gives every event of a run after @after_seq, kept ones and live ones, in order. Resolves to TRUE after the event
 * that ends the run, or when nothing more can come because it is not live. */
WEIR_API DexFuture   *weir_control_follow  (WeirControl          *self,
                                            gint64                run,
                                            guint64               after_seq,
                                            WeirControlEventFunc  func,
                                            gpointer              user_data,
                                            GDestroyNotify        destroy) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
