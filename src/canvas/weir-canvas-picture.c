/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-canvas-scene.h"

#include <math.h>

/* What a canvas shows, for its tiles and for exported pictures. In tiles, lines and plain boxes are drawn by our own
 * rasterizer, cards that can be read by GTK's nodes; a picture is all nodes, which can be drawn to any format. */

#define HOP 5.0 /* how far a link goes around another that it crosses */

typedef struct
{
  WeirScene       *scene;
  WeirRaster      *raster;     /* of a tile, or */
  GtkSnapshot     *snapshot;   /* of a picture, at the scale of the plane */
  GPtrArray       *wires;      /* in this tile, lowest first */
  double           left, top;
  graphene_rect_t  around;     /* the tile and what reaches into it */
  double           scale;
  WeirLod          lod;
} Picture;

WeirLod
weir_canvas_lod_for_zoom (double zoom)
{
  return zoom >= 0.55 ? WEIR_LOD_FULL : zoom >= 0.28 ? WEIR_LOD_HEADER : zoom >= 0.12 ? WEIR_LOD_PLAIN : WEIR_LOD_DOT;
}

static int
wire_rank (const WeirWire *wire)
{
  return wire->selected ? 3 : wire->hovered ? 2 : wire->deliveries > 0 ? 1 : 0;
}

static int
compare_wires (gconstpointer a,
               gconstpointer b)
{
  const WeirWire *first = *(WeirWire *const *) a, *second = *(WeirWire *const *) b;
  int rank = wire_rank (first) - wire_rank (second);

  return rank != 0 ? rank : (int) first->order - (int) second->order;
}

static int
compare_cards (gconstpointer a,
               gconstpointer b)
{
  const WeirCard *first = *(WeirCard *const *) a, *second = *(WeirCard *const *) b;

  if ((first->inner != NULL) != (second->inner != NULL))
    return first->inner != NULL ? -1 : 1;
  return first->order < second->order ? -1 : first->order > second->order;
}

/* Where two pieces cross, away from their ends. */
static gboolean
find_crossing (const graphene_point_t *a,
               const graphene_point_t *b,
               const graphene_point_t *c,
               const graphene_point_t *d,
               graphene_point_t       *at)
{
  float ax = b->x - a->x, ay = b->y - a->y, cx = d->x - c->x, cy = d->y - c->y, turn = ax * cy - ay * cx, s, t;

  if (fabsf (turn) < 1e-3f)
    return FALSE;
  s = ((c->x - a->x) * cy - (c->y - a->y) * cx) / turn;
  t = ((c->x - a->x) * ay - (c->y - a->y) * ax) / turn;
  if (s <= 0 || s >= 1 || t <= 0 || t >= 1)
    return FALSE;
  *at = GRAPHENE_POINT_INIT (a->x + s * ax, a->y + s * ay);
  return TRUE;
}

static gboolean
share_a_port (const WeirWire *a,
              const WeirWire *b)
{
  return a->route.from_port == b->route.from_port || a->route.to_port == b->route.to_port;
}

static gboolean
is_near (const graphene_point_t *a,
         const graphene_point_t *b,
         double                  radius)
{
  return fabsf (a->x - b->x) < radius && fabsf (a->y - b->y) < radius;
}

static gboolean
boxes_meet (const graphene_point_t *a,
            const graphene_point_t *b,
            const graphene_point_t *c,
            const graphene_point_t *d)
{
  return MIN (a->x, b->x) <= MAX (c->x, d->x) && MIN (c->x, d->x) <= MAX (a->x, b->x)
         && MIN (a->y, b->y) <= MAX (c->y, d->y) && MIN (c->y, d->y) <= MAX (a->y, b->y);
}

static gboolean
is_near_an_end (const WeirWire         *wire,
                const graphene_point_t *at)
{
  return is_near (at, &wire->path[0], 14) || is_near (at, &wire->path[wire->n_path - 1], 14);
}

/* In a picture the gap is painted over what is there: frames, which are pale, show it. */
static void
leave_gap (Picture                *self,
           const graphene_point_t *at)
{
  double radius = HOP * 0.9;

  if (self->raster != NULL)
    weir_raster_erase (self->raster, (at->x - self->left) * self->scale, (at->y - self->top) * self->scale,
                       radius * self->scale);
  else
    weir_painter_fill_rounded (self->snapshot,
                               &GRAPHENE_RECT_INIT (at->x - radius, at->y - radius, 2 * radius, 2 * radius), radius,
                               &self->scene->painter->palette->background);
}

/* Gaps in @other where the piece from @a to @b of a link drawn later crosses it. */
static void
leave_gaps_in (Picture                *self,
               const WeirWire         *wire,
               const WeirWire         *other,
               const graphene_point_t *a,
               const graphene_point_t *b)
{
  for (guint q = 1; q < other->n_path; q++)
    {
      const graphene_point_t *c = &other->path[q - 1], *d = &other->path[q];
      graphene_point_t at;

      if (boxes_meet (a, b, c, d) && find_crossing (a, b, c, d, &at) && !is_near_an_end (wire, &at)
          && !is_near_an_end (other, &at))
        leave_gap (self, &at);
    }
}

static gboolean
box_meets (const graphene_point_t *a,
           const graphene_point_t *b,
           const graphene_rect_t  *rect)
{
  return MIN (a->x, b->x) <= rect->origin.x + rect->size.width && MAX (a->x, b->x) >= rect->origin.x
         && MIN (a->y, b->y) <= rect->origin.y + rect->size.height && MAX (a->y, b->y) >= rect->origin.y;
}

/* A link that is drawn later leaves a gap in those that it crosses. */
static void
leave_gaps (Picture  *self,
            WeirWire *wire,
            guint     place)
{
  for (guint p = 1; p < wire->n_path; p++)
    {
      const graphene_point_t *a = &wire->path[p - 1], *b = &wire->path[p];

      if (!box_meets (a, b, &self->around))
        continue;
      for (guint i = 0; i < place; i++)
        {
          WeirWire *other = g_ptr_array_index (self->wires, i);

          if (box_meets (a, b, &other->route.indexed.bounds) && !share_a_port (wire, other))
            leave_gaps_in (self, wire, other, a, b);
        }
    }
}

static int
compare_floats (gconstpointer a,
                gconstpointer b)
{
  float first = *(const float *) a, second = *(const float *) b;

  return first < second ? -1 : first > second;
}

/* Where upright pieces of other links cross the level piece from @a to @b, sorted. */
static void
find_hops (Picture                *self,
           WeirWire               *wire,
           const graphene_point_t *a,
           const graphene_point_t *b,
           GArray                 *hops)
{
  g_array_set_size (hops, 0);
  for (guint i = 0; i < self->wires->len; i++)
    {
      WeirWire *other = g_ptr_array_index (self->wires, i);

      if (!box_meets (a, b, &other->route.indexed.bounds) || share_a_port (wire, other))
        continue;
      for (guint q = 1; q < other->n_path; q++)
        {
          const graphene_point_t *c = &other->path[q - 1], *d = &other->path[q];
          graphene_point_t at;

          if (c->x == d->x && find_crossing (a, b, c, d, &at) && fabsf (at.x - a->x) > HOP + 2
              && fabsf (at.x - b->x) > HOP + 2)
            g_array_append_val (hops, at.x);
        }
    }
  g_array_sort (hops, compare_floats);
}

static void
add_hops (const graphene_point_t *a,
          const graphene_point_t *b,
          GArray                 *hops,
          GArray                 *line)
{
  gboolean back = b->x < a->x;
  double last = -G_MAXDOUBLE;

  for (guint i = 0; i < hops->len; i++)
    {
      double x = g_array_index (hops, float, back ? hops->len - 1 - i : i);

      /* Those that follow at once would be drawn over each other. */
      if (fabs (x - last) < 2 * HOP + 1)
        continue;
      last = x;
      for (int step = 0; step <= 6; step++)
        {
          double angle = G_PI * step / 6, to = cos (angle) * HOP * (back ? 1 : -1);
          graphene_point_t point = GRAPHENE_POINT_INIT (x + to, a->y - sin (angle) * HOP);

          g_array_append_val (line, point);
        }
    }
}

/* The path with a hop over each link that it crosses. */
static void
collect_line (Picture  *self,
              WeirWire *wire,
              gboolean  with_hops,
              GArray   *line)
{
  g_autoptr(GArray) hops = g_array_new (FALSE, FALSE, sizeof (float));

  g_array_append_val (line, wire->path[0]);
  for (guint i = 1; i < wire->n_path; i++)
    {
      const graphene_point_t *a = &wire->path[i - 1], *b = &wire->path[i];

      if (with_hops && a->y == b->y && fabsf (a->x - b->x) > 3 * HOP && box_meets (a, b, &self->around))
        {
          find_hops (self, wire, a, b, hops);
          add_hops (a, b, hops, line);
        }
      g_array_append_val (line, *b);
    }
  for (guint i = 0; i < line->len; i++)
    {
      graphene_point_t *point = &g_array_index (line, graphene_point_t, i);

      *point = GRAPHENE_POINT_INIT ((point->x - self->left) * self->scale, (point->y - self->top) * self->scale);
    }
}

static void
draw_line (Picture          *self,
           GArray           *line,
           const WeirStroke *stroke)
{
  const graphene_point_t *points = (const graphene_point_t *) line->data;
  g_autoptr(GskPathBuilder) builder = NULL;
  g_autoptr(GskPath) path = NULL;
  g_autoptr(GskStroke) pen = NULL;

  if (self->raster != NULL)
    {
      weir_raster_stroke (self->raster, points, line->len, stroke);
      return;
    }
  builder = gsk_path_builder_new ();
  gsk_path_builder_move_to (builder, points[0].x, points[0].y);
  for (guint i = 1; i < line->len; i++)
    gsk_path_builder_line_to (builder, points[i].x, points[i].y);
  path = gsk_path_builder_to_path (builder);
  pen = gsk_stroke_new (stroke->width);
  gsk_stroke_set_line_join (pen, GSK_LINE_JOIN_ROUND);
  if (stroke->dash > 0)
    gsk_stroke_set_dash (pen, (float[]) { stroke->dash * 0.6f, stroke->dash * 0.4f }, 2);
  gtk_snapshot_append_stroke (self->snapshot, path, pen, &stroke->colour);
}

static void
draw_wire (Picture  *self,
           WeirWire *wire,
           guint     place)
{
  static const double widths[WEIR_N_LODS] = { 2, 3, 5, 9 };
  WeirLinkStyle style = self->scene->router.style;
  gboolean dead = wire->shown && wire->closed && wire->deliveries == 0;
  gboolean hops = self->lod == WEIR_LOD_FULL && style == WEIR_LINK_STYLE_RIGHT_ANGLED;
  graphene_point_t corners[WEIR_ROUTE_MAX_CORNERS];
  WeirStroke stroke = { .colour = weir_wire_get_colour (wire) };
  g_autoptr(GArray) line = NULL;
  WeirMarkKind mark;

  stroke.width = widths[self->lod] * self->scale
                 * (wire->selected                        ? 1.5
                    : wire->shown && wire->deliveries > 0 ? 1.25
                    : dead                                ? 0.75
                                                          : 1);
  if (self->lod == WEIR_LOD_DOT)
    {
      for (guint i = 0; i < wire->route.n_corners; i++)
        corners[i] = GRAPHENE_POINT_INIT ((wire->route.corners[i].x - self->left) * self->scale,
                                          (wire->route.corners[i].y - self->top) * self->scale);
      weir_raster_stroke (self->raster, corners, wire->route.n_corners, &stroke);
      return;
    }
  if (self->lod <= WEIR_LOD_HEADER
      && (dead || wire->error || wire->side || (weir_mark_get (wire->link, &mark, NULL) && mark == WEIR_MARK_REMOVED)))
    stroke.dash = 8 * self->scale * (self->lod == WEIR_LOD_FULL ? 1 : 1.5);
  if (self->lod == WEIR_LOD_FULL && !hops)
    leave_gaps (self, wire, place);
  line = g_array_sized_new (FALSE, FALSE, sizeof (graphene_point_t), wire->n_path + 16);
  collect_line (self, wire, hops, line);
  draw_line (self, line, &stroke);
}

static void
draw_plain_card (Picture  *self,
                 WeirCard *card)
{
  const graphene_rect_t *rect = &card->indexed.bounds;
  double x = (rect->origin.x - self->left) * self->scale, y = (rect->origin.y - self->top) * self->scale;
  double width = rect->size.width * self->scale, height = rect->size.height * self->scale;
  GdkRGBA fill, hue;

  if (card->summary_stale)
    weir_scene_update_card_state (self->scene, card);
  if (card->selected)
    {
      double ring = (self->lod == WEIR_LOD_PLAIN ? 8 : 16) * self->scale;

      weir_raster_fill (self->raster, x - ring, y - ring, width + 2 * ring, height + 2 * ring,
                        &weir_canvas_palette_get ()->accent);
    }
  fill = weir_card_get_plain_fill (card);
  weir_raster_fill (self->raster, x, y, width, height, &fill);
  if (self->lod == WEIR_LOD_PLAIN && !card->shown)
    {
      hue = weir_canvas_kind_colour (weir_block_get_kind_id (card->block));
      weir_raster_fill (self->raster, x, y, 14 * self->scale, height, &hue);
    }
}

static void
draw_node (Picture       *self,
           GskRenderNode *node)
{
  if (node != NULL && self->raster != NULL)
    weir_raster_draw_node (self->raster, node, self->left, self->top, self->scale);
  else if (node != NULL)
    gtk_snapshot_append_node (self->snapshot, node);
}

static void
draw_notes (Picture *self)
{
  for (guint i = 0; i < self->scene->stickies->len; i++)
    {
      WeirSticky *sticky = g_ptr_array_index (self->scene->stickies, i);

      if (graphene_rect_intersection (&sticky->rect, &self->around, NULL))
        draw_node (self, weir_sticky_ensure_node (sticky, self->scene, self->scene->painter, self->lod));
    }
}

static void
draw_wires (Picture *self)
{
  for (guint i = 0; i < self->wires->len; i++)
    {
      WeirWire *wire = g_ptr_array_index (self->wires, i);

      if (wire->state_stale)
        weir_scene_update_wire_state (self->scene, wire);
    }
  g_ptr_array_sort (self->wires, compare_wires);
  for (guint i = 0; i < self->wires->len; i++)
    {
      WeirWire *wire = g_ptr_array_index (self->wires, i);

      if (!wire->hidden && !weir_link_is_leap (wire->link))
        draw_wire (self, wire, i);
    }
}

static void
draw_cards (Picture *self)
{
  g_autoptr(GPtrArray) cards = g_ptr_array_new ();

  weir_canvas_index_query (self->scene->card_index, &self->around, cards);
  g_ptr_array_sort (cards, compare_cards);
  for (guint i = 0; i < cards->len; i++)
    if (self->lod <= WEIR_LOD_HEADER)
      draw_node (self,
                 weir_card_ensure_node (g_ptr_array_index (cards, i), self->scene, self->scene->painter, self->lod));
    else
      draw_plain_card (self, g_ptr_array_index (cards, i));
}

static void
draw_chips (Picture *self)
{
  for (guint i = 0; i < self->wires->len; i++)
    draw_node (self, weir_wire_ensure_chip (g_ptr_array_index (self->wires, i), self->scene, self->scene->painter));
}

static void
draw_all (Picture *self)
{
  /* What reaches into the tile from outside: rings, hops. */
  graphene_rect_inset (&self->around, -16, -16);
  weir_canvas_index_query (self->scene->wire_index, &self->around, self->wires);
  draw_notes (self);
  draw_wires (self);
  draw_cards (self);
  if (self->lod <= WEIR_LOD_HEADER)
    draw_chips (self);
}

void
weir_scene_draw_tile (gpointer               user_data,
                      WeirRaster            *raster,
                      const graphene_rect_t *plane,
                      double                 scale,
                      double                 zoom)
{
  g_autoptr(GPtrArray) wires = g_ptr_array_new ();
  WeirScene *scene = user_data;
  Picture picture = { .scene = scene, .raster = raster, .wires = wires, .left = plane->origin.x,
                      .top = plane->origin.y, .around = *plane, .scale = scale,
                      .lod = weir_canvas_lod_for_zoom (zoom) };

  draw_all (&picture);
}

/* All that lies in a part of the plane, readable however small it will be shown. (transfer full) (nullable) */
GskRenderNode *
weir_scene_draw_picture (WeirScene             *self,
                         const graphene_rect_t *plane)
{
  g_autoptr(GPtrArray) wires = g_ptr_array_new ();
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  Picture picture = { .scene = self, .snapshot = snapshot, .wires = wires, .around = *plane, .scale = 1,
                      .lod = WEIR_LOD_FULL };

  gtk_snapshot_append_color (snapshot, &self->painter->palette->background, plane);
  draw_all (&picture);
  return gtk_snapshot_free_to_node (snapshot);
}
