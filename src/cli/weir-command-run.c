/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-cli.h"
#include "weir-inputs.h"
#include "weir-report.h"
#include "weir-session.h"
#include "weir-workflow-source.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static char **option_inputs;

const GOptionEntry weir_run_options[] = {
  { "input", 'i', 0, G_OPTION_ARG_STRING_ARRAY, &option_inputs, N_ ("Set an input; may be given several times"),
    N_ ("NAME=VALUE") },
  WEIR_OPTION_JSON (N_ ("Print events as JSON lines, then one with the result")),
  { NULL }
};

const GOptionEntry weir_resume_options[] = {
  WEIR_OPTION_JSON (N_ ("Print events as JSON lines, then one with the result")),
  { NULL }
};

typedef struct
{
  WeirSession *session;
  gint64 run;
  guint n_interrupts;
} Watch;

static DexFuture *
report_stop_cb (DexFuture *future, gpointer user_data)
{
  g_autoptr(GError) error = NULL;

  /* It may have ended just before. */
  if (dex_future_get_value (future, &error) == NULL && !g_error_matches (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE))
    g_printerr ("weir: %s\n", error->message);
  return dex_future_new_true ();
}

/* Once stops, twice force stops, three times leaves the run to the journal. */
static gboolean
interrupt_cb (gpointer user_data)
{
  Watch *watch = user_data;
  WeirBuilder *builder = weir_record_builder_new (1);
  g_autoptr(WeirValue) args = NULL;
  const char *method = watch->n_interrupts == 0 ? "Stop" : "ForceStop";

  weir_builder_set_take (builder, "run", weir_value_new_int (watch->run));
  args = weir_builder_end (builder);
  if (++watch->n_interrupts > 2)
    _exit (WEIR_EXIT_INTERRUPTED);
  dex_future_disown (dex_future_finally (weir_control_call (watch->session->control, method, args), report_stop_cb, NULL, NULL));
  return G_SOURCE_CONTINUE;
}

/* Not SIG_IGN, which the programs that the run starts would inherit. */
static void
broken_pipe_cb (int number)
{
}

static int
watch_run (WeirSession *session, gint64 run, guint64 after_seq)
{
  g_autoptr(WeirReport) report = weir_report_new (weir_report_choose_mode (weir_option_json));
  g_autoptr(GError) error = NULL;
  Watch watch = { .session = session, .run = run };
  guint interrupt_id = g_unix_signal_add (SIGINT, interrupt_cb, &watch);
  guint terminate_id = g_unix_signal_add (SIGTERM, interrupt_cb, &watch);
  gboolean followed;
  int code;

  report->run = run;
  /* Whoever reads may go away (`weir run ... | head`): the run goes on. */
  signal (SIGPIPE, broken_pipe_cb);
  followed = weir_wait (weir_control_follow (session->control, run, after_seq, weir_report_event, report, NULL), &error);
  code = weir_report_finish (report);
  g_source_remove (interrupt_id);
  g_source_remove (terminate_id);
  return followed ? code : weir_cli_fail (error);
}

static gint64
play_here (WeirSession *session, WeirWorkflow *workflow, WeirValue *inputs, GError **error)
{
  g_autoptr(DexFuture) future = weir_engine_play (session->engine, workflow, inputs);
  const GValue *value;

  if (!weir_wait (dex_ref (future), error))
    return 0;
  value = dex_future_get_value (future, error);
  return weir_run_get_id (g_value_get_object (value));
}

static gint64
play_there (WeirSession *session, WeirWorkflow *workflow, WeirValue *inputs, GError **error)
{
  g_autofree char *text = weir_workflow_to_yaml (workflow);
  g_autofree char *given = weir_value_encode (inputs, NULL);
  const char *folder = weir_workflow_get_folder (workflow);
  const char *id = weir_workflow_get_id (workflow);
  g_autoptr(WeirValue) answer = NULL;

  answer = weir_session_call (session, error, "Play",
                              "workflow", weir_value_new_text (text),
                              "folder", weir_value_new_text (folder != NULL ? folder : ""),
                              "id", weir_value_new_text (id != NULL ? id : ""),
                              "inputs", weir_value_new_text (given), NULL);
  return answer != NULL ? weir_value_get_member_int (answer, "run", 0) : 0;
}

static gboolean
leave_cb (gpointer user_data)
{
  gboolean *left = user_data;

  *left = TRUE;
  return G_SOURCE_REMOVE;
}

/* Other processes may have started runs in this one, which is to outlive them. Ctrl+C leaves them to be resumed. */
static void
wait_for_others (WeirSession *session)
{
  g_autoptr(GListModel) runs = session->engine != NULL ? weir_engine_list_live_runs (session->engine) : NULL;
  gboolean left = FALSE;
  guint interrupt_id;

  if (runs == NULL || g_list_model_get_n_items (runs) == 0)
    return;
  g_printerr (_ ("Waiting for other runs that were started in this process; Ctrl+C leaves them\n"));
  interrupt_id = g_unix_signal_add (SIGINT, leave_cb, &left);
  while (!left)
    {
      g_clear_object (&runs);
      runs = weir_engine_list_live_runs (session->engine);
      if (g_list_model_get_n_items (runs) == 0)
        break;
      g_main_context_iteration (NULL, TRUE);
    }
  if (!left)
    g_source_remove (interrupt_id);
}

static int
close_session (WeirSession *session, int code)
{
  g_autoptr(GError) error = NULL;

  wait_for_others (session);
  if (!weir_session_close (session, &error))
    return MAX (weir_cli_fail (error), code);
  return code;
}

static int
run_workflow (WeirSession *session, WeirWorkflow *workflow, const char *source, WeirValue *given)
{
  g_autoptr(WeirValue) inputs = NULL;
  g_autoptr(GError) error = NULL;
  gint64 run;

  inputs = weir_inputs_parse (workflow, (const char *const *) option_inputs, given, &error);
  if (inputs == NULL)
    return weir_cli_fail (error);
  if (session->control == NULL && !weir_session_open (session, &error))
    return weir_cli_fail (error);
  run = session->engine != NULL ? play_here (session, workflow, inputs, &error) : play_there (session, workflow, inputs, &error);
  if (run == 0 && g_error_matches (error, WEIR_ERROR, WEIR_ERROR_INVALID))
    return weir_workflow_source_explain (workflow, source, error);
  if (run == 0)
    return weir_cli_fail (error);
  return watch_run (session, run, 0);
}

/* A file that is not right, or inputs that do not fit, never touch the database. */
int
weir_command_run (int argc, char **argv)
{
  WeirSession session = { 0 };
  g_autoptr(WeirValue) given = NULL;
  g_autoptr(WeirWorkflow) workflow = NULL;
  g_autoptr(GError) error = NULL;
  int code;

  if (weir_workflow_source_is_stored (argv[0]) && !weir_session_open (&session, &error))
    return weir_cli_fail (error);
  workflow = weir_workflow_source_load (&session, argv[0], &given, &error);
  if (workflow != NULL)
    code = run_workflow (&session, workflow, argv[0], given);
  else
    code = error != NULL ? weir_cli_fail (error) : WEIR_EXIT_INVALID;
  return close_session (&session, code);
}

static guint64
get_last_seq (WeirSession *session, gint64 run)
{
  g_autoptr(WeirValue) events = weir_session_call (session, NULL, "Events", "run", weir_value_new_int (run), NULL);
  gsize n = events != NULL ? weir_value_get_length (events) : 0;

  return n > 0 ? (guint64) weir_value_get_member_int (weir_value_get_item (events, n - 1), "seq", 0) : 0;
}

static int
resume_in_session (WeirSession *session, gint64 run)
{
  g_autoptr(WeirValue) answer = NULL;
  g_autoptr(GError) error = NULL;
  guint64 last_seq = get_last_seq (session, run);

  answer = weir_session_call (session, &error, "Resume", "run", weir_value_new_int (run), NULL);
  if (answer == NULL)
    return weir_cli_fail (error);
  /* In the process of another it goes on by itself. */
  if (session->engine != NULL)
    return watch_run (session, run, last_seq);
  printf (_ ("Run %" G_GINT64_FORMAT " is %s\n"), run, weir_value_get_member_text (answer, "status", ""));
  return WEIR_EXIT_OK;
}

int
weir_command_resume (int argc, char **argv)
{
  WeirSession session = { 0 };
  g_autoptr(GError) error = NULL;
  gint64 run = weir_cli_parse_run (argv[0]);

  if (run == 0)
    return WEIR_EXIT_INVALID;
  if (!weir_session_open (&session, &error))
    return weir_cli_fail (error);
  return close_session (&session, resume_in_session (&session, run));
}
