/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <weir-sdk.h>

G_BEGIN_DECLS

/* The part of Handlebars and Mustache that data.template speaks. */
typedef struct
{
  WeirValue *partials;        /* record of texts, or NULL */
  WeirValue *scope;           /* record of names that stand for something unless the value has such a member; or NULL */
  gboolean   escape_html;
  gboolean   fail_on_missing;
  gsize      max_length;
} MustacheOptions;

GString  *weir_mustache_render (const char            *template,
                                WeirValue             *value,
                                const MustacheOptions *options,
                                GError               **error);
gboolean  weir_mustache_check  (const char            *template,
                                GError               **error);

G_END_DECLS
