/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Streams as a block kind uses them: what they need of the step that makes or reads them. */

#include "weir-run-private.h"
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
 * What @source reads of the scope of the step, except item and index: with it the expression can be evaluated later, for the items of a
 * stream.
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
