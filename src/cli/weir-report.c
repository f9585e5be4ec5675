/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-report.h"
#include "weir-terminal.h"

#include <stdio.h>
#include <unistd.h>

/* Twenty frames a second look smooth and cost nothing. */
#define FRAME_MS 50

static void
row_free (WeirReportRow *self)
{
  g_free (self->path);
  g_free (self->note);
  g_free (self);
}

WeirReportMode
weir_report_choose_mode (gboolean json)
{
  const char *terminal = g_getenv ("TERM");

  if (json)
    return WEIR_REPORT_JSON;
  if (!isatty (STDOUT_FILENO) || terminal == NULL || g_str_equal (terminal, "dumb"))
    return WEIR_REPORT_PLAIN;
  return WEIR_REPORT_LIVE;
}

WeirReport *
weir_report_new (WeirReportMode mode)
{
  WeirReport *self = g_new0 (WeirReport, 1);
  const char *no_color = g_getenv ("NO_COLOR");

  self->mode = mode;
  self->colour = mode == WEIR_REPORT_LIVE && (no_color == NULL || *no_color == '\0');
  self->scopes = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->by_step = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) row_free);
  return self;
}

void
weir_report_free (WeirReport *self)
{
  g_clear_handle_id (&self->frame_id, g_source_remove);
  g_hash_table_unref (self->scopes);
  g_hash_table_unref (self->by_step);
  g_ptr_array_unref (self->rows);
  g_clear_pointer (&self->result, weir_value_unref);
  g_clear_pointer (&self->error, weir_value_unref);
  g_free (self);
}

static gboolean
frame_cb (gpointer user_data)
{
  WeirReport *self = user_data;

  /* Times go on while anything runs. */
  if (self->dirty || self->n_running > 0)
    weir_report_draw (self);
  self->dirty = FALSE;
  return G_SOURCE_CONTINUE;
}

static const char *
get_scope_path (WeirReport *self, guint32 scope)
{
  const char *path = g_hash_table_lookup (self->scopes, GUINT_TO_POINTER (scope));

  return path != NULL ? path : "";
}

static void
open_scope (WeirReport *self, WeirEvent *event)
{
  gint64 id = event->data != NULL ? weir_value_get_member_int (event->data, "scope", 0) : 0;
  const char *key = event->data != NULL ? weir_value_get_member_text (event->data, "key", "") : "";

  g_hash_table_replace (
    self->scopes, GUINT_TO_POINTER ((guint32) id),
    /* a sub-workflow has no key: it runs once in its step */
    g_strdup_printf (key[0] != '\0' ? "%s%s[%s]/" : "%s%s%s/", get_scope_path (self, event->scope), event->block, key));
}

static WeirReportRow *
ensure_row (WeirReport *self, WeirEvent *event)
{
  g_autofree char *key = g_strdup_printf ("%u/%s/%u", event->scope, event->block, event->firing);
  WeirReportRow *row = g_hash_table_lookup (self->by_step, key);

  if (row != NULL)
    return row;
  row = g_new0 (WeirReportRow, 1);
  row->path = event->firing > 1
                ? g_strdup_printf ("%s%s #%u", get_scope_path (self, event->scope), event->block, event->firing)
                : g_strconcat (get_scope_path (self, event->scope), event->block, NULL);
  row->progress = -1;
  g_ptr_array_add (self->rows, row);
  g_hash_table_insert (self->by_step, g_steal_pointer (&key), row);
  return row;
}

static char *
dup_error_text (WeirEvent *event)
{
  WeirValue *error = event->data != NULL ? weir_value_find_member (event->data, "error") : NULL;
  WeirValue *message = NULL;

  if (error == NULL)
    return NULL;
  if (weir_value_get_kind (error) == WEIR_VALUE_ERROR || weir_value_get_kind (error) == WEIR_VALUE_RECORD)
    message = weir_value_find_member (error, "message");
  return weir_value_to_display (message != NULL ? message : error, 500);
}

static void
start_row (WeirReport *self, WeirEvent *event)
{
  WeirReportRow *row = ensure_row (self, event);

  if (row->started_at == 0)
    row->started_at = event->at;
  if (row->status != WEIR_STEP_RUNNING)
    self->n_running++;
  row->status = WEIR_STEP_RUNNING;
  row->attempt = event->attempt;
  row->ended_at = 0;
  row->due_at = 0;
  g_clear_pointer (&row->note, g_free);
}

static void
end_row (WeirReport *self, WeirEvent *event, WeirStepStatus status)
{
  WeirReportRow *row = ensure_row (self, event);

  if (row->status == WEIR_STEP_RUNNING)
    self->n_running--;
  row->status = status;
  row->attempt = MAX (row->attempt, event->attempt);
  if (row->started_at == 0)
    row->started_at = event->at;
  row->ended_at = event->at;
  g_set_str (&row->note, NULL);
  row->note = dup_error_text (event);
  if (event->data != NULL && status == WEIR_STEP_RETRY_WAIT)
    row->due_at = event->at + 1000 * weir_value_get_member_int (event->data, "delay_ms", 0);
  else
    self->n_done++;
  /* Inside a loop every item has branches that it does not take: no news. */
  if (self->mode == WEIR_REPORT_PLAIN && event->seq > self->quiet_until
      && !(status == WEIR_STEP_SKIPPED && event->scope != 0))
    weir_report_print_row (self, row);
}

static void
set_progress (WeirReport *self, WeirEvent *event)
{
  WeirReportRow *row = ensure_row (self, event);
  WeirValue *fraction = event->data != NULL ? weir_value_find_member (event->data, "fraction") : NULL;

  if (fraction != NULL
      && (weir_value_get_kind (fraction) == WEIR_VALUE_NUMBER || weir_value_get_kind (fraction) == WEIR_VALUE_INT))
    row->progress = weir_value_get_number (fraction);
  g_set_str (&row->note, event->data != NULL ? weir_value_get_member_text (event->data, "text", NULL) : NULL);
}

static void
end_run (WeirReport *self, WeirEvent *event, WeirRunStatus status)
{
  WeirValue *result = event->data != NULL ? weir_value_find_member (event->data, "result") : NULL;
  WeirValue *error = event->data != NULL ? weir_value_find_member (event->data, "error") : NULL;

  self->status = status;
  self->exit_code = event->data != NULL ? (int) weir_value_get_member_int (event->data, "exit_code", -1) : -1;
  self->ended_at = event->at;
  if (result != NULL)
    self->result = weir_value_ref (result);
  if (error != NULL)
    self->error = weir_value_ref (error);
}

static void
count_effect (WeirReport *self, WeirEvent *event)
{
  const char *undo = event->data != NULL ? weir_value_get_member_text (event->data, "undo", "") : "";

  if (g_str_equal (undo, "exact") || g_str_equal (undo, "compensate"))
    self->n_effects++;
}

static void
apply (WeirReport *self, WeirEvent *event)
{
  switch (event->kind)
    {
    case WEIR_EVENT_RUN_STARTED:
    case WEIR_EVENT_RUN_RESUMED:
      self->status = WEIR_RUN_RUNNING;
      break;
    case WEIR_EVENT_RUN_PAUSING:
      self->status = WEIR_RUN_PAUSING;
      break;
    case WEIR_EVENT_RUN_PAUSED:
      self->status = WEIR_RUN_PAUSED;
      break;
    case WEIR_EVENT_RUN_STOPPING:
      self->status = WEIR_RUN_STOPPING;
      break;
    case WEIR_EVENT_RUN_SUCCEEDED:
      end_run (self, event, WEIR_RUN_SUCCEEDED);
      break;
    case WEIR_EVENT_RUN_FAILED:
      end_run (self, event, WEIR_RUN_FAILED);
      break;
    case WEIR_EVENT_RUN_CANCELLED:
      end_run (self, event, WEIR_RUN_CANCELLED);
      break;
    case WEIR_EVENT_RUN_INTERRUPTED:
      end_run (self, event, WEIR_RUN_INTERRUPTED);
      break;
    case WEIR_EVENT_SCOPE_OPENED:
      open_scope (self, event);
      break;
    case WEIR_EVENT_BLOCK_STARTED:
      start_row (self, event);
      break;
    case WEIR_EVENT_BLOCK_RETRY:
      end_row (self, event, WEIR_STEP_RETRY_WAIT);
      break;
    case WEIR_EVENT_BLOCK_SUCCEEDED:
      end_row (self, event, WEIR_STEP_SUCCEEDED);
      break;
    case WEIR_EVENT_BLOCK_FAILED:
      end_row (self, event, WEIR_STEP_FAILED);
      break;
    case WEIR_EVENT_BLOCK_SKIPPED:
      end_row (self, event, WEIR_STEP_SKIPPED);
      break;
    case WEIR_EVENT_BLOCK_CANCELLED:
      end_row (self, event, WEIR_STEP_CANCELLED);
      break;
    case WEIR_EVENT_BLOCK_INTERRUPTED:
      end_row (self, event, WEIR_STEP_INTERRUPTED);
      break;
    case WEIR_EVENT_BLOCK_UNKNOWN:
      end_row (self, event, WEIR_STEP_UNKNOWN);
      break;
    case WEIR_EVENT_BLOCK_PROGRESS:
      set_progress (self, event);
      break;
    case WEIR_EVENT_EFFECT_INTENDED:
      count_effect (self, event);
      break;
    case WEIR_EVENT_EFFECT_DROPPED:
      self->n_effects -= self->n_effects > 0;
      break;
    default:
      break;
    }
}

/* A WeirControlEventFunc. */
void
weir_report_event (WeirEvent *event, gpointer user_data)
{
  WeirReport *self = user_data;

  self->run = event->run;
  if (self->started_at == 0)
    self->started_at = event->at;
  if (self->mode == WEIR_REPORT_JSON && (event->seq == 0 || event->seq > self->quiet_until))
    {
      g_autofree char *json = weir_event_to_json (event);
      g_autofree char *line = weir_terminal_is_guarded () ? weir_terminal_escape_json (json) : NULL;

      puts (line != NULL ? line : json);
      fflush (stdout);
    }
  apply (self, event);
  self->dirty = TRUE;
  if (self->mode == WEIR_REPORT_LIVE && self->frame_id == 0)
    self->frame_id = g_timeout_add (FRAME_MS, frame_cb, self);
}

static void
print_json_result (WeirReport *self)
{
  WeirBuilder *builder = weir_record_builder_new (4);
  g_autoptr(WeirValue) record = NULL;

  weir_builder_set_take (builder, "result",
                         self->result != NULL ? weir_value_ref (self->result) : weir_value_new_null ());
  weir_builder_set_take (builder, "run", weir_value_new_int (self->run));
  weir_builder_set_take (builder, "status", weir_value_new_text (weir_run_status_get_name (self->status)));
  if (self->error != NULL)
    weir_builder_set (builder, "error", self->error);
  record = weir_builder_end (builder);
  weir_cli_print_json (record, 0);
}

static char *
dup_run_error (WeirReport *self)
{
  WeirValue *message = NULL;

  if (self->error == NULL)
    return g_strdup (_("no reason given"));
  if (weir_value_get_kind (self->error) == WEIR_VALUE_ERROR || weir_value_get_kind (self->error) == WEIR_VALUE_RECORD)
    message = weir_value_find_member (self->error, "message");
  return weir_value_to_display (message != NULL ? message : self->error, 2000);
}

static void
print_summary (WeirReport *self)
{
  g_autofree char *duration = weir_display_duration (MAX (self->ended_at - self->started_at, 0));
  g_autofree char *text = NULL;

  if (self->status == WEIR_RUN_FAILED)
    {
      text = dup_run_error (self);
      g_printerr (_("Run %" G_GINT64_FORMAT " failed after %s: %s\n"), self->run, duration, text);
    }
  else if (self->status == WEIR_RUN_SUCCEEDED)
    {
      printf (_("Run %" G_GINT64_FORMAT " succeeded in %s\n"), self->run, duration);
      if (self->result != NULL && !weir_value_is_null (self->result))
        {
          text = weir_value_to_display (self->result, 0);
          if (isatty (STDOUT_FILENO))
            weir_cli_disarm (text);
          printf (_("Result: %s\n"), text);
        }
    }
  else if (weir_run_status_is_final (self->status))
    printf (_("Run %" G_GINT64_FORMAT " was stopped after %s\n"), self->run, duration);
  if (self->n_effects > 0)
    printf (ngettext ("It changed %u thing; to undo it: weir undo %" G_GINT64_FORMAT "\n",
                      "It changed %u things; to undo them: weir undo %" G_GINT64_FORMAT "\n", self->n_effects),
            self->n_effects, self->run);
}

void
weir_report_give_up_screen (WeirReport *self)
{
  if (self->mode != WEIR_REPORT_LIVE)
    return;
  g_clear_handle_id (&self->frame_id, g_source_remove);
  weir_report_draw (self);
  self->n_drawn = 0;
  self->mode = WEIR_REPORT_PLAIN;
}

int
weir_report_finish (WeirReport *self)
{
  g_clear_handle_id (&self->frame_id, g_source_remove);
  if (self->mode == WEIR_REPORT_LIVE)
    weir_report_draw_final (self);
  if (self->mode == WEIR_REPORT_JSON)
    print_json_result (self);
  else
    print_summary (self);
  fflush (stdout);
  if (weir_run_status_is_final (self->status) && self->exit_code >= 0)
    return self->exit_code;
  switch (self->status)
    {
    case WEIR_RUN_SUCCEEDED:
      return WEIR_EXIT_OK;
    case WEIR_RUN_CANCELLED:
    case WEIR_RUN_INTERRUPTED:
      return WEIR_EXIT_INTERRUPTED;
    default:
      return WEIR_EXIT_FAILED;
    }
}
