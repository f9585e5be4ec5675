/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "weir-block.h"

G_BEGIN_DECLS

/**
 * WeirGraph:
 *
 * Blocks and links: the root of a workflow, or the body of a container. A #GListModel of its blocks, in the order in
 * which they were declared. Signals: `link-added (WeirLink)`, `link-removed (WeirLink)`, `link-changed (WeirLink)`;
 * blocks come and go by `items-changed`.
 */
#define WEIR_TYPE_GRAPH (weir_graph_get_type ())
WEIR_API G_DECLARE_FINAL_TYPE (WeirGraph, weir_graph, WEIR, GRAPH, GObject)

WEIR_API guint       weir_graph_get_n_blocks  (WeirGraph  *self);
/* All (transfer none). */
WEIR_API WeirBlock  *weir_graph_get_block     (WeirGraph  *self,
                                               guint       index);
WEIR_API WeirBlock  *weir_graph_find_block    (WeirGraph  *self,
                                               const char *id);
WEIR_API guint       weir_graph_get_n_links   (WeirGraph  *self);
WEIR_API WeirLink   *weir_graph_get_link      (WeirGraph  *self,
                                               guint       index);
/* (array length=n_links) (transfer none): links at the outputs and inputs of a block, in file order. */
WEIR_API WeirLink  **weir_graph_get_links_from (WeirGraph *self,
                                               WeirBlock  *block,
                                               guint      *n_links);
WEIR_API WeirLink  **weir_graph_get_links_to  (WeirGraph  *self,
                                               WeirBlock  *block,
                                               guint      *n_links);
/* The container that this is the body of; NULL for the root. */
WEIR_API WeirBlock  *weir_graph_get_container (WeirGraph  *self);
/* "block.port" of the designated result, or NULL (then C10 decides). */
WEIR_API const char *weir_graph_get_output    (WeirGraph  *self);
/* The block and port whose value is the graph's result by rule C10: designated, else the single sink, else the sink of
 * the last link; FALSE if there is none. */
WEIR_API gboolean    weir_graph_find_result   (WeirGraph  *self,
                                               WeirBlock **block,
                                               const char **port);

/* Cycles. A region is a cycle with everything in it; regions nest. The feedback links of a region lead to its head.
 * Worked out when first asked for after a change; depends on declaration order only. */
typedef struct
{
  int    parent;   /* index of the region around, -1 */
  guint  head;     /* index of the block where an iteration begins */
  guint  n_blocks;
} WeirRegion;

WEIR_API guint             weir_graph_get_n_regions (WeirGraph *self);
WEIR_API const WeirRegion *weir_graph_get_region    (WeirGraph *self,
                                                     guint      index);
/* The innermost region of a block, -1 for none. */
WEIR_API int               weir_graph_get_block_region (WeirGraph *self,
                                                     guint      block_index);

G_END_DECLS
