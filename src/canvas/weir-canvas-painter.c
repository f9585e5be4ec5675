/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-canvas-scene.h"

static void
set_up_layout (WeirPainter *self,
               const char  *text,
               double       size,
               int          weight)
{
  PangoFontDescription *font = pango_font_description_copy (pango_context_get_font_description (self->context));

  pango_font_description_set_absolute_size (font, size * self->unit * PANGO_SCALE);
  pango_font_description_set_weight (font, weight);
  pango_layout_set_font_description (self->layout, font);
  pango_font_description_free (font);
  pango_layout_set_attributes (self->layout, NULL);
  pango_layout_set_text (self->layout, text, -1);
}

double
weir_painter_draw_text (WeirPainter   *self,
                        GtkSnapshot   *snapshot,
                        const char    *text,
                        double         size,
                        int            weight,
                        const GdkRGBA *colour,
                        double         x,
                        double         y,
                        double         width,
                        WeirTextAlign  align,
                        int            max_lines)
{
  int height;

  set_up_layout (self, text, size, weight);
  pango_layout_set_width (self->layout, width * PANGO_SCALE);
  pango_layout_set_height (self->layout, -max_lines);
  pango_layout_set_ellipsize (self->layout, PANGO_ELLIPSIZE_END);
  pango_layout_set_wrap (self->layout, PANGO_WRAP_WORD_CHAR);
  /* The canvas runs from left to right in every language: for Pango "left" is where a line begins. */
  if (pango_layout_get_direction (self->layout, 0) == PANGO_DIRECTION_RTL && align != WEIR_TEXT_MIDDLE)
    align = align == WEIR_TEXT_END ? WEIR_TEXT_START : WEIR_TEXT_END;
  pango_layout_set_alignment (self->layout, align == WEIR_TEXT_END      ? PANGO_ALIGN_RIGHT
                                            : align == WEIR_TEXT_MIDDLE ? PANGO_ALIGN_CENTER
                                                                        : PANGO_ALIGN_LEFT);
  pango_layout_get_pixel_size (self->layout, NULL, &height);

  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (x, y));
  gtk_snapshot_append_layout (snapshot, self->layout, colour);
  gtk_snapshot_restore (snapshot);
  return height;
}

double
weir_painter_measure_text (WeirPainter *self,
                           const char  *text,
                           double       size,
                           int          weight)
{
  int width;

  set_up_layout (self, text, size, weight);
  pango_layout_set_width (self->layout, -1);
  pango_layout_get_pixel_size (self->layout, &width, NULL);
  return width;
}

/* Twice as large as needed at 100 %, so that it stays sharp up to 200 %. */
static GdkTexture *
rasterize_icon (WeirPainter   *self,
                const char    *name,
                const GdkRGBA *colour,
                int            pixels)
{
  g_autoptr(GtkIconPaintable) icon = gtk_icon_theme_lookup_icon (self->icons, name, NULL, pixels, 1, GTK_TEXT_DIR_LTR,
                                                                  0);
  const GdkRGBA colours[] = { *colour, *colour, *colour, *colour };
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  g_autoptr(GskRenderNode) node = NULL;

  gtk_symbolic_paintable_snapshot_symbolic (GTK_SYMBOLIC_PAINTABLE (icon), snapshot, pixels, pixels, colours,
                                            G_N_ELEMENTS (colours));
  node = gtk_snapshot_free_to_node (snapshot);
  return node != NULL ? gsk_renderer_render_texture (self->rasterizer, node, &GRAPHENE_RECT_INIT (0, 0, pixels, pixels))
                      : NULL;
}

static GdkTexture *
ensure_icon (WeirPainter   *self,
             const char    *name,
             const GdkRGBA *colour,
             int            pixels)
{
  char key[160];
  GdkTexture *texture;

  g_snprintf (key, sizeof key, "%s %d %02x%02x%02x", name, pixels, (int) (colour->red * 255),
              (int) (colour->green * 255), (int) (colour->blue * 255));
  texture = g_hash_table_lookup (self->icon_cache, key);
  if (texture != NULL)
    return texture;
  texture = rasterize_icon (self, name, colour, pixels);
  if (texture != NULL)
    g_hash_table_insert (self->icon_cache, g_strdup (key), texture);
  return texture;
}

void
weir_painter_draw_icon (WeirPainter   *self,
                        GtkSnapshot   *snapshot,
                        const char    *name,
                        const char    *fallback,
                        const GdkRGBA *colour,
                        double         x,
                        double         y,
                        double         size)
{
  GdkTexture *texture;

  if (name == NULL || !gtk_icon_theme_has_icon (self->icons, name))
    name = fallback;
  texture = ensure_icon (self, name, colour, MAX ((int) (size * 2 * self->scale), 8));
  if (texture != NULL)
    gtk_snapshot_append_texture (snapshot, texture, &GRAPHENE_RECT_INIT (x, y, size, size));
}

/* How large text is against the usual 11 pt at 96 dots an inch; "Large Text" of GNOME changes the dots. */
double
weir_painter_get_text_scale (PangoContext *context)
{
  PangoFontDescription *font = pango_context_get_font_description (context);
  double dots = pango_cairo_context_get_resolution (context), size;

  size = pango_font_description_get_size (font) / (double) PANGO_SCALE;
  if (pango_font_description_get_size_is_absolute (font))
    return size / 14.667;
  return size / 11 * (dots > 0 ? dots / 96 : 1);
}

/**
 * weir_painter_init:
 * @self: zeroed
 * @widget: whose font, icons and scale are used
 */
void
weir_painter_init (WeirPainter *self,
                   GtkWidget   *widget)
{
  self->palette = weir_canvas_palette_get ();
  self->context = gtk_widget_create_pango_context (widget);
  /* Text is scaled with the rest: glyphs must not be moved to whole pixels of the unscaled plane. */
  pango_context_set_round_glyph_positions (self->context, FALSE);
  pango_context_set_base_dir (self->context, PANGO_DIRECTION_WEAK_LTR);
  self->layout = pango_layout_new (self->context);
  self->icons = gtk_icon_theme_get_for_display (gtk_widget_get_display (widget));
  self->icon_cache = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->rasterizer = gsk_cairo_renderer_new ();
  gsk_renderer_realize_for_display (self->rasterizer, gtk_widget_get_display (widget), NULL);
  self->scale = gtk_widget_get_scale_factor (widget);
  /* Larger text grows as far as a card has room for; see weir_canvas_get_unit () for the rest. */
  self->text_scale = weir_painter_get_text_scale (self->context);
  self->unit = CLAMP (self->text_scale, 0.9, 1.15);
}

void
weir_painter_clear (WeirPainter *self)
{
  if (self->context == NULL)
    return;
  g_clear_object (&self->context);
  g_clear_object (&self->layout);
  g_clear_pointer (&self->icon_cache, g_hash_table_unref);
  gsk_renderer_unrealize (self->rasterizer);
  g_clear_object (&self->rasterizer);
}

void
weir_painter_fill_rounded (GtkSnapshot           *snapshot,
                           const graphene_rect_t *rect,
                           double                 radius,
                           const GdkRGBA         *colour)
{
  GskRoundedRect rounded;

  gsk_rounded_rect_init_from_rect (&rounded, rect, radius);
  gtk_snapshot_push_rounded_clip (snapshot, &rounded);
  gtk_snapshot_append_color (snapshot, colour, rect);
  gtk_snapshot_pop (snapshot);
}

void
weir_painter_outline (GtkSnapshot           *snapshot,
                      const graphene_rect_t *rect,
                      double                 radius,
                      double                 width,
                      const GdkRGBA         *colour)
{
  GskRoundedRect rounded;
  const float widths[] = { width, width, width, width };
  const GdkRGBA colours[] = { *colour, *colour, *colour, *colour };

  gsk_rounded_rect_init_from_rect (&rounded, rect, radius);
  gtk_snapshot_append_border (snapshot, &rounded, widths, colours);
}
