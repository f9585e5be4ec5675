/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-test.h"

#include <glib/gstdio.h>

#include "weir-json.h"
#include "weir-registry.h"
#include "weir-run-private.h"
#include "weir-step.h"

/* ── kinds ──────────────────────────────────────────────────────────────────────────────── */

typedef struct
{
  WeirValue *give;
  char      *fail;
  gint64     fail_times;
  char      *port;
  gint64     concurrency;
} TestSettings;

static const WeirPort any_in[] = { { .name = "value" }, { .name = "other" }, { 0 } };
static const WeirPort any_out[] = { { .name = "value" }, { .name = "second" }, { .name = "each", .side = TRUE }, { 0 } };
static const WeirField fields[] = {
  WEIR_FIELD_VALUE (TestSettings, give),
  WEIR_FIELD_TEXT (TestSettings, fail),
  WEIR_FIELD_INT (TestSettings, fail_times, .initial = 1000),
  WEIR_FIELD_TEXT (TestSettings, port, .initial_text = "value"),
  WEIR_FIELD_INT (TestSettings, concurrency, .initial = 1),
  { 0 }
};
static const WeirExample examples[] = { { .title = "x", .config = "{}" }, { 0 } };

static WeirValue *
pass_value (TestSettings *self, WeirStep *step)
{
  WeirValue *input = weir_step_get_input (step, "value");

  if (self->give != NULL && !weir_value_is_null (self->give))
    return weir_value_ref (self->give);
  return input != NULL ? weir_value_ref (input) : weir_value_new_null ();
}

static gboolean
pass_eval (gpointer settings, WeirStep *step, GError **error)
{
  TestSettings *self = settings;

  if (self->fail != NULL && self->fail[0] != '\0' && weir_step_get_attempt (step) <= (guint) self->fail_times)
    {
      weir_set_failure (error, self->fail, "Told to fail");
      return FALSE;
    }
  weir_step_emit_take (step, self->port, pass_value (self, step));
  return TRUE;
}

typedef struct
{
  WeirStep   *step;
  WeirValue  *value;
  DexPromise *promise;
} Waiting;

static GPtrArray *waiting;

static DexFuture *
stopped_cb (DexFuture *future, gpointer user_data)
{
  DexPromise *promise = user_data;

  if (dex_future_get_status (DEX_FUTURE (promise)) == DEX_FUTURE_STATUS_PENDING)
    dex_promise_reject (promise, g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Stopped"));
  return dex_future_new_true ();
}

static Waiting *
waiting_add (gpointer settings, WeirStep *step)
{
  Waiting *entry = g_new0 (Waiting, 1);

  entry->step = weir_step_ref (step);
  entry->value = pass_value (settings, step);
  entry->promise = dex_promise_new ();
  g_ptr_array_add (waiting, entry);
  return entry;
}

/* Does not hear that it is to stop. */
static DexFuture *
deaf_run (gpointer settings, WeirStep *step)
{
  return DEX_FUTURE (dex_ref (waiting_add (settings, step)->promise));
}

static DexFuture *
wait_run (gpointer settings, WeirStep *step)
{
  Waiting *entry = waiting_add (settings, step);

  dex_future_disown (dex_future_finally (dex_cancellable_new_from_cancellable (weir_step_get_cancellable (step)),
                                         stopped_cb, dex_ref (entry->promise), dex_unref));
  return DEX_FUTURE (dex_ref (entry->promise));
}

static void
waiting_free (gpointer data)
{
  Waiting *entry = data;

  /* a future that nobody ever settles is never freed */
  if (dex_future_is_pending (DEX_FUTURE (entry->promise)))
    dex_promise_reject (entry->promise, g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The test is over"));
  weir_step_unref (entry->step);
  weir_value_unref (entry->value);
  dex_unref (entry->promise);
  g_free (entry);
}

static gboolean
each_fiber (gpointer settings, WeirStep *step, GError **error)
{
  WeirValue *items = weir_step_get_input (step, "value");
  WeirBuilder *results = weir_list_builder_new (weir_value_get_length (items));

  for (gsize i = 0; i < weir_value_get_length (items); i++)
    {
      g_autofree char *key = g_strdup_printf ("%" G_GSIZE_FORMAT, i);
      const char *names[] = { "item" };
      WeirValue *values[] = { weir_value_get_item (items, i) };
      g_autoptr(WeirValue) locals = weir_value_new_record (names, values, 1);
      WeirValue *result = dex_await_boxed (weir_step_run_body (step, key, locals), error);

      if (result == NULL)
        {
          weir_builder_free (results);
          return FALSE;
        }
      weir_step_emit_side (step, "each", result);
      weir_builder_take (results, result);
    }
  weir_step_emit_take (step, "value", weir_builder_end (results));
  return TRUE;
}

/* All items at once; what fails is left out. */
static gboolean
swarm_fiber (gpointer settings, WeirStep *step, GError **error)
{
  WeirValue *items = weir_step_get_input (step, "value");
  WeirBuilder *results = weir_list_builder_new (weir_value_get_length (items));
  g_autoptr(GPtrArray) bodies = g_ptr_array_new_with_free_func (dex_unref);

  for (gsize i = 0; i < weir_value_get_length (items); i++)
    {
      g_autofree char *key = g_strdup_printf ("%" G_GSIZE_FORMAT, i);

      g_ptr_array_add (bodies, weir_step_run_body (step, key, NULL));
    }
  for (guint i = 0; i < bodies->len; i++)
    {
      WeirValue *result = dex_await_boxed (dex_ref (g_ptr_array_index (bodies, i)), NULL);

      if (result != NULL)
        weir_builder_take (results, result);
    }
  weir_step_emit_take (step, "value", weir_builder_end (results));
  return !g_cancellable_set_error_if_cancelled (weir_step_get_cancellable (step), error);
}

static DexFuture *
swarm_run (gpointer settings, WeirStep *step)
{
  return weir_step_spawn (step, settings, swarm_fiber);
}

static DexFuture *
each_run (gpointer settings, WeirStep *step)
{
  return weir_step_spawn (step, settings, each_fiber);
}

static gboolean
write_fiber (gpointer settings, WeirStep *step, GError **error)
{
  TestSettings *self = settings;
  g_autofree char *text = weir_value_to_display (weir_step_get_input (step, "value"), 0);
  g_autoptr(GBytes) content = g_bytes_new (text, strlen (text));

  if (!dex_await (weir_step_write_file (step, self->port, content, WEIR_WRITE_REPLACE, TRUE), error))
    return FALSE;
  weir_step_emit (step, "value", weir_step_get_input (step, "value"));
  return TRUE;
}

static DexFuture *
write_run (gpointer settings, WeirStep *step)
{
  return weir_step_spawn (step, settings, write_fiber);
}

static gboolean
ask_accepts (gpointer settings, WeirStep *step, WeirValue *value)
{
  return weir_value_get_kind (value) != WEIR_VALUE_NULL;
}

static DexFuture *
ask_answered_cb (DexFuture *future, gpointer user_data)
{
  const GValue *value = dex_future_get_value (future, NULL);
  WeirValue *answer = g_value_get_boxed (value);
  WeirValue *given = weir_value_get_kind (answer) == WEIR_VALUE_RECORD ? weir_value_find_member (answer, "value")
                                                                       : answer;

  weir_step_emit (user_data, "value", given);
  return dex_future_new_true ();
}

/* Waits for a minute, an answer, or a signal on the channel “call”. */
static DexFuture *
ask_run (gpointer settings, WeirStep *step)
{
  WeirWait wait = { .key = "ask", .channel = "call", .reason = "waits for a call", .accept = ask_accepts,
                    .due_at = weir_step_get_time (step) + 60 * G_USEC_PER_SEC };

  return dex_future_then (weir_step_wait (step, &wait), ask_answered_cb, weir_step_ref (step),
                          (GDestroyNotify) weir_step_unref);
}

#define KIND(name_, id_, ...) \
  static const WeirBlockKind name_ = { .id = id_, .version = 1, .title = id_, .summary = "For tests", .category = "Test", \
    .inputs = any_in, .outputs = any_out, .fields = fields, .settings_size = sizeof (TestSettings), .examples = examples, \
    __VA_ARGS__ }

KIND (kind_pass, "test.pass", .eval = pass_eval);
KIND (kind_wait, "test.wait", .run = wait_run);
KIND (kind_deaf, "test.deaf", .run = deaf_run);
KIND (kind_ask, "test.ask", .run = ask_run);
KIND (kind_once, "test.once", .run = wait_run, .effect = WEIR_EFFECT_ONCE, .undo = WEIR_UNDO_IRREVERSIBLE);
KIND (kind_each, "test.each", .run = each_run, .has_body = TRUE);
KIND (kind_swarm, "test.swarm", .run = swarm_run, .has_body = TRUE);
KIND (kind_write, "test.write", .run = write_run, .effect = WEIR_EFFECT_IDEMPOTENT, .undo = WEIR_UNDO_EXACT);

static void
add_kinds (void)
{
  static gboolean done;

  if (done)
    return;
  done = TRUE;
  dex_init ();
  waiting = g_ptr_array_new_with_free_func (waiting_free);
  weir_registry_add_kind (&kind_pass);
  weir_registry_add_kind (&kind_wait);
  weir_registry_add_kind (&kind_ask);
  weir_registry_add_kind (&kind_deaf);
  weir_registry_add_kind (&kind_once);
  weir_registry_add_kind (&kind_each);
  weir_registry_add_kind (&kind_write);
  weir_registry_add_kind (&kind_swarm);
}

/* ── the engine ─────────────────────────────────────────────────────────────────────────── */

static void
open_engine (WeirTest *test, gboolean on_disk)
{
  g_autofree char *data = g_build_filename (test->dir, "data", NULL);
  g_autoptr(GError) error = NULL;

  test->engine = weir_engine_new_with_clock (on_disk ? data : ":memory:", test->clock, &error);
  g_assert_no_error (error);
}

WeirTest *
weir_test_new (void)
{
  WeirTest *test = g_new0 (WeirTest, 1);

  add_kinds ();
  test->clock = weir_clock_new_fake ();
  test->dir = g_dir_make_tmp ("weir-test-XXXXXX", NULL);
  open_engine (test, FALSE);
  return test;
}

WeirTest *
weir_test_new_on_disk (void)
{
  WeirTest *test = weir_test_new ();

  weir_test_reopen (test);
  return test;
}

/* With the program all ends that heard nothing. */
static void
drop_waiting (void)
{
  for (guint i = 0; i < waiting->len; i++)
    dex_unref (stopped_cb (NULL, ((Waiting *) g_ptr_array_index (waiting, i))->promise));
  g_ptr_array_set_size (waiting, 0);
}

/* Closes the engine, as when the program ends, and opens the one on disk. */
void
weir_test_reopen (WeirTest *test)
{
  dex_unref (weir_engine_close (test->engine));
  weir_test_settle (test);
  g_clear_object (&test->engine);
  drop_waiting ();
  weir_test_settle (test);
  open_engine (test, TRUE);
}

static void
remove_tree (const char *path)
{
  GDir *dir = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_clear_pointer (&dir, g_dir_close);
  g_remove (path);
}

void
weir_test_free (WeirTest *test)
{
  dex_unref (weir_engine_close (test->engine));
  weir_test_settle (test);
  /* those that do not listen would wait for ever, and hold their run */
  for (guint j = 0; j < waiting->len; j++)
    {
      Waiting *entry = g_ptr_array_index (waiting, j);

      if (dex_future_is_pending (DEX_FUTURE (entry->promise)))
        dex_promise_reject (entry->promise, g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The test is over"));
    }
  drop_waiting ();
  weir_test_settle (test);
  g_clear_object (&test->engine);
  weir_clock_unref (test->clock);
  remove_tree (test->dir);
  g_free (test->dir);
  g_free (test);
}

const GValue *
weir_test_await (DexFuture *future, GError **error)
{
  while (dex_future_get_status (future) == DEX_FUTURE_STATUS_PENDING)
    g_main_context_iteration (NULL, TRUE);
  return dex_future_get_value (future, error);
}

/* Until nothing more happens by itself: what is journalled is on disk, what can run has run. */
void
weir_test_settle (WeirTest *test)
{
  for (guint i = 0; i < 3; i++)
    {
      if (test->engine != NULL && !test->engine->closed)
        {
          g_autoptr(DexFuture) durable = weir_engine_durable (test->engine);

          weir_test_await (durable, NULL);
        }
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
}

WeirWorkflow *
weir_test_parse (const char *yaml)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GListModel) problems = NULL;
  WeirWorkflow *workflow = weir_workflow_parse (yaml, -1, &problems, &error);

  g_assert_no_error (error);
  return workflow;
}

WeirRun *
weir_test_play (WeirTest *test, const char *yaml, const char *inputs_json)
{
  g_autoptr(WeirWorkflow) workflow = weir_test_parse (yaml);
  g_autoptr(WeirValue) inputs = inputs_json != NULL ? weir_json_parse (inputs_json, -1, NULL) : NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(DexFuture) future = weir_engine_play (test->engine, workflow, inputs);
  const GValue *value = weir_test_await (future, &error);
  WeirRun *run;

  g_assert_no_error (error);
  run = g_value_dup_object (value);
  weir_test_settle (test);
  return run;
}

char *
weir_test_result (WeirTest *test, const char *yaml, const char *inputs_json)
{
  g_autoptr(WeirRun) run = weir_test_play (test, yaml, inputs_json);
  g_autoptr(DexFuture) wait = weir_run_wait (run);
  g_autoptr(GError) error = NULL;
  const GValue *value = weir_test_await (wait, &error);

  weir_test_check_fold (test, run);
  if (value == NULL)
    return g_strdup_printf ("failed %s: %s", weir_error_get_class (error), error->message);
  return weir_json_write (g_value_get_boxed (value), 0, NULL);
}

WeirStepStatus
weir_test_status (WeirRun *run, const char *block)
{
  const WeirStepInfo *step = weir_run_state_find_step (weir_run_get_state (run), 0, block);

  return step != NULL ? step->status : WEIR_STEP_PENDING;
}

guint
weir_test_count (WeirRun *run, const char *block)
{
  WeirBlockSummary summary;

  weir_run_state_summarize_block (weir_run_get_state (run), block, &summary);
  return summary.n_succeeded;
}

static Waiting *
take_waiting (const char *block)
{
  for (guint i = 0; i < waiting->len; i++)
    {
      Waiting *entry = g_ptr_array_index (waiting, i);

      if (g_str_equal (weir_step_get_block_id (entry->step), block)
          && dex_future_get_status (DEX_FUTURE (entry->promise)) == DEX_FUTURE_STATUS_PENDING)
        return g_ptr_array_steal_index (waiting, i);
    }
  g_error ("No step of %s is waiting", block);
}

guint
weir_test_n_waiting (const char *block)
{
  guint n = 0;

  for (guint i = 0; i < waiting->len; i++)
    {
      Waiting *entry = g_ptr_array_index (waiting, i);

      n += (block == NULL || g_str_equal (weir_step_get_block_id (entry->step), block))
           && dex_future_get_status (DEX_FUTURE (entry->promise)) == DEX_FUTURE_STATUS_PENDING;
    }
  return n;
}

char *
weir_test_names (void)
{
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < waiting->len; i++)
    {
      Waiting *entry = g_ptr_array_index (waiting, i);

      if (dex_future_get_status (DEX_FUTURE (entry->promise)) == DEX_FUTURE_STATUS_PENDING)
        g_string_append_printf (names, "%s%s", names->len > 0 ? " " : "", weir_step_get_block_id (entry->step));
    }
  return g_string_free_and_steal (names);
}

void
weir_test_finish (const char *block, const char *value_json)
{
  Waiting *entry = take_waiting (block);
  g_autoptr(WeirValue) value = value_json != NULL ? weir_json_parse (value_json, -1, NULL)
                                                   : weir_value_ref (entry->value);

  weir_step_emit (entry->step, "value", value);
  dex_promise_resolve_boolean (entry->promise, TRUE);
  waiting_free (entry);
}

void
weir_test_break (const char *block, const char *class_name)
{
  Waiting *entry = take_waiting (block);
  GError *error = NULL;

  weir_set_failure (&error, class_name, "Told to fail");
  dex_promise_reject (entry->promise, error);
  waiting_free (entry);
}

/* One of several steps of a block. FALSE: it is not at work. */
gboolean
weir_test_end_step (WeirRun *run, guint32 scope, const char *block, const char *class_name)
{
  for (guint i = 0; i < waiting->len; i++)
    {
      Waiting *entry = g_ptr_array_index (waiting, i);
      GError *error = NULL;

      if (entry->step->run != run || entry->step->state->info.scope != scope
          || !g_str_equal (weir_step_get_block_id (entry->step), block)
          || !dex_future_is_pending (DEX_FUTURE (entry->promise)))
        continue;
      g_ptr_array_steal_index (waiting, i);
      if (class_name != NULL)
        {
          weir_set_failure (&error, class_name, "Told to fail");
          dex_promise_reject (entry->promise, error);
        }
      else
        {
          weir_step_emit (entry->step, "value", entry->value);
          dex_promise_resolve_boolean (entry->promise, TRUE);
        }
      waiting_free (entry);
      return TRUE;
    }
  return FALSE;
}

static WeirRunState *
fold_anew (WeirTest *test, WeirRun *run)
{
  WeirRunState *folded = weir_run_state_new (weir_run_get_workflow (run), weir_engine_resolve, test->engine);
  g_autoptr(DexFuture) future = weir_store_load_events (test->engine->store, weir_run_get_id (run), 0, TRUE);
  GPtrArray *events = g_value_get_boxed (weir_test_await (future, NULL));

  for (guint i = 0; i < events->len; i++)
    {
      g_autoptr(GError) error = NULL;

      weir_run_state_apply (folded, g_ptr_array_index (events, i), &error);
      g_assert_no_error (error);
    }
  return folded;
}

void
weir_test_check_fold (WeirTest *test, WeirRun *run)
{
  g_autoptr(WeirRunState) folded = NULL;
  g_autofree char *difference = NULL;

  /* a run that is busy may go on while its journal is read */
  do
    {
      g_clear_pointer (&folded, weir_run_state_unref);
      weir_test_settle (test);
      folded = fold_anew (test, run);
    }
  while (weir_run_state_get_seq (run->state) > weir_run_state_get_seq (folded));
  if (!weir_run_state_equal (run->state, folded, &difference))
    g_error ("Live and folded state differ: %s", difference);
}

void
weir_test_abandon (const char *block)
{
  waiting_free (take_waiting (block));
}

/* Whether any file in the folder holds the word. */
static gboolean
folder_holds (const char *path, const char *word)
{
  g_autoptr(GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);
      g_autofree char *content = NULL;
      gsize length = 0;

      if (g_file_test (child, G_FILE_TEST_IS_DIR) && folder_holds (child, word))
        return TRUE;
      if (g_file_get_contents (child, &content, &length, NULL) && memmem (content, length, word, strlen (word)) != NULL)
        return TRUE;
    }
  return FALSE;
}

gboolean
weir_test_disk_holds (WeirTest *test, const char *word)
{
  g_autofree char *data = g_build_filename (test->dir, "data", NULL);

  return folder_holds (data, word);
}
