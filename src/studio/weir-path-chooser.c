/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-path-chooser.h"

#include <glib/gi18n.h>

static void
file_chosen_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr(GtkEditable) row = user_data;
  g_autoptr(GFile) file = gtk_file_dialog_open_finish (GTK_FILE_DIALOG (source), result, NULL);

  if (file != NULL && g_file_peek_path (file) != NULL)
    gtk_editable_set_text (row, g_file_peek_path (file));
}

static void
folder_chosen_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr(GtkEditable) row = user_data;
  g_autoptr(GFile) file = gtk_file_dialog_select_folder_finish (GTK_FILE_DIALOG (source), result, NULL);

  if (file != NULL && g_file_peek_path (file) != NULL)
    gtk_editable_set_text (row, g_file_peek_path (file));
}

static void
choose_file_cb (GtkWidget *row)
{
  g_autoptr(GtkFileDialog) dialog = gtk_file_dialog_new ();

  gtk_file_dialog_open (dialog, GTK_WINDOW (gtk_widget_get_root (row)), NULL, file_chosen_cb, g_object_ref (row));
}

static void
choose_folder_cb (GtkWidget *row)
{
  g_autoptr(GtkFileDialog) dialog = gtk_file_dialog_new ();

  gtk_file_dialog_select_folder (dialog, GTK_WINDOW (gtk_widget_get_root (row)), NULL, folder_chosen_cb, g_object_ref (row));
}

/**
 * weir_path_chooser_add:
 * @row: an entry for a path
 * @folder: whether it is for a folder
 *
 * Puts a button behind it that chooses one in the dialog of the desktop. What is chosen elsewhere than on this machine is left alone.
 */
void
weir_path_chooser_add (AdwEntryRow *row,
                       gboolean     folder)
{
  const char *hint = folder ? _("Choose a Folder") : _("Choose a File");
  GtkWidget *button = gtk_button_new_from_icon_name (folder ? "folder-open-symbolic" : "document-open-symbolic");

  gtk_widget_set_tooltip_text (button, hint);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, hint, -1);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  g_signal_connect_object (button, "clicked", G_CALLBACK (folder ? choose_folder_cb : choose_file_cb), row, G_CONNECT_SWAPPED);
  adw_entry_row_add_suffix (row, button);
}
