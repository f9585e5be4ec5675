/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Runs that the end of the program cut off: what is taken up by itself, what asks, and the report. */

#include "weir-control-private.h"
#include "weir-json.h"
#include "weir-recovery.h"
#include "weir-run-private.h"
#include "weir-test.h"

#include <glib/gstdio.h>

static const char waits[] = "weir: 1\nname: Waits\nblocks:\n  a: { kind: test.wait }\n  b: { kind: test.pass "
                            "}\nlinks:\n  - a.value -> b.value\n";
static const char once[] = "weir: 1\nname: Once\nblocks:\n  a: { kind: test.once }\n";

static void
play (WeirTest *test, const char *yaml, const char *inputs)
{
  g_object_unref (weir_test_play (test, yaml, inputs));
}

static WeirValue *
recover (WeirTest *test, const char *options)
{
  g_autoptr(WeirValue) record = options != NULL ? weir_json_parse (options, -1, NULL) : NULL;
  g_autoptr(DexFuture) future = weir_engine_recover (test->engine, record);
  g_autoptr(GError) error = NULL;
  const GValue *value = weir_test_await (future, &error);

  g_assert_no_error (error);
  weir_test_settle (test);
  return g_value_dup_boxed (value);
}

static WeirValue *
plan (WeirTest *test)
{
  g_autoptr(DexFuture) future = weir_engine_plan_recovery (test->engine, NULL);
  g_autoptr(GError) error = NULL;
  const GValue *value = weir_test_await (future, &error);

  g_assert_no_error (error);
  return g_value_dup_boxed (value);
}

static void
set_policy (WeirTest *test, const char *json)
{
  g_autoptr(WeirValue) changes = weir_json_parse (json, -1, NULL);
  g_autoptr(GError) error = NULL;

  g_assert_true (weir_engine_set_recovery (test->engine, changes, &error));
  g_assert_no_error (error);
}

static WeirValue *
line_of (WeirValue *report, const char *part, guint index)
{
  WeirValue *list = part != NULL ? weir_value_find_member (report, part) : report;

  g_assert_cmpuint (weir_value_get_length (list), >, index);
  return weir_value_get_item (list, index);
}

static void
check_counts (WeirValue *report, guint resumed, guint skipped, guint failed)
{
  g_assert_cmpuint (weir_value_get_length (weir_value_find_member (report, "resumed")), ==, resumed);
  g_assert_cmpuint (weir_value_get_length (weir_value_find_member (report, "skipped")), ==, skipped);
  g_assert_cmpuint (weir_value_get_length (weir_value_find_member (report, "failed")), ==, failed);
}

static void
test_state_table_is_as_written (void)
{
  static const struct
  {
    WeirRunStatus status;
    const char *action;
  } runs[] = {
    { WEIR_RUN_CREATED, "start" },   { WEIR_RUN_QUEUED, "start" },     { WEIR_RUN_RUNNING, "resume" },
    { WEIR_RUN_WAITING, "wait" },    { WEIR_RUN_PAUSING, "keep" },     { WEIR_RUN_PAUSED, "keep" },
    { WEIR_RUN_STOPPING, "resume" }, { WEIR_RUN_SUCCEEDED, "skip" },   { WEIR_RUN_FAILED, "skip" },
    { WEIR_RUN_CANCELLED, "skip" },  { WEIR_RUN_INTERRUPTED, "skip" },
  };
  static const struct
  {
    WeirStepStatus status;
    const char *actions[3];
  } steps[] = {
    { WEIR_STEP_PENDING, { "start", "start", "start" } }, { WEIR_STEP_READY, { "start", "start", "start" } },
    { WEIR_STEP_QUEUED, { "start", "start", "start" } },  { WEIR_STEP_RUNNING, { "resume", "resume", "ask" } },
    { WEIR_STEP_RETRY_WAIT, { "wait", "wait", "wait" } }, { WEIR_STEP_WAITING, { "wait", "wait", "wait" } },
    { WEIR_STEP_SUSPENDED, { "keep", "keep", "keep" } },  { WEIR_STEP_SUCCEEDED, { "skip", "skip", "skip" } },
    { WEIR_STEP_FAILED, { "skip", "skip", "skip" } },     { WEIR_STEP_SKIPPED, { "skip", "skip", "skip" } },
    { WEIR_STEP_CACHED, { "skip", "skip", "skip" } },     { WEIR_STEP_PINNED, { "skip", "skip", "skip" } },
    { WEIR_STEP_CANCELLED, { "skip", "skip", "skip" } },  { WEIR_STEP_INTERRUPTED, { "skip", "skip", "skip" } },
    { WEIR_STEP_UNKNOWN, { "ask", "ask", "ask" } },       { WEIR_STEP_UNDONE, { "skip", "skip", "skip" } },
  };

  g_assert_cmpuint (G_N_ELEMENTS (runs), ==, WEIR_RUN_INTERRUPTED + 1);
  for (guint i = 0; i < G_N_ELEMENTS (runs); i++)
    g_assert_cmpstr (weir_recovery_action_get_name (weir_recovery_of_run (runs[i].status)), ==, runs[i].action);
  g_assert_cmpuint (G_N_ELEMENTS (steps), ==, WEIR_STEP_UNDONE + 1);
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    for (WeirEffectClass effect = WEIR_EFFECT_PURE; effect <= WEIR_EFFECT_ONCE; effect++)
      g_assert_cmpstr (weir_recovery_action_get_name (weir_recovery_of_step (steps[i].status, effect)), ==,
                       steps[i].actions[effect]);
}

/* One run in each state that a run can be left in. */
static void
test_each_state_is_taken_up_as_the_table_says (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirRun) paused = NULL;
  g_autoptr(WeirRun) failed = NULL;
  g_autoptr(DexFuture) pausing = NULL;
  g_autoptr(WeirValue) report = NULL;

  play (test, waits, NULL);                                                                    /* 1: running */
  play (test, "weir: 1\nname: Alone\nmax_runs: 1\nblocks:\n  a: { kind: test.wait }\n", NULL); /* 2: running */
  play (test, "weir: 1\nname: Ask\nblocks:\n  c: { kind: test.ask }\n", NULL);                 /* 3: waiting */
  paused = weir_test_play (test,
                           "weir: 1\nname: Later\nblocks:\n  d: { kind: test.wait }\n  e: { kind: test.wait }\n"
                           "links:\n  - d.value -> e.value\n",
                           NULL); /* 4: paused */
  pausing = weir_run_pause (paused);
  weir_test_finish ("d", NULL);
  weir_test_settle (test);
  failed = weir_test_play (test, "weir: 1\nname: Bad\nblocks:\n  f: { kind: test.wait }\n", NULL); /* 5: failed */
  weir_test_break ("f", "io.other");
  weir_test_settle (test);
  play (test, once, NULL); /* 6: running, once */
  g_clear_object (&paused);
  g_clear_object (&failed);

  set_policy (test, "{\"policy\": \"automatic\"}");
  weir_test_settle (test);
  weir_test_reopen (test);
  report = recover (test, NULL);
  check_counts (report, 5, 0, 0);
  g_assert_cmpstr (weir_value_get_member_text (line_of (report, "resumed", 0), "action", ""), ==, "resume");
  g_assert_cmpstr (weir_value_get_member_text (line_of (report, "resumed", 2), "action", ""), ==, "wait");
  g_assert_cmpstr (weir_value_get_member_text (line_of (report, "resumed", 3), "action", ""), ==, "keep");
  g_assert_nonnull (weir_value_find_member (line_of (report, "resumed", 4), "asks"));
  g_assert_cmpint (weir_run_get_status (weir_engine_find_run (test->engine, 1)), ==, WEIR_RUN_RUNNING);
  g_assert_cmpint (weir_run_get_status (weir_engine_find_run (test->engine, 3)), ==, WEIR_RUN_WAITING);
  g_assert_cmpint (weir_run_get_status (weir_engine_find_run (test->engine, 4)), ==, WEIR_RUN_PAUSED);
  g_assert_null (weir_engine_find_run (test->engine, 5));
  g_assert_cmpint (weir_test_status (weir_engine_find_run (test->engine, 6), "a"), ==, WEIR_STEP_UNKNOWN);
  g_assert_cmpuint (weir_test_n_waiting ("e"), ==, 0);
  /* the deadline is the one it had: 60 s after its start */
  weir_clock_advance (test->clock, 61000);
  weir_test_settle (test);
  g_assert_null (weir_engine_find_run (test->engine, 3));
}

static void
test_a_person_is_asked_unless_told_otherwise (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirValue) first = NULL;
  g_autoptr(WeirValue) second = NULL;
  g_autoptr(WeirValue) third = NULL;

  play (test, waits, NULL);
  weir_test_reopen (test);
  first = recover (test, NULL);
  check_counts (first, 0, 1, 0);
  g_assert_cmpstr (weir_value_get_member_text (line_of (first, "skipped", 0), "reason", ""), ==, "You are asked first");
  set_policy (test, "{\"policy\": \"off\"}");
  second = recover (test, NULL);
  g_assert_cmpstr (weir_value_get_member_text (line_of (second, "skipped", 0), "reason", ""), ==,
                   "Runs are not taken up by themselves");
  third = recover (test, "{\"all\": true}");
  check_counts (third, 1, 0, 0);
  g_assert_cmpuint (weir_test_n_waiting ("a"), ==, 1);
}

static void
test_policies_of_workflow_and_effect_go_before (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirValue) report = NULL;

  play (test, "weir: 1\nname: Never\nrecovery: off\nblocks:\n  a: { kind: test.wait }\n", NULL);
  play (test, "weir: 1\nname: Always\nrecovery: automatic\nblocks:\n  a: { kind: test.wait }\n", NULL);
  play (test, waits, NULL);
  play (test, once, NULL);
  set_policy (test, "{\"policy\": \"automatic\", \"once\": \"ask\"}");
  weir_test_settle (test);
  weir_test_reopen (test);
  report = recover (test, NULL);
  check_counts (report, 2, 2, 0);
  g_assert_cmpint (weir_value_get_member_int (line_of (report, "resumed", 0), "run", 0), ==, 2);
  g_assert_cmpint (weir_value_get_member_int (line_of (report, "resumed", 1), "run", 0), ==, 3);
  g_assert_cmpint (weir_value_get_member_int (line_of (report, "skipped", 0), "run", 0), ==, 1);
  g_assert_cmpint (weir_value_get_member_int (line_of (report, "skipped", 1), "run", 0), ==, 4);
}

static void
test_settings_that_make_no_sense_are_refused (void)
{
  static const char *const bad[] = { "{\"policy\": \"maybe\"}", "{\"stagger\": 60001}", "{\"stagger\": \"long\"}",
                                     "{\"twice\": \"ask\"}" };
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirValue) settings = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr(WeirValue) changes = weir_json_parse (bad[i], -1, NULL);
      g_autoptr(GError) error = NULL;

      g_assert_false (weir_engine_set_recovery (test->engine, changes, &error));
      g_assert_error (error, WEIR_ERROR, WEIR_ERROR_INVALID);
    }
  set_policy (test, "{\"policy\": \"automatic\", \"stagger\": 1500, \"once\": \"off\"}");
  set_policy (test, "{\"once\": null}");
  weir_test_settle (test);
  weir_test_reopen (test);
  settings = weir_engine_dup_recovery (test->engine);
  g_assert_cmpstr (weir_value_get_member_text (settings, "policy", ""), ==, "automatic");
  g_assert_cmpint (weir_value_get_member_int (settings, "stagger", 0), ==, 1500);
  g_assert_null (weir_value_find_member (settings, "once"));
}

static void
test_only_chosen_runs_are_taken_up (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirValue) report = NULL;
  g_autoptr(GListModel) left = NULL;

  for (guint i = 0; i < 3; i++)
    play (test, waits, NULL);
  weir_test_reopen (test);
  report = recover (test, "{\"runs\": [2, 7]}");
  check_counts (report, 1, 0, 1);
  g_assert_cmpint (weir_value_get_member_int (line_of (report, "failed", 0), "run", 0), ==, 7);
  left = weir_engine_list_unfinished (test->engine);
  g_assert_cmpuint (g_list_model_get_n_items (left), ==, 2);
  g_assert_cmpuint (weir_test_n_waiting ("a"), ==, 1);
}

static void
test_runs_follow_each_other_after_a_while (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(DexFuture) future = NULL;

  for (guint i = 0; i < 3; i++)
    play (test, waits, NULL);
  set_policy (test, "{\"policy\": \"automatic\", \"stagger\": 5000}");
  weir_test_settle (test);
  weir_test_reopen (test);
  future = weir_engine_recover (test->engine, NULL);
  for (guint i = 1; i <= 3; i++)
    {
      /* the reading thread answers when it does */
      while (weir_test_n_waiting ("a") < i)
        g_main_context_iteration (NULL, TRUE);
      weir_test_settle (test);
      g_assert_cmpuint (weir_test_n_waiting ("a"), ==, i);
      g_assert_cmpint (dex_future_is_pending (future), ==, i < 3);
      weir_clock_advance (test->clock, 4999);
      weir_test_settle (test);
      g_assert_cmpuint (weir_test_n_waiting ("a"), ==, i);
      weir_clock_advance (test->clock, 1);
    }
}

static void
test_changed_input_file_asks (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autofree char *path = g_build_filename (test->dir, "given.txt", NULL);
  g_autofree char *inputs = g_strdup_printf ("{\"file\": \"%s\"}", path);
  g_autofree char *wanted = g_strdup_printf ("%s has changed", path);
  g_autoptr(WeirValue) first = NULL;
  g_autoptr(WeirValue) second = NULL;

  g_assert_true (g_file_set_contents (path, "one", -1, NULL));
  play (
    test,
    "weir: 1\nname: Given\nrecovery: automatic\ninputs: { file: { type: file } }\nblocks:\n  a: { kind: test.wait }\n",
    inputs);
  {
    FILE *file = g_fopen (path, "ae");

    g_assert_nonnull (file);
    fputs (" more", file);
    fclose (file);
  }
  weir_test_reopen (test);
  first = recover (test, NULL);
  check_counts (first, 0, 1, 0);
  g_assert_cmpstr (weir_value_get_member_text (line_of (first, "skipped", 0), "reason", ""), ==, wanted);
  second = recover (test, "{\"all\": true, \"anyway\": true}");
  check_counts (second, 1, 0, 0);
}

/* What a run was played with is in its journal: here a kind that was in another version then. */
static void
test_changed_block_kind_asks (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirRun) run = weir_test_play (test, waits, NULL);
  g_autoptr(WeirValue) versions = weir_json_parse ("{\"test.wait\": 7}", -1, NULL);
  g_autofree char *mismatch = weir_engine_find_mismatch (weir_run_get_workflow (run), weir_run_get_state (run));
  g_autofree char *changed = NULL;

  g_assert_null (mismatch);
  run->state->kinds = g_steal_pointer (&versions);
  changed = weir_engine_find_mismatch (weir_run_get_workflow (run), weir_run_get_state (run));
  g_assert_cmpstr (changed, ==, "Block kind test.wait (test.wait) was version 7 and is 1 now");
  g_clear_pointer (&run->state->kinds, weir_value_unref);
}

static void
test_plan_says_what_is_safe (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirValue) lines = NULL;
  WeirValue *steps;

  play (test, "weir: 1\nname: Both\nblocks:\n  a: { kind: test.wait }\n  b: { kind: test.once }\n", NULL);
  weir_test_reopen (test);
  lines = plan (test);
  g_assert_cmpstr (weir_value_get_member_text (line_of (lines, NULL, 0), "action", ""), ==, "resume");
  g_assert_false (weir_value_get_member_bool (line_of (lines, NULL, 0), "automatic", TRUE));
  steps = weir_value_find_member (line_of (lines, NULL, 0), "steps");
  g_assert_cmpuint (weir_value_get_length (steps), ==, 2);
  g_assert_cmpstr (weir_value_get_member_text (line_of (steps, NULL, 0), "step", ""), ==, "a");
  g_assert_true (weir_value_get_member_bool (line_of (steps, NULL, 0), "safe", FALSE));
  g_assert_cmpstr (weir_value_get_member_text (line_of (steps, NULL, 1), "action", ""), ==, "ask");
  g_assert_false (weir_value_get_member_bool (line_of (steps, NULL, 1), "safe", TRUE));
  /* nothing was taken up */
  g_assert_cmpuint (weir_test_n_waiting ("a"), ==, 0);
}

static void
test_report_is_kept (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirValue) skipped = NULL;
  g_autoptr(WeirValue) report = NULL;
  g_autoptr(DexFuture) future = NULL;
  WeirValue *reports;

  play (test, waits, NULL);
  weir_test_reopen (test);
  skipped = recover (test, NULL); /* nothing happened: nothing to keep */
  report = recover (test, "{\"all\": true}");
  weir_test_reopen (test);
  future = weir_engine_list_reports (test->engine, 0);
  reports = g_value_get_boxed (weir_test_await (future, NULL));
  g_assert_cmpuint (weir_value_get_length (reports), ==, 1);
  g_assert_cmpstr (weir_value_get_member_text (line_of (reports, NULL, 0), "kind", ""), ==, "resume");
  g_assert_cmpstr (weir_value_get_member_text (line_of (reports, NULL, 0), "by", ""), ==, "person");
  check_counts (line_of (reports, NULL, 0), 1, 0, 0);
}

/* More than are read at once, with one among them whose workflow is gone. */
static void
test_many_runs_are_taken_up_but_what_cannot_be (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(DexFuture) deleted = NULL;
  g_autoptr(WeirRun) lost = NULL;
  g_autoptr(WeirValue) report = NULL;
  g_autofree char *id = NULL;

  for (guint i = 0; i < 70; i++)
    play (test, "weir: 1\nname: Ask\nrecovery: automatic\nblocks:\n  c: { kind: test.ask }\n", NULL);
  lost = weir_test_play (test, "weir: 1\nname: Lost\nrecovery: automatic\nblocks:\n  c: { kind: test.ask }\n", NULL);
  id = g_strdup (weir_workflow_get_id (weir_run_get_workflow (lost)));
  g_clear_object (&lost);
  weir_test_reopen (test);
  {
    g_autofree char *db = g_build_filename (test->dir, "data", "weir.db", NULL);
    sqlite3 *sql;
    g_autofree char *statement = g_strdup_printf (
      "PRAGMA foreign_keys = OFF; DELETE FROM version WHERE workflow = '%s'", id);

    g_assert_cmpint (sqlite3_open (db, &sql), ==, SQLITE_OK);
    g_assert_cmpint (sqlite3_exec (sql, statement, NULL, NULL, NULL), ==, SQLITE_OK);
    sqlite3_close (sql);
  }
  report = recover (test, NULL);
  check_counts (report, 70, 0, 1);
  g_assert_cmpint (weir_value_get_member_int (line_of (report, "failed", 0), "run", 0), ==, 71);
}

static gboolean
settle (WeirTest *test, const char *decision, GError **error)
{
  g_autofree char *json = g_strdup_printf (
    "{\"run\": 1, \"block\": \"a\", \"decision\": \"%s\", \"outputs\": \"{\\\"value\\\": 9}\"}", decision);
  g_autoptr(WeirValue) args = weir_json_parse (json, -1, NULL);
  g_autoptr(DexFuture) future = weir_control_dispatch (test->engine, "Settle", args);

  return weir_test_await (future, error) != NULL;
}

/* The run was given up before anybody said what became of it. */
static void
test_unknown_step_of_a_run_that_has_ended_is_settled (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirRunView) view = NULL;
  g_autoptr(WeirRun) run = NULL;
  g_autoptr(DexFuture) opened = NULL;
  g_autoptr(DexFuture) recovered = NULL;
  g_autoptr(GError) error = NULL;
  const WeirStepInfo *step;

  play (test, once, NULL);
  weir_test_reopen (test);
  recovered = weir_engine_recover_run (test->engine, 1);
  run = g_value_dup_object (weir_test_await (recovered, &error));
  g_assert_no_error (error);
  g_assert_cmpint (weir_test_status (run, "a"), ==, WEIR_STEP_UNKNOWN);
  dex_future_disown (weir_run_force_stop (run));
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_INTERRUPTED);
  g_assert_cmpint (weir_test_status (run, "a"), ==, WEIR_STEP_UNKNOWN);

  g_assert_false (settle (test, "rerun", &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE);
  g_clear_error (&error);
  settle (test, "done", &error);
  g_assert_no_error (error);
  g_assert_false (settle (test, "failed", &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE);
  g_clear_error (&error);
  g_clear_object (&run);
  weir_test_reopen (test);
  opened = weir_run_view_open (test->engine, 1);
  view = g_value_dup_object (weir_test_await (opened, &error));
  g_assert_no_error (error);
  g_assert_cmpint (weir_run_state_get_status (weir_run_view_get_state (view)), ==, WEIR_RUN_INTERRUPTED);
  step = weir_run_state_find_step (weir_run_view_get_state (view), 0, "a");
  g_assert_cmpint (step->status, ==, WEIR_STEP_SUCCEEDED);
  g_assert_cmpint (weir_value_get_member_int (step->outputs, "value", 0), ==, 9);
}

int
main (int argc, char **argv)
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/weir/recovery/table/is-as-written", test_state_table_is_as_written);
  g_test_add_func ("/weir/recovery/table/each-state-is-taken-up-as-it-says",
                   test_each_state_is_taken_up_as_the_table_says);
  g_test_add_func ("/weir/recovery/policy/asks-unless-told-otherwise", test_a_person_is_asked_unless_told_otherwise);
  g_test_add_func ("/weir/recovery/policy/of-workflow-and-effect-go-before",
                   test_policies_of_workflow_and_effect_go_before);
  g_test_add_func ("/weir/recovery/policy/nonsense-is-refused", test_settings_that_make_no_sense_are_refused);
  g_test_add_func ("/weir/recovery/chosen/only-those-are-taken-up", test_only_chosen_runs_are_taken_up);
  g_test_add_func ("/weir/recovery/stagger/runs-follow-each-other", test_runs_follow_each_other_after_a_while);
  g_test_add_func ("/weir/recovery/check/changed-input-file-asks", test_changed_input_file_asks);
  g_test_add_func ("/weir/recovery/check/changed-block-kind-asks", test_changed_block_kind_asks);
  g_test_add_func ("/weir/recovery/check/what-cannot-be-taken-up-is-said",
                   test_many_runs_are_taken_up_but_what_cannot_be);
  g_test_add_func ("/weir/recovery/plan/says-what-is-safe", test_plan_says_what_is_safe);
  g_test_add_func ("/weir/recovery/report/is-kept", test_report_is_kept);
  g_test_add_func ("/weir/recovery/unknown-step-of-a-run-that-has-ended-is-settled",
                   test_unknown_step_of_a_run_that_has_ended_is_settled);
  return g_test_run ();
}
