/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "values.h"

typedef struct
{
  char      *workflow;
  gint64     version;
  WeirValue *inputs;
  WeirValue *interface;
  gboolean   inherit;
  gboolean   recursive;
  gint64     max_depth;
} Subworkflow;

static const WeirField subworkflow_fields[] = {
  WEIR_FIELD_TEXT (Subworkflow, workflow, .title = N_("Workflow"),
                   .summary = N_("Its name, its id, or the path of its file"), .placeholder = "Tidy downloads",
                   .required = TRUE),
  WEIR_FIELD_INT (Subworkflow, version, .title = N_("Version"), .summary = N_("0 follows the latest"),
                  .maximum = 1000000000, .advanced = TRUE),
  WEIR_FIELD_VALUE (Subworkflow, inputs, .title = N_("Inputs"),
                    .summary = N_("A record of what it asks for; what comes to an input of its own goes before"),
                    .type = "record", .initial_text = "{}"),
  WEIR_FIELD_VALUE (Subworkflow, interface, .title = N_("Interface"),
                    .summary = N_("What the workflow takes and gives; the ports of this block follow it"),
                    .type = "record{inputs?: record, outputs?: record}", .raw = TRUE, .advanced = TRUE),
  WEIR_FIELD_BOOL (Subworkflow, inherit, .title = N_("Share variables"),
                   .summary = N_("Variables of the run are those of this workflow; otherwise it begins with none"),
                   .advanced = TRUE),
  WEIR_FIELD_BOOL (Subworkflow, recursive, .title = N_("May call itself"), .advanced = TRUE),
  WEIR_FIELD_INT (Subworkflow, max_depth, .title = N_("Levels at most"),
                  .summary = N_("How deep workflows may call each other"), .initial = 16, .minimum = 1, .maximum = 16,
                  .advanced = TRUE),
  { 0 }
};

static const char *const subworkflow_errors[] = { "input.missing", "limit.depth", "io.not_found", NULL };

#define TWICE "twice.yaml={\"weir\": 1, \"name\": \"Twice\", \"inputs\": {\"n\": {\"type\": \"int\"}}, " \
              "\"blocks\": {\"twice\": {\"kind\": \"debug.noop\", \"config\": {\"value\": \"=inputs.n * 2\"}}}}"

static const WeirExample subworkflow_examples[] = {
  { .title = N_("A workflow in a file"), .config = "{\"workflow\": \"$DIR/twice.yaml\", \"inputs\": {\"n\": 21}}",
    .files = TWICE, .outputs = "{\"result\": 42}" },
  { .title = N_("Ports of its own"),
    .config = "{\"workflow\": \"$DIR/twice.yaml\", \"interface\": {\"inputs\": {\"n\": {\"type\": \"int\", "
              "\"required\": true}}, \"outputs\": {\"result\": \"any\"}}}",
    .inputs = "{\"n\": 4}", .files = TWICE, .outputs = "{\"result\": 8}" },
  { 0 }
};

/* A setting of the same name would be taken for it. */
static char *
make_port_name (const char *input)
{
  for (const WeirField *field = subworkflow_fields; field->name != NULL; field++)
    if (g_str_equal (field->name, input))
      return g_strconcat (input, "_", NULL);
  return g_strdup (input);
}

static WeirValue *
find_members (WeirValue *interface, const char *name)
{
  WeirValue *members = interface != NULL && weir_value_get_kind (interface) == WEIR_VALUE_RECORD
                         ? weir_value_find_member (interface, name)
                         : NULL;

  return members != NULL && weir_value_get_kind (members) == WEIR_VALUE_RECORD ? members : NULL;
}

static void
subworkflow_list_ports (WeirValue *config, WeirPortList *ports)
{
  static const WeirPort inputs_port = { .name = "inputs", .type = "record", .title = N_("Inputs"),
                                        .summary = N_("A record of what the workflow asks for") };
  static const WeirPort result_port = { .name = "result", .title = N_("Result") };
  WeirValue *interface = weir_value_find_member (config, "interface");
  WeirValue *inputs = find_members (interface, "inputs");
  WeirValue *outputs = find_members (interface, "outputs");

  for (gsize i = 0; inputs != NULL && i < weir_value_get_length (inputs); i++)
    {
      WeirValue *row = weir_value_get_item (inputs, i);
      g_autofree char *name = make_port_name (weir_value_get_key (inputs, i));
      WeirPort port = { .name = name, .title = weir_value_get_key (inputs, i),
                        .type = weir_value_get_member_text (row, "type", NULL) };

      weir_port_list_add_input (ports, &port);
    }
  if (inputs == NULL)
    weir_port_list_add_input (ports, &inputs_port);
  for (gsize i = 0; outputs != NULL && i < weir_value_get_length (outputs); i++)
    {
      WeirValue *type = weir_value_get_item (outputs, i);
      WeirPort port = { .name = weir_value_get_key (outputs, i), .title = weir_value_get_key (outputs, i),
                        .type = weir_value_get_kind (type) == WEIR_VALUE_TEXT ? weir_value_get_text (type, NULL) : NULL };

      weir_port_list_add_output (ports, &port);
    }
  if (outputs == NULL)
    weir_port_list_add_output (ports, &result_port);
}

/* What is set, and over it what came to the ports. */
static WeirValue *
collect_inputs (Subworkflow *self, WeirStep *step)
{
  WeirValue *inputs = find_members (self->interface, "inputs");
  WeirValue *record = weir_blocks_is_nothing (self->inputs) ? weir_value_new_record (NULL, NULL, 0)
                                                            : weir_value_ref (self->inputs);

  for (gsize i = 0; inputs != NULL && i < weir_value_get_length (inputs); i++)
    {
      g_autofree char *name = make_port_name (weir_value_get_key (inputs, i));
      WeirValue *value = weir_step_get_input (step, name);
      g_autoptr(WeirValue) before = record;

      record = value != NULL ? weir_value_with_member (before, weir_value_get_key (inputs, i), value)
                             : weir_value_ref (before);
    }
  return record;
}

/* The result itself, and members of it for outputs of other names. */
static void
emit_outputs (Subworkflow *self, WeirStep *step, WeirValue *result)
{
  WeirValue *outputs = find_members (self->interface, "outputs");

  if (outputs == NULL)
    weir_step_emit (step, "result", result);
  for (gsize i = 0; outputs != NULL && i < weir_value_get_length (outputs); i++)
    {
      const char *name = weir_value_get_key (outputs, i);
      WeirValue *value = g_str_equal (name, "result") ? result : weir_value_find_member (result, name);

      if (value != NULL)
        weir_step_emit (step, name, value);
    }
}

static gboolean
subworkflow_fiber (gpointer settings, WeirStep *step, GError **error)
{
  Subworkflow *self = settings;
  g_autoptr(WeirValue) inputs = collect_inputs (self, step);
  g_autoptr(WeirValue) result = NULL;
  WeirCall call = {
    .workflow = self->workflow,
    .version = (guint) self->version,
    .inputs = inputs,
    .inherit_variables = self->inherit,
    .recursive = self->recursive,
    .max_depth = (guint) self->max_depth,
  };

  result = dex_await_boxed (weir_step_call_workflow (step, &call), error);
  if (result == NULL)
    return FALSE;
  emit_outputs (self, step, result);
  return TRUE;
}

static DexFuture *
subworkflow_run (gpointer settings, WeirStep *step)
{
  return weir_step_spawn (step, settings, subworkflow_fiber);
}

static char *
subworkflow_summarize (WeirValue *config)
{
  return g_strdup (weir_value_get_member_text (config, "workflow", NULL));
}

WEIR_DEFINE_BLOCK_KIND (flow_subworkflow, .id = "flow.subworkflow", .version = 1, .title = N_("Sub-Workflow"),
                        .summary = N_("Runs another workflow as a part of this one and waits for its result"),
                        .keywords = "subworkflow call child reuse function workflow nested",
                        .category = N_("Flow"), .icon = "view-paged-symbolic",
                        .effect = WEIR_EFFECT_PURE, .undo = WEIR_UNDO_NONE, .fields = subworkflow_fields,
                        .settings_size = sizeof (Subworkflow), .errors = subworkflow_errors,
                        .examples = subworkflow_examples, .list_ports = subworkflow_list_ports,
                        .summarize = subworkflow_summarize, .run = subworkflow_run)
