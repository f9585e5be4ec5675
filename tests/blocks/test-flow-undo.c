/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What workflows say about their own undo, and runs that they start. */
#include <glib/gstdio.h>

#include "weir-kind-test.h"

#define SH(script) "{ kind: exec.command, config: { program: sh, args: [-c, \"" script "\"] } }\n"

static gboolean
exists (KindTest *test, const char *name)
{
  g_autofree char *path = kind_test_path (test, name);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static guint
count_runs (KindTest *test)
{
  g_autoptr(GListModel) runs = dex_await_object (weir_engine_list_runs (test->engine, NULL, 100), NULL);

  return g_list_model_get_n_items (runs);
}

static WeirRunStatus
status_of (KindTest *test, gint64 run)
{
  g_autoptr(WeirRunInfo) info = dex_await_object (weir_engine_load_run (test->engine, run), NULL);

  g_assert_nonnull (info);
  return weir_run_info_get_status (info);
}

static const char point[]
  = "weir: 1\nname: Point\ninputs: { file: { type: text, default: made } }\nblocks:\n"
    "  it: { kind: flow.undo_point, config: { value: { by: me } } }\n"
    "  act: " SH ("echo x > '$DIR/{{ inputs.file }}'") "  back: " SH ("rm '$DIR/{{ inputs.file }}' && echo '{{ "
                                                                      "value.by }}' > '$DIR/who'") "  told:\n    kind: "
                                                                                                   "flow.on_end\n    "
                                                                                                   "body:\n      "
                                                                                                   "blocks:\n        "
                                                                                                   "late: " SH (
                                                                                                     "echo end >> "
                                                                                                     "$DIR/ends") "link"
                                                                                                                  "s:"
                                                                                                                  "\n  "
                                                                                                                  "- "
                                                                                                                  "it."
                                                                                                                  "valu"
                                                                                                                  "e "
                                                                                                                  "-> "
                                                                                                                  "act."
                                                                                                                  "run"
                                                                                                                  "\n  "
                                                                                                                  "- "
                                                                                                                  "it."
                                                                                                                  "undo"
                                                                                                                  " -> "
                                                                                                                  "back"
                                                                                                                  ".run"
                                                                                                                  "\n";

static void
test_undo_point_runs_its_branch (KindTest *test)
{
  g_autoptr(Outcome) outcome = kind_test_play (test, point, NULL);
  g_autofree char *ends = NULL;
  g_autofree char *again = NULL;

  g_assert_cmpstr (outcome->message, ==, NULL);
  g_assert_true (exists (test, "made"));
  g_assert_cmpint (weir_run_state_find_step (weir_run_get_state (outcome->run), 0, "back")->status, ==,
                   WEIR_STEP_SKIPPED);
  ends = kind_test_read (test, "ends");
  g_assert_cmpuint (count_runs (test), ==, 1);
  kind_test_undo (test, outcome);
  g_assert_false (exists (test, "made"));
  g_assert_cmpuint (count_runs (test), ==, 2);
  g_assert_cmpint (status_of (test, 2), ==, WEIR_RUN_SUCCEEDED);
  /* the handlers of the workflow are not those of its undo */
  again = kind_test_read (test, "ends");
  g_assert_cmpstr (again, ==, ends);
  /* once */
  kind_test_undo (test, outcome);
  g_assert_cmpuint (count_runs (test), ==, 2);
}

static void
test_undo_points_go_backwards_with_what_was_there (KindTest *test)
{
  g_autofree char *log = NULL;
  g_autoptr(Outcome) outcome = kind_test_play (
    test,
    "weir: 1\nname: Items\nblocks:\n  it:\n    kind: flow.foreach\n    config: { items: [a, b, c] }\n    body:\n      "
    "blocks:\n"
    "        p: { kind: flow.undo_point }\n        v: { kind: data.set_variable, config: { name: last, value: "
    "\"=item\" } }\n"
    "        back: " SH (
      "echo '{{ item }}{{ index }}{{ value }}' >> $DIR/log") "        same: { kind: debug.noop, config: { value: "
                                                             "\"=item\" } }\n"
                                                             "      links:\n        - same.value -> p.value\n        - "
                                                             "p.value -> v.run\n        - p.undo -> back.run\n",
    NULL);

  g_assert_cmpstr (outcome->error, ==, NULL);
  g_assert_cmpuint (kind_test_undo (test, outcome), ==, 3);
  log = kind_test_read (test, "log");
  g_assert_cmpstr (log, ==, "c2c\nb1b\na0a\n");
}

static void
test_undo_point_that_fails_is_tried_and_said (KindTest *test)
{
  g_autoptr(Outcome) outcome = kind_test_play (
    test,
    "weir: 1\nname: Fails\nblocks:\n  it: { kind: flow.undo_point, config: { attempts: 3 } }\n"
    "  act: { kind: debug.noop }\n  back: { kind: flow.throw, config: { class: net.refused, message: Nobody there } }\n"
    "links:\n  - it.value -> act.run\n  - it.undo -> back.run\n",
    NULL);
  g_autoptr(GPtrArray) events = NULL;
  const char *reason = NULL;

  g_assert_cmpuint (kind_test_undo (test, outcome), ==, 0);
  g_assert_cmpuint (count_runs (test), ==, 4);
  events = dex_await_boxed (weir_engine_load_events (test->engine, weir_run_get_id (outcome->run), 0), NULL);
  for (guint i = 0; i < events->len; i++)
    {
      WeirEvent *event = g_ptr_array_index (events, i);

      if (event->kind == WEIR_EVENT_EFFECT_KEPT)
        reason = weir_value_get_member_text (event->data, "reason", NULL);
    }
  g_assert_cmpstr (reason, ==, "Its undo failed: Run 4: Nobody there");
}

static void
test_undo_point_in_a_try_takes_back_what_failed (KindTest *test)
{
  g_autofree char *body = kind_test_fill (
    test, "blocks:\n  p: { kind: flow.undo_point }\n  act: " SH ("touch $DIR/half") "  back: " SH (
            "rm $DIR/half") "  bad: { kind: flow.throw }\nlinks:\n  - p.value -> act.run\n  - act.done -> bad.run\n  - "
                            "p.undo -> back.run\n");
  g_autoptr(Outcome) outcome = kind_test_play_block (test, "flow.try", "{ undo_on_catch: scope }", body, NULL);

  g_assert_cmpstr (outcome->error, ==, NULL);
  g_assert_nonnull (outcome_get (outcome, "catch"));
  g_assert_false (exists (test, "half"));
  g_assert_cmpuint (count_runs (test), ==, 2);
}

static gint64
get_run (Outcome *outcome)
{
  return weir_value_get_int (outcome_get (outcome, "run"));
}

static void
write_later (KindTest *test, const char *duration)
{
  g_autofree char *yaml = g_strdup_printf ("weir: 1\nname: Later\ninputs: { n: { type: int } }\nblocks:\n"
                                           "  w: { kind: flow.delay, config: { duration: %s } }\n",
                                           duration);

  kind_test_write (test, "later.yaml", yaml);
}

static void
test_run_that_was_started_is_stopped_by_undo (KindTest *test)
{
  g_autoptr(Outcome) outcome = NULL;
  WeirRun *child;

  write_later (test, "1h");
  outcome = kind_test_play_block (test, "flow.start_run",
                                  "{ workflow: $DIR/later.yaml, inputs: { n: 4 }, priority: 7 }", NULL, NULL);
  g_assert_cmpstr (outcome->error, ==, NULL);
  child = weir_engine_find_run (test->engine, get_run (outcome));
  g_assert_nonnull (child);
  g_assert_cmpint (weir_run_get_priority (child), ==, 7);
  g_assert_cmpint (weir_value_get_member_int (weir_run_state_get_inputs (weir_run_get_state (child)), "n", 0), ==, 4);
  g_assert_cmpuint (kind_test_undo (test, outcome), ==, 1);
  g_assert_cmpint (status_of (test, get_run (outcome)), ==, WEIR_RUN_CANCELLED);
}

static void
test_run_that_has_ended_is_left (KindTest *test)
{
  g_autoptr(Outcome) outcome = NULL;
  WeirRun *child;

  write_later (test, "1ms");
  outcome = kind_test_play_block (test, "flow.start_run", "{ workflow: $DIR/later.yaml, inputs: { n: 4 } }", NULL,
                                  NULL);
  child = weir_engine_find_run (test->engine, get_run (outcome));
  if (child != NULL)
    dex_await (weir_run_wait (child), NULL);
  g_assert_cmpuint (kind_test_undo (test, outcome), ==, 0);
  g_assert_cmpint (status_of (test, get_run (outcome)), ==, WEIR_RUN_SUCCEEDED);
}

static void
test_run_is_started_once_for_a_key (KindTest *test)
{
  static const char config[] = "{ workflow: $DIR/later.yaml, inputs: { n: 4 }, dedupe_key: order-7 }";
  g_autoptr(Outcome) first = NULL;
  g_autoptr(Outcome) second = NULL;
  g_autoptr(Outcome) other = NULL;

  write_later (test, "1ms");
  first = kind_test_play_block (test, "flow.start_run", config, NULL, NULL);
  second = kind_test_play_block (test, "flow.start_run", config, NULL, NULL);
  other = kind_test_play_block (test, "flow.start_run",
                                "{ workflow: $DIR/later.yaml, inputs: { n: 4 }, dedupe_key: order-8 }", NULL, NULL);
  assert_output (first, "started", "true");
  assert_output (second, "started", "false");
  g_assert_cmpint (get_run (first), ==, get_run (second));
  g_assert_cmpint (get_run (other), !=, get_run (first));
}

static void
test_workflow_to_start_must_be_there (KindTest *test)
{
  g_autoptr(Outcome) outcome = kind_test_play_block (test, "flow.start_run", "{ workflow: $DIR/none.yaml }", NULL,
                                                      NULL);

  g_assert_nonnull (outcome->error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  ADD_KIND_TEST ("/weir/blocks/undo-point/runs-its-branch", test_undo_point_runs_its_branch);
  ADD_KIND_TEST ("/weir/blocks/undo-point/goes-backwards", test_undo_points_go_backwards_with_what_was_there);
  ADD_KIND_TEST ("/weir/blocks/undo-point/is-tried-and-said", test_undo_point_that_fails_is_tried_and_said);
  ADD_KIND_TEST ("/weir/blocks/undo-point/in-a-try", test_undo_point_in_a_try_takes_back_what_failed);
  ADD_KIND_TEST ("/weir/blocks/start-run/is-stopped-by-undo", test_run_that_was_started_is_stopped_by_undo);
  ADD_KIND_TEST ("/weir/blocks/start-run/is-left-when-it-has-ended", test_run_that_has_ended_is_left);
  ADD_KIND_TEST ("/weir/blocks/start-run/once-for-a-key", test_run_is_started_once_for_a_key);
  ADD_KIND_TEST ("/weir/blocks/start-run/must-be-there", test_workflow_to_start_must_be_there);
  return g_test_run ();
}
