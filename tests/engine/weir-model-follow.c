/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What follows by itself in the model, until nothing more does: steps begin, containers end, runs pause and end. */

#include "weir-model-private.h"

static gboolean
is_leaf (ModelStep *step)
{
  return step->block->kind != MODEL_PASS && step->block->kind != MODEL_SWARM && !step->skip;
}

static gboolean
has_status (ModelScope *scope, WeirStepStatus status)
{
  for (guint i = 0; i < scope->plan->len; i++)
    if (scope->steps[i].status == status)
      return TRUE;
  return FALSE;
}

/* ── tokens ─────────────────────────────────────────────────────────────────────────────── */

void
model_step_set_ready (ModelStep *step)
{
  step->status = model_step_is_paused (step) ? WEIR_STEP_SUSPENDED : WEIR_STEP_READY;
}

void
model_step_fire (ModelStep *step, gboolean skip)
{
  step->skip = skip;
  step->made = step->scope->run->world->n_settled;
  model_step_set_ready (step);
}

/* @value, @error: whether something goes over this port; else nothing will come over it. */
static void
route (ModelStep *step, gboolean value, gboolean error)
{
  ModelScope *scope = step->scope;

  for (guint i = 0; i < scope->plan->len; i++)
    if (scope->steps[i].block->before == (int) (step - scope->steps))
      model_step_fire (&scope->steps[i], scope->steps[i].block->from_error ? !error : !value);
}

static gboolean
has_error_link (ModelStep *step)
{
  ModelScope *scope = step->scope;

  for (guint i = 0; i < scope->plan->len; i++)
    if (scope->steps[i].block->before == (int) (step - scope->steps) && scope->steps[i].block->from_error)
      return TRUE;
  return FALSE;
}

void
model_step_succeed (ModelStep *step)
{
  step->status = WEIR_STEP_SUCCEEDED;
  route (step, TRUE, FALSE);
}

void
model_step_fail (ModelStep *step, WeirStepStatus status)
{
  ModelScope *scope = step->scope;

  step->status = status;
  if (has_error_link (step))
    route (step, FALSE, TRUE);
  else if (step->block->goes_on)
    route (step, FALSE, FALSE);
  else
    {
      scope->failed = TRUE;
      if (!scope->failing)
        scope->failed_at = scope->run->world->n_settled;
      scope->failing |= !scope->run->plan->finish;
      if (!scope->failing)
        route (step, FALSE, FALSE);
    }
}

/* ── steps ──────────────────────────────────────────────────────────────────────────────── */

/* @late: also what may have begun before the scope failed, if that was just now */
static gboolean
may_begin (ModelStep *step, gboolean late)
{
  ModelScope *scope = step->scope;
  gboolean failing = scope->failing && (!late || scope->failed_at != scope->run->world->n_settled);

  if (scope->run->status != WEIR_RUN_RUNNING || failing || scope->closed)
    return FALSE;
  if (step->status == WEIR_STEP_RETRY_WAIT)
    return (step->hurried || step->due_at <= scope->run->world->now) && !model_step_is_paused (step);
  return step->status == WEIR_STEP_READY;
}

void
model_step_attempt_failed (ModelStep *step, gboolean transient)
{
  ModelRun *run = step->scope->run;

  if (transient && step->attempt < step->block->attempts && run->status != WEIR_RUN_STOPPING && !step->stopped)
    {
      step->status = WEIR_STEP_RETRY_WAIT;
      step->hurried = FALSE;
      step->due_at = run->world->now + (G_USEC_PER_SEC << (step->attempt - 1));
    }
  else
    model_step_fail (step, WEIR_STEP_FAILED);
}

static void
begin_instant (ModelStep *step)
{
  if (step->skip)
    {
      step->status = WEIR_STEP_SKIPPED;
      route (step, FALSE, FALSE);
      return;
    }
  step->attempt++;
  step->due_at = 0;
  if (step->block->kind == MODEL_SWARM)
    {
      step->status = WEIR_STEP_RUNNING;
      model_step_open_items (step);
    }
  else if (step->attempt > step->block->fails)
    model_step_succeed (step);
  else
    model_step_attempt_failed (step, TRUE);
}

/* What goes on side by side comes together in any order: the engine says what began before something failed. */
static gboolean
begin_next_instant (ModelRun *run)
{
  for (guint i = 0; i < run->scopes->len; i++)
    {
      ModelScope *scope = g_ptr_array_index (run->scopes, i);

      for (guint j = 0; j < scope->plan->len; j++)
        {
          ModelStep *step = &scope->steps[j];

          if (is_leaf (step) || !may_begin (step, TRUE) || !run->world->has_begun (step))
            continue;
          begin_instant (step);
          return TRUE;
        }
    }
  return FALSE;
}

/* Its answer has come. */
static gboolean
may_go_on (ModelStep *step)
{
  return step->status == WEIR_STEP_WAITING && step->answered && step->scope->run->status == WEIR_RUN_RUNNING;
}

/* What needs a place; the engine says who has it. */
static gboolean
begin_leaf (ModelStep *step, GPtrArray *begun, gboolean answered)
{
  ModelRun *run = step->scope->run;
  ModelWorld *world = run->world;

  if (answered ? !may_go_on (step) : !is_leaf (step) || !may_begin (step, TRUE))
    return FALSE;
  if (!world->has_begun (step))
    return FALSE;
  g_ptr_array_add (begun, step);
  step->due_at = 0;
  step->could_begin = FALSE;
  if (answered)
    {
      model_step_succeed (step);
      return TRUE;
    }
  step->attempt++;
  step->status = step->block->kind == MODEL_ASK ? WEIR_STEP_WAITING : WEIR_STEP_RUNNING;
  if (step->block->kind != MODEL_ASK)
    return TRUE;
  step->due_at = world->now + 60 * G_USEC_PER_SEC;
  step->answered = run->n_signals > 0 && world->took_signal (step);
  run->n_signals -= step->answered;
  return TRUE;
}

/* What begins does so before anything comes of those that go on. */
static gboolean
begin_leaves (ModelRun *run, GPtrArray *begun, gboolean answered)
{
  for (guint i = 0; i < run->scopes->len; i++)
    {
      ModelScope *scope = g_ptr_array_index (run->scopes, i);

      for (guint j = 0; j < scope->plan->len; j++)
        if (begin_leaf (&scope->steps[j], begun, answered))
          return TRUE;
    }
  return FALSE;
}

/* ── scopes and runs ────────────────────────────────────────────────────────────────────── */

static gboolean
is_at_rest (ModelScope *scope)
{
  if (scope->failing)
    return FALSE;
  for (guint i = 0; i < scope->plan->len; i++)
    if (scope->steps[i].status != WEIR_STEP_PENDING && !model_status_is_over (scope->steps[i].status))
      return FALSE;
  return TRUE;
}

static void
give_up (ModelScope *scope, WeirStepStatus status)
{
  scope->closed = TRUE;
  for (guint i = 0; i < scope->plan->len; i++)
    {
      ModelStep *step = &scope->steps[i];

      if (step->status == WEIR_STEP_PENDING || model_status_is_over (step->status))
        continue;
      scope->run->world->n_deaf += step->status == WEIR_STEP_RUNNING && step->block->kind == MODEL_DEAF;
      step->status = status;
    }
}

static gboolean
close_scope (ModelScope *scope)
{
  if (scope->closed || scope->container == NULL || scope->run->status == WEIR_RUN_STOPPING)
    return FALSE;
  if (!is_at_rest (scope) && (!scope->failing || has_status (scope, WEIR_STEP_RUNNING)))
    return FALSE;
  give_up (scope, scope->forced ? WEIR_STEP_INTERRUPTED : WEIR_STEP_CANCELLED);
  return TRUE;
}

/* All its items are over. */
static gboolean
end_container (ModelStep *step)
{
  WeirStepStatus status = step->forced ? WEIR_STEP_INTERRUPTED : WEIR_STEP_CANCELLED;

  if (step->block->kind != MODEL_SWARM || step->status != WEIR_STEP_RUNNING)
    return FALSE;
  for (guint i = 0; i < step->items->len; i++)
    if (!((ModelScope *) g_ptr_array_index (step->items, i))->closed)
      return FALSE;
  if (!step->stopped)
    model_step_succeed (step);
  else if (step->alone)
    model_step_fail (step, status);
  else
    step->status = status;
  return TRUE;
}

static gboolean
end_run (ModelRun *run, WeirRunStatus status)
{
  run->status = status;
  for (guint i = 0; i < run->scopes->len; i++)
    {
      ModelScope *scope = g_ptr_array_index (run->scopes, i);

      if (!scope->closed)
        give_up (scope, status == WEIR_RUN_INTERRUPTED ? WEIR_STEP_INTERRUPTED : WEIR_STEP_CANCELLED);
    }
  model_world_admit (run->world);
  return TRUE;
}

static gboolean
end_by_itself (ModelRun *run)
{
  ModelScope *root = g_ptr_array_index (run->scopes, 0);

  if (root->failed && !has_status (root, WEIR_STEP_RUNNING) && (root->failing || is_at_rest (root)))
    return end_run (run, WEIR_RUN_FAILED);
  return !root->failed && is_at_rest (root) && end_run (run, WEIR_RUN_SUCCEEDED);
}

/* @leaf: that is no container */
static gboolean
is_working (ModelRun *run, gboolean leaf)
{
  for (guint i = 0; i < run->scopes->len; i++)
    {
      ModelScope *scope = g_ptr_array_index (run->scopes, i);

      for (guint j = 0; j < scope->plan->len; j++)
        if (scope->steps[j].status == WEIR_STEP_RUNNING && (!leaf || scope->steps[j].block->kind != MODEL_SWARM))
          return TRUE;
    }
  return FALSE;
}

static gboolean
check_end (ModelRun *run)
{
  switch (run->status)
    {
    case WEIR_RUN_RUNNING:
      return end_by_itself (run);
    case WEIR_RUN_PAUSING:
      if (end_by_itself (run))
        return TRUE;
      if (is_working (run, TRUE))
        return FALSE;
      run->status = WEIR_RUN_PAUSED;
      return TRUE;
    case WEIR_RUN_STOPPING:
      return !is_working (run, FALSE) && end_run (run, run->force ? WEIR_RUN_INTERRUPTED : WEIR_RUN_CANCELLED);
    default:
      return FALSE;
    }
}

static gboolean
follow (ModelRun *run, GPtrArray *begun)
{
  if (model_run_is_over (run))
    return FALSE;
  if (begin_next_instant (run))
    return TRUE;
  if (begin_leaves (run, begun, FALSE) || begin_leaves (run, begun, TRUE))
    return TRUE;
  for (guint i = run->scopes->len; i-- > 0;)
    if (close_scope (g_ptr_array_index (run->scopes, i)))
      return TRUE;
  if (check_end (run))
    return TRUE;
  for (guint i = 0; i < run->scopes->len; i++)
    {
      ModelScope *scope = g_ptr_array_index (run->scopes, i);

      for (guint j = 0; j < scope->plan->len && !scope->closed; j++)
        if (end_container (&scope->steps[j]))
          return TRUE;
    }
  return FALSE;
}

/* ── who has a place ────────────────────────────────────────────────────────────────────── */

/* No place stays empty while somebody could have it, and nobody goes before one who waited and had the higher priority. */
static char *
check_left (ModelStep *step, GPtrArray *begun, guint n_working)
{
  ModelRun *run = step->scope->run;
  ModelWorld *world = run->world;
  gboolean could_begin = step->could_begin;

  step->could_begin = may_go_on (step) || may_begin (step, FALSE);
  if (!step->could_begin)
    return NULL;
  if (!is_leaf (step))
    return g_strdup_printf ("%s%s needs no place, but does not begin", step->scope->path, step->block->id);
  if (n_working < world->workers)
    return g_strdup_printf ("%s%s could begin, of %u places only %u are taken", step->scope->path, step->block->id,
                            world->workers, n_working);
  for (guint i = 0; i < begun->len && could_begin; i++)
    if (model_step_get_priority (g_ptr_array_index (begun, i)) < model_step_get_priority (step))
      return g_strdup_printf (
        "%s of run %" G_GINT64_FORMAT ", of priority %d, began before %s%s of run %" G_GINT64_FORMAT
        ", which was %s and has the priority %d",
        ((ModelStep *) g_ptr_array_index (begun, i))->block->id,
        ((ModelStep *) g_ptr_array_index (begun, i))->scope->run->id,
        model_step_get_priority (g_ptr_array_index (begun, i)), step->scope->path, step->block->id, run->id,
        weir_step_status_get_name (step->status), model_step_get_priority (step));
  return NULL;
}

static char *
check_places (ModelWorld *world, GPtrArray *begun)
{
  guint n = model_world_count_working (world);
  char *wrong = NULL;
  gboolean took = FALSE;

  for (guint i = 0; i < begun->len; i++)
    took |= ((ModelStep *) g_ptr_array_index (begun, i))->status == WEIR_STEP_RUNNING;
  if (took && n > world->workers)
    return g_strdup_printf ("%u steps are at work, but only %u may be", n, world->workers);
  for (guint i = 0; i < world->runs->len; i++)
    {
      ModelRun *run = g_ptr_array_index (world->runs, i);

      for (guint j = 0; j < run->scopes->len; j++)
        {
          ModelScope *scope = g_ptr_array_index (run->scopes, j);

          for (guint k = 0; k < scope->plan->len && wrong == NULL; k++)
            wrong = check_left (&scope->steps[k], begun, n);
        }
    }
  return wrong;
}

char *
model_world_settle (ModelWorld *world)
{
  g_autoptr(GPtrArray) begun = g_ptr_array_new ();
  gboolean again = TRUE;

  world->n_settled++;
  while (again)
    {
      again = FALSE;
      for (guint i = 0; i < world->runs->len; i++)
        while (follow (g_ptr_array_index (world->runs, i), begun))
          again = TRUE;
    }
  return check_places (world, begun);
}
