/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Says something for a moment, in the window that @widget is in. @button: what can be done about it, with a mnemonic; NULL for nothing.
 * (transfer none) (nullable): the toast, for its signal `button-clicked`; NULL where the window is gone. */
AdwToast *weir_toast_show (GtkWidget  *widget,
                           const char *message,
                           const char *button);

G_END_DECLS
