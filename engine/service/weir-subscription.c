/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-engine-private.h"

struct _WeirSubscription
{
  GObject  parent_instance;
  gint64   run; /* 0: all */
  guint    buffer;
  GQueue   events;
  guint64  gap_first; /* of what was dropped from the front; 0: nothing */
  guint64  gap_last;
  gboolean told;
  gboolean closed;
};

G_DEFINE_FINAL_TYPE (WeirSubscription, weir_subscription, G_TYPE_OBJECT)

static guint ready_signal;

static void
weir_subscription_finalize (GObject *object)
{
  weir_subscription_close (WEIR_SUBSCRIPTION (object));
  G_OBJECT_CLASS (weir_subscription_parent_class)->finalize (object);
}

static void
weir_subscription_class_init (WeirSubscriptionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = weir_subscription_finalize;

  /**
   * WeirSubscription::ready:
   * @self: the subscription
   *
   * There is something to take: take until there is nothing more.
   */
  ready_signal = g_signal_new ("ready", WEIR_TYPE_SUBSCRIPTION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
weir_subscription_init (WeirSubscription *self)
{
}

WeirSubscription *
weir_subscription_new (gint64 run, guint buffer)
{
  WeirSubscription *self = g_object_new (WEIR_TYPE_SUBSCRIPTION, NULL);

  self->run = run;
  self->buffer = MAX (buffer, 1);
  return self;
}

void
weir_subscription_push (WeirSubscription *self, WeirEvent *event)
{
  if (self->closed || (self->run != 0 && event->run != self->run))
    return;
  if (self->events.length >= self->buffer)
    {
      g_autoptr(WeirEvent) oldest = g_queue_pop_head (&self->events);

      if (self->gap_first == 0)
        self->gap_first = oldest->seq;
      self->gap_last = oldest->seq;
    }
  g_queue_push_tail (&self->events, weir_event_ref (event));
  self->told = FALSE;
}

void
weir_subscription_tell (WeirSubscription *self)
{
  if (self->told || self->closed || self->events.length == 0)
    return;
  self->told = TRUE;
  g_signal_emit (self, ready_signal, 0);
}

gboolean
weir_subscription_is_closed (WeirSubscription *self)
{
  return self->closed;
}

/**
 * weir_subscription_take:
 * @self: a subscription
 * @gap_first: (out) (optional): first sequence number that was missed, 0 if none was
 * @gap_last: (out) (optional): the last that was missed
 *
 * Returns: (transfer full) (nullable): the next event; %NULL when there is none now, or when the gap comes first
 */
WeirEvent *
weir_subscription_take (WeirSubscription *self, guint64 *gap_first, guint64 *gap_last)
{
  guint64 first = self->gap_first;

  if (gap_first != NULL)
    *gap_first = first;
  if (gap_last != NULL)
    *gap_last = self->gap_last;
  if (first != 0)
    {
      self->gap_first = self->gap_last = 0;
      return NULL;
    }
  return g_queue_pop_head (&self->events);
}

/**
 * weir_subscription_close:
 * @self: a subscription
 *
 * Nothing comes any more; what was not taken is dropped.
 */
void
weir_subscription_close (WeirSubscription *self)
{
  self->closed = TRUE;
  g_queue_clear_full (&self->events, (GDestroyNotify) weir_event_unref);
}
