/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>

#include "weir-canvas-private.h"

#include <math.h>

/* Going from block to block without a pointer: by direction, along links, and gathering blocks on the way. */

graphene_point_t
weir_canvas_middle_of (WeirCard *card)
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
  graphene_point_t start = weir_canvas_middle_of (from);
  WeirCard *best = NULL;
  double best_cost = G_MAXDOUBLE;

  for (guint i = 0; i < self->scene->cards->len; i++)
    {
      WeirCard *card = g_ptr_array_index (self->scene->cards, i);
      graphene_point_t at = weir_canvas_middle_of (card);
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

/* @way: how one got there, to be said first; NULL for nothing */
static void
go_to_card (WeirCanvas *self,
            WeirCard   *card,
            const char *way)
{
  g_autofree char *text = weir_scene_describe_card (self->scene, card);
  g_autofree char *all = way != NULL ? g_strdup_printf ("%s, %s", way, text) : g_strdup (text);

  weir_canvas_select_block (self, card->block, self->gathering);
  weir_canvas_reveal_block (self, card->block);
  weir_canvas_announce (self, all);
}

/* Selects a block of the graph that is shown, and says what it is. */
void
weir_canvas_go_to (WeirCanvas *self,
                   WeirBlock  *block)
{
  WeirCard *card = weir_scene_find_card (self->scene, block);

  if (card != NULL)
    go_to_card (self, card, NULL);
}

static WeirCard *
get_selected_card (WeirCanvas *self)
{
  return self->scene != NULL && self->selected_block != NULL ? weir_scene_find_card (self->scene, self->selected_block)
                                                             : NULL;
}

/**
 * weir_canvas_walk:
 * @self: a canvas with a graph
 * @dx: -1, 0 or 1
 * @dy: -1, 0 or 1
 *
 * Goes to the next block in that direction, or to the first one if none is selected.
 */
void
weir_canvas_walk (WeirCanvas *self,
                  int         dx,
                  int         dy)
{
  WeirCard *from = get_selected_card (self);
  WeirCard *to = from != NULL                  ? find_neighbour (self, from, dx, dy)
                 : self->scene->cards->len > 0 ? g_ptr_array_index (self->scene->cards, 0)
                                               : NULL;

  if (to != NULL)
    go_to_card (self, to, NULL);
  else
    weir_canvas_announce (self, from != NULL ? _("No block there") : _("No blocks"));
}

/* Along links */

static WeirLink **
list_ways (WeirCanvas *self,
           WeirBlock  *block,
           gboolean    forward,
           guint      *n)
{
  return forward ? weir_graph_get_links_from (self->graph, block, n) : weir_graph_get_links_to (self->graph, block, n);
}

static void
follow (WeirCanvas *self,
        WeirBlock  *from,
        gboolean    forward,
        guint       index)
{
  guint n;
  WeirLink **ways = list_ways (self, from, forward, &n), *link;
  g_autofree char *way = NULL;

  if (n == 0)
    {
      weir_canvas_announce (self, forward ? _("No link leads on from here") : _("No link leads here"));
      return;
    }
  self->follow_index = index % n;
  self->follow_forward = forward;
  link = ways[self->follow_index];
  g_set_object (&self->follow_from, from);
  if (n > 1)
    /* Translators: the name of a port, then which of the links of a block this is */
    way = g_strdup_printf (_("by %s, %u of %u"),
                           forward ? weir_link_get_source_port (link) : weir_link_get_target_port (link),
                           self->follow_index + 1, n);
  go_to_card (
    self, weir_scene_find_card (self->scene, forward ? weir_link_get_target (link) : weir_link_get_source (link)), way);
}

/* Another of the links that could have been followed last. */
static void
follow_other (WeirCanvas *self,
              int         step)
{
  guint n;
  WeirLink **ways;
  WeirBlock *from = self->follow_from;
  gboolean came_this_way = FALSE;

  if (from == NULL || weir_block_get_graph (from) != self->graph)
    {
      weir_canvas_announce (self, _("No link was followed"));
      return;
    }
  ways = list_ways (self, from, self->follow_forward, &n);
  for (guint i = 0; i < n; i++)
    came_this_way |= (self->follow_forward ? weir_link_get_target (ways[i]) : weir_link_get_source (ways[i]))
                     == self->selected_block;
  if (!came_this_way || n < 2)
    {
      weir_canvas_announce (self, _("There is no other link"));
      return;
    }
  follow (self, from, self->follow_forward, self->follow_index + n + step);
}

static void
follow_action (GtkWidget  *widget,
               const char *name,
               GVariant   *parameter)
{
  WeirCanvas *self = WEIR_CANVAS (widget);

  if (self->selected_block == NULL)
    return;
  gtk_widget_grab_focus (widget);
  if (g_str_equal (name, "canvas.follow-forward"))
    follow (self, self->selected_block, TRUE, 0);
  else if (g_str_equal (name, "canvas.follow-back"))
    follow (self, self->selected_block, FALSE, 0);
  else
    follow_other (self, g_str_equal (name, "canvas.follow-next") ? 1 : -1);
}

/* Gathering */

static void
gather_action (GtkWidget  *widget,
               const char *name,
               GVariant   *parameter)
{
  WeirCanvas *self = WEIR_CANVAS (widget);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->selected));
  g_autofree char *text = NULL;

  self->gathering = !self->gathering;
  text = self->gathering ? g_strdup (_("Blocks that you go to are added to the selection"))
                         : g_strdup_printf (ngettext ("%u block selected", "%u blocks selected", n), n);
  weir_canvas_announce (self, text);
}

void
weir_canvas_install_walk (GtkWidgetClass *klass)
{
  static const char *const ways[] = { "canvas.follow-forward", "canvas.follow-back", "canvas.follow-next",
                                      "canvas.follow-previous" };

  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    gtk_widget_class_install_action (klass, ways[i], NULL, follow_action);
  gtk_widget_class_install_action (klass, "canvas.gather", NULL, gather_action);
}
