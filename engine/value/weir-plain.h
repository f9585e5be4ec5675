/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "weir-value.h"

G_BEGIN_DECLS

/**
 * WeirPlain:
 *
 * An expression that means the same with and without JavaScript: a path ("item.path"), a text or a whole number, or two of
 * these with an operator between them ("value.n < 10"). Most of those that people write are such, and then most workflows never
 * start JavaScript.
 */
typedef struct _WeirPlain WeirPlain;

/* NULL if @source is more than that. */
WeirPlain *weir_plain_new      (const char *source);
void       weir_plain_free     (WeirPlain  *self);
/* (transfer full), NULL where JavaScript has more to say: it answers then, or fails in its own words. */
WeirValue *weir_plain_evaluate (WeirPlain  *self,
                                WeirValue  *scope);

G_END_DECLS
