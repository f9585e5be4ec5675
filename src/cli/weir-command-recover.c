/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-cli.h"
#include "weir-session.h"
#include "weir-table.h"
#include "weir-watch.h"

#include <stdio.h>
#include <string.h>

static gboolean option_all;
static gboolean option_anyway;
static gboolean option_report;
static char *option_stagger;
static char **option_set;

const GOptionEntry weir_recover_options[] = {
  { "all", 'a', 0, G_OPTION_ARG_NONE, &option_all, N_("Take up all that can be"), NULL },
  { "anyway", 0, 0, G_OPTION_ARG_NONE, &option_anyway, N_("Also what is not as it was: a changed input file, another version of a block"),
    NULL },
  { "stagger", 0, 0, G_OPTION_ARG_STRING, &option_stagger, N_("Wait so long between two runs, 0 to 60s"), N_("TIME") },
  { "report", 0, 0, G_OPTION_ARG_NONE, &option_report, N_("Show the last report"), NULL },
  { "set", 's', 0, G_OPTION_ARG_STRING_ARRAY, &option_set, N_("Change a setting; may be given several times"), N_("NAME=VALUE") },
  WEIR_OPTION_JSON (N_("Print JSON")),
  { NULL }
};

const GOptionEntry weir_reports_options[] = {
  WEIR_OPTION_JSON (N_("Print JSON")),
  { NULL }
};

/* ── a report ────────────────────────────────────────────────────────────────────────────── */

static void
print_resumed (WeirValue *line)
{
  WeirValue *asks = weir_value_find_member (line, "asks");

  printf (_("Run %" G_GINT64_FORMAT " (%s): %s\n"), weir_value_get_member_int (line, "run", 0),
          weir_value_get_member_text (line, "workflow", ""), weir_value_get_member_text (line, "action", ""));
  for (gsize i = 0; asks != NULL && i < weir_value_get_length (asks); i++)
    printf (_("  asks: weir settle %" G_GINT64_FORMAT " '%s' rerun|done|failed\n"), weir_value_get_member_int (line, "run", 0),
            weir_value_get_text (weir_value_get_item (asks, i), NULL));
}

static void
print_others (const char *heading, WeirValue *lines)
{
  if (lines == NULL || weir_value_get_length (lines) == 0)
    return;
  printf ("%s\n", heading);
  for (gsize i = 0; i < weir_value_get_length (lines); i++)
    {
      WeirValue *line = weir_value_get_item (lines, i);

      printf (_("Run %" G_GINT64_FORMAT " (%s): %s\n"), weir_value_get_member_int (line, "run", 0),
              weir_value_get_member_text (line, "workflow", "?"), weir_value_get_member_text (line, "reason", ""));
    }
}

static void
print_report (WeirValue *report)
{
  WeirValue *resumed = weir_value_find_member (report, "resumed");

  if (weir_option_json)
    {
      weir_cli_print_json (report, 2);
      return;
    }
  printf (_("Taken up: %" G_GSIZE_FORMAT "\n"), weir_value_get_length (resumed));
  for (gsize i = 0; i < weir_value_get_length (resumed); i++)
    print_resumed (weir_value_get_item (resumed, i));
  print_others (_("Left as they are:"), weir_value_find_member (report, "skipped"));
  print_others (_("Could not be taken up:"), weir_value_find_member (report, "failed"));
}

static WeirValue *
load_reports (guint limit, int *code)
{
  WeirSession session = { 0 };
  g_autoptr(GError) error = NULL;
  WeirValue *reports = NULL;

  if (weir_session_open (&session, &error))
    reports = weir_session_call (&session, &error, "ListReports", "limit", weir_value_new_int (limit), NULL);
  weir_session_close (&session, NULL);
  *code = reports != NULL ? WEIR_EXIT_OK : weir_cli_fail (error);
  return reports;
}

static int
show_last_report (void)
{
  int code;
  g_autoptr(WeirValue) reports = load_reports (1, &code);

  if (reports == NULL)
    return code;
  if (weir_value_get_length (reports) == 0)
    return weir_cli_fail_text (WEIR_EXIT_FAILED, _("No run has been taken up yet"));
  print_report (weir_value_get_item (reports, 0));
  return WEIR_EXIT_OK;
}

static char *
count (WeirValue *report, const char *part)
{
  WeirValue *list = weir_value_find_member (report, part);

  return g_strdup_printf ("%" G_GSIZE_FORMAT, list != NULL ? weir_value_get_length (list) : 0);
}

int
weir_command_reports (int argc, char **argv)
{
  int code;
  g_autoptr(WeirValue) reports = load_reports (0, &code);
  WeirTable *table;

  if (reports == NULL)
    return code;
  if (weir_option_json)
    {
      weir_cli_print_json (reports, 2);
      return code;
    }
  table = weir_table_new (_("WHEN"), _("KIND"), _("BY"), _("TAKEN UP"), _("LEFT"), _("FAILED"), NULL);
  for (gsize i = 0; i < weir_value_get_length (reports); i++)
    {
      WeirValue *report = weir_value_get_item (reports, i);

      weir_table_take (table, weir_cell_time (report, "at"));
      weir_table_take (table, weir_cell_text (report, "kind"));
      weir_table_take (table, weir_cell_text (report, "by"));
      weir_table_take (table, count (report, "resumed"));
      weir_table_take (table, count (report, "skipped"));
      weir_table_take (table, count (report, "failed"));
    }
  weir_table_print (table);
  return code;
}

/* ── what would become of them ───────────────────────────────────────────────────────────── */

static char *
describe_decision (WeirValue *line)
{
  const char *mismatch = weir_value_get_member_text (line, "mismatch", NULL);

  if (mismatch != NULL)
    return g_strdup (mismatch);
  if (weir_value_get_member_bool (line, "automatic", FALSE))
    return g_strdup (_("goes on by itself"));
  return g_strdup (weir_value_get_member_text (line, "reason", ""));
}

static void
print_plan (WeirValue *plan)
{
  for (gsize i = 0; i < weir_value_get_length (plan); i++)
    {
      WeirValue *line = weir_value_get_item (plan, i);
      WeirValue *steps = weir_value_find_member (line, "steps");
      g_autofree char *decision = describe_decision (line);

      printf (_("Run %" G_GINT64_FORMAT " (%s), %s: %s\n"), weir_value_get_member_int (line, "run", 0),
              weir_value_get_member_text (line, "workflow", "?"), weir_value_get_member_text (line, "action", "?"), decision);
      for (gsize j = 0; steps != NULL && j < weir_value_get_length (steps); j++)
        {
          WeirValue *step = weir_value_get_item (steps, j);

          printf ("  %s %s  %s\n", weir_value_get_member_bool (step, "safe", FALSE) ? "✓" : "?",
                  weir_value_get_member_text (step, "step", ""), weir_value_get_member_text (step, "text", ""));
        }
    }
  if (weir_value_get_length (plan) == 0)
    printf (_("No run was cut off\n"));
  else
    printf (_("To go on: weir recover --all, or weir recover RUN...; to end one: weir kill RUN\n"));
}

static int
show_plan (WeirSession *session)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirValue) plan = weir_session_call (session, &error, "PlanRecovery", NULL);

  if (plan == NULL)
    return weir_cli_fail (error);
  if (weir_option_json)
    weir_cli_print_json (plan, 2);
  else
    print_plan (plan);
  return WEIR_EXIT_OK;
}

/* ── settings ────────────────────────────────────────────────────────────────────────────── */

static WeirValue *
read_setting (const char *name, const char *text)
{
  gint64 ms;

  if (g_str_equal (text, "default"))
    return weir_value_new_null ();
  if (g_str_equal (name, "stagger") && weir_parse_duration (text, &ms, NULL))
    return weir_value_new_int (ms);
  return weir_value_new_text (text);
}

static int
change_settings (WeirSession *session)
{
  WeirBuilder *record = weir_record_builder_new (4);
  g_autoptr(WeirValue) changes = NULL;
  g_autoptr(WeirValue) answer = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *json = NULL;

  for (guint i = 0; option_set[i] != NULL; i++)
    {
      const char *equals = strchr (option_set[i], '=');
      g_autofree char *name = equals != NULL ? g_strndup (option_set[i], equals - option_set[i]) : NULL;

      if (name == NULL)
        {
          weir_builder_free (record);
          return weir_cli_fail_text (WEIR_EXIT_INVALID, _("Expected a setting like policy=automatic, got \"%s\""), option_set[i]);
        }
      weir_builder_set_take (record, name, read_setting (name, equals + 1));
    }
  changes = weir_builder_end (record);
  json = weir_json_write (changes, 0, NULL);
  answer = weir_session_call (session, &error, "Recovery", "changes", weir_value_new_text (json), NULL);
  if (answer == NULL)
    return weir_cli_fail (error);
  weir_cli_print_json (answer, weir_option_json ? 2 : 0);
  return WEIR_EXIT_OK;
}

/* ── taking up ───────────────────────────────────────────────────────────────────────────── */

static WeirValue *
make_options (int argc, char **argv)
{
  WeirBuilder *options = weir_record_builder_new (4);
  WeirBuilder *runs = weir_list_builder_new (argc);
  gint64 ms;

  for (int i = 0; i < argc; i++)
    {
      gint64 run = weir_cli_parse_run (argv[i]);

      if (run == 0)
        {
          weir_builder_free (runs);
          weir_builder_free (options);
          return NULL;
        }
      weir_builder_take (runs, weir_value_new_int (run));
    }
  if (argc > 0)
    weir_builder_set_take (options, "runs", weir_builder_end (runs));
  else
    weir_builder_free (runs);
  weir_builder_set_take (options, "all", weir_value_new_bool (option_all));
  weir_builder_set_take (options, "anyway", weir_value_new_bool (option_anyway));
  if (option_stagger != NULL && weir_parse_duration (option_stagger, &ms, NULL))
    weir_builder_set_take (options, "stagger", weir_value_new_int (CLAMP (ms, 0, 60000)));
  return weir_builder_end (options);
}

static int
take_up (WeirSession *session, WeirValue *options)
{
  g_autofree char *json = weir_json_write (options, 0, NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirValue) report = weir_session_call (session, &error, "Recover", "options", weir_value_new_text (json), NULL);

  if (report == NULL)
    return weir_cli_fail (error);
  print_report (report);
  return weir_value_get_length (weir_value_find_member (report, "failed")) > 0 ? WEIR_EXIT_FAILED : WEIR_EXIT_OK;
}

int
weir_command_recover (int argc, char **argv)
{
  WeirSession session = { 0 };
  g_autoptr(WeirValue) options = NULL;
  g_autoptr(GError) error = NULL;
  int code;

  if (option_report)
    return show_last_report ();
  options = make_options (argc, argv);
  if (options == NULL)
    return WEIR_EXIT_INVALID;
  if (!weir_session_open (&session, &error))
    return weir_cli_fail (error);
  if (option_set != NULL)
    code = change_settings (&session);
  else if (argc == 0 && !option_all)
    code = show_plan (&session);
  else
    code = take_up (&session, options);
  /* what was taken up here goes on here */
  return weir_watch_close_session (&session, code);
}
