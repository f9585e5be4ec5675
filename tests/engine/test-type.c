/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "weir-json.h"
#include "weir-type.h"

static WeirType *
type (const char *text)
{
  g_autoptr(GError) error = NULL;
  WeirType *parsed = weir_type_parse (text, &error);

  g_assert_no_error (error);
  return parsed;
}

static void
assert_accepts (const char *input, const char *output)
{
  g_autoptr(WeirType) target = type (input);
  g_autoptr(WeirType) source = type (output);
  g_autofree char *reason = NULL;

  g_assert_true (weir_type_accepts (target, source, &reason));
  g_assert_null (reason);
}

static void
assert_refuses (const char *input, const char *output, const char *why)
{
  g_autoptr(WeirType) target = type (input);
  g_autoptr(WeirType) source = type (output);
  g_autofree char *reason = NULL;

  g_assert_false (weir_type_accepts (target, source, &reason));
  g_assert_nonnull (strstr (reason, why));
}

static void
test_is_written_in_one_way (void)
{
  g_autoptr(WeirType) a = type (" list< rec { name : text , size ?: num } > |null");
  g_autoptr(WeirType) b = type ("list<record{name: text, size?: number}> | null");

  g_assert_true (a == b);
  g_assert_cmpstr (weir_type_to_string (a), ==, "list<record{name: text, size?: number}> | null");
  g_assert_cmpstr (weir_type_get_family (a), ==, "any");
}

static void
test_errors_say_the_column (void)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (weir_type_parse ("list<txt>", &error));
  g_assert_nonnull (strstr (error->message, "column 6"));
  g_assert_nonnull (strstr (error->message, "\"txt\""));
}

static void
test_accepts_what_loses_nothing (void)
{
  assert_accepts ("number", "int");
  assert_accepts ("list<number>", "list<int>");
  assert_accepts ("text", "file");
  assert_accepts ("file", "text");
  assert_accepts ("list<int>", "any");
  assert_accepts ("any", "secret");
  assert_accepts ("json", "record{a: list<int>}");
  assert_accepts ("list<record>", "table");
  assert_accepts ("record{a: int}", "record{a: int, b: text}");
  assert_accepts ("int | text", "int");
  assert_accepts ("record{message: text}", "error");
}

static void
test_refuses_with_a_reason (void)
{
  assert_refuses ("int", "number", "may have a fraction");
  assert_refuses ("number", "text", "may be no number");
  assert_refuses ("list<int>", "int", "one item");
  assert_refuses ("int", "list<int>", "For each");
  assert_refuses ("text", "bytes", "decode");
  assert_refuses ("bytes", "text", "encode");
  assert_refuses ("text", "secret", "secret");
  assert_refuses ("record{a: int}", "record{b: int}", "no member \"a\"");
  assert_refuses ("list<int>", "list<text>", "Items:");
}

static char *
convert (const char *to, const char *json)
{
  g_autoptr(WeirType) target = type (to);
  g_autoptr(WeirValue) value = weir_json_parse (json, -1, NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirValue) converted = weir_type_convert (target, value, &error);

  if (converted == NULL)
    {
      g_assert_cmpstr (weir_error_get_class (error), ==, "input.type");
      return g_strdup (error->message);
    }
  return weir_value_encode (converted, NULL);
}

static void
assert_converts (const char *to, const char *json, const char *expected)
{
  g_autofree char *result = convert (to, json);

  g_assert_cmpstr (result, ==, expected);
}

static void
test_converts_without_loss (void)
{
  assert_converts ("number", "1", "1.0");
  assert_converts ("int", "2.0", "2");
  assert_converts ("list<number>", "[1,2.5]", "[1.0,2.5]");
  assert_converts ("time", "\"2023-11-14T22:13:20Z\"", "{\"$weir\":\"time\",\"v\":1700000000000000}");
  assert_converts ("duration", "\"1m30s\"", "{\"$weir\":\"duration\",\"v\":90000}");
  assert_converts ("int | text", "\"a\"", "\"a\"");
  assert_converts ("record{a: number, b?: text}", "{\"a\":1,\"c\":2}", "{\"a\":1.0,\"c\":2}");
}

static void
test_failure_names_the_place (void)
{
  assert_converts ("list<record{name: text}>", "[{\"name\":\"a\"},{\"name\":null}]",
                   "Item 1, member \"name\": expected text, but this is null");
  assert_converts ("int", "1.5", "Expected int, but this is the number \"1.5\"");
}

static void
test_untouched_values_stay_the_same (void)
{
  g_autoptr(WeirType) target = type ("list<record{a: int}>");
  g_autoptr(WeirValue) value = weir_json_parse ("[{\"a\":1}]", -1, NULL);
  g_autoptr(WeirValue) converted = weir_type_convert (target, value, NULL);

  g_assert_true (converted == value);
}

static void
test_durations_and_sizes (void)
{
  const struct { const char *text; gint64 ms; } good[] = {
    { "250ms", 250 }, { "1m30s", 90000 }, { "2h", 7200000 }, { "1d", 86400000 }, { "1500", 1500 }, { "1.5s", 1500 } };
  gint64 ms;
  guint64 bytes;

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autofree char *shown = NULL;
      gint64 back;

      g_assert_true (weir_parse_duration (good[i].text, &ms, NULL));
      g_assert_cmpint (ms, ==, good[i].ms);
      shown = weir_format_duration (ms * 1000);
      g_assert_true (weir_parse_duration (shown, &back, NULL));
      g_assert_cmpint (back, ==, ms);
    }
  g_assert_false (weir_parse_duration ("soon", &ms, NULL));
  g_assert_false (weir_parse_duration ("", &ms, NULL));
  g_assert_false (weir_parse_duration ("-1s", &ms, NULL));
  g_assert_true (weir_parse_size ("64KiB", &bytes, NULL));
  g_assert_cmpuint (bytes, ==, 65536);
  g_assert_true (weir_parse_size ("2 MB", &bytes, NULL));
  g_assert_cmpuint (bytes, ==, 2000000);
  g_assert_false (weir_parse_size ("2 apples", &bytes, NULL));
}

static void
test_durations_are_shown_in_one_way (void)
{
  const struct { gint64 us; const char *text; } shown[] = {
    { 0, "0\u00a0s" },
    { 999, "999\u00a0µs" },
    { 6000, "6\u00a0ms" },
    { 999999, "999\u00a0ms" },
    { 1250000, "1.25\u00a0s" },
    { 2000000, "2\u00a0s" },
    { 9999999, "10\u00a0s" },
    { 12345678, "12.3\u00a0s" },
    { 59940000, "59.9\u00a0s" },
    { 59960000, "1\u00a0min" },
    { 90000000, "1\u00a0min\u00a030\u00a0s" },
    { 3600000000, "1\u00a0h" },
    { 3661000000, "1\u00a0h\u00a01\u00a0min" },
    { 2 * G_TIME_SPAN_DAY + G_TIME_SPAN_MINUTE, "2\u00a0d" },
    { 30 * G_TIME_SPAN_DAY, "30\u00a0d" },
    { -90000000, "−1\u00a0min\u00a030\u00a0s" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (shown); i++)
    {
      g_autofree char *text = weir_display_duration (shown[i].us);

      g_assert_cmpstr (text, ==, shown[i].text);
    }
}

static void
test_what_is_shown_of_a_duration_can_be_typed (void)
{
  const gint64 shown[] = { 6, 640, 1250, 90000, 7200000, 90000000, 30 * G_TIME_SPAN_DAY / 1000 };

  for (guint i = 0; i < G_N_ELEMENTS (shown); i++)
    {
      g_autofree char *text = weir_display_duration (shown[i] * 1000);
      gint64 back;

      g_assert_true (weir_parse_duration (text, &back, NULL));
      g_assert_cmpint (back, ==, shown[i]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/weir/type/is-written-in-one-way", test_is_written_in_one_way);
  g_test_add_func ("/weir/type/errors-say-the-column", test_errors_say_the_column);
  g_test_add_func ("/weir/type/accepts-what-loses-nothing", test_accepts_what_loses_nothing);
  g_test_add_func ("/weir/type/refuses-with-a-reason", test_refuses_with_a_reason);
  g_test_add_func ("/weir/type/converts-without-loss", test_converts_without_loss);
  g_test_add_func ("/weir/type/failure-names-the-place", test_failure_names_the_place);
  g_test_add_func ("/weir/type/untouched-values-stay-the-same", test_untouched_values_stay_the_same);
  g_test_add_func ("/weir/type/durations-and-sizes", test_durations_and_sizes);
  g_test_add_func ("/weir/type/duration/is-shown-in-one-way", test_durations_are_shown_in_one_way);
  g_test_add_func ("/weir/type/duration/what-is-shown-can-be-typed", test_what_is_shown_of_a_duration_can_be_typed);
  return g_test_run ();
}
