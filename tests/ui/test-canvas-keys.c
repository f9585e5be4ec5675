/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "canvas-fixture.h"

/* The canvas by keys alone: along links, gathering blocks, linking by name. */

static WeirBlock *
selected (CanvasFixture *fixture)
{
  return weir_canvas_get_selected_block (fixture->canvas);
}

static guint
count_links (CanvasFixture *fixture)
{
  return weir_graph_get_n_links (weir_canvas_get_graph (fixture->canvas));
}

static WeirLink *
last_link (CanvasFixture *fixture)
{
  return weir_graph_get_link (weir_canvas_get_graph (fixture->canvas), count_links (fixture) - 1);
}

static void
test_links_are_followed (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  g_autoptr(GError) error = NULL;

  weir_workflow_add_link (fixture->workflow, canvas_fixture_get (fixture, "list"), "done",
                          canvas_fixture_get (fixture, "count"), "run", NULL, &error);
  g_assert_no_error (error);
  weir_canvas_select_block (fixture->canvas, canvas_fixture_get (fixture, "list"), FALSE);
  canvas_fixture_do (fixture, "key ctrl+shift+Right");
  g_assert_true (selected (fixture) == canvas_fixture_get (fixture, "read"));
  /* The other branch, and around to the first again. */
  canvas_fixture_do (fixture, "key ctrl+shift+Down");
  g_assert_true (selected (fixture) == canvas_fixture_get (fixture, "count"));
  canvas_fixture_do (fixture, "key ctrl+shift+Down");
  g_assert_true (selected (fixture) == canvas_fixture_get (fixture, "read"));
  canvas_fixture_do (fixture, "key ctrl+shift+Up");
  g_assert_true (selected (fixture) == canvas_fixture_get (fixture, "count"));
  canvas_fixture_do (fixture, "key ctrl+shift+Left");
  g_assert_true (selected (fixture) == canvas_fixture_get (fixture, "list"));
  /* Nothing leads here: one stays. */
  canvas_fixture_do (fixture, "key ctrl+shift+Left");
  g_assert_true (selected (fixture) == canvas_fixture_get (fixture, "list"));
}

static void
test_blocks_are_gathered (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  GListModel *all = weir_canvas_get_selected (fixture->canvas);

  weir_canvas_select_block (fixture->canvas, canvas_fixture_get (fixture, "count"), FALSE);
  canvas_fixture_do (fixture, "key ctrl+space ctrl+Right");
  canvas_fixture_do (fixture, "key ctrl+Right");
  g_assert_cmpuint (g_list_model_get_n_items (all), ==, 3);
  /* Then again as before. */
  canvas_fixture_do (fixture, "key ctrl+space ctrl+Left");
  g_assert_cmpuint (g_list_model_get_n_items (all), ==, 1);
  g_assert_true (selected (fixture) == canvas_fixture_get (fixture, "move"));
}

static void
test_target_is_typed (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();

  weir_canvas_select_block (fixture->canvas, canvas_fixture_get (fixture, "list"), FALSE);
  canvas_fixture_do (fixture, "key l Return");
  canvas_fixture_do (fixture, "type each");
  canvas_fixture_do (fixture, "key Return");
  g_assert_cmpuint (count_links (fixture), ==, 2);
  g_assert_true (weir_link_get_target (last_link (fixture)) == canvas_fixture_get (fixture, "each"));
  g_assert_cmpstr (weir_link_get_source_port (last_link (fixture)), ==, "files");
  g_assert_cmpstr (weir_link_get_target_port (last_link (fixture)), ==, "items");
}

static void
test_letters_are_taken_back (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();

  weir_canvas_select_block (fixture->canvas, canvas_fixture_get (fixture, "list"), FALSE);
  canvas_fixture_do (fixture, "key l Return");
  /* Nothing is called so, and Enter does nothing. The "d" and "f" are no commands meanwhile. */
  canvas_fixture_do (fixture, "type dff");
  canvas_fixture_do (fixture, "key Return");
  g_assert_cmpuint (count_links (fixture), ==, 1);
  canvas_fixture_do (fixture, "key BackSpace BackSpace BackSpace");
  canvas_fixture_do (fixture, "type each");
  canvas_fixture_do (fixture, "key Return");
  g_assert_cmpuint (count_links (fixture), ==, 2);
  g_assert_null (fixture->message);
}

static void
test_misfit_says_why (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();

  weir_canvas_select_block (fixture->canvas, canvas_fixture_get (fixture, "list"), FALSE);
  /* The number of files is no file. */
  canvas_fixture_do (fixture, "key l Down Return");
  canvas_fixture_do (fixture, "type from");
  canvas_fixture_do (fixture, "key Return");
  g_assert_cmpuint (count_links (fixture), ==, 1);
  g_assert_nonnull (fixture->message);
  g_assert_nonnull (strstr (fixture->message, "file"));
}

static void
test_input_is_linked_back (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  WeirLink *link;

  weir_canvas_select_block (fixture->canvas, canvas_fixture_get (fixture, "each"), FALSE);
  /* From the last port of all, an input, upwards until it is the first input. */
  canvas_fixture_do (fixture, "key l Up");
  canvas_fixture_do (fixture, "key Up Return");
  canvas_fixture_do (fixture, "type list");
  canvas_fixture_do (fixture, "key Return");
  g_assert_cmpuint (count_links (fixture), ==, 2);
  link = last_link (fixture);
  g_assert_true (weir_link_get_source (link) == canvas_fixture_get (fixture, "list"));
  g_assert_true (weir_link_get_target (link) == canvas_fixture_get (fixture, "each"));
}

static void
test_changes_meanwhile (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();

  weir_canvas_select_block (fixture->canvas, canvas_fixture_get (fixture, "list"), FALSE);
  canvas_fixture_do (fixture, "key l Return");
  canvas_fixture_do (fixture, "type each");
  /* Somebody else takes away where the link would go. */
  weir_workflow_remove_block (fixture->workflow, canvas_fixture_get (fixture, "each"));
  canvas_fixture_settle (fixture);
  canvas_fixture_do (fixture, "key Return");
  g_assert_cmpuint (count_links (fixture), ==, 1);
  /* And the canvas goes on as usual. */
  weir_canvas_select_block (fixture->canvas, canvas_fixture_get (fixture, "list"), FALSE);
  canvas_fixture_do (fixture, "key ctrl+Right");
  g_assert_true (selected (fixture) == canvas_fixture_get (fixture, "read"));
}

int
main (int    argc,
      char **argv)
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  gtk_init ();
  adw_init ();
  g_test_add_func ("/weir/canvas/keys/links-are-followed-forth-and-back", test_links_are_followed);
  g_test_add_func ("/weir/canvas/keys/blocks-are-gathered-on-the-way", test_blocks_are_gathered);
  g_test_add_func ("/weir/canvas/keys/target-of-a-link-is-typed", test_target_is_typed);
  g_test_add_func ("/weir/canvas/keys/letters-of-a-name-are-taken-back", test_letters_are_taken_back);
  g_test_add_func ("/weir/canvas/keys/what-does-not-fit-says-why", test_misfit_says_why);
  g_test_add_func ("/weir/canvas/keys/an-input-is-linked-back", test_input_is_linked_back);
  g_test_add_func ("/weir/canvas/keys/linking-ends-when-its-target-goes", test_changes_meanwhile);
  return g_test_run ();
}
