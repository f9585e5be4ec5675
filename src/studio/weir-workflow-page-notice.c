/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>

#include "weir-settle-dialog.h"
#include "weir-words.h"
#include "weir-workflow-page-private.h"

/* What a run needs a person for: one that was cut off, a step whose outcome nobody knows, a failure. One at a time is said,
 * the most urgent one. */

/* The step that made the run fail: the first to end with the run's own error, and of a container and what is in it, what is in it. */
static const WeirStepInfo *
find_first_failure (WeirRunState *state)
{
  WeirValue *error = weir_run_state_get_error (state);
  const char *message = error != NULL ? weir_value_get_member_text (error, "message", "") : "";
  const WeirStepInfo *found = NULL;
  gboolean found_same = FALSE;

  for (guint i = 0; i < weir_run_state_get_n_steps (state); i++)
    {
      const WeirStepInfo *step = weir_run_state_get_step (state, i);
      gboolean same;

      if (step == NULL || step->status != WEIR_STEP_FAILED || step->error == NULL)
        continue;
      same = g_str_equal (weir_value_get_member_text (step->error, "message", ""), message);
      if (found == NULL || (same && !found_same) || (same == found_same && step->ended_at <= found->ended_at))
        {
          found = step;
          found_same = same;
        }
    }
  return found;
}

static const WeirStepInfo *
find_unknown (WeirRunState *state,
              const char   *path)
{
  for (guint i = 0; i < weir_run_state_get_n_steps (state); i++)
    {
      const WeirStepInfo *step = weir_run_state_get_step (state, i);
      g_autofree char *at = NULL;

      if (step == NULL || step->status != WEIR_STEP_UNKNOWN)
        continue;
      at = weir_path_of_block (state, step->scope, step->block);
      if (path == NULL || g_str_equal (at, path))
        return step;
    }
  return NULL;
}

/* (transfer full) */
static char *
describe_failure (WeirWorkflowPage   *self,
                  const WeirStepInfo *step)
{
  WeirRunState *state = weir_run_view_get_state (self->view);
  WeirValue *error = step != NULL ? step->error : weir_run_state_get_error (state);
  const char *message = error != NULL ? weir_value_get_member_text (error, "message", _("Failure")) : _("Failure");
  const char *class = error != NULL ? weir_value_get_member_text (error, "class", NULL) : NULL;
  WeirBlock *block = step != NULL ? weir_workflow_page_find_block_of (self, step) : NULL;
  g_autofree char *where = step == NULL ? NULL : weir_run_state_dup_step_path (state, step);
  const char *name = block != NULL ? weir_block_get_title (block) : where;

  if (name == NULL)
    return g_strdup_printf (_("Run %" G_GINT64_FORMAT " failed: %s"), weir_run_view_get_run_id (self->view), message);
  if (class == NULL)
    return g_strdup_printf (_("“%s” failed: %s"), name, message);
  return g_strdup_printf (_("“%s” failed: %s (%s)"), name, message, class);
}

static gboolean
is_busy (WeirWorkflowPage *self)
{
  return self->starting || (self->run != NULL && !weir_run_status_is_final (weir_run_get_status (self->run)));
}

static void
show_cut_off (WeirWorkflowPage *self)
{
  g_autofree char *text = g_strdup_printf (_("Run %" G_GINT64_FORMAT " was cut off. It can go on where it was."), self->unfinished);

  weir_notice_show (self->notice, "dialog-warning-symbolic", text, &(WeirNoticeButton) { _("Resume"), "run.recover" },
                    &(WeirNoticeButton) { _("Give Up…"), "run.give-up" }, FALSE);
}

static void
show_unknown (WeirWorkflowPage   *self,
              const WeirStepInfo *step)
{
  WeirBlock *block = weir_workflow_page_find_block_of (self, step);
  g_autofree char *text = g_strdup_printf (_("“%s” was at work when Weir was cut off. Whether it took effect, only you can tell."),
                                           block != NULL ? weir_block_get_title (block) : step->block);

  weir_notice_show (self->notice, "dialog-question-symbolic", text, &(WeirNoticeButton) { _("Decide…"), "run.show-trouble" }, NULL,
                    FALSE);
}

static void
show_failure (WeirWorkflowPage *self)
{
  const WeirStepInfo *step = find_first_failure (weir_run_view_get_state (self->view));
  g_autofree char *text = describe_failure (self, step);
  gboolean has_block = step != NULL && weir_workflow_page_find_block_of (self, step) != NULL;

  g_autofree char *path = has_block ? weir_path_of_block (weir_run_view_get_state (self->view), step->scope, step->block) : NULL;

  weir_notice_show (self->notice, "dialog-error-symbolic", text,
                    has_block ? &(WeirNoticeButton) { _("Show Block"), "run.show-trouble" } : NULL,
                    has_block ? &(WeirNoticeButton) { _("Run From Here…"), "run.from", path } : NULL, TRUE);
}

/**
 * weir_workflow_page_update_notice:
 * @self: a page
 *
 * Says what a person is needed for now, or nothing.
 */
void
weir_workflow_page_update_notice (WeirWorkflowPage *self)
{
  WeirRunState *state = self->view != NULL ? weir_run_view_get_state (self->view) : NULL;
  gboolean asks = weir_workflow_page_shows_live_run (self) && weir_run_needs_settling (self->run);
  const WeirStepInfo *unknown = asks ? find_unknown (state, NULL) : NULL;

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "run.settle", weir_workflow_page_shows_live_run (self) && is_busy (self));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "run.recover", self->unfinished != 0 && !is_busy (self));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "run.give-up", self->unfinished != 0 && !is_busy (self));

  if (self->workflow == NULL)
    weir_notice_hide (self->notice);
  else if (self->unfinished != 0 && !is_busy (self))
    show_cut_off (self);
  else if (unknown != NULL)
    show_unknown (self, unknown);
  else if (weir_workflow_page_show_held (self) || weir_workflow_page_show_wait (self, TRUE))
    return;
  else if (state != NULL && weir_run_state_get_status (state) == WEIR_RUN_FAILED && !self->starting
           && weir_run_view_get_run_id (self->view) != self->dismissed)
    show_failure (self);
  else if (!weir_workflow_page_show_wait (self, FALSE))
    weir_notice_hide (self->notice);
}

/**
 * weir_workflow_page_find_unfinished:
 * @self: a page with engine and workflow
 *
 * Looks for a run of the workflow that a crash cut off.
 */
void
weir_workflow_page_find_unfinished (WeirWorkflowPage *self)
{
  g_autoptr(GListModel) unfinished = weir_engine_list_unfinished (self->engine);
  const char *id = weir_workflow_get_id (self->workflow);

  self->unfinished = 0;
  for (guint i = 0; i < g_list_model_get_n_items (unfinished) && self->unfinished == 0; i++)
    {
      g_autoptr(WeirRunInfo) info = g_list_model_get_item (unfinished, i);

      if (g_strcmp0 (weir_run_info_get_workflow_id (info), id) == 0)
        self->unfinished = weir_run_info_get_id (info);
    }
  weir_workflow_page_update_notice (self);
}

static void
recover_cb (GtkWidget  *widget,
            const char *action,
            GVariant   *target)
{
  WeirWorkflowPage *self = WEIR_WORKFLOW_PAGE (widget);
  gint64 run = self->unfinished;

  self->unfinished = 0;
  weir_workflow_page_follow_run (self, weir_engine_recover_run (self->engine, run));
}

static DexFuture *
given_up_cb (DexFuture *future,
             gpointer   user_data)
{
  WeirWorkflowPage *self = user_data;
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (value == NULL)
    weir_workflow_page_toast (self, error->message);
  if (self->workflow == NULL || self->engine == NULL)
    return dex_future_new_true ();
  weir_run_list_reload (self->run_list);
  weir_workflow_page_find_unfinished (self);
  if (value != NULL && !is_busy (self))
    weir_workflow_page_show_run (self, weir_run_get_id (g_value_get_object (value)));
  return dex_future_new_true ();
}

static void
give_up_response_cb (WeirWorkflowPage *self,
                     const char       *response)
{
  gint64 run = self->unfinished;

  if (!g_str_equal (response, "give-up") || run == 0 || self->engine == NULL)
    return;
  self->unfinished = 0;
  dex_future_disown (dex_future_finally (weir_engine_abandon_run (self->engine, run), given_up_cb, g_object_ref (self),
                                         g_object_unref));
}

static void
give_up_cb (GtkWidget  *widget,
            const char *action,
            GVariant   *target)
{
  WeirWorkflowPage *self = WEIR_WORKFLOW_PAGE (widget);
  g_autofree char *heading = g_strdup_printf (_("Give Up Run %" G_GINT64_FORMAT "?"), self->unfinished);
  AdwDialog *dialog = adw_alert_dialog_new (heading, _("It ends as interrupted and cannot go on any more. Nothing is run for this. "
                                                       "What it has done stays, and can still be looked at and undone."));

  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "keep", _("_Keep"), "give-up", _("_Give Up"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "give-up", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "keep");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "keep");
  g_signal_connect_object (dialog, "response", G_CALLBACK (give_up_response_cb), self, G_CONNECT_SWAPPED);
  adw_dialog_present (dialog, widget);
}

/* Goes to the block that the notice speaks of. */
static void
show_trouble_cb (GtkWidget  *widget,
                 const char *action,
                 GVariant   *target)
{
  WeirWorkflowPage *self = WEIR_WORKFLOW_PAGE (widget);
  WeirRunState *state = self->view != NULL ? weir_run_view_get_state (self->view) : NULL;
  const WeirStepInfo *step = state == NULL ? NULL : find_unknown (state, NULL);
  WeirBlock *block;

  if (state != NULL && step == NULL)
    step = find_first_failure (state);
  block = step != NULL ? weir_workflow_page_find_block_of (self, step) : NULL;
  if (block == NULL)
    return;
  adw_view_stack_set_visible_child_name (self->pages, "design");
  weir_canvas_select_block (self->canvas, block, FALSE);
  weir_canvas_reveal_block (self->canvas, block);
  adw_overlay_split_view_set_show_sidebar (self->inspector_split, TRUE);
  weir_inspector_show_run (self->inspector);
}

static void
settle (WeirWorkflowPage *self,
        const char       *decision,
        WeirValue        *outputs)
{
  WeirBlock *block = weir_canvas_get_selected_block (self->canvas);
  const WeirStepInfo *step = block == NULL || !weir_workflow_page_shows_live_run (self)
                               ? NULL
                               : find_unknown (weir_run_view_get_state (self->view), weir_block_get_path (block));
  g_autoptr(GError) error = NULL;

  if (step != NULL && !weir_run_settle (self->run, step->scope, step->block, decision, outputs, &error))
    weir_workflow_page_toast (self, error->message);
}

static void
settled_cb (WeirWorkflowPage *self,
            WeirValue        *outputs)
{
  settle (self, "done", outputs);
}

static void
settle_cb (GtkWidget  *widget,
           const char *action,
           GVariant   *target)
{
  WeirWorkflowPage *self = WEIR_WORKFLOW_PAGE (widget);
  const char *decision = g_variant_get_string (target, NULL);
  WeirBlock *block = weir_canvas_get_selected_block (self->canvas);
  WeirSettleDialog *dialog;

  if (!g_str_equal (decision, "done") || block == NULL)
    {
      settle (self, decision, NULL);
      return;
    }
  dialog = weir_settle_dialog_new (block);
  g_signal_connect_object (dialog, "settled", G_CALLBACK (settled_cb), self, G_CONNECT_SWAPPED);
  adw_dialog_present (ADW_DIALOG (dialog), widget);
}

/**
 * weir_workflow_page_install_notice:
 * @widget_class: the class of the page
 *
 * Adds the actions of this file.
 */
void
weir_workflow_page_install_notice (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "run.recover", NULL, recover_cb);
  gtk_widget_class_install_action (widget_class, "run.give-up", NULL, give_up_cb);
  gtk_widget_class_install_action (widget_class, "run.show-trouble", NULL, show_trouble_cb);
  gtk_widget_class_install_action (widget_class, "run.settle", "s", settle_cb);
}
