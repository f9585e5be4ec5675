/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Lanes of waiting steps: which one a step belongs to, and where the lane stands. */

#include "weir-run-queue-private.h"

#include "weir-limits.h"

guint
weir_lane_hash (gconstpointer lane)
{
  const WeirLane *self = lane;

  if (self->block == NULL)
    return g_direct_hash (self);
  return g_direct_hash (self->run) ^ (g_direct_hash (self->block) * 31)
         ^ (self->key != NULL ? g_str_hash (self->key) : 0) ^ ((guint) self->priority << 20);
}

/* Each turn is a lane of its own. */
gboolean
weir_lane_equal (gconstpointer a, gconstpointer b)
{
  const WeirLane *one = a;
  const WeirLane *two = b;

  if (one->block == NULL || two->block == NULL)
    return one == two;
  return one->run == two->run && one->block == two->block && one->priority == two->priority
         && g_strcmp0 (one->key, two->key) == 0;
}

gboolean
weir_lane_leads_through (WeirLane *lane, WeirGate *gate)
{
  for (guint i = 0; i < lane->n_gates; i++)
    if (lane->gates[i] == gate)
      return TRUE;
  return FALSE;
}

/* ── order ──────────────────────────────────────────────────────────────────────────────── */

int
weir_queue_entry_get_level (WeirRunQueue *self, WeirQueueEntry *entry)
{
  gint64 ageing = self->engine->limits->ageing_ms * 1000;
  gint64 waited = weir_clock_get_mono (self->engine->clock) - entry->since;
  gint64 risen = ageing > 0 ? waited / ageing : 0;

  return entry->lane->priority + (int) MIN (risen, 1000000) * WEIR_PRIORITY_HIGH;
}

void
weir_lane_update (WeirRunQueue *self, WeirLane *lane)
{
  WeirQueueEntry *head = g_queue_peek_head (&lane->entries);
  gint64 ageing = self->engine->limits->ageing_ms * 1000;
  gint64 waited = weir_clock_get_mono (self->engine->clock) - head->since;

  lane->level = weir_queue_entry_get_level (self, head);
  lane->order = head->order;
  lane->age_at = ageing > 0 ? head->since + (waited / ageing + 1) * ageing : G_MAXINT64;
  if (lane->in != NULL)
    weir_lane_heap_fix (lane->in, lane);
  weir_lane_heap_fix (&self->ageing, lane);
}

void
weir_lane_place (WeirRunQueue *self, WeirLane *lane, WeirLaneHeap *heap)
{
  if (lane->in == heap)
    return;
  if (lane->in != NULL)
    weir_lane_heap_remove (lane->in, lane);
  lane->in = heap;
  weir_lane_heap_push (heap, lane);
}

void
weir_lane_add (WeirRunQueue *self, WeirLane *lane, WeirQueueEntry *entry)
{
  GList *older = lane->entries.tail;

  while (older != NULL && ((WeirQueueEntry *) older->data)->order > entry->order)
    older = older->prev;
  entry->lane = lane;
  self->n_entries++;
  if (older == NULL)
    g_queue_push_head_link (&lane->entries, &entry->link);
  else
    g_queue_insert_after_link (&lane->entries, older, &entry->link);
  if (lane->entries.length == 1)
    {
      /* outside of the heap until now: its order is not known yet */
      lane->age_at = G_MAXINT64;
      g_hash_table_add (self->lanes, lane);
      weir_lane_heap_push (&self->ageing, lane);
    }
  if (older == NULL)
    weir_lane_update (self, lane);
}

static void
lane_free (WeirRunQueue *self, WeirLane *lane)
{
  g_hash_table_remove (self->lanes, lane);
  if (lane->in != NULL)
    weir_lane_heap_remove (lane->in, lane);
  weir_lane_heap_remove (&self->ageing, lane);
  for (guint i = 0; i < lane->n_gates; i++)
    lane->gates[i]->n_lanes--;
  g_free (lane->key);
  g_free (lane);
}

void
weir_queue_entry_remove (WeirRunQueue *self, WeirQueueEntry *entry)
{
  WeirLane *lane = entry->lane;

  if (lane == NULL)
    g_queue_unlink (&entry->run->held, &entry->link);
  else
    {
      gboolean head = lane->entries.head == &entry->link;

      self->n_entries--;
      g_queue_unlink (&lane->entries, &entry->link);
      if (lane->entries.length == 0)
        lane_free (self, lane);
      else if (head)
        weir_lane_update (self, lane);
    }
  if (entry->state != NULL)
    entry->state->entry = NULL;
  dex_clear (&entry->promise);
  g_free (entry);
}

/* ── which lane ─────────────────────────────────────────────────────────────────────────── */

static void
lead_through (WeirLane *lane, WeirGate *gate)
{
  lane->gates[lane->n_gates++] = gate;
  gate->n_lanes++;
}

/* The key of a step as text; NULL when its block has none. What does not evaluate fails when the step starts. */
static char *
find_key (WeirRun *run, WeirStepState *state, const WeirBlockLimits *limits)
{
  g_autoptr(WeirStep) step = NULL;
  g_autoptr(WeirExpression) expression = NULL;
  g_autoptr(WeirValue) scope = NULL;
  g_autoptr(WeirValue) value = NULL;

  if (limits == NULL || limits->key == NULL)
    return NULL;
  if (limits->key[0] == '=')
    expression = weir_expression_compile (limits->key + 1, NULL);
  else
    expression = weir_template_compile (limits->key, NULL);
  if (expression == NULL)
    return NULL;
  step = weir_step_new (run, state);
  scope = weir_step_build_scope (step, weir_expression_get_names (expression), NULL);
  value = weir_expression_evaluate (expression, scope, NULL);
  return value != NULL ? weir_value_to_display (value, 200) : g_strdup ("(none)");
}

static WeirGate *
ensure_pool (WeirRunQueue *self, const char *pool)
{
  g_autofree char *name = g_strconcat ("pool ", pool, NULL);
  WeirGate *gate = weir_run_queue_ensure_gate (self, name, name);
  WeirPoolLimit limit;

  weir_limits_get_pool (self->engine->limits, pool, &limit);
  weir_gate_set_slots (gate, limit.slots, limit.reserved);
  weir_gate_set_rate (gate, &limit.rate);
  return gate;
}

static WeirGate *
ensure_key (WeirRunQueue *self, WeirRun *run, WeirBlock *block, const WeirBlockLimits *limits, const char *key)
{
  g_autofree char *own = g_strdup_printf ("%s/%s", weir_workflow_get_id (run->workflow), weir_block_get_path (block));
  g_autofree char *name = g_strdup_printf ("key %s\n%s", limits->key_name != NULL ? limits->key_name : own, key);
  g_autofree char *shown = g_utf8_strlen (key, -1) > 60 ? g_utf8_substring (key, 0, 60) : g_strdup (key);
  g_autofree char *label = g_strdup_printf ("key %s of %s", shown,
                                            limits->key_name != NULL ? limits->key_name : weir_block_get_title (block));
  WeirGate *gate;

  gate = weir_run_queue_ensure_gate (self, name, label);
  weir_gate_set_slots (gate, limits->per_key, 0);
  return gate;
}

static WeirGate *
ensure_rate (WeirRunQueue *self, WeirRun *run, WeirBlock *block, const WeirBlockLimits *limits)
{
  g_autofree char *name = g_strdup_printf ("block %s/%s", weir_workflow_get_id (run->workflow),
                                           weir_block_get_path (block));
  WeirGate *gate = weir_run_queue_ensure_gate (self, name, weir_block_get_title (block));

  weir_gate_set_rate (gate, &limits->rate);
  return gate;
}

static WeirLane *
lane_new (WeirRunQueue *self, WeirLane *like, WeirStepState *state)
{
  WeirLane *lane = g_memdup2 (like, sizeof *like);
  WeirBlock *block = weir_step_state_get_block (state)->block;
  const WeirBlockLimits *limits = weir_block_get_limits (block);

  lane->key = g_strdup (like->key);
  lead_through (lane, lane->run->gate);
  if (limits != NULL && limits->pool != NULL)
    lead_through (lane, ensure_pool (self, limits->pool));
  if (lane->key != NULL)
    lead_through (lane, ensure_key (self, lane->run, block, limits, lane->key));
  if (limits != NULL && limits->rate.count > 0)
    lead_through (lane, ensure_rate (self, lane->run, block, limits));
  return lane;
}

static void
join_lane (WeirRunQueue *self, WeirQueueEntry *entry)
{
  WeirBlock *block = weir_step_state_get_block (entry->state)->block;
  g_autofree char *key = find_key (entry->run, entry->state, weir_block_get_limits (block));
  WeirLane like = { .run = entry->run, .block = weir_step_state_get_block (entry->state), .key = key,
                    .priority = weir_run_state_get_priority (entry->run->state, entry->state) };
  WeirLane *lane = g_hash_table_lookup (self->lanes, &like);

  if (lane == NULL)
    {
      lane = lane_new (self, &like, entry->state);
      weir_lane_add (self, lane, entry);
      weir_lane_place (self, lane, &self->free);
    }
  else
    weir_lane_add (self, lane, entry);
}

/* ── steps ──────────────────────────────────────────────────────────────────────────────── */

void
weir_run_queue_add (WeirRunQueue *self, WeirRun *run, WeirStepState *state)
{
  WeirQueueEntry *entry = state->entry;

  if (entry != NULL && (entry->lane != NULL || !weir_scope_is_taken_up (state->scope)))
    return;
  if (entry == NULL)
    {
      entry = g_new0 (WeirQueueEntry, 1);
      entry->link.data = entry;
      entry->run = run;
      entry->state = state;
      entry->since = weir_clock_get_mono (self->engine->clock);
      entry->order = ++self->order;
      state->entry = entry;
      if (!weir_scope_is_taken_up (state->scope))
        {
          g_queue_push_tail_link (&run->held, &entry->link);
          return;
        }
    }
  else
    g_queue_unlink (&run->held, &entry->link);
  join_lane (self, entry);
}

void
weir_run_queue_drop (WeirStepState *state)
{
  WeirQueueEntry *entry = state->entry;

  if (entry != NULL)
    weir_queue_entry_remove (entry->run->engine->queue, entry);
}

/* A step that runs has a lane of its own while it waits for its turn. */
static void
move_turn (WeirRunQueue *self, WeirQueueEntry *entry)
{
  WeirLane *lane = entry->lane;
  int priority = weir_run_state_get_priority (entry->run->state, entry->step->state);

  if (lane->priority == priority)
    return;
  lane->priority = priority;
  if (lane->in != NULL && lane->in != &self->free)
    weir_lane_place (self, lane, &lane->gates[0]->parked[priority >= WEIR_PRIORITY_HIGH]);
  weir_lane_update (self, lane);
}

static void
move_entry (WeirRunQueue *self, WeirQueueEntry *entry)
{
  WeirLane *lane = entry->lane;
  gboolean head;

  if (entry->step != NULL)
    {
      move_turn (self, entry);
      return;
    }
  if (lane->priority == weir_run_state_get_priority (entry->run->state, entry->state))
    return;
  head = lane->entries.head == &entry->link;
  self->n_entries--;
  g_queue_unlink (&lane->entries, &entry->link);
  if (lane->entries.length == 0)
    lane_free (self, lane);
  else if (head)
    weir_lane_update (self, lane);
  join_lane (self, entry);
}

/* (transfer container): what of a run waits in lanes */
static GPtrArray *
list_entries (WeirRunQueue *self, WeirRun *run, GPtrArray *gates)
{
  GPtrArray *entries = g_ptr_array_new ();
  GHashTableIter iter;
  WeirLane *lane;

  g_hash_table_iter_init (&iter, self->lanes);
  while (g_hash_table_iter_next (&iter, (gpointer *) &lane, NULL))
    if (lane->run == run)
      {
        for (GList *l = lane->entries.head; l != NULL; l = l->next)
          g_ptr_array_add (entries, l->data);
        if (gates != NULL)
          g_ptr_array_add (gates, lane->gates[0]);
      }
  return entries;
}

/* Whatever of the run waits: steps that have not begun, those whose next attempt is due, those that run and wait for their turn. */
void
weir_run_queue_move (WeirRunQueue *self, WeirRun *run)
{
  g_autoptr(GPtrArray) gates = g_ptr_array_new ();
  g_autoptr(GPtrArray) entries = list_entries (self, run, gates);

  for (guint i = 0; i < entries->len; i++)
    move_entry (self, g_ptr_array_index (entries, i));
  /* some may pass now: places that are kept for high priority */
  for (guint i = 0; i < gates->len; i++)
    weir_run_queue_gate_changed (self, g_ptr_array_index (gates, i));
}

/* Those that have not begun are suspended; those that waited for their next attempt come again when the part goes on. */
void
weir_run_queue_drop_paused (WeirRunQueue *self, WeirRun *run)
{
  g_autoptr(GPtrArray) entries = list_entries (self, run, NULL);

  for (guint i = 0; i < entries->len; i++)
    {
      WeirStepState *state = ((WeirQueueEntry *) g_ptr_array_index (entries, i))->state;

      if (state != NULL && weir_run_state_is_paused (run->state, state->scope, state->block_index))
        weir_run_queue_drop (state);
    }
}
