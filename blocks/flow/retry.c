/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "branches.h"
#include "values.h"

typedef struct
{
  WeirValue *value;
  gint64     attempts;
  gint64     first;
  double     factor;
  gint64     cap;
  double     jitter;
  char      *classes;
  char      *until;
} Retry;

static const WeirField retry_fields[] = {
  WEIR_FIELD_INT (Retry, attempts, .title = N_("Tries"), .summary = N_("In all, with the first"), .initial = 3,
                  .minimum = 1, .maximum = 100),
  WEIR_FIELD_DURATION (Retry, first, .title = N_("First pause"), .initial = 1000, .maximum = 86400000),
  WEIR_FIELD_NUMBER (Retry, factor, .title = N_("Factor"), .summary = N_("Each pause is so much longer"), .initial = 2,
                     .minimum = 1, .maximum = 100, .advanced = TRUE),
  WEIR_FIELD_DURATION (Retry, cap, .title = N_("Longest pause"), .initial = 30000, .maximum = 86400000,
                       .advanced = TRUE),
  WEIR_FIELD_NUMBER (Retry, jitter, .title = N_("Jitter"), .summary = N_("Pauses are up to such a part longer or shorter"),
                     .initial = 0.1, .maximum = 1, .advanced = TRUE),
  WEIR_FIELD_TEXT (Retry, classes, .title = N_("Try again after"),
                   .summary = N_("Failure classes with commas, * for every one; empty for those that may go over by "
                                 "themselves"),
                   .placeholder = "net, http.5xx"),
  WEIR_FIELD_EXPRESSION (Retry, until, .title = N_("Until"),
                         .summary = N_("Over result and attempt: a success that does not fit is tried again too"),
                         .placeholder = "result.status === \"ready\"", .advanced = TRUE),
  WEIR_FIELD_VALUE (Retry, value, .title = N_("Value"), .summary = N_("Seen inside as value"), .type = "any",
                    .advanced = TRUE),
  { 0 }
};

static const WeirPort retry_inputs[] = {
  { .name = "value", .title = N_("Value"), .summary = N_("Seen inside as value, beside attempt") },
  { 0 }
};

static const WeirPort retry_outputs[] = {
  { .name = "result", .title = N_("Result"), .summary = N_("Of the try that went well") },
  { .name = "each_attempt", .type = "record{attempt: int, ok: bool, result: any, error: any, ms: int}",
    .title = N_("Each Try"), .summary = N_("Fires as each try ends"), .side = TRUE },
  { 0 }
};

static const char *const retry_errors[] = { "limit.iterations", "code.exception", NULL };

static const WeirExample retry_examples[] = {
  { .title = N_("The second try goes well"), .config = "{\"attempts\": 3, \"first\": 1, \"classes\": \"*\"}",
    .body = "blocks:\n  first: { kind: flow.if, config: { conditions: [ { op: attempt_is, right: 1 } ] } }\n"
            "  fail: { kind: flow.throw }\n  good: { kind: debug.noop, config: { value: \"=attempt\" } }\n"
            "links:\n  - first.true -> fail.run\n  - first.false -> good.run\noutput: good.value\n",
    .outputs = "{\"result\": 2}" },
  { .title = N_("Until it is ready"), .config = "{\"first\": 1, \"until\": \"result >= 3\"}",
    .body = "blocks:\n  count: { kind: debug.noop, config: { value: \"=attempt\" } }\n", .outputs = "{\"result\": 3}" },
  { .title = N_("It is never ready"), .config = "{\"attempts\": 2, \"first\": 1, \"until\": \"false\"}",
    .body = "blocks:\n  count: { kind: debug.noop }\n", .error = "limit.iterations" },
  { .title = N_("A failure that another try does not change"), .config = "{\"first\": 1}",
    .body = "blocks:\n  fail: { kind: flow.throw, config: { class: data.schema, message: No price } }\n",
    .error = "data.schema" },
  { 0 }
};

static WeirValue *
make_locals (Retry *self, gint64 attempt)
{
  g_autoptr(WeirValue) base = flow_make_locals (self->value);
  g_autoptr(WeirValue) number = weir_value_new_int (attempt);

  return weir_value_with_member (base, "attempt", number);
}

static void
tell_attempt (WeirStep *step, gint64 attempt, const char *key, WeirValue *result, const GError *failure, gint64 began)
{
  WeirBuilder *builder = weir_record_builder_new (5);
  g_autoptr(WeirValue) record = NULL;

  weir_builder_set_take (builder, "attempt", weir_value_new_int (attempt));
  weir_builder_set_take (builder, "ok", weir_value_new_bool (failure == NULL));
  weir_builder_set_take (builder, "result", result != NULL ? weir_value_ref (result) : weir_value_new_null ());
  weir_builder_set_take (builder, "error",
                         failure != NULL ? flow_dup_error (step, key, failure) : weir_value_new_null ());
  weir_builder_set_take (builder, "ms", weir_value_new_int ((g_get_monotonic_time () - began) / 1000));
  record = weir_builder_end (builder);
  weir_step_emit_side (step, "each_attempt", record);
}

/* FALSE without @error: not yet. */
static gboolean
is_reached (Retry *self, WeirStep *step, WeirValue *result, gint64 attempt, GError **error)
{
  WeirBuilder *locals;
  g_autoptr(WeirValue) scope = NULL;
  g_autoptr(WeirValue) answer = NULL;

  if (weir_blocks_is_blank (self->until))
    return TRUE;
  locals = weir_record_builder_new (2);
  weir_builder_set (locals, "result", result);
  weir_builder_set_take (locals, "attempt", weir_value_new_int (attempt));
  scope = weir_builder_end (locals);
  answer = weir_step_evaluate (step, self->until, scope, error);
  return answer != NULL && weir_value_is_truthy (answer);
}

static gboolean
may_try_again (Retry *self, WeirStep *step, const GError *failure, gint64 attempt)
{
  const char *class_name = weir_error_get_class (failure);

  if (attempt >= self->attempts || flow_is_stopped (step))
    return FALSE;
  return weir_blocks_is_blank (self->classes) ? weir_error_is_transient (class_name)
                                              : weir_error_class_matches (class_name, self->classes);
}

/* Depends on the step alone, so that a replay pauses as long. */
static gint64
get_pause (Retry *self, WeirStep *step, gint64 attempt)
{
  g_autofree char *seed = g_strdup_printf ("%" G_GINT64_FORMAT, attempt);
  double drawn = weir_blocks_hash_fraction (weir_step_get_idempotency_key (step), seed) * 2 - 1;
  double pause = (double) self->first;

  for (gint64 i = 1; i < attempt && pause < (double) self->cap; i++)
    pause *= self->factor;
  return (gint64) (MIN (pause, (double) self->cap) * (1 + drawn * self->jitter));
}

/* One try: its result, NULL with what it failed with. @final: whether another try is of no use. */
static WeirValue *
try_once (Retry *self, WeirStep *step, gint64 attempt, gboolean *final, GError **error)
{
  g_autofree char *key = g_strdup_printf ("%" G_GINT64_FORMAT, attempt);
  g_autoptr(WeirValue) locals = make_locals (self, attempt);
  g_autoptr(GError) wrong = NULL;
  gint64 began = g_get_monotonic_time ();
  g_autoptr(WeirValue) result = dex_await_boxed (weir_step_run_body (step, key, locals), error);

  if (result == NULL)
    {
      if (!flow_is_stopped (step))
        tell_attempt (step, attempt, key, NULL, *error, began);
      *final = !may_try_again (self, step, *error, attempt);
      return NULL;
    }
  tell_attempt (step, attempt, key, result, NULL, began);
  if (is_reached (self, step, result, attempt, &wrong))
    return g_steal_pointer (&result);
  *final = wrong != NULL || attempt >= self->attempts;
  if (wrong != NULL)
    g_propagate_error (error, g_steal_pointer (&wrong));
  else
    weir_set_failure (error, "limit.iterations",
                      "Expected the condition to hold after at most %" G_GINT64_FORMAT " tries, but it does not",
                      self->attempts);
  return NULL;
}

static gboolean
retry_fiber (gpointer settings, WeirStep *step, GError **error)
{
  Retry *self = settings;

  for (gint64 attempt = 1;; attempt++)
    {
      g_autoptr(GError) wrong = NULL;
      gboolean final = FALSE;
      WeirValue *result = try_once (self, step, attempt, &final, &wrong);
      gint64 pause;

      if (result != NULL)
        {
          weir_step_emit_take (step, "result", result);
          return TRUE;
        }
      if (final)
        {
          g_propagate_error (error, g_steal_pointer (&wrong));
          return FALSE;
        }
      pause = get_pause (self, step, attempt);
      weir_step_log (step, WEIR_LOG_WARNING,
                     "Try %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT ": %s; again in %" G_GINT64_FORMAT " ms", attempt,
                     self->attempts, wrong->message, pause);
      if (!dex_await (weir_step_sleep (step, pause), error))
        return FALSE;
    }
}

static DexFuture *
retry_run (gpointer settings, WeirStep *step)
{
  return weir_step_spawn (step, settings, retry_fiber);
}

static char *
retry_summarize (WeirValue *config)
{
  WeirValue *attempts = weir_value_find_member (config, "attempts");
  g_autofree char *shown = attempts != NULL ? weir_value_to_display (attempts, 40) : g_strdup ("3");

  return g_strdup_printf ("%s ×", shown);
}

WEIR_DEFINE_BLOCK_KIND (flow_retry, .id = "flow.retry", .version = 1, .title = N_("Retry"),
                        .summary = N_("Runs what is inside it again when it fails"),
                        .keywords = "again attempt repeat backoff failure flaky until poll",
                        .category = N_("Flow"), .icon = "edit-redo-symbolic",
                        .effect = WEIR_EFFECT_PURE, .undo = WEIR_UNDO_NONE, .inputs = retry_inputs,
                        .outputs = retry_outputs, .fields = retry_fields, .settings_size = sizeof (Retry),
                        .errors = retry_errors, .examples = retry_examples, .has_body = TRUE,
                        .summarize = retry_summarize, .run = retry_run)
