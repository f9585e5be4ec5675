/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>

#include "weir-answer-dialog.h"
#include "weir-words.h"
#include "weir-workflow-page-private.h"

/* Steps that wait for a person or for a moment: what is said of them, answering, and not waiting any longer. */

/* A moment that is nearer than this comes before anybody has read that it is waited for. */
#define WORTH_SAYING_US (5 * G_USEC_PER_SEC)

gboolean
weir_workflow_page_shows_live_run (WeirWorkflowPage *self)
{
  return self->run != NULL && self->view != NULL && weir_run_view_get_live (self->view)
         && weir_run_view_get_run_id (self->view) == weir_run_get_id (self->run);
}

WeirBlock *
weir_workflow_page_find_block_of (WeirWorkflowPage *self, const WeirStepInfo *step)
{
  g_autofree char *path = weir_path_of_block (weir_run_view_get_state (self->view), step->scope, step->block);

  return weir_workflow_find_block (self->workflow, path);
}

/* ── which steps wait ───────────────────────────────────────────────────────────────────── */

static gboolean
waits (const WeirStepInfo *step)
{
  return step != NULL && step->status == WEIR_STEP_WAITING && step->wait != NULL;
}

static gboolean
is_question (const WeirStepInfo *step)
{
  return weir_value_find_member (step->wait, "request") != NULL;
}

/* A signal is waited for; there is nothing to skip. */
static gboolean
is_skippable (const WeirStepInfo *step)
{
  return !is_question (step) && weir_value_find_member (step->wait, "channel") == NULL;
}

static const WeirStepInfo *
get_wait (WeirWorkflowPage *self, guint place)
{
  const WeirStepInfo *step = weir_run_state_get_step (weir_run_view_get_state (self->view),
                                                      g_array_index (self->waits, guint, place));

  return waits (step) ? step : NULL;
}

/* The first that asks, else the first that can be skipped; NULL if there is none. */
static const WeirStepInfo *
find_wait (WeirWorkflowPage *self, gboolean question)
{
  for (guint i = 0; weir_workflow_page_shows_live_run (self) && i < self->waits->len; i++)
    {
      const WeirStepInfo *step = get_wait (self, i);

      if (step != NULL && (question ? is_question (step) : is_skippable (step)))
        return step;
    }
  return NULL;
}

/**
 * weir_workflow_page_find_waits:
 * @self: a page
 * @first: index of the first step that may have changed
 *
 * Brings the list of the steps that wait up to date, without looking at those before @first again.
 */
void
weir_workflow_page_find_waits (WeirWorkflowPage *self, guint first)
{
  WeirRunState *state = self->view != NULL ? weir_run_view_get_state (self->view) : NULL;
  const WeirStepInfo *step;

  while (self->waits->len > 0 && g_array_index (self->waits, guint, self->waits->len - 1) >= first)
    g_array_set_size (self->waits, self->waits->len - 1);
  for (guint i = first; state != NULL && i < weir_run_state_get_n_steps (state); i++)
    if (waits (weir_run_state_get_step (state, i)))
      g_array_append_val (self->waits, i);
  step = find_wait (self, TRUE);
  if (step == NULL)
    step = find_wait (self, FALSE);
  if (step == NULL || (!is_question (step) && weir_run_get_status (self->run) != WEIR_RUN_WAITING))
    weir_run_panel_set_wait (self->run_panel, NULL, NULL);
  else
    weir_run_panel_set_wait (self->run_panel, is_question (step) ? "run.answer" : "run.skip-wait",
                             weir_value_get_member_text (step->wait, "token", ""));
}

/* ── saying it ──────────────────────────────────────────────────────────────────────────── */

static guint
count_questions (WeirWorkflowPage *self)
{
  guint n = 0;

  for (guint i = 0; i < self->waits->len; i++)
    {
      const WeirStepInfo *step = get_wait (self, i);

      n += step != NULL && is_question (step);
    }
  return n;
}

/* (transfer full) */
static char *
describe_question (WeirWorkflowPage *self, const WeirStepInfo *step)
{
  WeirValue *request = weir_value_find_member (step->wait, "request");
  gboolean approval = g_str_equal (weir_value_get_member_text (request, "type", ""), "approval");
  const char *title = weir_value_get_member_text (request, "title", "");
  WeirBlock *block = weir_workflow_page_find_block_of (self, step);
  const char *name = block != NULL ? weir_block_get_title (block) : step->block;
  guint n = count_questions (self) - 1;
  g_autofree char *text = g_strdup_printf (approval ? _("“%s” waits for your approval: %s") : _("“%s” asks: %s"),
                                           name, title);
  g_autofree char *more = n > 0 ? g_strdup_printf (ngettext (" (%u more question)", " (%u more questions)", n), n)
                                : g_strdup ("");

  return g_strconcat (text, more, NULL);
}

/* (transfer full) */
static char *
describe_moment (WeirWorkflowPage *self, const WeirStepInfo *step)
{
  WeirBlock *block = weir_workflow_page_find_block_of (self, step);
  const char *name = block != NULL ? weir_block_get_title (block) : step->block;
  g_autofree char *due = NULL;

  if (step->due_at == 0)
    return g_strdup_printf (_("“%s” waits until its condition holds"), name);
  due = weir_words_of_deadline (step->due_at);
  return g_strdup_printf (_("“%s” waits until %s"), name, due);
}

/**
 * weir_workflow_page_show_wait:
 * @self: a page
 * @question: whether it is about what a person is asked; else about a moment that all of the run waits for
 *
 * Returns: whether the notice now speaks of such a wait
 */
gboolean
weir_workflow_page_show_wait (WeirWorkflowPage *self, gboolean question)
{
  const WeirStepInfo *step = find_wait (self, question);
  const char *token = step != NULL ? weir_value_get_member_text (step->wait, "token", "") : NULL;
  g_autofree char *text = NULL;

  if (step == NULL
      || (!question
          && (weir_run_get_status (self->run) != WEIR_RUN_WAITING
              || (step->due_at != 0 && step->due_at - g_get_real_time () < WORTH_SAYING_US))))
    return FALSE;
  text = question ? describe_question (self, step) : describe_moment (self, step);
  if (question)
    weir_notice_show (self->notice, "dialog-question-symbolic", text,
                      &(WeirNoticeButton) { _("Answer…"), "run.answer", token }, NULL, FALSE);
  else
    weir_notice_show (self->notice, "alarm-symbolic", text,
                      &(WeirNoticeButton) { _("Skip Wait"), "run.skip-wait", token }, NULL, FALSE);
  return TRUE;
}

/* ── actions ────────────────────────────────────────────────────────────────────────────── */

/* The step that the action is about: by its token, or the first. */
static const WeirStepInfo *
find_target (WeirWorkflowPage *self, GVariant *target, gboolean question)
{
  const char *token = g_variant_get_string (target, NULL);

  if (g_str_equal (token, "first") || self->run == NULL)
    return find_wait (self, question);
  return weir_find_waiting_step (weir_run_get_state (self->run), token);
}

static void
answer_cb (GtkWidget *widget, const char *action, GVariant *target)
{
  WeirWorkflowPage *self = WEIR_WORKFLOW_PAGE (widget);
  const WeirStepInfo *step = find_target (self, target, TRUE);
  WeirAnswerDialog *dialog = step == NULL ? NULL
                                          : weir_answer_dialog_new (
                                              self->run, weir_value_get_member_text (step->wait, "token", ""));

  if (dialog == NULL)
    weir_workflow_page_toast (self, _("That is answered already"));
  else
    adw_dialog_present (ADW_DIALOG (dialog), widget);
}

static void
skip_wait_cb (GtkWidget *widget, const char *action, GVariant *target)
{
  WeirWorkflowPage *self = WEIR_WORKFLOW_PAGE (widget);
  const WeirStepInfo *step = find_target (self, target, FALSE);
  g_autoptr (WeirValue) skip = weir_value_new_text ("skip");
  g_autoptr (GError) error = NULL;

  if (step == NULL)
    weir_workflow_page_toast (self, _("It does not wait any more"));
  else if (!weir_run_answer_token (self->run, weir_value_get_member_text (step->wait, "token", ""), skip,
                                   g_get_user_name (), NULL, &error))
    weir_workflow_page_toast (self, error->message);
}

/**
 * weir_workflow_page_install_waits:
 * @widget_class: the class of the page
 *
 * Adds the actions of this file; the target of both is the token of a wait, or "first".
 */
void
weir_workflow_page_install_waits (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "run.answer", "s", answer_cb);
  gtk_widget_class_install_action (widget_class, "run.skip-wait", "s", skip_wait_cb);
}
