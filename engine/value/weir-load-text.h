/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "weir-error.h"

G_BEGIN_DECLS

/* Whole files that people name, of a size that is not known before. "-" is what comes on standard input. */
WEIR_API char *weir_load_text (const char  *path,
                               gsize        max_bytes,
                               gsize       *length,
                               GError     **error);

G_END_DECLS
