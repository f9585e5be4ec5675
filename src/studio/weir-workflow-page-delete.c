/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-workflow-page-private.h"

/* The run that is shown, when it is let go of. */

static gint64
get_shown (WeirWorkflowPage *self)
{
  return self->view != NULL ? weir_run_view_get_run_id (self->view) : 0;
}

/* Whether the run that is shown has not ended: it lives, or a crash cut it off. */
static gboolean
goes_on (WeirWorkflowPage *self)
{
  gint64 shown = get_shown (self);
  WeirRun *live = self->engine != NULL && shown != 0 ? weir_engine_find_run (self->engine, shown) : NULL;

  return shown != 0
         && (shown == self->unfinished || (live != NULL && !weir_run_status_is_final (weir_run_get_status (live))));
}

static void
delete_cb (GtkWidget *widget, const char *action, GVariant *target)
{
  gtk_widget_activate_action (widget, "runs.delete", "x", get_shown (WEIR_WORKFLOW_PAGE (widget)));
}

static void
discard_cb (GtkWidget *widget, const char *action, GVariant *target)
{
  gtk_widget_activate_action (widget, "runs.discard", "x", get_shown (WEIR_WORKFLOW_PAGE (widget)));
}

/**
 * weir_workflow_page_update_delete:
 * @self: a page
 *
 * Offers what can be done with the run that is shown: one that goes on is cancelled and deleted, one that has ended deleted.
 */
void
weir_workflow_page_update_delete (WeirWorkflowPage *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  gboolean on = goes_on (self);

  gtk_widget_action_set_enabled (widget, "run.cancel-and-delete", on);
  gtk_widget_action_set_enabled (widget, "run.delete", get_shown (self) != 0 && !on);
  gtk_widget_action_set_enabled (widget, "run.delete-now", get_shown (self) != 0 && !on);
}

/**
 * weir_workflow_page_forget_run:
 * @self: a page
 * @run: number of a run that was deleted
 *
 * Shows it no longer.
 */
void
weir_workflow_page_forget_run (WeirWorkflowPage *self, gint64 run)
{
  if (self->wanted_run == run)
    self->wanted_run = 0;
  if (self->unfinished == run)
    self->unfinished = 0;
  if (self->run != NULL && weir_run_get_id (self->run) == run)
    weir_workflow_page_set_run (self, NULL);
  if (get_shown (self) == run)
    weir_workflow_page_set_view (self, NULL);
  weir_run_list_reload (self->run_list);
}

/**
 * weir_workflow_page_return_run:
 * @self: a page
 * @run: number of a run that was deleted and is back
 *
 * Lists it again, and shows it if nothing else took its place.
 */
void
weir_workflow_page_return_run (WeirWorkflowPage *self, gint64 run)
{
  weir_run_list_reload (self->run_list);
  if (self->workflow != NULL && self->view == NULL && self->run == NULL)
    weir_workflow_page_find_runs (self);
}

/**
 * weir_workflow_page_read_run_again:
 * @self: a page
 * @run: number of a run of which a part is gone
 *
 * Reads its journal again if it is shown.
 */
void
weir_workflow_page_read_run_again (WeirWorkflowPage *self, gint64 run)
{
  if (get_shown (self) == run)
    weir_workflow_page_show_run (self, run);
  weir_run_list_reload (self->run_list);
}

/**
 * weir_workflow_page_install_delete:
 * @widget_class: the class of the page
 *
 * Adds the actions of this file.
 */
void
weir_workflow_page_install_delete (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "run.cancel-and-delete", NULL, discard_cb);
  gtk_widget_class_install_action (widget_class, "run.delete", NULL, delete_cb);
  gtk_widget_class_install_action (widget_class, "run.delete-now", NULL, discard_cb);
}
