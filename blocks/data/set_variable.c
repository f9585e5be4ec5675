/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "values.h"

typedef struct
{
  char      *name;
  WeirValue *value;
  char      *scope;
  char      *mode;
} SetVariable;

static const char *const scope_ids[] = { "run", "workflow", "global", NULL };
static const char *const scope_titles[] = { N_("This run"), N_("This workflow, kept"), N_("All workflows, kept"),
                                            NULL };
static const char *const mode_ids[] = { "set", "append", "increment", NULL };
static const char *const mode_titles[] = { N_("Set"), N_("Append to a list or text"), N_("Add to a number"), NULL };

static const WeirField set_variable_fields[] = {
  WEIR_FIELD_TEXT (SetVariable, name, .title = N_("Name"), .summary = N_("As in vars.name"), .required = TRUE),
  WEIR_FIELD_VALUE (SetVariable, value, .title = N_("Value"), .type = "any"),
  WEIR_FIELD_CHOICE (SetVariable, scope, .title = N_("Known to"), .choices = scope_ids, .choice_titles = scope_titles,
                     .initial_text = "run"),
  WEIR_FIELD_CHOICE (SetVariable, mode, .title = N_("How"), .choices = mode_ids, .choice_titles = mode_titles,
                     .initial_text = "set"),
  { 0 }
};

static const WeirPort set_variable_inputs[] = { { .name = "value", .title = N_("Value") }, { 0 } };
static const WeirPort set_variable_outputs[] = {
  { .name = "value", .title = N_("Value"), .summary = N_("What the variable is now") },
  { .name = "old", .title = N_("Old"), .summary = N_("What it was before") },
  { 0 }
};
static const char *const set_variable_errors[] = { "input.type", NULL };

static const WeirExample set_variable_examples[] = {
  { .title = N_("Set"), .config = "{\"name\": \"greeting\"}", .inputs = "{\"value\": \"Hello\"}",
    .outputs = "{\"value\": \"Hello\", \"old\": null}" },
  { .title = N_("Count from nothing"), .config = "{\"name\": \"count\", \"mode\": \"increment\", \"value\": 2}",
    .outputs = "{\"value\": 2, \"old\": null}" },
  { .title = N_("Words cannot be added up"),
    .config = "{\"name\": \"count\", \"mode\": \"increment\", \"value\": \"two\"}",
    .error = "input.type" },
  { 0 }
};

static WeirValue *
append_value (WeirValue *old, WeirValue *value)
{
  g_autoptr(WeirBuilder) builder = NULL;

  if (weir_value_get_kind (old) == WEIR_VALUE_TEXT)
    {
      g_autofree char *more = weir_blocks_to_text (value);
      g_autofree char *text = g_strconcat (weir_value_get_text (old, NULL), more, NULL);
      return weir_value_new_text (text);
    }

  builder = weir_list_builder_new (weir_value_get_length (old) + 1);
  if (weir_value_get_kind (old) == WEIR_VALUE_LIST)
    for (gsize i = 0; i < weir_value_get_length (old); i++)
      weir_builder_add (builder, weir_value_get_item (old, i));
  else if (!weir_value_is_null (old))
    weir_builder_add (builder, old);
  weir_builder_add (builder, value);
  return weir_builder_end (g_steal_pointer (&builder));
}

static gboolean
is_number (WeirValue *value)
{
  return weir_value_get_kind (value) == WEIR_VALUE_INT || weir_value_get_kind (value) == WEIR_VALUE_NUMBER;
}

static WeirValue *
add_numbers (WeirValue *old, WeirValue *value, GError **error)
{
  gint64 sum;

  if ((!weir_value_is_null (old) && !is_number (old)) || (!weir_value_is_null (value) && !is_number (value)))
    {
      weir_set_failure (error, "input.type", "Expected numbers to add, but there is %s and %s",
                        weir_value_get_kind_name (old), weir_value_get_kind_name (value));
      return NULL;
    }
  if (weir_value_get_kind (old) != WEIR_VALUE_NUMBER && weir_value_get_kind (value) != WEIR_VALUE_NUMBER)
    {
      gint64 a = weir_value_is_null (old) ? 0 : weir_value_get_int (old);
      gint64 b = weir_value_is_null (value) ? 1 : weir_value_get_int (value);

      if (!__builtin_add_overflow (a, b, &sum))
        return weir_value_new_int (sum);
    }
  return weir_value_new_number ((weir_value_is_null (old) ? 0 : weir_value_get_number (old))
                                + (weir_value_is_null (value) ? 1 : weir_value_get_number (value)));
}

static DexFuture *
set_variable_run (gpointer settings, WeirStep *step)
{
  SetVariable *self = settings;
  g_autoptr(WeirValue) given = self->value != NULL ? weir_value_ref (self->value) : weir_value_new_null ();
  g_autoptr(WeirValue) old = weir_step_dup_variable (step, self->scope, self->name);
  g_autoptr(WeirValue) value = NULL;
  GError *error = NULL;

  if (old == NULL)
    old = weir_value_new_null ();
  if (g_str_equal (self->mode, "append"))
    value = append_value (old, given);
  else if (g_str_equal (self->mode, "increment"))
    value = add_numbers (old, given, &error);
  else
    value = weir_value_ref (given);
  if (value == NULL)
    return dex_future_new_for_error (error);

  weir_step_emit (step, "value", value);
  weir_step_emit (step, "old", old);
  return weir_step_set_variable (step, self->scope, self->name, value);
}

/* Counting twice is not the same as counting once. */
static WeirEffectClass
set_variable_get_effect (WeirValue *config)
{
  if (g_str_equal (weir_value_get_member_text (config, "scope", "run"), "run"))
    return WEIR_EFFECT_PURE;
  return g_str_equal (weir_value_get_member_text (config, "mode", "set"), "set") ? WEIR_EFFECT_IDEMPOTENT
                                                                                 : WEIR_EFFECT_ONCE;
}

static char *
set_variable_summarize (WeirValue *config)
{
  return g_strdup (weir_value_get_member_text (config, "name", NULL));
}

WEIR_DEFINE_BLOCK_KIND (data_set_variable, .id = "data.set_variable", .version = 1, .title = N_("Set Variable"),
                        .summary = N_("Keeps a value under a name, for this run or for later ones"),
                        .keywords = "variable store remember counter assign state save",
                        .category = N_("Data"), .icon = "bookmark-new-symbolic",
                        .effect = WEIR_EFFECT_IDEMPOTENT, .undo = WEIR_UNDO_EXACT, .inputs = set_variable_inputs,
                        .outputs = set_variable_outputs, .fields = set_variable_fields,
                        .settings_size = sizeof (SetVariable), .errors = set_variable_errors,
                        .examples = set_variable_examples, .get_effect = set_variable_get_effect,
                        .summarize = set_variable_summarize, .run = set_variable_run)
