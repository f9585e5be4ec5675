/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Alarms: waits until a moment of wall time. They outlast suspend and hear of a clock that was set, which timeouts do not: one timer
 * of the kernel on the real-time clock rings for the earliest of them. */

#include "weir-clock.h"

#include <errno.h>
#include <glib-unix.h>
#include <sys/timerfd.h>
#include <unistd.h>

struct _WeirAlarm
{
  gint64        due;
  WeirAlarmFunc func;
  gpointer      user_data;
  GSequenceIter *place;  /* real clock */
  DexFuture     *future; /* fake clock */
};

static struct
{
  int        fd;
  GSequence *alarms; /* of WeirAlarm, the earliest first */
} wall = { .fd = -1 };

static int
compare_alarms (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const WeirAlarm *x = a, *y = b;

  return x->due < y->due ? -1 : x->due > y->due;
}

static void
set_timer (void)
{
  GSequenceIter *first = g_sequence_get_begin_iter (wall.alarms);
  struct itimerspec spec = { 0 };

  if (!g_sequence_iter_is_end (first))
    {
      /* zero would disarm it */
      gint64 due = MAX (((WeirAlarm *) g_sequence_get (first))->due, 1);

      spec.it_value.tv_sec = due / G_USEC_PER_SEC;
      spec.it_value.tv_nsec = due % G_USEC_PER_SEC * 1000;
    }
  timerfd_settime (wall.fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &spec, NULL);
}

static void
ring (WeirAlarm *alarm)
{
  WeirAlarmFunc func = alarm->func;
  gpointer user_data = alarm->user_data;

  weir_alarm_free (alarm);
  func (user_data);
}

static gboolean
rang_cb (int fd, GIOCondition condition, gpointer user_data)
{
  gint64 now = g_get_real_time ();
  guint64 count;
  GSequenceIter *first;

  /* ECANCELED says that the clock was set: what is due is looked up by the new time */
  if (read (fd, &count, sizeof count) < 0 && errno == EAGAIN)
    return G_SOURCE_CONTINUE;
  while (!g_sequence_iter_is_end (first = g_sequence_get_begin_iter (wall.alarms))
         && ((WeirAlarm *) g_sequence_get (first))->due <= now)
    ring (g_sequence_get (first));
  set_timer ();
  return G_SOURCE_CONTINUE;
}

static void
prepare (void)
{
  if (wall.alarms != NULL)
    return;
  wall.alarms = g_sequence_new (NULL);
  wall.fd = timerfd_create (CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
  if (wall.fd < 0)
    g_error ("No timer to wait with: %s", g_strerror (errno));
  g_unix_fd_add (wall.fd, G_IO_IN, rang_cb, NULL);
}

static DexFuture *
fake_rang_cb (DexFuture *future, gpointer user_data)
{
  WeirAlarm *alarm = user_data;
  /* the callback runs within it */
  g_autoptr(DexFuture) keep = g_steal_pointer (&alarm->future);

  ring (alarm);
  return dex_future_new_true ();
}

/**
 * weir_alarm_new: (skip)
 * @clock: a clock
 * @due: when to ring, µs UTC; what lies in the past rings soon
 * @func: called once on the main thread; the alarm is gone by then
 * @user_data: for @func
 *
 * Returns: (transfer full): an alarm, to be freed before it rings if nobody wants it any more
 */
WeirAlarm *
weir_alarm_new (WeirClock *clock, gint64 due, WeirAlarmFunc func, gpointer user_data)
{
  WeirAlarm *self = g_new0 (WeirAlarm, 1);

  self->due = due;
  self->func = func;
  self->user_data = user_data;
  if (clock != weir_clock_get_real ())
    {
      gint64 left = MAX (due - weir_clock_get_time (clock), 1);

      self->future = dex_future_then (weir_clock_sleep (clock, (left + 999) / 1000), fake_rang_cb, self, NULL);
      return self;
    }
  prepare ();
  self->place = g_sequence_insert_sorted (wall.alarms, self, compare_alarms, NULL);
  if (g_sequence_iter_is_begin (self->place))
    set_timer ();
  return self;
}

/**
 * weir_alarm_free:
 * @self: (transfer full): an alarm that has not rung
 */
void
weir_alarm_free (WeirAlarm *self)
{
  if (self->place != NULL)
    g_sequence_remove (self->place);
  dex_clear (&self->future);
  g_free (self);
}
