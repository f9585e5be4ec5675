/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Words that may stand where somebody types. */
#include <string.h>

#include "weir-text-place.h"
#include "weir-workflow-text.h"

struct _WeirCompletion
{
  GObject parent_instance;
  char   *word;
  char   *text;
  char   *detail;
  char   *summary;
};

G_DEFINE_FINAL_TYPE (WeirCompletion, weir_completion, G_TYPE_OBJECT)

static void
weir_completion_finalize (GObject *object)
{
  WeirCompletion *self = WEIR_COMPLETION (object);

  g_free (self->word);
  g_free (self->text);
  g_free (self->detail);
  g_free (self->summary);
  G_OBJECT_CLASS (weir_completion_parent_class)->finalize (object);
}

static void
weir_completion_class_init (WeirCompletionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = weir_completion_finalize;
}

static void
weir_completion_init (WeirCompletion *self)
{
}

/**
 * weir_completion_get_word:
 * @self: a completion
 *
 * Returns: (transfer none): the word, as lists show it
 */
const char *
weir_completion_get_word (WeirCompletion *self)
{
  g_return_val_if_fail (WEIR_IS_COMPLETION (self), NULL);
  return self->word;
}

/**
 * weir_completion_get_text:
 * @self: a completion
 *
 * Returns: (transfer none): what is put in place of what was typed
 */
const char *
weir_completion_get_text (WeirCompletion *self)
{
  g_return_val_if_fail (WEIR_IS_COMPLETION (self), NULL);
  return self->text;
}

/**
 * weir_completion_get_detail:
 * @self: a completion
 *
 * Returns: (transfer none): what it is, in a word or two; may be empty
 */
const char *
weir_completion_get_detail (WeirCompletion *self)
{
  g_return_val_if_fail (WEIR_IS_COMPLETION (self), NULL);
  return self->detail;
}

/**
 * weir_completion_get_summary:
 * @self: a completion
 *
 * Returns: (transfer none) (nullable): what it does, in a sentence
 */
const char *
weir_completion_get_summary (WeirCompletion *self)
{
  g_return_val_if_fail (WEIR_IS_COMPLETION (self), NULL);
  return self->summary;
}

/* Gathering */

typedef struct
{
  const char     *text;
  WeirYamlCursor *cursor;
  WeirPlace       place;
  GListStore     *words;
} Completing;

static void
add (Completing *self, const char *word, const char *behind, const char *detail, const char *summary)
{
  g_autoptr(WeirCompletion) completion = g_object_new (WEIR_TYPE_COMPLETION, NULL);

  completion->word = g_strdup (word);
  completion->text = g_strconcat (word, behind, NULL);
  completion->detail = g_strdup (detail != NULL ? detail : "");
  completion->summary = g_strdup (summary);
  g_list_store_append (self->words, completion);
}

/* Whether the line, or in brackets what stands before on it, has the key already. */
static gboolean
is_there (Completing *self, const char *key)
{
  const char *start = self->text + self->cursor->line;
  g_autofree char *word = g_strconcat (key, ":", NULL);

  if (self->cursor->flow)
    {
      const char *open = self->text + self->cursor->start;

      while (open > start && *open != '{')
        open--;
      return g_strstr_len (open, self->text + self->cursor->start - open, word) != NULL;
    }
  for (const char *p = strstr (self->text, word); p != NULL; p = strstr (p + 1, word))
    {
      const char *line = p;

      while (line > self->text && line[-1] == ' ')
        line--;
      /* one of the same entry: nothing stands further left between them */
      if ((line == self->text || line[-1] == '\n') && (guint) (p - line) == self->cursor->indent && line != start)
        {
          const char *from = MIN (line, start), *to = MAX (line, start);
          gboolean same = TRUE;

          for (const char *q = from; q < to && same; q = strchr (q, '\n') + 1)
            same = strspn (q, " ") >= self->cursor->indent || q[strspn (q, " ")] == '\n' || q[strspn (q, " ")] == '#';
          if (same)
            return TRUE;
        }
    }
  return FALSE;
}

static void
add_shapes (Completing *self)
{
  for (const WeirFileShape *shape = self->place.shapes; shape->key != NULL; shape++)
    if (!is_there (self, shape->key))
      add (self, shape->key, ": ", shape->required ? "required" : NULL, shape->summary);
}

static void
add_fields (Completing *self)
{
  const WeirBlockKind *kind = self->place.kind;

  for (const WeirField *field = kind != NULL ? kind->fields : NULL; field != NULL && field->name != NULL; field++)
    if (!is_there (self, field->name))
      add (self, field->name, ": ", field->title, field->summary);
}

static void
add_choices (Completing *self, const char *const *choices, const char *const *titles)
{
  for (guint i = 0; choices != NULL && choices[i] != NULL; i++)
    add (self, choices[i], NULL, titles != NULL ? titles[i] : NULL, NULL);
}

static void
add_bools (Completing *self)
{
  add (self, "true", NULL, NULL, NULL);
  add (self, "false", NULL, NULL, NULL);
}

static void
add_values (Completing *self)
{
  static const char *const types[] = { "any", "text", "int", "number", "bool", "file", "dir", "time", "duration", "list<text>", "record",
                                       "table", NULL };
  static const char *const priorities[] = { "low", "normal", "high", NULL };
  const WeirFileShape *shape = self->place.shape;

  if (shape->kind == WEIR_SHAPE_BOOL)
    add_bools (self);
  else if (shape->kind == WEIR_SHAPE_CHOICE)
    add_choices (self, shape->choices, NULL);
  else if (shape->kind == WEIR_SHAPE_TYPE || shape->kind == WEIR_SHAPE_INPUTS)
    add_choices (self, types, NULL);
  else if (shape->kind == WEIR_SHAPE_PRIORITY)
    add_choices (self, priorities, NULL);
  else if (shape->kind == WEIR_SHAPE_VERSION)
    add (self, "1", NULL, NULL, shape->summary);
  else if (g_str_equal (shape->key, "cache"))
    {
      add (self, "auto", NULL, NULL, shape->summary);
      add (self, "off", NULL, NULL, shape->summary);
    }
}

static void
add_field_values (Completing *self)
{
  const WeirField *field = self->place.field;

  if (field->kind == WEIR_FIELD_KIND_CHOICE)
    add_choices (self, field->choices, field->choice_titles);
  else if (field->kind == WEIR_FIELD_KIND_BOOL)
    add_bools (self);
}

static void
add_kinds (Completing *self)
{
  g_autoptr(GPtrArray) kinds = weir_registry_list_kinds ();

  for (guint i = 0; i < kinds->len; i++)
    {
      const WeirBlockKind *kind = kinds->pdata[i];

      add (self, kind->id, NULL, kind->title, kind->summary);
    }
}

/* Ends of links */

static void
add_ports (Completing *self, GArray *ports)
{
  for (guint i = 0; i < ports->len; i++)
    {
      const WeirPort *port = &g_array_index (ports, WeirPort, i);

      add (self, port->name, NULL, port->type != NULL ? port->type : "any",
           port->summary != NULL ? port->summary : port->title);
    }
}

static void
add_ends (Completing *self, gboolean inputs, const char *word)
{
  const char *dot = strchr (word, '.');
  g_autofree char *id = dot != NULL ? g_strndup (word, dot - word) : NULL;
  WeirGraph *graph = self->place.graph;
  WeirBlock *block = id != NULL && graph != NULL ? weir_graph_find_block (graph, id) : NULL;

  if (dot == NULL)
    {
      for (guint i = 0; graph != NULL && i < graph->blocks->len; i++)
        {
          WeirBlock *other = graph->blocks->pdata[i];

          add (self, other->id, ".", weir_block_get_title (other), NULL);
        }
      return;
    }
  if (block == NULL)
    return;
  add_ports (self, inputs ? weir_block_get_ports (block)->inputs : weir_block_get_ports (block)->outputs);
  if (inputs)
    add (self, "run", NULL, "any", "Only that something comes counts");
  else
    {
      add (self, "done", NULL, "null", "When it succeeded");
      add (self, "error", NULL, "error", "When its last attempt failed");
    }
}

/* What of a link is being typed: the end behind the arrow or that before it. */
static void
complete_link (Completing *self, gsize offset, gsize *start)
{
  g_autofree char *typed = g_strndup (self->text + self->cursor->start, offset - self->cursor->start);
  const char *arrow = strstr (typed, "->");
  const char *word = arrow != NULL ? arrow + 2 : typed;
  const char *dot;

  word += strspn (word, " \"'");
  if (strchr (word, ' ') != NULL)
    {
      *start = offset;
      if (arrow == NULL)
        add (self, "->", " ", NULL, NULL);
      return;
    }
  add_ends (self, arrow != NULL, word);
  dot = strchr (word, '.');
  *start = self->cursor->start + ((dot != NULL ? dot + 1 : word) - typed);
}

static void
add_joins (Completing *self)
{
  static const char *const joins[] = { "all", "any", "first", "latest", NULL };

  if (self->place.what == WEIR_PLACE_JOIN_VALUE)
    add_choices (self, joins, NULL);
  else if (self->place.block != NULL)
    {
      GArray *inputs = weir_block_get_ports (self->place.block)->inputs;

      for (guint i = 0; i < inputs->len; i++)
        add (self, g_array_index (inputs, WeirPort, i).name, ": ", g_array_index (inputs, WeirPort, i).title, NULL);
    }
}

/* Names in expressions: `inputs.` and `blocks.` */
static gboolean
complete_expression (Completing *self, WeirWorkflow *workflow, gsize offset, gsize *start)
{
  const char *place = self->text + offset;
  const char *word = place;
  gboolean inputs;

  while (word > self->text && (g_ascii_isalnum (word[-1]) || word[-1] == '_' || word[-1] == '.'))
    word--;
  inputs = g_str_has_prefix (word, "inputs.");
  if (workflow == NULL || !self->cursor->in_value || word + strlen ("inputs.") > place
      || (!inputs && !g_str_has_prefix (word, "blocks.")))
    return FALSE;
  word += strlen ("inputs.");
  if (memchr (word, '.', place - word) != NULL)
    return FALSE;
  for (guint i = 0; inputs && i < workflow->inputs->len; i++)
    {
      const WeirInput *input = &g_array_index (workflow->inputs, WeirInput, i);

      add (self, input->name, NULL, input->type, input->title);
    }
  for (guint i = 0; !inputs && i < workflow->graph->blocks->len; i++)
    add (self, ((WeirBlock *) workflow->graph->blocks->pdata[i])->id, ".",
         weir_block_get_title (workflow->graph->blocks->pdata[i]), NULL);
  *start = word - self->text;
  return TRUE;
}

/**
 * weir_text_complete:
 * @text: text of a workflow, which need not be right yet
 * @offset: bytes
 * @workflow: (nullable): the workflow as it was when the text was last right; knows blocks, ports and inputs
 * @start: (out): bytes; where the word begins that a completion stands for
 *
 * Finds what may stand at a place: keys, kinds, settings and their values, ends of links, names in expressions. What of the word is there
 * already is not looked at.
 *
 * Returns: (transfer full): of [class@Weir.Completion]
 */
GListModel *
weir_text_complete (const char *text, gsize offset, WeirWorkflow *workflow, gsize *start)
{
  g_autoptr(WeirYamlCursor) cursor = NULL;
  Completing self = { .text = text };

  g_return_val_if_fail (text != NULL && start != NULL, NULL);

  cursor = weir_yaml_cursor_new (text, offset);
  self.words = g_list_store_new (WEIR_TYPE_COMPLETION);
  self.cursor = cursor;
  self.place = weir_place_find (text, cursor, cursor->keys->len, cursor->in_value, workflow);
  *start = cursor->in_text ? offset : cursor->start;
  if (complete_expression (&self, workflow, offset, start))
    return G_LIST_MODEL (self.words);
  switch (self.place.what)
    {
    case WEIR_PLACE_KEY:
      add_shapes (&self);
      break;
    case WEIR_PLACE_VALUE:
      add_values (&self);
      break;
    case WEIR_PLACE_FIELD:
      add_fields (&self);
      break;
    case WEIR_PLACE_FIELD_VALUE:
      add_field_values (&self);
      break;
    case WEIR_PLACE_KIND:
      add_kinds (&self);
      break;
    case WEIR_PLACE_LINK:
      complete_link (&self, offset, start);
      break;
    case WEIR_PLACE_OUTPUT:
      complete_link (&self, offset, start);
      break;
    case WEIR_PLACE_JOIN:
    case WEIR_PLACE_JOIN_VALUE:
      add_joins (&self);
      break;
    case WEIR_PLACE_NONE:
    default:
      break;
    }
  return G_LIST_MODEL (self.words);
}
