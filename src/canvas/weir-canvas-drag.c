/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>

#include "weir-canvas-private.h"

#include <math.h>

#define THRESHOLD 4.0 /* view pixels that a press may wander */
#define EDGE 28.0     /* dragging this near to the edge scrolls */

double
weir_canvas_to_plane_length (WeirCanvas *self,
                             double      length)
{
  return length / weir_viewport_get_zoom (self->viewport);
}

void
weir_canvas_set_cursor (WeirCanvas *self,
                        const char *name)
{
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), name);
}

/* The rubber band */

static void
begin_band (WeirCanvas *self)
{
  gboolean keep = (self->press_modifiers & (GDK_CONTROL_MASK | GDK_SHIFT_MASK)) != 0;

  g_hash_table_remove_all (self->band_before);
  if (!keep)
    weir_canvas_clear_selection (self);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->selected)); i++)
    {
      g_autoptr(WeirBlock) block = g_list_model_get_item (G_LIST_MODEL (self->selected), i);

      g_hash_table_add (self->band_before, block);
    }
  self->drag = WEIR_DRAG_BAND;
}

static void
update_band (WeirCanvas *self)
{
  g_autoptr(GPtrArray) found = g_ptr_array_new ();
  g_autoptr(GHashTable) inside = g_hash_table_new (NULL, NULL);
  graphene_rect_t plane;
  double x, y, x0, y0;

  weir_viewport_to_view (self->viewport, self->press_plane_x, self->press_plane_y, &x0, &y0);
  graphene_rect_init (&self->band, x0, y0, self->pointer_x - x0, self->pointer_y - y0);
  graphene_rect_normalize (&self->band);
  weir_viewport_to_plane (self->viewport, self->band.origin.x, self->band.origin.y, &x, &y);
  plane = GRAPHENE_RECT_INIT (x, y, weir_canvas_to_plane_length (self, self->band.size.width) + 0.01f,
                              weir_canvas_to_plane_length (self, self->band.size.height) + 0.01f);
  weir_canvas_index_query (self->scene->card_index, &plane, found);
  for (guint i = 0; i < found->len; i++)
    g_hash_table_add (inside, ((WeirCard *) g_ptr_array_index (found, i))->block);

  for (guint i = g_list_model_get_n_items (G_LIST_MODEL (self->selected)); i > 0; i--)
    {
      g_autoptr(WeirBlock) block = g_list_model_get_item (G_LIST_MODEL (self->selected), i - 1);

      if (!g_hash_table_contains (inside, block) && !g_hash_table_contains (self->band_before, block))
        weir_canvas_unselect_block (self, block);
    }
  for (guint i = 0; i < found->len; i++)
    {
      WeirCard *card = g_ptr_array_index (found, i);

      if (!card->selected)
        weir_canvas_select_block (self, card->block, TRUE);
    }
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* Scrolling while something is dragged to the edge */

static double
edge_push (double position,
           double length)
{
  if (position < EDGE)
    return (position - EDGE) / 3;
  if (position > length - EDGE)
    return (position - length + EDGE) / 3;
  return 0;
}

void
weir_canvas_follow_pointer (WeirCanvas *self)
{
  switch (self->drag)
    {
    case WEIR_DRAG_MOVE:
      weir_canvas_update_move (self);
      break;
    case WEIR_DRAG_RESIZE:
      weir_canvas_update_resize (self);
      break;
    case WEIR_DRAG_BAND:
      update_band (self);
      break;
    case WEIR_DRAG_LINK:
      weir_canvas_update_link (self, self->pointer_x, self->pointer_y);
      break;
    case WEIR_DRAG_PAN:
      weir_viewport_set_origin (self->viewport,
                                self->origin_x - weir_canvas_to_plane_length (self, self->pointer_x - self->press_x),
                                self->origin_y - weir_canvas_to_plane_length (self, self->pointer_y - self->press_y));
      break;
    case WEIR_DRAG_LASSO:
    case WEIR_DRAG_CUT:
    case WEIR_DRAG_DOTS:
      weir_canvas_extend_stroke (self);
      break;
    case WEIR_DRAG_NONE:
    case WEIR_DRAG_PRESSED:
      break;
    }
}

static gboolean
autoscroll_cb (GtkWidget     *widget,
               GdkFrameClock *clock,
               gpointer       user_data)
{
  WeirCanvas *self = WEIR_CANVAS (widget);
  double dx = edge_push (self->pointer_x, gtk_widget_get_width (widget));
  double dy = edge_push (self->pointer_y, gtk_widget_get_height (widget));

  if ((dx == 0 && dy == 0) || self->drag < WEIR_DRAG_BAND)
    {
      self->autoscroll_id = 0;
      return G_SOURCE_REMOVE;
    }
  weir_viewport_pan (self->viewport, CLAMP (dx, -24, 24), CLAMP (dy, -24, 24));
  weir_canvas_follow_pointer (self);
  return G_SOURCE_CONTINUE;
}

/* Press, drag, release */

static gboolean
near_end (const WeirWire         *wire,
          const graphene_point_t *end,
          double                  x,
          double                  y,
          double                  radius)
{
  return hypot (end->x - x, end->y - y) <= radius;
}

/* Near an end of a link, away from the port itself, the link is picked up there. */
static gboolean
begin_detach (WeirCanvas *self,
              WeirWire   *wire)
{
  double radius = weir_canvas_to_plane_length (self, 3 * WEIR_PRESS_RADIUS);
  const WeirPin *pin;

  if (near_end (wire, &wire->path[wire->n_path - 1], self->press_plane_x, self->press_plane_y, radius))
    {
      pin = weir_card_find_pin (wire->source, weir_link_get_source_port (wire->link), FALSE);
      if (pin != NULL)
        weir_canvas_begin_link (self, wire->source, pin, wire->link);
    }
  else if (near_end (wire, &wire->path[0], self->press_plane_x, self->press_plane_y, radius))
    {
      pin = weir_card_find_pin (wire->target, weir_link_get_target_port (wire->link), TRUE);
      if (pin != NULL)
        weir_canvas_begin_link (self, wire->target, pin, wire->link);
    }
  return self->link.card != NULL;
}

/* A linked input is the end of its link: dragging it takes the link off. Outputs give a further link. */
static void
begin_link_at_pin (WeirCanvas    *self,
                   WeirCard      *card,
                   const WeirPin *pin)
{
  guint n;
  WeirLink **links = weir_graph_get_links_to (self->graph, card->block, &n);

  self->drag = WEIR_DRAG_LINK;
  for (guint i = 0; pin->input && i < n; i++)
    if (g_str_equal (weir_link_get_target_port (links[i]), pin->name))
      {
        WeirWire *wire = weir_scene_find_wire (self->scene, links[i]);
        const WeirPin *out = weir_card_find_pin (wire->source, weir_link_get_source_port (links[i]), FALSE);

        if (out != NULL)
          {
            weir_canvas_begin_link (self, wire->source, out, links[i]);
            return;
          }
      }
  weir_canvas_begin_link (self, card, pin, NULL);
}

static gboolean
is_touch (GtkGesture *gesture)
{
  GdkDevice *device = gtk_event_controller_get_current_event_device (GTK_EVENT_CONTROLLER (gesture));

  return device != NULL && gdk_device_get_source (device) == GDK_SOURCE_TOUCHSCREEN;
}

static void
press_card (WeirCanvas *self,
            WeirCard   *card)
{
  gboolean toggle = (self->press_modifiers & (GDK_CONTROL_MASK | GDK_SHIFT_MASK)) != 0;

  self->pressed_card = card;
  self->was_selected = card->selected;
  /* A press on what is selected may begin a drag of all of it, so it narrows the selection only on release. */
  if (!card->selected)
    weir_canvas_select_block (self, card->block, toggle);
}

static void
remember_press (WeirCanvas     *self,
                GtkGestureDrag *gesture,
                double          x,
                double          y)
{
  weir_canvas_leave_connect (self);
  self->press_x = self->pointer_x = x;
  self->press_y = self->pointer_y = y;
  self->press_modifiers = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture));
  weir_viewport_to_plane (self->viewport, x, y, &self->press_plane_x, &self->press_plane_y);
  weir_viewport_get_origin (self->viewport, &self->origin_x, &self->origin_y);
  self->pressed_card = NULL;
  self->pressed_sticky = NULL;
  self->pressed_link = NULL;
}

/* With Ctrl a cut, with Shift dots; without either the button asks for a menu. */
static void
begin_right_drag (WeirCanvas     *self,
                  GtkGestureDrag *gesture,
                  double          x,
                  double          y)
{
  remember_press (self, gesture, x, y);
  if (self->editable && (self->press_modifiers & GDK_CONTROL_MASK) != 0)
    weir_canvas_begin_stroke (self, WEIR_DRAG_CUT);
  else if (self->editable && (self->press_modifiers & GDK_SHIFT_MASK) != 0)
    weir_canvas_begin_stroke (self, WEIR_DRAG_DOTS);
}

/* The middle of a dot is for dragging it, its rim for links. */
static gboolean
is_middle_of_dot (WeirCanvas *self,
                  WeirCard   *card)
{
  const graphene_rect_t *rect = &card->indexed.bounds;

  return card->dot && fabs (rect->origin.x + rect->size.width / 2 - self->press_plane_x) < WEIR_DOT_SIZE / 3
         && fabs (rect->origin.y + rect->size.height / 2 - self->press_plane_y) < WEIR_DOT_SIZE / 2;
}

static void
drag_begin_cb (GtkGestureDrag *gesture,
               double          x,
               double          y,
               WeirCanvas     *self)
{
  guint button = gtk_gesture_single_get_current_button (GTK_GESTURE_SINGLE (gesture));
  const WeirPin *pin;
  WeirCard *card;
  WeirWire *wire;

  gtk_widget_grab_focus (GTK_WIDGET (self));
  weir_canvas_stop_glide (self);
  weir_canvas_end_journey (self);
  if (self->scene == NULL)
    return;
  if (button == GDK_BUTTON_SECONDARY)
    {
      begin_right_drag (self, gesture, x, y);
      return;
    }
  if (button != GDK_BUTTON_PRIMARY && button != GDK_BUTTON_MIDDLE)
    return;
  remember_press (self, gesture, x, y);
  self->drag = WEIR_DRAG_PRESSED;
  if (button == GDK_BUTTON_MIDDLE || self->space_held)
    {
      self->drag = WEIR_DRAG_PAN;
      weir_canvas_set_cursor (self, "grabbing");
      return;
    }

  pin = self->editable && weir_canvas_get_lod (self) <= WEIR_LOD_HEADER
          ? weir_scene_pin_at (self->scene, self->press_plane_x, self->press_plane_y,
                               weir_canvas_to_plane_length (self, WEIR_PRESS_RADIUS), &card)
          : NULL;
  if (pin != NULL && !is_middle_of_dot (self, card))
    {
      begin_link_at_pin (self, card, pin);
      return;
    }
  card = weir_scene_card_at (self->scene, self->press_plane_x, self->press_plane_y);
  wire = card == NULL ? weir_scene_wire_at (self->scene, self->press_plane_x, self->press_plane_y,
                                            weir_canvas_to_plane_length (self, WEIR_WIRE_RADIUS))
                      : NULL;
  if (card != NULL)
    press_card (self, card);
  else if (wire != NULL)
    {
      self->pressed_link = wire->link;
      weir_canvas_select_link (self, wire->link);
    }
  else if ((self->pressed_sticky = weir_scene_sticky_at (self->scene, self->press_plane_x, self->press_plane_y))
           != NULL)
    weir_canvas_select_note (self, self->pressed_sticky->id);
}

static gboolean
is_corner (WeirCanvas *self,
           WeirSticky *sticky)
{
  const graphene_rect_t *rect = &sticky->rect;

  return !sticky->collapsed && rect->origin.x + rect->size.width - self->press_plane_x < 16
         && rect->origin.y + rect->size.height - self->press_plane_y < 16;
}

static void
start_drag (WeirCanvas *self,
            GtkGesture *gesture)
{
  WeirWire *wire = self->pressed_link != NULL ? weir_scene_find_wire (self->scene, self->pressed_link) : NULL;

  if (self->pressed_card != NULL || self->pressed_sticky != NULL)
    {
      if (self->editable && self->pressed_sticky != NULL && is_corner (self, self->pressed_sticky))
        {
          self->sticky_size = self->pressed_sticky->rect.size;
          self->drag = WEIR_DRAG_RESIZE;
          weir_canvas_set_cursor (self, "nwse-resize");
        }
      else if (self->editable)
        weir_canvas_begin_move (self);
      else
        self->drag = WEIR_DRAG_PAN;
    }
  else if (wire != NULL && self->editable && begin_detach (self, wire))
    self->drag = WEIR_DRAG_LINK;
  else if (is_touch (gesture))
    self->drag = WEIR_DRAG_PAN;
  else if ((self->press_modifiers & GDK_ALT_MASK) != 0)
    weir_canvas_begin_stroke (self, WEIR_DRAG_LASSO);
  else
    begin_band (self);
}

static void
drag_update_cb (GtkGestureDrag *gesture,
                double          dx,
                double          dy,
                WeirCanvas     *self)
{
  if (self->drag == WEIR_DRAG_NONE)
    return;
  self->pointer_x = self->press_x + dx;
  self->pointer_y = self->press_y + dy;
  if (self->drag == WEIR_DRAG_PRESSED)
    {
      if (hypot (dx, dy) < THRESHOLD)
        return;
      start_drag (self, GTK_GESTURE (gesture));
    }
  weir_canvas_follow_pointer (self);
  if (self->drag >= WEIR_DRAG_BAND && self->autoscroll_id == 0)
    self->autoscroll_id = gtk_widget_add_tick_callback (GTK_WIDGET (self), autoscroll_cb, NULL, NULL);
}

static void
release_click (WeirCanvas *self)
{
  gboolean toggle = (self->press_modifiers & (GDK_CONTROL_MASK | GDK_SHIFT_MASK)) != 0;

  if (self->pressed_card != NULL && self->was_selected)
    {
      if (toggle)
        weir_canvas_unselect_block (self, self->pressed_card->block);
      else
        weir_canvas_select_block (self, self->pressed_card->block, FALSE);
    }
  else if (self->pressed_card == NULL && self->pressed_sticky == NULL && self->pressed_link == NULL && !toggle)
    weir_canvas_clear_selection (self);
}

static void
end_drag (WeirCanvas *self,
          gboolean    commit)
{
  WeirDragMode drag = self->drag;

  self->drag = WEIR_DRAG_NONE;
  weir_canvas_set_cursor (self, self->space_held ? "grab" : NULL);
  switch (drag)
    {
    case WEIR_DRAG_PRESSED:
      if (commit)
        release_click (self);
      break;
    case WEIR_DRAG_MOVE:
      weir_canvas_end_move (self, commit);
      break;
    case WEIR_DRAG_RESIZE:
      weir_canvas_end_resize (self, commit);
      break;
    case WEIR_DRAG_LINK:
      weir_canvas_end_link (self, commit && (self->pointer_x != self->press_x || self->pointer_y != self->press_y));
      break;
    case WEIR_DRAG_LASSO:
    case WEIR_DRAG_CUT:
    case WEIR_DRAG_DOTS:
      if (commit)
        weir_canvas_end_stroke (self, drag);
      break;
    case WEIR_DRAG_NONE:
    case WEIR_DRAG_PAN:
    case WEIR_DRAG_BAND:
      break;
    }
  self->pressed_card = NULL;
  self->pressed_sticky = NULL;
  self->pressed_link = NULL;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
drag_end_cb (GtkGestureDrag *gesture,
             double          dx,
             double          dy,
             WeirCanvas     *self)
{
  if (self->drag == WEIR_DRAG_NONE)
    return;
  self->pointer_x = self->press_x + dx;
  self->pointer_y = self->press_y + dy;
  end_drag (self, TRUE);
}

static void
drag_cancel_cb (GtkGesture       *gesture,
                GdkEventSequence *sequence,
                WeirCanvas       *self)
{
  end_drag (self, FALSE);
}

void
weir_canvas_cancel_drag (WeirCanvas *self)
{
  if (self->drag != WEIR_DRAG_NONE)
    end_drag (self, FALSE);
  weir_canvas_end_link (self, FALSE);
}

/* A block goes away while the pointer or the keyboard is doing something with it. */
void
weir_canvas_forget_card (WeirCanvas *self,
                         WeirBlock  *block)
{
  self->hovered_card = NULL;
  self->hovered_wire = NULL;
  self->drop_wire = NULL;
  self->pressed_card = NULL;
  if (self->drag == WEIR_DRAG_MOVE)
    {
      /* The edit that removed it has put the others where they belong. */
      self->drag = WEIR_DRAG_NONE;
      self->duplicating = FALSE;
    }
  weir_canvas_end_link (self, FALSE);
  weir_canvas_leave_connect (self);
}

void
weir_canvas_init_drag (WeirCanvas *self)
{
  self->drag_gesture = gtk_gesture_drag_new ();
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (self->drag_gesture), 0);
  g_signal_connect (self->drag_gesture, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (self->drag_gesture, "drag-update", G_CALLBACK (drag_update_cb), self);
  g_signal_connect (self->drag_gesture, "drag-end", G_CALLBACK (drag_end_cb), self);
  g_signal_connect (self->drag_gesture, "cancel", G_CALLBACK (drag_cancel_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (self->drag_gesture));
}
