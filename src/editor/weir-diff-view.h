/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <weir.h>

G_BEGIN_DECLS

/**
 * WeirDiffView:
 *
 * What is different between two workflows: both in one on a canvas, with what was added, removed and changed marked by icon, colour and
 * words, and a list of the same beside it. Layout changes are listed apart, and only when asked for.
 */
#define WEIR_TYPE_DIFF_VIEW (weir_diff_view_get_type ())
G_DECLARE_FINAL_TYPE (WeirDiffView, weir_diff_view, WEIR, DIFF_VIEW, AdwBreakpointBin)

void weir_diff_view_compare (WeirDiffView *self,
                             WeirWorkflow *before,
                             WeirWorkflow *after);

G_END_DECLS
