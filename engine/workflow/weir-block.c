/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-workflow-private.h"

#include <string.h>

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (WeirBlock, weir_block, G_TYPE_OBJECT)

static void
weir_block_finalize (GObject *object)
{
  WeirBlock *self = WEIR_BLOCK (object);

  if (self->body != NULL)
    self->body->container = NULL;
  g_clear_object (&self->body);
  g_clear_pointer (&self->data, weir_block_data_unref);
  g_clear_pointer (&self->position, weir_value_unref);
  g_clear_pointer (&self->ports, weir_port_list_free);
  g_clear_pointer (&self->from, g_ptr_array_unref);
  g_clear_pointer (&self->to, g_ptr_array_unref);
  g_free (self->path);
  g_free (self->id);
  G_OBJECT_CLASS (weir_block_parent_class)->finalize (object);
}

static void
weir_block_class_init (WeirBlockClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = weir_block_finalize;

  /**
   * WeirBlock::changed:
   *
   * After any change to the block itself: its id, settings, position. Links and the blocks of its body have signals of
   * their own.
   */
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", WEIR_TYPE_BLOCK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 0);
}

static void
weir_block_init (WeirBlock *self)
{
  self->from = g_ptr_array_new ();
  self->to = g_ptr_array_new ();
  self->order = -1;
}

static void
ensure_body_of_container (WeirBlock *self)
{
  const WeirBlockKind *kind = weir_registry_find_kind (self->data->kind_id);

  if (kind != NULL && kind->has_body)
    weir_block_ensure_body (self);
}

WeirBlock *
weir_block_new (const char *id, WeirBlockData *data)
{
  WeirBlock *self = g_object_new (WEIR_TYPE_BLOCK, NULL);

  self->id = g_strdup (id);
  self->data = weir_block_data_ref (data);
  ensure_body_of_container (self);
  return self;
}

WeirGraph *
weir_block_ensure_body (WeirBlock *self)
{
  if (self->body == NULL)
    self->body = weir_graph_new (self);
  return self->body;
}

void
weir_block_set_data (WeirBlock *self, WeirBlockData *data)
{
  weir_block_data_ref (data);
  weir_block_data_unref (self->data);
  self->data = data;
  g_clear_pointer (&self->ports, weir_port_list_free);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

void
weir_block_set_position (WeirBlock *self, WeirValue *position)
{
  g_clear_pointer (&self->position, weir_value_unref);
  self->position = position != NULL ? weir_value_ref (position) : NULL;
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static void
forget_paths (WeirBlock *self)
{
  g_clear_pointer (&self->path, g_free);
  if (self->body == NULL)
    return;
  for (guint i = 0; i < self->body->blocks->len; i++)
    forget_paths (self->body->blocks->pdata[i]);
}

/* Only the graph may call this: it keeps an index of ids. */
void
weir_block_set_id (WeirBlock *self, const char *id)
{
  g_set_str (&self->id, id);
  forget_paths (self);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

/**
 * weir_block_get_id:
 * @self: a block
 *
 * Returns: (transfer none): its id, unique within its graph
 */
const char *
weir_block_get_id (WeirBlock *self)
{
  g_return_val_if_fail (WEIR_IS_BLOCK (self), NULL);
  return self->id;
}

/**
 * weir_block_get_path:
 * @self: a block
 *
 * Returns: (transfer none): ids from the root down, "move/to"; until the block or one around it is renamed
 */
const char *
weir_block_get_path (WeirBlock *self)
{
  WeirBlock *container;

  g_return_val_if_fail (WEIR_IS_BLOCK (self), NULL);

  if (self->path != NULL)
    return self->path;
  container = self->graph != NULL ? self->graph->container : NULL;
  self->path = container != NULL ? g_strconcat (weir_block_get_path (container), "/", self->id, NULL)
                                 : g_strdup (self->id);
  return self->path;
}

/**
 * weir_block_get_kind_id:
 * @self: a block
 *
 * Returns: (transfer none): id of its kind, "file.read", known to this program or not
 */
const char *
weir_block_get_kind_id (WeirBlock *self)
{
  g_return_val_if_fail (WEIR_IS_BLOCK (self), NULL);
  return self->data->kind_id;
}

/**
 * weir_block_get_kind:
 * @self: a block
 *
 * Returns: (transfer none) (nullable): its kind; %NULL when this program does not know it: the block then keeps all it has
 *   and cannot run
 */
const WeirBlockKind *
weir_block_get_kind (WeirBlock *self)
{
  g_return_val_if_fail (WEIR_IS_BLOCK (self), NULL);
  return weir_registry_find_kind (self->data->kind_id);
}

/**
 * weir_block_get_title:
 * @self: a block
 *
 * Returns: (transfer none): what people call it: its label, else the title of its kind, else the kind's id
 */
const char *
weir_block_get_title (WeirBlock *self)
{
  const WeirBlockKind *kind;

  g_return_val_if_fail (WEIR_IS_BLOCK (self), NULL);

  if (self->data->label != NULL && self->data->label[0] != '\0')
    return self->data->label;
  kind = weir_block_get_kind (self);
  return kind != NULL ? kind->title : self->data->kind_id;
}

/**
 * weir_block_get_label:
 * @self: a block
 *
 * Returns: (transfer none) (nullable): the name that somebody gave it
 */
const char *
weir_block_get_label (WeirBlock *self)
{
  g_return_val_if_fail (WEIR_IS_BLOCK (self), NULL);
  return self->data->label;
}

/**
 * weir_block_get_note:
 * @self: a block
 *
 * Returns: (transfer none) (nullable): what somebody wrote about it, Markdown
 */
const char *
weir_block_get_note (WeirBlock *self)
{
  g_return_val_if_fail (WEIR_IS_BLOCK (self), NULL);
  return self->data->note;
}

/**
 * weir_block_get_enabled:
 * @self: a block
 *
 * Returns: whether it runs; a block that does not is skipped
 */
gboolean
weir_block_get_enabled (WeirBlock *self)
{
  g_return_val_if_fail (WEIR_IS_BLOCK (self), FALSE);
  return self->data->enabled;
}

/**
 * weir_block_get_config:
 * @self: a block
 *
 * Returns: (transfer none): its settings, a record of raw values; expressions are text
 */
WeirValue *
weir_block_get_config (WeirBlock *self)
{
  g_return_val_if_fail (WEIR_IS_BLOCK (self), NULL);
  return self->data->config;
}

/**
 * weir_block_get_reliability:
 * @self: a block
 *
 * Returns: (transfer none): attempts, time limit and what follows a failure; valid until the block changes
 */
const WeirReliability *
weir_block_get_reliability (WeirBlock *self)
{
  g_return_val_if_fail (WEIR_IS_BLOCK (self), NULL);
  return &self->data->reliability;
}

/**
 * weir_block_get_join:
 * @self: a block
 * @port: the name of an input
 * @n: (out) (optional): of n-of-m
 *
 * Returns: the join of an input: the block's own, else the port's
 */
WeirJoin
weir_block_get_join (WeirBlock *self, const char *port, guint *n)
{
  WeirValue *own;
  const WeirPort *declared;
  WeirJoin join;
  guint count = 0;

  g_return_val_if_fail (WEIR_IS_BLOCK (self), WEIR_JOIN_ALL);

  own = self->data->join != NULL ? weir_value_find_member (self->data->join, port) : NULL;
  if (own == NULL || !weir_join_from_value (own, &join, &count))
    {
      declared = weir_port_list_find_input (weir_block_get_ports (self), port);
      join = declared != NULL ? declared->join : WEIR_JOIN_ALL;
      count = declared != NULL ? declared->n : 0;
    }
  if (n != NULL)
    *n = count;
  return join;
}

/**
 * weir_block_get_concurrency:
 * @self: a block
 *
 * Returns: how many runs of its body at once; 0 when it does not say
 */
guint
weir_block_get_concurrency (WeirBlock *self)
{
  g_return_val_if_fail (WEIR_IS_BLOCK (self), 1);
  return self->data->concurrency;
}

/**
 * weir_block_get_priority:
 * @self: a block
 *
 * Returns: -100 to 100, 0 when it does not say
 */
int
weir_block_get_priority (WeirBlock *self)
{
  g_return_val_if_fail (WEIR_IS_BLOCK (self), 0);
  return self->data->priority;
}

/**
 * weir_block_get_cache:
 * @self: a block
 *
 * Returns: for how long what it gives is kept for steps with the same kind, settings and inputs, in ms; 0: it is not;
 *   %WEIR_CACHE_AUTO: for ever, where it depends on nothing else
 */
gint64
weir_block_get_cache (WeirBlock *self)
{
  g_return_val_if_fail (WEIR_IS_BLOCK (self), 0);
  return self->data->cache_ms;
}

/**
 * weir_block_get_limits:
 * @self: a block
 *
 * Returns: (transfer none) (nullable): its pool, key and rate; valid until the block changes. %NULL when it has none
 */
const WeirBlockLimits *
weir_block_get_limits (WeirBlock *self)
{
  g_return_val_if_fail (WEIR_IS_BLOCK (self), NULL);
  return self->data->limits;
}

/**
 * weir_block_get_body:
 * @self: a block
 *
 * Returns: (transfer none) (nullable): the graph inside it, if it is a container
 */
WeirGraph *
weir_block_get_body (WeirBlock *self)
{
  g_return_val_if_fail (WEIR_IS_BLOCK (self), NULL);
  return self->body;
}

/**
 * weir_block_get_graph:
 * @self: a block
 *
 * Returns: (transfer none): the graph that it stands in
 */
WeirGraph *
weir_block_get_graph (WeirBlock *self)
{
  g_return_val_if_fail (WEIR_IS_BLOCK (self), NULL);
  return self->graph;
}

/**
 * weir_block_get_ports:
 * @self: a block
 *
 * Returns: (transfer none): its ports under the present configuration, without `run`, `done` and `error`; none for a block
 *   of unknown kind. Until the block changes
 */
WeirPortList *
weir_block_get_ports (WeirBlock *self)
{
  g_return_val_if_fail (WEIR_IS_BLOCK (self), NULL);

  if (self->ports == NULL)
    self->ports = weir_kind_list_ports (weir_block_get_kind (self), self->data->config);
  return self->ports;
}

static double
get_coordinate (WeirValue *position, gsize index)
{
  WeirValue *value;

  if (position == NULL || weir_value_get_length (position) <= index)
    return 0;
  value = weir_value_get_item (position, index);
  return weir_value_get_kind (value) == WEIR_VALUE_INT || weir_value_get_kind (value) == WEIR_VALUE_NUMBER
           ? weir_value_get_number (value)
           : 0;
}

/**
 * weir_block_get_position:
 * @self: a block
 * @x: (out) (optional): of its upper left corner
 * @y: (out) (optional):
 *
 * Where it stands on the canvas; 0, 0 where the file does not say (see weir_block_has_position()).
 */
void
weir_block_get_position (WeirBlock *self, double *x, double *y)
{
  g_return_if_fail (WEIR_IS_BLOCK (self));

  if (x != NULL)
    *x = get_coordinate (self->position, 0);
  if (y != NULL)
    *y = get_coordinate (self->position, 1);
}

/**
 * weir_block_has_position:
 * @self: a block
 *
 * Returns: whether it was given a place on the canvas
 */
gboolean
weir_block_has_position (WeirBlock *self)
{
  g_return_val_if_fail (WEIR_IS_BLOCK (self), FALSE);
  return self->position != NULL;
}

/* What stands after the two numbers of a position. */
gboolean
weir_position_is_pinned (WeirValue *position)
{
  WeirValue *last;

  if (position == NULL || weir_value_get_kind (position) != WEIR_VALUE_LIST || weir_value_get_length (position) < 3)
    return FALSE;
  last = weir_value_get_item (position, weir_value_get_length (position) - 1);
  return weir_value_get_kind (last) == WEIR_VALUE_TEXT && g_str_equal (weir_value_get_text (last, NULL), "pinned");
}

/**
 * weir_block_get_pinned:
 * @self: a block
 *
 * Returns: whether it keeps its place when blocks are arranged
 */
gboolean
weir_block_get_pinned (WeirBlock *self)
{
  g_return_val_if_fail (WEIR_IS_BLOCK (self), FALSE);
  return weir_position_is_pinned (self->position);
}

/**
 * weir_block_summarize:
 * @self: a block
 *
 * Returns: (transfer full) (nullable): its settings in one line, for people
 */
char *
weir_block_summarize (WeirBlock *self)
{
  const WeirBlockKind *kind;

  g_return_val_if_fail (WEIR_IS_BLOCK (self), NULL);

  kind = weir_block_get_kind (self);
  return kind != NULL && kind->summarize != NULL ? kind->summarize (self->data->config) : NULL;
}

/**
 * weir_block_get_line:
 * @self: a block
 *
 * Returns: line in the file that it was read from, 0 if there is none
 */
guint
weir_block_get_line (WeirBlock *self)
{
  g_return_val_if_fail (WEIR_IS_BLOCK (self), 0);
  return self->line;
}

/**
 * weir_block_get_index:
 * @self: a block
 *
 * Returns: its place among the blocks of its graph; 0 once removed
 */
guint
weir_block_get_index (WeirBlock *self)
{
  g_return_val_if_fail (WEIR_IS_BLOCK (self), 0);
  return self->graph != NULL ? weir_graph_get_place_of_block (self->graph, self) : 0;
}
