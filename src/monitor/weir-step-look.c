/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>

#include "weir-step-look.h"

#include <adwaita.h>

typedef struct
{
  const char *word;
  const char *icon_name;
  guint rank;
  const char *light;
  const char *dark;
} StepLook;

/* Colours of the GNOME palette; green and red of a similar lightness are told apart by glyph and word. */
static const StepLook step_looks[] = {
  [WEIR_STEP_PENDING] = { N_("pending"), "content-loading-symbolic", 0, "#9a9996", "#9a9996" },
  [WEIR_STEP_READY] = { N_("ready"), "content-loading-symbolic", 2, "#c0bfbc", "#77767b" },
  [WEIR_STEP_QUEUED] = { N_("queued"), "content-loading-symbolic", 2, "#c0bfbc", "#77767b" },
  [WEIR_STEP_RUNNING] = { N_("running"), "media-playback-start-symbolic", 6, "#3584e4", "#3584e4" },
  [WEIR_STEP_RETRY_WAIT] = { N_("waits to retry"), "view-refresh-symbolic", 5, "#c0bfbc", "#77767b" },
  [WEIR_STEP_WAITING] = { N_("waiting"), "alarm-symbolic", 4, "#99c1f1", "#1a5fb4" },
  [WEIR_STEP_SUSPENDED] = { N_("paused"), "media-playback-pause-symbolic", 4, "#f9f06b", "#ae7b03" },
  [WEIR_STEP_SUCCEEDED] = { N_("succeeded"), "object-select-symbolic", 3, "#26a269", "#2ec27e" },
  [WEIR_STEP_FAILED] = { N_("failed"), "window-close-symbolic", 10, "#e01b24", "#ed333b" },
  [WEIR_STEP_SKIPPED] = { N_("skipped"), "media-skip-forward-symbolic", 1, "#9a9996", "#9a9996" },
  [WEIR_STEP_CACHED] = { N_("reused"), "document-open-recent-symbolic", 3, "#26a269", "#2ec27e" },
  [WEIR_STEP_PINNED] = { N_("pinned"), "view-pin-symbolic", 3, "#26a269", "#2ec27e" },
  [WEIR_STEP_CANCELLED] = { N_("stopped"), "media-playback-stop-symbolic", 7, "#c88800", "#e5a50a" },
  [WEIR_STEP_INTERRUPTED] = { N_("interrupted"), "process-stop-symbolic", 8, "#c64600", "#ff7800" },
  [WEIR_STEP_UNKNOWN] = { N_("unknown: it was caught by a crash"), "dialog-question-symbolic", 9, "#813d9c", "#c061cb" },
  [WEIR_STEP_UNDONE] = { N_("undone"), "edit-undo-symbolic", 3, "#77767b", "#9a9996" },
};

const char *
weir_step_look_get_word (WeirStepStatus status)
{
  return _(step_looks[status].word);
}

const char *
weir_step_look_get_icon_name (WeirStepStatus status)
{
  return step_looks[status].icon_name;
}

guint
weir_step_look_get_rank (WeirStepStatus status)
{
  return step_looks[status].rank;
}

void
weir_step_look_get_colour (WeirStepStatus status,
                           gboolean       dark,
                           GdkRGBA       *colour)
{
  gdk_rgba_parse (colour, dark ? step_looks[status].dark : step_looks[status].light);
}

static const struct
{
  const char *word;
  const char *icon_name;
  const char *class_name;
} run_looks[] = {
  [WEIR_RUN_CREATED] = { N_("Created"), "content-loading-symbolic", "dimmed" },
  [WEIR_RUN_QUEUED] = { N_("Queued"), "content-loading-symbolic", "dimmed" },
  [WEIR_RUN_RUNNING] = { N_("Running"), "media-playback-start-symbolic", "accent" },
  [WEIR_RUN_WAITING] = { N_("Waiting"), "alarm-symbolic", "accent" },
  [WEIR_RUN_PAUSING] = { N_("Pausing"), "media-playback-pause-symbolic", "warning" },
  [WEIR_RUN_PAUSED] = { N_("Paused"), "media-playback-pause-symbolic", "warning" },
  [WEIR_RUN_STOPPING] = { N_("Stopping"), "media-playback-stop-symbolic", "warning" },
  [WEIR_RUN_SUCCEEDED] = { N_("Succeeded"), "object-select-symbolic", "success" },
  [WEIR_RUN_FAILED] = { N_("Failed"), "window-close-symbolic", "error" },
  [WEIR_RUN_CANCELLED] = { N_("Stopped"), "media-playback-stop-symbolic", "warning" },
  [WEIR_RUN_INTERRUPTED] = { N_("Interrupted"), "process-stop-symbolic", "warning" },
};

const char *
weir_run_look_get_word (WeirRunStatus status)
{
  return _(run_looks[status].word);
}

const char *
weir_run_look_get_icon_name (WeirRunStatus status)
{
  return run_looks[status].icon_name;
}

const char *
weir_run_look_get_class (WeirRunStatus status)
{
  return run_looks[status].class_name;
}

char *
weir_format_clock (gint64 time_us)
{
  gint64 tenths = MAX (time_us, 0) / 100000;
  gint64 minutes = tenths / 600;

  if (minutes >= 60)
    return g_strdup_printf ("%d:%02d:%02d", (int) (minutes / 60), (int) (minutes % 60), (int) (tenths / 10 % 60));
  return g_strdup_printf ("%02d:%02d.%d", (int) minutes, (int) (tenths / 10 % 60), (int) (tenths % 10));
}

char *
weir_format_moment (gint64 at)
{
  g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc_usec (at);
  g_autoptr(GDateTime) local = g_date_time_to_local (utc);
  g_autoptr(GDateTime) now = g_date_time_new_now_local ();

  if (g_date_time_get_year (local) == g_date_time_get_year (now)
      && g_date_time_get_day_of_year (local) == g_date_time_get_day_of_year (now))
    return g_date_time_format (local, "%H:%M:%S");
  return g_date_time_format (local, "%Y-%m-%d %H:%M");
}
