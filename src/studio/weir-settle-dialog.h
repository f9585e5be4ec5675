/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <weir.h>

G_BEGIN_DECLS

/**
 * WeirSettleDialog:
 *
 * Asks what a step gave that a crash caught at work and that a person knows to be done. Signal: `settled (WeirValue outputs)`, a record
 * by output.
 */
#define WEIR_TYPE_SETTLE_DIALOG (weir_settle_dialog_get_type ())
G_DECLARE_FINAL_TYPE (WeirSettleDialog, weir_settle_dialog, WEIR, SETTLE_DIALOG, AdwAlertDialog)

WeirSettleDialog *weir_settle_dialog_new (WeirBlock *block);

G_END_DECLS
