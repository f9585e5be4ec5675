/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "encoding.h"
#include "values.h"
#include "wait.h"

typedef struct
{
  char  *path;
  char  *as;
  char  *encoding;
  gint64 max;
} Read;

static const char *const as_ids[] = { "auto", "text", "bytes", "lines", "json", "stream", NULL };
static const char *const as_titles[] = { N_("Text if it is text"),
                                         N_("Text"),
                                         N_("Bytes"),
                                         N_("List of lines"),
                                         N_("JSON"),
                                         N_("Stream, read when it is needed"),
                                         NULL };

static const WeirField read_fields[] = {
  WEIR_FIELD_PATH (Read, path, .title = N_("File"), .required = TRUE),
  WEIR_FIELD_CHOICE (Read, as, .title = N_("As"), .choices = as_ids, .choice_titles = as_titles,
                     .initial_text = "auto"),
  WEIR_FIELD_CHOICE (Read, encoding, .title = N_("Encoding"), .choices = weir_encoding_ids,
                     .choice_titles = weir_encoding_titles,
                     .initial_text = "auto", .advanced = TRUE),
  WEIR_FIELD_SIZE (Read, max, .title = N_("At most"),
                   .summary = N_("A larger file is given as a stream; JSON must fit"),
                   .initial = 64 << 20, .minimum = 1, .maximum = 1 << 30, .advanced = TRUE),
  { 0 }
};

static const WeirPort read_inputs[] = {
  { .name = "path", .type = "file", .title = N_("File"), .summary = N_("Goes before the configured file") },
  { 0 }
};
static const WeirPort read_outputs[] = {
  { .name = "content", .title = N_("Content") },
  { .name = "info",
    .type = "record{path: text, name: text, stem: text, extension: text, parent: text, size: int, modified: time}",
    .title = N_("About the File") },
  { 0 }
};
static const char *const read_permissions[] = { "fs.read(path)", NULL };
static const char *const read_errors[] = {
  "io.not_found", "io.access", "io.other", "limit.size", "data.encoding", "data.parse", NULL
};

static const WeirExample read_examples[] = {
  { .title = N_("Text"), .config = "{\"path\": \"$DIR/a.txt\"}", .files = "a.txt=Grüße",
    .outputs = "{\"content\": \"Grüße\", \"info\": \"*\"}" },
  { .title = N_("JSON"), .config = "{\"as\": \"json\"}", .inputs = "{\"path\": \"$DIR/a.json\"}",
    .files = "a.json={\"n\": 1}",
    .outputs = "{\"content\": {\"n\": 1}, \"info\": \"*\"}" },
  { .title = N_("A stream"), .config = "{\"path\": \"$DIR/a.txt\", \"as\": \"stream\"}", .files = "a.txt=Hello",
    .outputs = "{\"content\": \"*\", \"info\": \"*\"}" },
  { .title = N_("A file that is not there"), .config = "{\"path\": \"$DIR/b.txt\"}", .error = "io.not_found" },
  { 0 }
};

typedef struct
{
  Read       *settings;
  const char *path;
  GBytes     *content;
} Call;

static WeirValue *
split_lines (WeirValue *text)
{
  gsize length;
  const char *at = weir_value_get_text (text, &length);
  const char *end = at + length;
  WeirBuilder *lines = weir_list_builder_new (64);

  while (at < end)
    {
      const char *newline = memchr (at, '\n', end - at);
      const char *stop = newline != NULL ? newline : end;

      weir_builder_take (lines, weir_value_new_text_len (at, stop - at - (stop > at && stop[-1] == '\r')));
      at = newline != NULL ? newline + 1 : end;
    }
  return weir_builder_end (lines);
}

static WeirValue *
parse_json (WeirValue *text, const char *path, GError **error)
{
  gsize length;
  const char *data = weir_value_get_text (text, &length);
  g_autoptr(GError) wrong = NULL;
  WeirValue *value = weir_json_parse (data, (gssize) length, &wrong);

  if (value == NULL)
    weir_set_failure (error, "data.parse", "%s: %s", path, wrong->message);
  return value;
}

static gpointer
convert_thread (gpointer data, GCancellable *cancellable, GError **error)
{
  Call *call = data;
  const char *as = call->settings->as;
  g_autoptr(GError) wrong = NULL;
  g_autoptr(WeirValue) text = NULL;

  if (g_str_equal (as, "bytes"))
    return weir_value_new_bytes (call->content);

  text = weir_encoding_decode (call->content, call->settings->encoding, &wrong);
  if (text == NULL && g_str_equal (as, "auto"))
    return weir_value_new_bytes (call->content);
  if (text == NULL)
    {
      weir_set_failure (error, "data.encoding", "%s: %s", call->path, wrong->message);
      return NULL;
    }
  if (g_str_equal (as, "lines"))
    return split_lines (text);
  if (g_str_equal (as, "json"))
    return parse_json (text, call->path, error);
  return g_steal_pointer (&text);
}

static WeirValue *
describe (WeirValue *file)
{
  static const char *const keys[] = { "path", "name", "stem", "extension", "parent", "size", "modified" };
  WeirBuilder *builder = weir_record_builder_new (G_N_ELEMENTS (keys));

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      WeirValue *member = weir_value_find_member (file, keys[i]);

      if (member != NULL)
        weir_builder_set (builder, keys[i], member);
    }
  return weir_builder_end (builder);
}

/* Whether not to have it in memory at once. */
static gboolean
wants_stream (Read *self, WeirValue *file)
{
  gint64 size = weir_value_get_member_int (file, "size", 0);

  return g_str_equal (self->as, "stream") || (size > self->max && !g_str_equal (self->as, "json"));
}

/* Nothing is read; but that there is nothing to read is better said here than by whoever reads it later. */
static WeirValue *
make_stream (Read *self, WeirStep *step, WeirValue *file, GError **error)
{
  const char *path = weir_value_get_path (file);
  g_autoptr(WeirValue) stream = NULL;
  g_autoptr(WeirValue) operation = NULL;
  g_autoptr(WeirValue) name = weir_value_new_text ("lines");
  const char *key = "op";

  if (!weir_step_require (step, "fs.read", path, error))
    return NULL;
  if (access (path, R_OK) != 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "Could not read %s: %s", path, g_strerror (errno));
      return NULL;
    }
  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
    {
      weir_set_failure (error, "io.other", "Expected a file at %s, but there is a folder, device, pipe or socket",
                        path);
      return NULL;
    }
  stream = weir_stream_new_file (file, self->encoding);
  if (!g_str_equal (self->as, "lines"))
    return g_steal_pointer (&stream);
  operation = weir_value_new_record (&key, &name, 1);
  return weir_stream_with_operation (stream, operation, error);
}

static gboolean
read_fiber (gpointer settings, WeirStep *step, GError **error)
{
  Read *self = settings;
  g_autofree char *path = weir_step_resolve_path (step, self->path, error);
  g_autoptr(WeirValue) file = path != NULL ? weir_value_new_file (path) : NULL;
  g_autoptr(GBytes) content = NULL;
  Call call = { .settings = self, .path = path };
  WeirValue *value;

  if (path == NULL)
    return FALSE;
  if (wants_stream (self, file))
    {
      value = make_stream (self, step, file, error);
      if (value == NULL)
        return FALSE;
      weir_step_emit_take (step, "content", value);
      weir_step_emit_take (step, "info", describe (file));
      return TRUE;
    }
  content = dex_await_boxed (weir_step_read_file (step, path, (gsize) self->max), error);
  if (content == NULL)
    return FALSE;

  call.content = content;
  value = weir_blocks_await_thread (convert_thread, &call, weir_step_get_cancellable (step), error);
  if (value == NULL)
    return FALSE;
  weir_step_emit_take (step, "content", value);
  weir_step_emit_take (step, "info", describe (file));
  return TRUE;
}

static DexFuture *
read_run (gpointer settings, WeirStep *step)
{
  return weir_step_spawn (step, settings, read_fiber);
}

static char *
read_summarize (WeirValue *config)
{
  return g_strdup (weir_value_get_member_text (config, "path", NULL));
}

WEIR_DEFINE_BLOCK_KIND (file_read, .id = "file.read", .version = 1, .title = N_("Read File"),
                        .summary = N_("Reads a file as text, bytes, lines, JSON or a stream"),
                        .keywords = "read file open load text content import cat",
                        .category = N_("Files"), .icon = "document-open-symbolic",
                        .effect = WEIR_EFFECT_PURE, .undo = WEIR_UNDO_NONE, .inputs = read_inputs,
                        .outputs = read_outputs, .fields = read_fields, .settings_size = sizeof (Read),
                        .permissions = read_permissions, .errors = read_errors, .examples = read_examples,
                        .summarize = read_summarize, .run = read_run)
