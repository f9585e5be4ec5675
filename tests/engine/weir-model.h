/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* A small model of what runs do under verbs: runs, scopes (items of containers), steps and their states. It shares the words of the engine,
 * the names of states and verbs, and nothing else: what is legal, what follows and what is refused with which reason is said here a second
 * time. Graphs are trees: joins are the affair of test-run-random. */

#include "weir-run.h"

G_BEGIN_DECLS

typedef enum
{
  MODEL_PASS,  /* computed at once; fails as often as it is told */
  MODEL_WAIT,  /* works until it is told to end, or hears that it is to stop */
  MODEL_DEAF,  /* the same, but does not hear */
  MODEL_ASK,   /* waits for a minute, an answer or a signal */
  MODEL_SWARM, /* a container: all its items at once */
} ModelKind;

typedef struct
{
  char       id[8];
  ModelKind  kind;
  int        before;     /* the block it is linked from; -1: none, it begins with its scope */
  gboolean   from_error; /* by the error port of that */
  gboolean   goes_on;    /* on_error: continue */
  guint      attempts;
  guint      fails;      /* a pass: so many attempts */
  guint      n_items;    /* what a pass gives to the swarm after it */
  GArray    *body;       /* of ModelBlock; NULL: no container */
} ModelBlock;

typedef struct
{
  GArray  *blocks; /* of ModelBlock */
  gboolean finish; /* on_failure: finish */
  guint    max_runs;
  guint    ref_count;
} ModelPlan;

typedef struct _ModelScope ModelScope;
typedef struct _ModelRun   ModelRun;
typedef struct _ModelWorld ModelWorld;

typedef struct
{
  ModelScope    *scope;
  ModelBlock    *block;
  WeirStepStatus status;
  gboolean       skip;     /* nothing comes to it */
  guint          attempt;
  gint64         due_at;   /* of the next attempt, or of the end of a wait; µs */
  gboolean       hurried;  /* does not wait for that */
  gboolean       answered; /* while it waits */
  gboolean       paused;   /* the block is */
  gboolean       stopped;  /* somebody wants that */
  gboolean       forced;   /* and does not wait longer than until then */
  gint64         force_at;
  gboolean       alone;    /* only it: a failure for the rest */
  int            priority; /* G_MININT: none of its own */
  guint64        made;     /* after how many commands it fired */
  gboolean       could_begin; /* before the command */
  GPtrArray     *items;    /* of ModelScope, unowned */
} ModelStep;

struct _ModelScope
{
  ModelRun  *run;
  ModelStep *container; /* NULL: the root */
  char      *path;
  int        id;        /* in the engine; -1: not known yet */
  GArray    *plan;
  ModelStep *steps;
  int        priority;
  gboolean   paused;
  gboolean   closed;
  gboolean   failing;
  gboolean   forced;
  gboolean   failed;
  guint64    failed_at; /* n_settled then */
};

struct _ModelRun
{
  ModelWorld   *world;
  ModelPlan    *plan;
  gpointer      real;
  gint64        id;
  WeirRunStatus status;
  gboolean      waits_to_begin;
  gboolean      force;
  gpointer      discarded; /* DexFuture: it is deleted as soon as it has ended; NULL: it stays */
  int           priority;
  guint         n_signals;
  GPtrArray    *scopes; /* of ModelScope */
};

struct _ModelWorld
{
  guint      workers;
  gint64     now;
  guint64    n_settled; /* how often */
  guint      n_deaf;  /* steps that outlive their run: each holds a worker */
  GPtrArray *runs;    /* of ModelRun, those that have not ended first */
  /* Who of several comes first when they are ready together is looked up in the engine, and then checked: no place stays empty, none is
   * taken twice, nobody with a lower priority goes first. */
  gboolean (*has_begun)  (ModelStep *step);
  gboolean (*took_signal) (ModelStep *step);
};

/* weir-model-draw.c */
ModelPlan  *model_plan_draw        (void);
ModelPlan  *model_plan_ref         (ModelPlan *plan);
void        model_plan_unref       (ModelPlan *plan);
/* (transfer full): as a workflow */
char       *model_plan_to_yaml     (ModelPlan *plan);

/* weir-model.c */
ModelRun   *model_run_new          (ModelWorld *world, ModelPlan *plan);
void        model_run_free         (ModelRun *run);
gboolean    model_status_is_over   (WeirStepStatus status);
gboolean    model_run_is_over      (ModelRun *run);
WeirRunStatus model_run_get_shown  (ModelRun *run);
guint       model_world_count_working (ModelWorld *world);
int         model_step_get_priority (ModelStep *step);
gboolean    model_step_is_paused   (ModelStep *step);
/* The state right after a verb, or why not. */
const char *model_refuse_run       (WeirRunVerb verb, WeirRunStatus status, WeirRunStatus *to);
const char *model_refuse_step      (WeirRunVerb verb, WeirStepStatus status, WeirStepStatus *to);

/* weir-model-follow.c: what follows by itself. (transfer full): what the engine did that cannot be; NULL: nothing */
char       *model_world_settle     (ModelWorld *world);
void        model_step_fire        (ModelStep *step, gboolean skip);
void        model_step_succeed     (ModelStep *step);
void        model_step_fail        (ModelStep *step, WeirStepStatus status);
void        model_step_set_ready   (ModelStep *step);
/* When something happens next without anybody's doing; G_MAXINT64: never. */
gint64      model_world_get_due    (ModelWorld *world);
void        model_world_tick       (ModelWorld *world, gint64 now);

/* weir-model-verbs.c: each answers why not; NULL: done */
const char *model_pause            (ModelRun *run);
const char *model_resume           (ModelRun *run);
const char *model_stop             (ModelRun *run, gboolean force);
const char *model_pause_part       (ModelScope *scope, ModelStep *step, gboolean pause);
const char *model_stop_part        (ModelScope *scope, ModelStep *step, gboolean force);
const char *model_answer           (ModelStep *step);
const char *model_signal           (ModelRun *run);
gboolean    model_retry_now        (ModelStep *step);
/* What a step at work comes to; @transient: trying again may help. */
void        model_end              (ModelStep *step, gboolean fails, gboolean transient);

G_END_DECLS
