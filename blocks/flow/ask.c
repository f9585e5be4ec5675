/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "form.h"
#include "notification.h"
#include "values.h"

typedef struct
{
  char *title;
  char *message;
  WeirValue *fields;
  gint64 timeout;
  gint64 remind;
  char *channel;
} Ask;

static const char *const channel_ids[] = { "window", "notification", NULL };
static const char *const channel_titles[] = { N_("In the window"), N_("In the window, and as a notification"), NULL };

static const WeirField ask_fields[] = {
  WEIR_FIELD_TEXT (Ask, title, .title = N_("Title"), .required = TRUE),
  WEIR_FIELD_TEXT (Ask, message, .title = N_("Text"), .multiline = TRUE, .language = "markdown"),
  WEIR_FIELD_VALUE (Ask,
                    fields,
                    .title = N_("Fields"),
                    .required = TRUE,
                    .summary = N_("Types: text, multiline, number, integer, switch, choice, multi, date, time, "
                                   "datetime, range, file, folder, colour, secret (the name of a credential)"),
                    .type = WEIR_FORM_FIELDS_TYPE,
                    .initial_text = "[{\"name\": \"answer\", \"required\": true}]"),
  WEIR_FIELD_DURATION (Ask,
                       timeout,
                       .title = N_("Wait at most"),
                       .summary = N_("0: for ever"),
                       .initial = 604800000,
                       .maximum = 315360000000),
  WEIR_FIELD_CHOICE (Ask,
                     channel,
                     .title = N_("Shown"),
                     .choices = channel_ids,
                     .choice_titles = channel_titles,
                     .initial_text = "window",
                     .advanced = TRUE),
  WEIR_FIELD_DURATION (Ask,
                       remind,
                       .title = N_("Remind every"),
                       .initial = 86400000,
                       .maximum = 31536000000,
                       .shown_when = "channel=notification",
                       .advanced = TRUE),
  { 0 }
};

static const WeirPort ask_outputs[] = {
  { .name = "values", .type = "record", .title = N_("Values"), .summary = N_("Each field by its name") }, { 0 }
};
static const char *const ask_permissions[] = { "human", "notify", NULL };
static const char *const ask_errors[] = { "human.expired", "config.invalid", NULL };

static const WeirExample ask_examples[] = {
  { .title = N_("Nobody answers in time"),
    .config = "{\"title\": \"How many?\", \"fields\": [{\"name\": \"n\", \"type\": \"integer\"}], \"timeout\": 1}",
    .error = "human.expired" },
  { 0 }
};

typedef struct
{
  Ask *settings;
  WeirStep *step;
  WeirNotification *notification;
} Question;

static void
question_free (gpointer data)
{
  Question *self = data;

  g_clear_pointer (&self->notification, weir_notification_free);
  weir_step_unref (self->step);
  g_free (self);
}

/* A form is not answered from a notification; it says where. */
static void
pressed_cb (const char *button, gpointer user_data)
{
}

static WeirValue *
remind (gpointer user_data, WeirStep *step, GError **error)
{
  Question *self = user_data;

  weir_notification_show (self->notification);
  return NULL;
}

static WeirValue *
check_answer (gpointer user_data, WeirStep *step, WeirValue *answer, GError **error)
{
  Question *self = user_data;

  return weir_form_read (self->settings->fields, answer, error);
}

static WeirValue *
make_request (Ask *self)
{
  WeirBuilder *request = weir_record_builder_new (4);

  weir_builder_set_take (request, "type", weir_value_new_text ("form"));
  weir_builder_set_take (request, "title", weir_value_new_text (self->title));
  if (!weir_blocks_is_blank (self->message))
    weir_builder_set_take (request, "message", weir_value_new_text (self->message));
  weir_builder_set (request, "fields", self->fields);
  return weir_builder_end (request);
}

static DexFuture *
answered_cb (DexFuture *future, gpointer user_data)
{
  Question *self = user_data;
  GError *error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  WeirValue *answer = value != NULL ? g_value_get_boxed (value) : NULL;

  if (answer == NULL)
    return dex_future_new_for_error (error);
  if (weir_value_is_null (answer))
    {
      weir_set_failure (&error, "human.expired", "Nobody answered “%s” in time", self->settings->title);
      return dex_future_new_for_error (error);
    }
  weir_step_emit (self->step, "values", weir_value_find_member (answer, "value"));
  return dex_future_new_true ();
}

static DexFuture *
ask_run (gpointer settings, WeirStep *step)
{
  static const char *const buttons[] = { "default", N_("Open"), NULL };
  Ask *self = settings;
  g_autofree char *problem = weir_form_find_problem (self->fields);
  g_autoptr(WeirValue) request = NULL;
  Question *question;
  WeirWait wait = { .key = "ask", .reason = "waits for an answer", .check = check_answer };
  GError *error = NULL;

  if (problem != NULL)
    weir_set_failure (&error, "config.invalid", "%s", problem);
  else if (g_str_equal (self->channel, "notification"))
    weir_step_require (step, "notify", self->title, &error);
  if (error != NULL)
    return dex_future_new_for_error (error);

  question = g_new0 (Question, 1);
  question->settings = self;
  question->step = weir_step_ref (step);
  request = make_request (self);
  wait.request = request;
  wait.user_data = question;
  wait.due_at = self->timeout > 0 ? weir_step_get_time (step) + self->timeout * 1000 : 0;
  if (g_str_equal (self->channel, "notification"))
    {
      question->notification = weir_notification_new (self->title, self->message, buttons, pressed_cb, question);
      wait.poll = remind;
      wait.poll_ms = self->remind > 0 ? self->remind : 86400000;
    }
  return dex_future_finally (weir_step_wait (step, &wait), answered_cb, question, question_free);
}

static char *
ask_check (WeirValue *config)
{
  return weir_form_find_problem (weir_value_find_member (config, "fields"));
}

static char *
ask_summarize (WeirValue *config)
{
  return g_strdup (weir_value_get_member_text (config, "title", NULL));
}

WEIR_DEFINE_BLOCK_KIND (flow_ask,
                        .id = "flow.ask",
                        .version = 1,
                        .title = N_("Ask"),
                        .summary = N_("Asks a person to fill in a form, and waits for it"),
                        .keywords = "form input question human person prompt dialog fill answer",
                        .category = N_("Flow"),
                        .icon = "dialog-question-symbolic",
                        .effect = WEIR_EFFECT_PURE,
                        .undo = WEIR_UNDO_NONE,
                        .outputs = ask_outputs,
                        .fields = ask_fields,
                        .settings_size = sizeof (Ask),
                        .permissions = ask_permissions,
                        .errors = ask_errors,
                        .examples = ask_examples,
                        .check = ask_check,
                        .summarize = ask_summarize,
                        .run = ask_run)
