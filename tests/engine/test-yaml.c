/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-workflow-file.h"

#include <libdex.h>

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

int
main (int argc, char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/weir/yaml/reads-the-example-of-the-design", test_reads_the_design_example);
  g_test_add_func ("/weir/yaml/writes-what-it-read", test_writes_what_it_read);
  return g_test_run ();
}
