/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-answer-dialog.h"

#include <glib/gi18n.h>

#include "weir-form.h"
#include "weir-value-row.h"
#include "weir-words.h"

struct _WeirAnswerDialog
{
  AdwDialog parent_instance;

  AdwWindowTitle *title;
  AdwBanner *banner;
  GtkLabel *message;
  AdwPreferencesGroup *subject;
  WeirForm *form;
  AdwPreferencesGroup *remark;
  AdwEntryRow *comment;
  GtkLabel *deadline;
  GtkWidget *reject;
  GtkButton *accept;

  WeirRun *run;
  char *token;
  gboolean approval;
};

G_DEFINE_FINAL_TYPE (WeirAnswerDialog, weir_answer_dialog, ADW_TYPE_DIALOG)

/**
 * weir_find_waiting_step:
 * @state: state of a run
 * @token: of a wait
 *
 * Returns: (transfer none) (nullable): the step that still waits under it
 */
const WeirStepInfo *
weir_find_waiting_step (WeirRunState *state, const char *token)
{
  for (guint i = weir_run_state_get_n_steps (state); i > 0; i--)
    {
      const WeirStepInfo *step = weir_run_state_get_step (state, i - 1);

      if (step != NULL && step->status == WEIR_STEP_WAITING && step->wait != NULL
          && g_str_equal (weir_value_get_member_text (step->wait, "token", ""), token))
        return step;
    }
  return NULL;
}

/* Somebody else answered, or its time is over. */
static void
run_changed_cb (WeirAnswerDialog *self)
{
  if (weir_find_waiting_step (weir_run_get_state (self->run), self->token) == NULL)
    adw_dialog_force_close (ADW_DIALOG (self));
}

/* ── answering ──────────────────────────────────────────────────────────────────────────── */

static void
show_refusal (WeirAnswerDialog *self, const char *message)
{
  gboolean shown = weir_form_show_problem (self->form, message);

  if (!shown)
    adw_banner_set_title (self->banner, message);
  adw_banner_set_revealed (self->banner, !shown);
}

static void
answer (WeirAnswerDialog *self, WeirValue *value)
{
  g_autoptr (WeirAnswerDialog) keep = g_object_ref (self);
  const char *comment = gtk_editable_get_text (GTK_EDITABLE (self->comment));
  g_autoptr (GError) error = NULL;

  if (!weir_run_answer_token (self->run, self->token, value, g_get_user_name (), *comment != '\0' ? comment : NULL,
                              &error))
    show_refusal (self, error->message);
  else
    adw_dialog_force_close (ADW_DIALOG (self));
}

static void
decide (WeirAnswerDialog *self, const char *decision)
{
  WeirBuilder *record = weir_record_builder_new (2);
  g_autoptr (WeirValue) value = NULL;

  weir_builder_set_take (record, "decision", weir_value_new_text (decision));
  weir_builder_set_take (record, "edits", weir_form_read (self->form));
  value = weir_builder_end (record);
  answer (self, value);
}

static void
accept_cb (WeirAnswerDialog *self)
{
  g_autoptr (WeirValue) value = NULL;

  if (self->approval)
    {
      decide (self, "approve");
      return;
    }
  value = weir_form_read (self->form);
  answer (self, value);
}

static void
reject_cb (WeirAnswerDialog *self)
{
  decide (self, "reject");
}

/* ── what is asked ──────────────────────────────────────────────────────────────────────── */

static gboolean
is_editable (WeirValue *request, const char *name)
{
  WeirValue *editable = weir_value_find_member (request, "editable");

  for (gsize i = 0; editable != NULL && i < weir_value_get_length (editable); i++)
    if (g_str_equal (weir_value_get_member_text (weir_value_get_item (editable, i), "name", ""), name))
      return TRUE;
  return FALSE;
}

static void
add_fact (WeirAnswerDialog *self, const char *title, WeirValue *value)
{
  WeirValueKind kind = weir_value_get_kind (value);
  g_autofree char *text = NULL;
  GtkWidget *row;

  if (kind == WEIR_VALUE_LIST || kind == WEIR_VALUE_RECORD || kind == WEIR_VALUE_TABLE)
    {
      adw_preferences_group_add (self->subject, weir_value_row_new (title, value));
      return;
    }
  text = weir_value_to_display (value, 4000);
  row = g_object_new (ADW_TYPE_ACTION_ROW, "use-markup", FALSE, "subtitle-selectable", TRUE, NULL);
  /* Only now: a row that is being made reads markup whatever it is told (libadwaita 1.7). */
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), text);
  gtk_widget_add_css_class (row, "property");
  adw_preferences_group_add (self->subject, row);
}

/* What can be changed is not shown twice. */
static void
show_subject (WeirAnswerDialog *self, WeirValue *request)
{
  WeirValue *show = weir_value_find_member (request, "show");
  WeirValue *subject = weir_value_find_member (request, "subject");
  guint n = 0;

  for (gsize i = 0; show != NULL && i < weir_value_get_length (show); i++)
    {
      WeirValue *field = weir_value_get_item (show, i);
      const char *name = weir_value_get_member_text (field, "name", "");

      if (is_editable (request, name))
        continue;
      add_fact (self, name, weir_value_find_member (field, "value"));
      n++;
    }
  if (subject != NULL && weir_value_get_kind (subject) != WEIR_VALUE_RECORD)
    {
      add_fact (self, _("Subject"), subject);
      n++;
    }
  else if (subject != NULL)
    for (gsize i = 0; i < weir_value_get_length (subject); i++)
      {
        if (is_editable (request, weir_value_get_key (subject, i)))
          continue;
        add_fact (self, weir_value_get_key (subject, i), weir_value_get_item (subject, i));
        n++;
      }
  gtk_widget_set_visible (GTK_WIDGET (self->subject), n > 0);
}

static void
show_fields (WeirAnswerDialog *self, WeirValue *request)
{
  WeirValue *fields = weir_value_find_member (request, self->approval ? "editable" : "fields");

  for (gsize i = 0; fields != NULL && i < weir_value_get_length (fields); i++)
    {
      WeirValue *field = weir_value_get_item (fields, i);

      if (self->approval)
        weir_form_add_value (self->form, weir_value_get_member_text (field, "name", ""),
                             weir_value_find_member (field, "value"));
      else
        weir_form_add (self->form, field);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->form), weir_form_get_n_fields (self->form) > 0);
  if (self->approval)
    adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self->form), _("May Be Changed"));
}

static void
show_request (WeirAnswerDialog *self, const WeirStepInfo *step)
{
  WeirValue *request = weir_value_find_member (step->wait, "request");
  const char *message = weir_value_get_member_text (request, "message", NULL);
  g_autofree char *path = weir_run_state_dup_step_path (weir_run_get_state (self->run), step);
  g_autofree char *due = step->due_at != 0 ? weir_words_of_deadline (step->due_at) : NULL;
  g_autofree char *deadline = due != NULL ? g_strdup_printf (_("Waits until %s"), due) : NULL;
  const char *title = weir_value_get_member_text (request, "title", path);

  self->approval = g_str_equal (weir_value_get_member_text (request, "type", ""), "approval");
  adw_window_title_set_title (self->title, title);
  adw_window_title_set_subtitle (self->title, path);
  adw_dialog_set_title (ADW_DIALOG (self), title);
  gtk_label_set_text (self->message, message != NULL ? message : "");
  gtk_widget_set_visible (GTK_WIDGET (self->message), message != NULL);
  show_subject (self, request);
  show_fields (self, request);
  gtk_widget_set_visible (GTK_WIDGET (self->remark), self->approval);
  gtk_widget_set_visible (self->reject, self->approval);
  gtk_button_set_label (self->accept, self->approval ? _("_Approve") : _("_Answer"));
  gtk_label_set_text (self->deadline, deadline != NULL ? deadline : "");
  if (!self->approval && weir_form_get_first (self->form) != NULL)
    adw_dialog_set_focus (ADW_DIALOG (self), weir_form_get_first (self->form));
}

static void
weir_answer_dialog_dispose (GObject *object)
{
  WeirAnswerDialog *self = WEIR_ANSWER_DIALOG (object);

  if (self->run != NULL)
    g_signal_handlers_disconnect_by_data (self->run, self);
  gtk_widget_dispose_template (GTK_WIDGET (self), WEIR_TYPE_ANSWER_DIALOG);
  g_clear_object (&self->run);
  g_clear_pointer (&self->token, g_free);
  G_OBJECT_CLASS (weir_answer_dialog_parent_class)->dispose (object);
}

static void
weir_answer_dialog_class_init (WeirAnswerDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = weir_answer_dialog_dispose;
  g_type_ensure (WEIR_TYPE_FORM);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/weirstudio/Weir/weir-answer-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, WeirAnswerDialog, title);
  gtk_widget_class_bind_template_child (widget_class, WeirAnswerDialog, banner);
  gtk_widget_class_bind_template_child (widget_class, WeirAnswerDialog, message);
  gtk_widget_class_bind_template_child (widget_class, WeirAnswerDialog, subject);
  gtk_widget_class_bind_template_child (widget_class, WeirAnswerDialog, form);
  gtk_widget_class_bind_template_child (widget_class, WeirAnswerDialog, remark);
  gtk_widget_class_bind_template_child (widget_class, WeirAnswerDialog, comment);
  gtk_widget_class_bind_template_child (widget_class, WeirAnswerDialog, deadline);
  gtk_widget_class_bind_template_child (widget_class, WeirAnswerDialog, reject);
  gtk_widget_class_bind_template_child (widget_class, WeirAnswerDialog, accept);
  gtk_widget_class_bind_template_callback (widget_class, accept_cb);
  gtk_widget_class_bind_template_callback (widget_class, reject_cb);
}

static void
weir_answer_dialog_init (WeirAnswerDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * weir_answer_dialog_new:
 * @run: a live run
 * @token: of a wait that has a request
 *
 * Returns: (transfer floating) (nullable): a dialog, to be presented; %NULL if nothing is asked under that token any more
 */
WeirAnswerDialog *
weir_answer_dialog_new (WeirRun *run, const char *token)
{
  const WeirStepInfo *step = weir_find_waiting_step (weir_run_get_state (run), token);
  WeirAnswerDialog *self;

  if (step == NULL || weir_value_find_member (step->wait, "request") == NULL)
    return NULL;
  self = g_object_new (WEIR_TYPE_ANSWER_DIALOG, NULL);
  self->run = g_object_ref (run);
  self->token = g_strdup (token);
  show_request (self, step);
  g_signal_connect_object (run, "changed", G_CALLBACK (run_changed_cb), self, G_CONNECT_SWAPPED);
  return self;
}
