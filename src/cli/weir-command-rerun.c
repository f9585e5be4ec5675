/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-cli.h"
#include "weir-inputs.h"
#include "weir-session.h"
#include "weir-table.h"
#include "weir-watch.h"

#include <stdio.h>
#include <string.h>

static char *option_from;
static char *option_only;
static char *option_then;
static char *option_fixture;
static char **option_set;
static char **option_give;
static char **option_inputs;
static char **option_break;
static gboolean option_latest;
static gboolean option_plan;

const GOptionEntry weir_rerun_options[] = {
  { "from", 0, 0, G_OPTION_ARG_STRING, &option_from, N_("Begin at this block: it, what follows it and what had not succeeded run"), N_("BLOCK") },
  { "then", 0, 0, G_OPTION_ARG_STRING, &option_then, N_("Run this block and what follows it, nothing else"), N_("BLOCK") },
  { "only", 0, 0, G_OPTION_ARG_STRING, &option_only, N_("Run this block alone; each[3] is one item"), N_("BLOCK") },
  { "input", 'i', 0, G_OPTION_ARG_STRING_ARRAY, &option_inputs, N_("An input in place of that of the run, as JSON or text"), N_("NAME=VALUE") },
  { "set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &option_set, N_("What an input of a block gets instead, as JSON or text"), N_("BLOCK.PORT=VALUE") },
  { "give", 0, 0, G_OPTION_ARG_STRING_ARRAY, &option_give, N_("What a block gives without running, as JSON or text"), N_("BLOCK.PORT=VALUE") },
  { "fixture", 0, 0, G_OPTION_ARG_STRING, &option_fixture, N_("Blocks that this set has outputs for give these"), N_("NAME") },
  { "break", 'b', 0, G_OPTION_ARG_STRING_ARRAY, &option_break, N_("Hold this block before it begins, where the condition is true"), N_("BLOCK[=CONDITION]") },
  { "latest", 0, 0, G_OPTION_ARG_NONE, &option_latest, N_("Run the latest version of the workflow, not that of the run"), NULL },
  { "plan", 'n', 0, G_OPTION_ARG_NONE, &option_plan, N_("Only say what would run, be reused or be left out"), NULL },
  WEIR_OPTION_JSON (N_("Print JSON")),
  { NULL }
};

/* JSON where it is, else the text itself. */
static WeirValue *
read_value (const char *text)
{
  WeirValue *value = weir_value_decode (text, -1, NULL);

  return value != NULL ? value : weir_value_new_text (text);
}

static WeirValue *
with_member (WeirValue *record, const char *key, WeirValue *value)
{
  g_autoptr(WeirValue) old = record;
  g_autoptr(WeirValue) taken = value;

  return weir_value_with_member (old, key, taken);
}

static WeirValue *
dup_record (WeirValue *record, const char *key)
{
  WeirValue *value = weir_value_find_member (record, key);

  return value != NULL ? weir_value_ref (value) : weir_value_new_record (NULL, NULL, 0);
}

/* "block.port=value" into set.block.inputs.port. FALSE with a message. */
static gboolean
add_port (WeirValue **set, const char *word, const char *side)
{
  const char *equals = strchr (word, '=');
  g_autofree char *left = equals != NULL ? g_strndup (word, (gsize) (equals - word)) : g_strdup (word);
  char *dot = strrchr (left, '.');
  WeirValue *block, *ports;

  if (equals == NULL || dot == NULL || dot == left)
    {
      weir_cli_fail_text (WEIR_EXIT_INVALID, _("Expected BLOCK.PORT=VALUE, got %s"), word);
      return FALSE;
    }
  *dot = '\0';
  block = dup_record (*set, left);
  ports = with_member (dup_record (block, side), dot + 1, read_value (equals + 1));
  *set = with_member (*set, left, with_member (block, side, ports));
  return TRUE;
}

static gboolean
add_input (WeirValue **inputs, const char *word)
{
  const char *equals = strchr (word, '=');
  g_autofree char *name = equals != NULL ? g_strndup (word, (gsize) (equals - word)) : NULL;

  if (equals == NULL)
    {
      weir_cli_fail_text (WEIR_EXIT_INVALID, _("Expected NAME=VALUE, got %s"), word);
      return FALSE;
    }
  *inputs = with_member (*inputs, name, read_value (equals + 1));
  return TRUE;
}

/* (transfer full): NULL with a message */
static WeirValue *
collect_options (void)
{
  WeirValue *options = weir_value_new_record (NULL, NULL, 0);
  g_autoptr(WeirValue) set = weir_value_new_record (NULL, NULL, 0);
  g_autoptr(WeirValue) inputs = weir_value_new_record (NULL, NULL, 0);
  g_autoptr(WeirValue) breaks = weir_value_new_record (NULL, NULL, 0);
  const char *block = option_from != NULL ? option_from : option_then != NULL ? option_then : option_only;
  const char *mode = option_from != NULL ? "from" : option_then != NULL ? "then" : option_only != NULL ? "only" : "all";
  gboolean ok = TRUE;

  for (guint i = 0; ok && option_set != NULL && option_set[i] != NULL; i++)
    ok = add_port (&set, option_set[i], "inputs");
  for (guint i = 0; ok && option_give != NULL && option_give[i] != NULL; i++)
    ok = add_port (&set, option_give[i], "outputs");
  for (guint i = 0; ok && option_inputs != NULL && option_inputs[i] != NULL; i++)
    ok = add_input (&inputs, option_inputs[i]);
  for (guint i = 0; option_break != NULL && option_break[i] != NULL; i++)
    {
      const char *equals = strchr (option_break[i], '=');
      g_autofree char *path = equals != NULL ? g_strndup (option_break[i], (gsize) (equals - option_break[i])) : g_strdup (option_break[i]);

      breaks = with_member (breaks, path, weir_value_new_text (equals != NULL ? equals + 1 : ""));
    }
  options = with_member (options, "mode", weir_value_new_text (mode));
  if (weir_value_get_length (breaks) > 0)
    options = with_member (options, "breakpoints", weir_value_ref (breaks));
  if (block != NULL)
    options = with_member (options, "block", weir_value_new_text (block));
  if (weir_value_get_length (set) > 0)
    options = with_member (options, "set", weir_value_ref (set));
  if (weir_value_get_length (inputs) > 0)
    options = with_member (options, "inputs", weir_value_ref (inputs));
  if (option_fixture != NULL)
    options = with_member (options, "fixture", weir_value_new_text (option_fixture));
  if (option_latest)
    options = with_member (options, "version", weir_value_new_text ("latest"));
  if (!ok)
    g_clear_pointer (&options, weir_value_unref);
  return options;
}

static void
print_plan (WeirValue *plan)
{
  WeirTable *table = weir_table_new (_("BLOCK"), _("WHAT"), _("WHY"), _("DOES AGAIN"), NULL);

  for (gsize i = 0; i < weir_value_get_length (plan); i++)
    {
      WeirValue *line = weir_value_get_item (plan, i);
      WeirValue *repeats = weir_value_find_member (line, "repeats");
      gsize n = repeats != NULL ? weir_value_get_length (repeats) : 0;

      weir_table_take (table, weir_cell_text (line, "block"));
      weir_table_take (table, weir_cell_text (line, "decision"));
      weir_table_take (table, weir_cell_text (line, "reason"));
      weir_table_take (table, n == 0   ? NULL
                              : n == 1 ? weir_cell_text (weir_value_get_item (repeats, 0), "target")
                                       : g_strdup_printf (_("%" G_GSIZE_FORMAT " effects"), n));
    }
  weir_table_print (table);
}

int
weir_command_rerun (int argc, char **argv)
{
  WeirSession session = { 0 };
  gint64 run = weir_cli_parse_run (argv[0]);
  g_autoptr(WeirValue) options = run != 0 ? collect_options () : NULL;
  g_autofree char *text = options != NULL ? weir_value_encode (options, NULL) : NULL;
  g_autoptr(WeirValue) answer = NULL;
  g_autoptr(GError) error = NULL;
  int code = WEIR_EXIT_OK;

  if (options == NULL)
    return WEIR_EXIT_INVALID;
  if ((option_from != NULL) + (option_then != NULL) + (option_only != NULL) > 1)
    return weir_cli_fail_text (WEIR_EXIT_INVALID, _("Expected one of --from, --then and --only"));
  if (!weir_session_open (&session, &error))
    return weir_cli_fail (error);
  answer = weir_session_call (&session, &error, option_plan ? "PlanRerun" : "Rerun", "run", weir_value_new_int (run), "options",
                              weir_value_new_text (text), NULL);
  if (answer == NULL)
    code = weir_cli_fail (error);
  else if (!option_plan)
    code = weir_watch_run (&session, weir_value_get_member_int (answer, "run", 0), 0, FALSE);
  else if (weir_option_json)
    weir_cli_print_json (answer, 2);
  else
    print_plan (answer);
  return weir_watch_close_session (&session, code);
}

static int
call_method (gint64 run, const char *method, const char *block, const char *condition)
{
  WeirSession session = { 0 };
  g_autoptr(WeirValue) answer = NULL;
  g_autoptr(GError) error = NULL;
  int code;

  if (run == 0)
    return WEIR_EXIT_INVALID;
  if (!weir_session_open (&session, &error))
    return weir_cli_fail (error);
  answer = weir_session_call (&session, &error, method, "run", weir_value_new_int (run), "block",
                              weir_value_new_text (block), "condition", weir_value_new_text (condition), NULL);
  code = answer != NULL ? WEIR_EXIT_OK : weir_cli_fail (error);
  weir_session_close (&session, NULL);
  return code;
}

int
weir_command_step (int argc, char **argv)
{
  return call_method (weir_cli_parse_run (argv[0]), "Step", "", "");
}

int
weir_command_break (int argc, char **argv)
{
  return call_method (weir_cli_parse_run (argv[0]), "SetBreakpoint", argv[1], argc > 2 ? argv[2] : "");
}

int
weir_command_fixture (int argc, char **argv)
{
  WeirSession session = { 0 };
  gint64 run = weir_cli_parse_run (argv[0]);
  WeirBuilder *list;
  g_autoptr(WeirValue) blocks = NULL;
  g_autofree char *text = NULL;
  g_autoptr(WeirValue) answer = NULL;
  g_autoptr(GError) error = NULL;
  int code = WEIR_EXIT_OK;

  if (run == 0)
    return WEIR_EXIT_INVALID;
  list = weir_list_builder_new ((gsize) argc);
  for (int i = 2; i < argc; i++)
    weir_builder_take (list, weir_value_new_text (argv[i]));
  blocks = weir_builder_end (list);
  text = weir_value_encode (blocks, NULL);
  if (!weir_session_open (&session, &error))
    return weir_cli_fail (error);
  answer = weir_session_call (&session, &error, "SaveFixture", "run", weir_value_new_int (run), "name",
                              weir_value_new_text (argv[1]), "blocks", weir_value_new_text (text), NULL);
  if (answer == NULL)
    code = weir_cli_fail (error);
  else
    printf (_("Kept as fixture %s\n"), argv[1]);
  weir_session_close (&session, NULL);
  return code;
}
