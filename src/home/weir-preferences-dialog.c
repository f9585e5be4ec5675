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
