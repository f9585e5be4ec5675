/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the canvas costs with 10,000 blocks and 15,000 links at 1600x900 with software rendering:
 * `headless.sh x11 bench-canvas [--drawn] [FIGURE]` with HEADLESS_SIZE=1600x900; FIGURE is one of the names below, or
 * "canvas-pan-NUMBER" for panning with another number of blocks; --drawn leaves out what is the same with each renderer.
 *
 * Figures are the median, p95 beside it, of the processor's time of the main thread from before-paint to after-paint,
 * with the change that the frame shows: on a busy machine the clock on the wall would tell about the neighbours.
 * GSK_RENDERER=cairo draws in that thread. With gl and no graphics card Mesa draws in threads of its own, for which the
 * main thread waits: "all" is the processor's time of the whole program and "wall" the clock's, both the median. */
#include "canvas-fixture.h"
#include "weir-canvas-private.h"
#include "weir-kind-item.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define N_FRAMES 200
#define N_BLOCKS 10000
#define N_LINKS 15000

/* Times in ms: of the main thread, of the whole program, and of the clock. */
typedef struct
{
  double thread, all, wall;
} Moment;

/* What the figures are at most; with p95, that is. */
static const struct
{
  const char *name;
  double      limit;
  gboolean    p95;
} limits[] = {
  { "canvas-open", 150, FALSE },   { "canvas-open-file", 600, FALSE }, { "canvas-pan", 10, TRUE },
  { "canvas-zoom", 10, TRUE },     { "canvas-pan-fit", 16.7, TRUE },   { "canvas-drag", 10, TRUE },
  { "canvas-drag-500", 25, TRUE }, { "canvas-hit", 1, FALSE },         { "palette-search", 30, FALSE },
  { "canvas-rss", 100, FALSE },    { "layout-1000", 100, FALSE },      { "layout-5000", 1000, FALSE },
  { "edit-undo", 1000, FALSE },
};

static Moment started, frame;
static guint n_frames;
static const char *renderer;

static double
get_ms (clockid_t clock)
{
  struct timespec now;

  clock_gettime (clock, &now);
  return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static double
get_thread_ms (void)
{
  return get_ms (CLOCK_THREAD_CPUTIME_ID);
}

static Moment
get_moment (void)
{
  return (Moment) { get_thread_ms (), get_ms (CLOCK_PROCESS_CPUTIME_ID), get_ms (CLOCK_MONOTONIC) };
}

static Moment
get_since (Moment then)
{
  Moment now = get_moment ();

  return (Moment) { now.thread - then.thread, now.all - then.all, now.wall - then.wall };
}

static void
before_paint_cb (GdkFrameClock *clock)
{
  started = get_moment ();
}

static void
after_paint_cb (GdkFrameClock *clock)
{
  frame = get_since (started);
  n_frames++;
}

static void
wait_for_frame (void)
{
  guint before = n_frames;

  while (n_frames == before)
    g_main_context_iteration (NULL, TRUE);
}

static int
compare (const void *a,
         const void *b)
{
  double left = *(const double *) a, right = *(const double *) b;

  return left < right ? -1 : left > right;
}

static double
median (double *values,
        int     n)
{
  qsort (values, n, sizeof *values, compare);
  return values[n / 2];
}

static void
print_limit (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    if (g_str_equal (limits[i].name, name))
      printf (",\"limit\":%g,\"limit_of\":\"%s\"", limits[i].limit, limits[i].p95 ? "p95" : "value");
  printf ("}\n");
  fflush (stdout);
}

static void
report (const char *name,
        double     *values,
        int         n,
        const char *unit)
{
  double middle = median (values, n);

  printf ("{\"name\":\"%s\",\"value\":%.3g,\"unit\":\"%s\",\"n\":%d,\"p95\":%.3g", name, middle, unit, n,
          values[n * 95 / 100]);
  print_limit (name);
}

/* Of frames. */
static void
report_drawn (const char *name,
              Moment     *times,
              int         n)
{
  g_autofree double *thread = g_new (double, n), *all = g_new (double, n), *wall = g_new (double, n);
  double middle;

  for (int i = 0; i < n; i++)
    {
      thread[i] = times[i].thread;
      all[i] = times[i].all;
      wall[i] = times[i].wall;
    }
  middle = median (thread, n);
  printf ("{\"name\":\"%s\",\"value\":%.3g,\"unit\":\"ms\",\"n\":%d,\"p95\":%.3g,\"renderer\":\"%s\",\"all\":%.3g,"
          "\"wall\":%.3g",
          name, middle, n, thread[n * 95 / 100], renderer, median (all, n), median (wall, n));
  print_limit (name);
}

/* What happens before each frame. */
typedef void (*Change) (CanvasFixture *fixture, guint i);

static void
measure (CanvasFixture *fixture,
         const char    *name,
         Change         change)
{
  static Moment times[N_FRAMES];

  canvas_fixture_settle (fixture);
  for (guint i = 0; i < N_FRAMES; i++)
    {
      Moment begin = get_moment (), changed;

      change (fixture, i);
      changed = get_since (begin);
      gtk_widget_queue_draw (GTK_WIDGET (fixture->canvas));
      wait_for_frame ();
      times[i] = (Moment) { changed.thread + frame.thread, changed.all + frame.all, changed.wall + frame.wall };
    }
  report_drawn (name, times, N_FRAMES);
}

/* There and back, so that at 100 % about a third of the frames bring new cards into view. */
static void
pan (CanvasFixture *fixture,
     guint          i)
{
  weir_viewport_pan (weir_canvas_get_viewport (fixture->canvas), i < N_FRAMES / 2 ? 13 : -13, i % 50 < 25 ? 7 : -7);
}

static void
zoom (CanvasFixture *fixture,
      guint          i)
{
  WeirViewport *viewport = weir_canvas_get_viewport (fixture->canvas);

  weir_viewport_zoom_at (viewport, weir_viewport_get_zoom (viewport) * (i % 40 < 20 ? 1.02 : 1 / 1.02), 700, 450);
}

/* As a drag does, some pixels a frame. */
static void
drag (CanvasFixture *fixture,
      guint          i)
{
  weir_canvas_shift_selection (fixture->canvas, &GRAPHENE_POINT_INIT ((i % 50) * 8, (i % 25) * 8));
}

static void
show_middle (CanvasFixture *fixture,
             double         zoom_factor)
{
  graphene_rect_t bounds;

  g_assert_true (weir_scene_get_bounds (fixture->canvas->scene, &bounds));
  weir_canvas_set_zoom (fixture->canvas, zoom_factor);
  weir_viewport_center_on (weir_canvas_get_viewport (fixture->canvas), bounds.origin.x + bounds.size.width / 2,
                           bounds.origin.y + bounds.size.height / 2);
  canvas_fixture_settle (fixture);
}

static void
select_visible (CanvasFixture *fixture,
                guint          n)
{
  WeirScene *scene = fixture->canvas->scene;
  graphene_rect_t visible;

  weir_viewport_get_visible (weir_canvas_get_viewport (fixture->canvas), &visible);
  weir_canvas_clear_selection (fixture->canvas);
  for (guint i = 0; i < scene->cards->len && g_list_model_get_n_items (weir_canvas_get_selected (fixture->canvas)) < n;
       i++)
    {
      WeirCard *card = g_ptr_array_index (scene->cards, i);
      graphene_point_t middle = GRAPHENE_POINT_INIT (card->indexed.bounds.origin.x + WEIR_CARD_WIDTH / 2,
                                                     card->indexed.bounds.origin.y + WEIR_CARD_HEADER);

      if (graphene_rect_contains_point (&visible, &middle))
        weir_canvas_select_block (fixture->canvas, card->block, TRUE);
    }
  g_assert_cmpuint (g_list_model_get_n_items (weir_canvas_get_selected (fixture->canvas)), ==, n);
  weir_canvas_begin_shift (fixture->canvas);
}

static void
measure_drag (CanvasFixture *fixture)
{
  show_middle (fixture, 1);
  select_visible (fixture, 1);
  measure (fixture, "canvas-drag", drag);
  weir_canvas_shift_selection (fixture->canvas, &GRAPHENE_POINT_INIT (0, 0));
  /* As much as holds 500 blocks. */
  show_middle (fixture, 0.18);
  select_visible (fixture, 500);
  measure (fixture, "canvas-drag-500", drag);
  weir_canvas_shift_selection (fixture->canvas, &GRAPHENE_POINT_INIT (0, 0));
  weir_canvas_clear_selection (fixture->canvas);
}

static void
measure_hits (CanvasFixture *fixture)
{
  static double times[2000];
  g_autoptr(GRand) random = g_rand_new_with_seed (5);
  WeirScene *scene = fixture->canvas->scene;
  graphene_rect_t bounds;

  g_assert_true (weir_scene_get_bounds (scene, &bounds));
  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      double x = bounds.origin.x + g_rand_double (random) * bounds.size.width;
      double y = bounds.origin.y + g_rand_double (random) * bounds.size.height;
      double before = get_thread_ms ();
      WeirCard *card;

      weir_scene_pin_at (scene, x, y, WEIR_PRESS_RADIUS, &card);
      weir_scene_card_at (scene, x, y);
      weir_scene_wire_at (scene, x, y, WEIR_WIRE_RADIUS);
      times[i] = get_thread_ms () - before;
    }
  report ("canvas-hit", times, G_N_ELEMENTS (times), "ms");
}

static double
get_rss_mb (void)
{
  g_autofree char *text = NULL;
  const char *line;

  g_assert_true (g_file_get_contents ("/proc/self/status", &text, NULL, NULL));
  line = strstr (text, "VmRSS:");
  return line != NULL ? atof (line + strlen ("VmRSS:")) * 1024 / 1e6 : 0;
}

/* From a workflow that is loaded to the first frame that shows all of it. */
static void
measure_open (CanvasFixture *fixture)
{
  Moment times[5];
  g_autoptr(WeirWorkflow) workflow = g_object_ref (fixture->workflow);

  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      Moment before;

      weir_canvas_set_workflow (fixture->canvas, NULL);
      canvas_fixture_settle (fixture);
      before = get_moment ();
      weir_canvas_set_workflow (fixture->canvas, workflow);
      weir_canvas_zoom_to_fit (fixture->canvas);
      wait_for_frame ();
      times[i] = get_since (before);
      canvas_fixture_settle (fixture);
    }
  report_drawn ("canvas-open", times, G_N_ELEMENTS (times));
}

static void
measure_open_file (CanvasFixture *fixture)
{
  g_autofree char *text = weir_workflow_to_yaml (fixture->workflow);
  Moment times[3];

  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      g_autoptr(GListModel) problems = NULL, found = NULL;
      g_autoptr(GError) error = NULL;
      Moment before = get_moment ();
      g_autoptr(WeirWorkflow) workflow = weir_workflow_parse (text, -1, &problems, &error);

      g_assert_no_error (error);
      found = weir_workflow_validate (workflow);
      weir_canvas_set_workflow (fixture->canvas, workflow);
      weir_canvas_zoom_to_fit (fixture->canvas);
      wait_for_frame ();
      times[i] = get_since (before);
      canvas_fixture_settle (fixture);
    }
  report_drawn ("canvas-open-file", times, G_N_ELEMENTS (times));
  weir_canvas_set_workflow (fixture->canvas, fixture->workflow);
}

static void
measure_layout (CanvasFixture *fixture,
                guint          n_blocks)
{
  double times[3];
  g_autofree char *name = g_strdup_printf ("layout-%u", n_blocks);

  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      g_autoptr(WeirWorkflow) workflow = canvas_fixture_generate (n_blocks, n_blocks * 3 / 2);
      double before;

      weir_canvas_set_workflow (fixture->canvas, workflow);
      canvas_fixture_settle (fixture);
      before = get_thread_ms ();
      weir_canvas_arrange (fixture->canvas);
      times[i] = get_thread_ms () - before;
      canvas_fixture_settle (fixture);
    }
  report (name, times, G_N_ELEMENTS (times), "ms");
  weir_canvas_set_workflow (fixture->canvas, fixture->workflow);
}

/* What the canvas adds to a workflow that is loaded. */
static void
measure_rss (CanvasFixture *fixture)
{
  double before_mb = get_rss_mb ();

  weir_canvas_set_workflow (fixture->canvas, fixture->workflow);
  weir_canvas_zoom_to_fit (fixture->canvas);
  canvas_fixture_settle (fixture);
  weir_canvas_set_zoom (fixture->canvas, 1);
  canvas_fixture_settle (fixture);
  printf ("{\"name\":\"canvas-rss\",\"value\":%.1f,\"unit\":\"MB\",\"renderer\":\"%s\"", get_rss_mb () - before_mb,
          renderer);
  print_limit ("canvas-rss");
}

/* What a key in the search of the palette costs, over all kinds. */
static void
measure_search (void)
{
  static const char text[] = "http reqest in:text cat:";
  double times[200];
  g_autoptr(GListStore) items = weir_kind_item_list_all ();

  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      g_autofree char *typed = g_strndup (text, i % sizeof text);
      double before = get_thread_ms ();

      for (guint k = 0; k < g_list_model_get_n_items (G_LIST_MODEL (items)); k++)
        {
          g_autoptr(WeirKindItem) item = g_list_model_get_item (G_LIST_MODEL (items), k);

          weir_kind_item_search (item, typed);
        }
      times[i] = get_thread_ms () - before;
    }
  report ("palette-search", times, G_N_ELEMENTS (times), "ms");
}

static void
edit_at_random (WeirWorkflow *workflow,
                GRand        *random,
                guint         i)
{
  WeirGraph *graph = weir_workflow_get_graph (workflow);
  WeirBlock *block = weir_graph_get_block (graph, g_rand_int_range (random, 0, weir_graph_get_n_blocks (graph)));
  g_autofree char *label = g_strdup_printf ("Edit %u", i);

  switch (g_rand_int_range (random, 0, 6))
    {
    case 0:
      weir_workflow_add_block (workflow, graph, NULL, "data.template", NULL, i * 8, i * 16, NULL);
      break;
    case 1:
      if (weir_graph_get_n_blocks (graph) > 900)
        weir_workflow_remove_block (workflow, block);
      break;
    case 2:
      weir_workflow_set_position (workflow, block, g_rand_int_range (random, 0, 9999), 80);
      break;
    case 3:
      weir_workflow_set_label (workflow, block, label);
      break;
    case 4:
      weir_workflow_set_enabled (workflow, block, !weir_block_get_enabled (block));
      break;
    default:
      if (weir_graph_get_n_links (graph) > 0)
        weir_workflow_remove_link (workflow, weir_graph_get_link (graph, weir_graph_get_n_links (graph) / 2));
      break;
    }
}

/* 500 edits of a workflow of 1,000 blocks that is shown, undone to where they began. */
static void
measure_undo (CanvasFixture *fixture)
{
  double times[3];

  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      g_autoptr(WeirWorkflow) generated = canvas_fixture_generate (1000, 1500);
      g_autofree char *text = weir_workflow_to_yaml (generated), *before = NULL, *after = NULL;
      g_autoptr(GListModel) problems = NULL;
      g_autoptr(WeirWorkflow) workflow = weir_workflow_parse (text, -1, &problems, NULL);
      g_autoptr(GRand) random = g_rand_new_with_seed (i);
      double started;

      weir_canvas_set_workflow (fixture->canvas, workflow);
      before = weir_workflow_to_yaml (workflow);
      for (guint e = 0; e < 500; e++)
        edit_at_random (workflow, random, e);
      canvas_fixture_settle (fixture);
      started = get_thread_ms ();
      while (weir_workflow_can_undo (workflow))
        weir_workflow_undo (workflow);
      times[i] = get_thread_ms () - started;
      after = weir_workflow_to_yaml (workflow);
      g_assert_cmpstr (before, ==, after);
      canvas_fixture_settle (fixture);
    }
  report ("edit-undo", times, G_N_ELEMENTS (times), "ms");
  weir_canvas_set_workflow (fixture->canvas, fixture->workflow);
}

/* "cairo", "gl" or "vulkan": what draws indeed, whatever was asked for. */
static const char *
find_renderer (GtkWidget *window)
{
  const char *type = G_OBJECT_TYPE_NAME (gtk_native_get_renderer (GTK_NATIVE (window)));

  if (g_str_equal (type, "GskCairoRenderer"))
    return "cairo";
  return g_str_equal (type, "GskVulkanRenderer") ? "vulkan" : "gl";
}

static gboolean
is_wanted (const char *wanted,
           const char *name)
{
  return wanted == NULL || g_str_equal (wanted, name);
}

int
main (int   argc,
      char *argv[])
{
  guint n_blocks = N_BLOCKS, n_links = N_LINKS;
  const char *wanted = NULL;
  gboolean drawn_only = FALSE;
  g_autoptr(CanvasFixture) fixture = NULL;
  GdkFrameClock *clock;

  for (int i = 1; i < argc; i++)
    {
      wanted = argv[i][0] != '-' ? argv[i] : wanted;
      drawn_only = drawn_only || g_str_equal (argv[i], "--drawn");
      if (g_str_has_prefix (argv[i], "canvas-pan-") && g_ascii_isdigit (argv[i][strlen ("canvas-pan-")]))
        {
          n_blocks = (guint) CLAMP (atoi (argv[i] + strlen ("canvas-pan-")), 10, 100000);
          n_links = n_blocks * 3 / 2;
          wanted = "canvas-pan";
        }
    }
  dex_init ();
  gtk_init ();
  adw_init ();
  fixture = canvas_fixture_new_with (weir_workflow_new ("Empty"));
  g_object_unref (fixture->workflow);
  fixture->workflow = canvas_fixture_generate (n_blocks, n_links);
  gtk_widget_set_visible (GTK_WIDGET (fixture->outline), FALSE);
  renderer = find_renderer (GTK_WIDGET (fixture->window));
  clock = gtk_widget_get_frame_clock (GTK_WIDGET (fixture->window));
  g_signal_connect (clock, "before-paint", G_CALLBACK (before_paint_cb), NULL);
  g_signal_connect_after (clock, "after-paint", G_CALLBACK (after_paint_cb), NULL);

  if (is_wanted (wanted, "canvas-rss"))
    measure_rss (fixture);
  weir_canvas_set_workflow (fixture->canvas, fixture->workflow);
  if (is_wanted (wanted, "canvas-open"))
    measure_open (fixture);
  if (is_wanted (wanted, "canvas-open-file"))
    measure_open_file (fixture);
  if (is_wanted (wanted, "canvas-pan"))
    {
      show_middle (fixture, 1);
      measure (fixture, "canvas-pan", pan);
      show_middle (fixture, 0.5);
      measure (fixture, "canvas-pan-half", pan);
      show_middle (fixture, 0.2);
      measure (fixture, "canvas-pan-fifth", pan);
    }
  if (is_wanted (wanted, "canvas-zoom"))
    {
      show_middle (fixture, 1);
      measure (fixture, "canvas-zoom", zoom);
    }
  if (is_wanted (wanted, "canvas-pan-fit"))
    {
      weir_canvas_zoom_to_fit (fixture->canvas);
      measure (fixture, "canvas-pan-fit", pan);
      measure (fixture, "canvas-zoom-fit", zoom);
    }
  if (is_wanted (wanted, "canvas-drag") || is_wanted (wanted, "canvas-drag-500"))
    measure_drag (fixture);
  if (drawn_only)
    return 0;
  if (is_wanted (wanted, "canvas-hit"))
    measure_hits (fixture);
  if (is_wanted (wanted, "layout-1000"))
    measure_layout (fixture, 1000);
  if (is_wanted (wanted, "layout-5000"))
    measure_layout (fixture, 5000);
  if (is_wanted (wanted, "palette-search"))
    measure_search ();
  if (is_wanted (wanted, "edit-undo"))
    measure_undo (fixture);
  return 0;
}
