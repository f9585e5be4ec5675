/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <weir.h>

G_BEGIN_DECLS

/**
 * WeirOverrideDialog:
 *
 * What a step gets that has not begun, or that is to be tried again, to be changed before that.
 */
#define WEIR_TYPE_OVERRIDE_DIALOG (weir_override_dialog_get_type ())
G_DECLARE_FINAL_TYPE (WeirOverrideDialog, weir_override_dialog, WEIR, OVERRIDE_DIALOG, AdwDialog)

/* NULL if the step has begun, or gets nothing. */
WeirOverrideDialog *weir_override_dialog_new (WeirRun    *run,
                                              guint32     scope,
                                              const char *block);

G_END_DECLS
