/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "weir-value.h"

G_BEGIN_DECLS

/* Private to the engine: what leaves the machine in a report is freed of what is nobody's business. */

/* The home folder becomes "~"; passwords, tokens and keys that stand after their name, in a URL or in a well-known form become "•••".
 * (transfer full) */
char *weir_redact_text  (const char *text);
/* A value for people, cut at @max_bytes; members with the name of a secret are masked. (transfer full) */
char *weir_redact_value (WeirValue  *value,
                         gsize       max_bytes);

/* "password", "X-Api-Key" … */
gboolean weir_redact_is_secret_name (const char *name);

G_END_DECLS
