/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Private to engine: the steps of all runs that wait for a place, and which of them goes next. */

#include "weir-gate.h"
#include "weir-run-private.h"

G_BEGIN_DECLS

typedef struct _WeirQueueEntry WeirQueueEntry;

/**
 * WeirRunQueue:
 *
 * Steps in lanes: those of one lane are alike in all that may hold them up (run, block, key, priority), so only the head of a lane is
 * ever looked at. A lane that is held up waits at the gate that refused it, so that what cannot start costs nothing; a hundred thousand
 * waiting steps are a few lanes.
 *
 * Order is by level, then age. The level of a step is its priority, and WEIR_PRIORITY_HIGH more for each time of ageing that it
 * waited.
 */
struct _WeirRunQueue
{
  WeirEngine  *engine;  /* owns it */
  GHashTable  *gates;   /* name → WeirGate */
  GHashTable  *lanes;   /* as a set */
  WeirLaneHeap free;    /* lanes that nothing is known to hold up */
  WeirLaneHeap ageing;  /* all lanes, unless there is no ageing */
  GPtrArray   *open;    /* of WeirGate with lanes that may pass now, or might */
  guint64      order;
  guint        n_entries;
  guint        n_working; /* steps that hold a worker */
};

struct _WeirQueueEntry
{
  GList          link;  /* in the lane, or in run->held */
  WeirLane      *lane;  /* NULL: held */
  WeirRun       *run;   /* borrowed */
  WeirStepState *state; /* that is to start, */
  WeirStep      *step;  /* or that runs and waits for its turn at a gate */
  DexPromise    *promise;
  WeirQueueEntry *next; /* turn of the same step */
  gint64         since; /* mono µs */
  guint64        order;
};

struct _WeirLane
{
  WeirRun       *run;
  WeirPlanBlock *block;    /* NULL: of a turn */
  char          *key;
  int            priority;
  GQueue         entries;  /* of WeirQueueEntry, oldest first */
  WeirGate      *gates[4]; /* that all must let it pass */
  guint          n_gates;
  int            level;    /* of the head */
  gint64         age_at;   /* when the level rises */
  guint64        order;    /* of the head */
  WeirLaneHeap  *in;
  guint          place;
  guint          age_place;
};

WeirRunQueue *weir_run_queue_new          (WeirEngine    *engine);
void          weir_run_queue_free         (WeirRunQueue  *self);
/* Forgets all who wait; the engine closes. */
void          weir_run_queue_clear        (WeirRunQueue  *self);
/* Steps of a run that are to start. What is queued already, or again, is left as it is. */
void          weir_run_queue_add          (WeirRunQueue  *self,
                                           WeirRun       *run,
                                           WeirStepState *state);
/* The step waits no more, or not here. Safe for any. */
void          weir_run_queue_drop         (WeirStepState *state);
/* Priorities in it have changed. */
void          weir_run_queue_move         (WeirRunQueue  *self,
                                           WeirRun       *run);
/* What is in a paused part of a run waits no more. */
void          weir_run_queue_drop_paused  (WeirRunQueue  *self,
                                           WeirRun       *run);
/* Starts what may start, until @until (monotonic µs); whether more could. */
gboolean      weir_run_queue_start        (WeirRunQueue  *self,
                                           gint64         until);
/* By its name; made open and without limits when there is none. */
WeirGate     *weir_run_queue_ensure_gate  (WeirRunQueue  *self,
                                           const char    *name,
                                           const char    *label);
void          weir_run_queue_gate_changed (WeirRunQueue  *self,
                                           WeirGate      *gate);
/* How ageing goes has changed. */
void          weir_run_queue_refresh      (WeirRunQueue  *self);
/* Resolves to TRUE when a step that gave its place back has one again. */
DexFuture    *weir_run_queue_resume       (WeirRunQueue  *self,
                                           WeirStep      *step);
/* Resolves to TRUE when @step has entered @gate, which it leaves when it ends. */
DexFuture    *weir_run_queue_wait_turn    (WeirRunQueue  *self,
                                           WeirGate      *gate,
                                           WeirStep      *step);
void          weir_run_queue_drop_turns   (WeirStep      *step);
/* Why it does not start. (transfer full) */
char         *weir_run_queue_explain      (WeirRunQueue  *self,
                                           WeirQueueEntry *entry);

/* weir-lane-heap.c */
void          weir_lane_heap_push         (WeirLaneHeap  *self,
                                           WeirLane      *lane);
void          weir_lane_heap_remove       (WeirLaneHeap  *self,
                                           WeirLane      *lane);
void          weir_lane_heap_fix          (WeirLaneHeap  *self,
                                           WeirLane      *lane);
static inline WeirLane *
weir_lane_heap_peek (WeirLaneHeap *self)
{
  return self->lanes->len > 0 ? g_ptr_array_index (self->lanes, 0) : NULL;
}
/* Whether @a goes before @b. */
static inline gboolean
weir_lane_is_before (WeirLane *a, WeirLane *b)
{
  return a->level != b->level ? a->level > b->level : a->order < b->order;
}

G_END_DECLS
