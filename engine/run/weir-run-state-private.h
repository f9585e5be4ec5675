/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The insides of the fold, for engine/run only. */

#include "weir-plan.h"
#include "weir-run-state.h"

G_BEGIN_DECLS

typedef struct _WeirScopeState WeirScopeState;
typedef struct _WeirStepState WeirStepState;
typedef struct _WeirSwarmState WeirSwarmState;

typedef enum
{
  WEIR_TOKEN_PENDING,
  WEIR_TOKEN_DELIVERED,
  WEIR_TOKEN_CLOSED,
} WeirTokenStatus;

typedef struct
{
  WeirTokenStatus status;
  gboolean        held;      /* would be closed, but is held back */
  gboolean        delivered; /* at least once in this round of the region that holds it */
  guint64         order;     /* of the oldest fresh token */
  WeirValue      *value;     /* the last one consumed */
  GQueue          fresh;     /* of WeirValue, delivered and not consumed */
} WeirLinkState;

typedef struct
{
  guint      n_pending;   /* links, feedback left out */
  guint      n_delivered; /* likewise */
  guint      n_fresh;     /* tokens */
  gboolean   done;        /* a `first` or `n-of-m` that has fired */
  gboolean   ended;       /* a `gather`: nothing can come any more */
  WeirValue *last;        /* what the port gave last */
} WeirInputState;

typedef struct
{
  WeirInputState *inputs;
  WeirStepState  *last;
  guint           n_firings;
  gboolean        skipped; /* in this round */
  gboolean        paused;
  gboolean        expired; /* fires with what has come */
  gboolean        deleted; /* for good, later firings included: its run has ended since */
  gint64          first_at; /* of a block with patience: when the first of what waits in it came, µs UTC; 0: nothing waits */
  gint64          due_at;  /* when its patience is over */
} WeirBlockState;

typedef struct
{
  guint  n_active; /* steps inside that are not over */
  guint  iterations;
  gboolean dirty;  /* may have come to rest */
  GQueue tokens;   /* of WeirFeedback */
} WeirRegionState;

typedef struct
{
  guint      link;
  WeirValue *value;
} WeirFeedback;

/* What all scopes of one graph share: the plan, and totals for drawing. */
typedef struct
{
  WeirPlan *plan;
  struct
  {
    guint          by_status[WEIR_STEP_UNDONE + 1];
    guint          n_steps;
    guint          n_effects;
    gint64         duration;
    WeirStepState *last;
  } *blocks;
  struct
  {
    guint    n_deliveries;
    gboolean closed;
  } *links;
} WeirPlanState;

/* One wait of a step, by the key that its kind gave it. */
typedef struct
{
  char      *key;
  WeirValue *data;   /* of the event */
  WeirValue *answer; /* NULL: still waits */
} WeirWaitState;

struct _WeirScopeState
{
  WeirScope        pub;
  WeirScopeState  *parent;
  WeirPlanState   *shared; /* NULL: the graph is not known */
  gpointer         room;      /* of blocks, links and regions, and of the inputs of blocks */
  WeirBlockState  *blocks;
  WeirLinkState   *links;
  WeirRegionState *regions;
  guint            n_active;  /* steps that are not over */
  guint            n_running; /* of these, started */
  gboolean         failing;   /* a step failed and nothing catches it: pub.error says what */
  char            *failed_block;
  gboolean         rested;    /* told to the executor */
  gboolean         paused;    /* one item is */
  gboolean         deleted;   /* its container was, for good: see WeirBlockState */
  gboolean         forced;    /* it was ended by force: so is what is left of it */
  WeirStepState   *last_done; /* the last step that succeeded, for the result */
  guint            depth;
  char            *workflow;  /* id of the sub-workflow that it runs; NULL for bodies and the root */
  gboolean         own_variables; /* of the run, that its caller does not see */
  WeirValue       *variables; /* these, a record */
  guint            branch;    /* the component that runs, from 1; 0: all */
  gboolean        *only;      /* by block: those that run, of a run that takes something back; NULL: see branch */
  gpointer         runtime;   /* the executor's: a DexPromise, or a WeirSwarmRun */
  gboolean         item;      /* it is a WeirSwarmRun */
  guint32          index;     /* the key as a number; G_MAXUINT32: it is none */
  gint64           opened_at;
  gint64           closed_at;
  int              priority;  /* on top of that of the run and of the scopes around it */
  guint            n_tries;   /* of its container when it was opened */
  guint            n_given_up; /* the run ends: what comes of steps with a lower index changes nothing any more */
};

struct _WeirStepState
{
  WeirStepInfo    info;
  guint           n_states; /* that have it; changed only while it is one: see weir-run-state-copy.c */
  WeirScopeState *scope;
  guint           block_index;
  gboolean        skip;     /* to be skipped: nothing was delivered */
  gboolean        expired;  /* the patience of its block was over */
  gint64          due_mono; /* the executor's: when its next attempt is due at the latest, however the clock is set; 0: not known */
  gboolean        hurried;  /* the executor's: it does not wait for the moment of its next attempt any longer */
  gboolean        overflow; /* the round that the budget of its cycle forbids */
  gboolean        routed;
  WeirStepState  *previous; /* firing of the same block */
  GList           ready;    /* in a queue of the state while READY or SUSPENDED */
  gboolean        container; /* has or had scopes of its own: runs as long as they do */
  gboolean        waits;    /* in state->waiting rather than state->ready */
  GPtrArray      *wait_states; /* of WeirWaitState, of this attempt; NULL while it never waited */
  GHashTable     *scopes;   /* of a container: its scopes by key; NULL while it opened none */
  GQueue          closed;   /* of these, the closed ones, the oldest first */
  WeirSwarmState *swarm;      /* of one that goes over items as a swarm */
  GPtrArray      *dropped;  /* what those gave that are not kept, by key; see weir-run-state-drop.c */
  gboolean        past_break; /* the executor's: its breakpoint has held it already */
  guint           n_holders; /* of the executor: it must not be dropped */
  gboolean        seen;     /* the executor knows that it waits */
  gint16          priority; /* in place of that of its block; G_MININT16: that of its block */
  gint64          tried_at; /* when the last try began, µs UTC; 0: it has not */
  guint           n_tries;  /* how often it was tried again; a restart of the program is no new try */
  gpointer        entry;    /* the executor's, while it waits in its queue */
  gpointer        runtime;  /* the executor's, while it runs */
};

struct _WeirRunState
{
  int              ref_count;
  WeirWorkflow    *workflow;
  guint            max_iterations; /* of it */
  WeirResolveFunc  resolve;
  gpointer         resolve_data;
  WeirRunStatus    status;
  guint64          seq;
  gint64           started_at;
  gint64           ended_at;
  WeirValue       *inputs;
  WeirValue       *options; /* how it was played; NULL: as ever */
  gint64           parent;  /* the run that it runs again; 0: none */
  char            *correlation; /* a GRefString; NULL: of before there was one */
  WeirValue       *kinds;   /* versions of the block kinds that were not in their first one; NULL: none */
  WeirValue       *result;
  WeirValue       *error;
  WeirValue       *ending;    /* how it is to end: as RUN_ENDING or RUN_STOPPING says */
  gboolean         handling;  /* the handlers run */
  gboolean         handled;   /* they were called, once */
  int              exit_code; /* -1: none was given */
  WeirValue       *variables; /* record */
  GPtrArray       *scopes;    /* of WeirScopeState by id; NULL where one was dropped */
  GPtrArray       *steps;     /* of WeirStepState; likewise */
  GArray          *parents;   /* of guint32: the scope around each, those that were dropped included */
  GHashTable      *shared;    /* WeirGraph → WeirPlanState */
  GPtrArray       *others;    /* of WeirWorkflow: sub-workflows, kept alive */
  GQueue           ready;     /* of WeirStepState, oldest first: those that can start at once */
  GQueue           waiting;   /* likewise: those that count against the limit of steps at once */
  GQueue           suspended; /* likewise: those of paused parts */
  guint            n_paused_parts;
  GQueue           rested;    /* of WeirScopeState whose steps are all over */
  int              priority;  /* of the run */
  guint            n_running; /* started steps in all scopes */
  guint            n_leaves;  /* of these, those that are no containers */
  guint            n_retrying; /* that wait for their next attempt */
  guint            n_unknown;  /* that wait to be settled */
  guint            n_waits;    /* that wait for a moment, an answer or a signal */
  gint64           paused_at;  /* while paused; 0: not */
  GPtrArray       *signals;    /* of records {name, value, by} that nobody waited for yet; NULL: none ever came */
  GArray          *impatient;  /* of weir-run-state-patience.c; NULL: nothing ever waited with patience */
  GHashTable      *binned;    /* of weir-run-state-bin.c; NULL: nothing ever was */
  guint64          order;
  gint64           now;       /* of the event being applied */
  gsize            size;      /* of a copy: bytes that it does not share with the state it is of */
};

/* weir-run-routing.c */
void           weir_scope_fire_entries   (WeirRunState *self, WeirScopeState *scope);
void           weir_scope_deliver        (WeirRunState *self, WeirScopeState *scope, guint link, WeirValue *value);
void           weir_scope_close_link     (WeirRunState *self, WeirScopeState *scope, guint link);
void           weir_scope_settle         (WeirRunState *self, WeirScopeState *scope);
/* The step is over: its block is no longer active. */
void           weir_scope_step_over      (WeirRunState *self, WeirStepState *step);
void           weir_scope_clear_tokens   (WeirScopeState *scope);

void           weir_scope_try_fire       (WeirRunState *self, WeirScopeState *scope, guint block);

/* weir-run-state-parts.c: of a run that has ended: nothing follows from it */
void           weir_run_state_apply_part_settled (WeirRunState *self, WeirEvent *event);

/* weir-run-state-patience.c */
void           weir_scope_begin_patience (WeirRunState *self, WeirScopeState *scope, guint block);
void           weir_block_state_end_patience (WeirBlockState *state);
gint64         weir_run_state_find_impatient (WeirRunState *self, gint64 now, WeirScopeState **scope, guint *block);
void           weir_run_state_apply_part_expired (WeirRunState *self, WeirEvent *event);

/* weir-run-state-drop.c */
void            weir_step_state_remember_scope (WeirStepState *container, WeirScopeState *scope);
WeirScopeState *weir_step_state_find_scope     (WeirStepState *container, const char *key);
gboolean        weir_step_state_find_dropped   (WeirStepState *container, const char *key, WeirValue **result, WeirValue **error);
void            weir_step_state_forget_scopes  (WeirStepState *container);
GPtrArray      *weir_step_state_copy_dropped   (WeirStepState *container);
/* What failed is to be run again. */
void            weir_step_state_forget_failures (WeirStepState *container);
void            weir_run_state_scope_closed    (WeirRunState *self, WeirStepState *container, WeirScopeState *scope);

/* What an item gave that has no scope here. */
void            weir_step_state_keep_result (WeirStepState *container, guint index, WeirValue *result, WeirValue *error);
void            weir_step_state_forget_results (WeirStepState *container, const char *key);

/* weir-run-state-delete.c */
/* Whether @path, "each[3]/write" or of a scope "each[3]/", is that of the part or of something in it. */
gboolean        weir_path_is_within               (const char *path, const char *part);
void            weir_run_state_apply_part_deleted (WeirRunState *self, WeirEvent *event);

/* weir-run-state-bin.c */
void            weir_run_state_apply_part_binned  (WeirRunState *self, WeirEvent *event);
void            weir_run_state_forget_binned      (WeirRunState *self, const char *path);
GHashTable     *weir_run_state_copy_binned        (GHashTable *binned);
gboolean        weir_run_state_equal_binned       (WeirRunState *a, WeirRunState *b);
/* @container: path of a step */
gboolean        weir_run_state_is_item_binned     (WeirRunState *self, const char *container, guint index);
guint           weir_run_state_count_binned       (WeirRunState *self, const char *container);

/* weir-run-state-parts.c */
/* "each[3]/slow" is the block slow in the scope each[3]; "each[3]" or "each[3]/" is that scope: @block NULL. */
gboolean       weir_run_state_find_part          (WeirRunState *self, const char *path, guint32 *scope, const char **block,
                                                  GError **error);
gboolean       weir_run_state_is_paused          (WeirRunState *self, WeirScopeState *scope, guint block);
/* Whether a scope is @outer or somewhere in it. */
gboolean       weir_run_state_is_inside          (WeirRunState *self, guint32 scope, guint32 outer);
void           weir_run_state_apply_part         (WeirRunState *self, WeirEvent *event);
void           weir_run_state_apply_part_stopped (WeirRunState *self, WeirEvent *event);

/* weir-run-state-waits.c */
void           weir_wait_state_free             (WeirWaitState *wait);
WeirWaitState *weir_step_state_find_wait        (WeirStepState *step, const char *key);
WeirWaitState *weir_step_state_get_pending_wait (WeirStepState *step);
void           weir_step_state_clear_waits      (WeirStepState *step);
void           weir_run_state_apply_waiting     (WeirRunState *self, WeirStepState *step, WeirEvent *event);
void           weir_run_state_apply_answered    (WeirRunState *self, WeirStepState *step, WeirEvent *event);
void           weir_run_state_apply_resumed     (WeirRunState *self, WeirStepState *step);
void           weir_run_state_apply_signal      (WeirRunState *self, WeirEvent *event);
/* Paused, or no longer. */
void           weir_run_state_hold_waits        (WeirRunState *self);
void           weir_run_state_move_waits        (WeirRunState *self);

/* The branch of the root while the handlers run: only they fire. */
#define WEIR_BRANCH_HANDLERS G_MAXUINT

void           weir_scope_fire_handlers  (WeirRunState *self, WeirScopeState *scope, WeirValue *inputs);

/* weir-run-state-undo.c: the root of a run that takes back what a block of another run had announced: only what follows a port of it fires. */
#define WEIR_BRANCH_UNDO (G_MAXUINT - 1)
/* The graph that the block is in; NULL with what RUN_CREATED says: an ordinary run. */
gboolean       weir_run_state_takes_back (WeirRunState *self);
WeirGraph     *weir_run_state_find_undo_graph (WeirRunState *self, WeirScopeState *root);
void           weir_scope_fire_undo      (WeirRunState *self, WeirScopeState *root);

/* Variables of the run as steps of the scope have them. */
WeirValue    **weir_run_state_find_variables (WeirRunState *self, WeirScopeState *scope);

/* weir-run-ending.c */
void           weir_run_state_apply_ending   (WeirRunState *self, WeirEvent *event);
void           weir_run_state_apply_stopping (WeirRunState *self, WeirEvent *event);

/* weir-run-branches.c */
gboolean       weir_scope_has_block      (WeirScopeState *scope, guint block);

/* weir-run-state-priority.c */
int            weir_run_state_get_priority    (WeirRunState *self, WeirStepState *step);
void           weir_run_state_apply_priority  (WeirRunState *self, WeirEvent *event);
/* The executor's: a step that has left its queue; does nothing in a state that nobody executes. */
void           weir_run_queue_drop            (WeirStepState *step);
/* Whether somebody waits for what comes of a scope: after a crash only once its container runs again. */
static inline gboolean
weir_scope_is_taken_up (WeirScopeState *scope)
{
  return scope->parent == NULL || scope->runtime != NULL;
}

/* weir-run-state-scopes.c */
/* Bytes of the room of a scope. */
gsize          weir_scope_state_get_room         (WeirPlan *plan);
void           weir_run_state_open_scope         (WeirRunState *self, WeirScopeState *scope, WeirGraph *graph);
gboolean       weir_run_state_apply_scope_opened (WeirRunState *self, WeirEvent *event, WeirStepState *step, GError **error);
gboolean       weir_run_state_apply_scope_closed (WeirRunState *self, WeirEvent *event, GError **error);

/* weir-run-state-steps.c */
gboolean       weir_step_status_is_over     (WeirStepStatus status);
void           weir_attempt_clear           (gpointer attempt);
gboolean       weir_run_state_apply_to_step (WeirRunState *self, WeirEvent *event, WeirStepState *step, GError **error);

/* weir-run-state-copy.c */
WeirRunState  *weir_run_state_copy       (WeirRunState *self);
WeirStepState *weir_run_state_own_step   (WeirRunState *self, WeirStepState *step);

/* weir-run-state.c */
/* (transfer full), NULL where there is none */
WeirValue     *weir_run_state_dup_member    (WeirValue *data, const char *key);
void           weir_scope_state_cancel   (WeirRunState *self, WeirScopeState *scope, WeirStepStatus status);
void           weir_scope_state_close    (WeirRunState *self, WeirScopeState *scope, WeirStepStatus leftover);
void           weir_step_state_unref     (WeirStepState *step);
void           weir_scope_state_free     (WeirScopeState *scope);
GHashTable    *weir_run_state_new_plans  (void);
WeirPlanState *weir_run_state_share_plan (WeirRunState *self, WeirGraph *graph);
WeirStepState *weir_run_state_add_step   (WeirRunState *self, WeirScopeState *scope, guint block, WeirValue *inputs, gboolean skip);
void           weir_step_state_set_status (WeirRunState *self, WeirStepState *step, WeirStepStatus status);
gboolean       weir_step_state_begins    (WeirStepState *step, WeirEventKind kind);
WeirStepState *weir_run_state_lookup     (WeirRunState *self, guint32 scope, const char *block, guint32 firing);
/* The run ends: what comes of it changes nothing any more. */
static inline gboolean
weir_step_state_is_given_up (WeirStepState *step)
{
  return step->info.index < step->scope->n_given_up;
}

static inline WeirPlanBlock *
weir_step_state_get_block (WeirStepState *step)
{
  return &step->scope->shared->plan->blocks[step->block_index];
}

G_END_DECLS
