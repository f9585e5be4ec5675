/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Private to engine/run: states of one run at moments all over it, so that every other moment is near one. */

#include "weir-run-state-private.h"

G_BEGIN_DECLS

typedef struct _WeirKeyframes WeirKeyframes;

/* @spacing: events from one to the next, more once they take more than @budget bytes */
WeirKeyframes *weir_keyframes_new         (guint64 spacing, gsize budget);
void           weir_keyframes_free        (WeirKeyframes *self);
/* After an event: keeps a copy of @state if it is far enough from the last one that is kept. */
void           weir_keyframes_offer       (WeirKeyframes *self, WeirRunState *state);
/* (transfer none) (nullable): the last one that is not after @seq */
WeirRunState  *weir_keyframes_find        (WeirKeyframes *self, guint64 seq);
guint          weir_keyframes_get_n       (WeirKeyframes *self);
gsize          weir_keyframes_get_size    (WeirKeyframes *self);
guint64        weir_keyframes_get_spacing (WeirKeyframes *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirKeyframes, weir_keyframes_free)

G_END_DECLS
