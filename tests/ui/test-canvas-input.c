/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "canvas-fixture.h"

/* The canvas under real pointers and keys. */

static graphene_point_t
shift (graphene_point_t point,
       double           dx,
       double           dy)
{
  return GRAPHENE_POINT_INIT (point.x + dx, point.y + dy);
}

static void
assert_position (CanvasFixture *fixture,
                 const char    *path,
                 double         expected_x,
                 double         expected_y)
{
  double x, y;

  weir_block_get_position (canvas_fixture_get (fixture, path), &x, &y);
  g_assert_cmpfloat (x, ==, expected_x);
  g_assert_cmpfloat (y, ==, expected_y);
}

static guint
count_selected (CanvasFixture *fixture)
{
  return g_list_model_get_n_items (weir_canvas_get_selected (fixture->canvas));
}

static guint
count_links (CanvasFixture *fixture)
{
  return weir_graph_get_n_links (weir_canvas_get_graph (fixture->canvas));
}

static void
test_click_selects (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  graphene_point_t read = canvas_fixture_title_of (fixture, "read"), text = canvas_fixture_title_of (fixture, "text");

  canvas_fixture_do (fixture, "mousemove %d %d click 1", (int) read.x, (int) read.y);
  g_assert_true (weir_canvas_get_selected_block (fixture->canvas) == canvas_fixture_get (fixture, "read"));
  canvas_fixture_do (fixture, "mousemove %d %d keydown ctrl click 1 keyup ctrl", (int) text.x, (int) text.y);
  g_assert_cmpuint (count_selected (fixture), ==, 2);
  canvas_fixture_do (fixture, "mousemove %d %d keydown ctrl click 1 keyup ctrl", (int) text.x, (int) text.y);
  g_assert_cmpuint (count_selected (fixture), ==, 1);
  canvas_fixture_do (fixture, "mousemove %d %d click 1", 20, 560);
  g_assert_cmpuint (count_selected (fixture), ==, 0);
  g_assert_null (weir_canvas_get_selected_block (fixture->canvas));
}

static void
test_drag_moves_on_the_grid (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  graphene_point_t from = canvas_fixture_title_of (fixture, "read");

  canvas_fixture_drag (fixture, from, shift (from, 61, 101), 1, NULL);
  assert_position (fixture, "read", 384, 144);
  g_assert_cmpstr (weir_workflow_get_undo_name (fixture->workflow), ==, "Move Block");
  canvas_fixture_do (fixture, "key ctrl+z");
  assert_position (fixture, "read", 320, 40);
  g_assert_false (weir_workflow_can_undo (fixture->workflow));
  canvas_fixture_do (fixture, "key ctrl+shift+z");
  assert_position (fixture, "read", 384, 144);
}

static void
test_drag_moves_all_selected (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  graphene_point_t from = canvas_fixture_title_of (fixture, "read");

  weir_canvas_select_block (fixture->canvas, canvas_fixture_get (fixture, "text"), FALSE);
  weir_canvas_select_block (fixture->canvas, canvas_fixture_get (fixture, "read"), TRUE);
  canvas_fixture_drag (fixture, from, shift (from, 0, 80), 1, NULL);
  assert_position (fixture, "read", 320, 120);
  assert_position (fixture, "text", 600, 120);
  weir_workflow_undo (fixture->workflow);
  assert_position (fixture, "text", 600, 40);
  assert_position (fixture, "read", 320, 40);
}

static void
test_escape_gives_up_a_drag (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  graphene_point_t from = canvas_fixture_title_of (fixture, "read");

  canvas_fixture_do (fixture, "mousemove %d %d mousedown 1 mousemove %d %d", (int) from.x, (int) from.y,
                     (int) from.x + 60, (int) from.y + 90);
  canvas_fixture_do (fixture, "key Escape mouseup 1");
  assert_position (fixture, "read", 320, 40);
  g_assert_false (weir_workflow_can_undo (fixture->workflow));
}

static void
test_ctrl_drag_duplicates (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  graphene_point_t from = canvas_fixture_title_of (fixture, "text");
  guint n = weir_graph_get_n_blocks (weir_canvas_get_graph (fixture->canvas));

  canvas_fixture_drag (fixture, from, shift (from, 0, 400), 1, "ctrl");
  g_assert_cmpuint (weir_graph_get_n_blocks (weir_canvas_get_graph (fixture->canvas)), ==, n + 1);
  assert_position (fixture, "text", 600, 40);
  g_assert_cmpstr (weir_block_get_id (weir_canvas_get_selected_block (fixture->canvas)), !=, "text");
}

static void
test_rubber_band_selects (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();

  canvas_fixture_drag (fixture, GRAPHENE_POINT_INIT (10, 10), GRAPHENE_POINT_INIT (560, 180), 1, NULL);
  g_assert_cmpuint (count_selected (fixture), ==, 2);
  g_assert_true (weir_canvas_is_selected (fixture->canvas, canvas_fixture_get (fixture, "list")));
  g_assert_true (weir_canvas_is_selected (fixture->canvas, canvas_fixture_get (fixture, "read")));
}

static void
test_link_is_drawn (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  guint n = count_links (fixture);

  /* Let go 15 px beside the port: near enough. */
  canvas_fixture_drag (fixture, canvas_fixture_port_of (fixture, "list", "files", FALSE),
                       shift (canvas_fixture_port_of (fixture, "each", "items", TRUE), -12, 9), 1, NULL);
  g_assert_cmpuint (count_links (fixture), ==, n + 1);
  g_assert_cmpstr (weir_link_get_target_port (weir_graph_get_link (weir_canvas_get_graph (fixture->canvas), n)), ==,
                   "items");
  /* And from an input to an output. */
  canvas_fixture_drag (fixture, canvas_fixture_port_of (fixture, "move", "from", TRUE),
                       canvas_fixture_port_of (fixture, "text", "text", FALSE), 1, NULL);
  g_assert_cmpuint (count_links (fixture), ==, n + 2);
}

static void
test_wrong_type_is_refused (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  guint n = count_links (fixture);

  canvas_fixture_drag (fixture, canvas_fixture_port_of (fixture, "list", "count", FALSE),
                       canvas_fixture_port_of (fixture, "move", "from", TRUE), 1, NULL);
  g_assert_cmpuint (count_links (fixture), ==, n);
  g_assert_nonnull (fixture->message);
  g_assert_nonnull (g_strstr_len (fixture->message, -1, "int"));
}

static void
test_link_into_nowhere_asks_for_a_block (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  graphene_point_t from = canvas_fixture_port_of (fixture, "list", "files", FALSE);
  WeirBlock *added;

  canvas_fixture_drag (fixture, from, shift (from, 30, 400), 1, NULL);
  g_assert_cmpuint (fixture->n_requests, ==, 1);
  g_assert_true (fixture->from == canvas_fixture_get (fixture, "list"));
  added = weir_canvas_add_kind_from (fixture->canvas, "flow.foreach", 300, 500, fixture->from, "files");
  g_assert_nonnull (added);
  g_assert_cmpuint (count_links (fixture), ==, 2);
  weir_workflow_undo (fixture->workflow);
  g_assert_cmpuint (count_links (fixture), ==, 1);
}

static void
test_link_end_is_taken_off (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  graphene_point_t end = canvas_fixture_port_of (fixture, "read", "run", TRUE);

  canvas_fixture_drag (fixture, end, canvas_fixture_port_of (fixture, "text", "run", TRUE), 1, NULL);
  g_assert_cmpuint (count_links (fixture), ==, 1);
  g_assert_true (weir_link_get_target (weir_graph_get_link (weir_canvas_get_graph (fixture->canvas), 0))
                 == canvas_fixture_get (fixture, "text"));
  end = canvas_fixture_port_of (fixture, "text", "run", TRUE);
  canvas_fixture_drag (fixture, end, shift (end, -20, 420), 1, NULL);
  g_assert_cmpuint (count_links (fixture), ==, 0);
  weir_workflow_undo (fixture->workflow);
  g_assert_cmpuint (count_links (fixture), ==, 1);
}

static void
test_link_start_is_taken_off (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  graphene_point_t start = canvas_fixture_port_of (fixture, "list", "done", FALSE);

  /* Beside the port: on it, another link would be drawn. */
  canvas_fixture_drag (fixture, shift (start, 22, 0), canvas_fixture_port_of (fixture, "count", "done", FALSE), 1, NULL);
  g_assert_cmpuint (count_links (fixture), ==, 1);
  g_assert_true (weir_link_get_source (weir_graph_get_link (weir_canvas_get_graph (fixture->canvas), 0))
                 == canvas_fixture_get (fixture, "count"));
  g_assert_true (weir_link_get_target (weir_graph_get_link (weir_canvas_get_graph (fixture->canvas), 0))
                 == canvas_fixture_get (fixture, "read"));
  weir_workflow_undo (fixture->workflow);
  canvas_fixture_settle (fixture);
  canvas_fixture_drag (fixture, shift (start, 22, 0), shift (start, 60, 420), 1, NULL);
  g_assert_cmpuint (count_links (fixture), ==, 0);
  weir_workflow_undo (fixture->workflow);
  g_assert_cmpuint (count_links (fixture), ==, 1);
}

static void
test_link_is_selected_and_deleted (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  graphene_point_t from = canvas_fixture_port_of (fixture, "list", "done", FALSE),
                   to = canvas_fixture_port_of (fixture, "read", "run", TRUE);

  canvas_fixture_do (fixture, "mousemove %d %d click 1", (int) (from.x + to.x) / 2, (int) from.y);
  g_assert_nonnull (weir_canvas_get_selected_link (fixture->canvas));
  canvas_fixture_do (fixture, "key Delete");
  g_assert_cmpuint (count_links (fixture), ==, 0);
  g_assert_null (weir_canvas_get_selected_link (fixture->canvas));
}

static void
test_panning_and_zooming (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  WeirViewport *viewport = weir_canvas_get_viewport (fixture->canvas);
  double x, y, before_x, before_y;

  canvas_fixture_drag (fixture, GRAPHENE_POINT_INIT (500, 600), GRAPHENE_POINT_INIT (440, 560), 2, NULL);
  weir_viewport_get_origin (viewport, &x, &y);
  g_assert_cmpfloat (x, ==, 60);
  g_assert_cmpfloat (y, ==, 40);
  g_assert_cmpuint (count_selected (fixture), ==, 0);
  canvas_fixture_do (fixture, "mousemove 300 300 click 5");
  weir_viewport_get_origin (viewport, &x, &y);
  g_assert_cmpfloat (y, >, 40);
  weir_viewport_to_plane (viewport, 300, 300, &before_x, &before_y);
  canvas_fixture_do (fixture, "keydown ctrl click 4 click 4 keyup ctrl");
  g_assert_cmpfloat (weir_canvas_get_zoom (fixture->canvas), >, 1.2);
  weir_viewport_to_plane (viewport, 300, 300, &x, &y);
  g_assert_cmpfloat_with_epsilon (x, before_x, 1.5);
  g_assert_cmpfloat_with_epsilon (y, before_y, 1.5);
  canvas_fixture_do (fixture, "key 1");
  g_assert_cmpfloat (weir_canvas_get_zoom (fixture->canvas), ==, 1);
}

static void
test_keys_edit (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  guint n = weir_graph_get_n_blocks (weir_canvas_get_graph (fixture->canvas));

  weir_canvas_select_block (fixture->canvas, canvas_fixture_get (fixture, "text"), FALSE);
  canvas_fixture_do (fixture, "key Right Right Down");
  assert_position (fixture, "text", 616, 48);
  canvas_fixture_do (fixture, "key ctrl+z");
  assert_position (fixture, "text", 600, 40);
  canvas_fixture_do (fixture, "key ctrl+d");
  g_assert_cmpuint (weir_graph_get_n_blocks (weir_canvas_get_graph (fixture->canvas)), ==, n + 1);
  canvas_fixture_do (fixture, "key Delete");
  g_assert_cmpuint (weir_graph_get_n_blocks (weir_canvas_get_graph (fixture->canvas)), ==, n);
  canvas_fixture_do (fixture, "key ctrl+a");
  g_assert_cmpuint (count_selected (fixture), ==, n);
  canvas_fixture_do (fixture, "key ctrl+c");
  canvas_fixture_do (fixture, "key ctrl+v");
  canvas_fixture_settle (fixture);
  g_assert_cmpuint (weir_graph_get_n_blocks (weir_canvas_get_graph (fixture->canvas)), ==, 2 * n);
  canvas_fixture_do (fixture, "key Escape");
  g_assert_cmpuint (count_selected (fixture), ==, 0);
  canvas_fixture_do (fixture, "key Tab");
  g_assert_cmpuint (fixture->n_requests, ==, 1);
}

static void
test_keys_walk (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();

  weir_canvas_select_block (fixture->canvas, canvas_fixture_get (fixture, "list"), FALSE);
  canvas_fixture_do (fixture, "key ctrl+Right");
  g_assert_true (weir_canvas_get_selected_block (fixture->canvas) == canvas_fixture_get (fixture, "read"));
  canvas_fixture_do (fixture, "key ctrl+Down");
  g_assert_true (weir_canvas_get_selected_block (fixture->canvas) == canvas_fixture_get (fixture, "move"));
  canvas_fixture_do (fixture, "key Return");
  g_assert_true (fixture->activated == canvas_fixture_get (fixture, "move"));
}

static void
test_keys_link (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  WeirLink *link;

  weir_canvas_select_block (fixture->canvas, canvas_fixture_get (fixture, "list"), FALSE);
  /* The first output, then the nearest input that takes it. */
  canvas_fixture_do (fixture, "key l Return Return");
  g_assert_cmpuint (count_links (fixture), ==, 2);
  link = weir_graph_get_link (weir_canvas_get_graph (fixture->canvas), 1);
  g_assert_cmpstr (weir_link_get_source_port (link), ==, "files");
  canvas_fixture_do (fixture, "key l Return Escape");
  g_assert_cmpuint (count_links (fixture), ==, 2);
}

static void
test_double_click_opens (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  graphene_point_t each = canvas_fixture_title_of (fixture, "each");

  canvas_fixture_do (fixture, "mousemove %d %d click --repeat 2 --delay 20 1", (int) each.x, (int) each.y);
  g_assert_true (fixture->opened == weir_block_get_body (canvas_fixture_get (fixture, "each")));
}

static void
test_double_click_asks (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();

  canvas_fixture_do (fixture, "mousemove 60 620 click --repeat 2 --delay 20 1");
  g_assert_cmpuint (fixture->n_requests, ==, 1);
}

static void
test_reading_only (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  graphene_point_t from = canvas_fixture_title_of (fixture, "read");

  weir_canvas_set_editable (fixture->canvas, FALSE);
  canvas_fixture_drag (fixture, from, shift (from, 0, 100), 1, NULL);
  assert_position (fixture, "read", 320, 40);
  canvas_fixture_do (fixture, "key Delete");
  g_assert_nonnull (weir_workflow_find_block (fixture->workflow, "read"));
}

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  gtk_init ();
  adw_init ();

  g_test_add_func ("/weir/canvas/pointer/a-click-selects-and-ctrl-adds", test_click_selects);
  g_test_add_func ("/weir/canvas/pointer/a-drag-moves-a-block-on-the-grid-as-one-edit", test_drag_moves_on_the_grid);
  g_test_add_func ("/weir/canvas/pointer/a-drag-moves-all-that-is-selected", test_drag_moves_all_selected);
  g_test_add_func ("/weir/canvas/pointer/escape-gives-up-a-drag", test_escape_gives_up_a_drag);
  g_test_add_func ("/weir/canvas/pointer/a-drag-with-ctrl-duplicates", test_ctrl_drag_duplicates);
  g_test_add_func ("/weir/canvas/pointer/a-rubber-band-selects-what-it-meets", test_rubber_band_selects);
  g_test_add_func ("/weir/canvas/pointer/a-link-is-drawn-from-either-end", test_link_is_drawn);
  g_test_add_func ("/weir/canvas/pointer/a-link-between-types-that-do-not-fit-is-refused-with-the-reason",
                   test_wrong_type_is_refused);
  g_test_add_func ("/weir/canvas/pointer/a-link-into-nowhere-asks-for-a-block",
                   test_link_into_nowhere_asks_for_a_block);
  g_test_add_func ("/weir/canvas/pointer/the-end-of-a-link-can-be-moved-and-taken-off", test_link_end_is_taken_off);
  g_test_add_func ("/weir/canvas/pointer/the-start-of-a-link-can-be-moved-and-taken-off", test_link_start_is_taken_off);
  g_test_add_func ("/weir/canvas/pointer/a-link-is-selected-and-deleted", test_link_is_selected_and_deleted);
  g_test_add_func ("/weir/canvas/pointer/panning-and-zooming", test_panning_and_zooming);
  g_test_add_func ("/weir/canvas/pointer/a-double-click-opens-a-container", test_double_click_opens);
  g_test_add_func ("/weir/canvas/pointer/a-double-click-on-nothing-asks-for-a-block", test_double_click_asks);
  g_test_add_func ("/weir/canvas/pointer/nothing-is-edited-where-only-reading-is-allowed", test_reading_only);
  g_test_add_func ("/weir/canvas/keys/edit-copy-and-undo", test_keys_edit);
  g_test_add_func ("/weir/canvas/keys/walk-among-blocks", test_keys_walk);
  g_test_add_func ("/weir/canvas/keys/make-a-link", test_keys_link);
  return g_test_run ();
}
