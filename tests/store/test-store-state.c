/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "weir-store-fixture.h"
#include "weir-store-private.h"

#define KEY "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

/* Read by the store's thread, turned while that has nothing to do. */
static GMutex moment_lock;
static WeirStoreMoment moment;

static void
read_moment (WeirStoreMoment *now, gpointer user_data)
{
  g_mutex_lock (&moment_lock);
  *now = moment;
  g_mutex_unlock (&moment_lock);
}

/* @utc: by how much the clock goes on; @passed: how much of that has passed */
static void
turn (gint64 utc, gint64 passed)
{
  g_mutex_lock (&moment_lock);
  moment.utc += utc;
  moment.boottime += passed;
  g_mutex_unlock (&moment_lock);
}

static gint64
stop_clock (StoreFixture *self)
{
  moment = (WeirStoreMoment) { .utc = g_get_real_time (), .boottime = G_TIME_SPAN_HOUR, .boot = "a" };
  weir_store_set_moment_func (self->store, read_moment, NULL);
  return moment.utc;
}

static void
put_state (StoreFixture *self, const char *workflow, const char *key, WeirValue *value, gint64 expires_at)
{
  WeirBatch *batch = weir_batch_new ();

  weir_batch_put_state (batch, workflow, "watch", key, value, expires_at);
  store_fixture_commit (self, batch);
  g_clear_pointer (&value, weir_value_unref);
}

static WeirState *
get_state (StoreFixture *self, const char *workflow, const char *key)
{
  return store_await_boxed (weir_store_get_state (self->store, workflow, "watch", key));
}

static void
test_outlives_the_run (StoreFixture *self, gconstpointer data)
{
  g_autoptr(WeirState) own = NULL;
  g_autoptr(WeirState) global = NULL;
  g_autoptr(WeirState) other = NULL;

  put_state (self, "w", "last", weir_value_new_int (7), 0);
  put_state (self, "w", "last", weir_value_new_int (8), 0);
  put_state (self, NULL, "last", weir_value_new_int (9), 0);
  store_fixture_reopen (self);
  own = get_state (self, "w", "last");
  g_assert_cmpint (weir_value_get_int (own->value), ==, 8);
  g_assert_cmpint (own->updated_at, >, 0);
  global = get_state (self, NULL, "last");
  g_assert_cmpint (weir_value_get_int (global->value), ==, 9);
  other = get_state (self, "v", "last");
  g_assert_null (other->value);
}

static void
test_is_seen_by_the_next_question (StoreFixture *self, gconstpointer data)
{
  WeirBatch *batch = weir_batch_new ();
  g_autoptr(WeirValue) value = weir_value_new_text ("open");
  g_autoptr(WeirState) state = NULL;

  weir_batch_put_state (batch, "w", "watch", "circuit", value, 0);
  weir_store_commit (self->store, batch, NULL, NULL);
  state = get_state (self, "w", "circuit");
  g_assert_cmpstr (weir_value_get_text (state->value, NULL), ==, "open");
}

static void
test_goes_when_removed_or_expired (StoreFixture *self, gconstpointer data)
{
  gint64 now = stop_clock (self);
  g_autoptr(WeirState) removed = NULL;
  g_autoptr(WeirState) expired = NULL;
  g_autoptr(GPtrArray) left = NULL;

  put_state (self, "w", "removed", weir_value_new_int (1), 0);
  put_state (self, "w", "removed", NULL, 0);
  put_state (self, "w", "expired", weir_value_new_int (1), now - 1);
  turn (1000, 1000);
  put_state (self, "w", "later", weir_value_new_int (1), now + G_TIME_SPAN_DAY);
  put_state (self, "w", "ever", weir_value_new_int (1), 0);
  removed = get_state (self, "w", "removed");
  expired = get_state (self, "w", "expired");
  g_assert_null (removed->value);
  g_assert_null (expired->value);
  left = store_await_boxed (weir_store_list_state (self->store, "w", "watch"));
  g_assert_cmpuint (left->len, ==, 2);
  g_assert_cmpstr (((WeirState *) g_ptr_array_index (left, 0))->key, ==, "ever");
  g_assert_cmpint (((WeirState *) g_ptr_array_index (left, 1))->expires_at, ==, now + G_TIME_SPAN_DAY);
}

static void
test_big_value_comes_back_whole (StoreFixture *self, gconstpointer data)
{
  g_autoptr(WeirState) state = NULL;
  gsize length;

  put_state (self, "w", "page", store_text_new (100000, 'x'), 0);
  g_assert_cmpuint (store_fixture_count_blobs (self), ==, 1);
  store_fixture_reopen (self);
  state = get_state (self, "w", "page");
  weir_value_get_text (state->value, &length);
  g_assert_cmpuint (length, ==, 100000);
}

/* ── cache ───────────────────────────────────────────────────────────────────────────────── */

static void
put_cached (StoreFixture *self, gint64 run, WeirValue *outputs, gint64 expires_at)
{
  WeirBatch *batch = weir_batch_new ();

  weir_batch_put_cached (batch, KEY, outputs, run, "fetch", expires_at);
  store_fixture_commit (self, batch);
  weir_value_unref (outputs);
}

static void
test_cached_result_names_its_run (StoreFixture *self, gconstpointer data)
{
  g_autoptr(WeirCached) cached = NULL;
  const GValue *value;
  g_autoptr(DexFuture) cleared = NULL;

  store_assert_rejected (weir_store_find_cached (self->store, KEY), WEIR_ERROR_NOT_FOUND);
  store_assert_rejected (weir_store_find_cached (self->store, "no hash"), WEIR_ERROR_NOT_FOUND);
  put_cached (self, 4, store_record_new ("out", weir_value_new_int (1)), 0);
  put_cached (self, 5, store_record_new ("out", weir_value_new_int (2)), 0);
  store_fixture_reopen (self);
  cached = store_await_boxed (weir_store_find_cached (self->store, KEY));
  g_assert_cmpint (cached->run, ==, 5);
  g_assert_cmpstr (cached->step, ==, "fetch");
  g_assert_cmpint (weir_value_get_member_int (cached->outputs, "out", 0), ==, 2);
  cleared = weir_store_clear_cache (self->store);
  while (dex_future_is_pending (cleared))
    g_main_context_iteration (NULL, TRUE);
  value = dex_future_get_value (cleared, NULL);
  g_assert_cmpint (g_value_get_int64 (value), ==, 1);
  store_assert_rejected (weir_store_find_cached (self->store, KEY), WEIR_ERROR_NOT_FOUND);
}

static void
test_expired_result_is_not_found (StoreFixture *self, gconstpointer data)
{
  put_cached (self, 4, store_record_new ("out", weir_value_new_int (1)), g_get_real_time () - 1);
  store_assert_rejected (weir_store_find_cached (self->store, KEY), WEIR_ERROR_NOT_FOUND);
}

/* ── fixtures ────────────────────────────────────────────────────────────────────────────── */

static GPtrArray *
make_set (const char *const *blocks, gint64 run)
{
  GPtrArray *set = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_fixture_free);

  for (guint i = 0; blocks[i] != NULL; i++)
    {
      g_autoptr(WeirValue) outputs = store_record_new ("out", store_text_new (70000 + i, 'f'));

      g_ptr_array_add (set, weir_fixture_new (blocks[i], outputs, run));
    }
  return set;
}

static void
test_fixtures_are_replaced_as_a_set (StoreFixture *self, gconstpointer data)
{
  const char *const first[] = { "fetch", "each/parse", NULL };
  const char *const second[] = { "fetch", NULL };
  const char *const none[] = { NULL };
  g_autoptr(GPtrArray) loaded = NULL;
  g_autoptr(GPtrArray) sets = NULL;
  WeirFixture *fixture;
  WeirFixtureSet *set;

  store_assert_rejected (weir_store_load_fixtures (self->store, "w", "offline"), WEIR_ERROR_NOT_FOUND);
  store_await_ok (weir_store_save_fixtures (self->store, "w", "offline", make_set (first, 3)));
  store_await_ok (weir_store_save_fixtures (self->store, "w", "empty inbox", make_set (second, 0)));
  store_fixture_reopen (self);
  loaded = store_await_boxed (weir_store_load_fixtures (self->store, "w", "offline"));
  g_assert_cmpuint (loaded->len, ==, 2);
  fixture = g_ptr_array_index (loaded, 0);
  g_assert_cmpstr (fixture->block, ==, "each/parse");
  g_assert_cmpint (fixture->run, ==, 3);
  g_assert_cmpuint (strlen (weir_value_get_member_text (fixture->outputs, "out", "")), ==, 70001);
  store_await_ok (weir_store_save_fixtures (self->store, "w", "offline", make_set (second, 4)));
  store_await_ok (weir_store_save_fixtures (self->store, "w", "empty inbox", make_set (none, 0)));
  sets = store_await_boxed (weir_store_list_fixtures (self->store, "w"));
  g_assert_cmpuint (sets->len, ==, 1);
  set = g_ptr_array_index (sets, 0);
  g_assert_cmpstr (set->name, ==, "offline");
  g_assert_cmpuint (set->n_blocks, ==, 1);
  g_assert_cmpint (set->run, ==, 4);
}

static void
assert_is_there (StoreFixture *self, const char *key, gboolean there)
{
  g_autoptr(WeirState) state = get_state (self, "w", key);

  g_assert_cmpint (state->value != NULL, ==, there);
}

/* One day is one day, be the clock set a year ahead or back, or found to be wrong by a server of time. */
static void
test_a_clock_that_is_set_ends_nothing (StoreFixture *self, gconstpointer data)
{
  gint64 now = stop_clock (self);
  gint64 year = 365 * G_TIME_SPAN_DAY;

  put_state (self, "w", "day", weir_value_new_int (1), now + G_TIME_SPAN_DAY);
  put_cached (self, 1, weir_value_new_int (1), now + G_TIME_SPAN_DAY);
  turn (year, G_TIME_SPAN_HOUR);
  assert_is_there (self, "day", TRUE);
  moment.synced = TRUE;
  turn (0, G_TIME_SPAN_HOUR);
  assert_is_there (self, "day", TRUE);
  turn (-2 * year, G_TIME_SPAN_HOUR);
  assert_is_there (self, "day", TRUE);
  turn (0, 21 * G_TIME_SPAN_HOUR - 1);
  assert_is_there (self, "day", TRUE);
  turn (0, 1);
  assert_is_there (self, "day", FALSE);
  store_assert_rejected (weir_store_find_cached (self->store, KEY), WEIR_ERROR_NOT_FOUND);
}

int
main (int argc, char **argv)
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  store_test ("/weir/store/state/outlives-the-run", test_outlives_the_run);
  store_test ("/weir/store/state/is-seen-by-the-next-question", test_is_seen_by_the_next_question);
  store_test ("/weir/store/state/a-clock-that-is-set-ends-nothing", test_a_clock_that_is_set_ends_nothing);
  store_test ("/weir/store/state/goes-when-removed-or-expired", test_goes_when_removed_or_expired);
  store_test ("/weir/store/state/big-value-comes-back-whole", test_big_value_comes_back_whole);
  store_test ("/weir/store/cache/result-names-its-run", test_cached_result_names_its_run);
  store_test ("/weir/store/cache/expired-result-is-not-found", test_expired_result_is_not_found);
  store_test ("/weir/store/fixtures/are-replaced-as-a-set", test_fixtures_are_replaced_as_a_set);
  return g_test_run ();
}
