/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mustache.h"

#include <string.h>

#include "values.h"

#define MAX_DEPTH 64

typedef enum
{
  NODE_TEXT,
  NODE_NAME,     /* {{name}} */
  NODE_RAW,      /* {{{name}}}, {{& name}} */
  NODE_PARTIAL,  /* {{> name}} */
  NODE_IF,
  NODE_UNLESS,   /* also {{^name}} */
  NODE_EACH,
  NODE_WITH,
  NODE_SECTION,  /* {{#name}}: each for a list, with for a record, if for the rest */
} NodeKind;

typedef struct
{
  NodeKind   kind;
  char      *text;   /* the literal, or the name */
  gsize      offset; /* of the tag, for messages */
  GPtrArray *body;
  GPtrArray *otherwise;
} Node;

static void
node_free (gpointer data)
{
  Node *node = data;

  g_free (node->text);
  g_clear_pointer (&node->body, g_ptr_array_unref);
  g_clear_pointer (&node->otherwise, g_ptr_array_unref);
  g_free (node);
}

static Node *
add_node (GPtrArray *nodes, NodeKind kind, const char *text, gsize length, gsize offset)
{
  Node *node = g_new0 (Node, 1);

  node->kind = kind;
  node->text = g_strndup (text, length);
  node->offset = offset;
  g_ptr_array_add (nodes, node);
  return node;
}

static void G_GNUC_PRINTF (4, 5)
fail_at (GError **error, const char *template, gsize offset, const char *format, ...)
{
  va_list args;
  g_autofree char *message = NULL;
  guint line = 1, column = 1;

  for (const char *p = template; p < template + offset; p = g_utf8_next_char (p))
    {
      column = *p == '\n' ? 1 : column + 1;
      line += *p == '\n';
    }
  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  weir_set_failure (error, "data.parse", "Line %u, column %u: %s", line, column, message);
}

/* Reading. */

typedef struct
{
  const char *template;
  const char *at;
  guint       depth;
  gboolean    trim_next; /* the last tag ended with ~ */
} Parser;

typedef struct
{
  const char *open;  /* at {{ */
  const char *close; /* behind }} */
  char       *content;
  gboolean    triple;
  gboolean    trim_before;
  gboolean    trim_after;
} Tag;

static gboolean
read_tag (Parser *self, const char *open, Tag *tag, GError **error)
{
  const char *start = open + 2;
  const char *end;
  const char *closing = "}}";

  *tag = (Tag) { .open = open };
  if (g_str_has_prefix (start, "!--") || g_str_has_prefix (start, "~!--"))
    closing = "--}}";
  else if (*start == '{')
    {
      tag->triple = TRUE;
      closing = "}}}";
      start++;
    }
  if (*start == '~')
    {
      tag->trim_before = TRUE;
      start++;
    }

  end = strstr (start, closing);
  if (end == NULL)
    {
      fail_at (error, self->template, open - self->template, "Expected %s after {{, but the template ends", closing);
      return FALSE;
    }
  tag->close = end + strlen (closing);
  if (end > start && end[-1] == '~')
    {
      tag->trim_after = TRUE;
      end--;
    }
  tag->content = g_strstrip (g_strndup (start, end - start));
  return TRUE;
}

static gboolean
is_line_tag (const Tag *tag)
{
  return !tag->triple && strchr ("#/^!>", tag->content[0]) != NULL && tag->content[0] != '\0' && tag->content[0] != '>';
}

/* A tag of a section that stands alone on its line takes the line with it, so that lists come out without gaps. */
static void
find_line (Parser *self, const Tag *tag, const char **before, const char **after)
{
  const char *start = tag->open;
  const char *end = tag->close;
  gboolean line_tag = is_line_tag (tag) || g_str_equal (tag->content, "else");

  *before = tag->open;
  *after = tag->close;
  if (!line_tag)
    return;
  while (start > self->template && (start[-1] == ' ' || start[-1] == '\t'))
    start--;
  while (*end == ' ' || *end == '\t' || *end == '\r')
    end++;
  if ((start == self->template || start[-1] == '\n') && (*end == '\n' || *end == '\0'))
    {
      *before = start;
      *after = *end == '\n' ? end + 1 : end;
    }
}

static void
add_text (Parser *self, GPtrArray *nodes, const char *start, const char *end, gboolean trim_end)
{
  while (self->trim_next && start < end && g_ascii_isspace (*start))
    start++;
  while (trim_end && end > start && g_ascii_isspace (end[-1]))
    end--;
  if (end > start)
    add_node (nodes, NODE_TEXT, start, end - start, start - self->template);
}

/* The next {{ that is not written \{{; the backslash before one that is goes away. */
static const char *
find_open (Parser *self, GPtrArray *nodes)
{
  const char *open = strstr (self->at, "{{");

  while (open != NULL && open > self->at && open[-1] == '\\')
    {
      add_text (self, nodes, self->at, open - 1, FALSE);
      self->trim_next = FALSE;
      add_node (nodes, NODE_TEXT, "{{", 2, open - self->template);
      self->at = open + 2;
      open = strstr (self->at, "{{");
    }
  return open;
}

static gboolean parse_nodes (Parser *self,
                             GPtrArray *nodes,
                             const char *section,
                             gsize opened,
                             gboolean *met_else,
                             GError **error);

static gboolean
parse_section (Parser *self, GPtrArray *nodes, const Tag *tag, GError **error)
{
  static const struct { const char *word; NodeKind kind; } words[] = {
    { "if ", NODE_IF }, { "unless ", NODE_UNLESS }, { "each ", NODE_EACH }, { "with ", NODE_WITH }
  };
  g_autofree char *name = g_strstrip (g_strdup (tag->content + 1));
  g_autofree char *section = NULL;
  NodeKind kind = tag->content[0] == '^' ? NODE_UNLESS : NODE_SECTION;
  const char *argument = name;
  gboolean met_else = FALSE;
  Node *node;

  for (gsize i = 0; tag->content[0] == '#' && i < G_N_ELEMENTS (words); i++)
    if (g_str_has_prefix (name, words[i].word))
      {
        kind = words[i].kind;
        argument = name + strlen (words[i].word);
        while (*argument == ' ')
          argument++;
        section = g_strndup (words[i].word, strlen (words[i].word) - 1);
      }
  if (section == NULL)
    section = g_strdup (name);
  if (*argument == '\0' || strpbrk (argument, " \t\n|()=\"'") != NULL)
    {
      fail_at (error, self->template, tag->open - self->template, "Expected a name after “%s”, but there is “%s”", section,
               argument);
      return FALSE;
    }
  if (self->depth >= MAX_DEPTH)
    {
      fail_at (error, self->template, tag->open - self->template, "Sections are nested more than %d deep", MAX_DEPTH);
      return FALSE;
    }

  node = add_node (nodes, kind, argument, strlen (argument), tag->open - self->template);
  node->body = g_ptr_array_new_with_free_func (node_free);
  node->otherwise = g_ptr_array_new_with_free_func (node_free);
  self->depth++;
  if (!parse_nodes (self, node->body, section, node->offset, &met_else, error)
      || (met_else && !parse_nodes (self, node->otherwise, section, node->offset, NULL, error)))
    return FALSE;
  self->depth--;
  return TRUE;
}

static gboolean
check_name (Parser *self, const Tag *tag, const char *name, GError **error)
{
  if (*name != '\0' && strpbrk (name, " \t\n|()=\"'{}") == NULL)
    return TRUE;
  fail_at (error, self->template, tag->open - self->template, "Expected one name, but there is “%s”", name);
  return FALSE;
}

static gboolean
parse_leaf (Parser *self, GPtrArray *nodes, const Tag *tag, GError **error)
{
  char first = tag->content[0];
  gboolean marked = !tag->triple && (first == '&' || first == '>');
  g_autofree char *name = g_strstrip (g_strdup (tag->content + (marked ? 1 : 0)));
  NodeKind kind = tag->triple || first == '&' ? NODE_RAW : first == '>' ? NODE_PARTIAL : NODE_NAME;

  if (!check_name (self, tag, name, error))
    return FALSE;
  add_node (nodes, kind, name, strlen (name), tag->open - self->template);
  return TRUE;
}

/* Reads up to {{/section}}, or up to {{else}} if @met_else is given; to the end if @section is NULL. */
static gboolean
parse_nodes (Parser *self, GPtrArray *nodes, const char *section, gsize opened, gboolean *met_else, GError **error)
{
  while (TRUE)
    {
      const char *open = find_open (self, nodes);
      const char *before, *after;
      g_autofree char *content = NULL;
      gboolean ok = TRUE;
      Tag tag;

      if (open == NULL)
        {
          add_text (self, nodes, self->at, self->at + strlen (self->at), FALSE);
          self->at += strlen (self->at);
          if (section == NULL)
            return TRUE;
          fail_at (error, self->template, opened, "The section “%s” is not closed: expected {{/%s}}", section, section);
          return FALSE;
        }
      if (!read_tag (self, open, &tag, error))
        return FALSE;
      content = tag.content;
      find_line (self, &tag, &before, &after);
      add_text (self, nodes, self->at, MAX (before, self->at), tag.trim_before);
      self->at = after;
      self->trim_next = tag.trim_after;

      if (!tag.triple && content[0] == '/')
        {
          if (section != NULL && g_str_equal (g_strstrip (content + 1), section))
            return TRUE;
          if (section != NULL)
            fail_at (error, self->template, open - self->template, "Expected {{/%s}}, but there is {{/%s}}", section,
                     content + 1);
          else
            fail_at (error, self->template, open - self->template,
                     "Expected an open section before {{/%s}}, but there is none", content + 1);
          return FALSE;
        }
      if (!tag.triple && g_str_equal (content, "else"))
        {
          if (met_else == NULL)
            {
              fail_at (error, self->template, open - self->template, "{{else}} belongs into one section, once");
              return FALSE;
            }
          *met_else = TRUE;
          return TRUE;
        }
      if (!tag.triple && (content[0] == '#' || content[0] == '^'))
        ok = parse_section (self, nodes, &tag, error);
      else if (tag.triple || content[0] != '!')
        ok = parse_leaf (self, nodes, &tag, error);
      if (!ok)
        return FALSE;
    }
}

static GPtrArray *
parse (const char *template, GError **error)
{
  g_autoptr(GPtrArray) nodes = g_ptr_array_new_with_free_func (node_free);
  Parser parser = { .template = template, .at = template };

  return parse_nodes (&parser, nodes, NULL, 0, NULL, error) ? g_steal_pointer (&nodes) : NULL;
}

/* Whether the template can be read; the message names line and column. */
gboolean
weir_mustache_check (const char *template, GError **error)
{
  g_autoptr(GPtrArray) nodes = parse (template, error);

  return nodes != NULL;
}

/* Writing. */

typedef struct _Frame Frame;
struct _Frame
{
  Frame     *parent;
  WeirValue *value;
  gssize     index; /* -1 outside of each */
  gsize      count;
  const char *key;
};

typedef struct
{
  const MustacheOptions *options;
  const char            *template;
  WeirValue             *root;
  GString               *out;
  guint                  depth;
} Writer;

static WeirValue *
lookup_meta (Frame *frame, const char *name, Writer *self)
{
  while (frame->parent != NULL && frame->index < 0 && frame->key == NULL)
    frame = frame->parent;
  if (g_str_equal (name, "index") && frame->index >= 0)
    return weir_value_new_int (frame->index);
  if (g_str_equal (name, "number") && frame->index >= 0)
    return weir_value_new_int (frame->index + 1);
  if (g_str_equal (name, "first"))
    return weir_value_new_bool (frame->index == 0);
  if (g_str_equal (name, "last"))
    return weir_value_new_bool (frame->index >= 0 && (gsize) frame->index + 1 == frame->count);
  if (g_str_equal (name, "key") && frame->key != NULL)
    return weir_value_new_text (frame->key);
  return NULL;
}

static WeirValue *
lookup_word (WeirValue *value, const char *name)
{
  WeirValue *found = weir_blocks_get_path (value, name);

  if (found == NULL && g_str_has_suffix (name, "length"))
    {
      g_autofree char *path = g_strndup (name, strlen (name) - strlen ("length"));
      gsize length = strlen (path);

      if (length > 0)
        path[length - 1] = '\0';
      found = weir_blocks_get_path (value, path);
      if (found != NULL && weir_value_get_kind (found) != WEIR_VALUE_LIST
          && weir_value_get_kind (found) != WEIR_VALUE_TABLE)
        return NULL;
      return found != NULL ? weir_value_new_int ((gint64) weir_value_get_length (found)) : NULL;
    }
  return found != NULL ? weir_value_ref (found) : NULL;
}

/* Innermost first, as in Mustache; ../ goes out one section. (transfer full), NULL if there is nothing */
static WeirValue *
lookup (Writer *self, Frame *frame, const char *name)
{
  while (g_str_has_prefix (name, "../") && frame->parent != NULL)
    {
      frame = frame->parent;
      name += 3;
    }
  if (g_str_equal (name, ".") || g_str_equal (name, "this"))
    return weir_value_ref (frame->value);
  if (g_str_equal (name, "@root"))
    return weir_value_ref (self->root);
  if (g_str_has_prefix (name, "@root."))
    return lookup_word (self->root, name + strlen ("@root."));
  if (name[0] == '@')
    return lookup_meta (frame, name + 1, self);
  if (g_str_has_prefix (name, "this."))
    return lookup_word (frame->value, name + strlen ("this."));

  for (; frame != NULL; frame = frame->parent)
    {
      WeirValue *found = lookup_word (frame->value, name);

      if (found != NULL)
        return found;
    }
  if (g_str_equal (name, "value"))
    return weir_value_ref (self->root);
  return self->options->scope != NULL ? lookup_word (self->options->scope, name) : NULL;
}

static void
append_escaped (GString *out, const char *text)
{
  for (const char *p = text; *p != '\0'; p++)
    switch (*p)
      {
      case '&': g_string_append (out, "&amp;"); break;
      case '<': g_string_append (out, "&lt;"); break;
      case '>': g_string_append (out, "&gt;"); break;
      case '"': g_string_append (out, "&quot;"); break;
      case '\'': g_string_append (out, "&#39;"); break;
      default: g_string_append_c (out, *p);
      }
}

static gboolean write_nodes (Writer *self, GPtrArray *nodes, Frame *frame, GError **error);

static gboolean
write_name (Writer *self, const Node *node, Frame *frame, GError **error)
{
  g_autoptr(WeirValue) value = lookup (self, frame, node->text);
  g_autofree char *text = NULL;

  if (value == NULL)
    {
      g_autoptr(GError) place = NULL;

      if (!self->options->fail_on_missing)
        return TRUE;
      fail_at (&place, self->template, node->offset, "There is no “%s” in the value", node->text);
      weir_set_failure (error, "input.missing", "%s", place->message);
      return FALSE;
    }
  text = weir_blocks_to_text (value);
  if (node->kind == NODE_RAW || !self->options->escape_html)
    g_string_append (self->out, text);
  else
    append_escaped (self->out, text);
  return TRUE;
}

static gboolean
write_partial (Writer *self, const Node *node, Frame *frame, GError **error)
{
  const char *source = self->options->partials != NULL
                         ? weir_value_get_member_text (self->options->partials, node->text, NULL) : NULL;
  const char *outer = self->template;
  g_autoptr(GPtrArray) nodes = NULL;
  gboolean ok;

  if (source == NULL)
    {
      fail_at (error, self->template, node->offset, "There is no partial “%s”", node->text);
      return FALSE;
    }
  if (self->depth >= MAX_DEPTH)
    {
      fail_at (error, self->template, node->offset, "The partial “%s” contains itself", node->text);
      return FALSE;
    }
  nodes = parse (source, error);
  if (nodes == NULL)
    {
      g_prefix_error (error, "Partial “%s”: ", node->text);
      return FALSE;
    }
  self->template = source;
  ok = write_nodes (self, nodes, frame, error);
  self->template = outer;
  return ok;
}

static gboolean
write_each (Writer *self, const Node *node, WeirValue *value, Frame *frame, GError **error)
{
  gsize n = weir_value_get_length (value);
  gboolean record = weir_value_get_kind (value) == WEIR_VALUE_RECORD;

  if (n == 0)
    return write_nodes (self, node->otherwise, frame, error);
  for (gsize i = 0; i < n; i++)
    {
      Frame inner = { .parent = frame, .value = weir_value_get_item (value, i), .index = (gssize) i, .count = n,
                      .key = record ? weir_value_get_key (value, i) : NULL };

      if (!write_nodes (self, node->body, &inner, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
write_section (Writer *self, const Node *node, Frame *frame, GError **error)
{
  g_autoptr(WeirValue) found = lookup (self, frame, node->text);
  g_autoptr(WeirValue) value = found != NULL ? weir_value_ref (found) : weir_value_new_null ();
  gboolean truthy = weir_value_is_truthy (value) && !weir_blocks_is_empty (value);
  WeirValueKind kind = weir_value_get_kind (value);
  Frame inner = { .parent = frame, .value = value, .index = -1 };

  switch (node->kind)
    {
    case NODE_IF:
      return write_nodes (self, truthy ? node->body : node->otherwise, frame, error);
    case NODE_UNLESS:
      return write_nodes (self, truthy ? node->otherwise : node->body, frame, error);
    case NODE_WITH:
      return truthy ? write_nodes (self, node->body, &inner, error) : write_nodes (self, node->otherwise, frame, error);
    case NODE_EACH:
      if (found == NULL && self->options->fail_on_missing)
        return write_name (self, node, frame, error);
      return write_each (self, node, value, frame, error);
    default:
      if (kind == WEIR_VALUE_LIST || kind == WEIR_VALUE_TABLE)
        return write_each (self, node, value, frame, error);
      if (!truthy)
        return write_nodes (self, node->otherwise, frame, error);
      return write_nodes (self, node->body, kind == WEIR_VALUE_RECORD ? &inner : frame, error);
    }
}

static gboolean
write_nodes (Writer *self, GPtrArray *nodes, Frame *frame, GError **error)
{
  gboolean ok = TRUE;

  self->depth++;
  for (guint i = 0; ok && i < nodes->len; i++)
    {
      const Node *node = nodes->pdata[i];

      if (node->kind == NODE_TEXT)
        g_string_append (self->out, node->text);
      else if (node->kind == NODE_NAME || node->kind == NODE_RAW)
        ok = write_name (self, node, frame, error);
      else if (node->kind == NODE_PARTIAL)
        ok = write_partial (self, node, frame, error);
      else
        ok = write_section (self, node, frame, error);

      if (ok && self->out->len > self->options->max_length)
        {
          weir_set_failure (error, "limit.size", "The text is longer than "
                                                 "%" G_GSIZE_FORMAT " bytes", self->options->max_length);
          ok = FALSE;
        }
    }
  self->depth--;
  return ok;
}

/* Fills @value into @template. Fails with data.parse (line and column), input.missing or limit.size. */
GString *
weir_mustache_render (const char *template, WeirValue *value, const MustacheOptions *options, GError **error)
{
  g_autoptr(GPtrArray) nodes = parse (template, error);
  g_autoptr(GString) out = NULL;
  Frame frame = { .value = value, .index = -1 };
  Writer writer = { .options = options, .template = template, .root = value };

  if (nodes == NULL)
    return NULL;
  out = g_string_new (NULL);
  writer.out = out;
  return write_nodes (&writer, nodes, &frame, error) ? g_steal_pointer (&out) : NULL;
}
