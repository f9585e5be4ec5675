/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-timeline-scale.h"

/* Room right of the last moment, so that its bar and label are whole. */
#define MARGIN 8
#define MIN_TICK_WIDTH 90
#define MAX_PX_PER_US 2.0
/* What is left of a folded gap, as a part of the time that is not gap; and how long a gap must be to be folded. */
#define FOLDED_PART 0.04
#define SHORT_PART 0.25

typedef struct
{
  gint64 start_at;
  gint64 end_at;
} Gap;

struct _WeirTimelineScale
{
  GObject parent_instance;

  GtkAdjustment *adjustment;
  gint64 start_at;
  gint64 end_at;
  gint64 playhead_at;
  int width;
  double px_per_us;  /* 0: fitted */
  GArray *gaps;      /* of Gap, in order */
  gint64 folded_us;  /* as long as this each folded gap is shown */
  gint64 short_us;   /* gaps up to this are not folded */
};

G_DEFINE_FINAL_TYPE (WeirTimelineScale, weir_timeline_scale, G_TYPE_OBJECT)

enum { CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
update_folding (WeirTimelineScale *self)
{
  gint64 active = self->end_at - self->start_at;

  for (guint i = 0; i < self->gaps->len; i++)
    active -= g_array_index (self->gaps, Gap, i).end_at - g_array_index (self->gaps, Gap, i).start_at;
  self->folded_us = (gint64) ((double) MAX (active, 0) * FOLDED_PART);
  self->short_us = (gint64) ((double) MAX (active, 0) * SHORT_PART);
}

/* µs since the start as they are shown. */
static gint64
fold (WeirTimelineScale *self,
      gint64             at)
{
  gint64 shown = at - self->start_at;

  for (guint i = 0; i < self->gaps->len; i++)
    {
      const Gap *gap = &g_array_index (self->gaps, Gap, i);
      gint64 length = gap->end_at - gap->start_at;

      if (at <= gap->start_at)
        break;
      if (length <= self->short_us)
        continue;
      if (at >= gap->end_at)
        shown -= length - self->folded_us;
      else
        shown -= (gint64) ((double) (at - gap->start_at) * (double) (length - self->folded_us) / (double) length);
    }
  return shown;
}

static gint64
unfold (WeirTimelineScale *self,
        gint64             shown)
{
  gint64 at = self->start_at + shown;

  for (guint i = 0; i < self->gaps->len; i++)
    {
      const Gap *gap = &g_array_index (self->gaps, Gap, i);
      gint64 length = gap->end_at - gap->start_at;

      if (at <= gap->start_at)
        break;
      if (length <= self->short_us)
        continue;
      if (at >= gap->start_at + self->folded_us)
        at += length - self->folded_us;
      else
        return gap->start_at
               + (gint64) ((double) (at - gap->start_at) * (double) length / (double) MAX (self->folded_us, 1));
    }
  return at;
}

static double
get_fitted (WeirTimelineScale *self)
{
  gint64 span = MAX (fold (self, self->end_at), 1000);

  return MAX (self->width - 2 * MARGIN, 1) / (double) span;
}

static double
get_px_per_us (WeirTimelineScale *self)
{
  return self->px_per_us > 0 ? self->px_per_us : get_fitted (self);
}

/* @value < 0 keeps the position; one at the right edge stays there while time goes on. */
static void
update_adjustment (WeirTimelineScale *self,
                   double             value)
{
  double upper = (double) fold (self, self->end_at) * get_px_per_us (self) + 2 * MARGIN;
  double page = MAX (self->width, 1);
  double old = gtk_adjustment_get_value (self->adjustment);
  gboolean at_end = old + gtk_adjustment_get_page_size (self->adjustment)
                    >= gtk_adjustment_get_upper (self->adjustment) - 1;

  if (self->px_per_us <= 0)
    value = 0;
  else if (value < 0)
    value = at_end ? upper - page : old;
  gtk_adjustment_configure (self->adjustment, CLAMP (value, 0, MAX (upper - page, 0)), 0, MAX (upper, page), page / 10,
                            page * 0.9, page);
}

static void
weir_timeline_scale_dispose (GObject *object)
{
  WeirTimelineScale *self = WEIR_TIMELINE_SCALE (object);

  if (self->adjustment != NULL)
    g_signal_handlers_disconnect_by_data (self->adjustment, self);
  g_clear_object (&self->adjustment);
  G_OBJECT_CLASS (weir_timeline_scale_parent_class)->dispose (object);
}

static void
weir_timeline_scale_finalize (GObject *object)
{
  g_array_unref (WEIR_TIMELINE_SCALE (object)->gaps);
  G_OBJECT_CLASS (weir_timeline_scale_parent_class)->finalize (object);
}

static void
weir_timeline_scale_class_init (WeirTimelineScaleClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = weir_timeline_scale_dispose;
  G_OBJECT_CLASS (klass)->finalize = weir_timeline_scale_finalize;
  signals[CHANGED] = g_signal_new ("changed", WEIR_TYPE_TIMELINE_SCALE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
}

static void
weir_timeline_scale_init (WeirTimelineScale *self)
{
  self->gaps = g_array_new (FALSE, FALSE, sizeof (Gap));
  self->adjustment = g_object_ref_sink (gtk_adjustment_new (0, 0, 0, 0, 0, 0));
  g_signal_connect_swapped (self->adjustment, "value-changed", G_CALLBACK (weir_timeline_scale_touch), self);
}

WeirTimelineScale *
weir_timeline_scale_new (void)
{
  return g_object_new (WEIR_TYPE_TIMELINE_SCALE, NULL);
}

GtkAdjustment *
weir_timeline_scale_get_adjustment (WeirTimelineScale *self)
{
  return self->adjustment;
}

void
weir_timeline_scale_touch (WeirTimelineScale *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

void
weir_timeline_scale_set_range (WeirTimelineScale *self,
                               gint64             start_at,
                               gint64             end_at)
{
  self->start_at = start_at;
  self->end_at = MAX (end_at, start_at);
  update_folding (self);
  update_adjustment (self, -1);
  weir_timeline_scale_touch (self);
}

gint64
weir_timeline_scale_get_start (WeirTimelineScale *self)
{
  return self->start_at;
}

gint64
weir_timeline_scale_get_end (WeirTimelineScale *self)
{
  return self->end_at;
}

void
weir_timeline_scale_set_width (WeirTimelineScale *self,
                               int                width)
{
  if (self->width == width)
    return;
  self->width = width;
  update_adjustment (self, -1);
  weir_timeline_scale_touch (self);
}

void
weir_timeline_scale_zoom (WeirTimelineScale *self,
                          double             factor,
                          double             x)
{
  gint64 at = weir_timeline_scale_get_time (self, x);
  double fitted = get_fitted (self);
  double wanted = get_px_per_us (self) * factor;

  /* Never smaller than the whole; there it is fitted again, and follows the run. */
  self->px_per_us = wanted <= fitted * 1.001 ? 0 : MIN (wanted, MAX_PX_PER_US);
  update_adjustment (self, MAX ((double) fold (self, at) * get_px_per_us (self) + MARGIN - x, 0));
  weir_timeline_scale_touch (self);
}

void
weir_timeline_scale_fit (WeirTimelineScale *self)
{
  self->px_per_us = 0;
  update_adjustment (self, 0);
  weir_timeline_scale_touch (self);
}

gboolean
weir_timeline_scale_is_fitted (WeirTimelineScale *self)
{
  return self->px_per_us <= 0;
}

double
weir_timeline_scale_get_x (WeirTimelineScale *self,
                           gint64             at)
{
  return (double) fold (self, at) * get_px_per_us (self) + MARGIN - gtk_adjustment_get_value (self->adjustment);
}

gint64
weir_timeline_scale_get_time (WeirTimelineScale *self,
                              double             x)
{
  return unfold (self, (gint64) ((x - MARGIN + gtk_adjustment_get_value (self->adjustment)) / get_px_per_us (self)));
}

gint64
weir_timeline_scale_get_tick (WeirTimelineScale *self)
{
  static const gint64 clock_ticks[] = {
    10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400
  };
  double wanted = MIN_TICK_WIDTH / get_px_per_us (self);
  gint64 tick = 1;

  for (gint64 power = 1; power < 10 * G_USEC_PER_SEC; power *= 10)
    for (guint i = 0; i < 3; i++)
      {
        tick = power * ((const int[]) { 1, 2, 5 })[i];
        if (tick >= wanted)
          return tick;
      }
  for (guint i = 0; i < G_N_ELEMENTS (clock_ticks); i++)
    {
      tick = clock_ticks[i] * G_USEC_PER_SEC;
      if (tick >= wanted)
        return tick;
    }
  while (tick < wanted)
    tick *= 2;
  return tick;
}

void
weir_timeline_scale_set_playhead (WeirTimelineScale *self,
                                  gint64             at)
{
  if (self->playhead_at == at)
    return;
  self->playhead_at = at;
  weir_timeline_scale_touch (self);
}

gint64
weir_timeline_scale_get_playhead (WeirTimelineScale *self)
{
  return self->playhead_at;
}

gint64
weir_timeline_scale_get_now (WeirTimelineScale *self)
{
  return self->playhead_at != 0 ? self->playhead_at : self->end_at;
}

void
weir_timeline_scale_add_gap (WeirTimelineScale *self,
                             gint64             start_at,
                             gint64             end_at)
{
  Gap gap = { start_at, end_at };

  if (end_at <= start_at)
    return;
  g_array_append_val (self->gaps, gap);
  update_folding (self);
}

void
weir_timeline_scale_clear_gaps (WeirTimelineScale *self)
{
  g_array_set_size (self->gaps, 0);
  update_folding (self);
}

guint
weir_timeline_scale_get_n_gaps (WeirTimelineScale *self)
{
  return self->gaps->len;
}

void
weir_timeline_scale_get_gap (WeirTimelineScale *self,
                             guint              index,
                             gint64            *start_at,
                             gint64            *end_at)
{
  *start_at = g_array_index (self->gaps, Gap, index).start_at;
  *end_at = g_array_index (self->gaps, Gap, index).end_at;
}

/* The end of the folded gap around a moment; 0 if it is in none. */
static gint64
find_gap_end (WeirTimelineScale *self,
              gint64             at)
{
  for (guint i = 0; i < self->gaps->len; i++)
    {
      const Gap *gap = &g_array_index (self->gaps, Gap, i);

      if (at > gap->start_at && at < gap->end_at && gap->end_at - gap->start_at > self->short_us)
        return gap->end_at;
    }
  return 0;
}

void
weir_timeline_scale_foreach_tick (WeirTimelineScale *self,
                                  double             from_x,
                                  double             to_x,
                                  WeirTickFunc       func,
                                  gpointer           user_data)
{
  gint64 tick = weir_timeline_scale_get_tick (self);
  gint64 time_us = MAX (weir_timeline_scale_get_time (self, from_x) - self->start_at, 0) / tick * tick;

  if (self->start_at == 0)
    return;
  for (;;)
    {
      gint64 gap_end = find_gap_end (self, self->start_at + time_us);
      double x;

      /* Days may lie in a gap: over it in one step. */
      if (gap_end != 0)
        time_us = (gap_end - self->start_at + tick - 1) / tick * tick;
      x = weir_timeline_scale_get_x (self, self->start_at + time_us);
      if (x > to_x)
        return;
      func (time_us, x, user_data);
      time_us += tick;
    }
}
