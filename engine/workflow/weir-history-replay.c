/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Edits that were kept, done again: everything is checked, since a database may hold anything. */
#include "weir-history-private.h"

#include <string.h>

typedef struct
{
  WeirWorkflow *workflow;
  WeirValue    *change;
} Replay;

static WeirValue *
get_member (WeirValue *record, const char *key, WeirValueKind kind)
{
  WeirValue *value = weir_value_get_kind (record) == WEIR_VALUE_RECORD ? weir_value_find_member (record, key) : NULL;

  return value != NULL && weir_value_get_kind (value) == kind ? value : NULL;
}

static const char *
get_text (WeirValue *record, const char *key)
{
  WeirValue *value = get_member (record, key, WEIR_VALUE_TEXT);

  return value != NULL ? weir_value_get_text (value, NULL) : NULL;
}

static gint64
get_int (WeirValue *record, const char *key)
{
  WeirValue *value = get_member (record, key, WEIR_VALUE_INT);

  return value != NULL ? weir_value_get_int (value) : -1;
}

static gpointer
get_at (GPtrArray *array, gint64 place)
{
  return place >= 0 && place < array->len ? array->pdata[place] : NULL;
}

static WeirGraph *
find_graph (Replay *self)
{
  WeirValue *places = get_member (self->change, "graph", WEIR_VALUE_LIST);
  WeirGraph *graph = self->workflow->graph;

  for (gsize i = 0; places != NULL && graph != NULL && i < weir_value_get_length (places); i++)
    {
      WeirValue *place = weir_value_get_item (places, i);
      WeirBlock *block = weir_value_get_kind (place) == WEIR_VALUE_INT
                           ? get_at (graph->blocks, weir_value_get_int (place))
                           : NULL;

      graph = block != NULL ? weir_block_ensure_body (block) : NULL;
    }
  return places != NULL ? graph : NULL;
}

static WeirBlock *
find_block (Replay *self, const char *key)
{
  WeirGraph *graph = find_graph (self);

  return graph != NULL ? get_at (graph->blocks, get_int (self->change, key)) : NULL;
}

static WeirLink *
find_link (Replay *self)
{
  WeirGraph *graph = find_graph (self);

  return graph != NULL ? get_at (graph->links, get_int (self->change, "link")) : NULL;
}

static WeirValue *
find_record (Replay *self)
{
  return get_member (self->change, "record", WEIR_VALUE_RECORD);
}

/* The body of a block that was written as in a file. */
static gboolean
read_body (WeirBlock *block, const char *text)
{
  g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(WeirYamlDocument) document = weir_yaml_document_parse (text, -1, problems);
  WeirYamlNode *blocks = document != NULL && document->root != NULL ? weir_yaml_node_find (document->root, "blocks")
                                                                    : NULL;
  WeirYamlNode *node = blocks != NULL ? weir_yaml_node_find (blocks, block->id) : NULL;
  WeirYamlNode *body = node != NULL ? weir_yaml_node_find (node, "body") : NULL;

  if (body == NULL || body->type != WEIR_YAML_RECORD)
    return FALSE;
  weir_graph_read (weir_block_ensure_body (block), body, problems);
  weir_paste_place_body (block, weir_yaml_node_find (document->root, "layout"));
  weir_paste_forget_origin (block);
  return problems->len == 0;
}

static gboolean
replay_add_block (Replay *self)
{
  WeirGraph *graph = find_graph (self);
  const char *id = get_text (self->change, "id");
  const char *text = get_text (self->change, "text");
  WeirValue *record = find_record (self);
  WeirValue *position = weir_value_find_member (self->change, "position");
  g_autoptr(WeirBlockData) data = NULL;
  g_autoptr(WeirBlock) block = NULL;

  if (graph == NULL || !weir_is_id (id) || record == NULL || weir_graph_find_block (graph, id) != NULL)
    return FALSE;
  data = weir_block_data_new (record);
  block = weir_block_new (id, data);
  block->position = position != NULL ? weir_value_ref (position) : NULL;
  block->order = get_int (self->change, "order");
  if (text != NULL && !read_body (block, text))
    return FALSE;
  weir_history_add_block (self->workflow->history, graph, block);
  return TRUE;
}

static gboolean
replay_remove_block (Replay *self)
{
  WeirBlock *block = find_block (self, "block");

  if (block == NULL || block->from->len > 0 || block->to->len > 0)
    return FALSE;
  weir_history_remove_block (self->workflow->history, block);
  return TRUE;
}

static gboolean
replay_add_link (Replay *self)
{
  WeirGraph *graph = find_graph (self);
  WeirBlock *source = find_block (self, "source");
  WeirBlock *target = find_block (self, "target");
  const char *source_port = get_text (self->change, "source-port");
  const char *target_port = get_text (self->change, "target-port");
  WeirValue *written = weir_value_find_member (self->change, "written");
  g_autoptr(WeirLink) link = NULL;

  if (source == NULL || target == NULL || source_port == NULL || target_port == NULL)
    return FALSE;
  link = weir_link_new (source, source_port, target, target_port, get_text (self->change, "when"));
  link->written = written != NULL ? weir_value_ref (written) : NULL;
  link->order = get_int (self->change, "order");
  weir_history_add_link (self->workflow->history, graph, link);
  return TRUE;
}

static gboolean
replay_remove_link (Replay *self)
{
  WeirLink *link = find_link (self);

  if (link == NULL)
    return FALSE;
  weir_history_remove_link (self->workflow->history, link);
  return TRUE;
}

static gboolean
replay_data (Replay *self)
{
  WeirBlock *block = find_block (self, "block");

  if (block == NULL || find_record (self) == NULL)
    return FALSE;
  weir_history_set_data (self->workflow->history, block, find_record (self));
  return TRUE;
}

static gboolean
replay_id (Replay *self)
{
  WeirBlock *block = find_block (self, "block");
  const char *id = get_text (self->change, "id");

  if (block == NULL || !weir_is_id (id) || weir_graph_find_block (block->graph, id) != NULL)
    return FALSE;
  weir_history_set_id (self->workflow->history, block, id);
  return TRUE;
}

static gboolean
replay_position (Replay *self)
{
  WeirBlock *block = find_block (self, "block");

  if (block == NULL)
    return FALSE;
  weir_history_set_position (self->workflow->history, block, weir_value_find_member (self->change, "position"));
  return TRUE;
}

static gboolean
replay_when (Replay *self)
{
  WeirLink *link = find_link (self);

  if (link == NULL)
    return FALSE;
  weir_history_set_when (self->workflow->history, link, get_text (self->change, "when"));
  return TRUE;
}

static gboolean
replay_ports (Replay *self)
{
  WeirLink *link = find_link (self);
  const char *source = get_text (self->change, "source-port");
  const char *target = get_text (self->change, "target-port");

  if (link == NULL || source == NULL || target == NULL)
    return FALSE;
  weir_history_set_ports (self->workflow->history, link, source, target);
  return TRUE;
}

static gboolean
replay_record (Replay *self)
{
  WeirGraph *graph = find_graph (self);

  if (graph == NULL || find_record (self) == NULL)
    return FALSE;
  weir_history_set_record (self->workflow->history, graph, find_record (self));
  return TRUE;
}

static gboolean
read_pairs (WeirArrangement *order, WeirValue *pairs, GPtrArray *objects)
{
  for (gsize i = 0; pairs != NULL && i < weir_value_get_length (pairs); i++)
    {
      WeirValue *pair = weir_value_get_item (pairs, i);
      gboolean fits = weir_value_get_kind (pair) == WEIR_VALUE_LIST && weir_value_get_length (pair) == 2
                      && weir_value_get_kind (weir_value_get_item (pair, 0)) == WEIR_VALUE_INT
                      && weir_value_get_kind (weir_value_get_item (pair, 1)) == WEIR_VALUE_INT;
      gpointer object = fits ? get_at (objects, weir_value_get_int (weir_value_get_item (pair, 0))) : NULL;
      gint64 number = fits ? weir_value_get_int (weir_value_get_item (pair, 1)) : -1;

      if (object == NULL || number < 0)
        return FALSE;
      g_ptr_array_add (order->objects, g_object_ref (object));
      g_array_append_val (order->orders, number);
    }
  return pairs != NULL;
}

static gboolean
read_loose (WeirArrangement *order, WeirValue *list)
{
  for (gsize i = 0; list != NULL && i < weir_value_get_length (list); i++)
    {
      WeirValue *record = weir_value_get_item (list, i);
      WeirValue *written = weir_value_get_kind (record) == WEIR_VALUE_RECORD
                             ? weir_value_find_member (record, "written")
                             : NULL;
      WeirLooseLink loose;

      if (written == NULL)
        return FALSE;
      loose = (WeirLooseLink) { .order = get_int (record, "order"),
                                .written = weir_value_ref (written),
                                .source = g_strdup (get_text (record, "source")),
                                .target = g_strdup (get_text (record, "target")),
                                .missing = g_strdup (get_text (record, "missing")),
                                .line = (guint) MAX (get_int (record, "line"), 0),
                                .column = (guint) MAX (get_int (record, "column"), 0) };
      g_array_append_val (order->loose, loose);
    }
  return list != NULL;
}

static WeirArrangement *
arrangement_of (WeirGraph *graph)
{
  WeirArrangement *order = weir_arrangement_new ();

  for (guint i = 0; i < graph->blocks->len; i++)
    {
      g_ptr_array_add (order->objects, g_object_ref (graph->blocks->pdata[i]));
      g_array_append_val (order->orders, ((WeirBlock *) graph->blocks->pdata[i])->order);
    }
  for (guint i = 0; i < graph->links->len; i++)
    {
      g_ptr_array_add (order->objects, g_object_ref (graph->links->pdata[i]));
      g_array_append_val (order->orders, ((WeirLink *) graph->links->pdata[i])->order);
    }
  for (guint i = 0; i < graph->loose->len; i++)
    {
      g_autoptr(WeirValue) written = weir_history_write_loose (&g_array_index (graph->loose, WeirLooseLink, i));
      g_autoptr(WeirValue) list = weir_value_new_list (&written, 1);

      read_loose (order, list);
    }
  return order;
}

static gboolean
replay_order (Replay *self)
{
  WeirGraph *graph = find_graph (self);
  WeirArrangement *after;

  if (graph == NULL)
    return FALSE;
  after = weir_arrangement_new ();
  if (!read_pairs (after, get_member (self->change, "blocks", WEIR_VALUE_LIST), graph->blocks)
      || !read_pairs (after, get_member (self->change, "links", WEIR_VALUE_LIST), graph->links)
      || !read_loose (after, get_member (self->change, "loose", WEIR_VALUE_LIST)))
    {
      weir_arrangement_free (after);
      return FALSE;
    }
  weir_history_arrange (self->workflow->history, graph, arrangement_of (graph), after);
  return TRUE;
}

static char *
join_source (Replay *self, const char *text)
{
  const WeirYamlDocument *before = self->workflow->source;
  gint64 start = get_int (self->change, "start");
  gint64 end = get_int (self->change, "end");
  GString *joined;

  if (start < 0 && end < 0)
    return g_strdup (text);
  if (before == NULL || start < 0 || end < 0 || (gsize) start > before->length
      || (gsize) end > before->length - (gsize) start)
    return NULL;
  joined = g_string_new_len (before->text, start);
  g_string_append (joined, text);
  g_string_append_len (joined, before->text + before->length - end, end);
  return g_string_free_and_steal (joined);
}

static gboolean
replay_source (Replay *self)
{
  WeirValue *loose = get_member (self->change, "loose", WEIR_VALUE_RECORD);
  const char *text = get_text (self->change, "text");
  g_autofree char *joined = text != NULL ? join_source (self, text) : NULL;
  g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(WeirYamlDocument) document = joined != NULL ? weir_yaml_document_parse (joined, -1, problems) : NULL;

  if (loose == NULL || (text != NULL && document == NULL))
    return FALSE;
  weir_history_set_source (self->workflow->history, document, loose);
  return TRUE;
}

static gboolean
replay_change (Replay *self)
{
  static const struct
  {
    const char *op;
    gboolean (*replay) (Replay *self);
  } ops[] = {
    { "add-block", replay_add_block }, { "remove-block", replay_remove_block },
    { "add-link", replay_add_link },   { "remove-link", replay_remove_link },
    { "data", replay_data },           { "id", replay_id },
    { "position", replay_position },   { "when", replay_when },
    { "ports", replay_ports },         { "record", replay_record },
    { "order", replay_order },         { "source", replay_source },
  };
  const char *op = get_text (self->change, "op");

  for (gsize i = 0; op != NULL && i < G_N_ELEMENTS (ops); i++)
    if (g_str_equal (ops[i].op, op))
      return ops[i].replay (self);
  return FALSE;
}

/**
 * weir_workflow_replay_step:
 * @self: a workflow as it was before the edit
 * @name: what the edit did
 * @at: when it was made, in µs UTC
 * @changes: what a journal was told of it
 * @error: %WEIR_ERROR_INVALID if it does not fit
 *
 * Does an edit again. Neither the journal nor anybody else hears of it.
 *
 * Returns: whether it could be done; if not, the workflow is half-way and of no use any more
 */
gboolean
weir_workflow_replay_step (WeirWorkflow *self, const char *name, gint64 at, WeirValue *changes, GError **error)
{
  WeirHistory *history;
  gboolean fits;

  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), FALSE);
  g_return_val_if_fail (changes != NULL, FALSE);

  history = self->history;
  fits = weir_value_get_kind (changes) == WEIR_VALUE_LIST && weir_value_get_length (changes) > 0;
  history->replaying = TRUE;
  weir_workflow_begin_edit (self, name);
  history->open->at = at;
  for (gsize i = 0; fits && i < weir_value_get_length (changes); i++)
    {
      Replay replay = { self, weir_value_get_item (changes, i) };

      fits = weir_value_get_kind (replay.change) == WEIR_VALUE_RECORD && replay_change (&replay);
      if (!fits)
        g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID,
                     "Expected a change that fits the workflow, but change %" G_GSIZE_FORMAT " of \"%s\" does not",
                     i + 1, name);
    }
  weir_workflow_end_edit (self);
  history->replaying = FALSE;
  if (!fits && error != NULL && *error == NULL)
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "Expected the changes of \"%s\", but there are none", name);
  return fits;
}

/**
 * weir_workflow_replay_to:
 * @self: a workflow whose edits were replayed
 * @step: how many of them are done
 *
 * Undoes the others. Neither the journal nor anybody else hears of it.
 */
void
weir_workflow_replay_to (WeirWorkflow *self, guint step)
{
  g_return_if_fail (WEIR_IS_WORKFLOW (self));
  g_return_if_fail (step <= weir_workflow_get_n_steps (self));

  self->history->replaying = TRUE;
  weir_workflow_go_to_step (self, step);
  self->history->replaying = FALSE;
}

/**
 * weir_workflow_expand_step:
 * @self: a workflow as it was before the edit
 * @changes: what a journal was told of it
 *
 * Of a text only what is different from the one before is written. Once the edits before are forgotten, that one is not at hand any more.
 *
 * Returns: (transfer full) (nullable): the changes with the first text in full; %NULL where there is none
 */
WeirValue *
weir_workflow_expand_step (WeirWorkflow *self, WeirValue *changes)
{
  WeirBuilder *list;
  gboolean found = FALSE;

  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), NULL);
  g_return_val_if_fail (changes != NULL, NULL);

  if (weir_value_get_kind (changes) != WEIR_VALUE_LIST)
    return NULL;
  list = weir_list_builder_new (weir_value_get_length (changes));
  for (gsize i = 0; i < weir_value_get_length (changes); i++)
    {
      Replay replay = { self, weir_value_get_item (changes, i) };
      const char *text = g_strcmp0 (get_text (replay.change, "op"), "source") == 0 ? get_text (replay.change, "text")
                                                                                   : NULL;
      g_autofree char *joined = !found && text != NULL ? join_source (&replay, text) : NULL;
      WeirBuilder *builder;
      WeirValue *loose;

      found = found || text != NULL;
      if (joined == NULL)
        {
          weir_builder_add (list, replay.change);
          continue;
        }
      builder = weir_record_builder_new (3);
      weir_builder_set_take (builder, "op", weir_value_new_text ("source"));
      weir_builder_set_take (builder, "text", weir_value_new_text (joined));
      loose = get_member (replay.change, "loose", WEIR_VALUE_RECORD);
      if (loose != NULL)
        weir_builder_set (builder, "loose", loose);
      weir_builder_take (list, weir_builder_end (builder));
    }
  if (found)
    return weir_builder_end (list);
  weir_builder_free (list);
  return NULL;
}

/**
 * weir_workflow_begin_history:
 * @self: a workflow
 * @text: what it says now, as weir_workflow_to_yaml() gave it
 *
 * From now on changes are written into this text, as they will be by who reads it: both then say the same to the byte.
 */
void
weir_workflow_begin_history (WeirWorkflow *self, const char *text)
{
  g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(WeirYamlDocument) document = NULL;

  g_return_if_fail (WEIR_IS_WORKFLOW (self));
  g_return_if_fail (text != NULL);

  if (self->source != NULL && g_str_equal (self->source->text, text))
    return;
  document = weir_yaml_document_parse (text, -1, problems);
  if (document == NULL)
    return;
  g_clear_pointer (&self->source, weir_yaml_document_unref);
  self->source = g_steal_pointer (&document);
  weir_workflow_locate (self);
}
