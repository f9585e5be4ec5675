/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How tokens travel. A finished step delivers a value on each of its links or closes them; an input fires by its
 * join. A link into a block that is only ever resolved once needs no more than that. Two things need care:
 *
 * - Cycles. A token over a feedback link waits until its region (the cycle with all that is in it) is at rest; then the next
 *   iteration begins: links inside are pending again, and the head fires. So iterations never overlap, and a
 *   join inside a cycle waits for its branches anew in each round, while links from outside keep their last value.
 * - Closing. A link that leaves a cycle, or a block that may fire again, closes only when everything that could
 *   still deliver over it is at rest. Until then it is held. */

#include "weir-run-state-private.h"

static inline WeirPlan *
scope_plan (WeirScopeState *scope)
{
  return scope->shared->plan;
}

static void
regions_enter (WeirScopeState *scope, guint block)
{
  WeirPlan *plan = scope_plan (scope);

  scope->n_active++;
  for (int r = plan->blocks[block].region; r >= 0; r = plan->regions[r].parent)
    {
      scope->regions[r].n_active++;
      scope->regions[r].dirty = TRUE;
    }
}

void
weir_scope_step_over (WeirRunState *self, WeirStepState *step)
{
  WeirScopeState *scope = step->scope;
  WeirPlan *plan = scope_plan (scope);

  if (step->routed)
    return;
  step->routed = TRUE;
  scope->n_active--;
  for (int r = plan->blocks[step->block_index].region; r >= 0; r = plan->regions[r].parent)
    scope->regions[r].n_active--;
}

static WeirStepState *
fire (WeirRunState *self, WeirScopeState *scope, guint block, WeirValue *inputs, gboolean skip)
{
  regions_enter (scope, block);
  return weir_run_state_add_step (self, scope, block, inputs, skip);
}

static void
drop_fresh (WeirLinkState *link, WeirInputState *input)
{
  WeirValue *value;

  while ((value = g_queue_pop_head (&link->fresh)) != NULL)
    {
      weir_value_unref (value);
      input->n_fresh--;
    }
}

static WeirValue *
link_consume (WeirLinkState *link, WeirInputState *input)
{
  WeirValue *value = g_queue_pop_head (&link->fresh);

  if (value != NULL)
    {
      g_clear_pointer (&link->value, weir_value_unref);
      link->value = value;
      input->n_fresh--;
    }
  return link->value;
}

static WeirValue *
consume_oldest (WeirScopeState *scope, WeirPlanInput *plan, WeirInputState *input)
{
  WeirLinkState *oldest = NULL;

  for (guint i = 0; i < plan->n_links; i++)
    {
      WeirLinkState *link = &scope->links[plan->links[i]];

      if (link->fresh.length > 0 && (oldest == NULL || link->order < oldest->order))
        oldest = link;
    }
  return oldest != NULL ? link_consume (oldest, input) : NULL;
}

/* One delivery is itself, several are a list in the order of the links. */
static WeirValue *
consume_all (WeirScopeState *scope, WeirPlanInput *plan, WeirInputState *input)
{
  g_autofree WeirValue **values = g_new (WeirValue *, plan->n_links);
  guint n = 0;

  for (guint i = 0; i < plan->n_links; i++)
    {
      WeirLinkState *link = &scope->links[plan->links[i]];
      WeirValue *value;

      if (link->status != WEIR_TOKEN_DELIVERED)
        continue;
      value = link_consume (link, input);
      if (value != NULL)
        values[n++] = value;
    }
  if (n == 0)
    return NULL;
  if (n == 1)
    return weir_value_ref (values[0]);
  return weir_value_new_list (values, n);
}

/* All that came and was not taken yet. */
static WeirValue *
gather_all (WeirScopeState *scope, WeirPlanInput *plan, WeirInputState *input)
{
  WeirBuilder *list = weir_list_builder_new (input->n_fresh);

  for (guint i = 0; i < plan->n_links; i++)
    {
      WeirLinkState *link = &scope->links[plan->links[i]];
      WeirValue *value;

      while ((value = g_queue_pop_head (&link->fresh)) != NULL)
        {
          weir_builder_take (list, value);
          input->n_fresh--;
        }
    }
  return weir_builder_end (list);
}

/* Of one link its last value; of several a list, null for those that never delivered. */
static WeirValue *
latest_values (WeirScopeState *scope, WeirPlanInput *plan)
{
  WeirBuilder *list;

  if (plan->n_links == 1)
    return weir_value_ref (scope->links[plan->links[0]].value);

  list = weir_list_builder_new (plan->n_links);
  for (guint i = 0; i < plan->n_links; i++)
    {
      WeirValue *value = scope->links[plan->links[i]].value;

      weir_builder_take (list, value != NULL ? weir_value_ref (value) : weir_value_new_null ());
    }
  return weir_builder_end (list);
}

/* What a port gives to the firing that is being made; NULL if nothing. */
static WeirValue *
input_take (WeirScopeState *scope, WeirPlanInput *plan, WeirInputState *input)
{
  g_autoptr(WeirValue) value = NULL;

  if (input->n_fresh == 0)
    return input->n_delivered > 0 || (plan->feedback && input->last != NULL)
             ? (input->last != NULL ? weir_value_ref (input->last) : NULL)
             : NULL;

  switch (plan->join)
    {
    case WEIR_JOIN_ANY:
    case WEIR_JOIN_FIRST:
      value = consume_oldest (scope, plan, input);
      if (value != NULL)
        weir_value_ref (value);
      break;
    case WEIR_JOIN_LATEST:
      consume_oldest (scope, plan, input);
      value = latest_values (scope, plan);
      break;
    case WEIR_JOIN_GATHER:
      value = gather_all (scope, plan, input);
      break;
    case WEIR_JOIN_N_OF_M:
    case WEIR_JOIN_ALL:
    default:
      value = consume_all (scope, plan, input);
      break;
    }
  if (plan->join == WEIR_JOIN_FIRST || plan->join == WEIR_JOIN_N_OF_M)
    input->done = TRUE;

  g_clear_pointer (&input->last, weir_value_unref);
  input->last = value != NULL ? weir_value_ref (value) : NULL;
  return g_steal_pointer (&value);
}

/* @override: what a feedback link brings to the port @override_input; -1 for none. */
static WeirValue *
take_inputs (WeirScopeState *scope, guint block, int override_input, WeirValue *override)
{
  WeirPlanBlock *plan = &scope_plan (scope)->blocks[block];
  WeirBlockState *state = &scope->blocks[block];
  WeirBuilder *record = weir_record_builder_new (plan->n_inputs);

  for (guint i = 0; i < plan->n_inputs; i++)
    {
      WeirInputState *input = &state->inputs[i];
      WeirValue *value;

      if ((int) i == override_input)
        {
          g_clear_pointer (&input->last, weir_value_unref);
          input->last = weir_value_ref (override);
          value = weir_value_ref (override);
        }
      else
        value = input_take (scope, &plan->inputs[i], input);
      if (value != NULL)
        weir_builder_set_take (record, plan->inputs[i].name, value);
    }
  return weir_builder_end (record);
}

typedef enum
{
  INPUT_WAITS,
  INPUT_EMPTY,
  INPUT_GIVES,
} InputVerdict;

static InputVerdict
input_judge (WeirPlanInput *plan, WeirInputState *input)
{
  switch (plan->join)
    {
    case WEIR_JOIN_ANY:
    case WEIR_JOIN_FIRST:
    case WEIR_JOIN_LATEST:
      if (input->n_delivered > 0)
        return INPUT_GIVES;
      break;
    case WEIR_JOIN_N_OF_M:
      if (input->n_delivered >= MAX (plan->n, 1))
        return INPUT_GIVES;
      return input->n_delivered + input->n_pending >= MAX (plan->n, 1) ? INPUT_WAITS : INPUT_EMPTY;
    case WEIR_JOIN_GATHER:
      if (input->n_fresh > 0 && (input->ended || (plan->n > 0 && input->n_fresh >= plan->n)))
        return INPUT_GIVES;
      return input->ended ? INPUT_EMPTY : INPUT_WAITS;
    case WEIR_JOIN_ALL:
    default:
      break;
    }
  if (input->n_pending > 0)
    return INPUT_WAITS;
  return input->n_delivered > 0 || (plan->feedback && input->last != NULL) ? INPUT_GIVES : INPUT_EMPTY;
}

/* What all inputs together say. @fresh: whether there is something that no firing has taken yet. */
static InputVerdict
block_judge (WeirPlanBlock *plan, WeirBlockState *state, gboolean *fresh)
{
  guint n_gives = 0;
  guint n_waits = 0;
  gboolean control = FALSE;

  *fresh = FALSE;
  for (guint i = 0; i < plan->n_inputs; i++)
    {
      InputVerdict verdict = input_judge (&plan->inputs[i], &state->inputs[i]);

      if (plan->inputs[i].control && verdict == INPUT_WAITS)
        return INPUT_WAITS;
      control |= plan->inputs[i].control && verdict == INPUT_GIVES;
      n_gives += !plan->inputs[i].control && verdict == INPUT_GIVES;
      n_waits += verdict == INPUT_WAITS;
      *fresh |= state->inputs[i].n_fresh > 0;
    }
  if (state->expired && *fresh)
    return INPUT_GIVES;
  switch (plan->policy)
    {
    case WEIR_JOIN_ANY:
      return n_gives > 0 ? INPUT_GIVES : n_waits > 0 ? INPUT_WAITS : INPUT_EMPTY;
    case WEIR_JOIN_N_OF_M:
      if (n_gives >= plan->policy_n)
        return INPUT_GIVES;
      return n_gives + n_waits >= plan->policy_n ? INPUT_WAITS : INPUT_EMPTY;
    default:
      return n_waits > 0 ? INPUT_WAITS : n_gives > 0 || control ? INPUT_GIVES : INPUT_EMPTY;
    }
}

/* It has fired once and is not to fire again: what comes now is too late. */
static void
shut_inputs (WeirPlanBlock *plan, WeirBlockState *state, WeirScopeState *scope)
{
  for (guint i = 0; i < plan->n_inputs; i++)
    {
      state->inputs[i].done = TRUE;
      for (guint j = 0; j < plan->inputs[i].n_links; j++)
        drop_fresh (&scope->links[plan->inputs[i].links[j]], &state->inputs[i]);
    }
}

void
weir_scope_try_fire (WeirRunState *self, WeirScopeState *scope, guint block)
{
  WeirPlanBlock *plan = &scope_plan (scope)->blocks[block];
  WeirBlockState *state = &scope->blocks[block];

  if (scope->branch == WEIR_BRANCH_HANDLERS)
    return;
  for (;;)
    {
      gboolean fresh;
      InputVerdict verdict = block_judge (plan, state, &fresh);
      gboolean gives = verdict == INPUT_GIVES;

      if (verdict == INPUT_WAITS)
        return;
      /* once; and once a round in a cycle, which does not come this way this time */
      if (!gives && !state->skipped && (state->n_firings == 0 || plan->region >= 0))
        {
          state->skipped = TRUE;
          fire (self, scope, block, NULL, TRUE);
        }
      if (!gives || !fresh)
        return;

      g_autoptr(WeirValue) inputs = take_inputs (scope, block, -1, NULL);
      WeirStepState *step = fire (self, scope, block, inputs, FALSE);

      step->expired = state->expired;
      if (plan->policy == WEIR_JOIN_N_OF_M || (state->expired && !plan->gathers))
        shut_inputs (plan, state, scope);
      weir_block_state_end_patience (state);
    }
}

static void
region_push_token (WeirScopeState *scope, int region, guint link, WeirValue *value)
{
  WeirFeedback *token = g_new (WeirFeedback, 1);

  token->link = link;
  token->value = weir_value_ref (value);
  g_queue_push_tail (&scope->regions[region].tokens, token);
  scope->regions[region].dirty = TRUE;
}

static void
feedback_free (WeirFeedback *token)
{
  weir_value_unref (token->value);
  g_free (token);
}

void
weir_scope_deliver (WeirRunState *self, WeirScopeState *scope, guint index, WeirValue *value)
{
  WeirPlanLink *plan = &scope_plan (scope)->links[index];
  WeirLinkState *link = &scope->links[index];
  WeirInputState *input = &scope->blocks[plan->target].inputs[plan->input];

  scope->shared->links[index].n_deliveries++;
  if (plan->feedback)
    {
      region_push_token (scope, plan->region, index, value);
      return;
    }

  link->delivered = TRUE;
  if (link->status == WEIR_TOKEN_PENDING)
    input->n_pending--;
  if (link->status != WEIR_TOKEN_DELIVERED)
    input->n_delivered++;
  link->status = WEIR_TOKEN_DELIVERED;
  if (input->done)
    return; /* too late for a race that is over */

  if (link->fresh.length == 0)
    link->order = ++self->order;
  g_queue_push_tail (&link->fresh, weir_value_ref (value));
  input->n_fresh++;
  weir_scope_begin_patience (self, scope, plan->target);
  weir_scope_try_fire (self, scope, plan->target);
}

static void
resolve_closed (WeirRunState *self, WeirScopeState *scope, guint index)
{
  WeirPlanLink *plan = &scope_plan (scope)->links[index];
  WeirLinkState *link = &scope->links[index];

  if (link->status != WEIR_TOKEN_PENDING)
    return;
  link->status = WEIR_TOKEN_CLOSED;
  scope->shared->links[index].closed = TRUE;
  scope->blocks[plan->target].inputs[plan->input].n_pending--;
  weir_scope_try_fire (self, scope, plan->target);
}

void
weir_scope_close_link (WeirRunState *self, WeirScopeState *scope, guint index)
{
  WeirPlanLink *plan = &scope_plan (scope)->links[index];

  if (plan->feedback)
    {
      scope->shared->links[index].closed = TRUE;
      return;
    }
  if (plan->hold != WEIR_HOLD_NONE)
    scope->links[index].held = TRUE;
  else
    resolve_closed (self, scope, index);
}

static void
release_held (WeirRunState *self, WeirScopeState *scope, const guint *links, guint n_links)
{
  for (guint i = 0; i < n_links; i++)
    {
      WeirLinkState *link = &scope->links[links[i]];

      if (!link->held)
        continue;
      link->held = FALSE;
      if (!link->delivered)
        resolve_closed (self, scope, links[i]);
    }
}

static void
rearm_link (WeirScopeState *scope, guint index)
{
  WeirPlanLink *plan = &scope_plan (scope)->links[index];
  WeirLinkState *link = &scope->links[index];
  WeirBlockState *target = &scope->blocks[plan->target];
  WeirInputState *input = &target->inputs[plan->input];

  target->skipped = FALSE;
  weir_block_state_end_patience (target);
  input->done = FALSE;
  input->ended = FALSE;
  if (plan->feedback)
    return;
  if (link->status != WEIR_TOKEN_PENDING)
    input->n_pending++;
  if (link->status == WEIR_TOKEN_DELIVERED)
    input->n_delivered--;
  link->status = WEIR_TOKEN_PENDING;
  link->held = FALSE;
  link->delivered = FALSE;
  drop_fresh (link, input);
}

/* The next iteration of a cycle: everything inside is pending again, and the head fires. */
static void
iterate (WeirRunState *self, WeirScopeState *scope, int region)
{
  WeirPlan *plan = scope_plan (scope);
  WeirRegionState *state = &scope->regions[region];
  WeirFeedback *token = g_queue_pop_head (&state->tokens);
  WeirPlanLink *link = &plan->links[token->link];
  g_autoptr(WeirValue) inputs = NULL;
  WeirStepState *step;

  for (guint i = 0; i < plan->regions[region].n_inner; i++)
    rearm_link (scope, plan->regions[region].inner[i]);
  for (guint i = 0; i < plan->regions[region].n_exits; i++)
    scope->links[plan->regions[region].exits[i]].held = FALSE;
  for (guint r = 0; r < plan->n_regions; r++)
    if ((int) r != region && weir_plan_region_contains (plan, region, plan->regions[r].head))
      {
        g_queue_clear_full (&scope->regions[r].tokens, (GDestroyNotify) feedback_free);
        scope->regions[r].iterations = 0;
      }

  state->iterations++;
  inputs = take_inputs (scope, link->target, link->input, token->value);
  step = fire (self, scope, link->target, inputs, FALSE);
  /* the first round needed no token */
  step->overflow = state->iterations >= self->max_iterations;
  feedback_free (token);
}

static gboolean
settle_region (WeirRunState *self, WeirScopeState *scope, int region)
{
  WeirRegionState *state = &scope->regions[region];
  guint active = scope->n_active;

  state->dirty = FALSE;
  /* its budget is used up and that was said: what catches the failure must not go round again */
  if (state->iterations >= self->max_iterations)
    g_queue_clear_full (&state->tokens, (GDestroyNotify) feedback_free);
  if (state->tokens.length > 0)
    iterate (self, scope, region);
  else
    release_held (self, scope, scope_plan (scope)->regions[region].exits, scope_plan (scope)->regions[region].n_exits);
  return scope->n_active != active;
}

static gboolean
gathers (WeirScopeState *scope, guint block)
{
  WeirPlanBlock *plan = &scope_plan (scope)->blocks[block];

  for (guint i = 0; i < plan->n_inputs; i++)
    if (plan->inputs[i].join == WEIR_JOIN_GATHER && !scope->blocks[block].inputs[i].ended)
      return weir_scope_has_block (scope, block);
  return FALSE;
}

/* Marks all that follows a block. */
static void
mark_after (WeirPlan *plan, guint block, gboolean *after)
{
  for (guint i = 0; i < plan->blocks[block].n_out; i++)
    {
      guint target = plan->links[plan->blocks[block].out[i]].target;

      if (after[target])
        continue;
      after[target] = TRUE;
      mark_after (plan, target, after);
    }
}

/* The scope is at rest: a block that gathers gets what there is, one that comes before others first. */
static void
end_gathering (WeirRunState *self, WeirScopeState *scope)
{
  WeirPlan *plan = scope_plan (scope);
  g_autofree gboolean *after = NULL;

  for (guint i = 0; i < plan->n_blocks && scope->n_active == 0; i++)
    {
      if (!gathers (scope, i))
        continue;
      if (after == NULL)
        {
          after = g_new0 (gboolean, plan->n_blocks + 1);
          for (guint j = 0; j < plan->n_blocks; j++)
            if (gathers (scope, j))
              mark_after (plan, j, after);
        }
      /* in a cycle each comes after the other: then the first */
      if (after[i] && plan->blocks[i].region < 0)
        continue;
      for (guint j = 0; j < plan->blocks[i].n_inputs; j++)
        scope->blocks[i].inputs[j].ended = TRUE;
      weir_scope_try_fire (self, scope, i);
    }
}

/* After the tokens of a step have been sent: begins iterations whose cycle is at rest, closes what was held, and says when the
 * whole scope is at rest. Inner regions come first; they have the higher index. */
void
weir_scope_settle (WeirRunState *self, WeirScopeState *scope)
{
  WeirPlan *plan = scope_plan (scope);
  gboolean handlers = scope->branch == WEIR_BRANCH_HANDLERS;
  gboolean again = plan->n_regions > 0 && !handlers;

  while (again)
    {
      again = FALSE;
      for (int r = (int) plan->n_regions - 1; r >= 0; r--)
        if (scope->regions[r].n_active == 0 && scope->regions[r].dirty)
          again |= settle_region (self, scope, r);
    }
  if (scope->n_active > 0 || scope->failing)
    return;

  if (!handlers)
    {
      release_held (self, scope, plan->scope_held, plan->n_scope_held);
      if (plan->n_gathering > 0)
        end_gathering (self, scope);
    }
  if (scope->n_active > 0 || scope->rested)
    return;
  scope->rested = TRUE;
  g_queue_push_tail (&self->rested, scope);
}

void
weir_scope_fire_entries (WeirRunState *self, WeirScopeState *scope)
{
  WeirPlan *plan = scope_plan (scope);

  for (guint i = 0; i < plan->n_blocks; i++)
    for (guint j = 0; j < plan->blocks[i].n_inputs; j++)
      for (guint k = 0; k < plan->blocks[i].inputs[j].n_links; k++)
        if (!plan->links[plan->blocks[i].inputs[j].links[k]].feedback)
          scope->blocks[i].inputs[j].n_pending++;

  if (scope->branch == WEIR_BRANCH_UNDO)
    weir_scope_fire_undo (self, scope);
  for (guint i = 0; i < plan->n_blocks; i++)
    if (plan->blocks[i].entry && scope->only == NULL && weir_scope_has_block (scope, i))
      {
        g_autoptr(WeirValue) nothing = weir_value_new_record (NULL, NULL, 0);

        fire (self, scope, i, nothing, FALSE);
      }
  weir_scope_settle (self, scope);
}

/* The handlers of a run: nothing else of the scope fires any more. */
void
weir_scope_fire_handlers (WeirRunState *self, WeirScopeState *scope, WeirValue *inputs)
{
  WeirPlan *plan = scope_plan (scope);

  for (guint i = 0; i < plan->n_blocks; i++)
    if (weir_scope_has_block (scope, i) && weir_block_get_enabled (plan->blocks[i].block))
      fire (self, scope, i, inputs, FALSE);
}

void
weir_scope_clear_tokens (WeirScopeState *scope)
{
  WeirPlan *plan = scope->shared != NULL ? scope_plan (scope) : NULL;

  if (plan == NULL || scope->links == NULL)
    return;
  for (guint i = 0; i < plan->n_links; i++)
    {
      g_clear_pointer (&scope->links[i].value, weir_value_unref);
      g_queue_clear_full (&scope->links[i].fresh, (GDestroyNotify) weir_value_unref);
    }
  for (guint i = 0; i < plan->n_blocks; i++)
    {
      for (guint j = 0; j < plan->blocks[i].n_inputs; j++)
        g_clear_pointer (&scope->blocks[i].inputs[j].last, weir_value_unref);
      scope->blocks[i].inputs = NULL;
    }
  for (guint i = 0; i < plan->n_regions; i++)
    g_queue_clear_full (&scope->regions[i].tokens, (GDestroyNotify) feedback_free);
  scope->links = NULL;
  scope->regions = NULL;
}
