/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <weir.h>

G_BEGIN_DECLS

/**
 * WeirBlockRun:
 *
 * What a block did in the run that is shown: state, times, attempts, inputs, outputs, error of its last step.
 */
#define WEIR_TYPE_BLOCK_RUN (weir_block_run_get_type ())
G_DECLARE_FINAL_TYPE (WeirBlockRun, weir_block_run, WEIR, BLOCK_RUN, AdwBin)

GtkWidget *weir_block_run_new  (void);
/* Either may be NULL. */
void       weir_block_run_show (WeirBlockRun *self,
                                WeirRunView  *view,
                                WeirBlock    *block);

G_END_DECLS
