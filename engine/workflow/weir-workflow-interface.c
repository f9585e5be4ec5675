/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a workflow takes and gives, as a block that calls it keeps it: its ports follow from that. */
#include "weir-validate-private.h"

#include <string.h>

static WeirValue *
describe_inputs (WeirWorkflow *self)
{
  WeirBuilder *inputs = weir_record_builder_new (self->inputs->len);

  for (guint i = 0; i < self->inputs->len; i++)
    {
      const WeirInput *input = &g_array_index (self->inputs, WeirInput, i);
      WeirBuilder *record = weir_record_builder_new (2);

      weir_builder_set_take (record, "type", weir_value_new_text (input->type));
      weir_builder_set_take (record, "required", weir_value_new_bool (input->initial == NULL));
      weir_builder_set_take (inputs, input->name, weir_builder_end (record));
    }
  return weir_builder_end (inputs);
}

static WeirValue *
describe_outputs (WeirWorkflow *self)
{
  WeirBuilder *outputs = weir_record_builder_new (1);
  WeirBlock *block = NULL;
  const char *port = NULL;
  const char *type = "any";
  gboolean known;

  if (weir_graph_find_result (self->graph, &block, &port))
    {
      const WeirPort *found = weir_block_find_output (block, port, &known);

      if (found != NULL && found->type != NULL)
        type = found->type;
    }
  weir_builder_set_take (outputs, "result", weir_value_new_text (type));
  return weir_builder_end (outputs);
}

/**
 * weir_workflow_make_interface:
 * @self: a workflow
 *
 * Returns: (transfer full): what it takes and gives: {inputs: {NAME: {type, required}}, outputs: {NAME: TYPE}}, types as text. A block
 *   that calls the workflow keeps it as its setting `interface`
 */
WeirValue *
weir_workflow_make_interface (WeirWorkflow *self)
{
  WeirBuilder *record;

  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), NULL);

  record = weir_record_builder_new (2);
  weir_builder_set_take (record, "inputs", describe_inputs (self));
  weir_builder_set_take (record, "outputs", describe_outputs (self));
  return weir_builder_end (record);
}

/* @parts: words, NULL-terminated. */
static void
note (GString *out, const char *const *parts)
{
  g_autofree char *text = g_strjoinv (" ", (char **) parts);

  g_string_append_printf (out, "%s%s", out->len > 0 ? "; " : "", text);
}

#define NOTE(out, ...) note (out, (const char *const[]) { __VA_ARGS__, NULL })

static const char *
type_of (WeirValue *member)
{
  if (weir_value_get_kind (member) == WEIR_VALUE_TEXT)
    return weir_value_get_text (member, NULL);
  return weir_value_get_member_text (member, "type", "any");
}

static void
compare_members (WeirValue *saved, WeirValue *now, const char *what, GString *out)
{
  for (gsize i = 0; now != NULL && i < weir_value_get_length (now); i++)
    {
      const char *name = weir_value_get_key (now, i);
      WeirValue *before = saved != NULL ? weir_value_find_member (saved, name) : NULL;

      if (before == NULL)
        NOTE (out, name, "is a new", what);
      else if (!g_str_equal (type_of (before), type_of (weir_value_get_item (now, i))))
        NOTE (out, name, "is now", type_of (weir_value_get_item (now, i)));
      else if (weir_value_get_member_bool (before, "required", FALSE)
               != weir_value_get_member_bool (weir_value_get_item (now, i), "required", FALSE))
        NOTE (out, name, weir_value_get_member_bool (before, "required", FALSE) ? "need not be given any more"
                                                                               : "must be given now");
    }
  for (gsize i = 0; saved != NULL && i < weir_value_get_length (saved); i++)
    if (now == NULL || weir_value_find_member (now, weir_value_get_key (saved, i)) == NULL)
      NOTE (out, "there is no", what, weir_value_get_key (saved, i), "any more");
}

/* A block may have outputs for members of the result; what is in a record whose type names no members is not known before. */
static WeirValue *
without_members (WeirValue *saved, WeirValue *now)
{
  WeirValue *result = now != NULL ? weir_value_find_member (now, "result") : NULL;
  const char *type = result != NULL ? type_of (result) : "";
  WeirBuilder *builder;

  if (saved == NULL || weir_value_get_kind (saved) != WEIR_VALUE_RECORD)
    return NULL;
  if (!g_str_equal (type, "any") && !g_str_equal (type, "record") && !g_str_equal (type, "json"))
    return weir_value_ref (saved);
  builder = weir_record_builder_new (weir_value_get_length (saved));
  for (gsize i = 0; i < weir_value_get_length (saved); i++)
    if (weir_value_find_member (now, weir_value_get_key (saved, i)) != NULL)
      weir_builder_set (builder, weir_value_get_key (saved, i), weir_value_get_item (saved, i));
  return weir_builder_end (builder);
}

/**
 * weir_interface_compare:
 * @saved: the interface that a block keeps
 * @now: that of the workflow which it calls
 *
 * Returns: (transfer full) (nullable): what is different, as half a sentence: "n is now text; there is no input m any more"
 */
char *
weir_interface_compare (WeirValue *saved, WeirValue *now)
{
  g_autoptr(GString) out = g_string_new (NULL);
  g_autoptr(WeirValue) outputs = NULL;

  compare_members (weir_value_find_member (saved, "inputs"), weir_value_find_member (now, "inputs"), "input", out);
  outputs = without_members (weir_value_find_member (saved, "outputs"), weir_value_find_member (now, "outputs"));
  compare_members (outputs, weir_value_find_member (now, "outputs"), "output", out);
  return out->len > 0 ? g_string_free_and_steal (g_steal_pointer (&out)) : NULL;
}

/**
 * weir_interface_update:
 * @saved: (nullable): the interface that a block keeps
 * @now: that of the workflow which it calls
 *
 * Returns: (transfer full): @now, with the outputs of @saved that are members of a result whose type does not name them
 */
WeirValue *
weir_interface_update (WeirValue *saved, WeirValue *now)
{
  WeirValue *before = saved != NULL && weir_value_get_kind (saved) == WEIR_VALUE_RECORD ? weir_value_find_member (saved, "outputs") : NULL;
  WeirValue *outputs = weir_value_find_member (now, "outputs");
  g_autoptr(WeirValue) rest = without_members (before, outputs);
  g_autoptr(WeirValue) all = outputs != NULL ? weir_value_ref (outputs) : weir_value_new_record (NULL, NULL, 0);

  for (gsize i = 0; rest != NULL && i < weir_value_get_length (before); i++)
    if (weir_value_find_member (rest, weir_value_get_key (before, i)) == NULL)
      {
        g_autoptr(WeirValue) present = g_steal_pointer (&all);

        all = weir_value_with_member (present, weir_value_get_key (before, i), weir_value_get_item (before, i));
      }
  return weir_value_with_member (now, "outputs", all);
}

static void
check_calls (WeirValidation *self, WeirGraph *graph, WeirFindWorkflow find, gpointer user_data)
{
  for (guint i = 0; i < graph->blocks->len; i++)
    {
      WeirBlock *block = graph->blocks->pdata[i];
      WeirValue *saved = weir_value_find_member (block->data->config, "interface");
      const char *name = weir_value_get_member_text (block->data->config, "workflow", NULL);
      g_autoptr(WeirWorkflow) called = NULL;
      g_autoptr(WeirValue) now = NULL;
      g_autofree char *difference = NULL;

      if (block->body != NULL)
        check_calls (self, block->body, find, user_data);
      if (saved == NULL || weir_value_get_kind (saved) != WEIR_VALUE_RECORD || name == NULL)
        continue;
      called = find (name, (guint) weir_value_get_member_int (block->data->config, "version", 0), user_data);
      if (called == NULL)
        continue;
      now = weir_workflow_make_interface (called);
      difference = weir_interface_compare (saved, now);
      if (difference != NULL)
        weir_validation_add (self, WEIR_SEVERITY_WARNING, "interface.changed", block, NULL, "interface", block->line,
                             block->column, "The workflow \"%s\" has changed: %s", name, difference);
    }
}

/**
 * weir_workflow_validate_calls:
 * @self: a workflow
 * @find: (scope call): gives a workflow by id, name or path and version, 0 for the latest; %NULL if there is none
 * @user_data: for @find
 *
 * Looks at blocks that call other workflows and keep what those take and give.
 *
 * Returns: (transfer full): of [class@Weir.Problem]: a warning for each whose workflow has changed since
 */
GListModel *
weir_workflow_validate_calls (WeirWorkflow *self, WeirFindWorkflow find, gpointer user_data)
{
  WeirValidation validation = { .workflow = self };
  g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func (g_object_unref);
  GListStore *store = g_list_store_new (WEIR_TYPE_PROBLEM);

  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), NULL);

  validation.problems = problems;
  check_calls (&validation, self->graph, find, user_data);
  g_list_store_splice (store, 0, 0, problems->pdata, problems->len);
  return G_LIST_MODEL (store);
}
