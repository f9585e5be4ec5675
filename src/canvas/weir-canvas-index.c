/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-canvas-index.h"

#include <math.h>

/* About two cards wide: few cells a frame, few items a cell. */
#define CELL 512.0

struct _WeirCanvasIndex
{
  GHashTable *cells;   /* of GPtrArray, by packed column and row */
  guint       stamp;
};

typedef struct
{
  int left, top, right, bottom;
} Cells;

static Cells
cells_of (const graphene_rect_t *rect)
{
  return (Cells) { (int) floor (rect->origin.x / CELL), (int) floor (rect->origin.y / CELL),
                   (int) floor ((rect->origin.x + rect->size.width) / CELL),
                   (int) floor ((rect->origin.y + rect->size.height) / CELL) };
}

static gpointer
cell_key (int column,
          int row)
{
  return GSIZE_TO_POINTER (((gsize) (guint32) column << 32) | (guint32) row);
}

WeirCanvasIndex *
weir_canvas_index_new (void)
{
  WeirCanvasIndex *self = g_new0 (WeirCanvasIndex, 1);

  self->cells = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_ptr_array_unref);
  return self;
}

void
weir_canvas_index_free (WeirCanvasIndex *self)
{
  g_hash_table_unref (self->cells);
  g_free (self);
}

void
weir_canvas_index_insert (WeirCanvasIndex       *self,
                          WeirIndexed           *item,
                          const graphene_rect_t *rect)
{
  Cells c = cells_of (rect);

  for (int row = c.top; row <= c.bottom; row++)
    for (int column = c.left; column <= c.right; column++)
      {
        GPtrArray *cell = g_hash_table_lookup (self->cells, cell_key (column, row));

        if (cell == NULL)
          {
            cell = g_ptr_array_new ();
            g_hash_table_insert (self->cells, cell_key (column, row), cell);
          }
        /* Rectangles of one item come one after the other. */
        if (cell->len == 0 || g_ptr_array_index (cell, cell->len - 1) != item)
          g_ptr_array_add (cell, item);
      }
}

void
weir_canvas_index_remove (WeirCanvasIndex       *self,
                          WeirIndexed           *item,
                          const graphene_rect_t *rect)
{
  Cells c = cells_of (rect);

  for (int row = c.top; row <= c.bottom; row++)
    for (int column = c.left; column <= c.right; column++)
      {
        GPtrArray *cell = g_hash_table_lookup (self->cells, cell_key (column, row));

        if (cell == NULL)
          continue;
        g_ptr_array_remove_fast (cell, item);
        if (cell->len == 0)
          g_hash_table_remove (self->cells, cell_key (column, row));
      }
}

/* Neither is turned inside out, so there is nothing to put right first. */
static inline gboolean
meet (const graphene_rect_t *a,
      const graphene_rect_t *b)
{
  return a->origin.x < b->origin.x + b->size.width && b->origin.x < a->origin.x + a->size.width
         && a->origin.y < b->origin.y + b->size.height && b->origin.y < a->origin.y + a->size.height;
}

static void
query_cell (GPtrArray             *cell,
            guint                  stamp,
            const graphene_rect_t *rect,
            GPtrArray             *found)
{
  for (guint i = 0; i < cell->len; i++)
    {
      WeirIndexed *item = g_ptr_array_index (cell, i);

      if (item->stamp == stamp)
        continue;
      item->stamp = stamp;
      if (meet (&item->bounds, rect))
        g_ptr_array_add (found, item);
    }
}

void
weir_canvas_index_query (WeirCanvasIndex       *self,
                         const graphene_rect_t *rect,
                         GPtrArray             *found)
{
  Cells c = cells_of (rect);
  gint64 n_asked = ((gint64) c.right - c.left + 1) * ((gint64) c.bottom - c.top + 1);

  self->stamp++;
  if (n_asked > g_hash_table_size (self->cells))
    {
      /* Zoomed far out: the cells that exist are fewer than those asked for. */
      GHashTableIter iter;
      gpointer cell;

      g_hash_table_iter_init (&iter, self->cells);
      while (g_hash_table_iter_next (&iter, NULL, &cell))
        query_cell (cell, self->stamp, rect, found);
      return;
    }
  for (int row = c.top; row <= c.bottom; row++)
    for (int column = c.left; column <= c.right; column++)
      {
        GPtrArray *cell = g_hash_table_lookup (self->cells, cell_key (column, row));

        if (cell != NULL)
          query_cell (cell, self->stamp, rect, found);
      }
}
