/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "weir-error.h"

G_BEGIN_DECLS

/**
 * WeirDeleted:
 *
 * A run or a workflow in what was recently deleted.
 */
typedef struct
{
  gint64 run;         /* 0: a workflow */
  char  *workflow_id; /* NULL: a run */
  char  *name;        /* of the workflow */
  gint64 deleted_at;  /* µs UTC */
  gint64 expires_at;  /* µs UTC, not before; 0: it stays */
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
  char  *kind;        /* "run", "log", "blob", "deleted-run", "deleted-workflow" */
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

G_END_DECLS
