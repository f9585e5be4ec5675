/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <weir.h>

G_BEGIN_DECLS

/**
 * WeirWorkflowProperties:
 *
 * Name, description and inputs of a workflow: what the inspector shows while nothing is selected.
 */
#define WEIR_TYPE_WORKFLOW_PROPERTIES (weir_workflow_properties_get_type ())
G_DECLARE_FINAL_TYPE (WeirWorkflowProperties, weir_workflow_properties, WEIR, WORKFLOW_PROPERTIES, AdwBin)

GtkWidget *weir_workflow_properties_new (WeirWorkflow *workflow);

G_END_DECLS
