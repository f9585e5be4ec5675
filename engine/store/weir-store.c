/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-store-jobs.h"

#include <string.h>

#include <glib/gstdio.h>
#include <unistd.h>

static void
remove_folder (const char *path)
{
  g_autoptr(GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR) && !g_file_test (child, G_FILE_TEST_IS_SYMLINK))
        remove_folder (child);
      else
        g_unlink (child);
    }
  g_rmdir (path);
}

static void
weir_store_free (WeirStore *self)
{
  g_clear_object (&self->unfinished);
  g_clear_pointer (&self->keeper, weir_keeper_free);
  g_clear_pointer (&self->part, weir_part_purge_free);
  g_clear_pointer (&self->kind_ids, g_free);
  g_clear_pointer (&self->unindexed, g_hash_table_unref);
  g_clear_pointer (&self->variables, g_hash_table_unref);
  g_clear_pointer (&self->fresh_blobs, g_hash_table_unref);
  g_clear_pointer (&self->reading, weir_sql_close);
  g_clear_pointer (&self->writing, weir_sql_close);
  if (self->in_memory && self->blobs_dir != NULL)
    remove_folder (self->blobs_dir);
  if (self->lock_fd >= 0)
    close (self->lock_fd);
  weir_queue_clear (&self->to_write);
  weir_queue_clear (&self->to_read);
  weir_queue_clear (&self->back);
  g_mutex_clear (&self->variables_lock);
  g_mutex_clear (&self->settled_lock);
  g_hash_table_unref (self->settled);
  g_mutex_clear (&self->blobs_lock);
  g_main_context_unref (self->context);
  g_free (self->trouble);
  g_free (self->read_only);
  g_free (self->dir);
  g_free (self->database_path);
  g_free (self->blobs_dir);
  g_free (self);
}

static WeirStore *
weir_store_alloc (const char *dir)
{
  WeirStore *self = g_new0 (WeirStore, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->in_memory = g_str_equal (dir, ":memory:");
  self->dir = g_strdup (dir);
  self->lock_fd = -1;
  self->closed = TRUE;
  self->context = g_main_context_ref_thread_default ();
  g_queue_init (&self->returned);
  g_queue_init (&self->pending);
  weir_queue_init (&self->to_write);
  weir_queue_init (&self->to_read);
  weir_queue_init (&self->back);
  g_mutex_init (&self->variables_lock);
  g_mutex_init (&self->settled_lock);
  self->settled = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_mutex_init (&self->blobs_lock);
  self->variables = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) weir_value_unref);
  self->fresh_blobs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->unindexed = g_hash_table_new (NULL, NULL);
  self->keeper = weir_keeper_new (self);
  return self;
}

static gboolean
make_folders (WeirStore *self, gboolean *was_killed, GError **error)
{
  if (self->in_memory)
    {
      self->blobs_dir = g_dir_make_tmp ("weir-XXXXXX", error);
      return self->blobs_dir != NULL;
    }
  self->database_path = g_build_filename (self->dir, "weir.db", NULL);
  self->blobs_dir = g_build_filename (self->dir, "blobs", NULL);
  if (!weir_store_make_dir (self->dir, error))
    return FALSE;
  self->lock_fd = weir_store_lock (self->dir, was_killed, error);
  return self->lock_fd >= 0 && weir_store_make_dir (self->blobs_dir, error);
}

/* Taken for 0 where they cannot be read, a new run would get the number of one that is there. */
static gboolean
find_last_ids (WeirStore *self, GError **error)
{
  self->last_run_id = weir_sql_get_int (self->writing,
                                        "SELECT max (coalesce ((SELECT max (id) FROM run), 0),"
                                        " coalesce ((SELECT value FROM meta WHERE name = 'last-run'), 0))",
                                        -1);
  self->last_effect_id = weir_sql_get_int (self->writing,
                                           "SELECT max (coalesce ((SELECT max (id) FROM effect), 0),"
                                           " coalesce ((SELECT value FROM meta WHERE name = 'last-effect'), 0))",
                                           -1);
  if (self->last_run_id >= 0 && self->last_effect_id >= 0)
    return TRUE;
  return weir_sql_fail (self->writing, sqlite3_errcode (self->writing->db), "read", error);
}

static gboolean
open_all (WeirStore *self, GError **error)
{
  gboolean was_killed = FALSE;

  if (!make_folders (self, &was_killed, error))
    return FALSE;
  self->writing = weir_store_open_database (self, error);
  if (self->writing == NULL || !weir_store_read_unfinished (self, self->writing, error)
      || !weir_store_read_variables (self, self->writing, error) || !find_last_ids (self, error))
    return FALSE;
  weir_store_watch_wal (self);
  if (was_killed)
    weir_store_sweep_blobs (self);
  if (!self->in_memory)
    self->reading = weir_store_open_reading (self, error);
  return self->in_memory || self->reading != NULL;
}

static gboolean
open_read_only (WeirStore *self, GError **error)
{
  if (!weir_store_open_to_look (self, error))
    return FALSE;
  /* Nothing can be taken up, so nothing is offered. */
  self->unfinished = G_LIST_MODEL (g_list_store_new (WEIR_TYPE_RUN_INFO));
  return weir_store_read_variables (self, self->reading, error);
}

/**
 * weir_store_new_read_only:
 * @dir: the data folder
 * @error: set to %WEIR_ERROR_STORE when it cannot be read, %WEIR_ERROR_WRONG_STATE when it can be opened as usual
 *
 * Opens a database that a newer Weir wrote, or where nothing can be written, for looking at what is in it. Nothing in the
 * folder is changed, the newer Weir may have it open at the same time, and all that would write is refused with
 * %WEIR_ERROR_NEWER or %WEIR_ERROR_STORE. What a newer schema keeps in another way is not found.
 *
 * Returns: (transfer full) (nullable): the store
 */
WeirStore *
weir_store_new_read_only (const char *dir, GError **error)
{
  WeirStore *self;

  g_return_val_if_fail (dir != NULL, NULL);

  self = weir_store_alloc (dir);
  if (!open_read_only (self, error))
    {
      weir_store_free (self);
      return NULL;
    }
  self->closed = FALSE;
  self->returns = weir_store_returns_new (self);
  g_source_attach (self->returns, self->context);
  self->reader = g_thread_new ("weir-read", weir_store_reader_thread, self);
  return self;
}

/**
 * weir_store_new:
 * @dir: the data folder, made with mode 0700 if missing; ":memory:" keeps nothing and syncs nothing
 * @error: set to %WEIR_ERROR_BUSY when another process has the folder (the message says which), %WEIR_ERROR_NEWER
 *   when a newer Weir wrote it, %WEIR_ERROR_STORE when it cannot be used
 *
 * Opens the database, after migrating it to the newest schema (a copy of what was there goes to `backup/`).
 * Callbacks come on the thread-default main context of the caller. Blocks for a few milliseconds.
 *
 * Returns: (transfer full) (nullable): the store
 */
WeirStore *
weir_store_new (const char *dir, GError **error)
{
  WeirStore *self;

  g_return_val_if_fail (dir != NULL, NULL);

  self = weir_store_alloc (dir);
  if (!open_all (self, error))
    {
      weir_store_free (self);
      return NULL;
    }
  self->closed = FALSE;
  self->returns = weir_store_returns_new (self);
  g_source_attach (self->returns, self->context);
  self->writer = g_thread_new ("weir-write", weir_store_writer_thread, self);
  if (!self->in_memory)
    self->reader = g_thread_new ("weir-read", weir_store_reader_thread, self);
  return self;
}

static void
end_thread (GThread **thread, WeirQueue *queue)
{
  if (*thread == NULL)
    return;
  weir_queue_push (queue, &weir_job_new (WEIR_JOB_CLOSE)->node);
  g_thread_join (g_steal_pointer (thread));
}

/* Questions that were answered are delivered; callbacks of batches are not: the store is closed. */
static void
drop_returned (WeirStore *self)
{
  WeirQueueNode *node = weir_queue_take_all (&self->back);
  WeirJob *job;

  while (node != NULL)
    {
      WeirQueueNode *next = node->next;

      g_queue_push_tail (&self->returned, node);
      node = next;
    }
  while ((job = g_queue_pop_head (&self->returned)) != NULL)
    {
      if (job->kind == WEIR_JOB_QUESTION)
        weir_job_answer (job);
      weir_job_free (job);
    }
}

/**
 * weir_store_close:
 * @self: a store
 *
 * Writes what is queued, checkpoints, closes, and releases the lock. Blocks. Batches that cannot be written (full
 * disk) are given up with a warning. Safe to repeat.
 */
void
weir_store_close (WeirStore *self)
{
  WeirJob *job;

  if (self->closed)
    return;
  self->closed = TRUE;
  end_thread (&self->writer, &self->to_write);
  end_thread (&self->reader, &self->to_read);
  if (self->pending.length > 0 && !self->damaged)
    g_warning ("%s was closed before everything was written: %s", self->dir, self->trouble);
  while ((job = g_queue_pop_head (&self->pending)) != NULL)
    weir_job_free (job);
  g_source_destroy (self->returns);
  g_clear_pointer (&self->returns, g_source_unref);
  drop_returned (self);
  weir_keeper_forget (self->keeper);
  if (self->read_only == NULL)
    weir_store_drop_fresh_blobs (self);
  weir_store_close_database (self);
  if (self->lock_fd >= 0)
    weir_store_unlock (g_steal_fd (&self->lock_fd));
}

/**
 * weir_store_may_write:
 * @self: a store
 * @error: set to %WEIR_ERROR_NEWER or %WEIR_ERROR_STORE, with the reason
 *
 * Returns: whether it is more than looked at
 */
gboolean
weir_store_may_write (WeirStore *self, GError **error)
{
  if (self->read_only == NULL)
    return TRUE;
  g_set_error (error, WEIR_ERROR, self->read_only_code, "%s; it can only be looked at", self->read_only);
  return FALSE;
}

/**
 * weir_store_ref:
 * @self: a store
 *
 * Returns: (transfer full): the store
 */
WeirStore *
weir_store_ref (WeirStore *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * weir_store_unref:
 * @self: (transfer full): a store; the last reference closes it. On the thread that made it
 */
void
weir_store_unref (WeirStore *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  weir_store_close (self);
  weir_store_free (self);
}

/**
 * weir_store_set_trouble_func:
 * @self: a store
 * @func: (nullable) (scope forever): called on the main context with a message when writing begins to fail and the
 *   store to retry by itself, and with %NULL when it could write again
 * @user_data: for @func
 */
void
weir_store_set_trouble_func (WeirStore *self, WeirStoreTroubleFunc func, gpointer user_data)
{
  self->trouble_func = func;
  self->trouble_data = user_data;
}

/* ── variables ───────────────────────────────────────────────────────────────────────────── */

static char *
variable_key (const char *workflow_id, const char *name)
{
  return g_strconcat (workflow_id != NULL ? workflow_id : "", "\n", name, NULL);
}

void
weir_store_cache_variable (WeirStore *self, const char *workflow_id, const char *name, WeirValue *value)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->variables_lock);
  g_autofree char *key = variable_key (workflow_id, name);

  if (value != NULL)
    g_hash_table_replace (self->variables, g_steal_pointer (&key), weir_value_ref (value));
  else
    g_hash_table_remove (self->variables, key);
}

/**
 * weir_store_dup_variable:
 * @self: a store
 * @workflow_id: (nullable): %NULL: global
 * @name: of the variable
 *
 * Any thread.
 *
 * Returns: (transfer full) (nullable): its value, as of the last batch that was committed
 */
WeirValue *
weir_store_dup_variable (WeirStore *self, const char *workflow_id, const char *name)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->variables_lock);
  g_autofree char *key = variable_key (workflow_id, name);
  WeirValue *value = g_hash_table_lookup (self->variables, key);

  return value != NULL ? weir_value_ref (value) : NULL;
}

/**
 * weir_store_dup_variables:
 * @self: a store
 * @workflow_id: (nullable): %NULL: global
 *
 * Any thread.
 *
 * Returns: (transfer full): a record of all variables of that scope
 */
WeirValue *
weir_store_dup_variables (WeirStore *self, const char *workflow_id)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->variables_lock);
  g_autofree char *prefix = variable_key (workflow_id, "");
  WeirBuilder *record = weir_record_builder_new (4);
  GHashTableIter iter;
  const char *key;
  WeirValue *value;

  g_hash_table_iter_init (&iter, self->variables);
  while (g_hash_table_iter_next (&iter, (gpointer *) &key, (gpointer *) &value))
    if (g_str_has_prefix (key, prefix))
      weir_builder_set (record, key + strlen (prefix), value);
  return weir_builder_end (record);
}

/* ── handing over ────────────────────────────────────────────────────────────────────────── */

static void
send_batch (WeirStore *self, WeirBatch *batch, gboolean more, WeirStoreDoneFunc done, gpointer user_data)
{
  WeirJob *job;

  if (self->closed || self->read_only != NULL)
    {
      weir_batch_free (batch);
      return;
    }
  for (guint i = 0; i < batch->ops->len; i++)
    {
      WeirBatchOp *op = &g_array_index (batch->ops, WeirBatchOp, i);

      if (op->kind == WEIR_BATCH_VARIABLE)
        weir_store_cache_variable (self, op->variable.workflow_id, op->variable.name, op->variable.value);
    }
  job = weir_job_new (WEIR_JOB_BATCH);
  job->batch = batch;
  job->more = more;
  job->done = done;
  job->user_data = user_data;
  weir_queue_push (&self->to_write, &job->node);
}

/**
 * weir_store_write_ahead:
 * @self: a store
 * @batch: (transfer full): what to write
 *
 * Queues a batch whose transaction goes on with another one that comes at once: its rows are written meanwhile, and on disk when that is.
 */
void
weir_store_write_ahead (WeirStore *self, WeirBatch *batch)
{
  send_batch (self, batch, TRUE, NULL, NULL);
}

/**
 * weir_store_commit:
 * @self: a store
 * @batch: (transfer full): what to write
 * @done: (nullable) (scope async): called on the main context once the batch is on disk, in the order of the
 *   commits; not called if the store is closed before
 * @user_data: for @done
 *
 * Queues the batch. Batches queued while one is being written share the next transaction.
 */
void
weir_store_commit (WeirStore *self, WeirBatch *batch, WeirStoreDoneFunc done, gpointer user_data)
{
  send_batch (self, batch, FALSE, done, user_data);
}

static DexFuture *
ask (WeirStore *self,
     WeirQueue *queue,
     WeirStoreFunc before,
     WeirStoreFunc func,
     gpointer question,
     GDestroyNotify destroy)
{
  WeirJob *job = weir_job_new (WEIR_JOB_QUESTION);
  DexPromise *promise;

  job->before = before;
  job->func = func;
  job->question = question;
  job->destroy = destroy;
  if (self->closed)
    {
      weir_job_free (job);
      return dex_future_new_reject (WEIR_ERROR, WEIR_ERROR_STORE, "%s is closed", self->dir);
    }
  if (self->read_only != NULL && queue == &self->to_write)
    {
      weir_job_free (job);
      return dex_future_new_reject (WEIR_ERROR, self->read_only_code, "%s", self->read_only);
    }
  promise = dex_promise_new ();
  job->promise = dex_ref (promise);
  weir_queue_push (queue, &job->node);
  return DEX_FUTURE (promise);
}

DexFuture *
weir_store_ask (WeirStore *self, gboolean write, WeirStoreFunc func, gpointer question, GDestroyNotify destroy)
{
  return ask (self, write || self->in_memory ? &self->to_write : &self->to_read, NULL, func, question, destroy);
}

DexFuture *
weir_store_ask_after (
  WeirStore *self, WeirStoreFunc before, WeirStoreFunc func, gpointer question, GDestroyNotify destroy)
{
  /* In a database that is only looked at, what was done before has to do. */
  if (self->read_only != NULL)
    return ask (self, &self->to_read, NULL, func, question, destroy);
  return ask (self, &self->to_write, before, func, question, destroy);
}

/* Waits for the answer. @question stays the caller's. */
gboolean
weir_store_ask_now (WeirStore *self, WeirStoreFunc func, gpointer question, GValue *answer, GError **error)
{
  WeirJobWaiter waiter = { .answered = FALSE };
  WeirJob *job;
  gboolean ok;

  if (self->closed)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_STORE, "%s is closed", self->dir);
      return FALSE;
    }
  g_mutex_init (&waiter.mutex);
  g_cond_init (&waiter.cond);
  job = weir_job_new (WEIR_JOB_QUESTION);
  job->func = func;
  job->question = question;
  job->waiter = &waiter;
  weir_queue_push (self->in_memory ? &self->to_write : &self->to_read, &job->node);
  g_mutex_lock (&waiter.mutex);
  while (!waiter.answered)
    g_cond_wait (&waiter.cond, &waiter.mutex);
  g_mutex_unlock (&waiter.mutex);
  ok = job->error == NULL;
  if (ok)
    {
      *answer = job->answer;
      job->answer = (GValue) G_VALUE_INIT;
    }
  else
    g_propagate_error (error, g_steal_pointer (&job->error));
  weir_job_free (job);
  g_mutex_clear (&waiter.mutex);
  g_cond_clear (&waiter.cond);
  return ok;
}

/**
 * weir_store_get_last_run_id:
 * @self: a store
 *
 * Returns: the highest number of a run when the store was opened; 0 if there was none
 */
gint64
weir_store_get_last_run_id (WeirStore *self)
{
  return self->last_run_id;
}

/**
 * weir_store_get_last_effect_id:
 * @self: a store
 *
 * Returns: the highest number of an effect when the store was opened; 0 if there was none
 */
gint64
weir_store_get_last_effect_id (WeirStore *self)
{
  return self->last_effect_id;
}

/**
 * weir_store_list_unfinished:
 * @self: a store
 *
 * Returns: (transfer full): a GListModel of WeirRunInfo: runs that had not ended when the store was opened, oldest
 *   first
 */
GListModel *
weir_store_list_unfinished (WeirStore *self)
{
  return g_object_ref (self->unfinished);
}
