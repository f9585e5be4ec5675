/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "values.h"

typedef struct
{
  WeirValue *value;
  gint64     count;
  gint64     per;
  gint64     burst;
  char      *key;
  char      *reach;
  char      *over;
} Throttle;

static const char *const reach_ids[] = { "block", "workflow", "all", NULL };
static const char *const reach_titles[] = { N_("This block"), N_("All throttles of the workflow"),
                                            N_("All throttles of all workflows"), NULL };
static const char *const over_ids[] = { "queue", "drop", "error", NULL };
static const char *const over_titles[] = { N_("Wait"), N_("Drop the value"), N_("Fail"), NULL };

static const WeirField throttle_fields[] = {
  WEIR_FIELD_INT (Throttle, count, .title = N_("Values"), .summary = N_("So many go through"), .initial = 10, .minimum = 1,
                  .maximum = 1000000),
  WEIR_FIELD_DURATION (Throttle, per, .title = N_("In"), .summary = N_("So long, at most a day"), .initial = 1000,
                       .minimum = 1, .maximum = 86400000),
  WEIR_FIELD_INT (Throttle, burst, .title = N_("Burst"),
                  .summary = N_("So many may go through at once after a time of rest; 0: as many as in Values"),
                  .maximum = 1000000, .advanced = TRUE),
  WEIR_FIELD_TEXT (Throttle, key, .title = N_("Key"), .summary = N_("Each key has a rate of its own, {{ value.user }}"),
                   .advanced = TRUE),
  WEIR_FIELD_CHOICE (Throttle, reach, .title = N_("Shared by"), .summary = N_("Over all runs"), .choices = reach_ids,
                     .choice_titles = reach_titles, .initial_text = "block"),
  WEIR_FIELD_CHOICE (Throttle, over, .title = N_("Beyond that"), .choices = over_ids, .choice_titles = over_titles,
                     .initial_text = "queue"),
  WEIR_FIELD_VALUE (Throttle, value, .title = N_("Value"), .summary = N_("What goes through"), .type = "any",
                    .advanced = TRUE),
  { 0 }
};

static const WeirPort throttle_inputs[] = {
  { .name = "value", .title = N_("Value"), .summary = N_("What goes through"), .join = WEIR_JOIN_ANY },
  { 0 }
};

static const WeirPort throttle_outputs[] = {
  { .name = "value", .title = N_("Value"), .summary = N_("The same, when its turn has come") },
  { .name = "dropped", .title = N_("Dropped"), .summary = N_("The same, when it was too much") },
  { 0 }
};

static const char *const throttle_errors[] = { "limit.rate", NULL };

static const WeirExample throttle_examples[] = {
  { .title = N_("Ten a second"), .config = "{}", .inputs = "{\"value\": 7}", .outputs = "{\"value\": 7}" },
  { .title = N_("One a minute for each user, others are dropped"),
    .config = "{\"count\": 1, \"per\": \"1m\", \"key\": \"{{ value.user }}\", \"over\": \"drop\"}",
    .inputs = "{\"value\": {\"user\": \"anna\"}}", .outputs = "{\"value\": {\"user\": \"anna\"}}" },
  { 0 }
};

static WeirValue *
dup_value (Throttle *self)
{
  return self->value != NULL ? weir_value_ref (self->value) : weir_value_new_null ();
}

static DexFuture *
refuse (Throttle *self, WeirStep *step, gint64 delay_ms)
{
  WeirBuilder *data;
  g_autoptr(WeirValue) record = NULL;
  GError *error = NULL;

  if (g_strcmp0 (self->over, "drop") == 0)
    {
      weir_step_log (step, WEIR_LOG_INFO, "Dropped: the next may come in %" G_GINT64_FORMAT " ms", delay_ms);
      weir_step_emit_take (step, "dropped", dup_value (self));
      return dex_future_new_true ();
    }
  data = weir_record_builder_new (1);
  weir_builder_set_take (data, "retry_after_ms", weir_value_new_int (delay_ms));
  record = weir_builder_end (data);
  weir_step_set_failure_data (step, record);
  weir_set_failure (&error, "limit.rate",
                    "Expected at most %" G_GINT64_FORMAT " in %" G_GINT64_FORMAT
                    " ms; the next may come in %" G_GINT64_FORMAT " ms",
                    self->count, self->per, delay_ms);
  return dex_future_new_for_error (error);
}

static DexFuture *
throttle_run (gpointer settings, WeirStep *step)
{
  Throttle *self = settings;
  WeirTurn turn = { .name = self->key, .reach = self->reach, .count = (guint) self->count, .per_ms = self->per,
                    .burst = (guint) (self->burst > 0 ? self->burst : self->count) };
  gint64 delay_ms;

  if (g_strcmp0 (self->over, "drop") == 0 || g_strcmp0 (self->over, "error") == 0)
    {
      if (!weir_step_try_turn (step, &turn, &delay_ms))
        return refuse (self, step, delay_ms);
      weir_step_emit_take (step, "value", dup_value (self));
      return dex_future_new_true ();
    }
  weir_step_emit_take (step, "value", dup_value (self));
  return weir_step_take_turn (step, &turn);
}

static char *
throttle_summarize (WeirValue *config)
{
  WeirValue *per = weir_value_find_member (config, "per");
  g_autofree char *time = per == NULL ? g_strdup ("1s")
                          : weir_value_get_kind (per) == WEIR_VALUE_INT
                            ? weir_format_duration (weir_value_get_int (per) * 1000)
                            : weir_value_to_display (per, 40);

  return g_strdup_printf ("%" G_GINT64_FORMAT " / %s", weir_value_get_member_int (config, "count", 10), time);
}

WEIR_DEFINE_BLOCK_KIND (flow_throttle, .id = "flow.throttle", .version = 1, .title = N_("Throttle"),
                        .summary = N_("Lets values through no faster than so many in a time"),
                        .keywords = "throttle rate limit slow requests per second token bucket quota",
                        .category = N_("Flow"), .icon = "power-profile-power-saver-symbolic",
                        .effect = WEIR_EFFECT_PURE, .undo = WEIR_UNDO_NONE, .inputs = throttle_inputs,
                        .outputs = throttle_outputs, .fields = throttle_fields, .settings_size = sizeof (Throttle),
                        .errors = throttle_errors, .examples = throttle_examples, .summarize = throttle_summarize,
                        .run = throttle_run)
