/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-kind-test.h"

/* @template is JSON text. */
static Outcome *
fill (KindTest *test, const char *template, const char *more, const char *value)
{
  g_autofree char *config = g_strdup_printf ("{ template: %s, escape: none%s }", template, more);
  g_autofree char *given = g_strdup_printf ("{\"value\": %s}", value);

  return kind_test_play_block (test, "data.template", config, NULL, given);
}

static void
test_template_forms (KindTest *test)
{
  static const struct { const char *template; const char *value; const char *text;
  } cases[] = {
    { "\"{{a.b[1].c}}\"", "{\"a\": {\"b\": [0, {\"c\": \"x\"}]}}", "\"x\"" },
    { "\"{{#each this}}{{@index}}{{.}}{{#unless @last}},{{/unless}}{{/each}}\"", "[\"a\", \"b\"]", "\"0a,1b\"" },
    { "\"{{#each .}}{{@key}}={{this}};{{/each}}\"", "{\"a\": 1, \"b\": true}", "\"a=1;b=true;\"" },
    { "\"{{#people}}{{name}} of {{town}} {{/people}}{{^people}}none{{/people}}\"",
      "{\"town\": \"T\", \"people\": [{\"name\": \"A\"}, {\"name\": \"B\"}]}", "\"A of T B of T \"" },
    { "\"{{#each a}}{{#each b}}{{this}}{{../name}}{{/each}}{{/each}}\"", "{\"a\": [{\"name\": \"n\", \"b\": [1, 2]}]}",
      "\"1n2n\"" },
    { "\"{{#with a}}{{b}}{{else}}nothing{{/with}}\"", "{\"a\": null}", "\"nothing\"" },
    { "\"{{#if list}}some{{else}}empty{{/if}} {{list.length}}\"", "{\"list\": []}", "\"empty 0\"" },
    { "\"a {{! a comment }}b{{!-- with }} in it --}}c\"", "{}", "\"a bc\"" },
    { "\"a  {{~ x ~}}  b\"", "{\"x\": 1}", "\"a1b\"" },
    { "\"\\\\{{raw}}\"", "{}", "\"{{raw}}\"" },
    { "\"- a\\n  {{#if x}}\\n- b\\n  {{/if}}\\n- c\"", "{\"x\": 1}", "\"- a\\n- b\\n- c\"" },
    { "\"{{@root.a}}{{this.a}}\"", "{\"a\": 1}", "\"11\"" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(Outcome) outcome = fill (test, cases[i].template, "", cases[i].value);

      g_test_message ("%s", cases[i].template);
      assert_output (outcome, "text", cases[i].text);
    }
}

static void
test_template_names_line_and_column (KindTest *test)
{
  static const struct { const char *template; const char *place; } cases[] = {
    { "\"one\\ntwo {{#if a}}\"", "Line 2, column 5" },
    { "\"{{/if}}\"", "Line 1, column 1" },
    { "\"ü{{a b}}\"", "Line 1, column 2" },
    { "\"{{a\"", "Line 1, column 1" },
    { "\"{{#if a}}{{/each}}\"", "Line 1, column 10" },
    { "\"{{else}}\"", "Line 1, column 1" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(Outcome) outcome = fill (test, cases[i].template, "", "{}");

      g_test_message ("%s: %s", cases[i].template, outcome->message);
      g_assert_nonnull (outcome->message);
      g_assert_nonnull (g_strstr_len (outcome->message, -1, cases[i].place));
    }
}

static void
test_template_cannot_run_away (KindTest *test)
{
  g_autoptr(Outcome) partial = fill (test, "\"{{> a}}\"", ", partials: { a: \"{{> a}}\" }", "{}");
  g_autoptr(GString) deep = g_string_new ("\"");
  g_autoptr(Outcome) nested = NULL;

  assert_failure (partial, "data.parse");
  for (guint i = 0; i < 100; i++)
    g_string_append (deep, "{{#if a}}");
  g_string_append_c (deep, '"');
  nested = fill (test, deep->str, "", "{}");
  assert_failure (nested, "config.invalid");
}

static void
test_template_leaves_out_what_is_missing (KindTest *test)
{
  g_autoptr(Outcome) outcome = fill (test, "\"[{{a.b}}]{{#each c}}x{{/each}}\"", ", missing: empty", "{}");

  assert_output (outcome, "text", "\"[]\"");
}

/* Templates are written by people half-way through a word. */
static void
test_template_survives_anything (KindTest *test)
{
  static const char *const words[] = {
    "{{", "}}", "{{{", "}}}", "{{#if ", "{{#each ", "{{/if}}", "{{/each}}", "{{else}}", "{{!--", "--}}", "{{> p}}", "{{^", "~", "\\", "a",
    ".", "../", "@index", "[", "]", " ", "\n", "ü", "{{#a}}", "{{/a}}",
  };
  const WeirBlockKind *kind = weir_registry_find_kind ("data.template");

  for (guint round = 0; round < 20000; round++)
    {
      g_autoptr(GString) text = g_string_new (NULL);
      g_autoptr(WeirValue) template = NULL;
      g_autoptr(WeirValue) config = NULL;
      g_autofree char *problem = NULL;
      const char *key = "template";
      int n = g_test_rand_int_range (0, 12);

      for (int i = 0; i < n; i++)
        g_string_append (text, words[g_test_rand_int_range (0, G_N_ELEMENTS (words))]);
      template = weir_value_new_text (text->str);
      config = weir_value_new_record (&key, &template, 1);
      problem = kind->check (config);
      g_assert_true (problem == NULL || g_str_has_prefix (problem, "Line "));
    }
}

static void
test_large_values_are_filled_in (KindTest *test)
{
  g_autoptr(Outcome) outcome = kind_test_play (
    test,
    "weir: 1\nname: Large\ninputs:\n  given: { type: any }\nblocks:\n"
    "  numbers: { kind: debug.noop, config: { value: \"=Array.from(Array(4000).keys())\" } }\n"
    "  rows: { kind: data.transform, config: { expr: \"({ n: item })\" } }\n"
    "  edit: { kind: data.edit_fields, config: { rows: [{ path: twice, value: \"=item.n * 2\" }] } }\n"
    "  it: { kind: data.template, config: { template: \"{{#each this}}{{twice}} {{/each}}\" } }\n"
    "links:\n  - numbers.value -> rows.items\n  - rows.items -> edit.value\n  - edit.value -> it.value\n",
    "{}");

  g_assert_cmpstr (outcome->message, ==, NULL);
  g_assert_true (g_str_has_suffix (weir_value_get_text (outcome_get (outcome, "text"), NULL), " 7996 7998 "));
}

static Outcome *
extract (KindTest *test, const char *path)
{
  g_autofree char *config = g_strdup_printf ("{ op: extract, path: \"%s\", default: none }", path);

  return kind_test_play_block (test, "data.json", config, NULL,
                               "{\"value\": {\"a\": {\"b c\": 1, \"\": 2}, \"l\": [{\"n\": 1}, {\"n\": 2, "
                               "\"a\": 3}, {\"n\": 4}]}}");
}

static void
test_json_paths (KindTest *test)
{
  static const struct { const char *path; const char *value; } cases[] = {
    { "/a/b c", "1" },          { "/a/", "2" },
    { "/l/1/n", "2" },          { "/l/9", "\"none\"" },
    { "$.l[1].n", "2" },        { "$.l[-1].n", "4" },
    { "$['a']['b c']", "1" },   { "$.l[*].n", "[1, 2, 4]" },
    { "$.l[1:].n", "[2, 4]" },  { "$..n", "[1, 2, 4]" },
    { "l[0].n", "1" },          { "$.x.y", "\"none\"" },
    { "$.l[:-1].n", "[1, 2]" }, { "$.a.*", "[1, 2]" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(Outcome) outcome = extract (test, cases[i].path);

      g_test_message ("%s", cases[i].path);
      assert_output (outcome, "value", cases[i].value);
    }
}

static void
test_json_paths_that_are_wrong (KindTest *test)
{
  static const char *const paths[] = { "$.a[", "$.", "$.a[x]", "$a..", "$['a" };

  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr(Outcome) outcome = extract (test, paths[i]);

      g_test_message ("%s: %s", paths[i], outcome->message);
      assert_failure (outcome, "config.invalid");
    }
}

static void
test_json_patch_is_all_or_nothing (KindTest *test)
{
  g_autoptr(Outcome) outcome = kind_test_play_block (
    test, "data.json",
    "{ op: patch, patch: [{ op: add, path: /b, value: 1 }, { op: test, path: /a, value: 2 }] "
    "}", NULL, "{\"value\": {\"a\": 1}}");
  g_autoptr(Outcome) insert = kind_test_play_block (
    test, "data.json",
    "{ op: patch, patch: [{ op: add, path: /1, value: x }, { op: copy, from: /0, path: /- }, { op: replace, "
    "path: /0, value: z }] }",
    NULL, "{\"value\": [\"a\", \"b\"]}");

  assert_failure (outcome, "data.schema");
  g_assert_nonnull (g_strstr_len (outcome->message, -1, "Change 2"));
  assert_output (insert, "value", "[\"z\", \"x\", \"b\", \"a\"]");
}

static void
test_large_json_goes_through_a_thread (KindTest *test)
{
  g_autoptr(GString) text = g_string_new ("{\"value\": [0");
  g_autoptr(Outcome) written = NULL;
  gsize length;

  for (guint i = 1; i < 100000; i++)
    g_string_append_printf (text, ",%u", i);
  g_string_append (text, "]}");
  written = kind_test_play_block (test, "data.json", "{ op: stringify, indent: 0 }", NULL, text->str);
  g_assert_cmpstr (written->message, ==, NULL);
  weir_value_get_text (outcome_get (written, "value"), &length);
  g_assert_cmpuint (length, ==, 588891);
}

static void
test_sorting_is_stable_and_puts_nothing_last (KindTest *test)
{
  g_autoptr(Outcome) outcome = kind_test_play_block (
    test, "data.transform", "{ operation: sort, key: k, direction: desc }", NULL,
    "{\"items\": [{\"k\": 1, \"n\": 1}, {\"n\": 2}, {\"k\": 10, \"n\": 3}, {\"k\": 1, \"n\": 4}]}");

  assert_output (outcome, "items", "[{\"k\": 10, \"n\": 3}, {\"k\": 1, \"n\": 1}, {\"k\": 1, \"n\": 4}, {\"n\": 2}]");
}

static void
test_long_lists_are_filtered (KindTest *test)
{
  g_autoptr(Outcome) outcome = kind_test_play_block (
    test, "data.transform", "{ operation: filter, expr: \"item % 1000 === 0\", items: "
                            "\"=Array.from(Array(4000).keys())\" }", NULL, NULL);

  g_assert_cmpstr (outcome->message, ==, NULL);
  g_assert_cmpuint (weir_value_get_length (outcome_get (outcome, "items")), ==, 4);
}

static void
test_an_expression_that_fails_names_its_item (KindTest *test)
{
  g_autoptr(Outcome) outcome = kind_test_play_block (test, "data.transform", "{ expr: \"item.a.b\" }", NULL,
                                                     "{\"items\": [{\"a\": {}}, {}]}");

  g_assert_nonnull (outcome->message);
  g_assert_true (g_str_has_prefix (outcome->message, "Item 1: "));
}

static void
test_a_template_sees_what_expressions_see (KindTest *test)
{
  g_autoptr(Outcome) outcome = kind_test_play (
    test,
    "weir: 1\nname: Seen\ninputs:\n  who: { type: text, default: Ann }\nblocks:\n"
    "  a: { kind: debug.noop, config: { value: \"=({ n: 7, item: 'own' })\" } }\n"
    "  it:\n    kind: flow.foreach\n    config: { items: [x, y] }\n    body:\n      blocks:\n"
    "        say: { kind: data.template, config: { template: \"{{item}}{{index}} {{inputs.who}} {{blocks.a.value.n}}\" } }\n"
    "links:\n  - a.done -> it.run\n",
    NULL);
  g_autoptr(Outcome) own = kind_test_play_block (test, "data.template", "{ template: \"{{inputs.who}}\" }", NULL,
                                                  "{\"value\": {\"inputs\": {\"who\": \"the value\"}}}");

  assert_output (outcome, "results", "[\"x0 Ann 7\", \"y1 Ann 7\"]");
  assert_output (own, "text", "\"the value\"");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  ADD_KIND_TEST ("/weir/blocks/template/forms", test_template_forms);
  ADD_KIND_TEST ("/weir/blocks/template/names-line-and-column", test_template_names_line_and_column);
  ADD_KIND_TEST ("/weir/blocks/template/cannot-run-away", test_template_cannot_run_away);
  ADD_KIND_TEST ("/weir/blocks/template/leaves-out-what-is-missing", test_template_leaves_out_what_is_missing);
  ADD_KIND_TEST ("/weir/blocks/template/survives-anything", test_template_survives_anything);
  ADD_KIND_TEST ("/weir/blocks/template/large-values-are-filled-in", test_large_values_are_filled_in);
  ADD_KIND_TEST ("/weir/blocks/json/paths", test_json_paths);
  ADD_KIND_TEST ("/weir/blocks/json/paths-that-are-wrong", test_json_paths_that_are_wrong);
  ADD_KIND_TEST ("/weir/blocks/json/patch-is-all-or-nothing", test_json_patch_is_all_or_nothing);
  ADD_KIND_TEST ("/weir/blocks/json/large-goes-through-a-thread", test_large_json_goes_through_a_thread);
  ADD_KIND_TEST ("/weir/blocks/transform/sorting-is-stable-and-puts-nothing-last", test_sorting_is_stable_and_puts_nothing_last);
  ADD_KIND_TEST ("/weir/blocks/transform/long-lists-are-filtered", test_long_lists_are_filtered);
  ADD_KIND_TEST ("/weir/blocks/transform/an-expression-that-fails-names-its-item", test_an_expression_that_fails_names_its_item);
  ADD_KIND_TEST ("/weir/blocks/data/a-template-sees-what-expressions-see", test_a_template_sees_what_expressions_see);
  return g_test_run ();
}
