/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <weir.h>

G_BEGIN_DECLS

/**
 * WeirKindQuery:
 *
 * What is typed to find a kind: words, and filters as in "resize in:image cat:files". `in:` and `out:` name a type that
 * a port takes or gives, `cat:` begins the title or id of a family.
 */
typedef struct _WeirKindQuery WeirKindQuery;

WeirKindQuery *weir_kind_query_new       (const char          *text);
void           weir_kind_query_free      (WeirKindQuery       *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirKindQuery, weir_kind_query_free)
/* What is left for a fuzzy search. */
const char    *weir_kind_query_get_words (WeirKindQuery       *self);
/* Whether a kind passes the filters. */
gboolean       weir_kind_query_accepts   (WeirKindQuery       *self,
                                          const WeirBlockKind *kind,
                                          const char          *category);

G_END_DECLS
