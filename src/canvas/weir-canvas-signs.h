/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "weir-canvas-scene.h"

G_BEGIN_DECLS

/* Where a run is to be held before the block begins: a condition, "" always; NULL: not at all. It belongs to who debugs, not to the
 * workflow: it is in no file and no version. */
void        weir_breakpoint_set      (WeirBlock   *block,
                                      const char  *condition);
const char *weir_breakpoint_get      (WeirBlock   *block);

/* What keeps the block from running, as weir_canvas_set_problems () was told; NULL for nothing. (transfer none) */
const char *weir_card_get_problem    (WeirBlock   *block);

/* What is said of a card beside its state: pinned, breakpoint. From the right edge @x to the left; answers the room that it takes. */
double      weir_card_draw_signs     (WeirCard    *self,
                                      WeirPainter *painter,
                                      GtkSnapshot *snapshot,
                                      double       x,
                                      double       y,
                                      double       size);
/* The same in words. */
void        weir_card_describe_signs (WeirCard    *self,
                                      GString     *text);

G_END_DECLS
