/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What people do, and time: the model's side. */

#include "weir-model-private.h"

#define RUN_ENDED "The run has ended"
#define ENDED "It has ended"
#define GRACE (6 * G_USEC_PER_SEC)

/* ── the whole run ──────────────────────────────────────────────────────────────────────── */

static const char *
do_verb (ModelRun *run, WeirRunVerb verb)
{
  WeirRunStatus to;
  const char *refusal = model_refuse_run (verb, run->status, &to);

  if (refusal == NULL)
    run->status = to;
  return refusal;
}

const char *
model_pause (ModelRun *run)
{
  return do_verb (run, WEIR_VERB_PAUSE);
}

const char *
model_resume (ModelRun *run)
{
  return do_verb (run, WEIR_VERB_RESUME);
}

/* At work on something, or waiting for it. */
static gboolean
is_under_way (ModelStep *step)
{
  return step->status == WEIR_STEP_RUNNING || step->status == WEIR_STEP_WAITING;
}

static gboolean
has_fired (ModelStep *step)
{
  return step->status != WEIR_STEP_PENDING && !model_status_is_over (step->status);
}

static WeirStepStatus
stopped_status (gboolean force)
{
  return force ? WEIR_STEP_INTERRUPTED : WEIR_STEP_CANCELLED;
}

static void
mark_stopped (ModelStep *step, gboolean force)
{
  step->stopped = TRUE;
  if (force && !step->forced)
    step->force_at = step->scope->run->world->now + GRACE;
  step->forced |= force;
}

/* What is under way hears that it is to stop; of containers, what is inside ends with them. */
static void
stop_all (ModelRun *run, gboolean force, gboolean again)
{
  for (guint i = 0; i < run->scopes->len; i++)
    {
      ModelScope *scope = g_ptr_array_index (run->scopes, i);

      for (guint j = 0; j < scope->plan->len; j++)
        {
          ModelStep *step = &scope->steps[j];

          if (is_under_way (step))
            mark_stopped (step, force);
          if (is_under_way (step) ? step->block->kind != MODEL_DEAF
                                  : !again && has_fired (step) && scope->container != NULL && !scope->closed)
            {
              /* what is inside another container ends with that, not by itself any more */
              if (step->alone && scope->container == NULL)
                model_step_fail (step, stopped_status (step->forced));
              else
                step->status = stopped_status (step->forced || force);
            }
        }
      scope->failing |= scope->container != NULL;
    }
}

const char *
model_stop (ModelRun *run, gboolean force)
{
  WeirRunStatus to;
  gboolean stopping = run->status == WEIR_RUN_STOPPING;
  const char *refusal = model_refuse_run (force ? WEIR_VERB_FORCE_STOP : WEIR_VERB_STOP, run->status, &to);

  if (refusal != NULL)
    return refusal;
  /* one that has not begun is stopped like the others: at once */
  run->status = WEIR_RUN_STOPPING;
  run->force = force;
  stop_all (run, force, stopping);
  return NULL;
}

/* ── parts ──────────────────────────────────────────────────────────────────────────────── */

static const char *
refuse_scope (ModelScope *scope)
{
  return model_run_is_over (scope->run) ? RUN_ENDED : scope->closed ? ENDED : NULL;
}

/* What has not begun is held back, or goes on. */
static void
sort_paused (ModelRun *run, gboolean pause)
{
  for (guint i = 0; i < run->scopes->len; i++)
    {
      ModelScope *scope = g_ptr_array_index (run->scopes, i);

      for (guint j = 0; j < scope->plan->len; j++)
        if (scope->steps[j].status == (pause ? WEIR_STEP_READY : WEIR_STEP_SUSPENDED))
          model_step_set_ready (&scope->steps[j]);
    }
}

const char *
model_pause_part (ModelScope *scope, ModelStep *step, gboolean pause)
{
  const char *refusal = refuse_scope (scope);
  gboolean *mark = step != NULL ? &step->paused : &scope->paused;
  WeirStepStatus to;

  if (refusal == NULL && step != NULL)
    refusal = model_refuse_step (pause ? WEIR_VERB_PAUSE : WEIR_VERB_RESUME, step->status, &to);
  if (refusal == NULL && !pause && !*mark)
    refusal = "It is not paused";
  if (refusal != NULL)
    return refusal;
  if (*mark != pause)
    {
      *mark = pause;
      sort_paused (scope->run, pause);
    }
  return NULL;
}

static void stop_scope (ModelScope *scope, gboolean force);

/* @alone: what is around it goes on without it. */
static void
stop_step (ModelStep *step, gboolean force, gboolean alone)
{
  gboolean works = step->status == WEIR_STEP_RUNNING;

  /* also of one that is over itself: what does not hear is still there */
  for (guint i = 0; step->items != NULL && i < step->items->len; i++)
    stop_scope (g_ptr_array_index (step->items, i), force);
  if (!has_fired (step))
    return;
  if (is_under_way (step))
    {
      mark_stopped (step, force);
      step->alone = alone;
    }
  if (works && (step->block->kind == MODEL_SWARM || step->block->kind == MODEL_DEAF))
    ; /* until what is inside has ended, or it does by itself */
  else if (alone)
    model_step_fail (step, stopped_status (force));
  else
    step->status = stopped_status (force);
}

static void
stop_scope (ModelScope *scope, gboolean force)
{
  if (scope->closed)
    return;
  scope->failing = TRUE;
  scope->forced |= force;
  for (guint i = 0; i < scope->plan->len; i++)
    stop_step (&scope->steps[i], force, FALSE);
}

const char *
model_stop_part (ModelScope *scope, ModelStep *step, gboolean force)
{
  const char *refusal = refuse_scope (scope);
  WeirStepStatus to;

  if (refusal == NULL && step != NULL)
    refusal = model_refuse_step (force ? WEIR_VERB_FORCE_STOP : WEIR_VERB_STOP, step->status, &to);
  if (refusal == NULL && step == NULL && scope->container == NULL)
    refusal = "That is the whole run: stop the run";
  if (refusal != NULL)
    return refusal;
  if (step != NULL)
    stop_step (step, force, TRUE);
  else
    stop_scope (scope, force);
  return NULL;
}

/* ── answers and ends ───────────────────────────────────────────────────────────────────── */

const char *
model_answer (ModelStep *step)
{
  if (step->status != WEIR_STEP_WAITING || step->answered)
    return "does not wait for an answer";
  step->answered = TRUE;
  return NULL;
}

/* The first that waits takes it, or the first that will; of those that fired together the engine says which that is. */
const char *
model_signal (ModelRun *run)
{
  ModelStep *first = NULL;

  if (model_run_is_over (run))
    return RUN_ENDED;
  for (guint i = 0; i < run->scopes->len; i++)
    {
      ModelScope *scope = g_ptr_array_index (run->scopes, i);

      for (guint j = 0; j < scope->plan->len; j++)
        if (scope->steps[j].status == WEIR_STEP_WAITING && !scope->steps[j].answered
            && (first == NULL || scope->steps[j].made < first->made
                || (scope->steps[j].made == first->made && run->world->took_signal (&scope->steps[j]))))
          first = &scope->steps[j];
    }
  if (first != NULL)
    first->answered = TRUE;
  else
    run->n_signals++;
  return NULL;
}

gboolean
model_retry_now (ModelStep *step)
{
  if (step->status != WEIR_STEP_RETRY_WAIT)
    return FALSE;
  step->hurried = TRUE;
  return TRUE;
}

void
model_end (ModelStep *step, gboolean fails, gboolean transient)
{
  if (fails)
    model_step_attempt_failed (step, transient);
  else
    model_step_succeed (step);
}

/* ── time ───────────────────────────────────────────────────────────────────────────────── */

gint64
model_world_get_due (ModelWorld *world)
{
  gint64 due = G_MAXINT64;

  for (guint i = 0; i < world->runs->len; i++)
    {
      ModelRun *run = g_ptr_array_index (world->runs, i);

      if (model_run_is_over (run))
        continue;
      for (guint j = 0; j < run->scopes->len; j++)
        {
          ModelScope *scope = g_ptr_array_index (run->scopes, j);

          for (guint k = 0; k < scope->plan->len; k++)
            {
              ModelStep *step = &scope->steps[k];

              if ((step->status == WEIR_STEP_WAITING || step->status == WEIR_STEP_RETRY_WAIT)
                  && step->due_at > world->now)
                due = MIN (due, step->due_at);
              if (step->status == WEIR_STEP_RUNNING && step->forced && step->force_at > world->now)
                due = MIN (due, step->force_at);
            }
        }
    }
  return due;
}

/* It did not react. */
static void
give_up (ModelStep *step)
{
  if (step->alone && step->scope->run->status != WEIR_RUN_STOPPING)
    model_step_fail (step, WEIR_STEP_INTERRUPTED);
  else
    step->status = WEIR_STEP_INTERRUPTED;
}

void
model_world_tick (ModelWorld *world, gint64 now)
{
  world->now = now;
  for (guint i = 0; i < world->runs->len; i++)
    {
      ModelRun *run = g_ptr_array_index (world->runs, i);

      for (guint j = 0; j < run->scopes->len && !model_run_is_over (run); j++)
        {
          ModelScope *scope = g_ptr_array_index (run->scopes, j);

          for (guint k = 0; k < scope->plan->len; k++)
            {
              ModelStep *step = &scope->steps[k];

              if (step->status == WEIR_STEP_WAITING && step->due_at <= now)
                step->answered = TRUE;
              /* a container ends with what is inside it */
              if (step->block->kind == MODEL_DEAF && step->status == WEIR_STEP_RUNNING && step->forced
                  && step->force_at <= now)
                give_up (step);
            }
        }
    }
}
