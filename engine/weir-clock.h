/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libdex.h>

#include "weir-error.h"

G_BEGIN_DECLS

/**
 * WeirClock:
 *
 * Time as the engine sees it: the real one, or one that a test turns by hand. Main thread.
 */
typedef struct _WeirClock WeirClock;

/* The real clock is a shared constant; a fake one starts at 2026-01-01T00:00:00Z. */
WeirClock *weir_clock_get_real   (void);
WeirClock *weir_clock_new_fake   (void);
WeirClock *weir_clock_ref        (WeirClock *self);
void       weir_clock_unref      (WeirClock *self);
/* µs UTC, and µs that never go back */
gint64     weir_clock_get_time   (WeirClock *self);
gint64     weir_clock_get_mono   (WeirClock *self);
/* Resolves to TRUE after @ms; dropping the future ends the wait. */
DexFuture *weir_clock_sleep      (WeirClock *self,
                                  gint64     ms);
/* Rings once at a moment of wall time, also after a suspend or when the clock was set. (transfer full) */
typedef struct _WeirAlarm WeirAlarm;
typedef void (*WeirAlarmFunc) (gpointer user_data);
WeirAlarm *weir_alarm_new        (WeirClock     *clock,
                                  gint64         due,
                                  WeirAlarmFunc  func,
                                  gpointer       user_data);
void       weir_alarm_free       (WeirAlarm *self);
/* Fake only: lets @ms go by, waking what is due in order. */
void       weir_clock_advance    (WeirClock *self,
                                  gint64     ms);
/* Fake only: the time jumps, as when somebody sets the clock. */
void       weir_clock_set_time   (WeirClock *self,
                                  gint64     time);

G_END_DECLS
