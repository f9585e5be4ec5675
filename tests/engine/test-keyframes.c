/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Copies of a state, and the moments of a run that are found through them. That a copy goes on as its original does after every event of runs made
 * by chance is in test-run-random.c. */

#include "weir-keyframes.h"
#include "weir-run-private.h"
#include "weir-test.h"

/* Cycles, containers in a cycle, more items than are kept, paths that are closed. */
static const char varied[]
  = "weir: 1\nname: Varied\nmax_iterations: 1000\nblocks:\n"
    "  start: { kind: test.pass, config: { give: 0 } }\n"
    "  add: { kind: test.pass, config: { give: '=value + 1' } }\n"
    "  few: { kind: test.pass, config: { give: '=value % 2 ? [1, 2] : []' } }\n"
    "  each:\n    kind: test.each\n    body: { blocks: { one: { kind: test.pass, config: { give: =item } } } }\n"
    "  list: { kind: test.pass, config: { give: '=Array.from({ length: 300 }, (_, i) => i)' } }\n"
    "  swarm:\n    kind: test.swarm\n    body: { blocks: { two: { kind: test.pass, config: { give: 2 } } } }\n"
    "  never: { kind: test.pass }\n"
    "links:\n  - start.value -> add.value\n  - add.value -> few.value\n  - few.value -> each.value\n"
    "  - each.value -> never.value when: value.length > 2\n"
    "  - add.value -> add.value when: value < 40\n"
    "  - start.value -> list.value\n  - list.value -> swarm.value\n";

static WeirRun *
play_to_end (WeirTest *test, const char *yaml)
{
  WeirRun *run = weir_test_play (test, yaml, NULL);
  g_autoptr(DexFuture) wait = weir_run_wait (run);
  g_autoptr(GError) error = NULL;

  weir_test_await (wait, &error);
  g_assert_no_error (error);
  return run;
}

static GPtrArray *
load (WeirTest *test, WeirRun *run)
{
  g_autoptr(DexFuture) future = weir_engine_load_events (test->engine, weir_run_get_id (run), 0);
  g_autoptr(GError) error = NULL;
  const GValue *value = weir_test_await (future, &error);

  g_assert_no_error (error);
  return g_value_dup_boxed (value);
}

static void
apply (WeirRunState *state, GPtrArray *events, guint64 until)
{
  for (guint64 i = weir_run_state_get_seq (state); i < until; i++)
    {
      g_autoptr(GError) error = NULL;

      weir_run_state_apply (state, g_ptr_array_index (events, i), &error);
      g_assert_no_error (error);
    }
}

static WeirRunState *
fold (WeirTest *test, WeirRun *run, GPtrArray *events, guint64 until)
{
  WeirRunState *state = weir_run_state_new (weir_run_get_workflow (run), weir_engine_resolve, test->engine);

  apply (state, events, until);
  return state;
}

static void
check_same (WeirRunState *a, WeirRunState *b)
{
  g_autofree char *difference = NULL;

  if (!weir_run_state_equal (a, b, &difference))
    g_error ("After event %" G_GUINT64_FORMAT ": %s", weir_run_state_get_seq (a), difference);
}

static void
test_every_moment_is_found (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = play_to_end (test, varied);
  g_autoptr(GPtrArray) events = load (test, run);
  g_autoptr(WeirKeyframes) keyframes = weir_keyframes_new (13, G_MAXSIZE);
  g_autoptr(WeirRunState) whole = fold (test, run, events, 0);
  g_autoptr(WeirRunState) again = fold (test, run, events, 0);

  g_assert_cmpuint (events->len, >, 1000);
  for (guint64 seq = 1; seq <= events->len; seq++)
    {
      apply (whole, events, seq);
      weir_keyframes_offer (keyframes, whole);
    }
  g_assert_cmpuint (weir_keyframes_get_n (keyframes), ==, events->len / 13);
  check_same (whole, run->state);
  for (guint64 seq = 1; seq <= events->len; seq++)
    {
      WeirRunState *keyframe = weir_keyframes_find (keyframes, seq);
      g_autoptr(WeirRunState) found = keyframe != NULL ? weir_run_state_copy (keyframe) : fold (test, run, events, 0);

      g_assert_cmpuint (seq - weir_run_state_get_seq (found), <, 13);
      apply (found, events, seq);
      apply (again, events, seq);
      check_same (found, again);
    }
  /* nobody changed what was shared */
  check_same (whole, run->state);
}

static WeirStepInfo
get_step (WeirRunState *state, guint32 firing)
{
  return *weir_run_state_find_firing (state, 0, "w", firing);
}

static void
test_undo_changes_no_copy (void)
{
  g_autoptr(WeirTest) test = weir_test_new_on_disk ();
  g_autofree char *path = g_build_filename (test->dir, "note.txt", NULL);
  g_autofree char *yaml = g_strdup_printf (
    "weir: 1\nname: Loop\nblocks:\n  t: { kind: test.pass, config: { give: 1 } }\n  w: { kind: test.write, config: { "
    "port: %s } }\n"
    "  add: { kind: test.pass, config: { give: '=value + 1' } }\n"
    "links:\n  - t.value -> w.value\n  - w.value -> add.value\n  - add.value -> w.value when: value < 4\n",
    path);
  g_autoptr(WeirRun) run = play_to_end (test, yaml);
  g_autoptr(GPtrArray) events = load (test, run);
  g_autoptr(WeirRunState) state = fold (test, run, events, events->len);
  g_autoptr(WeirRunState) first = weir_run_state_copy (state);
  g_autoptr(WeirRunState) second = weir_run_state_copy (state);
  g_autoptr(DexFuture) planned = weir_engine_plan_undo (test->engine, weir_run_get_id (run), NULL);
  g_autoptr(DexFuture) undone = NULL;
  g_autoptr(GPtrArray) more = NULL;
  g_autoptr(WeirRunState) anew = NULL;

  undone = weir_engine_undo (test->engine, g_value_get_boxed (weir_test_await (planned, NULL)), WEIR_CONFLICT_KEEP);
  g_assert_nonnull (weir_test_await (undone, NULL));
  more = load (test, run);
  g_assert_cmpuint (more->len, >, events->len);

  apply (state, more, more->len);
  for (guint i = 1; i <= 3; i++)
    {
      g_assert_cmpint (get_step (state, i).status, ==, WEIR_STEP_UNDONE);
      g_assert_cmpint (get_step (first, i).status, ==, WEIR_STEP_SUCCEEDED);
      g_assert_cmpuint (get_step (first, i).n_undone, ==, 0);
    }
  /* each goes on for itself */
  apply (first, more, more->len);
  g_assert_cmpint (get_step (second, 2).status, ==, WEIR_STEP_SUCCEEDED);
  anew = fold (test, run, more, more->len);
  check_same (first, anew);
  check_same (state, anew);
}

static void
test_they_keep_within_their_budget (void)
{
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = play_to_end (test, varied);
  g_autoptr(GPtrArray) events = load (test, run);
  g_autoptr(WeirKeyframes) keyframes = weir_keyframes_new (10, 1 << 20);
  g_autoptr(WeirRunState) state = fold (test, run, events, 0);

  for (guint64 seq = 1; seq <= events->len; seq++)
    {
      apply (state, events, seq);
      weir_keyframes_offer (keyframes, state);
      g_assert_cmpuint (weir_keyframes_get_size (keyframes), <=, 1 << 20);
    }
  g_assert_cmpuint (weir_keyframes_get_spacing (keyframes), >, 10);
  g_assert_cmpuint (weir_keyframes_get_n (keyframes), >, 1);
  /* and still all over it */
  g_assert_nonnull (weir_keyframes_find (keyframes, events->len / 4));
}

static void
test_view_goes_to_any_moment_of_a_long_run (void)
{
  static const guint64 moments[] = { 9000, 4095, 4096, 4097, 20, 12001, 12000, 8500, 1, 5000 };
  g_autoptr(WeirTest) test = weir_test_new ();
  g_autoptr(WeirRun) run = play_to_end (
    test, "weir: 1\nname: Loop\nmax_iterations: 20000\nblocks:\n  start: { kind: test.pass, config: { give: 0 } }\n"
          "  add: { kind: test.pass, config: { give: '=value + 1' } }\n"
          "links:\n  - start.value -> add.value\n  - add.value -> add.value when: value < 12100\n");
  g_autoptr(DexFuture) opened = weir_run_view_open (test->engine, weir_run_get_id (run));
  WeirRunView *view = g_value_get_object (weir_test_await (opened, NULL));

  for (guint i = 0; i < G_N_ELEMENTS (moments); i++)
    {
      g_autoptr(WeirRunState) folded = fold (test, run, weir_run_view_get_events (view), moments[i]);

      weir_run_view_seek (view, moments[i]);
      check_same (weir_run_view_get_state (view), folded);
      g_assert_false (weir_run_view_get_live (view));
    }
  weir_run_view_seek (view, G_MAXUINT64);
  g_assert_true (weir_run_view_get_live (view));
  check_same (weir_run_view_get_state (view), run->state);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/weir/run/keyframes/every-moment-is-found", test_every_moment_is_found);
  g_test_add_func ("/weir/run/keyframes/undo-changes-no-copy", test_undo_changes_no_copy);
  g_test_add_func ("/weir/run/keyframes/they-keep-within-their-budget", test_they_keep_within_their_budget);
  g_test_add_func ("/weir/run/keyframes/view-goes-to-any-moment-of-a-long-run",
                   test_view_goes_to_any_moment_of_a_long_run);
  return g_test_run ();
}
