/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mustache.h"
#include "values.h"

typedef struct
{
  char      *template;
  WeirValue *partials;
  char      *escape;
  char      *missing;
} Template;

static const char *const escape_ids[] = { "html", "none", NULL };
static const char *const escape_titles[] = { N_("HTML"), N_("Nothing"), NULL };
static const char *const missing_ids[] = { "error", "empty", NULL };
static const char *const missing_titles[] = { N_("Fail"), N_("Leave it empty"), NULL };

static const WeirField template_fields[] = {
  WEIR_FIELD_TEXT (Template, template, .title = N_("Template"), .multiline = TRUE, .raw = TRUE, .required = TRUE, .language = "markdown",
                   .summary = N_("{{name}}, {{{raw}}}, {{#each items}}…{{else}}…{{/each}}, {{#if x}}…{{/if}}, {{> partial}}")),
  WEIR_FIELD_CHOICE (Template, escape, .title = N_("Escape for"), .choices = escape_ids, .choice_titles = escape_titles,
                     .initial_text = "html"),
  WEIR_FIELD_CHOICE (Template, missing, .title = N_("When a name is missing"), .choices = missing_ids,
                     .choice_titles = missing_titles, .initial_text = "error"),
  WEIR_FIELD_VALUE (Template, partials, .title = N_("Partials"), .summary = N_("Templates by name, for {{> name}}"), .type = "record",
                    .initial_text = "{}", .raw = TRUE, .advanced = TRUE),
  { 0 }
};

static const WeirPort template_inputs[] = {
  { .name = "value", .title = N_("Value"), .summary = N_("What the names in the template are looked up in") },
  { 0 }
};
static const WeirPort template_outputs[] = { { .name = "text", .type = "text", .title = N_("Text") }, { 0 } };
static const char *const template_errors[] = { "data.parse", "input.missing", "limit.size", NULL };

static const WeirExample template_examples[] = {
  { .title = N_("A list in Markdown"),
    .config = "{\"escape\": \"none\", \"template\": \"# {{title}}\\n{{#each rows}}\\n- {{@index}} {{name}}{{#if new}} (new){{/if}}\\n{{else}}\\nNothing\\n{{/each}}\\n\"}",
    .inputs = "{\"value\": {\"title\": \"A & B\", \"rows\": [{\"name\": \"x\", \"new\": true}, {\"name\": \"y\"}]}}",
    .outputs = "{\"text\": \"# A & B\\n- 0 x (new)\\n- 1 y\\n\"}" },
  { .title = N_("Escaped, and not"), .config = "{\"template\": \"{{a}} {{{a}}}\"}", .inputs = "{\"value\": {\"a\": \"<b>\"}}",
    .outputs = "{\"text\": \"&lt;b&gt; <b>\"}" },
  { .title = N_("A partial"), .config = "{\"template\": \"{{> who}}!\", \"partials\": {\"who\": \"Hello {{name}}\"}}",
    .inputs = "{\"value\": {\"name\": \"Ann\"}}", .outputs = "{\"text\": \"Hello Ann!\"}" },
  { .title = N_("A name that is not there"), .config = "{\"template\": \"{{naem}}\"}", .inputs = "{\"value\": {\"name\": \"Ann\"}}",
    .error = "input.missing" },
  { .title = N_("A section that is not closed"), .config = "{\"template\": \"{{#if a}}\"}", .inputs = "{\"value\": {}}",
    .error = "config.invalid" },
  { 0 }
};

static gboolean
template_eval (gpointer settings, WeirStep *step, GError **error)
{
  Template *self = settings;
  WeirValue *input = weir_step_get_input (step, "value");
  g_autoptr(WeirValue) nothing = weir_value_new_null ();
  MustacheOptions options = {
    .partials = self->partials,
    .escape_html = g_strcmp0 (self->escape, "none") != 0,
    .fail_on_missing = g_strcmp0 (self->missing, "empty") != 0,
    .max_length = 64 * 1024 * 1024,
  };
  g_autoptr(WeirValue) inputs = weir_step_evaluate (step, "inputs", NULL, NULL);
  g_autoptr(WeirValue) vars = weir_step_evaluate (step, "vars", NULL, NULL);
  g_autoptr(GString) text = NULL;

  options.inputs = inputs;
  options.vars = vars;
  text = weir_mustache_render (self->template != NULL ? self->template : "", input != NULL ? input : nothing, &options, error);
  if (text == NULL)
    return FALSE;
  weir_step_emit_take (step, "text", weir_value_new_text_len (text->str, text->len));
  return TRUE;
}

static char *
template_check (WeirValue *config)
{
  const char *template = weir_value_get_member_text (config, "template", NULL);
  g_autoptr(GError) error = NULL;

  if (template == NULL || weir_mustache_check (template, &error))
    return NULL;
  return g_strdup (error->message);
}

WEIR_DEFINE_BLOCK_KIND (data_template, .id = "data.template", .version = 1, .title = N_("Fill Template"),
                        .summary = N_("Fills values into a text with places for them"),
                        .keywords = "template handlebars mustache text report markdown html format render",
                        .category = N_("Data"), .icon = "format-text-rich-symbolic",
                        .effect = WEIR_EFFECT_PURE, .undo = WEIR_UNDO_NONE, .inputs = template_inputs,
                        .outputs = template_outputs, .fields = template_fields, .settings_size = sizeof (Template),
                        .errors = template_errors, .examples = template_examples, .check = template_check,
                        .eval = template_eval)
