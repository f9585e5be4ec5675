/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "values.h"

typedef struct
{
  char      *class;
  char      *message;
  WeirValue *data;
} Throw;

static const WeirField throw_fields[] = {
  WEIR_FIELD_TEXT (Throw, class, .title = N_("Class"),
                   .summary = N_("A failure class, dotted: flow.asserted, net.timeout"),
                   .initial_text = "flow.asserted", .required = TRUE),
  WEIR_FIELD_TEXT (Throw, message, .title = N_("Message"), .initial_text = "Failed on purpose", .required = TRUE),
  WEIR_FIELD_VALUE (Throw, data, .title = N_("Data"), .summary = N_("Goes with the error for those that catch it"),
                    .type = "any",
                    .advanced = TRUE),
  { 0 }
};

static const WeirPort throw_inputs[] = { { .name = "message", .type = "text", .title = N_("Message") }, { 0 } };
static const char *const throw_errors[] = { "flow.asserted", NULL };

static const WeirExample throw_examples[] = {
  { .title = N_("A failure of one's own"), .config = "{\"class\": \"data.schema\", \"message\": \"No price given\"}",
    .error = "data.schema" },
  { 0 }
};

static gboolean
throw_eval (gpointer settings, WeirStep *step, GError **error)
{
  Throw *self = settings;

  if (!weir_blocks_is_nothing (self->data))
    weir_step_set_failure_data (step, self->data);
  weir_set_failure (error, weir_blocks_is_blank (self->class) ? "flow.asserted" : self->class, "%s",
                    weir_blocks_is_blank (self->message) ? "Failed on purpose" : self->message);
  return FALSE;
}

static char *
throw_summarize (WeirValue *config)
{
  return g_strdup (weir_value_get_member_text (config, "message", NULL));
}

WEIR_DEFINE_BLOCK_KIND (flow_throw, .id = "flow.throw", .version = 1, .title = N_("Fail"),
                        .summary = N_("Fails on purpose"),
                        .keywords = "throw error raise abort exception fail assert",
                        .category = N_("Flow"), .icon = "dialog-error-symbolic",
                        .effect = WEIR_EFFECT_PURE, .undo = WEIR_UNDO_NONE, .inputs = throw_inputs,
                        .fields = throw_fields, .settings_size = sizeof (Throw), .errors = throw_errors,
                        .examples = throw_examples, .summarize = throw_summarize, .eval = throw_eval)
