/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <weir.h>

G_BEGIN_DECLS

/**
 * WeirRerunDialog:
 *
 * Says what running again would do before it is done: which blocks run, which keep what they gave, what is done to the world a second
 * time. Signal: `accepted (WeirValue options)`, as weir_engine_rerun () takes them.
 */
#define WEIR_TYPE_RERUN_DIALOG (weir_rerun_dialog_get_type ())
G_DECLARE_FINAL_TYPE (WeirRerunDialog, weir_rerun_dialog, WEIR, RERUN_DIALOG, AdwDialog)

/* @mode: "all", "from" or "only"; @block: id of a block, or "map[3]"; @workflow: as it is now. */
WeirRerunDialog *weir_rerun_dialog_new (WeirEngine   *engine,
                                        WeirRunView  *view,
                                        WeirWorkflow *workflow,
                                        const char   *mode,
                                        const char   *block);

G_END_DECLS
