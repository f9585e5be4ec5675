/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <weir.h>

#include "weir-timeline-model.h"
#include "weir-timeline-scale.h"

/* What the timeline is made of, without a window. Times in µs since a start of 1 s. */

#define START 1000000

static WeirStepInfo
make_step (guint          index,
           WeirStepStatus status,
           gint64         from,
           gint64         to)
{
  return (WeirStepInfo) { .index = index, .block = "a", .firing = index + 1, .attempt = 1, .status = status,
                          .ready_at = START + from, .started_at = START + from, .ended_at = to != 0 ? START + to : 0, .progress = -1 };
}

static void
test_finds_by_time (void)
{
  g_autoptr(WeirTimelineRow) row = weir_timeline_row_new ("a", "A", 0);
  guint n;

  for (guint i = 0; i < 1000; i++)
    {
      WeirStepInfo step = make_step (i, WEIR_STEP_SUCCEEDED, i * 100, i * 100 + 50);

      weir_timeline_row_add_step (row, &step);
    }
  weir_timeline_row_settle (row, START);
  weir_timeline_row_get_segments (row, &n);
  g_assert_cmpuint (n, ==, 1000);
  g_assert_cmpuint (weir_timeline_row_search (row, START + 50000), ==, 500);
  g_assert_cmpuint (weir_timeline_row_search (row, START + 50060), ==, 501);
  g_assert_cmpuint (weir_timeline_row_search (row, START + 1000000), ==, 1000);
  g_assert_cmpuint (weir_timeline_row_find (row, START + 70010, START + 70020)->step, ==, 700);
  g_assert_null (weir_timeline_row_find (row, START + 70060, START + 70080));
}

static void
test_failure_is_not_averaged_away (void)
{
  g_autoptr(WeirTimelineRow) row = weir_timeline_row_new ("a", "A", 0);

  for (guint i = 0; i < 100; i++)
    {
      WeirStepInfo step = make_step (i, i == 42 ? WEIR_STEP_FAILED : WEIR_STEP_SUCCEEDED, i, i + 1);

      weir_timeline_row_add_step (row, &step);
    }
  weir_timeline_row_settle (row, START);
  g_assert_cmpuint (weir_timeline_row_find (row, START, START + 100)->step, ==, 42);
  g_assert_cmpint (weir_timeline_row_get_status (row), ==, WEIR_STEP_FAILED);
}

static void
test_attempts_and_waits_are_bars (void)
{
  static const WeirStepStatus expected[] = { WEIR_STEP_QUEUED, WEIR_STEP_FAILED, WEIR_STEP_RETRY_WAIT, WEIR_STEP_FAILED,
                                             WEIR_STEP_RETRY_WAIT, WEIR_STEP_SUCCEEDED };
  g_autoptr(WeirTimelineRow) row = weir_timeline_row_new ("a", "A", 0);
  g_autoptr(GArray) attempts = g_array_new (FALSE, TRUE, sizeof (WeirAttempt));
  WeirStepInfo step = make_step (0, WEIR_STEP_SUCCEEDED, 10, 90);
  const WeirSegment *segments;
  guint n;

  for (guint i = 0; i < 3; i++)
    {
      WeirAttempt attempt = { START + 10 + i * 30, START + 30 + i * 30, NULL };

      g_array_append_val (attempts, attempt);
    }
  step.ready_at = START;
  step.attempt = 3;
  step.attempts = attempts;
  weir_timeline_row_add_step (row, &step);
  weir_timeline_row_settle (row, START);
  segments = weir_timeline_row_get_segments (row, &n);
  g_assert_cmpuint (n, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < n; i++)
    {
      g_assert_cmpint (segments[i].status, ==, expected[i]);
      if (i > 0)
        g_assert_cmpint (segments[i].start_at, ==, segments[i - 1].end_at);
    }
}

static void
test_forgets_what_changed (void)
{
  g_autoptr(WeirTimelineRow) row = weir_timeline_row_new ("a", "A", 0);
  WeirStepInfo first = make_step (0, WEIR_STEP_SUCCEEDED, 0, 10);
  WeirStepInfo running = make_step (1, WEIR_STEP_RUNNING, 10, 0);
  WeirStepInfo done = make_step (1, WEIR_STEP_SUCCEEDED, 10, 30);
  const WeirSegment *segments;
  guint n;

  weir_timeline_row_add_step (row, &first);
  weir_timeline_row_add_step (row, &running);
  weir_timeline_row_settle (row, START + 20);
  g_assert_true (weir_timeline_row_is_live (row));
  weir_timeline_row_truncate (row, 1);
  weir_timeline_row_add_step (row, &done);
  weir_timeline_row_settle (row, START + 30);
  segments = weir_timeline_row_get_segments (row, &n);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpint (segments[1].end_at, ==, START + 30);
  g_assert_false (weir_timeline_row_is_live (row));
}

static void
test_scale_goes_both_ways (void)
{
  g_autoptr(WeirTimelineScale) scale = weir_timeline_scale_new ();

  weir_timeline_scale_set_width (scale, 816);
  weir_timeline_scale_set_range (scale, START, START + 8000000);
  g_assert_cmpfloat_with_epsilon (weir_timeline_scale_get_x (scale, START + 4000000), 408, 0.01);
  for (gint64 at = START; at <= START + 8000000; at += 500000)
    g_assert_cmpint (ABS (weir_timeline_scale_get_time (scale, weir_timeline_scale_get_x (scale, at)) - at), <=, 1);
  g_assert_cmpint (weir_timeline_scale_get_tick (scale), ==, 1000000);
  weir_timeline_scale_zoom (scale, 10, 408);
  g_assert_cmpfloat_with_epsilon (weir_timeline_scale_get_x (scale, START + 4000000), 408, 1);
  g_assert_cmpint (weir_timeline_scale_get_tick (scale), ==, 100000);
}

static void
test_days_of_pause_are_a_stripe (void)
{
  g_autoptr(WeirTimelineScale) scale = weir_timeline_scale_new ();
  gint64 day = 24 * 3600 * (gint64) G_USEC_PER_SEC;
  double from, to;

  weir_timeline_scale_set_width (scale, 1016);
  weir_timeline_scale_add_gap (scale, START + 1000000, START + 1000000 + 2 * day);
  weir_timeline_scale_set_range (scale, START, START + 2000000 + 2 * day);
  from = weir_timeline_scale_get_x (scale, START + 1000000);
  to = weir_timeline_scale_get_x (scale, START + 1000000 + 2 * day);
  g_assert_cmpfloat (to - from, >, 10);
  g_assert_cmpfloat (to - from, <, 80);
  g_assert_cmpfloat (from, >, 400);
  for (int x = 10; x < 1000; x += 7)
    g_assert_cmpfloat_with_epsilon (weir_timeline_scale_get_x (scale, weir_timeline_scale_get_time (scale, x)), x, 0.5);
}

static void
test_rows_are_blocks (void)
{
  static const char text[] =
    "weir: 1\nname: Rows\nblocks:\n"
    "  late: { kind: debug.noop }\n"
    "  each: { kind: flow.foreach, config: { items: [1, 2] }, body: { blocks: { inner: { kind: debug.noop } } } }\n"
    "  early: { kind: debug.noop }\n";
  g_autoptr(WeirTimelineModel) model = weir_timeline_model_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirWorkflow) workflow = weir_workflow_parse (text, -1, NULL, &error);
  g_autoptr(WeirRunState) state = NULL;

  g_assert_no_error (error);
  weir_timeline_model_set_graph (model, weir_workflow_get_graph (workflow));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (model)), ==, 4);
  g_assert_cmpuint (weir_timeline_model_find (model, "each/inner"), ==, 2);

  state = weir_run_state_new (workflow, NULL, NULL);
  weir_timeline_model_update (model, state, 0, START);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (model)), ==, 4);
  g_assert_cmpuint (weir_timeline_model_find (model, "nothing"), ==, GTK_INVALID_LIST_POSITION);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();

  g_test_add_func ("/weir/monitor/row/finds-by-time", test_finds_by_time);
  g_test_add_func ("/weir/monitor/row/a-failure-is-not-averaged-away", test_failure_is_not_averaged_away);
  g_test_add_func ("/weir/monitor/row/attempts-and-waits-are-bars", test_attempts_and_waits_are_bars);
  g_test_add_func ("/weir/monitor/row/forgets-what-changed", test_forgets_what_changed);
  g_test_add_func ("/weir/monitor/scale/goes-both-ways", test_scale_goes_both_ways);
  g_test_add_func ("/weir/monitor/scale/days-of-pause-are-a-stripe", test_days_of_pause_are_a_stripe);
  g_test_add_func ("/weir/monitor/model/rows-are-blocks-and-what-is-inside-them", test_rows_are_blocks);
  return g_test_run ();
}
