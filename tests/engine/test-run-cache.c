/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Results that are kept: the same kind, settings and inputs give what they gave before, without running. */

#include "weir-json.h"
#include "weir-run-private.h"
#include "weir-test.h"

#define CACHED(config, cache) \
  "weir: 1\nname: Kept\ninputs: { n: { type: int, default: 1 } }\nblocks:\n" \
  "  a: { kind: test.wait, cache: " cache ", config: { give: " config " } }\n"

/* Plays until the block a is at work, or the run has ended. */
static WeirRun *
play (WeirTest *test, const char *yaml, const char *inputs)
{
  WeirRun *run = weir_test_play (test, yaml, inputs);

  /* the store answers when it does */
  while (!weir_run_status_is_final (weir_run_get_status (run)) && weir_test_n_waiting (NULL) == 0)
    g_main_context_iteration (NULL, TRUE);
  weir_test_settle (test);
  return run;
}

static char *
result_of (WeirRun *run)
{
  return weir_json_write (weir_run_state_get_result (weir_run_get_state (run)), 0, NULL);
}

static void
play_first (WeirTest *test, const char *yaml, const char *gives)
{
  g_autoptr(WeirRun) run = play (test, yaml, NULL);

  g_assert_cmpuint (weir_test_n_waiting ("a"), ==, 1);
  weir_test_finish ("a", gives);
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
}

/* Whether a second run of @yaml runs the block. */
static void
check_runs (WeirTest *test, const char *yaml, const char *inputs)
{
  g_autoptr(WeirRun) run = play (test, yaml, inputs);

  g_assert_cmpint (weir_test_status (run, "a"), ==, WEIR_STEP_RUNNING);
  weir_test_finish ("a", "0");
  weir_test_settle (test);
  weir_test_check_fold (test, run);
}

static void
test_same_gives_the_same (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirRun) run = NULL;
  g_autoptr(DexFuture) events = NULL;
  g_autofree char *result = NULL;
  GPtrArray *list;

  play_first (test, CACHED ("5", "auto"), "42");
  run = play (test, CACHED ("5", "auto"), NULL);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  g_assert_cmpint (weir_test_status (run, "a"), ==, WEIR_STEP_CACHED);
  result = result_of (run);
  g_assert_cmpstr (result, ==, "42");
  events = weir_engine_load_events (test->engine, weir_run_get_id (run), 0);
  list = g_value_get_boxed (weir_test_await (events, NULL));
  for (guint i = 0; i < list->len; i++)
    {
      WeirEvent *event = g_ptr_array_index (list, i);

      if (event->kind != WEIR_EVENT_BLOCK_CACHED)
        continue;
      g_assert_cmpstr (weir_value_get_member_text (event->data, "how", ""), ==, "cached");
      g_assert_cmpint (weir_value_get_member_int (event->data, "source", 0), ==, 1);
    }
  weir_test_check_fold (test, run);
}

static void
test_other_settings_run (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();

  play_first (test, CACHED ("'=inputs.n'", "auto"), "42");
  check_runs (test, CACHED ("'=inputs.n'", "auto"), "{\"n\": 2}");
  check_runs (test, CACHED ("7", "auto"), NULL);
}

static void
test_other_version_of_the_kind_runs (void)
{
  static const char yaml[] = "weir: 1\nname: Own\nblocks:\n  a: { kind: test.own, cache: auto }\n";
  static WeirBlockKind own;
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();

  own = *weir_registry_find_kind ("test.wait");
  own.id = "test.own";
  weir_registry_add_kind (&own);
  play_first (test, yaml, "1");
  own.version = 2;
  check_runs (test, yaml, NULL);
}

static void
test_what_is_too_old_runs (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autofree char *db = g_build_filename (test->dir, "data", "weir.db", NULL);
  g_autoptr(WeirRun) known = NULL;
  sqlite3 *sql;

  play_first (test, CACHED ("5", "1h"), "42");
  known = play (test, CACHED ("5", "1h"), NULL);
  g_assert_cmpint (weir_test_status (known, "a"), ==, WEIR_STEP_CACHED);
  /* an hour goes by: how long it is kept is counted from below */
  g_assert_cmpint (sqlite3_open (db, &sql), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (sql, "UPDATE cache SET expires_at = expires_at + 3600000000", NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (sql);
  check_runs (test, CACHED ("5", "1h"), NULL);
}

static void
test_off_and_left_out_run (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();

  play_first (test, CACHED ("5", "auto"), "42");
  check_runs (test, CACHED ("5", "off"), NULL);
  check_runs (test, "weir: 1\nname: Kept\nblocks:\n  a: { kind: test.wait, config: { give: 5 } }\n", NULL);
}

static void
test_a_run_can_do_without (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirWorkflow) workflow = weir_test_parse (CACHED ("5", "auto"));
  g_autoptr(WeirValue) options = weir_json_parse ("{\"cache\": \"off\"}", -1, NULL);
  g_autoptr(DexFuture) played = NULL;
  WeirRun *run;

  play_first (test, CACHED ("5", "auto"), "42");
  played = weir_engine_play_with (test->engine, workflow, NULL, options);
  run = g_value_get_object (weir_test_await (played, NULL));
  weir_test_settle (test);
  g_assert_cmpint (weir_test_status (run, "a"), ==, WEIR_STEP_RUNNING);
}

static void
test_what_must_not_happen_twice_is_never_kept (void)
{
  static const char once[] = "weir: 1\nname: Once\nblocks:\n  a: { kind: test.once, cache: 1h, config: { give: 5 } }\n";
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirWorkflow) workflow = weir_test_parse (once);
  g_autoptr(GListModel) problems = weir_workflow_validate (workflow);
  g_autoptr(WeirProblem) problem = g_list_model_get_item (problems, 0);

  g_assert_nonnull (problem);
  g_assert_cmpint (weir_problem_get_severity (problem), ==, WEIR_SEVERITY_WARNING);
  play_first (test, once, "42");
  check_runs (test, once, NULL);
}

static void
test_computed_at_once_is_kept_too (void)
{
  static const char yaml[] = "weir: 1\nname: Pure\nblocks:\n  a: { kind: test.pass, cache: auto, config: { give: 5 } }\n"
                             "  b: { kind: test.pass }\nlinks:\n  - a.value -> b.value\n";
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(WeirRun) run = weir_test_play (test, yaml, NULL);
      g_autoptr(DexFuture) wait = weir_run_wait (run);

      weir_test_await (wait, NULL);
      g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
      g_assert_cmpint (weir_test_status (run, "a"), ==, i == 0 ? WEIR_STEP_SUCCEEDED : WEIR_STEP_CACHED);
      weir_test_check_fold (test, run);
    }
}

static void
test_nonsense_is_said (void)
{
  g_autoptr(WeirWorkflow) workflow = weir_test_parse (CACHED ("5", "often"));
  g_autoptr(GListModel) problems = weir_workflow_validate (workflow);
  g_autoptr(WeirProblem) problem = g_list_model_get_item (problems, 0);

  g_assert_nonnull (problem);
  g_assert_cmpint (weir_problem_get_severity (problem), ==, WEIR_SEVERITY_ERROR);
}

int
main (int argc, char **argv)
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/weir/cache/same-gives-the-same", test_same_gives_the_same);
  g_test_add_func ("/weir/cache/other-settings-run", test_other_settings_run);
  g_test_add_func ("/weir/cache/other-version-of-the-kind-runs", test_other_version_of_the_kind_runs);
  g_test_add_func ("/weir/cache/what-is-too-old-runs", test_what_is_too_old_runs);
  g_test_add_func ("/weir/cache/off-and-left-out-run", test_off_and_left_out_run);
  g_test_add_func ("/weir/cache/a-run-can-do-without", test_a_run_can_do_without);
  g_test_add_func ("/weir/cache/what-must-not-happen-twice-is-never-kept", test_what_must_not_happen_twice_is_never_kept);
  g_test_add_func ("/weir/cache/computed-at-once-is-kept-too", test_computed_at_once_is_kept_too);
  g_test_add_func ("/weir/cache/nonsense-is-said", test_nonsense_is_said);
  return g_test_run ();
}
