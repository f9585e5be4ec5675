/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>
#include <weir.h>

#include "weir-canvas-marks.h"
#include "weir-canvas-palette.h"
#include "weir-canvas-route.h"
#include "weir-canvas-tiles.h"

G_BEGIN_DECLS

/* How much of a thing is drawn, by zoom. */
typedef enum
{
  WEIR_LOD_FULL,
  WEIR_LOD_HEADER,
  WEIR_LOD_PLAIN,
  WEIR_LOD_DOT,
  WEIR_N_LODS,
} WeirLod;

#define WEIR_CARD_WIDTH 200.0
#define WEIR_CARD_HEADER 48.0
#define WEIR_CARD_ROW 20.0
#define WEIR_CARD_FOOTER 26.0
#define WEIR_PIN_SIZE 9.0
#define WEIR_DOT_SIZE 16.0 /* of a portal without a name */
#define WEIR_GRID 8.0

typedef struct _WeirScene WeirScene;

/**
 * WeirPin:
 *
 * A port as it is drawn. Names are interned.
 */
typedef struct
{
  const char *name;
  const char *title;
  const char *type;      /* as text, interned */
  const char *family;
  float       x, y;      /* of its middle, from the top left of the card */
  gboolean    input;
  gboolean    side;      /* fires many times while the step runs */
  gboolean    implicit;  /* run, done, error: shown when linked or pointed at */
  gboolean    linked;
} WeirPin;

typedef enum
{
  WEIR_PIN_MARK_NONE,
  WEIR_PIN_MARK_FITS,
  WEIR_PIN_MARK_REFUSES,
} WeirPinMark;

/* A block inside a container that is drawn open. */
typedef struct
{
  WeirBlock       *block;   /* borrowed: the frame is made anew when the body changes */
  graphene_rect_t  rect;    /* from the top left of the frame */
  WeirStepStatus   status;
} WeirInnerCard;

/**
 * WeirCard:
 *
 * A block as it is drawn. Its nodes are kept until what they show changes.
 */
typedef struct
{
  WeirIndexed       indexed;               /* plane */
  WeirScene        *scene;
  WeirBlock        *block;
  gulong            changed_id;
  guint             order;                 /* higher is drawn later */
  gboolean          selected;
  gboolean          hovered;
  gboolean         has_breakpoint;        /* as it is drawn */
  gboolean         dot;                   /* a portal without a name: a dot on a link */
  GArray           *pins;                  /* of WeirPin: inputs first */
  GArray           *inner;                 /* of WeirInnerCard; NULL for blocks without body */
  double            inner_scale;
  gboolean          shown;                 /* a run is shown and @summary holds */
  gboolean          summary_stale;
  WeirBlockSummary  summary;
  char             *footer;
  GskRenderNode    *content[WEIR_N_LODS];  /* at the origin */
  GskRenderNode    *placed[WEIR_N_LODS];   /* where it is, with its ring */
  GtkAccessible    *accessible;            /* made when asked for */
} WeirCard;

/**
 * WeirWire:
 *
 * A link as it is drawn: into tiles, so it has no node of its own.
 */
typedef struct
{
  WeirRoute         route;        /* plane */
  WeirScene        *scene;
  WeirLink         *link;
  WeirCard         *source;
  WeirCard         *target;
  graphene_point_t *path;         /* the route as a line */
  guint             n_path;
  guint             order;        /* higher is drawn later */
  graphene_rect_t   chip;         /* of the condition, plane; no size for none */
  gboolean          selected;
  gboolean          hovered;
  gboolean          hidden;       /* its end is being moved: another line stands for it */
  gboolean          error;        /* from an error port */
  gboolean          side;
  gboolean          rough;        /* goes straight until its way has been found */
  gboolean          displaced;    /* its ends are elsewhere */
  guint             serial;       /* of its route: one found elsewhere may be too late */
  gboolean          shown;
  gboolean          state_stale;
  guint             deliveries;
  gboolean          closed;
  gboolean          to_live;      /* its target runs now */
  GskRenderNode    *chip_node;    /* drawn over the cards */
  GtkAccessible    *accessible;   /* made when asked for */
} WeirWire;

/**
 * WeirSticky:
 *
 * A note as it is drawn.
 */
typedef struct
{
  graphene_rect_t  rect;                /* as it is shown */
  double           height;              /* when it is not collapsed */
  char            *id;
  char            *text;
  char            *colour;              /* NULL: as notes are */
  gboolean         frame;
  gboolean         collapsed;
  gboolean         selected;
  GskRenderNode   *nodes[WEIR_N_LODS];
} WeirSticky;

#define WEIR_STICKY_BAR 32.0   /* of a frame, and all of a collapsed note */

/**
 * WeirPainter:
 *
 * What is needed to turn cards and wires into nodes.
 */
typedef struct
{
  PangoContext            *context;
  PangoLayout             *layout;
  GtkIconTheme            *icons;
  GskRenderer             *rasterizer;  /* icons are made once: a symbolic icon costs ten texts in every frame */
  GHashTable              *icon_cache;  /* of GdkTexture, by name, size and colour */
  int                      scale;       /* device pixels a pixel */
  double                   unit;        /* size of text against the usual */
  double                   text_scale;  /* as asked for */
  const WeirCanvasPalette *palette;
} WeirPainter;

/**
 * WeirScene:
 *
 * All that a canvas draws of one graph, found by place. Follows the graph, the notes of its workflow and a run.
 * Signal `changed`: needs a redraw; `removed (WeirBlock)`; `status-changed`: colours of the minimap and the outline.
 */
#define WEIR_TYPE_SCENE (weir_scene_get_type ())
G_DECLARE_FINAL_TYPE (WeirScene, weir_scene, WEIR, SCENE, GObject)

struct _WeirScene
{
  GObject          parent_instance;

  WeirWorkflow    *workflow;
  WeirGraph       *graph;
  WeirRunView     *view;
  GPtrArray       *cards;            /* of WeirCard, in the order of the graph */
  GHashTable      *card_of;          /* by WeirBlock */
  GHashTable      *wire_of;          /* by WeirLink */
  GPtrArray       *stickies;         /* of WeirSticky */
  WeirCanvasIndex *card_index;
  WeirCanvasIndex *wire_index;
  WeirRouter       router;
  GPtrArray       *rough;            /* of WeirWire: whose way is still to be found */
  GTask           *routing;          /* ways that are looked for in another thread */
  gboolean         was_drawn;
  gboolean         all_rough;      /* more moved than is kept track of */
  WeirTiles       *tiles;
  WeirPainter     *painter;          /* borrowed from the canvas */
  guint            next_order;
  WeirRunState    *shown_state;      /* the object the cards were summarized from; compared only */
  guint            n_nodes_made;     /* for tests: rendering must not happen in a frame where nothing changed */
};

WeirScene *weir_scene_new (WeirWorkflow *workflow, WeirGraph *graph, WeirLinkStyle link_style);
void weir_scene_set_view (WeirScene *self, WeirRunView *view);
WeirCard *weir_scene_find_card (WeirScene *self, WeirBlock *block);
WeirWire *weir_scene_find_wire (WeirScene *self, WeirLink *link);
/* The topmost at a point of the plane, or NULL. */
WeirCard *weir_scene_card_at (WeirScene *self, double x, double y);
/* The nearest within @radius. */
WeirWire *weir_scene_wire_at (WeirScene *self,
                              double     x,
                              double     y,
                              double     radius);
WeirSticky *weir_scene_sticky_at (WeirScene *self, double x, double y);
const WeirPin *weir_scene_pin_at (WeirScene  *self,
                                  double      x,
                                  double      y,
                                  double      radius,
                                  WeirCard  **card);
/* Everything; FALSE if there is nothing. */
gboolean weir_scene_get_bounds (WeirScene *self, graphene_rect_t *bounds);
/* While dragging, before the edit: shows a card elsewhere. */
void weir_scene_place_card (WeirScene *self,
                            WeirCard  *card,
                            double     x,
                            double     y);
void weir_scene_raise (WeirScene *self, WeirCard *card);
/* weir-canvas-scene-links.c */
void weir_scene_add_wire (WeirScene *self, WeirLink *link);
void weir_scene_drop_wire (WeirScene *self, WeirWire *wire);
typedef void (*WeirWireFunc) (WeirScene *self, WeirWire *wire);
void weir_scene_for_each_wire_of (WeirScene *self, WeirCard *card, WeirWireFunc func);
/* Its ends moved: it goes straight when somebody looks, and finds its way around things soon after. */
void weir_scene_reroute (WeirScene *self, WeirWire *wire);
void weir_scene_lay_wires (WeirScene *self);
/* Links whose way a block at @rect concerns. */
void weir_scene_reroute_near (WeirScene *self, const graphene_rect_t *rect);
/* Finds ways for at most so many microseconds; FALSE if some are left for the next frame. */
gboolean weir_scene_find_ways (WeirScene *self, gint64 budget_us);
void weir_scene_find_all_ways (WeirScene *self);
void weir_scene_set_link_style (WeirScene *self, WeirLinkStyle style);
void weir_scene_stop_routing (WeirScene *self);
/* Drops all nodes: the theme, font or scale changed. */
void weir_scene_invalidate (WeirScene *self);
void weir_scene_emit_changed (WeirScene *self);
void weir_scene_card_touched (WeirScene *self, WeirCard *card);
/* weir-canvas-overlay.c: what the run did. */
void weir_scene_follow_view (WeirScene *self, guint first);
void weir_scene_update_card_state (WeirScene *self, WeirCard *card);
void weir_scene_update_wire_state (WeirScene *self, WeirWire *wire);
char *weir_scene_describe_card (WeirScene *self, WeirCard *card);
char *weir_scene_describe_wire (WeirScene *self, WeirWire *wire);

/* weir-canvas-card.c */
void weir_card_lay_out (WeirCard *self, WeirGraph *graph);
const WeirPin *weir_card_find_pin (WeirCard *self, const char *name, gboolean input);
void weir_card_drop_nodes (WeirCard *self);
void weir_card_drop_placed (WeirCard *self);
/* It looks different from afar: tiles hold it then. */
void weir_card_touch (WeirCard *self);
GdkRGBA weir_card_get_plain_fill (WeirCard *self);
GskRenderNode *weir_card_ensure_node (WeirCard    *self,
                                      WeirScene   *scene,
                                      WeirPainter *painter,
                                      WeirLod      lod);
void weir_card_draw_pin (GtkSnapshot   *snapshot,
                         WeirPainter   *painter,
                         const WeirPin *pin,
                         double         size,
                         gboolean       faded);
/* weir-canvas-frame.c: containers */
void weir_frame_lay_out (WeirCard *self);
void weir_frame_draw (WeirCard    *self,
                      WeirScene   *scene,
                      WeirPainter *painter,
                      GtkSnapshot *snapshot,
                      WeirLod      lod);
/* weir-canvas-wire.c */
void weir_wire_get_ends (WeirWire *self, WeirRouteEnds *ends);
/* Takes over the corners of a route; the wire must be in no index. */
void weir_wire_lay (WeirWire *self);
/* Puts the chip where it covers neither a card nor another chip. */
void weir_wire_place_chip (WeirWire *self);
/* It looks different now. */
void weir_wire_touch (WeirWire *self);
void weir_wire_free (WeirWire *self);
/* The condition or the sign of a feedback link; NULL if it has neither. (transfer none) */
GskRenderNode *weir_wire_ensure_chip (WeirWire *self, WeirScene *scene, WeirPainter *painter);
GdkRGBA weir_wire_get_colour (WeirWire *self);
/* Distance to the nearest of its segments. */
double weir_wire_distance (WeirWire *self, double x, double y);
/* weir-canvas-portal.c: whether it goes between portals of one name, and so without a line */
gboolean weir_link_is_leap (WeirLink *link);
/* weir-canvas-picture.c: what tiles hold */
WeirLod weir_canvas_lod_for_zoom (double zoom);
void weir_scene_draw_tile (gpointer               self,
                           WeirRaster            *raster,
                           const graphene_rect_t *plane,
                           double                 scale,
                           double                 zoom);
GskRenderNode *weir_scene_draw_picture (WeirScene *self, const graphene_rect_t *plane);
/* weir-canvas-note.c */
GskRenderNode *weir_sticky_ensure_node (WeirSticky  *self,
                                        WeirScene   *scene,
                                        WeirPainter *painter,
                                        WeirLod      lod);
void weir_sticky_free (WeirSticky *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirSticky, weir_sticky_free)
void weir_sticky_drop_nodes (WeirSticky *self);

/* Text and icons. @size in plane pixels; answers the height used. Text that does not fit ends in "…". */
typedef enum
{
  WEIR_TEXT_START,
  WEIR_TEXT_END,
  WEIR_TEXT_MIDDLE,
} WeirTextAlign;

double weir_painter_get_text_scale (PangoContext *context);
void weir_painter_init (WeirPainter *self, GtkWidget *widget);
void weir_painter_clear (WeirPainter *self);
double weir_painter_draw_text (WeirPainter   *self,
                               GtkSnapshot   *snapshot,
                               const char    *text,
                               double         size,
                               int            weight,
                               const GdkRGBA *colour,
                               double         x,
                               double         y,
                               double         width,
                               WeirTextAlign  align,
                               int            max_lines);
double weir_painter_measure_text (WeirPainter *self,
                                  const char  *text,
                                  double       size,
                                  int          weight);
void weir_painter_draw_icon (WeirPainter   *self,
                             GtkSnapshot   *snapshot,
                             const char    *name,
                             const char    *fallback,
                             const GdkRGBA *colour,
                             double         x,
                             double         y,
                             double         size);
void weir_painter_fill_rounded (GtkSnapshot           *snapshot,
                                const graphene_rect_t *rect,
                                double                 radius,
                                const GdkRGBA         *colour);
void weir_painter_outline (GtkSnapshot           *snapshot,
                           const graphene_rect_t *rect,
                           double                 radius,
                           double                 width,
                           const GdkRGBA         *colour);

G_END_DECLS
