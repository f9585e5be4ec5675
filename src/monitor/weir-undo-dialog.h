/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <weir.h>

G_BEGIN_DECLS

/**
 * WeirUndoDialog:
 *
 * Shows what undoing a run would do, asks what to do about what changed since, does it and says what came of it.
 */
#define WEIR_TYPE_UNDO_DIALOG (weir_undo_dialog_get_type ())
G_DECLARE_FINAL_TYPE (WeirUndoDialog, weir_undo_dialog, WEIR, UNDO_DIALOG, AdwDialog)

/* @to_block: path of a block; only what came after its last step is undone. NULL: the whole run. Signal `undone
 * (guint n)` when it was done. Returns: (transfer none): the dialog, presented */
WeirUndoDialog *weir_undo_dialog_present (GtkWidget  *parent,
                                          WeirEngine *engine,
                                          gint64      run,
                                          const char *to_block);

/* Only what came of a step or a block. */
WeirUndoDialog *weir_undo_dialog_present_part (GtkWidget  *parent,
                                          WeirEngine *engine,
                                          gint64      run,
                                          const char *path);
/* Does again what was undone. */
WeirUndoDialog *weir_undo_dialog_present_redo (GtkWidget  *parent,
                                          WeirEngine *engine,
                                          gint64      run);

G_END_DECLS
