/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Blocks as text, for the clipboard: the shape of a body, with the places of its blocks. */
#include "weir-workflow-private.h"

#include <string.h>

static void
copy_positions (WeirBuilder *layout, WeirBlock *block, const char *path)
{
  if (block->position != NULL)
    weir_builder_set (layout, path, block->position);
  for (guint i = 0; block->body != NULL && i < block->body->blocks->len; i++)
    {
      WeirBlock *inner = block->body->blocks->pdata[i];
      g_autofree char *inner_path = g_strconcat (path, "/", inner->id, NULL);

      copy_positions (layout, inner, inner_path);
    }
}

static int
compare_orders (gconstpointer a, gconstpointer b)
{
  gint64 left = (*(WeirBlock *const *) a)->order;
  gint64 right = (*(WeirBlock *const *) b)->order;

  return left < right ? -1 : left > right;
}

static int
compare_link_orders (gconstpointer a, gconstpointer b)
{
  gint64 left = (*(WeirLink *const *) a)->order;
  gint64 right = (*(WeirLink *const *) b)->order;

  return left < right ? -1 : left > right;
}

static WeirValue *
copy_links (GPtrArray *blocks, GHashTable *chosen)
{
  g_autoptr(GPtrArray) links = g_ptr_array_new ();
  WeirBuilder *builder;

  for (guint i = 0; i < blocks->len; i++)
    {
      WeirBlock *block = blocks->pdata[i];

      for (guint j = 0; j < block->from->len; j++)
        if (g_hash_table_contains (chosen, ((WeirLink *) block->from->pdata[j])->target))
          g_ptr_array_add (links, block->from->pdata[j]);
    }
  g_ptr_array_sort (links, compare_link_orders);
  builder = weir_list_builder_new (links->len);
  for (guint i = 0; i < links->len; i++)
    weir_builder_take (builder, weir_link_to_value (links->pdata[i]));
  return weir_builder_end (builder);
}

static void
emit_section (GString *out, const char *key, WeirValue *value)
{
  if (weir_value_get_length (value) > 0)
    weir_yaml_emit_entry (out, key, value, 0);
}

/**
 * weir_workflow_copy_blocks:
 * @self: a workflow
 * @blocks: (array length=n_blocks): blocks of one graph
 * @n_blocks: how many
 *
 * Returns: (transfer full): the blocks and the links among them as YAML, for weir_workflow_paste_blocks()
 */
char *
weir_workflow_copy_blocks (WeirWorkflow *self, WeirBlock **blocks, gsize n_blocks)
{
  g_autoptr(GPtrArray) sorted = g_ptr_array_new ();
  g_autoptr(GHashTable) chosen = g_hash_table_new (NULL, NULL);
  WeirBuilder *records;
  WeirBuilder *positions;
  g_autoptr(WeirValue) block_part = NULL;
  g_autoptr(WeirValue) link_part = NULL;
  g_autoptr(WeirValue) layout_part = NULL;
  GString *out;

  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), NULL);

  for (gsize i = 0; i < n_blocks; i++)
    if (g_hash_table_add (chosen, blocks[i]))
      g_ptr_array_add (sorted, blocks[i]);
  g_ptr_array_sort (sorted, compare_orders);

  records = weir_record_builder_new (sorted->len);
  positions = weir_record_builder_new (sorted->len);
  for (guint i = 0; i < sorted->len; i++)
    {
      WeirBlock *block = sorted->pdata[i];

      weir_builder_set_take (records, block->id, weir_block_make_record (block));
      copy_positions (positions, block, block->id);
    }
  block_part = weir_builder_end (records);
  link_part = copy_links (sorted, chosen);
  layout_part = weir_builder_end (positions);

  out = g_string_new (NULL);
  emit_section (out, "blocks", block_part);
  emit_section (out, "links", link_part);
  emit_section (out, "layout", layout_part);
  return g_string_free_and_steal (out);
}

/* Pasting: the text is read into a workflow of its own, made ready there, and carried over. */

static void
place_blocks (WeirWorkflow *scratch, WeirYamlNode *layout, double dx, double dy)
{
  for (guint i = 0; layout != NULL && layout->type == WEIR_YAML_RECORD && i + 1 < layout->n_children; i += 2)
    {
      const char *path = weir_yaml_node_get_text (layout->children[i]);
      WeirValue *at = weir_yaml_node_get_value (layout->children[i + 1]);
      WeirBlock *block = weir_workflow_find_block (scratch, path);
      double x;
      double y;

      if (block == NULL || weir_value_get_kind (at) != WEIR_VALUE_LIST || weir_value_get_length (at) < 2)
        continue;
      block->position = weir_value_ref (at);
      weir_block_get_position (block, &x, &y);
      if (block->graph == scratch->graph)
        weir_workflow_set_position (scratch, block, x + dx, y + dy);
    }
}

/* Of a block that is in no graph: the layout of a text names what is in its body with its id before. */
void
weir_paste_place_body (WeirBlock *block, WeirYamlNode *layout)
{
  for (guint i = 0; block->body != NULL && i < block->body->blocks->len; i++)
    {
      WeirBlock *inner = block->body->blocks->pdata[i];
      WeirYamlNode *at = layout != NULL && layout->type == WEIR_YAML_RECORD
                           ? weir_yaml_node_find (layout, weir_block_get_path (inner))
                           : NULL;

      if (at != NULL)
        inner->position = weir_value_ref (weir_yaml_node_get_value (at));
      weir_paste_place_body (inner, layout);
    }
}

/* The id with a number that is free in both graphs. @numbers: stem → the next to try, so that many of one stem stay quick. */
static char *
make_unique_id (const char *id, WeirGraph *target, WeirGraph *scratch, GHashTable *numbers)
{
  gsize length = strlen (id);
  g_autofree char *stem = NULL;
  guint number;

  while (length > 1 && g_ascii_isdigit (id[length - 1]))
    length--;
  stem = g_strndup (id, length);
  number = MAX (2, GPOINTER_TO_UINT (g_hash_table_lookup (numbers, stem)));
  for (;; number++)
    {
      g_autofree char *fresh = g_strdup_printf ("%s%u", stem, number);

      if (weir_graph_find_block (target, fresh) != NULL || weir_graph_find_block (scratch, fresh) != NULL)
        continue;
      g_hash_table_insert (numbers, g_steal_pointer (&stem), GUINT_TO_POINTER (number + 1));
      return g_steal_pointer (&fresh);
    }
}

/* Gives new ids to blocks whose id is taken, and lets the expressions among them follow. */
static void
make_ids_unique (WeirWorkflow *scratch, WeirGraph *target)
{
  g_autoptr(GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr(GHashTable) numbers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < scratch->graph->blocks->len; i++)
    {
      WeirBlock *block = scratch->graph->blocks->pdata[i];
      char *fresh;

      if (weir_graph_find_block (target, block->id) == NULL)
        continue;
      fresh = make_unique_id (block->id, target, scratch->graph, numbers);
      g_hash_table_insert (ids, g_strdup (block->id), fresh);
      weir_graph_rename_block (scratch->graph, block, fresh);
    }
  if (g_hash_table_size (ids) > 0)
    weir_workflow_follow_ids (scratch, scratch->graph, ids);
}

/* What was pasted stands in no file, and its path is another one. */
void
weir_paste_forget_origin (WeirBlock *block)
{
  g_clear_pointer (&block->path, g_free);
  block->node = NULL;
  block->line = block->column = 0;
  for (guint i = 0; block->body != NULL && i < block->body->blocks->len; i++)
    weir_paste_forget_origin (block->body->blocks->pdata[i]);
  for (guint i = 0; block->body != NULL && i < block->body->links->len; i++)
    {
      WeirLink *link = block->body->links->pdata[i];

      link->line = link->column = 0;
    }
}

static GPtrArray *
carry_over (WeirWorkflow *self, WeirGraph *graph, WeirWorkflow *scratch)
{
  GPtrArray *blocks = g_ptr_array_new ();
  g_autoptr(GPtrArray) removed = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(GPtrArray) links = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < scratch->graph->links->len; i++)
    g_ptr_array_add (links, g_object_ref (scratch->graph->links->pdata[i]));
  while (scratch->graph->links->len > 0)
    weir_graph_remove_link (scratch->graph, scratch->graph->links->pdata[scratch->graph->links->len - 1]);

  weir_workflow_begin_edit (self, N_("Paste"));
  while (scratch->graph->blocks->len > 0)
    {
      g_autoptr(WeirBlock) block = g_object_ref (scratch->graph->blocks->pdata[scratch->graph->blocks->len - 1]);

      weir_graph_remove_block (scratch->graph, block);
      weir_paste_forget_origin (block);
      block->order = -1;
      g_ptr_array_add (removed, g_steal_pointer (&block));
    }
  for (guint i = removed->len; i-- > 0;)
    {
      weir_history_add_block (self->history, graph, removed->pdata[i]);
      g_ptr_array_add (blocks, removed->pdata[i]);
    }
  for (guint i = 0; i < links->len; i++)
    {
      WeirLink *link = links->pdata[i];

      link->order = -1;
      link->line = link->column = 0;
      weir_link_set_when (link, link->when, NULL);
      weir_history_add_link (self->history, graph, link);
    }
  weir_workflow_end_edit (self);
  return blocks;
}

/**
 * weir_workflow_paste_blocks:
 * @self: a workflow
 * @graph: its graph, or the body of a container in it
 * @text: as of weir_workflow_copy_blocks(), or a whole workflow file
 * @dx: how far the blocks are moved
 * @dy: how far the blocks are moved
 * @error: what is wrong with the text
 *
 * Adds the blocks and links of a text. Ids that are taken are changed; expressions among the new blocks follow.
 *
 * Returns: (transfer container) (nullable) (element-type WeirBlock): the new blocks
 */
GPtrArray *
weir_workflow_paste_blocks (WeirWorkflow *self, WeirGraph *graph, const char *text, double dx, double dy, GError **error)
{
  g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(WeirYamlDocument) document = NULL;
  g_autoptr(WeirWorkflow) scratch = NULL;

  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), NULL);
  g_return_val_if_fail (WEIR_IS_GRAPH (graph), NULL);
  g_return_val_if_fail (text != NULL, NULL);

  document = weir_yaml_document_parse (text, -1, problems);
  if (document != NULL && document->root != NULL)
    {
      weir_file_check_body (document->root, problems);
      scratch = weir_workflow_new (NULL);
      if (problems->len == 0)
        weir_graph_read (scratch->graph, document->root, problems);
    }
  if (problems->len > 0 || scratch == NULL || scratch->graph->blocks->len == 0)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "Expected blocks in the text, but %s",
                   problems->len > 0 ? weir_problem_get_message (problems->pdata[0]) : "there are none");
      return NULL;
    }
  place_blocks (scratch, weir_yaml_node_find (document->root, "layout"), dx, dy);
  make_ids_unique (scratch, graph);
  return carry_over (self, graph, scratch);
}
