/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "weir-value.h"

G_BEGIN_DECLS

/**
 * WeirExpression:
 *
 * A compiled JavaScript expression or a text template. Runs on an embedded QuickJS in a frozen realm: no I/O,
 * clock or randomness, 50 ms and 16 MiB for each evaluation by default. Each thread has a realm of its own: an expression
 * is used and freed in the thread that compiled it.
 */
typedef struct _WeirExpression WeirExpression;

#define WEIR_TYPE_EXPRESSION (weir_expression_get_type ())
WEIR_API GType           weir_expression_get_type  (void) G_GNUC_CONST;
WEIR_API WeirExpression *weir_expression_ref       (WeirExpression *self);
WEIR_API void            weir_expression_unref     (WeirExpression *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirExpression, weir_expression_unref)

/* One expression, as after the `=` of a typed field or in `when`. Compiled sources are cached: the same text
 * gives the same object in the same thread. Errors (WEIR_ERROR_EXPRESSION) say line and column. */
WEIR_API WeirExpression *weir_expression_compile   (const char      *source,
                                                    GError         **error);
/* Text with {{ expression }} inside; `\{{` is a literal. A template that is one expression and nothing else
 * keeps the expression's own type. */
WEIR_API WeirExpression *weir_template_compile     (const char      *source,
                                                    GError         **error);
/* Whether a text field needs weir_template_compile(). */
WEIR_API gboolean        weir_template_is_template (const char      *text);

/* @scope is a record; its members are the expression's global names. Values are exposed lazily, not
 * copied; results share structure with what went in. undefined is null. (transfer full) */
WEIR_API WeirValue      *weir_expression_evaluate  (WeirExpression  *self,
                                                    WeirValue       *scope,
                                                    GError         **error);
/* The global names that it reads, for the validator; `blocks.x.y` is reported as "blocks.x.y".
 * (transfer none) (array zero-terminated=1) */
WEIR_API const char * const *weir_expression_get_names (WeirExpression *self);

G_END_DECLS
