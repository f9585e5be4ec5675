/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <libdex.h>
#include <string.h>
#include <unistd.h>

#include "weir-json.h"
#include "weir-stream.h"

/* A file to read, gone when the test ends. */
typedef struct
{
  char *dir;
  char *path;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  self->dir = g_dir_make_tmp ("weir-stream-XXXXXX", NULL);
  self->path = g_build_filename (self->dir, "lines.txt", NULL);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_remove (self->path);
  g_rmdir (self->dir);
  g_free (self->path);
  g_free (self->dir);
}

static WeirValue *
stream_of_len (Fixture *self, const char *content, gsize length, const char *encoding)
{
  g_autoptr(WeirValue) file = NULL;

  g_assert_true (g_file_set_contents (self->path, content, length, NULL));
  file = weir_value_new_file (self->path);
  return weir_stream_new_file (file, encoding);
}

static WeirValue *
stream_of (Fixture *self, const char *content)
{
  return stream_of_len (self, content, strlen (content), NULL);
}

/* Operations one after the other, each a record in JSON. */
static WeirValue *
with (WeirValue *stream, const char *operations)
{
  g_autoptr(WeirValue) list = weir_json_parse (operations, -1, NULL);
  WeirValue *result = weir_value_ref (stream);

  for (gsize i = 0; i < weir_value_get_length (list); i++)
    {
      g_autoptr(GError) error = NULL;
      WeirValue *next = weir_stream_with_operation (result, weir_value_get_item (list, i), &error);

      g_assert_no_error (error);
      weir_value_unref (result);
      result = next;
    }
  return result;
}

static const GValue *
await (DexFuture *future, GError **error)
{
  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, FALSE);
  return dex_future_get_value (future, error);
}

/* All of it as JSON, or the message of the error. */
static char *
read_reader (WeirStreamReader *reader)
{
  WeirBuilder *list = weir_list_builder_new (0);
  g_autoptr(WeirValue) all = NULL;

  while (!weir_stream_reader_is_at_end (reader))
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(DexFuture) next = weir_stream_reader_next (reader);
      const GValue *value = await (next, &error);
      WeirValue *batch = value != NULL ? g_value_get_boxed (value) : NULL;

      if (batch == NULL)
        {
          weir_builder_free (list);
          return g_strdup_printf ("%s: %s", weir_error_get_class (error), error->message);
        }
      for (gsize i = 0; i < weir_value_get_length (batch); i++)
        weir_builder_add (list, weir_value_get_item (batch, i));
    }
  all = weir_builder_end (list);
  return weir_json_write (all, 0, NULL);
}

static char *
read_items (WeirValue *stream)
{
  g_autoptr(WeirStreamReader) reader = weir_stream_reader_new (stream, WEIR_STREAM_ITEMS, NULL, NULL);

  return read_reader (reader);
}

static char *
read_bytes (WeirValue *stream)
{
  g_autoptr(WeirStreamReader) reader = weir_stream_reader_new (stream, WEIR_STREAM_BYTES, NULL, NULL);
  GString *text = g_string_new (NULL);

  while (!weir_stream_reader_is_at_end (reader))
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(DexFuture) next = weir_stream_reader_next (reader);
      const GValue *value = await (next, &error);
      gsize size;
      const char *data;

      g_assert_no_error (error);
      data = g_bytes_get_data (g_value_get_boxed (value), &size);
      g_string_append_len (text, data, size);
    }
  return g_string_free_and_steal (text);
}

static void
assert_items (WeirValue *stream, const char *operations, const char *expected)
{
  g_autoptr(WeirValue) worked = with (stream, operations);
  g_autofree char *json = read_items (worked);

  g_assert_cmpstr (json, ==, expected);
}

static void
assert_fails (WeirValue *stream, const char *operations, const char *class_name, const char *said)
{
  g_autoptr(WeirValue) worked = with (stream, operations);
  g_autofree char *message = read_items (worked);

  if (!g_str_has_prefix (message, class_name) || strstr (message, said) == NULL)
    g_error ("\"%s\" is not %s with \"%s\"", message, class_name, said);
}

static void
test_splits_lines_as_reading_a_file_does (Fixture *self, gconstpointer data)
{
  static const char *const cases[][2] = {
    { "", "[]" },
    { "a", "[\"a\"]" },
    { "a\n", "[\"a\"]" },
    { "\n", "[\"\"]" },
    { "a\r\n\r\nb", "[\"a\",\"\",\"b\"]" },
    { "\xef\xbb\xbfGr\xc3\xbc\xc3\x9f"
      "e\n",
      "[\"Gr\xc3\xbc\xc3\x9f"
      "e\"]" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(WeirValue) stream = stream_of (self, cases[i][0]);

      assert_items (stream, "[]", cases[i][1]);
    }
}

static void
test_bytes_come_as_they_are (Fixture *self, gconstpointer data)
{
  g_autoptr(GString) content = g_string_new (NULL);
  g_autoptr(WeirValue) stream = NULL;
  g_autofree char *read = NULL;

  for (guint i = 0; i < 300000; i++)
    g_string_append (content, "\xff no text\r\n");
  stream = stream_of_len (self, content->str, content->len, NULL);
  read = read_bytes (stream);
  g_assert_cmpstr (read, ==, content->str);
}

static void
test_other_encodings_are_read (Fixture *self, gconstpointer data)
{
  g_autoptr(WeirValue) utf16 = NULL, latin = NULL, long_utf16 = NULL, broken = NULL;
  g_autoptr(GString) big = g_string_new_len ("\xff\xfe", 2);

  utf16 = stream_of_len (self, "\xff\xfeG\0\xfc\0\n\0x\0", 10, NULL);
  assert_items (utf16, "[]", "[\"G\xc3\xbc\",\"x\"]");
  latin = stream_of_len (self,
                         "Gr\xfc\xdf"
                         "e",
                         5, "iso-8859-1");
  assert_items (latin, "[]",
                "[\"Gr\xc3\xbc\xc3\x9f"
                "e\"]");

  for (guint i = 0; i < 400000; i++)
    g_string_append_len (big, i % 10 == 9 ? "\n\0" : "\xfc\0", 2);
  long_utf16 = stream_of_len (self, big->str, big->len, NULL);
  assert_items (long_utf16,
                "[{\"op\":\"filter\",\"expr\":\"item !== "
                "'\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc'\"}]",
                "[]");
  broken = stream_of_len (self,
                          "\xff\xfe"
                          "a\0\n\0\x3d",
                          7, NULL);
  assert_fails (broken, "[]", "data.encoding", "line 2");
}

static void
test_what_is_no_text_names_its_line (Fixture *self, gconstpointer data)
{
  g_autoptr(GString) content = g_string_new (NULL);
  g_autoptr(WeirValue) stream = NULL;

  for (guint i = 0; i < 100000; i++)
    g_string_append (content, i == 77776 ? "Gr\xfc\xdf"
                                           "e\n"
                                         : "a line like any other\n");
  stream = stream_of_len (self, content->str, content->len, NULL);
  assert_fails (stream, "[]", "data.encoding", "line 77777");
}

static void
test_long_lines_are_whole (Fixture *self, gconstpointer data)
{
  g_autofree char *line = g_strnfill (3000000, 'x');
  g_autofree char *content = g_strconcat ("a\n", line, "\nb", NULL);
  g_autoptr(WeirValue) stream = stream_of (self, content);

  assert_items (stream, "[{\"op\":\"map\",\"expr\":\"item.length\"}]", "[1,3000000,1]");
}

static void
test_operations_give_what_lists_give (Fixture *self, gconstpointer data)
{
  g_autoptr(WeirValue) list = weir_json_parse ("[1,[2,[3]],{\"a\":{\"b\":4}},9007199254740993]", -1, NULL);
  g_autoptr(WeirValue) stream = weir_stream_new_list (list);
  g_autoptr(WeirValue) numbers = weir_json_parse ("[1,2,3,4,5]", -1, NULL);
  g_autoptr(WeirValue) counting = weir_stream_new_list (numbers);

  assert_items (stream, "[]", "[1,[2,[3]],{\"a\":{\"b\":4}},9007199254740993]");
  assert_items (stream, "[{\"op\":\"flatten\",\"depth\":1}]", "[1,2,[3],{\"a\":{\"b\":4}},9007199254740993]");
  assert_items (stream, "[{\"op\":\"flatten\",\"depth\":2}]", "[1,2,3,{\"a\":{\"b\":4}},9007199254740993]");
  assert_items (stream, "[{\"op\":\"pluck\",\"key\":\"a.b\"}]", "[null,null,4,null]");
  assert_items (stream, "[{\"op\":\"map\",\"expr\":\"item\"},{\"op\":\"skip\",\"count\":3}]", "[9007199254740993]");
  assert_items (counting, "[{\"op\":\"map\",\"expr\":\"item * factor + index\",\"scope\":{\"factor\":10}}]",
                "[10,21,32,43,54]");
  assert_items (counting, "[{\"op\":\"filter\",\"expr\":\"item % 2\"},{\"op\":\"limit\",\"count\":2}]", "[1,3]");
  assert_items (counting, "[{\"op\":\"skip\",\"count\":2},{\"op\":\"limit\",\"count\":2}]", "[3,4]");
  assert_items (counting, "[{\"op\":\"slice\",\"start\":1,\"count\":3}]", "[2,3,4]");
  assert_items (counting, "[{\"op\":\"skip\",\"count\":9}]", "[]");
  assert_items (counting, "[{\"op\":\"limit\",\"count\":0}]", "[]");
  assert_items (counting, "[{\"op\":\"window\",\"count\":4}]", "[[1,2,3,4],[2,3,4,5]]");
  assert_items (counting, "[{\"op\":\"reduce\",\"expr\":\"result + item\",\"initial\":100}]", "[115]");
  assert_items (counting,
                "[{\"op\":\"limit\",\"count\":0},{\"op\":\"reduce\",\"expr\":\"result + item\",\"initial\":0}]", "[0]");
}

static void
test_operations_remember_across_batches (Fixture *self, gconstpointer data)
{
  g_autoptr(GString) content = g_string_new (NULL);
  g_autoptr(WeirValue) stream = NULL;

  for (guint i = 0; i < 100000; i++)
    g_string_append_printf (content, "%u\n", i);
  stream = stream_of (self, content->str);
  assert_items (stream, "[{\"op\":\"slice\",\"start\":99998,\"count\":9}]", "[\"99998\",\"99999\"]");
  assert_items (stream,
                "[{\"op\":\"map\",\"expr\":\"index\"},{\"op\":\"reduce\",\"expr\":\"result + item\",\"initial\":0}]",
                "[4999950000]");
  assert_items (stream, "[{\"op\":\"window\",\"count\":3},{\"op\":\"filter\",\"expr\":\"item[1] % 33333 === 1\"}]",
                "[[\"0\",\"1\",\"2\"],[\"33333\",\"33334\",\"33335\"],[\"66666\",\"66667\",\"66668\"]]");
}

static void
test_a_failing_expression_names_the_line (Fixture *self, gconstpointer data)
{
  g_autoptr(GString) content = g_string_new (NULL);
  g_autoptr(WeirValue) stream = NULL;

  for (guint i = 1; i <= 30000; i++)
    g_string_append_printf (content, "%u\n", i);
  stream = stream_of (self, content->str);
  assert_fails (
    stream,
    "[{\"op\":\"filter\",\"expr\":\"item % 2 === 0\"},{\"op\":\"map\",\"expr\":\"item === '20002' ? nonsense : 1\"}]",
    "code.exception", "lines.txt, line 20002: ");
}

static void
test_another_file_is_not_read (Fixture *self, gconstpointer data)
{
  g_autoptr(WeirValue) stream = stream_of (self, "one\n");
  g_autoptr(WeirValue) other = stream_of (self, "one, two\n");

  assert_fails (stream, "[]", "io.changed", "changed");
  assert_items (other, "[]", "[\"one, two\"]");
  g_remove (self->path);
  assert_fails (other, "[]", "io.not_found", "lines.txt");
}

static void
test_a_change_while_reading_is_noticed (Fixture *self, gconstpointer data)
{
  g_autoptr(GString) content = g_string_new (NULL);
  g_autoptr(WeirValue) stream = NULL;
  g_autoptr(WeirStreamReader) reader = NULL;
  g_autoptr(DexFuture) first = NULL;
  g_autofree char *rest = NULL;

  for (guint i = 0; i < 500000; i++)
    g_string_append (content, "a line like any other\n");
  stream = stream_of (self, content->str);
  reader = weir_stream_reader_new (stream, WEIR_STREAM_ITEMS, NULL, NULL);
  first = weir_stream_reader_next (reader);
  g_assert_nonnull (await (first, NULL));
  g_assert_cmpint (truncate (self->path, 300000), ==, 0);
  rest = read_reader (reader);
  g_assert_true (g_str_has_prefix (rest, "io.changed"));
}

static void
test_nothing_is_read_before_it_is_wanted (Fixture *self, gconstpointer data)
{
  g_autoptr(GString) content = g_string_new (NULL);
  g_autoptr(WeirValue) stream = NULL;
  g_autoptr(WeirStreamReader) reader = NULL;
  g_autoptr(DexFuture) first = NULL;
  g_autofree char *progress = NULL;

  for (guint i = 0; i < 1000000; i++)
    g_string_append (content, "a line like any other\n");
  stream = stream_of (self, content->str);
  reader = weir_stream_reader_new (stream, WEIR_STREAM_ITEMS, NULL, NULL);
  g_assert_cmpfloat (weir_stream_reader_get_fraction (reader), ==, 0);
  first = weir_stream_reader_next (reader);
  g_assert_nonnull (await (first, NULL));
  g_usleep (1000);
  g_assert_cmpfloat (weir_stream_reader_get_fraction (reader), >, 0);
  g_assert_cmpfloat (weir_stream_reader_get_fraction (reader), <, 0.1);
  progress = weir_stream_reader_describe_progress (reader);
  g_assert_nonnull (strstr (progress, "22.0"));
}

static void
test_limits_end_the_reading (Fixture *self, gconstpointer data)
{
  g_autoptr(GString) content = g_string_new (NULL);
  g_autoptr(WeirValue) stream = NULL, limited = NULL;
  g_autoptr(WeirStreamReader) reader = NULL;
  g_autofree char *json = NULL;

  for (guint i = 0; i < 1000000; i++)
    g_string_append (content, "a line like any other\n");
  stream = stream_of (self, content->str);
  limited = with (stream, "[{\"op\":\"limit\",\"count\":1}]");
  reader = weir_stream_reader_new (limited, WEIR_STREAM_ITEMS, NULL, NULL);
  json = read_reader (reader);
  g_assert_cmpstr (json, ==, "[\"a line like any other\"]");
  g_assert_cmpfloat (weir_stream_reader_get_fraction (reader), <, 0.1);
}

static void
test_stopping_ends_it (Fixture *self, gconstpointer data)
{
  g_autoptr(WeirValue) stream = stream_of (self, "one\n");
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(WeirStreamReader) reader = weir_stream_reader_new (stream, WEIR_STREAM_ITEMS, cancellable, NULL);
  g_autofree char *message = NULL;

  g_cancellable_cancel (cancellable);
  message = read_reader (reader);
  g_assert_true (g_str_has_prefix (message, "flow.cancelled"));
}

static void
test_the_journal_gives_it_back (Fixture *self, gconstpointer data)
{
  g_autoptr(WeirValue) plain = stream_of (self, "1\n2\n3\n");
  g_autoptr(WeirValue) stream = with (plain,
                                       "[{\"op\":\"map\",\"expr\":\"item * by\",\"scope\":{\"by\":{\"$weir\":2}}},"
                                       "{\"op\":\"limit\",\"count\":2}]");
  g_autofree char *encoded = weir_value_encode (stream, NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirValue) decoded = weir_value_decode (encoded, -1, &error);
  g_autofree char *again = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (weir_value_get_kind (decoded), ==, WEIR_VALUE_STREAM);
  g_assert_true (weir_value_equal (stream, decoded));
  g_assert_false (weir_value_equal (plain, decoded));
  again = weir_value_encode (decoded, NULL);
  g_assert_cmpstr (again, ==, encoded);
  assert_items (decoded, "[{\"op\":\"skip\",\"count\":1}]", "[null]");
}

static void
test_people_see_what_it_is (Fixture *self, gconstpointer data)
{
  g_autoptr(WeirValue) plain = stream_of (self, "1\n");
  g_autoptr(WeirValue) stream = with (plain, "[{\"op\":\"filter\",\"expr\":\"item\"},{\"op\":\"limit\",\"count\":2}]");
  g_autofree char *shown = weir_value_to_display (stream, 0);
  g_autofree char *json = weir_json_write (plain, 0, NULL);

  g_assert_cmpstr (shown, ==, "lines of lines.txt, filter, limit");
  g_assert_cmpstr (json, ==, "{\"stream\":\"bytes of lines.txt\"}");
}

static void
test_items_are_written_as_lines (Fixture *self, gconstpointer data)
{
  g_autoptr(WeirValue) list = weir_json_parse ("[\"a\",{\"b\":1},null,\"Gr\xc3\xbc\xc3\x9f"
                                                "e\"]",
                                                -1, NULL);
  g_autoptr(WeirValue) stream = weir_stream_new_list (list);
  g_autoptr(WeirValue) latin = with (stream, "[{\"op\":\"encode\",\"encoding\":\"iso-8859-1\",\"newline\":\"crlf\"}]");
  g_autofree char *plain = read_bytes (stream);
  g_autofree char *encoded = read_bytes (latin);

  g_assert_cmpstr (plain, ==,
                   "a\n{\"b\":1}\nnull\nGr\xc3\xbc\xc3\x9f"
                   "e\n");
  g_assert_cmpstr (encoded, ==,
                   "a\r\n{\"b\":1}\r\nnull\r\nGr\xfc\xdf"
                   "e\r\n");
}

static void
test_wrong_operations_are_refused_at_once (Fixture *self, gconstpointer data)
{
  static const char *const wrong[] = { "{\"op\":\"sort\"}",
                                       "{\"op\":\"map\"}",
                                       "{\"op\":\"map\",\"expr\":\"1 +\"}",
                                       "{\"op\":\"limit\"}",
                                       "{\"op\":\"slice\",\"start\":-1,\"count\":1}",
                                       "{\"op\":\"window\",\"count\":0}",
                                       "{\"op\":\"encode\",\"encoding\":\"klingon\"}" };
  g_autoptr(WeirValue) stream = stream_of (self, "1\n");

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr(WeirValue) operation = weir_json_parse (wrong[i], -1, NULL);
      g_autoptr(GError) error = NULL;

      g_assert_null (weir_stream_with_operation (stream, operation, &error));
      g_assert_nonnull (error);
    }
}

static void
test_csv_comes_back_as_it_was (Fixture *self, gconstpointer data)
{
  static const char csv[] = "[{\"op\":\"csv_write\"}]", parse[] = "[{\"op\":\"csv_parse\"}]";
  static const char json[]
    = "[{\"a\":1,\"b\":\"x\"},{\"a\":1.5,\"b\":\"two\\nlines, \\\"quoted\\\"\"},{\"a\":null,\"b\":\"\"},"
      "{\"a\":true,\"b\":\"12\"},{\"a\":-9223372036854775807,\"b\":\"007\"},"
      "{\"a\":\"9223372036854775808\",\"b\":\" true\"}]";
  g_autoptr(WeirValue) list = weir_json_parse (json, -1, NULL);
  g_autoptr(WeirValue) stream = weir_stream_new_list (list);
  g_autoptr(WeirValue) written = with (stream, csv);
  g_autofree char *text = read_bytes (written);
  g_autoptr(WeirValue) file = stream_of (self, text);

  assert_items (file, parse, json);
}

static void
test_csv_of_many_rows_is_whole (Fixture *self, gconstpointer data)
{
  g_autoptr(GString) content = g_string_new ("id;text\r\n");
  g_autoptr(WeirValue) stream = NULL;

  for (guint i = 0; i < 50000; i++)
    g_string_append_printf (content, "%u;\"over\r\nthree\r\n%u lines\"\r\n", i, i);
  stream = stream_of (self, content->str);
  assert_items (
    stream, "[{\"op\":\"csv_parse\"},{\"op\":\"filter\",\"expr\":\"item.text !== `over\\nthree\\n${item.id} lines`\"}]",
    "[]");
  assert_items (stream, "[{\"op\":\"csv_parse\"},{\"op\":\"skip\",\"count\":49999},{\"op\":\"pluck\",\"key\":\"id\"}]",
                "[49999]");
}

static void
test_csv_names_the_row_that_does_not_fit (Fixture *self, gconstpointer data)
{
  static const char parse[] = "[{\"op\":\"csv_parse\"}]";
  g_autoptr(WeirValue) few = stream_of (self, "a,b\n1,2\n\n1\n");
  g_autoptr(WeirValue) open = NULL, behind = NULL, names = NULL;

  assert_fails (few, parse, "data.parse", "lines.txt, line 4: Expected 2 fields, but there are 1");
  open = stream_of (self, "a,b\n1,\"2\n3\n");
  assert_fails (open, parse, "data.parse", "line 2: Expected a closing quote");
  behind = stream_of (self, "a,b\n\"1\"2,3\n");
  assert_fails (behind, parse, "data.parse", "line 2: Expected the next field");
  names = stream_of (self, "a,a,,column2\n1,2,3,4\n");
  assert_items (names, parse, "[{\"a\":1,\"column2\":2,\"column3\":3,\"column4\":4}]");
}

static void
test_many_readers_are_served (Fixture *self, gconstpointer data)
{
  g_autoptr(WeirValue) plain = stream_of (self, "1\n2\n3\n");
  g_autoptr(WeirValue) stream = with (plain, "[{\"op\":\"map\",\"expr\":\"item * 2\"}]");
  g_autoptr(GPtrArray) readers = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_stream_reader_unref);

  for (guint i = 0; i < 200; i++)
    g_ptr_array_add (readers, weir_stream_reader_new (stream, WEIR_STREAM_ITEMS, NULL, NULL));
  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *json = read_reader (readers->pdata[i]);

      g_assert_cmpstr (json, ==, "[2,4,6]");
    }
}

#define ADD(name, func) g_test_add ("/weir/value/stream/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();

  ADD ("splits-lines-as-reading-a-file-does", test_splits_lines_as_reading_a_file_does);
  ADD ("bytes-come-as-they-are", test_bytes_come_as_they_are);
  ADD ("other-encodings-are-read", test_other_encodings_are_read);
  ADD ("what-is-no-text-names-its-line", test_what_is_no_text_names_its_line);
  ADD ("long-lines-are-whole", test_long_lines_are_whole);
  ADD ("operations-give-what-lists-give", test_operations_give_what_lists_give);
  ADD ("operations-remember-across-batches", test_operations_remember_across_batches);
  ADD ("a-failing-expression-names-the-line", test_a_failing_expression_names_the_line);
  ADD ("another-file-is-not-read", test_another_file_is_not_read);
  ADD ("a-change-while-reading-is-noticed", test_a_change_while_reading_is_noticed);
  ADD ("nothing-is-read-before-it-is-wanted", test_nothing_is_read_before_it_is_wanted);
  ADD ("limits-end-the-reading", test_limits_end_the_reading);
  ADD ("stopping-ends-it", test_stopping_ends_it);
  ADD ("the-journal-gives-it-back", test_the_journal_gives_it_back);
  ADD ("people-see-what-it-is", test_people_see_what_it_is);
  ADD ("items-are-written-as-lines", test_items_are_written_as_lines);
  ADD ("wrong-operations-are-refused-at-once", test_wrong_operations_are_refused_at_once);
  ADD ("csv-comes-back-as-it-was", test_csv_comes_back_as_it_was);
  ADD ("csv-of-many-rows-is-whole", test_csv_of_many_rows_is_whole);
  ADD ("csv-names-the-row-that-does-not-fit", test_csv_names_the_row_that_does_not_fit);
  ADD ("many-readers-are-served", test_many_readers_are_served);
  return g_test_run ();
}
