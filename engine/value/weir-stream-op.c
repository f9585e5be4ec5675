/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What happens to the items of a stream, a batch at a time. For the thread of the reader: expressions belong to the
 * thread that compiled them. */
#include "weir-expression.h"
#include "weir-stream-private.h"

#include <string.h>

typedef gboolean (*OpFunc) (
  WeirStreamOp *self, WeirStreamBatch *batch, gboolean *is_last, guint64 *failed_at, GError **error);

typedef enum
{
  NEEDS_EXPRESSION = 1 << 0,
  NEEDS_KEY = 1 << 1,
  NEEDS_COUNT = 1 << 2,
} Needs;

typedef struct
{
  const char *name;
  Needs       needs;
  OpFunc      run;
} OpClass;

struct _WeirStreamOp
{
  const OpClass   *class;
  WeirValue       *record;
  WeirExpression  *expression;
  WeirValue       *scope; /* a record: what the expression sees; item, index and result are changed in place */
  guint32          item_slot;
  guint32          index_slot;
  guint32          result_slot;
  GStrv            path;
  guint64          count;
  guint64          start;
  gint64           depth;
  guint64          seen; /* items that came */
  WeirStreamBatch *window; /* the last that came */
  WeirValue       *result;
  WeirStreamCsv   *csv;
};

static void
clear_item (gpointer data)
{
  WeirStreamItem *item = data;

  g_clear_pointer (&item->value, weir_value_unref);
}

WeirStreamBatch *
weir_stream_batch_new (void)
{
  GArray *self = g_array_new (FALSE, FALSE, sizeof (WeirStreamItem));

  g_array_set_clear_func (self, clear_item);
  return self;
}

void
weir_stream_batch_take (WeirStreamBatch *self, WeirValue *value, guint64 place)
{
  WeirStreamItem item = { value, place };

  g_array_append_val (self, item);
}

static inline WeirStreamItem *
get_item (WeirStreamBatch *batch, guint index)
{
  return &g_array_index (batch, WeirStreamItem, index);
}

WeirStreamBatch *
weir_stream_batch_take_all (WeirStreamBatch *batch)
{
  WeirStreamBatch *all = weir_stream_batch_new ();

  if (batch->len == 0)
    return all;
  g_array_append_vals (all, batch->data, batch->len);
  memset (batch->data, 0, batch->len * sizeof (WeirStreamItem));
  g_array_set_size (batch, 0);
  return all;
}

/* ── expressions ────────────────────────────────────────────────────────────────────────── */

static void
set_slot (WeirStreamOp *self, guint32 slot, WeirValue *value)
{
  weir_value_unref (self->scope->b.items[slot]);
  self->scope->b.items[slot] = value;
}

/* Nothing can hold the scope itself, only what is in it: one record serves all items. */
static void
build_scope (WeirStreamOp *self)
{
  WeirValue *captured = weir_value_find_member (self->record, "scope");
  WeirBuilder *builder = weir_record_builder_new (6);
  g_autoptr(WeirValue) null = weir_value_new_null ();

  for (gsize i = 0; captured != NULL && captured->kind == WEIR_VALUE_RECORD && i < weir_value_get_length (captured);
       i++)
    weir_builder_set (builder, weir_value_get_key (captured, i), weir_value_get_item (captured, i));
  weir_builder_set (builder, "item", null);
  weir_builder_set (builder, "index", null);
  if (g_str_equal (self->class->name, "reduce"))
    weir_builder_set (builder, "result", null);
  self->scope = weir_builder_end (builder);
  self->item_slot = (guint32) weir_shape_find (self->scope->a.shape, "item", 4);
  self->index_slot = (guint32) weir_shape_find (self->scope->a.shape, "index", 5);
  self->result_slot = (guint32) weir_shape_find (self->scope->a.shape, "result", 6);
}

static WeirValue *
evaluate (WeirStreamOp *self, WeirStreamItem *item, guint64 *failed_at, GError **error)
{
  WeirValue *value;

  set_slot (self, self->item_slot, weir_value_ref (item->value));
  set_slot (self, self->index_slot, weir_value_new_int ((gint64) self->seen++));
  value = weir_expression_evaluate (self->expression, self->scope, error);
  if (value == NULL)
    *failed_at = item->place;
  return value;
}

static gboolean
run_map (WeirStreamOp *self, WeirStreamBatch *batch, gboolean *is_last, guint64 *failed_at, GError **error)
{
  for (guint i = 0; i < batch->len; i++)
    {
      WeirStreamItem *item = get_item (batch, i);
      WeirValue *value = evaluate (self, item, failed_at, error);

      if (value == NULL)
        return FALSE;
      weir_value_unref (item->value);
      item->value = value;
    }
  return TRUE;
}

/* Keeps those of the first @n items that are not NULL, and all behind. */
static void
close_up (WeirStreamBatch *batch)
{
  guint kept = 0;

  for (guint i = 0; i < batch->len; i++)
    {
      WeirStreamItem item = *get_item (batch, i);

      if (item.value == NULL)
        continue;
      get_item (batch, i)->value = NULL;
      *get_item (batch, kept++) = item;
    }
  g_array_set_size (batch, kept);
}

static gboolean
run_filter (WeirStreamOp *self, WeirStreamBatch *batch, gboolean *is_last, guint64 *failed_at, GError **error)
{
  for (guint i = 0; i < batch->len; i++)
    {
      WeirStreamItem *item = get_item (batch, i);
      g_autoptr(WeirValue) wanted = evaluate (self, item, failed_at, error);

      if (wanted == NULL)
        return FALSE;
      if (!weir_value_is_truthy (wanted))
        g_clear_pointer (&item->value, weir_value_unref);
    }
  close_up (batch);
  return TRUE;
}

static gboolean
run_reduce (WeirStreamOp *self, WeirStreamBatch *batch, gboolean *is_last, guint64 *failed_at, GError **error)
{
  WeirValue *initial = weir_value_find_member (self->record, "initial");

  if (self->result == NULL)
    self->result = initial != NULL ? weir_value_ref (initial) : weir_value_new_null ();
  for (guint i = 0; i < batch->len; i++)
    {
      WeirValue *next;

      set_slot (self, self->result_slot, weir_value_ref (self->result));
      next = evaluate (self, get_item (batch, i), failed_at, error);
      if (next == NULL)
        return FALSE;
      weir_value_unref (self->result);
      self->result = next;
    }
  g_array_set_size (batch, 0);
  if (*is_last)
    weir_stream_batch_take (batch, g_steal_pointer (&self->result), self->seen);
  return TRUE;
}

/* ── without expressions ────────────────────────────────────────────────────────────────── */

static WeirValue *
follow (WeirValue *value, GStrv path)
{
  for (guint i = 0; path[i] != NULL && value != NULL; i++)
    {
      guint64 index;

      if (value->kind != WEIR_VALUE_LIST)
        value = weir_value_find_member (value, path[i]);
      else if (g_ascii_string_to_unsigned (path[i], 10, 0, G_MAXUINT32, &index, NULL)
               && index < weir_value_get_length (value))
        value = weir_value_get_item (value, index);
      else
        value = NULL;
    }
  return value;
}

static gboolean
run_pluck (WeirStreamOp *self, WeirStreamBatch *batch, gboolean *is_last, guint64 *failed_at, GError **error)
{
  for (guint i = 0; i < batch->len; i++)
    {
      WeirStreamItem *item = get_item (batch, i);
      WeirValue *found = follow (item->value, self->path);

      found = found != NULL ? weir_value_ref (found) : weir_value_new_null ();
      weir_value_unref (item->value);
      item->value = found;
    }
  return TRUE;
}

static void
flatten_into (WeirStreamBatch *batch, WeirValue *value, gint64 depth, guint64 place)
{
  if (depth < 0 || value->kind != WEIR_VALUE_LIST)
    weir_stream_batch_take (batch, weir_value_ref (value), place);
  else
    for (gsize i = 0; i < weir_value_get_length (value); i++)
      flatten_into (batch, weir_value_get_item (value, i), depth - 1, place);
}

static gboolean
run_flatten (WeirStreamOp *self, WeirStreamBatch *batch, gboolean *is_last, guint64 *failed_at, GError **error)
{
  g_autoptr(GArray) all = weir_stream_batch_take_all (batch);

  for (guint i = 0; i < all->len; i++)
    flatten_into (batch, get_item (all, i)->value, self->depth - 1, get_item (all, i)->place);
  return TRUE;
}

/* Items from @start on, @count of them. */
static gboolean
run_slice (WeirStreamOp *self, WeirStreamBatch *batch, gboolean *is_last, guint64 *failed_at, GError **error)
{
  guint64 first = MIN (self->start - MIN (self->start, self->seen), batch->len);
  guint64 end = self->count > G_MAXUINT64 - self->start ? G_MAXUINT64 : self->start + self->count;
  guint64 last = MIN (end - MIN (end, self->seen), batch->len);

  self->seen += batch->len;
  if (last < batch->len)
    g_array_set_size (batch, last);
  if (first > 0)
    g_array_remove_range (batch, 0, MIN (first, batch->len));
  *is_last |= self->seen >= end;
  return TRUE;
}

static gboolean
run_window (WeirStreamOp *self, WeirStreamBatch *batch, gboolean *is_last, guint64 *failed_at, GError **error)
{
  g_autoptr(GArray) all = weir_stream_batch_take_all (batch);

  for (guint i = 0; i < all->len; i++)
    {
      WeirStreamItem *item = get_item (all, i);
      WeirBuilder *list;

      weir_stream_batch_take (self->window, weir_value_ref (item->value), item->place);
      if (self->window->len < self->count)
        continue;
      list = weir_list_builder_new (self->count);
      for (guint j = 0; j < self->window->len; j++)
        weir_builder_add (list, get_item (self->window, j)->value);
      weir_stream_batch_take (batch, weir_builder_end (list), item->place);
      g_array_remove_index (self->window, 0);
    }
  return TRUE;
}

/* The source gives lines where its file is read as text: nothing is left to do. */
static gboolean
run_lines (WeirStreamOp *self, WeirStreamBatch *batch, gboolean *is_last, guint64 *failed_at, GError **error)
{
  return TRUE;
}

static gboolean
run_csv_parse (
  WeirStreamOp *self, WeirStreamBatch *batch, gboolean *is_last, guint64 *failed_at, GError **error)
{
  return weir_stream_csv_parse (self->csv, batch, *is_last, failed_at, error);
}

static gboolean
run_csv_write (
  WeirStreamOp *self, WeirStreamBatch *batch, gboolean *is_last, guint64 *failed_at, GError **error)
{
  return weir_stream_csv_write (self->csv, batch, failed_at, error);
}

static const OpClass classes[] = {
  { "lines", 0, run_lines },
  { "map", NEEDS_EXPRESSION, run_map },
  { "filter", NEEDS_EXPRESSION, run_filter },
  { "reduce", NEEDS_EXPRESSION, run_reduce },
  { "pluck", NEEDS_KEY, run_pluck },
  { "flatten", 0, run_flatten },
  { "limit", NEEDS_COUNT, run_slice },
  { "skip", NEEDS_COUNT, run_slice },
  { "slice", NEEDS_COUNT, run_slice },
  { "window", NEEDS_COUNT, run_window },
  { "csv_parse", 0, run_csv_parse },
  { "csv_write", 0, run_csv_write },
};

static gboolean
check (WeirStreamOp *self, GError **error)
{
  gint64 count = weir_value_get_member_int (self->record, "count", -1);
  gint64 start = weir_value_get_member_int (self->record, "start", 0);
  const char *missing = NULL;

  if ((self->class->needs & NEEDS_EXPRESSION) != 0 && weir_value_get_member_text (self->record, "expr", NULL) == NULL)
    missing = "an expression";
  else if ((self->class->needs & NEEDS_KEY) != 0 && weir_value_get_member_text (self->record, "key", NULL) == NULL)
    missing = "the name of a field";
  else if ((self->class->needs & NEEDS_COUNT) != 0 && (count < 0 || (count == 0 && self->class->run == run_window)))
    missing = "a count";
  else if (start < 0)
    missing = "a start counted from the beginning";
  if (missing == NULL)
    return TRUE;
  weir_set_failure (error, "config.invalid", "Expected %s for the operation \"%s\" on a stream, but there is none",
                    missing, self->class->name);
  return FALSE;
}

WeirStreamOp *
weir_stream_op_new (WeirValue *record, GError **error)
{
  const char *name = weir_value_get_member_text (record, "op", "");
  const char *key = weir_value_get_member_text (record, "key", "");
  WeirStreamOp *self = g_new0 (WeirStreamOp, 1);

  self->record = weir_value_ref (record);
  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    if (g_str_equal (classes[i].name, name))
      self->class = &classes[i];
  if (self->class == NULL)
    weir_set_failure (error, "config.invalid", "There is no operation \"%s\" on a stream", name);
  if (self->class == NULL || !check (self, error))
    {
      weir_stream_op_free (self);
      return NULL;
    }
  self->path = g_strsplit (key, ".", -1);
  self->count = (guint64) weir_value_get_member_int (record, "count", 0);
  self->start = (guint64) weir_value_get_member_int (record, "start", 0);
  self->depth = weir_value_get_member_int (record, "depth", 1);
  self->window = weir_stream_batch_new ();
  if (g_str_has_prefix (name, "csv_") && (self->csv = weir_stream_csv_new (record, error)) == NULL)
    {
      weir_stream_op_free (self);
      return NULL;
    }
  if (g_str_equal (name, "limit"))
    self->start = 0;
  if (g_str_equal (name, "skip"))
    {
      self->start = self->count;
      self->count = G_MAXUINT64;
    }
  return self;
}

void
weir_stream_op_free (WeirStreamOp *self)
{
  weir_value_unref (self->record);
  g_clear_pointer (&self->expression, weir_expression_unref);
  g_clear_pointer (&self->scope, weir_value_unref);
  g_clear_pointer (&self->path, g_strfreev);
  g_clear_pointer (&self->window, g_array_unref);
  g_clear_pointer (&self->csv, weir_stream_csv_free);
  g_clear_pointer (&self->result, weir_value_unref);
  g_free (self);
}

const char *
weir_stream_op_get_name (WeirStreamOp *self)
{
  return self->class->name;
}

gboolean
weir_stream_op_compile (WeirStreamOp *self, GError **error)
{
  const char *source;

  if ((self->class->needs & NEEDS_EXPRESSION) == 0)
    return TRUE;
  source = weir_value_get_member_text (self->record, "expr", "");
  self->expression = weir_expression_compile (source[0] == '=' ? source + 1 : source, error);
  if (self->expression == NULL)
    return FALSE;
  build_scope (self);
  return TRUE;
}

gboolean
weir_stream_op_run (WeirStreamOp *self, WeirStreamBatch *batch, gboolean *is_last, guint64 *failed_at, GError **error)
{
  return self->class->run (self, batch, is_last, failed_at, error);
}
