/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A swarm while it runs: takes the item that is next from the queue, opens its scope, hears of its end. What is recorded is in
 * weir-swarm-state.c; verbs on it are in weir-run-swarm.c. */

#include "weir-gate.h"
#include "weir-run-swarm-private.h"

/* As many items are started in one go. */
#define SLICE 64

/* What the kind has is let go once the step is over and nothing works on it. It holds the step, which holds this. */
void
weir_swarm_run_let_go (WeirSwarmRun *self)
{
  GDestroyNotify destroy;

  if (!self->left || self->n_calls > 0)
    return;
  destroy = g_steal_pointer (&self->setup.destroy);
  if (destroy != NULL)
    destroy (self->setup.user_data);
}

WeirSwarmState *
weir_swarm_run_get_state (WeirSwarmRun *self)
{
  return self->step->state->swarm;
}

void
weir_swarm_run_wake (WeirSwarmRun *self)
{
  self->run->swarms_wake = TRUE;
  if (self->run->engine != NULL)
    weir_engine_wake (self->run->engine, self->run);
}

void
weir_step_emit_swarm (WeirStepState *state, WeirRun *run, WeirEventKind kind, WeirBuilder *data)
{
  weir_run_emit (run, kind, state, data != NULL ? weir_builder_end (data) : NULL);
}

/* The end of an item may come before this returns. */
static void
start_item (WeirSwarmRun *self, guint index, WeirValue *item)
{
  GPtrArray *scopes = self->run->state->scopes;
  guint32 id = scopes->len;

  self->n_running++;
  weir_run_open_item (self->run, self, self->step->state, index, item, weir_swarm_run_get_priority (self, index));
  if (id < scopes->len && g_ptr_array_index (scopes, id) != NULL
      && !((WeirScopeState *) g_ptr_array_index (scopes, id))->pub.closed)
    weir_swarm_run_limit_time (self, g_ptr_array_index (scopes, id));
}

void
weir_swarm_run_item_over (WeirSwarmRun *self, WeirScopeState *scope)
{
  g_autoptr(WeirStep) step = weir_step_ref (self->step);
  g_autoptr(WeirValue) item = NULL;

  self->n_running--;
  self->run->swarms_wake = TRUE;
  if (step->settled)
    return;
  self->n_calls++;
  item = weir_swarm_run_dup_item (self, scope->index);
  if (item != NULL)
    weir_swarm_run_tell_ended (self, scope->index, item, scope, scope->pub.result, scope->pub.error, FALSE);
  self->n_calls--;
  weir_swarm_run_let_go (self);
}

/* Where one item of an earlier run is run again, the others are as they were. */
static gboolean
take_known (WeirSwarmRun *self, guint index, WeirValue *item)
{
  WeirBuilder *data;
  WeirValue *result, *error;
  char key[16];

  g_snprintf (key, sizeof key, "%u", index);
  if (self->run->rerun == NULL || !weir_rerun_find_item (self->run->rerun, self->step, key, &result, &error))
    return FALSE;
  data = weir_record_builder_new (3);
  weir_builder_set_take (data, "item", weir_value_new_int (index));
  weir_builder_set_take (data, "known", weir_value_new_bool (TRUE));
  weir_builder_set (data, error != NULL ? "error" : "result", error != NULL ? error : result);
  weir_step_emit_swarm (self->step->state, self->run, WEIR_EVENT_SWARM_ITEM, data);
  weir_swarm_run_tell_ended (self, index, item, NULL, result, error, TRUE);
  return TRUE;
}

static void
stop_items (WeirSwarmRun *self)
{
  WeirRunState *state = self->run->state;
  WeirStepState *container = self->step->state;

  self->stopping = TRUE;
  for (guint i = container->scope->pub.id + 1; i < state->scopes->len; i++)
    {
      WeirScopeState *scope = g_ptr_array_index (state->scopes, i);

      if (scope != NULL && scope->runtime == self && !scope->pub.closed && !scope->failing)
        weir_run_stop_scope (self->run, scope, self->step->forced);
    }
}

static void
tell_stopped (WeirSwarmRun *self)
{
  if (self->over)
    return;
  self->over = TRUE;
  self->setup.stopped (self->setup.user_data);
}

static gboolean
is_going (WeirSwarmRun *self)
{
  WeirStepState *state = self->step->state;

  return !weir_engine_is_behind (self->run->engine) && !self->step->settled && !self->draining && !self->stopping
         && state->info.status == WEIR_STEP_RUNNING && weir_run_may_start (self->run) && !state->scope->failing
         && state->swarm != NULL && !weir_run_state_is_paused (self->run->state, state->scope, state->block_index);
}

/* Whether more could be started at once. */
static gboolean
start_items (WeirSwarmRun *self)
{
  guint index;

  for (guint i = 0; i < SLICE; i++)
    {
      g_autoptr(WeirValue) item = NULL;

      if (!is_going (self) || self->n_running >= self->setup.concurrency || !weir_swarm_queue_take (self, &index))
        return FALSE;
      item = weir_swarm_run_dup_item (self, index);
      if (item == NULL)
        {
          weir_swarm_queue_push (self, index);
          self->missing = TRUE;
          return FALSE;
        }
      if (!take_known (self, index, item))
        start_item (self, index, item);
    }
  return TRUE;
}

/* After a restart of the program it waits by the journal, but takes its wait up again only when it is told that there is nothing to do. */
static gboolean
may_be_idle (WeirSwarmRun *self)
{
  WeirStepStatus status = self->step->state->info.status;

  return !self->step->settled && self->n_running < self->setup.concurrency && weir_run_may_start (self->run)
         && (status == WEIR_STEP_RUNNING || (status == WEIR_STEP_WAITING && self->step->waiter == NULL));
}

static void
pump_swarm (WeirSwarmRun *self)
{
  gboolean all, more = FALSE;

  if (self->delayed->len > 0)
    weir_swarm_queue_look_at_delayed (self);
  if (self->deadlines.length > 0)
    weir_swarm_run_look_at_deadlines (self);
  if (g_cancellable_is_cancelled (self->step->cancellable) && !self->stopping)
    stop_items (self);
  if (self->stopping && self->n_running == 0)
    tell_stopped (self);
  if (self->stopping || self->step->settled)
    return;
  self->missing = FALSE;
  all = weir_swarm_run_look_at_items (self);
  /* who goes first is known when all were rated */
  if (all || self->setup.rate == NULL)
    more = start_items (self);
  if (more || (!all && !self->missing))
    weir_swarm_run_wake (self);
  else if (may_be_idle (self))
    self->setup.idle (self->setup.user_data);
}

void
weir_run_pump_swarms (WeirRun *run)
{
  run->swarms_wake = FALSE;
  for (guint i = 0; run->swarms != NULL && i < run->swarms->len; i++)
    {
      WeirSwarmRun *self = g_ptr_array_index (run->swarms, i);
      g_autoptr(WeirStep) step = weir_step_ref (self->step);

      self->n_calls++;
      pump_swarm (self);
      self->n_calls--;
      weir_swarm_run_let_go (self);
    }
}

void
weir_run_reject_swarms (WeirRun *run)
{
  g_autoptr(GPtrArray) swarms = run->swarms != NULL ? g_ptr_array_copy (run->swarms, NULL, NULL) : NULL;

  for (guint i = 0; swarms != NULL && i < swarms->len; i++)
    {
      WeirSwarmRun *self = g_ptr_array_index (swarms, i);
      g_autoptr(WeirStep) step = weir_step_ref (self->step);

      self->stopping = TRUE;
      self->n_calls++;
      tell_stopped (self);
      self->n_calls--;
      weir_swarm_run_let_go (self);
    }
}
