/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gdk/gdk.h>
#include <weir.h>

G_BEGIN_DECLS

/**
 * WeirCanvasPalette:
 *
 * All colours of the canvas, for the theme as it is now. Nothing else in this folder names a colour.
 */
typedef struct
{
  GdkRGBA background;
  GdkRGBA grid_dot;
  GdkRGBA card;
  GdkRGBA card_border;
  GdkRGBA card_shadow;
  GdkRGBA separator;
  GdkRGBA text;
  GdkRGBA dim_text;
  GdkRGBA on_colour;       /* text and icons on a strong colour */
  GdkRGBA accent;
  GdkRGBA accent_tint;     /* inside a frame, a rubber band */
  GdkRGBA link;
  GdkRGBA link_dead;
  GdkRGBA link_error;
  GdkRGBA note;
  GdkRGBA note_border;
  GdkRGBA note_text;
  GdkRGBA track;           /* of a progress bar */
  GdkRGBA success;
  GdkRGBA failure;
  GdkRGBA warning;
  GdkRGBA idle;
  gboolean dark;
  gboolean high_contrast;
} WeirCanvasPalette;

/* Main thread; the same place in memory for ever, filled anew by refresh (). */
const WeirCanvasPalette *weir_canvas_palette_get     (void);
void                     weir_canvas_palette_refresh (void);

/* A mix of two colours: 0 is all @a, 1 all @b. */
GdkRGBA weir_canvas_mix          (const GdkRGBA  *a,
                                  const GdkRGBA  *b,
                                  double          share);
GdkRGBA weir_canvas_state_colour (WeirStepStatus  status);
/* An icon of the theme, so that no state is told by colour alone. */
const char *weir_canvas_state_icon (WeirStepStatus status);
/* For people: "succeeded", "waits to try again". */
const char *weir_canvas_state_title (WeirStepStatus status);
/* By the family of a port's type, and by the family of a kind ("file" of "file.move"). */
GdkRGBA weir_canvas_port_colour  (const char     *type_family);
GdkRGBA weir_canvas_kind_colour  (const char     *kind_id);
/* Of a note or frame; @name as in the file, NULL for the usual one. */
void    weir_canvas_note_colours (const char     *name,
                                  gboolean        frame,
                                  GdkRGBA        *fill,
                                  GdkRGBA        *border);

const char *weir_canvas_family_icon (const char *kind_id);

G_END_DECLS
