/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "canvas-fixture.h"
#include "weir-canvas-private.h"

/* A link that goes without a line, between two portals of one name. */

static guint
count_blocks (CanvasFixture *fixture)
{
  return weir_graph_get_n_blocks (weir_canvas_get_graph (fixture->canvas));
}

static guint
count_links (CanvasFixture *fixture)
{
  return weir_graph_get_n_links (weir_canvas_get_graph (fixture->canvas));
}

static WeirLink *
get_link (CanvasFixture *fixture,
          guint          index)
{
  return weir_graph_get_link (weir_canvas_get_graph (fixture->canvas), index);
}

/* The link list -> read becomes two portals with two links beside the leap. */
static void
make_portals (CanvasFixture *fixture)
{
  weir_canvas_select_link (fixture->canvas, get_link (fixture, 0));
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (fixture->canvas), "canvas.to-portals", NULL));
  canvas_fixture_settle (fixture);
}

static void
test_link_becomes_portals (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  guint n_blocks = count_blocks (fixture), n_leaps = 0;
  g_autofree char *before = weir_workflow_to_yaml (fixture->workflow), *after = NULL;

  make_portals (fixture);
  g_assert_cmpuint (count_blocks (fixture), ==, n_blocks + 2);
  g_assert_cmpuint (count_links (fixture), ==, 3);
  for (guint i = 0; i < 3; i++)
    n_leaps += weir_link_is_leap (get_link (fixture, i));
  g_assert_cmpuint (n_leaps, ==, 1);
  weir_workflow_undo (fixture->workflow);
  after = weir_workflow_to_yaml (fixture->workflow);
  g_assert_cmpstr (after, ==, before);
}

static void
test_leap_is_not_there_to_click (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  WeirScene *scene = fixture->canvas->scene;

  make_portals (fixture);
  for (guint i = 0; i < count_links (fixture); i++)
    {
      WeirWire *wire = weir_scene_find_wire (scene, get_link (fixture, i));
      graphene_point_t middle;

      weir_scene_lay_wires (scene);
      middle = wire->path[wire->n_path / 2];
      g_assert_true (weir_scene_wire_at (scene, middle.x, middle.y, 2) != wire || !weir_link_is_leap (wire->link));
    }
}

static void
test_key_jumps_and_comes_back (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  WeirBlock *first, *second;

  make_portals (fixture);
  first = weir_canvas_get_selected_block (fixture->canvas);
  canvas_fixture_do (fixture, "key j");
  second = weir_canvas_get_selected_block (fixture->canvas);
  g_assert_true (second != first);
  g_assert_cmpstr (weir_block_get_kind_id (second), ==, "flow.portal");
  canvas_fixture_do (fixture, "key j");
  g_assert_true (weir_canvas_get_selected_block (fixture->canvas) == first);
}

static void
test_another_name_draws_the_link (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  g_autoptr(WeirValue) name = weir_value_new_text ("Another");
  guint n_leaps = 0;

  make_portals (fixture);
  weir_workflow_begin_edit (fixture->workflow, "Rename");
  weir_workflow_set_field (fixture->workflow, weir_canvas_get_selected_block (fixture->canvas), "name", name);
  weir_workflow_end_edit (fixture->workflow);
  for (guint i = 0; i < 3; i++)
    n_leaps += weir_link_is_leap (get_link (fixture, i));
  g_assert_cmpuint (n_leaps, ==, 0);
}

static void
test_portals_become_a_link (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  guint n_blocks = count_blocks (fixture);

  weir_workflow_begin_edit (fixture->workflow, "Condition");
  weir_workflow_set_when (fixture->workflow, get_link (fixture, 0), "value !== null");
  weir_workflow_end_edit (fixture->workflow);
  make_portals (fixture);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (fixture->canvas), "canvas.to-link", NULL));
  g_assert_cmpuint (count_blocks (fixture), ==, n_blocks);
  g_assert_cmpuint (count_links (fixture), ==, 1);
  g_assert_true (weir_link_get_source (get_link (fixture, 0)) == canvas_fixture_get (fixture, "list"));
  g_assert_true (weir_link_get_target (get_link (fixture, 0)) == canvas_fixture_get (fixture, "read"));
  g_assert_cmpstr (weir_link_get_when (get_link (fixture, 0)), ==, "value !== null");
}

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  gtk_init ();
  adw_init ();

  g_test_add_func ("/weir/canvas/portals/a-link-becomes-two-portals-as-one-edit", test_link_becomes_portals);
  g_test_add_func ("/weir/canvas/portals/what-is-not-drawn-is-not-clicked", test_leap_is_not_there_to_click);
  g_test_add_func ("/weir/canvas/portals/a-key-jumps-to-the-other-one-and-back", test_key_jumps_and_comes_back);
  g_test_add_func ("/weir/canvas/portals/portals-of-two-names-are-linked-with-a-line", test_another_name_draws_the_link);
  g_test_add_func ("/weir/canvas/portals/two-portals-become-a-link-with-its-condition", test_portals_become_a_link);
  return g_test_run ();
}
