/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Kinds that route and wait, over the end of the program, on a clock turned by hand. */

#include "weir-test.h"

#include "weir-json.h"
#include "weir-run-private.h"

/* NULL when the run had ended. */
static WeirRun *
restart (WeirTest *test)
{
  g_autoptr(DexFuture) recovered = NULL;
  const GValue *value;

  weir_test_reopen (test);
  recovered = weir_engine_recover_run (test->engine, 1);
  value = weir_test_await (recovered, NULL);
  return value != NULL ? g_value_dup_object (value) : NULL;
}

static char *
wait_for_result (WeirTest *test, WeirRun *run)
{
  g_autoptr(DexFuture) wait = weir_run_wait (run);
  g_autoptr(GError) error = NULL;
  const GValue *value = weir_test_await (wait, &error);

  weir_test_check_fold (test, run);
  return value != NULL ? weir_json_write (g_value_get_boxed (value), 0, NULL) : g_strdup (weir_error_get_class (error));
}

static void
test_retry_counts_its_tries_over_a_restart (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirRun) run = weir_test_play (
    test, "weir: 1\nname: Tries\nblocks:\n  it:\n    kind: flow.retry\n    config: { attempts: 2, first: 1, jitter: 0, classes: '*' }\n"
          "    body:\n      blocks:\n        w: { kind: test.wait, config: { give: '=attempt' } }\n", NULL);
  g_autofree char *result = NULL;

  weir_test_break ("w", "net.reset");
  weir_test_settle (test);
  weir_clock_advance (test->clock, 10);
  weir_test_settle (test);
  g_assert_cmpuint (weir_test_n_waiting ("w"), ==, 1);
  g_clear_object (&run);
  run = restart (test);
  weir_test_settle (test);
  weir_clock_advance (test->clock, 10);
  weir_test_settle (test);
  weir_test_break ("w", "net.reset");
  result = wait_for_result (test, run);
  g_assert_cmpstr (result, ==, "net.reset");
  g_assert_cmpuint (weir_test_n_waiting ("w"), ==, 0);
}

/* What was cut off while it was being undone is undone to its end, and is not done a second time. */
static void
test_undo_of_a_scope_goes_on_after_a_restart (void)
{
  for (guint turns = 0; turns < 40; turns += 3)
    {
      g_autoptr(WeirTest) test = weir_test_new_on_disk ();
      g_autofree char *path = g_build_filename (test->dir, "half", NULL);
      g_autofree char *yaml = g_strdup_printf (
        "weir: 1\nname: Half\nblocks:\n  it:\n    kind: flow.try\n    config: { undo_on_catch: scope }\n    body:\n      blocks:\n"
        "        p: { kind: test.pass, config: { give: x } }\n        w: { kind: test.write, config: { port: %s } }\n"
        "        bad: { kind: test.wait }\n      links:\n        - p.value -> w.value\n        - w.value -> bad.value\n"
        "  one: { kind: test.pass, config: { give: 1 } }\n  end: { kind: test.pass, config: { give: 5 } }\n"
        "links:\n  - one.value -> it.value\n  - it.catch -> end.value\n", path);
      g_autoptr(WeirRun) run = NULL;
      g_autoptr(DexFuture) listed = NULL;
      g_autofree char *result = NULL;
      GPtrArray *effects;

      run = weir_test_play (test, yaml, NULL);
      while (weir_test_n_waiting ("bad") == 0)
        g_main_context_iteration (NULL, TRUE);
      g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
      weir_test_break ("bad", "data.schema");
      for (guint i = 0; i < turns; i++)
        g_main_context_iteration (NULL, FALSE);
      g_clear_object (&run);
      run = restart (test);
      if (run != NULL)
        result = wait_for_result (test, run);
      listed = weir_engine_list_effects (test->engine, 1);
      effects = g_value_get_boxed (weir_test_await (listed, NULL));
      g_assert_cmpuint (effects->len, ==, 1);
      g_assert_cmpint (((WeirEffect *) effects->pdata[0])->state, ==, WEIR_EFFECT_UNDONE);
      g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
      g_assert_true (run == NULL || g_strcmp0 (result, "5") == 0);
    }
}

/* Also where the inner one is in another container, or in one that goes over items. */
static void
test_lock_within_a_lock_of_the_same_name (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  const char *yaml = "weir: 1\nname: Nested\nblocks:\n  outer:\n    kind: flow.lock\n    config: { name: printer }\n    body:\n      blocks:\n"
                     "        each:\n          kind: flow.foreach\n          config: { items: [1, 2], concurrency: 2 }\n          body:\n            blocks:\n"
                     "              inner:\n                kind: flow.lock\n                config: { name: printer }\n                body:\n"
                     "                  blocks:\n                    w: { kind: test.wait, config: { give: '=item' } }\n";
  g_autoptr(WeirRun) run = weir_test_play (test, yaml, NULL);
  g_autoptr(WeirRun) other = weir_test_play (test, "weir: 1\nname: Other\nblocks:\n  outer:\n    kind: flow.lock\n"
                                                   "    config: { name: printer }\n    body:\n      blocks:\n        x: { kind: test.wait }\n",
                                             NULL);
  g_autofree char *result = NULL;

  g_assert_cmpuint (weir_test_n_waiting ("w"), ==, 2);
  g_assert_cmpuint (weir_test_n_waiting ("x"), ==, 0);
  weir_test_finish ("w", NULL);
  weir_test_settle (test);
  /* the inner one gives back nothing that the outer one took */
  g_assert_cmpuint (weir_test_n_waiting ("x"), ==, 0);
  weir_test_finish ("w", NULL);
  weir_test_settle (test);
  result = wait_for_result (test, run);
  g_assert_cmpstr (result, ==, "[1,2]");
  g_assert_cmpuint (weir_test_n_waiting ("x"), ==, 1);
}

static void
test_time_of_a_loop_goes_on_while_the_program_does_not_run (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirRun) run = weir_test_play (
    test, "weir: 1\nname: Loop\nblocks:\n  it:\n    kind: flow.while\n    config: { condition: 'true', max_time: 1h }\n    body:\n"
          "      blocks:\n        w: { kind: test.wait }\n", NULL);
  g_autofree char *result = NULL;

  weir_test_finish ("w", "1");
  weir_test_settle (test);
  weir_clock_advance (test->clock, 40 * 60 * 1000);
  g_clear_object (&run);
  run = restart (test);
  weir_test_settle (test);
  weir_test_finish ("w", "2");
  weir_test_settle (test);
  /* 40 minutes of the hour are over: there is another round, and none after 20 more */
  g_assert_cmpuint (weir_test_n_waiting ("w"), ==, 1);
  weir_clock_advance (test->clock, 20 * 60 * 1000);
  weir_test_finish ("w", "3");
  result = wait_for_result (test, run);
  g_assert_cmpstr (result, ==, "limit.timeout");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/weir/blocks/retry/counts-its-tries-over-a-restart", test_retry_counts_its_tries_over_a_restart);
  g_test_add_func ("/weir/blocks/try/goes-on-with-its-undo-after-a-restart", test_undo_of_a_scope_goes_on_after_a_restart);
  g_test_add_func ("/weir/blocks/lock/within-one-of-the-same-name", test_lock_within_a_lock_of_the_same_name);
  g_test_add_func ("/weir/blocks/while/time-goes-on-over-a-restart", test_time_of_a_loop_goes_on_while_the_program_does_not_run);
  return g_test_run ();
}
