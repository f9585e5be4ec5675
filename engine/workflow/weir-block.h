/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "weir-link.h"
#include "weir-rate.h"
#include "weir-registry.h"
#include "weir-value.h"

G_BEGIN_DECLS

typedef enum
{
  WEIR_ON_ERROR_STOP,     /* the run fails */
  WEIR_ON_ERROR_CONTINUE, /* its links close, the run goes on */
} WeirOnError;

/**
 * WeirReliability:
 *
 * How a block meets failure and time; C11 of the run contract. Times in ms.
 */
typedef struct
{
  gint64      timeout_ms;   /* -1: the kind's default; 0: none */
  guint       attempts;     /* 1..100, in total */
  gint64      retry_first_ms;
  double      retry_factor;
  gint64      retry_cap_ms;
  double      retry_jitter; /* 0.1: plus or minus a tenth */
  char       *retry_on;     /* failure classes, comma separated, "*" for all; NULL: the transient ones */
  WeirOnError on_error;
} WeirReliability;

/**
 * WeirBlock:
 *
 * One use of a block kind in a workflow. Read here, changed only through its workflow. Emits `changed` after
 * any change to itself.
 */
#define WEIR_TYPE_BLOCK (weir_block_get_type ())
WEIR_API G_DECLARE_FINAL_TYPE (WeirBlock, weir_block, WEIR, BLOCK, GObject)

/* Unique within its graph, `[a-z][a-z0-9_]*`; the word of links and expressions. */
WEIR_API const char            *weir_block_get_id          (WeirBlock  *self);
/* Ids from the root down: "move/to". */
WEIR_API const char            *weir_block_get_path        (WeirBlock  *self);
WEIR_API const char            *weir_block_get_kind_id     (WeirBlock  *self);
/* NULL when this program does not know the kind: the block keeps all it has and cannot run. */
WEIR_API const WeirBlockKind   *weir_block_get_kind        (WeirBlock  *self);
/* What people call it: its label, else the title of its kind. */
WEIR_API const char            *weir_block_get_title       (WeirBlock  *self);
WEIR_API const char            *weir_block_get_label       (WeirBlock  *self);
WEIR_API const char            *weir_block_get_note        (WeirBlock  *self);
WEIR_API gboolean               weir_block_get_enabled     (WeirBlock  *self);
/* A record of raw values, expressions as text. (transfer none) */
WEIR_API WeirValue             *weir_block_get_config      (WeirBlock  *self);
WEIR_API const WeirReliability *weir_block_get_reliability (WeirBlock  *self);
/* The join of an input: the block's own, else the port's. @n is set for n-of-m. */
WEIR_API WeirJoin               weir_block_get_join        (WeirBlock  *self,
                                                            const char *port,
                                                            guint      *n);
/* How many runs of the body at once (containers); 0 when the block says nothing. */
WEIR_API guint                  weir_block_get_concurrency (WeirBlock  *self);
WEIR_API int                    weir_block_get_priority    (WeirBlock  *self);
/* For how long what it gives is kept, in ms; 0: it is not kept, WEIR_CACHE_AUTO: for ever where it depends on nothing else. */
#define WEIR_CACHE_AUTO (-1)
WEIR_API gint64                 weir_block_get_cache       (WeirBlock  *self);
/* Pool, key and rate; NULL when the block says nothing of them. */
WEIR_API const WeirBlockLimits *weir_block_get_limits      (WeirBlock  *self);
/* The graph inside a container; NULL for others. */
WEIR_API WeirGraph             *weir_block_get_body        (WeirBlock  *self);
WEIR_API WeirGraph             *weir_block_get_graph       (WeirBlock  *self);
/* Ports under the present configuration. Kept until the block changes. */
WEIR_API WeirPortList          *weir_block_get_ports       (WeirBlock  *self);
WEIR_API void                   weir_block_get_position    (WeirBlock  *self,
                                                            double     *x,
                                                            double     *y);
/* Whether the file, or somebody who moved it, said where it stands. */
WEIR_API gboolean               weir_block_has_position    (WeirBlock  *self);
/* Keeps its place when blocks are arranged. */
WEIR_API gboolean               weir_block_get_pinned      (WeirBlock  *self);
/* The one line under the title (transfer full), NULL for none. */
WEIR_API char                  *weir_block_summarize       (WeirBlock  *self);
/* Where it stands in the file that it was read from; 0 if none. */
WEIR_API guint                  weir_block_get_line        (WeirBlock  *self);
/* Place among the blocks of its graph. */
WEIR_API guint                  weir_block_get_index       (WeirBlock  *self);

G_END_DECLS
