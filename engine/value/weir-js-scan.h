/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A light reading of JavaScript: enough to find where an expression ends and which names it reads. */
typedef enum
{
  WEIR_TOKEN_END,
  WEIR_TOKEN_NAME,
  WEIR_TOKEN_NUMBER,
  WEIR_TOKEN_TEXT,
  WEIR_TOKEN_REGEX,
  WEIR_TOKEN_TEMPLATE, /* the text part of `...${ */
  WEIR_TOKEN_SIGN,     /* one character, or ?. or => or ... */
} WeirTokenKind;

typedef struct
{
  WeirTokenKind kind;
  const char   *start;
  const char   *end;
} WeirToken;

typedef struct
{
  const char *next;
  const char *end;
  WeirToken   last;           /* tells a regular expression from a division */
  guint       depth;          /* of brackets */
  GArray     *template_depths; /* at which a } goes on with a template literal */
} WeirScanner;

void       weir_scanner_init  (WeirScanner *self,
                               const char  *text,
                               gsize        length);
void       weir_scanner_clear (WeirScanner *self);
WeirToken  weir_scanner_next  (WeirScanner *self);
gboolean   weir_token_is      (const WeirToken *self,
                               const char  *text);
gboolean   weir_is_js_keyword (const char  *word,
                               gsize        length);
/* One of JavaScript's own globals. */
gboolean   weir_js_is_own_name (const char *word);

/* Where the }} is that ends the expression starting at @text; NULL if there is none. */
const char *weir_js_find_end  (const char  *text);
/* The global names that an expression reads, or more: it may name parameters too. `a.b.c` as it is for a = blocks. */
void       weir_js_find_names (const char  *text,
                               gsize        length,
                               GPtrArray   *names);

G_END_DECLS
