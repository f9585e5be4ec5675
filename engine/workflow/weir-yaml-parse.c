/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-yaml-private.h"

#include <string.h>
#include <yaml.h>

/* libyaml counts characters; a byte offset is noted for every so many of them. */
#define CHECKPOINT 256
/* Syntax errors after the first are looked for with the broken line taken out. */
#define MAX_SYNTAX_ERRORS 8

/* libyaml's: a longer one is none. */
#define MAX_KEY 1024

typedef struct
{
  WeirYamlDocument *document;
  GPtrArray        *problems;
  yaml_parser_t     parser;
  GArray           *checkpoints; /* of guint32; NULL for ASCII */
  GPtrArray        *open;        /* collections being read, innermost last */
  GPtrArray        *children;    /* of all open collections, one after the other */
  GArray           *bases;       /* where the children of each begin */
  GHashTable       *anchors;
  guint             n_aliases;
  guint             n_alias_nodes;
  gboolean          failed;
  guint             error_line;  /* of a syntax error */
} Reader;

static void
add_problem (GPtrArray *problems, const char *code, const char *message, guint line, guint column)
{
  g_ptr_array_add (problems, weir_problem_new (WEIR_SEVERITY_ERROR, code, message, NULL, NULL, NULL, line, column));
}

static void
reader_fail (Reader *self, const char *code, const yaml_mark_t *mark, const char *message)
{
  add_problem (self->problems, code, message, mark->line + 1, mark->column + 1);
  self->failed = TRUE;
}

/* Places */

static void
reader_note_checkpoints (Reader *self)
{
  const char *text = self->document->text;
  const char *end = text + self->document->length;
  guint n = 0;

  if (g_str_is_ascii (text))
    return;
  self->checkpoints = g_array_new (FALSE, FALSE, sizeof (guint32));
  for (const char *p = text; p < end; p = g_utf8_next_char (p), n++)
    if (n % CHECKPOINT == 0)
      {
        guint32 offset = p - text;

        g_array_append_val (self->checkpoints, offset);
      }
}

static guint32
reader_get_offset (Reader *self, gsize index)
{
  const char *text = self->document->text;
  const char *p;

  if (self->checkpoints == NULL)
    return MIN (index, self->document->length);
  if (index / CHECKPOINT >= self->checkpoints->len)
    return self->document->length;
  p = text + g_array_index (self->checkpoints, guint32, index / CHECKPOINT);
  for (gsize i = index % CHECKPOINT; i > 0 && *p != '\0'; i--)
    p = g_utf8_next_char (p);
  return p - text;
}

static void
reader_place (Reader *self, WeirYamlNode *node, const yaml_event_t *event)
{
  node->start = reader_get_offset (self, event->start_mark.index);
  node->end = reader_get_offset (self, event->end_mark.index);
  node->line = event->start_mark.line + 1;
  node->column = event->start_mark.column + 1;
}

/* Tree */

static void
reader_add (Reader *self, WeirYamlNode *node, const yaml_char_t *anchor)
{
  if (anchor != NULL)
    g_hash_table_insert (self->anchors, g_strdup ((const char *) anchor), node);
  if (self->open->len > 0)
    g_ptr_array_add (self->children, node);
  else
    self->document->root = node;
}

static gboolean
is_tag (const yaml_char_t *tag, const char *name)
{
  return tag != NULL && g_strcmp0 ((const char *) tag, name) == 0;
}

static void
reader_scalar (Reader *self, const yaml_event_t *event)
{
  WeirYamlNode *node = weir_yaml_document_add_node (self->document, WEIR_YAML_SCALAR);
  const char *text = (const char *) event->data.scalar.value;
  gsize length = event->data.scalar.length;
  const yaml_char_t *tag = event->data.scalar.tag;

  reader_place (self, node, event);
  node->style = event->data.scalar.style;
  node->special = event->data.scalar.anchor != NULL || tag != NULL;
  if (node->style == YAML_PLAIN_SCALAR_STYLE && !is_tag (tag, YAML_STR_TAG) && !is_tag (tag, "!"))
    node->value = weir_yaml_resolve_plain (text, length);
  else
    node->value = weir_value_new_text_len (text, length);
  /* the end of a block scalar is where the next thing begins */
  if (node->style == YAML_LITERAL_SCALAR_STYLE || node->style == YAML_FOLDED_SCALAR_STYLE)
    while (node->end > node->start && g_ascii_isspace (self->document->text[node->end - 1]))
      node->end--;
  reader_add (self, node, event->data.scalar.anchor);
}

static void
reader_open (Reader *self, const yaml_event_t *event)
{
  gboolean list = event->type == YAML_SEQUENCE_START_EVENT;
  WeirYamlNode *node = weir_yaml_document_add_node (self->document, list ? WEIR_YAML_LIST : WEIR_YAML_RECORD);
  const yaml_char_t *anchor = list ? event->data.sequence_start.anchor : event->data.mapping_start.anchor;

  if (self->open->len == WEIR_YAML_MAX_DEPTH)
    {
      reader_fail (self, "yaml.limit", &event->start_mark, "Expected no more than 64 levels, but this goes deeper");
      return;
    }
  reader_place (self, node, event);
  node->open = TRUE;
  node->flow = list ? event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE
                    : event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE;
  node->special = anchor != NULL || (list ? event->data.sequence_start.tag : event->data.mapping_start.tag) != NULL;
  reader_add (self, node, anchor);
  g_ptr_array_add (self->open, node);
  g_array_append_val (self->bases, self->children->len);
}

static void
reader_check_keys (Reader *self, WeirYamlNode *node)
{
  g_autoptr(GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i + 1 < node->n_children; i += 2)
    {
      WeirYamlNode *key = node->children[i];
      const char *text;
      gsize length;

      if (key->type != WEIR_YAML_SCALAR)
        {
          add_problem (self->problems, "yaml.key", "Expected a word as key, but got a list or record", key->line,
                       key->column);
          self->failed = TRUE;
          continue;
        }
      if (weir_value_get_kind (key->value) != WEIR_VALUE_TEXT)
        {
          /* `3: x` and `true: x`: a key is its text */
          g_autofree char *written = g_strndup (self->document->text + key->start, key->end - key->start);

          weir_value_unref (key->value);
          key->value = weir_value_new_text (written);
        }
      text = weir_value_get_text (key->value, &length);
      if (strlen (text) != length)
        {
          add_problem (self->problems, "yaml.key", "Expected a key without NUL characters", key->line, key->column);
          self->failed = TRUE;
          continue;
        }
      if (!g_hash_table_add (seen, (gpointer) text))
        {
          g_autofree char *message = g_strdup_printf ("The key \"%s\" is given twice", text);

          add_problem (self->problems, "yaml.duplicate", message, key->line, key->column);
          self->failed = TRUE;
        }
    }
}

static void
reader_close (Reader *self, const yaml_event_t *event)
{
  WeirYamlNode *node = g_ptr_array_steal_index (self->open, self->open->len - 1);
  guint base = g_array_index (self->bases, guint, self->bases->len - 1);
  guint64 weight = 1;

  g_array_set_size (self->bases, self->bases->len - 1);
  node->n_children = self->children->len - base;
  node->children = g_memdup2 (self->children->pdata + base, sizeof (gpointer) * node->n_children);
  g_ptr_array_set_size (self->children, base);
  node->open = FALSE;
  for (guint i = 0; i < node->n_children; i++)
    weight += node->children[i]->weight;
  node->weight = MIN (weight, G_MAXUINT32);

  if (node->flow)
    node->end = reader_get_offset (self, event->end_mark.index);
  else if (node->n_children > 0)
    node->end = MAX (node->start, node->children[node->n_children - 1]->end);
  if (node->type == WEIR_YAML_RECORD)
    reader_check_keys (self, node);
}

/* An alias is the node that it names, once more. */
static void
reader_alias (Reader *self, const yaml_event_t *event)
{
  const char *name = (const char *) event->data.alias.anchor;
  WeirYamlNode *target = g_hash_table_lookup (self->anchors, name);
  WeirYamlNode *node;
  g_autofree char *message = NULL;

  if (target == NULL || target->open)
    {
      message = g_strdup_printf (target == NULL ? "Expected an anchor \"&%s\" above, but there is none"
                                                : "The alias \"*%s\" stands inside of what it names",
                                 name);
      reader_fail (self, "yaml.alias", &event->start_mark, message);
      return;
    }
  self->n_aliases++;
  self->n_alias_nodes += MIN (target->weight, WEIR_YAML_MAX_ALIAS_NODES + 1);
  if (self->n_aliases > WEIR_YAML_MAX_ALIASES || self->n_alias_nodes > WEIR_YAML_MAX_ALIAS_NODES)
    {
      reader_fail (self, "yaml.limit", &event->start_mark,
                   "Expected at most 100 aliases that stand for 10,000 values in all, but there are more");
      return;
    }
  node = weir_yaml_document_add_node (self->document, target->type);
  reader_place (self, node, event);
  node->special = TRUE;
  node->flow = TRUE;
  node->weight = target->weight;
  node->n_children = target->n_children;
  node->children = g_memdup2 (target->children, sizeof (gpointer) * target->n_children);
  node->value = target->value != NULL ? weir_value_ref (target->value) : NULL;
  reader_add (self, node, NULL);
}

static void
reader_take_event (Reader *self, const yaml_event_t *event)
{
  switch (event->type)
    {
    case YAML_SCALAR_EVENT:
      reader_scalar (self, event);
      break;
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT:
      reader_open (self, event);
      break;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
      reader_close (self, event);
      break;
    case YAML_ALIAS_EVENT:
      reader_alias (self, event);
      break;
    case YAML_DOCUMENT_START_EVENT:
      if (self->document->root != NULL)
        reader_fail (self, "yaml.documents", &event->start_mark,
                     "Expected one document in the file, but here begins another");
      break;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT:
    default:
      break;
    }
}

/* "did not find expected key" is what libyaml says; a person wants to know what is usually behind it. */
static char *
explain_syntax_error (const yaml_parser_t *parser)
{
  const char *problem = parser->problem != NULL ? parser->problem : "the text is not YAML";

  /* what is before the colon is too long for a key, or no key */
  if (g_str_equal (problem, "mapping values are not allowed in this context") && parser->problem_mark.column > MAX_KEY)
    return g_strdup ("Expected at most 1,024 characters before the \":\" of a key, or text that contains it in quotes");
  if (g_str_equal (problem, "mapping values are not allowed in this context"))
    return g_strdup ("Expected no \": \" here: text that contains it must be in quotes");
  if (g_str_equal (problem, "did not find expected key"))
    return g_strdup ("Expected a key, as indented as the ones above it");
  if (g_str_equal (problem, "found character that cannot start any token"))
    return g_strdup ("Expected a value, but this character cannot begin one: indent with spaces, put text in quotes");
  if (g_str_equal (problem, "could not find expected ':'"))
    return g_strdup ("Expected a \":\" after the key");
  if (parser->context != NULL)
    return g_strdup_printf ("YAML does not parse: %s, %s (line %u)", problem, parser->context,
                            (guint) parser->context_mark.line + 1);
  return g_strdup_printf ("YAML does not parse: %s", problem);
}

static void
reader_take_error (Reader *self)
{
  yaml_mark_t mark = self->parser.problem_mark;
  g_autofree char *message = NULL;

  if (self->parser.error == YAML_READER_ERROR)
    {
      const char *text = self->document->text;
      const char *line = text;

      mark.line = 0;
      for (const char *p = text; p < text + MIN (self->parser.problem_offset, self->document->length); p++)
        if (*p == '\n')
          {
            mark.line++;
            line = p + 1;
          }
      mark.column = g_utf8_strlen (line, text + MIN (self->parser.problem_offset, self->document->length) - line);
      message = g_strdup_printf ("Expected text, but got a control character (%d)", self->parser.problem_value);
    }
  else
    message = explain_syntax_error (&self->parser);
  reader_fail (self, "yaml.syntax", &mark, message);
  self->error_line = mark.line + 1;
}

static void
reader_run (Reader *self)
{
  gboolean done = FALSE;

  /* as GLib ends where there is no memory; the parser would go round for ever */
  if (!yaml_parser_initialize (&self->parser))
    g_error ("There is no memory for reading YAML");
  yaml_parser_set_encoding (&self->parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string (&self->parser, (const guchar *) self->document->text, self->document->length);
  while (!done)
    {
      yaml_event_t event;
      gboolean failed_before = self->failed;

      if (!yaml_parser_parse (&self->parser, &event))
        {
          reader_take_error (self);
          break;
        }
      reader_take_event (self, &event);
      /* bad keys do not hide what follows, everything else does */
      done = event.type == YAML_STREAM_END_EVENT
             || (self->failed && !failed_before && event.type != YAML_MAPPING_END_EVENT);
      yaml_event_delete (&event);
    }
  yaml_parser_delete (&self->parser);
}

static gboolean
document_read_yaml (WeirYamlDocument *document, GPtrArray *problems, guint *error_line)
{
  Reader self = { .document = document, .problems = problems };

  self.open = g_ptr_array_new ();
  self.children = g_ptr_array_new ();
  self.bases = g_array_new (FALSE, FALSE, sizeof (guint));
  self.anchors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  reader_note_checkpoints (&self);
  reader_run (&self);
  g_clear_pointer (&self.checkpoints, g_array_unref);
  g_ptr_array_unref (self.open);
  g_ptr_array_unref (self.children);
  g_array_unref (self.bases);
  g_hash_table_unref (self.anchors);
  *error_line = self.error_line;
  return !self.failed;
}

/* Document */

static void
node_free (gpointer data)
{
  WeirYamlNode *self = data;

  g_clear_pointer (&self->value, weir_value_unref);
  g_free (self->children);
  g_free (self);
}

WeirYamlNode *
weir_yaml_document_add_node (WeirYamlDocument *self, WeirYamlType type)
{
  WeirYamlNode *node = g_new0 (WeirYamlNode, 1);

  node->type = type;
  node->weight = 1;
  g_ptr_array_add (self->nodes, node);
  return node;
}

static WeirYamlDocument *
document_new (const char *text, gsize length)
{
  WeirYamlDocument *self = g_new0 (WeirYamlDocument, 1);

  self->ref_count = 1;
  self->text = g_strndup (text, length);
  self->length = length;
  self->nodes = g_ptr_array_new_with_free_func (node_free);
  return self;
}

WeirYamlDocument *
weir_yaml_document_ref (WeirYamlDocument *self)
{
  self->ref_count++;
  return self;
}

void
weir_yaml_document_unref (WeirYamlDocument *self)
{
  if (--self->ref_count > 0)
    return;
  g_ptr_array_unref (self->nodes);
  g_free (self->text);
  g_free (self);
}

static gboolean
check_text (const char *text, gsize length, GPtrArray *problems)
{
  const char *end;
  guint line = 1;
  const char *line_start = text;

  if (length > WEIR_YAML_MAX_BYTES)
    {
      add_problem (problems, "yaml.limit", "Expected a file of at most 16 MiB, but it is larger", 1, 1);
      return FALSE;
    }
  if (g_utf8_validate_len (text, length, &end))
    return TRUE;
  for (const char *p = text; p < end; p++)
    if (*p == '\n')
      {
        line++;
        line_start = p + 1;
      }
  add_problem (problems, "yaml.encoding",
               *end == '\0' ? "Expected text, but got a NUL character" : "Expected UTF-8, but these bytes are not",
               line, g_utf8_strlen (line_start, end - line_start) + 1);
  return FALSE;
}

/* Takes a line out without moving the others. */
static gboolean
blank_line (char *text, guint line)
{
  char *p = text;

  for (guint i = 1; i < line && p != NULL; i++)
    {
      p = strchr (p, '\n');
      if (p != NULL)
        p++;
    }
  if (p == NULL || *p == '\0')
    return FALSE;
  for (; *p != '\0' && *p != '\n'; p++)
    *p = ' ';
  return TRUE;
}

/* The parser gives up at the first error. With the bad line blanked it finds further ones; only what stands below
 * the ones before is believed. */
static void
find_more_syntax_errors (const char *text, gsize length, guint line, GPtrArray *problems)
{
  g_autofree char *copy = g_strndup (text, length);

  for (guint i = 1; i < MAX_SYNTAX_ERRORS; i++)
    {
      g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func (g_object_unref);
      g_autoptr(WeirYamlDocument) document = NULL;
      guint next;

      if (!blank_line (copy, line))
        return;
      document = document_new (copy, strlen (copy));
      document_read_yaml (document, found, &next);
      if (next <= line)
        return;
      g_ptr_array_add (problems, g_object_ref (found->pdata[found->len - 1]));
      line = next;
    }
}

WeirYamlDocument *
weir_yaml_document_parse (const char *text, gssize length, GPtrArray *problems)
{
  gsize size = length < 0 ? strlen (text) : (gsize) length;
  g_autoptr(WeirYamlDocument) self = NULL;
  guint error_line = 0;

  if (size >= 3 && memcmp (text, "\xef\xbb\xbf", 3) == 0)
    {
      text += 3;
      size -= 3;
    }
  if (!check_text (text, size, problems))
    return NULL;

  self = document_new (text, size);
  self->json = self->text[strspn (self->text, " \t\r\n")] == '{';
  if (self->json)
    {
      g_autoptr(GPtrArray) json_problems = g_ptr_array_new_with_free_func (g_object_unref);
      g_autoptr(GPtrArray) yaml_problems = g_ptr_array_new_with_free_func (g_object_unref);

      if (weir_yaml_document_read_json (self, json_problems))
        return g_steal_pointer (&self);
      /* YAML may begin with a brace as well; if it is neither, the stricter reader says it better */
      g_ptr_array_set_size (self->nodes, 0);
      self->root = NULL;
      self->json = FALSE;
      if (document_read_yaml (self, yaml_problems, &error_line))
        return g_steal_pointer (&self);
      g_ptr_array_extend_and_steal (problems, g_steal_pointer (&json_problems));
      return NULL;
    }
  if (document_read_yaml (self, problems, &error_line))
    return g_steal_pointer (&self);
  if (error_line > 0)
    find_more_syntax_errors (text, size, error_line, problems);
  return NULL;
}

/* Nodes */

WeirValue *
weir_yaml_node_get_value (WeirYamlNode *self)
{
  if (self->value != NULL)
    return self->value;

  if (self->type == WEIR_YAML_LIST)
    {
      WeirBuilder *builder = weir_list_builder_new (self->n_children);

      for (guint i = 0; i < self->n_children; i++)
        weir_builder_add (builder, weir_yaml_node_get_value (self->children[i]));
      self->value = weir_builder_end (builder);
    }
  else
    {
      guint n = self->n_children / 2;
      g_autofree const char **keys = g_new (const char *, n + 1);
      g_autofree WeirValue **values = g_new (WeirValue *, n + 1);

      for (guint i = 0; i < n; i++)
        {
          keys[i] = weir_value_get_text (self->children[2 * i]->value, NULL);
          values[i] = weir_yaml_node_get_value (self->children[2 * i + 1]);
        }
      self->value = weir_value_new_record (keys, values, n);
    }
  return self->value;
}

const char *
weir_yaml_node_get_text (WeirYamlNode *self)
{
  if (self->type != WEIR_YAML_SCALAR || weir_value_get_kind (self->value) != WEIR_VALUE_TEXT)
    return NULL;
  return weir_value_get_text (self->value, NULL);
}

WeirYamlNode *
weir_yaml_node_find (WeirYamlNode *self, const char *key)
{
  if (self->type != WEIR_YAML_RECORD)
    return NULL;
  for (guint i = 0; i + 1 < self->n_children; i += 2)
    if (g_strcmp0 (weir_yaml_node_get_text (self->children[i]), key) == 0)
      return self->children[i + 1];
  return NULL;
}

/* What a node is, for messages. */
const char *
weir_yaml_node_describe (WeirYamlNode *self)
{
  if (self->type == WEIR_YAML_LIST)
    return "a list";
  if (self->type == WEIR_YAML_RECORD)
    return "a record";
  return weir_value_is_null (self->value) ? "nothing" : weir_value_get_kind_name (self->value);
}
