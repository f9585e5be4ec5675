/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The executor's insides, for engine/run and engine/service. */

#include "weir-engine-private.h"
#include "weir-gate.h"
#include "weir-run-state-private.h"
#include "weir-rerun.h"
#include "weir-step.h"

G_BEGIN_DECLS

struct _WeirRun
{
  GObject        parent_instance;
  WeirEngine    *engine; /* weak: the engine owns its runs */
  gint64         id;
  WeirWorkflow  *workflow;
  WeirRunState  *state;
  WeirRunStatus  status; /* as it is on disk */
  GError        *failure;
  DexPromise    *ended;
  GPtrArray     *pausing; /* of DexPromise */
  GPtrArray     *timers;  /* of DexFuture */
  GQueue         answered; /* of WeirStep whose answer has come and that go on when the run does */
  guint          n_leaves; /* steps in flight that are no containers: a pause waits for them */
  WeirGate      *gate;    /* its steps at once */
  GQueue         held;    /* of WeirQueueEntry: steps in bodies that their containers have not taken up yet */
  gboolean       waits_to_begin; /* for another run of its workflow to end */
  guint          n_runtimes; /* steps with a runtime: in flight or waiting */
  WeirRunStatus  row_status; /* as last written to the row of the run */
  gboolean       busy;    /* in the engine's queue */
  gboolean       force;
  gboolean       holding; /* a moment came while it was paused, and does not count then */
  gboolean       suspended; /* the engine closes: nothing is journalled any more */
  gint64         created_at;
  gint64         parent;  /* the run that it runs again; 0: none */
  char          *correlation; /* a GRefString: of it and all that belongs to it; NULL in journals of before */
  WeirValue     *options; /* how it was played, a record; NULL: as ever */
  GHashTable    *breakpoints; /* path of a block → condition; NULL: none */
  gboolean       stepping; /* pauses again once one step has begun */
  WeirRerun     *rerun;   /* what it knows beforehand; NULL: nothing */
  WeirAlarm     *patience; /* for blocks that wait so long only; NULL: nothing is set */
  gint64         patience_due;
  GPtrArray     *swarms;  /* of WeirSwarmRun, borrowed; NULL while there are none */
  gboolean       swarms_wake; /* one of them may start something */
  GHashTable    *making;  /* path → DexPromise: folders that a step is about to make */
};

typedef struct _WeirBlockConfig WeirBlockConfig;

/* Stands between the future of a kind and its step: one that never ends must not keep the step. */
typedef struct _WeirAnswer
{
  WeirStep *step; /* unowned; NULL: nobody listens any more */
} WeirAnswer;

/* One firing as the block kind sees it. */
struct _WeirStep
{
  int                  ref_count;
  WeirRun             *run;
  WeirStepState       *state;   /* of the live state; valid while the run is alive */
  const WeirBlockKind *kind;
  WeirPlanBlock       *block;
  WeirBlockConfig     *config;
  gpointer             settings;
  gboolean             owns_settings;
  WeirValue           *inputs;  /* converted to the types of the ports */
  WeirBuilder         *outputs;
  GCancellable        *cancellable;
  guint                attempt;
  gint64               time;
  gboolean             leaf;    /* counted in run->n_leaves */
  gboolean             once;    /* counted in engine->n_once */
  gboolean             slot;    /* holds a worker of the engine */
  GPtrArray           *gates;   /* of WeirGate it has entered and leaves when it ends */
  gpointer             turns;   /* WeirQueueEntry: gates it waits at while it runs */
  gulong               turns_handler;
  gboolean             settled; /* its end is journalled: what comes later is dropped */
  gboolean             timed_out;
  gboolean             stopped;
  gboolean             forced;  /* stopped by force, */
  gint64               forced_at; /* then, mono µs */
  gboolean             said_alive; /* that its program does not die */
  gboolean             stopped_alone; /* what is around it goes on */
  GPid                 pid;     /* of its program while that lives; 0: none */
  GPid                 left;    /* of what it started, when that is to end and has not yet; 0: none */
  gint64               kill_grace_ms; /* of that program */
  guint64              progress_at;
  GHashTable          *accesses; /* "permission target" already journalled */
  DexFuture           *timeout;
  struct _WeirAnswer  *answer;  /* where what the kind gives comes in; NULL before and after */
  GArray              *states;  /* of weir-step-state.c: what it loaded, NULL if nothing */
  gpointer             swarm;   /* of weir-step-swarm.c, while it goes over items */
  gpointer             waiter;  /* of weir-run-waits.c, while it waits */
  WeirValue           *failure_data;
  WeirValue           *ending;  /* how the run is to end once this step has succeeded */
  char                *key;
  char                *cache_key; /* of what it gives, if that is kept */
  WeirValue           *resolved;  /* its settings, evaluated, if that is kept; NULL: as they stand */
  gboolean             looked;    /* at variables */
  gboolean             sent;      /* over a side port */
  gint64               timeout_ms;
};

/* weir-run-config.c: configuration and scope of expressions */
WeirBlockConfig *weir_block_config_get     (WeirPlan *plan, WeirPlanBlock *block);
gboolean         weir_step_prepare         (WeirStep *step, GError **error);
WeirValue       *weir_step_build_scope     (WeirStep *step, const char *const *names, WeirValue *locals);
/* Run variables over those of the workflow over global ones, as one record. */
WeirValue       *weir_run_dup_variables    (WeirRun *run, WeirScopeState *scope);
/* Value of `when` for a link, over the value it would carry. */
/* Inputs of the workflow that a scope belongs to. (transfer none) */
WeirValue       *weir_scope_get_inputs     (WeirRun *run, WeirScopeState *scope);
gboolean         weir_run_link_holds       (WeirRun *run, WeirStep *step, WeirPlanLink *link, WeirValue *value, GError **error);

/* weir-run-execute.c */
/* Starts what is ready for at most @until (monotonic µs); whether more is ready. */
gboolean         weir_run_pump             (WeirRun *run, gint64 until);
void             weir_run_step_done        (WeirStep *step, GError *error);
void             weir_step_fail            (WeirStep *step, const GError *error);
void             weir_step_succeed         (WeirStep *step);
void             weir_step_release         (WeirStep *step);
void             weir_step_forget_answer   (WeirStep *step);
void             weir_step_set_once        (WeirStep *step, gboolean once);
void             weir_run_call_later       (WeirRun *run, gint64 delay_ms, DexFutureCallback func);
WeirEvent       *weir_run_emit             (WeirRun *run, WeirEventKind kind, WeirStepState *step, WeirValue *data);
WeirEvent       *weir_run_emit_part        (WeirRun *run, WeirEventKind kind, guint32 scope, const char *block, WeirValue *data);
void             weir_run_emit_event       (WeirRun *run, WeirEvent *event);
/* Ends a step that is not under way. */
void             weir_run_end_unstarted    (WeirRun *run, WeirStepState *state, gboolean force, gboolean alone);
void             weir_step_end_known       (WeirStep *step, const char *how, gint64 source);
/* Ends with what is known, or runs (@outputs NULL). */
void             weir_run_step_looked_up   (WeirStep *step, WeirValue *outputs, gint64 source);
void             weir_step_hold_until_known (WeirStep *step);
WeirEffectClass  weir_step_get_effect      (WeirStep *step);
void             weir_run_emit_override    (WeirRun *run, WeirStepState *state, const char *port, WeirValue *value, const char *by);
void             weir_run_check_end        (WeirRun *run);
void             weir_run_cancel_steps     (WeirRun *run);
void             weir_run_cancel_leftovers (WeirRun *run);
void             weir_step_mark_stopped    (WeirStep *step, gboolean force);
void             weir_run_await_forced     (WeirRun *run);
/* Starts a step that was taken from the run queue. */
void             weir_run_begin_step       (WeirRun *run, WeirStep *step);
/* Puts what waits for a place into the queue of the engine. */
void             weir_run_queue_waiting    (WeirRun *run);
/* Looks for retries that are due after @delay_ms. */
void             weir_run_wake_later       (WeirRun *run, gint64 delay_ms);

/* Nobody will hear of it any more: its fiber may still be at work when its run, or what is around it, is over. */
gboolean         weir_step_is_given_up     (WeirStep *step);

/* A step that waits or sleeps takes no place among those that run, and does not keep a pause from being reached. */
void             weir_step_release_slot    (WeirStep *step);
void             weir_step_release_place   (WeirStep *step);
void             weir_step_take_place_again (WeirStep *step);
/* Runs the kind of a step that waited when the program ended, so that it takes up its wait. */
void             weir_run_restart_waiting  (WeirRun *run, WeirStepState *state);

/* weir-run-patience.c */
void             weir_run_watch_patience   (WeirRun *run);

/* weir-run-cache.c */
gboolean         weir_step_look_up         (WeirStep *step);
void             weir_step_keep_result     (WeirStep *step, WeirValue *outputs);

/* weir-run-turns.c */
void             weir_step_enter_gate      (WeirStep *step, WeirGate *gate);
void             weir_step_leave_run_gate  (WeirStep *step);
void             weir_step_leave_gate      (WeirStep *step, WeirGate *gate);
void             weir_step_leave_gates     (WeirStep *step);
/* weir-step-turn.c: enters a gate, without a place while it has to wait. */
DexFuture       *weir_step_wait_gate       (WeirStep *step, WeirGate *gate);
/* Resolves when a step that gave its place back has one again. */
DexFuture       *weir_step_get_place       (WeirStep *step);

/* weir-run-priority.c */
/* Whether steps of the run may start. */
gboolean         weir_run_goes_on          (WeirRun *run);

/* weir-step-swarm.c */
/* Starts what may start in the swarms of a run. */
void             weir_run_pump_swarms      (WeirRun *run);
/* They hear that their items will not end. */
void             weir_run_reject_swarms    (WeirRun *run);
void             weir_step_leave_swarm     (WeirStep *step);
void             weir_step_free_swarm      (WeirStep *step);
/* weir-step.c: on a side port; @slot -1: not for an item */
void             weir_step_emit_once       (WeirStep *step, const char *port, WeirValue *value, guint index, int slot);

/* weir-run-waits.c */
void             weir_run_resume_answered  (WeirRun *run);
void             weir_step_forget_waiter   (WeirStep *step);

/* weir-run-debug.c */
gboolean         weir_run_take_breakpoints (WeirRun *run, WeirValue *breakpoints, GError **error);
gboolean         weir_run_breaks_at        (WeirRun *run, WeirStep *step);
void             weir_run_end_stepping     (WeirRun *run);

/* weir-run-parts.c */
void             weir_run_stop_scope       (WeirRun *run, WeirScopeState *scope, gboolean force);
void             weir_run_stop_inside      (WeirRun *run, WeirStepState *container, gboolean force);
/* The same with an error of another reason. */
void             weir_run_end_scope        (WeirRun *run, WeirScopeState *scope, gboolean force, WeirValue *error);
void             weir_run_end_scope_with   (WeirRun *run, WeirScopeState *scope, gboolean force, const char *how, WeirValue *value);
/* Whether a part of a run that goes on may be deleted; whether it is over. */
gboolean         weir_run_check_delete_part (WeirRun *run, guint32 scope, const char *block, WeirRunVerb verb, GError **error);
gboolean         weir_run_is_part_over     (WeirRun *run, guint32 scope, const char *block);
/* weir-step-state.c */
/* What the step saved goes into the batch of this turn, which holds its end. */
void             weir_step_write_states    (WeirStep *step);
void             weir_step_forget_states   (WeirStep *step);
void             weir_engine_forget_states (WeirEngine *engine);
/* Resolves to the value of an entry, null if there is none. */
DexFuture       *weir_engine_load_entry    (WeirEngine *engine, const char *workflow_id, const char *bucket, const char *key);
/* Sets an entry, in memory and in the batch of this turn. @value NULL: removed. */
void             weir_engine_put_entry     (WeirEngine *engine, const char *workflow_id, const char *bucket, const char *key,
                                            WeirValue *value, gint64 expires_at);

/* weir-run-scopes.c */
DexFuture       *weir_run_open_scope       (WeirRun *run, WeirStep *step, const char *key, WeirValue *data);
void             weir_run_close_rested     (WeirRun *run);
void             weir_run_close_failing    (WeirRun *run, WeirScopeState *scope);
void             weir_run_reject_scopes    (WeirRun *run);
WeirValue       *weir_scope_find_result    (WeirScopeState *scope);

/* weir-run-ending.c */
gboolean         weir_run_is_stopping      (WeirRun *run);
gboolean         weir_run_may_start        (WeirRun *run);
void             weir_run_end_by_itself    (WeirRun *run);
void             weir_run_end_stopped      (WeirRun *run);
void             weir_run_end_as_asked     (WeirRun *run, WeirStep *step);

/* weir-run-branches.c */
int              weir_scope_find_branch_result (WeirScopeState *scope, const char **port);

/* weir-step.c: a run of the body, or of one branch of it */
DexFuture       *weir_run_open_body        (WeirStep *step, const char *branch, const char *key, WeirValue *locals);

/* weir-run.c */
/* Reads how many of its steps may run at once. */
void             weir_run_limit_steps      (WeirRun *run);
WeirRun         *weir_run_new              (WeirEngine *engine, gint64 id, WeirWorkflow *workflow);
void             weir_run_events_durable   (WeirRun *run, WeirEvent *event);
void             weir_run_put_row          (WeirRun *run);
void             weir_run_play             (WeirRun *run, WeirValue *inputs);
/* Takes up a folded state after a crash. */
void             weir_run_recover          (WeirRun *run, WeirRunState *state);
void             weir_run_suspend          (WeirRun *run);
void             weir_run_give_up          (WeirRun *run, const GError *why);

/* weir-step-temporary.c */
void             weir_run_remove_temporary (WeirRun *run);

/* weir-step-effect.c */
DexFuture       *weir_step_intend_as       (WeirStep *step, const char *type, const char *target, WeirValue *before, WeirUndoKind undo);
void             weir_step_drop_effect     (WeirStep *step, guint64 id);
/* @before replaces what was intended; NULL leaves it. */
void             weir_step_complete_effect_with (WeirStep *step, guint64 id, WeirValue *before, WeirValue *after);

/* weir-step.c */
/* In a fiber: by id, name, or path of a file. */
WeirWorkflow    *weir_step_load_workflow   (WeirStep *step, const char *name, guint version, GError **error);
WeirStep        *weir_step_new             (WeirRun *run, WeirStepState *state);
gint64           weir_engine_next_effect   (WeirEngine *engine);
GError          *weir_failure_from_value   (WeirValue *value);

G_END_DECLS
