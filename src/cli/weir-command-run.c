/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-cli.h"
#include "weir-inputs.h"
#include "weir-questions.h"
#include "weir-report.h"
#include "weir-session.h"
#include "weir-watch.h"
#include "weir-workflow-source.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static char **option_inputs;
static char *option_output;
static gboolean option_plan;
static gboolean option_no_cache;
static gboolean option_leave;

const GOptionEntry weir_run_options[] = {
  { "plan", 0, 0, G_OPTION_ARG_NONE, &option_plan, N_("Run nothing; say what of it could be undone"), NULL },
  { "no-cache", 0, 0, G_OPTION_ARG_NONE, &option_no_cache, N_("Run also what is known from an earlier run (cache:)"), NULL },
  { "input", 'i', 0, G_OPTION_ARG_FILENAME_ARRAY, &option_inputs, N_("Set an input; may be given several times"),
    N_("NAME=VALUE") },
  { "leave", 0, 0, G_OPTION_ARG_NONE, &option_leave,
    N_("Leave the run when it only waits, for a moment or for somebody; an answer or \"weir resume\" takes it up"), NULL },
  WEIR_OPTION_JSON (N_("Print events as JSON lines, then one with the result")),
  { NULL }
};

const GOptionEntry weir_resume_options[] = {
  WEIR_OPTION_JSON (N_("Print events as JSON lines, then one with the result")),
  { NULL }
};

const GOptionEntry weir_settle_options[] = {
  { "output", 'o', 0, G_OPTION_ARG_FILENAME, &option_output, N_("With \"done\": what the block gave, a JSON record by output"),
    N_("JSON") },
  WEIR_OPTION_JSON (N_("Print events as JSON lines, then one with the result")),
  { NULL }
};

typedef struct
{
  WeirSession *session;
  WeirReport *report;
  WeirQuestions *questions;
  gint64 run;
  guint n_interrupts;
  DexPromise *over;  /* resolves when the run has ended */
  DexPromise *stuck; /* resolves when the run waits to be settled, or only waits and may be left */
  gboolean left;     /* nothing is shown any more */
} Watch;

static void
watch_clear (gpointer data)
{
  Watch *self = data;

  g_clear_pointer (&self->questions, weir_questions_free);
  weir_report_free (self->report);
  dex_unref (self->over);
  dex_unref (self->stuck);
}

static void
watch_release (gpointer data)
{
  g_rc_box_release_full (data, watch_clear);
}

/* Only the process that has the run can tell. */
static gboolean
needs_settling (WeirSession *session, gint64 id)
{
  WeirRun *run = session->engine != NULL ? weir_engine_find_run (session->engine, id) : NULL;

  return run != NULL && weir_run_needs_settling (run);
}

static void
watch_event_cb (WeirEvent *event, gpointer user_data)
{
  Watch *self = user_data;

  if (self->left)
    return;
  weir_report_event (event, self->report);
  weir_questions_event (self->questions, event);
  if (event->seq >= self->report->quiet_until && needs_settling (self->session, self->run)
      && dex_future_is_pending (DEX_FUTURE (self->stuck)))
    dex_promise_resolve_boolean (self->stuck, TRUE);
}

static void
print_unknown (WeirSession *session, gint64 id)
{
  WeirRunState *state = weir_run_get_state (weir_engine_find_run (session->engine, id));

  g_printerr (_("Run %" G_GINT64_FORMAT
                 " cannot go on before you say what became of these steps, which the end of the program"
                 " caught at work:\n"),
              id);
  for (guint i = 0; i < weir_run_state_get_n_steps (state); i++)
    {
      const WeirStepInfo *step = weir_run_state_get_step (state, i);
      g_autofree char *path = NULL;

      if (step == NULL || step->status != WEIR_STEP_UNKNOWN)
        continue;
      path = weir_run_state_dup_step_path (state, step);
      g_printerr ("  weir settle %" G_GINT64_FORMAT " '%s' rerun|done|failed\n", id, path);
    }
}

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
  dex_future_disown (
    dex_future_finally (weir_control_call (watch->session->control, method, args), report_stop_cb, NULL, NULL));
  return G_SOURCE_CONTINUE;
}

/* Not SIG_IGN, which the programs that the run starts would inherit. */
static void
broken_pipe_cb (int number)
{
}

/* The run only waits: whoever answers takes it up. */
static void
status_cb (WeirRun *run, GParamSpec *pspec, Watch *self)
{
  if (weir_run_get_status (run) == WEIR_RUN_WAITING && dex_future_is_pending (DEX_FUTURE (self->stuck)))
    dex_promise_resolve_boolean (self->stuck, TRUE);
}

static void
print_left (WeirSession *session, gint64 id)
{
  g_autoptr(WeirValue) waits = weir_session_call (session, NULL, "Waits", "run", weir_value_new_int (id), NULL);

  g_printerr (_("Run %" G_GINT64_FORMAT " waits; to go on with it: weir resume %" G_GINT64_FORMAT "\n"), id, id);
  for (gsize i = 0; waits != NULL && i < weir_value_get_length (waits); i++)
    weir_question_print (weir_value_get_item (waits, i));
}

/* Not the future of the following itself: where another one comes first, its fiber would be taken down in the middle. */
static DexFuture *
followed_cb (DexFuture *future, gpointer user_data)
{
  Watch *self = user_data;
  GError *error = NULL;

  if (dex_future_get_value (future, &error) != NULL)
    dex_promise_resolve_boolean (self->over, TRUE);
  else
    dex_promise_reject (self->over, error);
  return dex_future_new_true ();
}

/* The program is told to end; not the run. */
static void
print_put_down (WeirSession *session, gint64 id)
{
  if (session->engine != NULL)
    g_printerr (_("Run %" G_GINT64_FORMAT " is left as it is; to go on with it: weir resume %" G_GINT64_FORMAT "\n"), id, id);
  else
    g_printerr (_("Run %" G_GINT64_FORMAT " goes on in the process that has it\n"), id);
}

int
weir_watch_run (WeirSession *session, gint64 run, guint64 after_seq, gboolean leave)
{
  Watch *watch = g_rc_box_new0 (Watch);
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirRun) live = NULL;
  guint interrupt_id = g_unix_signal_add (SIGINT, interrupt_cb, watch);
  gboolean told;
  int code;

  watch->session = session;
  watch->run = run;
  watch->over = dex_promise_new ();
  watch->stuck = dex_promise_new ();
  watch->report = weir_report_new (weir_report_choose_mode (weir_option_json));
  watch->report->run = run;
  watch->report->quiet_until = after_seq;
  watch->questions = weir_questions_new (session, run, watch->report);
  if (leave && session->engine != NULL && weir_engine_find_run (session->engine, run) != NULL)
    live = g_object_ref (weir_engine_find_run (session->engine, run));
  if (live != NULL)
    g_signal_connect (live, "notify::status", G_CALLBACK (status_cb), watch);
  if (live != NULL)
    status_cb (live, NULL, watch);
  /* Whoever reads may go away (`weir run ... | head`): the run goes on. */
  signal (SIGPIPE, broken_pipe_cb);
  /* What follows outlives this function when the run waits to be settled. */
  dex_future_disown (dex_future_finally (weir_control_follow (session->control, run, 0, watch_event_cb, g_rc_box_acquire (watch),
                                                              watch_release), followed_cb, g_rc_box_acquire (watch), watch_release));
  weir_session_listen (session);
  told = weir_wait (dex_future_first (dex_ref (watch->over), dex_ref (watch->stuck), dex_ref (session->told_to_end), NULL), &error);
  g_source_remove (interrupt_id);
  if (live != NULL)
    g_signal_handlers_disconnect_by_data (live, watch);
  watch->left = TRUE;
  if (weir_session_is_told_to_end (session))
    {
      code = WEIR_EXIT_INTERRUPTED;
      print_put_down (session, run);
    }
  else if (live != NULL && weir_run_get_status (live) == WEIR_RUN_WAITING)
    {
      code = WEIR_EXIT_OK;
      print_left (session, run);
    }
  else
    code = weir_report_finish (watch->report);
  if (needs_settling (session, run))
    print_unknown (session, run);
  g_clear_pointer (&watch->questions, weir_questions_free);
  watch_release (watch);
  return told ? code : weir_cli_fail (error);
}

/* How it is played; NULL: as ever. (transfer full) */
static WeirValue *
make_play_options (void)
{
  const char *correlation = g_getenv ("WEIR_CORRELATION_ID"); /* a run may run another */
  WeirBuilder *options;

  if (correlation != NULL && (*correlation == '\0' || !g_utf8_validate (correlation, -1, NULL)))
    correlation = NULL;
  if (!option_no_cache && correlation == NULL)
    return NULL;
  options = weir_record_builder_new (2);
  if (option_no_cache)
    weir_builder_set_take (options, "cache", weir_value_new_text ("off"));
  if (correlation != NULL)
    weir_builder_set_take (options, "correlation", weir_value_new_text (correlation));
  return weir_builder_end (options);
}

static gint64
play_here (WeirSession *session, WeirWorkflow *workflow, WeirValue *inputs, GError **error)
{
  g_autoptr(WeirValue) options = make_play_options ();
  g_autoptr(DexFuture) future = options != NULL ? weir_engine_play_with (session->engine, workflow, inputs, options)
                                                : weir_engine_play (session->engine, workflow, inputs);
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
  g_autoptr(WeirValue) options = make_play_options ();
  g_autofree char *how = options != NULL ? weir_value_encode (options, NULL) : g_strdup ("");
  g_autoptr(WeirValue) answer = NULL;

  answer = weir_session_call (session, error, "Play", "workflow", weir_value_new_text (text), "folder",
                              weir_value_new_text (folder != NULL ? folder : ""), "id",
                              weir_value_new_text (id != NULL ? id : ""), "inputs", weir_value_new_text (given), "options", weir_value_new_text (how), NULL);
  return answer != NULL ? weir_value_get_member_int (answer, "run", 0) : 0;
}

/* Whether a run of this process goes on by itself. */
static gboolean
has_live_runs (WeirEngine *engine)
{
  g_autoptr(GListModel) runs = weir_engine_list_live_runs (engine);

  for (guint i = 0; i < g_list_model_get_n_items (runs); i++)
    {
      g_autoptr(WeirRun) run = g_list_model_get_item (runs, i);

      if (!weir_run_needs_settling (run) && weir_run_get_status (run) != WEIR_RUN_WAITING)
        return TRUE;
    }
  return FALSE;
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
  gboolean left = FALSE;
  guint interrupt_id;

  if (session->engine == NULL || weir_session_is_told_to_end (session) || !has_live_runs (session->engine))
    return;
  weir_session_listen (session);
  g_printerr (_("Waiting for other runs that were started in this process; Ctrl+C leaves them\n"));
  interrupt_id = g_unix_signal_add (SIGINT, leave_cb, &left);
  while (!left && !weir_session_is_told_to_end (session) && has_live_runs (session->engine))
    g_main_context_iteration (NULL, TRUE);
  if (!left)
    g_source_remove (interrupt_id);
}

int
weir_watch_close_session (WeirSession *session, int code)
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
  /* What the workflow itself gets wrong comes first: its inputs may be part of that. */
  if (inputs == NULL)
    return weir_workflow_source_explain (workflow, source, error);
  if (session->control == NULL && !weir_session_open (session, &error))
    return weir_cli_fail (error);
  run = session->engine != NULL ? play_here (session, workflow, inputs, &error)
                                : play_there (session, workflow, inputs, &error);
  if (run == 0 && g_error_matches (error, WEIR_ERROR, WEIR_ERROR_INVALID))
    return weir_workflow_source_explain (workflow, source, error);
  if (run == 0)
    return weir_cli_fail (error);
  return weir_watch_run (session, run, 0, option_leave);
}

/* A file that is not right, or inputs that do not fit, never touch the database. */
static int
print_plan (WeirWorkflow *workflow)
{
  g_autoptr(WeirValue) plan = weir_workflow_foretell_undo (workflow, 0);

  if (weir_option_json)
    weir_cli_print_json (plan, 2);
  else if (weir_value_get_length (plan) == 0)
    printf (_("It changes nothing\n"));
  for (gsize i = 0; !weir_option_json && i < weir_value_get_length (plan); i++)
    {
      WeirValue *line = weir_value_get_item (plan, i);

      printf ("%s  %s  %s\n", weir_value_get_member_text (line, "block", ""), weir_value_get_member_text (line, "kind", ""),
              weir_value_get_member_text (line, "text", ""));
    }
  return WEIR_EXIT_OK;
}

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
  if (workflow != NULL && option_plan)
    code = print_plan (workflow);
  else if (workflow != NULL)
    code = run_workflow (&session, workflow, argv[0], given);
  else
    code = error != NULL ? weir_cli_fail (error) : WEIR_EXIT_INVALID;
  return weir_watch_close_session (&session, code);
}

guint64
weir_watch_get_last_seq (WeirSession *session, gint64 run)
{
  g_autoptr(WeirValue) events = weir_session_call (session, NULL, "Events", "run", weir_value_new_int (run), NULL);
  gsize n = events != NULL ? weir_value_get_length (events) : 0;

  return n > 0 ? (guint64) weir_value_get_member_int (weir_value_get_item (events, n - 1), "seq", 0) : 0;
}

/* A verb after which the run goes on, here or in the process that has it. */
static int
go_on (WeirSession *session, gint64 run, const char *method, WeirValue *block, WeirValue *decision, WeirValue *outputs)
{
  g_autoptr(WeirValue) answer = NULL;
  g_autoptr(GError) error = NULL;
  guint64 last_seq = weir_watch_get_last_seq (session, run);

  answer = weir_session_call (session, &error, method, "run", weir_value_new_int (run), block != NULL ? "block" : NULL,
                              block, "decision", decision, "outputs", outputs, NULL);
  if (answer == NULL)
    return weir_cli_fail (error);
  /* In the process of another it goes on by itself. */
  if (session->engine != NULL)
    return weir_watch_run (session, run, last_seq, FALSE);
  printf (_("Run %" G_GINT64_FORMAT " is %s\n"), run, weir_value_get_member_text (answer, "status", ""));
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
  if (argc > 1)
    return weir_cli_steer_part (run, argv[1], "resume");
  if (!weir_session_open (&session, &error))
    return weir_cli_fail (error);
  return weir_watch_close_session (&session, go_on (&session, run, "Resume", NULL, NULL, NULL));
}

int
weir_command_settle (int argc, char **argv)
{
  WeirSession session = { 0 };
  g_autoptr(GError) error = NULL;
  static const char *const decisions[] = { "rerun", "done", "failed", NULL };
  gint64 run = weir_cli_parse_run (argv[0]);

  if (run == 0)
    return WEIR_EXIT_INVALID;
  if (!g_strv_contains (decisions, argv[2]))
    return weir_cli_fail_text (WEIR_EXIT_INVALID,
                               _("What became of the step is \"rerun\", \"done\" or \"failed\", not \"%s\""), argv[2]);
  if (!weir_session_open (&session, &error))
    return weir_cli_fail (error);
  return weir_watch_close_session (&session, go_on (&session, run, "Settle", weir_value_new_text (argv[1]),
                                                    weir_value_new_text (argv[2]),
                                                    weir_value_new_text (option_output != NULL ? option_output : "")));
}
