/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Private to the engine: what a run knows beforehand, from another run, from a fixture, or from a person. */

#include "weir-run-state.h"

G_BEGIN_DECLS

typedef struct _WeirStep WeirStep;
typedef struct _WeirRerun WeirRerun;

typedef enum
{
  WEIR_RERUN_RUN,
  WEIR_RERUN_REUSE, /* what it gave then, if it gets what it got then */
  WEIR_RERUN_SKIP,
} WeirRerunDecision;

/**
 * WeirRerunSource:
 * @run: number of the run that is run again; 0: none
 * @state: its state; NULL without a run
 * @workflow: the version that it ran
 * @events: (of WeirEvent): its journal
 */
typedef struct
{
  gint64        run;
  WeirRunState *state;
  WeirWorkflow *workflow;
  GPtrArray    *events;
} WeirRerunSource;

/* @options: see weir_engine_rerun (). @fixtures: block path → record of outputs, or NULL. */
WeirRerun        *weir_rerun_new          (WeirWorkflow          *workflow,
                                           WeirValue             *options,
                                           const WeirRerunSource *source,
                                           GHashTable            *fixtures,
                                           GError               **error);
void              weir_rerun_free         (WeirRerun *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirRerun, weir_rerun_free)
/* By the number of the block among the workflow's. @reason (out): for people, static. */
WeirRerunDecision weir_rerun_decide       (WeirRerun *self, guint block, const char **reason);
/* Whether the step is settled by what is known; else it is to run. */
gboolean          weir_rerun_settle       (WeirRerun *self, WeirStep *step);
/* What came of an item of a container then: @result or @error. FALSE: it is to run. (transfer none) */
gboolean          weir_rerun_find_item    (WeirRerun *self, WeirStep *step, const char *key, WeirValue **result, WeirValue **error);

G_END_DECLS
