/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-preferences-dialog.h"

#include <glib/gi18n.h>

/**
 * weir_preferences_dialog_new:
 * @engine: whose settings they are
 *
 * Returns: (transfer floating): a dialog, to be presented
 */
AdwDialog *
weir_preferences_dialog_new (WeirEngine *engine)
{
  AdwDialog *dialog = adw_preferences_dialog_new ();
  AdwPreferencesDialog *preferences = ADW_PREFERENCES_DIALOG (dialog);

  gtk_widget_set_name (GTK_WIDGET (dialog), "preferences");
  adw_preferences_dialog_set_search_enabled (preferences, TRUE);
  adw_preferences_dialog_add (preferences, ADW_PREFERENCES_PAGE (weir_limits_page_new (engine)));
  adw_preferences_dialog_add (preferences, ADW_PREFERENCES_PAGE (weir_recovery_page_new (engine)));
  return dialog;
}

/**
 * weir_preferences_dialog_tell:
 * @page: a page of the dialog
 * @error: what is wrong
 *
 * Says for a moment why a setting was not taken.
 */
void
weir_preferences_dialog_tell (GtkWidget *page, const GError *error)
{
  GtkWidget *dialog = gtk_widget_get_ancestor (page, ADW_TYPE_PREFERENCES_DIALOG);
  AdwToast *toast;

  if (dialog == NULL)
    return;
  toast = adw_toast_new (error->message);
  adw_toast_set_use_markup (toast, FALSE);
  adw_preferences_dialog_add_toast (ADW_PREFERENCES_DIALOG (dialog), toast);
}

/**
 * weir_preferences_dialog_wrap:
 * @name: of a setting
 * @value: (transfer full): what it is to be
 *
 * Returns: (transfer full): a record with that one member
 */
WeirValue *
weir_preferences_dialog_wrap (const char *name, WeirValue *value)
{
  WeirBuilder *record = weir_record_builder_new (1);

  weir_builder_set_take (record, name, value);
  return weir_builder_end (record);
}

/**
 * weir_preferences_dialog_make_spin:
 * @title: what the number is; no markup
 * @minimum: the least
 * @maximum: the most
 * @step: how much a press of a button changes; below 1, one place behind the point is shown
 *
 * Returns: (transfer floating): a row
 */
AdwSpinRow *
weir_preferences_dialog_make_spin (const char *title, double minimum, double maximum, double step)
{
  GtkAdjustment *adjustment = gtk_adjustment_new (minimum, minimum, maximum, step, step * 10, 0);
  /* libadwaita leaves rows of this kind out of the accessible tree, with all that is in them */
  AdwSpinRow *row = g_object_new (ADW_TYPE_SPIN_ROW, "accessible-role", GTK_ACCESSIBLE_ROLE_GROUP, "adjustment",
                                  adjustment, "digits", step < 1 ? 1 : 0, "use-markup", FALSE, "title", title, NULL);

  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  return row;
}
