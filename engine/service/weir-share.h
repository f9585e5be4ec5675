/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "weir-workflow.h"

G_BEGIN_DECLS

WEIR_API WeirWorkflow *weir_workflow_copy_for_sharing (WeirWorkflow *self,
                                                       guint        *n_left_out);

G_END_DECLS
