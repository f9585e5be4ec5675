/* SPDX-License-Identifier: GPL-3.0-or-later */
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
}
