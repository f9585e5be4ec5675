/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-cli.h"
#include "weir-session.h"
#include "weir-table.h"

#include <stdio.h>

static int option_limit = 50;

const GOptionEntry weir_list_options[] = {
  WEIR_OPTION_JSON (N_("Print JSON")),
  { NULL }
};

const GOptionEntry weir_runs_options[] = {
  { "limit", 'n', 0, G_OPTION_ARG_INT, &option_limit, N_("At most so many (default: 50)"), N_("N") },
  WEIR_OPTION_JSON (N_("Print JSON")),
  { NULL }
};

const GOptionEntry weir_show_options[] = {
  WEIR_OPTION_JSON (N_("Print JSON")),
  { NULL }
};

/* Opens, calls one method, closes. */
static WeirValue *
ask (const char *method, const char *name, WeirValue *value, int *code)
{
  WeirSession session = { 0 };
  g_autoptr(WeirValue) argument = value;
  g_autoptr(GError) error = NULL;
  WeirValue *answer;

  if (!weir_session_open (&session, &error))
    {
      *code = weir_cli_fail (error);
      return NULL;
    }
  answer = weir_session_call (&session, &error, method, "limit", weir_value_new_int (MAX (option_limit, 1)), name,
                              argument != NULL ? weir_value_ref (argument) : NULL, NULL);
  *code = answer != NULL ? WEIR_EXIT_OK : weir_cli_fail (error);
  weir_session_close (&session, NULL);
  return answer;
}

static char *
describe_effects (WeirValue *run)
{
  gint64 effects = weir_value_get_member_int (run, "effects", 0);
  gint64 undone = weir_value_get_member_int (run, "undone", 0);

  if (effects == 0 && undone == 0)
    return NULL;
  if (undone == 0)
    return g_strdup_printf ("%" G_GINT64_FORMAT, effects);
  return g_strdup_printf (_("%" G_GINT64_FORMAT ", %" G_GINT64_FORMAT " undone"), effects + undone, undone);
}

static char *
describe_status (WeirValue *run)
{
  const char *status = weir_value_get_member_text (run, "status", "");

  /* what only waits was left and misses nothing */
  if (weir_value_get_member_bool (run, "cut_off", FALSE) && !g_str_equal (status, "waiting"))
    return g_strdup (_("cut off"));
  return g_strdup (status);
}

static char *
describe_duration (WeirValue *record, const char *from, const char *to)
{
  gint64 from_at = weir_cell_get_time (record, from);
  gint64 to_at = weir_cell_get_time (record, to);

  return from_at != 0 && to_at != 0 ? weir_display_duration (MAX (to_at - from_at, 0)) : NULL;
}

int
weir_command_list (int argc, char **argv)
{
  int code;
  g_autoptr(WeirValue) list = ask ("ListWorkflows", NULL, NULL, &code);
  WeirTable *table;

  if (list == NULL)
    return code;
  if (weir_option_json)
    {
      weir_cli_print_json (list, 2);
      return code;
    }
  table = weir_table_new (_("NAME"), _("VERSION"), _("CHANGED"), _("LAST RUN"), NULL);
  for (gsize i = 0; i < weir_value_get_length (list); i++)
    {
      WeirValue *line = weir_value_get_item (list, i);
      WeirValue *last = weir_value_find_member (line, "last_run");

      weir_table_take (table, weir_cell_text (line, "name"));
      weir_table_take (table, weir_cell_text (line, "version"));
      weir_table_take (table, weir_cell_time (line, "changed_at"));
      weir_table_take (table,
                       last != NULL && !weir_value_is_null (last)
                         ? g_strdup_printf ("%" G_GINT64_FORMAT " %s", weir_value_get_member_int (last, "run", 0),
                                            weir_value_get_member_text (last, "status", ""))
                         : NULL);
    }
  weir_table_print (table);
  return code;
}

/* Runs are kept by the id of their workflow; people say its name. */
static char *
find_workflow_id (const char *name, int *code)
{
  g_autoptr(WeirValue) workflow = ask ("Export", "name", weir_value_new_text (name), code);

  return workflow != NULL ? g_strdup (weir_value_get_member_text (workflow, "id", "")) : NULL;
}

int
weir_command_runs (int argc, char **argv)
{
  int code = WEIR_EXIT_OK;
  g_autofree char *workflow = argc > 0 ? find_workflow_id (argv[0], &code) : g_strdup ("");
  g_autoptr(WeirValue) list = NULL;
  WeirTable *table;

  if (workflow == NULL)
    return code;
  list = ask ("ListRuns", "workflow", weir_value_new_text (workflow), &code);
  if (list == NULL)
    return code;
  if (weir_option_json)
    {
      weir_cli_print_json (list, 2);
      return code;
    }
  table = weir_table_new (_("RUN"), _("STATUS"), _("WORKFLOW"), _("STARTED"), _("TOOK"), _("STEPS"),
                          _("EFFECTS"), NULL);
  for (gsize i = 0; i < weir_value_get_length (list); i++)
    {
      WeirValue *run = weir_value_get_item (list, i);

      weir_table_take (table, weir_cell_text (run, "run"));
      weir_table_take (table, describe_status (run));
      weir_table_take (table, weir_cell_text (run, "name"));
      weir_table_take (table, weir_cell_time (run, "created_at"));
      weir_table_take (table, describe_duration (run, "created_at", "ended_at"));
      weir_table_take (table, weir_cell_text (run, "steps"));
      weir_table_take (table, describe_effects (run));
    }
  weir_table_print (table);
  return code;
}

static void
print_member (WeirValue *record, const char *name, const char *title)
{
  g_autofree char *text = weir_cell_text (record, name);

  if (text != NULL)
    printf ("%s: %s\n", title, text);
}

static void
print_steps (WeirValue *steps)
{
  WeirTable *table = weir_table_new (_("STEP"), _("STATUS"), _("TOOK"), _("ATTEMPTS"),
                                     _("ERROR OR REASON TO WAIT"), NULL);

  for (gsize i = 0; i < weir_value_get_length (steps); i++)
    {
      WeirValue *step = weir_value_get_item (steps, i);
      WeirValue *error = weir_value_find_member (step, "error");

      weir_table_take (table, weir_cell_text (step, "path"));
      weir_table_take (table, weir_cell_text (step, "status"));
      weir_table_take (table, describe_duration (step, "started_at", "ended_at"));
      weir_table_take (table, weir_cell_text (step, "attempts"));
      if (weir_value_find_member (step, "waits") != NULL)
        weir_table_take (table, weir_cell_text (step, "waits"));
      else
        weir_table_take (table,
                         error != NULL && !weir_value_is_null (error) ? weir_cell_text (error, "message") : NULL);
    }
  weir_table_print (table);
}

/* What it is to other runs. */
static void
print_relations (WeirValue *run)
{
  WeirValue *starter = weir_value_find_member (run, "started_by");
  WeirValue *undo = weir_value_find_member (run, "undo");
  WeirValue *children = weir_value_find_member (run, "children");

  if (starter != NULL)
    printf (_("Started by: run %" G_GINT64_FORMAT ", %s\n"), weir_value_get_member_int (starter, "run", 0),
            weir_value_get_member_text (starter, "step", ""));
  if (undo != NULL)
    printf (_("Takes back what %s did in run %" G_GINT64_FORMAT "\n"), weir_value_get_member_text (undo, "block", ""),
            weir_value_get_member_int (undo, "run", 0));
  for (gsize i = 0; children != NULL && i < weir_value_get_length (children); i++)
    {
      WeirValue *child = weir_value_get_item (children, i);
      gint64 id = weir_value_get_member_int (child, "run", 0);
      const char *block = weir_value_get_member_text (child, "block", "");

      if (weir_value_get_member_bool (child, "undoes", FALSE))
        printf (_("%s was taken back by run %" G_GINT64_FORMAT "\n"), block, id);
      else
        printf (_("%s started run %" G_GINT64_FORMAT " of \"%s\"\n"), block, id,
                weir_value_get_member_text (child, "name", ""));
    }
}

int
weir_command_show (int argc, char **argv)
{
  gint64 id = weir_cli_parse_run (argv[0]);
  g_autoptr(WeirValue) run = NULL;
  g_autofree char *started = NULL;
  g_autofree char *took = NULL;
  g_autofree char *effects = NULL;
  g_autofree char *status = NULL;
  int code;

  if (id == 0)
    return WEIR_EXIT_INVALID;
  run = ask ("ShowRun", "run", weir_value_new_int (id), &code);
  if (run == NULL)
    return code;
  if (weir_option_json)
    {
      weir_cli_print_json (run, 2);
      return code;
    }
  started = weir_cell_time (run, "created_at");
  took = describe_duration (run, "created_at", "ended_at");
  effects = describe_effects (run);
  status = describe_status (run);
  printf (_("Run %" G_GINT64_FORMAT " of \"%s\", version %" G_GINT64_FORMAT ": %s\n"), id,
          weir_value_get_member_text (run, "name", ""), weir_value_get_member_int (run, "version", 0), status);
  if (weir_value_get_member_bool (run, "cut_off", FALSE))
    printf (_("To go on with it: weir resume %" G_GINT64_FORMAT "\n"), id);
  printf (_("Started: %s\n"), started != NULL ? started : "");
  if (took != NULL)
    printf (_("Took: %s\n"), took);
  if (effects != NULL)
    printf (_("Effects: %s\n"), effects);
  print_relations (run);
  print_member (run, "inputs", _("Inputs"));
  print_member (run, "result", _("Result"));
  print_member (run, "error", _("Error"));
  putchar ('\n');
  print_steps (weir_value_find_member (run, "timeline"));
  return code;
}

/* The same verbs on a part of a run. */
int
weir_cli_steer_part (gint64 run, const char *part, const char *verb)
{
  WeirSession session = { 0 };
  g_autoptr(WeirValue) answer = NULL;
  g_autoptr(GError) error = NULL;
  int code;

  if (!weir_session_open (&session, &error))
    return weir_cli_fail (error);
  answer = weir_session_call (&session, &error, "SteerPart", "run", weir_value_new_int (run), "part",
                              weir_value_new_text (part), "verb", weir_value_new_text (verb), NULL);
  code = answer != NULL ? WEIR_EXIT_OK : weir_cli_fail (error);
  weir_session_close (&session, NULL);
  return code;
}

/* The verbs that take a run and answer its status. */
static int
steer (const char *method, const char *verb, int argc, char **argv)
{
  gint64 id = weir_cli_parse_run (argv[0]);
  g_autoptr(WeirValue) answer = NULL;
  int code;

  if (id == 0)
    return WEIR_EXIT_INVALID;
  if (argc > 1)
    return weir_cli_steer_part (id, argv[1], verb);
  answer = ask (method, "run", weir_value_new_int (id), &code);
  if (answer != NULL)
    printf (_("Run %" G_GINT64_FORMAT " is %s\n"), id, weir_value_get_member_text (answer, "status", ""));
  return code;
}

int
weir_command_pause (int argc, char **argv)
{
  return steer ("Pause", "pause", argc, argv);
}

int
weir_command_stop (int argc, char **argv)
{
  return steer ("Stop", "stop", argc, argv);
}

int
weir_command_kill (int argc, char **argv)
{
  return steer ("ForceStop", "force_stop", argc, argv);
}
