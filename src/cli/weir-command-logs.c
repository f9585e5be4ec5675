/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-cli.h"
#include "weir-session.h"
#include "weir-table.h"

#include <stdio.h>

#define PAGE_LINES 5000
/* How often, and how long apart, an owner that is about to leave is asked again. */
#define MAX_TRIES 20
#define RETRY_US 100000

static gboolean option_follow;
static char *option_level;
static char *option_block;
static char *option_search;

const GOptionEntry weir_logs_options[] = {
  { "follow", 'f', 0, G_OPTION_ARG_NONE, &option_follow, N_("Go on until the run ends"), NULL },
  { "level", 'l', 0, G_OPTION_ARG_STRING, &option_level, N_("From this level on: debug, info, warning, error"), N_("LEVEL") },
  { "block", 'b', 0, G_OPTION_ARG_FILENAME, &option_block, N_("Of this block and what is inside it"), N_("PATH") },
  { "search", 's', 0, G_OPTION_ARG_FILENAME, &option_search, N_("That hold these words"), N_("TEXT") },
  WEIR_OPTION_JSON (N_("Print JSON lines")),
  { NULL }
};

typedef struct
{
  WeirSession *session;
  gint64 run;
  int level;
  guint64 last_seq;
  gboolean dirty;
} LogTail;

static int
parse_level (const char *text)
{
  static const char *const names[] = { "debug", "info", "warning", "error" };

  if (text == NULL)
    return 0;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (names[i], text))
      return (int) i;
  return -1;
}

static void
print_line (WeirValue *line)
{
  gint64 at = weir_cell_get_time (line, "at");
  const char *path = weir_value_get_member_text (line, "path", NULL);
  WeirValue *fields = weir_value_find_member (line, "fields");
  g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc_usec (at);
  g_autoptr(GDateTime) local = g_date_time_to_local (utc);
  g_autofree char *time = g_date_time_format (local, "%H:%M:%S");

  printf ("%s.%03d %-7s %s%s%s", time, (int) (at % G_USEC_PER_SEC / 1000),
          weir_value_get_member_text (line, "level", ""), path != NULL ? path : "", path != NULL ? ": " : "",
          weir_value_get_member_text (line, "message", ""));
  if (fields != NULL && !weir_value_is_null (fields))
    {
      g_autofree char *text = weir_json_write (fields, 0, NULL);

      printf ("  %s", text);
    }
  putchar ('\n');
}

/* Everything after the last line printed, page by page. */
static gboolean
print_new_lines (LogTail *self, GError **error)
{
  for (;;)
    {
      g_autoptr(WeirValue) lines = NULL;

      lines = weir_session_call (
        self->session, error, "Logs", "run", weir_value_new_int (self->run), "level", weir_value_new_int (self->level),
        "block", weir_value_new_text (option_block != NULL ? option_block : ""), "text",
        weir_value_new_text (option_search != NULL ? option_search : ""), "after",
        weir_value_new_int ((gint64) self->last_seq), "limit", weir_value_new_int (PAGE_LINES), NULL);
      if (lines == NULL)
        return FALSE;
      for (gsize i = 0; i < weir_value_get_length (lines); i++)
        {
          WeirValue *line = weir_value_get_item (lines, i);

          self->last_seq = (guint64) weir_value_get_member_int (line, "seq", 0);
          if (weir_option_json)
            weir_cli_print_json (line, 0);
          else
            print_line (line);
        }
      fflush (stdout);
      if (weir_value_get_length (lines) < PAGE_LINES)
        return TRUE;
    }
}

static void
event_cb (WeirEvent *event, gpointer user_data)
{
  LogTail *self = user_data;

  if (event->kind == WEIR_EVENT_LOG)
    self->dirty = TRUE;
}

static DexFuture *
ended_cb (DexFuture *future, gpointer user_data)
{
  gboolean *ended = user_data;

  *ended = TRUE;
  return dex_ref (future);
}

static gboolean
follow (LogTail *self, GError **error)
{
  gboolean ended = FALSE;
  g_autoptr(DexFuture) following = weir_control_follow (self->session->control, self->run, self->last_seq, event_cb,
                                                         self, NULL);

  following = dex_future_finally (g_steal_pointer (&following), ended_cb, &ended, NULL);
  while (!ended)
    {
      g_main_context_iteration (NULL, TRUE);
      if (self->dirty)
        {
          self->dirty = FALSE;
          if (!print_new_lines (self, error))
            return FALSE;
        }
    }
  return dex_future_get_value (following, error) != NULL && print_new_lines (self, error);
}

static gboolean
print_and_follow (LogTail *self, GError **error)
{
  return print_new_lines (self, error) && (!option_follow || follow (self, error));
}

/* An owner that ran only this run leaves when it has ended, perhaps before its last lines were asked for, and may still answer while
 * it does: then they are read again, from whoever has the database next. */
static gboolean
print_to_the_end (LogTail *self, GError **error)
{
  g_autoptr(GError) local_error = NULL;
  guint tries = 0;

  while (!print_and_follow (self, &local_error))
    {
      if (self->session->engine != NULL || ++tries > MAX_TRIES)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      g_clear_error (&local_error);
      g_usleep (RETRY_US);
      weir_session_close (self->session, NULL);
      if (!weir_session_open (self->session, error))
        return FALSE;
    }
  return TRUE;
}

int
weir_command_logs (int argc, char **argv)
{
  WeirSession session = { 0 };
  LogTail tail = { .session = &session, .run = weir_cli_parse_run (argv[0]), .level = parse_level (option_level) };
  g_autoptr(GError) error = NULL;
  int code = WEIR_EXIT_OK;

  if (tail.run == 0)
    return WEIR_EXIT_INVALID;
  if (tail.level < 0)
    return weir_cli_fail_text (WEIR_EXIT_INVALID, _("A level is debug, info, warning or error, not \"%s\""),
                               option_level);
  if (!weir_session_open (&session, &error))
    return weir_cli_fail (error);
  if (!print_to_the_end (&tail, &error))
    code = weir_cli_fail (error);
  weir_session_close (&session, NULL);
  return code;
}
