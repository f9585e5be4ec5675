/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Private to the engine and its tests: the table (state × verb) → new state, or why not. */

#include "weir-run.h"

G_BEGIN_DECLS

#define WEIR_N_VERBS (WEIR_VERB_DELETE + 1)

typedef struct
{
  gboolean    legal;
  gboolean    after;   /* legal only once the run has ended: the rest of it may need what the part gave */
  int         to;      /* WeirRunStatus or WeirStepStatus, right after the verb */
  const char *refusal; /* where it is not legal: a sentence without full stop */
} WeirVerbCell;

const WeirVerbCell *weir_verb_get_run_cell  (WeirRunVerb    verb,
                                             WeirRunStatus  status);
const WeirVerbCell *weir_verb_get_step_cell (WeirRunVerb    verb,
                                             WeirStepStatus status);

G_END_DECLS
