/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>

#include "weir-canvas-private.h"

#include <math.h>

/* Links made and mended around blocks: a block put into a link or taken out of one, the selection linked in a row, a
 * converter between ports that do not fit. */

#define NEAR     28.0   /* between the middle of a block and the link that it is put into */
#define GAP      56.0   /* kept free on either side of it */

static const char *
find_input_for (WeirCanvas *self,
                WeirBlock  *source,
                const char *port,
                WeirCard   *card)
{
  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < card->pins->len; i++)
      {
        const WeirPin *pin = &g_array_index (card->pins, WeirPin, i);

        /* "run" takes all; a port that takes the value is what is meant. */
        if (pin->input && pin->implicit == (pass == 1)
            && weir_workflow_can_link (self->workflow, source, port, card->block, pin->name, NULL))
          return pin->name;
      }
  return NULL;
}

static const char *
find_output_for (WeirCanvas *self,
                 WeirCard   *card,
                 WeirBlock  *target,
                 const char *port)
{
  for (guint i = 0; i < card->pins->len; i++)
    {
      const WeirPin *pin = &g_array_index (card->pins, WeirPin, i);

      if (!pin->input && !pin->side && !g_str_equal (pin->name, "error")
          && weir_workflow_can_link (self->workflow, card->block, pin->name, target, port, NULL))
        return pin->name;
    }
  return NULL;
}

/**
 * weir_canvas_insert_into_link:
 * @self: a canvas
 * @block: a block
 * @link: a link between two others
 *
 * Leads the link through the block, if it has ports for it; a condition stays with the first half. To be called
 * within an edit.
 */
gboolean
weir_canvas_insert_into_link (WeirCanvas *self,
                              WeirBlock  *block,
                              WeirLink   *link)
{
  WeirBlock *source = weir_link_get_source (link), *target = weir_link_get_target (link);
  g_autofree char *from = g_strdup (weir_link_get_source_port (link)),
                  *to = g_strdup (weir_link_get_target_port (link));
  g_autofree char *when = g_strdup (weir_link_get_when (link));
  WeirCard *card = weir_scene_find_card (self->scene, block);
  const char *in = card != NULL ? find_input_for (self, source, from, card) : NULL;
  const char *out = in != NULL ? find_output_for (self, card, target, to) : NULL;

  if (out == NULL || source == block || target == block)
    return FALSE;
  weir_workflow_remove_link (self->workflow, link);
  weir_workflow_add_link (self->workflow, source, from, block, in, when, NULL);
  weir_workflow_add_link (self->workflow, block, out, target, to, NULL, NULL);
  return TRUE;
}

/* The link that lies under the middle of a card and can be led through its block; NULL for none. */
WeirWire *
weir_canvas_find_link_under (WeirCanvas *self,
                             WeirCard   *card)
{
  const graphene_rect_t *rect = &card->indexed.bounds;
  double x = rect->origin.x + rect->size.width / 2, y = rect->origin.y + rect->size.height / 2, best = G_MAXDOUBLE;
  g_autoptr(GPtrArray) found = g_ptr_array_new ();
  WeirWire *nearest = NULL;
  guint n_from, n_to;

  weir_graph_get_links_from (self->graph, card->block, &n_from);
  weir_graph_get_links_to (self->graph, card->block, &n_to);
  if (n_from + n_to > 0)
    return NULL;
  weir_canvas_index_query (self->scene->wire_index, rect, found);
  for (guint i = 0; i < found->len; i++)
    {
      WeirWire *wire = g_ptr_array_index (found, i);
      /* The way that it takes around the card is not where it was when the card came. */
      WeirRouteEnds ends;
      WeirRoute direct = { 0 };
      double distance;

      weir_wire_get_ends (wire, &ends);
      weir_route_direct (&direct, self->scene->router.style, &ends);
      distance = MIN (weir_wire_distance (wire, x, y), weir_route_distance (&direct, self->scene->router.style, x, y));
      if (distance < MIN (best, NEAR + rect->size.height / 4)
          && find_input_for (self, weir_link_get_source (wire->link), weir_link_get_source_port (wire->link), card)
               != NULL
          && find_output_for (self, card, weir_link_get_target (wire->link), weir_link_get_target_port (wire->link))
               != NULL)
        {
          nearest = wire;
          best = distance;
        }
    }
  return nearest;
}

static void
collect_followers (WeirCanvas *self,
                   WeirBlock  *block,
                   GHashTable *followers)
{
  guint n;
  WeirLink **links;

  if (!g_hash_table_add (followers, block))
    return;
  links = weir_graph_get_links_from (self->graph, block, &n);
  for (guint i = 0; i < n; i++)
    collect_followers (self, weir_link_get_target (links[i]), followers);
}

/* What comes after a block that was put in makes room for it. */
static void
push_followers (WeirCanvas *self,
                WeirCard   *card,
                WeirBlock  *target)
{
  WeirCard *next = weir_scene_find_card (self->scene, target);
  double by = card->indexed.bounds.origin.x + card->indexed.bounds.size.width + GAP - next->indexed.bounds.origin.x;
  g_autoptr(GHashTable) followers = g_hash_table_new (NULL, NULL);
  GHashTableIter iter;
  gpointer block;

  if (by <= 0 || next->indexed.bounds.origin.x + next->indexed.bounds.size.width < card->indexed.bounds.origin.x)
    return;
  by = ceil (by / WEIR_GRID) * WEIR_GRID;
  collect_followers (self, target, followers);
  g_hash_table_remove (followers, card->block);
  g_hash_table_iter_init (&iter, followers);
  while (g_hash_table_iter_next (&iter, &block, NULL))
    {
      double x, y;

      weir_block_get_position (block, &x, &y);
      if (x >= card->indexed.bounds.origin.x)
        weir_workflow_set_position (self->workflow, block, x + by, y);
    }
}

/**
 * weir_canvas_drop_on_link:
 * @self: a canvas
 * @block: a block that has been put down
 * @link: (nullable): the link that it was put on
 *
 * Leads the link through the block and makes room behind it. To be called within an edit.
 */
void
weir_canvas_drop_on_link (WeirCanvas *self,
                          WeirBlock  *block,
                          WeirLink   *link)
{
  WeirBlock *target = link != NULL ? weir_link_get_target (link) : NULL;

  if (link == NULL || !weir_canvas_insert_into_link (self, block, link))
    return;
  push_followers (self, weir_scene_find_card (self->scene, block), target);
  weir_canvas_announce (self, _("Put into the link"));
}

/* Each that gave to the block gives to each that took from it, where the types fit. To be called within an edit. */
void
weir_canvas_bridge (WeirCanvas *self,
                    WeirBlock  *block)
{
  guint n_to, n_from;
  WeirLink **links = weir_graph_get_links_to (self->graph, block, &n_to);
  g_autofree WeirLink **to = g_memdup2 (links, n_to * sizeof *links), **from = NULL;

  links = weir_graph_get_links_from (self->graph, block, &n_from);
  from = g_memdup2 (links, n_from * sizeof *links);
  for (guint i = 0; i < n_to; i++)
    for (guint j = 0; j < n_from; j++)
      {
        WeirBlock *source = weir_link_get_source (to[i]), *target = weir_link_get_target (from[j]);

        if (source != block && target != block && !g_str_equal (weir_link_get_source_port (from[j]), "error"))
          weir_workflow_add_link (self->workflow, source, weir_link_get_source_port (to[i]), target,
                                  weir_link_get_target_port (from[j]), weir_link_get_when (to[i]), NULL);
      }
}

static GPtrArray *
dup_selected (WeirCanvas *self)
{
  GPtrArray *blocks = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->selected)); i++)
    g_ptr_array_add (blocks, g_list_model_get_item (G_LIST_MODEL (self->selected), i));
  return blocks;
}

static void
bridge_action (GtkWidget  *widget,
               const char *name,
               GVariant   *parameter)
{
  WeirCanvas *self = WEIR_CANVAS (widget);
  gboolean delete = g_str_equal (name, "canvas.delete-and-reconnect");
  g_autoptr(GPtrArray) blocks = dup_selected (self);

  if (blocks->len == 0)
    return;
  weir_workflow_begin_edit (self->workflow, delete ? _("Delete and Reconnect") : _("Take Out of Links"));
  for (guint i = 0; i < blocks->len; i++)
    {
      WeirBlock *block = g_ptr_array_index (blocks, i);
      guint n;
      WeirLink **links;

      weir_canvas_bridge (self, block);
      if (delete)
        {
          weir_workflow_remove_block (self->workflow, block);
          continue;
        }
      while ((links = weir_graph_get_links_from (self->graph, block, &n)) != NULL && n > 0)
        weir_workflow_remove_link (self->workflow, links[0]);
      while ((links = weir_graph_get_links_to (self->graph, block, &n)) != NULL && n > 0)
        weir_workflow_remove_link (self->workflow, links[0]);
    }
  weir_workflow_end_edit (self->workflow);
  weir_canvas_announce (self, delete ? _("Deleted, and its neighbours linked") : _("Taken out of its links"));
}

static int
compare_places (gconstpointer a,
                gconstpointer b)
{
  double x, y, other_x, other_y;

  weir_block_get_position (*(WeirBlock *const *) a, &x, &y);
  weir_block_get_position (*(WeirBlock *const *) b, &other_x, &other_y);
  return x < other_x ? -1 : x > other_x ? 1 : y < other_y ? -1 : y > other_y;
}

/* The first output whose value the next block takes; "done" and "run" only if nothing else fits. */
static gboolean
link_pair (WeirCanvas *self,
           WeirCard   *source,
           WeirCard   *target)
{
  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < source->pins->len; i++)
      {
        const WeirPin *out = &g_array_index (source->pins, WeirPin, i);
        const char *in;

        if (out->input || out->side || out->implicit != (pass == 1) || g_str_equal (out->name, "error"))
          continue;
        in = find_input_for (self, source->block, out->name, target);
        if (in != NULL && (pass == 1) == g_str_equal (in, "run"))
          return weir_workflow_add_link (self->workflow, source->block, out->name, target->block, in, NULL, NULL)
                 != NULL;
      }
  return FALSE;
}

static void
link_selection_action (GtkWidget  *widget,
                       const char *name,
                       GVariant   *parameter)
{
  WeirCanvas *self = WEIR_CANVAS (widget);
  g_autoptr(GPtrArray) blocks = dup_selected (self);
  g_autofree char *text = NULL;
  guint n_links = 0;

  if (blocks->len < 2)
    {
      weir_canvas_say (self, _("Select two or more blocks to link first"));
      return;
    }
  g_ptr_array_sort (blocks, compare_places);
  weir_workflow_begin_edit (self->workflow, _("Link Blocks"));
  for (guint i = 1; i < blocks->len; i++)
    n_links += link_pair (self, weir_scene_find_card (self->scene, g_ptr_array_index (blocks, i - 1)),
                          weir_scene_find_card (self->scene, g_ptr_array_index (blocks, i)));
  weir_workflow_end_edit (self->workflow);
  text = n_links > 0 ? g_strdup_printf (ngettext ("%u link made", "%u links made", n_links), n_links)
                     : g_strdup (_("No port of one fits a port of the next"));
  if (n_links > 0)
    weir_canvas_announce (self, text);
  else
    weir_canvas_say (self, text);
}

/* Converters */

static WeirType *
parse_type (const char *text)
{
  return weir_type_parse (text != NULL ? text : "any", NULL);
}

static gboolean
any_port_fits (GArray     *ports,
               const char *type_text,
               gboolean    inputs)
{
  g_autoptr(WeirType) type = parse_type (type_text);

  for (guint i = 0; i < ports->len; i++)
    {
      g_autoptr(WeirType) port = parse_type (g_array_index (ports, WeirPort, i).type);

      if (inputs ? weir_type_accepts (port, type, NULL) : weir_type_accepts (type, port, NULL))
        return TRUE;
    }
  return FALSE;
}

static gboolean
converts (const WeirBlockKind *kind,
          const char          *from,
          const char          *to)
{
  g_autoptr(WeirValue) config = weir_value_new_record (NULL, NULL, 0);
  g_autoptr(WeirPortList) ports = NULL;

  if (kind->is_trigger || kind->has_body || kind->effect != WEIR_EFFECT_PURE || !g_str_has_prefix (kind->id, "data."))
    return FALSE;
  ports = weir_kind_list_ports (kind, config);
  return any_port_fits (ports->inputs, from, TRUE) && any_port_fits (ports->outputs, to, FALSE);
}

static void
forget_conversion (WeirCanvas *self)
{
  g_clear_object (&self->convert_source);
  g_clear_object (&self->convert_target);
  g_clear_pointer (&self->convert_from, g_free);
  g_clear_pointer (&self->convert_to, g_free);
}

/**
 * weir_canvas_offer_converters:
 * @self: a canvas
 * @drag: a link that was drawn to a port that does not take it
 *
 * Opens a menu of the kinds that make one type of the other.
 *
 * Returns: %FALSE if there is none
 */
gboolean
weir_canvas_offer_converters (WeirCanvas         *self,
                              const WeirLinkDrag *drag)
{
  gboolean forward = !drag->pin->input;
  const WeirPin *from = forward ? drag->pin : drag->refused_pin, *to = forward ? drag->refused_pin : drag->pin;
  g_autoptr(GPtrArray) kinds = weir_registry_list_kinds ();
  g_autoptr(GMenu) menu = g_menu_new ();

  if (from == NULL || to == NULL || from->input || !to->input)
    return FALSE;
  for (guint i = 0; i < kinds->len && g_menu_model_get_n_items (G_MENU_MODEL (menu)) < 6; i++)
    {
      const WeirBlockKind *kind = g_ptr_array_index (kinds, i);
      g_autofree char *label = NULL, *action = NULL;

      if (!converts (kind, from->type, to->type))
        continue;
      /* Translators: a block kind that can stand between two ports */
      label = g_strdup_printf (_("Put “%s” Between"), kind->title);
      action = g_strdup_printf ("canvas.convert::%s", kind->id);
      g_menu_append (menu, label, action);
    }
  if (g_menu_model_get_n_items (G_MENU_MODEL (menu)) == 0)
    return FALSE;
  forget_conversion (self);
  self->convert_source = g_object_ref ((forward ? drag->card : drag->refused_card)->block);
  self->convert_target = g_object_ref ((forward ? drag->refused_card : drag->card)->block);
  self->convert_from = g_strdup (from->name);
  self->convert_to = g_strdup (to->name);
  weir_canvas_popup_model (self, G_MENU_MODEL (menu), self->pointer_x, self->pointer_y);
  return TRUE;
}

static void
convert_action (GtkWidget  *widget,
                const char *name,
                GVariant   *parameter)
{
  WeirCanvas *self = WEIR_CANVAS (widget);
  WeirCard *source = self->convert_source != NULL ? weir_scene_find_card (self->scene, self->convert_source) : NULL;
  WeirCard *target = self->convert_target != NULL ? weir_scene_find_card (self->scene, self->convert_target) : NULL;
  const char *in, *out;
  WeirBlock *block;
  double x, y;

  if (source == NULL || target == NULL)
    return;
  x = (source->indexed.bounds.origin.x + source->indexed.bounds.size.width + target->indexed.bounds.origin.x) / 2;
  y = (source->indexed.bounds.origin.y + target->indexed.bounds.origin.y) / 2;
  weir_workflow_begin_edit (self->workflow, _("Add Converter"));
  block = weir_canvas_add_kind_at (self, g_variant_get_string (parameter, NULL), x - WEIR_CARD_WIDTH / 2, y);
  if (block != NULL)
    {
      WeirCard *card = weir_scene_find_card (self->scene, block);

      in = find_input_for (self, self->convert_source, self->convert_from, card);
      out = find_output_for (self, card, self->convert_target, self->convert_to);
      if (in != NULL)
        weir_workflow_add_link (self->workflow, self->convert_source, self->convert_from, block, in, NULL, NULL);
      if (out != NULL)
        weir_workflow_add_link (self->workflow, block, out, self->convert_target, self->convert_to, NULL, NULL);
      push_followers (self, card, self->convert_target);
    }
  weir_workflow_end_edit (self->workflow);
  forget_conversion (self);
}

void
weir_canvas_install_splice (GtkWidgetClass *klass)
{
  gtk_widget_class_install_action (klass, "canvas.link-selection", NULL, link_selection_action);
  gtk_widget_class_install_action (klass, "canvas.delete-and-reconnect", NULL, bridge_action);
  gtk_widget_class_install_action (klass, "canvas.take-out", NULL, bridge_action);
  gtk_widget_class_install_action (klass, "canvas.convert", "s", convert_action);
}
