/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include <glib/gi18n.h>

#include "weir-edit-name.h"
#include "weir-demo.h"
#include "weir-toast.h"
#include "weir-workflow-page-private.h"

G_DEFINE_FINAL_TYPE (WeirWorkflowPage, weir_workflow_page, ADW_TYPE_BREAKPOINT_BIN)

enum { PROP_0, PROP_SHOW_SIDEBAR, N_PROPS };
static GParamSpec *properties[N_PROPS];

/* Checking a workflow of a thousand blocks at each letter typed would be felt. */
#define VALIDATE_AFTER_MS 120

/**
 * weir_workflow_page_toast:
 * @self: a page
 * @message: a sentence
 *
 * Shows a message for a moment.
 */
void
weir_workflow_page_toast (WeirWorkflowPage *self,
                          const char       *message)
{
  weir_toast_show (GTK_WIDGET (self), message, NULL);
}

/* Problems */

static void
show_problem_count (WeirWorkflowPage *self)
{
  guint n_problems = g_list_model_get_n_items (self->problems);
  g_autofree char *count = g_strdup_printf ("%u", n_problems);
  g_autofree char *label = g_strdup_printf (ngettext ("%u problem", "%u problems", n_problems), n_problems);

  gtk_widget_set_visible (self->problems_button, n_problems > 0);
  adw_button_content_set_label (self->problems_content, count);
  adw_button_content_set_icon_name (self->problems_content, self->n_errors > 0 ? "dialog-error-symbolic" : "dialog-warning-symbolic");
  gtk_widget_set_tooltip_text (self->problems_button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->problems_button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  if (n_problems == 0)
    gtk_popover_popdown (self->problems_popover);
}

/**
 * weir_workflow_page_validate:
 * @self: a page
 *
 * Checks the workflow now, and shows what is wrong in list, inspector and run controls.
 */
void
weir_workflow_page_validate (WeirWorkflowPage *self)
{
  g_clear_handle_id (&self->validate_id, g_source_remove);
  g_clear_object (&self->problems);
  self->n_errors = 0;
  if (self->workflow == NULL)
    return;

  /* That there are no blocks yet is no mistake; the canvas says what to do. */
  if (weir_graph_get_n_blocks (weir_workflow_get_graph (self->workflow)) > 0)
    self->problems = weir_workflow_validate (self->workflow);
  else
    self->problems = G_LIST_MODEL (g_list_store_new (WEIR_TYPE_PROBLEM));
  for (guint i = 0; i < g_list_model_get_n_items (self->problems); i++)
    {
      g_autoptr(WeirProblem) problem = g_list_model_get_item (self->problems, i);

      if (weir_problem_get_severity (problem) == WEIR_SEVERITY_ERROR)
        self->n_errors++;
    }
  weir_problems_list_set_model (self->problems_list, self->workflow, self->problems);
  weir_inspector_set_problems (self->inspector, self->problems);
  weir_canvas_set_problems (self->canvas, self->workflow, self->problems);
  show_problem_count (self);
  weir_workflow_page_update_verbs (self);
}

static gboolean
validate_cb (gpointer user_data)
{
  WeirWorkflowPage *self = user_data;

  self->validate_id = 0;
  weir_workflow_page_validate (self);
  return G_SOURCE_REMOVE;
}

/* Selection, the same in canvas, inspector and run panel */

static void
selection_changed_cb (WeirWorkflowPage *self)
{
  WeirBlock *block = weir_canvas_get_selected_block (self->canvas);
  WeirLink *link = block == NULL ? weir_canvas_get_selected_link (self->canvas) : NULL;

  weir_inspector_select (self->inspector, block, link);
  weir_workflow_page_update_part (self);
  weir_workflow_page_show_in_text (self);
  if (self->syncing)
    return;
  self->syncing = TRUE;
  weir_run_panel_set_selected_block (self->run_panel, block != NULL ? weir_block_get_path (block) : NULL);
  self->syncing = FALSE;
}

static void
panel_selection_changed_cb (WeirWorkflowPage *self)
{
  const char *path = weir_run_panel_get_selected_block (self->run_panel);
  WeirBlock *block = path != NULL && self->workflow != NULL ? weir_workflow_find_block (self->workflow, path) : NULL;

  if (self->syncing || block == NULL)
    return;
  self->syncing = TRUE;
  weir_canvas_select_block (self->canvas, block, FALSE);
  weir_canvas_reveal_block (self->canvas, block);
  self->syncing = FALSE;
}

static void
step_activated_cb (WeirWorkflowPage *self,
                   guint             scope,
                   const char       *block,
                   guint             firing)
{
  adw_overlay_split_view_set_show_sidebar (self->inspector_split, TRUE);
  weir_inspector_show_run (self->inspector);
}

static void
block_activated_cb (WeirWorkflowPage *self,
                    WeirBlock        *block)
{
  adw_overlay_split_view_set_show_sidebar (self->inspector_split, TRUE);
  weir_inspector_focus_field (self->inspector, NULL);
}

/* Below this, cards cannot be read: a long graph is rather shown from its beginning. */
#define READABLE_ZOOM 0.42
#define FIT_MARGIN 48.0

static void
show_beginning (WeirCanvas *canvas)
{
  WeirGraph *graph = weir_canvas_get_graph (canvas);
  WeirViewport *viewport = weir_canvas_get_viewport (canvas);
  WeirWorkflow *workflow = weir_canvas_get_workflow (canvas);
  double left = G_MAXDOUBLE, top = G_MAXDOUBLE, zoom = READABLE_ZOOM * weir_canvas_get_unit (canvas);

  for (guint i = 0; i < weir_graph_get_n_blocks (graph); i++)
    {
      double x, y;

      weir_block_get_position (weir_graph_get_block (graph, i), &x, &y);
      left = MIN (left, x);
      top = MIN (top, y);
    }
  for (guint i = 0; weir_graph_get_container (graph) == NULL && i < weir_workflow_get_n_notes (workflow); i++)
    {
      left = MIN (left, weir_workflow_get_note (workflow, i)->x);
      top = MIN (top, weir_workflow_get_note (workflow, i)->y);
    }

  weir_viewport_zoom_at (viewport, zoom, 0, 0);
  weir_viewport_set_origin (viewport, left - FIT_MARGIN / zoom, top - FIT_MARGIN / zoom);
}

static gboolean
fit_cb (GtkWidget     *widget,
        GdkFrameClock *clock,
        gpointer       user_data)
{
  WeirCanvas *canvas = WEIR_CANVAS (widget);

  if (gtk_widget_get_height (widget) == GPOINTER_TO_INT (user_data))
    return G_SOURCE_CONTINUE;
  weir_canvas_zoom_to_fit (canvas);
  if (weir_canvas_get_graph (canvas) != NULL && weir_canvas_get_zoom (canvas) < READABLE_ZOOM * weir_canvas_get_unit (canvas))
    show_beginning (canvas);
  return G_SOURCE_REMOVE;
}

/**
 * weir_workflow_page_fit:
 * @self: a page
 * @height: the height of the canvas before it changes, 0 if it has none yet
 *
 * Brings the graph into sight: whole, or its beginning if it would be too small to read.
 */
void
weir_workflow_page_fit (WeirWorkflowPage *self,
                        int               height)
{
  gtk_widget_add_tick_callback (GTK_WIDGET (self->canvas), fit_cb, GINT_TO_POINTER (height), NULL);
}

/* Editing */

static void
update_history (WeirWorkflowPage *self)
{
  gboolean can_undo = self->workflow != NULL && weir_workflow_can_undo (self->workflow);
  gboolean can_redo = self->workflow != NULL && weir_workflow_can_redo (self->workflow);
  g_autofree char *done = weir_edit_name_to_display (can_undo ? weir_workflow_get_undo_name (self->workflow) : NULL);
  g_autofree char *undone = weir_edit_name_to_display (can_redo ? weir_workflow_get_redo_name (self->workflow) : NULL);
  g_autofree char *undo = can_undo ? g_strdup_printf (_("Undo: %s (Ctrl+Z)"), done)
                                   : g_strdup (_("Nothing to Undo"));
  g_autofree char *redo = can_redo ? g_strdup_printf (_("Redo: %s (Ctrl+Shift+Z)"), undone)
                                   : g_strdup (_("Nothing to Redo"));

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "edit.undo", can_undo);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "edit.redo", can_redo);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "edit.history", can_undo || can_redo);
  gtk_widget_set_tooltip_text (self->undo_button, undo);
  gtk_widget_set_tooltip_text (self->redo_button, redo);
}

static void
workflow_changed_cb (WeirWorkflowPage *self)
{
  update_history (self);
  weir_workflow_page_schedule_save (self);
  if (self->validate_id == 0)
    self->validate_id = g_timeout_add (VALIDATE_AFTER_MS, validate_cb, self);
}

static void
undo_cb (GtkWidget  *widget,
         const char *action,
         GVariant   *target)
{
  gtk_widget_activate_action (GTK_WIDGET (WEIR_WORKFLOW_PAGE (widget)->canvas), "canvas.undo", NULL);
}

static void
redo_cb (GtkWidget  *widget,
         const char *action,
         GVariant   *target)
{
  gtk_widget_activate_action (GTK_WIDGET (WEIR_WORKFLOW_PAGE (widget)->canvas), "canvas.redo", NULL);
}

/* Panes and pages */

static void
toggle_split (AdwOverlaySplitView *split)
{
  adw_overlay_split_view_set_show_sidebar (split, !adw_overlay_split_view_get_show_sidebar (split));
}

static void
toggle_library_cb (GtkWidget  *widget,
                   const char *action,
                   GVariant   *target)
{
  WeirWorkflowPage *self = WEIR_WORKFLOW_PAGE (widget);

  gboolean outline = g_str_equal (action, "view.outline");
  const char *page = outline ? "outline" : "library";

  /* The other page of the side is no reason to close it. */
  if (!adw_overlay_split_view_get_show_sidebar (self->library_split)
      || g_strcmp0 (adw_view_stack_get_visible_child_name (self->side), page) == 0)
    toggle_split (self->library_split);
  adw_view_stack_set_visible_child_name (self->side, page);
  if (!adw_overlay_split_view_get_show_sidebar (self->library_split))
    gtk_widget_grab_focus (GTK_WIDGET (self->canvas));
  else if (outline)
    gtk_widget_grab_focus (adw_bin_get_child (self->outline_place));
  else
    weir_kind_list_focus_search (self->library);
}

static void
toggle_inspector_cb (GtkWidget  *widget,
                     const char *action,
                     GVariant   *target)
{
  toggle_split (WEIR_WORKFLOW_PAGE (widget)->inspector_split);
}

static void
toggle_run_panel_cb (GtkWidget  *widget,
                     const char *action,
                     GVariant   *target)
{
  GtkWidget *panel = GTK_WIDGET (WEIR_WORKFLOW_PAGE (widget)->run_panel);

  gtk_widget_set_visible (panel, !gtk_widget_get_visible (panel));
}

static void
show_page_cb (GtkWidget  *widget,
              const char *action,
              GVariant   *target)
{
  adw_view_stack_set_visible_child_name (WEIR_WORKFLOW_PAGE (widget)->pages, action + strlen ("view."));
}

static void
page_changed_cb (WeirWorkflowPage *self)
{
  const char *page = adw_view_stack_get_visible_child_name (self->pages);

  if (self->workflow == NULL || self->engine == NULL || weir_workflow_get_id (self->workflow) == NULL)
    return;
  if (g_strcmp0 (page, "versions") == 0)
    weir_workflow_page_reload_versions (self);
  else if (g_strcmp0 (page, "runs") == 0)
    weir_run_list_reload (self->run_list);
}

static void
run_activated_cb (WeirWorkflowPage *self,
                  gint64            run)
{
  adw_view_stack_set_visible_child_name (self->pages, "design");
  weir_workflow_page_show_run (self, run);
}

static void
version_activated_cb (WeirWorkflowPage *self,
                      guint             version)
{
  weir_workflow_page_restore (self, version);
}

static void
notice_dismissed_cb (WeirWorkflowPage *self)
{
  self->dismissed = self->view != NULL ? weir_run_view_get_run_id (self->view) : 0;
}

/* The store cannot write: said for as long as it lasts. */
static void
trouble_cb (WeirWorkflowPage *self,
            const char       *message)
{
  if (message != NULL)
    adw_banner_set_title (self->trouble, message);
  adw_banner_set_revealed (self->trouble, message != NULL);
}

static void
undone_cb (WeirWorkflowPage *self,
           gint64            run)
{
  weir_run_list_reload (self->run_list);
  weir_workflow_page_update_verbs (self);
}

/* The object */

static void
add_shortcuts (WeirWorkflowPage *self)
{
  static const struct { const char *trigger, *action; } keys[] = {
    { "F5", "run.play-or-resume" }, { "F6", "run.pause" }, { "<Shift>F5", "run.stop" }, { "<Control><Shift>F5", "run.force-stop" },
    { "<Control>z", "edit.undo" }, { "<Control><Shift>z", "edit.redo" }, { "<Control>y", "edit.redo" },
    { "<Control>h", "edit.history" }, { "<Control>g", "edit.make-block" }, { "<Control><Shift>g", "edit.unpack" },
    { "<Control>k", "view.palette" }, { "<Control><Shift>p", "view.commands" }, { "F7", "view.library" }, { "<Shift>F7", "view.outline" }, { "F8", "view.run-panel" },
    { "<Alt>Return", "view.inspector" }, { "<Control>u", "view.text" }, { "<Control>s", "file.save" },
    { "<Control><Shift>s", "workflow.name-version" },
    { "<Alt>Up", "view.up" }, { "<Alt>1", "view.design" }, { "<Alt>2", "view.runs" }, { "<Alt>3", "view.versions" },
  };
  GtkEventController *controller = gtk_shortcut_controller_new ();

  gtk_shortcut_controller_set_scope (GTK_SHORTCUT_CONTROLLER (controller), GTK_SHORTCUT_SCOPE_GLOBAL);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (controller),
                                          gtk_shortcut_new (gtk_shortcut_trigger_parse_string (keys[i].trigger),
                                                            gtk_named_action_new (keys[i].action)));
  gtk_widget_add_controller (GTK_WIDGET (self), controller);
}

static void
weir_workflow_page_get_property (GObject    *object,
                                 guint       id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  g_value_set_boolean (value, WEIR_WORKFLOW_PAGE (object)->show_sidebar);
}

static void
weir_workflow_page_set_property (GObject      *object,
                                 guint         id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  WeirWorkflowPage *self = WEIR_WORKFLOW_PAGE (object);

  if (self->show_sidebar == g_value_get_boolean (value))
    return;
  self->show_sidebar = g_value_get_boolean (value);
  g_object_notify_by_pspec (object, properties[PROP_SHOW_SIDEBAR]);
}

static void
weir_workflow_page_dispose (GObject *object)
{
  WeirWorkflowPage *self = WEIR_WORKFLOW_PAGE (object);

  g_clear_handle_id (&self->save_id, g_source_remove);
  g_clear_handle_id (&self->validate_id, g_source_remove);
  if (self->workflow != NULL)
    g_signal_handlers_disconnect_by_data (self->workflow, self);
  if (self->run != NULL)
    g_signal_handlers_disconnect_by_data (self->run, self);
  if (self->view != NULL)
    g_signal_handlers_disconnect_by_data (self->view, self);
  if (self->canvas != NULL)
    g_signal_handlers_disconnect_by_data (self->canvas, self);
  self->canvas = NULL;
  gtk_widget_dispose_template (GTK_WIDGET (self), WEIR_TYPE_WORKFLOW_PAGE);
  g_clear_object (&self->engine);
  if (self->file_link != NULL)
    g_signal_handlers_disconnect_by_data (self->file_link, self);
  g_clear_object (&self->file_link);
  g_clear_object (&self->file_version);
  g_clear_pointer (&self->file_text, g_free);
  g_clear_object (&self->workflow);
  g_clear_object (&self->problems);
  g_clear_object (&self->run);
  g_clear_object (&self->view);
  g_clear_pointer (&self->last_inputs, weir_value_unref);
  g_clear_pointer (&self->waits, g_array_unref);
  G_OBJECT_CLASS (weir_workflow_page_parent_class)->dispose (object);
}

static gboolean
weir_workflow_page_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (WEIR_WORKFLOW_PAGE (widget)->canvas));
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, WeirWorkflowPage, title);
  gtk_widget_class_bind_template_child (widget_class, WeirWorkflowPage, trouble);
  gtk_widget_class_bind_template_child (widget_class, WeirWorkflowPage, notice);
  gtk_widget_class_bind_template_child (widget_class, WeirWorkflowPage, pages);
  gtk_widget_class_bind_template_child (widget_class, WeirWorkflowPage, library_split);
  gtk_widget_class_bind_template_child (widget_class, WeirWorkflowPage, inspector_split);
  gtk_widget_class_bind_template_child (widget_class, WeirWorkflowPage, paned);
  gtk_widget_class_bind_template_child (widget_class, WeirWorkflowPage, side);
  gtk_widget_class_bind_template_child (widget_class, WeirWorkflowPage, library);
  gtk_widget_class_bind_template_child (widget_class, WeirWorkflowPage, outline_place);
  gtk_widget_class_bind_template_child (widget_class, WeirWorkflowPage, inspector);
  gtk_widget_class_bind_template_child (widget_class, WeirWorkflowPage, canvas_pane);
  gtk_widget_class_bind_template_child (widget_class, WeirWorkflowPage, run_panel);
  gtk_widget_class_bind_template_child (widget_class, WeirWorkflowPage, run_list);
  gtk_widget_class_bind_template_child (widget_class, WeirWorkflowPage, versions);
  gtk_widget_class_bind_template_child (widget_class, WeirWorkflowPage, play_button);
  gtk_widget_class_bind_template_child (widget_class, WeirWorkflowPage, pause_button);
  gtk_widget_class_bind_template_child (widget_class, WeirWorkflowPage, resume_button);
  gtk_widget_class_bind_template_child (widget_class, WeirWorkflowPage, stop_button);
  gtk_widget_class_bind_template_child (widget_class, WeirWorkflowPage, force_stop_button);
  gtk_widget_class_bind_template_child (widget_class, WeirWorkflowPage, undo_button);
  gtk_widget_class_bind_template_child (widget_class, WeirWorkflowPage, redo_button);
  gtk_widget_class_bind_template_child (widget_class, WeirWorkflowPage, path_bar);
  gtk_widget_class_bind_template_child (widget_class, WeirWorkflowPage, problems_button);
  gtk_widget_class_bind_template_child (widget_class, WeirWorkflowPage, problems_content);
  gtk_widget_class_bind_template_child (widget_class, WeirWorkflowPage, problems_popover);
  gtk_widget_class_bind_template_child (widget_class, WeirWorkflowPage, problems_list);
  gtk_widget_class_bind_template_child (widget_class, WeirWorkflowPage, page_menu);
  gtk_widget_class_bind_template_callback (widget_class, page_changed_cb);
  gtk_widget_class_bind_template_callback_full (widget_class, "kind_activated_cb",
                                                G_CALLBACK (weir_workflow_page_add_kind));
  gtk_widget_class_bind_template_callback (widget_class, step_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, undone_cb);
  gtk_widget_class_bind_template_callback (widget_class, notice_dismissed_cb);
  gtk_widget_class_bind_template_callback (widget_class, run_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, version_activated_cb);
}

static void
weir_workflow_page_class_init (WeirWorkflowPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = weir_workflow_page_get_property;
  object_class->set_property = weir_workflow_page_set_property;
  object_class->dispose = weir_workflow_page_dispose;
  widget_class->grab_focus = weir_workflow_page_grab_focus;
  properties[PROP_SHOW_SIDEBAR] = g_param_spec_boolean ("show-sidebar", NULL, NULL, FALSE,
                                                        G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_type_ensure (WEIR_TYPE_CANVAS_PANE);
  g_type_ensure (WEIR_TYPE_INSPECTOR);
  g_type_ensure (WEIR_TYPE_KIND_LIST);
  g_type_ensure (WEIR_TYPE_NOTICE);
  g_type_ensure (WEIR_TYPE_PROBLEMS_LIST);
  g_type_ensure (WEIR_TYPE_RUN_LIST);
  g_type_ensure (WEIR_TYPE_RUN_PANEL);
  g_type_ensure (WEIR_TYPE_VERSIONS_PAGE);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/weirstudio/Weir/weir-workflow-page.ui");
  bind_children (widget_class);

  gtk_widget_class_install_action (widget_class, "edit.undo", NULL, undo_cb);
  gtk_widget_class_install_action (widget_class, "edit.redo", NULL, redo_cb);
  gtk_widget_class_install_action (widget_class, "view.library", NULL, toggle_library_cb);
  gtk_widget_class_install_action (widget_class, "view.outline", NULL, toggle_library_cb);
  gtk_widget_class_install_action (widget_class, "view.inspector", NULL, toggle_inspector_cb);
  gtk_widget_class_install_action (widget_class, "view.run-panel", NULL, toggle_run_panel_cb);
  gtk_widget_class_install_action (widget_class, "view.design", NULL, show_page_cb);
  gtk_widget_class_install_action (widget_class, "view.runs", NULL, show_page_cb);
  gtk_widget_class_install_action (widget_class, "view.versions", NULL, show_page_cb);
  weir_workflow_page_install_graphs (widget_class);
  weir_workflow_page_install_run (widget_class);
  weir_workflow_page_install_save (widget_class);
  weir_workflow_page_install_versions (widget_class);
  weir_workflow_page_install_notice (widget_class);
  weir_workflow_page_install_waits (widget_class);
  weir_workflow_page_install_again (widget_class);
  weir_workflow_page_install_steps (widget_class);
  weir_workflow_page_install_delete (widget_class);
  weir_workflow_page_install_blocks (widget_class);
  weir_workflow_page_install_text (widget_class);
  weir_workflow_page_install_file (widget_class);
  weir_workflow_page_install_history (widget_class);
  weir_workflow_page_install_part (widget_class);
  weir_workflow_page_install_breakpoints (widget_class);
  weir_workflow_page_install_problems (widget_class);
}

/* The menu of the page is no child of the canvas. */
static void
add_link_styles (WeirWorkflowPage *self)
{
  g_autoptr(GSimpleActionGroup) links = g_simple_action_group_new ();
  g_autoptr(GPropertyAction) style = g_property_action_new ("style", self->canvas, "link-style");

  g_action_map_add_action (G_ACTION_MAP (links), G_ACTION (style));
  gtk_widget_insert_action_group (GTK_WIDGET (self), "links", G_ACTION_GROUP (links));
}

static void
weir_workflow_page_init (WeirWorkflowPage *self)
{
  self->waits = g_array_new (FALSE, FALSE, sizeof (guint));
  gtk_widget_init_template (GTK_WIDGET (self));
  self->canvas = weir_canvas_pane_get_canvas (self->canvas_pane);
  adw_bin_set_child (self->outline_place, weir_outline_new (self->canvas));
  g_signal_connect_object (self->canvas, "notify::selected-block", G_CALLBACK (selection_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->canvas, "notify::graph", G_CALLBACK (weir_workflow_page_update_path), self, G_CONNECT_SWAPPED);
  weir_workflow_page_follow_breakpoints (self);
  g_signal_connect_object (self->canvas, "open-container", G_CALLBACK (weir_workflow_page_open_container), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->canvas, "add-block-requested", G_CALLBACK (weir_workflow_page_request_block), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->canvas, "block-activated", G_CALLBACK (block_activated_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->canvas, "message", G_CALLBACK (weir_workflow_page_toast), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->run_panel, "notify::selected-block", G_CALLBACK (panel_selection_changed_cb), self, G_CONNECT_SWAPPED);
  add_shortcuts (self);
  add_link_styles (self);
  weir_workflow_page_update_path (self);
  update_history (self);
  weir_workflow_page_update_part (self);
  weir_workflow_page_update_verbs (self);
}

/* What was cut off goes on by itself. */
static void
run_added_cb (WeirWorkflowPage *self,
              WeirRun          *run)
{
  if (self->workflow != NULL && self->unfinished == weir_run_get_id (run))
    weir_workflow_page_find_runs (self);
}

/**
 * weir_workflow_page_set_engine:
 * @self: a page
 * @engine: (nullable): what saves and runs; %NULL when it goes away
 */
void
weir_workflow_page_set_engine (WeirWorkflowPage *self,
                               WeirEngine       *engine)
{
  if (self->engine != NULL)
    {
      g_signal_handlers_disconnect_by_func (self->engine, trouble_cb, self);
      g_signal_handlers_disconnect_by_func (self->engine, run_added_cb, self);
    }
  g_set_object (&self->engine, engine);
  adw_banner_set_revealed (self->trouble, FALSE);
  if (engine != NULL)
    {
      g_signal_connect_object (engine, "trouble", G_CALLBACK (trouble_cb), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (engine, "run-added", G_CALLBACK (run_added_cb), self, G_CONNECT_SWAPPED);
    }
  weir_run_panel_set_engine (self->run_panel, engine);
  weir_run_list_set_engine (self->run_list, engine);
  weir_inspector_set_engine (self->inspector, engine);
  weir_workflow_page_update_verbs (self);
}

/**
 * weir_workflow_page_get_workflow:
 * @self: a page
 *
 * Returns: (transfer none) (nullable): the open workflow
 */
WeirWorkflow *
weir_workflow_page_get_workflow (WeirWorkflowPage *self)
{
  return self->workflow;
}

/**
 * weir_workflow_page_set_workflow:
 * @self: a page with an engine
 * @workflow: (nullable): the workflow to open; %NULL for none
 *
 * Opens a workflow. What was open before is saved if it needs to be; its runs go on.
 */
void
weir_workflow_page_set_workflow (WeirWorkflowPage *self,
                                 WeirWorkflow     *workflow)
{
  if (self->workflow != NULL)
    {
      weir_yaml_pane_set_workflow (self->yaml_pane, NULL);
      dex_future_disown (weir_workflow_page_flush (self));
      g_signal_handlers_disconnect_by_data (self->workflow, self);
    }
  self->wanted_run = 0;
  weir_workflow_page_set_view (self, NULL);
  weir_workflow_page_set_run (self, NULL);
  g_clear_pointer (&self->last_inputs, weir_value_unref);
  self->unfinished = 0;
  g_set_object (&self->workflow, workflow);
  self->dirty = FALSE;
  if (workflow != NULL && self->engine != NULL)
    weir_engine_keep_history (self->engine, workflow);

  weir_workflow_page_load_breakpoints (self);
  weir_inspector_set_workflow (self->inspector, workflow);
  weir_canvas_set_workflow (self->canvas, workflow);
  weir_yaml_pane_set_workflow (self->yaml_pane, workflow);
  weir_workflow_page_watch_file (self);
  update_history (self);
  weir_workflow_page_validate (self);
  if (workflow == NULL)
    return;

  g_signal_connect_object (workflow, "changed", G_CALLBACK (workflow_changed_cb), self, G_CONNECT_SWAPPED);
  weir_demo_revive (workflow);
  /* Who begins with nothing needs blocks first. */
  if (weir_graph_get_n_blocks (weir_workflow_get_graph (workflow)) == 0
      && !adw_overlay_split_view_get_collapsed (self->library_split))
    adw_overlay_split_view_set_show_sidebar (self->library_split, TRUE);
  weir_workflow_page_update_title (self);
  weir_workflow_page_fit (self, 0);
  weir_run_list_set_workflow (self->run_list, weir_workflow_get_id (workflow));
  weir_workflow_page_find_runs (self);
  page_changed_cb (self);
}
