/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The items of a swarm that wait: by priority, then age. Most stand in line; a heap holds those of another priority and those that wait
 * once more. */

#include "weir-gate.h"
#include "weir-run-swarm-private.h"

int
weir_swarm_run_get_priority (WeirSwarmRun *self, guint index)
{
  WeirItemExtra *extra = weir_swarm_state_find_extra (weir_swarm_run_get_state (self), index);

  if (extra != NULL && extra->priority != G_MININT)
    return extra->priority;
  return self->ratings != NULL && index < self->ratings->len ? g_array_index (self->ratings, gint8, index) : 0;
}

/* By level, then age; a level is worth as much as the time of ageing. */
static gint64
get_rank (WeirSwarmRun *self, guint index)
{
  gint64 priority = weir_swarm_run_get_priority (self, index);

  if (self->setup.ageing_ms <= 0)
    return -priority;
  return weir_swarm_state_find_batch (weir_swarm_run_get_state (self), index)->at
         - priority * self->setup.ageing_ms * 1000 / WEIR_PRIORITY_HIGH;
}

static gboolean
is_before (const WeirItemEntry *a, const WeirItemEntry *b)
{
  return a->rank != b->rank ? a->rank < b->rank : a->index < b->index;
}

void
weir_swarm_queue_push (WeirSwarmRun *self, guint index)
{
  WeirItemEntry entry = { .rank = get_rank (self, index), .index = index };
  WeirItemEntry *data;
  guint place = self->heap->len;

  g_array_append_val (self->heap, entry);
  data = (WeirItemEntry *) self->heap->data;
  for (; place > 0 && is_before (&entry, &data[(place - 1) / 2]); place = (place - 1) / 2)
    data[place] = data[(place - 1) / 2];
  data[place] = entry;
}

static void
heap_pop (WeirSwarmRun *self)
{
  WeirItemEntry *data = (WeirItemEntry *) self->heap->data;
  guint n = self->heap->len - 1, place = 0;
  WeirItemEntry last = data[n];

  for (guint child; (child = 2 * place + 1) < n; place = child)
    {
      if (child + 1 < n && is_before (&data[child + 1], &data[child]))
        child++;
      if (!is_before (&data[child], &last))
        break;
      data[place] = data[child];
    }
  data[place] = last;
  g_array_set_size (self->heap, n);
}

gboolean
weir_swarm_queue_may_start (WeirSwarmRun *self, guint index)
{
  WeirSwarmState *state = weir_swarm_run_get_state (self);

  return (state->items->data[index] & (WEIR_ITEM_STATUS | WEIR_ITEM_HELD)) == WEIR_ITEM_QUEUED;
}

gboolean
weir_swarm_queue_is_delayed (WeirSwarmRun *self, guint index)
{
  WeirItemExtra *extra = weir_swarm_state_find_extra (weir_swarm_run_get_state (self), index);

  WeirClock *clock = self->run->engine->clock;

  return extra != NULL && extra->due_at > weir_clock_get_time (clock)
         && (extra->due_mono == 0 || extra->due_mono > weir_clock_get_mono (clock));
}

void
weir_swarm_queue_delay (WeirSwarmRun *self, guint index)
{
  WeirItemExtra *extra = weir_swarm_state_find_extra (weir_swarm_run_get_state (self), index);
  WeirClock *clock = self->run->engine->clock;
  gint64 rest = MAX (extra->due_at - weir_clock_get_time (clock), 0);

  extra->due_mono = weir_clock_get_mono (clock) + rest;
  g_array_append_val (self->delayed, index);
  weir_run_wake_later (self->run, rest / 1000 + 1);
}

/* Entries of what does not wait any more, or not there, are dropped. */
static gboolean
heap_peek (WeirSwarmRun *self, WeirItemEntry *entry)
{
  while (self->heap->len > 0)
    {
      *entry = g_array_index (self->heap, WeirItemEntry, 0);
      if (weir_swarm_queue_may_start (self, entry->index) && entry->rank == get_rank (self, entry->index)
          && !weir_swarm_queue_is_delayed (self, entry->index))
        return TRUE;
      heap_pop (self);
    }
  return FALSE;
}

static gboolean
line_peek (WeirSwarmRun *self, WeirItemEntry *entry)
{
  for (; self->next < self->seen; self->next++)
    if (weir_swarm_queue_may_start (self, self->next) && weir_swarm_run_get_priority (self, self->next) == 0
        && !weir_swarm_queue_is_delayed (self, self->next))
      {
        *entry = (WeirItemEntry) { .rank = get_rank (self, self->next), .index = self->next };
        return TRUE;
      }
  return FALSE;
}

gboolean
weir_swarm_queue_take (WeirSwarmRun *self, guint *index)
{
  WeirItemEntry of_heap, of_line;
  gboolean heap = heap_peek (self, &of_heap);

  if (line_peek (self, &of_line) && !(heap && is_before (&of_heap, &of_line)))
    {
      *index = self->next++;
      return TRUE;
    }
  if (!heap)
    return FALSE;
  heap_pop (self);
  *index = of_heap.index;
  return TRUE;
}

void
weir_swarm_run_item_moved (WeirSwarmRun *self, guint index)
{
  /* the rest is in line, or is looked at before */
  if ((index < self->seen || !self->look) && weir_swarm_queue_may_start (self, index)
      && (index < self->next || weir_swarm_run_get_priority (self, index) != 0))
    weir_swarm_queue_push (self, index);
  weir_swarm_run_wake (self);
}

void
weir_swarm_queue_look_at_delayed (WeirSwarmRun *self)
{
  for (guint i = self->delayed->len; i-- > 0;)
    {
      guint index = g_array_index (self->delayed, guint, i);

      if (weir_swarm_queue_is_delayed (self, index))
        continue;
      g_array_remove_index_fast (self->delayed, i);
      if (weir_swarm_queue_may_start (self, index))
        weir_swarm_queue_push (self, index);
    }
}
