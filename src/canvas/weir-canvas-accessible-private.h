/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "weir-canvas-private.h"

G_BEGIN_DECLS

/* The children that the canvas has as a widget; they come after those that it draws. */
GtkAccessible *weir_canvas_get_first_child_widget (WeirCanvas *self);
/* weir-canvas-accessible-links.c: the first of the links that are told of, or what comes after them. (transfer full) */
GtkAccessible *weir_canvas_get_first_link         (WeirCanvas *self);
void           weir_canvas_refresh_links          (WeirCanvas *self);

G_END_DECLS
