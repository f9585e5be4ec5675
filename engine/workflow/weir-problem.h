/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "weir-error.h"

G_BEGIN_DECLS

typedef enum
{
  WEIR_SEVERITY_ERROR,   /* the workflow cannot run */
  WEIR_SEVERITY_WARNING, /* it can, but perhaps not as meant */
  WEIR_SEVERITY_INFO,
} WeirSeverity;

/**
 * WeirProblem:
 *
 * One thing that is wrong with a workflow or its file, and where. Immutable.
 */
#define WEIR_TYPE_PROBLEM (weir_problem_get_type ())
WEIR_API G_DECLARE_FINAL_TYPE (WeirProblem, weir_problem, WEIR, PROBLEM, GObject)

WEIR_API WeirProblem *weir_problem_new          (WeirSeverity  severity,
                                                 const char   *code,
                                                 const char   *message,
                                                 const char   *block_path,
                                                 const char   *port,
                                                 const char   *field,
                                                 guint         line,
                                                 guint         column);
WEIR_API WeirSeverity weir_problem_get_severity (WeirProblem *self);
/* A stable word for tests and fixes: "port.unknown", "type.mismatch", "yaml.syntax" ... */
WEIR_API const char  *weir_problem_get_code     (WeirProblem *self);
/* What was expected and what came, without full stop. */
WEIR_API const char  *weir_problem_get_message  (WeirProblem *self);
/* Ids from the root down, "move/to"; NULL if it is about the whole. */
WEIR_API const char  *weir_problem_get_block_path (WeirProblem *self);
WEIR_API const char  *weir_problem_get_port     (WeirProblem *self);
WEIR_API const char  *weir_problem_get_field    (WeirProblem *self);
/* From 1; 0 where there is no file. */
WEIR_API guint        weir_problem_get_line     (WeirProblem *self);
WEIR_API guint        weir_problem_get_column   (WeirProblem *self);
/* "tidy.yaml:12:7: error: block move, port files: ..." (transfer full) */
WEIR_API char        *weir_problem_to_string    (WeirProblem *self,
                                                 const char  *file_name);

G_END_DECLS
