/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Expressions: that they compile, and that somebody defines what they name. */
#include "weir-expression.h"
#include "weir-validate-private.h"

#include <string.h>

typedef struct
{
  WeirValidation *validation;
  WeirBlock      *block;   /* whose setting it is, or that a link leads to */
  const char     *port;
  const char     *field;
  guint           line;
  guint           column;
  gboolean        local;   /* the kind may add names of its own */
  gboolean        declares; /* the source may do so itself: only a warning then */
} Place;

/* What the realm itself has. */
static gboolean
is_javascript_name (const char *name)
{
  static const char *const names[] = {
    "Array", "ArrayBuffer", "BigInt", "Boolean", "DataView", "Date", "Error", "Infinity", "Intl", "JSON", "Map", "Math",
    "NaN", "Number", "Object", "Promise", "Proxy", "RangeError", "Reflect", "RegExp", "Set", "String", "Symbol",
    "SyntaxError", "TypeError", "Uint8Array", "URIError", "WeakMap", "WeakSet", "arguments", "decodeURI",
    "decodeURIComponent", "encodeURI", "encodeURIComponent", "escape", "globalThis", "isFinite", "isNaN", "parseFloat",
    "parseInt", "undefined", "unescape", "this", NULL
  };

  return g_strv_contains (names, name);
}

static gboolean
is_scope_name (const char *name)
{
  static const char *const names[] = { "inputs", "input", "value", "vars", "blocks", "run", "now", "secrets", NULL };

  return g_strv_contains (names, name);
}

static gboolean
is_in_body (WeirBlock *block)
{
  return block != NULL && block->graph != NULL && block->graph->container != NULL;
}

static void
report (const Place *place, WeirSeverity severity, const char *code, char *message)
{
  weir_validation_add (place->validation, severity, code, place->block, place->port, place->field, place->line, place->column,
                       "%s", message);
  g_free (message);
}

/* Whether tokens that leave @from can reach @to. Gives up, in favour of the workflow, when looking becomes expensive. */
static gboolean
is_upstream (WeirValidation *validation, WeirBlock *from, WeirBlock *to)
{
  g_autoptr(GHashTable) seen = g_hash_table_new (NULL, NULL);
  g_autoptr(GPtrArray) todo = g_ptr_array_new ();

  g_ptr_array_add (todo, to);
  while (todo->len > 0)
    {
      WeirBlock *block = g_ptr_array_steal_index_fast (todo, todo->len - 1);

      for (guint i = 0; i < block->to->len; i++)
        {
          WeirBlock *source = ((WeirLink *) block->to->pdata[i])->source;

          if (source == from)
            return TRUE;
          if (validation->visits == 0)
            return TRUE;
          validation->visits--;
          if (g_hash_table_add (seen, source))
            g_ptr_array_add (todo, source);
        }
    }
  return FALSE;
}

/* `blocks.x`: a block of this graph, or of one around. */
static void
check_block_name (const Place *place, const char *id)
{
  WeirBlock *reader = place->block;

  while (reader != NULL && reader->graph != NULL)
    {
      WeirBlock *named = weir_graph_find_block (reader->graph, id);

      if (named != NULL)
        {
          if (!is_upstream (place->validation, named, reader) && !(place->port != NULL && named == reader))
            report (place, WEIR_SEVERITY_WARNING, "name.not_upstream",
                    g_strdup_printf ("The expression reads the block \"%s\", but no links lead from there to here, so it may "
                                     "not have run yet", id));
          return;
        }
      reader = reader->graph->container;
    }
  report (place, WEIR_SEVERITY_ERROR, "name.unknown", g_strdup_printf ("The expression names the block \"%s\", but there is none", id));
}

static void
check_input_name (const Place *place, const char *name)
{
  WeirWorkflow *workflow = place->validation->workflow;

  for (guint i = 0; i < workflow->inputs->len; i++)
    if (g_str_equal (g_array_index (workflow->inputs, WeirInput, i).name, name))
      return;
  report (place, WEIR_SEVERITY_ERROR, "name.unknown",
          g_strdup_printf ("The expression names the input \"%s\", but the workflow has none of that name", name));
}

static gboolean
is_name_char (char c)
{
  return g_ascii_isalnum (c) || c == '_' || c == '$';
}

static void
check_name (const Place *place, const char *name)
{
  g_auto(GStrv) words = g_strsplit (name, ".", 3);

  if (g_str_equal (words[0], "blocks"))
    {
      if (words[1] != NULL)
        check_block_name (place, words[1]);
    }
  else if (is_scope_name (words[0]) || is_javascript_name (words[0]))
    return;
  else if (g_str_equal (words[0], "item") || g_str_equal (words[0], "index"))
    {
      if (!is_in_body (place->block) && !place->local)
        report (place, WEIR_SEVERITY_WARNING, "name.unknown",
                g_strdup_printf ("The name \"%s\" is known inside of a container only", words[0]));
    }
  else if (!place->local && !is_in_body (place->block))
    report (place, place->declares ? WEIR_SEVERITY_WARNING : WEIR_SEVERITY_ERROR, "name.unknown",
            g_strdup_printf ("The expression names \"%s\", but nothing defines it: expected inputs, input, value, vars, "
                             "blocks, run, now or secrets", words[0]));
}

/* Every `inputs.name` in a piece of JavaScript; what stands in quotes is only text. */
static void
check_inputs_in (const Place *place, const char *source, const char *end)
{
  for (const char *p = source; p < end; p++)
    {
      g_autofree char *name = NULL;
      const char *word;

      if (*p == '"' || *p == '\'')
        {
          const char quote = *p;

          for (p++; p < end && *p != quote; p++)
            if (*p == '\\')
              p++;
          continue;
        }
      if (!g_str_has_prefix (p, "inputs.") || (p > source && (is_name_char (p[-1]) || p[-1] == '.')))
        continue;
      p += strlen ("inputs.");
      for (word = p; p < end && is_name_char (*p);)
        p++;
      name = g_strndup (word, p - word);
      if (name[0] != '\0')
        check_input_name (place, name);
      p--;
    }
}

static void
check_inputs (const Place *place, const char *source, gboolean template)
{
  const char *open = source;

  if (!template)
    {
      check_inputs_in (place, source, source + strlen (source));
      return;
    }
  while ((open = strstr (open, "{{")) != NULL)
    {
      const char *close = strstr (open, "}}");

      if (close == NULL)
        return;
      check_inputs_in (place, open + 2, close);
      open = close + 2;
    }
}

static void
check_source (Place *place, const char *source, gboolean template)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirExpression) expression = template ? weir_template_compile (source, &error)
                                                  : weir_expression_compile (source, &error);
  const char *const *names;

  if (expression == NULL)
    {
      report (place, WEIR_SEVERITY_ERROR, "expression.invalid", g_strdup (error->message));
      return;
    }
  names = weir_expression_get_names (expression);
  place->declares = strstr (source, "=>") != NULL || strstr (source, "function") != NULL;
  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    {
      check_name (place, names[i]);
      if (g_str_equal (names[i], "inputs"))
        check_inputs (place, source, template);
    }
}

static gboolean
text_is_dynamic (const char *text)
{
  return text[0] == '=' || weir_template_is_template (text);
}

gboolean
weir_value_is_dynamic (WeirValue *value)
{
  if (weir_value_get_kind (value) == WEIR_VALUE_TEXT)
    return text_is_dynamic (weir_value_get_text (value, NULL));
  if (weir_value_get_kind (value) == WEIR_VALUE_LIST || weir_value_get_kind (value) == WEIR_VALUE_RECORD)
    for (gsize i = 0; i < weir_value_get_length (value); i++)
      if (weir_value_is_dynamic (weir_value_get_item (value, i)))
        return TRUE;
  return FALSE;
}

static void
check_value (Place *place, WeirValue *value)
{
  if (weir_value_get_kind (value) == WEIR_VALUE_TEXT)
    {
      const char *text = weir_value_get_text (value, NULL);

      if (text[0] == '=')
        check_source (place, text + 1, FALSE);
      else if (weir_template_is_template (text))
        check_source (place, text, TRUE);
    }
  else if (weir_value_get_kind (value) == WEIR_VALUE_LIST || weir_value_get_kind (value) == WEIR_VALUE_RECORD)
    for (gsize i = 0; i < weir_value_get_length (value); i++)
      check_value (place, weir_value_get_item (value, i));
}

void
weir_validation_check_text (WeirValidation *self, WeirBlock *block, const WeirField *field, WeirValue *value, guint line,
                            guint column)
{
  Place place = { self, block, NULL, field->name, line, column, FALSE, FALSE };

  if (field->kind == WEIR_FIELD_KIND_EXPRESSION)
    {
      g_autofree char *source = weir_value_get_kind (value) == WEIR_VALUE_TEXT || !weir_value_get_length (value)
                                  ? weir_value_to_display (value, 0) : NULL;

      place.local = TRUE;
      if (source != NULL && source[0] != '\0')
        check_source (&place, source[0] == '=' ? source + 1 : source, FALSE);
    }
  else if (!field->raw)
    check_value (&place, value);
}

void
weir_validation_check_when (WeirValidation *self, WeirLink *link)
{
  Place place = { self, link->target, link->target_port, NULL, link->line, link->column, FALSE, FALSE };

  if (link->when != NULL)
    check_source (&place, link->when, FALSE);
}
