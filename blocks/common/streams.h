/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <weir-sdk.h>

G_BEGIN_DECLS

/* What several kinds do with streams. In a fiber. */
WeirValue *weir_blocks_collect (WeirStep *step, WeirValue *stream, gint64 max_bytes, GError **error);

G_END_DECLS
