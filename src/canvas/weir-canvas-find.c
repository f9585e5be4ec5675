/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-canvas-scene.h"

#include <math.h>

/* What is where in a scene. */

WeirCard *
weir_scene_find_card (WeirScene *self,
                      WeirBlock *block)
{
  return g_hash_table_lookup (self->card_of, block);
}

WeirWire *
weir_scene_find_wire (WeirScene *self,
                      WeirLink  *link)
{
  return g_hash_table_lookup (self->wire_of, link);
}

WeirCard *
weir_scene_card_at (WeirScene *self,
                    double     x,
                    double     y)
{
  g_autoptr(GPtrArray) found = g_ptr_array_new ();
  WeirCard *best = NULL;

  weir_canvas_index_query (self->card_index, &GRAPHENE_RECT_INIT (x, y, 0.01f, 0.01f), found);
  for (guint i = 0; i < found->len; i++)
    {
      WeirCard *card = g_ptr_array_index (found, i);

      if (best == NULL || card->order > best->order)
        best = card;
    }
  return best;
}

WeirWire *
weir_scene_wire_at (WeirScene *self,
                    double     x,
                    double     y,
                    double     radius)
{
  g_autoptr(GPtrArray) found = g_ptr_array_new ();
  WeirWire *best = NULL;

  weir_scene_lay_wires (self);
  weir_canvas_index_query (self->wire_index, &GRAPHENE_RECT_INIT (x - radius, y - radius, 2 * radius, 2 * radius),
                           found);
  for (guint i = 0; i < found->len; i++)
    {
      WeirWire *wire = g_ptr_array_index (found, i);
      double distance = weir_wire_distance (wire, x, y);

      if (distance <= radius && !weir_link_is_leap (wire->link))
        {
          radius = distance;
          best = wire;
        }
    }
  return best;
}

/* What lies on a frame is not the frame: it is taken by its title and its edges. */
static gboolean
is_rim_of_frame (const WeirSticky *sticky,
                 double            x,
                 double            y)
{
  const double rim = 8;
  const graphene_rect_t *rect = &sticky->rect;

  return y < rect->origin.y + WEIR_STICKY_BAR || x < rect->origin.x + rim || x > rect->origin.x + rect->size.width - rim
         || y > rect->origin.y + rect->size.height - rim
         || (x > rect->origin.x + rect->size.width - 2 * rim && y > rect->origin.y + rect->size.height - 2 * rim);
}

WeirSticky *
weir_scene_sticky_at (WeirScene *self,
                      double     x,
                      double     y)
{
  for (guint i = self->stickies->len; i > 0; i--)
    {
      WeirSticky *sticky = g_ptr_array_index (self->stickies, i - 1);

      if (graphene_rect_contains_point (&sticky->rect, &GRAPHENE_POINT_INIT (x, y))
          && (!sticky->frame || is_rim_of_frame (sticky, x, y)))
        return sticky;
    }
  return NULL;
}

const WeirPin *
weir_scene_pin_at (WeirScene  *self,
                   double      x,
                   double      y,
                   double      radius,
                   WeirCard  **card)
{
  g_autoptr(GPtrArray) found = g_ptr_array_new ();
  const WeirPin *best = NULL;

  *card = NULL;
  weir_canvas_index_query (self->card_index, &GRAPHENE_RECT_INIT (x - radius, y - radius, 2 * radius, 2 * radius),
                           found);
  for (guint i = 0; i < found->len; i++)
    {
      WeirCard *candidate = g_ptr_array_index (found, i);

      for (guint p = 0; p < candidate->pins->len; p++)
        {
          const WeirPin *pin = &g_array_index (candidate->pins, WeirPin, p);
          double distance = hypot (candidate->indexed.bounds.origin.x + pin->x - x,
                                   candidate->indexed.bounds.origin.y + pin->y - y);

          if (distance <= radius)
            {
              radius = distance;
              best = pin;
              *card = candidate;
            }
        }
    }
  return best;
}

gboolean
weir_scene_get_bounds (WeirScene       *self,
                       graphene_rect_t *bounds)
{
  gboolean any = FALSE;

  for (guint i = 0; i < self->cards->len + self->stickies->len; i++)
    {
      const graphene_rect_t *rect = i < self->cards->len
                                      ? &((WeirCard *) g_ptr_array_index (self->cards, i))->indexed.bounds
                                      : &((WeirSticky *) g_ptr_array_index (self->stickies, i - self->cards->len))
                                           ->rect;

      if (any)
        graphene_rect_union (bounds, rect, bounds);
      else
        *bounds = *rect;
      any = TRUE;
    }
  return any;
}
