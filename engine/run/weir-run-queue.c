/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which of all waiting steps goes next. Lanes are made in weir-run-lanes.c; turns of steps that run already are in weir-run-turns.c. */

#include "weir-run-queue-private.h"

#include "weir-limits.h"

WeirRunQueue *
weir_run_queue_new (WeirEngine *engine)
{
  WeirRunQueue *self = g_new0 (WeirRunQueue, 1);

  self->engine = engine;
  self->gates = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) weir_gate_free);
  self->lanes = g_hash_table_new (weir_lane_hash, weir_lane_equal);
  self->free.lanes = g_ptr_array_new ();
  self->ageing.lanes = g_ptr_array_new ();
  self->ageing.by_age = TRUE;
  self->open = g_ptr_array_new ();
  return self;
}

void
weir_run_queue_clear (WeirRunQueue *self)
{
  while (self->ageing.lanes->len > 0)
    {
      WeirLane *lane = g_ptr_array_index (self->ageing.lanes, self->ageing.lanes->len - 1);
      WeirQueueEntry *entry = g_queue_peek_tail (&lane->entries);

      if (entry->step != NULL)
        weir_run_queue_drop_turns (entry->step);
      else
        weir_queue_entry_remove (self, entry);
    }
}

void
weir_run_queue_free (WeirRunQueue *self)
{
  weir_run_queue_clear (self);
  /* the gate of a run lives as long as that */
  for (guint i = 0; i < self->open->len; i++)
    ((WeirGate *) g_ptr_array_index (self->open, i))->listed = FALSE;
  g_hash_table_unref (self->lanes);
  g_hash_table_unref (self->gates);
  g_ptr_array_unref (self->free.lanes);
  g_ptr_array_unref (self->ageing.lanes);
  g_ptr_array_unref (self->open);
  g_free (self);
}

/* ── gates ──────────────────────────────────────────────────────────────────────────────── */

static gboolean
is_idle_cb (gpointer key, gpointer value, gpointer user_data)
{
  return weir_gate_is_idle (value);
}

WeirGate *
weir_run_queue_ensure_gate (WeirRunQueue *self, const char *name, const char *label)
{
  WeirGate *gate = g_hash_table_lookup (self->gates, name);
  guint n = g_hash_table_size (self->gates);

  if (gate != NULL)
    return gate;
  /* keys come and go: now and then those that nothing would be lost with are let go */
  if (n >= 256 && (n & (n - 1)) == 0)
    g_hash_table_foreach_remove (self->gates, is_idle_cb, NULL);
  gate = weir_gate_new (self, name, label);
  g_hash_table_insert (self->gates, gate->name, gate);
  return gate;
}

static DexFuture *
rate_due_cb (DexFuture *future, gpointer user_data)
{
  WeirGate *gate = user_data;

  dex_clear (&gate->timer);
  weir_run_queue_gate_changed (gate->queue, gate);
  return dex_future_new_true ();
}

static gboolean
has_parked (WeirGate *gate)
{
  return gate->parked[0].lanes->len > 0 || gate->parked[1].lanes->len > 0;
}

/* Somebody waits for nothing but time. */
void
weir_gate_arm (WeirGate *gate)
{
  gint64 delay;

  if (gate->timer != NULL || gate->rate.count == 0 || !has_parked (gate))
    return;
  delay = weir_gate_get_delay (gate);
  if (delay > 0)
    gate->timer = dex_future_then (weir_clock_sleep (gate->queue->engine->clock, (delay + 999) / 1000), rate_due_cb,
                                   gate, NULL);
}

static gboolean
may_open (WeirGate *gate)
{
  for (guint high = 0; high < 2; high++)
    if (gate->parked[high].lanes->len > 0 && weir_gate_passes (gate, high))
      return TRUE;
  return FALSE;
}

void
weir_run_queue_gate_changed (WeirRunQueue *self, WeirGate *gate)
{
  if (!has_parked (gate))
    return;
  if (gate->turns)
    weir_gate_serve_turns (gate);
  else if (may_open (gate))
    {
      if (!gate->listed)
        g_ptr_array_add (self->open, gate);
      gate->listed = TRUE;
      weir_engine_wake (self->engine, NULL);
    }
  weir_gate_arm (gate);
}

/* ── the next one ───────────────────────────────────────────────────────────────────────── */

void
weir_run_queue_refresh (WeirRunQueue *self)
{
  GHashTableIter iter;
  WeirLane *lane;

  g_hash_table_iter_init (&iter, self->lanes);
  while (g_hash_table_iter_next (&iter, (gpointer *) &lane, NULL))
    weir_lane_update (self, lane);
  weir_engine_wake (self->engine, NULL);
}

static void
let_age (WeirRunQueue *self)
{
  gint64 now = weir_clock_get_mono (self->engine->clock);
  WeirLane *lane;

  while ((lane = weir_lane_heap_peek (&self->ageing)) != NULL && lane->age_at <= now)
    weir_lane_update (self, lane);
}

static WeirLane *
find_best (WeirRunQueue *self)
{
  WeirLane *best = weir_lane_heap_peek (&self->free);

  for (guint i = self->open->len; i-- > 0;)
    {
      WeirGate *gate = g_ptr_array_index (self->open, i);
      gboolean open = FALSE;

      for (guint high = 0; high < 2; high++)
        {
          WeirLane *lane = weir_lane_heap_peek (&gate->parked[high]);

          if (lane == NULL || !weir_gate_passes (gate, high))
            continue;
          open = TRUE;
          if (best == NULL || weir_lane_is_before (lane, best))
            best = lane;
        }
      if (open)
        continue;
      gate->listed = FALSE;
      g_ptr_array_remove_index_fast (self->open, i);
      weir_gate_arm (gate);
    }
  return best;
}

WeirGate *
weir_lane_find_refusal (WeirLane *lane)
{
  for (guint i = 0; i < lane->n_gates; i++)
    if (!weir_gate_passes (lane->gates[i], lane->priority >= WEIR_PRIORITY_HIGH))
      return lane->gates[i];
  return NULL;
}

/* A step that gave its place back goes on. */
static void
resume_head (WeirRunQueue *self, WeirLane *lane)
{
  WeirQueueEntry *entry = g_queue_peek_head (&lane->entries);
  g_autoptr(WeirStep) step = weir_step_ref (entry->step);
  g_autoptr(DexPromise) promise = weir_queue_entry_take (self, entry);

  step->slot = TRUE;
  self->n_working++;
  weir_step_enter_gate (step, step->run->gate);
  weir_step_take_place_again (step);
  dex_promise_resolve_boolean (promise, TRUE);
}

static void
start_head (WeirRunQueue *self, WeirLane *lane)
{
  WeirQueueEntry *entry = ((WeirQueueEntry *) g_queue_peek_head (&lane->entries));
  g_autoptr(WeirRun) run = g_object_ref (entry->run);
  WeirStepState *state = entry->state;
  WeirStep *step;

  if (state->scope->failing)
    {
      weir_queue_entry_remove (self, entry);
      return;
    }
  step = weir_step_new (run, state);
  step->slot = TRUE;
  self->n_working++;
  for (guint i = 0; i < lane->n_gates; i++)
    weir_step_enter_gate (step, lane->gates[i]);
  weir_lane_place (self, lane, &self->free);
  weir_queue_entry_remove (self, entry);
  weir_run_begin_step (run, step);
  weir_step_unref (step);
  weir_run_close_rested (run);
  weir_run_check_end (run);
}

gboolean
weir_run_queue_start (WeirRunQueue *self, gint64 until)
{
  WeirLane *lane;
  guint n = 0;

  if (self->n_entries == 0)
    return FALSE;
  let_age (self);
  while (self->n_working < self->engine->limits->workers && weir_engine_has_memory (self->engine)
         && (lane = find_best (self)) != NULL)
    {
      WeirGate *gate = weir_lane_find_refusal (lane);

      if ((++n & 15) == 0 && g_get_monotonic_time () > until)
        return TRUE;
      if (gate == NULL && lane->block != NULL)
        start_head (self, lane);
      else if (gate == NULL)
        resume_head (self, lane);
      if (gate == NULL)
        continue;
      weir_lane_place (self, lane, &gate->parked[lane->priority >= WEIR_PRIORITY_HIGH]);
      weir_gate_arm (gate);
    }
  return FALSE;
}

/* ── why ────────────────────────────────────────────────────────────────────────────────── */

/* How many go before @entry, of those that wait at the same gate or, if none holds it up, of all. */
static guint
count_before (WeirRunQueue *self, WeirQueueEntry *entry, WeirGate *gate)
{
  GHashTableIter iter;
  WeirLane *lane;
  guint n = 0;
  int level = weir_queue_entry_get_level (self, entry);

  g_hash_table_iter_init (&iter, self->lanes);
  while (g_hash_table_iter_next (&iter, (gpointer *) &lane, NULL))
    {
      if (gate != NULL && !weir_lane_leads_through (lane, gate))
        continue;
      for (GList *l = lane->entries.head; l != NULL; l = l->next)
        {
          WeirQueueEntry *other = l->data;
          int theirs = weir_queue_entry_get_level (self, other);

          /* those behind are younger */
          if (theirs < level || (theirs == level && other->order >= entry->order))
            break;
          n++;
        }
    }
  return n;
}

static char *
explain_rest (WeirRunQueue *self, WeirQueueEntry *entry)
{
  WeirLimits *limits = self->engine->limits;

  if (entry->step != NULL && entry->lane->gates[0] != entry->run->gate)
    return g_strdup ("goes on next");
  if (!weir_engine_has_memory (self->engine))
    return weir_engine_explain_memory (self->engine);
  if (self->n_working >= limits->workers)
    return g_strdup_printf ("waits for one of %u workers (%u in use)", limits->workers, self->n_working);
  return g_strdup ("starts next");
}

char *
weir_run_queue_explain (WeirRunQueue *self, WeirQueueEntry *entry)
{
  WeirGate *gate = weir_lane_find_refusal (entry->lane);
  gboolean high = entry->lane->priority >= WEIR_PRIORITY_HIGH;
  g_autofree char *reason = gate != NULL ? weir_gate_explain (gate, entry->run, high) : explain_rest (self, entry);
  guint before = count_before (self, entry, gate);
  GString *text = g_string_new (reason);

  if (entry->lane->priority != 0)
    g_string_append_printf (text, ", priority %d", entry->lane->priority);
  if (before > 0)
    g_string_append_printf (text, ", %u before it", before);
  return g_string_free_and_steal (text);
}
