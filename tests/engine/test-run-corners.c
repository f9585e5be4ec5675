/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Corners of the executor that runs made by chance came to: see test-run-random.c. */

#include "weir-run-private.h"
#include "weir-test.h"

static void
test_run_goes_on_behind_a_loop_that_is_used_up (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (
    test,
    "weir: 1\nname: Loop\nmax_iterations: 2\nblocks:\n  a: { kind: test.wait }\n"
    "  b: { kind: test.wait }\nlinks:\n  - a.value -> a.value\n  - a.error -> b.value\n",
    NULL);

  for (guint i = 0; i < 2; i++)
    {
      weir_test_finish ("a", "1");
      weir_test_settle (test);
    }
  g_assert_cmpuint (weir_test_n_waiting ("b"), ==, 1);
  weir_test_finish ("b", "1");
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  weir_test_check_fold (test, run);
}

/* What hears nothing keeps nobody else. */
static void
test_nothing_is_left_of_a_container_that_was_given_up (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (
    test,
    "weir: 1\nname: Deaf\nblocks:\n  l: { kind: test.pass, config: { give: [1] } }\n"
    "  e:\n    kind: test.each\n    timeout: 1s\n    body:\n      blocks:\n"
    "        l2: { kind: test.pass, config: { give: [1] } }\n"
    "        i:\n          kind: test.each\n          body: { blocks: { d: { kind: test.deaf } } }\n"
    "      links:\n        - l2.value -> i.value\nlinks:\n  - l.value -> e.value\n",
    NULL);

  for (guint i = 0; i < 2; i++)
    {
      weir_clock_advance (test->clock, 7000);
      weir_test_settle (test);
    }
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_FAILED);
  weir_test_check_fold (test, run);
  g_assert_cmpuint (run->n_runtimes, ==, 1);
  weir_test_finish ("d", "1");
  weir_test_settle (test);
  g_assert_cmpuint (run->n_runtimes, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/weir/run/corners/run-goes-on-behind-a-loop-that-is-used-up",
                   test_run_goes_on_behind_a_loop_that_is_used_up);
  g_test_add_func ("/weir/run/corners/nothing-is-left-of-a-container-that-was-given-up",
                   test_nothing_is_left_of_a_container_that_was_given_up);
  return g_test_run ();
}
