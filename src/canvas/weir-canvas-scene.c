/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-canvas-signs.h"

#include <math.h>

G_DEFINE_FINAL_TYPE (WeirScene, weir_scene, G_TYPE_OBJECT)

enum
{
  SIGNAL_CHANGED,
  SIGNAL_REMOVED,
  SIGNAL_STATUS_CHANGED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static void
weir_card_free (WeirCard *self)
{
  weir_card_drop_nodes (self);
  g_clear_signal_handler (&self->changed_id, self->block);
  g_clear_pointer (&self->pins, g_array_unref);
  g_clear_pointer (&self->inner, g_array_unref);
  g_clear_object (&self->accessible);
  g_clear_object (&self->block);
  g_free (self->footer);
  g_free (self);
}

void
weir_scene_emit_changed (WeirScene *self)
{
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static void
mark_wire_stale (WeirScene *self,
                 WeirWire  *wire)
{
  wire->state_stale = TRUE;
  weir_wire_touch (wire);
}

/* Cards */

static void
lay_out_card (WeirScene *self,
              WeirCard  *card)
{
  graphene_rect_t before = card->indexed.bounds;

  weir_canvas_index_remove (self->card_index, &card->indexed, &card->indexed.bounds);
  weir_card_touch (card);
  weir_card_lay_out (card, self->graph);
  weir_canvas_index_insert (self->card_index, &card->indexed, &card->indexed.bounds);
  weir_card_drop_nodes (card);
  weir_scene_for_each_wire_of (self, card, weir_scene_reroute);
  if (!graphene_rect_equal (&before, &card->indexed.bounds))
    {
      weir_scene_reroute_near (self, &before);
      weir_scene_reroute_near (self, &card->indexed.bounds);
    }
}

static void
touch_wire (WeirScene *self,
            WeirWire  *wire)
{
  weir_wire_touch (wire);
}

static void
block_changed_cb (WeirBlock *block,
                  WeirScene *self)
{
  WeirCard *card = weir_scene_find_card (self, block);

  if (card == NULL)
    return;
  lay_out_card (self, card);
  weir_scene_card_touched (self, card);
  /* The name of a portal says whether its links are drawn. */
  weir_scene_for_each_wire_of (self, card, touch_wire);
}

static void
add_card (WeirScene *self,
          guint      index)
{
  WeirBlock *block = weir_graph_get_block (self->graph, index);
  WeirCard *card = g_new0 (WeirCard, 1);

  card->scene = self;
  card->block = g_object_ref (block);
  card->pins = g_array_new (FALSE, FALSE, sizeof (WeirPin));
  card->order = self->next_order++;
  card->has_breakpoint = weir_breakpoint_get (block) != NULL;
  card->summary_stale = self->view != NULL;
  weir_card_lay_out (card, self->graph);
  weir_canvas_index_insert (self->card_index, &card->indexed, &card->indexed.bounds);
  card->changed_id = g_signal_connect (block, "changed", G_CALLBACK (block_changed_cb), self);
  g_ptr_array_insert (self->cards, index, card);
  g_hash_table_insert (self->card_of, block, card);
  weir_card_touch (card);
}

static void
add_wires_of (WeirScene *self,
              WeirCard  *card)
{
  guint n_from, n_to;
  WeirLink **from = weir_graph_get_links_from (self->graph, card->block, &n_from);
  WeirLink **to = weir_graph_get_links_to (self->graph, card->block, &n_to);

  for (guint i = 0; i < n_from + n_to; i++)
    weir_scene_add_wire (self, i < n_from ? from[i] : to[i - n_from]);
}

static void
remove_card (WeirScene *self,
             guint      index)
{
  WeirCard *card = g_ptr_array_index (self->cards, index);
  g_autoptr(WeirBlock) block = g_object_ref (card->block);
  g_autoptr(GPtrArray) wires = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer wire;

  g_hash_table_iter_init (&iter, self->wire_of);
  while (g_hash_table_iter_next (&iter, NULL, &wire))
    if (((WeirWire *) wire)->source == card || ((WeirWire *) wire)->target == card)
      g_ptr_array_add (wires, wire);
  for (guint i = 0; i < wires->len; i++)
    weir_scene_drop_wire (self, g_ptr_array_index (wires, i));
  weir_card_touch (card);
  weir_scene_reroute_near (self, &card->indexed.bounds);
  weir_canvas_index_remove (self->card_index, &card->indexed, &card->indexed.bounds);
  g_hash_table_remove (self->card_of, block);
  g_ptr_array_remove_index (self->cards, index);
  g_signal_emit (self, signals[SIGNAL_REMOVED], 0, block);
}

static void
items_changed_cb (WeirGraph *graph,
                  guint      position,
                  guint      removed,
                  guint      added,
                  WeirScene *self)
{
  for (guint i = 0; i < removed; i++)
    remove_card (self, position);
  for (guint i = 0; i < added; i++)
    add_card (self, position + i);
  for (guint i = 0; i < added; i++)
    add_wires_of (self, g_ptr_array_index (self->cards, position + i));
  weir_scene_emit_changed (self);
  g_signal_emit (self, signals[SIGNAL_STATUS_CHANGED], 0);
}

/* Ends of a link may show or hide a port that is seen only when linked. */
static void
lay_out_ends (WeirScene *self,
              WeirLink  *link)
{
  WeirCard *source = weir_scene_find_card (self, weir_link_get_source (link));
  WeirCard *target = weir_scene_find_card (self, weir_link_get_target (link));

  if (source != NULL)
    lay_out_card (self, source);
  if (target != NULL && target != source)
    lay_out_card (self, target);
  weir_scene_emit_changed (self);
}

static void
link_added_cb (WeirGraph *graph,
               WeirLink  *link,
               WeirScene *self)
{
  weir_scene_add_wire (self, link);
  lay_out_ends (self, link);
}

static void
link_removed_cb (WeirGraph *graph,
                 WeirLink  *link,
                 WeirScene *self)
{
  WeirWire *wire = weir_scene_find_wire (self, link);

  if (wire != NULL)
    weir_scene_drop_wire (self, wire);
  lay_out_ends (self, link);
}

static void
link_changed_cb (WeirGraph *graph,
                 WeirLink  *link,
                 WeirScene *self)
{
  WeirWire *wire = weir_scene_find_wire (self, link);

  if (wire == NULL)
    return;
  weir_scene_reroute (self, wire);
  weir_scene_emit_changed (self);
}

/* Notes, and what containers show of their inside, have no signals of their own. */

static WeirSticky *
make_sticky (const WeirNote *note)
{
  WeirSticky *sticky = g_new0 (WeirSticky, 1);

  sticky->id = g_strdup (note->id);
  sticky->text = g_strdup (note->text != NULL ? note->text : "");
  sticky->colour = g_strdup (note->colour);
  sticky->frame = note->frame;
  sticky->collapsed = note->collapsed && !note->frame;
  sticky->height = MAX (note->height, 40);
  sticky->rect = GRAPHENE_RECT_INIT (note->x, note->y, MAX (note->width, 80),
                                     sticky->collapsed ? WEIR_STICKY_BAR : sticky->height);
  return sticky;
}

/* Frames lie below notes, large ones below small ones. */
static int
compare_stickies (gconstpointer a,
                  gconstpointer b)
{
  const WeirSticky *first = *(WeirSticky *const *) a, *second = *(WeirSticky *const *) b;
  float area = first->rect.size.width * first->rect.size.height;
  float other = second->rect.size.width * second->rect.size.height;

  if (first->frame != second->frame)
    return first->frame ? -1 : 1;
  return !first->frame ? 0 : area > other ? -1 : area < other;
}

static void
read_stickies (WeirScene *self)
{
  g_autofree char *selected = NULL;

  for (guint i = 0; i < self->stickies->len && selected == NULL; i++)
    {
      WeirSticky *sticky = g_ptr_array_index (self->stickies, i);

      selected = sticky->selected ? g_strdup (sticky->id) : NULL;
    }
  g_ptr_array_set_size (self->stickies, 0);
  weir_tiles_invalidate (self->tiles, NULL);
  if (self->graph != weir_workflow_get_graph (self->workflow))
    return;
  for (guint i = 0; i < weir_workflow_get_n_notes (self->workflow); i++)
    {
      WeirSticky *sticky = make_sticky (weir_workflow_get_note (self->workflow, i));

      sticky->selected = g_strcmp0 (sticky->id, selected) == 0;
      g_ptr_array_add (self->stickies, sticky);
    }
  g_ptr_array_sort (self->stickies, compare_stickies);
}

static gboolean
shows (const WeirSticky *sticky,
       const WeirNote   *note)
{
  g_autoptr(WeirSticky) fresh = make_sticky (note);

  return g_str_equal (sticky->id, fresh->id) && g_str_equal (sticky->text, fresh->text)
         && g_strcmp0 (sticky->colour, fresh->colour) == 0 && sticky->frame == fresh->frame
         && sticky->collapsed == fresh->collapsed && sticky->height == fresh->height
         && graphene_rect_equal (&sticky->rect, &fresh->rect);
}

static gboolean
stickies_are_current (WeirScene *self)
{
  guint n = self->graph == weir_workflow_get_graph (self->workflow) ? weir_workflow_get_n_notes (self->workflow) : 0;
  guint n_shown = 0;

  if (n != self->stickies->len)
    return FALSE;
  for (guint i = 0; i < n; i++)
    for (guint s = 0; s < n; s++)
      n_shown += shows (g_ptr_array_index (self->stickies, s), weir_workflow_get_note (self->workflow, i));
  return n_shown == n;
}

static void
workflow_changed_cb (WeirWorkflow *workflow,
                     WeirScene    *self)
{
  if (!stickies_are_current (self))
    read_stickies (self);
  for (guint i = 0; i < self->cards->len; i++)
    {
      WeirCard *card = g_ptr_array_index (self->cards, i);

      if (card->inner != NULL)
        lay_out_card (self, card);
    }
  weir_scene_emit_changed (self);
}

static void
view_changed_cb (WeirRunView *view,
                 guint        first,
                 WeirScene   *self)
{
  weir_scene_follow_view (self, first);
  weir_scene_emit_changed (self);
  g_signal_emit (self, signals[SIGNAL_STATUS_CHANGED], 0);
}

static void
weir_scene_dispose (GObject *object)
{
  WeirScene *self = WEIR_SCENE (object);

  if (self->view != NULL)
    g_signal_handlers_disconnect_by_data (self->view, self);
  if (self->graph != NULL)
    g_signal_handlers_disconnect_by_data (self->graph, self);
  if (self->workflow != NULL)
    g_signal_handlers_disconnect_by_data (self->workflow, self);
  weir_scene_stop_routing (self);
  g_ptr_array_set_size (self->rough, 0);
  g_hash_table_remove_all (self->wire_of);
  g_hash_table_remove_all (self->card_of);
  g_ptr_array_set_size (self->cards, 0);
  g_clear_object (&self->view);
  g_clear_object (&self->graph);
  g_clear_object (&self->workflow);
  G_OBJECT_CLASS (weir_scene_parent_class)->dispose (object);
}

static void
weir_scene_finalize (GObject *object)
{
  WeirScene *self = WEIR_SCENE (object);

  g_hash_table_unref (self->wire_of);
  g_hash_table_unref (self->card_of);
  g_ptr_array_unref (self->cards);
  g_ptr_array_unref (self->stickies);
  weir_canvas_index_free (self->card_index);
  weir_canvas_index_free (self->wire_index);
  g_ptr_array_unref (self->router.found);
  g_ptr_array_unref (self->rough);
  weir_tiles_free (self->tiles);
  G_OBJECT_CLASS (weir_scene_parent_class)->finalize (object);
}

static void
weir_scene_class_init (WeirSceneClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = weir_scene_dispose;
  G_OBJECT_CLASS (klass)->finalize = weir_scene_finalize;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 0);
  signals[SIGNAL_REMOVED] = g_signal_new ("removed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 1, WEIR_TYPE_BLOCK);
  signals[SIGNAL_STATUS_CHANGED] = g_signal_new ("status-changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                                 NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
weir_scene_init (WeirScene *self)
{
  self->cards = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_card_free);
  self->card_of = g_hash_table_new (NULL, NULL);
  self->wire_of = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) weir_wire_free);
  self->stickies = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_sticky_free);
  self->card_index = weir_canvas_index_new ();
  self->wire_index = weir_canvas_index_new ();
  self->router = (WeirRouter) { .blocks = self->card_index, .routes = self->wire_index, .found = g_ptr_array_new () };
  self->rough = g_ptr_array_new ();
  self->tiles = weir_tiles_new (weir_scene_draw_tile, self);
}

WeirScene *
weir_scene_new (WeirWorkflow  *workflow,
                WeirGraph     *graph,
                WeirLinkStyle  style)
{
  WeirScene *self = g_object_new (WEIR_TYPE_SCENE, NULL);

  self->router.style = style;
  self->workflow = g_object_ref (workflow);
  self->graph = g_object_ref (graph);
  for (guint i = 0; i < weir_graph_get_n_blocks (graph); i++)
    add_card (self, i);
  for (guint i = 0; i < weir_graph_get_n_links (graph); i++)
    weir_scene_add_wire (self, weir_graph_get_link (graph, i));
  read_stickies (self);
  g_signal_connect (graph, "items-changed", G_CALLBACK (items_changed_cb), self);
  g_signal_connect (graph, "link-added", G_CALLBACK (link_added_cb), self);
  g_signal_connect (graph, "link-removed", G_CALLBACK (link_removed_cb), self);
  g_signal_connect (graph, "link-changed", G_CALLBACK (link_changed_cb), self);
  g_signal_connect (workflow, "changed", G_CALLBACK (workflow_changed_cb), self);
  return self;
}

void
weir_scene_set_view (WeirScene   *self,
                     WeirRunView *view)
{
  GHashTableIter iter;
  gpointer wire;

  if (self->view == view)
    return;
  if (self->view != NULL)
    g_signal_handlers_disconnect_by_data (self->view, self);
  g_set_object (&self->view, view);
  self->shown_state = NULL;
  if (view != NULL)
    g_signal_connect (view, "changed", G_CALLBACK (view_changed_cb), self);

  for (guint i = 0; i < self->cards->len; i++)
    {
      WeirCard *card = g_ptr_array_index (self->cards, i);

      card->summary_stale = TRUE;
    }
  g_hash_table_iter_init (&iter, self->wire_of);
  while (g_hash_table_iter_next (&iter, NULL, &wire))
    mark_wire_stale (self, wire);
  weir_scene_emit_changed (self);
  g_signal_emit (self, signals[SIGNAL_STATUS_CHANGED], 0);
}

/* What a card shows changed: its links may be coloured otherwise too. */
void
weir_scene_card_touched (WeirScene *self,
                         WeirCard  *card)
{
  card->summary_stale = self->view != NULL || card->shown;
  weir_scene_for_each_wire_of (self, card, mark_wire_stale);
  weir_scene_emit_changed (self);
}

void
weir_scene_place_card (WeirScene *self,
                       WeirCard  *card,
                       double     x,
                       double     y)
{
  if (card->indexed.bounds.origin.x == (float) x && card->indexed.bounds.origin.y == (float) y)
    return;
  graphene_rect_t before = card->indexed.bounds;

  weir_canvas_index_remove (self->card_index, &card->indexed, &card->indexed.bounds);
  weir_card_touch (card);
  card->indexed.bounds.origin = GRAPHENE_POINT_INIT (x, y);
  weir_canvas_index_insert (self->card_index, &card->indexed, &card->indexed.bounds);
  weir_card_drop_placed (card);
  weir_scene_for_each_wire_of (self, card, weir_scene_reroute);
  weir_scene_reroute_near (self, &before);
  weir_scene_reroute_near (self, &card->indexed.bounds);
}

void
weir_scene_raise (WeirScene *self,
                  WeirCard  *card)
{
  card->order = self->next_order++;
}

void
weir_scene_invalidate (WeirScene *self)
{
  GHashTableIter iter;
  gpointer wire;

  for (guint i = 0; i < self->cards->len; i++)
    weir_card_drop_nodes (g_ptr_array_index (self->cards, i));
  for (guint i = 0; i < self->stickies->len; i++)
    weir_sticky_drop_nodes (g_ptr_array_index (self->stickies, i));
  g_hash_table_iter_init (&iter, self->wire_of);
  while (g_hash_table_iter_next (&iter, NULL, &wire))
    weir_wire_touch (wire);
  weir_tiles_invalidate (self->tiles, NULL);
  weir_scene_emit_changed (self);
}
