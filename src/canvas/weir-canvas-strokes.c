/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>

#include "weir-canvas-private.h"

/* What is drawn by hand over the canvas: a lasso around blocks (Alt and drag on nothing), a cut through links (Ctrl and
 * drag with the right button), dots on links (Shift and drag with the right button). */

#define PORTAL_KIND "flow.portal"

void
weir_canvas_begin_stroke (WeirCanvas   *self,
                          WeirDragMode  mode)
{
  graphene_point_t start = GRAPHENE_POINT_INIT (self->press_plane_x, self->press_plane_y);

  g_array_set_size (self->stroke, 0);
  g_array_append_val (self->stroke, start);
  self->drag = mode;
  weir_canvas_set_cursor (self, mode == WEIR_DRAG_LASSO ? "crosshair" : "cell");
}

void
weir_canvas_extend_stroke (WeirCanvas *self)
{
  double x, y;
  graphene_point_t point;

  weir_viewport_to_plane (self->viewport, self->pointer_x, self->pointer_y, &x, &y);
  point = GRAPHENE_POINT_INIT (x, y);
  g_array_append_val (self->stroke, point);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static graphene_rect_t
get_stroke_bounds (WeirCanvas *self)
{
  graphene_rect_t bounds = { g_array_index (self->stroke, graphene_point_t, 0), { 0, 0 } };

  for (guint i = 1; i < self->stroke->len; i++)
    graphene_rect_expand (&bounds, &g_array_index (self->stroke, graphene_point_t, i), &bounds);
  graphene_rect_inset (&bounds, -0.5f, -0.5f);
  return bounds;
}

/* Whether the closed stroke goes around a point. */
static gboolean
is_inside (GArray                 *stroke,
           const graphene_point_t *at)
{
  gboolean inside = FALSE;

  for (guint i = 0, j = stroke->len - 1; i < stroke->len; j = i++)
    {
      const graphene_point_t *a = &g_array_index (stroke, graphene_point_t, i);
      const graphene_point_t *b = &g_array_index (stroke, graphene_point_t, j);

      if ((a->y > at->y) != (b->y > at->y) && at->x < (b->x - a->x) * (at->y - a->y) / (b->y - a->y) + a->x)
        inside = !inside;
    }
  return inside;
}

static void
select_inside (WeirCanvas *self)
{
  g_autoptr(GPtrArray) found = g_ptr_array_new ();
  graphene_rect_t bounds = get_stroke_bounds (self);
  gboolean extend = (self->press_modifiers & (GDK_CONTROL_MASK | GDK_SHIFT_MASK)) != 0;

  if (!extend)
    weir_canvas_clear_selection (self);
  weir_canvas_index_query (self->scene->card_index, &bounds, found);
  for (guint i = 0; i < found->len; i++)
    {
      WeirCard *card = g_ptr_array_index (found, i);
      const graphene_rect_t *rect = &card->indexed.bounds;

      if (is_inside (self->stroke, &GRAPHENE_POINT_INIT (rect->origin.x + rect->size.width / 2,
                                                         rect->origin.y + rect->size.height / 2)))
        weir_canvas_select_block (self, card->block, TRUE);
    }
}

static gboolean
pieces_cross (const graphene_point_t *a,
              const graphene_point_t *b,
              const graphene_point_t *c,
              const graphene_point_t *d,
              graphene_point_t       *at)
{
  float ax = b->x - a->x, ay = b->y - a->y, cx = d->x - c->x, cy = d->y - c->y, turn = ax * cy - ay * cx, s, t;

  if (turn == 0)
    return FALSE;
  s = ((c->x - a->x) * cy - (c->y - a->y) * cx) / turn;
  t = ((c->x - a->x) * ay - (c->y - a->y) * ax) / turn;
  *at = GRAPHENE_POINT_INIT (a->x + s * ax, a->y + s * ay);
  return s >= 0 && s <= 1 && t >= 0 && t <= 1;
}

/* Where the stroke first goes over a link. */
static gboolean
finds_crossing (WeirCanvas       *self,
                WeirWire         *wire,
                graphene_point_t *at)
{
  for (guint i = 1; i < self->stroke->len; i++)
    for (guint p = 1; p < wire->n_path; p++)
      if (pieces_cross (&g_array_index (self->stroke, graphene_point_t, i - 1),
                        &g_array_index (self->stroke, graphene_point_t, i), &wire->path[p - 1], &wire->path[p], at))
        return TRUE;
  return FALSE;
}

static void
cut_links (WeirCanvas *self)
{
  g_autoptr(GPtrArray) found = g_ptr_array_new (), links = g_ptr_array_new_with_free_func (g_object_unref);
  graphene_rect_t bounds = get_stroke_bounds (self);
  g_autofree char *text = NULL;
  graphene_point_t at;

  weir_canvas_index_query (self->scene->wire_index, &bounds, found);
  for (guint i = 0; i < found->len; i++)
    if (finds_crossing (self, g_ptr_array_index (found, i), &at))
      g_ptr_array_add (links, g_object_ref (((WeirWire *) g_ptr_array_index (found, i))->link));
  if (links->len == 0)
    return;
  weir_workflow_begin_edit (self->workflow, _("Cut Links"));
  for (guint i = 0; i < links->len; i++)
    weir_workflow_remove_link (self->workflow, g_ptr_array_index (links, i));
  weir_workflow_end_edit (self->workflow);
  text = g_strdup_printf (ngettext ("%u link cut", "%u links cut", links->len), links->len);
  weir_canvas_announce (self, text);
}

/**
 * weir_canvas_put_dot:
 * @self: a canvas
 * @link: one of its links
 * @x: middle of the dot, in the plane
 * @y: middle of the dot, in the plane
 *
 * Leads a link through a dot: a block that passes on what it gets. To be called within an edit.
 *
 * Returns: (transfer none) (nullable): the dot
 */
WeirBlock *
weir_canvas_put_dot (WeirCanvas *self,
                     WeirLink   *link,
                     double      x,
                     double      y)
{
  g_autoptr(GError) error = NULL;
  WeirBlock *dot = weir_workflow_add_block (self->workflow, self->graph, NULL, PORTAL_KIND, NULL,
                                            weir_canvas_snap (x - WEIR_DOT_SIZE / 2),
                                            weir_canvas_snap (y - WEIR_DOT_SIZE / 2), &error);

  if (dot == NULL || !weir_canvas_insert_into_link (self, dot, link))
    {
      weir_canvas_say (self, error != NULL ? error->message : _("The link cannot be led through a dot"));
      if (dot != NULL)
        weir_workflow_remove_block (self->workflow, dot);
      return NULL;
    }
  return dot;
}

static void
put_dots (WeirCanvas *self)
{
  g_autoptr(GPtrArray) found = g_ptr_array_new ();
  g_autoptr(GArray) places = g_array_new (FALSE, FALSE, sizeof (graphene_point_t));
  g_autoptr(GPtrArray) links = g_ptr_array_new_with_free_func (g_object_unref);
  graphene_rect_t bounds = get_stroke_bounds (self);
  graphene_point_t at;

  weir_canvas_index_query (self->scene->wire_index, &bounds, found);
  for (guint i = 0; i < found->len; i++)
    if (finds_crossing (self, g_ptr_array_index (found, i), &at))
      {
        g_ptr_array_add (links, g_object_ref (((WeirWire *) g_ptr_array_index (found, i))->link));
        g_array_append_val (places, at);
      }
  if (links->len == 0)
    return;
  weir_workflow_begin_edit (self->workflow, _("Add Dot"));
  for (guint i = 0; i < links->len; i++)
    {
      at = g_array_index (places, graphene_point_t, i);
      weir_canvas_put_dot (self, g_ptr_array_index (links, i), at.x, at.y);
    }
  weir_workflow_end_edit (self->workflow);
}

void
weir_canvas_end_stroke (WeirCanvas   *self,
                        WeirDragMode  mode)
{
  if (self->stroke->len < 2)
    return;
  weir_scene_lay_wires (self->scene);
  if (mode == WEIR_DRAG_LASSO)
    select_inside (self);
  else if (mode == WEIR_DRAG_CUT)
    cut_links (self);
  else
    put_dots (self);
}

/* In view coordinates. */
void
weir_canvas_snapshot_stroke (WeirCanvas  *self,
                             GtkSnapshot *snapshot)
{
  g_autoptr(GskPathBuilder) builder = gsk_path_builder_new ();
  g_autoptr(GskPath) path = NULL;
  const WeirCanvasPalette *palette = self->painter.palette;
  GdkRGBA fill = palette->accent;
  GskStroke *stroke = gsk_stroke_new (self->drag == WEIR_DRAG_LASSO ? 1.5 : 2);

  for (guint i = 0; i < self->stroke->len; i++)
    {
      const graphene_point_t *point = &g_array_index (self->stroke, graphene_point_t, i);
      double x, y;

      weir_viewport_to_view (self->viewport, point->x, point->y, &x, &y);
      if (i == 0)
        gsk_path_builder_move_to (builder, x, y);
      else
        gsk_path_builder_line_to (builder, x, y);
    }
  path = gsk_path_builder_to_path (builder);
  gsk_stroke_set_dash (stroke, (const float[]) { 6, 4 }, self->drag == WEIR_DRAG_DOTS ? 0 : 2);
  fill.alpha = 0.14f;
  if (self->drag == WEIR_DRAG_LASSO)
    gtk_snapshot_append_fill (snapshot, path, GSK_FILL_RULE_WINDING, &fill);
  gtk_snapshot_append_stroke (snapshot, path, stroke,
                              self->drag == WEIR_DRAG_CUT ? &palette->failure : &palette->accent);
  gsk_stroke_free (stroke);
}
