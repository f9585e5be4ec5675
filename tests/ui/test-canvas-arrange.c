/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "canvas-fixture.h"
#include "weir-canvas-private.h"
#include "weir-canvas-signs.h"

#include <adwaita.h>

/* The arrange command with what must stay: pinned blocks, blocks that are not selected, frames; and the signs on blocks. */

static CanvasFixture *
fixture_of (const char *layout)
{
  g_autofree char *text = g_strconcat (
    "weir: 1\nname: N\nblocks:\n  a: { kind: debug.log }\n  b: { kind: debug.log }\n"
    "  c: { kind: debug.log }\n  d: { kind: debug.log }\nlinks:\n  - a.value -> b.value\n"
    "  - b.value -> c.value\n  - c.value -> d.value\n",
    layout, NULL);
  g_autoptr(GListModel) problems = NULL;
  g_autoptr(GError) error = NULL;
  WeirWorkflow *workflow = weir_workflow_parse (text, -1, &problems, &error);

  g_assert_no_error (error);
  return canvas_fixture_new_with (workflow);
}

static graphene_rect_t
get_rect (CanvasFixture *fixture,
          const char    *path)
{
  WeirBlock *block = canvas_fixture_get (fixture, path);
  double x, y;

  weir_block_get_position (block, &x, &y);
  return (graphene_rect_t) { GRAPHENE_POINT_INIT (x, y), weir_scene_find_card (fixture->canvas->scene, block)->indexed.bounds.size };
}

static void
arrange (CanvasFixture *fixture)
{
  gtk_widget_activate_action (GTK_WIDGET (fixture->canvas), "canvas.arrange", NULL);
}

static void
assert_apart (CanvasFixture *fixture,
              const char    *paths)
{
  g_auto(GStrv) names = g_strsplit (paths, " ", -1);

  for (guint i = 0; names[i] != NULL; i++)
    for (guint j = i + 1; names[j] != NULL; j++)
      {
        graphene_rect_t a = get_rect (fixture, names[i]), b = get_rect (fixture, names[j]);

        g_assert_false (graphene_rect_intersection (&a, &b, NULL));
      }
}

static void
test_pinned_stay (void)
{
  g_autoptr(CanvasFixture) fixture = fixture_of (
    "layout: { a: [0, 0], b: [40, 40], c: [800, 640, pinned], d: [80, 80] }\n");
  g_autofree char *text = NULL;
  graphene_rect_t a, b, c;

  arrange (fixture);
  a = get_rect (fixture, "a");
  b = get_rect (fixture, "b");
  c = get_rect (fixture, "c");
  g_assert_cmpfloat (c.origin.x, ==, 800);
  g_assert_cmpfloat (c.origin.y, ==, 640);
  /* The others come to it. */
  g_assert_cmpfloat (b.origin.x + b.size.width, <, c.origin.x);
  g_assert_cmpfloat (a.origin.x + a.size.width, <, b.origin.x);
  assert_apart (fixture, "a b c d");
  text = weir_workflow_to_yaml (fixture->workflow);
  g_assert_nonnull (strstr (text, "c: [800, 640, pinned]"));
  weir_workflow_undo (fixture->workflow);
  g_assert_cmpfloat (get_rect (fixture, "d").origin.x, ==, 80);
}

static void
test_nothing_is_put_on_a_pinned_block (void)
{
  g_autoptr(CanvasFixture) fixture = fixture_of (
    "layout: { a: [0, 0, pinned], b: [0, 120, pinned], c: [10, 10], d: [10, 10] }\n");

  arrange (fixture);
  assert_apart (fixture, "a b c d");
}

static void
test_selection_only (void)
{
  g_autoptr(CanvasFixture) fixture = fixture_of ("layout: { a: [0, 0], b: [40, 40], c: [50, 300], d: [60, 330] }\n");

  weir_canvas_select_block (fixture->canvas, canvas_fixture_get (fixture, "c"), FALSE);
  weir_canvas_select_block (fixture->canvas, canvas_fixture_get (fixture, "d"), TRUE);
  arrange (fixture);
  g_assert_cmpfloat (get_rect (fixture, "b").origin.x, ==, 40);
  g_assert_cmpfloat (get_rect (fixture, "c").origin.x, ==, 48);
  assert_apart (fixture, "c d");
}

static const WeirNote *
get_note (CanvasFixture *fixture)
{
  g_assert_cmpuint (weir_workflow_get_n_notes (fixture->workflow), ==, 1);
  return weir_workflow_get_note (fixture->workflow, 0);
}

static void
test_frames_keep_what_is_on_them (void)
{
  g_autoptr(CanvasFixture) fixture = fixture_of ("notes:\n  f: { text: Two, frame: true, at: [300, 500, 600, 300] }\n"
                                                  "layout: { a: [0, 0], b: [320, 540], c: [560, 560], d: [10, 10] }\n");
  const WeirNote *note;
  graphene_rect_t frame, inside, outside;

  arrange (fixture);
  note = get_note (fixture);
  frame = GRAPHENE_RECT_INIT (note->x, note->y, note->width, note->height);
  for (const char *path = "b"; path != NULL; path = *path == 'b' ? "c" : NULL)
    {
      inside = get_rect (fixture, path);
      g_assert_true (graphene_rect_contains_rect (&frame, &inside));
    }
  for (const char *path = "a"; path != NULL; path = *path == 'a' ? "d" : NULL)
    {
      outside = get_rect (fixture, path);
      g_assert_false (graphene_rect_intersection (&frame, &outside, NULL));
    }
  g_assert_cmpfloat (get_rect (fixture, "d").origin.x, >, note->x + note->width);
  assert_apart (fixture, "b c");
  weir_workflow_undo (fixture->workflow);
  g_assert_cmpfloat (get_note (fixture)->x, ==, 300);
}

static void
test_frame_with_pinned_block_stays (void)
{
  g_autoptr(CanvasFixture) fixture = fixture_of (
    "notes:\n  f: { text: Two, frame: true, at: [300, 500, 600, 300] }\n"
    "layout: { a: [0, 0], b: [320, 540, pinned], c: [560, 560], d: [10, 10] }\n");

  arrange (fixture);
  g_assert_cmpfloat (get_note (fixture)->x, ==, 300);
  g_assert_cmpfloat (get_rect (fixture, "c").origin.x, ==, 560);
  assert_apart (fixture, "a b c d");
}

static void
test_blocks_travel (void)
{
  g_autoptr(CanvasFixture) fixture = fixture_of ("layout: { a: [0, 0], b: [40, 400], c: [50, 300], d: [60, 330] }\n");
  WeirCard *card = weir_scene_find_card (fixture->canvas->scene, canvas_fixture_get (fixture, "d"));

  arrange (fixture);
  g_assert_nonnull (fixture->canvas->journey);
  while (fixture->canvas->journey != NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpfloat (card->indexed.bounds.origin.x, ==, get_rect (fixture, "d").origin.x);
}

static void
test_keys_set_signs (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  WeirBlock *list = canvas_fixture_get (fixture, "list");
  g_autofree char *words = NULL;

  weir_canvas_select_block (fixture->canvas, list, FALSE);
  canvas_fixture_do (fixture, "key b");
  g_assert_cmpstr (weir_breakpoint_get (list), ==, "");
  canvas_fixture_do (fixture, "key p");
  g_assert_true (weir_block_get_pinned (list));
  words = weir_canvas_describe_block (fixture->canvas, list);
  g_assert_nonnull (strstr (words, "breakpoint, pinned in place"));
  canvas_fixture_do (fixture, "key b");
  g_assert_null (weir_breakpoint_get (list));
  /* A pin is an edit of the layout, a breakpoint none at all. */
  g_assert_cmpstr (weir_workflow_get_undo_name (fixture->workflow), ==, "Pin in Place");
  weir_workflow_undo (fixture->workflow);
  g_assert_false (weir_block_get_pinned (list));
}

static void
test_drag_keeps_the_pin (void)
{
  g_autoptr(CanvasFixture) fixture = canvas_fixture_new ();
  WeirBlock *list = canvas_fixture_get (fixture, "list");
  graphene_point_t at = canvas_fixture_title_of (fixture, "list");
  double x, y;

  weir_workflow_begin_edit (fixture->workflow, "Pin");
  weir_workflow_set_pinned (fixture->workflow, list, TRUE);
  weir_workflow_end_edit (fixture->workflow);
  canvas_fixture_drag (fixture, at, GRAPHENE_POINT_INIT (at.x + 80, at.y + 400), 1, "alt");
  weir_block_get_position (list, &x, &y);
  g_assert_cmpfloat (y, >, 300);
  g_assert_true (weir_block_get_pinned (list));
}

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  gtk_init ();
  adw_init ();

  g_test_add_func ("/weir/canvas/arrange/pinned-blocks-stay", test_pinned_stay);
  g_test_add_func ("/weir/canvas/arrange/nothing-is-put-on-a-pinned-block", test_nothing_is_put_on_a_pinned_block);
  g_test_add_func ("/weir/canvas/arrange/a-selection-alone", test_selection_only);
  g_test_add_func ("/weir/canvas/arrange/frames-keep-what-is-on-them", test_frames_keep_what_is_on_them);
  g_test_add_func ("/weir/canvas/arrange/a-frame-with-a-pinned-block-stays", test_frame_with_pinned_block_stays);
  g_test_add_func ("/weir/canvas/arrange/blocks-travel-to-their-places", test_blocks_travel);
  g_test_add_func ("/weir/canvas/signs/keys-set-breakpoint-and-pin", test_keys_set_signs);
  g_test_add_func ("/weir/canvas/signs/a-drag-keeps-the-pin", test_drag_keeps_the_pin);
  return g_test_run ();
}
