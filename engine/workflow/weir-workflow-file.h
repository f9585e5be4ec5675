/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "weir-workflow.h"

G_BEGIN_DECLS

/* The workflow file: YAML (or JSON of the same shape) as in the design, scalars by the YAML 1.2 core schema. Comments and
 * unknown keys survive; parse → write → parse → write is byte-identical. Limits: 16 MiB, depth 64, no more than 100 alias
 * expansions of 10,000 nodes in all. Nothing is run or fetched. */

/* Returns the workflow, or NULL with every problem of syntax and shape in @problems (out, transfer full, of WeirProblem, never NULL)
 * and the first of them in @error. A workflow that parses may still have problems by weir_workflow_validate(). */
WEIR_API WeirWorkflow *weir_workflow_parse       (const char    *text,
                                                  gssize         length,
                                                  GListModel   **problems,
                                                  GError       **error);
WEIR_API WeirWorkflow *weir_workflow_load        (const char    *path,
                                                  GListModel   **problems,
                                                  GError       **error);
WEIR_API char         *weir_workflow_to_yaml     (WeirWorkflow  *self);
WEIR_API char         *weir_workflow_to_json     (WeirWorkflow  *self);
/* A drawing for pages that show Mermaid; not a workflow any more. (transfer full) */
WEIR_API char         *weir_workflow_to_mermaid  (WeirWorkflow  *self);
/* Atomic. The format by the file's ending (.json, else YAML). */
WEIR_API gboolean      weir_workflow_save_file   (WeirWorkflow  *self,
                                                  const char    *path,
                                                  GError       **error);
/* One value in YAML, as in a config field: for the four verbs and the command line. */
WEIR_API WeirValue    *weir_yaml_parse_value     (const char    *text,
                                                  gssize         length,
                                                  GError       **error);
/* A JSON Schema (draft 2020-12) of the file format, made from the block kinds known to the process. */
WEIR_API char         *weir_workflow_make_schema (void);

G_END_DECLS
