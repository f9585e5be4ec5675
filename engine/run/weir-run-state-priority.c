/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Priorities in the fold: which of what waits is the more urgent. */

#include "weir-run-state-private.h"

#define MAX_PRIORITY 100

/* That of the run, of the scopes around the step and of their containers, and of its block, added up. */
int
weir_run_state_get_priority (WeirRunState *self, WeirStepState *step)
{
  int priority = self->priority;
  WeirScopeState *scope;

  priority += step->priority != G_MININT16 ? step->priority
                                           : weir_block_get_priority (weir_step_state_get_block (step)->block);
  for (scope = step->scope; scope->parent != NULL; scope = scope->parent)
    {
      WeirPlan *plan = scope->parent->shared->plan;
      int index = weir_plan_find_block (plan, scope->pub.block);

      priority += scope->priority;
      if (index >= 0)
        priority += weir_block_get_priority (plan->blocks[index].block);
    }
  return CLAMP (priority + scope->priority, -MAX_PRIORITY, MAX_PRIORITY);
}

void
weir_run_state_apply_priority (WeirRunState *self, WeirEvent *event)
{
  int priority = CLAMP (weir_value_get_member_int (event->data, "priority", 0), -MAX_PRIORITY, MAX_PRIORITY);
  gint64 id = weir_value_get_member_int (event->data, "scope", -1);
  const char *block = weir_value_get_member_text (event->data, "block", NULL);
  WeirStepState *step;

  if (id < 0)
    self->priority = priority;
  else if (block == NULL && id < self->scopes->len)
    {
      WeirScopeState *scope = g_ptr_array_index (self->scopes, id);

      if (scope != NULL)
        scope->priority = priority;
    }
  else if ((step = weir_run_state_lookup (self, id, block, 0)) != NULL)
    weir_run_state_own_step (self, step)->priority = priority;
}
