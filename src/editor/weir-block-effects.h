/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <weir.h>

G_BEGIN_DECLS

/**
 * WeirBlockEffects:
 *
 * What a block did to the world in the run that is shown, and what became of each effect.
 */
#define WEIR_TYPE_BLOCK_EFFECTS (weir_block_effects_get_type ())
G_DECLARE_FINAL_TYPE (WeirBlockEffects, weir_block_effects, WEIR, BLOCK_EFFECTS, AdwBin)

GtkWidget *weir_block_effects_new  (void);
/* Any may be NULL. Asks the engine only if the number of effects changed. */
void       weir_block_effects_show (WeirBlockEffects *self,
                                    WeirEngine       *engine,
                                    WeirRunView      *view,
                                    WeirBlock        *block);

G_END_DECLS
