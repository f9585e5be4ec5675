/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>

#include "weir-canvas-signs.h"
#include "weir-preferences.h"
#include "weir-workflow-page-private.h"

/* Breakpoints are kept for each workflow beside what else this person likes, and are given to each run that is played here. */

/* (transfer full) (nullable) */
static char *
get_group (WeirWorkflowPage *self)
{
  const char *id = self->workflow != NULL ? weir_workflow_get_id (self->workflow) : NULL;

  return id != NULL ? g_strconcat ("breakpoints ", id, NULL) : NULL;
}

typedef void (*BlockFunc) (WeirBlock *block, const char *condition, gpointer user_data);

static void
for_each (WeirGraph *graph, BlockFunc func, gpointer user_data)
{
  for (guint i = 0; i < weir_graph_get_n_blocks (graph); i++)
    {
      WeirBlock *block = weir_graph_get_block (graph, i);
      const char *condition = weir_breakpoint_get (block);

      if (condition != NULL)
        func (block, condition, user_data);
      if (weir_block_get_body (block) != NULL)
        for_each (weir_block_get_body (block), func, user_data);
    }
}

static void
add_option (WeirBlock *block, const char *condition, gpointer user_data)
{
  weir_builder_set_take (user_data, weir_block_get_path (block), weir_value_new_text (condition));
}

/**
 * weir_workflow_page_make_play_options:
 * @self: a page with a workflow
 *
 * Returns: (transfer full) (nullable): what a run is played with beside its inputs: breakpoints
 */
WeirValue *
weir_workflow_page_make_play_options (WeirWorkflowPage *self)
{
  WeirBuilder *breakpoints = weir_record_builder_new (2), *options;
  g_autoptr(WeirValue) all = NULL;

  for_each (weir_workflow_get_graph (self->workflow), add_option, breakpoints);
  all = weir_builder_end (breakpoints);
  if (weir_value_get_length (all) == 0)
    return NULL;
  options = weir_record_builder_new (1);
  weir_builder_set (options, "breakpoints", all);
  return weir_builder_end (options);
}

static void
keep (WeirBlock *block, const char *condition, gpointer user_data)
{
  weir_preferences_set (user_data, weir_block_get_path (block), condition);
}

/* What was set or taken away counts for the run in progress, too. */
static void
tell_run (WeirWorkflowPage *self, char **before)
{
  g_autoptr(WeirValue) options = weir_workflow_page_make_play_options (self);
  WeirValue *now = options != NULL ? weir_value_get_item (options, 0) : NULL;

  if (self->run == NULL || weir_run_status_is_final (weir_run_get_status (self->run)))
    return;
  for (guint i = 0; before[i] != NULL; i++)
    if (now == NULL || weir_value_find_member (now, before[i]) == NULL)
      weir_run_set_breakpoint (self->run, before[i], NULL, NULL);
  /* A block that came after the run began is not part of it. */
  for (gsize i = 0; now != NULL && i < weir_value_get_length (now); i++)
    weir_run_set_breakpoint (self->run, weir_value_get_key (now, i),
                             weir_value_get_text (weir_value_get_item (now, i), NULL), NULL);
}

static void
breakpoints_changed_cb (WeirWorkflowPage *self)
{
  g_autofree char *group = get_group (self);
  g_auto(GStrv) before = group != NULL ? weir_preferences_list (group) : g_new0 (char *, 1);

  if (self->workflow == NULL)
    return;
  tell_run (self, before);
  for (guint i = 0; before[i] != NULL; i++)
    weir_preferences_set (group, before[i], NULL);
  if (group != NULL)
    for_each (weir_workflow_get_graph (self->workflow), keep, group);
}

/**
 * weir_workflow_page_load_breakpoints:
 * @self: a page with a workflow, before the canvas shows it
 *
 * Puts the breakpoints that were kept on their blocks.
 */
void
weir_workflow_page_load_breakpoints (WeirWorkflowPage *self)
{
  g_autofree char *group = get_group (self);
  g_auto(GStrv) paths = group != NULL ? weir_preferences_list (group) : g_new0 (char *, 1);

  for (guint i = 0; paths[i] != NULL; i++)
    {
      WeirBlock *block = weir_workflow_find_block (self->workflow, paths[i]);
      g_autofree char *condition = weir_preferences_get (group, paths[i]);

      if (block != NULL)
        weir_breakpoint_set (block, condition);
    }
}

/* The first step that a breakpoint holds in the run in progress. */
static const WeirStepInfo *
find_held (WeirWorkflowPage *self, WeirBlock **block)
{
  WeirRunState *state = weir_workflow_page_shows_live_run (self) ? weir_run_view_get_state (self->view) : NULL;
  g_autoptr(WeirValue) options = state != NULL ? weir_workflow_page_make_play_options (self) : NULL;

  /* Most workflows have none, and then nobody looks through a million steps. */
  for (guint i = 0; options != NULL && i < weir_run_state_get_n_steps (state); i++)
    {
      const WeirStepInfo *step = weir_run_state_get_step (state, i);

      if (step == NULL || step->status != WEIR_STEP_SUSPENDED)
        continue;
      *block = weir_workflow_page_find_block_of (self, step);
      if (*block != NULL && weir_breakpoint_get (*block) != NULL)
        return step;
    }
  return NULL;
}

/**
 * weir_workflow_page_show_held:
 * @self: a page
 *
 * Returns: whether the notice now speaks of a breakpoint that holds a block
 */
gboolean
weir_workflow_page_show_held (WeirWorkflowPage *self)
{
  WeirBlock *block;
  const WeirStepInfo *step = find_held (self, &block);
  g_autofree char *text = NULL;

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "run.continue", step != NULL);
  if (step == NULL)
    return FALSE;
  text = g_strdup_printf (_("Held before “%s” by a breakpoint"), weir_block_get_title (block));
  weir_notice_show (self->notice, "media-playback-pause-symbolic", text,
                    &(WeirNoticeButton) { _("Continue"), "run.continue" },
                    &(WeirNoticeButton) { _("Show Block"), "run.show-held" }, FALSE);
  return TRUE;
}

static void
continue_cb (GtkWidget *widget, const char *action, GVariant *target)
{
  WeirWorkflowPage *self = WEIR_WORKFLOW_PAGE (widget);
  WeirBlock *block;
  const WeirStepInfo *step = find_held (self, &block);
  g_autoptr(GError) error = NULL;

  if (step != NULL && !weir_run_resume_part (self->run, step->scope, step->block, &error))
    weir_workflow_page_toast (self, error->message);
}

static void
show_held_cb (GtkWidget *widget, const char *action, GVariant *target)
{
  WeirWorkflowPage *self = WEIR_WORKFLOW_PAGE (widget);
  WeirBlock *block;

  if (find_held (self, &block) == NULL)
    return;
  adw_view_stack_set_visible_child_name (self->pages, "design");
  if (weir_block_get_graph (block) != weir_canvas_get_graph (self->canvas))
    weir_canvas_set_graph (self->canvas, weir_block_get_graph (block));
  weir_canvas_select_block (self->canvas, block, FALSE);
  weir_canvas_reveal_block (self->canvas, block);
}

/**
 * weir_workflow_page_follow_breakpoints:
 * @self: a page with a canvas
 *
 * Keeps what is set on the canvas from now on.
 */
void
weir_workflow_page_follow_breakpoints (WeirWorkflowPage *self)
{
  g_signal_connect_object (self->canvas, "breakpoints-changed", G_CALLBACK (breakpoints_changed_cb), self,
                           G_CONNECT_SWAPPED);
}

/**
 * weir_workflow_page_install_breakpoints:
 * @widget_class: the class of the page
 *
 * Adds the actions of this file.
 */
void
weir_workflow_page_install_breakpoints (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "run.continue", NULL, continue_cb);
  gtk_widget_class_install_action (widget_class, "run.show-held", NULL, show_held_cb);
}
