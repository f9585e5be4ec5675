/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Private to engine/workflow: what an edit is made of, for those who do it and those who write it down. */

#include "weir-history.h"
#include "weir-workflow-private.h"

G_BEGIN_DECLS

typedef enum
{
  CHANGE_BLOCK,    /* after: the block that came; before: the one that went */
  CHANGE_LINK,
  CHANGE_DATA,     /* WeirBlockData */
  CHANGE_ID,       /* char * */
  CHANGE_POSITION, /* WeirValue or NULL */
  CHANGE_WHEN,     /* When */
  CHANGE_PORTS,    /* Ports */
  CHANGE_RECORD,   /* WeirValue */
  CHANGE_ORDER,    /* WeirArrangement */
  CHANGE_SOURCE,   /* Source */
} ChangeKind;

typedef struct
{
  char      *when;
  WeirValue *written;
} When;

typedef struct
{
  const char *source; /* interned */
  const char *target;
  WeirValue  *written;
} Ports;

typedef struct
{
  WeirYamlDocument *document; /* NULL for none */
  WeirValue        *loose_layout;
} Source;

typedef struct
{
  ChangeKind kind;
  WeirGraph *graph;  /* of blocks and links that come or go, and of a record */
  GObject   *target; /* block or link; NULL for a record */
  gboolean   added;  /* blocks and links */
  gpointer   before;
  gpointer   after;
} Change;

typedef struct
{
  char      *name;
  gint64     at;      /* µs UTC when it ended */
  GArray    *changes;
  GPtrArray *written; /* of WeirValue, one a change, to be kept over restarts; NULL while nobody keeps them */
} Edit;

struct _WeirHistory
{
  WeirWorkflow *workflow; /* owns the history */
  GPtrArray    *undo;
  GPtrArray    *redo;
  Edit         *open;
  guint         depth;
  gboolean      merge_next;
  gboolean      relocate;   /* the text is another one: lines and columns are to be found anew */
  gboolean      replaying;  /* what happens was kept, and is done again */
  guint         serial;     /* edits so far, undo and redo included */

  WeirJournalFunc journal;  /* NULL: nobody keeps the edits */
  gpointer        journal_data;
  GDestroyNotify  journal_destroy;
};

/* weir-history-change.c */
Source    *weir_history_make_source  (WeirYamlDocument *document, WeirValue *loose_layout);
void       weir_history_free_state   (ChangeKind kind, gpointer state);
Edit      *weir_edit_new             (const char *name);
void       weir_edit_free            (gpointer data);
void       weir_history_apply        (WeirHistory *self, const Change *change, gboolean forward);

/* weir-history.c: the open edit ends; lines and columns are found anew if the text is another one; who keeps the edits is told of the last
 * one that is done, or only how many are (@edit NULL); can-undo and can-redo may be others. */
void       weir_history_finish_edit  (WeirHistory *self);
void       weir_history_locate       (WeirHistory *self);
void       weir_history_tell_journal (WeirHistory *self, Edit *edit);
void       weir_history_notify       (WeirHistory *self);

/* weir-history-journal.c: a change that is about to be applied, in values; what it is about is named by place, so that names may
 * change. (transfer full) */
WeirValue *weir_history_write_change (const Change *change);
/* A link that leads nowhere. (transfer full) */
WeirValue *weir_history_write_loose  (const WeirLooseLink *loose);

G_END_DECLS
