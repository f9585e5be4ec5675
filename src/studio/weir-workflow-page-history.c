/* SPDX-License-Identifier: GPL-3.0-or-later */
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
    adw_dialog_present (ADW_DIALOG (weir_diff_dialog_new_versions (self->engine, self->workflow, g_variant_get_uint32 (target))),
                        widget);
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
}
