/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "weir-bin-page.h"
#include "weir-sidebar.h"
#include "weir-welcome-page.h"
#include "weir-window.h"
#include "weir-workflow-page.h"

G_BEGIN_DECLS

struct _WeirWindow
{
  AdwApplicationWindow parent_instance;

  AdwToastOverlay     *toasts;
  AdwOverlaySplitView *split;
  WeirSidebar         *sidebar;
  GtkStack            *stack;
  WeirWelcomePage     *welcome;
  WeirBinPage         *bin;
  WeirWorkflowPage    *page;
  AdwStatusPage       *trouble;

  WeirEngine          *engine;
  gboolean             greeted;   /* the first list of workflows was looked at */
  gboolean             busy;      /* something was asked for at start: do not open another workflow by ourselves */
  gboolean             closing;
};

/* weir-window.c */
void weir_window_toast           (WeirWindow     *self,
                                  const char     *message);
void weir_window_open_workflow   (WeirWindow     *self,
                                  WeirWorkflow   *workflow);
void weir_window_save_and_open   (WeirWindow     *self,
                                  WeirWorkflow   *workflow);

/* weir-window-delete.c */
void weir_window_install_delete  (GtkWidgetClass *widget_class);

/* weir-window-import.c */
void weir_window_install_import  (GtkWidgetClass *widget_class);

/* weir-window-workflows.c */
void weir_window_install_actions (GtkWidgetClass *widget_class);
void weir_window_open_id         (WeirWindow     *self,
                                  const char     *id);

G_END_DECLS
