/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>

#include "weir-export.h"
#include "weir-workflow-page-private.h"

/* Long enough to take a word typed as one version, short enough to lose nothing worth telling. */
#define SAVE_AFTER_MS 400

/* What one save is about: the page may show another workflow by the time it is done. */
typedef struct
{
  WeirWorkflowPage *page;
  WeirWorkflow     *workflow;
} Save;

static void
save_free (gpointer data)
{
  Save *save = data;

  g_object_unref (save->page);
  g_object_unref (save->workflow);
  g_free (save);
}

/**
 * weir_workflow_page_update_title:
 * @self: a page
 *
 * Shows name and what is saved.
 */
void
weir_workflow_page_update_title (WeirWorkflowPage *self)
{
  g_autofree char *subtitle = NULL;
  guint version;

  if (self->workflow == NULL)
    return;
  version = weir_workflow_get_version (self->workflow);
  adw_window_title_set_title (self->title, weir_workflow_get_name (self->workflow));
  if (self->dirty)
    subtitle = g_strdup (_("Saving…"));
  else if (version > 0)
    subtitle = g_strdup_printf (_("Saved · version %u"), version);
  adw_window_title_set_subtitle (self->title, subtitle != NULL ? subtitle : "");
}

static DexFuture *
saved_cb (DexFuture *future,
          gpointer   user_data)
{
  Save *save = user_data;
  g_autoptr(GError) error = NULL;

  if (save->page->workflow != save->workflow)
    return dex_ref (future);
  if (dex_future_get_value (future, &error) != NULL)
    {
      weir_workflow_page_update_title (save->page);
      weir_workflow_page_reload_versions (save->page);
    }
  else
    {
      g_autofree char *message = g_strdup_printf (_("Not saved: %s"), error->message);

      adw_window_title_set_subtitle (save->page->title, message);
      weir_workflow_page_toast (save->page, message);
    }
  return dex_ref (future);
}

static DexFuture *
save_now (WeirWorkflowPage *self,
          const char       *message)
{
  Save *save = g_new0 (Save, 1);

  g_clear_handle_id (&self->save_id, g_source_remove);
  self->dirty = FALSE;
  save->page = g_object_ref (self);
  save->workflow = g_object_ref (self->workflow);
  return dex_future_finally (weir_engine_save_workflow (self->engine, self->workflow, message), saved_cb, save, save_free);
}

static gboolean
save_cb (gpointer user_data)
{
  WeirWorkflowPage *self = user_data;

  self->save_id = 0;
  dex_future_disown (save_now (self, NULL));
  return G_SOURCE_REMOVE;
}

/**
 * weir_workflow_page_schedule_save:
 * @self: a page
 *
 * Saves a moment after the last change.
 */
void
weir_workflow_page_schedule_save (WeirWorkflowPage *self)
{
  self->dirty = TRUE;
  weir_workflow_page_update_title (self);
  g_clear_handle_id (&self->save_id, g_source_remove);
  if (self->engine != NULL)
    self->save_id = g_timeout_add (SAVE_AFTER_MS, save_cb, self);
}

/**
 * weir_workflow_page_flush:
 * @self: a page
 *
 * Saves at once what is not saved yet.
 *
 * Returns: (transfer full): a future that resolves when it is, and rejects if it cannot be
 */
DexFuture *
weir_workflow_page_flush (WeirWorkflowPage *self)
{
  weir_yaml_pane_flush (self->yaml_pane);
  if (self->workflow == NULL || self->engine == NULL || !self->dirty)
    return dex_future_new_true ();
  return save_now (self, NULL);
}

static DexFuture *
version_loaded_cb (DexFuture *future,
                   gpointer   user_data)
{
  WeirWorkflowPage *self = user_data;
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  WeirWorkflow *workflow;
  g_autofree char *name = NULL;
  g_autofree char *message = NULL;

  if (value == NULL)
    {
      weir_workflow_page_toast (self, error->message);
      return dex_future_new_true ();
    }

  workflow = g_value_get_object (value);
  if (self->workflow == NULL || g_strcmp0 (weir_workflow_get_id (workflow), weir_workflow_get_id (self->workflow)) != 0)
    return dex_future_new_true ();
  name = g_strdup_printf (_("Restore Version %u"), weir_workflow_get_version (workflow));
  message = g_strdup_printf (_("Version %u restored"), weir_workflow_get_version (workflow));
  /* what was there until now stays a version too */
  dex_future_disown (weir_workflow_page_flush (self));
  weir_workflow_replace (self->workflow, workflow, name);
  dex_future_disown (save_now (self, message));
  adw_view_stack_set_visible_child_name (self->pages, "design");
  weir_workflow_page_toast (self, message);
  return dex_future_new_true ();
}

/**
 * weir_workflow_page_restore:
 * @self: a page
 * @version: an older version of its workflow
 *
 * Makes the workflow say what the version says, as an edit that can be undone, and saves it as the newest.
 */
void
weir_workflow_page_restore (WeirWorkflowPage *self,
                            guint             version)
{
  dex_future_disown (dex_future_finally (weir_engine_load_workflow (self->engine, weir_workflow_get_id (self->workflow), version),
                                         version_loaded_cb, g_object_ref (self), g_object_unref));
}

/* What to say of it. */
static char *
write_export (WeirWorkflowPage *self,
              const char       *format,
              const char       *path)
{
  g_autofree char *text = NULL;
  g_autoptr(GError) error = NULL;
  gboolean written;

  if (path == NULL || g_str_equal (format, "yaml") || g_str_equal (format, "json"))
    return weir_export_workflow (self->workflow, path);
  if (g_str_equal (format, "mmd"))
    {
      text = weir_workflow_to_mermaid (self->workflow);
      written = g_file_set_contents (path, text, -1, &error);
    }
  else
    written = weir_canvas_save_picture (self->canvas, format, path, &error);
  return written ? g_strdup_printf (_("Exported to %s"), path) : g_strdup (error->message);
}

static void
export_chosen_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr(WeirWorkflowPage) self = user_data;
  g_autoptr(GFile) file = gtk_file_dialog_save_finish (GTK_FILE_DIALOG (source), result, NULL);
  g_autofree char *message = NULL;

  if (file == NULL || self->workflow == NULL)
    return;
  message = write_export (self, g_object_get_data (source, "format"), g_file_peek_path (file));
  weir_workflow_page_toast (self, message);
}

static void
export_cb (GtkWidget  *widget,
           const char *action,
           GVariant   *target)
{
  WeirWorkflowPage *self = WEIR_WORKFLOW_PAGE (widget);
  g_autoptr(GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autofree char *name = g_strdup_printf ("%s.%s", weir_workflow_get_name (self->workflow), g_variant_get_string (target, NULL));

  g_strdelimit (name, "/", '-');
  g_object_set_data_full (G_OBJECT (dialog), "format", g_variant_dup_string (target, NULL), g_free);
  gtk_file_dialog_set_title (dialog, _("Export Workflow"));
  gtk_file_dialog_set_initial_name (dialog, name);
  gtk_file_dialog_save (dialog, GTK_WINDOW (gtk_widget_get_root (widget)), NULL, export_chosen_cb, g_object_ref (self));
}

/**
 * weir_workflow_page_install_save:
 * @widget_class: the class of the page
 *
 * Adds the actions of this file.
 */
void
weir_workflow_page_install_save (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "workflow.export", "s", export_cb);
}
