/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>

#include "weir-file-link.h"
#include "weir-place-blocks.h"
#include "weir-window-private.h"

/* Workflows that come from files. Of a file that one came from already, that one is offered first. */

typedef struct
{
  WeirWindow   *window;
  WeirWorkflow *workflow;   /* what the file says */
  char         *path;
  char         *id;         /* the one that came from it */
} Import;

static void
import_free (gpointer data)
{
  Import *self = data;

  g_object_unref (self->window);
  g_object_unref (self->workflow);
  g_free (self->path);
  g_free (self->id);
  g_free (self);
}

static void
closure_free (gpointer  data,
              GClosure *closure)
{
  import_free (data);
}

static Import *
import_new (WeirWindow   *window,
            WeirWorkflow *workflow,
            const char   *path,
            const char   *id)
{
  Import *self = g_new0 (Import, 1);

  self->window = g_object_ref (window);
  self->workflow = g_object_ref (workflow);
  self->path = g_strdup (path);
  self->id = g_strdup (id);
  return self;
}

static void
show_import_problems (WeirWindow   *self,
                      GFile        *file,
                      GListModel   *problems,
                      const GError *error)
{
  g_autofree char *name = g_file_get_basename (file);
  g_autofree char *heading = g_strdup_printf (_("“%s” Cannot Be Imported"), name);
  GString *text = g_string_new (NULL);
  guint n_problems = g_list_model_get_n_items (problems);
  AdwAlertDialog *dialog;

  for (guint i = 0; i < MIN (n_problems, 8); i++)
    {
      g_autoptr(WeirProblem) problem = g_list_model_get_item (problems, i);

      if (weir_problem_get_line (problem) > 0)
        g_string_append_printf (text, _("Line %u, column %u: %s\n"), weir_problem_get_line (problem), weir_problem_get_column (problem),
                                weir_problem_get_message (problem));
      else
        g_string_append_printf (text, "%s\n", weir_problem_get_message (problem));
    }
  if (n_problems == 0)
    g_string_append (text, error->message);
  else if (n_problems > 8)
    g_string_append_printf (text, _("… and %u more"), n_problems - 8);

  dialog = ADW_ALERT_DIALOG (adw_alert_dialog_new (heading, g_strchomp (text->str)));
  adw_alert_dialog_set_heading_use_markup (dialog, FALSE);
  adw_alert_dialog_set_body_use_markup (dialog, FALSE);
  adw_alert_dialog_add_response (dialog, "close", _("_Close"));
  adw_dialog_present (ADW_DIALOG (dialog), GTK_WIDGET (self));
  g_string_free (text, TRUE);
}

/* From here on it is told of when the file changes. */
static void
link_to_file (WeirWorkflow *workflow,
              const char   *path)
{
  g_autofree char *id = g_uuid_string_random ();
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *text = NULL;

  if (!g_file_get_contents (absolute, &text, NULL, NULL))
    return;
  weir_workflow_set_id (workflow, id);
  weir_file_link_remember (id, absolute, text);
}

static void
import_as_new (Import *self)
{
  link_to_file (self->workflow, self->path);
  weir_window_save_and_open (self->window, self->workflow);
}

/* Updating */

/* One edit of the workflow, which can be undone, and a version of its own. */
static DexFuture *
update_fiber (gpointer user_data)
{
  Import *self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirWorkflow) open = dex_await_object (weir_engine_open_workflow (self->window->engine, self->id), &error);
  g_autofree char *text = NULL;
  g_autofree char *message = NULL;

  if (open == NULL || self->window->engine == NULL)
    {
      if (error != NULL)
        weir_window_toast (self->window, error->message);
      return dex_future_new_true ();
    }
  weir_workflow_begin_edit (open, _("Update from File"));
  weir_workflow_replace (open, self->workflow, NULL);
  weir_place_new_blocks (weir_workflow_get_graph (open), open);
  weir_workflow_end_edit (open);
  if (g_file_get_contents (self->path, &text, NULL, NULL))
    weir_file_link_remember (self->id, self->path, text);
  if (dex_await_uint (weir_engine_save_workflow (self->window->engine, open, _("Updated from its file")), &error) == 0 && error != NULL)
    weir_window_toast (self->window, error->message);
  if (self->window->engine == NULL)
    return dex_future_new_true ();
  weir_window_open_workflow (self->window, open);
  message = g_strdup_printf (_("“%s” updated from its file"), weir_workflow_get_name (open));
  weir_window_toast (self->window, message);
  return dex_future_new_true ();
}

static void
chosen_cb (AdwAlertDialog *dialog,
           const char     *response,
           Import         *self)
{
  if (self->window->engine == NULL)
    return;
  if (g_str_equal (response, "update"))
    dex_future_disown (dex_scheduler_spawn (NULL, 0, update_fiber, import_new (self->window, self->workflow, self->path, self->id),
                                            import_free));
  else if (g_str_equal (response, "another"))
    import_as_new (self);
  else
    weir_window_open_id (self->window, self->id);
}

static void
ask (Import     *self,
     const char *name,
     guint       n_changes)
{
  g_autofree char *base = g_path_get_basename (self->path);
  g_autofree char *heading = g_strdup_printf (_("“%s” Was Imported Before"), base);
  g_autofree char *body = g_strdup_printf (ngettext ("The workflow “%s” came from this file, which has %u difference to it. An update is a new version and can be undone.",
                                                     "The workflow “%s” came from this file, which has %u differences to it. An update is a new version and can be undone.",
                                                     n_changes),
                                           name, n_changes);
  AdwAlertDialog *dialog = ADW_ALERT_DIALOG (adw_alert_dialog_new (heading, body));

  adw_alert_dialog_set_heading_use_markup (dialog, FALSE);
  adw_alert_dialog_set_body_use_markup (dialog, FALSE);
  adw_alert_dialog_add_responses (dialog, "open", _("_Open as It Is"), "another", _("_Import as Another Workflow"), "update",
                                  _("_Update Workflow"), NULL);
  adw_alert_dialog_set_response_appearance (dialog, "update", ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_default_response (dialog, "update");
  adw_alert_dialog_set_close_response (dialog, "open");
  g_signal_connect_data (dialog, "response", G_CALLBACK (chosen_cb), import_new (self->window, self->workflow, self->path, self->id),
                         closure_free, 0);
  adw_dialog_present (ADW_DIALOG (dialog), GTK_WIDGET (self->window));
}

/* Not one that was deleted. (transfer full) (nullable) */
static WeirWorkflow *
load_if_there (WeirEngine *engine,
               const char *id)
{
  g_autoptr(GListModel) all = dex_await_object (weir_engine_list_workflows (engine), NULL);

  for (guint i = 0; all != NULL && i < g_list_model_get_n_items (all); i++)
    {
      g_autoptr(WeirWorkflowInfo) info = g_list_model_get_item (all, i);

      if (g_str_equal (weir_workflow_info_get_id (info), id))
        return dex_await_object (weir_engine_load_workflow (engine, id, 0), NULL);
    }
  return NULL;
}

static DexFuture *
import_fiber (gpointer user_data)
{
  Import *self = user_data;
  g_autoptr(WeirWorkflow) there = self->id != NULL ? load_if_there (self->window->engine, self->id) : NULL;
  g_autoptr(GListModel) changes = NULL;

  if (self->window->engine == NULL)
    return dex_future_new_true ();
  if (there == NULL)
    {
      import_as_new (self);
      return dex_future_new_true ();
    }
  changes = weir_workflow_diff (there, self->workflow);
  if (g_list_model_get_n_items (changes) > 0)
    ask (self, weir_workflow_get_name (there), g_list_model_get_n_items (changes));
  else
    weir_window_open_id (self->window, self->id);
  return dex_future_new_true ();
}

/**
 * weir_window_import:
 * @self: a window with an engine
 * @file: a workflow file, YAML or JSON
 *
 * Saves the workflow of a file into the store and opens it. Nothing is run. What is wrong with the file is told with line and column. Where a
 * workflow came from the file already, that one is opened if it says the same, else a person chooses whether it is updated.
 */
void
weir_window_import (WeirWindow *self,
                    GFile      *file)
{
  g_autoptr(GListModel) problems = NULL;
  g_autoptr(WeirWorkflow) workflow = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *path = NULL;
  g_autofree char *id = NULL;

  self->busy = TRUE;
  if (g_file_peek_path (file) == NULL)
    {
      weir_window_toast (self, _("Only files on this computer can be imported"));
      return;
    }
  workflow = weir_workflow_load (g_file_peek_path (file), &problems, &error);
  if (workflow == NULL)
    {
      show_import_problems (self, file, problems, error);
      return;
    }
  path = g_canonicalize_filename (g_file_peek_path (file), NULL);
  id = weir_file_link_find (path);
  dex_future_disown (dex_scheduler_spawn (NULL, 0, import_fiber, import_new (self, workflow, path, id), import_free));
}

static void
import_chosen_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr(WeirWindow) self = user_data;
  g_autoptr(GFile) file = gtk_file_dialog_open_finish (GTK_FILE_DIALOG (source), result, NULL);

  if (file != NULL && self->engine != NULL)
    weir_window_import (self, file);
}

static void
import_cb (GtkWidget  *widget,
           const char *action,
           GVariant   *target)
{
  g_autoptr(GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autoptr(GtkFileFilter) filter = gtk_file_filter_new ();
  g_autoptr(GListStore) filters = g_list_store_new (GTK_TYPE_FILE_FILTER);

  gtk_file_filter_set_name (filter, _("Workflows (YAML, JSON)"));
  gtk_file_filter_add_suffix (filter, "yaml");
  gtk_file_filter_add_suffix (filter, "yml");
  gtk_file_filter_add_suffix (filter, "json");
  g_list_store_append (filters, filter);
  gtk_file_dialog_set_title (dialog, _("Import Workflow"));
  gtk_file_dialog_set_filters (dialog, G_LIST_MODEL (filters));
  gtk_file_dialog_open (dialog, GTK_WINDOW (widget), NULL, import_chosen_cb, g_object_ref (widget));
}

/**
 * weir_window_install_import:
 * @widget_class: the class of the window
 *
 * Adds the actions of this file.
 */
void
weir_window_install_import (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "workflow.import", NULL, import_cb);
}
