/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "values.h"

#include <stdio.h>

typedef struct
{
  char *mode;
  gint64 duration;
  char *time;
  char *zone;
  char *condition;
  gint64 every;
  gboolean pause_counts;
} Wait;

static const char *const mode_ids[] = { "for", "until", "when", NULL };
static const char *const mode_titles[] = { N_("For some time"), N_("Until a moment"), N_("Until a condition holds"),
                                           NULL };

static const WeirField wait_fields[] = {
  WEIR_FIELD_CHOICE (
    Wait, mode, .title = N_("Wait"), .choices = mode_ids, .choice_titles = mode_titles, .initial_text = "for"),
  WEIR_FIELD_DURATION (
    Wait, duration, .title = N_("For"), .initial = 60000, .maximum = 315360000000, .shown_when = "mode=for"),
  WEIR_FIELD_TEXT (Wait,
                   time,
                   .title = N_("Until"),
                   .summary = N_("“2026-12-24 18:00”, or a time of day: the next one"),
                   .placeholder = "18:00",
                   .shown_when = "mode=until"),
  WEIR_FIELD_TEXT (Wait,
                   zone,
                   .title = N_("Time zone"),
                   .summary = N_("“Europe/Berlin”; empty: that of this computer"),
                   .shown_when = "mode=until",
                   .advanced = TRUE),
  WEIR_FIELD_EXPRESSION (
    Wait, condition, .title = N_("Until it holds"), .placeholder = "vars.ready === true", .shown_when = "mode=when"),
  WEIR_FIELD_DURATION (Wait,
                       every,
                       .title = N_("Look every"),
                       .initial = 30000,
                       .minimum = 100,
                       .maximum = 86400000,
                       .shown_when = "mode=when"),
  WEIR_FIELD_BOOL (Wait,
                   pause_counts,
                   .title = N_("Pauses count"),
                   .summary = N_("Whether the time that the run is paused belongs to it"),
                   .shown_when = "mode=for",
                   .advanced = TRUE),
  { 0 }
};

static const WeirPort wait_inputs[] = { { .name = "value", .title = N_("Value") }, { 0 } };
static const WeirPort wait_outputs[] = {
  { .name = "value", .title = N_("Value"), .summary = N_("The same value, later") }, { 0 }
};
static const char *const wait_errors[] = { "config.invalid", "code.exception", NULL };

static const WeirExample wait_examples[] = {
  { .title = N_("A moment"),
    .config = "{\"duration\": 1}",
    .inputs = "{\"value\": \"x\"}",
    .outputs = "{\"value\": \"x\"}" },
  { .title = N_("What is over is not waited for"),
    .config = "{\"mode\": \"until\", \"time\": \"2020-01-01 12:00\"}",
    .inputs = "{\"value\": 1}",
    .outputs = "{\"value\": 1}" },
  { .title = N_("It holds already"),
    .config = "{\"mode\": \"when\", \"condition\": \"inputs.given.value > 0\"}",
    .inputs = "{\"value\": 1}",
    .outputs = "{\"value\": 1}" },
  { .title = N_("No such time"), .config = "{\"mode\": \"until\", \"time\": \"teatime\"}", .error = "config.invalid" },
  { 0 }
};

static GTimeZone *
find_zone (Wait *self, GError **error)
{
  GTimeZone *zone = weir_blocks_is_blank (self->zone) ? g_time_zone_new_local ()
                                                      : g_time_zone_new_identifier (self->zone);

  if (zone == NULL)
    weir_set_failure (error, "config.invalid", "Expected a time zone like “Europe/Berlin”, but there is “%s”",
                      self->zone);
  return zone;
}

/* The next time of this name on the clock. */
static GDateTime *
parse_time_of_day (const char *text, GTimeZone *zone, gint64 now)
{
  g_autoptr(GDateTime) here = NULL;
  g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc_usec (now);
  g_autoptr(GDateTime) today = NULL;
  guint hour, minute, second = 0;
  char rest;
  int n = sscanf (text, "%2u:%2u:%2u%c", &hour, &minute, &second, &rest);

  if ((n != 2 && n != 3) || hour > 23 || minute > 59 || second > 59)
    return NULL;
  here = g_date_time_to_timezone (utc, zone);
  today = g_date_time_new (zone, g_date_time_get_year (here), g_date_time_get_month (here),
                           g_date_time_get_day_of_month (here), (int) hour, (int) minute, second);
  if (g_date_time_compare (today, here) > 0)
    return g_steal_pointer (&today);
  return g_date_time_add_days (today, 1);
}

/* µs UTC; 0 with @error. */
static gint64
parse_moment (Wait *self, gint64 now, GError **error)
{
  g_autoptr(GTimeZone) zone = find_zone (self, error);
  g_autoptr(GDateTime) time = NULL;

  if (zone == NULL)
    return 0;
  if (self->time != NULL)
    time = parse_time_of_day (self->time, zone, now);
  if (time == NULL && self->time != NULL)
    time = g_date_time_new_from_iso8601 (self->time, zone);
  if (time == NULL && self->time != NULL)
    {
      /* minutes are enough for people */
      g_autofree char *whole = g_strconcat (self->time, ":00", NULL);

      time = g_date_time_new_from_iso8601 (whole, zone);
    }
  if (time == NULL && self->time != NULL)
    {
      g_autofree char *whole = g_strconcat (self->time, "T00:00:00", NULL);

      time = g_date_time_new_from_iso8601 (whole, zone);
    }
  if (time == NULL)
    {
      weir_set_failure (error, "config.invalid",
                        "Expected a moment like “2026-12-24 18:00” or a time of day like “18:00”, but there is “%s”",
                        self->time != NULL ? self->time : "");
      return 0;
    }
  return g_date_time_to_unix_usec (time);
}

static WeirValue *
holds (gpointer user_data, WeirStep *step, GError **error)
{
  Wait *self = user_data;
  g_autoptr(WeirValue) value = weir_step_evaluate (step, self->condition, NULL, error);

  return value != NULL && weir_value_is_truthy (value) ? weir_value_ref (value) : NULL;
}

/* Who does not want to wait any longer says so. */
static WeirValue *
check_skip (gpointer user_data, WeirStep *step, WeirValue *answer, GError **error)
{
  g_autofree char *text = weir_value_to_display (answer, 60);

  if (weir_value_is_null (answer) || g_str_equal (text, "skip"))
    return weir_value_new_text ("skip");
  weir_set_failure (error, "input.invalid", "Expected “skip”, which ends the wait, but got “%s”", text);
  return NULL;
}

static DexFuture *
over_cb (DexFuture *future, gpointer user_data)
{
  WeirStep *step = user_data;
  WeirValue *value = weir_step_get_input (step, "value");
  WeirValue *answer = g_value_get_boxed (dex_future_get_value (future, NULL));

  if (weir_value_get_kind (answer) == WEIR_VALUE_RECORD
      && g_strcmp0 (weir_value_get_member_text (answer, "value", NULL), "skip") == 0)
    weir_step_log (step, WEIR_LOG_INFO, "The rest of the wait was skipped by %s",
                   weir_value_get_member_text (answer, "by", "somebody"));
  weir_step_emit_take (step, "value", value != NULL ? weir_value_ref (value) : weir_value_new_null ());
  return dex_future_new_true ();
}

static char *
describe (Wait *self, WeirWait *wait)
{
  g_autoptr(GDateTime) utc = NULL;
  g_autoptr(GDateTime) local = NULL;
  g_autofree char *text = NULL;

  if (wait->due_at == 0)
    return g_strdup_printf ("waits until %s", self->condition != NULL ? self->condition : "");
  utc = g_date_time_new_from_unix_utc_usec (wait->due_at);
  local = g_date_time_to_local (utc);
  text = g_date_time_format (local, "%Y-%m-%d %H:%M:%S");
  return g_strdup_printf ("waits until %s", text);
}

static DexFuture *
wait_run (gpointer settings, WeirStep *step)
{
  Wait *self = settings;
  WeirWait wait = { .key = "wait", .check = check_skip, .user_data = self };
  g_autofree char *reason = NULL;
  GError *error = NULL;

  if (g_str_equal (self->mode, "when"))
    {
      wait.poll = holds;
      wait.poll_ms = self->every;
    }
  else if (g_str_equal (self->mode, "until"))
    wait.due_at = parse_moment (self, weir_step_get_time (step), &error);
  else
    {
      wait.due_at = weir_step_get_time (step) + self->duration * 1000;
      wait.pause_holds = !self->pause_counts;
    }
  if (error != NULL)
    return dex_future_new_for_error (error);
  reason = describe (self, &wait);
  wait.reason = reason;
  return dex_future_then (weir_step_wait (step, &wait), over_cb, weir_step_ref (step),
                          (GDestroyNotify) weir_step_unref);
}

static char *
wait_check (WeirValue *config)
{
  const char *mode = weir_value_get_member_text (config, "mode", "for");

  if (g_str_equal (mode, "until") && weir_value_find_member (config, "time") == NULL)
    return g_strdup ("It needs a moment to wait for");
  if (g_str_equal (mode, "when") && weir_blocks_is_blank (weir_value_get_member_text (config, "condition", NULL)))
    return g_strdup ("It needs a condition to wait for");
  return NULL;
}

static char *
wait_summarize (WeirValue *config)
{
  const char *mode = weir_value_get_member_text (config, "mode", "for");
  WeirValue *duration = weir_value_find_member (config, "duration");

  if (g_str_equal (mode, "until"))
    return g_strdup (weir_value_get_member_text (config, "time", NULL));
  if (g_str_equal (mode, "when"))
    return g_strdup (weir_value_get_member_text (config, "condition", NULL));
  if (duration == NULL)
    return g_strdup ("1m");
  if (weir_value_get_kind (duration) == WEIR_VALUE_INT)
    return weir_format_duration (weir_value_get_int (duration) * 1000);
  return weir_value_to_display (duration, 40);
}

WEIR_DEFINE_BLOCK_KIND (
  flow_wait,
  .id = "flow.wait",
  .version = 1,
  .title = N_("Wait"),
  .summary = N_("Lets a value through later: after hours or weeks, at a moment, or when something "
                 "holds"),
  .keywords = "wait sleep until date time schedule later deadline poll",
  .category = N_("Flow"),
  .icon = "alarm-symbolic",
  .effect = WEIR_EFFECT_PURE,
  .undo = WEIR_UNDO_NONE,
  .inputs = wait_inputs,
  .outputs = wait_outputs,
  .fields = wait_fields,
  .settings_size = sizeof (Wait),
  .errors = wait_errors,
  .examples = wait_examples,
  .check = wait_check,
  .summarize = wait_summarize,
  .run = wait_run)
