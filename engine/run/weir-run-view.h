/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "weir-engine.h"
#include "weir-run-state.h"

G_BEGIN_DECLS

/**
 * WeirRunView:
 *
 * Any run as a program shows it: live, finished or long ago. Loads the journal, follows the bus, and can stand at any moment. Main
 * thread. Signal `changed (guint first_changed_step)` at most once a main-loop turn. Property `seq`: where the view stands.
 */
#define WEIR_TYPE_RUN_VIEW (weir_run_view_get_type ())
WEIR_API G_DECLARE_FINAL_TYPE (WeirRunView, weir_run_view, WEIR, RUN_VIEW, GObject)

/* Resolves to a WeirRunView; rejects with WEIR_ERROR_NOT_FOUND. */
WEIR_API DexFuture    *weir_run_view_open         (WeirEngine  *engine,
                                                   gint64       run) G_GNUC_WARN_UNUSED_RESULT;
WEIR_API gint64        weir_run_view_get_run_id   (WeirRunView *self);
WEIR_API WeirWorkflow *weir_run_view_get_workflow (WeirRunView *self);
/* State at where the view stands. (transfer none); another object after seek. */
WEIR_API WeirRunState *weir_run_view_get_state    (WeirRunView *self);
/* Events known, oldest first. (transfer none): of WeirEvent */
WEIR_API GPtrArray    *weir_run_view_get_events   (WeirRunView *self);
/* Whether it follows the newest event. */
WEIR_API gboolean      weir_run_view_get_live     (WeirRunView *self);
/* Stands at the event @seq; G_MAXUINT64 follows the newest again. */
WEIR_API void          weir_run_view_seek         (WeirRunView *self,
                                                   guint64      seq);

G_END_DECLS
