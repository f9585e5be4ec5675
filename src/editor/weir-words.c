/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-words.h"

#include <glib/gi18n.h>

/**
 * weir_words_of_run_status:
 * @status: a state of a run
 *
 * Returns: the state in the user's language, lower case
 */
const char *
weir_words_of_run_status (WeirRunStatus status)
{
  switch (status)
    {
    case WEIR_RUN_CREATED: return _("created");
    case WEIR_RUN_QUEUED: return _("queued");
    case WEIR_RUN_RUNNING: return _("running");
    case WEIR_RUN_WAITING: return _("waiting");
    case WEIR_RUN_PAUSING: return _("pausing");
    case WEIR_RUN_PAUSED: return _("paused");
    case WEIR_RUN_STOPPING: return _("stopping");
    case WEIR_RUN_SUCCEEDED: return _("succeeded");
    case WEIR_RUN_FAILED: return _("failed");
    case WEIR_RUN_CANCELLED: return _("stopped");
    case WEIR_RUN_INTERRUPTED: return _("interrupted");
    default: return "";
    }
}

/**
 * weir_words_of_step_status:
 * @status: a state of a step
 *
 * Returns: the state in the user's language, lower case
 */
const char *
weir_words_of_step_status (WeirStepStatus status)
{
  switch (status)
    {
    case WEIR_STEP_PENDING: return _("not yet run");
    case WEIR_STEP_READY: return _("ready");
    case WEIR_STEP_QUEUED: return _("queued");
    case WEIR_STEP_RUNNING: return _("running");
    case WEIR_STEP_RETRY_WAIT: return _("waits for its next attempt");
    case WEIR_STEP_WAITING: return _("waiting");
    case WEIR_STEP_SUSPENDED: return _("paused");
    case WEIR_STEP_SUCCEEDED: return _("succeeded");
    case WEIR_STEP_FAILED: return _("failed");
    case WEIR_STEP_SKIPPED: return _("skipped");
    case WEIR_STEP_CACHED: return _("reused");
    case WEIR_STEP_PINNED: return _("pinned");
    case WEIR_STEP_CANCELLED: return _("stopped");
    case WEIR_STEP_INTERRUPTED: return _("interrupted");
    case WEIR_STEP_UNKNOWN: return _("unknown: it was caught in the middle");
    case WEIR_STEP_UNDONE: return _("undone");
    default: return "";
    }
}

/**
 * weir_icon_of_run_status:
 * @status: a state of a run
 *
 * Returns: the name of a symbolic icon, another for every group of states
 */
const char *
weir_icon_of_run_status (WeirRunStatus status)
{
  switch (status)
    {
    case WEIR_RUN_SUCCEEDED: return "object-select-symbolic";
    case WEIR_RUN_FAILED: return "dialog-error-symbolic";
    case WEIR_RUN_CANCELLED: return "media-playback-stop-symbolic";
    case WEIR_RUN_INTERRUPTED: return "dialog-warning-symbolic";
    case WEIR_RUN_WAITING: return "alarm-symbolic";
    case WEIR_RUN_PAUSING:
    case WEIR_RUN_PAUSED: return "media-playback-pause-symbolic";
    case WEIR_RUN_STOPPING: return "media-playback-stop-symbolic";
    default: return "media-playback-start-symbolic";
    }
}

/**
 * weir_icon_of_step_status:
 * @status: a state of a step
 *
 * Returns: the name of a symbolic icon
 */
const char *
weir_icon_of_step_status (WeirStepStatus status)
{
  switch (status)
    {
    case WEIR_STEP_RUNNING: return "media-playback-start-symbolic";
    case WEIR_STEP_RETRY_WAIT: return "view-refresh-symbolic";
    case WEIR_STEP_WAITING: return "alarm-symbolic";
    case WEIR_STEP_SUSPENDED: return "media-playback-pause-symbolic";
    case WEIR_STEP_SUCCEEDED: return "object-select-symbolic";
    case WEIR_STEP_CACHED: return "document-open-recent-symbolic";
    case WEIR_STEP_PINNED: return "view-pin-symbolic";
    case WEIR_STEP_FAILED: return "dialog-error-symbolic";
    case WEIR_STEP_SKIPPED: return "media-skip-forward-symbolic";
    case WEIR_STEP_CANCELLED: return "media-playback-stop-symbolic";
    case WEIR_STEP_INTERRUPTED: return "dialog-warning-symbolic";
    case WEIR_STEP_UNKNOWN: return "dialog-question-symbolic";
    case WEIR_STEP_UNDONE: return "edit-undo-symbolic";
    default: return "content-loading-symbolic";
    }
}

/**
 * weir_class_of_run_status:
 * @status: a state of a run
 *
 * Returns: the style class of its colour
 */
const char *
weir_class_of_run_status (WeirRunStatus status)
{
  switch (status)
    {
    case WEIR_RUN_SUCCEEDED: return "state-succeeded";
    case WEIR_RUN_FAILED: return "state-failed";
    case WEIR_RUN_CANCELLED:
    case WEIR_RUN_CREATED:
    case WEIR_RUN_QUEUED: return "state-idle";
    case WEIR_RUN_PAUSING:
    case WEIR_RUN_PAUSED:
    case WEIR_RUN_INTERRUPTED: return "state-paused";
    default: return "state-running";
    }
}

/**
 * weir_words_of_time:
 * @time_us: µs UTC
 *
 * Returns: (transfer full): a moment as people say it, in local time
 */
char *
weir_words_of_time (gint64 time_us)
{
  g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc_usec (time_us);
  g_autoptr(GDateTime) then = g_date_time_to_local (utc);
  g_autoptr(GDateTime) now = g_date_time_new_now_local ();
  g_autoptr(GDateTime) yesterday = g_date_time_add_days (now, -1);
  g_autoptr(GDateTime) last_week = g_date_time_add_days (now, -6);

  if (g_date_time_get_year (then) == g_date_time_get_year (now)
      && g_date_time_get_day_of_year (then) == g_date_time_get_day_of_year (now))
    return g_date_time_format (then, "%H:%M");
  if (g_date_time_get_year (then) == g_date_time_get_year (yesterday)
      && g_date_time_get_day_of_year (then) == g_date_time_get_day_of_year (yesterday))
    return g_strdup (_("yesterday"));
  if (g_date_time_compare (then, last_week) > 0)
    return g_date_time_format (then, "%a %H:%M");
  return g_date_time_format (then, g_date_time_get_year (then) == g_date_time_get_year (now) ? "%-e %b" : "%-e %b %Y");
}

/**
 * weir_words_of_deadline:
 * @time_us: µs UTC
 *
 * Returns: (transfer full): a moment that is to come as people say it, in local time, always with the time of day
 */
char *
weir_words_of_deadline (gint64 time_us)
{
  g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc_usec (time_us);
  g_autoptr(GDateTime) then = g_date_time_to_local (utc);
  g_autoptr(GDateTime) now = g_date_time_new_now_local ();
  GTimeSpan left = g_date_time_difference (then, now);

  if (ABS (left) < G_TIME_SPAN_DAY && g_date_time_get_day_of_month (then) == g_date_time_get_day_of_month (now))
    return g_date_time_format (then, ABS (left) < 10 * G_TIME_SPAN_MINUTE ? "%H:%M:%S" : "%H:%M");
  if (ABS (left) < 6 * G_TIME_SPAN_DAY)
    return g_date_time_format (then, "%a %H:%M");
  return g_date_time_format (then, g_date_time_get_year (then) == g_date_time_get_year (now) ? "%-e %b, %H:%M" : "%-e %b %Y, %H:%M");
}

/**
 * weir_path_of_block:
 * @state: state of a run
 * @scope_id: a scope of it
 * @block: id of a block of that scope
 *
 * Returns: (transfer full): the place of the block in the workflow, "move/to"
 */
char *
weir_path_of_block (WeirRunState *state,
                    guint32       scope_id,
                    const char   *block)
{
  g_autofree char *path = g_strdup (block);
  const WeirScope *scope = weir_run_state_get_scope (state, scope_id);

  while (scope != NULL && scope->block != NULL)
    {
      g_autofree char *inner = g_steal_pointer (&path);

      path = g_strconcat (scope->block, "/", inner, NULL);
      scope = weir_run_state_get_scope (state, scope->parent);
    }
  return g_steal_pointer (&path);
}

/**
 * weir_words_of_permission:
 * @name: a permission without what it is for, "fs.read"
 *
 * Returns: what a block with it does, in the user's language
 */
const char *
weir_words_of_permission (const char *name)
{
  static const struct { const char *name, *title; } titles[] = {
    { "fs.read", N_("Reads Files") }, { "fs.write", N_("Changes Files") }, { "fs.delete", N_("Deletes Files") },
    { "net", N_("Uses the Network") }, { "net.http", N_("Uses the Network") }, { "net.connect", N_("Uses the Network") },
    { "exec", N_("Runs Programs") }, { "proc.exec", N_("Runs Programs") }, { "process", N_("Runs Programs") },
    { "desktop.notify", N_("Shows Notifications") }, { "notify", N_("Shows Notifications") },
    { "credentials", N_("Uses Credentials") }, { "secret", N_("Uses Credentials") }, { "var", N_("Sets Variables") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (titles); i++)
    if (g_str_equal (name, titles[i].name))
      return _(titles[i].title);
  return name;
}

/**
 * weir_words_of_undo:
 * @undo: how what a block does is taken back
 *
 * Returns: that in the user's language
 */
const char *
weir_words_of_undo (WeirUndoKind undo)
{
  switch (undo)
    {
    case WEIR_UNDO_EXACT: return _("Exact: what was before comes back");
    case WEIR_UNDO_COMPENSATE: return _("By the opposite action");
    case WEIR_UNDO_IRREVERSIBLE: return _("Cannot be undone");
    default: return _("Changes nothing that could be undone");
    }
}
