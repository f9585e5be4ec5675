/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Private to the engine: building and carrying out an undo plan. */

#include "weir-file-effect.h"
#include "weir-run-private.h"

G_BEGIN_DECLS

WeirUndoPlan *weir_undo_plan_new       (gint64        run,
                                        const char   *to_block);
void          weir_undo_plan_take_item (WeirUndoPlan *self,
                                        WeirEffect   *effect,
                                        char         *description,
                                        char         *conflict,
                                        gboolean      irreversible,
                                        guint64       size);

gboolean      weir_effect_is_variable  (const WeirEffect *effect);
/* @description, @conflict (out, transfer full) */
void          weir_variable_effect_explain (WeirEngine *engine, const WeirEffect *effect, WeirDirection direction,
                                            char **description, char **conflict);

G_END_DECLS
