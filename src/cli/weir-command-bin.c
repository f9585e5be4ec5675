/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-cli.h"
#include "weir-session.h"
#include "weir-table.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static gboolean option_now;
static gboolean option_yes;
static char *option_part;
static char *option_reason;

#define OPTION_YES { "yes", 'y', 0, G_OPTION_ARG_NONE, &option_yes, N_("Do not ask"), NULL }
#define OPTION_REASON { "reason", 0, 0, G_OPTION_ARG_STRING, &option_reason, N_("Why, for the audit"), N_("TEXT") }

const GOptionEntry weir_delete_options[] = { { "now", 0, 0, G_OPTION_ARG_NONE, &option_now,
                                               N_("For good, at once; a run that lives is force stopped"), NULL },
                                             { "part", 0, 0, G_OPTION_ARG_STRING, &option_part,
                                               N_("Only this of the run: a block, or an item, each[3]"), N_("PART") },
                                             OPTION_YES,
                                             OPTION_REASON,
                                             { NULL } };

const GOptionEntry weir_restore_options[] = { { "part", 0, 0, G_OPTION_ARG_STRING, &option_part,
                                                N_("Only this of the run: a block, or an item, each[3]"), N_("PART") },
                                              { NULL } };

const GOptionEntry weir_bin_options[] = { WEIR_OPTION_JSON (N_("Print JSON")), { NULL } };

/* A number is a run, all else a workflow. */
static gint64
parse_run (const char *text)
{
  gint64 run = 0;

  return g_ascii_string_to_signed (text, 10, 1, G_MAXINT64, &run, NULL) ? run : 0;
}

/* Who it is, for the audit. */
static WeirValue *
make_actor (void)
{
  g_autofree char *actor = g_strdup_printf ("%s (weir)", g_get_user_name ());

  return weir_value_new_text (actor);
}

static WeirValue *
make_text (const char *text)
{
  return weir_value_new_text (text != NULL ? text : "");
}

/* ── asking before something goes for good ───────────────────────────────────────────────── */

/* The default is to keep. */
static gboolean
confirm (void)
{
  char answer[16];

  if (option_yes)
    return TRUE;
  if (!isatty (STDIN_FILENO))
    {
      weir_cli_fail_text (WEIR_EXIT_INVALID, _("nobody is there to confirm it; say --yes"));
      return FALSE;
    }
  printf (_("Go on? [y/N] "));
  fflush (stdout);
  return fgets (answer, sizeof answer, stdin) != NULL && (answer[0] == 'y' || answer[0] == 'Y');
}

static gboolean
explain_run (WeirSession *session, gint64 run, int *code)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirValue) size = weir_session_call (session, &error, "Measure", "run", weir_value_new_int (run), "part",
                                                  make_text (option_part), NULL);
  g_autofree char *bytes = NULL;
  gint64 effects;

  if (size == NULL)
    {
      *code = weir_cli_fail (error);
      return FALSE;
    }
  bytes = g_format_size ((guint64) weir_value_get_member_int (size, "bytes", 0));
  if (option_part != NULL)
    printf (_("%s of run %" G_GINT64_FORMAT " of \"%s\" goes for good:\n"), option_part, run,
            weir_value_get_member_text (size, "name", ""));
  else
    printf (_("Run %" G_GINT64_FORMAT " of \"%s\" (%s) goes for good:\n"), run,
            weir_value_get_member_text (size, "name", ""), weir_value_get_member_text (size, "status", ""));
  printf (
    _("  %" G_GINT64_FORMAT " steps, %" G_GINT64_FORMAT " lines of log, %" G_GINT64_FORMAT " big values, about %s\n"),
    weir_value_get_member_int (size, "steps", 0), weir_value_get_member_int (size, "lines", 0),
    weir_value_get_member_int (size, "values", 0), bytes);
  effects = weir_value_get_member_int (size, "effects", 0);
  if (effects > 0)
    printf (_("  %" G_GINT64_FORMAT " effects can not be undone any more\n"), effects);
  printf (_("Backups of the database that were made since it began go as well.\n"));
  return TRUE;
}

static gboolean
may_delete (WeirSession *session, gint64 run, const char *name, int *code)
{
  if (!option_now)
    return TRUE;
  if (run != 0 && !explain_run (session, run, code))
    return FALSE;
  if (run == 0)
    printf (_("Workflow \"%s\" goes for good, with all versions, variables and fixtures. Its runs stay.\n"), name);
  if (confirm ())
    return TRUE;
  *code = WEIR_EXIT_INVALID;
  return FALSE;
}

/* ── commands ────────────────────────────────────────────────────────────────────────────── */

static int
delete_one (WeirSession *session, const char *text)
{
  gint64 run = parse_run (text);
  g_autoptr(WeirValue) answer = NULL;
  g_autoptr(GError) error = NULL;
  int code = WEIR_EXIT_OK;

  if (option_part != NULL && run == 0)
    return weir_cli_fail_text (WEIR_EXIT_INVALID, _("--part needs the number of a run"));
  if (!may_delete (session, run, text, &code))
    return code;
  answer = weir_session_call (session, &error, "Delete", "run", weir_value_new_int (run), "workflow",
                              make_text (run == 0 ? text : NULL), "now", weir_value_new_int (option_now), "part",
                              make_text (option_part), "actor", make_actor (), "reason", make_text (option_reason),
                              NULL);
  if (answer == NULL)
    return weir_cli_fail (error);
  if (option_part != NULL && option_now)
    printf (_("%s of run %s is gone for good\n"), option_part, text);
  else if (option_part != NULL)
    printf (_("%s of run %s is deleted; to take it back: weir restore --part %s %s\n"), option_part, text, option_part,
            text);
  else if (option_now)
    printf (run != 0 ? _("Run %s is gone for good\n") : _("Workflow %s is gone for good\n"), text);
  else
    printf (run != 0 ? _("Run %s is deleted; to take it back: weir restore %s\n")
                     : _("Workflow %s is deleted; to take it back: weir restore %s\n"),
            text, text);
  return code;
}

static int
restore_one (WeirSession *session, const char *text)
{
  gint64 run = parse_run (text);
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirValue) answer = NULL;

  if (option_part != NULL && run == 0)
    return weir_cli_fail_text (WEIR_EXIT_INVALID, _("--part needs the number of a run"));
  answer = weir_session_call (session, &error, "Restore", "run", weir_value_new_int (run), "workflow",
                              make_text (run == 0 ? text : NULL), "part", make_text (option_part), "actor",
                              make_actor (), NULL);
  if (answer == NULL)
    return weir_cli_fail (error);
  if (option_part != NULL)
    {
      printf (_("%s of run %s is back\n"), option_part, text);
      return WEIR_EXIT_OK;
    }
  printf (run != 0 ? _("Run %s is back\n") : _("Workflow %s is back\n"), text);
  return WEIR_EXIT_OK;
}

/* One after the other; the first failure is the exit code, the others are tried all the same. */
static int
each (int argc, char **argv, int (*func) (WeirSession *session, const char *text))
{
  WeirSession session = { 0 };
  g_autoptr(GError) error = NULL;
  int code = WEIR_EXIT_OK;

  if (!weir_session_open (&session, &error))
    return weir_cli_fail (error);
  for (int i = 0; i < argc; i++)
    {
      int one = func (&session, argv[i]);

      if (code == WEIR_EXIT_OK)
        code = one;
    }
  weir_session_close (&session, NULL);
  return code;
}

int
weir_command_delete (int argc, char **argv)
{
  return each (argc, argv, delete_one);
}

int
weir_command_restore (int argc, char **argv)
{
  return each (argc, argv, restore_one);
}

static WeirValue *
ask (const char *method, int *code)
{
  WeirSession session = { 0 };
  g_autoptr(GError) error = NULL;
  WeirValue *answer;

  if (!weir_session_open (&session, &error))
    {
      *code = weir_cli_fail (error);
      return NULL;
    }
  answer = weir_session_call (&session, &error, method, NULL);
  *code = answer != NULL ? WEIR_EXIT_OK : weir_cli_fail (error);
  weir_session_close (&session, NULL);
  return answer;
}

/* "in 12 days", never less than there is. */
static char *
describe_expiry (WeirValue *line)
{
  gint64 left = weir_cell_get_time (line, "expires_at") - g_get_real_time ();
  gint64 days = left / G_TIME_SPAN_DAY + 1;

  if (weir_cell_get_time (line, "expires_at") == 0)
    return g_strdup (_("never"));
  if (left <= 0)
    return g_strdup (_("soon"));
  if (left < G_TIME_SPAN_DAY)
    return g_strdup (_("within a day"));
  return g_strdup_printf (ngettext ("in %d day", "in %d days", (gulong) days), (int) days);
}

static char *
describe_line (WeirValue *line)
{
  gint64 run = weir_value_get_member_int (line, "run", 0);
  const char *part = weir_value_get_member_text (line, "part", NULL);

  if (run == 0)
    return g_strdup (_("workflow"));
  return part != NULL ? g_strdup_printf (_("run %" G_GINT64_FORMAT ", %s"), run, part)
                      : g_strdup_printf (_("run %" G_GINT64_FORMAT), run);
}

int
weir_command_bin (int argc, char **argv)
{
  int code;
  g_autoptr(WeirValue) list = ask ("ListDeleted", &code);
  WeirTable *table;

  if (list == NULL)
    return code;
  if (weir_option_json)
    {
      weir_cli_print_json (list, 2);
      return code;
    }
  table = weir_table_new (_("WHAT"), _("WORKFLOW"), _("DELETED"), _("GOES"), NULL);
  for (gsize i = 0; i < weir_value_get_length (list); i++)
    {
      WeirValue *line = weir_value_get_item (list, i);

      weir_table_take (table, describe_line (line));
      weir_table_take (table, weir_cell_text (line, "name"));
      weir_table_take (table, weir_cell_time (line, "deleted_at"));
      weir_table_take (table, describe_expiry (line));
    }
  weir_table_print (table);
  return code;
}

/* Only what has expired; one thing in the bin goes for good by `weir delete --now`. */
int
weir_command_purge (int argc, char **argv)
{
  WeirSession session = { 0 };
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirValue) before = NULL;
  g_autoptr(WeirValue) answer = NULL;
  g_autoptr(WeirValue) after = NULL;
  int code = WEIR_EXIT_OK;

  if (!weir_session_open (&session, &error))
    return weir_cli_fail (error);
  before = weir_session_call (&session, &error, "Usage", NULL);
  if (before != NULL)
    answer = weir_session_call (&session, &error, "Purge", NULL);
  if (answer != NULL)
    after = weir_session_call (&session, &error, "Usage", NULL);
  if (after == NULL)
    code = weir_cli_fail (error);
  else
    {
      static const char *const parts[] = { "database", "log", "blobs" };
      gint64 freed = 0;
      g_autofree char *text = NULL;

      for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
        freed += weir_value_get_member_int (before, parts[i], 0) - weir_value_get_member_int (after, parts[i], 0);
      text = g_format_size ((guint64) MAX (freed, 0));
      printf (_("%s freed\n"), text);
    }
  weir_session_close (&session, NULL);
  return code;
}
