/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-history-private.h"

/* What happened, in a form that can be done again either way round. */

static void
when_free (When *when)
{
  if (when == NULL)
    return;
  g_free (when->when);
  g_clear_pointer (&when->written, weir_value_unref);
  g_free (when);
}

static void
ports_free (Ports *ports)
{
  g_clear_pointer (&ports->written, weir_value_unref);
  g_free (ports);
}

static Source *
source_new (WeirYamlDocument *document, WeirValue *loose_layout)
{
  Source *source = g_new0 (Source, 1);

  source->document = document != NULL ? weir_yaml_document_ref (document) : NULL;
  source->loose_layout = weir_value_ref (loose_layout);
  return source;
}

static void
source_free (Source *source)
{
  g_clear_pointer (&source->document, weir_yaml_document_unref);
  weir_value_unref (source->loose_layout);
  g_free (source);
}

static void
change_free_state (ChangeKind kind, gpointer state)
{
  if (state == NULL)
    return;
  switch (kind)
    {
    case CHANGE_DATA:
      weir_block_data_unref (state);
      break;
    case CHANGE_ID:
      g_free (state);
      break;
    case CHANGE_POSITION:
    case CHANGE_RECORD:
      weir_value_unref (state);
      break;
    case CHANGE_WHEN:
      when_free (state);
      break;
    case CHANGE_PORTS:
      ports_free (state);
      break;
    case CHANGE_ORDER:
      weir_arrangement_free (state);
      break;
    case CHANGE_SOURCE:
      source_free (state);
      break;
    case CHANGE_BLOCK:
    case CHANGE_LINK:
    default:
      break;
    }
}

static void
change_clear (gpointer data)
{
  Change *self = data;

  change_free_state (self->kind, self->before);
  change_free_state (self->kind, self->after);
  g_clear_object (&self->graph);
  g_clear_object (&self->target);
}

static void
edit_free (gpointer data)
{
  Edit *self = data;

  g_array_unref (self->changes);
  g_clear_pointer (&self->written, g_ptr_array_unref);
  g_free (self->name);
  g_free (self);
}

static Edit *
edit_new (const char *name)
{
  Edit *self = g_new0 (Edit, 1);

  self->name = g_strdup (name);
  self->changes = g_array_new (FALSE, FALSE, sizeof (Change));
  g_array_set_clear_func (self->changes, change_clear);
  return self;
}

WeirHistory *
weir_history_new (WeirWorkflow *workflow)
{
  WeirHistory *self = g_new0 (WeirHistory, 1);

  self->workflow = workflow;
  self->undo = g_ptr_array_new_with_free_func (edit_free);
  self->redo = g_ptr_array_new_with_free_func (edit_free);
  return self;
}

void
weir_history_free (WeirHistory *self)
{
  g_ptr_array_unref (self->undo);
  g_ptr_array_unref (self->redo);
  g_clear_pointer (&self->open, edit_free);
  if (self->journal_destroy != NULL)
    self->journal_destroy (self->journal_data);
  g_free (self);
}

/* Applying */

static void
apply_presence (const Change *change, gboolean present)
{
  if (change->kind == CHANGE_BLOCK && present)
    weir_graph_insert_block (change->graph, WEIR_BLOCK (change->target));
  else if (change->kind == CHANGE_BLOCK)
    weir_graph_remove_block (change->graph, WEIR_BLOCK (change->target));
  else if (present)
    weir_graph_insert_link (change->graph, WEIR_LINK (change->target));
  else
    weir_graph_remove_link (change->graph, WEIR_LINK (change->target));
}

static void
apply_when (WeirLink *link, const When *when)
{
  weir_link_set_when (link, when->when, when->written);
  if (link->graph != NULL)
    weir_graph_emit_link_changed (link->graph, link);
}

static void
apply_ports (WeirLink *link, const Ports *ports)
{
  weir_link_set_ports (link, ports->source, ports->target, ports->written);
  if (link->graph != NULL)
    weir_graph_emit_link_changed (link->graph, link);
}

static void
apply_record (WeirHistory *self, WeirGraph *graph, WeirValue *record)
{
  weir_graph_set_record (graph, record);
  if (graph == self->workflow->graph)
    weir_workflow_read_header (self->workflow);
}

/* The old text stays with the change, since blocks point into it until they are located. */
static void
apply_source (WeirHistory *self, const Source *source)
{
  WeirWorkflow *workflow = self->workflow;

  g_clear_pointer (&workflow->source, weir_yaml_document_unref);
  workflow->source = source->document != NULL ? weir_yaml_document_ref (source->document) : NULL;
  weir_value_unref (workflow->loose_layout);
  workflow->loose_layout = weir_value_ref (source->loose_layout);
  self->relocate = TRUE;
}

static void
apply (WeirHistory *self, const Change *change, gboolean forward)
{
  gpointer state = forward ? change->after : change->before;

  switch (change->kind)
    {
    case CHANGE_BLOCK:
    case CHANGE_LINK:
      apply_presence (change, change->added == forward);
      break;
    case CHANGE_DATA:
      weir_block_set_data (WEIR_BLOCK (change->target), state);
      break;
    case CHANGE_ID:
      weir_graph_rename_block (WEIR_BLOCK (change->target)->graph, WEIR_BLOCK (change->target), state);
      break;
    case CHANGE_POSITION:
      weir_block_set_position (WEIR_BLOCK (change->target), state);
      break;
    case CHANGE_WHEN:
      apply_when (WEIR_LINK (change->target), state);
      break;
    case CHANGE_PORTS:
      apply_ports (WEIR_LINK (change->target), state);
      break;
    case CHANGE_RECORD:
      apply_record (self, change->graph, state);
      break;
    case CHANGE_ORDER:
      weir_arrangement_apply (state, change->graph);
      break;
    case CHANGE_SOURCE:
      apply_source (self, state);
      break;
    default:
      g_assert_not_reached ();
    }
}

/* Recording */

static void
emit_notify (WeirHistory *self)
{
  g_object_notify (G_OBJECT (self->workflow), "can-undo");
  g_object_notify (G_OBJECT (self->workflow), "can-redo");
}

static gboolean
same_place (const Edit *a, const Edit *b)
{
  if (g_strcmp0 (a->name, b->name) != 0 || a->changes->len != b->changes->len)
    return FALSE;
  for (guint i = 0; i < a->changes->len; i++)
    {
      const Change *left = &g_array_index (a->changes, Change, i);
      const Change *right = &g_array_index (b->changes, Change, i);

      if (left->kind != right->kind || left->target != right->target || left->graph != right->graph
          || left->kind == CHANGE_BLOCK || left->kind == CHANGE_LINK)
        return FALSE;
    }
  return TRUE;
}

/* The later edit goes into the earlier one: the first before, the last after. What the later one wrote says what both do, but for a text,
 * of which only the difference is written. */
static void
merge_into (Edit *earlier, Edit *later)
{
  for (guint i = 0; i < earlier->changes->len; i++)
    {
      Change *kept = &g_array_index (earlier->changes, Change, i);
      Change *merged = &g_array_index (later->changes, Change, i);

      change_free_state (kept->kind, kept->after);
      kept->after = g_steal_pointer (&merged->after);
      if (later->written != NULL && kept->kind == CHANGE_SOURCE)
        {
          weir_value_unref (later->written->pdata[i]);
          later->written->pdata[i] = weir_history_write_change (kept);
        }
    }
  g_clear_pointer (&earlier->written, g_ptr_array_unref);
  earlier->written = g_steal_pointer (&later->written);
  earlier->at = later->at;
  edit_free (later);
}

static void
locate (WeirHistory *self)
{
  if (self->relocate)
    weir_workflow_locate (self->workflow);
  self->relocate = FALSE;
}

/* Tells who keeps the edits of the last one that is done, or only how many are (@edit NULL). */
static void
tell_journal (WeirHistory *self, Edit *edit)
{
  g_autoptr(WeirValue) changes = NULL;

  if (self->journal == NULL || self->replaying)
    return;
  if (edit != NULL)
    changes = weir_value_new_list ((WeirValue **) edit->written->pdata, edit->written->len);
  self->journal (self->workflow, self->undo->len, edit != NULL ? edit->name : NULL, edit != NULL ? edit->at : 0,
                 changes, self->journal_data);
  if (edit != NULL)
    g_clear_pointer (&edit->written, g_ptr_array_unref);
}

static void
finish_edit (WeirHistory *self)
{
  Edit *edit = g_steal_pointer (&self->open);
  Edit *last = self->undo->len > 0 ? self->undo->pdata[self->undo->len - 1] : NULL;
  gboolean merge = self->merge_next;

  if (edit->changes->len == 0)
    {
      edit_free (edit);
      return;
    }
  self->merge_next = FALSE;
  self->serial++;
  if (!self->replaying)
    edit->at = g_get_real_time ();
  locate (self);
  if (merge && last != NULL && self->redo->len == 0 && same_place (last, edit))
    merge_into (last, edit);
  else
    {
      g_ptr_array_add (self->undo, edit);
      g_ptr_array_set_size (self->redo, 0);
    }
  tell_journal (self, self->undo->pdata[self->undo->len - 1]);
  if (self->replaying)
    return;
  emit_notify (self);
  weir_workflow_emit_changed (self->workflow);
}

static void
record (WeirHistory *self, const char *name, Change change)
{
  gboolean alone = self->open == NULL;

  if (alone)
    self->open = edit_new (name);
  if (change.graph != NULL)
    g_object_ref (change.graph);
  if (change.target != NULL)
    g_object_ref (change.target);
  g_array_append_val (self->open->changes, change);
  if (self->journal != NULL && !self->replaying)
    {
      if (self->open->written == NULL)
        self->open->written = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_value_unref);
      g_ptr_array_add (self->open->written, weir_history_write_change (&change));
    }
  apply (self, &change, TRUE);
  if (alone)
    finish_edit (self);
}

void
weir_history_add_block (WeirHistory *self, WeirGraph *graph, WeirBlock *block)
{
  record (self, N_ ("Add Block"),
          (Change) { .kind = CHANGE_BLOCK, .graph = graph, .target = G_OBJECT (block), .added = TRUE });
}

void
weir_history_remove_block (WeirHistory *self, WeirBlock *block)
{
  record (self, N_ ("Delete Block"), (Change) { .kind = CHANGE_BLOCK, .graph = block->graph, .target = G_OBJECT (block) });
}

void
weir_history_add_link (WeirHistory *self, WeirGraph *graph, WeirLink *link)
{
  record (self, N_ ("Add Link"), (Change) { .kind = CHANGE_LINK, .graph = graph, .target = G_OBJECT (link), .added = TRUE });
}

void
weir_history_remove_link (WeirHistory *self, WeirLink *link)
{
  record (self, N_ ("Delete Link"), (Change) { .kind = CHANGE_LINK, .graph = link->graph, .target = G_OBJECT (link) });
}

void
weir_history_set_data (WeirHistory *self, WeirBlock *block, WeirValue *value)
{
  record (self, N_ ("Change Block"),
          (Change) { .kind = CHANGE_DATA,
                     .target = G_OBJECT (block),
                     .before = weir_block_data_ref (block->data),
                     .after = weir_block_data_new (value) });
}

void
weir_history_set_id (WeirHistory *self, WeirBlock *block, const char *id)
{
  record (
    self, N_ ("Rename Block"),
    (Change) { .kind = CHANGE_ID, .target = G_OBJECT (block), .before = g_strdup (block->id), .after = g_strdup (id) });
}

void
weir_history_set_position (WeirHistory *self, WeirBlock *block, WeirValue *position)
{
  record (self, N_ ("Move Block"),
          (Change) { .kind = CHANGE_POSITION,
                     .target = G_OBJECT (block),
                     .before = block->position != NULL ? weir_value_ref (block->position) : NULL,
                     .after = position != NULL ? weir_value_ref (position) : NULL });
}

static When *
when_new (const char *text, WeirValue *written)
{
  When *when = g_new0 (When, 1);

  when->when = g_strdup (text);
  when->written = written != NULL ? weir_value_ref (written) : NULL;
  return when;
}

/* Also without a new condition: the link is then written anew, as after one of its blocks was renamed. */
void
weir_history_set_when (WeirHistory *self, WeirLink *link, const char *when)
{
  record (self, N_ ("Change Condition"),
          (Change) { .kind = CHANGE_WHEN,
                     .target = G_OBJECT (link),
                     .before = when_new (link->when, link->written),
                     .after = when_new (when, NULL) });
}

static Ports *
ports_new (const char *source, const char *target, WeirValue *written)
{
  Ports *ports = g_new0 (Ports, 1);

  ports->source = g_intern_string (source);
  ports->target = g_intern_string (target);
  ports->written = written != NULL ? weir_value_ref (written) : NULL;
  return ports;
}

/* A port got another name: the link stays at it. */
void
weir_history_set_ports (WeirHistory *self, WeirLink *link, const char *source_port, const char *target_port)
{
  record (self, N_ ("Change Link"),
          (Change) { .kind = CHANGE_PORTS,
                     .target = G_OBJECT (link),
                     .before = ports_new (link->source_port, link->target_port, link->written),
                     .after = ports_new (source_port, target_port, NULL) });
}

void
weir_history_set_record (WeirHistory *self, WeirGraph *graph, WeirValue *value)
{
  record (self, N_ ("Change Workflow"),
          (Change) { .kind = CHANGE_RECORD,
                     .graph = graph,
                     .before = weir_value_ref (graph->record),
                     .after = weir_value_ref (value) });
}

/* Takes @before and @after. */
void
weir_history_arrange (WeirHistory *self, WeirGraph *graph, WeirArrangement *before, WeirArrangement *after)
{
  record (self, N_ ("Change Order"), (Change) { .kind = CHANGE_ORDER, .graph = graph, .before = before, .after = after });
}

void
weir_history_set_source (WeirHistory *self, WeirYamlDocument *source, WeirValue *loose_layout)
{
  record (self, N_ ("Change Text"),
          (Change) { .kind = CHANGE_SOURCE,
                     .before = source_new (self->workflow->source, self->workflow->loose_layout),
                     .after = source_new (source, loose_layout) });
}

void
weir_history_abort (WeirHistory *self)
{
  GArray *changes = self->open->changes;

  for (guint i = changes->len; i-- > 0;)
    apply (self, &g_array_index (changes, Change, i), FALSE);
  g_array_set_size (changes, 0);
  if (self->open->written != NULL)
    g_ptr_array_set_size (self->open->written, 0);
}

/* Rises with each edit, undo and redo. */
guint
weir_history_get_serial (WeirHistory *self)
{
  return self->serial;
}

/* The public side */

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
    self->history->open = edit_new (name);
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
    finish_edit (self->history);
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
    apply (self, &g_array_index (edit->changes, Change, forward ? i : edit->changes->len - 1 - i), forward);
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
  locate (self);
  if (self->replaying)
    return;
  tell_journal (self, NULL);
  emit_notify (self);
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
  emit_notify (self->history);
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
