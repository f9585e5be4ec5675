/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "swarm.h"
#include "values.h"

/* A failed item is tried again after this, doubled each time, ms. */
#define BACK_OFF_CAP 60000

typedef struct
{
  WeirValue *items;
  gint64 concurrency;
  char *result_mode;
  char *order;
  gint64 stop_after_failures;
  gint64 item_attempts;
  gint64 item_back_off;
  gint64 item_timeout;
  char *priority;
  gint64 ageing;
  char *key;
  gboolean open;
  char *item_type;
  gint64 max_items;
  gboolean close_at_max;
  gint64 chunk;
} Map;

static const char *const order_ids[] = { "input", "completion", NULL };
static const char *const order_titles[] = { N_("As the items came"), N_("As they ended"), NULL };
static const char *const mode_ids[] = { "all", "ok", NULL };
static const char *const mode_titles[] = { N_("One for each item, null where it failed"),
                                           N_("Only of those that succeeded"), NULL };

static const WeirField map_fields[] = {
  WEIR_FIELD_VALUE (Map,
                    items,
                    .title = N_("Items"),
                    .summary = N_("What is gone over: a list, a table, a stream, or a record (key and value)"),
                    .type = "any"),
  WEIR_FIELD_INT (Map,
                  concurrency,
                  .title = N_("At once"),
                  .summary = N_("Items worked on at the same time"),
                  .initial = 30,
                  .minimum = 1,
                  .maximum = 10000),
  WEIR_FIELD_CHOICE (Map,
                     result_mode,
                     .title = N_("Results"),
                     .choices = mode_ids,
                     .choice_titles = mode_titles,
                     .initial_text = "all"),
  WEIR_FIELD_CHOICE (Map,
                     order,
                     .title = N_("Order of results"),
                     .choices = order_ids,
                     .choice_titles = order_titles,
                     .initial_text = "input"),
  WEIR_FIELD_INT (Map,
                  stop_after_failures,
                  .title = N_("Stop after failures"),
                  .summary = N_("Starts nothing more, and fails, once so many items failed; 0: goes on"),
                  .minimum = 0,
                  .maximum = 10000000),
  WEIR_FIELD_INT (Map,
                  item_attempts,
                  .title = N_("Attempts"),
                  .summary = N_("How often an item is tried"),
                  .initial = 1,
                  .minimum = 1,
                  .maximum = 100),
  WEIR_FIELD_DURATION (Map,
                       item_back_off,
                       .title = N_("Wait before trying again"),
                       .summary = N_("Twice as long each time, a minute at most"),
                       .initial = 1000,
                       .advanced = TRUE),
  WEIR_FIELD_DURATION (
    Map, item_timeout, .title = N_("Time limit"), .summary = N_("For one attempt of an item; 0: none")),
  WEIR_FIELD_EXPRESSION (
    Map,
    priority,
    .title = N_("Priority"),
    .summary = N_("high, medium, low, or -100 to 100, from item and index: higher ones start first"),
    .placeholder = "item.urgent ? 'high' : 'medium'"),
  WEIR_FIELD_DURATION (Map,
                       ageing,
                       .title = N_("Ageing"),
                       .summary = N_("What waits so long rises by one level; 0: never"),
                       .initial = 60000,
                       .advanced = TRUE),
  WEIR_FIELD_EXPRESSION (Map,
                         key,
                         .title = N_("Key"),
                         .summary = N_("Of items with the same key, from item and index, only the first is worked on"),
                         .placeholder = "item.id",
                         .advanced = TRUE),
  WEIR_FIELD_BOOL (
    Map, open, .title = N_("Open"), .summary = N_("Takes more items while it runs, until it is closed")),
  WEIR_FIELD_TEXT (Map,
                   item_type,
                   .title = N_("Type of an item"),
                   .summary = N_("What items that are added must be"),
                   .placeholder = "record{id: int, name: text}",
                   .raw = TRUE,
                   .shown_when = "open=true"),
  WEIR_FIELD_INT (Map,
                  max_items,
                  .title = N_("At most"),
                  .summary = N_("Items in all; 0: any number"),
                  .minimum = 0,
                  .maximum = 10000000,
                  .advanced = TRUE),
  WEIR_FIELD_BOOL (
    Map, close_at_max, .title = N_("Close when full"), .initial = TRUE, .advanced = TRUE, .shown_when = "open=true"),
  WEIR_FIELD_INT (Map,
                  chunk,
                  .title = N_("Chunk"),
                  .summary = N_("Added items in one entry of the journal"),
                  .initial = 1000,
                  .minimum = 1,
                  .maximum = 100000,
                  .advanced = TRUE,
                  .shown_when = "open=true"),
  { 0 }
};

static const WeirPort map_inputs[] = {
  { .name = "items", .title = N_("Items"), .summary = N_("The body sees each as item, its place as index") }, { 0 }
};

static const WeirPort map_outputs[] = {
  { .name = "results", .type = "list<any>", .title = N_("Results") },
  { .name = "failures", .type = "table", .title = N_("Failures"), .summary = N_("Rows of index, item and error") },
  { .name = "each_ok",
    .type = "record{index: int, item: any, result: any, ms: int}",
    .title = N_("Each Success"),
    .side = TRUE,
    .summary = N_("Fires as an item succeeds") },
  { .name = "each_error",
    .type = "record{index: int, item: any, error: error}",
    .title = N_("Each Failure"),
    .side = TRUE,
    .summary = N_("Fires as an item fails, after its last attempt") },
  { .name = "finally",
    .type = "record{index: int, item: any, ok: bool, ms: int}",
    .title = N_("Each End"),
    .side = TRUE,
    .summary = N_("Fires exactly once as an item ends, however it does") },
  { .name = "progress",
    .type = "record{total: int, queued: int, running: int, ok: int, failed: int, skipped: int}",
    .title = N_("Progress"),
    .side = TRUE,
    .summary = N_("Fires for each hundredth of the items") },
  { 0 }
};

static const char *const map_errors[] = { "input.missing", "input.type", "limit.iterations", "limit.timeout", NULL };

static const WeirExample map_examples[] = {
  { .title = N_("Each number doubled, three at once"),
    .config = "{\"concurrency\": 3}",
    .inputs = "{\"items\": [1, 2, 3, 4]}",
    .body = "blocks:\n  twice: { kind: debug.noop, config: { value: \"=item * 2\" } }\n",
    .outputs = "{\"results\": [2, 4, 6, 8], \"failures\": \"*\"}" },
  { .title = N_("The urgent first"),
    .config = "{\"concurrency\": 1, \"priority\": \"item.level\", \"order\": \"completion\"}",
    .inputs = "{\"items\": [{\"n\": 1, \"level\": \"low\"}, {\"n\": 2, \"level\": \"high\"}, {\"n\": 3}]}",
    .body = "blocks:\n  same: { kind: debug.noop, config: { value: \"=item.n\" } }\n",
    .outputs = "{\"results\": [2, 3, 1], \"failures\": \"*\"}" },
  { .title = N_("Nothing twice"),
    .config = "{\"key\": \"item\", \"result_mode\": \"ok\"}",
    .inputs = "{\"items\": [1, 2, 1]}",
    .body = "blocks:\n  same: { kind: debug.noop, config: { value: \"=item\" } }\n",
    .outputs = "{\"results\": [1, 2], \"failures\": \"*\"}" },
  { .title = N_("It ends when too much fails"),
    .config = "{\"concurrency\": 1, \"stop_after_failures\": 2}",
    .inputs = "{\"items\": [1, 2, 3]}",
    .body = "blocks:\n  fail: { kind: flow.throw, config: { class: flow.asserted, message: Bad } }\n",
    .error = "flow.asserted" },
  { 0 }
};

typedef struct
{
  int ref_count;
  Map *settings;
  WeirStep *step;
  DexPromise *promise;
  SwarmSource *source;
  GHashTable *keys; /* text of a key → index + 1; NULL without */
  GError *error;
  guint concurrency;
  guint n_waits;
  guint hundredth; /* last told of */
  gboolean waiting;
} MapRun;

static void
map_unref (gpointer data)
{
  MapRun *self = data;

  if (--self->ref_count > 0)
    return;
  g_clear_pointer (&self->source, swarm_source_unref);
  g_clear_pointer (&self->keys, g_hash_table_unref);
  g_clear_error (&self->error);
  dex_unref (self->promise);
  weir_step_unref (self->step);
  g_free (self);
}

static void
map_fail (MapRun *self, GError *error)
{
  if (self->error == NULL)
    self->error = error;
  else
    g_error_free (error);
  weir_step_drain_swarm (self->step);
  weir_step_wake_swarm (self->step);
}

/* ── the end ────────────────────────────────────────────────────────────────────────────── */

typedef struct
{
  MapRun *run;
  WeirBuilder *rows;
} Failures;

static void
add_failure (gpointer user_data, guint index, WeirValue *error)
{
  Failures *failures = user_data;
  g_autoptr (WeirValue) item = weir_step_dup_item (failures->run->step, index);
  WeirBuilder *row = weir_record_builder_new (3);

  weir_builder_set_take (row, "index", weir_value_new_int (index));
  weir_builder_set_take (row, "item", item != NULL ? weir_value_ref (item) : weir_value_new_null ());
  weir_builder_set (row, "error", error);
  weir_builder_take (failures->rows, weir_builder_end (row));
}

static void
map_finish (MapRun *self)
{
  static const char *columns[] = { "index", "item", "error" };
  gboolean as_ended = g_strcmp0 (self->settings->order, "completion") == 0;
  Failures failures = { .run = self };
  g_autoptr (WeirValue) rows = NULL;

  if (!dex_future_is_pending (DEX_FUTURE (self->promise)))
    return;
  swarm_source_close (self->source);
  if (self->error != NULL)
    {
      dex_promise_reject (self->promise, g_steal_pointer (&self->error));
      return;
    }
  failures.rows = weir_list_builder_new (0);
  weir_step_foreach_failure (self->step, as_ended, add_failure, &failures);
  rows = weir_builder_end (failures.rows);
  weir_step_emit_take (
    self->step, "results",
    weir_step_list_results (self->step, as_ended, g_strcmp0 (self->settings->result_mode, "ok") != 0));
  weir_step_emit_take (self->step, "failures", weir_value_new_table (columns, G_N_ELEMENTS (columns), rows));
  dex_promise_resolve_boolean (self->promise, TRUE);
}

static void
map_stopped (gpointer user_data)
{
  MapRun *self = user_data;

  swarm_source_close (self->source);
  if (dex_future_is_pending (DEX_FUTURE (self->promise)))
    dex_promise_reject (self->promise, g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The swarm was stopped"));
}

/* ── an item ────────────────────────────────────────────────────────────────────────────── */

static WeirValue *
map_get_item (gpointer user_data, guint place)
{
  return swarm_source_get (((MapRun *) user_data)->source, place);
}

static gboolean
take_key (MapRun *self, guint index, WeirValue *locals, char **reason, GError **error)
{
  g_autoptr (WeirValue) key = weir_step_evaluate (self->step, self->settings->key, locals, error);
  char *text;
  gpointer first;

  if (key == NULL)
    return FALSE;
  text = weir_value_to_display (key, 0);
  first = g_hash_table_lookup (self->keys, text);
  if (first == NULL)
    {
      g_hash_table_insert (self->keys, text, GUINT_TO_POINTER (index + 1));
      return TRUE;
    }
  *reason = g_strdup_printf ("has the key of item %u: %s", GPOINTER_TO_UINT (first) - 1, text);
  g_free (text);
  return FALSE;
}

static gboolean
map_rate (gpointer user_data, guint index, WeirValue *item, int *priority, char **reason)
{
  MapRun *self = user_data;
  g_autoptr (WeirValue) locals = weir_blocks_make_item_locals (item, index);
  GError *error = NULL;

  if (self->error != NULL)
    return TRUE;
  if (self->keys != NULL && !take_key (self, index, locals, reason, &error) && error == NULL)
    return FALSE;
  if (error == NULL && !weir_blocks_is_blank (self->settings->priority))
    {
      g_autoptr (WeirValue) value = weir_step_evaluate (self->step, self->settings->priority, locals, &error);

      if (value != NULL && !swarm_parse_priority (value, priority))
        {
          g_autofree char *text = weir_value_to_display (value, 60);

          weir_set_failure (&error, "input.type",
                            "Expected high, medium, low or a number as the priority, but there is %s", text);
        }
    }
  if (error != NULL)
    {
      g_prefix_error (&error, "Item %u: ", index);
      map_fail (self, error);
    }
  return TRUE;
}

/* FALSE: the error is for good. */
static gboolean
try_again (MapRun *self, guint index, WeirValue *error)
{
  const char *class_name = weir_value_get_member_text (error, "class", "");
  guint retries = weir_step_get_retries (self->step, index);
  gint64 delay = MAX (self->settings->item_back_off, 0) << MIN (retries, 20);

  if (retries + 1 >= (guint) self->settings->item_attempts || self->error != NULL
      || g_str_equal (class_name, "flow.cancelled") || g_str_equal (class_name, "flow.interrupted")
      || g_str_equal (class_name, "internal.bug"))
    return FALSE;
  weir_step_retry_item (self->step, index, MIN (delay, MAX (BACK_OFF_CAP, self->settings->item_back_off)), error);
  return TRUE;
}

static void
check_failures (MapRun *self, guint index, WeirValue *error)
{
  WeirSwarmCounts counts;
  GError *local = NULL;

  weir_step_count_items (self->step, &counts);
  /* what somebody stopped says nothing about the others */
  if (self->settings->stop_after_failures <= 0 || self->error != NULL
      || counts.n_failed - counts.n_stopped < self->settings->stop_after_failures)
    return;
  weir_set_failure (&local, weir_value_get_member_text (error, "class", "internal.bug"),
                    "%u %s failed, the last of them item %u: %s", counts.n_failed - counts.n_stopped,
                    counts.n_failed - counts.n_stopped == 1 ? "item" : "items", index,
                    weir_value_get_member_text (error, "message", ""));
  map_fail (self, local);
}

static WeirBuilder *
describe (guint index, WeirValue *item)
{
  WeirBuilder *builder = weir_record_builder_new (4);

  weir_builder_set_take (builder, "index", weir_value_new_int (index));
  weir_builder_set (builder, "item", item);
  return builder;
}

static void
tell (MapRun *self, const char *port, WeirBuilder *builder, guint index, guint slot)
{
  g_autoptr (WeirValue) value = weir_builder_end (builder);

  weir_step_emit_item (self->step, port, value, index, slot);
}

static void
tell_end (MapRun *self, guint index, WeirValue *item, WeirValue *result, WeirValue *error, gint64 duration_us)
{
  const char *port = error != NULL ? "each_error" : "each_ok";
  WeirBuilder *builder;

  if (weir_step_is_linked (self->step, port))
    {
      builder = describe (index, item);
      weir_builder_set (builder, error != NULL ? "error" : "result", error != NULL ? error : result);
      if (error == NULL)
        weir_builder_set_take (builder, "ms", weir_value_new_int (duration_us / 1000));
      tell (self, port, builder, index, 0);
    }
  if (weir_step_is_linked (self->step, "finally"))
    {
      builder = describe (index, item);
      weir_builder_set_take (builder, "ok", weir_value_new_bool (error == NULL));
      weir_builder_set_take (builder, "ms", weir_value_new_int (duration_us / 1000));
      tell (self, "finally", builder, index, 1);
    }
}

static void
tell_progress (MapRun *self)
{
  WeirSwarmCounts counts;
  WeirBuilder *builder;
  g_autoptr (WeirValue) value = NULL;
  guint done;

  weir_step_count_items (self->step, &counts);
  done = counts.n_ok + counts.n_failed + counts.n_skipped;
  weir_step_set_progress (self->step, (double) done / (double) MAX (counts.n_items, 1), NULL);
  if (!weir_step_is_linked (self->step, "progress")
      || (guint) ((guint64) done * 100 / MAX (counts.n_items, 1)) == self->hundredth)
    return;
  self->hundredth = (guint) ((guint64) done * 100 / MAX (counts.n_items, 1));
  builder = weir_record_builder_new (6);
  weir_builder_set_take (builder, "total", weir_value_new_int (counts.n_items));
  weir_builder_set_take (builder, "queued", weir_value_new_int (counts.n_queued));
  weir_builder_set_take (builder, "running", weir_value_new_int (counts.n_running));
  weir_builder_set_take (builder, "ok", weir_value_new_int (counts.n_ok));
  weir_builder_set_take (builder, "failed", weir_value_new_int (counts.n_failed));
  weir_builder_set_take (builder, "skipped", weir_value_new_int (counts.n_skipped));
  value = weir_builder_end (builder);
  weir_step_emit_side (self->step, "progress", value);
}

static void
map_ended (gpointer user_data, const WeirItemEnd *end)
{
  MapRun *self = user_data;

  if (end->error != NULL && !end->known && try_again (self, end->index, end->error))
    return;
  if (end->error != NULL && !end->again)
    weir_step_log (self->step, WEIR_LOG_WARNING, "Item %u failed: %s", end->index,
                   weir_value_get_member_text (end->error, "message", ""));
  tell_end (self, end->index, end->item, end->result, end->error, end->duration_us);
  if (end->place != G_MAXUINT)
    swarm_source_drop (self->source, end->place);
  /* what had failed before does not end the one that was wanted */
  if (end->error != NULL && !end->known)
    check_failures (self, end->index, end->error);
  tell_progress (self);
}

/* ── more items ─────────────────────────────────────────────────────────────────────────── */

/* After a restart a stream is read from its beginning: what was brought before is not brought again. */
static void
bring (MapRun *self)
{
  WeirSwarmCounts counts;
  guint n = swarm_source_get_count (self->source);

  weir_step_count_items (self->step, &counts);
  if (n > counts.n_brought)
    weir_step_bring_items (self->step, n - counts.n_brought);
}

static void
source_changed (gpointer user_data, GError *error)
{
  MapRun *self = user_data;

  if (error != NULL)
    map_fail (self, error);
  else
    bring (self);
  weir_step_wake_swarm (self->step);
}

static DexFuture *
waited_cb (DexFuture *future, gpointer user_data)
{
  MapRun *self = user_data;

  self->waiting = FALSE;
  weir_step_wake_swarm (self->step);
  return dex_future_new_true ();
}

/* For items, or for being closed; as long as it takes. A wait that was answered before a restart of the program is over at once. */
static void
wait_for_more (MapRun *self)
{
  g_autofree char *key = g_strdup_printf ("more %u", self->n_waits++);
  WeirWait wait = { .key = key, .reason = "waits for items" };

  self->waiting = TRUE;
  self->ref_count++;
  dex_future_disown (dex_future_finally (weir_step_wait (self->step, &wait), waited_cb, self, map_unref));
}

static void
map_idle (gpointer user_data)
{
  MapRun *self = user_data;
  gboolean at_end = swarm_source_is_at_end (self->source);
  WeirSwarmCounts counts;

  if (self->waiting)
    return;
  weir_step_count_items (self->step, &counts);
  if (self->error != NULL)
    {
      if (counts.n_running == 0)
        map_finish (self);
      return;
    }
  /* not the whole stream, while it is paused; but after a restart up to where it was */
  if (!at_end && (counts.n_queued < self->concurrency || swarm_source_get_count (self->source) < counts.n_brought))
    swarm_source_read (self->source);
  else if (!at_end)
    return;
  else if (counts.n_queued > 0 || counts.n_running > 0)
    return;
  else if (counts.open)
    wait_for_more (self);
  else
    map_finish (self);
}

static void
map_begin (MapRun *self, guint concurrency)
{
  Map *settings = self->settings;
  gboolean rates = self->keys != NULL || !weir_blocks_is_blank (settings->priority);
  WeirSwarmSetup setup = {
    .concurrency = concurrency,
    .open = settings->open,
    .max_items = (guint) settings->max_items,
    .close_at_max = settings->close_at_max,
    .chunk = (guint) settings->chunk,
    .item_type = weir_blocks_is_blank (settings->item_type) ? NULL : settings->item_type,
    .timeout_ms = settings->item_timeout,
    .ageing_ms = settings->ageing,
    .get_item = map_get_item,
    .rate = rates ? map_rate : NULL,
    .ended = map_ended,
    .idle = map_idle,
    .stopped = map_stopped,
    .user_data = self,
    .destroy = map_unref,
  };

  self->ref_count++;
  self->concurrency = concurrency;
  weir_step_begin_swarm (self->step, &setup);
  bring (self);
}

static gboolean
check_settings (Map *self, GError **error)
{
  g_autoptr (WeirType) type = NULL;

  if (!self->open && weir_blocks_is_nothing (self->items))
    {
      weir_set_failure (error, "input.missing", "Expected a list to go over, but nothing came");
      return FALSE;
    }
  if (weir_blocks_is_blank (self->item_type))
    return TRUE;
  type = weir_type_parse (self->item_type, error);
  return type != NULL;
}

static DexFuture *
map_run (gpointer settings, WeirStep *step)
{
  Map *self = settings;
  guint from_block = weir_step_get_concurrency (step);
  GError *error = NULL;
  DexFuture *future;
  MapRun *run;

  if (!check_settings (self, &error))
    return dex_future_new_for_error (error);
  run = g_new0 (MapRun, 1);
  run->ref_count = 1;
  run->settings = self;
  run->step = weir_step_ref (step);
  run->promise = dex_promise_new ();
  run->source = swarm_source_new (step, weir_blocks_is_nothing (self->items) ? NULL : self->items, self->max_items,
                                  source_changed, run, &error);
  if (run->source == NULL)
    {
      map_unref (run);
      return dex_future_new_for_error (error);
    }
  if (!weir_blocks_is_blank (self->key))
    run->keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  future = dex_ref (DEX_FUTURE (run->promise));
  map_begin (run, from_block > 0 ? from_block : (guint) MAX (self->concurrency, 1));
  map_unref (run);
  return future;
}

WEIR_DEFINE_BLOCK_KIND (flow_map,
                        .id = "flow.map",
                        .version = 1,
                        .title = N_("Swarm"),
                        .summary = N_("Runs what is inside it for many items at the same time"),
                        .keywords = "map parallel items swarm queue priority batch bulk pool",
                        .category = N_("Flow"),
                        .icon = "view-grid-symbolic",
                        .effect = WEIR_EFFECT_PURE,
                        .undo = WEIR_UNDO_NONE,
                        .inputs = map_inputs,
                        .outputs = map_outputs,
                        .fields = map_fields,
                        .settings_size = sizeof (Map),
                        .errors = map_errors,
                        .examples = map_examples,
                        .has_body = TRUE,
                        .run = map_run)
