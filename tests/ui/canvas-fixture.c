/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "canvas-fixture.h"

#include <math.h>

static const char small_workflow[] =
  "weir: 1\n"
  "name: Small\n"
  "blocks:\n"
  "  list: { kind: file.list, label: List, config: { path: /tmp } }\n"
  "  read: { kind: file.read, label: Read, config: { path: /tmp/a } }\n"
  "  text: { kind: data.template, label: Text, config: { template: hello } }\n"
  "  count: { kind: data.template, label: Count, config: { template: hello } }\n"
  "  move: { kind: file.move, label: Move, config: { from: /tmp/a, to: /tmp/b } }\n"
  "  each:\n"
  "    kind: flow.foreach\n"
  "    label: Each\n"
  "    body:\n"
  "      blocks:\n"
  "        log: { kind: debug.log, config: { message: hi } }\n"
  "        wait: { kind: flow.delay, config: { duration: 1ms } }\n"
  "      links:\n"
  "        - log.value -> wait.value\n"
  "links:\n"
  "  - list.done -> read.run\n"
  "layout: { list: [40, 40], read: [320, 40], text: [600, 40], count: [40, 240], move: [320, 240], each: [600, 240],"
  " each/log: [0, 0], each/wait: [260, 0] }\n";

static void
message_cb (WeirCanvas    *canvas,
            const char    *text,
            CanvasFixture *self)
{
  g_set_str (&self->message, text);
}

static void
requested_cb (WeirCanvas    *canvas,
              double         x,
              double         y,
              WeirBlock     *from,
              const char    *port,
              CanvasFixture *self)
{
  self->n_requests++;
  self->from = from;
}

static void
activated_cb (WeirCanvas    *canvas,
              WeirBlock     *block,
              CanvasFixture *self)
{
  self->activated = block;
}

static void
opened_cb (WeirCanvas    *canvas,
           WeirGraph     *graph,
           CanvasFixture *self)
{
  self->opened = graph;
}

static void
painted_cb (GdkFrameClock *clock,
            gboolean      *painted)
{
  *painted = TRUE;
}

void
canvas_fixture_settle (CanvasFixture *self)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (self->window));
  gboolean painted = FALSE;
  gulong id = g_signal_connect (clock, "after-paint", G_CALLBACK (painted_cb), &painted);

  while (g_main_context_iteration (NULL, FALSE))
    ;
  gtk_widget_queue_draw (GTK_WIDGET (self->canvas));
  while (!painted)
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_signal_handler_disconnect (clock, id);
}

/* What was asked of the window manager before it was there is lost. */
static gboolean
ask_again_cb (gpointer window)
{
  gtk_window_fullscreen (window);
  gtk_window_present (window);
  return G_SOURCE_CONTINUE;
}

CanvasFixture *
canvas_fixture_new_with (WeirWorkflow *workflow)
{
  CanvasFixture *self = g_new0 (CanvasFixture, 1);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  guint ask_again;

  self->workflow = workflow;
  self->canvas = WEIR_CANVAS (weir_canvas_new ());
  self->outline = WEIR_OUTLINE (weir_outline_new (self->canvas));
  g_signal_connect (self->canvas, "message", G_CALLBACK (message_cb), self);
  g_signal_connect (self->canvas, "add-block-requested", G_CALLBACK (requested_cb), self);
  g_signal_connect (self->canvas, "block-activated", G_CALLBACK (activated_cb), self);
  g_signal_connect (self->canvas, "open-container", G_CALLBACK (opened_cb), self);
  weir_canvas_set_workflow (self->canvas, workflow);
  gtk_widget_set_hexpand (GTK_WIDGET (self->canvas), TRUE);
  gtk_widget_set_size_request (GTK_WIDGET (self->outline), 200, -1);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->canvas));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->outline));

  self->window = GTK_WINDOW (gtk_window_new ());
  gtk_window_set_child (self->window, box);
  gtk_window_fullscreen (self->window);
  gtk_window_present (self->window);
  ask_again = g_timeout_add (500, ask_again_cb, self->window);
  while (!gtk_window_is_active (self->window) || !gtk_window_is_fullscreen (self->window)
         || gtk_widget_get_width (GTK_WIDGET (self->canvas)) < 900)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (ask_again);
  gtk_widget_grab_focus (GTK_WIDGET (self->canvas));
  canvas_fixture_settle (self);
  return self;
}

CanvasFixture *
canvas_fixture_new (void)
{
  g_autoptr(GListModel) problems = NULL;
  g_autoptr(GError) error = NULL;
  WeirWorkflow *workflow = weir_workflow_parse (small_workflow, -1, &problems, &error);
  CanvasFixture *self;

  g_assert_no_error (error);
  self = canvas_fixture_new_with (workflow);
  weir_canvas_set_zoom (self->canvas, 1);
  weir_viewport_set_origin (weir_canvas_get_viewport (self->canvas), 0, 0);
  canvas_fixture_settle (self);
  return self;
}

void
canvas_fixture_free (CanvasFixture *self)
{
  gtk_window_destroy (self->window);
  g_clear_object (&self->workflow);
  g_free (self->message);
  g_free (self);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

WeirWorkflow *
canvas_fixture_generate (guint n_blocks,
                         guint n_links)
{
  static const char *const kinds[] = {
    "file.read", "data.template", "flow.if", "file.list", "http.request", "exec.command"
  };
  WeirWorkflow *workflow = weir_workflow_new ("Generated");
  WeirGraph *graph = weir_workflow_get_graph (workflow);
  guint n_columns = (guint) sqrt (n_blocks * 1.4);
  g_autoptr(GRand) random = g_rand_new_with_seed (1);

  weir_workflow_begin_edit (workflow, "Generate");
  for (guint i = 0; i < n_blocks; i++)
    {
      g_autofree char *id = g_strdup_printf ("b%u", i);

      weir_workflow_add_block (workflow, graph, id, kinds[i % G_N_ELEMENTS (kinds)], NULL, (i % n_columns) * 272,
                               (i / n_columns) * 232, NULL);
    }
  for (guint i = 0; i < n_links;)
    {
      WeirBlock *source = weir_graph_get_block (graph, g_rand_int_range (random, 0, n_blocks));
      guint next = weir_block_get_index (source)
                   + (g_rand_boolean (random) ? 1 : n_columns + g_rand_int_range (random, 0, 2));
      WeirBlock *target = weir_graph_get_block (graph, next % n_blocks);
      WeirPortList *out = weir_block_get_ports (source), *in = weir_block_get_ports (target);
      const char *output = g_array_index (out->outputs, WeirPort, g_rand_int_range (random, 0, out->outputs->len)).name;
      const char *input = in->inputs->len == 0 || g_rand_int_range (random, 0, 4) == 0
                            ? "run"
                            : g_array_index (in->inputs, WeirPort, g_rand_int_range (random, 0, in->inputs->len)).name;

      if (weir_workflow_add_link (workflow, source, output, target, input, NULL, NULL) != NULL)
        i++;
    }
  weir_workflow_end_edit (workflow);
  return workflow;
}

WeirBlock *
canvas_fixture_get (CanvasFixture *self,
                    const char    *path)
{
  WeirBlock *block = weir_workflow_find_block (self->workflow, path);

  g_assert_nonnull (block);
  return block;
}

static void
wait_cb (GObject      *process,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr(GError) error = NULL;

  g_subprocess_wait_check_finish (G_SUBPROCESS (process), result, &error);
  g_assert_no_error (error);
  *(gboolean *) user_data = TRUE;
}

void
canvas_fixture_do (CanvasFixture *self,
                   const char    *format,
                   ...)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *commands = NULL, *line = NULL;
  g_auto(GStrv) argv = NULL;
  g_autoptr(GSubprocess) process = NULL;
  gboolean done = FALSE;
  va_list args;

  va_start (args, format);
  commands = g_strdup_vprintf (format, args);
  va_end (args);
  line = g_strconcat ("xdotool ", commands, NULL);
  g_assert_true (g_shell_parse_argv (line, NULL, &argv, &error));
  process = g_subprocess_newv ((const char *const *) argv, G_SUBPROCESS_FLAGS_NONE, &error);
  g_assert_no_error (error);
  g_subprocess_wait_check_async (process, NULL, wait_cb, &done);
  while (!done)
    g_main_context_iteration (NULL, TRUE);
  /* What the X server was told comes back to us before its answer to this. */
  gdk_display_sync (gtk_widget_get_display (GTK_WIDGET (self->window)));
  canvas_fixture_settle (self);
  canvas_fixture_settle (self);
}

void
canvas_fixture_drag (CanvasFixture    *self,
                     graphene_point_t  from,
                     graphene_point_t  to,
                     int               button,
                     const char       *modifier)
{
  g_autofree char *down = modifier != NULL ? g_strdup_printf ("keydown %s", modifier) : g_strdup ("");
  g_autofree char *up = modifier != NULL ? g_strdup_printf ("keyup %s", modifier) : g_strdup ("");

  canvas_fixture_do (self, "mousemove %d %d %s mousedown %d", (int) from.x, (int) from.y, down, button);
  for (int step = 1; step <= 3; step++)
    canvas_fixture_do (self, "mousemove %d %d", (int) (from.x + (to.x - from.x) * step / 3),
                       (int) (from.y + (to.y - from.y) * step / 3));
  canvas_fixture_do (self, "mousemove %d %d mouseup %d %s", (int) to.x, (int) to.y, button, up);
}

static graphene_point_t
to_screen (CanvasFixture    *self,
           graphene_point_t  point)
{
  graphene_point_t at;
  double dx, dy;

  g_assert_true (gtk_widget_compute_point (GTK_WIDGET (self->canvas), GTK_WIDGET (self->window), &point, &at));
  gtk_native_get_surface_transform (GTK_NATIVE (self->window), &dx, &dy);
  return GRAPHENE_POINT_INIT (at.x + dx, at.y + dy);
}

graphene_point_t
canvas_fixture_title_of (CanvasFixture *self,
                         const char    *path)
{
  graphene_rect_t bounds;

  g_assert_true (weir_canvas_get_block_bounds (self->canvas, canvas_fixture_get (self, path), &bounds));
  return to_screen (self, GRAPHENE_POINT_INIT (bounds.origin.x + bounds.size.width / 2, bounds.origin.y + 20));
}

graphene_point_t
canvas_fixture_port_of (CanvasFixture *self,
                        const char    *path,
                        const char    *port,
                        gboolean       input)
{
  graphene_point_t point;

  g_assert_true (weir_canvas_get_port_point (self->canvas, canvas_fixture_get (self, path), port, input, &point));
  return to_screen (self, point);
}
