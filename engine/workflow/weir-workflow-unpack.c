/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The blocks of a workflow in the place of a block that calls it. */
#include "weir-extract.h"
#include "weir-workflow-private.h"

#include "weir-json.h"

#include <string.h>

typedef struct
{
  WeirWorkflow           *workflow;
  WeirBlock              *call;
  WeirWorkflow           *called;
  const WeirExtractKinds *kinds;
  GHashTable             *by_id;   /* id in the called workflow → new block */
  GHashTable             *drop;    /* new blocks that only stood for the boundary */
} Unpack;

/* The call */

static const char *
get_input_of_port (Unpack *self, const char *port)
{
  const WeirBlockKind *kind = weir_registry_find_kind (self->kinds->call);

  for (guint i = 0; i < self->called->inputs->len; i++)
    {
      const char *name = g_array_index (self->called->inputs, WeirInput, i).name;
      g_autofree char *other = g_strconcat (name, "_", NULL);

      /* the kind puts a _ behind a name that one of its settings has */
      if (g_str_equal (kind != NULL && weir_kind_find_field (kind, name) != NULL ? other : name, port))
        return name;
    }
  return NULL;
}

static WeirLink *
find_link_to_input (Unpack *self, const char *name)
{
  for (guint i = 0; i < self->call->to->len; i++)
    {
      WeirLink *link = self->call->to->pdata[i];

      if (g_strcmp0 (get_input_of_port (self, link->target_port), name) == 0)
        return link;
    }
  return NULL;
}

/* What stands for inputs.NAME in expressions; NULL where that is the same word. */
static char *
make_substitute (Unpack *self, const WeirInput *input)
{
  WeirLink *link = find_link_to_input (self, input->name);
  WeirValue *given = weir_value_find_member (self->call->data->config, "inputs");
  WeirValue *value = given != NULL && weir_value_get_kind (given) == WEIR_VALUE_RECORD ? weir_value_find_member (given, input->name) : NULL;
  const char *text = value != NULL && weir_value_get_kind (value) == WEIR_VALUE_TEXT ? weir_value_get_text (value, NULL) : NULL;
  g_autofree char *same = g_strconcat ("=inputs.", input->name, NULL);
  g_autofree char *json = NULL;

  if (link != NULL)
    return g_strdup_printf ("blocks.%s.%s", link->source->id, link->source_port);
  if (g_strcmp0 (text, same) == 0)
    return NULL;
  if (text != NULL && text[0] == '=')
    return g_strdup_printf ("(%s)", text + 1);
  if (value == NULL)
    value = input->initial;
  json = value != NULL ? weir_json_write (value, 0, NULL) : g_strdup ("null");
  return g_strdup_printf ("(%s)", json);
}

/* Expressions */

static char *
substitute_in_text (const char *text, const char *name, const char *by)
{
  g_autofree char *word = g_strconcat ("inputs.", name, NULL);
  GString *out = g_string_new (NULL);
  gsize length = strlen (word);
  const char *at = text;

  for (const char *found = strstr (at, word); found != NULL; found = strstr (found + length, word))
    {
      gboolean begins = found == text || !(g_ascii_isalnum (found[-1]) || found[-1] == '_' || found[-1] == '.');
      gboolean ends = !(g_ascii_isalnum (found[length]) || found[length] == '_');

      if (!begins || !ends)
        continue;
      g_string_append_len (out, at, found - at);
      g_string_append (out, by);
      at = found + length;
    }
  g_string_append (out, at);
  return g_string_free_and_steal (out);
}

static WeirValue *
substitute (WeirValue *value, const char *name, const char *by, gboolean expression)
{
  WeirValueKind kind = weir_value_get_kind (value);
  const char *text = kind == WEIR_VALUE_TEXT ? weir_value_get_text (value, NULL) : NULL;
  WeirBuilder *builder;

  if (text != NULL && (expression || text[0] == '=' || strstr (text, "{{") != NULL))
    {
      g_autofree char *changed = substitute_in_text (text, name, by);

      return weir_value_new_text (changed);
    }
  if (kind != WEIR_VALUE_LIST && kind != WEIR_VALUE_RECORD)
    return weir_value_ref (value);
  builder = kind == WEIR_VALUE_LIST ? weir_list_builder_new (weir_value_get_length (value))
                                    : weir_record_builder_new (weir_value_get_length (value));
  for (gsize i = 0; i < weir_value_get_length (value); i++)
    if (kind == WEIR_VALUE_LIST)
      weir_builder_take (builder, substitute (weir_value_get_item (value, i), name, by, expression));
    else
      weir_builder_set_take (builder, weir_value_get_key (value, i), substitute (weir_value_get_item (value, i), name, by, expression));
  return weir_builder_end (builder);
}

static void
substitute_in_block (WeirWorkflow *workflow, WeirBlock *block, const char *name, const char *by)
{
  const WeirBlockKind *kind = weir_block_get_kind (block);
  g_autoptr(WeirValue) config = weir_value_ref (block->data->config);

  for (gsize i = 0; i < weir_value_get_length (config); i++)
    {
      const char *key = weir_value_get_key (config, i);
      const WeirField *field = kind != NULL ? weir_kind_find_field (kind, key) : NULL;
      gboolean expression = field != NULL && field->kind == WEIR_FIELD_KIND_EXPRESSION;
      g_autoptr(WeirValue) changed = substitute (weir_value_get_item (config, i), name, by, expression);

      if (!weir_value_equal (changed, weir_value_get_item (config, i)))
        weir_workflow_set_field (workflow, block, key, changed);
    }
  for (guint i = 0; block->body != NULL && i < block->body->blocks->len; i++)
    substitute_in_block (workflow, block->body->blocks->pdata[i], name, by);
  for (guint i = 0; block->body != NULL && i < block->body->links->len; i++)
    {
      WeirLink *link = block->body->links->pdata[i];
      g_autofree char *when = link->when != NULL ? substitute_in_text (link->when, name, by) : NULL;

      if (g_strcmp0 (when, link->when) != 0)
        weir_workflow_set_when (workflow, link, when);
    }
}

/* Blocks that only stand for the boundary */

/* The input that a block passes on and nothing else, as weir_workflow_extract() makes one for each. */
static const char *
get_entry (Unpack *self, WeirBlock *block)
{
  WeirValue *value = weir_value_find_member (block->data->config, "value");
  const char *text = value != NULL && weir_value_get_kind (value) == WEIR_VALUE_TEXT ? weir_value_get_text (value, NULL) : NULL;

  if (!g_str_equal (block->data->kind_id, self->kinds->pass) || block->to->len > 0 || text == NULL
      || !g_str_has_prefix (text, "=inputs.") || !weir_is_id (text + strlen ("=inputs.")))
    return NULL;
  for (guint i = 0; i < block->from->len; i++)
    if (!g_str_equal (((WeirLink *) block->from->pdata[i])->source_port, "value"))
      return NULL;
  return text + strlen ("=inputs.");
}

/* "=blocks.t.p" taken apart. */
static gboolean
split_reference (WeirValue *value, char **block, char **port)
{
  const char *text = weir_value_get_kind (value) == WEIR_VALUE_TEXT ? weir_value_get_text (value, NULL) : "";
  g_auto(GStrv) parts = g_str_has_prefix (text, "=blocks.") ? g_strsplit (text + strlen ("=blocks."), ".", 2) : NULL;

  if (parts == NULL || g_strv_length (parts) != 2 || !weir_is_id (parts[0]) || !weir_is_id (parts[1]))
    return FALSE;
  *block = g_strdup (parts[0]);
  *port = g_strdup (parts[1]);
  return TRUE;
}

/* The record of a block that puts the result together, and nothing else. */
static WeirValue *
get_members (Unpack *self, WeirBlock *block)
{
  WeirValue *value = weir_value_find_member (block->data->config, "value");

  if (!g_str_equal (block->data->kind_id, self->kinds->pass) || value == NULL || weir_value_get_kind (value) != WEIR_VALUE_RECORD
      || block->from->len > 0)
    return NULL;
  for (gsize i = 0; i < weir_value_get_length (value); i++)
    {
      g_autofree char *id = NULL;
      g_autofree char *port = NULL;

      if (!split_reference (weir_value_get_item (value, i), &id, &port))
        return NULL;
    }
  return value;
}

/* Links */

static gboolean
relink (Unpack *self, WeirBlock *source, const char *source_port, WeirBlock *target, const char *target_port, const char *outer,
        const char *inner)
{
  g_autofree char *both = outer != NULL && inner != NULL ? g_strdup_printf ("(%s) && (%s)", outer, inner) : NULL;

  return source != NULL && target != NULL
         && weir_workflow_add_link (self->workflow, source, source_port, target, target_port,
                                    both != NULL ? both : outer != NULL ? outer : inner, NULL)
              != NULL;
}

/* What came to an input goes where its entry led. */
static void
link_inputs (Unpack *self, GPtrArray *blocks)
{
  for (guint i = 0; i < blocks->len; i++)
    {
      WeirBlock *entry = blocks->pdata[i];
      const char *name = get_entry (self, entry);
      WeirLink *outer = name != NULL ? find_link_to_input (self, name) : NULL;

      if (outer == NULL)
        continue;
      for (guint j = 0; j < entry->from->len; j++)
        {
          WeirLink *inner = entry->from->pdata[j];

          relink (self, outer->source, outer->source_port, inner->target, inner->target_port, outer->when, inner->when);
        }
      g_hash_table_add (self->drop, entry);
    }
}

/* What the call waited for, its first blocks wait for. */
static void
link_run (Unpack *self, GPtrArray *blocks)
{
  for (guint i = 0; i < self->call->to->len; i++)
    {
      WeirLink *link = self->call->to->pdata[i];

      for (guint j = 0; j < blocks->len && g_str_equal (link->target_port, "run"); j++)
        {
          WeirBlock *block = blocks->pdata[j];

          if (block->to->len == 0 && !g_hash_table_contains (self->drop, block))
            relink (self, link->source, link->source_port, block, "run", link->when, NULL);
        }
    }
}

static gboolean
find_output_end (Unpack *self, const char *port, WeirBlock **block, const char **end_port)
{
  WeirBlock *result = NULL;
  const char *result_port = NULL;
  WeirValue *members;
  WeirValue *member;
  g_autofree char *id = NULL;
  g_autofree char *name = NULL;

  if (!weir_graph_find_result (self->called->graph, &result, &result_port))
    return FALSE;
  members = get_members (self, result);
  member = members != NULL ? weir_value_find_member (members, port) : NULL;
  *block = g_hash_table_lookup (self->by_id, result->id);
  *end_port = g_intern_string (g_str_equal (port, "result") ? result_port : port);
  if (member != NULL && split_reference (member, &id, &name))
    {
      *block = g_hash_table_lookup (self->by_id, id);
      *end_port = g_intern_string (name);
      return *block != NULL;
    }
  return *block != NULL && (g_str_equal (port, "result") || g_str_equal (port, "done") || g_str_equal (port, "error"));
}

/* The block that puts the result together goes where nothing asks for the whole. */
static void
drop_gatherer (Unpack *self)
{
  const char *output = weir_graph_get_output (self->call->graph);
  g_autofree char *whole = g_strconcat (self->call->id, ".result", NULL);
  WeirBlock *result = NULL;
  const char *port = NULL;

  if (!weir_graph_find_result (self->called->graph, &result, &port) || get_members (self, result) == NULL
      || g_strcmp0 (output, whole) == 0)
    return;
  for (guint i = 0; i < self->call->from->len; i++)
    {
      const char *name = ((WeirLink *) self->call->from->pdata[i])->source_port;

      if (g_str_equal (name, "result") || g_str_equal (name, "done"))
        return;
    }
  g_hash_table_add (self->drop, g_hash_table_lookup (self->by_id, result->id));
}

static gboolean
link_outputs (Unpack *self, GError **error)
{
  for (guint i = 0; i < self->call->from->len; i++)
    {
      WeirLink *link = self->call->from->pdata[i];
      WeirBlock *block = NULL;
      const char *port = NULL;

      if (!find_output_end (self, link->source_port, &block, &port)
          || !relink (self, block, port, link->target, link->target_port, link->when, NULL))
        {
          g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "Nothing in \"%s\" gives what is linked to \"%s\" of \"%s\"",
                       weir_workflow_get_name (self->called), link->source_port, weir_block_get_title (self->call));
          return FALSE;
        }
    }
  return TRUE;
}

static void
follow_output (Unpack *self)
{
  const char *output = weir_graph_get_output (self->call->graph);
  g_auto(GStrv) parts = output != NULL ? g_strsplit (output, ".", 2) : NULL;
  WeirBlock *block = NULL;
  const char *port = NULL;
  g_autofree char *changed = NULL;

  if (parts == NULL || g_strv_length (parts) != 2 || !g_str_equal (parts[0], self->call->id)
      || !find_output_end (self, parts[1], &block, &port))
    return;
  changed = g_strconcat (block->id, ".", port, NULL);
  weir_workflow_set_output (self->workflow, self->call->graph, changed);
}

/* The whole */

static GPtrArray *
paste_called (Unpack *self, GError **error)
{
  GPtrArray *originals = self->called->graph->blocks;
  g_autofree char *text = weir_workflow_copy_blocks (self->called, (WeirBlock **) originals->pdata, originals->len);
  double x, y, left = 0, top = 0;
  GPtrArray *blocks;

  weir_block_get_position (self->call, &x, &y);
  for (guint i = 0; i < originals->len; i++)
    {
      double at_x, at_y;

      weir_block_get_position (originals->pdata[i], &at_x, &at_y);
      if (i == 0 || at_x < left)
        left = at_x;
      if (i == 0 || at_y < top)
        top = at_y;
    }
  blocks = weir_workflow_paste_blocks (self->workflow, self->call->graph, text, x - left, y - top, error);
  for (guint i = 0; blocks != NULL && i < blocks->len; i++)
    g_hash_table_insert (self->by_id, ((WeirBlock *) originals->pdata[i])->id, blocks->pdata[i]);
  return blocks;
}

static void
substitute_inputs (Unpack *self, GPtrArray *blocks)
{
  for (guint i = 0; i < self->called->inputs->len; i++)
    {
      const WeirInput *input = &g_array_index (self->called->inputs, WeirInput, i);
      g_autofree char *by = make_substitute (self, input);

      for (guint j = 0; by != NULL && j < blocks->len; j++)
        if (!g_hash_table_contains (self->drop, blocks->pdata[j]))
          substitute_in_block (self->workflow, blocks->pdata[j], input->name, by);
    }
}

static void
drop_boundary (Unpack *self, GPtrArray *blocks)
{
  for (guint i = blocks->len; i-- > 0;)
    if (g_hash_table_contains (self->drop, blocks->pdata[i]))
      weir_workflow_remove_block (self->workflow, g_ptr_array_remove_index (blocks, i));
}

static GPtrArray *
unpack (Unpack *self, GError **error)
{
  g_autoptr(GPtrArray) blocks = paste_called (self, error);

  if (blocks == NULL)
    return NULL;
  link_inputs (self, blocks);
  link_run (self, blocks);
  drop_gatherer (self);
  if (!link_outputs (self, error))
    return NULL;
  substitute_inputs (self, blocks);
  follow_output (self);
  weir_workflow_remove_block (self->workflow, self->call);
  drop_boundary (self, blocks);
  return g_steal_pointer (&blocks);
}

/**
 * weir_workflow_unpack:
 * @self: a workflow
 * @call: a block of it that calls another workflow
 * @called: that one
 * @kinds: as of weir_workflow_extract()
 * @error: %WEIR_ERROR_INVALID: what stands against it; then nothing has changed
 *
 * Puts the blocks of @called in the place of @call, with the links that it had; what its inputs got stands in the expressions. The inverse of
 * weir_workflow_extract(). One edit. The workflow itself stays.
 *
 * Returns: (transfer container) (nullable) (element-type WeirBlock): the new blocks
 */
GPtrArray *
weir_workflow_unpack (
  WeirWorkflow *self, WeirBlock *call, WeirWorkflow *called, const WeirExtractKinds *kinds, GError **error)
{
  g_autoptr(GHashTable) by_id = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr(GHashTable) drop = g_hash_table_new (NULL, NULL);
  g_autoptr(WeirBlock) kept = NULL;
  g_autoptr(GPtrArray) blocks = NULL;
  Unpack data = { .workflow = self, .call = call, .called = called, .kinds = kinds, .by_id = by_id, .drop = drop };

  g_return_val_if_fail (WEIR_IS_WORKFLOW (self) && WEIR_IS_WORKFLOW (called), NULL);
  g_return_val_if_fail (WEIR_IS_BLOCK (call) && call->graph != NULL, NULL);

  kept = g_object_ref (call);
  weir_workflow_begin_edit (self, "Unpack");
  blocks = unpack (&data, error);
  if (blocks == NULL)
    weir_history_abort (self->history);
  weir_workflow_end_edit (self);
  return g_steal_pointer (&blocks);
}
