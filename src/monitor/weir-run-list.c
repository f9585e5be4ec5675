/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>

#include "weir-run-list.h"

#include "weir-step-look.h"

#define MAX_RUNS 500

struct _WeirRunList
{
  GtkWidget parent_instance;

  GtkStack *stack;
  GtkColumnView *table;
  GtkColumnViewColumn *workflow_column;

  WeirEngine *engine;
  char *workflow;
  GtkSingleSelection *selection;
  GtkWidget *menu;
  GCancellable *reading;   /* cancelled when the answer is not wanted any more */
  guint reload_id;
};

G_DEFINE_FINAL_TYPE (WeirRunList, weir_run_list, GTK_TYPE_WIDGET)

enum { RUN_ACTIVATED, N_SIGNALS };
static guint signals[N_SIGNALS];

typedef struct
{
  WeirRunList *list;
  GCancellable *cancellable;
} Reading;

static void
reading_free (Reading *self)
{
  g_object_unref (self->list);
  g_object_unref (self->cancellable);
  g_free (self);
}

static DexFuture *
read_cb (DexFuture *future,
         gpointer   user_data)
{
  Reading *reading = user_data;
  WeirRunList *self = reading->list;
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (g_cancellable_is_cancelled (reading->cancellable))
    return dex_future_new_true ();
  if (value == NULL)
    g_warning ("The runs cannot be listed: %s", error->message);
  else
    {
      GListModel *runs = g_value_get_object (value);

      gtk_single_selection_set_model (self->selection, runs);
      gtk_stack_set_visible_child_name (self->stack, g_list_model_get_n_items (runs) > 0 ? "runs" : "empty");
    }
  return dex_future_new_true ();
}

static gboolean
reload_cb (gpointer user_data)
{
  WeirRunList *self = user_data;

  self->reload_id = 0;
  weir_run_list_reload (self);
  return G_SOURCE_REMOVE;
}

/* However many runs change in one turn. */
static void
queue_reload (WeirRunList *self)
{
  if (self->reload_id == 0)
    self->reload_id = g_idle_add (reload_cb, self);
}

static void
run_added_cb (WeirRunList *self,
              WeirRun     *run)
{
  g_signal_connect_object (run, "notify::status", G_CALLBACK (queue_reload), self, G_CONNECT_SWAPPED);
  queue_reload (self);
}

static void
follow_live_runs (WeirRunList *self)
{
  g_autoptr(GListModel) live = weir_engine_list_live_runs (self->engine);

  for (guint i = 0; i < g_list_model_get_n_items (live); i++)
    {
      g_autoptr(WeirRun) run = g_list_model_get_item (live, i);

      g_signal_connect_object (run, "notify::status", G_CALLBACK (queue_reload), self, G_CONNECT_SWAPPED);
    }
}

/* ── columns ───────────────────────────────────────────────────────────────────────────────── */

static void
setup_text_cb (WeirRunList *self,
               GtkListItem *item)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (label, "numeric");
  g_object_set_data (G_OBJECT (label), "list-item", item);
  gtk_list_item_set_child (item, label);
}

static void
setup_status_cb (WeirRunList *self,
                 GtkListItem *item)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_box_append (GTK_BOX (box), gtk_image_new ());
  gtk_box_append (GTK_BOX (box), label);
  g_object_set_data (G_OBJECT (box), "list-item", item);
  gtk_list_item_set_child (item, box);
}

static void
bind_status_cb (WeirRunList *self,
                GtkListItem *item)
{
  WeirRunInfo *info = gtk_list_item_get_item (item);
  WeirRunStatus status = weir_run_info_get_status (info);
  GtkWidget *icon = gtk_widget_get_first_child (gtk_list_item_get_child (item));
  GtkWidget *label = gtk_widget_get_last_child (gtk_list_item_get_child (item));

  gtk_image_set_from_icon_name (GTK_IMAGE (icon), weir_run_look_get_icon_name (status));
  gtk_widget_set_css_classes (icon, (const char *[]) { weir_run_look_get_class (status), NULL });
  gtk_label_set_text (GTK_LABEL (label), weir_run_look_get_word (status));
  gtk_widget_set_tooltip_text (gtk_list_item_get_child (item), weir_run_info_get_error (info));
}

static void
set_text (GtkListItem *item,
          char        *text)
{
  gtk_label_set_text (GTK_LABEL (gtk_list_item_get_child (item)), text != NULL ? text : "");
  g_free (text);
}

static void
bind_number_cb (WeirRunList *self,
                GtkListItem *item)
{
  set_text (item, g_strdup_printf ("%" G_GINT64_FORMAT, weir_run_info_get_id (gtk_list_item_get_item (item))));
}

static void
bind_workflow_cb (WeirRunList *self,
                  GtkListItem *item)
{
  set_text (item, g_strdup (weir_run_info_get_workflow_name (gtk_list_item_get_item (item))));
}

static void
bind_version_cb (WeirRunList *self,
                 GtkListItem *item)
{
  set_text (item, g_strdup_printf ("%u", weir_run_info_get_version (gtk_list_item_get_item (item))));
}

static void
bind_started_cb (WeirRunList *self,
                 GtkListItem *item)
{
  set_text (item, weir_format_moment (weir_run_info_get_created_at (gtk_list_item_get_item (item))));
}

static void
bind_duration_cb (WeirRunList *self,
                  GtkListItem *item)
{
  WeirRunInfo *info = gtk_list_item_get_item (item);
  gint64 ended_at = weir_run_info_get_ended_at (info);

  set_text (item, ended_at != 0 ? weir_display_duration (ended_at - weir_run_info_get_created_at (info)) : NULL);
}

static void
bind_steps_cb (WeirRunList *self,
               GtkListItem *item)
{
  set_text (item, g_strdup_printf ("%u", weir_run_info_get_n_steps (gtk_list_item_get_item (item))));
}

static void
bind_effects_cb (WeirRunList *self,
                 GtkListItem *item)
{
  WeirRunInfo *info = gtk_list_item_get_item (item);
  guint n = weir_run_info_get_n_effects (info);
  guint undone = weir_run_info_get_n_undone (info);

  if (undone > 0 && n == 0)
    set_text (item, g_strdup_printf (_("%u undone"), undone));
  else if (undone > 0)
    set_text (item, g_strdup_printf (_("%u, %u undone"), n, undone));
  else
    set_text (item, n > 0 ? g_strdup_printf ("%u", n) : NULL);
}

/* ── the menu of a row ─────────────────────────────────────────────────────────────────────── */

/* The cell under the pointer knows; between cells, the first one of the row. */
static GtkListItem *
find_item (WeirRunList *self,
           double       x,
           double       y)
{
  GtkWidget *widget = gtk_widget_pick (GTK_WIDGET (self->table), x, y, GTK_PICK_DEFAULT);

  for (; widget != NULL && widget != GTK_WIDGET (self->table); widget = gtk_widget_get_parent (widget))
    {
      GtkListItem *item = g_object_get_data (G_OBJECT (widget), "list-item");
      GtkWidget *cell = g_str_equal (gtk_widget_get_css_name (widget), "row") ? gtk_widget_get_first_child (widget) : NULL;
      GtkWidget *child = cell != NULL ? gtk_widget_get_first_child (cell) : NULL;

      if (item == NULL && child != NULL)
        item = g_object_get_data (G_OBJECT (child), "list-item");
      if (item != NULL)
        return item;
    }
  return NULL;
}

static void
append_run (GMenu      *menu,
            const char *label,
            const char *action,
            gint64      run)
{
  g_autoptr(GMenuItem) item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target_value (item, action, g_variant_new_int64 (run));
  g_menu_append_item (menu, item);
}

/* Of the selected run. */
static void
popup_menu (WeirRunList *self,
            double       x,
            double       y)
{
  WeirRunInfo *info = gtk_single_selection_get_selected_item (self->selection);
  g_autoptr(GMenu) menu = g_menu_new ();
  g_autoptr(GMenu) first = g_menu_new ();
  g_autoptr(GMenu) last = g_menu_new ();

  if (info == NULL)
    return;
  append_run (first, _("_Show Run"), "list.show", weir_run_info_get_id (info));
  if (weir_run_status_is_final (weir_run_info_get_status (info)))
    {
      append_run (last, _("_Delete"), "runs.delete", weir_run_info_get_id (info));
      append_run (last, _("Delete _Now…"), "runs.discard", weir_run_info_get_id (info));
    }
  else
    append_run (last, _("_Cancel and Delete…"), "runs.discard", weir_run_info_get_id (info));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (first));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (last));
  g_clear_pointer (&self->menu, gtk_widget_unparent);
  self->menu = gtk_popover_menu_new_from_model (G_MENU_MODEL (menu));
  gtk_popover_set_has_arrow (GTK_POPOVER (self->menu), FALSE);
  gtk_widget_set_halign (self->menu, GTK_ALIGN_START);
  gtk_widget_set_parent (self->menu, GTK_WIDGET (self));
  gtk_popover_set_pointing_to (GTK_POPOVER (self->menu), &(GdkRectangle) { (int) x, (int) y, 1, 1 });
  gtk_popover_popup (GTK_POPOVER (self->menu));
}

static void
menu_at_cb (WeirRunList *self,
            double       x,
            double       y)
{
  GtkListItem *item = find_item (self, x, y);
  graphene_point_t point = GRAPHENE_POINT_INIT ((float) x, (float) y);

  if (item == NULL || !gtk_widget_compute_point (GTK_WIDGET (self->table), GTK_WIDGET (self), &point, &point))
    return;
  gtk_single_selection_set_selected (self->selection, gtk_list_item_get_position (item));
  popup_menu (self, point.x, point.y);
}

static void
pressed_cb (WeirRunList *self,
            int          n_press,
            double       x,
            double       y)
{
  menu_at_cb (self, x, y);
}

static gboolean
menu_key_cb (GtkWidget *table,
             GVariant  *args,
             gpointer   user_data)
{
  WeirRunList *self = user_data;
  GtkWidget *row = gtk_root_get_focus (gtk_widget_get_root (table));
  graphene_point_t point;

  if (row == NULL || !gtk_widget_is_ancestor (row, table)
      || !gtk_widget_compute_point (row, GTK_WIDGET (self), &GRAPHENE_POINT_INIT (24, gtk_widget_get_height (row)), &point))
    return GDK_EVENT_PROPAGATE;
  popup_menu (self, point.x, point.y);
  return GDK_EVENT_STOP;
}

/* One that has not ended is asked about. */
static gboolean
delete_key_cb (GtkWidget *table,
               GVariant  *args,
               gpointer   user_data)
{
  WeirRunList *self = user_data;
  WeirRunInfo *info = gtk_single_selection_get_selected_item (self->selection);

  if (info == NULL)
    return GDK_EVENT_PROPAGATE;
  return gtk_widget_activate_action (table, weir_run_status_is_final (weir_run_info_get_status (info)) ? "runs.delete" : "runs.discard",
                                     "x", weir_run_info_get_id (info));
}

static void
show_action (GtkWidget  *widget,
             const char *action,
             GVariant   *target)
{
  g_signal_emit (widget, signals[RUN_ACTIVATED], 0, g_variant_get_int64 (target));
}

static void
add_keys (WeirRunList *self)
{
  static const struct { guint key, modifiers; GtkShortcutFunc func; } keys[] = {
    { GDK_KEY_Menu, 0, menu_key_cb }, { GDK_KEY_F10, GDK_SHIFT_MASK, menu_key_cb }, { GDK_KEY_Delete, 0, delete_key_cb } };
  GtkEventController *controller = gtk_shortcut_controller_new ();

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (controller),
                                          gtk_shortcut_new (gtk_keyval_trigger_new (keys[i].key, keys[i].modifiers),
                                                            gtk_callback_action_new (keys[i].func, self, NULL)));
  gtk_widget_add_controller (GTK_WIDGET (self->table), controller);
}

static void
activate_cb (WeirRunList *self,
             guint        position)
{
  g_autoptr(WeirRunInfo) info = g_list_model_get_item (G_LIST_MODEL (self->selection), position);

  if (info != NULL)
    g_signal_emit (self, signals[RUN_ACTIVATED], 0, weir_run_info_get_id (info));
}

/* ── widget ────────────────────────────────────────────────────────────────────────────────── */

static void
weir_run_list_dispose (GObject *object)
{
  WeirRunList *self = WEIR_RUN_LIST (object);

  weir_run_list_set_engine (self, NULL);
  g_clear_handle_id (&self->reload_id, g_source_remove);
  g_clear_pointer (&self->menu, gtk_widget_unparent);
  gtk_widget_dispose_template (GTK_WIDGET (self), WEIR_TYPE_RUN_LIST);
  g_clear_object (&self->selection);
  g_clear_pointer (&self->workflow, g_free);
  G_OBJECT_CLASS (weir_run_list_parent_class)->dispose (object);
}

static void
weir_run_list_class_init (WeirRunListClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = weir_run_list_dispose;
  signals[RUN_ACTIVATED] = g_signal_new ("run-activated", WEIR_TYPE_RUN_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 1, G_TYPE_INT64);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/weirstudio/Weir/weir-run-list.ui");
  gtk_widget_class_bind_template_child (widget_class, WeirRunList, stack);
  gtk_widget_class_bind_template_child (widget_class, WeirRunList, table);
  gtk_widget_class_bind_template_child (widget_class, WeirRunList, workflow_column);
  gtk_widget_class_bind_template_callback (widget_class, setup_text_cb);
  gtk_widget_class_bind_template_callback (widget_class, setup_status_cb);
  gtk_widget_class_bind_template_callback (widget_class, bind_status_cb);
  gtk_widget_class_bind_template_callback (widget_class, bind_number_cb);
  gtk_widget_class_bind_template_callback (widget_class, bind_workflow_cb);
  gtk_widget_class_bind_template_callback (widget_class, bind_version_cb);
  gtk_widget_class_bind_template_callback (widget_class, bind_started_cb);
  gtk_widget_class_bind_template_callback (widget_class, bind_duration_cb);
  gtk_widget_class_bind_template_callback (widget_class, bind_steps_cb);
  gtk_widget_class_bind_template_callback (widget_class, bind_effects_cb);
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, pressed_cb);
  gtk_widget_class_bind_template_callback (widget_class, menu_at_cb);
  gtk_widget_class_install_action (widget_class, "list.show", "x", show_action);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
weir_run_list_init (WeirRunList *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->selection = gtk_single_selection_new (NULL);
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  gtk_column_view_set_model (self->table, GTK_SELECTION_MODEL (self->selection));
  add_keys (self);
}

/**
 * weir_run_list_new:
 *
 * Returns: (transfer floating): a list without runs
 */
GtkWidget *
weir_run_list_new (void)
{
  return g_object_new (WEIR_TYPE_RUN_LIST, NULL);
}

/**
 * weir_run_list_set_engine:
 * @self: a list
 * @engine: (nullable): whose runs are listed
 *
 * The list follows the engine from now on.
 */
void
weir_run_list_set_engine (WeirRunList *self,
                          WeirEngine  *engine)
{
  if (self->engine == engine)
    return;
  if (self->reading != NULL)
    g_cancellable_cancel (self->reading);
  g_clear_object (&self->reading);
  if (self->engine != NULL)
    g_signal_handlers_disconnect_by_data (self->engine, self);
  g_set_object (&self->engine, engine);
  if (engine == NULL)
    return;
  g_signal_connect_swapped (engine, "run-added", G_CALLBACK (run_added_cb), self);
  /* also what other programs delete and bring back */
  g_signal_connect_swapped (engine, "workflows-changed", G_CALLBACK (queue_reload), self);
  follow_live_runs (self);
  queue_reload (self);
}

/**
 * weir_run_list_set_workflow:
 * @self: a list
 * @workflow_id: (nullable): only the runs of this workflow
 *
 * Without one the runs of all workflows are listed, with a column that names them.
 */
void
weir_run_list_set_workflow (WeirRunList *self,
                            const char  *workflow_id)
{
  gtk_column_view_column_set_visible (self->workflow_column, workflow_id == NULL);
  if (g_set_str (&self->workflow, workflow_id))
    queue_reload (self);
}

/**
 * weir_run_list_reload:
 * @self: a list
 *
 * Asks the store again. Needed after an undo only: starts and ends of runs are followed.
 */
void
weir_run_list_reload (WeirRunList *self)
{
  Reading *reading;

  if (self->engine == NULL)
    return;
  if (self->reading != NULL)
    g_cancellable_cancel (self->reading);
  g_clear_object (&self->reading);
  self->reading = g_cancellable_new ();
  reading = g_new0 (Reading, 1);
  reading->list = g_object_ref (self);
  reading->cancellable = g_object_ref (self->reading);
  dex_future_disown (dex_future_finally (weir_engine_list_runs (self->engine, self->workflow, MAX_RUNS), read_cb,
                                         reading, (GDestroyNotify) reading_free));
}
