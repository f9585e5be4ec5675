/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* As adw_spin_row_new_with_range (), and assistive technology finds it. (transfer floating) */
GtkWidget *weir_spin_row_new (double minimum,
                              double maximum,
                              double step);

G_END_DECLS
