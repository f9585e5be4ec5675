/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include <glib/gi18n.h>

#include "weir-override-dialog.h"
#include "weir-workflow-page-private.h"

/* What is done to a part of the run in progress: a block with all that is in it, or one item of a container. */

typedef struct
{
  guint32 scope;
  const char *block; /* NULL: all of the scope */
} Part;

static gboolean
read_part (WeirWorkflowPage *self, GVariant *target, Part *part)
{
  g_variant_get (target, "(u&s)", &part->scope, &part->block);
  if (*part->block == '\0')
    part->block = NULL;
  return self->run != NULL;
}

static void
tell (WeirWorkflowPage *self, gboolean done, const GError *error)
{
  if (!done)
    weir_workflow_page_toast (self,
                              error != NULL ? error->message : _("It does not wait for another attempt any more"));
}

static void
pause_cb (GtkWidget *widget, const char *action, GVariant *target)
{
  WeirWorkflowPage *self = WEIR_WORKFLOW_PAGE (widget);
  g_autoptr (GError) error = NULL;
  Part part;

  if (read_part (self, target, &part))
    tell (self, weir_run_pause_part (self->run, part.scope, part.block, &error), error);
}

static void
resume_cb (GtkWidget *widget, const char *action, GVariant *target)
{
  WeirWorkflowPage *self = WEIR_WORKFLOW_PAGE (widget);
  g_autoptr (GError) error = NULL;
  Part part;

  if (read_part (self, target, &part))
    tell (self, weir_run_resume_part (self->run, part.scope, part.block, &error), error);
}

static void
stop_cb (GtkWidget *widget, const char *action, GVariant *target)
{
  WeirWorkflowPage *self = WEIR_WORKFLOW_PAGE (widget);
  gboolean force = g_str_equal (action, "step.force-stop");
  g_autoptr (GError) error = NULL;
  Part part;

  if (read_part (self, target, &part))
    tell (self, weir_run_stop_part (self->run, part.scope, part.block, force, &error), error);
}

static void
retry_cb (GtkWidget *widget, const char *action, GVariant *target)
{
  WeirWorkflowPage *self = WEIR_WORKFLOW_PAGE (widget);
  Part part;

  if (read_part (self, target, &part) && part.block != NULL)
    tell (self, weir_run_retry_now (self->run, part.scope, part.block), NULL);
}

static void
edit_cb (GtkWidget *widget, const char *action, GVariant *target)
{
  WeirWorkflowPage *self = WEIR_WORKFLOW_PAGE (widget);
  WeirOverrideDialog *dialog;
  Part part;

  if (!read_part (self, target, &part) || part.block == NULL)
    return;
  dialog = weir_override_dialog_new (self->run, part.scope, part.block);
  if (dialog != NULL)
    adw_dialog_present (ADW_DIALOG (dialog), widget);
  else
    weir_workflow_page_toast (self, _("It has begun: what it gets can no longer be changed"));
}

/**
 * weir_workflow_page_install_steps:
 * @widget_class: the class of the page
 *
 * Adds the actions of this file. Their target is a scope and the id of a block in it, or an empty text for all of the scope.
 */
void
weir_workflow_page_install_steps (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "step.pause", "(us)", pause_cb);
  gtk_widget_class_install_action (widget_class, "step.resume", "(us)", resume_cb);
  gtk_widget_class_install_action (widget_class, "step.stop", "(us)", stop_cb);
  gtk_widget_class_install_action (widget_class, "step.force-stop", "(us)", stop_cb);
  gtk_widget_class_install_action (widget_class, "step.retry", "(us)", retry_cb);
  gtk_widget_class_install_action (widget_class, "step.edit", "(us)", edit_cb);
}
