/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "values.h"

typedef struct
{
  char *name;
} Checkpoint;

static const WeirField checkpoint_fields[] = {
  WEIR_FIELD_TEXT (Checkpoint, name, .title = N_("Name"), .summary = N_("What the timeline and the log call it"),
                   .placeholder = "Files fetched", .required = TRUE),
  { 0 }
};

static const WeirPort checkpoint_inputs[] = { { .name = "value", .title = N_("Value") }, { 0 } };
static const WeirPort checkpoint_outputs[] = {
  { .name = "value", .title = N_("Value"), .summary = N_("The same value") },
  { 0 }
};

static const WeirExample checkpoint_examples[] = {
  { .title = N_("A place to begin again at"), .config = "{\"name\": \"Fetched\"}", .inputs = "{\"value\": 7}",
    .outputs = "{\"value\": 7}" },
  { 0 }
};

static gboolean
checkpoint_eval (gpointer settings, WeirStep *step, GError **error)
{
  Checkpoint *self = settings;
  WeirValue *value = weir_step_get_input (step, "value");
  g_autoptr(WeirValue) name = weir_value_new_text (self->name);
  const char *key = "checkpoint";
  g_autoptr(WeirValue) fields = weir_value_new_record (&key, &name, 1);
  g_autofree char *message = g_strdup_printf ("Checkpoint: %s", self->name);

  weir_step_log_fields (step, WEIR_LOG_INFO, message, fields);
  weir_step_emit_take (step, "value", value != NULL ? weir_value_ref (value) : weir_value_new_null ());
  return TRUE;
}

static char *
checkpoint_summarize (WeirValue *config)
{
  return g_strdup (weir_value_get_member_text (config, "name", NULL));
}

WEIR_DEFINE_BLOCK_KIND (flow_checkpoint, .id = "flow.checkpoint", .version = 1, .title = N_("Checkpoint"),
                        .summary = N_("A named place that a run can be begun again from"),
                        .keywords = "restart resume point milestone mark save",
                        .category = N_("Flow"), .icon = "bookmark-new-symbolic",
                        .effect = WEIR_EFFECT_PURE, .undo = WEIR_UNDO_NONE, .inputs = checkpoint_inputs,
                        .outputs = checkpoint_outputs, .fields = checkpoint_fields,
                        .settings_size = sizeof (Checkpoint), .examples = checkpoint_examples,
                        .summarize = checkpoint_summarize, .eval = checkpoint_eval)
