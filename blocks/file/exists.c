/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <sys/stat.h>

#include "wait.h"
#include <weir-sdk.h>

typedef struct
{
  char *path;
  char *kind;
} Exists;

static const char *const kind_ids[] = { "any", "file", "folder", NULL };
static const char *const kind_titles[] = { N_("Anything"), N_("A file"), N_("A folder"), NULL };

static const WeirField exists_fields[] = {
  WEIR_FIELD_PATH (Exists, path, .title = N_("File or folder"), .required = TRUE),
  WEIR_FIELD_CHOICE (Exists, kind, .title = N_("What it must be"), .choices = kind_ids, .choice_titles = kind_titles,
                     .initial_text = "any", .advanced = TRUE),
  { 0 }
};

static const WeirPort exists_inputs[] = { { .name = "path", .type = "file", .title = N_("File") }, { 0 } };
static const WeirPort exists_outputs[] = {
  { .name = "exists", .type = "bool", .title = N_("Exists") },
  { .name = "yes", .type = "file", .title = N_("Yes"), .summary = N_("The file, if it is there") },
  { .name = "no", .type = "file", .title = N_("No"), .summary = N_("Its name, if it is not") },
  { 0 }
};
static const char *const exists_permissions[] = { "fs.read(path)", NULL };
static const char *const exists_errors[] = { "io.access", "io.other", NULL };

static const WeirExample exists_examples[] = {
  { .title = N_("It is there"), .config = "{\"path\": \"$DIR/a.txt\"}", .files = "a.txt=1",
    .outputs = "{\"exists\": true, \"yes\": \"*\"}" },
  { .title = N_("It is not"), .config = "{\"path\": \"$DIR/a.txt\"}", .outputs = "{\"exists\": false, \"no\": \"*\"}" },
  { .title = N_("A folder is no file"), .config = "{\"path\": \"$DIR\", \"kind\": \"file\"}",
    .outputs = "{\"exists\": false, \"no\": \"*\"}" },
  { 0 }
};

typedef struct
{
  Exists     *settings;
  const char *path;
  gboolean    exists;
} Call;

static gpointer
look_thread (gpointer data, GCancellable *cancellable, GError **error)
{
  Call *call = data;
  const char *kind = call->settings->kind;
  struct stat info;

  if (stat (call->path, &info) == 0)
    call->exists = g_str_equal (kind, "any") || (S_ISREG (info.st_mode) && g_str_equal (kind, "file"))
                   || (S_ISDIR (info.st_mode) && g_str_equal (kind, "folder"));
  else if (errno != ENOENT && errno != ENOTDIR)
    {
      weir_set_failure (error, errno == EACCES ? "io.access" : "io.other", "Could not look for %s: %s", call->path,
                        g_strerror (errno));
      return NULL;
    }
  return call;
}

static gboolean
exists_fiber (gpointer settings, WeirStep *step, GError **error)
{
  Exists *self = settings;
  g_autofree char *path = weir_step_resolve_path (step, self->path, error);
  Call call = { .settings = self, .path = path };

  if (path == NULL || !weir_step_require (step, "fs.read", path, error)
      || weir_blocks_await_thread (look_thread, &call, weir_step_get_cancellable (step), error) == NULL)
    return FALSE;
  weir_step_emit_take (step, "exists", weir_value_new_bool (call.exists));
  weir_step_emit_take (step, call.exists ? "yes" : "no", weir_value_new_file (path));
  return TRUE;
}

static DexFuture *
exists_run (gpointer settings, WeirStep *step)
{
  return weir_step_spawn (step, settings, exists_fiber);
}

static char *
exists_summarize (WeirValue *config)
{
  return g_strdup (weir_value_get_member_text (config, "path", NULL));
}

WEIR_DEFINE_BLOCK_KIND (file_exists, .id = "file.exists", .version = 1, .title = N_("File Exists"),
                        .summary = N_("Looks whether there is a file or folder, and goes one way or the other"),
                        .keywords = "exists test check file folder there missing present", .category = N_("Files"),
                        .icon = "system-search-symbolic", .effect = WEIR_EFFECT_PURE, .undo = WEIR_UNDO_NONE,
                        .inputs = exists_inputs, .outputs = exists_outputs, .fields = exists_fields,
                        .settings_size = sizeof (Exists), .permissions = exists_permissions, .errors = exists_errors,
                        .examples = exists_examples, .summarize = exists_summarize, .run = exists_run)
