/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-yaml-view.h"

#include "weir-known-leak.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <string.h>

struct _WeirYamlView
{
  GtkSourceView parent_instance;

  GtkTextTag *error_tag;     /* not owned: the buffer has them */
  GtkTextTag *warning_tag;
  GListModel *problems;
};

G_DEFINE_FINAL_TYPE (WeirYamlView, weir_yaml_view, GTK_SOURCE_TYPE_VIEW)

/* Between a line and the message behind it, and the least room that is worth one. */
#define MESSAGE_GAP 24
#define MESSAGE_ROOM 90

static GtkTextBuffer *
get_buffer (WeirYamlView *self)
{
  return gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
}

static GdkRGBA
get_colour (WeirSeverity severity)
{
  gboolean dark = adw_style_manager_get_dark (adw_style_manager_get_default ());
  GdkRGBA colour;

  /* error-color and warning-color of the theme: CSS variables cannot be asked for */
  if (severity == WEIR_SEVERITY_ERROR)
    gdk_rgba_parse (&colour, dark ? "#ff7b63" : "#c30000");
  else
    gdk_rgba_parse (&colour, dark ? "#ffc252" : "#905400");
  return colour;
}

static void
update_scheme_cb (WeirYamlView    *self,
                  GParamSpec      *pspec,
                  AdwStyleManager *manager)
{
  GtkSourceStyleSchemeManager *schemes = gtk_source_style_scheme_manager_get_default ();
  const char *name = adw_style_manager_get_dark (manager) ? "Adwaita-dark" : "Adwaita";
  GdkRGBA error = get_colour (WEIR_SEVERITY_ERROR), warning = get_colour (WEIR_SEVERITY_WARNING);

  gtk_source_buffer_set_style_scheme (GTK_SOURCE_BUFFER (get_buffer (self)),
                                      gtk_source_style_scheme_manager_get_scheme (schemes, name));
  g_object_set (self->error_tag, "underline-rgba", &error, NULL);
  g_object_set (self->warning_tag, "underline-rgba", &warning, NULL);
}

/* Problems */

static WeirProblem *
find_worst (WeirYamlView *self,
            guint         line,
            guint        *n_found)
{
  WeirProblem *worst = NULL;

  *n_found = 0;
  for (guint i = 0; self->problems != NULL && i < g_list_model_get_n_items (self->problems); i++)
    {
      g_autoptr(WeirProblem) problem = g_list_model_get_item (self->problems, i);

      if (weir_problem_get_line (problem) != line)
        continue;
      (*n_found)++;
      if (worst == NULL || weir_problem_get_severity (problem) < weir_problem_get_severity (worst))
        worst = problem;
    }
  return worst;
}

static char *
dup_short_message (WeirProblem *problem,
                   guint        n_problems)
{
  if (n_problems > 1)
    /* Translators: a problem, and how many more there are in the same line */
    return g_strdup_printf (_("%s (and %u more)"), weir_problem_get_message (problem), n_problems - 1);
  return g_strdup (weir_problem_get_message (problem));
}

static void
draw_message (WeirYamlView *self,
              GtkSnapshot  *snapshot,
              GdkRectangle *seen,
              guint         line)
{
  guint n_problems;
  WeirProblem *problem = find_worst (self, line + 1, &n_problems);
  GtkTextIter end;
  GdkRectangle place;
  g_autofree char *text = NULL;
  g_autoptr(PangoLayout) layout = NULL;
  GdkRGBA colour;
  int height, room;

  if (problem == NULL)
    return;
  gtk_text_buffer_get_iter_at_line (get_buffer (self), &end, line);
  if (!gtk_text_iter_ends_line (&end))
    gtk_text_iter_forward_to_line_end (&end);
  gtk_text_view_get_iter_location (GTK_TEXT_VIEW (self), &end, &place);
  room = seen->x + seen->width - place.x - MESSAGE_GAP - 6;
  if (room < MESSAGE_ROOM)
    return;

  text = dup_short_message (problem, n_problems);
  layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), text);
  pango_layout_set_width (layout, room * PANGO_SCALE);
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
  pango_layout_set_single_paragraph_mode (layout, TRUE);
  pango_layout_get_pixel_size (layout, NULL, &height);
  colour = get_colour (weir_problem_get_severity (problem));
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot,
                          &GRAPHENE_POINT_INIT (place.x + MESSAGE_GAP, place.y + (place.height - height) / 2));
  gtk_snapshot_append_layout (snapshot, layout, &colour);
  gtk_snapshot_restore (snapshot);
}

static void
weir_yaml_view_snapshot_layer (GtkTextView      *view,
                               GtkTextViewLayer  layer,
                               GtkSnapshot      *snapshot)
{
  WeirYamlView *self = WEIR_YAML_VIEW (view);
  GtkTextIter first, last;
  GdkRectangle seen;

  GTK_TEXT_VIEW_CLASS (weir_yaml_view_parent_class)->snapshot_layer (view, layer, snapshot);
  if (layer != GTK_TEXT_VIEW_LAYER_ABOVE_TEXT || self->problems == NULL
      || g_list_model_get_n_items (self->problems) == 0)
    return;
  gtk_text_view_get_visible_rect (view, &seen);
  gtk_text_view_get_line_at_y (view, &first, seen.y, NULL);
  gtk_text_view_get_line_at_y (view, &last, seen.y + seen.height, NULL);
  for (int line = gtk_text_iter_get_line (&first); line <= gtk_text_iter_get_line (&last); line++)
    draw_message (self, snapshot, &seen, line);
}

/* A key, or a word in brackets, by itself; else up to the end of what the line says. */
static void
find_end (GtkTextIter *start,
          GtkTextIter *end)
{
  g_autofree char *text = NULL;
  const char *p;

  *end = *start;
  if (!gtk_text_iter_ends_line (end))
    gtk_text_iter_forward_to_line_end (end);
  text = gtk_text_iter_get_slice (start, end);
  for (p = text; *p != '\0'; p = g_utf8_next_char (p))
    if ((*p == ':' && (p[1] == ' ' || p[1] == '\0')) || (*p == ' ' && p[1] == '#') || *p == ',' || *p == '}'
        || *p == ']')
      break;
  while (p > text && p[-1] == ' ')
    p--;
  *end = *start;
  gtk_text_iter_forward_chars (end, g_utf8_pointer_to_offset (text, p));
  /* what is missing stands at an end: then the character before it */
  if (gtk_text_iter_equal (start, end) && !gtk_text_iter_forward_char (end) && !gtk_text_iter_starts_line (start))
    gtk_text_iter_backward_char (start);
  else if (gtk_text_iter_ends_line (start) && !gtk_text_iter_starts_line (start))
    gtk_text_iter_backward_char (start);
}

static void
get_place (WeirYamlView *self,
           guint         line,
           guint         column,
           GtkTextIter  *place)
{
  gtk_text_buffer_get_iter_at_line (get_buffer (self), place, MAX (line, 1) - 1);
  for (guint i = 1; i < column && !gtk_text_iter_ends_line (place); i++)
    gtk_text_iter_forward_char (place);
}

static void
mark_problem (WeirYamlView *self,
              WeirProblem  *problem)
{
  gboolean error = weir_problem_get_severity (problem) == WEIR_SEVERITY_ERROR;
  GtkTextIter start, end;

  if (weir_problem_get_line (problem) == 0 || weir_problem_get_severity (problem) == WEIR_SEVERITY_INFO)
    return;
  get_place (self, weir_problem_get_line (problem), weir_problem_get_column (problem), &start);
  /* the gutter looks for marks where the line begins */
  end = start;
  gtk_text_iter_set_line_offset (&end, 0);
  gtk_source_buffer_create_source_mark (GTK_SOURCE_BUFFER (get_buffer (self)), NULL, error ? "error" : "warning", &end);
  find_end (&start, &end);
  gtk_text_buffer_apply_tag (get_buffer (self), error ? self->error_tag : self->warning_tag, &start, &end);
}

static char *
mark_tooltip_cb (GtkSourceMarkAttributes *attributes,
                 GtkSourceMark           *mark,
                 WeirYamlView            *self)
{
  GtkTextIter place;

  gtk_text_buffer_get_iter_at_mark (get_buffer (self), &place, GTK_TEXT_MARK (mark));
  return weir_yaml_view_dup_messages (self, gtk_text_iter_get_line (&place) + 1);
}

static void
add_marks (WeirYamlView *self,
           const char   *category,
           const char   *icon_name,
           int           priority)
{
  g_autoptr(GtkSourceMarkAttributes) attributes = gtk_source_mark_attributes_new ();
  g_autoptr(GIcon) icon = g_themed_icon_new (icon_name);

  gtk_source_mark_attributes_set_gicon (attributes, icon);
  g_signal_connect_object (attributes, "query-tooltip-text", G_CALLBACK (mark_tooltip_cb), self, 0);
  gtk_source_view_set_mark_attributes (GTK_SOURCE_VIEW (self), category, attributes, priority);
}

static void
weir_yaml_view_dispose (GObject *object)
{
  WeirYamlView *self = WEIR_YAML_VIEW (object);

  g_clear_object (&self->problems);
  G_OBJECT_CLASS (weir_yaml_view_parent_class)->dispose (object);
}

static void
weir_yaml_view_class_init (WeirYamlViewClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = weir_yaml_view_dispose;
  GTK_TEXT_VIEW_CLASS (klass)->snapshot_layer = weir_yaml_view_snapshot_layer;
}

static void
weir_yaml_view_init (WeirYamlView *self)
{
  GtkTextBuffer *buffer = get_buffer (self);
  GtkSourceLanguageManager *languages = gtk_source_language_manager_get_default ();
  AdwStyleManager *manager = adw_style_manager_get_default ();

  gtk_source_buffer_set_language (GTK_SOURCE_BUFFER (buffer),
                                  gtk_source_language_manager_get_language (languages, "yaml"));
  self->error_tag = gtk_text_buffer_create_tag (buffer, NULL, "underline", PANGO_UNDERLINE_ERROR, NULL);
  self->warning_tag = gtk_text_buffer_create_tag (buffer, NULL, "underline", PANGO_UNDERLINE_ERROR, NULL);
  g_signal_connect_object (manager, "notify::dark", G_CALLBACK (update_scheme_cb), self, G_CONNECT_SWAPPED);
  update_scheme_cb (self, NULL, manager);
  add_marks (self, "error", "dialog-error-symbolic", 2);
  add_marks (self, "warning", "dialog-warning-symbolic", 1);
  WEIR_BEGIN_KNOWN_LEAK ();
  g_object_set (self, "monospace", TRUE, "show-line-numbers", TRUE, "highlight-current-line", TRUE, "auto-indent", TRUE,
                "tab-width", 2, "indent-width", 2, "insert-spaces-instead-of-tabs", TRUE, "smart-backspace", TRUE,
                "top-margin", 6, "bottom-margin", 24, "left-margin", 6, "right-margin", 12,
                NULL);
  WEIR_END_KNOWN_LEAK ();
}

/**
 * weir_yaml_view_new:
 *
 * Returns: (transfer floating): a view without text
 */
GtkWidget *
weir_yaml_view_new (void)
{
  return g_object_new (WEIR_TYPE_YAML_VIEW, NULL);
}

/**
 * weir_yaml_view_dup_text:
 * @self: a view
 *
 * Returns: (transfer full): its text
 */
char *
weir_yaml_view_dup_text (WeirYamlView *self)
{
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (get_buffer (self), &start, &end);
  return gtk_text_buffer_get_text (get_buffer (self), &start, &end, TRUE);
}

static gsize
count_common (const char *a,
              const char *b)
{
  gsize n = 0;

  while (a[n] != '\0' && a[n] == b[n])
    n++;
  while (n > 0 && (a[n] & 0xc0) == 0x80)
    n--;
  return n;
}

static gsize
count_common_end (const char *a,
                  const char *b,
                  gsize       a_length,
                  gsize       b_length)
{
  gsize n = 0;

  while (n < a_length && n < b_length && a[a_length - 1 - n] == b[b_length - 1 - n])
    n++;
  while (n > 0 && (a[a_length - n] & 0xc0) == 0x80)
    n--;
  return n;
}

/**
 * weir_yaml_view_set_text:
 * @self: a view
 * @text: what it is to say
 * @undoable: whether it can be taken back like typing
 *
 * Puts in place what is different.
 */
void
weir_yaml_view_set_text (WeirYamlView *self,
                         const char   *text,
                         gboolean      undoable)
{
  g_autofree char *now = weir_yaml_view_dup_text (self);
  GtkTextBuffer *buffer = get_buffer (self);
  gsize first = count_common (now, text);
  gsize n_now = strlen (now) - first, n_text = strlen (text) - first;
  gsize last = count_common_end (now + first, text + first, n_now, n_text);
  GtkTextIter start, end;

  if (n_now == last && n_text == last)
    return;
  gtk_text_buffer_get_iter_at_offset (buffer, &start, g_utf8_pointer_to_offset (now, now + first));
  gtk_text_buffer_get_iter_at_offset (buffer, &end, g_utf8_pointer_to_offset (now, now + first + n_now - last));
  if (undoable)
    gtk_text_buffer_begin_user_action (buffer);
  else
    gtk_text_buffer_begin_irreversible_action (buffer);
  gtk_text_buffer_delete (buffer, &start, &end);
  gtk_text_buffer_insert (buffer, &start, text + first, n_text - last);
  if (undoable)
    gtk_text_buffer_end_user_action (buffer);
  else
    gtk_text_buffer_end_irreversible_action (buffer);
}

/**
 * weir_yaml_view_set_problems:
 * @self: a view
 * @problems: of WeirProblem
 *
 * Shows what is wrong, in place.
 */
void
weir_yaml_view_set_problems (WeirYamlView *self,
                             GListModel   *problems)
{
  GtkTextBuffer *buffer = get_buffer (self);
  GtkTextIter start, end;

  g_set_object (&self->problems, problems);
  gtk_text_buffer_get_bounds (buffer, &start, &end);
  gtk_text_buffer_remove_tag (buffer, self->error_tag, &start, &end);
  gtk_text_buffer_remove_tag (buffer, self->warning_tag, &start, &end);
  gtk_source_buffer_remove_source_marks (GTK_SOURCE_BUFFER (buffer), &start, &end, NULL);
  for (guint i = 0; i < g_list_model_get_n_items (problems); i++)
    {
      g_autoptr(WeirProblem) problem = g_list_model_get_item (problems, i);

      mark_problem (self, problem);
    }
  gtk_source_view_set_show_line_marks (GTK_SOURCE_VIEW (self), g_list_model_get_n_items (problems) > 0);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * weir_yaml_view_dup_messages:
 * @self: a view
 * @line: from 1
 *
 * Returns: (transfer full) (nullable): what is wrong in the line
 */
char *
weir_yaml_view_dup_messages (WeirYamlView *self,
                             guint         line)
{
  GString *text = NULL;

  for (guint i = 0; self->problems != NULL && i < g_list_model_get_n_items (self->problems); i++)
    {
      g_autoptr(WeirProblem) problem = g_list_model_get_item (self->problems, i);

      if (weir_problem_get_line (problem) != line)
        continue;
      if (text == NULL)
        text = g_string_new (NULL);
      g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "", weir_problem_get_message (problem));
    }
  return text != NULL ? g_string_free_and_steal (text) : NULL;
}

/**
 * weir_yaml_view_find_problem:
 * @self: a view
 * @line: from 1
 *
 * Returns: (transfer none) (nullable): the worst that is wrong in the line
 */
WeirProblem *
weir_yaml_view_find_problem (WeirYamlView *self,
                             guint         line)
{
  guint n_problems;

  return find_worst (self, line, &n_problems);
}

/**
 * weir_yaml_view_get_cursor:
 * @self: a view
 *
 * Returns: where the cursor is, in bytes from the beginning
 */
gsize
weir_yaml_view_get_cursor (WeirYamlView *self)
{
  GtkTextBuffer *buffer = get_buffer (self);
  GtkTextIter start, place;
  g_autofree char *before = NULL;

  gtk_text_buffer_get_start_iter (buffer, &start);
  gtk_text_buffer_get_iter_at_mark (buffer, &place, gtk_text_buffer_get_insert (buffer));
  before = gtk_text_buffer_get_text (buffer, &start, &place, TRUE);
  return strlen (before);
}

static void
put_cursor (WeirYamlView *self,
            GtkTextIter  *place)
{
  gtk_text_buffer_place_cursor (get_buffer (self), place);
  gtk_text_view_scroll_to_mark (GTK_TEXT_VIEW (self), gtk_text_buffer_get_insert (get_buffer (self)), 0.1, FALSE, 0, 0);
}

/**
 * weir_yaml_view_set_cursor:
 * @self: a view
 * @offset: bytes from the beginning
 *
 * Puts the cursor there and scrolls to it.
 */
void
weir_yaml_view_set_cursor (WeirYamlView *self,
                           gsize         offset)
{
  g_autofree char *text = weir_yaml_view_dup_text (self);
  GtkTextIter place;

  gtk_text_buffer_get_iter_at_offset (get_buffer (self), &place,
                                      g_utf8_pointer_to_offset (text, text + MIN (offset, strlen (text))));
  put_cursor (self, &place);
}

/**
 * weir_yaml_view_go_to:
 * @self: a view
 * @line: from 1
 * @column: from 1, in characters
 *
 * Puts the cursor there and scrolls to it.
 */
void
weir_yaml_view_go_to (WeirYamlView *self,
                      guint         line,
                      guint         column)
{
  GtkTextIter place;

  get_place (self, line, column, &place);
  put_cursor (self, &place);
}
