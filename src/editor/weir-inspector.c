/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-inspector.h"

#include <glib/gi18n.h>

#include "weir-block-effects.h"
#include "weir-block-run.h"
#include "weir-block-settings.h"
#include "weir-kind-item.h"
#include "weir-link-properties.h"
#include "weir-words.h"
#include "weir-workflow-properties.h"

struct _WeirInspector
{
  AdwBin parent_instance;

  GtkStack     *stack;
  AdwBin       *workflow_bin;
  AdwBin       *link_bin;
  AdwBin       *icon_bin;
  GtkLabel     *title;
  GtkLabel     *subtitle;
  AdwViewStack *tabs;
  AdwBin       *settings_bin;
  WeirBlockRun *block_run;
  WeirBlockEffects *block_effects;

  WeirEngine   *engine;
  WeirWorkflow *workflow;
  WeirRunView  *view;
  WeirBlock    *block;
  const WeirBlockKind *kind;   /* that the form is for; NULL if nobody knows it */
  GListModel   *problems;
};

G_DEFINE_FINAL_TYPE (WeirInspector, weir_inspector, ADW_TYPE_BIN)

static void
update_header (WeirInspector *self)
{
  WeirBlockSummary summary = { 0 };
  g_autofree char *text = NULL;

  if (self->block == NULL)
    return;
  if (self->view != NULL)
    weir_run_state_summarize_block (weir_run_view_get_state (self->view), weir_block_get_path (self->block), &summary);

  if (summary.last == NULL)
    text = g_strdup (weir_block_get_kind_id (self->block));
  else if (summary.n_steps > 1)
    text = g_strdup_printf (_("%s · %u times · %s"), weir_block_get_kind_id (self->block), summary.n_steps,
                            weir_words_of_step_status (summary.status));
  else
    text = g_strdup_printf ("%s · %s", weir_block_get_kind_id (self->block), weir_words_of_step_status (summary.status));
  gtk_label_set_text (self->subtitle, text);
  gtk_label_set_text (self->title, weir_block_get_title (self->block));
}

/* Only the tab in sight is brought up to date: an event must not cost three forms. */
static void
update_tabs (WeirInspector *self)
{
  const char *tab = adw_view_stack_get_visible_child_name (self->tabs);
  GtkWidget *link = adw_bin_get_child (self->link_bin);

  if (link != NULL)
    weir_link_properties_show_run (WEIR_LINK_PROPERTIES (link), self->view);
  update_header (self);
  if (g_strcmp0 (tab, "run") == 0)
    weir_block_run_show (self->block_run, self->view, self->block);
  else if (g_strcmp0 (tab, "effects") == 0)
    weir_block_effects_show (self->block_effects, self->engine, self->view, self->block);
}

static void
fill_block (WeirInspector *self)
{
  self->kind = weir_block_get_kind (self->block);
  adw_bin_set_child (self->icon_bin, weir_kind_make_icon (self->kind, 40));
  adw_bin_set_child (self->settings_bin, weir_block_settings_new (self->workflow, self->block));
  if (self->problems != NULL)
    weir_inspector_set_problems (self, self->problems);
}

/* Another kind, as after an edit of the text, has other settings. */
static void
block_changed_cb (WeirInspector *self)
{
  if (self->kind != weir_block_get_kind (self->block))
    fill_block (self);
  update_header (self);
}

static void
clear_block (WeirInspector *self)
{
  if (self->block != NULL)
    g_signal_handlers_disconnect_by_func (self->block, block_changed_cb, self);
  g_clear_object (&self->block);
  adw_bin_set_child (self->settings_bin, NULL);
}

static void
weir_inspector_dispose (GObject *object)
{
  WeirInspector *self = WEIR_INSPECTOR (object);

  if (self->view != NULL)
    g_signal_handlers_disconnect_by_data (self->view, self);
  if (self->block != NULL)
    g_signal_handlers_disconnect_by_data (self->block, self);
  /* Else the template would unparent the stack behind the back of the bin. */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), WEIR_TYPE_INSPECTOR);
  g_clear_object (&self->engine);
  g_clear_object (&self->workflow);
  g_clear_object (&self->view);
  g_clear_object (&self->block);
  g_clear_object (&self->problems);
  G_OBJECT_CLASS (weir_inspector_parent_class)->dispose (object);
}

static void
weir_inspector_class_init (WeirInspectorClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = weir_inspector_dispose;
  g_type_ensure (WEIR_TYPE_BLOCK_RUN);
  g_type_ensure (WEIR_TYPE_BLOCK_EFFECTS);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/weirstudio/Weir/weir-inspector.ui");
  gtk_widget_class_bind_template_child (widget_class, WeirInspector, stack);
  gtk_widget_class_bind_template_child (widget_class, WeirInspector, workflow_bin);
  gtk_widget_class_bind_template_child (widget_class, WeirInspector, link_bin);
  gtk_widget_class_bind_template_child (widget_class, WeirInspector, icon_bin);
  gtk_widget_class_bind_template_child (widget_class, WeirInspector, title);
  gtk_widget_class_bind_template_child (widget_class, WeirInspector, subtitle);
  gtk_widget_class_bind_template_child (widget_class, WeirInspector, tabs);
  gtk_widget_class_bind_template_child (widget_class, WeirInspector, settings_bin);
  gtk_widget_class_bind_template_child (widget_class, WeirInspector, block_run);
  gtk_widget_class_bind_template_child (widget_class, WeirInspector, block_effects);
  gtk_widget_class_bind_template_callback (widget_class, update_tabs);
}

static void
weir_inspector_init (WeirInspector *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * weir_inspector_new:
 *
 * Returns: (transfer floating): an empty inspector
 */
GtkWidget *
weir_inspector_new (void)
{
  return g_object_new (WEIR_TYPE_INSPECTOR, NULL);
}

/**
 * weir_inspector_set_engine:
 * @self: an inspector
 * @engine: (nullable): what effects are asked of
 */
void
weir_inspector_set_engine (WeirInspector *self,
                           WeirEngine    *engine)
{
  g_set_object (&self->engine, engine);
}

/**
 * weir_inspector_set_workflow:
 * @self: an inspector
 * @workflow: (nullable): the workflow that is edited
 *
 * Shows the workflow's own properties, nothing selected.
 */
void
weir_inspector_set_workflow (WeirInspector *self,
                             WeirWorkflow  *workflow)
{
  clear_block (self);
  adw_bin_set_child (self->link_bin, NULL);
  g_set_object (&self->workflow, workflow);
  adw_bin_set_child (self->workflow_bin, workflow != NULL ? weir_workflow_properties_new (workflow) : NULL);
  gtk_stack_set_visible_child_name (self->stack, "workflow");
}

/**
 * weir_inspector_set_view:
 * @self: an inspector
 * @view: (nullable): the run that is shown
 *
 * Follows the run in Last Run and Effects.
 */
void
weir_inspector_set_view (WeirInspector *self,
                         WeirRunView   *view)
{
  if (self->view != NULL)
    g_signal_handlers_disconnect_by_func (self->view, update_tabs, self);
  g_set_object (&self->view, view);
  if (view != NULL)
    {
      g_signal_connect_object (view, "changed", G_CALLBACK (update_tabs), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (view, "notify::seq", G_CALLBACK (update_tabs), self, G_CONNECT_SWAPPED);
    }
  update_tabs (self);
}

/**
 * weir_inspector_select:
 * @self: an inspector
 * @block: (nullable): the selected block
 * @link: (nullable): the selected link
 *
 * Shows what is selected; neither shows the workflow.
 */
void
weir_inspector_select (WeirInspector *self,
                       WeirBlock     *block,
                       WeirLink      *link)
{
  if (block != NULL && block == self->block)
    return;

  clear_block (self);
  adw_bin_set_child (self->link_bin, NULL);
  if (self->workflow == NULL)
    return;

  if (block != NULL)
    {
      self->block = g_object_ref (block);
      g_signal_connect_object (block, "changed", G_CALLBACK (block_changed_cb), self, G_CONNECT_SWAPPED);
      fill_block (self);
      update_tabs (self);
      gtk_stack_set_visible_child_name (self->stack, "block");
    }
  else if (link != NULL)
    {
      adw_bin_set_child (self->link_bin, weir_link_properties_new (self->workflow, link));
      update_tabs (self);
      gtk_stack_set_visible_child_name (self->stack, "link");
    }
  else
    gtk_stack_set_visible_child_name (self->stack, "workflow");
}

/**
 * weir_inspector_set_problems:
 * @self: an inspector
 * @problems: of WeirProblem, of the whole workflow
 *
 * Marks the rows that something is wrong with.
 */
void
weir_inspector_set_problems (WeirInspector *self,
                             GListModel    *problems)
{
  GtkWidget *settings = adw_bin_get_child (self->settings_bin);

  g_set_object (&self->problems, problems);
  if (settings != NULL)
    weir_block_settings_set_problems (WEIR_BLOCK_SETTINGS (settings), problems);
}

/**
 * weir_inspector_focus_field:
 * @self: an inspector
 * @field: (nullable): a setting of the selected block; %NULL for the first
 *
 * Opens Settings and puts the keyboard into a row.
 */
void
weir_inspector_focus_field (WeirInspector *self,
                            const char    *field)
{
  GtkWidget *settings = adw_bin_get_child (self->settings_bin);

  if (settings == NULL)
    return;
  adw_view_stack_set_visible_child_name (self->tabs, "settings");
  weir_block_settings_focus_field (WEIR_BLOCK_SETTINGS (settings), field);
}

/**
 * weir_inspector_show_run:
 * @self: an inspector
 *
 * Opens what the selected block did last.
 */
void
weir_inspector_show_run (WeirInspector *self)
{
  adw_view_stack_set_visible_child_name (self->tabs, "run");
}
