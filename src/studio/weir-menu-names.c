/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-menu-names.h"

/* The items of a GtkPopoverMenu have no name for a screen reader in GTK 4.18: they are labelled by a label that is itself left out
 * of the tree, and whose text is empty by then. What they show is their name. */

static void
name_item (GtkWidget *item)
{
  g_autofree char *text = NULL;

  g_object_get (item, "text", &text, NULL);
  if (text == NULL || text[0] == '\0')
    return;
  gtk_accessible_reset_relation (GTK_ACCESSIBLE (item), GTK_ACCESSIBLE_RELATION_LABELLED_BY);
  gtk_accessible_update_property (GTK_ACCESSIBLE (item), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

static gboolean
map_cb (GSignalInvocationHint *hint,
        guint                  n_values,
        const GValue          *values,
        gpointer               user_data)
{
  GObject *widget = g_value_get_object (&values[0]);

  if (g_str_equal (G_OBJECT_TYPE_NAME (widget), "GtkModelButton"))
    name_item (GTK_WIDGET (widget));
  return TRUE;
}

/**
 * weir_menu_names_install:
 *
 * Gives the items of all menus names that assistive technology can read, as they come into sight. Once, after GTK is there.
 */
void
weir_menu_names_install (void)
{
  /* Its signals come with its class, which is never unloaded. */
  g_type_class_unref (g_type_class_ref (GTK_TYPE_WIDGET));
  g_signal_add_emission_hook (g_signal_lookup ("map", GTK_TYPE_WIDGET), 0, map_cb, NULL, NULL);
}
