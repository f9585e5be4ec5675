/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <graphene.h>

G_BEGIN_DECLS

/* First member of everything that can be put into an index. */
typedef struct
{
  graphene_rect_t bounds;
  guint           stamp;   /* of the last query that met it */
} WeirIndexed;

/**
 * WeirCanvasIndex:
 *
 * Finds what lies in a rectangle without visiting the rest: a uniform grid of cells. Does not own the items.
 */
typedef struct _WeirCanvasIndex WeirCanvasIndex;

WeirCanvasIndex *weir_canvas_index_new    (void);
void             weir_canvas_index_free   (WeirCanvasIndex       *self);
/* An item may be put in by several rectangles; each must be taken out again. */
void             weir_canvas_index_insert (WeirCanvasIndex       *self,
                                           WeirIndexed           *item,
                                           const graphene_rect_t *rect);
void             weir_canvas_index_remove (WeirCanvasIndex       *self,
                                           WeirIndexed           *item,
                                           const graphene_rect_t *rect);
/* Appends each item whose bounds meet @rect once to @found (borrowed), in no particular order. */
void             weir_canvas_index_query  (WeirCanvasIndex       *self,
                                           const graphene_rect_t *rect,
                                           GPtrArray             *found);

G_END_DECLS
