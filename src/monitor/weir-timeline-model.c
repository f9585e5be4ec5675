/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-timeline-model.h"

/* A block in the tree that the rows are flattened from. */
typedef struct _Node Node;
struct _Node
{
  WeirTimelineRow *row;
  GPtrArray *children;   /* of Node, in order of declaration until sorted */
  GHashTable *by_id;     /* block id → Node */
  guint declared;
};

struct _WeirTimelineModel
{
  GObject parent_instance;

  Node *root;
  GPtrArray *rows;       /* of WeirTimelineRow, flat */
  GPtrArray *scopes;     /* of Node, by scope: where the blocks of a scope are; borrowed */
};

static void weir_timeline_model_list_init (GListModelInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE (WeirTimelineModel, weir_timeline_model, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, weir_timeline_model_list_init))

static void
node_free (Node *self)
{
  g_clear_object (&self->row);
  g_ptr_array_unref (self->children);
  g_hash_table_unref (self->by_id);
  g_free (self);
}

static Node *
node_new (WeirTimelineRow *row,
          guint            declared)
{
  Node *self = g_new0 (Node, 1);

  self->row = row;
  self->children = g_ptr_array_new_with_free_func ((GDestroyNotify) node_free);
  self->by_id = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->declared = declared;
  return self;
}

static Node *
node_add (Node       *parent,
          const char *id,
          const char *title)
{
  const char *parent_path = parent->row != NULL ? weir_timeline_row_get_path (parent->row) : NULL;
  g_autofree char *path = parent_path != NULL ? g_strconcat (parent_path, "/", id, NULL) : g_strdup (id);
  guint depth = parent->row != NULL ? weir_timeline_row_get_depth (parent->row) + 1 : 0;
  Node *child = node_new (weir_timeline_row_new (path, title, depth), parent->children->len);

  if (parent->row != NULL)
    weir_timeline_row_set_container (parent->row, TRUE);
  g_ptr_array_add (parent->children, child);
  g_hash_table_insert (parent->by_id, g_strdup (id), child);
  return child;
}

static void
node_add_graph (Node      *parent,
                WeirGraph *graph)
{
  for (guint i = 0; i < weir_graph_get_n_blocks (graph); i++)
    {
      WeirBlock *block = weir_graph_get_block (graph, i);
      Node *child = g_hash_table_lookup (parent->by_id, weir_block_get_id (block));

      if (child == NULL)
        child = node_add (parent, weir_block_get_id (block), weir_block_get_title (block));
      if (weir_block_get_body (block) != NULL)
        node_add_graph (child, weir_block_get_body (block));
    }
}

static guint
get_n_items (GListModel *model)
{
  return WEIR_TIMELINE_MODEL (model)->rows->len;
}

static gpointer
get_item (GListModel *model,
          guint       position)
{
  WeirTimelineModel *self = WEIR_TIMELINE_MODEL (model);

  return position < self->rows->len ? g_object_ref (g_ptr_array_index (self->rows, position)) : NULL;
}

static GType
get_item_type (GListModel *model)
{
  return WEIR_TYPE_TIMELINE_ROW;
}

static void
weir_timeline_model_list_init (GListModelInterface *interface)
{
  interface->get_n_items = get_n_items;
  interface->get_item = get_item;
  interface->get_item_type = get_item_type;
}

static void
weir_timeline_model_finalize (GObject *object)
{
  WeirTimelineModel *self = WEIR_TIMELINE_MODEL (object);

  g_clear_pointer (&self->root, node_free);
  g_ptr_array_unref (self->rows);
  g_ptr_array_unref (self->scopes);
  G_OBJECT_CLASS (weir_timeline_model_parent_class)->finalize (object);
}

static void
weir_timeline_model_class_init (WeirTimelineModelClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = weir_timeline_model_finalize;
}

static void
weir_timeline_model_init (WeirTimelineModel *self)
{
  self->rows = g_ptr_array_new_with_free_func (g_object_unref);
  self->scopes = g_ptr_array_new ();
  self->root = node_new (NULL, 0);
}

WeirTimelineModel *
weir_timeline_model_new (void)
{
  return g_object_new (WEIR_TYPE_TIMELINE_MODEL, NULL);
}

static int
compare_nodes (gconstpointer a,
               gconstpointer b)
{
  const Node *first = *(Node *const *) a, *second = *(Node *const *) b;
  guint first_step = weir_timeline_row_get_first_step (first->row);
  guint second_step = weir_timeline_row_get_first_step (second->row);

  if (first_step != second_step)
    return first_step < second_step ? -1 : 1;
  return (first->declared > second->declared) - (first->declared < second->declared);
}

static void
flatten (Node      *node,
         GPtrArray *rows)
{
  g_ptr_array_sort (node->children, compare_nodes);
  for (guint i = 0; i < node->children->len; i++)
    {
      Node *child = g_ptr_array_index (node->children, i);

      g_ptr_array_add (rows, g_object_ref (child->row));
      flatten (child, rows);
    }
}

/* Only the stretch that really changed is announced, so that the rest keeps its widgets. */
static void
reorder (WeirTimelineModel *self)
{
  GPtrArray *old = self->rows;
  GPtrArray *new = g_ptr_array_new_with_free_func (g_object_unref);
  guint head = 0, tail = 0;

  flatten (self->root, new);
  while (head < MIN (old->len, new->len) && g_ptr_array_index (old, head) == g_ptr_array_index (new, head))
    head++;
  while (tail < MIN (old->len, new->len) - head
         && g_ptr_array_index (old, old->len - 1 - tail) == g_ptr_array_index (new, new->len - 1 - tail))
    tail++;
  self->rows = new;
  if (old->len - head - tail > 0 || new->len - head - tail > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), head, old->len - head - tail, new->len - head - tail);
  g_ptr_array_unref (old);
}

/**
 * weir_timeline_model_set_graph:
 * @self: a model
 * @graph: (nullable): the root graph of what the run runs
 *
 * Begins with a row for each block, none of them started.
 */
void
weir_timeline_model_set_graph (WeirTimelineModel *self,
                               WeirGraph         *graph)
{
  Node *old = self->root;

  self->root = node_new (NULL, 0);
  g_ptr_array_set_size (self->scopes, 0);
  g_ptr_array_add (self->scopes, self->root);
  if (graph != NULL)
    node_add_graph (self->root, graph);
  reorder (self);
  node_free (old);
}

/* Where the blocks of a scope are in the tree. A sub-workflow's blocks come in when it is opened. */
static Node *
ensure_scope_node (WeirTimelineModel *self,
                   WeirRunState      *state,
                   guint32            id)
{
  const WeirScope *scope;
  Node *parent, *node;

  if (id < self->scopes->len && g_ptr_array_index (self->scopes, id) != NULL)
    return g_ptr_array_index (self->scopes, id);
  scope = weir_run_state_get_scope (state, id);
  if (scope == NULL || scope->block == NULL)
    return self->root;
  parent = ensure_scope_node (self, state, scope->parent);
  node = g_hash_table_lookup (parent->by_id, scope->block);
  if (node == NULL)
    node = node_add (parent, scope->block, scope->block);
  if (scope->graph != NULL && g_hash_table_size (node->by_id) == 0)
    node_add_graph (node, scope->graph);
  if (id >= self->scopes->len)
    g_ptr_array_set_size (self->scopes, id + 1);
  g_ptr_array_index (self->scopes, id) = node;
  return node;
}

static void
truncate_all (Node *node,
              guint first)
{
  for (guint i = 0; i < node->children->len; i++)
    {
      Node *child = g_ptr_array_index (node->children, i);

      weir_timeline_row_truncate (child->row, first);
      truncate_all (child, first);
    }
}

static void
explain_waits (WeirTimelineModel *self,
               WeirRunState      *state)
{
  gboolean ended = weir_run_status_is_final (weir_run_state_get_status (state));

  for (guint i = 0; i < self->root->children->len; i++)
    {
      Node *node = g_ptr_array_index (self->root->children, i);
      g_autofree char *text = NULL;

      if (!ended && weir_timeline_row_get_first_step (node->row) == G_MAXUINT)
        {
          const char *id = weir_timeline_row_get_path (node->row);

          text = weir_run_state_explain_wait (state, 0, id);
        }
      weir_timeline_row_set_wait (node->row, text);
    }
}

static void
settle_all (Node  *node,
            gint64 now)
{
  for (guint i = 0; i < node->children->len; i++)
    {
      Node *child = g_ptr_array_index (node->children, i);

      weir_timeline_row_settle (child->row, now);
      settle_all (child, now);
    }
}

/**
 * weir_timeline_model_update:
 * @self: a model
 * @state: the run as it is now
 * @first_changed: index of the first step that may have changed
 * @now: µs UTC, where bars end that are still open
 *
 * Brings the rows up to date.
 */
void
weir_timeline_model_update (WeirTimelineModel *self,
                            WeirRunState      *state,
                            guint              first_changed,
                            gint64             now)
{
  guint n = weir_run_state_get_n_steps (state);

  truncate_all (self->root, first_changed);
  for (guint i = first_changed; i < n; i++)
    {
      const WeirStepInfo *step = weir_run_state_get_step (state, i);
      Node *parent, *node;

      /* what was put away is not listed */
      if (step == NULL || weir_run_state_is_binned (state, step->scope, step->block))
        continue;
      parent = ensure_scope_node (self, state, step->scope);
      node = g_hash_table_lookup (parent->by_id, step->block);
      if (node == NULL)
        node = node_add (parent, step->block, step->block);
      weir_timeline_row_add_step (node->row, step);
    }
  explain_waits (self, state);
  settle_all (self->root, now);
  reorder (self);
}

void
weir_timeline_model_tick (WeirTimelineModel *self,
                          gint64             now)
{
  for (guint i = 0; i < self->rows->len; i++)
    if (weir_timeline_row_is_live (g_ptr_array_index (self->rows, i)))
      weir_timeline_row_settle (g_ptr_array_index (self->rows, i), now);
}

guint
weir_timeline_model_find (WeirTimelineModel *self,
                          const char        *path)
{
  for (guint i = 0; path != NULL && i < self->rows->len; i++)
    if (g_str_equal (weir_timeline_row_get_path (g_ptr_array_index (self->rows, i)), path))
      return i;
  return GTK_INVALID_LIST_POSITION;
}
