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

/* Looks until there is something or the monotonic clock says @until, without sleeping. The taking thread. */
gboolean
weir_queue_look (WeirQueue *self, gint64 until)
{
  do
    {
      for (guint i = 0; i < 32; i++)
        {
          if (!weir_queue_is_empty (self))
            return TRUE;
#if defined (__x86_64__) || defined (__i386__)
          __builtin_ia32_pause ();
#endif
        }
    }
  while (g_get_monotonic_time () < until);
  return FALSE;
}

/* Like take_all(), but looks for @spin_us and then sleeps for at most @timeout_us (-1: for ever) until there is something. */
WeirQueueNode *
weir_queue_wait (WeirQueue *self, gint64 spin_us, gint64 timeout_us)
{
  gint64 now = g_get_monotonic_time ();
  gint64 end = now + timeout_us;

  if (!weir_queue_is_empty (self) || (spin_us > 0 && weir_queue_look (self, now + spin_us)))
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
