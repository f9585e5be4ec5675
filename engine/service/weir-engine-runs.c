/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Runs of the engine: play, lists. */

#include "weir-engine-private.h"
#include "weir-run-private.h"
#include "weir-workflow-file.h"

/* ── inputs ─────────────────────────────────────────────────────────────────────────────── */

static const WeirInput *
find_input (WeirWorkflow *workflow, const char *name)
{
  for (guint i = 0; i < weir_workflow_get_n_inputs (workflow); i++)
    if (g_str_equal (weir_workflow_get_input (workflow, i)->name, name))
      return weir_workflow_get_input (workflow, i);
  return NULL;
}

G_GNUC_PRINTF (2, 3)
static void
add_problem (GString *problems, const char *format, ...)
{
  va_list args;

  if (problems->len > 0)
    g_string_append (problems, "; ");
  va_start (args, format);
  g_string_append_vprintf (problems, format, args);
  va_end (args);
}

static WeirValue *
convert_input (const WeirInput *input, WeirValue *value, GString *problems)
{
  g_autoptr(WeirType) type = weir_type_parse (input->type != NULL ? input->type : "any", NULL);
  g_autoptr(GError) error = NULL;
  WeirValue *converted = type != NULL ? weir_type_convert (type, value, &error) : weir_value_ref (value);

  if (converted == NULL)
    add_problem (problems, "input %s: %s", input->name, error->message);
  return converted;
}

/**
 * weir_workflow_complete_inputs:
 * @workflow: what is to run
 * @given: (nullable): a record
 * @error: where to put %WEIR_ERROR_INVALID
 *
 * Returns: (transfer full) (nullable): a record with every input, defaults filled in, each of its type
 */
WeirValue *
weir_workflow_complete_inputs (WeirWorkflow *workflow, WeirValue *given, GError **error)
{
  WeirBuilder *record;
  g_autoptr(GString) problems = g_string_new (NULL);

  if (!weir_options_check_record (given, "inputs", error))
    return NULL;
  record = weir_record_builder_new (weir_workflow_get_n_inputs (workflow));
  for (guint i = 0; i < weir_workflow_get_n_inputs (workflow); i++)
    {
      const WeirInput *input = weir_workflow_get_input (workflow, i);
      WeirValue *value = given != NULL ? weir_value_find_member (given, input->name) : NULL;

      if (value == NULL)
        value = input->initial;
      if (value == NULL)
        {
          add_problem (problems, "input %s (%s) is missing", input->name, input->type != NULL ? input->type : "any");
          continue;
        }
      value = convert_input (input, value, problems);
      if (value != NULL)
        weir_builder_set_take (record, input->name, value);
    }
  for (gsize i = 0; given != NULL && i < weir_value_get_length (given); i++)
    if (find_input (workflow, weir_value_get_key (given, i)) == NULL)
      add_problem (problems, "there is no input %s in %s", weir_value_get_key (given, i),
                   weir_workflow_get_name (workflow));

  if (problems->len == 0)
    return weir_builder_end (record);
  weir_builder_free (record);
  problems->str[0] = g_ascii_toupper (problems->str[0]);
  g_set_error_literal (error, WEIR_ERROR, WEIR_ERROR_INVALID, problems->str);
  return NULL;
}

/* ── play ───────────────────────────────────────────────────────────────────────────────── */

static gboolean
check_valid (WeirWorkflow *workflow, GError **error)
{
  g_autoptr(GListModel) problems = weir_workflow_validate (workflow);
  WeirProblem *first = NULL;
  g_autofree char *text = NULL;
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (problems); i++)
    {
      g_autoptr(WeirProblem) problem = g_list_model_get_item (problems, i);

      if (weir_problem_get_severity (problem) != WEIR_SEVERITY_ERROR)
        continue;
      if (n++ == 0)
        first = problem; /* the list keeps it */
    }
  if (n == 0)
    return TRUE;
  text = weir_problem_to_string (first, NULL);
  if (n == 1)
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "%s", text);
  else
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "%s (and %u more errors)", text, n - 1);
  return FALSE;
}

WeirRun *
weir_engine_add_run (WeirEngine *self, gint64 id, WeirWorkflow *workflow)
{
  WeirRun *run = weir_run_new (self, id, workflow);

  g_hash_table_insert (self->runs, &run->id, run);
  return run;
}

WeirRun *
weir_engine_start_run (WeirEngine *self,
                       WeirWorkflow *workflow,
                       WeirValue *inputs,
                       WeirValue *options,
                       gint64 parent,
                       WeirRerun *rerun,
                       GError **error)
{
  WeirRun *run;

  if (self->closed)
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "The engine is closed");
  if (self->closed || !check_valid (workflow, error) || !weir_engine_check_queue (self, workflow, error))
    {
      g_clear_pointer (&rerun, weir_rerun_free);
      return NULL;
    }
  run = g_object_ref (weir_engine_add_run (self, ++self->next_run, workflow));
  run->options = options != NULL ? weir_value_ref (options) : NULL;
  run->parent = parent;
  run->rerun = rerun;
  if (options != NULL && !weir_run_take_breakpoints (run, weir_value_find_member (options, "breakpoints"), error))
    {
      g_hash_table_remove (self->runs, &run->id);
      g_object_unref (run);
      return NULL;
    }
  weir_run_play (run, inputs);
  if (parent != 0)
    weir_batch_put_run_fields (weir_engine_get_batch (self), run->id, parent,
                               weir_value_get_member_text (options, "block", NULL),
                               weir_workflow_get_run_priority (workflow));
  g_signal_emit_by_name (self, "run-added", run);
  return run;
}

typedef struct
{
  WeirEngine *engine;
  WeirWorkflow *workflow;
  WeirWorkflow *copy; /* what runs: edits made meanwhile do not reach it */
  WeirValue *inputs;
  WeirRun *run;
} PlayCall;

static void
play_call_free (gpointer data)
{
  PlayCall *call = data;

  g_object_unref (call->engine);
  g_object_unref (call->workflow);
  g_object_unref (call->copy);
  g_clear_object (&call->run);
  weir_value_unref (call->inputs);
  g_free (call);
}

static DexFuture *
created_cb (DexFuture *future, gpointer user_data)
{
  PlayCall *call = user_data;

  g_signal_emit_by_name (call->engine, "workflows-changed");
  return dex_future_new_take_object (g_object_ref (call->run));
}

/* A copy that is of a version already may be that of other runs: it stays as it is. */
static void
take_version (PlayCall *call)
{
  guint version = weir_workflow_get_version (call->workflow);

  if (weir_workflow_get_version (call->copy) == version)
    return;
  if (weir_workflow_get_version (call->copy) != 0)
    {
      WeirWorkflow *copy = weir_workflow_copy (call->copy);

      g_object_unref (call->copy);
      call->copy = copy;
    }
  weir_workflow_set_id (call->copy, weir_workflow_get_id (call->workflow));
  weir_workflow_set_version (call->copy, version);
}

static DexFuture *
version_saved_cb (DexFuture *future, gpointer user_data)
{
  PlayCall *call = user_data;
  WeirEngine *self = call->engine;
  GError *error = NULL;

  if (self->closed)
    return dex_future_new_reject (WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "The engine is closed");
  take_version (call);
  if (!weir_engine_check_queue (self, call->copy, &error))
    return dex_future_new_for_error (error);
  call->run = g_object_ref (weir_engine_add_run (self, ++self->next_run, call->copy));
  weir_run_play (call->run, call->inputs);
  g_signal_emit_by_name (self, "run-added", call->run);
  return weir_engine_durable (self);
}

/* A copy that is valid; the one of the last time if nothing has changed. (transfer full) */
static WeirWorkflow *
copy_valid (WeirEngine *self, WeirWorkflow *workflow, GError **error)
{
  WeirWorkflow *copy = weir_engine_get_played (self, workflow);

  if (copy != NULL)
    return g_object_ref (copy);
  if (!check_valid (workflow, error))
    return NULL;
  copy = weir_workflow_copy (workflow);
  weir_workflow_set_version (copy, 0);
  weir_plan_keep (copy);
  weir_engine_keep_played (workflow, copy);
  return copy;
}

/**
 * weir_engine_play:
 * @self: an engine
 * @workflow: what to run; saved first if it changed
 * @inputs: (nullable): a record
 *
 * Returns: (transfer full): a future that resolves to a #WeirRun whose creation is on disk; rejects with %WEIR_ERROR_INVALID
 */
DexFuture *
weir_engine_play (WeirEngine *self, WeirWorkflow *workflow, WeirValue *inputs)
{
  g_autoptr(WeirValue) complete = NULL;
  g_autoptr(WeirWorkflow) copy = NULL;
  GError *error = NULL;
  PlayCall *call;
  DexFuture *created;

  g_return_val_if_fail (WEIR_IS_ENGINE (self), NULL);
  if (self->closed)
    return dex_future_new_reject (WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "The engine is closed");
  copy = copy_valid (self, workflow, &error);
  if (copy == NULL)
    return dex_future_new_for_error (error);
  complete = weir_workflow_complete_inputs (workflow, inputs, &error);
  if (complete == NULL)
    return dex_future_new_for_error (error);

  call = g_new0 (PlayCall, 1);
  call->engine = g_object_ref (self);
  call->workflow = g_object_ref (workflow);
  call->copy = g_steal_pointer (&copy);
  call->inputs = g_steal_pointer (&complete);
  created = dex_future_then (weir_engine_settle_workflow (self, workflow), version_saved_cb, call, NULL);
  return dex_future_then (created, created_cb, call, play_call_free);
}

void
weir_engine_forget_run (WeirEngine *self, WeirRun *run)
{
  /* whoever holds the run may still ask it; it is only no longer live */
  g_hash_table_remove (self->runs, &run->id);
  if (g_hash_table_size (self->runs) == 0)
    g_hash_table_remove_all (self->workflows);
  if (!self->closed)
    weir_engine_admit_next (self);
  g_signal_emit_by_name (self, "workflows-changed");
}

/**
 * weir_engine_find_run:
 * @self: an engine
 * @id: number of a run
 *
 * Returns: (transfer none) (nullable): the run, if it is live
 */
WeirRun *
weir_engine_find_run (WeirEngine *self, gint64 id)
{
  return g_hash_table_lookup (self->runs, &id);
}

/**
 * weir_engine_list_live_runs:
 * @self: an engine
 *
 * Returns: (transfer full): a #GListModel of #WeirRun
 */
GListModel *
weir_engine_list_live_runs (WeirEngine *self)
{
  GListStore *list = g_list_store_new (WEIR_TYPE_RUN);
  GHashTableIter iter;
  WeirRun *run;

  g_hash_table_iter_init (&iter, self->runs);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &run))
    g_list_store_append (list, run);
  return G_LIST_MODEL (list);
}

/**
 * weir_engine_list_runs:
 * @self: an engine
 * @workflow_id: (nullable): only of this workflow
 * @limit: the most to list
 *
 * Returns: (transfer full): a future that resolves to a #GListModel of #WeirRunInfo, newest first
 */
DexFuture *
weir_engine_list_runs (WeirEngine *self, const char *workflow_id, guint limit)
{
  return weir_store_list_runs (self->store, workflow_id, limit);
}

/**
 * weir_engine_load_run:
 * @self: an engine
 * @id: number of a run
 *
 * Returns: (transfer full): a future that resolves to a #WeirRunInfo; rejects with %WEIR_ERROR_NOT_FOUND
 */
DexFuture *
weir_engine_load_run (WeirEngine *self, gint64 id)
{
  return weir_store_load_run (self->store, id);
}

/**
 * weir_engine_load_events:
 * @self: an engine
 * @run: number of a run
 * @after_seq: the last sequence number that is known already, or 0
 *
 * Returns: (transfer full): a future that resolves to a #GPtrArray of #WeirEvent. Values of 64 KiB and more come as a record with their hash
 *   ($blob), size and a preview
 */
DexFuture *
weir_engine_load_events (WeirEngine *self, gint64 run, guint64 after_seq)
{
  return weir_store_load_events (self->store, run, after_seq, FALSE);
}

/**
 * weir_engine_query_logs:
 * @self: an engine
 * @run: number of a run
 * @level: the least grave #WeirLogLevel wanted
 * @block_path: (nullable): only of this block and what is inside it
 * @text: (nullable): only with these words
 * @after_seq: only after this sequence number
 * @limit: the most lines
 *
 * Returns: (transfer full): a future that resolves to a #GPtrArray of #WeirLogLine, oldest first
 */
DexFuture *
weir_engine_query_logs (
  WeirEngine *self, gint64 run, int level, const char *block_path, const char *text, guint64 after_seq, guint limit)
{
  return weir_store_query_logs (self->store, run, level, block_path, text, after_seq, limit);
}

/**
 * weir_engine_list_effects:
 * @self: an engine
 * @run: number of a run
 *
 * Returns: (transfer full): a future that resolves to a #GPtrArray of #WeirEffect, oldest first
 */
DexFuture *
weir_engine_list_effects (WeirEngine *self, gint64 run)
{
  return weir_store_list_effects (self->store, run);
}

/* ── the fourth verb ────────────────────────────────────────────────────────────────────── */

typedef struct
{
  WeirWorkflow *workflow;
  WeirValue *inputs;
  WeirValue *result;
  GError *error;
  gboolean done;
} OneRun;

static DexFuture *
one_run_fiber (gpointer user_data)
{
  OneRun *call = user_data;
  g_autoptr(WeirEngine) engine = weir_engine_new (":memory:", &call->error);
  g_autoptr(WeirRun) run = NULL;

  if (engine != NULL)
    run = dex_await_object (weir_engine_play (engine, call->workflow, call->inputs), &call->error);
  if (run != NULL)
    call->result = dex_await_boxed (weir_run_wait (run), &call->error);
  if (engine != NULL)
    dex_await (weir_engine_close (engine), NULL);
  call->done = TRUE;
  return dex_future_new_true ();
}

/**
 * weir_workflow_run:
 * @self: a workflow
 * @inputs: (nullable): a record
 * @error: where to put why it failed
 *
 * Runs a workflow to its end in an engine of its own that keeps nothing. Iterates the default main context meanwhile.
 *
 * Returns: (transfer full) (nullable): its result
 */
WeirValue *
weir_workflow_run (WeirWorkflow *self, WeirValue *inputs, GError **error)
{
  /* what runs is a copy: an id of a database that knows nothing of it would be in the way */
  g_autoptr(WeirWorkflow) copy = weir_workflow_copy (self);
  OneRun call = { .workflow = copy, .inputs = inputs };

  dex_init ();
  weir_workflow_set_folder (copy, weir_workflow_get_folder (self));
  dex_future_disown (dex_scheduler_spawn (NULL, 0, one_run_fiber, &call, NULL));
  while (!call.done)
    g_main_context_iteration (NULL, TRUE);
  if (call.error != NULL)
    g_propagate_error (error, call.error);
  return call.result;
}
