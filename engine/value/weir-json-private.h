/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "weir-json.h"
#include "weir-value-private.h"

G_BEGIN_DECLS

/* The tags of the journal's JSON. The key "$weir" comes first and says which. */
WeirValue *weir_json_read   (const char   *text,
                             gssize        length,
                             gboolean      is_tagged,
                             GError      **error);
/* Line and column, from 1, of a byte of a text; columns count characters. */
void       weir_json_locate (const char   *text,
                             gsize         position,
                             gsize        *line,
                             gsize        *column);
/* The beginning of its JSON: a little more than @limit bytes (0: all of it). */
char      *weir_json_write_start (WeirValue *value,
                             gsize         limit,
                             gsize        *length);
/* Makes a record cell with the key "$weir" the value that it stands for. */
gboolean   weir_json_untag  (WeirArena    *arena,
                             WeirValue    *cell,
                             GError      **error);

G_END_DECLS
