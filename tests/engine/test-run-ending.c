/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Runs that one of their blocks ends, and what their handlers do then. */

#include "weir-test.h"

#include "weir-json.h"
#include "weir-registry.h"
#include "weir-run-private.h"
#include "weir-step.h"

typedef struct
{
  char *status;
} End;

static const WeirField fields[] = { WEIR_FIELD_TEXT (End, status, .initial_text = "succeeded"), { 0 } };
static const WeirPort ports[] = { { .name = "value" }, { 0 } };
static const WeirExample examples[] = { { .title = "x", .config = "{}" }, { 0 } };

static gboolean
end_eval (gpointer settings, WeirStep *step, GError **error)
{
  End *self = settings;
  gboolean failed = g_str_equal (self->status, "failed");
  g_autoptr(WeirValue) value = failed ? weir_value_new_error ("flow.asserted", "Ended", NULL) : weir_value_new_int (7);

  weir_step_end_run (step, self->status, 3, value);
  return TRUE;
}

static DexFuture *
handler_run (gpointer settings, WeirStep *step)
{
  WeirValue *ended = weir_step_get_input (step, "run");
  const char *name = "ended";
  g_autoptr(WeirValue) locals = weir_value_new_record (&name, &ended, 1);

  return weir_step_run_body (step, "0", locals);
}

static const WeirBlockKind kind_end = {
  .id = "test.end", .version = 1, .title = "End", .summary = "For tests", .category = "Test", .inputs = ports,
  .fields = fields, .settings_size = sizeof (End), .examples = examples, .eval = end_eval
};

static const WeirBlockKind kind_handler = {
  .id = "test.handler", .version = 1, .title = "Handler", .summary = "For tests", .category = "Test",
  .examples = examples, .has_body = TRUE, .at_end = TRUE, .run = handler_run
};

#define HANDLER \
  "  h:\n    kind: test.handler\n    body: { blocks: { w: { kind: test.wait, config: { give: \"=ended\" } } } }\n"
#define PLAIN "weir: 1\nname: Plain\nblocks:\n  a: { kind: test.wait, config: { give: 5 } }\n" HANDLER

static WeirValue *
handled (WeirRun *run)
{
  const WeirStepInfo *step = weir_run_state_find_step (weir_run_get_state (run), 1, "w");

  return step != NULL && step->outputs != NULL ? weir_value_find_member (step->outputs, "value") : NULL;
}

static void
finish_handler (WeirTest *test)
{
  weir_test_settle (test);
  g_assert_cmpuint (weir_test_n_waiting ("w"), ==, 1);
  weir_test_finish ("w", NULL);
  weir_test_settle (test);
}

static void
test_block_ends_the_run (void)
{
  static const char *const names[] = { "succeeded", "failed", "cancelled" };
  static const WeirRunStatus statuses[] = { WEIR_RUN_SUCCEEDED, WEIR_RUN_FAILED, WEIR_RUN_CANCELLED };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr(WeirTest) test = weir_test_new ();
      g_autofree char *yaml = g_strdup_printf (
        "weir: 1\nname: End\nblocks:\n  long: { kind: test.wait }\n  list: { kind: test.pass, config: { give: [1] } }\n"
        "  each:\n    kind: test.each\n    body: { blocks: { end: { kind: test.end, config: { status: %s } }, "
        "other: { kind: test.wait } } }\n"
        "links:\n  - list.value -> each.value\n", names[i]);
      g_autoptr(WeirRun) run = weir_test_play (test, yaml, NULL);

      g_assert_cmpint (weir_run_get_status (run), ==, (int) statuses[i]);
      g_assert_cmpint (weir_run_state_get_exit_code (weir_run_get_state (run)), ==, 3);
      g_assert_cmpint (weir_test_status (run, "long"), ==, WEIR_STEP_CANCELLED);
      g_assert_cmpuint (weir_test_n_waiting (NULL), ==, 0);
      if (i == 0)
        g_assert_cmpint (weir_value_get_int (weir_run_state_get_result (weir_run_get_state (run))), ==, 7);
      weir_test_check_fold (test, run);
    }
}

static void
test_handler_runs_once_after_success (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (test, PLAIN, NULL);

  g_assert_cmpuint (weir_test_n_waiting ("w"), ==, 0);
  weir_test_finish ("a", NULL);
  finish_handler (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  g_assert_cmpint (weir_value_get_int (weir_run_state_get_result (weir_run_get_state (run))), ==, 5);
  g_assert_cmpstr (weir_value_get_member_text (handled (run), "status", NULL), ==, "succeeded");
  g_assert_cmpuint (weir_test_count (run, "h/w"), ==, 1);
  weir_test_check_fold (test, run);
}

static void
test_handler_runs_after_a_failure (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (
    test, "weir: 1\nname: Plain\nblocks:\n  a: { kind: test.wait }\n  join: { kind: test.pass }\n  b: { kind: test.wait }\n" HANDLER
    "links:\n  - a.value -> join.value\n  - b.value -> join.other\n", NULL);

  weir_test_finish ("b", "1");
  weir_test_break ("a", "data.schema");
  finish_handler (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_FAILED);
  g_assert_cmpstr (weir_value_get_member_text (handled (run), "status", NULL), ==, "failed");
  g_assert_cmpstr (weir_value_get_member_text (handled (run), "block", NULL), ==, "a");
  g_assert_cmpint (weir_test_status (run, "join"), ==, WEIR_STEP_PENDING);
  g_assert_cmpstr (weir_value_get_member_text (weir_run_state_get_error (weir_run_get_state (run)), "class", NULL), ==,
                   "data.schema");
  weir_test_check_fold (test, run);
}

static void
test_handler_runs_when_the_run_is_stopped (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (test, PLAIN, NULL);
  g_autoptr(DexFuture) stopped = weir_run_stop (run);

  finish_handler (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_CANCELLED);
  g_assert_cmpstr (weir_value_get_member_text (handled (run), "status", NULL), ==, "cancelled");
  weir_test_check_fold (test, run);
}

static void
test_force_stop_does_not_wait_for_handlers (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (test, PLAIN, NULL);
  g_autoptr(DexFuture) stopped = weir_run_stop (run);
  g_autoptr(DexFuture) forced = NULL;

  weir_test_settle (test);
  g_assert_cmpuint (weir_test_n_waiting ("w"), ==, 1);
  forced = weir_run_force_stop (run);
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_INTERRUPTED);
  g_assert_cmpuint (weir_test_n_waiting (NULL), ==, 0);
  weir_test_check_fold (test, run);
}

static void
test_failing_handler_fails_the_run (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (test, PLAIN, NULL);

  weir_test_finish ("a", NULL);
  weir_test_settle (test);
  weir_test_break ("w", "data.schema");
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_FAILED);
  weir_test_check_fold (test, run);
}

static void
check_recovery (gboolean stop)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirRun) run = weir_test_play (test, PLAIN, NULL);
  g_autoptr(DexFuture) recovered = NULL;

  if (stop)
    {
      g_autoptr(DexFuture) stopped = weir_run_stop (run);

      weir_test_settle (test);
    }
  else
    weir_test_finish ("a", NULL);
  weir_test_settle (test);
  g_assert_cmpuint (weir_test_n_waiting ("w"), ==, 1);
  g_clear_object (&run);
  weir_test_reopen (test);
  recovered = weir_engine_recover_run (test->engine, 1);
  run = g_value_dup_object (weir_test_await (recovered, NULL));
  finish_handler (test);
  g_assert_cmpint (weir_run_get_status (run), ==, stop ? WEIR_RUN_CANCELLED : WEIR_RUN_SUCCEEDED);
  g_assert_cmpuint (weir_test_n_waiting (NULL), ==, 0);
  weir_test_check_fold (test, run);
}

static void
test_handler_goes_on_after_a_crash (void)
{
  check_recovery (FALSE);
  check_recovery (TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  weir_registry_add_kind (&kind_end);
  weir_registry_add_kind (&kind_handler);
  g_test_add_func ("/weir/run/ending/by-a-block", test_block_ends_the_run);
  g_test_add_func ("/weir/run/ending/handler-runs-once-after-success", test_handler_runs_once_after_success);
  g_test_add_func ("/weir/run/ending/handler-runs-after-a-failure", test_handler_runs_after_a_failure);
  g_test_add_func ("/weir/run/ending/handler-runs-when-stopped", test_handler_runs_when_the_run_is_stopped);
  g_test_add_func ("/weir/run/ending/force-does-not-wait-for-handlers", test_force_stop_does_not_wait_for_handlers);
  g_test_add_func ("/weir/run/ending/failing-handler-fails-the-run", test_failing_handler_fails_the_run);
  g_test_add_func ("/weir/run/ending/handler-goes-on-after-a-crash", test_handler_goes_on_after_a_crash);
  return g_test_run ();
}
