/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-spin-row.h"

static void
title_cb (AdwPreferencesRow *row)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  adw_preferences_row_get_title (row), -1);
}

/**
 * weir_spin_row_new:
 * @minimum: the least
 * @maximum: the most
 * @step: how much a press of a button changes
 *
 * libadwaita leaves its rows for numbers out of the accessible tree, with all that is in them; this one is a group, named by its title.
 *
 * Returns: (transfer floating): an #AdwSpinRow
 */
GtkWidget *
weir_spin_row_new (double minimum, double maximum, double step)
{
  GtkAdjustment *adjustment = gtk_adjustment_new (minimum, minimum, maximum, step, step * 10, 0);
  guint digits = 0;
  GtkWidget *row;

  for (double rest = step; rest < 1 && digits < 20; rest *= 10)
    digits++;
  row = g_object_new (ADW_TYPE_SPIN_ROW, "accessible-role", GTK_ACCESSIBLE_ROLE_GROUP, "adjustment", adjustment,
                      "digits", digits, "numeric", TRUE, NULL);
  g_signal_connect (row, "notify::title", G_CALLBACK (title_cb), NULL);
  return row;
}
