/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-workflow-file.h"

#include <libdex.h>
#include <string.h>

/* "a>b b>a": blocks in the order in which they are first named, or as in @order. */
static WeirWorkflow *
make_graph (const char *order, const char *links)
{
  g_autoptr(GString) text = g_string_new ("weir: 1\nblocks:\n");
  g_auto(GStrv) ids = g_strsplit (order, " ", -1);
  g_auto(GStrv) pairs = g_strsplit (links, " ", -1);
  g_autoptr(GError) error = NULL;
  WeirWorkflow *workflow;

  for (guint i = 0; ids[i] != NULL; i++)
    g_string_append_printf (text, "  %s: { kind: test.none }\n", ids[i]);
  g_string_append (text, "links:\n");
  for (guint i = 0; pairs[i] != NULL; i++)
    {
      g_auto(GStrv) ends = g_strsplit (pairs[i], ">", 2);

      if (ends[0] != NULL)
        g_string_append_printf (text, "  - %s.out -> %s.in\n", ends[0], ends[1]);
    }
  workflow = weir_workflow_parse (text->str, -1, NULL, &error);
  g_assert_no_error (error);
  return workflow;
}

/* "a>b" of every feedback link */
static char *
list_feedback (WeirGraph *graph)
{
  g_autoptr(GString) out = g_string_new (NULL);

  for (guint i = 0; i < weir_graph_get_n_links (graph); i++)
    {
      WeirLink *link = weir_graph_get_link (graph, i);

      if (weir_link_is_feedback (link))
        g_string_append_printf (out, "%s%s>%s", out->len > 0 ? " " : "", weir_block_get_id (weir_link_get_source (link)),
                                weir_block_get_id (weir_link_get_target (link)));
    }
  return g_strdup (out->str);
}

/* "head(blocks)^parent" of every region */
static char *
list_regions (WeirGraph *graph)
{
  g_autoptr(GString) out = g_string_new (NULL);

  for (guint i = 0; i < weir_graph_get_n_regions (graph); i++)
    {
      const WeirRegion *region = weir_graph_get_region (graph, i);

      g_string_append_printf (out, "%s%s(%u)^%d", i > 0 ? " " : "", weir_block_get_id (weir_graph_get_block (graph, region->head)),
                              region->n_blocks, region->parent);
    }
  return g_strdup (out->str);
}

static void
assert_cycles (const char *order, const char *links, const char *feedback, const char *regions)
{
  g_autoptr(WeirWorkflow) workflow = make_graph (order, links);
  WeirGraph *graph = weir_workflow_get_graph (workflow);
  g_autofree char *found_feedback = list_feedback (graph);
  g_autofree char *found_regions = list_regions (graph);

  g_assert_cmpstr (found_feedback, ==, feedback);
  g_assert_cmpstr (found_regions, ==, regions);
}

static void
test_a_chain_has_no_cycle (void)
{
  assert_cycles ("a b c", "a>b b>c a>c", "", "");
}

static void
test_a_cycle_begins_where_it_is_entered (void)
{
  assert_cycles ("c b a", "a>b b>c c>b", "c>b", "b(2)^-1");
  assert_cycles ("a c b", "a>b b>c c>b", "c>b", "b(2)^-1");
}

static void
test_a_cycle_that_nothing_enters_begins_with_the_first_declared (void)
{
  assert_cycles ("b a c", "a>b b>c c>a", "a>b", "b(3)^-1");
}

static void
test_a_block_may_be_its_own_cycle (void)
{
  assert_cycles ("a b", "a>b b>b", "b>b", "b(1)^-1");
}

static void
test_cycles_nest (void)
{
  assert_cycles ("start outer inner work end", "start>outer outer>inner inner>work work>inner work>outer work>end",
                 "work>inner work>outer", "outer(3)^-1 inner(2)^0");
}

static void
test_blocks_know_their_innermost_region (void)
{
  g_autoptr(WeirWorkflow) workflow = make_graph ("s o i w e", "s>o o>i i>w w>i w>o w>e");
  WeirGraph *graph = weir_workflow_get_graph (workflow);

  g_assert_cmpint (weir_graph_get_block_region (graph, 0), ==, -1);
  g_assert_cmpint (weir_graph_get_block_region (graph, 1), ==, 0);
  g_assert_cmpint (weir_graph_get_block_region (graph, 2), ==, 1);
  g_assert_cmpint (weir_graph_get_block_region (graph, 3), ==, 1);
  g_assert_cmpint (weir_graph_get_block_region (graph, 4), ==, -1);
}

static void
test_analysis_follows_edits (void)
{
  g_autoptr(WeirWorkflow) workflow = make_graph ("a b", "a>b");
  WeirGraph *graph = weir_workflow_get_graph (workflow);

  g_assert_cmpuint (weir_graph_get_n_regions (graph), ==, 0);
  g_assert_nonnull (weir_workflow_link (workflow, "b.out", "a.in", NULL, NULL));
  g_assert_cmpuint (weir_graph_get_n_regions (graph), ==, 1);
  weir_workflow_undo (workflow);
  g_assert_cmpuint (weir_graph_get_n_regions (graph), ==, 0);
}

static void
test_a_long_cycle_is_found (void)
{
  g_autoptr(GString) order = g_string_new ("b0");
  g_autoptr(GString) links = g_string_new ("b9999>b0");
  g_autoptr(WeirWorkflow) workflow = NULL;
  WeirGraph *graph;

  for (guint i = 1; i < 10000; i++)
    {
      g_string_append_printf (order, " b%u", i);
      g_string_append_printf (links, " b%u>b%u", i - 1, i);
    }
  workflow = make_graph (order->str, links->str);
  graph = weir_workflow_get_graph (workflow);
  g_assert_cmpuint (weir_graph_get_n_regions (graph), ==, 1);
  g_assert_true (weir_link_is_feedback (weir_graph_get_link (graph, 0)));
  g_assert_false (weir_link_is_feedback (weir_graph_get_link (graph, 1)));
}

static const WeirPort gives_one[] = { { .name = "out" }, { 0 } };
static const WeirBlockKind test_source = { .id = "test.gives", .version = 1, .title = "Gives", .outputs = gives_one };
static const WeirPort takes_one[] = { { .name = "in" }, { 0 } };
static const WeirBlockKind test_pass = { .id = "test.pass", .version = 1, .title = "Pass", .inputs = takes_one, .outputs = gives_one };

static void
assert_result (const char *rest, const char *id)
{
  g_autofree char *text = g_strconcat ("weir: 1\nblocks:\n  a: { kind: test.gives }\n  b: { kind: test.pass }\n  c: { kind: test.pass }\n",
                                       rest, NULL);
  g_autoptr(WeirWorkflow) workflow = weir_workflow_parse (text, -1, NULL, NULL);
  WeirBlock *block = NULL;
  const char *port = NULL;

  g_assert_cmpint (weir_graph_find_result (weir_workflow_get_graph (workflow), &block, &port), ==, id != NULL);
  if (id == NULL)
    return;
  g_assert_cmpstr (weir_block_get_id (block), ==, id);
  g_assert_cmpstr (port, ==, "out");
}

static void
test_the_result_follows_rule_c10 (void)
{
  assert_result ("output: b.out\nlinks: [a.out -> b.in, b.out -> c.in]\n", "b");
  assert_result ("links: [a.out -> b.in, b.out -> c.in]\n", "c");
  assert_result ("links: [a.out -> c.in, a.out -> b.in]\n", "b");
  assert_result ("", NULL);
}

int
main (int argc, char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  weir_registry_add_kind (&test_source);
  weir_registry_add_kind (&test_pass);
  g_test_add_func ("/weir/graph/a-chain-has-no-cycle", test_a_chain_has_no_cycle);
  g_test_add_func ("/weir/graph/a-cycle-begins-where-it-is-entered", test_a_cycle_begins_where_it_is_entered);
  g_test_add_func ("/weir/graph/a-cycle-that-nothing-enters-begins-with-the-first-declared",
                   test_a_cycle_that_nothing_enters_begins_with_the_first_declared);
  g_test_add_func ("/weir/graph/a-block-may-be-its-own-cycle", test_a_block_may_be_its_own_cycle);
  g_test_add_func ("/weir/graph/cycles-nest", test_cycles_nest);
  g_test_add_func ("/weir/graph/blocks-know-their-innermost-region", test_blocks_know_their_innermost_region);
  g_test_add_func ("/weir/graph/analysis-follows-edits", test_analysis_follows_edits);
  g_test_add_func ("/weir/graph/a-long-cycle-is-found", test_a_long_cycle_is_found);
  g_test_add_func ("/weir/graph/the-result-follows-rule-c10", test_the_result_follows_rule_c10);
  return g_test_run ();
}
