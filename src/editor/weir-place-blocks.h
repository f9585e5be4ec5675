/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "weir.h"

G_BEGIN_DECLS

/* Gives blocks that came with a text, and have no place on the canvas yet, one beside those that they are linked to. */
void weir_place_new_blocks (WeirGraph    *graph,
                            WeirWorkflow *workflow);

G_END_DECLS
