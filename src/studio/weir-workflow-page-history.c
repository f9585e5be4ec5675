/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>

#include "weir-diff-dialog.h"
#include "weir-history-dialog.h"
#include "weir-workflow-page-private.h"

static void
history_cb (GtkWidget  *widget,
            const char *action,
            GVariant   *target)
{
  WeirWorkflowPage *self = WEIR_WORKFLOW_PAGE (widget);

  if (self->workflow != NULL)
    adw_dialog_present (ADW_DIALOG (weir_history_dialog_new (self->workflow)), widget);
}

static void
compare_cb (GtkWidget  *widget,
            const char *action,
            GVariant   *target)
{
  WeirWorkflowPage *self = WEIR_WORKFLOW_PAGE (widget);

  if (self->workflow != NULL && self->engine != NULL)
    adw_dialog_present (
      ADW_DIALOG (weir_diff_dialog_new_versions (self->engine, self->workflow, g_variant_get_uint32 (target))), widget);
}

static void
compare_file (WeirWorkflowPage *self,
              GFile            *file)
{
  WeirDiffDialog *dialog = weir_diff_dialog_new_versions (self->engine, self->workflow, 0);

  weir_diff_dialog_compare_file (dialog, file);
  adw_dialog_present (ADW_DIALOG (dialog), GTK_WIDGET (self));
}

static void
picked_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(WeirWorkflowPage) self = user_data;
  g_autoptr(GFile) file = gtk_file_dialog_open_finish (GTK_FILE_DIALOG (source), result, NULL);

  if (file != NULL && self->workflow != NULL && self->engine != NULL)
    compare_file (self, file);
}

static void
compare_with_cb (GtkWidget  *widget,
                 const char *action,
                 GVariant   *target)
{
  WeirWorkflowPage *self = WEIR_WORKFLOW_PAGE (widget);
  g_autoptr(GtkFileDialog) dialog = gtk_file_dialog_new ();

  if (self->workflow == NULL || self->engine == NULL)
    return;
  gtk_file_dialog_set_title (dialog, _("Compare with File"));
  gtk_file_dialog_open (dialog, GTK_WINDOW (gtk_widget_get_root (widget)), NULL, picked_cb, g_object_ref (self));
}

static void
compare_path_cb (GtkWidget  *widget,
                 const char *action,
                 GVariant   *target)
{
  WeirWorkflowPage *self = WEIR_WORKFLOW_PAGE (widget);
  g_autoptr(GFile) file = g_file_new_for_path (g_variant_get_string (target, NULL));

  if (self->workflow != NULL && self->engine != NULL)
    compare_file (self, file);
}

/**
 * weir_workflow_page_install_history:
 * @widget_class: the class of the page
 *
 * Adds the actions of this file.
 */
void
weir_workflow_page_install_history (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "edit.history", NULL, history_cb);
  gtk_widget_class_install_action (widget_class, "workflow.compare", "u", compare_cb);
  gtk_widget_class_install_action (widget_class, "workflow.compare-with", NULL, compare_with_cb);
  gtk_widget_class_install_action (widget_class, "workflow.compare-path", "s", compare_path_cb);
}
