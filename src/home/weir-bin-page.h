/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <weir.h>

G_BEGIN_DECLS

/**
 * WeirBinPage:
 *
 * What was recently deleted: until when each is kept, the way back, and the way out for good.
 *
 * Property: show-sidebar, for the button in its header bar. Actions: bin.empty. Signals: `restored (run, workflow)`: a run, or a part of it; or, with 0, a workflow by its id.
 */
#define WEIR_TYPE_BIN_PAGE (weir_bin_page_get_type ())
G_DECLARE_FINAL_TYPE (WeirBinPage, weir_bin_page, WEIR, BIN_PAGE, AdwBin)

/* NULL when it goes away. The page follows it from then on. */
void weir_bin_page_set_engine (WeirBinPage *self,
                               WeirEngine  *engine);
/* Looks what is there now. */
void weir_bin_page_reload     (WeirBinPage *self);

G_END_DECLS
