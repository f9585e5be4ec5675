/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "paths.h"
#include "place.h"

typedef struct
{
  char    *path;
  char    *to;
  gboolean recursive;
  gboolean must_exist;
} Delete;

static const char *const to_ids[] = { "trash", "permanent", NULL };
static const char *const to_titles[] = { N_("Into the trash"), N_("For good"), NULL };

static const WeirField delete_fields[] = {
  WEIR_FIELD_PATH (Delete, path, .title = N_("File or folder"), .required = TRUE),
  WEIR_FIELD_CHOICE (Delete, to, .title = N_("How"), .choices = to_ids, .choice_titles = to_titles, .initial_text = "trash",
                     .summary = N_("What is deleted for good is kept for undo, up to 1 GiB")),
  WEIR_FIELD_BOOL (Delete, recursive, .title = N_("Folders with something in them, too")),
  WEIR_FIELD_BOOL (Delete, must_exist, .title = N_("It must be there"), .summary = N_("Else it is a failure"), .advanced = TRUE),
  { 0 }
};

static const WeirPort delete_inputs[] = { { .name = "path", .type = "file", .title = N_("File") }, { 0 } };
static const WeirPort delete_outputs[] = {
  { .name = "info", .type = "record{path: text, deleted: bool, trashed: bool}", .title = N_("What Was Done") },
  { 0 }
};
static const char *const delete_permissions[] = { "fs.write(path)", NULL };
static const char *const delete_errors[] = { "io.not_found", "io.exists", "io.access", "io.busy", "io.other", NULL };

static const WeirExample delete_examples[] = {
  { .title = N_("For good"), .config = "{\"path\": \"$DIR/a.txt\", \"to\": \"permanent\"}", .files = "a.txt=1",
    .outputs = "{\"info\": {\"path\": \"$DIR/a.txt\", \"deleted\": true, \"trashed\": false}}" },
  { .title = N_("A folder and what is in it"),
    .config = "{\"path\": \"$DIR/a\", \"to\": \"permanent\", \"recursive\": true}", .files = "a/b.txt=1",
    .outputs = "{\"info\": {\"path\": \"$DIR/a\", \"deleted\": true, \"trashed\": false}}" },
  { .title = N_("Nothing there is fine"), .config = "{\"path\": \"$DIR/a.txt\"}",
    .outputs = "{\"info\": {\"path\": \"$DIR/a.txt\", \"deleted\": false, \"trashed\": false}}" },
  { .title = N_("A folder that is not empty"), .config = "{\"path\": \"$DIR/a\", \"to\": \"permanent\"}",
    .files = "a/b.txt=1", .error = "io.exists" },
  { 0 }
};

static gboolean
finish (WeirStep *step, const char *path, gboolean deleted, gboolean trashed)
{
  WeirBuilder *info = weir_record_builder_new (3);

  weir_builder_set_take (info, "path", weir_value_new_text (path));
  weir_builder_set_take (info, "deleted", weir_value_new_bool (deleted));
  weir_builder_set_take (info, "trashed", weir_value_new_bool (trashed));
  weir_step_emit_take (step, "info", weir_builder_end (info));
  return TRUE;
}

/* Some places have no trash: another machine, a mount that belongs to the system. Then it is kept for undo instead. */
static gboolean
delete_fiber (gpointer settings, WeirStep *step, GError **error)
{
  Delete *self = settings;
  g_autofree char *path = weir_step_resolve_path (step, self->path, error);
  gboolean trash = g_str_equal (self->to, "trash");
  g_autoptr(GError) wrong = NULL;

  if (path == NULL)
    return FALSE;
  if (!weir_paths_exists (path) && weir_step_get_attempt (step) == 1 && !self->must_exist)
    return finish (step, path, FALSE, FALSE);
  if (trash && dex_await (weir_step_delete_file (step, path, TRUE, self->recursive), &wrong))
    return finish (step, path, TRUE, TRUE);
  if (trash && !g_error_matches (wrong, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED))
    {
      if (!self->must_exist && g_str_equal (weir_error_get_class (wrong), "io.not_found"))
        return finish (step, path, FALSE, FALSE);
      g_propagate_error (error, g_steal_pointer (&wrong));
      return FALSE;
    }
  if (trash)
    weir_step_log (step, WEIR_LOG_INFO, "%s, so it is deleted and kept for undo", wrong->message);
  if (dex_await (weir_step_delete_file (step, path, FALSE, self->recursive), error))
    return finish (step, path, TRUE, FALSE);
  if (self->must_exist || error == NULL || !g_str_equal (weir_error_get_class (*error), "io.not_found"))
    return FALSE;
  g_clear_error (error);
  return finish (step, path, FALSE, FALSE);
}

static DexFuture *
delete_run (gpointer settings, WeirStep *step)
{
  return weir_step_spawn (step, settings, delete_fiber);
}

static char *
delete_summarize (WeirValue *config)
{
  return g_strdup (weir_value_get_member_text (config, "path", NULL));
}

WEIR_DEFINE_BLOCK_KIND (file_delete, .id = "file.delete", .version = 1, .title = N_("Delete File"),
                        .summary = N_("Puts a file or folder into the trash, or deletes it; undo brings it back"),
                        .keywords = "delete remove trash bin erase rm unlink file folder", .category = N_("Files"),
                        .icon = "user-trash-symbolic", .effect = WEIR_EFFECT_IDEMPOTENT, .undo = WEIR_UNDO_EXACT,
                        .inputs = delete_inputs, .outputs = delete_outputs, .fields = delete_fields,
                        .settings_size = sizeof (Delete), .permissions = delete_permissions, .errors = delete_errors,
                        .examples = delete_examples, .summarize = delete_summarize, .run = delete_run)
