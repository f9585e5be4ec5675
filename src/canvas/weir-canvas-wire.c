/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-canvas-scene.h"

#include <math.h>

#define SIGN_WIDTH 22.0   /* of a chip without words */

/* Each output of a block has a lane of its own. */
static double
find_lane (WeirWire      *self,
           const WeirPin *out)
{
  guint n = 0, place = 0;

  for (guint i = 0; out != NULL && i < self->source->pins->len; i++)
    {
      const WeirPin *pin = &g_array_index (self->source->pins, WeirPin, i);

      if (pin->input || pin->implicit)
        continue;
      if (pin == out)
        place = n;
      n++;
    }
  return n > 1 && !out->implicit ? (place - (n - 1) / 2.0) * 7 : 0;
}

void
weir_wire_get_ends (WeirWire      *self,
                    WeirRouteEnds *ends)
{
  const WeirPin *out = weir_card_find_pin (self->source, weir_link_get_source_port (self->link), FALSE);
  const WeirPin *in = weir_card_find_pin (self->target, weir_link_get_target_port (self->link), TRUE);
  const graphene_rect_t *a = &self->source->indexed.bounds, *b = &self->target->indexed.bounds;

  /* A port that is no more (the settings changed): its link hangs at the middle of the card's edge until it is
   * removed. */
  *ends = (WeirRouteEnds) {
    .from = GRAPHENE_POINT_INIT (a->origin.x + a->size.width, a->origin.y + (out ? out->y : a->size.height / 2)),
    .to = GRAPHENE_POINT_INIT (b->origin.x, b->origin.y + (in ? in->y : b->size.height / 2)),
    .source = &self->source->indexed,
    .target = &self->target->indexed,
    .lane = find_lane (self, out),
  };
  self->side = out != NULL && out->side;
}

/* The point of the path that is this far along it, of 1. */
static graphene_point_t
point_along (WeirWire *self,
             double    share)
{
  double length = 0, left;

  for (guint i = 1; i < self->n_path; i++)
    length += hypotf (self->path[i].x - self->path[i - 1].x, self->path[i].y - self->path[i - 1].y);
  left = length * share;
  for (guint i = 1; i < self->n_path; i++)
    {
      const graphene_point_t *a = &self->path[i - 1], *b = &self->path[i];
      double piece = hypotf (b->x - a->x, b->y - a->y);

      if (piece > 0 && left <= piece)
        return GRAPHENE_POINT_INIT (a->x + (b->x - a->x) * left / piece, a->y + (b->y - a->y) * left / piece);
      left -= piece;
    }
  return self->path[self->n_path - 1];
}

/* What the chip says: what became of the link, else its condition. */
static const char *
get_words (WeirWire *self)
{
  const char *mark = NULL;

  return weir_mark_get (self->link, NULL, &mark) && mark != NULL ? mark : weir_link_get_when (self->link);
}

static void
measure_chip (WeirWire *self)
{
  const char *when = get_words (self);
  graphene_point_t middle;
  double room, width;

  self->chip = GRAPHENE_RECT_INIT (0, 0, 0, 0);
  if (when == NULL && !weir_link_is_feedback (self->link))
    return;
  /* Hardly wider than the gap that it stands in; the inspector has the whole condition. */
  room = CLAMP (self->path[self->n_path - 1].x - self->path[0].x + 12, 56, 120);
  width = when == NULL
            ? SIGN_WIDTH
            : CLAMP (g_utf8_strlen (when, -1) * 5.6 + 18
                       + (weir_link_is_feedback (self->link) || weir_mark_is_different (self->link) ? 14 : 0),
                     40, room);
  middle = point_along (self, 0.5);
  self->chip = GRAPHENE_RECT_INIT (middle.x - width / 2, middle.y - 10, width, 20);
}

static void
measure_bounds (WeirWire *self)
{
  graphene_rect_t *bounds = &self->route.indexed.bounds;

  graphene_rect_init (bounds, self->path[0].x, self->path[0].y, 0, 0);
  for (guint i = 1; i < self->n_path; i++)
    graphene_rect_expand (bounds, &self->path[i], bounds);
  if (self->chip.size.width > 0)
    graphene_rect_union (bounds, &self->chip, bounds);
  graphene_rect_inset (bounds, -8, -8);
}

void
weir_wire_lay (WeirWire *self)
{
  graphene_point_t points[WEIR_ROUTE_MAX_POINTS];
  guint n = weir_route_flatten (&self->route, self->scene->router.style, points);

  self->error = g_str_equal (weir_link_get_source_port (self->link), "error");
  if (n != self->n_path)
    self->path = g_renew (graphene_point_t, self->path, n);
  memcpy (self->path, points, n * sizeof *points);
  self->n_path = n;
  measure_chip (self);
  measure_bounds (self);
}

/* Whether a chip here would cover a card or another chip. */
static gboolean
is_covered (WeirWire              *self,
            const graphene_rect_t *chip)
{
  GPtrArray *found = self->scene->router.found;

  g_ptr_array_set_size (found, 0);
  weir_canvas_index_query (self->scene->card_index, chip, found);
  if (found->len > 0)
    return TRUE;
  weir_canvas_index_query (self->scene->wire_index, chip, found);
  for (guint i = 0; i < found->len; i++)
    {
      WeirWire *other = g_ptr_array_index (found, i);

      if (other != self && other->chip.size.width > 0 && graphene_rect_intersection (&other->chip, chip, NULL))
        return TRUE;
    }
  return FALSE;
}

static gboolean
try_chip (WeirWire *self,
          double    width)
{
  static const double shares[] = { 0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8 };

  for (guint i = 0; i < G_N_ELEMENTS (shares); i++)
    {
      graphene_point_t at = point_along (self, shares[i]);
      graphene_rect_t chip = GRAPHENE_RECT_INIT (at.x - width / 2, at.y - 10, width, 20);

      if (is_covered (self, &chip))
        continue;
      self->chip = chip;
      return TRUE;
    }
  return FALSE;
}

void
weir_wire_place_chip (WeirWire *self)
{
  /* Where there is no room for words a sign has to do. */
  if (self->chip.size.width > 0 && !try_chip (self, self->chip.size.width))
    try_chip (self, SIGN_WIDTH);
  measure_bounds (self);
}

void
weir_wire_touch (WeirWire *self)
{
  g_clear_pointer (&self->chip_node, gsk_render_node_unref);
  if (self->route.indexed.bounds.size.width + self->route.indexed.bounds.size.height < 1200)
    {
      weir_tiles_invalidate (self->scene->tiles, &self->route.indexed.bounds);
      return;
    }
  /* The box around a long link would touch half the tiles. */
  for (guint i = 1; i < self->n_path; i++)
    {
      graphene_rect_t piece = GRAPHENE_RECT_INIT (self->path[i].x, self->path[i].y, 0, 0);

      graphene_rect_expand (&piece, &self->path[i - 1], &piece);
      graphene_rect_inset (&piece, -8, -8);
      weir_tiles_invalidate (self->scene->tiles, &piece);
    }
}

void
weir_wire_free (WeirWire *self)
{
  g_clear_pointer (&self->chip_node, gsk_render_node_unref);
  g_clear_object (&self->accessible);
  g_clear_object (&self->link);
  g_free (self->path);
  g_free (self);
}

GdkRGBA
weir_wire_get_colour (WeirWire *self)
{
  const WeirCanvasPalette *palette = weir_canvas_palette_get ();
  WeirMarkKind mark;

  if (self->selected)
    return palette->accent;
  if (weir_mark_get (self->link, &mark, NULL))
    return mark == WEIR_MARK_SAME ? palette->link_dead : weir_mark_get_colour (mark);
  if (self->shown && self->deliveries > 0)
    return self->error ? palette->failure : self->to_live ? palette->accent : palette->success;
  if (self->shown && self->closed)
    return palette->link_dead;
  if (self->hovered)
    return weir_canvas_mix (&palette->link, &palette->text, 0.6);
  return self->error ? palette->link_error : palette->link;
}

static void
draw_chip (WeirWire      *self,
           WeirPainter   *painter,
           GtkSnapshot   *snapshot,
           const GdkRGBA *colour,
           gboolean       dead)
{
  const WeirCanvasPalette *palette = painter->palette;
  const char *when = get_words (self);
  double x = self->chip.origin.x, y = self->chip.origin.y, width = self->chip.size.width;
  gboolean feedback = weir_link_is_feedback (self->link);
  WeirMarkKind mark;

  weir_painter_fill_rounded (snapshot, &self->chip, 10, &palette->card);
  weir_painter_outline (snapshot, &self->chip, 10, 1.2, colour);
  if (weir_mark_get (self->link, &mark, NULL) && mark != WEIR_MARK_SAME)
    {
      weir_painter_draw_icon (painter, snapshot, weir_mark_get_icon (mark), "document-edit-symbolic", colour,
                              width > SIGN_WIDTH ? x + 6 : x + width / 2 - 6, y + 4, 12);
      if (width <= SIGN_WIDTH)
        return;
      x += 14;
      width -= 14;
      feedback = FALSE;
    }
  if (feedback && (when == NULL || width > SIGN_WIDTH))
    {
      weir_painter_draw_icon (painter, snapshot, "media-playlist-repeat-symbolic", "view-refresh-symbolic", colour,
                              x + 5, y + 4, 12);
      x += 13;
      width -= 13;
    }
  if (when != NULL)
    weir_painter_draw_text (painter, snapshot, self->chip.size.width > SIGN_WIDTH ? when : "?", 10.5,
                            PANGO_WEIGHT_NORMAL, dead ? &palette->dim_text : &palette->text, x + 6, y + 3, width - 12,
                            WEIR_TEXT_MIDDLE, 1);
}

GskRenderNode *
weir_wire_ensure_chip (WeirWire    *self,
                       WeirScene   *scene,
                       WeirPainter *painter)
{
  GtkSnapshot *snapshot;
  GdkRGBA colour;

  if (self->chip.size.width == 0 || self->hidden)
    return NULL;
  if (self->chip_node != NULL)
    return self->chip_node;
  scene->n_nodes_made++;
  snapshot = gtk_snapshot_new ();
  colour = weir_wire_get_colour (self);
  draw_chip (self, painter, snapshot, &colour, self->shown && self->closed && self->deliveries == 0);
  self->chip_node = gtk_snapshot_free_to_node (snapshot);
  return self->chip_node;
}

double
weir_wire_distance (WeirWire *self,
                    double    x,
                    double    y)
{
  if (self->chip.size.width > 0 && graphene_rect_contains_point (&self->chip, &GRAPHENE_POINT_INIT (x, y)))
    return 0;
  return weir_route_line_distance (self->path, self->n_path, x, y);
}
