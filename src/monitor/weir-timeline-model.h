/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "weir-timeline-row.h"

G_BEGIN_DECLS

/**
 * WeirTimelineModel:
 *
 * The rows of a run: a #GListModel of #WeirTimelineRow, one for each block of the workflow (and of sub-workflows that
 * it opened), in the order in which they first started, what is inside a container below it. Blocks that never
 * started come last.
 */
#define WEIR_TYPE_TIMELINE_MODEL (weir_timeline_model_get_type ())
G_DECLARE_FINAL_TYPE (WeirTimelineModel, weir_timeline_model, WEIR, TIMELINE_MODEL, GObject)

WeirTimelineModel *weir_timeline_model_new      (void);
/* Another run, or none. */
void               weir_timeline_model_set_graph (WeirTimelineModel *self,
                                                 WeirGraph         *graph);
/* Steps from @first_changed on are read again. @now: where open bars end. */
void               weir_timeline_model_update   (WeirTimelineModel *self,
                                                 WeirRunState      *state,
                                                 guint              first_changed,
                                                 gint64             now);
/* Texts of what still runs. */
void               weir_timeline_model_tick     (WeirTimelineModel *self,
                                                 gint64             now);
/* Its place among the rows, or GTK_INVALID_LIST_POSITION. */
guint              weir_timeline_model_find     (WeirTimelineModel *self,
                                                 const char        *path);

G_END_DECLS
