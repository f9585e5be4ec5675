/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-canvas-private.h"

/* What part of the plane is seen, and where things are in it. */

double
weir_canvas_get_zoom (WeirCanvas *self)
{
  g_return_val_if_fail (WEIR_IS_CANVAS (self), 1);
  return weir_viewport_get_zoom (self->viewport);
}

void
weir_canvas_set_zoom (WeirCanvas *self,
                      double      zoom)
{
  int width, height;

  g_return_if_fail (WEIR_IS_CANVAS (self));
  weir_viewport_get_size (self->viewport, &width, &height);
  weir_viewport_zoom_at (self->viewport, zoom, width / 2.0, height / 2.0);
}

void
weir_canvas_zoom_to_fit (WeirCanvas *self)
{
  graphene_rect_t bounds;
  int width, height;

  g_return_if_fail (WEIR_IS_CANVAS (self));
  weir_viewport_set_unit (self->viewport, weir_canvas_get_unit (self));
  weir_viewport_get_size (self->viewport, &width, &height);
  if (width == 0 || height == 0)
    self->fit_wanted = TRUE;
  else if (self->scene != NULL && weir_scene_get_bounds (self->scene, &bounds))
    weir_viewport_fit (self->viewport, &bounds, MIN (width, height) > 500 ? 48 : 16);
  else
    weir_viewport_fit (self->viewport, &GRAPHENE_RECT_INIT (0, 0, 1, 1), 0);
}

void
weir_canvas_reveal_block (WeirCanvas *self,
                          WeirBlock  *block)
{
  WeirCard *card;

  g_return_if_fail (WEIR_IS_CANVAS (self) && WEIR_IS_BLOCK (block));
  if (weir_block_get_graph (block) != self->graph)
    weir_canvas_set_graph (self, weir_block_get_graph (block));
  card = weir_scene_find_card (self->scene, block);
  if (card != NULL)
    weir_viewport_reveal (self->viewport, &card->indexed.bounds, 24);
}

gboolean
weir_canvas_get_block_bounds (WeirCanvas      *self,
                              WeirBlock       *block,
                              graphene_rect_t *bounds)
{
  WeirCard *card = self->scene != NULL ? weir_scene_find_card (self->scene, block) : NULL;
  double x, y, zoom = weir_viewport_get_zoom (self->viewport);

  if (card == NULL)
    return FALSE;
  weir_viewport_to_view (self->viewport, card->indexed.bounds.origin.x, card->indexed.bounds.origin.y, &x, &y);
  *bounds = GRAPHENE_RECT_INIT (x, y, card->indexed.bounds.size.width * zoom, card->indexed.bounds.size.height * zoom);
  return TRUE;
}

gboolean
weir_canvas_get_port_point (WeirCanvas       *self,
                            WeirBlock        *block,
                            const char       *port,
                            gboolean          input,
                            graphene_point_t *point)
{
  WeirCard *card = self->scene != NULL ? weir_scene_find_card (self->scene, block) : NULL;
  const WeirPin *pin = card != NULL ? weir_card_find_pin (card, port, input) : NULL;
  double x, y;

  if (pin == NULL)
    return FALSE;
  weir_viewport_to_view (self->viewport, card->indexed.bounds.origin.x + pin->x, card->indexed.bounds.origin.y + pin->y,
                         &x, &y);
  *point = GRAPHENE_POINT_INIT (x, y);
  return TRUE;
}

char *
weir_canvas_describe_block (WeirCanvas *self,
                            WeirBlock  *block)
{
  WeirCard *card = self->scene != NULL ? weir_scene_find_card (self->scene, block) : NULL;

  return card != NULL ? weir_scene_describe_card (self->scene, card) : g_strdup (weir_block_get_title (block));
}

/**
 * weir_canvas_get_unit:
 * @self: a canvas
 *
 * Cards stand where the file says, so large text in them can grow a little only; what is more comes from the zoom.
 *
 * Returns: the zoom that counts as 100 %, 1 for text of the usual size
 */
double
weir_canvas_get_unit (WeirCanvas *self)
{
  return CLAMP (weir_painter_get_text_scale (gtk_widget_get_pango_context (GTK_WIDGET (self))) / 1.15, 1, 2.5);
}
