/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Running again: from a block, only a block, one item; fixtures; values by hand. */

#include "weir-json.h"
#include "weir-test.h"

/* b adds one to what a gives, c doubles it; w stands beside. */
static const char chain[] = "weir: 1\nname: Chain\ninputs: { n: { type: int, default: 1 } }\nblocks:\n"
                            "  a: { kind: test.pass, config: { give: \"=inputs.n\" } }\n"
                            "  b: { kind: test.pass, config: { give: \"=blocks.a.value + 1\" } }\n"
                            "  c: { kind: test.wait }\n"
                            "  d: { kind: test.pass }\n"
                            "links:\n  - a.value -> b.value\n  - b.value -> c.value\n  - c.value -> d.value\noutput: d.value\n";

static WeirRun *
await_run (WeirTest *test, DexFuture *taken, GError **error)
{
  g_autoptr(DexFuture) future = taken;
  const GValue *value = weir_test_await (future, error);
  WeirRun *run = value != NULL ? g_value_dup_object (value) : NULL;

  weir_test_settle (test);
  return run;
}

static WeirRun *
rerun (WeirTest *test, gint64 id, const char *options_json)
{
  g_autoptr(WeirValue) options = weir_json_parse (options_json, -1, NULL);
  g_autoptr(GError) error = NULL;
  WeirRun *run = await_run (test, weir_engine_rerun (test->engine, id, options), &error);

  g_assert_no_error (error);
  return run;
}

static char *
result_of (WeirRun *run)
{
  WeirValue *result = weir_run_state_get_result (weir_run_get_state (run));

  return result != NULL ? weir_json_write (result, 0, NULL) : g_strdup ("(none)");
}

static char *
plan_of (WeirTest *test, gint64 id, const char *options_json)
{
  g_autoptr(WeirValue) options = weir_json_parse (options_json, -1, NULL);
  g_autoptr(DexFuture) future = weir_engine_plan_rerun (test->engine, id, options);
  g_autoptr(GError) error = NULL;
  const GValue *value = weir_test_await (future, &error);
  g_autoptr(GString) text = g_string_new (NULL);
  WeirValue *list;

  g_assert_no_error (error);
  list = g_value_get_boxed (value);
  for (gsize i = 0; i < weir_value_get_length (list); i++)
    g_string_append_printf (text, "%s %s, ", weir_value_get_member_text (weir_value_get_item (list, i), "block", ""),
                            weir_value_get_member_text (weir_value_get_item (list, i), "decision", ""));
  return g_strdup (text->str);
}

static void
test_from_here_reuses_what_went_before (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) first = weir_test_play (test, chain, NULL);
  g_autoptr(WeirRun) again = NULL;
  g_autofree char *plan = NULL;
  g_autofree char *result = NULL;

  weir_test_break ("c", "io.other");
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (first), ==, WEIR_RUN_FAILED);
  plan = plan_of (test, 1, "{\"mode\": \"from\", \"block\": \"c\"}");
  g_assert_cmpstr (plan, ==, "a reuse, b reuse, c run, d run, ");
  again = rerun (test, 1, "{\"mode\": \"from\", \"block\": \"c\"}");
  g_assert_cmpint (weir_test_status (again, "a"), ==, WEIR_STEP_CACHED);
  g_assert_cmpint (weir_test_status (again, "b"), ==, WEIR_STEP_CACHED);
  weir_test_finish ("c", NULL);
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (again), ==, WEIR_RUN_SUCCEEDED);
  result = result_of (again);
  g_assert_cmpstr (result, ==, "2");
  weir_test_check_fold (test, again);
}

static void
test_what_gets_something_else_runs (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) first = weir_test_play (test, chain, NULL);
  g_autoptr(WeirRun) again = NULL;

  weir_test_finish ("c", NULL);
  weir_test_settle (test);
  again = rerun (test, 1, "{\"mode\": \"from\", \"block\": \"a\", \"inputs\": {\"n\": 5}}");
  g_assert_cmpint (weir_test_status (again, "a"), ==, WEIR_STEP_SUCCEEDED);
  g_assert_cmpint (weir_test_status (again, "b"), ==, WEIR_STEP_SUCCEEDED);
  weir_test_finish ("c", NULL);
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (again), ==, WEIR_RUN_SUCCEEDED);
  weir_test_check_fold (test, again);
}

static void
test_only_this_leaves_the_rest_out (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) first = weir_test_play (test, chain, NULL);
  g_autoptr(WeirRun) again = NULL;

  weir_test_finish ("c", NULL);
  weir_test_settle (test);
  again = rerun (test, 1, "{\"mode\": \"only\", \"block\": \"c\"}");
  weir_test_finish ("c", NULL);
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (again), ==, WEIR_RUN_SUCCEEDED);
  g_assert_cmpint (weir_test_status (again, "b"), ==, WEIR_STEP_CACHED);
  g_assert_cmpint (weir_test_status (again, "c"), ==, WEIR_STEP_SUCCEEDED);
  g_assert_cmpint (weir_test_status (again, "d"), ==, WEIR_STEP_SKIPPED);
  weir_test_check_fold (test, again);
}

static void
test_value_by_hand_replaces_what_came (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) first = weir_test_play (test, chain, NULL);
  g_autoptr(WeirRun) again = NULL;
  g_autoptr(WeirRun) known = NULL;
  g_autofree char *result = NULL;
  g_autofree char *other = NULL;

  weir_test_break ("c", "io.other");
  weir_test_settle (test);
  again = rerun (test, 1, "{\"mode\": \"from\", \"block\": \"c\", \"set\": {\"c\": {\"inputs\": {\"value\": 40}}}}");
  weir_test_finish ("c", NULL);
  weir_test_settle (test);
  result = result_of (again);
  g_assert_cmpstr (result, ==, "40");
  weir_test_check_fold (test, again);
  known = rerun (test, 1, "{\"mode\": \"from\", \"block\": \"c\", \"set\": {\"c\": {\"outputs\": {\"value\": 7}}}}");
  g_assert_cmpint (weir_run_get_status (known), ==, WEIR_RUN_SUCCEEDED);
  other = result_of (known);
  g_assert_cmpstr (other, ==, "7");
}

static void
test_wrong_options_are_refused (void)
{
  static const char *const wrong[] = {
    "{\"mode\": \"sideways\"}", "{\"mode\": \"from\"}", "{\"mode\": \"from\", \"block\": \"nobody\"}",
    "{\"set\": {\"nobody\": {\"inputs\": {}}}}", "{\"set\": {\"c\": {\"inputs\": {\"nothing\": 1}}}}", "{\"fixture\": \"none\"}",
  };
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) first = weir_test_play (test, chain, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr(WeirValue) options = weir_json_parse (wrong[i], -1, NULL);
      g_autoptr(GError) error = NULL;

      g_assert_null (await_run (test, weir_engine_rerun (test->engine, 1, options), &error));
      g_assert_nonnull (error);
    }
}

static void
test_fixture_answers_in_place_of_a_block (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) first = weir_test_play (test, chain, NULL);
  g_autoptr(WeirValue) blocks = weir_json_parse ("[\"c\"]", -1, NULL);
  g_autoptr(WeirValue) options = weir_json_parse ("{\"fixture\": \"happy\"}", -1, NULL);
  g_autoptr(DexFuture) saved = NULL;
  g_autoptr(WeirRun) run = NULL;
  g_autofree char *result = NULL;
  g_autoptr(GError) error = NULL;

  weir_test_finish ("c", "99");
  weir_test_settle (test);
  saved = weir_engine_save_fixture (test->engine, 1, "happy", blocks);
  weir_test_await (saved, &error);
  g_assert_no_error (error);
  run = await_run (test, weir_engine_play_with (test->engine, weir_run_get_workflow (first), NULL, options), &error);
  g_assert_no_error (error);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  g_assert_cmpint (weir_test_status (run, "c"), ==, WEIR_STEP_PINNED);
  result = result_of (run);
  g_assert_cmpstr (result, ==, "99");
  weir_test_check_fold (test, run);
}

static void
test_one_item_runs_again (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) first = weir_test_play (test, "weir: 1\nname: Items\nblocks:\n  l: { kind: test.pass, config: { give: \"=[1, 2, 3]\" } }\n"
                                                   "  e:\n    kind: test.each\n    body:\n      blocks:\n        w: { kind: test.wait }\n"
                                                   "links:\n  - l.value -> e.value\n", NULL);
  g_autoptr(WeirRun) again = NULL;
  g_autofree char *result = NULL;

  for (guint i = 0; i < 3; i++)
    {
      weir_test_finish ("w", "10");
      weir_test_settle (test);
    }
  g_assert_cmpint (weir_run_get_status (first), ==, WEIR_RUN_SUCCEEDED);
  again = rerun (test, 1, "{\"mode\": \"from\", \"block\": \"e[1]\"}");
  g_assert_cmpuint (weir_test_n_waiting ("w"), ==, 1);
  weir_test_finish ("w", "20");
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (again), ==, WEIR_RUN_SUCCEEDED);
  result = result_of (again);
  g_assert_cmpstr (result, ==, "[10,20,10]");
  weir_test_check_fold (test, again);
}

static void
test_rerun_goes_on_after_a_restart (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirRun) first = weir_test_play (test, "weir: 1\nname: Two\nblocks:\n  a: { kind: test.wait }\n  b: { kind: test.wait }\n"
                                                   "  c: { kind: test.wait }\nlinks:\n  - a.value -> b.value\n  - b.value -> c.value\n", NULL);
  g_autoptr(WeirRun) again = NULL;
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i < 3; i++)
    {
      weir_test_finish ((const char *[]) { "a", "b", "c" }[i], "1");
      weir_test_settle (test);
    }
  again = rerun (test, 1, "{\"mode\": \"from\", \"block\": \"b\", \"set\": {\"c\": {\"outputs\": {\"value\": 8}}}}");
  g_assert_cmpuint (weir_test_n_waiting ("b"), ==, 1);
  g_clear_object (&again);
  g_clear_object (&first);
  weir_test_reopen (test);
  again = await_run (test, weir_engine_recover_run (test->engine, 2), &error);
  g_assert_no_error (error);
  weir_test_finish ("b", "3");
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (again), ==, WEIR_RUN_SUCCEEDED);
  g_assert_cmpint (weir_test_status (again, "c"), ==, WEIR_STEP_CACHED);
  weir_test_check_fold (test, again);
}

static void
test_value_of_a_paused_run_is_replaced (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (test, "weir: 1\nname: Pause\nblocks:\n  a: { kind: test.wait }\n  b: { kind: test.pass }\n"
                                                 "links:\n  - a.value -> b.value\n", NULL);
  g_autoptr(DexFuture) paused = weir_run_pause (run);
  g_autoptr(DexFuture) resumed = NULL;
  g_autoptr(WeirValue) value = weir_value_new_text ("by hand");
  g_autofree char *result = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_false (weir_run_override (run, 0, "b", "value", value, "me", &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE);
  g_clear_error (&error);
  weir_test_finish ("a", "1");
  weir_test_settle (test);
  g_assert_false (weir_run_override (run, 0, "b", "nothing", value, "me", &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_true (weir_run_override (run, 0, "b", "value", value, "me", &error));
  resumed = weir_run_resume (run);
  weir_test_settle (test);
  result = result_of (run);
  g_assert_cmpstr (result, ==, "\"by hand\"");
  weir_test_check_fold (test, run);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/weir/rerun/from-here", test_from_here_reuses_what_went_before);
  g_test_add_func ("/weir/rerun/other-inputs", test_what_gets_something_else_runs);
  g_test_add_func ("/weir/rerun/only-this", test_only_this_leaves_the_rest_out);
  g_test_add_func ("/weir/rerun/value-by-hand", test_value_by_hand_replaces_what_came);
  g_test_add_func ("/weir/rerun/wrong-options", test_wrong_options_are_refused);
  g_test_add_func ("/weir/rerun/fixture", test_fixture_answers_in_place_of_a_block);
  g_test_add_func ("/weir/rerun/one-item", test_one_item_runs_again);
  g_test_add_func ("/weir/rerun/restart", test_rerun_goes_on_after_a_restart);
  g_test_add_func ("/weir/rerun/paused-value", test_value_of_a_paused_run_is_replaced);
  return g_test_run ();
}
