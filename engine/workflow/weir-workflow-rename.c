/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Renaming a block: its links follow by themselves, what names it as text is rewritten. */
#include "weir-expression.h"
#include "weir-workflow-private.h"

#include <string.h>

static gboolean
is_name_char (char c)
{
  return g_ascii_isalnum (c) || c == '_' || c == '$';
}

/* Whether a reference to a block with a new id begins at @p: `blocks.old`, `blocks["old"]`. Answers where the old id stands, its
 * length and the new id. */
static const char *
match_reference (const char *start, const char *p, GHashTable *ids, gsize *length, const char **id)
{
  g_autofree char *word = NULL;
  char quote = '\0';

  if (p > start && (is_name_char (p[-1]) || p[-1] == '.'))
    return NULL;
  p += strlen ("blocks");
  if (p[0] == '?' && p[1] == '.')
    p += p[2] == '[' ? 2 : 1;
  if (p[0] == '[' && (p[1] == '"' || p[1] == '\''))
    {
      quote = p[1];
      p += 2;
    }
  else if (*p == '.')
    p++;
  else
    return NULL;
  for (*length = 0; is_name_char (p[*length]);)
    (*length)++;
  if (quote != '\0' && p[*length] != quote)
    return NULL;
  word = g_strndup (p, *length);
  *id = g_hash_table_lookup (ids, word);
  return *id != NULL ? p : NULL;
}

/* NULL if nothing in @source names one of the blocks. */
static char *
rewrite_source (const char *source, GHashTable *ids)
{
  g_autoptr(GString) out = NULL;
  const char *copied = source;

  for (const char *p = source; (p = strstr (p, "blocks")) != NULL;)
    {
      gsize length;
      const char *id;
      const char *found = match_reference (source, p, ids, &length, &id);

      if (found == NULL)
        {
          p += strlen ("blocks");
          continue;
        }
      if (out == NULL)
        out = g_string_new (NULL);
      g_string_append_len (out, copied, found - copied);
      g_string_append (out, id);
      copied = p = found + length;
    }
  if (out == NULL)
    return NULL;
  g_string_append (out, copied);
  return g_string_free_and_steal (g_steal_pointer (&out));
}

/* Only what is between {{ and }}. */
static char *
rewrite_template (const char *text, GHashTable *ids)
{
  g_autoptr(GString) out = g_string_new (NULL);
  gboolean changed = FALSE;
  const char *p = text;

  for (;;)
    {
      const char *open = strstr (p, "{{");
      const char *close = open != NULL ? strstr (open, "}}") : NULL;
      g_autofree char *inside = NULL;
      g_autofree char *rewritten = NULL;

      if (close == NULL)
        break;
      inside = g_strndup (open, close - open);
      rewritten = rewrite_source (inside, ids);
      changed |= rewritten != NULL;
      g_string_append_len (out, p, open - p);
      g_string_append (out, rewritten != NULL ? rewritten : inside);
      p = close;
      g_string_append (out, "}}");
      p += 2;
    }
  g_string_append (out, p);
  return changed ? g_strdup (out->str) : NULL;
}

/* NULL if nothing changes. */
static WeirValue *
rewrite_value (WeirValue *value, gboolean expression, GHashTable *ids)
{
  WeirValueKind kind = weir_value_get_kind (value);
  g_autoptr(WeirValue) changed = NULL;

  if (kind == WEIR_VALUE_TEXT)
    {
      const char *text = weir_value_get_text (value, NULL);
      g_autofree char *rewritten = expression || text[0] == '=' ? rewrite_source (text, ids)
                                                                : rewrite_template (text, ids);

      return rewritten != NULL ? weir_value_new_text (rewritten) : NULL;
    }
  if (kind != WEIR_VALUE_LIST && kind != WEIR_VALUE_RECORD)
    return NULL;

  for (gsize i = 0; i < weir_value_get_length (value); i++)
    {
      g_autoptr(WeirValue) item = rewrite_value (weir_value_get_item (value, i), FALSE, ids);

      if (item == NULL)
        continue;
      if (kind == WEIR_VALUE_RECORD)
        {
          g_autoptr(WeirValue) before = changed != NULL ? g_steal_pointer (&changed) : weir_value_ref (value);

          changed = weir_value_with_member (before, weir_value_get_key (value, i), item);
        }
      else
        {
          g_autofree WeirValue **items = g_new (WeirValue *, weir_value_get_length (value));
          WeirValue *before = changed != NULL ? changed : value;
          WeirValue *list;

          for (gsize j = 0; j < weir_value_get_length (value); j++)
            items[j] = j == i ? item : weir_value_get_item (before, j);
          list = weir_value_new_list (items, weir_value_get_length (value));
          g_clear_pointer (&changed, weir_value_unref);
          changed = list;
        }
    }
  return g_steal_pointer (&changed);
}

static void
rewrite_config (WeirWorkflow *self, WeirBlock *block, GHashTable *ids)
{
  WeirValue *config = block->data->config;
  const WeirBlockKind *kind = weir_block_get_kind (block);

  for (gsize i = 0; i < weir_value_get_length (config); i++)
    {
      const char *name = weir_value_get_key (config, i);
      const WeirField *field = kind != NULL ? weir_kind_find_field (kind, name) : NULL;
      g_autoptr(WeirValue) value = NULL;

      if (field != NULL && field->raw)
        continue;
      value = rewrite_value (weir_value_get_item (config, i), field != NULL && field->kind == WEIR_FIELD_KIND_EXPRESSION, ids);
      if (value != NULL)
        weir_workflow_set_field (self, block, name, value);
      /* the configuration is another one after a change, with the same keys */
      config = block->data->config;
    }
}

/* A body has blocks of its own: what it calls by one of the ids is not what was renamed. (transfer full) */
static GHashTable *
without_ids_of (GHashTable *ids, WeirGraph *body)
{
  GHashTable *rest = g_hash_table_new (g_str_hash, g_str_equal);
  GHashTableIter iter;
  gpointer old;
  gpointer id;

  g_hash_table_iter_init (&iter, ids);
  while (g_hash_table_iter_next (&iter, &old, &id))
    if (weir_graph_find_block (body, old) == NULL)
      g_hash_table_insert (rest, old, id);
  return rest;
}

/* @ids: old id → new id. Rewrites the expressions of a graph and of the bodies in it. */
void
weir_workflow_follow_ids (WeirWorkflow *self, WeirGraph *graph, GHashTable *ids)
{
  for (guint i = 0; i < graph->blocks->len; i++)
    {
      WeirBlock *block = graph->blocks->pdata[i];

      rewrite_config (self, block, ids);
      if (block->body != NULL && block->body->blocks->len > 0)
        {
          g_autoptr(GHashTable) rest = without_ids_of (ids, block->body);

          weir_workflow_follow_ids (self, block->body, rest);
        }
    }
  for (guint i = 0; i < graph->links->len; i++)
    {
      WeirLink *link = graph->links->pdata[i];
      g_autofree char *when = link->when != NULL ? rewrite_source (link->when, ids) : NULL;

      if (when != NULL)
        weir_workflow_set_when (self, link, when);
    }
}

static void
rewrite_links (WeirWorkflow *self, WeirBlock *block)
{
  for (guint i = 0; i < block->from->len; i++)
    {
      WeirLink *link = block->from->pdata[i];

      weir_history_set_when (self->history, link, link->when);
    }
  for (guint i = 0; i < block->to->len; i++)
    {
      WeirLink *link = block->to->pdata[i];

      if (link->source != block)
        weir_history_set_when (self->history, link, link->when);
    }
}

static void
rewrite_output (WeirWorkflow *self, WeirGraph *graph, const char *old, const char *id)
{
  const char *output = weir_graph_get_output (graph);
  gsize length = strlen (old);
  g_autofree char *changed = NULL;

  if (output == NULL || strncmp (output, old, length) != 0 || (output[length] != '.' && output[length] != '\0'))
    return;
  changed = g_strconcat (id, output + length, NULL);
  weir_workflow_set_output (self, graph, changed);
}

/**
 * weir_workflow_rename_block:
 * @self: a workflow
 * @block: one of its blocks
 * @id: the new id, unique in its graph
 * @error: %WEIR_ERROR_INVALID for an id that is taken or none
 *
 * Links, expressions (`blocks.old`) and a designated output that name the block follow.
 *
 * Returns: whether it was renamed
 */
gboolean
weir_workflow_rename_block (WeirWorkflow *self, WeirBlock *block, const char *id, GError **error)
{
  g_autofree char *old = NULL;
  g_autoptr(GHashTable) ids = NULL;

  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), FALSE);
  g_return_val_if_fail (WEIR_IS_BLOCK (block) && block->graph != NULL, FALSE);
  g_return_val_if_fail (id != NULL, FALSE);

  if (g_str_equal (block->id, id))
    return TRUE;
  if (!weir_graph_check_new_id (block->graph, id, error))
    return FALSE;

  old = g_strdup (block->id);
  weir_workflow_begin_edit (self, "Rename block");
  weir_history_set_id (self->history, block, id);
  rewrite_links (self, block);
  ids = g_hash_table_new (g_str_hash, g_str_equal);
  g_hash_table_insert (ids, old, (gpointer) id);
  weir_workflow_follow_ids (self, block->graph, ids);
  rewrite_output (self, block->graph, old, id);
  weir_workflow_end_edit (self);
  return TRUE;
}
