/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-sidebar.h"

#include <string.h>

#include <glib/gi18n.h>

#include "weir-workflow-row.h"

struct _WeirSidebar
{
  AdwBin parent_instance;

  GtkWidget  *search;
  GtkStack   *stack;
  GtkListBox *list;
  GtkWidget  *popover;

  WeirEngine *engine;
  char       *marked;
  gboolean    marking;
  gboolean    loading;
  gboolean    load_again;
};

G_DEFINE_FINAL_TYPE (WeirSidebar, weir_sidebar, ADW_TYPE_BIN)

enum { WORKFLOW_CHOSEN, LOADED, N_SIGNALS };
static guint signals[N_SIGNALS];

static WeirWorkflowRow *
find_row (WeirSidebar *self,
          const char  *id)
{
  GtkListBoxRow *row;

  for (int i = 0; id != NULL && (row = gtk_list_box_get_row_at_index (self->list, i)) != NULL; i++)
    if (g_str_equal (weir_workflow_row_get_id (WEIR_WORKFLOW_ROW (row)), id))
      return WEIR_WORKFLOW_ROW (row);
  return NULL;
}

static void
mark (WeirSidebar *self)
{
  WeirWorkflowRow *row = find_row (self, self->marked);

  self->marking = TRUE;
  if (row != NULL)
    gtk_list_box_select_row (self->list, GTK_LIST_BOX_ROW (row));
  else
    gtk_list_box_unselect_all (self->list);
  self->marking = FALSE;
}

static gboolean
filter_cb (GtkListBoxRow *row,
           gpointer       user_data)
{
  WeirSidebar *self = user_data;
  g_autofree char *query = g_utf8_casefold (gtk_editable_get_text (GTK_EDITABLE (self->search)), -1);
  g_autofree char *name = g_utf8_casefold (weir_workflow_row_get_name (WEIR_WORKFLOW_ROW (row)), -1);

  return strstr (name, query) != NULL;
}

static void
update_stack (WeirSidebar *self)
{
  gboolean any = FALSE;
  GtkListBoxRow *row;

  for (int i = 0; !any && (row = gtk_list_box_get_row_at_index (self->list, i)) != NULL; i++)
    any = filter_cb (row, self);
  gtk_stack_set_visible_child_name (self->stack, any ? "list" : gtk_list_box_get_row_at_index (self->list, 0) != NULL ? "none" : "empty");
}

static void
search_changed_cb (WeirSidebar *self)
{
  gtk_list_box_invalidate_filter (self->list);
  update_stack (self);
}

static void
set_live_runs (WeirSidebar *self)
{
  g_autoptr(GListModel) runs = weir_engine_list_live_runs (self->engine);

  for (guint i = 0; i < g_list_model_get_n_items (runs); i++)
    {
      g_autoptr(WeirRun) run = g_list_model_get_item (runs, i);
      WeirWorkflowRow *row = find_row (self, weir_workflow_get_id (weir_run_get_workflow (run)));

      if (row != NULL)
        weir_workflow_row_set_run (row, run);
    }
}

/* Rows stay where the list has the same workflows in the same order: the pointer may be over one. */
static gboolean
has_same_rows (WeirSidebar *self,
               GListModel  *infos)
{
  guint n_items = g_list_model_get_n_items (infos);

  for (guint i = 0; i < n_items; i++)
    {
      g_autoptr(WeirWorkflowInfo) info = g_list_model_get_item (infos, i);
      GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->list, i);

      if (row == NULL || !g_str_equal (weir_workflow_row_get_id (WEIR_WORKFLOW_ROW (row)), weir_workflow_info_get_id (info)))
        return FALSE;
    }
  return gtk_list_box_get_row_at_index (self->list, n_items) == NULL;
}

static void
show_infos (WeirSidebar *self,
            GListModel  *infos)
{
  gboolean same = has_same_rows (self, infos);

  self->marking = TRUE;
  if (!same)
    gtk_list_box_remove_all (self->list);
  for (guint i = 0; i < g_list_model_get_n_items (infos); i++)
    {
      g_autoptr(WeirWorkflowInfo) info = g_list_model_get_item (infos, i);

      if (same)
        weir_workflow_row_set_info (WEIR_WORKFLOW_ROW (gtk_list_box_get_row_at_index (self->list, i)), info);
      else
        gtk_list_box_append (self->list, weir_workflow_row_new (info));
    }
  self->marking = FALSE;
  set_live_runs (self);
  mark (self);
  update_stack (self);
  g_signal_emit (self, signals[LOADED], 0, g_list_model_get_n_items (infos));
}

static DexFuture *
listed_cb (DexFuture *future,
           gpointer   user_data)
{
  WeirSidebar *self = user_data;
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  self->loading = FALSE;
  if (self->engine == NULL)
    return dex_future_new_true ();
  if (value == NULL)
    g_warning ("Workflows could not be listed: %s", error->message);
  else
    show_infos (self, g_value_get_object (value));
  if (self->load_again)
    weir_sidebar_reload (self);
  return dex_future_new_true ();
}

static void
run_added_cb (WeirSidebar *self,
              WeirRun     *run)
{
  WeirWorkflowRow *row = find_row (self, weir_workflow_get_id (weir_run_get_workflow (run)));

  g_signal_connect_object (run, "notify::status", G_CALLBACK (weir_sidebar_reload), self, G_CONNECT_SWAPPED);
  if (row != NULL)
    weir_workflow_row_set_run (row, run);
}

static void
row_activated_cb (WeirSidebar   *self,
                  GtkListBoxRow *row)
{
  if (!self->marking)
    g_signal_emit (self, signals[WORKFLOW_CHOSEN], 0, weir_workflow_row_get_id (WEIR_WORKFLOW_ROW (row)));
}

static void
add_item (GMenu      *menu,
          const char *label,
          const char *action,
          const char *id)
{
  g_autoptr(GMenuItem) item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target (item, action, "s", id);
  g_menu_append_item (menu, item);
}

static void
present_menu (WeirSidebar *self,
              GtkWidget   *row,
              double       x,
              double       y)
{
  const char *id = weir_workflow_row_get_id (WEIR_WORKFLOW_ROW (row));
  g_autoptr(GMenu) menu = g_menu_new ();
  graphene_point_t point = GRAPHENE_POINT_INIT (x, y);

  add_item (menu, _("_Rename…"), "workflow.rename", id);
  add_item (menu, _("_Duplicate"), "workflow.duplicate", id);
  add_item (menu, _("_Export…"), "workflow.export-id", id);
  add_item (menu, _("De_lete"), "workflow.delete", id);
  if (self->popover == NULL)
    {
      self->popover = gtk_popover_menu_new_from_model (NULL);
      gtk_popover_set_has_arrow (GTK_POPOVER (self->popover), FALSE);
      gtk_widget_set_halign (self->popover, GTK_ALIGN_START);
      gtk_widget_set_parent (self->popover, GTK_WIDGET (self));
    }
  gtk_popover_menu_set_menu_model (GTK_POPOVER_MENU (self->popover), G_MENU_MODEL (menu));
  if (!gtk_widget_compute_point (row, GTK_WIDGET (self), &point, &point))
    return;
  gtk_popover_set_pointing_to (GTK_POPOVER (self->popover), &(GdkRectangle) { point.x, point.y, 1, 1 });
  gtk_popover_popup (GTK_POPOVER (self->popover));
}

static void
menu_at_cb (WeirSidebar *self,
            double       x,
            double       y)
{
  GtkListBoxRow *row = gtk_list_box_get_row_at_y (self->list, y);
  graphene_rect_t bounds;

  if (row != NULL && gtk_widget_compute_bounds (GTK_WIDGET (row), GTK_WIDGET (self->list), &bounds))
    present_menu (self, GTK_WIDGET (row), x - bounds.origin.x, y - bounds.origin.y);
}

static void
pressed_cb (WeirSidebar *self,
            int          n_press,
            double       x,
            double       y)
{
  menu_at_cb (self, x, y);
}

static gboolean
menu_key_cb (GtkWidget *list,
             GVariant  *args,
             gpointer   user_data)
{
  WeirSidebar *self = user_data;
  GtkWidget *row = gtk_widget_get_focus_child (list);

  if (row == NULL)
    return FALSE;
  present_menu (self, row, 24, gtk_widget_get_height (row));
  return TRUE;
}

static void
weir_sidebar_dispose (GObject *object)
{
  WeirSidebar *self = WEIR_SIDEBAR (object);

  weir_sidebar_set_engine (self, NULL);
  g_clear_pointer (&self->popover, gtk_widget_unparent);
  gtk_widget_dispose_template (GTK_WIDGET (self), WEIR_TYPE_SIDEBAR);
  g_clear_pointer (&self->marked, g_free);
  G_OBJECT_CLASS (weir_sidebar_parent_class)->dispose (object);
}

static void
weir_sidebar_class_init (WeirSidebarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = weir_sidebar_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/weirstudio/Weir/weir-sidebar.ui");
  gtk_widget_class_bind_template_child (widget_class, WeirSidebar, search);
  gtk_widget_class_bind_template_child (widget_class, WeirSidebar, stack);
  gtk_widget_class_bind_template_child (widget_class, WeirSidebar, list);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, pressed_cb);
  gtk_widget_class_bind_template_callback (widget_class, menu_at_cb);
  signals[WORKFLOW_CHOSEN] = g_signal_new ("workflow-chosen", WEIR_TYPE_SIDEBAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                           G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[LOADED] = g_signal_new ("loaded", WEIR_TYPE_SIDEBAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void
weir_sidebar_init (WeirSidebar *self)
{
  GtkEventController *keys = gtk_shortcut_controller_new ();
  GtkShortcutTrigger *trigger = gtk_shortcut_trigger_parse_string ("Menu|<Shift>F10");

  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_list_box_set_filter_func (self->list, filter_cb, self, NULL);
  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (keys),
                                        gtk_shortcut_new (trigger, gtk_callback_action_new (menu_key_cb, self, NULL)));
  gtk_widget_add_controller (GTK_WIDGET (self->list), keys);
  update_stack (self);
}

/**
 * weir_sidebar_set_engine:
 * @self: a sidebar
 * @engine: (nullable): whose workflows are shown
 */
void
weir_sidebar_set_engine (WeirSidebar *self,
                         WeirEngine  *engine)
{
  if (self->engine != NULL)
    g_signal_handlers_disconnect_by_data (self->engine, self);
  g_set_object (&self->engine, engine);
  if (engine == NULL)
    return;
  g_signal_connect_object (engine, "workflows-changed", G_CALLBACK (weir_sidebar_reload), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (engine, "run-added", G_CALLBACK (run_added_cb), self, G_CONNECT_SWAPPED);
  weir_sidebar_reload (self);
}

/**
 * weir_sidebar_reload:
 * @self: a sidebar
 *
 * Asks the store again; asked while it is asking, it asks once more afterwards.
 */
void
weir_sidebar_reload (WeirSidebar *self)
{
  self->load_again = self->loading;
  if (self->engine == NULL || self->loading)
    return;
  self->loading = TRUE;
  dex_future_disown (dex_future_finally (weir_engine_list_workflows (self->engine), listed_cb,
                                         g_object_ref (self), g_object_unref));
}

/**
 * weir_sidebar_mark:
 * @self: a sidebar
 * @id: (nullable): the workflow that is shown
 */
void
weir_sidebar_mark (WeirSidebar *self,
                   const char  *id)
{
  g_set_str (&self->marked, id);
  mark (self);
}

/**
 * weir_sidebar_find_name:
 * @self: a sidebar
 * @id: id of a workflow
 *
 * Returns: (transfer none) (nullable): its name, if it is listed
 */
const char *
weir_sidebar_find_name (WeirSidebar *self,
                        const char  *id)
{
  WeirWorkflowRow *row = find_row (self, id);

  return row != NULL ? weir_workflow_row_get_name (row) : NULL;
}

/**
 * weir_sidebar_get_first_id:
 * @self: a sidebar
 *
 * Returns: (transfer none) (nullable): the id of the workflow changed last
 */
const char *
weir_sidebar_get_first_id (WeirSidebar *self)
{
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->list, 0);

  return row != NULL ? weir_workflow_row_get_id (WEIR_WORKFLOW_ROW (row)) : NULL;
}

/**
 * weir_sidebar_focus_search:
 * @self: a sidebar
 *
 * Puts the keyboard into the search entry.
 */
void
weir_sidebar_focus_search (WeirSidebar *self)
{
  gtk_widget_grab_focus (self->search);
}
