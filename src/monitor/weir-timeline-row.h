/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>
#include <weir.h>

G_BEGIN_DECLS

/**
 * WeirSegment:
 * @start_at: µs UTC
 * @end_at: µs UTC; 0 while it goes on
 * @step: index of the step in the state of the run
 * @attempt: from 1
 * @status: QUEUED and RETRY_WAIT are the times between
 *
 * A piece of a row: one attempt, or a wait before one.
 */
typedef struct
{
  gint64         start_at;
  gint64         end_at;
  guint          step;
  guint          attempt;
  WeirStepStatus status;
} WeirSegment;

/**
 * WeirTimelineRow:
 *
 * A block of the workflow with all its steps: a row of the timeline. Properties for binding: `title`, `duration`
 * (text), `depth`, `icon-name`, `status-text`. Signal `changed` when its segments did.
 */
#define WEIR_TYPE_TIMELINE_ROW (weir_timeline_row_get_type ())
G_DECLARE_FINAL_TYPE (WeirTimelineRow, weir_timeline_row, WEIR, TIMELINE_ROW, GObject)

WeirTimelineRow   *weir_timeline_row_new          (const char         *path,
                                                   const char         *title,
                                                   guint               depth);
/* "move/to" */
const char        *weir_timeline_row_get_path     (WeirTimelineRow    *self);
const char        *weir_timeline_row_get_title    (WeirTimelineRow    *self);
guint              weir_timeline_row_get_depth    (WeirTimelineRow    *self);
WeirStepStatus     weir_timeline_row_get_status   (WeirTimelineRow    *self);
/* Forgets what came from steps at @first and after. */
void               weir_timeline_row_truncate     (WeirTimelineRow    *self,
                                                   guint               first);
/* Steps come in the order of their index. */
void               weir_timeline_row_add_step     (WeirTimelineRow    *self,
                                                   const WeirStepInfo *step);
/* After a series of changes. @now: where open segments end, for the text. */
void               weir_timeline_row_settle       (WeirTimelineRow    *self,
                                                   gint64              now);
/* Shown in the track of a row that has not started; NULL for nothing. */
void               weir_timeline_row_set_wait     (WeirTimelineRow    *self,
                                                   const char         *text);
const char        *weir_timeline_row_get_wait     (WeirTimelineRow    *self);
/* Drawn pale, behind: a frame around others. */
void               weir_timeline_row_set_container (WeirTimelineRow   *self,
                                                   gboolean            container);
gboolean           weir_timeline_row_get_container (WeirTimelineRow   *self);
gboolean           weir_timeline_row_is_live      (WeirTimelineRow    *self);
/* Index of the first step; G_MAXUINT before it started. */
guint              weir_timeline_row_get_first_step (WeirTimelineRow  *self);
/* Index of the last step, also of one that has no bar yet; G_MAXUINT if there is none. */
guint              weir_timeline_row_get_last_step (WeirTimelineRow   *self);
/* Sorted by start. */
const WeirSegment *weir_timeline_row_get_segments (WeirTimelineRow    *self,
                                                   guint              *n_segments);
/* The first segment that ends after @at; the number of segments if none does. Logarithmic. */
guint              weir_timeline_row_search       (WeirTimelineRow    *self,
                                                   gint64              at);
/* The segment that matters most between two moments; NULL if there is none. */
const WeirSegment *weir_timeline_row_find         (WeirTimelineRow    *self,
                                                   gint64              from_at,
                                                   gint64              to_at);

G_END_DECLS
