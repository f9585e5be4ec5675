/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-canvas-private.h"

static void
set_selected_block (WeirCanvas *self,
                    WeirBlock  *block)
{
  if (self->selected_block == block)
    return;
  self->selected_block = block;
  weir_canvas_update_actions (self);
  g_object_notify (G_OBJECT (self), "selected-block");
}

static void
mark_card (WeirCanvas *self,
           WeirBlock  *block,
           gboolean    selected)
{
  WeirCard *card = self->scene != NULL ? weir_scene_find_card (self->scene, block) : NULL;

  if (card == NULL || card->selected == selected)
    return;
  card->selected = selected;
  /* Ports that are seen only on a selected card are part of its content. */
  weir_card_drop_nodes (card);
  if (card->accessible != NULL)
    gtk_accessible_update_state (card->accessible, GTK_ACCESSIBLE_STATE_SELECTED, (int) selected, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
mark_wire (WeirCanvas *self,
           WeirLink   *link,
           gboolean    selected)
{
  WeirWire *wire = link != NULL && self->scene != NULL ? weir_scene_find_wire (self->scene, link) : NULL;

  if (wire == NULL)
    return;
  wire->selected = selected;
  weir_wire_touch (wire);
  if (wire->accessible != NULL)
    gtk_accessible_update_state (wire->accessible, GTK_ACCESSIBLE_STATE_SELECTED, (int) selected, -1);
}

static void
drop_other_selection (WeirCanvas *self)
{
  weir_canvas_select_link (self, NULL);
  weir_canvas_select_note (self, NULL);
}

GListModel *
weir_canvas_get_selected (WeirCanvas *self)
{
  g_return_val_if_fail (WEIR_IS_CANVAS (self), NULL);
  return G_LIST_MODEL (self->selected);
}

WeirBlock *
weir_canvas_get_selected_block (WeirCanvas *self)
{
  g_return_val_if_fail (WEIR_IS_CANVAS (self), NULL);
  return self->selected_block;
}

WeirLink *
weir_canvas_get_selected_link (WeirCanvas *self)
{
  g_return_val_if_fail (WEIR_IS_CANVAS (self), NULL);
  return self->selected_link;
}

gboolean
weir_canvas_is_selected (WeirCanvas *self,
                         WeirBlock  *block)
{
  WeirCard *card;

  g_return_val_if_fail (WEIR_IS_CANVAS (self), FALSE);
  card = self->scene != NULL ? weir_scene_find_card (self->scene, block) : NULL;
  return card != NULL && card->selected;
}

void
weir_canvas_clear_selection (WeirCanvas *self)
{
  g_return_if_fail (WEIR_IS_CANVAS (self));

  drop_other_selection (self);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->selected)); i++)
    {
      g_autoptr(WeirBlock) block = g_list_model_get_item (G_LIST_MODEL (self->selected), i);

      mark_card (self, block, FALSE);
    }
  if (g_list_model_get_n_items (G_LIST_MODEL (self->selected)) > 0)
    g_list_store_remove_all (self->selected);
  set_selected_block (self, NULL);
}

/**
 * weir_canvas_select_block:
 * @self: a canvas
 * @block: (nullable): a block of its workflow; %NULL clears
 * @extend: whether what is selected stays so
 */
void
weir_canvas_select_block (WeirCanvas *self,
                          WeirBlock  *block,
                          gboolean    extend)
{
  WeirCard *card;

  g_return_if_fail (WEIR_IS_CANVAS (self));

  if (block == NULL)
    {
      weir_canvas_clear_selection (self);
      return;
    }
  if (self->selected_block == block && g_list_model_get_n_items (G_LIST_MODEL (self->selected)) == 1)
    return;
  if (weir_block_get_graph (block) != self->graph)
    weir_canvas_set_graph (self, weir_block_get_graph (block));
  if (!extend)
    weir_canvas_clear_selection (self);
  else
    drop_other_selection (self);
  card = weir_scene_find_card (self->scene, block);
  if (card == NULL)
    return;
  weir_scene_raise (self->scene, card);
  if (!card->selected)
    g_list_store_append (self->selected, block);
  mark_card (self, block, TRUE);
  set_selected_block (self, block);
}

void
weir_canvas_unselect_block (WeirCanvas *self,
                            WeirBlock  *block)
{
  guint position, n;

  g_return_if_fail (WEIR_IS_CANVAS (self));
  if (!g_list_store_find (self->selected, block, &position))
    return;
  mark_card (self, block, FALSE);
  g_list_store_remove (self->selected, position);
  n = g_list_model_get_n_items (G_LIST_MODEL (self->selected));
  if (block == self->selected_block)
    {
      g_autoptr(WeirBlock) last = n > 0 ? g_list_model_get_item (G_LIST_MODEL (self->selected), n - 1) : NULL;

      set_selected_block (self, last);
    }
  weir_canvas_update_actions (self);
}

void
weir_canvas_select_link (WeirCanvas *self,
                         WeirLink   *link)
{
  g_return_if_fail (WEIR_IS_CANVAS (self));
  if (self->selected_link == link)
    return;
  if (link != NULL)
    weir_canvas_clear_selection (self);
  mark_wire (self, self->selected_link, FALSE);
  mark_wire (self, link, TRUE);
  self->selected_link = link;
  weir_canvas_update_actions (self);
  /* No block, but another link: whoever shows what is selected looks again. */
  g_object_notify (G_OBJECT (self), "selected-block");
  gtk_widget_queue_draw (GTK_WIDGET (self));
  if (link != NULL)
    {
      WeirWire *wire = self->scene != NULL ? weir_scene_find_wire (self->scene, link) : NULL;
      g_autofree char *text = wire != NULL ? weir_scene_describe_wire (self->scene, wire) : NULL;

      if (text != NULL)
        weir_canvas_announce (self, text);
    }
}

void
weir_canvas_select_note (WeirCanvas *self,
                         const char *id)
{
  if (g_strcmp0 (self->selected_note, id) == 0)
    return;
  if (id != NULL)
    weir_canvas_clear_selection (self);
  g_set_str (&self->selected_note, id);
  for (guint i = 0; self->scene != NULL && i < self->scene->stickies->len; i++)
    {
      WeirSticky *sticky = g_ptr_array_index (self->scene->stickies, i);

      sticky->selected = g_strcmp0 (sticky->id, id) == 0;
      weir_sticky_drop_nodes (sticky);
      weir_tiles_invalidate (self->scene->tiles, &sticky->rect);
    }
  weir_canvas_update_actions (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
