/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the nodes of a file to the model. What does not fit was reported by the check of shapes and is passed over here. */
#include "weir-workflow-private.h"

static void
add_problem (GPtrArray *problems, const char *code, char *message, const char *path, WeirYamlNode *node)
{
  g_ptr_array_add (problems, weir_problem_new (WEIR_SEVERITY_ERROR, code, message, path, NULL, NULL, node->line, node->column));
  g_free (message);
}

/* The record of a node with `true` in place of the parts that the model keeps elsewhere, unless they are empty. */
static WeirValue *
take_record (WeirYamlNode *node, const char *const *parts)
{
  WeirValue *record = weir_value_ref (weir_yaml_node_get_value (node));

  for (guint i = 0; parts[i] != NULL; i++)
    {
      WeirValue *part = weir_value_find_member (record, parts[i]);

      if (part != NULL && weir_value_get_length (part) > 0)
        {
          g_autoptr(WeirValue) before = record;
          g_autoptr(WeirValue) held = weir_value_new_bool (TRUE);

          record = weir_value_with_member (before, parts[i], held);
        }
    }
  return record;
}

static void
read_block (WeirGraph *graph, WeirYamlNode *key, WeirYamlNode *node, GPtrArray *problems)
{
  static const char *const parts[] = { "body", NULL };
  const char *id = weir_yaml_node_get_text (key);
  g_autoptr(WeirValue) record = NULL;
  g_autoptr(WeirBlockData) data = NULL;
  g_autoptr(WeirBlock) block = NULL;
  WeirYamlNode *body;

  if (!weir_is_id (id))
    {
      add_problem (problems, "block.id",
                   g_strdup_printf ("Expected the id of a block to be lower case letters, digits and _, but got \"%.80s\"", id),
                   NULL, key);
      return;
    }
  if (node->type != WEIR_YAML_RECORD)
    return;

  record = take_record (node, parts);
  data = weir_block_data_new (record);
  block = weir_block_new (id, data);
  block->node = node;
  block->line = key->line;
  block->column = key->column;
  weir_graph_insert_block (graph, block);

  body = weir_yaml_node_find (node, "body");
  if (body != NULL && body->type == WEIR_YAML_RECORD)
    weir_graph_read (weir_block_ensure_body (block), body, problems);
}

static void
read_link (WeirGraph *graph, WeirYamlNode *node, GPtrArray *problems)
{
  WeirValue *written = weir_yaml_node_get_value (node);
  g_autofree char *source_id = NULL;
  g_autofree char *source_port = NULL;
  g_autofree char *target_id = NULL;
  g_autofree char *target_port = NULL;
  g_autofree char *when = NULL;
  char *message = NULL;
  WeirBlock *source;
  WeirBlock *target;
  g_autoptr(WeirLink) link = NULL;

  if (!weir_link_parse (written, &source_id, &source_port, &target_id, &target_port, &when, &message))
    {
      add_problem (problems, "link.syntax", message, NULL, node);
      return;
    }
  source = weir_graph_find_block (graph, source_id);
  target = weir_graph_find_block (graph, target_id);
  if (source == NULL || target == NULL)
    {
      weir_graph_add_loose_link (graph, written, source_id, target_id, source == NULL ? source_id : target_id, node->line,
                                 node->column);
      return;
    }
  link = weir_link_new (source, source_port, target, target_port, when);
  link->written = weir_value_ref (written);
  link->line = node->line;
  link->column = node->column;
  weir_graph_insert_link (graph, link);
}

void
weir_graph_read (WeirGraph *self, WeirYamlNode *node, GPtrArray *problems)
{
  static const char *const root_parts[] = { "blocks", "links", "layout", NULL };
  static const char *const body_parts[] = { "blocks", "links", NULL };
  WeirYamlNode *blocks = weir_yaml_node_find (node, "blocks");
  WeirYamlNode *links = weir_yaml_node_find (node, "links");
  g_autoptr(WeirValue) record = take_record (node, self->container == NULL ? root_parts : body_parts);

  weir_graph_set_record (self, record);
  if (blocks != NULL && blocks->type == WEIR_YAML_RECORD)
    for (guint i = 0; i + 1 < blocks->n_children; i += 2)
      read_block (self, blocks->children[i], blocks->children[i + 1], problems);
  if (links != NULL && links->type == WEIR_YAML_LIST)
    for (guint i = 0; i < links->n_children; i++)
      read_link (self, links->children[i], problems);
}
