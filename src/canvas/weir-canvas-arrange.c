/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>

#include "weir-canvas-private.h"

#define COLUMN_GAP 72.0
#define ROW_GAP    32.0

/* A layered arrangement: each block one column after the last block that it takes from (links that close a cycle left
 * out), columns ordered by the mean place of their neighbours. Linear in blocks and links but for the sorting. */

typedef struct
{
  WeirCard *card;
  guint     column;
  double    weight;   /* mean height of what it is linked with */
  double    y;
} Place;

static guint
find_column (WeirGraph *graph,
             Place     *places,
             guint     *order,
             guint      n)
{
  guint n_columns = 1;

  /* The blocks come in an order in which every link but the feedback ones leads forward. */
  for (guint i = 0; i < n; i++)
    {
      Place *place = &places[order[i]];
      guint n_links;
      WeirLink **links = weir_graph_get_links_to (graph, place->card->block, &n_links);

      for (guint l = 0; l < n_links; l++)
        if (!weir_link_is_feedback (links[l]))
          place->column = MAX (place->column,
                               places[weir_block_get_index (weir_link_get_source (links[l]))].column + 1);
      n_columns = MAX (n_columns, place->column + 1);
    }
  return n_columns;
}

/* Blocks so that sources come before targets; what only a feedback link holds back is free. */
static guint *
sort_by_links (WeirGraph *graph,
               guint      n)
{
  g_autofree guint *waiting = g_new0 (guint, n + 1);
  guint *order = g_new0 (guint, n + 1);
  guint head = 0, tail = 0;

  for (guint i = 0; i < weir_graph_get_n_links (graph); i++)
    {
      WeirLink *link = weir_graph_get_link (graph, i);

      if (!weir_link_is_feedback (link) && weir_link_get_source (link) != weir_link_get_target (link))
        waiting[weir_block_get_index (weir_link_get_target (link))]++;
    }
  for (guint i = 0; i < n; i++)
    if (waiting[i] == 0)
      order[tail++] = i;
  for (; head < tail; head++)
    {
      WeirBlock *block = weir_graph_get_block (graph, order[head]);
      guint n_links;
      WeirLink **links = weir_graph_get_links_from (graph, block, &n_links);

      for (guint l = 0; l < n_links; l++)
        {
          guint target = weir_block_get_index (weir_link_get_target (links[l]));

          if (!weir_link_is_feedback (links[l]) && target != order[head] && --waiting[target] == 0)
            order[tail++] = target;
        }
    }
  /* Whatever a cycle without a known feedback link holds comes last, in file order. */
  for (guint i = 0; i < n; i++)
    if (waiting[i] > 0)
      order[tail++] = i;
  return order;
}

static int
compare_weights (gconstpointer a,
                 gconstpointer b)
{
  const Place *first = *(Place *const *) a, *second = *(Place *const *) b;

  return first->weight < second->weight ? -1 : first->weight > second->weight;
}

static void
weigh (WeirGraph *graph,
       Place     *places,
       Place     *place)
{
  guint n;
  WeirLink **links = weir_graph_get_links_to (graph, place->card->block, &n);
  double sum = 0;
  guint count = 0;

  for (guint i = 0; i < n; i++)
    if (!weir_link_is_feedback (links[i]))
      {
        const WeirPin *pin;
        Place *source = &places[weir_block_get_index (weir_link_get_source (links[i]))];

        pin = weir_card_find_pin (source->card, weir_link_get_source_port (links[i]), FALSE);
        sum += source->y + (pin != NULL ? pin->y : 0);
        count++;
      }
  place->weight = count > 0 ? sum / count : place->y;
}

static void
place_column (GPtrArray *column)
{
  double y = 0, wanted = 0, height = 0;

  g_ptr_array_sort (column, compare_weights);
  for (guint i = 0; i < column->len; i++)
    {
      Place *place = g_ptr_array_index (column, i);

      height += place->card->indexed.bounds.size.height + (i > 0 ? ROW_GAP : 0);
      wanted += place->weight / column->len;
    }
  y = wanted - height / 2;
  for (guint i = 0; i < column->len; i++)
    {
      Place *place = g_ptr_array_index (column, i);

      place->y = y;
      y += place->card->indexed.bounds.size.height + ROW_GAP;
    }
}

static void
commit (WeirCanvas *self,
        GPtrArray  *columns,
        double      left,
        double      top,
        double      lowest)
{
  double x = left;

  weir_workflow_begin_edit (self->workflow, _("Arrange"));
  for (guint c = 0; c < columns->len; c++)
    {
      GPtrArray *column = g_ptr_array_index (columns, c);
      double widest = 0;

      for (guint i = 0; i < column->len; i++)
        {
          Place *place = g_ptr_array_index (column, i);

          widest = MAX (widest, place->card->indexed.bounds.size.width);
          weir_workflow_set_position (self->workflow, place->card->block, weir_canvas_snap (x),
                                      weir_canvas_snap (place->y - lowest + top));
        }
      x += widest + COLUMN_GAP;
    }
  weir_workflow_end_edit (self->workflow);
}

/**
 * weir_canvas_arrange:
 * @self: a canvas
 *
 * Arranges all blocks from left to right as they depend on each other. One edit.
 */
void
weir_canvas_arrange (WeirCanvas *self)
{
  guint n = self->scene->cards->len, n_columns;
  g_autofree Place *places = g_new0 (Place, n + 1);
  g_autofree guint *order = sort_by_links (self->graph, n);
  g_autoptr(GPtrArray) columns = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  double left = G_MAXDOUBLE, top = G_MAXDOUBLE, lowest = G_MAXDOUBLE;

  if (n == 0)
    return;
  for (guint i = 0; i < n; i++)
    {
      places[i].card = g_ptr_array_index (self->scene->cards, i);
      places[i].y = i * 0.001;
      left = MIN (left, places[i].card->indexed.bounds.origin.x);
      top = MIN (top, places[i].card->indexed.bounds.origin.y);
    }
  n_columns = find_column (self->graph, places, order, n);
  for (guint i = 0; i < n_columns; i++)
    g_ptr_array_add (columns, g_ptr_array_new ());
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (g_ptr_array_index (columns, places[order[i]].column), &places[order[i]]);
  for (guint c = 0; c < n_columns; c++)
    {
      GPtrArray *column = g_ptr_array_index (columns, c);

      for (guint i = 0; i < column->len; i++)
        weigh (self->graph, places, g_ptr_array_index (column, i));
      place_column (column);
    }
  for (guint i = 0; i < n; i++)
    lowest = MIN (lowest, places[i].y);
  commit (self, columns, left, top, lowest);
  weir_canvas_zoom_to_fit (self);
  weir_canvas_announce (self, _("Arranged"));
}
