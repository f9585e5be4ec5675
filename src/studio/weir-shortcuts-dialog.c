/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-shortcuts-dialog.h"

#include <glib/gi18n.h>

/* GtkShortcutsWindow is deprecated in GTK 4.18 and AdwShortcutsDialog came with libadwaita 1.8. */
typedef struct
{
  const char *title;
  const char *keys;   /* accelerators separated by spaces; NULL: a title of a group */
} Line;

static const Line lines[] = {
  { N_("Run"), NULL },
  { N_("Play or Resume"), "F5" },
  { N_("Pause"), "F6" },
  { N_("Stop"), "<Shift>F5" },
  { N_("Force Stop"), "<Control><Shift>F5" },
  { N_("Edit"), NULL },
  { N_("Add a Block"), "<Control>k" },
  { N_("Commands"), "<Control><Shift>p" },
  { N_("Undo"), "<Control>z" },
  { N_("Redo"), "<Control><Shift>z" },
  { N_("Edit History"), "<Control>h" },
  { N_("Make Block from Selection, Unpack"), "<Control>g <Control><Shift>g" },
  { N_("Copy"), "<Control>c" },
  { N_("Cut"), "<Control>x" },
  { N_("Paste"), "<Control>v" },
  { N_("Duplicate"), "<Control>d" },
  { N_("Delete"), "Delete" },
  { N_("Select All"), "<Control>a" },
  { N_("Canvas"), NULL },
  { N_("Go to the Next Block in a Direction"), "<Control>Left <Control>Right <Control>Up <Control>Down" },
  { N_("Follow a Link Back or Forward"), "<Control><Shift>Left <Control><Shift>Right" },
  { N_("Another Branch"), "<Control><Shift>Up <Control><Shift>Down" },
  { N_("Jump to the Other Portal"), "j" },
  { N_("Gather Blocks on the Way"), "<Control>space" },
  { N_("Move What Is Selected"), "Left Right Up Down" },
  { N_("Settings of the Block"), "Return" },
  { N_("Into a Container"), "<Control>Return" },
  { N_("Menu"), "<Shift>F10" },
  { N_("Link to a Block"), "l" },
  { N_("Link the Selection in a Row"), "f" },
  { N_("Take Out of Links"), "u" },
  { N_("Delete and Reconnect"), "<Control>Delete" },
  { N_("Turn On or Off"), "<Control>e" },
  { N_("Breakpoint"), "b" },
  { N_("Pin in Place"), "p" },
  { N_("Zoom to Fit, Original Size, Zoom to Selection"), "0 1 2" },
  { N_("View"), NULL },
  { N_("Workflows"), "F9" },
  { N_("Block Library"), "F7" },
  { N_("Outline"), "<Shift>F7" },
  { N_("Run Panel"), "F8" },
  { N_("Inspector"), "<Alt>Return" },
  { N_("Text"), "<Control>u" },
  { N_("Out of a Container"), "<Alt>Up" },
  { N_("Design, Runs, Versions"), "<Alt>1 <Alt>2 <Alt>3" },
  { N_("General"), NULL },
  { N_("New Workflow"), "<Control>n" },
  { N_("Import"), "<Control>o" },
  { N_("Preferences"), "<Control>comma" },
  { N_("Save to the File"), "<Control>s" },
  { N_("Name This Version"), "<Control><Shift>s" },
  { N_("Search Workflows"), "<Control>f" },
  { N_("Keyboard Shortcuts"), "<Control>question" },
  { N_("Quit"), "<Control>q" },
};

static GtkWidget *
make_row (const Line *line)
{
  GtkWidget *row = g_object_new (ADW_TYPE_ACTION_ROW, "title", _(line->title), NULL);
  g_auto(GStrv) keys = g_strsplit (line->keys, " ", -1);

  for (guint i = 0; keys[i] != NULL; i++)
    {
      guint key;
      GdkModifierType modifiers;
      g_autofree char *text = NULL;
      GtkWidget *label;

      gtk_accelerator_parse (keys[i], &key, &modifiers);
      text = gtk_accelerator_get_label (key, modifiers);
      label = gtk_label_new (text);
      gtk_widget_set_valign (label, GTK_ALIGN_CENTER);
      gtk_widget_add_css_class (label, "key");
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), label);
    }
  return row;
}

/**
 * weir_shortcuts_dialog_new:
 *
 * Returns: (transfer floating): a dialog, to be presented
 */
AdwDialog *
weir_shortcuts_dialog_new (void)
{
  AdwDialog *dialog = g_object_new (ADW_TYPE_DIALOG, "title", _("Keyboard Shortcuts"), "content-width", 480,
                                    "content-height", 640, NULL);
  GtkWidget *view = adw_toolbar_view_new ();
  GtkWidget *page = adw_preferences_page_new ();
  AdwPreferencesGroup *group = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    if (lines[i].keys != NULL)
      adw_preferences_group_add (group, make_row (&lines[i]));
    else
      {
        group = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
        adw_preferences_group_set_title (group, _(lines[i].title));
        adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), group);
      }
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), adw_header_bar_new ());
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), page);
  adw_dialog_set_child (dialog, view);
  return dialog;
}
