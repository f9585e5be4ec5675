/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the words of a workflow's text mean. */
#include <string.h>

#include "weir-text-place.h"
#include "weir-workflow-text.h"

static gboolean
is_word_char (char c)
{
  return g_ascii_isalnum (c) || c == '_' || c == '.' || c == '-';
}

static char *
dup_word (const char *text, gsize offset, gsize *start)
{
  const char *first = text + offset;
  const char *last = first;

  while (first > text && is_word_char (first[-1]))
    first--;
  while (is_word_char (*last))
    last++;
  *start = first - text;
  return g_strndup (first, last - first);
}

static void
add_line (GString *out, const char *line)
{
  if (line != NULL && *line != '\0')
    g_string_append_printf (out, "%s%s", out->len > 0 ? "\n" : "", line);
}

static void
explain_field (GString *out, const WeirField *field)
{
  static const char *const kinds[] = { "text", "true or false", "a whole number", "a number", "one of", "a length of time", "a size",
                                       "a path", "an expression", "a value" };
  g_autoptr(WeirValue) initial = weir_field_get_initial (field);
  g_autoptr(GString) line = g_string_new (kinds[field->kind]);

  add_line (out, field->title != NULL ? field->title : field->name);
  add_line (out, field->summary);
  if (field->kind == WEIR_FIELD_KIND_CHOICE && field->choices != NULL)
    {
      g_autofree char *choices = g_strjoinv (", ", (char **) field->choices);

      g_string_append_printf (line, " %s", choices);
    }
  else if (field->type != NULL)
    g_string_assign (line, field->type);
  if (field->required)
    g_string_append (line, " · required");
  else if (!weir_value_is_null (initial))
    {
      g_autofree char *text = weir_value_to_display (initial, 60);

      if (*text != '\0')
        g_string_append_printf (line, " · %s if left out", text);
    }
  add_line (out, line->str);
}

static void
explain_kind (GString *out, const char *id)
{
  const WeirBlockKind *kind = weir_registry_find_kind (id);

  if (kind == NULL)
    return;
  add_line (out, kind->title);
  add_line (out, kind->summary);
}

static void
explain_shape (GString *out, const WeirFileShape *shapes, const char *key)
{
  for (const WeirFileShape *shape = shapes; shape != NULL && shape->key != NULL; shape++)
    if (g_str_equal (shape->key, key))
      {
        add_line (out, shape->key);
        add_line (out, shape->summary);
      }
}

static void
explain_port (GString *out, WeirBlock *block, const char *name, gboolean input)
{
  gboolean known;
  const WeirPort *port = input ? weir_block_find_input (block, name, &known)
                               : weir_block_find_output (block, name, &known);
  g_autofree char *title = NULL;

  if (port == NULL)
    return;
  title = g_strdup_printf ("%s · %s: %s", weir_block_get_title (block), port->title != NULL ? port->title : port->name,
                           port->type != NULL ? port->type : "any");
  add_line (out, title);
  add_line (out, port->summary);
}

/* "list.files": the block, or its port if the place is behind the dot. */
static void
explain_end (GString *out, WeirGraph *graph, const char *text, const char *word, gsize start, gsize offset)
{
  const char *dot = strchr (word, '.');
  g_autofree char *id = g_strndup (word, dot != NULL ? (gsize) (dot - word) : strlen (word));
  WeirBlock *block = graph != NULL ? weir_graph_find_block (graph, id) : NULL;
  const char *line = text + start;
  gboolean input;

  if (block == NULL)
    return;
  while (line > text && line[-1] != '\n')
    line--;
  input = g_strstr_len (line, text + start - line, "->") != NULL;
  if (dot != NULL && offset > start + (gsize) (dot - word))
    explain_port (out, block, dot + 1, input);
  else
    {
      g_autofree char *summary = weir_block_summarize (block);

      add_line (out, weir_block_get_title (block));
      add_line (out, weir_block_get_kind (block) != NULL ? weir_block_get_kind (block)->title : block->data->kind_id);
      add_line (out, summary);
    }
}

static void
explain_key (GString *out, const char *text, WeirYamlCursor *cursor, WeirWorkflow *workflow, const char *word)
{
  WeirPlace place = weir_place_find (text, cursor, cursor->keys->len, FALSE, workflow);
  const WeirField *field;

  if (place.what == WEIR_PLACE_KEY)
    explain_shape (out, place.shapes, word);
  else if (place.what == WEIR_PLACE_FIELD && place.kind != NULL)
    {
      field = weir_kind_find_field (place.kind, word);
      if (field != NULL)
        explain_field (out, field);
    }
  else if (place.what == WEIR_PLACE_NONE && place.graph != NULL)
    explain_end (out, place.graph, text, word, 0, 0);
}

static void
explain_value (GString *out, const char *text, gsize offset, WeirYamlCursor *cursor, WeirWorkflow *workflow, const char *word, gsize start)
{
  WeirPlace place = weir_place_find (text, cursor, cursor->keys->len, TRUE, workflow);

  if (place.what == WEIR_PLACE_KIND)
    explain_kind (out, word);
  else if (place.what == WEIR_PLACE_LINK || place.what == WEIR_PLACE_OUTPUT)
    explain_end (out, place.graph, text, word, start, offset);
  else if (place.what == WEIR_PLACE_FIELD_VALUE && place.field->kind == WEIR_FIELD_KIND_CHOICE
           && place.field->choice_titles != NULL)
    for (guint i = 0; place.field->choices[i] != NULL; i++)
      if (g_str_equal (place.field->choices[i], word))
        {
          add_line (out, place.field->choice_titles[i]);
          add_line (out, place.field->title);
        }
}

/**
 * weir_text_explain:
 * @text: text of a workflow, which need not be right yet
 * @offset: bytes
 * @workflow: (nullable): the workflow as it was when the text was last right
 *
 * Says what the word at a place means: a key, a kind, a setting, a block or a port.
 *
 * Returns: (transfer full) (nullable): a title and more lines below; %NULL if there is nothing to say
 */
char *
weir_text_explain (const char *text, gsize offset, WeirWorkflow *workflow)
{
  g_autoptr(WeirYamlCursor) cursor = NULL;
  g_autoptr(GString) out = g_string_new (NULL);
  g_autofree char *word = NULL;
  gsize start;

  g_return_val_if_fail (text != NULL, NULL);

  offset = MIN (offset, strlen (text));
  word = dup_word (text, offset, &start);
  cursor = weir_yaml_cursor_new (text, offset);
  if (*word == '\0' || cursor->in_text)
    return NULL;
  if (cursor->in_value)
    explain_value (out, text, offset, cursor, workflow, word, start);
  else
    explain_key (out, text, cursor, workflow, word);
  return out->len > 0 ? g_strdup (out->str) : NULL;
}
