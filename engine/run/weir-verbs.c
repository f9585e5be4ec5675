/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What may be done to a run, or to a part of one, in every state: data, from which the checks, the documentation and the tests come. */

#include "weir-verbs.h"

#define TO(status_) { .legal = TRUE, .to = (status_) }
#define AFTER(status_) { .legal = TRUE, .after = TRUE, .to = (status_) }
#define NO(reason_) { .refusal = (reason_) }
#define ENDED NO ("It has ended")
#define LATER NO ("It has not ended")

/* [state][verb]: pause, resume, stop, force stop, undo, cancel and delete, delete */
static const WeirVerbCell run_cells[WEIR_RUN_INTERRUPTED + 1][WEIR_N_VERBS] = {
  [WEIR_RUN_CREATED] = { NO ("It has not started"), NO ("It is not paused"), TO (WEIR_RUN_CANCELLED), TO (WEIR_RUN_INTERRUPTED),
                         NO ("It has not ended"), TO (WEIR_RUN_INTERRUPTED), LATER },
  [WEIR_RUN_QUEUED] = { NO ("It has not started"), NO ("It is not paused"), TO (WEIR_RUN_CANCELLED), TO (WEIR_RUN_INTERRUPTED),
                        NO ("It has not ended"), TO (WEIR_RUN_INTERRUPTED), LATER },
  [WEIR_RUN_RUNNING] = { TO (WEIR_RUN_PAUSING), NO ("It is running"), TO (WEIR_RUN_STOPPING), TO (WEIR_RUN_STOPPING),
                         NO ("It is still running"), TO (WEIR_RUN_STOPPING), LATER },
  [WEIR_RUN_WAITING] = { TO (WEIR_RUN_PAUSING), NO ("It is running"), TO (WEIR_RUN_STOPPING), TO (WEIR_RUN_STOPPING),
                         NO ("It is still running"), TO (WEIR_RUN_STOPPING), LATER },
  [WEIR_RUN_PAUSING] = { TO (WEIR_RUN_PAUSING), TO (WEIR_RUN_RUNNING), TO (WEIR_RUN_STOPPING), TO (WEIR_RUN_STOPPING),
                         NO ("It has not ended"), TO (WEIR_RUN_STOPPING), LATER },
  [WEIR_RUN_PAUSED] = { NO ("It is paused already"), TO (WEIR_RUN_RUNNING), TO (WEIR_RUN_STOPPING), TO (WEIR_RUN_STOPPING),
                        NO ("It has not ended"), TO (WEIR_RUN_STOPPING), LATER },
  [WEIR_RUN_STOPPING] = { NO ("It is being stopped"), NO ("It is being stopped"), NO ("It is being stopped"),
                          TO (WEIR_RUN_STOPPING), NO ("It has not ended"), TO (WEIR_RUN_STOPPING), LATER },
  [WEIR_RUN_SUCCEEDED] = { ENDED, ENDED, ENDED, ENDED, TO (WEIR_RUN_SUCCEEDED), TO (WEIR_RUN_SUCCEEDED), TO (WEIR_RUN_SUCCEEDED) },
  [WEIR_RUN_FAILED] = { ENDED, ENDED, ENDED, ENDED, TO (WEIR_RUN_FAILED), TO (WEIR_RUN_FAILED), TO (WEIR_RUN_FAILED) },
  [WEIR_RUN_CANCELLED] = { ENDED, ENDED, ENDED, ENDED, TO (WEIR_RUN_CANCELLED), TO (WEIR_RUN_CANCELLED), TO (WEIR_RUN_CANCELLED) },
  [WEIR_RUN_INTERRUPTED] = { ENDED, ENDED, ENDED, ENDED, TO (WEIR_RUN_INTERRUPTED), TO (WEIR_RUN_INTERRUPTED), TO (WEIR_RUN_INTERRUPTED) },
};

#define UNKNOWN NO ("Its outcome is not known: say what became of it")
#define OVER(status_) { ENDED, ENDED, ENDED, ENDED, AFTER (WEIR_STEP_UNDONE), AFTER (status_), TO (status_) }
#define GOES_ON(pause_, resume_) \
  { pause_, resume_, TO (WEIR_STEP_CANCELLED), TO (WEIR_STEP_INTERRUPTED), LATER, TO (WEIR_STEP_INTERRUPTED), TO (WEIR_STEP_CANCELLED) }

/* A step: alone, or a container, then with all that is in it. A pause keeps what has not begun from beginning. */
static const WeirVerbCell step_cells[WEIR_STEP_UNDONE + 1][WEIR_N_VERBS] = {
  [WEIR_STEP_PENDING] = { TO (WEIR_STEP_PENDING), TO (WEIR_STEP_PENDING), NO ("It has not begun"), NO ("It has not begun"), LATER,
                          NO ("It has not begun"), NO ("It has not begun") },
  [WEIR_STEP_READY] = GOES_ON (TO (WEIR_STEP_SUSPENDED), NO ("It is not paused")),
  [WEIR_STEP_QUEUED] = GOES_ON (TO (WEIR_STEP_SUSPENDED), NO ("It is not paused")),
  [WEIR_STEP_RUNNING] = GOES_ON (TO (WEIR_STEP_RUNNING), TO (WEIR_STEP_RUNNING)),
  [WEIR_STEP_RETRY_WAIT] = GOES_ON (TO (WEIR_STEP_RETRY_WAIT), TO (WEIR_STEP_RETRY_WAIT)),
  [WEIR_STEP_WAITING] = GOES_ON (TO (WEIR_STEP_WAITING), TO (WEIR_STEP_WAITING)),
  [WEIR_STEP_SUSPENDED] = GOES_ON (TO (WEIR_STEP_SUSPENDED), TO (WEIR_STEP_READY)),
  [WEIR_STEP_SUCCEEDED] = OVER (WEIR_STEP_SUCCEEDED),
  [WEIR_STEP_FAILED] = OVER (WEIR_STEP_FAILED),
  [WEIR_STEP_SKIPPED] = OVER (WEIR_STEP_SKIPPED),
  [WEIR_STEP_CACHED] = OVER (WEIR_STEP_CACHED),
  [WEIR_STEP_PINNED] = OVER (WEIR_STEP_PINNED),
  [WEIR_STEP_CANCELLED] = OVER (WEIR_STEP_CANCELLED),
  [WEIR_STEP_INTERRUPTED] = OVER (WEIR_STEP_INTERRUPTED),
  [WEIR_STEP_UNKNOWN] = { NO ("Its outcome is not known"), NO ("Its outcome is not known"), UNKNOWN, UNKNOWN,
                          NO ("Its outcome is not known"), UNKNOWN, UNKNOWN },
  [WEIR_STEP_UNDONE] = { ENDED, ENDED, ENDED, ENDED, NO ("It is undone already"), AFTER (WEIR_STEP_UNDONE), TO (WEIR_STEP_UNDONE) },
};

/**
 * weir_verb_get_run_cell: (skip)
 * @verb: what is to be done
 * @status: where a run stands
 *
 * Returns: (transfer none): the cell of the table
 */
const WeirVerbCell *
weir_verb_get_run_cell (WeirRunVerb verb, WeirRunStatus status)
{
  g_return_val_if_fail ((guint) status < G_N_ELEMENTS (run_cells) && (guint) verb < WEIR_N_VERBS, NULL);
  return &run_cells[status][verb];
}

/**
 * weir_verb_get_step_cell: (skip)
 * @verb: what is to be done
 * @status: where a step stands
 *
 * Returns: (transfer none): the cell of the table
 */
const WeirVerbCell *
weir_verb_get_step_cell (WeirRunVerb verb, WeirStepStatus status)
{
  g_return_val_if_fail ((guint) status < G_N_ELEMENTS (step_cells) && (guint) verb < WEIR_N_VERBS, NULL);
  return &step_cells[status][verb];
}

static gboolean
tell (const WeirVerbCell *cell, const char **reason)
{
  if (reason != NULL)
    *reason = cell->legal ? NULL : cell->refusal;
  return cell->legal;
}

/**
 * weir_run_verb_is_legal:
 * @verb: what is to be done
 * @status: where the run stands
 * @reason: (out) (optional) (nullable) (transfer none): why it is not legal, a sentence without full stop
 *
 * Returns: whether it may be done now
 */
gboolean
weir_run_verb_is_legal (WeirRunVerb verb, WeirRunStatus status, const char **reason)
{
  return tell (weir_verb_get_run_cell (verb, status), reason);
}

/**
 * weir_step_verb_is_legal:
 * @verb: what is to be done
 * @status: where the step stands
 * @reason: (out) (optional) (nullable) (transfer none): why it is not legal, a sentence without full stop
 *
 * Returns: whether it may be done to the step now
 */
gboolean
weir_step_verb_is_legal (WeirRunVerb verb, WeirStepStatus status, const char **reason)
{
  return tell (weir_verb_get_step_cell (verb, status), reason);
}

/**
 * weir_run_verb_get_name:
 * @verb: a verb
 *
 * Returns: (transfer none): its stable word, "force_stop"; not translated
 */
const char *
weir_run_verb_get_name (WeirRunVerb verb)
{
  static const char *const names[] = { "pause", "resume", "stop", "force_stop", "undo", "cancel_and_delete", "delete" };

  g_return_val_if_fail ((guint) verb < G_N_ELEMENTS (names), "unknown");
  return names[verb];
}

static void
draw_row (GString *text, const char *state, const WeirVerbCell *cells, const char *(*get_name) (int status))
{
  g_string_append_printf (text, "| %s |", state);
  for (guint verb = 0; verb < WEIR_N_VERBS; verb++)
    if (cells[verb].legal)
      g_string_append_printf (text, " → %s%s |", get_name (cells[verb].to),
                              cells[verb].after ? ", once the run has ended" : "");
    else
      g_string_append_printf (text, " %s |", cells[verb].refusal);
  g_string_append_c (text, '\n');
}

static void
draw_head (GString *text, const char *what)
{
  g_string_append_printf (text, "| %s |", what);
  for (guint verb = 0; verb < WEIR_N_VERBS; verb++)
    g_string_append_printf (text, " %s |", weir_run_verb_get_name (verb));
  g_string_append (text, "\n|---|");
  for (guint verb = 0; verb < WEIR_N_VERBS; verb++)
    g_string_append (text, "---|");
  g_string_append_c (text, '\n');
}

static const char *
run_name (int status)
{
  return weir_run_status_get_name (status);
}

static const char *
step_name (int status)
{
  return weir_step_status_get_name (status);
}

/**
 * weir_verbs_to_markdown:
 *
 * Returns: (transfer full): both tables, for the documentation
 */
char *
weir_verbs_to_markdown (void)
{
  GString *text = g_string_new (NULL);

  draw_head (text, "run");
  for (guint i = 0; i < G_N_ELEMENTS (run_cells); i++)
    draw_row (text, run_name (i), run_cells[i], run_name);
  g_string_append_c (text, '\n');
  draw_head (text, "step");
  for (guint i = 0; i < G_N_ELEMENTS (step_cells); i++)
    draw_row (text, step_name (i), step_cells[i], step_name);
  return g_string_free (text, FALSE);
}
