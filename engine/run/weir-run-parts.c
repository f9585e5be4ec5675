/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Verbs on parts of a run: a block, a container with all that is in it, one item of a container. */

#include "weir-run-private.h"
#include "weir-run-queue.h"
#include "weir-verbs.h"

static WeirScopeState *
get_scope (WeirRun *self, guint32 scope, GError **error)
{
  WeirScopeState *state = NULL;

  if (self->engine == NULL || self->suspended || weir_run_status_is_final (self->state->status))
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "The run has ended");
  else if (scope >= self->state->scopes->len || (state = g_ptr_array_index (self->state->scopes, scope)) == NULL
           || state->pub.closed || state->shared == NULL)
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "It has ended");
  else
    return state;
  return NULL;
}

/* A block that has not fired counts as pending; of several firings the last one counts. */
static gboolean
check_block (WeirScopeState *scope, const char *block, WeirRunVerb verb, GError **error)
{
  int index = weir_plan_find_block (scope->shared->plan, block);
  WeirStepState *last = index >= 0 ? scope->blocks[index].last : NULL;
  const WeirVerbCell *cell;

  if (index < 0)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "There is no block %s here", block);
      return FALSE;
    }
  cell = weir_verb_get_step_cell (verb, last != NULL ? last->info.status : WEIR_STEP_PENDING);
  if (!cell->legal)
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "%s", cell->refusal);
  return cell->legal;
}

static gboolean
mark_part (WeirRun *self, guint32 scope_id, const char *block, gboolean pause, GError **error)
{
  WeirScopeState *scope = get_scope (self, scope_id, error);
  gboolean paused;

  if (scope == NULL
      || (block != NULL && !check_block (scope, block, pause ? WEIR_VERB_PAUSE : WEIR_VERB_RESUME, error)))
    return FALSE;
  paused = block != NULL ? scope->blocks[weir_plan_find_block (scope->shared->plan, block)].paused : scope->paused;
  if (!pause && !paused)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "It is not paused");
      return FALSE;
    }
  if (paused != pause)
    weir_run_emit_part (self, pause ? WEIR_EVENT_PART_PAUSED : WEIR_EVENT_PART_RESUMED, scope_id, block, NULL);
  if (pause)
    weir_run_queue_drop_paused (self->engine->queue, self);
  weir_engine_wake (self->engine, self);
  weir_engine_hurry (self->engine);
  return TRUE;
}

/**
 * weir_run_pause_part:
 * @self: a run
 * @scope: a scope of it: 0 for the workflow itself, else one item of a container
 * @block: (nullable): a block in it; %NULL for all of the scope
 * @error: where to put %WEIR_ERROR_WRONG_STATE or %WEIR_ERROR_NOT_FOUND
 *
 * Keeps a block from beginning, and, if it is a container, all that is in it; the rest of the run goes on. What runs finishes. Safe to
 * repeat.
 *
 * Returns: whether that was possible
 */
gboolean
weir_run_pause_part (WeirRun *self, guint32 scope, const char *block, GError **error)
{
  return mark_part (self, scope, block, TRUE, error);
}

/**
 * weir_run_resume_part:
 * @self: a run
 * @scope: as for [method@Weir.Run.pause_part]
 * @block: (nullable): likewise
 * @error: where to put %WEIR_ERROR_WRONG_STATE or %WEIR_ERROR_NOT_FOUND
 *
 * Lets a paused part go on.
 *
 * Returns: whether it was paused
 */
gboolean
weir_run_resume_part (WeirRun *self, guint32 scope, const char *block, GError **error)
{
  return mark_part (self, scope, block, FALSE, error);
}

static WeirValue *
stop_error (gboolean force)
{
  return force ? weir_value_new_error ("flow.interrupted", "It was force stopped", NULL)
               : weir_value_new_error ("flow.cancelled", "It was stopped", NULL);
}

static int
compare_ids (gconstpointer a, gconstpointer b)
{
  return *(const guint32 *) a < *(const guint32 *) b ? -1 : 1;
}

/* What is still open in a container, in the order in which it was opened. */
void
weir_run_stop_inside (WeirRun *self, WeirStepState *container, gboolean force)
{
  g_autoptr(GArray) open = g_array_new (FALSE, FALSE, sizeof (guint32));
  GHashTableIter iter;
  WeirScopeState *scope;

  if (container->scopes == NULL)
    return;
  g_hash_table_iter_init (&iter, container->scopes);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &scope))
    if (!scope->pub.closed && scope->shared != NULL)
      g_array_append_val (open, scope->pub.id);
  g_array_sort (open, compare_ids);
  for (guint i = 0; i < open->len; i++)
    {
      /* the end of one may be the end of others, and these may be forgotten */
      scope = g_ptr_array_index (self->state->scopes, g_array_index (open, guint32, i));
      if (scope != NULL && !scope->pub.closed)
        weir_run_stop_scope (self, scope, force);
    }
}

/* @alone: the scope around it goes on, so its end is a failure there. */
static void
stop_step (WeirRun *self, WeirStepState *state, gboolean force, gboolean alone)
{
  /* the end of what is inside may be its own */
  g_autoptr(WeirStep) step = state->runtime != NULL ? weir_step_ref (state->runtime) : NULL;

  if (step != NULL && !step->settled)
    {
      weir_step_mark_stopped (step, force);
      step->stopped_alone = alone;
    }
  weir_run_stop_inside (self, state, force);
  if (step != NULL && !step->settled)
    g_cancellable_cancel (weir_step_get_cancellable (step));
  else if (weir_verb_get_step_cell (WEIR_VERB_STOP, state->info.status)->legal)
    weir_run_end_unstarted (self, state, force, alone);
}

/* Ends one scope, an item of a container: its steps first, those of nested containers before these. */
void
weir_run_stop_scope (WeirRun *self, WeirScopeState *scope, gboolean force)
{
  g_autoptr(WeirValue) error = stop_error (force);

  weir_run_end_scope (self, scope, force, error);
}

void
weir_run_end_scope (WeirRun *self, WeirScopeState *scope, gboolean force, WeirValue *error)
{
  weir_run_end_scope_with (self, scope, force, "error", error);
}

/* @how: "error", or "result". */
void
weir_run_end_scope_with (WeirRun *self, WeirScopeState *scope, gboolean force, const char *how, WeirValue *value)
{
  weir_run_emit_part (self, WEIR_EVENT_PART_STOPPED, scope->pub.id, NULL, weir_value_new_record (&how, &value, 1));
  for (guint i = 0; i < scope->shared->plan->n_blocks && !scope->pub.closed; i++)
    for (WeirStepState *state = scope->blocks[i].last; state != NULL; state = state->previous)
      stop_step (self, state, force, FALSE);
  weir_run_close_failing (self, scope);
}

/**
 * weir_run_stop_part:
 * @self: a run
 * @scope: a scope of it: 0 for the workflow itself, else one item of a container
 * @block: (nullable): a block in it; %NULL for all of the item
 * @force: whether to end programs without asking them first
 * @error: where to put %WEIR_ERROR_WRONG_STATE or %WEIR_ERROR_NOT_FOUND
 *
 * Ends a block, a container with all that is in it, or one item; the rest of the run goes on. For the rest it failed, with
 * flow.cancelled or flow.interrupted: its error link, its `on_error` and the container's policy for items apply.
 *
 * Returns: whether there was something to end
 */
gboolean
weir_run_stop_part (WeirRun *self, guint32 scope_id, const char *block, gboolean force, GError **error)
{
  WeirScopeState *scope = get_scope (self, scope_id, error);

  if (scope == NULL
      || (block != NULL && !check_block (scope, block, force ? WEIR_VERB_FORCE_STOP : WEIR_VERB_STOP, error)))
    return FALSE;
  if (block == NULL && scope_id == 0)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "That is the whole run: stop the run");
      return FALSE;
    }
  if (block == NULL)
    weir_run_stop_scope (self, scope, force);
  else
    {
      int index = weir_plan_find_block (scope->shared->plan, block);

      for (WeirStepState *state = scope->blocks[index].last; state != NULL; state = state->previous)
        stop_step (self, state, force, TRUE);
      weir_run_close_failing (self, scope);
    }
  if (force)
    weir_run_await_forced (self);
  weir_run_close_rested (self);
  weir_run_check_end (self);
  weir_engine_wake (self->engine, self);
  weir_engine_hurry (self->engine);
  return TRUE;
}

/* Of the steps in a scope and in what is in it: whether what became of one is not known. */
static gboolean
has_unknown (WeirRunState *state, guint32 scope)
{
  for (guint i = 0; state->n_unknown > 0 && i < state->steps->len; i++)
    {
      WeirStepState *step = g_ptr_array_index (state->steps, i);

      if (step != NULL && step->info.status == WEIR_STEP_UNKNOWN
          && weir_run_state_is_inside (state, step->info.scope, scope))
        return TRUE;
    }
  return FALSE;
}

/* Of all firings of a block, or of all of an item, what the table says of the last. */
static const WeirVerbCell *
find_cell (WeirRun *self, WeirScopeState *scope, guint32 scope_id, const char *block, WeirRunVerb verb)
{
  int index;

  if (block == NULL && scope != NULL && has_unknown (self->state, scope_id))
    return weir_verb_get_step_cell (verb, WEIR_STEP_UNKNOWN);
  if (block == NULL || scope == NULL || scope->shared == NULL)
    return weir_verb_get_step_cell (
      verb, scope == NULL || scope->pub.closed || scope->shared == NULL ? WEIR_STEP_SUCCEEDED : WEIR_STEP_RUNNING);
  index = weir_plan_find_block (scope->shared->plan, block);
  if (index < 0)
    return NULL;
  return weir_verb_get_step_cell (verb, scope->blocks[index].last != NULL ? scope->blocks[index].last->info.status
                                                                          : WEIR_STEP_PENDING);
}

/* Whether a part of a run that goes on may be deleted: by WEIR_VERB_DELETE or WEIR_VERB_CANCEL_AND_DELETE. */
gboolean
weir_run_check_delete_part (WeirRun *self, guint32 scope_id, const char *block, WeirRunVerb verb, GError **error)
{
  WeirScopeState *scope = scope_id < self->state->scopes->len ? g_ptr_array_index (self->state->scopes, scope_id)
                                                              : NULL;
  const WeirVerbCell *cell;

  if (block == NULL && scope_id == 0)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "That is the whole run: delete the run");
      return FALSE;
    }
  cell = find_cell (self, scope, scope_id, block, verb);
  if (cell == NULL)
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "There is no block %s here", block);
  else if (!cell->legal)
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE, "%s", cell->refusal);
  else if (cell->after)
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE,
                 "The run goes on and may need what it gave: delete it when the run has ended");
  return cell != NULL && cell->legal && !cell->after;
}

/* Whether nothing of a part runs or may run any more. */
gboolean
weir_run_is_part_over (WeirRun *self, guint32 scope_id, const char *block)
{
  WeirScopeState *scope = scope_id < self->state->scopes->len ? g_ptr_array_index (self->state->scopes, scope_id)
                                                              : NULL;
  int index;

  if (weir_run_status_is_final (self->state->status) || scope == NULL || scope->pub.closed || scope->shared == NULL)
    return TRUE;
  index = block != NULL ? weir_plan_find_block (scope->shared->plan, block) : -1;
  if (index < 0)
    return FALSE;
  for (WeirStepState *step = scope->blocks[index].last; step != NULL; step = step->previous)
    if (!weir_step_status_is_over (step->info.status))
      return FALSE;
  return TRUE;
}
