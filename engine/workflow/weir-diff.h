/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "weir-workflow.h"

G_BEGIN_DECLS

typedef enum
{
  WEIR_CHANGE_ADDED,
  WEIR_CHANGE_REMOVED,
  WEIR_CHANGE_RENAMED, /* a block; it may also say something else */
  WEIR_CHANGE_CHANGED,
} WeirChangeKind;

typedef enum
{
  WEIR_SUBJECT_WORKFLOW, /* its settings */
  WEIR_SUBJECT_BLOCK,
  WEIR_SUBJECT_LINK,
  WEIR_SUBJECT_NOTE,     /* or a frame */
} WeirSubject;

/* What is said under one key. Borrowed from the change. */
typedef struct
{
  const char *key;    /* "config.path", "position" */
  WeirValue  *before; /* NULL: nothing was said */
  WeirValue  *after;  /* NULL: nothing is said any more */
} WeirChangedKey;

/**
 * WeirChange:
 *
 * One thing that is different between two workflows. Where something stands and how it looks (its layout) is a change of its own, apart from
 * what it means. Immutable. Any thread.
 */
#define WEIR_TYPE_CHANGE (weir_change_get_type ())
WEIR_API G_DECLARE_FINAL_TYPE (WeirChange, weir_change, WEIR, CHANGE, GObject)

WEIR_API WeirSubject    weir_change_get_subject   (WeirChange *self);
WEIR_API WeirChangeKind weir_change_get_kind      (WeirChange *self);
WEIR_API gboolean       weir_change_is_layout     (WeirChange *self);
/* The path of a block ("move/to"), the ends of a link ("list.files -> move.items"), the id of a note; NULL for the workflow, for what was not
 * there before and for what is not there any more. */
WEIR_API const char    *weir_change_get_before    (WeirChange *self);
WEIR_API const char    *weir_change_get_after     (WeirChange *self);
/* Of a link or block: path of the container whose body it is in, of the workflow that has it; NULL for the root. */
WEIR_API const char    *weir_change_get_container (WeirChange *self);
/* What people call the block, or the first line of the note; NULL for others. */
WEIR_API const char    *weir_change_get_title     (WeirChange *self);
WEIR_API guint          weir_change_get_n_keys    (WeirChange *self);
WEIR_API WeirChangedKey weir_change_get_key       (WeirChange *self,
                                                   guint       index);
/* A line for people, and one more for each key. (transfer full) */
WEIR_API char          *weir_change_to_string     (WeirChange *self);
/* {subject, change, layout, before, after, container, title, keys: [{key, before, after}]} (transfer full) */
WEIR_API WeirValue     *weir_change_to_value      (WeirChange *self);

/* What is different in @after, as a list of WeirChange: settings, blocks, links, notes, then layout. (transfer full) */
WEIR_API GListModel    *weir_workflow_diff        (WeirWorkflow *before,
                                                   WeirWorkflow *after);
/* Whether there is more in a list of changes than layout. */
WEIR_API gboolean       weir_changes_have_meaning (GListModel   *changes);

G_END_DECLS
