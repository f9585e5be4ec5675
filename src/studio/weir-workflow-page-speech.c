/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>

#include "weir-words.h"
#include "weir-workflow-page-private.h"

/* What happens in a run is said as well as shown, so that it is known without looking. What the notice or a toast reads
 * out is left to them. */

/* Of one run. A thousand items that fail one after the other would be talked of for an hour. */
#define MAX_FAILURES 3

static void
announce (WeirWorkflowPage *self,
          const char       *text)
{
  gtk_accessible_announce (GTK_ACCESSIBLE (self), text, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}

/* (transfer full) (nullable) */
static char *
describe_status (WeirRunStatus before,
                 WeirRunStatus status,
                 gint64        run)
{
  switch (status)
    {
    case WEIR_RUN_RUNNING:
      return before == WEIR_RUN_PAUSED || before == WEIR_RUN_PAUSING
               ? g_strdup_printf (_("Run %" G_GINT64_FORMAT " goes on"), run)
               : NULL;
    case WEIR_RUN_CREATED:
    case WEIR_RUN_QUEUED:
    case WEIR_RUN_WAITING:
      return NULL;
    default:
      /* Translators: "Run 3 paused", "Run 3 succeeded" */
      return g_strdup_printf (_("Run %" G_GINT64_FORMAT " %s"), run, weir_words_of_run_status (status));
    }
}

/**
 * weir_workflow_page_say_started:
 * @self: a page
 * @run: a run that was just started or brought back
 *
 * Says so; from then on its states and failures are said.
 */
void
weir_workflow_page_say_started (WeirWorkflowPage *self,
                                WeirRun          *run)
{
  g_autofree char *text = g_strdup_printf (_("Run %" G_GINT64_FORMAT " started"), weir_run_get_id (run));

  self->said_run = weir_run_get_id (run);
  self->said_status = WEIR_RUN_RUNNING;
  self->n_failures_said = 0;
  self->next_failure = 0;
  announce (self, text);
  weir_workflow_page_say_status (self);
}

/**
 * weir_workflow_page_say_status:
 * @self: a page
 *
 * Says the state of the run that was started here, if it is another than was said last.
 */
void
weir_workflow_page_say_status (WeirWorkflowPage *self)
{
  WeirRunStatus status, before = self->said_status;
  g_autofree char *text = NULL;

  if (self->run == NULL || weir_run_get_id (self->run) != self->said_run)
    return;
  status = weir_run_get_status (self->run);
  if (status == before)
    return;
  self->said_status = status;
  text = describe_status (before, status, self->said_run);
  if (text != NULL)
    announce (self, text);
}

static void
say_failure (WeirWorkflowPage   *self,
             const WeirStepInfo *step)
{
  WeirBlock *block = weir_workflow_page_find_block_of (self, step);
  const char *message = step->error != NULL ? weir_value_get_member_text (step->error, "message", "") : "";
  const char *title = block != NULL ? weir_block_get_title (block) : step->block;
  g_autofree char *text = step->status == WEIR_STEP_RETRY_WAIT
                            ? g_strdup_printf (_("%s failed and will be tried again: %s"), title, message)
                            : g_strdup_printf (_("%s failed: %s"), title, message);

  announce (self, text);
}

/**
 * weir_workflow_page_say_failures:
 * @self: a page
 * @first: index of the first step that changed
 *
 * Says which steps failed since it was asked last while the run goes on, the first few of a run.
 */
void
weir_workflow_page_say_failures (WeirWorkflowPage *self,
                                 guint             first)
{
  WeirRunState *state = self->view != NULL ? weir_run_view_get_state (self->view) : NULL;

  /* When it ends with the run, the notice says it. */
  if (!weir_workflow_page_shows_live_run (self) || weir_run_get_id (self->run) != self->said_run
      || weir_run_status_is_final (weir_run_get_status (self->run)))
    return;
  /* What was said of a step is not said again when a later one changes. */
  for (guint i = MAX (first, self->next_failure);
       i < weir_run_state_get_n_steps (state) && self->n_failures_said < MAX_FAILURES; i++)
    {
      const WeirStepInfo *step = weir_run_state_get_step (state, i);

      if (step == NULL || (step->status != WEIR_STEP_FAILED && step->status != WEIR_STEP_RETRY_WAIT))
        continue;
      say_failure (self, step);
      self->n_failures_said++;
      self->next_failure = i + 1;
    }
}
