/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <weir.h>

G_BEGIN_DECLS

/**
 * WeirWorkflowRow:
 *
 * A workflow in the sidebar: its name, and in words what it is doing.
 */
#define WEIR_TYPE_WORKFLOW_ROW (weir_workflow_row_get_type ())
G_DECLARE_FINAL_TYPE (WeirWorkflowRow, weir_workflow_row, WEIR, WORKFLOW_ROW, GtkListBoxRow)

GtkWidget  *weir_workflow_row_new        (WeirWorkflowInfo *info);
const char *weir_workflow_row_get_id     (WeirWorkflowRow  *self);
const char *weir_workflow_row_get_name   (WeirWorkflowRow  *self);
void        weir_workflow_row_set_info   (WeirWorkflowRow  *self,
                                          WeirWorkflowInfo *info);
/* A live run of the workflow: its state counts, not that of the list. NULL for none. */
void        weir_workflow_row_set_run    (WeirWorkflowRow  *self,
                                          WeirRun          *run);

G_END_DECLS
