/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <weir.h>

G_BEGIN_DECLS

/**
 * WeirTimeline:
 *
 * Blocks of a run against time: a list whose rows hold name, duration and bars. Signals: `step-pressed (guint step)`
 * and `step-activated (guint step)` with the index of a step. Property `selected-block`.
 */
#define WEIR_TYPE_TIMELINE (weir_timeline_get_type ())
G_DECLARE_FINAL_TYPE (WeirTimeline, weir_timeline, WEIR, TIMELINE, GtkWidget)

void        weir_timeline_set_view           (WeirTimeline *self,
                                              WeirRunView  *view);
void        weir_timeline_set_selected_block (WeirTimeline *self,
                                              const char   *path);
const char *weir_timeline_get_selected_block (WeirTimeline *self);
/* 1.25 in, 0.8 out, 0: all of it */
void        weir_timeline_zoom               (WeirTimeline *self,
                                              double        factor);

void        weir_timeline_popup_menu         (WeirTimeline *self,
                                              GMenuModel   *model,
                                              double        x,
                                              double        y);

/* Why a step that has not ended does not go on; NULL if it does. (transfer full) */
typedef char *(*WeirExplainFunc) (const WeirStepInfo *step, gpointer user_data);
void        weir_timeline_set_explain        (WeirTimeline    *self,
                                              WeirExplainFunc  explain,
                                              gpointer         user_data);

G_END_DECLS
