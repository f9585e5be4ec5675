/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The fold of steps: their attempts, what became of them, and what they send on. */

#include "weir-run-state-private.h"
#include "weir-swarm-state.h"

#include <string.h>

G_DEFINE_BOXED_TYPE (WeirRunState, weir_run_state, weir_run_state_ref, weir_run_state_unref)

void
weir_attempt_clear (gpointer attempt)
{
  g_clear_pointer (&((WeirAttempt *) attempt)->error, weir_value_unref);
}

/* ── steps ──────────────────────────────────────────────────────────────────────────────── */

gboolean
weir_step_status_is_over (WeirStepStatus status)
{
  switch (status)
    {
    case WEIR_STEP_SUCCEEDED:
    case WEIR_STEP_FAILED:
    case WEIR_STEP_SKIPPED:
    case WEIR_STEP_CACHED:
    case WEIR_STEP_PINNED:
    case WEIR_STEP_CANCELLED:
    case WEIR_STEP_INTERRUPTED:
    case WEIR_STEP_UNDONE:
      return TRUE;
    case WEIR_STEP_PENDING:
    case WEIR_STEP_READY:
    case WEIR_STEP_QUEUED:
    case WEIR_STEP_RUNNING:
    case WEIR_STEP_RETRY_WAIT:
    case WEIR_STEP_WAITING:
    case WEIR_STEP_SUSPENDED:
    case WEIR_STEP_UNKNOWN:
    default:
      return FALSE;
    }
}

/* A container waits for what is inside it and must not keep that from running; what is computed at once takes no place. */
static gboolean
counts_against_limit (WeirStepState *step)
{
  WeirPlanBlock *block = weir_step_state_get_block (step);

  return block->kind != NULL && !weir_plan_block_evaluates (block) && !block->kind->has_body && !step->skip
         && weir_block_get_enabled (block->block);
}

void
weir_step_state_set_status (WeirRunState *self, WeirStepState *step, WeirStepStatus status)
{
  WeirScopeState *scope = step->scope;
  guint *by_status = scope->shared->blocks[step->block_index].by_status;
  WeirStepStatus old = step->info.status;

  if (status == WEIR_STEP_READY && weir_run_state_is_paused (self, scope, step->block_index))
    status = WEIR_STEP_SUSPENDED;
  if (old == status)
    return;
  if (step->entry != NULL)
    weir_run_queue_drop (step);
  if (old == WEIR_STEP_READY)
    g_queue_unlink (step->waits ? &self->waiting : &self->ready, &step->ready);
  else if (old == WEIR_STEP_SUSPENDED)
    g_queue_unlink (&self->suspended, &step->ready);
  if (old == WEIR_STEP_RUNNING)
    {
      scope->n_running--;
      self->n_running--;
      self->n_leaves -= !step->container;
    }
  self->n_retrying += (status == WEIR_STEP_RETRY_WAIT) - (old == WEIR_STEP_RETRY_WAIT);
  self->n_waits += (status == WEIR_STEP_WAITING) - (old == WEIR_STEP_WAITING);
  self->n_unknown += (status == WEIR_STEP_UNKNOWN) - (old == WEIR_STEP_UNKNOWN);
  by_status[old]--;
  by_status[status]++;
  step->info.status = status;
  if (status == WEIR_STEP_RUNNING)
    {
      scope->n_running++;
      self->n_running++;
      self->n_leaves += !step->container;
    }
  if (status == WEIR_STEP_SUSPENDED)
    g_queue_push_tail_link (&self->suspended, &step->ready);
  if (status == WEIR_STEP_READY)
    {
      step->info.ready_at = self->now;
      step->waits = counts_against_limit (step);
      step->seen = FALSE;
      g_queue_push_tail_link (step->waits ? &self->waiting : &self->ready, &step->ready);
    }
  /* An undo, and what takes it back, come after the step's end and do not move it. */
  if (weir_step_status_is_over (status) && status != WEIR_STEP_UNDONE && old != WEIR_STEP_UNDONE)
    {
      step->info.wait = NULL;
      step->info.ended_at = self->now;
      if (step->info.started_at != 0)
        scope->shared->blocks[step->block_index].duration += self->now - step->info.started_at;
    }
}

WeirStepState *
weir_run_state_add_step (WeirRunState *self, WeirScopeState *scope, guint block, WeirValue *inputs, gboolean skip)
{
  WeirStepState *step = g_new0 (WeirStepState, 1);
  WeirBlockState *state = &scope->blocks[block];

  step->n_states = 1;
  step->scope = scope;
  step->block_index = block;
  step->skip = skip;
  step->container = scope->shared->plan->blocks[block].kind != NULL
                    && scope->shared->plan->blocks[block].kind->has_body;
  step->previous = state->last;
  step->ready.data = step;
  step->info.scope = scope->pub.id;
  step->info.block = scope->shared->plan->blocks[block].id;
  step->info.firing = ++state->n_firings;
  step->info.progress = -1;
  step->priority = G_MININT16;
  step->info.deleted = state->deleted || scope->deleted;
  step->info.inputs = inputs != NULL && !step->info.deleted ? weir_value_ref (inputs) : NULL;
  step->info.index = self->steps->len;
  state->last = step;
  g_ptr_array_add (self->steps, step);
  scope->shared->blocks[block].by_status[WEIR_STEP_PENDING]++;
  scope->shared->blocks[block].n_steps++;
  scope->shared->blocks[block].last = step;
  weir_step_state_set_status (self, step, WEIR_STEP_READY);
  return step;
}

WeirStepState *
weir_run_state_lookup (WeirRunState *self, guint32 scope_id, const char *block, guint32 firing)
{
  WeirScopeState *scope = scope_id < self->scopes->len ? g_ptr_array_index (self->scopes, scope_id) : NULL;
  int index;

  if (scope == NULL || scope->shared == NULL || block == NULL)
    return NULL;
  index = weir_plan_find_block (scope->shared->plan, block);
  if (index < 0)
    return NULL;
  for (WeirStepState *step = scope->blocks[index].last; step != NULL; step = step->previous)
    if (firing == 0 || step->info.firing == firing)
      return step;
  return NULL;
}

/* ── steps over time ────────────────────────────────────────────────────────────────────── */

static void
begin_attempt (WeirRunState *self, WeirStepState *step, WeirEvent *event)
{
  WeirStepInfo *info = &step->info;
  gint64 at = event->at - (event->data != NULL ? weir_value_get_member_int (event->data, "took", 0) : 0);

  info->attempt = event->attempt;
  if (info->started_at == 0)
    info->started_at = at;
  if (step->tried_at == 0)
    step->tried_at = at;
  if (event->attempt > 1 && info->attempts != NULL)
    g_array_append_val (info->attempts, ((WeirAttempt) { .started_at = at }));
  info->progress = -1;
  info->due_at = 0;
  g_clear_pointer (&info->progress_text, g_free);
  weir_step_state_set_status (self, step, WEIR_STEP_RUNNING);
}

/* Whether an event of this kind opens an attempt: what is computed at once has no event of its own for its start. */
gboolean
weir_step_state_begins (WeirStepState *step, WeirEventKind kind)
{
  if (kind == WEIR_EVENT_BLOCK_STARTED)
    return TRUE;
  return (step->info.status == WEIR_STEP_READY || step->info.status == WEIR_STEP_RETRY_WAIT)
         && (kind == WEIR_EVENT_BLOCK_SUCCEEDED || kind == WEIR_EVENT_BLOCK_FAILED || kind == WEIR_EVENT_BLOCK_RETRY
             || kind == WEIR_EVENT_BLOCK_CACHED);
}

static void
end_attempt (WeirStepState *step, WeirEvent *event, WeirValue *error)
{
  WeirStepInfo *info = &step->info;
  WeirAttempt *last;

  if (info->attempts == NULL)
    return;
  last = &g_array_index (info->attempts, WeirAttempt, info->attempts->len - 1);
  last->ended_at = event->at;
  g_clear_pointer (&last->error, weir_value_unref);
  last->error = error != NULL ? weir_value_ref (error) : NULL;
}

static void
apply_retry (WeirRunState *self, WeirStepState *step, WeirEvent *event)
{
  WeirStepInfo *info = &step->info;

  g_clear_pointer (&info->error, weir_value_unref);
  info->error = weir_run_state_dup_member (event->data, "error");
  info->due_at = weir_value_get_member_int (event->data, "due_at", 0);
  if (info->attempts == NULL)
    {
      info->attempts = g_array_new (FALSE, TRUE, sizeof (WeirAttempt));
      g_array_set_clear_func (info->attempts, weir_attempt_clear);
      g_array_append_val (info->attempts, ((WeirAttempt) { .started_at = info->started_at }));
    }
  end_attempt (step, event, info->error);
  step->hurried = FALSE;
  step->due_mono = 0;
  weir_step_state_clear_waits (step);
  step->tried_at = 0;
  weir_swarm_state_try_again (step);
  weir_step_state_forget_failures (step);
  weir_step_state_set_status (self, step, WEIR_STEP_RETRY_WAIT);
}

static gboolean
list_has (WeirValue *list, guint index)
{
  gsize n = list != NULL ? weir_value_get_length (list) : 0;

  for (gsize i = 0; i < n; i++)
    if (weir_value_get_int (weir_value_get_item (list, i)) == index)
      return TRUE;
  return FALSE;
}

/* Sends what a step gave. @outputs may be NULL; @shut lists the links whose `when` did not hold. */
static void
route (WeirRunState *self, WeirStepState *step, WeirValue *outputs, WeirValue *error, WeirValue *shut)
{
  WeirScopeState *scope = step->scope;
  WeirPlanBlock *block = weir_step_state_get_block (step);
  g_autoptr(WeirValue) null = weir_value_new_null ();

  for (guint i = 0; i < block->n_out; i++)
    {
      guint link = block->out[i];
      const char *port = scope->shared->plan->links[link].source_port;
      WeirValue *value = NULL;

      if (outputs != NULL)
        value = weir_value_find_member (outputs, port);
      if (value == NULL && outputs != NULL && g_str_equal (port, "done"))
        value = null;
      if (value == NULL && error != NULL && g_str_equal (port, "error"))
        value = error;
      if (value != NULL && !list_has (shut, link))
        weir_scope_deliver (self, scope, link, value);
      else
        weir_scope_close_link (self, scope, link);
    }
  weir_scope_step_over (self, step);
  weir_scope_settle (self, scope);
}

static void
apply_succeeded (WeirRunState *self, WeirStepState *step, WeirEvent *event, WeirStepStatus status)
{
  g_autoptr(WeirValue) nothing = NULL;
  WeirValue *outputs = event->data != NULL ? weir_value_find_member (event->data, "outputs") : NULL;

  if (outputs == NULL)
    outputs = nothing = weir_value_new_record (NULL, NULL, 0);
  g_clear_pointer (&step->info.outputs, weir_value_unref);
  step->info.outputs = weir_value_ref (outputs);
  g_clear_pointer (&step->info.error, weir_value_unref);
  step->info.progress = 1;
  end_attempt (step, event, NULL);
  weir_step_state_set_status (self, step, status);
  step->scope->last_done = step;
  route (self, step, outputs, NULL, event->data != NULL ? weir_value_find_member (event->data, "shut") : NULL);
}

static void
apply_overridden (WeirStepState *step, WeirEvent *event)
{
  WeirValue *old = step->info.inputs;
  g_autoptr(WeirValue) empty = NULL;

  /* what has begun has had its inputs */
  if (step->info.started_at != 0 && step->info.status != WEIR_STEP_RETRY_WAIT)
    return;
  if (old == NULL)
    empty = weir_value_new_record (NULL, NULL, 0);
  step->info.inputs = weir_value_with_member (old != NULL ? old : empty,
                                              weir_value_get_member_text (event->data, "port", ""),
                                              weir_value_find_member (event->data, "value"));
  g_clear_pointer (&old, weir_value_unref);
}

static void
apply_failed (WeirRunState *self, WeirStepState *step, WeirEvent *event, WeirStepStatus status)
{
  WeirScopeState *scope = step->scope;
  const char *handled = weir_value_get_member_text (event->data, "handled", "stop");

  g_clear_pointer (&step->info.error, weir_value_unref);
  step->info.error = weir_run_state_dup_member (event->data, "error");
  end_attempt (step, event, step->info.error);
  weir_step_state_set_status (self, step, status);

  if (g_str_equal (handled, "port"))
    route (self, step, NULL, step->info.error, weir_value_find_member (event->data, "shut"));
  else if (g_str_equal (handled, "continue"))
    route (self, step, NULL, NULL, NULL);
  else
    {
      /* a sub-workflow that ended itself has its result */
      if (scope->pub.error == NULL && scope->pub.result == NULL && scope->failed_block == NULL)
        {
          scope->failed_block = g_strdup (step->info.block);
          scope->pub.error = step->info.error != NULL ? weir_value_ref (step->info.error) : NULL;
        }
      /* what was stopped stays so */
      scope->failing |= !weir_workflow_get_finish_on_failure (self->workflow);
      if (scope->failing)
        weir_scope_step_over (self, step);
      else
        route (self, step, NULL, NULL, NULL);
    }
}

static void
apply_emitted (WeirRunState *self, WeirStepState *step, WeirEvent *event)
{
  WeirScopeState *scope = step->scope;
  WeirPlanBlock *block = weir_step_state_get_block (step);
  const char *port = weir_value_get_member_text (event->data, "port", "");
  WeirValue *value = weir_value_find_member (event->data, "value");
  WeirValue *shut = weir_value_find_member (event->data, "shut");

  for (guint i = 0; i < block->n_out && value != NULL; i++)
    if (g_str_equal (scope->shared->plan->links[block->out[i]].source_port, port) && !list_has (shut, block->out[i]))
      weir_scope_deliver (self, scope, block->out[i], value);
  weir_swarm_state_told (step, event->data);
  weir_scope_settle (self, scope);
}

/* Stopped: with the run, or alone, then the run goes on as after a failure. */
static void
apply_given_up (WeirRunState *self, WeirStepState *step, WeirEvent *event, WeirStepStatus status)
{
  if (event->data != NULL && weir_value_find_member (event->data, "handled") != NULL)
    {
      apply_failed (self, step, event, status);
      return;
    }
  end_attempt (step, event, NULL);
  weir_step_state_set_status (self, step, status);
  weir_scope_step_over (self, step);
}

static void
apply_interrupted (WeirRunState *self, WeirStepState *step, WeirEvent *event)
{
  end_attempt (step, event, NULL);
  if (event->data != NULL && weir_value_get_member_bool (event->data, "again", FALSE))
    weir_step_state_set_status (self, step, WEIR_STEP_READY);
  else
    apply_given_up (self, step, event, WEIR_STEP_INTERRUPTED);
}

gboolean
weir_run_state_apply_to_step (WeirRunState *self, WeirEvent *event, WeirStepState *step, GError **error)
{
  if (weir_step_state_begins (step, event->kind))
    begin_attempt (self, step, event);
  switch (event->kind)
    {
    case WEIR_EVENT_SCOPE_OPENED:
      return weir_run_state_apply_scope_opened (self, event, step, error);
    case WEIR_EVENT_BLOCK_STARTED:
      break;
    case WEIR_EVENT_BLOCK_EMITTED:
      apply_emitted (self, step, event);
      break;
    case WEIR_EVENT_BLOCK_RETRY:
      apply_retry (self, step, event);
      break;
    case WEIR_EVENT_BLOCK_SUCCEEDED:
      apply_succeeded (self, step, event, WEIR_STEP_SUCCEEDED);
      break;
    case WEIR_EVENT_BLOCK_CACHED:
      apply_succeeded (self, step, event,
                       g_str_equal (weir_value_get_member_text (event->data, "how", ""), "pinned") ? WEIR_STEP_PINNED
                                                                                                   : WEIR_STEP_CACHED);
      break;
    case WEIR_EVENT_BLOCK_OVERRIDDEN:
      apply_overridden (step, event);
      break;
    case WEIR_EVENT_BLOCK_FAILED:
      apply_failed (self, step, event, WEIR_STEP_FAILED);
      break;
    case WEIR_EVENT_BLOCK_SKIPPED:
      weir_step_state_set_status (self, step, WEIR_STEP_SKIPPED);
      route (self, step, NULL, NULL, NULL);
      break;
    case WEIR_EVENT_BLOCK_CANCELLED:
      apply_given_up (self, step, event, WEIR_STEP_CANCELLED);
      break;
    case WEIR_EVENT_BLOCK_INTERRUPTED:
      apply_interrupted (self, step, event);
      break;
    case WEIR_EVENT_BLOCK_WAITING:
      weir_run_state_apply_waiting (self, step, event);
      break;
    case WEIR_EVENT_BLOCK_ANSWERED:
      weir_run_state_apply_answered (self, step, event);
      break;
    case WEIR_EVENT_BLOCK_RESUMED:
      weir_run_state_apply_resumed (self, step);
      break;
    case WEIR_EVENT_SWARM_OPENED:
    case WEIR_EVENT_SWARM_ADDED:
    case WEIR_EVENT_SWARM_CLOSED:
    case WEIR_EVENT_SWARM_ITEM:
      weir_swarm_state_apply (self, step, event);
      break;
    case WEIR_EVENT_BLOCK_UNKNOWN:
      weir_step_state_set_status (self, step, WEIR_STEP_UNKNOWN);
      break;
    case WEIR_EVENT_BLOCK_PROGRESS:
      step->info.progress = weir_value_get_number (weir_value_find_member (event->data, "fraction"));
      g_free (step->info.progress_text);
      step->info.progress_text = g_strdup (weir_value_get_member_text (event->data, "text", NULL));
      break;
    case WEIR_EVENT_EFFECT_INTENDED:
      step->info.n_effects++;
      step->scope->shared->blocks[step->block_index].n_effects++;
      break;
    case WEIR_EVENT_EFFECT_DROPPED:
      step->info.n_effects--;
      step->scope->shared->blocks[step->block_index].n_effects--;
      break;
    case WEIR_EVENT_EFFECT_REDONE:
      step->info.n_undone--;
      if (step->info.status == WEIR_STEP_UNDONE)
        weir_step_state_set_status (self, step, WEIR_STEP_SUCCEEDED);
      break;
    case WEIR_EVENT_EFFECT_UNDONE:
      step->info.n_undone++;
      if (step->info.n_undone == step->info.n_effects && step->info.status == WEIR_STEP_SUCCEEDED)
        weir_step_state_set_status (self, step, WEIR_STEP_UNDONE);
      break;
    default:
      break; /* logs, accesses, completed effects: no part of the state */
    }
  return TRUE;
}
