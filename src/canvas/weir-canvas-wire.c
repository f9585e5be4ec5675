/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-canvas-scene.h"

#include <math.h>

#define CORNER 8.0
#define STUB   18.0  /* how far a link goes straight before it turns back */

/**
 * weir_wire_route_points:
 * @from: the output
 * @to: the input
 * @lane: how far aside the piece in the middle runs, so that links of neighbouring ports do not lie on each other
 * @points: (array fixed-size=6): filled in
 * @n_points: (out): how many
 *
 * Horizontal and vertical pieces between two ports: through the middle when the input lies ahead, around when it lies
 * behind.
 */
void
weir_wire_route_points (const graphene_point_t *from,
                        const graphene_point_t *to,
                        double                  lane,
                        graphene_point_t       *points,
                        guint                  *n_points)
{
  guint n = 0;

  points[n++] = *from;
  if (to->x - from->x >= 2 * CORNER)
    {
      if (fabsf (to->y - from->y) > 0.5f)
        {
          float room = (to->x - from->x) / 2 - CORNER;
          float middle = roundf ((from->x + to->x) / 2 + CLAMP (to->y > from->y ? -lane : lane, -room, room));

          points[n++] = GRAPHENE_POINT_INIT (middle, from->y);
          points[n++] = GRAPHENE_POINT_INIT (middle, to->y);
        }
    }
  else
    {
      float middle = fabsf (to->y - from->y) > 60 ? roundf ((from->y + to->y) / 2) : MAX (from->y, to->y) + 76;

      points[n++] = GRAPHENE_POINT_INIT (from->x + STUB, from->y);
      points[n++] = GRAPHENE_POINT_INIT (from->x + STUB, middle);
      points[n++] = GRAPHENE_POINT_INIT (to->x - STUB, middle);
      points[n++] = GRAPHENE_POINT_INIT (to->x - STUB, to->y);
    }
  points[n++] = *to;
  *n_points = n;
}

void
weir_wire_drop_nodes (WeirWire *self)
{
  for (int i = 0; i < WEIR_N_LODS; i++)
    g_clear_pointer (&self->nodes[i], gsk_render_node_unref);
  g_clear_pointer (&self->chip_node, gsk_render_node_unref);
}

/* Where a chip belongs: the middle of the middle piece. */
static graphene_point_t
find_middle (WeirWire *self)
{
  guint best = self->n_points / 2 - 1;

  return GRAPHENE_POINT_INIT ((self->points[best].x + self->points[best + 1].x) / 2,
                              (self->points[best].y + self->points[best + 1].y) / 2);
}

/* Each output of a block has a lane of its own. */
static double
find_lane (WeirWire      *self,
           const WeirPin *out)
{
  guint n = 0, place = 0;

  for (guint i = 0; out != NULL && i < self->source->pins->len; i++)
    {
      const WeirPin *pin = &g_array_index (self->source->pins, WeirPin, i);

      if (pin->input || pin->implicit)
        continue;
      if (pin == out)
        place = n;
      n++;
    }
  return n > 1 && !out->implicit ? (place - (n - 1) / 2.0) * 7 : 0;
}

void
weir_wire_route (WeirWire *self)
{
  const WeirPin *out = weir_card_find_pin (self->source, weir_link_get_source_port (self->link), FALSE);
  const WeirPin *in = weir_card_find_pin (self->target, weir_link_get_target_port (self->link), TRUE);
  const graphene_rect_t *a = &self->source->indexed.bounds, *b = &self->target->indexed.bounds;
  /* A port that is no more (the settings changed): its link hangs at the middle of the card's edge until it is
   * removed. */
  graphene_point_t from = GRAPHENE_POINT_INIT (a->origin.x + a->size.width,
                                               a->origin.y + (out ? out->y : a->size.height / 2));
  graphene_point_t to = GRAPHENE_POINT_INIT (b->origin.x, b->origin.y + (in ? in->y : b->size.height / 2));
  const char *when = weir_link_get_when (self->link);
  graphene_point_t middle;

  weir_wire_route_points (&from, &to, find_lane (self, out), self->points, &self->n_points);
  self->error = g_str_equal (weir_link_get_source_port (self->link), "error");
  self->side = out != NULL && out->side;

  graphene_rect_init (&self->indexed.bounds, from.x, from.y, 0, 0);
  for (guint i = 1; i < self->n_points; i++)
    graphene_rect_expand (&self->indexed.bounds, &self->points[i], &self->indexed.bounds);
  middle = find_middle (self);
  self->chip = GRAPHENE_RECT_INIT (0, 0, 0, 0);
  if (when != NULL || weir_link_is_feedback (self->link))
    {
      /* Hardly wider than the gap that it stands in; the inspector has the whole condition. */
      double room = CLAMP (to.x - from.x + 12, 56, 120);
      double width = when == NULL ? 22 : CLAMP (g_utf8_strlen (when, -1) * 5.6 + 18, 40, room);

      self->chip = GRAPHENE_RECT_INIT (middle.x - width / 2, middle.y - 10, width, 20);
      graphene_rect_union (&self->indexed.bounds, &self->chip, &self->indexed.bounds);
    }
  graphene_rect_inset (&self->indexed.bounds, -8, -8);
  weir_wire_drop_nodes (self);
}

static void
draw_piece (GtkSnapshot      *snapshot,
            graphene_point_t  a,
            graphene_point_t  b,
            double            width,
            const GdkRGBA    *colour,
            gboolean          dashed)
{
  graphene_rect_t rect;
  GdkRGBA clear = { colour->red, colour->green, colour->blue, 0 };
  const GskColorStop stops[] = { { 0, *colour }, { 0.6f, *colour }, { 0.6f, clear }, { 1, clear } };
  float period = 4 * width;

  graphene_rect_init (&rect, MIN (a.x, b.x) - (a.x == b.x ? width / 2 : 0),
                      MIN (a.y, b.y) - (a.x == b.x ? 0 : width / 2), a.x == b.x ? width : fabsf (a.x - b.x),
                      a.x == b.x ? fabsf (a.y - b.y) : width);
  if (rect.size.width <= 0 || rect.size.height <= 0)
    return;
  if (dashed)
    gtk_snapshot_append_repeating_linear_gradient (snapshot, &rect, &rect.origin,
                                                   a.x == b.x
                                                     ? &GRAPHENE_POINT_INIT (rect.origin.x, rect.origin.y + period)
                                                     : &GRAPHENE_POINT_INIT (rect.origin.x + period, rect.origin.y),
                                                   stops, G_N_ELEMENTS (stops));
  else
    gtk_snapshot_append_color (snapshot, colour, &rect);
}

/* A quarter of a ring as a border node: two edges of a box and the round corner between them. */
static void
draw_corner (GtkSnapshot            *snapshot,
             const graphene_point_t *before,
             const graphene_point_t *at,
             const graphene_point_t *after,
             double                  radius,
             double                  width,
             const GdkRGBA          *colour)
{
  const graphene_point_t *across = before->y == at->y ? before : after;
  const graphene_point_t *along = before->y == at->y ? after : before;
  gboolean to_left = across->x < at->x, to_top = along->y < at->y;
  double half = width / 2;
  GskRoundedRect box;
  float widths[4] = { to_top ? 0 : width, to_left ? width : 0, to_top ? width : 0, to_left ? 0 : width };
  const GdkRGBA colours[4] = { *colour, *colour, *colour, *colour };
  graphene_rect_t rect = GRAPHENE_RECT_INIT (to_left ? at->x - radius : at->x - half,
                                             to_top ? at->y - radius : at->y - half, radius + half, radius + half);
  GskCorner corner = to_top ? (to_left ? GSK_CORNER_BOTTOM_RIGHT : GSK_CORNER_BOTTOM_LEFT)
                            : (to_left ? GSK_CORNER_TOP_RIGHT : GSK_CORNER_TOP_LEFT);

  gsk_rounded_rect_init_from_rect (&box, &rect, 0);
  box.corner[corner] = GRAPHENE_SIZE_INIT (radius + half, radius + half);
  gtk_snapshot_append_border (snapshot, &box, widths, colours);
}

static float
piece_length (const graphene_point_t *a,
              const graphene_point_t *b)
{
  return fabsf (a->x - b->x) + fabsf (a->y - b->y);
}

static graphene_point_t
move_towards (const graphene_point_t *from,
              const graphene_point_t *to,
              double                  distance)
{
  double length = MAX (piece_length (from, to), 0.001);

  return GRAPHENE_POINT_INIT (from->x + (to->x - from->x) * distance / length,
                              from->y + (to->y - from->y) * distance / length);
}

static void
draw_line (WeirWire      *self,
           GtkSnapshot   *snapshot,
           double         width,
           const GdkRGBA *colour,
           gboolean       dashed,
           gboolean       rounded)
{
  graphene_point_t start = self->points[0];

  for (guint i = 1; i < self->n_points; i++)
    {
      const graphene_point_t *at = &self->points[i];
      double radius = 0;

      if (i + 1 < self->n_points && rounded)
        radius = MIN (CORNER,
                      MIN (piece_length (&self->points[i - 1], at), piece_length (at, &self->points[i + 1])) / 2);
      draw_piece (snapshot, start, radius > 0 ? move_towards (at, &start, radius) : *at, width, colour, dashed);
      if (radius > 0)
        {
          draw_corner (snapshot, &self->points[i - 1], at, &self->points[i + 1], radius, width, colour);
          start = move_towards (at, &self->points[i + 1], radius);
        }
      else
        start = *at;
    }
}

static GdkRGBA
pick_colour (WeirWire                *self,
             const WeirCanvasPalette *palette)
{
  if (self->selected)
    return palette->accent;
  if (self->shown && self->deliveries > 0)
    return self->error ? palette->failure : self->to_live ? palette->accent : palette->success;
  if (self->shown && self->closed)
    return palette->link_dead;
  if (self->hovered)
    return weir_canvas_mix (&palette->link, &palette->text, 0.6);
  return self->error ? palette->link_error : palette->link;
}

static void
draw_chip (WeirWire      *self,
           WeirPainter   *painter,
           GtkSnapshot   *snapshot,
           const GdkRGBA *colour,
           gboolean       dead)
{
  const WeirCanvasPalette *palette = painter->palette;
  const char *when = weir_link_get_when (self->link);

  weir_painter_fill_rounded (snapshot, &self->chip, 10, &palette->card);
  weir_painter_outline (snapshot, &self->chip, 10, 1.2, colour);
  if (when != NULL)
    weir_painter_draw_text (painter, snapshot, when, 10.5, PANGO_WEIGHT_NORMAL,
                            dead ? &palette->dim_text : &palette->text, self->chip.origin.x + 8,
                            self->chip.origin.y + 3, self->chip.size.width - 16, WEIR_TEXT_MIDDLE, 1);
  else
    weir_painter_draw_icon (painter, snapshot, "media-playlist-repeat-symbolic", "view-refresh-symbolic", colour,
                            self->chip.origin.x + 5, self->chip.origin.y + 4, 12);
}

/**
 * weir_wire_ensure_node:
 * @self: a wire
 * @scene: its scene
 * @painter: text, icons and colours
 * @lod: how much to draw
 *
 * Rectangles and small corners only: strokes would be drawn anew by the processor in every frame.
 *
 * Returns: (transfer none) (nullable): the kept node, in plane coordinates
 */
GskRenderNode *
weir_wire_ensure_node (WeirWire    *self,
                       WeirScene   *scene,
                       WeirPainter *painter,
                       WeirLod      lod)
{
  static const double widths[WEIR_N_LODS] = { 2, 3, 5, 9 };
  GtkSnapshot *snapshot;
  GdkRGBA colour;
  gboolean dead, dashed;

  if (self->state_stale)
    weir_scene_update_wire_state (scene, self);
  if (self->nodes[lod] != NULL)
    return self->nodes[lod];

  scene->n_nodes_made++;
  snapshot = gtk_snapshot_new ();
  colour = pick_colour (self, painter->palette);
  dead = self->shown && self->closed && self->deliveries == 0;
  dashed = lod <= WEIR_LOD_HEADER && (dead || self->error || self->side);
  draw_line (self, snapshot,
             widths[lod]
               * (self->selected                        ? 1.5
                  : self->shown && self->deliveries > 0 ? 1.25
                  : dead                                ? 0.75
                                                        : 1),
             &colour, dashed, lod <= WEIR_LOD_HEADER && !dashed);
  self->nodes[lod] = gtk_snapshot_free_to_node (snapshot);
  return self->nodes[lod];
}

GskRenderNode *
weir_wire_ensure_chip (WeirWire    *self,
                       WeirScene   *scene,
                       WeirPainter *painter)
{
  GtkSnapshot *snapshot;
  GdkRGBA colour;

  if (self->chip.size.width == 0 || self->chip_node != NULL)
    return self->chip_node;
  scene->n_nodes_made++;
  snapshot = gtk_snapshot_new ();
  colour = pick_colour (self, painter->palette);
  draw_chip (self, painter, snapshot, &colour, self->shown && self->closed && self->deliveries == 0);
  self->chip_node = gtk_snapshot_free_to_node (snapshot);
  return self->chip_node;
}

double
weir_wire_distance (WeirWire *self,
                    double    x,
                    double    y)
{
  double best = G_MAXDOUBLE;

  if (self->chip.size.width > 0 && graphene_rect_contains_point (&self->chip, &GRAPHENE_POINT_INIT (x, y)))
    return 0;
  for (guint i = 1; i < self->n_points; i++)
    {
      const graphene_point_t *a = &self->points[i - 1], *b = &self->points[i];
      double dx = MAX (MAX (MIN (a->x, b->x) - x, 0), x - MAX (a->x, b->x));
      double dy = MAX (MAX (MIN (a->y, b->y) - y, 0), y - MAX (a->y, b->y));

      best = MIN (best, hypot (dx, dy));
    }
  return best;
}
