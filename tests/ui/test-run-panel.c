/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <adwaita.h>
#include <glib/gstdio.h>
#include <weir.h>

#include "weir-run-list.h"
#include "weir-run-panel.h"
#include "weir-timeline.h"
#include "weir-undo-dialog.h"

/* The run panel on real runs. With WEIR_TEST_PICTURES it leaves pictures there. */

static const char workflow_text[] =
  "weir: 1\n"
  "name: Panel\n"
  "blocks:\n"
  "  list: { kind: data.template, config: { template: \"three\" } }\n"
  "  flaky:\n"
  "    kind: exec.command\n"
  "    label: Ask the server\n"
  "    config: { program: sh, args: [\"-c\", \"echo x >> DIR/tries; sleep .2; test $(wc -l < DIR/tries) -ge 3\"] }\n"
  "    retry: { attempts: 5, first: 300ms, factor: 1, on: \"*\" }\n"
  "  each:\n"
  "    kind: flow.foreach\n"
  "    label: For each image\n"
  "    concurrency: 2\n"
  "    config: { items: [1, 2, 3, 4, 5] }\n"
  "    body:\n"
  "      blocks:\n"
  "        shrink: { kind: flow.delay, label: Shrink image, config: { duration: 250ms } }\n"
  "        say: { kind: debug.log, config: { message: \"{{ 'image ' + item }}\" } }\n"
  "      links:\n"
  "        - shrink.done -> say.run\n"
  "  write: { kind: file.write, config: { path: \"DIR/note.txt\", content: \"hello\" } }\n"
  "  never: { kind: debug.log, label: Not taken, config: { message: never } }\n"
  "  ask: { kind: flow.delay, label: Wait, config: { duration: 400ms } }\n"
  "links:\n"
  "  - list.text -> flaky.run\n"
  "  - list.text -> each.run\n"
  "  - list.text -> never.value when: \"value === 'four'\"\n"
  "  - flaky.done -> write.run\n"
  "  - each.done -> ask.run\n"
  "  - write.done -> ask.run\n";

typedef struct
{
  char *dir;
  WeirEngine *engine;
  WeirRunView *view;
  GtkWindow *window;
  WeirRunPanel *panel;
} Fixture;

static DexFuture *
settled_cb (DexFuture *future,
            gpointer   user_data)
{
  gboolean *settled = user_data;

  *settled = TRUE;
  return dex_future_new_true ();
}

/* (transfer full) */
static gpointer
await_object (DexFuture *future)
{
  g_autoptr(GError) error = NULL;
  gboolean settled = FALSE;
  const GValue *value;
  gpointer object;

  dex_future_disown (dex_future_finally (dex_ref (future), settled_cb, &settled, NULL));
  while (!settled)
    g_main_context_iteration (NULL, TRUE);
  value = dex_future_get_value (future, &error);
  g_assert_no_error (error);
  object = G_VALUE_HOLDS_OBJECT (value) ? g_value_dup_object (value) : NULL;
  dex_unref (future);
  return object;
}

static gboolean
late_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

/* Lets frames be drawn. */
static void
let_pass (guint ms)
{
  gboolean late = FALSE;

  g_timeout_add (ms, late_cb, &late);
  while (!late)
    g_main_context_iteration (NULL, TRUE);
}

static void
take_picture (Fixture    *fixture,
              GtkWidget  *widget,
              const char *name)
{
  const char *dir = g_getenv ("WEIR_TEST_PICTURES");
  g_autoptr(GdkPaintable) paintable = NULL;
  g_autoptr(GskRenderNode) node = NULL;
  g_autoptr(GdkTexture) texture = NULL;
  g_autofree char *path = NULL;

  if (dir == NULL)
    return;
  let_pass (250);
  paintable = gtk_widget_paintable_new (widget);
  /* There is nothing to see in a window that is about to be drawn. */
  for (guint i = 0; node == NULL && i < 500; i++)
    {
      g_autoptr(GtkSnapshot) snapshot = gtk_snapshot_new ();

      gdk_paintable_snapshot (paintable, snapshot, gdk_paintable_get_intrinsic_width (paintable),
                              gdk_paintable_get_intrinsic_height (paintable));
      node = gtk_snapshot_to_node (snapshot);
      if (node == NULL)
        let_pass (10);
    }
  g_assert_nonnull (node);
  texture = gsk_renderer_render_texture (gtk_native_get_renderer (GTK_NATIVE (fixture->window)), node, NULL);
  g_mkdir_with_parents (dir, 0755);
  path = g_strdup_printf ("%s/run-panel-%s.png", dir, name);
  gdk_texture_save_to_png (texture, path);
}

static void
fixture_set_up (Fixture      *fixture,
                gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirWorkflow) workflow = NULL;
  g_autoptr(WeirRun) run = NULL;
  g_auto(GStrv) parts = NULL;
  g_autofree char *text = NULL;
  g_autofree char *data_dir = NULL;

  fixture->dir = g_dir_make_tmp ("weir-panel-XXXXXX", &error);
  g_assert_no_error (error);
  parts = g_strsplit (workflow_text, "DIR", -1);
  text = g_strjoinv (fixture->dir, parts);
  data_dir = g_build_filename (fixture->dir, "data", NULL);
  fixture->engine = weir_engine_new (data_dir, &error);
  g_assert_no_error (error);
  workflow = weir_workflow_parse (text, -1, NULL, &error);
  g_assert_no_error (error);
  run = await_object (weir_engine_play (fixture->engine, workflow, NULL));
  fixture->view = await_object (weir_run_view_open (fixture->engine, weir_run_get_id (run)));

  fixture->window = GTK_WINDOW (adw_window_new ());
  fixture->panel = WEIR_RUN_PANEL (weir_run_panel_new ());
  weir_run_panel_set_engine (fixture->panel, fixture->engine);
  weir_run_panel_set_view (fixture->panel, fixture->view);
  adw_window_set_content (ADW_WINDOW (fixture->window), GTK_WIDGET (fixture->panel));
  gtk_window_set_default_size (fixture->window, 1160, 330);
  gtk_window_present (fixture->window);
}

static void
fixture_tear_down (Fixture      *fixture,
                   gconstpointer data)
{
  g_autofree char *command = g_strdup_printf ("rm -rf '%s'", fixture->dir);

  gtk_window_destroy (fixture->window);
  g_clear_object (&fixture->view);
  await_object (weir_engine_close (fixture->engine));
  g_clear_object (&fixture->engine);
  g_assert_true (g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL));
  g_free (fixture->dir);
}

/* A minute is a lot, also for a sanitizer; a wait without an end would say nothing. */
static void
wait_for_end (Fixture *fixture)
{
  gint64 deadline = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;

  while (!weir_run_status_is_final (weir_run_state_get_status (weir_run_view_get_state (fixture->view))))
    {
      WeirRun *run = weir_engine_find_run (fixture->engine, weir_run_view_get_run_id (fixture->view));

      if (g_get_monotonic_time () > deadline)
        g_error ("The view stands at event %" G_GUINT64_FORMAT ", %s; the run is %s",
                 weir_run_state_get_seq (weir_run_view_get_state (fixture->view)),
                 weir_run_status_get_name (weir_run_state_get_status (weir_run_view_get_state (fixture->view))),
                 run != NULL ? weir_run_status_get_name (weir_run_get_status (run)) : "not live");
      let_pass (10);
    }
  let_pass (100);
}

static GtkWidget *
find_widget (GtkWidget *root,
             GType      type)
{
  if (G_TYPE_CHECK_INSTANCE_TYPE (root, type))
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_widget (child, type);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static gboolean
has_label (GtkWidget  *root,
           const char *pattern)
{
  if (GTK_IS_LABEL (root) && gtk_widget_get_mapped (root)
      && g_pattern_match_simple (pattern, gtk_label_get_text (GTK_LABEL (root))))
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (has_label (child, pattern))
      return TRUE;
  return FALSE;
}

static void
test_follows_a_live_run (Fixture      *fixture,
                         gconstpointer data)
{
  let_pass (700);
  take_picture (fixture, GTK_WIDGET (fixture->window), "live");
  g_assert_true (has_label (GTK_WIDGET (fixture->panel), "Run * running for *"));
  g_assert_true (has_label (GTK_WIDGET (fixture->panel), "Shrink image"));
  wait_for_end (fixture);
  g_assert_true (has_label (GTK_WIDGET (fixture->panel), "Run * succeeded in * 4 effects, 3 cannot be undone"));
  take_picture (fixture, GTK_WIDGET (fixture->window), "timeline");
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), ADW_COLOR_SCHEME_FORCE_DARK);
  take_picture (fixture, GTK_WIDGET (fixture->window), "dark");
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), ADW_COLOR_SCHEME_DEFAULT);
}

static void
test_keeps_selection_in_step (Fixture      *fixture,
                              gconstpointer data)
{
  GtkWidget *timeline = find_widget (GTK_WIDGET (fixture->panel), WEIR_TYPE_TIMELINE);

  wait_for_end (fixture);
  weir_run_panel_set_selected_block (fixture->panel, "each/shrink");
  g_assert_cmpstr (weir_timeline_get_selected_block (WEIR_TIMELINE (timeline)), ==, "each/shrink");
  weir_timeline_set_selected_block (WEIR_TIMELINE (timeline), "flaky");
  g_assert_cmpstr (weir_run_panel_get_selected_block (fixture->panel), ==, "flaky");
  take_picture (fixture, GTK_WIDGET (fixture->window), "selected");
  weir_run_panel_set_selected_block (fixture->panel, NULL);
  g_assert_null (weir_timeline_get_selected_block (WEIR_TIMELINE (timeline)));
}

static void
test_shows_log_and_values (Fixture      *fixture,
                           gconstpointer data)
{
  wait_for_end (fixture);
  weir_run_panel_set_page (fixture->panel, "log");
  let_pass (200);
  g_assert_true (has_label (GTK_WIDGET (fixture->panel), "image 5*"));
  take_picture (fixture, GTK_WIDGET (fixture->window), "log");
  weir_run_panel_set_selected_block (fixture->panel, "flaky");
  weir_run_panel_set_page (fixture->panel, "values");
  let_pass (200);
  g_assert_true (has_label (GTK_WIDGET (fixture->panel), "Outputs"));
  take_picture (fixture, GTK_WIDGET (fixture->window), "values");
}

static void
test_stands_at_a_moment (Fixture      *fixture,
                         gconstpointer data)
{
  GPtrArray *events;

  wait_for_end (fixture);
  events = weir_run_view_get_events (fixture->view);
  weir_run_view_seek (fixture->view, ((WeirEvent *) g_ptr_array_index (events, events->len / 2))->seq);
  let_pass (150);
  g_assert_true (has_label (GTK_WIDGET (fixture->panel), "Run * running for *"));
  take_picture (fixture, GTK_WIDGET (fixture->window), "scrubbed");
  gtk_widget_activate_action (GTK_WIDGET (fixture->panel), "monitor.live", NULL);
  let_pass (150);
  g_assert_true (has_label (GTK_WIDGET (fixture->panel), "Run * succeeded in *"));
  gtk_widget_activate_action (GTK_WIDGET (fixture->panel), "monitor.zoom-in", NULL);
  gtk_widget_activate_action (GTK_WIDGET (fixture->panel), "monitor.zoom-in", NULL);
  take_picture (fixture, GTK_WIDGET (fixture->window), "zoomed");
}

static void
test_fits_a_narrow_window (Fixture      *fixture,
                           gconstpointer data)
{
  wait_for_end (fixture);
  gtk_window_set_default_size (fixture->window, 360, 420);
  let_pass (200);
  g_assert_cmpint (gtk_widget_get_width (GTK_WIDGET (fixture->window)), <=, 360);
  take_picture (fixture, GTK_WIDGET (fixture->window), "narrow");
}

static void
click_undo (GtkWidget *root)
{
  if (GTK_IS_BUTTON (root) && g_strcmp0 (gtk_button_get_label (GTK_BUTTON (root)), "Undo") == 0)
    g_signal_emit_by_name (root, "clicked");
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL; child = gtk_widget_get_next_sibling (child))
    click_undo (child);
}

static void
test_undoes_what_it_shows (Fixture      *fixture,
                           gconstpointer data)
{
  g_autofree char *note = g_build_filename (fixture->dir, "note.txt", NULL);
  GtkWidget *dialog;

  wait_for_end (fixture);
  gtk_window_set_default_size (fixture->window, 800, 700);
  g_assert_true (g_file_test (note, G_FILE_TEST_EXISTS));
  gtk_widget_activate_action (GTK_WIDGET (fixture->panel), "monitor.undo", NULL);
  let_pass (400);
  dialog = GTK_WIDGET (adw_window_get_visible_dialog (ADW_WINDOW (fixture->window)));
  g_assert_true (WEIR_IS_UNDO_DIALOG (dialog));
  g_assert_true (has_label (dialog, "1 change will be undone*"));
  take_picture (fixture, GTK_WIDGET (fixture->window), "undo");
  click_undo (dialog);
  let_pass (400);
  g_assert_true (has_label (dialog, "1 Change Undone"));
  g_assert_false (g_file_test (note, G_FILE_TEST_EXISTS));
  take_picture (fixture, GTK_WIDGET (fixture->window), "undone");
  g_assert_true (has_label (GTK_WIDGET (fixture->panel), "Run * undone*"));
}

typedef struct
{
  gint64 began_at;
  gint64 longest;
} Frames;

static void
before_paint_cb (Frames *frames)
{
  frames->began_at = g_get_monotonic_time ();
}

static void
after_paint_cb (Frames *frames)
{
  frames->longest = MAX (frames->longest, g_get_monotonic_time () - frames->began_at);
}

/* Bounds are wide: a sanitizer, and a machine that is busy. */
static void
test_shows_ten_thousand_steps (Fixture      *fixture,
                               gconstpointer data)
{
  static const char text[] =
    "weir: 1\nname: Many\nblocks:\n"
    "  each:\n    kind: flow.foreach\n    concurrency: 4\n"
    "    config: { items: \"=Array.from({ length: 5000 }, (_, i) => i)\" }\n"
    "    body:\n      blocks:\n        one: { kind: debug.noop }\n        two: { kind: debug.noop }\n"
    "      links:\n        - one.value -> two.value\n";
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirWorkflow) workflow = weir_workflow_parse (text, -1, NULL, &error);
  g_autoptr(WeirRun) run = NULL;
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (fixture->window));
  Frames frames = { 0 };

  g_assert_no_error (error);
  wait_for_end (fixture);
  g_signal_connect_swapped (clock, "before-paint", G_CALLBACK (before_paint_cb), &frames);
  g_signal_connect_swapped (clock, "after-paint", G_CALLBACK (after_paint_cb), &frames);
  run = await_object (weir_engine_play (fixture->engine, workflow, NULL));
  g_clear_object (&fixture->view);
  fixture->view = await_object (weir_run_view_open (fixture->engine, weir_run_get_id (run)));
  weir_run_panel_set_view (fixture->panel, fixture->view);
  wait_for_end (fixture);
  g_assert_cmpuint (weir_run_state_get_n_steps (weir_run_view_get_state (fixture->view)), ==, 10001);
  g_test_minimized_result (frames.longest / 1000.0, "longest frame while it ran: %.1f ms", frames.longest / 1000.0);
  frames.longest = 0;
  for (guint i = 1; i <= 10; i++)
    {
      weir_run_view_seek (fixture->view, i * 2000);
      let_pass (40);
    }
  g_test_minimized_result (frames.longest / 1000.0, "longest frame while scrubbing: %.1f ms", frames.longest / 1000.0);
  g_assert_cmpint (frames.longest, <, 500000);
  take_picture (fixture, GTK_WIDGET (fixture->window), "many");
  g_signal_handlers_disconnect_by_data (clock, &frames);
}

static void
activated_cb (gint64 *run,
              gint64  id)
{
  *run = id;
}

static void
test_lists_runs (Fixture      *fixture,
                 gconstpointer data)
{
  GtkWidget *list = weir_run_list_new ();
  GtkWidget *table;
  gint64 run = 0;

  weir_run_list_set_engine (WEIR_RUN_LIST (list), fixture->engine);
  g_signal_connect_swapped (list, "run-activated", G_CALLBACK (activated_cb), &run);
  adw_window_set_content (ADW_WINDOW (fixture->window), list);
  let_pass (200);
  g_assert_true (has_label (list, "Running"));
  wait_for_end (fixture);
  let_pass (200);
  g_assert_true (has_label (list, "Succeeded"));
  take_picture (fixture, GTK_WIDGET (fixture->window), "runs");
  table = find_widget (list, GTK_TYPE_COLUMN_VIEW);
  g_signal_emit_by_name (table, "activate", 0);
  g_assert_cmpint (run, ==, weir_run_view_get_run_id (fixture->view));
}

#define TEST(path, func) g_test_add (path, Fixture, NULL, fixture_set_up, func, fixture_tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  adw_init ();
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
  {
    g_autoptr(GtkCssProvider) provider = gtk_css_provider_new ();

    gtk_css_provider_load_from_resource (provider, "/org/weirstudio/Weir/style.css");
    gtk_style_context_add_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (provider),
                                                GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
  }

  TEST ("/weir/monitor/panel/follows-a-live-run", test_follows_a_live_run);
  TEST ("/weir/monitor/panel/keeps-selection-in-step", test_keeps_selection_in_step);
  TEST ("/weir/monitor/panel/shows-log-and-values", test_shows_log_and_values);
  TEST ("/weir/monitor/panel/stands-at-a-moment", test_stands_at_a_moment);
  TEST ("/weir/monitor/panel/fits-a-narrow-window", test_fits_a_narrow_window);
  TEST ("/weir/monitor/panel/shows-ten-thousand-steps", test_shows_ten_thousand_steps);
  TEST ("/weir/monitor/undo/undoes-what-it-shows", test_undoes_what_it_shows);
  TEST ("/weir/monitor/runs/lists-and-activates", test_lists_runs);
  return g_test_run ();
}
