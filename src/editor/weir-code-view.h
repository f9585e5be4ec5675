/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

GtkWidget     *weir_code_view_new        (const char *language,
                                          const char *title,
                                          gboolean    editable);
GtkTextBuffer *weir_code_view_get_buffer (GtkWidget  *view);

G_END_DECLS
