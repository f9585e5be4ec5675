/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Private to engine/run: a graph made ready for routing tokens, all names turned into indices. */

#include "weir-expression.h"
#include "weir-workflow.h"

G_BEGIN_DECLS

/* A link is held back from closing until everything that could still use it is at rest (see weir-run-routing.c). */
#define WEIR_HOLD_NONE (-1)
#define WEIR_HOLD_SCOPE (-2)

typedef struct
{
  const char *name;     /* interned */
  WeirJoin    join;
  guint       n;        /* of n-of-m, of gather */
  gboolean    feedback; /* has a feedback link */
  gboolean    control;  /* `run`: not counted by the policy */
  guint       n_links;
  guint      *links;
} WeirPlanInput;

typedef struct
{
  char                *id; /* GRefString */
  WeirBlock           *block;
  const WeirBlockKind *kind;
  int                  region;
  guint                component; /* which of the parts that no link joins */
  guint                n_inputs; /* ports that have links */
  WeirPlanInput       *inputs;
  guint                n_out;
  guint               *out;      /* links, in file order */
  gboolean             gathers;
  gboolean             entry;    /* nothing but feedback leads here: it fires when the scope opens */
  gboolean             repeats;  /* may fire more than once without being in a cycle */
  WeirJoin             policy;   /* over its inputs: ALL, ANY or N_OF_M */
  guint                policy_n;
  gint64               wait_ms;  /* patience: after the first of what waits in it; 0: for ever */
  gint64               quiet_ms; /* after the last; 0: for ever */
  gpointer             config;   /* of the executor: how its configuration is evaluated */
} WeirPlanBlock;

typedef struct
{
  guint           source;
  guint           target;
  guint           input;       /* among the target's inputs */
  const char     *source_port; /* interned */
  WeirExpression *when;
  char           *when_error;  /* why `when` did not compile */
  gboolean        feedback;
  int             region;      /* a feedback link: whose iteration it starts */
  int             hold;        /* region that must be at rest before it closes, or WEIR_HOLD_* */
} WeirPlanLink;

typedef struct
{
  int    parent;
  guint  head;
  guint  n_inner;
  guint *inner; /* links with both ends inside */
  guint  n_exits;
  guint *exits; /* links that this region holds */
} WeirPlanRegion;

typedef struct
{
  int             ref_count;
  WeirGraph      *graph;
  guint           n_blocks;
  WeirPlanBlock  *blocks;
  guint           n_gathering; /* blocks that wait for all that may come */
  guint           n_handlers; /* blocks that fire when the run ends */
  guint           n_links;
  WeirPlanLink   *links;
  guint           n_regions;
  WeirPlanRegion *regions;
  guint           n_scope_held;
  guint          *scope_held;
  GHashTable     *by_id; /* id → index + 1 */
  GDestroyNotify  free_config;
} WeirPlan;

WeirPlan *weir_plan_new        (WeirGraph      *graph);
/* Plans of a workflow that nobody changes any more are kept with it: the next run of it has them. */
void      weir_plan_keep       (WeirWorkflow   *workflow);
/* (transfer full): of a graph of @workflow; a new one where they are not kept. */
WeirPlan *weir_plan_get        (WeirWorkflow   *workflow,
                                WeirGraph      *graph);
WeirPlan *weir_plan_ref        (WeirPlan       *self);
void      weir_plan_unref      (WeirPlan       *self);
/* Computed at once, without waiting. */
gboolean  weir_plan_block_evaluates (const WeirPlanBlock *block);
int       weir_plan_find_block (const WeirPlan *self,
                                const char     *id);
gboolean  weir_plan_region_contains (const WeirPlan *self,
                                     int             region,
                                     guint           block);

G_END_DECLS
