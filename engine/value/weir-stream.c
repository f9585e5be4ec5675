/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Streams as values: making and describing recipes. */
#include "weir-stream-private.h"

#include <string.h>

static WeirValue *
new_stream (const char *kind, WeirValue *from, const char *encoding)
{
  WeirBuilder *source = weir_record_builder_new (2);
  WeirBuilder *recipe = weir_record_builder_new (2);

  weir_builder_set (source, kind, from);
  if (encoding != NULL)
    weir_builder_set_take (source, "encoding", weir_value_new_text (encoding));
  weir_builder_set_take (recipe, "source", weir_builder_end (source));
  weir_builder_set_take (recipe, "ops", weir_value_new_list (NULL, 0));
  return weir_value_new_stream_take (weir_builder_end (recipe));
}

/**
 * weir_stream_new_file:
 * @file: a file value; its identity is what a reader must find again
 * @encoding: (nullable): of its text, where lines are wanted; %NULL or "auto": by its byte order mark, else UTF-8
 *
 * Returns: (transfer full): a stream of bytes
 */
WeirValue *
weir_stream_new_file (WeirValue *file, const char *encoding)
{
  g_return_val_if_fail (file != NULL && file->kind == WEIR_VALUE_FILE, weir_value_new_null ());

  return new_stream ("file", file, encoding != NULL ? encoding : "auto");
}

/**
 * weir_stream_new_list:
 * @list: a list or table
 *
 * Returns: (transfer full): a stream of its items or rows
 */
WeirValue *
weir_stream_new_list (WeirValue *list)
{
  g_return_val_if_fail (list != NULL && (list->kind == WEIR_VALUE_LIST || list->kind == WEIR_VALUE_TABLE),
                        weir_value_new_null ());

  return new_stream ("list", list, NULL);
}

WeirValue *
weir_stream_get_recipe (WeirValue *stream)
{
  return weir_value_peek_child (stream, 0);
}

static WeirValue *
get_part (WeirValue *stream, const char *key, WeirValueKind kind)
{
  WeirValue *part = weir_value_find_member (weir_stream_get_recipe (stream), key);

  return part != NULL && part->kind == kind ? part : NULL;
}

static const char *
get_last_operation (WeirValue *stream)
{
  WeirValue *ops = get_part (stream, "ops", WEIR_VALUE_LIST);
  gsize n = ops != NULL ? weir_value_get_length (ops) : 0;

  return n > 0 ? weir_value_get_member_text (weir_value_get_item (ops, n - 1), "op", "") : NULL;
}

/**
 * weir_stream_get_unit:
 * @stream: a stream
 *
 * Returns: what it consists of
 */
WeirStreamUnit
weir_stream_get_unit (WeirValue *stream)
{
  const char *last;

  g_return_val_if_fail (stream != NULL && stream->kind == WEIR_VALUE_STREAM, WEIR_STREAM_ITEMS);

  last = get_last_operation (stream);
  if (last == NULL)
    return weir_stream_get_path (stream) != NULL ? WEIR_STREAM_BYTES : WEIR_STREAM_ITEMS;
  return g_str_equal (last, "encode") ? WEIR_STREAM_BYTES : WEIR_STREAM_ITEMS;
}

/**
 * weir_stream_get_path:
 * @stream: a stream
 *
 * Returns: (transfer none) (nullable) (type filename): the file that it reads; %NULL if its source is no file
 */
const char *
weir_stream_get_path (WeirValue *stream)
{
  WeirValue *source, *file;

  g_return_val_if_fail (stream != NULL && stream->kind == WEIR_VALUE_STREAM, NULL);

  source = get_part (stream, "source", WEIR_VALUE_RECORD);
  file = source != NULL ? weir_value_find_member (source, "file") : NULL;
  return file != NULL && file->kind == WEIR_VALUE_FILE ? weir_value_get_path (file) : NULL;
}

static WeirValue *
append_operation (WeirValue *stream, WeirValue *operation)
{
  WeirValue *ops = get_part (stream, "ops", WEIR_VALUE_LIST);
  gsize n = ops != NULL ? weir_value_get_length (ops) : 0;
  WeirBuilder *list = weir_list_builder_new (n + 1);
  g_autoptr(WeirValue) longer = NULL;

  for (gsize i = 0; i < n; i++)
    weir_builder_add (list, weir_value_get_item (ops, i));
  weir_builder_add (list, operation);
  longer = weir_builder_end (list);
  return weir_value_new_stream_take (weir_value_with_member (weir_stream_get_recipe (stream), "ops", longer));
}

static WeirValue *
with_lines (WeirValue *stream)
{
  const char *key = "op";
  g_autoptr(WeirValue) name = weir_value_new_text ("lines");
  g_autoptr(WeirValue) operation = weir_value_new_record (&key, &name, 1);

  return append_operation (stream, operation);
}

static gboolean
check_operation (WeirValue *operation, GError **error)
{
  WeirStreamOp *op;
  WeirStreamEncoder *encoder;
  gboolean ok;

  if (g_str_equal (weir_value_get_member_text (operation, "op", ""), "encode"))
    {
      encoder = weir_stream_encoder_new (operation, error);
      ok = encoder != NULL;
      g_clear_pointer (&encoder, weir_stream_encoder_free);
      return ok;
    }
  op = weir_stream_op_new (operation, error);
  ok = op != NULL && weir_stream_op_compile (op, error);
  g_clear_pointer (&op, weir_stream_op_free);
  return ok;
}

/**
 * weir_stream_with_operation:
 * @stream: a stream
 * @operation: a record with the member "op"
 * @error: set to config.invalid, or %WEIR_ERROR_EXPRESSION if an expression does not compile
 *
 * Main thread.
 *
 * Returns: (transfer full) (nullable): the stream of what the operation makes of it
 */
WeirValue *
weir_stream_with_operation (WeirValue *stream, WeirValue *operation, GError **error)
{
  g_autoptr(WeirValue) lines = NULL;
  const char *name;

  g_return_val_if_fail (stream != NULL && stream->kind == WEIR_VALUE_STREAM, NULL);
  g_return_val_if_fail (operation != NULL && operation->kind == WEIR_VALUE_RECORD, NULL);

  name = weir_value_get_member_text (operation, "op", "");
  if (g_strcmp0 (get_last_operation (stream), "encode") == 0)
    {
      weir_set_failure (error, "input.type", "Expected a stream of items, but it was turned into bytes before");
      return NULL;
    }
  if (g_str_equal (name, "lines"))
    return weir_stream_get_unit (stream) == WEIR_STREAM_BYTES ? with_lines (stream) : weir_value_ref (stream);
  if (!check_operation (operation, error))
    return NULL;
  lines = weir_stream_get_unit (stream) == WEIR_STREAM_BYTES ? with_lines (stream) : weir_value_ref (stream);
  return append_operation (lines, operation);
}

/**
 * weir_stream_describe:
 * @stream: a stream
 *
 * Any thread.
 *
 * Returns: (transfer full): what it is, for people: "lines of log.txt, filter, map"
 */
char *
weir_stream_describe (WeirValue *stream)
{
  const char *path;
  WeirValue *ops;
  GString *text;

  g_return_val_if_fail (stream != NULL && stream->kind == WEIR_VALUE_STREAM, NULL);

  path = weir_stream_get_path (stream);
  ops = get_part (stream, "ops", WEIR_VALUE_LIST);
  text = g_string_new (NULL);
  if (path != NULL)
    {
      g_autofree char *shown = g_filename_display_basename (path);

      g_string_printf (text, "%s of %s", get_last_operation (stream) == NULL ? "bytes" : "lines", shown);
    }
  else
    g_string_assign (text, "items of a list");
  for (gsize i = 0; ops != NULL && i < weir_value_get_length (ops); i++)
    {
      const char *name = weir_value_get_member_text (weir_value_get_item (ops, i), "op", "");

      if (!g_str_equal (name, "lines"))
        g_string_append_printf (text, ", %s", name);
    }
  return g_string_free_and_steal (text);
}
