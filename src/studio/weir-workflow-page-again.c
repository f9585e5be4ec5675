/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include <glib/gi18n.h>

#include "weir-rerun-dialog.h"
#include "weir-undo-dialog.h"
#include "weir-workflow-page-private.h"

/* Running again, from a block on or one block alone, and undoing a part of a run or taking an undo back. */

/* ── running again ──────────────────────────────────────────────────────────────────────── */

static void
accepted_cb (WeirWorkflowPage *self, WeirValue *options)
{
  if (self->engine == NULL || self->view == NULL)
    return;
  adw_view_stack_set_visible_child_name (self->pages, "design");
  weir_workflow_page_follow_run (self,
                                 weir_engine_rerun (self->engine, weir_run_view_get_run_id (self->view), options));
}

typedef struct
{
  WeirWorkflowPage *page;
  const char *mode; /* static */
  char *block;
} Asking;

static void
asking_free (gpointer data)
{
  Asking *self = data;

  g_object_unref (self->page);
  g_free (self->block);
  g_free (self);
}

static DexFuture *
saved_cb (DexFuture *future, gpointer user_data)
{
  Asking *asking = user_data;
  WeirWorkflowPage *self = asking->page;
  WeirRerunDialog *dialog;

  if (self->engine == NULL || self->view == NULL || self->workflow == NULL)
    return dex_future_new_true ();
  dialog = weir_rerun_dialog_new (self->engine, self->view, self->workflow, asking->mode, asking->block);
  g_signal_connect_object (dialog, "accepted", G_CALLBACK (accepted_cb), self, G_CONNECT_SWAPPED);
  adw_dialog_present (ADW_DIALOG (dialog), GTK_WIDGET (self));
  return dex_future_new_true ();
}

/* The plan is about what is saved. */
static void
ask (WeirWorkflowPage *self, const char *mode, const char *block)
{
  Asking *asking = g_new0 (Asking, 1);

  asking->page = g_object_ref (self);
  asking->mode = mode;
  asking->block = g_strdup (block);
  dex_future_disown (dex_future_finally (weir_workflow_page_flush (self), saved_cb, asking, asking_free));
}

static void
again_cb (GtkWidget *widget, const char *action, GVariant *target)
{
  ask (WEIR_WORKFLOW_PAGE (widget), "all", NULL);
}

/* What is deeper runs with the block of the workflow that it is in. */
static void
from_cb (GtkWidget *widget, const char *action, GVariant *target)
{
  const char *path = g_variant_get_string (target, NULL);
  g_autofree char *block = g_strndup (path, strcspn (path, "/["));

  ask (WEIR_WORKFLOW_PAGE (widget), "from", block);
}

static void
only_cb (GtkWidget *widget, const char *action, GVariant *target)
{
  const char *path = g_variant_get_string (target, NULL);
  g_autofree char *block = g_strndup (path, strcspn (path, "/"));

  ask (WEIR_WORKFLOW_PAGE (widget), "only", block);
}

/* Of the block that is selected on the canvas, for its menu. */
static void
selected_cb (GtkWidget *widget, const char *action, GVariant *target)
{
  WeirWorkflowPage *self = WEIR_WORKFLOW_PAGE (widget);
  WeirBlock *block = weir_canvas_get_selected_block (self->canvas);
  g_autofree char *id = NULL;

  if (block == NULL)
    return;
  id = g_strndup (weir_block_get_path (block), strcspn (weir_block_get_path (block), "/"));
  ask (self, g_str_equal (action, "run.from-selected") ? "from" : "only", id);
}

/* ── undoing ────────────────────────────────────────────────────────────────────────────── */

static void
undone_cb (WeirWorkflowPage *self)
{
  weir_run_list_reload (self->run_list);
  weir_workflow_page_update_verbs (self);
}

/**
 * weir_workflow_page_follow_undo:
 * @self: a page
 * @dialog: an undo dialog of the run that is shown
 *
 * Brings the page up to date when it was undone.
 */
void
weir_workflow_page_follow_undo (WeirWorkflowPage *self, WeirUndoDialog *dialog)
{
  g_signal_connect_object (dialog, "undone", G_CALLBACK (undone_cb), self, G_CONNECT_SWAPPED);
}

static void
undo_to_cb (GtkWidget *widget, const char *action, GVariant *target)
{
  WeirWorkflowPage *self = WEIR_WORKFLOW_PAGE (widget);

  if (self->view != NULL && self->engine != NULL)
    weir_workflow_page_follow_undo (self, weir_undo_dialog_present (widget, self->engine,
                                                                    weir_run_view_get_run_id (self->view),
                                                                    g_variant_get_string (target, NULL)));
}

static void
undo_part_cb (GtkWidget *widget, const char *action, GVariant *target)
{
  WeirWorkflowPage *self = WEIR_WORKFLOW_PAGE (widget);

  if (self->view != NULL && self->engine != NULL)
    weir_workflow_page_follow_undo (self, weir_undo_dialog_present_part (widget, self->engine,
                                                                         weir_run_view_get_run_id (self->view),
                                                                         g_variant_get_string (target, NULL)));
}

static void
redo_cb (GtkWidget *widget, const char *action, GVariant *target)
{
  WeirWorkflowPage *self = WEIR_WORKFLOW_PAGE (widget);

  if (self->view != NULL && self->engine != NULL)
    weir_workflow_page_follow_undo (
      self, weir_undo_dialog_present_redo (widget, self->engine, weir_run_view_get_run_id (self->view)));
}

/**
 * weir_workflow_page_update_again:
 * @self: a page
 * @idle: whether nothing of the workflow runs
 *
 * A run is run again when none is in progress.
 */
void
weir_workflow_page_update_again (WeirWorkflowPage *self, gboolean idle)
{
  static const char *const actions[] = { "run.again", "run.from", "run.only", "run.from-selected",
                                         "run.only-selected" };
  gboolean possible = idle && self->view != NULL && self->engine != NULL;

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_action_set_enabled (GTK_WIDGET (self), actions[i], possible);
}

/**
 * weir_workflow_page_install_again:
 * @widget_class: the class of the page
 *
 * Adds the actions of this file. Targets are paths: of a block ("move/to"), of an item ("move[3]"), of a step ("move[3]/to").
 */
void
weir_workflow_page_install_again (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "run.again", NULL, again_cb);
  gtk_widget_class_install_action (widget_class, "run.from", "s", from_cb);
  gtk_widget_class_install_action (widget_class, "run.only", "s", only_cb);
  gtk_widget_class_install_action (widget_class, "run.from-selected", NULL, selected_cb);
  gtk_widget_class_install_action (widget_class, "run.only-selected", NULL, selected_cb);
  gtk_widget_class_install_action (widget_class, "run.undo-to", "s", undo_to_cb);
  gtk_widget_class_install_action (widget_class, "run.undo-part", "s", undo_part_cb);
  gtk_widget_class_install_action (widget_class, "run.redo", NULL, redo_cb);
}
