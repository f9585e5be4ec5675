/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libdex.h>

#include "weir-run.h"
#include "weir-subscription.h"
#include "weir-undo.h"
#include "weir-workflow.h"

G_BEGIN_DECLS

/**
 * WeirRunInfo:
 *
 * A run in a list. Immutable snapshot; properties of the same names.
 */
#define WEIR_TYPE_RUN_INFO (weir_run_info_get_type ())
WEIR_API G_DECLARE_FINAL_TYPE (WeirRunInfo, weir_run_info, WEIR, RUN_INFO, GObject)

WEIR_API gint64        weir_run_info_get_id            (WeirRunInfo *self);
WEIR_API const char   *weir_run_info_get_workflow_id   (WeirRunInfo *self);
WEIR_API const char   *weir_run_info_get_workflow_name (WeirRunInfo *self);
WEIR_API guint         weir_run_info_get_version       (WeirRunInfo *self);
WEIR_API WeirRunStatus weir_run_info_get_status        (WeirRunInfo *self);
WEIR_API gint64        weir_run_info_get_created_at    (WeirRunInfo *self);
WEIR_API gint64        weir_run_info_get_ended_at      (WeirRunInfo *self);
WEIR_API guint         weir_run_info_get_n_steps       (WeirRunInfo *self);
WEIR_API const char   *weir_run_info_get_error         (WeirRunInfo *self); /* message, or NULL */
WEIR_API guint         weir_run_info_get_n_effects     (WeirRunInfo *self); /* completed or intended, not undone */
WEIR_API guint         weir_run_info_get_n_undone      (WeirRunInfo *self);

/**
 * WeirWorkflowInfo:
 *
 * A workflow in a list. Immutable snapshot; properties of the same names.
 */
#define WEIR_TYPE_WORKFLOW_INFO (weir_workflow_info_get_type ())
WEIR_API G_DECLARE_FINAL_TYPE (WeirWorkflowInfo, weir_workflow_info, WEIR, WORKFLOW_INFO, GObject)

WEIR_API const char   *weir_workflow_info_get_id         (WeirWorkflowInfo *self);
WEIR_API const char   *weir_workflow_info_get_name       (WeirWorkflowInfo *self);
WEIR_API guint         weir_workflow_info_get_version    (WeirWorkflowInfo *self);
WEIR_API gint64        weir_workflow_info_get_changed_at (WeirWorkflowInfo *self);
/* Of the newest run; NULL if it never ran. (transfer none) */
WEIR_API WeirRunInfo  *weir_workflow_info_get_last_run   (WeirWorkflowInfo *self);

/**
 * WeirVersionInfo:
 *
 * A saved version of a workflow.
 */
typedef struct
{
  guint  version;
  gint64 saved_at;
  char  *message;   /* NULL for those saved by themselves */
} WeirVersionInfo;

/**
 * WeirLogLine:
 *
 * One line of a run's log.
 */
typedef struct
{
  gint64     run;
  guint64    seq;
  gint64     at;
  int        level;   /* WeirLogLevel */
  char      *path;    /* of the step, "move[3]/to"; NULL: the run */
  char      *block;   /* path of the block in the workflow, "move/to" */
  char      *message;
  WeirValue *fields;  /* or NULL */
} WeirLogLine;
WEIR_API void          weir_version_info_free (WeirVersionInfo *self);
WEIR_API void          weir_log_line_free     (WeirLogLine     *self);

/**
 * WeirEngine:
 *
 * Owns the store, the runs and the event bus of one data folder. Main thread; everything that waits answers with a future.
 * Signals: `run-added (WeirRun)`, `workflows-changed`, `trouble (message)`: the store cannot write (NULL: it can again),
 * `at-work (gboolean)`.
 */
#define WEIR_TYPE_ENGINE (weir_engine_get_type ())
WEIR_API G_DECLARE_FINAL_TYPE (WeirEngine, weir_engine, WEIR, ENGINE, GObject)

/* @data_dir NULL: `$XDG_DATA_HOME/weir`; ":memory:" keeps nothing. Fails with WEIR_ERROR_BUSY when another process owns the folder (the message says
 * which pid), WEIR_ERROR_NEWER, WEIR_ERROR_STORE. Makes what is missing, mode 0700, and migrates. */
WEIR_API WeirEngine   *weir_engine_new             (const char   *data_dir,
                                                    GError      **error);
/* What a newer Weir wrote (WEIR_ERROR_NEWER), for looking at: nothing runs, and what would write is refused with WEIR_ERROR_NEWER. */
WEIR_API WeirEngine   *weir_engine_new_read_only   (const char   *data_dir,
                                                    GError      **error);
/* Its database turned out to be damaged while it was in use: runs are suspended, nothing begins. "trouble" has said what to do. */
WEIR_API gboolean      weir_engine_is_damaged      (WeirEngine   *self);
WEIR_API gboolean      weir_engine_is_read_only    (WeirEngine   *self);
WEIR_API const char   *weir_engine_get_data_dir    (WeirEngine   *self);
/* Writes what is pending, suspends live runs (they resume at the next start) and closes the store. Resolves to TRUE. */
WEIR_API DexFuture    *weir_engine_close           (WeirEngine   *self) G_GNUC_WARN_UNUSED_RESULT;
/* The orderly end: starts nothing more, waits at most @grace_ms for steps that must not happen twice, and closes. Resolves to TRUE. */
WEIR_API DexFuture    *weir_engine_wind_down       (WeirEngine   *self,
                                                    gint64        grace_ms) G_GNUC_WARN_UNUSED_RESULT;
/* Whether such a step is at work. */
WEIR_API gboolean      weir_engine_is_at_work      (WeirEngine   *self);

/* Workflows. Saving gives the workflow its id and version; the same text again makes no version. Resolves to the version (guint). */
WEIR_API DexFuture    *weir_engine_save_workflow   (WeirEngine   *self,
                                                    WeirWorkflow *workflow,
                                                    const char   *message) G_GNUC_WARN_UNUSED_RESULT;
/* By id, or by name; @version 0: the latest. Resolves to a WeirWorkflow. */
WEIR_API DexFuture    *weir_engine_load_workflow   (WeirEngine   *self,
                                                    const char   *id,
                                                    guint         version) G_GNUC_WARN_UNUSED_RESULT;
/* The latest, for editing: its edits are kept and can be undone after a restart. Resolves to a WeirWorkflow. */
WEIR_API DexFuture    *weir_engine_open_workflow   (WeirEngine   *self,
                                                    const char   *id) G_GNUC_WARN_UNUSED_RESULT;
/* The same for one that was just saved. */
WEIR_API void          weir_engine_keep_history    (WeirEngine   *self,
                                                    WeirWorkflow *workflow);
/* Resolves to a GListModel of WeirWorkflowInfo, last changed first. */
WEIR_API DexFuture    *weir_engine_list_workflows  (WeirEngine   *self) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves to a GPtrArray (boxed) of WeirVersionInfo, newest first. */
WEIR_API DexFuture    *weir_engine_list_versions   (WeirEngine   *self,
                                                    const char   *id) G_GNUC_WARN_UNUSED_RESULT;
/* @version 0: the newest. @name NULL takes its name away. Resolves to the version (guint). */
WEIR_API DexFuture    *weir_engine_name_version    (WeirEngine   *self,
                                                    const char   *id,
                                                    guint         version,
                                                    const char   *name) G_GNUC_WARN_UNUSED_RESULT;
/* Hidden from lists; its runs and versions stay. */
WEIR_API DexFuture    *weir_engine_delete_workflow (WeirEngine   *self,
                                                    const char   *id) G_GNUC_WARN_UNUSED_RESULT;
WEIR_API DexFuture    *weir_engine_restore_workflow (WeirEngine  *self,
                                                    const char   *id) G_GNUC_WARN_UNUSED_RESULT;

/* Runs. Play validates (WEIR_ERROR_INVALID names the first error and how many there are), saves the version if it is new, and
 * resolves to a WeirRun that has been created durably. @inputs: a record or NULL. */
WEIR_API DexFuture    *weir_engine_play            (WeirEngine   *self,
                                                    WeirWorkflow *workflow,
                                                    WeirValue    *inputs) G_GNUC_WARN_UNUSED_RESULT;
/* Runs again, or with some outputs known; resolve to a WeirRun. @options: see weir_engine_rerun (). */
WEIR_API DexFuture    *weir_engine_rerun           (WeirEngine   *self,
                                                    gint64        run,
                                                    WeirValue    *options) G_GNUC_WARN_UNUSED_RESULT;
WEIR_API DexFuture    *weir_engine_play_with       (WeirEngine   *self,
                                                    WeirWorkflow *workflow,
                                                    WeirValue    *inputs,
                                                    WeirValue    *options) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves to a list of records {block, decision, reason, repeats?}. */
WEIR_API DexFuture    *weir_engine_plan_rerun      (WeirEngine   *self,
                                                    gint64        run,
                                                    WeirValue    *options) G_GNUC_WARN_UNUSED_RESULT;
/* Keeps what blocks gave in a run as a named set. */
WEIR_API DexFuture    *weir_engine_save_fixture    (WeirEngine   *self,
                                                    gint64        run,
                                                    const char   *name,
                                                    WeirValue    *blocks) G_GNUC_WARN_UNUSED_RESULT;
/* What a run of @workflow gets: @given (record, nullable) with defaults filled in, each converted to its type. Fails with input.missing,
 * input.type, or input.invalid for names that the workflow does not have; all problems are in the one message. (transfer full) */
WEIR_API WeirValue    *weir_workflow_complete_inputs (WeirWorkflow *workflow,
                                                    WeirValue    *given,
                                                    GError      **error);
/* A live run; NULL if there is none of that number. (transfer none) */
WEIR_API WeirRun      *weir_engine_find_run        (WeirEngine   *self,
                                                    gint64        id);
/* (transfer full): of WeirRun, live ones */
WEIR_API GListModel   *weir_engine_list_live_runs  (WeirEngine   *self);
/* Newest first. @workflow_id NULL: of all. Resolves to a GListModel of WeirRunInfo. */
WEIR_API DexFuture    *weir_engine_list_runs       (WeirEngine   *self,
                                                    const char   *workflow_id,
                                                    guint         limit) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves to a WeirRunInfo. */
WEIR_API DexFuture    *weir_engine_load_run        (WeirEngine   *self,
                                                    gint64        id) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves to a GPtrArray (boxed) of WeirEvent, from @after_seq + 1. */
WEIR_API DexFuture    *weir_engine_load_events     (WeirEngine   *self,
                                                    gint64        run,
                                                    guint64       after_seq) G_GNUC_WARN_UNUSED_RESULT;
/* Lines with level >= @level, of the block at @block_path (nullable) and what is inside it, that hold the words of @text (nullable), after @after_seq, at most @limit.
 * Resolves to a GPtrArray (boxed) of WeirLogLine, oldest first. */
WEIR_API DexFuture    *weir_engine_query_logs      (WeirEngine   *self,
                                                    gint64        run,
                                                    int           level,
                                                    const char   *block_path,
                                                    const char   *text,
                                                    guint64       after_seq,
                                                    guint         limit) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves to a GPtrArray (boxed) of WeirEffect, in the order in which they were intended. */
WEIR_API DexFuture    *weir_engine_list_effects    (WeirEngine   *self,
                                                    gint64        run) G_GNUC_WARN_UNUSED_RESULT;
/* Runs that a crash or a closing left unfinished, found at start and not resumed yet: a GListModel of WeirRunInfo. (transfer full) */
WEIR_API GListModel   *weir_engine_list_unfinished (WeirEngine   *self);
/* Brings an unfinished run back to life, paused if it was paused. Steps caught in flight are run again where that is safe, else unknown.
 * Resolves to a WeirRun. */
WEIR_API DexFuture    *weir_engine_recover_run     (WeirEngine   *self,
                                                    gint64        id) G_GNUC_WARN_UNUSED_RESULT;
/* What would become of unfinished runs (@runs: a list of numbers, NULL: all) and of what they were at: resolves to a list of records
 * {run, workflow, status, action, automatic, reason?, mismatch?, steps}. */
WEIR_API DexFuture    *weir_engine_plan_recovery   (WeirEngine   *self,
                                                    WeirValue    *runs) G_GNUC_WARN_UNUSED_RESULT;
/* Takes up unfinished runs: by policy, or those that @options name. Resolves to the report, a record, which is kept. */
WEIR_API DexFuture    *weir_engine_recover         (WeirEngine   *self,
                                                    WeirValue    *options) G_GNUC_WARN_UNUSED_RESULT;
/* Kept reports, newest first: resolves to a list of records {kind, at, ...}. */
WEIR_API DexFuture    *weir_engine_list_reports    (WeirEngine   *self,
                                                    guint         limit) G_GNUC_WARN_UNUSED_RESULT;
/* Whether unfinished runs go on by themselves: a record {policy, pure?, idempotent?, once?, stagger}. (transfer full) */
WEIR_API WeirValue    *weir_engine_dup_recovery    (WeirEngine   *self);
WEIR_API gboolean      weir_engine_set_recovery    (WeirEngine   *self,
                                                    WeirValue    *changes,
                                                    GError      **error);
/* Ends an unfinished run as interrupted without running anything. */
WEIR_API DexFuture    *weir_engine_abandon_run     (WeirEngine   *self,
                                                    gint64        id) G_GNUC_WARN_UNUSED_RESULT;

/* Undo of a run that has ended. The plan looks at the world and changes nothing. @to_block: only effects of steps after the last step of the
 * block at this path; NULL: all. Resolves to a WeirUndoPlan. */
WEIR_API DexFuture    *weir_engine_plan_undo       (WeirEngine   *self,
                                                    gint64        run,
                                                    const char   *to_block) G_GNUC_WARN_UNUSED_RESULT;
/* Carries a plan out; the world is looked at again before each step. Journalled, resumable. Resolves to the number of effects
 * undone (guint). */
WEIR_API DexFuture    *weir_engine_undo            (WeirEngine   *self,
                                                    WeirUndoPlan *plan,
                                                    WeirConflictChoice on_conflict) G_GNUC_WARN_UNUSED_RESULT;

/* A plan for doing again what an undo of the run took back; weir_engine_undo () carries it out. Resolves to a WeirUndoPlan. */
WEIR_API DexFuture    *weir_engine_plan_redo       (WeirEngine   *self,
                                                    gint64        run) G_GNUC_WARN_UNUSED_RESULT;
/* Only what came of one step, one container or one item of it: @path is that of a step ("each[3]/write") or of a block ("each"). */
WEIR_API DexFuture    *weir_engine_plan_undo_part  (WeirEngine   *self,
                                                    gint64        run,
                                                    const char   *path) G_GNUC_WARN_UNUSED_RESULT;
/* What cannot be undone, or only up to a limit (@limit bytes; 0: the default), of a run of @workflow, known before it: a list of records
 * {block, title, kind, undo, text}, one for each block that has an effect. (transfer full) */
WEIR_API WeirValue    *weir_workflow_foretell_undo (WeirWorkflow *workflow,
                                                    gint64        limit);
/* Bytes that are kept of what one effect replaces or removes; what is larger cannot be undone. 1 GiB unless set. */
WEIR_API void          weir_engine_set_undo_limit  (WeirEngine   *self,
                                                    gint64        bytes);
WEIR_API gint64        weir_engine_get_undo_limit  (WeirEngine   *self);

/* Bus. @run 0: of all runs. @buffer: events kept for a slow listener. (transfer full) */
WEIR_API WeirSubscription *weir_engine_subscribe   (WeirEngine   *self,
                                                    gint64        run,
                                                    guint         buffer);
/* Limits, a record: what may go on at once. `workers`: steps over all runs; `steps_per_run`, `runs_per_workflow` (0: no limit);
 * `programs`: child processes; `queue`: runs that wait to begin; `memory`: bytes of this process above which no step starts (0: none);
 * `ageing`: ms after which what waits rises by a level (0: never); `pools`: by name {slots, reserved, rate}; `rates`: by name
 * {count, per, burst}. (transfer full) */
WEIR_API WeirValue    *weir_engine_dup_limits      (WeirEngine   *self);
/* Takes over the members of @changes, also inside pools and rates; null brings a default back. Applies at once and is kept. Steps that run
 * beyond a lower limit finish. */
WEIR_API gboolean      weir_engine_set_limits      (WeirEngine   *self,
                                                    WeirValue    *changes,
                                                    GError      **error);
/* As they are where nobody changed them. (transfer full) */
WEIR_API WeirValue    *weir_engine_dup_default_limits (void);
/* How much of them is in use, a record: workers, programs, memory, waiting, runs, waiting_runs, pools by name. (transfer full) */
WEIR_API WeirValue    *weir_engine_dup_use         (WeirEngine   *self);
/* The limit `workers` alone, for this process only. */
WEIR_API void          weir_engine_set_max_steps   (WeirEngine   *self,
                                                    guint         max_steps);
WEIR_API guint         weir_engine_get_max_steps   (WeirEngine   *self);

/* The fourth verb: runs a workflow to its end in an engine of its own that keeps nothing, and gives its result. Iterates
 * the main context meanwhile. (transfer full) */
WEIR_API WeirValue    *weir_workflow_run           (WeirWorkflow *self,
                                                    WeirValue    *inputs,
                                                    GError      **error);

G_END_DECLS
