/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Changing files: whole, or not at all. Everything here blocks and may be called from any thread. */

#include "weir-file-spool.h"
#include "weir-file-state.h"
#include "weir-step.h"

G_BEGIN_DECLS

/**
 * WeirFileSync:
 *
 * Folders whose entries changed and that are still to be synced, so that a hundred files of one folder cost one sync. NULL where one is
 * taken: at once.
 */
typedef struct _WeirFileSync WeirFileSync;
WeirFileSync *weir_file_sync_new    (void);
/* Syncs them, and frees. */
void       weir_file_sync_finish    (WeirFileSync *self);
void       weir_file_sync_parent    (WeirFileSync *self, const char *path);

/* @mode may have WEIR_WRITE_UNSYNCED. */
gboolean   weir_file_write          (const char *path, GBytes *content, WeirWriteMode mode, GError **error);
/* The same of content that was gathered; @spool is used up. */
gboolean   weir_file_write_spool    (const char *path, WeirFileSpool *spool, WeirWriteMode mode, GError **error);
/* A file beside @path to be filled: without a name where the file system can, so that a crash leaves nothing behind, else with the
 * name in @temporary. -1 with errno when it cannot be. */
int        weir_file_open_beside    (const char *path, char **temporary);
/* Removes what writes to @paths (of char *) left beside them when they were killed. Nobody may be writing there. */
/* @times (nullable): folder → gint64 *: what time the folder had before that, which it gets back. */
void       weir_file_remove_debris  (GPtrArray *paths, GHashTable *times);
/* Why @path cannot be written, before anything is tried. */
gboolean   weir_file_may_write      (const char *path, GError **error);
gboolean   weir_file_move           (const char *from, const char *to, gboolean replace, WeirFileSync *sync, GError **error);
/* Missing parents of @path, outermost first. (transfer full): of char * */
GPtrArray *weir_file_missing_parents (const char *path);
gboolean   weir_file_make_folder    (const char *path, WeirFileSync *sync, GError **error);
gboolean   weir_file_remove         (const char *path, WeirFileSync *sync, GError **error);
gboolean   weir_file_remove_tree    (const char *path, WeirFileSync *sync, GError **error);
gboolean   weir_file_set_time       (const char *path, gint64 mtime);
gboolean   weir_file_get_time       (const char *path, gint64 *mtime);
/* Mode, owner (where it may), attributes and time, as far as @state has them. */
gboolean   weir_file_set_attributes (const char *path, WeirValue *state, GError **error);

typedef struct
{
  gint64          done; /* bytes; atomic */
  GCancellable   *cancellable;
} WeirFileProgress;

/* @content in place of what is at @path, with what @state says of it. */
gboolean   weir_file_put_back       (const char *path, GBytes *content, WeirValue *state, WeirFileSync *sync, GError **error);
/* A copy of the regular file @from with what @state says of it, in place of what is at @to. @progress may be NULL. */
gboolean   weir_file_copy_file      (const char *from, const char *to, WeirValue *state, gboolean sync_content, WeirFileSync *sync,
                                     WeirFileProgress *progress, GError **error);

/* Brings @path to @state; @from (nullable) is what it was made into: of what it lists, what @state does not is removed. @note (out, nullable):
 * what was done otherwise. */
gboolean   weir_file_restore        (WeirStore *store, const char *path, WeirValue *state, WeirValue *from, WeirFileSync *sync, char **note,
                                     GError **error);

G_END_DECLS
