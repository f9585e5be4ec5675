/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * WeirTimelineScale:
 *
 * How time (µs UTC) lies on the width of the tracks: all of it fitted in, or zoomed and panned, idle gaps folded.
 * Shared by the axis and every track. Signal `changed` when anything must be drawn anew.
 */
#define WEIR_TYPE_TIMELINE_SCALE (weir_timeline_scale_get_type ())
G_DECLARE_FINAL_TYPE (WeirTimelineScale, weir_timeline_scale, WEIR, TIMELINE_SCALE, GObject)

WeirTimelineScale *weir_timeline_scale_new            (void);
/* Horizontal position in pixels; for a scrollbar. (transfer none) */
GtkAdjustment     *weir_timeline_scale_get_adjustment (WeirTimelineScale *self);
void               weir_timeline_scale_set_range      (WeirTimelineScale *self,
                                                       gint64             start_at,
                                                       gint64             end_at);
/* A time in which nothing could happen (a pause, a closed program), later than those added before: drawn as a
 * narrow stripe. */
void               weir_timeline_scale_add_gap        (WeirTimelineScale *self,
                                                       gint64             start_at,
                                                       gint64             end_at);
void               weir_timeline_scale_clear_gaps     (WeirTimelineScale *self);
guint              weir_timeline_scale_get_n_gaps     (WeirTimelineScale *self);
void               weir_timeline_scale_get_gap        (WeirTimelineScale *self,
                                                       guint              index,
                                                       gint64            *start_at,
                                                       gint64            *end_at);
gint64             weir_timeline_scale_get_start      (WeirTimelineScale *self);
gint64             weir_timeline_scale_get_end        (WeirTimelineScale *self);
void               weir_timeline_scale_set_width      (WeirTimelineScale *self,
                                                       int                width);
/* @factor > 1 shows less time; the moment at @x stays where it is. */
void               weir_timeline_scale_zoom           (WeirTimelineScale *self,
                                                       double             factor,
                                                       double             x);
void               weir_timeline_scale_fit            (WeirTimelineScale *self);
gboolean           weir_timeline_scale_is_fitted      (WeirTimelineScale *self);
double             weir_timeline_scale_get_x          (WeirTimelineScale *self,
                                                       gint64             at);
gint64             weir_timeline_scale_get_time       (WeirTimelineScale *self,
                                                       double             x);
/* Between ticks of the axis, µs: 1, 2 or 5 times a power of ten, or what clocks have. */
gint64             weir_timeline_scale_get_tick       (WeirTimelineScale *self);
/* Calls @func with each tick between @from_x and @to_x: µs since the start, and where it is drawn. Ticks within
 * folded gaps are left out. */
typedef void (*WeirTickFunc) (gint64 time_us, double x, gpointer user_data);
void               weir_timeline_scale_foreach_tick   (WeirTimelineScale *self,
                                                       double             from_x,
                                                       double             to_x,
                                                       WeirTickFunc       func,
                                                       gpointer           user_data);
/* Where the view stands while it is not live; 0: it is. */
void               weir_timeline_scale_set_playhead   (WeirTimelineScale *self,
                                                       gint64             at);
gint64             weir_timeline_scale_get_playhead   (WeirTimelineScale *self);
/* Where what still runs ends: the playhead, else the end. */
gint64             weir_timeline_scale_get_now        (WeirTimelineScale *self);
/* Draw anew: bars grew. */
void               weir_timeline_scale_touch          (WeirTimelineScale *self);

G_END_DECLS
