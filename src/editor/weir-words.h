/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <weir.h>

G_BEGIN_DECLS

/* How states and times are said to people; one place, so that list, inspector and window say the same. */
const char *weir_words_of_run_status  (WeirRunStatus   status);
const char *weir_words_of_step_status (WeirStepStatus  status);
const char *weir_icon_of_run_status   (WeirRunStatus   status);
const char *weir_icon_of_step_status  (WeirStepStatus  status);
/* Style class that gives the colour: "state-running". */
const char *weir_class_of_run_status  (WeirRunStatus   status);
/* "07:00" today, "yesterday", "Mon 12:30", "3 Mar 2026" */
char       *weir_words_of_time        (gint64          time_us);
/* "18:00" today, "Tue 18:00", "3 Mar 2027, 18:00": of what is to come */
char       *weir_words_of_deadline    (gint64          time_us);
const char *weir_words_of_permission  (const char     *name);
const char *weir_words_of_undo        (WeirUndoKind    undo);
/* Where a block of a step stands in its workflow, "move/to". */
char       *weir_path_of_block        (WeirRunState   *state,
                                       guint32         scope_id,
                                       const char     *block);

G_END_DECLS
