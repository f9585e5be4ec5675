/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <weir.h>

G_BEGIN_DECLS

/**
 * WeirRunPanel:
 *
 * Everything about one run, below the canvas: timeline, log and values as tabs, a line that says how the run does, the
 * scrubber that moves it through time, and undo. Shows a placeholder while there is no run.
 *
 * Properties: `selected-block` (text, read-write): the path of the selected block, "move/to", or %NULL; keep it in
 * step with the canvas. `page` (text, read-write): "timeline", "log" or "values".
 *
 * Signals: `step-activated (guint scope, const char *block, guint firing)`: a step was double-clicked, or Enter was
 * pressed on it; @block is its id within the scope. `undone (gint64 run)`: effects of the run were undone.
 *
 * Actions: `monitor.undo`, `monitor.play`, `monitor.live`, `monitor.zoom-in`, `monitor.zoom-out`, `monitor.zoom-fit`,
 * `monitor.export-log`.
 */
#define WEIR_TYPE_RUN_PANEL (weir_run_panel_get_type ())
G_DECLARE_FINAL_TYPE (WeirRunPanel, weir_run_panel, WEIR, RUN_PANEL, GtkWidget)

GtkWidget   *weir_run_panel_new                (void);
/* What logs and undo are asked of; NULL when it goes away. */
void         weir_run_panel_set_engine         (WeirRunPanel *self,
                                                WeirEngine   *engine);
/* The run shown; NULL for none. */
void         weir_run_panel_set_view           (WeirRunPanel *self,
                                                WeirRunView  *view);
WeirRunView *weir_run_panel_get_view           (WeirRunPanel *self);
void         weir_run_panel_set_selected_block (WeirRunPanel *self,
                                                const char   *block_path);
const char  *weir_run_panel_get_selected_block (WeirRunPanel *self);
/* "timeline", "log" or "values" */
void         weir_run_panel_set_page           (WeirRunPanel *self,
                                                const char   *page);
const char  *weir_run_panel_get_page           (WeirRunPanel *self);

/* A button that answers, or skips, what is waited for; @action NULL: none. */
void         weir_run_panel_set_wait           (WeirRunPanel *self,
                                                const char   *action,
                                                const char   *token);

G_END_DECLS
