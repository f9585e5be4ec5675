/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What makes a run go: takes ready steps of the fold, runs them, and journals what became of them. The fold does the rest. */

#include "weir-run-private.h"
#include "weir-run-queue.h"

#include <signal.h>
#include <string.h>

/* A forced end waits this long for a step that does not react. */
#define FORCE_GRACE_MS 6000

/* What a step may do only once its start is journalled. */
static gboolean
shows_work (WeirEventKind kind)
{
  return kind == WEIR_EVENT_SCOPE_OPENED || kind == WEIR_EVENT_BLOCK_EMITTED || kind == WEIR_EVENT_BLOCK_WAITING
         || kind == WEIR_EVENT_EFFECT_INTENDED;
}

/* Journals an event of the run and folds it into the live state. (transfer none): valid until the turn ends */
WeirEvent *
weir_run_emit (WeirRun *run, WeirEventKind kind, WeirStepState *step, WeirValue *data)
{
  WeirEvent *event;
  g_autoptr(GError) error = NULL;

  if (step != NULL && step->runtime != NULL && shows_work (kind)
      && (step->info.status == WEIR_STEP_READY || step->info.status == WEIR_STEP_RETRY_WAIT))
    weir_run_emit (run, WEIR_EVENT_BLOCK_STARTED, step, NULL);
  event = weir_event_new (kind, run->id);
  event->seq = run->state->seq + 1;
  event->at = weir_clock_get_time (run->engine->clock);
  event->mono = weir_clock_get_mono (run->engine->clock);
  event->correlation = run->correlation != NULL ? g_ref_string_acquire (run->correlation) : NULL;
  event->data = data;
  if (step != NULL)
    {
      event->scope = step->info.scope;
      event->firing = step->info.firing;
      event->attempt = weir_step_state_begins (step, kind) ? step->info.attempt + 1 : MAX (step->info.attempt, 1);
      event->block = g_ref_string_acquire (weir_step_state_get_block (step)->id);
    }
  if (!weir_run_state_apply (run->state, event, &error))
    g_critical ("Run %" G_GINT64_FORMAT ": %s", run->id, error->message);
  weir_engine_journal (run->engine, event, NULL, NULL);
  return event;
}

/* The same for an event that is made elsewhere. (transfer full): as above */
void
weir_run_emit_event (WeirRun *run, WeirEvent *event)
{
  g_autoptr(GError) error = NULL;

  event->seq = run->state->seq + 1;
  event->at = weir_clock_get_time (run->engine->clock);
  event->mono = weir_clock_get_mono (run->engine->clock);
  event->correlation = run->correlation != NULL ? g_ref_string_acquire (run->correlation) : NULL;
  if (!weir_run_state_apply (run->state, event, &error))
    g_critical ("Run %" G_GINT64_FORMAT ": %s", run->id, error->message);
  weir_engine_journal (run->engine, event, NULL, NULL);
}

/* The same for what concerns a block as such, or a scope. */
WeirEvent *
weir_run_emit_part (WeirRun *run, WeirEventKind kind, guint32 scope, const char *block, WeirValue *data)
{
  WeirEvent *event = weir_event_new (kind, run->id);

  event->data = data;
  event->scope = scope;
  event->block = block != NULL ? g_ref_string_new (block) : NULL;
  weir_run_emit_event (run, event);
  return event;
}

/* ── starting ───────────────────────────────────────────────────────────────────────────── */

static WeirEffectClass
effect_of (WeirStep *step)
{
  if (step->kind->get_effect != NULL)
    return step->kind->get_effect (weir_block_get_config (step->block->block));
  return step->kind->effect;
}

WeirEffectClass
weir_step_get_effect (WeirStep *step)
{
  return effect_of (step);
}

static DexFuture *
run_done_cb (DexFuture *future, gpointer user_data)
{
  g_autoptr(WeirStep) step = weir_step_ref (user_data);
  /* the callback runs within it */
  g_autoptr(DexFuture) answer = g_steal_pointer (&step->answer);
  g_autoptr(GError) error = NULL;

  if (dex_future_get_value (future, &error) == NULL && error == NULL)
    g_set_error (&error, WEIR_ERROR, WEIR_ERROR_FAILED, "The block ended without an answer");
  weir_run_step_done (step, error);
  return dex_future_new_true ();
}

static void arm_timeout (WeirStep *step);

/* What is pure need not be in the journal before it is over, unless it takes time: then the world may see that it began. */
static gboolean
begins_silently (WeirStep *step)
{
  return step->kind->eval != NULL || (!step->kind->has_body && effect_of (step) == WEIR_EFFECT_PURE);
}

static void
say_started (WeirStep *step)
{
  WeirStepStatus status = step->state->info.status;

  if (status == WEIR_STEP_READY || status == WEIR_STEP_RETRY_WAIT)
    weir_run_emit (step->run, WEIR_EVENT_BLOCK_STARTED, step->state, NULL);
}

static void
call_kind (WeirStep *step)
{
  DexFuture *future = step->kind->run (step->settings, step);

  /* a great many are over by now: a chain of futures would cost more than they did */
  if (!dex_future_is_pending (future))
    {
      dex_unref (run_done_cb (future, step));
      dex_unref (future);
      return;
    }
  if (step->settled)
    {
      dex_future_disown (future);
      return;
    }
  say_started (step);
  weir_step_get_cancellable (step);
  arm_timeout (step);
  /* one that never ends is forgotten with its step */
  step->answer = dex_future_finally (future, run_done_cb, step, NULL);
}

static DexFuture *
gate_open_cb (DexFuture *future, gpointer user_data)
{
  WeirStep *step = user_data;

  if (step->settled)
    return dex_future_new_true ();
  /* rejected: the engine was closed meanwhile */
  if (g_cancellable_is_cancelled (step->cancellable) || dex_future_is_rejected (future))
    {
      g_autoptr(GError) error = g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Stopped before it began");

      weir_run_step_done (step, error);
    }
  else
    call_kind (step);
  return dex_future_new_true ();
}

/* Its time is up: what runs inside a container does not go on without it. */
static void
end_inside (WeirStep *step)
{
  WeirRun *run = step->run;

  if (run->suspended || run->engine == NULL)
    return;
  weir_run_stop_inside (run, step->state, FALSE);
  weir_run_close_rested (run);
  weir_engine_wake (run->engine, run);
}

static DexFuture *
timed_out_cb (DexFuture *future, gpointer user_data)
{
  WeirStep *step = user_data;

  if (!step->settled)
    {
      step->timed_out = TRUE;
      end_inside (step);
      g_cancellable_cancel (step->cancellable);
    }
  return dex_future_new_true ();
}

static DexFuture *
given_up_cb (DexFuture *future, gpointer user_data)
{
  WeirStep *step = user_data;
  g_autoptr(GError) error = NULL;

  if (!step->settled)
    {
      weir_set_failure (&error, "limit.timeout", "It did not end when its time was up");
      weir_run_step_done (step, error);
    }
  return dex_future_new_true ();
}

static void
arm_timeout (WeirStep *step)
{
  gint64 timeout = weir_block_get_reliability (step->block->block)->timeout_ms;

  step->timeout_ms = timeout >= 0 ? timeout : step->kind->timeout_ms;
  if (step->timeout_ms <= 0)
    return;
  step->timeout = dex_future_all (
    dex_future_then (weir_clock_sleep (step->run->engine->clock, step->timeout_ms), timed_out_cb, weir_step_ref (step),
                     (GDestroyNotify) weir_step_unref),
    dex_future_then (weir_clock_sleep (step->run->engine->clock, step->timeout_ms + FORCE_GRACE_MS), given_up_cb,
                     weir_step_ref (step), (GDestroyNotify) weir_step_unref),
    NULL);
}

static void set_once (WeirStep *step, gboolean once);

static void
start_waiting_kind (WeirStep *step)
{
  WeirRun *run = step->run;

  if (!step->kind->has_body)
    {
      step->leaf = TRUE;
      run->n_leaves++;
    }
  step->state->runtime = weir_step_ref (step);
  run->n_runtimes++;
  set_once (step, !step->kind->has_body && effect_of (step) == WEIR_EFFECT_ONCE);

  /* What records its own effects waits for the journal there; what does not waits here. */
  if (effect_of (step) != WEIR_EFFECT_PURE && step->kind->undo != WEIR_UNDO_EXACT)
    {
      weir_step_get_cancellable (step);
      dex_future_disown (dex_future_finally (weir_engine_durable (run->engine), gate_open_cb, weir_step_ref (step),
                                             (GDestroyNotify) weir_step_unref));
    }
  else
    call_kind (step);
}

/* ── the end of a step ──────────────────────────────────────────────────────────────────── */

/* The links that do not take what they would carry, as a list of their numbers; NULL if all do. */
static WeirValue *
find_shut_links (WeirStep *step, WeirValue *outputs, GError **error)
{
  WeirBuilder *shut = NULL;
  WeirPlan *plan = step->state->scope->shared->plan;

  for (guint i = 0; i < step->block->n_out; i++)
    {
      WeirPlanLink *link = &plan->links[step->block->out[i]];
      WeirValue *value;
      g_autoptr(GError) local = NULL;

      if (link->when == NULL && link->when_error == NULL)
        continue;
      value = weir_value_find_member (outputs, link->source_port);
      if (value == NULL || weir_run_link_holds (step->run, step, link, value, &local))
        continue;
      if (local != NULL)
        {
          g_propagate_prefixed_error (error, g_steal_pointer (&local),
                                      "Condition of the link from %s: ", link->source_port);
          g_clear_pointer (&shut, weir_builder_free);
          return NULL;
        }
      if (shut == NULL)
        shut = weir_list_builder_new (1);
      weir_builder_take (shut, weir_value_new_int (step->block->out[i]));
    }
  return shut != NULL ? weir_builder_end (shut) : NULL;
}

static WeirValue *
record_of_two (const char *key_a, WeirValue *a, const char *key_b, WeirValue *b)
{
  const char *keys[2] = { key_a, key_b };
  WeirValue *values[2] = { a, b };

  return weir_value_new_record (keys, values, b != NULL ? 2 : 1);
}

/* What was computed at once, but took its time, says how long: it has no event of its own for its start. */
static void
add_duration (WeirStep *step, WeirBuilder *data)
{
  gint64 took = weir_clock_get_time (step->run->engine->clock) - step->time;

  if (step->state->info.status != WEIR_STEP_RUNNING && took >= 1000)
    weir_builder_set_take (data, "took", weir_value_new_int (took));
}

static gboolean
has_error_link (WeirStep *step)
{
  WeirPlan *plan = step->state->scope->shared->plan;

  for (guint i = 0; i < step->block->n_out; i++)
    if (g_str_equal (plan->links[step->block->out[i]].source_port, "error"))
      return TRUE;
  return FALSE;
}

/* The run owns its timers: with it they are gone. @func gets the run, unowned. */
static void
call_later (WeirRun *run, gint64 delay_ms, DexFutureCallback func)
{
  for (guint i = run->timers->len; i-- > 0;)
    if (dex_future_get_status (g_ptr_array_index (run->timers, i)) != DEX_FUTURE_STATUS_PENDING)
      g_ptr_array_remove_index_fast (run->timers, i);
  g_ptr_array_add (run->timers, dex_future_then (weir_clock_sleep (run->engine->clock, delay_ms), func, run, NULL));
}

static DexFuture *
retry_due_cb (DexFuture *future, gpointer user_data)
{
  WeirRun *run = user_data;

  if (!run->suspended && run->engine != NULL)
    weir_engine_wake (run->engine, run);
  return dex_future_new_true ();
}

void
weir_run_wake_later (WeirRun *run, gint64 delay_ms)
{
  call_later (run, delay_ms, retry_due_cb);
}

static gboolean
may_retry (WeirStep *step, const char *class_name)
{
  const WeirReliability *reliability = weir_block_get_reliability (step->block->block);

  if (step->attempt >= reliability->attempts || weir_run_is_stopping (step->run))
    return FALSE;
  if (g_str_equal (class_name, "flow.cancelled") || g_str_equal (class_name, "internal.bug"))
    return FALSE;
  if (reliability->retry_on != NULL)
    return weir_error_class_matches (class_name, reliability->retry_on);
  return weir_error_is_transient (class_name);
}

/* Exponential, capped, with jitter that only depends on the step, so that a replay waits the same. */
static gint64
retry_delay (WeirStep *step)
{
  const WeirReliability *reliability = weir_block_get_reliability (step->block->block);
  double delay = reliability->retry_first_ms;
  guint hash = g_str_hash (weir_step_get_idempotency_key (step)) + step->attempt * 2654435761u;
  double jitter = ((double) (hash % 2001) / 1000.0 - 1.0) * reliability->retry_jitter;

  for (guint i = 1; i < step->attempt && delay < reliability->retry_cap_ms; i++)
    delay *= reliability->retry_factor;
  return (gint64) (MIN (delay, (double) reliability->retry_cap_ms) * (1.0 + jitter));
}

static void
schedule_retry (WeirStep *step, WeirValue *failure)
{
  gint64 asked = step->failure_data != NULL ? weir_value_get_member_int (step->failure_data, "retry_after_ms", 0) : 0;
  gint64 delay = MAX (retry_delay (step), asked);
  WeirBuilder *data = weir_record_builder_new (3);

  weir_builder_set (data, "error", failure);
  weir_builder_set_take (data, "delay_ms", weir_value_new_int (delay));
  weir_builder_set_take (data, "due_at",
                         weir_value_new_int (weir_clock_get_time (step->run->engine->clock) + delay * 1000));
  weir_run_emit (step->run, WEIR_EVENT_BLOCK_RETRY, step->state, weir_builder_end (data));
  weir_run_wake_later (step->run, delay);
}

/* A failure as its event says it: with who takes it up. */
static WeirValue *
failure_event_data (WeirStep *step, WeirValue *failure)
{
  const char *handled = "stop";
  WeirBuilder *data;

  if (has_error_link (step))
    handled = "port";
  else if (weir_block_get_reliability (step->block->block)->on_error == WEIR_ON_ERROR_CONTINUE)
    handled = "continue";

  data = weir_record_builder_new (3);
  weir_builder_set (data, "error", failure);
  weir_builder_set_take (data, "handled", weir_value_new_text (handled));
  if (g_str_equal (handled, "port"))
    {
      g_autoptr(WeirValue) outputs = record_of_two ("error", failure, NULL, NULL);
      WeirValue *shut = find_shut_links (step, outputs, NULL);

      if (shut != NULL)
        weir_builder_set_take (data, "shut", shut);
    }
  add_duration (step, data);
  return weir_builder_end (data);
}

static void
fail_step (WeirStep *step, const GError *error)
{
  g_autoptr(WeirValue) failure = weir_value_new_error (weir_error_get_class (error), error->message,
                                                        step->failure_data);

  if (may_retry (step, weir_error_get_class (error)))
    schedule_retry (step, failure);
  else
    weir_run_emit (step->run, WEIR_EVENT_BLOCK_FAILED, step->state, failure_event_data (step, failure));
}

static void
give_up_step (WeirStep *step)
{
  g_autoptr(WeirValue) failure = NULL;

  if (step->stopped_alone)
    failure = step->forced ? weir_value_new_error ("flow.interrupted", "It was force stopped", NULL)
                           : weir_value_new_error ("flow.cancelled", "It was stopped", NULL);
  weir_run_emit (step->run, step->forced ? WEIR_EVENT_BLOCK_INTERRUPTED : WEIR_EVENT_BLOCK_CANCELLED, step->state,
                 failure != NULL ? failure_event_data (step, failure) : NULL);
}

void
weir_run_end_unstarted (WeirRun *run, WeirStepState *state, gboolean force, gboolean alone)
{
  g_autoptr(WeirStep) step = weir_step_new (run, state);

  step->settled = TRUE;
  step->forced = force;
  step->stopped_alone = alone;
  give_up_step (step);
  weir_run_close_failing (run, state->scope);
}

static void
succeed_step (WeirStep *step)
{
  g_autoptr(WeirValue) outputs = weir_builder_end (g_steal_pointer (&step->outputs));
  g_autoptr(WeirValue) shut = NULL;
  g_autoptr(GError) error = NULL;
  WeirBuilder *data;

  shut = find_shut_links (step, outputs, &error);
  if (error != NULL)
    {
      fail_step (step, error);
      return;
    }
  data = weir_record_builder_new (3);
  weir_builder_set (data, "outputs", outputs);
  if (shut != NULL)
    weir_builder_set (data, "shut", shut);
  add_duration (step, data);
  weir_run_emit (step->run, WEIR_EVENT_BLOCK_SUCCEEDED, step->state, weir_builder_end (data));
  if (step->cache_key != NULL)
    weir_step_keep_result (step, outputs);
  if (step->ending != NULL)
    weir_run_end_as_asked (step->run, step);
}

void
weir_step_release_slot (WeirStep *step)
{
  if (!step->slot)
    return;
  step->slot = FALSE;
  weir_step_leave_run_gate (step);
  /* A program may end after the engine has closed. */
  if (step->run->engine != NULL)
    weir_engine_release_slot (step->run->engine);
}

void
weir_step_release_place (WeirStep *step)
{
  weir_step_release_slot (step);
  if (!step->leaf)
    return;
  step->leaf = FALSE;
  step->run->n_leaves--;
}

/* Goes on without a slot: it is on its way already. */
void
weir_step_take_place_again (WeirStep *step)
{
  if (step->leaf || step->kind->has_body)
    return;
  step->leaf = TRUE;
  step->run->n_leaves++;
}

/* A step whose outputs were known ends without having run. @source: the run they are from, or 0. */
void
weir_step_end_known (WeirStep *step, const char *how, gint64 source)
{
  g_autoptr(WeirValue) outputs = weir_builder_end (g_steal_pointer (&step->outputs));
  WeirBuilder *data = weir_record_builder_new (4);
  WeirValue *shut = find_shut_links (step, outputs, NULL);

  weir_builder_set (data, "outputs", outputs);
  weir_builder_set_take (data, "how", weir_value_new_text (how));
  if (source != 0)
    weir_builder_set_take (data, "source", weir_value_new_int (source));
  if (shut != NULL)
    weir_builder_set_take (data, "shut", shut);
  step->settled = TRUE;
  weir_run_emit (step->run, WEIR_EVENT_BLOCK_CACHED, step->state, weir_builder_end (data));
}

/* A person replaces what a step gets that has not begun. */
void
weir_run_emit_override (WeirRun *run, WeirStepState *state, const char *port, WeirValue *value, const char *by)
{
  WeirBuilder *data = weir_record_builder_new (3);

  weir_builder_set_take (data, "port", weir_value_new_text (port));
  weir_builder_set (data, "value", value);
  weir_builder_set_take (data, "by", weir_value_new_text (by));
  weir_run_emit (run, WEIR_EVENT_BLOCK_OVERRIDDEN, state, weir_builder_end (data));
}

/* At work on what must not happen twice: the end of the program waits a moment for it. */
static void
set_once (WeirStep *step, gboolean once)
{
  if (step->once == once || step->run->engine == NULL)
    return;
  step->once = once;
  weir_engine_count_once (step->run->engine, once ? 1 : -1);
}

static void
release_step (WeirStep *step)
{
  set_once (step, FALSE);
  weir_step_release_place (step);
  weir_step_leave_gates (step);
  weir_step_forget_waiter (step);
  weir_step_leave_swarm (step);
  dex_clear (&step->timeout);
  dex_clear (&step->answer);
  if (step->state->runtime == step)
    {
      step->state->runtime = NULL;
      step->run->n_runtimes--;
      weir_step_unref (step);
    }
}

/* Journals the end of an attempt: @error NULL is success. Later calls do nothing. */
void
weir_run_step_done (WeirStep *step, GError *error)
{
  WeirRun *run = step->run;
  g_autoptr(WeirStep) keep = weir_step_ref (step);
  g_autoptr(GError) timeout = NULL;

  if (step->settled)
    return;
  step->settled = TRUE;
  release_step (step);
  if (run->suspended || step->state->scope->pub.closed || step->state->given_up)
    return;
  weir_run_stop_inside (run, step->state, step->forced);

  if (step->timed_out && error != NULL)
    {
      weir_set_failure (&timeout, "limit.timeout", "It took longer than its time limit of %" G_GINT64_FORMAT " ms",
                        step->timeout_ms);
      error = timeout;
    }
  if (!step->stopped || error == NULL)
    weir_step_write_states (step);
  if (error == NULL)
    succeed_step (step);
  else if (step->stopped && g_str_equal (weir_error_get_class (error), "flow.cancelled"))
    give_up_step (step);
  else
    fail_step (step, error);

  weir_run_close_failing (run, step->state->scope);
  weir_run_close_rested (run);
  weir_run_check_end (run);
  if (run->engine != NULL)
    weir_engine_wake (run->engine, run);
}

/* ── the pump ───────────────────────────────────────────────────────────────────────────── */

static WeirValue *
overflow_failure (WeirStepState *state)
{
  g_autofree char *message = NULL;

  message = g_strdup_printf ("The loop at “%s” made %u rounds, its limit (max_iterations)",
                             weir_block_get_title (weir_step_state_get_block (state)->block), state->info.firing - 1);
  return weir_value_new_error ("limit.iterations", message, NULL);
}

static void
evaluate_step (WeirStep *step)
{
  GError *error = NULL;

  if (step->kind->eval (step->settings, step, &error))
    {
      step->settled = TRUE;
      succeed_step (step);
      return;
    }
  if (error == NULL)
    weir_set_failure (&error, "internal.bug", "The block failed without saying why");
  step->settled = TRUE;
  fail_step (step, error);
  g_error_free (error);
}

/* It has begun, and keeps its place. */
void
weir_step_hold_until_known (WeirStep *step)
{
  say_started (step);
  weir_step_get_cancellable (step);
  weir_step_take_place_again (step);
  step->state->runtime = weir_step_ref (step);
  step->run->n_runtimes++;
}

static void
let_go (WeirStep *step)
{
  if (step->leaf)
    step->run->n_leaves--;
  step->leaf = FALSE;
  step->state->runtime = NULL;
  step->run->n_runtimes--;
  weir_step_unref (step);
}

void
weir_run_step_looked_up (WeirStep *step, WeirValue *outputs, gint64 source)
{
  g_autoptr(WeirStep) keep = weir_step_ref (step);
  WeirRun *run = step->run;

  let_go (step);
  if (outputs != NULL)
    {
      for (gsize i = 0; i < weir_value_get_length (outputs); i++)
        weir_step_emit (step, weir_value_get_key (outputs, i), weir_value_get_item (outputs, i));
      weir_step_end_known (step, "cached", source);
      release_step (step);
    }
  else if (weir_plan_block_evaluates (step->block))
    {
      release_step (step);
      evaluate_step (step);
    }
  else
    start_waiting_kind (step);
  weir_run_close_failing (run, step->state->scope);
  weir_run_close_rested (run);
  weir_run_check_end (run);
  weir_engine_wake (run->engine, run);
}

static gboolean
check_can_start (WeirStepState *state, WeirPlanBlock *block, GError **error)
{
  if (state->overflow)
    {
      g_autoptr(WeirValue) failure = overflow_failure (state);
      GError *made = weir_failure_from_value (failure);

      g_propagate_error (error, made);
      return FALSE;
    }
  if (block->kind == NULL)
    {
      weir_set_failure (error, "config.invalid", "Block kind %s is not known to this program",
                        weir_block_get_kind_id (block->block));
      return FALSE;
    }
  return TRUE;
}

void
weir_run_begin_step (WeirRun *run, WeirStep *step)
{
  WeirStepState *state = step->state;
  WeirPlanBlock *block = weir_step_state_get_block (state);
  g_autoptr(GError) error = NULL;

  if ((run->breakpoints != NULL && weir_run_breaks_at (run, step))
      || (run->rerun != NULL && weir_rerun_settle (run->rerun, step)))
    {
      release_step (step);
      weir_engine_wake (run->engine, run);
      return;
    }
  if (block->kind == NULL || !begins_silently (step))
    weir_run_emit (run, WEIR_EVENT_BLOCK_STARTED, state, NULL);
  step->attempt = state->info.status == WEIR_STEP_RUNNING ? state->info.attempt : state->info.attempt + 1;
  if (!check_can_start (state, block, &error))
    {
      step->attempt = G_MAXUINT; /* no use in trying again */
      step->settled = TRUE;
      fail_step (step, error);
      release_step (step);
      weir_engine_wake (run->engine, run);
    }
  else
    {
      step->config = weir_block_config_get (state->scope->shared->plan, block);
      if (!weir_step_prepare (step, &error))
        weir_run_step_done (step, error);
      else if (weir_block_get_cache (block->block) != 0 && weir_step_look_up (step))
        ; /* goes on once that is known */
      else if (weir_plan_block_evaluates (block))
        evaluate_step (step);
      else
        start_waiting_kind (step);
    }
  weir_run_close_failing (run, state->scope);
  if (run->stepping)
    weir_run_end_stepping (run);
}

static void
start_step (WeirRun *run, WeirStepState *state)
{
  g_autoptr(WeirStep) step = weir_step_new (run, state);

  weir_run_begin_step (run, step);
}

void
weir_run_restart_waiting (WeirRun *run, WeirStepState *state)
{
  g_autoptr(WeirStep) step = weir_step_new (run, state);
  g_autoptr(GError) error = NULL;

  step->attempt = state->info.attempt;
  step->time = state->info.started_at;
  step->config = weir_block_config_get (state->scope->shared->plan, weir_step_state_get_block (state));
  if (!weir_step_prepare (step, &error))
    weir_run_step_done (step, error);
  else
    start_waiting_kind (step);
}

/* The next step that is computed at once, or waits for nothing but what is inside it; NULL if none. */
static WeirStepState *
find_ready (WeirRun *run)
{
  for (GList *l = run->state->ready.head; l != NULL; l = l->next)
    {
      WeirStepState *state = l->data;

      if (!state->scope->failing && weir_scope_is_taken_up (state->scope))
        return state;
    }
  return NULL;
}

void
weir_run_queue_waiting (WeirRun *run)
{
  WeirRunQueue *queue = run->engine->queue;
  GList *first = NULL;

  for (GList *l = run->state->waiting.tail; l != NULL && !((WeirStepState *) l->data)->seen; l = l->prev)
    first = l;
  for (GList *l = first; l != NULL; l = l->next)
    {
      WeirStepState *state = l->data;

      state->seen = TRUE;
      if (!state->scope->failing)
        weir_run_queue_add (queue, run, state);
    }
  for (GList *l = run->held.head, *next; l != NULL; l = next)
    {
      next = l->next;
      weir_run_queue_add (queue, run, ((WeirQueueEntry *) l->data)->state);
    }
  weir_run_queue_gate_changed (queue, run->gate);
}

static void
start_due_retries (WeirRun *run)
{
  gint64 now = weir_clock_get_time (run->engine->clock);

  /* the step in question is one of the last of its block; they are few */
  for (guint i = 0; i < run->state->scopes->len; i++)
    {
      WeirScopeState *scope = g_ptr_array_index (run->state->scopes, i);

      if (scope == NULL || scope->pub.closed || scope->shared == NULL)
        continue;
      for (guint j = 0; j < scope->shared->plan->n_blocks; j++)
        for (WeirStepState *state = scope->blocks[j].last; state != NULL; state = state->previous)
          if (state->info.status == WEIR_STEP_RETRY_WAIT && state->info.due_at <= now && !scope->failing
              && !weir_run_state_is_paused (run->state, scope, j))
            {
              if (state->waits)
                weir_run_queue_add (run->engine->queue, run, state);
              else
                start_step (run, state);
            }
    }
}

gboolean
weir_run_pump (WeirRun *run, gint64 until)
{
  WeirStepState *state;
  guint n = 0;

  if (run->waits_to_begin)
    return FALSE;
  if (weir_run_may_start (run) && run->state->n_retrying > 0)
    start_due_retries (run);
  if (weir_run_may_start (run))
    weir_run_resume_answered (run);
  weir_run_close_rested (run);
  /* a verb or a moment may let them go on */
  run->swarms_wake = run->swarms != NULL && run->swarms->len > 0;
  for (;;)
    {
      if (run->swarms_wake)
        weir_run_pump_swarms (run);
      if (!weir_run_may_start (run) || (state = find_ready (run)) == NULL)
        break;
      if (state->skip || !weir_block_get_enabled (weir_step_state_get_block (state)->block))
        weir_run_emit (run, WEIR_EVENT_BLOCK_SKIPPED, state, NULL);
      else
        start_step (run, state);
      weir_run_close_rested (run);
      if ((++n & 15) == 0 && g_get_monotonic_time () > until)
        {
          weir_run_check_end (run);
          return TRUE;
        }
    }
  if (weir_run_may_start (run))
    weir_run_queue_waiting (run);
  weir_run_check_end (run);
  return FALSE;
}

/* ── the end of a run ───────────────────────────────────────────────────────────────────── */

static void
end_paused (WeirRun *run)
{
  if (run->n_leaves > 0)
    return;
  weir_run_emit (run, WEIR_EVENT_RUN_PAUSED, NULL, NULL);
  weir_run_put_row (run);
}

/* Ends the run, or its pausing, if the time has come. */
void
weir_run_check_end (WeirRun *run)
{
  WeirScopeState *root;

  if (run->suspended || run->state->scopes->len == 0 || weir_run_status_is_final (run->state->status))
    return;
  root = g_ptr_array_index (run->state->scopes, 0);
  switch (run->state->status)
    {
    case WEIR_RUN_RUNNING:
      weir_run_end_by_itself (run);
      break;
    case WEIR_RUN_PAUSING:
      if (root->rested || root->failing)
        weir_run_end_by_itself (run);
      if (run->state->status == WEIR_RUN_PAUSING)
        end_paused (run);
      break;
    case WEIR_RUN_STOPPING:
      weir_run_end_stopped (run);
      break;
    default:
      break;
    }
  if (weir_run_status_is_final (run->state->status))
    {
      weir_run_cancel_leftovers (run);
      weir_run_put_row (run);
    }
  else if (weir_run_state_get_status (run->state) != run->row_status)
    weir_run_put_row (run);
}

/* The run has ended by itself: what still waited in it is given up. */
void
weir_run_cancel_leftovers (WeirRun *run)
{
  for (guint i = 0; i < run->state->steps->len && run->n_runtimes > 0; i++)
    {
      WeirStepState *state = g_ptr_array_index (run->state->steps, i);
      WeirStep *step = state != NULL ? state->runtime : NULL;

      if (step != NULL && !step->settled)
        g_cancellable_cancel (step->cancellable);
    }
  if (run->n_runtimes > 0)
    weir_run_reject_scopes (run);
}

static DexFuture *
force_over_cb (DexFuture *future, gpointer user_data)
{
  g_autoptr(WeirRun) run = g_object_ref (user_data);
  gboolean alive = FALSE;

  if (run->suspended || run->engine == NULL || run->state->status != WEIR_RUN_STOPPING)
    return dex_future_new_true ();
  for (guint i = 0; i < run->state->steps->len; i++)
    {
      WeirStepState *state = g_ptr_array_index (run->state->steps, i);
      WeirStep *step = state != NULL ? state->runtime : NULL;
      const char *key = "reason";
      g_autoptr(WeirValue) reason = NULL;

      if (step == NULL || step->settled)
        continue;
      if (step->pid != 0 && kill (-step->pid, SIGKILL) == 0)
        {
          /* it is not over before that is true */
          if (!step->said_alive)
            weir_step_log (step, WEIR_LOG_ERROR,
                           "Interrupting: process %d was killed and is still there; it may wait for a device",
                           (int) step->pid);
          step->said_alive = TRUE;
          alive = TRUE;
          continue;
        }
      reason = weir_value_new_text ("It did not react to being stopped");
      weir_run_emit (run, WEIR_EVENT_BLOCK_INTERRUPTED, state, weir_value_new_record (&key, &reason, 1));
      step->settled = TRUE;
      release_step (step);
    }
  weir_run_check_end (run);
  if (alive)
    call_later (run, 1000, force_over_cb);
  return dex_future_new_true ();
}

/* Asks every running step to end. */
void
weir_run_cancel_steps (WeirRun *run)
{
  gint64 grace = FORCE_GRACE_MS;

  for (guint i = 0; i < run->state->steps->len; i++)
    {
      WeirStepState *state = g_ptr_array_index (run->state->steps, i);
      WeirStep *step = state != NULL ? state->runtime : NULL;

      if (step == NULL || step->settled)
        continue;
      step->stopped = TRUE;
      step->forced = run->force;
      grace = MAX (grace, step->kill_grace_ms + 1000);
      g_cancellable_cancel (step->cancellable);
    }
  weir_run_reject_scopes (run);
  if (run->force)
    call_later (run, grace, force_over_cb);
}
