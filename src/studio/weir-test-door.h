/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void weir_test_door_open (GtkApplication  *application,
                          GDBusConnection *bus);

G_END_DECLS
