/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "weir-workflow.h"

G_BEGIN_DECLS

/* A workflow's text while somebody edits it: what stands where, in a text that need not be right yet. Offsets are bytes. Main thread. */

/* What the place belongs to; NULL for nothing. (transfer none) */
WEIR_API WeirBlock *weir_workflow_find_block_at (WeirWorkflow  *self,
                                                 const char    *text,
                                                 gsize          offset);
WEIR_API WeirLink  *weir_workflow_find_link_at  (WeirWorkflow  *self,
                                                 const char    *text,
                                                 gsize          offset);
/* Where the id of a block stands, or with @field that of its settings; FALSE if the text has it not. */
WEIR_API gboolean   weir_text_find_block        (const char    *text,
                                                 const char    *path,
                                                 const char    *field,
                                                 gsize         *start,
                                                 gsize         *end);
WEIR_API gboolean   weir_text_find_link         (const char    *text,
                                                 WeirLink      *link,
                                                 gsize         *start,
                                                 gsize         *end);
/**
 * WeirCompletion:
 *
 * One word that may stand at a place. Immutable.
 */
#define WEIR_TYPE_COMPLETION (weir_completion_get_type ())
WEIR_API G_DECLARE_FINAL_TYPE (WeirCompletion, weir_completion, WEIR, COMPLETION, GObject)

/* All (transfer none) and never NULL but for the summary: the word, what is put in its place, what it is in a word or two, what it
 * does. */
WEIR_API const char *weir_completion_get_word    (WeirCompletion *self);
WEIR_API const char *weir_completion_get_text    (WeirCompletion *self);
WEIR_API const char *weir_completion_get_detail  (WeirCompletion *self);
WEIR_API const char *weir_completion_get_summary (WeirCompletion *self);

/* What may stand at the place, whatever of it is there already; @start: where that begins. @workflow knows blocks and ports. (transfer
 * full): of WeirCompletion */
WEIR_API GListModel *weir_text_complete         (const char    *text,
                                                 gsize          offset,
                                                 WeirWorkflow  *workflow,
                                                 gsize         *start);
/* What the word at the place means, a line for the title and more below; NULL for nothing. (transfer full) */
WEIR_API char      *weir_text_explain           (const char    *text,
                                                 gsize          offset,
                                                 WeirWorkflow  *workflow);
/* Takes over what both sides changed since @base, line by line; NULL where they changed the same. (transfer full) */
WEIR_API char      *weir_text_merge             (const char    *base,
                                                 const char    *mine,
                                                 const char    *theirs);

G_END_DECLS
