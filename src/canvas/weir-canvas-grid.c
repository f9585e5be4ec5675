/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The grid of the canvas. A node that repeats what is in it costs Cairo next to nothing, but GL a look at a texture of its own for each pixel and a
 * mix with what is below: without a graphics card that was a third of what a frame took. So GL gets a row of dots as a texture, no higher than a
 * dot, and lays it out over the background. */

#include "weir-canvas-grid.h"

#include <string.h>

#define LENGTH 2048 /* of a row, about, in view pixels */
#define DOT 2       /* view pixels */

static guint32
pack (const GdkRGBA *colour)
{
  guint red = (guint) (colour->red * 255 + 0.5f), green = (guint) (colour->green * 255 + 0.5f),
        blue = (guint) (colour->blue * 255 + 0.5f);
  const guint8 bytes[4] = { red, green, blue, 255 };
  guint32 packed;

  memcpy (&packed, bytes, sizeof packed);
  return packed;
}

/* Without transparency, which would have to be mixed. */
static GdkTexture *
make_row (WeirGrid *self)
{
  int step = self->step * self->scale, dot_size = DOT * self->scale, width = MAX (LENGTH / self->step, 1) * step;
  guint32 background = pack (&self->background), dot = pack (&self->dot);
  guint32 *pixels = g_new (guint32, (gsize) width * dot_size);
  g_autoptr(GBytes) bytes = g_bytes_new_take (pixels, (gsize) width * dot_size * sizeof *pixels);

  for (int i = 0; i < width * dot_size; i++)
    pixels[i] = i % width % step < dot_size ? dot : background;
  return gdk_memory_texture_new (width, dot_size, GDK_MEMORY_R8G8B8X8, bytes, (gsize) width * sizeof *pixels);
}

static void
ensure_row (WeirGrid                *self,
            int                      step,
            int                      scale,
            const WeirCanvasPalette *palette)
{
  if (self->row != NULL && self->step == step && self->scale == scale
      && gdk_rgba_equal (&self->background, &palette->background) && gdk_rgba_equal (&self->dot, &palette->grid_dot))
    return;
  g_clear_object (&self->row);
  self->step = step;
  self->scale = scale;
  self->background = palette->background;
  self->dot = palette->grid_dot;
  self->row = make_row (self);
}

static void
append_rows (WeirGrid              *self,
             GtkSnapshot           *snapshot,
             const graphene_rect_t *all,
             double                 x,
             double                 y)
{
  double width = (double) gdk_texture_get_width (self->row) / self->scale;

  gtk_snapshot_append_color (snapshot, &self->background, all);
  for (double top = y > 0 ? y - self->step : y; top < all->size.height; top += self->step)
    for (double left = x > 0 ? x - self->step : x; left < all->size.width; left += width)
      gtk_snapshot_append_scaled_texture (snapshot, self->row, GSK_SCALING_FILTER_NEAREST,
                                          &GRAPHENE_RECT_INIT (left, top, width, DOT));
}

static void
append_repeated (GtkSnapshot             *snapshot,
                 const graphene_rect_t   *all,
                 double                   x,
                 double                   y,
                 double                   step,
                 const WeirCanvasPalette *palette)
{
  gtk_snapshot_append_color (snapshot, &palette->background, all);
  gtk_snapshot_push_repeat (snapshot, all, &GRAPHENE_RECT_INIT (x, y, step, step));
  gtk_snapshot_append_color (snapshot, &palette->grid_dot, &GRAPHENE_RECT_INIT (x, y, DOT, DOT));
  gtk_snapshot_pop (snapshot);
}

/* The whole of @all, which begins at 0, 0 and which the caller clips to; a dot is at @x, @y, less than a @step away from there. All of these are
 * whole pixels of the view. @scale: how many of the display's one of them is, where rows of textures are quicker; 0: repeat. */
void
weir_grid_snapshot (WeirGrid                *self,
                    GtkSnapshot             *snapshot,
                    const graphene_rect_t   *all,
                    double                   x,
                    double                   y,
                    double                   step,
                    const WeirCanvasPalette *palette,
                    int                      scale)
{
  if (scale == 0)
    {
      append_repeated (snapshot, all, x, y, step, palette);
      return;
    }
  ensure_row (self, (int) step, scale, palette);
  append_rows (self, snapshot, all, x, y);
}

/* What to give to weir_grid_snapshot () there. Where a pixel of the view is no whole number of the display's, not all dots of a texture would look
 * alike. */
int
weir_grid_get_scale (GtkNative *native)
{
  double scale = native != NULL ? gdk_surface_get_scale (gtk_native_get_surface (native)) : 0;

  return scale != (int) scale || native == NULL || GSK_IS_CAIRO_RENDERER (gtk_native_get_renderer (native))
           ? 0
           : (int) scale;
}

void
weir_grid_clear (WeirGrid *self)
{
  g_clear_object (&self->row);
}
