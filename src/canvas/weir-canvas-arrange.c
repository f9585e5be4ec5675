/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>

#include "weir-canvas-layers.h"
#include "weir-canvas-private.h"

#include <adwaita.h>

/* The arrange command: which blocks take part, on which frames they stand, the one edit, and the way there. */

#define MOST_ANIMATED 400

/* Blocks on their way from where they were to where they are. */
typedef struct
{
  GPtrArray *blocks;   /* of WeirBlock */
  GArray    *starts;   /* of graphene_point_t */
} Journey;

static void
journey_free (Journey *self)
{
  g_ptr_array_unref (self->blocks);
  g_array_unref (self->starts);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Journey, journey_free)

static gboolean
holds (const graphene_rect_t *frame,
       const graphene_rect_t *rect)
{
  return graphene_rect_contains_rect (frame, rect);
}

/* The smallest frame around a place, among those that come before it; NULL: none. Frames are sorted, large ones first. */
static WeirPlace *
find_frame (GPtrArray             *frames,
            guint                  n,
            const graphene_rect_t *rect)
{
  for (guint i = n; i > 0; i--)
    {
      WeirPlace *place = g_ptr_array_index (frames, i - 1);

      if (holds (&place->frame->rect, rect))
        return place;
    }
  return NULL;
}

/* A frame takes part if all blocks on it do. */
static gboolean
takes_part (WeirCanvas *self,
            WeirSticky *sticky,
            gboolean    selection)
{
  g_autoptr(GPtrArray) found = g_ptr_array_new ();
  guint n = 0;

  if (!sticky->frame)
    return FALSE;
  weir_canvas_index_query (self->scene->card_index, &sticky->rect, found);
  for (guint i = 0; i < found->len; i++)
    {
      WeirCard *card = g_ptr_array_index (found, i);

      if (!holds (&sticky->rect, &card->indexed.bounds))
        continue;
      if (selection && !card->selected)
        return FALSE;
      n++;
    }
  return n > 0;
}

static WeirPlace *
gather (WeirCanvas *self,
        gboolean    selection,
        GHashTable *place_of)
{
  WeirPlace *root = weir_place_new (NULL, NULL, NULL);
  g_autoptr(GPtrArray) frames = g_ptr_array_new ();

  for (guint i = 0; i < self->scene->stickies->len; i++)
    {
      WeirSticky *sticky = g_ptr_array_index (self->scene->stickies, i);
      WeirPlace *around = sticky->frame ? find_frame (frames, frames->len, &sticky->rect) : NULL;

      if (takes_part (self, sticky, selection))
        g_ptr_array_add (frames, weir_place_new (around != NULL ? around : root, NULL, sticky));
    }
  for (guint i = 0; i < self->scene->cards->len; i++)
    {
      WeirCard *card = g_ptr_array_index (self->scene->cards, i);
      WeirPlace *around = find_frame (frames, frames->len, &card->indexed.bounds), *place;

      if (selection && !card->selected)
        continue;
      place = weir_place_new (around != NULL ? around : root, card, NULL);
      g_hash_table_insert (place_of, card->block, place);
      /* A frame with a pinned block on it stays as it is, with all that is on it. */
      for (WeirPlace *at = place; weir_block_get_pinned (card->block) && at != root; at = at->parent)
        at->fixed = TRUE;
    }
  return root;
}

static void
add_links (WeirCanvas *self,
           GHashTable *place_of)
{
  for (guint i = 0; i < weir_graph_get_n_links (self->graph); i++)
    {
      WeirLink *link = weir_graph_get_link (self->graph, i);
      WeirPlace *source = g_hash_table_lookup (place_of, weir_link_get_source (link));
      WeirPlace *target = g_hash_table_lookup (place_of, weir_link_get_target (link));
      const WeirPin *pin;

      if (source == NULL || target == NULL || weir_link_is_feedback (link))
        continue;
      pin = weir_card_find_pin (source->card, weir_link_get_source_port (link), FALSE);
      weir_place_link (source, target, pin != NULL ? pin->y : 0);
    }
}

/* Blocks at once; notes afterwards, as the scene reads all of them again when one is another. */
static void
commit (WeirCanvas *self,
        WeirPlace  *place,
        double      x,
        double      y,
        GPtrArray  *notes,
        Journey    *journey)
{
  for (guint i = 0; i < place->children->len; i++)
    {
      WeirPlace *child = g_ptr_array_index (place->children, i);
      double to_x = weir_canvas_snap (x + child->rect.origin.x), to_y = weir_canvas_snap (y + child->rect.origin.y);

      if (child->fixed)
        continue;
      if (child->card != NULL)
        {
          g_ptr_array_add (journey->blocks, g_object_ref (child->card->block));
          g_array_append_val (journey->starts, child->card->indexed.bounds.origin);
          weir_workflow_set_position (self->workflow, child->card->block, to_x, to_y);
          continue;
        }
      child->frame->rect = GRAPHENE_RECT_INIT (to_x, to_y, child->rect.size.width, child->rect.size.height);
      child->frame->height = child->rect.size.height;
      g_ptr_array_add (notes, child->frame);
      commit (self, child, to_x, to_y, notes, journey);
    }
}

static void
commit_notes (WeirCanvas *self,
              GPtrArray  *frames)
{
  g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GArray) notes = g_array_new (FALSE, FALSE, sizeof (WeirNote));

  for (guint i = 0; i < frames->len; i++)
    {
      WeirSticky *sticky = g_ptr_array_index (frames, i);
      WeirNote note = { .id = g_strdup (sticky->id), .text = g_strdup (sticky->text), .x = sticky->rect.origin.x,
                        .y = sticky->rect.origin.y, .width = sticky->rect.size.width, .height = sticky->height,
                        .colour = g_strdup (sticky->colour), .frame = TRUE };

      g_ptr_array_add (kept, (gpointer) note.id);
      g_ptr_array_add (kept, (gpointer) note.text);
      g_ptr_array_add (kept, (gpointer) note.colour);
      g_array_append_val (notes, note);
    }
  for (guint i = 0; i < notes->len; i++)
    weir_workflow_set_note (self->workflow, &g_array_index (notes, WeirNote, i));
}

/* The way there */

static void
show_at (WeirCanvas *self,
         Journey    *journey,
         double      share)
{
  for (guint i = 0; self->scene != NULL && i < journey->blocks->len; i++)
    {
      WeirBlock *block = g_ptr_array_index (journey->blocks, i);
      WeirCard *card = weir_scene_find_card (self->scene, block);
      const graphene_point_t *start = &g_array_index (journey->starts, graphene_point_t, i);
      double x, y;

      if (card == NULL)
        continue;
      weir_block_get_position (block, &x, &y);
      weir_scene_place_card (self->scene, card, start->x + (x - start->x) * share, start->y + (y - start->y) * share);
    }
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
moved_cb (double   value,
          gpointer user_data)
{
  WeirCanvas *self = user_data;

  if (self->journey != NULL)
    show_at (self, g_object_get_data (G_OBJECT (self->journey), "journey"), value);
}

/* Whoever takes hold of something takes hold of it where it is. */
void
weir_canvas_end_journey (WeirCanvas *self)
{
  g_autoptr(AdwAnimation) animation = g_steal_pointer (&self->journey);

  if (animation == NULL)
    return;
  show_at (self, g_object_get_data (G_OBJECT (animation), "journey"), 1);
  g_signal_handlers_disconnect_by_data (animation, self);
  adw_animation_pause (animation);
}

static void
set_out (WeirCanvas *self,
         Journey    *journey)
{
  GtkWidget *widget = GTK_WIDGET (self);
  g_autoptr(Journey) taken = journey;

  if (!adw_get_enable_animations (widget) || !gtk_widget_get_mapped (widget) || journey->blocks->len > MOST_ANIMATED)
    return;
  self->journey = adw_timed_animation_new (widget, 0, 1, 250, adw_callback_animation_target_new (moved_cb, self, NULL));
  g_object_set_data_full (G_OBJECT (self->journey), "journey", g_steal_pointer (&taken), (GDestroyNotify) journey_free);
  g_signal_connect_swapped (self->journey, "done", G_CALLBACK (weir_canvas_end_journey), self);
  adw_animation_play (self->journey);
}

/**
 * weir_canvas_arrange:
 * @self: a canvas
 *
 * Arranges the selected blocks, or all if there are not two, from left to right as they depend on each other; frames with what
 * is on them. Pinned blocks stay. One edit.
 */
void
weir_canvas_arrange (WeirCanvas *self)
{
  gboolean selection = g_list_model_get_n_items (G_LIST_MODEL (self->selected)) > 1;
  g_autoptr(GHashTable) place_of = g_hash_table_new (NULL, NULL);
  g_autoptr(GPtrArray) notes = g_ptr_array_new ();
  g_autoptr(WeirPlace) root = NULL;
  Journey *journey;

  if (self->scene->cards->len == 0)
    return;
  weir_canvas_end_journey (self);
  root = gather (self, selection, place_of);
  add_links (self, place_of);
  weir_place_arrange (root);

  journey = g_new0 (Journey, 1);
  journey->blocks = g_ptr_array_new_with_free_func (g_object_unref);
  journey->starts = g_array_new (FALSE, FALSE, sizeof (graphene_point_t));
  weir_workflow_begin_edit (self->workflow, _("Arrange"));
  commit (self, root, 0, 0, notes, journey);
  commit_notes (self, notes);
  weir_workflow_end_edit (self->workflow);
  if (!selection)
    weir_canvas_zoom_to_fit (self);
  weir_canvas_announce (self, selection ? _("Arranged what is selected") : _("Arranged"));
  set_out (self, journey);
}
