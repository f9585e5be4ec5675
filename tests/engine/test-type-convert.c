/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What becomes of a value on its way into a port of another type, and what people read when it does not fit. */

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "weir-error.h"
#include "weir-json.h"
#include "weir-stream.h"
#include "weir-type.h"

static char *
convert_value (const char *to, WeirValue *value)
{
  g_autoptr(WeirType) target = weir_type_parse (to, NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirValue) converted = weir_type_convert (target, value, &error);

  if (converted != NULL)
    return weir_value_encode (converted, NULL);
  g_assert_cmpstr (weir_error_get_class (error), ==, "input.type");
  return g_strdup (error->message);
}

/* @value: as the journal writes it */
static void
assert_converts (const char *to, const char *value, const char *expected)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirValue) decoded = weir_value_decode (value, -1, &error);
  g_autofree char *result = NULL;

  g_assert_no_error (error);
  result = convert_value (to, decoded);
  g_assert_cmpstr (result, ==, expected);
}

#define FILE(path) "{\"$weir\":\"file\",\"path\":\"" path "\",\"device\":0,\"inode\":0,\"size\":0,\"modified\":0}"
#define TIME "{\"$weir\":\"time\",\"v\":1700000000000000}"

static void
test_text_of_everything_that_can_be_read (void)
{
  assert_converts ("text", "true", "\"true\"");
  assert_converts ("text", "12", "\"12\"");
  assert_converts ("text", "1.5", "\"1.5\"");
  assert_converts ("text", TIME, "\"2023-11-14T22:13:20Z\"");
  assert_converts ("text", "{\"$weir\":\"duration\",\"v\":90000}", "\"1m30s\"");
  assert_converts ("text", FILE ("/a/b"), "\"/a/b\"");
  assert_converts ("text", "[1]", "Expected text, but this is a list");
}

static void
test_times_and_durations (void)
{
  assert_converts ("time", "\"2026-01-31\"", "{\"$weir\":\"time\",\"v\":1769817600000000}");
  assert_converts ("time", "\"tomorrow\"", "Expected a time like 2026-01-31T12:00:00Z, but this is \"tomorrow\"");
  assert_converts ("time", "5", "Expected time, but this is the int \"5\"");
  assert_converts ("duration", "1500", "{\"$weir\":\"duration\",\"v\":1500}");
  assert_converts ("duration", "1500.0", "{\"$weir\":\"duration\",\"v\":1500}");
  assert_converts ("duration", "[]", "Expected duration, but this is a list");
}

static void
test_paths (void)
{
  g_autofree char *home = g_strdup_printf (FILE ("%s/x"), g_get_home_dir ());

  assert_converts ("file", "\"/a/b\"", FILE ("/a/b"));
  assert_converts ("file", "\"~/x\"", home);
  assert_converts ("file", "\"file:///a%20b\"", FILE ("/a b"));
  assert_converts ("file", "\"\"", "Expected a path, but the text is empty");
  assert_converts ("file", "\"a\\u0000b\"", "Expected a path, but this text holds a NUL");
  assert_converts ("file", "\"https://example.org/a\"",
                   "Expected a path, but this is the address \"https://example.org/a\"");
  assert_converts ("file", "\"file:relative\"", "Expected a path, but this is \"file:relative\"");
  assert_converts ("dir", "7", "Expected dir, but this is the int \"7\"");
  assert_converts ("image", "{\"$weir\":\"bytes\",\"v\":\"YWJj\"}", "{\"$weir\":\"bytes\",\"v\":\"YWJj\"}");
}

static void
test_file_is_no_folder (void)
{
  g_autofree char *path = NULL;
  int fd = g_file_open_tmp (NULL, &path, NULL);
  g_autofree char *expected = g_strdup_printf ("Expected a folder, but \"%s\" is a file", path);
  g_autofree char *stated = g_strdup_printf ("{\"$weir\":\"file\",\"path\":\"%s\",\"device\":1,\"inode\":5,\"size\":0,\"modified\":0}", path);

  g_close (fd, NULL);
  assert_converts ("dir", stated, expected);
  g_unlink (path);
}

static void
test_addresses (void)
{
  assert_converts ("uri", FILE ("/a b"), "\"file:///a%20b\"");
  assert_converts ("uri", "\"https://example.org/\"", "\"https://example.org/\"");
  assert_converts ("uri", "\"example\"", "Expected an address like https://example.org/, but this is \"example\"");
  assert_converts ("uri", "1", "Expected uri, but this is the int \"1\"");
}

static void
test_tables_and_lists_of_records (void)
{
  assert_converts ("table", "[{\"a\":1},{\"b\":2,\"a\":3}]",
                   "{\"$weir\":\"table\",\"columns\":[\"a\",\"b\"],\"rows\":[{\"a\":1},{\"b\":2,\"a\":3}]}");
  assert_converts ("list<record{a: int}>", "{\"$weir\":\"table\",\"columns\":[\"a\"],\"rows\":[[1],[2]]}",
                   "[{\"a\":1},{\"a\":2}]");
  assert_converts ("table", "[{\"a\":1},2]", "Item 1: expected a record for each row of a table, but this is a int");
  assert_converts ("table", "1", "Expected table, but this is the int \"1\"");
  assert_converts ("list<int>", "1", "Expected list<int>, but this is the int \"1\"");
}

static void
test_records_of_errors (void)
{
  assert_converts ("record{class: text, message: text}",
                   "{\"$weir\":\"error\",\"class\":\"io.access\",\"message\":\"No\",\"data\":null}",
                   "{\"class\":\"io.access\",\"message\":\"No\",\"data\":null}");
  assert_converts ("record{a: int}", "{\"b\":1}", "Expected record{a: int}, but there is no member \"a\"");
  assert_converts ("record{a: int}", "[]", "Expected record{a: int}, but this is a list");
}

static void
test_json_is_what_json_can_say (void)
{
  g_autoptr(WeirValue) infinite = weir_value_new_number (INFINITY);
  g_autoptr(WeirValue) list = weir_value_new_list (&infinite, 1);
  g_autofree char *result = convert_value ("json", list);

  g_assert_cmpstr (result, ==, "Expected json, but bytes, secrets, NaN and infinities cannot be written as JSON");
  assert_converts ("json", "{\"a\":[1,\"x\"]}", "{\"a\":[1,\"x\"]}");
  assert_converts ("json", "{\"a\":[" TIME "]}", "{\"a\":[\"2023-11-14T22:13:20Z\"]}");
  assert_converts ("json", "[{\"$weir\":\"bytes\",\"v\":\"YWJj\"}]",
                   "Expected json, but bytes, secrets, NaN and infinities cannot be written as JSON");
}

static void
test_first_alternative_that_fits (void)
{
  assert_converts ("int | text", "\"1\"", "\"1\"");
  assert_converts ("time | list<int>", "\"2026-01-31\"", "{\"$weir\":\"time\",\"v\":1769817600000000}");
  assert_converts ("int | list<int>", "\"x\"", "Expected int | list<int>, but this is the text \"x\"");
  assert_converts ("null", "1", "Expected null, but this is the int \"1\"");
}

/* ── how types are written ──────────────────────────────────────────────────────────────── */

static void
assert_no_type (const char *text, const char *message)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (weir_type_parse (text, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_INVALID);
  if (!g_str_has_prefix (error->message, message))
    g_error ("Expected “%s”, got “%s”", message, error->message);
}

static void
assert_written (const char *text, const char *expected)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirType) type = weir_type_parse (text, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (weir_type_to_string (type), ==, expected);
}

static void
test_writing_of_types (void)
{
  g_autofree char *deep = g_strnfill (33, '(');
  g_autofree char *at = NULL;
  g_autofree char *words = g_strnfill (70000, 'a');

  assert_written ("list<any>", "list");
  assert_written ("record", "record");
  assert_written ("(int | (text | int))", "int | text");
  assert_written ("int | any", "any");
  assert_written ("record{\"a b\": int, \"q\\\"q\"?: text}", "record{\"a b\": int, \"q\\\"q\"?: text}");
  assert_no_type ("record{: int}", "Type column 8: expected the name of a member");
  assert_no_type ("record{\"a: int}", "Type column 16: expected the name of a member, but the text ends");
  assert_no_type ("record{a: int, a: text}",
                  "Type column 16: expected a name that the record does not have yet, but found \"a\"");
  assert_no_type ("record{a int}", "Type column 10: expected \":\" and a type, but found \"int\"");
  assert_no_type ("record{a: nothing}", "Type column 11: expected a type");
  assert_no_type ("record{a: int b: int}", "Type column 15: expected \",\" or \"}\", but found \"b\"");
  assert_no_type ("list<int", "Type column 9: expected \">\", but the text ends");
  assert_no_type ("(int", "Type column 5: expected \")\", but the text ends");
  assert_no_type ("int | ", "Type column 7: expected a type");
  assert_no_type ("int int", "Type column 5: expected \"|\" or the end, but found \"int\"");
  assert_no_type (deep, "Type column 33: expected at most 32 types inside each other");
  assert_no_type (words, "Type column 1: expected at most");
}

/* ── what failures are called ───────────────────────────────────────────────────────────── */

static void
assert_class (GQuark domain, int code, const char *expected)
{
  g_autoptr(GError) error = g_error_new_literal (domain, code, "x");

  g_assert_cmpstr (weir_error_get_class (error), ==, expected);
}

/* Retries, error links and catches go by these names. */
static void
test_failures_of_the_system_have_a_class (void)
{
  assert_class (G_IO_ERROR, G_IO_ERROR_EXISTS, "io.exists");
  assert_class (G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, "io.access");
  assert_class (G_IO_ERROR, G_IO_ERROR_READ_ONLY, "io.access");
  assert_class (G_IO_ERROR, G_IO_ERROR_NO_SPACE, "io.no_space");
  assert_class (G_IO_ERROR, G_IO_ERROR_BUSY, "io.busy");
  assert_class (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "limit.timeout");
  assert_class (G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, "net.refused");
  assert_class (G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE, "net.offline");
  assert_class (G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, "net.reset");
  assert_class (G_IO_ERROR, G_IO_ERROR_FAILED, "io.other");
  assert_class (G_FILE_ERROR, G_FILE_ERROR_NOENT, "io.not_found");
  assert_class (G_FILE_ERROR, G_FILE_ERROR_ACCES, "io.access");
  assert_class (G_CONVERT_ERROR, G_CONVERT_ERROR_ILLEGAL_SEQUENCE, "data.encoding");
  assert_class (G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "net.dns");
  assert_class (G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE, "net.tls");
  assert_class (G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT, "proc.not_found");
  assert_class (WEIR_ERROR, WEIR_ERROR_INVALID, "input.invalid");
  assert_class (WEIR_ERROR, WEIR_ERROR_LIMIT, "limit.size");
  assert_class (WEIR_ERROR, WEIR_ERROR_STOPPED, "flow.cancelled");
  assert_class (G_MARKUP_ERROR, G_MARKUP_ERROR_PARSE, "internal.bug");
}

static void
test_classes_are_matched_by_groups (void)
{
  g_assert_true (weir_error_class_matches ("io.access", "io"));
  g_assert_true (weir_error_class_matches ("io.access", "net, io.*"));
  g_assert_true (weir_error_class_matches ("http.503", "http.5xx"));
  g_assert_true (weir_error_class_matches ("anything", "*"));
  g_assert_false (weir_error_class_matches ("http.404", "http.5xx"));
  g_assert_false (weir_error_class_matches ("ios.access", "io"));
  g_assert_false (weir_error_class_matches ("ios.access", "io.*"));
  g_assert_false (weir_error_class_matches ("io.access", ""));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add_func ("/weir/type/convert/" name, func)
  ADD ("text-of-everything-that-can-be-read", test_text_of_everything_that_can_be_read);
  ADD ("times-and-durations-are-read", test_times_and_durations);
  ADD ("paths-are-those-of-people", test_paths);
  ADD ("a-file-is-no-folder", test_file_is_no_folder);
  ADD ("addresses-are-told-from-text", test_addresses);
  ADD ("tables-and-lists-of-records-are-one-another", test_tables_and_lists_of_records);
  ADD ("errors-are-records", test_records_of_errors);
  ADD ("json-is-what-json-can-say", test_json_is_what_json_can_say);
  ADD ("the-first-alternative-that-fits", test_first_alternative_that_fits);
  ADD ("types-are-written-as-people-would", test_writing_of_types);
  ADD ("failures-of-the-system-have-a-class", test_failures_of_the_system_have_a_class);
  ADD ("classes-are-matched-by-groups", test_classes_are_matched_by_groups);
  return g_test_run ();
}
