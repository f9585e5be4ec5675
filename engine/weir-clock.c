/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-clock.h"

struct _WeirClock
{
  int        ref_count;
  gboolean   fake;
  gint64     time;
  gint64     mono;
  GPtrArray *sleepers; /* of Sleeper, a fake clock's */
};

typedef struct
{
  gint64      due; /* mono */
  DexPromise *promise;
} Sleeper;

static void
sleeper_free (gpointer data)
{
  Sleeper *self = data;

  dex_unref (self->promise);
  g_free (self);
}

/**
 * weir_clock_get_real:
 *
 * Returns: (transfer none): the clock of the machine
 */
WeirClock *
weir_clock_get_real (void)
{
  static WeirClock real = { .ref_count = 1 };

  return &real;
}

/**
 * weir_clock_new_fake: (constructor)
 *
 * Returns: (transfer full): a clock that stands at 2026-01-01T00:00:00Z until it is turned
 */
WeirClock *
weir_clock_new_fake (void)
{
  WeirClock *self = g_new0 (WeirClock, 1);

  self->ref_count = 1;
  self->fake = TRUE;
  self->time = G_GINT64_CONSTANT (1767225600000000);
  self->mono = 1000000;
  self->sleepers = g_ptr_array_new_with_free_func (sleeper_free);
  return self;
}

/**
 * weir_clock_ref:
 * @self: a clock
 *
 * Returns: (transfer full): the clock
 */
WeirClock *
weir_clock_ref (WeirClock *self)
{
  if (self->fake)
    self->ref_count++;
  return self;
}

/**
 * weir_clock_unref:
 * @self: (transfer full): a clock
 */
void
weir_clock_unref (WeirClock *self)
{
  if (!self->fake || --self->ref_count > 0)
    return;
  g_ptr_array_unref (self->sleepers);
  g_free (self);
}

/**
 * weir_clock_get_time:
 * @self: a clock
 *
 * Returns: µs UTC
 */
gint64
weir_clock_get_time (WeirClock *self)
{
  return self->fake ? self->time : g_get_real_time ();
}

/**
 * weir_clock_get_mono:
 * @self: a clock
 *
 * Returns: µs that never go back
 */
gint64
weir_clock_get_mono (WeirClock *self)
{
  return self->fake ? self->mono : g_get_monotonic_time ();
}

/* A timeout of libdex rejects when its time is over. */
static DexFuture *
time_over_cb (DexFuture *future, gpointer user_data)
{
  return dex_future_new_true ();
}

/**
 * weir_clock_sleep:
 * @self: a clock
 * @ms: how long
 *
 * Returns: (transfer full): a future that resolves to %TRUE when the time is over
 */
DexFuture *
weir_clock_sleep (WeirClock *self, gint64 ms)
{
  Sleeper *sleeper;

  if (ms <= 0)
    return dex_future_new_true ();
  if (!self->fake)
    return dex_future_catch (dex_timeout_new_msec (MIN (ms, G_MAXINT)), time_over_cb, NULL, NULL);
  sleeper = g_new (Sleeper, 1);
  sleeper->due = self->mono + ms * 1000;
  sleeper->promise = dex_promise_new ();
  g_ptr_array_add (self->sleepers, sleeper);
  return DEX_FUTURE (dex_ref (sleeper->promise));
}

/**
 * weir_clock_set_time:
 * @self: a fake clock
 * @time: µs UTC
 *
 * Sets it, as people and time servers do: the time jumps, nothing goes by.
 */
void
weir_clock_set_time (WeirClock *self, gint64 time)
{
  g_return_if_fail (self->fake);
  self->time = time;
}

static int
find_due (WeirClock *self, gint64 until)
{
  int best = -1;

  for (guint i = 0; i < self->sleepers->len; i++)
    {
      Sleeper *sleeper = g_ptr_array_index (self->sleepers, i);

      if (sleeper->due <= until
          && (best < 0 || sleeper->due < ((Sleeper *) g_ptr_array_index (self->sleepers, best))->due))
        best = i;
    }
  return best;
}

/**
 * weir_clock_advance:
 * @self: a fake clock
 * @ms: how long goes by
 *
 * Wakes what is due, in order; what that sets going runs between, so that what it sleeps for may fall due as well.
 */
void
weir_clock_advance (WeirClock *self, gint64 ms)
{
  gint64 until = self->mono + ms * 1000;
  int index;

  g_return_if_fail (self->fake);
  while ((index = find_due (self, until)) >= 0)
    {
      Sleeper *sleeper = g_ptr_array_steal_index (self->sleepers, index);

      if (sleeper->due > self->mono)
        {
          self->time += sleeper->due - self->mono;
          self->mono = sleeper->due;
        }
      dex_promise_resolve_boolean (sleeper->promise, TRUE);
      sleeper_free (sleeper);
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
  self->time += until - self->mono;
  self->mono = until;
}
