/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "branches.h"
#include "values.h"

typedef struct
{
  WeirValue *value;
  char      *classes;
  gint64     retries;
  gboolean   rethrow;
} Try;

static const WeirField try_fields[] = {
  WEIR_FIELD_TEXT (Try, classes, .title = N_("Catch"), .summary = N_("Failure classes with commas; * is every one"),
                   .initial_text = "*"),
  WEIR_FIELD_INT (Try, retries, .title = N_("Try again"), .summary = N_("Times, before the failure is caught"),
                  .maximum = 100),
  WEIR_FIELD_BOOL (Try, rethrow, .title = N_("Fail all the same"), .summary = N_("After At the End has fired"),
                   .advanced = TRUE),
  WEIR_FIELD_VALUE (Try, value, .title = N_("Value"), .summary = N_("Seen inside as value, beside attempt"), .type = "any",
                    .advanced = TRUE),
  { 0 }
};

static const WeirPort try_inputs[] = {
  { .name = "value", .title = N_("Value"), .summary = N_("Seen inside as value") },
  { 0 }
};
static const WeirPort try_outputs[] = {
  { .name = "ok", .title = N_("Ok"), .summary = N_("The result, when all went well") },
  { .name = "catch", .type = "error", .title = N_("Caught"), .summary = N_("The failure, when not") },
  { .name = "finally", .type = "record{ok: bool, attempts: int}", .title = N_("At the End"),
    .summary = N_("Either way"), .side = TRUE },
  { 0 }
};

static const WeirExample try_examples[] = {
  { .title = N_("All goes well"), .config = "{}", .inputs = "{\"value\": 1}",
    .body = "blocks:\n  same: { kind: debug.noop, config: { value: \"=value + 1\" } }\n", .outputs = "{\"ok\": 2}" },
  { .title = N_("A failure is caught"), .config = "{\"retries\": 1}",
    .body = "blocks:\n  fail: { kind: flow.throw, config: { class: data.schema, message: No price } }\n",
    .outputs = "{\"catch\": \"*\"}" },
  { .title = N_("A failure of another class"), .config = "{\"classes\": \"net, http\"}",
    .body = "blocks:\n  fail: { kind: flow.throw, config: { class: data.schema, message: No price } }\n",
    .error = "data.schema" },
  { 0 }
};

static void
emit_finally (WeirStep *step, gboolean ok, gint64 attempts)
{
  WeirBuilder *builder = weir_record_builder_new (2);
  g_autoptr(WeirValue) record = NULL;

  weir_builder_set_take (builder, "ok", weir_value_new_bool (ok));
  weir_builder_set_take (builder, "attempts", weir_value_new_int (attempts));
  record = weir_builder_end (builder);
  weir_step_emit_side (step, "finally", record);
}

static gboolean
try_fiber (gpointer settings, WeirStep *step, GError **error)
{
  Try *self = settings;
  g_autoptr(WeirValue) base = flow_make_locals (self->value);
  g_autoptr(WeirValue) caught = NULL;
  g_autoptr(GError) wrong = NULL;
  gboolean catches;
  gint64 attempt;

  for (attempt = 0; attempt <= self->retries; attempt++)
    {
      g_autofree char *key = g_strdup_printf ("%" G_GINT64_FORMAT, attempt);
      g_autoptr(WeirValue) number = weir_value_new_int (attempt + 1);
      g_autoptr(WeirValue) locals = weir_value_with_member (base, "attempt", number);
      WeirValue *result;

      g_clear_error (&wrong);
      g_clear_pointer (&caught, weir_value_unref);
      result = dex_await_boxed (weir_step_run_body (step, key, locals), &wrong);
      if (result != NULL)
        {
          weir_step_emit_take (step, "ok", result);
          emit_finally (step, TRUE, attempt + 1);
          return TRUE;
        }
      caught = flow_dup_error (step, key, wrong);
      if (g_cancellable_is_cancelled (weir_step_get_cancellable (step)))
        break;
      if (attempt < self->retries)
        weir_step_log (step, WEIR_LOG_WARNING, "Failed, trying again: %s", wrong->message);
    }

  /* Being stopped is not a failure that a workflow may swallow. */
  catches = !g_cancellable_is_cancelled (weir_step_get_cancellable (step))
            && weir_error_class_matches (weir_error_get_class (wrong),
                                         weir_blocks_is_blank (self->classes) ? "*" : self->classes);
  emit_finally (step, FALSE, MIN (attempt, self->retries) + 1);
  if (!catches || self->rethrow)
    {
      g_propagate_error (error, g_steal_pointer (&wrong));
      return FALSE;
    }
  weir_step_log (step, WEIR_LOG_INFO, "Caught %s: %s", weir_error_get_class (wrong), wrong->message);
  weir_step_emit (step, "catch", caught);
  return TRUE;
}

static DexFuture *
try_run (gpointer settings, WeirStep *step)
{
  return weir_step_spawn (step, settings, try_fiber);
}

WEIR_DEFINE_BLOCK_KIND (flow_try, .id = "flow.try", .version = 1, .title = N_("Try"),
                        .summary = N_("Catches what fails inside it"),
                        .keywords = "try catch finally error handle failure exception rescue retry scope",
                        .category = N_("Flow"), .icon = "security-medium-symbolic",
                        .effect = WEIR_EFFECT_PURE, .undo = WEIR_UNDO_NONE, .inputs = try_inputs,
                        .outputs = try_outputs, .fields = try_fields, .settings_size = sizeof (Try),
                        .examples = try_examples, .has_body = TRUE, .run = try_run)
