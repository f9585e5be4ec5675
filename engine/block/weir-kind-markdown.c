/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The manual page of a kind, from its descriptor. */
#include "weir-registry.h"

#include <string.h>

static const char *
describe_effect (WeirEffectClass effect)
{
  switch (effect)
    {
    case WEIR_EFFECT_PURE:
      return "only computes; it may run again at will";
    case WEIR_EFFECT_IDEMPOTENT:
      return "has an effect; doing it again changes nothing more";
    case WEIR_EFFECT_ONCE:
    default:
      return "has an effect that must not happen twice; after a crash it asks";
    }
}

static const char *
describe_undo (WeirUndoKind undo)
{
  switch (undo)
    {
    case WEIR_UNDO_NONE:
      return "nothing to undo";
    case WEIR_UNDO_EXACT:
      return "exact: what was before comes back, byte for byte";
    case WEIR_UNDO_COMPENSATE:
      return "by an opposite action";
    case WEIR_UNDO_IRREVERSIBLE:
    default:
      return "cannot be undone";
    }
}

/* A cell of a table: no bars, no line ends. */
static void
append_cell (GString *out, const char *text)
{
  g_string_append (out, "| ");
  for (const char *p = text != NULL ? text : ""; *p != '\0'; p++)
    {
      if (*p == '|')
        g_string_append_c (out, '\\');
      g_string_append_c (out, *p == '\n' ? ' ' : *p);
    }
  g_string_append_c (out, ' ');
}

static void
append_ports (GString *out, const char *heading, const WeirPort *ports, gboolean inputs)
{
  static const char *const joins[] = { "all", "any", "first", "n of m", "latest", "gather" };

  if (ports == NULL || ports->name == NULL)
    return;
  g_string_append_printf (out, "\n## %s\n\n| Port | Type | %s | What it is |\n|---|---|---|---|\n", heading,
                          inputs ? "Join" : "When");
  for (const WeirPort *port = ports; port->name != NULL; port++)
    {
      g_autofree char *name = g_strdup_printf ("`%s`%s", port->name, port->required ? " (required)" : "");
      g_autofree char *type = g_strdup_printf ("`%s`", port->type != NULL ? port->type : "any");

      append_cell (out, name);
      append_cell (out, type);
      append_cell (out, inputs ? joins[port->join] : port->side ? "while it runs" : "at its end");
      append_cell (out, port->summary != NULL ? port->summary : port->title);
      g_string_append (out, "|\n");
    }
}

static char *
describe_initial (const WeirField *field)
{
  g_autoptr(WeirValue) initial = weir_field_get_initial (field);

  if (weir_value_is_null (initial))
    return g_strdup ("");
  if (weir_value_get_kind (initial) == WEIR_VALUE_DURATION)
    return weir_format_duration (weir_value_get_duration_ms (initial) * 1000);
  return weir_value_to_display (initial, 80);
}

static char *
describe_field_type (const WeirField *field)
{
  g_autoptr(WeirType) type = NULL;

  if (field->kind == WEIR_FIELD_KIND_CHOICE && field->choices != NULL)
    {
      g_autofree char *choices = g_strjoinv ("`, `", (char **) field->choices);

      return g_strdup_printf ("`%s`", choices);
    }
  if (field->kind == WEIR_FIELD_KIND_EXPRESSION)
    return g_strdup ("expression");
  type = weir_field_get_type_of (field);
  return g_strdup_printf ("`%s`%s%s", weir_type_to_string (type), field->unit != NULL ? " in " : "",
                          field->unit != NULL ? field->unit : "");
}

static void
append_fields (GString *out, const WeirBlockKind *kind)
{
  if (kind->fields == NULL || kind->fields->name == NULL)
    return;
  g_string_append (out, "\n## Settings\n\n| Setting | Type | Begins as | What it is |\n|---|---|---|---|\n");
  for (const WeirField *field = kind->fields; field->name != NULL; field++)
    {
      g_autofree char *name = g_strdup_printf ("`%s`%s", field->name, field->required ? " (required)" : "");
      g_autofree char *type = describe_field_type (field);
      g_autofree char *initial = describe_initial (field);
      g_autofree char *what = g_strdup_printf ("%s%s%s", field->title != NULL ? field->title : field->name,
                                               field->summary != NULL ? ": " : "",
                                               field->summary != NULL ? field->summary : "");

      append_cell (out, name);
      append_cell (out, type);
      append_cell (out, initial);
      append_cell (out, what);
      g_string_append (out, "|\n");
    }
}

static void
append_words (GString *out, const char *heading, const char *const *words)
{
  if (words == NULL || words[0] == NULL)
    return;
  g_string_append_printf (out, "\n## %s\n\n", heading);
  for (guint i = 0; words[i] != NULL; i++)
    g_string_append_printf (out, "- `%s`\n", words[i]);
}

static void
append_code (GString *out, const char *what, const char *language, const char *text)
{
  if (text != NULL)
    g_string_append_printf (out, "%s:\n\n```%s\n%s\n```\n\n", what, language, text);
}

static void
append_examples (GString *out, const WeirBlockKind *kind)
{
  for (const WeirExample *example = kind->examples; example != NULL && example->title != NULL; example++)
    {
      g_string_append_printf (out, "\n## Example: %s\n\n", example->title);
      append_code (out, "Settings", "json", example->config);
      append_code (out, "Inputs", "json", example->inputs);
      append_code (out, "Body", "yaml", example->body);
      append_code (out, "Gives", "json", example->outputs);
      if (example->error != NULL)
        g_string_append_printf (out, "Fails with `%s`.\n\n", example->error);
      g_string_truncate (out, out->len - 1);
    }
}

static void
append_templates (GString *out, const WeirBlockKind *kind)
{
  if (kind->templates == NULL)
    return;
  g_string_append (out, "\n## To begin with\n\n");
  for (const WeirTemplate *template = kind->templates; template->title != NULL; template++)
    g_string_append_printf (out, "- %s%s%s: `%s`\n", template->title, template->summary != NULL ? ": " : "",
                            template->summary != NULL ? template->summary : "", template->config);
}

/**
 * weir_kind_to_markdown:
 * @kind: a block kind
 *
 * Returns: (transfer full): its manual page: purpose, ports, settings, errors, undo, permissions, examples
 */
char *
weir_kind_to_markdown (const WeirBlockKind *kind)
{
  GString *out = g_string_new (NULL);

  g_return_val_if_fail (kind != NULL, NULL);

  g_string_append_printf (out, "# %s\n\n`%s`, version %u\n\n", kind->title, kind->id, kind->version);
  if (kind->summary != NULL)
    g_string_append_printf (out, "%s.\n\n", kind->summary);
  g_string_append_printf (out, "- Effect: %s: %s\n- Undo: %s\n", weir_effect_class_get_name (kind->effect),
                          describe_effect (kind->effect), describe_undo (kind->undo));
  if (kind->timeout_ms > 0)
    {
      g_autofree char *timeout = weir_format_duration (kind->timeout_ms * 1000);

      g_string_append_printf (out, "- Time-out: %s\n", timeout);
    }
  append_ports (out, "Inputs", kind->inputs, TRUE);
  append_ports (out, "Outputs", kind->outputs, FALSE);
  append_fields (out, kind);
  append_words (out, "Permissions", kind->permissions);
  append_words (out, "Errors", kind->errors);
  append_templates (out, kind);
  append_examples (out, kind);
  return g_string_free_and_steal (out);
}
