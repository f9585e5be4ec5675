/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "weir-value.h"

G_BEGIN_DECLS

/**
 * WeirType:
 *
 * The type of a port or field: structural, immutable, reference-counted, any thread. Written
 * `any`, `null`, `bool`, `int`, `number`, `text`, `bytes`, `time`, `duration`, `file`, `dir`, `uri`, `json`,
 * `image`, `audio`, `table`, `secret`, `error`, `list<T>`, `record{name: T, other?: T}`, `stream<T>`, `T | U`;
 * `num`, `dur`, `rec`, `err` are read as the long names.
 */
typedef struct _WeirType WeirType;

#define WEIR_TYPE_TYPE (weir_type_get_type ())
WEIR_API GType       weir_type_get_type       (void) G_GNUC_CONST;
WEIR_API WeirType   *weir_type_ref            (WeirType    *self);
WEIR_API void        weir_type_unref          (WeirType    *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirType, weir_type_unref)

/* Errors say the column. The same text gives the same (interned) type. */
WEIR_API WeirType   *weir_type_parse          (const char  *text,
                                               GError     **error);
/* (transfer none) */
WEIR_API const char *weir_type_to_string      (WeirType    *self);
/* The outermost name: "list" of list<int>; "any" of a union. Decides shape and colour of a port. */
WEIR_API const char *weir_type_get_family     (WeirType    *self);

/* Whether an input of type @self takes what an output of type @source gives, perhaps by a conversion that
 * loses nothing. What is only known at run time (any, json) is accepted. If not, @reason (out, nullable,
 * transfer full) says why, as a sentence for a person without full stop. */
WEIR_API gboolean    weir_type_accepts        (WeirType    *self,
                                               WeirType    *source,
                                               char       **reason);
/* The value as this type: itself, or converted where nothing is lost (int to number, number with integral
 * value to int, file to its path as text, text to file where a path is asked for, ISO text to time,
 * "1m30s" to duration, table to list of records ...). Fails with class input.type, naming the place
 * inside ("item 3, member name"; items are counted from 0), what was expected and what came. (transfer full) */
WEIR_API WeirValue  *weir_type_convert        (WeirType    *self,
                                               WeirValue   *value,
                                               GError     **error);

/* "1m30s", "250ms", "2h", "1d" or a plain number of ms; "64KiB", "2MB", plain bytes. */
WEIR_API gboolean    weir_parse_duration      (const char  *text,
                                               gint64      *duration_ms,
                                               GError     **error);
/* "2026-11-20T15:40:21.500Z" (transfer full) */
WEIR_API char          *weir_format_time          (gint64             time_us);
WEIR_API char       *weir_format_duration     (gint64       duration_us);
/* "1 min 30 s", for a person (transfer full) */
WEIR_API char       *weir_display_duration    (gint64       duration_us);
WEIR_API gboolean    weir_parse_size          (const char  *text,
                                               guint64     *bytes,
                                               GError     **error);

G_END_DECLS
