/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What is at a path, as a record that can be compared and put back. Everything here blocks and may be called from any thread.
 *
 *   {exists: false}
 *   {exists: true, kind: "file" | "folder" | "link" | "pipe" | "other", size, mtime (ns), mode, uid, gid, device, inode, link?, xattrs?}
 *
 * Kept so that it can be put back: `content` (bytes, of small files) or `blob` (a hash) of a file; `entries` of a folder: states with
 * `path` below it, outermost first. A folder without `entries` stands for itself only. */

#include "weir-sha256.h"
#include "weir-store.h"

G_BEGIN_DECLS

typedef enum
{
  WEIR_STATE_PLAIN      = 0,
  WEIR_STATE_ATTRIBUTES = 1 << 0, /* with xattrs */
  WEIR_STATE_CONTENT    = 1 << 1, /* with what is in files */
  WEIR_STATE_TREE       = 1 << 2, /* with what is in a folder */
  WEIR_STATE_WHOLE      = WEIR_STATE_ATTRIBUTES | WEIR_STATE_CONTENT | WEIR_STATE_TREE,
} WeirStateDetail;

/* @left (inout, nullable): how many bytes of content may still be kept; fails with undo.limit when that is not enough. Without content
 * it does not fail. @store may be NULL then. (transfer full) */
WeirValue *weir_file_get_state     (WeirStore *store, const char *path, WeirStateDetail detail, gint64 *left, GError **error);
/* Only of the members @paths (list of text or of states with `path`) of the folder at @path. (transfer full) */
WeirValue *weir_file_get_state_of  (WeirStore *store, const char *path, WeirValue *paths, WeirStateDetail detail, gint64 *left, GError **error);
/* @path with the links on the way to it followed, as far as there is something; not that of the path itself: links may be gone when it is
 * undone. (transfer full) */
char      *weir_file_get_place     (const char *path);
/* {path, mtime} of the folder that @path is in. (transfer full) */
WeirValue *weir_file_get_parent_time (const char *path);
/* {path, mtime} of the folder @path, without mtime if there is none. (transfer full) */
WeirValue *weir_file_get_time_of   (const char *path);
/* (transfer full): a record of bytes, in the order of their names: two of the same are equal */
WeirValue *weir_file_get_xattrs    (const char *path);

gboolean   weir_state_exists       (WeirValue *state);
gboolean   weir_state_is           (WeirValue *state, const char *kind);
/* Whether the content can be put back from it. */
gboolean   weir_state_has_content  (WeirValue *state);
/* The same as far as metadata tells, a folder's own contents and times left out. Not the inode: what was put back is another file. */
gboolean   weir_state_same         (WeirValue *a, WeirValue *b);
/* Whether @now is the very file @from (nullable), and @to is another: with the same length in the same tick of the clock they look alike. */
gboolean   weir_state_is_still     (WeirValue *now, WeirValue *from, WeirValue *to);
/* Its entries by path, borrowed. @state may be NULL. (transfer full) */
GHashTable *weir_state_index       (WeirValue *state);
guint64    weir_state_get_size     (WeirValue *state);
/* @state with one more member; @value is taken. (transfer full) */
WeirValue *weir_state_with         (WeirValue *state, const char *key, WeirValue *value);
/* {exists: false} (transfer full) */
WeirValue *weir_state_new_nothing  (void);

/* The bytes of a file; FALSE if it cannot be read. */
gboolean   weir_file_add_to_hash   (const char *path, WeirSha256 *sum);
/* Hash of a regular file; NULL if it cannot be read. */
char      *weir_file_get_hash      (const char *path);
gboolean   weir_file_fail          (GError **error, int code, const char *what, const char *path);

G_END_DECLS
