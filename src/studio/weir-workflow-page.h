/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <weir.h>

G_BEGIN_DECLS

/**
 * WeirWorkflowPage:
 *
 * One open workflow: canvas with library and inspector, run panel, run controls, earlier runs, versions. Saves by itself.
 *
 * Property `show-sidebar`: the toggle in its header bar, to be bound by the window. Actions: run.play, run.pause, run.resume, run.stop,
 * run.force-stop, run.cancel-and-delete, run.delete, run.delete-now, run.undo, run.recover, run.give-up, run.settle (s: "rerun", "done" or "failed", of the selected block), run.show-trouble, edit.undo, edit.redo, file.save, file.reload, file.keep, file.compare, view.library, view.inspector, view.text, view.run-panel, view.palette, view.up, view.graph (s: path of a container above), view.outline,
 * view.design, view.runs, view.versions, workflow.export (s: "yaml", "json", "png", "svg", "pdf" or "mmd").
 */
#define WEIR_TYPE_WORKFLOW_PAGE (weir_workflow_page_get_type ())
G_DECLARE_FINAL_TYPE (WeirWorkflowPage, weir_workflow_page, WEIR, WORKFLOW_PAGE, AdwBreakpointBin)

void          weir_workflow_page_set_engine   (WeirWorkflowPage *self,
                                               WeirEngine       *engine);
WeirWorkflow *weir_workflow_page_get_workflow (WeirWorkflowPage *self);
/* What was open is saved first. NULL closes. */
void          weir_workflow_page_set_workflow (WeirWorkflowPage *self,
                                               WeirWorkflow     *workflow);
/* Resolves to TRUE when everything is saved; rejects when it could not be. */
DexFuture    *weir_workflow_page_flush        (WeirWorkflowPage *self) G_GNUC_WARN_UNUSED_RESULT;
void          weir_workflow_page_show_run     (WeirWorkflowPage *self,
                                               gint64            run);
/* A run was deleted, is back, or is without a part of it. */
void          weir_workflow_page_forget_run   (WeirWorkflowPage *self,
                                               gint64            run);
void          weir_workflow_page_return_run   (WeirWorkflowPage *self,
                                               gint64            run);
void          weir_workflow_page_read_run_again (WeirWorkflowPage *self,
                                               gint64            run);

G_END_DECLS
