/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-questions.h"

#include <stdio.h>
#include <unistd.h>

struct _WeirQuestions
{
  WeirSession *session;
  WeirReport  *report;
  gint64       run;
  gboolean     interactive;
  GQueue       unseen;   /* of WeirValue: waits that the terminal does not know of yet */
  GQueue       open;     /* of WeirValue: waits that are not answered yet, the one that is asked first */
  GPtrArray   *prompts;  /* of WeirValue: what the one that is asked takes, a record {name, label} each; NULL: none is */
  guint        next;     /* of them */
  WeirBuilder *answer;
  GIOChannel  *input;
  guint        input_id;
};

/* ── printing ───────────────────────────────────────────────────────────────────────────── */

static void
print_text (const char *before, const char *text)
{
  g_autofree char *safe = g_strdup (text);

  weir_cli_disarm (safe);
  g_printerr ("%s%s\n", before, safe);
}

static void
print_fields (WeirValue *fields)
{
  for (gsize i = 0; fields != NULL && i < weir_value_get_length (fields); i++)
    {
      WeirValue *field = weir_value_get_item (fields, i);
      WeirValue *value = weir_value_find_member (field, "value");
      g_autofree char *shown = value != NULL ? weir_value_to_display (value, 200) : g_strdup ("");
      g_autofree char *line = g_strdup_printf ("%s: %s", weir_value_get_member_text (field, "name", ""), shown);

      print_text ("    ", line);
    }
}

static void
append_names (GString *text, WeirValue *fields)
{
  for (gsize i = 0; fields != NULL && i < weir_value_get_length (fields); i++)
    g_string_append_printf (text, " %s=…", weir_value_get_member_text (weir_value_get_item (fields, i), "name", ""));
}

/* The command that answers it. */
static char *
make_hint (WeirValue *wait)
{
  WeirValue *request = weir_value_find_member (wait, "request");
  const char *type = weir_value_get_member_text (request, "type", "");
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "weir answer %" G_GINT64_FORMAT " %s", weir_value_get_member_int (wait, "run", 0),
                          weir_value_get_member_text (wait, "path", ""));
  if (g_str_equal (type, "approval"))
    {
      g_string_append (text, " yes|no");
      append_names (text, weir_value_find_member (request, "editable"));
    }
  else
    append_names (text, weir_value_find_member (request, "fields"));
  return g_string_free (text, FALSE);
}

static void
print_asked (WeirValue *wait)
{
  WeirValue *request = weir_value_find_member (wait, "request");
  WeirValue *subject = weir_value_find_member (request, "subject");
  const char *message = weir_value_get_member_text (request, "message", NULL);

  print_text (_("Asked: "), weir_value_get_member_text (request, "title", ""));
  if (message != NULL)
    print_text ("    ", message);
  if (subject != NULL)
    {
      g_autofree char *shown = weir_value_to_display (subject, 1000);

      print_text ("    ", shown);
    }
  print_fields (weir_value_find_member (request, "show"));
}

void
weir_question_print (WeirValue *wait)
{
  g_autofree char *hint = NULL;

  if (weir_value_find_member (wait, "request") == NULL)
    return;
  print_asked (wait);
  hint = make_hint (wait);
  print_text (_("  to answer: "), hint);
}

/* ── asking in the terminal ─────────────────────────────────────────────────────────────── */

/* What is left of it after weir_questions_free () is for answers on their way. */
static void
questions_release (gpointer data)
{
  g_rc_box_release (data);
}

static void
add_prompt (WeirQuestions *self, const char *name, const char *label, WeirValue *now)
{
  WeirBuilder *prompt = weir_record_builder_new (2);
  g_autofree char *shown = now != NULL && !weir_value_is_null (now) ? weir_value_to_display (now, 60) : NULL;
  g_autofree char *text = shown != NULL ? g_strdup_printf ("%s [%s]", label, shown) : g_strdup (label);

  weir_builder_set_take (prompt, "name", weir_value_new_text (name));
  weir_builder_set_take (prompt, "label", weir_value_new_text (text));
  g_ptr_array_add (self->prompts, weir_builder_end (prompt));
}

static void
add_prompts (WeirQuestions *self, WeirValue *request)
{
  gboolean approval = g_str_equal (weir_value_get_member_text (request, "type", ""), "approval");
  WeirValue *fields = weir_value_find_member (request, approval ? "editable" : "fields");

  for (gsize i = 0; fields != NULL && i < weir_value_get_length (fields); i++)
    {
      WeirValue *field = weir_value_get_item (fields, i);
      const char *name = weir_value_get_member_text (field, "name", "");

      add_prompt (self, name, weir_value_get_member_text (field, "label", name),
                  weir_value_find_member (field, approval ? "value" : "initial"));
    }
  if (approval)
    add_prompt (self, "answer", _("Approve? yes or no"), NULL);
}

static void
prompt (WeirQuestions *self)
{
  WeirValue *wanted = g_ptr_array_index (self->prompts, self->next);
  g_autofree char *label = g_strdup (weir_value_get_member_text (wanted, "label", ""));

  weir_cli_disarm (label);
  g_printerr ("  %s: ", label);
}

static void
begin_asking (WeirQuestions *self)
{
  WeirValue *wait = g_queue_peek_head (&self->open);

  g_clear_pointer (&self->prompts, g_ptr_array_unref);
  g_clear_pointer (&self->answer, weir_builder_free);
  self->prompts = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_value_unref);
  self->answer = weir_record_builder_new (4);
  self->next = 0;
  add_prompts (self, weir_value_find_member (wait, "request"));
  print_asked (wait);
  if (self->prompts->len > 0)
    prompt (self);
}

/* Refused, or somebody else was faster. */
static DexFuture *
sent_cb (DexFuture *future, gpointer user_data)
{
  WeirQuestions *self = user_data;
  g_autoptr(GError) error = NULL;

  if (dex_future_get_value (future, &error) != NULL)
    return dex_future_new_true ();
  print_text ("  ", error->message);
  if (self->session != NULL && self->open.length > 0 && self->prompts == NULL)
    begin_asking (self);
  return dex_future_new_true ();
}

static void
send_answer (WeirQuestions *self)
{
  WeirValue *wait = g_queue_peek_head (&self->open);
  g_autoptr(WeirValue) answer = weir_builder_end (g_steal_pointer (&self->answer));
  g_autofree char *json = weir_json_write (answer, 0, NULL);
  WeirBuilder *builder = weir_record_builder_new (4);
  g_autoptr(WeirValue) args = NULL;

  g_clear_pointer (&self->prompts, g_ptr_array_unref);
  weir_builder_set_take (builder, "run", weir_value_new_int (self->run));
  weir_builder_set_take (builder, "token", weir_value_new_text (weir_value_get_member_text (wait, "token", "")));
  weir_builder_set_take (builder, "value", weir_value_new_text (json));
  weir_builder_set_take (builder, "by", weir_value_new_text (g_get_user_name ()));
  args = weir_builder_end (builder);
  dex_future_disown (dex_future_finally (weir_control_call (self->session->control, "Answer", args), sent_cb,
                                         g_rc_box_acquire (self), questions_release));
}

/* One line is the value of one field; an empty one leaves it as it is. */
static void
take_line (WeirQuestions *self, char *line)
{
  WeirValue *wanted;

  if (self->prompts == NULL)
    return;
  g_strchomp (line);
  if (self->next < self->prompts->len)
    {
      wanted = g_ptr_array_index (self->prompts, self->next++);
      if (*line != '\0' && g_utf8_validate (line, -1, NULL))
        weir_builder_set_take (self->answer, weir_value_get_member_text (wanted, "name", ""),
                               weir_value_new_text (line));
    }
  if (self->next < self->prompts->len)
    prompt (self);
  else
    send_answer (self);
}

static gboolean
input_cb (GIOChannel *input, GIOCondition condition, gpointer user_data)
{
  WeirQuestions *self = user_data;
  g_autofree char *line = NULL;

  if (g_io_channel_read_line (input, &line, NULL, NULL, NULL) == G_IO_STATUS_NORMAL)
    {
      take_line (self, line);
      return G_SOURCE_CONTINUE;
    }
  /* nobody is there any more: the question stays open */
  self->input_id = 0;
  return G_SOURCE_REMOVE;
}

static void
open_input (WeirQuestions *self)
{
  if (self->input != NULL)
    return;
  self->input = g_io_channel_unix_new (STDIN_FILENO);
  g_io_channel_set_encoding (self->input, NULL, NULL);
  self->input_id = g_io_add_watch (self->input, G_IO_IN | G_IO_HUP, input_cb, self);
}

/* ── the questions of a run ─────────────────────────────────────────────────────────────── */

/* The step as the command line names it. */
static WeirValue *
describe_wait (WeirQuestions *self, WeirEvent *event)
{
  g_autoptr(WeirValue) run = weir_value_new_int (self->run);
  g_autoptr(WeirValue) path = weir_value_new_text (event->block);
  g_autoptr(WeirValue) scope = weir_value_new_int (event->scope);
  g_autoptr(WeirValue) with_run = weir_value_with_member (event->data, "run", run);
  g_autoptr(WeirValue) with_scope = weir_value_with_member (with_run, "scope", scope);

  return weir_value_with_member (with_scope, "path", path);
}

static void
show_unseen (WeirQuestions *self)
{
  WeirValue *wait;

  while ((wait = g_queue_pop_head (&self->unseen)) != NULL)
    {
      g_queue_push_tail (&self->open, wait);
      if (self->report->mode == WEIR_REPORT_JSON)
        continue;
      weir_report_give_up_screen (self->report);
      if (!self->interactive)
        weir_question_print (wait);
      else if (self->prompts == NULL)
        {
          open_input (self);
          begin_asking (self);
        }
    }
}

/* Whether it was the first. */
static gboolean
drop_from (GQueue *queue, WeirEvent *event)
{
  for (GList *l = queue->head; l != NULL; l = l->next)
    if (weir_value_get_member_int (l->data, "scope", 0) == event->scope
        && g_str_equal (weir_value_get_member_text (l->data, "path", ""), event->block))
      {
        gboolean first = l == queue->head;

        weir_value_unref (l->data);
        g_queue_delete_link (queue, l);
        return first;
      }
  return FALSE;
}

static void
drop_question (WeirQuestions *self, WeirEvent *event)
{
  gboolean asked = drop_from (&self->open, event);

  drop_from (&self->unseen, event);
  if (!asked || !self->interactive)
    return;
  g_clear_pointer (&self->prompts, g_ptr_array_unref);
  g_clear_pointer (&self->answer, weir_builder_free);
  if (self->open.length > 0)
    begin_asking (self);
}

void
weir_questions_event (WeirQuestions *self, WeirEvent *event)
{
  if (event->kind == WEIR_EVENT_BLOCK_WAITING && event->data != NULL
      && weir_value_find_member (event->data, "request") != NULL)
    g_queue_push_tail (&self->unseen, describe_wait (self, event));
  else if (event->kind == WEIR_EVENT_BLOCK_ANSWERED || event->kind == WEIR_EVENT_BLOCK_CANCELLED)
    drop_question (self, event);
  /* of what was shown before only what is still open matters */
  if (event->seq > self->report->quiet_until)
    show_unseen (self);
}

WeirQuestions *
weir_questions_new (WeirSession *session, gint64 run, WeirReport *report)
{
  WeirQuestions *self = g_rc_box_new0 (WeirQuestions);

  self->session = session;
  self->run = run;
  self->report = report;
  self->interactive = report->mode != WEIR_REPORT_JSON && isatty (STDIN_FILENO) && isatty (STDERR_FILENO);
  g_queue_init (&self->unseen);
  g_queue_init (&self->open);
  return self;
}

void
weir_questions_free (WeirQuestions *self)
{
  g_clear_handle_id (&self->input_id, g_source_remove);
  g_clear_pointer (&self->input, g_io_channel_unref);
  g_clear_pointer (&self->prompts, g_ptr_array_unref);
  g_clear_pointer (&self->answer, weir_builder_free);
  g_queue_clear_full (&self->unseen, (GDestroyNotify) weir_value_unref);
  g_queue_clear_full (&self->open, (GDestroyNotify) weir_value_unref);
  self->session = NULL;
  questions_release (self);
}
