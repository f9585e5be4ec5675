/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "canvas-fixture.h"

#include <string.h>

/* Gestures on links and on several blocks, with real pointers and keys. */

static guint
count_links (CanvasFixture *fixture)
{
  return weir_graph_get_n_links (weir_canvas_get_graph (fixture->canvas));
}

static guint
count_selected (CanvasFixture *fixture)
{
  return g_list_model_get_n_items (weir_canvas_get_selected (fixture->canvas));
}

static graphene_point_t
get_position (CanvasFixture *fixture,
              const char    *path)
{
  double x, y;

  weir_block_get_position (canvas_fixture_get (fixture, path), &x, &y);
  return GRAPHENE_POINT_INIT (x, y);
}

/* Whether there is a link between two ports, "list.done -> read.run". */
static gboolean
has_link (CanvasFixture *fixture,
          const char    *expected)
{
  for (guint i = 0; i < count_links (fixture); i++)
    {
      g_autofree char *text = weir_link_to_string (weir_graph_get_link (weir_canvas_get_graph (fixture->canvas), i));

      if (g_str_equal (text, expected))
        return TRUE;
    }
  return FALSE;
}

static void
select_all (CanvasFixture     *fixture,
            const char *const *paths)
{
  weir_canvas_clear_selection (fixture->canvas);
  for (guint i = 0; paths[i] != NULL; i++)
    weir_canvas_select_block (fixture->canvas, canvas_fixture_get (fixture, paths[i]), TRUE);
  canvas_fixture_settle (fixture);
}

static void
test_drag_lines_up (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  graphene_point_t from = canvas_fixture_title_of (fixture, "count");

  /* Off the grid: only the guide leads there. */
  weir_workflow_set_position (fixture->workflow, canvas_fixture_get (fixture, "move"), 320, 243);
  canvas_fixture_settle (fixture);
  canvas_fixture_drag (fixture, from, GRAPHENE_POINT_INIT (from.x - 3, from.y + 5), 1, NULL);
  g_assert_cmpfloat (get_position (fixture, "count").y, ==, 243);
  g_assert_cmpfloat (get_position (fixture, "count").x, ==, 40);
}

static void
test_alt_drag_is_free (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  graphene_point_t from = canvas_fixture_title_of (fixture, "count");

  canvas_fixture_drag (fixture, from, GRAPHENE_POINT_INIT (from.x + 3, from.y + 5), 1, "alt");
  g_assert_cmpfloat (get_position (fixture, "count").x, ==, 43);
  g_assert_cmpfloat (get_position (fixture, "count").y, ==, 245);
}

static void
test_align_and_distribute (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  const char *const three[] = { "list", "read", "text", NULL };
  g_autofree char *before = weir_workflow_to_yaml (fixture->workflow), *after = NULL;

  weir_workflow_begin_edit (fixture->workflow, "Scatter");
  weir_workflow_set_position (fixture->workflow, canvas_fixture_get (fixture, "read"), 270, 63);
  weir_workflow_end_edit (fixture->workflow);
  select_all (fixture, three);
  gtk_widget_activate_action (GTK_WIDGET (fixture->canvas), "canvas.align", "s", "top");
  g_assert_cmpfloat (get_position (fixture, "read").y, ==, 40);
  gtk_widget_activate_action (GTK_WIDGET (fixture->canvas), "canvas.distribute", "s", "across");
  g_assert_cmpfloat (get_position (fixture, "read").x, ==, 320);
  for (guint i = 0; i < 3; i++)
    weir_workflow_undo (fixture->workflow);
  after = weir_workflow_to_yaml (fixture->workflow);
  g_assert_cmpstr (before, ==, after);
}

static void
test_lasso_selects (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();

  /* Around "count" and "move", past "list" and "read" above. */
  canvas_fixture_do (fixture, "mousemove 10 200 keydown alt mousedown 1");
  canvas_fixture_do (fixture, "mousemove 300 205");
  canvas_fixture_do (fixture, "mousemove 560 210");
  canvas_fixture_do (fixture, "mousemove 560 480");
  canvas_fixture_do (fixture, "mousemove 10 480");
  canvas_fixture_do (fixture, "mouseup 1 keyup alt");
  g_assert_cmpuint (count_selected (fixture), ==, 2);
  g_assert_true (weir_canvas_is_selected (fixture->canvas, canvas_fixture_get (fixture, "count")));
  g_assert_true (weir_canvas_is_selected (fixture->canvas, canvas_fixture_get (fixture, "move")));
}

static void
test_stroke_cuts (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  graphene_point_t out = canvas_fixture_port_of (fixture, "list", "done", FALSE);

  canvas_fixture_drag (fixture, GRAPHENE_POINT_INIT (out.x + 40, out.y - 40),
                       GRAPHENE_POINT_INIT (out.x + 40, out.y + 40), 3, "ctrl");
  g_assert_cmpuint (count_links (fixture), ==, 0);
  weir_workflow_undo (fixture->workflow);
  g_assert_cmpuint (count_links (fixture), ==, 1);
}

static void
test_stroke_puts_dots (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  graphene_point_t out = canvas_fixture_port_of (fixture, "list", "done", FALSE), dot;
  g_autofree char *before = weir_workflow_to_yaml (fixture->workflow), *after = NULL;
  graphene_point_t was;

  canvas_fixture_drag (fixture, GRAPHENE_POINT_INIT (out.x + 40, out.y - 40),
                       GRAPHENE_POINT_INIT (out.x + 40, out.y + 40), 3, "shift");
  g_assert_cmpuint (count_links (fixture), ==, 2);
  g_assert_true (has_link (fixture, "list.done -> portal.in"));
  g_assert_true (has_link (fixture, "portal.out -> read.run"));

  /* A dot is dragged by its middle. */
  was = get_position (fixture, "portal");
  dot = canvas_fixture_port_of (fixture, "portal", "in", TRUE);
  dot.x += 8;
  canvas_fixture_drag (fixture, dot, GRAPHENE_POINT_INIT (dot.x, dot.y + 120), 1, NULL);
  g_assert_cmpfloat (get_position (fixture, "portal").y, ==, was.y + 120);
  g_assert_cmpuint (count_links (fixture), ==, 2);

  weir_workflow_undo (fixture->workflow);
  weir_workflow_undo (fixture->workflow);
  after = weir_workflow_to_yaml (fixture->workflow);
  g_assert_cmpstr (before, ==, after);
}

static void
test_drop_on_link_inserts (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  graphene_point_t from = canvas_fixture_title_of (fixture, "text");
  graphene_point_t link = canvas_fixture_port_of (fixture, "list", "done", FALSE);
  g_autofree char *before = weir_workflow_to_yaml (fixture->workflow), *after = NULL;

  canvas_fixture_drag (fixture, from, GRAPHENE_POINT_INIT (link.x + 40, link.y - 20), 1, NULL);
  g_assert_true (has_link (fixture, "list.done -> text.value"));
  g_assert_true (has_link (fixture, "text.text -> read.run"));
  /* What comes after has made room. */
  g_assert_cmpfloat (get_position (fixture, "read").x, >=, get_position (fixture, "text").x + 200);
  weir_workflow_undo (fixture->workflow);
  after = weir_workflow_to_yaml (fixture->workflow);
  g_assert_cmpstr (before, ==, after);
}

static void
test_f_links_selection (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  const char *const three[] = { "text", "list", "count", NULL };

  select_all (fixture, three);
  canvas_fixture_do (fixture, "key f");
  g_assert_cmpuint (count_links (fixture), ==, 3);
  g_assert_true (has_link (fixture, "list.files -> count.value"));
  g_assert_true (has_link (fixture, "count.text -> text.value"));
}

static void
test_delete_reconnects (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  g_autoptr(GError) error = NULL;
  g_autofree char *before = NULL, *after = NULL;

  weir_workflow_link (fixture->workflow, "read.done", "text.run", NULL, &error);
  g_assert_no_error (error);
  before = weir_workflow_to_yaml (fixture->workflow);
  weir_canvas_select_block (fixture->canvas, canvas_fixture_get (fixture, "read"), FALSE);
  canvas_fixture_settle (fixture);
  canvas_fixture_do (fixture, "key u");
  g_assert_cmpuint (count_links (fixture), ==, 1);
  g_assert_true (has_link (fixture, "list.done -> text.run"));
  g_assert_nonnull (weir_workflow_find_block (fixture->workflow, "read"));
  weir_workflow_undo (fixture->workflow);

  canvas_fixture_do (fixture, "key ctrl+Delete");
  g_assert_true (has_link (fixture, "list.done -> text.run"));
  g_assert_null (weir_workflow_find_block (fixture->workflow, "read"));
  weir_workflow_undo (fixture->workflow);
  after = weir_workflow_to_yaml (fixture->workflow);
  g_assert_cmpstr (before, ==, after);
}

static void
test_converter_is_offered (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  guint n = count_links (fixture), n_blocks = weir_graph_get_n_blocks (weir_canvas_get_graph (fixture->canvas));

  canvas_fixture_drag (fixture, canvas_fixture_port_of (fixture, "list", "count", FALSE),
                       canvas_fixture_port_of (fixture, "move", "from", TRUE), 1, NULL);
  g_assert_cmpuint (count_links (fixture), ==, n);
  /* The first of the menu. */
  canvas_fixture_do (fixture, "key Down");
  canvas_fixture_do (fixture, "key Return");
  g_assert_cmpuint (weir_graph_get_n_blocks (weir_canvas_get_graph (fixture->canvas)), ==, n_blocks + 1);
  g_assert_cmpuint (count_links (fixture), ==, n + 2);
  weir_workflow_undo (fixture->workflow);
  g_assert_cmpuint (count_links (fixture), ==, n);
}

static void
add_note (CanvasFixture *fixture,
          gboolean       frame)
{
  WeirNote note = { .id = "n", .text = "A note", .x = 24, .y = 184, .width = 480, .height = 240, .frame = frame };

  weir_workflow_set_note (fixture->workflow, &note);
  canvas_fixture_settle (fixture);
}

static void
test_frame_takes_blocks_along (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  graphene_point_t move = get_position (fixture, "move"), from = canvas_fixture_title_of (fixture, "list");
  g_autofree char *before = NULL, *after = NULL;

  add_note (fixture, TRUE);
  before = weir_workflow_to_yaml (fixture->workflow);
  /* By its title, over the empty middle. */
  from.y += 184 - 40;
  canvas_fixture_drag (fixture, from, GRAPHENE_POINT_INIT (from.x + 40, from.y + 80), 1, NULL);
  g_assert_cmpfloat (weir_workflow_get_note (fixture->workflow, 0)->y, ==, 264);
  g_assert_cmpfloat (get_position (fixture, "count").x, ==, 80);
  g_assert_cmpfloat (get_position (fixture, "count").y, ==, 320);
  /* It reaches over the edge of the frame. */
  g_assert_true (graphene_point_equal (&move, &(graphene_point_t) { get_position (fixture, "move").x,
                                                                    get_position (fixture, "move").y }));
  weir_workflow_undo (fixture->workflow);
  after = weir_workflow_to_yaml (fixture->workflow);
  g_assert_cmpstr (before, ==, after);
}

static void
test_note_is_resized_and_coloured (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  graphene_point_t corner = canvas_fixture_title_of (fixture, "list");
  const WeirNote *note;

  add_note (fixture, FALSE);
  corner = GRAPHENE_POINT_INIT (corner.x - 140 + 504 - 5, corner.y - 60 + 424 - 5);
  canvas_fixture_drag (fixture, corner, GRAPHENE_POINT_INIT (corner.x + 64, corner.y + 32), 1, NULL);
  note = weir_workflow_get_note (fixture->workflow, 0);
  g_assert_cmpfloat (note->width, ==, 544);
  g_assert_cmpfloat (note->height, ==, 272);
  gtk_widget_activate_action (GTK_WIDGET (fixture->canvas), "canvas.note-colour", "s", "green");
  gtk_widget_activate_action (GTK_WIDGET (fixture->canvas), "canvas.note-fold", NULL);
  note = weir_workflow_get_note (fixture->workflow, 0);
  g_assert_cmpstr (note->colour, ==, "green");
  g_assert_true (note->collapsed);
  g_assert_cmpfloat (note->height, ==, 272);
  weir_workflow_undo (fixture->workflow);
  weir_workflow_undo (fixture->workflow);
  note = weir_workflow_get_note (fixture->workflow, 0);
  g_assert_null (note->colour);
  g_assert_cmpfloat (note->width, ==, 544);
}

static void
test_zoom_to_selection (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  graphene_rect_t bounds;

  weir_viewport_set_origin (weir_canvas_get_viewport (fixture->canvas), 5000, 5000);
  weir_canvas_select_block (fixture->canvas, canvas_fixture_get (fixture, "each"), FALSE);
  canvas_fixture_do (fixture, "key 2");
  g_assert_true (weir_canvas_get_block_bounds (fixture->canvas, canvas_fixture_get (fixture, "each"), &bounds));
  g_assert_cmpfloat (bounds.origin.x, >=, 0);
  g_assert_cmpfloat (bounds.origin.x + bounds.size.width, <=, gtk_widget_get_width (GTK_WIDGET (fixture->canvas)));
}

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  gtk_init ();
  adw_init ();

  g_test_add_func ("/weir/canvas/gestures/a-dragged-block-falls-in-line-with-others", test_drag_lines_up);
  g_test_add_func ("/weir/canvas/gestures/alt-lets-a-block-go-anywhere", test_alt_drag_is_free);
  g_test_add_func ("/weir/canvas/gestures/blocks-are-aligned-and-distributed", test_align_and_distribute);
  g_test_add_func ("/weir/canvas/gestures/a-lasso-selects-what-it-goes-around", test_lasso_selects);
  g_test_add_func ("/weir/canvas/gestures/a-stroke-with-ctrl-cuts-links", test_stroke_cuts);
  g_test_add_func ("/weir/canvas/gestures/a-stroke-with-shift-puts-dots-on-links", test_stroke_puts_dots);
  g_test_add_func ("/weir/canvas/gestures/a-block-dropped-on-a-link-is-put-into-it", test_drop_on_link_inserts);
  g_test_add_func ("/weir/canvas/gestures/f-links-the-selection-in-a-row", test_f_links_selection);
  g_test_add_func ("/weir/canvas/gestures/neighbours-of-a-deleted-block-are-linked", test_delete_reconnects);
  g_test_add_func ("/weir/canvas/gestures/a-converter-is-offered-between-types-that-do-not-fit",
                   test_converter_is_offered);
  g_test_add_func ("/weir/canvas/gestures/a-frame-takes-along-what-stands-on-it", test_frame_takes_blocks_along);
  g_test_add_func ("/weir/canvas/gestures/a-note-is-resized-coloured-and-folded", test_note_is_resized_and_coloured);
  g_test_add_func ("/weir/canvas/gestures/the-selection-fills-the-view", test_zoom_to_selection);
  return g_test_run ();
}
