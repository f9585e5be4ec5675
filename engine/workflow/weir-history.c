/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Edits of a workflow as they are made: each is recorded with what it changes. */
#include "weir-history-private.h"

WeirHistory *
weir_history_new (WeirWorkflow *workflow)
{
  WeirHistory *self = g_new0 (WeirHistory, 1);

  self->workflow = workflow;
  self->undo = g_ptr_array_new_with_free_func (weir_edit_free);
  self->redo = g_ptr_array_new_with_free_func (weir_edit_free);
  return self;
}

void
weir_history_free (WeirHistory *self)
{
  g_ptr_array_unref (self->undo);
  g_ptr_array_unref (self->redo);
  g_clear_pointer (&self->open, weir_edit_free);
  if (self->journal_destroy != NULL)
    self->journal_destroy (self->journal_data);
  g_free (self);
}

/* Recording */

void
weir_history_notify (WeirHistory *self)
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

      weir_history_free_state (kept->kind, kept->after);
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
  weir_edit_free (later);
}

void
weir_history_locate (WeirHistory *self)
{
  if (self->relocate)
    weir_workflow_locate (self->workflow);
  self->relocate = FALSE;
}

/* Tells who keeps the edits of the last one that is done, or only how many are (@edit NULL). */
void
weir_history_tell_journal (WeirHistory *self, Edit *edit)
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

void
weir_history_finish_edit (WeirHistory *self)
{
  Edit *edit = g_steal_pointer (&self->open);
  Edit *last = self->undo->len > 0 ? self->undo->pdata[self->undo->len - 1] : NULL;
  gboolean merge = self->merge_next;

  if (edit->changes->len == 0)
    {
      weir_edit_free (edit);
      return;
    }
  self->merge_next = FALSE;
  self->serial++;
  if (!self->replaying)
    edit->at = g_get_real_time ();
  weir_history_locate (self);
  if (merge && last != NULL && self->redo->len == 0 && same_place (last, edit))
    merge_into (last, edit);
  else
    {
      g_ptr_array_add (self->undo, edit);
      g_ptr_array_set_size (self->redo, 0);
    }
  weir_history_tell_journal (self, self->undo->pdata[self->undo->len - 1]);
  if (self->replaying)
    return;
  weir_history_notify (self);
  weir_workflow_emit_changed (self->workflow);
}

static void
record (WeirHistory *self, const char *name, Change change)
{
  gboolean alone = self->open == NULL;

  if (alone)
    self->open = weir_edit_new (name);
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
  weir_history_apply (self, &change, TRUE);
  if (alone)
    weir_history_finish_edit (self);
}

void
weir_history_add_block (WeirHistory *self, WeirGraph *graph, WeirBlock *block)
{
  record (self, N_("Add Block"),
          (Change) { .kind = CHANGE_BLOCK, .graph = graph, .target = G_OBJECT (block), .added = TRUE });
}

void
weir_history_remove_block (WeirHistory *self, WeirBlock *block)
{
  record (self, N_("Delete Block"), (Change) { .kind = CHANGE_BLOCK, .graph = block->graph, .target = G_OBJECT (block) });
}

void
weir_history_add_link (WeirHistory *self, WeirGraph *graph, WeirLink *link)
{
  record (self, N_("Add Link"), (Change) { .kind = CHANGE_LINK, .graph = graph, .target = G_OBJECT (link), .added = TRUE });
}

void
weir_history_remove_link (WeirHistory *self, WeirLink *link)
{
  record (self, N_("Delete Link"), (Change) { .kind = CHANGE_LINK, .graph = link->graph, .target = G_OBJECT (link) });
}

void
weir_history_set_data (WeirHistory *self, WeirBlock *block, WeirValue *value)
{
  record (self, N_("Change Block"),
          (Change) { .kind = CHANGE_DATA,
                     .target = G_OBJECT (block),
                     .before = weir_block_data_ref (block->data),
                     .after = weir_block_data_new (value) });
}

void
weir_history_set_id (WeirHistory *self, WeirBlock *block, const char *id)
{
  record (
    self, N_("Rename Block"),
    (Change) { .kind = CHANGE_ID, .target = G_OBJECT (block), .before = g_strdup (block->id), .after = g_strdup (id) });
}

void
weir_history_set_position (WeirHistory *self, WeirBlock *block, WeirValue *position)
{
  record (self, N_("Move Block"),
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
  record (self, N_("Change Condition"),
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
  record (self, N_("Change Link"),
          (Change) { .kind = CHANGE_PORTS,
                     .target = G_OBJECT (link),
                     .before = ports_new (link->source_port, link->target_port, link->written),
                     .after = ports_new (source_port, target_port, NULL) });
}

void
weir_history_set_record (WeirHistory *self, WeirGraph *graph, WeirValue *value)
{
  record (self, N_("Change Workflow"),
          (Change) { .kind = CHANGE_RECORD,
                     .graph = graph,
                     .before = weir_value_ref (graph->record),
                     .after = weir_value_ref (value) });
}

/* Takes @before and @after. */
void
weir_history_arrange (WeirHistory *self, WeirGraph *graph, WeirArrangement *before, WeirArrangement *after)
{
  record (self, N_("Change Order"), (Change) { .kind = CHANGE_ORDER, .graph = graph, .before = before, .after = after });
}

void
weir_history_set_source (WeirHistory *self, WeirYamlDocument *source, WeirValue *loose_layout)
{
  record (self, N_("Change Text"),
          (Change) { .kind = CHANGE_SOURCE,
                     .before = weir_history_make_source (self->workflow->source, self->workflow->loose_layout),
                     .after = weir_history_make_source (source, loose_layout) });
}

void
weir_history_abort (WeirHistory *self)
{
  GArray *changes = self->open->changes;

  for (guint i = changes->len; i-- > 0;)
    weir_history_apply (self, &g_array_index (changes, Change, i), FALSE);
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
