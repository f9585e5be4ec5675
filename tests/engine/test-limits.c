/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What waits for a place, in which order it goes on, and that no limit is ever exceeded. On a clock turned by hand. */

#include "weir-test.h"

#include "weir-json.h"
#include "weir-run-private.h"
#include "weir-run-queue.h"

static void
set_limits (WeirTest *test, const char *json)
{
  g_autoptr(WeirValue) changes = weir_json_parse (json, -1, NULL);
  g_autoptr(GError) error = NULL;

  weir_engine_set_limits (test->engine, changes, &error);
  g_assert_no_error (error);
  weir_test_settle (test);
}

#define assert_running(expected) G_STMT_START { \
    g_autofree char *names_ = weir_test_names (); \
    g_assert_cmpstr (names_, ==, expected); } G_STMT_END

#define assert_reason(run, block, expected) G_STMT_START { \
    g_autofree char *reason_ = weir_run_explain_step (run, 0, block, 0); \
    g_assert_cmpstr (reason_, ==, expected); } G_STMT_END

static void
finish (WeirTest *test, const char *block)
{
  weir_test_finish (block, NULL);
  weir_test_settle (test);
}

/* ── order ──────────────────────────────────────────────────────────────────────────────── */

#define MIXED \
  "weir: 1\nname: Mixed\nblocks:\n  first: { kind: test.wait }\n" \
  "  a: { kind: test.wait, priority: low }\n  b: { kind: test.wait }\n  c: { kind: test.wait, priority: high }\n" \
  "  d: { kind: test.wait, priority: 51 }\n  e: { kind: test.wait, priority: high }\n  f: { kind: test.wait }\n"

static void
test_higher_goes_first (void)
{
  static const char *const order[] = { "first", "d", "c", "e", "b", "f", "a" };
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = NULL;

  /* what is ready first takes the place before the others are looked at: all of them wait behind a closed one */
  set_limits (test, "{\"workers\": 1}");
  run = weir_test_play (test, MIXED, NULL);
  assert_running ("d");
  finish (test, "d");
  for (guint i = 2; i < G_N_ELEMENTS (order); i++)
    {
      if (i == 4)
        {
          assert_running ("first");
          finish (test, "first");
        }
      assert_running (order[i]);
      finish (test, order[i]);
    }
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  weir_test_check_fold (test, run);
}

static void
test_waiting_raises (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) one = NULL;
  g_autoptr(WeirRun) two = NULL;

  set_limits (test, "{\"workers\": 1}");
  one = weir_test_play (
    test, "weir: 1\nname: One\nblocks:\n  now: { kind: test.wait, priority: 1 }\n  old: { kind: test.wait }\n", NULL);
  assert_running ("now");
  weir_clock_advance (test->clock, 59000);
  two = weir_test_play (test, "weir: 1\nname: Two\nblocks:\n  new: { kind: test.wait, priority: 49 }\n", NULL);
  weir_clock_advance (test->clock, 999);
  assert_reason (one, "old", "waits for one of 1 workers (1 in use), 1 before it");
  weir_clock_advance (test->clock, 1);
  assert_reason (one, "old", "waits for one of 1 workers (1 in use)");
  assert_reason (two, "new", "waits for one of 1 workers (1 in use), priority 49, 1 before it");
  finish (test, "now");
  assert_running ("old");
}

static void
test_without_ageing_priority_is_all (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) one = NULL;
  g_autoptr(WeirRun) two = NULL;

  set_limits (test, "{\"workers\": 1, \"ageing\": 0}");
  one = weir_test_play (
    test, "weir: 1\nname: One\nblocks:\n  now: { kind: test.wait, priority: 1 }\n  old: { kind: test.wait }\n", NULL);
  weir_clock_advance (test->clock, 3600000);
  two = weir_test_play (test, "weir: 1\nname: Two\nblocks:\n  new: { kind: test.wait, priority: 2 }\n", NULL);
  finish (test, "now");
  assert_running ("new");
}

static void
test_runs_have_priorities (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) one = NULL;
  g_autoptr(WeirRun) two = NULL;
  g_autoptr(WeirRun) three = NULL;

  set_limits (test, "{\"workers\": 1}");
  one = weir_test_play (test, "weir: 1\nname: One\nblocks:\n  a: { kind: test.wait }\n  b: { kind: test.wait }\n",
                        NULL);
  two = weir_test_play (test, "weir: 1\nname: Two\npriority: high\nblocks:\n  c: { kind: test.wait, priority: -10 }\n",
                        NULL);
  three = weir_test_play (test, "weir: 1\nname: Three\npriority: 45\nblocks:\n  d: { kind: test.wait }\n", NULL);
  finish (test, "a");
  assert_running ("d");
  finish (test, "d");
  assert_running ("c");
  finish (test, "c");
  assert_running ("b");
}

static void
test_priority_changes_while_it_waits (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = NULL;
  g_autoptr(WeirRun) other = NULL;
  g_autoptr(GError) error = NULL;

  set_limits (test, "{\"workers\": 1}");
  run = weir_test_play (
    test, "weir: 1\nname: One\nblocks:\n  a: { kind: test.wait }\n  b: { kind: test.wait }\n  c: { kind: test.wait }\n",
    NULL);
  other = weir_test_play (test, "weir: 1\nname: Two\nblocks:\n  d: { kind: test.wait }\n", NULL);
  g_assert_true (weir_run_set_priority_in (run, 0, "c", 10, &error));
  g_assert_true (weir_run_set_priority (other, 5, &error));
  assert_reason (run, "b", "waits for one of 1 workers (1 in use), 2 before it");
  assert_reason (run, "c", "waits for one of 1 workers (1 in use), priority 10");
  finish (test, "a");
  assert_running ("c");
  g_assert_true (weir_run_set_priority (run, 6, &error));
  finish (test, "c");
  assert_running ("b");
  finish (test, "b");
  assert_running ("d");
  g_assert_false (weir_run_set_priority (other, 101, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_INVALID);
  weir_test_check_fold (test, run);
  weir_test_check_fold (test, other);
}

static void
test_priority_survives_the_program (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirRun) run = weir_test_play (
    test, "weir: 1\nname: One\nblocks:\n  a: { kind: test.wait }\n  b: { kind: test.wait, priority: 7 }\n", NULL);
  g_autoptr(DexFuture) future = NULL;
  gint64 id = weir_run_get_id (run);

  g_assert_true (weir_run_set_priority (run, 30, NULL));
  weir_test_settle (test);
  g_clear_object (&run);
  weir_test_reopen (test);
  set_limits (test, "{\"workers\": 1}");
  future = weir_engine_recover_run (test->engine, id);
  run = g_value_dup_object (weir_test_await (future, NULL));
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_priority (run), ==, 30);
  assert_running ("b");
  assert_reason (run, "a", "waits for one of 1 workers (1 in use), priority 30");
}

/* ── never more ─────────────────────────────────────────────────────────────────────────── */

static void
append_blocks (GString *yaml, guint n, const char *rest)
{
  for (guint i = 0; i < n; i++)
    g_string_append_printf (yaml, "  b%u: { kind: test.wait%s }\n", i, rest);
}

static void
finish_random (WeirTest *test)
{
  g_autofree char *names = weir_test_names ();
  g_auto(GStrv) each = g_strsplit (names, " ", -1);
  guint n = g_strv_length (each);

  if (n > 0)
    weir_test_finish (each[g_test_rand_int_range (0, n)], NULL);
  weir_test_settle (test);
}

static void
test_a_thousand_never_exceed (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(GString) yaml = g_string_new ("weir: 1\nname: Many\nblocks:\n");
  g_autoptr(WeirRun) run = NULL;
  guint limit = 7;
  guint running;

  append_blocks (yaml, 1000, "");
  set_limits (test, "{\"workers\": 7, \"memory\": 0}");
  run = weir_test_play (test, yaml->str, NULL);
  running = weir_test_n_waiting (NULL);
  g_assert_cmpuint (running, ==, limit);
  for (guint left = 1000; left > 0; left--)
    {
      if (g_test_rand_int_range (0, 4) == 0)
        {
          g_autofree char *json = NULL;

          limit = g_test_rand_int_range (1, 65);
          json = g_strdup_printf ("{\"workers\": %u}", limit);
          set_limits (test, json);
          g_assert_cmpuint (weir_test_n_waiting (NULL), ==, MIN (MAX (running, limit), left));
          running = weir_test_n_waiting (NULL);
        }
      finish_random (test);
      g_assert_cmpuint (weir_test_n_waiting (NULL), ==, MIN (MAX (running - 1, limit), left - 1));
      running = weir_test_n_waiting (NULL);
    }
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  weir_test_check_fold (test, run);
}

static void
test_steps_of_a_run_are_limited (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (
    test,
    "weir: 1\nname: Run\nconcurrency: 2\nblocks:\n  a: { kind: test.wait, label: A }\n"
    "  b: { kind: test.wait, label: B }\n  c: { kind: test.wait }\n  d: { kind: test.wait }\n",
    NULL);

  assert_running ("a b");
  assert_reason (run, "c", "waits for a step of this run to end (2 of 2 in use by A, B)");
  set_limits (test, "{\"steps_per_run\": 1}");
  finish (test, "a");
  assert_running ("b");
  set_limits (test, "{\"steps_per_run\": null}");
  assert_running ("b c");
}

static void
test_pools_keep_places_for_the_urgent (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = NULL;
  g_autoptr(WeirRun) urgent = NULL;

  set_limits (test, "{\"pools\": {\"press\": {\"slots\": 2, \"reserved\": 1}}}");
  run = weir_test_play (test,
                        "weir: 1\nname: One\nblocks:\n  a: { kind: test.wait, pool: press, label: Print }\n"
                        "  b: { kind: test.wait, pool: press }\n  c: { kind: test.wait }\n",
                        NULL);
  assert_running ("a c");
  assert_reason (run, "b", "waits for a place in pool press (1 of 2 in use by Print; 1 kept for high priority)");
  urgent = weir_test_play (test,
                           "weir: 1\nname: Two\npriority: high\nblocks:\n  d: { kind: test.wait, pool: press }\n"
                           "  e: { kind: test.wait, pool: press }\n",
                           NULL);
  assert_running ("a c d");
  assert_reason (urgent, "e",
                 "waits for a place in pool press (2 of 2 in use by Print of run 1, test.wait), priority 50");
  finish (test, "a");
  assert_running ("c d e");
  finish (test, "d");
  assert_running ("c e");
  finish (test, "e");
  assert_running ("c b");
}

static void
test_keys_run_one_at_a_time (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  const char *yaml = "weir: 1\nname: Keys\ninputs: { who: { type: text } }\nblocks:\n"
                     "  a: { kind: test.wait, label: Mail, key: '=inputs.who' }\n  b: { kind: test.wait, key: { value: "
                     "all, name: door, at_once: 2 } }\n";
  g_autoptr(WeirRun) anna = weir_test_play (test, yaml, "{\"who\": \"anna\"}");
  g_autoptr(WeirRun) bert = weir_test_play (test, yaml, "{\"who\": \"bert\"}");
  g_autoptr(WeirRun) again = weir_test_play (test, yaml, "{\"who\": \"anna\"}");

  assert_running ("a b a b a");
  assert_reason (again, "b", "waits for key all of door (2 of 2 in use by test.wait of run 1, test.wait of run 2)");
  assert_reason (again, "a", NULL);
}

/* A key belongs to a workflow: the runs must be of one. */
static void
test_keys_of_one_workflow (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirWorkflow) workflow = weir_test_parse ("weir: 1\nname: Keys\ninputs: { who: { type: text } }\nblocks:\n"
                                                       "  a: { kind: test.wait, label: Mail, key: '=inputs.who' }\n");
  static const char *const who[] = { "anna", "bert", "anna" };
  g_autoptr(GPtrArray) runs = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < G_N_ELEMENTS (who); i++)
    {
      const char *key = "who";
      g_autoptr(WeirValue) name = weir_value_new_text (who[i]);
      g_autoptr(WeirValue) inputs = weir_value_new_record (&key, &name, 1);
      g_autoptr(DexFuture) future = weir_engine_play (test->engine, workflow, inputs);

      g_ptr_array_add (runs, g_value_dup_object (weir_test_await (future, NULL)));
      weir_test_settle (test);
    }
  assert_running ("a a");
  assert_reason (g_ptr_array_index (runs, 2), "a", "waits for key anna of Mail (1 of 1 in use by Mail of run 1)");
  finish (test, "a");
  assert_running ("a a");
}

static void
test_rates_are_exact (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(GString) yaml = g_string_new ("weir: 1\nname: Rate\nblocks:\n");
  g_autoptr(WeirRun) run = NULL;

  append_blocks (yaml, 20, ", pool: api");
  set_limits (
    test,
    "{\"workers\": 64, \"pools\": {\"api\": {\"slots\": 100, \"rate\": {\"count\": 3, \"per\": 1000, \"burst\": 5}}}}");
  run = weir_test_play (test, yaml->str, NULL);
  g_assert_cmpuint (weir_test_n_waiting (NULL), ==, 5);
  assert_reason (run, "b6", "rate of pool api: next in 0.4 s, 1 before it");
  weir_clock_advance (test->clock, 333);
  weir_test_settle (test);
  g_assert_cmpuint (weir_test_n_waiting (NULL), ==, 5);
  weir_clock_advance (test->clock, 1);
  weir_test_settle (test);
  g_assert_cmpuint (weir_test_n_waiting (NULL), ==, 6);
  for (guint ms = 334; ms < 3000; ms++)
    {
      weir_clock_advance (test->clock, 1);
      weir_test_settle (test);
      g_assert_cmpuint (weir_test_n_waiting (NULL), ==, 5 + (ms + 1) * 3 / 1000);
    }
  set_limits (test, "{\"pools\": {\"api\": {\"rate\": null}}}");
  g_assert_cmpuint (weir_test_n_waiting (NULL), ==, 20);
}

static void
test_memory_holds_new_steps_back (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = NULL;
  g_autofree char *reason = NULL;

  set_limits (test, "{\"memory\": 1048576}");
  run = weir_test_play (test, "weir: 1\nname: Big\nblocks:\n  a: { kind: test.wait }\n  p: { kind: test.pass }\n",
                        NULL);
  assert_running ("");
  g_assert_cmpint (weir_test_status (run, "p"), ==, WEIR_STEP_SUCCEEDED);
  reason = weir_run_explain_step (run, 0, "a", 0);
  g_assert_true (g_str_has_prefix (reason, "waits for memory: "));
  g_assert_true (g_str_has_suffix (reason, "the ceiling is 1.0\302\240MiB"));
  set_limits (test, "{\"memory\": 0}");
  assert_running ("a");
}

/* ── runs of a workflow ─────────────────────────────────────────────────────────────────── */

static void
test_runs_of_a_workflow_wait (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirWorkflow) workflow = weir_test_parse (
    "weir: 1\nname: Tidy\nmax_runs: 1\nblocks:\n  a: { kind: test.wait }\n");
  WeirRun *runs[3];
  g_autoptr(DexFuture) stopped = NULL;
  g_autoptr(DexFuture) refused = NULL;
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (runs); i++)
    {
      g_autoptr(DexFuture) future = weir_engine_play (test->engine, workflow, NULL);

      runs[i] = g_value_dup_object (weir_test_await (future, NULL));
      weir_test_settle (test);
    }
  g_assert_cmpint (weir_run_get_status (runs[0]), ==, WEIR_RUN_RUNNING);
  g_assert_cmpint (weir_run_get_status (runs[1]), ==, WEIR_RUN_QUEUED);
  assert_reason (runs[1], "a", "the run waits to begin: of Tidy 1 at once may run, 1 do");
  set_limits (test, "{\"queue\": 2}");
  refused = weir_engine_play (test->engine, workflow, NULL);
  weir_test_await (refused, &error);
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_LIMIT);

  /* a run that is stopped gives its place back, whether it began or not */
  g_assert_true (weir_run_set_priority (runs[2], 1, NULL));
  stopped = weir_run_stop (runs[0]);
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (runs[0]), ==, WEIR_RUN_CANCELLED);
  g_assert_cmpint (weir_run_get_status (runs[2]), ==, WEIR_RUN_RUNNING);
  g_assert_cmpint (weir_run_get_status (runs[1]), ==, WEIR_RUN_QUEUED);
  dex_unref (weir_run_stop (runs[1]));
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (runs[1]), ==, WEIR_RUN_CANCELLED);
  finish (test, "a");
  g_assert_cmpint (weir_run_get_status (runs[2]), ==, WEIR_RUN_SUCCEEDED);
  for (guint i = 0; i < G_N_ELEMENTS (runs); i++)
    {
      weir_test_check_fold (test, runs[i]);
      g_object_unref (runs[i]);
    }
}

/* ── places come back ───────────────────────────────────────────────────────────────────── */

static void
test_a_stopped_run_frees_its_places (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  const char *yaml = "weir: 1\nname: One\nblocks:\n  a: { kind: test.wait, pool: gpu }\n";
  g_autoptr(WeirRun) one = weir_test_play (test, yaml, NULL);
  g_autoptr(WeirRun) two = weir_test_play (test, yaml, NULL);
  g_autoptr(DexFuture) stopped = NULL;

  assert_reason (two, "a", "waits for a place in pool gpu (1 of 1 in use by test.wait of run 1)");
  stopped = weir_run_stop (one);
  weir_test_settle (test);
  g_assert_cmpint (weir_test_status (two, "a"), ==, WEIR_STEP_RUNNING);
  finish (test, "a");
  g_assert_cmpint (weir_run_get_status (two), ==, WEIR_RUN_SUCCEEDED);
  g_assert_cmpuint (test->engine->queue->n_working, ==, 0);
}

/* A place came free, and who waited for it was gone with the run. */
static void
test_a_failed_run_leaves_nothing_behind (void)
{
  static const char yaml[]
    = "weir: 1\nname: Narrow\nconcurrency: 1\nblocks:\n  a: { kind: test.wait }\n  b: { kind: test.wait }\n";
  g_autoptr(WeirTest) test = weir_test_new ();

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr(WeirRun) run = weir_test_play (test, yaml, NULL);

      weir_test_break ("a", "io.other");
      weir_test_settle (test);
      g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_FAILED);
      g_clear_object (&run);
      g_assert_cmpuint (test->engine->queue->open->len, ==, 0);
    }
}

static void
test_a_paused_run_lets_others_go (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) one = NULL;
  g_autoptr(WeirRun) two = NULL;
  g_autoptr(DexFuture) paused = NULL;

  set_limits (test, "{\"workers\": 1}");
  one = weir_test_play (
    test, "weir: 1\nname: One\npriority: high\nblocks:\n  a: { kind: test.wait }\n  b: { kind: test.wait }\n", NULL);
  two = weir_test_play (test, "weir: 1\nname: Two\nblocks:\n  c: { kind: test.wait }\n", NULL);
  paused = weir_run_pause (one);
  assert_reason (one, "b", "the run is paused");
  finish (test, "a");
  assert_running ("c");
  dex_unref (weir_run_resume (one));
  weir_test_settle (test);
  assert_running ("c");
  finish (test, "c");
  assert_running ("b");
  finish (test, "b");
  g_assert_cmpint (weir_run_get_status (one), ==, WEIR_RUN_SUCCEEDED);
}

static void
test_a_retry_waits_like_others (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = NULL;

  set_limits (test, "{\"workers\": 1}");
  run = weir_test_play (
    test,
    "weir: 1\nname: One\nblocks:\n  a: { kind: test.wait, retry: { attempts: 2, first: 1s, jitter: 0 } }\n"
    "  b: { kind: test.wait, priority: low }\n",
    NULL);
  weir_test_break ("a", "net.timeout");
  weir_test_settle (test);
  assert_running ("b");
  assert_reason (run, "a", "attempt 2 in 1.0 s");
  weir_clock_advance (test->clock, 1000);
  weir_test_settle (test);
  assert_reason (run, "a", "waits for one of 1 workers (1 in use)");
  finish (test, "b");
  assert_running ("a");
  finish (test, "a");
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  weir_test_check_fold (test, run);
}

/* ── settings ───────────────────────────────────────────────────────────────────────────── */

static void
test_limits_are_kept (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirValue) limits = NULL;
  g_autofree char *text = NULL;

  set_limits (test,
              "{\"workers\": 3, \"ageing\": 1000, \"pools\": {\"gpu\": 2, \"lab\": {\"slots\": 4, \"reserved\": 1}},"
              " \"rates\": {\"api.example.com\": \"10/s\"}, \"memory\": 1000000000, \"programs\": 5}");
  weir_test_reopen (test);
  set_limits (test, "{\"pools\": {\"cpu\": 3, \"network\": null}, \"programs\": 6}");
  limits = weir_engine_dup_limits (test->engine);
  text = weir_json_write (limits, 0, NULL);
  g_assert_cmpstr (
    text, ==,
    "{\"workers\":3,\"steps_per_run\":0,\"runs_per_workflow\":0,\"programs\":6,\"queue\":1000,\"memory\":1000000000,"
    "\"ageing\":1000,\"pools\":{\"cpu\":{\"slots\":3,\"reserved\":0},\"gpu\":{\"slots\":2,\"reserved\":0},"
    "\"lab\":{\"slots\":4,\"reserved\":1},\"network\":{\"slots\":32,\"reserved\":0}},"
    "\"rates\":{\"api.example.com\":{\"count\":10,\"per\":1000,\"burst\":10}}}");
}

static void
test_wrong_limits_change_nothing (void)
{
  static const char *const wrong[] = {
    "{\"workers\": 0}", "{\"workers\": 65}", "{\"workers\": \"many\"}", "{\"walkers\": 3}", "[]", "{\"memory\": -1}",
    "{\"pools\": {\"gpu\": {\"slots\": 1, \"reserved\": 1}}}", "{\"pools\": {\"gpu\": \"two\"}}", "{\"pools\": 3}",
    "{\"rates\": {\"x\": \"fast\"}}", "{\"rates\": {\"x\": \"0/s\"}}", "{\"rates\": {\"x\": \"10/2d\"}}", "{\"rates\": {\"\": \"1/s\"}}",
    "{\"pools\": {\"a\\nb\": 2}}", "{\"pools\": {\"\\u001b[2J\": 2}}", "{\"rates\": {\"x\\u0085\": \"1/s\"}}",
  };
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirValue) before = weir_engine_dup_limits (test->engine);

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr(WeirValue) changes = weir_json_parse (wrong[i], -1, NULL);
      g_autoptr(WeirValue) after = NULL;
      g_autoptr(GError) error = NULL;

      g_assert_false (weir_engine_set_limits (test->engine, changes, &error));
      g_assert_error (error, WEIR_ERROR, WEIR_ERROR_INVALID);
      after = weir_engine_dup_limits (test->engine);
      g_assert_true (weir_value_equal (before, after));
    }
}

/* Nor may a block say one. */
static void
test_names_have_no_control_characters (void)
{
  g_autoptr(WeirWorkflow) workflow = weir_test_parse (
    "weir: 1\nname: Names\nblocks:\n  a: { kind: test.wait, pool: \"gpu\\e[2J\" }\n"
    "  b: { kind: test.wait, key: { value: 1, name: \"c\\nd\" } }\n  c: { kind: test.wait, pool: Größe 2 }\n");
  g_autoptr(GListModel) problems = weir_workflow_validate (workflow);
  g_autoptr(WeirProblem) pool = g_list_model_get_item (problems, 0);
  g_autoptr(WeirProblem) key = g_list_model_get_item (problems, 1);

  g_assert_cmpuint (g_list_model_get_n_items (problems), ==, 2);
  g_assert_cmpstr (weir_problem_get_code (pool), ==, "pool.invalid");
  g_assert_cmpstr (weir_problem_get_message (pool), ==,
                   "Expected a name without control characters, got \"gpu\\033[2J\"");
  g_assert_cmpstr (weir_problem_get_code (key), ==, "key.invalid");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/weir/limits/order/higher-goes-first", test_higher_goes_first);
  g_test_add_func ("/weir/limits/order/waiting-raises", test_waiting_raises);
  g_test_add_func ("/weir/limits/order/without-ageing-priority-is-all", test_without_ageing_priority_is_all);
  g_test_add_func ("/weir/limits/order/runs-have-priorities", test_runs_have_priorities);
  g_test_add_func ("/weir/limits/order/priority-changes-while-it-waits", test_priority_changes_while_it_waits);
  g_test_add_func ("/weir/limits/order/priority-survives-the-program", test_priority_survives_the_program);
  g_test_add_func ("/weir/limits/never/a-thousand-never-exceed", test_a_thousand_never_exceed);
  g_test_add_func ("/weir/limits/never/steps-of-a-run", test_steps_of_a_run_are_limited);
  g_test_add_func ("/weir/limits/never/pools-keep-places-for-the-urgent", test_pools_keep_places_for_the_urgent);
  g_test_add_func ("/weir/limits/never/keys-with-a-name-are-shared", test_keys_run_one_at_a_time);
  g_test_add_func ("/weir/limits/never/keys-of-one-workflow", test_keys_of_one_workflow);
  g_test_add_func ("/weir/limits/never/rates-are-exact", test_rates_are_exact);
  g_test_add_func ("/weir/limits/never/memory-holds-new-steps-back", test_memory_holds_new_steps_back);
  g_test_add_func ("/weir/limits/runs/of-a-workflow-wait", test_runs_of_a_workflow_wait);
  g_test_add_func ("/weir/limits/places/a-stopped-run-frees-its-own", test_a_stopped_run_frees_its_places);
  g_test_add_func ("/weir/limits/places/a-failed-run-leaves-nothing-behind", test_a_failed_run_leaves_nothing_behind);
  g_test_add_func ("/weir/limits/places/a-paused-run-lets-others-go", test_a_paused_run_lets_others_go);
  g_test_add_func ("/weir/limits/places/a-retry-waits-like-others", test_a_retry_waits_like_others);
  g_test_add_func ("/weir/limits/settings/are-kept", test_limits_are_kept);
  g_test_add_func ("/weir/limits/settings/names-have-no-control-characters", test_names_have_no_control_characters);
  g_test_add_func ("/weir/limits/settings/wrong-ones-change-nothing", test_wrong_limits_change_nothing);
  return g_test_run ();
}
