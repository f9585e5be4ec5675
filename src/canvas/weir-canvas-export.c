/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>

#include "weir-canvas-private.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <math.h>

#define MARGIN 24.0
#define PNG_SCALE 2.0         /* sharp on a screen of twice the dots */
#define MAX_SIDE 32000.0      /* Cairo's pictures end at 32,767 pixels */
#define MAX_PIXELS 100e6      /* 400 MB */
#define POINTS_PER_PIXEL 0.75 /* 72 against 96 an inch */

/* Its own scene, so that nothing selected or pointed at gets into the picture. */
static GskRenderNode *
draw (WeirCanvas      *self,
      graphene_rect_t *bounds)
{
  g_autoptr(WeirScene) scene = weir_scene_new (self->workflow, self->graph, self->link_style);
  WeirPainter painter = { 0 };
  GskRenderNode *node = NULL;

  weir_painter_init (&painter, GTK_WIDGET (self));
  scene->painter = &painter;
  weir_scene_set_view (scene, self->view);
  weir_scene_find_all_ways (scene);
  if (weir_scene_get_bounds (scene, bounds))
    {
      graphene_rect_inset (bounds, -MARGIN, -MARGIN);
      graphene_rect_round_extents (bounds, bounds);
      node = weir_scene_draw_picture (scene, bounds);
    }
  weir_scene_invalidate (scene);
  scene->painter = NULL;
  weir_painter_clear (&painter);
  return node;
}

static cairo_status_t
write_cb (void                *closure,
          const unsigned char *data,
          unsigned int         length)
{
  g_byte_array_append (closure, data, length);
  return CAIRO_STATUS_SUCCESS;
}

static double
get_png_scale (double width,
               double height)
{
  return MIN (PNG_SCALE, MIN (MAX_SIDE / MAX (width, height), sqrt (MAX_PIXELS / (width * height))));
}

static cairo_surface_t *
make_surface (const char *format,
              double      width,
              double      height,
              double     *scale,
              const char *title,
              GByteArray *bytes)
{
  cairo_surface_t *surface;

  if (g_str_equal (format, "png"))
    {
      *scale = get_png_scale (width, height);
      return cairo_image_surface_create (CAIRO_FORMAT_ARGB32, MAX ((int) (width * *scale), 1),
                                         MAX ((int) (height * *scale), 1));
    }
  if (g_str_equal (format, "svg"))
    {
      *scale = 1;
      surface = cairo_svg_surface_create_for_stream (write_cb, bytes, width, height);
      cairo_svg_surface_set_document_unit (surface, CAIRO_SVG_UNIT_PX);
      return surface;
    }
  *scale = POINTS_PER_PIXEL;
  surface = cairo_pdf_surface_create_for_stream (write_cb, bytes, width * *scale, height * *scale);
  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_TITLE, title);
  return surface;
}

/* Answers what Cairo says of it. */
static cairo_status_t
render (GskRenderNode         *node,
        const graphene_rect_t *bounds,
        const char            *format,
        const char            *title,
        GByteArray            *bytes)
{
  double scale;
  cairo_surface_t *surface = make_surface (format, bounds->size.width, bounds->size.height, &scale, title, bytes);
  cairo_t *cr = cairo_create (surface);
  cairo_status_t status;

  cairo_scale (cr, scale, scale);
  cairo_translate (cr, -bounds->origin.x, -bounds->origin.y);
  gsk_render_node_draw (node, cr);
  status = cairo_status (cr);
  cairo_destroy (cr);
  if (status == CAIRO_STATUS_SUCCESS && g_str_equal (format, "png"))
    status = cairo_surface_write_to_png_stream (surface, write_cb, bytes);
  cairo_surface_finish (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_status (surface);
  cairo_surface_destroy (surface);
  return status;
}

/**
 * weir_canvas_save_picture:
 * @self: a canvas in a window
 * @format: "png" (two pixels a unit, fewer when it is very large), "svg" or "pdf" (one page)
 * @path: where to
 * @error: return location for an error of writing, or #WEIR_ERROR_INVALID when there is nothing to draw
 *
 * Writes a picture of all that the graph shown holds, in the colours of the window, with what the run did that is shown.
 * The file is there whole or not at all. Main thread; a graph of thousands of blocks takes seconds.
 *
 * Returns: whether it was written
 */
gboolean
weir_canvas_save_picture (WeirCanvas  *self,
                          const char  *format,
                          const char  *path,
                          GError     **error)
{
  g_autoptr(GskRenderNode) node = NULL;
  g_autoptr(GByteArray) bytes = g_byte_array_new ();
  graphene_rect_t bounds;
  cairo_status_t status;

  g_return_val_if_fail (WEIR_IS_CANVAS (self), FALSE);
  g_return_val_if_fail (g_str_equal (format, "png") || g_str_equal (format, "svg") || g_str_equal (format, "pdf"), FALSE);

  if (self->graph != NULL)
    node = draw (self, &bounds);
  if (node == NULL)
    {
      g_set_error_literal (error, WEIR_ERROR, WEIR_ERROR_INVALID, _("There is nothing to draw yet"));
      return FALSE;
    }
  status = render (node, &bounds, format, weir_workflow_get_name (self->workflow), bytes);
  if (status != CAIRO_STATUS_SUCCESS)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_FAILED, _("The picture cannot be drawn: %s"),
                   cairo_status_to_string (status));
      return FALSE;
    }
  return g_file_set_contents (path, (const char *) bytes->data, bytes->len, error);
}
