/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-queue.h"

void
weir_queue_init (WeirQueue *self)
{
  *self = (WeirQueue) { 0 };
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
}

/* The queue must be empty. */
void
weir_queue_clear (WeirQueue *self)
{
  g_assert (self->newest == NULL);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
}

/* Any thread. The order of pushes of one thread is kept. */
void
weir_queue_push (WeirQueue *self, WeirQueueNode *node)
{
  do
    node->next = g_atomic_pointer_get (&self->newest);
  while (!g_atomic_pointer_compare_and_exchange (&self->newest, node->next, node));

  /* Either we see the sleeper's flag, or it sees the node: both are sequentially consistent. */
  if (g_atomic_int_get (&self->asleep))
    {
      g_mutex_lock (&self->mutex);
      g_cond_signal (&self->cond);
      g_mutex_unlock (&self->mutex);
    }
}

gboolean
weir_queue_is_empty (WeirQueue *self)
{
  return g_atomic_pointer_get (&self->newest) == NULL;
}

/* All there is, linked oldest first; NULL if empty. */
WeirQueueNode *
weir_queue_take_all (WeirQueue *self)
{
  WeirQueueNode *node = g_atomic_pointer_exchange (&self->newest, NULL);
  WeirQueueNode *oldest = NULL;

  while (node != NULL)
    {
      WeirQueueNode *next = node->next;

      node->next = oldest;
      oldest = node;
      node = next;
    }
  return oldest;
}

/* Like take_all(), but sleeps for at most @timeout_us (-1: for ever) until there is something. To look for a while
 * before sleeping was tried, here and in the main loop: on two cores it costs more than it saves, since the core is
 * then not there for the disk's interrupts. */
WeirQueueNode *
weir_queue_wait (WeirQueue *self, gint64 timeout_us)
{
  gint64 end = g_get_monotonic_time () + timeout_us;

  if (!weir_queue_is_empty (self))
    return weir_queue_take_all (self);

  g_mutex_lock (&self->mutex);
  g_atomic_int_set (&self->asleep, TRUE);
  while (weir_queue_is_empty (self))
    {
      if (timeout_us < 0)
        g_cond_wait (&self->cond, &self->mutex);
      else if (!g_cond_wait_until (&self->cond, &self->mutex, end))
        break;
    }
  g_atomic_int_set (&self->asleep, FALSE);
  g_mutex_unlock (&self->mutex);
  return weir_queue_take_all (self);
}
