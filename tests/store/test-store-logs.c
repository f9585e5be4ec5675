/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-store-fixture.h"

/* Sequence numbers of the lines found, as "1 4 7" */
static char *
query (StoreFixture *self, int level, const char *block_path, const char *text, guint64 after_seq, guint limit)
{
  g_autoptr(GPtrArray) lines = store_await_boxed (
    weir_store_query_logs (self->store, 1, level, block_path, text, after_seq, limit));
  GString *found = g_string_new (NULL);

  for (guint i = 0; i < lines->len; i++)
    {
      WeirLogLine *line = g_ptr_array_index (lines, i);

      g_assert_cmpint (line->run, ==, 1);
      g_string_append_printf (found, "%s%u", i > 0 ? " " : "", (guint) line->seq);
    }
  return g_string_free (found, FALSE);
}

#define assert_found(expected, ...) \
  G_STMT_START { g_autofree char *found = query (self, __VA_ARGS__); g_assert_cmpstr (found, ==, expected); } G_STMT_END

static void
write_some (StoreFixture *self)
{
  WeirBatch *batch = weir_batch_new ();

  store_put_run (batch, 1, "w", WEIR_RUN_SUCCEEDED);
  store_put_run (batch, 2, "w", WEIR_RUN_SUCCEEDED);
  store_put_log (batch, 1, 1, WEIR_LOG_DEBUG, "list", "Reading ~/Downloads");
  store_put_log (batch, 1, 2, WEIR_LOG_INFO, "move", "Moved report.pdf to PDF");
  store_put_log (batch, 2, 2, WEIR_LOG_INFO, "move", "Moved another.pdf to PDF");
  store_put_log (batch, 1, 3, WEIR_LOG_WARNING, "move/to", "Copying über NFS is slow");
  store_put_log (batch, 1, 4, WEIR_LOG_ERROR, "move/to", "copy failed: disk \"full\"");
  store_put_log (batch, 1, 5, WEIR_LOG_INFO, "moved", "all done");
  store_fixture_commit (self, batch);
}

static void
test_search_finds_all_words (StoreFixture *self, gconstpointer data)
{
  write_some (self);
  assert_found ("3 4", 0, NULL, "cop", 0, 0);
  assert_found ("4", 0, NULL, "fail copy", 0, 0);
  assert_found ("2", 0, NULL, "report.pdf", 0, 0);
  assert_found ("3", 0, NULL, "uber", 0, 0);
  assert_found ("", 0, NULL, "nothing like this", 0, 0);
}

/* What is an operator of the search engine is a word here, and no text is an error. */
static void
test_search_takes_any_text (StoreFixture *self, gconstpointer data)
{
  const char *texts[] = { "\"", "a\"b", "*", "NOT copy", "(", "message: x", "{a b}: c", "^copy", "a AND", "NEAR(a b)", "--", "'; DROP TABLE log" };

  write_some (self);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_free (query (self, 0, NULL, texts[i], 0, 0));
  assert_found ("4", 0, NULL, "\"full\"", 0, 0);
  assert_found ("1 2 3 4 5", 0, NULL, "   ", 0, 0);
}

static void
test_level_path_and_place_narrow (StoreFixture *self, gconstpointer data)
{
  write_some (self);
  assert_found ("3 4", WEIR_LOG_WARNING, NULL, NULL, 0, 0);
  assert_found ("2 3 4", 0, "move", NULL, 0, 0);
  assert_found ("3 4", 0, "move/to", NULL, 0, 0);
  assert_found ("4 5", 0, NULL, NULL, 3, 0);
  assert_found ("1 2", 0, NULL, NULL, 0, 2);
  assert_found ("4", WEIR_LOG_ERROR, "move", "copy", 0, 0);
}

static void
test_lines_written_after_a_search_are_found (StoreFixture *self, gconstpointer data)
{
  WeirBatch *batch = weir_batch_new ();

  write_some (self);
  assert_found ("3 4", 0, NULL, "cop", 0, 0);
  store_put_log (batch, 1, 6, WEIR_LOG_INFO, "move", "copied after all");
  store_fixture_commit (self, batch);
  assert_found ("3 4", 0, NULL, "copy", 0, 0);
  assert_found ("6", 0, NULL, "copied", 0, 0);
  store_fixture_reopen (self);
  assert_found ("6", 0, NULL, "copied", 0, 0);
}

static void
test_lines_keep_everything (StoreFixture *self, gconstpointer data)
{
  WeirBatch *batch = weir_batch_new ();
  WeirBuilder *builder = weir_record_builder_new (3);
  g_autoptr(GPtrArray) lines = NULL;
  WeirLogLine *line;

  weir_builder_set_take (builder, "level", weir_value_new_int (WEIR_LOG_WARNING));
  weir_builder_set_take (builder, "message", weir_value_new_text ("Slow"));
  weir_builder_set_take (builder, "fields", store_record_new ("ms", weir_value_new_int (900)));
  weir_batch_take_event (batch, store_event_new (WEIR_EVENT_LOG, 1, 9, weir_builder_end (builder)), "move[3]/to",
                         "move/to");
  store_fixture_commit (self, batch);
  lines = store_await_boxed (weir_store_query_logs (self->store, 1, 0, NULL, NULL, 0, 0));
  g_assert_cmpuint (lines->len, ==, 1);
  line = g_ptr_array_index (lines, 0);
  g_assert_cmpint (line->at, ==, 1700000000000009);
  g_assert_cmpint (line->level, ==, WEIR_LOG_WARNING);
  g_assert_cmpstr (line->path, ==, "move[3]/to");
  g_assert_cmpstr (line->block, ==, "move/to");
  g_assert_cmpstr (line->message, ==, "Slow");
  g_assert_cmpint (weir_value_get_member_int (line->fields, "ms", 0), ==, 900);
}

int
main (int argc, char **argv)
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  store_test ("/weir/store/logs/search-finds-all-words", test_search_finds_all_words);
  store_test ("/weir/store/logs/search-takes-any-text", test_search_takes_any_text);
  store_test ("/weir/store/logs/level-path-and-place-narrow", test_level_path_and_place_narrow);
  store_test ("/weir/store/logs/lines-written-after-a-search-are-found", test_lines_written_after_a_search_are_found);
  store_test ("/weir/store/logs/lines-keep-everything", test_lines_keep_everything);
  return g_test_run ();
}
