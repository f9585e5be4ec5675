/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Edits in values, so that they can be kept and done again after a restart on the text that they began with. Graphs, blocks and links are
 * named by their places, which follow from the text and the edits before. */
#include "weir-history-private.h"

#include <string.h>

/* Writing */

/* Places of the containers from the root down. */
static WeirValue *
write_graph (WeirGraph *graph)
{
  WeirValue *places[64];
  gsize depth = G_N_ELEMENTS (places);
  WeirValue *list;

  for (; graph->container != NULL && depth > 0; graph = graph->container->graph)
    places[--depth] = weir_value_new_int (weir_block_get_index (graph->container));
  list = weir_value_new_list (places + depth, G_N_ELEMENTS (places) - depth);
  for (; depth < G_N_ELEMENTS (places); depth++)
    weir_value_unref (places[depth]);
  return list;
}

static void
set_text (WeirBuilder *builder, const char *key, const char *text)
{
  if (text != NULL)
    weir_builder_set_take (builder, key, weir_value_new_text (text));
}

static void
set_int (WeirBuilder *builder, const char *key, gint64 number)
{
  weir_builder_set_take (builder, key, weir_value_new_int (number));
}

static void
set_value (WeirBuilder *builder, const char *key, WeirValue *value)
{
  if (value != NULL)
    weir_builder_set (builder, key, value);
}

static WeirBuilder *
begin (const char *op, WeirGraph *graph)
{
  WeirBuilder *builder = weir_record_builder_new (8);

  set_text (builder, "op", op);
  if (graph != NULL)
    weir_builder_set_take (builder, "graph", write_graph (graph));
  return builder;
}

static WeirBuilder *
begin_block (const char *op, WeirBlock *block)
{
  WeirBuilder *builder = begin (op, block->graph);

  set_int (builder, "block", weir_block_get_index (block));
  return builder;
}

static WeirBuilder *
begin_link (const char *op, WeirLink *link)
{
  WeirBuilder *builder = begin (op, link->graph);

  set_int (builder, "link", weir_link_get_index (link));
  return builder;
}

static void
set_order (WeirBuilder *builder, gint64 order)
{
  if (order >= 0)
    set_int (builder, "order", order);
}

/* A body is written as in a file, which has words for all that is in it. */
static void
set_body (WeirBuilder *builder, WeirBlock *block)
{
  g_autoptr(WeirWorkflow) none = weir_workflow_new (NULL);
  g_autofree char *text = NULL;

  if (block->body == NULL || (block->body->blocks->len == 0 && weir_value_get_length (block->body->record) == 0))
    return;
  text = weir_workflow_copy_blocks (none, &block, 1);
  set_text (builder, "text", text);
}

static WeirValue *
write_block_change (const Change *change)
{
  WeirBlock *block = WEIR_BLOCK (change->target);
  WeirBuilder *builder;

  if (!change->added)
    return weir_builder_end (begin_block ("remove-block", block));
  builder = begin ("add-block", change->graph);
  set_text (builder, "id", block->id);
  set_value (builder, "record", block->data->record);
  set_value (builder, "position", block->position);
  set_order (builder, block->order);
  set_body (builder, block);
  return weir_builder_end (builder);
}

static WeirValue *
write_link_change (const Change *change)
{
  WeirLink *link = WEIR_LINK (change->target);
  WeirBuilder *builder;

  if (!change->added)
    return weir_builder_end (begin_link ("remove-link", link));
  builder = begin ("add-link", change->graph);
  set_int (builder, "source", weir_block_get_index (link->source));
  set_text (builder, "source-port", link->source_port);
  set_int (builder, "target", weir_block_get_index (link->target));
  set_text (builder, "target-port", link->target_port);
  set_text (builder, "when", link->when);
  set_value (builder, "written", link->written);
  set_order (builder, link->order);
  return weir_builder_end (builder);
}

WeirValue *
weir_history_write_loose (const WeirLooseLink *loose)
{
  WeirBuilder *builder = weir_record_builder_new (7);

  set_order (builder, loose->order);
  set_value (builder, "written", loose->written);
  set_text (builder, "source", loose->source);
  set_text (builder, "target", loose->target);
  set_text (builder, "missing", loose->missing);
  set_int (builder, "line", loose->line);
  set_int (builder, "column", loose->column);
  return weir_builder_end (builder);
}

static void
add_pair (WeirBuilder *builder, gint64 place, gint64 order)
{
  WeirBuilder *pair = weir_list_builder_new (2);

  weir_builder_take (pair, weir_value_new_int (place));
  weir_builder_take (pair, weir_value_new_int (order));
  weir_builder_take (builder, weir_builder_end (pair));
}

static WeirValue *
write_order_change (const Change *change)
{
  const WeirArrangement *order = change->after;
  WeirBuilder *builder = begin ("order", change->graph);
  WeirBuilder *blocks = weir_list_builder_new (order->objects->len);
  WeirBuilder *links = weir_list_builder_new (order->objects->len);
  WeirBuilder *loose = weir_list_builder_new (order->loose->len);

  for (guint i = 0; i < order->objects->len; i++)
    {
      gpointer object = order->objects->pdata[i];
      gint64 number = g_array_index (order->orders, gint64, i);

      if (WEIR_IS_BLOCK (object))
        add_pair (blocks, weir_block_get_index (object), number);
      else
        add_pair (links, weir_link_get_index (object), number);
    }
  for (guint i = 0; i < order->loose->len; i++)
    weir_builder_take (loose, weir_history_write_loose (&g_array_index (order->loose, WeirLooseLink, i)));
  weir_builder_set_take (builder, "blocks", weir_builder_end (blocks));
  weir_builder_set_take (builder, "links", weir_builder_end (links));
  weir_builder_set_take (builder, "loose", weir_builder_end (loose));
  return weir_builder_end (builder);
}

static gsize
count_same_start (const WeirYamlDocument *a, const WeirYamlDocument *b)
{
  gsize limit = MIN (a->length, b->length);
  gsize n = 0;

  while (n < limit && a->text[n] == b->text[n])
    n++;
  /* a text is cut between characters only */
  while (n > 0 && n < b->length && ((guchar) b->text[n] & 0xc0) == 0x80)
    n--;
  return n;
}

static gsize
count_same_end (const WeirYamlDocument *a, const WeirYamlDocument *b, gsize start)
{
  gsize limit = MIN (a->length, b->length) - start;
  gsize n = 0;

  while (n < limit && a->text[a->length - 1 - n] == b->text[b->length - 1 - n])
    n++;
  while (n > 0 && ((guchar) b->text[b->length - n] & 0xc0) == 0x80)
    n--;
  return n;
}

/* Of a text only what is not as it was. */
static WeirValue *
write_source_change (const Change *change)
{
  const Source *before = change->before;
  const Source *after = change->after;
  WeirBuilder *builder = begin ("source", NULL);
  gsize start = 0;
  gsize end = 0;

  if (before->document != NULL && after->document != NULL)
    {
      start = count_same_start (before->document, after->document);
      end = count_same_end (before->document, after->document, start);
      set_int (builder, "start", (gint64) start);
      set_int (builder, "end", (gint64) end);
    }
  if (after->document != NULL)
    weir_builder_set_take (
      builder, "text", weir_value_new_text_len (after->document->text + start, after->document->length - start - end));
  set_value (builder, "loose", after->loose_layout);
  return weir_builder_end (builder);
}

static WeirValue *
write_data_change (const Change *change)
{
  WeirBuilder *builder = begin_block ("data", WEIR_BLOCK (change->target));

  set_value (builder, "record", ((WeirBlockData *) change->after)->record);
  return weir_builder_end (builder);
}

static WeirValue *
write_ports_change (const Change *change)
{
  const Ports *ports = change->after;
  WeirBuilder *builder = begin_link ("ports", WEIR_LINK (change->target));

  set_text (builder, "source-port", ports->source);
  set_text (builder, "target-port", ports->target);
  set_value (builder, "written", ports->written);
  return weir_builder_end (builder);
}

WeirValue *
weir_history_write_change (const Change *change)
{
  WeirBuilder *builder = NULL;

  /* without a default: a new kind of change has to be written as well */
  switch (change->kind)
    {
    case CHANGE_BLOCK:
      return write_block_change (change);
    case CHANGE_LINK:
      return write_link_change (change);
    case CHANGE_DATA:
      return write_data_change (change);
    case CHANGE_ID:
      builder = begin_block ("id", WEIR_BLOCK (change->target));
      set_text (builder, "id", change->after);
      break;
    case CHANGE_POSITION:
      builder = begin_block ("position", WEIR_BLOCK (change->target));
      set_value (builder, "position", change->after);
      break;
    case CHANGE_WHEN:
      builder = begin_link ("when", WEIR_LINK (change->target));
      set_text (builder, "when", ((When *) change->after)->when);
      break;
    case CHANGE_PORTS:
      return write_ports_change (change);
    case CHANGE_RECORD:
      builder = begin ("record", change->graph);
      set_value (builder, "record", change->after);
      break;
    case CHANGE_ORDER:
      return write_order_change (change);
    case CHANGE_SOURCE:
      return write_source_change (change);
    }
  return weir_builder_end (builder);
}
