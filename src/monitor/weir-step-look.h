/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>
#include <weir.h>

G_BEGIN_DECLS

/* How a state is shown in the monitor: never by colour alone. */

/* "succeeded", translated */
const char *weir_step_look_get_word      (WeirStepStatus status);
const char *weir_step_look_get_icon_name (WeirStepStatus status);
/* Which of two states matters more where there is room for one: higher. */
guint       weir_step_look_get_rank      (WeirStepStatus status);
void        weir_step_look_get_colour    (WeirStepStatus status,
                                          gboolean       dark,
                                          GdkRGBA       *colour);

const char *weir_run_look_get_word       (WeirRunStatus  status);
const char *weir_run_look_get_icon_name  (WeirRunStatus  status);
/* Style class: "success", "error", "warning", "accent" or "dimmed". */
const char *weir_run_look_get_class      (WeirRunStatus  status);

/* "00:02.4", "1:05:07"; of µs */
char       *weir_format_clock            (gint64         time_us);
/* In the local time zone: "14:05:33" today, else with the date. */
char       *weir_format_moment           (gint64         at);

G_END_DECLS
