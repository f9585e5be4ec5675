/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "values.h"

typedef struct
{
  char      *program;
  WeirValue *args;
  char      *cwd;
  WeirValue *env;
  WeirValue *input;
  WeirValue *ok_codes;
  char      *as;
  gboolean   capture;
  gint64     max_output;
  gint64     kill_grace;
  gint64     memory;
  gint64     cpu_time;
  gint64     open_files;
  gboolean   idempotent;
  WeirValue *track;
  gboolean   host;
} Command;

static const char *const as_ids[] = { "text", "lines", "json", "bytes", NULL };
static const char *const as_titles[] = { N_("Text"), N_("List of lines"), N_("JSON"), N_("Bytes"), NULL };

static const WeirField command_fields[] = {
  WEIR_FIELD_TEXT (Command, program, .title = N_("Program"),
                   .summary = N_("A name, looked for as in a terminal, or a path. No shell is in between"),
                   .placeholder = "convert", .required = TRUE),
  WEIR_FIELD_VALUE (Command, args, .title = N_("Arguments"),
                    .summary = N_("One each; spaces and quotes mean nothing special"),
                    .type = "list<text>", .initial_text = "[]"),
  WEIR_FIELD_PATH (Command, cwd, .title = N_("Folder"),
                   .summary = N_("Where it runs; empty is the folder of the workflow"), .folder = TRUE),
  WEIR_FIELD_CHOICE (Command, as, .title = N_("Output as"), .choices = as_ids, .choice_titles = as_titles,
                     .initial_text = "text"),
  { .name = "stdin", .kind = WEIR_FIELD_KIND_VALUE, .offset = G_STRUCT_OFFSET (Command, input),
    .title = N_("Standard input"),
    .summary = N_("Text, bytes and streams as they are, anything else as JSON"), .type = "any", .advanced = TRUE },
  WEIR_FIELD_VALUE (Command, env, .title = N_("Environment"), .summary = N_("On top of what Weir itself runs with"),
                    .type = "list<record{name: text, value?: text}>", .initial_text = "[]", .advanced = TRUE),
  WEIR_FIELD_VALUE (Command, ok_codes, .title = N_("Good exit statuses"), .summary = N_("Anything else is a failure"),
                    .type = "list<int>",
                    .initial_text = "[0]", .advanced = TRUE),
  WEIR_FIELD_BOOL (Command, capture, .title = N_("Keep the output"),
                   .summary = N_("Its lines are in the log in any case"), .initial = TRUE,
                   .advanced = TRUE),
  WEIR_FIELD_SIZE (Command, max_output, .title = N_("Output at most"), .initial = 16 << 20, .minimum = 1,
                   .maximum = 1 << 30, .advanced = TRUE),
  WEIR_FIELD_DURATION (Command, kill_grace, .title = N_("Time to end"),
                       .summary = N_("From asking it to end (SIGTERM) to ending it (SIGKILL)"),
                       .initial = 5000, .maximum = 60000, .advanced = TRUE),
  WEIR_FIELD_SIZE (Command, memory, .title = N_("Memory at most"),
                   .summary = N_("0: any. With systemd for all that it starts together, else for each process"),
                   .maximum = G_GINT64_CONSTANT (1) << 50, .advanced = TRUE),
  WEIR_FIELD_DURATION (Command, cpu_time, .title = N_("Processor time at most"),
                       .summary = N_("0: any. Of each process, in whole seconds; waiting does not count"),
                       .maximum = G_GINT64_CONSTANT (1000) * 86400 * 365, .advanced = TRUE),
  WEIR_FIELD_INT (Command, open_files, .title = N_("Open files at most"), .summary = N_("0: as many as Weir itself"),
                  .maximum = 1 << 20, .advanced = TRUE),
  WEIR_FIELD_VALUE (Command, track, .title = N_("Watch folders"), .type = "list<text>", .initial_text = "[]",
                    .summary = N_("What it changes in these folders can be undone; what is in them is kept before, up to 1 GiB for each"),
                    .advanced = TRUE),
  WEIR_FIELD_BOOL (Command, host, .title = N_("Outside the sandbox"),
                   .summary = N_("Where Weir is a Flatpak, runs the program on the system itself"), .advanced = TRUE),
  WEIR_FIELD_BOOL (Command, idempotent, .title = N_("May run twice"),
                   .summary = N_("It does no harm when a crash makes it run again"), .advanced = TRUE),
  { 0 }
};

static const WeirPort command_inputs[] = {
  { .name = "stdin", .title = N_("Standard Input") },
  { .name = "args", .type = "list<text>", .title = N_("Arguments") },
  { 0 }
};
static const WeirPort command_outputs[] = {
  { .name = "stdout", .title = N_("Standard Output") },
  { .name = "stderr", .type = "text", .title = N_("Standard Error") },
  { .name = "exit", .type = "int", .title = N_("Exit Status") },
  { .name = "ms", .type = "int", .title = N_("Milliseconds") },
  { 0 }
};
static const char *const command_permissions[] = { "exec(program)", "fs.write(track)", NULL };
static const char *const command_errors[] = {
  "proc.not_found", "proc.exit", "proc.signal", "proc.oom", "io.not_found", "limit.size", "limit.timeout", "data.parse", NULL
};

static const WeirExample command_examples[] = {
  { .title = N_("Its output"), .config = "{\"program\": \"printf\", \"args\": [\"%s-%s\", \"a b\", \"$HOME\"]}",
    .outputs = "{\"stdout\": \"a b-$HOME\", \"stderr\": \"\", \"exit\": 0, \"ms\": \"*\"}" },
  { .title = N_("Through a program"),
    .config = "{\"program\": \"tr\", \"args\": [\"a-z\", \"A-Z\"], \"as\": \"lines\"}",
    .inputs = "{\"stdin\": \"one\\ntwo\\n\"}",
    .outputs = "{\"stdout\": [\"ONE\", \"TWO\"], \"stderr\": \"\", \"exit\": 0, \"ms\": \"*\"}" },
  { .title = N_("A status that is no failure"), .config = "{\"program\": \"false\", \"ok_codes\": [0, 1]}",
    .outputs = "{\"stdout\": \"\", \"stderr\": \"\", \"exit\": 1, \"ms\": \"*\"}" },
  { .title = N_("What it changes can be undone"),
    .config = "{\"program\": \"cp\", \"args\": [\"$DIR/a\", \"$DIR/b\"], \"track\": [\"$DIR\"]}", .files = "a=1",
    .outputs = "{\"stdout\": \"\", \"stderr\": \"\", \"exit\": 0, \"ms\": \"*\"}" },
  { .title = N_("With little memory"), .config = "{\"program\": \"echo\", \"args\": [\"done\"], \"memory\": \"512MiB\"}",
    .outputs = "{\"stdout\": \"done\\n\", \"stderr\": \"\", \"exit\": 0, \"ms\": \"*\"}" },
  { .title = N_("A failure"), .config = "{\"program\": \"false\"}", .error = "proc.exit" },
  { .title = N_("No such program"), .config = "{\"program\": \"no-such-program-here\"}", .error = "proc.not_found" },
  { 0 }
};

static gboolean
is_sandboxed (void)
{
  return g_file_test ("/.flatpak-info", G_FILE_TEST_EXISTS);
}

/* Through the portal of Flatpak, which ends the program when it loses us. */
static void
add_host_words (Command *self, GStrvBuilder *argv, const char *folder)
{
  g_strv_builder_add_many (argv, "flatpak-spawn", "--host", "--watch-bus", NULL);
  if (folder != NULL)
    g_strv_builder_take (argv, g_strdup_printf ("--directory=%s", folder));
  for (gsize i = 0; !weir_blocks_is_nothing (self->env) && i < weir_value_get_length (self->env); i++)
    {
      WeirValue *row = weir_value_get_item (self->env, i);

      g_strv_builder_take (argv, g_strdup_printf ("--env=%s=%s", weir_value_get_member_text (row, "name", ""),
                                                  weir_value_get_member_text (row, "value", "")));
    }
}

/* What a program gets ends at a NUL: the rest would be lost without a word. */
static gboolean
check_word (WeirValue *word, const char *what, gsize number, GError **error)
{
  gsize length = 0;
  const char *text = word != NULL && weir_value_get_kind (word) == WEIR_VALUE_TEXT ? weir_value_get_text (word, &length)
                                                                                   : "";

  if (strlen (text) == length)
    return TRUE;
  weir_set_failure (error, "config.invalid", "%s %" G_GSIZE_FORMAT ": expected text without NUL characters", what,
                    number);
  return FALSE;
}

static gboolean
check_words (Command *self, GError **error)
{
  for (gsize i = 0; !weir_blocks_is_nothing (self->args) && i < weir_value_get_length (self->args); i++)
    if (!check_word (weir_value_get_item (self->args, i), "Argument", i + 1, error))
      return FALSE;
  for (gsize i = 0; !weir_blocks_is_nothing (self->env) && i < weir_value_get_length (self->env); i++)
    if (!check_word (weir_value_find_member (weir_value_get_item (self->env, i), "name"), "Variable", i + 1, error)
        || !check_word (weir_value_find_member (weir_value_get_item (self->env, i), "value"), "Variable", i + 1, error))
      return FALSE;
  return TRUE;
}

static char **
make_argv (Command *self, WeirStep *step, const char *folder)
{
  g_autoptr(GStrvBuilder) argv = g_strv_builder_new ();

  if (self->host && is_sandboxed ())
    add_host_words (self, argv, folder);
  else if (self->host)
    weir_step_log (step, WEIR_LOG_INFO, "Weir is not in a sandbox, so %s runs as any other program", self->program);
  g_strv_builder_add (argv, self->program);
  for (gsize i = 0; !weir_blocks_is_nothing (self->args) && i < weir_value_get_length (self->args); i++)
    g_strv_builder_add (argv, weir_value_get_text (weir_value_get_item (self->args, i), NULL));
  return g_strv_builder_end (argv);
}

static char **
make_environment (Command *self)
{
  g_autoptr(GStrvBuilder) environment = g_strv_builder_new ();

  for (gsize i = 0; !weir_blocks_is_nothing (self->env) && i < weir_value_get_length (self->env); i++)
    {
      WeirValue *row = weir_value_get_item (self->env, i);

      g_strv_builder_take (environment, g_strdup_printf ("%s=%s", weir_value_get_member_text (row, "name", ""),
                                                         weir_value_get_member_text (row, "value", "")));
    }
  return g_strv_builder_end (environment);
}

static GBytes *
make_input (Command *self)
{
  gsize length;
  char *json;

  if (weir_blocks_is_nothing (self->input) || weir_value_get_kind (self->input) == WEIR_VALUE_STREAM)
    return NULL;
  if (weir_value_get_kind (self->input) == WEIR_VALUE_BYTES)
    return g_bytes_ref (weir_value_get_bytes (self->input));
  if (weir_value_get_kind (self->input) == WEIR_VALUE_TEXT)
    {
      const char *text = weir_value_get_text (self->input, &length);
      return g_bytes_new (text, length);
    }
  json = weir_json_write (self->input, 0, &length);
  return g_bytes_new_take (json, length);
}

static gboolean
is_good (Command *self, gint64 status)
{
  if (weir_blocks_is_nothing (self->ok_codes))
    return status == 0;
  for (gsize i = 0; i < weir_value_get_length (self->ok_codes); i++)
    if (weir_value_get_int (weir_value_get_item (self->ok_codes, i)) == status)
      return TRUE;
  return FALSE;
}

/* Failing because of a letter would hide that the program has already done its work. */
static WeirValue *
make_text (WeirStep *step, GBytes *bytes, const char *what)
{
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);
  g_autofree char *valid = NULL;

  if (length == 0)
    return weir_value_new_text ("");
  if (g_utf8_validate_len (data, length, NULL))
    return weir_value_new_text_len (data, length);
  weir_step_log (step, WEIR_LOG_WARNING, "%s is not UTF-8; wrong bytes are shown as �. Output as bytes keeps them",
                 what);
  valid = g_utf8_make_valid (data, (gssize) length);
  return weir_value_new_text (valid);
}

static WeirValue *
split_lines (WeirValue *text)
{
  g_auto(GStrv) lines = g_strsplit (weir_value_get_text (text, NULL), "\n", -1);
  guint n = g_strv_length (lines);
  WeirBuilder *list = weir_list_builder_new (n);

  for (guint i = 0; i < n; i++)
    if (i + 1 < n || *lines[i] != '\0')
      weir_builder_take (list, weir_value_new_text (lines[i]));
  return weir_builder_end (list);
}

static WeirValue *
make_output (Command *self, WeirStep *step, GBytes *bytes, GError **error)
{
  g_autoptr(WeirValue) text = NULL;
  g_autoptr(GError) wrong = NULL;
  WeirValue *value;
  gsize length;
  const char *data;

  if (g_str_equal (self->as, "bytes"))
    return weir_value_new_bytes (bytes);
  text = make_text (step, bytes, "Standard output");
  if (g_str_equal (self->as, "lines"))
    return split_lines (text);
  if (!g_str_equal (self->as, "json"))
    return g_steal_pointer (&text);

  data = weir_value_get_text (text, &length);
  value = weir_json_parse (data, (gssize) length, &wrong);
  if (value == NULL)
    weir_set_failure (error, "data.parse", "Expected JSON from %s: %s", self->program, wrong->message);
  return value;
}

/* The last line that the program wrote to say what was wrong. */
static char *
last_words (WeirValue *stderr_text)
{
  g_autofree char *text = g_strchomp (g_strdup (weir_value_get_text (stderr_text, NULL)));
  const char *newline = strrchr (text, '\n');
  const char *line = newline != NULL ? newline + 1 : text;

  return *line != '\0' ? g_strdup_printf (": %.300s", line) : g_strdup ("");
}

static gboolean
check_end (Command *self, WeirStep *step, WeirValue *result, WeirValue *stderr_text, GError **error)
{
  gint64 status = weir_value_get_member_int (result, "exit", -1);
  gint64 signal_number = weir_value_get_member_int (result, "signal", 0);
  const char *limit = weir_value_get_member_text (result, "limit", "");
  g_autofree char *memory = g_format_size_full ((guint64) self->memory, G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *words = NULL;
  WeirBuilder *data;
  g_autoptr(WeirValue) details = NULL;

  if (signal_number == 0 && is_good (self, status))
    return TRUE;

  words = last_words (stderr_text);
  data = weir_record_builder_new (3);
  weir_builder_set_take (data, "exit", weir_value_new_int (status));
  weir_builder_set_take (data, "signal", weir_value_new_int (signal_number));
  weir_builder_set (data, "stderr", stderr_text);
  details = weir_builder_end (data);
  weir_step_set_failure_data (step, details);
  if (g_str_equal (limit, "memory"))
    weir_set_failure (error, "proc.oom", "%s used more memory than it may (%s) and was ended%s", self->program, memory,
                      words);
  else if (g_str_equal (limit, "cpu"))
    weir_set_failure (error, "limit.timeout", "%s used more processor time than it may (%g s) and was ended%s",
                      self->program, (double) self->cpu_time / 1000, words);
  else if (signal_number != 0)
    weir_set_failure (error, "proc.signal", "%s was ended by signal %d (%s)%s", self->program, (int) signal_number,
                      strsignal ((int) signal_number), words);
  else
    weir_set_failure (error, "proc.exit", "%s ended with exit status %d%s", self->program, (int) status, words);
  return FALSE;
}

static char *
resolve_folder (Command *self, WeirStep *step, gboolean *ok, GError **error)
{
  char *folder;

  *ok = TRUE;
  if (weir_blocks_is_blank (self->cwd))
    return NULL;
  folder = weir_step_resolve_path (step, self->cwd, error);
  *ok = folder != NULL;
  if (folder != NULL && !g_file_test (folder, G_FILE_TEST_IS_DIR))
    {
      weir_set_failure (error, "io.not_found", "Expected a folder to run in at %s, but there is none", folder);
      *ok = FALSE;
    }
  return folder;
}

static gboolean
is_tracked (Command *self)
{
  return !weir_blocks_is_nothing (self->track) && weir_value_get_length (self->track) > 0;
}

static gboolean
track (Command *self, WeirStep *step, WeirTracker **tracker, GError **error)
{
  g_autoptr(GStrvBuilder) folders = g_strv_builder_new ();
  g_auto(GStrv) list = NULL;

  *tracker = NULL;
  if (!is_tracked (self))
    return TRUE;
  for (gsize i = 0; i < weir_value_get_length (self->track); i++)
    g_strv_builder_add (folders, weir_value_get_text (weir_value_get_item (self->track, i), NULL));
  list = g_strv_builder_end (folders);
  *tracker = weir_step_track (step, (const char *const *) list, error);
  return *tracker != NULL;
}

/* Also after a failure: it may have changed something before it failed. */
static void
finish_tracking (WeirStep *step, WeirTracker *tracker)
{
  g_autoptr(GError) wrong = NULL;
  guint n_changed;

  if (tracker == NULL)
    return;
  if (!weir_tracker_finish (tracker, &n_changed, &wrong))
    weir_step_log (step, WEIR_LOG_WARNING, "Could not find out what was changed: %s", wrong->message);
  else
    weir_step_log (step, WEIR_LOG_DEBUG, "%u files and folders were changed", n_changed);
}

/* What a program does elsewhere cannot be taken back; the record says that it ran. */
static gboolean
intend (Command *self, WeirStep *step, char **argv, guint64 *effect, GError **error)
{
  g_autofree char *line = g_strjoinv (" ", argv);
  g_autoptr(GError) wrong = NULL;

  *effect = 0;
  if (self->idempotent || is_tracked (self))
    return TRUE;
  *effect = dex_await_uint64 (weir_step_intend (step, "program", line, NULL), &wrong);
  if (wrong == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&wrong));
  return FALSE;
}

static gboolean
emit_result (Command *self, WeirStep *step, WeirValue *result, GError **error)
{
  WeirValue *out = weir_value_find_member (result, "stdout"), *err = weir_value_find_member (result, "stderr");
  g_autoptr(WeirValue) stderr_text = make_text (step, weir_value_get_bytes (err), "Standard error");
  WeirValue *output;

  if (!check_end (self, step, result, stderr_text, error))
    return FALSE;
  if (self->capture)
    {
      output = make_output (self, step, weir_value_get_bytes (out), error);
      if (output == NULL)
        return FALSE;
      weir_step_emit_take (step, "stdout", output);
      weir_step_emit (step, "stderr", stderr_text);
    }
  weir_step_emit (step, "exit", weir_value_find_member (result, "exit"));
  weir_step_emit (step, "ms", weir_value_find_member (result, "ms"));
  return TRUE;
}

static gboolean
command_fiber (gpointer settings, WeirStep *step, GError **error)
{
  Command *self = settings;
  g_auto(GStrv) argv = NULL;
  g_auto(GStrv) environment = make_environment (self);
  g_autoptr(GBytes) input = make_input (self);
  g_autoptr(WeirValue) result = NULL;
  g_autofree char *folder = NULL;
  WeirProgram program = { .environment = (const char *const *) environment, .input = input,
                          .max_output = (gsize) self->max_output, .kill_grace_ms = MAX (self->kill_grace, 1),
                          .log_lines = TRUE, .discard = !self->capture, .memory = self->memory,
                          .cpu_ms = self->cpu_time, .open_files = self->open_files };
  WeirTracker *tracker;
  guint64 effect;
  gboolean ok;

  if (weir_blocks_is_blank (self->program))
    {
      weir_set_failure (error, "config.invalid", "Expected a program to run, but none is named");
      return FALSE;
    }
  if (!check_words (self, error))
    return FALSE;
  folder = resolve_folder (self, step, &ok, error);
  if (!ok || !weir_step_require (step, "exec", self->program, error))
    return FALSE;
  argv = make_argv (self, step, folder);
  if (self->host && is_sandboxed () && (self->memory > 0 || self->cpu_time > 0 || self->open_files > 0))
    weir_step_log (step, WEIR_LOG_WARNING,
                   "Outside the sandbox the limits of memory, processor time and files do not hold");
  if (!intend (self, step, argv, &effect, error) || !track (self, step, &tracker, error))
    return FALSE;

  program.argv = (const char *const *) argv;
  program.cwd = folder;
  if (self->input != NULL && weir_value_get_kind (self->input) == WEIR_VALUE_STREAM)
    program.input_stream = self->input;
  result = dex_await_boxed (weir_step_run_program (step, &program), error);
  finish_tracking (step, tracker);
  if (result == NULL)
    return FALSE;
  if (effect != 0)
    weir_step_complete_effect (step, effect, NULL);
  return emit_result (self, step, result, error);
}

static DexFuture *
command_run (gpointer settings, WeirStep *step)
{
  return weir_step_spawn (step, settings, command_fiber);
}

static WeirEffectClass
command_get_effect (WeirValue *config)
{
  return weir_value_get_member_bool (config, "idempotent", FALSE) ? WEIR_EFFECT_IDEMPOTENT : WEIR_EFFECT_ONCE;
}

/* Watched, what it does is undone to the byte. */
static WeirUndoKind
command_get_undo (WeirValue *config)
{
  WeirValue *track = weir_value_find_member (config, "track");
  gboolean watched = track != NULL
                     && (weir_value_get_kind (track) == WEIR_VALUE_TEXT || weir_value_get_length (track) > 0);

  return watched ? WEIR_UNDO_EXACT : WEIR_UNDO_IRREVERSIBLE;
}

static char *
command_summarize (WeirValue *config)
{
  WeirValue *args = weir_value_find_member (config, "args");
  g_autoptr(GString) line = g_string_new (weir_value_get_member_text (config, "program", ""));

  for (gsize i = 0; args != NULL && weir_value_get_kind (args) == WEIR_VALUE_LIST && i < weir_value_get_length (args);
       i++)
    {
      g_autofree char *word = weir_value_to_display (weir_value_get_item (args, i), 60);
      g_string_append_printf (line, " %s", word);
    }
  return line->len > 0 ? g_strdup (line->str) : NULL;
}

WEIR_DEFINE_BLOCK_KIND (exec_command, .id = "exec.command", .version = 1, .title = N_("Run Program"),
                        .summary = N_("Runs a program and takes what it writes"),
                        .keywords = "command program execute run shell process script terminal cli",
                        .category = N_("Programs"), .icon = "utilities-terminal-symbolic",
                        .effect = WEIR_EFFECT_ONCE, .undo = WEIR_UNDO_IRREVERSIBLE, .inputs = command_inputs,
                        .outputs = command_outputs, .fields = command_fields, .settings_size = sizeof (Command),
                        .permissions = command_permissions, .errors = command_errors, .examples = command_examples,
                        .timeout_ms = 30000, .get_effect = command_get_effect, .get_undo = command_get_undo, .summarize = command_summarize,
                        .run = command_run)
