/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Private to the store. */

#include <glib.h>

G_BEGIN_DECLS

/* SHA-256 as 64 hex digits. (transfer full) */
char *weir_sha256 (const void *data, gsize size);

G_END_DECLS
