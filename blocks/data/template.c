/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "mustache.h"
#include "values.h"
#include "wait.h"

/* A value of this size is filled in by a thread, so that the main loop is not held up. */
#define IN_THREAD (64 * 1024)
#define MAX_LENGTH (64 * 1024 * 1024)

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
  WEIR_FIELD_TEXT (Template, template, .title = N_("Template"), .multiline = TRUE, .raw = TRUE, .required = TRUE,
                   .language = "markdown",
                   .summary = N_("{{name}}, {{{raw}}}, {{#each items}}…{{else}}…{{/each}}, {{#if x}}…{{/if}}, "
                                 "{{> partial}}; what is not in the value is looked up as in expressions: {{inputs.x}}, "
                                 "{{blocks.id.port}}, {{item}}")),
  WEIR_FIELD_CHOICE (Template, escape, .title = N_("Escape for"), .choices = escape_ids, .choice_titles = escape_titles,
                     .initial_text = "html"),
  WEIR_FIELD_CHOICE (Template, missing, .title = N_("When a name is missing"), .choices = missing_ids,
                     .choice_titles = missing_titles, .initial_text = "error"),
  WEIR_FIELD_VALUE (Template, partials, .title = N_("Partials"), .summary = N_("Templates by name, for {{> name}}"),
                    .type = "record",
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
    .config = "{\"escape\": \"none\", \"template\": \"# {{title}}\\n{{#each rows}}\\n- {{@index}} {{name}}{{#if "
              "new}} (new){{/if}}\\n{{else}}\\nNothing\\n{{/each}}\\n\"}",
    .inputs = "{\"value\": {\"title\": \"A & B\", \"rows\": [{\"name\": \"x\", \"new\": true}, {\"name\": \"y\"}]}}",
    .outputs = "{\"text\": \"# A & B\\n- 0 x (new)\\n- 1 y\\n\"}" },
  { .title = N_("Escaped, and not"), .config = "{\"template\": \"{{a}} {{{a}}}\"}",
    .inputs = "{\"value\": {\"a\": \"<b>\"}}",
    .outputs = "{\"text\": \"&lt;b&gt; <b>\"}" },
  { .title = N_("A partial"), .config = "{\"template\": \"{{> who}}!\", \"partials\": {\"who\": \"Hello {{name}}\"}}",
    .inputs = "{\"value\": {\"name\": \"Ann\"}}", .outputs = "{\"text\": \"Hello Ann!\"}" },
  { .title = N_("A name that is not there"), .config = "{\"template\": \"{{naem}}\"}",
    .inputs = "{\"value\": {\"name\": \"Ann\"}}",
    .error = "input.missing" },
  { .title = N_("A section that is not closed"), .config = "{\"template\": \"{{#if a}}\"}", .inputs = "{\"value\": {}}",
    .error = "config.invalid" },
  { 0 }
};

typedef struct
{
  Template       *settings;
  WeirValue      *value;
  WeirValue      *scope;
} Call;

static void
call_init (Call *self, Template *settings, WeirStep *step)
{
  static const char *const names[] = { "inputs", "vars", "run", "now", "attempt", NULL };
  WeirValue *input = weir_step_get_input (step, "value");

  self->settings = settings;
  self->value = input != NULL ? weir_value_ref (input) : weir_value_new_null ();
  /* all that expressions see; what the other blocks gave is gathered only where it may be asked for */
  self->scope = weir_step_dup_scope (step, settings->template != NULL && strstr (settings->template, "blocks") != NULL ? NULL : names);
}

static void
call_clear (Call *self)
{
  g_clear_pointer (&self->value, weir_value_unref);
  g_clear_pointer (&self->scope, weir_value_unref);
}

static gpointer
render (gpointer data, GCancellable *cancellable, GError **error)
{
  Call *call = data;
  Template *self = call->settings;
  MustacheOptions options = {
    .partials = self->partials,
    .scope = call->scope,
    .escape_html = g_strcmp0 (self->escape, "none") != 0,
    .fail_on_missing = g_strcmp0 (self->missing, "empty") != 0,
    .max_length = MAX_LENGTH,
  };
  g_autoptr(GString) text = weir_mustache_render (self->template != NULL ? self->template : "", call->value, &options,
                                                   error);

  return text != NULL ? weir_value_new_text_len (text->str, text->len) : NULL;
}

static gboolean
template_fiber (gpointer settings, WeirStep *step, GError **error)
{
  Call call;
  WeirValue *text;

  call_init (&call, settings, step);
  text = weir_blocks_await_thread (render, &call, weir_step_get_cancellable (step), error);
  call_clear (&call);
  if (text == NULL)
    return FALSE;
  weir_step_emit_take (step, "text", text);
  return TRUE;
}

static DexFuture *
template_run (gpointer settings, WeirStep *step)
{
  WeirValue *input = weir_step_get_input (step, "value");
  GError *error = NULL;
  WeirValue *text;
  Call call;

  if (input != NULL && weir_value_estimate_size (input, IN_THREAD) >= IN_THREAD)
    return weir_step_spawn (step, settings, template_fiber);

  call_init (&call, settings, step);
  text = render (&call, NULL, &error);
  call_clear (&call);
  if (text == NULL)
    return dex_future_new_for_error (error);
  weir_step_emit_take (step, "text", text);
  return dex_future_new_for_boolean (TRUE);
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
                        .run = template_run)
