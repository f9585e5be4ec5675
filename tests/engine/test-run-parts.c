/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Verbs on parts of a run, and the tables that say which verb is legal when. */

#include "weir-bin.h"
#include "weir-json.h"
#include "weir-run-private.h"
#include "weir-test.h"
#include "weir-verbs.h"

static const char two[]
  = "weir: 1\nname: Two\nblocks:\n  a: { kind: test.wait }\n  b: { kind: test.pass }\n  c: { kind: test.wait }\n"
    "links:\n  - a.value -> b.value\n";

static const char items[] = "weir: 1\nname: Items\nblocks:\n  l: { kind: test.pass, config: { give: \"=[1, 2]\" } }\n"
                            "  e:\n    kind: test.swarm\n    body:\n      blocks:\n"
                            "        w: { kind: test.wait }\n"
                            "links:\n  - l.value -> e.value\n";

static const char ports[] = "weir: 1\nname: Ports\nblocks:\n  a: { kind: test.wait }\n  b: { kind: test.pass }\n"
                            "links:\n  - a.error -> b.value\n";

static void
test_paused_block_lets_the_rest_go_on (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (test, two, NULL);
  g_autoptr(GError) error = NULL;

  g_assert_false (weir_run_resume_part (run, 0, "b", &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE);
  g_clear_error (&error);
  g_assert_true (weir_run_pause_part (run, 0, "b", &error));
  weir_test_finish ("a", "1");
  weir_test_finish ("c", "2");
  weir_test_settle (test);
  g_assert_cmpint (weir_test_status (run, "b"), ==, WEIR_STEP_SUSPENDED);
  g_assert_cmpint (weir_test_status (run, "c"), ==, WEIR_STEP_SUCCEEDED);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_RUNNING);
  weir_test_check_fold (test, run);
  g_assert_true (weir_run_resume_part (run, 0, "b", &error));
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  weir_test_check_fold (test, run);
}

static void
test_stopped_block_is_a_failure_for_the_rest (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (test, ports, NULL);
  g_autoptr(GError) error = NULL;

  g_assert_true (weir_run_stop_part (run, 0, "a", FALSE, &error));
  weir_test_settle (test);
  g_assert_cmpint (weir_test_status (run, "a"), ==, WEIR_STEP_CANCELLED);
  g_assert_cmpint (weir_test_status (run, "b"), ==, WEIR_STEP_SUCCEEDED);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  weir_test_check_fold (test, run);
}

static void
test_force_stopped_block_fails_the_run_when_nothing_catches_it (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (test, "weir: 1\nname: One\nblocks:\n  a: { kind: test.wait }\n", NULL);

  g_assert_true (weir_run_stop_part (run, 0, "a", TRUE, NULL));
  weir_test_settle (test);
  g_assert_cmpint (weir_test_status (run, "a"), ==, WEIR_STEP_INTERRUPTED);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_FAILED);
  weir_test_check_fold (test, run);
}

static void
test_one_item_is_stopped_and_the_others_go_on (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (test, items, NULL);
  g_autofree char *result = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_cmpuint (weir_test_n_waiting ("w"), ==, 2);
  g_assert_true (weir_run_stop_part (run, 1, NULL, FALSE, &error));
  weir_test_settle (test);
  g_assert_cmpuint (weir_test_n_waiting ("w"), ==, 1);
  weir_test_finish ("w", "7");
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  result = weir_json_write (weir_run_state_get_result (weir_run_get_state (run)), 0, NULL);
  g_assert_cmpstr (result, ==, "[7]");
  g_assert_false (weir_run_stop_part (run, 1, NULL, FALSE, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE);
  weir_test_check_fold (test, run);
}

static void
test_breakpoint_holds_its_block_alone (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (test, two, NULL);
  g_autoptr(GError) error = NULL;

  g_assert_false (weir_run_set_breakpoint (run, "nobody", "", &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (weir_run_set_breakpoint (run, "b", "1 +", &error));
  g_clear_error (&error);
  g_assert_true (weir_run_set_breakpoint (run, "b", "input.value > 3", &error));
  g_assert_true (weir_run_set_breakpoint (run, "b", "inputs.value === 1 || true", &error));
  weir_test_finish ("a", "5");
  weir_test_finish ("c", "2");
  weir_test_settle (test);
  g_assert_cmpint (weir_test_status (run, "b"), ==, WEIR_STEP_SUSPENDED);
  g_assert_cmpint (weir_test_status (run, "c"), ==, WEIR_STEP_SUCCEEDED);
  g_assert_true (weir_run_resume_part (run, 0, "b", &error));
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  weir_test_check_fold (test, run);
}

static void
test_one_step_at_a_time (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (
    test,
    "weir: 1\nname: Steps\nblocks:\n  a: { kind: test.wait }\n  b: { kind: test.pass }\n  c: { kind: test.pass }\n"
    "links:\n  - a.value -> b.value\n  - b.value -> c.value\n",
    NULL);
  g_autoptr(DexFuture) paused = weir_run_pause (run);
  g_autoptr(DexFuture) first = NULL;
  g_autoptr(DexFuture) second = NULL;
  g_autoptr(GError) error = NULL;

  weir_test_finish ("a", "1");
  weir_test_settle (test);
  first = weir_run_step (run);
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_PAUSED);
  g_assert_true (dex_future_is_resolved (first));
  g_assert_cmpint (weir_test_status (run, "b"), ==, WEIR_STEP_SUCCEEDED);
  g_assert_cmpint (weir_test_status (run, "c"), ==, WEIR_STEP_READY);
  second = weir_run_step (run);
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  weir_test_check_fold (test, run);
}

static void
test_container_is_one_unit (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (test, items, NULL);

  g_assert_true (weir_run_pause_part (run, 0, "e", NULL));
  g_assert_true (weir_run_stop_part (run, 0, "e", FALSE, NULL));
  weir_test_settle (test);
  g_assert_cmpuint (weir_test_n_waiting ("w"), ==, 0);
  g_assert_cmpint (weir_test_status (run, "e"), ==, WEIR_STEP_CANCELLED);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_FAILED);
  weir_test_check_fold (test, run);
}

static void
test_time_of_a_container_is_that_of_all_in_it (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (
    test,
    "weir: 1\nname: Late\nblocks:\n  l: { kind: test.pass, config: { give: [1, 2] } }\n"
    "  e:\n    kind: test.each\n    timeout: 1s\n    body:\n      blocks:\n"
    "        i:\n          kind: test.swarm\n          body: { blocks: { w: { kind: test.wait } } }\n"
    "        l2: { kind: test.pass, config: { give: [1, 2] } }\n"
    "      links:\n        - l2.value -> i.value\n"
    "links:\n  - l.value -> e.value\n",
    NULL);
  WeirValue *error;

  g_assert_cmpuint (weir_test_n_waiting ("w"), ==, 2);
  weir_clock_advance (test->clock, 1001);
  weir_test_settle (test);
  g_assert_cmpuint (weir_test_n_waiting ("w"), ==, 0);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_FAILED);
  error = weir_run_state_get_error (weir_run_get_state (run));
  g_assert_cmpstr (weir_value_get_member_text (error, "class", ""), ==, "limit.timeout");
  g_assert_cmpuint (run->n_runtimes, ==, 0);
  weir_test_check_fold (test, run);
}

static void
test_item_ends_with_the_second_attempt_of_its_last_step (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (
    test,
    "weir: 1\nname: Again\nblocks:\n  l: { kind: test.pass, config: { give: [1, 2] } }\n"
    "  e:\n    kind: test.each\n    body:\n      blocks:\n"
    "        p:\n          kind: test.pass\n          retry: { attempts: 2, first: 10ms }\n"
    "          config: { fail: net.refused, fail_times: 1, give: =item }\n"
    "links:\n  - l.value -> e.value\n",
    NULL);

  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_RUNNING);
  for (guint i = 0; i < 2; i++)
    {
      weir_clock_advance (test->clock, 20);
      weir_test_settle (test);
    }
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  weir_test_check_fold (test, run);
}

static void
test_many_items_are_not_all_kept (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (
    test,
    "weir: 1\nname: Many\nblocks:\n"
    "  l: { kind: test.pass, config: { give: \"=Array.from({length: 3000}, (_, i) => i)\" } }\n"
    "  e:\n    kind: test.each\n    body:\n      blocks:\n        p: { kind: test.pass, config: { give: =item } }\n"
    "links:\n  - l.value -> e.value\n",
    NULL);
  g_autoptr(DexFuture) wait = weir_run_wait (run);
  WeirRunState *state = weir_run_get_state (run);
  WeirBlockSummary summary;
  guint n_kept = 0;

  weir_test_await (wait, NULL);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  g_assert_cmpuint (weir_value_get_length (weir_run_state_get_result (state)), ==, 3000);
  weir_run_state_summarize_block (state, "e/p", &summary);
  g_assert_cmpuint (summary.n_succeeded, ==, 3000);
  for (guint i = 0; i < weir_run_state_get_n_steps (state); i++)
    n_kept += weir_run_state_get_step (state, i) != NULL;
  g_assert_cmpuint (n_kept, <, 300);
  weir_test_check_fold (test, run);
}

static void
test_dropped_items_are_not_run_again_after_a_restart (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirRun) run = weir_test_play (
    test,
    "weir: 1\nname: Many\nblocks:\n"
    "  l: { kind: test.pass, config: { give: \"=Array.from({length: 600}, (_, i) => i)\" } }\n"
    "  e:\n    kind: test.each\n    body:\n      blocks:\n        p: { kind: test.pass, config: { give: =item } }\n"
    "        w: { kind: test.wait }\n      links:\n        - p.value -> w.value when: value === 599\n"
    "      output: p.value\n"
    "links:\n  - l.value -> e.value\n",
    NULL);
  g_autoptr(DexFuture) recovered = NULL;
  g_autoptr(DexFuture) wait = NULL;
  guint64 seq;

  while (weir_test_n_waiting ("w") == 0)
    g_main_context_iteration (NULL, TRUE);
  weir_test_settle (test);
  seq = weir_run_state_get_seq (weir_run_get_state (run));
  g_clear_object (&run);
  weir_test_reopen (test);
  recovered = weir_engine_recover_run (test->engine, 1);
  run = g_value_dup_object (weir_test_await (recovered, NULL));
  while (weir_test_n_waiting ("w") == 0)
    g_main_context_iteration (NULL, TRUE);
  weir_test_finish ("w", NULL);
  wait = weir_run_wait (run);
  weir_test_await (wait, NULL);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  g_assert_cmpuint (weir_value_get_length (weir_run_state_get_result (weir_run_get_state (run))), ==, 600);
  /* interrupted twice, resumed, run again, ended: not six hundred items */
  g_assert_cmpuint (weir_run_state_get_seq (weir_run_get_state (run)) - seq, <, 20);
  weir_test_check_fold (test, run);
}

static void
test_step_that_never_ends_does_not_hold_its_run (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  WeirRun *run = weir_test_play (test, "weir: 1\nname: Deaf\nblocks:\n  a: { kind: test.deaf }\n", NULL);

  dex_future_disown (weir_run_force_stop (run));
  weir_clock_advance (test->clock, 6001);
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_INTERRUPTED);
  weir_test_check_fold (test, run);
  weir_test_abandon ("a");
  g_object_add_weak_pointer (G_OBJECT (run), (gpointer *) &run);
  g_object_unref (run);
  weir_test_settle (test);
  g_assert_null (run);
}

/* ── cell by cell ───────────────────────────────────────────────────────────────────────── */

/* A run brought into a state; NULL for states that last no time. */
static WeirRun *
bring_run (WeirTest *test, WeirRunStatus status)
{
  WeirRun *run = NULL;

  switch (status)
    {
    case WEIR_RUN_RUNNING:
    case WEIR_RUN_PAUSING:
    case WEIR_RUN_PAUSED:
    case WEIR_RUN_CANCELLED:
    case WEIR_RUN_INTERRUPTED:
      run = weir_test_play (test,
                            "weir: 1\nname: One\nblocks:\n  a: { kind: test.wait }\n  b: { kind: test.pass }\nlinks:\n "
                            " - a.value -> b.value\n",
                            NULL);
      break;
    case WEIR_RUN_STOPPING:
      run = weir_test_play (test, "weir: 1\nname: Deaf\nblocks:\n  a: { kind: test.deaf }\n", NULL);
      break;
    case WEIR_RUN_WAITING:
      return weir_test_play (test, "weir: 1\nname: Ask\nblocks:\n  a: { kind: test.ask }\n", NULL);
    case WEIR_RUN_SUCCEEDED:
      return weir_test_play (test, "weir: 1\nname: Pass\nblocks:\n  a: { kind: test.pass }\n", NULL);
    case WEIR_RUN_FAILED:
      run = weir_test_play (test, "weir: 1\nname: Fail\nblocks:\n  a: { kind: test.wait }\n", NULL);
      weir_test_break ("a", "io.other");
      weir_test_settle (test);
      return run;
    case WEIR_RUN_CREATED:
    case WEIR_RUN_QUEUED:
    default:
      return NULL;
    }
  if (status == WEIR_RUN_PAUSING || status == WEIR_RUN_PAUSED)
    dex_future_disown (weir_run_pause (run));
  if (status == WEIR_RUN_PAUSED)
    weir_test_finish ("a", "1");
  if (status == WEIR_RUN_STOPPING || status == WEIR_RUN_CANCELLED)
    dex_future_disown (weir_run_stop (run));
  if (status == WEIR_RUN_INTERRUPTED)
    dex_future_disown (weir_run_force_stop (run));
  weir_test_settle (test);
  return run;
}

static DexFuture *
call_verb (WeirTest *test, WeirRun *run, WeirRunVerb verb)
{
  switch (verb)
    {
    case WEIR_VERB_PAUSE:
      return weir_run_pause (run);
    case WEIR_VERB_RESUME:
      return weir_run_resume (run);
    case WEIR_VERB_STOP:
      return weir_run_stop (run);
    case WEIR_VERB_FORCE_STOP:
      return weir_run_force_stop (run);
    case WEIR_VERB_UNDO:
    case WEIR_VERB_CANCEL_AND_DELETE:
    case WEIR_VERB_DELETE:
    default:
      return NULL;
    }
}

/* Pausing and stopping are over at once when nothing runs. */
static gboolean
has_reached (WeirRun *run, WeirRunStatus to)
{
  WeirRunStatus status = weir_run_state_get_status (weir_run_get_state (run));

  if (to == WEIR_RUN_PAUSING && status == WEIR_RUN_PAUSED)
    return TRUE;
  if (to == WEIR_RUN_STOPPING && (status == WEIR_RUN_CANCELLED || status == WEIR_RUN_INTERRUPTED))
    return weir_run_state_find_step (weir_run_get_state (run), 0, "a")->status != WEIR_STEP_RUNNING;
  return status == to;
}

static void
test_every_verb_in_every_state_of_a_run (void)
{
  for (guint status = 0; status <= WEIR_RUN_INTERRUPTED; status++)
    for (guint verb = 0; verb <= WEIR_VERB_FORCE_STOP; verb++)
      {
        g_autoptr(WeirTest) test = weir_test_new ();
        g_autoptr(WeirRun) run = bring_run (test, status);
        const WeirVerbCell *cell = weir_verb_get_run_cell (verb, status);
        g_autoptr(DexFuture) future = NULL;
        g_autoptr(GError) error = NULL;

        if (run == NULL)
          continue;
        g_test_message ("%s in %s", weir_run_verb_get_name (verb), weir_run_status_get_name (status));
        g_assert_cmpint (weir_run_state_get_status (weir_run_get_state (run)), ==, status);
        future = call_verb (test, run, verb);
        if (cell->legal)
          {
            g_assert_true (has_reached (run, cell->to));
            g_assert_false (dex_future_is_rejected (future));
          }
        else
          {
            dex_future_get_value (future, &error);
            g_assert_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE);
            g_assert_cmpstr (error->message, ==, cell->refusal);
            g_assert_cmpint (weir_run_state_get_status (weir_run_get_state (run)), ==, status);
          }
        weir_test_settle (test);
        weir_test_check_fold (test, run);
      }
}

/* A run whose block “s” is in a state; NULL where the test kinds cannot bring it there. */
static WeirRun *
bring_step (WeirTest *test, WeirStepStatus status)
{
  WeirRun *run = NULL;

  switch (status)
    {
    case WEIR_STEP_PENDING:
    case WEIR_STEP_SUSPENDED:
      run = weir_test_play (test,
                            "weir: 1\nname: P\nblocks:\n  a: { kind: test.wait }\n  s: { kind: test.wait }\nlinks:\n  "
                            "- a.value -> s.value\n",
                            NULL);
      if (status == WEIR_STEP_SUSPENDED)
        {
          weir_run_pause_part (run, 0, "s", NULL);
          weir_test_finish ("a", "1");
        }
      break;
    case WEIR_STEP_READY:
      run = weir_test_play (
        test, "weir: 1\nname: R\nconcurrency: 1\nblocks:\n  a: { kind: test.wait }\n  s: { kind: test.wait }\n", NULL);
      break;
    case WEIR_STEP_RUNNING:
      run = weir_test_play (test, "weir: 1\nname: S\nblocks:\n  a: { kind: test.wait }\n  s: { kind: test.wait }\n",
                            NULL);
      break;
    case WEIR_STEP_RETRY_WAIT:
    case WEIR_STEP_FAILED:
      run = weir_test_play (
        test,
        status == WEIR_STEP_FAILED
          ? "weir: 1\nname: F\nblocks:\n  a: { kind: test.wait }\n  s: { kind: test.wait, on_error: continue }\n"
          : "weir: 1\nname: T\nblocks:\n  a: { kind: test.wait }\n  s: { kind: test.wait, retry: { attempts: 2 } }\n",
        NULL);
      weir_test_break ("s", "net.timeout");
      break;
    case WEIR_STEP_WAITING:
      run = weir_test_play (test, "weir: 1\nname: W\nblocks:\n  a: { kind: test.wait }\n  s: { kind: test.ask }\n",
                            NULL);
      break;
    case WEIR_STEP_SUCCEEDED:
      run = weir_test_play (test, "weir: 1\nname: O\nblocks:\n  a: { kind: test.wait }\n  s: { kind: test.pass }\n",
                            NULL);
      break;
    case WEIR_STEP_SKIPPED:
      run = weir_test_play (
        test, "weir: 1\nname: K\nblocks:\n  a: { kind: test.wait }\n  s: { kind: test.pass, enabled: false }\n", NULL);
      break;
    case WEIR_STEP_CANCELLED:
    case WEIR_STEP_INTERRUPTED:
      run = weir_test_play (
        test, "weir: 1\nname: C\nblocks:\n  a: { kind: test.wait }\n  s: { kind: test.wait, on_error: continue }\n",
        NULL);
      weir_run_stop_part (run, 0, "s", status == WEIR_STEP_INTERRUPTED, NULL);
      break;
    case WEIR_STEP_QUEUED:
    case WEIR_STEP_CACHED:
    case WEIR_STEP_PINNED:
    case WEIR_STEP_UNKNOWN:
    case WEIR_STEP_UNDONE:
    default:
      return NULL;
    }
  weir_test_settle (test);
  return run;
}

static gboolean
call_step_verb (WeirRun *run, WeirRunVerb verb, GError **error)
{
  switch (verb)
    {
    case WEIR_VERB_PAUSE:
      return weir_run_pause_part (run, 0, "s", error);
    case WEIR_VERB_RESUME:
      return weir_run_resume_part (run, 0, "s", error);
    case WEIR_VERB_STOP:
    case WEIR_VERB_FORCE_STOP:
      return weir_run_stop_part (run, 0, "s", verb == WEIR_VERB_FORCE_STOP, error);
    case WEIR_VERB_UNDO:
    case WEIR_VERB_CANCEL_AND_DELETE:
    case WEIR_VERB_DELETE:
    default:
      return FALSE;
    }
}

static void
test_every_verb_in_every_state_of_a_step (void)
{
  guint n = 0;

  for (guint status = 0; status <= WEIR_STEP_UNDONE; status++)
    for (guint verb = 0; verb <= WEIR_VERB_FORCE_STOP; verb++)
      {
        g_autoptr(WeirTest) test = weir_test_new ();
        g_autoptr(WeirRun) run = bring_step (test, status);
        const WeirVerbCell *cell = weir_verb_get_step_cell (verb, status);
        g_autoptr(GError) error = NULL;
        gboolean done;

        if (run == NULL)
          continue;
        n++;
        g_test_message ("%s in %s", weir_run_verb_get_name (verb), weir_step_status_get_name (status));
        g_assert_cmpint (weir_test_status (run, "s"), ==, status);
        /* what is paused is resumed; what is not says so */
        if (verb == WEIR_VERB_RESUME && cell->legal && status != WEIR_STEP_SUSPENDED)
          g_assert_true (weir_run_pause_part (run, 0, "s", NULL));
        done = call_step_verb (run, verb, &error);
        g_assert_cmpint (done, ==, cell->legal);
        if (!cell->legal)
          g_assert_cmpstr (error->message, ==, cell->refusal);
        if (verb <= WEIR_VERB_RESUME || !cell->legal)
          g_assert_cmpint (weir_test_status (run, "s"), ==, cell->legal ? (WeirStepStatus) cell->to : status);
        weir_test_settle (test);
        if (verb >= WEIR_VERB_STOP && cell->legal)
          g_assert_cmpint (weir_test_status (run, "s"), ==, cell->to);
        weir_test_check_fold (test, run);
      }
  g_assert_cmpuint (n, ==, 11 * 4);
}

static void
test_tables_have_no_empty_cell (void)
{
  for (guint verb = 0; verb < WEIR_N_VERBS; verb++)
    {
      for (guint status = 0; status <= WEIR_RUN_INTERRUPTED; status++)
        g_assert_true (weir_verb_get_run_cell (verb, status)->legal
                       || weir_verb_get_run_cell (verb, status)->refusal != NULL);
      for (guint status = 0; status <= WEIR_STEP_UNDONE; status++)
        g_assert_true (weir_verb_get_step_cell (verb, status)->legal
                       || weir_verb_get_step_cell (verb, status)->refusal != NULL);
    }
}

/* What is over is deleted once its run has ended as well. */
static void
test_every_step_can_be_deleted_or_says_why_not (void)
{
  guint n = 0;

  for (guint status = 0; status <= WEIR_STEP_UNDONE; status++)
    {
      g_autoptr(WeirTest) test = weir_test_new ();
      g_autoptr(WeirRun) run = bring_step (test, status);
      const WeirVerbCell *cell = weir_verb_get_step_cell (WEIR_VERB_CANCEL_AND_DELETE, status);
      g_autoptr(DexFuture) future = NULL;
      g_autoptr(GError) error = NULL;

      if (run == NULL)
        continue;
      n++;
      g_test_message ("cancel_and_delete in %s", weir_step_status_get_name (status));
      if (cell->after)
        {
          g_autoptr(DexFuture) early = weir_engine_discard_part (test->engine, weir_run_get_id (run), "s", "test",
                                                                  NULL);

          g_assert_null (weir_test_await (early, &error));
          g_assert_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE);
          g_clear_error (&error);
          g_assert_cmpint (weir_test_status (run, "s"), ==, status);
          weir_test_finish ("a", "1");
          weir_test_settle (test);
        }
      future = weir_engine_discard_part (test->engine, weir_run_get_id (run), "s", "test", NULL);
      weir_test_await (future, &error);
      if (cell->legal)
        g_assert_no_error (error);
      else
        g_assert_cmpstr (error->message, ==, cell->refusal);
      g_assert_cmpint (weir_test_status (run, "s"), ==, cell->legal ? (WeirStepStatus) cell->to : status);
      /* of a run that has ended, or ends by that, the journal alone goes on */
      if (!weir_run_status_is_final (weir_run_get_status (run)))
        weir_test_check_fold (test, run);
    }
  g_assert_cmpuint (n, ==, 11);
}

/* To what was recently deleted, in every state, and back: the run goes on as it did. */
static void
test_every_step_can_be_kept_in_the_bin_or_says_why_not (void)
{
  guint n = 0;

  for (guint status = 0; status <= WEIR_STEP_UNDONE; status++)
    {
      g_autoptr(WeirTest) test = weir_test_new ();
      g_autoptr(WeirRun) run = bring_step (test, status);
      const WeirVerbCell *cell = weir_verb_get_step_cell (WEIR_VERB_DELETE, status);
      g_autoptr(DexFuture) future = NULL;
      g_autoptr(DexFuture) back = NULL;
      g_autoptr(GError) error = NULL;
      gboolean live;

      if (run == NULL)
        continue;
      n++;
      g_test_message ("delete in %s", weir_step_status_get_name (status));
      future = weir_engine_delete_part (test->engine, weir_run_get_id (run), "s", "test", NULL);
      weir_test_await (future, &error);
      if (!cell->legal)
        {
          g_assert_cmpstr (error->message, ==, cell->refusal);
          g_assert_cmpint (weir_test_status (run, "s"), ==, status);
          continue;
        }
      g_assert_no_error (error);
      g_assert_cmpint (weir_test_status (run, "s"), ==, cell->to);
      live = !weir_run_status_is_final (weir_run_get_status (run));
      g_assert_true (!live || weir_run_state_is_binned (weir_run_get_state (run), 0, "s"));
      if (live)
        weir_test_check_fold (test, run);
      back = weir_engine_restore_part (test->engine, weir_run_get_id (run), "s", "test");
      weir_test_await (back, &error);
      g_assert_no_error (error);
      g_assert_false (live && weir_run_state_is_binned (weir_run_get_state (run), 0, "s"));
      if (live)
        weir_test_check_fold (test, run);
    }
  g_assert_cmpuint (n, ==, 11);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/weir/run/parts/item-ends-with-the-second-attempt-of-its-last-step",
                   test_item_ends_with_the_second_attempt_of_its_last_step);
  g_test_add_func ("/weir/run/parts/time-of-a-container-is-that-of-all-in-it",
                   test_time_of_a_container_is_that_of_all_in_it);
  g_test_add_func ("/weir/run/part/paused-block", test_paused_block_lets_the_rest_go_on);
  g_test_add_func ("/weir/run/part/stopped-block", test_stopped_block_is_a_failure_for_the_rest);
  g_test_add_func ("/weir/run/part/force-stopped-block",
                   test_force_stopped_block_fails_the_run_when_nothing_catches_it);
  g_test_add_func ("/weir/run/part/one-item", test_one_item_is_stopped_and_the_others_go_on);
  g_test_add_func ("/weir/run/part/breakpoint", test_breakpoint_holds_its_block_alone);
  g_test_add_func ("/weir/run/part/single-steps", test_one_step_at_a_time);
  g_test_add_func ("/weir/run/part/container", test_container_is_one_unit);
  g_test_add_func ("/weir/run/part/many-items", test_many_items_are_not_all_kept);
  g_test_add_func ("/weir/run/part/dropped-items", test_dropped_items_are_not_run_again_after_a_restart);
  g_test_add_func ("/weir/run/part/never-ends", test_step_that_never_ends_does_not_hold_its_run);
  g_test_add_func ("/weir/run/verbs/run", test_every_verb_in_every_state_of_a_run);
  g_test_add_func ("/weir/run/verbs/step", test_every_verb_in_every_state_of_a_step);
  g_test_add_func ("/weir/run/verbs/step/deleted", test_every_step_can_be_deleted_or_says_why_not);
  g_test_add_func ("/weir/run/verbs/step/kept-in-the-bin", test_every_step_can_be_kept_in_the_bin_or_says_why_not);
  g_test_add_func ("/weir/run/verbs/no-empty-cell", test_tables_have_no_empty_cell);
  return g_test_run ();
}
