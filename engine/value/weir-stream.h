/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libdex.h>

#include "weir-value.h"

G_BEGIN_DECLS

/*
 * A stream is a value that says how to get at more data than memory should hold: a source and the operations on it. It is a
 * recipe, not a pipe: nothing is read before somebody opens it, every reader reads for itself and at its own speed, and after a
 * crash it is opened again.
 */

/**
 * WeirStreamUnit:
 * @WEIR_STREAM_BYTES: what comes is bytes, in chunks that mean nothing
 * @WEIR_STREAM_ITEMS: what comes is values: lines, rows, items
 *
 * What a stream consists of.
 */
typedef enum
{
  WEIR_STREAM_BYTES,
  WEIR_STREAM_ITEMS,
} WeirStreamUnit;

/* The bytes of a file as it is now: reading another one later fails with io.changed. @encoding is for who wants its lines:
 * "auto", "utf-8", "iso-8859-1", "utf-16le", ... */
WEIR_API WeirValue *weir_stream_new_file (WeirValue *file, const char *encoding);
/* The items of a list or rows of a table. */
WEIR_API WeirValue *weir_stream_new_list (WeirValue *list);

/* The stream with one more operation, a record {op: "...", ...}; bytes are split into lines where an operation wants items:
 *
 *   {op: "lines"}                         bytes to lines of text, without their ends
 *   {op: "map" | "filter", expr, scope}   expressions over item and index, and the members of the record scope
 *   {op: "pluck", key}                    the member at a path like user.name
 *   {op: "flatten", depth}
 *   {op: "limit" | "skip", count}         {op: "slice", start, count}         {op: "window", count}
 *   {op: "reduce", expr, scope, initial}  over result besides; one item comes out of it
 *   {op: "csv_parse", delimiter, quote, header, types, bad_rows}          lines of CSV to records
 *   {op: "csv_write", delimiter, quote, header}                           and back
 *   {op: "encode", encoding, newline}     to bytes: text a line each, bytes as they are, all else a line of JSON each
 *
 * Fails with config.invalid, or where an expression does not compile. */
WEIR_API WeirValue     *weir_stream_with_operation (WeirValue *stream, WeirValue *operation, GError **error);
WEIR_API WeirStreamUnit weir_stream_get_unit       (WeirValue *stream);
/* The file that it reads; NULL if its source is no file. */
WEIR_API const char    *weir_stream_get_path       (WeirValue *stream);
/* "lines of log.txt, filter, map" */
WEIR_API char          *weir_stream_describe       (WeirValue *stream);

/**
 * WeirStreamReader:
 *
 * Reads a stream once, from its beginning. Works in a thread, a chunk at a time, only when asked for more: who reads slowly holds up
 * all that is behind. Belongs to the thread that made it, except where said otherwise.
 */
typedef struct _WeirStreamReader WeirStreamReader;

#define WEIR_TYPE_STREAM_READER (weir_stream_reader_get_type ())
WEIR_API GType             weir_stream_reader_get_type (void) G_GNUC_CONST;
/* @unit: what is wanted; lines are made of bytes, and bytes of items as "encode" does. */
WEIR_API WeirStreamReader *weir_stream_reader_new      (WeirValue *stream, WeirStreamUnit unit, GCancellable *cancellable,
                                                        GError **error);
WEIR_API WeirStreamReader *weir_stream_reader_ref      (WeirStreamReader *self);
WEIR_API void              weir_stream_reader_unref    (WeirStreamReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirStreamReader, weir_stream_reader_unref)

/* Resolves to GBytes or to a list (WeirValue), perhaps empty in between; one at a time. Rejects with io.*, data.encoding,
 * code.exception, limit.size, flow.cancelled; messages name the line. */
WEIR_API DexFuture *weir_stream_reader_next              (WeirStreamReader *self) G_GNUC_WARN_UNUSED_RESULT;
/* Whether what came last is all. */
WEIR_API gboolean   weir_stream_reader_is_at_end         (WeirStreamReader *self);
/* How much of the source was read, 0 to 1, and the same for people: "12.5 MB of 2.0 GB". Any thread. */
WEIR_API double     weir_stream_reader_get_fraction      (WeirStreamReader *self);
WEIR_API char      *weir_stream_reader_describe_progress (WeirStreamReader *self);

G_END_DECLS
