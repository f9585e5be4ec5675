/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <weir.h>

G_BEGIN_DECLS

GtkWidget *weir_value_row_new (const char *title,
                               WeirValue  *value);

G_END_DECLS
