/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>
#include <weir.h>

#include "weir-canvas-index.h"
#include "weir-canvas-palette.h"

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

#define WEIR_CARD_WIDTH   200.0
#define WEIR_CARD_HEADER  48.0
#define WEIR_CARD_ROW     20.0
#define WEIR_CARD_FOOTER  26.0
#define WEIR_PIN_SIZE     9.0
#define WEIR_GRID         8.0

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
  WeirBlock      *block;   /* borrowed: the frame is made anew when the body changes */
  graphene_rect_t rect;    /* from the top left of the frame */
  WeirStepStatus  status;
} WeirInnerCard;

/**
 * WeirCard:
 *
 * A block as it is drawn. Its nodes are kept until what they show changes.
 */
typedef struct
{
  WeirIndexed      indexed;               /* plane */
  WeirBlock       *block;
  gulong           changed_id;
  guint            order;                 /* higher is drawn later */
  gboolean         selected;
  gboolean         hovered;
  GArray          *pins;                  /* of WeirPin: inputs first */
  GArray          *inner;                 /* of WeirInnerCard; NULL for blocks without body */
  double           inner_scale;
  gboolean         shown;                 /* a run is shown and @summary holds */
  gboolean         summary_stale;
  WeirBlockSummary summary;
  char            *footer;
  GskRenderNode   *content[WEIR_N_LODS];  /* at the origin */
  GskRenderNode   *placed[WEIR_N_LODS];   /* where it is, with its ring */
  GtkAccessible   *accessible;            /* made when asked for */
} WeirCard;

#define WEIR_WIRE_MAX_POINTS 6

/**
 * WeirWire:
 *
 * A link as it is drawn.
 */
typedef struct
{
  WeirIndexed      indexed;
  WeirLink        *link;
  WeirCard        *source;
  WeirCard        *target;
  graphene_point_t points[WEIR_WIRE_MAX_POINTS];
  guint            n_points;
  graphene_rect_t  chip;                  /* of the condition, plane; no size for none */
  gboolean         selected;
  gboolean         hovered;
  gboolean         error;                 /* from an error port */
  gboolean         side;
  gboolean         shown;
  gboolean         state_stale;
  guint            deliveries;
  gboolean         closed;
  gboolean         to_live;               /* its target runs now */
  GskRenderNode   *nodes[WEIR_N_LODS];
  GskRenderNode   *chip_node;             /* drawn over the cards */
} WeirWire;

/**
 * WeirSticky:
 *
 * A note as it is drawn.
 */
typedef struct
{
  graphene_rect_t rect;
  char           *id;
  char           *text;
  gboolean        selected;
  GskRenderNode  *nodes[WEIR_N_LODS];
} WeirSticky;

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
  int                      scale;   /* device pixels a pixel */
  double                   unit;    /* size of text against the usual */
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
  GPtrArray       *cards;         /* of WeirCard, in the order of the graph */
  GHashTable      *card_of;       /* by WeirBlock */
  GHashTable      *wire_of;       /* by WeirLink */
  GPtrArray       *stickies;      /* of WeirSticky */
  WeirCanvasIndex *card_index;
  WeirCanvasIndex *wire_index;
  guint            next_order;
  WeirRunState    *shown_state;   /* the object the cards were summarized from; compared only */
  guint            n_nodes_made;  /* for tests: rendering must not happen in a frame where nothing changed */
};

WeirScene  *weir_scene_new            (WeirWorkflow          *workflow,
                                       WeirGraph             *graph);
void        weir_scene_set_view       (WeirScene             *self,
                                       WeirRunView           *view);
WeirCard   *weir_scene_find_card      (WeirScene             *self,
                                       WeirBlock             *block);
WeirWire   *weir_scene_find_wire      (WeirScene             *self,
                                       WeirLink              *link);
/* The topmost at a point of the plane, or NULL. */
WeirCard   *weir_scene_card_at        (WeirScene             *self,
                                       double                 x,
                                       double                 y);
/* The nearest within @radius. */
WeirWire   *weir_scene_wire_at        (WeirScene             *self,
                                       double                 x,
                                       double                 y,
                                       double                 radius);
WeirSticky *weir_scene_sticky_at      (WeirScene             *self,
                                       double                 x,
                                       double                 y);
const WeirPin *weir_scene_pin_at      (WeirScene             *self,
                                       double                 x,
                                       double                 y,
                                       double                 radius,
                                       WeirCard             **card);
/* Everything; FALSE if there is nothing. */
gboolean    weir_scene_get_bounds     (WeirScene             *self,
                                       graphene_rect_t       *bounds);
/* While dragging, before the edit: shows a card elsewhere. */
void        weir_scene_place_card     (WeirScene             *self,
                                       WeirCard              *card,
                                       double                 x,
                                       double                 y);
void        weir_scene_raise          (WeirScene             *self,
                                       WeirCard              *card);
/* Drops all nodes: the theme, font or scale changed. */
void        weir_scene_invalidate     (WeirScene             *self);
void        weir_scene_emit_changed   (WeirScene             *self);
void        weir_scene_card_touched   (WeirScene             *self,
                                       WeirCard              *card);
/* weir-canvas-overlay.c: what the run did. */
void        weir_scene_follow_view    (WeirScene             *self,
                                       guint                  first);
void        weir_scene_update_card_state (WeirScene          *self,
                                       WeirCard              *card);
void        weir_scene_update_wire_state (WeirScene          *self,
                                       WeirWire              *wire);
char       *weir_scene_describe_card  (WeirScene             *self,
                                       WeirCard              *card);

/* weir-canvas-card.c */
void        weir_card_lay_out         (WeirCard              *self,
                                       WeirGraph             *graph);
const WeirPin *weir_card_find_pin     (WeirCard              *self,
                                       const char            *name,
                                       gboolean               input);
void        weir_card_drop_nodes      (WeirCard              *self);
void        weir_card_drop_placed     (WeirCard              *self);
GskRenderNode *weir_card_ensure_node  (WeirCard              *self,
                                       WeirScene             *scene,
                                       WeirPainter           *painter,
                                       WeirLod                lod);
void        weir_card_draw_pin        (GtkSnapshot           *snapshot,
                                       WeirPainter           *painter,
                                       const WeirPin         *pin,
                                       double                 size,
                                       gboolean               faded);
/* weir-canvas-frame.c: containers */
void        weir_frame_lay_out        (WeirCard              *self);
void        weir_frame_draw           (WeirCard              *self,
                                       WeirScene             *scene,
                                       WeirPainter           *painter,
                                       GtkSnapshot           *snapshot,
                                       WeirLod                lod);
/* weir-canvas-wire.c */
void        weir_wire_route           (WeirWire              *self);
void        weir_wire_route_points    (const graphene_point_t *from,
                                       const graphene_point_t *to,
                                       double                 lane,
                                       graphene_point_t      *points,
                                       guint                 *n_points);
void        weir_wire_drop_nodes      (WeirWire              *self);
GskRenderNode *weir_wire_ensure_node  (WeirWire              *self,
                                       WeirScene             *scene,
                                       WeirPainter           *painter,
                                       WeirLod                lod);
/* The condition or the sign of a feedback link; NULL if it has neither. (transfer none) */
GskRenderNode *weir_wire_ensure_chip  (WeirWire              *self,
                                       WeirScene             *scene,
                                       WeirPainter           *painter);
/* Distance to the nearest of its segments. */
double      weir_wire_distance        (WeirWire              *self,
                                       double                 x,
                                       double                 y);
/* weir-canvas-note.c */
GskRenderNode *weir_sticky_ensure_node (WeirSticky           *self,
                                       WeirScene             *scene,
                                       WeirPainter           *painter,
                                       WeirLod                lod);
void        weir_sticky_free          (WeirSticky            *self);
void        weir_sticky_drop_nodes    (WeirSticky            *self);

/* Text and icons. @size in plane pixels; answers the height used. Text that does not fit ends in "…". */
typedef enum
{
  WEIR_TEXT_START,
  WEIR_TEXT_END,
  WEIR_TEXT_MIDDLE,
} WeirTextAlign;

void        weir_painter_init         (WeirPainter           *self,
                                       GtkWidget             *widget);
void        weir_painter_clear        (WeirPainter           *self);
double      weir_painter_draw_text    (WeirPainter           *self,
                                       GtkSnapshot           *snapshot,
                                       const char            *text,
                                       double                 size,
                                       int                    weight,
                                       const GdkRGBA         *colour,
                                       double                 x,
                                       double                 y,
                                       double                 width,
                                       WeirTextAlign          align,
                                       int                    max_lines);
double      weir_painter_measure_text (WeirPainter           *self,
                                       const char            *text,
                                       double                 size,
                                       int                    weight);
void        weir_painter_draw_icon    (WeirPainter           *self,
                                       GtkSnapshot           *snapshot,
                                       const char            *name,
                                       const char            *fallback,
                                       const GdkRGBA         *colour,
                                       double                 x,
                                       double                 y,
                                       double                 size);
void        weir_painter_fill_rounded (GtkSnapshot           *snapshot,
                                       const graphene_rect_t *rect,
                                       double                 radius,
                                       const GdkRGBA         *colour);
void        weir_painter_outline      (GtkSnapshot           *snapshot,
                                       const graphene_rect_t *rect,
                                       double                 radius,
                                       double                 width,
                                       const GdkRGBA         *colour);

G_END_DECLS
