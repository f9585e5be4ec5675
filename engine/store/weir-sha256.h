/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Private to the store. */

#include <glib.h>

G_BEGIN_DECLS

/* SHA-256 as 64 hex digits. (transfer full) */
char *weir_sha256 (const void *data, gsize size);

/* The same of data that comes in parts. finish () frees. */
typedef struct _WeirSha256 WeirSha256;
WeirSha256 *weir_sha256_new    (void);
void        weir_sha256_add    (WeirSha256 *self, const void *data, gsize size);
char       *weir_sha256_finish (WeirSha256 *self);

G_END_DECLS
