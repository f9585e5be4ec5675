/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "weir-canvas-palette.h"

G_BEGIN_DECLS

/* The dots behind everything, and how they were drawn last. All zeros to begin with. */
typedef struct
{
  GdkTexture *row; /* of dots, on their background */
  int         step;
  int         scale;
  GdkRGBA     background;
  GdkRGBA     dot;
} WeirGrid;

void weir_grid_snapshot  (WeirGrid                *self,
                          GtkSnapshot             *snapshot,
                          const graphene_rect_t   *all,
                          double                   x,
                          double                   y,
                          double                   step,
                          const WeirCanvasPalette *palette,
                          int                      scale);
int  weir_grid_get_scale (GtkNative               *native);
void weir_grid_clear     (WeirGrid                *self);

G_END_DECLS
