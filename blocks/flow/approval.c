/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "form.h"
#include "notification.h"
#include "values.h"

typedef struct
{
  char *title;
  char *message;
  WeirValue *subject;
  WeirValue *show;
  WeirValue *editable;
  gint64 timeout;
  char *on_timeout;
  char *channel;
  gint64 remind;
} Approval;

static const char *const timeout_ids[] = { "reject", "approve", "error", NULL };
static const char *const timeout_titles[] = { N_("Reject"), N_("Approve"), N_("Fail"), NULL };
static const char *const channel_ids[] = { "notification", "window", NULL };
static const char *const channel_titles[] = { N_("In the window, and as a notification"), N_("In the window"), NULL };

static const WeirField approval_fields[] = {
  WEIR_FIELD_TEXT (Approval, title, .title = N_("Title"), .required = TRUE),
  WEIR_FIELD_TEXT (Approval, message, .title = N_("Text"), .multiline = TRUE, .language = "markdown"),
  WEIR_FIELD_VALUE (
    Approval, subject, .title = N_("Subject"), .summary = N_("What is to be approved"), .type = "any"),
  WEIR_FIELD_VALUE (Approval,
                    show,
                    .title = N_("Shown"),
                    .summary = N_("Paths in the subject; none: all of it"),
                    .type = "list<text>",
                    .initial_text = "[]"),
  WEIR_FIELD_VALUE (Approval,
                    editable,
                    .title = N_("May be changed"),
                    .summary = N_("Paths in the subject"),
                    .type = "list<text>",
                    .initial_text = "[]"),
  WEIR_FIELD_DURATION (Approval,
                       timeout,
                       .title = N_("Wait at most"),
                       .summary = N_("0: for ever"),
                       .initial = 604800000,
                       .maximum = 315360000000),
  WEIR_FIELD_CHOICE (Approval,
                     on_timeout,
                     .title = N_("When nobody decides"),
                     .choices = timeout_ids,
                     .choice_titles = timeout_titles,
                     .initial_text = "reject"),
  WEIR_FIELD_CHOICE (Approval,
                     channel,
                     .title = N_("Shown"),
                     .choices = channel_ids,
                     .choice_titles = channel_titles,
                     .initial_text = "notification",
                     .advanced = TRUE),
  WEIR_FIELD_DURATION (Approval,
                       remind,
                       .title = N_("Remind every"),
                       .summary = N_("0: never"),
                       .initial = 86400000,
                       .maximum = 31536000000,
                       .shown_when = "channel=notification",
                       .advanced = TRUE),
  { 0 }
};

static const WeirPort approval_inputs[] = { { .name = "subject", .title = N_("Subject") }, { 0 } };
static const WeirPort approval_outputs[] = {
  { .name = "approved", .title = N_("Approved"), .summary = N_("The subject, as it was changed") },
  { .name = "rejected", .type = "record{by: text, comment: text, subject: any}", .title = N_("Rejected") },
  { 0 }
};
static const char *const approval_permissions[] = { "human", "notify", NULL };
static const char *const approval_errors[] = { "human.expired", NULL };

static const WeirExample approval_examples[] = {
  { .title = N_("Nobody decides in time"),
    .config = "{\"title\": \"Send it?\", \"timeout\": 1, \"channel\": \"window\"}",
    .inputs = "{\"subject\": {\"to\": \"a@b.org\"}}",
    .outputs = "{\"rejected\": {\"by\": \"timeout\", \"comment\": \"\", \"subject\": {\"to\": \"a@b.org\"}}}" },
  { .title = N_("Silence is consent"),
    .config = "{\"title\": \"Send it?\", \"timeout\": 1, \"on_timeout\": \"approve\", \"channel\": \"window\"}",
    .inputs = "{\"subject\": 1}",
    .outputs = "{\"approved\": 1}" },
  { .title = N_("Without a decision nothing goes on"),
    .config = "{\"title\": \"Send it?\", \"timeout\": 1, \"on_timeout\": \"error\", \"channel\": \"window\"}",
    .error = "human.expired" },
  { 0 }
};

typedef struct
{
  Approval *settings;
  WeirStep *step;
  WeirValue *subject;
  WeirNotification *notification;
} Question;

static void
question_free (gpointer data)
{
  Question *self = data;

  g_clear_pointer (&self->notification, weir_notification_free);
  weir_value_unref (self->subject);
  weir_step_unref (self->step);
  g_free (self);
}

/* ── what is asked ──────────────────────────────────────────────────────────────────────── */

/* The members at @paths with what they are now. */
static WeirValue *
list_fields (Question *self, WeirValue *paths)
{
  gsize n = weir_value_get_length (paths);
  WeirBuilder *list = weir_list_builder_new (n);

  for (gsize i = 0; i < n; i++)
    {
      const char *path = weir_value_get_text (weir_value_get_item (paths, i), NULL);
      WeirValue *value = weir_blocks_get_path (self->subject, path);
      WeirBuilder *field = weir_record_builder_new (2);

      weir_builder_set_take (field, "name", weir_value_new_text (path));
      weir_builder_set_take (field, "value", value != NULL ? weir_value_ref (value) : weir_value_new_null ());
      weir_builder_take (list, weir_builder_end (field));
    }
  return weir_builder_end (list);
}

static WeirValue *
make_request (Question *self)
{
  Approval *settings = self->settings;
  WeirBuilder *request = weir_record_builder_new (6);

  weir_builder_set_take (request, "type", weir_value_new_text ("approval"));
  weir_builder_set_take (request, "title", weir_value_new_text (settings->title));
  if (!weir_blocks_is_blank (settings->message))
    weir_builder_set_take (request, "message", weir_value_new_text (settings->message));
  if (settings->show != NULL && weir_value_get_length (settings->show) > 0)
    weir_builder_set_take (request, "show", list_fields (self, settings->show));
  else if (!weir_value_is_null (self->subject))
    weir_builder_set (request, "subject", self->subject);
  if (settings->editable != NULL && weir_value_get_length (settings->editable) > 0)
    weir_builder_set_take (request, "editable", list_fields (self, settings->editable));
  return weir_builder_end (request);
}

/* ── what is answered ───────────────────────────────────────────────────────────────────── */

/* "approve", "reject", or NULL. */
static const char *
read_decision (WeirValue *value)
{
  static const char *const yes[] = { "approve", "approved", "yes", "y", "ok", "true", NULL };
  static const char *const no[] = { "reject", "rejected", "no", "n", "false", NULL };
  g_autofree char *text = value != NULL ? weir_blocks_to_text (value) : NULL;
  g_autofree char *lower = text != NULL ? g_ascii_strdown (text, -1) : NULL;

  if (lower == NULL)
    return NULL;
  if (g_strv_contains (yes, lower))
    return "approve";
  return g_strv_contains (no, lower) ? "reject" : NULL;
}

static gboolean
is_editable (Approval *self, const char *path)
{
  for (gsize i = 0; self->editable != NULL && i < weir_value_get_length (self->editable); i++)
    if (g_str_equal (weir_value_get_text (weir_value_get_item (self->editable, i), NULL), path))
      return TRUE;
  return FALSE;
}

static gboolean
edit (Question *self, WeirValue **subject, const char *path, WeirValue *value, GError **error)
{
  WeirValue *old = weir_blocks_get_path (*subject, path);
  g_autoptr(WeirValue) nothing = weir_value_new_null ();
  g_autoptr(WeirValue) read = NULL;
  WeirValue *edited;

  if (!is_editable (self->settings, path))
    {
      weir_set_failure (error, "input.invalid", "%s may not be changed here", path);
      return FALSE;
    }
  read = weir_form_read_like (old != NULL ? old : nothing, path, value, error);
  edited = read != NULL ? weir_blocks_with_path (*subject, path, read, error) : NULL;
  if (edited == NULL)
    return FALSE;
  weir_value_unref (*subject);
  *subject = edited;
  return TRUE;
}

static gboolean
edit_all (Question *self, WeirValue **subject, WeirValue *edits, GError **error)
{
  static const char *const words[] = { "answer", "decision", "edits", NULL };

  for (gsize i = 0; i < weir_value_get_length (edits); i++)
    {
      const char *path = weir_value_get_key (edits, i);

      if (!g_strv_contains (words, path) && !edit (self, subject, path, weir_value_get_item (edits, i), error))
        return FALSE;
    }
  return TRUE;
}

/* Yes or no alone, or a record {decision, edits?}; edits may also stand beside the decision. */
static WeirValue *
check_answer (gpointer user_data, WeirStep *step, WeirValue *answer, GError **error)
{
  Question *self = user_data;
  gboolean record = weir_value_get_kind (answer) == WEIR_VALUE_RECORD;
  WeirValue *said = record ? weir_value_find_member (answer, "decision") : answer;
  WeirValue *edits = record ? weir_value_find_member (answer, "edits") : NULL;
  g_autoptr(WeirValue) subject = weir_value_ref (self->subject);
  const char *decision;
  WeirBuilder *kept;

  if (record && said == NULL)
    said = weir_value_find_member (answer, "answer");
  decision = read_decision (said);
  if (decision == NULL)
    {
      g_autofree char *text = weir_value_to_display (answer, 60);

      weir_set_failure (error, "input.invalid", "Expected “approve” or “reject”, but got “%s”", text);
      return NULL;
    }
  if (record
      && (!edit_all (self, &subject, answer, error) || (edits != NULL && !edit_all (self, &subject, edits, error))))
    return NULL;
  kept = weir_record_builder_new (2);
  weir_builder_set_take (kept, "decision", weir_value_new_text (decision));
  weir_builder_set (kept, "subject", subject);
  return weir_builder_end (kept);
}

static void
pressed_cb (const char *button, gpointer user_data)
{
  Question *self = user_data;
  g_autoptr(WeirValue) answer = weir_value_new_text (button);
  g_autoptr(GError) error = NULL;

  /* the notification itself leads to the window */
  if (g_str_equal (button, "default"))
    return;
  if (!weir_step_answer (self->step, answer, g_get_user_name (), &error))
    weir_step_log (self->step, WEIR_LOG_WARNING, "The answer of the notification did not count: %s", error->message);
}

static WeirValue *
remind (gpointer user_data, WeirStep *step, GError **error)
{
  Question *self = user_data;

  weir_notification_show (self->notification);
  return NULL;
}

/* ── what becomes of it ─────────────────────────────────────────────────────────────────── */

static void
emit_rejected (Question *self, const char *by, const char *comment, WeirValue *subject)
{
  WeirBuilder *record = weir_record_builder_new (3);

  weir_builder_set_take (record, "by", weir_value_new_text (by));
  weir_builder_set_take (record, "comment", weir_value_new_text (comment));
  weir_builder_set (record, "subject", subject);
  weir_step_emit_take (self->step, "rejected", weir_builder_end (record));
}

static DexFuture *
expire (Question *self)
{
  Approval *settings = self->settings;
  GError *error = NULL;

  if (g_str_equal (settings->on_timeout, "error"))
    {
      weir_set_failure (&error, "human.expired", "Nobody decided about “%s” in time", settings->title);
      return dex_future_new_for_error (error);
    }
  if (g_str_equal (settings->on_timeout, "approve"))
    weir_step_emit (self->step, "approved", self->subject);
  else
    emit_rejected (self, "timeout", "", self->subject);
  return dex_future_new_true ();
}

static DexFuture *
answered_cb (DexFuture *future, gpointer user_data)
{
  Question *self = user_data;
  GError *error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  WeirValue *answer = value != NULL ? g_value_get_boxed (value) : NULL;
  WeirValue *kept;

  if (answer == NULL)
    return dex_future_new_for_error (error);
  if (weir_value_is_null (answer))
    return expire (self);
  kept = weir_value_find_member (answer, "value");
  if (g_str_equal (weir_value_get_member_text (kept, "decision", ""), "approve"))
    weir_step_emit (self->step, "approved", weir_value_find_member (kept, "subject"));
  else
    emit_rejected (self, weir_value_get_member_text (answer, "by", ""),
                   weir_value_get_member_text (answer, "comment", ""), weir_value_find_member (kept, "subject"));
  return dex_future_new_true ();
}

static DexFuture *
approval_run (gpointer settings, WeirStep *step)
{
  static const char *const buttons[] = { "default", N_("Open"),   "approve", N_("Approve"),
                                         "reject",  N_("Reject"), NULL };
  Approval *self = settings;
  gboolean notifies = g_str_equal (self->channel, "notification");
  WeirWait wait = { .key = "approval", .reason = "waits for approval", .check = check_answer };
  g_autoptr(WeirValue) request = NULL;
  Question *question;
  GError *error = NULL;

  if (notifies && !weir_step_require (step, "notify", self->title, &error))
    return dex_future_new_for_error (error);
  question = g_new0 (Question, 1);
  question->settings = self;
  question->step = weir_step_ref (step);
  question->subject = self->subject != NULL ? weir_value_ref (self->subject) : weir_value_new_null ();
  request = make_request (question);
  wait.request = request;
  wait.user_data = question;
  wait.due_at = self->timeout > 0 ? weir_step_get_time (step) + self->timeout * 1000 : 0;
  if (notifies)
    {
      question->notification = weir_notification_new (self->title, self->message, buttons, pressed_cb, question);
      wait.poll = remind;
      wait.poll_ms = self->remind > 0 ? self->remind : G_MAXINT32;
    }
  return dex_future_finally (weir_step_wait (step, &wait), answered_cb, question, question_free);
}

static char *
approval_summarize (WeirValue *config)
{
  return g_strdup (weir_value_get_member_text (config, "title", NULL));
}

WEIR_DEFINE_BLOCK_KIND (flow_approval,
                        .id = "flow.approval",
                        .version = 1,
                        .title = N_("Approval"),
                        .summary = N_("Waits until a person says yes or no"),
                        .keywords = "approve reject confirm human review permission yes no sign off gate",
                        .category = N_("Flow"),
                        .icon = "emblem-ok-symbolic",
                        .effect = WEIR_EFFECT_PURE,
                        .undo = WEIR_UNDO_NONE,
                        .inputs = approval_inputs,
                        .outputs = approval_outputs,
                        .fields = approval_fields,
                        .settings_size = sizeof (Approval),
                        .permissions = approval_permissions,
                        .errors = approval_errors,
                        .examples = approval_examples,
                        .summarize = approval_summarize,
                        .run = approval_run)
