/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "weir-kind-test.h"

/* Streams through real runs: read, changed, written, gone over, fed to programs. */

static void
assert_content (KindTest *test, const char *name, const char *content)
{
  g_autofree char *there = kind_test_read (test, name);

  g_assert_cmpstr (there, ==, content);
}

/* Nothing but these names is in the folder of the test. */
static void
assert_names (KindTest *test, const char *names)
{
  g_autoptr(GDir) dir = g_dir_open (test->dir, 0, NULL);
  g_autoptr(GPtrArray) found = g_ptr_array_new_null_terminated (0, g_free, TRUE);
  g_autofree char *joined = NULL;
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (found, g_strdup (name));
  g_ptr_array_sort_values (found, (GCompareFunc) strcmp);
  joined = g_strjoinv (" ", (char **) found->pdata);
  g_assert_cmpstr (joined, ==, names);
}

static void
write_lines (KindTest *test, const char *name, guint n)
{
  g_autoptr(GString) content = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (content, "%u\n", i);
  kind_test_write (test, name, content->str);
}

/* a.txt as a stream, through @transform (the inside of its config), into the block `it`. */
static Outcome *
play (KindTest *test, const char *transform, const char *it, const char *port)
{
  g_autofree char *yaml = g_strdup_printf ("weir: 1\nname: Stream\nblocks:\n"
                                           "  read: { kind: file.read, config: { path: $DIR/a.txt, as: stream } }\n"
                                           "  change: { kind: data.transform, config: { %s } }\n"
                                           "  it: { %s }\n"
                                           "links:\n  - read.content -> change.items\n  - change.items -> it.%s\n",
                                           transform, it, port);

  return kind_test_play (test, yaml, NULL);
}

static Outcome *
play_write (KindTest *test, const char *transform, const char *config)
{
  g_autofree char *it = g_strdup_printf ("kind: file.write, config: { path: $DIR/b.txt%s }", config);

  return play (test, transform, it, "content");
}

static void
test_lines_are_filtered_into_a_file (KindTest *test)
{
  g_autoptr(Outcome) outcome = NULL;

  kind_test_write (test, "a.txt", "keep 1\ndrop\r\nkeep 2\r\nkeep 3");
  kind_test_write (test, "b.txt", "before");
  outcome = play_write (test, "operation: filter, expr: \"item.startsWith ('keep')\"", "");
  g_assert_cmpstr (outcome->error, ==, NULL);
  assert_content (test, "b.txt", "keep 1\nkeep 2\nkeep 3\n");
  assert_output (outcome, "bytes", "21");
  assert_output (outcome, "created", "false");
  assert_names (test, "a.txt b.txt");

  kind_test_undo (test, outcome);
  assert_content (test, "b.txt", "before");
}

static void
test_an_empty_file_stays_empty (KindTest *test)
{
  g_autoptr(Outcome) outcome = NULL;

  kind_test_write (test, "a.txt", "");
  outcome = play_write (test, "operation: map, expr: item", "");
  g_assert_cmpstr (outcome->error, ==, NULL);
  assert_content (test, "b.txt", "");
  assert_output (outcome, "created", "true");
  kind_test_undo (test, outcome);
  assert_names (test, "a.txt");
}

static void
test_bytes_are_copied_as_they_are (KindTest *test)
{
  g_autoptr(Outcome) outcome = NULL;

  kind_test_write (test, "a.txt", "\xff\xfe no text\r\nno end");
  outcome = kind_test_play (test,
                            "weir: 1\nname: Copy\nblocks:\n"
                            "  read: { kind: file.read, config: { path: $DIR/a.txt, as: bytes, max: 3 } }\n"
                            "  it: { kind: file.write, config: { path: $DIR/new/b.txt } }\n"
                            "links:\n  - read.content -> it.content\n",
                            NULL);
  g_assert_cmpstr (outcome->error, ==, NULL);
  assert_content (test, "new/b.txt", "\xff\xfe no text\r\nno end");
  kind_test_undo (test, outcome);
  assert_names (test, "a.txt");
}

static void
test_modes_of_writing_hold_for_streams (KindTest *test)
{
  g_autoptr(Outcome) append = NULL, create = NULL, both = NULL;

  kind_test_write (test, "a.txt", "2\n3\n");
  kind_test_write (test, "b.txt", "1\n");
  append = play_write (test, "operation: map, expr: item", ", mode: append, newline: crlf");
  assert_content (test, "b.txt", "1\n2\r\n3\r\n");
  assert_output (append, "bytes", "6");
  create = play_write (test, "operation: map, expr: item", ", mode: create_new");
  assert_failure (create, "io.exists");
  both = play_write (test, "operation: map, expr: item", ", mode: keep_both");
  g_assert_cmpstr (both->error, ==, NULL);
  assert_content (test, "b.txt", "1\n2\r\n3\r\n");
  kind_test_undo (test, both);
  kind_test_undo (test, append);
  assert_content (test, "b.txt", "1\n");
  assert_names (test, "a.txt b.txt");
}

static void
test_a_file_is_filtered_in_place (KindTest *test)
{
  g_autoptr(Outcome) outcome = NULL;

  kind_test_write (test, "b.txt", "1\n2\n3\n");
  outcome = kind_test_play (
    test,
    "weir: 1\nname: In place\nblocks:\n"
    "  read: { kind: file.read, config: { path: $DIR/b.txt, as: stream } }\n"
    "  change: { kind: data.transform, config: { operation: filter, expr: 'item !== \"2\"' } }\n"
    "  it: { kind: file.write, config: { path: $DIR/b.txt } }\n"
    "links:\n  - read.content -> change.items\n  - change.items -> it.content\n",
    NULL);
  g_assert_cmpstr (outcome->error, ==, NULL);
  assert_content (test, "b.txt", "1\n3\n");
  kind_test_undo (test, outcome);
  assert_content (test, "b.txt", "1\n2\n3\n");
}

static void
test_what_is_wrong_names_its_line_and_writes_nothing (KindTest *test)
{
  g_autoptr(Outcome) text = NULL, expression = NULL;

  kind_test_write (test, "a.txt",
                   "one\ntwo\nGr\xfc\xdf"
                   "e\n");
  kind_test_write (test, "b.txt", "before");
  text = play_write (test, "operation: map, expr: item", "");
  assert_failure (text, "data.encoding");
  g_assert_nonnull (strstr (text->message, "line 3 of"));
  kind_test_write (test, "a.txt", "{}\n{}\n[\n");
  expression = play_write (test, "operation: map, expr: JSON.parse (item)", "");
  assert_failure (expression, "code.exception");
  g_assert_nonnull (strstr (expression->message, "a.txt, line 3: "));
  assert_content (test, "b.txt", "before");
  assert_names (test, "a.txt b.txt");
}

static void
test_a_file_that_changed_in_between_is_refused (KindTest *test)
{
  g_autoptr(Outcome) outcome = NULL;

  kind_test_write (test, "a.txt", "1\n");
  outcome = kind_test_play (
    test,
    "weir: 1\nname: Changed\nblocks:\n"
    "  read: { kind: file.read, config: { path: $DIR/a.txt, as: stream } }\n"
    "  more: { kind: file.write, config: { path: $DIR/a.txt, content: more, mode: append } }\n"
    "  it: { kind: file.write, config: { path: $DIR/b.txt } }\n"
    "links:\n  - read.content -> it.content\n  - read.done -> more.run\n  - more.done -> it.run\n",
    NULL);
  assert_failure (outcome, "io.changed");
  assert_names (test, "a.txt");
}

static void
test_two_read_the_same_stream_for_themselves (KindTest *test)
{
  g_autoptr(Outcome) outcome = NULL;
  g_autofree char *sorted = NULL;

  kind_test_write (test, "a.txt", "3\n1\n2\n");
  outcome = kind_test_play (
    test,
    "weir: 1\nname: Twice\nblocks:\n"
    "  read: { kind: file.read, config: { path: $DIR/a.txt, as: stream } }\n"
    "  sort: { kind: data.transform, config: { operation: sort } }\n"
    "  sum: { kind: data.transform, config: { operation: reduce, expr: result + Number (item) } }\n"
    "  it: { kind: debug.noop, config: { value: '=[blocks.sort.items, blocks.sum.items]' } }\n"
    "links:\n  - read.content -> sort.items\n  - read.content -> sum.items\n"
    "  - sort.done -> it.run\n  - sum.done -> it.run\n",
    NULL);
  assert_output (outcome, "value", "[[\"1\", \"2\", \"3\"], 6]");
}

static void
test_expressions_keep_what_they_saw (KindTest *test)
{
  g_autoptr(Outcome) outcome = NULL;

  kind_test_write (test, "a.txt", "1\n2\n");
  outcome = kind_test_play (
    test,
    "weir: 1\nname: Scope\ninputs:\n  given: { type: any }\nblocks:\n"
    "  read: { kind: file.read, config: { path: $DIR/a.txt, as: stream } }\n"
    "  by: { kind: debug.noop, config: { value: 10 } }\n"
    "  change: { kind: data.transform,"
    " config: { expr: \"item * blocks.by.value + index + inputs.given.more\" } }\n"
    "  it: { kind: file.write, config: { path: $DIR/b.txt } }\n"
    "links:\n  - read.content -> change.items\n  - by.done -> change.run\n  - change.items -> it.content\n",
    "{\"more\": 0.5}");
  g_assert_cmpstr (outcome->error, ==, NULL);
  assert_content (test, "b.txt", "10.5\n21.5\n");
}

static void
test_a_loop_goes_over_a_stream (KindTest *test)
{
  g_autoptr(Outcome) outcome = NULL, much = NULL, batches = NULL;
  const char *body = ", body: { blocks: { same: { kind: debug.noop, config: { value: '=item' } } } }";
  g_autofree char *each = g_strconcat ("kind: flow.foreach, config: { concurrency: 20, collect: false }", body, NULL);
  g_autofree char *few = g_strconcat ("kind: flow.foreach, config: { max_items: 3 }", body, NULL);
  g_autofree char *grouped = g_strconcat ("kind: flow.foreach, config: { batch: 2 }", body, NULL);

  write_lines (test, "a.txt", 100000);
  outcome = play (test, "operation: map, expr: item", each, "items");
  g_assert_cmpstr (outcome->error, ==, NULL);
  assert_output (outcome, "finally", "{\"succeeded\": 100000, \"failed\": 0, \"skipped\": 0}");
  much = play (test, "operation: limit, count: 4", few, "items");
  assert_failure (much, "limit.iterations");
  batches = play (test, "operation: limit, count: 5", grouped, "items");
  assert_output (batches, "results", "[[\"0\", \"1\"], [\"2\", \"3\"], [\"4\"]]");
}

static void
test_a_program_reads_a_stream (KindTest *test)
{
  g_autoptr(Outcome) all = NULL, some = NULL, broken = NULL;

  write_lines (test, "a.txt", 30000);
  all = play (test, "operation: skip, count: 1", "kind: exec.command, config: { program: tail, args: ['-n', '1'] }",
              "stdin");
  assert_output (all, "stdout", "\"29999\\n\"");
  some = play (test, "operation: map, expr: item", "kind: exec.command, config: { program: head, args: ['-n', '1'] }",
               "stdin");
  assert_output (some, "stdout", "\"0\\n\"");
  broken = play (test, "operation: map, expr: \"item === '20000' ? nonsense : item\"",
                 "kind: exec.command, config: { program: cat, capture: false }", "stdin");
  assert_failure (broken, "code.exception");
  g_assert_nonnull (strstr (broken->message, "line 20001"));
}

static void
test_stopping_leaves_nothing_behind (KindTest *test)
{
  g_autofree char *yaml = kind_test_fill (test,
                                          "weir: 1\nname: Slow\nblocks:\n"
                                          "  read: { kind: file.read, config: { path: $DIR/a.txt, as: stream } }\n"
                                          "  change: { kind: data.transform,"
                                          " config: { expr: \"Array.from ({length: 3000}, (_, i) => i).length\" } }\n"
                                          "  it: { kind: file.write, config: { path: $DIR/new/b.txt } }\n"
                                          "links:\n  - read.content -> change.items\n  - change.items -> it.content\n");
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirWorkflow) workflow = weir_workflow_parse (yaml, -1, NULL, &error);
  g_autoptr(WeirRun) run = NULL;
  const WeirStepInfo *step;

  g_assert_no_error (error);
  write_lines (test, "a.txt", 200000);
  run = dex_await_object (weir_engine_play (test->engine, workflow, NULL), &error);
  g_assert_no_error (error);
  do
    {
      dex_await (dex_timeout_new_msec (1), NULL);
      step = weir_run_state_find_step (weir_run_get_state (run), 0, "it");
    }
  while (step == NULL || step->progress <= 0);
  dex_await (weir_run_force_stop (run), &error);
  g_assert_no_error (error);
  dex_await (weir_run_wait (run), NULL);
  g_assert_cmpint (weir_run_get_status (run), !=, WEIR_RUN_SUCCEEDED);
  assert_names (test, "a.txt");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();

  ADD_KIND_TEST ("/weir/blocks/stream/lines-are-filtered-into-a-file", test_lines_are_filtered_into_a_file);
  ADD_KIND_TEST ("/weir/blocks/stream/an-empty-file-stays-empty", test_an_empty_file_stays_empty);
  ADD_KIND_TEST ("/weir/blocks/stream/bytes-are-copied-as-they-are", test_bytes_are_copied_as_they_are);
  ADD_KIND_TEST ("/weir/blocks/stream/modes-of-writing-hold", test_modes_of_writing_hold_for_streams);
  ADD_KIND_TEST ("/weir/blocks/stream/a-file-is-filtered-in-place", test_a_file_is_filtered_in_place);
  ADD_KIND_TEST ("/weir/blocks/stream/what-is-wrong-names-its-line-and-writes-nothing",
                 test_what_is_wrong_names_its_line_and_writes_nothing);
  ADD_KIND_TEST ("/weir/blocks/stream/a-file-that-changed-in-between-is-refused",
                 test_a_file_that_changed_in_between_is_refused);
  ADD_KIND_TEST ("/weir/blocks/stream/two-read-it-for-themselves", test_two_read_the_same_stream_for_themselves);
  ADD_KIND_TEST ("/weir/blocks/stream/expressions-keep-what-they-saw", test_expressions_keep_what_they_saw);
  ADD_KIND_TEST ("/weir/blocks/stream/a-loop-goes-over-it", test_a_loop_goes_over_a_stream);
  ADD_KIND_TEST ("/weir/blocks/stream/a-program-reads-it", test_a_program_reads_a_stream);
  ADD_KIND_TEST ("/weir/blocks/stream/stopping-leaves-nothing-behind", test_stopping_leaves_nothing_behind);
  return g_test_run ();
}
