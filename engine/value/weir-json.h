/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "weir-value.h"

G_BEGIN_DECLS

/* JSON by RFC 8259, parsed and written straight to and from values with yyjson. Numbers without
 * fraction or exponent that fit are ints, all others numbers; "1.0" stays a number when written.
 * At most 512 levels deep and 1 GiB long. Errors name line and column. */
WEIR_API WeirValue *weir_json_parse        (const char  *text,
                                            gssize       length,
                                            GError     **error);
/* Plain JSON for the world: times as ISO 8601 text, bytes as base64 text, files as their path, errors as
 * {"class","message","data"}, durations as ms, NaN and infinities as null. @indent: 0 for one line. */
WEIR_API char      *weir_json_write        (WeirValue   *value,
                                            guint        indent,
                                            gsize       *length);

/* The journal's own JSON, in which every kind of value comes back as it was: what JSON lacks is written
 * {"$weir": "time", "v": 1700000000000000}; a record with a member "$weir" is wrapped likewise. */
WEIR_API WeirValue *weir_value_decode      (const char  *text,
                                            gssize       length,
                                            GError     **error);
WEIR_API char      *weir_value_encode      (WeirValue   *value,
                                            gsize       *length);

G_END_DECLS
