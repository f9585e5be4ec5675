/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

char     *weir_paths_make_free (const char *path);
gboolean  weir_paths_exists    (const char *path);

G_END_DECLS
