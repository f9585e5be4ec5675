/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Streams as a block kind uses them: what they need of the step that makes or reads them. */

#include "weir-run-private.h"
#include "weir-step-file-private.h"
#include "weir-stream.h"

#include <string.h>

/* "blocks.fetch.body" is read of "blocks". */
static gboolean
is_read (const char *const *names, const char *key)
{
  gsize length = strlen (key);

  for (guint i = 0; names[i] != NULL; i++)
    if (strncmp (names[i], key, length) == 0 && (names[i][length] == '\0' || names[i][length] == '.'))
      return TRUE;
  return FALSE;
}

/**
 * weir_step_capture_scope:
 * @self: a step
 * @source: an expression, with or without `=`
 * @error: set to %WEIR_ERROR_EXPRESSION if it does not compile
 *
 * What @source reads of the scope of the step, except item and index: with it the expression can be evaluated later,
 * for the items of a stream.
 *
 * Returns: (transfer full) (nullable): a record
 */
WeirValue *
weir_step_capture_scope (WeirStep *self, const char *source, GError **error)
{
  g_autoptr(WeirExpression) expression = weir_expression_compile (source[0] == '=' ? source + 1 : source, error);
  g_autoptr(WeirValue) scope = NULL;
  const char *const *names;
  WeirBuilder *captured;

  if (expression == NULL)
    return NULL;
  names = weir_expression_get_names (expression);
  scope = weir_step_build_scope (self, names, NULL);
  captured = weir_record_builder_new (4);
  for (gsize i = 0; i < weir_value_get_length (scope); i++)
    {
      const char *key = weir_value_get_key (scope, i);

      if (is_read (names, key) && !g_str_equal (key, "item") && !g_str_equal (key, "index"))
        weir_builder_set (captured, key, weir_value_get_item (scope, i));
    }
  return weir_builder_end (captured);
}

/**
 * weir_step_open_stream:
 * @self: a running step
 * @stream: a stream
 * @unit: what is wanted of it
 * @error: set when the stream makes no sense, or its file may not be read
 *
 * Reading ends when the step is stopped. The file is recorded as read.
 *
 * Returns: (transfer full) (nullable): a reader that is at the beginning
 */
WeirStreamReader *
weir_step_open_stream (WeirStep *self, WeirValue *stream, WeirStreamUnit unit, GError **error)
{
  const char *path = weir_stream_get_path (stream);

  if (path != NULL && !weir_step_require (self, "fs.read", path, error))
    return NULL;
  return weir_stream_reader_new (stream, unit, weir_step_get_cancellable (self), error);
}

/**
 * weir_step_show_progress_of:
 * @self: a running step
 * @reader: what it reads
 *
 * Sets the progress of the step to that of its reading. May be called as often as one likes.
 */
void
weir_step_show_progress_of (WeirStep *self, WeirStreamReader *reader)
{
  g_autofree char *text = weir_stream_reader_describe_progress (reader);

  weir_step_set_progress (self, MIN (weir_stream_reader_get_fraction (reader), 0.999), text);
}

/* ── writing ────────────────────────────────────────────────────────────────────────────── */

typedef struct
{
  WeirFileCall     *file;
  WeirStreamReader *reader;
} WriteCall;

static void
write_call_free (gpointer data)
{
  WriteCall *call = data;

  weir_stream_reader_unref (call->reader);
  weir_file_call_free (call->file);
  g_free (call);
}

static DexFuture *
look_in_thread (gpointer user_data)
{
  WeirFileCall *file = user_data;
  GError *error = NULL;

  if (!weir_file_call_look (file, &error))
    return dex_future_new_for_error (error);
  if (file->done == NULL)
    file->spool = weir_file_spool_new (file->path, &error);
  return error != NULL ? dex_future_new_for_error (error) : dex_future_new_true ();
}

static DexFuture *
add_in_thread (gpointer user_data)
{
  WeirFileCall *file = user_data;
  GError *error = NULL;

  if (!weir_file_spool_add (file->spool, file->content, &error))
    return dex_future_new_for_error (error);
  return dex_future_new_true ();
}

/* While a chunk is written, the next is being made. */
static gboolean
gather (WriteCall *call, GError **error)
{
  WeirFileCall *file = call->file;
  DexFuture *next = weir_stream_reader_next (call->reader);

  while (next != NULL)
    {
      gboolean ok;

      file->content = dex_await_boxed (g_steal_pointer (&next), error);
      if (file->content == NULL)
        return FALSE;
      if (!weir_stream_reader_is_at_end (call->reader))
        next = weir_stream_reader_next (call->reader);
      ok = weir_file_call_in_thread (file, add_in_thread, error);
      g_clear_pointer (&file->content, g_bytes_unref);
      if (!ok)
        {
          dex_clear (&next);
          return FALSE;
        }
      weir_step_show_progress_of (file->step, call->reader);
    }
  return TRUE;
}

static WeirValue *
describe_written (WeirFileCall *file)
{
  WeirBuilder *record = weir_record_builder_new (2);
  gint64 before = 0;
  gint64 size = file->spool != NULL ? (gint64) file->spool->size : 0;

  if (file->spool == NULL)
    {
      if ((file->mode & ~WEIR_WRITE_UNSYNCED) == WEIR_WRITE_APPEND)
        before = weir_value_get_member_int (file->done->before, "size", 0);
      size = weir_value_get_member_int (file->after, "size", 0) - before;
    }
  weir_builder_set_take (record, "created", weir_value_new_bool (file->made));
  weir_builder_set_take (record, "bytes", weir_value_new_int (size));
  return weir_builder_end (record);
}

static DexFuture *
write_fiber (gpointer user_data)
{
  WriteCall *call = user_data;
  WeirFileCall *file = call->file;
  GError *error = NULL;

  if (!weir_file_call_load_earlier (file, &error) || !weir_file_call_in_thread (file, look_in_thread, &error)
      || (file->done == NULL && !gather (call, &error)) || !weir_file_call_write (file, &error))
    return dex_future_new_for_error (error);
  return dex_future_new_take_boxed (WEIR_TYPE_VALUE, describe_written (file));
}

/**
 * weir_step_write_stream:
 * @self: a running step
 * @path: a path as in [method@Weir.Step.resolve_path]
 * @stream: what to write: bytes as they are, items a line each
 * @mode: how; with %WEIR_WRITE_UNSYNCED it is not waited for the disk
 * @make_parents: whether missing folders are made
 *
 * All of it is gathered beside the file first, where a crash or an error leaves nothing behind; then it is an effect
 * like that of [method@Weir.Step.write_file]. The progress of the step is that of reading.
 *
 * Returns: (transfer full): a future that resolves to a record {created: bool, bytes: int}; rejects with io.* or as
 *   reading does
 */
DexFuture *
weir_step_write_stream (WeirStep *self, const char *path, WeirValue *stream, WeirWriteMode mode, gboolean parents)
{
  GError *error = NULL;
  char *resolved = weir_step_resolve_path (self, path, &error);
  WeirStreamReader *reader = NULL;
  WriteCall *call;

  if (resolved != NULL && weir_step_require (self, "fs.write", resolved, &error))
    reader = weir_step_open_stream (self, stream, WEIR_STREAM_BYTES, &error);
  if (reader == NULL)
    {
      g_free (resolved);
      return dex_future_new_for_error (error);
    }
  call = g_new0 (WriteCall, 1);
  call->reader = reader;
  call->file = weir_file_call_new (self, resolved);
  call->file->type = "file.write";
  call->file->mode = mode;
  call->file->make_parents = parents;
  call->file->streams = TRUE;
  return dex_scheduler_spawn (NULL, 0, write_fiber, call, write_call_free);
}
