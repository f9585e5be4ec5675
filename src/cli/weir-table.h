/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "weir-cli.h"

G_BEGIN_DECLS

/**
 * WeirTable:
 *
 * Text in aligned columns on stdout; the last is cut at the edge of a terminal.
 */
typedef struct _WeirTable WeirTable;

/* Column titles, NULL-terminated. */
WeirTable *weir_table_new   (const char *first_title,
                             ...) G_GNUC_NULL_TERMINATED;
/* One cell (transfer full, NULL is empty), filling rows from left to right. */
void       weir_table_take  (WeirTable  *self,
                             char       *cell);
/* Prints and frees. */
void       weir_table_print (WeirTable  *self);

/* A member of a record as text for a cell: texts bare, times in local time. (transfer full) */
char      *weir_cell_text   (WeirValue  *record,
                             const char *name);
char      *weir_cell_time   (WeirValue  *record,
                             const char *name);
/* µs UTC of a time, or of ISO 8601 text; 0 for everything else. */
gint64     weir_cell_get_time (WeirValue  *record,
                               const char *name);

G_END_DECLS
