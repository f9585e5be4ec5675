/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The engine as its runs see it. Private to engine/. */

#include "weir-clock.h"
#include "weir-engine.h"
#include "weir-limits.h"
#include "weir-store.h"

G_BEGIN_DECLS

struct _WeirEngine
{
  GObject     parent_instance;
  char       *data_dir;
  WeirStore  *store;
  WeirClock  *clock;
  gboolean    closed;
  gboolean    read_only;    /* the database is only looked at */
  GError     *damage;       /* of the database: nothing goes on; NULL: it is whole, as far as is known */
  gboolean    trouble;      /* the store cannot write: nothing with an effect starts */

  GHashTable *runs;         /* id → WeirRun, live ones */
  GQueue      busy;         /* of WeirRun with something to start, each once */
  gint64      next_run;
  gint64      next_effect;
  gint64      undo_limit;   /* bytes of a before-image; 0: the default */
  WeirLimits *limits;
  struct _WeirRunQueue *queue; /* steps that wait for a place */
  gint64      memory_at;    /* monotonic µs when memory was last looked at */
  gint64      memory_used;  /* what it was */
  DexFuture  *memory_timer;

  gboolean    winding_down; /* nothing starts any more */
  guint       n_once;       /* steps at work on what must not happen twice */
  DexPromise *calm;         /* resolved once there is none; NULL while nobody waits */

  GSource    *turn;
  GSource    *commit;
  gboolean    in_turn;
  gboolean    turn_wanted;  /* another one */
  gboolean    written_ahead; /* a part of what is to be committed is with the store */
  gboolean    urgent;       /* somebody waits for what was journalled */
  gint64      batch_began;  /* monotonic µs; 0: nothing waits to be committed */
  WeirBatch  *batch;        /* of this turn */
  GPtrArray  *events;       /* of this turn, told to the bus once they are on disk */
  guint       n_behind;     /* events on their way to the disk */
  GQueue      commits;      /* on their way to the disk, oldest first */
  DexPromise *durable;      /* resolved when this turn is on disk; NULL while nobody waits */

  GPtrArray  *subscriptions; /* weak, of WeirSubscription */
  GHashTable *workflows;    /* "id@version" → WeirWorkflow, of live runs and sub-workflows */
  GHashTable *amended;      /* numbers of runs that have ended and whose journal something adds to now */
  GHashTable *edited;       /* id → GWeakRef of the WeirWorkflow whose edits are kept */
  gsize       history_limit; /* bytes of edits that are kept of one workflow; 0: the default */
  GHashTable *settled;      /* numbers of unfinished runs that were taken up or given up */
  gpointer    log_file;
  GHashTable *states;       /* of weir-step-state.c: state that steps have in hand; NULL while none ever had */
};

/* A test gives its own clock. */
WeirEngine *weir_engine_new_with_clock (const char *data_dir, WeirClock *clock, GError **error);

/* Journals an event of a live run: in this turn's batch, on the bus once it is on disk. Takes the event. */
/* weir-options-check.c: values may be NULL, which is right */
gboolean    weir_options_check_record (WeirValue *value, const char *path, GError **error);
gboolean    weir_options_check_play   (WeirValue *options, GError **error);
void        weir_engine_journal      (WeirEngine *self, WeirEvent *event, const char *path, const char *block_path);
/* Resolves when everything journalled so far is on disk. */
/* Whether the disk is far behind: what can wait with beginning more does. */
gboolean       weir_engine_is_behind  (WeirEngine *self);
DexFuture  *weir_engine_durable      (WeirEngine *self);
WeirBatch  *weir_engine_get_batch    (WeirEngine *self);
/* What is only for the bus: progress. */
void        weir_engine_publish      (WeirEngine *self, WeirEvent *event);
/* The run has something to start, or something was journalled: the next turn comes soon. */
void        weir_engine_wake         (WeirEngine *self, WeirRun *run);
/* Somebody waits for what was journalled: it is on its way to the disk before anything else begins. */
void        weir_engine_hurry        (WeirEngine *self);
void        weir_engine_release_slot (WeirEngine *self);
/* weir-engine-end.c: a step begins (1) or ends (-1) something that must not happen twice. */
void        weir_engine_count_once   (WeirEngine *self, int change);
/* Runs that may begin, or wait for others of their workflow to end. weir-engine-limits.c */
void        weir_engine_admit_run    (WeirEngine *self, WeirRun *run);
void        weir_engine_admit_next   (WeirEngine *self);
gboolean    weir_engine_check_queue  (WeirEngine *self, WeirWorkflow *workflow, GError **error);
char       *weir_engine_explain_begin (WeirEngine *self, WeirRun *run);
void        weir_engine_forget_run   (WeirEngine *self, WeirRun *run);
/* (transfer full), NULL if there is none: blocks briefly when it is not at hand. */
WeirWorkflow *weir_engine_resolve    (const char *workflow, guint version, gpointer engine);
void        weir_engine_remember     (WeirEngine *self, WeirWorkflow *workflow);

/* weir-bin.c: what is to go goes now, in a fiber; copies of the database that were made since a moment. */
gboolean    weir_engine_purge_all    (WeirEngine *self, GError **error);
void        weir_engine_remove_backups (WeirEngine *self, gint64 since);
/* weir-bin-part.c: nothing else may add to the journal of a run that has ended meanwhile. FALSE with WEIR_ERROR_BUSY: something does. */
gboolean    weir_engine_begin_amending (WeirEngine *self, gint64 run, GError **error);
void        weir_engine_end_amending (WeirEngine *self, gint64 run);
gboolean    weir_engine_settle_ended (WeirEngine *self, gint64 run, const char *path, const char *decision, WeirValue *outputs,
                                      const char *by, GError **error);

/* weir-subscription.c */
WeirSubscription *weir_subscription_new  (gint64 run, guint buffer);
void              weir_subscription_push (WeirSubscription *self, WeirEvent *event);
void              weir_subscription_tell (WeirSubscription *self); /* emits `ready` if something came */
gboolean          weir_subscription_is_closed (WeirSubscription *self);

/* weir-log-file.c: one JSON object a line, rotated; written by a thread of its own */
gpointer    weir_log_file_new        (const char *dir);
void        weir_log_file_write      (gpointer log_file, GPtrArray *events);
DexFuture  *weir_log_file_forget     (gpointer log_file, gint64 run);
void        weir_log_file_free       (gpointer log_file);

/* weir-engine-workflows.c: saves it as a version that stays as it is. Resolves to the version (guint) */
DexFuture    *weir_engine_settle_workflow (WeirEngine *self, WeirWorkflow *workflow) G_GNUC_WARN_UNUSED_RESULT;
/* What a workflow was played as, kept until it changes. NULL if it has changed, or is not saved. */
WeirWorkflow *weir_engine_get_played  (WeirEngine *self, WeirWorkflow *workflow);
void          weir_engine_keep_played (WeirWorkflow *workflow, WeirWorkflow *copy);

/* weir-engine-history.c: number of the edit that comes next, -1 where edits are not kept */
gint64        weir_engine_get_edit_number (WeirEngine *self, WeirWorkflow *workflow);
/* It is being saved now, @stays: as a version that takes nothing in. Whether the one that it was last saved as may take this in */
gboolean      weir_engine_may_amend   (WeirEngine *self, WeirWorkflow *workflow, gboolean stays);
GHashTable   *weir_engine_new_edited  (void);

/* weir-engine-runs.c: starts a run that is valid. Takes @rerun (nullable). (transfer full), NULL when the queue is full */
typedef struct _WeirRerun WeirRerun;
typedef struct _WeirRunState WeirRunState;
WeirRun    *weir_engine_start_run    (WeirEngine *self, WeirWorkflow *workflow, WeirValue *inputs, WeirValue *options, gint64 parent,
                                      WeirRerun *rerun, GError **error);
/* Makes it live. (transfer none) */
WeirRun    *weir_engine_add_run      (WeirEngine *self, gint64 id, WeirWorkflow *workflow);
/* weir-recovery-check.c: versions of the block kinds that are not in their first one. (transfer full), NULL if all are */
WeirValue  *weir_workflow_list_kind_versions (WeirWorkflow *self);
/* By the policy of the workflow, else of the effect class of what was at work, else of all: whether a run is taken up without
 * asking. @reason (out): why not, for people. (transfer full) */
gboolean    weir_engine_may_recover  (WeirEngine *self, WeirWorkflow *workflow, WeirRunState *state, char **reason);
/* Why a person should look before a run is taken up: what it was played with is not as it was. (transfer full), NULL if all is */
char       *weir_engine_find_mismatch (WeirWorkflow *workflow, WeirRunState *state);
/* The first file within a value that is not as it was, in words. (transfer full), NULL if none */
char       *weir_value_find_changed_file (WeirValue *value);
/* ms between two runs that are taken up. */
gint64      weir_engine_get_stagger  (WeirEngine *self);
/* weir-engine-rerun.c, in a fiber: gives a run that is taken up what it knew. */
gboolean    weir_engine_load_rerun   (WeirEngine *self, WeirWorkflow *workflow, WeirRunState *state, WeirRerun **rerun,
                                      GError **error);

G_END_DECLS
