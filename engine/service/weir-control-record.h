/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Arguments and answers of the methods of WeirControl. */

#include "weir-value.h"

G_BEGIN_DECLS

/* The argument `run`. */
gint64      weir_control_get_run_id  (WeirValue   *args);
/* NULL: not given, which is empty text, as D-Bus has no null. (transfer none) */
const char *weir_control_get_text    (WeirValue   *args,
                                      const char  *name);
/* Null for what there is not. */
void        weir_control_set_text    (WeirBuilder *builder,
                                      const char  *name,
                                      const char  *text);
void        weir_control_set_time    (WeirBuilder *builder,
                                      const char  *name,
                                      gint64       at);
void        weir_control_set_int     (WeirBuilder *builder,
                                      const char  *name,
                                      gint64       value);
/* @value is taken. (transfer full) */
WeirValue  *weir_control_make_record (const char  *name,
                                      WeirValue   *value);

G_END_DECLS
