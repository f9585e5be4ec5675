/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-store-fixture.h"

/* ── the journal ─────────────────────────────────────────────────────────────────────────── */

static void
test_journal_survives_reopening (StoreFixture *self, gconstpointer data)
{
  WeirBatch *batch = weir_batch_new ();
  g_autoptr(GPtrArray) events = NULL;
  WeirEvent *event;

  store_put_run (batch, 7, "w", WEIR_RUN_RUNNING);
  weir_batch_take_event (batch, store_event_new (WEIR_EVENT_RUN_STARTED, 7, 1, NULL), NULL, NULL);
  weir_batch_take_event (
    batch,
    store_event_new (WEIR_EVENT_BLOCK_SUCCEEDED, 7, 2, store_record_new ("outputs", weir_value_new_time (1234567))),
    NULL, NULL);
  store_fixture_commit (self, batch);
  store_fixture_reopen (self);

  events = store_await_boxed (weir_store_load_events (self->store, 7, 0, TRUE));
  g_assert_cmpuint (events->len, ==, 2);
  event = g_ptr_array_index (events, 0);
  g_assert_cmpint (event->kind, ==, WEIR_EVENT_RUN_STARTED);
  g_assert_null (event->data);
  event = g_ptr_array_index (events, 1);
  g_assert_cmpint (event->kind, ==, WEIR_EVENT_BLOCK_SUCCEEDED);
  g_assert_cmpint (event->run, ==, 7);
  g_assert_cmpuint (event->seq, ==, 2);
  g_assert_cmpint (event->at, ==, 1700000000000002);
  g_assert_cmpint (event->mono, ==, 5002);
  g_assert_cmpuint (event->scope, ==, 3);
  g_assert_cmpuint (event->firing, ==, 2);
  g_assert_cmpuint (event->attempt, ==, 1);
  g_assert_cmpstr (event->block, ==, "fetch");
  g_assert_cmpint (weir_value_get_time (weir_value_find_member (event->data, "outputs")), ==, 1234567);
}

static void
test_journal_loads_after_a_sequence (StoreFixture *self, gconstpointer data)
{
  WeirBatch *batch = weir_batch_new ();
  g_autoptr(GPtrArray) events = NULL;

  for (guint seq = 1; seq <= 20; seq++)
    {
      if (seq % 5 == 0)
        store_put_log (batch, 1, seq, WEIR_LOG_INFO, "fetch", "hello");
      else
        weir_batch_take_event (batch, store_event_new (WEIR_EVENT_BLOCK_STARTED, 1, seq, NULL), NULL, NULL);
    }
  weir_batch_take_event (batch, store_event_new (WEIR_EVENT_BLOCK_STARTED, 2, 15, NULL), NULL, NULL);
  weir_batch_take_event (batch, store_event_new (WEIR_EVENT_BLOCK_PROGRESS, 1, 0, NULL), NULL, NULL);
  store_fixture_commit (self, batch);

  events = store_await_boxed (weir_store_load_events (self->store, 1, 12, TRUE));
  g_assert_cmpuint (events->len, ==, 8);
  for (guint i = 0; i < events->len; i++)
    {
      WeirEvent *event = g_ptr_array_index (events, i);

      g_assert_cmpuint (event->seq, ==, 13 + i);
      g_assert_cmpint (event->run, ==, 1);
      if (event->kind == WEIR_EVENT_LOG)
        g_assert_cmpstr (weir_value_get_member_text (event->data, "message", NULL), ==, "hello");
    }
}

typedef struct
{
  GArray *order;
  guint   number;
} Mark;

static void
mark_cb (gpointer data)
{
  Mark *mark = data;

  g_array_append_val (mark->order, mark->number);
}

static void
test_done_comes_in_order (StoreFixture *self, gconstpointer data)
{
  g_autoptr(GArray) order = g_array_new (FALSE, FALSE, sizeof (guint));
  Mark marks[500];

  for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
    {
      WeirBatch *batch = weir_batch_new ();

      marks[i] = (Mark) { order, i };
      weir_batch_take_event (batch, store_event_new (WEIR_EVENT_BLOCK_STARTED, 1, i + 1, NULL), NULL, NULL);
      weir_store_commit (self->store, batch, mark_cb, &marks[i]);
    }
  g_assert_cmpuint (order->len, ==, 0);
  while (order->len < G_N_ELEMENTS (marks))
    g_main_context_iteration (NULL, TRUE);
  for (guint i = 0; i < order->len; i++)
    g_assert_cmpuint (g_array_index (order, guint, i), ==, i);
}

/* ── runs ────────────────────────────────────────────────────────────────────────────────── */

static void
test_runs_are_listed_newest_first (StoreFixture *self, gconstpointer data)
{
  WeirBatch *batch = weir_batch_new ();
  g_autoptr(GListModel) runs = NULL;
  g_autoptr(WeirRunInfo) newest = NULL;
  g_autoptr(GListModel) limited = NULL;

  for (gint64 run = 1; run <= 5; run++)
    store_put_run (batch, run, run % 2 ? "odd" : "even", WEIR_RUN_RUNNING);
  weir_batch_put_run (batch, 5, "odd", "Tidy", 1, WEIR_RUN_FAILED, 1005, 3005, 9, "No such file");
  store_fixture_commit (self, batch);

  runs = store_await_object (weir_store_list_runs (self->store, "odd", 0));
  g_assert_cmpuint (g_list_model_get_n_items (runs), ==, 3);
  newest = g_list_model_get_item (runs, 0);
  g_assert_cmpint (weir_run_info_get_id (newest), ==, 5);
  g_assert_cmpint (weir_run_info_get_status (newest), ==, WEIR_RUN_FAILED);
  g_assert_cmpint (weir_run_info_get_created_at (newest), ==, 1005);
  g_assert_cmpint (weir_run_info_get_ended_at (newest), ==, 3005);
  g_assert_cmpuint (weir_run_info_get_n_steps (newest), ==, 9);
  g_assert_cmpstr (weir_run_info_get_error (newest), ==, "No such file");
  limited = store_await_object (weir_store_list_runs (self->store, NULL, 2));
  g_assert_cmpuint (g_list_model_get_n_items (limited), ==, 2);
  store_assert_rejected (weir_store_load_run (self->store, 99), WEIR_ERROR_NOT_FOUND);
}

static void
test_unfinished_runs_are_found_at_start (StoreFixture *self, gconstpointer data)
{
  WeirBatch *batch = weir_batch_new ();
  g_autoptr(GListModel) unfinished = NULL;
  g_autoptr(WeirRunInfo) first = NULL;

  store_put_run (batch, 1, "w", WEIR_RUN_SUCCEEDED);
  store_put_run (batch, 2, "w", WEIR_RUN_PAUSED);
  store_put_run (batch, 3, "w", WEIR_RUN_INTERRUPTED);
  store_put_run (batch, 4, "w", WEIR_RUN_RUNNING);
  store_fixture_commit (self, batch);
  store_fixture_reopen (self);

  unfinished = weir_store_list_unfinished (self->store);
  g_assert_cmpuint (g_list_model_get_n_items (unfinished), ==, 2);
  first = g_list_model_get_item (unfinished, 0);
  g_assert_cmpint (weir_run_info_get_id (first), ==, 2);
  g_assert_cmpint (weir_run_info_get_status (first), ==, WEIR_RUN_PAUSED);
  g_assert_cmpint (weir_store_get_last_run_id (self->store), ==, 4);
}

/* ── effects ─────────────────────────────────────────────────────────────────────────────── */

static void
test_effects_change_state_and_are_counted (StoreFixture *self, gconstpointer data)
{
  g_autoptr(WeirValue) before = store_record_new ("mode", weir_value_new_int (0644));
  WeirEffect effect = {
    .id = 11, .run = 4, .scope = 2, .firing = 1, .block = (char *) "move", .kind = (char *) "file.move", .type = (char *) "file.move",
    .target = (char *) "/a", .undo = WEIR_UNDO_EXACT, .state = WEIR_EFFECT_INTENDED, .at = 77, .before = before,
  };
  WeirBatch *batch = weir_batch_new ();
  g_autoptr(GPtrArray) effects = NULL;
  g_autoptr(WeirRunInfo) run = NULL;
  WeirEffect *stored;

  store_put_run (batch, 4, "w", WEIR_RUN_SUCCEEDED);
  weir_batch_put_effect (batch, &effect);
  effect.id = 12;
  weir_batch_put_effect (batch, &effect);
  store_fixture_commit (self, batch);
  batch = weir_batch_new ();
  effect.state = WEIR_EFFECT_UNDONE;
  effect.after = before;
  weir_batch_put_effect (batch, &effect);
  store_fixture_commit (self, batch);
  store_fixture_reopen (self);

  effects = store_await_boxed (weir_store_list_effects (self->store, 4));
  g_assert_cmpuint (effects->len, ==, 2);
  stored = g_ptr_array_index (effects, 0);
  g_assert_cmpint (stored->id, ==, 11);
  g_assert_cmpint (stored->state, ==, WEIR_EFFECT_INTENDED);
  g_assert_null (stored->after);
  stored = g_ptr_array_index (effects, 1);
  g_assert_cmpint (stored->state, ==, WEIR_EFFECT_UNDONE);
  g_assert_cmpstr (stored->target, ==, "/a");
  g_assert_cmpstr (stored->kind, ==, "file.move");
  g_assert_cmpint (stored->undo, ==, WEIR_UNDO_EXACT);
  g_assert_cmpint (stored->at, ==, 77);
  g_assert_true (weir_value_equal (stored->before, before));
  g_assert_true (weir_value_equal (stored->after, before));
  run = store_await_object (weir_store_load_run (self->store, 4));
  g_assert_cmpuint (weir_run_info_get_n_effects (run), ==, 1);
  g_assert_cmpuint (weir_run_info_get_n_undone (run), ==, 1);
  g_assert_cmpint (weir_store_get_last_effect_id (self->store), ==, 12);
}

static void
test_news_of_an_effect_keep_what_they_do_not_say (StoreFixture *self, gconstpointer data)
{
  WeirEffect effect = { .id = 1, .run = 4, .type = (char *) "file.write", .target = (char *) "/a", .undo = WEIR_UNDO_EXACT };
  WeirEffect news = { .id = 1, .run = 4, .state = WEIR_EFFECT_COMPLETED };
  WeirBatch *batch = weir_batch_new ();
  g_autoptr(GPtrArray) effects = NULL;
  WeirEffect *stored;

  effect.before = store_text_new (100 * 1000, 'b');
  news.after = weir_value_new_int (2);
  weir_batch_put_effect (batch, &effect);
  weir_batch_put_effect (batch, &news);
  g_clear_pointer (&news.after, weir_value_unref);
  news.state = WEIR_EFFECT_UNDONE;
  weir_batch_put_effect (batch, &news);
  store_fixture_commit (self, batch);
  effects = store_await_boxed (weir_store_list_effects (self->store, 4));
  stored = g_ptr_array_index (effects, 0);
  g_assert_cmpint (stored->state, ==, WEIR_EFFECT_UNDONE);
  g_assert_cmpstr (stored->target, ==, "/a");
  g_assert_true (weir_value_equal (stored->before, effect.before));
  g_assert_cmpint (weir_value_get_int (stored->after), ==, 2);
  weir_value_unref (effect.before);
}

/* ── variables ───────────────────────────────────────────────────────────────────────────── */

static void
test_variables_are_there_at_once_and_later (StoreFixture *self, gconstpointer data)
{
  WeirBatch *batch = weir_batch_new ();
  g_autoptr(WeirValue) global = weir_value_new_int (1);
  g_autoptr(WeirValue) local = store_text_new (100 * 1000, 'v');
  g_autoptr(WeirValue) gone = weir_value_new_int (3);
  g_autoptr(WeirValue) read_global = NULL;
  g_autoptr(WeirValue) read_local = NULL;

  weir_batch_put_variable (batch, NULL, "count", global);
  weir_batch_put_variable (batch, "w", "count", local);
  weir_batch_put_variable (batch, "w", "gone", gone);
  weir_batch_put_variable (batch, "w", "gone", NULL);
  weir_store_commit (self->store, batch, NULL, NULL);
  read_global = weir_store_dup_variable (self->store, NULL, "count");
  g_assert_true (read_global == global);
  store_fixture_reopen (self);

  g_clear_pointer (&read_global, weir_value_unref);
  read_global = weir_store_dup_variable (self->store, NULL, "count");
  read_local = weir_store_dup_variable (self->store, "w", "count");
  g_assert_true (weir_value_equal (read_global, global));
  g_assert_true (weir_value_equal (read_local, local));
  g_assert_null (weir_store_dup_variable (self->store, "w", "gone"));
}

/* ── closing ─────────────────────────────────────────────────────────────────────────────── */

static void
must_not_come_cb (gpointer data)
{
  g_assert_not_reached ();
}

static void
test_closing_writes_what_is_queued (StoreFixture *self, gconstpointer data)
{
  WeirBatch *batch = weir_batch_new ();
  g_autoptr(GPtrArray) events = NULL;

  weir_batch_take_event (batch, store_event_new (WEIR_EVENT_RUN_STARTED, 1, 1, NULL), NULL, NULL);
  weir_store_commit (self->store, batch, must_not_come_cb, NULL);
  weir_store_close (self->store);
  store_assert_rejected (weir_store_load_run (self->store, 1), WEIR_ERROR_STORE);
  store_fixture_reopen (self);
  events = store_await_boxed (weir_store_load_events (self->store, 1, 0, TRUE));
  g_assert_cmpuint (events->len, ==, 1);
}

static void
test_memory_leaves_nothing (void)
{
  g_autoptr(GError) error = NULL;
  StoreFixture self = { .store = weir_store_new (":memory:", &error) };
  WeirBatch *batch = weir_batch_new ();
  g_autofree char *blob = NULL;
  g_autofree char *hash = NULL;
  g_autoptr(GPtrArray) events = NULL;

  g_assert_no_error (error);
  weir_batch_take_event (
    batch,
    store_event_new (WEIR_EVENT_BLOCK_SUCCEEDED, 1, 1, store_record_new ("result", store_text_new (1 << 20, 'm'))),
    NULL, NULL);
  store_fixture_commit (&self, batch);
  events = store_await_boxed (weir_store_load_events (self.store, 1, 0, TRUE));
  g_assert_cmpuint (events->len, ==, 1);
  hash = weir_store_put_blob (self.store, "abc", 3, &error);
  g_assert_no_error (error);
  blob = weir_store_get_blob_path (self.store, hash);
  g_assert_true (g_file_test (blob, G_FILE_TEST_EXISTS));
  weir_store_unref (self.store);
  g_assert_false (g_file_test (blob, G_FILE_TEST_EXISTS));
}

int
main (int argc, char **argv)
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  store_test ("/weir/store/journal/survives-reopening", test_journal_survives_reopening);
  store_test ("/weir/store/journal/loads-after-a-sequence", test_journal_loads_after_a_sequence);
  store_test ("/weir/store/journal/done-comes-in-order", test_done_comes_in_order);
  store_test ("/weir/store/runs/are-listed-newest-first", test_runs_are_listed_newest_first);
  store_test ("/weir/store/runs/unfinished-are-found-at-start", test_unfinished_runs_are_found_at_start);
  store_test ("/weir/store/effects/change-state-and-are-counted", test_effects_change_state_and_are_counted);
  store_test ("/weir/store/effects/news-keep-what-they-do-not-say", test_news_of_an_effect_keep_what_they_do_not_say);
  store_test ("/weir/store/variables/are-there-at-once-and-later", test_variables_are_there_at_once_and_later);
  store_test ("/weir/store/close/writes-what-is-queued", test_closing_writes_what_is_queued);
  g_test_add_func ("/weir/store/memory/leaves-nothing", test_memory_leaves_nothing);
  return g_test_run ();
}
