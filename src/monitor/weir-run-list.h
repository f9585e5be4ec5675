/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <weir.h>

G_BEGIN_DECLS

/**
 * WeirRunList:
 *
 * The runs of a workflow, or of all, newest first: how each ended, when, how long, how much it did. Follows the
 * engine by itself. Signal `run-activated (gint64 run)`: a row was activated.
 */
#define WEIR_TYPE_RUN_LIST (weir_run_list_get_type ())
G_DECLARE_FINAL_TYPE (WeirRunList, weir_run_list, WEIR, RUN_LIST, GtkWidget)

GtkWidget  *weir_run_list_new          (void);
void        weir_run_list_set_engine   (WeirRunList *self,
                                        WeirEngine  *engine);
/* NULL: the runs of all workflows, with a column that names them. */
void        weir_run_list_set_workflow (WeirRunList *self,
                                        const char  *workflow_id);
/* Asks the store again. */
void        weir_run_list_reload       (WeirRunList *self);

G_END_DECLS
