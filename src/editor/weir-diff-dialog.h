/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <weir.h>

G_BEGIN_DECLS

/**
 * WeirDiffDialog:
 *
 * A WeirDiffView in a dialog. Signal `accepted`: its button was pressed, and it has closed.
 */
#define WEIR_TYPE_DIFF_DIALOG (weir_diff_dialog_get_type ())
G_DECLARE_FINAL_TYPE (WeirDiffDialog, weir_diff_dialog, WEIR, DIFF_DIALOG, AdwDialog)

/* @title: "Changed Outside". @accept: what its button says ("_Reload"), or NULL for none. */
WeirDiffDialog *weir_diff_dialog_new          (const char   *title,
                                               WeirWorkflow *before,
                                               WeirWorkflow *after,
                                               const char   *accept);
/* Of two versions that can be chosen. @version: the one that is shown before; after is @present, as it is now. */
WeirDiffDialog *weir_diff_dialog_new_versions (WeirEngine   *engine,
                                               WeirWorkflow *present,
                                               guint         version);
/* Of a dialog of versions: a file is one of the choices, too, and what is shown before. */
void            weir_diff_dialog_compare_file (WeirDiffDialog *self,
                                               GFile          *file);

G_END_DECLS
