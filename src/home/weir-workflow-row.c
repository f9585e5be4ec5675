/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-workflow-row.h"

#include <glib/gi18n.h>

#include "weir-words.h"

struct _WeirWorkflowRow
{
  GtkListBoxRow parent_instance;

  GtkImage         *icon;
  GtkLabel         *title;
  GtkLabel         *subtitle;
  WeirWorkflowInfo *info;
  WeirRun          *run;
  guint             update_id;
};

G_DEFINE_FINAL_TYPE (WeirWorkflowRow, weir_workflow_row, GTK_TYPE_LIST_BOX_ROW)

/* A busy run changes thousands of times a second; words need not. */
#define UPDATE_MS 200

static void
show_state (WeirWorkflowRow *self,
            WeirRunStatus    status,
            const char      *words)
{
  const char *classes[] = { "state-icon", weir_class_of_run_status (status), NULL };

  gtk_image_set_from_icon_name (self->icon, weir_icon_of_run_status (status));
  gtk_widget_set_css_classes (GTK_WIDGET (self->icon), classes);
  gtk_label_set_text (self->subtitle, words);
}

/* "running · 3 of 12": blocks of the root graph that have come to an end. */
static char *
describe_live (WeirRun *run)
{
  WeirRunState *state = weir_run_get_state (run);
  WeirGraph *graph = weir_workflow_get_graph (weir_run_get_workflow (run));
  guint n_blocks = weir_graph_get_n_blocks (graph), n_ended = 0;

  for (guint i = 0; i < n_blocks; i++)
    {
      const WeirStepInfo *step = weir_run_state_find_step (state, 0, weir_block_get_id (weir_graph_get_block (graph, i)));

      if (step != NULL && step->ended_at > 0)
        n_ended++;
    }
  return g_strdup_printf (_("%s · %u of %u"), weir_words_of_run_status (weir_run_get_status (run)), n_ended, n_blocks);
}

static void
update (WeirWorkflowRow *self)
{
  WeirRunInfo *last = weir_workflow_info_get_last_run (self->info);
  g_autofree char *words = NULL;
  g_autofree char *label = NULL;

  gtk_label_set_text (self->title, weir_workflow_info_get_name (self->info));
  if (self->run != NULL && !weir_run_status_is_final (weir_run_get_status (self->run)))
    {
      words = describe_live (self->run);
      show_state (self, weir_run_get_status (self->run), words);
    }
  else if (last != NULL)
    {
      WeirRunStatus status = self->run != NULL ? weir_run_get_status (self->run) : weir_run_info_get_status (last);
      gint64 at = weir_run_info_get_ended_at (last) > 0 ? weir_run_info_get_ended_at (last) : weir_run_info_get_created_at (last);
      g_autofree char *when = weir_words_of_time (at);

      words = weir_run_info_get_n_undone (last) > 0 && weir_run_info_get_n_effects (last) == 0
                ? g_strdup_printf (_("undone · %s %s"), weir_words_of_run_status (status), when)
                : g_strdup_printf ("%s %s", weir_words_of_run_status (status), when);
      show_state (self, status, words);
    }
  else
    {
      show_state (self, WEIR_RUN_CREATED, _("never run"));
      gtk_image_set_from_icon_name (self->icon, "content-loading-symbolic");
    }

  label = g_strdup_printf ("%s, %s", weir_workflow_info_get_name (self->info), gtk_label_get_text (self->subtitle));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static gboolean
update_cb (gpointer user_data)
{
  WeirWorkflowRow *self = user_data;

  self->update_id = 0;
  update (self);
  return G_SOURCE_REMOVE;
}

static void
run_changed_cb (WeirWorkflowRow *self)
{
  if (self->update_id == 0)
    self->update_id = g_timeout_add (UPDATE_MS, update_cb, self);
}

static void
weir_workflow_row_dispose (GObject *object)
{
  WeirWorkflowRow *self = WEIR_WORKFLOW_ROW (object);

  g_clear_handle_id (&self->update_id, g_source_remove);
  if (self->run != NULL)
    g_signal_handlers_disconnect_by_data (self->run, self);
  g_clear_object (&self->run);
  gtk_widget_dispose_template (GTK_WIDGET (self), WEIR_TYPE_WORKFLOW_ROW);
  g_clear_object (&self->info);
  G_OBJECT_CLASS (weir_workflow_row_parent_class)->dispose (object);
}

static void
weir_workflow_row_class_init (WeirWorkflowRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = weir_workflow_row_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/weirstudio/Weir/weir-workflow-row.ui");
  gtk_widget_class_bind_template_child (widget_class, WeirWorkflowRow, icon);
  gtk_widget_class_bind_template_child (widget_class, WeirWorkflowRow, title);
  gtk_widget_class_bind_template_child (widget_class, WeirWorkflowRow, subtitle);
}

static void
weir_workflow_row_init (WeirWorkflowRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * weir_workflow_row_new:
 * @info: a workflow of the store
 *
 * Returns: (transfer floating): a row
 */
GtkWidget *
weir_workflow_row_new (WeirWorkflowInfo *info)
{
  WeirWorkflowRow *self = g_object_new (WEIR_TYPE_WORKFLOW_ROW, NULL);

  self->info = g_object_ref (info);
  update (self);
  return GTK_WIDGET (self);
}

/**
 * weir_workflow_row_get_id:
 * @self: a row
 *
 * Returns: (transfer none): the workflow's id
 */
const char *
weir_workflow_row_get_id (WeirWorkflowRow *self)
{
  return weir_workflow_info_get_id (self->info);
}

/**
 * weir_workflow_row_get_name:
 * @self: a row
 *
 * Returns: (transfer none): the workflow's name
 */
const char *
weir_workflow_row_get_name (WeirWorkflowRow *self)
{
  return weir_workflow_info_get_name (self->info);
}

/**
 * weir_workflow_row_set_info:
 * @self: a row
 * @info: what the store says now of the same workflow
 */
void
weir_workflow_row_set_info (WeirWorkflowRow  *self,
                            WeirWorkflowInfo *info)
{
  g_set_object (&self->info, info);
  update (self);
}

/**
 * weir_workflow_row_set_run:
 * @self: a row
 * @run: (nullable): a live run of the workflow
 */
void
weir_workflow_row_set_run (WeirWorkflowRow *self,
                           WeirRun         *run)
{
  if (run == self->run)
    return;
  if (self->run != NULL)
    g_signal_handlers_disconnect_by_data (self->run, self);
  g_set_object (&self->run, run);
  if (run != NULL)
    {
      g_signal_connect_object (run, "changed", G_CALLBACK (run_changed_cb), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (run, "notify::status", G_CALLBACK (run_changed_cb), self, G_CONNECT_SWAPPED);
    }
  update (self);
}
