/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-canvas-grid.h"

#include <adwaita.h>

/* The dots behind the blocks, which GL gets in another way than Cairo. */

#define WIDTH 700
#define HEIGHT 300

static GBytes *
draw (WeirGrid *grid,
      double    x,
      double    y,
      double    step,
      int       scale)
{
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  graphene_rect_t all = GRAPHENE_RECT_INIT (0, 0, WIDTH, HEIGHT);
  GskRenderer *renderer = gsk_cairo_renderer_new ();
  g_autoptr(GskRenderNode) node = NULL;
  g_autoptr(GdkTexture) texture = NULL;
  gsize stride = WIDTH * 4;
  guint8 *pixels = g_malloc (stride * HEIGHT);

  g_assert_true (gsk_renderer_realize_for_display (renderer, gdk_display_get_default (), NULL));
  gtk_snapshot_push_clip (snapshot, &all);
  weir_grid_snapshot (grid, snapshot, &all, x, y, step, weir_canvas_palette_get (), scale);
  gtk_snapshot_pop (snapshot);
  node = gtk_snapshot_free_to_node (snapshot);
  texture = gsk_renderer_render_texture (renderer, node, &all);
  gdk_texture_download (texture, pixels, stride);
  gsk_renderer_unrealize (renderer);
  g_object_unref (renderer);
  return g_bytes_new_take (pixels, stride * HEIGHT);
}

static void
test_rows_look_like_what_is_repeated (void)
{
  static const struct
  {
    double x, y, step;
  } places[] = { { 0, 0, 24 }, { -5, -23, 24 }, { 7, 3, 24 }, { -13, 9, 14 }, { -1, -1, 2100 }, { 95, -40, 96 } };
  WeirGrid grid = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autoptr(GBytes) repeated = draw (&grid, places[i].x, places[i].y, places[i].step, 0);
      g_autoptr(GBytes) rows = draw (&grid, places[i].x, places[i].y, places[i].step, 1);

      g_test_message ("%g, %g, every %g", places[i].x, places[i].y, places[i].step);
      g_assert_true (g_bytes_equal (repeated, rows));
    }
  weir_grid_clear (&grid);
}

int
main (int   argc,
      char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/weir/canvas/grid/rows-look-like-what-is-repeated", test_rows_look_like_what_is_repeated);
  return g_test_run ();
}
