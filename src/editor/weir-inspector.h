/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <weir.h>

G_BEGIN_DECLS

/**
 * WeirInspector:
 *
 * All about what is selected: a block's settings, last run and effects; a link's condition; else the workflow itself.
 */
#define WEIR_TYPE_INSPECTOR (weir_inspector_get_type ())
G_DECLARE_FINAL_TYPE (WeirInspector, weir_inspector, WEIR, INSPECTOR, AdwBin)

GtkWidget *weir_inspector_new          (void);
void       weir_inspector_set_engine   (WeirInspector *self,
                                        WeirEngine    *engine);
void       weir_inspector_set_workflow (WeirInspector *self,
                                        WeirWorkflow  *workflow);
/* The run that is shown; NULL for none. */
void       weir_inspector_set_view     (WeirInspector *self,
                                        WeirRunView   *view);
/* At most one of both; neither shows the workflow. */
void       weir_inspector_select       (WeirInspector *self,
                                        WeirBlock     *block,
                                        WeirLink      *link);
/* @problems: of WeirProblem */
void       weir_inspector_set_problems (WeirInspector *self,
                                        GListModel    *problems);
void       weir_inspector_focus_field  (WeirInspector *self,
                                        const char    *field);
/* Opens Last Run. */
void       weir_inspector_show_run     (WeirInspector *self);

G_END_DECLS
