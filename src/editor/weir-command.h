/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * WeirCommand:
 *
 * Something that the window can do now, as a menu names it, with its key.
 */
#define WEIR_TYPE_COMMAND (weir_command_get_type ())
G_DECLARE_FINAL_TYPE (WeirCommand, weir_command, WEIR, COMMAND, GObject)

const char *weir_command_get_title   (WeirCommand *self);
/* As it is written on the keyboard, "Ctrl+Z"; NULL if it has none. */
const char *weir_command_get_key     (WeirCommand *self);
void        weir_command_run         (WeirCommand *self);
/* What the items of menus would do on @widget now, each once; what cannot be done now is left out. (transfer full) */
GListStore *weir_command_list        (GtkWidget   *widget,
                                      GPtrArray   *menus);

G_END_DECLS
