/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "values.h"

typedef struct
{
  gint64 duration;
  gint64 jitter;
} Delay;

static const WeirField delay_fields[] = {
  WEIR_FIELD_DURATION (Delay, duration, .title = N_("Duration"), .initial = 1000, .maximum = 86400000),
  WEIR_FIELD_DURATION (Delay, jitter, .title = N_("Jitter"), .summary = N_("Up to so much more, by chance"),
                       .maximum = 86400000,
                       .advanced = TRUE),
  { 0 }
};

static const WeirPort delay_inputs[] = { { .name = "value", .title = N_("Value") }, { 0 } };
static const WeirPort delay_outputs[] = {
  { .name = "value", .title = N_("Value"), .summary = N_("The same value, later") },
  { 0 }
};

static const WeirExample delay_examples[] = {
  { .title = N_("A moment"), .config = "{\"duration\": 1}", .inputs = "{\"value\": \"x\"}",
    .outputs = "{\"value\": \"x\"}" },
  { 0 }
};

static DexFuture *
delay_run (gpointer settings, WeirStep *step)
{
  Delay *self = settings;
  WeirValue *value = weir_step_get_input (step, "value");
  gint64 more = self->jitter > 0 ? (gint64) (g_random_double () * (double) self->jitter) : 0;

  weir_step_emit_take (step, "value", value != NULL ? weir_value_ref (value) : weir_value_new_null ());
  return weir_step_sleep (step, self->duration + more);
}

static char *
delay_summarize (WeirValue *config)
{
  WeirValue *duration = weir_value_find_member (config, "duration");

  if (duration == NULL)
    return g_strdup ("1s");
  if (weir_value_get_kind (duration) == WEIR_VALUE_INT)
    return weir_format_duration (weir_value_get_int (duration) * 1000);
  return weir_value_to_display (duration, 40);
}

WEIR_DEFINE_BLOCK_KIND (flow_delay, .id = "flow.delay", .version = 1, .title = N_("Delay"),
                        .summary = N_("Lets a value through after a short pause"),
                        .keywords = "wait sleep pause timer later",
                        .category = N_("Flow"), .icon = "alarm-symbolic",
                        .effect = WEIR_EFFECT_PURE, .undo = WEIR_UNDO_NONE, .inputs = delay_inputs,
                        .outputs = delay_outputs, .fields = delay_fields, .settings_size = sizeof (Delay),
                        .examples = delay_examples, .summarize = delay_summarize, .run = delay_run)
