/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "values.h"

typedef struct
{
  char      *workflow;
  gint64     version;
  WeirValue *inputs;
} Subworkflow;

static const WeirField subworkflow_fields[] = {
  WEIR_FIELD_TEXT (Subworkflow, workflow, .title = N_("Workflow"),
                   .summary = N_("Its name, its id, or the path of its file"),
                   .placeholder = "Tidy downloads", .required = TRUE),
  WEIR_FIELD_INT (Subworkflow, version, .title = N_("Version"), .summary = N_("0 follows the latest"),
                  .maximum = 1000000000,
                  .advanced = TRUE),
  WEIR_FIELD_VALUE (Subworkflow, inputs, .title = N_("Inputs"), .summary = N_("A record of what it asks for"),
                    .type = "record",
                    .initial_text = "{}"),
  { 0 }
};

static const WeirPort subworkflow_inputs[] = {
  { .name = "inputs", .type = "record", .title = N_("Inputs"),
    .summary = N_("A record of what the workflow asks for") },
  { 0 }
};
static const WeirPort subworkflow_outputs[] = { { .name = "result", .title = N_("Result") }, { 0 } };
static const char *const subworkflow_errors[] = { "input.missing", "limit.depth", "io.not_found", NULL };

static const WeirExample subworkflow_examples[] = {
  { .title = N_("A workflow in a file"), .config = "{\"workflow\": \"$DIR/twice.yaml\", \"inputs\": {\"n\": 21}}",
    .files = "twice.yaml={\"weir\": 1, \"name\": \"Twice\", \"inputs\": {\"n\": {\"type\": \"int\"}}, "
             "\"blocks\": {\"twice\": {\"kind\": \"debug.noop\", \"config\": {\"value\": \"=inputs.n * 2\"}}}}",
    .outputs = "{\"result\": 42}" },
  { 0 }
};

static gboolean
subworkflow_fiber (gpointer settings, WeirStep *step, GError **error)
{
  Subworkflow *self = settings;
  g_autoptr(WeirValue) inputs = weir_blocks_is_nothing (self->inputs) ? weir_builder_end (weir_record_builder_new (0))
                                                                       : weir_value_ref (self->inputs);
  WeirValue *result = dex_await_boxed (weir_step_run_workflow (step, self->workflow, (guint) self->version, inputs),
                                       error);

  if (result == NULL)
    return FALSE;
  weir_step_emit_take (step, "result", result);
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
                        .effect = WEIR_EFFECT_PURE, .undo = WEIR_UNDO_NONE, .inputs = subworkflow_inputs,
                        .outputs = subworkflow_outputs, .fields = subworkflow_fields,
                        .settings_size = sizeof (Subworkflow), .errors = subworkflow_errors,
                        .examples = subworkflow_examples, .summarize = subworkflow_summarize, .run = subworkflow_run)
