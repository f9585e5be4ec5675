/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "weir-canvas.h"
#include "weir-file-link.h"
#include "weir-inspector.h"
#include "weir-kind-list.h"
#include "weir-notice.h"
#include "weir-problems-list.h"
#include "weir-run-list.h"
#include "weir-run-panel.h"
#include "weir-undo-dialog.h"
#include "weir-versions-page.h"
#include "weir-workflow-page.h"
#include "weir-yaml-pane.h"

G_BEGIN_DECLS

struct _WeirWorkflowPage
{
  AdwBreakpointBin parent_instance;

  AdwWindowTitle      *title;
  AdwBanner           *trouble;
  WeirNotice          *notice;
  WeirNotice          *file_notice;
  AdwViewStack        *pages;
  AdwOverlaySplitView *library_split;
  AdwOverlaySplitView *inspector_split;
  GtkPaned            *paned;
  GtkWidget           *canvas_overlay;
  WeirYamlPane        *yaml_pane;
  GtkPaned            *text_paned;
  AdwViewStack        *side;
  WeirKindList        *library;
  AdwBin              *outline_place;
  WeirInspector       *inspector;
  WeirCanvasPane      *canvas_pane;
  WeirRunPanel        *run_panel;
  WeirRunList         *run_list;
  WeirVersionsPage    *versions;
  GtkWidget           *play_button;
  GtkWidget           *pause_button;
  GtkWidget           *resume_button;
  GtkWidget           *stop_button;
  GtkWidget           *force_stop_button;
  GtkWidget           *undo_button;
  GtkWidget           *redo_button;
  GtkWidget           *path_bar;
  GtkWidget           *problems_button;
  AdwButtonContent    *problems_content;
  GtkPopover          *problems_popover;
  WeirProblemsList    *problems_list;
  GMenuModel          *page_menu;

  WeirCanvas          *canvas;        /* not owned: the pane has it */
  WeirEngine          *engine;
  WeirWorkflow        *workflow;
  WeirFileLink        *file_link;     /* NULL: it came from no file */
  char                *file_text;     /* what the file says now, not answered yet */
  WeirWorkflow        *file_version;  /* the same, if it can be read */
  GListModel          *problems;
  guint                n_errors;
  WeirRun             *run;           /* the live or last run started here */
  WeirRunView         *view;          /* the run that is shown */
  gint64               wanted_run;    /* what a view is being opened for; 0 for none */
  gint64               unfinished;    /* a run that a crash cut off; 0 for none */
  gint64               dismissed;     /* a failed run that nothing more is said of */
  gint64               said_run;      /* the run whose course is read out; 0 for none */
  WeirRunStatus        said_status;
  guint                n_failures_said;
  guint                next_failure;  /* index of the first step whose failure was not said */
  gboolean             starting;      /* between Play and the run */
  WeirValue           *last_inputs;
  GArray              *waits;         /* of guint: indices of the steps of the view that wait, in their order */
  guint                save_id;
  guint                validate_id;
  gboolean             dirty;
  gboolean             show_sidebar;
  gboolean             room_shared;   /* between canvas and text */
  gboolean             panel_hidden;  /* the text takes its place */
  gboolean             syncing;       /* selection goes both ways */
};

/* weir-workflow-page.c */
void       weir_workflow_page_toast          (WeirWorkflowPage *self,
                                              const char       *message);
void       weir_workflow_page_validate       (WeirWorkflowPage *self);
/* Brings the graph into sight as soon as the canvas has another height than @height. */
void       weir_workflow_page_fit            (WeirWorkflowPage *self,
                                              int               height);

/* weir-workflow-page-run.c */
void       weir_workflow_page_install_run    (GtkWidgetClass   *widget_class);
void       weir_workflow_page_update_verbs   (WeirWorkflowPage *self);
void       weir_workflow_page_set_run        (WeirWorkflowPage *self,
                                              WeirRun          *run);
void       weir_workflow_page_set_view       (WeirWorkflowPage *self,
                                              WeirRunView      *view);
void       weir_workflow_page_find_runs      (WeirWorkflowPage *self);
/* Takes the run that @run (WeirRun) resolves to as the one that the controls steer, and shows it. */
void       weir_workflow_page_follow_run     (WeirWorkflowPage *self,
                                              DexFuture        *run);
/* Says what went wrong, if the future does not resolve. */
void       weir_workflow_page_follow         (WeirWorkflowPage *self,
                                              DexFuture        *future);

/* weir-workflow-page-notice.c */
void       weir_workflow_page_install_notice (GtkWidgetClass   *widget_class);
void       weir_workflow_page_update_notice  (WeirWorkflowPage *self);
void       weir_workflow_page_find_unfinished (WeirWorkflowPage *self);

/* weir-workflow-page-waits.c */
void       weir_workflow_page_install_waits  (GtkWidgetClass   *widget_class);
/* Steps from @first on are looked at again. */
void       weir_workflow_page_find_waits     (WeirWorkflowPage *self,
                                              guint             first);
/* What a person is asked, or, with @question FALSE, a moment that is waited for. FALSE if there is nothing to show. */
gboolean   weir_workflow_page_show_wait      (WeirWorkflowPage *self,
                                              gboolean          question);
/* Whether the view stands at the newest event of the run that the controls steer. */
gboolean   weir_workflow_page_shows_live_run (WeirWorkflowPage *self);
WeirBlock *weir_workflow_page_find_block_of  (WeirWorkflowPage *self,
                                              const WeirStepInfo *step);

/* weir-workflow-page-graphs.c */
void       weir_workflow_page_install_graphs (GtkWidgetClass   *widget_class);
void       weir_workflow_page_update_path    (WeirWorkflowPage *self);
void       weir_workflow_page_open_container (WeirWorkflowPage *self,
                                              WeirGraph        *body);

/* weir-workflow-page-speech.c */
void       weir_workflow_page_say_started    (WeirWorkflowPage *self,
                                              WeirRun          *run);
void       weir_workflow_page_say_status     (WeirWorkflowPage *self);
void       weir_workflow_page_say_failures   (WeirWorkflowPage *self,
                                              guint             first);

/* weir-workflow-page-again.c */
void       weir_workflow_page_install_again  (GtkWidgetClass   *widget_class);
void       weir_workflow_page_update_again   (WeirWorkflowPage *self,
                                              gboolean          idle);
void       weir_workflow_page_follow_undo    (WeirWorkflowPage *self,
                                              WeirUndoDialog   *dialog);

/* weir-workflow-page-delete.c */
void       weir_workflow_page_install_delete (GtkWidgetClass   *widget_class);
void       weir_workflow_page_update_delete  (WeirWorkflowPage *self);

/* weir-workflow-page-steps.c */
void       weir_workflow_page_install_steps  (GtkWidgetClass   *widget_class);

/* weir-workflow-page-breakpoints.c */
void       weir_workflow_page_install_breakpoints (GtkWidgetClass *widget_class);
void       weir_workflow_page_follow_breakpoints (WeirWorkflowPage *self);
void       weir_workflow_page_load_breakpoints (WeirWorkflowPage *self);
WeirValue *weir_workflow_page_make_play_options (WeirWorkflowPage *self);
gboolean   weir_workflow_page_show_held      (WeirWorkflowPage *self);

/* weir-workflow-page-commands.c: of WeirCommand, (transfer full) */
GListModel *weir_workflow_page_list_commands (WeirWorkflowPage *self);

/* weir-workflow-page-history.c */
void       weir_workflow_page_install_history (GtkWidgetClass *widget_class);

/* weir-workflow-page-part.c */
void       weir_workflow_page_install_part   (GtkWidgetClass   *widget_class);
void       weir_workflow_page_update_part    (WeirWorkflowPage *self);

/* weir-workflow-page-blocks.c */
void       weir_workflow_page_install_blocks (GtkWidgetClass   *widget_class);
void       weir_workflow_page_add_kind       (WeirWorkflowPage *self,
                                              const char       *kind);
void       weir_workflow_page_request_block  (WeirWorkflowPage *self,
                                              double            x,
                                              double            y,
                                              WeirBlock        *from,
                                              const char       *port);

/* weir-workflow-page-text.c */
void       weir_workflow_page_install_text   (GtkWidgetClass   *widget_class);
void       weir_workflow_page_show_in_text   (WeirWorkflowPage *self);

/* weir-workflow-page-file.c */
void       weir_workflow_page_install_file   (GtkWidgetClass   *widget_class);
void       weir_workflow_page_watch_file     (WeirWorkflowPage *self);

/* weir-workflow-page-problems.c */
void       weir_workflow_page_install_problems (GtkWidgetClass *widget_class);

/* weir-workflow-page-versions.c */
void       weir_workflow_page_install_versions (GtkWidgetClass *widget_class);
void       weir_workflow_page_reload_versions (WeirWorkflowPage *self);

/* weir-workflow-page-save.c */
void       weir_workflow_page_install_save   (GtkWidgetClass   *widget_class);
void       weir_workflow_page_schedule_save  (WeirWorkflowPage *self);
void       weir_workflow_page_update_title   (WeirWorkflowPage *self);
void       weir_workflow_page_restore        (WeirWorkflowPage *self,
                                              guint             version);

G_END_DECLS
