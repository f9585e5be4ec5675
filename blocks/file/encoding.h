/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <weir-sdk.h>

G_BEGIN_DECLS

/* Bytes of files to values, and back. */
extern const char *const weir_encoding_ids[];
extern const char *const weir_encoding_titles[];

WeirValue *weir_encoding_decode (GBytes      *content,
                                 const char  *encoding,
                                 GError     **error);
GBytes    *weir_encoding_encode (WeirValue   *value,
                                 const char  *encoding,
                                 const char  *newline,
                                 GError     **error);

G_END_DECLS
