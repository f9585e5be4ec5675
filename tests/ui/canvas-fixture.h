/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "weir-canvas.h"

G_BEGIN_DECLS

/* A full-screen window with a canvas in it, and real keys and buttons (xdotool). Run under headless.sh x11. */
typedef struct
{
  GtkWindow    *window;
  WeirCanvas   *canvas;
  WeirOutline  *outline;
  WeirWorkflow *workflow;
  char         *message;     /* the last that the canvas wanted to be shown */
  guint         n_requests;  /* for a palette */
  WeirBlock    *from;        /* what the last was to be linked from */
  WeirBlock    *activated;
  WeirGraph    *opened;
} CanvasFixture;

/* list -> read -> text, and apart from them: number (gives int), images (takes a file), each (a container). At 100 %.
 * */
CanvasFixture *canvas_fixture_new       (void);
CanvasFixture *canvas_fixture_new_with  (WeirWorkflow    *workflow);
void           canvas_fixture_free      (CanvasFixture   *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CanvasFixture, canvas_fixture_free)

/* A grid of blocks of six kinds with links to near neighbours; the same each time. */
WeirWorkflow  *canvas_fixture_generate  (guint            n_blocks,
                                         guint            n_links);

WeirBlock     *canvas_fixture_get       (CanvasFixture   *self,
                                         const char      *path);
/* Real input; answers when it has been sent and handled. @commands as of xdotool. */
void           canvas_fixture_do        (CanvasFixture   *self,
                                         const char      *format,
                                         ...) G_GNUC_PRINTF (2, 3);
/* Presses at one place, moves in steps, releases at the other. @modifier: "ctrl", "alt", "shift" or NULL */
void           canvas_fixture_drag      (CanvasFixture   *self,
                                         graphene_point_t from,
                                         graphene_point_t to,
                                         int              button,
                                         const char      *modifier);
/* The middle of the title of a block; of a port. */
graphene_point_t canvas_fixture_title_of (CanvasFixture  *self,
                                         const char      *path);
graphene_point_t canvas_fixture_port_of (CanvasFixture   *self,
                                         const char      *path,
                                         const char      *port,
                                         gboolean         input);
/* Lets the window live until nothing is left to do and a frame has been drawn. */
void           canvas_fixture_settle    (CanvasFixture   *self);

G_END_DECLS
