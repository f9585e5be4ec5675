/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "weir-cli.h"

G_BEGIN_DECLS

/* The inputs of a run from "name=value" words, each as the type that the workflow declares. @given: inputs set
 * already (a record), or NULL. Fails with WEIR_ERROR_INVALID for unknown, unreadable and missing ones. (transfer
 * full): a record */
WeirValue *weir_inputs_parse (WeirWorkflow       *workflow,
                              const char *const  *pairs,
                              WeirValue          *given,
                              GError            **error);

G_END_DECLS
