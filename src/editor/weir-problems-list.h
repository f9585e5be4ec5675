/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <weir.h>

G_BEGIN_DECLS

/**
 * WeirProblemsList:
 *
 * What is wrong with a workflow, worst first, with a button for each clear way to put it right. Signals: `problem-activated (WeirProblem)`:
 * go to where it is; `fix-activated (WeirFix)`: do it.
 */
#define WEIR_TYPE_PROBLEMS_LIST (weir_problems_list_get_type ())
G_DECLARE_FINAL_TYPE (WeirProblemsList, weir_problems_list, WEIR, PROBLEMS_LIST, AdwBin)

GtkWidget *weir_problems_list_new       (void);
/* @problems: of WeirProblem; @workflow gives blocks their titles. */
void       weir_problems_list_set_model (WeirProblemsList *self,
                                         WeirWorkflow     *workflow,
                                         GListModel       *problems);

G_END_DECLS
