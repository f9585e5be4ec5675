/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-canvas-raster.h"

#include <math.h>

WeirRaster *
weir_raster_new (int width,
                 int height)
{
  WeirRaster *self = g_new0 (WeirRaster, 1);

  self->width = width;
  self->height = height;
  self->pixels = g_new0 (guint32, (gsize) width * height);
  self->mask = g_new0 (guint8, (gsize) width * height);
  weir_raster_clear (self);
  return self;
}

void
weir_raster_free (WeirRaster *self)
{
  g_free (self->pixels);
  g_free (self->mask);
  g_free (self);
}

static void
forget_mask (WeirRaster *self)
{
  self->mask_left = self->width;
  self->mask_top = self->height;
  self->mask_right = self->mask_bottom = 0;
}

void
weir_raster_clear (WeirRaster *self)
{
  for (int y = self->top; y < self->bottom; y++)
    if (self->right > self->left)
      memset (self->pixels + (gsize) y * self->width + self->left, 0, (self->right - self->left) * sizeof (guint32));
  self->left = self->width;
  self->top = self->height;
  self->right = self->bottom = 0;
  forget_mask (self);
}

static void
touch (WeirRaster *self,
       int         left,
       int         top,
       int         right,
       int         bottom)
{
  self->left = MIN (self->left, left);
  self->top = MIN (self->top, top);
  self->right = MAX (self->right, right);
  self->bottom = MAX (self->bottom, bottom);
}

static guint32
pack (const GdkRGBA *colour)
{
  guint32 alpha = (guint32) (colour->alpha * 255 + 0.5f), red = (guint32) (colour->red * alpha + 0.5f),
          green = (guint32) (colour->green * alpha + 0.5f), blue = (guint32) (colour->blue * alpha + 0.5f);

  return alpha << 24 | red << 16 | green << 8 | blue;
}

/* All four channels times @by of 255, two at a time. */
static inline guint32
scale (guint32 colour,
       guint32 by)
{
  guint32 even = (colour & 0x00ff00ff) * by + 0x00800080, odd = (colour >> 8 & 0x00ff00ff) * by + 0x00800080;

  even = (even + (even >> 8 & 0x00ff00ff)) >> 8 & 0x00ff00ff;
  odd = (odd + (odd >> 8 & 0x00ff00ff)) & 0xff00ff00;
  return even | odd;
}

static inline void
blend (guint32 *pixel,
       guint32  colour,
       guint32  cover)
{
  if (cover < 255)
    colour = scale (colour, cover);
  *pixel = colour >> 24 == 255 ? colour : colour + scale (*pixel, 255 - (colour >> 24));
}

/* How much of the pixel at @at the span covers, of 255. */
static inline guint32
cover_of (int    at,
          double low,
          double high)
{
  double covered = MIN (high, at + 1) - MAX (low, at);

  return covered >= 1 ? 255 : covered <= 0 ? 0 : (guint32) (covered * 255 + 0.5);
}

void
weir_raster_fill (WeirRaster    *self,
                  double         x,
                  double         y,
                  double         width,
                  double         height,
                  const GdkRGBA *colour)
{
  double x_end = MIN (x + width, self->width), y_end = MIN (y + height, self->height);
  guint32 packed = pack (colour);
  int left, top, right, bottom;

  x = MAX (x, 0);
  y = MAX (y, 0);
  if (x >= x_end || y >= y_end)
    return;
  left = (int) x;
  top = (int) y;
  right = (int) ceil (x_end);
  bottom = (int) ceil (y_end);
  touch (self, left, top, right, bottom);
  for (int row = top; row < bottom; row++)
    {
      guint32 *pixels = self->pixels + (gsize) row * self->width, down = cover_of (row, y, y_end);
      guint32 middle = down < 255 ? scale (packed, down) : packed;

      blend (&pixels[left], packed, cover_of (left, x, x_end) * down / 255);
      for (int column = left + 1; column < right - 1; column++)
        blend (&pixels[column], middle, 255);
      if (right - 1 > left)
        blend (&pixels[right - 1], packed, cover_of (right - 1, x, x_end) * down / 255);
    }
}

void
weir_raster_erase (WeirRaster *self,
                   double      x,
                   double      y,
                   double      radius)
{
  int left = (int) MAX (x - radius - 1, 0), right = (int) MIN (x + radius + 2, self->width);
  int top = (int) MAX (y - radius - 1, 0), bottom = (int) MIN (y + radius + 2, self->height);

  for (int row = top; row < bottom; row++)
    for (int column = left; column < right; column++)
      {
        guint32 *pixel = &self->pixels[(gsize) row * self->width + column];
        double out = hypot (column + 0.5 - x, row + 0.5 - y) - radius + 0.5;

        *pixel = out <= 0 ? 0 : out >= 1 ? *pixel : scale (*pixel, (guint32) (out * 255));
      }
}

typedef struct
{
  float x, y;    /* where it begins */
  float ux, uy;  /* which way it goes, of length 1 */
  float length;
  float half;    /* of the width of the line */
  float before;  /* length of the line up to here */
  float dash;
} Segment;

/* How much of the pixel around a point lies on the segment, of 255; its ends are round. */
static inline guint8
cover_segment (const Segment *segment,
               float          x,
               float          y)
{
  float dx = x - segment->x, dy = y - segment->y;
  float along = dx * segment->ux + dy * segment->uy;
  float aside = fabsf (dx * segment->uy - dy * segment->ux), cover;

  if (along < 0)
    aside = hypotf (dx, dy);
  else if (along > segment->length)
    aside = hypotf (dx - segment->ux * segment->length, dy - segment->uy * segment->length);
  cover = segment->half + 0.5f - aside;
  if (segment->dash > 0)
    {
      float phase = fmodf (segment->before + CLAMP (along, 0, segment->length), segment->dash);

      cover = MIN (cover, MIN (phase, 0.6f * segment->dash - phase) + 0.5f);
    }
  return cover >= 1 ? 255 : cover <= 0 ? 0 : (guint8) (cover * 255);
}

static void
mask_span (WeirRaster    *self,
           const Segment *segment,
           int            row,
           int            from,
           int            to)
{
  guint8 *mask = self->mask + (gsize) row * self->width;

  from = MAX (from, 0);
  to = MIN (to, self->width);
  for (int column = from; column < to; column++)
    {
      guint8 cover = cover_segment (segment, column + 0.5f, row + 0.5f);

      mask[column] = MAX (mask[column], cover);
    }
  if (from < to)
    {
      self->mask_left = MIN (self->mask_left, from);
      self->mask_right = MAX (self->mask_right, to);
      self->mask_top = MIN (self->mask_top, row);
      self->mask_bottom = MAX (self->mask_bottom, row + 1);
    }
}

/* Row by row: only the pixels that the line can reach are looked at. */
static void
mask_segment (WeirRaster    *self,
              const Segment *segment)
{
  float reach = segment->half + 1, x1 = segment->x + segment->ux * segment->length;
  float y1 = segment->y + segment->uy * segment->length;
  int top = (int) MAX (floorf (MIN (segment->y, y1) - reach), 0);
  int bottom = (int) MIN (ceilf (MAX (segment->y, y1) + reach), self->height);
  float left = MIN (segment->x, x1) - reach, right = MAX (segment->x, x1) + reach;
  gboolean level = fabsf (segment->uy) < 0.02f;
  float slope = level ? 0 : segment->ux / segment->uy, wide = level ? 0 : reach * (fabsf (slope) + 1.5f);

  if (right < 0 || left > self->width)
    return;
  for (int row = top; row < bottom; row++)
    {
      float middle = segment->x + (row + 0.5f - segment->y) * slope;
      float from = level ? left : MAX (left, middle - wide), to = level ? right : MIN (right, middle + wide);

      mask_span (self, segment, row, (int) floorf (from), (int) ceilf (to));
    }
}

static void
lay_mask (WeirRaster *self,
          guint32     packed)
{
  if (self->mask_left >= self->mask_right)
    return;
  touch (self, self->mask_left, self->mask_top, self->mask_right, self->mask_bottom);
  for (int row = self->mask_top; row < self->mask_bottom; row++)
    {
      guint8 *mask = self->mask + (gsize) row * self->width;
      guint32 *pixels = self->pixels + (gsize) row * self->width;

      for (int column = self->mask_left; column < self->mask_right; column++)
        if (mask[column] != 0)
          blend (&pixels[column], packed, mask[column]);
      memset (mask + self->mask_left, 0, self->mask_right - self->mask_left);
    }
  forget_mask (self);
}

/* Level and upright pieces, which are most of them, need no distances. */
static gboolean
fill_straight (WeirRaster             *self,
               const graphene_point_t *a,
               const graphene_point_t *b,
               const WeirStroke       *stroke)
{
  double half = stroke->width / 2;

  if (fabsf (a->x - b->x) > 0.01f && fabsf (a->y - b->y) > 0.01f)
    return FALSE;
  if (fabsf (a->x - b->x) > 0.01f)
    weir_raster_fill (self, MIN (a->x, b->x), a->y - half, fabsf (a->x - b->x), stroke->width, &stroke->colour);
  else
    weir_raster_fill (self, a->x - half, MIN (a->y, b->y), stroke->width, fabsf (a->y - b->y), &stroke->colour);
  return TRUE;
}

void
weir_raster_stroke (WeirRaster             *self,
                    const graphene_point_t *points,
                    guint                   n_points,
                    const WeirStroke       *stroke)
{
  GdkRGBA colour = stroke->colour;
  /* Thinner than a pixel is paler. */
  Segment segment = { .half = MAX (stroke->width, 1) / 2, .dash = stroke->dash };

  if (stroke->width <= 1.2 && stroke->dash == 0)
    {
      guint n = 1;

      while (n < n_points && fill_straight (self, &points[n - 1], &points[n], stroke))
        n++;
      points += n - 1;
      n_points -= n - 1;
    }
  if (stroke->width < 1)
    colour.alpha *= stroke->width;
  for (guint i = 1; i < n_points; i++)
    {
      float dx = points[i].x - points[i - 1].x, dy = points[i].y - points[i - 1].y;

      segment.length = hypotf (dx, dy);
      if (segment.length < 0.001f)
        continue;
      segment.x = points[i - 1].x;
      segment.y = points[i - 1].y;
      segment.ux = dx / segment.length;
      segment.uy = dy / segment.length;
      mask_segment (self, &segment);
      segment.before += segment.length;
    }
  lay_mask (self, pack (&colour));
}

void
weir_raster_draw_node (WeirRaster    *self,
                       GskRenderNode *node,
                       double         left,
                       double         top,
                       double         scale)
{
  cairo_surface_t *surface = cairo_image_surface_create_for_data (
    (guchar *) self->pixels, CAIRO_FORMAT_ARGB32, self->width, self->height, self->width * (int) sizeof (guint32));
  cairo_t *cr = cairo_create (surface);
  graphene_rect_t bounds;
  int x, y, right, bottom;

  gsk_render_node_get_bounds (node, &bounds);
  x = (int) CLAMP (floor ((bounds.origin.x - left) * scale), 0, self->width);
  y = (int) CLAMP (floor ((bounds.origin.y - top) * scale), 0, self->height);
  right = (int) CLAMP (ceil ((bounds.origin.x + bounds.size.width - left) * scale), 0, self->width);
  bottom = (int) CLAMP (ceil ((bounds.origin.y + bounds.size.height - top) * scale), 0, self->height);
  if (x < right && y < bottom)
    {
      cairo_scale (cr, scale, scale);
      cairo_translate (cr, -left, -top);
      gsk_render_node_draw (node, cr);
      touch (self, x, y, right, bottom);
    }
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
}

GdkTexture *
weir_raster_to_texture (WeirRaster      *self,
                        graphene_rect_t *where)
{
  int width = self->right - self->left, height = self->bottom - self->top;
  g_autoptr(GBytes) bytes = NULL;
  guint32 *copy;

  if (width <= 0 || height <= 0)
    return NULL;
  copy = g_new (guint32, (gsize) width * height);
  for (int row = 0; row < height; row++)
    memcpy (copy + (gsize) row * width, self->pixels + (gsize) (self->top + row) * self->width + self->left,
            width * sizeof (guint32));
  bytes = g_bytes_new_take (copy, (gsize) width * height * sizeof (guint32));
  *where = GRAPHENE_RECT_INIT (self->left, self->top, width, height);
  return gdk_memory_texture_new (width, height, GDK_MEMORY_DEFAULT, bytes, (gsize) width * sizeof (guint32));
}
