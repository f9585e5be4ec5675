/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "weir-stream.h"
#include "weir-value-private.h"

G_BEGIN_DECLS

/*
 * The recipe is a record, so that the journal keeps it like any other:
 *
 *   {source: {file: FILE, encoding: "auto"} or {list: LIST}, ops: [{op: "filter", ...}, ...]}
 *
 * A reader makes of it a source and a chain of operations. Items travel through the chain in batches, each with the line or
 * row of the source that it stems from, for messages.
 */
typedef struct
{
  WeirValue *value;
  guint64    place; /* from 1 */
} WeirStreamItem;

/* Of WeirStreamItem, which it owns. */
typedef GArray WeirStreamBatch;

WeirStreamBatch *weir_stream_batch_new  (void);
/* Takes @value. */
void             weir_stream_batch_take (WeirStreamBatch *self, WeirValue *value, guint64 place);

/* Empties it, and gives what was in it. */
WeirStreamBatch *weir_stream_batch_take_all (WeirStreamBatch *self);

typedef struct _WeirStreamOp WeirStreamOp;

/* Checks the record; does not compile anything yet: that is for the thread that runs it. */
WeirStreamOp *weir_stream_op_new      (WeirValue *record, GError **error);
void          weir_stream_op_free     (WeirStreamOp *self);
const char   *weir_stream_op_get_name (WeirStreamOp *self);
gboolean      weir_stream_op_compile  (WeirStreamOp *self, GError **error);
/* Puts what the operation makes of @batch in its place. @is_last: no more comes; set when no more is wanted. @failed_at: the place
 * of the item that failed, or 0. */
gboolean      weir_stream_op_run      (WeirStreamOp *self, WeirStreamBatch *batch, gboolean *is_last, guint64 *failed_at,
                                       GError **error);

/* Lines of CSV to records, and records or lists to lines of CSV. */
typedef struct _WeirStreamCsv WeirStreamCsv;
WeirStreamCsv *weir_stream_csv_new   (WeirValue *record, GError **error);
void           weir_stream_csv_free  (WeirStreamCsv *self);
gboolean       weir_stream_csv_parse (WeirStreamCsv *self, WeirStreamBatch *batch, gboolean is_last, guint64 *failed_at, GError **error);
gboolean       weir_stream_csv_write (WeirStreamCsv *self, WeirStreamBatch *batch, guint64 *failed_at, GError **error);

/* The end of a chain: items as lines. */
typedef struct _WeirStreamEncoder WeirStreamEncoder;
WeirStreamEncoder *weir_stream_encoder_new      (WeirValue *record, GError **error);
void               weir_stream_encoder_free     (WeirStreamEncoder *self);
gboolean           weir_stream_encoder_add      (WeirStreamEncoder *self, WeirStreamBatch *batch, guint64 *failed_at, GError **error);
gsize              weir_stream_encoder_get_size (WeirStreamEncoder *self);
GBytes            *weir_stream_encoder_take     (WeirStreamEncoder *self);

typedef struct _WeirStreamSource WeirStreamSource;
WeirStreamSource *weir_stream_source_new          (WeirValue *record, GError **error);
void              weir_stream_source_free         (WeirStreamSource *self);
/* Opens the file; fails with io.changed if it is not the one of the recipe. */
gboolean          weir_stream_source_open         (WeirStreamSource *self, GError **error);
/* The next bytes; empty at the end. */
GBytes           *weir_stream_source_read         (WeirStreamSource *self, GError **error);
/* The next lines or items; nothing at the end, and perhaps in the midst of a long line. */
gboolean          weir_stream_source_read_items   (WeirStreamSource *self, WeirStreamBatch *batch, gboolean *at_end, GError **error);
/* "log.txt, line 12: " or "Item 12: " */
void              weir_stream_source_prefix       (WeirStreamSource *self, guint64 place, GError **error);
/* Any thread. */
void              weir_stream_source_get_progress (WeirStreamSource *self, guint64 *done, guint64 *total, gboolean *is_bytes);

WeirValue *weir_stream_get_recipe (WeirValue *stream);

G_END_DECLS
