/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-yaml-private.h"

#include <string.h>

/* A small strict JSON reader of its own: yyjson does not tell where in the text a value stands, and libyaml takes neither
 * surrogate pairs nor long keys. */
typedef struct
{
  WeirYamlDocument *document;
  const char       *p;
  const char       *line_start;
  const char       *mark;        /* up to here the line is counted: a file may be one long line */
  guint             mark_column;
  guint             line;
  guint             depth;
  char             *message;
} Reader;

static WeirYamlNode *read_value (Reader *self);

static gpointer
reader_fail (Reader *self, const char *expected)
{
  g_autofree char *got = NULL;

  if (self->message != NULL)
    return NULL;
  if (*self->p == '\0')
    got = g_strdup ("the text ends");
  else if ((guchar) *self->p < 0x20)
    got = g_strdup ("got a control character");
  else
    got = g_strdup_printf ("got \"%.*s\"", (int) (g_utf8_next_char (self->p) - self->p), self->p);
  self->message = g_strdup_printf ("Expected %s, but %s", expected, got);
  return NULL;
}

static void
skip_space (Reader *self)
{
  for (;; self->p++)
    {
      if (*self->p == '\n')
        {
          self->line++;
          self->line_start = self->p + 1;
        }
      else if (*self->p != ' ' && *self->p != '\t' && *self->p != '\r')
        return;
    }
}

static guint
get_column (Reader *self)
{
  if (self->mark < self->line_start)
    {
      self->mark = self->line_start;
      self->mark_column = 1;
    }
  self->mark_column += (guint) g_utf8_strlen (self->mark, self->p - self->mark);
  self->mark = self->p;
  return self->mark_column;
}

static WeirYamlNode *
begin_node (Reader *self, WeirYamlType type)
{
  WeirYamlNode *node = weir_yaml_document_add_node (self->document, type);

  node->flow = TRUE;
  node->start = self->p - self->document->text;
  node->line = self->line;
  node->column = get_column (self);
  return node;
}

static WeirYamlNode *
end_node (Reader *self, WeirYamlNode *node)
{
  node->end = self->p - self->document->text;
  return node;
}

static gboolean
read_hex4 (Reader *self, gunichar *code)
{
  *code = 0;
  for (guint i = 0; i < 4; i++, self->p++)
    {
      if (!g_ascii_isxdigit (*self->p))
        return reader_fail (self, "four hexadecimal digits") != NULL;
      *code = *code * 16 + g_ascii_xdigit_value (*self->p);
    }
  return TRUE;
}

static gboolean
read_unicode_escape (Reader *self, GString *text)
{
  gunichar code;
  gunichar low;

  if (!read_hex4 (self, &code))
    return FALSE;
  if (code >= 0xd800 && code < 0xdc00)
    {
      if (self->p[0] != '\\' || self->p[1] != 'u')
        return reader_fail (self, "the second half of a surrogate pair") != NULL;
      self->p += 2;
      if (!read_hex4 (self, &low))
        return FALSE;
      if (low < 0xdc00 || low > 0xdfff)
        return reader_fail (self, "the second half of a surrogate pair") != NULL;
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
  else if (code >= 0xdc00 && code <= 0xdfff)
    return reader_fail (self, "the first half of a surrogate pair before this") != NULL;
  if (code == 0)
    return reader_fail (self, "text without NUL characters before this") != NULL;
  g_string_append_unichar (text, code);
  return TRUE;
}

static gboolean
read_escape (Reader *self, GString *text)
{
  static const char from[] = "\"\\/bfnrt";
  static const char to[] = "\"\\/\b\f\n\r\t";
  const char *found;

  self->p++;
  if (*self->p == 'u')
    {
      self->p++;
      return read_unicode_escape (self, text);
    }
  found = *self->p != '\0' ? strchr (from, *self->p) : NULL;
  if (found == NULL)
    return reader_fail (self, "one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u") != NULL;
  g_string_append_c (text, to[found - from]);
  self->p++;
  return TRUE;
}

static WeirYamlNode *
read_string (Reader *self)
{
  WeirYamlNode *node = begin_node (self, WEIR_YAML_SCALAR);
  g_autoptr(GString) text = g_string_new (NULL);

  self->p++;
  while (*self->p != '"')
    {
      const char *plain = self->p;

      if (*self->p == '\\')
        {
          if (!read_escape (self, text))
            return NULL;
          continue;
        }
      while ((guchar) *self->p >= 0x20 && *self->p != '"' && *self->p != '\\')
        self->p++;
      if (self->p == plain)
        return reader_fail (self, "a closing quote");
      g_string_append_len (text, plain, self->p - plain);
    }
  self->p++;
  node->value = weir_value_new_text_len (text->str, text->len);
  return end_node (self, node);
}

static gboolean
is_json_number (const char *text, gsize length)
{
  gsize i = text[0] == '-' ? 1 : 0;

  if (i >= length || !g_ascii_isdigit (text[i]))
    return FALSE;
  if (text[i] == '0' && i + 1 < length && g_ascii_isdigit (text[i + 1]))
    return FALSE;
  for (; i < length; i++)
    if (text[i] == '.' && (i + 1 == length || !g_ascii_isdigit (text[i + 1])))
      return FALSE;
  return TRUE;
}

static WeirYamlNode *
read_word (Reader *self)
{
  WeirYamlNode *node = begin_node (self, WEIR_YAML_SCALAR);
  const char *start = self->p;
  gsize length = strspn (start, "+-.0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
  g_autofree char *word = g_strndup (start, length);
  g_autoptr(WeirValue) value = NULL;
  gboolean valid;

  if (length == 0)
    return reader_fail (self, "a value");
  value = weir_yaml_resolve_plain (word, length);
  switch (weir_value_get_kind (value))
    {
    case WEIR_VALUE_NULL:
    case WEIR_VALUE_BOOL:
      valid = g_ascii_islower (word[0]);
      break;
    case WEIR_VALUE_INT:
    case WEIR_VALUE_NUMBER:
      valid = is_json_number (word, length);
      break;
    default:
      valid = FALSE;
    }
  if (!valid)
    {
      if (self->message == NULL)
        self->message = g_strdup_printf ("Expected a value, but got \"%.40s\": text must be in double quotes", word);
      return NULL;
    }
  node->value = g_steal_pointer (&value);
  self->p += length;
  return end_node (self, node);
}

static WeirYamlNode *
read_list (Reader *self)
{
  WeirYamlNode *node = begin_node (self, WEIR_YAML_LIST);
  g_autoptr(GPtrArray) items = g_ptr_array_new ();

  self->p++;
  skip_space (self);
  while (*self->p != ']')
    {
      WeirYamlNode *item;

      if (items->len > 0)
        {
          if (*self->p != ',')
            return reader_fail (self, "\",\" or \"]\"");
          self->p++;
          skip_space (self);
        }
      item = read_value (self);
      if (item == NULL)
        return NULL;
      g_ptr_array_add (items, item);
      node->weight += item->weight;
      skip_space (self);
    }
  self->p++;
  node->n_children = items->len;
  node->children = g_memdup2 (items->pdata, sizeof (gpointer) * items->len);
  return end_node (self, node);
}

static gboolean
read_member (Reader *self, GPtrArray *members, GHashTable *seen)
{
  WeirYamlNode *key;
  WeirYamlNode *value;
  const char *name;

  if (*self->p != '"')
    return reader_fail (self, members->len > 0 ? "a key in double quotes" : "a key in double quotes or \"}\"") != NULL;
  key = read_string (self);
  if (key == NULL)
    return FALSE;
  name = weir_yaml_node_get_text (key);
  if (!g_hash_table_add (seen, (gpointer) name))
    {
      self->p = self->document->text + key->start;
      if (self->message == NULL)
        self->message = g_strdup_printf ("The key \"%s\" is given twice", name);
      return FALSE;
    }
  skip_space (self);
  if (*self->p != ':')
    return reader_fail (self, "\":\"") != NULL;
  self->p++;
  skip_space (self);
  value = read_value (self);
  if (value == NULL)
    return FALSE;
  g_ptr_array_add (members, key);
  g_ptr_array_add (members, value);
  skip_space (self);
  return TRUE;
}

static WeirYamlNode *
read_record (Reader *self)
{
  WeirYamlNode *node = begin_node (self, WEIR_YAML_RECORD);
  g_autoptr(GPtrArray) members = g_ptr_array_new ();
  g_autoptr(GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  self->p++;
  skip_space (self);
  while (*self->p != '}')
    {
      if (members->len > 0)
        {
          if (*self->p != ',')
            return reader_fail (self, "\",\" or \"}\"");
          self->p++;
          skip_space (self);
        }
      if (!read_member (self, members, seen))
        return NULL;
    }
  self->p++;
  node->n_children = members->len;
  node->children = g_memdup2 (members->pdata, sizeof (gpointer) * members->len);
  for (guint i = 0; i < members->len; i++)
    node->weight += node->children[i]->weight;
  return end_node (self, node);
}

static WeirYamlNode *
read_value (Reader *self)
{
  WeirYamlNode *node;

  if (self->depth == WEIR_YAML_MAX_DEPTH)
    return reader_fail (self, "no more than 64 levels");
  self->depth++;
  if (*self->p == '{')
    node = read_record (self);
  else if (*self->p == '[')
    node = read_list (self);
  else if (*self->p == '"')
    node = read_string (self);
  else
    node = read_word (self);
  self->depth--;
  return node;
}

gboolean
weir_yaml_document_read_json (WeirYamlDocument *document, GPtrArray *problems)
{
  Reader self = { .document = document, .p = document->text, .line_start = document->text, .line = 1 };

  skip_space (&self);
  document->root = read_value (&self);
  if (document->root != NULL)
    {
      skip_space (&self);
      if (*self.p == '\0')
        return TRUE;
      reader_fail (&self, "nothing after the end of the record");
    }
  g_ptr_array_add (problems, weir_problem_new (WEIR_SEVERITY_ERROR, "json.syntax", self.message, NULL, NULL, NULL, self.line,
                                               get_column (&self)));
  g_free (self.message);
  return FALSE;
}
