/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A file in the making: filled part by part where nobody sees it, then put in its place at once. Everything here blocks
 * and may be called from any thread, one at a time. */

#include "weir-sha256.h"
#include "weir-step.h"

G_BEGIN_DECLS

typedef struct
{
  int         fd;
  char       *temporary; /* its name, where the file system has no files without one */
  guint64     size;
  guint64     flushed;   /* bytes that are on their way to the disk */
  WeirSha256 *sum;
} WeirFileSpool;

/* On the file system where @path will be: in its folder, or the nearest above it that is there. */
WeirFileSpool *weir_file_spool_new     (const char *path, GError **error);
void           weir_file_spool_free    (WeirFileSpool *self);
gboolean       weir_file_spool_add     (WeirFileSpool *self, GBytes *bytes, GError **error);
/* What a file will hold: with @after the content of that file and then this. Nothing can be added any more. */
char          *weir_file_spool_get_hash (WeirFileSpool *self, const char *after);

G_END_DECLS
