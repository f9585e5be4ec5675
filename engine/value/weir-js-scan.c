/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-js-scan.h"

#include <string.h>

static const char *const keywords[] = {
  "async", "await", "break", "case", "catch", "class", "const", "continue", "debugger", "default", "delete", "do", "else",
  "extends", "false", "finally", "for", "function", "if", "in", "instanceof", "let", "new", "null", "of", "return",
  "static", "super", "switch", "this", "throw", "true", "try", "typeof", "var", "void", "while", "with", "yield",
};

/* JavaScript's own names, which no scope needs to have. */
static const char *const own_names[] = {
  "Array", "ArrayBuffer", "BigInt", "Boolean", "DataView", "Date", "Error", "Infinity", "Iterator", "JSON", "Map", "Math",
  "NaN", "Number", "Object", "RangeError", "Reflect", "RegExp", "Set", "String", "Symbol", "SyntaxError", "TypeError",
  "URIError", "Uint8Array", "WeakMap", "WeakSet", "arguments", "decodeURI", "decodeURIComponent", "encodeURI",
  "encodeURIComponent", "escape", "globalThis", "isFinite", "isNaN", "parseFloat", "parseInt", "undefined", "unescape",
};

static gboolean
is_one_of (const char *const *words, gsize n_words, const char *word, gsize length)
{
  for (gsize i = 0; i < n_words; i++)
    if (strlen (words[i]) == length && memcmp (words[i], word, length) == 0)
      return TRUE;
  return FALSE;
}

gboolean
weir_is_js_keyword (const char *word, gsize length)
{
  return is_one_of (keywords, G_N_ELEMENTS (keywords), word, length);
}

gboolean
weir_js_is_own_name (const char *word)
{
  return is_one_of (own_names, G_N_ELEMENTS (own_names), word, strlen (word));
}

void
weir_scanner_init (WeirScanner *self, const char *text, gsize length)
{
  *self = (WeirScanner) { .next = text, .end = text + length };
  self->template_depths = g_array_new (FALSE, FALSE, sizeof (guint));
}

void
weir_scanner_clear (WeirScanner *self)
{
  g_array_unref (self->template_depths);
}

gboolean
weir_token_is (const WeirToken *self, const char *text)
{
  gsize length = strlen (text);

  return self->kind == WEIR_TOKEN_SIGN && (gsize) (self->end - self->start) == length
         && memcmp (self->start, text, length) == 0;
}

static gboolean
is_name_char (char c)
{
  return g_ascii_isalnum (c) || c == '_' || c == '$' || (c & 0x80) != 0;
}

static void
skip_space (WeirScanner *self)
{
  while (self->next < self->end)
    if (g_ascii_isspace (*self->next))
      self->next++;
    else if (self->end - self->next >= 2 && self->next[0] == '/' && self->next[1] == '/')
      while (self->next < self->end && *self->next != '\n')
        self->next++;
    else if (self->end - self->next >= 2 && self->next[0] == '/' && self->next[1] == '*')
      {
        const char *close = g_strstr_len (self->next + 2, self->end - self->next - 2, "*/");

        self->next = close != NULL ? close + 2 : self->end;
      }
    else
      break;
}

static void
skip_quoted (WeirScanner *self)
{
  char quote = *self->next++;

  while (self->next < self->end && *self->next != quote)
    self->next += *self->next == '\\' && self->next + 1 < self->end ? 2 : 1;
  self->next = MIN (self->next + 1, self->end);
}

static void
skip_regex (WeirScanner *self)
{
  gboolean in_class = FALSE;

  for (self->next++; self->next < self->end && *self->next != '\n'; self->next++)
    if (*self->next == '\\' && self->next + 1 < self->end)
      self->next++;
    else if (*self->next == '[')
      in_class = TRUE;
    else if (*self->next == ']')
      in_class = FALSE;
    else if (*self->next == '/' && !in_class)
      break;
  self->next = MIN (self->next + 1, self->end);
  while (self->next < self->end && is_name_char (*self->next))
    self->next++;
}

/* From behind ` or }, to ` or ${ */
static void
skip_template (WeirScanner *self)
{
  while (self->next < self->end && *self->next != '`')
    {
      if (self->next[0] == '$' && self->next + 1 < self->end && self->next[1] == '{')
        {
          self->next += 2;
          self->depth++;
          g_array_append_val (self->template_depths, self->depth);
          return;
        }
      self->next += *self->next == '\\' && self->next + 1 < self->end ? 2 : 1;
    }
  self->next = MIN (self->next + 1, self->end);
}

static gboolean
continues_template (WeirScanner *self)
{
  GArray *depths = self->template_depths;

  return depths->len > 0 && g_array_index (depths, guint, depths->len - 1) == self->depth;
}

/* After a value a slash divides; elsewhere it starts a regular expression. */
static gboolean
may_start_regex (const WeirScanner *self)
{
  switch (self->last.kind)
    {
    case WEIR_TOKEN_END:
      return TRUE;
    case WEIR_TOKEN_NAME:
      return weir_is_js_keyword (self->last.start, self->last.end - self->last.start)
             && !(self->last.end - self->last.start == 4 && memcmp (self->last.start, "this", 4) == 0);
    case WEIR_TOKEN_SIGN:
      return !weir_token_is (&self->last, ")") && !weir_token_is (&self->last, "]")
             && !weir_token_is (&self->last, "}");
    case WEIR_TOKEN_TEMPLATE:
      return self->last.end[-1] == '{';
    default:
      return FALSE;
    }
}

static void
skip_number (WeirScanner *self)
{
  while (self->next < self->end
         && (is_name_char (*self->next) || *self->next == '.'
             || ((*self->next == '+' || *self->next == '-') && (self->next[-1] == 'e' || self->next[-1] == 'E'))))
    self->next++;
}

static void
skip_sign (WeirScanner *self)
{
  gsize left = self->end - self->next;

  if (*self->next == '(' || *self->next == '[' || *self->next == '{')
    self->depth++;
  else if (*self->next == ')' || *self->next == ']' || *self->next == '}')
    self->depth -= self->depth > 0 ? 1 : 0;
  if (left >= 3 && memcmp (self->next, "...", 3) == 0)
    self->next += 3;
  else if (left >= 2
           && (memcmp (self->next, "=>", 2) == 0
               || (memcmp (self->next, "?.", 2) == 0 && !(left >= 3 && g_ascii_isdigit (self->next[2])))))
    self->next += 2;
  else
    self->next++;
}

WeirToken
weir_scanner_next (WeirScanner *self)
{
  WeirToken token = { 0 };

  skip_space (self);
  token.start = self->next;
  if (self->next >= self->end)
    token.kind = WEIR_TOKEN_END;
  else if (g_ascii_isdigit (*self->next)
           || (*self->next == '.' && self->next + 1 < self->end && g_ascii_isdigit (self->next[1])))
    {
      token.kind = WEIR_TOKEN_NUMBER;
      skip_number (self);
    }
  else if (is_name_char (*self->next) || *self->next == '#')
    {
      token.kind = WEIR_TOKEN_NAME;
      for (self->next++; self->next < self->end && is_name_char (*self->next);)
        self->next++;
    }
  else if (*self->next == '"' || *self->next == '\'')
    {
      token.kind = WEIR_TOKEN_TEXT;
      skip_quoted (self);
    }
  else if (*self->next == '`')
    {
      token.kind = WEIR_TOKEN_TEMPLATE;
      self->next++;
      skip_template (self);
    }
  else if (*self->next == '}' && continues_template (self))
    {
      token.kind = WEIR_TOKEN_TEMPLATE;
      g_array_set_size (self->template_depths, self->template_depths->len - 1);
      self->depth--;
      self->next++;
      skip_template (self);
    }
  else if (*self->next == '/' && may_start_regex (self))
    {
      token.kind = WEIR_TOKEN_REGEX;
      skip_regex (self);
    }
  else
    {
      token.kind = WEIR_TOKEN_SIGN;
      skip_sign (self);
    }
  token.end = self->next;
  self->last = token;
  return token;
}

const char *
weir_js_find_end (const char *text)
{
  WeirScanner scanner;
  const char *found = NULL;

  weir_scanner_init (&scanner, text, strlen (text));
  while (found == NULL)
    {
      guint depth = scanner.depth;
      WeirToken token = weir_scanner_next (&scanner);

      if (token.kind == WEIR_TOKEN_END)
        break;
      if (depth == 0 && weir_token_is (&token, "}") && token.end < scanner.end && *token.end == '}')
        found = token.start;
    }
  weir_scanner_clear (&scanner);
  /* With a bracket too few inside, the first }} is the better guess, and the compiler then says what is wrong. */
  return found != NULL ? found : strstr (text, "}}");
}

static void
add_name (GPtrArray *names, char *name)
{
  if (g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
    g_free (name);
  else
    g_ptr_array_add (names, name);
}

/* blocks.x.y is one name; moves the scanner behind it. */
static char *
read_chain (WeirScanner *scanner, WeirToken first)
{
  GString *name = g_string_new_len (first.start, first.end - first.start);
  gboolean is_chain = strcmp (name->str, "blocks") == 0;

  for (guint i = 0; is_chain && i < 2; i++)
    {
      WeirScanner saved = *scanner;
      WeirToken dot = weir_scanner_next (scanner);
      WeirToken member = { 0 };

      if (weir_token_is (&dot, ".") || weir_token_is (&dot, "?."))
        member = weir_scanner_next (scanner);
      if (member.kind != WEIR_TOKEN_NAME)
        {
          scanner->next = saved.next;
          scanner->last = saved.last;
          scanner->depth = saved.depth;
          break;
        }
      g_string_append_c (name, '.');
      g_string_append_len (name, member.start, member.end - member.start);
    }
  return g_string_free (name, FALSE);
}

static gboolean
comes_next (WeirScanner *scanner, char c)
{
  skip_space (scanner);
  return scanner->next < scanner->end && *scanner->next == c
         && !(c == '=' && scanner->next + 1 < scanner->end && scanner->next[1] != '>');
}

/* `get x () {...}`: a word of its own only before a name. */
static gboolean
is_accessor (WeirScanner *scanner, const WeirToken *token)
{
  if (token->end - token->start != 3 || (memcmp (token->start, "get", 3) != 0 && memcmp (token->start, "set", 3) != 0))
    return FALSE;
  skip_space (scanner);
  return scanner->next < scanner->end && is_name_char (*scanner->next);
}

typedef struct
{
  guint    first;  /* how many names came before it */
  gboolean named;  /* it may be the head of a function: f(a) {...}, function (a) {...}, catch (e) {...} */
  gboolean method; /* the name before it would be that of a method */
} Bracket;

static Bracket
open_bracket (const WeirToken *before, GPtrArray *found)
{
  gsize length = before->end - before->start;
  gboolean is_name = before->kind == WEIR_TOKEN_NAME;
  gboolean is_word = is_name && weir_is_js_keyword (before->start, length);
  const char *last = found->len > 0 ? found->pdata[found->len - 1] : "";
  static const char *const heads[] = { "function", "catch" };

  return (Bracket) { found->len, is_name && (!is_word || is_one_of (heads, G_N_ELEMENTS (heads), before->start, length)),
                     is_name && !is_word && strlen (last) == length && memcmp (last, before->start, length) == 0 };
}

static void
declare (GHashTable *parameters, GPtrArray *found, guint first)
{
  for (guint i = first; i < found->len; i++)
    g_hash_table_add (parameters, g_strdup (found->pdata[i]));
}

void
weir_js_find_names (const char *text, gsize length, GPtrArray *names)
{
  g_autoptr(GHashTable) parameters = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GArray) brackets = g_array_new (FALSE, FALSE, sizeof (Bracket));
  WeirToken before = { 0 };
  WeirScanner scanner;

  weir_scanner_init (&scanner, text, length);
  while (TRUE)
    {
      WeirToken token = weir_scanner_next (&scanner);
      gsize token_length = token.end - token.start;
      gboolean is_member = weir_token_is (&before, ".") || weir_token_is (&before, "?.");
      gboolean is_key;

      if (token.kind == WEIR_TOKEN_END)
        break;
      is_key = token.kind == WEIR_TOKEN_NAME && (weir_token_is (&before, "{") || weir_token_is (&before, ","))
               && comes_next (&scanner, ':');
      if (token.kind == WEIR_TOKEN_NAME && !is_member && !is_key && !is_accessor (&scanner, &token) && !weir_is_js_keyword (token.start, token_length)
          && !is_one_of (own_names, G_N_ELEMENTS (own_names), token.start, token_length))
        {
          if (comes_next (&scanner, '=')) /* x => ... */
            g_hash_table_add (parameters, g_strndup (token.start, token_length));
          else
            g_ptr_array_add (found, read_chain (&scanner, token));
        }
      else if (weir_token_is (&token, "("))
        {
          Bracket bracket = open_bracket (&before, found);

          g_array_append_val (brackets, bracket);
        }
      else if (weir_token_is (&token, ")") && brackets->len > 0)
        {
          Bracket bracket = g_array_index (brackets, Bracket, brackets->len - 1);

          g_array_set_size (brackets, brackets->len - 1);
          if (comes_next (&scanner, '=')) /* (a, { b }) => ... */
            declare (parameters, found, bracket.first);
          else if (bracket.named && comes_next (&scanner, '{')) /* { m(a) {...} } */
            declare (parameters, found, bracket.first - bracket.method);
        }
      before = scanner.last;
    }
  weir_scanner_clear (&scanner);

  for (guint i = 0; i < found->len; i++)
    if (!g_hash_table_contains (parameters, found->pdata[i]))
      add_name (names, g_strdup (found->pdata[i]));
}
