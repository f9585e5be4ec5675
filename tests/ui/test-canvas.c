/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "canvas-fixture.h"
#include "weir-canvas-inspector.h"
#include "weir-canvas-scene.h"
#include "weir-canvas-private.h"

#include <math.h>

/* Tests about what the canvas does by itself: geometry, what is drawn when, what it shows of a run. Pointer and keys
 * are in test-canvas-input.c. */

static void
test_zoom_keeps_point (void)
{
  g_autoptr(WeirViewport) viewport = weir_viewport_new ();
  double before_x, before_y, after_x, after_y;

  weir_viewport_set_size (viewport, 800, 600);
  weir_viewport_set_origin (viewport, 120, -40);
  weir_viewport_to_plane (viewport, 300, 200, &before_x, &before_y);
  weir_viewport_zoom_at (viewport, 2.5, 300, 200);
  weir_viewport_to_plane (viewport, 300, 200, &after_x, &after_y);
  g_assert_cmpfloat_with_epsilon (before_x, after_x, 1e-9);
  g_assert_cmpfloat_with_epsilon (before_y, after_y, 1e-9);
  weir_viewport_zoom_at (viewport, 100, 0, 0);
  g_assert_cmpfloat (weir_viewport_get_zoom (viewport), ==, 4);
  weir_viewport_zoom_at (viewport, 0.001, 0, 0);
  g_assert_cmpfloat (weir_viewport_get_zoom (viewport), ==, 0.05);
}

static void
test_fit_shows_all (void)
{
  g_autoptr(WeirViewport) viewport = weir_viewport_new ();
  graphene_rect_t all = GRAPHENE_RECT_INIT (-500, -300, 4000, 900), visible;

  weir_viewport_set_size (viewport, 800, 600);
  weir_viewport_fit (viewport, &all, 20);
  weir_viewport_get_visible (viewport, &visible);
  g_assert_true (graphene_rect_contains_rect (&visible, &all));
  weir_viewport_fit (viewport, &GRAPHENE_RECT_INIT (0, 0, 10, 10), 20);
  g_assert_cmpfloat (weir_viewport_get_zoom (viewport), ==, 1);
}

static void
test_reveal_moves_little (void)
{
  g_autoptr(WeirViewport) viewport = weir_viewport_new ();
  double x, y;

  weir_viewport_set_size (viewport, 800, 600);
  weir_viewport_reveal (viewport, &GRAPHENE_RECT_INIT (100, 100, 50, 50), 10);
  weir_viewport_get_origin (viewport, &x, &y);
  g_assert_cmpfloat (x, ==, 0);
  weir_viewport_reveal (viewport, &GRAPHENE_RECT_INIT (900, 100, 50, 50), 10);
  weir_viewport_get_origin (viewport, &x, &y);
  g_assert_cmpfloat (x, ==, 160);
  g_assert_cmpfloat (y, ==, 0);
}

static void
test_index_finds_all (void)
{
  WeirCanvasIndex *index = weir_canvas_index_new ();
  g_autoptr(GRand) random = g_rand_new_with_seed (7);
  WeirIndexed items[500] = { 0 };
  g_autoptr(GPtrArray) found = g_ptr_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (items); i++)
    {
      items[i].bounds = GRAPHENE_RECT_INIT (g_rand_double_range (random, -5000, 5000),
                                            g_rand_double_range (random, -5000, 5000),
                                            g_rand_double_range (random, 1, 900), g_rand_double_range (random, 1, 300));
      weir_canvas_index_insert (index, &items[i], &items[i].bounds);
    }
  /* Some go away again. */
  for (guint i = 0; i < G_N_ELEMENTS (items); i += 5)
    weir_canvas_index_remove (index, &items[i], &items[i].bounds);
  for (guint round = 0; round < 200; round++)
    {
      graphene_rect_t rect = GRAPHENE_RECT_INIT (
        g_rand_double_range (random, -6000, 5000), g_rand_double_range (random, -6000, 5000),
        g_rand_double_range (random, 1, 9000), g_rand_double_range (random, 1, 2000));
      guint expected = 0;

      for (guint i = 0; i < G_N_ELEMENTS (items); i++)
        expected += i % 5 != 0 && graphene_rect_intersection (&items[i].bounds, &rect, NULL);
      g_ptr_array_set_size (found, 0);
      weir_canvas_index_query (index, &rect, found);
      g_assert_cmpuint (found->len, ==, expected);
    }
  weir_canvas_index_free (index);
}

static void
test_routes_are_orthogonal (void)
{
  g_autoptr(GRand) random = g_rand_new_with_seed (3);

  for (guint round = 0; round < 500; round++)
    {
      graphene_point_t from = GRAPHENE_POINT_INIT (g_rand_double_range (random, -900, 900),
                                                   g_rand_double_range (random, -900, 900));
      graphene_point_t to = GRAPHENE_POINT_INIT (g_rand_double_range (random, -900, 900),
                                                 g_rand_double_range (random, -900, 900));
      WeirRouteEnds ends = { .from = from, .to = to, .lane = g_rand_double_range (random, -20, 20) };
      WeirRoute route;
      graphene_point_t *points = route.corners;
      guint n;

      weir_route_direct (&route, WEIR_LINK_STYLE_RIGHT_ANGLED, &ends);
      n = route.n_corners;
      g_assert_cmpuint (n, >=, 2);
      g_assert_cmpuint (n, <=, WEIR_ROUTE_MAX_CORNERS);
      g_assert_true (graphene_point_equal (&points[0], &from) && graphene_point_equal (&points[n - 1], &to));
      for (guint i = 1; i < n; i++)
        g_assert_true (fabsf (points[i].x - points[i - 1].x) < 0.6f || fabsf (points[i].y - points[i - 1].y) < 0.6f);
      /* Out of an output to the right, into an input from the left. */
      g_assert_cmpfloat (points[1].x, >, from.x);
      g_assert_cmpfloat (points[n - 2].x, <, to.x);
    }
}

/* Until nothing is drawn ahead or again any more. */
static void
settle_wholly (CanvasFixture *fixture)
{
  do
    {
      canvas_fixture_settle (fixture);
      while (fixture->canvas->redraw_id != 0 || fixture->canvas->prefetch_id != 0)
        g_main_context_iteration (NULL, TRUE);
    }
  while (!weir_tiles_is_whole (fixture->canvas->scene->tiles));
}

static void
test_unchanged_frame_makes_nothing (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  guint before, tiles_before;

  settle_wholly (fixture);
  before = fixture->canvas->scene->n_nodes_made;
  tiles_before = weir_tiles_get_n_drawn (fixture->canvas->scene->tiles);
  for (int i = 0; i < 10; i++)
    {
      /* Not into the next tile: those around what is seen are drawn ahead. */
      weir_viewport_pan (weir_canvas_get_viewport (fixture->canvas), i % 2 == 0 ? 3 : -3, i % 2 == 0 ? 2 : -2);
      canvas_fixture_settle (fixture);
    }
  g_assert_cmpuint (fixture->canvas->scene->n_nodes_made, ==, before);
  g_assert_cmpuint (weir_tiles_get_n_drawn (fixture->canvas->scene->tiles), ==, tiles_before);
}

static void
test_moved_card_redraws_its_surroundings_only (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new_with (canvas_fixture_generate (60, 80));
  WeirScene *scene = fixture->canvas->scene;
  WeirCard *card = weir_scene_find_card (scene, canvas_fixture_get (fixture, "b20"));
  guint nodes_before, tiles_before;

  settle_wholly (fixture);
  nodes_before = scene->n_nodes_made;
  tiles_before = weir_tiles_get_n_drawn (scene->tiles);
  weir_scene_place_card (scene, card, card->indexed.bounds.origin.x + 8, card->indexed.bounds.origin.y);
  settle_wholly (fixture);
  g_assert_cmpuint (scene->n_nodes_made, ==, nodes_before);
  g_assert_cmpuint (weir_tiles_get_n_drawn (scene->tiles), >, tiles_before);
  g_assert_cmpuint (weir_tiles_get_n_drawn (scene->tiles) - tiles_before, <=, 12);
}

/* Whether the line of a link goes through the inside of a block. */
static gboolean
goes_through (CanvasFixture *fixture,
              WeirLink      *link,
              const char    *path)
{
  WeirWire *wire = weir_scene_find_wire (fixture->canvas->scene, link);
  WeirCard *card = weir_scene_find_card (fixture->canvas->scene, canvas_fixture_get (fixture, path));

  for (guint i = 1; i < wire->n_path; i++)
    if (weir_route_line_crosses (&wire->path[i - 1], &wire->path[i], &card->indexed.bounds))
      return TRUE;
  return FALSE;
}

static void
test_links_go_around_blocks (void)
{
  static const char *const styles[] = { "curved", "right-angled", "straight" };
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  g_autoptr(GError) error = NULL;
  WeirLink *ahead = weir_workflow_link (fixture->workflow, "list.done", "text.run", NULL, &error);
  WeirLink *back = weir_workflow_link (fixture->workflow, "text.text", "list.run", NULL, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (styles); i++)
    {
      gtk_widget_activate_action (GTK_WIDGET (fixture->canvas), "canvas.link-style", "s", styles[i]);
      canvas_fixture_settle (fixture);
      for (guint b = 0; b < 3; b++)
        {
          const char *path = (const char *[]) { "list", "read", "text" }[b];

          g_assert_false (goes_through (fixture, ahead, path));
          g_assert_false (goes_through (fixture, back, path));
        }
    }
}

static void
test_links_follow_what_stands_in_their_way (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  WeirLink *link = weir_graph_get_link (weir_canvas_get_graph (fixture->canvas), 0);

  /* Right into the link from the one block to the next, which it has nothing to do with. */
  weir_workflow_set_position (fixture->workflow, canvas_fixture_get (fixture, "read"), 700, 40);
  weir_workflow_set_position (fixture->workflow, canvas_fixture_get (fixture, "text"), 940, 400);
  canvas_fixture_settle (fixture);
  weir_workflow_set_position (fixture->workflow, canvas_fixture_get (fixture, "count"), 380, 20);
  canvas_fixture_settle (fixture);
  g_assert_false (goes_through (fixture, link, "count"));
  g_assert_cmpuint (weir_scene_find_wire (fixture->canvas->scene, link)->route.n_corners, >, 2);
  weir_workflow_undo (fixture->workflow);
  canvas_fixture_settle (fixture);
  g_assert_cmpuint (weir_scene_find_wire (fixture->canvas->scene, link)->route.n_corners, ==, 2);
}

static void
test_many_links_find_their_way (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new_with (canvas_fixture_generate (900, 1300));
  WeirScene *scene = fixture->canvas->scene;
  GHashTableIter iter;
  gpointer value;
  guint n_through = 0;

  settle_wholly (fixture);
  while (scene->routing != NULL)
    canvas_fixture_settle (fixture);
  g_hash_table_iter_init (&iter, scene->wire_of);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      WeirWire *wire = value;
      g_autoptr(GPtrArray) found = g_ptr_array_new ();
      gboolean through = FALSE;

      weir_canvas_index_query (scene->card_index, &wire->route.indexed.bounds, found);
      for (guint i = 0; i < found->len; i++)
        for (guint p = 1; p < wire->n_path; p++)
          through |= weir_route_line_crosses (&wire->path[p - 1], &wire->path[p],
                                              &((WeirCard *) g_ptr_array_index (found, i))->indexed.bounds);
      n_through += through;
    }
  /* A few that lead across the whole grid may find no way within their sight. */
  g_assert_cmpuint (n_through, <, 30);
}

static void
test_changes_are_followed (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  WeirGraph *graph = weir_canvas_get_graph (fixture->canvas);
  WeirBlock *added = weir_canvas_add_kind_at (fixture->canvas, "debug.log", 101, 403);
  double x, y;
  graphene_rect_t bounds;
  guint n_wires;

  g_assert_nonnull (added);
  weir_block_get_position (added, &x, &y);
  g_assert_cmpfloat (x, ==, 104);
  g_assert_cmpfloat (y, ==, 400);
  g_assert_true (weir_canvas_get_selected_block (fixture->canvas) == added);
  g_assert_true (weir_canvas_get_block_bounds (fixture->canvas, added, &bounds));

  n_wires = g_hash_table_size (fixture->canvas->scene->wire_of);
  weir_workflow_remove_block (fixture->workflow, canvas_fixture_get (fixture, "read"));
  g_assert_cmpuint (g_hash_table_size (fixture->canvas->scene->wire_of), ==, n_wires - 1);
  g_assert_cmpuint (fixture->canvas->scene->cards->len, ==, weir_graph_get_n_blocks (graph));
  weir_workflow_undo (fixture->workflow);
  g_assert_cmpuint (g_hash_table_size (fixture->canvas->scene->wire_of), ==, n_wires);
  canvas_fixture_settle (fixture);
}

static void
test_deleting_a_selected_block_unselects_it (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();

  weir_canvas_select_block (fixture->canvas, canvas_fixture_get (fixture, "text"), FALSE);
  weir_canvas_select_block (fixture->canvas, canvas_fixture_get (fixture, "read"), TRUE);
  weir_workflow_remove_block (fixture->workflow, canvas_fixture_get (fixture, "read"));
  g_assert_true (weir_canvas_get_selected_block (fixture->canvas) == canvas_fixture_get (fixture, "text"));
  g_assert_cmpuint (g_list_model_get_n_items (weir_canvas_get_selected (fixture->canvas)), ==, 1);
}

static void
test_unplaced_blocks_are_arranged (void)
{
  g_autoptr(GListModel) problems = NULL;
  g_autoptr(GError) error = NULL;
  WeirWorkflow *workflow = weir_workflow_parse (
    "weir: 1\nname: N\nblocks:\n  a: { kind: debug.log }\n  b: { kind: debug.log }\n"
    "  c: { kind: debug.log }\nlinks:\n  - a.value -> b.value\n  - b.value -> c.value\n",
    -1, &problems, &error);
  g_autoptr(CanvasFixture) fixture = NULL;
  double ax, ay, bx, by, cx, cy;

  g_assert_no_error (error);
  fixture = canvas_fixture_new_with (workflow);
  weir_block_get_position (canvas_fixture_get (fixture, "a"), &ax, &ay);
  weir_block_get_position (canvas_fixture_get (fixture, "b"), &bx, &by);
  weir_block_get_position (canvas_fixture_get (fixture, "c"), &cx, &cy);
  g_assert_cmpfloat (bx, >=, ax + WEIR_CARD_WIDTH);
  g_assert_cmpfloat (cx, >=, bx + WEIR_CARD_WIDTH);
}

static void
test_arrange_leaves_no_overlap (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new_with (canvas_fixture_generate (80, 120));
  GPtrArray *cards = fixture->canvas->scene->cards;

  gtk_widget_activate_action (GTK_WIDGET (fixture->canvas), "canvas.arrange", NULL);
  for (guint i = 0; i < cards->len; i++)
    for (guint j = i + 1; j < cards->len; j++)
      {
        graphene_rect_t shared;
        gboolean meet = graphene_rect_intersection (&((WeirCard *) g_ptr_array_index (cards, i))->indexed.bounds,
                                                    &((WeirCard *) g_ptr_array_index (cards, j))->indexed.bounds,
                                                    &shared);

        g_assert_false (meet && shared.size.width > 0 && shared.size.height > 0);
      }
  g_assert_cmpstr (weir_workflow_get_undo_name (fixture->workflow), ==, "Arrange");
}

static gpointer
await (DexFuture *future)
{
  g_autoptr(GError) error = NULL;
  const GValue *value;
  gpointer object;

  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);
  value = dex_future_get_value (future, &error);
  g_assert_no_error (error);
  object = G_VALUE_HOLDS_OBJECT (value) ? g_value_dup_object (value) : NULL;
  dex_unref (future);
  return object;
}

static void
test_run_is_shown (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GListModel) problems = NULL;
  g_autoptr(WeirEngine) engine = weir_engine_new (":memory:", &error);
  WeirWorkflow *workflow = weir_workflow_parse (
    "weir: 1\nname: R\nblocks:\n  start: { kind: trigger.manual }\n"
    "  good: { kind: debug.noop, label: Good }\n"
    "  bad: { kind: flow.throw, label: Bad, config: { message: it broke } }\n"
    "  never: { kind: debug.noop, label: Never }\n"
    "links:\n  - good.done -> bad.run\n  - bad.done -> never.run\n"
    "layout: { start: [0, 200], good: [0, 0], bad: [272, 0], never: [544, 0] }\n",
    -1, &problems, &error);
  g_autoptr(CanvasFixture) fixture = NULL;
  g_autoptr(WeirRun) run = NULL;
  g_autoptr(WeirRunView) view = NULL;
  g_autofree char *good = NULL, *bad = NULL, *design = NULL;
  WeirWire *wire;

  g_assert_no_error (error);
  fixture = canvas_fixture_new_with (workflow);
  design = weir_canvas_describe_block (fixture->canvas, canvas_fixture_get (fixture, "good"));
  g_assert_cmpstr (design, ==, "Good");
  run = await (weir_engine_play (engine, workflow, NULL));
  view = await (weir_run_view_open (engine, weir_run_get_id (run)));
  weir_canvas_set_view (fixture->canvas, view);
  while (!weir_run_status_is_final (weir_run_state_get_status (weir_run_view_get_state (view))))
    g_main_context_iteration (NULL, TRUE);
  settle_wholly (fixture);

  good = weir_canvas_describe_block (fixture->canvas, canvas_fixture_get (fixture, "good"));
  bad = weir_canvas_describe_block (fixture->canvas, canvas_fixture_get (fixture, "bad"));
  g_assert_true (g_str_has_prefix (good, "Good, succeeded"));
  g_assert_true (g_str_has_prefix (bad, "Bad, failed, it broke"));
  wire = weir_scene_find_wire (fixture->canvas->scene,
                               weir_graph_get_link (weir_canvas_get_graph (fixture->canvas), 0));
  g_assert_cmpuint (wire->deliveries, ==, 1);
  wire = weir_scene_find_wire (fixture->canvas->scene,
                               weir_graph_get_link (weir_canvas_get_graph (fixture->canvas), 1));
  g_assert_cmpuint (wire->deliveries, ==, 0);
  g_assert_true (wire->closed);

  weir_canvas_set_view (fixture->canvas, NULL);
  canvas_fixture_settle (fixture);
  g_clear_pointer (&good, g_free);
  good = weir_canvas_describe_block (fixture->canvas, canvas_fixture_get (fixture, "good"));
  g_assert_cmpstr (good, ==, "Good");
  await (weir_engine_close (engine));
}

/* How many blocks and links assistive technology is told of. */
static void
count_children (CanvasFixture *fixture,
                guint         *n_blocks,
                guint         *n_links)
{
  GtkAccessible *child = gtk_accessible_get_first_accessible_child (GTK_ACCESSIBLE (fixture->canvas));

  *n_blocks = *n_links = 0;
  while (child != NULL && !GTK_IS_WIDGET (child))
    {
      g_autoptr(GtkAccessible) parent = gtk_accessible_get_accessible_parent (child);
      GtkAccessible *next = gtk_accessible_get_next_accessible_sibling (child);
      int x, y, width, height;

      g_assert_true (parent == GTK_ACCESSIBLE (fixture->canvas));
      g_assert_cmpint (gtk_accessible_get_accessible_role (child), ==, GTK_ACCESSIBLE_ROLE_LIST_ITEM);
      g_assert_true (gtk_accessible_get_bounds (child, &x, &y, &width, &height));
      if (g_str_equal (G_OBJECT_TYPE_NAME (child), "WeirLinkAccessible"))
        {
          g_assert_cmpint (width, >=, 1);
          ++*n_links;
        }
      else
        {
          g_assert_cmpint (width, >=, 5);
          g_assert_cmpuint (*n_links, ==, 0);
          ++*n_blocks;
        }
      g_object_unref (child);
      child = next;
    }
  g_clear_object (&child);
}

static void
test_blocks_are_accessible_children (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  guint n_blocks, n_links;

  count_children (fixture, &n_blocks, &n_links);
  g_assert_cmpuint (n_blocks, ==, weir_graph_get_n_blocks (weir_canvas_get_graph (fixture->canvas)));
  g_assert_cmpuint (n_links, ==, 1);
  weir_workflow_remove_link (fixture->workflow, weir_graph_get_link (weir_canvas_get_graph (fixture->canvas), 0));
  count_children (fixture, &n_blocks, &n_links);
  g_assert_cmpuint (n_links, ==, 0);
  weir_workflow_undo (fixture->workflow);
  count_children (fixture, &n_blocks, &n_links);
  g_assert_cmpuint (n_links, ==, 1);
}

/* Of thousands of links only those are told of that can be seen. */
static void
test_links_in_view_are_accessible_children (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new_with (canvas_fixture_generate (2000, 3000));
  guint n_blocks, n_links, n_far;

  weir_canvas_set_zoom (fixture->canvas, 1);
  canvas_fixture_settle (fixture);
  count_children (fixture, &n_blocks, &n_links);
  g_assert_cmpuint (n_blocks, ==, 2000);
  g_assert_cmpuint (n_links, >, 0);
  g_assert_cmpuint (n_links, <, 200);
  weir_viewport_set_origin (weir_canvas_get_viewport (fixture->canvas), -5000, -5000);
  count_children (fixture, &n_blocks, &n_far);
  g_assert_cmpuint (n_far, ==, 0);
}

static void
test_outline_shares_selection (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  WeirBlock *read = canvas_fixture_get (fixture, "read");

  weir_canvas_select_block (fixture->canvas, read, FALSE);
  canvas_fixture_settle (fixture);
  gtk_widget_activate_action (GTK_WIDGET (fixture->outline), "outline.canvas", "s", "canvas.delete");
  g_assert_null (weir_workflow_find_block (fixture->workflow, "read"));
  canvas_fixture_settle (fixture);
}

static void
test_outline_links (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  guint n = weir_graph_get_n_links (weir_canvas_get_graph (fixture->canvas));

  weir_canvas_select_block (fixture->canvas, canvas_fixture_get (fixture, "read"), FALSE);
  gtk_widget_activate_action (GTK_WIDGET (fixture->outline), "outline.link", "(sss)", "done", "text", "run");
  g_assert_cmpuint (weir_graph_get_n_links (weir_canvas_get_graph (fixture->canvas)), ==, n + 1);
  gtk_widget_activate_action (GTK_WIDGET (fixture->outline), "outline.unlink", "u", n);
  g_assert_cmpuint (weir_graph_get_n_links (weir_canvas_get_graph (fixture->canvas)), ==, n);
}

static void
test_body_is_shown_by_its_own_graph (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  WeirBlock *inner = canvas_fixture_get (fixture, "each/wait");

  weir_canvas_select_block (fixture->canvas, inner, FALSE);
  g_assert_true (weir_canvas_get_graph (fixture->canvas) == weir_block_get_graph (inner));
  g_assert_true (weir_canvas_get_selected_block (fixture->canvas) == inner);
  canvas_fixture_settle (fixture);
  weir_canvas_set_workflow (fixture->canvas, NULL);
  canvas_fixture_settle (fixture);
  g_assert_null (weir_canvas_get_selected_block (fixture->canvas));
}

static char *
save_picture (CanvasFixture *fixture,
              const char    *format,
              gsize         *size)
{
  g_autofree char *name = g_strconcat ("canvas-export.", format, NULL);
  g_autofree char *path = g_build_filename (g_getenv ("WEIR_TEST_PICTURES") != NULL ? g_getenv ("WEIR_TEST_PICTURES")
                                                                                    : g_get_tmp_dir (), name, NULL);
  g_autoptr(GError) error = NULL;
  char *bytes = NULL;

  weir_canvas_save_picture (fixture->canvas, format, path, &error);
  g_assert_no_error (error);
  g_file_get_contents (path, &bytes, size, &error);
  g_assert_no_error (error);
  return bytes;
}

static void
test_pictures_are_written (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  g_autofree char *png = NULL, *again = NULL, *svg = NULL, *pdf = NULL;
  g_autoptr(GdkTexture) texture = NULL;
  g_autoptr(GBytes) bytes = NULL;
  g_autoptr(GError) error = NULL;
  gsize size, size_again, length;

  weir_canvas_clear_selection (fixture->canvas);
  png = save_picture (fixture, "png", &size);
  weir_canvas_select_block (fixture->canvas, canvas_fixture_get (fixture, "list"), FALSE);
  again = save_picture (fixture, "png", &size_again);
  g_assert_cmpmem (png, size, again, size_again);
  bytes = g_bytes_new (png, size);
  texture = gdk_texture_new_from_bytes (bytes, &error);
  g_assert_no_error (error);
  g_assert_cmpint (gdk_texture_get_width (texture), >, 2 * 3 * WEIR_CARD_WIDTH);
  svg = save_picture (fixture, "svg", &length);
  g_assert_nonnull (strstr (svg, "<svg"));
  pdf = save_picture (fixture, "pdf", &length);
  g_assert_true (g_str_has_prefix (pdf, "%PDF"));
}

static void
test_there_is_no_picture_of_nothing (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new_with (weir_workflow_new ("Empty"));
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "nothing.svg", NULL);
  g_autoptr(GError) error = NULL;

  g_assert_false (weir_canvas_save_picture (fixture->canvas, "svg", path, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_INVALID);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
test_inspector_tells_figures (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  GtkWindow *window = GTK_WINDOW (gtk_window_new ());
  GtkWidget *page = g_object_new (WEIR_TYPE_CANVAS_INSPECTOR, "object", fixture->window, NULL), *figures;
  g_autofree char *title = NULL, *blocks = NULL;
  const char *text;

  g_object_get (page, "title", &title, NULL);
  g_assert_cmpstr (title, ==, "Weir Canvas");
  gtk_window_set_child (window, page);
  gtk_window_present (window);
  while (!gtk_widget_get_mapped (page))
    g_main_context_iteration (NULL, TRUE);
  figures = gtk_widget_get_first_child (page);
  text = gtk_label_get_text (GTK_LABEL (figures));
  blocks = g_strdup_printf ("Blocks            %u\n", weir_graph_get_n_blocks (weir_canvas_get_graph (fixture->canvas)));
  g_assert_nonnull (strstr (text, blocks));
  g_assert_nonnull (strstr (text, "Tiles"));
  g_assert_nonnull (strstr (text, "Frames"));
  gtk_window_destroy (window);
}

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  gtk_init ();
  adw_init ();

  g_test_add_func ("/weir/canvas/viewport/zoom-keeps-the-point-under-the-pointer", test_zoom_keeps_point);
  g_test_add_func ("/weir/canvas/viewport/fit-shows-everything", test_fit_shows_all);
  g_test_add_func ("/weir/canvas/viewport/reveal-moves-no-more-than-needed", test_reveal_moves_little);
  g_test_add_func ("/weir/canvas/index/finds-what-a-search-of-all-finds", test_index_finds_all);
  g_test_add_func ("/weir/canvas/links/run-across-and-down-only", test_routes_are_orthogonal);
  g_test_add_func ("/weir/canvas/links/go-around-blocks-in-every-style", test_links_go_around_blocks);
  g_test_add_func ("/weir/canvas/links/make-way-for-a-block-and-come-back", test_links_follow_what_stands_in_their_way);
  g_test_add_func ("/weir/canvas/links/many-find-their-way-in-another-thread", test_many_links_find_their_way);
  g_test_add_func ("/weir/canvas/drawing/a-frame-without-changes-draws-nothing-anew",
                   test_unchanged_frame_makes_nothing);
  g_test_add_func ("/weir/canvas/drawing/a-moved-block-draws-only-its-surroundings-anew",
                   test_moved_card_redraws_its_surroundings_only);
  g_test_add_func ("/weir/canvas/model/changes-elsewhere-show-up", test_changes_are_followed);
  g_test_add_func ("/weir/canvas/model/a-deleted-block-is-not-selected", test_deleting_a_selected_block_unselects_it);
  g_test_add_func ("/weir/canvas/model/a-body-has-its-own-view", test_body_is_shown_by_its_own_graph);
  g_test_add_func ("/weir/canvas/arrange/blocks-without-places-are-spread", test_unplaced_blocks_are_arranged);
  g_test_add_func ("/weir/canvas/arrange/no-block-lies-on-another", test_arrange_leaves_no_overlap);
  g_test_add_func ("/weir/canvas/run/states-and-links-taken-are-shown", test_run_is_shown);
  g_test_add_func ("/weir/canvas/accessible/every-block-and-link-is-a-child", test_blocks_are_accessible_children);
  g_test_add_func ("/weir/canvas/accessible/of-many-links-those-in-view-are-children",
                   test_links_in_view_are_accessible_children);
  g_test_add_func ("/weir/canvas/export/a-picture-has-all-but-the-selection", test_pictures_are_written);
  g_test_add_func ("/weir/canvas/export/nothing-gives-no-picture", test_there_is_no_picture_of_nothing);
  g_test_add_func ("/weir/canvas/inspector/tells-what-is-kept-and-drawn", test_inspector_tells_figures);
  g_test_add_func ("/weir/canvas/outline/works-on-the-same-selection", test_outline_shares_selection);
  g_test_add_func ("/weir/canvas/outline/makes-and-removes-links", test_outline_links);
  return g_test_run ();
}
