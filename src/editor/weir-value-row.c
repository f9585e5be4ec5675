/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-value-row.h"

#include <glib/gi18n.h>

#include "weir-code-view.h"

/* More is cut: a form is no place to read a megabyte. */
#define SHOWN_BYTES (32 * 1024)

static char *
dup_pretty (WeirValue *value)
{
  WeirValueKind kind = weir_value_get_kind (value);

  if ((kind == WEIR_VALUE_LIST || kind == WEIR_VALUE_RECORD || kind == WEIR_VALUE_TABLE)
      && weir_value_estimate_size (value, SHOWN_BYTES) < SHOWN_BYTES)
    return weir_json_write (value, 2, NULL);
  return weir_value_to_display (value, SHOWN_BYTES);
}

static char *
dup_summary (WeirValue *value)
{
  gsize length = weir_value_get_length (value);
  char *text;

  switch (weir_value_get_kind (value))
    {
    case WEIR_VALUE_LIST:
      return g_strdup_printf (ngettext ("%lu item", "%lu items", length), (gulong) length);
    case WEIR_VALUE_RECORD:
      return g_strdup_printf (ngettext ("%lu member", "%lu members", length), (gulong) length);
    case WEIR_VALUE_TABLE:
      return g_strdup_printf (ngettext ("%lu row", "%lu rows", length), (gulong) length);
    default:
      text = weir_value_to_display (value, 120);
      return g_strdelimit (text, "\n\r\t", ' ');
    }
}

static void
copy_cb (GtkWidget *button)
{
  WeirValue *value = g_object_get_data (G_OBJECT (button), "value");
  g_autofree char *text = weir_value_get_kind (value) == WEIR_VALUE_TEXT ? weir_value_to_display (value, 0)
                                                                       : weir_json_write (value, 2, NULL);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (button), text);
}

static void
expanded_cb (AdwExpanderRow *row)
{
  WeirValue *value = g_object_get_data (G_OBJECT (row), "value");
  g_autofree char *text = NULL;
  GtkWidget *view, *inner;

  /* Written out only when somebody wants to see it. */
  if (!adw_expander_row_get_expanded (row) || g_object_get_data (G_OBJECT (row), "filled") != NULL)
    return;

  text = dup_pretty (value);
  view = weir_code_view_new ("json", adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)), FALSE);
  gtk_text_buffer_set_text (weir_code_view_get_buffer (view), text, -1);
  inner = g_object_new (ADW_TYPE_PREFERENCES_ROW, "child", view, "activatable", FALSE, "focusable", FALSE, NULL);
  adw_expander_row_add_row (row, inner);
  g_object_set_data (G_OBJECT (row), "filled", GINT_TO_POINTER (TRUE));
}

/**
 * weir_value_row_new:
 * @title: what the value is: the name of a port
 * @value: the value
 *
 * Makes a row that tells a value in a line and, opened, whole (up to 32 KiB), with a button that copies it.
 *
 * Returns: (transfer floating): a row
 */
GtkWidget *
weir_value_row_new (const char *title,
                    WeirValue  *value)
{
  g_autofree char *summary = dup_summary (value);
  g_autofree char *label = g_strdup_printf (_("Copy %s"), title);
  /* An expander row reads markup in its subtitle whatever it is told (libadwaita 1.7). */
  g_autofree char *escaped_title = g_markup_escape_text (title, -1);
  g_autofree char *escaped_summary = g_markup_escape_text (summary, -1);
  GtkWidget *row = g_object_new (ADW_TYPE_EXPANDER_ROW, "title", escaped_title, "subtitle", escaped_summary,
                                 "subtitle-lines", 2, NULL);
  GtkWidget *copy = gtk_button_new_from_icon_name ("edit-copy-symbolic");

  gtk_widget_set_valign (copy, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (copy, "flat");
  gtk_widget_set_tooltip_text (copy, _("Copy"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (copy), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  g_object_set_data_full (G_OBJECT (copy), "value", weir_value_ref (value), (GDestroyNotify) weir_value_unref);
  g_object_set_data_full (G_OBJECT (row), "value", weir_value_ref (value), (GDestroyNotify) weir_value_unref);
  g_signal_connect (copy, "clicked", G_CALLBACK (copy_cb), NULL);
  g_signal_connect (row, "notify::expanded", G_CALLBACK (expanded_cb), NULL);
  adw_expander_row_add_suffix (ADW_EXPANDER_ROW (row), copy);
  return row;
}
