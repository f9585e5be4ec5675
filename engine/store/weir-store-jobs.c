/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-store-jobs.h"
#include <stdlib.h>

/* Before the main loop sleeps it looks for a batch that is due back within this time: being woken takes a third of what a fast disk
 * takes to sync. Not when the disk is slower than that. */
#define LOOK_US (g_getenv ("LOOK") ? atoi (g_getenv ("LOOK")) : 250)

typedef struct
{
  GSource    source;
  WeirStore *store;
} StoreSource;

WeirJob *
weir_job_new (WeirJobKind kind)
{
  WeirJob *self = g_new0 (WeirJob, 1);

  self->kind = kind;
  return self;
}

void
weir_job_free (WeirJob *self)
{
  g_clear_pointer (&self->batch, weir_batch_free);
  if (self->destroy != NULL)
    self->destroy (self->question);
  dex_clear (&self->promise);
  if (G_IS_VALUE (&self->answer))
    g_value_unset (&self->answer);
  g_clear_error (&self->error);
  g_free (self->message);
  g_free (self);
}

/* Gives the answer of a question to whoever asked: the main context, by its promise. */
void
weir_job_answer (WeirJob *self)
{
  if (self->error != NULL)
    dex_promise_reject (self->promise, g_steal_pointer (&self->error));
  else
    dex_promise_resolve (self->promise, &self->answer);
}

/* Main context. */
void
weir_store_deliver (WeirStore *self, WeirJob *job)
{
  switch (job->kind)
    {
    case WEIR_JOB_BATCH:
      self->n_in_flight--;
      self->latency_us = g_get_monotonic_time () - job->queued_at;
      if (job->done != NULL)
        job->done (job->user_data);
      break;
    case WEIR_JOB_QUESTION:
      weir_job_answer (job);
      break;
    case WEIR_JOB_TROUBLE:
      if (self->trouble_func != NULL)
        self->trouble_func (job->message, self->trouble_data);
      break;
    case WEIR_JOB_CLOSE:
    default:
      g_assert_not_reached ();
    }
}

/* Any thread. */
void
weir_store_give_back (WeirStore *self, WeirJob *job)
{
  weir_queue_push (&self->back, &job->node);
}

void
weir_store_wake_main (WeirStore *self)
{
  /* Either this sees that nobody looks, or the one who stops looking sees what was pushed before. */
  if (!g_atomic_int_get (&self->looking))
    g_main_context_wakeup (self->context);
}

static gboolean
returns_prepare (GSource *source, int *timeout)
{
  WeirStore *store = ((StoreSource *) source)->store;

  *timeout = -1;
  return store->returned.length > 0 || !weir_queue_is_empty (&store->back);
}

static gboolean
returns_check (GSource *source)
{
  WeirStore *store = ((StoreSource *) source)->store;

  return store->returned.length > 0 || !weir_queue_is_empty (&store->back);
}

static gboolean
returns_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  g_autoptr(WeirStore) store = weir_store_ref (((StoreSource *) source)->store);
  WeirQueueNode *node = weir_queue_take_all (&store->back);
  WeirJob *job;

  while (node != NULL)
    {
      WeirQueueNode *next = node->next;

      g_queue_push_tail (&store->returned, node);
      node = next;
    }
  /* A callback may run the main loop itself; the jobs then go on from there, in order. */
  while ((job = g_queue_pop_head (&store->returned)) != NULL)
    {
      weir_store_deliver (store, job);
      weir_job_free (job);
    }
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs returns_funcs = { returns_prepare, returns_check, returns_dispatch };

GSource *
weir_store_returns_new (WeirStore *self)
{
  GSource *source = g_source_new (&returns_funcs, sizeof (StoreSource));

  ((StoreSource *) source)->store = self;
  g_source_set_static_name (source, "weir store");
  g_source_set_can_recurse (source, TRUE);
  return source;
}

/* Prepared last of all and only when no other source is ready, that is, when the loop is about to sleep. */
static gboolean
looks_prepare (GSource *source, int *timeout)
{
  WeirStore *store = ((StoreSource *) source)->store;
  gint64 end = store->last_commit_at + LOOK_US;

  *timeout = -1;
  if (store->n_in_flight == 0 || store->latency_us > LOOK_US || g_get_monotonic_time () >= end)
    return FALSE;
  g_atomic_int_set (&store->looking, TRUE);
  weir_queue_look (&store->back, end);
  g_atomic_int_set (&store->looking, FALSE);
  if (!weir_queue_is_empty (&store->back))
    *timeout = 0;
  return FALSE;
}

static gboolean
looks_check (GSource *source)
{
  return FALSE;
}

static gboolean
looks_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs looks_funcs = { looks_prepare, looks_check, looks_dispatch };

GSource *
weir_store_looks_new (WeirStore *self)
{
  GSource *source = g_source_new (&looks_funcs, sizeof (StoreSource));

  ((StoreSource *) source)->store = self;
  g_source_set_static_name (source, "weir store looks");
  g_source_set_priority (source, G_MAXINT);
  return source;
}
