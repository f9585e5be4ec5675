/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <weir.h>

G_BEGIN_DECLS

/**
 * WeirPalette:
 *
 * The quick way to add a block: a search in the middle of the window. Signal `kind-chosen (const char *kind)`, after which it closes;
 * `command-chosen (WeirCommand)`, likewise.
 */
#define WEIR_TYPE_PALETTE (weir_palette_get_type ())
G_DECLARE_FINAL_TYPE (WeirPalette, weir_palette, WEIR, PALETTE, AdwDialog)

WeirPalette *weir_palette_new (WeirBlock  *partner,
                               const char *port);
/* Commands that are found beside the blocks, or, with a ">" before the words, instead of them. */
void         weir_palette_set_commands (WeirPalette *self,
                                        GListModel  *commands,
                                        gboolean     alone);

G_END_DECLS
