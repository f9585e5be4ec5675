/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-toast.h"

/**
 * weir_toast_show:
 * @widget: where it was asked for, in a toast overlay, or the overlay itself
 * @message: a sentence without full stop; no markup
 * @button: (nullable): label of a button, with a mnemonic
 *
 * Shows a message for a moment, on the toast overlay around @widget. One with a button stays longer.
 *
 * Returns: (transfer none) (nullable): the toast; %NULL if there is no overlay any more
 */
AdwToast *
weir_toast_show (GtkWidget *widget, const char *message, const char *button)
{
  GtkWidget *overlay = gtk_widget_get_ancestor (widget, ADW_TYPE_TOAST_OVERLAY);
  AdwToast *toast;

  if (overlay == NULL)
    return NULL;
  toast = adw_toast_new (message);
  adw_toast_set_use_markup (toast, FALSE);
  if (button != NULL)
    {
      adw_toast_set_button_label (toast, button);
      adw_toast_set_timeout (toast, 10);
    }
  adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (overlay), toast);
  return toast;
}
