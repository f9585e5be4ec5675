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
  pango_layout_set_alignment (self->layout, align == WEIR_TEXT_END ? PANGO_ALIGN_RIGHT
                              : align == WEIR_TEXT_MIDDLE ? PANGO_ALIGN_CENTER : PANGO_ALIGN_LEFT);
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
  g_autoptr(GtkIconPaintable) icon = NULL;
  const GdkRGBA colours[] = { *colour, *colour, *colour, *colour };

  if (name == NULL || !gtk_icon_theme_has_icon (self->icons, name))
    name = fallback;
  icon = gtk_icon_theme_lookup_icon (self->icons, name, NULL, size, self->scale * 2, GTK_TEXT_DIR_LTR, 0);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (x, y));
  gtk_symbolic_paintable_snapshot_symbolic (GTK_SYMBOLIC_PAINTABLE (icon), snapshot, size, size,
                                            colours, G_N_ELEMENTS (colours));
  gtk_snapshot_restore (snapshot);
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
