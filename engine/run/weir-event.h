/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "weir-value.h"

G_BEGIN_DECLS

/**
 * WeirRunStatus:
 *
 * C1 of the run contract. The last four are terminal and never change.
 */
typedef enum
{
  WEIR_RUN_CREATED,
  WEIR_RUN_QUEUED,
  WEIR_RUN_RUNNING,
  WEIR_RUN_WAITING,
  WEIR_RUN_PAUSING,
  WEIR_RUN_PAUSED,
  WEIR_RUN_STOPPING,
  WEIR_RUN_SUCCEEDED,
  WEIR_RUN_FAILED,
  WEIR_RUN_CANCELLED,
  WEIR_RUN_INTERRUPTED,
} WeirRunStatus;

/**
 * WeirStepStatus:
 *
 * C2 of the run contract.
 */
typedef enum
{
  WEIR_STEP_PENDING,
  WEIR_STEP_READY,
  WEIR_STEP_QUEUED,
  WEIR_STEP_RUNNING,
  WEIR_STEP_RETRY_WAIT,
  WEIR_STEP_WAITING,
  WEIR_STEP_SUSPENDED,
  WEIR_STEP_SUCCEEDED,
  WEIR_STEP_FAILED,
  WEIR_STEP_SKIPPED,
  WEIR_STEP_CACHED,
  WEIR_STEP_PINNED,
  WEIR_STEP_CANCELLED,
  WEIR_STEP_INTERRUPTED,
  WEIR_STEP_UNKNOWN,
  WEIR_STEP_UNDONE,
} WeirStepStatus;

WEIR_API const char *weir_run_status_get_name  (WeirRunStatus  status);
WEIR_API gboolean    weir_run_status_is_final  (WeirRunStatus  status);
WEIR_API const char *weir_step_status_get_name (WeirStepStatus status);

/**
 * WeirEventKind:
 *
 * What an entry of a run's journal says. In brackets: the members of its data.
 */
typedef enum
{
  WEIR_EVENT_RUN_CREATED,       /* run.created {workflow, version, inputs, correlation, parent?, options?, kinds?} */
  WEIR_EVENT_RUN_STARTED,
  WEIR_EVENT_RUN_PAUSING,
  WEIR_EVENT_RUN_PAUSED,
  WEIR_EVENT_RUN_RESUMED,       /* also after a crash {recovered: true} */
  WEIR_EVENT_RUN_STOPPING,      /* {force: bool}; when a block ends the run {status, exit_code?, result or error, block?} */
  WEIR_EVENT_RUN_ENDING,        /* {status, ...}: all but its handlers is over; the last event will say the rest */
  WEIR_EVENT_RUN_SUCCEEDED,     /* {result} */
  WEIR_EVENT_RUN_FAILED,        /* {error, block} */
  WEIR_EVENT_RUN_CANCELLED,
  WEIR_EVENT_RUN_INTERRUPTED,
  WEIR_EVENT_SCOPE_OPENED,      /* {scope, key, locals, branch?, workflow?, inputs?, inherit?}: block and firing are the container's */
  WEIR_EVENT_SCOPE_CLOSED,      /* {scope, result} or {scope, error} */
  WEIR_EVENT_PART_PAUSED,       /* a block of a scope, or all of it: nothing begins there */
  WEIR_EVENT_PART_RESUMED,
  WEIR_EVENT_PART_STOPPED,      /* {error}: a scope closes with it once nothing runs in it */
  WEIR_EVENT_PART_EXPIRED,      /* the block fires with what has come: its patience is over */
  WEIR_EVENT_PART_SETTLED,      /* {decision: "done" or "failed", outputs?, by}: a step of a run that has ended, whose outcome was unknown */
  WEIR_EVENT_PART_DELETED,      /* {given, path}: its values are gone, with @given also what others got. Once {given, of?: {scope, block, firing, key}}: whose item */
  WEIR_EVENT_PART_BINNED,       /* as PART_DELETED, which takes its place when it expires: it is in what was recently deleted */
  WEIR_EVENT_PART_RESTORED,     /* likewise: it is not there any more */
  WEIR_EVENT_BLOCK_STARTED,     /* not for what is computed at once: its end is the one event it has */
  WEIR_EVENT_BLOCK_EMITTED,     /* {port, value, shut?, item?, slot?}: a side port */
  WEIR_EVENT_BLOCK_RETRY,       /* {error, delay_ms, due_at} */
  WEIR_EVENT_BLOCK_SUCCEEDED,   /* {outputs, shut?, took?}: shut lists the links whose `when` did not hold; took is µs without an event for the start */
  WEIR_EVENT_BLOCK_FAILED,      /* {error, handled: "port", "continue" or "stop", shut?, took?} */
  WEIR_EVENT_BLOCK_CACHED,      /* {outputs, how: "cached", "pinned", "set" or "reused", source?, shut?}: did not run, what it gives was known */
  WEIR_EVENT_BLOCK_OVERRIDDEN,  /* {port, value, by}: a person replaced what a step that has not begun gets */
  WEIR_EVENT_BLOCK_SKIPPED,
  WEIR_EVENT_BLOCK_CANCELLED,   /* {error, handled, shut?} where the run goes on without it, as for failed; else nothing */
  WEIR_EVENT_BLOCK_INTERRUPTED, /* likewise; or {again: true, reason}: it runs anew */
  WEIR_EVENT_BLOCK_WAITING,     /* {key, token, due_at?, channel?, reason?, request?} */
  WEIR_EVENT_BLOCK_ANSWERED,    /* {value, by, comment?, signal?} or {timed_out: true} */
  WEIR_EVENT_BLOCK_RESUMED,     /* goes on with the answer */
  WEIR_EVENT_BLOCK_UNKNOWN,     /* caught by a crash within a once-only effect */
  WEIR_EVENT_SWARM_OPENED,      /* {open, max_items?, close_at_max?, chunk, type?}: the step goes over items as a swarm */
  WEIR_EVENT_SWARM_ADDED,       /* {items} or, of those that the block has by itself, {n} */
  WEIR_EVENT_SWARM_CLOSED,      /* it takes no more items */
  WEIR_EVENT_SWARM_ITEM,        /* {item, priority}, {item, held}, {item, skipped: reason}, {item, due_at, error}: tried again, {item, again: true},
                                   or {item, known: true, result or error}: of the run that is run again */
  WEIR_EVENT_BLOCK_PROGRESS,    /* {fraction, text}: only on the bus, sequence 0 */
  WEIR_EVENT_LOG,               /* {level, message, fields?} */
  WEIR_EVENT_EFFECT_INTENDED,   /* {effect, type, target, undo} */
  WEIR_EVENT_EFFECT_COMPLETED,  /* {effect} */
  WEIR_EVENT_ACCESS,            /* {permission, target}: the step used something */
  WEIR_EVENT_VARIABLE,          /* {name, value}: a run variable was set */
  WEIR_EVENT_RUN_PRIORITY,      /* {priority, scope?, block?}: of the run, of what is in a scope, or of a step in it */
  WEIR_EVENT_RUN_SIGNAL,        /* {name, value, by}: kept until a step waits for it */
  WEIR_EVENT_EFFECT_DROPPED,    /* {effect}: it never came to it */
  WEIR_EVENT_UNDO_STARTED,      /* {redo?: true} */
  WEIR_EVENT_EFFECT_UNDONE,     /* {effect, note?} */
  WEIR_EVENT_EFFECT_KEPT,       /* {effect, reason}: a conflict or irreversible */
  WEIR_EVENT_EFFECT_REDONE,     /* {effect, note?}: an undo of it was taken back */
  WEIR_EVENT_UNDO_FINISHED,     /* {undone or redone, kept} */
  WEIR_EVENT_LAST,
} WeirEventKind;

/* "block.started" */
WEIR_API const char   *weir_event_kind_get_name  (WeirEventKind  kind);
/* WEIR_EVENT_LAST if there is no such. */
WEIR_API WeirEventKind weir_event_kind_from_name (const char    *name);

/**
 * WeirEvent:
 * @run: the run's number
 * @seq: gap-free within the run, from 1; 0 for what is not kept
 * @at: µs UTC
 * @mono: µs on the monotonic clock of the process that wrote it
 * @scope: 0 for the root graph, else as given by SCOPE_OPENED
 * @block: id of the block within the scope's graph (a GRefString); NULL for events of the run
 * @firing: which firing of the block in its scope, from 1
 * @attempt: from 1
 * @correlation: the same for all that belongs together, also beyond this run (a GRefString); NULL: not known
 * @data: a record, or NULL
 *
 * One entry of a run's journal. Immutable, reference-counted atomically.
 */
typedef struct _WeirEvent
{
  /*< private >*/
  gatomicrefcount ref_count;
  /*< public >*/
  WeirEventKind kind;
  gint64        run;
  guint64       seq;
  gint64        at;
  gint64        mono;
  guint32       scope;
  guint32       firing;
  guint32       attempt;
  char         *block;
  char         *correlation;
  WeirValue    *data;
} WeirEvent;

#define WEIR_TYPE_EVENT (weir_event_get_type ())
WEIR_API GType      weir_event_get_type (void) G_GNUC_CONST;
/* Allocates an event with one reference; the caller fills in the fields: @block as a GRefString reference, @data transferred. */
WEIR_API WeirEvent *weir_event_new      (WeirEventKind  kind,
                                         gint64         run);
WEIR_API WeirEvent *weir_event_ref      (WeirEvent     *self);
WEIR_API void       weir_event_unref    (WeirEvent     *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirEvent, weir_event_unref)
/* One line of JSON, as in the log file and `weir run --json`. (transfer full) */
WEIR_API char      *weir_event_to_json  (WeirEvent     *self);
/* The same into @line, with @data (nullable) in place of its own. */
void                weir_event_append_json (WeirEvent   *self,
                                         WeirValue     *data,
                                         GString       *line);

/* What is left of the data (nullable) of an event whose part of the run was deleted: what the fold cannot do without. @given: also what
 * others were given. (transfer full) */
WeirValue             *weir_event_strip          (WeirEventKind  kind,
                                                  WeirValue     *data,
                                                  gboolean       given);
/* (transfer full), NULL for NULL */
WeirValue             *weir_event_strip_error    (WeirValue     *error);
/* As many nulls as there are items. (transfer full) */
WeirValue             *weir_event_strip_items    (WeirValue     *items);

G_END_DECLS
