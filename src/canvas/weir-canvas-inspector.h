/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * WeirCanvasInspector:
 *
 * A page of the GTK inspector: what the canvas keeps and draws, how long its frames take, and its bounds drawn over it.
 */
#define WEIR_TYPE_CANVAS_INSPECTOR (weir_canvas_inspector_get_type ())
G_DECLARE_FINAL_TYPE (WeirCanvasInspector, weir_canvas_inspector, WEIR, CANVAS_INSPECTOR, GtkBox)

void weir_canvas_inspector_install (void);

G_END_DECLS
