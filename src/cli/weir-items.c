/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-items.h"

#include <string.h>

#define MAX_FILE_BYTES (256 * 1024 * 1024)

static WeirValue *
parse_word (const char *text)
{
  WeirValue *value = weir_json_parse (text, -1, NULL);

  return value != NULL ? value : weir_value_new_text (text);
}

WeirValue *
weir_items_parse_words (int argc, char **argv)
{
  WeirBuilder *list = weir_list_builder_new ((gsize) argc);

  for (int i = 0; i < argc; i++)
    weir_builder_take (list, parse_word (argv[i]));
  return weir_builder_end (list);
}

/* Numbers, true and false are what they look like; all else in a cell is text. */
static WeirValue *
parse_cell (GString *cell, gboolean quoted)
{
  gboolean plain = !quoted && cell->len > 0 && strchr ("-0123456789tf", cell->str[0]) != NULL;

  return plain ? parse_word (cell->str) : weir_value_new_text (cell->str);
}

/* One cell from *@text on, which then is at what comes after it: a comma, the end of the line, or of all. */
static WeirValue *
take_cell (const char **text, GString *cell)
{
  const char *at = *text;
  gboolean quoted = *at == '"';

  g_string_truncate (cell, 0);
  if (quoted)
    for (at++; *at != '\0' && (*at != '"' || at[1] == '"'); at++)
      {
        at += *at == '"';
        g_string_append_c (cell, *at);
      }
  at += quoted && *at == '"';
  for (; *at != '\0' && *at != ',' && *at != '\n'; at++)
    if (*at != '\r')
      g_string_append_c (cell, *at);
  *text = at;
  return parse_cell (cell, quoted);
}

static GPtrArray *
take_line (const char **text, GString *cell)
{
  GPtrArray *cells = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_value_unref);

  for (;;)
    {
      g_ptr_array_add (cells, take_cell (text, cell));
      if (**text != ',')
        break;
      (*text)++;
    }
  *text += **text == '\n';
  return cells;
}

static WeirValue *
parse_csv (const char *text)
{
  g_autoptr (GString) cell = g_string_new (NULL);
  g_autoptr (GPtrArray) names = take_line (&text, cell);
  WeirBuilder *list = weir_list_builder_new (64);

  while (*text != '\0')
    {
      g_autoptr (GPtrArray) cells = take_line (&text, cell);
      WeirBuilder *record;

      if (cells->len == 1 && weir_value_get_kind (cells->pdata[0]) == WEIR_VALUE_TEXT
          && *weir_value_get_text (cells->pdata[0], NULL) == '\0')
        continue;
      record = weir_record_builder_new (names->len);
      for (guint i = 0; i < MIN (names->len, cells->len); i++)
        {
          g_autofree char *name = weir_value_to_display (names->pdata[i], 0);

          weir_builder_set (record, name, cells->pdata[i]);
        }
      weir_builder_take (list, weir_builder_end (record));
    }
  return weir_builder_end (list);
}

static WeirValue *
parse_lines (const char *text, GError **error)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (WeirBuilder) list = weir_list_builder_new (64);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      WeirValue *value;

      if (*g_strstrip (lines[i]) == '\0')
        continue;
      value = weir_json_parse (lines[i], -1, error);
      if (value == NULL)
        {
          g_prefix_error (error, "Line %u: ", i + 1);
          return NULL;
        }
      weir_builder_take (list, value);
    }
  return weir_builder_end (g_steal_pointer (&list));
}

WeirValue *
weir_items_load (const char *path, GError **error)
{
  gsize length;
  g_autofree char *text = weir_load_text (path, MAX_FILE_BYTES, &length, error);
  const char *begin;

  if (text == NULL)
    return NULL;
  if (!g_utf8_validate_len (text, length, NULL))
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, _("Expected UTF-8 text in %s"), path);
      return NULL;
    }
  begin = text + strspn (text, " \t\r\n");
  if (*begin == '[')
    return weir_json_parse (begin, -1, error);
  if (*begin == '{' || g_str_has_suffix (path, ".jsonl") || g_str_has_suffix (path, ".json"))
    return parse_lines (begin, error);
  return parse_csv (begin);
}
