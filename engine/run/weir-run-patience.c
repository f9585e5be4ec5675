/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Says when the patience of blocks is over. */

#include "weir-run-private.h"

static void
rang_cb (gpointer user_data)
{
  WeirRun *run = user_data;

  run->patience = NULL;
  run->patience_due = 0;
  if (run->engine != NULL && !run->suspended)
    weir_engine_wake (run->engine, run);
}

/* What is over now; the alarm is set for what will be next. A paused run hears of it when it goes on. */
void
weir_run_watch_patience (WeirRun *run)
{
  WeirScopeState *scope;
  guint block;
  gint64 next;

  if (run->state->impatient == NULL || run->state->impatient->len == 0 || !weir_run_may_start (run))
    return;
  while ((next = weir_run_state_find_impatient (run->state, weir_clock_get_time (run->engine->clock), &scope, &block))
         < 0)
    {
      weir_run_emit_part (run, WEIR_EVENT_PART_EXPIRED, scope->pub.id, scope->shared->plan->blocks[block].id, NULL);
      weir_engine_wake (run->engine, run);
    }
  if (next == run->patience_due)
    return;
  g_clear_pointer (&run->patience, weir_alarm_free);
  run->patience_due = next;
  if (next > 0)
    run->patience = weir_alarm_new (run->engine->clock, next, rang_cb, run);
}
