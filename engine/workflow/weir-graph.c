/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-workflow-private.h"

#include <string.h>

/* Blocks and links each have a number that never changes and by which the arrays are sorted: whatever is put back by an undo
 * finds its old place in O(log n), and nothing has to be renumbered. */

enum
{
  SIGNAL_LINK_ADDED,
  SIGNAL_LINK_REMOVED,
  SIGNAL_LINK_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void weir_graph_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (WeirGraph, weir_graph, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, weir_graph_list_model_init))

static void
loose_link_clear (gpointer data)
{
  WeirLooseLink *self = data;

  weir_value_unref (self->written);
  g_free (self->source);
  g_free (self->target);
  g_free (self->missing);
}

static void
weir_graph_dispose (GObject *object)
{
  WeirGraph *self = WEIR_GRAPH (object);

  /* whoever still holds a block or link must not reach into what is gone */
  for (guint i = 0; i < self->links->len; i++)
    ((WeirLink *) self->links->pdata[i])->graph = NULL;
  for (guint i = 0; i < self->blocks->len; i++)
    {
      WeirBlock *block = self->blocks->pdata[i];

      block->graph = NULL;
      g_ptr_array_set_size (block->from, 0);
      g_ptr_array_set_size (block->to, 0);
    }
  g_hash_table_remove_all (self->by_id);
  g_ptr_array_set_size (self->links, 0);
  g_ptr_array_set_size (self->blocks, 0);
  G_OBJECT_CLASS (weir_graph_parent_class)->dispose (object);
}

static void
weir_graph_finalize (GObject *object)
{
  WeirGraph *self = WEIR_GRAPH (object);

  g_hash_table_unref (self->by_id);
  g_ptr_array_unref (self->links);
  g_ptr_array_unref (self->blocks);
  g_array_unref (self->loose);
  g_array_unref (self->regions);
  g_free (self->block_regions);
  weir_value_unref (self->record);
  G_OBJECT_CLASS (weir_graph_parent_class)->finalize (object);
}

static GType
weir_graph_get_item_type (GListModel *list)
{
  return WEIR_TYPE_BLOCK;
}

static guint
weir_graph_get_n_items (GListModel *list)
{
  return WEIR_GRAPH (list)->blocks->len;
}

static gpointer
weir_graph_get_item (GListModel *list, guint position)
{
  WeirGraph *self = WEIR_GRAPH (list);

  return position < self->blocks->len ? g_object_ref (self->blocks->pdata[position]) : NULL;
}

static void
weir_graph_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = weir_graph_get_item_type;
  iface->get_n_items = weir_graph_get_n_items;
  iface->get_item = weir_graph_get_item;
}

static void
weir_graph_class_init (WeirGraphClass *klass)
{
  static const char *const names[] = { "link-added", "link-removed", "link-changed" };
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = weir_graph_dispose;
  object_class->finalize = weir_graph_finalize;

  for (guint i = 0; i < N_SIGNALS; i++)
    signals[i] = g_signal_new (names[i], WEIR_TYPE_GRAPH, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                               WEIR_TYPE_LINK);
}

GArray *
weir_graph_new_loose (void)
{
  GArray *loose = g_array_new (FALSE, FALSE, sizeof (WeirLooseLink));

  g_array_set_clear_func (loose, loose_link_clear);
  return loose;
}

static void
weir_graph_init (WeirGraph *self)
{
  self->blocks = g_ptr_array_new_with_free_func (g_object_unref);
  self->links = g_ptr_array_new_with_free_func (g_object_unref);
  self->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  self->loose = weir_graph_new_loose ();
  self->regions = g_array_new (FALSE, FALSE, sizeof (WeirRegion));
  self->record = weir_value_new_record (NULL, NULL, 0);
}

WeirGraph *
weir_graph_new (WeirBlock *container)
{
  WeirGraph *self = g_object_new (WEIR_TYPE_GRAPH, NULL);

  self->container = container;
  return self;
}

/* Places */

static guint
find_block_place (WeirGraph *self, gint64 order)
{
  guint low = 0;
  guint high = self->blocks->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (((WeirBlock *) self->blocks->pdata[middle])->order < order)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

static guint
find_link_place (GPtrArray *links, gint64 order)
{
  guint low = 0;
  guint high = links->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (((WeirLink *) links->pdata[middle])->order < order)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

guint
weir_graph_get_place_of_block (WeirGraph *self, WeirBlock *block)
{
  if (block->place >= self->blocks->len || self->blocks->pdata[block->place] != block)
    block->place = find_block_place (self, block->order);
  return block->place;
}

guint
weir_graph_get_place_of_link (WeirGraph *self, WeirLink *link)
{
  if (link->place >= self->links->len || self->links->pdata[link->place] != link)
    link->place = find_link_place (self->links, link->order);
  return link->place;
}

/* Changes */

void
weir_graph_invalidate (WeirGraph *self)
{
  self->analysed = FALSE;
}

void
weir_graph_ensure_analysis (WeirGraph *self)
{
  if (self->analysed)
    return;
  weir_graph_analyse (self);
  self->analysed = TRUE;
}

void
weir_graph_insert_block (WeirGraph *self, WeirBlock *block)
{
  if (block->order < 0)
    block->order = self->next_order++;
  block->graph = self;
  g_clear_pointer (&block->path, g_free);
  block->place = find_block_place (self, block->order);
  g_ptr_array_insert (self->blocks, block->place, g_object_ref (block));
  g_hash_table_insert (self->by_id, block->id, block);
  weir_graph_invalidate (self);
  g_list_model_items_changed (G_LIST_MODEL (self), block->place, 0, 1);
}

void
weir_graph_remove_block (WeirGraph *self, WeirBlock *block)
{
  g_autoptr(WeirBlock) keep = g_object_ref (block);
  guint place = weir_graph_get_place_of_block (self, block);

  g_hash_table_remove (self->by_id, block->id);
  g_ptr_array_remove_index (self->blocks, place);
  block->graph = NULL;
  weir_graph_invalidate (self);
  g_list_model_items_changed (G_LIST_MODEL (self), place, 1, 0);
}

void
weir_graph_rename_block (WeirGraph *self, WeirBlock *block, const char *id)
{
  g_hash_table_remove (self->by_id, block->id);
  weir_block_set_id (block, id);
  g_hash_table_insert (self->by_id, block->id, block);
}

static void
insert_sorted (GPtrArray *links, WeirLink *link)
{
  g_ptr_array_insert (links, find_link_place (links, link->order), link);
}

void
weir_graph_insert_link (WeirGraph *self, WeirLink *link)
{
  if (link->order < 0)
    link->order = self->next_order++;
  link->graph = self;
  link->place = find_link_place (self->links, link->order);
  g_ptr_array_insert (self->links, link->place, g_object_ref (link));
  insert_sorted (link->source->from, link);
  insert_sorted (link->target->to, link);
  weir_graph_invalidate (self);
  g_signal_emit (self, signals[SIGNAL_LINK_ADDED], 0, link);
}

void
weir_graph_remove_link (WeirGraph *self, WeirLink *link)
{
  g_autoptr(WeirLink) keep = g_object_ref (link);

  g_ptr_array_remove_index (self->links, weir_graph_get_place_of_link (self, link));
  g_ptr_array_remove_index (link->source->from, find_link_place (link->source->from, link->order));
  g_ptr_array_remove_index (link->target->to, find_link_place (link->target->to, link->order));
  link->graph = NULL;
  weir_graph_invalidate (self);
  g_signal_emit (self, signals[SIGNAL_LINK_REMOVED], 0, link);
}

void
weir_graph_emit_link_changed (WeirGraph *self, WeirLink *link)
{
  g_signal_emit (self, signals[SIGNAL_LINK_CHANGED], 0, link);
}

void
weir_graph_add_loose_link (WeirGraph *self, WeirValue *written, const char *source, const char *target, const char *missing,
                           guint line, guint column)
{
  WeirLooseLink loose = { .order = self->next_order++, .written = weir_value_ref (written), .source = g_strdup (source),
                          .target = g_strdup (target), .missing = g_strdup (missing), .line = line, .column = column };

  g_array_append_val (self->loose, loose);
}

void
weir_graph_set_record (WeirGraph *self, WeirValue *record)
{
  weir_value_ref (record);
  weir_value_unref (self->record);
  self->record = record;
}

/* Reading */

/**
 * weir_graph_get_n_blocks:
 * @self: a graph
 *
 * Returns: how many blocks there are
 */
guint
weir_graph_get_n_blocks (WeirGraph *self)
{
  g_return_val_if_fail (WEIR_IS_GRAPH (self), 0);
  return self->blocks->len;
}

/**
 * weir_graph_get_block:
 * @self: a graph
 * @index: less than the number of blocks
 *
 * Returns: (transfer none): a block, in the order in which they were declared
 */
WeirBlock *
weir_graph_get_block (WeirGraph *self, guint index)
{
  g_return_val_if_fail (WEIR_IS_GRAPH (self), NULL);
  g_return_val_if_fail (index < self->blocks->len, NULL);
  return self->blocks->pdata[index];
}

/**
 * weir_graph_find_block:
 * @self: a graph
 * @id: an id
 *
 * Returns: (transfer none) (nullable): the block of that id
 */
WeirBlock *
weir_graph_find_block (WeirGraph *self, const char *id)
{
  g_return_val_if_fail (WEIR_IS_GRAPH (self), NULL);
  return id != NULL ? g_hash_table_lookup (self->by_id, id) : NULL;
}

/**
 * weir_graph_get_n_links:
 * @self: a graph
 *
 * Returns: how many links there are
 */
guint
weir_graph_get_n_links (WeirGraph *self)
{
  g_return_val_if_fail (WEIR_IS_GRAPH (self), 0);
  return self->links->len;
}

/**
 * weir_graph_get_link:
 * @self: a graph
 * @index: less than the number of links
 *
 * Returns: (transfer none): a link, in the order of the file
 */
WeirLink *
weir_graph_get_link (WeirGraph *self, guint index)
{
  g_return_val_if_fail (WEIR_IS_GRAPH (self), NULL);
  g_return_val_if_fail (index < self->links->len, NULL);
  return self->links->pdata[index];
}

/**
 * weir_graph_get_links_from:
 * @self: a graph
 * @block: one of its blocks
 * @n_links: (out): how many
 *
 * Returns: (transfer none) (array length=n_links): the links at its outputs, in file order; until links come or go
 */
WeirLink **
weir_graph_get_links_from (WeirGraph *self, WeirBlock *block, guint *n_links)
{
  g_return_val_if_fail (WEIR_IS_GRAPH (self) && WEIR_IS_BLOCK (block), NULL);
  *n_links = block->from->len;
  return (WeirLink **) block->from->pdata;
}

/**
 * weir_graph_get_links_to:
 * @self: a graph
 * @block: one of its blocks
 * @n_links: (out): how many
 *
 * Returns: (transfer none) (array length=n_links): the links at its inputs, in file order; until links come or go
 */
WeirLink **
weir_graph_get_links_to (WeirGraph *self, WeirBlock *block, guint *n_links)
{
  g_return_val_if_fail (WEIR_IS_GRAPH (self) && WEIR_IS_BLOCK (block), NULL);
  *n_links = block->to->len;
  return (WeirLink **) block->to->pdata;
}

/**
 * weir_graph_get_container:
 * @self: a graph
 *
 * Returns: (transfer none) (nullable): the block that this is the body of; %NULL for the root of a workflow
 */
WeirBlock *
weir_graph_get_container (WeirGraph *self)
{
  g_return_val_if_fail (WEIR_IS_GRAPH (self), NULL);
  return self->container;
}

/**
 * weir_graph_get_output:
 * @self: a graph
 *
 * Returns: (transfer none) (nullable): "block.port" of the designated result
 */
const char *
weir_graph_get_output (WeirGraph *self)
{
  g_return_val_if_fail (WEIR_IS_GRAPH (self), NULL);
  return weir_value_get_member_text (self->record, "output", NULL);
}

/* The result */

static const char *
get_first_output (WeirBlock *block)
{
  WeirPortList *ports = weir_block_get_ports (block);

  return ports->outputs->len > 0 ? g_array_index (ports->outputs, WeirPort, 0).name : NULL;
}

static gboolean
find_designated (WeirGraph *self, WeirBlock **block, const char **port)
{
  const char *output = weir_graph_get_output (self);
  g_auto(GStrv) words = NULL;

  if (output == NULL)
    return FALSE;
  words = g_strsplit (output, ".", 2);
  *block = words[0] != NULL ? weir_graph_find_block (self, words[0]) : NULL;
  if (*block == NULL)
    return FALSE;
  *port = words[1] != NULL ? g_intern_string (words[1]) : get_first_output (*block);
  return *port != NULL;
}

/* A block that gives data and hands it to nobody. */
static gboolean
is_sink (WeirBlock *block)
{
  return block->from->len == 0 && get_first_output (block) != NULL;
}

/**
 * weir_graph_find_result:
 * @self: a graph
 * @block: (out) (transfer none) (optional): the block
 * @port: (out) (transfer none) (optional): its output; until the block changes
 *
 * Finds the result of a graph by rule C10: the designated output, else that of the single sink, else that of the sink of
 * the last link.
 *
 * Returns: whether there is one; if not, the last completed block of a run gives it
 */
gboolean
weir_graph_find_result (WeirGraph *self, WeirBlock **block, const char **port)
{
  WeirBlock *found = NULL;
  const char *found_port = NULL;
  guint n_sinks = 0;

  g_return_val_if_fail (WEIR_IS_GRAPH (self), FALSE);

  if (!find_designated (self, &found, &found_port))
    {
      found = NULL;
      for (guint i = 0; i < self->blocks->len && n_sinks < 2; i++)
        if (is_sink (self->blocks->pdata[i]))
          {
            found = self->blocks->pdata[i];
            n_sinks++;
          }
      if (n_sinks != 1)
        found = self->links->len > 0 ? ((WeirLink *) self->links->pdata[self->links->len - 1])->target : NULL;
      found_port = found != NULL ? get_first_output (found) : NULL;
    }
  if (found == NULL || found_port == NULL)
    return FALSE;
  if (block != NULL)
    *block = found;
  if (port != NULL)
    *port = found_port;
  return TRUE;
}

/* Cycles */

/**
 * weir_graph_get_n_regions:
 * @self: a graph
 *
 * Returns: how many cycles there are, cycles within cycles included
 */
guint
weir_graph_get_n_regions (WeirGraph *self)
{
  g_return_val_if_fail (WEIR_IS_GRAPH (self), 0);
  weir_graph_ensure_analysis (self);
  return self->regions->len;
}

/**
 * weir_graph_get_region:
 * @self: a graph
 * @index: less than the number of regions
 *
 * Returns: (transfer none): a cycle; outer ones come before those inside them. Valid until the graph changes
 */
const WeirRegion *
weir_graph_get_region (WeirGraph *self, guint index)
{
  g_return_val_if_fail (WEIR_IS_GRAPH (self), NULL);
  weir_graph_ensure_analysis (self);
  g_return_val_if_fail (index < self->regions->len, NULL);
  return &g_array_index (self->regions, WeirRegion, index);
}

/**
 * weir_graph_get_block_region:
 * @self: a graph
 * @block_index: index of a block
 *
 * Returns: index of the innermost cycle that the block is in, -1 for none
 */
int
weir_graph_get_block_region (WeirGraph *self, guint block_index)
{
  g_return_val_if_fail (WEIR_IS_GRAPH (self), -1);
  g_return_val_if_fail (block_index < self->blocks->len, -1);
  weir_graph_ensure_analysis (self);
  return self->block_regions[block_index];
}
