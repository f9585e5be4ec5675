/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "weir-value.h"

G_BEGIN_DECLS

/**
 * WeirRate:
 * @count: how many in @per_ms; 0: no limit
 * @per_ms: the time in which @count come back
 * @burst: how many may come at once after a time of rest
 *
 * A token bucket: it holds @burst tokens and gets @count of them every @per_ms.
 */
typedef struct
{
  guint  count;
  gint64 per_ms;
  guint  burst;
} WeirRate;

/* "10/s", "100 per 1m30s", or {count, per, burst}. FALSE with WEIR_ERROR_INVALID for all else. */
WEIR_API gboolean   weir_rate_from_value (WeirValue      *value,
                                          WeirRate       *rate,
                                          GError        **error);
/* "10 per 1s" (transfer full) */
/* A record {count, per, burst}; null where there is no limit. (transfer full) */
WEIR_API WeirValue *weir_rate_to_value   (const WeirRate *self);

/* Whether a pool, a key or a rate may have that name: 1 to 255 bytes without control characters. WEIR_ERROR_INVALID if not. */
WEIR_API gboolean   weir_limit_name_check (const char    *name,
                                           GError        **error);

/**
 * WeirBlockLimits:
 * @pool: name of the pool that the steps of a block take a place of; NULL: of none
 * @key: an expression; steps that it gives the same value for run @per_key at once. NULL: no key
 * @key_name: blocks that say the same name share their keys, over all workflows; NULL: the block has keys of its own
 * @per_key: at once for each key
 * @rate: of the block's starts, over all runs
 *
 * What the steps of a block wait for besides their inputs.
 */
typedef struct
{
  char    *pool;
  char    *key;
  char    *key_name;
  guint    per_key;
  WeirRate rate;
} WeirBlockLimits;

G_END_DECLS
