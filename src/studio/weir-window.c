/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>

#include "weir-toast.h"
#include "weir-window-private.h"

G_DEFINE_FINAL_TYPE (WeirWindow, weir_window, ADW_TYPE_APPLICATION_WINDOW)

/**
 * weir_window_toast:
 * @self: a window
 * @message: a sentence
 *
 * Shows a message for a moment.
 */
void
weir_window_toast (WeirWindow *self,
                   const char *message)
{
  weir_toast_show (GTK_WIDGET (self->toasts), message, NULL);
}

static void
show_welcome (WeirWindow *self)
{
  weir_welcome_page_load (self->welcome);
  gtk_stack_set_visible_child_name (self->stack, "welcome");
  weir_sidebar_mark (self->sidebar, NULL);
  gtk_window_set_title (GTK_WINDOW (self), _("Weir"));
}

/**
 * weir_window_open_workflow:
 * @self: a window with an engine
 * @workflow: a workflow of the store
 *
 * Shows a workflow.
 */
void
weir_window_open_workflow (WeirWindow   *self,
                           WeirWorkflow *workflow)
{
  weir_workflow_page_set_workflow (self->page, workflow);
  gtk_stack_set_visible_child_name (self->stack, "workflow");
  gtk_widget_grab_focus (GTK_WIDGET (self->page));
  weir_sidebar_mark (self->sidebar, weir_workflow_get_id (workflow));
  gtk_window_set_title (GTK_WINDOW (self), weir_workflow_get_name (workflow));
  if (adw_overlay_split_view_get_collapsed (self->split))
    adw_overlay_split_view_set_show_sidebar (self->split, FALSE);
}

typedef struct
{
  WeirWindow   *window;
  WeirWorkflow *workflow;
} Opening;

static void
opening_free (gpointer data)
{
  Opening *opening = data;

  g_object_unref (opening->window);
  g_object_unref (opening->workflow);
  g_free (opening);
}

static DexFuture *
saved_cb (DexFuture *future,
          gpointer   user_data)
{
  Opening *opening = user_data;
  g_autoptr(GError) error = NULL;

  if (dex_future_get_value (future, &error) == NULL)
    weir_window_toast (opening->window, error->message);
  else if (opening->window->engine != NULL)
    weir_window_open_workflow (opening->window, opening->workflow);
  return dex_future_new_true ();
}

/**
 * weir_window_save_and_open:
 * @self: a window with an engine
 * @workflow: a workflow that the store does not have yet
 *
 * Shows a workflow as soon as it is saved.
 */
void
weir_window_save_and_open (WeirWindow   *self,
                           WeirWorkflow *workflow)
{
  Opening *opening = g_new0 (Opening, 1);

  opening->window = g_object_ref (self);
  opening->workflow = g_object_ref (workflow);
  dex_future_disown (dex_future_finally (weir_engine_save_workflow (self->engine, workflow, NULL), saved_cb, opening, opening_free));
}

static void
workflow_chosen_cb (WeirWindow *self,
                    const char *id)
{
  WeirWorkflow *open = weir_workflow_page_get_workflow (self->page);

  if (open != NULL && g_strcmp0 (weir_workflow_get_id (open), id) == 0
      && g_str_equal (gtk_stack_get_visible_child_name (self->stack), "workflow"))
    {
      if (adw_overlay_split_view_get_collapsed (self->split))
        adw_overlay_split_view_set_show_sidebar (self->split, FALSE);
      return;
    }
  weir_window_open_id (self, id);
}

/* After the first list: the workflow worked on last, or the welcome page. */
static void
loaded_cb (WeirWindow *self,
           guint       n_workflows)
{
  if (self->greeted)
    return;
  self->greeted = TRUE;
  if (self->busy)
    return;
  if (n_workflows > 0)
    weir_window_open_id (self, weir_sidebar_get_first_id (self->sidebar));
  else
    show_welcome (self);
}

static void
demos_cb (GtkWidget  *widget,
          const char *action,
          GVariant   *target)
{
  show_welcome (WEIR_WINDOW (widget));
}

static void
show_bin_cb (GtkWidget  *widget,
             const char *action,
             GVariant   *target)
{
  WeirWindow *self = WEIR_WINDOW (widget);

  gtk_stack_set_visible_child_name (self->stack, "bin");
  weir_sidebar_mark (self->sidebar, NULL);
  gtk_window_set_title (GTK_WINDOW (self), _("Recently Deleted"));
  if (adw_overlay_split_view_get_collapsed (self->split))
    adw_overlay_split_view_set_show_sidebar (self->split, FALSE);
}

static void
restored_cb (WeirWindow *self,
             gint64      run,
             const char *workflow)
{
  if (run != 0)
    weir_workflow_page_return_run (self->page, run);
}

static void
search_cb (GtkWidget  *widget,
           const char *action,
           GVariant   *target)
{
  WeirWindow *self = WEIR_WINDOW (widget);

  adw_overlay_split_view_set_show_sidebar (self->split, TRUE);
  weir_sidebar_focus_search (self->sidebar);
}

static void
toggle_sidebar_cb (GtkWidget  *widget,
                   const char *action,
                   GVariant   *target)
{
  WeirWindow *self = WEIR_WINDOW (widget);

  adw_overlay_split_view_set_show_sidebar (self->split, !adw_overlay_split_view_get_show_sidebar (self->split));
}

static void
trouble_cb (WeirWindow *self,
            const char *message)
{
  /* The page of a workflow has a banner for it. */
  if (message != NULL && !g_str_equal (gtk_stack_get_visible_child_name (self->stack), "workflow"))
    weir_window_toast (self, message);
}

static DexFuture *
flushed_cb (DexFuture *future,
            gpointer   user_data)
{
  gtk_window_destroy (GTK_WINDOW (user_data));
  return dex_future_new_true ();
}

static gboolean
weir_window_close_request (GtkWindow *window)
{
  WeirWindow *self = WEIR_WINDOW (window);

  weir_window_finish (self);
  return GDK_EVENT_STOP;
}

static void
weir_window_dispose (GObject *object)
{
  WeirWindow *self = WEIR_WINDOW (object);

  if (self->engine != NULL)
    g_signal_handlers_disconnect_by_data (self->engine, self);
  gtk_widget_dispose_template (GTK_WIDGET (self), WEIR_TYPE_WINDOW);
  g_clear_object (&self->engine);
  G_OBJECT_CLASS (weir_window_parent_class)->dispose (object);
}

static void
weir_window_class_init (WeirWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = weir_window_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = weir_window_close_request;
  g_type_ensure (WEIR_TYPE_BIN_PAGE);
  g_type_ensure (WEIR_TYPE_SIDEBAR);
  g_type_ensure (WEIR_TYPE_WELCOME_PAGE);
  g_type_ensure (WEIR_TYPE_WORKFLOW_PAGE);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/weirstudio/Weir/weir-window.ui");
  gtk_widget_class_bind_template_child (widget_class, WeirWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, WeirWindow, split);
  gtk_widget_class_bind_template_child (widget_class, WeirWindow, sidebar);
  gtk_widget_class_bind_template_child (widget_class, WeirWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, WeirWindow, welcome);
  gtk_widget_class_bind_template_child (widget_class, WeirWindow, bin);
  gtk_widget_class_bind_template_child (widget_class, WeirWindow, page);
  gtk_widget_class_bind_template_child (widget_class, WeirWindow, trouble);
  gtk_widget_class_bind_template_callback (widget_class, workflow_chosen_cb);
  gtk_widget_class_bind_template_callback (widget_class, loaded_cb);
  gtk_widget_class_bind_template_callback (widget_class, restored_cb);
  gtk_widget_class_install_action (widget_class, "win.demos", NULL, demos_cb);
  gtk_widget_class_install_action (widget_class, "win.bin", NULL, show_bin_cb);
  gtk_widget_class_install_action (widget_class, "win.search", NULL, search_cb);
  gtk_widget_class_install_action (widget_class, "win.sidebar", NULL, toggle_sidebar_cb);
  weir_window_install_actions (widget_class);
  weir_window_install_import (widget_class);
  weir_window_install_delete (widget_class);
}

static void
weir_window_init (WeirWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * weir_window_new:
 * @application: the application
 *
 * Returns: (transfer none): a window that waits for its engine
 */
WeirWindow *
weir_window_new (AdwApplication *application)
{
  return g_object_new (WEIR_TYPE_WINDOW, "application", application, NULL);
}

/**
 * weir_window_finish:
 * @self: a window
 *
 * Saves what is not saved and closes, whatever dialog is open. Safe to repeat.
 */
void
weir_window_finish (WeirWindow *self)
{
  if (self->closing)
    return;
  self->closing = TRUE;
  /* What was typed last is on disk before the window goes. */
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  dex_future_disown (dex_future_finally (weir_workflow_page_flush (self->page), flushed_cb, g_object_ref (self), g_object_unref));
}

/**
 * weir_window_set_engine:
 * @self: a window
 * @engine: (nullable): the engine, open; %NULL when it goes away
 */
void
weir_window_set_engine (WeirWindow *self,
                        WeirEngine *engine)
{
  if (self->engine != NULL)
    g_signal_handlers_disconnect_by_data (self->engine, self);
  g_set_object (&self->engine, engine);
  weir_workflow_page_set_engine (self->page, engine);
  weir_sidebar_set_engine (self->sidebar, engine);
  weir_bin_page_set_engine (self->bin, engine);
  if (engine == NULL)
    return;
  if (g_str_equal (gtk_stack_get_visible_child_name (self->stack), "trouble"))
    {
      gtk_stack_set_visible_child_name (self->stack, "loading");
      adw_overlay_split_view_set_show_sidebar (self->split, !adw_overlay_split_view_get_collapsed (self->split));
    }
  g_signal_connect_object (engine, "trouble", G_CALLBACK (trouble_cb), self, G_CONNECT_SWAPPED);
}

/**
 * weir_window_show_trouble:
 * @self: a window
 * @error: why there is no engine
 *
 * Says so in place of everything else, with a button to try again.
 */
void
weir_window_show_trouble (WeirWindow   *self,
                          const GError *error)
{
  gboolean busy = g_error_matches (error, WEIR_ERROR, WEIR_ERROR_BUSY);
  g_autofree char *hint = busy ? g_strdup_printf (_("%s. Close it there, then try again."), error->message) : g_strdup (error->message);
  g_autofree char *description = g_markup_escape_text (hint, -1);
  gboolean newer = g_error_matches (error, WEIR_ERROR, WEIR_ERROR_NEWER);

  adw_status_page_set_title (self->trouble, busy ? _("In Use by Another Program")
                                            : newer ? _("Made by a Newer Version") : _("Data Cannot Be Opened"));
  adw_status_page_set_icon_name (self->trouble, busy ? "changes-prevent-symbolic" : "dialog-error-symbolic");
  adw_status_page_set_description (self->trouble, description);
  adw_overlay_split_view_set_show_sidebar (self->split, FALSE);
  gtk_stack_set_visible_child_name (self->stack, "trouble");
}
