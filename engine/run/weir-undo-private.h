/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Private to the engine: building and carrying out an undo plan. */

#include "weir-file-effect.h"
#include "weir-run-private.h"

G_BEGIN_DECLS

/* weir-undo.c */
/* In a fiber: carries out a plan as a part of a run that goes on; until the step is stopped. NULL with @error: what was done is journalled. */
WeirValue    *weir_undo_plan_carry_out (WeirUndoPlan *self, WeirStep *step, GError **error);
/* weir-undo-plan.c */
/* In a fiber: what was done in a scope of a live run and in those inside it. */
WeirUndoPlan *weir_undo_plan_scope     (WeirRun *run, guint32 scope, GError **error);
WeirUndoPlan *weir_undo_plan_new       (gint64        run,
                                        const char   *to_block);
void          weir_undo_plan_take_item (WeirUndoPlan *self,
                                        WeirEffect   *effect,
                                        char         *description,
                                        char         *conflict,
                                        gboolean      irreversible,
                                        guint64       size);

/* weir-undo-values.c: variables and entries of the store */
gboolean      weir_value_effect_is_one (const WeirEffect *effect);
GHashTable   *weir_value_effect_new_foresight (void);
/* In a fiber. @foreseen (nullable): what is undone before it; takes note. @description, @conflict (out, transfer full) */
void          weir_value_effect_explain (WeirEngine *engine, const WeirEffect *effect, WeirDirection direction,
                                         GHashTable *foreseen, char **description, char **conflict);
/* Puts what was before, or after, in the batch of this turn. */
void          weir_value_effect_put    (WeirEngine *engine, const WeirEffect *effect, WeirDirection direction);

/* weir-undo-runs.c: runs that were started, and what undo points announced */
gboolean      weir_run_effect_is_one   (const WeirEffect *effect);
void          weir_run_effect_explain  (const WeirEffect *effect, char **description);
/* In a fiber. Why it was not done (transfer full), NULL when it was. */
char         *weir_run_effect_undo     (WeirEngine *engine, const WeirEffect *effect);

G_END_DECLS
