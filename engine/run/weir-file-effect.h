/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Effects on files: what is recorded before and after, how they are done, and how they are undone. Everything here blocks and
 * may be called from any thread. */

#include "weir-store.h"
#include "weir-step.h"

G_BEGIN_DECLS

/* {exists: false} or {exists, kind: "file"|"folder"|"link"|"other", size, mtime (ns), mode, device, inode}. */
WeirValue *weir_file_describe      (const char *path);
/* The same with "blob" (its content kept in the store) and "xattrs" for a regular file, "link" for a symbolic link. */
WeirValue *weir_file_keep          (WeirStore *store, const char *path, GError **error);

gboolean   weir_file_write         (const char *path, GBytes *content, WeirWriteMode mode, GError **error);
gboolean   weir_file_move          (const char *from, const char *to, gboolean replace, GError **error);
/* Missing parents of @path, outermost first. (transfer full): of char * */
GPtrArray *weir_file_missing_parents (const char *path);
gboolean   weir_file_make_folder   (const char *path, GError **error);

/* What undoing would do, and what stands in its way. All (out, transfer full). @conflict NULL: nothing. @foreseen (nullable): what will be at
 * some paths by then, as later effects of the run are undone first. */
void       weir_file_effect_explain (const WeirEffect *effect, GHashTable *foreseen, char **description, char **conflict, guint64 *size);
/* Whether the world already is as it was before the effect. */
gboolean   weir_file_effect_is_undone (const WeirEffect *effect, GHashTable *foreseen);
/* Adds what undoing it leaves, path → record, to @foreseen. */
void       weir_file_effect_foresee (const WeirEffect *effect, GHashTable *foreseen);
/* @note (out, nullable): what was done otherwise than planned. */
gboolean   weir_file_effect_undo   (WeirStore *store, const WeirEffect *effect, WeirConflictChoice choice, char **note, GError **error);

G_END_DECLS
