/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <weir-sdk.h>

G_BEGIN_DECLS

/* Where a swarm has its items from: a list, a table, a record, or a stream that is read as items are needed. */
typedef struct _SwarmSource SwarmSource;

typedef void (*SwarmSourceFunc) (gpointer user_data, GError *error);

/* @items NULL: none. @changed: more was read, or it could not be (@error, transfer full). */
SwarmSource *swarm_source_new      (WeirStep        *step,
                                    WeirValue       *items,
                                    gint64           max_items,
                                    SwarmSourceFunc  changed,
                                    gpointer         user_data,
                                    GError         **error);
/* Nobody is told any more. */
void         swarm_source_close    (SwarmSource     *self);
void         swarm_source_unref    (SwarmSource     *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SwarmSource, swarm_source_unref)
/* How many are known by now. */
guint        swarm_source_get_count (SwarmSource    *self);
gboolean     swarm_source_is_at_end (SwarmSource    *self);
/* (transfer full), NULL: not read yet, or done with */
WeirValue   *swarm_source_get      (SwarmSource     *self,
                                    guint            place);
/* Reads on, if it is not reading already. */
void         swarm_source_read     (SwarmSource     *self);
/* Nobody needs it any more. */
void         swarm_source_drop     (SwarmSource     *self,
                                    guint            place);

/* Priorities as people write them: "high", "medium", "low", or -100 to 100. */
gboolean     swarm_parse_priority  (WeirValue       *value,
                                    int             *priority);

G_END_DECLS
