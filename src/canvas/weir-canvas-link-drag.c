/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>

#include "weir-canvas-private.h"

#include <math.h>

#define SNAP_RADIUS 24.0 /* view pixels */

/* Whether the two ports may be linked, whichever of them is the output. */
gboolean
weir_canvas_can_join (WeirCanvas     *self,
                      WeirCard       *card,
                      const WeirPin  *pin,
                      WeirCard       *to_card,
                      const WeirPin  *to_pin,
                      GError        **error)
{
  if (!pin->input == !to_pin->input)
    {
      g_set_error_literal (error, WEIR_ERROR, WEIR_ERROR_PORT_MISMATCH,
                           pin->input ? _("An input takes a link from an output") : _("An output gives to an input"));
      return FALSE;
    }
  if (pin->input)
    return weir_workflow_can_link (self->workflow, to_card->block, to_pin->name, card->block, pin->name, error);
  return weir_workflow_can_link (self->workflow, card->block, pin->name, to_card->block, to_pin->name, error);
}

WeirLink *
weir_canvas_join (WeirCanvas    *self,
                  WeirCard      *card,
                  const WeirPin *pin,
                  WeirCard      *to_card,
                  const WeirPin *to_pin)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;
  WeirLink *link;

  if (pin->input)
    link = weir_workflow_add_link (self->workflow, to_card->block, to_pin->name, card->block, pin->name, NULL, &error);
  else
    link = weir_workflow_add_link (self->workflow, card->block, pin->name, to_card->block, to_pin->name, NULL, &error);
  if (link == NULL)
    {
      weir_canvas_say (self, error->message);
      return NULL;
    }
  text = g_strdup_printf (_("Linked %s to %s"), weir_block_get_title (weir_link_get_source (link)),
                          weir_block_get_title (weir_link_get_target (link)));
  weir_canvas_announce (self, text);
  return link;
}

/* While its end is moved another line stands for it. */
static void
hide_detached (WeirCanvas *self,
               WeirLink   *link,
               gboolean    hidden)
{
  WeirWire *wire = link != NULL && self->scene != NULL ? weir_scene_find_wire (self->scene, link) : NULL;

  if (wire == NULL)
    return;
  wire->hidden = hidden;
  weir_wire_touch (wire);
}

void
weir_canvas_begin_link (WeirCanvas    *self,
                        WeirCard      *card,
                        const WeirPin *pin,
                        WeirLink      *detached)
{
  self->link.card = card;
  self->link.pin = pin;
  self->link.name = pin->name;
  self->link.input = pin->input;
  g_set_object (&self->link.detached, detached);
  hide_detached (self, detached, TRUE);
  self->link.end = GRAPHENE_POINT_INIT (card->indexed.bounds.origin.x + pin->x, card->indexed.bounds.origin.y + pin->y);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* Something changed meanwhile: the port may be elsewhere, or gone. */
void
weir_canvas_check_link (WeirCanvas *self)
{
  if (self->link.card == NULL)
    return;
  self->link.pin = weir_card_find_pin (self->link.card, self->link.name, self->link.input);
  self->link.to_card = self->link.refused_card = NULL;
  self->link.to_pin = self->link.refused_pin = NULL;
  if (self->link.pin == NULL)
    weir_canvas_cancel_drag (self);
  else if (self->connect == WEIR_CONNECT_TARGET)
    weir_canvas_show_choice (self, FALSE);
}

/* A link whose end is picked up and put back where it was is no duplicate of itself. */
static gboolean
is_where_it_was (WeirCanvas    *self,
                 WeirCard      *card,
                 const WeirPin *pin)
{
  WeirLink *link = self->link.detached;

  if (link == NULL)
    return FALSE;
  return pin->input
           ? weir_link_get_target (link) == card->block && g_str_equal (weir_link_get_target_port (link), pin->name)
           : weir_link_get_source (link) == card->block && g_str_equal (weir_link_get_source_port (link), pin->name);
}

typedef struct
{
  WeirCard      *card;
  const WeirPin *pin;
  double         distance;
  char          *refusal;       /* of the nearest that does not fit */
  double         refused_at;
  WeirCard      *refused_card;
  const WeirPin *refused_pin;
} Target;

static void
consider (WeirCanvas    *self,
          WeirCard      *card,
          const WeirPin *pin,
          double         distance,
          Target        *target)
{
  g_autoptr(GError) error = NULL;

  if (card == self->link.card && pin == self->link.pin)
    return;
  if (is_where_it_was (self, card, pin)
      || weir_canvas_can_join (self, self->link.card, self->link.pin, card, pin, &error))
    {
      if (distance < target->distance)
        {
          target->card = card;
          target->pin = pin;
          target->distance = distance;
        }
    }
  else if (distance < target->refused_at)
    {
      g_set_str (&target->refusal, error->message);
      target->refused_at = distance;
      target->refused_card = card;
      target->refused_pin = pin;
    }
}

/* The nearest port that fits within the radius; else, on a card, the first of its ports that fits. */
static void
find_target (WeirCanvas *self,
             double      x,
             double      y,
             Target     *target)
{
  g_autoptr(GPtrArray) found = g_ptr_array_new ();
  double radius = SNAP_RADIUS / weir_viewport_get_zoom (self->viewport);
  WeirCard *under;

  weir_canvas_index_query (self->scene->card_index,
                           &GRAPHENE_RECT_INIT (x - radius, y - radius, 2 * radius, 2 * radius), found);
  for (guint i = 0; i < found->len; i++)
    {
      WeirCard *card = g_ptr_array_index (found, i);

      for (guint p = 0; p < card->pins->len; p++)
        {
          const WeirPin *pin = &g_array_index (card->pins, WeirPin, p);
          double distance = hypot (card->indexed.bounds.origin.x + pin->x - x,
                                   card->indexed.bounds.origin.y + pin->y - y);

          if (distance <= radius)
            consider (self, card, pin, distance, target);
        }
    }
  under = weir_scene_card_at (self->scene, x, y);
  if (target->card != NULL || under == NULL || under == self->link.card)
    return;
  for (guint p = 0; p < under->pins->len && target->card == NULL; p++)
    {
      const WeirPin *pin = &g_array_index (under->pins, WeirPin, p);

      if (!pin->implicit && !pin->input != !self->link.pin->input)
        consider (self, under, pin, radius + p, target);
    }
}

/**
 * weir_canvas_update_link:
 * @self: a canvas on which a link is being drawn
 * @view_x: where the pointer is
 * @view_y: where the pointer is
 *
 * Finds where the link would end, or why it cannot end there.
 */
void
weir_canvas_update_link (WeirCanvas *self,
                         double      view_x,
                         double      view_y)
{
  Target target = { .distance = G_MAXDOUBLE, .refused_at = G_MAXDOUBLE };
  double x, y;

  weir_viewport_to_plane (self->viewport, view_x, view_y, &x, &y);
  self->pointer_x = view_x;
  self->pointer_y = view_y;
  find_target (self, x, y, &target);
  if (target.pin != NULL && target.pin != self->link.to_pin)
    {
      g_autofree char *text = g_strdup_printf (_("%s, %s, %s"), weir_block_get_title (target.card->block),
                                               target.pin->title, target.pin->type);

      weir_canvas_announce (self, text);
    }
  if (target.pin == NULL && target.refusal != NULL && g_strcmp0 (target.refusal, self->link.refusal) != 0)
    weir_canvas_announce (self, target.refusal);
  self->link.refused_card = target.pin == NULL ? target.refused_card : NULL;
  self->link.refused_pin = target.pin == NULL ? target.refused_pin : NULL;
  self->link.to_card = target.card;
  self->link.to_pin = target.pin;
  g_set_str (&self->link.refusal, target.pin == NULL ? target.refusal : NULL);
  g_free (target.refusal);
  if (target.pin != NULL)
    self->link.end = GRAPHENE_POINT_INIT (target.card->indexed.bounds.origin.x + target.pin->x,
                                          target.card->indexed.bounds.origin.y + target.pin->y);
  else
    self->link.end = GRAPHENE_POINT_INIT (x, y);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
commit_link (WeirCanvas   *self,
             WeirLinkDrag *drag)
{
  WeirLink *detached = drag->detached;
  g_autofree char *when = detached != NULL ? g_strdup (weir_link_get_when (detached)) : NULL;
  double x, y;

  if (drag->to_pin != NULL && detached == NULL)
    weir_canvas_join (self, drag->card, drag->pin, drag->to_card, drag->to_pin);
  else if (drag->to_pin != NULL)
    {
      WeirLink *link;

      if (drag->to_card->block
            == (drag->to_pin->input ? weir_link_get_target (detached) : weir_link_get_source (detached))
          && g_str_equal (drag->to_pin->name, drag->to_pin->input ? weir_link_get_target_port (detached)
                                                                  : weir_link_get_source_port (detached)))
        return;
      weir_workflow_begin_edit (self->workflow, _("Move Link"));
      weir_workflow_remove_link (self->workflow, detached);
      link = weir_canvas_join (self, drag->card, drag->pin, drag->to_card, drag->to_pin);
      if (link != NULL && when != NULL)
        weir_workflow_set_when (self->workflow, link, when);
      weir_workflow_end_edit (self->workflow);
    }
  else if (drag->refusal != NULL)
    {
      weir_canvas_say (self, drag->refusal);
      if (detached == NULL)
        weir_canvas_offer_converters (self, drag);
    }
  else if (detached != NULL)
    {
      weir_workflow_begin_edit (self->workflow, _("Remove Link"));
      weir_workflow_remove_link (self->workflow, detached);
      weir_workflow_end_edit (self->workflow);
      weir_canvas_announce (self, _("Link removed"));
    }
  else
    {
      weir_viewport_to_plane (self->viewport, self->pointer_x, self->pointer_y, &x, &y);
      weir_canvas_request_block (self, x, y, drag->card->block, drag->pin->name);
    }
}

void
weir_canvas_end_link (WeirCanvas *self,
                      gboolean    commit)
{
  WeirLinkDrag drag = self->link;

  if (drag.card == NULL)
    return;
  /* Given up first: the edit makes the graph signal, and a changed card may move its ports. */
  self->link = (WeirLinkDrag) { 0 };
  hide_detached (self, drag.detached, FALSE);
  if (commit)
    commit_link (self, &drag);
  g_clear_object (&drag.detached);
  g_free (drag.refusal);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* Drawing */

static void
snapshot_marks (WeirCanvas  *self,
                GtkSnapshot *snapshot)
{
  double zoom = weir_viewport_get_zoom (self->viewport);
  WeirLinkDrag *drag = &self->link;
  const GdkRGBA *accent = &self->painter.palette->accent;
  GdkRGBA halo = *accent;
  g_autoptr(GPtrArray) cards = g_ptr_array_new ();
  graphene_rect_t visible;

  halo.alpha = 0.25f;
  weir_viewport_get_visible (self->viewport, &visible);
  weir_canvas_index_query (self->scene->card_index, &visible, cards);
  for (guint i = 0; i < cards->len; i++)
    {
      WeirCard *card = g_ptr_array_index (cards, i);

      for (guint p = 0; p < card->pins->len; p++)
        {
          const WeirPin *pin = &g_array_index (card->pins, WeirPin, p);
          double size = pin == drag->to_pin ? 22 : 14, x, y;
          graphene_rect_t rect;

          if (pin == drag->pin || (pin->implicit && pin != drag->to_pin) || !pin->input == !drag->pin->input
              || !weir_canvas_can_join (self, drag->card, drag->pin, card, pin, NULL))
            continue;
          weir_viewport_to_view (self->viewport, card->indexed.bounds.origin.x + pin->x,
                                 card->indexed.bounds.origin.y + pin->y, &x, &y);
          size = MAX (size * MIN (zoom, 1), 6);
          rect = GRAPHENE_RECT_INIT (x - size / 2, y - size / 2, size, size);
          weir_painter_fill_rounded (snapshot, &rect, size / 2, &halo);
          weir_painter_outline (snapshot, &rect, size / 2, 1.5, accent);
        }
    }
}

static void
snapshot_label (WeirCanvas  *self,
                GtkSnapshot *snapshot,
                const char  *text)
{
  const WeirCanvasPalette *palette = self->painter.palette;
  double wanted = weir_painter_measure_text (&self->painter, text, 12, PANGO_WEIGHT_NORMAL);
  double width = MIN (wanted, 320) + 42, height = wanted > 320 ? 46 : 28;
  double x = self->pointer_x + 16, y = self->pointer_y + 18;
  graphene_rect_t rect;

  x = MIN (x, gtk_widget_get_width (GTK_WIDGET (self)) - width - 8);
  y = MIN (y, gtk_widget_get_height (GTK_WIDGET (self)) - height - 8);
  rect = GRAPHENE_RECT_INIT (MAX (x, 8), y, width, height);
  weir_painter_fill_rounded (snapshot, &rect, 8, &palette->failure);
  weir_painter_draw_icon (&self->painter, snapshot, "action-unavailable-symbolic", "window-close-symbolic",
                          &palette->on_colour, rect.origin.x + 8, y + height / 2 - 7, 14);
  weir_painter_draw_text (&self->painter, snapshot, text, 12, PANGO_WEIGHT_NORMAL, &palette->on_colour,
                          rect.origin.x + 30, y + 5, width - 38, WEIR_TEXT_START, 2);
}

/* The one link that is drawn as a curve with a stroke: it changes in every frame anyway. In view coordinates. */
void
weir_canvas_snapshot_link (WeirCanvas  *self,
                           GtkSnapshot *snapshot)
{
  WeirLinkDrag *drag = &self->link;
  const WeirCanvasPalette *palette = self->painter.palette;
  g_autoptr(GskPathBuilder) builder = gsk_path_builder_new ();
  g_autoptr(GskPath) path = NULL;
  GskStroke *stroke;
  double x0, y0, x1, y1, bend;

  snapshot_marks (self, snapshot);
  weir_viewport_to_view (self->viewport, drag->card->indexed.bounds.origin.x + drag->pin->x,
                         drag->card->indexed.bounds.origin.y + drag->pin->y, &x0, &y0);
  weir_viewport_to_view (self->viewport, drag->end.x, drag->end.y, &x1, &y1);
  bend = MAX (fabs (x1 - x0) / 2, 30) * (drag->pin->input ? -1 : 1);
  gsk_path_builder_move_to (builder, x0, y0);
  gsk_path_builder_cubic_to (builder, x0 + bend, y0, x1 - bend, y1, x1, y1);
  path = gsk_path_builder_to_path (builder);
  stroke = gsk_stroke_new (2.5);
  gtk_snapshot_append_stroke (snapshot, path, stroke, drag->refusal != NULL ? &palette->failure : &palette->accent);
  gsk_stroke_free (stroke);
  if (drag->refusal != NULL && self->connect == WEIR_CONNECT_OFF)
    snapshot_label (self, snapshot, drag->refusal);
}
