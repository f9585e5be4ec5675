/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-cli.h"
#include "weir-questions.h"
#include "weir-session.h"
#include "weir-table.h"
#include "weir-watch.h"

#include <stdio.h>
#include <string.h>

static gboolean option_all;
static char *option_comment;

const GOptionEntry weir_waits_options[] = {
  { "all", 'a', 0, G_OPTION_ARG_NONE, &option_all, N_("Also what waits for a moment, a signal or an event"), NULL },
  WEIR_OPTION_JSON (N_("Print JSON")),
  { NULL }
};

const GOptionEntry weir_answer_options[] = {
  { "comment", 'm', 0, G_OPTION_ARG_STRING, &option_comment, N_("Why; kept with the answer"), N_("TEXT") },
  WEIR_OPTION_JSON (N_("Print events as JSON lines, then one with the result")),
  { NULL }
};

const GOptionEntry weir_signal_options[] = {
  WEIR_OPTION_JSON (N_("Print events as JSON lines, then one with the result")),
  { NULL }
};

/* ── waits ──────────────────────────────────────────────────────────────────────────────── */

/* Those that a person is asked, unless all are wanted. */
static WeirValue *
choose (WeirValue *waits)
{
  WeirBuilder *list = weir_list_builder_new (weir_value_get_length (waits));

  for (gsize i = 0; i < weir_value_get_length (waits); i++)
    if (option_all || weir_value_find_member (weir_value_get_item (waits, i), "request") != NULL)
      weir_builder_add (list, weir_value_get_item (waits, i));
  return weir_builder_end (list);
}

static void
print_waits (WeirValue *waits)
{
  WeirTable *table = weir_table_new (_("RUN"), _("WORKFLOW"), _("STEP"), _("ASKS"), _("UNTIL"), NULL);

  for (gsize i = 0; i < weir_value_get_length (waits); i++)
    {
      WeirValue *wait = weir_value_get_item (waits, i);
      WeirValue *request = weir_value_find_member (wait, "request");

      weir_table_take (table, weir_cell_text (wait, "run"));
      weir_table_take (table, weir_cell_text (wait, "name"));
      weir_table_take (table, weir_cell_text (wait, "path"));
      weir_table_take (table, request != NULL ? weir_cell_text (request, "title") : weir_cell_text (wait, "reason"));
      weir_table_take (table, weir_cell_time (wait, "due_at"));
    }
  weir_table_print (table);
}

int
weir_command_waits (int argc, char **argv)
{
  WeirSession session = { 0 };
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirValue) all = NULL;
  g_autoptr(WeirValue) waits = NULL;

  if (!weir_session_open (&session, &error))
    return weir_cli_fail (error);
  all = weir_session_call (&session, &error, "Waits", "run", weir_value_new_int (0), NULL);
  weir_session_close (&session, NULL);
  if (all == NULL)
    return weir_cli_fail (error);
  waits = choose (all);
  if (weir_option_json)
    weir_cli_print_json (waits, 2);
  else
    print_waits (waits);
  return WEIR_EXIT_OK;
}

/* ── answer ─────────────────────────────────────────────────────────────────────────────── */

/* Where the name ends in NAME=VALUE; NULL if it is none. */
static const char *
find_equals (const char *text)
{
  gsize length = strspn (text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");

  return length > 0 && text[length] == '=' ? text + length : NULL;
}

/* JSON as it is; all other text is text, which the step reads as what it asked for. */
static WeirValue *
parse_text (const char *text)
{
  WeirValue *value = text[0] == '{' || text[0] == '[' || text[0] == '"' ? weir_json_parse (text, -1, NULL) : NULL;

  return value != NULL ? value : weir_value_new_text (text);
}

static WeirValue *
make_answer (int argc, char **argv)
{
  WeirBuilder *record;
  gboolean pairs = argc > 1;

  for (int i = 0; i < argc; i++)
    pairs = pairs || find_equals (argv[i]) != NULL;
  if (!pairs)
    return parse_text (argv[0]);
  record = weir_record_builder_new ((gsize) argc);
  for (int i = 0; i < argc; i++)
    {
      const char *equals = find_equals (argv[i]);
      g_autofree char *name = equals != NULL ? g_strndup (argv[i], (gsize) (equals - argv[i])) : g_strdup ("answer");

      weir_builder_set_take (record, name, parse_text (equals != NULL ? equals + 1 : argv[i]));
    }
  return weir_builder_end (record);
}

/* Whether a step of the run that waits has this name. */
static gboolean
names_step (WeirSession *session, gint64 run, const char *text)
{
  g_autoptr(WeirValue) waits = weir_session_call (session, NULL, "Waits", "run", weir_value_new_int (run), NULL);

  for (gsize i = 0; waits != NULL && i < weir_value_get_length (waits); i++)
    {
      WeirValue *wait = weir_value_get_item (waits, i);

      if (g_str_equal (weir_value_get_member_text (wait, "path", ""), text)
          || g_str_equal (weir_value_get_member_text (wait, "block", ""), text))
        return TRUE;
    }
  return FALSE;
}

/* In this process the run goes on until it ends, or waits again. */
static int
go_on (WeirSession *session, gint64 run, guint64 last_seq, WeirValue *answer, const GError *error)
{
  if (answer == NULL)
    return weir_cli_fail (error);
  if (session->engine != NULL)
    return weir_watch_run (session, run, last_seq, TRUE);
  printf (_("Run %" G_GINT64_FORMAT " is %s\n"), run, weir_value_get_member_text (answer, "status", ""));
  return WEIR_EXIT_OK;
}

static int
answer_run (WeirSession *session, gint64 run, int argc, char **argv)
{
  gboolean named = argc > 1 && names_step (session, run, argv[0]);
  g_autoptr(WeirValue) value = NULL;
  g_autofree char *json = NULL;
  guint64 last_seq = weir_watch_get_last_seq (session, run);
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirValue) answer = NULL;

  /* of two words the first can only be meant as a block: its answer must not go to another one that happens to wait */
  if (argc > 1 && !named && find_equals (argv[0]) == NULL && find_equals (argv[1]) == NULL)
    {
      g_set_error (&error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND,
                   _("No step “%s” of run %" G_GINT64_FORMAT " waits for an answer; weir waits lists those that do"),
                   argv[0], run);
      return weir_cli_fail (error);
    }
  value = make_answer (argc - named, argv + named);
  json = weir_json_write (value, 0, NULL);
  answer = weir_session_call (session, &error, "Answer", "run", weir_value_new_int (run), "block",
                              weir_value_new_text (named ? argv[0] : ""), "value", weir_value_new_text (json),
                              "comment", weir_value_new_text (option_comment != NULL ? option_comment : ""), "by",
                              weir_value_new_text (g_get_user_name ()), NULL);
  return go_on (session, run, last_seq, answer, error);
}

int
weir_command_answer (int argc, char **argv)
{
  WeirSession session = { 0 };
  g_autoptr(GError) error = NULL;
  gint64 run = weir_cli_parse_run (argv[0]);

  if (run == 0)
    return WEIR_EXIT_INVALID;
  if (!weir_session_open (&session, &error))
    return weir_cli_fail (error);
  return weir_watch_close_session (&session, answer_run (&session, run, argc - 1, argv + 1));
}

int
weir_command_signal (int argc, char **argv)
{
  WeirSession session = { 0 };
  g_autoptr(GError) error = NULL;
  gint64 run = weir_cli_parse_run (argv[0]);
  g_autoptr(WeirValue) value = argc > 2 ? parse_text (argv[2]) : weir_value_new_null ();
  g_autofree char *json = weir_json_write (value, 0, NULL);
  g_autoptr(WeirValue) answer = NULL;
  guint64 last_seq;

  if (run == 0)
    return WEIR_EXIT_INVALID;
  if (!weir_session_open (&session, &error))
    return weir_cli_fail (error);
  last_seq = weir_watch_get_last_seq (&session, run);
  answer = weir_session_call (&session, &error, "Signal", "run", weir_value_new_int (run), "name",
                              weir_value_new_text (argv[1]), "value", weir_value_new_text (json), "by",
                              weir_value_new_text (g_get_user_name ()), NULL);
  return weir_watch_close_session (&session, go_on (&session, run, last_seq, answer, error));
}
