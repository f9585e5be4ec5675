/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "branches.h"
#include "values.h"

#define BODY "0"

typedef struct
{
  WeirValue *value;
  gint64     limit;
  char      *on_timeout;
  gint64     grace;
} Timeout;

static const char *const on_timeout_ids[] = { "error", "port", NULL };
static const char *const on_timeout_titles[] = { N_("Fail"), N_("Use the output Timed Out"), NULL };

static const WeirField timeout_fields[] = {
  WEIR_FIELD_DURATION (Timeout, limit, .title = N_("Time at most"), .initial = 300000, .minimum = 1,
                       .maximum = 31536000000),
  WEIR_FIELD_CHOICE (Timeout, on_timeout, .title = N_("When it is over"), .choices = on_timeout_ids,
                     .choice_titles = on_timeout_titles, .initial_text = "error"),
  WEIR_FIELD_DURATION (Timeout, grace, .title = N_("Until force"),
                       .summary = N_("What does not stop when asked is ended by force after so long"), .initial = 5000,
                       .minimum = 1, .maximum = 3600000, .advanced = TRUE),
  WEIR_FIELD_VALUE (Timeout, value, .title = N_("Value"), .summary = N_("Seen inside as value"), .type = "any",
                    .advanced = TRUE),
  { 0 }
};

static const WeirPort timeout_inputs[] = {
  { .name = "value", .title = N_("Value"), .summary = N_("Seen inside as value") },
  { 0 }
};

static const WeirPort timeout_outputs[] = {
  { .name = "result", .title = N_("Result") },
  { .name = "timed_out", .title = N_("Timed Out"), .summary = N_("The value, when time is over") },
  { 0 }
};

static const char *const timeout_errors[] = { "limit.timeout", NULL };

static const WeirExample timeout_examples[] = {
  { .title = N_("In time"), .config = "{}", .inputs = "{\"value\": 2}",
    .body = "blocks:\n  double: { kind: debug.noop, config: { value: \"=value * 2\" } }\n",
    .outputs = "{\"result\": 4}" },
  { .title = N_("Too late"), .config = "{\"limit\": 5}",
    .body = "blocks:\n  slow: { kind: flow.delay, config: { duration: 1h } }\n", .error = "limit.timeout" },
  { .title = N_("Too late, and that is fine"), .config = "{\"limit\": 5, \"on_timeout\": \"port\"}",
    .inputs = "{\"value\": 2}", .body = "blocks:\n  slow: { kind: flow.delay, config: { duration: 1h } }\n",
    .outputs = "{\"timed_out\": 2}" },
  { 0 }
};

/* Whether the body was over before the time was. */
static gboolean
wait_in_time (WeirStep *step, DexFuture *body, gint64 limit)
{
  dex_await (dex_future_first (dex_ref (body), weir_step_sleep (step, limit), NULL), NULL);
  return !dex_future_is_pending (body);
}

static gboolean
timeout_fiber (gpointer settings, WeirStep *step, GError **error)
{
  Timeout *self = settings;
  g_autoptr(WeirValue) locals = flow_make_locals (self->value);
  g_autoptr(DexFuture) body = weir_step_run_body (step, BODY, locals);
  g_autoptr(GError) wrong = NULL;
  g_autoptr(WeirValue) result = NULL;
  gboolean in_time = wait_in_time (step, body, self->limit);

  if (!in_time && !flow_is_stopped (step))
    {
      weir_step_stop_body (step, BODY, FALSE);
      if (!wait_in_time (step, body, self->grace))
        weir_step_stop_body (step, BODY, TRUE);
    }
  result = dex_await_boxed (dex_ref (body), &wrong);
  if (in_time || result != NULL || flow_is_stopped (step))
    {
      if (result != NULL)
        weir_step_emit (step, "result", result);
      else
        g_propagate_error (error, g_steal_pointer (&wrong));
      return result != NULL;
    }
  if (g_strcmp0 (self->on_timeout, "port") == 0)
    {
      weir_step_emit_take (step, "timed_out",
                           self->value != NULL ? weir_value_ref (self->value) : weir_value_new_null ());
      return TRUE;
    }
  weir_set_failure (error, "limit.timeout", "It took longer than its time limit of %" G_GINT64_FORMAT " ms",
                    self->limit);
  return FALSE;
}

static DexFuture *
timeout_run (gpointer settings, WeirStep *step)
{
  return weir_step_spawn (step, settings, timeout_fiber);
}

static char *
timeout_summarize (WeirValue *config)
{
  WeirValue *limit = weir_value_find_member (config, "limit");

  return limit != NULL ? weir_value_to_display (limit, 40) : g_strdup ("5m");
}

WEIR_DEFINE_BLOCK_KIND (flow_timeout, .id = "flow.timeout", .version = 1, .title = N_("Time Limit"),
                        .summary = N_("Ends what is inside it when it takes too long"),
                        .keywords = "timeout deadline limit kill duration too long",
                        .category = N_("Flow"), .icon = "preferences-system-time-symbolic",
                        .effect = WEIR_EFFECT_PURE, .undo = WEIR_UNDO_NONE, .inputs = timeout_inputs,
                        .outputs = timeout_outputs, .fields = timeout_fields, .settings_size = sizeof (Timeout),
                        .errors = timeout_errors, .examples = timeout_examples, .has_body = TRUE,
                        .summarize = timeout_summarize, .run = timeout_run)
