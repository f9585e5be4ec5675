/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <weir-sdk.h>

typedef struct
{
  char *kind;
  char *suffix;
} Temp;

static const char *const kind_ids[] = { "file", "folder", NULL };
static const char *const kind_titles[] = { N_("A file"), N_("A folder"), NULL };

static const WeirField temp_fields[] = {
  WEIR_FIELD_CHOICE (Temp, kind, .title = N_("What"), .choices = kind_ids, .choice_titles = kind_titles, .initial_text = "file"),
  WEIR_FIELD_TEXT (Temp, suffix, .title = N_("End of its name"), .placeholder = ".pdf"),
  { 0 }
};

static const WeirPort temp_outputs[] = {
  { .name = "path", .type = "file", .title = N_("Path"), .summary = N_("It is gone when the run has ended") },
  { 0 }
};
static const char *const temp_errors[] = { "io.no_space", "io.other", NULL };

static const WeirExample temp_examples[] = {
  { .title = N_("A file for a program to write to"), .config = "{\"suffix\": \".png\"}", .outputs = "{\"path\": \"*\"}" },
  { .title = N_("A folder"), .config = "{\"kind\": \"folder\"}", .outputs = "{\"path\": \"*\"}" },
  { 0 }
};

static gboolean
temp_fiber (gpointer settings, WeirStep *step, GError **error)
{
  Temp *self = settings;
  gboolean folder = g_str_equal (self->kind, "folder");
  g_autofree char *name = g_strconcat (folder ? "folder" : "file", self->suffix, NULL);
  g_autoptr(WeirValue) path = dex_await_boxed (weir_step_make_temporary (step, name, folder), error);

  if (path == NULL)
    return FALSE;
  weir_step_emit_take (step, "path", weir_value_new_file (weir_value_get_text (path, NULL)));
  return TRUE;
}

static DexFuture *
temp_run (gpointer settings, WeirStep *step)
{
  return weir_step_spawn (step, settings, temp_fiber);
}

WEIR_DEFINE_BLOCK_KIND (file_temp, .id = "file.temp", .version = 1, .title = N_("Temporary File"),
                        .summary = N_("An empty file or folder for this run only"),
                        .keywords = "temporary temp tmp scratch file folder", .category = N_("Files"),
                        .icon = "document-new-symbolic", .effect = WEIR_EFFECT_IDEMPOTENT, .undo = WEIR_UNDO_NONE,
                        .outputs = temp_outputs, .fields = temp_fields, .settings_size = sizeof (Temp),
                        .errors = temp_errors, .examples = temp_examples, .run = temp_run)
