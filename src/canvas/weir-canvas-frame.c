/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>

#include "weir-canvas-signs.h"

#define TITLE_BAR 34.0
#define BOTTOM_BAR 28.0
#define SIDE 98.0 /* room for the names of ports */
#define PAD 14.0
#define INNER_CARD 52.0 /* height of a block drawn inside */
#define MAX_WIDTH 560.0
#define MAX_HEIGHT 360.0

/* Blocks that nobody has placed yet stand on each other: then they are shown in a row, four at most. */
static void
spread_inner (WeirCard        *self,
              graphene_rect_t *extent)
{
  for (guint i = 0; i < self->inner->len; i++)
    {
      graphene_rect_t *rect = &g_array_index (self->inner, WeirInnerCard, i).rect;

      rect->origin = GRAPHENE_POINT_INIT ((i % 4) * (WEIR_CARD_WIDTH + 48), (i / 4) * (INNER_CARD + 24));
      graphene_rect_union (extent, rect, extent);
    }
}

static void
collect_inner (WeirCard        *self,
               graphene_rect_t *extent)
{
  WeirGraph *body = weir_block_get_body (self->block);

  g_array_set_size (self->inner, 0);
  for (guint i = 0; i < weir_graph_get_n_blocks (body); i++)
    {
      WeirInnerCard inner = { .block = weir_graph_get_block (body, i), .status = WEIR_STEP_PENDING };
      double x, y;

      weir_block_get_position (inner.block, &x, &y);
      inner.rect = GRAPHENE_RECT_INIT (x, y, WEIR_CARD_WIDTH, INNER_CARD);
      g_array_append_val (self->inner, inner);
      if (i == 0)
        *extent = inner.rect;
      else
        graphene_rect_union (extent, &inner.rect, extent);
    }
}

/**
 * weir_frame_lay_out:
 * @self: the card of a container
 *
 * A container is drawn open: its blocks stand inside as they stand in their own graph, smaller when there are many.
 */
void
weir_frame_lay_out (WeirCard *self)
{
  WeirPortList *ports = weir_block_get_ports (self->block);
  guint n_rows = ports != NULL ? MAX (MAX (ports->inputs->len, ports->outputs->len), 1) : 1;
  graphene_rect_t extent = GRAPHENE_RECT_INIT (0, 0, WEIR_CARD_WIDTH, INNER_CARD);
  double scale, width, height, ports_height = n_rows * WEIR_CARD_ROW;

  if (self->inner == NULL)
    self->inner = g_array_new (FALSE, FALSE, sizeof (WeirInnerCard));
  collect_inner (self, &extent);
  if (self->inner->len > 1 && extent.size.width == WEIR_CARD_WIDTH && extent.size.height == INNER_CARD)
    {
      extent.origin = GRAPHENE_POINT_INIT (0, 0);
      spread_inner (self, &extent);
    }
  scale = MIN (1, MIN (MAX_WIDTH / extent.size.width, MAX_HEIGHT / extent.size.height));
  for (guint i = 0; i < self->inner->len; i++)
    {
      graphene_rect_t *rect = &g_array_index (self->inner, WeirInnerCard, i).rect;

      *rect = GRAPHENE_RECT_INIT (SIDE + (rect->origin.x - extent.origin.x) * scale,
                                  TITLE_BAR + 4 + (rect->origin.y - extent.origin.y) * scale, rect->size.width * scale,
                                  rect->size.height * scale);
    }
  width = 2 * SIDE + extent.size.width * scale;
  height = TITLE_BAR + MAX (extent.size.height * scale + PAD, ports_height) + BOTTOM_BAR;
  self->inner_scale = scale;
  self->indexed.bounds.size = GRAPHENE_SIZE_INIT (width, height);
}

static void
draw_inner_links (WeirCard    *self,
                  GtkSnapshot *snapshot,
                  WeirPainter *painter)
{
  WeirGraph *body = weir_block_get_body (self->block);

  for (guint i = 0; i < weir_graph_get_n_links (body); i++)
    {
      WeirLink *link = weir_graph_get_link (body, i);
      guint source = weir_block_get_index (weir_link_get_source (link));
      guint target = weir_block_get_index (weir_link_get_target (link));
      const graphene_rect_t *a, *b;
      WeirRouteEnds ends = { 0 };
      WeirRoute route;

      if (source >= self->inner->len || target >= self->inner->len)
        continue;
      a = &g_array_index (self->inner, WeirInnerCard, source).rect;
      b = &g_array_index (self->inner, WeirInnerCard, target).rect;
      ends.from = GRAPHENE_POINT_INIT (a->origin.x + a->size.width, a->origin.y + a->size.height / 2);
      ends.to = GRAPHENE_POINT_INIT (b->origin.x, b->origin.y + b->size.height / 2);
      weir_route_direct (&route, WEIR_LINK_STYLE_RIGHT_ANGLED, &ends);
      for (guint p = 1; p < route.n_corners; p++)
        {
          graphene_rect_t piece = GRAPHENE_RECT_INIT (route.corners[p].x, route.corners[p].y, 0, 0);

          graphene_rect_expand (&piece, &route.corners[p - 1], &piece);
          graphene_rect_inset (&piece, -0.75, -0.75);
          gtk_snapshot_append_color (snapshot, &painter->palette->link, &piece);
        }
    }
}

static void
draw_inner_card (WeirCard      *self,
                 WeirInnerCard *inner,
                 WeirPainter   *painter,
                 GtkSnapshot   *snapshot)
{
  const WeirCanvasPalette *palette = painter->palette;
  double s = self->inner_scale, x = inner->rect.origin.x, y = inner->rect.origin.y, width = inner->rect.size.width;
  GdkRGBA hue = weir_canvas_kind_colour (weir_block_get_kind_id (inner->block));
  GdkRGBA tint = weir_canvas_mix (&palette->card, &hue, palette->dark ? 0.26 : 0.16);
  GdkRGBA border = palette->card_border;
  const WeirBlockKind *kind = weir_block_get_kind (inner->block);
  g_autofree char *summary = weir_block_summarize (inner->block);
  WeirMarkKind mark;
  gboolean marked = weir_mark_get (inner->block, &mark, NULL) && mark != WEIR_MARK_SAME;
  gboolean badged = marked || (self->shown && inner->status != WEIR_STEP_PENDING);

  if (marked)
    border = weir_mark_get_colour (mark);
  else if (self->shown && inner->status != WEIR_STEP_PENDING)
    border = weir_canvas_state_colour (inner->status);
  weir_painter_fill_rounded (snapshot, &inner->rect, 8 * s, &palette->card);
  weir_painter_outline (snapshot, &inner->rect, 8 * s, 1, &border);
  weir_painter_fill_rounded (snapshot, &GRAPHENE_RECT_INIT (x + 10 * s, y + 11 * s, 30 * s, 30 * s), 6 * s, &tint);
  weir_painter_draw_icon (painter, snapshot, kind != NULL ? kind->icon : NULL, "applications-system-symbolic", &hue,
                          x + 17 * s, y + 18 * s, 16 * s);
  weir_painter_draw_text (painter, snapshot, weir_block_get_title (inner->block), 13 * s, PANGO_WEIGHT_BOLD,
                          &palette->text, x + 50 * s, y + (summary != NULL ? 8 : 17) * s,
                          width - (badged ? 78 : 58) * s, WEIR_TEXT_START, 1);
  if (summary != NULL)
    weir_painter_draw_text (painter, snapshot, summary, 11.5 * s, PANGO_WEIGHT_NORMAL, &palette->dim_text, x + 50 * s,
                            y + 27 * s, width - 58 * s, WEIR_TEXT_START, 1);
  if (badged)
    {
      graphene_rect_t badge = GRAPHENE_RECT_INIT (x + width - 24 * s, y + 10 * s, 16 * s, 16 * s);

      weir_painter_fill_rounded (snapshot, &badge, 8 * s, &border);
      weir_painter_draw_icon (painter, snapshot, marked ? weir_mark_get_icon (mark) : weir_canvas_state_icon (inner->status),
                              "content-loading-symbolic",
                              &palette->on_colour, badge.origin.x + 3 * s, badge.origin.y + 3 * s, 10 * s);
    }
}

static void
draw_progress (WeirCard    *self,
               WeirPainter *painter,
               GtkSnapshot *snapshot)
{
  double width = self->indexed.bounds.size.width - 2 * PAD, y = self->indexed.bounds.size.height - 9;
  double fraction = self->summary.status == WEIR_STEP_SUCCEEDED ? 1 : CLAMP (self->summary.progress, 0, 1);
  GdkRGBA colour = weir_canvas_state_colour (self->summary.status);

  weir_painter_fill_rounded (snapshot, &GRAPHENE_RECT_INIT (PAD, y, width, 4), 2, &painter->palette->track);
  if (fraction > 0)
    weir_painter_fill_rounded (snapshot, &GRAPHENE_RECT_INIT (PAD, y, MAX (width * fraction, 4), 4), 2, &colour);
}

static char *
make_title (WeirCard *self)
{
  guint at_once = weir_block_get_concurrency (self->block);

  /* Translators: a container block and how many of its items are worked on at the same time */
  return at_once > 1 ? g_strdup_printf (_("%s · %u at once"), weir_block_get_title (self->block), at_once)
                     : g_strdup (weir_block_get_title (self->block));
}

static void
draw_frame_pins (WeirCard    *self,
                 WeirPainter *painter,
                 GtkSnapshot *snapshot)
{
  for (guint i = 0; i < self->pins->len; i++)
    {
      const WeirPin *pin = &g_array_index (self->pins, WeirPin, i);

      if (pin->implicit && !pin->linked && !self->hovered && !self->selected)
        continue;
      weir_card_draw_pin (snapshot, painter, pin, pin->implicit && !pin->linked ? 6 : WEIR_PIN_SIZE, FALSE);
      if (!pin->implicit)
        weir_painter_draw_text (painter, snapshot, pin->title, 11.5, PANGO_WEIGHT_NORMAL, &painter->palette->text,
                                pin->input ? 12 : pin->x - SIDE + 8, pin->y - 8, SIDE - 20,
                                pin->input ? WEIR_TEXT_START : WEIR_TEXT_END, 1);
    }
}

void
weir_frame_draw (WeirCard    *self,
                 WeirScene   *scene,
                 WeirPainter *painter,
                 GtkSnapshot *snapshot,
                 WeirLod      lod)
{
  const WeirCanvasPalette *palette = painter->palette;
  graphene_rect_t rect = GRAPHENE_RECT_INIT (0, 0, self->indexed.bounds.size.width, self->indexed.bounds.size.height);
  WeirMarkKind mark;
  const char *words = NULL;
  gboolean marked = weir_mark_get (self->block, &mark, &words) && mark != WEIR_MARK_SAME;
  GdkRGBA colour = marked        ? weir_mark_get_colour (mark)
                   : self->shown ? weir_canvas_state_colour (self->summary.status)
                                 : palette->accent;
  GdkRGBA ink = weir_canvas_mix (&colour, &palette->text, 0.35);
  g_autofree char *title = make_title (self);
  const char *footer = marked ? words : self->footer;
  double room = rect.size.width - 2 * PAD - (self->shown || marked ? 28 : 0);


  weir_painter_fill_rounded (snapshot, &rect, 10, &palette->accent_tint);
  weir_painter_outline (snapshot, &rect, 10, marked ? 2 : 1.5, &colour);
  room -= weir_card_draw_signs (self, painter, snapshot, rect.size.width - (self->shown || marked ? 34 : PAD), 9, 14);
  weir_painter_draw_text (painter, snapshot, title, lod == WEIR_LOD_FULL ? 12.5 : 18, PANGO_WEIGHT_BOLD, &ink, PAD, 7,
                          room, WEIR_TEXT_START, 1);
  if (self->shown || marked)
    {
      graphene_rect_t badge = GRAPHENE_RECT_INIT (rect.size.width - 28, 8, 16, 16);

      weir_painter_fill_rounded (snapshot, &badge, 8, &colour);
      weir_painter_draw_icon (painter, snapshot,
                              marked ? weir_mark_get_icon (mark) : weir_canvas_state_icon (self->summary.status),
                              "content-loading-symbolic", &palette->on_colour, badge.origin.x + 3, badge.origin.y + 3,
                              10);
    }
  if (self->shown)
    draw_progress (self, painter, snapshot);
  if (self->inner->len == 0)
    weir_painter_draw_text (painter, snapshot, _("Nothing inside yet. Double-click to add blocks."), 11.5,
                            PANGO_WEIGHT_NORMAL, &palette->dim_text, SIDE, TITLE_BAR + 12, rect.size.width - 2 * SIDE,
                            WEIR_TEXT_MIDDLE, 2);
  draw_inner_links (self, snapshot, painter);
  for (guint i = 0; i < self->inner->len; i++)
    draw_inner_card (self, &g_array_index (self->inner, WeirInnerCard, i), painter, snapshot);
  if (lod == WEIR_LOD_FULL && footer != NULL)
    weir_painter_draw_text (painter, snapshot, footer, 11, PANGO_WEIGHT_NORMAL, &palette->dim_text, PAD,
                            rect.size.height - BOTTOM_BAR + 2, rect.size.width - 2 * PAD, WEIR_TEXT_START, 1);
  draw_frame_pins (self, painter, snapshot);
}
