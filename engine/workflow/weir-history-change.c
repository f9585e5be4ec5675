/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What happened, in a form that can be done again either way round. */
#include "weir-history-private.h"

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

Source *
weir_history_make_source (WeirYamlDocument *document, WeirValue *loose_layout)
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

void
weir_history_free_state (ChangeKind kind, gpointer state)
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

  weir_history_free_state (self->kind, self->before);
  weir_history_free_state (self->kind, self->after);
  g_clear_object (&self->graph);
  g_clear_object (&self->target);
}

void
weir_edit_free (gpointer data)
{
  Edit *self = data;

  g_array_unref (self->changes);
  g_clear_pointer (&self->written, g_ptr_array_unref);
  g_free (self->name);
  g_free (self);
}

Edit *
weir_edit_new (const char *name)
{
  Edit *self = g_new0 (Edit, 1);

  self->name = g_strdup (name);
  self->changes = g_array_new (FALSE, FALSE, sizeof (Change));
  g_array_set_clear_func (self->changes, change_clear);
  return self;
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

void
weir_history_apply (WeirHistory *self, const Change *change, gboolean forward)
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
