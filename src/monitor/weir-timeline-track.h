/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "weir-timeline-row.h"
#include "weir-timeline-scale.h"

G_BEGIN_DECLS

/**
 * WeirTimelineTrack:
 *
 * The bars of one row. Signal `step-pressed (guint step)`: the index of the step under the pointer.
 */
#define WEIR_TYPE_TIMELINE_TRACK (weir_timeline_track_get_type ())
G_DECLARE_FINAL_TYPE (WeirTimelineTrack, weir_timeline_track, WEIR, TIMELINE_TRACK, GtkWidget)

GtkWidget *weir_timeline_track_new       (WeirTimelineScale *scale);
void       weir_timeline_track_set_row   (WeirTimelineTrack *self,
                                          WeirTimelineRow   *row);
/* What a tooltip says of a segment; NULL for none. (transfer full) */
typedef char *(*WeirDescribeFunc) (const WeirSegment *segment, gpointer user_data);
void       weir_timeline_track_set_describe (WeirTimelineTrack *self,
                                          WeirDescribeFunc   describe,
                                          gpointer           user_data);
WeirTimelineRow *weir_timeline_track_get_row (WeirTimelineTrack *self);
/* Index of the step whose bar is at @x; G_MAXUINT: none. */
guint      weir_timeline_track_find_step (WeirTimelineTrack *self,
                                          double             x);
/* Index of the step last pressed on; G_MAXUINT: none. */
guint      weir_timeline_track_get_pressed_step (WeirTimelineTrack *self);

/**
 * WeirTimelineAxis:
 *
 * The times above the tracks.
 */
#define WEIR_TYPE_TIMELINE_AXIS (weir_timeline_axis_get_type ())
G_DECLARE_FINAL_TYPE (WeirTimelineAxis, weir_timeline_axis, WEIR, TIMELINE_AXIS, GtkWidget)

GtkWidget *weir_timeline_axis_new        (WeirTimelineScale *scale);

G_END_DECLS
