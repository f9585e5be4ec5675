/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Turns: what a step that runs already waits for, and what it holds until it ends. */

#include "weir-run-queue-private.h"

#include "weir-limits.h"

void
weir_step_enter_gate (WeirStep *step, WeirGate *gate)
{
  if (step->gates == NULL)
    step->gates = g_ptr_array_new ();
  g_ptr_array_add (step->gates, gate);
  weir_gate_enter (gate, step);
}

static void
leave_gate (WeirStep *step, guint index)
{
  WeirGate *gate = g_ptr_array_steal_index_fast (step->gates, index);

  weir_gate_leave (gate, step);
}

void
weir_step_leave_gate (WeirStep *step, WeirGate *gate)
{
  guint index;

  if (step->gates != NULL && step->run->engine != NULL && g_ptr_array_find (step->gates, gate, &index))
    leave_gate (step, index);
}

/* It no longer counts among the steps of its run that run at once; pools and keys it keeps. */
void
weir_step_leave_run_gate (WeirStep *step)
{
  weir_step_leave_gate (step, step->run->gate);
}

/* The step ends, however: all that it holds is free for others. A program may end after its engine. */
void
weir_step_leave_gates (WeirStep *step)
{
  /* not g_cancellable_disconnect (): this may come of the signal itself, on the one thread that there is */
  if (step->turns_handler != 0)
    g_signal_handler_disconnect (step->cancellable, step->turns_handler);
  step->turns_handler = 0;
  if (step->run->engine == NULL)
    {
      g_clear_pointer (&step->gates, g_ptr_array_unref);
      step->turns = NULL;
      return;
    }
  weir_run_queue_drop_turns (step);
  while (step->gates != NULL && step->gates->len > 0)
    leave_gate (step, step->gates->len - 1);
  g_clear_pointer (&step->gates, g_ptr_array_unref);
}

/* ── waiting ────────────────────────────────────────────────────────────────────────────── */

static WeirLane *
find_next (WeirGate *gate)
{
  WeirLane *best = NULL;

  for (guint high = 0; high < 2; high++)
    {
      WeirLane *lane = weir_lane_heap_peek (&gate->parked[high]);

      if (lane != NULL && weir_gate_passes (gate, high) && (best == NULL || weir_lane_is_before (lane, best)))
        best = lane;
    }
  return best;
}

static void
unlink_turn (WeirQueueEntry *entry)
{
  WeirQueueEntry **at = (WeirQueueEntry **) &entry->step->turns;

  while (*at != entry)
    at = &(*at)->next;
  *at = entry->next;
}

void
weir_gate_serve_turns (WeirGate *gate)
{
  WeirLane *lane;

  while ((lane = find_next (gate)) != NULL)
    {
      WeirQueueEntry *entry = g_queue_peek_head (&lane->entries);
      g_autoptr(WeirStep) step = weir_step_ref (entry->step);
      g_autoptr(DexPromise) promise = weir_queue_entry_take (gate->queue, entry);

      weir_step_enter_gate (step, gate);
      dex_promise_resolve_boolean (promise, TRUE);
    }
}

static void
drop_turn (WeirQueueEntry *entry)
{
  g_autoptr(DexPromise) promise = weir_queue_entry_take (entry->run->engine->queue, entry);

  dex_promise_reject (promise, g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "It was stopped while it waited"));
}

void
weir_run_queue_drop_turns (WeirStep *step)
{
  /* it may end of what it hears, and be gone */
  g_autoptr(WeirStep) keep = weir_step_ref (step);

  while (step->turns != NULL)
    drop_turn (step->turns);
}

static gboolean
reject_cb (gpointer promise)
{
  dex_promise_reject (promise, g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "It was stopped while it waited"));
  return G_SOURCE_REMOVE;
}

/* Who waits hears of it later: he may let go of other futures of the same cancellable, which must not be done while that tells of its end. */
static void
stopped_cb (GCancellable *cancellable, gpointer user_data)
{
  WeirStep *step = user_data;

  while (step->run->engine != NULL && step->turns != NULL)
    {
      g_autoptr(GSource) source = g_idle_source_new ();

      g_source_set_priority (source, G_PRIORITY_DEFAULT);
      g_source_set_callback (source, reject_cb, weir_queue_entry_take (step->run->engine->queue, step->turns),
                             dex_unref);
      g_source_attach (source, g_main_context_get_thread_default ());
    }
}

static WeirQueueEntry *
turn_new (WeirRunQueue *self, WeirStep *step, WeirGate *gate)
{
  WeirQueueEntry *entry = g_new0 (WeirQueueEntry, 1);
  WeirLane *lane = g_new0 (WeirLane, 1);

  if (step->turns_handler == 0)
    step->turns_handler = g_signal_connect (weir_step_get_cancellable (step), "cancelled", G_CALLBACK (stopped_cb),
                                            step);
  lane->run = step->run;
  lane->priority = weir_run_state_get_priority (step->run->state, step->state);
  lane->gates[lane->n_gates++] = gate;
  gate->n_lanes++;
  entry->link.data = entry;
  entry->run = step->run;
  entry->step = step;
  entry->next = step->turns;
  entry->promise = dex_promise_new ();
  entry->since = weir_clock_get_mono (self->engine->clock);
  entry->order = ++self->order;
  step->turns = entry;
  weir_lane_add (self, lane, entry);
  return entry;
}

DexFuture *
weir_run_queue_wait_turn (WeirRunQueue *self, WeirGate *gate, WeirStep *step)
{
  gboolean high = weir_run_state_get_priority (step->run->state, step->state) >= WEIR_PRIORITY_HIGH;
  WeirQueueEntry *entry;

  gate->turns = TRUE;
  if (g_cancellable_is_cancelled (step->cancellable))
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_CANCELLED, "It was stopped");
  if (gate->parked[high].lanes->len == 0 && weir_gate_passes (gate, high))
    {
      weir_step_enter_gate (step, gate);
      return dex_future_new_true ();
    }
  entry = turn_new (self, step, gate);
  weir_lane_place (self, entry->lane, &gate->parked[high]);
  weir_gate_arm (gate);
  return DEX_FUTURE (dex_ref (entry->promise));
}

DexFuture *
weir_run_queue_resume (WeirRunQueue *self, WeirStep *step)
{
  WeirQueueEntry *entry;

  if (g_cancellable_is_cancelled (step->cancellable))
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_CANCELLED, "It was stopped");
  entry = turn_new (self, step, step->run->gate);
  weir_lane_place (self, entry->lane, &self->free);
  weir_engine_wake (self->engine, NULL);
  return DEX_FUTURE (dex_ref (entry->promise));
}

/* Takes @entry out of the queue, since the step goes on. */
DexPromise *
weir_queue_entry_take (WeirRunQueue *self, WeirQueueEntry *entry)
{
  DexPromise *promise = dex_ref (entry->promise);

  unlink_turn (entry);
  weir_queue_entry_remove (self, entry);
  return promise;
}
