/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>

#include "weir-canvas-private.h"

#include <math.h>

/* Blocks in line with each other: guides while one is dragged, and the actions that align and distribute. */

#define REACH 6.0   /* view pixels in which an edge is drawn to another */

typedef struct
{
  double distance;   /* how far the dragged edge is from where it would be */
  double at;
  double low, high;  /* of the line */
} Guide;

static void
consider (Guide                 *best,
          double                 edge,
          double                 other,
          double                 low,
          double                 high)
{
  if (fabs (other - edge) < fabs (best->distance))
    *best = (Guide) { other - edge, other, low, high };
}

static void
add_guide (WeirCanvas  *self,
           const Guide *guide,
           gboolean     upright)
{
  graphene_rect_t line = upright ? GRAPHENE_RECT_INIT (guide->at, guide->low, 0, guide->high - guide->low)
                                 : GRAPHENE_RECT_INIT (guide->low, guide->at, guide->high - guide->low, 0);

  g_array_append_val (self->guides, line);
}

/**
 * weir_canvas_follow_guides:
 * @self: a canvas on which blocks are dragged
 * @moving: where the block under the pointer would be
 * @x: (inout): its place on the grid; the place in line with another if there is one near
 * @y: (inout): see @x
 *
 * Left, middle and right edges are compared, and top, middle and bottom, with the blocks that are seen.
 */
void
weir_canvas_follow_guides (WeirCanvas            *self,
                           const graphene_rect_t *moving,
                           double                *x,
                           double                *y)
{
  double reach = REACH / weir_viewport_get_zoom (self->viewport);
  Guide across = { .distance = reach }, down = { .distance = reach };
  double left = moving->origin.x, top = moving->origin.y, width = moving->size.width, height = moving->size.height;
  g_autoptr(GPtrArray) found = g_ptr_array_new ();
  graphene_rect_t visible;

  g_array_set_size (self->guides, 0);
  weir_viewport_get_visible (self->viewport, &visible);
  weir_canvas_index_query (self->scene->card_index, &visible, found);
  for (guint i = 0; i < found->len; i++)
    {
      WeirCard *card = g_ptr_array_index (found, i);
      const graphene_rect_t *rect = &card->indexed.bounds;
      double low = MIN (top, rect->origin.y), high = MAX (top + height, rect->origin.y + rect->size.height);

      if (card->selected)
        continue;
      for (int part = 0; part <= 2; part++)
        consider (&across, left + width * part / 2, rect->origin.x + rect->size.width * part / 2, low, high);
      low = MIN (left, rect->origin.x);
      high = MAX (left + width, rect->origin.x + rect->size.width);
      for (int part = 0; part <= 2; part++)
        consider (&down, top + height * part / 2, rect->origin.y + rect->size.height * part / 2, low, high);
    }
  if (fabs (across.distance) < reach)
    {
      *x = left + across.distance;
      add_guide (self, &across, TRUE);
    }
  if (fabs (down.distance) < reach)
    {
      *y = top + down.distance;
      add_guide (self, &down, FALSE);
    }
}

void
weir_canvas_snapshot_guides (WeirCanvas  *self,
                             GtkSnapshot *snapshot)
{
  for (guint i = 0; i < self->guides->len; i++)
    {
      const graphene_rect_t *line = &g_array_index (self->guides, graphene_rect_t, i);
      double zoom = weir_viewport_get_zoom (self->viewport), x, y;

      weir_viewport_to_view (self->viewport, line->origin.x, line->origin.y, &x, &y);
      gtk_snapshot_append_color (snapshot, &self->painter.palette->accent,
                                 &GRAPHENE_RECT_INIT (round (x), round (y), MAX (line->size.width * zoom, 1),
                                                      MAX (line->size.height * zoom, 1)));
    }
}

/* Align and distribute */

static GPtrArray *
list_cards (WeirCanvas *self)
{
  GPtrArray *cards = g_ptr_array_new ();

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->selected)); i++)
    {
      g_autoptr(WeirBlock) block = g_list_model_get_item (G_LIST_MODEL (self->selected), i);

      g_ptr_array_add (cards, weir_scene_find_card (self->scene, block));
    }
  return cards;
}

static graphene_rect_t
get_extent (GPtrArray *cards)
{
  graphene_rect_t extent = ((WeirCard *) g_ptr_array_index (cards, 0))->indexed.bounds;

  for (guint i = 1; i < cards->len; i++)
    graphene_rect_union (&extent, &((WeirCard *) g_ptr_array_index (cards, i))->indexed.bounds, &extent);
  return extent;
}

static void
align_action (GtkWidget  *widget,
              const char *name,
              GVariant   *parameter)
{
  WeirCanvas *self = WEIR_CANVAS (widget);
  const char *edge = g_variant_get_string (parameter, NULL);
  g_autoptr(GPtrArray) cards = list_cards (self);
  graphene_rect_t extent;
  double share;

  if (cards->len < 2)
    return;
  extent = get_extent (cards);
  share = g_str_equal (edge, "left") || g_str_equal (edge, "top")       ? 0
          : g_str_equal (edge, "right") || g_str_equal (edge, "bottom") ? 1
                                                                        : 0.5;
  weir_workflow_begin_edit (self->workflow, _("Align"));
  for (guint i = 0; i < cards->len; i++)
    {
      WeirCard *card = g_ptr_array_index (cards, i);
      graphene_rect_t rect = card->indexed.bounds;

      if (g_str_equal (edge, "left") || g_str_equal (edge, "right") || g_str_equal (edge, "center"))
        rect.origin.x = extent.origin.x + (extent.size.width - rect.size.width) * share;
      else
        rect.origin.y = extent.origin.y + (extent.size.height - rect.size.height) * share;
      weir_workflow_set_position (self->workflow, card->block, round (rect.origin.x), round (rect.origin.y));
    }
  weir_workflow_end_edit (self->workflow);
  weir_canvas_announce (self, _("Aligned"));
}

static int
compare_left (gconstpointer a,
              gconstpointer b)
{
  const WeirCard *first = *(WeirCard *const *) a, *second = *(WeirCard *const *) b;

  return first->indexed.bounds.origin.x < second->indexed.bounds.origin.x
           ? -1
           : first->indexed.bounds.origin.x > second->indexed.bounds.origin.x;
}

static int
compare_top (gconstpointer a,
             gconstpointer b)
{
  const WeirCard *first = *(WeirCard *const *) a, *second = *(WeirCard *const *) b;

  return first->indexed.bounds.origin.y < second->indexed.bounds.origin.y
           ? -1
           : first->indexed.bounds.origin.y > second->indexed.bounds.origin.y;
}

/* The same gap between each block and the next; the outermost stay. */
static void
distribute_action (GtkWidget  *widget,
                   const char *name,
                   GVariant   *parameter)
{
  WeirCanvas *self = WEIR_CANVAS (widget);
  gboolean across = g_str_equal (g_variant_get_string (parameter, NULL), "across");
  g_autoptr(GPtrArray) cards = list_cards (self);
  graphene_rect_t extent;
  double filled = 0, gap, at;

  if (cards->len < 3)
    return;
  extent = get_extent (cards);
  g_ptr_array_sort (cards, across ? compare_left : compare_top);
  for (guint i = 0; i < cards->len; i++)
    {
      const graphene_size_t *size = &((WeirCard *) g_ptr_array_index (cards, i))->indexed.bounds.size;

      filled += across ? size->width : size->height;
    }
  gap = ((across ? extent.size.width : extent.size.height) - filled) / (cards->len - 1);
  at = across ? extent.origin.x : extent.origin.y;
  weir_workflow_begin_edit (self->workflow, _("Distribute"));
  for (guint i = 0; i < cards->len; i++)
    {
      WeirCard *card = g_ptr_array_index (cards, i);
      graphene_rect_t rect = card->indexed.bounds;

      weir_workflow_set_position (self->workflow, card->block, across ? round (at) : rect.origin.x,
                                  across ? rect.origin.y : round (at));
      at += (across ? rect.size.width : rect.size.height) + gap;
    }
  weir_workflow_end_edit (self->workflow);
  weir_canvas_announce (self, _("Distributed"));
}

void
weir_canvas_install_guides (GtkWidgetClass *klass)
{
  gtk_widget_class_install_action (klass, "canvas.align", "s", align_action);
  gtk_widget_class_install_action (klass, "canvas.distribute", "s", distribute_action);
}
