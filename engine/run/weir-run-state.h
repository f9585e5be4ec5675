/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "weir-event.h"
#include "weir-workflow.h"

G_BEGIN_DECLS

/**
 * WeirStepInfo:
 *
 * What is known of one step: a row of the timeline. Owned by its state; read only.
 */
typedef struct
{
  guint32        scope;
  guint32        firing;
  guint32        attempt;      /* the last */
  const char    *block;        /* id */
  WeirStepStatus status;
  gint64         ready_at;     /* µs UTC; 0: not yet */
  gint64         started_at;   /* of the first attempt */
  gint64         ended_at;     /* of the last */
  gint64         due_at;       /* of the next attempt while RETRY_WAIT, of what it waits for while WAITING; 0: none */
  WeirValue     *wait;         /* while WAITING for it: record {key, token, channel?, reason?, request?, due_at?}; unowned */
  double         progress;     /* -1: unknown */
  char          *progress_text;
  WeirValue     *inputs;       /* record by port; NULL before the start */
  WeirValue     *outputs;      /* record by port */
  WeirValue     *error;        /* of the last attempt */
  GArray        *attempts;     /* of WeirAttempt; NULL while there was only one */
  guint          n_effects;
  guint          n_undone;
  guint          index;        /* place among the steps of the run */
  gboolean       deleted;      /* its values are gone for good */
} WeirStepInfo;

typedef struct
{
  gint64     started_at;
  gint64     ended_at;
  WeirValue *error;            /* owned; NULL for the one that succeeded or still runs */
} WeirAttempt;

/**
 * WeirScope:
 *
 * One run of a graph within a run: the root (0), or one run of a container's body, or of a sub-workflow.
 */
typedef struct
{
  guint32     id;
  guint32     parent;       /* scope of the container */
  const char *block;        /* id of the container; NULL for the root */
  guint32     firing;
  char       *key;          /* "0", "1", ...; NULL for the root */
  char       *path;         /* "move[3]/"; "" for the root */
  WeirGraph  *graph;        /* what is run in it; NULL if it is not known any more */
  WeirValue  *locals;       /* record: item, index, ... */
  WeirValue  *inputs;       /* of a sub-workflow; else NULL */
  gboolean    closed;
  WeirValue  *result;
  WeirValue  *error;
} WeirScope;

/**
 * WeirRunState:
 *
 * The state of a run as a pure fold over its journal: the same events give the same state, live, after a crash, in history and
 * under the scrubber. Not thread-safe; does no I/O.
 */
typedef struct _WeirRunState WeirRunState;

#define WEIR_TYPE_RUN_STATE (weir_run_state_get_type ())
WEIR_API GType          weir_run_state_get_type   (void) G_GNUC_CONST;
/* @resolve gives the graph of a sub-workflow that the run opens; NULL: such scopes stay without graph. */
typedef WeirWorkflow *(*WeirResolveFunc) (const char *workflow, guint version, gpointer user_data);
WEIR_API WeirRunState  *weir_run_state_new        (WeirWorkflow    *workflow,
                                                   WeirResolveFunc  resolve,
                                                   gpointer         user_data);
WEIR_API WeirRunState  *weir_run_state_ref        (WeirRunState    *self);
WEIR_API void           weir_run_state_unref      (WeirRunState    *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirRunState, weir_run_state_unref)

/* Events must come in order. What does not fit (a journal of another workflow) is refused with WEIR_ERROR_INVALID and changes nothing. */
WEIR_API gboolean       weir_run_state_apply      (WeirRunState    *self,
                                                   WeirEvent       *event,
                                                   GError         **error);
WEIR_API WeirRunStatus  weir_run_state_get_status (WeirRunState    *self);
WEIR_API guint64        weir_run_state_get_seq    (WeirRunState    *self);
WEIR_API gint64         weir_run_state_get_started_at (WeirRunState *self);
WEIR_API gint64         weir_run_state_get_ended_at   (WeirRunState *self);
/* (transfer none), NULL before there is one */
WEIR_API WeirValue     *weir_run_state_get_inputs (WeirRunState    *self);
WEIR_API WeirValue     *weir_run_state_get_options (WeirRunState   *self);
WEIR_API WeirValue     *weir_run_state_get_result (WeirRunState    *self);
WEIR_API WeirValue     *weir_run_state_get_error  (WeirRunState    *self);
/* What a block gave the run to exit with; -1 if none did. */
WEIR_API int            weir_run_state_get_exit_code (WeirRunState *self);
/* Steps in the order in which they became ready. NULL for those of early items of a container that has gone over many. */
WEIR_API guint          weir_run_state_get_n_steps (WeirRunState   *self);
WEIR_API const WeirStepInfo *weir_run_state_get_step (WeirRunState *self,
                                                   guint            index);
/* The last step of a block in a scope; NULL if it never came so far. */
WEIR_API const WeirStepInfo *weir_run_state_find_step (WeirRunState *self,
                                                   guint32          scope,
                                                   const char      *block);
WEIR_API const WeirStepInfo *weir_run_state_find_firing (WeirRunState *self,
                                                   guint32          scope,
                                                   const char      *block,
                                                   guint32          firing);
/* Whether a block, or with @block NULL an item, is in what was recently deleted, or something around it is: lists leave it out. */
WEIR_API gboolean       weir_run_state_is_binned  (WeirRunState    *self,
                                                   guint32          scope,
                                                   const char      *block);
WEIR_API guint          weir_run_state_get_n_scopes (WeirRunState  *self);
WEIR_API const WeirScope *weir_run_state_get_scope (WeirRunState   *self,
                                                   guint32          id);
/* "move[3]/to" (transfer full) */
WEIR_API char          *weir_run_state_dup_step_path (WeirRunState *self,
                                                   const WeirStepInfo *step);
/* All firings of one block of the workflow (by its path, "move/to") rolled up over scopes: the worst live status, counts. */
typedef struct
{
  WeirStepStatus status;    /* PENDING when it never fired */
  guint          n_steps, n_running, n_succeeded, n_failed, n_skipped;
  gint64         duration;  /* µs, of all finished steps together */
  guint          n_effects;
  double         progress;
  const WeirStepInfo *last;
} WeirBlockSummary;
WEIR_API void           weir_run_state_summarize_block (WeirRunState *self,
                                                   const char      *block_path,
                                                   WeirBlockSummary *summary);
/* Whether anything went over a link, in the root scope or any other of its graph, and how many times. */
WEIR_API guint          weir_run_state_count_deliveries (WeirRunState *self,
                                                   WeirLink        *link,
                                                   gboolean        *closed);
/* Why a pending block does not run yet: "waits for Shrink image" (transfer full), NULL if it does not wait. */
WEIR_API char          *weir_run_state_explain_wait (WeirRunState  *self,
                                                   guint32          scope,
                                                   const char      *block);
WEIR_API gboolean       weir_run_state_equal      (WeirRunState    *a,
                                                   WeirRunState    *b,
                                                   char           **difference);

G_END_DECLS
