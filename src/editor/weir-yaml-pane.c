/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>

#include "weir-fix-words.h"
#include "weir-yaml-pane-private.h"

G_DEFINE_FINAL_TYPE (WeirYamlPane, weir_yaml_pane, ADW_TYPE_BIN)

enum
{
  PROP_0,
  PROP_FULL,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

enum { PLACE_CHANGED, CLOSED, N_SIGNALS };
static guint signals[N_SIGNALS];

GtkTextBuffer *
weir_yaml_pane_get_buffer (WeirYamlPane *self)
{
  return gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->view));
}

static void
weir_yaml_pane_map (GtkWidget *widget)
{
  WeirYamlPane *self = WEIR_YAML_PANE (widget);

  GTK_WIDGET_CLASS (weir_yaml_pane_parent_class)->map (widget);
  if (self->workflow == NULL)
    return;
  if (self->base == NULL)
    weir_yaml_pane_begin (self);
  else
    weir_yaml_pane_follow (self);
}

/* Keys */

static gboolean
undo (WeirYamlPane *self)
{
  if (gtk_text_buffer_get_can_undo (weir_yaml_pane_get_buffer (self)))
    gtk_text_buffer_undo (weir_yaml_pane_get_buffer (self));
  else
    gtk_widget_activate_action (GTK_WIDGET (self), "edit.undo", NULL);
  return TRUE;
}

static gboolean
redo (WeirYamlPane *self)
{
  if (gtk_text_buffer_get_can_redo (weir_yaml_pane_get_buffer (self)))
    gtk_text_buffer_redo (weir_yaml_pane_get_buffer (self));
  else
    gtk_widget_activate_action (GTK_WIDGET (self), "edit.redo", NULL);
  return TRUE;
}

static gboolean
key_pressed_cb (WeirYamlPane    *self,
                guint            keyval,
                guint            keycode,
                GdkModifierType  modifiers)
{
  modifiers &= gtk_accelerator_get_default_mod_mask ();
  if (modifiers == GDK_CONTROL_MASK && keyval == GDK_KEY_z)
    return undo (self);
  if ((modifiers == GDK_CONTROL_MASK && keyval == GDK_KEY_y)
      || (modifiers == (GDK_CONTROL_MASK | GDK_SHIFT_MASK) && (keyval == GDK_KEY_Z || keyval == GDK_KEY_z)))
    return redo (self);
  return FALSE;
}

static gboolean
place_cb (gpointer user_data)
{
  WeirYamlPane *self = user_data;

  self->place_id = 0;
  weir_yaml_pane_update_status (self);
  if (gtk_widget_has_focus (GTK_WIDGET (self->view)))
    g_signal_emit (self, signals[PLACE_CHANGED], 0);
  return G_SOURCE_REMOVE;
}

static void
cursor_moved_cb (WeirYamlPane *self)
{
  if (!self->writing && !self->moving && self->place_id == 0)
    self->place_id = g_idle_add (place_cb, self);
}

/* Actions */

static void
close_cb (GtkWidget  *widget,
          const char *action,
          GVariant   *target)
{
  g_signal_emit (widget, signals[CLOSED], 0);
}

static void
apply_cb (GtkWidget  *widget,
          const char *action,
          GVariant   *target)
{
  WeirYamlPane *self = WEIR_YAML_PANE (widget);

  if (self->state == STATE_HELD && self->typed != NULL)
    weir_yaml_pane_apply (self);
}

/* In the text, so that all that was typed beside it stays; from there it goes into the workflow. */
static void
fix_cb (GtkWidget  *widget,
        const char *action,
        GVariant   *target)
{
  WeirYamlPane *self = WEIR_YAML_PANE (widget);
  g_autoptr(WeirFix) fix = self->fixes != NULL ? g_list_model_get_item (self->fixes, g_variant_get_uint32 (target))
                                                : NULL;
  g_autofree char *before = weir_yaml_view_dup_text (self->view);
  g_autofree char *title = fix != NULL ? weir_fix_dup_title (fix) : NULL;
  g_autofree char *after = NULL;

  if (fix == NULL)
    return;
  if (self->typed == NULL)
    after = weir_text_apply_fix (before, fix);
  else if (weir_workflow_apply_fix (self->typed, fix, title))
    after = weir_workflow_to_yaml (self->typed);
  if (after == NULL)
    return;
  weir_yaml_pane_write_text (self, after, TRUE);
  if (self->state == STATE_IN_STEP)
    g_set_str (&self->edit_name, title);
  weir_yaml_pane_settle (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

static void
keep_cb (GtkWidget  *widget,
         const char *action,
         GVariant   *target)
{
  WeirYamlPane *self = WEIR_YAML_PANE (widget);

  if (self->state != STATE_CONFLICT)
    return;
  weir_yaml_pane_set_state (self, STATE_TYPING);
  weir_yaml_pane_settle (self);
}

static void
take_cb (GtkWidget  *widget,
         const char *action,
         GVariant   *target)
{
  WeirYamlPane *self = WEIR_YAML_PANE (widget);

  if (self->state != STATE_CONFLICT)
    return;
  weir_yaml_pane_write_text (self, self->base, TRUE);
  weir_yaml_pane_read_text (self, self->base);
  weir_yaml_pane_drop_draft (self);
  weir_yaml_pane_set_state (self, STATE_IN_STEP);
}

static void
next_problem_cb (GtkWidget  *widget,
                 const char *action,
                 GVariant   *target)
{
  WeirYamlPane *self = WEIR_YAML_PANE (widget);
  guint here = weir_yaml_pane_get_cursor_line (self);
  g_autoptr(WeirProblem) next = NULL;
  g_autoptr(WeirProblem) first = NULL;

  for (guint i = 0; self->problems != NULL && i < g_list_model_get_n_items (self->problems); i++)
    {
      g_autoptr(WeirProblem) problem = g_list_model_get_item (self->problems, i);
      guint line = weir_problem_get_line (problem);

      if (line > here && (next == NULL || line < weir_problem_get_line (next)))
        g_set_object (&next, problem);
      if (line > 0 && (first == NULL || line < weir_problem_get_line (first)))
        g_set_object (&first, problem);
    }
  if (next == NULL)
    g_set_object (&next, first);
  if (next == NULL)
    return;
  weir_yaml_view_go_to (self->view, weir_problem_get_line (next), weir_problem_get_column (next));
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

/* The object */

static void
weir_yaml_pane_get_property (GObject    *object,
                             guint       id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  g_value_set_boolean (value, WEIR_YAML_PANE (object)->full);
}

static void
weir_yaml_pane_set_property (GObject      *object,
                             guint         id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  WeirYamlPane *self = WEIR_YAML_PANE (object);

  if (self->full == g_value_get_boolean (value))
    return;
  self->full = g_value_get_boolean (value);
  g_object_notify_by_pspec (object, properties[PROP_FULL]);
}

static void
weir_yaml_pane_dispose (GObject *object)
{
  WeirYamlPane *self = WEIR_YAML_PANE (object);

  g_clear_handle_id (&self->rest_id, g_source_remove);
  g_clear_handle_id (&self->follow_id, g_source_remove);
  g_clear_handle_id (&self->place_id, g_source_remove);
  if (self->workflow != NULL)
    g_signal_handlers_disconnect_by_data (self->workflow, self);
  g_clear_object (&self->help);
  g_clear_object (&self->workflow);
  g_clear_object (&self->typed);
  g_clear_object (&self->problems);
  g_clear_object (&self->fixes);
  g_clear_pointer (&self->edit_name, g_free);
  g_clear_pointer (&self->base, g_free);
  if (self->view != NULL)
    g_signal_handlers_disconnect_by_data (weir_yaml_pane_get_buffer (self), self);
  gtk_widget_dispose_template (GTK_WIDGET (self), WEIR_TYPE_YAML_PANE);
  G_OBJECT_CLASS (weir_yaml_pane_parent_class)->dispose (object);
}

static gboolean
weir_yaml_pane_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (WEIR_YAML_PANE (widget)->view));
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, WeirYamlPane, view);
  gtk_widget_class_bind_template_child (widget_class, WeirYamlPane, status);
  gtk_widget_class_bind_template_child (widget_class, WeirYamlPane, trouble);
  gtk_widget_class_bind_template_child (widget_class, WeirYamlPane, trouble_icon);
  gtk_widget_class_bind_template_child (widget_class, WeirYamlPane, trouble_label);
  gtk_widget_class_bind_template_child (widget_class, WeirYamlPane, fixes_button);
  gtk_widget_class_bind_template_child (widget_class, WeirYamlPane, next_button);
  gtk_widget_class_bind_template_child (widget_class, WeirYamlPane, apply_button);
  gtk_widget_class_bind_template_child (widget_class, WeirYamlPane, take_button);
  gtk_widget_class_bind_template_child (widget_class, WeirYamlPane, keep_button);
}

static void
weir_yaml_pane_class_init (WeirYamlPaneClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = weir_yaml_pane_get_property;
  object_class->set_property = weir_yaml_pane_set_property;
  object_class->dispose = weir_yaml_pane_dispose;
  widget_class->grab_focus = weir_yaml_pane_grab_focus;
  widget_class->map = weir_yaml_pane_map;
  properties[PROP_FULL] = g_param_spec_boolean ("full", NULL, NULL, FALSE,
                                                G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[PLACE_CHANGED] = g_signal_new ("place-changed", WEIR_TYPE_YAML_PANE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 0);
  signals[CLOSED] = g_signal_new ("closed", WEIR_TYPE_YAML_PANE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                  0);

  g_type_ensure (WEIR_TYPE_YAML_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/weirstudio/Weir/weir-yaml-pane.ui");
  bind_children (widget_class);
  gtk_widget_class_install_action (widget_class, "yaml.close", NULL, close_cb);
  gtk_widget_class_install_action (widget_class, "yaml.apply", NULL, apply_cb);
  gtk_widget_class_install_action (widget_class, "yaml.fix", "u", fix_cb);
  gtk_widget_class_install_action (widget_class, "yaml.keep", NULL, keep_cb);
  gtk_widget_class_install_action (widget_class, "yaml.take", NULL, take_cb);
  gtk_widget_class_install_action (widget_class, "yaml.next-problem", NULL, next_problem_cb);
}

static void
weir_yaml_pane_init (WeirYamlPane *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  self->help = weir_yaml_help_new (self->view);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_pressed_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self->view), keys);
  g_signal_connect_object (weir_yaml_pane_get_buffer (self), "changed", G_CALLBACK (weir_yaml_pane_text_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (weir_yaml_pane_get_buffer (self), "notify::cursor-position", G_CALLBACK (cursor_moved_cb), self,
                           G_CONNECT_SWAPPED);
}

/**
 * weir_yaml_pane_set_workflow:
 * @self: a pane
 * @workflow: (nullable): what it shows
 *
 * Shows another workflow. What was typed into the one before goes there, or is kept.
 */
void
weir_yaml_pane_set_workflow (WeirYamlPane *self,
                             WeirWorkflow *workflow)
{
  if (self->workflow == workflow)
    return;
  weir_yaml_pane_flush (self);
  g_clear_handle_id (&self->follow_id, g_source_remove);
  if (self->workflow != NULL)
    g_signal_handlers_disconnect_by_data (self->workflow, self);
  g_set_object (&self->workflow, workflow);
  weir_yaml_help_set_workflow (self->help, workflow);
  g_clear_pointer (&self->base, g_free);
  if (workflow == NULL)
    return;
  g_signal_connect_object (workflow, "changed", G_CALLBACK (weir_yaml_pane_workflow_changed), self, G_CONNECT_SWAPPED);
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    weir_yaml_pane_begin (self);
}

/**
 * weir_yaml_pane_flush:
 * @self: a pane
 *
 * Does not wait for a rest: what was typed goes into the workflow if it is right, and is kept for the next time if not.
 */
void
weir_yaml_pane_flush (WeirYamlPane *self)
{
  if (self->rest_id != 0)
    weir_yaml_pane_settle (self);
}

/**
 * weir_yaml_pane_get_block:
 * @self: a pane
 *
 * Returns: (transfer none) (nullable): the block that the cursor is in
 */
WeirBlock *
weir_yaml_pane_get_block (WeirYamlPane *self)
{
  g_autofree char *text = weir_yaml_view_dup_text (self->view);

  return self->workflow != NULL
           ? weir_workflow_find_block_at (self->workflow, text, weir_yaml_view_get_cursor (self->view))
           : NULL;
}

/**
 * weir_yaml_pane_get_link:
 * @self: a pane
 *
 * Returns: (transfer none) (nullable): the link that the cursor is in
 */
WeirLink *
weir_yaml_pane_get_link (WeirYamlPane *self)
{
  g_autofree char *text = weir_yaml_view_dup_text (self->view);

  return self->workflow != NULL
           ? weir_workflow_find_link_at (self->workflow, text, weir_yaml_view_get_cursor (self->view))
           : NULL;
}

static void
move_to (WeirYamlPane *self,
         gsize         offset)
{
  self->moving = TRUE;
  weir_yaml_view_set_cursor (self->view, offset);
  self->moving = FALSE;
  weir_yaml_pane_update_status (self);
}

/* The text is that of the workflow as it is now; it is if nothing has changed since. */
static void
catch_up (WeirYamlPane *self)
{
  if (self->follow_id != 0 || self->base == NULL)
    weir_yaml_pane_follow (self);
}

/**
 * weir_yaml_pane_show_block:
 * @self: a pane
 * @block: a block of its workflow
 * @field: (nullable): a setting of it
 *
 * Puts the cursor to it, unless it is in it.
 */
void
weir_yaml_pane_show_block (WeirYamlPane *self,
                           WeirBlock    *block,
                           const char   *field)
{
  g_autofree char *text = NULL;
  gsize start, end;

  if (!gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  catch_up (self);
  if (field == NULL && weir_yaml_pane_get_block (self) == block)
    return;
  text = weir_yaml_view_dup_text (self->view);
  if (weir_text_find_block (text, weir_block_get_path (block), field, &start, &end))
    move_to (self, start);
}

/**
 * weir_yaml_pane_show_problem:
 * @self: a pane
 * @problem: a problem of its workflow
 *
 * Puts the cursor to where the text has the same problem, else to its block.
 */
void
weir_yaml_pane_show_problem (WeirYamlPane *self,
                             WeirProblem  *problem)
{
  g_autofree char *key = weir_problem_make_key (problem);
  const char *path = weir_problem_get_block_path (problem);
  WeirBlock *block;

  if (self->workflow == NULL || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  catch_up (self);
  for (guint i = 0; self->problems != NULL && i < g_list_model_get_n_items (self->problems); i++)
    {
      g_autoptr(WeirProblem) own = g_list_model_get_item (self->problems, i);
      g_autofree char *own_key = weir_problem_make_key (own);

      if (!g_str_equal (own_key, key) || weir_problem_get_line (own) == 0)
        continue;
      self->moving = TRUE;
      weir_yaml_view_go_to (self->view, weir_problem_get_line (own), weir_problem_get_column (own));
      self->moving = FALSE;
      weir_yaml_pane_update_status (self);
      return;
    }
  block = path != NULL ? weir_workflow_find_block (self->workflow, path) : NULL;
  if (block != NULL)
    weir_yaml_pane_show_block (self, block, weir_problem_get_field (problem));
}

/**
 * weir_yaml_pane_show_link:
 * @self: a pane
 * @link: a link of its workflow
 *
 * Puts the cursor to it, unless it is in it.
 */
void
weir_yaml_pane_show_link (WeirYamlPane *self,
                          WeirLink     *link)
{
  g_autofree char *text = NULL;
  gsize start, end;

  if (!gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  catch_up (self);
  if (weir_yaml_pane_get_link (self) == link)
    return;
  text = weir_yaml_view_dup_text (self->view);
  if (weir_text_find_link (text, link, &start, &end))
    move_to (self, start);
}
