/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>

#include "weir-canvas-private.h"

/* Moving the selection and moving among blocks */

static void
nudge (WeirCanvas *self,
       double      dx,
       double      dy)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->selected));

  if (!self->editable || n == 0)
    return;
  /* A row of key presses is one step to undo. */
  weir_workflow_merge_next_edit (self->workflow);
  weir_workflow_begin_edit (self->workflow, _("Nudge"));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr(WeirBlock) block = g_list_model_get_item (G_LIST_MODEL (self->selected), i);
      double x, y;

      weir_block_get_position (block, &x, &y);
      weir_workflow_set_position (self->workflow, block, x + dx, y + dy);
    }
  weir_workflow_end_edit (self->workflow);
  if (self->selected_block != NULL)
    weir_canvas_reveal_block (self, self->selected_block);
}

static void
handle_escape (WeirCanvas *self)
{
  if (self->drag != WEIR_DRAG_NONE)
    {
      weir_canvas_cancel_drag (self);
      return;
    }
  if (self->selected_block != NULL)
    weir_canvas_announce (self, _("Nothing selected"));
  self->gathering = FALSE;
  weir_canvas_clear_selection (self);
}

static gboolean
handle_arrow (WeirCanvas      *self,
              guint            keyval,
              GdkModifierType  state)
{
  int dx = (keyval == GDK_KEY_Right) - (keyval == GDK_KEY_Left), dy = (keyval == GDK_KEY_Down) - (keyval == GDK_KEY_Up);
  double step = (state & GDK_ALT_MASK) != 0 ? 1 : (state & GDK_SHIFT_MASK) != 0 ? 8 * WEIR_GRID : WEIR_GRID;

  if ((state & GDK_CONTROL_MASK) != 0 || (self->selected_block == NULL && self->scene->cards->len > 0))
    weir_canvas_walk (self, dx, dy);
  else
    nudge (self, dx * step, dy * step);
  return GDK_EVENT_STOP;
}

static gboolean
key_pressed_cb (GtkEventControllerKey *controller,
                guint                  keyval,
                guint                  keycode,
                GdkModifierType        state,
                WeirCanvas            *self)
{
  GdkModifierType modifiers = state & (GDK_CONTROL_MASK | GDK_SHIFT_MASK | GDK_ALT_MASK | GDK_SUPER_MASK);
  double x, y;

  if (self->scene == NULL)
    return GDK_EVENT_PROPAGATE;
  if (self->connect != WEIR_CONNECT_OFF)
    return weir_canvas_connect_key (self, keyval, modifiers);
  switch (keyval)
    {
    case GDK_KEY_Left:
    case GDK_KEY_Right:
    case GDK_KEY_Up:
    case GDK_KEY_Down:
      if (modifiers == (GDK_CONTROL_MASK | GDK_SHIFT_MASK))
        return GDK_EVENT_PROPAGATE;
      return handle_arrow (self, keyval, modifiers);
    case GDK_KEY_Escape:
      handle_escape (self);
      return GDK_EVENT_STOP;
    case GDK_KEY_space:
      if (modifiers != 0)
        return GDK_EVENT_PROPAGATE;
      self->space_held = TRUE;
      gtk_widget_set_cursor_from_name (GTK_WIDGET (self), "grab");
      return GDK_EVENT_STOP;
    case GDK_KEY_Tab:
      if (modifiers != 0 || !self->editable)
        return GDK_EVENT_PROPAGATE;
      weir_canvas_get_insert_point (self, &x, &y);
      weir_canvas_request_block (self, x, y, NULL, NULL);
      return GDK_EVENT_STOP;
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
      if (modifiers != 0 || self->selected_block == NULL)
        return GDK_EVENT_PROPAGATE;
      weir_canvas_emit_activated (self, self->selected_block);
      return GDK_EVENT_STOP;
    case GDK_KEY_Menu:
    case GDK_KEY_F10:
      if (keyval == GDK_KEY_F10 && modifiers != GDK_SHIFT_MASK)
        return GDK_EVENT_PROPAGATE;
      weir_canvas_popup_menu (self, -1, -1);
      return GDK_EVENT_STOP;
    default:
      return GDK_EVENT_PROPAGATE;
    }
}

static void
key_released_cb (GtkEventControllerKey *controller,
                 guint                  keyval,
                 guint                  keycode,
                 GdkModifierType        state,
                 WeirCanvas            *self)
{
  if (keyval != GDK_KEY_space || !self->space_held)
    return;
  self->space_held = FALSE;
  if (self->drag == WEIR_DRAG_NONE)
    gtk_widget_set_cursor (GTK_WIDGET (self), NULL);
}

static void
focus_leave_cb (GtkEventControllerFocus *controller,
                WeirCanvas              *self)
{
  self->space_held = FALSE;
  weir_canvas_leave_connect (self);
}

void
weir_canvas_init_keys (WeirCanvas *self)
{
  GtkEventController *key = gtk_event_controller_key_new (), *focus = gtk_event_controller_focus_new ();

  g_signal_connect (key, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  g_signal_connect (key, "key-released", G_CALLBACK (key_released_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), key);
  g_signal_connect (focus, "leave", G_CALLBACK (focus_leave_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), focus);
}

void
weir_canvas_install_keys (GtkWidgetClass *klass)
{
  /* Menus show the last key of an action. */
  static const struct { guint key; GdkModifierType modifiers; const char *action; } keys[] = {
    { GDK_KEY_plus, 0, "canvas.zoom-in" }, { GDK_KEY_equal, 0, "canvas.zoom-in" },
    { GDK_KEY_KP_Add, 0, "canvas.zoom-in" },
    { GDK_KEY_plus, GDK_CONTROL_MASK, "canvas.zoom-in" }, { GDK_KEY_equal, GDK_CONTROL_MASK, "canvas.zoom-in" },
    { GDK_KEY_minus, 0, "canvas.zoom-out" }, { GDK_KEY_KP_Subtract, 0, "canvas.zoom-out" },
    { GDK_KEY_minus, GDK_CONTROL_MASK, "canvas.zoom-out" },
    { GDK_KEY_1, 0, "canvas.zoom-100" }, { GDK_KEY_0, GDK_CONTROL_MASK, "canvas.zoom-100" },
    { GDK_KEY_KP_0, 0, "canvas.zoom-fit" }, { GDK_KEY_0, 0, "canvas.zoom-fit" },
    { GDK_KEY_a, GDK_CONTROL_MASK, "canvas.select-all" }, { GDK_KEY_c, GDK_CONTROL_MASK, "canvas.copy" },
    { GDK_KEY_x, GDK_CONTROL_MASK, "canvas.cut" }, { GDK_KEY_v, GDK_CONTROL_MASK, "canvas.paste" },
    { GDK_KEY_d, GDK_CONTROL_MASK, "canvas.duplicate" }, { GDK_KEY_z, GDK_CONTROL_MASK, "canvas.undo" },
    { GDK_KEY_z, GDK_CONTROL_MASK | GDK_SHIFT_MASK, "canvas.redo" }, { GDK_KEY_y, GDK_CONTROL_MASK, "canvas.redo" },
    { GDK_KEY_BackSpace, 0, "canvas.delete" }, { GDK_KEY_KP_Delete, 0, "canvas.delete" },
    { GDK_KEY_Delete, 0, "canvas.delete" }, { GDK_KEY_f, 0, "canvas.link-selection" },
    { GDK_KEY_2, 0, "canvas.zoom-selection" }, { GDK_KEY_u, 0, "canvas.take-out" },
    { GDK_KEY_Delete, GDK_CONTROL_MASK, "canvas.delete-and-reconnect" },
    { GDK_KEY_l, 0, "canvas.connect" }, { GDK_KEY_j, 0, "canvas.jump" }, { GDK_KEY_space, GDK_CONTROL_MASK, "canvas.gather" },
    { GDK_KEY_Right, GDK_CONTROL_MASK | GDK_SHIFT_MASK, "canvas.follow-forward" },
    { GDK_KEY_Left, GDK_CONTROL_MASK | GDK_SHIFT_MASK, "canvas.follow-back" },
    { GDK_KEY_Down, GDK_CONTROL_MASK | GDK_SHIFT_MASK, "canvas.follow-next" },
    { GDK_KEY_Up, GDK_CONTROL_MASK | GDK_SHIFT_MASK, "canvas.follow-previous" },
    { GDK_KEY_Return, GDK_CONTROL_MASK, "canvas.open" }, { GDK_KEY_e, GDK_CONTROL_MASK, "canvas.toggle-enabled" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    gtk_widget_class_add_binding_action (klass, keys[i].key, keys[i].modifiers, keys[i].action, NULL);
}
