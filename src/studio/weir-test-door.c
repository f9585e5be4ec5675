/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-test-door.h"

#include "weir-canvas.h"

/* Exact places of widgets, blocks and ports, photographs and actions, for a driver outside that injects real pointer and key
 * events. Accessibility gives names and texts, but its extents leave out padding and shadow in GTK 4.18, so they cannot
 * aim a pointer. Opened by WEIR_TEST_BUS=1 only. */
static const char interface_xml[] =
  "<node><interface name='org.weirstudio.Weir.Test'>"
  "<method name='Bounds'><arg type='s' name='name' direction='in'/><arg type='(dddddd)' name='bounds' direction='out'/></method>"
  "<method name='BlockBounds'><arg type='s' name='path' direction='in'/><arg type='(dddddd)' name='bounds' direction='out'/></method>"
  "<method name='PortBounds'><arg type='s' name='path' direction='in'/><arg type='s' name='port' direction='in'/>"
  "<arg type='(dddddd)' name='bounds' direction='out'/></method>"
  "<method name='Shot'><arg type='s' name='path' direction='in'/><arg type='(ii)' name='size' direction='out'/></method>"
  "<method name='Activate'><arg type='s' name='action' direction='in'/><arg type='s' name='target' direction='in'/>"
  "<arg type='b' name='found' direction='out'/></method>"
  "</interface></node>";

static GtkWindow *
get_window (GtkApplication *application)
{
  GtkWindow *window = gtk_application_get_active_window (application);
  GList *windows = gtk_application_get_windows (application);

  return window != NULL ? window : windows != NULL ? windows->data : NULL;
}

/* Depth first; hidden widgets only if no mapped one has the name. */
static GtkWidget *
find_widget (GtkWidget  *widget,
             const char *name,
             gboolean    mapped)
{
  if ((!mapped || gtk_widget_get_mapped (widget))
      && (g_strcmp0 (gtk_buildable_get_buildable_id (GTK_BUILDABLE (widget)), name) == 0
          || g_strcmp0 (gtk_widget_get_name (widget), name) == 0))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_widget (child, name, mapped);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static GtkWidget *
find_canvas (GtkWidget *widget)
{
  if (WEIR_IS_CANVAS (widget))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_canvas (child);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static void
return_bounds (GDBusMethodInvocation *invocation,
               GtkWindow             *window,
               const graphene_rect_t *bounds)
{
  double x, y;

  gtk_native_get_surface_transform (GTK_NATIVE (window), &x, &y);
  g_dbus_method_invocation_return_value (invocation,
                                         g_variant_new ("((dddddd))", (double) bounds->origin.x, (double) bounds->origin.y,
                                                        (double) bounds->size.width, (double) bounds->size.height, x, y));
}

static void
answer_bounds (GDBusMethodInvocation *invocation,
               GtkWindow             *window,
               GVariant              *arguments)
{
  const char *name;
  GtkWidget *widget;
  graphene_rect_t bounds;

  g_variant_get (arguments, "(&s)", &name);
  widget = find_widget (GTK_WIDGET (window), name, TRUE);
  if (widget == NULL)
    widget = find_widget (GTK_WIDGET (window), name, FALSE);
  if (widget == NULL || !gtk_widget_compute_bounds (widget, GTK_WIDGET (window), &bounds))
    g_dbus_method_invocation_return_error (invocation, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "No widget “%s”", name);
  else
    return_bounds (invocation, window, &bounds);
}

static void
answer_block_bounds (GDBusMethodInvocation *invocation,
                     GtkWindow             *window,
                     const char            *path,
                     const char            *port)
{
  GtkWidget *canvas = find_canvas (GTK_WIDGET (window));
  WeirWorkflow *workflow = canvas != NULL ? weir_canvas_get_workflow (WEIR_CANVAS (canvas)) : NULL;
  WeirBlock *block = workflow != NULL ? weir_workflow_find_block (workflow, path) : NULL;
  graphene_rect_t bounds;
  graphene_point_t point;

  if (block == NULL)
    {
      g_dbus_method_invocation_return_error (invocation, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "No block “%s”", path);
      return;
    }
  if (port == NULL ? !weir_canvas_get_block_bounds (WEIR_CANVAS (canvas), block, &bounds)
                   : !weir_canvas_get_port_point (WEIR_CANVAS (canvas), block, port, TRUE, &point)
                     && !weir_canvas_get_port_point (WEIR_CANVAS (canvas), block, port, FALSE, &point))
    {
      g_dbus_method_invocation_return_error (invocation, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "Block “%s” is not shown", path);
      return;
    }

  if (port != NULL)
    graphene_rect_init (&bounds, point.x, point.y, 0, 0);
  point = bounds.origin;
  if (gtk_widget_compute_point (canvas, GTK_WIDGET (window), &point, &point))
    bounds.origin = point;
  return_bounds (invocation, window, &bounds);
}

static void
answer_shot (GDBusMethodInvocation *invocation,
             GtkWindow             *window,
             const char            *path)
{
  g_autoptr(GdkPaintable) paintable = gtk_widget_paintable_new (GTK_WIDGET (window));
  int width = gdk_paintable_get_intrinsic_width (paintable);
  int height = gdk_paintable_get_intrinsic_height (paintable);
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  g_autoptr(GskRenderNode) node = NULL;
  g_autoptr(GdkTexture) texture = NULL;

  gdk_paintable_snapshot (paintable, snapshot, width, height);
  node = gtk_snapshot_free_to_node (snapshot);
  /* A widget with a redraw pending has no node. */
  if (node == NULL)
    {
      g_dbus_method_invocation_return_error (invocation, G_IO_ERROR, G_IO_ERROR_BUSY, "A redraw is pending: ask again");
      return;
    }
  texture = gsk_renderer_render_texture (gtk_native_get_renderer (GTK_NATIVE (window)), node,
                                         &GRAPHENE_RECT_INIT (0, 0, width, height));
  if (!gdk_texture_save_to_png (texture, path))
    g_dbus_method_invocation_return_error (invocation, G_IO_ERROR, G_IO_ERROR_FAILED, "Cannot write %s", path);
  else
    g_dbus_method_invocation_return_value (invocation, g_variant_new ("((ii))", width, height));
}

/* From the canvas up; then any mapped widget that knows the action. */
static gboolean
activate (GtkWidget  *widget,
          const char *action,
          GVariant   *target)
{
  if (!gtk_widget_get_mapped (widget))
    return FALSE;
  if (gtk_widget_activate_action_variant (widget, action, target))
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (activate (child, action, target))
      return TRUE;
  return FALSE;
}

static void
answer_activate (GDBusMethodInvocation *invocation,
                 GtkWindow             *window,
                 GVariant              *arguments)
{
  const char *action, *target;
  g_autoptr(GVariant) parameter = NULL;
  g_autoptr(GtkWindow) kept = g_object_ref (window);

  g_variant_get (arguments, "(&s&s)", &action, &target);
  if (*target != '\0')
    parameter = g_variant_ref_sink (g_variant_new_string (target));
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(b)", activate (GTK_WIDGET (window), action, parameter)));
}

static void
call_cb (GDBusConnection       *bus,
         const char            *sender,
         const char            *object_path,
         const char            *interface,
         const char            *method,
         GVariant              *arguments,
         GDBusMethodInvocation *invocation,
         gpointer               user_data)
{
  GtkWindow *window = get_window (user_data);
  const char *first = NULL, *second = NULL;

  if (window == NULL)
    {
      g_dbus_method_invocation_return_error_literal (invocation, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "No window is open");
      return;
    }
  g_variant_get_child (arguments, 0, "&s", &first);
  if (g_variant_n_children (arguments) > 1)
    g_variant_get_child (arguments, 1, "&s", &second);

  if (g_str_equal (method, "Bounds"))
    answer_bounds (invocation, window, arguments);
  else if (g_str_equal (method, "BlockBounds") || g_str_equal (method, "PortBounds"))
    answer_block_bounds (invocation, window, first, second);
  else if (g_str_equal (method, "Shot"))
    answer_shot (invocation, window, first);
  else
    answer_activate (invocation, window, arguments);
}

/* What a language and the settings of a desktop say otherwise, once GTK has started. */
static void
started_cb (GtkApplication *application)
{
  const char *scale = g_getenv ("WEIR_TEST_TEXT_SCALE");

  if (g_strcmp0 (g_getenv ("WEIR_TEST_DIRECTION"), "rtl") == 0)
    gtk_widget_set_default_direction (GTK_TEXT_DIR_RTL);
  if (scale != NULL)
    g_object_set (gtk_settings_get_default (), "gtk-xft-dpi", (int) (g_ascii_strtod (scale, NULL) * 96 * 1024), NULL);
}

/**
 * weir_test_door_open:
 * @application: the application whose windows are looked at
 * @bus: the session bus
 *
 * Exports `/org/weirstudio/Weir/Test`, if the environment has WEIR_TEST_BUS=1. With WEIR_TEST_DIRECTION=rtl the window is as in
 * languages that are written from right to left, with WEIR_TEST_TEXT_SCALE=2 as for who wants text twice as large.
 */
void
weir_test_door_open (GtkApplication  *application,
                     GDBusConnection *bus)
{
  static const GDBusInterfaceVTable vtable = { .method_call = call_cb };
  g_autoptr(GDBusNodeInfo) info = NULL;
  g_autoptr(GError) error = NULL;

  if (g_strcmp0 (g_getenv ("WEIR_TEST_BUS"), "1") != 0)
    return;
  g_signal_connect_after (application, "startup", G_CALLBACK (started_cb), NULL);
  info = g_dbus_node_info_new_for_xml (interface_xml, NULL);
  if (g_dbus_connection_register_object (bus, "/org/weirstudio/Weir/Test", info->interfaces[0], &vtable, application, NULL, &error) == 0)
    g_warning ("The test door cannot be opened: %s", error->message);
}
