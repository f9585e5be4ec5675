/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The fold of a swarm, for engine/run only: which items there are, and how far each is. */

#include "weir-run-state-private.h"
#include "weir-run-swarm.h"

G_BEGIN_DECLS

/* A byte an item. */
#define WEIR_ITEM_STATUS 0x07
#define WEIR_ITEM_TOLD(slot) (0x08 << (slot)) /* slot 0 or 1: what is told once an item has been */
#define WEIR_ITEM_HELD 0x20                   /* queued, and not to be started */
#define WEIR_ITEM_STOPPED 0x40                /* failed because somebody stopped it */

/* Items that came together. */
typedef struct
{
  guint      first;
  guint      n;
  guint      brought; /* of those that the kind brings itself: how many it had brought before these */
  WeirValue *items;   /* NULL: the kind has them */
  gint64     at;      /* µs UTC */
} WeirItemBatch;

/* What is not as it is with most items. */
typedef struct
{
  int    priority; /* G_MININT: nobody set it */
  guint  retries;
  gint64 due_at;   /* queued again until then */
  gint64 due_mono; /* the executor's: the same by the clock that nobody sets; 0: not known */
} WeirItemExtra;

typedef struct _WeirSwarmState
{
  GByteArray *items;
  GArray     *batches; /* of WeirItemBatch */
  GHashTable *extras;  /* index → WeirItemExtra; NULL while there are none */
  GArray     *order;   /* of guint32: items that are over, in that order */
  guint       n_by[WEIR_ITEM_SKIPPED + 1];
  guint       n_stopped;
  guint       n_brought;
  gboolean    open; /* takes more items */
  gboolean    close_at_max;
  guint       max_items; /* 0: any number */
  guint       chunk;
  char       *item_type; /* NULL: any */
} WeirSwarmState;

void           weir_swarm_state_free         (WeirSwarmState *self);
/* (transfer full), NULL of NULL */
WeirSwarmState *weir_swarm_state_copy        (WeirSwarmState *self);
WeirItemStatus weir_swarm_state_get_status   (WeirSwarmState *self, guint index);
WeirItemBatch *weir_swarm_state_find_batch   (WeirSwarmState *self, guint index);
WeirItemExtra *weir_swarm_state_find_extra   (WeirSwarmState *self, guint index);
/* (transfer none), NULL where only the kind has it */
WeirValue     *weir_swarm_state_get_item     (WeirSwarmState *self, guint index);
gboolean       weir_swarm_state_equal        (WeirSwarmState *a, WeirSwarmState *b);

/* Events. */
void           weir_swarm_state_apply        (WeirRunState *run, WeirStepState *step, WeirEvent *event);
void           weir_swarm_state_told         (WeirStepState *step, WeirValue *data);
void           weir_swarm_state_opened       (WeirStepState *step, WeirScopeState *scope);
void           weir_swarm_state_closed       (WeirStepState *step, WeirScopeState *scope);
/* The step is tried anew: so is what failed. */
void           weir_swarm_state_try_again    (WeirStepState *step);

G_END_DECLS
