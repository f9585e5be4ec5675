/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Parts of runs in what was recently deleted: items and blocks are hidden and stay, come back, and go when their time has come. */

#include "weir-bin.h"
#include "weir-json.h"
#include "weir-run-private.h"
#include "weir-run-swarm.h"
#include "weir-store-private.h"
#include "weir-test.h"

#include <string.h>

/* ── the clock of the store ──────────────────────────────────────────────────────────────── */

static GMutex moment_lock;
static WeirStoreMoment moment;

static void
read_moment (WeirStoreMoment *now, gpointer user_data)
{
  g_mutex_lock (&moment_lock);
  *now = moment;
  g_mutex_unlock (&moment_lock);
}

static void
use_moments (WeirTest *test)
{
  moment = (WeirStoreMoment) { .utc = g_get_real_time (), .boottime = G_TIME_SPAN_HOUR, .boot = "a" };
  weir_store_set_moment_func (test->engine->store, read_moment, NULL);
}

/* @utc: what the clock on the wall says has passed; @passed: what has. */
static void
let_pass (gint64 utc, gint64 passed)
{
  g_mutex_lock (&moment_lock);
  moment.utc += utc;
  moment.boottime += passed;
  g_mutex_unlock (&moment_lock);
}

/* ── helpers ─────────────────────────────────────────────────────────────────────────────── */

static void
assert_done (DexFuture *future)
{
  g_autoptr(DexFuture) owned = future;
  g_autoptr(GError) error = NULL;

  weir_test_await (owned, &error);
  g_assert_no_error (error);
}

static void
assert_fails (DexFuture *future, WeirError code, const char *reason)
{
  g_autoptr(DexFuture) owned = future;
  g_autoptr(GError) error = NULL;

  g_assert_null (weir_test_await (owned, &error));
  g_assert_error (error, WEIR_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, reason));
}

static DexFuture *
delete (WeirTest *test, gint64 run, const char *path)
{
  return weir_engine_delete_part (test->engine, run, path, "somebody", "because");
}

static DexFuture *
restore (WeirTest *test, gint64 run, const char *path)
{
  return weir_engine_restore_part (test->engine, run, path, "somebody");
}

/* "e[0] l": what is in the bin, the last first. */
static char *
list_bin (WeirTest *test)
{
  g_autoptr(DexFuture) future = weir_engine_list_deleted (test->engine);
  GPtrArray *list = g_value_get_boxed (weir_test_await (future, NULL));
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < list->len; i++)
    {
      WeirDeleted *line = g_ptr_array_index (list, i);

      g_assert_cmpint (line->expires_at, >, line->deleted_at);
      g_string_append_printf (text, "%s%s", i > 0 ? " " : "", line->part != NULL ? line->part : line->name);
    }
  return g_string_free (text, FALSE);
}

#define assert_bin(test, expected)                   \
  G_STMT_START                                       \
  {                                                  \
    g_autofree char *in_bin = list_bin (test);       \
    g_assert_cmpstr (in_bin, ==, expected);          \
  }                                                  \
  G_STMT_END

static WeirRunView *
open_view (WeirTest *test, gint64 run)
{
  g_autoptr(DexFuture) future = weir_run_view_open (test->engine, run);
  g_autoptr(GError) error = NULL;
  const GValue *value = weir_test_await (future, &error);

  g_assert_no_error (error);
  return g_value_dup_object (value);
}

static gboolean
is_binned (WeirTest *test, gint64 run, guint32 scope, const char *block)
{
  g_autoptr(WeirRunView) view = open_view (test, run);

  return weir_run_state_is_binned (weir_run_view_get_state (view), scope, block);
}

static const char each[] = "weir: 1\nname: Each\nblocks:\n"
                           "  l: { kind: test.pass, config: { give: \"=[`left`, `right`]\" } }\n"
                           "  e:\n    kind: test.each\n    body:\n      blocks:\n"
                           "        w: { kind: test.wait, config: { give: \"=item + `-seen`\" } }\n"
                           "  t: { kind: test.pass, config: { give: 0 } }\n"
                           "links:\n  - l.value -> e.value\n  - e.value -> t.value\n";

static gint64
play_each (WeirTest *test)
{
  g_autoptr(WeirRun) run = weir_test_play (test, each, NULL);

  weir_test_finish ("w", "\"made-of-left\"");
  weir_test_settle (test);
  weir_test_finish ("w", "\"made-of-right\"");
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  return weir_run_get_id (run);
}

static WeirRun *
play_swarm (WeirTest *test)
{
  return weir_test_play (
    test,
    "weir: 1\nname: Items\nblocks:\n  l: { kind: test.pass, config: { give: \"=[1, 2, 3]\" } }\n"
    "  e:\n    kind: flow.map\n    config: { concurrency: 3 }\n    body:\n      blocks:\n"
    "        p: { kind: test.pass, config: { give: \"=`kept-word`\" } }\n        w: { kind: test.wait }\n"
    "      links:\n        - p.value -> w.value\nlinks:\n  - l.value -> e.items\n",
    NULL);
}

/* ── of a run that has ended ─────────────────────────────────────────────────────────────── */

static void
test_item_is_hidden_and_stays (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  gint64 run = play_each (test);
  g_autoptr(WeirRunView) view = open_view (test, run);
  g_autoptr(DexFuture) audited = NULL;
  WeirRunState *state = weir_run_view_get_state (view);
  WeirAuditRow *row;

  assert_done (delete (test, run, "e[0]"));
  assert_bin (test, "e[0]");
  weir_test_settle (test);
  g_assert_true (weir_run_state_is_binned (state, 1, NULL));
  g_assert_true (weir_run_state_is_binned (state, 1, "w"));
  g_assert_false (weir_run_state_is_binned (state, 2, "w"));
  g_assert_false (weir_run_state_is_binned (state, 0, "e"));
  g_assert_cmpstr (weir_value_get_member_text (weir_run_state_find_step (state, 1, "w")->outputs, "value", ""), ==,
                   "made-of-left");
  audited = weir_engine_list_audit (test->engine);
  row = g_ptr_array_index ((GPtrArray *) g_value_get_boxed (weir_test_await (audited, NULL)), 0);
  g_assert_cmpstr (row->action, ==, "delete");
  g_assert_cmpstr (row->subject, ==, "run 1, e[0]");
  g_assert_cmpstr (row->actor, ==, "somebody");
}

static void
test_restored_part_is_as_it_was (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  gint64 run = play_each (test);
  g_autoptr(WeirRunView) view = NULL;

  assert_done (delete (test, run, "e[0]"));
  assert_done (delete (test, run, "l"));
  weir_test_reopen (test);
  assert_bin (test, "l e[0]");
  g_assert_true (is_binned (test, run, 1, "w"));
  assert_done (restore (test, run, "e[0]"));
  assert_done (restore (test, run, "l"));
  assert_bin (test, "");
  g_assert_false (is_binned (test, run, 1, "w"));
  assert_fails (restore (test, run, "l"), WEIR_ERROR_WRONG_STATE, "nothing to restore");
  weir_test_reopen (test);
  view = open_view (test, run);
  g_assert_false (weir_run_state_find_step (weir_run_view_get_state (view), 0, "l")->deleted);
  g_assert_nonnull (weir_run_state_find_step (weir_run_view_get_state (view), 1, "w")->outputs);
}

static void
test_what_is_there_is_not_deleted_twice (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  gint64 run = play_each (test);

  assert_done (delete (test, run, "e[0]/w"));
  assert_done (delete (test, run, "e"));
  assert_fails (delete (test, run, "e"), WEIR_ERROR_WRONG_STATE, "e of run 1 is deleted already");
  assert_fails (delete (test, run, "e[1]"), WEIR_ERROR_WRONG_STATE, "e of run 1 is deleted already");
  assert_fails (delete (test, run, "x"), WEIR_ERROR_NOT_FOUND, "There is no x");
  assert_fails (delete (test, 99, "e"), WEIR_ERROR_NOT_FOUND, "99");
  assert_done (restore (test, run, "e"));
  g_assert_true (is_binned (test, run, 1, "w"));
  g_assert_false (is_binned (test, run, 2, "w"));
}

/* Cut off between the two transactions of a restoration, it is there still, and does not expire meanwhile. */
static void
test_restoration_that_was_cut_off (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  gint64 run = play_each (test);

  use_moments (test);
  assert_done (delete (test, run, "e[0]"));
  assert_done (weir_store_hold_part (test->engine->store, run, "e[0]"));
  weir_test_reopen (test);
  weir_store_set_moment_func (test->engine->store, read_moment, NULL);
  let_pass (31 * G_TIME_SPAN_DAY, 31 * G_TIME_SPAN_DAY);
  assert_done (weir_engine_purge (test->engine));
  g_assert_true (is_binned (test, run, 1, "w"));
  assert_done (restore (test, run, "e[0]"));
  g_assert_false (is_binned (test, run, 1, "w"));
  assert_bin (test, "");
}

/* Only when the wall says so and the time has passed, and never early. */
static void
test_it_goes_when_its_time_has_come (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  gint64 run = play_each (test);
  g_autoptr(DexFuture) audited = NULL;
  g_autoptr(WeirRunView) view = NULL;
  WeirAuditRow *row;

  use_moments (test);
  assert_done (delete (test, run, "e[0]"));
  let_pass (40 * G_TIME_SPAN_DAY, 0);
  assert_done (weir_engine_purge (test->engine));
  assert_bin (test, "e[0]");
  let_pass (-40 * G_TIME_SPAN_DAY, 31 * G_TIME_SPAN_DAY);
  assert_done (weir_engine_purge (test->engine));
  assert_bin (test, "e[0]");
  let_pass (31 * G_TIME_SPAN_DAY, 0);
  assert_done (weir_engine_purge (test->engine));
  assert_bin (test, "");
  assert_fails (restore (test, run, "e[0]"), WEIR_ERROR_WRONG_STATE, "nothing to restore");
  view = open_view (test, run);
  g_assert_true (weir_run_state_find_step (weir_run_view_get_state (view), 1, "w")->deleted);
  g_assert_null (weir_run_state_find_step (weir_run_view_get_state (view), 1, "w")->outputs);
  g_assert_false (weir_run_state_is_binned (weir_run_view_get_state (view), 1, "w"));
  g_assert_nonnull (weir_run_state_find_step (weir_run_view_get_state (view), 2, "w")->outputs);
  audited = weir_engine_list_audit (test->engine);
  row = g_ptr_array_index ((GPtrArray *) g_value_get_boxed (weir_test_await (audited, NULL)), 1);
  g_assert_cmpstr (row->actor, ==, "Weir");
  g_assert_cmpstr (row->action, ==, "purge");
  g_assert_cmpstr (row->subject, ==, "run 1, e[0]");
}

static void
test_nothing_of_it_is_on_disk_then (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  gint64 run = play_each (test);

  assert_done (weir_engine_set_retention (test->engine, NULL, "deleted-item", G_TIME_SPAN_HOUR, 0));
  use_moments (test);
  assert_done (delete (test, run, "e[0]/w"));
  assert_done (delete (test, run, "e"));
  g_assert_true (weir_test_disk_holds (test, "made-of-left"));
  let_pass (2 * G_TIME_SPAN_HOUR, 2 * G_TIME_SPAN_HOUR);
  assert_done (weir_engine_purge (test->engine));
  assert_bin (test, "");
  g_assert_false (weir_test_disk_holds (test, "made-of-left"));
  g_assert_false (is_binned (test, run, 1, "w"));
}

/* An age of its own for what kind it is: 0 is at once, for ever is never. */
static void
test_age_is_per_kind (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  gint64 run = play_each (test);
  g_autoptr(DexFuture) listed = NULL;
  GPtrArray *list;

  assert_done (weir_engine_set_retention (test->engine, NULL, "deleted-item", -1, 0));
  use_moments (test);
  assert_done (delete (test, run, "l"));
  let_pass (4000 * G_TIME_SPAN_DAY, 4000 * G_TIME_SPAN_DAY);
  assert_done (weir_engine_purge (test->engine));
  listed = weir_engine_list_deleted (test->engine);
  list = g_value_get_boxed (weir_test_await (listed, NULL));
  g_assert_cmpuint (list->len, ==, 1);
  g_assert_cmpint (((WeirDeleted *) list->pdata[0])->expires_at, ==, 0);
  assert_done (weir_engine_set_retention (test->engine, NULL, "deleted-item", 0, 0));
  assert_done (delete (test, run, "e"));
  assert_done (weir_engine_purge (test->engine));
  g_assert_false (weir_test_disk_holds (test, "made-of-right"));
  assert_done (restore (test, run, "l"));
}

static void
test_deleted_for_good_is_not_in_the_bin (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  gint64 run = play_each (test);

  assert_done (delete (test, run, "e[0]/w"));
  assert_done (delete (test, run, "l"));
  assert_done (weir_engine_discard_part (test->engine, run, "e", "somebody", NULL));
  assert_bin (test, "l");
  g_assert_false (is_binned (test, run, 1, "w"));
  assert_done (weir_engine_delete_run (test->engine, run, "somebody", NULL));
  assert_bin (test, "Each");
  assert_done (weir_engine_discard_run (test->engine, run, "somebody", NULL));
  assert_bin (test, "");
}

/* ── of a run that goes on ───────────────────────────────────────────────────────────────── */

static void
test_what_goes_on_is_stopped_and_the_run_goes_on (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirRun) run = play_swarm (test);
  gint64 id = weir_run_get_id (run);
  g_autofree char *result = NULL;

  assert_done (delete (test, id, "e[0]"));
  g_assert_cmpuint (weir_test_n_waiting ("w"), ==, 2);
  g_assert_true (weir_run_state_is_binned (weir_run_get_state (run), 1, "p"));
  weir_test_check_fold (test, run);
  weir_test_finish ("w", "7");
  weir_test_settle (test);
  weir_test_finish ("w", "8");
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  result = weir_json_write (weir_run_state_get_result (weir_run_get_state (run)), 0, NULL);
  g_assert_cmpstr (result, ==, "[null,7,8]");
}

static void
test_what_is_over_goes_there_while_the_run_goes_on (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirRun) run = play_swarm (test);
  g_autoptr(WeirSwarm) swarm = NULL;
  gint64 id = weir_run_get_id (run);

  weir_test_finish ("w", "7");
  weir_test_settle (test);
  use_moments (test);
  assert_done (delete (test, id, "e[0]"));
  assert_done (delete (test, id, "l"));
  weir_test_check_fold (test, run);
  swarm = weir_run_get_swarm (run, 0, "e", 0, 3);
  g_assert_cmpuint (swarm->n_binned, ==, 1);
  g_assert_true (((WeirSwarmItem *) swarm->items->pdata[0])->binned);
  g_assert_false (((WeirSwarmItem *) swarm->items->pdata[1])->binned);
  /* the run may need it until it has ended */
  let_pass (31 * G_TIME_SPAN_DAY, 31 * G_TIME_SPAN_DAY);
  assert_done (weir_engine_purge (test->engine));
  assert_bin (test, "l e[0]");
  assert_done (restore (test, id, "l"));
  weir_test_check_fold (test, run);
  weir_test_finish ("w", "8");
  weir_test_settle (test);
  weir_test_finish ("w", "9");
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  assert_done (weir_engine_purge (test->engine));
  assert_bin (test, "");
}

/* The mark of the time became the news that it is gone: what was done since folds as before. */
static void
test_journal_with_the_news_in_its_middle_folds (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirRun) run = play_swarm (test);
  g_autoptr(WeirRunView) view = NULL;
  gint64 id = weir_run_get_id (run);
  WeirRunState *state;

  weir_test_finish ("w", "7");
  weir_test_settle (test);
  use_moments (test);
  assert_done (delete (test, id, "e[0]"));
  weir_test_finish ("w", "8");
  weir_test_settle (test);
  weir_test_finish ("w", "9");
  weir_test_settle (test);
  let_pass (31 * G_TIME_SPAN_DAY, 31 * G_TIME_SPAN_DAY);
  assert_done (weir_engine_purge (test->engine));
  g_clear_object (&run);
  weir_test_reopen (test);
  view = open_view (test, id);
  state = weir_run_view_get_state (view);
  g_assert_cmpint (weir_run_state_get_status (state), ==, WEIR_RUN_SUCCEEDED);
  g_assert_true (weir_run_state_find_step (state, 1, "w")->deleted);
  g_assert_nonnull (weir_run_state_find_step (state, 2, "w")->outputs);
}

static void
test_item_that_is_run_again_is_back (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirRun) run = play_swarm (test);
  g_autoptr(GError) error = NULL;
  gint64 id = weir_run_get_id (run);

  weir_test_finish ("w", "7");
  weir_test_settle (test);
  assert_done (delete (test, id, "e[0]"));
  assert_bin (test, "e[0]");
  g_assert_true (weir_run_swarm_rerun (run, 0, "e", 0, &error));
  g_assert_no_error (error);
  weir_test_settle (test);
  assert_bin (test, "");
  weir_test_check_fold (test, run);
}

/* What it gave the first time goes as well. */
static void
test_every_try_of_an_item_goes (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autoptr(WeirRun) run = play_swarm (test);
  gint64 id = weir_run_get_id (run);

  weir_test_finish ("w", "\"first-try\"");
  weir_test_settle (test);
  g_assert_true (weir_run_swarm_rerun (run, 0, "e", 0, NULL));
  weir_test_settle (test);
  for (guint i = 0; i < 3; i++)
    {
      weir_test_finish ("w", "\"next-try\"");
      weir_test_settle (test);
    }
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
  g_clear_object (&run);
  assert_done (weir_engine_discard_part (test->engine, id, "e[0]", "somebody", NULL));
  g_assert_false (weir_test_disk_holds (test, "first-try"));
  g_assert_true (weir_test_disk_holds (test, "next-try"));
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
    "  e:\n    kind: flow.map\n    body:\n      blocks:\n"
    "        p: { kind: test.pass, config: { give: \"=`number-` + item + `-of-many`\" } }\n  w: { kind: test.wait }\n"
    "links:\n  - l.value -> e.items\n  - e.results -> w.value\n",
    NULL);
  gint64 id = weir_run_get_id (run);
  g_autoptr(WeirSwarm) swarm = NULL;

  weir_test_settle (test);
  g_assert_null (weir_run_state_get_scope (weir_run_get_state (run), 4));
  assert_done (delete (test, id, "e[3]"));
  weir_test_check_fold (test, run);
  swarm = weir_run_get_swarm (run, 0, "e", 3, 1);
  g_assert_true (((WeirSwarmItem *) swarm->items->pdata[0])->binned);
  assert_bin (test, "e[3]");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/weir/run/bin/item-is-hidden-and-stays", test_item_is_hidden_and_stays);
  g_test_add_func ("/weir/run/bin/restored-part-is-as-it-was", test_restored_part_is_as_it_was);
  g_test_add_func ("/weir/run/bin/what-is-there-is-not-deleted-twice", test_what_is_there_is_not_deleted_twice);
  g_test_add_func ("/weir/run/bin/restoration-that-was-cut-off", test_restoration_that_was_cut_off);
  g_test_add_func ("/weir/run/bin/it-goes-when-its-time-has-come", test_it_goes_when_its_time_has_come);
  g_test_add_func ("/weir/run/bin/nothing-of-it-is-on-disk-then", test_nothing_of_it_is_on_disk_then);
  g_test_add_func ("/weir/run/bin/age-is-per-kind", test_age_is_per_kind);
  g_test_add_func ("/weir/run/bin/deleted-for-good-is-not-in-the-bin", test_deleted_for_good_is_not_in_the_bin);
  g_test_add_func ("/weir/run/bin/what-goes-on-is-stopped-and-the-run-goes-on",
                   test_what_goes_on_is_stopped_and_the_run_goes_on);
  g_test_add_func ("/weir/run/bin/what-is-over-goes-there-while-the-run-goes-on",
                   test_what_is_over_goes_there_while_the_run_goes_on);
  g_test_add_func ("/weir/run/bin/journal-with-the-news-in-its-middle-folds",
                   test_journal_with_the_news_in_its_middle_folds);
  g_test_add_func ("/weir/run/bin/item-that-is-run-again-is-back", test_item_that_is_run_again_is_back);
  g_test_add_func ("/weir/run/bin/every-try-of-an-item-goes", test_every_try_of_an_item_goes);
  g_test_add_func ("/weir/run/bin/early-item-of-many", test_early_item_of_many);
  return g_test_run ();
}
