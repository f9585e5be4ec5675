/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The orderly end of an engine: logout, shutdown, an update of the package, SIGTERM. What is on disk is a checkpoint at any moment;
 * what remains is not to cut off what must not happen twice. */

#include "weir-engine-private.h"

/**
 * weir_engine_is_at_work:
 * @self: an engine
 *
 * Returns: whether a step is at work on what must not happen twice; the signal `at-work` says when that changes
 */
gboolean
weir_engine_is_at_work (WeirEngine *self)
{
  g_return_val_if_fail (WEIR_IS_ENGINE (self), FALSE);
  return self->n_once > 0;
}

/* The end of the last one is on disk. */
static DexFuture *
calm_cb (DexFuture *future, gpointer user_data)
{
  WeirEngine *self = user_data;
  g_autoptr(DexPromise) calm = self->n_once == 0 ? g_steal_pointer (&self->calm) : NULL;

  if (calm != NULL)
    dex_promise_resolve_boolean (calm, TRUE);
  return dex_future_new_true ();
}

void
weir_engine_count_once (WeirEngine *self, int change)
{
  gboolean before = self->n_once > 0;

  self->n_once = (guint) ((int) self->n_once + change);
  if (before == (self->n_once > 0))
    return;
  g_signal_emit_by_name (self, "at-work", self->n_once > 0);
  /* its end is journalled in this turn */
  if (self->n_once == 0 && self->calm != NULL && !self->closed)
    dex_future_disown (dex_future_finally (weir_engine_durable (self), calm_cb, g_object_ref (self), g_object_unref));
}

static DexFuture *
over_cb (DexFuture *future, gpointer user_data)
{
  return weir_engine_close (user_data);
}

/**
 * weir_engine_wind_down:
 * @self: an engine
 * @grace_ms: how long to wait for steps that are at work on what must not happen twice
 *
 * Starts nothing any more, waits for these steps, and closes. Runs stay as they are on disk, to be taken up at the next start; what was cut
 * off because the time was over is unknown then. Where no such step is at work it closes at once.
 *
 * Returns: (transfer full): a future that resolves to %TRUE when the engine is closed
 */
DexFuture *
weir_engine_wind_down (WeirEngine *self, gint64 grace_ms)
{
  g_return_val_if_fail (WEIR_IS_ENGINE (self), NULL);
  self->winding_down = TRUE;
  if (self->closed || self->n_once == 0)
    return weir_engine_close (self);
  if (self->calm == NULL)
    self->calm = dex_promise_new ();
  return dex_future_finally (dex_future_first (dex_ref (self->calm), weir_clock_sleep (self->clock, grace_ms), NULL), over_cb,
                             g_object_ref (self), g_object_unref);
}
