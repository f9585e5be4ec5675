/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <weir-sdk.h>

G_BEGIN_DECLS

/* What several kinds do with values. */
gboolean    weir_blocks_is_nothing   (WeirValue   *value);
gboolean    weir_blocks_is_blank     (const char  *text);
gboolean    weir_blocks_get_number   (WeirValue   *value,
                                      double      *number);
gboolean    weir_blocks_equal        (WeirValue   *a,
                                      WeirValue   *b,
                                      gboolean     case_sensitive);
gboolean    weir_blocks_compare      (WeirValue   *a,
                                      WeirValue   *b,
                                      gboolean     case_sensitive,
                                      int         *order);
gboolean    weir_blocks_is_empty     (WeirValue   *value);
WeirValue  *weir_blocks_get_path     (WeirValue   *value,
                                      const char  *path);
WeirValue  *weir_blocks_with_path    (WeirValue   *value,
                                      const char  *path,
                                      WeirValue   *member,
                                      GError     **error);
WeirValue  *weir_blocks_without_path (WeirValue   *value,
                                      const char  *path);
char       *weir_blocks_make_port_name (const char *label,
                                      const char  *fallback);
char       *weir_blocks_to_text      (WeirValue   *value);
WeirValue  *weir_blocks_make_item_locals (WeirValue *item,
                                      gsize        index);
/* Of a raw configuration, in ms; @initial where it is not set, -1 where it is worked out when the block runs. */
gint64      weir_blocks_get_duration (WeirValue   *config,
                                      const char  *name,
                                      gint64       initial);
double      weir_blocks_hash_fraction (const char *text,
                                      const char  *seed);

G_END_DECLS
