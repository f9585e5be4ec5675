/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "paths.h"
#include "values.h"

typedef struct
{
  char    *from;
  char    *to;
  char    *overwrite;
  gboolean make_parents;
} Move;

static const char *const overwrite_ids[] = { "error", "skip", "replace", "rename", "newer", NULL };
static const char *const overwrite_titles[] = {
  N_("Fail"), N_("Leave the file where it is"), N_("Replace it"), N_("Keep both, under another name"),
  N_("Replace it if it is older"), NULL
};

static const WeirField move_fields[] = {
  WEIR_FIELD_PATH (Move, from, .title = N_("From"), .required = TRUE),
  WEIR_FIELD_PATH (Move, to, .title = N_("To"), .required = TRUE,
                   .summary = N_("A new name; with / at its end, or where there is a folder, the folder to move into")),
  WEIR_FIELD_CHOICE (Move, overwrite, .title = N_("If there is one already"), .choices = overwrite_ids,
                     .choice_titles = overwrite_titles, .initial_text = "error"),
  WEIR_FIELD_BOOL (Move, make_parents, .title = N_("Make missing folders"), .initial = TRUE),
  { 0 }
};

static const WeirPort move_inputs[] = {
  { .name = "from", .type = "file", .title = N_("From") },
  { .name = "to", .type = "file", .title = N_("To") },
  { 0 }
};
static const WeirPort move_outputs[] = {
  { .name = "file", .type = "file", .title = N_("File"), .summary = N_("Where it is now") },
  { .name = "moved", .type = "bool", .title = N_("Moved") },
  { 0 }
};
static const char *const move_permissions[] = { "fs.write(from)", "fs.write(to)", NULL };
static const char *const move_errors[] = { "io.not_found", "io.exists", "io.access", "io.no_space", "io.other", NULL };

static const WeirExample move_examples[] = {
  { .title = N_("Into a folder"), .config = "{\"from\": \"$DIR/a.txt\", \"to\": \"$DIR/texts/\"}", .files = "a.txt=1",
    .outputs = "{\"file\": \"*\", \"moved\": true}" },
  { .title = N_("Renamed"), .config = "{\"to\": \"$DIR/b.txt\"}", .inputs = "{\"from\": \"$DIR/a.txt\"}",
    .files = "a.txt=1",
    .outputs = "{\"file\": \"*\", \"moved\": true}" },
  { .title = N_("Left where it is"),
    .config = "{\"from\": \"$DIR/a.txt\", \"to\": \"$DIR/b.txt\", \"overwrite\": \"skip\"}",
    .files = "a.txt=1\nb.txt=2", .outputs = "{\"file\": \"*\", \"moved\": false}" },
  { .title = N_("Never over something"), .config = "{\"from\": \"$DIR/a.txt\", \"to\": \"$DIR/b.txt\"}",
    .files = "a.txt=1\nb.txt=2",
    .error = "io.exists" },
  { .title = N_("Nothing there"), .config = "{\"from\": \"$DIR/a.txt\", \"to\": \"$DIR/b.txt\"}",
    .error = "io.not_found" },
  { 0 }
};

/* What @to means for a file called like @from. */
static char *
make_target (WeirStep *step, const char *from, const char *to, GError **error)
{
  g_autofree char *path = weir_step_resolve_path (step, to, error);
  g_autofree char *name = g_path_get_basename (from);
  g_autofree char *inside = NULL;
  struct stat source, target;

  if (path == NULL)
    return NULL;
  inside = g_build_filename (path, name, NULL);
  if (g_str_has_suffix (to, "/"))
    return g_steal_pointer (&inside);
  if (stat (path, &target) != 0 || !S_ISDIR (target.st_mode))
    return g_steal_pointer (&path);
  /* Renaming a folder to itself in other letters is no move into itself. */
  if (lstat (from, &source) == 0 && source.st_ino == target.st_ino && source.st_dev == target.st_dev)
    return g_steal_pointer (&path);
  return g_steal_pointer (&inside);
}

static gboolean
is_newer (const char *path, const char *than)
{
  struct stat a, b;

  if (stat (path, &a) != 0 || stat (than, &b) != 0)
    return TRUE;
  return a.st_mtim.tv_sec != b.st_mtim.tv_sec ? a.st_mtim.tv_sec > b.st_mtim.tv_sec
                                              : a.st_mtim.tv_nsec > b.st_mtim.tv_nsec;
}

static gboolean
finish (WeirStep *step, const char *path, gboolean moved)
{
  weir_step_emit_take (step, "file", weir_value_new_file (path));
  weir_step_emit_take (step, "moved", weir_value_new_bool (moved));
  return TRUE;
}

static gboolean
move_fiber (gpointer settings, WeirStep *step, GError **error)
{
  Move *self = settings;
  g_autofree char *from = weir_step_resolve_path (step, self->from, error);
  g_autofree char *to = from != NULL ? make_target (step, from, self->to, error) : NULL;
  gboolean replace = g_str_equal (self->overwrite, "replace") || g_str_equal (self->overwrite, "newer");

  if (to == NULL)
    return FALSE;
  if (!weir_paths_exists (from))
    {
      /* An attempt before this one was cut off between the move and the note that it was done. */
      if (weir_step_get_attempt (step) > 1 && !g_str_equal (self->overwrite, "rename") && weir_paths_exists (to))
        return finish (step, to, TRUE);
      weir_set_failure (error, "io.not_found", "Expected a file or folder to move at %s, but there is none", from);
      return FALSE;
    }
  if (g_str_equal (from, to))
    return finish (step, to, FALSE);

  if (weir_paths_exists (to))
    {
      if (g_str_equal (self->overwrite, "skip") || (g_str_equal (self->overwrite, "newer") && !is_newer (from, to)))
        {
          weir_step_log (step, WEIR_LOG_INFO, "Left %s where it is: there is a %s", from, to);
          return finish (step, from, FALSE);
        }
      if (g_str_equal (self->overwrite, "rename"))
        {
          g_autofree char *wanted = g_steal_pointer (&to);
          to = weir_paths_make_free (wanted);
        }
    }
  if (!dex_await (weir_step_move_file (step, from, to, replace, self->make_parents), error))
    return FALSE;
  return finish (step, to, TRUE);
}

static DexFuture *
move_run (gpointer settings, WeirStep *step)
{
  return weir_step_spawn (step, settings, move_fiber);
}

static char *
move_summarize (WeirValue *config)
{
  const char *to = weir_value_get_member_text (config, "to", NULL);

  return to != NULL ? g_strdup_printf ("to %s", to) : NULL;
}

WEIR_DEFINE_BLOCK_KIND (file_move, .id = "file.move", .version = 1, .title = N_("Move File"),
                        .summary = N_("Moves or renames a file or folder; undo moves it back"),
                        .keywords = "move rename file folder sort tidy organise mv",
                        .category = N_("Files"), .icon = "send-to-symbolic",
                        .effect = WEIR_EFFECT_IDEMPOTENT, .undo = WEIR_UNDO_EXACT, .inputs = move_inputs,
                        .outputs = move_outputs, .fields = move_fields, .settings_size = sizeof (Move),
                        .permissions = move_permissions, .errors = move_errors, .examples = move_examples,
                        .summarize = move_summarize, .run = move_run)
