/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Private to engine: what a step may have to wait for before it goes on. */

#include <libdex.h>

#include "weir-rate.h"
#include "weir-run.h"
#include "weir-step.h"

G_BEGIN_DECLS

typedef struct _WeirGate WeirGate;
typedef struct _WeirLane WeirLane;
typedef struct _WeirRunQueue WeirRunQueue;

/* Lanes, the first to go on top. */
typedef struct
{
  GPtrArray *lanes;
  gboolean   by_age; /* by the moment at which they age, instead */
} WeirLaneHeap;

/* A priority from which on the reserved places of a pool may be taken. */
#define WEIR_PRIORITY_HIGH 50
#define WEIR_PRIORITY_MAX 100
#define WEIR_NO_LIMIT G_MAXUINT

/**
 * WeirGate:
 *
 * Places, of which so many may be taken at once, and a rate at which they may be taken; either may be without limit. Who may not
 * pass waits at the gate, by priority, then age.
 */
struct _WeirGate
{
  WeirRunQueue *queue;
  WeirRun      *run;        /* borrowed: nothing passes unless it goes on; NULL for most */
  char         *name;       /* unique: "pool gpu" */
  char         *label;      /* for people */
  guint         slots;      /* WEIR_NO_LIMIT: any number */
  guint         reserved;   /* of these, for high priority only */
  guint         n_used;
  gboolean      turns;      /* those who wait here run already */
  GPtrArray    *holders;    /* of WeirStep, borrowed */
  WeirRate      rate;
  gint64        credit;     /* tokens × rate.per in µs: whole numbers lose nothing */
  gint64        credit_at;  /* mono µs up to which it was given */
  DexFuture    *timer;      /* until there is a token */
  WeirLaneHeap  parked[2];  /* who waits: others, and those of high priority */
  guint         n_lanes;    /* lanes that lead through it */
  gboolean      listed;     /* in the queue's list of open gates */
};

WeirGate *weir_gate_new       (WeirRunQueue *queue,
                               const char   *name,
                               const char   *label);
void      weir_gate_free      (WeirGate     *self);
void      weir_gate_set_slots (WeirGate     *self,
                               guint         slots,
                               guint         reserved);
void      weir_gate_set_rate  (WeirGate     *self,
                               const WeirRate *rate);
gboolean  weir_gate_has_place (WeirGate     *self,
                               gboolean      high);
/* µs until a token is there; 0: now. */
gint64    weir_gate_get_delay (WeirGate     *self);
static inline gboolean
weir_gate_passes (WeirGate *self, gboolean high)
{
  return weir_gate_has_place (self, high) && (self->rate.count == 0 || weir_gate_get_delay (self) == 0);
}
/* Takes a place, which @step (nullable: nobody to name) gives back, and a token. */
void      weir_gate_enter     (WeirGate     *self,
                               WeirStep     *step);
void      weir_gate_leave     (WeirGate     *self,
                               WeirStep     *step);
/* Whether nothing would be lost by forgetting it. */
gboolean  weir_gate_is_idle   (WeirGate     *self);
/* Why nobody may pass: "waits for a place in pool gpu (1 of 1 in use by Resize)", as said to @asking. (transfer full) */
char     *weir_gate_explain   (WeirGate     *self,
                               WeirRun      *asking,
                               gboolean      high);

G_END_DECLS
