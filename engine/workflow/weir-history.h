/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "weir-workflow.h"

G_BEGIN_DECLS

/* The edits of a workflow, oldest first: those that are done, then those that were taken back and can be done again. */
WEIR_API guint        weir_workflow_get_n_steps    (WeirWorkflow *self);
WEIR_API guint        weir_workflow_get_step       (WeirWorkflow *self); /* how many are done */
WEIR_API const char  *weir_workflow_get_step_name  (WeirWorkflow *self,
                                                    guint         step);
WEIR_API gint64       weir_workflow_get_step_time  (WeirWorkflow *self,   /* µs UTC */
                                                    guint         step);
/* Undoes or redoes until @step edits are done; `changed` is emitted once. */
WEIR_API void         weir_workflow_go_to_step     (WeirWorkflow *self,
                                                    guint         step);

/* Keeping them. @n_done: how many edits are done now. @changes: what the last of them does, or NULL when it was only undone or redone; in
 * place of that edit if there was one before, and those behind it are gone. */
typedef void        (*WeirJournalFunc)             (WeirWorkflow *self,
                                                    guint         n_done,
                                                    const char   *name,
                                                    gint64        at,
                                                    WeirValue    *changes,
                                                    gpointer      user_data);
WEIR_API void         weir_workflow_set_journal    (WeirWorkflow   *self,
                                                    WeirJournalFunc journal,
                                                    gpointer        user_data,
                                                    GDestroyNotify  destroy);
/* Does an edit again that a journal was told of, on the workflow as it was then. FALSE if it does not fit; the workflow is then of no
 * use any more. */
WEIR_API gboolean     weir_workflow_replay_step    (WeirWorkflow *self,
                                                    const char   *name,
                                                    gint64        at,
                                                    WeirValue    *changes,
                                                    GError      **error);
/* After replaying: how many of the edits are done. Nothing is emitted. */
WEIR_API void         weir_workflow_replay_to      (WeirWorkflow *self,
                                                    guint         step);
/* The same changes for who forgets all edits before: a text that is written as what is different from the one before is put in full.
 * (transfer full), NULL where there is none */
WEIR_API WeirValue   *weir_workflow_expand_step    (WeirWorkflow *self,
                                                    WeirValue    *changes);
/* What it says now is what its edits begin with: @text, as weir_workflow_to_yaml () gave it. */
WEIR_API void         weir_workflow_begin_history  (WeirWorkflow *self,
                                                    const char   *text);
WEIR_API void         weir_workflow_forget_steps   (WeirWorkflow *self,
                                                    guint         n);

G_END_DECLS
