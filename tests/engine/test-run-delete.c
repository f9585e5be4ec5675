/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Cancel and delete of a part of a run: what goes, what stays, and that it goes from the disk. */

#include "weir-bin.h"
#include "weir-json.h"
#include "weir-run-private.h"
#include "weir-test.h"

#include <string.h>

static gboolean
delete_part (WeirTest *test, gint64 run, const char *path, GError **error)
{
  g_autoptr(DexFuture) future = weir_engine_discard_part (test->engine, run, path, "somebody", "because");

  return weir_test_await (future, error) != NULL;
}

static void
assert_deleted (WeirTest *test, gint64 run, const char *path)
{
  g_autoptr(GError) error = NULL;

  delete_part (test, run, path, &error);
  g_assert_no_error (error);
}

static void
assert_refused (WeirTest *test, gint64 run, const char *path, const char *reason)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (delete_part (test, run, path, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE);
  g_assert_nonnull (strstr (error->message, reason));
}

static GPtrArray *
dup_audit (WeirTest *test)
{
  g_autoptr(DexFuture) future = weir_engine_list_audit (test->engine);

  return g_ptr_array_ref (g_value_get_boxed (weir_test_await (future, NULL)));
}

static const char each[]
  = "weir: 1\nname: Each\nblocks:\n"
    "  l: { kind: test.pass, config: { give: \"=[`left`, `right`].map (s => s + inputs.word)\" } }\n"
    "  e:\n    kind: test.each\n    body:\n      blocks:\n"
    "        w: { kind: test.wait, config: { give: \"=item + `-seen`\" } }\n"
    "  t: { kind: test.pass, config: { give: 0 } }\n"
    "inputs:\n  word: { type: text, default: hand }\n"
    "links:\n  - l.value -> e.value\n  - e.value -> t.value\n";

static WeirRun *
play_each (WeirTest *test)
{
  WeirRun *run = weir_test_play (test, each, NULL);

  weir_test_finish ("w", "\"made-of-left\"");
  weir_test_settle (test);
  weir_test_finish ("w", "\"made-of-right\"");
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  return run;
}

static WeirRunView *
open_view (WeirTest *test, gint64 run)
{
  g_autoptr(DexFuture) future = weir_run_view_open (test->engine, run);
  g_autoptr(GError) error = NULL;
  const GValue *value = weir_test_await (future, &error);

  g_assert_no_error (error);
  return g_value_dup_object (value);
}

/* Also in a view that has been open all the time. */
static void
test_no_moment_of_the_run_shows_it (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirRun) run = play_each (test);
  g_autoptr(WeirRunView) view = open_view (test, weir_run_get_id (run));
  const WeirStepInfo *step = weir_run_state_find_step (weir_run_view_get_state (view), 1, "w");
  guint64 end = weir_run_state_get_seq (weir_run_view_get_state (view));

  g_assert_nonnull (step->outputs);
  assert_deleted (test, weir_run_get_id (run), "e[0]");
  weir_test_settle (test);
  for (guint64 seq = end; seq > 0; seq--)
    {
      weir_run_view_seek (view, seq);
      step = weir_run_state_find_step (weir_run_view_get_state (view), 1, "w");
      if (step != NULL)
        g_assert_null (step->outputs);
    }
  weir_run_view_seek (view, G_MAXUINT64);
  g_assert_null (weir_run_state_find_step (weir_run_view_get_state (view), 1, "w")->outputs);
  g_assert_nonnull (weir_run_state_find_step (weir_run_view_get_state (view), 2, "w")->outputs);
}

static void
test_item_of_a_run_that_has_ended (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirRun) run = play_each (test);
  g_autoptr(WeirRunView) view = NULL;
  g_autoptr(GPtrArray) audit = NULL;
  const WeirStepInfo *step;
  WeirRunState *state;
  gint64 id = weir_run_get_id (run);

  assert_deleted (test, id, "e[0]");
  view = open_view (test, id);
  state = weir_run_view_get_state (view);
  step = weir_run_state_find_step (state, 1, "w");
  g_assert_cmpint (step->status, ==, WEIR_STEP_SUCCEEDED);
  g_assert_true (step->deleted);
  g_assert_null (step->outputs);
  g_assert_cmpint (weir_value_get_kind (weir_run_state_get_scope (state, 1)->result), ==, WEIR_VALUE_NULL);
  g_assert_null (weir_run_state_get_scope (state, 1)->locals);
  step = weir_run_state_find_step (state, 2, "w");
  g_assert_false (step->deleted);
  g_assert_cmpstr (weir_value_get_member_text (step->outputs, "value", ""), ==, "made-of-right");
  audit = dup_audit (test);
  g_assert_cmpuint (audit->len, ==, 1);
  g_assert_cmpstr (((WeirAuditRow *) audit->pdata[0])->subject, ==, "run 1, e[0]");
  g_assert_cmpstr (((WeirAuditRow *) audit->pdata[0])->actor, ==, "somebody");
}

static void
test_nothing_of_it_is_on_disk (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirRun) run = play_each (test);
  gint64 id = weir_run_get_id (run);

  /* what the container made of it is the container's, what the list gave is the list's */
  assert_deleted (test, id, "e[0]");
  g_assert_true (weir_test_disk_holds (test, "made-of-left"));
  assert_deleted (test, id, "e");
  g_assert_false (weir_test_disk_holds (test, "made-of-left"));
  g_assert_false (weir_test_disk_holds (test, "made-of-right-"));
  g_assert_true (weir_test_disk_holds (test, "lefthand"));
  assert_deleted (test, id, "l");
  g_assert_false (weir_test_disk_holds (test, "lefthand"));
}

static void
test_steps_journal_folds_the_same_after_a_restart (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirRun) run = play_each (test);
  g_autoptr(WeirRunView) before = NULL;
  g_autoptr(WeirRunView) after = NULL;
  g_autofree char *difference = NULL;
  gint64 id = weir_run_get_id (run);

  assert_deleted (test, id, "e[1]");
  assert_deleted (test, id, "l");
  before = open_view (test, id);
  g_clear_object (&run);
  weir_test_reopen (test);
  after = open_view (test, id);
  weir_run_state_equal (weir_run_view_get_state (before), weir_run_view_get_state (after), &difference);
  g_assert_cmpstr (difference, ==, NULL);
  g_assert_cmpuint (weir_run_state_get_seq (weir_run_view_get_state (after)), >, 10);
}

static void
test_item_of_a_run_that_goes_on (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirRun) run = weir_test_play (
    test,
    "weir: 1\nname: Items\nblocks:\n  l: { kind: test.pass, config: { give: \"=[1, 2]\" } }\n"
    "  e:\n    kind: test.swarm\n    body:\n      blocks:\n"
    "        p: { kind: test.pass, config: { give: \"=`secret-word`\" } }\n        w: { kind: test.wait }\n"
    "      links:\n        - p.value -> w.value\nlinks:\n  - l.value -> e.value\n",
    NULL);
  g_autofree char *result = NULL;
  gint64 id = weir_run_get_id (run);

  g_assert_cmpuint (weir_test_n_waiting ("w"), ==, 2);
  assert_refused (test, id, "l", "delete it when the run has ended");
  assert_deleted (test, id, "e[0]");
  g_assert_cmpuint (weir_test_n_waiting ("w"), ==, 1);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_RUNNING);
  g_assert_true (weir_run_state_find_step (weir_run_get_state (run), 1, "p")->deleted);
  weir_test_check_fold (test, run);
  assert_refused (test, id, "e[0]", "delete it when the run has ended");
  weir_test_finish ("w", "7");
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  result = weir_json_write (weir_run_state_get_result (weir_run_get_state (run)), 0, NULL);
  g_assert_cmpstr (result, ==, "[7]");
  assert_deleted (test, id, "e[1]");
  g_assert_false (weir_test_disk_holds (test, "secret-word\"}"));
}

static void
test_block_that_runs_is_ended_first (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirRun) run = weir_test_play (
    test, "weir: 1\nname: Two\nblocks:\n  a: { kind: test.wait, on_error: continue }\n  b: { kind: test.wait }\n",
    NULL);
  gint64 id = weir_run_get_id (run);

  assert_deleted (test, id, "a");
  g_assert_cmpint (weir_test_status (run, "a"), ==, WEIR_STEP_INTERRUPTED);
  g_assert_cmpuint (weir_test_n_waiting ("b"), ==, 1);
  weir_test_check_fold (test, run);
  weir_test_finish ("b", "1");
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  assert_refused (test, id, "", "whole run");
}

/* The container let go of its early items; the journal has them. */
static void
test_early_item_of_many (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirRun) run = weir_test_play (
    test,
    "weir: 1\nname: Many\nblocks:\n"
    "  l: { kind: test.pass, config: { give: \"=Array.from ({ length: 300 }, (x, i) => i)\" } }\n"
    "  e:\n    kind: test.each\n    body:\n      blocks:\n"
    "        q: { kind: test.pass, config: { give: \"=`number-` + item + `-of-many`\" } }\n"
    "        p: { kind: test.pass, config: { give: 1 } }\n      links:\n        - q.value -> p.value\n"
    "links:\n  - l.value -> e.value\n",
    NULL);
  gint64 id = weir_run_get_id (run);
  g_autoptr(GError) error = NULL;

  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  assert_deleted (test, id, "e[3]");
  g_assert_false (weir_test_disk_holds (test, "number-3-of-many"));
  g_assert_true (weir_test_disk_holds (test, "number-4-of-many"));
  assert_deleted (test, id, "e");
  g_assert_false (weir_test_disk_holds (test, "0-of-many"));
  g_assert_false (delete_part (test, id, "e[300]", &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND);
}

static void
test_undo_records_go_and_lines_leave_no_gap (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autofree char *yaml = g_strdup_printf (
    "weir: 1\nname: Write\nblocks:\n  w: { kind: test.pass, config: { give: 1 } }\n"
    "  a: { kind: test.write, config: { port: \"%s/a.txt\" } }\n  b: { kind: test.write, config: { port: \"%s/b.txt\" "
    "} }\n"
    "links:\n  - w.value -> a.value\n  - a.value -> b.value\n",
    test->dir, test->dir);
  g_autofree char *path = g_build_filename (test->dir, "a.txt", NULL);
  g_autoptr(DexFuture) measured = NULL;
  g_autoptr(DexFuture) planned = NULL;
  g_autoptr(WeirRunView) view = NULL;
  g_autoptr(GError) error = NULL;
  WeirFootprint *footprint;
  WeirUndoPlan *plan;
  WeirRun *run;

  g_file_set_contents (path, "what-was-there-before", -1, NULL);
  run = weir_test_play (test, yaml, NULL);
  while (weir_run_get_status (run) != WEIR_RUN_SUCCEEDED)
    {
      g_assert_cmpint (weir_run_get_status (run), <, WEIR_RUN_FAILED);
      g_main_context_iteration (NULL, TRUE);
    }
  weir_test_settle (test);
  measured = weir_engine_measure_part (test->engine, 1, "a");
  footprint = g_value_get_boxed (weir_test_await (measured, &error));
  g_assert_no_error (error);
  g_assert_cmpint (footprint->n_steps, ==, 1);
  g_assert_cmpint (footprint->n_effects, ==, 1);
  g_assert_true (weir_test_disk_holds (test, "d2hhdC13YXMtdGhlcmUtYmVmb3Jl"));
  assert_deleted (test, 1, "a");
  g_assert_false (weir_test_disk_holds (test, "d2hhdC13YXMtdGhlcmUtYmVmb3Jl"));
  planned = weir_engine_plan_undo (test->engine, 1, NULL);
  plan = g_value_get_boxed (weir_test_await (planned, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (plan->items->len, ==, 1);
  view = open_view (test, 1);
  g_assert_cmpint (weir_run_state_get_status (weir_run_view_get_state (view)), ==, WEIR_RUN_SUCCEEDED);
  g_object_unref (run);
}

/* A claim that nobody came to carry out before the program ended. */
static void
test_what_was_cut_off_goes_later (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirRun) run = play_each (test);
  g_autoptr(DexFuture) purged = NULL;
  g_autoptr(GError) error = NULL;

  weir_batch_delete_part (weir_engine_get_batch (test->engine), weir_run_get_id (run), 0, "e", "e", TRUE);
  weir_test_settle (test);
  g_clear_object (&run);
  weir_test_reopen (test);
  purged = weir_engine_purge (test->engine);
  weir_test_await (purged, &error);
  g_assert_no_error (error);
  g_assert_false (weir_test_disk_holds (test, "made-of-left"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/weir/run/delete/item-of-a-run-that-has-ended", test_item_of_a_run_that_has_ended);
  g_test_add_func ("/weir/run/delete/no-moment-of-the-run-shows-it", test_no_moment_of_the_run_shows_it);
  g_test_add_func ("/weir/run/delete/nothing-of-it-is-on-disk", test_nothing_of_it_is_on_disk);
  g_test_add_func ("/weir/run/delete/journal-folds-the-same-after-a-restart",
                   test_steps_journal_folds_the_same_after_a_restart);
  g_test_add_func ("/weir/run/delete/item-of-a-run-that-goes-on", test_item_of_a_run_that_goes_on);
  g_test_add_func ("/weir/run/delete/block-that-runs-is-ended-first", test_block_that_runs_is_ended_first);
  g_test_add_func ("/weir/run/delete/early-item-of-many", test_early_item_of_many);
  g_test_add_func ("/weir/run/delete/undo-records-go-and-lines-leave-no-gap",
                   test_undo_records_go_and_lines_leave_no_gap);
  g_test_add_func ("/weir/run/delete/what-was-cut-off-goes-later", test_what_was_cut_off_goes_later);
  return g_test_run ();
}
