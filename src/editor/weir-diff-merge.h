/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <weir.h>

G_BEGIN_DECLS

/* Both workflows in one, to be looked at: @after with what is gone from @before, everything marked by what became of it (see
 * weir-canvas-marks.h). @changes: as of weir_workflow_diff (). @layout: whether what only stands elsewhere is marked, too. (transfer full) */
WeirWorkflow *weir_diff_merge          (WeirWorkflow *before,
                                        WeirWorkflow *after,
                                        GListModel   *changes,
                                        gboolean      layout);
/* Where a change is to be seen in it: a WeirBlock or a WeirLink; NULL if it is not. (transfer none) */
gpointer      weir_diff_find           (WeirWorkflow *merged,
                                        WeirChange   *change);

/* For people. (transfer full) */
char         *weir_diff_describe_kind  (WeirChange   *change);   /* "Added", "Renamed from read" */
char         *weir_diff_describe       (WeirChange   *change);   /* the same, and a line for each key */
char         *weir_diff_describe_title (WeirChange   *change);   /* "Move files", "list.files → move.items" */

G_END_DECLS
