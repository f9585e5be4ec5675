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

static void
answer_step (DexFuture *future, WeirStep *step)
{
  g_autoptr(GError) error = NULL;

  if (dex_future_get_value (future, &error) == NULL && error == NULL)
    g_set_error (&error, WEIR_ERROR, WEIR_ERROR_FAILED, "The block ended without an answer");
  weir_run_step_done (step, error);
}

static DexFuture *
run_done_cb (DexFuture *future, gpointer user_data)
{
  WeirAnswer *answer = user_data;
  g_autoptr(WeirStep) step = answer->step != NULL ? weir_step_ref (answer->step) : NULL;

  if (step != NULL)
    {
      step->answer = NULL;
      answer_step (future, step);
    }
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
      answer_step (future, step);
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
  /* A step that is given up forgets its answer; the future may not be dropped, since its fiber would be taken down in the middle. */
  step->answer = g_new (WeirAnswer, 1);
  step->answer->step = step;
  dex_future_disown (dex_future_finally (future, run_done_cb, step->answer, g_free));
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
  weir_step_set_once (step, !step->kind->has_body && effect_of (step) == WEIR_EFFECT_ONCE);

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
      weir_step_succeed (step);
      return;
    }
  if (error == NULL)
    weir_set_failure (&error, "internal.bug", "The block failed without saying why");
  step->settled = TRUE;
  weir_step_fail (step, error);
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
      weir_step_release (step);
    }
  else if (weir_plan_block_evaluates (step->block))
    {
      weir_step_release (step);
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
      weir_step_release (step);
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
      weir_step_fail (step, error);
      weir_step_release (step);
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

/* A clock that was set back does not make it longer: it is so long after the attempt that failed, not at some time of day. */
static gboolean
is_due (WeirStepState *state, WeirClock *clock)
{
  return state->hurried || state->info.due_at <= weir_clock_get_time (clock)
         || (state->due_mono != 0 && state->due_mono <= weir_clock_get_mono (clock));
}

static void
start_due_retries (WeirRun *run)
{

  /* the step in question is one of the last of its block; they are few */
  for (guint i = 0; i < run->state->scopes->len; i++)
    {
      WeirScopeState *scope = g_ptr_array_index (run->state->scopes, i);

      if (scope == NULL || scope->pub.closed || scope->shared == NULL)
        continue;
      for (guint j = 0; j < scope->shared->plan->n_blocks; j++)
        for (WeirStepState *state = scope->blocks[j].last; state != NULL; state = state->previous)
          if (state->info.status == WEIR_STEP_RETRY_WAIT && !scope->failing && is_due (state, run->engine->clock)
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
  weir_run_watch_patience (run);
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
  weir_run_watch_patience (run);
  weir_run_check_end (run);
  return FALSE;
}
