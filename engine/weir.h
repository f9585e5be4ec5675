/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The engine for programs: workflows, runs, the store. Blocks include weir-sdk.h instead. */

#include "weir-error.h"
#include "weir-value.h"
#include "weir-type.h"
#include "weir-json.h"
#include "weir-expression.h"
#include "weir-stream.h"
#include "weir-block-kind.h"
#include "weir-registry.h"
#include "weir-problem.h"
#include "weir-link.h"
#include "weir-rate.h"
#include "weir-block.h"
#include "weir-graph.h"
#include "weir-workflow.h"
#include "weir-workflow-file.h"
#include "weir-event.h"
#include "weir-run-state.h"
#include "weir-run.h"
#include "weir-run-view.h"
#include "weir-undo.h"
#include "weir-subscription.h"
#include "weir-engine.h"
#include "weir-control.h"
