/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-table.h"
#include "weir-terminal.h"

#include <stdarg.h>
#include <stdio.h>

struct _WeirTable
{
  guint n_columns;
  GPtrArray *cells;
};

WeirTable *
weir_table_new (const char *first_title, ...)
{
  WeirTable *self = g_new0 (WeirTable, 1);
  va_list titles;

  self->cells = g_ptr_array_new_with_free_func (g_free);
  va_start (titles, first_title);
  for (const char *title = first_title; title != NULL; title = va_arg (titles, const char *))
    {
      g_ptr_array_add (self->cells, g_strdup (title));
      self->n_columns++;
    }
  va_end (titles);
  return self;
}

void
weir_table_take (WeirTable *self, char *cell)
{
  char *text = cell != NULL ? cell : g_strdup ("");

  g_strdelimit (text, "\n\t", ' ');
  /* as wide as it will be */
  g_ptr_array_add (self->cells, weir_terminal_is_guarded () ? weir_terminal_escape (text) : g_strdup (text));
  g_free (text);
}

static guint
measure (const char *text)
{
  guint width = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    if (!g_unichar_iszerowidth (g_utf8_get_char (p)))
      width += g_unichar_iswide (g_utf8_get_char (p)) ? 2 : 1;
  return width;
}

void
weir_table_print (WeirTable *self)
{
  g_autofree guint *widths = g_new0 (guint, self->n_columns);

  for (guint i = 0; i < self->cells->len; i++)
    {
      guint *width = &widths[i % self->n_columns];

      *width = MAX (*width, measure (g_ptr_array_index (self->cells, i)));
    }
  for (guint i = 0; i < self->cells->len; i++)
    {
      const char *cell = g_ptr_array_index (self->cells, i);
      guint column = i % self->n_columns;

      fputs (cell, stdout);
      if (column == self->n_columns - 1)
        putchar ('\n');
      else
        printf ("%*s", (int) (widths[column] + 2 - measure (cell)), "");
    }
  g_ptr_array_unref (self->cells);
  g_free (self);
}

char *
weir_cell_text (WeirValue *record, const char *name)
{
  WeirValue *value = weir_value_find_member (record, name);
  char *text;

  if (value == NULL || weir_value_is_null (value))
    return NULL;
  text = weir_value_to_display (value, 300);
  weir_cli_disarm (text);
  return text;
}

gint64
weir_cell_get_time (WeirValue *record, const char *name)
{
  WeirValue *value = weir_value_find_member (record, name);
  g_autoptr(GDateTime) time = NULL;

  if (value == NULL)
    return 0;
  if (weir_value_get_kind (value) == WEIR_VALUE_TIME)
    return weir_value_get_time (value);
  if (weir_value_get_kind (value) == WEIR_VALUE_TEXT)
    time = g_date_time_new_from_iso8601 (weir_value_get_text (value, NULL), NULL);
  return time != NULL ? g_date_time_to_unix_usec (time) : 0;
}

char *
weir_cell_time (WeirValue *record, const char *name)
{
  gint64 at = weir_cell_get_time (record, name);
  g_autoptr(GDateTime) utc = NULL;
  g_autoptr(GDateTime) local = NULL;

  if (at == 0)
    return NULL;
  utc = g_date_time_new_from_unix_utc_usec (at);
  local = g_date_time_to_local (utc);
  return g_date_time_format (local, "%Y-%m-%d %H:%M:%S");
}
