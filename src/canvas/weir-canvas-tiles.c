/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-canvas-tiles.h"

#include <math.h>

#define SIZE 256       /* device pixels */
#define BUDGET_US 5000 /* a frame; the next one goes on */
#define KEEP 2         /* tiles farther out of sight than this are let go */
#define REST_MS 90     /* after the last change of the zoom: until then what is there is only scaled */

typedef struct
{
  GskRenderNode *node;   /* in view pixels from the origin of the plane; NULL: nothing there */
  GskRenderNode *exact;  /* the same, for where a pixel of it is one of the display: quicker to draw, but ugly when scaled */
  gboolean       drawn;  /* once at least */
  gboolean       stale;
} Tile;

/* All tiles of one zoom. */
typedef struct
{
  GHashTable *tiles;         /* of Tile, by packed column and row */
  double      zoom;
  double      device_scale;
  gboolean    whole;         /* what was seen last had all its tiles */
} Layer;

typedef struct
{
  int left, top, right, bottom;
} Span;

struct _WeirTiles
{
  WeirTileDraw  draw;
  gpointer      user_data;
  WeirRaster   *raster;
  Layer         now;
  Layer         before;     /* stands in; no tiles if it is not needed */
  guint         next;       /* where drawing stopped for lack of time, so that no tile waits for ever */
  guint         n_drawn;
  gint64        zoomed_at;
  Span          seen;       /* what was drawn last */
  gboolean      outlined;
};

static void
drop_nodes (Tile *tile)
{
  g_clear_pointer (&tile->node, gsk_render_node_unref);
  g_clear_pointer (&tile->exact, gsk_render_node_unref);
}

static void
tile_free (Tile *tile)
{
  drop_nodes (tile);
  g_free (tile);
}

static GHashTable *
make_table (void)
{
  return g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) tile_free);
}

static gpointer
make_key (int column,
          int row)
{
  return GSIZE_TO_POINTER (((gsize) (guint32) column << 32) | (guint32) row);
}

WeirTiles *
weir_tiles_new (WeirTileDraw draw,
                gpointer     user_data)
{
  WeirTiles *self = g_new0 (WeirTiles, 1);

  self->draw = draw;
  self->user_data = user_data;
  self->raster = weir_raster_new (SIZE, SIZE);
  self->now.tiles = make_table ();
  self->before.tiles = make_table ();
  self->now.zoom = self->before.zoom = 1;
  return self;
}

void
weir_tiles_free (WeirTiles *self)
{
  weir_raster_free (self->raster);
  g_hash_table_unref (self->now.tiles);
  g_hash_table_unref (self->before.tiles);
  g_free (self);
}

gboolean
weir_tiles_is_whole (WeirTiles *self)
{
  return self->now.whole;
}

guint
weir_tiles_get_n_drawn (WeirTiles *self)
{
  return self->n_drawn;
}

/**
 * weir_tiles_get_figures:
 * @self: tiles
 * @figures: (out caller-allocates): what there is of them now
 */
void
weir_tiles_get_figures (WeirTiles       *self,
                        WeirTileFigures *figures)
{
  GHashTableIter iter;
  gpointer tile;

  *figures = (WeirTileFigures) { .n_kept = g_hash_table_size (self->now.tiles), .n_drawn = self->n_drawn,
                                 .whole = self->now.whole };
  figures->n_seen = (self->seen.right - self->seen.left + 1) * (self->seen.bottom - self->seen.top + 1);
  g_hash_table_iter_init (&iter, self->now.tiles);
  while (g_hash_table_iter_next (&iter, NULL, &tile))
    {
      GskRenderNode *node = ((Tile *) tile)->node;

      figures->n_stale += ((Tile *) tile)->stale;
      if (node != NULL)
        {
          GdkTexture *texture = gsk_texture_node_get_texture (node);

          figures->n_bytes += (gsize) 4 * gdk_texture_get_width (texture) * gdk_texture_get_height (texture);
        }
    }
}

/**
 * weir_tiles_set_outlined:
 * @self: tiles
 * @outlined: whether each is drawn with a line around it
 */
void
weir_tiles_set_outlined (WeirTiles *self,
                         gboolean   outlined)
{
  self->outlined = outlined;
}

static void
append_outline (WeirTiles   *self,
                GtkSnapshot *snapshot,
                const Tile  *tile,
                int          column,
                int          row)
{
  float size = SIZE / (float) self->now.device_scale, widths[] = { 1, 1, 1, 1 };
  GdkRGBA colour = tile->stale ? (GdkRGBA) { 0.9f, 0.4f, 0, 0.8f } : (GdkRGBA) { 0.6f, 0.2f, 0.8f, 0.5f };
  GdkRGBA colours[] = { colour, colour, colour, colour };
  GskRoundedRect rect;

  gsk_rounded_rect_init_from_rect (&rect, &GRAPHENE_RECT_INIT (column * size, row * size, size, size), 0);
  gtk_snapshot_append_border (snapshot, &rect, widths, colours);
}

/* The tiles that a rectangle in view pixels from the origin of the plane touches. */
static Span
find_span (const Layer *layer,
           double       x,
           double       y,
           double       width,
           double       height)
{
  double size = (double) SIZE / layer->device_scale;

  return (Span) { (int) floor (x / size), (int) floor (y / size), (int) floor ((x + width) / size),
                  (int) floor ((y + height) / size) };
}

void
weir_tiles_invalidate (WeirTiles             *self,
                       const graphene_rect_t *plane)
{
  double zoom = self->now.zoom;
  GHashTableIter iter;
  gpointer tile;
  Span span;

  /* What stands in for a moment may be out of date, but not for longer. */
  if (plane == NULL)
    {
      g_hash_table_remove_all (self->before.tiles);
      g_hash_table_iter_init (&iter, self->now.tiles);
      while (g_hash_table_iter_next (&iter, NULL, &tile))
        ((Tile *) tile)->stale = TRUE;
      return;
    }
  if (g_hash_table_size (self->now.tiles) == 0)
    return;
  /* A pixel around it: edges are smooth. */
  span = find_span (&self->now, plane->origin.x * zoom - 1, plane->origin.y * zoom - 1, plane->size.width * zoom + 2,
                    plane->size.height * zoom + 2);
  if ((gint64) (span.right - span.left + 1) * (span.bottom - span.top + 1) > 4096)
    {
      weir_tiles_invalidate (self, NULL);
      return;
    }
  for (int row = span.top; row <= span.bottom; row++)
    for (int column = span.left; column <= span.right; column++)
      {
        tile = g_hash_table_lookup (self->now.tiles, make_key (column, row));
        if (tile != NULL)
          ((Tile *) tile)->stale = TRUE;
      }
}

static void
draw_tile (WeirTiles *self,
           Tile      *tile,
           int        column,
           int        row)
{
  double scale = self->now.zoom * self->now.device_scale;
  graphene_rect_t plane = GRAPHENE_RECT_INIT (column * SIZE / scale, row * SIZE / scale, SIZE / scale, SIZE / scale);
  g_autoptr(GdkTexture) texture = NULL;
  graphene_rect_t where;

  weir_raster_clear (self->raster);
  self->draw (self->user_data, self->raster, &plane, scale, self->now.zoom);
  texture = weir_raster_to_texture (self->raster, &where);
  drop_nodes (tile);
  if (texture != NULL)
    {
      double d = self->now.device_scale;
      graphene_rect_t rect = GRAPHENE_RECT_INIT ((column * SIZE + where.origin.x) / d,
                                                 (row * SIZE + where.origin.y) / d, where.size.width / d,
                                                 where.size.height / d);

      tile->node = gsk_texture_node_new (texture, &rect);
      tile->exact = gsk_texture_scale_node_new (texture, &rect, GSK_SCALING_FILTER_NEAREST);
    }
  tile->drawn = TRUE;
  tile->stale = FALSE;
  self->n_drawn++;
}

static Tile *
ensure_tile (WeirTiles *self,
             int        column,
             int        row)
{
  Tile *tile = g_hash_table_lookup (self->now.tiles, make_key (column, row));

  if (tile == NULL)
    {
      tile = g_new0 (Tile, 1);
      tile->stale = TRUE;
      g_hash_table_insert (self->now.tiles, make_key (column, row), tile);
    }
  return tile;
}

static void
let_go_far_tiles (WeirTiles  *self,
                  const Span *span)
{
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, self->now.tiles);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      int column = (int) (gint32) (GPOINTER_TO_SIZE (key) >> 32), row = (int) (gint32) (GPOINTER_TO_SIZE (key));

      if (column < span->left - KEEP || column > span->right + KEEP || row < span->top - KEEP
          || row > span->bottom + KEEP)
        g_hash_table_iter_remove (&iter);
    }
}

/* The old zoom stands in only if it was complete; else what stood in for it does so further. */
static void
change_zoom (WeirTiles *self,
             double     zoom,
             double     device_scale)
{
  if (self->now.whole)
    {
      Layer layer = self->before;

      self->before = self->now;
      self->now = layer;
    }
  g_hash_table_remove_all (self->now.tiles);
  self->now.zoom = zoom;
  self->now.device_scale = device_scale;
  self->now.whole = FALSE;
  self->zoomed_at = g_get_monotonic_time ();
}

/* The tiles of the old zoom that lie where one of the new zoom does. */
static Span
find_old_span (WeirTiles *self,
               int        column,
               int        row)
{
  double size = SIZE / self->now.device_scale, factor = self->before.zoom / self->now.zoom;

  return find_span (&self->before, column * size * factor, row * size * factor, size * factor, size * factor);
}

static gboolean
has_stand_in (WeirTiles *self,
              int        column,
              int        row)
{
  Span span = find_old_span (self, column, row);

  if (g_hash_table_size (self->before.tiles) == 0 || (gint64) (span.right - span.left) * (span.bottom - span.top) > 64)
    return FALSE;
  for (int r = span.top; r <= span.bottom; r++)
    for (int c = span.left; c <= span.right; c++)
      {
        Tile *tile = g_hash_table_lookup (self->before.tiles, make_key (c, r));

        if (tile == NULL || !tile->drawn)
          return FALSE;
      }
  return TRUE;
}

/* The old tiles where a new one is missing, larger or smaller than they were. In view pixels from the origin. */
static void
append_stand_in (WeirTiles   *self,
                 GtkSnapshot *snapshot,
                 int          column,
                 int          row)
{
  double size = SIZE / self->now.device_scale, factor = self->now.zoom / self->before.zoom;
  Span span = find_old_span (self, column, row);

  gtk_snapshot_push_clip (snapshot, &GRAPHENE_RECT_INIT (column * size, row * size, size, size));
  gtk_snapshot_save (snapshot);
  gtk_snapshot_scale (snapshot, factor, factor);
  for (int r = span.top; r <= span.bottom; r++)
    for (int c = span.left; c <= span.right; c++)
      {
        Tile *tile = g_hash_table_lookup (self->before.tiles, make_key (c, r));

        if (tile != NULL && tile->node != NULL)
          gtk_snapshot_append_node (snapshot, tile->node);
      }
  gtk_snapshot_restore (snapshot);
  gtk_snapshot_pop (snapshot);
}

/* What nothing can stand in for is drawn now; of the rest, as much as there is time for. FALSE if some is left. */
static gboolean
draw_stale_tiles (WeirTiles  *self,
                  const Span *span,
                  gboolean    zooming)
{
  guint n_columns = span->right - span->left + 1, n = n_columns * (span->bottom - span->top + 1), stopped = n;
  gint64 deadline = g_get_monotonic_time () + BUDGET_US;

  for (guint i = 0; i < n; i++)
    {
      guint at = (self->next + i) % n;
      int column = span->left + (int) (at % n_columns), row = span->top + (int) (at / n_columns);
      Tile *tile = ensure_tile (self, column, row);

      if (!tile->stale)
        continue;
      if ((zooming || stopped < n || g_get_monotonic_time () > deadline)
          && (tile->drawn || has_stand_in (self, column, row)))
        stopped = MIN (stopped, at);
      else
        draw_tile (self, tile, column, row);
    }
  self->next = stopped < n ? stopped : 0;
  return stopped == n;
}

guint
weir_tiles_snapshot (WeirTiles   *self,
                     GtkSnapshot *snapshot,
                     double       x,
                     double       y,
                     double       width,
                     double       height,
                     double       zoom,
                     double       device_scale)
{
  double left = round (x * zoom * device_scale) / device_scale, top = round (y * zoom * device_scale) / device_scale;
  gboolean whole, zooming;
  Span span;

  if (zoom != self->now.zoom || device_scale != self->now.device_scale)
    change_zoom (self, zoom, device_scale);
  zooming = g_get_monotonic_time () < self->zoomed_at + REST_MS * 1000;
  self->seen = span = find_span (&self->now, left, top, width, height);
  whole = draw_stale_tiles (self, &span, zooming);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (-left, -top));
  for (int row = span.top; row <= span.bottom; row++)
    for (int column = span.left; column <= span.right; column++)
      {
        Tile *tile = ensure_tile (self, column, row);

        if (tile->drawn && tile->exact != NULL)
          gtk_snapshot_append_node (snapshot, tile->exact);
        else if (!tile->drawn)
          append_stand_in (self, snapshot, column, row);
        if (self->outlined)
          append_outline (self, snapshot, tile, column, row);
      }
  gtk_snapshot_restore (snapshot);
  let_go_far_tiles (self, &span);
  self->now.whole = whole;
  if (whole)
    g_hash_table_remove_all (self->before.tiles);
  return whole ? 0 : zooming ? REST_MS : 1;
}

/* Around what is seen, so that panning finds it done. */
gboolean
weir_tiles_prefetch (WeirTiles *self)
{
  for (int row = self->seen.top - 1; self->now.whole && row <= self->seen.bottom + 1; row++)
    for (int column = self->seen.left - 1; column <= self->seen.right + 1; column++)
      {
        Tile *tile = ensure_tile (self, column, row);

        if (!tile->stale)
          continue;
        draw_tile (self, tile, column, row);
        return TRUE;
      }
  return FALSE;
}
