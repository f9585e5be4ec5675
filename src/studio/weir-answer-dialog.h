/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <weir.h>

G_BEGIN_DECLS

/**
 * WeirAnswerDialog:
 *
 * What a step asks a person: a form to fill in, or something to approve or reject. It goes away when the step does not wait any
 * more, whoever answered.
 */
#define WEIR_TYPE_ANSWER_DIALOG (weir_answer_dialog_get_type ())
G_DECLARE_FINAL_TYPE (WeirAnswerDialog, weir_answer_dialog, WEIR, ANSWER_DIALOG, AdwDialog)

WeirAnswerDialog   *weir_answer_dialog_new  (WeirRun      *run,
                                             const char   *token);
/* The step that waits under a token; NULL if none does. */
const WeirStepInfo *weir_find_waiting_step  (WeirRunState *state,
                                             const char   *token);

G_END_DECLS
