/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "weir-block-kind.h"
#include "weir-stream.h"

G_BEGIN_DECLS

/**
 * WeirStep:
 *
 * One firing of one block, as the block kind sees it: its inputs, its outputs, and the only way to the file system,
 * programs, variables and the clock. Main thread only. Alive until the future of `run` is resolved; a fiber
 * that may outlive it holds its own reference.
 */
#define WEIR_TYPE_STEP (weir_step_get_type ())
WEIR_API GType         weir_step_get_type     (void) G_GNUC_CONST;
WEIR_API WeirStep     *weir_step_ref          (WeirStep *self);
WEIR_API void          weir_step_unref        (WeirStep *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirStep, weir_step_unref)

/* Runs @func in a fiber that may await; the future is what `run` returns. TRUE is success. */
typedef gboolean (*WeirStepFunc) (gpointer settings, WeirStep *step, GError **error);
WEIR_API DexFuture    *weir_step_spawn        (WeirStep     *self,
                                               gpointer      settings,
                                               WeirStepFunc  func) G_GNUC_WARN_UNUSED_RESULT;

/* The value at an input, already converted to its type (transfer none); NULL when nothing was delivered. */
WEIR_API WeirValue    *weir_step_get_input    (WeirStep     *self,
                                               const char   *port);
/* Sets what an output gives when the step succeeds; ports never set stay closed. The last call counts. */
WEIR_API void          weir_step_emit         (WeirStep     *self,
                                               const char   *port,
                                               WeirValue    *value);
WEIR_API void          weir_step_emit_take    (WeirStep     *self,
                                               const char   *port,
                                               WeirValue    *value);
/* What goes with the failure as its "data" if this attempt fails: {retry_after_ms: int} delays the next attempt at least so long. */
WEIR_API void          weir_step_set_failure_data (WeirStep *self,
                                               WeirValue    *data);
/* On a side port: delivered at once, each time. */
WEIR_API void          weir_step_emit_side    (WeirStep     *self,
                                               const char   *port,
                                               WeirValue    *value);

typedef enum
{
  WEIR_LOG_DEBUG,
  WEIR_LOG_INFO,
  WEIR_LOG_WARNING,
  WEIR_LOG_ERROR,
} WeirLogLevel;

WEIR_API void          weir_step_log          (WeirStep     *self,
                                               WeirLogLevel  level,
                                               const char   *format,
                                               ...) G_GNUC_PRINTF (3, 4);
/* @fields: a record, or NULL. */
WEIR_API void          weir_step_log_fields   (WeirStep     *self,
                                               WeirLogLevel  level,
                                               const char   *message,
                                               WeirValue    *fields);
/* @fraction: 0 to 1, or -1 where unknown; @text may be NULL. Cheap: coalesced. */
WEIR_API void          weir_step_set_progress (WeirStep     *self,
                                               double        fraction,
                                               const char   *text);

WEIR_API guint         weir_step_get_attempt  (WeirStep     *self);
/* Whether it fires because the patience of its block was over: see weir_port_list_set_patience (). */
WEIR_API gboolean      weir_step_get_expired  (WeirStep     *self);
WEIR_API const char   *weir_step_get_block_id (WeirStep     *self);
/* What the block says under `concurrency`: how many runs of the body at once; 0 when it says nothing. */
WEIR_API guint         weir_step_get_concurrency (WeirStep  *self);
/* The same for every attempt of this step and for no other step (C7): 32 hex digits. */
WEIR_API const char   *weir_step_get_idempotency_key (WeirStep *self);
WEIR_API const char   *weir_step_get_run_id   (WeirStep     *self);
/* The same for all that belongs together: a run, its sub-workflows, and what they start. */
WEIR_API const char   *weir_step_get_correlation_id (WeirStep *self);
/* Cancelled when the step is stopped, timed out or its run force stopped. (transfer none) */
WEIR_API GCancellable *weir_step_get_cancellable (WeirStep  *self);
/* µs UTC on the engine's clock, the same for a replay. */
WEIR_API gint64        weir_step_get_time     (WeirStep     *self);
/* The same of when it began, or began anew after a failure: a restart of the program does not change it. */
WEIR_API gint64        weir_step_get_began    (WeirStep     *self);
/* µs UTC on the engine's clock, now. */
WEIR_API gint64        weir_step_get_now      (WeirStep     *self);
/* Resolves after @duration_ms on the engine's clock; rejects when the step is stopped. Holds no fiber. */
WEIR_API DexFuture    *weir_step_sleep        (WeirStep     *self,
                                               gint64        duration_ms) G_GNUC_WARN_UNUSED_RESULT;

/**
 * WeirWait:
 * @key: tells the waits of one step apart: "approval"
 * @due_at: when it ends by itself, µs UTC; 0: never
 * @pause_holds: the time that the run is paused does not count: @due_at moves on by it
 * @channel: name of the signals that end it (weir_run_signal ()), or NULL
 * @request: what a person is asked, a record for whoever shows it, or NULL
 * @reason: why it waits, for people: "waits for approval"
 * @accept: whether a signal of the channel is the one, or NULL for any
 * @check: what an answer must be: gives the answer as it is kept (transfer full), or NULL with what was expected, and
 *   the wait goes on; NULL: any answer
 * @poll: looks every @poll_ms, and at once, whether what it waits for is there: gives the answer (transfer full), NULL to
 *   go on waiting, NULL with an error to fail; or NULL
 * @poll_ms: how often
 * @user_data: for @accept, @check and @poll
 */
typedef gboolean   (*WeirWaitFunc)  (gpointer user_data, WeirStep *step, WeirValue *value);
typedef WeirValue *(*WeirCheckFunc) (gpointer user_data, WeirStep *step, WeirValue *value, GError **error);
typedef WeirValue *(*WeirPollFunc)  (gpointer user_data, WeirStep *step, GError **error);
typedef struct
{
  const char    *key;
  gint64         due_at;
  gboolean       pause_holds;
  const char    *channel;
  WeirValue     *request;
  const char    *reason;
  WeirWaitFunc   accept;
  WeirCheckFunc  check;
  WeirPollFunc   poll;
  gint64         poll_ms;
  gpointer       user_data;
} WeirWait;

/* Waits, perhaps for weeks, and over restarts of the program: then `run` is called anew and gets the same wait back. Resolves to a
 * WeirValue: null when the time has come, else the answer as record {value, by, comment?}. Holds no fiber: use dex_future_then ()
 * where it may take long. */
WEIR_API DexFuture    *weir_step_wait         (WeirStep       *self,
                                               const WeirWait *wait) G_GNUC_WARN_UNUSED_RESULT;
/* Answers the wait of the step itself: what it waited for has come. @by: who or what brought it. FALSE with @error when the answer
 * is not what the wait expects, or when it does not wait (any more). */
WEIR_API gboolean      weir_step_answer       (WeirStep       *self,
                                               WeirValue      *value,
                                               const char     *by,
                                               GError        **error);
/* Resolves to the record {run, status, result?, error?} when another run has ended, at once if it has. */
WEIR_API DexFuture    *weir_step_watch_run    (WeirStep       *self,
                                               gint64          run) G_GNUC_WARN_UNUSED_RESULT;

/* State that outlives the run. @scope: "block": of this block of this workflow; "workflow" and "all": of this kind in the workflow or in all of
 * them. */
/* Resolves to the value, null if there is none. From then on weir_step_get_state () has it. */
WEIR_API DexFuture    *weir_step_load_state   (WeirStep       *self,
                                               const char     *scope,
                                               const char     *key) G_GNUC_WARN_UNUSED_RESULT;
/* As it is now, what other steps saved meanwhile included; NULL if there is none. After weir_step_load_state (). (transfer none) */
WEIR_API WeirValue    *weir_step_get_state    (WeirStep       *self,
                                               const char     *scope,
                                               const char     *key);
/* Other steps see it at once; on disk it is together with the result of the step, or with its failure. @value NULL: removed; @ttl_ms 0: for
 * ever. After weir_step_load_state (). */
WEIR_API void          weir_step_save_state   (WeirStep       *self,
                                               const char     *scope,
                                               const char     *key,
                                               WeirValue      *value,
                                               gint64          ttl_ms);

/* Entries that workflows keep by name, in buckets of the workflow ("workflow") or of all ("all"). */
/* Resolves to the value, null if there is none. */
WEIR_API DexFuture    *weir_step_find_entry   (WeirStep       *self,
                                               const char     *scope,
                                               const char     *bucket,
                                               const char     *key) G_GNUC_WARN_UNUSED_RESULT;
/* @value NULL: removed; @ttl_ms 0: for ever; @if_absent: only where there is none. Recorded and undoable. Resolves to what was there
 * before, null if nothing. */
WEIR_API DexFuture    *weir_step_put_entry    (WeirStep       *self,
                                               const char     *scope,
                                               const char     *bucket,
                                               const char     *key,
                                               WeirValue      *value,
                                               gint64          ttl_ms,
                                               gboolean        if_absent) G_GNUC_WARN_UNUSED_RESULT;

/* What expressions of the step see, by name; @names NULL: all of it, else of what is not a local only those. (transfer full): a record */
WEIR_API WeirValue    *weir_step_dup_scope    (WeirStep       *self,
                                               const char *const *names);
/* Evaluates an EXPRESSION field in the step's scope (inputs, input, value, vars, blocks, item, index, run), with the
 * members of the record @locals (nullable) on top. */
WEIR_API WeirValue    *weir_step_evaluate     (WeirStep     *self,
                                               const char   *source,
                                               WeirValue    *locals,
                                               GError      **error);
/* The same for a raw setting that may be `=expression`, a template with {{ }}, or text as it is. */
WEIR_API WeirValue    *weir_step_evaluate_setting (WeirStep *self,
                                               const char   *text,
                                               WeirValue    *locals,
                                               GError      **error);

/* Variables. Scope is "run", "workflow" or "global". Setting workflow and global ones is recorded and undoable. */
WEIR_API WeirValue    *weir_step_dup_variable (WeirStep     *self,
                                               const char   *scope,
                                               const char   *name);
WEIR_API DexFuture    *weir_step_set_variable (WeirStep     *self,
                                               const char   *scope,
                                               const char   *name,
                                               WeirValue    *value) G_GNUC_WARN_UNUSED_RESULT;

/* Ends the whole run, or the sub-workflow that the step belongs to, once this step has succeeded. @status: "succeeded", "failed" or "cancelled"; @exit_code: of the command line, -1 for what
 * follows from the status; @value: the result, or the error value. */
WEIR_API void          weir_step_end_run      (WeirStep     *self,
                                               const char   *status,
                                               int           exit_code,
                                               WeirValue    *value);

/* Containers. Runs the block's body once as @key ("0", "1", ...: unique within the step), with the record @locals
 * added to the scope (item, index). Resolves to the result of the body (WeirValue), rejects with its failure. A key that
 * finished before a crash or in an earlier attempt of a resumed run resolves at once to its recorded result. */
WEIR_API DexFuture    *weir_step_run_body     (WeirStep     *self,
                                               const char   *key,
                                               WeirValue    *locals) G_GNUC_WARN_UNUSED_RESULT;
/* Branches are the parts of the body that no link joins, each called by the id of its first block; in the order of the file. */
WEIR_API char        **weir_step_list_branches (WeirStep    *self);
/* As weir_step_run_body (), but of the one branch. */
WEIR_API DexFuture    *weir_step_run_branch   (WeirStep     *self,
                                               const char   *branch,
                                               const char   *key,
                                               WeirValue    *locals) G_GNUC_WARN_UNUSED_RESULT;
/* Ends the run of the body or branch @key: its future then rejects with flow.cancelled, by force with flow.interrupted. */
WEIR_API void          weir_step_stop_body    (WeirStep     *self,
                                               const char   *key,
                                               gboolean      force);
/* What the run of the body or branch @key failed with, with its data; NULL if it did not fail. (transfer full) */
WEIR_API WeirValue    *weir_step_dup_body_error (WeirStep   *self,
                                               const char   *key);
/* Resolves to what was done to the world in the run of the body or branch @key: a list of records {block, type, target, undo}. */
WEIR_API DexFuture    *weir_step_load_body_effects (WeirStep *self,
                                               const char   *key) G_GNUC_WARN_UNUSED_RESULT;
/* Takes back what was done to the world in the run of the body or branch @key, which is over. Resolves to a record {undone: int, kept: a list of
 * records {block, type, target, reason}}. */
WEIR_API DexFuture    *weir_step_undo_body    (WeirStep     *self,
                                               const char   *key) G_GNUC_WARN_UNUSED_RESULT;
/**
 * WeirCall:
 * @workflow: an id, a name or a path of a file
 * @version: 0 for the latest
 * @inputs: a record, or NULL
 * @inherit_variables: whether it has the run's variables of its caller; else it begins with none
 * @recursive: whether it may be one of those that are being run around it
 * @max_depth: how deep workflows may call each other here; 0: as deep as they may anywhere, 16
 */
typedef struct
{
  const char *workflow;
  guint       version;
  WeirValue  *inputs;
  gboolean    inherit_variables;
  gboolean    recursive;
  guint       max_depth;
} WeirCall;

/* Runs another workflow as part of this run. Resolves to its result; fails with limit.depth. */
WEIR_API DexFuture    *weir_step_call_workflow (WeirStep    *self,
                                               const WeirCall *call) G_GNUC_WARN_UNUSED_RESULT;
/* Starts a run of its own and does not wait for it; undoing that stops it. @workflow: as in WeirCall; @priority: -100 to 100. Resolves to its
 * number (WeirValue). */
WEIR_API DexFuture    *weir_step_start_run    (WeirStep     *self,
                                               const char   *workflow,
                                               guint         version,
                                               WeirValue    *inputs,
                                               int           priority) G_GNUC_WARN_UNUSED_RESULT;
/* What follows the output `undo` of the step takes back what comes after it: a run of its own, tried @attempts times, when the run is undone, with
 * @value at that port. Resolves once that is on disk. */
WEIR_API DexFuture    *weir_step_add_undo_point (WeirStep   *self,
                                               WeirValue    *value,
                                               guint         attempts) G_GNUC_WARN_UNUSED_RESULT;
/**
 * WeirItemEnd:
 * @index: place among all items
 * @place: among those that the kind brought; G_MAXUINT: it came from outside
 * @item: the item
 * @result: what it gave, or NULL
 * @error: what it failed with, or NULL
 * @duration_us: of its last attempt
 * @again: it was over before a restart of the program, and perhaps told of
 * @known: it did not run: it ended that way in the run of which this one runs one item again
 *
 * The end of an item of a swarm.
 */
typedef struct
{
  guint      index;
  guint      place;
  WeirValue *item;
  WeirValue *result;
  WeirValue *error;
  gint64     duration_us;
  gboolean   again;
  gboolean   known;
} WeirItemEnd;

/**
 * WeirSwarmSetup:
 * @concurrency: items under way at once
 * @open: takes more items from outside until it is closed
 * @max_items: at most so many in all; 0: any number
 * @close_at_max: closed once there are so many
 * @chunk: items that come from outside in one entry of the journal
 * @item_type: what an item from outside must be, or NULL
 * @timeout_ms: an item that takes longer is stopped and fails with limit.timeout; 0: any time
 * @ageing_ms: an item that waits so long rises by one level; 0: never
 * @get_item: the item that the kind itself brings at @place, in the order in which it brought them (transfer full); NULL: not there yet.
 *   For each item asked for in turn, and once more when it is told of its end
 * @rate: the priority of an item, before it may be started, in the order of the items; FALSE with @reason: it is left out. Or NULL
 * @ended: an item is over. After a restart of the program again for those of which not everything was told: see weir_step_emit_item ()
 * @idle: nothing can be started; items may be added. Nothing runs either: it may end, or wait
 * @stopped: the step is being stopped, and nothing runs any more
 * @user_data: for all of them
 * @destroy: for @user_data, when the step is over
 *
 * How a step goes over items as a swarm. An item that waits holds no scope and no fiber. All is recorded: after a restart nothing that is
 * over runs again and nothing is lost.
 */
typedef struct
{
  guint       concurrency;
  gboolean    open;
  guint       max_items;
  gboolean    close_at_max;
  guint       chunk;
  const char *item_type;
  gint64      timeout_ms;
  gint64      ageing_ms;
  WeirValue *(*get_item) (gpointer user_data, guint place);
  gboolean   (*rate)     (gpointer user_data, guint index, WeirValue *item, int *priority, char **reason);
  void       (*ended)    (gpointer user_data, const WeirItemEnd *end);
  void       (*idle)     (gpointer user_data);
  void       (*stopped)  (gpointer user_data);
  gpointer    user_data;
  GDestroyNotify destroy;
} WeirSwarmSetup;

/**
 * WeirSwarmCounts:
 *
 * Of the items of a swarm; the first is the sum of the others, but for n_stopped, which is of those that failed: because somebody
 * stopped them; and n_brought: of the items that the kind brought itself.
 */
typedef struct
{
  guint    n_items;
  guint    n_queued;
  guint    n_running;
  guint    n_ok;
  guint    n_failed;
  guint    n_skipped;
  guint    n_stopped;
  guint    n_brought;
  gboolean open;
} WeirSwarmCounts;

/* @setup is copied; its functions are called as long as the step runs. */
WEIR_API void          weir_step_begin_swarm  (WeirStep     *self,
                                               const WeirSwarmSetup *setup);
/* The kind brings @n more. */
WEIR_API void          weir_step_bring_items  (WeirStep     *self,
                                               guint         n);
WEIR_API void          weir_step_count_items  (WeirStep     *self,
                                               WeirSwarmCounts *counts);
/* Something changed on the side of the kind: an item is there, or more may start. */
WEIR_API void          weir_step_wake_swarm   (WeirStep     *self);
/* No item is started any more. */
WEIR_API void          weir_step_drain_swarm  (WeirStep     *self);
/* An item that failed is tried again after @delay_ms; from within @ended. */
WEIR_API void          weir_step_retry_item   (WeirStep     *self,
                                               guint         index,
                                               gint64        delay_ms,
                                               WeirValue    *error);
/* How often it was tried again. */
WEIR_API guint         weir_step_get_retries  (WeirStep     *self,
                                               guint         index);
/* On a side port, as weir_step_emit_side (), for an item that is over: once for each of two slots (0 and 1), also over restarts. */
WEIR_API void          weir_step_emit_item    (WeirStep     *self,
                                               const char   *port,
                                               WeirValue    *value,
                                               guint         index,
                                               guint         slot);
/* Whether somebody listens at a side port. */
WEIR_API gboolean      weir_step_is_linked    (WeirStep     *self,
                                               const char   *port);
/* What the items gave, as a list: in the order of the items, or in which they ended. @all: null for those that gave nothing, else these are left
 * out. (transfer full) */
WEIR_API WeirValue    *weir_step_list_results (WeirStep     *self,
                                               gboolean      as_ended,
                                               gboolean      all);
/* The failures, in the same order: @func for each. */
typedef void (*WeirFailureFunc) (gpointer user_data, guint index, WeirValue *error);
WEIR_API void          weir_step_foreach_failure (WeirStep  *self,
                                               gboolean      as_ended,
                                               WeirFailureFunc func,
                                               gpointer      user_data);
/* As it was added, or as the kind gives it. NULL: not there. (transfer full) */
WEIR_API WeirValue    *weir_step_dup_item     (WeirStep     *self,
                                               guint         index);
/* Runs another workflow as part of this run: @workflow is an id, a name or a path of a file, @version 0 for the latest.
 * Resolves to its result. Fails with limit.depth below 16 levels. */
WEIR_API DexFuture    *weir_step_run_workflow (WeirStep     *self,
                                               const char   *workflow,
                                               guint         version,
                                               WeirValue    *inputs) G_GNUC_WARN_UNUSED_RESULT;

/* Files. Paths may begin with ~; relative ones are below the folder of the workflow's file, else the home folder.
 * Every access is recorded for the run. Effects write their undo record before they touch anything. */
WEIR_API char         *weir_step_resolve_path (WeirStep     *self,
                                               const char   *path,
                                               GError      **error);
/* Records that the step uses @target with @permission ("fs.read", "net", "exec", ...) and refuses what is not granted. */
WEIR_API gboolean      weir_step_require      (WeirStep     *self,
                                               const char   *permission,
                                               const char   *target,
                                               GError      **error);
/* Resolves to GBytes. Fails with limit.size above @max_bytes. Reads in a thread. */
WEIR_API DexFuture    *weir_step_read_file    (WeirStep     *self,
                                               const char   *path,
                                               gsize         max_bytes) G_GNUC_WARN_UNUSED_RESULT;

typedef enum
{
  WEIR_WRITE_REPLACE,    /* atomic: temporary file, then rename; mode and extended attributes kept */
  WEIR_WRITE_APPEND,
  WEIR_WRITE_CREATE_NEW, /* io.exists if there is one */
  WEIR_WRITE_UNSYNCED = 1 << 4, /* with one of these: does not wait for the disk */
} WeirWriteMode;

/* Resolves to a boolean: whether the file is new. Missing parents are made if @make_parents. */
WEIR_API DexFuture    *weir_step_write_file   (WeirStep     *self,
                                               const char   *path,
                                               GBytes       *content,
                                               WeirWriteMode mode,
                                               gboolean      make_parents) G_GNUC_WARN_UNUSED_RESULT;
/* Moves or renames a file or folder, over file systems too. @replace: whether something at @to may be replaced
 * (it is kept for undo). Resolves to where it is now (WeirValue, text). */
WEIR_API DexFuture    *weir_step_move_file    (WeirStep     *self,
                                               const char   *from,
                                               const char   *to,
                                               gboolean      replace,
                                               gboolean      make_parents) G_GNUC_WARN_UNUSED_RESULT;

/* Streams. What an expression reads of the step's scope besides item and index: the "scope" of a stream's operation. */
WEIR_API WeirValue    *weir_step_capture_scope (WeirStep    *self,
                                               const char   *source,
                                               GError      **error);
/* Ends when the step is stopped; the file is recorded as read. */
WEIR_API WeirStreamReader *weir_step_open_stream (WeirStep  *self,
                                               WeirValue    *stream,
                                               WeirStreamUnit unit,
                                               GError      **error);
/* Resolves to a record {created: bool, bytes: int}. Bytes as they are, items a line each; as weir_step_write_file () does. */
WEIR_API DexFuture    *weir_step_write_stream (WeirStep     *self,
                                               const char   *path,
                                               WeirValue    *stream,
                                               WeirWriteMode mode,
                                               gboolean      make_parents) G_GNUC_WARN_UNUSED_RESULT;
WEIR_API void          weir_step_show_progress_of (WeirStep *self,
                                               WeirStreamReader *reader);

typedef enum
{
  WEIR_COPY_REPLACE = 1 << 0,      /* what is there may be replaced; it is kept for undo */
  WEIR_COPY_FOLDERS = 1 << 1,      /* with all that is in them */
  WEIR_COPY_ATTRIBUTES = 1 << 2,   /* mode, time, extended attributes */
  WEIR_COPY_VERIFY = 1 << 3,       /* reads the copy back */
  WEIR_COPY_MAKE_PARENTS = 1 << 4,
} WeirCopyFlags;

/* By reflink where the file system can. Resolves to a boolean: whether @to is new. */
WEIR_API DexFuture    *weir_step_copy_file    (WeirStep     *self,
                                               const char   *from,
                                               const char   *to,
                                               WeirCopyFlags how) G_GNUC_WARN_UNUSED_RESULT;
/* Into the trash of the desktop (G_IO_ERROR_NOT_SUPPORTED where there is none), or for good, kept for undo. Resolves to a boolean. */
WEIR_API DexFuture    *weir_step_delete_file  (WeirStep     *self,
                                               const char   *path,
                                               gboolean      to_trash,
                                               gboolean      recursive) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves to a boolean: whether it is new. */
WEIR_API DexFuture    *weir_step_make_folder  (WeirStep     *self,
                                               const char   *path,
                                               gboolean      parents) G_GNUC_WARN_UNUSED_RESULT;
/* @permissions: {mode?: int, uid?: int, gid?: int, xattrs?: record of bytes}. Resolves to a boolean: whether anything was changed. */
WEIR_API DexFuture    *weir_step_set_permissions (WeirStep  *self,
                                               const char   *path,
                                               WeirValue    *permissions) G_GNUC_WARN_UNUSED_RESULT;
/* What an earlier attempt of this step chose as the target of an effect of @type ("file.move", "file.write"; from @source unless NULL)
 * before it was cut off: a kind that looks for a free name goes on with it. Resolves to a WeirValue: a text, or null. */
WEIR_API DexFuture    *weir_step_find_target  (WeirStep     *self,
                                               const char   *type,
                                               const char   *source) G_GNUC_WARN_UNUSED_RESULT;
/* A file (or folder) of the run's own, gone when the run has ended. Resolves to a WeirValue: its path as text. */
WEIR_API DexFuture    *weir_step_make_temporary (WeirStep   *self,
                                               const char   *name,
                                               gboolean      folder) G_GNUC_WARN_UNUSED_RESULT;

/* Effects of other kinds. intend() resolves to the effect's id (guint64) once its record is on disk: only then may the
 * effect begin. @type is the kind's own word ("notification"), @target what is touched, for people. */
WEIR_API DexFuture    *weir_step_intend       (WeirStep     *self,
                                               const char   *type,
                                               const char   *target,
                                               WeirValue    *before) G_GNUC_WARN_UNUSED_RESULT;
WEIR_API void          weir_step_complete_effect (WeirStep  *self,
                                               guint64       effect,
                                               WeirValue    *after);

/**
 * WeirProgram:
 * @argv: the program and its arguments, NULL-terminated; no shell
 * @cwd: folder, or NULL for the workflow's
 * @environment: "NAME=value" on top of the inherited, or NULL
 * @input: what is written to its standard input, or NULL for none
 * @input_stream: a stream that is written there instead, as fast as it is taken, or NULL
 * @max_output: bytes kept of each of stdout and stderr; more fails with limit.size
 * @kill_grace_ms: from SIGTERM to SIGKILL when stopped
 * @log_lines: whether each line is logged as it comes
 * @discard: nobody wants the output: only its beginning is kept, and @max_output does not matter
 * @memory: bytes that it may use; 0: any number. All that it starts together where systemd can be asked to see to that, else the address
 *   space of each process
 * @cpu_ms: time on a processor for each process, in whole seconds; 0: any
 * @open_files: files that a process may have open; 0: as many as this one
 *
 * A child process in its own process group: stopping the step ends the whole group.
 */
typedef struct
{
  const char *const *argv;
  const char        *cwd;
  const char *const *environment;
  GBytes            *input;
  WeirValue         *input_stream;
  gsize              max_output;
  gint64             kill_grace_ms;
  gboolean           log_lines;
  gboolean           discard;
  gint64             memory;
  gint64             cpu_ms;
  gint64             open_files;
} WeirProgram;

/* Folders that a program will change: kept before, compared after, so that what it did can be undone. Both wait: in a fiber. */
typedef struct _WeirTracker WeirTracker;
WEIR_API WeirTracker  *weir_step_track        (WeirStep          *self,
                                               const char *const *folders,
                                               GError           **error);
WEIR_API gboolean      weir_tracker_finish    (WeirTracker       *self,
                                               guint             *n_changed,
                                               GError           **error);

/* Resolves to a record {stdout: bytes, stderr: bytes, exit: int, signal: int (0: none), ms: int, limit: "memory" or "cpu" if that ended it}.
 * Fails with proc.not_found. */
WEIR_API DexFuture    *weir_step_run_program  (WeirStep          *self,
                                               const WeirProgram *program) G_GNUC_WARN_UNUSED_RESULT;

/**
 * WeirTurn:
 * @name: what is shared: the name of a lock, the key of a rate
 * @reach: "block": by the steps of this block, of all runs; "workflow": by those of its workflow that name the same; "all"
 * @label: for people, "lock printer"; NULL: the title of the block
 * @slots: how many steps may hold it at once, until they end; 0: any number
 * @count: how many may take it in @per_ms, 0: no limit
 * @per_ms: see @count
 * @burst: how many may take it at once after a time of rest
 *
 * Something that steps take turns at.
 */
typedef struct
{
  const char *name;
  const char *reach;
  const char *label;
  guint       slots;
  guint       count;
  gint64      per_ms;
  guint       burst;
} WeirTurn;

/* Resolves to TRUE when it is the step's turn, by priority, then age. What it took it gives back when it ends, or its program does. While it
 * waits it takes no place among those that run, and people can see why it waits. */
WEIR_API DexFuture    *weir_step_take_turn    (WeirStep       *self,
                                               const WeirTurn *turn) G_GNUC_WARN_UNUSED_RESULT;
/* Takes the turn if it can be had at once; else FALSE, and in how many ms there will be one (0: when another step ends). */
WEIR_API gboolean      weir_step_try_turn     (WeirStep       *self,
                                               const WeirTurn *turn,
                                               gint64         *delay_ms);
/* Resolves to TRUE when the rate that the limits set for @name (a host, "credential:github") allows one more; at once if they set none. To be
 * awaited before each request. */
WEIR_API DexFuture    *weir_step_wait_rate    (WeirStep       *self,
                                               const char     *name) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
