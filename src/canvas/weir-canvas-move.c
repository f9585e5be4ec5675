/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>

#include "weir-canvas-private.h"

#include <math.h>

/* Dragging blocks and notes */

void
weir_canvas_clear_drop_wire (WeirCanvas *self)
{
  if (self->drop_wire == NULL)
    return;
  self->drop_wire->selected = FALSE;
  weir_wire_touch (self->drop_wire);
  self->drop_wire = NULL;
}

/* Remembers where the selected cards are. */
void
weir_canvas_begin_shift (WeirCanvas *self)
{
  g_array_set_size (self->starts, 0);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->selected)); i++)
    {
      g_autoptr(WeirBlock) block = g_list_model_get_item (G_LIST_MODEL (self->selected), i);

      g_array_append_val (self->starts, weir_scene_find_card (self->scene, block)->indexed.bounds.origin);
    }
}

static void
select_on_frame (WeirCanvas *self,
                 WeirSticky *frame)
{
  g_autoptr(GPtrArray) found = g_ptr_array_new ();
  const graphene_rect_t *around = &frame->rect;

  weir_canvas_clear_selection (self);
  weir_canvas_index_query (self->scene->card_index, around, found);
  for (guint i = 0; i < found->len; i++)
    {
      WeirCard *card = g_ptr_array_index (found, i);
      const graphene_rect_t *rect = &card->indexed.bounds;

      if (rect->origin.x >= around->origin.x && rect->origin.y >= around->origin.y
          && rect->origin.x + rect->size.width <= around->origin.x + around->size.width
          && rect->origin.y + rect->size.height <= around->origin.y + around->size.height)
        weir_canvas_select_block (self, card->block, TRUE);
    }
}

/* Larger or smaller by its corner, on the grid. */
void
weir_canvas_update_resize (WeirCanvas *self)
{
  WeirSticky *sticky = self->pressed_sticky;
  double x, y;

  weir_viewport_to_plane (self->viewport, self->pointer_x, self->pointer_y, &x, &y);
  weir_tiles_invalidate (self->scene->tiles, &sticky->rect);
  sticky->rect.size.width = MAX (weir_canvas_snap (self->sticky_size.width + x - self->press_plane_x), 80);
  sticky->rect.size.height = MAX (weir_canvas_snap (self->sticky_size.height + y - self->press_plane_y), 40);
  sticky->height = sticky->rect.size.height;
  weir_sticky_drop_nodes (sticky);
  weir_tiles_invalidate (self->scene->tiles, &sticky->rect);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
weir_canvas_end_resize (WeirCanvas *self,
                        gboolean    commit)
{
  WeirSticky *sticky = self->pressed_sticky;

  weir_tiles_invalidate (self->scene->tiles, &sticky->rect);
  if (!commit)
    {
      sticky->rect.size = self->sticky_size;
      sticky->height = sticky->rect.size.height;
      weir_sticky_drop_nodes (sticky);
      return;
    }
  weir_workflow_begin_edit (self->workflow, sticky->frame ? _("Resize Frame") : _("Resize Note"));
  weir_canvas_set_sticky (self, sticky);
  weir_workflow_end_edit (self->workflow);
}

/* As it is shown now, into the workflow. Within an edit. */
void
weir_canvas_set_sticky (WeirCanvas *self,
                        WeirSticky *sticky)
{
  WeirNote note = { .id = sticky->id, .text = sticky->text, .x = sticky->rect.origin.x, .y = sticky->rect.origin.y,
                    .width = sticky->rect.size.width, .height = sticky->height, .colour = sticky->colour,
                    .frame = sticky->frame, .collapsed = sticky->collapsed };

  weir_workflow_set_note (self->workflow, &note);
}

void
weir_canvas_begin_move (WeirCanvas *self)
{
  if (self->pressed_sticky != NULL)
    {
      self->sticky_start = self->pressed_sticky->rect.origin;
      if (self->pressed_sticky->frame)
        select_on_frame (self, self->pressed_sticky);
    }
  weir_canvas_begin_shift (self);
  self->duplicating = self->pressed_card != NULL && (self->press_modifiers & GDK_CONTROL_MASK) != 0;
  self->drag = WEIR_DRAG_MOVE;
  weir_canvas_set_cursor (self, self->duplicating ? "copy" : "grabbing");
}

/* How far the selection moves: the block under the pointer lands on the grid, the others keep their distance to it. */
static graphene_point_t
find_shift (WeirCanvas *self,
            gboolean    free_hand)
{
  graphene_point_t anchor = self->pressed_sticky != NULL ? self->sticky_start : GRAPHENE_POINT_INIT (0, 0);
  double x, y;

  for (guint i = 0; self->pressed_card != NULL && i < self->starts->len; i++)
    {
      g_autoptr(WeirBlock) block = g_list_model_get_item (G_LIST_MODEL (self->selected), i);

      if (block == self->pressed_card->block)
        anchor = g_array_index (self->starts, graphene_point_t, i);
    }
  weir_viewport_to_plane (self->viewport, self->pointer_x, self->pointer_y, &x, &y);
  x += anchor.x - self->press_plane_x;
  y += anchor.y - self->press_plane_y;
  g_array_set_size (self->guides, 0);
  if (!free_hand)
    {
      graphene_rect_t moving = { GRAPHENE_POINT_INIT (x, y), { 0, 0 } };

      x = weir_canvas_snap (x);
      y = weir_canvas_snap (y);
      if (self->pressed_card != NULL && !self->duplicating)
        {
          moving.size = self->pressed_card->indexed.bounds.size;
          weir_canvas_follow_guides (self, &moving, &x, &y);
        }
    }
  return GRAPHENE_POINT_INIT (round (x) - anchor.x, round (y) - anchor.y);
}

/**
 * weir_canvas_shift_selection:
 * @self: a canvas, after weir_canvas_begin_shift ()
 * @shift: how far from where they were, in the plane
 *
 * Shows the selected cards elsewhere; the workflow does not know yet.
 */
void
weir_canvas_shift_selection (WeirCanvas             *self,
                             const graphene_point_t *shift)
{
  for (guint i = 0; i < self->starts->len; i++)
    {
      g_autoptr(WeirBlock) block = g_list_model_get_item (G_LIST_MODEL (self->selected), i);
      graphene_point_t start = g_array_index (self->starts, graphene_point_t, i);

      weir_scene_place_card (self->scene, weir_scene_find_card (self->scene, block), start.x + shift->x,
                             start.y + shift->y);
    }
  if (self->pressed_sticky != NULL)
    {
      graphene_rect_t around = self->pressed_sticky->rect;

      graphene_rect_inset (&around, -4, -4);
      weir_tiles_invalidate (self->scene->tiles, &around);
      self->pressed_sticky->rect.origin = GRAPHENE_POINT_INIT (self->sticky_start.x + shift->x,
                                                               self->sticky_start.y + shift->y);
      weir_sticky_drop_nodes (self->pressed_sticky);
      around = self->pressed_sticky->rect;
      graphene_rect_inset (&around, -4, -4);
      weir_tiles_invalidate (self->scene->tiles, &around);
    }
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static gboolean
is_free_hand (WeirCanvas *self)
{
  return (gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (self->drag_gesture)) & GDK_ALT_MASK) != 0;
}

static void
commit_positions (WeirCanvas       *self,
                  graphene_point_t  shift)
{
  WeirLink *onto = self->drop_wire != NULL ? self->drop_wire->link : NULL;
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->selected));
  g_autofree char *name = g_strdup_printf (ngettext ("Move Block", "Move %u Blocks", n), n);

  weir_workflow_begin_edit (self->workflow, name);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr(WeirBlock) block = g_list_model_get_item (G_LIST_MODEL (self->selected), i);
      graphene_point_t start = g_array_index (self->starts, graphene_point_t, i);

      weir_workflow_set_position (self->workflow, block, start.x + shift.x, start.y + shift.y);
    }
  if (onto != NULL)
    weir_canvas_drop_on_link (self, self->pressed_card->block, onto);
  weir_workflow_end_edit (self->workflow);
}

/* What stands on a frame goes with it. */
static void
commit_sticky (WeirCanvas       *self,
               WeirSticky       *sticky,
               graphene_point_t  shift)
{
  weir_workflow_begin_edit (self->workflow, sticky->frame ? _("Move Frame") : _("Move Note"));
  weir_canvas_set_sticky (self, sticky);
  if (self->starts->len > 0)
    commit_positions (self, shift);
  weir_workflow_end_edit (self->workflow);
}

static void
commit_duplicates (WeirCanvas       *self,
                   graphene_point_t  shift)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->selected));
  g_autofree WeirBlock **blocks = g_new (WeirBlock *, n);
  g_autofree char *text = NULL;
  g_autoptr(GPtrArray) copies = NULL;
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i < n; i++)
    {
      blocks[i] = g_list_model_get_item (G_LIST_MODEL (self->selected), i);
      g_object_unref (blocks[i]);
    }
  text = weir_workflow_copy_blocks (self->workflow, blocks, n);
  weir_workflow_begin_edit (self->workflow, _("Duplicate"));
  copies = weir_workflow_paste_blocks (self->workflow, self->graph, text, shift.x, shift.y, &error);
  weir_workflow_end_edit (self->workflow);
  if (copies == NULL)
    {
      weir_canvas_say (self, error->message);
      return;
    }
  weir_canvas_clear_selection (self);
  for (guint i = 0; i < copies->len; i++)
    weir_canvas_select_block (self, g_ptr_array_index (copies, i), TRUE);
}

/* A single block over a link that could be led through it: the link says so. */
static void
update_drop_wire (WeirCanvas *self)
{
  WeirWire *wire = self->pressed_card != NULL && !self->duplicating
                       && g_list_model_get_n_items (G_LIST_MODEL (self->selected)) == 1
                     ? weir_canvas_find_link_under (self, self->pressed_card)
                     : NULL;

  if (wire == self->drop_wire)
    return;
  weir_canvas_clear_drop_wire (self);
  self->drop_wire = wire;
  if (wire != NULL)
    {
      wire->selected = TRUE;
      weir_wire_touch (wire);
    }
}

void
weir_canvas_end_move (WeirCanvas *self,
                      gboolean    commit)
{
  graphene_point_t shift = find_shift (self, is_free_hand (self));
  gboolean moved = shift.x != 0 || shift.y != 0;

  if (!commit || !moved || self->duplicating)
    weir_canvas_shift_selection (self, &GRAPHENE_POINT_INIT (0, 0));
  if (commit && moved && self->duplicating)
    commit_duplicates (self, shift);
  else if (commit && moved && self->pressed_sticky != NULL)
    {
      g_autofree char *id = g_strdup (self->pressed_sticky->id);

      commit_sticky (self, self->pressed_sticky, shift);
      weir_canvas_clear_selection (self);
      weir_canvas_select_note (self, id);
    }
  else if (commit && moved)
    commit_positions (self, shift);
  weir_canvas_clear_drop_wire (self);
  g_array_set_size (self->guides, 0);
  self->duplicating = FALSE;
}

void
weir_canvas_update_move (WeirCanvas *self)
{
  graphene_point_t shift = find_shift (self, is_free_hand (self));

  weir_canvas_shift_selection (self, &shift);
  update_drop_wire (self);
}
