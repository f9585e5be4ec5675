/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "weir-canvas-scene.h"

G_BEGIN_DECLS

/**
 * WeirPlace:
 *
 * What is arranged as one: a block, or a frame with the blocks on it. The root is a frame without a note.
 */
typedef struct _WeirPlace WeirPlace;

struct _WeirPlace
{
  WeirPlace       *parent;    /* NULL: the root */
  WeirCard        *card;      /* NULL: a frame */
  WeirSticky      *frame;     /* NULL: a block, or the root */
  GPtrArray       *children;  /* of WeirPlace, owned; NULL for a block */
  graphene_rect_t  rect;      /* where it is; arranged: where it goes, from the corner of its parent's */
  gboolean         fixed;     /* keeps its place */
  GArray          *ends;      /* of where it takes from on the same level */
  GPtrArray       *targets;   /* of WeirPlace, borrowed */
  guint            waiting;
  guint            rank;      /* sources first */
  guint            column;
  double           weight;    /* mean height of what it takes from */
};

WeirPlace *weir_place_new     (WeirPlace             *parent,
                               WeirCard              *card,
                               WeirSticky            *frame);
void       weir_place_free    (WeirPlace             *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirPlace, weir_place_free)
/* @y: of the port, from the top of @source */
void       weir_place_link    (WeirPlace             *source,
                               WeirPlace             *target,
                               double                 y);
/* Of a root: gives each place in it one, in layers from left to right, frames with what is on them. */
void       weir_place_arrange (WeirPlace             *self);

G_END_DECLS
