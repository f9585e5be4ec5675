/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Edits as steps of a way: back and forth along it, and what they are called. */
#include "weir-history-private.h"

/**
 * weir_workflow_begin_edit:
 * @self: a workflow
 * @name: what the undo menu says, "Move 3 blocks"
 *
 * Everything up to the end of the pair is one edit. Pairs nest; the outermost name counts.
 */
void
weir_workflow_begin_edit (WeirWorkflow *self, const char *name)
{
  g_return_if_fail (WEIR_IS_WORKFLOW (self));

  if (self->history->depth++ == 0)
    self->history->open = weir_edit_new (name);
}

/**
 * weir_workflow_end_edit:
 * @self: a workflow in an edit
 *
 * Ends the pair. Nothing is remembered of an edit that changed nothing.
 */
void
weir_workflow_end_edit (WeirWorkflow *self)
{
  g_return_if_fail (WEIR_IS_WORKFLOW (self));
  g_return_if_fail (self->history->depth > 0);

  if (--self->history->depth == 0)
    weir_history_finish_edit (self->history);
}

/**
 * weir_workflow_merge_next_edit:
 * @self: a workflow
 *
 * If the next edit has the name of the last one and changes the same things, they become one: typing, dragging.
 */
void
weir_workflow_merge_next_edit (WeirWorkflow *self)
{
  g_return_if_fail (WEIR_IS_WORKFLOW (self));
  self->history->merge_next = TRUE;
}

/**
 * weir_workflow_can_undo:
 * @self: a workflow
 *
 * Returns: whether there is an edit to undo
 */
gboolean
weir_workflow_can_undo (WeirWorkflow *self)
{
  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), FALSE);
  return self->history->undo->len > 0 && self->history->depth == 0;
}

/**
 * weir_workflow_can_redo:
 * @self: a workflow
 *
 * Returns: whether there is an edit to do again
 */
gboolean
weir_workflow_can_redo (WeirWorkflow *self)
{
  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), FALSE);
  return self->history->redo->len > 0 && self->history->depth == 0;
}

static const char *
get_last_name (GPtrArray *edits)
{
  return edits->len > 0 ? ((Edit *) edits->pdata[edits->len - 1])->name : NULL;
}

/**
 * weir_workflow_get_undo_name:
 * @self: a workflow
 *
 * Returns: (transfer none) (nullable): what the next undo takes back, "Move 3 blocks"
 */
const char *
weir_workflow_get_undo_name (WeirWorkflow *self)
{
  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), NULL);
  return get_last_name (self->history->undo);
}

/**
 * weir_workflow_get_redo_name:
 * @self: a workflow
 *
 * Returns: (transfer none) (nullable): what the next redo does again
 */
const char *
weir_workflow_get_redo_name (WeirWorkflow *self)
{
  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), NULL);
  return get_last_name (self->history->redo);
}

static void
move_edit (WeirHistory *self, GPtrArray *from, GPtrArray *to, gboolean forward)
{
  Edit *edit = g_ptr_array_steal_index (from, from->len - 1);

  for (guint i = 0; i < edit->changes->len; i++)
    weir_history_apply (self, &g_array_index (edit->changes, Change, forward ? i : edit->changes->len - 1 - i), forward);
  g_ptr_array_add (to, edit);
}

/* Takes back or does again until @step edits are done. */
static void
go_to (WeirHistory *self, guint step)
{
  while (self->undo->len > step)
    move_edit (self, self->undo, self->redo, FALSE);
  while (self->undo->len < step)
    move_edit (self, self->redo, self->undo, TRUE);
  self->merge_next = FALSE;
  self->serial++;
  weir_history_locate (self);
  if (self->replaying)
    return;
  weir_history_tell_journal (self, NULL);
  weir_history_notify (self);
  weir_workflow_emit_changed (self->workflow);
}

/**
 * weir_workflow_undo:
 * @self: a workflow
 *
 * Takes the last edit back; nothing if there is none.
 */
void
weir_workflow_undo (WeirWorkflow *self)
{
  g_return_if_fail (WEIR_IS_WORKFLOW (self));

  if (weir_workflow_can_undo (self))
    go_to (self->history, self->history->undo->len - 1);
}

/**
 * weir_workflow_redo:
 * @self: a workflow
 *
 * Does the edit that was last taken back again; nothing if there is none.
 */
void
weir_workflow_redo (WeirWorkflow *self)
{
  g_return_if_fail (WEIR_IS_WORKFLOW (self));

  if (weir_workflow_can_redo (self))
    go_to (self->history, self->history->undo->len + 1);
}

/* Steps */

static Edit *
get_edit (WeirHistory *self, guint step)
{
  if (step < self->undo->len)
    return self->undo->pdata[step];
  step -= self->undo->len;
  return step < self->redo->len ? self->redo->pdata[self->redo->len - 1 - step] : NULL;
}

/**
 * weir_workflow_get_n_steps:
 * @self: a workflow
 *
 * Returns: how many edits are remembered, those that were taken back included
 */
guint
weir_workflow_get_n_steps (WeirWorkflow *self)
{
  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), 0);
  return self->history->undo->len + self->history->redo->len;
}

/**
 * weir_workflow_get_step:
 * @self: a workflow
 *
 * Returns: how many of the edits are done: the first ones
 */
guint
weir_workflow_get_step (WeirWorkflow *self)
{
  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), 0);
  return self->history->undo->len;
}

/**
 * weir_workflow_get_step_name:
 * @self: a workflow
 * @step: 0 for the oldest edit
 *
 * Returns: (transfer none) (nullable): what the edit did, "Move 3 blocks"
 */
const char *
weir_workflow_get_step_name (WeirWorkflow *self, guint step)
{
  Edit *edit;

  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), NULL);
  edit = get_edit (self->history, step);
  return edit != NULL ? edit->name : NULL;
}

/**
 * weir_workflow_get_step_time:
 * @self: a workflow
 * @step: 0 for the oldest edit
 *
 * Returns: when the edit was made, in µs UTC
 */
gint64
weir_workflow_get_step_time (WeirWorkflow *self, guint step)
{
  Edit *edit;

  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), 0);
  edit = get_edit (self->history, step);
  return edit != NULL ? edit->at : 0;
}

/**
 * weir_workflow_go_to_step:
 * @self: a workflow, not in an edit
 * @step: how many edits shall be done, at most weir_workflow_get_n_steps()
 *
 * Undoes or redoes as many edits as that takes; `changed` is emitted once.
 */
void
weir_workflow_go_to_step (WeirWorkflow *self, guint step)
{
  g_return_if_fail (WEIR_IS_WORKFLOW (self));
  g_return_if_fail (self->history->depth == 0);
  g_return_if_fail (step <= weir_workflow_get_n_steps (self));

  if (step == self->history->undo->len)
    return;
  go_to (self->history, step);
}

/**
 * weir_workflow_forget_steps:
 * @self: a workflow
 * @n: how many of the oldest edits; no more than are done
 *
 * These can no longer be taken back.
 */
void
weir_workflow_forget_steps (WeirWorkflow *self, guint n)
{
  g_return_if_fail (WEIR_IS_WORKFLOW (self));

  g_ptr_array_remove_range (self->history->undo, 0, MIN (n, self->history->undo->len));
  weir_history_notify (self->history);
}

/**
 * weir_workflow_set_journal:
 * @self: a workflow, not in an edit
 * @journal: (nullable) (scope notified): hears of each edit from now on
 * @user_data: for @journal
 * @destroy: (nullable): frees @user_data
 *
 * For who keeps the edits over restarts; there is one at a time.
 */
void
weir_workflow_set_journal (WeirWorkflow *self, WeirJournalFunc journal, gpointer user_data, GDestroyNotify destroy)
{
  WeirHistory *history;

  g_return_if_fail (WEIR_IS_WORKFLOW (self));

  history = self->history;
  if (history->journal_destroy != NULL)
    history->journal_destroy (history->journal_data);
  history->journal = journal;
  history->journal_data = user_data;
  history->journal_destroy = destroy;
}
