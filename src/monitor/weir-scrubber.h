/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <weir.h>

G_BEGIN_DECLS

/**
 * WeirScrubber:
 *
 * Moves a view through the time of its run: a slider, and play at the speed at which it happened. At its right end
 * the view is live.
 */
#define WEIR_TYPE_SCRUBBER (weir_scrubber_get_type ())
G_DECLARE_FINAL_TYPE (WeirScrubber, weir_scrubber, WEIR, SCRUBBER, GtkWidget)

void weir_scrubber_set_view  (WeirScrubber *self,
                              WeirRunView  *view);
/* Time went on. */
void weir_scrubber_update    (WeirScrubber *self);
/* Plays from where it stands, from the start if it is at the end; stops if it plays. */
void weir_scrubber_play      (WeirScrubber *self);
void weir_scrubber_go_live   (WeirScrubber *self);

G_END_DECLS
