/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is kept for undo, and what can be said about it before a run. */

#include "weir-engine-private.h"

#define DEFAULT_LIMIT (G_GINT64_CONSTANT (1) << 30)

/**
 * weir_engine_set_undo_limit:
 * @self: an engine
 * @bytes: the most that is kept of what one effect replaces or removes; 0: the default, 1 GiB
 *
 * What is larger is changed all the same, and cannot be undone; the log says so.
 */
void
weir_engine_set_undo_limit (WeirEngine *self, gint64 bytes)
{
  g_return_if_fail (WEIR_IS_ENGINE (self));

  self->undo_limit = MAX (bytes, 0);
}

/**
 * weir_engine_get_undo_limit:
 * @self: an engine
 *
 * Returns: bytes that are kept of what one effect replaces or removes
 */
gint64
weir_engine_get_undo_limit (WeirEngine *self)
{
  g_return_val_if_fail (WEIR_IS_ENGINE (self), DEFAULT_LIMIT);

  return self->undo_limit > 0 ? self->undo_limit : DEFAULT_LIMIT;
}
