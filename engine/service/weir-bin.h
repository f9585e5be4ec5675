/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "weir-engine.h"

G_BEGIN_DECLS

/**
 * WeirDeleted:
 *
 * A run, a part of one, or a workflow in what was recently deleted.
 */
typedef struct
{
  gint64 run;         /* 0: a workflow */
  char  *workflow_id; /* NULL: a run */
  char  *name;        /* of the workflow */
  gint64 deleted_at;  /* µs UTC */
  gint64 expires_at;  /* µs UTC, not before; 0: it stays */
  char  *part;        /* of the run: "each[3]", "each[3]/write"; NULL: all of it */
} WeirDeleted;
WEIR_API void  weir_deleted_free       (WeirDeleted   *self);

/**
 * WeirFootprint:
 *
 * What goes with a run that is deleted for good.
 */
typedef struct
{
  gint64 n_steps;
  gint64 n_events;
  gint64 n_lines;
  gint64 n_effects;   /* that could still be undone */
  gint64 n_blobs;     /* that only it needs */
  gint64 bytes;       /* about */
} WeirFootprint;
#define WEIR_TYPE_FOOTPRINT (weir_footprint_get_type ())
WEIR_API GType weir_footprint_get_type (void) G_GNUC_CONST;

/**
 * WeirAuditRow:
 *
 * Who removed what. Rows are only ever added, and each carries the SHA-256 of the one before and its own text.
 */
typedef struct
{
  gint64 id;
  gint64 at;          /* µs UTC */
  char  *actor;
  char  *action;
  char  *subject;
  char  *reason;      /* or NULL */
  char  *hash;
} WeirAuditRow;
WEIR_API void  weir_audit_row_free     (WeirAuditRow  *self);

/**
 * WeirRetention:
 *
 * How long a kind of thing stays.
 */
typedef struct
{
  char  *workflow_id; /* "": of all workflows */
  char  *kind;        /* "run", "log", "blob", "deleted-run", "deleted-item" (parts of runs), "deleted-workflow" */
  gint64 age;         /* µs; -1: for ever */
  gint64 max_bytes;   /* 0: no limit */
} WeirRetention;
WEIR_API void  weir_retention_free     (WeirRetention *self);

/**
 * WeirUsage:
 *
 * What the data folder takes on disk, in bytes.
 */
typedef struct
{
  guint64 database;
  guint64 unused;     /* of it: pages that wait to be given back */
  guint64 log;        /* the write-ahead log */
  guint64 blobs;
  guint64 backups;    /* from before migrations */
  guint64 n_blobs;
  gint64  n_runs;
  gint64  n_deleted;  /* of them in the bin */
} WeirUsage;
#define WEIR_TYPE_USAGE (weir_usage_get_type ())
WEIR_API GType weir_usage_get_type     (void) G_GNUC_CONST;

/* Into the bin and out of it again. A run that has not ended is refused: WEIR_ERROR_WRONG_STATE. @actor says for the audit who it was:
 * "user", "cli", a name. Each resolves to TRUE. Workflows: weir_engine_delete_workflow (). */
WEIR_API DexFuture *weir_engine_delete_run       (WeirEngine *self,
                                                  gint64      run,
                                                  const char *actor,
                                                  const char *reason) G_GNUC_WARN_UNUSED_RESULT;
WEIR_API DexFuture *weir_engine_restore_run      (WeirEngine *self,
                                                  gint64      run,
                                                  const char *actor) G_GNUC_WARN_UNUSED_RESULT;
/* The same for a part of a run, also of one that goes on: "each[3]/write", "each[3]", "each". What goes on of the part is stopped first;
 * WEIR_ERROR_WRONG_STATE with the reason where that is not legal. */
WEIR_API DexFuture *weir_engine_delete_part      (WeirEngine *self,
                                                  gint64      run,
                                                  const char *path,
                                                  const char *actor,
                                                  const char *reason) G_GNUC_WARN_UNUSED_RESULT;
WEIR_API DexFuture *weir_engine_restore_part     (WeirEngine *self,
                                                  gint64      run,
                                                  const char *path,
                                                  const char *actor) G_GNUC_WARN_UNUSED_RESULT;
/* A GPtrArray (boxed) of WeirDeleted, last deleted first. */
WEIR_API DexFuture *weir_engine_list_deleted     (WeirEngine *self) G_GNUC_WARN_UNUSED_RESULT;
/* What would go with a run: a WeirFootprint (boxed). */
WEIR_API DexFuture *weir_engine_measure_run      (WeirEngine *self,
                                                  gint64      run) G_GNUC_WARN_UNUSED_RESULT;
/* Cancel and delete: force stops the run if it lives and removes everything of it but one audit row, also from the log files and from
 * backups made since it began. Resolves to TRUE when nothing of it is on disk any more. */
WEIR_API DexFuture *weir_engine_discard_run      (WeirEngine *self,
                                                  gint64      run,
                                                  const char *actor,
                                                  const char *reason) G_GNUC_WARN_UNUSED_RESULT;
/* What would go with a part of a run: a WeirFootprint (boxed). @path: "each[3]/write", "each[3]", "each". */
WEIR_API DexFuture *weir_engine_measure_part     (WeirEngine *self,
                                                  gint64      run,
                                                  const char *path) G_GNUC_WARN_UNUSED_RESULT;
/* Cancel and delete of a part: force stops it if it goes on and removes its values, log lines and undo records. Resolves to TRUE when they
 * are on no disk any more. WEIR_ERROR_WRONG_STATE with the reason where that is not legal. */
WEIR_API DexFuture *weir_engine_discard_part     (WeirEngine *self,
                                                  gint64      run,
                                                  const char *path,
                                                  const char *actor,
                                                  const char *reason) G_GNUC_WARN_UNUSED_RESULT;
/* The same for a workflow with its versions, variables, state and fixtures; its runs stay. Refused while a run that has not ended needs
 * it. */
WEIR_API DexFuture *weir_engine_discard_workflow (WeirEngine *self,
                                                  const char *id,
                                                  const char *actor,
                                                  const char *reason) G_GNUC_WARN_UNUSED_RESULT;
/* Removes what has expired now, and gives the room back to the disk. Resolves to TRUE when there is nothing left to do. */
WEIR_API DexFuture *weir_engine_purge            (WeirEngine *self) G_GNUC_WARN_UNUSED_RESULT;
/* A GPtrArray (boxed) of WeirAuditRow, oldest first. */
WEIR_API DexFuture *weir_engine_list_audit       (WeirEngine *self) G_GNUC_WARN_UNUSED_RESULT;
/* How many rows there are (guint); WEIR_ERROR_CONFLICT when one was changed or is missing. */
WEIR_API DexFuture *weir_engine_verify_audit     (WeirEngine *self) G_GNUC_WARN_UNUSED_RESULT;
/* A GPtrArray (boxed) of WeirRetention: every kind for all workflows, then those of single ones. */
WEIR_API DexFuture *weir_engine_list_retention   (WeirEngine *self) G_GNUC_WARN_UNUSED_RESULT;
WEIR_API DexFuture *weir_engine_set_retention    (WeirEngine *self,
                                                  const char *workflow_id,
                                                  const char *kind,
                                                  gint64      age,
                                                  gint64      max_bytes) G_GNUC_WARN_UNUSED_RESULT;
/* A WeirUsage (boxed). */
WEIR_API DexFuture *weir_engine_get_usage        (WeirEngine *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
