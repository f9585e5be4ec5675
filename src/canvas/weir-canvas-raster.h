/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * WeirRaster:
 *
 * A small picture that rectangles and lines are drawn into. GTK would draw strokes anew in every frame; a picture is
 * drawn once. Coordinates are its own pixels, fractions are smoothed.
 */
typedef struct
{
  int      width, height;
  guint32 *pixels;                                        /* premultiplied, as GDK_MEMORY_DEFAULT */
  guint8  *mask;                                          /* of the line that is being drawn */
  int      left, top, right, bottom;                      /* what of the picture has been drawn on */
  int      mask_left, mask_top, mask_right, mask_bottom;
} WeirRaster;

/* How a line is drawn. */
typedef struct
{
  double  width;
  double  dash;    /* length of a dash and its gap together; 0 for a whole line */
  GdkRGBA colour;
} WeirStroke;

WeirRaster *weir_raster_new (int width, int height);
void weir_raster_free (WeirRaster *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirRaster, weir_raster_free)
void weir_raster_clear (WeirRaster *self);
void weir_raster_fill (WeirRaster    *self,
                       double         x,
                       double         y,
                       double         width,
                       double         height,
                       const GdkRGBA *colour);
/* Takes away what has been drawn in a circle. */
void weir_raster_erase (WeirRaster *self,
                        double      x,
                        double      y,
                        double      radius);
/* A line through points: corners are not drawn twice. */
void weir_raster_stroke (WeirRaster             *self,
                         const graphene_point_t *points,
                         guint                   n_points,
                         const WeirStroke       *stroke);
/* A node in the coordinates of a plane whose point @left, @top is the top left of the raster. */
void weir_raster_draw_node (WeirRaster    *self,
                            GskRenderNode *node,
                            double         left,
                            double         top,
                            double         scale);
/* What has been drawn, as a texture, and where it is; NULL for nothing. (transfer full) */
GdkTexture *weir_raster_to_texture (WeirRaster *self, graphene_rect_t *where);

G_END_DECLS
