/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-cli.h"
#include "weir-session.h"
#include "weir-table.h"

#include <stdio.h>
#include <string.h>

const GOptionEntry weir_limits_options[] = {
  WEIR_OPTION_JSON (N_("Print JSON")),
  { NULL }
};

/* ── showing ─────────────────────────────────────────────────────────────────────────────── */

static char *
format_size (gint64 size)
{
  return g_format_size_full ((guint64) size, G_FORMAT_SIZE_IEC_UNITS);
}

static void
take_number (WeirTable *table, const char *name, gint64 limit, WeirValue *use, const char *used)
{
  weir_table_take (table, g_strdup (name));
  weir_table_take (table, limit != 0 ? g_strdup_printf ("%" G_GINT64_FORMAT, limit) : g_strdup (_("none")));
  weir_table_take (table, used != NULL ? weir_cell_text (use, used) : NULL);
}

static void
take_memory (WeirTable *table, WeirValue *limits, WeirValue *use)
{
  gint64 limit = weir_value_get_member_int (limits, "memory", 0);

  weir_table_take (table, g_strdup ("memory"));
  weir_table_take (table, limit != 0 ? format_size (limit) : g_strdup (_("none")));
  weir_table_take (table, format_size (weir_value_get_member_int (use, "memory", 0)));
}

static char *
format_rate (WeirValue *rate)
{
  g_autofree char *per = weir_display_duration (weir_value_get_member_int (rate, "per", 0) * 1000);

  return g_strdup_printf (_("%" G_GINT64_FORMAT " per %s, %" G_GINT64_FORMAT " at once"),
                          weir_value_get_member_int (rate, "count", 0), per,
                          weir_value_get_member_int (rate, "burst", 0));
}

static void
take_pool (WeirTable *table, const char *name, WeirValue *pool, WeirValue *used)
{
  gint64 reserved = weir_value_get_member_int (pool, "reserved", 0);
  WeirValue *rate = weir_value_find_member (pool, "rate");

  weir_table_take (table, g_strconcat ("pool.", name, NULL));
  weir_table_take (table, g_strdup_printf ("%" G_GINT64_FORMAT, weir_value_get_member_int (pool, "slots", 0)));
  weir_table_take (table, weir_cell_text (used, name));
  if (reserved > 0)
    {
      weir_table_take (table, g_strdup_printf ("pool.%s.reserved", name));
      weir_table_take (table, g_strdup_printf ("%" G_GINT64_FORMAT, reserved));
      weir_table_take (table, NULL);
    }
  if (rate != NULL)
    {
      weir_table_take (table, g_strdup_printf ("pool.%s.rate", name));
      weir_table_take (table, format_rate (rate));
      weir_table_take (table, NULL);
    }
}

static void
print_limits (WeirValue *answer)
{
  WeirValue *limits = weir_value_find_member (answer, "limits");
  WeirValue *use = weir_value_find_member (answer, "use");
  WeirValue *pools = weir_value_find_member (limits, "pools");
  WeirValue *rates = weir_value_find_member (limits, "rates");
  WeirTable *table = weir_table_new (_("LIMIT"), _("VALUE"), _("IN USE"), NULL);
  gint64 ageing = weir_value_get_member_int (limits, "ageing", 0);

  take_number (table, "workers", weir_value_get_member_int (limits, "workers", 0), use, "workers");
  take_number (table, "steps_per_run", weir_value_get_member_int (limits, "steps_per_run", 0), use, NULL);
  take_number (table, "runs_per_workflow", weir_value_get_member_int (limits, "runs_per_workflow", 0), use, "runs");
  take_number (table, "programs", weir_value_get_member_int (limits, "programs", 0), use, "programs");
  take_number (table, "queue", weir_value_get_member_int (limits, "queue", 0), use, "waiting_runs");
  take_memory (table, limits, use);
  weir_table_take (table, g_strdup ("ageing"));
  weir_table_take (table, ageing != 0 ? weir_display_duration (ageing * 1000) : g_strdup (_("never")));
  weir_table_take (table, NULL);
  for (gsize i = 0; i < weir_value_get_length (pools); i++)
    take_pool (table, weir_value_get_key (pools, i), weir_value_get_item (pools, i),
               weir_value_find_member (use, "pools"));
  for (gsize i = 0; i < weir_value_get_length (rates); i++)
    {
      weir_table_take (table, g_strconcat ("rate.", weir_value_get_key (rates, i), NULL));
      weir_table_take (table, format_rate (weir_value_get_item (rates, i)));
      weir_table_take (table, NULL);
    }
  weir_table_print (table);
}

/* ── changing ────────────────────────────────────────────────────────────────────────────── */

/* A number, a size, a length of time, or a rate as it stands. */
static WeirValue *
read_value (const char *name, const char *text)
{
  gint64 number;
  g_autofree char *binary = g_strconcat (text, "iB", NULL);
  guint64 size;

  if (g_str_equal (text, "default") || g_str_equal (text, "none"))
    return g_str_equal (text, "default") || g_strrstr (name, "rate") != NULL ? weir_value_new_null ()
                                                                             : weir_value_new_int (0);
  if (g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &number, NULL))
    return weir_value_new_int (number);
  if (g_str_equal (name, "memory") && (weir_parse_size (text, &size, NULL) || weir_parse_size (binary, &size, NULL)))
    return weir_value_new_int ((gint64) MIN (size, G_MAXINT64));
  if (g_str_equal (name, "ageing") && weir_parse_duration (text, &number, NULL))
    return weir_value_new_int (number);
  return weir_value_new_text (text);
}

static WeirValue *
wrap (const char *key, WeirValue *value)
{
  WeirBuilder *record = weir_record_builder_new (1);

  weir_builder_set_take (record, key, value);
  return weir_builder_end (record);
}

/* A record with the one change that @argument says; NULL when it says none. "pool.gpu=2", "pool.gpu.rate=1/s", "workers=4" */
static WeirValue *
read_change (const char *argument)
{
  const char *equals = strchr (argument, '=');
  g_autofree char *name = equals != NULL ? g_strndup (argument, equals - argument) : NULL;
  WeirValue *value;
  char *dot;

  if (equals == NULL || equals == argument || equals[1] == '\0')
    return NULL;
  value = read_value (name, equals + 1);
  if (g_str_has_prefix (name, "rate."))
    return wrap ("rates", wrap (name + 5, value));
  if (!g_str_has_prefix (name, "pool."))
    return wrap (name, value);
  dot = strrchr (name + 5, '.');
  if (dot != NULL && (g_str_equal (dot, ".reserved") || g_str_equal (dot, ".rate") || g_str_equal (dot, ".slots")))
    {
      *dot = '\0';
      value = wrap (dot + 1, value);
    }
  return wrap ("pools", wrap (name + 5, value));
}

static WeirValue *
call_limits (WeirSession *session, WeirValue *changes, GError **error)
{
  g_autofree char *text = changes != NULL ? weir_json_write (changes, 0, NULL) : g_strdup ("");

  return weir_session_call (session, error, "Limits", "changes", weir_value_new_text (text), NULL);
}

/* Each on top of the one before, so that places and their reserve may be given together; the first that is wrong ends it. */
static WeirValue *
change_limits (WeirSession *session, int argc, char **argv, int *code)
{
  g_autoptr(GError) error = NULL;
  WeirValue *answer = NULL;

  *code = WEIR_EXIT_OK;
  for (int i = 0; i < MAX (argc, 1); i++)
    {
      g_autoptr(WeirValue) changes = i < argc ? read_change (argv[i]) : NULL;

      g_clear_pointer (&answer, weir_value_unref);
      if (i < argc && changes == NULL)
        {
          *code = weir_cli_fail_text (WEIR_EXIT_INVALID, _("expected a limit like workers=4, got \"%s\""), argv[i]);
          return NULL;
        }
      answer = call_limits (session, changes, &error);
      if (answer == NULL)
        {
          *code = weir_cli_fail (error);
          return NULL;
        }
    }
  return answer;
}

int
weir_command_limits (int argc, char **argv)
{
  WeirSession session = { 0 };
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirValue) answer = NULL;
  int code;

  if (!weir_session_open (&session, &error))
    return weir_cli_fail (error);
  answer = change_limits (&session, argc, argv, &code);
  weir_session_close (&session, NULL);
  if (answer == NULL)
    return code;
  if (weir_option_json)
    weir_cli_print_json (answer, 2);
  else
    print_limits (answer);
  return code;
}

static gboolean
parse_priority (const char *text, gint64 *priority)
{
  if (g_str_equal (text, "high") || g_str_equal (text, "low"))
    *priority = *text == 'h' ? 50 : -50;
  else if (g_str_equal (text, "normal"))
    *priority = 0;
  else
    return g_ascii_string_to_signed (text, 10, -100, 100, priority, NULL);
  return TRUE;
}

int
weir_command_priority (int argc, char **argv)
{
  WeirSession session = { 0 };
  gint64 id = weir_cli_parse_run (argv[0]);
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirValue) answer = NULL;
  gint64 priority;

  if (id == 0)
    return WEIR_EXIT_INVALID;
  if (!parse_priority (argv[1], &priority))
    return weir_cli_fail_text (WEIR_EXIT_INVALID, _("expected low, normal, high or -100 to 100, got \"%s\""), argv[1]);
  if (!weir_session_open (&session, &error))
    return weir_cli_fail (error);
  answer = weir_session_call (&session, &error, "SetPriority", "run", weir_value_new_int (id), "block",
                              weir_value_new_text (argc > 2 ? argv[2] : ""), "priority", weir_value_new_int (priority),
                              NULL);
  weir_session_close (&session, NULL);
  return answer != NULL ? WEIR_EXIT_OK : weir_cli_fail (error);
}
