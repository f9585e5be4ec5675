/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The swarm, on a clock turned by hand, with steps that end when they are told to. */

#include "weir-test.h"

#include "weir-json.h"
#include "weir-run-private.h"
#include "weir-run-swarm.h"

#define SWARM(config, body)                                                        \
  "weir: 1\nname: Swarm\ninputs: { items: { type: any, default: [] } }\nblocks:\n" \
  "  list: { kind: test.pass, config: { give: '=inputs.items' } }\n"               \
  "  map:\n    kind: flow.map\n    config: " config "\n    body:\n      blocks:\n        work: " body "\n"
#define FED "links:\n  - list.value -> map.items\n"
#define WORK "{ kind: test.wait, config: { give: '=item' } }"

/* "6 = 2 queued, 1 running, 1 ok, 1 failed, 1 skipped", which must add up. */
static char *
describe (WeirRun *run)
{
  g_autoptr (WeirSwarm) swarm = weir_run_get_swarm (run, 0, "map", 0, 0);

  g_assert_nonnull (swarm);
  g_assert_cmpuint (swarm->n_items, ==,
                    swarm->n_queued + swarm->n_running + swarm->n_ok + swarm->n_failed + swarm->n_skipped);
  return g_strdup_printf ("%u = %u queued, %u running, %u ok, %u failed, %u skipped", swarm->n_items, swarm->n_queued,
                          swarm->n_running, swarm->n_ok, swarm->n_failed, swarm->n_skipped);
}

static void
assert_counts (WeirTest *test, WeirRun *run, const char *expected)
{
  g_autofree char *counts = NULL;

  weir_test_settle (test);
  counts = describe (run);
  g_assert_cmpstr (counts, ==, expected);
}

/* Statuses of the items: "q" "r" "o" "f" "s", in upper case while held. */
static void
assert_items (WeirTest *test, WeirRun *run, const char *expected)
{
  g_autoptr (GString) letters = g_string_new (NULL);
  g_autoptr (WeirSwarm) swarm = NULL;

  weir_test_settle (test);
  swarm = weir_run_get_swarm (run, 0, "map", 0, G_MAXUINT);
  for (guint i = 0; i < swarm->items->len; i++)
    {
      WeirSwarmItem *item = g_ptr_array_index (swarm->items, i);
      char letter = *weir_item_status_get_name (item->status);

      g_string_append_c (letters, item->held ? g_ascii_toupper (letter) : letter);
    }
  g_assert_cmpstr (letters->str, ==, expected);
}

static void
assert_result (WeirTest *test, WeirRun *run, const char *expected)
{
  g_autoptr (DexFuture) wait = weir_run_wait (run);
  g_autoptr (GError) error = NULL;
  const GValue *value;
  g_autofree char *text = NULL;

  weir_test_settle (test);
  g_assert_cmpint (dex_future_get_status (wait), !=, DEX_FUTURE_STATUS_PENDING);
  value = dex_future_get_value (wait, &error);
  text = value != NULL ? weir_json_write (g_value_get_boxed (value), 0, NULL) : g_strdup (weir_error_get_class (error));
  g_assert_cmpstr (text, ==, expected);
  weir_test_check_fold (test, run);
}

static void
finish (WeirTest *test, const char *value)
{
  weir_test_finish ("work", value);
  weir_test_settle (test);
}

static void
add (WeirTest *test, WeirRun *run, const char *json)
{
  g_autoptr (WeirValue) items = weir_json_parse (json, -1, NULL);
  g_auto (WeirSwarmAdded) added = { 0 };
  g_autoptr (GError) error = NULL;

  weir_run_swarm_add (run, 0, "map", items, FALSE, &added, &error);
  g_assert_no_error (error);
  weir_test_settle (test);
}

/* What was collected by the block `log`, which stands for a handler: its inputs as JSON, in order. */
static char *
told (WeirRun *run, const char *block)
{
  WeirRunState *state = weir_run_get_state (run);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < weir_run_state_get_n_steps (state); i++)
    {
      const WeirStepInfo *step = weir_run_state_get_step (state, i);
      WeirValue *value;

      if (step == NULL || !g_str_equal (step->block, block) || step->inputs == NULL)
        continue;
      value = weir_value_find_member (step->inputs, "value");
      g_string_append_printf (text, "%s%" G_GINT64_FORMAT, text->len > 0 ? " " : "",
                              weir_value_get_member_int (value, "index", -1));
    }
  return g_strdup (text->str);
}

static void
assert_told (WeirRun *run, const char *block, const char *expected)
{
  g_autofree char *text = told (run, block);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_runs_so_many_at_once (void)
{
  g_autoptr (WeirTest) test = weir_test_new ();
  g_autoptr (WeirRun) run = weir_test_play (test, SWARM ("{ concurrency: 2 }", WORK) FED, "{\"items\": [1, 2, 3]}");

  g_assert_cmpuint (weir_test_n_waiting ("work"), ==, 2);
  assert_counts (test, run, "3 = 1 queued, 2 running, 0 ok, 0 failed, 0 skipped");
  g_assert_cmpuint (weir_run_state_get_n_scopes (weir_run_get_state (run)), ==, 3);
  finish (test, "20");
  finish (test, "10");
  assert_counts (test, run, "3 = 0 queued, 1 running, 2 ok, 0 failed, 0 skipped");
  finish (test, "30");
  assert_result (test, run, "[20,10,30]");
}

static void
test_gives_results_as_they_ended (void)
{
  g_autoptr (WeirTest) test = weir_test_new ();
  g_autoptr (WeirRun) run = weir_test_play (test,
                                            SWARM ("{ order: completion, result_mode: ok, priority: \"item === 3 ? "
                                                   "'high' : item === 1 ? 'low' : 'medium'\", concurrency: 1 }",
                                                   "{ kind: test.wait, config: { give: '=item' } }") FED,
                                            "{\"items\": [1, 2, 3, 4]}");

  for (guint i = 0; i < 4; i++)
    finish (test, NULL);
  assert_result (test, run, "[3,2,4,1]");
}

static void
test_ages (void)
{
  g_autoptr (WeirTest) test = weir_test_new ();
  g_autoptr (WeirRun) run = weir_test_play (
    test,
    SWARM ("{ open: true, concurrency: 1, ageing: 60000, order: completion, priority: \"item.level\" }",
           "{ kind: test.wait, config: { give: '=item.n' } }"),
    NULL);

  add (test, run, "[{\"n\": 1, \"level\": 0}, {\"n\": 2, \"level\": 0}]");
  weir_clock_advance (test->clock, 30000);
  add (test, run, "[{\"n\": 3, \"level\": 50}]");
  finish (test, NULL);
  weir_clock_advance (test->clock, 45000);
  add (test, run, "[{\"n\": 4, \"level\": 50}, {\"n\": 5, \"level\": 0}]");
  for (guint i = 0; i < 4; i++)
    finish (test, NULL);
  g_assert_true (weir_run_swarm_close (run, 0, "map", NULL));
  assert_result (test, run, "[1,3,2,4,5]");
}

static void
test_moves_an_item_forward (void)
{
  g_autoptr (WeirTest) test = weir_test_new ();
  g_autoptr (WeirRun) run = weir_test_play (test, SWARM ("{ concurrency: 1, order: completion }", WORK) FED,
                                            "{\"items\": [0, 1, 2, 3, 4]}");
  g_autoptr (GError) error = NULL;

  g_assert_true (weir_run_swarm_set_priority (run, 0, "map", 3, 50, NULL));
  g_assert_true (weir_run_swarm_set_priority (run, 0, "map", 1, -50, NULL));
  g_assert_false (weir_run_swarm_set_priority (run, 0, "map", 0, 50, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE);
  finish (test, NULL);
  g_assert_true (weir_run_swarm_set_priority (run, 0, "map", 1, 0, NULL));
  for (guint i = 0; i < 4; i++)
    finish (test, NULL);
  assert_result (test, run, "[0,3,1,2,4]");
}

static void
test_tells_of_each_item_once (void)
{
  g_autoptr (WeirTest) test = weir_test_new ();
  g_autoptr (WeirRun) run = weir_test_play (
    test,
    SWARM ("{ concurrency: 3 }",
           WORK) "  ok: { kind: test.pass }\n  bad: { kind: test.pass }\n  end: { kind: test.pass }\n" FED
                 "  - map.each_ok -> ok.value\n  - map.each_error -> bad.value\n  - map.finally -> end.value\n",
    "{\"items\": [1, 2, 3, 4]}");

  weir_test_break ("work", "data.schema");
  for (guint i = 0; i < 3; i++)
    finish (test, NULL);
  assert_told (run, "ok", "1 2 3");
  assert_told (run, "bad", "0");
  assert_told (run, "end", "0 1 2 3");
  assert_counts (test, run, "4 = 0 queued, 0 running, 3 ok, 1 failed, 0 skipped");
  weir_test_check_fold (test, run);
}

static void
test_tries_an_item_again (void)
{
  g_autoptr (WeirTest) test = weir_test_new ();
  g_autoptr (WeirRun) run = weir_test_play (test, SWARM ("{ item_attempts: 3, item_back_off: 1000 }", WORK) FED,
                                            "{\"items\": [1]}");

  weir_test_break ("work", "data.schema");
  assert_counts (test, run, "1 = 1 queued, 0 running, 0 ok, 0 failed, 0 skipped");
  g_assert_cmpuint (weir_test_n_waiting (NULL), ==, 0);
  weir_clock_advance (test->clock, 999);
  weir_test_settle (test);
  g_assert_cmpuint (weir_test_n_waiting (NULL), ==, 0);
  weir_clock_advance (test->clock, 2);
  weir_test_settle (test);
  weir_test_break ("work", "data.schema");
  weir_test_settle (test);
  weir_clock_advance (test->clock, 2002);
  weir_test_settle (test);
  weir_test_break ("work", "data.schema");
  assert_counts (test, run, "1 = 0 queued, 0 running, 0 ok, 1 failed, 0 skipped");
  assert_result (test, run, "[null]");
}

static void
test_tries_again_though_the_clock_was_set_back (void)
{
  g_autoptr (WeirTest) test = weir_test_new ();
  g_autoptr (WeirRun) run = weir_test_play (test, SWARM ("{ item_attempts: 2, item_back_off: 1000 }", WORK) FED,
                                            "{\"items\": [1]}");

  weir_test_break ("work", "data.schema");
  weir_test_settle (test);
  weir_clock_set_time (test->clock, weir_clock_get_time (test->clock) - G_TIME_SPAN_HOUR);
  weir_clock_advance (test->clock, 1002);
  weir_test_settle (test);
  g_assert_cmpuint (weir_test_n_waiting (NULL), ==, 1);
  finish (test, NULL);
  assert_result (test, run, "[1]");
}

static void
test_limits_the_time_of_an_item (void)
{
  g_autoptr (WeirTest) test = weir_test_new ();
  g_autoptr (WeirRun) run = weir_test_play (test, SWARM ("{ item_timeout: 5000, concurrency: 2 }", WORK) FED,
                                            "{\"items\": [1, 2, 3]}");
  g_autoptr (WeirSwarm) swarm = NULL;
  WeirSwarmItem *item;

  weir_clock_advance (test->clock, 3000);
  finish (test, NULL);
  weir_clock_advance (test->clock, 2002);
  assert_items (test, run, "ofr");
  swarm = weir_run_get_swarm (run, 0, "map", 1, 1);
  item = g_ptr_array_index (swarm->items, 0);
  g_assert_cmpstr (weir_value_get_member_text (item->error, "class", NULL), ==, "limit.timeout");
  weir_clock_advance (test->clock, 3002);
  assert_result (test, run, "[1,null,null]");
}

static void
test_stops_after_failures (void)
{
  g_autoptr (WeirTest) test = weir_test_new ();
  g_autoptr (WeirRun) run = weir_test_play (test, SWARM ("{ stop_after_failures: 2, concurrency: 3 }", WORK) FED,
                                            "{\"items\": [1, 2, 3, 4, 5, 6]}");

  weir_test_break ("work", "data.schema");
  weir_test_settle (test);
  weir_test_break ("work", "data.schema");
  assert_items (test, run, "ffrrqq");
  finish (test, NULL);
  finish (test, NULL);
  assert_counts (test, run, "6 = 0 queued, 0 running, 2 ok, 2 failed, 2 skipped");
  assert_result (test, run, "data.schema");
}

static void
test_takes_items_until_closed (void)
{
  g_autoptr (WeirTest) test = weir_test_new ();
  g_autoptr (WeirRun) run = weir_test_play (test, SWARM ("{ open: true, concurrency: 2 }", WORK), NULL);
  g_autoptr (WeirValue) more = weir_json_parse ("[9]", -1, NULL);
  g_auto (WeirSwarmAdded) added = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_WAITING);
  add (test, run, "[1, 2, 3]");
  g_assert_cmpuint (weir_test_n_waiting ("work"), ==, 2);
  for (guint i = 0; i < 3; i++)
    finish (test, NULL);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_WAITING);
  add (test, run, "[4]");
  finish (test, NULL);
  g_assert_true (weir_run_swarm_close (run, 0, "map", &error));
  g_assert_false (weir_run_swarm_add (run, 0, "map", more, FALSE, &added, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE);
  assert_result (test, run, "[1,2,3,4]");
}

static void
test_closes_when_full (void)
{
  g_autoptr (WeirTest) test = weir_test_new ();
  g_autoptr (WeirRun) run = weir_test_play (test, SWARM ("{ open: true, max_items: 2 }", WORK), NULL);
  g_autoptr (WeirValue) three = weir_json_parse ("[1, 2, 3]", -1, NULL);
  g_auto (WeirSwarmAdded) refused = { 0 };
  g_auto (WeirSwarmAdded) added = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_false (weir_run_swarm_add (run, 0, "map", three, FALSE, &refused, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_INVALID);
  assert_counts (test, run, "0 = 0 queued, 0 running, 0 ok, 0 failed, 0 skipped");
  g_clear_error (&error);
  g_assert_true (weir_run_swarm_add (run, 0, "map", three, TRUE, &added, &error));
  g_assert_cmpuint (added.n_added, ==, 2);
  g_assert_cmpuint (added.n_rejected, ==, 1);
  g_assert_true (added.closed);
  weir_test_settle (test);
  finish (test, NULL);
  finish (test, NULL);
  assert_result (test, run, "[1,2]");
}

static WeirValue *
make_rows (guint n, guint bad)
{
  WeirBuilder *list = weir_list_builder_new (n);

  for (guint i = 0; i < n; i++)
    {
      WeirBuilder *row = weir_record_builder_new (2);

      weir_builder_set_take (row, "id", i == bad ? weir_value_new_text ("x") : weir_value_new_int (i));
      weir_builder_set_take (row, "name", weir_value_new_text ("Somebody"));
      weir_builder_take (list, weir_builder_end (row));
    }
  return weir_builder_end (list);
}

static void
test_adds_all_or_none (void)
{
  g_autoptr (WeirTest) test = weir_test_new ();
  g_autoptr (WeirRun) run = weir_test_play (
    test, SWARM ("{ open: true, concurrency: 1, item_type: 'record{id: int, name: text}' }", WORK), NULL);
  g_autoptr (WeirValue) rows = make_rows (10000, 7000);
  g_auto (WeirSwarmAdded) refused = { 0 };
  g_auto (WeirSwarmAdded) added = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_false (weir_run_swarm_add (run, 0, "map", rows, FALSE, &refused, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_INVALID);
  g_assert_true (g_str_has_prefix (error->message, "1 of 10000 items do not fit, so none was added; item 7000: "));
  g_assert_cmpuint (weir_value_get_length (refused.rejected), ==, 1);
  assert_counts (test, run, "0 = 0 queued, 0 running, 0 ok, 0 failed, 0 skipped");
  g_clear_error (&error);
  g_assert_true (weir_run_swarm_add (run, 0, "map", rows, TRUE, &added, &error));
  g_assert_cmpuint (added.n_added, ==, 9999);
  g_assert_cmpuint (weir_value_get_length (added.rejected), ==, 1);
  assert_counts (test, run, "9999 = 9998 queued, 1 running, 0 ok, 0 failed, 0 skipped");
  weir_test_check_fold (test, run);
  g_test_message ("%" G_GINT64_FORMAT " µs for 10,000 items", added.duration);
}

static void
test_pauses_and_stops_one_item (void)
{
  g_autoptr (WeirTest) test = weir_test_new ();
  g_autoptr (WeirRun) run = weir_test_play (test, SWARM ("{ concurrency: 2, stop_after_failures: 1 }", WORK) FED,
                                            "{\"items\": [0, 1, 2, 3, 4]}");

  g_assert_true (weir_run_swarm_pause_item (run, 0, "map", 2, TRUE, NULL));
  g_assert_true (weir_run_swarm_stop_item (run, 0, "map", 3, FALSE, NULL));
  g_assert_true (weir_run_swarm_stop_item (run, 0, "map", 0, TRUE, NULL));
  assert_items (test, run, "frQsr");
  finish (test, NULL);
  finish (test, NULL);
  assert_items (test, run, "foQso");
  g_assert_true (weir_run_swarm_pause_item (run, 0, "map", 2, FALSE, NULL));
  weir_test_settle (test);
  finish (test, NULL);
  assert_result (test, run, "[null,1,2,null,4]");
}

static void
test_stop_keeps_what_waits (void)
{
  g_autoptr (WeirTest) test = weir_test_new ();
  g_autoptr (WeirRun) run = weir_test_play (test, SWARM ("{ concurrency: 2 }", WORK) FED, "{\"items\": [0, 1, 2, 3]}");
  g_autoptr (WeirSwarm) swarm = NULL;

  g_assert_true (weir_run_swarm_stop (run, 0, "map", FALSE, NULL));
  assert_items (test, run, "ffQQ");
  swarm = weir_run_get_swarm (run, 0, "map", 0, 0);
  g_assert_true (swarm->paused);
  g_assert_true (weir_run_resume_part (run, 0, "map", NULL));
  weir_test_settle (test);
  finish (test, NULL);
  finish (test, NULL);
  assert_result (test, run, "[null,null,2,3]");
}

static void
test_runs_an_item_again (void)
{
  g_autoptr (WeirTest) test = weir_test_new ();
  g_autoptr (WeirRun) run = weir_test_play (test,
                                            SWARM ("{ open: true }", WORK) "  ok: { kind: test.pass }\n"
                                                                           "links:\n  - map.each_ok -> ok.value\n",
                                            NULL);
  g_autoptr (GError) error = NULL;

  add (test, run, "[1, 2]");
  finish (test, "10");
  g_assert_false (weir_run_swarm_rerun (run, 0, "map", 1, &error));
  finish (test, "20");
  g_assert_true (weir_run_swarm_rerun (run, 0, "map", 0, NULL));
  assert_counts (test, run, "2 = 0 queued, 1 running, 1 ok, 0 failed, 0 skipped");
  finish (test, "11");
  assert_told (run, "ok", "0 1 0");
  g_assert_true (weir_run_swarm_close (run, 0, "map", NULL));
  weir_test_settle (test);
  {
    const WeirStepInfo *step = weir_run_state_find_step (weir_run_get_state (run), 0, "map");
    g_autofree char *results = weir_json_write (weir_value_find_member (step->outputs, "results"), 0, NULL);

    g_assert_cmpstr (results, ==, "[11,20]");
  }
  weir_test_check_fold (test, run);
}

static void
test_pauses_with_its_run (void)
{
  g_autoptr (WeirTest) test = weir_test_new ();
  g_autoptr (WeirRun) run = weir_test_play (test, SWARM ("{ concurrency: 1 }", WORK) FED, "{\"items\": [0, 1]}");
  g_autoptr (DexFuture) paused = weir_run_pause (run);
  g_autoptr (DexFuture) resumed = NULL;

  finish (test, NULL);
  g_assert_true (dex_future_is_resolved (paused));
  assert_items (test, run, "oQ");
  resumed = weir_run_resume (run);
  weir_test_settle (test);
  finish (test, NULL);
  assert_result (test, run, "[0,1]");
}

static void
test_ends_with_its_run (void)
{
  g_autoptr (WeirTest) test = weir_test_new ();
  g_autoptr (WeirRun) run = weir_test_play (test, SWARM ("{ concurrency: 1 }", WORK) FED, "{\"items\": [0, 1, 2]}");
  g_autoptr (DexFuture) stopped = NULL;

  finish (test, NULL);
  stopped = weir_run_stop (run);
  assert_items (test, run, "ofQ");
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_CANCELLED);
  weir_test_check_fold (test, run);
}

static void
test_goes_on_after_a_restart (void)
{
  g_autoptr (WeirTest) test = weir_test_new_on_disk ();
  g_autoptr (WeirRun) run = weir_test_play (
    test,
    SWARM ("{ open: true, concurrency: 2, order: completion }", WORK) "  ok: { kind: test.pass }\n"
                                                                      "links:\n  - map.each_ok -> ok.value\n",
    NULL);
  gint64 id = weir_run_get_id (run);
  g_autoptr (DexFuture) future = NULL;
  g_autoptr (GError) error = NULL;

  add (test, run, "[0, 1, 2, 3, 4]");
  finish (test, NULL);
  g_assert_true (weir_run_swarm_set_priority (run, 0, "map", 4, 50, NULL));
  g_assert_true (weir_run_swarm_stop_item (run, 0, "map", 3, FALSE, NULL));
  weir_test_settle (test);
  g_clear_object (&run);
  weir_test_reopen (test);
  future = weir_engine_recover_run (test->engine, id);
  run = g_value_dup_object (weir_test_await (future, &error));
  g_assert_no_error (error);
  assert_items (test, run, "orrsq");
  g_assert_cmpuint (weir_test_n_waiting ("work"), ==, 2);
  add (test, run, "[5]");
  for (guint i = 0; i < 4; i++)
    finish (test, NULL);
  assert_told (run, "ok", "0 1 2 4 5");
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_WAITING);
  weir_test_check_fold (test, run);
  g_assert_true (weir_run_swarm_close (run, 0, "map", NULL));
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);
}

static void
test_waits_over_a_restart (void)
{
  g_autoptr (WeirTest) test = weir_test_new_on_disk ();
  g_autoptr (WeirRun) run = weir_test_play (test, SWARM ("{ open: true }", WORK), NULL);
  gint64 id = weir_run_get_id (run);
  g_autoptr (DexFuture) future = NULL;

  add (test, run, "[1]");
  finish (test, NULL);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_WAITING);
  g_clear_object (&run);
  weir_test_reopen (test);
  future = weir_engine_recover_run (test->engine, id);
  run = g_value_dup_object (weir_test_await (future, NULL));
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_WAITING);
  add (test, run, "[2]");
  finish (test, NULL);
  g_assert_true (weir_run_swarm_close (run, 0, "map", NULL));
  assert_result (test, run, "[1,2]");
}

static void
test_keeps_many_items_small (void)
{
  g_autoptr (WeirTest) test = weir_test_new ();
  g_autoptr (WeirRun) run = weir_test_play (
    test, SWARM ("{ result_mode: ok }", "{ kind: test.pass, config: { give: '=item' } }") FED, "{\"items\": []}");
  g_autoptr (WeirRun) many = NULL;
  g_autoptr (WeirSwarm) swarm = NULL;
  WeirSwarmItem *item;

  assert_result (test, run, "[]");
  many = weir_test_play (test,
                         "weir: 1\nname: Many\nblocks:\n"
                         "  list: { kind: test.pass, config: { give: '=Array.from({ length: 3000 }, (_, i) => i)' } }\n"
                         "  map:\n    kind: flow.map\n    body:\n      blocks:\n"
                         "        work: { kind: test.pass, config: { give: '=item * 2' } }\n" FED,
                         NULL);
  assert_counts (test, many, "3000 = 0 queued, 0 running, 3000 ok, 0 failed, 0 skipped");
  swarm = weir_run_get_swarm (many, 0, "map", 10, 1);
  item = g_ptr_array_index (swarm->items, 0);
  g_assert_cmpint (weir_value_get_int (item->item), ==, 10);
  weir_test_check_fold (test, many);
}

/* A stream is read as items are needed: not to its end while the swarm is paused. */
static void
test_reads_a_stream_as_needed (void)
{
  g_autoptr (WeirTest) test = weir_test_new_on_disk ();
  g_autofree char *path = g_build_filename (test->dir, "rows.txt", NULL);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *yaml = NULL;
  g_autoptr (WeirRun) run = NULL;
  g_autoptr (WeirSwarm) swarm = NULL;
  g_autoptr (DexFuture) future = NULL;
  gint64 id;

  for (guint i = 0; i < 20000; i++)
    g_string_append_printf (text, "line %u of many, which is long enough to fill a buffer or two\n", i);
  g_assert_true (g_file_set_contents (path, text->str, (gssize) text->len, NULL));
  yaml = g_strdup_printf ("weir: 1\nname: Stream\nblocks:\n"
                          "  read: { kind: file.read, config: { path: %s, as: stream } }\n"
                          "  map:\n    kind: flow.map\n    config: { concurrency: 2 }\n    body:\n      blocks:\n"
                          "        work: { kind: test.wait, config: { give: 1 } }\n"
                          "links:\n  - read.content -> map.items\n",
                          path);
  run = weir_test_play (test, yaml, NULL);
  id = weir_run_get_id (run);
  while (weir_test_n_waiting ("work") < 2)
    g_main_context_iteration (NULL, TRUE);
  weir_test_settle (test);
  g_assert_cmpuint (weir_test_n_waiting ("work"), ==, 2);
  finish (test, NULL);
  swarm = weir_run_get_swarm (run, 0, "map", 0, 0);
  g_assert_cmpuint (swarm->n_items, <, 20000);
  g_clear_object (&run);
  weir_test_reopen (test);
  future = weir_engine_recover_run (test->engine, id);
  run = g_value_dup_object (weir_test_await (future, NULL));
  while (weir_test_n_waiting ("work") < 2)
    g_main_context_iteration (NULL, TRUE);
  weir_test_settle (test);
  g_clear_pointer (&swarm, weir_swarm_unref);
  swarm = weir_run_get_swarm (run, 0, "map", 0, 3);
  g_assert_cmpuint (swarm->n_ok, ==, 1);
  g_assert_cmpuint (swarm->n_running, ==, 2);
  weir_test_check_fold (test, run);
}

/* ── one item of a run that is over ─────────────────────────────────────────────────────── */

static WeirRun *
rerun (WeirTest *test, gint64 id, const char *options_json)
{
  g_autoptr (WeirValue) options = weir_json_parse (options_json, -1, NULL);
  g_autoptr (DexFuture) future = weir_engine_rerun (test->engine, id, options);
  g_autoptr (GError) error = NULL;
  const GValue *value = weir_test_await (future, &error);
  WeirRun *run;

  g_assert_no_error (error);
  run = g_value_dup_object (value);
  weir_test_settle (test);
  return run;
}

static void
test_one_item_of_a_run_that_is_over_runs_again (void)
{
  g_autoptr (WeirTest) test = weir_test_new_on_disk ();
  g_autoptr (WeirRun) run = weir_test_play (
    test, SWARM ("{ concurrency: 4, item_attempts: 1 }", WORK) "  told: { kind: flow.collect }\n" FED "  - map.each_ok -> told.item\n",
    "{\"items\": [\"a\", \"b\", \"c\", \"d\"]}");
  g_autoptr (WeirRun) again = NULL;
  g_autoptr (WeirRun) whole = NULL;
  g_autofree char *results = NULL;
  const WeirStepInfo *step;

  weir_test_finish ("work", "1");
  weir_test_break ("work", "io.other");
  weir_test_break ("work", "io.busy");
  weir_test_finish ("work", "4");
  assert_counts (test, run, "4 = 0 queued, 0 running, 2 ok, 2 failed, 0 skipped");
  g_assert_cmpint (weir_run_get_status (run), ==, WEIR_RUN_SUCCEEDED);

  again = rerun (test, 1, "{\"mode\": \"from\", \"block\": \"map[2]\"}");
  g_assert_cmpuint (weir_test_n_waiting ("work"), ==, 1);
  assert_items (test, again, "ofro");
  weir_test_finish ("work", "33");
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (again), ==, WEIR_RUN_SUCCEEDED);
  step = weir_run_state_find_step (weir_run_get_state (again), 0, "map");
  results = weir_json_write (weir_value_find_member (step->outputs, "results"), 0, NULL);
  g_assert_cmpstr (results, ==, "[1,null,33,4]");
  g_assert_cmpuint (weir_value_get_length (weir_value_find_member (step->outputs, "failures")), ==, 1);
  step = weir_run_state_find_step (weir_run_get_state (again), 0, "told");
  g_assert_cmpuint (weir_value_get_length (weir_value_find_member (step->outputs, "items")), ==, 3);
  weir_test_check_fold (test, again);

  /* and what is run again from there knows all of it */
  whole = rerun (test, 2, "{\"mode\": \"only\", \"block\": \"map[1]\"}");
  assert_items (test, whole, "oroo");
  weir_test_finish ("work", "22");
  weir_test_settle (test);
  g_assert_cmpint (weir_run_get_status (whole), ==, WEIR_RUN_SUCCEEDED);
  assert_items (test, whole, "oooo");
  weir_test_check_fold (test, whole);
}

/* Only what it gave is kept of an early item of many. */
static void
test_one_of_many_items_runs_again_after_a_restart (void)
{
  g_autoptr (WeirTest) test = weir_test_new_on_disk ();
  g_autoptr (WeirRun) run = weir_test_play (
    test,
    "weir: 1\nname: Many\nblocks:\n  list: { kind: test.pass, config: { give: '=Array.from ({ length: 600 }, (x, i) => i)' } }\n"
    "  map:\n    kind: flow.map\n    config: { item_attempts: 3, stop_after_failures: 300 }\n    body:\n      blocks:\n"
    "        work: { kind: test.pass, config: { give: '=item * 2', fail: '=item === 7 ? `io.other` : ``' } }\n" FED,
    NULL);
  g_autoptr (WeirRun) again = NULL;
  WeirValue *results;

  while (!weir_run_status_is_final (weir_run_get_status (run)))
    {
      weir_clock_advance (test->clock, 60000);
      weir_test_settle (test);
    }
  assert_counts (test, run, "600 = 0 queued, 0 running, 599 ok, 1 failed, 0 skipped");
  g_clear_object (&run);
  weir_test_reopen (test);
  again = rerun (test, 1, "{\"mode\": \"only\", \"block\": \"map[5]\"}");
  assert_counts (test, again, "600 = 0 queued, 0 running, 599 ok, 1 failed, 0 skipped");
  g_assert_cmpint (weir_run_get_status (again), ==, WEIR_RUN_SUCCEEDED);
  g_assert_cmpuint (weir_run_state_get_n_scopes (weir_run_get_state (again)), ==, 2);
  results = weir_value_find_member (weir_run_state_find_step (weir_run_get_state (again), 0, "map")->outputs, "results");
  g_assert_cmpint (weir_value_get_int (weir_value_get_item (results, 599)), ==, 1198);
  weir_test_check_fold (test, again);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/weir/swarm/runs-so-many-at-once", test_runs_so_many_at_once);
  g_test_add_func ("/weir/swarm/gives-results-as-they-ended", test_gives_results_as_they_ended);
  g_test_add_func ("/weir/swarm/ages", test_ages);
  g_test_add_func ("/weir/swarm/moves-an-item-forward", test_moves_an_item_forward);
  g_test_add_func ("/weir/swarm/tells-of-each-item-once", test_tells_of_each_item_once);
  g_test_add_func ("/weir/swarm/tries-an-item-again", test_tries_an_item_again);
  g_test_add_func ("/weir/swarm/tries-again-though-the-clock-was-set-back", test_tries_again_though_the_clock_was_set_back);
  g_test_add_func ("/weir/swarm/limits-the-time-of-an-item", test_limits_the_time_of_an_item);
  g_test_add_func ("/weir/swarm/stops-after-failures", test_stops_after_failures);
  g_test_add_func ("/weir/swarm/takes-items-until-closed", test_takes_items_until_closed);
  g_test_add_func ("/weir/swarm/closes-when-full", test_closes_when_full);
  g_test_add_func ("/weir/swarm/adds-all-or-none", test_adds_all_or_none);
  g_test_add_func ("/weir/swarm/pauses-and-stops-one-item", test_pauses_and_stops_one_item);
  g_test_add_func ("/weir/swarm/stop-keeps-what-waits", test_stop_keeps_what_waits);
  g_test_add_func ("/weir/swarm/runs-an-item-again", test_runs_an_item_again);
  g_test_add_func ("/weir/swarm/pauses-with-its-run", test_pauses_with_its_run);
  g_test_add_func ("/weir/swarm/ends-with-its-run", test_ends_with_its_run);
  g_test_add_func ("/weir/swarm/goes-on-after-a-restart", test_goes_on_after_a_restart);
  g_test_add_func ("/weir/swarm/waits-over-a-restart", test_waits_over_a_restart);
  g_test_add_func ("/weir/swarm/keeps-many-items-small", test_keeps_many_items_small);
  g_test_add_func ("/weir/swarm/reads-a-stream-as-needed", test_reads_a_stream_as_needed);
  g_test_add_func ("/weir/swarm/runs-again/one-item-of-a-run-that-is-over", test_one_item_of_a_run_that_is_over_runs_again);
  g_test_add_func ("/weir/swarm/runs-again/one-of-many-after-a-restart", test_one_of_many_items_runs_again_after_a_restart);
  return g_test_run ();
}
