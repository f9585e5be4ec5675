/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Private to the engine: what becomes of runs and steps that the end of the program cut off. */

#include "weir-run-state.h"

G_BEGIN_DECLS

typedef struct _WeirStepState WeirStepState;

typedef enum
{
  WEIR_RECOVERY_START,  /* it had not begun */
  WEIR_RECOVERY_RESUME, /* from what was recorded last: a step begins anew */
  WEIR_RECOVERY_KEEP,   /* as it is, until somebody says otherwise */
  WEIR_RECOVERY_WAIT,   /* goes on waiting, until the same moment */
  WEIR_RECOVERY_SKIP,   /* it is over */
  WEIR_RECOVERY_ASK,    /* a person says what became of it */
} WeirRecoveryAction;

/* "start", "resume", ... */
const char         *weir_recovery_action_get_name (WeirRecoveryAction action);
WeirRecoveryAction  weir_recovery_of_run          (WeirRunStatus      status);
/* @effect: as weir_recovery_get_effect () says. */
WeirRecoveryAction  weir_recovery_of_step         (WeirStepStatus     status,
                                                   WeirEffectClass    effect);
/* The effect class of a step for recovery: what records its effects and recorded none has not begun to change anything. */
WeirEffectClass     weir_recovery_get_effect      (WeirStepState     *step);
/* The gravest class among the steps that were at work; FALSE if none was. */
gboolean            weir_recovery_get_gravest     (WeirRunState      *state,
                                                   WeirEffectClass   *effect);
/* What would become of each step that is not over: a list of records {step, title, kind, status, effect, action, safe, text}. (transfer
 * full) */
WeirValue          *weir_recovery_describe_steps  (WeirRunState      *state);

G_END_DECLS
