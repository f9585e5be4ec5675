/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <weir-sdk.h>

typedef struct
{
  char    *path;
  gboolean parents;
} Mkdir;

static const WeirField mkdir_fields[] = {
  WEIR_FIELD_PATH (Mkdir, path, .title = N_("Folder"), .folder = TRUE, .required = TRUE),
  WEIR_FIELD_BOOL (Mkdir, parents, .title = N_("Folders above it, too"), .initial = TRUE),
  { 0 }
};

static const WeirPort mkdir_inputs[] = { { .name = "path", .type = "dir", .title = N_("Folder") }, { 0 } };
static const WeirPort mkdir_outputs[] = {
  { .name = "dir", .type = "dir", .title = N_("Folder") },
  { .name = "created", .type = "bool", .title = N_("Created"), .summary = N_("Whether there was no such folder before") },
  { 0 }
};
static const char *const mkdir_permissions[] = { "fs.write(path)", NULL };
static const char *const mkdir_errors[] = { "io.not_found", "io.exists", "io.access", "io.no_space", "io.other", NULL };

static const WeirExample mkdir_examples[] = {
  { .title = N_("With the folders above it"), .config = "{\"path\": \"$DIR/2026/11\"}",
    .outputs = "{\"dir\": \"*\", \"created\": true}" },
  { .title = N_("One that is there"), .config = "{\"path\": \"$DIR\"}", .outputs = "{\"dir\": \"*\", \"created\": false}" },
  { .title = N_("A file is in the way"), .config = "{\"path\": \"$DIR/a\"}", .files = "a=1", .error = "io.exists" },
  { 0 }
};

static gboolean
mkdir_fiber (gpointer settings, WeirStep *step, GError **error)
{
  Mkdir *self = settings;
  g_autofree char *path = weir_step_resolve_path (step, self->path, error);
  g_autoptr(GError) wrong = NULL;
  gboolean created;

  if (path == NULL)
    return FALSE;
  created = dex_await_boolean (weir_step_make_folder (step, path, self->parents), &wrong);
  if (wrong != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&wrong));
      return FALSE;
    }
  weir_step_emit_take (step, "dir", weir_value_new_file (path));
  weir_step_emit_take (step, "created", weir_value_new_bool (created));
  return TRUE;
}

static DexFuture *
mkdir_run (gpointer settings, WeirStep *step)
{
  return weir_step_spawn (step, settings, mkdir_fiber);
}

static char *
mkdir_summarize (WeirValue *config)
{
  return g_strdup (weir_value_get_member_text (config, "path", NULL));
}

WEIR_DEFINE_BLOCK_KIND (file_mkdir, .id = "file.mkdir", .version = 1, .title = N_("Make Folder"),
                        .summary = N_("Makes a folder; undo removes it if it is empty"),
                        .keywords = "mkdir folder directory create make new", .category = N_("Files"),
                        .icon = "folder-new-symbolic", .effect = WEIR_EFFECT_IDEMPOTENT, .undo = WEIR_UNDO_EXACT,
                        .inputs = mkdir_inputs, .outputs = mkdir_outputs, .fields = mkdir_fields,
                        .settings_size = sizeof (Mkdir), .permissions = mkdir_permissions, .errors = mkdir_errors,
                        .examples = mkdir_examples, .summarize = mkdir_summarize, .run = mkdir_run)
