/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A binary heap whose members know their places, so that any of them can be moved or taken out. */

#include "weir-run-queue.h"

static guint *
place_of (WeirLaneHeap *self, WeirLane *lane)
{
  return self->by_age ? &lane->age_place : &lane->place;
}

static gboolean
is_before (WeirLaneHeap *self, WeirLane *a, WeirLane *b)
{
  return self->by_age ? a->age_at < b->age_at : weir_lane_is_before (a, b);
}

static void
put (WeirLaneHeap *self, guint place, WeirLane *lane)
{
  self->lanes->pdata[place] = lane;
  *place_of (self, lane) = place;
}

static gboolean
move_up (WeirLaneHeap *self, WeirLane *lane)
{
  guint place = *place_of (self, lane);
  guint from = place;

  while (place > 0)
    {
      WeirLane *parent = g_ptr_array_index (self->lanes, (place - 1) / 2);

      if (!is_before (self, lane, parent))
        break;
      put (self, place, parent);
      place = (place - 1) / 2;
    }
  put (self, place, lane);
  return place != from;
}

static void
move_down (WeirLaneHeap *self, WeirLane *lane)
{
  guint place = *place_of (self, lane);

  for (guint child = place * 2 + 1; child < self->lanes->len; child = place * 2 + 1)
    {
      WeirLane *first = g_ptr_array_index (self->lanes, child);

      if (child + 1 < self->lanes->len && is_before (self, g_ptr_array_index (self->lanes, child + 1), first))
        first = g_ptr_array_index (self->lanes, child + 1);
      if (!is_before (self, first, lane))
        break;
      child = *place_of (self, first);
      put (self, place, first);
      place = child;
    }
  put (self, place, lane);
}

void
weir_lane_heap_push (WeirLaneHeap *self, WeirLane *lane)
{
  g_ptr_array_add (self->lanes, lane);
  *place_of (self, lane) = self->lanes->len - 1;
  move_up (self, lane);
}

void
weir_lane_heap_fix (WeirLaneHeap *self, WeirLane *lane)
{
  if (!move_up (self, lane))
    move_down (self, lane);
}

void
weir_lane_heap_remove (WeirLaneHeap *self, WeirLane *lane)
{
  guint place = *place_of (self, lane);
  WeirLane *last = g_ptr_array_steal_index (self->lanes, self->lanes->len - 1);

  if (last == lane)
    return;
  put (self, place, last);
  weir_lane_heap_fix (self, last);
}
