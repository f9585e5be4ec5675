/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>

#include "weir-timeline-track.h"

#include <adwaita.h>
#include <math.h>

#include "weir-step-look.h"

#define HEIGHT 28
#define BAR_HEIGHT 16
#define RADIUS 3
/* Narrower ones share their pixels: the state that matters most gets them. */
#define MIN_OWN_WIDTH 3
/* How far from a bar the pointer may be. */
#define REACH 3

struct _WeirTimelineTrack
{
  GtkWidget parent_instance;

  WeirTimelineScale *scale;
  WeirTimelineRow *row;
  PangoLayout *layout;
  guint8 *columns;      /* rank + 1 of what lies on each pixel; scratch */
  guint8 *statuses;
  int n_columns;
  WeirDescribeFunc describe;
  gpointer describe_data;
  guint pressed_step;
};

G_DEFINE_FINAL_TYPE (WeirTimelineTrack, weir_timeline_track, GTK_TYPE_WIDGET)

enum { STEP_PRESSED, N_SIGNALS };
static guint signals[N_SIGNALS];

static gboolean
is_dark (WeirTimelineTrack *self)
{
  return adw_style_manager_get_dark (adw_style_manager_get_for_display (gtk_widget_get_display (GTK_WIDGET (self))));
}

static void
append_text (WeirTimelineTrack *self,
             GtkSnapshot       *snapshot,
             const char        *text,
             double             x,
             double             width,
             const GdkRGBA     *colour)
{
  int height;

  if (self->layout == NULL)
    {
      self->layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), NULL);
      pango_layout_set_ellipsize (self->layout, PANGO_ELLIPSIZE_END);
    }
  pango_layout_set_width (self->layout, (int) (width * PANGO_SCALE));
  pango_layout_set_text (self->layout, text, -1);
  pango_layout_get_pixel_size (self->layout, NULL, &height);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) x, (HEIGHT - height) / 2));
  gtk_snapshot_append_layout (snapshot, self->layout, colour);
  gtk_snapshot_restore (snapshot);
}

/* What a bar says where it is wide enough. */
static char *
get_bar_text (const WeirSegment *segment,
              gint64             end_at)
{
  g_autofree char *duration = NULL;

  switch (segment->status)
    {
    case WEIR_STEP_FAILED:
      return g_strdup ("✕");
    case WEIR_STEP_CANCELLED:
    case WEIR_STEP_INTERRUPTED:
      return g_strdup ("■");
    case WEIR_STEP_UNKNOWN:
      return g_strdup ("?");
    case WEIR_STEP_UNDONE:
      return g_strdup ("↶");
    case WEIR_STEP_RETRY_WAIT:
      duration = weir_display_duration (end_at - segment->start_at);
      return segment->end_at != 0 ? g_strdup_printf (_("retry after %s"), duration)
                                  : g_strdup_printf (_("retry, waits %s"), duration);
    default:
      return NULL;
    }
}

static void
append_stripes (GtkSnapshot           *snapshot,
                const graphene_rect_t *bounds,
                const GdkRGBA         *colour)
{
  GdkRGBA pale = *colour;
  GskColorStop stops[4];

  pale.alpha *= 0.45f;
  stops[0] = (GskColorStop) { 0, *colour };
  stops[1] = (GskColorStop) { 0.5f, *colour };
  stops[2] = (GskColorStop) { 0.5f, pale };
  stops[3] = (GskColorStop) { 1, pale };
  gtk_snapshot_append_repeating_linear_gradient (
    snapshot, bounds, &bounds->origin, &GRAPHENE_POINT_INIT (bounds->origin.x + 5, bounds->origin.y + 5), stops, 4);
}

static void
append_bar (WeirTimelineTrack *self,
            GtkSnapshot       *snapshot,
            const WeirSegment *segment,
            double             from,
            double             to,
            gint64             end_at)
{
  gboolean thin = segment->status == WEIR_STEP_QUEUED || segment->status == WEIR_STEP_READY;
  double height = thin ? 6 : BAR_HEIGHT;
  GskRoundedRect bar;
  GdkRGBA colour;
  g_autofree char *text = get_bar_text (segment, end_at);

  weir_step_look_get_colour (segment->status, is_dark (self), &colour);
  if (weir_timeline_row_get_container (self->row))
    colour.alpha *= 0.4f;
  gsk_rounded_rect_init_from_rect (
    &bar, &GRAPHENE_RECT_INIT ((float) from, (float) ((HEIGHT - height) / 2), (float) (to - from), (float) height),
    MIN (RADIUS, (float) (to - from) / 2));
  gtk_snapshot_push_rounded_clip (snapshot, &bar);
  if (segment->status == WEIR_STEP_RETRY_WAIT)
    append_stripes (snapshot, &bar.bounds, &colour);
  else
    gtk_snapshot_append_color (snapshot, &colour, &bar.bounds);
  gtk_snapshot_pop (snapshot);
  if (text != NULL && to - from >= 14)
    {
      GdkRGBA ink = { 1, 1, 1, 1 };

      if (segment->status == WEIR_STEP_RETRY_WAIT)
        gtk_widget_get_color (GTK_WIDGET (self), &ink);
      append_text (self, snapshot, text, from + 4, to - from - 5, &ink);
    }
}

/* A branch not taken has no length: a dashed mark where that became known. */
static void
append_skip (WeirTimelineTrack *self,
             GtkSnapshot       *snapshot,
             double             x)
{
  GdkRGBA colour;

  weir_step_look_get_colour (WEIR_STEP_SKIPPED, is_dark (self), &colour);
  for (int i = 0; i < 3; i++)
    gtk_snapshot_append_color (snapshot, &colour, &GRAPHENE_RECT_INIT ((float) x + i * 7, HEIGHT / 2 - 1, 4, 2));
}

static void
merge_columns (WeirTimelineTrack *self,
               const WeirSegment *segment,
               double             from,
               double             to)
{
  guint8 rank = (guint8) (weir_step_look_get_rank (segment->status) + 1);
  int first = MAX ((int) floor (from), 0);
  int last = MIN ((int) MAX (ceil (to), floor (from) + 1), self->n_columns);

  for (int i = first; i < last; i++)
    if (rank > self->columns[i])
      {
        self->columns[i] = rank;
        self->statuses[i] = (guint8) segment->status;
      }
}

static void
append_columns (WeirTimelineTrack *self,
                GtkSnapshot       *snapshot)
{
  for (int i = 0; i < self->n_columns;)
    {
      int begin = i;
      GdkRGBA colour;

      while (i < self->n_columns && self->columns[i] == self->columns[begin])
        i++;
      if (self->columns[begin] == 0)
        continue;
      weir_step_look_get_colour (self->statuses[begin], is_dark (self), &colour);
      gtk_snapshot_append_color (
        snapshot, &colour, &GRAPHENE_RECT_INIT (begin, (HEIGHT - BAR_HEIGHT) / 2, MAX (i - begin, 2), BAR_HEIGHT));
    }
}

typedef struct
{
  GtkSnapshot *snapshot;
  GdkRGBA colour;
} Grid;

static void
append_line (gint64   time_us,
             double   x,
             gpointer user_data)
{
  Grid *grid = user_data;

  gtk_snapshot_append_color (grid->snapshot, &grid->colour, &GRAPHENE_RECT_INIT ((float) floor (x), 0, 1, HEIGHT));
}

static void
append_grid (WeirTimelineTrack *self,
             GtkSnapshot       *snapshot,
             int                width)
{
  Grid grid = { .snapshot = snapshot };

  gtk_widget_get_color (GTK_WIDGET (self), &grid.colour);
  grid.colour.alpha = 0.08f;
  weir_timeline_scale_foreach_tick (self->scale, 0, width, append_line, &grid);
  for (guint i = 0; i < weir_timeline_scale_get_n_gaps (self->scale); i++)
    {
      gint64 start_at, end_at;
      double from, to;

      weir_timeline_scale_get_gap (self->scale, i, &start_at, &end_at);
      from = weir_timeline_scale_get_x (self->scale, start_at);
      to = weir_timeline_scale_get_x (self->scale, end_at);
      if (to > 0 && from < width)
        append_stripes (snapshot, &GRAPHENE_RECT_INIT ((float) from, 0, (float) (to - from), HEIGHT), &grid.colour);
    }
}

static void
append_playhead (WeirTimelineTrack *self,
                 GtkSnapshot       *snapshot)
{
  gint64 at = weir_timeline_scale_get_playhead (self->scale);
  GdkRGBA red;

  if (at == 0)
    return;
  gdk_rgba_parse (&red, "#e01b24");
  gtk_snapshot_append_color (
    snapshot, &red, &GRAPHENE_RECT_INIT ((float) floor (weir_timeline_scale_get_x (self->scale, at)), 0, 1, HEIGHT));
}

static void
append_bars (WeirTimelineTrack *self,
             GtkSnapshot       *snapshot,
             int                width)
{
  guint n;
  const WeirSegment *segments = weir_timeline_row_get_segments (self->row, &n);
  gint64 from_at = weir_timeline_scale_get_time (self->scale, -1);
  gint64 to_at = weir_timeline_scale_get_time (self->scale, width);
  gint64 now = weir_timeline_scale_get_now (self->scale);
  gboolean merged = FALSE;

  if (self->n_columns != width)
    {
      self->n_columns = width;
      self->columns = g_realloc (self->columns, MAX (width, 1));
      self->statuses = g_realloc (self->statuses, MAX (width, 1));
    }
  memset (self->columns, 0, MAX (width, 1));
  for (guint i = weir_timeline_row_search (self->row, from_at); i < n && segments[i].start_at <= to_at; i++)
    {
      const WeirSegment *segment = &segments[i];
      gint64 end_at = segment->end_at != 0 ? segment->end_at : MAX (now, segment->start_at);
      double from = weir_timeline_scale_get_x (self->scale, segment->start_at);
      double to = weir_timeline_scale_get_x (self->scale, end_at);

      if (end_at < from_at)
        continue;
      if (segment->status == WEIR_STEP_SKIPPED)
        append_skip (self, snapshot, from);
      else if (to - from >= MIN_OWN_WIDTH)
        append_bar (self, snapshot, segment, MAX (from, -RADIUS), MIN (to, width + RADIUS), end_at);
      else
        {
          merge_columns (self, segment, from, to);
          merged = TRUE;
        }
    }
  if (merged)
    append_columns (self, snapshot);
}

static void
weir_timeline_track_snapshot (GtkWidget   *widget,
                              GtkSnapshot *snapshot)
{
  WeirTimelineTrack *self = WEIR_TIMELINE_TRACK (widget);
  int width = gtk_widget_get_width (widget);
  const char *wait;

  if (self->row == NULL)
    return;
  gtk_snapshot_push_clip (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, HEIGHT));
  append_grid (self, snapshot, width);
  wait = weir_timeline_row_get_wait (self->row);
  if (wait != NULL)
    {
      GdkRGBA colour;

      gtk_widget_get_color (widget, &colour);
      colour.alpha *= 0.6f;
      append_text (self, snapshot, wait, 10, width - 12, &colour);
    }
  append_bars (self, snapshot, width);
  append_playhead (self, snapshot);
  gtk_snapshot_pop (snapshot);
}

static const WeirSegment *
find_segment (WeirTimelineTrack *self,
              double             x)
{
  if (self->row == NULL)
    return NULL;
  return weir_timeline_row_find (self->row, weir_timeline_scale_get_time (self->scale, x - REACH),
                                 weir_timeline_scale_get_time (self->scale, x + REACH));
}

static char *
describe_gap (WeirTimelineTrack *self,
              double             x)
{
  gint64 at = weir_timeline_scale_get_time (self->scale, x);

  for (guint i = 0; i < weir_timeline_scale_get_n_gaps (self->scale); i++)
    {
      gint64 start_at, end_at;

      weir_timeline_scale_get_gap (self->scale, i, &start_at, &end_at);
      if (at >= start_at && at < end_at)
        {
          g_autofree char *duration = weir_display_duration (end_at - start_at);

          return g_strdup_printf (_("Paused for %s"), duration);
        }
    }
  return NULL;
}

static gboolean
weir_timeline_track_query_tooltip (GtkWidget  *widget,
                                   int         x,
                                   int         y,
                                   gboolean    keyboard,
                                   GtkTooltip *tooltip)
{
  WeirTimelineTrack *self = WEIR_TIMELINE_TRACK (widget);
  const WeirSegment *segment = keyboard ? NULL : find_segment (self, x);
  g_autofree char *text = segment != NULL && self->describe != NULL ? self->describe (segment, self->describe_data)
                                                                    : NULL;

  if (text == NULL && !keyboard)
    text = describe_gap (self, x);
  if (text == NULL)
    return FALSE;
  gtk_tooltip_set_text (tooltip, text);
  return TRUE;
}

/* Only remembers the step: the row behind is what is selected and activated. */
static void
pressed_cb (WeirTimelineTrack *self,
            int                n_press,
            double             x,
            double             y)
{
  const WeirSegment *segment = find_segment (self, x);

  self->pressed_step = segment != NULL ? segment->step : G_MAXUINT;
  if (segment != NULL)
    g_signal_emit (self, signals[STEP_PRESSED], 0, segment->step);
}

static void
weir_timeline_track_measure (GtkWidget     *widget,
                             GtkOrientation orientation,
                             int            for_size,
                             int           *minimum,
                             int           *natural,
                             int           *minimum_baseline,
                             int           *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_VERTICAL ? HEIGHT : 40;
}

static void
weir_timeline_track_css_changed (GtkWidget         *widget,
                                 GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (weir_timeline_track_parent_class)->css_changed (widget, change);
  g_clear_object (&WEIR_TIMELINE_TRACK (widget)->layout);
}

static void
weir_timeline_track_dispose (GObject *object)
{
  WeirTimelineTrack *self = WEIR_TIMELINE_TRACK (object);

  weir_timeline_track_set_row (self, NULL);
  if (self->scale != NULL)
    g_signal_handlers_disconnect_by_data (self->scale, self);
  g_clear_object (&self->scale);
  g_clear_object (&self->layout);
  g_clear_pointer (&self->columns, g_free);
  g_clear_pointer (&self->statuses, g_free);
  G_OBJECT_CLASS (weir_timeline_track_parent_class)->dispose (object);
}

static void
weir_timeline_track_class_init (WeirTimelineTrackClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = weir_timeline_track_dispose;
  widget_class->snapshot = weir_timeline_track_snapshot;
  widget_class->measure = weir_timeline_track_measure;
  widget_class->query_tooltip = weir_timeline_track_query_tooltip;
  widget_class->css_changed = weir_timeline_track_css_changed;
  signals[STEP_PRESSED] = g_signal_new ("step-pressed", WEIR_TYPE_TIMELINE_TRACK, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
  gtk_widget_class_set_css_name (widget_class, "timelinetrack");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
weir_timeline_track_init (WeirTimelineTrack *self)
{
  GtkGesture *press = gtk_gesture_click_new ();

  g_signal_connect_swapped (press, "pressed", G_CALLBACK (pressed_cb), self);
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (press), GTK_PHASE_CAPTURE);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (press));
  gtk_widget_add_css_class (GTK_WIDGET (self), "caption");
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
  gtk_widget_set_hexpand (GTK_WIDGET (self), TRUE);
  self->pressed_step = G_MAXUINT;
}

GtkWidget *
weir_timeline_track_new (WeirTimelineScale *scale)
{
  WeirTimelineTrack *self = g_object_new (WEIR_TYPE_TIMELINE_TRACK, NULL);

  self->scale = g_object_ref (scale);
  g_signal_connect_swapped (scale, "changed", G_CALLBACK (gtk_widget_queue_draw), self);
  return GTK_WIDGET (self);
}

void
weir_timeline_track_set_row (WeirTimelineTrack *self,
                             WeirTimelineRow   *row)
{
  if (self->row == row)
    return;
  if (self->row != NULL)
    g_signal_handlers_disconnect_by_data (self->row, self);
  g_set_object (&self->row, row);
  if (row != NULL)
    g_signal_connect_swapped (row, "changed", G_CALLBACK (gtk_widget_queue_draw), self);
  self->pressed_step = G_MAXUINT;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
weir_timeline_track_set_describe (WeirTimelineTrack *self,
                                  WeirDescribeFunc   describe,
                                  gpointer           user_data)
{
  self->describe = describe;
  self->describe_data = user_data;
}

guint
weir_timeline_track_get_pressed_step (WeirTimelineTrack *self)
{
  return self->pressed_step;
}

WeirTimelineRow *
weir_timeline_track_get_row (WeirTimelineTrack *self)
{
  return self->row;
}

guint
weir_timeline_track_find_step (WeirTimelineTrack *self,
                               double             x)
{
  const WeirSegment *segment = find_segment (self, x);

  return segment != NULL ? segment->step : G_MAXUINT;
}
