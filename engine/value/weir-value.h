/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "weir-error.h"

G_BEGIN_DECLS

/**
 * WeirValueKind:
 *
 * The kinds of value that flow between blocks.
 */
typedef enum
{
  WEIR_VALUE_NULL,
  WEIR_VALUE_BOOL,
  WEIR_VALUE_INT,
  WEIR_VALUE_NUMBER,
  WEIR_VALUE_TEXT,
  WEIR_VALUE_BYTES,
  WEIR_VALUE_TIME,
  WEIR_VALUE_DURATION,
  WEIR_VALUE_LIST,
  WEIR_VALUE_RECORD,
  WEIR_VALUE_FILE,
  WEIR_VALUE_TABLE,
  WEIR_VALUE_ERROR,
  WEIR_VALUE_SECRET,
  WEIR_VALUE_STREAM,
} WeirValueKind;

/**
 * WeirValue:
 *
 * An immutable value. Reference-counted atomically: any thread may hold, read and drop it; sharing never copies.
 */
typedef struct _WeirValue WeirValue;

#define WEIR_TYPE_VALUE (weir_value_get_type ())
WEIR_API GType          weir_value_get_type         (void) G_GNUC_CONST;
WEIR_API WeirValue     *weir_value_ref              (WeirValue *self);
WEIR_API void           weir_value_unref            (WeirValue *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirValue, weir_value_unref)

/* Scalars. new_null (), true, false and small ints are shared constants. Text must be valid UTF-8:
 * new_text () takes NUL-terminated text, new_text_len () any length, NULs allowed; both copy. */
WEIR_API WeirValue     *weir_value_new_null         (void);
WEIR_API WeirValue     *weir_value_new_bool         (gboolean       value);
WEIR_API WeirValue     *weir_value_new_int          (gint64         value);
WEIR_API WeirValue     *weir_value_new_number       (double         value);
WEIR_API WeirValue     *weir_value_new_text         (const char    *text);
WEIR_API WeirValue     *weir_value_new_text_len     (const char    *text,
                                                     gsize          length);
WEIR_API WeirValue     *weir_value_new_bytes        (GBytes        *bytes);
WEIR_API WeirValue     *weir_value_new_time         (gint64         time_us);
WEIR_API WeirValue     *weir_value_new_duration     (gint64         duration_ms);
/* A local file or folder by absolute path; identity (device, inode, size, mtime in µs) is what it was when
 * the value was made, all 0 where it does not exist. */
WEIR_API WeirValue     *weir_value_new_file         (const char    *path);
WEIR_API WeirValue     *weir_value_new_error        (const char    *class_name,
                                                     const char    *message,
                                                     WeirValue     *data);
WEIR_API WeirValue     *weir_value_new_secret       (const char    *handle);

/* Lists and records. new_list () and new_record () take their own references on the items. Keys keep
 * their order; a key given twice keeps the first place and the last value. */
WEIR_API WeirValue     *weir_value_new_list         (WeirValue    **items,
                                                     gsize          n_items);
WEIR_API WeirValue     *weir_value_new_record       (const char   **keys,
                                                     WeirValue    **values,
                                                     gsize          n_members);
/* Rows are lists as long as the columns, or records. */
WEIR_API WeirValue     *weir_value_new_table        (const char   **columns,
                                                     gsize          n_columns,
                                                     WeirValue     *rows);
/* A new record with one member set, replaced or (value NULL) removed. */
WEIR_API WeirValue     *weir_value_with_member      (WeirValue     *record,
                                                     const char    *key,
                                                     WeirValue     *value);

/**
 * WeirBuilder:
 *
 * Builds one list or record, item by item, without copying. Not thread-safe. `end` consumes it.
 */
typedef struct _WeirBuilder WeirBuilder;
WEIR_API WeirBuilder   *weir_list_builder_new       (gsize          expected);
WEIR_API WeirBuilder   *weir_record_builder_new     (gsize          expected);
WEIR_API void           weir_builder_add            (WeirBuilder   *self,
                                                     WeirValue     *item);
WEIR_API void           weir_builder_take           (WeirBuilder   *self,
                                                     WeirValue     *item);
WEIR_API void           weir_builder_set            (WeirBuilder   *self,
                                                     const char    *key,
                                                     WeirValue     *value);
WEIR_API void           weir_builder_set_take       (WeirBuilder   *self,
                                                     const char    *key,
                                                     WeirValue     *value);
WEIR_API WeirValue     *weir_builder_end            (WeirBuilder   *self);
WEIR_API void           weir_builder_free           (WeirBuilder   *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirBuilder, weir_builder_free)

/* Reading. All are (transfer none) and live as long as the value; a getter of the wrong kind is a
 * programmer's mistake and answers 0, NULL or the null value after a critical warning. */
WEIR_API WeirValueKind  weir_value_get_kind         (WeirValue     *self);
WEIR_API const char    *weir_value_get_kind_name    (WeirValue     *self);
WEIR_API gboolean       weir_value_is_null          (WeirValue     *self);
WEIR_API gboolean       weir_value_get_bool         (WeirValue     *self);
WEIR_API gint64         weir_value_get_int          (WeirValue     *self);
/* Of a number or an int. */
WEIR_API double         weir_value_get_number       (WeirValue     *self);
/* Of text; NUL-terminated. @length may be NULL. */
WEIR_API const char    *weir_value_get_text         (WeirValue     *self,
                                                     gsize         *length);
WEIR_API GBytes        *weir_value_get_bytes        (WeirValue     *self);
WEIR_API gint64         weir_value_get_time         (WeirValue     *self);
WEIR_API gint64         weir_value_get_duration_ms  (WeirValue     *self);
WEIR_API const char    *weir_value_get_path         (WeirValue     *self);
WEIR_API const char    *weir_value_get_secret       (WeirValue     *self);
/* Items of a list, members of a record, rows of a table; 0 for everything else. */
WEIR_API gsize          weir_value_get_length       (WeirValue     *self);
WEIR_API WeirValue     *weir_value_get_item         (WeirValue     *self,
                                                     gsize          index);
WEIR_API const char    *weir_value_get_key          (WeirValue     *self,
                                                     gsize          index);
/* NULL if there is no such member, or self is no record. Error values answer "class", "message",
 * "data"; file values "path", "name", "stem", "extension", "parent", "size", "modified". */
WEIR_API WeirValue     *weir_value_find_member      (WeirValue     *self,
                                                     const char    *key);
WEIR_API const char    *weir_value_get_column       (WeirValue     *table,
                                                     gsize          index);
WEIR_API gsize          weir_value_get_n_columns    (WeirValue     *table);

/* Convenience for records: the member as text, int, bool; @fallback if absent or of another kind. */
WEIR_API const char    *weir_value_get_member_text  (WeirValue     *self,
                                                     const char    *key,
                                                     const char    *fallback);
WEIR_API gint64         weir_value_get_member_int   (WeirValue     *self,
                                                     const char    *key,
                                                     gint64         fallback);
WEIR_API gboolean       weir_value_get_member_bool  (WeirValue     *self,
                                                     const char    *key,
                                                     gboolean       fallback);

WEIR_API gboolean       weir_value_equal            (WeirValue     *a,
                                                     WeirValue     *b);
/* Truthiness as of JavaScript: null, false, 0, NaN and "" are false. */
WEIR_API gboolean       weir_value_is_truthy        (WeirValue     *self);
/* As a person reads it: text bare, scalars plain, times in ISO 8601, others as JSON; at most
 * @max_bytes of UTF-8 (0: no limit), cut with "…". */
WEIR_API char          *weir_value_to_display       (WeirValue     *self,
                                                     gsize          max_bytes);
/* About how many bytes it takes as JSON; counting stops at @limit. */
WEIR_API gsize          weir_value_estimate_size    (WeirValue     *self,
                                                     gsize          limit);

G_END_DECLS
