/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Private to the engine: building an undo plan. */

#include "weir-undo.h"

G_BEGIN_DECLS

WeirUndoPlan *weir_undo_plan_new       (gint64        run,
                                        const char   *to_block);
void          weir_undo_plan_take_item (WeirUndoPlan *self,
                                        WeirEffect   *effect,
                                        char         *description,
                                        char         *conflict,
                                        gboolean      irreversible,
                                        guint64       size);

G_END_DECLS
