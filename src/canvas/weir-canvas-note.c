/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-canvas-scene.h"

#include <string.h>

void
weir_sticky_drop_nodes (WeirSticky *self)
{
  for (int i = 0; i < WEIR_N_LODS; i++)
    g_clear_pointer (&self->nodes[i], gsk_render_node_unref);
}

void
weir_sticky_free (WeirSticky *self)
{
  weir_sticky_drop_nodes (self);
  g_free (self->id);
  g_free (self->text);
  g_free (self->colour);
  g_free (self);
}

/* Pairs of @mark around text become @tag; a lone one stays as it is. The text is escaped already. */
static char *
mark_up_pairs (const char *text,
               const char *mark,
               const char *tag)
{
  GString *out = g_string_new (NULL);
  const char *open, *close;

  while ((open = strstr (text, mark)) != NULL && (close = strstr (open + strlen (mark), mark)) != NULL)
    {
      g_string_append_len (out, text, open - text);
      if (close == open + strlen (mark))
        g_string_append_len (out, open, 2 * strlen (mark));
      else
        {
          g_string_append_printf (out, "<%s>", tag);
          g_string_append_len (out, open + strlen (mark), close - open - strlen (mark));
          g_string_append_printf (out, "</%s>", tag);
        }
      text = close + strlen (mark);
    }
  g_string_append (out, text);
  return g_string_free_and_steal (out);
}

/* *emphasis*: a pair of single asterisks that hug their words; "2 * 3" and a list mark stay as they are. */
static char *
mark_up_emphasis (const char *text)
{
  static gsize made;
  static GRegex *emphasis;

  if (g_once_init_enter (&made))
    {
      emphasis = g_regex_new ("(?<![*\\w])\\*(?=[^*\\s])([^*<]*[^*<\\s])\\*(?![*\\w])", 0, 0, NULL);
      g_once_init_leave (&made, 1);
    }
  return g_regex_replace (emphasis, text, -1, 0, "<i>\\1</i>", 0, NULL);
}

/* The marks inside a line, of escaped text. What is code is not read any further. */
static char *
mark_up_words (const char *line)
{
  g_auto(GStrv) parts = g_strsplit (line, "`", -1);
  guint n_parts = g_strv_length (parts);
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < n_parts; i++)
    {
      g_autofree char *bold = NULL;
      g_autofree char *text = NULL;

      if (i % 2 == 1 && i + 1 < n_parts)
        {
          g_string_append_printf (out, "<tt>%s</tt>", parts[i]);
          continue;
        }
      bold = mark_up_pairs (parts[i], "**", "b");
      text = mark_up_emphasis (bold);
      if (i % 2 == 1)
        g_string_append_c (out, '`');
      g_string_append (out, text);
    }
  return g_string_free_and_steal (out);
}

/* Headings, **bold**, *emphasis*, `code` and list marks; everything else is shown as typed. */
static char *
note_to_markup (const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);
  g_auto(GStrv) lines = g_strsplit (escaped, "\n", -1);
  GString *out = g_string_new (NULL);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *line = lines[i];
      gboolean heading = line[0] == '#';
      gboolean item = g_str_has_prefix (line, "- ") || g_str_has_prefix (line, "* ");
      g_autofree char *words = NULL;

      while (heading && (*line == '#' || *line == ' '))
        line++;
      words = mark_up_words (item ? line + 2 : line);
      if (i > 0)
        g_string_append_c (out, '\n');
      if (heading)
        g_string_append_printf (out, "<b>%s</b>", words);
      else
        g_string_append_printf (out, item ? "• %s" : "%s", words);
    }
  return g_string_free_and_steal (out);
}

static void
draw_text (WeirSticky  *self,
           WeirPainter *painter,
           GtkSnapshot *snapshot)
{
  g_autofree char *first = self->collapsed ? g_strndup (self->text, strcspn (self->text, "\n")) : NULL;
  g_autofree char *markup = note_to_markup (first != NULL ? first : self->text);
  g_autoptr(PangoLayout) layout = pango_layout_new (painter->context);
  PangoFontDescription *font = pango_font_description_copy (pango_context_get_font_description (painter->context));

  pango_font_description_set_absolute_size (font, 12 * painter->unit * PANGO_SCALE);
  pango_layout_set_font_description (layout, font);
  pango_font_description_free (font);
  pango_layout_set_markup (layout, markup, -1);
  pango_layout_set_width (layout, (self->rect.size.width - 28) * PANGO_SCALE);
  /* Folded up, the first line has to do. */
  if (self->collapsed)
    pango_layout_set_height (layout, -1);
  else
    pango_layout_set_height (layout, (self->rect.size.height - 20) * PANGO_SCALE);
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
  if (self->collapsed)
    pango_layout_set_single_paragraph_mode (layout, TRUE);
  pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_spacing (layout, 2 * PANGO_SCALE);

  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (self->rect.origin.x + 14,
                                                         self->rect.origin.y + (self->collapsed ? 7 : 10)));
  gtk_snapshot_append_layout (snapshot, layout, &painter->palette->note_text);
  gtk_snapshot_restore (snapshot);
}

/* The corner by which it is made larger. */
static void
draw_handle (WeirSticky  *self,
             WeirPainter *painter,
             GtkSnapshot *snapshot)
{
  double right = self->rect.origin.x + self->rect.size.width, bottom = self->rect.origin.y + self->rect.size.height;

  for (int i = 0; i < 3; i++)
    for (int j = 0; j + i < 3; j++)
      weir_painter_fill_rounded (snapshot, &GRAPHENE_RECT_INIT (right - 7 - 4 * i, bottom - 7 - 4 * j, 2, 2), 1,
                                 &painter->palette->accent);
}

GskRenderNode *
weir_sticky_ensure_node (WeirSticky  *self,
                         WeirScene   *scene,
                         WeirPainter *painter,
                         WeirLod      lod)
{
  GtkSnapshot *snapshot;
  GdkRGBA fill, border;

  if (self->nodes[lod] != NULL)
    return self->nodes[lod];

  scene->n_nodes_made++;
  snapshot = gtk_snapshot_new ();
  weir_canvas_note_colours (self->colour, self->frame, &fill, &border);
  weir_painter_fill_rounded (snapshot, &self->rect, 8, &fill);
  weir_painter_outline (snapshot, &self->rect, 8, self->selected ? 2 : 1,
                        self->selected ? &painter->palette->accent : &border);
  if (self->selected && !self->collapsed)
    draw_handle (self, painter, snapshot);
  if (lod <= WEIR_LOD_HEADER)
    draw_text (self, painter, snapshot);
  self->nodes[lod] = gtk_snapshot_free_to_node (snapshot);
  return self->nodes[lod];
}
