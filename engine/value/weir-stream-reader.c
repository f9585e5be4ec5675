/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading streams. A few threads serve all readers of the process; a reader stays with one of them, since its compiled
 * expressions do. Each turn of a reader is short, so that many share a thread. */
#include "weir-stream-private.h"

#define MAX_WORKERS 4
/* What one answer holds at most, about, and how long it is worked on. */
#define ANSWER_SIZE (256 << 10)
#define ANSWER_ITEMS 8192
#define ANSWER_TIME (20 * 1000)

typedef struct
{
  GAsyncQueue *jobs; /* of Job */
  guint        n_readers;
} Worker;

struct _WeirStreamReader
{
  int                ref_count;
  WeirStreamUnit     unit;
  GCancellable      *cancellable;
  Worker            *worker;
  WeirValue         *stream;
  WeirStreamSource  *source;
  GPtrArray         *ops;
  WeirStreamEncoder *encoder; /* NULL: bytes as they are, or items */
  WeirStreamBatch   *batch;
  gboolean           is_raw; /* bytes of a file that nobody looks at */
  gboolean           is_open;
  gboolean           is_over; /* set by the worker before it answers */
  gboolean           is_busy;
  GError            *error; /* once failed, it stays so */
};

typedef struct
{
  WeirStreamReader *reader;
  DexPromise       *promise; /* NULL: the reader is to be freed */
} Job;

G_DEFINE_BOXED_TYPE (WeirStreamReader, weir_stream_reader, weir_stream_reader_ref, weir_stream_reader_unref)

static void
free_reader (WeirStreamReader *self)
{
  g_clear_pointer (&self->ops, g_ptr_array_unref);
  g_clear_pointer (&self->encoder, weir_stream_encoder_free);
  g_clear_pointer (&self->source, weir_stream_source_free);
  g_clear_pointer (&self->batch, g_array_unref);
  g_clear_pointer (&self->stream, weir_value_unref);
  g_clear_object (&self->cancellable);
  g_clear_error (&self->error);
  g_free (self);
}

/* ── in the thread ──────────────────────────────────────────────────────────────────────── */

static gboolean
open_reader (WeirStreamReader *self, GError **error)
{
  self->is_open = TRUE;
  for (guint i = 0; i < self->ops->len; i++)
    if (!weir_stream_op_compile (g_ptr_array_index (self->ops, i), error))
      return FALSE;
  return weir_stream_source_open (self->source, error);
}

static gboolean
run_ops (WeirStreamReader *self, gboolean *is_last, GError **error)
{
  guint64 failed_at = 0;

  for (guint i = 0; i < self->ops->len; i++)
    if (!weir_stream_op_run (g_ptr_array_index (self->ops, i), self->batch, is_last, &failed_at, error))
      {
        if (failed_at > 0)
          weir_stream_source_prefix (self->source, failed_at, error);
        return FALSE;
      }
  if (self->encoder == NULL)
    return TRUE;
  if (!weir_stream_encoder_add (self->encoder, self->batch, &failed_at, error))
    {
      weir_stream_source_prefix (self->source, failed_at, error);
      return FALSE;
    }
  g_array_set_size (self->batch, 0);
  return TRUE;
}

static gboolean
is_enough (WeirStreamReader *self, gint64 began)
{
  return self->batch->len >= ANSWER_ITEMS / 2
         || (self->encoder != NULL && weir_stream_encoder_get_size (self->encoder) >= ANSWER_SIZE)
         || g_get_monotonic_time () - began > ANSWER_TIME;
}

static WeirValue *
take_items (WeirStreamReader *self)
{
  WeirBuilder *list = weir_list_builder_new (self->batch->len);

  for (guint i = 0; i < self->batch->len; i++)
    weir_builder_take (list, g_steal_pointer (&g_array_index (self->batch, WeirStreamItem, i).value));
  g_array_set_size (self->batch, 0);
  return weir_builder_end (list);
}

/* One round of the source through all operations; what comes out is behind what earlier rounds of this answer gave. */
static gboolean
read_round (WeirStreamReader *self, GError **error)
{
  g_autoptr(GArray) earlier = NULL;

  if (self->batch->len > 0)
    {
      earlier = g_steal_pointer (&self->batch);
      self->batch = weir_stream_batch_new ();
    }
  if (!weir_stream_source_read_items (self->source, self->batch, &self->is_over, error)
      || !run_ops (self, &self->is_over, error))
    return FALSE;
  if (earlier == NULL)
    return TRUE;
  for (guint i = 0; i < self->batch->len; i++)
    {
      WeirStreamItem *item = &g_array_index (self->batch, WeirStreamItem, i);

      weir_stream_batch_take (earlier, g_steal_pointer (&item->value), item->place);
    }
  g_array_unref (self->batch);
  self->batch = g_steal_pointer (&earlier);
  return TRUE;
}

static gboolean
read_answer (WeirStreamReader *self, GValue *answer, GError **error)
{
  gint64 began = g_get_monotonic_time ();

  if (!self->is_open && !open_reader (self, error))
    return FALSE;
  if (self->is_raw)
    {
      GBytes *bytes = weir_stream_source_read (self->source, error);

      if (bytes == NULL)
        return FALSE;
      self->is_over = g_bytes_get_size (bytes) == 0;
      g_value_init (answer, G_TYPE_BYTES);
      g_value_take_boxed (answer, bytes);
      return TRUE;
    }
  do
    if (g_cancellable_set_error_if_cancelled (self->cancellable, error)
        || (!self->is_over && !read_round (self, error)))
      return FALSE;
  while (!self->is_over && !is_enough (self, began));

  g_value_init (answer, self->encoder != NULL ? G_TYPE_BYTES : WEIR_TYPE_VALUE);
  if (self->encoder != NULL)
    g_value_take_boxed (answer, weir_stream_encoder_take (self->encoder));
  else
    g_value_take_boxed (answer, take_items (self));
  return TRUE;
}

static void
answer (WeirStreamReader *self, DexPromise *promise)
{
  g_auto(GValue) value = G_VALUE_INIT;

  if (self->error == NULL && !g_cancellable_set_error_if_cancelled (self->cancellable, &self->error))
    read_answer (self, &value, &self->error);
  self->is_over |= self->error != NULL;
  g_atomic_int_set (&self->is_busy, FALSE);
  if (self->error != NULL)
    dex_promise_reject (promise, g_error_copy (self->error));
  else
    dex_promise_resolve (promise, &value);
}

static gpointer
work (gpointer data)
{
  Worker *self = data;

  for (;;)
    {
      Job *job = g_async_queue_pop (self->jobs);

      if (job->promise == NULL)
        free_reader (job->reader);
      else
        {
          answer (job->reader, job->promise);
          dex_unref (job->promise);
          weir_stream_reader_unref (job->reader);
        }
      g_free (job);
    }
  return NULL;
}

/* ── outside ────────────────────────────────────────────────────────────────────────────── */

static GMutex workers_lock;
static Worker workers[MAX_WORKERS];

/* The one with the fewest readers. Threads are never ended: they sleep. */
static Worker *
choose_worker (void)
{
  guint n = CLAMP (g_get_num_processors (), 1, MAX_WORKERS);
  Worker *chosen = &workers[0];

  g_mutex_lock (&workers_lock);
  for (guint i = 1; i < n; i++)
    if (workers[i].n_readers < chosen->n_readers)
      chosen = &workers[i];
  chosen->n_readers++;
  if (chosen->jobs == NULL)
    {
      chosen->jobs = g_async_queue_new ();
      g_thread_unref (g_thread_new ("weir-stream", work, chosen));
    }
  g_mutex_unlock (&workers_lock);
  return chosen;
}

static void
post (WeirStreamReader *self, DexPromise *promise)
{
  Job *job = g_new (Job, 1);

  job->reader = self;
  job->promise = promise;
  g_async_queue_push (self->worker->jobs, job);
}

static gboolean
add_ops (WeirStreamReader *self, WeirValue *ops, GError **error)
{
  for (gsize i = 0; ops != NULL && i < weir_value_get_length (ops); i++)
    {
      WeirValue *record = weir_value_get_item (ops, i);
      WeirStreamOp *op;

      if (g_str_equal (weir_value_get_member_text (record, "op", ""), "encode"))
        {
          self->encoder = weir_stream_encoder_new (record, error);
          return self->encoder != NULL;
        }
      op = weir_stream_op_new (record, error);
      if (op == NULL)
        return FALSE;
      g_ptr_array_add (self->ops, op);
    }
  return TRUE;
}

static gboolean
prepare (WeirStreamReader *self, GError **error)
{
  WeirValue *recipe = weir_stream_get_recipe (self->stream);
  gboolean gives_bytes = weir_stream_get_unit (self->stream) == WEIR_STREAM_BYTES;

  self->source = weir_stream_source_new (weir_value_find_member (recipe, "source"), error);
  if (self->source == NULL || !add_ops (self, weir_value_find_member (recipe, "ops"), error))
    return FALSE;
  if (self->encoder != NULL && self->unit == WEIR_STREAM_ITEMS)
    {
      weir_set_failure (error, "input.type", "Expected a stream of items, but it was turned into bytes before");
      return FALSE;
    }
  self->is_raw = gives_bytes && self->unit == WEIR_STREAM_BYTES && self->encoder == NULL;
  if (self->unit == WEIR_STREAM_BYTES && !self->is_raw && self->encoder == NULL)
    self->encoder = weir_stream_encoder_new (NULL, error);
  return TRUE;
}

/**
 * weir_stream_reader_new:
 * @stream: a stream
 * @unit: what is wanted of it
 * @cancellable: (nullable): ends reading
 * @error: set to config.invalid or input.type if the recipe makes no sense
 *
 * Nothing is opened yet: that the file is not there any more comes out with the first
 * [method@Weir.StreamReader.next]. Any thread.
 *
 * Returns: (transfer full) (nullable): a reader that is at the beginning
 */
WeirStreamReader *
weir_stream_reader_new (WeirValue *stream, WeirStreamUnit unit, GCancellable *cancellable, GError **error)
{
  WeirStreamReader *self;

  g_return_val_if_fail (stream != NULL && stream->kind == WEIR_VALUE_STREAM, NULL);

  self = g_new0 (WeirStreamReader, 1);
  self->ref_count = 1;
  self->stream = weir_value_ref (stream);
  self->unit = unit;
  self->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  self->ops = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_stream_op_free);
  self->batch = weir_stream_batch_new ();
  if (!prepare (self, error))
    {
      free_reader (self);
      return NULL;
    }
  self->worker = choose_worker ();
  return self;
}

/**
 * weir_stream_reader_ref:
 * @self: a reader
 *
 * Returns: (transfer full): the same reader
 */
WeirStreamReader *
weir_stream_reader_ref (WeirStreamReader *self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

/**
 * weir_stream_reader_unref:
 * @self: (transfer full): a reader
 *
 * The last one closes what it reads, soon. Any thread.
 */
void
weir_stream_reader_unref (WeirStreamReader *self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  g_mutex_lock (&workers_lock);
  self->worker->n_readers--;
  g_mutex_unlock (&workers_lock);
  post (self, NULL);
}

/**
 * weir_stream_reader_next:
 * @self: a reader whose last answer has come
 *
 * Asks for more. An answer may be empty when a lot was read and nothing of it is left.
 *
 * Returns: (transfer full): a future that resolves to #GBytes or a list (#WeirValue); rejects with io.*, data.encoding,
 *   code.exception, limit.size, flow.cancelled
 */
DexFuture *
weir_stream_reader_next (WeirStreamReader *self)
{
  DexPromise *promise;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (g_atomic_int_compare_and_exchange (&self->is_busy, FALSE, TRUE), NULL);

  promise = dex_promise_new ();
  weir_stream_reader_ref (self);
  post (self, dex_ref (promise));
  return DEX_FUTURE (promise);
}

/**
 * weir_stream_reader_is_at_end:
 * @self: a reader whose last answer has come
 *
 * Returns: whether there is nothing behind it
 */
gboolean
weir_stream_reader_is_at_end (WeirStreamReader *self)
{
  return self->is_over;
}

/**
 * weir_stream_reader_get_fraction:
 * @self: a reader
 *
 * Any thread.
 *
 * Returns: how much of the source was read, 0 to 1
 */
double
weir_stream_reader_get_fraction (WeirStreamReader *self)
{
  guint64 done, total;
  gboolean is_bytes;

  weir_stream_source_get_progress (self->source, &done, &total, &is_bytes);
  return total > 0 ? (double) done / (double) total : 1;
}

/**
 * weir_stream_reader_describe_progress:
 * @self: a reader
 *
 * Any thread.
 *
 * Returns: (transfer full): "12.5 MB of 2.0 GB", "300 of 1000"
 */
char *
weir_stream_reader_describe_progress (WeirStreamReader *self)
{
  g_autofree char *done_text = NULL, *total_text = NULL;
  guint64 done, total;
  gboolean is_bytes;

  weir_stream_source_get_progress (self->source, &done, &total, &is_bytes);
  if (!is_bytes)
    return g_strdup_printf ("%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT, done, total);
  done_text = g_format_size (done);
  total_text = g_format_size (total);
  return g_strdup_printf ("%s of %s", done_text, total_text);
}
