/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-code-view.h"

#include <adwaita.h>
#include <gtksourceview/gtksource.h>

static void
update_scheme_cb (GtkSourceBuffer *buffer,
                  GParamSpec      *pspec,
                  AdwStyleManager *manager)
{
  GtkSourceStyleSchemeManager *schemes = gtk_source_style_scheme_manager_get_default ();
  const char *name = adw_style_manager_get_dark (manager) ? "Adwaita-dark" : "Adwaita";

  gtk_source_buffer_set_style_scheme (buffer, gtk_source_style_scheme_manager_get_scheme (schemes, name));
}

static GtkSourceLanguage *
find_language (const char *language)
{
  const char *id = g_strcmp0 (language, "javascript") == 0 ? "js" : language;

  return id != NULL ? gtk_source_language_manager_get_language (gtk_source_language_manager_get_default (), id) : NULL;
}

/**
 * weir_code_view_new:
 * @language: (nullable): "json", "javascript", "markdown", "sh", ...; plain text if not known
 * @title: the name that assistive technology says
 * @editable: whether it may be changed
 *
 * Makes a small scrolled text view that grows with its text up to a limit, with highlighting that follows light and dark.
 *
 * Returns: (transfer floating): a scrolled window around a source view
 */
GtkWidget *
weir_code_view_new (const char *language,
                    const char *title,
                    gboolean    editable)
{
  GtkSourceLanguage *known = find_language (language);
  g_autoptr(GtkSourceBuffer) buffer = gtk_source_buffer_new (NULL);
  GtkWidget *view = gtk_source_view_new_with_buffer (buffer);
  GtkWidget *scroller = gtk_scrolled_window_new ();
  AdwStyleManager *manager = adw_style_manager_get_default ();

  gtk_source_buffer_set_language (buffer, known);
  gtk_source_buffer_set_highlight_matching_brackets (buffer, FALSE);
  g_signal_connect_object (manager, "notify::dark", G_CALLBACK (update_scheme_cb), buffer, G_CONNECT_SWAPPED);
  update_scheme_cb (buffer, NULL, manager);

  g_object_set (view, "editable", editable, "wrap-mode", GTK_WRAP_WORD_CHAR, "monospace", known != NULL || !editable,
                "top-margin", 6, "bottom-margin", 6, "left-margin", 6, "right-margin", 6, "accepts-tab", FALSE, NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  g_object_set (scroller, "child", view, "hscrollbar-policy", GTK_POLICY_NEVER, "min-content-height", editable ? 72 : 24,
                "max-content-height", 240, "propagate-natural-height", TRUE, NULL);
  gtk_widget_add_css_class (scroller, "code-view");
  return scroller;
}

/**
 * weir_code_view_get_buffer:
 * @view: what weir_code_view_new() gave
 *
 * Returns: (transfer none): the text
 */
GtkTextBuffer *
weir_code_view_get_buffer (GtkWidget *view)
{
  return gtk_text_view_get_buffer (GTK_TEXT_VIEW (gtk_scrolled_window_get_child (GTK_SCROLLED_WINDOW (view))));
}
