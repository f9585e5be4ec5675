/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-yaml-cursor.h"

#include <string.h>

/* Lines above that are looked at for the bracket that a place is in. */
#define MAX_FLOW_LINES 200

typedef struct
{
  const char *start;
  const char *end;      /* of what counts: without newline */
  guint       indent;   /* of the content, dashes counted as indentation */
  guint       dash;     /* of the first dash; only if @item */
  gboolean    item;     /* begins with "- " */
  const char *content;  /* behind dashes */
  const char *key;      /* NULL: the line begins no entry */
  gsize       key_length;
  const char *value;    /* behind "key:" and blanks, or, without a key, the content */
} Line;

static gboolean
is_blank (const char *p, const char *end)
{
  return p >= end || *p == ' ' || *p == '\t' || *p == '\r';
}

static const char *
skip_blanks (const char *p, const char *end)
{
  while (p < end && (*p == ' ' || *p == '\t'))
    p++;
  return p;
}

static const char *
skip_quoted (const char *p, const char *end)
{
  const char quote = *p++;

  while (p < end && *p != quote)
    p += *p == '\\' && quote == '"' && p + 1 < end ? 2 : 1;
  return p < end ? p + 1 : end;
}

/* The colon behind a key in block style; NULL if there is none. */
static const char *
find_colon (const char *p, const char *end)
{
  if (p < end && (*p == '"' || *p == '\''))
    {
      p = skip_blanks (skip_quoted (p, end), end);
      return p < end && *p == ':' && is_blank (p + 1, end) ? p : NULL;
    }
  for (; p < end && *p != '{' && *p != '[' && *p != '#'; p++)
    if (*p == ':' && is_blank (p + 1, end))
      return p;
  return NULL;
}

static Line
read_line (const char *start, const char *limit)
{
  Line self = { .start = start };
  const char *p = start;
  const char *colon;

  self.end = memchr (start, '\n', limit - start);
  if (self.end == NULL)
    self.end = limit;
  while (p < self.end && *p == ' ')
    p++;
  self.dash = p - start;
  while (p < self.end && *p == '-' && is_blank (p + 1, self.end))
    {
      self.item = TRUE;
      p = skip_blanks (p + 1, self.end);
    }
  self.indent = p - start;
  self.content = self.value = p;
  colon = find_colon (p, self.end);
  if (colon != NULL)
    {
      self.key = p;
      self.key_length = colon - p;
      self.value = skip_blanks (colon + 1, self.end);
    }
  return self;
}

static gboolean
is_empty_line (const Line *line)
{
  return line->content >= line->end || *line->content == '#' || *line->content == '\r';
}

static char *
dup_key (const char *key, gsize length)
{
  g_autofree char *text = g_strstrip (g_strndup (key, length));
  gsize n = strlen (text);

  if (n >= 2 && (text[0] == '"' || text[0] == '\'') && text[n - 1] == text[0])
    return g_strndup (text + 1, n - 2);
  return g_steal_pointer (&text);
}

static const char *
find_line_start (const char *text, const char *p)
{
  while (p > text && p[-1] != '\n')
    p--;
  return p;
}

/* Brackets */

typedef struct
{
  char        bracket;
  char       *key;      /* in a record: of the entry that stands here; NULL before its colon */
  const char *start;    /* of the word that stands here */
} Level;

static void
level_clear (gpointer data)
{
  g_free (((Level *) data)->key);
}

static Level *
get_top (GArray *levels)
{
  return levels->len > 0 ? &g_array_index (levels, Level, levels->len - 1) : NULL;
}

static void
open_level (GArray *levels, const char *p, const char *end)
{
  Level level = { *p, NULL, skip_blanks (p + 1, end) };

  g_array_append_val (levels, level);
}

/* What of a value in brackets is open at @end. */
static GArray *
scan_flow (const char *p, const char *end)
{
  GArray *levels = g_array_new (FALSE, FALSE, sizeof (Level));

  g_array_set_clear_func (levels, level_clear);
  while (p < end)
    {
      Level *top = get_top (levels);

      if (*p == '{' || *p == '[')
        open_level (levels, p, end);
      else if (top == NULL)
        break;
      else if (*p == '"' || *p == '\'')
        {
          p = skip_quoted (p, end);
          continue;
        }
      else if (*p == '}' || *p == ']')
        g_array_set_size (levels, levels->len - 1);
      else if (*p == ',')
        {
          g_clear_pointer (&top->key, g_free);
          top->start = skip_blanks (p + 1, end);
        }
      else if (*p == ':' && top->bracket == '{' && top->key == NULL && is_blank (p + 1, end) && p + 1 <= end)
        {
          top->key = dup_key (top->start, p - top->start);
          top->start = skip_blanks (p + 1, end);
        }
      else if (*p == '\n')
        top->start = top->start > p ? top->start : skip_blanks (p + 1, end);
      p++;
    }
  return levels;
}

static gboolean
opens_flow (const Line *line)
{
  return line->value < line->end && (*line->value == '{' || *line->value == '[');
}

/* The line whose value in brackets the place is in; FALSE if it is in none. */
static gboolean
find_flow (const char *text, const char *place, Line *found)
{
  const char *start = find_line_start (text, place);

  for (guint i = 0; i < MAX_FLOW_LINES; i++)
    {
      Line line = read_line (start, text + strlen (text));

      if (opens_flow (&line) && line.value < place)
        {
          g_autoptr(GArray) levels = scan_flow (line.value, place);

          *found = line;
          return levels->len > 0;
        }
      /* an entry in block style is in no bracket */
      if ((line.key != NULL && line.value < place) || start == text)
        return FALSE;
      start = find_line_start (text, start - 1);
    }
  return FALSE;
}

/* Going up */

static void
push_front (WeirYamlCursor *self, char *key, gsize line)
{
  g_ptr_array_insert (self->keys, 0, key);
  g_array_prepend_val (self->lines, line);
}

static void
push (WeirYamlCursor *self, char *key, gsize line)
{
  g_ptr_array_add (self->keys, key);
  g_array_append_val (self->lines, line);
}

static gboolean
begins_text (const Line *line)
{
  return line->key != NULL && line->value < line->end && (*line->value == '|' || *line->value == '>');
}

/* The entries around what is indented by @indent, from the line that begins at @start upwards. @as_item: it begins with a dash, whose
 * list may stand as far left as its key. */
static void
climb (WeirYamlCursor *self, const char *text, const char *start, guint indent, gboolean as_item)
{
  const char *limit = text + strlen (text);

  while (start > text && (indent > 0 || as_item))
    {
      Line line;

      start = find_line_start (text, start - 1);
      line = read_line (start, limit);
      if (is_empty_line (&line))
        continue;
      if (begins_text (&line) && line.indent < indent)
        self->in_text = TRUE;
      /* the entry whose value this is, then the item that the entry is in */
      if (line.key != NULL && (line.indent < indent || (as_item && !line.item && line.indent == indent)))
        {
          push_front (self, dup_key (line.key, line.key_length), start - text);
          indent = line.indent;
          as_item = FALSE;
        }
      if (line.item && line.dash < indent)
        {
          push_front (self, g_strdup ("-"), start - text);
          indent = line.dash;
          as_item = TRUE;
        }
    }
}

static gboolean
is_in_comment (const Line *line, const char *place)
{
  const char *end = MIN (place, line->end);

  for (const char *p = line->content; p < end; p++)
    {
      if ((*p == '"' || *p == '\'') && (p == line->value || p == line->content))
        {
          p = skip_quoted (p, end) - 1;
          continue;
        }
      if (*p == '#' && (p == line->content || p[-1] == ' '))
        return TRUE;
    }
  return FALSE;
}

static void
enter_flow (WeirYamlCursor *self, const char *text, const char *place, const Line *line)
{
  g_autoptr(GArray) levels = scan_flow (line->value, place);

  self->flow = TRUE;
  for (guint i = 0; i < levels->len; i++)
    {
      Level *level = &g_array_index (levels, Level, i);

      if (level->bracket == '[')
        push (self, g_strdup ("-"), line->start - text);
      else if (level->key != NULL)
        push (self, g_strdup (level->key), line->start - text);
      self->in_value = level->bracket == '[' || level->key != NULL;
      self->start = MIN (level->start, place) - text;
    }
}

/* The line itself: its entry, and the item that it begins. */
static void
enter_line (WeirYamlCursor *self, const char *text, const char *place, const Line *line)
{
  if (line->key != NULL && place > line->key + line->key_length)
    {
      push (self, dup_key (line->key, line->key_length), line->start - text);
      self->in_value = TRUE;
      self->start = MIN (line->value, place) - text;
    }
  else
    {
      self->in_value = line->item && place >= line->content;
      self->start = MIN (line->content, place) - text;
    }
}

WeirYamlCursor *
weir_yaml_cursor_new (const char *text, gsize offset)
{
  WeirYamlCursor *self = g_new0 (WeirYamlCursor, 1);
  const char *place = text + MIN (offset, strlen (text));
  const char *start = find_line_start (text, place);
  Line line = read_line (start, text + strlen (text));
  Line outer = line;
  gboolean flow = find_flow (text, place, &outer);
  guint indent;

  self->keys = g_ptr_array_new_with_free_func (g_free);
  self->lines = g_array_new (FALSE, FALSE, sizeof (gsize));
  self->line = start - text;
  self->indent = line.indent;
  self->in_text = is_in_comment (&line, place);
  if (!flow)
    outer = line;
  /* on an empty line counts where the cursor stands */
  indent = is_empty_line (&outer) ? (guint) (place - start) : outer.indent;
  if (is_empty_line (&outer) && !outer.item)
    self->indent = indent;
  if (outer.item)
    push (self, g_strdup ("-"), outer.start - text);
  if (flow)
    {
      if (outer.key != NULL)
        push (self, dup_key (outer.key, outer.key_length), outer.start - text);
      enter_flow (self, text, place, &outer);
    }
  else
    enter_line (self, text, place, &outer);
  climb (self, text, outer.start, outer.item ? outer.dash : indent, outer.item);
  return self;
}

void
weir_yaml_cursor_free (WeirYamlCursor *self)
{
  g_ptr_array_unref (self->keys);
  g_array_unref (self->lines);
  g_free (self);
}

char *
weir_yaml_cursor_dup_block (WeirYamlCursor *self, guint *n_keys)
{
  g_autoptr(GString) path = g_string_new (NULL);
  GPtrArray *keys = self->keys;
  guint next = 0;

  while (next + 1 < keys->len && g_str_equal (keys->pdata[next], "blocks"))
    {
      g_string_append_printf (path, "%s%s", path->len > 0 ? "/" : "", (const char *) keys->pdata[next + 1]);
      next += 2;
      if (n_keys != NULL)
        *n_keys = next;
      if (next < keys->len && g_str_equal (keys->pdata[next], "body"))
        next++;
      else
        break;
    }
  return path->len > 0 ? g_strdup (path->str) : NULL;
}
