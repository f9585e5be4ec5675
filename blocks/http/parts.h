/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A body out of bytes and files, read from disk while it is sent. */
#define WEIR_TYPE_HTTP_PARTS (weir_http_parts_get_type ())
G_DECLARE_FINAL_TYPE (WeirHttpParts, weir_http_parts, WEIR, HTTP_PARTS, GInputStream)

WeirHttpParts *weir_http_parts_new      (void);
void           weir_http_parts_add      (WeirHttpParts  *self,
                                         GBytes         *bytes);
void           weir_http_parts_add_text (WeirHttpParts  *self,
                                         const char     *text);
void           weir_http_parts_add_file (WeirHttpParts  *self,
                                         const char     *path);
/* The same from its beginning, to send it again: a stream that was sent is closed. */
WeirHttpParts *weir_http_parts_copy     (WeirHttpParts  *self);
/* Blocks. How long it all is, from the files as they are now; -1 with @error set. */
gssize         weir_http_parts_measure  (WeirHttpParts  *self,
                                         GError        **error);

G_END_DECLS
