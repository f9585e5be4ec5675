/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The model's runs as they stand, and what may be done to them. */

#include "weir-model-private.h"

static ModelScope *
scope_new (ModelRun *run, ModelStep *container, GArray *plan, guint key)
{
  ModelScope *scope = g_new0 (ModelScope, 1);

  scope->run = run;
  scope->container = container;
  scope->plan = plan;
  scope->id = -1;
  scope->path = container == NULL ? g_strdup ("")
                                  : g_strdup_printf ("%s%s[%u]/", container->scope->path, container->block->id, key);
  scope->steps = g_new0 (ModelStep, plan->len);
  for (guint i = 0; i < plan->len; i++)
    {
      scope->steps[i].scope = scope;
      scope->steps[i].block = &g_array_index (plan, ModelBlock, i);
      scope->steps[i].priority = G_MININT;
    }
  g_ptr_array_add (run->scopes, scope);
  for (guint i = 0; i < plan->len; i++)
    if (scope->steps[i].block->before < 0)
      model_step_fire (&scope->steps[i], FALSE);
  return scope;
}

static void
scope_free (gpointer data)
{
  ModelScope *scope = data;

  for (guint i = 0; i < scope->plan->len; i++)
    g_clear_pointer (&scope->steps[i].items, g_ptr_array_unref);
  g_free (scope->steps);
  g_free (scope->path);
  g_free (scope);
}

void
model_step_open_items (ModelStep *step)
{
  guint n = step->block[-1].n_items; /* its list is the block before it */

  step->items = g_ptr_array_new ();
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (step->items, scope_new (step->scope->run, step, step->block->body, i));
}

static guint
count_begun (ModelRun *run)
{
  guint n = 0;

  for (guint i = 0; i < run->world->runs->len; i++)
    {
      ModelRun *other = g_ptr_array_index (run->world->runs, i);

      n += other != run && other->plan == run->plan && !other->waits_to_begin && !model_run_is_over (other);
    }
  return n;
}

static void
admit (ModelRun *run)
{
  run->waits_to_begin = run->plan->max_runs > 0 && count_begun (run) >= run->plan->max_runs;
  if (!run->waits_to_begin)
    run->status = WEIR_RUN_RUNNING;
}

/* One has ended: of those that wait the one with the highest priority begins, of equals the oldest. */
void
model_world_admit (ModelWorld *world)
{
  for (;;)
    {
      ModelRun *best = NULL;

      for (guint i = 0; i < world->runs->len; i++)
        {
          ModelRun *run = g_ptr_array_index (world->runs, i);

          if (run->waits_to_begin && !model_run_is_over (run) && count_begun (run) < run->plan->max_runs
              && (best == NULL || run->priority > best->priority))
            best = run;
        }
      if (best == NULL)
        return;
      admit (best);
    }
}

ModelRun *
model_run_new (ModelWorld *world, ModelPlan *plan)
{
  ModelRun *run = g_new0 (ModelRun, 1);

  run->world = world;
  run->plan = model_plan_ref (plan);
  run->status = WEIR_RUN_QUEUED;
  run->scopes = g_ptr_array_new_with_free_func (scope_free);
  g_ptr_array_add (world->runs, run);
  scope_new (run, NULL, plan->blocks, 0);
  admit (run);
  return run;
}

void
model_run_free (ModelRun *run)
{
  g_ptr_array_remove (run->world->runs, run);
  g_ptr_array_unref (run->scopes);
  model_plan_unref (run->plan);
  g_free (run);
}

gboolean
model_status_is_over (WeirStepStatus status)
{
  return status >= WEIR_STEP_SUCCEEDED && status != WEIR_STEP_UNKNOWN;
}

gboolean
model_run_is_over (ModelRun *run)
{
  return run->status >= WEIR_RUN_SUCCEEDED;
}

guint
model_world_count_working (ModelWorld *world)
{
  guint n = world->n_deaf;

  for (guint i = 0; i < world->runs->len; i++)
    {
      ModelRun *run = g_ptr_array_index (world->runs, i);

      for (guint j = 0; j < run->scopes->len && !model_run_is_over (run); j++)
        {
          ModelScope *scope = g_ptr_array_index (run->scopes, j);

          for (guint k = 0; k < scope->plan->len; k++)
            n += scope->steps[k].status == WEIR_STEP_RUNNING && scope->steps[k].block->kind != MODEL_SWARM;
        }
    }
  return n;
}

/* A run in which all that is left waits for somebody is shown as waiting. */
WeirRunStatus
model_run_get_shown (ModelRun *run)
{
  guint n_waiting = 0;

  if (run->status != WEIR_RUN_RUNNING)
    return run->status;
  for (guint i = 0; i < run->scopes->len; i++)
    {
      ModelScope *scope = g_ptr_array_index (run->scopes, i);

      for (guint j = 0; j < scope->plan->len; j++)
        switch (scope->steps[j].status)
          {
          case WEIR_STEP_WAITING:
            n_waiting++;
            break;
          case WEIR_STEP_RUNNING:
            if (scope->steps[j].block->kind != MODEL_SWARM)
              return WEIR_RUN_RUNNING;
            break;
          case WEIR_STEP_READY:
          case WEIR_STEP_RETRY_WAIT:
            return WEIR_RUN_RUNNING;
          default:
            break;
          }
    }
  return n_waiting > 0 ? WEIR_RUN_WAITING : WEIR_RUN_RUNNING;
}

int
model_step_get_priority (ModelStep *step)
{
  int priority = step->scope->run->priority + (step->priority != G_MININT ? step->priority : 0);

  for (ModelScope *scope = step->scope; scope != NULL;
       scope = scope->container != NULL ? scope->container->scope : NULL)
    priority += scope->priority;
  return CLAMP (priority, -100, 100);
}

gboolean
model_step_is_paused (ModelStep *step)
{
  while (step != NULL && !step->paused && !step->scope->paused)
    step = step->scope->container;
  return step != NULL;
}

/* ── what may be done ───────────────────────────────────────────────────────────────────── */

const char *
model_refuse_run (WeirRunVerb verb, WeirRunStatus status, WeirRunStatus *to)
{
  gboolean ended = status >= WEIR_RUN_SUCCEEDED;
  gboolean begun = status >= WEIR_RUN_RUNNING;

  *to = ended ? status : WEIR_RUN_STOPPING;
  switch (verb)
    {
    case WEIR_VERB_PAUSE:
      *to = WEIR_RUN_PAUSING;
      return ended                         ? "It has ended"
             : !begun                      ? "It has not started"
             : status == WEIR_RUN_PAUSED   ? "It is paused already"
             : status == WEIR_RUN_STOPPING ? "It is being stopped"
                                           : NULL;
    case WEIR_VERB_RESUME:
      *to = WEIR_RUN_RUNNING;
      return ended                                                     ? "It has ended"
             : !begun                                                  ? "It is not paused"
             : status == WEIR_RUN_STOPPING                             ? "It is being stopped"
             : status == WEIR_RUN_PAUSED || status == WEIR_RUN_PAUSING ? NULL
                                                                       : "It is running";
    case WEIR_VERB_STOP:
      if (!begun)
        *to = WEIR_RUN_CANCELLED;
      return ended ? "It has ended" : status == WEIR_RUN_STOPPING ? "It is being stopped" : NULL;
    case WEIR_VERB_FORCE_STOP:
      if (!begun)
        *to = WEIR_RUN_INTERRUPTED;
      return ended ? "It has ended" : NULL;
    case WEIR_VERB_UNDO:
      return ended                                                      ? NULL
             : status == WEIR_RUN_RUNNING || status == WEIR_RUN_WAITING ? "It is still running"
                                                                        : "It has not ended";
    case WEIR_VERB_DELETE:
      return ended ? NULL : "It has not ended";
    case WEIR_VERB_CANCEL_AND_DELETE:
    default:
      if (!begun)
        *to = WEIR_RUN_INTERRUPTED;
      return NULL;
    }
}

const char *
model_refuse_step (WeirRunVerb verb, WeirStepStatus status, WeirStepStatus *to)
{
  gboolean waits = status == WEIR_STEP_READY || status == WEIR_STEP_QUEUED; /* for nothing but its turn */

  *to = status;
  if (status == WEIR_STEP_UNKNOWN)
    return verb == WEIR_VERB_STOP || verb == WEIR_VERB_FORCE_STOP || verb >= WEIR_VERB_CANCEL_AND_DELETE
             ? "Its outcome is not known: say what became of it"
             : "Its outcome is not known";
  if (verb == WEIR_VERB_UNDO)
    {
      *to = WEIR_STEP_UNDONE;
      return status == WEIR_STEP_UNDONE      ? "It is undone already"
             : model_status_is_over (status) ? NULL
                                             : "It has not ended";
    }
  /* with the run, if that goes on */
  if (model_status_is_over (status))
    return verb >= WEIR_VERB_CANCEL_AND_DELETE ? NULL : "It has ended";
  switch (verb)
    {
    case WEIR_VERB_PAUSE:
      if (waits)
        *to = WEIR_STEP_SUSPENDED;
      return NULL;
    case WEIR_VERB_RESUME:
      if (status == WEIR_STEP_SUSPENDED)
        *to = WEIR_STEP_READY;
      return waits ? "It is not paused" : NULL;
    default:
      *to = verb == WEIR_VERB_STOP || verb == WEIR_VERB_DELETE ? WEIR_STEP_CANCELLED : WEIR_STEP_INTERRUPTED;
      return status == WEIR_STEP_PENDING ? "It has not begun" : NULL;
    }
}
