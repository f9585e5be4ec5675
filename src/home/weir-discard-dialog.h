/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <weir.h>

G_BEGIN_DECLS

/**
 * WeirDiscardDialog:
 *
 * Asks before something goes for good: says what goes, what of it stays, and takes a reason for the audit. To keep it is the default.
 *
 * Signals: `confirmed (reason)`, NULL where none was given.
 */
#define WEIR_TYPE_DISCARD_DIALOG (weir_discard_dialog_get_type ())
G_DECLARE_FINAL_TYPE (WeirDiscardDialog, weir_discard_dialog, WEIR, DISCARD_DIALOG, AdwAlertDialog)

/* @part: of the run, "each[3]"; NULL: all of it. @live: it goes on, and is force stopped first. */
WeirDiscardDialog *weir_discard_dialog_new_run      (gint64               run,
                                                     const char          *part,
                                                     gboolean             live,
                                                     const WeirFootprint *footprint);
WeirDiscardDialog *weir_discard_dialog_new_workflow (const char          *name);
/* All that was recently deleted. */
WeirDiscardDialog *weir_discard_dialog_new_all      (guint                n_runs,
                                                     guint                n_parts,
                                                     guint                n_workflows);
/* Who it is, for the audit. (transfer full) */
char              *weir_discard_dup_actor           (void);

G_END_DECLS
