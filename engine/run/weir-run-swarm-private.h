/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A swarm while it runs, for engine/run only. */

#include "weir-run-private.h"
#include "weir-swarm-state.h"

G_BEGIN_DECLS

typedef struct _WeirSwarmRun WeirSwarmRun;

/* In a heap. */
typedef struct
{
  gint64 rank; /* the lower the sooner */
  guint  index;
} WeirItemEntry;

typedef struct
{
  guint32 scope;
  gint64 at; /* µs, on the engine's clock */
} WeirItemDeadline;

struct _WeirSwarmRun
{
  WeirStep *step; /* owns it */
  WeirRun *run;   /* the step's */
  WeirSwarmSetup setup;
  char *item_type;
  gulong cancelled_handler;
  GArray *heap;     /* of WeirItemEntry: items that wait and are not in the line from `next` on */
  guint seen;       /* items before it were looked at: rated, or told of again */
  guint next;       /* from here on all wait in line, those of another priority left out */
  gboolean look;    /* at each item in turn */
  GArray *ratings;  /* of gint8, NULL while all are 0 */
  GArray *delayed;  /* of guint: wait to be tried again */
  GQueue deadlines; /* of WeirItemDeadline, the soonest first */
  DexFuture *timer;
  guint n_running;
  guint n_calls; /* of the kind, under way */
  gboolean left; /* the step is over */
  gboolean draining;
  gboolean stopping; /* what ran was told to end */
  gboolean over;     /* the kind was told that it is stopped */
  gboolean missing;  /* the kind does not have the next item yet */
};

/* weir-swarm-queue.c */
int        weir_swarm_run_get_priority (WeirSwarmRun *self, guint index);
void       weir_swarm_queue_push     (WeirSwarmRun *self, guint index);
gboolean   weir_swarm_queue_take     (WeirSwarmRun *self, guint *index);
gboolean   weir_swarm_queue_may_start (WeirSwarmRun *self, guint index);
gboolean   weir_swarm_queue_is_delayed (WeirSwarmRun *self, guint index);
/* Until it is due again. */
void       weir_swarm_queue_delay    (WeirSwarmRun *self, guint index);
void       weir_swarm_queue_look_at_delayed (WeirSwarmRun *self);
/* An item waits again, may be started again, or has another place. */
void       weir_swarm_run_item_moved (WeirSwarmRun *self, guint index);

/* weir-swarm-items.c */
/* (transfer full), NULL: the kind does not have it (yet) */
WeirValue *weir_swarm_run_dup_item   (WeirSwarmRun *self, guint index);
/* What became of an item; @scope NULL where only that is kept. */
gboolean   weir_swarm_run_find_outcome (WeirSwarmRun *self, guint index, WeirScopeState **scope, WeirValue **result,
                                        WeirValue **error);
void       weir_swarm_run_tell_ended (WeirSwarmRun *self, guint index, WeirValue *item, WeirScopeState *scope,
                                      WeirValue *result, WeirValue *error, gboolean again);
void       weir_swarm_run_skip_item  (WeirSwarmRun *self, guint index, const char *reason);
/* Some of those that were not looked at yet; whether that were all. */
gboolean   weir_swarm_run_look_at_items (WeirSwarmRun *self);
void       weir_swarm_run_look_at_deadlines (WeirSwarmRun *self);
void       weir_swarm_run_limit_time (WeirSwarmRun *self, WeirScopeState *scope);

/* weir-swarm-run.c */
WeirSwarmState *weir_swarm_run_get_state (WeirSwarmRun *self);
void       weir_swarm_run_let_go     (WeirSwarmRun *self);
/* There is more to do: items came, or no more will. */
void       weir_swarm_run_wake       (WeirSwarmRun *self);
/* An item is over. */
void       weir_swarm_run_item_over  (WeirSwarmRun *self, WeirScopeState *scope);
void       weir_step_emit_swarm      (WeirStepState *state, WeirRun *run, WeirEventKind kind, WeirBuilder *data);

/* weir-swarm-look.c */
gboolean   weir_swarm_step_is_over   (WeirStepState *step);

/* weir-run-swarm.c */
/* The step that goes over items and has not ended. */
WeirStepState *weir_run_find_swarm   (WeirRun *run, guint32 scope, const char *block, GError **error);
/* There is more to do. A swarm that waits for items has what it waited for. */
void       weir_run_wake_swarm       (WeirRun *run, WeirStepState *state);

/* weir-run-scopes.c */
/* Opens the scope of an item, or takes up the one that is open. */
void       weir_run_open_item        (WeirRun *run, WeirSwarmRun *swarm, WeirStepState *container, guint index, WeirValue *item,
                                      int priority);
void       weir_run_take_up_item     (WeirRun *run, WeirSwarmRun *swarm, WeirScopeState *scope);

G_END_DECLS
