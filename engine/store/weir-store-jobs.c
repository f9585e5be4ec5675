/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-store-jobs.h"

typedef struct
{
  GSource    source;
  WeirStore *store;
} Returns;

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

static gboolean
returns_prepare (GSource *source, int *timeout)
{
  WeirStore *store = ((Returns *) source)->store;

  *timeout = -1;
  return store->returned.length > 0 || !weir_queue_is_empty (&store->back);
}

static gboolean
returns_check (GSource *source)
{
  WeirStore *store = ((Returns *) source)->store;

  return store->returned.length > 0 || !weir_queue_is_empty (&store->back);
}

static gboolean
returns_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  g_autoptr(WeirStore) store = weir_store_ref (((Returns *) source)->store);
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
  GSource *source = g_source_new (&returns_funcs, sizeof (Returns));

  ((Returns *) source)->store = self;
  g_source_set_static_name (source, "weir store");
  g_source_set_can_recurse (source, TRUE);
  return source;
}
