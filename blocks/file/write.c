/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "encoding.h"
#include "paths.h"
#include "values.h"

typedef struct
{
  char      *path;
  WeirValue *content;
  char      *mode;
  gboolean   make_parents;
  char      *encoding;
  char      *newline;
  gboolean   backup;
  gboolean   sync;
} Write;

static const char *const mode_ids[] = { "replace", "append", "create_new", "keep_both", NULL };
static const char *const mode_titles[] = {
  N_("Replace what is there"), N_("Append"), N_("Fail if there is one"), N_("Keep both, under another name"), NULL
};
static const char *const newline_ids[] = { "keep", "lf", "crlf", NULL };
static const char *const newline_titles[] = { N_("As they are"), N_("LF (Linux)"), N_("CRLF (Windows)"), NULL };

static const WeirField write_fields[] = {
  WEIR_FIELD_PATH (Write, path, .title = N_("File"), .required = TRUE),
  WEIR_FIELD_VALUE (Write, content, .title = N_("Content"), .type = "any",
                    .summary = N_("Text and bytes are written as they are, a stream line by line, anything else as JSON")),
  WEIR_FIELD_CHOICE (Write, mode, .title = N_("How"), .choices = mode_ids, .choice_titles = mode_titles,
                     .initial_text = "replace"),
  WEIR_FIELD_BOOL (Write, make_parents, .title = N_("Make missing folders"), .initial = TRUE),
  WEIR_FIELD_CHOICE (Write, encoding, .title = N_("Encoding"), .choices = weir_encoding_ids + 1,
                     .choice_titles = weir_encoding_titles + 1, .initial_text = "utf-8", .advanced = TRUE),
  WEIR_FIELD_CHOICE (Write, newline, .title = N_("Ends of lines"), .choices = newline_ids,
                     .choice_titles = newline_titles,
                     .initial_text = "keep", .advanced = TRUE),
  WEIR_FIELD_BOOL (Write, backup, .title = N_("Keep a backup"),
                   .summary = N_("What was there before, with ~ after its name"),
                   .advanced = TRUE),
  { .name = "fsync", .kind = WEIR_FIELD_KIND_BOOL, .offset = G_STRUCT_OFFSET (Write, sync), .title = N_("Wait for the disk"),
    .summary = N_("So that a power cut loses nothing; without it, writing is faster"), .initial = TRUE, .advanced = TRUE },
  { 0 }
};

static const WeirPort write_inputs[] = {
  { .name = "content", .title = N_("Content") },
  { .name = "path", .type = "file", .title = N_("File"), .summary = N_("Goes before the configured file") },
  { 0 }
};
static const WeirPort write_outputs[] = {
  { .name = "file", .type = "file", .title = N_("File") },
  { .name = "bytes", .type = "int", .title = N_("Bytes"), .summary = N_("How many were written") },
  { .name = "created", .type = "bool", .title = N_("Created"), .summary = N_("Whether there was no such file before") },
  { 0 }
};
static const char *const write_permissions[] = { "fs.write(path)", NULL };
static const char *const write_errors[] = {
  "input.missing", "io.not_found", "io.exists", "io.access", "io.no_space", "io.other", "io.changed", "data.encoding",
  NULL
};

static const WeirExample write_examples[] = {
  { .title = N_("A new file in a new folder"), .config = "{\"path\": \"$DIR/reports/a.txt\"}",
    .inputs = "{\"content\": \"Hello\"}",
    .outputs = "{\"file\": \"*\", \"bytes\": 5, \"created\": true}" },
  { .title = N_("Records as JSON"), .config = "{\"path\": \"$DIR/a.json\", \"content\": {\"n\": 1}}",
    .outputs = "{\"file\": \"*\", \"bytes\": 13, \"created\": true}" },
  { .title = N_("Appended"), .config = "{\"path\": \"$DIR/log.txt\", \"mode\": \"append\"}",
    .inputs = "{\"content\": \"two\"}",
    .files = "log.txt=one", .outputs = "{\"file\": \"*\", \"bytes\": 3, \"created\": false}" },
  { .title = N_("Never over something"),
    .config = "{\"path\": \"$DIR/a.txt\", \"mode\": \"create_new\", \"content\": \"x\"}",
    .files = "a.txt=here", .error = "io.exists" },
  { 0 }
};

/* Written through the step, so that the backup too goes when the run is undone. */
static gboolean
keep_backup (Write *self, WeirStep *step, const char *path, WeirWriteMode mode, GError **error)
{
  g_autofree char *backup = g_strconcat (path, "~", NULL);
  g_autoptr(GBytes) before = NULL;

  if (!self->backup || (mode & ~WEIR_WRITE_UNSYNCED) != WEIR_WRITE_REPLACE
      || !g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return TRUE;
  before = dex_await_boxed (weir_step_read_file (step, path, G_MAXINT64), error);
  if (before == NULL)
    return FALSE;
  return dex_await (weir_step_write_file (step, backup, before, WEIR_WRITE_REPLACE, FALSE), error);
}

/* What is a stream already may be written as it is, or as text in another encoding. */
static WeirValue *
make_stream (Write *self, GError **error)
{
  static const char *const keys[] = { "op", "encoding", "newline" };
  g_autoptr(WeirValue) op = weir_value_new_text ("encode");
  g_autoptr(WeirValue) encoding = weir_value_new_text (self->encoding);
  g_autoptr(WeirValue) newline = weir_value_new_text (self->newline);
  g_autoptr(WeirValue) operation = NULL;

  if (weir_stream_get_unit (self->content) == WEIR_STREAM_BYTES && g_str_equal (self->encoding, "utf-8")
      && g_str_equal (self->newline, "keep"))
    return weir_value_ref (self->content);
  operation = weir_value_new_record ((const char **) keys, (WeirValue *[]) { op, encoding, newline }, 3);
  return weir_stream_with_operation (self->content, operation, error);
}

static gboolean
write_stream (Write *self, WeirStep *step, const char *path, WeirWriteMode mode, GError **error)
{
  g_autoptr(WeirValue) stream = make_stream (self, error);
  g_autoptr(WeirValue) written = NULL;

  if (stream == NULL || !keep_backup (self, step, path, mode, error))
    return FALSE;
  written = dex_await_boxed (weir_step_write_stream (step, path, stream, mode, self->make_parents), error);
  if (written == NULL)
    return FALSE;
  weir_step_emit_take (step, "file", weir_value_new_file (path));
  weir_step_emit (step, "bytes", weir_value_find_member (written, "bytes"));
  weir_step_emit (step, "created", weir_value_find_member (written, "created"));
  return TRUE;
}

/* A free name; the one that an attempt before this one had chosen, if there was one. */
static char *
find_name (WeirStep *step, const char *wanted, GError **error)
{
  g_autoptr(WeirValue) chosen = NULL;

  if (weir_step_get_attempt (step) == 1)
    return weir_paths_make_free (wanted);
  chosen = dex_await_boxed (weir_step_find_target (step, "file.write", NULL), error);
  if (chosen == NULL)
    return NULL;
  return weir_value_is_null (chosen) ? weir_paths_make_free (wanted) : g_strdup (weir_value_get_text (chosen, NULL));
}

static gboolean
write_fiber (gpointer settings, WeirStep *step, GError **error)
{
  Write *self = settings;
  g_autofree char *path = weir_step_resolve_path (step, self->path, error);
  gboolean keep_both = g_str_equal (self->mode, "keep_both");
  WeirWriteMode mode = g_str_equal (self->mode, "append")    ? WEIR_WRITE_APPEND
                       : g_str_equal (self->mode, "replace") ? WEIR_WRITE_REPLACE
                                                             : WEIR_WRITE_CREATE_NEW;
  g_autoptr(GBytes) content = NULL;
  g_autoptr(GError) wrong = NULL;
  gboolean created;

  if (path == NULL)
    return FALSE;
  if (weir_blocks_is_nothing (self->content))
    {
      weir_set_failure (error, "input.missing", "Expected something to write to %s, but nothing came", path);
      return FALSE;
    }
  if (keep_both)
    {
      g_autofree char *wanted = g_steal_pointer (&path);
      path = find_name (step, wanted, error);
      if (path == NULL)
        return FALSE;
    }
  if (!self->sync)
    mode |= WEIR_WRITE_UNSYNCED;
  if (weir_value_get_kind (self->content) == WEIR_VALUE_STREAM)
    return write_stream (self, step, path, mode, error);
  content = weir_encoding_encode (self->content, self->encoding, self->newline, error);
  if (content == NULL || !keep_backup (self, step, path, mode, error))
    return FALSE;
  created = dex_await_boolean (weir_step_write_file (step, path, content, mode, self->make_parents), &wrong);
  if (wrong != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&wrong));
      return FALSE;
    }
  weir_step_emit_take (step, "file", weir_value_new_file (path));
  weir_step_emit_take (step, "bytes", weir_value_new_int ((gint64) g_bytes_get_size (content)));
  weir_step_emit_take (step, "created", weir_value_new_bool (created));
  return TRUE;
}

static DexFuture *
write_run (gpointer settings, WeirStep *step)
{
  return weir_step_spawn (step, settings, write_fiber);
}

/* Replacing twice is as good as once; appending, and looking for a new name, are not. */
static WeirEffectClass
write_get_effect (WeirValue *config)
{
  return g_str_equal (weir_value_get_member_text (config, "mode", "replace"), "replace") ? WEIR_EFFECT_IDEMPOTENT
                                                                                         : WEIR_EFFECT_ONCE;
}

static char *
write_summarize (WeirValue *config)
{
  return g_strdup (weir_value_get_member_text (config, "path", NULL));
}

WEIR_DEFINE_BLOCK_KIND (file_write, .id = "file.write", .version = 1, .title = N_("Write File"),
                        .summary = N_("Writes or appends to a file; undo brings back what was there"),
                        .keywords = "write file save append create export store text report",
                        .category = N_("Files"), .icon = "document-save-symbolic",
                        .effect = WEIR_EFFECT_IDEMPOTENT, .undo = WEIR_UNDO_EXACT, .inputs = write_inputs,
                        .outputs = write_outputs, .fields = write_fields, .settings_size = sizeof (Write),
                        .permissions = write_permissions, .errors = write_errors, .examples = write_examples,
                        .get_effect = write_get_effect, .summarize = write_summarize, .run = write_run)
