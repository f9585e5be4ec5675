/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "weir-error.h"

G_BEGIN_DECLS

/* Which file each workflow came from, and what it said when both last agreed: kept beside the database, since a path means something on
 * this machine only. @data_dir NULL: the standard one. From any thread; every call reads the file. */

/* The workflow that came from the file last, also when it was deleted since; NULL: none did. (transfer full) */
WEIR_API char    *weir_file_links_find     (const char  *data_dir,
                                            const char  *path);
/* FALSE: it came from no file. @seen (out): SHA-256 of the text, as hexadecimal digits */
WEIR_API gboolean weir_file_links_look_up  (const char  *data_dir,
                                            const char  *workflow,
                                            char       **path,
                                            char       **seen);
/* @text: what the file says */
WEIR_API gboolean weir_file_links_remember (const char  *data_dir,
                                            const char  *workflow,
                                            const char  *path,
                                            const char  *text,
                                            GError     **error);

G_END_DECLS
