/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Private to engine: how much of everything may go on at once. */

#include "weir-engine.h"
#include "weir-rate.h"

G_BEGIN_DECLS

typedef struct
{
  guint    slots;
  guint    reserved; /* of these, for high priority */
  WeirRate rate;
} WeirPoolLimit;

/**
 * WeirLimits:
 *
 * The limits of an engine, as they are now.
 */
typedef struct
{
  guint       workers;           /* steps at once, over all runs */
  guint       steps_per_run;     /* 0: no limit */
  guint       runs_per_workflow; /* likewise */
  guint       programs;          /* child processes */
  guint       queue;             /* runs that wait to begin */
  gint64      memory;            /* bytes of this process that stop new steps; 0: none */
  gint64      ageing_ms;         /* after which what waits rises by one level; 0: never */
  GHashTable *pools;             /* name → WeirPoolLimit */
  GHashTable *rates;             /* name → WeirRate */
} WeirLimits;

WeirLimits *weir_limits_new         (void);
void        weir_limits_free        (WeirLimits  *self);
/* A record of all of them. (transfer full) */
WeirValue  *weir_limits_to_value    (WeirLimits  *self);
/* Takes over the members of the record @changes; null brings a default back. All or nothing: WEIR_ERROR_INVALID. */
gboolean    weir_limits_change      (WeirLimits  *self,
                                     WeirValue   *changes,
                                     GError     **error);
/* Places of a pool that nobody set: one. */
void        weir_limits_get_pool    (WeirLimits  *self,
                                     const char  *name,
                                     WeirPoolLimit *limit);

/* weir-engine-limits.c */
void        weir_engine_load_limits (WeirEngine  *self);
/* Whether memory allows a new step. */
gboolean    weir_engine_has_memory  (WeirEngine  *self);
char       *weir_engine_explain_memory (WeirEngine *self);

G_END_DECLS
