/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Private to engine/service: a part of a run, by its path. */

#include "weir-bin.h"

G_BEGIN_DECLS

typedef struct
{
  WeirEngine *engine;
  gint64      run;
  char       *path;
  char       *actor;
  char       *reason;
  guint32     scope;
  char       *block; /* NULL: all of the scope */
  gint64      seq;   /* the last of the journal */
  gint64      since; /* µs UTC: the run began */
} WeirPartCall;

WeirPartCall *weir_part_call_new         (WeirEngine      *engine,
                                          gint64           run,
                                          const char      *path,
                                          const char      *actor,
                                          const char      *reason);
void          weir_part_call_free        (gpointer         call);

/* ── a journal that is over ── */

/* The journal knows also the items that the state of the run let go of. */
typedef struct
{
  GPtrArray *paths;     /* of the scopes, by number: "each[3]/" */
  GPtrArray *opened;    /* of WeirEvent, by number */
  GHashTable *statuses; /* path of a step → WeirStepStatus */
  GHashTable *last;     /* the same → the last WeirEvent of it */
} WeirPartJournal;

/* @events: of a run, from the first; NULL for none. It borrows them. */
WeirPartJournal weir_part_journal_read   (GPtrArray       *events);
void          weir_part_journal_clear    (WeirPartJournal *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (WeirPartJournal, weir_part_journal_clear)
/* "each[3]/"; "" for what is not known */
const char   *weir_part_journal_get_path (WeirPartJournal *self,
                                          guint32          scope);
/* Finds the part that call->path names, all of whose outcomes are known. */
gboolean      weir_part_call_find        (WeirPartCall    *call,
                                          WeirPartJournal *journal,
                                          GError         **error);
/* In a fiber: the events of a run that has ended. (transfer full) */
GPtrArray    *weir_part_call_load_ended  (WeirPartCall    *call,
                                          GError         **error);
/* (transfer full): without the slash at the end of "each[3]/" */
char         *weir_part_path_clean       (const char      *path);
/* In a fiber: waits until nothing of the part runs any more. */
gboolean      weir_part_call_await_end   (WeirPartCall    *call,
                                          WeirRun         *run,
                                          GError         **error);
/* The data of an event about the part. (transfer full) */
WeirValue    *weir_part_call_describe    (WeirPartCall    *call,
                                          gboolean         given);
/* The event, after call->seq unless the run is @live, and the row of the audit. The number of the event. */
guint64       weir_part_call_journal     (WeirPartCall    *call,
                                          WeirRun         *live,
                                          WeirEventKind    kind,
                                          WeirValue       *data,
                                          const char      *action);

G_END_DECLS
