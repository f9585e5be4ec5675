/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

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

static const char *const as_ids[] = { "auto", "text", "bytes", "lines", "json", NULL };
static const char *const as_titles[] = { N_("Text if it is text"), N_("Text"), N_("Bytes"),
                                         N_("List of lines"),      N_("JSON"), NULL };

static const WeirField read_fields[] = {
  WEIR_FIELD_PATH (Read, path, .title = N_("File"), .required = TRUE),
  WEIR_FIELD_CHOICE (Read, as, .title = N_("As"), .choices = as_ids, .choice_titles = as_titles,
                     .initial_text = "auto"),
  WEIR_FIELD_CHOICE (Read, encoding, .title = N_("Encoding"), .choices = weir_encoding_ids,
                     .choice_titles = weir_encoding_titles,
                     .initial_text = "auto", .advanced = TRUE),
  WEIR_FIELD_SIZE (Read, max, .title = N_("At most"), .initial = 64 << 20, .minimum = 1, .maximum = 1 << 30,
                   .advanced = TRUE),
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
describe (const char *path)
{
  static const char *const keys[] = { "path", "name", "stem", "extension", "parent", "size", "modified" };
  g_autoptr(WeirValue) file = weir_value_new_file (path);
  WeirBuilder *builder = weir_record_builder_new (G_N_ELEMENTS (keys));

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      WeirValue *member = weir_value_find_member (file, keys[i]);

      if (member != NULL)
        weir_builder_set (builder, keys[i], member);
    }
  return weir_builder_end (builder);
}

static gboolean
read_fiber (gpointer settings, WeirStep *step, GError **error)
{
  Read *self = settings;
  g_autofree char *path = weir_step_resolve_path (step, self->path, error);
  g_autoptr(GBytes) content = NULL;
  Call call = { .settings = self, .path = path };
  WeirValue *value;

  if (path == NULL)
    return FALSE;
  content = dex_await_boxed (weir_step_read_file (step, path, (gsize) self->max), error);
  if (content == NULL)
    return FALSE;

  call.content = content;
  value = weir_blocks_await_thread (convert_thread, &call, weir_step_get_cancellable (step), error);
  if (value == NULL)
    return FALSE;
  weir_step_emit_take (step, "content", value);
  weir_step_emit_take (step, "info", describe (path));
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
                        .summary = N_("Reads a file as text, bytes, lines or JSON"),
                        .keywords = "read file open load text content import cat",
                        .category = N_("Files"), .icon = "document-open-symbolic",
                        .effect = WEIR_EFFECT_PURE, .undo = WEIR_UNDO_NONE, .inputs = read_inputs,
                        .outputs = read_outputs, .fields = read_fields, .settings_size = sizeof (Read),
                        .permissions = read_permissions, .errors = read_errors, .examples = read_examples,
                        .summarize = read_summarize, .run = read_run)
