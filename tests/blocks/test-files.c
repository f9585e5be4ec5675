/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "weir-kind-test.h"

static void
assert_content (KindTest *test, const char *name, const char *content)
{
  g_autofree char *there = kind_test_read (test, name);

  g_assert_cmpstr (there, ==, content);
}

static Outcome *
play (KindTest *test, const char *kind, const char *config, const char *given)
{
  g_autofree char *filled = kind_test_fill (test, config);

  return kind_test_play_block (test, kind, filled, NULL, given);
}

static void
test_list_is_in_order (KindTest *test)
{
  g_autoptr(Outcome) outcome = NULL;
  g_autofree char *names = NULL;

  kind_test_write (test, "b.txt", "22");
  kind_test_write (test, "a/c.txt", "1");
  kind_test_write (test, "a/.hidden.txt", "1");
  kind_test_write (test, "d.TXT", "333");
  outcome = play (test, "file.list", "{ path: $DIR, recursive: true, pattern: \"*.txt\", sort: size, direction: desc }",
                  NULL);
  assert_output (outcome, "count", "3");
  names = outcome_get_json (outcome, "files");
  g_assert_true (g_strstr_len (names, -1, "d.TXT") < g_strstr_len (names, -1, "b.txt"));
  g_assert_true (g_strstr_len (names, -1, "b.txt") < g_strstr_len (names, -1, "c.txt"));
  g_assert_null (g_strstr_len (names, -1, "hidden"));
}

static void
test_list_does_not_follow_circles (KindTest *test)
{
  g_autofree char *link = kind_test_path (test, "a/back");
  g_autoptr(Outcome) outcome = NULL;

  kind_test_write (test, "a/b.txt", "1");
  g_assert_no_errno (symlink (test->dir, link));
  outcome = play (test, "file.list", "{ path: $DIR, recursive: true }", NULL);
  assert_output (outcome, "count", "1");
}

static void
test_list_leaves_out_what_is_too_much (KindTest *test)
{
  g_autoptr(Outcome) outcome = NULL;

  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *name = g_strdup_printf ("f%02u", i);
      kind_test_write (test, name, "x");
    }
  outcome = play (test, "file.list", "{ path: $DIR, max: 5 }", NULL);
  assert_output (outcome, "count", "5");
}

static void
test_read_finds_the_encoding (KindTest *test)
{
  g_autofree char *path = kind_test_path (test, "utf16.txt");
  g_autoptr(Outcome) outcome = NULL;

  g_file_set_contents (path,
                       "\xff\xfe"
                       "G\0r\0\xfc\0",
                       8, NULL);
  outcome = play (test, "file.read", "{ path: $DIR/utf16.txt }", NULL);
  assert_output (outcome, "content", "\"Grü\"");
}

static void
test_read_says_where_it_is_not_text (KindTest *test)
{
  g_autoptr(Outcome) text = NULL;
  g_autoptr(Outcome) latin = NULL;
  g_autoptr(Outcome) any = NULL;

  kind_test_write (test, "latin.txt",
                   "Gr\xfc\xdf"
                   "e");
  text = play (test, "file.read", "{ path: $DIR/latin.txt, as: text }", NULL);
  assert_failure (text, "data.encoding");
  g_assert_nonnull (g_strstr_len (text->message, -1, "byte 2"));
  latin = play (test, "file.read", "{ path: $DIR/latin.txt, as: text, encoding: iso-8859-1 }", NULL);
  assert_output (latin, "content", "\"Grüße\"");
  any = play (test, "file.read", "{ path: $DIR/latin.txt }", NULL);
  assert_output (any, "content", "\"R3L832U=\"");
}

static void
test_read_splits_lines (KindTest *test)
{
  g_autoptr(Outcome) outcome = NULL;

  kind_test_write (test, "l.txt", "one\r\n\ntwo");
  outcome = play (test, "file.read", "{ path: $DIR/l.txt, as: lines }", NULL);
  assert_output (outcome, "content", "[\"one\", \"\", \"two\"]");
}

static void
test_read_gives_a_stream_of_what_is_too_large (KindTest *test)
{
  g_autoptr(Outcome) text = NULL;
  g_autoptr(Outcome) json = NULL;

  kind_test_write (test, "big.txt", "0123456789");
  text = play (test, "file.read", "{ path: $DIR/big.txt, max: 5 }", NULL);
  assert_output (text, "content", "{\"stream\": \"bytes of big.txt\"}");
  json = play (test, "file.read", "{ path: $DIR/big.txt, max: 5, as: json }", NULL);
  assert_failure (json, "limit.size");
}

static void
test_write_is_undone_byte_for_byte (KindTest *test)
{
  g_autofree char *path = kind_test_path (test, "a.txt");
  g_autoptr(Outcome) outcome = NULL;
  struct stat info;

  kind_test_write (test, "a.txt", "before");
  g_assert_no_errno (g_chmod (path, 0640));
  outcome = play (test, "file.write", "{ path: $DIR/a.txt, content: after, backup: true }", NULL);
  assert_output (outcome, "created", "false");
  assert_content (test, "a.txt", "after");
  assert_content (test, "a.txt~", "before");
  g_assert_no_errno (g_stat (path, &info));
  g_assert_cmpint (info.st_mode & 0777, ==, 0640);

  g_assert_cmpuint (kind_test_undo (test, outcome), ==, 2);
  assert_content (test, "a.txt", "before");
  assert_content (test, "a.txt~", NULL);
}

static void
test_write_takes_its_folders_away_again (KindTest *test)
{
  g_autofree char *folder = kind_test_path (test, "x");
  g_autoptr(Outcome) outcome = play (test, "file.write", "{ path: $DIR/x/y/a.txt, content: a }", NULL);

  assert_content (test, "x/y/a.txt", "a");
  kind_test_undo (test, outcome);
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
}

static void
test_write_keeps_both (KindTest *test)
{
  g_autoptr(Outcome) outcome = NULL;

  kind_test_write (test, "a.tar", "1");
  kind_test_write (test, "a (2).tar", "2");
  outcome = play (test, "file.write", "{ path: $DIR/a.tar, content: new, mode: keep_both }", NULL);
  assert_output (outcome, "created", "true");
  assert_content (test, "a.tar", "1");
  assert_content (test, "a (3).tar", "new");
}

static void
test_write_appends_and_undo_cuts_off (KindTest *test)
{
  g_autoptr(Outcome) outcome = NULL;

  kind_test_write (test, "log", "one\n");
  outcome = play (test, "file.write", "{ path: $DIR/log, mode: append, content: \"two\\n\", newline: crlf }", NULL);
  assert_output (outcome, "bytes", "5");
  assert_content (test, "log", "one\ntwo\r\n");
  kind_test_undo (test, outcome);
  assert_content (test, "log", "one\n");
}

static void
test_write_says_what_an_encoding_lacks (KindTest *test)
{
  g_autoptr(Outcome) outcome = play (test, "file.write", "{ path: $DIR/a, content: \"€\", encoding: iso-8859-1 }",
                                      NULL);

  assert_failure (outcome, "data.encoding");
  assert_content (test, "a", NULL);
}

static void
test_move_into_and_back (KindTest *test)
{
  g_autofree char *folder = kind_test_path (test, "in");
  g_autoptr(Outcome) outcome = NULL;

  kind_test_write (test, "a.txt", "a");
  outcome = play (test, "file.move", "{ from: $DIR/a.txt, to: $DIR/in/ }", NULL);
  assert_output (outcome, "moved", "true");
  assert_content (test, "in/a.txt", "a");
  assert_content (test, "a.txt", NULL);
  kind_test_undo (test, outcome);
  assert_content (test, "a.txt", "a");
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
}

static void
test_move_replaces_only_when_told (KindTest *test)
{
  g_autoptr(Outcome) kept = NULL;
  g_autoptr(Outcome) replaced = NULL;

  kind_test_write (test, "a", "a");
  kind_test_write (test, "b", "b");
  kept = play (test, "file.move", "{ from: $DIR/a, to: $DIR/b }", NULL);
  assert_failure (kept, "io.exists");
  assert_content (test, "b", "b");
  replaced = play (test, "file.move", "{ from: $DIR/a, to: $DIR/b, overwrite: replace }", NULL);
  assert_content (test, "b", "a");
  kind_test_undo (test, replaced);
  assert_content (test, "a", "a");
  assert_content (test, "b", "b");
}

static void
test_move_finds_another_name (KindTest *test)
{
  g_autoptr(Outcome) outcome = NULL;

  kind_test_write (test, "a.txt", "a");
  kind_test_write (test, "in/a.txt", "b");
  outcome = play (test, "file.move", "{ from: $DIR/a.txt, to: $DIR/in, overwrite: rename }", NULL);
  assert_output (outcome, "moved", "true");
  assert_content (test, "in/a (2).txt", "a");
  assert_content (test, "in/a.txt", "b");
}

static void
test_move_leaves_what_is_newer (KindTest *test)
{
  g_autofree char *old = kind_test_path (test, "old");
  struct timespec times[2] = { { 1000000000, 0 }, { 1000000000, 0 } };
  g_autoptr(Outcome) outcome = NULL;

  kind_test_write (test, "old", "old");
  kind_test_write (test, "new", "new");
  g_assert_no_errno (utimensat (AT_FDCWD, old, times, 0));
  outcome = play (test, "file.move", "{ from: $DIR/old, to: $DIR/new, overwrite: newer }", NULL);
  assert_output (outcome, "moved", "false");
  assert_content (test, "new", "new");
}

static void
test_a_template_names_the_target (KindTest *test)
{
  g_autoptr(Outcome) outcome = NULL;

  kind_test_write (test, "IMG 1.JPG", "x");
  outcome = play (test, "file.move",
                  "{ to: \"$DIR/{{ input.from.split('/').pop().toLowerCase().replaceAll(' ', '-') }}\" }",
                  "{\"from\": \"$DIR/IMG 1.JPG\"}");
  assert_output (outcome, "moved", "true");
  assert_content (test, "img-1.jpg", "x");
}

static void
test_duplicates_keep_the_oldest (KindTest *test)
{
  g_autofree char *old = kind_test_path (test, "b");
  struct timespec times[2] = { { 1000000000, 0 }, { 1000000000, 0 } };
  g_autoptr(Outcome) outcome = NULL;
  WeirValue *groups;

  kind_test_write (test, "a", "same");
  kind_test_write (test, "b", "same");
  kind_test_write (test, "c", "also");
  g_assert_no_errno (utimensat (AT_FDCWD, old, times, 0));
  outcome = play (test, "file.hash_dedupe", "{ keep: oldest }",
                  "{\"files\": [\"$DIR/a\", \"$DIR/b\", \"$DIR/c\", \"$DIR/a\"]}");
  groups = outcome_get (outcome, "groups");
  g_assert_nonnull (groups);
  g_assert_cmpuint (weir_value_get_length (groups), ==, 1);
  g_assert_cmpstr (weir_value_get_path (weir_value_find_member (weir_value_get_item (groups, 0), "keep")), ==, old);
  g_assert_cmpuint (weir_value_get_length (outcome_get (outcome, "duplicates")), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  ADD_KIND_TEST ("/weir/blocks/list/is-in-order", test_list_is_in_order);
  ADD_KIND_TEST ("/weir/blocks/list/does-not-follow-circles", test_list_does_not_follow_circles);
  ADD_KIND_TEST ("/weir/blocks/list/leaves-out-what-is-too-much", test_list_leaves_out_what_is_too_much);
  ADD_KIND_TEST ("/weir/blocks/read/finds-the-encoding", test_read_finds_the_encoding);
  ADD_KIND_TEST ("/weir/blocks/read/says-where-it-is-not-text", test_read_says_where_it_is_not_text);
  ADD_KIND_TEST ("/weir/blocks/read/splits-lines", test_read_splits_lines);
  ADD_KIND_TEST ("/weir/blocks/read/gives-a-stream-of-what-is-too-large", test_read_gives_a_stream_of_what_is_too_large);
  ADD_KIND_TEST ("/weir/blocks/write/is-undone-byte-for-byte", test_write_is_undone_byte_for_byte);
  ADD_KIND_TEST ("/weir/blocks/write/takes-its-folders-away-again", test_write_takes_its_folders_away_again);
  ADD_KIND_TEST ("/weir/blocks/write/keeps-both", test_write_keeps_both);
  ADD_KIND_TEST ("/weir/blocks/write/appends-and-undo-cuts-off", test_write_appends_and_undo_cuts_off);
  ADD_KIND_TEST ("/weir/blocks/write/says-what-an-encoding-lacks", test_write_says_what_an_encoding_lacks);
  ADD_KIND_TEST ("/weir/blocks/move/into-and-back", test_move_into_and_back);
  ADD_KIND_TEST ("/weir/blocks/move/replaces-only-when-told", test_move_replaces_only_when_told);
  ADD_KIND_TEST ("/weir/blocks/move/finds-another-name", test_move_finds_another_name);
  ADD_KIND_TEST ("/weir/blocks/move/leaves-what-is-newer", test_move_leaves_what_is_newer);
  ADD_KIND_TEST ("/weir/blocks/move/a-template-names-the-target", test_a_template_names_the_target);
  ADD_KIND_TEST ("/weir/blocks/duplicates/keep-the-oldest", test_duplicates_keep_the_oldest);
  return g_test_run ();
}
