/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

#include "weir-canvas-index.h"

G_BEGIN_DECLS

/**
 * WeirLinkStyle:
 *
 * How links are drawn. As a property by its nick: "curved", "right-angled", "straight".
 */
#define WEIR_TYPE_LINK_STYLE (weir_link_style_get_type ())
GType weir_link_style_get_type (void);

typedef enum
{
  WEIR_LINK_STYLE_CURVED,
  WEIR_LINK_STYLE_RIGHT_ANGLED,
  WEIR_LINK_STYLE_STRAIGHT,
} WeirLinkStyle;

#define WEIR_ROUTE_MAX_CORNERS 6
#define WEIR_ROUTE_MAX_POINTS 64

/**
 * WeirRoute:
 *
 * The way of one link. It is in an index of routes by its pieces, so that others keep clear of it.
 */
typedef struct
{
  WeirIndexed      indexed;
  graphene_point_t corners[WEIR_ROUTE_MAX_CORNERS];
  guint            n_corners;
  gboolean         curved;                           /* one curve from the first corner to the last */
  gsize            from_port;                        /* links of the same port may share their way */
  gsize            to_port;
} WeirRoute;

/**
 * WeirRouter:
 *
 * What links find their way among. Of one thread: searching an index marks its items.
 */
typedef struct
{
  WeirLinkStyle    style;
  WeirCanvasIndex *blocks;  /* of WeirIndexed */
  WeirCanvasIndex *routes;  /* of WeirRoute; NULL: they need not keep clear of each other */
  GPtrArray       *found;   /* kept between calls */
} WeirRouter;

/* The two ends of a link. */
typedef struct
{
  graphene_point_t from, to;
  const WeirIndexed *source, *target; /* the blocks */
  double           lane;      /* how far aside the piece in the middle runs */
} WeirRouteEnds;

/* The straight way, whatever lies there. */
void weir_route_direct (WeirRoute *self, WeirLinkStyle style, const WeirRouteEnds *ends);
/* A way around blocks, if there is one, and beside other links. */
void weir_route_find (WeirRoute *self, WeirRouter *router, const WeirRouteEnds *ends);
/* As a line through at most %WEIR_ROUTE_MAX_POINTS points; answers how many. */
guint weir_route_flatten (const WeirRoute *self, WeirLinkStyle style, graphene_point_t *points);
double weir_route_line_distance (const graphene_point_t *points,
                                 guint                   n_points,
                                 double                  x,
                                 double                  y);
double weir_route_distance (const WeirRoute *self,
                            WeirLinkStyle    style,
                            double           x,
                            double           y);
/* Whether a line between two points goes through the inside of a rectangle. */
gboolean weir_route_line_crosses (const graphene_point_t *a, const graphene_point_t *b, const graphene_rect_t *rect);

G_END_DECLS
