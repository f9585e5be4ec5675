/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <weir.h>

G_BEGIN_DECLS

/**
 * WeirBlockSettings:
 *
 * The settings of one block as a form made from the descriptor of its kind, with reliability, joins and what it may touch.
 */
#define WEIR_TYPE_BLOCK_SETTINGS (weir_block_settings_get_type ())
G_DECLARE_FINAL_TYPE (WeirBlockSettings, weir_block_settings, WEIR, BLOCK_SETTINGS, AdwBin)

GtkWidget *weir_block_settings_new          (WeirWorkflow      *workflow,
                                             WeirBlock         *block);
WeirBlock *weir_block_settings_get_block    (WeirBlockSettings *self);
/* @problems: of WeirProblem, those of other blocks are passed over. */
void       weir_block_settings_set_problems (WeirBlockSettings *self,
                                             GListModel        *problems);
void       weir_block_settings_focus_field  (WeirBlockSettings *self,
                                             const char        *field);

G_END_DECLS
