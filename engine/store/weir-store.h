/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Private to the engine. */

#include <libdex.h>
#include <sqlite3.h>

#include "weir-bin.h"
#include "weir-engine.h"
#include "weir-event.h"
#include "weir-undo.h"

G_BEGIN_DECLS

/**
 * WeirStore:
 *
 * The database of one data folder: one thread owns the writing connection, another a reading one. WAL, synchronous
 * FULL. `weir.lock` (flock, with the owner's pid as text) keeps other processes out.
 *
 * Layout: `weir.db`, `blobs/ab/abcdef...` (SHA-256 in hex), `backup/` (before a migration).
 */
typedef struct _WeirStore WeirStore;

WeirStore  *weir_store_new          (const char   *dir,    /* ":memory:" keeps nothing and syncs nothing (blobs in a temporary folder) */
                                     GError      **error);
/* A database that a newer Weir wrote, or where nothing can be written, for looking at: everything that would write is refused. */
WeirStore  *weir_store_new_read_only (const char  *dir,
                                     GError      **error);
/* Writes what is queued, checkpoints, closes, releases the lock. Blocks. */
void        weir_store_close        (WeirStore    *self);
/* Why it is only looked at: set to WEIR_ERROR_NEWER or WEIR_ERROR_STORE; TRUE when it can be written. */
gboolean    weir_store_may_write    (WeirStore    *self,
                                     GError      **error);
WeirStore  *weir_store_ref          (WeirStore    *self);
void        weir_store_unref        (WeirStore    *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirStore, weir_store_unref)

/* Called on the main context: with a message when writing fails (full disk, I/O error) and the store begins to retry
 * by itself, with NULL when it could write again. */
typedef void (*WeirStoreTroubleFunc) (const char *message, gpointer user_data);
void        weir_store_set_trouble_func (WeirStore *self, WeirStoreTroubleFunc func, gpointer user_data);

/* ── writing ─────────────────────────────────────────────────────────────────────────────── */

/**
 * WeirBatch:
 *
 * What one main-loop turn wants written, in order, in one transaction. Holds references only; encoding to JSON and
 * blobs happens on the store thread.
 */
typedef struct _WeirBatch WeirBatch;
WeirBatch  *weir_batch_new          (void);
gboolean    weir_batch_is_empty     (WeirBatch    *self);
void        weir_batch_free         (WeirBatch    *self);
/* To the journal; LOG events go to the log table (with FTS) under the same sequence. @path and @block_path (nullable,
 * copied) are of the step and are kept for LOG only. Takes the event. */
void        weir_batch_take_event   (WeirBatch    *self,
                                     WeirEvent    *event,
                                     const char   *path,
                                     const char   *block_path);
/* The row of a run: added, or its status, ended_at, error and n_steps replaced. Strings are copied. */
void        weir_batch_put_run      (WeirBatch    *self,
                                     gint64        run,
                                     const char   *workflow_id,
                                     const char   *workflow_name,
                                     guint         version,
                                     WeirRunStatus status,
                                     gint64        created_at,
                                     gint64        ended_at,
                                     guint         n_steps,
                                     const char   *error);
/* Inserts, or replaces state, before and after by id. Copies. */
void        weir_batch_put_effect   (WeirBatch    *self,
                                     const WeirEffect *effect);
/* @workflow_id NULL: global. @value NULL: removed. */
void        weir_batch_put_variable (WeirBatch    *self,
                                     const char   *workflow_id,
                                     const char   *name,
                                     WeirValue    *value);

/* Small state of a block that outlives the run, written with the events of the step that changed it. @workflow_id NULL: of
 * all workflows; @block: path of the block, or a name. @value NULL: removed. @expires_at: µs UTC, 0: never. */
void        weir_batch_put_state    (WeirBatch    *self,
                                     const char   *workflow_id,
                                     const char   *block,
                                     const char   *key,
                                     WeirValue    *value,
                                     gint64        expires_at);
/* The result of a step under the SHA-256 (64 hex digits) of what it was computed from. @step: its path in @run. */
void        weir_batch_put_cached   (WeirBatch    *self,
                                     const char   *key,
                                     WeirValue    *outputs,
                                     gint64        run,
                                     const char   *step,
                                     gint64        expires_at);
/* Where a run came from and how urgent it is; after its put_run. @parent_run 0: from none. @restart_point: path of the block
 * it began at, or NULL. */
void        weir_batch_put_run_fields (WeirBatch  *self,
                                     gint64        run,
                                     gint64        parent_run,
                                     const char   *restart_point,
                                     int           priority);
/* A report that is kept: a resume. @run 0: of no run alone. */
void        weir_batch_put_report   (WeirBatch    *self,
                                     const char   *kind,
                                     gint64        run,
                                     gint64        at,
                                     WeirValue    *data);

/* A row of the audit: who did what to what, and why. @reason may be NULL. */
void        weir_batch_add_audit    (WeirBatch    *self,
                                     const char   *actor,
                                     const char   *action,
                                     const char   *subject,
                                     const char   *reason);

/* Values, log lines and undo records of a part of a run go for good. @given: also what others got from it. */
void        weir_batch_delete_part  (WeirBatch    *self,
                                     gint64        run,
                                     guint32       scope,
                                     const char   *block,
                                     const char   *path,
                                     gboolean      given);
/* Into what was recently deleted, and out of it: each with the event that says so in the same batch. */
void        weir_batch_bin_part     (WeirBatch    *self,
                                     gint64        run,
                                     guint32       scope,
                                     const char   *block,
                                     const char   *path,
                                     guint64       seq,
                                     WeirValue    *data);
void        weir_batch_restore_part (WeirBatch    *self,
                                     gint64        run,
                                     const char   *path);

/* Queues the batch (consumed). @done is called on the main context, in the order of the commits, once the batch is on
 * disk (synced). Batches queued while one is being written share the next transaction. It is not called if the store
 * is closed before. */
typedef void (*WeirStoreDoneFunc) (gpointer user_data);
void        weir_store_commit       (WeirStore    *self,
                                     WeirBatch    *batch,
                                     WeirStoreDoneFunc done,
                                     gpointer      user_data);
/* The same for what is to be in one transaction with the next commit, which must follow at once. */
void        weir_store_write_ahead  (WeirStore    *self,
                                     WeirBatch    *batch);
/* The highest numbers in use, read when the store was opened. */
gint64      weir_store_get_last_run_id    (WeirStore *self);
gint64      weir_store_get_last_effect_id (WeirStore *self);
/* Variables are read at once, from a cache of all (they are few), which puts update. (transfer full), NULL if
 * unset */
WeirValue  *weir_store_dup_variable (WeirStore    *self,
                                     const char   *workflow_id,
                                     const char   *name);

/* All of them as one record. (transfer full) */
WeirValue  *weir_store_dup_variables (WeirStore   *self,
                                     const char   *workflow_id);
/* Of what the trouble function is told: whether it will never be over. */
gboolean    weir_store_is_damage    (const char   *message);
/* Makes a value that is on its way to the disk readable at once. @value NULL: unset. */
void        weir_store_cache_variable (WeirStore  *self,
                                     const char   *workflow_id,
                                     const char   *name,
                                     WeirValue    *value);

/* ── asking: futures, on the reading thread ──────────────────────────────────────────────── */

/* Saves the text as a new version of @id (NULL: a new workflow), unless the newest version has the same text. On the
 * writing thread. Resolves to WeirSavedVersion (boxed). */
typedef struct { char *id; guint version; gboolean changed; /* the text is another one than before */ } WeirSavedVersion;
#define WEIR_TYPE_SAVED_VERSION (weir_saved_version_get_type ())
GType       weir_saved_version_get_type (void) G_GNUC_CONST;
DexFuture  *weir_store_save_workflow    (WeirStore *self, const char *id, const char *name, const char *text,
                                         const char *folder, const char *message);
/* AMEND: the newest version takes the text over if it may. SETTLE: no later save does so with the version that this one makes. */
typedef enum { WEIR_SAVE_AMEND = 1 << 0, WEIR_SAVE_SETTLE = 1 << 1 } WeirSaveFlags;
/* @done: number of the edit that would come next, where edits are kept; -1 otherwise */
DexFuture  *weir_store_save_edited      (WeirStore *self, const char *id, const char *name, const char *text,
                                         const char *folder, const char *message, gint64 done, WeirSaveFlags flags);
void        weir_store_settle_version   (WeirStore *self, const char *id, guint version);
/* @version 0: the newest. @name NULL: none. Resolves to the version (guint). */
DexFuture  *weir_store_name_version     (WeirStore *self, const char *id, guint version, const char *name);
/* By id or name (deleted ones by id only). Resolves to WeirStoredWorkflow (boxed). */
typedef struct { char *id, *name, *text, *folder; guint version; } WeirStoredWorkflow;
#define WEIR_TYPE_STORED_WORKFLOW (weir_stored_workflow_get_type ())
GType       weir_stored_workflow_get_type (void) G_GNUC_CONST;
DexFuture  *weir_store_load_workflow    (WeirStore *self, const char *id_or_name, guint version);
/* The same at once, for sub-workflows while a run is being recovered; blocks briefly. */
WeirStoredWorkflow *weir_store_load_workflow_now (WeirStore *self, const char *id_or_name, guint version,
                                                  GError **error);
void        weir_stored_workflow_free   (WeirStoredWorkflow *self);
void        weir_saved_version_free     (WeirSavedVersion *self);
DexFuture  *weir_store_list_workflows   (WeirStore *self);
DexFuture  *weir_store_list_versions    (WeirStore *self, const char *id);
DexFuture  *weir_store_list_runs        (WeirStore *self, const char *workflow_id, guint limit);
DexFuture  *weir_store_load_run         (WeirStore *self, gint64 run);
/* Runs whose status is not final, oldest first, read when the store was opened. (transfer full): GListModel of
 * WeirRunInfo */
GListModel *weir_store_list_unfinished  (WeirStore *self);
/* With values whole (blobs read back) if @whole, else values of 64 KiB and more come as
 * {"$blob": hash, "size": bytes, "type": kind, "preview": text}. */
DexFuture  *weir_store_load_events      (WeirStore *self, gint64 run, guint64 after_seq, gboolean whole);
/* Of several runs (numbers, consumed), one after the other, whole. */
DexFuture  *weir_store_load_events_of   (WeirStore *self, GArray *runs);
DexFuture  *weir_store_load_value       (WeirStore *self, const char *hash);
DexFuture  *weir_store_query_logs       (WeirStore *self, gint64 run, int level, const char *block_path,
                                         const char *text, guint64 after_seq, guint limit);
DexFuture  *weir_store_list_effects     (WeirStore *self, gint64 run);
DexFuture  *weir_store_list_step_effects (WeirStore *self, gint64 run, guint32 scope, guint32 firing, const char *block);
typedef struct { gint64 id; gint64 at; char *kind; gint64 run; WeirValue *data; } WeirKeptReport;
void        weir_kept_report_free            (WeirKeptReport *self);
/* Reports that were kept, newest first: a GPtrArray (boxed) of WeirKeptReport. @kind NULL: of all. */
DexFuture  *weir_store_list_reports     (WeirStore *self, const char *kind, guint limit);

/* ── recently deleted, and for good: on the writing thread ───────────────────────────────── */

/* Into the bin and out of it; each resolves to TRUE and leaves an audit row. @actor: "user", "cli", a name. */
DexFuture  *weir_store_mark_run         (WeirStore *self, gint64 run, const char *actor, const char *reason);
DexFuture  *weir_store_mark_workflow    (WeirStore *self, const char *id, const char *actor, const char *reason);
DexFuture  *weir_store_restore_run      (WeirStore *self, gint64 run, const char *actor);
DexFuture  *weir_store_restore_workflow (WeirStore *self, const char *id, const char *actor);
/* Parts of runs: weir_batch_bin_part (). That a part is not there; that it is there, does not expire any more, and what is known of it. */
typedef struct
{
  guint32    scope;
  char      *block;    /* NULL: all of the scope */
  WeirValue *data;     /* of the event that says so */
  gint64     last_seq; /* of the journal of its run, as far as it is on disk */
} WeirBinnedPart;
#define WEIR_TYPE_BINNED_PART (weir_binned_part_get_type ())
GType       weir_binned_part_get_type   (void) G_GNUC_CONST;
void        weir_binned_part_free       (WeirBinnedPart *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirBinnedPart, weir_binned_part_free)
DexFuture  *weir_store_check_not_binned (WeirStore *self, gint64 run, const char *path);
DexFuture  *weir_store_hold_part        (WeirStore *self, gint64 run, const char *path);
/* A GPtrArray (boxed) of WeirDeleted, last deleted first. */
DexFuture  *weir_store_list_deleted     (WeirStore *self);
/* A WeirFootprint (boxed). */
DexFuture  *weir_store_measure_run      (WeirStore *self, gint64 run);
/* Removes a run and all it left but one audit row; blobs that nothing refers to any more are freed. */
DexFuture  *weir_store_delete_run       (WeirStore *self, gint64 run, const char *actor, const char *reason);
DexFuture  *weir_store_delete_workflow  (WeirStore *self, const char *id, const char *actor, const char *reason);
/* One part of what is done when idle; resolves to whether there is more (gboolean). */
DexFuture  *weir_store_purge            (WeirStore *self);

/* A GPtrArray (boxed) of WeirAuditRow, oldest first. */
DexFuture  *weir_store_list_audit       (WeirStore *self);
/* The number of rows (guint); rejects with WEIR_ERROR_CONFLICT. */
DexFuture  *weir_store_verify_audit     (WeirStore *self);

DexFuture  *weir_store_set_retention    (WeirStore *self, const char *workflow_id, const char *kind, gint64 age,
                                         gint64 max_bytes);
/* A GPtrArray (boxed) of WeirRetention. */
DexFuture  *weir_store_list_retention   (WeirStore *self);
/* A WeirUsage (boxed). */
DexFuture  *weir_store_get_usage        (WeirStore *self);
/* Adds the files below a folder, links not followed. Any thread; blocks. */
void        weir_folder_add_size        (const char *path, guint64 *n_files, guint64 *bytes);

/* ── what outlives a run ─────────────────────────────────────────────────────────────────── */

/* Answered after all batches that were committed before the question. What has expired counts as unset. */
typedef struct { char *workflow_id, *block, *key; WeirValue *value; gint64 updated_at, expires_at; } WeirState;
#define WEIR_TYPE_STATE (weir_state_get_type ())
GType       weir_state_get_type         (void) G_GNUC_CONST;
void        weir_state_free             (WeirState *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirState, weir_state_free)
/* Resolves to a WeirState (boxed); its value is NULL if unset. */
DexFuture  *weir_store_get_state        (WeirStore *self, const char *workflow_id, const char *block, const char *key);
/* All keys of a block, ordered: a GPtrArray (boxed) of WeirState. */
DexFuture  *weir_store_list_state       (WeirStore *self, const char *workflow_id, const char *block);

typedef struct { WeirValue *outputs; gint64 run; char *step; gint64 created_at, expires_at; } WeirCached;
#define WEIR_TYPE_CACHED (weir_cached_get_type ())
GType       weir_cached_get_type        (void) G_GNUC_CONST;
void        weir_cached_free            (WeirCached *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirCached, weir_cached_free)
/* Resolves to a WeirCached (boxed); rejects with WEIR_ERROR_NOT_FOUND. */
DexFuture  *weir_store_find_cached      (WeirStore *self, const char *key);
/* Forgets all; resolves to how many there were (gint64). */
DexFuture  *weir_store_clear_cache      (WeirStore *self);

/* Outputs of one block in a named set. */
typedef struct { char *block; WeirValue *outputs; gint64 run, created_at; } WeirFixture;
WeirFixture *weir_fixture_new           (const char *block, WeirValue *outputs, gint64 run);
void        weir_fixture_free           (WeirFixture *self);
typedef struct { char *name; guint n_blocks; gint64 run, created_at; } WeirFixtureSet;
void        weir_fixture_set_free       (WeirFixtureSet *self);
/* Edits of a workflow that can be undone: the text that they begin with, and what each changed, as JSON. */
typedef struct { gint64 number, at; char *name, *changes; } WeirStoredEdit;
/* @text NULL: none are kept. Those below @done are done; @version is the last one known, saved when @saved were (-1: not from them). */
typedef struct { WeirStoredWorkflow *workflow; char *text; gint64 first, done, saved; guint version; GPtrArray *edits; } WeirStoredEdits;
#define WEIR_TYPE_STORED_EDITS (weir_stored_edits_get_type ())
GType       weir_stored_edits_get_type  (void) G_GNUC_CONST;
void        weir_stored_edits_free      (WeirStoredEdits *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirStoredEdits, weir_stored_edits_free)
DexFuture  *weir_store_begin_edits      (WeirStore *self, const char *workflow, const char *text);
DexFuture  *weir_store_put_edit         (WeirStore *self, const char *workflow, gint64 number, const char *name, gint64 at,
                                         char *changes);
DexFuture  *weir_store_go_to_edit       (WeirStore *self, const char *workflow, gint64 done);
/* @rewritten: number of an edit that gets other @changes (consumed), if these are not NULL. */
DexFuture  *weir_store_drop_edits       (WeirStore *self, const char *workflow, gint64 first, const char *text,
                                         gint64 rewritten, char *changes);
DexFuture  *weir_store_load_edits       (WeirStore *self, const char *workflow);

/* Replaces the whole set by @fixtures (of WeirFixture, consumed); an empty one removes it. Resolves to TRUE. */
DexFuture  *weir_store_save_fixtures    (WeirStore *self, const char *workflow_id, const char *name, GPtrArray *fixtures);
/* A GPtrArray (boxed) of WeirFixture, by block; rejects with WEIR_ERROR_NOT_FOUND. */
DexFuture  *weir_store_load_fixtures    (WeirStore *self, const char *workflow_id, const char *name);
/* A GPtrArray (boxed) of WeirFixtureSet, by name. */
DexFuture  *weir_store_list_fixtures    (WeirStore *self, const char *workflow_id);

/* ── blobs: any thread ───────────────────────────────────────────────────────────────────── */

/* Keeps content by its hash (32 bytes as 64 hex digits); the file is synced before this returns. (transfer full) */
char       *weir_store_put_blob         (WeirStore *self, const void *data, gsize size, GError **error);
/* Keeps a copy of a regular file as it is now: by reflink where the file system can. */
char       *weir_store_put_file         (WeirStore *self, const char *path, guint64 *size, GError **error);
/* Whether something of the store failed since the disk is full. */
gboolean    weir_store_says_full        (const GError *error);
char       *weir_store_get_blob_path    (WeirStore *self, const char *hash);
/* Mapped, checked against its hash. */
GBytes     *weir_store_read_blob        (WeirStore *self, const char *hash, GError **error);

/* Constructors of the public snapshots, defined in service/weir-run-info.c. */
WeirRunInfo      *weir_run_info_new      (gint64 id, const char *workflow_id, const char *workflow_name, guint version, WeirRunStatus status,
                                          gint64 created_at, gint64 ended_at, guint n_steps, const char *error, guint n_effects, guint n_undone);
WeirWorkflowInfo *weir_workflow_info_new (const char *id, const char *name, guint version, gint64 changed_at,
                                          WeirRunInfo *last_run);

G_END_DECLS
