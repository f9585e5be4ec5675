/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>

#include "weir-input-dialog.h"
#include "weir-words.h"
#include "weir-workflow-page-private.h"

static gboolean
is_live (WeirWorkflowPage *self)
{
  return self->run != NULL && !weir_run_status_is_final (weir_run_get_status (self->run));
}

/* Paused, or about to be: what there is to do is to go on. */
static gboolean
is_held (WeirWorkflowPage *self)
{
  WeirRunStatus status = self->run != NULL ? weir_run_get_status (self->run) : WEIR_RUN_CREATED;

  return status == WEIR_RUN_PAUSED || status == WEIR_RUN_PAUSING;
}

/* Why the workflow cannot be played; NULL if it can. (transfer full) */
static char *
find_reason_against_play (WeirWorkflowPage *self)
{
  if (self->workflow == NULL || self->engine == NULL)
    return g_strdup (_("No workflow is open"));
  if (is_live (self) || self->starting)
    return g_strdup (_("A run is in progress"));
  if (weir_graph_get_n_blocks (weir_workflow_get_graph (self->workflow)) == 0)
    return g_strdup (_("Add a block first"));
  if (self->n_errors > 0)
    return g_strdup_printf (ngettext ("%u problem must be solved first", "%u problems must be solved first", self->n_errors),
                            self->n_errors);
  return NULL;
}

static void
set_verb (WeirWorkflowPage *self,
          const char       *action,
          GtkWidget        *button,
          gboolean          enabled,
          const char       *tooltip)
{
  gtk_widget_action_set_enabled (GTK_WIDGET (self), action, enabled);
  if (button != NULL)
    gtk_widget_set_tooltip_text (button, tooltip);
}

static void
set_run_verb (WeirWorkflowPage *self,
              const char       *action,
              GtkWidget        *button,
              WeirRunVerb       verb,
              const char       *tooltip)
{
  const char *reason = NULL;
  gboolean legal = is_live (self) && weir_run_verb_is_legal (verb, weir_run_get_status (self->run), &reason);

  set_verb (self, action, button, legal, legal ? tooltip : reason != NULL ? _(reason) : _("No run is in progress"));
}

static void
suggest (GtkWidget *button,
         gboolean   suggested)
{
  if (suggested)
    gtk_widget_add_css_class (button, "suggested-action");
  else
    gtk_widget_remove_css_class (button, "suggested-action");
}

/**
 * weir_workflow_page_update_verbs:
 * @self: a page
 *
 * Enables exactly the verbs that are legal now, and says of the others why not.
 */
void
weir_workflow_page_update_verbs (WeirWorkflowPage *self)
{
  g_autofree char *against = find_reason_against_play (self);
  WeirRunStatus status = self->run != NULL ? weir_run_get_status (self->run) : WEIR_RUN_CREATED;
  WeirRunStatus shown = self->view != NULL ? weir_run_state_get_status (weir_run_view_get_state (self->view)) : WEIR_RUN_CREATED;
  gboolean paused = is_held (self);
  gboolean stopping = is_live (self) && status == WEIR_RUN_STOPPING;

  set_verb (self, "run.play", self->play_button, against == NULL, against != NULL ? against : _("Play (F5)"));
  set_run_verb (self, "run.pause", self->pause_button, WEIR_VERB_PAUSE, _("Pause (F6)"));
  set_run_verb (self, "run.resume", self->resume_button, WEIR_VERB_RESUME, _("Resume (F5)"));
  set_run_verb (self, "run.stop", self->stop_button, WEIR_VERB_STOP, _("Stop (Shift+F5)"));
  set_run_verb (self, "run.force-stop", self->force_stop_button, WEIR_VERB_FORCE_STOP, _("Force Stop"));
  set_verb (self, "run.undo", NULL, self->view != NULL && weir_run_verb_is_legal (WEIR_VERB_UNDO, shown, NULL), NULL);

  weir_workflow_page_update_again (self, !is_live (self) && !self->starting);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "run.redo",
                                 self->view != NULL && weir_run_verb_is_legal (WEIR_VERB_UNDO, shown, NULL));

  gtk_widget_set_visible (self->pause_button, !paused);
  gtk_widget_set_visible (self->resume_button, paused);
  gtk_widget_set_visible (self->stop_button, !stopping);
  gtk_widget_set_visible (self->force_stop_button, stopping);
  suggest (self->play_button, against == NULL);
  suggest (self->pause_button, is_live (self) && !paused && !stopping);
  suggest (self->resume_button, paused);
  weir_workflow_page_update_delete (self);
  weir_workflow_page_update_notice (self);
}

static void
status_changed_cb (WeirWorkflowPage *self)
{
  weir_workflow_page_say_status (self);
  weir_workflow_page_update_verbs (self);
  if (self->run != NULL && weir_run_status_is_final (weir_run_get_status (self->run)))
    weir_run_list_reload (self->run_list);
}

/**
 * weir_workflow_page_set_run:
 * @self: a page
 * @run: (nullable): the run that the controls steer
 */
void
weir_workflow_page_set_run (WeirWorkflowPage *self,
                            WeirRun          *run)
{
  if (self->run != NULL)
    g_signal_handlers_disconnect_by_func (self->run, status_changed_cb, self);
  g_set_object (&self->run, run);
  if (run != NULL)
    g_signal_connect_object (run, "notify::status", G_CALLBACK (status_changed_cb), self, G_CONNECT_SWAPPED);
  weir_workflow_page_update_verbs (self);
}

/* The panel takes room from the canvas when it comes: all blocks stay in sight. */
static void
show_panel (WeirWorkflowPage *self,
            gboolean          visible)
{
  GtkWidget *panel = GTK_WIDGET (self->run_panel);

  if (gtk_widget_get_visible (panel) == visible)
    return;
  gtk_widget_set_visible (panel, visible);
  if (visible && gtk_widget_get_mapped (GTK_WIDGET (self->canvas)))
    weir_workflow_page_fit (self, gtk_widget_get_height (GTK_WIDGET (self->canvas)));
}

static void
view_changed_cb (WeirWorkflowPage *self,
                 guint             first_changed)
{
  weir_workflow_page_find_waits (self, first_changed);
  weir_workflow_page_say_failures (self, first_changed);
  weir_workflow_page_update_verbs (self);
}

/**
 * weir_workflow_page_set_view:
 * @self: a page
 * @view: (nullable): the run to show on canvas, in panel and inspector
 */
void
weir_workflow_page_set_view (WeirWorkflowPage *self,
                             WeirRunView      *view)
{
  if (self->view != NULL)
    g_signal_handlers_disconnect_by_func (self->view, view_changed_cb, self);
  g_set_object (&self->view, view);
  if (view != NULL)
    {
      g_signal_connect_object (view, "changed", G_CALLBACK (view_changed_cb), self, G_CONNECT_SWAPPED);
      g_clear_pointer (&self->last_inputs, weir_value_unref);
      if (weir_run_state_get_inputs (weir_run_view_get_state (view)) != NULL)
        self->last_inputs = weir_value_ref (weir_run_state_get_inputs (weir_run_view_get_state (view)));
    }
  show_panel (self, view != NULL);
  weir_canvas_set_view (self->canvas, view);
  weir_run_panel_set_view (self->run_panel, view);
  weir_inspector_set_view (self->inspector, view);
  weir_workflow_page_find_waits (self, 0);
  weir_workflow_page_say_failures (self, 0);
  weir_workflow_page_update_verbs (self);
}

static DexFuture *
view_opened_cb (DexFuture *future,
                gpointer   user_data)
{
  WeirWorkflowPage *self = user_data;
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (value == NULL)
    weir_workflow_page_toast (self, error->message);
  else
    {
      WeirRunView *view = g_value_get_object (value);

      /* Another run may be wanted by now. */
      if (weir_run_view_get_run_id (view) == self->wanted_run)
        weir_workflow_page_set_view (self, view);
    }
  return dex_future_new_true ();
}

/**
 * weir_workflow_page_show_run:
 * @self: a page
 * @run: number of a run of its workflow, live or long ago
 *
 * Shows a run as soon as its journal is read.
 */
void
weir_workflow_page_show_run (WeirWorkflowPage *self,
                             gint64            run)
{
  self->wanted_run = run;
  dex_future_disown (dex_future_finally (weir_run_view_open (self->engine, run), view_opened_cb,
                                         g_object_ref (self), g_object_unref));
}

static DexFuture *
started_cb (DexFuture *future,
            gpointer   user_data)
{
  WeirWorkflowPage *self = user_data;
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  self->starting = FALSE;
  if (value == NULL)
    weir_workflow_page_toast (self, error->message);
  else
    {
      WeirRun *run = g_value_get_object (value);

      if (g_strcmp0 (weir_workflow_get_id (weir_run_get_workflow (run)),
                     self->workflow != NULL ? weir_workflow_get_id (self->workflow) : NULL) == 0)
        {
          weir_workflow_page_set_run (self, run);
          weir_workflow_page_say_started (self, run);
          weir_workflow_page_show_run (self, weir_run_get_id (run));
        }
    }
  weir_workflow_page_update_title (self);
  weir_workflow_page_update_verbs (self);
  return dex_future_new_true ();
}

/**
 * weir_workflow_page_follow_run:
 * @self: a page
 * @run: (transfer full): resolves to the WeirRun that was started or brought back
 *
 * Steers and shows that run from then on; nothing can be played meanwhile.
 */
void
weir_workflow_page_follow_run (WeirWorkflowPage *self,
                               DexFuture        *run)
{
  self->starting = TRUE;
  weir_workflow_page_update_verbs (self);
  dex_future_disown (dex_future_finally (run, started_cb, g_object_ref (self), g_object_unref));
}

static void
start (WeirWorkflowPage *self,
       WeirValue        *inputs)
{
  g_autoptr(WeirValue) options = NULL;

  /* Playing saves the version by itself. */
  g_clear_handle_id (&self->save_id, g_source_remove);
  self->dirty = FALSE;
  adw_view_stack_set_visible_child_name (self->pages, "design");
  options = weir_workflow_page_make_play_options (self);
  weir_workflow_page_follow_run (self, options != NULL
                                         ? weir_engine_play_with (self->engine, self->workflow, inputs, options)
                                         : weir_engine_play (self->engine, self->workflow, inputs));
}

static void
inputs_accepted_cb (WeirWorkflowPage *self,
                    WeirValue        *inputs)
{
  g_clear_pointer (&self->last_inputs, weir_value_unref);
  self->last_inputs = weir_value_ref (inputs);
  start (self, inputs);
}

static void
play_cb (GtkWidget  *widget,
         const char *action,
         GVariant   *target)
{
  WeirWorkflowPage *self = WEIR_WORKFLOW_PAGE (widget);
  WeirInputDialog *dialog;

  /* What was typed last may not have been looked at yet. */
  weir_workflow_page_validate (self);
  if (self->n_errors > 0)
    return;
  if (weir_workflow_get_n_inputs (self->workflow) == 0)
    {
      start (self, NULL);
      return;
    }
  dialog = weir_input_dialog_new (self->workflow, self->last_inputs);
  g_signal_connect_object (dialog, "accepted", G_CALLBACK (inputs_accepted_cb), self, G_CONNECT_SWAPPED);
  adw_dialog_present (ADW_DIALOG (dialog), widget);
}

static DexFuture *
verb_done_cb (DexFuture *future,
              gpointer   user_data)
{
  WeirWorkflowPage *self = user_data;
  g_autoptr(GError) error = NULL;

  if (dex_future_get_value (future, &error) == NULL)
    weir_workflow_page_toast (self, error->message);
  return dex_future_new_true ();
}

/**
 * weir_workflow_page_follow:
 * @self: a page
 * @future: (transfer full): something that was asked for
 *
 * Says what went wrong, if something does.
 */
void
weir_workflow_page_follow (WeirWorkflowPage *self,
                           DexFuture        *future)
{
  dex_future_disown (dex_future_finally (future, verb_done_cb, g_object_ref (self), g_object_unref));
}

static void
pause_cb (GtkWidget  *widget,
          const char *action,
          GVariant   *target)
{
  WeirWorkflowPage *self = WEIR_WORKFLOW_PAGE (widget);

  weir_workflow_page_follow (self, weir_run_pause (self->run));
}

static void
resume_cb (GtkWidget  *widget,
           const char *action,
           GVariant   *target)
{
  WeirWorkflowPage *self = WEIR_WORKFLOW_PAGE (widget);

  weir_workflow_page_follow (self, weir_run_resume (self->run));
}

static void
stop_cb (GtkWidget  *widget,
         const char *action,
         GVariant   *target)
{
  WeirWorkflowPage *self = WEIR_WORKFLOW_PAGE (widget);

  weir_workflow_page_follow (self, weir_run_stop (self->run));
}

static void
force_stop_cb (GtkWidget  *widget,
               const char *action,
               GVariant   *target)
{
  WeirWorkflowPage *self = WEIR_WORKFLOW_PAGE (widget);

  weir_workflow_page_follow (self, weir_run_force_stop (self->run));
}

static void
undo_run_cb (GtkWidget  *widget,
             const char *action,
             GVariant   *target)
{
  WeirWorkflowPage *self = WEIR_WORKFLOW_PAGE (widget);

  weir_workflow_page_follow_undo (self, weir_undo_dialog_present (widget, self->engine, weir_run_view_get_run_id (self->view), NULL));
}

/* F5: whichever of Play and Resume is legal. */
static void
play_or_resume_cb (GtkWidget  *widget,
                   const char *action,
                   GVariant   *target)
{
  WeirWorkflowPage *self = WEIR_WORKFLOW_PAGE (widget);
  g_autofree char *against = NULL;

  if (is_held (self))
    {
      gtk_widget_activate_action (widget, "run.resume", NULL);
      return;
    }
  /* What was typed a moment ago counts, and a key that does nothing says why. */
  weir_workflow_page_validate (self);
  against = find_reason_against_play (self);
  if (against != NULL)
    weir_workflow_page_toast (self, against);
  else
    gtk_widget_activate_action (widget, "run.play", NULL);
}

static DexFuture *
last_run_cb (DexFuture *future,
             gpointer   user_data)
{
  WeirWorkflowPage *self = user_data;
  const GValue *value = dex_future_get_value (future, NULL);
  g_autoptr(WeirRunInfo) last = NULL;

  if (value == NULL || self->workflow == NULL || self->view != NULL || self->run != NULL)
    return dex_future_new_true ();
  last = g_list_model_get_item (g_value_get_object (value), 0);
  /* A run of another version would colour blocks that may be others by now. */
  if (last != NULL && g_strcmp0 (weir_run_info_get_workflow_id (last), weir_workflow_get_id (self->workflow)) == 0
      && weir_run_info_get_version (last) == weir_workflow_get_version (self->workflow))
    weir_workflow_page_show_run (self, weir_run_info_get_id (last));
  return dex_future_new_true ();
}

/**
 * weir_workflow_page_find_runs:
 * @self: a page with engine and workflow
 *
 * Takes up the live run of the workflow if there is one, offers to go on with one that a crash cut off, else shows the last
 * run of this very version.
 */
void
weir_workflow_page_find_runs (WeirWorkflowPage *self)
{
  const char *id = weir_workflow_get_id (self->workflow);
  g_autoptr(GListModel) runs = weir_engine_list_live_runs (self->engine);

  weir_workflow_page_find_unfinished (self);
  if (id == NULL)
    return;
  for (guint i = 0; i < g_list_model_get_n_items (runs); i++)
    {
      g_autoptr(WeirRun) run = g_list_model_get_item (runs, i);

      if (g_strcmp0 (weir_workflow_get_id (weir_run_get_workflow (run)), id) != 0)
        continue;
      weir_workflow_page_set_run (self, run);
      weir_workflow_page_show_run (self, weir_run_get_id (run));
      return;
    }
  dex_future_disown (dex_future_finally (weir_engine_list_runs (self->engine, id, 1), last_run_cb,
                                         g_object_ref (self), g_object_unref));
}

/**
 * weir_workflow_page_install_run:
 * @widget_class: the class of the page
 *
 * Adds the actions of this file.
 */
void
weir_workflow_page_install_run (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "run.play", NULL, play_cb);
  gtk_widget_class_install_action (widget_class, "run.pause", NULL, pause_cb);
  gtk_widget_class_install_action (widget_class, "run.resume", NULL, resume_cb);
  gtk_widget_class_install_action (widget_class, "run.stop", NULL, stop_cb);
  gtk_widget_class_install_action (widget_class, "run.force-stop", NULL, force_stop_cb);
  gtk_widget_class_install_action (widget_class, "run.undo", NULL, undo_run_cb);
  gtk_widget_class_install_action (widget_class, "run.play-or-resume", NULL, play_or_resume_cb);
}
