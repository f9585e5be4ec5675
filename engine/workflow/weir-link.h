/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "weir-error.h"

G_BEGIN_DECLS

typedef struct _WeirGraph WeirGraph;
typedef struct _WeirBlock WeirBlock;

/**
 * WeirLink:
 *
 * From an output port of a block to an input port of a block in the same graph. Changed only through its workflow.
 */
#define WEIR_TYPE_LINK (weir_link_get_type ())
WEIR_API G_DECLARE_FINAL_TYPE (WeirLink, weir_link, WEIR, LINK, GObject)

/* All (transfer none). */
WEIR_API WeirBlock  *weir_link_get_source      (WeirLink *self);
WEIR_API const char *weir_link_get_source_port (WeirLink *self);
WEIR_API WeirBlock  *weir_link_get_target      (WeirLink *self);
WEIR_API const char *weir_link_get_target_port (WeirLink *self);
/* The condition, an expression over `value`; NULL for none. */
WEIR_API const char *weir_link_get_when        (WeirLink *self);
/* Whether it closes a cycle (found by analysis, see weir-graph.h). */
WEIR_API gboolean    weir_link_is_feedback     (WeirLink *self);
/* Place among the links of its graph, for the engine and for drawing. */
WEIR_API guint       weir_link_get_index       (WeirLink *self);
/* "list.files -> move.items when: value.length > 0" (transfer full) */
WEIR_API char       *weir_link_to_string       (WeirLink *self);

G_END_DECLS
