/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <weir.h>

#include "weir-viewport.h"

G_BEGIN_DECLS

/**
 * WeirCanvas:
 *
 * Shows one graph of a workflow and lets a person change it. Every change is an edit of the workflow, so undo, the
 * outline and the file see the same. With a run view it also shows what the run did.
 *
 * Properties: `workflow`, `graph`, `view` (WeirRunView), `zoom` (double), `selected-block` (WeirBlock or NULL),
 * `viewport` (read only), `editable` (gboolean; FALSE only shows), `link-style` ("curved", "right-angled", "straight").
 *
 * Signals:
 * - `breakpoints-changed`: some were set or taken away
 * - `open-container (WeirGraph body)`: a container was opened; set it as the graph to drill in
 * - `add-block-requested (double x, double y, WeirBlock *from, const char *port)`: a palette is wanted for a block at
 *   this place of the plane; @from and @port (or NULL) say what to link it to
 * - `block-activated (WeirBlock block)`: Enter, or a double-click on a block without body: the inspector should take
 *   the focus
 * - `message (const char *text)`: a refusal or hint that should be shown for a moment and read out, as a toast does;
 *   with nobody connected the canvas announces it itself
 *
 * Actions: canvas.zoom-in, .zoom-out, .zoom-100, .zoom-fit, .select-all, .delete, .duplicate, .copy, .cut, .paste,
 * .undo, .redo, .arrange, .open, .add-block, .add-note, .toggle-enabled, .remove-condition, .connect, .reveal (s:
 * block path), .zoom-selection, .add-dot, .link-selection, .take-out, .delete-and-reconnect, .convert (s: kind),
 * .jump, .to-portals, .to-link, .follow-forward, .follow-back, .follow-next, .follow-previous, .gather,
 * .link-style (s), .note-colour (s), .note-fold, .note-frame, .align (s: left, center, right, top, middle, bottom), .distribute (s: across, down).
 *
 * A drop of the text "weir-kind:KIND_ID" adds a block of that kind.
 */
#define WEIR_TYPE_CANVAS (weir_canvas_get_type ())
G_DECLARE_FINAL_TYPE (WeirCanvas, weir_canvas, WEIR, CANVAS, GtkWidget)

GtkWidget    *weir_canvas_new                (void);
/* All getters (transfer none). Setting a workflow shows its root graph. */
WeirWorkflow *weir_canvas_get_workflow       (WeirCanvas   *self);
void          weir_canvas_set_workflow       (WeirCanvas   *self,
                                              WeirWorkflow *workflow);
WeirGraph    *weir_canvas_get_graph          (WeirCanvas   *self);
void          weir_canvas_set_graph          (WeirCanvas   *self,
                                              WeirGraph    *graph);
WeirRunView  *weir_canvas_get_view           (WeirCanvas   *self);
void          weir_canvas_set_view           (WeirCanvas   *self,
                                              WeirRunView  *view);
WeirViewport *weir_canvas_get_viewport       (WeirCanvas   *self);
gboolean      weir_canvas_get_editable       (WeirCanvas   *self);
void          weir_canvas_set_editable       (WeirCanvas   *self,
                                              gboolean      editable);
double        weir_canvas_get_zoom           (WeirCanvas   *self);
/* The zoom that counts as 100 %: larger for large text. */
double        weir_canvas_get_unit           (WeirCanvas   *self);
/* Around the middle. */
void          weir_canvas_set_zoom           (WeirCanvas   *self,
                                              double        zoom);

/* Selection: a #GListModel of WeirBlock (transfer none), the same object for the life of the canvas. */
GListModel   *weir_canvas_get_selected       (WeirCanvas   *self);
/* The block selected last; NULL for none. */
WeirBlock    *weir_canvas_get_selected_block (WeirCanvas   *self);
WeirLink     *weir_canvas_get_selected_link  (WeirCanvas   *self);
gboolean      weir_canvas_is_selected        (WeirCanvas   *self,
                                              WeirBlock    *block);
/* @extend keeps what is selected. A block of another graph of the workflow is first shown by its graph. NULL clears. */
void          weir_canvas_select_block       (WeirCanvas   *self,
                                              WeirBlock    *block,
                                              gboolean      extend);
void          weir_canvas_select_link        (WeirCanvas   *self,
                                              WeirLink     *link);
void          weir_canvas_unselect_block     (WeirCanvas   *self,
                                              WeirBlock    *block);
void          weir_canvas_clear_selection    (WeirCanvas   *self);

/* @menus: of GMenuModel. For whoever lists commands. */
void          weir_canvas_add_menus          (WeirCanvas   *self,
                                              GPtrArray    *menus);
void          weir_canvas_reveal_block       (WeirCanvas   *self,
                                              WeirBlock    *block);
void          weir_canvas_zoom_to_fit        (WeirCanvas   *self);
/* Blocks with an error among them, of the whole workflow, have a sign. */
void          weir_canvas_set_problems       (WeirCanvas   *self,
                                              WeirWorkflow *workflow,
                                              GListModel   *problems);
/* Where a block that is added without the pointer should go: the middle of what is seen, moved off other blocks. */
void          weir_canvas_find_free_place    (WeirCanvas   *self,
                                              double       *x,
                                              double       *y);
/* Adds a block of a kind at a place of the plane (snapped), selects it. Emits `message` and answers NULL if that is
 * refused.
 * (transfer none) */
WeirBlock    *weir_canvas_add_kind_at        (WeirCanvas   *self,
                                              const char   *kind,
                                              double        x,
                                              double        y);
/* The same, and links @port of @from to the first port of the new block that fits; @port may be an output or an
 * input. One edit. */
WeirBlock    *weir_canvas_add_kind_from      (WeirCanvas   *self,
                                              const char   *kind,
                                              double        x,
                                              double        y,
                                              WeirBlock    *from,
                                              const char   *port);
/* The whole graph, as it is seen now but for the selection, as a file: png, svg or pdf. */
gboolean      weir_canvas_save_picture       (WeirCanvas   *self,
                                              const char   *format,
                                              const char   *path,
                                              GError      **error);
/* Bounds of a block in widget coordinates; FALSE if the graph shown does not have it. */
gboolean      weir_canvas_get_block_bounds   (WeirCanvas      *self,
                                              WeirBlock       *block,
                                              graphene_rect_t *bounds);
/* Where the middle of a port is, in widget coordinates. */
gboolean      weir_canvas_get_port_point     (WeirCanvas       *self,
                                              WeirBlock        *block,
                                              const char       *port,
                                              gboolean          input,
                                              graphene_point_t *point);
/* What a screen reader says of a block: "List files, succeeded, 42 files". (transfer full) */
char         *weir_canvas_describe_block     (WeirCanvas   *self,
                                              WeirBlock    *block);

/**
 * WeirMinimap:
 *
 * The whole graph of a canvas in small, with state colours and the part that is seen. Dragging moves the canvas.
 * Property `canvas`.
 */
#define WEIR_MINIMAP_WIDTH  140
#define WEIR_MINIMAP_HEIGHT 84
#define WEIR_TYPE_MINIMAP (weir_minimap_get_type ())
G_DECLARE_FINAL_TYPE (WeirMinimap, weir_minimap, WEIR, MINIMAP, GtkWidget)

GtkWidget    *weir_minimap_new               (WeirCanvas   *canvas);

/**
 * WeirCanvasPane:
 *
 * A canvas with its minimap and zoom buttons over it, as a window page uses it. Property `canvas` (read only).
 */
#define WEIR_TYPE_CANVAS_PANE (weir_canvas_pane_get_type ())
G_DECLARE_FINAL_TYPE (WeirCanvasPane, weir_canvas_pane, WEIR, CANVAS_PANE, AdwBin)

GtkWidget    *weir_canvas_pane_new           (void);
WeirCanvas   *weir_canvas_pane_get_canvas    (WeirCanvasPane *self);

/**
 * WeirOutline:
 *
 * The blocks of a canvas as a list: the twin of the drawing for keyboard and screen reader. Shares selection and
 * actions with its canvas.
 */
#define WEIR_TYPE_OUTLINE (weir_outline_get_type ())
G_DECLARE_FINAL_TYPE (WeirOutline, weir_outline, WEIR, OUTLINE, AdwBin)

GtkWidget    *weir_outline_new               (WeirCanvas   *canvas);

G_END_DECLS
