/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-workflow-file.h"

#include "weir-json.h"

#include <libdex.h>
#include <string.h>

static const char design[] =
  "weir: 1\n"
  "name: Tidy downloads\n"
  "inputs:\n"
  "  folder: { type: dir, default: ~/Downloads }\n"
  "blocks:\n"
  "  list: { kind: file.list, config: { path: \"{{ inputs.folder }}\", pattern: \"*.pdf\" } }\n"
  "  move:\n"
  "    kind: flow.foreach\n"
  "    concurrency: 4\n"
  "    body:\n"
  "      blocks:\n"
  "        to: { kind: file.move, config: { from: \"=item.path\", to: \"{{ inputs.folder }}/PDF/\" }, retry: { attempts: 3 } }\n"
  "links:\n"
  "  - list.files -> move.items\n"
  "  - move.failed -> report.rows when: value.length > 0\n"
  "layout: { list: [80, 120], move: [320, 120] }\n";

static WeirWorkflow *
parse (const char *text)
{
  g_autoptr(GError) error = NULL;
  WeirWorkflow *workflow = weir_workflow_parse (text, -1, NULL, &error);

  g_assert_no_error (error);
  return workflow;
}

static void
test_reads_the_design_example (void)
{
  g_autoptr(WeirWorkflow) workflow = parse (design);
  WeirBlock *to = weir_workflow_find_block (workflow, "move/to");
  double x;

  g_assert_cmpstr (weir_workflow_get_name (workflow), ==, "Tidy downloads");
  g_assert_cmpuint (weir_workflow_get_n_inputs (workflow), ==, 1);
  g_assert_cmpstr (weir_workflow_get_input (workflow, 0)->type, ==, "dir");
  g_assert_cmpuint (weir_graph_get_n_blocks (weir_workflow_get_graph (workflow)), ==, 2);
  g_assert_cmpuint (weir_graph_get_n_links (weir_workflow_get_graph (workflow)), ==, 1);
  g_assert_nonnull (to);
  g_assert_cmpstr (weir_block_get_path (to), ==, "move/to");
  g_assert_cmpuint (weir_block_get_reliability (to)->attempts, ==, 3);
  g_assert_cmpuint (weir_block_get_line (to), ==, 12);
  weir_block_get_position (weir_workflow_find_block (workflow, "move"), &x, NULL);
  g_assert_cmpfloat (x, ==, 320);
}

static void
test_writes_what_it_read (void)
{
  g_autoptr(WeirWorkflow) workflow = parse (design);
  g_autofree char *text = weir_workflow_to_yaml (workflow);

  g_assert_cmpstr (text, ==, design);
}

/* Text in, one edit, text out. */
static char *
edit_and_write (const char *text, void (*edit) (WeirWorkflow *workflow))
{
  g_autoptr(WeirWorkflow) workflow = parse (text);
  g_autofree char *undone = NULL;
  g_autofree char *written = NULL;
  g_autofree char *again = NULL;
  g_autoptr(WeirWorkflow) second = NULL;

  edit (workflow);
  written = weir_workflow_to_yaml (workflow);
  second = parse (written);
  again = weir_workflow_to_yaml (second);
  g_assert_cmpstr (again, ==, written);
  while (weir_workflow_can_undo (workflow))
    weir_workflow_undo (workflow);
  undone = weir_workflow_to_yaml (workflow);
  g_assert_cmpstr (undone, ==, text);
  return g_steal_pointer (&written);
}

static const char commented[] =
  "# A workflow of mine\n"
  "weir: 1   # the first\n"
  "name: 'Tidy'\n"
  "x-mine: [1, 2]\n"
  "\n"
  "blocks:\n"
  "  # finds them\n"
  "  list: {kind: file.list, config: {path: '~/Downloads', max: 0o17}}  # short\n"
  "\n"
  "  # moves them\n"
  "  move:\n"
  "    kind: flow.foreach\n"
  "    # four at a time\n"
  "    concurrency: 4\n"
  "    body:\n"
  "      blocks:\n"
  "        to: { kind: file.move } # inner\n"
  "links:\n"
  "  # the way there\n"
  "  - list.files -> move.items\n"
  "  - move.failed -> list.run when: value.length > 0 # the way back\n"
  "layout:\n"
  "  list: [80.0, 120]\n"
  "# the end\n";

static void
set_label_of_move (WeirWorkflow *workflow)
{
  weir_workflow_set_label (workflow, weir_workflow_find_block (workflow, "move"), "Into folders");
}

static void
test_a_label_changes_one_line (void)
{
  g_autofree char *text = edit_and_write (commented, set_label_of_move);
  g_auto(GStrv) parts = g_strsplit (commented, "    # four at a time\n", 2);
  g_autofree char *expected = g_strconcat (parts[0], "    label: Into folders\n    # four at a time\n", parts[1], NULL);

  g_assert_cmpstr (text, ==, expected);
}

static void
set_path_of_list (WeirWorkflow *workflow)
{
  g_autoptr(WeirValue) value = weir_value_new_text ("/tmp/a b");

  weir_workflow_set_field (workflow, weir_workflow_find_block (workflow, "list"), "path", value);
}

static void
test_a_setting_changes_within_its_line (void)
{
  g_autofree char *text = edit_and_write (commented, set_path_of_list);

  g_assert_nonnull (
    strstr (text, "\n  # finds them\n  list: {kind: file.list, config: {path: /tmp/a b, max: 0o17}}  # short\n"));
  g_assert_nonnull (strstr (text, "        to: { kind: file.move } # inner\n"));
}

static void
set_condition (WeirWorkflow *workflow)
{
  weir_workflow_set_when (workflow, weir_graph_get_link (weir_workflow_get_graph (workflow), 1),
                          "value.a === \"x: y\"");
}

static void
test_a_condition_changes_its_line (void)
{
  g_autofree char *text = edit_and_write (commented, set_condition);

  g_assert_nonnull (strstr (text, "  - move.failed -> list.run when: \"value.a === \\\"x: y\\\"\" # the way back\n"));
}

static void
move_both (WeirWorkflow *workflow)
{
  weir_workflow_set_position (workflow, weir_workflow_find_block (workflow, "move/to"), 10, 20.26);
  weir_workflow_set_position (workflow, weir_workflow_find_block (workflow, "list"), 81, 120);
}

static void
test_moving_touches_the_layout_only (void)
{
  g_autofree char *text = edit_and_write (commented, move_both);
  g_auto(GStrv) parts = g_strsplit (commented, "layout:\n", 2);

  g_assert_true (g_str_has_prefix (text, parts[0]));
  g_assert_true (g_str_has_suffix (text, "layout:\n  list: [81, 120]\n  move/to: [10, 20.3]\n# the end\n"));
}

static void
pin_list (WeirWorkflow *workflow)
{
  weir_workflow_set_pinned (workflow, weir_workflow_find_block (workflow, "list"), TRUE);
  weir_workflow_set_position (workflow, weir_workflow_find_block (workflow, "list"), 90, 120);
  g_assert_true (weir_block_get_pinned (weir_workflow_find_block (workflow, "list")));
}

static void
test_pin_is_part_of_the_layout (void)
{
  g_autofree char *text = edit_and_write (commented, pin_list);
  g_autoptr(GListModel) problems = NULL;
  g_autoptr(WeirWorkflow) again = weir_workflow_parse (text, -1, &problems, NULL);

  g_assert_nonnull (strstr (text, "\n  list: [90, 120, pinned]\n"));
  g_assert_true (weir_block_get_pinned (weir_workflow_find_block (again, "list")));
  for (guint i = 0; i < g_list_model_get_n_items (problems); i++)
    {
      g_autoptr(WeirProblem) problem = g_list_model_get_item (problems, i);

      g_assert_null (strstr (weir_problem_get_message (problem), "number"));
    }
}

static void
rename_list (WeirWorkflow *workflow)
{
  g_assert_true (weir_workflow_rename_block (workflow, weir_workflow_find_block (workflow, "list"), "find", NULL));
}

static void
test_renaming_keeps_comments (void)
{
  g_autofree char *text = edit_and_write (commented, rename_list);

  g_assert_nonnull (
    strstr (text, "  # finds them\n  find: {kind: file.list, config: {path: '~/Downloads', max: 0o17}}  # short\n"));
  g_assert_nonnull (strstr (text, "  # the way there\n  - find.files -> move.items\n"));
  g_assert_nonnull (strstr (text, "  find: [80.0, 120]\n"));
}

static void
remove_move (WeirWorkflow *workflow)
{
  weir_workflow_remove_block (workflow, weir_workflow_find_block (workflow, "move"));
}

static void
test_removing_takes_its_links (void)
{
  g_autofree char *text = edit_and_write (commented, remove_move);

  g_assert_null (strstr (text, "move"));
  g_assert_null (strstr (text, "links"));
  g_assert_nonnull (strstr (text, "  # finds them\n"));
  g_assert_nonnull (strstr (text, "# the end\n"));
}

static void
test_scalars_are_those_of_yaml_1_2 (void)
{
  static const struct { const char *text; const char *json; } cases[] = {
    { "no", "\"no\"" }, { "yes", "\"yes\"" }, { "0o17", "15" }, { "0xff", "255" }, { "017", "17" }, { "~", "null" }, { "", "null" },
    { "1.0", "1.0" }, { "-1", "-1" }, { "1e3", "1000.0" }, { "12:30", "\"12:30\"" }, { "True", "true" }, { "'1'", "\"1\"" },
    { "1_000", "\"1_000\"" }, { "9223372036854775807", "9223372036854775807" }, { "!!str 5", "\"5\"" },
    { "2024-01-01", "\"2024-01-01\"" }, { "a: [1, {b: c}]", "{\"a\":[1,{\"b\":\"c\"}]}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(WeirValue) value = weir_yaml_parse_value (cases[i].text, -1, &error);
      g_autofree char *json = NULL;

      g_assert_no_error (error);
      json = weir_json_write (value, 0, NULL);
      g_assert_cmpstr (json, ==, cases[i].json);
    }
}

static void
test_all_problems_have_a_place (void)
{
  static const char text[] =
    "weir: 1\n"
    "on_failure: perhaps\n"
    "blocks:\n"
    "  a: { kind: file.list, timeout: soon }\n"
    "  B: { kind: file.read }\n"
    "  c: { label: nothing }\n"
    "links:\n"
    "  - a -> c.run\n";
  static const struct { guint line; guint column; } places[] = { { 2, 13 }, { 4, 34 }, { 5, 3 }, { 6, 6 }, { 8, 5 } };
  g_autoptr(GListModel) problems = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirWorkflow) workflow = weir_workflow_parse (text, -1, &problems, &error);

  g_assert_null (workflow);
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_INVALID);
  g_assert_cmpuint (g_list_model_get_n_items (problems), ==, G_N_ELEMENTS (places));
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autoptr(WeirProblem) problem = g_list_model_get_item (problems, i);

      g_assert_cmpuint (weir_problem_get_line (problem), ==, places[i].line);
      g_assert_cmpuint (weir_problem_get_column (problem), ==, places[i].column);
    }
}

static void
test_syntax_errors_below_the_first_are_found (void)
{
  g_autoptr(GListModel) problems = NULL;
  g_autoptr(WeirWorkflow) workflow = weir_workflow_parse (
    "weir: 1\nname: a: b\nblocks:\n  x: { kind: y }\nnotes: b: c\n", -1, &problems, NULL);

  g_assert_null (workflow);
  g_assert_cmpuint (g_list_model_get_n_items (problems), ==, 2);
}

static void
assert_problem (const char *text, const char *message)
{
  g_autoptr(GListModel) problems = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirProblem) problem = NULL;

  g_assert_null (weir_workflow_parse (text, -1, &problems, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_INVALID);
  problem = g_list_model_get_item (problems, 0);
  g_assert_cmpstr (weir_problem_get_message (problem), ==, message);
}

static void
test_problems_say_what_came (void)
{
  g_autofree char *long_key = g_strnfill (2000, 'k');
  g_autofree char *with_long_key = g_strdup_printf ("weir: 1\nblocks:\n  %s: { kind: debug.noop }\n", long_key);
  g_autofree char *long_number = g_strnfill (2000, '9');
  g_autofree char *with_long_value = g_strdup_printf ("weir: 1\nblocks:\n  a: { kind: debug.noop, timeout: x%s }\n",
                                                      long_number);
  g_autoptr(GListModel) problems = NULL;
  g_autoptr(WeirProblem) problem = NULL;

  assert_problem ("weir: 1\nblocks:\n  a: { kind: debug.noop, timeout: soon }\n",
                  "Expected a length of time like 30s, 1m30s or 500 (ms), but got \"soon\"");
  /* these two would be one key */
  assert_problem ("weir: 1\nblocks:\n  \"a\\0b\": { kind: debug.noop }\n  a: { kind: debug.noop }\n",
                  "Expected a key without NUL characters");
  assert_problem (with_long_key,
                  "Expected at most 1,024 characters before the \":\" of a key, or text that contains it in quotes");
  g_assert_null (weir_workflow_parse (with_long_value, -1, &problems, NULL));
  problem = g_list_model_get_item (problems, 0);
  g_assert_cmpuint (strlen (weir_problem_get_message (problem)), <, 1010);
  g_assert_true (g_str_has_suffix (weir_problem_get_message (problem), "9…"));
}

static void
test_aliases_are_limited (void)
{
  GString *bomb = g_string_new ("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
  g_autofree char *text = NULL;
  g_autoptr(GError) error = NULL;

  for (guint i = 1; i < 9; i++)
    {
      g_string_append_printf (bomb, "a%u: &a%u [", i, i);
      for (guint j = 0; j < 10; j++)
        g_string_append_printf (bomb, "%s*a%u", j > 0 ? ", " : "", i - 1);
      g_string_append (bomb, "]\n");
    }
  text = g_string_free_and_steal (bomb);
  g_assert_null (weir_yaml_parse_value (text, -1, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_LIMIT);
}

static void
test_json_of_the_same_shape_is_read (void)
{
  g_autoptr(WeirWorkflow) first = parse (commented);
  g_autofree char *json = weir_workflow_to_json (first);
  g_autoptr(WeirWorkflow) second = parse (json);
  g_autofree char *again = weir_workflow_to_json (second);
  g_autofree char *yaml = weir_workflow_to_yaml (second);
  g_autoptr(WeirWorkflow) third = parse (yaml);
  g_autofree char *yaml_again = weir_workflow_to_yaml (third);

  g_assert_cmpstr (json, ==, again);
  g_assert_cmpstr (yaml, ==, yaml_again);
  g_assert_nonnull (strstr (yaml, "  - move.failed -> list.run when: value.length > 0\n"));
}

static void
test_json_errors_have_a_place (void)
{
  g_autoptr(GListModel) problems = NULL;
  g_autoptr(WeirProblem) problem = NULL;
  g_autoptr(WeirWorkflow) workflow = weir_workflow_parse ("{\n  \"weir\": 1\n  \"name\": \"x\"\n}", -1, &problems,
                                                           NULL);

  g_assert_null (workflow);
  problem = g_list_model_get_item (problems, 0);
  g_assert_cmpuint (weir_problem_get_line (problem), ==, 3);
  g_assert_cmpuint (weir_problem_get_column (problem), ==, 3);
}

static void
test_odd_text_survives (void)
{
  static const char *const texts[] = {
    "", " ", "a: b", "- a", "# a", "null", "true", "15", "1.5", "=x", "'", "\"", "\\", "a\nb", "a\nb\n", "a\n\nb\n\n", "\n", " a\nb", "a \nb",
    "tab\there", "\xc2\x85", "\xe2\x80\xa8", "\xf0\x9f\x98\x80", "...", "---", "--- a", "- ", "?", "? a", "a #b", "a:", ":a", "[a", "{{ x }}",
    "*.pdf", "&a", "!a", "%a", "@a", "`a", "|", ">", ",", "~", "~/x", "a\r\nb", "\x01", "0o17", ".inf", "-", "-a", "<<", "a\n  b\n c", "  ", "\t", "a\t\nb",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr(WeirWorkflow) workflow = weir_workflow_new ("Odd");
      g_autoptr(WeirWorkflow) back = NULL;
      g_autoptr(WeirValue) value = weir_value_new_text (texts[i]);
      g_autofree char *text = NULL;
      WeirBlock *block = weir_workflow_add_block (workflow, weir_workflow_get_graph (workflow), "a", "x.y", NULL, 0, 0,
                                                  NULL);

      weir_workflow_set_field (workflow, block, "field", value);
      weir_workflow_set_block_note (workflow, block, texts[i]);
      text = weir_workflow_to_yaml (workflow);
      back = parse (text);
      block = weir_workflow_find_block (back, "a");
      g_assert_cmpstr (weir_value_get_member_text (weir_block_get_config (block), "field", NULL), ==, texts[i]);
    }
}

/* Bytes changed, lines doubled, cut and joined: whatever comes is read or refused, never a crash, and what is read is written
 * so that it reads the same. */
static char *
mutate (GRand *random, const char *text)
{
  static const char *const pieces[] = { "{", "}", "[", "]", ": ", "- ", "\n", "  ", "\"", "'", "#", "&a ", "*a", "|", ">", "!", "\t", "? ", "->",
                                        "---\n", "%", ",", "null", "\xff", "0", "when: ", "body:\n", "blocks:" };
  GString *out = g_string_new (text);

  for (int n = g_rand_int_range (random, 1, 6); n > 0 && out->len > 0; n--)
    {
      gsize place = g_rand_int_range (random, 0, (int) out->len);
      gsize length = g_rand_int_range (random, 1, 60);

      length = MIN (length, out->len - place);
      switch (g_rand_int_range (random, 0, 4))
        {
        case 0:
          g_string_insert (out, place, pieces[g_rand_int_range (random, 0, G_N_ELEMENTS (pieces))]);
          break;
        case 1:
          g_string_erase (out, place, MIN (length, 12));
          break;
        case 2:
          out->str[place] = (char) g_rand_int_range (random, 1, 127);
          break;
        default:
          {
            g_autofree char *part = g_strndup (out->str + place, length);

            g_string_insert (out, g_rand_int_range (random, 0, (int) out->len), part);
          }
        }
    }
  return g_string_free_and_steal (out);
}

static void
try_edits (WeirWorkflow *workflow)
{
  WeirGraph *graph = weir_workflow_get_graph (workflow);
  WeirBlock *block = weir_workflow_add_block (workflow, graph, NULL, "file.read", NULL, 5, 5, NULL);

  weir_workflow_set_label (workflow, weir_graph_get_block (graph, 0), "A: b");
  weir_workflow_set_position (workflow, weir_graph_get_block (graph, 0), 7, 7);
  weir_workflow_rename_block (workflow, block, "renamed", NULL);
  if (weir_graph_get_n_links (graph) > 0)
    weir_workflow_set_when (workflow, weir_graph_get_link (graph, 0), "value");
}

static void
test_mutated_files_do_no_harm (void)
{
  g_autoptr(GRand) random = g_rand_new_with_seed ((guint32) g_test_rand_int ());
  g_autoptr(WeirWorkflow) origin = parse (commented);
  g_autofree char *json = weir_workflow_to_json (origin);
  const char *const seeds[] = { commented, design, json };
  guint n_read = 0;

  for (guint i = 0; i < 6000; i++)
    {
      g_autofree char *text = mutate (random, seeds[i % G_N_ELEMENTS (seeds)]);
      g_autoptr(GListModel) problems = NULL;
      g_autoptr(WeirWorkflow) workflow = weir_workflow_parse (text, -1, &problems, NULL);
      g_autofree char *written = NULL;
      g_autofree char *edited = NULL;
      g_autofree char *undone = NULL;
      g_autoptr(WeirWorkflow) back = NULL;

      if (workflow == NULL)
        {
          g_assert_cmpuint (g_list_model_get_n_items (problems), >, 0);
          continue;
        }
      n_read++;
      written = weir_workflow_to_yaml (workflow);
      try_edits (workflow);
      edited = weir_workflow_to_yaml (workflow);
      back = parse (edited);
      while (weir_workflow_can_undo (workflow))
        weir_workflow_undo (workflow);
      undone = weir_workflow_to_yaml (workflow);
      g_assert_cmpstr (undone, ==, written);
    }
  g_assert_cmpuint (n_read, >, 300);
}

int
main (int argc, char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/weir/yaml/reads-the-example-of-the-design", test_reads_the_design_example);
  g_test_add_func ("/weir/yaml/writes-what-it-read", test_writes_what_it_read);
  g_test_add_func ("/weir/yaml/a-label-changes-one-line", test_a_label_changes_one_line);
  g_test_add_func ("/weir/yaml/a-setting-changes-within-its-line", test_a_setting_changes_within_its_line);
  g_test_add_func ("/weir/yaml/a-condition-changes-its-line", test_a_condition_changes_its_line);
  g_test_add_func ("/weir/yaml/a-pin-is-part-of-the-layout", test_pin_is_part_of_the_layout);
  g_test_add_func ("/weir/yaml/moving-touches-the-layout-only", test_moving_touches_the_layout_only);
  g_test_add_func ("/weir/yaml/renaming-keeps-comments", test_renaming_keeps_comments);
  g_test_add_func ("/weir/yaml/removing-a-block-takes-its-links", test_removing_takes_its_links);
  g_test_add_func ("/weir/yaml/scalars-are-those-of-yaml-1-2", test_scalars_are_those_of_yaml_1_2);
  g_test_add_func ("/weir/yaml/all-problems-have-a-place", test_all_problems_have_a_place);
  g_test_add_func ("/weir/yaml/problems-say-what-came", test_problems_say_what_came);
  g_test_add_func ("/weir/yaml/syntax-errors-below-the-first-are-found", test_syntax_errors_below_the_first_are_found);
  g_test_add_func ("/weir/yaml/aliases-are-limited", test_aliases_are_limited);
  g_test_add_func ("/weir/yaml/json-of-the-same-shape-is-read", test_json_of_the_same_shape_is_read);
  g_test_add_func ("/weir/yaml/json-errors-have-a-place", test_json_errors_have_a_place);
  g_test_add_func ("/weir/yaml/odd-text-survives", test_odd_text_survives);
  g_test_add_func ("/weir/yaml/mutated-files-do-no-harm", test_mutated_files_do_no_harm);
  return g_test_run ();
}
