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
snapshot_grid (WeirCanvas *self, GtkSnapshot *snapshot, double width, double height)
{
  const WeirCanvasPalette *palette = self->painter.palette;
  double zoom = weir_viewport_get_zoom (self->viewport), step = 24 * zoom, x, y;
  graphene_rect_t all = GRAPHENE_RECT_INIT (0, 0, width, height), tile;

  gtk_snapshot_append_color (snapshot, &palette->background, &all);
  while (step < 14)
    step *= 2;
  step = round (step);
  weir_viewport_get_origin (self->viewport, &x, &y);
  x = -fmod (round (x * zoom), step);
  y = -fmod (round (y * zoom), step);
  tile = GRAPHENE_RECT_INIT (x, y, step, step);
  gtk_snapshot_push_repeat (snapshot, &all, &tile);
  gtk_snapshot_append_color (snapshot, &palette->grid_dot, &GRAPHENE_RECT_INIT (x, y, 2, 2));
  gtk_snapshot_pop (snapshot);
}

static int
compare_cards (gconstpointer a, gconstpointer b)
{
  const WeirCard *first = *(WeirCard *const *) a, *second = *(WeirCard *const *) b;

  /* Frames lie below the blocks that somebody put on them. */
  if ((first->inner != NULL) != (second->inner != NULL))
    return first->inner != NULL ? -1 : 1;
  return first->order < second->order ? -1 : first->order > second->order;
}

static void
append_node (GtkSnapshot *snapshot, GskRenderNode *node)
{
  if (node != NULL)
    gtk_snapshot_append_node (snapshot, node);
}

static void
snapshot_ghosts (WeirCanvas *self, GtkSnapshot *snapshot)
{
  double zoom = weir_viewport_get_zoom (self->viewport);

  for (guint i = 0; self->duplicating && i < self->starts->len; i++)
    {
      g_autoptr (WeirBlock) block = g_list_model_get_item (G_LIST_MODEL (self->selected), i);
      WeirCard *card = weir_scene_find_card (self->scene, block);
      graphene_rect_t rect = { g_array_index (self->starts, graphene_point_t, i), card->indexed.bounds.size };

      weir_painter_outline (snapshot, &rect, 9, 1.5 / zoom, &self->painter.palette->dim_text);
    }
}

static gboolean
redraw_cb (gpointer user_data)
{
  WeirCanvas *self = user_data;

  self->redraw_id = 0;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  return G_SOURCE_REMOVE;
}

/* Links, and from afar all there is. In view coordinates. */
static void
snapshot_tiles (WeirCanvas *self, GtkSnapshot *snapshot, double width, double height)
{
  double x, y;
  gboolean ways, tiles;

  weir_viewport_get_origin (self->viewport, &x, &y);
  ways = weir_scene_find_ways (self->scene, 3000);
  tiles = weir_tiles_snapshot (self->scene->tiles, snapshot, x, y, width, height,
                               weir_viewport_get_zoom (self->viewport), self->painter.scale);
  if ((!ways || !tiles) && self->redraw_id == 0)
    self->redraw_id = g_idle_add (redraw_cb, self);
}

static void
snapshot_notes (WeirCanvas *self, GtkSnapshot *snapshot, const graphene_rect_t *visible)
{
  for (guint i = 0; i < self->scene->stickies->len; i++)
    {
      WeirSticky *sticky = g_ptr_array_index (self->scene->stickies, i);

      if (graphene_rect_intersection (&sticky->rect, visible, NULL))
        append_node (snapshot,
                     weir_sticky_ensure_node (sticky, self->scene, &self->painter, weir_canvas_get_lod (self)));
    }
}

/* Near enough to be read, cards are nodes of their own: text stays text. */
static void
snapshot_cards (WeirCanvas *self, GtkSnapshot *snapshot, const graphene_rect_t *visible)
{
  WeirLod lod = weir_canvas_get_lod (self);

  g_ptr_array_set_size (self->visible_cards, 0);
  g_ptr_array_set_size (self->visible_wires, 0);
  if (lod > WEIR_LOD_HEADER)
    return;
  weir_canvas_index_query (self->scene->card_index, visible, self->visible_cards);
  weir_canvas_index_query (self->scene->wire_index, visible, self->visible_wires);
  g_ptr_array_sort (self->visible_cards, compare_cards);
  for (guint i = 0; i < self->visible_cards->len; i++)
    append_node (snapshot,
                 weir_card_ensure_node (g_ptr_array_index (self->visible_cards, i), self->scene, &self->painter, lod));
  for (guint i = 0; i < self->visible_wires->len; i++)
    append_node (snapshot,
                 weir_wire_ensure_chip (g_ptr_array_index (self->visible_wires, i), self->scene, &self->painter));
}

static void
push_plane (WeirCanvas *self, GtkSnapshot *snapshot)
{
  double zoom = weir_viewport_get_zoom (self->viewport), x, y;

  weir_viewport_get_origin (self->viewport, &x, &y);
  gtk_snapshot_save (snapshot);
  /* Whole pixels: lines stay sharp while panning. */
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (-round (x * zoom), -round (y * zoom)));
  gtk_snapshot_scale (snapshot, zoom, zoom);
}

static void
snapshot_scene (WeirCanvas *self, GtkSnapshot *snapshot, double width, double height)
{
  graphene_rect_t visible;

  weir_viewport_get_visible (self->viewport, &visible);
  graphene_rect_inset (&visible, -12, -12);
  push_plane (self, snapshot);
  snapshot_notes (self, snapshot, &visible);
  gtk_snapshot_restore (snapshot);
  snapshot_tiles (self, snapshot, width, height);
  push_plane (self, snapshot);
  snapshot_cards (self, snapshot, &visible);
  snapshot_ghosts (self, snapshot);
  gtk_snapshot_restore (snapshot);
}

static void
snapshot_band (WeirCanvas *self, GtkSnapshot *snapshot)
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

static void
snapshot_empty_hint (WeirCanvas *self, GtkSnapshot *snapshot, double width, double height)
{
  const WeirCanvasPalette *palette = self->painter.palette;
  double room = MIN (width - 48, 420), x = (width - room) / 2, y = height / 2 - 60;

  weir_painter_draw_icon (&self->painter, snapshot, "list-add-symbolic", "list-add-symbolic", &palette->dim_text,
                          width / 2 - 24, y - 60, 48);
  y += weir_painter_draw_text (&self->painter, snapshot, _ ("Start With a Block"), 20, PANGO_WEIGHT_BOLD,
                               &palette->text, x, y, room, WEIR_TEXT_MIDDLE, 1)
       + 8;
  weir_painter_draw_text (&self->painter, snapshot,
                          _ ("Double-click here, press Tab, or drag a block from the library."), 14,
                          PANGO_WEIGHT_NORMAL, &palette->dim_text, x, y, room, WEIR_TEXT_MIDDLE, 3);
}

void
weir_canvas_drop_painter (WeirCanvas *self)
{
  weir_painter_clear (&self->painter);
  if (self->scene != NULL)
    weir_scene_invalidate (self->scene);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* What comes into view next is drawn while there is nothing else to do, a few cards at a time: then panning only
 * arranges. */
static gboolean
prefetch_cb (gpointer user_data)
{
  WeirCanvas *self = user_data;
  WeirLod lod = weir_canvas_get_lod (self);
  graphene_rect_t around;
  guint before;

  if (self->scene == NULL || self->painter.context == NULL)
    {
      self->prefetch_id = 0;
      return G_SOURCE_REMOVE;
    }
  weir_viewport_get_visible (self->viewport, &around);
  graphene_rect_inset (&around, -around.size.width / 3, -around.size.height / 3);
  g_ptr_array_set_size (self->visible_cards, 0);
  weir_canvas_index_query (self->scene->card_index, &around, self->visible_cards);
  before = self->scene->n_nodes_made;
  for (guint i = 0; i < self->visible_cards->len && self->scene->n_nodes_made < before + 4; i++)
    weir_card_ensure_node (g_ptr_array_index (self->visible_cards, i), self->scene, &self->painter, lod);
  if (self->scene->n_nodes_made > before)
    return G_SOURCE_CONTINUE;
  self->prefetch_id = 0;
  return G_SOURCE_REMOVE;
}

void
weir_canvas_queue_prefetch (WeirCanvas *self)
{
  if (self->prefetch_id == 0)
    self->prefetch_id = g_idle_add_full (G_PRIORITY_LOW, prefetch_cb, self, NULL);
}

void
weir_canvas_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  WeirCanvas *self = WEIR_CANVAS (widget);
  double width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);

  if (self->painter.context == NULL)
    weir_painter_init (&self->painter, widget);
  gtk_snapshot_push_clip (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  snapshot_grid (self, snapshot, width, height);
  if (self->scene != NULL)
    {
      snapshot_scene (self, snapshot, width, height);
      if (self->link.card != NULL)
        weir_canvas_snapshot_link (self, snapshot);
      if (self->drag == WEIR_DRAG_BAND)
        snapshot_band (self, snapshot);
      if (self->scene->cards->len == 0 && self->scene->stickies->len == 0 && self->editable)
        snapshot_empty_hint (self, snapshot, width, height);
    }
  gtk_snapshot_pop (snapshot);
}
