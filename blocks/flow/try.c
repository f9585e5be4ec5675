/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "branches.h"
#include "values.h"

typedef struct
{
  WeirValue *value;
  char      *classes;
  gint64     retries;
  char      *undo_on_catch;
  gboolean   rethrow;
} Try;

static const char *const undo_ids[] = { "none", "scope", NULL };
static const char *const undo_titles[] = { N_("Nothing"), N_("All that it did"), NULL };

static const WeirField try_fields[] = {
  WEIR_FIELD_TEXT (Try, classes, .title = N_("Catch"), .summary = N_("Failure classes with commas; * is every one"),
                   .initial_text = "*"),
  WEIR_FIELD_INT (Try, retries, .title = N_("Try again"), .summary = N_("Times, before the failure is caught"),
                  .maximum = 100),
  WEIR_FIELD_CHOICE (Try, undo_on_catch, .title = N_("Undo what failed"),
                     .summary = N_("Before the failure is caught, or tried again"), .choices = undo_ids,
                     .choice_titles = undo_titles, .initial_text = "none"),
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
  { .title = N_("What it did is undone"), .config = "{\"undo_on_catch\": \"scope\"}",
    .body = "blocks:\n  write: { kind: file.write, config: { path: $DIR/half, content: x } }\n"
            "  fail: { kind: flow.throw, config: { class: data.schema, message: No price } }\n"
            "links:\n  - write.done -> fail.run\n",
    .outputs = "{\"catch\": \"*\"}" },
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

/* Being stopped is not a failure that a workflow may swallow. */
static gboolean
catches (Try *self, WeirStep *step, const GError *wrong)
{
  return !flow_is_stopped (step)
         && weir_error_class_matches (weir_error_get_class (wrong), weir_blocks_is_blank (self->classes) ? "*" : self->classes);
}

static void
log_kept (WeirStep *step, WeirValue *kept)
{
  for (gsize i = 0; i < weir_value_get_length (kept); i++)
    {
      WeirValue *effect = weir_value_get_item (kept, i);

      weir_step_log (step, WEIR_LOG_WARNING, "Not undone: %s %s: %s", weir_value_get_member_text (effect, "type", ""),
                     weir_value_get_member_text (effect, "target", ""), weir_value_get_member_text (effect, "reason", ""));
    }
}

/* The failure with what became of the undo in its data. (transfer full) */
static WeirValue *
with_undo (WeirValue *failure, WeirValue *undo)
{
  WeirValue *data = weir_value_find_member (failure, "data");
  gboolean is_record = data != NULL && weir_value_get_kind (data) == WEIR_VALUE_RECORD;
  g_autoptr(WeirValue) base = is_record ? weir_value_ref (data) : weir_value_new_record (NULL, NULL, 0);
  g_autoptr(WeirValue) more = weir_value_with_member (base, "undo", undo);

  return weir_value_new_error (weir_value_get_member_text (failure, "class", "internal.bug"),
                               weir_value_get_member_text (failure, "message", ""), more);
}

/* Undoes what the body did, if that is wanted; @caught then says so. FALSE: it could not even try. */
static gboolean
undo_attempt (Try *self, WeirStep *step, const char *key, WeirValue **caught, GError **error)
{
  g_autoptr(WeirValue) undo = NULL;
  g_autoptr(WeirValue) failure = NULL;
  WeirValue *kept;

  if (g_strcmp0 (self->undo_on_catch, "scope") != 0)
    return TRUE;
  undo = dex_await_boxed (weir_step_undo_body (step, key), error);
  if (undo == NULL)
    return FALSE;
  kept = weir_value_find_member (undo, "kept");
  weir_step_log (step, WEIR_LOG_INFO, "Undone: %" G_GINT64_FORMAT " effects, %" G_GSIZE_FORMAT " left as they are",
                 weir_value_get_member_int (undo, "undone", 0), weir_value_get_length (kept));
  log_kept (step, kept);
  failure = g_steal_pointer (caught);
  *caught = with_undo (failure, undo);
  return TRUE;
}

static gboolean
try_fiber (gpointer settings, WeirStep *step, GError **error)
{
  Try *self = settings;
  g_autoptr(WeirValue) base = flow_make_locals (self->value);
  g_autoptr(WeirValue) caught = NULL;
  g_autoptr(GError) wrong = NULL;
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
      if (flow_is_stopped (step))
        break;
      if (catches (self, step, wrong) && !undo_attempt (self, step, key, &caught, error))
        return FALSE;
      if (attempt < self->retries)
        weir_step_log (step, WEIR_LOG_WARNING, "Failed, trying again: %s", wrong->message);
    }

  emit_finally (step, FALSE, MIN (attempt, self->retries) + 1);
  if (!catches (self, step, wrong) || self->rethrow)
    {
      weir_step_set_failure_data (step, weir_value_find_member (caught, "data"));
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
