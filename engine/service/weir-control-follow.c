/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-control-private.h"

#define BUFFERED_EVENTS 4096
/* So many events are given before it is looked whether they are taken. */
#define WAIT_EACH 64

typedef struct
{
  WeirEngine *engine;
  WeirSubscription *subscription;
  DexPromise *wake;
  DexFuture *stop;
  gint64 run;
  guint64 last_seq;
  WeirControlWaitFunc wait;
  WeirControlEventFunc func;
  gpointer user_data;
  GDestroyNotify destroy;
} Follow;

static void
follow_free (Follow *self)
{
  if (self->subscription != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->subscription, self);
      weir_subscription_close (self->subscription);
    }
  g_clear_object (&self->subscription);
  g_clear_object (&self->engine);
  dex_clear (&self->wake);
  dex_clear (&self->stop);
  if (self->destroy != NULL)
    self->destroy (self->user_data);
  g_free (self);
}

static gboolean
ends_run (WeirEvent *event)
{
  switch (event->kind)
    {
    case WEIR_EVENT_RUN_SUCCEEDED:
    case WEIR_EVENT_RUN_FAILED:
    case WEIR_EVENT_RUN_CANCELLED:
    case WEIR_EVENT_RUN_INTERRUPTED:
      return TRUE;
    default:
      return FALSE;
    }
}

/* Whether this was the last event of the run. */
static gboolean
follow_deliver (Follow *self, WeirEvent *event)
{
  /* What came with the backlog comes once more over the bus; progress has no number and is never kept. */
  if (event->run != self->run || (event->seq != 0 && event->seq <= self->last_seq))
    return FALSE;
  if (event->seq != 0)
    self->last_seq = event->seq;
  self->func (event, self->user_data);
  return ends_run (event);
}

/* Until whoever follows can take more, or follows no longer. */
static void
follow_wait (Follow *self)
{
  DexFuture *ready = self->wait != NULL ? self->wait (self->user_data) : NULL;

  if (ready != NULL)
    dex_await (dex_future_first (ready, dex_ref (self->stop), NULL), NULL);
}

/* Kept events after the last one given. @ended: the run's end was among them. */
static gboolean
follow_catch_up (Follow *self, gboolean *ended, GError **error)
{
  g_autoptr(GPtrArray) events = NULL;

  events = dex_await_boxed (weir_engine_load_events (self->engine, self->run, self->last_seq), error);
  if (events == NULL)
    return FALSE;
  for (guint i = 0; i < events->len && dex_future_is_pending (self->stop); i++)
    {
      if (i % WAIT_EACH == 0)
        follow_wait (self);
      if (follow_deliver (self, g_ptr_array_index (events, i)))
        *ended = TRUE;
    }
  return TRUE;
}

/* Whether the run's end was among what the bus had. */
static gboolean
follow_take (Follow *self, gboolean *gap)
{
  gboolean ended = FALSE;

  for (guint i = 0;; i++)
    {
      guint64 first = 0, last = 0;
      g_autoptr(WeirEvent) event = NULL;

      if (i % WAIT_EACH == 0)
        follow_wait (self);
      event = weir_subscription_take (self->subscription, &first, &last);

      if (event == NULL)
        {
          *gap = last != 0 && first <= last;
          return ended;
        }
      if (follow_deliver (self, event))
        ended = TRUE;
    }
}

static void
ready_cb (WeirSubscription *subscription, Follow *self)
{
  if (self->wake != NULL && dex_future_is_pending (DEX_FUTURE (self->wake)))
    dex_promise_resolve_boolean (self->wake, TRUE);
}

static DexFuture *
follow_fiber (gpointer user_data)
{
  Follow *self = user_data;
  gboolean ended = FALSE;
  gboolean gap = TRUE;
  GError *error = NULL;

  self->subscription = weir_engine_subscribe (self->engine, self->run, BUFFERED_EVENTS);
  g_signal_connect (self->subscription, "ready", G_CALLBACK (ready_cb), self);
  while (!ended && dex_future_is_pending (self->stop))
    {
      dex_clear (&self->wake);
      self->wake = dex_promise_new ();
      if (gap && !follow_catch_up (self, &ended, &error))
        return dex_future_new_for_error (error);
      ended = ended || follow_take (self, &gap);
      if (ended || gap)
        continue;
      /* A run that is not live gives no more events than are kept. */
      if (weir_engine_find_run (self->engine, self->run) == NULL)
        break;
      /* Neither has come: the fiber was taken down, and would wait in vain for ever. */
      if (!dex_await (dex_future_first (dex_ref (self->wake), dex_ref (self->stop), NULL), &error)
          && dex_future_is_pending (DEX_FUTURE (self->wake)) && dex_future_is_pending (self->stop))
        return dex_future_new_for_error (error);
      g_clear_error (&error);
    }
  return dex_future_new_true ();
}

DexFuture *
weir_control_follow_engine (WeirEngine *engine, gint64 run, guint64 after_seq, DexFuture *stop, WeirControlWaitFunc wait,
                            WeirControlEventFunc func, gpointer user_data, GDestroyNotify destroy)
{
  Follow *self = g_new0 (Follow, 1);

  self->engine = g_object_ref (engine);
  self->run = run;
  self->last_seq = after_seq;
  self->stop = dex_ref (stop);
  self->wait = wait;
  self->func = func;
  self->user_data = user_data;
  self->destroy = destroy;
  return dex_scheduler_spawn (NULL, 0, follow_fiber, self, (GDestroyNotify) follow_free);
}
