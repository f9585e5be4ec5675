/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <weir.h>

G_BEGIN_DECLS

/**
 * WeirInputDialog:
 *
 * Asks for the inputs of a workflow before a run, in a form made from their types. Signal `accepted (WeirValue inputs)`: a record.
 */
#define WEIR_TYPE_INPUT_DIALOG (weir_input_dialog_get_type ())
G_DECLARE_FINAL_TYPE (WeirInputDialog, weir_input_dialog, WEIR, INPUT_DIALOG, AdwDialog)

/* @last: what was given the last time, or NULL. */
WeirInputDialog *weir_input_dialog_new (WeirWorkflow *workflow,
                                        WeirValue    *last);

G_END_DECLS
