/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "weir-canvas-palette.h"

G_BEGIN_DECLS

/* What became of a block or link between two workflows. */
typedef enum
{
  WEIR_MARK_SAME,    /* drawn faint, so that the others show */
  WEIR_MARK_ADDED,
  WEIR_MARK_REMOVED,
  WEIR_MARK_CHANGED,
  WEIR_MARK_MOVED,   /* it means the same, but stands elsewhere */
} WeirMarkKind;

/* Of a block or a link of a workflow that is only shown; set before a canvas shows it. @text: "Added", "Changed: path". */
void         weir_mark_set        (gpointer      block_or_link,
                                   WeirMarkKind  kind,
                                   const char   *text);
/* FALSE if it has none. */
gboolean     weir_mark_get        (gpointer      block_or_link,
                                   WeirMarkKind *kind,
                                   const char  **text);
/* Whether it has one that says that something is different. */
gboolean     weir_mark_is_different (gpointer    block_or_link);
gboolean     weir_mark_is_same    (gpointer      block_or_link);
/* Icon and colour, so that nothing is told by colour alone. */
const char  *weir_mark_get_icon   (WeirMarkKind  kind);
GdkRGBA      weir_mark_get_colour (WeirMarkKind  kind);

G_END_DECLS
