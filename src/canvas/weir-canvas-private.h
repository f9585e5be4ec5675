/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "weir-canvas.h"
#include "weir-canvas-grid.h"
#include "weir-canvas-scene.h"

G_BEGIN_DECLS

#define WEIR_PRESS_RADIUS 11.0 /* view pixels around a port that count as the port */
#define WEIR_WIRE_RADIUS 6.0

#define WEIR_FRAMES_KEPT 120 /* whose times are known */

/* What the pressed pointer is doing. */
typedef enum
{
  WEIR_DRAG_NONE,
  WEIR_DRAG_PRESSED, /* not far enough yet to be anything */
  WEIR_DRAG_PAN,
  WEIR_DRAG_BAND,
  WEIR_DRAG_MOVE,
  WEIR_DRAG_LINK,
  WEIR_DRAG_RESIZE,
  WEIR_DRAG_LASSO,
  WEIR_DRAG_CUT,
  WEIR_DRAG_DOTS,
} WeirDragMode;

/* An end of a link that is being drawn, by pointer or by keyboard. */
typedef struct
{
  WeirCard         *card;      /* where it began */
  const WeirPin    *pin;
  const char       *name;      /* of @pin: a card that changes makes its pins anew */
  gboolean          input;
  WeirLink         *detached;  /* owned; the link whose end is being moved, NULL for a new one */
  WeirCard         *refused_card;  /* where it would end if it were allowed to */
  const WeirPin    *refused_pin;
  WeirCard         *to_card;   /* where it would end now; NULL: nowhere */
  const WeirPin    *to_pin;
  graphene_point_t  end;       /* plane */
  char             *refusal;   /* why not here */
} WeirLinkDrag;

/* Keyboard connect mode: first the port, then where to. */
typedef enum
{
  WEIR_CONNECT_OFF,
  WEIR_CONNECT_PORT,
  WEIR_CONNECT_TARGET,
} WeirConnectPhase;

typedef struct
{
  WeirBlock  *block;   /* borrowed, and looked up in the scene before it is used */
  const char *port;    /* interned */
  gboolean    input;
} WeirConnectChoice;

struct _WeirCanvas
{
  GtkWidget         parent_instance;

  WeirWorkflow     *workflow;
  WeirGraph        *graph;
  WeirRunView      *view;
  WeirViewport     *viewport;
  WeirScene        *scene;
  WeirPainter       painter;
  gboolean          editable;
  WeirLinkStyle     link_style;
  gboolean          fit_wanted;                    /* as soon as there is a size */

  GListStore       *selected;
  WeirBlock        *selected_block;
  WeirLink         *selected_link;
  char             *selected_note;

  WeirDragMode      drag;
  double            press_x, press_y;              /* view */
  double            press_plane_x, press_plane_y;
  double            origin_x, origin_y;            /* of the viewport when panning began */
  WeirCard         *pressed_card;
  WeirSticky       *pressed_sticky;
  WeirLink         *pressed_link;
  gboolean          was_selected;                  /* the pressed card was selected before */
  GdkModifierType   press_modifiers;
  gboolean          duplicating;
  GArray           *starts;                        /* of graphene_point_t: where the dragged cards were */
  graphene_point_t  sticky_start;
  graphene_size_t   sticky_size;
  graphene_rect_t   band;
  GHashTable       *band_before;                   /* of WeirBlock: selected when the band began */
  WeirLinkDrag      link;
  double            pointer_x, pointer_y;          /* view */
  double            pinch_zoom;
  guint             glide_id;                   /* tick callback */
  double            glide_x, glide_y;           /* view pixels a second */
  gint64            glided_at;
  gboolean          space_held;
  WeirCard         *hovered_card;
  WeirWire         *hovered_wire;
  guint             autoscroll_id;                 /* tick callback */
  gpointer          journey;                       /* AdwAnimation: blocks on their way to where they were arranged */

  WeirConnectPhase  connect;
  GArray           *choices;                       /* of WeirConnectChoice */
  guint             choice;
  GString          *connect_word;                  /* what was typed of the name of the port */
  char             *connect_hint;                  /* what was said last */

  WeirBlock        *follow_from;                   /* owned: where the link began that was followed last */
  gboolean          follow_forward;
  guint             follow_index;
  gboolean          gathering;                     /* walking adds to the selection */

  gboolean          has_accessibles;
  GPtrArray        *told_links;                    /* of WeirLink: those that assistive technology knows of; NULL: nobody asked */
  gboolean          told_links_stale;              /* others may be in view */
  guint             accessible_refresh_id;
  WeirGrid          grid;
  guint             prefetch_id;
  guint             redraw_id;                     /* something could not be drawn in time */
  guint             frame_us[WEIR_FRAMES_KEPT];    /* how long the last ones took, a ring */
  guint             n_frames;                      /* so far */
  gboolean          bounds_shown;

  GArray           *stroke;                     /* of graphene_point_t: what is drawn by hand */
  GArray           *guides;                     /* of graphene_rect_t: lines that the dragged block is in line with */
  WeirWire         *drop_wire;                  /* the dragged block would be put into this link */
  WeirBlock        *convert_source;             /* what the menu of converters is about */
  WeirBlock        *convert_target;
  char             *convert_from;
  char             *convert_to;

  GtkGesture       *drag_gesture;
  GtkWidget        *menu;
  GtkWidget        *note_editor;
  double            menu_x, menu_y;                /* plane: where the context menu was asked for */
};

/* weir-canvas.c */
void weir_canvas_say (WeirCanvas *self, const char *text);
void weir_canvas_announce (WeirCanvas *self, const char *text);
void weir_canvas_request_block (WeirCanvas *self,
                                double      x,
                                double      y,
                                WeirBlock  *from,
                                const char *port);
void weir_canvas_emit_activated (WeirCanvas *self, WeirBlock *block);
void weir_canvas_open_block (WeirCanvas *self, WeirBlock *block);
void weir_canvas_select_note (WeirCanvas *self, const char *id);
WeirLod weir_canvas_get_lod (WeirCanvas *self);
void weir_canvas_get_insert_point (WeirCanvas *self, double *x, double *y);
double weir_canvas_snap (double value);

/* weir-canvas-snapshot.c */
void weir_canvas_snapshot (GtkWidget *widget, GtkSnapshot *snapshot);
void weir_canvas_drop_painter (WeirCanvas *self);
/* For the inspector: lines around what is drawn. */
void weir_canvas_set_bounds_shown (WeirCanvas *self, gboolean shown);
/* weir-canvas-gestures.c */
void weir_canvas_init_gestures (WeirCanvas *self);
/* weir-canvas-drag.c */
void weir_canvas_init_drag (WeirCanvas *self);
double weir_canvas_to_plane_length (WeirCanvas *self, double length);
void weir_canvas_set_cursor (WeirCanvas *self, const char *name);
void weir_canvas_follow_pointer (WeirCanvas *self);
void weir_canvas_cancel_drag (WeirCanvas *self);
/* weir-canvas-move.c */
void weir_canvas_clear_drop_wire (WeirCanvas *self);
void weir_canvas_begin_move (WeirCanvas *self);
void weir_canvas_update_move (WeirCanvas *self);
void weir_canvas_update_resize (WeirCanvas *self);
void weir_canvas_end_resize (WeirCanvas *self, gboolean commit);
void weir_canvas_set_sticky (WeirCanvas *self, WeirSticky *sticky);
void weir_canvas_end_move (WeirCanvas *self, gboolean commit);
void weir_canvas_begin_shift (WeirCanvas *self);
void weir_canvas_shift_selection (WeirCanvas *self, const graphene_point_t *shift);
void weir_canvas_forget_card (WeirCanvas *self, WeirBlock *block);
/* weir-canvas-link-drag.c */
void weir_canvas_begin_link (WeirCanvas    *self,
                             WeirCard      *card,
                             const WeirPin *pin,
                             WeirLink      *detached);
void weir_canvas_update_link (WeirCanvas *self, double view_x, double view_y);
void weir_canvas_end_link (WeirCanvas *self, gboolean commit);
void weir_canvas_check_link (WeirCanvas *self);
gboolean weir_canvas_can_join (WeirCanvas     *self,
                               WeirCard       *card,
                               const WeirPin  *pin,
                               WeirCard       *to_card,
                               const WeirPin  *to_pin,
                               GError        **error);
WeirLink *weir_canvas_join (WeirCanvas    *self,
                            WeirCard      *card,
                            const WeirPin *pin,
                            WeirCard      *to_card,
                            const WeirPin *to_pin);
void weir_canvas_snapshot_link (WeirCanvas *self, GtkSnapshot *snapshot);
/* weir-canvas-keys.c */
void weir_canvas_init_keys (WeirCanvas *self);
void weir_canvas_install_keys (GtkWidgetClass *klass);
/* weir-canvas-walk.c */
void weir_canvas_walk (WeirCanvas *self, int dx, int dy);
graphene_point_t weir_canvas_middle_of (WeirCard *card);
void weir_canvas_install_walk (GtkWidgetClass *klass);
void weir_canvas_go_to (WeirCanvas *self, WeirBlock *block);
/* weir-canvas-portal.c */
void weir_canvas_snapshot_portals (WeirCanvas *self, GtkSnapshot *snapshot);
void weir_canvas_update_portal_actions (WeirCanvas *self, gboolean editable);
void weir_canvas_install_portals (GtkWidgetClass *klass);
/* weir-canvas-connect.c */
void weir_canvas_leave_connect (WeirCanvas *self);
void weir_canvas_show_choice (WeirCanvas *self, gboolean aloud);
gboolean weir_canvas_connect_key (WeirCanvas      *self,
                                  guint            keyval,
                                  GdkModifierType  modifiers);
void weir_canvas_snapshot_connect (WeirCanvas  *self,
                                   GtkSnapshot *snapshot,
                                   double       view_width,
                                   double       view_height);
void weir_canvas_install_connect (GtkWidgetClass *klass);
/* weir-canvas-actions.c */
void weir_canvas_install_actions (GtkWidgetClass *klass);
void weir_canvas_update_actions (WeirCanvas *self);
void weir_canvas_popup_model (WeirCanvas *self,
                              GMenuModel *model,
                              double      view_x,
                              double      view_y);
void weir_canvas_popup_menu (WeirCanvas *self, double view_x, double view_y);
/* weir-canvas-menu.c */
GMenuModel *weir_canvas_make_block_menu (WeirCanvas *self);
void weir_canvas_edit_note (WeirCanvas *self, WeirSticky *sticky);
/* weir-canvas-arrange.c */
void weir_canvas_arrange (WeirCanvas *self);
void weir_canvas_end_journey (WeirCanvas *self);
/* weir-canvas-accessible.c */
void weir_canvas_accessible_init (GtkAccessibleInterface *iface);
void weir_canvas_accessible_refresh (WeirCanvas *self);

/* weir-canvas-guides.c */
void weir_canvas_follow_guides (WeirCanvas            *self,
                                const graphene_rect_t *moving,
                                double                *x,
                                double                *y);
void weir_canvas_snapshot_guides (WeirCanvas *self, GtkSnapshot *snapshot);
void weir_canvas_install_guides (GtkWidgetClass *klass);
/* weir-canvas-strokes.c */
void weir_canvas_begin_stroke (WeirCanvas *self, WeirDragMode mode);
void weir_canvas_extend_stroke (WeirCanvas *self);
void weir_canvas_end_stroke (WeirCanvas *self, WeirDragMode mode);
void weir_canvas_snapshot_stroke (WeirCanvas *self, GtkSnapshot *snapshot);
WeirBlock *weir_canvas_put_dot (WeirCanvas *self,
                                WeirLink   *link,
                                double      x,
                                double      y);
/* weir-canvas-splice.c */
gboolean weir_canvas_insert_into_link (WeirCanvas *self, WeirBlock *block, WeirLink *link);
WeirWire *weir_canvas_find_link_under (WeirCanvas *self, WeirCard *card);
void weir_canvas_drop_on_link (WeirCanvas *self, WeirBlock *block, WeirLink *link);
void weir_canvas_bridge (WeirCanvas *self, WeirBlock *block);
gboolean weir_canvas_offer_converters (WeirCanvas *self, const WeirLinkDrag *drag);
void weir_canvas_install_splice (GtkWidgetClass *klass);

/* weir-canvas-signs.c */
void weir_canvas_breakpoints_changed (WeirCanvas *self);
void weir_canvas_update_sign_actions (WeirCanvas *self);
void weir_canvas_install_signs (GtkWidgetClass *klass);

void weir_canvas_stop_glide (WeirCanvas *self);

G_END_DECLS
