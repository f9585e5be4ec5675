/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What becomes of runs and steps that the end of the program cut off, as tables: recovery goes by them, and what is shown beforehand too. */

#include "weir-recovery.h"

#include "weir-run-state-private.h"

static const char *const action_names[] = { "start", "resume", "keep", "wait", "skip", "ask" };

static const WeirRecoveryAction run_actions[] = {
  [WEIR_RUN_CREATED] = WEIR_RECOVERY_START,   [WEIR_RUN_QUEUED] = WEIR_RECOVERY_START,
  [WEIR_RUN_RUNNING] = WEIR_RECOVERY_RESUME,  [WEIR_RUN_WAITING] = WEIR_RECOVERY_WAIT,
  [WEIR_RUN_PAUSING] = WEIR_RECOVERY_KEEP,    [WEIR_RUN_PAUSED] = WEIR_RECOVERY_KEEP,
  [WEIR_RUN_STOPPING] = WEIR_RECOVERY_RESUME, /* goes on stopping */
  [WEIR_RUN_SUCCEEDED] = WEIR_RECOVERY_SKIP,  [WEIR_RUN_FAILED] = WEIR_RECOVERY_SKIP,
  [WEIR_RUN_CANCELLED] = WEIR_RECOVERY_SKIP,  [WEIR_RUN_INTERRUPTED] = WEIR_RECOVERY_SKIP,
};

/* By effect class, for those at work; the others do not depend on it. */
#define ALIKE(action) { action, action, action }
static const WeirRecoveryAction step_actions[][WEIR_EFFECT_ONCE + 1] = {
  [WEIR_STEP_PENDING] = ALIKE (WEIR_RECOVERY_START),
  [WEIR_STEP_READY] = ALIKE (WEIR_RECOVERY_START),
  [WEIR_STEP_QUEUED] = ALIKE (WEIR_RECOVERY_START),
  [WEIR_STEP_RUNNING] = { WEIR_RECOVERY_RESUME, WEIR_RECOVERY_RESUME, WEIR_RECOVERY_ASK },
  [WEIR_STEP_RETRY_WAIT] = ALIKE (WEIR_RECOVERY_WAIT),
  [WEIR_STEP_WAITING] = ALIKE (WEIR_RECOVERY_WAIT),
  [WEIR_STEP_SUSPENDED] = ALIKE (WEIR_RECOVERY_KEEP),
  [WEIR_STEP_SUCCEEDED] = ALIKE (WEIR_RECOVERY_SKIP),
  [WEIR_STEP_FAILED] = ALIKE (WEIR_RECOVERY_SKIP),
  [WEIR_STEP_SKIPPED] = ALIKE (WEIR_RECOVERY_SKIP),
  [WEIR_STEP_CACHED] = ALIKE (WEIR_RECOVERY_SKIP),
  [WEIR_STEP_PINNED] = ALIKE (WEIR_RECOVERY_SKIP),
  [WEIR_STEP_CANCELLED] = ALIKE (WEIR_RECOVERY_SKIP),
  [WEIR_STEP_INTERRUPTED] = ALIKE (WEIR_RECOVERY_SKIP),
  [WEIR_STEP_UNKNOWN] = ALIKE (WEIR_RECOVERY_ASK),
  [WEIR_STEP_UNDONE] = ALIKE (WEIR_RECOVERY_SKIP),
};

const char *
weir_recovery_action_get_name (WeirRecoveryAction action)
{
  g_return_val_if_fail (action < G_N_ELEMENTS (action_names), "skip");
  return action_names[action];
}

WeirRecoveryAction
weir_recovery_of_run (WeirRunStatus status)
{
  g_return_val_if_fail (status < G_N_ELEMENTS (run_actions), WEIR_RECOVERY_SKIP);
  return run_actions[status];
}

WeirRecoveryAction
weir_recovery_of_step (WeirStepStatus status, WeirEffectClass effect)
{
  g_return_val_if_fail (status < G_N_ELEMENTS (step_actions) && effect <= WEIR_EFFECT_ONCE, WEIR_RECOVERY_ASK);
  return step_actions[status][effect];
}

WeirEffectClass
weir_recovery_get_effect (WeirStepState *step)
{
  WeirPlanBlock *block = weir_step_state_get_block (step);
  const WeirBlockKind *kind = block->kind;
  WeirEffectClass effect;

  if (kind == NULL)
    return WEIR_EFFECT_ONCE;
  effect = kind->get_effect != NULL ? kind->get_effect (weir_block_get_config (block->block)) : kind->effect;
  if (effect == WEIR_EFFECT_ONCE && kind->undo == WEIR_UNDO_EXACT && step->info.n_effects <= step->info.n_undone)
    return WEIR_EFFECT_PURE;
  return effect;
}

gboolean
weir_recovery_get_gravest (WeirRunState *state, WeirEffectClass *effect)
{
  gboolean found = FALSE;

  *effect = WEIR_EFFECT_PURE;
  for (guint i = 0; i < state->steps->len; i++)
    {
      WeirStepState *step = g_ptr_array_index (state->steps, i);

      if (step == NULL || (step->info.status != WEIR_STEP_RUNNING && step->info.status != WEIR_STEP_UNKNOWN)
          || step->scope->pub.closed)
        continue;
      found = TRUE;
      *effect = MAX (*effect,
                     step->info.status == WEIR_STEP_UNKNOWN ? WEIR_EFFECT_ONCE : weir_recovery_get_effect (step));
    }
  return found;
}

/* ── in words ───────────────────────────────────────────────────────────────────────────── */

static const char *
explain (WeirStepState *step, WeirRecoveryAction action, WeirEffectClass effect)
{
  switch (action)
    {
    case WEIR_RECOVERY_START:
      return "Had not begun; it begins";
    case WEIR_RECOVERY_RESUME:
      if (effect == WEIR_EFFECT_IDEMPOTENT)
        return "Was at work; it runs again, which changes nothing more than once would";
      if (step->container)
        return "Goes on with what is inside it";
      return "Was at work and had changed nothing; it runs again";
    case WEIR_RECOVERY_KEEP:
      return "Is paused and stays so";
    case WEIR_RECOVERY_WAIT:
      if (step->info.status == WEIR_STEP_RETRY_WAIT)
        return "Is tried again when its time comes, or at once if that has passed";
      return "Goes on waiting, until the same moment";
    case WEIR_RECOVERY_ASK:
      if (weir_step_state_get_block (step)->kind == NULL)
        return "Was at work; its block kind is not known any more, so you will be asked what became of it";
      return "Was at work on something that must not happen twice; you will be asked what became of it";
    case WEIR_RECOVERY_SKIP:
    default:
      return "Is over";
    }
}

static WeirValue *
describe_step (WeirRunState *state, WeirStepState *step)
{
  static const char *const effects[] = { "pure", "idempotent", "once" };
  WeirEffectClass effect = weir_recovery_get_effect (step);
  WeirRecoveryAction action = weir_recovery_of_step (step->info.status, effect);
  WeirBlock *block = weir_step_state_get_block (step)->block;
  WeirBuilder *record = weir_record_builder_new (8);
  g_autofree char *path = weir_run_state_dup_step_path (state, &step->info);

  weir_builder_set_take (record, "step", weir_value_new_text (path));
  weir_builder_set_take (record, "title", weir_value_new_text (weir_block_get_title (block)));
  weir_builder_set_take (record, "kind", weir_value_new_text (weir_block_get_kind_id (block)));
  weir_builder_set_take (record, "status", weir_value_new_text (weir_step_status_get_name (step->info.status)));
  weir_builder_set_take (record, "effect", weir_value_new_text (effects[effect]));
  weir_builder_set_take (record, "action", weir_value_new_text (weir_recovery_action_get_name (action)));
  weir_builder_set_take (record, "safe", weir_value_new_bool (action != WEIR_RECOVERY_ASK));
  weir_builder_set_take (record, "text", weir_value_new_text (explain (step, action, effect)));
  return weir_builder_end (record);
}

WeirValue *
weir_recovery_describe_steps (WeirRunState *state)
{
  WeirBuilder *list = weir_list_builder_new (4);

  for (guint i = 0; i < state->steps->len; i++)
    {
      WeirStepState *step = g_ptr_array_index (state->steps, i);

      if (step != NULL && !step->scope->pub.closed
          && weir_recovery_of_step (step->info.status, WEIR_EFFECT_ONCE) != WEIR_RECOVERY_SKIP)
        weir_builder_take (list, describe_step (state, step));
    }
  return weir_builder_end (list);
}
