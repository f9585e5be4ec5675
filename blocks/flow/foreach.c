/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "values.h"

typedef struct
{
  WeirValue *items;
  gint64     concurrency;
  gint64     batch;
  gint64     max_items;
  char      *on_item_error;
  gint64     delay;
  char      *break_when;
  gboolean   collect;
} Foreach;

static const char *const error_ids[] = { "stop", "skip", "collect", NULL };
static const char *const error_titles[] = { N_("Stop and fail"), N_("Go on without it"),
                                            N_("Go on and list it in Failures"), NULL };

static const WeirField foreach_fields[] = {
  WEIR_FIELD_VALUE (Foreach, items, .title = N_("Items"),
                    .summary = N_("What is gone over: a list, a table, a stream, or a record (key and value)"),
                    .type = "any", .required = TRUE),
  WEIR_FIELD_INT (Foreach, concurrency, .title = N_("At once"), .summary = N_("Items worked on at the same time"),
                  .initial = 1,
                  .minimum = 1, .maximum = 1000),
  WEIR_FIELD_CHOICE (Foreach, on_item_error, .title = N_("When an item fails"), .choices = error_ids,
                     .choice_titles = error_titles, .initial_text = "stop"),
  WEIR_FIELD_EXPRESSION (Foreach, break_when, .title = N_("End early when"),
                         .summary = N_("Looked at after each item, with item, index and result"),
                         .placeholder = "result.total > 100",
                         .advanced = TRUE),
  WEIR_FIELD_INT (Foreach, batch, .title = N_("Batch"), .summary = N_("Above 1 the body gets lists of so many items"),
                  .initial = 1,
                  .minimum = 1, .maximum = 1000000, .advanced = TRUE),
  WEIR_FIELD_INT (Foreach, max_items, .title = N_("At most"),
                  .summary = N_("More items than that fail with limit.iterations"),
                  .initial = 100000, .minimum = 1, .maximum = 10000000, .advanced = TRUE),
  WEIR_FIELD_DURATION (Foreach, delay, .title = N_("Delay"),
                       .summary = N_("Between the start of one item and the next"), .advanced = TRUE),
  WEIR_FIELD_BOOL (Foreach, collect, .title = N_("Collect results"), .initial = TRUE, .advanced = TRUE),
  { 0 }
};

static const WeirPort foreach_inputs[] = {
  { .name = "items", .title = N_("Items"), .summary = N_("The body sees each as item, its place as index") },
  { 0 }
};

static const WeirPort foreach_outputs[] = {
  { .name = "results", .type = "list<any>", .title = N_("Results"),
    .summary = N_("Of the items that succeeded, in the order of the items") },
  { .name = "failures", .type = "list<record{index: int, item: any, error: error}>", .title = N_("Failures") },
  { .name = "each_ok", .type = "record{index: int, item: any, result: any, ms: int}", .title = N_("Each Success"),
    .side = TRUE,
    .summary = N_("Fires as each item finishes") },
  { .name = "each_error", .type = "record{index: int, item: any, error: error}", .title = N_("Each Failure"),
    .side = TRUE },
  { .name = "finally", .type = "record{succeeded: int, failed: int, skipped: int}", .title = N_("At the End"),
    .summary = N_("How many items went well, failed and were left out") },
  { 0 }
};

static const char *const foreach_errors[] = { "input.missing", "input.type", "limit.iterations", NULL };

static const WeirExample foreach_examples[] = {
  { .title = N_("Each number doubled"), .config = "{\"concurrency\": 2}", .inputs = "{\"items\": [1, 2, 3]}",
    .body = "blocks:\n  twice: { kind: debug.noop, config: { value: \"=item * 2\" } }\n",
    .outputs = "{\"results\": [2, 4, 6], \"failures\": [], \"finally\": {\"succeeded\": 3, \"failed\": 0, "
               "\"skipped\": 0}}" },
  { .title = N_("Failures are listed"), .config = "{\"on_item_error\": \"collect\"}", .inputs = "{\"items\": [1, 2]}",
    .body = "blocks:\n"
            "  check: { kind: flow.if, config: { conditions: [ { left: \"=item\", op: \">\", right: 1 } ] } }\n"
            "  fail: { kind: flow.throw, config: { class: flow.asserted, message: Too small } }\n"
            "  good: { kind: debug.noop, config: { value: \"=item\" } }\n"
            "links:\n  - check.false -> fail.run\n  - check.true -> good.run\noutput: good.value\n",
    .outputs = "{\"results\": [2], \"failures\": \"*\", \"finally\": {\"succeeded\": 1, \"failed\": 1, "
               "\"skipped\": 0}}" },
  { .title = N_("Until enough is found"), .config = "{\"break_when\": \"result >= 2\"}",
    .inputs = "{\"items\": [1, 2, 3, 4]}",
    .body = "blocks:\n  same: { kind: debug.noop, config: { value: \"=item\" } }\n",
    .outputs = "{\"results\": [1, 2], \"failures\": [], \"finally\": {\"succeeded\": 2, \"failed\": 0, "
               "\"skipped\": 2}}" },
  { .title = N_("Nothing to go over"), .config = "{}", .inputs = "{\"items\": 3}",
    .body = "blocks:\n  same: { kind: debug.noop }\n", .error = "input.type" },
  { 0 }
};

/* The state of one firing. It goes on from the completion of each body, without a fiber: a loop over ten thousand items
 * holds only as many bodies as may run at once. */
typedef struct
{
  int         ref_count;
  Foreach    *settings;
  WeirStep   *step;
  DexPromise *promise;
  WeirValue  *items;
  GPtrArray  *results; /* by index, NULL where there is none */
  GPtrArray  *failures;
  gsize       n_items; /* of a stream: those that were started */
  gsize       next;
  gsize       n_done;
  guint       running;
  guint       concurrency;
  gboolean    stopping; /* no new items */
  gboolean    pumping;
  gboolean    sleeping;
  GError     *error;
  /* of a stream, which is asked for more when nothing is left to start */
  WeirStreamReader *reader;
  GQueue      waiting;
  gsize       n_read;
  gboolean    reading;
} Loop;

typedef struct
{
  Loop      *loop;
  gsize      index;
  WeirValue *item;
  gint64     started;
} Call;

static void loop_pump (Loop *self);

static void
result_unref (gpointer result)
{
  g_clear_pointer ((WeirValue **) &result, weir_value_unref);
}

static void
loop_unref (gpointer data)
{
  Loop *self = data;

  if (--self->ref_count > 0)
    return;
  g_ptr_array_unref (self->results);
  g_ptr_array_unref (self->failures);
  g_clear_pointer (&self->reader, weir_stream_reader_unref);
  g_queue_clear_full (&self->waiting, (GDestroyNotify) weir_value_unref);
  weir_value_unref (self->items);
  weir_step_unref (self->step);
  g_clear_error (&self->error);
  dex_unref (self->promise);
  g_free (self);
}

static Loop *
loop_ref (Loop *self)
{
  self->ref_count++;
  return self;
}

static void
call_free (gpointer data)
{
  Call *call = data;

  loop_unref (call->loop);
  weir_value_unref (call->item);
  g_free (call);
}

static WeirValue *
record_key_value (WeirValue *record, gsize index)
{
  WeirBuilder *builder = weir_record_builder_new (2);

  weir_builder_set_take (builder, "key", weir_value_new_text (weir_value_get_key (record, index)));
  weir_builder_set (builder, "value", weir_value_get_item (record, index));
  return weir_builder_end (builder);
}

static WeirValue *
loop_take_waiting (Loop *self)
{
  guint batch = (guint) MAX (self->settings->batch, 1);
  WeirBuilder *builder;

  if (batch == 1)
    return g_queue_pop_head (&self->waiting);
  builder = weir_list_builder_new (batch);
  for (guint i = 0; i < batch && self->waiting.length > 0; i++)
    weir_builder_take (builder, g_queue_pop_head (&self->waiting));
  return weir_builder_end (builder);
}

static WeirValue *
loop_dup_item (Loop *self, gsize index)
{
  gsize batch = (gsize) MAX (self->settings->batch, 1);
  gsize first = index * batch, last = MIN (first + batch, weir_value_get_length (self->items));
  gboolean record = weir_value_get_kind (self->items) == WEIR_VALUE_RECORD;
  WeirBuilder *builder;

  if (batch == 1)
    return record ? record_key_value (self->items, index) : weir_value_ref (weir_value_get_item (self->items, index));

  builder = weir_list_builder_new (last - first);
  for (gsize i = first; i < last; i++)
    weir_builder_take (builder, record ? record_key_value (self->items, i)
                                       : weir_value_ref (weir_value_get_item (self->items, i)));
  return weir_builder_end (builder);
}

static void
loop_finish (Loop *self)
{
  g_autoptr(WeirBuilder) results = weir_list_builder_new (self->n_items);
  WeirBuilder *summary = weir_record_builder_new (3);
  gsize n_failed = self->failures->len;

  for (guint i = 0; i < self->results->len; i++)
    if (self->results->pdata[i] != NULL)
      weir_builder_add (results, self->results->pdata[i]);

  weir_builder_set_take (summary, "succeeded", weir_value_new_int ((gint64) (self->n_done - n_failed)));
  weir_builder_set_take (summary, "failed", weir_value_new_int ((gint64) n_failed));
  weir_builder_set_take (summary, "skipped", weir_value_new_int ((gint64) (self->n_items - self->n_done)));
  weir_step_emit_take (self->step, "finally", weir_builder_end (summary));

  if (self->error != NULL)
    {
      dex_promise_reject (self->promise, g_steal_pointer (&self->error));
      return;
    }
  weir_step_emit_take (self->step, "results", weir_builder_end (g_steal_pointer (&results)));
  weir_step_emit_take (self->step, "failures",
                       weir_value_new_list ((WeirValue **) self->failures->pdata, self->failures->len));
  dex_promise_resolve_boolean (self->promise, TRUE);
}

static void
loop_fail (Loop *self, GError *error)
{
  self->stopping = TRUE;
  if (self->error == NULL)
    self->error = error;
  else
    g_error_free (error);
}

static void
call_succeeded (Call *call, WeirValue *result)
{
  Loop *self = call->loop;
  WeirBuilder *builder = weir_record_builder_new (4);
  GError *error = NULL;

  weir_builder_set_take (builder, "index", weir_value_new_int ((gint64) call->index));
  weir_builder_set (builder, "item", call->item);
  weir_builder_set (builder, "result", result);
  if (!weir_blocks_is_blank (self->settings->break_when))
    {
      WeirBuilder *locals = weir_record_builder_new (3);
      g_autoptr(WeirValue) scope = NULL;
      g_autoptr(WeirValue) enough = NULL;

      weir_builder_set (locals, "item", call->item);
      weir_builder_set_take (locals, "index", weir_value_new_int ((gint64) call->index));
      weir_builder_set (locals, "result", result);
      scope = weir_builder_end (locals);
      enough = weir_step_evaluate (self->step, self->settings->break_when, scope, &error);
      if (enough == NULL)
        loop_fail (self, error);
      else if (weir_value_is_truthy (enough))
        self->stopping = TRUE;
    }
  weir_builder_set_take (builder, "ms", weir_value_new_int ((g_get_monotonic_time () - call->started) / 1000));
  {
    g_autoptr(WeirValue) event = weir_builder_end (builder);
    weir_step_emit_side (self->step, "each_ok", event);
  }
  if (!self->settings->collect)
    return;
  if (self->results->len <= call->index)
    g_ptr_array_set_size (self->results, (gint) call->index + 1);
  self->results->pdata[call->index] = weir_value_ref (result);
}

static void
call_failed (Call *call, const GError *error)
{
  Loop *self = call->loop;
  WeirBuilder *builder = weir_record_builder_new (3);
  const char *policy = self->settings->on_item_error;
  WeirValue *failure;

  weir_builder_set_take (builder, "index", weir_value_new_int ((gint64) call->index));
  weir_builder_set (builder, "item", call->item);
  weir_builder_set_take (builder, "error", weir_value_new_error (weir_error_get_class (error), error->message, NULL));
  failure = weir_builder_end (builder);
  weir_step_emit_side (self->step, "each_error", failure);
  g_ptr_array_add (self->failures, failure);

  /* Being stopped is no failure of the item. */
  if (g_cancellable_is_cancelled (weir_step_get_cancellable (self->step)))
    {
      loop_fail (self, g_error_copy (error));
    }
  else if (g_strcmp0 (policy, "stop") == 0)
    {
      GError *copy = g_error_copy (error);
      g_prefix_error (&copy, "Item %" G_GSIZE_FORMAT ": ", call->index);
      loop_fail (self, copy);
    }
  else
    {
      weir_step_log (self->step, WEIR_LOG_WARNING, "Item %" G_GSIZE_FORMAT " failed: %s", call->index,
                     error->message);
    }
}

static DexFuture *
call_done_cb (DexFuture *future, gpointer user_data)
{
  Call *call = user_data;
  Loop *self = call->loop;
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  self->running--;
  self->n_done++;
  if (value == NULL)
    {
      call_failed (call, error);
    }
  else
    {
      WeirValue *result = G_VALUE_HOLDS (value, WEIR_TYPE_VALUE) ? g_value_get_boxed (value) : NULL;
      g_autoptr(WeirValue) held = result != NULL ? weir_value_ref (result) : weir_value_new_null ();

      call_succeeded (call, held);
    }

  if (self->reader != NULL)
    weir_step_show_progress_of (self->step, self->reader);
  else if (self->n_items > 1)
    weir_step_set_progress (self->step, (double) self->n_done / (double) self->n_items, NULL);
  loop_pump (self);
  return dex_future_new_for_boolean (TRUE);
}

static void
loop_start (Loop *self)
{
  Call *call = g_new0 (Call, 1);
  g_autofree char *key = g_strdup_printf ("%" G_GSIZE_FORMAT, self->next);
  g_autoptr(WeirValue) locals = NULL;

  call->loop = loop_ref (self);
  call->index = self->next++;
  call->item = self->reader != NULL ? loop_take_waiting (self) : loop_dup_item (self, call->index);
  self->n_items = MAX (self->n_items, self->next);
  call->started = g_get_monotonic_time ();
  locals = weir_blocks_make_item_locals (call->item, call->index);
  self->running++;
  dex_future_disown (dex_future_finally (weir_step_run_body (self->step, key, locals), call_done_cb, call, call_free));
}

static DexFuture *
slept_cb (DexFuture *future, gpointer user_data)
{
  Loop *self = user_data;
  g_autoptr(GError) error = NULL;

  self->sleeping = FALSE;
  if (dex_future_get_value (future, &error) == NULL)
    loop_fail (self, g_steal_pointer (&error));
  loop_pump (self);
  return dex_future_new_for_boolean (TRUE);
}

static DexFuture *
read_cb (DexFuture *future, gpointer user_data)
{
  Loop *self = user_data;
  GError *error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  WeirValue *items = value != NULL ? g_value_get_boxed (value) : NULL;

  self->reading = FALSE;
  for (gsize i = 0; items != NULL && i < weir_value_get_length (items); i++)
    g_queue_push_tail (&self->waiting, weir_value_ref (weir_value_get_item (items, i)));
  self->n_read += items != NULL ? weir_value_get_length (items) : 0;
  if (self->n_read > (gsize) self->settings->max_items)
    weir_set_failure (&error, "limit.iterations",
                      "Expected at most %" G_GINT64_FORMAT " items, but the stream has more",
                      self->settings->max_items);
  if (error != NULL)
    loop_fail (self, error);
  loop_pump (self);
  return dex_future_new_for_boolean (TRUE);
}

/* Whether there is an item to start now; a stream is asked for more where there is none. */
static gboolean
loop_has_next (Loop *self)
{
  gsize wanted = (gsize) MAX (self->settings->batch, 1);

  if (self->reader == NULL)
    return self->next < self->n_items;
  /* an answer may be there at once, and may be empty */
  while (!self->reading && self->error == NULL && self->waiting.length < wanted
         && !weir_stream_reader_is_at_end (self->reader))
    {
      self->reading = TRUE;
      dex_future_disown (
        dex_future_finally (weir_stream_reader_next (self->reader), read_cb, loop_ref (self), loop_unref));
    }
  return !self->reading && !self->stopping && self->waiting.length > 0;
}

/* Starts what may start. A body may end before loop_start () returns, so completions only count while this runs. */
static void
loop_pump (Loop *self)
{
  if (self->pumping)
    return;

  loop_ref (self);
  self->pumping = TRUE;
  while (!self->stopping && !self->sleeping && self->running < self->concurrency && loop_has_next (self))
    {
      loop_start (self);
      if (self->settings->delay > 0 && (self->reader != NULL || self->next < self->n_items))
        {
          self->sleeping = TRUE;
          dex_future_disown (dex_future_finally (weir_step_sleep (self->step, self->settings->delay), slept_cb,
                                                 loop_ref (self), loop_unref));
        }
    }
  self->pumping = FALSE;

  if (self->running == 0 && !self->sleeping && !self->reading
      && (self->stopping
          || (self->reader == NULL ? self->next == self->n_items
                                   : weir_stream_reader_is_at_end (self->reader) && self->waiting.length == 0))
      && dex_future_is_pending (DEX_FUTURE (self->promise)))
    loop_finish (self);
  loop_unref (self);
}

static gboolean
check_items (Foreach *self, GError **error)
{
  WeirValueKind kind;

  if (weir_blocks_is_nothing (self->items))
    {
      weir_set_failure (error, "input.missing", "Expected a list to go over, but nothing came");
      return FALSE;
    }
  kind = weir_value_get_kind (self->items);
  if (kind != WEIR_VALUE_LIST && kind != WEIR_VALUE_TABLE && kind != WEIR_VALUE_RECORD && kind != WEIR_VALUE_STREAM)
    {
      weir_set_failure (error, "input.type", "Expected a list, table, stream or record to go over, but there is %s",
                        weir_value_get_kind_name (self->items));
      return FALSE;
    }
  if (weir_value_get_length (self->items) > (gsize) self->max_items)
    {
      weir_set_failure (error, "limit.iterations",
                        "Expected at most %" G_GINT64_FORMAT " items, but there are %" G_GSIZE_FORMAT, self->max_items,
                        weir_value_get_length (self->items));
      return FALSE;
    }
  return TRUE;
}

static DexFuture *
foreach_run (gpointer settings, WeirStep *step)
{
  Foreach *self = settings;
  GError *error = NULL;
  gsize batch = (gsize) MAX (self->batch, 1);
  guint from_block = weir_step_get_concurrency (step);
  WeirStreamReader *reader = NULL;
  DexFuture *future;
  Loop *loop;

  if (!check_items (self, &error))
    return dex_future_new_for_error (error);
  if (weir_value_get_kind (self->items) == WEIR_VALUE_STREAM)
    reader = weir_step_open_stream (step, self->items, WEIR_STREAM_ITEMS, &error);
  if (error != NULL)
    return dex_future_new_for_error (error);

  loop = g_new0 (Loop, 1);
  loop->ref_count = 1;
  loop->settings = self;
  loop->step = weir_step_ref (step);
  loop->promise = dex_promise_new ();
  loop->items = weir_value_ref (self->items);
  loop->n_items = (weir_value_get_length (self->items) + batch - 1) / batch;
  loop->reader = reader;
  g_queue_init (&loop->waiting);
  loop->results = g_ptr_array_new_full ((guint) MIN (loop->n_items, 4096), result_unref);
  loop->failures = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_value_unref);
  loop->concurrency = from_block > 0 ? from_block : (guint) MAX (self->concurrency, 1);

  future = dex_ref (DEX_FUTURE (loop->promise));
  loop_pump (loop);
  loop_unref (loop);
  return future;
}

WEIR_DEFINE_BLOCK_KIND (flow_foreach, .id = "flow.foreach", .version = 1, .title = N_("For Each"),
                        .summary = N_("Runs what is inside it once for every item"),
                        .keywords = "loop each iterate items list repeat map batch",
                        .category = N_("Flow"), .icon = "media-playlist-repeat-symbolic",
                        .effect = WEIR_EFFECT_PURE, .undo = WEIR_UNDO_NONE, .inputs = foreach_inputs,
                        .outputs = foreach_outputs, .fields = foreach_fields, .settings_size = sizeof (Foreach),
                        .errors = foreach_errors, .examples = foreach_examples, .has_body = TRUE, .run = foreach_run)
