/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "weir-json.h"

static void
assert_round_trip (const char *json)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirValue) value = weir_json_parse (json, -1, &error);
  g_autofree char *written = NULL;

  g_assert_no_error (error);
  written = weir_json_write (value, 0, NULL);
  g_assert_cmpstr (written, ==, json);
}

static void
assert_refused (const char *json, const char *message)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (weir_json_parse (json, -1, &error));
  if (strstr (error->message, message) == NULL)
    g_error ("\"%s\" does not say \"%s\"", error->message, message);
}

static void
test_keeps_int_and_double_apart (void)
{
  assert_round_trip ("[1,1.0,-9223372036854775808,9223372036854775807,0.1,1e300,-0.0]");
}

static void
test_keeps_text (void)
{
  assert_round_trip ("[\"\",\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u0000x\",\"Zoë 🙂\",{\"a\\u0000b\":1,\"\":2}]");
}

static void
test_large_integers_become_numbers (void)
{
  g_autoptr(WeirValue) value = weir_json_parse ("9223372036854775808", -1, NULL);

  g_assert_cmpint (weir_value_get_kind (value), ==, WEIR_VALUE_NUMBER);
  g_assert_cmpfloat (weir_value_get_number (value), ==, 9223372036854775808.0);
}

static void
test_last_twin_wins (void)
{
  g_autoptr(WeirValue) value = weir_json_parse ("{\"a\":1,\"b\":2,\"a\":{\"c\":[3]}}", -1, NULL);
  g_autofree char *written = weir_json_write (value, 0, NULL);

  g_assert_cmpstr (written, ==, "{\"a\":{\"c\":[3]},\"b\":2}");
}

static void
test_lone_surrogates_are_replaced (void)
{
  g_autoptr(WeirValue) value = weir_json_parse ("[\"\\ud800\",\"\\udc00x\",\"\\ud83d\\ude42\",\"\\\\ud800\"]", -1, NULL);
  g_autofree char *written = weir_json_write (value, 0, NULL);

  g_assert_cmpstr (written, ==, "[\"\xef\xbf\xbd\",\"\xef\xbf\xbdx\",\"🙂\",\"\\\\ud800\"]");
}

static void
test_errors_name_line_and_column (void)
{
  assert_refused ("{\n  \"ä\": tru\n}", "line 2, column 8");
  assert_refused ("", "the text is empty");
  assert_refused ("[1,]", "line 1, column 3");
  assert_refused ("1e999", "line 1");
}

static void
test_depth_is_limited (void)
{
  GString *deep = g_string_new (NULL);

  for (int i = 0; i < 512; i++)
    g_string_append_c (deep, '[');
  for (int i = 0; i < 512; i++)
    g_string_append_c (deep, ']');
  assert_round_trip (deep->str);
  g_string_prepend_c (deep, '[');
  g_string_append_c (deep, ']');
  assert_refused (deep->str, "line 1, column 513: JSON is nested deeper than 512 levels");
  g_string_free (deep, TRUE);
}

static void
test_indents (void)
{
  g_autoptr(WeirValue) value = weir_json_parse ("{\"a\":[1,2],\"b\":{},\"c\":[]}", -1, NULL);
  g_autofree char *written = weir_json_write (value, 2, NULL);

  g_assert_cmpstr (written, ==, "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {},\n  \"c\": []\n}");
}

static WeirValue *
make_every_kind (void)
{
  static const char *columns[] = { "x", "y" };
  g_autoptr(GBytes) bytes = g_bytes_new ("\0\1\2", 3);
  g_autoptr(WeirValue) rows = weir_json_parse ("[[1,2],[3,4]]", -1, NULL);
  g_autoptr(WeirValue) data = weir_json_parse ("{\"$weir\":\"time\",\"v\":{\"$weir\":1}}", -1, NULL);
  WeirBuilder *builder = weir_list_builder_new (0);

  weir_builder_take (builder, weir_value_new_null ());
  weir_builder_take (builder, weir_value_new_bool (TRUE));
  weir_builder_take (builder, weir_value_new_int (G_MININT64));
  weir_builder_take (builder, weir_value_new_number (1));
  weir_builder_take (builder, weir_value_new_number (NAN));
  weir_builder_take (builder, weir_value_new_number (-INFINITY));
  weir_builder_take (builder, weir_value_new_text ("text"));
  weir_builder_take (builder, weir_value_new_bytes (bytes));
  weir_builder_take (builder, weir_value_new_time (-1));
  weir_builder_take (builder, weir_value_new_duration (1500));
  weir_builder_take (builder, weir_value_new_file ("/etc/passwd"));
  weir_builder_take (builder, weir_value_new_file ("/nowhere/\xff"));
  weir_builder_take (builder, weir_value_new_table (columns, 2, rows));
  weir_builder_take (builder, weir_value_new_error ("io.not_found", "No such file", data));
  weir_builder_take (builder, weir_value_new_secret ("mail"));
  weir_builder_add (builder, data);
  return weir_builder_end (builder);
}

static void
test_every_kind_comes_back (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirValue) value = make_every_kind ();
  g_autofree char *encoded = weir_value_encode (value, NULL);
  g_autoptr(WeirValue) decoded = weir_value_decode (encoded, -1, &error);
  g_autofree char *again = NULL;

  g_assert_no_error (error);
  g_assert_true (weir_value_equal (value, decoded));
  again = weir_value_encode (decoded, NULL);
  g_assert_cmpstr (again, ==, encoded);
}

static void
test_unknown_tags_are_refused (void)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (weir_value_decode ("{\"$weir\":\"nonsense\"}", -1, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_INVALID);
}

/* What a seed makes of a valid document must be read or refused, and what is read must come back. */
static void
test_survives_damage (void)
{
  const char *good = "{\"a\":[1,2.5,-3e4,true,null],\"b\":{\"c\":\"x\\u00e9\\ud83d\\ude42\",\"$weir\":\"time\"},\"c\":\"\"}";
  g_autoptr(GRand) rand = g_rand_new_with_seed (7);

  for (int i = 0; i < 20000; i++)
    {
      g_autofree char *bad = g_strdup (good);
      g_autoptr(WeirValue) value = NULL;
      g_autoptr(WeirValue) back = NULL;

      for (int j = g_rand_int_range (rand, 1, 5); j > 0; j--)
        bad[g_rand_int_range (rand, 0, strlen (good))] = "{}[]\",:0\\u9e-.dtfn\x80 "[g_rand_int_range (rand, 0, 21)];
      back = weir_value_decode (bad, strlen (good), NULL);
      g_clear_pointer (&back, weir_value_unref);
      value = weir_json_parse (bad, strlen (good), NULL);
      if (value != NULL)
        {
          g_autofree char *encoded = weir_value_encode (value, NULL);

          back = weir_value_decode (encoded, -1, NULL);
          g_assert_true (weir_value_equal (value, back));
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/weir/value/json/keeps-int-and-double-apart", test_keeps_int_and_double_apart);
  g_test_add_func ("/weir/value/json/keeps-text", test_keeps_text);
  g_test_add_func ("/weir/value/json/large-integers-become-numbers", test_large_integers_become_numbers);
  g_test_add_func ("/weir/value/json/last-twin-wins", test_last_twin_wins);
  g_test_add_func ("/weir/value/json/lone-surrogates-are-replaced", test_lone_surrogates_are_replaced);
  g_test_add_func ("/weir/value/json/errors-name-line-and-column", test_errors_name_line_and_column);
  g_test_add_func ("/weir/value/json/depth-is-limited", test_depth_is_limited);
  g_test_add_func ("/weir/value/json/indents", test_indents);
  g_test_add_func ("/weir/value/json/every-kind-comes-back", test_every_kind_comes_back);
  g_test_add_func ("/weir/value/json/unknown-tags-are-refused", test_unknown_tags_are_refused);
  g_test_add_func ("/weir/value/json/survives-damage", test_survives_damage);
  return g_test_run ();
}
