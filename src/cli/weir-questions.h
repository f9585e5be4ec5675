/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "weir-report.h"
#include "weir-session.h"

G_BEGIN_DECLS

/**
 * WeirQuestions:
 *
 * What the steps of a run ask a person, in a terminal: each question is printed with how to answer it, and read from the terminal where there is one.
 */
typedef struct _WeirQuestions WeirQuestions;

/* @report gives the screen up when there is something to ask. Both must outlive it. */
WeirQuestions *weir_questions_new   (WeirSession   *session,
                                     gint64         run,
                                     WeirReport    *report);
void           weir_questions_free  (WeirQuestions *self);
/* For each event of the run. */
void           weir_questions_event (WeirQuestions *self,
                                     WeirEvent     *event);
/* One question with how to answer it, on stderr. @wait: a record of the method Waits. */
void           weir_question_print  (WeirValue     *wait);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirQuestions, weir_questions_free)

G_END_DECLS
