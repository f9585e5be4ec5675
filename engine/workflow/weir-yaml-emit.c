/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-yaml-private.h"

#include <math.h>
#include <string.h>

/* What fits is written on one line. */
#define LINE_LENGTH 110

/* Scalars */

static gboolean
needs_escapes (const char *text, gsize length)
{
  for (const char *p = text; p < text + length; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      /* besides controls: what libyaml takes for a line break, and byte order marks */
      if (c < 0x20 || c == 0x7f || (c >= 0x80 && c < 0xa0) || c == 0x2028 || c == 0x2029 || c == 0xfeff || c == 0xfffe
          || c == 0xffff)
        return TRUE;
    }
  return FALSE;
}

/* Whether text may stand without quotes, in flow collections too, and comes back as the same text. */
static gboolean
is_plain (const char *text, gsize length)
{
  g_autoptr(WeirValue) resolved = NULL;

  if (length == 0 || needs_escapes (text, length) || strchr (" -?:,[]{}#&*!|>'\"%@`=", text[0]) != NULL || text[length - 1] == ' '
      || text[length - 1] == ':' || g_str_has_prefix (text, "..."))
    {
      /* "-x" and "=x" may, "- x" may not */
      if (length < 2 || strchr ("-=", text[0]) == NULL || text[1] == ' ' || text[1] == '-' || text[length - 1] == ' '
          || text[length - 1] == ':' || needs_escapes (text, length))
        return FALSE;
    }
  for (gsize i = 0; i < length; i++)
    {
      if (strchr (",[]{}", text[i]) != NULL)
        return FALSE;
      if (text[i] == ':' && i + 1 < length && (text[i + 1] == ' '))
        return FALSE;
      if (text[i] == '#' && i > 0 && text[i - 1] == ' ')
        return FALSE;
    }
  resolved = weir_yaml_resolve_plain (text, length);
  return weir_value_get_kind (resolved) == WEIR_VALUE_TEXT;
}

static void
emit_quoted (GString *out, const char *text, gsize length)
{
  g_string_append_c (out, '"');
  for (const char *p = text; p < text + length; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (c == '"' || c == '\\')
        g_string_append_printf (out, "\\%c", (char) c);
      else if (c == '\n')
        g_string_append (out, "\\n");
      else if (c == '\t')
        g_string_append (out, "\\t");
      else if (c == '\r')
        g_string_append (out, "\\r");
      else if (c < 0x20 || c == 0x7f)
        g_string_append_printf (out, "\\x%02X", c);
      else if ((c >= 0x80 && c < 0xa0) || c == 0x2028 || c == 0x2029 || c == 0xfeff || c == 0xfffe || c == 0xffff)
        g_string_append_printf (out, "\\u%04X", c);
      else
        g_string_append_len (out, p, g_utf8_next_char (p) - p);
    }
  g_string_append_c (out, '"');
}

static void
emit_text (GString *out, const char *text, gsize length)
{
  if (is_plain (text, length))
    g_string_append_len (out, text, length);
  else
    emit_quoted (out, text, length);
}

static void
emit_number (GString *out, double number)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  if (isnan (number))
    g_string_append (out, ".nan");
  else if (isinf (number))
    g_string_append (out, number < 0 ? "-.inf" : ".inf");
  else
    {
      g_ascii_formatd (buffer, sizeof buffer, "%.15g", number);
      if (g_ascii_strtod (buffer, NULL) != number)
        g_ascii_dtostr (buffer, sizeof buffer, number);
      g_string_append (out, buffer);
      /* a number that is whole stays a number */
      if (strpbrk (buffer, ".e") == NULL)
        g_string_append (out, ".0");
    }
}

static void
emit_scalar (GString *out, WeirValue *value)
{
  const char *text;
  gsize length;

  switch (weir_value_get_kind (value))
    {
    case WEIR_VALUE_NULL:
      g_string_append (out, "null");
      break;
    case WEIR_VALUE_BOOL:
      g_string_append (out, weir_value_get_bool (value) ? "true" : "false");
      break;
    case WEIR_VALUE_INT:
      g_string_append_printf (out, "%" G_GINT64_FORMAT, weir_value_get_int (value));
      break;
    case WEIR_VALUE_NUMBER:
      emit_number (out, weir_value_get_number (value));
      break;
    case WEIR_VALUE_TEXT:
      text = weir_value_get_text (value, &length);
      emit_text (out, text, length);
      break;
    default:
      {
        /* a workflow holds what its file can say; others are written as a person reads them */
        g_autofree char *display = weir_value_to_display (value, 0);

        emit_text (out, display, strlen (display));
      }
    }
}

void
weir_yaml_emit_key (GString *out, const char *key)
{
  emit_text (out, key, strlen (key));
}

/* Flow */

static gboolean
is_collection (WeirValue *value)
{
  return weir_value_get_kind (value) == WEIR_VALUE_LIST || weir_value_get_kind (value) == WEIR_VALUE_RECORD;
}

static gboolean
emit_flow_inner (GString *out, WeirValue *value, gsize limit)
{
  gsize n = weir_value_get_length (value);
  gboolean record = weir_value_get_kind (value) == WEIR_VALUE_RECORD;

  if (!is_collection (value))
    emit_scalar (out, value);
  else if (n == 0)
    g_string_append (out, record ? "{}" : "[]");
  else
    {
      g_string_append (out, record ? "{ " : "[");
      for (gsize i = 0; i < n && out->len <= limit; i++)
        {
          if (i > 0)
            g_string_append (out, ", ");
          if (record)
            {
              weir_yaml_emit_key (out, weir_value_get_key (value, i));
              g_string_append (out, ": ");
            }
          if (!emit_flow_inner (out, weir_value_get_item (value, i), limit))
            return FALSE;
        }
      g_string_append (out, record ? " }" : "]");
    }
  return out->len <= limit;
}

gboolean
weir_yaml_emit_flow (GString *out, WeirValue *value, guint room)
{
  gsize before = out->len;

  if (emit_flow_inner (out, value, before + room))
    return TRUE;
  g_string_truncate (out, before);
  return FALSE;
}

/* Block */

static void
emit_indent (GString *out, guint indent)
{
  for (guint i = 0; i < indent; i++)
    g_string_append_c (out, ' ');
}

/* A literal block keeps everything but odd white space and controls. */
static gboolean
is_literal (const char *text, gsize length)
{
  if (memchr (text, '\n', length) == NULL || text[0] == ' ' || text[0] == '\n' || text[0] == '\t')
    return FALSE;
  for (const char *p = text; p < text + length; p = g_utf8_next_char (p))
    {
      if (*p == '\n' && p > text && (p[-1] == ' ' || p[-1] == '\t'))
        return FALSE;
      if (*p != '\n' && *p != '\t' && needs_escapes (p, g_utf8_next_char (p) - p))
        return FALSE;
    }
  return text[length - 1] != ' ' && text[length - 1] != '\t';
}

static void
emit_literal (GString *out, const char *text, gsize length, guint indent)
{
  const char *line = text;
  const char *end = text + length;

  g_string_append_c (out, '|');
  if (text[length - 1] != '\n')
    g_string_append_c (out, '-');
  else if (length > 1 && text[length - 2] == '\n')
    g_string_append_c (out, '+');
  while (line < end)
    {
      const char *next = memchr (line, '\n', end - line);
      const char *stop = next != NULL ? next : end;

      g_string_append_c (out, '\n');
      if (stop > line)
        emit_indent (out, indent);
      g_string_append_len (out, line, stop - line);
      line = stop + 1;
    }
}

static guint
get_column (GString *out)
{
  const char *newline = memrchr (out->str, '\n', out->len);

  return out->str + out->len - (newline != NULL ? newline + 1 : out->str);
}

static guint
get_room (GString *out)
{
  guint column = get_column (out);

  return column < LINE_LENGTH - 20 ? LINE_LENGTH - column : 20;
}

/* Parts that grow are never on one line, however short they are now: a block, a link, a place a line. */
static gboolean
is_section (const char *key)
{
  static const char *const sections[] = { "blocks", "links", "layout", "inputs", "notes", "variables", "body", NULL };

  return key != NULL && g_strv_contains (sections, key);
}

static gboolean
is_container (WeirValue *value)
{
  return weir_value_get_kind (value) == WEIR_VALUE_RECORD && weir_value_find_member (value, "kind") != NULL
         && weir_value_find_member (value, "body") != NULL;
}

/* What follows "key:" or "-", up to the end of the last line without its newline. */
void
weir_yaml_emit_after (GString *out, const char *key, WeirValue *value, guint indent)
{
  gboolean spread = is_collection (value) && weir_value_get_length (value) > 0 && (is_section (key) || is_container (value));

  if (weir_value_get_kind (value) == WEIR_VALUE_TEXT)
    {
      gsize length;
      const char *text = weir_value_get_text (value, &length);

      g_string_append_c (out, ' ');
      if (length > 0 && is_literal (text, length))
        emit_literal (out, text, length, indent + 2);
      else
        emit_text (out, text, length);
      return;
    }
  g_string_append_c (out, ' ');
  if (!spread && weir_yaml_emit_flow (out, value, get_room (out)))
    return;
  g_string_truncate (out, out->len - 1);
  if (!is_collection (value))
    {
      g_string_append_c (out, ' ');
      emit_scalar (out, value);
      return;
    }
  weir_yaml_emit_value (out, value, indent + 2);
}

void
weir_yaml_emit_entry (GString *out, const char *key, WeirValue *value, guint indent)
{
  emit_indent (out, indent);
  weir_yaml_emit_key (out, key);
  g_string_append_c (out, ':');
  weir_yaml_emit_after (out, key, value, indent);
  g_string_append_c (out, '\n');
}

/* "a.b -> c.d when: x" is a record to YAML; it reads best without braces. */
static gboolean
emit_conditional_link (GString *out, WeirValue *value)
{
  if (weir_value_get_kind (value) != WEIR_VALUE_RECORD || weir_value_get_length (value) != 1
      || strstr (weir_value_get_key (value, 0), " -> ") == NULL || is_collection (weir_value_get_item (value, 0)))
    return FALSE;
  g_string_append_c (out, ' ');
  weir_yaml_emit_key (out, weir_value_get_key (value, 0));
  g_string_append (out, ": ");
  emit_scalar (out, weir_value_get_item (value, 0));
  return TRUE;
}

void
weir_yaml_emit_item (GString *out, WeirValue *value, guint indent)
{
  emit_indent (out, indent);
  g_string_append_c (out, '-');
  if (!emit_conditional_link (out, value))
    weir_yaml_emit_after (out, NULL, value, indent);
  g_string_append_c (out, '\n');
}

/* A collection in block style below the line that is being written; ends without newline. */
void
weir_yaml_emit_value (GString *out, WeirValue *value, guint indent)
{
  g_string_append_c (out, '\n');
  for (gsize i = 0; i < weir_value_get_length (value); i++)
    {
      if (weir_value_get_kind (value) == WEIR_VALUE_RECORD)
        weir_yaml_emit_entry (out, weir_value_get_key (value, i), weir_value_get_item (value, i), indent);
      else
        weir_yaml_emit_item (out, weir_value_get_item (value, i), indent);
    }
  if (out->len > 0 && out->str[out->len - 1] == '\n')
    g_string_truncate (out, out->len - 1);
}
