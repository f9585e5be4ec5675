/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <libdex.h>
#include <string.h>

#include "weir-expression.h"
#include "weir-json.h"

static const char scope_json[] =
  "{\"value\":{\"status\":200,\"name\":\"Zoë\",\"price\":2.0,\"id\":9007199254740993},"
  "\"items\":[{\"a\":1,\"t\":[1,2]},{\"a\":2,\"t\":[3]}],\"nothing\":null}";

static WeirValue *
make_table (WeirValue *plain)
{
  const char *columns[] = { "a", "t" };

  return weir_value_new_table (columns, G_N_ELEMENTS (columns), weir_value_find_member (plain, "items"));
}

static WeirValue *
make_scope (void)
{
  g_autoptr(WeirValue) plain = weir_json_parse (scope_json, -1, NULL);
  g_autoptr(GBytes) bytes = g_bytes_new ("abc", 3);
  WeirBuilder *builder = weir_record_builder_new (8);

  for (gsize i = 0; i < weir_value_get_length (plain); i++)
    weir_builder_set (builder, weir_value_get_key (plain, i), weir_value_get_item (plain, i));
  weir_builder_set_take (builder, "file", weir_value_new_file ("/nowhere/a.txt"));
  weir_builder_set_take (builder, "time", weir_value_new_time (1700000000123456));
  weir_builder_set_take (builder, "wait", weir_value_new_duration (1500));
  weir_builder_set_take (builder, "bytes", weir_value_new_bytes (bytes));
  weir_builder_set_take (builder, "secret", weir_value_new_secret ("mail"));
  weir_builder_set_take (builder, "error", weir_value_new_error ("io.not_found", "gone", NULL));
  weir_builder_set_take (builder, "table", make_table (plain));
  return weir_builder_end (builder);
}

static WeirValue *
evaluate (const char *source, WeirValue *scope, GError **error)
{
  g_autoptr(WeirExpression) expression = weir_template_is_template (source) ? weir_template_compile (source, error)
                                                                             : weir_expression_compile (source, error);

  return expression != NULL ? weir_expression_evaluate (expression, scope, error) : NULL;
}

static void
assert_gives (const char *source, const char *expected)
{
  g_autoptr(WeirValue) scope = make_scope ();
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirValue) result = evaluate (source, scope, &error);
  g_autofree char *encoded = NULL;

  g_assert_no_error (error);
  encoded = weir_value_encode (result, NULL);
  g_assert_cmpstr (encoded, ==, expected);
}

static void
assert_fails (const char *source, int code, const char *message)
{
  g_autoptr(WeirValue) scope = make_scope ();
  g_autoptr(GError) error = NULL;

  g_assert_null (evaluate (source, scope, &error));
  g_assert_error (error, WEIR_ERROR, code);
  if (strstr (error->message, message) == NULL)
    g_error ("\"%s\" does not say \"%s\"", error->message, message);
}

static void
test_reads_the_scope (void)
{
  assert_gives ("value.status === 200", "true");
  assert_gives ("items.map (i => i.a)", "[1,2]");
  assert_gives ("items.flatMap (i => i.t)", "[1,2,3]");
  assert_gives ("[...items, 3].length + Object.keys (value).length", "7");
  assert_gives ("Array.isArray (items) && items.indexOf (items[1]) === 1", "true");
  assert_gives ("JSON.stringify (items)", "\"[{\\\"a\\\":1,\\\"t\\\":[1,2]},{\\\"a\\\":2,\\\"t\\\":[3]}]\"");
  assert_gives ("value.missing", "null");
  assert_gives ("typeof missing", "\"undefined\"");
  assert_gives ("({...value, x: undefined}).x", "null");
  assert_gives ("(() => { let sum = 0; for (const i of items) sum += i.a; return sum; })()", "3");
}

static void
test_plain_paths_mean_the_same_as_javascript (void)
{
  const char *paths[] = { "value.name", "value.price", "value.id", "value.missing", "nothing", "file.name", "error.message" };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autofree char *slow = g_strdup_printf ("(%s)", paths[i]);
      g_autoptr(WeirValue) scope = make_scope ();
      g_autoptr(WeirValue) a = evaluate (paths[i], scope, NULL);
      g_autoptr(WeirValue) b = evaluate (slow, scope, NULL);

      g_assert_true (weir_value_equal (a, b));
    }
}

static void
test_special_kinds (void)
{
  assert_gives ("file.name + ' ' + file", "\"a.txt /nowhere/a.txt\"");
  assert_gives ("time.toISOString ()", "\"2023-11-14T22:13:20.123Z\"");
  assert_gives ("({at: time})", "{\"at\":{\"$weir\":\"time\",\"v\":1700000000123456}}");
  assert_gives ("wait + 1", "1501");
  assert_gives ("bytes[1] + bytes.length", "101");
  assert_gives ("[bytes]", "[{\"$weir\":\"bytes\",\"v\":\"YWJj\"}]");
  assert_gives ("[secret]", "[{\"$weir\":\"secret\",\"v\":\"mail\"}]");
  assert_gives ("`${value.id}`", "\"9007199254740993\"");
  assert_gives ("new Map ([['a', new Set ([1])]])", "{\"a\":[1]}");
  assert_fails ("`${secret}`", WEIR_ERROR_EXPRESSION, "secret cannot be read");
}

static void
test_results_share_what_was_passed_on (void)
{
  g_autoptr(WeirValue) scope = make_scope ();
  g_autoptr(WeirValue) result = evaluate ("({kept: items, first: items.filter (i => i.a === 1)})", scope, NULL);
  WeirValue *items = weir_value_find_member (scope, "items");

  g_assert_true (weir_value_find_member (result, "kept") == items);
  g_assert_true (weir_value_get_item (weir_value_find_member (result, "first"), 0) == weir_value_get_item (items, 0));
}

static void
test_values_cannot_be_changed (void)
{
  assert_fails ("value.status = 1", WEIR_ERROR_EXPRESSION, "read-only");
  assert_fails ("items.push (1)", WEIR_ERROR_EXPRESSION, "read-only");
  assert_fails ("items[0] = 1", WEIR_ERROR_EXPRESSION, "read-only");
  assert_fails ("delete value.name", WEIR_ERROR_EXPRESSION, "read-only");
}

static void
test_nothing_is_left_for_the_next (void)
{
  assert_fails ("Object.prototype.x = 1", WEIR_ERROR_EXPRESSION, "");
  assert_fails ("Array.prototype.map = null", WEIR_ERROR_EXPRESSION, "");
  assert_fails ("globalThis.leak = 1", WEIR_ERROR_EXPRESSION, "");
  assert_fails ("leak = 1", WEIR_ERROR_EXPRESSION, "");
  assert_fails ("Object.setPrototypeOf (Object.getPrototypeOf (globalThis), {leak: 1})", WEIR_ERROR_EXPRESSION, "");
  assert_gives ("({}).x ?? typeof leak", "\"undefined\"");
  assert_gives ("items.map (i => i.a)", "[1,2]");
}

static void
test_limits_are_told_and_survived (void)
{
  assert_fails ("(() => { while (true); })()", WEIR_ERROR_LIMIT, "50 ms");
  assert_gives ("1 + 1", "2");
  assert_fails ("(() => { const a = []; while (true) a.push ('x'.repeat (1e5) + a.length + 'x'); })()",
                WEIR_ERROR_LIMIT, "16 MiB");
  assert_gives ("1 + 1", "2");
  assert_fails ("'x'.repeat (1e9)", WEIR_ERROR_LIMIT, "16 MiB");
  assert_fails ("(function f () { return f (); })()", WEIR_ERROR_LIMIT, "too deeply");
  assert_fails ("/(a+)+$/.test ('a'.repeat (40) + 'b')", WEIR_ERROR_LIMIT, "50 ms");
  assert_fails ("[].includes.call ({length: 2 ** 53 - 1}, 5)", WEIR_ERROR_EXPRESSION, "too long");
  assert_fails ("Array (4294967295).indexOf (1)", WEIR_ERROR_EXPRESSION, "too long");
  assert_fails ("Array (4294967295)", WEIR_ERROR_LIMIT, "");
  assert_fails ("(() => { const a = []; a.push (a); return a; })()", WEIR_ERROR_EXPRESSION, "holds itself");
  assert_fails ("(() => { const f = () => Promise.resolve (); return (async () => 1)(); })()", WEIR_ERROR_EXPRESSION,
                "Promise");
  assert_gives ("1 + 1", "2");
}

static void
test_there_is_no_clock_chance_or_code (void)
{
  assert_fails ("new Date ()", WEIR_ERROR_EXPRESSION, "clock");
  assert_fails ("Date.now ()", WEIR_ERROR_EXPRESSION, "clock");
  assert_fails ("Math.random ()", WEIR_ERROR_EXPRESSION, "randomness");
  assert_fails ("eval ('1')", WEIR_ERROR_EXPRESSION, "not defined");
  assert_fails ("(() => {}).constructor ('return 1')()", WEIR_ERROR_EXPRESSION, "code from text");
  assert_fails ("(async () => {}).constructor ('return 1')()", WEIR_ERROR_EXPRESSION, "code from text");
}

static void
test_errors_say_what_and_where (void)
{
  assert_fails ("foo + 1", WEIR_ERROR_EXPRESSION, "line 1, column 1: foo is not defined; known names are value, items");
  assert_fails ("text\n{{ value.status\n + foo }}", WEIR_ERROR_EXPRESSION, "line 3, column 4: foo is not defined");
  assert_fails ("{{ 1 + }}", WEIR_ERROR_EXPRESSION, "ends too early");
  assert_fails ("a {{ value", WEIR_ERROR_EXPRESSION, "line 1, column 3: {{ has no }}");
  assert_fails ("1; 2", WEIR_ERROR_EXPRESSION, "line 1, column 2");
  assert_fails ("1); (2", WEIR_ERROR_EXPRESSION, "line 1, column 2");
  assert_fails ("", WEIR_ERROR_EXPRESSION, "there is none");
}

static void
test_templates (void)
{
  assert_gives ("{{ value.status }}", "200");
  assert_gives ("{{ value.status }} {{nothing}}{{ value.price }}!", "\"200 2!\"");
  assert_gives ("\\{{ x }} {{ {a: {b: 1}}.a.b }} {{ '}}' }}", "\"{{ x }} 1 }}\"");
  assert_gives ("{{ items.length }} {{ items[1].t }} {{ file }} {{ wait }}", "\"2 [3] /nowhere/a.txt 1.5s\"");
  assert_fails ("Bearer {{ secret }}", WEIR_ERROR_EXPRESSION, "secret");
}

static void
test_names_are_known (void)
{
  g_autoptr(WeirExpression) expression = weir_expression_compile (
    "blocks.fetch.body.x + foo.bar (z => z.q + w) + {k: v}.k + Math.max (1) + 'text' + /re/.source", NULL);
  g_autofree char *names = g_strjoinv (" ", (char **) weir_expression_get_names (expression));
  g_autoptr(WeirExpression) again = weir_expression_compile (
    "blocks.fetch.body.x + foo.bar (z => z.q + w) + {k: v}.k + Math.max (1) + 'text' + /re/.source", NULL);

  g_assert_cmpstr (names, ==, "blocks.fetch.body foo w v");
  g_assert_true (again == expression);
}

static void
test_parameters_are_no_names (void)
{
  g_autoptr(WeirExpression) expression = weir_expression_compile (
    "list.reduce ((sum, { k }) => sum + k + (a + b), start (c))", NULL);
  g_autofree char *names = g_strjoinv (" ", (char **) weir_expression_get_names (expression));

  g_assert_cmpstr (names, ==, "list a b start c");
}

static DexFuture *
evaluate_fiber (gpointer data)
{
  assert_gives ("items.map (i => i.a).join ('-')", "\"1-2\"");
  assert_fails ("(function f () { return f (); })()", WEIR_ERROR_LIMIT, "too deeply");
  assert_gives ("JSON.stringify (JSON.parse ('['.repeat (200) + ']'.repeat (200))).length", "400");
  assert_fails ("(() => { while (true); })()", WEIR_ERROR_LIMIT, "50 ms");
  *(gboolean *) data = TRUE;
  return dex_future_new_true ();
}

static void
test_works_in_fibers (void)
{
  gboolean is_done = FALSE;
  g_autoptr(DexFuture) future = dex_scheduler_spawn (NULL, 0, evaluate_fiber, &is_done, NULL);

  while (!is_done)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_survives_random_sources (void)
{
  static const char *const pieces[] = {
    "value", "items", ".", "(", ")", "[", "]", "{", "}", "=>", "1", "'x'", "`${", "}`", "/", "+", ",", "...", "?.", "map",
    "a", "=", "\\", "{{", "}}", "function", "new ", "in ", "x", ":", ";", "\n", "é", "async ", "yield ", "throw ", "??",
  };
  g_autoptr(GRand) rand = g_rand_new_with_seed (11);
  g_autoptr(WeirValue) scope = make_scope ();

  for (int i = 0; i < 5000; i++)
    {
      g_autoptr(GString) source = g_string_new (NULL);
      g_autoptr(GError) error = NULL;
      g_autoptr(WeirValue) result = NULL;

      for (int j = g_rand_int_range (rand, 1, 12); j > 0; j--)
        g_string_append (source, pieces[g_rand_int_range (rand, 0, G_N_ELEMENTS (pieces))]);
      result = evaluate (source->str, scope, &error);
      g_assert_true ((result == NULL) == (error != NULL));
    }
  assert_gives ("1 + 1", "2");
}

/* What is answered without JavaScript against what JavaScript says of the same in brackets. */
static void
test_plain_operators_mean_the_same_as_javascript (void)
{
  static const char *const operands[] = {
    "value.status", "value.price", "value.name", "value.id",       "items",      "items.length", "nothing", "'Zoë'",
    "\"\"",         "0",           "1",          "200",            "999999999",  "big",          "low",     "missing",
    "value.none",   "wait",        "time",       "nothing.length", "items.none", "value.name.length",
  };
  static const char *const signs[] = { "===", "!==", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*" };
  g_autoptr(WeirValue) base = make_scope ();
  g_autoptr(WeirValue) big = weir_value_new_int (G_MAXINT32);
  g_autoptr(WeirValue) low = weir_value_new_int (-1);
  g_autoptr(WeirValue) with_big = weir_value_with_member (base, "big", big);
  g_autoptr(WeirValue) scope = weir_value_with_member (with_big, "low", low);

  for (guint i = 0; i < G_N_ELEMENTS (operands); i++)
    for (guint j = 0; j < G_N_ELEMENTS (signs); j++)
      for (guint k = 0; k < G_N_ELEMENTS (operands); k++)
        {
          g_autofree char *plain = g_strdup_printf ("%s %s %s", operands[i], signs[j], operands[k]);
          g_autofree char *bracketed = g_strdup_printf ("(%s)", plain);
          g_autoptr(WeirValue) one = evaluate (plain, scope, NULL);
          g_autoptr(WeirValue) other = evaluate (bracketed, scope, NULL);
          g_autofree char *said = one != NULL ? weir_value_encode (one, NULL) : g_strdup ("error");
          g_autofree char *expected = other != NULL ? weir_value_encode (other, NULL) : g_strdup ("error");

          if (!g_str_equal (said, expected))
            g_error ("%s is %s, not %s", plain, expected, said);
        }
}

/* What people know of arrays and objects holds for values that are not copied. */
static void
test_values_look_like_arrays_and_objects (void)
{
  assert_gives ("Object.keys (items)", "[\"0\",\"1\"]");
  assert_gives ("Object.entries (items).map (([k, v]) => k + v.a)", "[\"01\",\"12\"]");
  assert_gives ("[0 in items, 2 in items, 'length' in items, 'map' in items, 'x' in items]", "[true,false,true,true,false]");
  assert_gives ("Object.getOwnPropertyDescriptor (items, 'length').value", "2");
  assert_gives ("Object.getOwnPropertyDescriptor (items, 0).value.a", "1");
  assert_gives ("[items[5], items[-1], items['1'].a]", "[null,null,2]");
  assert_gives ("['name' in value, 'x' in value, 'toString' in value]", "[true,false,true]");
  assert_gives ("[Object.hasOwn (value, 'name'), Object.hasOwn (value, 'x')]", "[true,false]");
  assert_gives ("items.slice (1).concat ([9]).length", "2");
  assert_gives ("[error.class, error.message, error.data]", "[\"io.not_found\",\"gone\",null]");
  assert_gives ("[file.path, file.stem, file.extension, file.nothing]", "[\"/nowhere/a.txt\",\"a\",\"txt\",null]");
  assert_gives ("'path' in file", "true");
}

static void
test_tables_are_lists_of_their_rows (void)
{
  assert_gives ("table.map (row => row.a)", "[1,2]");
  assert_gives ("[table.length, table[1].t, table[2]]", "[2,[3],null]");
  assert_fails ("table[0].a = 1", WEIR_ERROR_EXPRESSION, "read-only");
  assert_fails ("items.nothing.more", WEIR_ERROR_EXPRESSION, "undefined");
  assert_fails ("Object.defineProperty (value, 'x', {value: 1})", WEIR_ERROR_EXPRESSION, "read-only");
}

static void
test_methods_are_no_names (void)
{
  g_autoptr(WeirExpression) expression = weir_expression_compile (
    "({ m(a) { return a + x }, get g() { return y } }).m(z) + (function (q) { return q })(w) + f(v)", NULL);
  g_autofree char *names = g_strjoinv (" ", (char **) weir_expression_get_names (expression));

  g_assert_cmpstr (names, ==, "x y z w f v");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  g_test_add_func ("/weir/expression/reads-the-scope", test_reads_the_scope);
  g_test_add_func ("/weir/expression/plain-paths-mean-the-same-as-javascript",
                   test_plain_paths_mean_the_same_as_javascript);
  g_test_add_func ("/weir/expression/plain-operators-mean-the-same-as-javascript",
                   test_plain_operators_mean_the_same_as_javascript);
  g_test_add_func ("/weir/expression/special-kinds", test_special_kinds);
  g_test_add_func ("/weir/expression/results-share-what-was-passed-on", test_results_share_what_was_passed_on);
  g_test_add_func ("/weir/expression/values-cannot-be-changed", test_values_cannot_be_changed);
  g_test_add_func ("/weir/expression/nothing-is-left-for-the-next", test_nothing_is_left_for_the_next);
  g_test_add_func ("/weir/expression/limits-are-told-and-survived", test_limits_are_told_and_survived);
  g_test_add_func ("/weir/expression/there-is-no-clock-chance-or-code", test_there_is_no_clock_chance_or_code);
  g_test_add_func ("/weir/expression/errors-say-what-and-where", test_errors_say_what_and_where);
  g_test_add_func ("/weir/expression/templates", test_templates);
  g_test_add_func ("/weir/expression/names-are-known", test_names_are_known);
  g_test_add_func ("/weir/expression/methods-are-no-names", test_methods_are_no_names);
  g_test_add_func ("/weir/expression/parameters-are-no-names", test_parameters_are_no_names);
  g_test_add_func ("/weir/expression/works-in-fibers", test_works_in_fibers);
  g_test_add_func ("/weir/expression/survives-random-sources", test_survives_random_sources);
  g_test_add_func ("/weir/expression/values-look-like-arrays-and-objects", test_values_look_like_arrays_and_objects);
  g_test_add_func ("/weir/expression/tables-are-lists-of-their-rows", test_tables_are_lists_of_their_rows);
  return g_test_run ();
}
