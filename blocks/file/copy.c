/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "paths.h"
#include "place.h"

typedef struct
{
  char    *from;
  char    *to;
  char    *overwrite;
  gboolean recursive;
  char    *preserve;
  gboolean verify;
  gboolean make_parents;
} Copy;

static const char *const preserve_ids[] = { "all", "none", NULL };
static const char *const preserve_titles[] = { N_("Permissions, time and attributes"), N_("Nothing"), NULL };

static const WeirField copy_fields[] = {
  WEIR_FIELD_PATH (Copy, from, .title = N_("From"), .required = TRUE),
  WEIR_FIELD_PATH (Copy, to, .title = N_("To"), .required = TRUE,
                   .summary = N_("A new name; with / at its end, or where there is a folder, the folder to copy into")),
  WEIR_FIELD_CHOICE (Copy, overwrite, .title = N_("If there is one already"), .choices = weir_place_overwrite_ids,
                     .choice_titles = weir_place_overwrite_titles, .initial_text = "error"),
  WEIR_FIELD_BOOL (Copy, recursive, .title = N_("Folders, too"), .summary = N_("With all that is in them"), .initial = TRUE),
  WEIR_FIELD_CHOICE (Copy, preserve, .title = N_("Keep"), .choices = preserve_ids, .choice_titles = preserve_titles,
                     .initial_text = "all", .advanced = TRUE),
  WEIR_FIELD_BOOL (Copy, verify, .title = N_("Compare afterwards"), .summary = N_("Reads the copy back"), .advanced = TRUE),
  WEIR_FIELD_BOOL (Copy, make_parents, .title = N_("Make missing folders"), .initial = TRUE),
  { 0 }
};

static const WeirPort copy_inputs[] = {
  { .name = "from", .type = "file", .title = N_("From") },
  { .name = "to", .type = "file", .title = N_("To") },
  { 0 }
};
static const WeirPort copy_outputs[] = {
  { .name = "file", .type = "file", .title = N_("File"), .summary = N_("The copy") },
  { .name = "copied", .type = "bool", .title = N_("Copied") },
  { 0 }
};
static const char *const copy_permissions[] = { "fs.read(from)", "fs.write(to)", NULL };
static const char *const copy_errors[] = { "io.not_found", "io.exists", "io.access", "io.no_space", "io.other", "io.changed", NULL };

static const WeirExample copy_examples[] = {
  { .title = N_("Into a folder"), .config = "{\"from\": \"$DIR/a.txt\", \"to\": \"$DIR/backup/\"}", .files = "a.txt=1",
    .outputs = "{\"file\": \"*\", \"copied\": true}" },
  { .title = N_("A folder"), .config = "{\"from\": \"$DIR/a\", \"to\": \"$DIR/b\"}", .files = "a/one.txt=1\na/in/two.txt=2",
    .outputs = "{\"file\": \"*\", \"copied\": true}" },
  { .title = N_("Never over something"), .config = "{\"from\": \"$DIR/a.txt\", \"to\": \"$DIR/b.txt\"}",
    .files = "a.txt=1\nb.txt=2", .error = "io.exists" },
  { .title = N_("Nothing there"), .config = "{\"from\": \"$DIR/a.txt\", \"to\": \"$DIR/b.txt\"}", .error = "io.not_found" },
  { 0 }
};

static gboolean
finish (WeirStep *step, const char *path, gboolean copied)
{
  weir_step_emit_take (step, "file", weir_value_new_file (path));
  weir_step_emit_take (step, "copied", weir_value_new_bool (copied));
  return TRUE;
}

static WeirCopyFlags
make_flags (Copy *self, gboolean replace)
{
  return (replace ? WEIR_COPY_REPLACE : 0) | (self->recursive ? WEIR_COPY_FOLDERS : 0)
         | (g_str_equal (self->preserve, "all") ? WEIR_COPY_ATTRIBUTES : 0) | (self->verify ? WEIR_COPY_VERIFY : 0)
         | (self->make_parents ? WEIR_COPY_MAKE_PARENTS : 0);
}

static gboolean
copy_fiber (gpointer settings, WeirStep *step, GError **error)
{
  Copy *self = settings;
  g_autofree char *from = weir_step_resolve_path (step, self->from, error);
  g_autofree char *to = from != NULL ? weir_place_make_target (step, from, self->to, error) : NULL;
  gboolean replace, skip;

  if (to == NULL)
    return FALSE;
  if (!weir_paths_exists (from))
    {
      weir_set_failure (error, "io.not_found", "Expected a file or folder to copy at %s, but there is none", from);
      return FALSE;
    }
  if (!weir_place_choose (step, "file.copy", from, self->overwrite, &to, &replace, &skip, error))
    return FALSE;
  if (skip)
    {
      weir_step_log (step, WEIR_LOG_INFO, "Did not copy %s: there is a %s", from, to);
      return finish (step, to, FALSE);
    }
  if (!dex_await (weir_step_copy_file (step, from, to, make_flags (self, replace)), error))
    return FALSE;
  return finish (step, to, TRUE);
}

static DexFuture *
copy_run (gpointer settings, WeirStep *step)
{
  return weir_step_spawn (step, settings, copy_fiber);
}

static char *
copy_summarize (WeirValue *config)
{
  const char *to = weir_value_get_member_text (config, "to", NULL);

  return to != NULL ? g_strdup_printf ("to %s", to) : NULL;
}

WEIR_DEFINE_BLOCK_KIND (file_copy, .id = "file.copy", .version = 1, .title = N_("Copy File"),
                        .summary = N_("Copies a file or folder; undo takes the copy away again"),
                        .keywords = "copy duplicate backup file folder cp clone", .category = N_("Files"),
                        .icon = "edit-copy-symbolic", .effect = WEIR_EFFECT_IDEMPOTENT, .undo = WEIR_UNDO_EXACT,
                        .inputs = copy_inputs, .outputs = copy_outputs, .fields = copy_fields,
                        .settings_size = sizeof (Copy), .permissions = copy_permissions, .errors = copy_errors,
                        .examples = copy_examples, .summarize = copy_summarize, .run = copy_run)
