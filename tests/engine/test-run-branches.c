/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Branches of a container's body: one by one, over a crash, and stopped. */

#include "weir-test.h"

#include "weir-json.h"
#include "weir-registry.h"
#include "weir-run-private.h"
#include "weir-step.h"

typedef struct
{
  gboolean race;
} Branches;

static const WeirField fields[] = { WEIR_FIELD_BOOL (Branches, race), { 0 } };
static const WeirPort outputs[] = { { .name = "value" }, { 0 } };
static const WeirExample examples[] = { { .title = "x", .config = "{}" }, { 0 } };

/* Side by side until the first is over, then the others are stopped. */
static gboolean
run_race (WeirStep *step, char **names, GError **error)
{
  g_autoptr(DexFuture) first = weir_step_run_branch (step, names[0], names[0], NULL);
  g_autoptr(DexFuture) second = weir_step_run_branch (step, names[1], names[1], NULL);
  WeirValue *result;

  dex_await (dex_future_first (dex_ref (first), dex_ref (second), NULL), NULL);
  for (guint i = 0; names[i] != NULL; i++)
    weir_step_stop_body (step, names[i], FALSE);
  dex_await (dex_future_all (dex_ref (first), dex_ref (second), NULL), NULL);
  result = dex_await_boxed (dex_ref (dex_future_is_resolved (first) ? first : second), error);
  if (result != NULL)
    weir_step_emit_take (step, "value", result);
  return result != NULL;
}

static gboolean
branches_fiber (gpointer settings, WeirStep *step, GError **error)
{
  Branches *self = settings;
  g_auto(GStrv) names = weir_step_list_branches (step);
  WeirBuilder *results;

  if (self->race)
    return run_race (step, names, error);
  results = weir_record_builder_new (2);
  for (guint i = 0; names[i] != NULL; i++)
    {
      WeirValue *result = dex_await_boxed (weir_step_run_branch (step, names[i], names[i], NULL), error);

      if (result == NULL)
        {
          weir_builder_free (results);
          return FALSE;
        }
      weir_builder_set_take (results, names[i], result);
    }
  weir_step_emit_take (step, "value", weir_builder_end (results));
  return TRUE;
}

static DexFuture *
branches_run (gpointer settings, WeirStep *step)
{
  return weir_step_spawn (step, settings, branches_fiber);
}

static const WeirBlockKind kind_branches = {
  .id = "test.branches", .version = 1, .title = "Branches", .summary = "For tests", .category = "Test",
  .outputs = outputs, .fields = fields, .settings_size = sizeof (Branches), .examples = examples,
  .has_body = TRUE, .run = branches_run
};

#define BODY(config) \
  "weir: 1\nname: Branches\nblocks:\n  it:\n    kind: test.branches\n    config: " config "\n    body:\n      blocks:\n" \
  "        a: { kind: test.wait }\n        b: { kind: test.wait, config: { give: 2 } }\n" \
  "        a2: { kind: test.pass }\n        b2: { kind: test.pass }\n" \
  "      links:\n        - a.value -> a2.value\n        - b.value -> b2.value\n"

static void
test_only_the_branch_runs (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (test, BODY ("{}"), NULL);
  g_autofree char *wait = NULL;
  g_autofree char *result = NULL;

  g_assert_cmpuint (weir_test_n_waiting (NULL), ==, 1);
  wait = weir_run_state_explain_wait (weir_run_get_state (run), 1, "b2");
  g_assert_cmpstr (wait, ==, NULL);
  weir_test_check_fold (test, run);
  weir_test_finish ("a", "1");
  weir_test_settle (test);
  g_assert_cmpuint (weir_test_n_waiting ("b"), ==, 1);
  weir_test_finish ("b", NULL);
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  weir_test_check_fold (test, run);
  result = weir_json_write (weir_run_state_get_result (weir_run_get_state (run)), 0, NULL);
  g_assert_cmpstr (result, ==, "{\"a\":1,\"b\":2}");
}

static void
test_goes_on_after_a_crash (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirRun) run = weir_test_play (test, BODY ("{}"), NULL);
  g_autoptr(DexFuture) recovered = NULL;

  weir_test_finish ("a", "1");
  weir_test_settle (test);
  g_clear_object (&run);
  weir_test_reopen (test);
  recovered = weir_engine_recover_run (test->engine, 1);
  run = g_value_dup_object (weir_test_await (recovered, NULL));
  weir_test_settle (test);
  g_assert_cmpuint (weir_test_n_waiting ("a"), ==, 0);
  g_assert_cmpuint (weir_test_n_waiting ("b"), ==, 1);
  weir_test_finish ("b", NULL);
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  weir_test_check_fold (test, run);
}

static void
test_stopped_branch_lets_the_other_win (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = weir_test_play (test, BODY ("{ race: true }"), NULL);

  g_assert_cmpuint (weir_test_n_waiting (NULL), ==, 2);
  weir_test_finish ("b", NULL);
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  g_assert_cmpint (weir_value_get_int (weir_run_state_get_result (weir_run_get_state (run))), ==, 2);
  g_assert_cmpuint (weir_test_n_waiting (NULL), ==, 0);
  weir_test_check_fold (test, run);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  weir_registry_add_kind (&kind_branches);
  g_test_add_func ("/weir/run/branches/only-the-branch-runs", test_only_the_branch_runs);
  g_test_add_func ("/weir/run/branches/go-on-after-a-crash", test_goes_on_after_a_crash);
  g_test_add_func ("/weir/run/branches/stopped-one-lets-the-other-win", test_stopped_branch_lets_the_other_win);
  return g_test_run ();
}
