/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <weir.h>

G_BEGIN_DECLS

/**
 * WeirHistoryDialog:
 *
 * The edits of a workflow, newest first, those that were taken back included. Choosing one goes there; the list stays open and follows.
 */
#define WEIR_TYPE_HISTORY_DIALOG (weir_history_dialog_get_type ())
G_DECLARE_FINAL_TYPE (WeirHistoryDialog, weir_history_dialog, WEIR, HISTORY_DIALOG, AdwDialog)

WeirHistoryDialog *weir_history_dialog_new (WeirWorkflow *workflow);

G_END_DECLS
