/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-canvas-route.h"

#include <math.h>

#define STUB 18.0       /* how far a link goes straight before it turns back */
#define MARGIN 10.0     /* between a link and a block that it goes around */
#define SIGHT 160.0     /* blocks this far beside the straight way are thought of */
#define LANE 7.0        /* between links that run side by side */
#define TURN 16.0       /* what a corner is worth in length */
#define COLLISION 900.0 /* what going through a block is worth */
#define MAX_TRIES 24    /* heights and columns that are tried */

GType
weir_link_style_get_type (void)
{
  static gsize type;
  static const GEnumValue values[] = {
    { WEIR_LINK_STYLE_CURVED, "WEIR_LINK_STYLE_CURVED", "curved" },
    { WEIR_LINK_STYLE_RIGHT_ANGLED, "WEIR_LINK_STYLE_RIGHT_ANGLED", "right-angled" },
    { WEIR_LINK_STYLE_STRAIGHT, "WEIR_LINK_STYLE_STRAIGHT", "straight" },
    { 0 },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("WeirLinkStyle", values));
  return type;
}

typedef struct
{
  const WeirRouteEnds *ends;
  GPtrArray           *blocks;                           /* near the way */
  graphene_point_t     corners[WEIR_ROUTE_MAX_CORNERS];
  guint                n_corners;
  double               cost;                             /* of the best so far */
  gboolean             clear;                            /* it goes through no block */
} Search;

/* Curves */

static double
find_bend (const WeirRouteEnds *ends)
{
  return CLAMP (fabsf (ends->to.x - ends->from.x) / 2, 30, 220);
}

static guint
flatten_curve (const graphene_point_t *a,
               const graphene_point_t *d,
               double                  bend,
               graphene_point_t       *points)
{
  graphene_point_t b = GRAPHENE_POINT_INIT (a->x + bend, a->y), c = GRAPHENE_POINT_INIT (d->x - bend, d->y);
  guint n = (guint) CLAMP ((fabsf (a->x - d->x) + fabsf (a->y - d->y)) / 14, 6, 28);

  if (fabsf (a->y - d->y) < 0.5f && d->x > a->x)
    n = 1;
  for (guint i = 0; i <= n; i++)
    {
      double t = (double) i / n, s = 1 - t;

      points[i] = GRAPHENE_POINT_INIT (s * s * s * a->x + 3 * s * s * t * b.x + 3 * s * t * t * c.x + t * t * t * d->x,
                                       s * s * s * a->y + 3 * s * s * t * b.y + 3 * s * t * t * c.y + t * t * t * d->y);
    }
  return n + 1;
}

/* Lines against blocks */

/* A box by its edges: most lines are told apart from it by four comparisons. */
static gboolean
line_crosses_box (const graphene_point_t *a,
                  const graphene_point_t *b,
                  float                   left,
                  float                   top,
                  float                   right,
                  float                   bottom)
{
  float dx = b->x - a->x, dy = b->y - a->y, from = 0, to = 1, enter, leave;

  if (MAX (a->x, b->x) <= left || MIN (a->x, b->x) >= right || MAX (a->y, b->y) <= top || MIN (a->y, b->y) >= bottom)
    return FALSE;
  if (fabsf (dx) < 1e-4f || fabsf (dy) < 1e-4f)
    return TRUE;
  enter = (left - a->x) / dx;
  leave = (right - a->x) / dx;
  from = MAX (from, MIN (enter, leave));
  to = MIN (to, MAX (enter, leave));
  enter = (top - a->y) / dy;
  leave = (bottom - a->y) / dy;
  from = MAX (from, MIN (enter, leave));
  to = MIN (to, MAX (enter, leave));
  return from < to;
}

gboolean
weir_route_line_crosses (const graphene_point_t *a,
                         const graphene_point_t *b,
                         const graphene_rect_t  *rect)
{
  return line_crosses_box (a, b, rect->origin.x, rect->origin.y, rect->origin.x + rect->size.width,
                           rect->origin.y + rect->size.height);
}

/* The blocks at the ends are not kept away from, only not gone through. */
static gboolean
piece_collides (const WeirRouteEnds    *ends,
                const WeirIndexed      *block,
                const graphene_point_t *a,
                const graphene_point_t *b)
{
  float margin = block != ends->source && block != ends->target ? MARGIN - 1 : 0;
  const graphene_rect_t *rect = &block->bounds;

  return line_crosses_box (a, b, rect->origin.x - margin, rect->origin.y - margin,
                           rect->origin.x + rect->size.width + margin, rect->origin.y + rect->size.height + margin);
}

static gboolean
line_is_clear (const WeirRouteEnds    *ends,
               GPtrArray              *blocks,
               const graphene_point_t *points,
               guint                   n_points)
{
  for (guint i = 0; i < blocks->len; i++)
    for (guint p = 1; p < n_points; p++)
      if (piece_collides (ends, g_ptr_array_index (blocks, i), &points[p - 1], &points[p]))
        return FALSE;
  return TRUE;
}

static void
find_blocks (WeirRouter          *router,
             const WeirRouteEnds *ends,
             double               around)
{
  graphene_rect_t box = GRAPHENE_RECT_INIT (ends->from.x, ends->from.y, 0, 0);

  graphene_rect_expand (&box, &ends->to, &box);
  graphene_rect_inset (&box, -around, -around);
  g_ptr_array_set_size (router->found, 0);
  weir_canvas_index_query (router->blocks, &box, router->found);
}

/* Ways with right angles */

static void
try_way (Search                 *self,
         const graphene_point_t *corners,
         guint                   n_corners)
{
  double cost = n_corners * TURN;
  gboolean clear = TRUE;

  for (guint i = 1; i < n_corners; i++)
    cost += fabsf (corners[i].x - corners[i - 1].x) + fabsf (corners[i].y - corners[i - 1].y);
  for (guint b = 0; b < self->blocks->len && cost < self->cost; b++)
    for (guint i = 1; i < n_corners; i++)
      if (piece_collides (self->ends, g_ptr_array_index (self->blocks, b), &corners[i - 1], &corners[i]))
        {
          cost += COLLISION;
          clear = FALSE;
        }
  if (cost >= self->cost)
    return;
  memcpy (self->corners, corners, n_corners * sizeof *corners);
  self->n_corners = n_corners;
  self->cost = cost;
  self->clear = clear;
}

/* Across, up or down in one column, across. */
static void
try_column (Search *self,
            double  x)
{
  const graphene_point_t *from = &self->ends->from, *to = &self->ends->to;
  const graphene_point_t corners[] = { *from, GRAPHENE_POINT_INIT (x, from->y), GRAPHENE_POINT_INIT (x, to->y), *to };

  if (x >= from->x + MARGIN && x <= to->x - MARGIN)
    try_way (self, corners, G_N_ELEMENTS (corners));
}

/* Out, up or down, along a height, up or down, in. */
static void
try_height (Search *self,
            double  y)
{
  const graphene_point_t *from = &self->ends->from, *to = &self->ends->to;
  double out = from->x + STUB + fabs (self->ends->lane), in = to->x - STUB - fabs (self->ends->lane);
  const graphene_point_t corners[] = { *from,
                                       GRAPHENE_POINT_INIT (out, from->y),
                                       GRAPHENE_POINT_INIT (out, y),
                                       GRAPHENE_POINT_INIT (in, y),
                                       GRAPHENE_POINT_INIT (in, to->y),
                                       *to };

  try_way (self, corners, G_N_ELEMENTS (corners));
}

static void
make_straight (WeirRoute           *self,
               const WeirRouteEnds *ends)
{
  self->corners[0] = ends->from;
  self->corners[1] = ends->to;
  self->n_corners = 2;
}

/* Through the middle when the input lies ahead, around when it lies behind. */
static void
make_right_angled (WeirRoute           *self,
                   const WeirRouteEnds *ends)
{
  const graphene_point_t *from = &ends->from, *to = &ends->to;
  guint n = 0;

  self->corners[n++] = *from;
  if (to->x - from->x >= 2 * MARGIN)
    {
      if (fabsf (to->y - from->y) > 0.5f)
        {
          float room = (to->x - from->x) / 2 - MARGIN;
          float middle = roundf ((from->x + to->x) / 2
                                 + CLAMP (to->y > from->y ? -ends->lane : ends->lane, -room, room));

          self->corners[n++] = GRAPHENE_POINT_INIT (middle, from->y);
          self->corners[n++] = GRAPHENE_POINT_INIT (middle, to->y);
        }
    }
  else
    {
      float middle = fabsf (to->y - from->y) > 60 ? roundf ((from->y + to->y) / 2) : MAX (from->y, to->y) + 76;

      self->corners[n++] = GRAPHENE_POINT_INIT (from->x + STUB, from->y);
      self->corners[n++] = GRAPHENE_POINT_INIT (from->x + STUB, middle);
      self->corners[n++] = GRAPHENE_POINT_INIT (to->x - STUB, middle);
      self->corners[n++] = GRAPHENE_POINT_INIT (to->x - STUB, to->y);
    }
  self->corners[n++] = *to;
  self->n_corners = n;
}

void
weir_route_direct (WeirRoute           *self,
                   WeirLinkStyle        style,
                   const WeirRouteEnds *ends)
{
  gboolean ahead = ends->to.x - ends->from.x >= 2 * MARGIN;

  self->curved = style == WEIR_LINK_STYLE_CURVED && ahead;
  if (self->curved || (style == WEIR_LINK_STYLE_STRAIGHT && ahead))
    make_straight (self, ends);
  else
    make_right_angled (self, ends);
}

static void
search_detour (Search *self)
{
  guint n = MIN (self->blocks->len, MAX_TRIES);

  for (guint i = 0; i < n; i++)
    {
      const graphene_rect_t *rect = &((WeirIndexed *) g_ptr_array_index (self->blocks, i))->bounds;

      try_column (self, rect->origin.x - MARGIN);
      try_column (self, rect->origin.x + rect->size.width + MARGIN);
    }
  for (guint i = 0; i < n && !(self->clear && self->n_corners <= 4); i++)
    {
      const graphene_rect_t *rect = &((WeirIndexed *) g_ptr_array_index (self->blocks, i))->bounds;

      try_height (self, rect->origin.y - MARGIN);
      try_height (self, rect->origin.y + rect->size.height + MARGIN);
    }
}

/* Beside other links */

/* Whether two pieces, both upright or both level, lie on each other for longer than a crossing. */
static gboolean
pieces_overlap (const graphene_point_t *a,
                const graphene_point_t *b,
                const graphene_point_t *c,
                const graphene_point_t *d)
{
  if (a->x == b->x && c->x == d->x && fabsf (a->x - c->x) < LANE - 2)
    return MIN (MAX (a->y, b->y), MAX (c->y, d->y)) - MAX (MIN (a->y, b->y), MIN (c->y, d->y)) > 4;
  if (a->y == b->y && c->y == d->y && fabsf (a->y - c->y) < LANE - 2)
    return MIN (MAX (a->x, b->x), MAX (c->x, d->x)) - MAX (MIN (a->x, b->x), MIN (c->x, d->x)) > 4;
  return FALSE;
}

static gboolean
piece_is_taken (WeirRoute              *self,
                WeirRouter             *router,
                const graphene_point_t *a,
                const graphene_point_t *b)
{
  graphene_rect_t box = GRAPHENE_RECT_INIT (a->x, a->y, 0, 0);

  graphene_rect_expand (&box, b, &box);
  graphene_rect_inset (&box, -LANE, -LANE);
  g_ptr_array_set_size (router->found, 0);
  weir_canvas_index_query (router->routes, &box, router->found);
  for (guint i = 0; i < router->found->len; i++)
    {
      const WeirRoute *other = g_ptr_array_index (router->found, i);

      if (other == self || other->curved || other->from_port == self->from_port || other->to_port == self->to_port)
        continue;
      for (guint p = 1; p < other->n_corners; p++)
        if (pieces_overlap (a, b, &other->corners[p - 1], &other->corners[p]))
          return TRUE;
    }
  return FALSE;
}

/* Moves a piece between two corners aside until it lies on no other link, at most a few lanes. */
static void
move_aside (WeirRoute           *self,
            WeirRouter          *router,
            const WeirRouteEnds *ends,
            guint                piece)
{
  static const int lanes[] = { 0, 1, -1, 2, -2, 3, -3, 4, -4 };
  const graphene_point_t a = self->corners[piece], b = self->corners[piece + 1];
  gboolean upright = a.x == b.x;

  for (guint i = 0; i < G_N_ELEMENTS (lanes); i++)
    {
      double by = lanes[i] * LANE;
      graphene_point_t c = GRAPHENE_POINT_INIT (a.x + (upright ? by : 0), a.y + (upright ? 0 : by));
      graphene_point_t d = GRAPHENE_POINT_INIT (b.x + (upright ? by : 0), b.y + (upright ? 0 : by));

      if (upright && piece == 1 && c.x < ends->from.x + MARGIN)
        continue;
      if (upright && piece + 3 == self->n_corners && c.x > ends->to.x - MARGIN)
        continue;
      if (piece_is_taken (self, router, &c, &d))
        continue;
      if (lanes[i] != 0)
        {
          find_blocks (router, ends, SIGHT);
          if (!line_is_clear (ends, router->found, (graphene_point_t[]) { c, d }, 2))
            continue;
        }
      self->corners[piece] = c;
      self->corners[piece + 1] = d;
      return;
    }
}

static void
keep_clear_of_others (WeirRoute           *self,
                      WeirRouter          *router,
                      const WeirRouteEnds *ends)
{
  if (router->routes == NULL || self->curved || router->style == WEIR_LINK_STYLE_STRAIGHT)
    return;
  for (guint piece = 1; piece + 2 < self->n_corners; piece++)
    move_aside (self, router, ends, piece);
}

/* Diagonals instead of corners where nothing is in the way. */
static void
cut_corners (WeirRoute           *self,
             const WeirRouteEnds *ends,
             GPtrArray           *blocks)
{
  const graphene_point_t *c = self->corners;
  const graphene_point_t cut[] = { c[0], c[2], c[3], c[5] };

  if (self->n_corners != 6 || !line_is_clear (ends, blocks, cut, G_N_ELEMENTS (cut)))
    return;
  memcpy (self->corners, cut, sizeof cut);
  self->n_corners = G_N_ELEMENTS (cut);
}

/* A height halfway out: a link that goes back below both of its blocks. */
static void
try_around_ends (Search *self)
{
  const graphene_rect_t *a = &self->ends->source->bounds, *b = &self->ends->target->bounds;
  double bottom = MAX (a->origin.y + a->size.height, b->origin.y + b->size.height);
  double top = MIN (a->origin.y, b->origin.y);

  try_height (self, bottom + 2 * MARGIN + fabs (self->ends->lane));
  try_height (self, top - 2 * MARGIN - fabs (self->ends->lane));
  try_height (self, round ((self->ends->from.y + self->ends->to.y) / 2));
}

void
weir_route_find (WeirRoute           *self,
                 WeirRouter          *router,
                 const WeirRouteEnds *ends)
{
  graphene_point_t points[WEIR_ROUTE_MAX_POINTS];
  Search search = { .ends = ends, .blocks = router->found, .cost = G_MAXDOUBLE };
  guint n_points;

  weir_route_direct (self, router->style, ends);
  n_points = weir_route_flatten (self, WEIR_LINK_STYLE_STRAIGHT, points);
  find_blocks (router, ends, self->n_corners > 4 ? SIGHT : MARGIN);
  if (line_is_clear (ends, router->found, points, n_points))
    {
      keep_clear_of_others (self, router, ends);
      return;
    }
  find_blocks (router, ends, SIGHT);
  make_right_angled (self, ends);
  try_way (&search, self->corners, self->n_corners);
  if (ends->source != NULL && ends->target != NULL)
    try_around_ends (&search);
  search_detour (&search);
  memcpy (self->corners, search.corners, search.n_corners * sizeof *search.corners);
  self->n_corners = search.n_corners;
  self->curved = FALSE;
  if (router->style == WEIR_LINK_STYLE_STRAIGHT)
    cut_corners (self, ends, router->found);
  keep_clear_of_others (self, router, ends);
}

/* A corner as a part of a parabola: @radius of either piece is taken for it. */
static guint
round_corner (const graphene_point_t *before,
              const graphene_point_t *at,
              const graphene_point_t *after,
              double                  radius,
              graphene_point_t       *points)
{
  double in = hypotf (at->x - before->x, at->y - before->y), out = hypotf (after->x - at->x, after->y - at->y);
  double r = MIN (radius, MIN (in, out) / 2);
  guint n = radius > 12 ? 8 : 4;
  graphene_point_t a, b;

  if (r < 1)
    {
      points[0] = *at;
      return 1;
    }
  a = GRAPHENE_POINT_INIT (at->x + (before->x - at->x) * r / in, at->y + (before->y - at->y) * r / in);
  b = GRAPHENE_POINT_INIT (at->x + (after->x - at->x) * r / out, at->y + (after->y - at->y) * r / out);
  for (guint i = 0; i <= n; i++)
    {
      double t = (double) i / n, s = 1 - t;

      points[i] = GRAPHENE_POINT_INIT (s * s * a.x + 2 * s * t * at->x + t * t * b.x,
                                       s * s * a.y + 2 * s * t * at->y + t * t * b.y);
    }
  return n + 1;
}

guint
weir_route_flatten (const WeirRoute  *self,
                    WeirLinkStyle     style,
                    graphene_point_t *points)
{
  double radius = style == WEIR_LINK_STYLE_CURVED ? 26 : style == WEIR_LINK_STYLE_RIGHT_ANGLED ? 8 : 0;
  const graphene_point_t *last = &self->corners[self->n_corners - 1];
  guint n = 0;

  if (self->curved)
    {
      WeirRouteEnds ends = { .from = self->corners[0], .to = *last };

      return flatten_curve (&self->corners[0], last, find_bend (&ends), points);
    }
  points[n++] = self->corners[0];
  for (guint i = 1; i + 1 < self->n_corners; i++)
    n += round_corner (&self->corners[i - 1], &self->corners[i], &self->corners[i + 1], radius, points + n);
  points[n++] = *last;
  return n;
}

/* How far a line through points is from a point. */
double
weir_route_line_distance (const graphene_point_t *points,
                          guint                   n_points,
                          double                  x,
                          double                  y)
{
  double best = G_MAXDOUBLE;

  for (guint i = 1; i < n_points; i++)
    {
      const graphene_point_t *a = &points[i - 1], *b = &points[i];
      double dx = b->x - a->x, dy = b->y - a->y, length = dx * dx + dy * dy;
      double along = length > 0 ? CLAMP (((x - a->x) * dx + (y - a->y) * dy) / length, 0, 1) : 0;

      best = MIN (best, hypot (x - a->x - along * dx, y - a->y - along * dy));
    }
  return best;
}

double
weir_route_distance (const WeirRoute *self,
                     WeirLinkStyle    style,
                     double           x,
                     double           y)
{
  graphene_point_t points[WEIR_ROUTE_MAX_POINTS];

  return weir_route_line_distance (points, weir_route_flatten (self, style, points), x, y);
}
