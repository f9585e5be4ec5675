/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <weir.h>

G_BEGIN_DECLS

/**
 * WeirWindow:
 *
 * The window: workflows at the side, the open one beside them, or the welcome page.
 *
 * Actions: workflow.new, workflow.import, workflow.open (s: id), workflow.rename (s), workflow.duplicate (s), workflow.delete (s),
 * workflow.export-id (s), workflow.open-demo (s), runs.delete (x), runs.discard (x), runs.delete-part (xs), runs.discard-part (xs), win.demos, win.bin, win.search, win.sidebar.
 */
#define WEIR_TYPE_WINDOW (weir_window_get_type ())
G_DECLARE_FINAL_TYPE (WeirWindow, weir_window, WEIR, WINDOW, AdwApplicationWindow)

WeirWindow *weir_window_new          (AdwApplication *application);
/* The engine is ready: shows its workflows. */
void        weir_window_set_engine   (WeirWindow     *self,
                                      WeirEngine     *engine);
/* The engine cannot be had; @error says why. */
void        weir_window_show_trouble (WeirWindow     *self,
                                      const GError   *error);
/* Saves and closes, also with a dialog open. */
void        weir_window_finish       (WeirWindow     *self);
void        weir_window_open_demo    (WeirWindow     *self,
                                      const char     *name);
/* Saves the workflow of a file into the store and opens it; runs nothing. */
void        weir_window_import       (WeirWindow     *self,
                                      GFile          *file);

G_END_DECLS
