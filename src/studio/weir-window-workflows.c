/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>

#include "weir-demo.h"
#include "weir-export.h"
#include "weir-window-private.h"

/* What an answer of the store is for. */
typedef enum
{
  TASK_OPEN,
  TASK_RENAME,
  TASK_DUPLICATE,
  TASK_EXPORT,
} TaskKind;

typedef struct
{
  WeirWindow *window;
  TaskKind    kind;
  char       *text;
} Task;

static void
task_free (gpointer data)
{
  Task *task = data;

  g_object_unref (task->window);
  g_free (task->text);
  g_free (task);
}

static DexFuture *
told_cb (DexFuture *future,
         gpointer   user_data)
{
  g_autoptr(GError) error = NULL;

  if (dex_future_get_value (future, &error) == NULL)
    weir_window_toast (user_data, error->message);
  return dex_future_new_true ();
}

/* Says what went wrong, if anything. */
static void
follow (WeirWindow *self,
        DexFuture  *future)
{
  dex_future_disown (dex_future_finally (future, told_cb, g_object_ref (self), g_object_unref));
}

static void
export_chosen_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr(WeirWorkflow) workflow = user_data;
  g_autoptr(GFile) file = gtk_file_dialog_save_finish (GTK_FILE_DIALOG (source), result, NULL);
  WeirWindow *self = g_object_get_data (source, "window");
  g_autofree char *message = NULL;

  if (file == NULL)
    return;
  message = weir_export_workflow (workflow, g_file_peek_path (file));
  weir_window_toast (self, message);
}

static void
export_workflow (WeirWindow   *self,
                 WeirWorkflow *workflow)
{
  g_autoptr(GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autofree char *name = g_strconcat (weir_workflow_get_name (workflow), ".yaml", NULL);

  g_strdelimit (name, "/", '-');
  gtk_file_dialog_set_title (dialog, _("Export Workflow"));
  gtk_file_dialog_set_initial_name (dialog, name);
  g_object_set_data_full (G_OBJECT (dialog), "window", g_object_ref (self), g_object_unref);
  gtk_file_dialog_save (dialog, GTK_WINDOW (self), NULL, export_chosen_cb, g_object_ref (workflow));
}

static void
duplicate_workflow (WeirWindow   *self,
                    WeirWorkflow *workflow)
{
  g_autoptr(WeirWorkflow) copy = weir_workflow_copy (workflow);
  g_autofree char *name = g_strdup_printf (_("%s (Copy)"), weir_workflow_get_name (workflow));

  weir_workflow_set_id (copy, NULL);
  weir_workflow_set_version (copy, 0);
  weir_workflow_set_name (copy, name);
  weir_window_save_and_open (self, copy);
}

static DexFuture *
loaded_cb (DexFuture *future,
           gpointer   user_data)
{
  Task *task = user_data;
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  WeirWorkflow *workflow;

  if (task->window->engine == NULL)
    return dex_future_new_true ();
  if (value == NULL)
    {
      weir_window_toast (task->window, error->message);
      return dex_future_new_true ();
    }

  workflow = g_value_get_object (value);
  switch (task->kind)
    {
    case TASK_OPEN:
      weir_window_open_workflow (task->window, workflow);
      break;
    case TASK_RENAME:
      weir_workflow_set_name (workflow, task->text);
      follow (task->window, weir_engine_save_workflow (task->window->engine, workflow, NULL));
      break;
    case TASK_DUPLICATE:
      duplicate_workflow (task->window, workflow);
      break;
    case TASK_EXPORT:
      export_workflow (task->window, workflow);
      break;
    default:
      g_assert_not_reached ();
    }
  return dex_future_new_true ();
}

static void
load (WeirWindow *self,
      const char *id,
      TaskKind    kind,
      const char *text)
{
  Task *task = g_new0 (Task, 1);

  task->window = g_object_ref (self);
  task->kind = kind;
  task->text = g_strdup (text);
  /* what is edited can be undone */
  dex_future_disown (dex_future_finally (kind == TASK_OPEN || kind == TASK_RENAME ? weir_engine_open_workflow (self->engine, id)
                                                           : weir_engine_load_workflow (self->engine, id, 0),
                                         loaded_cb, task, task_free));
}

/**
 * weir_window_open_id:
 * @self: a window with an engine
 * @id: id of a workflow of the store
 *
 * Opens the newest version of a workflow.
 */
void
weir_window_open_id (WeirWindow *self,
                     const char *id)
{
  load (self, id, TASK_OPEN, NULL);
}

static gboolean
is_open (WeirWindow *self,
         const char *id)
{
  WeirWorkflow *open = weir_workflow_page_get_workflow (self->page);

  return open != NULL && g_strcmp0 (weir_workflow_get_id (open), id) == 0;
}

static void
open_cb (GtkWidget  *widget,
         const char *action,
         GVariant   *target)
{
  weir_window_open_id (WEIR_WINDOW (widget), g_variant_get_string (target, NULL));
}

static void
new_cb (GtkWidget  *widget,
        const char *action,
        GVariant   *target)
{
  WeirWindow *self = WEIR_WINDOW (widget);
  g_autoptr(WeirWorkflow) workflow = NULL;

  if (self->engine == NULL)
    return;
  workflow = weir_workflow_new (_("New Workflow"));
  weir_window_save_and_open (self, workflow);
}

static void
duplicate_cb (GtkWidget  *widget,
              const char *action,
              GVariant   *target)
{
  load (WEIR_WINDOW (widget), g_variant_get_string (target, NULL), TASK_DUPLICATE, NULL);
}

static void
export_cb (GtkWidget  *widget,
           const char *action,
           GVariant   *target)
{
  load (WEIR_WINDOW (widget), g_variant_get_string (target, NULL), TASK_EXPORT, NULL);
}

static void
rename_chosen_cb (AdwAlertDialog *dialog,
                  const char     *response,
                  WeirWindow     *self)
{
  GtkWidget *entry = adw_alert_dialog_get_extra_child (dialog);
  const char *id = g_object_get_data (G_OBJECT (dialog), "id");
  const char *name = gtk_editable_get_text (GTK_EDITABLE (entry));

  if (!g_str_equal (response, "rename") || *name == '\0')
    return;
  /* The open one is edited like any other change of it. */
  if (is_open (self, id))
    weir_workflow_set_name (weir_workflow_page_get_workflow (self->page), name);
  else
    load (self, id, TASK_RENAME, name);
}

static void
rename_cb (GtkWidget  *widget,
           const char *action,
           GVariant   *target)
{
  WeirWindow *self = WEIR_WINDOW (widget);
  const char *id = g_variant_get_string (target, NULL);
  const char *name = weir_sidebar_find_name (self->sidebar, id);
  AdwAlertDialog *dialog = ADW_ALERT_DIALOG (adw_alert_dialog_new (_("Rename Workflow"), NULL));
  GtkWidget *entry = g_object_new (GTK_TYPE_ENTRY, "text", name != NULL ? name : "", "activates-default", TRUE, NULL);

  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Name"), -1);
  adw_alert_dialog_set_extra_child (dialog, entry);
  adw_alert_dialog_add_responses (dialog, "keep", _("_Keep Name"), "rename", _("_Rename"), NULL);
  adw_alert_dialog_set_response_appearance (dialog, "rename", ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_default_response (dialog, "rename");
  adw_alert_dialog_set_close_response (dialog, "keep");
  g_object_set_data_full (G_OBJECT (dialog), "id", g_strdup (id), g_free);
  g_signal_connect_object (dialog, "response", G_CALLBACK (rename_chosen_cb), self, 0);
  adw_dialog_present (ADW_DIALOG (dialog), widget);
  gtk_widget_grab_focus (entry);
}

static void
restore_clicked_cb (WeirWindow *self,
                    AdwToast   *toast)
{
  if (self->engine != NULL)
    follow (self, weir_engine_restore_workflow (self->engine, g_object_get_data (G_OBJECT (toast), "id")));
}

static void
delete_cb (GtkWidget  *widget,
           const char *action,
           GVariant   *target)
{
  WeirWindow *self = WEIR_WINDOW (widget);
  const char *id = g_variant_get_string (target, NULL);
  const char *name = weir_sidebar_find_name (self->sidebar, id);
  g_autofree char *message = g_strdup_printf (_("“%s” deleted"), name != NULL ? name : id);
  AdwToast *toast = adw_toast_new (message);

  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_set_button_label (toast, _("_Undo"));
  g_object_set_data_full (G_OBJECT (toast), "id", g_strdup (id), g_free);
  g_signal_connect_object (toast, "button-clicked", G_CALLBACK (restore_clicked_cb), self, G_CONNECT_SWAPPED);
  adw_toast_overlay_add_toast (self->toasts, toast);
  if (is_open (self, id))
    {
      weir_workflow_page_set_workflow (self->page, NULL);
      gtk_widget_activate_action (widget, "win.demos", NULL);
    }
  follow (self, weir_engine_delete_workflow (self->engine, id));
}

/* Demos */

/**
 * weir_window_open_demo:
 * @self: a window with an engine
 * @name: name of a demo
 *
 * Makes a fresh copy of a demo's sample, and opens its workflow.
 */
void
weir_window_open_demo (WeirWindow *self,
                       const char *name)
{
  g_autoptr(WeirValue) inputs = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirWorkflow) workflow = NULL;

  self->busy = TRUE;
  workflow = weir_demo_prepare (name, &inputs, &error);
  if (workflow != NULL)
    weir_window_save_and_open (self, workflow);
  else
    {
      weir_window_toast (self, error->message);
      gtk_widget_activate_action (GTK_WIDGET (self), "win.demos", NULL);
    }
}

static void
open_demo_cb (GtkWidget  *widget,
              const char *action,
              GVariant   *target)
{
  weir_window_open_demo (WEIR_WINDOW (widget), g_variant_get_string (target, NULL));
}

/**
 * weir_window_install_actions:
 * @widget_class: the class of the window
 *
 * Adds the actions of this file.
 */
void
weir_window_install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "workflow.new", NULL, new_cb);
  gtk_widget_class_install_action (widget_class, "workflow.open", "s", open_cb);
  gtk_widget_class_install_action (widget_class, "workflow.rename", "s", rename_cb);
  gtk_widget_class_install_action (widget_class, "workflow.duplicate", "s", duplicate_cb);
  gtk_widget_class_install_action (widget_class, "workflow.delete", "s", delete_cb);
  gtk_widget_class_install_action (widget_class, "workflow.export-id", "s", export_cb);
  gtk_widget_class_install_action (widget_class, "workflow.open-demo", "s", open_demo_cb);
}
