/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-timeline-track.h"

#include <adwaita.h>

#define HEIGHT 22   /* of usual text */

struct _WeirTimelineAxis
{
  GtkWidget parent_instance;

  WeirTimelineScale *scale;
  PangoLayout *layout;
};

G_DEFINE_FINAL_TYPE (WeirTimelineAxis, weir_timeline_axis, GTK_TYPE_WIDGET)

/* With as many digits as the distance of the ticks asks for. */
static char *
format_tick (gint64 time_us,
             gint64 tick)
{
  if (tick >= 60 * G_USEC_PER_SEC)
    return g_strdup_printf ("%d:%02d", (int) (time_us / (3600 * (gint64) G_USEC_PER_SEC)),
                            (int) (time_us / (60 * G_USEC_PER_SEC) % 60));
  if (time_us >= 60 * G_USEC_PER_SEC)
    return g_strdup_printf ("%d:%02d", (int) (time_us / (60 * G_USEC_PER_SEC)), (int) (time_us / G_USEC_PER_SEC % 60));
  if (tick >= G_USEC_PER_SEC)
    return g_strdup_printf ("%d\u00a0s", (int) (time_us / G_USEC_PER_SEC));
  if (tick >= 100000)
    return g_strdup_printf ("%.1f\u00a0s", (double) time_us / G_USEC_PER_SEC);
  if (tick >= 1000)
    return g_strdup_printf ("%d\u00a0ms", (int) (time_us / 1000));
  return g_strdup_printf ("%.*f\u00a0ms", tick >= 100 ? 1 : tick >= 10 ? 2 : 3, (double) time_us / 1000);
}

static void
snapshot_playhead (WeirTimelineAxis *self,
                   GtkSnapshot      *snapshot)
{
  gint64 at = weir_timeline_scale_get_playhead (self->scale);
  double x = weir_timeline_scale_get_x (self->scale, at), height = gtk_widget_get_height (GTK_WIDGET (self));
  GskRoundedRect dot;
  GdkRGBA red;

  if (at == 0)
    return;
  gdk_rgba_parse (&red, "#e01b24");
  gsk_rounded_rect_init_from_rect (&dot, &GRAPHENE_RECT_INIT ((float) x - 4, (float) height - 9, 8, 8), 4);
  gtk_snapshot_push_rounded_clip (snapshot, &dot);
  gtk_snapshot_append_color (snapshot, &red, &dot.bounds);
  gtk_snapshot_pop (snapshot);
}

typedef struct
{
  WeirTimelineAxis *self;
  GtkSnapshot *snapshot;
  GdkRGBA colour;
  double free_x;    /* labels do not run into each other at a fold */
} Drawing;

static void
append_tick (gint64   time_us,
             double   x,
             gpointer user_data)
{
  Drawing *drawing = user_data;
  PangoLayout *layout = drawing->self->layout;
  g_autofree char *text = NULL;
  int width;

  if (x < drawing->free_x)
    return;
  text = format_tick (time_us, weir_timeline_scale_get_tick (drawing->self->scale));
  pango_layout_set_text (layout, text, -1);
  pango_layout_get_pixel_size (layout, &width, NULL);
  gtk_snapshot_save (drawing->snapshot);
  gtk_snapshot_translate (drawing->snapshot, &GRAPHENE_POINT_INIT ((float) x + 4, 3));
  gtk_snapshot_append_layout (drawing->snapshot, layout, &drawing->colour);
  gtk_snapshot_restore (drawing->snapshot);
  drawing->free_x = x + width + 8;
}

static void
ensure_layout (WeirTimelineAxis *self)
{
  if (self->layout == NULL)
    self->layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), NULL);
}

static void
weir_timeline_axis_snapshot (GtkWidget   *widget,
                             GtkSnapshot *snapshot)
{
  WeirTimelineAxis *self = WEIR_TIMELINE_AXIS (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  Drawing drawing = { .self = self, .snapshot = snapshot, .free_x = -100 };

  gtk_widget_get_color (widget, &drawing.colour);
  drawing.colour.alpha *= 0.7f;
  ensure_layout (self);
  gtk_snapshot_push_clip (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  weir_timeline_scale_foreach_tick (self->scale, -60, width, append_tick, &drawing);
  snapshot_playhead (self, snapshot);
  gtk_snapshot_pop (snapshot);
}

static void
weir_timeline_axis_measure (GtkWidget     *widget,
                            GtkOrientation orientation,
                            int            for_size,
                            int           *minimum,
                            int           *natural,
                            int           *minimum_baseline,
                            int           *natural_baseline)
{
  WeirTimelineAxis *self = WEIR_TIMELINE_AXIS (widget);
  int height;

  *minimum = *natural = 40;
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    return;
  ensure_layout (self);
  pango_layout_set_text (self->layout, "0", -1);
  pango_layout_get_pixel_size (self->layout, NULL, &height);
  *minimum = *natural = MAX (HEIGHT, height + 6);
}

static void
weir_timeline_axis_size_allocate (GtkWidget *widget,
                                  int        width,
                                  int        height,
                                  int        baseline)
{
  weir_timeline_scale_set_width (WEIR_TIMELINE_AXIS (widget)->scale, width);
}

static void
weir_timeline_axis_css_changed (GtkWidget         *widget,
                                GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (weir_timeline_axis_parent_class)->css_changed (widget, change);
  g_clear_object (&WEIR_TIMELINE_AXIS (widget)->layout);
}

static void
weir_timeline_axis_dispose (GObject *object)
{
  WeirTimelineAxis *self = WEIR_TIMELINE_AXIS (object);

  if (self->scale != NULL)
    g_signal_handlers_disconnect_by_data (self->scale, self);
  g_clear_object (&self->scale);
  g_clear_object (&self->layout);
  G_OBJECT_CLASS (weir_timeline_axis_parent_class)->dispose (object);
}

static void
weir_timeline_axis_class_init (WeirTimelineAxisClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = weir_timeline_axis_dispose;
  widget_class->snapshot = weir_timeline_axis_snapshot;
  widget_class->measure = weir_timeline_axis_measure;
  widget_class->size_allocate = weir_timeline_axis_size_allocate;
  widget_class->css_changed = weir_timeline_axis_css_changed;
  gtk_widget_class_set_css_name (widget_class, "timelineaxis");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
weir_timeline_axis_init (WeirTimelineAxis *self)
{
  gtk_widget_add_css_class (GTK_WIDGET (self), "caption");
  gtk_widget_add_css_class (GTK_WIDGET (self), "numeric");
  gtk_widget_set_hexpand (GTK_WIDGET (self), TRUE);
}

GtkWidget *
weir_timeline_axis_new (WeirTimelineScale *scale)
{
  WeirTimelineAxis *self = g_object_new (WEIR_TYPE_TIMELINE_AXIS, NULL);

  self->scale = g_object_ref (scale);
  g_signal_connect_swapped (scale, "changed", G_CALLBACK (gtk_widget_queue_draw), self);
  return GTK_WIDGET (self);
}
