/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * WeirQueue:
 *
 * Any thread pushes, one thread takes everything at once, oldest first. Pushing is one compare-and-swap; the mutex
 * is touched only when the taker sleeps.
 */
typedef struct _WeirQueueNode WeirQueueNode;
struct _WeirQueueNode
{
  WeirQueueNode *next;
};

typedef struct
{
  WeirQueueNode *newest; /* atomic */
  int            asleep; /* atomic */
  GMutex         mutex;
  GCond          cond;
} WeirQueue;

void           weir_queue_init     (WeirQueue *self);
void           weir_queue_clear    (WeirQueue *self);
void           weir_queue_push     (WeirQueue *self, WeirQueueNode *node);
gboolean       weir_queue_is_empty (WeirQueue *self);
WeirQueueNode *weir_queue_take_all (WeirQueue *self);
WeirQueueNode *weir_queue_wait     (WeirQueue *self, gint64 timeout_us);

G_END_DECLS
