/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-cli.h"
#include "weir-session.h"
#include "weir-table.h"

#include <stdio.h>
#include <string.h>

static char *option_workflow;
static char *option_output;

const GOptionEntry weir_audit_options[] = { { "output", 'o', 0, G_OPTION_ARG_FILENAME, &option_output,
                                              N_("Export to this file"), N_("FILE") },
                                            WEIR_OPTION_JSON (N_("Print JSON")),
                                            { NULL } };

const GOptionEntry weir_storage_options[] = { { "workflow", 'w', 0, G_OPTION_ARG_STRING, &option_workflow,
                                                N_("Of this workflow alone"), N_("NAME") },
                                              WEIR_OPTION_JSON (N_("Print JSON")),
                                              { NULL } };

const GOptionEntry weir_report_options[] = {
  { "output", 'o', 0, G_OPTION_ARG_FILENAME, &option_output, N_("Write to this file"), N_("FILE") }, { NULL }
};

/* ── the audit ───────────────────────────────────────────────────────────────────────────── */

static void
print_audit (WeirValue *rows)
{
  WeirTable *table = weir_table_new (_("WHEN"), _("WHO"), _("WHAT"), _("OF"), _("WHY"), NULL);

  for (gsize i = 0; i < weir_value_get_length (rows); i++)
    {
      WeirValue *row = weir_value_get_item (rows, i);

      weir_table_take (table, weir_cell_time (row, "at"));
      weir_table_take (table, weir_cell_text (row, "actor"));
      weir_table_take (table, weir_cell_text (row, "action"));
      weir_table_take (table, weir_cell_text (row, "subject"));
      weir_table_take (table, weir_cell_text (row, "reason"));
    }
  weir_table_print (table);
}

static int
write_out (const char *text)
{
  g_autoptr(GError) error = NULL;

  if (option_output == NULL)
    fputs (text, stdout);
  else if (!g_file_set_contents_full (option_output, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
    return weir_cli_fail (error);
  return WEIR_EXIT_OK;
}

static int
show_audit (const char *verb, WeirValue *answer)
{
  g_autofree char *json = NULL;
  g_autofree char *text = NULL;

  if (g_str_equal (verb, "verify"))
    {
      printf (_("%" G_GINT64_FORMAT " rows, none changed and none missing\n"),
              weir_value_get_member_int (answer, "rows", 0));
      return WEIR_EXIT_OK;
    }
  if (g_str_equal (verb, "list") && !weir_option_json)
    {
      print_audit (answer);
      return WEIR_EXIT_OK;
    }
  json = weir_json_write (answer, 2, NULL);
  text = g_strconcat (json, "\n", NULL);
  return write_out (text);
}

int
weir_command_audit (int argc, char **argv)
{
  const char *verb = argc > 0 ? argv[0] : "list";
  WeirSession session = { 0 };
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirValue) answer = NULL;
  int code;

  if (!g_str_equal (verb, "list") && !g_str_equal (verb, "verify") && !g_str_equal (verb, "export"))
    return weir_cli_fail_text (WEIR_EXIT_INVALID, _("expected list, verify or export, got \"%s\""), verb);
  if (!weir_session_open (&session, &error))
    return weir_cli_fail (error);
  answer = weir_session_call (&session, &error, g_str_equal (verb, "verify") ? "VerifyAudit" : "ListAudit", NULL);
  code = answer != NULL ? show_audit (verb, answer) : weir_cli_fail (error);
  weir_session_close (&session, NULL);
  return code;
}

/* ── storage ─────────────────────────────────────────────────────────────────────────────── */

static void
print_size (WeirValue *usage, const char *name, const char *title)
{
  g_autofree char *size = g_format_size ((guint64) weir_value_get_member_int (usage, name, 0));

  printf ("%s: %s\n", title, size);
}

static char *
describe_age (WeirValue *line)
{
  WeirValue *seconds = weir_value_find_member (line, "seconds");

  if (seconds == NULL || weir_value_is_null (seconds))
    return g_strdup (_("for ever"));
  if (weir_value_get_int (seconds) == 0)
    return g_strdup (_("not at all"));
  return weir_display_duration (weir_value_get_int (seconds) * G_USEC_PER_SEC);
}

static void
print_retention (WeirValue *list)
{
  WeirTable *table = weir_table_new (_("KIND"), _("OF"), _("KEPT"), _("AT MOST"), NULL);

  for (gsize i = 0; i < weir_value_get_length (list); i++)
    {
      WeirValue *line = weir_value_get_item (list, i);
      gint64 bytes = weir_value_get_member_int (line, "bytes", 0);
      char *workflow = weir_cell_text (line, "workflow");

      weir_table_take (table, weir_cell_text (line, "kind"));
      weir_table_take (table, workflow != NULL ? workflow : g_strdup (_("all")));
      weir_table_take (table, describe_age (line));
      weir_table_take (table, bytes > 0 ? g_format_size ((guint64) bytes) : NULL);
    }
  weir_table_print (table);
}

static int
show_storage (WeirSession *session)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirValue) usage = weir_session_call (session, &error, "Usage", NULL);
  g_autoptr(WeirValue) list = usage != NULL ? weir_session_call (session, &error, "ListRetention", NULL) : NULL;

  if (list == NULL)
    return weir_cli_fail (error);
  if (weir_option_json)
    {
      WeirBuilder *builder = weir_record_builder_new (2);
      g_autoptr(WeirValue) both = NULL;

      weir_builder_set (builder, "usage", usage);
      weir_builder_set (builder, "kept", list);
      both = weir_builder_end (builder);
      weir_cli_print_json (both, 2);
      return WEIR_EXIT_OK;
    }
  print_size (usage, "database", _("Database"));
  print_size (usage, "log", _("Write-ahead log"));
  print_size (usage, "blobs", _("Big values and copies of files"));
  print_size (usage, "backups", _("Backups from before migrations"));
  printf (_("Runs: %" G_GINT64_FORMAT ", of them deleted %" G_GINT64_FORMAT "\n\n"),
          weir_value_get_member_int (usage, "runs", 0), weir_value_get_member_int (usage, "deleted", 0));
  print_retention (list);
  return WEIR_EXIT_OK;
}

/* "30d", "12h", "90m", "45s", a bare number of days, "forever" (-1). */
static gboolean
parse_age (const char *text, gint64 *seconds)
{
  char *end;
  gint64 number;

  if (g_str_equal (text, "forever"))
    {
      *seconds = -1;
      return TRUE;
    }
  number = g_ascii_strtoll (text, &end, 10);
  if (end == text || number < 0 || number > 1000000 || (*end != '\0' && end[1] != '\0'))
    return FALSE;
  switch (*end)
    {
    case '\0':
    case 'd':
      *seconds = number * 86400;
      return TRUE;
    case 'h':
      *seconds = number * 3600;
      return TRUE;
    case 'm':
      *seconds = number * 60;
      return TRUE;
    case 's':
      *seconds = number;
      return TRUE;
    default:
      return FALSE;
    }
}

/* "500M", "2G"; powers of 1000, as sizes are shown. */
static gboolean
parse_size (const char *text, gint64 *bytes)
{
  static const char units[] = "kMGT";
  char *end;
  gint64 number = g_ascii_strtoll (text, &end, 10);
  const char *unit = *end != '\0' ? strchr (units, *end == 'K' ? 'k' : *end) : NULL;

  if (end == text || number < 0 || number > 1000000000 || (*end != '\0' && (unit == NULL || end[1] != '\0')))
    return FALSE;
  for (int i = 0; unit != NULL && i <= unit - units; i++)
    number *= 1000;
  *bytes = number;
  return TRUE;
}

static int
keep (WeirSession *session, int argc, char **argv)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirValue) answer = NULL;
  gint64 seconds = 0, bytes = 0;

  if (!parse_age (argv[1], &seconds))
    return weir_cli_fail_text (WEIR_EXIT_INVALID, _("expected a time like 30d, 12h or forever, got \"%s\""), argv[1]);
  if (argc > 2 && !parse_size (argv[2], &bytes))
    return weir_cli_fail_text (WEIR_EXIT_INVALID, _("expected a size like 500M or 2G, got \"%s\""), argv[2]);
  answer = weir_session_call (session, &error, "SetRetention", "workflow",
                              weir_value_new_text (option_workflow != NULL ? option_workflow : ""), "kind",
                              weir_value_new_text (argv[0]), "seconds", weir_value_new_int (seconds), "bytes",
                              weir_value_new_int (bytes), NULL);
  return answer != NULL ? WEIR_EXIT_OK : weir_cli_fail (error);
}

int
weir_command_storage (int argc, char **argv)
{
  WeirSession session = { 0 };
  g_autoptr(GError) error = NULL;
  int code;

  if (argc == 1)
    return weir_cli_fail_text (WEIR_EXIT_INVALID, _("expected how long to keep it: weir storage %s 30d"), argv[0]);
  if (!weir_session_open (&session, &error))
    return weir_cli_fail (error);
  code = argc == 0 ? show_storage (&session) : keep (&session, argc, argv);
  weir_session_close (&session, NULL);
  return code;
}

/* ── what whoever is to help needs ───────────────────────────────────────────────────────── */

int
weir_command_diagnose (int argc, char **argv)
{
  g_autoptr(GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *standard = g_date_time_format (now, "weir-diagnose-%Y%m%d-%H%M%S.tar.gz");
  const char *path = option_output != NULL ? option_output : standard;
  g_autoptr(GError) error = NULL;

  if (!weir_diagnose (weir_option_data_dir, path, &error))
    return weir_cli_fail (error);
  printf (_("%s is written; look through it before you send it\n"), path);
  return WEIR_EXIT_OK;
}

/* ── the report of a run ─────────────────────────────────────────────────────────────────── */

int
weir_command_report (int argc, char **argv)
{
  WeirSession session = { 0 };
  gint64 run = weir_cli_parse_run (argv[0]);
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirValue) answer = NULL;
  int code;

  if (run == 0)
    return WEIR_EXIT_INVALID;
  if (!weir_session_open (&session, &error))
    return weir_cli_fail (error);
  answer = weir_session_call (&session, &error, "Report", "run", weir_value_new_int (run), NULL);
  code = answer != NULL ? write_out (weir_value_get_member_text (answer, "markdown", "")) : weir_cli_fail (error);
  weir_session_close (&session, NULL);
  return code;
}
