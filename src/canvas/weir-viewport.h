/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <graphene.h>
#include <glib-object.h>

G_BEGIN_DECLS

/**
 * WeirViewport:
 *
 * Which part of a plane a widget shows, and how large: shared by the canvas and its minimap. Plane coordinates are
 * those of block positions; view coordinates are widget pixels. Signal `changed` after any change; property `zoom`
 * (1.0 is 100 %, 0.05 to 4).
 */
#define WEIR_TYPE_VIEWPORT (weir_viewport_get_type ())
G_DECLARE_FINAL_TYPE (WeirViewport, weir_viewport, WEIR, VIEWPORT, GObject)

#define WEIR_VIEWPORT_ZOOM_MIN 0.05
#define WEIR_VIEWPORT_ZOOM_MAX 4.0

WeirViewport    *weir_viewport_new          (void);
double           weir_viewport_get_zoom     (WeirViewport          *self);
/* Keeps the plane point that is under @view_x, @view_y there. */
void             weir_viewport_zoom_at      (WeirViewport          *self,
                                             double                 zoom,
                                             double                 view_x,
                                             double                 view_y);
/* The plane point in the top left corner. */
void             weir_viewport_get_origin   (WeirViewport          *self,
                                             double                *x,
                                             double                *y);
void             weir_viewport_set_origin   (WeirViewport          *self,
                                             double                 x,
                                             double                 y);
/* By view pixels: the content moves the other way. */
void             weir_viewport_pan          (WeirViewport          *self,
                                             double                 dx,
                                             double                 dy);
void             weir_viewport_center_on    (WeirViewport          *self,
                                             double                 x,
                                             double                 y);
/* Moves as little as needed to bring @rect (plane) with @margin (view pixels) into view. */
void             weir_viewport_reveal       (WeirViewport          *self,
                                             const graphene_rect_t *rect,
                                             double                 margin);
/* Zooms out (never above 100 %) and centres so that @rect is seen whole. */
void             weir_viewport_fit          (WeirViewport          *self,
                                             const graphene_rect_t *rect,
                                             double                 margin);
/* The zoom that counts as original size: fitting goes no further. */
void             weir_viewport_set_unit     (WeirViewport          *self,
                                             double                 unit);
void             weir_viewport_get_size     (WeirViewport          *self,
                                             int                   *width,
                                             int                   *height);
void             weir_viewport_set_size     (WeirViewport          *self,
                                             int                    width,
                                             int                    height);
/* What is seen, in plane coordinates. */
void             weir_viewport_get_visible  (WeirViewport          *self,
                                             graphene_rect_t       *rect);
void             weir_viewport_to_plane     (WeirViewport          *self,
                                             double                 view_x,
                                             double                 view_y,
                                             double                *x,
                                             double                *y);
void             weir_viewport_to_view      (WeirViewport          *self,
                                             double                 x,
                                             double                 y,
                                             double                *view_x,
                                             double                *view_y);

G_END_DECLS
