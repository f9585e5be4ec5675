/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Kinds that wait for time and people, and kinds that keep state: on a clock that is turned by hand, over restarts of the program. */

#include <glib/gstdio.h>
#include <string.h>

#include "weir-json.h"
#include "weir-run-private.h"
#include "weir-test.h"

#define HOUR (3600 * 1000)
#define DAY (24 * HOUR)

static WeirTest *
begin (void)
{
  WeirTest *test = weir_test_new_on_disk ();

  /* what is kept for some time is dropped from the database by the clock of the machine: this one is ahead of it */
  weir_clock_advance (test->clock, 20 * 365 * (gint64) DAY);
  weir_test_settle (test);
  return test;
}

/* A run of one block `it`. */
static WeirRun *
play_one (WeirTest *test, const char *kind, const char *config, const char *inputs)
{
  g_autofree char *yaml = g_strdup_printf ("weir: 1\nname: One %s\n%sblocks:\n  it: { kind: %s, config: %s }\n", kind,
                                           inputs != NULL ? "inputs: { v: { type: any } }\n" : "", kind, config);

  return weir_test_play (test, yaml, inputs);
}

static char *
output_of (WeirRun *run, const char *block, const char *port)
{
  const WeirStepInfo *step = weir_run_state_find_step (weir_run_get_state (run), 0, block);
  WeirValue *value = step != NULL && step->outputs != NULL ? weir_value_find_member (step->outputs, port) : NULL;

  return value != NULL ? weir_json_write (value, 0, NULL) : g_strdup ("(closed)");
}

static void
assert_output (WeirRun *run, const char *port, const char *json)
{
  g_autofree char *text = output_of (run, "it", port);

  g_assert_cmpstr (text, ==, json);
}

static void
assert_failed (WeirRun *run, const char *class_name)
{
  WeirValue *error = weir_run_state_get_error (weir_run_get_state (run));

  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_FAILED);
  g_assert_cmpstr (weir_value_get_member_text (error, "class", ""), ==, class_name);
}

static gboolean
answer_json (WeirTest *test, WeirRun *run, const char *json, const char *comment, GError **error)
{
  g_autoptr(WeirValue) value = weir_json_parse (json, -1, NULL);
  gboolean taken = weir_run_answer (run, 0, "it", value, "mary", comment, error);

  weir_test_settle (test);
  return taken;
}

static void
assert_refused (WeirTest *test, WeirRun *run, const char *json, const char *message)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (answer_json (test, run, json, NULL, &error));
  g_assert_cmpstr (error->message, ==, message);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_WAITING);
}

static void
pass (WeirTest *test, gint64 ms)
{
  weir_clock_advance (test->clock, ms);
  weir_test_settle (test);
}

/* The program ends and begins again. */
static void
restart (WeirTest *test, WeirRun **run)
{
  gint64 id = weir_run_get_id (*run);
  g_autoptr(DexFuture) recovered = NULL;
  g_autoptr(GError) error = NULL;
  const GValue *value;

  g_clear_object (run);
  weir_test_reopen (test);
  recovered = weir_engine_recover_run (test->engine, id);
  value = weir_test_await (recovered, &error);
  g_assert_no_error (error);
  *run = g_value_dup_object (value);
  weir_test_settle (test);
}

/* Until what comes from elsewhere has come. */
static void
wait_for_end (WeirRun *run)
{
  while (!weir_run_status_is_final (weir_run_get_status (run)))
    g_main_context_iteration (NULL, TRUE);
}

/* ── flow.wait ──────────────────────────────────────────────────────────────────────────── */

static void
test_wait_of_a_week_survives_restarts (void)
{
  g_autoptr(WeirTest) test = begin ();
  g_autoptr(WeirRun) run = play_one (test, "flow.wait", "{ duration: 604800000 }", NULL);

  for (guint i = 0; i < 6; i++)
    {
      pass (test, DAY);
      restart (test, &run);
      g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_WAITING);
    }
  pass (test, DAY + 1);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  weir_test_check_fold (test, run);
}

static void
test_wait_is_skipped (void)
{
  g_autoptr(WeirTest) test = begin ();
  g_autoptr(WeirRun) run = play_one (test, "flow.wait", "{ duration: 604800000 }", NULL);

  assert_refused (test, run, "\"maybe\"", "Expected “skip”, which ends the wait, but got “maybe”");
  g_assert_true (answer_json (test, run, "\"skip\"", NULL, NULL));
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
}

static void
pause_and_resume (WeirTest *test, WeirRun *run, gint64 ms)
{
  g_autoptr(DexFuture) paused = weir_run_pause (run);
  g_autoptr(DexFuture) resumed = NULL;

  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_PAUSED);
  pass (test, ms);
  resumed = weir_run_resume (run);
  weir_test_settle (test);
}

static void
test_pause_does_not_count (void)
{
  g_autoptr(WeirTest) test = begin ();
  g_autoptr(WeirRun) run = play_one (test, "flow.wait", "{ duration: 60000 }", NULL);

  pass (test, 30000);
  /* once over the deadline, once not */
  pause_and_resume (test, run, 2 * HOUR);
  pass (test, 20000);
  pause_and_resume (test, run, 5000);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_WAITING);
  restart (test, &run);
  pass (test, 9000);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_WAITING);
  pass (test, 1001);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  weir_test_check_fold (test, run);
}

static void
test_pause_counts_if_told (void)
{
  g_autoptr(WeirTest) test = begin ();
  g_autoptr(WeirRun) run = play_one (test, "flow.wait", "{ duration: 60000, pause_counts: true }", NULL);

  pause_and_resume (test, run, 61000);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
}

static void
test_wait_until_a_time_in_a_zone (void)
{
  g_autoptr(WeirTest) test = begin ();
  g_autoptr(GTimeZone) zone = g_time_zone_new_identifier ("Asia/Tokyo");
  g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc_usec (weir_clock_get_time (test->clock));
  g_autoptr(GDateTime) there = g_date_time_to_timezone (utc, zone);
  g_autoptr(GDateTime) later = g_date_time_add_hours (there, 2);
  g_autofree char *config = g_date_time_format (later, "{ mode: until, time: '%Y-%m-%d %H:%M', zone: Asia/Tokyo }");
  g_autofree char *daily = g_date_time_format (later, "{ mode: until, time: '%H:%M', zone: Asia/Tokyo }");
  g_autoptr(WeirRun) run = play_one (test, "flow.wait", config, NULL);
  g_autoptr(WeirRun) other = play_one (test, "flow.wait", daily, NULL);

  pass (test, HOUR + 59 * 60 * 1000 - 60000);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_WAITING);
  g_assert_cmpint (weir_run_get_status (other), ==, WEIR_RUN_WAITING);
  pass (test, 2 * 60000 + 1000);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  g_assert_cmpint (weir_run_get_status (other), ==, WEIR_RUN_SUCCEEDED);
}

static void
test_wait_until_it_holds (void)
{
  g_autoptr(WeirTest) test = begin ();
  g_autoptr(WeirRun) run = weir_test_play (
    test,
    "weir: 1\nname: Holds\nblocks:\n"
    "  it: { kind: flow.wait, config: { mode: when, condition: vars.go === true } }\n"
    "  w: { kind: test.wait }\n"
    "  set: { kind: data.set_variable, config: { name: go, value: true } }\n"
    "links:\n  - w.done -> set.run\n",
    NULL);
  guint64 seq = weir_run_state_get_seq (weir_run_get_state (run));

  pass (test, 10 * 30000);
  g_assert_cmpint (weir_test_status (run, "it"), ==, WEIR_STEP_WAITING);
  /* looking leaves nothing in the journal */
  g_assert_cmpuint (weir_run_state_get_seq (weir_run_get_state (run)), ==, seq);
  weir_test_finish ("w", NULL);
  weir_test_settle (test);
  g_assert_cmpint (weir_test_status (run, "it"), ==, WEIR_STEP_WAITING);
  restart (test, &run);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  weir_test_check_fold (test, run);
}

/* ── flow.wait_event ────────────────────────────────────────────────────────────────────── */

static void
test_signal_that_matches (void)
{
  g_autoptr(WeirTest) test = begin ();
  g_autoptr(WeirRun) run = play_one (test, "flow.wait_event", "{ name: paid, match: event.id === 7 }", NULL);
  g_autoptr(WeirValue) six = weir_json_parse ("{\"id\": 6}", -1, NULL);
  g_autoptr(WeirValue) seven = weir_json_parse ("{\"id\": 7}", -1, NULL);

  g_assert_true (weir_run_signal (run, "paid", six, "mary", NULL));
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_WAITING);
  restart (test, &run);
  g_assert_true (weir_run_signal (run, "paid", seven, "mary", NULL));
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  assert_output (run, "event", "{\"id\":7}");
  weir_test_check_fold (test, run);
}

static void
test_end_of_another_run (void)
{
  g_autoptr(WeirTest) test = begin ();
  g_autoptr(WeirRun) other = play_one (test, "flow.wait", "{ duration: 60000 }", NULL);
  g_autoptr(WeirRun) run = play_one (test, "flow.wait_event", "{ source: run, other_run: 1 }", NULL);

  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_WAITING);
  /* which both come back only one after the other */
  restart (test, &run);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_WAITING);
  g_clear_object (&other);
  {
    g_autoptr(DexFuture) recovered = weir_engine_recover_run (test->engine, 1);

    weir_test_await (recovered, NULL);
  }
  pass (test, 60001);
  wait_for_end (run);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  assert_output (run, "event", "{\"run\":1,\"status\":\"succeeded\",\"result\":null}");
}

static void
test_run_that_there_is_not (void)
{
  g_autoptr(WeirTest) test = begin ();
  g_autoptr(WeirRun) run = play_one (test, "flow.wait_event", "{ source: run, other_run: 99 }", NULL);

  wait_for_end (run);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_FAILED);
}

static void
test_file_that_appears (void)
{
  g_autoptr(WeirTest) test = begin ();
  g_autofree char *config = g_strdup_printf ("{ source: file, path: '%s/*.csv', match: \"event.name !== 'old.csv'\" }",
                                             test->dir);
  g_autofree char *old = g_build_filename (test->dir, "old.csv", NULL);
  g_autofree char *new = g_build_filename (test->dir, "new.csv", NULL);
  g_autoptr(WeirRun) run = NULL;

  g_assert_true (g_file_set_contents (old, "1", -1, NULL));
  run = play_one (test, "flow.wait_event", config, NULL);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_WAITING);
  g_assert_true (g_file_set_contents (new, "2", -1, NULL));
  wait_for_end (run);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
}

static void
test_event_that_does_not_come (void)
{
  g_autoptr(WeirTest) test = begin ();
  g_autoptr(WeirRun) run = play_one (test, "flow.wait_event", "{ timeout: 60000 }", NULL);

  pass (test, 60001);
  assert_failed (run, "limit.timeout");
}

static void
test_token_is_good_for_one_answer (void)
{
  g_autoptr(WeirTest) test = begin ();
  g_autoptr(WeirRun) run = play_one (test, "flow.wait_event", "{}", NULL);
  const WeirStepInfo *step = weir_run_state_find_step (weir_run_get_state (run), 0, "it");
  g_autofree char *token = g_strdup (weir_value_get_member_text (step->wait, "token", ""));
  g_autoptr(GError) error = NULL;

  g_assert_cmpuint (strlen (token), ==, 32);
  g_assert_false (weir_run_answer_token (run, "guessed", NULL, "mary", NULL, NULL));
  g_assert_true (weir_run_answer_token (run, token, NULL, "mary", NULL, NULL));
  g_assert_false (weir_run_answer_token (run, token, NULL, "mary", NULL, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE);
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
}

/* ── flow.approval, flow.ask ────────────────────────────────────────────────────────────── */

static const char invoice[]
  = "{ title: Pay?, channel: window, subject: '=inputs.v', editable: [amount], timeout: 604800000 }";

static void
test_approval_with_a_change (void)
{
  g_autoptr(WeirTest) test = begin ();
  g_autoptr(WeirRun) run = play_one (test, "flow.approval", invoice, "{\"v\": {\"to\": \"Ann\", \"amount\": 10}}");
  const WeirStepInfo *step = weir_run_state_find_step (weir_run_get_state (run), 0, "it");

  g_assert_cmpstr (weir_value_get_member_text (weir_value_find_member (step->wait, "request"), "title", ""), ==,
                   "Pay?");
  assert_refused (test, run, "\"perhaps\"", "Expected “approve” or “reject”, but got “perhaps”");
  assert_refused (test, run, "{\"answer\": \"yes\", \"to\": \"Eve\"}", "to may not be changed here");
  assert_refused (test, run, "{\"answer\": \"yes\", \"amount\": \"much\"}",
                  "amount: expected a whole number, but got “much”");
  restart (test, &run);
  g_assert_true (answer_json (test, run, "{\"answer\": \"yes\", \"amount\": \"12\"}", "fine", NULL));
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  assert_output (run, "approved", "{\"to\":\"Ann\",\"amount\":12}");
  assert_output (run, "rejected", "(closed)");
  weir_test_check_fold (test, run);
}

static void
test_approval_is_audited (void)
{
  g_autoptr(WeirTest) test = begin ();
  g_autoptr(WeirRun) run = play_one (test, "flow.approval", invoice, "{\"v\": {\"amount\": 10}}");
  g_autoptr(DexFuture) list = NULL;
  g_autoptr(DexFuture) verified = NULL;
  GPtrArray *rows;
  WeirAuditRow *row;

  g_assert_true (answer_json (test, run, "\"no\"", "too much", NULL));
  assert_output (run, "rejected", "{\"by\":\"mary\",\"comment\":\"too much\",\"subject\":{\"amount\":10}}");
  list = weir_store_list_audit (test->engine->store);
  rows = g_value_get_boxed (weir_test_await (list, NULL));
  g_assert_cmpuint (rows->len, ==, 1);
  row = g_ptr_array_index (rows, 0);
  g_assert_cmpstr (row->actor, ==, "mary");
  g_assert_cmpstr (row->action, ==, "reject");
  g_assert_cmpstr (row->subject, ==, "run 1 it");
  g_assert_cmpstr (row->reason, ==, "too much");
  verified = weir_store_verify_audit (test->engine->store);
  g_assert_nonnull (weir_test_await (verified, NULL));
}

static void
test_approval_that_nobody_gives (void)
{
  g_autoptr(WeirTest) test = begin ();
  g_autoptr(WeirRun) run = play_one (test, "flow.approval", invoice, "{\"v\": 1}");

  pass (test, 6 * (gint64) DAY);
  restart (test, &run);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_WAITING);
  pass (test, DAY + 1);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  assert_output (run, "rejected", "{\"by\":\"timeout\",\"comment\":\"\",\"subject\":1}");
}

static void
test_form_is_read_by_its_types (void)
{
  g_autoptr(WeirTest) test = begin ();
  g_autoptr(WeirRun) run = play_one (
    test, "flow.ask",
    "{ title: Order, fields: ["
    "{ name: who, required: true, pattern: '[A-Z].*' }, { name: note, type: multiline },"
    "{ name: n, type: integer, minimum: 1, maximum: 9 }, { name: price, type: number, initial: 1.5 },"
    "{ name: gift, type: switch }, { name: size, type: choice, choices: [S, M, L] },"
    "{ name: extras, type: multi, choices: [bow, card, bag] }, { name: day, type: date },"
    "{ name: hour, type: time }, { name: at, type: datetime }, { name: span, type: range, minimum: 0 },"
    "{ name: doc, type: file }, { name: into, type: folder }, { name: paint, type: colour },"
    "{ name: key, type: secret } ] }",
    NULL);
  g_autofree char *file = g_build_filename (test->dir, "doc.txt", NULL);
  g_autofree char *answer = g_strdup_printf (
    "{\"who\": \"Ann\", \"note\": \"a\\nb\", \"n\": \"3\", \"gift\": \"yes\", \"size\": \"M\", \"extras\": \"bow, "
    "bag\","
    "\"day\": \"2026-02-28\", \"hour\": \"18:30\", \"span\": \"1..5\", \"into\": \"%s\", \"doc\": \"%s\","
    "\"paint\": \"#3584e4\"}",
    test->dir, file);
  g_autofree char *values = NULL;

  g_file_set_contents (file, "x", -1, NULL);
  assert_refused (test, run, "{}", "who: expected a text of one line that matches [A-Z].*, but it was not given");
  assert_refused (test, run, "{\"who\": \"ann\"}",
                  "who: expected a text of one line that matches [A-Z].*, but got “ann”");
  assert_refused (test, run, "{\"who\": \"Ann\", \"n\": \"10\"}",
                  "n: expected a whole number from 1 up to 9, but got “10”");
  assert_refused (test, run, "{\"who\": \"Ann\", \"size\": \"XL\"}", "size: expected one of S, M, L, but got “XL”");
  assert_refused (test, run, "{\"who\": \"Ann\", \"day\": \"2026-02-30\"}",
                  "day: expected a date like 2026-12-24, but got “2026-02-30”");
  assert_refused (test, run, "{\"who\": \"Ann\", \"span\": \"5..1\"}",
                  "span: expected a range like 1..5 from 0, but got “5..1”");
  assert_refused (test, run, "{\"who\": \"Ann\", \"paint\": \"red\"}",
                  "paint: expected a colour like #3584e4, but got “red”");
  g_assert_true (answer_json (test, run, answer, NULL, NULL));
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  values = output_of (run, "it", "values");
  g_assert_true (
    g_str_has_prefix (values, "{\"who\":\"Ann\",\"note\":\"a\\nb\",\"n\":3,\"price\":1.5,\"gift\":true,\"size\":\"M\","
                              "\"extras\":[\"bow\",\"bag\"],\"day\":\"2026-02-28\",\"hour\":\"18:30\",\"at\":null,"
                              "\"span\":{\"from\":1"));
}

static void
test_question_that_expires (void)
{
  g_autoptr(WeirTest) test = begin ();
  g_autoptr(WeirRun) run = play_one (test, "flow.ask", "{ title: Who?, timeout: 1000 }", NULL);

  pass (test, 1001);
  assert_failed (run, "human.expired");
}

/* ── flow.debounce ──────────────────────────────────────────────────────────────────────── */

static const char debounce[]
  = "weir: 1\nname: Quiet\ninputs: { v: { type: any } }\nblocks:\n"
    "  it: { kind: flow.debounce, config: { quiet: 2000, max_wait: 5000, key: event.k } }\n"
    "  in: { kind: debug.noop, config: { value: '=inputs.v' } }\nlinks:\n  - in.value -> it.event\n";

static WeirRun *
play_event (WeirTest *test, WeirWorkflow *workflow, const char *key, int n)
{
  g_autofree char *text = g_strdup_printf ("{\"v\": {\"k\": \"%s\", \"n\": %d}}", key, n);
  g_autoptr(WeirValue) inputs = weir_json_parse (text, -1, NULL);
  g_autoptr(DexFuture) future = weir_engine_play (test->engine, workflow, inputs);
  WeirRun *run = g_value_dup_object (weir_test_await (future, NULL));

  weir_test_settle (test);
  return run;
}

static void
test_debounce_lets_the_last_through (void)
{
  g_autoptr(WeirTest) test = begin ();
  g_autoptr(GPtrArray) runs = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(WeirWorkflow) workflow = weir_test_parse (debounce);
  g_autoptr(WeirRun) other = play_event (test, workflow, "b", 0);

  for (int i = 0; i < 3; i++)
    {
      g_ptr_array_add (runs, play_event (test, workflow, "a", i));
      pass (test, 1000);
    }
  pass (test, 2000);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_cmpint (weir_run_get_status (runs->pdata[i]), ==, WEIR_RUN_SUCCEEDED);
      assert_output (runs->pdata[i], "event", i == 2 ? "{\"k\":\"a\",\"n\":2}" : "(closed)");
    }
  assert_output (other, "event", "{\"k\":\"b\",\"n\":0}");
}

static void
test_debounce_waits_only_so_long (void)
{
  g_autoptr(WeirTest) test = begin ();
  g_autoptr(GPtrArray) runs = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(WeirWorkflow) workflow = weir_test_parse (debounce);
  guint n_through = 0;

  for (int i = 0; i < 6; i++)
    {
      g_ptr_array_add (runs, play_event (test, workflow, "a", i));
      pass (test, 999);
    }
  for (guint i = 0; i < 6; i++)
    {
      g_autofree char *text = output_of (runs->pdata[i], "it", "event");

      n_through += !g_str_equal (text, "(closed)");
    }
  /* 5 s after the first */
  g_assert_cmpuint (n_through, ==, 1);
}

/* ── state over runs ────────────────────────────────────────────────────────────────────── */

static const char changed[]
  = "weir: 1\nname: Changed\ninputs: { v: { type: any } }\nblocks:\n"
    "  it: { kind: flow.if, config: { conditions: [ { left: '=inputs.v', op: changed_since_last_run } ] } }\n";

/* Whether the next run of the same workflow sees a change. */
static gboolean
sees_change (WeirTest *test, WeirWorkflow *workflow, const char *inputs_json)
{
  g_autoptr(WeirValue) inputs = weir_json_parse (inputs_json, -1, NULL);
  g_autoptr(DexFuture) future = weir_engine_play (test->engine, workflow, inputs);
  g_autoptr(WeirRun) run = g_value_dup_object (weir_test_await (future, NULL));
  g_autofree char *yes = NULL;

  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  weir_test_check_fold (test, run);
  yes = output_of (run, "it", "true");
  return !g_str_equal (yes, "(closed)");
}

static void
test_changed_since_the_last_run (void)
{
  g_autoptr(WeirTest) test = begin ();
  g_autoptr(WeirWorkflow) workflow = weir_test_parse (changed);

  g_assert_true (sees_change (test, workflow, "{\"v\": [1]}"));
  g_assert_false (sees_change (test, workflow, "{\"v\": [1]}"));
  g_assert_true (sees_change (test, workflow, "{\"v\": [2]}"));
  weir_test_reopen (test);
  g_assert_false (sees_change (test, workflow, "{\"v\": [2]}"));
  g_assert_true (sees_change (test, workflow, "{\"v\": [1]}"));
}

static WeirRun *
play_again (WeirTest *test, WeirWorkflow *workflow)
{
  g_autoptr(DexFuture) future = weir_engine_play (test->engine, workflow, NULL);
  g_autoptr(GError) error = NULL;
  const GValue *value = weir_test_await (future, &error);
  WeirRun *run;

  g_assert_no_error (error);
  run = g_value_dup_object (value);
  weir_test_settle (test);
  return run;
}

static void
test_cache_knows_it_over_runs (void)
{
  g_autoptr(WeirTest) test = begin ();
  g_autoptr(WeirWorkflow) workflow = weir_test_parse (
    "weir: 1\nname: Cached\nblocks:\n  it:\n    kind: flow.cache\n    config: { key: k, ttl: 60000 }\n    body:\n"
    "      blocks:\n        one: { kind: test.wait, config: { give: 1 } }\n");
  g_autoptr(WeirRun) first = play_again (test, workflow);
  g_autoptr(WeirRun) second = NULL;
  g_autoptr(WeirRun) third = NULL;

  weir_test_finish ("one", NULL);
  weir_test_settle (test);
  assert_output (first, "hit", "false");
  g_clear_object (&first);
  weir_test_reopen (test);
  second = play_again (test, workflow);
  assert_output (second, "hit", "true");
  assert_output (second, "value", "1");
  weir_clock_advance (test->clock, 60001);
  third = play_again (test, workflow);
  g_assert_cmpuint (weir_test_n_waiting ("one"), ==, 1);
  weir_test_finish ("one", NULL);
  weir_test_settle (test);
  assert_output (third, "hit", "false");
}

static WeirRun *
try_service (WeirTest *test, WeirWorkflow *workflow, gboolean works)
{
  WeirRun *run = play_again (test, workflow);

  if (weir_test_n_waiting ("call") > 0)
    {
      if (works)
        weir_test_finish ("call", NULL);
      else
        weir_test_break ("call", "net.refused");
      weir_test_settle (test);
    }
  return run;
}

static void
assert_service (WeirTest *test, WeirWorkflow *workflow, gboolean works, const char *status, gboolean open)
{
  g_autoptr(WeirRun) run = try_service (test, workflow, works);
  g_autofree char *text = output_of (run, "it", "open");

  g_assert_cmpstr (weir_run_status_get_name (weir_run_get_status (run)), ==, status);
  g_assert_cmpint (!g_str_equal (text, "(closed)"), ==, open);
  weir_test_check_fold (test, run);
}

static void
test_breaker_opens_over_runs (void)
{
  g_autoptr(WeirTest) test = begin ();
  g_autoptr(WeirWorkflow) workflow = weir_test_parse (
    "weir: 1\nname: Fuse\nblocks:\n  it:\n    kind: flow.circuit_breaker\n"
    "    config: { failures: 3, window: 60000, cool_down: 300000 }\n    body:\n"
    "      blocks:\n        call: { kind: test.wait, config: { give: 1 } }\n");

  assert_service (test, workflow, FALSE, "failed", FALSE);
  /* too long ago to count */
  pass (test, 61000);
  assert_service (test, workflow, FALSE, "failed", FALSE);
  assert_service (test, workflow, FALSE, "failed", FALSE);
  weir_test_reopen (test);
  assert_service (test, workflow, FALSE, "failed", FALSE);
  assert_service (test, workflow, TRUE, "succeeded", TRUE);
  weir_test_reopen (test);
  pass (test, 299000);
  assert_service (test, workflow, TRUE, "succeeded", TRUE);
  pass (test, 2000);
  /* one is let in to see, and it still fails */
  assert_service (test, workflow, FALSE, "failed", FALSE);
  assert_service (test, workflow, TRUE, "succeeded", TRUE);
  pass (test, 301000);
  assert_service (test, workflow, TRUE, "succeeded", FALSE);
  assert_service (test, workflow, FALSE, "failed", FALSE);
}

static void
test_state_of_a_step_that_was_cut_off (void)
{
  g_autoptr(WeirTest) test = begin ();
  g_autoptr(WeirWorkflow) workflow = weir_test_parse (
    "weir: 1\nname: Cut\nblocks:\n  it:\n    kind: flow.cache\n    config: { key: k }\n    body:\n"
    "      blocks:\n        one: { kind: test.wait, config: { give: 1 } }\n");
  g_autoptr(WeirRun) run = play_again (test, workflow);

  restart (test, &run);
  g_assert_cmpuint (weir_test_n_waiting ("one"), ==, 1);
  weir_test_finish ("one", NULL);
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  assert_output (run, "hit", "false");
}

/* ── the store ──────────────────────────────────────────────────────────────────────────── */

static const char store_two[] = "weir: 1\nname: Keep\nblocks:\n"
                                "  a: { kind: data.store_put, config: { key: page, value: 1 } }\n"
                                "  it: { kind: data.store_put, config: { key: page, value: 2 } }\n"
                                "links:\n  - a.done -> it.run\n";

static guint
undo (WeirTest *test, WeirRun *run, guint *n_conflicts)
{
  g_autoptr(DexFuture) planned = weir_engine_plan_undo (test->engine, weir_run_get_id (run), NULL);
  g_autoptr(GError) error = NULL;
  const GValue *value = weir_test_await (planned, &error);
  WeirUndoPlan *plan;
  g_autoptr(DexFuture) done = NULL;
  guint n;

  g_assert_no_error (error);
  plan = g_value_get_boxed (value);
  *n_conflicts = plan->n_conflicts;
  done = weir_engine_undo (test->engine, plan, WEIR_CONFLICT_KEEP);
  n = g_value_get_uint (weir_test_await (done, &error));
  g_assert_no_error (error);
  weir_test_settle (test);
  return n;
}

static void
test_entry_is_kept_and_undone (void)
{
  g_autoptr(WeirTest) test = begin ();
  g_autoptr(WeirWorkflow) workflow = weir_test_parse (store_two);
  g_autoptr(WeirRun) run = play_again (test, workflow);
  g_autoptr(WeirRun) again = NULL;
  guint n_conflicts;

  assert_output (run, "old", "1");
  g_clear_object (&run);
  weir_test_reopen (test);
  again = play_again (test, workflow);
  {
    g_autofree char *old = output_of (again, "a", "old");

    g_assert_cmpstr (old, ==, "2");
  }
  g_assert_cmpuint (undo (test, again, &n_conflicts), ==, 2);
  g_assert_cmpuint (n_conflicts, ==, 0);
  {
    g_autoptr(DexFuture) entry = weir_engine_load_entry (test->engine, weir_workflow_get_id (workflow), "default",
                                                          "page");

    g_assert_cmpint (weir_value_get_int (g_value_get_boxed (weir_test_await (entry, NULL))), ==, 2);
  }
}

static void
test_entry_that_was_changed_since_is_kept (void)
{
  g_autoptr(WeirTest) test = begin ();
  g_autoptr(WeirWorkflow) workflow = weir_test_parse (store_two);
  g_autoptr(WeirRun) run = play_again (test, workflow);
  g_autoptr(WeirValue) nine = weir_value_new_int (9);
  guint n_conflicts;

  weir_engine_put_entry (test->engine, weir_workflow_get_id (workflow), "default", "page", nine, 0);
  weir_test_settle (test);
  g_assert_cmpuint (undo (test, run, &n_conflicts), ==, 0);
  g_assert_cmpuint (n_conflicts, >=, 1);
}

static void
test_only_one_puts_what_is_absent (void)
{
  g_autoptr(WeirTest) test = begin ();
  g_autoptr(GString) yaml = g_string_new ("weir: 1\nname: First\nblocks:\n");
  g_autoptr(WeirRun) run = NULL;
  guint n_stored = 0;

  for (guint i = 0; i < 10; i++)
    g_string_append_printf (
      yaml, "  b%u: { kind: data.store_put, config: { key: seen, value: %u, if_absent: true } }\n", i, i);
  run = weir_test_play (test, yaml->str, NULL);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  for (guint i = 0; i < 10; i++)
    {
      g_autofree char *block = g_strdup_printf ("b%u", i);
      g_autofree char *stored = output_of (run, block, "stored");

      n_stored += g_str_equal (stored, "true");
    }
  g_assert_cmpuint (n_stored, ==, 1);
}

static void
test_entry_expires (void)
{
  g_autoptr(WeirTest) test = begin ();
  g_autoptr(WeirWorkflow) put = weir_test_parse ("weir: 1\nname: Soon\nblocks:\n  it: { kind: data.store_put, config: "
                                                  "{ key: k, value: 1, ttl: 60000, scope: all } }\n");
  g_autoptr(WeirWorkflow) get = weir_test_parse (
    "weir: 1\nname: Late\nblocks:\n  it: { kind: data.store_get, config: { key: k, scope: all } }\n");
  g_autoptr(WeirRun) stored = play_again (test, put);
  g_autoptr(WeirRun) before = play_again (test, get);
  g_autoptr(WeirRun) after = NULL;

  assert_output (before, "found", "true");
  pass (test, 60001);
  after = play_again (test, get);
  assert_output (after, "found", "false");
}

static void
test_entry_is_deleted_and_comes_back (void)
{
  g_autoptr(WeirTest) test = begin ();
  g_autoptr(WeirWorkflow) put = weir_test_parse (
    "weir: 1\nname: Put\nblocks:\n  it: { kind: data.store_put, config: { key: k, value: [1, 2], scope: all } }\n");
  g_autoptr(WeirWorkflow) delete = weir_test_parse (
    "weir: 1\nname: Del\nblocks:\n  it: { kind: data.store_delete, config: { key: k, scope: all } }\n");
  g_autoptr(WeirRun) stored = play_again (test, put);
  g_autoptr(WeirRun) deleted = play_again (test, delete);
  g_autoptr(DexFuture) entry = NULL;
  guint n_conflicts;

  assert_output (deleted, "old", "[1,2]");
  g_assert_cmpuint (undo (test, deleted, &n_conflicts), ==, 1);
  entry = weir_engine_load_entry (test->engine, NULL, "default", "k");
  g_assert_cmpuint (weir_value_get_length (g_value_get_boxed (weir_test_await (entry, NULL))), ==, 2);
  g_assert_cmpuint (undo (test, stored, &n_conflicts), ==, 1);
}

static void
test_variable_is_read_back (void)
{
  g_autoptr(WeirTest) test = begin ();
  g_autoptr(WeirWorkflow) workflow = weir_test_parse (
    "weir: 1\nname: Vars\nblocks:\n  set: { kind: data.set_variable, config: { name: n, value: 5, scope: workflow } }\n"
    "  it: { kind: data.get_variable, config: { name: n, scope: workflow } }\nlinks:\n  - set.done -> it.run\n");
  g_autoptr(WeirRun) run = play_again (test, workflow);
  guint n_conflicts;

  assert_output (run, "value", "5");
  assert_output (run, "found", "true");
  g_assert_cmpuint (undo (test, run, &n_conflicts), ==, 1);
  g_assert_null (weir_store_dup_variable (test->engine->store, weir_workflow_get_id (workflow), "n"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/weir/blocks/wait/of-a-week-survives-restarts", test_wait_of_a_week_survives_restarts);
  g_test_add_func ("/weir/blocks/wait/is-skipped", test_wait_is_skipped);
  g_test_add_func ("/weir/blocks/wait/pause-does-not-count", test_pause_does_not_count);
  g_test_add_func ("/weir/blocks/wait/pause-counts-if-told", test_pause_counts_if_told);
  g_test_add_func ("/weir/blocks/wait/until-a-time-in-a-zone", test_wait_until_a_time_in_a_zone);
  g_test_add_func ("/weir/blocks/wait/until-it-holds", test_wait_until_it_holds);
  g_test_add_func ("/weir/blocks/wait-event/signal-that-matches", test_signal_that_matches);
  g_test_add_func ("/weir/blocks/wait-event/end-of-another-run", test_end_of_another_run);
  g_test_add_func ("/weir/blocks/wait-event/run-that-there-is-not", test_run_that_there_is_not);
  g_test_add_func ("/weir/blocks/wait-event/file-that-appears", test_file_that_appears);
  g_test_add_func ("/weir/blocks/wait-event/does-not-come", test_event_that_does_not_come);
  g_test_add_func ("/weir/blocks/wait-event/token-is-good-for-one-answer", test_token_is_good_for_one_answer);
  g_test_add_func ("/weir/blocks/approval/with-a-change", test_approval_with_a_change);
  g_test_add_func ("/weir/blocks/approval/is-audited", test_approval_is_audited);
  g_test_add_func ("/weir/blocks/approval/that-nobody-gives", test_approval_that_nobody_gives);
  g_test_add_func ("/weir/blocks/ask/form-is-read-by-its-types", test_form_is_read_by_its_types);
  g_test_add_func ("/weir/blocks/ask/expires", test_question_that_expires);
  g_test_add_func ("/weir/blocks/debounce/last-goes-through", test_debounce_lets_the_last_through);
  g_test_add_func ("/weir/blocks/debounce/waits-only-so-long", test_debounce_waits_only_so_long);
  g_test_add_func ("/weir/blocks/if/changed-since-the-last-run", test_changed_since_the_last_run);
  g_test_add_func ("/weir/blocks/cache/knows-it-over-runs", test_cache_knows_it_over_runs);
  g_test_add_func ("/weir/blocks/cache/step-that-was-cut-off", test_state_of_a_step_that_was_cut_off);
  g_test_add_func ("/weir/blocks/circuit-breaker/opens-over-runs", test_breaker_opens_over_runs);
  g_test_add_func ("/weir/blocks/store/entry-is-kept-and-undone", test_entry_is_kept_and_undone);
  g_test_add_func ("/weir/blocks/store/changed-since-is-kept", test_entry_that_was_changed_since_is_kept);
  g_test_add_func ("/weir/blocks/store/only-one-puts-what-is-absent", test_only_one_puts_what_is_absent);
  g_test_add_func ("/weir/blocks/store/entry-expires", test_entry_expires);
  g_test_add_func ("/weir/blocks/store/deleted-comes-back", test_entry_is_deleted_and_comes_back);
  g_test_add_func ("/weir/blocks/variable/is-read-back", test_variable_is_read_back);
  return g_test_run ();
}
