/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-application.h"

#include <signal.h>

#include <glib-unix.h>
#include <glib/gi18n.h>

#include "weir-control.h"
#include "weir-inhibitor.h"
#include "weir-canvas-inspector.h"
#include "weir-menu-names.h"
#include "weir-preferences-dialog.h"
#include "weir-shortcuts-dialog.h"
#include "weir-test-door.h"
#include "weir-window-private.h"
#include "weir-window.h"

/* What must not be cut off may take so long when the program ends: as long as logind waits. */
#define END_GRACE_MS 5000

struct _WeirApplication
{
  AdwApplication parent_instance;

  WeirEngine *engine;
  WeirInhibitor *inhibitor;
  guint       inhibit_cookie; /* of the session; 0: none */
  WeirWindow *window;      /* weak */
  GPtrArray  *files;       /* of GFile: to import when the engine is there */
  char       *demo;        /* to open when the engine is there */
  guint       open_id;
};

G_DEFINE_FINAL_TYPE (WeirApplication, weir_application, ADW_TYPE_APPLICATION)

static void
do_what_was_asked (WeirApplication *self)
{
  if (self->engine == NULL || self->window == NULL)
    return;
  for (guint i = 0; i < self->files->len; i++)
    weir_window_import (self->window, self->files->pdata[i]);
  g_ptr_array_set_size (self->files, 0);
  if (self->demo != NULL)
    weir_window_open_demo (self->window, self->demo);
  g_clear_pointer (&self->demo, g_free);
}

/* A step is at work on what must not happen twice: logging out is held up for a moment. */
static void
held_cb (WeirApplication *self)
{
  GtkApplication *application = GTK_APPLICATION (self);

  if (self->inhibit_cookie != 0)
    gtk_application_uninhibit (application, self->inhibit_cookie);
  self->inhibit_cookie = 0;
  if (weir_inhibitor_get_held (self->inhibitor))
    self->inhibit_cookie = gtk_application_inhibit (application, GTK_WINDOW (self->window), GTK_APPLICATION_INHIBIT_LOGOUT,
                                                    _("A step that must not be cut off is at work"));
}

static void
shutdown_cb (WeirApplication *self)
{
  if (self->window != NULL)
    weir_window_finish (self->window);
}

/* (transfer full): what became of runs that were cut off; NULL where nothing did */
static char *
describe_recovery (WeirValue *report)
{
  guint resumed = weir_value_get_length (weir_value_find_member (report, "resumed"));
  guint left = weir_value_get_length (weir_value_find_member (report, "skipped"))
               + weir_value_get_length (weir_value_find_member (report, "failed"));

  if (resumed > 0)
    return g_strdup_printf (ngettext ("%u run goes on where it was cut off", "%u runs go on where they were cut off", resumed),
                            resumed);
  if (left > 0)
    return g_strdup_printf (ngettext ("%u run was interrupted", "%u runs were interrupted", left), left);
  return NULL;
}

static DexFuture *
recovered_cb (DexFuture *future,
              gpointer   user_data)
{
  WeirApplication *self = user_data;
  const GValue *report = dex_future_get_value (future, NULL);
  g_autofree char *message = report != NULL ? describe_recovery (g_value_get_boxed (report)) : NULL;

  if (message != NULL && self->window != NULL)
    weir_window_toast (self->window, message);
  return dex_future_new_true ();
}

static void
open_engine (WeirApplication *self)
{
  const char *data_dir = g_getenv ("WEIR_DATA_DIR");
  g_autoptr(GError) error = NULL;

  if (self->engine != NULL || self->window == NULL)
    return;
  self->engine = weir_engine_new (data_dir != NULL && *data_dir != '\0' ? data_dir : NULL, &error);
  if (self->engine == NULL)
    {
      weir_window_show_trouble (self->window, error);
      return;
    }

  /* The command line steers runs of this process through it. */
  if (!weir_control_serve (self->engine, &error))
    g_message ("Other programs cannot steer this one: %s", error->message);
  weir_window_set_engine (self->window, self->engine);
  self->inhibitor = weir_inhibitor_new (self->engine, NULL);
  g_signal_connect_object (self->inhibitor, "notify::held", G_CALLBACK (held_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->inhibitor, "shutdown", G_CALLBACK (shutdown_cb), self, G_CONNECT_SWAPPED);
  dex_future_disown (dex_future_finally (weir_engine_recover (self->engine, NULL), recovered_cb, g_object_ref (self), g_object_unref));
  do_what_was_asked (self);
}

static gboolean
open_engine_cb (gpointer user_data)
{
  WeirApplication *self = user_data;

  self->open_id = 0;
  open_engine (self);
  return G_SOURCE_REMOVE;
}

/* The window is on screen before the database is opened. */
static void
first_frame_cb (WeirApplication *self,
                GdkFrameClock   *clock)
{
  g_signal_handlers_disconnect_by_func (clock, first_frame_cb, self);
  if (self->open_id == 0)
    self->open_id = g_idle_add (open_engine_cb, self);
}

static void
weir_application_activate (GApplication *application)
{
  WeirApplication *self = WEIR_APPLICATION (application);
  GtkNative *native;

  if (self->window != NULL)
    {
      gtk_window_present (GTK_WINDOW (self->window));
      do_what_was_asked (self);
      return;
    }

  g_set_weak_pointer (&self->window, weir_window_new (ADW_APPLICATION (self)));
  gtk_window_present (GTK_WINDOW (self->window));
  native = GTK_NATIVE (self->window);
  g_signal_connect_object (gdk_surface_get_frame_clock (gtk_native_get_surface (native)), "after-paint",
                           G_CALLBACK (first_frame_cb), self, G_CONNECT_SWAPPED);
}

static int
weir_application_command_line (GApplication            *application,
                               GApplicationCommandLine *line)
{
  WeirApplication *self = WEIR_APPLICATION (application);
  GVariantDict *options = g_application_command_line_get_options_dict (line);
  g_autofree const char **names = NULL;
  const char *demo;

  if (g_variant_dict_lookup (options, "demo", "&s", &demo))
    g_set_str (&self->demo, demo);
  if (g_variant_dict_lookup (options, G_OPTION_REMAINING, "^a&ay", &names))
    for (guint i = 0; names[i] != NULL; i++)
      g_ptr_array_add (self->files, g_application_command_line_create_file_for_arg (line, names[i]));
  g_application_activate (application);
  return 0;
}

static int
weir_application_handle_local_options (GApplication *application,
                                       GVariantDict *options)
{
  if (!g_variant_dict_contains (options, "version"))
    return -1;
  g_print ("weir-studio %s\n", WEIR_VERSION);
  return 0;
}

static void
about_cb (GSimpleAction *action,
          GVariant      *parameter,
          gpointer       user_data)
{
  WeirApplication *self = user_data;

  adw_show_about_dialog (GTK_WIDGET (self->window),
                         "application-name", _("Weir"),
                         "application-icon", "org.weirstudio.Weir",
                         "version", WEIR_VERSION,
                         "comments", _("Draw a workflow, play it, look at everything that went through, and undo what it did."),
                         "license-type", GTK_LICENSE_GPL_3_0,
                         "developer-name", _("The Weir contributors"),
                         NULL);
}

static void
shortcuts_cb (GSimpleAction *action,
              GVariant      *parameter,
              gpointer       user_data)
{
  WeirApplication *self = user_data;

  adw_dialog_present (weir_shortcuts_dialog_new (), GTK_WIDGET (self->window));
}

static void
preferences_cb (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       user_data)
{
  WeirApplication *self = user_data;

  if (self->engine != NULL && self->window != NULL)
    adw_dialog_present (weir_preferences_dialog_new (self->engine), GTK_WIDGET (self->window));
}

static void
quit_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       user_data)
{
  WeirApplication *self = user_data;

  /* Closing saves first. */
  if (self->window != NULL)
    weir_window_finish (self->window);
}

static void
open_engine_action_cb (GSimpleAction *action,
                       GVariant      *parameter,
                       gpointer       user_data)
{
  open_engine (user_data);
}

static void
add_actions (WeirApplication *self)
{
  static const GActionEntry entries[] = {
    { "about", about_cb, NULL, NULL, NULL, { 0 } },
    { "preferences", preferences_cb, NULL, NULL, NULL, { 0 } },
    { "shortcuts", shortcuts_cb, NULL, NULL, NULL, { 0 } },
    { "quit", quit_cb, NULL, NULL, NULL, { 0 } },
    { "open-engine", open_engine_action_cb, NULL, NULL, NULL, { 0 } },
  };
  static const struct { const char *action, *keys[2]; } accels[] = {
    { "app.quit", { "<Control>q", NULL } }, { "workflow.new", { "<Control>n", NULL } },
    { "workflow.import", { "<Control>o", NULL } }, { "win.search", { "<Control>f", NULL } },
    { "win.sidebar", { "F9", NULL } }, { "app.shortcuts", { "<Control>question", NULL } },
    { "app.preferences", { "<Control>comma", NULL } },
    { "window.close", { "<Control>w", NULL } },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  for (guint i = 0; i < G_N_ELEMENTS (accels); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (self), accels[i].action, (const char **) accels[i].keys);
}

/* Log-out and Ctrl+C are no crash: what was typed last is saved. */
static gboolean
terminate_cb (gpointer user_data)
{
  WeirApplication *self = user_data;

  if (self->window != NULL)
    weir_window_finish (self->window);
  return G_SOURCE_CONTINUE;
}

static void
weir_application_startup (GApplication *application)
{
  G_APPLICATION_CLASS (weir_application_parent_class)->startup (application);
  g_unix_signal_add (SIGTERM, terminate_cb, application);
  g_unix_signal_add (SIGINT, terminate_cb, application);
  gtk_window_set_default_icon_name ("org.weirstudio.Weir");
  weir_menu_names_install ();
  weir_canvas_inspector_install ();
  add_actions (WEIR_APPLICATION (application));
}

static gboolean
weir_application_dbus_register (GApplication     *application,
                                GDBusConnection  *bus,
                                const char       *object_path,
                                GError          **error)
{
  if (!G_APPLICATION_CLASS (weir_application_parent_class)->dbus_register (application, bus, object_path, error))
    return FALSE;
  weir_test_door_open (GTK_APPLICATION (application), bus);
  return TRUE;
}

static DexFuture *
engine_closed_cb (DexFuture *future,
                  gpointer   user_data)
{
  g_main_loop_quit (user_data);
  return dex_future_new_true ();
}

static void
weir_application_shutdown (GApplication *application)
{
  WeirApplication *self = WEIR_APPLICATION (application);

  g_clear_handle_id (&self->open_id, g_source_remove);
  if (self->engine != NULL)
    {
      g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
      g_autoptr(DexFuture) closed = dex_future_finally (weir_engine_wind_down (self->engine, END_GRACE_MS), engine_closed_cb,
                                                        g_main_loop_ref (loop), (GDestroyNotify) g_main_loop_unref);

      /* The journal is on disk before the process ends; live runs can be resumed at the next start. */
      if (dex_future_is_pending (closed))
        g_main_loop_run (loop);
      /* Whoever follows from another program hears how it ended. */
      weir_control_stop_serving (self->engine);
    }
  if (self->inhibitor != NULL)
    g_object_run_dispose (G_OBJECT (self->inhibitor));
  g_clear_object (&self->inhibitor);
  g_clear_object (&self->engine);
  G_APPLICATION_CLASS (weir_application_parent_class)->shutdown (application);
}

static void
weir_application_finalize (GObject *object)
{
  WeirApplication *self = WEIR_APPLICATION (object);

  g_clear_weak_pointer (&self->window);
  g_ptr_array_unref (self->files);
  g_free (self->demo);
  G_OBJECT_CLASS (weir_application_parent_class)->finalize (object);
}

static void
weir_application_class_init (WeirApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = weir_application_finalize;
  application_class->startup = weir_application_startup;
  application_class->activate = weir_application_activate;
  application_class->command_line = weir_application_command_line;
  application_class->handle_local_options = weir_application_handle_local_options;
  application_class->dbus_register = weir_application_dbus_register;
  application_class->shutdown = weir_application_shutdown;
}

static void
weir_application_init (WeirApplication *self)
{
  static const GOptionEntry options[] = {
    { "demo", 0, 0, G_OPTION_ARG_STRING, NULL, N_("Open a demo on a fresh copy of its sample"), N_("NAME") },
    { "version", 0, 0, G_OPTION_ARG_NONE, NULL, N_("Print the version"), NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, NULL, NULL, N_("[FILE…]") },
    { 0 },
  };

  self->files = g_ptr_array_new_with_free_func (g_object_unref);
  g_application_add_main_option_entries (G_APPLICATION (self), options);
  g_application_set_option_context_parameter_string (G_APPLICATION (self), _("— draw, play, watch and undo workflows"));
}

/**
 * weir_application_new:
 *
 * Returns: (transfer full): the application
 */
WeirApplication *
weir_application_new (void)
{
  return g_object_new (WEIR_TYPE_APPLICATION,
                       "application-id", "org.weirstudio.Weir",
                       "resource-base-path", "/org/weirstudio/Weir",
                       "flags", G_APPLICATION_HANDLES_COMMAND_LINE,
                       NULL);
}
