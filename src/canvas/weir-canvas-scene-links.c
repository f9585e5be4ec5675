/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-canvas-scene.h"

/* The links of a scene and the ways that they take. A link whose blocks move goes straight at once; its way around
 * others is looked for before the next frame, for a few milliseconds, or in another thread when there are many. */

#define MANY 600 /* more than this at once go to another thread */

/* A link is put into the index piece by piece: the box around a long one would touch half the cells. */
static void
index_wire (WeirScene *self, WeirWire *wire, void (*put) (WeirCanvasIndex *, WeirIndexed *, const graphene_rect_t *))
{
  WeirIndexed *indexed = &wire->route.indexed;

  if (indexed->bounds.size.width < 500 && indexed->bounds.size.height < 500)
    {
      put (self->wire_index, indexed, &indexed->bounds);
      return;
    }
  for (guint i = 1; i < wire->n_path; i++)
    {
      graphene_rect_t piece = GRAPHENE_RECT_INIT (wire->path[i].x, wire->path[i].y, 0, 0);

      graphene_rect_expand (&piece, &wire->path[i - 1], &piece);
      graphene_rect_inset (&piece, -8, -8);
      put (self->wire_index, indexed, &piece);
    }
  if (wire->chip.size.width > 0)
    put (self->wire_index, indexed, &wire->chip);
}

static void
add_rough (WeirScene *self,
           WeirWire  *wire)
{
  wire->serial++;
  if (!wire->rough)
    g_ptr_array_add (self->rough, wire);
  wire->rough = TRUE;
}

void
weir_scene_reroute (WeirScene *self,
                    WeirWire  *wire)
{
  wire->displaced = TRUE;
  add_rough (self, wire);
}

static void
lay_straight (WeirScene *self,
              WeirWire  *wire)
{
  WeirRouteEnds ends;

  wire->displaced = FALSE;
  index_wire (self, wire, weir_canvas_index_remove);
  weir_wire_touch (wire);
  weir_wire_get_ends (wire, &ends);
  weir_route_direct (&wire->route, self->router.style, &ends);
  weir_wire_lay (wire);
  index_wire (self, wire, weir_canvas_index_insert);
  weir_wire_touch (wire);
}

/**
 * weir_scene_lay_wires:
 * @self: a scene
 *
 * Brings the links of blocks that moved to where they belong, straight for now. An edit may move thousands of blocks,
 * so this waits until somebody looks.
 */
void
weir_scene_lay_wires (WeirScene *self)
{
  GHashTableIter iter;
  gpointer wire;

  if (self->all_rough)
    {
      g_hash_table_iter_init (&iter, self->wire_of);
      while (g_hash_table_iter_next (&iter, NULL, &wire))
        add_rough (self, wire);
    }
  self->all_rough = FALSE;
  for (guint i = 0; i < self->rough->len; i++)
    if (((WeirWire *) g_ptr_array_index (self->rough, i))->displaced)
      lay_straight (self, g_ptr_array_index (self->rough, i));
}

void
weir_scene_reroute_near (WeirScene             *self,
                         const graphene_rect_t *rect)
{
  graphene_rect_t around = *rect;
  g_autoptr(GPtrArray) found = NULL;

  if (self->rough->len > MANY)
    {
      self->all_rough = TRUE;
      return;
    }
  found = g_ptr_array_new ();
  /* Links that went around the block run this far from it. */
  graphene_rect_inset (&around, -40, -40);
  weir_canvas_index_query (self->wire_index, &around, found);
  for (guint i = 0; i < found->len; i++)
    {
      WeirWire *wire = g_ptr_array_index (found, i);

      for (guint p = 1; p < wire->n_path && !wire->rough; p++)
        if (weir_route_line_crosses (&wire->path[p - 1], &wire->path[p], &around))
          add_rough (self, wire);
    }
}

/* The same for links of the same port; never seen by anybody. */
static gsize
hash_port (WeirCard   *card,
           const char *name)
{
  return GPOINTER_TO_SIZE (card) * 31 + g_str_hash (name);
}

void
weir_scene_add_wire (WeirScene *self,
                     WeirLink  *link)
{
  WeirCard *source = weir_scene_find_card (self, weir_link_get_source (link));
  WeirCard *target = weir_scene_find_card (self, weir_link_get_target (link));
  WeirRouteEnds ends;
  WeirWire *wire;

  if (source == NULL || target == NULL || g_hash_table_contains (self->wire_of, link))
    return;
  wire = g_new0 (WeirWire, 1);
  wire->scene = self;
  wire->order = self->next_order++;
  wire->link = g_object_ref (link);
  wire->source = source;
  wire->target = target;
  wire->state_stale = self->view != NULL;
  wire->route.from_port = hash_port (source, weir_link_get_source_port (link));
  wire->route.to_port = hash_port (target, weir_link_get_target_port (link));
  weir_wire_get_ends (wire, &ends);
  weir_route_direct (&wire->route, self->router.style, &ends);
  weir_wire_lay (wire);
  index_wire (self, wire, weir_canvas_index_insert);
  g_hash_table_insert (self->wire_of, link, wire);
  weir_wire_touch (wire);
  add_rough (self, wire);
}

void
weir_scene_drop_wire (WeirScene *self,
                      WeirWire  *wire)
{
  index_wire (self, wire, weir_canvas_index_remove);
  weir_wire_touch (wire);
  if (wire->rough)
    g_ptr_array_remove_fast (self->rough, wire);
  g_hash_table_remove (self->wire_of, wire->link);
}

void
weir_scene_for_each_wire_of (WeirScene    *self,
                             WeirCard     *card,
                             WeirWireFunc  func)
{
  guint n_from, n_to;
  WeirLink **from = weir_graph_get_links_from (self->graph, card->block, &n_from);
  WeirLink **to = weir_graph_get_links_to (self->graph, card->block, &n_to);

  for (guint i = 0; i < n_from + n_to; i++)
    {
      WeirWire *wire = g_hash_table_lookup (self->wire_of, i < n_from ? from[i] : to[i - n_from]);

      if (wire != NULL)
        func (self, wire);
    }
}

/* Ways that are looked for in another thread: it knows copies only */

typedef struct
{
  WeirRoute      route;
  WeirRouteEnds  ends;
  WeirLink      *link;    /* owned */
  guint          serial;
  guint          place;    /* links find their way in this order */
  gboolean       wanted;  /* others are there to be kept clear of */
} Errand;

typedef struct
{
  WeirLinkStyle  style;
  GArray        *blocks;   /* of WeirIndexed */
  GArray        *errands;  /* of Errand */
  guint          done;     /* how many have been taken over */
} Errands;

static void
errand_clear (gpointer data)
{
  g_clear_object (&((Errand *) data)->link);
}

static void
errands_free (gpointer data)
{
  Errands *self = data;

  g_array_unref (self->blocks);
  g_array_unref (self->errands);
  g_free (self);
}

static Errands *
make_errands (WeirScene *self)
{
  Errands *errands = g_new0 (Errands, 1);
  g_autoptr(GHashTable) places = g_hash_table_new (NULL, NULL);
  GHashTableIter iter;
  gpointer value;

  errands->style = self->router.style;
  errands->blocks = g_array_sized_new (FALSE, FALSE, sizeof (WeirIndexed), self->cards->len);
  errands->errands = g_array_new (FALSE, TRUE, sizeof (Errand));
  g_array_set_clear_func (errands->errands, errand_clear);
  for (guint i = 0; i < self->cards->len; i++)
    {
      WeirCard *card = g_ptr_array_index (self->cards, i);
      WeirIndexed block = { .bounds = card->indexed.bounds };

      g_array_append_val (errands->blocks, block);
      g_hash_table_insert (places, card, GUINT_TO_POINTER (i));
    }
  g_hash_table_iter_init (&iter, self->wire_of);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      WeirWire *wire = value;
      Errand errand = { .route = wire->route, .link = g_object_ref (wire->link), .serial = wire->serial,
                        .place = wire->order, .wanted = wire->rough };

      weir_wire_get_ends (wire, &errand.ends);
      errand.route.indexed.stamp = 0;
      errand.ends.source = &g_array_index (errands->blocks, WeirIndexed,
                                           GPOINTER_TO_UINT (g_hash_table_lookup (places, wire->source)));
      errand.ends.target = &g_array_index (errands->blocks, WeirIndexed,
                                           GPOINTER_TO_UINT (g_hash_table_lookup (places, wire->target)));
      g_array_append_val (errands->errands, errand);
    }
  return errands;
}

static int
compare_errands (gconstpointer a,
                 gconstpointer b)
{
  return (int) weir_link_get_index (((const Errand *) a)->link)
         - (int) weir_link_get_index (((const Errand *) b)->link);
}

static void
index_corners (WeirCanvasIndex *index,
               WeirRoute       *route)
{
  graphene_rect_t *bounds = &route->indexed.bounds;

  graphene_rect_init (bounds, route->corners[0].x, route->corners[0].y, 0, 0);
  for (guint i = 1; i < route->n_corners; i++)
    {
      graphene_rect_t piece = GRAPHENE_RECT_INIT (route->corners[i].x, route->corners[i].y, 0, 0);

      graphene_rect_expand (&piece, &route->corners[i - 1], &piece);
      graphene_rect_expand (bounds, &route->corners[i], bounds);
      weir_canvas_index_insert (index, &route->indexed, &piece);
    }
}

static void
run_errands (GTask        *task,
             gpointer      source,
             gpointer      task_data,
             GCancellable *cancellable)
{
  Errands *errands = task_data;
  g_autoptr(GPtrArray) found = g_ptr_array_new ();
  WeirRouter router = {
    .style = errands->style, .blocks = weir_canvas_index_new (), .routes = weir_canvas_index_new (), .found = found
  };

  g_array_sort (errands->errands, compare_errands);
  for (guint i = 0; i < errands->blocks->len; i++)
    {
      WeirIndexed *block = &g_array_index (errands->blocks, WeirIndexed, i);

      weir_canvas_index_insert (router.blocks, block, &block->bounds);
    }
  for (guint i = 0; i < errands->errands->len && !g_cancellable_is_cancelled (cancellable); i++)
    {
      Errand *errand = &g_array_index (errands->errands, Errand, i);

      if (errand->wanted)
        weir_route_find (&errand->route, &router, &errand->ends);
      index_corners (router.routes, &errand->route);
    }
  weir_canvas_index_free (router.blocks);
  weir_canvas_index_free (router.routes);
  g_task_return_boolean (task, TRUE);
}

static void
errands_done_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  WeirScene *self = WEIR_SCENE (source);

  if (self->routing == G_TASK (result) && !g_cancellable_is_cancelled (g_task_get_cancellable (self->routing)))
    weir_scene_emit_changed (self);
}

static void
send_errands (WeirScene *self)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  Errands *errands = make_errands (self);

  for (guint i = 0; i < self->rough->len; i++)
    ((WeirWire *) g_ptr_array_index (self->rough, i))->rough = FALSE;
  g_ptr_array_set_size (self->rough, 0);
  self->routing = g_task_new (self, cancellable, errands_done_cb, NULL);
  g_task_set_task_data (self->routing, errands, errands_free);
  g_task_run_in_thread (self->routing, run_errands);
}

/* What was on its way is of no use any more. */
void
weir_scene_stop_routing (WeirScene *self)
{
  if (self->routing != NULL)
    g_cancellable_cancel (g_task_get_cancellable (self->routing));
  g_clear_object (&self->routing);
}

/* Finding ways here and now */

/* The corners of the wire are new; everything else is still as they were before. */
static void
settle_corners (WeirScene       *self,
                WeirWire        *wire,
                const WeirRoute *before)
{
  if (wire->route.n_corners == before->n_corners && wire->route.curved == before->curved && wire->chip.size.width == 0
      && memcmp (wire->route.corners, before->corners, before->n_corners * sizeof *before->corners) == 0)
    return;
  index_wire (self, wire, weir_canvas_index_remove);
  weir_wire_touch (wire);
  weir_wire_lay (wire);
  weir_wire_place_chip (wire);
  index_wire (self, wire, weir_canvas_index_insert);
  weir_wire_touch (wire);
}

static gboolean
take_errands (WeirScene *self,
              gint64     deadline)
{
  Errands *errands;

  if (self->routing == NULL || !g_task_get_completed (self->routing))
    return self->routing == NULL;
  errands = g_task_get_task_data (self->routing);
  while (errands->done < errands->errands->len)
    {
      Errand *errand = &g_array_index (errands->errands, Errand, errands->done++);
      WeirWire *wire = errand->wanted ? weir_scene_find_wire (self, errand->link) : NULL;

      if (wire != NULL && wire->serial == errand->serial)
        {
          WeirRoute before = wire->route;

          memcpy (wire->route.corners, errand->route.corners, sizeof before.corners);
          wire->route.n_corners = errand->route.n_corners;
          wire->route.curved = errand->route.curved;
          settle_corners (self, wire, &before);
        }
      if (g_get_monotonic_time () > deadline)
        return FALSE;
    }
  g_clear_object (&self->routing);
  return TRUE;
}

static int
compare_rough (gconstpointer a,
               gconstpointer b)
{
  /* The last is taken first. */
  return (int) (*(WeirWire *const *) b)->order - (int) (*(WeirWire *const *) a)->order;
}

static void
find_way (WeirScene *self,
          WeirWire  *wire)
{
  WeirRoute before = wire->route;
  WeirRouteEnds ends;

  wire->rough = FALSE;
  weir_wire_get_ends (wire, &ends);
  weir_route_find (&wire->route, &self->router, &ends);
  settle_corners (self, wire, &before);
}

gboolean
weir_scene_find_ways (WeirScene *self,
                      gint64     budget_us)
{
  gint64 deadline = g_get_monotonic_time () + budget_us;

  weir_scene_lay_wires (self);
  /* The first frame is not kept waiting. */
  if (self->rough->len > MANY && !self->was_drawn)
    {
      self->was_drawn = TRUE;
      return FALSE;
    }
  self->was_drawn = TRUE;
  if (self->rough->len > MANY && self->routing == NULL)
    send_errands (self);
  /* What waits for the other thread calls for no frame: its end does. */
  if (self->routing != NULL && !g_task_get_completed (self->routing) && self->rough->len == 0)
    return TRUE;
  if (!take_errands (self, deadline) && self->rough->len == 0)
    return FALSE;
  g_ptr_array_sort (self->rough, compare_rough);
  while (self->rough->len > 0)
    {
      find_way (self, g_ptr_array_steal_index_fast (self->rough, self->rough->len - 1));
      if (g_get_monotonic_time () > deadline)
        return self->rough->len == 0 && self->routing == NULL;
    }
  return self->routing == NULL || !g_task_get_completed (self->routing);
}

/* Here and now, however long it takes: for a picture. */
void
weir_scene_find_all_ways (WeirScene *self)
{
  weir_scene_lay_wires (self);
  g_ptr_array_sort (self->rough, compare_rough);
  while (self->rough->len > 0)
    find_way (self, g_ptr_array_steal_index_fast (self->rough, self->rough->len - 1));
}

/**
 * weir_scene_set_link_style:
 * @self: a scene
 * @style: how links are drawn from now on
 *
 * All links find their way anew.
 */
void
weir_scene_set_link_style (WeirScene     *self,
                           WeirLinkStyle  style)
{
  GHashTableIter iter;
  gpointer wire;

  if (self->router.style == style)
    return;
  weir_scene_stop_routing (self);
  self->router.style = style;
  g_hash_table_iter_init (&iter, self->wire_of);
  while (g_hash_table_iter_next (&iter, NULL, &wire))
    weir_scene_reroute (self, wire);
  weir_scene_emit_changed (self);
}
