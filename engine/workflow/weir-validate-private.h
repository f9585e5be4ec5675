/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Private to engine/workflow: what the parts of validation share. */

#include "weir-workflow-private.h"

G_BEGIN_DECLS

typedef struct
{
  WeirWorkflow *workflow;
  GPtrArray    *problems;
  guint         visits; /* left for looking whether a block is upstream of another */
} WeirValidation;

void weir_validation_add        (WeirValidation *self,
                                 WeirSeverity    severity,
                                 const char     *code,
                                 WeirBlock      *block,
                                 const char     *port,
                                 const char     *field,
                                 guint           line,
                                 guint           column,
                                 const char     *format,
                                 ...) G_GNUC_PRINTF (9, 10);
/* Expressions: all that is in a raw value of a setting, and the condition of a link. */
void weir_validation_check_text (WeirValidation *self,
                                 WeirBlock      *block,
                                 const WeirField *field,
                                 WeirValue      *value,
                                 guint           line,
                                 guint           column);
void weir_validation_check_when (WeirValidation *self,
                                 WeirLink       *link);
/* Whether a raw value has an expression anywhere inside. */
gboolean weir_value_is_dynamic  (WeirValue      *value);
/* Blocks with their settings. */
void weir_validation_check_block (WeirValidation *self,
                                 WeirBlock      *block);
/* weir-block-cache.c: whether what it gives can be kept. */
void weir_validation_check_cache (WeirValidation *self,
                                 WeirBlock      *block,
                                 const WeirBlockKind *kind);
/* weir-block-limits.c: pool, key and rate of one. */
void weir_validation_check_limits (WeirValidation *self,
                                 WeirBlock      *block);

G_END_DECLS
