/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The fold: events in, state out. Tokens travel in weir-run-routing.c; questions are answered in weir-run-state-query.c. */

#include "weir-swarm-state.h"

#include <string.h>

void
weir_step_state_unref (WeirStepState *step)
{
  if (step == NULL || --step->n_states > 0)
    return;
  g_clear_pointer (&step->info.inputs, weir_value_unref);
  g_clear_pointer (&step->info.outputs, weir_value_unref);
  g_clear_pointer (&step->info.error, weir_value_unref);
  g_clear_pointer (&step->info.attempts, g_array_unref);
  g_clear_pointer (&step->wait_states, g_ptr_array_unref);
  weir_step_state_forget_scopes (step);
  weir_swarm_state_free (step->swarm);
  g_free (step->info.progress_text);
  g_free (step);
}

static void
plan_state_free (WeirPlanState *shared)
{
  weir_plan_unref (shared->plan);
  g_free (shared->blocks);
  g_free (shared->links);
  g_free (shared);
}

/* (transfer full): graph → WeirPlanState */
GHashTable *
weir_run_state_new_plans (void)
{
  return g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) plan_state_free);
}

void
weir_scope_state_free (WeirScopeState *scope)
{
  if (scope == NULL)
    return;
  weir_scope_clear_tokens (scope);
  g_free (scope->room);
  g_free (scope->pub.key);
  g_free (scope->pub.path);
  g_clear_pointer (&scope->pub.locals, weir_value_unref);
  g_clear_pointer (&scope->pub.inputs, weir_value_unref);
  g_clear_pointer (&scope->variables, weir_value_unref);
  g_free (scope->workflow);
  g_clear_pointer (&scope->pub.result, weir_value_unref);
  g_clear_pointer (&scope->pub.error, weir_value_unref);
  g_free (scope->failed_block);
  g_free (scope->only);
  g_free (scope);
}

/**
 * weir_run_state_new: (constructor)
 * @workflow: the version that the run executes; must not change while the state lives
 * @resolve: (nullable) (scope forever): finds a sub-workflow; answers a full reference or %NULL
 * @user_data: for @resolve
 *
 * Returns: (transfer full): the state before the first event
 */
WeirRunState *
weir_run_state_new (WeirWorkflow *workflow, WeirResolveFunc resolve, gpointer user_data)
{
  WeirRunState *self = g_new0 (WeirRunState, 1);

  self->ref_count = 1;
  self->exit_code = -1;
  self->workflow = g_object_ref (workflow);
  self->max_iterations = weir_workflow_get_max_iterations (workflow);
  self->priority = weir_workflow_get_run_priority (workflow);
  self->resolve = resolve;
  self->resolve_data = user_data;
  self->scopes = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_scope_state_free);
  self->steps = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_step_state_unref);
  self->parents = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->shared = weir_run_state_new_plans ();
  self->others = g_ptr_array_new_with_free_func (g_object_unref);
  return self;
}

/**
 * weir_run_state_ref:
 * @self: a state
 *
 * Returns: (transfer full): the state
 */
WeirRunState *
weir_run_state_ref (WeirRunState *self)
{
  self->ref_count++;
  return self;
}

/**
 * weir_run_state_unref:
 * @self: (transfer full): a state
 */
void
weir_run_state_unref (WeirRunState *self)
{
  if (--self->ref_count > 0)
    return;
  g_ptr_array_unref (self->scopes);
  g_ptr_array_unref (self->steps);
  g_array_unref (self->parents);
  g_hash_table_unref (self->shared);
  g_ptr_array_unref (self->others);
  g_clear_pointer (&self->inputs, weir_value_unref);
  g_clear_pointer (&self->options, weir_value_unref);
  g_clear_pointer (&self->kinds, weir_value_unref);
  g_clear_pointer (&self->correlation, g_ref_string_release);
  g_clear_pointer (&self->result, weir_value_unref);
  g_clear_pointer (&self->error, weir_value_unref);
  g_clear_pointer (&self->ending, weir_value_unref);
  g_clear_pointer (&self->variables, weir_value_unref);
  g_clear_pointer (&self->signals, g_ptr_array_unref);
  g_clear_pointer (&self->impatient, g_array_unref);
  g_clear_pointer (&self->binned, g_hash_table_unref);
  g_queue_clear (&self->rested);
  g_object_unref (self->workflow);
  g_free (self);
}

WeirValue *
weir_run_state_dup_member (WeirValue *data, const char *key)
{
  WeirValue *value = data != NULL ? weir_value_find_member (data, key) : NULL;

  return value != NULL ? weir_value_ref (value) : NULL;
}

/* ── the run ────────────────────────────────────────────────────────────────────────────── */

static void
end_run (WeirRunState *self, WeirEvent *event, WeirRunStatus status, WeirStepStatus leftover)
{
  self->status = status;
  self->ended_at = event->at;
  self->result = weir_run_state_dup_member (event->data, "result");
  self->error = weir_run_state_dup_member (event->data, "error");
  self->handling = FALSE;
  self->exit_code = event->data != NULL ? (int) weir_value_get_member_int (event->data, "exit_code", -1) : -1;
  for (guint i = self->scopes->len; i-- > 0;)
    {
      WeirScopeState *scope = g_ptr_array_index (self->scopes, i);

      if (scope != NULL && !scope->pub.closed)
        weir_scope_state_close (self, scope, leftover);
    }
}

WeirValue **
weir_run_state_find_variables (WeirRunState *self, WeirScopeState *scope)
{
  for (; scope != NULL; scope = scope->parent)
    if (scope->own_variables)
      return &scope->variables;
  return &self->variables;
}

static void
set_variable (WeirRunState *self, WeirEvent *event)
{
  WeirScopeState *scope = event->scope < self->scopes->len ? g_ptr_array_index (self->scopes, event->scope) : NULL;
  WeirValue **variables = weir_run_state_find_variables (self, scope);
  g_autoptr(WeirValue) old = *variables;
  g_autoptr(WeirValue) empty = NULL;

  if (old == NULL)
    empty = weir_value_new_record (NULL, NULL, 0);
  *variables = weir_value_with_member (old != NULL ? old : empty, weir_value_get_member_text (event->data, "name", ""),
                                       weir_value_find_member (event->data, "value"));
}

static void
apply_to_run (WeirRunState *self, WeirEvent *event)
{
  switch (event->kind)
    {
    case WEIR_EVENT_RUN_CREATED:
      {
        WeirScopeState *root = g_new0 (WeirScopeState, 1);

        self->status = WEIR_RUN_QUEUED;
        self->inputs = weir_run_state_dup_member (event->data, "inputs");
        self->options = weir_run_state_dup_member (event->data, "options");
        self->kinds = weir_run_state_dup_member (event->data, "kinds");
        if (weir_value_get_member_text (event->data, "correlation", NULL) != NULL)
          self->correlation = g_ref_string_new (weir_value_get_member_text (event->data, "correlation", NULL));
        self->parent = weir_value_get_member_int (event->data, "parent", 0);
        root->pub.path = g_strdup ("");
        weir_run_state_open_scope (self, root, weir_run_state_find_undo_graph (self, root));
      }
      break;
    case WEIR_EVENT_RUN_STARTED:
      self->status = WEIR_RUN_RUNNING;
      self->started_at = event->at;
      break;
    case WEIR_EVENT_RUN_PAUSING:
      self->status = WEIR_RUN_PAUSING;
      break;
    case WEIR_EVENT_RUN_PAUSED:
      self->status = WEIR_RUN_PAUSED;
      weir_run_state_hold_waits (self);
      break;
    case WEIR_EVENT_RUN_RESUMED:
      self->status = WEIR_RUN_RUNNING;
      weir_run_state_move_waits (self);
      break;
    case WEIR_EVENT_RUN_STOPPING:
      weir_run_state_apply_stopping (self, event);
      break;
    case WEIR_EVENT_RUN_ENDING:
      weir_run_state_apply_ending (self, event);
      break;
    case WEIR_EVENT_RUN_SUCCEEDED:
      end_run (self, event, WEIR_RUN_SUCCEEDED, WEIR_STEP_CANCELLED);
      break;
    case WEIR_EVENT_RUN_FAILED:
      end_run (self, event, WEIR_RUN_FAILED, WEIR_STEP_CANCELLED);
      break;
    case WEIR_EVENT_RUN_CANCELLED:
      end_run (self, event, WEIR_RUN_CANCELLED, WEIR_STEP_CANCELLED);
      break;
    case WEIR_EVENT_RUN_INTERRUPTED:
      end_run (self, event, WEIR_RUN_INTERRUPTED, WEIR_STEP_INTERRUPTED);
      break;
    case WEIR_EVENT_VARIABLE:
      set_variable (self, event);
      break;
    case WEIR_EVENT_PART_PAUSED:
    case WEIR_EVENT_PART_RESUMED:
      weir_run_state_apply_part (self, event);
      break;
    case WEIR_EVENT_PART_STOPPED:
      weir_run_state_apply_part_stopped (self, event);
      break;
    case WEIR_EVENT_PART_EXPIRED:
      weir_run_state_apply_part_expired (self, event);
      break;
    case WEIR_EVENT_PART_SETTLED:
      weir_run_state_apply_part_settled (self, event);
      break;
    case WEIR_EVENT_PART_DELETED:
      weir_run_state_apply_part_deleted (self, event);
      break;
    case WEIR_EVENT_PART_BINNED:
    case WEIR_EVENT_PART_RESTORED:
      weir_run_state_apply_part_binned (self, event);
      break;
    case WEIR_EVENT_RUN_PRIORITY:
      weir_run_state_apply_priority (self, event);
      break;
    case WEIR_EVENT_RUN_SIGNAL:
      weir_run_state_apply_signal (self, event);
      break;
    default:
      break;
    }
}

static gboolean
is_about_effect (WeirEventKind kind)
{
  return kind == WEIR_EVENT_EFFECT_INTENDED || kind == WEIR_EVENT_EFFECT_DROPPED || kind == WEIR_EVENT_EFFECT_UNDONE
         || kind == WEIR_EVENT_EFFECT_REDONE;
}

static gboolean
is_about_step (WeirEventKind kind)
{
  return kind == WEIR_EVENT_SCOPE_OPENED || (kind >= WEIR_EVENT_BLOCK_STARTED && kind <= WEIR_EVENT_BLOCK_PROGRESS)
         || is_about_effect (kind);
}

/* What became of the item since is in the journal only. */
static gboolean
is_dropped (WeirRunState *self, guint32 scope)
{
  return scope != 0 && scope < self->scopes->len && g_ptr_array_index (self->scopes, scope) == NULL;
}

static gboolean
check_fits (WeirRunState *self, WeirEvent *event, WeirStepState *step, GError **error)
{
  if (event->seq != 0 && event->seq != self->seq + 1)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID,
                   "The journal goes on with entry %" G_GUINT64_FORMAT ", expected %" G_GUINT64_FORMAT, event->seq,
                   self->seq + 1);
      return FALSE;
    }
  if ((event->kind == WEIR_EVENT_RUN_CREATED) != (self->scopes->len == 0) && event->seq != 0)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "The journal has %s in the wrong place",
                   weir_event_kind_get_name (event->kind));
      return FALSE;
    }
  if (step == NULL && is_about_step (event->kind) && !is_dropped (self, event->scope))
    {
      g_set_error (
        error, WEIR_ERROR, WEIR_ERROR_INVALID,
        "The journal says %s of block %s, which did not become ready: it belongs to another version of the workflow",
        weir_event_kind_get_name (event->kind), event->block != NULL ? event->block : "(none)");
      return FALSE;
    }
  return TRUE;
}

/**
 * weir_run_state_apply:
 * @self: a state
 * @event: the next event of its run
 * @error: where to put %WEIR_ERROR_INVALID
 *
 * Returns: %FALSE if the event does not fit; then nothing has changed
 */
gboolean
weir_run_state_apply (WeirRunState *self, WeirEvent *event, GError **error)
{
  WeirStepState *step = NULL;
  gboolean about_step = is_about_step (event->kind);

  if (about_step)
    step = weir_run_state_lookup (self, event->scope, event->block, event->firing);
  if (!check_fits (self, event, step, error))
    return FALSE;
  /* what comes of a step after its scope was given up changes nothing any more */
  if (event->seq != 0)
    self->seq = event->seq;
  self->now = event->at;
  if (about_step && step == NULL)
    return TRUE;
  if (about_step)
    {
      step = weir_run_state_own_step (self, step);
      if ((step->scope->pub.closed || weir_step_state_is_given_up (step)) && !is_about_effect (event->kind))
        return TRUE;
      return weir_run_state_apply_to_step (self, event, step, error);
    }
  if (event->kind == WEIR_EVENT_SCOPE_CLOSED)
    return weir_run_state_apply_scope_closed (self, event, error);
  apply_to_run (self, event);
  return TRUE;
}
