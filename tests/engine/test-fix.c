/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every fix that is offered puts its problem right, makes no new one, and is one step back. */
#include "weir-fix.h"
#include "weir-workflow-file.h"

#include <libdex.h>
#include <string.h>

typedef struct
{
  char *path;
  gint64 limit;
  char *mode;
  char *text;
} Settings;

static const char *const modes[] = { "fast", "slow", NULL };
static const WeirField fields[] = {
  WEIR_FIELD_PATH (Settings, path, .title = "Path"),
  WEIR_FIELD_INT (Settings, limit, .title = "Limit", .minimum = 1, .maximum = 10, .initial = 5),
  WEIR_FIELD_CHOICE (Settings, mode, .title = "Mode", .choices = modes, .initial_text = "fast"),
  WEIR_FIELD_TEXT (Settings, text, .title = "Text"),
  { 0 }
};
static const WeirPort inputs[] = { { .name = "text", .type = "text" }, { .name = "count", .type = "int" }, { 0 } };
static const WeirPort outputs[] = { { .name = "text", .type = "text" }, { .name = "list", .type = "list<text>" }, { 0 } };
static const WeirPort list_in[] = { { .name = "items", .type = "list<any>", .required = TRUE }, { 0 } };
static const WeirPort count_out[] = { { .name = "count", .type = "int" }, { 0 } };
static const WeirPort any_in[] = { { .name = "value", .type = "any" }, { 0 } };
static const WeirPort any_out[] = { { .name = "value", .type = "any" }, { 0 } };
static const WeirBlockKind file_kind = { .id = "test.file", .version = 1, .title = "File", .inputs = inputs, .outputs = outputs,
                                         .fields = fields, .settings_size = sizeof (Settings) };
static const WeirBlockKind count_kind = { .id = "test.count", .version = 1, .title = "Count", .inputs = list_in, .outputs = count_out };
static const WeirBlockKind pass_kind = { .id = "test.pass", .version = 1, .title = "Pass", .inputs = any_in, .outputs = any_out };
typedef struct
{
  char *where;
  char *how;
} Needy;

static const WeirField needy_fields[] = {
  WEIR_FIELD_TEXT (Needy, where, .title = "Where", .required = TRUE),
  WEIR_FIELD_CHOICE (Needy, how, .title = "How", .choices = modes, .required = TRUE),
  { 0 }
};
static const WeirExample needy_examples[] = {
  { .title = "Of its test", .config = "{\"where\": \"$DIR/x\", \"how\": \"fast\"}" },
  { .title = "For all", .config = "{\"where\": \"https://example.org/\", \"how\": \"fast\"}" },
  { 0 }
};
static const WeirBlockKind needy_kind = { .id = "test.needy", .version = 1, .title = "Needy", .fields = needy_fields,
                                          .settings_size = sizeof (Needy), .examples = needy_examples };
static const WeirBlockKind frame_kind = { .id = "test.frame", .version = 1, .title = "Frame", .inputs = any_in, .has_body = TRUE };

static WeirWorkflow *
parse (const char *body)
{
  g_autofree char *text = g_strconcat ("weir: 1\nname: x\n", body, NULL);
  g_autoptr(GError) error = NULL;
  WeirWorkflow *workflow = weir_workflow_parse (text, -1, NULL, &error);

  g_assert_no_error (error);
  return workflow;
}

static WeirProblem *
find_problem (WeirWorkflow *workflow, const char *code)
{
  g_autoptr(GListModel) problems = weir_workflow_validate (workflow);

  for (guint i = 0; i < g_list_model_get_n_items (problems); i++)
    {
      g_autoptr(WeirProblem) problem = g_list_model_get_item (problems, i);

      if (g_str_equal (weir_problem_get_code (problem), code))
        return g_steal_pointer (&problem);
    }
  return NULL;
}

static guint
count_problems (WeirWorkflow *workflow)
{
  g_autoptr(GListModel) problems = weir_workflow_validate (workflow);

  for (guint i = 0; i < g_list_model_get_n_items (problems); i++)
    {
      g_autoptr(WeirProblem) problem = g_list_model_get_item (problems, i);

      g_test_message ("%s", weir_problem_get_message (problem));
    }
  return g_list_model_get_n_items (problems);
}

static char *
describe (WeirFix *fix)
{
  static const char *const actions[] = { "set-kind", "set-port", "set-block", "remove-link", "add-between", "rename-field",
                                         "remove-field", "set-field", "set-name", "set-output", "remove-output", "remove-join",
                                         "add-link", "add-inside", "remove-body", "remove-default", "set-text" };

  return g_strdup_printf ("%s %s %s", actions[weir_fix_get_action (fix)],
                          weir_fix_get_from (fix) != NULL ? weir_fix_get_from (fix) : "-",
                          weir_fix_get_to (fix) != NULL ? weir_fix_get_to (fix) : "-");
}

/* The fixes of the one problem of that code, a line each; each of them is tried. */
static void
assert_fixes (const char *body, const char *code, const char *expected)
{
  g_autoptr(WeirWorkflow) workflow = parse (body);
  g_autoptr(WeirProblem) problem = find_problem (workflow, code);
  g_autofree char *before = weir_workflow_to_yaml (workflow);
  guint n_problems = count_problems (workflow);
  g_autoptr(GListModel) fixes = NULL;
  g_autoptr(GString) list = g_string_new (NULL);

  g_assert_nonnull (problem);
  fixes = weir_workflow_list_fixes (workflow, problem);
  for (guint i = 0; i < g_list_model_get_n_items (fixes); i++)
    {
      g_autoptr(WeirFix) fix = g_list_model_get_item (fixes, i);
      g_autofree char *words = describe (fix);
      g_autofree char *after = NULL;

      g_string_append_printf (list, "%s\n", words);
      g_assert_true (weir_workflow_apply_fix (workflow, fix, "Fix"));
      g_assert_null (find_problem (workflow, code));
      g_assert_cmpuint (count_problems (workflow), <, n_problems);
      g_assert_cmpstr (weir_workflow_get_undo_name (workflow), ==, "Fix");
      weir_workflow_undo (workflow);
      g_assert_false (weir_workflow_can_undo (workflow));
      after = weir_workflow_to_yaml (workflow);
      g_assert_cmpstr (after, ==, before);
    }
  g_assert_cmpstr (list->str, ==, expected);
}

static void
test_a_kind_gets_its_right_name (void)
{
  assert_fixes ("blocks:\n  a: { kind: test.fiel }\n", "kind.unknown", "set-kind test.fiel test.file\n");
  assert_fixes ("blocks:\n  a: { kind: file }\n", "kind.unknown", "set-kind file test.file\n");
  assert_fixes ("blocks:\n  a: { kind: zzz.yyyyyyy }\n", "kind.unknown", "");
}

static void
test_a_link_finds_its_port (void)
{
  assert_fixes ("blocks:\n  a: { kind: test.file }\n  b: { kind: test.file }\nlinks:\n  - a.txet -> b.text\n",
                "port.unknown", "set-port txet text\nremove-link txet -\n");
  assert_fixes ("blocks:\n  a: { kind: test.file }\n  b: { kind: test.file }\nlinks:\n  - a.text -> b.texts\n",
                "port.unknown", "set-port texts text\nremove-link texts -\n");
  assert_fixes ("blocks:\n  a: { kind: test.file }\n  b: { kind: test.pass }\nlinks:\n  - a.text -> b.other\n",
                "port.unknown", "set-port other value\nremove-link other -\n");
  assert_fixes ("blocks:\n  a: { kind: test.file, join: { txt: any } }\n", "port.unknown", "remove-join txt -\n");
}

static void
test_a_converter_is_put_between (void)
{
  g_autoptr(WeirWorkflow) workflow = NULL;
  g_autoptr(WeirProblem) problem = NULL;
  g_autoptr(GListModel) fixes = NULL;
  g_autoptr(WeirFix) fix = NULL;
  g_autofree char *text = NULL;
  const char *body = "blocks:\n  a: { kind: test.file }\n  b: { kind: test.file }\nlinks:\n  - a.list -> b.count\n";

  assert_fixes (body, "type.mismatch", "add-between - test.count\nremove-link count -\n");
  assert_fixes ("blocks:\n  a: { kind: test.file }\n  b: { kind: test.file }\nlinks:\n  - a.text -> b.count\n",
                "type.mismatch", "set-port count text\nremove-link count -\n");
  workflow = parse (body);
  problem = find_problem (workflow, "type.mismatch");
  fixes = weir_workflow_list_fixes (workflow, problem);
  fix = g_list_model_get_item (fixes, 0);
  weir_workflow_apply_fix (workflow, fix, "Fix");
  text = weir_workflow_to_yaml (workflow);
  g_assert_nonnull (strstr (text, "  - a.list -> count.items\n  - count.count -> b.count\n"));
}

static void
test_a_link_to_nobody_finds_its_block (void)
{
  assert_fixes (
    "blocks:\n  first: { kind: test.file }\n  second: { kind: test.file }\nlinks:\n  - first.text -> secnd.text\n",
    "block.unknown", "set-block secnd second\nremove-link secnd -\n");
  assert_fixes ("blocks:\n  f:\n    kind: test.frame\n    body:\n      blocks:\n        first: { kind: test.file }\n"
                "        second: { kind: test.file }\n      links:\n        - fist.text -> second.text\n",
                "block.unknown", "set-block fist first\nremove-link fist -\n");
}

static void
test_settings_are_put_right (void)
{
  assert_fixes ("blocks:\n  a: { kind: test.file, config: { limt: 3 } }\n", "field.unknown",
                "rename-field limt limit\nremove-field limt -\n");
  assert_fixes ("blocks:\n  a: { kind: test.file, config: { mode: fsat } }\n", "field.invalid",
                "set-field mode fast\nremove-field mode -\n");
  assert_fixes ("blocks:\n  a: { kind: test.file, config: { limit: 30 } }\n", "field.invalid",
                "set-field limit 10\nremove-field limit -\n");
  assert_fixes ("blocks:\n  a: { kind: test.file, lable: Good }\n", "key.unknown",
                "rename-field lable label\nremove-field lable -\n");
  assert_fixes ("descripton: Good\nblocks:\n  a: { kind: test.file }\n", "key.unknown",
                "rename-field descripton description\nremove-field descripton -\n");
}

static void
test_names_are_put_right (void)
{
  assert_fixes (
    "inputs:\n  folder: dir\nblocks:\n  a: { kind: test.file, config: { path: \"{{ inputs.foldr }}/x\" } }\n",
    "name.unknown", "set-name foldr folder\n");
  assert_fixes (
    "blocks:\n  first: { kind: test.file }\n  a: { kind: test.file, config: { text: \"=blocks.frist.text\" } }\n"
    "links:\n  - first.done -> a.run\n",
    "name.unknown", "set-name frist first\n");
  assert_fixes ("blocks:\n  a: { kind: test.file, config: { text: \"=inptus.x\" } }\ninputs: { x: text }\n",
                "name.unknown", "set-name inptus inputs\nset-name inptus input\n");
}

static void
test_the_rest_is_put_right (void)
{
  assert_fixes (
    "blocks:\n  a: { kind: test.file }\n  b: { kind: test.file }\nlinks:\n  - a.text -> b.text\n  - a.text -> b.text\n",
    "link.duplicate", "remove-link - -\n");
  assert_fixes ("blocks:\n  a: { kind: test.file }\noutput: a.txt\n", "output.unknown",
                "set-output a.txt a.text\nremove-output a.txt -\n");
  assert_fixes ("blocks:\n  alpha: { kind: test.file }\noutput: alhpa.text\n", "output.unknown",
                "set-output alhpa.text alpha.text\nremove-output alhpa.text -\n");
  assert_fixes ("blocks:\n  a: { kind: test.file }\n  b: { kind: test.file, join: { text: { n: 3 } } }\nlinks:\n  - "
                "a.text -> b.text\n",
                "join.impossible", "remove-join text -\n");
}

static void
test_a_missing_link_is_found (void)
{
  /* the nearest that fits, and not what comes after it */
  assert_fixes ("blocks:\n  far: { kind: test.file }\n  near: { kind: test.file }\n  a: { kind: test.count }\n  after: { kind: test.file }\n"
                "links:\n  - a.count -> after.count\nlayout: { far: [0, 0], near: [200, 0], a: [480, 0], after: [760, 0] }\n",
                "input.missing", "add-link items near.list\nadd-link items far.list\n");
  assert_fixes ("blocks:\n  first: { kind: test.pass }\n  a: { kind: test.file, config: { text: \"=blocks.first.value\" } }\n",
                "name.not_upstream", "add-link run first.done\n");
}

static void
test_a_missing_setting_is_filled_in (void)
{
  assert_fixes ("blocks:\n  a: { kind: test.needy, config: { how: slow } }\n", "field.missing", "set-field where https://example.org/\n");
  assert_fixes ("blocks:\n  a: { kind: test.needy, config: { where: x } }\n", "field.missing", "set-field how fast\nset-field how slow\n");
}

static void
test_bodies_are_put_right (void)
{
  assert_fixes ("blocks:\n  a: { kind: test.frame }\n", "body.empty", "add-inside - test.pass\n");
  assert_fixes ("blocks:\n  a: { kind: test.file, body: { blocks: { x: { kind: test.file }, y: { kind: test.file } } } }\n", "body.unused",
                "remove-body - -\n");
}

static void
test_inputs_of_the_workflow_are_put_right (void)
{
  assert_fixes ("inputs:\n  n: { type: int, default: many }\nblocks:\n  a: { kind: test.file }\n", "input.default", "remove-default n -\n");
}

static void
test_what_takes_a_person_has_no_fix (void)
{
  g_autoptr(WeirWorkflow) workflow = parse ("blocks:\n  a: { kind: test.count }\n");
  g_autoptr(WeirProblem) problem = find_problem (workflow, "input.missing");
  g_autoptr(GListModel) fixes = NULL;

  g_assert_nonnull (problem);
  fixes = weir_workflow_list_fixes (workflow, problem);
  g_assert_cmpuint (g_list_model_get_n_items (fixes), ==, 0);
}

static void
assert_text_fixed (const char *text, const char *expected)
{
  g_autoptr(GListModel) problems = NULL;
  g_autoptr(WeirWorkflow) workflow = weir_workflow_parse (text, -1, &problems, NULL);
  g_autoptr(WeirProblem) problem = NULL;
  g_autoptr(GListModel) fixes = NULL;
  g_autoptr(WeirFix) fix = NULL;
  g_autofree char *fixed = NULL;
  g_autoptr(WeirWorkflow) right = NULL;

  g_assert_null (workflow);
  problem = g_list_model_get_item (problems, 0);
  fixes = weir_text_list_fixes (text, problem);
  g_assert_cmpuint (g_list_model_get_n_items (fixes), ==, 1);
  fix = g_list_model_get_item (fixes, 0);
  fixed = weir_text_apply_fix (text, fix);
  g_assert_cmpstr (fixed, ==, expected);
  right = weir_workflow_parse (fixed, -1, NULL, NULL);
  g_assert_nonnull (right);
}

static void
test_ids_are_put_right_in_the_text (void)
{
  assert_text_fixed (
    "weir: 1\nblocks:\n  a: { kind: test.file }\n  a: { kind: test.count }\n  a2: { kind: test.count }\n",
    "weir: 1\nblocks:\n  a: { kind: test.file }\n  a3: { kind: test.count }\n  a2: { kind: test.count }\n");
  assert_text_fixed ("weir: 1\nblocks:\n  Read it: { kind: test.file }\n",
                     "weir: 1\nblocks:\n  read_it: { kind: test.file }\n");
}

int
main (int argc, char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  weir_registry_add_kind (&file_kind);
  weir_registry_add_kind (&count_kind);
  weir_registry_add_kind (&pass_kind);
  weir_registry_add_kind (&frame_kind);
  weir_registry_add_kind (&needy_kind);
  g_test_add_func ("/weir/fix/a-kind-gets-its-right-name", test_a_kind_gets_its_right_name);
  g_test_add_func ("/weir/fix/a-link-finds-its-port", test_a_link_finds_its_port);
  g_test_add_func ("/weir/fix/a-converter-is-put-between", test_a_converter_is_put_between);
  g_test_add_func ("/weir/fix/a-link-to-nobody-finds-its-block", test_a_link_to_nobody_finds_its_block);
  g_test_add_func ("/weir/fix/settings-are-put-right", test_settings_are_put_right);
  g_test_add_func ("/weir/fix/names-are-put-right", test_names_are_put_right);
  g_test_add_func ("/weir/fix/the-rest-is-put-right", test_the_rest_is_put_right);
  g_test_add_func ("/weir/fix/a-missing-link-is-found", test_a_missing_link_is_found);
  g_test_add_func ("/weir/fix/a-missing-setting-is-filled-in", test_a_missing_setting_is_filled_in);
  g_test_add_func ("/weir/fix/bodies-are-put-right", test_bodies_are_put_right);
  g_test_add_func ("/weir/fix/inputs-of-the-workflow-are-put-right", test_inputs_of_the_workflow_are_put_right);
  g_test_add_func ("/weir/fix/what-takes-a-person-has-no-fix", test_what_takes_a_person_has_no_fix);
  g_test_add_func ("/weir/fix/ids-are-put-right-in-the-text", test_ids_are_put_right_in_the_text);
  return g_test_run ();
}
