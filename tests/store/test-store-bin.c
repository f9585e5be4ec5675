/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "weir-store-fixture.h"
#include "weir-store-private.h"

#define DAY G_TIME_SPAN_DAY
#define MARKER "zebra-crossing-4711"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirSavedVersion, weir_saved_version_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirStoredWorkflow, weir_stored_workflow_free)

/* ── a machine whose clock the test turns ────────────────────────────────────────────────── */

static GMutex moment_lock;
static WeirStoreMoment moment;

static void
read_moment (WeirStoreMoment *now, gpointer user_data)
{
  g_mutex_lock (&moment_lock);
  *now = moment;
  g_mutex_unlock (&moment_lock);
}

/* @utc is what the clock shows more, @passed what went by. */
static void
turn (gint64 utc, gint64 passed)
{
  g_mutex_lock (&moment_lock);
  moment.utc += utc;
  moment.boottime += passed;
  g_mutex_unlock (&moment_lock);
}

static void
reboot (gint64 utc, gboolean synced)
{
  g_mutex_lock (&moment_lock);
  moment.utc += utc;
  moment.boottime = G_USEC_PER_SEC;
  moment.synced = synced;
  moment.boot[0]++;
  g_mutex_unlock (&moment_lock);
}

static void
use_moments (StoreFixture *self)
{
  moment = (WeirStoreMoment) { .utc = g_get_real_time (), .boottime = G_TIME_SPAN_HOUR, .boot = "a" };
  weir_store_set_moment_func (self->store, read_moment, NULL);
}

/* ── helpers ─────────────────────────────────────────────────────────────────────────────── */

static guint
purge_all (StoreFixture *self)
{
  gint64 began = g_get_monotonic_time ();
  gint64 longest = 0;
  guint n_parts = 1;

  while (store_await_ok (weir_store_purge (self->store)))
    {
      longest = MAX (longest, g_get_monotonic_time () - began);
      began = g_get_monotonic_time ();
      n_parts++;
    }
  g_test_message ("%u parts, the longest took %.1f ms", n_parts, longest / 1000.0);
  return n_parts;
}

static void
add_run (StoreFixture *self, gint64 run, const char *workflow, WeirRunStatus status)
{
  WeirBatch *batch = weir_batch_new ();

  store_put_run (batch, run, workflow, status);
  weir_batch_take_event (
    batch, store_event_new (WEIR_EVENT_RUN_SUCCEEDED, run, 1, store_record_new ("result", weir_value_new_int (run))),
    NULL, NULL);
  store_fixture_commit (self, batch);
}

static guint
count_runs (StoreFixture *self)
{
  g_autoptr(GListModel) runs = store_await_object (weir_store_list_runs (self->store, NULL, 0));

  return g_list_model_get_n_items (runs);
}

static guint
count_deleted (StoreFixture *self)
{
  g_autoptr(GPtrArray) deleted = store_await_boxed (weir_store_list_deleted (self->store));

  return deleted->len;
}

static guint
count_audit (StoreFixture *self)
{
  g_autoptr(GPtrArray) rows = store_await_boxed (weir_store_list_audit (self->store));

  return rows->len;
}

static gboolean
run_exists (StoreFixture *self, gint64 run)
{
  g_autoptr(DexFuture) future = weir_store_load_run (self->store, run);

  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);
  return dex_future_is_resolved (future);
}

static void
mark (StoreFixture *self, gint64 run)
{
  g_assert_true (store_await_ok (weir_store_mark_run (self->store, run, "user", "test")));
}

/* ── the bin ─────────────────────────────────────────────────────────────────────────────── */

static void
test_deleted_run_is_in_no_list_until_restored (StoreFixture *self, gconstpointer data)
{
  g_autoptr(GPtrArray) deleted = NULL;
  WeirDeleted *line;

  add_run (self, 1, "w", WEIR_RUN_SUCCEEDED);
  add_run (self, 2, "w", WEIR_RUN_RUNNING);
  mark (self, 1);
  g_assert_cmpuint (count_runs (self), ==, 1);
  deleted = store_await_boxed (weir_store_list_deleted (self->store));
  g_assert_cmpuint (deleted->len, ==, 1);
  line = g_ptr_array_index (deleted, 0);
  g_assert_cmpint (line->run, ==, 1);
  g_assert_cmpstr (line->name, ==, "Tidy");
  g_assert_cmpint (line->expires_at - line->deleted_at, >=, 30 * DAY);
  g_assert_true (store_await_ok (weir_store_restore_run (self->store, 1, "user")));
  g_assert_cmpuint (count_runs (self), ==, 2);
  g_assert_cmpuint (count_deleted (self), ==, 0);
  store_assert_rejected (weir_store_restore_run (self->store, 1, "user"), WEIR_ERROR_WRONG_STATE);
  store_assert_rejected (weir_store_mark_run (self->store, 2, "user", NULL), WEIR_ERROR_WRONG_STATE);
  store_assert_rejected (weir_store_mark_run (self->store, 3, "user", NULL), WEIR_ERROR_NOT_FOUND);
  g_assert_cmpuint (count_audit (self), ==, 2);
}

static void
test_running_it_again_takes_it_back (StoreFixture *self, gconstpointer data)
{
  g_autoptr(WeirSavedVersion) saved = store_await_boxed (
    weir_store_save_workflow (self->store, NULL, "Tidy", "weir: 1", NULL, NULL));
  WeirBatch *batch = weir_batch_new ();

  add_run (self, 1, saved->id, WEIR_RUN_FAILED);
  mark (self, 1);
  g_assert_true (store_await_ok (weir_store_mark_workflow (self->store, saved->id, "user", NULL)));
  g_assert_cmpuint (count_deleted (self), ==, 2);
  store_put_run (batch, 2, saved->id, WEIR_RUN_RUNNING);
  weir_batch_put_run_fields (batch, 2, 1, "fetch", 5);
  store_fixture_commit (self, batch);
  g_assert_cmpuint (count_deleted (self), ==, 0);
  g_assert_cmpuint (count_runs (self), ==, 2);
}

static void
test_expired_one_goes_for_good (StoreFixture *self, gconstpointer data)
{
  use_moments (self);
  add_run (self, 1, "w", WEIR_RUN_SUCCEEDED);
  mark (self, 1);
  turn (29 * DAY, 29 * DAY);
  purge_all (self);
  g_assert_cmpuint (count_deleted (self), ==, 1);
  turn (DAY, DAY);
  purge_all (self);
  g_assert_cmpuint (count_deleted (self), ==, 0);
  g_assert_false (run_exists (self, 1));
  g_assert_cmpuint (count_audit (self), ==, 2);
}

static void
test_a_wrong_clock_deletes_nothing_early (StoreFixture *self, gconstpointer data)
{
  use_moments (self);
  add_run (self, 1, "w", WEIR_RUN_SUCCEEDED);
  mark (self, 1);
  turn (3650 * DAY, G_USEC_PER_SEC); /* set ten years ahead */
  purge_all (self);
  g_assert_cmpuint (count_deleted (self), ==, 1);
  turn (-3650 * DAY, 29 * DAY); /* and right again */
  purge_all (self);
  g_assert_cmpuint (count_deleted (self), ==, 1);
  reboot (3650 * DAY, FALSE); /* a battery is empty; nobody vouches for the clock */
  purge_all (self);
  g_assert_cmpuint (count_deleted (self), ==, 1);
  turn (2 * DAY, 2 * DAY);
  purge_all (self);
  g_assert_cmpuint (count_deleted (self), ==, 0);
}

static void
test_time_off_counts_where_the_clock_is_kept (StoreFixture *self, gconstpointer data)
{
  use_moments (self);
  moment.synced = TRUE;
  add_run (self, 1, "w", WEIR_RUN_SUCCEEDED);
  mark (self, 1);
  reboot (31 * DAY, TRUE);
  purge_all (self);
  g_assert_cmpuint (count_deleted (self), ==, 0);
}

static void
test_no_time_in_the_bin_is_now (StoreFixture *self, gconstpointer data)
{
  add_run (self, 1, "w", WEIR_RUN_SUCCEEDED);
  add_run (self, 2, "v", WEIR_RUN_SUCCEEDED);
  g_assert_true (store_await_ok (weir_store_set_retention (self->store, "w", "deleted-run", 0, 0)));
  mark (self, 1);
  mark (self, 2);
  purge_all (self);
  g_assert_false (run_exists (self, 1));
  g_assert_true (run_exists (self, 2));
}

static void
test_version_stays_while_a_run_needs_it (StoreFixture *self, gconstpointer data)
{
  g_autoptr(WeirSavedVersion) saved = store_await_boxed (
    weir_store_save_workflow (self->store, NULL, "Tidy", "weir: 1", NULL, NULL));
  g_autoptr(WeirStoredWorkflow) workflow = NULL;
  WeirBatch *batch = weir_batch_new ();
  g_autoptr(WeirValue) value = weir_value_new_int (1);

  use_moments (self);
  weir_batch_put_state (batch, saved->id, "a", "k", value, 0);
  store_fixture_commit (self, batch);
  add_run (self, 1, saved->id, WEIR_RUN_RUNNING);
  g_assert_true (store_await_ok (weir_store_mark_workflow (self->store, saved->id, "user", NULL)));
  turn (31 * DAY, 31 * DAY);
  purge_all (self);
  workflow = store_await_boxed (weir_store_load_workflow (self->store, saved->id, 1));
  g_assert_cmpstr (workflow->text, ==, "weir: 1");
  store_assert_rejected (weir_store_delete_workflow (self->store, saved->id, "user", NULL), WEIR_ERROR_WRONG_STATE);
  batch = weir_batch_new ();
  store_put_run (batch, 1, saved->id, WEIR_RUN_SUCCEEDED);
  store_fixture_commit (self, batch);
  purge_all (self);
  store_assert_rejected (weir_store_load_workflow (self->store, saved->id, 1), WEIR_ERROR_NOT_FOUND);
  g_assert_true (run_exists (self, 1));
}

static void
test_numbers_are_not_given_out_again (StoreFixture *self, gconstpointer data)
{
  add_run (self, 7, "w", WEIR_RUN_SUCCEEDED);
  g_assert_true (store_await_ok (weir_store_delete_run (self->store, 7, "user", NULL)));
  store_fixture_reopen (self);
  g_assert_cmpint (weir_store_get_last_run_id (self->store), ==, 7);
}

/* ── for good ────────────────────────────────────────────────────────────────────────────── */

static void
put_marked_run (WeirBatch *batch, gint64 run, guint n_lines)
{
  g_autofree char *text = g_strdup_printf (MARKER "-%" G_GINT64_FORMAT, run);
  WeirEffect effect = { .id = run, .run = run, .type = (char *) "file.write", .undo = WEIR_UNDO_EXACT };

  weir_batch_put_run (batch, run, "w", "Tidy", 1, WEIR_RUN_FAILED, 1000, 2000, 7, text);
  for (guint i = 0; i < n_lines; i++)
    {
      weir_batch_take_event (batch,
                             store_event_new (WEIR_EVENT_RUN_SUCCEEDED, run, 2 * i + 1,
                                              store_record_new ("result", weir_value_new_text (text))),
                             NULL, NULL);
      store_put_log (batch, run, 2 * i + 2, WEIR_LOG_INFO, "move", text);
    }
  effect.before = store_record_new ("content", weir_value_new_text (text));
  weir_batch_put_effect (batch, &effect);
  weir_value_unref (effect.before);
}

/* Lines of several runs at a time, so that their rows share pages. */
static void
add_marked_runs (StoreFixture *self, guint n_lines)
{
  for (guint part = 0; part < 3; part++)
    {
      WeirBatch *batch = weir_batch_new ();

      for (gint64 run = 1; run <= 3; run++)
        put_marked_run (batch, run + 3 * part, n_lines);
      store_fixture_commit (self, batch);
    }
  /* into the text index */
  for (gint64 run = 1; run <= 9; run++)
    g_ptr_array_unref (store_await_boxed (weir_store_query_logs (self->store, run, 0, NULL, "zebra", 0, 1)));
}

static gboolean
folder_holds (const char *path, const char *text)
{
  g_autoptr(GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);
      g_autofree char *content = NULL;
      gsize length = 0;

      if (g_file_test (child, G_FILE_TEST_IS_DIR) ? folder_holds (child, text)
                                                  : g_file_get_contents (child, &content, &length, NULL)
                                                      && memmem (content, length, text, strlen (text)) != NULL)
        return TRUE;
    }
  return FALSE;
}

static void
test_nothing_of_it_is_left_on_disk (StoreFixture *self, gconstpointer data)
{
  g_autoptr(WeirValue) big = store_text_new (100 * 1000, 'q');
  WeirBatch *batch = weir_batch_new ();

  add_marked_runs (self, 300);
  weir_batch_take_event (
    batch, store_event_new (WEIR_EVENT_RUN_SUCCEEDED, 5, 1000, store_record_new ("result", weir_value_ref (big))), NULL,
    NULL);
  store_fixture_commit (self, batch);
  g_assert_true (folder_holds (self->dir, MARKER "-5"));
  g_assert_true (store_await_ok (weir_store_delete_run (self->store, 5, "user", "private")));
  purge_all (self);
  g_assert_false (folder_holds (self->dir, MARKER "-5"));
  g_assert_false (folder_holds (self->dir, "qqqqqqqqqqqqqqqq"));
  g_assert_true (folder_holds (self->dir, MARKER "-6"));
  for (gint64 run = 1; run <= 9; run++)
    if (run != 5)
      g_assert_true (store_await_ok (weir_store_delete_run (self->store, run, "user", NULL)));
  purge_all (self);
  g_assert_false (folder_holds (self->dir, "zebra"));
}

static void
test_big_run_goes_in_parts (StoreFixture *self, gconstpointer data)
{
  g_autofree char *path = store_fixture_path (self, "weir.db");
  WeirBatch *batch = weir_batch_new ();
  g_autofree WeirUsage *before = NULL;
  g_autofree WeirUsage *after = NULL;

  put_marked_run (batch, 1, 20000);
  put_marked_run (batch, 2, 10);
  store_fixture_commit (self, batch);
  g_ptr_array_unref (store_await_boxed (weir_store_query_logs (self->store, 1, 0, NULL, "zebra", 0, 1)));
  before = store_await_boxed (weir_store_get_usage (self->store));
  g_assert_true (store_await_ok (weir_store_delete_run (self->store, 1, "user", NULL)));
  g_assert_false (run_exists (self, 1));
  g_assert_cmpuint (purge_all (self), >, 2);
  after = store_await_boxed (weir_store_get_usage (self->store));
  g_assert_cmpuint (after->database, <, before->database / 4);
  g_assert_cmpuint (after->unused, ==, 0);
  g_assert_cmpuint (after->log, ==, 0);
  {
    g_autoptr(GPtrArray) others = store_await_boxed (weir_store_query_logs (self->store, 2, 0, NULL, "zebra", 0, 0));

    g_assert_cmpuint (others->len, ==, 10);
  }
}

static void
test_footprint_says_what_goes (StoreFixture *self, gconstpointer data)
{
  WeirBatch *batch = weir_batch_new ();
  WeirEffect done = {
    .id = 90, .run = 1, .type = (char *) "file.write", .undo = WEIR_UNDO_EXACT, .state = WEIR_EFFECT_COMPLETED
  };
  g_autofree WeirFootprint *footprint = NULL;

  put_marked_run (batch, 1, 3);
  weir_batch_put_effect (batch, &done);
  weir_batch_take_event (
    batch,
    store_event_new (WEIR_EVENT_RUN_SUCCEEDED, 1, 100, store_record_new ("result", store_text_new (100 * 1000, 'b'))),
    NULL, NULL);
  store_fixture_commit (self, batch);
  footprint = store_await_boxed (weir_store_measure_run (self->store, 1));
  g_assert_cmpint (footprint->n_steps, ==, 7);
  g_assert_cmpint (footprint->n_events, ==, 4);
  g_assert_cmpint (footprint->n_lines, ==, 3);
  g_assert_cmpint (footprint->n_effects, ==, 1);
  g_assert_cmpint (footprint->n_blobs, ==, 1);
  g_assert_cmpint (footprint->bytes, >, 100 * 1000);
  store_assert_rejected (weir_store_measure_run (self->store, 2), WEIR_ERROR_NOT_FOUND);
}

/* The other process: takes a big run away and is killed before it has removed the rest of it. */
static int
delete_and_wait (const char *dir)
{
  StoreFixture fixture = { .dir = (char *) dir };
  WeirBatch *batch = weir_batch_new ();
  g_autoptr(GError) error = NULL;

  fixture.store = weir_store_new (dir, &error);
  g_assert_no_error (error);
  put_marked_run (batch, 1, 50000);
  store_fixture_commit (&fixture, batch);
  g_ptr_array_unref (store_await_boxed (weir_store_query_logs (fixture.store, 1, 0, NULL, "zebra", 0, 1)));
  store_await_ok (weir_store_delete_run (fixture.store, 1, "user", NULL));
  kill (getpid (), SIGKILL);
  return 1;
}

static void
test_killed_half_way_it_goes_on (StoreFixture *self, gconstpointer data)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autoptr(GSubprocess) other = NULL;
  g_autoptr(GError) error = NULL;

  weir_store_close (self->store);
  other = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, program, "--delete", self->dir, NULL);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_wait (other, NULL, &error));
  g_assert_true (g_subprocess_get_if_signaled (other));
  store_fixture_reopen (self);
  g_assert_false (run_exists (self, 1));
  g_assert_true (folder_holds (self->dir, MARKER));
  purge_all (self);
  g_assert_false (folder_holds (self->dir, MARKER));
  g_assert_cmpuint (count_audit (self), ==, 1);
}

/* ── retention ───────────────────────────────────────────────────────────────────────────── */

static void
keep (StoreFixture *self, const char *workflow, const char *kind, gint64 age, gint64 max_bytes)
{
  g_assert_true (store_await_ok (weir_store_set_retention (self->store, workflow, kind, age, max_bytes)));
}

/* A run that ended so long ago, with a line, a big value, and a copy of a file that an undo needs. */
static void
add_old_run (StoreFixture *self, gint64 run, const char *workflow, gint64 age)
{
  WeirBatch *batch = weir_batch_new ();
  gint64 ended_at = moment.utc - age;
  WeirEffect effect = { .id = run, .run = run, .type = (char *) "file.write", .undo = WEIR_UNDO_EXACT };
  g_autofree char *content = g_strdup_printf ("before %" G_GINT64_FORMAT, run);
  g_autofree char *hash = weir_store_put_blob (self->store, content, strlen (content), NULL);

  weir_batch_put_run (batch, run, workflow, "Tidy", 1, WEIR_RUN_SUCCEEDED, ended_at, ended_at, 1, NULL);
  weir_batch_take_event (batch,
                         store_event_new (WEIR_EVENT_RUN_SUCCEEDED, run, 1,
                                          store_record_new ("result", store_text_new (100 * 1000, 'a' + (char) run))),
                         NULL, NULL);
  store_put_log (batch, run, 2, WEIR_LOG_INFO, "move", "moved");
  effect.before = store_record_new ("content", weir_value_new_text (hash));
  weir_batch_put_effect (batch, &effect);
  weir_value_unref (effect.before);
  store_fixture_commit (self, batch);
}

static guint
count_lines (StoreFixture *self, gint64 run)
{
  g_autoptr(GPtrArray) lines = store_await_boxed (weir_store_query_logs (self->store, run, 0, NULL, NULL, 0, 0));

  return lines->len;
}

static void
test_runs_go_when_they_are_too_old (StoreFixture *self, gconstpointer data)
{
  use_moments (self);
  add_old_run (self, 1, "w", 100 * DAY);
  add_old_run (self, 2, "v", 100 * DAY);
  add_old_run (self, 3, "w", 10 * DAY);
  purge_all (self);
  g_assert_cmpuint (count_runs (self), ==, 3);
  keep (self, NULL, "run", 90 * DAY, 0);
  keep (self, "v", "run", -1, 0);
  purge_all (self);
  g_assert_false (run_exists (self, 1));
  g_assert_true (run_exists (self, 2));
  g_assert_true (run_exists (self, 3));
  g_assert_cmpuint (store_fixture_count_blobs (self), ==, 4);
  g_assert_cmpuint (count_audit (self), ==, 1);
}

static void
test_old_runs_may_lose_their_log_or_values_alone (StoreFixture *self, gconstpointer data)
{
  g_autoptr(GPtrArray) events = NULL;
  g_autoptr(GPtrArray) effects = NULL;
  g_autoptr(GBytes) before = NULL;
  WeirEffect *effect;

  use_moments (self);
  add_old_run (self, 1, "w", 100 * DAY);
  add_old_run (self, 2, "w", 10 * DAY);
  g_ptr_array_unref (store_await_boxed (weir_store_query_logs (self->store, 1, 0, NULL, "moved", 0, 0)));
  keep (self, NULL, "log", 90 * DAY, 0);
  keep (self, NULL, "blob", 90 * DAY, 0);
  purge_all (self);
  g_assert_cmpuint (count_runs (self), ==, 2);
  g_assert_cmpuint (count_lines (self, 1), ==, 0);
  g_assert_cmpuint (count_lines (self, 2), ==, 1);
  /* the value is gone, its preview is not, and what an undo needs is there */
  store_assert_rejected (weir_store_load_events (self->store, 1, 0, TRUE), WEIR_ERROR_NOT_FOUND);
  events = store_await_boxed (weir_store_load_events (self->store, 1, 0, FALSE));
  g_assert_cmpuint (events->len, ==, 1);
  effects = store_await_boxed (weir_store_list_effects (self->store, 1));
  effect = g_ptr_array_index (effects, 0);
  before = weir_store_read_blob (self->store, weir_value_get_member_text (effect->before, "content", ""), NULL);
  g_assert_cmpmem (g_bytes_get_data (before, NULL), g_bytes_get_size (before), "before 1", 8);
}

static void
test_the_oldest_go_when_there_is_too_much (StoreFixture *self, gconstpointer data)
{
  use_moments (self);
  for (gint64 run = 1; run <= 25; run++)
    add_old_run (self, run, "w", DAY);
  mark (self, 1);
  keep (self, NULL, "run", -1, 1000 * 1000);
  purge_all (self);
  g_assert_true (run_exists (self, 1)); /* the bin keeps its word */
  g_assert_false (run_exists (self, 2));
  g_assert_true (run_exists (self, 25));
  g_assert_cmpuint (count_runs (self), >=, 4);
  g_assert_cmpuint (count_runs (self), <=, 9);
}

static void
test_unfit_settings_are_refused (StoreFixture *self, gconstpointer data)
{
  g_autoptr(GPtrArray) list = NULL;

  store_assert_rejected (weir_store_set_retention (self->store, NULL, "cake", DAY, 0), WEIR_ERROR_INVALID);
  store_assert_rejected (weir_store_set_retention (self->store, "w", "run", DAY, 1000), WEIR_ERROR_INVALID);
  store_assert_rejected (weir_store_set_retention (self->store, NULL, "log", DAY, 1000), WEIR_ERROR_INVALID);
  list = store_await_boxed (weir_store_list_retention (self->store));
  g_assert_cmpuint (list->len, ==, 6);
}

/* ── blobs of what is replaced ───────────────────────────────────────────────────────────── */

static void
put_big (StoreFixture *self, const char *variable, char letter)
{
  WeirBatch *batch = weir_batch_new ();
  g_autoptr(WeirValue) value = store_text_new (100 * 1000, letter);

  weir_batch_put_variable (batch, "w", variable, value);
  weir_batch_put_state (batch, "w", "watch", "page", value, 0);
  store_fixture_commit (self, batch);
}

static void
test_replaced_value_frees_its_blob (StoreFixture *self, gconstpointer data)
{
  put_big (self, "page", 'a');
  put_big (self, "page", 'b');
  put_big (self, "other", 'b');
  g_assert_cmpuint (store_fixture_count_blobs (self), ==, 2);
  purge_all (self);
  g_assert_cmpuint (store_fixture_count_blobs (self), ==, 1);
  put_big (self, "page", 'c');
  purge_all (self);
  g_assert_cmpuint (store_fixture_count_blobs (self), ==, 2); /* "other" holds b */
}

/* ── audit ───────────────────────────────────────────────────────────────────────────────── */

static void
tamper (StoreFixture *self, const char *sql)
{
  g_autofree char *path = store_fixture_path (self, "weir.db");
  sqlite3 *db = NULL;

  weir_store_close (self->store);
  g_assert_cmpint (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READWRITE, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
  store_fixture_reopen (self);
}

static void
add_audit_rows (StoreFixture *self)
{
  g_autoptr(DexFuture) verified = NULL;

  for (gint64 run = 1; run <= 4; run++)
    {
      add_run (self, run, "w", WEIR_RUN_SUCCEEDED);
      mark (self, run);
    }
  verified = weir_store_verify_audit (self->store);
  while (dex_future_is_pending (verified))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (g_value_get_uint (dex_future_get_value (verified, NULL)), ==, 4);
}

static void
test_audit_shows_a_changed_row (StoreFixture *self, gconstpointer data)
{
  add_audit_rows (self);
  tamper (self, "DROP TRIGGER audit_keeps_text; UPDATE audit SET actor = 'nobody' WHERE id = 2");
  store_assert_rejected (weir_store_verify_audit (self->store), WEIR_ERROR_CONFLICT);
}

static void
test_audit_shows_missing_rows (StoreFixture *self, gconstpointer data)
{
  add_audit_rows (self);
  tamper (self, "DROP TRIGGER audit_keeps_rows; DELETE FROM audit WHERE id = 4");
  store_assert_rejected (weir_store_verify_audit (self->store), WEIR_ERROR_CONFLICT);
  tamper (self, "DELETE FROM audit WHERE id = 2");
  store_assert_rejected (weir_store_verify_audit (self->store), WEIR_ERROR_CONFLICT);
}

int
main (int argc, char **argv)
{
  dex_init ();
  if (argc == 3 && g_str_equal (argv[1], "--delete"))
    return delete_and_wait (argv[2]);
  g_test_init (&argc, &argv, NULL);
  store_test ("/weir/store/bin/deleted-run-is-in-no-list-until-restored",
              test_deleted_run_is_in_no_list_until_restored);
  store_test ("/weir/store/bin/running-it-again-takes-it-back", test_running_it_again_takes_it_back);
  store_test ("/weir/store/bin/expired-one-goes-for-good", test_expired_one_goes_for_good);
  store_test ("/weir/store/bin/a-wrong-clock-deletes-nothing-early", test_a_wrong_clock_deletes_nothing_early);
  store_test ("/weir/store/bin/time-off-counts-where-the-clock-is-kept", test_time_off_counts_where_the_clock_is_kept);
  store_test ("/weir/store/bin/no-time-is-now", test_no_time_in_the_bin_is_now);
  store_test ("/weir/store/bin/version-stays-while-a-run-needs-it", test_version_stays_while_a_run_needs_it);
  store_test ("/weir/store/purge/numbers-are-not-given-out-again", test_numbers_are_not_given_out_again);
  store_test ("/weir/store/purge/nothing-of-it-is-left-on-disk", test_nothing_of_it_is_left_on_disk);
  store_test ("/weir/store/purge/big-run-goes-in-parts", test_big_run_goes_in_parts);
  store_test ("/weir/store/purge/footprint-says-what-goes", test_footprint_says_what_goes);
  store_test ("/weir/store/purge/killed-half-way-it-goes-on", test_killed_half_way_it_goes_on);
  store_test ("/weir/store/retention/runs-go-when-too-old", test_runs_go_when_they_are_too_old);
  store_test ("/weir/store/retention/log-or-values-alone", test_old_runs_may_lose_their_log_or_values_alone);
  store_test ("/weir/store/retention/oldest-go-when-too-much", test_the_oldest_go_when_there_is_too_much);
  store_test ("/weir/store/retention/unfit-settings-are-refused", test_unfit_settings_are_refused);
  store_test ("/weir/store/purge/replaced-value-frees-its-blob", test_replaced_value_frees_its_blob);
  store_test ("/weir/store/audit/shows-a-changed-row", test_audit_shows_a_changed_row);
  store_test ("/weir/store/audit/shows-missing-rows", test_audit_shows_missing_rows);
  return g_test_run ();
}
