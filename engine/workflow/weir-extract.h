/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "weir-workflow.h"

G_BEGIN_DECLS

/* The kinds of the blocks that are put in, since the engine knows none by name: one that calls a workflow, with the settings `workflow`,
 * `inputs`, `interface` and `inherit`, and one that passes its setting `value` through. */
typedef struct
{
  const char *call; /* "flow.subworkflow" */
  const char *pass; /* "debug.noop" */
} WeirExtractKinds;

/* Makes a workflow named @name of blocks of one graph, and puts a block that calls it in their place, as one edit. @id: what the new
 * workflow will have in the store. @call (out): the block. (transfer full): the workflow, to be saved; NULL with @error and nothing
 * changed. */
WEIR_API WeirWorkflow *weir_workflow_extract (WeirWorkflow           *self,
                                              WeirBlock             **blocks,
                                              gsize                   n_blocks,
                                              const WeirExtractKinds *kinds,
                                              const char             *name,
                                              const char             *id,
                                              WeirBlock             **call,
                                              GError                **error);
/* The inverse: the blocks of @called in the place of the block that calls it, as one edit. (transfer container) (nullable) */
WEIR_API GPtrArray    *weir_workflow_unpack  (WeirWorkflow           *self,
                                              WeirBlock              *call,
                                              WeirWorkflow           *called,
                                              const WeirExtractKinds *kinds,
                                              GError                **error);

G_END_DECLS
