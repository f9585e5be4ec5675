/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libdex.h>

#include "weir-run-state.h"

G_BEGIN_DECLS

/**
 * WeirRunVerb:
 *
 * What can be done to a run.
 */
typedef enum
{
  WEIR_VERB_PAUSE,
  WEIR_VERB_RESUME,
  WEIR_VERB_STOP,
  WEIR_VERB_FORCE_STOP,
  WEIR_VERB_UNDO,
  WEIR_VERB_CANCEL_AND_DELETE,
  WEIR_VERB_DELETE, /* to what was recently deleted */
} WeirRunVerb;

/* Whether @verb is legal in @status; if not, @reason (out, nullable, static) says why in a sentence. */
WEIR_API gboolean      weir_run_verb_is_legal  (WeirRunVerb     verb,
                                                WeirRunStatus   status,
                                                const char    **reason);
/* The same for a step: what may be done to a part of a run. */
WEIR_API gboolean      weir_step_verb_is_legal (WeirRunVerb     verb,
                                                WeirStepStatus  status,
                                                const char    **reason);
WEIR_API const char   *weir_run_verb_get_name  (WeirRunVerb     verb);
/* (transfer full): the tables of both, (state × verb) → new state or refusal */
WEIR_API char         *weir_verbs_to_markdown  (void);

/**
 * WeirRun:
 *
 * One execution of one version of a workflow, live in this process. Main thread. Signals: `changed` whenever its journal grew (at most
 * once a main-loop turn), `notify::status`. The journal up to what is shown is on disk.
 */
#define WEIR_TYPE_RUN (weir_run_get_type ())
WEIR_API G_DECLARE_FINAL_TYPE (WeirRun, weir_run, WEIR, RUN, GObject)

WEIR_API gint64        weir_run_get_id         (WeirRun   *self);
WEIR_API WeirWorkflow *weir_run_get_workflow   (WeirRun   *self);
WEIR_API WeirRunStatus weir_run_get_status     (WeirRun   *self);
/* The durable part of the run; changes as the journal grows. (transfer none) */
WEIR_API WeirRunState *weir_run_get_state      (WeirRun   *self);

/* Lets steps in flight finish and starts no new ones. Resolves to TRUE when the run is paused; rejects with WEIR_ERROR_WRONG_STATE
 * if it is not running. Safe to repeat. */
WEIR_API DexFuture    *weir_run_pause          (WeirRun   *self) G_GNUC_WARN_UNUSED_RESULT;
WEIR_API DexFuture    *weir_run_resume         (WeirRun   *self) G_GNUC_WARN_UNUSED_RESULT;
/* Pauses and asks running steps to end; the run ends as cancelled. Resolves to TRUE when it has. */
WEIR_API DexFuture    *weir_run_stop           (WeirRun   *self) G_GNUC_WARN_UNUSED_RESULT;
/* Ends running steps, SIGTERM then SIGKILL to their process groups; the run ends as interrupted. */
WEIR_API DexFuture    *weir_run_force_stop     (WeirRun   *self) G_GNUC_WARN_UNUSED_RESULT;
/* The same verbs on a part: a block (a container with all that is in it), or, with @block NULL, one item: the scope itself. */
WEIR_API gboolean      weir_run_pause_part     (WeirRun   *self,
                                                guint32    scope,
                                                const char *block,
                                                GError   **error);
WEIR_API gboolean      weir_run_resume_part    (WeirRun   *self,
                                                guint32    scope,
                                                const char *block,
                                                GError   **error);
WEIR_API gboolean      weir_run_stop_part      (WeirRun   *self,
                                                guint32    scope,
                                                const char *block,
                                                gboolean   force,
                                                GError   **error);
/* Starts the next attempt of a step in RETRY_WAIT now. */
WEIR_API gboolean      weir_run_retry_now      (WeirRun   *self,
                                                guint32    scope,
                                                const char *block);
/* Settles a step whose effect is unknown: "rerun", "done" (with @outputs, a record) or "failed". */
WEIR_API gboolean      weir_run_settle         (WeirRun   *self,
                                                guint32    scope,
                                                const char *block,
                                                const char *decision,
                                                WeirValue *outputs,
                                                GError   **error);
/* A breakpoint holds each step of the block at @path, before it begins, where @condition is true ("" always, NULL: no breakpoint). */
WEIR_API gboolean      weir_run_set_breakpoint (WeirRun   *self,
                                                const char *path,
                                                const char *condition,
                                                GError   **error);
/* Lets one step of a paused run begin. */
WEIR_API DexFuture    *weir_run_step           (WeirRun   *self) G_GNUC_WARN_UNUSED_RESULT;
/* Replaces what a step gets that has not begun. */
WEIR_API gboolean      weir_run_override       (WeirRun   *self,
                                                guint32    scope,
                                                const char *block,
                                                const char *port,
                                                WeirValue *value,
                                                const char *by,
                                                GError   **error);
/* Answers a step that waits for somebody: see weir_step_wait () of the SDK. */
WEIR_API gboolean      weir_run_answer         (WeirRun   *self,
                                                guint32    scope,
                                                const char *block,
                                                WeirValue *value,
                                                const char *by,
                                                const char *comment,
                                                GError   **error);
/* For exactly one wait, by the token in its record. */
WEIR_API gboolean      weir_run_answer_token   (WeirRun   *self,
                                                const char *token,
                                                WeirValue *value,
                                                const char *by,
                                                const char *comment,
                                                GError   **error);
/* Sends a signal: the first step that waits on the channel @name takes it, or the first that ever will. */
WEIR_API gboolean      weir_run_signal         (WeirRun   *self,
                                                const char *name,
                                                WeirValue *value,
                                                const char *by,
                                                GError   **error);
/* Whether nothing goes on any more before someone settles such a step. */
WEIR_API gboolean      weir_run_needs_settling (WeirRun  *self);
/* -100 to 100. What waits goes by the priorities of its run, of the scopes that it is in and of its block, added up. */
WEIR_API int           weir_run_get_priority   (WeirRun   *self);
WEIR_API gboolean      weir_run_set_priority   (WeirRun   *self,
                                                int        priority,
                                                GError   **error);
/* Of all that is in a scope (@block NULL), or of the last step of a block in it. */
WEIR_API gboolean      weir_run_set_priority_in (WeirRun  *self,
                                                guint32    scope,
                                                const char *block,
                                                int        priority,
                                                GError   **error);
/* Why a step does not go on now: "waits for a place in pool gpu (1 of 1 in use by Resize), priority 20, 3 before it". NULL if it
 * waits for nothing. (transfer full) */
WEIR_API char         *weir_run_explain_step   (WeirRun   *self,
                                                guint32    scope,
                                                const char *block,
                                                guint32    firing);
/* Resolves to the result (WeirValue, boxed) when the run has succeeded; rejects with its failure, or with
 * WEIR_ERROR_STOPPED when it was stopped. (transfer full) */
WEIR_API DexFuture    *weir_run_wait           (WeirRun   *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
