/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A swarm while it runs, for engine/run only. */

#include "weir-run-private.h"
#include "weir-swarm-state.h"

G_BEGIN_DECLS

typedef struct _WeirSwarmRun WeirSwarmRun;

/* weir-step-swarm.c */
/* An item is over. */
void       weir_swarm_run_item_over  (WeirSwarmRun *self, WeirScopeState *scope);
/* An item waits again, may be started again, or has another place. */
void       weir_swarm_run_item_moved (WeirSwarmRun *self, guint index);
/* There is more to do: items came, or no more will. */
void       weir_swarm_run_wake       (WeirSwarmRun *self);
int        weir_swarm_run_get_priority (WeirSwarmRun *self, guint index);
void       weir_swarm_run_skip_item  (WeirSwarmRun *self, guint index, const char *reason);
void       weir_step_emit_swarm      (WeirStepState *state, WeirRun *run, WeirEventKind kind, WeirBuilder *data);

/* weir-run-swarm.c */
/* The step that goes over items and has not ended. */
WeirStepState *weir_run_find_swarm   (WeirRun *run, guint32 scope, const char *block, GError **error);
/* There is more to do. A swarm that waits for items has what it waited for. */
void       weir_run_wake_swarm       (WeirRun *run, WeirStepState *state);

/* weir-swarm-queue.c: which item goes next */
typedef struct
{
  gint64 rank; /* the lower the sooner */
  guint  index;
} WeirItemEntry;

/* weir-run-scopes.c */
/* Opens the scope of an item, or takes up the one that is open. */
void       weir_run_open_item        (WeirRun *run, WeirSwarmRun *swarm, WeirStepState *container, guint index, WeirValue *item,
                                      int priority);
void       weir_run_take_up_item     (WeirRun *run, WeirSwarmRun *swarm, WeirScopeState *scope);

G_END_DECLS
