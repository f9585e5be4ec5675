/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "paths.h"
#include "place.h"

typedef struct
{
  char    *from;
  char    *to;
  char    *overwrite;
  gboolean make_parents;
} Move;

static const WeirField move_fields[] = {
  WEIR_FIELD_PATH (Move, from, .title = N_("From"), .required = TRUE),
  WEIR_FIELD_PATH (Move, to, .title = N_("To"), .required = TRUE,
                   .summary = N_("A new name; with / at its end, or where there is a folder, the folder to move into")),
  WEIR_FIELD_CHOICE (Move, overwrite, .title = N_("If there is one already"), .choices = weir_place_overwrite_ids,
                     .choice_titles = weir_place_overwrite_titles, .initial_text = "error"),
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
  g_autofree char *to = from != NULL ? weir_place_make_target (step, from, self->to, error) : NULL;
  g_autoptr(WeirValue) place = NULL;
  gboolean replace = FALSE, skip = FALSE;

  if (to == NULL)
    return FALSE;
  if (!weir_paths_exists (from))
    {
      /* after an attempt that was cut off the file may have been moved already; the step knows where to */
      if (weir_step_get_attempt (step) == 1)
        {
          weir_set_failure (error, "io.not_found", "Expected a file or folder to move at %s, but there is none", from);
          return FALSE;
        }
    }
  else if (g_str_equal (from, to))
    return finish (step, to, FALSE);
  else if (!weir_place_choose (step, "file.move", from, self->overwrite, &to, &replace, &skip, error))
    return FALSE;
  if (skip)
    {
      weir_step_log (step, WEIR_LOG_INFO, "Left %s where it is: there is a %s", from, to);
      return finish (step, from, FALSE);
    }
  place = dex_await_boxed (weir_step_move_file (step, from, to, replace, self->make_parents), error);
  return place != NULL && finish (step, weir_value_get_text (place, NULL), TRUE);
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
