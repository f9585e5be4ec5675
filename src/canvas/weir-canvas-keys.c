/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>

#include "weir-canvas-private.h"

#include <math.h>

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

static graphene_point_t
middle_of (WeirCard *card)
{
  return GRAPHENE_POINT_INIT (card->indexed.bounds.origin.x + card->indexed.bounds.size.width / 2,
                              card->indexed.bounds.origin.y + card->indexed.bounds.size.height / 2);
}

/* The nearest card in a direction; going sideways counts double, so a row is walked along. */
static WeirCard *
find_neighbour (WeirCanvas *self,
                WeirCard   *from,
                int         dx,
                int         dy)
{
  graphene_point_t start = middle_of (from);
  WeirCard *best = NULL;
  double best_cost = G_MAXDOUBLE;

  for (guint i = 0; i < self->scene->cards->len; i++)
    {
      WeirCard *card = g_ptr_array_index (self->scene->cards, i);
      graphene_point_t at = middle_of (card);
      double along = (at.x - start.x) * dx + (at.y - start.y) * dy;
      double aside = fabs ((at.x - start.x) * dy) + fabs ((at.y - start.y) * dx);

      if (card != from && along > 1 && along + 2 * aside < best_cost)
        {
          best = card;
          best_cost = along + 2 * aside;
        }
    }
  return best;
}

static void
go_to_card (WeirCanvas *self,
            WeirCard   *card)
{
  g_autofree char *text = weir_scene_describe_card (self->scene, card);

  weir_canvas_select_block (self, card->block, FALSE);
  weir_canvas_reveal_block (self, card->block);
  weir_canvas_announce (self, text);
}

static void
walk (WeirCanvas *self,
      int         dx,
      int         dy)
{
  WeirCard *from = self->selected_block != NULL ? weir_scene_find_card (self->scene, self->selected_block) : NULL;
  WeirCard *to = from != NULL                  ? find_neighbour (self, from, dx, dy)
                 : self->scene->cards->len > 0 ? g_ptr_array_index (self->scene->cards, 0)
                                               : NULL;

  if (to != NULL)
    go_to_card (self, to);
}

/* Connect mode: a port of the selected block, then the port to link it to; each choice is spoken. */

static void
announce_choice (WeirCanvas *self)
{
  WeirConnectChoice *choice = &g_array_index (self->choices, WeirConnectChoice, self->choice);
  g_autofree char *text = NULL;

  if (self->connect == WEIR_CONNECT_PORT)
    text = g_strdup_printf (_("Output %s, %s, %u of %u"), choice->pin->title, choice->pin->type, self->choice + 1,
                            self->choices->len);
  else
    text = g_strdup_printf (_("To %s, %s, %s, %u of %u"), weir_block_get_title (choice->card->block),
                            choice->pin->title, choice->pin->type, self->choice + 1, self->choices->len);
  weir_canvas_announce (self, text);
}

static void
show_choice (WeirCanvas *self)
{
  WeirConnectChoice *choice = &g_array_index (self->choices, WeirConnectChoice, self->choice);

  if (self->connect == WEIR_CONNECT_PORT)
    weir_canvas_begin_link (self, choice->card, choice->pin, NULL);
  else
    {
      self->link.to_card = choice->card;
      self->link.to_pin = choice->pin;
      self->link.end = GRAPHENE_POINT_INIT (choice->card->indexed.bounds.origin.x + choice->pin->x,
                                            choice->card->indexed.bounds.origin.y + choice->pin->y);
      weir_viewport_reveal (self->viewport, &choice->card->indexed.bounds, 24);
    }
  gtk_widget_queue_draw (GTK_WIDGET (self));
  announce_choice (self);
}

static double
distance_between (WeirCard *a,
                  WeirCard *b)
{
  graphene_point_t first = middle_of (a), second = middle_of (b);

  return hypot (first.x - second.x, first.y - second.y);
}

static int
compare_choices (gconstpointer a,
                 gconstpointer b,
                 gpointer      user_data)
{
  const WeirConnectChoice *first = a, *second = b;
  double x = distance_between (first->card, user_data), y = distance_between (second->card, user_data);

  return x < y ? -1 : x > y ? 1 : first->pin < second->pin ? -1 : 1;
}

static void
collect_ports (WeirCanvas *self,
               WeirCard   *card)
{
  g_array_set_size (self->choices, 0);
  for (guint i = 0; i < card->pins->len; i++)
    {
      WeirConnectChoice choice = { card, &g_array_index (card->pins, WeirPin, i) };

      if (!choice.pin->input)
        g_array_append_val (self->choices, choice);
    }
  self->choice = 0;
}

static void
collect_targets (WeirCanvas *self)
{
  g_array_set_size (self->choices, 0);
  for (guint c = 0; c < self->scene->cards->len; c++)
    {
      WeirCard *card = g_ptr_array_index (self->scene->cards, c);

      for (guint i = 0; i < card->pins->len; i++)
        {
          WeirConnectChoice choice = { card, &g_array_index (card->pins, WeirPin, i) };

          if (choice.pin->input && weir_canvas_can_join (self, self->link.card, self->link.pin, card, choice.pin, NULL))
            g_array_append_val (self->choices, choice);
        }
    }
  g_array_sort_with_data (self->choices, compare_choices, self->link.card);
  self->choice = 0;
}

static void
enter_connect (WeirCanvas *self)
{
  WeirCard *card = self->selected_block != NULL ? weir_scene_find_card (self->scene, self->selected_block) : NULL;

  if (!self->editable)
    return;
  if (card == NULL)
    {
      weir_canvas_say (self, _("Select the block to link from first"));
      return;
    }
  collect_ports (self, card);
  self->connect = WEIR_CONNECT_PORT;
  weir_canvas_announce (self, _("Linking: choose an output with Up and Down, Enter to go on, Escape to leave"));
  show_choice (self);
}

static void
confirm_choice (WeirCanvas *self)
{
  if (self->connect == WEIR_CONNECT_PORT)
    {
      collect_targets (self);
      if (self->choices->len == 0)
        {
          weir_canvas_leave_connect (self);
          weir_canvas_say (self, _("No input takes what this output gives"));
          return;
        }
      self->connect = WEIR_CONNECT_TARGET;
      show_choice (self);
      return;
    }
  self->connect = WEIR_CONNECT_OFF;
  weir_canvas_end_link (self, TRUE);
}

void
weir_canvas_leave_connect (WeirCanvas *self)
{
  if (self->connect == WEIR_CONNECT_OFF)
    return;
  self->connect = WEIR_CONNECT_OFF;
  weir_canvas_end_link (self, FALSE);
  g_array_set_size (self->choices, 0);
}

static gboolean
handle_connect_key (WeirCanvas *self,
                    guint       keyval)
{
  switch (keyval)
    {
    case GDK_KEY_Down:
    case GDK_KEY_Right:
    case GDK_KEY_Tab:
      self->choice = (self->choice + 1) % self->choices->len;
      show_choice (self);
      return GDK_EVENT_STOP;
    case GDK_KEY_Up:
    case GDK_KEY_Left:
      self->choice = (self->choice + self->choices->len - 1) % self->choices->len;
      show_choice (self);
      return GDK_EVENT_STOP;
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
    case GDK_KEY_space:
      confirm_choice (self);
      return GDK_EVENT_STOP;
    case GDK_KEY_Escape:
      weir_canvas_leave_connect (self);
      weir_canvas_announce (self, _("Linking ended"));
      return GDK_EVENT_STOP;
    default:
      return GDK_EVENT_PROPAGATE;
    }
}

static void
handle_escape (WeirCanvas *self)
{
  if (self->drag != WEIR_DRAG_NONE)
    weir_canvas_cancel_drag (self);
  else
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
    walk (self, dx, dy);
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
    return handle_connect_key (self, keyval);
  switch (keyval)
    {
    case GDK_KEY_Left:
    case GDK_KEY_Right:
    case GDK_KEY_Up:
    case GDK_KEY_Down:
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
    case GDK_KEY_l:
      if (modifiers != 0)
        return GDK_EVENT_PROPAGATE;
      enter_connect (self);
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

static void
connect_action (GtkWidget  *widget,
                const char *name,
                GVariant   *parameter)
{
  gtk_widget_grab_focus (widget);
  enter_connect (WEIR_CANVAS (widget));
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
    { GDK_KEY_Return, GDK_CONTROL_MASK, "canvas.open" }, { GDK_KEY_e, GDK_CONTROL_MASK, "canvas.toggle-enabled" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    gtk_widget_class_add_binding_action (klass, keys[i].key, keys[i].modifiers, keys[i].action, NULL);
  gtk_widget_class_install_action (klass, "canvas.connect", NULL, connect_action);
}
