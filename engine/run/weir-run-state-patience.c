/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The patience of blocks: how long they let what has come wait for the rest. It begins with a token and is counted from the time of the event
 * that brought it, so a restart of the program does not prolong it. That it is over is an event. */

#include "weir-run-state-private.h"

/* A block of a scope in which something waits. */
typedef struct
{
  guint32 scope;
  guint   block;
} Place;

/* A token has come to the block. */
void
weir_scope_begin_patience (WeirRunState *self, WeirScopeState *scope, guint block)
{
  WeirPlanBlock *plan = &scope->shared->plan->blocks[block];
  WeirBlockState *state = &scope->blocks[block];
  gint64 wait = plan->wait_ms * 1000, quiet = plan->quiet_ms * 1000;
  Place place = { scope->pub.id, block };

  if (wait == 0 && quiet == 0)
    return;
  if (state->first_at == 0)
    {
      state->first_at = self->now;
      if (self->impatient == NULL)
        self->impatient = g_array_new (FALSE, FALSE, sizeof (Place));
      g_array_append_val (self->impatient, place);
    }
  state->due_at = wait > 0 ? state->first_at + wait : G_MAXINT64;
  if (quiet > 0)
    state->due_at = MIN (state->due_at, self->now + quiet);
}

/* All that had come was taken. */
void
weir_block_state_end_patience (WeirBlockState *state)
{
  state->first_at = 0;
  state->due_at = 0;
  state->expired = FALSE;
}

/**
 * weir_run_state_find_impatient: (skip)
 * @self: a state
 * @now: µs UTC
 * @scope: (out): of a block whose patience is over
 * @block: (out): its index
 *
 * Returns: when the next one is over that is not yet, 0 if none is; -1 if one is over: it is to be said of it
 */
gint64
weir_run_state_find_impatient (WeirRunState *self, gint64 now, WeirScopeState **scope, guint *block)
{
  gint64 next = 0;

  for (guint i = self->impatient != NULL ? self->impatient->len : 0; i-- > 0;)
    {
      Place place = g_array_index (self->impatient, Place, i);
      WeirScopeState *found = g_ptr_array_index (self->scopes, place.scope);
      /* nothing fires any more where a step has failed */
      gboolean alive = found != NULL && !found->pub.closed && !found->failing && found->shared != NULL;
      WeirBlockState *state = alive ? &found->blocks[place.block] : NULL;

      if (state == NULL || state->first_at == 0)
        g_array_remove_index_fast (self->impatient, i);
      else if (!state->expired && state->due_at <= now)
        {
          *scope = found;
          *block = place.block;
          return -1;
        }
      else if (!state->expired)
        next = next == 0 ? state->due_at : MIN (next, state->due_at);
    }
  return next;
}

void
weir_run_state_apply_part_expired (WeirRunState *self, WeirEvent *event)
{
  WeirScopeState *scope = event->scope < self->scopes->len ? g_ptr_array_index (self->scopes, event->scope) : NULL;
  int block = scope != NULL && scope->shared != NULL && event->block != NULL
                ? weir_plan_find_block (scope->shared->plan, event->block)
                : -1;

  if (block < 0 || scope->pub.closed || scope->failing || scope->blocks[block].first_at == 0)
    return;
  scope->blocks[block].expired = TRUE;
  weir_scope_try_fire (self, scope, (guint) block);
  weir_scope_settle (self, scope);
}
