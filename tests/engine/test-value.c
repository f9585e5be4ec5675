/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "weir-json.h"
#include "weir-value.h"

static void
test_shares_items (void)
{
  g_autoptr(WeirValue) text = weir_value_new_text ("hello");
  g_autoptr(WeirValue) list = weir_value_new_list (&text, 1);
  g_autoptr(WeirBuilder) builder = weir_record_builder_new (1);
  g_autoptr(WeirValue) record = NULL;

  weir_builder_set (builder, "list", list);
  record = weir_builder_end (g_steal_pointer (&builder));
  g_assert_true (weir_value_find_member (record, "list") == list);
  g_assert_true (weir_value_get_item (list, 0) == text);
}

static void
test_last_of_twin_keys_wins (void)
{
  const char *keys[] = { "a", "b", "a" };
  WeirValue *values[] = { weir_value_new_int (1), weir_value_new_int (2), weir_value_new_int (3) };
  g_autoptr(WeirValue) record = weir_value_new_record (keys, values, 3);

  g_assert_cmpuint (weir_value_get_length (record), ==, 2);
  g_assert_cmpstr (weir_value_get_key (record, 0), ==, "a");
  g_assert_cmpint (weir_value_get_member_int (record, "a", 0), ==, 3);
}

static void
test_finds_among_many_keys (void)
{
  WeirBuilder *builder = weir_record_builder_new (0);
  g_autoptr(WeirValue) record = NULL;
  char key[16];

  for (int i = 0; i < 2000; i++)
    {
      g_snprintf (key, sizeof key, "key%d", i % 1000);
      weir_builder_set_take (builder, key, weir_value_new_int (i));
    }
  record = weir_builder_end (builder);
  g_assert_cmpuint (weir_value_get_length (record), ==, 1000);
  g_assert_cmpint (weir_value_get_member_int (record, "key7", 0), ==, 1007);
  g_assert_null (weir_value_find_member (record, "key1000"));
}

static void
test_with_member_leaves_the_old (void)
{
  g_autoptr(WeirValue) record = weir_json_parse ("{\"a\": 1, \"b\": 2}", -1, NULL);
  g_autoptr(WeirValue) three = weir_value_new_int (3);
  g_autoptr(WeirValue) changed = weir_value_with_member (record, "a", three);
  g_autoptr(WeirValue) removed = weir_value_with_member (record, "a", NULL);

  g_assert_cmpint (weir_value_get_member_int (record, "a", 0), ==, 1);
  g_assert_cmpint (weir_value_get_member_int (changed, "a", 0), ==, 3);
  g_assert_cmpuint (weir_value_get_length (removed), ==, 1);
}

static void
test_repairs_invalid_text (void)
{
  g_autoptr(WeirValue) value = weir_value_new_text_len ("a\xff\0b", 4);
  gsize length;
  const char *text = weir_value_get_text (value, &length);

  g_assert_cmpmem (text, length, "a\xef\xbf\xbd\0b", 6);
}

static void
test_frees_deep_nesting (void)
{
  WeirValue *value = weir_value_new_list (NULL, 0);
  WeirValue *twin = weir_value_new_list (NULL, 0);
  g_autofree char *json = NULL;

  for (int i = 0; i < 200000; i++)
    {
      WeirValue *outer = weir_value_new_list (&value, 1);
      WeirValue *twin_outer = weir_value_new_list (&twin, 1);

      weir_value_unref (value);
      weir_value_unref (twin);
      value = outer;
      twin = twin_outer;
    }
  g_assert_true (weir_value_equal (value, twin));
  json = weir_value_encode (value, NULL);
  weir_value_unref (twin);
  twin = weir_value_decode (json, -1, NULL);
  g_assert_true (weir_value_equal (value, twin));
  weir_value_unref (value);
  weir_value_unref (twin);
}

static void
test_equal_tells_kinds_apart (void)
{
  g_autoptr(WeirValue) number = weir_value_new_number (1);
  g_autoptr(WeirValue) integer = weir_value_new_int (1);
  g_autoptr(WeirValue) nan = weir_value_new_number (NAN);
  g_autoptr(WeirValue) other_nan = weir_value_new_number (NAN);
  g_autoptr(WeirValue) a = weir_json_parse ("{\"x\": [1, 2], \"y\": null}", -1, NULL);
  g_autoptr(WeirValue) b = weir_json_parse ("{\"y\": null, \"x\": [1, 2]}", -1, NULL);

  g_assert_false (weir_value_equal (number, integer));
  g_assert_true (weir_value_equal (nan, other_nan));
  g_assert_true (weir_value_equal (a, b));
}

static void
test_file_knows_its_parts (void)
{
  g_autoptr(WeirValue) file = weir_value_new_file ("/nowhere/report.tar.gz");

  g_assert_cmpstr (weir_value_get_member_text (file, "name", NULL), ==, "report.tar.gz");
  g_assert_cmpstr (weir_value_get_member_text (file, "stem", NULL), ==, "report.tar");
  g_assert_cmpstr (weir_value_get_member_text (file, "extension", NULL), ==, "gz");
  g_assert_cmpstr (weir_value_get_member_text (file, "parent", NULL), ==, "/nowhere");
  g_assert_true (weir_value_is_null (weir_value_find_member (file, "modified")));
}

static void
test_part_outlives_document (void)
{
  WeirValue *document = weir_json_parse ("{\"a\": {\"b\": \"text\"}}", -1, NULL);
  g_autoptr(WeirValue) part = weir_value_ref (weir_value_find_member (document, "a"));

  weir_value_unref (document);
  g_assert_cmpstr (weir_value_get_member_text (part, "b", NULL), ==, "text");
}

static void
test_display_is_cut_between_characters (void)
{
  g_autoptr(WeirValue) text = weir_value_new_text ("ääää");
  g_autoptr(WeirValue) number = weir_value_new_number (1);
  g_autofree char *cut = weir_value_to_display (text, 6);
  g_autofree char *one = weir_value_to_display (number, 0);

  g_assert_cmpstr (cut, ==, "ä…");
  g_assert_cmpstr (one, ==, "1");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/weir/value/shares-items", test_shares_items);
  g_test_add_func ("/weir/value/last-of-twin-keys-wins", test_last_of_twin_keys_wins);
  g_test_add_func ("/weir/value/finds-among-many-keys", test_finds_among_many_keys);
  g_test_add_func ("/weir/value/with-member-leaves-the-old", test_with_member_leaves_the_old);
  g_test_add_func ("/weir/value/repairs-invalid-text", test_repairs_invalid_text);
  g_test_add_func ("/weir/value/frees-deep-nesting", test_frees_deep_nesting);
  g_test_add_func ("/weir/value/equal-tells-kinds-apart", test_equal_tells_kinds_apart);
  g_test_add_func ("/weir/value/file-knows-its-parts", test_file_knows_its_parts);
  g_test_add_func ("/weir/value/part-outlives-document", test_part_outlives_document);
  g_test_add_func ("/weir/value/display-is-cut-between-characters", test_display_is_cut_between_characters);
  return g_test_run ();
}
