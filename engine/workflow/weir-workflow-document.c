/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The model as the value that its file says. */
#include "weir-workflow-private.h"

const char *const weir_document_keys[] = {
  "weir", "name", "description", "inputs", "variables", "concurrency", "max_runs", "priority", "recovery", "max_iterations",
  "on_failure", "blocks", "links", "output", "notes", "layout", NULL
};

const char *const weir_block_keys[] = {
  "kind", "label", "note", "enabled", "config", "retry", "timeout", "cache", "on_error", "join", "concurrency", "priority",
  "pool", "key", "rate", "body", NULL
};

const char *const weir_body_keys[] = { "blocks", "links", "output", NULL };

static int
get_rank (const char *key, const char *const *order)
{
  for (int i = 0; order[i] != NULL; i++)
    if (g_str_equal (order[i], key))
      return i;
  return -1;
}

/* Behind the last key that comes before it, else before the first that comes after it, else at the end. */
static gsize
find_place (WeirValue *record, const char *key, const char *const *order)
{
  gsize n = weir_value_get_length (record);
  int rank = get_rank (key, order);
  gsize behind = 0;
  gsize before = n;

  for (gsize i = 0; i < n; i++)
    {
      int other = get_rank (weir_value_get_key (record, i), order);

      if (other >= 0 && other < rank)
        behind = i + 1;
      else if (other > rank && before == n)
        before = i;
    }
  return behind > 0 ? behind : before;
}

WeirValue *
weir_record_set_ordered (WeirValue *record, const char *key, WeirValue *value, const char *const *order)
{
  g_autoptr(WeirBuilder) builder = NULL;
  gsize n = weir_value_get_length (record);
  gsize place;

  if (value == NULL || weir_value_find_member (record, key) != NULL)
    return weir_value_with_member (record, key, value);

  place = find_place (record, key, order);
  builder = weir_record_builder_new (n + 1);
  for (gsize i = 0; i <= n; i++)
    {
      if (i == place)
        weir_builder_set (builder, key, value);
      if (i < n)
        weir_builder_set (builder, weir_value_get_key (record, i), weir_value_get_item (record, i));
    }
  return weir_builder_end (g_steal_pointer (&builder));
}

/* A part that stands elsewhere in the model has `true` in its place; what was empty in the file is there as it was. */
static gboolean
is_place_holder (WeirValue *value)
{
  return value != NULL && weir_value_get_kind (value) == WEIR_VALUE_BOOL;
}

/* Takes @part (transfer full). */
static void
put_part (WeirValue **record, const char *key, WeirValue *part, const char *const *order, gboolean keep)
{
  g_autoptr(WeirValue) owned = part;
  g_autoptr(WeirValue) before = g_steal_pointer (record);
  WeirValue *there = weir_value_find_member (before, key);

  if (weir_value_get_length (part) > 0 || (is_place_holder (there) && keep))
    *record = weir_record_set_ordered (before, key, part, order);
  else if (is_place_holder (there))
    *record = weir_value_with_member (before, key, NULL);
  else
    *record = g_steal_pointer (&before);
}

static WeirValue *
make_blocks (WeirGraph *graph)
{
  WeirBuilder *builder = weir_record_builder_new (graph->blocks->len);

  for (guint i = 0; i < graph->blocks->len; i++)
    {
      WeirBlock *block = graph->blocks->pdata[i];

      weir_builder_set_take (builder, block->id, weir_block_make_record (block));
    }
  return weir_builder_end (builder);
}

/* Links that lead nowhere keep their places among the others. */
WeirValue *
weir_graph_make_links (WeirGraph *graph)
{
  WeirBuilder *builder = weir_list_builder_new (graph->links->len + graph->loose->len);
  guint next_loose = 0;

  for (guint i = 0; i <= graph->links->len; i++)
    {
      WeirLink *link = i < graph->links->len ? graph->links->pdata[i] : NULL;

      for (; next_loose < graph->loose->len; next_loose++)
        {
          WeirLooseLink *loose = &g_array_index (graph->loose, WeirLooseLink, next_loose);

          if (link != NULL && loose->order > link->order)
            break;
          weir_builder_add (builder, loose->written);
        }
      if (link != NULL)
        weir_builder_take (builder, weir_link_to_value (link));
    }
  return weir_builder_end (builder);
}

static WeirValue *
make_body (WeirGraph *graph)
{
  WeirValue *record = weir_value_ref (graph->record);

  put_part (&record, "blocks", make_blocks (graph), weir_body_keys, TRUE);
  put_part (&record, "links", weir_graph_make_links (graph), weir_body_keys, FALSE);
  return record;
}

WeirValue *
weir_block_make_record (WeirBlock *self)
{
  WeirValue *record = weir_value_ref (self->data->record);

  if (self->body != NULL)
    put_part (&record, "body", make_body (self->body), weir_block_keys, TRUE);
  return record;
}

static void
add_positions (WeirBuilder *builder, WeirGraph *graph)
{
  for (guint i = 0; i < graph->blocks->len; i++)
    {
      WeirBlock *block = graph->blocks->pdata[i];

      if (block->position != NULL)
        weir_builder_set (builder, weir_block_get_path (block), block->position);
      if (block->body != NULL)
        add_positions (builder, block->body);
    }
}

static WeirValue *
make_layout (WeirWorkflow *self)
{
  WeirBuilder *builder = weir_record_builder_new (self->graph->blocks->len);

  add_positions (builder, self->graph);
  for (gsize i = 0; i < weir_value_get_length (self->loose_layout); i++)
    {
      const char *path = weir_value_get_key (self->loose_layout, i);

      if (weir_workflow_find_block (self, path) == NULL)
        weir_builder_set (builder, path, weir_value_get_item (self->loose_layout, i));
    }
  return weir_builder_end (builder);
}

WeirValue *
weir_workflow_make_document (WeirWorkflow *self)
{
  WeirValue *record = weir_value_ref (self->graph->record);

  put_part (&record, "blocks", make_blocks (self->graph), weir_document_keys, TRUE);
  put_part (&record, "links", weir_graph_make_links (self->graph), weir_document_keys, FALSE);
  put_part (&record, "layout", make_layout (self), weir_document_keys, FALSE);
  return record;
}
