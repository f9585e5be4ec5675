/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>

#include "weir-canvas-private.h"

#include <math.h>

static void
click_pressed_cb (GtkGestureClick *gesture,
                  int              n_press,
                  double           x,
                  double           y,
                  WeirCanvas      *self)
{
  GdkEvent *event = gtk_event_controller_get_current_event (GTK_EVENT_CONTROLLER (gesture));
  guint button = gtk_gesture_single_get_current_button (GTK_GESTURE_SINGLE (gesture));
  double plane_x, plane_y;
  WeirCard *card;
  WeirSticky *sticky;

  if (self->scene == NULL)
    return;
  if (event != NULL && gdk_event_triggers_context_menu (event))
    {
      /* With Ctrl or Shift the right button draws. */
      if (self->editable
          && (gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture))
              & (GDK_CONTROL_MASK | GDK_SHIFT_MASK))
               != 0)
        return;
      weir_canvas_popup_menu (self, x, y);
      gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
      return;
    }
  if (button != GDK_BUTTON_PRIMARY || n_press != 2)
    return;
  weir_viewport_to_plane (self->viewport, x, y, &plane_x, &plane_y);
  card = weir_scene_card_at (self->scene, plane_x, plane_y);
  sticky = weir_scene_sticky_at (self->scene, plane_x, plane_y);
  self->drag = WEIR_DRAG_NONE;
  if (card != NULL)
    weir_canvas_open_block (self, card->block);
  else if (sticky != NULL)
    weir_canvas_edit_note (self, sticky);
  else if (weir_scene_wire_at (self->scene, plane_x, plane_y, weir_canvas_to_plane_length (self, WEIR_WIRE_RADIUS))
           == NULL)
    weir_canvas_request_block (self, plane_x, plane_y, NULL, NULL);
}

static void
long_press_cb (GtkGestureLongPress *gesture,
               double               x,
               double               y,
               WeirCanvas          *self)
{
  weir_canvas_cancel_drag (self);
  weir_canvas_popup_menu (self, x, y);
}

/* Hovering, scrolling, pinching */

static void
set_hovered (WeirCanvas *self,
             WeirCard   *card,
             WeirWire   *wire)
{
  if (self->hovered_card != card)
    {
      if (self->hovered_card != NULL)
        {
          self->hovered_card->hovered = FALSE;
          weir_card_drop_nodes (self->hovered_card);
        }
      if (card != NULL)
        {
          card->hovered = TRUE;
          weir_card_drop_nodes (card);
        }
      self->hovered_card = card;
      gtk_widget_queue_draw (GTK_WIDGET (self));
    }
  if (self->hovered_wire != wire)
    {
      if (self->hovered_wire != NULL)
        {
          self->hovered_wire->hovered = FALSE;
          weir_wire_touch (self->hovered_wire);
        }
      if (wire != NULL)
        {
          wire->hovered = TRUE;
          weir_wire_touch (wire);
        }
      self->hovered_wire = wire;
      gtk_widget_queue_draw (GTK_WIDGET (self));
    }
}

static void
motion_cb (GtkEventControllerMotion *motion,
           double                    x,
           double                    y,
           WeirCanvas               *self)
{
  double plane_x, plane_y;
  WeirCard *card, *pin_card = NULL;
  const WeirPin *pin;

  if (self->scene == NULL || self->drag != WEIR_DRAG_NONE)
    return;
  self->pointer_x = x;
  self->pointer_y = y;
  weir_viewport_to_plane (self->viewport, x, y, &plane_x, &plane_y);
  pin = weir_scene_pin_at (self->scene, plane_x, plane_y, weir_canvas_to_plane_length (self, WEIR_PRESS_RADIUS),
                           &pin_card);
  card = pin_card != NULL ? pin_card : weir_scene_card_at (self->scene, plane_x, plane_y);
  set_hovered (self, card,
               card != NULL ? NULL
                            : weir_scene_wire_at (self->scene, plane_x, plane_y,
                                                  weir_canvas_to_plane_length (self, WEIR_WIRE_RADIUS)));
  weir_canvas_set_cursor (self, self->space_held ? "grab" : pin != NULL && self->editable ? "crosshair" : NULL);
}

static void
leave_cb (GtkEventControllerMotion *motion,
          WeirCanvas               *self)
{
  if (self->scene != NULL)
    set_hovered (self, NULL, NULL);
}

static gboolean
scroll_cb (GtkEventControllerScroll *scroll,
           double                    dx,
           double                    dy,
           WeirCanvas               *self)
{
  GdkModifierType state = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (scroll));
  gboolean wheel = gtk_event_controller_scroll_get_unit (scroll) == GDK_SCROLL_UNIT_WHEEL;
  double step = wheel ? 64 : 1;

  weir_canvas_stop_glide (self);
  if ((state & GDK_CONTROL_MASK) != 0)
    weir_viewport_zoom_at (self->viewport,
                           weir_viewport_get_zoom (self->viewport) * pow (1.15, -dy * (wheel ? 1 : 0.05)),
                           self->pointer_x, self->pointer_y);
  else if ((state & GDK_SHIFT_MASK) != 0 && dx == 0)
    weir_viewport_pan (self->viewport, dy * step, 0);
  else
    weir_viewport_pan (self->viewport, dx * step, dy * step);
  weir_canvas_follow_pointer (self);
  return GDK_EVENT_STOP;
}

/* After two fingers let go the plane glides on, slower and slower. */
static gboolean
glide_cb (GtkWidget     *widget,
          GdkFrameClock *clock,
          gpointer       user_data)
{
  WeirCanvas *self = WEIR_CANVAS (widget);
  gint64 now = gdk_frame_clock_get_frame_time (clock);
  double seconds = CLAMP ((now - self->glided_at) / 1e6, 0, 0.1), rest = exp (-4 * seconds);

  self->glided_at = now;
  weir_viewport_pan (self->viewport, self->glide_x * seconds, self->glide_y * seconds);
  self->glide_x *= rest;
  self->glide_y *= rest;
  if (hypot (self->glide_x, self->glide_y) > 20)
    return G_SOURCE_CONTINUE;
  self->glide_id = 0;
  return G_SOURCE_REMOVE;
}

void
weir_canvas_stop_glide (WeirCanvas *self)
{
  if (self->glide_id != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->glide_id);
  self->glide_id = 0;
}

static void
decelerate_cb (GtkEventControllerScroll *scroll,
               double                    x,
               double                    y,
               WeirCanvas               *self)
{
  GdkModifierType state = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (scroll));
  gboolean animated = TRUE;

  weir_canvas_stop_glide (self);
  g_object_get (gtk_widget_get_settings (GTK_WIDGET (self)), "gtk-enable-animations", &animated, NULL);
  if (!animated || (state & GDK_CONTROL_MASK) != 0 || hypot (x, y) < 60)
    return;
  self->glide_x = x;
  self->glide_y = y;
  self->glided_at = gdk_frame_clock_get_frame_time (gtk_widget_get_frame_clock (GTK_WIDGET (self)));
  self->glide_id = gtk_widget_add_tick_callback (GTK_WIDGET (self), glide_cb, NULL, NULL);
}

static void
zoom_begin_cb (GtkGesture       *gesture,
               GdkEventSequence *sequence,
               WeirCanvas       *self)
{
  weir_canvas_cancel_drag (self);
  self->pinch_zoom = weir_viewport_get_zoom (self->viewport);
}

static void
zoom_scale_cb (GtkGestureZoom *gesture,
               double          scale,
               WeirCanvas     *self)
{
  double x = self->pointer_x, y = self->pointer_y;

  gtk_gesture_get_bounding_box_center (GTK_GESTURE (gesture), &x, &y);
  weir_viewport_zoom_at (self->viewport, self->pinch_zoom * scale, x, y);
}

/* Blocks dropped from the library */

static gboolean
drop_cb (GtkDropTarget *target,
         const GValue  *value,
         double         x,
         double         y,
         WeirCanvas    *self)
{
  const char *text = g_value_get_string (value);
  double plane_x, plane_y;
  WeirBlock *block;
  WeirWire *wire;

  if (!self->editable || self->graph == NULL || text == NULL || !g_str_has_prefix (text, "weir-kind:"))
    return FALSE;
  weir_viewport_to_plane (self->viewport, x, y, &plane_x, &plane_y);
  gtk_widget_grab_focus (GTK_WIDGET (self));
  weir_workflow_begin_edit (self->workflow, _("Add Block"));
  block = weir_canvas_add_kind_at (self, text + strlen ("weir-kind:"), plane_x - WEIR_CARD_WIDTH / 2, plane_y - 24);
  wire = block != NULL ? weir_canvas_find_link_under (self, weir_scene_find_card (self->scene, block)) : NULL;
  if (wire != NULL)
    weir_canvas_drop_on_link (self, block, wire->link);
  weir_workflow_end_edit (self->workflow);
  return block != NULL;
}

void
weir_canvas_init_gestures (WeirCanvas *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkGesture *click = gtk_gesture_click_new (), *long_press = gtk_gesture_long_press_new (),
             *zoom = gtk_gesture_zoom_new ();
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *scroll = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES
                                                                  | GTK_EVENT_CONTROLLER_SCROLL_KINETIC);
  GtkDropTarget *drop = gtk_drop_target_new (G_TYPE_STRING, GDK_ACTION_COPY);

  weir_canvas_init_drag (self);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), 0);
  g_signal_connect (click, "pressed", G_CALLBACK (click_pressed_cb), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (click));
  gtk_gesture_group (click, self->drag_gesture);

  gtk_gesture_single_set_touch_only (GTK_GESTURE_SINGLE (long_press), TRUE);
  g_signal_connect (long_press, "pressed", G_CALLBACK (long_press_cb), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (long_press));

  g_signal_connect (zoom, "begin", G_CALLBACK (zoom_begin_cb), self);
  g_signal_connect (zoom, "scale-changed", G_CALLBACK (zoom_scale_cb), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (zoom));

  g_signal_connect (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect (motion, "leave", G_CALLBACK (leave_cb), self);
  gtk_widget_add_controller (widget, motion);

  g_signal_connect (scroll, "scroll", G_CALLBACK (scroll_cb), self);
  g_signal_connect (scroll, "decelerate", G_CALLBACK (decelerate_cb), self);
  gtk_widget_add_controller (widget, scroll);

  g_signal_connect (drop, "drop", G_CALLBACK (drop_cb), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (drop));
}
