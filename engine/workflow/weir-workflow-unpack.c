/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The blocks of a workflow in the place of a block that calls it. */
#include "weir-extract-private.h"

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
  GHashTable             *done;    /* links to the call that have been dealt with */
  gboolean                whole;   /* an expression asks for the result itself */
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

/* "=blocks.x?.port", as weir_workflow_extract() writes it for a block that was named as blocks.x.port, is that again. (nullable) */
static char *
make_reference (const char *text)
{
  g_autofree char *id = NULL;
  g_autofree char *port = NULL;
  gboolean optional = g_str_has_suffix (text, " ?? null");
  g_autofree char *plain = g_strndup (text, strlen (text) - (optional ? strlen (" ?? null") : 0));
  g_auto(GStrv) parts = g_str_has_prefix (plain, "=blocks.") ? g_strsplit (plain + strlen ("=blocks."), "?.", 2)
                                                              : NULL;

  if (parts == NULL || !weir_is_id (parts[0]) || (parts[1] != NULL && !weir_is_id (parts[1])))
    return NULL;
  return g_strconcat ("blocks.", parts[0], parts[1] == NULL ? NULL : optional ? "?." : ".", parts[1], NULL);
}

/* What stands for inputs.NAME in expressions; NULL where that is the same word. */
static char *
make_substitute (Unpack *self, const WeirInput *input)
{
  WeirLink *link = find_link_to_input (self, input->name);
  WeirValue *given = weir_value_find_member (self->call->data->config, "inputs");
  WeirValue *value = given != NULL && weir_value_get_kind (given) == WEIR_VALUE_RECORD
                       ? weir_value_find_member (given, input->name)
                       : NULL;
  const char *text = value != NULL && weir_value_get_kind (value) == WEIR_VALUE_TEXT ? weir_value_get_text (value, NULL)
                                                                                     : NULL;
  g_autofree char *same = g_strconcat ("=inputs.", input->name, NULL);
  g_autofree char *json = NULL;

  if (link != NULL)
    return g_strdup_printf ("blocks.%s.%s", link->source->id, link->source_port);
  if (g_strcmp0 (text, same) == 0)
    return NULL;
  if (text != NULL && text[0] == '=')
    {
      char *reference = make_reference (text);

      return reference != NULL ? reference : g_strdup_printf ("(%s)", text + 1);
    }
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

/* "=blocks.t.p" taken apart, or "=blocks.t". */
static gboolean
split_reference (const char *text, char **block, char **port)
{
  g_auto(GStrv) parts = g_str_has_prefix (text, "=blocks.") ? g_strsplit (text + strlen ("=blocks."), ".", 2) : NULL;

  if (parts == NULL)
    return FALSE;
  if (parts[1] != NULL && g_str_has_suffix (parts[0], "?"))
    parts[0][strlen (parts[0]) - 1] = '\0';
  if (!weir_is_id (parts[0]) || (parts[1] != NULL && !weir_is_id (parts[1])))
    return FALSE;
  *block = g_strdup (parts[0]);
  *port = g_strdup (parts[1]);
  return TRUE;
}

/* The text that leaves out what is missing, as a record. (transfer full) (nullable) */
static WeirValue *
parse_gathering (const char *text)
{
  gsize length = strlen (text);
  gsize around = strlen (WEIR_GATHER_BEGIN) + strlen (WEIR_GATHER_END);
  g_autofree char *inside = NULL;
  g_auto(GStrv) rows = NULL;
  WeirBuilder *builder;

  if (length < around || !g_str_has_prefix (text, WEIR_GATHER_BEGIN) || !g_str_has_suffix (text, WEIR_GATHER_END))
    return NULL;
  inside = g_strndup (text + strlen (WEIR_GATHER_BEGIN), length - around);
  rows = g_strsplit (inside, ", ", -1);
  builder = weir_record_builder_new (g_strv_length (rows));
  for (guint i = 0; rows[i] != NULL; i++)
    {
      g_auto(GStrv) sides = g_strsplit (rows[i], ": ", 2);
      g_autofree char *expression = g_strconcat ("=", sides[0] != NULL ? sides[1] : NULL, NULL);

      if (sides[0] != NULL)
        weir_builder_set_take (builder, sides[0], weir_value_new_text (expression));
    }
  return weir_builder_end (builder);
}

/* The record of a block that puts the result together, and nothing else. (transfer full) (nullable) */
static WeirValue *
get_members (Unpack *self, WeirBlock *block)
{
  WeirValue *value = weir_value_find_member (block->data->config, "value");
  g_autoptr(WeirValue) members = NULL;

  if (!g_str_equal (block->data->kind_id, self->kinds->pass) || value == NULL || block->from->len > 0)
    return NULL;
  if (weir_value_get_kind (value) == WEIR_VALUE_TEXT)
    members = parse_gathering (weir_value_get_text (value, NULL));
  else if (weir_value_get_kind (value) == WEIR_VALUE_RECORD)
    members = weir_value_ref (value);
  for (gsize i = 0; members != NULL && i < weir_value_get_length (members); i++)
    {
      WeirValue *member = weir_value_get_item (members, i);
      g_autofree char *id = NULL;
      g_autofree char *port = NULL;

      if (weir_value_get_kind (member) != WEIR_VALUE_TEXT || !split_reference (weir_value_get_text (member, NULL), &id, &port))
        return NULL;
    }
  return g_steal_pointer (&members);
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

/* A link says by itself whether something came. (transfer full) (nullable) */
static char *
without_question (Unpack *self, const char *input, const char *when)
{
  const WeirInput *found = NULL;
  gsize length = strlen (WEIR_CAME " && (");

  for (guint i = 0; i < self->called->inputs->len; i++)
    if (g_str_equal (g_array_index (self->called->inputs, WeirInput, i).name, input))
      found = &g_array_index (self->called->inputs, WeirInput, i);
  if (when == NULL || found == NULL || found->initial == NULL || weir_value_get_kind (found->initial) != WEIR_VALUE_NULL)
    return g_strdup (when);
  if (g_str_equal (when, WEIR_CAME))
    return NULL;
  return g_str_has_prefix (when, WEIR_CAME " && (") && g_str_has_suffix (when, ")") ? g_strndup (when + length, strlen (when) - length - 1)
                                                                                    : g_strdup (when);
}

/* What the call is given where a block says that it is done: the link from there. (transfer none) (nullable) */
static WeirLink *
find_word (Unpack *self, const char *input)
{
  WeirValue *given = weir_value_find_member (self->call->data->config, "inputs");
  const char *text = given != NULL ? weir_value_get_member_text (given, input, "") : "";

  for (guint i = 0; i < self->call->to->len; i++)
    {
      WeirLink *link = self->call->to->pdata[i];
      g_autofree char *expected = g_strdup_printf ("=blocks.%s" WEIR_IS_DONE, link->source->id);

      if (g_str_equal (text, expected) && g_str_equal (link->source_port, "done") && g_str_equal (link->target_port, "run"))
        return link;
    }
  return NULL;
}

static void
link_word (Unpack *self, WeirBlock *entry, WeirLink *outer)
{
  for (guint i = 0; i < entry->from->len; i++)
    {
      WeirLink *inner = entry->from->pdata[i];

      relink (self, outer->source, "done", inner->target, inner->target_port, outer->when,
              g_strcmp0 (inner->when, WEIR_WORD) != 0 ? inner->when : NULL);
    }
  g_hash_table_add (self->drop, entry);
  g_hash_table_add (self->done, outer);
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
      WeirLink *word = name != NULL && outer == NULL ? find_word (self, name) : NULL;

      if (word != NULL)
        link_word (self, entry, word);
      if (outer == NULL)
        continue;
      for (guint j = 0; j < entry->from->len; j++)
        {
          WeirLink *inner = entry->from->pdata[j];

          g_autofree char *when = without_question (self, name, inner->when);

          relink (self, outer->source, outer->source_port, inner->target, inner->target_port, outer->when, when);
        }
      g_hash_table_add (self->drop, entry);
    }
}

/* What the call waited for, its first blocks wait for. */
static void
link_run (Unpack *self, GPtrArray *blocks)
{
  g_autoptr(GPtrArray) first = g_ptr_array_new ();

  for (guint i = 0; i < blocks->len; i++)
    if (((WeirBlock *) blocks->pdata[i])->to->len == 0 && !g_hash_table_contains (self->drop, blocks->pdata[i]))
      g_ptr_array_add (first, blocks->pdata[i]);
  for (guint i = 0; i < self->call->to->len; i++)
    {
      WeirLink *link = self->call->to->pdata[i];

      for (guint j = 0; j < first->len && g_str_equal (link->target_port, "run") && !g_hash_table_contains (self->done, link); j++)
        relink (self, link->source, link->source_port, first->pdata[j], "run", link->when, NULL);
    }
}

/* The one that all members are of. (transfer full) (nullable) */
static char *
find_only_block (WeirValue *members)
{
  g_autofree char *only = NULL;

  for (gsize i = 0; i < weir_value_get_length (members); i++)
    {
      g_autofree char *id = NULL;
      g_autofree char *port = NULL;

      if (!split_reference (weir_value_get_text (weir_value_get_item (members, i), NULL), &id, &port)
          || (only != NULL && !g_str_equal (only, id)))
        return NULL;
      g_set_str (&only, id);
    }
  return g_steal_pointer (&only);
}

static gboolean
find_output_end (Unpack *self, const char *port, WeirBlock **block, const char **end_port)
{
  WeirBlock *result = NULL;
  const char *result_port = NULL;
  g_autoptr(WeirValue) members = NULL;
  WeirValue *member;
  g_autofree char *id = NULL;
  g_autofree char *name = NULL;

  if (!weir_graph_find_result (self->called->graph, &result, &result_port))
    return FALSE;
  members = get_members (self, result);
  member = members != NULL ? weir_value_find_member (members, port) : NULL;
  *block = g_hash_table_lookup (self->by_id, result->id);
  *end_port = g_intern_string (g_str_equal (port, "result") ? result_port : port);
  /* it is done when the only one that it is made of is */
  if (g_str_equal (port, "done") && members != NULL && (id = find_only_block (members)) != NULL)
    {
      *block = g_hash_table_lookup (self->by_id, id);
      return *block != NULL;
    }
  if (member != NULL && split_reference (weir_value_get_text (member, NULL), &id, &name))
    {
      *block = g_hash_table_lookup (self->by_id, id);
      *end_port = name != NULL ? g_intern_string (name) : NULL;
      return *block != NULL;
    }
  return *block != NULL && (g_str_equal (port, "result") || g_str_equal (port, "done") || g_str_equal (port, "error"));
}

/* What expressions ask of the call */

static char *
find_whole (WeirBlockName *name, gpointer data)
{
  Unpack *self = data;

  if (g_str_equal (name->id, self->call->id) && (name->port == NULL || g_str_equal (name->port, "result")))
    self->whole = TRUE;
  return NULL;
}

static char *
follow_name (WeirBlockName *name, gpointer data)
{
  Unpack *self = data;
  WeirBlock *block = NULL;
  const char *port = NULL;

  if (!g_str_equal (name->id, self->call->id) || name->port == NULL || !find_output_end (self, name->port, &block, &port))
    return NULL;
  name->end = name->port_end;
  return g_strconcat ("blocks.", block->id, port == NULL ? NULL : name->optional ? "?." : ".", port, NULL);
}

/* The block that puts the result together goes where nothing asks for the whole. */
static void
drop_gatherer (Unpack *self)
{
  const char *output = weir_graph_get_output (self->call->graph);
  g_autofree char *whole = g_strconcat (self->call->id, ".result", NULL);
  WeirBlock *result = NULL;
  const char *port = NULL;
  g_autoptr(WeirValue) members = NULL;
  g_autofree char *only = NULL;

  if (weir_graph_find_result (self->called->graph, &result, &port))
    members = get_members (self, result);
  only = members != NULL ? find_only_block (members) : NULL;
  weir_workflow_rewrite_names (self->workflow, self->call->graph, find_whole, self);
  if (members == NULL || self->whole || g_strcmp0 (output, whole) == 0)
    return;
  for (guint i = 0; i < self->call->from->len; i++)
    {
      const char *name = ((WeirLink *) self->call->from->pdata[i])->source_port;

      if (g_str_equal (name, "result") || (g_str_equal (name, "done") && only == NULL))
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
          || !relink (self, block, port != NULL ? port : "done", link->target, link->target_port, link->when, NULL))
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
      || !find_output_end (self, parts[1], &block, &port) || port == NULL)
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
  weir_workflow_rewrite_names (self->workflow, self->call->graph, follow_name, self);
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
  g_autoptr(GHashTable) done = g_hash_table_new (NULL, NULL);
  g_autoptr(WeirBlock) kept = NULL;
  g_autoptr(GPtrArray) blocks = NULL;
  Unpack data = { .workflow = self, .call = call, .called = called, .kinds = kinds, .by_id = by_id, .drop = drop, .done = done };

  g_return_val_if_fail (WEIR_IS_WORKFLOW (self) && WEIR_IS_WORKFLOW (called), NULL);
  g_return_val_if_fail (WEIR_IS_BLOCK (call) && call->graph != NULL, NULL);

  kept = g_object_ref (call);
  weir_workflow_begin_edit (self, N_("Unpack"));
  blocks = unpack (&data, error);
  if (blocks == NULL)
    weir_history_abort (self->history);
  weir_workflow_end_edit (self);
  return g_steal_pointer (&blocks);
}
