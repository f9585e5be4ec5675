/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>

#include "weir-values-view.h"

#include "weir-step-look.h"
#include "weir-value-node.h"

/* More than anybody reads in a dialog; the whole is copied. */
#define SHOWN_BYTES (1024 * 1024)

struct _WeirValuesView
{
  GtkWidget parent_instance;

  GtkStack *stack;
  AdwStatusPage *empty;
  GtkDropDown *chooser;
  GtkColumnView *tree;
  GtkLabel *state_label;

  WeirRunView *view;
  char *block;
  GtkStringList *names;    /* of the steps, in the chooser */
  GArray *steps;           /* of guint, their indices */
  GListStore *sections;    /* of WeirValueNode */
  GtkSelectionModel *selection;
  guint wanted;            /* index of a step to show; G_MAXUINT: the newest */
  WeirValue *shown[3];     /* inputs, outputs, error as they are shown */
  guint tick_id;
};

G_DEFINE_FINAL_TYPE (WeirValuesView, weir_values_view, GTK_TYPE_WIDGET)

static WeirRunState *
get_state (WeirValuesView *self)
{
  return self->view != NULL ? weir_run_view_get_state (self->view) : NULL;
}

/* "move[3]/to" is a step of "move/to". */
static gboolean
matches_block (const char *step_path,
               const char *block_path)
{
  while (*step_path != '\0')
    {
      if (*step_path == '[')
        {
          while (*step_path != '\0' && *step_path != ']')
            step_path++;
          if (*step_path == ']')
            step_path++;
          continue;
        }
      if (*step_path++ != *block_path++)
        return FALSE;
    }
  return *block_path == '\0';
}

static void
add_section (WeirValuesView *self,
             const char     *title,
             const char     *path,
             WeirValue      *value)
{
  g_autoptr(WeirValueNode) node = NULL;

  if (value == NULL)
    return;
  node = weir_value_node_new (title, path, value);
  g_list_store_append (self->sections, node);
}

/* The sections open, what is in them closed. */
static void
expand_sections (WeirValuesView *self)
{
  GtkTreeListModel *tree = GTK_TREE_LIST_MODEL (
    gtk_single_selection_get_model (GTK_SINGLE_SELECTION (self->selection)));

  for (guint i = g_list_model_get_n_items (G_LIST_MODEL (self->sections)); i > 0; i--)
    {
      g_autoptr(GtkTreeListRow) row = gtk_tree_list_model_get_child_row (tree, i - 1);

      if (row != NULL)
        gtk_tree_list_row_set_expanded (row, TRUE);
    }
}

static void
describe_step (WeirValuesView     *self,
               const WeirStepInfo *step)
{
  g_autofree char *duration = step->started_at != 0 && step->ended_at != 0
                                ? weir_display_duration (step->ended_at - step->started_at)
                                : NULL;
  g_autofree char *text = g_strdup_printf ("%s%s%s", weir_step_look_get_word (step->status),
                                           duration != NULL ? " · " : "", duration != NULL ? duration : "");

  gtk_label_set_text (self->state_label, text);
}

static void
show_selected (WeirValuesView *self)
{
  WeirRunState *state = get_state (self);
  guint selected = gtk_drop_down_get_selected (self->chooser);
  const WeirStepInfo *step;
  WeirValue *values[3];

  if (state == NULL || selected >= self->steps->len
      || g_array_index (self->steps, guint, selected) >= weir_run_state_get_n_steps (state))
    return;
  step = weir_run_state_get_step (state, g_array_index (self->steps, guint, selected));
  if (step == NULL)
    return;
  describe_step (self, step);
  values[0] = step->inputs;
  values[1] = step->outputs;
  values[2] = step->error;
  if (memcmp (values, self->shown, sizeof values) == 0)
    return;
  g_list_store_remove_all (self->sections);
  for (guint i = 0; i < 3; i++)
    {
      g_clear_pointer (&self->shown[i], weir_value_unref);
      self->shown[i] = values[i] != NULL ? weir_value_ref (values[i]) : NULL;
    }
  add_section (self, _("Inputs"), "inputs", values[0]);
  add_section (self, _("Outputs"), "outputs", values[1]);
  add_section (self, _("Error"), "error", values[2]);
  expand_sections (self);
}

static void
list_steps (WeirValuesView *self,
            WeirRunState   *state,
            GArray         *steps,
            GPtrArray      *names)
{
  const char *slash = strrchr (self->block, '/');
  const char *id = slash != NULL ? slash + 1 : self->block;

  for (guint i = 0; i < weir_run_state_get_n_steps (state); i++)
    {
      const WeirStepInfo *step = weir_run_state_get_step (state, i);
      g_autofree char *path = NULL;

      if (step == NULL || !g_str_equal (step->block, id))
        continue;
      path = weir_run_state_dup_step_path (state, step);
      if (!matches_block (path, self->block))
        continue;
      g_array_append_val (steps, i);
      g_ptr_array_add (names,
                       step->firing > 1 ? g_strdup_printf (_("%s, firing %u"), path, step->firing) : g_strdup (path));
    }
  g_ptr_array_add (names, NULL);
}

static void
choose (WeirValuesView *self)
{
  guint position = self->steps->len > 0 ? self->steps->len - 1 : GTK_INVALID_LIST_POSITION;

  for (guint i = 0; i < self->steps->len; i++)
    if (g_array_index (self->steps, guint, i) == self->wanted)
      position = i;
  gtk_drop_down_set_selected (self->chooser, position);
  show_selected (self);
}

static void
update (WeirValuesView *self)
{
  WeirRunState *state = get_state (self);
  g_autoptr(GArray) steps = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  if (state != NULL && self->block != NULL)
    list_steps (self, state, steps, names);
  else
    g_ptr_array_add (names, NULL);
  if (steps->len != self->steps->len
      || (steps->len > 0 && memcmp (steps->data, self->steps->data, steps->len * sizeof (guint)) != 0))
    {
      g_array_set_size (self->steps, 0);
      g_array_append_vals (self->steps, steps->data, steps->len);
      gtk_string_list_splice (self->names, 0, g_list_model_get_n_items (G_LIST_MODEL (self->names)),
                              (const char *const *) names->pdata);
    }
  adw_status_page_set_title (self->empty, self->block == NULL ? _("No Block Selected") : _("It Has Not Run Yet"));
  adw_status_page_set_description (self->empty,
                                   self->block == NULL ? _("Select a block to see what went in and came out") : NULL);
  gtk_stack_set_visible_child_name (self->stack, steps->len > 0 ? "values" : "empty");
  choose (self);
}

static gboolean
tick_cb (GtkWidget     *widget,
         GdkFrameClock *clock,
         gpointer       user_data)
{
  WeirValuesView *self = WEIR_VALUES_VIEW (widget);

  self->tick_id = 0;
  update (self);
  return G_SOURCE_REMOVE;
}

/* Once a frame, and not at all while nobody looks. */
static void
queue_update (WeirValuesView *self)
{
  if (self->tick_id == 0 && gtk_widget_get_mapped (GTK_WIDGET (self)))
    self->tick_id = gtk_widget_add_tick_callback (GTK_WIDGET (self), tick_cb, NULL, NULL);
}

static void
chosen_cb (WeirValuesView *self)
{
  guint selected = gtk_drop_down_get_selected (self->chooser);

  /* The newest stays the newest as more come. */
  if (self->steps != NULL && selected < self->steps->len)
    self->wanted = selected + 1 == self->steps->len ? G_MAXUINT : g_array_index (self->steps, guint, selected);
  show_selected (self);
}

/* ── columns ───────────────────────────────────────────────────────────────────────────────── */

static void
setup_name_cb (WeirValuesView *self,
               GtkListItem    *item)
{
  GtkWidget *expander = gtk_tree_expander_new ();
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_tree_expander_set_child (GTK_TREE_EXPANDER (expander), label);
  gtk_list_item_set_child (item, expander);
}

static WeirValueNode *
get_node (GtkListItem *item)
{
  return gtk_tree_list_row_get_item (gtk_list_item_get_item (item));
}

static void
bind_name_cb (WeirValuesView *self,
              GtkListItem    *item)
{
  GtkTreeExpander *expander = GTK_TREE_EXPANDER (gtk_list_item_get_child (item));
  g_autoptr(WeirValueNode) node = get_node (item);

  gtk_tree_expander_set_list_row (expander, gtk_list_item_get_item (item));
  gtk_label_set_text (GTK_LABEL (gtk_tree_expander_get_child (expander)), weir_value_node_get_name (node));
}

static void
setup_text_cb (WeirValuesView *self,
               GtkListItem    *item)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_single_line_mode (GTK_LABEL (label), TRUE);
  gtk_list_item_set_child (item, label);
}

static void
bind_type_cb (WeirValuesView *self,
              GtkListItem    *item)
{
  g_autoptr(WeirValueNode) node = get_node (item);
  g_autofree char *text = weir_value_node_describe (node);

  gtk_widget_add_css_class (gtk_list_item_get_child (item), "dimmed");
  gtk_label_set_text (GTK_LABEL (gtk_list_item_get_child (item)), text);
}

static void
bind_value_cb (WeirValuesView *self,
               GtkListItem    *item)
{
  g_autoptr(WeirValueNode) node = get_node (item);
  g_autofree char *text = weir_value_node_preview (node);

  gtk_label_set_text (GTK_LABEL (gtk_list_item_get_child (item)), text);
}

/* ── what one can do with a value ──────────────────────────────────────────────────────────── */

static WeirValueNode *
dup_selected_node (WeirValuesView *self)
{
  GtkTreeListRow *row = gtk_single_selection_get_selected_item (GTK_SINGLE_SELECTION (self->selection));

  return row != NULL ? gtk_tree_list_row_get_item (row) : NULL;
}

static void
copy_value_cb (GtkWidget  *widget,
               const char *action,
               GVariant   *parameter)
{
  g_autoptr(WeirValueNode) node = dup_selected_node (WEIR_VALUES_VIEW (widget));
  g_autofree char *text = node != NULL ? weir_value_to_display (weir_value_node_get_value (node), 0) : NULL;

  if (text != NULL)
    gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
}

static void
copy_path_cb (GtkWidget  *widget,
              const char *action,
              GVariant   *parameter)
{
  g_autoptr(WeirValueNode) node = dup_selected_node (WEIR_VALUES_VIEW (widget));

  if (node != NULL)
    gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), weir_value_node_get_path (node));
}

/* The whole text, which the row only begins. */
static void
activate_cb (WeirValuesView *self,
             guint           position)
{
  g_autoptr(GtkTreeListRow) row = g_list_model_get_item (G_LIST_MODEL (self->selection), position);
  g_autoptr(WeirValueNode) node = row != NULL ? gtk_tree_list_row_get_item (row) : NULL;
  g_autofree char *text = node != NULL ? weir_value_to_display (weir_value_node_get_value (node), SHOWN_BYTES) : NULL;
  GtkWidget *view, *scroller, *toolbar;
  AdwDialog *dialog;

  if (text == NULL)
    return;
  view = gtk_text_view_new ();
  gtk_text_view_set_editable (GTK_TEXT_VIEW (view), FALSE);
  gtk_text_view_set_monospace (GTK_TEXT_VIEW (view), TRUE);
  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (view), GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_left_margin (GTK_TEXT_VIEW (view), 12);
  gtk_text_view_set_right_margin (GTK_TEXT_VIEW (view), 12);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view)), text, -1);
  scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), view);
  toolbar = adw_toolbar_view_new ();
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (toolbar), adw_header_bar_new ());
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (toolbar), scroller);
  dialog = adw_dialog_new ();
  adw_dialog_set_title (dialog, weir_value_node_get_path (node));
  adw_dialog_set_content_width (dialog, 640);
  adw_dialog_set_content_height (dialog, 480);
  adw_dialog_set_child (dialog, toolbar);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

static GListModel *
create_members (gpointer item,
                gpointer user_data)
{
  return weir_value_node_list_members (item);
}

/* ── widget ────────────────────────────────────────────────────────────────────────────────── */

static void
weir_values_view_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (weir_values_view_parent_class)->map (widget);
  update (WEIR_VALUES_VIEW (widget));
}

static void
weir_values_view_dispose (GObject *object)
{
  WeirValuesView *self = WEIR_VALUES_VIEW (object);

  if (self->view != NULL)
    g_signal_handlers_disconnect_by_data (self->view, self);
  g_clear_object (&self->view);
  gtk_widget_dispose_template (GTK_WIDGET (self), WEIR_TYPE_VALUES_VIEW);
  g_clear_object (&self->names);
  g_clear_object (&self->sections);
  g_clear_object (&self->selection);
  g_clear_pointer (&self->steps, g_array_unref);
  g_clear_pointer (&self->block, g_free);
  for (guint i = 0; i < 3; i++)
    g_clear_pointer (&self->shown[i], weir_value_unref);
  G_OBJECT_CLASS (weir_values_view_parent_class)->dispose (object);
}

static void
weir_values_view_class_init (WeirValuesViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = weir_values_view_dispose;
  widget_class->map = weir_values_view_map;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/weirstudio/Weir/weir-values-view.ui");
  gtk_widget_class_bind_template_child (widget_class, WeirValuesView, stack);
  gtk_widget_class_bind_template_child (widget_class, WeirValuesView, empty);
  gtk_widget_class_bind_template_child (widget_class, WeirValuesView, chooser);
  gtk_widget_class_bind_template_child (widget_class, WeirValuesView, tree);
  gtk_widget_class_bind_template_child (widget_class, WeirValuesView, state_label);
  gtk_widget_class_bind_template_callback (widget_class, chosen_cb);
  gtk_widget_class_bind_template_callback (widget_class, setup_name_cb);
  gtk_widget_class_bind_template_callback (widget_class, bind_name_cb);
  gtk_widget_class_bind_template_callback (widget_class, setup_text_cb);
  gtk_widget_class_bind_template_callback (widget_class, bind_type_cb);
  gtk_widget_class_bind_template_callback (widget_class, bind_value_cb);
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);
  gtk_widget_class_install_action (widget_class, "value.copy", NULL, copy_value_cb);
  gtk_widget_class_install_action (widget_class, "value.copy-path", NULL, copy_path_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_c, GDK_CONTROL_MASK, "value.copy", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_c, GDK_CONTROL_MASK | GDK_SHIFT_MASK, "value.copy-path",
                                       NULL);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
weir_values_view_init (WeirValuesView *self)
{
  GtkTreeListModel *tree;

  self->wanted = G_MAXUINT;
  self->steps = g_array_new (FALSE, FALSE, sizeof (guint));
  self->names = gtk_string_list_new (NULL);
  self->sections = g_list_store_new (WEIR_TYPE_VALUE_NODE);
  tree = gtk_tree_list_model_new (g_object_ref (G_LIST_MODEL (self->sections)), FALSE, FALSE, create_members, NULL,
                                  NULL);
  self->selection = GTK_SELECTION_MODEL (gtk_single_selection_new (G_LIST_MODEL (tree)));
  gtk_single_selection_set_autoselect (GTK_SINGLE_SELECTION (self->selection), FALSE);
  gtk_single_selection_set_can_unselect (GTK_SINGLE_SELECTION (self->selection), TRUE);
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_drop_down_set_model (self->chooser, G_LIST_MODEL (self->names));
  gtk_column_view_set_model (self->tree, self->selection);
  update (self);
}

void
weir_values_view_set_view (WeirValuesView *self,
                           WeirRunView    *view)
{
  if (self->view == view)
    return;
  if (self->view != NULL)
    g_signal_handlers_disconnect_by_data (self->view, self);
  g_set_object (&self->view, view);
  self->wanted = G_MAXUINT;
  if (view != NULL)
    g_signal_connect_swapped (view, "changed", G_CALLBACK (queue_update), self);
  queue_update (self);
}

void
weir_values_view_set_block (WeirValuesView *self,
                            const char     *block_path)
{
  if (!g_set_str (&self->block, block_path))
    return;
  self->wanted = G_MAXUINT;
  queue_update (self);
}

void
weir_values_view_show_step (WeirValuesView *self,
                            guint           step)
{
  self->wanted = step;
  queue_update (self);
}
