/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>

#include "weir-canvas-private.h"

#include <math.h>
#include <string.h>

/* Linking by keys: a port of the selected block, then the port to link it to, chosen by arrows or by typing a name.
 * Each choice is said, shown, and comes with its types. */

/* The graph may change meanwhile, and cards make their pins anew. */
static gboolean
resolve (WeirCanvas              *self,
         const WeirConnectChoice *choice,
         WeirCard               **card,
         const WeirPin          **pin)
{
  *card = weir_scene_find_card (self->scene, choice->block);
  *pin = *card != NULL ? weir_card_find_pin (*card, choice->port, choice->input) : NULL;
  return *pin != NULL;
}

static void
add_choice (GArray        *choices,
            WeirCard      *card,
            const WeirPin *pin)
{
  WeirConnectChoice choice = { card->block, pin->name, pin->input };

  g_array_append_val (choices, choice);
}

/* "Parse: text", as a person would say and type it. */
static char *
name_port (WeirCard      *card,
           const WeirPin *pin)
{
  return g_strdup_printf ("%s: %s", weir_block_get_title (card->block), pin->title);
}

static gboolean
matches (WeirCanvas    *self,
         WeirCard      *card,
         const WeirPin *pin)
{
  g_autofree char *name = name_port (card, pin), *folded = g_utf8_casefold (name, -1);
  g_autofree char *word = g_utf8_casefold (self->connect_word->str, -1);

  return strstr (folded, word) != NULL;
}

/* What is said and shown of the choice */

static char *
describe_port (WeirCanvas    *self,
               const WeirPin *pin)
{
  return pin->input
           ? g_strdup_printf (_("%s, %s, input %u of %u"), pin->title, pin->type, self->choice + 1, self->choices->len)
           : g_strdup_printf (_("%s, %s, output %u of %u"), pin->title, pin->type, self->choice + 1,
                              self->choices->len);
}

/* @reason: why it does not fit; NULL if it does */
static char *
describe_target (WeirCanvas    *self,
                 WeirCard      *card,
                 const WeirPin *pin,
                 const char    *reason)
{
  const WeirPin *own = self->link.pin;
  g_autofree char *name = name_port (card, pin);
  g_autofree char *verdict = reason != NULL
                               ? g_strdup_printf (_("does not fit: %s"), reason)
                               : g_strdup_printf (_("compatible, %u of %u"), self->choice + 1, self->choices->len);

  /* Translators: a port and its type, the port that it would be linked to, that one's type, whether it fits:
   * "body, text, to Parse: text, text; compatible, 1 of 3" */
  return pin->input ? g_strdup_printf (_("%s, %s, to %s, %s; %s"), own->title, own->type, name, pin->type, verdict)
                    : g_strdup_printf (_("%s, %s, from %s, %s; %s"), own->title, own->type, name, pin->type, verdict);
}

static void
take_hint (WeirCanvas *self,
           char       *hint,
           gboolean    aloud)
{
  g_free (self->connect_hint);
  self->connect_hint = hint;
  if (aloud)
    weir_canvas_announce (self, hint);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
end_at (WeirCanvas    *self,
        WeirCard      *card,
        const WeirPin *pin,
        const char    *reason)
{
  double x = card->indexed.bounds.origin.x + pin->x, y = card->indexed.bounds.origin.y + pin->y;

  self->link.to_card = reason == NULL ? card : NULL;
  self->link.to_pin = reason == NULL ? pin : NULL;
  self->link.refused_card = reason != NULL ? card : NULL;
  self->link.refused_pin = reason != NULL ? pin : NULL;
  g_set_str (&self->link.refusal, reason);
  self->link.end = GRAPHENE_POINT_INIT (x, y);
  weir_viewport_reveal (self->viewport, &card->indexed.bounds, 24);
  /* A menu of converters comes up there. */
  weir_viewport_to_view (self->viewport, x, y, &self->pointer_x, &self->pointer_y);
}

/* Collecting */

static void
collect_ports (WeirCanvas *self,
               WeirCard   *card)
{
  g_array_set_size (self->choices, 0);
  for (gboolean inputs = FALSE; inputs <= TRUE; inputs++)
    for (guint i = 0; i < card->pins->len; i++)
      {
        const WeirPin *pin = &g_array_index (card->pins, WeirPin, i);

        if (pin->input == inputs)
          add_choice (self->choices, card, pin);
      }
  self->choice = 0;
}

typedef struct
{
  WeirCanvas *canvas;
  WeirCard   *from;
} Order;

static int
compare_choices (gconstpointer a,
                 gconstpointer b,
                 gpointer      user_data)
{
  const WeirConnectChoice *choices[] = { a, b };
  Order *order = user_data;
  graphene_point_t from = weir_canvas_middle_of (order->from);
  double distances[2];
  gboolean implicit[2];

  for (guint i = 0; i < 2; i++)
    {
      WeirCard *card = weir_scene_find_card (order->canvas->scene, choices[i]->block);
      const WeirPin *pin = weir_card_find_pin (card, choices[i]->port, choices[i]->input);
      graphene_point_t at = weir_canvas_middle_of (card);

      implicit[i] = pin->implicit;
      distances[i] = hypot (at.x - from.x, at.y - from.y);
    }
  /* What takes the value comes before what only takes the moment. */
  if (implicit[0] != implicit[1])
    return implicit[0] ? 1 : -1;
  return (distances[0] > distances[1]) - (distances[0] < distances[1]);
}

/* The ports that fit and are called as what was typed, the nearest first. Those that only are called so go to
 * @refused. */
static void
collect_targets (WeirCanvas *self,
                 GArray     *refused)
{
  Order order = { self, self->link.card };

  g_array_set_size (self->choices, 0);
  for (guint c = 0; c < self->scene->cards->len; c++)
    {
      WeirCard *card = g_ptr_array_index (self->scene->cards, c);

      for (guint i = 0; i < card->pins->len; i++)
        {
          const WeirPin *pin = &g_array_index (card->pins, WeirPin, i);

          if (!pin->input == !self->link.pin->input || card == self->link.card || !matches (self, card, pin))
            continue;
          if (weir_canvas_can_join (self, self->link.card, self->link.pin, card, pin, NULL))
            add_choice (self->choices, card, pin);
          else if (!pin->implicit)
            add_choice (refused, card, pin);
        }
    }
  g_array_sort_with_data (self->choices, compare_choices, &order);
  g_array_sort_with_data (refused, compare_choices, &order);
  self->choice = 0;
}

/* Showing */

/**
 * weir_canvas_show_choice:
 * @self: a canvas in connect mode
 * @aloud: whether it is said, too
 *
 * Draws the link to the port that is chosen now. Leaves the mode if that port has gone.
 */
void
weir_canvas_show_choice (WeirCanvas *self,
                         gboolean    aloud)
{
  WeirCard *card;
  const WeirPin *pin;

  if (self->connect == WEIR_CONNECT_OFF || self->choice >= self->choices->len)
    return;
  if (!resolve (self, &g_array_index (self->choices, WeirConnectChoice, self->choice), &card, &pin))
    {
      weir_canvas_leave_connect (self);
      return;
    }
  if (self->connect == WEIR_CONNECT_PORT)
    {
      weir_canvas_begin_link (self, card, pin, NULL);
      take_hint (self, describe_port (self, pin), aloud);
      return;
    }
  end_at (self, card, pin, NULL);
  take_hint (self, describe_target (self, card, pin, NULL), aloud);
}

static void
show_refused (WeirCanvas *self,
              GArray     *refused)
{
  g_autoptr(GError) error = NULL;
  WeirCard *card;
  const WeirPin *pin;

  if (refused->len == 0 || !resolve (self, &g_array_index (refused, WeirConnectChoice, 0), &card, &pin))
    {
      self->link.to_card = self->link.refused_card = NULL;
      self->link.to_pin = self->link.refused_pin = NULL;
      g_clear_pointer (&self->link.refusal, g_free);
      take_hint (self, g_strdup_printf (_("Nothing is called “%s”"), self->connect_word->str), TRUE);
      return;
    }
  weir_canvas_can_join (self, self->link.card, self->link.pin, card, pin, &error);
  end_at (self, card, pin, error != NULL ? error->message : "");
  take_hint (self, describe_target (self, card, pin, self->link.refusal), TRUE);
}

static void
show_targets (WeirCanvas *self)
{
  g_autoptr(GArray) refused = g_array_new (FALSE, FALSE, sizeof (WeirConnectChoice));

  collect_targets (self, refused);
  if (self->choices->len > 0)
    weir_canvas_show_choice (self, TRUE);
  else if (self->connect_word->len > 0)
    show_refused (self, refused);
  else
    {
      gboolean input = self->link.input;

      weir_canvas_leave_connect (self);
      weir_canvas_say (self, input ? _("No output gives what this input takes")
                                   : _("No input takes what this output gives"));
    }
}

/* Entering and leaving */

static void
connect_action (GtkWidget  *widget,
                const char *name,
                GVariant   *parameter)
{
  WeirCanvas *self = WEIR_CANVAS (widget);
  WeirCard *card = self->selected_block != NULL ? weir_scene_find_card (self->scene, self->selected_block) : NULL;

  gtk_widget_grab_focus (widget);
  if (!self->editable)
    return;
  if (card == NULL)
    {
      weir_canvas_say (self, _("Select the block to link from first"));
      return;
    }
  weir_canvas_leave_connect (self);
  collect_ports (self, card);
  if (self->choices->len == 0)
    return;
  self->connect = WEIR_CONNECT_PORT;
  weir_canvas_announce (self, _("Linking: choose a port with Up and Down, Enter to go on, Escape to leave"));
  weir_canvas_show_choice (self, TRUE);
}

static void
end_connect (WeirCanvas *self,
             gboolean    commit)
{
  self->connect = WEIR_CONNECT_OFF;
  g_array_set_size (self->choices, 0);
  g_string_truncate (self->connect_word, 0);
  g_clear_pointer (&self->connect_hint, g_free);
  weir_canvas_end_link (self, commit);
}

void
weir_canvas_leave_connect (WeirCanvas *self)
{
  if (self->connect == WEIR_CONNECT_OFF)
    return;
  end_connect (self, FALSE);
}

static void
confirm_choice (WeirCanvas *self)
{
  if (self->connect == WEIR_CONNECT_PORT)
    {
      self->connect = WEIR_CONNECT_TARGET;
      show_targets (self);
      return;
    }
  /* Nothing of that name: there is nothing to confirm. */
  if (self->link.to_pin == NULL && self->link.refusal == NULL)
    {
      weir_canvas_announce (self, self->connect_hint);
      return;
    }
  end_connect (self, TRUE);
}

/* Keys */

static void
type (WeirCanvas *self,
      gunichar    letter)
{
  if (letter != 0)
    g_string_append_unichar (self->connect_word, letter);
  else if (self->connect_word->len > 0)
    g_string_truncate (self->connect_word, g_utf8_find_prev_char (self->connect_word->str,
                                                                  self->connect_word->str + self->connect_word->len)
                                             - self->connect_word->str);
  show_targets (self);
}

static void
go (WeirCanvas *self,
    int         step)
{
  if (self->choices->len == 0)
    return;
  self->choice = (self->choice + self->choices->len + step) % self->choices->len;
  weir_canvas_show_choice (self, TRUE);
}

/**
 * weir_canvas_connect_key:
 * @self: a canvas in connect mode
 * @keyval: what was pressed
 * @modifiers: with it
 *
 * Returns: whether the key was meant for connect mode
 */
gboolean
weir_canvas_connect_key (WeirCanvas      *self,
                         guint            keyval,
                         GdkModifierType  modifiers)
{
  gunichar letter = (modifiers & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK)) == 0
                      ? gdk_keyval_to_unicode (keyval)
                      : 0;

  switch (keyval)
    {
    case GDK_KEY_Down:
    case GDK_KEY_Right:
    case GDK_KEY_Tab:
      go (self, 1);
      return GDK_EVENT_STOP;
    case GDK_KEY_Up:
    case GDK_KEY_Left:
    case GDK_KEY_ISO_Left_Tab:
      go (self, -1);
      return GDK_EVENT_STOP;
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
      confirm_choice (self);
      return GDK_EVENT_STOP;
    case GDK_KEY_Escape:
      weir_canvas_leave_connect (self);
      weir_canvas_announce (self, _("Linking ended"));
      return GDK_EVENT_STOP;
    case GDK_KEY_BackSpace:
      if (self->connect == WEIR_CONNECT_TARGET)
        type (self, 0);
      return GDK_EVENT_STOP;
    default:
      if (self->connect != WEIR_CONNECT_TARGET || letter == 0 || !g_unichar_isprint (letter))
        return GDK_EVENT_PROPAGATE;
      type (self, letter);
      return GDK_EVENT_STOP;
    }
}

/* The hint is to be read as well, by whoever links without a pointer and does look. In view coordinates. */
void
weir_canvas_snapshot_connect (WeirCanvas  *self,
                              GtkSnapshot *snapshot,
                              double       view_width,
                              double       view_height)
{
  const WeirCanvasPalette *palette = self->painter.palette;
  const GdkRGBA *fill = self->link.refusal != NULL ? &palette->failure : &palette->accent;
  g_autofree char *text = self->connect_word->len > 0
                            ? g_strdup_printf ("“%s” · %s", self->connect_word->str, self->connect_hint)
                            : g_strdup (self->connect_hint);
  double room = view_width - 64;
  double wanted = weir_painter_measure_text (&self->painter, text, 13, PANGO_WEIGHT_NORMAL);
  double width = MIN (wanted + 2, room), height = wanted > room ? 44 : 26;
  double x = (view_width - width) / 2, y = view_height - height - 64;

  weir_painter_fill_rounded (snapshot, &GRAPHENE_RECT_INIT (x - 14, y - 6, width + 28, height + 12), 12, fill);
  weir_painter_draw_text (&self->painter, snapshot, text, 13, PANGO_WEIGHT_NORMAL, &palette->on_colour, x, y + 3, width,
                          WEIR_TEXT_START, 2);
}

void
weir_canvas_install_connect (GtkWidgetClass *klass)
{
  gtk_widget_class_install_action (klass, "canvas.connect", NULL, connect_action);
}
