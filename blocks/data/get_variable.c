/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "values.h"

typedef struct
{
  char *name;
  char *scope;
  WeirValue *fallback;
} GetVariable;

static const char *const scope_ids[] = { "run", "workflow", "global", NULL };
static const char *const scope_titles[] = { N_("This run"), N_("This workflow, kept"), N_("All workflows, kept"),
                                            NULL };

static const WeirField get_variable_fields[] = {
  WEIR_FIELD_TEXT (GetVariable, name, .title = N_("Name"), .required = TRUE),
  WEIR_FIELD_CHOICE (GetVariable,
                     scope,
                     .title = N_("Known to"),
                     .choices = scope_ids,
                     .choice_titles = scope_titles,
                     .initial_text = "run"),
  WEIR_FIELD_VALUE (
    GetVariable, fallback, .title = N_("Otherwise"), .summary = N_("When it was never set"), .type = "any"),
  { 0 }
};

static const WeirPort get_variable_outputs[] = {
  { .name = "value", .title = N_("Value") },
  { .name = "found", .type = "bool", .title = N_("Found"), .summary = N_("Whether it was set") },
  { 0 }
};

static const WeirExample get_variable_examples[] = { { .title = N_("Never set"),
                                                       .config = "{\"name\": \"greeting\", \"fallback\": \"Hello\"}",
                                                       .outputs = "{\"value\": \"Hello\", \"found\": false}" },
                                                     { 0 } };

static gboolean
get_variable_eval (gpointer settings, WeirStep *step, GError **error)
{
  GetVariable *self = settings;
  g_autoptr(WeirValue) value = weir_step_dup_variable (step, self->scope, self->name);
  gboolean found = value != NULL;

  if (!found)
    value = self->fallback != NULL ? weir_value_ref (self->fallback) : weir_value_new_null ();
  weir_step_emit (step, "value", value);
  weir_step_emit_take (step, "found", weir_value_new_bool (found));
  return TRUE;
}

static char *
get_variable_summarize (WeirValue *config)
{
  return g_strdup (weir_value_get_member_text (config, "name", NULL));
}

WEIR_DEFINE_BLOCK_KIND (data_get_variable,
                        .id = "data.get_variable",
                        .version = 1,
                        .title = N_("Get Variable"),
                        .summary = N_("Gives what was kept under a name"),
                        .keywords = "variable read recall remember state load",
                        .category = N_("Data"),
                        .icon = "user-bookmarks-symbolic",
                        .effect = WEIR_EFFECT_PURE,
                        .undo = WEIR_UNDO_NONE,
                        .outputs = get_variable_outputs,
                        .fields = get_variable_fields,
                        .settings_size = sizeof (GetVariable),
                        .examples = get_variable_examples,
                        .summarize = get_variable_summarize,
                        .eval = get_variable_eval)
