/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>

#include "weir-canvas-private.h"

#include <math.h>

WeirLod
weir_canvas_get_lod (WeirCanvas *self)
{
  return weir_canvas_lod_for_zoom (weir_viewport_get_zoom (self->viewport));
}

double
weir_canvas_snap (double value)
{
  return round (value / WEIR_GRID) * WEIR_GRID;
}

static void
snapshot_grid (WeirCanvas  *self,
               GtkSnapshot *snapshot,
               double       width,
               double       height)
{
  double zoom = weir_viewport_get_zoom (self->viewport), step = 24 * zoom, x, y;

  while (step < 14)
    step *= 2;
  step = round (step);
  weir_viewport_get_origin (self->viewport, &x, &y);
  x = -fmod (round (x * zoom), step);
  y = -fmod (round (y * zoom), step);
  weir_grid_snapshot (&self->grid, snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height), x, y, step,
                      self->painter.palette, weir_grid_get_scale (gtk_widget_get_native (GTK_WIDGET (self))));
}

static void
snapshot_ghosts (WeirCanvas  *self,
                 GtkSnapshot *snapshot)
{
  double zoom = weir_viewport_get_zoom (self->viewport), x, y;

  weir_viewport_get_origin (self->viewport, &x, &y);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (-round (x * zoom), -round (y * zoom)));
  gtk_snapshot_scale (snapshot, zoom, zoom);
  for (guint i = 0; i < self->starts->len; i++)
    {
      g_autoptr(WeirBlock) block = g_list_model_get_item (G_LIST_MODEL (self->selected), i);
      WeirCard *card = weir_scene_find_card (self->scene, block);
      graphene_rect_t rect = { g_array_index (self->starts, graphene_point_t, i), card->indexed.bounds.size };

      weir_painter_outline (snapshot, &rect, 9, 1.5 / zoom, &self->painter.palette->dim_text);
    }
  gtk_snapshot_restore (snapshot);
}

/* What comes into view next is drawn while there is nothing else to do: then panning only arranges. */
static gboolean
prefetch_cb (gpointer user_data)
{
  WeirCanvas *self = user_data;

  if (self->scene != NULL && self->scene->painter != NULL && self->painter.context != NULL
      && weir_tiles_prefetch (self->scene->tiles))
    return G_SOURCE_CONTINUE;
  self->prefetch_id = 0;
  return G_SOURCE_REMOVE;
}

static void
queue_prefetch (WeirCanvas *self)
{
  if (self->prefetch_id == 0)
    self->prefetch_id = g_idle_add_full (G_PRIORITY_LOW, prefetch_cb, self, NULL);
}

static gboolean
redraw_cb (gpointer user_data)
{
  WeirCanvas *self = user_data;

  self->redraw_id = 0;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  return G_SOURCE_REMOVE;
}

/* Fractions of a device pixel would blur what the tiles hold. */
static double
get_device_scale (WeirCanvas *self)
{
  GtkNative *native = gtk_widget_get_native (GTK_WIDGET (self));

  return native != NULL ? gdk_surface_get_scale (gtk_native_get_surface (native)) : self->painter.scale;
}

/* In view coordinates. What there was no time for comes with the next frame. */
static void
snapshot_scene (WeirCanvas  *self,
                GtkSnapshot *snapshot,
                double       width,
                double       height)
{
  gboolean all_ways;
  guint wait_ms;
  double x, y;

  self->scene->painter = &self->painter;
  weir_viewport_get_origin (self->viewport, &x, &y);
  all_ways = weir_scene_find_ways (self->scene, 3000);
  weir_tiles_set_outlined (self->scene->tiles, self->bounds_shown);
  wait_ms = weir_tiles_snapshot (self->scene->tiles, snapshot, x, y, width, height,
                                 weir_viewport_get_zoom (self->viewport), get_device_scale (self));
  if (!all_ways)
    wait_ms = 1;
  if (wait_ms > 0 && self->redraw_id == 0)
    self->redraw_id = wait_ms > 1 ? g_timeout_add (wait_ms, redraw_cb, self) : g_idle_add (redraw_cb, self);
  queue_prefetch (self);
}

static void
snapshot_band (WeirCanvas  *self,
               GtkSnapshot *snapshot)
{
  GdkRGBA fill = self->painter.palette->accent;
  float widths[] = { 1, 1, 1, 1 };
  GdkRGBA edge = fill, edges[] = { edge, edge, edge, edge };
  GskRoundedRect outline;

  fill.alpha = 0.14f;
  gsk_rounded_rect_init_from_rect (&outline, &self->band, 0);
  gtk_snapshot_append_color (snapshot, &fill, &self->band);
  gtk_snapshot_append_border (snapshot, &outline, widths, edges);
}

/* What to do on an empty canvas; in a loop, what its blocks are for. */
static const char *
get_empty_hint (WeirCanvas *self,
                double      width)
{
  WeirBlock *container = self->graph != NULL ? weir_graph_get_container (self->graph) : NULL;

  if (container != NULL && weir_port_list_find_input (weir_block_get_ports (container), "items") != NULL)
    return _("What you put here is done for each item. The button { } beside a setting inserts what is known of the item.");
  /* Where there is no room for the library beside it, a button stands for that. */
  if (width < 480)
    return _("Press the button + above, or double-click here.");
  return _("Double-click here, press Tab, or drag a block from the library.");
}

static void
snapshot_empty_hint (WeirCanvas  *self,
                     GtkSnapshot *snapshot,
                     double       width,
                     double       height)
{
  const WeirCanvasPalette *palette = self->painter.palette;
  double room = MIN (width - 48, 420), x = (width - room) / 2, y = height / 2 - 60;

  weir_painter_draw_icon (&self->painter, snapshot, "list-add-symbolic", "list-add-symbolic", &palette->dim_text,
                          width / 2 - 24, y - 60, 48);
  y += weir_painter_draw_text (&self->painter, snapshot, _("Start With a Block"), 20, PANGO_WEIGHT_BOLD,
                               &palette->text, x, y, room, WEIR_TEXT_MIDDLE, 1)
       + 8;
  weir_painter_draw_text (&self->painter, snapshot, get_empty_hint (self, width), 14, PANGO_WEIGHT_NORMAL, &palette->dim_text,
                          x, y, room, WEIR_TEXT_MIDDLE, 3);
}

void
weir_canvas_set_bounds_shown (WeirCanvas *self,
                              gboolean    shown)
{
  if (self->bounds_shown == shown)
    return;
  self->bounds_shown = shown;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
snapshot_indexed (WeirCanvas      *self,
                  GtkSnapshot     *snapshot,
                  WeirCanvasIndex *index,
                  const GdkRGBA   *colour)
{
  double zoom = weir_viewport_get_zoom (self->viewport), x, y;
  g_autoptr(GPtrArray) found = g_ptr_array_new ();
  graphene_rect_t visible;

  weir_viewport_get_visible (self->viewport, &visible);
  weir_canvas_index_query (index, &visible, found);
  for (guint i = 0; i < found->len; i++)
    {
      const graphene_rect_t *bounds = &((WeirIndexed *) g_ptr_array_index (found, i))->bounds;

      weir_viewport_to_view (self->viewport, bounds->origin.x, bounds->origin.y, &x, &y);
      weir_painter_outline (snapshot,
                            &GRAPHENE_RECT_INIT (x, y, bounds->size.width * zoom, bounds->size.height * zoom), 0, 1,
                            colour);
    }
}

/* Where the index has what can be hit. */
static void
snapshot_bounds (WeirCanvas  *self,
                 GtkSnapshot *snapshot)
{
  snapshot_indexed (self, snapshot, self->scene->wire_index, &(GdkRGBA) { 0, 0.5f, 0.2f, 0.6f });
  snapshot_indexed (self, snapshot, self->scene->card_index, &(GdkRGBA) { 0.9f, 0, 0.2f, 0.8f });
}

void
weir_canvas_drop_painter (WeirCanvas *self)
{
  weir_painter_clear (&self->painter);
  if (self->scene != NULL)
    weir_scene_invalidate (self->scene);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
weir_canvas_snapshot (GtkWidget   *widget,
                      GtkSnapshot *snapshot)
{
  WeirCanvas *self = WEIR_CANVAS (widget);
  double width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  gint64 began_at = g_get_monotonic_time ();

  if (self->painter.context == NULL)
    weir_painter_init (&self->painter, widget);
  gtk_snapshot_push_clip (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  snapshot_grid (self, snapshot, width, height);
  if (self->scene != NULL)
    {
      snapshot_scene (self, snapshot, width, height);
      weir_canvas_snapshot_portals (self, snapshot);
      if (self->duplicating)
        snapshot_ghosts (self, snapshot);
      if (self->link.card != NULL)
        weir_canvas_snapshot_link (self, snapshot);
      if (self->connect != WEIR_CONNECT_OFF && self->connect_hint != NULL)
        weir_canvas_snapshot_connect (self, snapshot, width, height);
      if (self->drag == WEIR_DRAG_BAND)
        snapshot_band (self, snapshot);
      else if (self->drag == WEIR_DRAG_MOVE)
        weir_canvas_snapshot_guides (self, snapshot);
      else if (self->drag >= WEIR_DRAG_LASSO)
        weir_canvas_snapshot_stroke (self, snapshot);
      if (self->scene->cards->len == 0 && self->scene->stickies->len == 0 && self->editable)
        snapshot_empty_hint (self, snapshot, width, height);
      if (self->bounds_shown)
        snapshot_bounds (self, snapshot);
    }
  gtk_snapshot_pop (snapshot);
  self->frame_us[self->n_frames++ % WEIR_FRAMES_KEPT] = (guint) (g_get_monotonic_time () - began_at);
}
