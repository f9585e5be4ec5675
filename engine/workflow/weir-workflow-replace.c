/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One workflow takes over what another one says, as one edit: a text that was typed, a file that was read again, an older
 * version. What is in both stays the same object, so that selections, runs and earlier edits go on to hold. */
#include "weir-fix-private.h"

#include <string.h>

/* What stands in which order, and the links that lead nowhere. */

WeirArrangement *
weir_arrangement_new (void)
{
  WeirArrangement *self = g_new0 (WeirArrangement, 1);

  self->objects = g_ptr_array_new_with_free_func (g_object_unref);
  self->orders = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->loose = weir_graph_new_loose ();
  return self;
}

void
weir_arrangement_free (WeirArrangement *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->objects);
  g_array_unref (self->orders);
  g_array_unref (self->loose);
  g_free (self);
}

static void
add_object (WeirArrangement *self, gpointer object, gint64 order)
{
  g_ptr_array_add (self->objects, g_object_ref (object));
  g_array_append_val (self->orders, order);
}

static void
add_loose (GArray *to, const WeirLooseLink *from, gint64 order)
{
  WeirLooseLink loose = { .order = order, .written = weir_value_ref (from->written), .source = g_strdup (from->source),
                          .target = g_strdup (from->target), .missing = g_strdup (from->missing), .line = from->line,
                          .column = from->column };

  g_array_append_val (to, loose);
}

static WeirArrangement *
arrangement_of (WeirGraph *graph)
{
  WeirArrangement *self = weir_arrangement_new ();

  for (guint i = 0; i < graph->blocks->len; i++)
    add_object (self, graph->blocks->pdata[i], ((WeirBlock *) graph->blocks->pdata[i])->order);
  for (guint i = 0; i < graph->links->len; i++)
    add_object (self, graph->links->pdata[i], ((WeirLink *) graph->links->pdata[i])->order);
  for (guint i = 0; i < graph->loose->len; i++)
    add_loose (self->loose, &g_array_index (graph->loose, WeirLooseLink, i),
               g_array_index (graph->loose, WeirLooseLink, i).order);
  return self;
}

static int
compare_blocks (gconstpointer a, gconstpointer b)
{
  gint64 left = (*(WeirBlock *const *) a)->order;
  gint64 right = (*(WeirBlock *const *) b)->order;

  return left < right ? -1 : left > right;
}

static int
compare_links (gconstpointer a, gconstpointer b)
{
  gint64 left = (*(WeirLink *const *) a)->order;
  gint64 right = (*(WeirLink *const *) b)->order;

  return left < right ? -1 : left > right;
}

static gboolean
are_in_order (WeirGraph *graph)
{
  for (guint i = 1; i < graph->blocks->len; i++)
    if (((WeirBlock *) graph->blocks->pdata[i - 1])->order >= ((WeirBlock *) graph->blocks->pdata[i])->order)
      return FALSE;
  return TRUE;
}

/* Nobody is told as long as the order among the blocks is as before. */
void
weir_arrangement_apply (WeirArrangement *self, WeirGraph *graph)
{
  for (guint i = 0; i < self->objects->len; i++)
    {
      gpointer object = self->objects->pdata[i];
      gint64 order = g_array_index (self->orders, gint64, i);

      if (WEIR_IS_BLOCK (object))
        WEIR_BLOCK (object)->order = order;
      else
        WEIR_LINK (object)->order = order;
      graph->next_order = MAX (graph->next_order, order + 1);
    }
  g_array_set_size (graph->loose, 0);
  for (guint i = 0; i < self->loose->len; i++)
    {
      const WeirLooseLink *loose = &g_array_index (self->loose, WeirLooseLink, i);

      add_loose (graph->loose, loose, loose->order);
      graph->next_order = MAX (graph->next_order, loose->order + 1);
    }
  g_ptr_array_sort (graph->links, compare_links);
  for (guint i = 0; i < graph->blocks->len; i++)
    {
      WeirBlock *block = graph->blocks->pdata[i];

      g_ptr_array_sort (block->from, compare_links);
      g_ptr_array_sort (block->to, compare_links);
    }
  weir_graph_invalidate (graph);
  if (!are_in_order (graph))
    {
      g_ptr_array_sort (graph->blocks, compare_blocks);
      g_list_model_items_changed (G_LIST_MODEL (graph), 0, graph->blocks->len, graph->blocks->len);
    }
}

/* Where things stand in the text */

static void
locate_block (WeirBlock *block, WeirYamlNode *key, WeirYamlNode *node)
{
  block->node = node;
  block->line = key != NULL ? key->line : 0;
  block->column = key != NULL ? key->column : 0;
}

static WeirLink *
find_link (WeirGraph *graph, WeirValue *written)
{
  g_autofree char *source_id = NULL, *source_port = NULL, *target_id = NULL, *target_port = NULL, *when = NULL,
                  *problem = NULL;
  WeirBlock *source;

  if (!weir_link_parse (written, &source_id, &source_port, &target_id, &target_port, &when, &problem))
    return NULL;
  source = weir_graph_find_block (graph, source_id);
  for (guint i = 0; source != NULL && i < source->from->len; i++)
    {
      WeirLink *link = source->from->pdata[i];

      /* of two that are the same each is found once */
      if (link->line == 0 && g_str_equal (link->target->id, target_id) && g_str_equal (link->source_port, source_port)
          && g_str_equal (link->target_port, target_port))
        return link;
    }
  return NULL;
}

static void
locate_graph (WeirGraph *graph, WeirYamlNode *node)
{
  WeirYamlNode *blocks = node != NULL ? weir_yaml_node_find (node, "blocks") : NULL;
  WeirYamlNode *links = node != NULL ? weir_yaml_node_find (node, "links") : NULL;

  for (guint i = 0; i < graph->blocks->len; i++)
    locate_block (graph->blocks->pdata[i], NULL, NULL);
  for (guint i = 0; i < graph->links->len; i++)
    ((WeirLink *) graph->links->pdata[i])->line = ((WeirLink *) graph->links->pdata[i])->column = 0;
  for (guint i = 0; blocks != NULL && blocks->type == WEIR_YAML_RECORD && i + 1 < blocks->n_children; i += 2)
    {
      WeirBlock *block = weir_graph_find_block (graph, weir_yaml_node_get_text (blocks->children[i]));

      if (block != NULL)
        locate_block (block, blocks->children[i], blocks->children[i + 1]);
    }
  for (guint i = 0; links != NULL && links->type == WEIR_YAML_LIST && i < links->n_children; i++)
    {
      WeirLink *link = find_link (graph, weir_yaml_node_get_value (links->children[i]));

      if (link == NULL)
        continue;
      link->line = links->children[i]->line;
      link->column = links->children[i]->column;
    }
  for (guint i = 0; i < graph->blocks->len; i++)
    {
      WeirBlock *block = graph->blocks->pdata[i];

      if (block->body != NULL)
        locate_graph (block->body, block->node != NULL ? weir_yaml_node_find (block->node, "body") : NULL);
    }
}

/* Lines and columns anew, after the workflow got another text. */
void
weir_workflow_locate (WeirWorkflow *self)
{
  locate_graph (self->graph, self->source != NULL ? self->source->root : NULL);
}

/* Taking over */

/* Whoever renames more than these at once gets new blocks for old ones. */
#define MAX_RENAMED 64

static gboolean
same_record (WeirValue *a, WeirValue *b)
{
  return weir_yaml_same (a, b, TRUE);
}

static gboolean
same_value (WeirValue *a, WeirValue *b)
{
  return a == b || (a != NULL && b != NULL && weir_yaml_same (a, b, TRUE));
}

static char *
make_link_key (WeirLink *link)
{
  g_autoptr(WeirValue) written = weir_link_to_value (link);
  g_autoptr(GString) text = g_string_new (link->source->id);

  g_string_append_printf (text, "\n%s\n%s\n%s\n", link->source_port, link->target->id, link->target_port);
  weir_yaml_emit_flow (text, written, G_MAXINT);
  return g_strdup (text->str);
}

/* text → queue of links that have no partner yet */
static GHashTable *
index_links (WeirGraph *graph)
{
  GHashTable *links = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_queue_free);

  for (guint i = 0; i < graph->links->len; i++)
    {
      g_autofree char *key = make_link_key (graph->links->pdata[i]);
      GQueue *queue = g_hash_table_lookup (links, key);

      if (queue == NULL)
        {
          queue = g_queue_new ();
          g_hash_table_insert (links, g_steal_pointer (&key), queue);
        }
      g_queue_push_tail (queue, graph->links->pdata[i]);
    }
  return links;
}

/* For each link of @from the one of @into that it is, or NULL. */
static GPtrArray *
match_links (WeirGraph *into, WeirGraph *from)
{
  g_autoptr(GHashTable) there = index_links (into);
  GPtrArray *partners = g_ptr_array_sized_new (from->links->len);

  for (guint i = 0; i < from->links->len; i++)
    {
      g_autofree char *key = make_link_key (from->links->pdata[i]);
      GQueue *queue = g_hash_table_lookup (there, key);

      g_ptr_array_add (partners, queue != NULL ? g_queue_pop_head (queue) : NULL);
    }
  return partners;
}

static void
remove_links_but (WeirWorkflow *self, WeirGraph *into, GPtrArray *kept)
{
  g_autoptr(GHashTable) keep = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < kept->len; i++)
    g_hash_table_add (keep, kept->pdata[i]);
  for (guint i = into->links->len; i > 0; i--)
    if (!g_hash_table_contains (keep, into->links->pdata[i - 1]))
      weir_history_remove_link (self->history, into->links->pdata[i - 1]);
}

/* A block that is gone beside one that is new and says the same is one that got another id. */
static WeirBlock *
find_renamed (WeirGraph *into, WeirGraph *from, WeirBlock *block)
{
  for (guint i = 0; i < into->blocks->len; i++)
    {
      WeirBlock *old = into->blocks->pdata[i];

      if (weir_graph_find_block (from, old->id) == NULL && same_record (old->data->record, block->data->record))
        return old;
    }
  return NULL;
}

static void
rename_blocks (WeirWorkflow *self, WeirGraph *into, WeirGraph *from)
{
  guint n_gone = 0;

  for (guint i = 0; i < into->blocks->len; i++)
    n_gone += weir_graph_find_block (from, ((WeirBlock *) into->blocks->pdata[i])->id) == NULL ? 1 : 0;
  for (guint i = 0; n_gone > 0 && n_gone <= MAX_RENAMED && i < from->blocks->len; i++)
    {
      WeirBlock *block = from->blocks->pdata[i];
      WeirBlock *old = weir_graph_find_block (into, block->id) == NULL ? find_renamed (into, from, block) : NULL;

      if (old == NULL)
        continue;
      weir_history_set_id (self->history, old, block->id);
      n_gone--;
    }
}

static void
remove_blocks (WeirWorkflow *self, WeirGraph *into, WeirGraph *from)
{
  for (guint i = into->blocks->len; i > 0; i--)
    {
      WeirBlock *block = into->blocks->pdata[i - 1];

      if (weir_graph_find_block (from, block->id) == NULL)
        weir_history_remove_block (self->history, block);
    }
}

static gboolean
is_same_order (WeirArrangement *a, WeirArrangement *b)
{
  if (a->objects->len != b->objects->len || a->loose->len != b->loose->len)
    return FALSE;
  for (guint i = 0; i < a->objects->len; i++)
    if (a->objects->pdata[i] != b->objects->pdata[i]
        || g_array_index (a->orders, gint64, i) != g_array_index (b->orders, gint64, i))
      return FALSE;
  for (guint i = 0; i < a->loose->len; i++)
    {
      const WeirLooseLink *left = &g_array_index (a->loose, WeirLooseLink, i);
      const WeirLooseLink *right = &g_array_index (b->loose, WeirLooseLink, i);

      if (left->order != right->order || !same_value (left->written, right->written))
        return FALSE;
    }
  return TRUE;
}

/* The order that each block, link and loose link of @from has among its like; those that stay get it at once, for those that come it is
 * in @block_orders and @link_orders. Nothing is renumbered where the numbers there are do. */
typedef struct
{
  GArray *blocks; /* of gint64; -1: at the end */
  GArray *links;
} Orders;

static gboolean
can_append (GPtrArray *partners)
{
  gint64 last = -1;
  gboolean new_ones = FALSE;

  for (guint i = 0; i < partners->len; i++)
    {
      gpointer partner = partners->pdata[i];
      gint64 order = partner == NULL           ? -1
                     : WEIR_IS_BLOCK (partner) ? WEIR_BLOCK (partner)->order
                                               : WEIR_LINK (partner)->order;

      if (partner == NULL)
        new_ones = TRUE;
      else if (new_ones || order <= last)
        return FALSE;
      else
        last = order;
    }
  return TRUE;
}

static GArray *
arrange_blocks (WeirArrangement *now, GPtrArray *partners, gint64 *next)
{
  GArray *orders = g_array_new (FALSE, FALSE, sizeof (gint64));
  gboolean append = can_append (partners);

  for (guint i = 0; i < partners->len; i++)
    {
      gpointer partner = partners->pdata[i];
      gint64 order = append ? partner != NULL ? WEIR_BLOCK (partner)->order : -1 : (*next)++;

      g_array_append_val (orders, order);
      if (partner != NULL)
        add_object (now, partner, order);
    }
  return orders;
}

static gboolean
same_loose (WeirGraph *into, WeirGraph *from)
{
  if (into->loose->len != from->loose->len)
    return FALSE;
  for (guint i = 0; i < into->loose->len; i++)
    if (!same_value (g_array_index (into->loose, WeirLooseLink, i).written,
                     g_array_index (from->loose, WeirLooseLink, i).written))
      return FALSE;
  return TRUE;
}

typedef void (*LinkFunc) (WeirGraph *from, guint link, guint loose, gpointer user_data);

/* Links and loose links of a graph in the order of the file; what is not meant is G_MAXUINT. */
static void
foreach_link (WeirGraph *from, LinkFunc func, gpointer user_data)
{
  guint loose = 0;

  for (guint i = 0; i <= from->links->len; i++)
    {
      WeirLink *link = i < from->links->len ? from->links->pdata[i] : NULL;

      while (loose < from->loose->len
             && (link == NULL || g_array_index (from->loose, WeirLooseLink, loose).order < link->order))
        func (from, G_MAXUINT, loose++, user_data);
      if (link != NULL)
        func (from, i, G_MAXUINT, user_data);
    }
}

typedef struct
{
  WeirGraph       *into;
  GPtrArray       *partners;
  WeirArrangement *now;
  GArray          *orders;
  gint64           last;
  gint64          *next;
  gboolean         new_ones;
  gboolean         keep; /* the numbers that are there do */
} LinkOrder;

static void
check_link_order (WeirGraph *from, guint link, guint loose, gpointer user_data)
{
  LinkOrder *self = user_data;
  WeirLink *partner = link != G_MAXUINT ? self->partners->pdata[link] : NULL;
  gint64 order = loose != G_MAXUINT ? g_array_index (self->into->loose, WeirLooseLink, loose).order
                 : partner != NULL  ? partner->order
                                    : -1;

  if (order < 0)
    self->new_ones = TRUE;
  else if (self->new_ones || order <= self->last)
    self->keep = FALSE;
  else
    self->last = order;
}

static void
give_link_order (WeirGraph *from, guint link, guint loose, gpointer user_data)
{
  LinkOrder *self = user_data;
  WeirLink *partner = link != G_MAXUINT ? self->partners->pdata[link] : NULL;
  gint64 order;

  if (loose != G_MAXUINT)
    {
      order = self->keep ? g_array_index (self->into->loose, WeirLooseLink, loose).order : (*self->next)++;
      add_loose (self->now->loose, &g_array_index (from->loose, WeirLooseLink, loose), order);
      return;
    }
  order = !self->keep ? (*self->next)++ : partner != NULL ? partner->order : -1;
  g_array_append_val (self->orders, order);
  if (partner != NULL)
    add_object (self->now, partner, order);
}

static GArray *
arrange_links (WeirArrangement *now, WeirGraph *into, WeirGraph *from, GPtrArray *partners, gint64 *next)
{
  LinkOrder self = { .into = into, .partners = partners, .now = now, .last = -1, .next = next,
                     .orders = g_array_new (FALSE, FALSE, sizeof (gint64)), .keep = same_loose (into, from) };

  if (self.keep)
    foreach_link (from, check_link_order, &self);
  foreach_link (from, give_link_order, &self);
  return self.orders;
}

static void
arrange (WeirWorkflow *self, WeirGraph *into, WeirGraph *from, GPtrArray *links, Orders *orders)
{
  WeirArrangement *before = arrangement_of (into);
  WeirArrangement *now = weir_arrangement_new ();
  g_autoptr(GPtrArray) blocks = g_ptr_array_new ();
  gint64 next = into->next_order;

  for (guint i = 0; i < from->blocks->len; i++)
    g_ptr_array_add (blocks, weir_graph_find_block (into, ((WeirBlock *) from->blocks->pdata[i])->id));
  orders->blocks = arrange_blocks (now, blocks, &next);
  orders->links = arrange_links (now, into, from, links, &next);
  if (is_same_order (before, now))
    {
      weir_arrangement_free (before);
      weir_arrangement_free (now);
      return;
    }
  into->next_order = next;
  weir_history_arrange (self->history, into, before, now);
}

static void replace_graph (WeirWorkflow *self, WeirGraph *into, WeirGraph *from);

static void
replace_block (WeirWorkflow *self, WeirBlock *into, WeirBlock *from)
{
  if (!same_record (into->data->record, from->data->record))
    weir_history_set_data (self->history, into, from->data->record);
  /* a renamed block keeps its place though the layout still has the old name */
  if (from->position != NULL && !same_value (into->position, from->position))
    weir_history_set_position (self->history, into, from->position);
  if (from->body != NULL)
    replace_graph (self, weir_block_ensure_body (into), from->body);
  else if (into->body != NULL)
    {
      g_autoptr(WeirGraph) empty = weir_graph_new (NULL);

      replace_graph (self, into->body, empty);
    }
}

static void
add_blocks (WeirWorkflow *self, WeirGraph *into, WeirGraph *from, GArray *orders)
{
  for (guint i = 0; i < from->blocks->len; i++)
    {
      WeirBlock *block = from->blocks->pdata[i];
      WeirBlock *there = weir_graph_find_block (into, block->id);

      if (there == NULL)
        {
          g_autoptr(WeirBlock) added = weir_block_new (block->id, block->data);

          added->position = block->position != NULL ? weir_value_ref (block->position) : NULL;
          added->order = g_array_index (orders, gint64, i);
          weir_history_add_block (self->history, into, added);
          there = added;
        }
      replace_block (self, there, block);
    }
}

static void
add_links (WeirWorkflow *self, WeirGraph *into, WeirGraph *from, GPtrArray *partners, GArray *orders)
{
  for (guint i = 0; i < from->links->len; i++)
    {
      WeirLink *link = from->links->pdata[i];
      g_autoptr(WeirLink) added = NULL;

      if (partners->pdata[i] != NULL)
        continue;
      added = weir_link_new (weir_graph_find_block (into, link->source->id), link->source_port,
                             weir_graph_find_block (into, link->target->id), link->target_port, link->when);
      added->written = link->written != NULL ? weir_value_ref (link->written) : NULL;
      added->order = g_array_index (orders, gint64, i);
      weir_history_add_link (self->history, into, added);
    }
}

static void
replace_graph (WeirWorkflow *self, WeirGraph *into, WeirGraph *from)
{
  g_autoptr(GPtrArray) links = NULL;
  Orders orders = { 0 };

  if (!same_record (into->record, from->record))
    weir_history_set_record (self->history, into, from->record);
  rename_blocks (self, into, from);
  links = match_links (into, from);
  remove_links_but (self, into, links);
  remove_blocks (self, into, from);
  arrange (self, into, from, links, &orders);
  add_blocks (self, into, from, orders.blocks);
  add_links (self, into, from, links, orders.links);
  g_array_unref (orders.blocks);
  g_array_unref (orders.links);
}

/* A link that leads nowhere goes away, as part of an edit. */
void
weir_workflow_drop_loose (WeirWorkflow *self, WeirGraph *graph, guint index)
{
  WeirArrangement *before = arrangement_of (graph);
  WeirArrangement *after = arrangement_of (graph);

  g_array_remove_index (after->loose, index);
  weir_history_arrange (self->history, graph, before, after);
}

static gboolean
same_text (WeirYamlDocument *a, WeirYamlDocument *b)
{
  if (a == b)
    return TRUE;
  return a != NULL && b != NULL && a->json == b->json && a->length == b->length
         && memcmp (a->text, b->text, a->length) == 0;
}

/**
 * weir_workflow_replace:
 * @self: a workflow
 * @with: another one, which stays as it is
 * @name: what the undo menu says, "Edit as text"
 *
 * Makes @self say what @with says, comments and layout of its text included, as one edit. Blocks and links that are in both stay the
 * same objects; a block that only got another id is known again. Id, version and folder stay.
 *
 * Returns: whether anything changed
 */
gboolean
weir_workflow_replace (WeirWorkflow *self, WeirWorkflow *with, const char *name)
{
  guint before;

  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), FALSE);
  g_return_val_if_fail (WEIR_IS_WORKFLOW (with) && with != self, FALSE);

  before = weir_history_get_serial (self->history);
  weir_workflow_begin_edit (self, name);
  replace_graph (self, self->graph, with->graph);
  if (!same_text (self->source, with->source) || !same_record (self->loose_layout, with->loose_layout))
    weir_history_set_source (self->history, with->source, with->loose_layout);
  weir_workflow_end_edit (self);
  return weir_history_get_serial (self->history) != before;
}
