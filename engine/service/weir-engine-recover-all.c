/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Taking up all runs that the end of the program cut off, by policy, with a report. */

#include "weir-engine-recovery-private.h"
#include "weir-recovery.h"
#include "weir-run-private.h"

/* So many runs are read at once. */
#define CHUNK 32
/* The main loop gets its turn after so much work, µs. */
#define TURN 2000

typedef struct
{
  WeirEngine *engine;
  GPtrArray *infos;      /* of WeirRunInfo: the runs in question */
  GHashTable *workflows; /* "id@version" → WeirWorkflow */
  GArray *missing;       /* of gint64: asked for, but nothing to take up */
  gboolean by_person;    /* no policy is asked */
  gboolean anyway;       /* nor whether all is as it was */
  gboolean plan;         /* nothing is taken up */
  gint64 stagger_ms;
  gint64 turn_began;
  guint n_resumed;
  WeirBuilder *resumed, *skipped, *failed;
  WeirBuilder *plans;
} Recovery;

static void
recovery_free (gpointer data)
{
  Recovery *self = data;

  g_object_unref (self->engine);
  g_ptr_array_unref (self->infos);
  g_hash_table_unref (self->workflows);
  g_array_unref (self->missing);
  g_clear_pointer (&self->resumed, weir_builder_free);
  g_clear_pointer (&self->skipped, weir_builder_free);
  g_clear_pointer (&self->failed, weir_builder_free);
  g_clear_pointer (&self->plans, weir_builder_free);
  g_free (self);
}

static gboolean
is_among (WeirValue *runs, gint64 id)
{
  for (gsize i = 0; i < weir_value_get_length (runs); i++)
    if (weir_value_get_kind (weir_value_get_item (runs, i)) == WEIR_VALUE_INT
        && weir_value_get_int (weir_value_get_item (runs, i)) == id)
      return TRUE;
  return FALSE;
}

static void
choose_runs (Recovery *self, WeirValue *runs)
{
  g_autoptr(GListModel) unfinished = weir_engine_list_unfinished (self->engine);
  g_autoptr(GHashTable) found = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);

  for (guint i = 0; i < g_list_model_get_n_items (unfinished); i++)
    {
      g_autoptr(WeirRunInfo) info = g_list_model_get_item (unfinished, i);
      gint64 id = weir_run_info_get_id (info);

      if (runs != NULL && !is_among (runs, id))
        continue;
      g_ptr_array_add (self->infos, g_object_ref (info));
      g_hash_table_add (found, g_memdup2 (&id, sizeof id));
    }
  for (gsize i = 0; runs != NULL && i < weir_value_get_length (runs); i++)
    {
      WeirValue *item = weir_value_get_item (runs, i);
      gint64 id = weir_value_get_kind (item) == WEIR_VALUE_INT ? weir_value_get_int (item) : 0;

      if (!g_hash_table_contains (found, &id))
        g_array_append_val (self->missing, id);
    }
}

static WeirBuilder *
begin_line (WeirRunInfo *info)
{
  WeirBuilder *line = weir_record_builder_new (8);

  weir_builder_set_take (line, "run", weir_value_new_int (weir_run_info_get_id (info)));
  weir_builder_set_take (line, "workflow", weir_value_new_text (weir_run_info_get_workflow_name (info)));
  return line;
}

static void
add_line (WeirBuilder *list, WeirRunInfo *info, const char *reason)
{
  WeirBuilder *line = begin_line (info);

  weir_builder_set_take (line, "reason", weir_value_new_text (reason));
  weir_builder_take (list, weir_builder_end (line));
}

/* Paths of the steps that a person has to say more about. */
static WeirValue *
list_asking (WeirRunState *state)
{
  WeirBuilder *list = weir_list_builder_new (1);

  for (guint i = 0; i < state->steps->len && state->n_unknown > 0; i++)
    {
      WeirStepState *step = g_ptr_array_index (state->steps, i);
      g_autofree char *path = NULL;

      if (step == NULL || step->info.status != WEIR_STEP_UNKNOWN)
        continue;
      path = weir_run_state_dup_step_path (state, &step->info);
      weir_builder_take (list, weir_value_new_text (path));
    }
  return weir_builder_end (list);
}

static void
add_resumed (Recovery *self, WeirRunInfo *info, WeirRecoveryAction action, WeirRun *run)
{
  WeirBuilder *line = begin_line (info);
  g_autoptr(WeirValue) asking = list_asking (run->state);

  weir_builder_set_take (line, "action", weir_value_new_text (weir_recovery_action_get_name (action)));
  if (weir_value_get_length (asking) > 0)
    weir_builder_set (line, "asks", asking);
  weir_builder_take (self->resumed, weir_builder_end (line));
  self->n_resumed++;
}

static void
add_plan (
  Recovery *self, WeirRunInfo *info, WeirRunState *state, gboolean automatic, const char *reason, const char *mismatch)
{
  WeirBuilder *line = begin_line (info);

  weir_builder_set_take (line, "status",
                         weir_value_new_text (weir_run_status_get_name (weir_run_state_get_status (state))));
  weir_builder_set_take (
    line, "action",
    weir_value_new_text (weir_recovery_action_get_name (weir_recovery_of_run (weir_run_state_get_status (state)))));
  weir_builder_set_take (line, "automatic", weir_value_new_bool (automatic && mismatch == NULL));
  if (reason != NULL)
    weir_builder_set_take (line, "reason", weir_value_new_text (reason));
  if (mismatch != NULL)
    weir_builder_set_take (line, "mismatch", weir_value_new_text (mismatch));
  weir_builder_set_take (line, "steps", weir_recovery_describe_steps (state));
  weir_builder_take (self->plans, weir_builder_end (line));
}

static void
fail_one (Recovery *self, WeirRunInfo *info, const char *reason)
{
  if (self->plan)
    {
      WeirBuilder *line = begin_line (info);

      weir_builder_set_take (line, "automatic", weir_value_new_bool (FALSE));
      weir_builder_set_take (line, "mismatch", weir_value_new_text (reason));
      weir_builder_take (self->plans, weir_builder_end (line));
    }
  else
    add_line (self->failed, info, reason);
}

/* One object for a version: it is parsed once, and never changed. (transfer none) */
static WeirWorkflow *
load_workflow (Recovery *self, WeirRunInfo *info, GError **error)
{
  g_autofree char *key = g_strdup_printf ("%s@%u", weir_run_info_get_workflow_id (info),
                                          weir_run_info_get_version (info));
  WeirWorkflow *workflow = g_hash_table_lookup (self->workflows, key);

  if (workflow == NULL)
    {
      workflow = dex_await_object (weir_engine_load_workflow (self->engine, weir_run_info_get_workflow_id (info),
                                                              weir_run_info_get_version (info)),
                                   error);
      if (workflow != NULL)
        g_hash_table_insert (self->workflows, g_steal_pointer (&key), workflow);
    }
  return workflow;
}

/* Whether to wait until the next one is taken up. */
static gboolean
handle (Recovery *self, WeirRunInfo *info, WeirWorkflow *workflow, WeirRunState *state)
{
  WeirRecoveryAction action = weir_recovery_of_run (weir_run_state_get_status (state));
  g_autofree char *mismatch = weir_engine_find_mismatch (workflow, state);
  g_autofree char *reason = NULL;
  gboolean automatic = weir_engine_may_recover (self->engine, workflow, state, &reason);
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirRun) run = NULL;

  if (self->plan)
    {
      add_plan (self, info, state, automatic, reason, mismatch);
      return FALSE;
    }
  if (!self->by_person && !automatic)
    {
      add_line (self->skipped, info, reason);
      return FALSE;
    }
  if (mismatch != NULL && !self->anyway)
    {
      add_line (self->skipped, info, mismatch);
      return FALSE;
    }
  run = weir_recovery_revive (self->engine, info, workflow, state, &error);
  if (run == NULL)
    {
      add_line (self->failed, info, error->message);
      return FALSE;
    }
  add_resumed (self, info, action, run);
  g_signal_emit_by_name (self->engine, "run-added", run);
  return TRUE;
}

static void
take_turn (Recovery *self)
{
  if (g_get_monotonic_time () - self->turn_began < TURN)
    return;
  dex_await (dex_timeout_new_usec (0), NULL);
  self->turn_began = g_get_monotonic_time ();
}

static DexFuture *
read_chunk (Recovery *self, guint first)
{
  GArray *runs = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = first; i < MIN (first + CHUNK, self->infos->len); i++)
    {
      gint64 id = weir_run_info_get_id (g_ptr_array_index (self->infos, i));

      g_array_append_val (runs, id);
    }
  return weir_store_load_events_of (self->engine->store, runs);
}

/* A journal that cannot be read must not keep the others of its chunk from being taken up. */
static GPtrArray *
read_alone (Recovery *self, WeirRunInfo *info, GError **error)
{
  return dex_await_boxed (weir_store_load_events (self->engine->store, weir_run_info_get_id (info), 0, TRUE), error);
}

static void
handle_chunk (Recovery *self, guint first, GPtrArray *chunk)
{
  guint next = 0;

  for (guint i = first; i < MIN (first + CHUNK, self->infos->len) && !self->engine->closed; i++)
    {
      WeirRunInfo *info = g_ptr_array_index (self->infos, i);
      g_autoptr(GError) error = NULL;
      WeirWorkflow *workflow = load_workflow (self, info, &error);
      g_autoptr(GPtrArray) own = chunk == NULL && workflow != NULL ? read_alone (self, info, &error) : NULL;
      GPtrArray *events = chunk != NULL ? chunk : own;
      g_autoptr(WeirRunState) state = NULL;

      if (own != NULL)
        next = 0;
      if (workflow != NULL && events != NULL)
        state = weir_recovery_fold (self->engine, workflow, weir_run_info_get_id (info), events, &next, &error);
      /* what was not folded is passed over */
      while (chunk != NULL && next < chunk->len
             && ((WeirEvent *) g_ptr_array_index (chunk, next))->run == weir_run_info_get_id (info))
        next++;
      if (state == NULL)
        fail_one (self, info, error->message);
      else if (handle (self, info, workflow, state) && self->stagger_ms > 0 && i + 1 < self->infos->len)
        dex_await (weir_clock_sleep (self->engine->clock, self->stagger_ms), NULL);
      take_turn (self);
    }
}

/* In a fiber. The next chunk is read while one is taken up. */
static void
handle_all (Recovery *self)
{
  DexFuture *reading = self->infos->len > 0 ? read_chunk (self, 0) : NULL;

  self->turn_began = g_get_monotonic_time ();
  for (guint first = 0; first < self->infos->len; first += CHUNK)
    {
      g_autoptr(GPtrArray) chunk = dex_await_boxed (g_steal_pointer (&reading), NULL);

      if (first + CHUNK < self->infos->len && !self->engine->closed)
        reading = read_chunk (self, first + CHUNK);
      handle_chunk (self, first, chunk);
      if (reading == NULL)
        break;
    }
  dex_clear (&reading);
  for (guint i = 0; i < self->missing->len; i++)
    {
      gint64 id = g_array_index (self->missing, gint64, i);
      WeirBuilder *line = weir_record_builder_new (2);

      weir_builder_set_take (line, "run", weir_value_new_int (id));
      weir_builder_set_take (line, "reason", weir_value_new_text ("It is not among the unfinished runs"));
      weir_builder_take (self->plan ? self->plans : self->failed, weir_builder_end (line));
    }
}

static WeirValue *
make_report (Recovery *self)
{
  WeirBuilder *report = weir_record_builder_new (4);

  weir_builder_set_take (report, "by", weir_value_new_text (self->by_person ? "person" : "policy"));
  weir_builder_set_take (report, "resumed", weir_builder_end (g_steal_pointer (&self->resumed)));
  weir_builder_set_take (report, "skipped", weir_builder_end (g_steal_pointer (&self->skipped)));
  weir_builder_set_take (report, "failed", weir_builder_end (g_steal_pointer (&self->failed)));
  return weir_builder_end (report);
}

/* A start at which nothing happened is not worth a report. */
static gboolean
is_worth_keeping (Recovery *self, WeirValue *report)
{
  return self->n_resumed > 0 || weir_value_get_length (weir_value_find_member (report, "failed")) > 0
         || (self->by_person && self->infos->len > 0);
}

static DexFuture *
recover_fiber (gpointer user_data)
{
  Recovery *self = user_data;
  WeirEngine *engine = self->engine;
  g_autoptr(WeirValue) report = NULL;

  handle_all (self);
  if (self->plan)
    return dex_future_new_take_boxed (WEIR_TYPE_VALUE, weir_builder_end (g_steal_pointer (&self->plans)));
  report = make_report (self);
  if (engine->closed)
    return dex_future_new_reject (WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "The engine is closed");
  if (is_worth_keeping (self, report))
    weir_batch_put_report (weir_engine_get_batch (engine), "resume", 0, weir_clock_get_time (engine->clock), report);
  dex_await (weir_engine_durable (engine), NULL);
  if (self->n_resumed > 0)
    g_signal_emit_by_name (engine, "workflows-changed");
  return dex_future_new_take_boxed (WEIR_TYPE_VALUE, g_steal_pointer (&report));
}

static Recovery *
recovery_new (WeirEngine *engine, WeirValue *runs)
{
  Recovery *self = g_new0 (Recovery, 1);

  self->engine = g_object_ref (engine);
  self->infos = g_ptr_array_new_with_free_func (g_object_unref);
  self->workflows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->missing = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->resumed = weir_list_builder_new (4);
  self->skipped = weir_list_builder_new (4);
  self->failed = weir_list_builder_new (4);
  self->plans = weir_list_builder_new (4);
  choose_runs (self, runs);
  return self;
}

/**
 * weir_engine_plan_recovery:
 * @self: an engine
 * @runs: (nullable): a list of numbers of runs; %NULL: all that are unfinished
 *
 * What would become of runs that the end of the program cut off, and of each step that they were at; nothing is changed.
 *
 * Returns: (transfer full): a future that resolves to a list (#WeirValue) of records {run, workflow, status, action: "start", "resume", "keep" or
 *   "wait", automatic: whether the policy takes it up, reason?: why not, mismatch?: what is not as it was, steps: a list of {step, title, kind,
 *   status, effect, action, safe, text}}
 */
DexFuture *
weir_engine_plan_recovery (WeirEngine *self, WeirValue *runs)
{
  Recovery *recovery;

  g_return_val_if_fail (WEIR_IS_ENGINE (self), NULL);
  recovery = recovery_new (self, runs);
  recovery->plan = TRUE;
  return dex_scheduler_spawn (NULL, 0, recover_fiber, recovery, recovery_free);
}

/**
 * weir_engine_recover:
 * @self: an engine
 * @options: (nullable): a record, each member optional: `runs`, a list of numbers, or `all`, a bool: these are taken up, whatever the policies
 *   say; without them the policies decide. `anyway`, a bool: also runs that were played with what is not as it was. `stagger`, ms
 *   between two runs, in place of the setting
 *
 * Takes up runs that the end of the program cut off. The report is kept if anything happened.
 *
 * Returns: (transfer full): a future that resolves to the report (#WeirValue), a record {by: "policy" or "person", resumed: list of {run, workflow,
 *   action, asks?: steps whose outcome is unknown}, skipped and failed: lists of {run, workflow, reason}}
 */
DexFuture *
weir_engine_recover (WeirEngine *self, WeirValue *options)
{
  g_autoptr(WeirValue) none = weir_value_new_record (NULL, NULL, 0);
  DexFuture *refusal;
  Recovery *recovery;
  WeirValue *runs;

  g_return_val_if_fail (WEIR_IS_ENGINE (self), NULL);
  refusal = weir_recovery_refuse (self);
  if (refusal != NULL)
    return refusal;
  if (options == NULL)
    options = none;
  runs = weir_value_find_member (options, "runs");
  recovery = recovery_new (self, runs);
  recovery->by_person = runs != NULL || weir_value_get_member_bool (options, "all", FALSE);
  recovery->anyway = weir_value_get_member_bool (options, "anyway", FALSE);
  recovery->stagger_ms = weir_value_get_member_int (options, "stagger", weir_engine_get_stagger (self));
  return dex_scheduler_spawn (NULL, 0, recover_fiber, recovery, recovery_free);
}

static DexFuture *
reports_cb (DexFuture *future, gpointer user_data)
{
  GPtrArray *reports = g_value_get_boxed (dex_future_get_value (future, NULL));
  WeirBuilder *list = weir_list_builder_new (reports->len);

  for (guint i = 0; i < reports->len; i++)
    {
      WeirKeptReport *report = g_ptr_array_index (reports, i);
      g_autoptr(WeirValue) kind = weir_value_new_text (report->kind);
      g_autoptr(WeirValue) at = weir_value_new_time (report->at);
      g_autoptr(WeirValue) named = weir_value_with_member (report->data, "kind", kind);

      weir_builder_take (list, weir_value_with_member (named, "at", at));
    }
  return dex_future_new_take_boxed (WEIR_TYPE_VALUE, weir_builder_end (list));
}

/**
 * weir_engine_list_reports:
 * @self: an engine
 * @limit: at most so many; 0: all
 *
 * Returns: (transfer full): a future that resolves to a list (#WeirValue) of the reports that were kept, newest first: what
 *   [method@Weir.Engine.recover] gave, with `kind` ("resume") and `at`
 */
DexFuture *
weir_engine_list_reports (WeirEngine *self, guint limit)
{
  g_return_val_if_fail (WEIR_IS_ENGINE (self), NULL);
  return dex_future_then (weir_store_list_reports (self->store, NULL, limit), reports_cb, NULL, NULL);
}
