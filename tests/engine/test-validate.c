/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-json.h"
#include "weir-workflow-file.h"

#include <libdex.h>
#include <string.h>

typedef struct
{
  char   *path;
  gint64  limit;
  char   *mode;
  char   *condition;
  char   *text;
} Settings;

static const char *const modes[] = { "fast", "slow", NULL };

static const WeirField fields[] = {
  WEIR_FIELD_PATH (Settings, path, .title = "Path", .required = TRUE),
  WEIR_FIELD_INT (Settings, limit, .title = "Limit", .minimum = 1, .maximum = 10, .initial = 5),
  WEIR_FIELD_CHOICE (Settings, mode, .title = "Mode", .choices = modes, .initial_text = "fast"),
  WEIR_FIELD_EXPRESSION (Settings, condition, .title = "Condition"),
  WEIR_FIELD_TEXT (Settings, text, .title = "Text"),
  { 0 }
};

static const WeirPort inputs[] = { { .name = "text", .type = "text" }, { .name = "count", .type = "int" }, { 0 } };
static const WeirPort needed[] = { { .name = "items", .type = "list<any>", .required = TRUE }, { 0 } };
static const WeirPort outputs[] = { { .name = "text", .type = "text" }, { .name = "list", .type = "list<text>" }, { 0 } };
static const WeirBlockKind file_kind = { .id = "test.file", .version = 1, .title = "File", .inputs = inputs, .outputs = outputs,
                                         .fields = fields, .settings_size = sizeof (Settings) };
static const WeirBlockKind each_kind = { .id = "test.each", .version = 1, .title = "Each", .inputs = needed, .outputs = outputs,
                                         .has_body = TRUE };

/* "code line:column path port field" of each problem, a line each. */
static char *
list_problems (const char *text)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirWorkflow) workflow = weir_workflow_parse (text, -1, NULL, &error);
  g_autoptr(GListModel) problems = NULL;
  g_autoptr(GString) out = g_string_new (NULL);

  g_assert_no_error (error);
  problems = weir_workflow_validate (workflow);
  for (guint i = 0; i < g_list_model_get_n_items (problems); i++)
    {
      g_autoptr(WeirProblem) problem = g_list_model_get_item (problems, i);

      g_test_message ("%s", weir_problem_get_message (problem));
      g_string_append_printf (out, "%s %u:%u %s %s %s\n", weir_problem_get_code (problem), weir_problem_get_line (problem),
                              weir_problem_get_column (problem),
                              weir_problem_get_block_path (problem) != NULL ? weir_problem_get_block_path (problem) : "-",
                              weir_problem_get_port (problem) != NULL ? weir_problem_get_port (problem) : "-",
                              weir_problem_get_field (problem) != NULL ? weir_problem_get_field (problem) : "-");
    }
  return g_strdup (out->str);
}

static void
assert_problems (const char *text, const char *expected)
{
  g_autofree char *problems = list_problems (text);

  g_assert_cmpstr (problems, ==, expected);
}

static void
test_a_good_workflow_has_none (void)
{
  assert_problems ("weir: 1\n"
                   "inputs: { folder: dir }\n"
                   "blocks:\n"
                   "  a: { kind: test.file, config: { path: \"{{ inputs.folder }}/x\", limit: \"=inputs.folder.length\", condition: item.size > index } }\n"
                   "  each:\n"
                   "    kind: test.each\n"
                   "    body: { blocks: { one: { kind: test.file, config: { path: =item.path + blocks.a.text } } } }\n"
                   "  b: { kind: test.file, config: { path: \"{{ Math.max (1, blocks.a.text.length) }}\" } }\n"
                   "links:\n"
                   "  - a.list -> each.items when: value.length > 0 && vars.go\n"
                   "  - a.text -> b.text\n"
                   "  - a.error -> b.run\n", "");
}

static void
test_settings_are_checked (void)
{
  assert_problems ("weir: 1\n"
                   "blocks:\n"
                   "  a: { kind: test.file }\n"
                   "  b: { kind: test.file, config: { path: x, limit: 11 } }\n"
                   "  c: { kind: test.file, config: { path: x, mode: wild, extra: 1 } }\n"
                   "  d: { kind: test.file, enabled: false }\n"
                   "  e: { kind: test.none, timout: 5 }\n",
                   "field.missing 3:3 a - path\n"
                   "field.invalid 4:51 b - limit\n"
                   "field.invalid 5:50 c - mode\n"
                   "field.unknown 5:63 c - extra\n"
                   "kind.unknown 7:14 e - -\n"
                   "key.unknown 7:3 e - timout\n");
}

static void
test_links_are_checked (void)
{
  assert_problems ("weir: 1\n"
                   "blocks:\n"
                   "  a: { kind: test.file, config: { path: x } }\n"
                   "  b: { kind: test.file, config: { path: x }, join: { text: { n: 2 } } }\n"
                   "links:\n"
                   "  - a.list -> b.count\n"
                   "  - a.nothing -> b.text\n"
                   "  - a.text -> b.nothing\n"
                   "  - a.text -> c.text\n"
                   "  - a.done -> b.run\n"
                   "  - a.done -> b.run\n"
                   "output: z.text\n",
                   "join.impossible 4:3 b text -\n"
                   "type.mismatch 6:5 b count -\n"
                   "port.unknown 7:5 a nothing -\n"
                   "port.unknown 8:5 b nothing -\n"
                   "block.unknown 9:5 - - -\n"
                   "output.unknown 12:9 - - output\n"
                   "link.duplicate 11:5 b run -\n");
}

static void
test_expressions_are_checked (void)
{
  assert_problems ("weir: 1\n"
                   "blocks:\n"
                   "  a: { kind: test.file, config: { path: \"{{ inputs.nope }}\" } }\n"
                   "  b: { kind: test.file, config: { path: \"=1 +\" } }\n"
                   "  c: { kind: test.file, config: { path: \"{{ blocks.zzz.text }}\" } }\n"
                   "  d: { kind: test.file, config: { path: \"{{ blocks.a.text }}\" } }\n"
                   "  e: { kind: test.file, config: { path: \"{{ valeu }}\", condition: own_name } }\n"
                   "links:\n"
                   "  - a.text -> e.text when: value ===\n",
                   "name.unknown 3:41 a - path\n"
                   "expression.invalid 4:41 b - path\n"
                   "name.unknown 5:41 c - path\n"
                   "name.unknown 7:41 e - path\n"
                   "expression.invalid 9:5 e text -\n"
                   "name.not_upstream 6:41 d - path\n");
}

static void
test_bodies_and_required_inputs_are_checked (void)
{
  assert_problems ("weir: 1\n"
                   "blocks:\n"
                   "  a: { kind: test.each }\n"
                   "  b: { kind: test.file, config: { path: x }, body: { blocks: { c: { kind: test.file } } } }\n",
                   "input.missing 3:3 a items -\n"
                   "body.empty 3:3 a - -\n"
                   "field.missing 4:64 b/c - path\n"
                   "body.unused 4:3 b - -\n");
}

static void
test_a_workflow_without_blocks_cannot_run (void)
{
  assert_problems ("weir: 1\nmine: 5\n", "workflow.empty 1:1 - - -\nkey.unknown 2:7 - - mine\n");
}

static void
test_messages_are_like_those_of_compilers (void)
{
  g_autoptr(WeirProblem) problem = weir_problem_new (WEIR_SEVERITY_WARNING, "x", "Expected more", "a/b", "in", NULL, 3, 7);
  g_autofree char *text = weir_problem_to_string (problem, "tidy.yaml");

  g_assert_cmpstr (text, ==, "tidy.yaml:3:7: warning: block a/b, port in: Expected more");
}

static void
test_the_schema_knows_the_kinds (void)
{
  g_autofree char *json = weir_workflow_make_schema ();
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirValue) schema = weir_json_parse (json, -1, &error);
  WeirValue *definitions;

  g_assert_no_error (error);
  definitions = weir_value_find_member (schema, "$defs");
  g_assert_nonnull (weir_value_find_member (definitions, "block"));
  g_assert_nonnull (strstr (json, "\"test.file\""));
  g_assert_nonnull (strstr (json, "\"limit\""));
}

static void
test_a_setting_that_its_own_input_covers_is_told_of (void)
{
  const char *text = "weir: 1\nname: x\nblocks:\n"
                     "  a: { kind: test.file, config: { path: x, text: \"{{ input.count }}\" } }\n"
                     "  b: { kind: test.file, config: { path: x, text: \"=input.text + '!'\" } }\n"
                     "  c: { kind: test.file, config: { path: x, text: \"a text: {{ blocks.a.text }}\" } }\n"
                     "  d: { kind: test.file, config: { path: x, text: \"{{ input.text }}\" } }\n"
                     "links:\n  - a.text -> b.text\n  - a.text -> c.text\n  - a.text -> d.text\n";

  assert_problems (text, "field.covered 5:50 b - text\nfield.covered 7:50 d - text\n");
}

static void
test_containers_are_nested_sixteen_deep (void)
{
  for (guint n = 16; n <= 18; n++)
    {
      g_autoptr (GString) text = g_string_new ("weir: 1\nname: x\nblocks: ");
      g_autofree char *problems = NULL;

      for (guint i = 0; i < n; i++)
        g_string_append_printf (text, "{ c%u: { kind: test.each, body: { blocks: ", i);
      g_string_append (text, "{ a: { kind: test.file, config: { path: x } } }");
      for (guint i = 0; i < n; i++)
        g_string_append (text, " } } }");
      problems = list_problems (text->str);
      g_assert_cmpint (n > 16, ==, strstr (problems, "body.depth") != NULL);
    }
}

static void
test_a_misspelt_key_of_retry_is_told_of (void)
{
  assert_problems ("weir: 1\nname: x\nblocks:\n  a: { kind: test.file, config: { path: x }, retry: { attemps: 3 } }\n",
                   "key.unknown 4:3 a - retry\n");
}

int
main (int argc, char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  weir_registry_add_kind (&file_kind);
  weir_registry_add_kind (&each_kind);
  g_test_add_func ("/weir/validate/a-good-workflow-has-no-problems", test_a_good_workflow_has_none);
  g_test_add_func ("/weir/validate/settings-are-checked", test_settings_are_checked);
  g_test_add_func ("/weir/validate/links-are-checked", test_links_are_checked);
  g_test_add_func ("/weir/validate/expressions-are-checked", test_expressions_are_checked);
  g_test_add_func ("/weir/validate/bodies-and-required-inputs-are-checked", test_bodies_and_required_inputs_are_checked);
  g_test_add_func ("/weir/validate/a-workflow-without-blocks-cannot-run", test_a_workflow_without_blocks_cannot_run);
  g_test_add_func ("/weir/validate/messages-are-like-those-of-compilers", test_messages_are_like_those_of_compilers);
  g_test_add_func ("/weir/validate/a-setting-that-its-own-input-covers-is-told-of",
                   test_a_setting_that_its_own_input_covers_is_told_of);
  g_test_add_func ("/weir/validate/containers-are-nested-sixteen-deep", test_containers_are_nested_sixteen_deep);
  g_test_add_func ("/weir/validate/a-misspelt-key-of-retry-is-told-of", test_a_misspelt_key_of_retry_is_told_of);
  g_test_add_func ("/weir/validate/the-schema-knows-the-kinds", test_the_schema_knows_the_kinds);
  return g_test_run ();
}
