/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-cli.h"
#include "weir-items.h"
#include "weir-session.h"
#include "weir-table.h"

#include <stdio.h>
#include <string.h>

static char *option_from;
static char *option_status;
static gboolean option_valid;
static gboolean option_close;
static gboolean option_force;
static int option_first;
static int option_n = 1000;

const GOptionEntry weir_swarm_options[] = {
  { "from", 0, 0, G_OPTION_ARG_FILENAME, &option_from,
    N_("Add the items of this file: CSV, a JSON list or JSON lines; - is standard input"), N_("FILE") },
  { "valid-only", 0, 0, G_OPTION_ARG_NONE, &option_valid, N_("Add those that fit, list the others"), NULL },
  { "close", 0, 0, G_OPTION_ARG_NONE, &option_close, N_("Then close it"), NULL },
  { "status", 0, 0, G_OPTION_ARG_STRING, &option_status,
    N_("List items that are queued, running, ok, failed or skipped"), N_("STATUS") },
  { "first", 0, 0, G_OPTION_ARG_INT, &option_first, N_("List from this item on"), N_("ITEM") },
  { "limit", 'n', 0, G_OPTION_ARG_INT, &option_n, N_("List at most so many, 1000 if not given"), N_("COUNT") },
  { "force", 'f', 0, G_OPTION_ARG_NONE, &option_force, N_("Stop by force"), NULL },
  WEIR_OPTION_JSON (N_("Print JSON")),
  { NULL }
};

/* "12", "12/map", "12/outer[2]/map". FALSE with a message. */
static gboolean
parse_swarm (const char *text, gint64 *run, const char **block)
{
  const char *slash = strchr (text, '/');
  g_autofree char *number = slash != NULL ? g_strndup (text, (gsize) (slash - text)) : g_strdup (text);

  *run = weir_cli_parse_run (number);
  *block = slash != NULL ? slash + 1 : "";
  return *run != 0;
}

static void
print_counts (WeirValue *swarm)
{
  printf (_("%s: %d items: %d queued, %d running, %d ok, %d failed, %d skipped%s%s%s\n"),
          weir_value_get_member_text (swarm, "block", ""), (int) weir_value_get_member_int (swarm, "total", 0),
          (int) weir_value_get_member_int (swarm, "queued", 0), (int) weir_value_get_member_int (swarm, "running", 0),
          (int) weir_value_get_member_int (swarm, "ok", 0), (int) weir_value_get_member_int (swarm, "failed", 0),
          (int) weir_value_get_member_int (swarm, "skipped", 0),
          weir_value_get_member_int (swarm, "deleted", 0) > 0 ? _("; some deleted") : "",
          weir_value_get_member_bool (swarm, "open", FALSE) ? _("; open") : "",
          weir_value_get_member_bool (swarm, "paused", FALSE) ? _("; paused") : "");
}

static char *
describe_outcome (WeirValue *item)
{
  WeirValue *error = weir_value_find_member (item, "error");
  WeirValue *result = weir_value_find_member (item, "result");
  char *text;

  if (error != NULL)
    text = g_strdup (weir_value_get_member_text (error, "message", ""));
  else
    text = result != NULL ? weir_value_to_display (result, 60) : g_strdup ("");
  weir_cli_disarm (text);
  return text;
}

static void
print_items (WeirValue *items)
{
  WeirTable *table = weir_table_new (_("ITEM"), _("STATUS"), _("PRIORITY"), _("VALUE"), _("GAVE"), NULL);

  for (gsize i = 0; i < weir_value_get_length (items); i++)
    {
      WeirValue *item = weir_value_get_item (items, i);
      WeirValue *value = weir_value_find_member (item, "item");
      char *text;

      if (weir_value_get_member_bool (item, "deleted", FALSE)
          || (option_status != NULL && !g_str_equal (weir_value_get_member_text (item, "status", ""), option_status)))
        continue;
      text = value != NULL ? weir_value_to_display (value, 40) : g_strdup ("");
      weir_cli_disarm (text);
      weir_table_take (table, weir_cell_text (item, "index"));
      weir_table_take (table, weir_value_get_member_bool (item, "held", FALSE) ? g_strdup (_("suspended"))
                                                                               : weir_cell_text (item, "status"));
      weir_table_take (table, weir_cell_text (item, "priority"));
      weir_table_take (table, text);
      weir_table_take (table, describe_outcome (item));
    }
  weir_table_print (table);
}

static int
list_swarm (WeirSession *session, gint64 run, const char *block)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirValue) swarm = weir_session_call (
    session, &error, "Swarm", "run", weir_value_new_int (run), "block", weir_value_new_text (block), "first",
    weir_value_new_int (MAX (option_first, 0)), "n", weir_value_new_int (MAX (option_n, 0)), NULL);

  if (swarm == NULL)
    return weir_cli_fail (error);
  if (weir_option_json)
    weir_cli_print_json (swarm, 2);
  else
    {
      print_items (weir_value_find_member (swarm, "items"));
      print_counts (swarm);
    }
  return WEIR_EXIT_OK;
}

static int
steer_swarm (WeirSession *session, gint64 run, const char *block, const char *verb, gint64 item, int priority)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirValue) swarm = weir_session_call (
    session, &error, "SwarmSteer", "run", weir_value_new_int (run), "block", weir_value_new_text (block), "verb",
    weir_value_new_text (verb), "item", weir_value_new_int (item), "priority", weir_value_new_int (priority), NULL);

  if (swarm == NULL)
    return weir_cli_fail (error);
  if (weir_option_json)
    weir_cli_print_json (swarm, 2);
  else
    print_counts (swarm);
  return WEIR_EXIT_OK;
}

static int
print_added (WeirValue *answer)
{
  WeirValue *errors = weir_value_find_member (answer, "errors");
  const char *refused = weir_value_get_member_text (answer, "refused", NULL);
  gint64 n = weir_value_get_member_int (answer, "added", 0);

  if (weir_option_json)
    weir_cli_print_json (answer, 2);
  for (gsize i = 0; !weir_option_json && errors != NULL && i < weir_value_get_length (errors); i++)
    {
      WeirValue *row = weir_value_get_item (errors, i);

      g_printerr (_("weir: item %d: %s\n"), (int) weir_value_get_member_int (row, "index", 0),
                  weir_value_get_member_text (row, "reason", ""));
    }
  if (refused != NULL)
    return weir_option_json ? WEIR_EXIT_INVALID : weir_cli_fail_text (WEIR_EXIT_INVALID, "%s", refused);
  if (!weir_option_json)
    {
      int left_out = (int) weir_value_get_member_int (answer, "rejected", 0);

      printf (ngettext ("%d item added", "%d items added", n), (int) n);
      if (left_out > 0)
        printf (_(", %d left out"), left_out);
      putchar ('\n');
    }
  return WEIR_EXIT_OK;
}

static int
add_items (WeirSession *session, gint64 run, const char *block, int argc, char **argv)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirValue) items = option_from != NULL ? weir_items_load (option_from, &error)
                                                    : weir_items_parse_words (argc, argv);
  g_autofree char *json = NULL;
  g_autoptr(WeirValue) answer = NULL;
  int code;

  if (items == NULL)
    return weir_cli_fail (error);
  json = weir_json_write (items, 0, NULL);
  answer = weir_session_call (session, &error, "SwarmAdd", "run", weir_value_new_int (run), "block",
                              weir_value_new_text (block), "items", weir_value_new_text (json), "valid_only",
                              weir_value_new_int (option_valid), NULL);
  if (answer == NULL)
    return weir_cli_fail (error);
  code = print_added (answer);
  if (code == WEIR_EXIT_OK && option_close)
    code = steer_swarm (session, run, block, "close", -1, 0);
  return code;
}

/* "high", "medium", "low", or a number. */
static gboolean
parse_priority (const char *text, int *priority)
{
  gint64 number;

  if (g_str_equal (text, "high") || g_str_equal (text, "medium") || g_str_equal (text, "low"))
    {
      *priority = *text == 'h' ? 50 : *text == 'm' ? 0 : -50;
      return TRUE;
    }
  if (!g_ascii_string_to_signed (text, 10, -100, 100, &number, NULL))
    return FALSE;
  *priority = (int) number;
  return TRUE;
}

static int
steer_by_words (WeirSession *session, gint64 run, const char *block, int argc, char **argv)
{
  g_autofree char *verb = option_force && g_str_equal (argv[0], "stop") ? g_strdup ("force_stop") : g_strdup (argv[0]);
  gboolean takes_item = g_str_equal (verb, "rerun") || g_str_equal (verb, "priority");
  gint64 item = -1;
  int priority = 0;

  if (argc < 2 + takes_item || (g_str_equal (verb, "priority") && argc < 4))
    return weir_cli_fail_text (WEIR_EXIT_INVALID, _("Expected %s RUN[/BLOCK] ITEM%s"), verb,
                               g_str_equal (verb, "priority") ? " high|medium|low|-100..100" : "");
  if (argc > 2 && !g_ascii_string_to_signed (argv[2], 10, 0, G_MAXINT32, &item, NULL))
    return weir_cli_fail_text (WEIR_EXIT_INVALID, _("Expected the number of an item, but got %s"), argv[2]);
  if (g_str_equal (verb, "priority") && !parse_priority (argv[3], &priority))
    return weir_cli_fail_text (WEIR_EXIT_INVALID, _("Expected high, medium, low or -100 to 100, but got %s"), argv[3]);
  return steer_swarm (session, run, block, verb, item, priority);
}

int
weir_command_swarm (int argc, char **argv)
{
  static const char *const verbs[] = { "close", "rerun", "priority", "pause", "resume", "stop", NULL };
  WeirSession session = { 0 };
  g_autoptr(GError) error = NULL;
  const char *block;
  gint64 run;
  int code;

  if (!parse_swarm (argv[1], &run, &block))
    return WEIR_EXIT_INVALID;
  if (!weir_session_open (&session, &error))
    return weir_cli_fail (error);
  if (g_str_equal (argv[0], "list"))
    code = list_swarm (&session, run, block);
  else if (g_str_equal (argv[0], "add"))
    code = add_items (&session, run, block, argc - 2, argv + 2);
  else if (g_strv_contains (verbs, argv[0]))
    code = steer_by_words (&session, run, block, argc, argv);
  else
    code = weir_cli_fail_text (
      WEIR_EXIT_INVALID, _("Expected list, add, close, rerun, priority, pause, resume or stop, but got %s"), argv[0]);
  weir_session_close (&session, NULL);
  return code;
}
