/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-cli.h"
#include "weir-session.h"
#include "weir-watch.h"

#include <stdio.h>

static char *option_to;
static char *option_only;
static gboolean option_dry_run;
static char *option_on_conflict;

const GOptionEntry weir_redo_options[] = {
  { "dry-run", 'n', 0, G_OPTION_ARG_NONE, &option_dry_run, N_("Only say what would be done"), NULL },
  WEIR_OPTION_JSON (N_("Print JSON")),
  { NULL }
};

const GOptionEntry weir_undo_options[] = {
  { "to", 't', 0, G_OPTION_ARG_FILENAME, &option_to, N_("Only what came after the last step of this block"), N_("BLOCK") },
  { "only", 0, 0, G_OPTION_ARG_FILENAME, &option_only, N_("Only what came of this block, item or step: each, each[3], each[3]/write"),
    N_("PATH") },
  { "dry-run", 'n', 0, G_OPTION_ARG_NONE, &option_dry_run, N_("Only say what would be done"), NULL },
  { "on-conflict", 0, 0, G_OPTION_ARG_STRING, &option_on_conflict,
    N_("What to do where something changed since: keep (default), overwrite, copy"), N_("CHOICE") },
  WEIR_OPTION_JSON (N_("Print JSON")),
  { NULL }
};

/* What stood in the way of something that was done all the same was overwritten, or got a copy beside it. */
static void
print_item (WeirValue *item)
{
  const char *conflict = weir_value_get_member_text (item, "conflict", NULL);
  const char *description = weir_value_get_member_text (item, "description", "");
  gboolean done = weir_value_get_member_bool (item, "done", FALSE);
  gint64 size = weir_value_get_member_int (item, "size", 0);
  g_autofree char *bytes = option_dry_run && size > 0 ? g_format_size ((guint64) size) : NULL;
  g_autofree char *with_size = bytes != NULL ? g_strdup_printf (_("%s (%s)"), description, bytes)
                                             : g_strdup (description);

  if (weir_value_get_member_bool (item, "irreversible", FALSE))
    printf (_("cannot be undone: %s\n"), description);
  else if (conflict != NULL && done)
    printf (_("%s: %s (%s)\n"), g_strcmp0 (option_on_conflict, "copy") == 0 ? _("as a copy") : _("overwritten"),
            description, conflict);
  else if (conflict != NULL)
    printf (_("conflict: %s (%s)\n"), with_size, conflict);
  else if (!option_dry_run && !done)
    printf (_("not done: %s\n"), description);
  else
    printf ("%s\n", with_size);
}

static void
print_plan (WeirValue *plan)
{
  WeirValue *items = weir_value_find_member (plan, "items");

  for (gsize i = 0; items != NULL && i < weir_value_get_length (items); i++)
    print_item (weir_value_get_item (items, i));
}

static void
print_outcome (WeirValue *answer, gboolean redo)
{
  WeirValue *items = weir_value_find_member (answer, "items");
  gint64 done = weir_value_get_member_int (answer, "undone", 0);
  gint64 total = items != NULL ? (gint64) weir_value_get_length (items) : 0;

  if (total == 0)
    printf ("%s\n", redo ? _("Nothing to do again") : _("Nothing to undo"));
  else if (option_dry_run)
    printf (redo ? _("%" G_GINT64_FORMAT " to do again, %" G_GINT64_FORMAT " changed since, %" G_GINT64_FORMAT
                      " cannot be done again\n")
                 : _("%" G_GINT64_FORMAT " to undo, %" G_GINT64_FORMAT " changed since the run, %" G_GINT64_FORMAT
                      " cannot be undone\n"),
            total - weir_value_get_member_int (answer, "irreversible", 0),
            weir_value_get_member_int (answer, "conflicts", 0), weir_value_get_member_int (answer, "irreversible", 0));
  else
    printf (redo ? _("Done again: %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT "\n")
                 : _("Undone: %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT "\n"),
            done, total);
}

/* 1 when something that was asked for could not be undone. */
static int
get_exit_code (WeirValue *answer)
{
  WeirValue *items = weir_value_find_member (answer, "items");

  if (option_dry_run || items == NULL)
    return WEIR_EXIT_OK;
  return weir_value_get_member_int (answer, "undone", 0) < (gint64) weir_value_get_length (items) ? WEIR_EXIT_FAILED
                                                                                                  : WEIR_EXIT_OK;
}

static int
undo_or_redo (const char *run_text, gboolean redo)
{
  WeirSession session = { 0 };
  gint64 run = weir_cli_parse_run (run_text);
  g_autoptr(WeirValue) answer = NULL;
  g_autoptr(GError) error = NULL;
  int code;

  if (run == 0)
    return WEIR_EXIT_INVALID;
  /* a variable of a script that is empty must not undo everything */
  if ((option_only != NULL && option_only[0] == '\0') || (option_to != NULL && option_to[0] == '\0'))
    {
      g_printerr (_("weir: Expected a block, item or step after --only and --to, but it is empty\n"));
      return WEIR_EXIT_INVALID;
    }
  if (!weir_session_open (&session, &error))
    return weir_cli_fail (error);
  if (!option_dry_run)
    weir_session_serve (&session);
  answer = weir_session_call (&session, &error, option_dry_run ? "PlanUndo" : "Undo", "run", weir_value_new_int (run),
                              "to_block", weir_value_new_text (option_to != NULL ? option_to : ""), "part",
                              weir_value_new_text (option_only != NULL ? option_only : ""), "redo",
                              weir_value_new_int (redo), "on_conflict",
                              weir_value_new_text (option_on_conflict != NULL ? option_on_conflict : ""), NULL);
  if (answer == NULL)
    code = weir_cli_fail (error);
  else
    {
      code = get_exit_code (answer);
      if (weir_option_json)
        weir_cli_print_json (answer, 2);
      else
        {
          print_plan (answer);
          print_outcome (answer, redo);
        }
    }
  return weir_watch_close_session (&session, code);
}

int
weir_command_undo (int argc, char **argv)
{
  return undo_or_redo (argv[0], FALSE);
}

int
weir_command_redo (int argc, char **argv)
{
  return undo_or_redo (argv[0], TRUE);
}
