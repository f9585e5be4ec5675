/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Blocks that are named in expressions, `blocks.x.port`: finding them all, and putting other words there. */
#include "weir-workflow-private.h"

#include <string.h>

typedef struct
{
  WeirWorkflow *workflow;
  WeirBlockNameFunc func;
  gpointer data;
  GPtrArray *bodies; /* around the place: a block of one of them is another one than that of its name outside */
} Names;

static gboolean
is_name_char (char c)
{
  return g_ascii_isalnum (c) || c == '_' || c == '$';
}

static const char *
skip_name (const char *p)
{
  while (is_name_char (*p))
    p++;
  return p;
}

/* Whether a reference to a block begins at @p: `blocks.id`, `blocks["id"]`, `blocks?.id?.port`. */
static gboolean
match (const char *start, const char *p, WeirBlockName *name)
{
  char quote = '\0';

  if (p > start && (is_name_char (p[-1]) || p[-1] == '.'))
    return FALSE;
  *name = (WeirBlockName) { .start = p };
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
    return FALSE;
  name->id_start = p;
  name->id_end = p = skip_name (p);
  if (p == name->id_start || (quote != '\0' && (p[0] != quote || p[1] != ']')))
    return FALSE;
  p += quote != '\0' ? 2 : 0;
  name->end = p;
  name->optional = p[0] == '?' && p[1] == '.';
  p += name->optional ? 1 : 0;
  if (p[0] == '.' && skip_name (p + 1) > p + 1)
    {
      name->port = g_strndup (p + 1, skip_name (p + 1) - p - 1);
      name->port_end = skip_name (p + 1);
    }
  name->id = g_strndup (name->id_start, name->id_end - name->id_start);
  return TRUE;
}

static gboolean
is_hidden (Names *self, const char *id)
{
  for (guint i = 0; i < self->bodies->len; i++)
    if (weir_graph_find_block (self->bodies->pdata[i], id) != NULL)
      return TRUE;
  return FALSE;
}

/* NULL if nothing changes. */
static char *
rewrite_source (Names *self, const char *source)
{
  g_autoptr(GString) out = NULL;
  const char *copied = source;

  for (const char *p = source; (p = strstr (p, "blocks")) != NULL;)
    {
      WeirBlockName name = { 0 };
      g_autofree char *by = NULL;

      if (match (source, p, &name) && !is_hidden (self, name.id))
        by = self->func (&name, self->data);
      p += strlen ("blocks");
      if (by != NULL)
        {
          if (out == NULL)
            out = g_string_new (NULL);
          g_string_append_len (out, copied, name.start - copied);
          g_string_append (out, by);
          copied = p = name.end;
        }
      g_free (name.id);
      g_free (name.port);
    }
  if (out == NULL)
    return NULL;
  g_string_append (out, copied);
  return g_string_free_and_steal (g_steal_pointer (&out));
}

/* Only what is between {{ and }}. */
static char *
rewrite_template (Names *self, const char *text)
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
      rewritten = rewrite_source (self, inside);
      changed |= rewritten != NULL;
      g_string_append_len (out, p, open - p);
      g_string_append (out, rewritten != NULL ? rewritten : inside);
      g_string_append (out, "}}");
      p = close + 2;
    }
  g_string_append (out, p);
  return changed ? g_strdup (out->str) : NULL;
}

/* NULL if nothing changes. */
static WeirValue *
rewrite_value (Names *self, WeirValue *value, gboolean expression)
{
  WeirValueKind kind = weir_value_get_kind (value);
  gboolean changed = FALSE;
  WeirBuilder *builder;

  if (kind == WEIR_VALUE_TEXT)
    {
      const char *text = weir_value_get_text (value, NULL);
      g_autofree char *rewritten = expression || text[0] == '=' ? rewrite_source (self, text)
                                                                : rewrite_template (self, text);

      return rewritten != NULL ? weir_value_new_text (rewritten) : NULL;
    }
  if (kind != WEIR_VALUE_LIST && kind != WEIR_VALUE_RECORD)
    return NULL;
  builder = kind == WEIR_VALUE_LIST ? weir_list_builder_new (weir_value_get_length (value))
                                    : weir_record_builder_new (weir_value_get_length (value));
  for (gsize i = 0; i < weir_value_get_length (value); i++)
    {
      WeirValue *item = rewrite_value (self, weir_value_get_item (value, i), FALSE);

      changed |= item != NULL;
      if (item == NULL)
        item = weir_value_ref (weir_value_get_item (value, i));
      if (kind == WEIR_VALUE_LIST)
        weir_builder_take (builder, item);
      else
        weir_builder_set_take (builder, weir_value_get_key (value, i), item);
    }
  if (changed)
    return weir_builder_end (builder);
  weir_builder_free (builder);
  return NULL;
}

static void rewrite_graph (Names *self, WeirGraph *graph);

static void
rewrite_block (Names *self, WeirBlock *block)
{
  g_autoptr(WeirValue) config = weir_value_ref (block->data->config);
  const WeirBlockKind *kind = weir_block_get_kind (block);

  for (gsize i = 0; i < weir_value_get_length (config); i++)
    {
      const char *key = weir_value_get_key (config, i);
      const WeirField *field = kind != NULL ? weir_kind_find_field (kind, key) : NULL;
      g_autoptr(WeirValue) value = NULL;

      if (field != NULL && field->raw)
        continue;
      value = rewrite_value (self, weir_value_get_item (config, i),
                             field != NULL && field->kind == WEIR_FIELD_KIND_EXPRESSION);
      if (value != NULL)
        weir_workflow_set_field (self->workflow, block, key, value);
    }
  if (block->body == NULL || block->body->blocks->len == 0)
    return;
  g_ptr_array_add (self->bodies, block->body);
  rewrite_graph (self, block->body);
  g_ptr_array_set_size (self->bodies, (int) self->bodies->len - 1);
}

static void
rewrite_graph (Names *self, WeirGraph *graph)
{
  for (guint i = 0; i < graph->blocks->len; i++)
    rewrite_block (self, graph->blocks->pdata[i]);
  for (guint i = 0; i < graph->links->len; i++)
    {
      WeirLink *link = graph->links->pdata[i];
      g_autofree char *when = link->when != NULL ? rewrite_source (self, link->when) : NULL;

      if (when != NULL)
        weir_workflow_set_when (self->workflow, link, when);
    }
}

/* All that is named within a graph and the bodies in it, but for blocks of the bodies. */
void
weir_workflow_rewrite_names (WeirWorkflow *self, WeirGraph *graph, WeirBlockNameFunc func, gpointer data)
{
  g_autoptr(GPtrArray) bodies = g_ptr_array_new ();
  Names names = { self, func, data, bodies };

  rewrite_graph (&names, graph);
}

/* The same for one block and what is in it. */
void
weir_workflow_rewrite_block (WeirWorkflow *self, WeirBlock *block, WeirBlockNameFunc func, gpointer data)
{
  g_autoptr(GPtrArray) bodies = g_ptr_array_new ();
  Names names = { self, func, data, bodies };

  rewrite_block (&names, block);
}

/* For the condition of a link. (transfer full), NULL if nothing changes */
char *
weir_rewrite_names (const char *source, WeirBlockNameFunc func, gpointer data)
{
  g_autoptr(GPtrArray) bodies = g_ptr_array_new ();
  Names names = { NULL, func, data, bodies };

  return rewrite_source (&names, source);
}
