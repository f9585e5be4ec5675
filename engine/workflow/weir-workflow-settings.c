/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The edits of what a block or the whole workflow says: each makes a new record. */
#include "weir-workflow-private.h"

#include <string.h>

/* Blocks */

static void
set_block_member (WeirWorkflow *self, WeirBlock *block, const char *key, WeirValue *value)
{
  WeirValue *present = weir_value_find_member (block->data->record, key);
  g_autoptr(WeirValue) record = NULL;

  if (present == value || (present != NULL && value != NULL && weir_yaml_same (present, value, TRUE)))
    return;
  record = weir_record_set_ordered (block->data->record, key, value, weir_block_keys);
  weir_history_set_data (self->history, block, record);
}

static void
set_block_text (WeirWorkflow *self, WeirBlock *block, const char *key, const char *text)
{
  g_autoptr(WeirValue) value = text != NULL && text[0] != '\0' ? weir_value_new_text (text) : NULL;

  set_block_member (self, block, key, value);
}

static void
set_config_member (WeirWorkflow *self, WeirBlock *block, const char *field, WeirValue *value)
{
  WeirValue *present = weir_value_find_member (block->data->config, field);
  g_autoptr(WeirValue) config = NULL;

  if (present == value || (present != NULL && value != NULL && weir_yaml_same (present, value, TRUE)))
    return;
  config = weir_value_with_member (block->data->config, field, value);
  set_block_member (self, block, "config", weir_value_get_length (config) > 0 ? config : NULL);
}

/**
 * weir_workflow_set_field:
 * @self: a workflow
 * @block: one of its blocks
 * @field: the name of a setting
 * @value: (nullable): its raw value; %NULL removes it
 *
 * Changes a setting, as an edit. Where its rows have a port each, links follow their rows to another place or name, and rows
 * without a label get an `id` that names their port from then on.
 */
void
weir_workflow_set_field (WeirWorkflow *self, WeirBlock *block, const char *field, WeirValue *value)
{
  const WeirBlockKind *kind;
  const WeirField *described;

  g_return_if_fail (WEIR_IS_WORKFLOW (self));
  g_return_if_fail (WEIR_IS_BLOCK (block) && field != NULL);

  kind = weir_block_get_kind (block);
  described = kind != NULL ? weir_kind_find_field (kind, field) : NULL;
  if (described != NULL && described->rows != NULL)
    weir_workflow_set_rows (self, block, described, value, set_config_member);
  else
    set_config_member (self, block, field, value);
}

/**
 * weir_workflow_set_label:
 * @self: a workflow
 * @block: one of its blocks
 * @label: (nullable): what people call it; %NULL or empty for the title of its kind
 */
void
weir_workflow_set_label (WeirWorkflow *self, WeirBlock *block, const char *label)
{
  g_return_if_fail (WEIR_IS_WORKFLOW (self));
  g_return_if_fail (WEIR_IS_BLOCK (block));
  set_block_text (self, block, "label", label);
}

/**
 * weir_workflow_set_block_note:
 * @self: a workflow
 * @block: one of its blocks
 * @note: (nullable): Markdown; %NULL for none
 *
 * Changes what is written about a block, as an edit.
 */
void
weir_workflow_set_block_note (WeirWorkflow *self, WeirBlock *block, const char *note)
{
  g_return_if_fail (WEIR_IS_WORKFLOW (self));
  g_return_if_fail (WEIR_IS_BLOCK (block));
  set_block_text (self, block, "note", note);
}

/**
 * weir_workflow_set_enabled:
 * @self: a workflow
 * @block: one of its blocks
 * @enabled: whether it does anything in a run; a disabled block passes its value on
 */
void
weir_workflow_set_enabled (WeirWorkflow *self, WeirBlock *block, gboolean enabled)
{
  g_autoptr(WeirValue) value = NULL;

  g_return_if_fail (WEIR_IS_WORKFLOW (self));
  g_return_if_fail (WEIR_IS_BLOCK (block));

  if (!enabled == !block->data->enabled)
    return;
  value = enabled ? NULL : weir_value_new_bool (FALSE);
  set_block_member (self, block, "enabled", value);
}

/* One member of a record, in place; a value that is the default goes away. (transfer full) for record and value */
static WeirValue *
with_setting (WeirValue *record, const char *key, WeirValue *value, gboolean changed, gboolean initial)
{
  g_autoptr(WeirValue) owned = value;
  g_autoptr(WeirValue) before = record;

  if (!changed)
    return g_steal_pointer (&before);
  return weir_value_with_member (before, key, initial ? NULL : value);
}

static WeirValue *
make_retry (WeirValue *present, const WeirReliability *old, const WeirReliability *new)
{
  WeirValue *retry = present != NULL && weir_value_get_kind (present) == WEIR_VALUE_RECORD
                       ? weir_value_ref (present) : weir_value_new_record (NULL, NULL, 0);
  gboolean plain_on = new->retry_on == NULL || new->retry_on[0] == '\0';

  retry = with_setting (retry, "attempts", weir_value_new_int (new->attempts), new->attempts != old->attempts,
                        new->attempts == 1);
  retry = with_setting (retry, "first", weir_duration_to_value (new->retry_first_ms),
                        new->retry_first_ms != old->retry_first_ms, new->retry_first_ms == 1000);
  retry = with_setting (retry, "factor", weir_value_new_number (new->retry_factor),
                        new->retry_factor != old->retry_factor, new->retry_factor == 2);
  retry = with_setting (retry, "cap", weir_duration_to_value (new->retry_cap_ms), new->retry_cap_ms != old->retry_cap_ms,
                        new->retry_cap_ms == 30000);
  retry = with_setting (retry, "jitter", weir_value_new_number (new->retry_jitter),
                        new->retry_jitter != old->retry_jitter, new->retry_jitter == 0.1);
  retry = with_setting (retry, "on", weir_value_new_text (plain_on ? "" : new->retry_on),
                        g_strcmp0 (plain_on ? NULL : new->retry_on, old->retry_on) != 0, plain_on);
  return retry;
}

/**
 * weir_workflow_set_reliability:
 * @self: a workflow
 * @block: one of its blocks
 * @reliability: (transfer none): how it meets failure and time; only what differs is written
 */
void
weir_workflow_set_reliability (WeirWorkflow *self, WeirBlock *block, const WeirReliability *reliability)
{
  const WeirReliability *old;
  g_autoptr(WeirValue) retry = NULL;

  g_return_if_fail (WEIR_IS_WORKFLOW (self));
  g_return_if_fail (WEIR_IS_BLOCK (block) && reliability != NULL);

  weir_workflow_begin_edit (self, N_("Change Reliability"));
  old = &block->data->reliability;
  retry = make_retry (weir_value_find_member (block->data->record, "retry"), old, reliability);
  if (reliability->timeout_ms != old->timeout_ms)
    {
      g_autoptr(WeirValue) timeout = reliability->timeout_ms >= 0 ? weir_duration_to_value (reliability->timeout_ms) : NULL;

      set_block_member (self, block, "timeout", timeout);
    }
  if (reliability->on_error != block->data->reliability.on_error)
    set_block_text (self, block, "on_error", reliability->on_error == WEIR_ON_ERROR_CONTINUE ? "continue" : NULL);
  set_block_member (self, block, "retry", weir_value_get_length (retry) > 0 ? retry : NULL);
  weir_workflow_end_edit (self);
}

/**
 * weir_workflow_set_join:
 * @self: a workflow
 * @block: one of its blocks
 * @port: an input
 * @join: when it fires; the port's own join removes what the block says
 * @n: of n-of-m
 */
void
weir_workflow_set_join (WeirWorkflow *self, WeirBlock *block, const char *port, WeirJoin join, guint n)
{
  const WeirPort *declared;
  g_autoptr(WeirValue) joins = NULL;
  g_autoptr(WeirValue) value = NULL;
  g_autoptr(WeirValue) changed = NULL;

  g_return_if_fail (WEIR_IS_WORKFLOW (self));
  g_return_if_fail (WEIR_IS_BLOCK (block) && port != NULL);
  g_return_if_fail (join != WEIR_JOIN_N_OF_M || n > 0);

  declared = weir_port_list_find_input (weir_block_get_ports (block), port);
  joins = block->data->join != NULL ? weir_value_ref (block->data->join) : weir_value_new_record (NULL, NULL, 0);
  if (join != (declared != NULL ? declared->join : WEIR_JOIN_ALL))
    value = weir_join_to_value (join, n);
  changed = weir_value_with_member (joins, port, value);
  set_block_member (self, block, "join", weir_value_get_length (changed) > 0 ? changed : NULL);
}

/**
 * weir_workflow_set_block_concurrency:
 * @self: a workflow
 * @block: a container
 * @concurrency: how many runs of its body at once; 0 leaves it to the kind
 */
void
weir_workflow_set_block_concurrency (WeirWorkflow *self, WeirBlock *block, guint concurrency)
{
  g_autoptr(WeirValue) value = concurrency > 0 ? weir_value_new_int (concurrency) : NULL;

  g_return_if_fail (WEIR_IS_WORKFLOW (self));
  g_return_if_fail (WEIR_IS_BLOCK (block));
  set_block_member (self, block, "concurrency", value);
}

/**
 * weir_workflow_set_priority:
 * @self: a workflow
 * @block: one of its blocks
 * @priority: -100 to 100; 0 is normal
 */
void
weir_workflow_set_priority (WeirWorkflow *self, WeirBlock *block, int priority)
{
  g_autoptr(WeirValue) value = priority != 0 ? weir_value_new_int (CLAMP (priority, -100, 100)) : NULL;

  g_return_if_fail (WEIR_IS_WORKFLOW (self));
  g_return_if_fail (WEIR_IS_BLOCK (block));
  if (priority != block->data->priority)
    set_block_member (self, block, "priority", value);
}

/* The workflow */

static void
set_member (WeirWorkflow *self, WeirGraph *graph, const char *key, WeirValue *value)
{
  WeirValue *present = weir_value_find_member (graph->record, key);
  g_autoptr(WeirValue) record = NULL;

  if (present == value || (present != NULL && value != NULL && weir_yaml_same (present, value, TRUE)))
    return;
  record = weir_record_set_ordered (graph->record, key, value,
                                    graph->container == NULL ? weir_document_keys : weir_body_keys);
  weir_history_set_record (self->history, graph, record);
}

static void
set_text (WeirWorkflow *self, WeirGraph *graph, const char *key, const char *text)
{
  g_autoptr(WeirValue) value = text != NULL && text[0] != '\0' ? weir_value_new_text (text) : NULL;

  set_member (self, graph, key, value);
}

/**
 * weir_workflow_set_name:
 * @self: a workflow
 * @name: what people call it
 *
 * Changes the name, as an edit.
 */
void
weir_workflow_set_name (WeirWorkflow *self, const char *name)
{
  g_autoptr(WeirValue) value = NULL;

  g_return_if_fail (WEIR_IS_WORKFLOW (self));
  value = weir_value_new_text (name != NULL ? name : "");
  set_member (self, self->graph, "name", value);
}

/**
 * weir_workflow_set_description:
 * @self: a workflow
 * @description: (nullable): what it is for
 *
 * Changes the description, as an edit.
 */
void
weir_workflow_set_description (WeirWorkflow *self, const char *description)
{
  g_return_if_fail (WEIR_IS_WORKFLOW (self));
  set_text (self, self->graph, "description", description);
}

/* A number of the header; what is the default is not written. */
static void
set_number (WeirWorkflow *self, const char *key, guint number, guint initial)
{
  g_autoptr(WeirValue) value = number != initial ? weir_value_new_int (number) : NULL;

  set_member (self, self->graph, key, value);
}

/**
 * weir_workflow_set_concurrency:
 * @self: a workflow
 * @concurrency: steps at once in a run; 0 for the engine's limit
 */
void
weir_workflow_set_concurrency (WeirWorkflow *self, guint concurrency)
{
  g_return_if_fail (WEIR_IS_WORKFLOW (self));
  set_number (self, "concurrency", concurrency, 0);
}

/**
 * weir_workflow_set_max_iterations:
 * @self: a workflow
 * @max_iterations: of one cycle; 1,000 by default
 */
void
weir_workflow_set_max_iterations (WeirWorkflow *self, guint max_iterations)
{
  g_return_if_fail (WEIR_IS_WORKFLOW (self));
  g_return_if_fail (max_iterations > 0);
  set_number (self, "max_iterations", max_iterations, 1000);
}

/**
 * weir_workflow_set_finish_on_failure:
 * @self: a workflow
 * @finish: whether independent branches finish when a step has failed
 */
void
weir_workflow_set_finish_on_failure (WeirWorkflow *self, gboolean finish)
{
  g_return_if_fail (WEIR_IS_WORKFLOW (self));
  if (!finish != !weir_workflow_get_finish_on_failure (self))
    set_text (self, self->graph, "on_failure", finish ? "finish" : NULL);
}

/**
 * weir_workflow_set_output:
 * @self: a workflow
 * @graph: its graph, or the body of a container
 * @output: (nullable): "block.port" whose value is the result; %NULL to leave it to rule C10
 */
void
weir_workflow_set_output (WeirWorkflow *self, WeirGraph *graph, const char *output)
{
  g_return_if_fail (WEIR_IS_WORKFLOW (self));
  g_return_if_fail (WEIR_IS_GRAPH (graph));
  set_text (self, graph, "output", output);
}

/* Inputs and notes: a member of a record in the header. */

static void
set_in_section (WeirWorkflow *self, const char *section, const char *key, WeirValue *value)
{
  WeirValue *present = weir_value_find_member (self->graph->record, section);
  g_autoptr(WeirValue) record = present != NULL && weir_value_get_kind (present) == WEIR_VALUE_RECORD
                                  ? weir_value_ref (present) : weir_value_new_record (NULL, NULL, 0);
  g_autoptr(WeirValue) changed = weir_value_with_member (record, key, value);

  set_member (self, self->graph, section, weir_value_get_length (changed) > 0 ? changed : NULL);
}

/* The record of an entry, to be changed: keys that are not ours stay. (transfer full) */
static WeirValue *
dup_entry (WeirWorkflow *self, const char *section, const char *key)
{
  WeirValue *present = weir_value_find_member (self->graph->record, section);
  WeirValue *entry = present != NULL ? weir_value_find_member (present, key) : NULL;

  return entry != NULL && weir_value_get_kind (entry) == WEIR_VALUE_RECORD ? weir_value_ref (entry)
                                                                           : weir_value_new_record (NULL, NULL, 0);
}

/* Both (transfer full); @value may be NULL. */
static WeirValue *
with_member_take (WeirValue *record, const char *key, WeirValue *value)
{
  WeirValue *changed = weir_value_with_member (record, key, value);

  weir_value_unref (record);
  g_clear_pointer (&value, weir_value_unref);
  return changed;
}

/**
 * weir_workflow_set_input:
 * @self: a workflow
 * @input: (transfer none): added, or put in the place of the one with its name
 */
void
weir_workflow_set_input (WeirWorkflow *self, const WeirInput *input)
{
  g_autoptr(WeirValue) entry = NULL;

  g_return_if_fail (WEIR_IS_WORKFLOW (self));
  g_return_if_fail (input != NULL && input->name != NULL);

  entry = dup_entry (self, "inputs", input->name);
  entry = with_member_take (entry, "type", weir_value_new_text (input->type != NULL ? input->type : "any"));
  entry = with_member_take (entry, "title", input->title != NULL ? weir_value_new_text (input->title) : NULL);
  entry = with_member_take (entry, "default", input->initial != NULL ? weir_value_ref (input->initial) : NULL);
  set_in_section (self, "inputs", input->name, entry);
}

/**
 * weir_workflow_remove_input:
 * @self: a workflow
 * @name: name of an input
 *
 * Takes an input away, as an edit. Does nothing if there is none of that name.
 */
void
weir_workflow_remove_input (WeirWorkflow *self, const char *name)
{
  g_return_if_fail (WEIR_IS_WORKFLOW (self));
  g_return_if_fail (name != NULL);
  set_in_section (self, "inputs", name, NULL);
}

/**
 * weir_workflow_set_note:
 * @self: a workflow
 * @note: (transfer none): added, or put in the place of the one with its id
 */
void
weir_workflow_set_note (WeirWorkflow *self, const WeirNote *note)
{
  double numbers[4];
  WeirBuilder *at;
  g_autoptr(WeirValue) entry = NULL;

  g_return_if_fail (WEIR_IS_WORKFLOW (self));
  g_return_if_fail (note != NULL && note->id != NULL);

  at = weir_list_builder_new (4);
  memcpy (numbers, (double[]) { note->x, note->y, note->width, note->height }, sizeof numbers);
  for (guint i = 0; i < 4; i++)
    weir_builder_take (at, weir_value_new_int ((gint64) CLAMP (numbers[i], -1e9, 1e9)));
  entry = dup_entry (self, "notes", note->id);
  entry = with_member_take (entry, "text", weir_value_new_text (note->text != NULL ? note->text : ""));
  entry = with_member_take (entry, "at", weir_builder_end (at));
  entry = with_member_take (entry, "colour", note->colour != NULL ? weir_value_new_text (note->colour) : NULL);
  entry = with_member_take (entry, "frame", note->frame ? weir_value_new_bool (TRUE) : NULL);
  entry = with_member_take (entry, "collapsed", note->collapsed ? weir_value_new_bool (TRUE) : NULL);
  set_in_section (self, "notes", note->id, entry);
}

/**
 * weir_workflow_remove_note:
 * @self: a workflow
 * @id: id of a note
 *
 * Takes a note away, as an edit. Does nothing if there is none of that id.
 */
void
weir_workflow_remove_note (WeirWorkflow *self, const char *id)
{
  g_return_if_fail (WEIR_IS_WORKFLOW (self));
  g_return_if_fail (id != NULL);
  set_in_section (self, "notes", id, NULL);
}
