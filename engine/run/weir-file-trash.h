/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "weir-error.h"

G_BEGIN_DECLS

/* The trash of the desktop (freedesktop.org trash specification 1.0), always in the same file system: a file is moved, never copied. */

/* Chooses a free name for @path in the trash of its file system, folders made as needed. FALSE: there is none that can be used. */
gboolean weir_file_find_trash       (const char *path, char **trashed, char **info);
/* Says where it came from; io.exists if the name was taken meanwhile. */
gboolean weir_file_write_trash_info (const char *info, const char *path, GError **error);

G_END_DECLS
