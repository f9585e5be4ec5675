/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-store-jobs.h"

/* After this long without work there is time for what can wait. */
#define IDLE_US (250 * 1000)
/* The rest of a transaction comes within the same turn of the main loop; if it does not, what is there is committed. */
#define MORE_US (10 * 1000)
#define BACKOFF_FIRST_US (50 * 1000)
#define BACKOFF_LAST_US (5 * G_USEC_PER_SEC)

/* After the last of several jobs the main context is woken. */
static void
give_back (WeirStore *self, WeirJob *job)
{
  weir_queue_push (&self->back, &job->node);
}

static void
answer (WeirStore *self, WeirJob *job)
{
  if (job->waiter != NULL)
    {
      WeirJobWaiter *waiter = job->waiter;

      g_mutex_lock (&waiter->mutex);
      waiter->answered = TRUE;
      g_cond_signal (&waiter->cond);
      g_mutex_unlock (&waiter->mutex);
      return;
    }
  give_back (self, job);
  g_main_context_wakeup (self->context);
}

/* ── writing thread ──────────────────────────────────────────────────────────────────────── */

static void
tell_trouble (WeirStore *self, const GError *error)
{
  const char *message = error != NULL ? error->message : NULL;
  gboolean is_full = error != NULL && weir_store_says_full (error);
  WeirJob *job;

  /* how much space there is, and what for, may be another each time */
  if (g_strcmp0 (self->trouble, message) == 0 || (is_full && self->trouble_is_full))
    return;
  self->trouble_is_full = is_full;
  g_set_str (&self->trouble, message);
  job = weir_job_new (WEIR_JOB_TROUBLE);
  job->message = g_strdup (message);
  give_back (self, job);
  g_main_context_wakeup (self->context);
}

static void
give_pending_back (WeirStore *self)
{
  g_autoptr(GPtrArray) written = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_batch_free);
  WeirJob *job;

  while ((job = g_queue_pop_head (&self->pending)) != NULL)
    {
      g_ptr_array_add (written, g_steal_pointer (&job->batch));
      give_back (self, job);
    }
  g_main_context_wakeup (self->context);
  /* The batches are freed here, while the main context goes on. */
}

static void
write_pending (WeirStore *self)
{
  g_autoptr(GError) error = NULL;

  weir_store_grow_wal (self);
  if (weir_store_write_pending (self, &error))
    {
      tell_trouble (self, NULL);
      self->backoff_us = BACKOFF_FIRST_US;
      self->retry_at = 0;
      give_pending_back (self);
      weir_store_tend_log (self);
      return;
    }
  tell_trouble (self, error);
  self->damaged = g_str_has_prefix (error->message, WEIR_STORE_DAMAGED);
  self->retry_at = self->damaged ? G_MAXINT64 : g_get_monotonic_time () + self->backoff_us;
  self->backoff_us = MIN (self->backoff_us * 2, BACKOFF_LAST_US);
}

/* The rest of a transaction is on its way. */
static gboolean
awaits_more (WeirStore *self)
{
  WeirJob *last = g_queue_peek_tail (&self->pending);

  return last->more && self->trouble == NULL;
}

static void
run_question (WeirStore *self, WeirJob *job)
{
  if (job->before != NULL)
    {
      g_autoptr(GError) error = NULL;

      if (!job->before (self, self->writing, job->question, NULL, &error))
        g_warning ("%s", error->message);
      if (!self->in_memory)
        {
          weir_queue_push (&self->to_read, &job->node);
          return;
        }
    }
  if (weir_store_sync_new (self, &job->error))
    job->func (self, self->writing, job->question, &job->answer, &job->error);
  answer (self, job);
}

/* Sorts what came into batches, which wait to be written together, and questions, which come after the batches before
 * them, except while those cannot be written. FALSE if the store is being closed. */
static gboolean
take_jobs (WeirStore *self, WeirQueueNode *node)
{
  while (node != NULL)
    {
      WeirJob *job = (WeirJob *) node;

      node = node->next;
      if (job->kind == WEIR_JOB_CLOSE)
        {
          weir_job_free (job);
          return FALSE;
        }
      if (job->kind == WEIR_JOB_BATCH)
        {
          g_queue_push_tail (&self->pending, job);
          continue;
        }
      if (self->pending.length > 0 && self->trouble == NULL)
        write_pending (self);
      run_question (self, job);
    }
  return TRUE;
}

/* What can wait until nothing else is to do; TRUE if there is more of it. */
static gboolean
tidy (WeirStore *self)
{
  if (weir_store_index_when_idle (self))
    return TRUE;
  if (weir_store_purge_when_idle (self) || weir_store_shrink (self))
    return TRUE;
  weir_keeper_forget (self->keeper);
  weir_store_tend_idle_log (self);
  return FALSE;
}

gpointer
weir_store_writer_thread (gpointer data)
{
  WeirStore *self = data;
  gboolean open = TRUE;
  gint64 timeout_us = IDLE_US;

  self->backoff_us = BACKOFF_FIRST_US;
  /* If it fails it is tried again with the first batch, which then says so. */
  weir_store_sync_new (self, NULL);
  while (open)
    {
      WeirQueueNode *node;

      if (self->pending.length > 0)
        timeout_us = self->open ? MORE_US : self->damaged ? -1 : MAX (self->retry_at - g_get_monotonic_time (), 0);
      node = weir_queue_wait (&self->to_write, timeout_us);
      open = take_jobs (self, node);
      if (open && node != NULL && self->pending.length > 0 && awaits_more (self))
        weir_store_write_pending_rows (self, NULL); /* what fails is tried again with the rest, and said then */
      else if (self->pending.length > 0 && ((!open && !self->damaged) || g_get_monotonic_time () >= self->retry_at))
        write_pending (self);
      if (node != NULL)
        timeout_us = IDLE_US;
      else if (self->pending.length == 0 && !self->damaged)
        timeout_us = tidy (self) ? 0 : weir_store_next_check (self);
    }
  weir_store_end_copying (self);
  return NULL;
}

/* ── reading thread ──────────────────────────────────────────────────────────────────────── */

gpointer
weir_store_reader_thread (gpointer data)
{
  WeirStore *self = data;

  for (;;)
    {
      WeirQueueNode *node = weir_queue_wait (&self->to_read, -1);

      while (node != NULL)
        {
          WeirJob *job = (WeirJob *) node;

          node = node->next;
          if (job->kind == WEIR_JOB_CLOSE)
            {
              weir_job_free (job);
              return NULL;
            }
          job->func (self, self->reading, job->question, &job->answer, &job->error);
          answer (self, job);
        }
    }
}
