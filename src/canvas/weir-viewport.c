/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-viewport.h"

#include <math.h>

struct _WeirViewport
{
  GObject parent_instance;

  double  zoom;
  double  x;
  double  y;
  int     width;
  int     height;
  double  unit;      /* the zoom that counts as original size */
};

G_DEFINE_FINAL_TYPE (WeirViewport, weir_viewport, G_TYPE_OBJECT)

enum
{
  PROP_ZOOM = 1,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

enum { SIGNAL_CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
weir_viewport_place (WeirViewport *self,
                     double        zoom,
                     double        x,
                     double        y)
{
  gboolean zoomed;

  zoom = CLAMP (zoom, WEIR_VIEWPORT_ZOOM_MIN, WEIR_VIEWPORT_ZOOM_MAX);
  zoomed = zoom != self->zoom;
  if (!zoomed && x == self->x && y == self->y)
    return;

  self->zoom = zoom;
  self->x = x;
  self->y = y;
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
  if (zoomed)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ZOOM]);
}

static void
weir_viewport_get_property (GObject    *object,
                            guint       property_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  g_value_set_double (value, WEIR_VIEWPORT (object)->zoom);
}

static void
weir_viewport_class_init (WeirViewportClass *klass)
{
  G_OBJECT_CLASS (klass)->get_property = weir_viewport_get_property;

  properties[PROP_ZOOM] = g_param_spec_double ("zoom", NULL, NULL, WEIR_VIEWPORT_ZOOM_MIN, WEIR_VIEWPORT_ZOOM_MAX, 1,
                                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPS, properties);
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 0);
}

static void
weir_viewport_init (WeirViewport *self)
{
  self->zoom = 1;
}

WeirViewport *
weir_viewport_new (void)
{
  return g_object_new (WEIR_TYPE_VIEWPORT, NULL);
}

double
weir_viewport_get_zoom (WeirViewport *self)
{
  g_return_val_if_fail (WEIR_IS_VIEWPORT (self), 1);
  return self->zoom;
}

/**
 * weir_viewport_zoom_at:
 * @self: a viewport
 * @zoom: 1 is 100 %; clamped to 0.05 and 4
 * @view_x: view pixels
 * @view_y: view pixels
 *
 * Zooms so that the point of the plane under the given view point stays there.
 */
void
weir_viewport_zoom_at (WeirViewport *self,
                       double        zoom,
                       double        view_x,
                       double        view_y)
{
  g_return_if_fail (WEIR_IS_VIEWPORT (self));

  zoom = CLAMP (zoom, WEIR_VIEWPORT_ZOOM_MIN, WEIR_VIEWPORT_ZOOM_MAX);
  weir_viewport_place (self, zoom, self->x + view_x / self->zoom - view_x / zoom,
                       self->y + view_y / self->zoom - view_y / zoom);
}

void
weir_viewport_get_origin (WeirViewport *self,
                          double       *x,
                          double       *y)
{
  g_return_if_fail (WEIR_IS_VIEWPORT (self));
  *x = self->x;
  *y = self->y;
}

void
weir_viewport_set_origin (WeirViewport *self,
                          double        x,
                          double        y)
{
  g_return_if_fail (WEIR_IS_VIEWPORT (self));
  weir_viewport_place (self, self->zoom, x, y);
}

void
weir_viewport_pan (WeirViewport *self,
                   double        dx,
                   double        dy)
{
  g_return_if_fail (WEIR_IS_VIEWPORT (self));
  weir_viewport_place (self, self->zoom, self->x + dx / self->zoom, self->y + dy / self->zoom);
}

void
weir_viewport_center_on (WeirViewport *self,
                         double        x,
                         double        y)
{
  g_return_if_fail (WEIR_IS_VIEWPORT (self));
  weir_viewport_place (self, self->zoom, x - self->width / 2.0 / self->zoom, y - self->height / 2.0 / self->zoom);
}

/* How far to move a span so that [low, high] lies within [start, start + length]; its beginning wins if it is longer.
 * */
static double
push_into_view (double start,
                double length,
                double low,
                double high)
{
  if (low < start || high - low > length)
    return low - start;
  if (high > start + length)
    return high - start - length;
  return 0;
}

void
weir_viewport_reveal (WeirViewport          *self,
                      const graphene_rect_t *rect,
                      double                 margin)
{
  double m, dx, dy;

  g_return_if_fail (WEIR_IS_VIEWPORT (self));
  if (self->width == 0 || self->height == 0)
    return;

  m = margin / self->zoom;
  dx = push_into_view (self->x, self->width / self->zoom, rect->origin.x - m, rect->origin.x + rect->size.width + m);
  dy = push_into_view (self->y, self->height / self->zoom, rect->origin.y - m, rect->origin.y + rect->size.height + m);
  weir_viewport_place (self, self->zoom, self->x + dx, self->y + dy);
}

void
weir_viewport_fit (WeirViewport          *self,
                   const graphene_rect_t *rect,
                   double                 margin)
{
  double zoom;

  g_return_if_fail (WEIR_IS_VIEWPORT (self));
  if (self->width == 0 || self->height == 0)
    return;

  zoom = MIN ((self->width - 2 * margin) / MAX (rect->size.width, 1),
              (self->height - 2 * margin) / MAX (rect->size.height, 1));
  zoom = CLAMP (zoom, WEIR_VIEWPORT_ZOOM_MIN, MAX (self->unit, 1));
  weir_viewport_place (self, zoom, rect->origin.x + rect->size.width / 2 - self->width / 2.0 / zoom,
                       rect->origin.y + rect->size.height / 2 - self->height / 2.0 / zoom);
}

/**
 * weir_viewport_set_unit:
 * @self: a viewport
 * @unit: the zoom that counts as original size
 *
 * Fitting goes up to it and no further.
 */
void
weir_viewport_set_unit (WeirViewport *self,
                        double        unit)
{
  g_return_if_fail (WEIR_IS_VIEWPORT (self));
  self->unit = unit;
}

void
weir_viewport_get_size (WeirViewport *self,
                        int          *width,
                        int          *height)
{
  g_return_if_fail (WEIR_IS_VIEWPORT (self));
  *width = self->width;
  *height = self->height;
}

void
weir_viewport_set_size (WeirViewport *self,
                        int           width,
                        int           height)
{
  g_return_if_fail (WEIR_IS_VIEWPORT (self));
  if (self->width == width && self->height == height)
    return;
  self->width = width;
  self->height = height;
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

void
weir_viewport_get_visible (WeirViewport    *self,
                           graphene_rect_t *rect)
{
  g_return_if_fail (WEIR_IS_VIEWPORT (self));
  graphene_rect_init (rect, self->x, self->y, self->width / self->zoom, self->height / self->zoom);
}

void
weir_viewport_to_plane (WeirViewport *self,
                        double        view_x,
                        double        view_y,
                        double       *x,
                        double       *y)
{
  g_return_if_fail (WEIR_IS_VIEWPORT (self));
  *x = self->x + view_x / self->zoom;
  *y = self->y + view_y / self->zoom;
}

void
weir_viewport_to_view (WeirViewport *self,
                       double        x,
                       double        y,
                       double       *view_x,
                       double       *view_y)
{
  g_return_if_fail (WEIR_IS_VIEWPORT (self));
  *view_x = (x - self->x) * self->zoom;
  *view_y = (y - self->y) * self->zoom;
}
