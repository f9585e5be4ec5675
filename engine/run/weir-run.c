/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-limits.h"
#include "weir-recovery.h"
#include "weir-run-private.h"
#include "weir-run-queue.h"

G_DEFINE_FINAL_TYPE (WeirRun, weir_run, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_ID,
  PROP_STATUS,
  PROP_WORKFLOW,
  N_PROPS
};

enum
{
  CHANGED,
  N_SIGNALS
};

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

/* Whoever still waits for it would wait for ever. */
static void
let_go (DexPromise *promise)
{
  if (dex_future_is_pending (DEX_FUTURE (promise)))
    dex_promise_reject (promise, g_error_new (WEIR_ERROR, WEIR_ERROR_STOPPED, "The engine was closed"));
}

static void
weir_run_dispose (GObject *object)
{
  WeirRun *self = WEIR_RUN (object);

  g_clear_weak_pointer (&self->engine);
  for (guint i = 0; self->pausing != NULL && i < self->pausing->len; i++)
    let_go (g_ptr_array_index (self->pausing, i));
  if (self->ended != NULL)
    let_go (self->ended);
  dex_clear (&self->ended);
  g_clear_pointer (&self->pausing, g_ptr_array_unref);
  g_clear_pointer (&self->timers, g_ptr_array_unref);
  g_clear_pointer (&self->patience, weir_alarm_free);
  g_clear_pointer (&self->swarms, g_ptr_array_unref);
  G_OBJECT_CLASS (weir_run_parent_class)->dispose (object);
}

static void
weir_run_finalize (GObject *object)
{
  WeirRun *self = WEIR_RUN (object);

  g_clear_pointer (&self->gate, weir_gate_free);
  g_clear_pointer (&self->making, g_hash_table_unref);
  g_clear_pointer (&self->state, weir_run_state_unref);
  g_clear_pointer (&self->rerun, weir_rerun_free);
  g_clear_pointer (&self->breakpoints, g_hash_table_unref);
  g_clear_pointer (&self->options, weir_value_unref);
  g_clear_pointer (&self->correlation, g_ref_string_release);
  g_clear_object (&self->workflow);
  g_clear_error (&self->failure);
  G_OBJECT_CLASS (weir_run_parent_class)->finalize (object);
}

static void
weir_run_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  WeirRun *self = WEIR_RUN (object);

  switch (id)
    {
    case PROP_ID:
      g_value_set_int64 (value, self->id);
      break;
    case PROP_STATUS:
      g_value_set_uint (value, self->status);
      break;
    case PROP_WORKFLOW:
      g_value_set_object (value, self->workflow);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
weir_run_class_init (WeirRunClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = weir_run_dispose;
  object_class->finalize = weir_run_finalize;
  object_class->get_property = weir_run_get_property;

  props[PROP_ID] = g_param_spec_int64 ("id", NULL, NULL, 0, G_MAXINT64, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * WeirRun:status:
   *
   * A #WeirRunStatus.
   */
  props[PROP_STATUS] = g_param_spec_uint ("status", NULL, NULL, 0, WEIR_RUN_INTERRUPTED, WEIR_RUN_CREATED,
                                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_WORKFLOW] = g_param_spec_object ("workflow", NULL, NULL, WEIR_TYPE_WORKFLOW,
                                              G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);

  /**
   * WeirRun::changed:
   * @self: the run
   *
   * Its journal grew, on disk.
   */
  signals[CHANGED] = g_signal_new ("changed", WEIR_TYPE_RUN, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
weir_run_init (WeirRun *self)
{
  self->ended = dex_promise_new ();
  self->pausing = g_ptr_array_new_with_free_func (dex_unref);
  self->timers = g_ptr_array_new_with_free_func (dex_unref);
  self->making = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, dex_unref);
}

/* How many of its steps run at once is the workflow's affair; if that says nothing, the engine's. */
void
weir_run_limit_steps (WeirRun *self)
{
  guint own = weir_workflow_get_concurrency (self->workflow);
  guint common = self->engine->limits->steps_per_run;
  guint slots = own > 0 && common > 0 ? MIN (own, common) : MAX (own, common);

  weir_gate_set_slots (self->gate, slots > 0 ? slots : WEIR_NO_LIMIT, 0);
}

static WeirGate *
weir_run_gate_new (WeirRun *self)
{
  g_autofree char *name = g_strdup_printf ("run %" G_GINT64_FORMAT, self->id);
  WeirGate *gate = weir_gate_new (self->engine->queue, name, "a step of this run to end");

  gate->run = self;
  return gate;
}

WeirRun *
weir_run_new (WeirEngine *engine, gint64 id, WeirWorkflow *workflow)
{
  WeirRun *self = g_object_new (WEIR_TYPE_RUN, NULL);

  g_set_weak_pointer (&self->engine, engine);
  self->id = id;
  self->workflow = g_object_ref (workflow);
  self->gate = weir_run_gate_new (self);
  weir_run_limit_steps (self);
  return self;
}

void
weir_run_put_row (WeirRun *self)
{
  WeirRunState *state = self->state;
  const char *message = state->error != NULL ? weir_value_get_member_text (state->error, "message", NULL) : NULL;

  self->row_status = weir_run_state_get_status (state);
  weir_batch_put_run (weir_engine_get_batch (self->engine), self->id, weir_workflow_get_id (self->workflow),
                      weir_workflow_get_name (self->workflow), weir_workflow_get_version (self->workflow),
                      self->row_status, self->created_at, state->ended_at, state->steps->len, message);
}

/* 32 hex digits, unless whoever plays it says that it belongs to something. (transfer full): a GRefString */
static char *
make_correlation (WeirRun *self)
{
  const char *given = self->options != NULL ? weir_value_get_member_text (self->options, "correlation", NULL) : NULL;
  g_autofree char *random = NULL;
  char *end;

  if (given != NULL && *given != '\0')
    return g_ref_string_new (given);
  random = g_uuid_string_random ();
  end = random;
  for (const char *c = random; *c != '\0'; c++)
    if (*c != '-')
      *end++ = *c;
  return g_ref_string_new_len (random, end - random);
}

/* Journals the creation and the start. */
void
weir_run_play (WeirRun *self, WeirValue *inputs)
{
  WeirBuilder *data = weir_record_builder_new (3);
  WeirValue *kinds;

  self->created_at = weir_clock_get_time (self->engine->clock);
  self->state = weir_run_state_new (self->workflow, weir_engine_resolve, self->engine);
  weir_builder_set_take (data, "workflow", weir_value_new_text (weir_workflow_get_id (self->workflow)));
  weir_builder_set_take (data, "version", weir_value_new_int (weir_workflow_get_version (self->workflow)));
  weir_builder_set (data, "inputs", inputs);
  self->correlation = make_correlation (self);
  weir_builder_set_take (data, "correlation", weir_value_new_text (self->correlation));
  if (self->parent != 0)
    weir_builder_set_take (data, "parent", weir_value_new_int (self->parent));
  if (self->options != NULL)
    weir_builder_set (data, "options", self->options);
  kinds = weir_workflow_list_kind_versions (self->workflow);
  if (kinds != NULL)
    weir_builder_set_take (data, "kinds", kinds);
  weir_run_emit (self, WEIR_EVENT_RUN_CREATED, NULL, weir_builder_end (data));
  weir_run_put_row (self);
  weir_engine_admit_run (self->engine, self);
}

/* ── after a crash ──────────────────────────────────────────────────────────────────────── */

/* A step that was at work begins anew, or a person is asked what became of it. */
static void
recover_step (WeirRun *self, WeirStepState *step)
{
  const char *keys[] = { "again", "reason" };
  g_autoptr(WeirValue) again = weir_value_new_bool (TRUE);
  g_autoptr(WeirValue) reason = weir_value_new_text ("The program ended while it ran");
  WeirValue *values[] = { again, reason };

  if (weir_recovery_of_step (step->info.status, weir_recovery_get_effect (step)) == WEIR_RECOVERY_ASK)
    weir_run_emit (self, WEIR_EVENT_BLOCK_UNKNOWN, step, NULL);
  else
    weir_run_emit (self, WEIR_EVENT_BLOCK_INTERRUPTED, step, weir_value_new_record (keys, values, 2));
}

static void
wake_for_retries (WeirRun *self)
{
  WeirClock *clock = self->engine->clock;

  for (guint i = 0; i < self->state->steps->len; i++)
    {
      WeirStepState *step = g_ptr_array_index (self->state->steps, i);

      gint64 rest;

      if (step == NULL || step->info.status != WEIR_STEP_RETRY_WAIT)
        continue;
      rest = MAX (step->info.due_at - weir_clock_get_time (clock), 0);
      step->due_mono = weir_clock_get_mono (clock) + rest;
      weir_run_wake_later (self, rest / 1000 + 1);
    }
}

void
weir_run_recover (WeirRun *self, WeirRunState *state)
{
  const char *key = "recovered";
  g_autoptr(WeirValue) yes = weir_value_new_bool (TRUE);
  gboolean stopping;
  gboolean paused;

  self->state = weir_run_state_ref (state);
  self->correlation = state->correlation != NULL ? g_ref_string_acquire (state->correlation) : NULL;
  stopping = weir_run_is_stopping (self);
  paused = state->status == WEIR_RUN_PAUSED || state->status == WEIR_RUN_PAUSING;

  for (guint i = 0; i < state->steps->len; i++)
    {
      WeirStepState *step = g_ptr_array_index (state->steps, i);

      if (step == NULL)
        continue;
      if (step->info.status == WEIR_STEP_RUNNING && !step->scope->pub.closed)
        recover_step (self, step);
      else if (step->info.status == WEIR_STEP_WAITING && !step->scope->pub.closed && !stopping)
        weir_run_restart_waiting (self, step);
    }
  if (stopping)
    weir_run_check_end (self);
  else if (state->status == WEIR_RUN_STOPPING || weir_run_status_is_final (state->status))
    ; /* its handlers go on; or a wait was over, and it ended with that */
  else if (paused && state->status == WEIR_RUN_PAUSING)
    weir_run_emit (self, WEIR_EVENT_RUN_PAUSED, NULL, NULL);
  else if (!paused && state->status != WEIR_RUN_QUEUED)
    weir_run_emit (self, WEIR_EVENT_RUN_RESUMED, NULL, weir_value_new_record (&key, &yes, 1));
  weir_run_put_row (self);
  if (weir_run_status_is_final (state->status))
    return;
  wake_for_retries (self);
  weir_run_close_rested (self);
  if (paused || stopping)
    weir_engine_wake (self->engine, self);
  else
    weir_engine_admit_run (self->engine, self);
}

/* The engine closes: what is in flight is cut off as by a crash, and recovered likewise. */
void
weir_run_suspend (WeirRun *self)
{
  self->suspended = TRUE;
  g_clear_pointer (&self->patience, weir_alarm_free);
  while (self->held.length > 0)
    weir_run_queue_drop (((WeirQueueEntry *) g_queue_peek_head (&self->held))->state);
  for (guint i = 0; i < self->state->steps->len; i++)
    {
      WeirStepState *state = g_ptr_array_index (self->state->steps, i);
      WeirStep *step = state != NULL ? state->runtime : NULL;

      if (step != NULL && !step->settled)
        g_cancellable_cancel (weir_step_get_cancellable (step));
    }
  /* what was answered and has not gone on holds its run */
  g_queue_clear_full (&self->answered, (GDestroyNotify) weir_step_unref);
  weir_run_reject_scopes (self);
}

/* It will not go on while the program lives: whoever waits for its end, or for its pause, is told. */
void
weir_run_give_up (WeirRun *self, const GError *why)
{
  weir_run_suspend (self);
  for (guint i = 0; self->pausing != NULL && i < self->pausing->len; i++)
    if (dex_future_is_pending (g_ptr_array_index (self->pausing, i)))
      dex_promise_reject (g_ptr_array_index (self->pausing, i), g_error_copy (why));
  if (dex_future_is_pending (DEX_FUTURE (self->ended)))
    dex_promise_reject (self->ended, g_error_copy (why));
}

/* ── what is on disk ────────────────────────────────────────────────────────────────────── */

static void
tell_ended (WeirRun *self)
{
  if (self->status == WEIR_RUN_SUCCEEDED)
    {
      GValue value = G_VALUE_INIT;

      g_value_init (&value, WEIR_TYPE_VALUE);
      if (self->state->result != NULL)
        g_value_set_boxed (&value, self->state->result);
      else
        g_value_take_boxed (&value, weir_value_new_null ());
      dex_promise_resolve (self->ended, &value);
      g_value_unset (&value);
    }
  else if (self->status == WEIR_RUN_FAILED && self->state->error != NULL)
    dex_promise_reject (self->ended, weir_failure_from_value (self->state->error));
  else
    dex_promise_reject (self->ended, g_error_new (WEIR_ERROR, WEIR_ERROR_STOPPED, "The run was stopped"));
}

static WeirRunStatus
status_of_event (WeirEventKind kind, WeirRunStatus old)
{
  switch (kind)
    {
    case WEIR_EVENT_RUN_CREATED:
      return WEIR_RUN_QUEUED;
    case WEIR_EVENT_RUN_STARTED:
    case WEIR_EVENT_RUN_RESUMED:
      return WEIR_RUN_RUNNING;
    case WEIR_EVENT_RUN_PAUSING:
      return WEIR_RUN_PAUSING;
    case WEIR_EVENT_RUN_PAUSED:
      return WEIR_RUN_PAUSED;
    case WEIR_EVENT_RUN_STOPPING:
      return WEIR_RUN_STOPPING;
    case WEIR_EVENT_RUN_SUCCEEDED:
      return WEIR_RUN_SUCCEEDED;
    case WEIR_EVENT_RUN_FAILED:
      return WEIR_RUN_FAILED;
    case WEIR_EVENT_RUN_CANCELLED:
      return WEIR_RUN_CANCELLED;
    case WEIR_EVENT_RUN_INTERRUPTED:
      return WEIR_RUN_INTERRUPTED;
    default:
      return old;
    }
}

/* An event of the run is on disk: what is shown may follow. */
void
weir_run_events_durable (WeirRun *self, WeirEvent *event)
{
  WeirRunStatus status = status_of_event (event->kind, self->status);

  /* between running and waiting there is no event of the run */
  if ((status == WEIR_RUN_RUNNING || status == WEIR_RUN_WAITING)
      && (self->state->status == WEIR_RUN_RUNNING || self->state->status == WEIR_RUN_WAITING))
    status = weir_run_state_get_status (self->state);
  if (status == self->status)
    return;
  self->status = status;
  if (status == WEIR_RUN_PAUSED || weir_run_status_is_final (status))
    {
      g_autoptr(GPtrArray) pausing = g_steal_pointer (&self->pausing);

      self->pausing = g_ptr_array_new_with_free_func (dex_unref);
      for (guint i = 0; i < pausing->len; i++)
        if (status == WEIR_RUN_PAUSED)
          dex_promise_resolve_boolean (g_ptr_array_index (pausing, i), TRUE);
        else
          dex_promise_reject (g_ptr_array_index (pausing, i),
                              g_error_new (WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "The run ended before it could pause"));
    }
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STATUS]);
  if (weir_run_status_is_final (status))
    {
      tell_ended (self);
      if (self->engine != NULL)
        {
          weir_run_remove_temporary (self);
          weir_engine_forget_run (self->engine, self);
        }
    }
}

/* ── public ─────────────────────────────────────────────────────────────────────────────── */

/**
 * weir_run_get_id:
 * @self: a run
 *
 * Returns: its number
 */
gint64
weir_run_get_id (WeirRun *self)
{
  g_return_val_if_fail (WEIR_IS_RUN (self), 0);
  return self->id;
}

/**
 * weir_run_get_workflow:
 * @self: a run
 *
 * Returns: (transfer none): the version that it executes; not to be changed
 */
WeirWorkflow *
weir_run_get_workflow (WeirRun *self)
{
  g_return_val_if_fail (WEIR_IS_RUN (self), NULL);
  return self->workflow;
}

/**
 * weir_run_get_status:
 * @self: a run
 *
 * Returns: where it stands, on disk
 */
WeirRunStatus
weir_run_get_status (WeirRun *self)
{
  g_return_val_if_fail (WEIR_IS_RUN (self), WEIR_RUN_CREATED);
  return self->status;
}

/**
 * weir_run_get_state:
 * @self: a run
 *
 * Returns: (transfer none): its state, by one commit ahead of the disk at most; what is shown to people comes from #WeirRunView
 */
WeirRunState *
weir_run_get_state (WeirRun *self)
{
  g_return_val_if_fail (WEIR_IS_RUN (self), NULL);
  return self->state;
}

static DexFuture *
refuse (WeirRun *self, WeirRunVerb verb)
{
  const char *reason;

  if (self->engine == NULL || self->suspended)
    return dex_future_new_reject (WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "The engine is closed");
  if (weir_run_verb_is_legal (verb, self->state->status, &reason))
    return NULL;
  return dex_future_new_reject (WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "%s", reason);
}

static DexFuture *
ended_true_cb (DexFuture *future, gpointer user_data)
{
  return dex_future_new_true ();
}

/**
 * weir_run_pause:
 * @self: a run
 *
 * Lets steps in flight finish and starts no new ones. Safe to repeat.
 *
 * Returns: (transfer full): a future that resolves to %TRUE when the run is paused; rejects with %WEIR_ERROR_WRONG_STATE if it is not
 *   running, or ends before
 */
DexFuture *
weir_run_pause (WeirRun *self)
{
  DexFuture *refusal = refuse (self, WEIR_VERB_PAUSE);
  DexPromise *promise;

  if (refusal != NULL)
    return refusal;
  promise = dex_promise_new ();
  g_ptr_array_add (self->pausing, dex_ref (promise));
  if (self->state->status != WEIR_RUN_PAUSING)
    weir_run_emit (self, WEIR_EVENT_RUN_PAUSING, NULL, NULL);
  weir_run_check_end (self);
  weir_run_put_row (self);
  weir_engine_wake (self->engine, self);
  weir_engine_hurry (self->engine);
  return DEX_FUTURE (promise);
}

/**
 * weir_run_resume:
 * @self: a run
 *
 * Goes on after a pause.
 *
 * Returns: (transfer full): a future that resolves to %TRUE once that is on disk; rejects with %WEIR_ERROR_WRONG_STATE
 */
DexFuture *
weir_run_resume (WeirRun *self)
{
  DexFuture *refusal = refuse (self, WEIR_VERB_RESUME);

  if (refusal != NULL)
    return refusal;
  weir_run_emit (self, WEIR_EVENT_RUN_RESUMED, NULL, NULL);
  weir_run_put_row (self);
  weir_run_close_rested (self);
  weir_engine_wake (self->engine, self);
  weir_engine_hurry (self->engine);
  return weir_engine_durable (self->engine);
}

static DexFuture *
end_early (WeirRun *self, WeirRunVerb verb, gboolean force)
{
  DexFuture *refusal = refuse (self, verb);
  const char *key = "force";
  g_autoptr(WeirValue) value = weir_value_new_bool (force);

  if (refusal != NULL)
    return refusal;
  self->force = force;
  weir_run_emit (self, WEIR_EVENT_RUN_STOPPING, NULL, weir_value_new_record (&key, &value, 1));
  weir_run_put_row (self);
  weir_run_cancel_steps (self);
  weir_run_check_end (self);
  weir_engine_wake (self->engine, self);
  weir_engine_hurry (self->engine);
  return dex_future_finally (dex_ref (DEX_FUTURE (self->ended)), ended_true_cb, NULL, NULL);
}

/**
 * weir_run_stop:
 * @self: a run
 *
 * Starts nothing new and asks running steps to end.
 *
 * Returns: (transfer full): a future that resolves to %TRUE when the run has ended; rejects with %WEIR_ERROR_WRONG_STATE
 */
DexFuture *
weir_run_stop (WeirRun *self)
{
  return end_early (self, WEIR_VERB_STOP, FALSE);
}

/**
 * weir_run_force_stop:
 * @self: a run
 *
 * As stop, but does not wait for steps that do not react.
 *
 * Returns: (transfer full): a future that resolves to %TRUE when the run has ended; rejects with %WEIR_ERROR_WRONG_STATE
 */
DexFuture *
weir_run_force_stop (WeirRun *self)
{
  return end_early (self, WEIR_VERB_FORCE_STOP, TRUE);
}

/**
 * weir_run_retry_now:
 * @self: a run
 * @scope: scope of the step
 * @block: id of its block
 *
 * Returns: whether there was a step that waits for its next attempt; it is made now
 */
gboolean
weir_run_retry_now (WeirRun *self, guint32 scope, const char *block)
{
  WeirStepState *step = weir_run_state_lookup (self->state, scope, block, 0);

  if (step == NULL || step->info.status != WEIR_STEP_RETRY_WAIT || self->engine == NULL)
    return FALSE;
  /* no part of the journal: after a restart it waits for its moment again */
  step->hurried = TRUE;
  weir_engine_wake (self->engine, self);
  return TRUE;
}

/**
 * weir_run_wait:
 * @self: a run
 *
 * Returns: (transfer full): a future that resolves to the result (#WeirValue) once the run has succeeded; rejects with its failure, or with
 *   %WEIR_ERROR_STOPPED
 */
DexFuture *
weir_run_wait (WeirRun *self)
{
  g_return_val_if_fail (WEIR_IS_RUN (self), NULL);
  return dex_ref (DEX_FUTURE (self->ended));
}
