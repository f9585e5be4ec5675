/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "weir-canvas-raster.h"

G_BEGIN_DECLS

/**
 * WeirTiles:
 *
 * A part of the plane as textures: drawn once, then only arranged, until what they show changes or the zoom does.
 * While the tiles of a new zoom are drawn, a few in each frame, those of the old one stand in for them.
 */
typedef struct _WeirTiles WeirTiles;

/* Draws what lies at @plane, scaled by @scale so that its top left is that of the raster. @zoom is @scale without the
 * pixels of the device: it says how much detail there is. */
typedef void (*WeirTileDraw) (gpointer user_data, WeirRaster *raster, const graphene_rect_t *plane, double scale,
                              double zoom);

WeirTiles *weir_tiles_new (WeirTileDraw draw, gpointer user_data);
void weir_tiles_free (WeirTiles *self);
/* Something at this place of the plane looks different now; NULL: everything. */
void weir_tiles_invalidate (WeirTiles *self, const graphene_rect_t *plane);
/* Appends what is seen of a view whose top left is at @x, @y of the plane. Answers 0 if that is all of it, else after
 * how many milliseconds the next frame should go on. */
guint weir_tiles_snapshot (WeirTiles   *self,
                           GtkSnapshot *snapshot,
                           double       x,
                           double       y,
                           double       width,
                           double       height,
                           double       zoom,
                           double       device_scale);
/* Draws one of the tiles around those seen; FALSE if all are there. */
gboolean weir_tiles_prefetch (WeirTiles *self);
/* Whether the last frame had all there is to see. */
gboolean weir_tiles_is_whole (WeirTiles *self);
/* For who works on it. */
typedef struct
{
  guint    n_kept;
  guint    n_stale;
  guint    n_seen;
  guint    n_drawn;    /* so far */
  gsize    n_bytes;    /* of textures, about */
  gboolean whole;
} WeirTileFigures;

void weir_tiles_get_figures (WeirTiles *self, WeirTileFigures *figures);
void weir_tiles_set_outlined (WeirTiles *self, gboolean outlined);
/* For tests: how many have been drawn so far. */
guint weir_tiles_get_n_drawn (WeirTiles *self);

G_END_DECLS
