/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "values.h"

typedef struct
{
  WeirValue *fields;
  WeirValue *default_payload;
  gint64     cooldown;
  gboolean   require_comment;
} Manual;

static const WeirField manual_fields[] = {
  WEIR_FIELD_VALUE (Manual, fields, .title = N_("Fields"),
                    .summary = N_("What the payload must hold; text is converted to the type of its field"),
                    .type = "list<record{name: text, type?: text, title?: text, required?: bool}>",
                    .initial_text = "[]"),
  WEIR_FIELD_VALUE (Manual, default_payload, .title = N_("Default payload"),
                    .summary = N_("Members that the inputs of the run do not give"), .type = "record",
                    .initial_text = "{}"),
  WEIR_FIELD_DURATION (Manual, cooldown, .title = N_("Cool-down"),
                       .summary = N_("How long after a start the workflow cannot be started again"), .advanced = TRUE),
  WEIR_FIELD_BOOL (Manual, require_comment, .title = N_("Ask for a comment"),
                   .summary = N_("Refuses a start without an input “comment”"), .advanced = TRUE),
  { 0 }
};

static const WeirPort manual_outputs[] = {
  { .name = "payload", .type = "record", .title = N_("Payload"),
    .summary = N_("The inputs that the run was started with") },
  { .name = "actor", .type = "text", .title = N_("Actor"), .summary = N_("Who started it") },
  { .name = "comment", .type = "text", .title = N_("Comment"), .summary = N_("The input “comment”, or nothing") },
  { 0 }
};

static const char *const manual_errors[] = { "input.missing", "input.type", "limit.rate", NULL };

static const WeirExample manual_examples[] = {
  { .title = N_("A default that the run does not override"),
    .config = "{\"default_payload\": {\"size\": 3}}",
    .outputs = "{\"payload\": {\"size\": 3}, \"actor\": \"*\", \"comment\": \"\"}" },
  { .title = N_("A field that must be given"),
    .config = "{\"fields\": [{\"name\": \"folder\", \"type\": \"text\", \"required\": true}]}",
    .error = "input.missing" },
  { 0 }
};

/* The inputs over the defaults. */
static WeirValue *
make_payload (Manual *self, WeirValue *inputs)
{
  WeirValue *payload = weir_blocks_is_nothing (self->default_payload) ? NULL : weir_value_ref (self->default_payload);
  gsize n = weir_value_get_length (inputs);

  if (payload == NULL)
    return weir_value_ref (inputs);
  for (gsize i = 0; i < n; i++)
    {
      WeirValue *before = payload;

      payload = weir_value_with_member (before, weir_value_get_key (inputs, i), weir_value_get_item (inputs, i));
      weir_value_unref (before);
    }
  return payload;
}

static gboolean
check_field (WeirValue *field, WeirValue **payload, GError **error)
{
  const char *name = weir_value_get_member_text (field, "name", "");
  const char *type_text = weir_value_get_member_text (field, "type", "any");
  WeirValue *given = weir_value_find_member (*payload, name);
  g_autoptr(WeirType) type = NULL;
  g_autoptr(WeirValue) converted = NULL;
  g_autoptr(WeirValue) before = NULL;

  if (weir_blocks_is_nothing (given))
    {
      if (!weir_value_get_member_bool (field, "required", FALSE))
        return TRUE;
      weir_set_failure (error, "input.missing", "The payload must hold “%s”, but the run was started without it", name);
      return FALSE;
    }

  type = weir_type_parse (type_text, error);
  if (type == NULL)
    return FALSE;
  converted = weir_type_convert (type, given, error);
  if (converted == NULL)
    {
      g_prefix_error (error, "“%s”: ", name);
      return FALSE;
    }
  before = *payload;
  *payload = weir_value_with_member (before, name, converted);
  return TRUE;
}

/* Remembers when the workflow was started last, in a variable of the workflow. */
static DexFuture *
check_cooldown (Manual *self, WeirStep *step)
{
  g_autofree char *name = g_strdup_printf ("%s.started_at", weir_step_get_block_id (step));
  g_autoptr(WeirValue) last = weir_step_dup_variable (step, "workflow", name);
  g_autoptr(WeirValue) now = weir_value_new_time (weir_step_get_time (step));
  gint64 left_ms = 0;

  if (last != NULL && weir_value_get_kind (last) == WEIR_VALUE_TIME)
    left_ms = self->cooldown - (weir_step_get_time (step) - weir_value_get_time (last)) / 1000;
  if (left_ms > 0)
    {
      g_autofree char *left = weir_display_duration (left_ms * 1000);
      GError *error = NULL;

      weir_set_failure (&error, "limit.rate", "The workflow was started a moment ago and can be started again in %s",
                        left);
      return dex_future_new_for_error (error);
    }
  return weir_step_set_variable (step, "workflow", name, now);
}

static DexFuture *
manual_run (gpointer settings, WeirStep *step)
{
  Manual *self = settings;
  GError *error = NULL;
  g_autoptr(WeirValue) inputs = weir_step_evaluate (step, "inputs", NULL, &error);
  g_autoptr(WeirValue) payload = NULL;
  const char *comment;

  if (inputs == NULL)
    return dex_future_new_for_error (error);

  payload = make_payload (self, inputs);
  for (gsize i = 0; self->fields != NULL && i < weir_value_get_length (self->fields); i++)
    if (!check_field (weir_value_get_item (self->fields, i), &payload, &error))
      return dex_future_new_for_error (error);

  comment = weir_value_get_member_text (payload, "comment", "");
  if (self->require_comment && *comment == '\0')
    {
      weir_set_failure (&error, "input.missing", "This workflow is started with a comment, but none was given");
      return dex_future_new_for_error (error);
    }

  weir_step_emit (step, "payload", payload);
  weir_step_emit_take (step, "actor", weir_value_new_text (g_get_user_name ()));
  weir_step_emit_take (step, "comment", weir_value_new_text (comment));
  return self->cooldown > 0 ? check_cooldown (self, step) : dex_future_new_for_boolean (TRUE);
}

static WeirEffectClass
manual_get_effect (WeirValue *config)
{
  return weir_value_find_member (config, "cooldown") != NULL ? WEIR_EFFECT_IDEMPOTENT : WEIR_EFFECT_PURE;
}

WEIR_DEFINE_BLOCK_KIND (trigger_manual, .id = "trigger.manual", .version = 1, .title = N_("Start by Hand"),
                        .summary = N_("Starts the run when somebody presses Play"),
                        .keywords = "manual start button play trigger begin launcher inputs payload",
                        .category = N_("Triggers"), .icon = "media-playback-start-symbolic",
                        .effect = WEIR_EFFECT_PURE, .undo = WEIR_UNDO_NONE, .outputs = manual_outputs,
                        .fields = manual_fields, .settings_size = sizeof (Manual), .errors = manual_errors,
                        .examples = manual_examples, .is_trigger = TRUE, .get_effect = manual_get_effect,
                        .run = manual_run)
