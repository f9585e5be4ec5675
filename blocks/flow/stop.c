/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "values.h"

typedef struct
{
  char      *status;
  gint64     exit_code;
  WeirValue *result;
  char      *message;
} Stop;

static const char *const status_ids[] = { "succeeded", "failed", "cancelled", NULL };
static const char *const status_titles[] = { N_("Succeeded"), N_("Failed"), N_("Cancelled"), NULL };

static const WeirField stop_fields[] = {
  WEIR_FIELD_CHOICE (Stop, status, .title = N_("The run has"), .choices = status_ids, .choice_titles = status_titles,
                     .initial_text = "succeeded"),
  WEIR_FIELD_INT (Stop, exit_code, .title = N_("Exit status"),
                  .summary = N_("Of the command line; -1 for what follows from the above"), .initial = -1,
                  .minimum = -1, .maximum = 255),
  WEIR_FIELD_VALUE (Stop, result, .title = N_("Result"), .summary = N_("Of the run; left out, what came to the input"),
                    .type = "any", .shown_when = "status=succeeded"),
  WEIR_FIELD_TEXT (Stop, message, .title = N_("Message"), .summary = N_("Why it failed"),
                   .initial_text = "The workflow ended itself", .shown_when = "status=failed"),
  { 0 }
};

static const WeirPort stop_inputs[] = {
  { .name = "value", .title = N_("Value"), .summary = N_("The result, if no other is set") },
  { 0 }
};

static const WeirExample stop_examples[] = {
  { .title = N_("Enough is done"), .config = "{\"exit_code\": 3}", .inputs = "{\"value\": 7}", .outputs = "{}" },
  { .title = N_("It makes no sense to go on"), .config = "{\"status\": \"failed\", \"message\": \"No disk\"}",
    .error = "flow.asserted" },
  { 0 }
};

static gboolean
stop_eval (gpointer settings, WeirStep *step, GError **error)
{
  Stop *self = settings;
  WeirValue *input = weir_step_get_input (step, "value");
  g_autoptr(WeirValue) value = NULL;

  if (g_strcmp0 (self->status, "failed") == 0)
    value = weir_value_new_error (
      "flow.asserted", weir_blocks_is_blank (self->message) ? "The workflow ended itself" : self->message, NULL);
  else if (!weir_blocks_is_nothing (self->result))
    value = weir_value_ref (self->result);
  else if (input != NULL)
    value = weir_value_ref (input);
  weir_step_end_run (step, self->status, (int) self->exit_code, value);
  return TRUE;
}

static char *
stop_summarize (WeirValue *config)
{
  return g_strdup (weir_value_get_member_text (config, "status", "succeeded"));
}

WEIR_DEFINE_BLOCK_KIND (flow_stop, .id = "flow.stop", .version = 1, .title = N_("End Run"),
                        .summary = N_("Ends the whole run, or the sub-workflow that it is in, now: what else runs is stopped"),
                        .keywords = "exit return quit finish early abort done halt",
                        .category = N_("Flow"), .icon = "media-playback-stop-symbolic",
                        .effect = WEIR_EFFECT_PURE, .undo = WEIR_UNDO_NONE, .inputs = stop_inputs,
                        .fields = stop_fields, .settings_size = sizeof (Stop), .examples = stop_examples,
                        .summarize = stop_summarize, .eval = stop_eval)
