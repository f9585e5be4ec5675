/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-place-blocks.h"

#include <math.h>

/* From one block to the next, and how near two may be. */
#define STEP_X 280
#define STEP_Y 144
#define NEAR_X 240
#define NEAR_Y 120
/* More than these are not looked at one by one: who writes so many arranges them. */
#define MAX_BLOCKS 2000

static gboolean
is_taken (WeirGraph *graph,
          WeirBlock *block,
          double     x,
          double     y)
{
  for (guint i = 0; i < weir_graph_get_n_blocks (graph); i++)
    {
      WeirBlock *other = weir_graph_get_block (graph, i);
      double other_x, other_y;

      if (other == block || !weir_block_has_position (other))
        continue;
      weir_block_get_position (other, &other_x, &other_y);
      if (fabs (other_x - x) < NEAR_X && fabs (other_y - y) < NEAR_Y)
        return TRUE;
    }
  return FALSE;
}

static void
place (WeirWorkflow *workflow,
       WeirGraph    *graph,
       WeirBlock    *block,
       double        x,
       double        y)
{
  while (is_taken (graph, block, x, y))
    y += STEP_Y;
  weir_workflow_set_position (workflow, block, x, y);
}

/* Right of what leads to it, or left of what it leads to; FALSE if none of these has a place. */
static gboolean
place_by_links (WeirWorkflow *workflow,
                WeirGraph    *graph,
                WeirBlock    *block)
{
  guint n_to, n_from;
  WeirLink **to = weir_graph_get_links_to (graph, block, &n_to);
  WeirLink **from = weir_graph_get_links_from (graph, block, &n_from);

  for (guint i = 0; i < n_to + n_from; i++)
    {
      WeirBlock *other = i < n_to ? weir_link_get_source (to[i]) : weir_link_get_target (from[i - n_to]);
      double x, y;

      if (other == block || !weir_block_has_position (other))
        continue;
      weir_block_get_position (other, &x, &y);
      place (workflow, graph, block, i < n_to ? x + STEP_X : x - STEP_X, y);
      return TRUE;
    }
  return FALSE;
}

/* Below all that has a place; where nothing has one, at the beginning. */
static void
place_below (WeirWorkflow *workflow,
             WeirGraph    *graph,
             WeirBlock    *block)
{
  double left = 0, bottom = -STEP_Y;
  gboolean any = FALSE;

  for (guint i = 0; i < weir_graph_get_n_blocks (graph); i++)
    {
      double x, y;

      if (!weir_block_has_position (weir_graph_get_block (graph, i)))
        continue;
      weir_block_get_position (weir_graph_get_block (graph, i), &x, &y);
      left = any ? MIN (left, x) : x;
      bottom = any ? MAX (bottom, y) : y;
      any = TRUE;
    }
  place (workflow, graph, block, left, bottom + STEP_Y);
}

/* The next one that has no place: those first that are linked to one that has. FALSE when all have one. */
static gboolean
place_next (WeirWorkflow *workflow,
            WeirGraph    *graph)
{
  WeirBlock *first = NULL;

  for (guint i = 0; i < weir_graph_get_n_blocks (graph); i++)
    {
      WeirBlock *block = weir_graph_get_block (graph, i);

      if (weir_block_has_position (block))
        continue;
      if (place_by_links (workflow, graph, block))
        return TRUE;
      if (first == NULL)
        first = block;
    }
  if (first == NULL)
    return FALSE;
  place_below (workflow, graph, first);
  return TRUE;
}

/**
 * weir_place_new_blocks:
 * @graph: a graph of @workflow
 * @workflow: the workflow
 *
 * Gives blocks a place that have none, in the bodies inside, too. An edit, or part of one.
 */
void
weir_place_new_blocks (WeirGraph    *graph,
                       WeirWorkflow *workflow)
{
  if (weir_graph_get_n_blocks (graph) > MAX_BLOCKS)
    return;
  while (place_next (workflow, graph))
    continue;
  for (guint i = 0; i < weir_graph_get_n_blocks (graph); i++)
    {
      WeirGraph *body = weir_block_get_body (weir_graph_get_block (graph, i));

      if (body != NULL)
        weir_place_new_blocks (body, workflow);
    }
}
