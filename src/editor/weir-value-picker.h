/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <weir.h>

G_BEGIN_DECLS

/**
 * WeirValuePicker:
 *
 * A button that lists what the expressions of a block can name: the item of a loop, the inputs of the workflow, what comes in by links,
 * what blocks before it give. Signal `picked` (text): the expression of the row that was chosen.
 */
#define WEIR_TYPE_VALUE_PICKER (weir_value_picker_get_type ())
G_DECLARE_FINAL_TYPE (WeirValuePicker, weir_value_picker, WEIR, VALUE_PICKER, AdwBin)

GtkWidget *weir_value_picker_new         (WeirWorkflow    *workflow,
                                          WeirBlock       *block);
/* What is picked goes where the cursor is, in double braces unless the text is an expression as a whole. */
void       weir_value_picker_insert_into (WeirValuePicker *self,
                                          GtkEditable     *editable,
                                          gboolean         expression);

G_END_DECLS
