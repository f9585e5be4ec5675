/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "weir-event.h"

G_BEGIN_DECLS

/**
 * WeirSubscription:
 *
 * A listener on the event bus with a bounded buffer of its own. Events are on disk before they come here. Signal `ready` when there is
 * something to take. When it does not keep up, the oldest are dropped and the next take says which; the engine never waits for it.
 */
#define WEIR_TYPE_SUBSCRIPTION (weir_subscription_get_type ())
WEIR_API G_DECLARE_FINAL_TYPE (WeirSubscription, weir_subscription, WEIR, SUBSCRIPTION, GObject)

/* The next event, or NULL. After a gap, first NULL with @gap_first <= @gap_last set to the sequence numbers missed. (transfer full) */
WEIR_API WeirEvent *weir_subscription_take  (WeirSubscription *self,
                                             guint64          *gap_first,
                                             guint64          *gap_last);
/* No more events come. Also done by dropping it. */
WEIR_API void       weir_subscription_close (WeirSubscription *self);

G_END_DECLS
