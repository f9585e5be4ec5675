/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>

#include "weir-canvas-private.h"

#include <math.h>

struct _WeirMinimap
{
  GtkWidget        parent_instance;

  WeirCanvas      *canvas;
  WeirScene       *scene;       /* whose signals are followed */
  GskRenderNode   *blocks;      /* kept until something moves or changes state */
  graphene_rect_t  plane;       /* what part of the plane the map shows */
  double           scale;
};

G_DEFINE_FINAL_TYPE (WeirMinimap, weir_minimap, GTK_TYPE_WIDGET)

enum
{
  PROP_CANVAS = 1,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

#define PAD    6.0

static void
drop_blocks (WeirMinimap *self)
{
  g_clear_pointer (&self->blocks, gsk_render_node_unref);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
follow_scene (WeirMinimap *self)
{
  WeirScene *scene = self->canvas != NULL ? self->canvas->scene : NULL;

  if (self->scene != NULL)
    g_signal_handlers_disconnect_by_data (self->scene, self);
  g_set_object (&self->scene, scene);
  if (scene != NULL)
    {
      g_signal_connect_swapped (scene, "changed", G_CALLBACK (drop_blocks), self);
      g_signal_connect_swapped (scene, "status-changed", G_CALLBACK (drop_blocks), self);
    }
  drop_blocks (self);
}

/* All blocks and what is seen now, so that the view never leaves the map. */
static void
work_out_scale (WeirMinimap *self,
                double       width,
                double       height)
{
  graphene_rect_t bounds, visible;

  weir_viewport_get_visible (self->canvas->viewport, &visible);
  if (self->scene == NULL || !weir_scene_get_bounds (self->scene, &bounds))
    bounds = visible;
  self->plane = bounds;
  graphene_rect_inset (&self->plane, -40, -40);
  self->scale = MIN ((width - 2 * PAD) / self->plane.size.width, (height - 2 * PAD) / self->plane.size.height);
}

static graphene_rect_t
to_map (WeirMinimap           *self,
        const graphene_rect_t *rect,
        double                 width,
        double                 height)
{
  double left = (width - self->plane.size.width * self->scale) / 2,
         top = (height - self->plane.size.height * self->scale) / 2;

  return GRAPHENE_RECT_INIT (left + (rect->origin.x - self->plane.origin.x) * self->scale,
                             top + (rect->origin.y - self->plane.origin.y) * self->scale,
                             rect->size.width * self->scale, rect->size.height * self->scale);
}

static GdkRGBA
pick_colour (WeirMinimap *self,
             WeirCard    *card)
{
  const WeirCanvasPalette *palette = weir_canvas_palette_get ();
  GdkRGBA colour;

  if (card->summary_stale)
    weir_scene_update_card_state (self->scene, card);
  colour = card->shown ? weir_canvas_state_colour (card->summary.status)
                       : weir_canvas_kind_colour (weir_block_get_kind_id (card->block));
  return weir_canvas_mix (&palette->card, &colour,
                          card->shown && card->summary.status != WEIR_STEP_PENDING ? 0.75 : 0.5);
}

static graphene_rect_t
place_card (WeirMinimap *self,
            WeirCard    *card,
            double       width,
            double       height)
{
  graphene_rect_t rect = to_map (self, &card->indexed.bounds, width, height);

  rect.size.width = MAX (rect.size.width, 1.5f);
  rect.size.height = MAX (rect.size.height, 1.5f);
  return rect;
}

static GskRenderNode *
render_few (WeirMinimap *self,
            double       width,
            double       height)
{
  GtkSnapshot *snapshot = gtk_snapshot_new ();

  for (guint i = 0; i < self->scene->cards->len; i++)
    {
      WeirCard *card = g_ptr_array_index (self->scene->cards, i);
      graphene_rect_t rect = place_card (self, card, width, height);
      GdkRGBA colour = pick_colour (self, card);

      weir_painter_fill_rounded (snapshot, &rect, rect.size.width > 5 ? 2 : 0, &colour);
    }
  return gtk_snapshot_free_to_node (snapshot);
}

/* One picture instead of thousands of nodes, which would be drawn anew whenever the view moves. */
static GskRenderNode *
render_many (WeirMinimap *self,
             double       width,
             double       height)
{
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  g_autoptr(WeirRaster) raster = weir_raster_new ((int) ceil (width * scale), (int) ceil (height * scale));
  g_autoptr(GdkTexture) texture = NULL;
  graphene_rect_t where;

  for (guint i = 0; i < self->scene->cards->len; i++)
    {
      WeirCard *card = g_ptr_array_index (self->scene->cards, i);
      graphene_rect_t rect = place_card (self, card, width, height);
      GdkRGBA colour = pick_colour (self, card);

      weir_raster_fill (raster, rect.origin.x * scale, rect.origin.y * scale, rect.size.width * scale,
                        rect.size.height * scale, &colour);
    }
  texture = weir_raster_to_texture (raster, &where);
  graphene_rect_scale (&where, 1.0f / scale, 1.0f / scale, &where);
  return texture != NULL ? gsk_texture_node_new (texture, &where) : NULL;
}

static void
weir_minimap_snapshot (GtkWidget   *widget,
                       GtkSnapshot *snapshot)
{
  WeirMinimap *self = WEIR_MINIMAP (widget);
  double width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  const WeirCanvasPalette *palette = weir_canvas_palette_get ();
  graphene_rect_t all = GRAPHENE_RECT_INIT (0, 0, width, height), visible, seen;
  GdkRGBA tint = palette->accent;

  if (self->canvas == NULL || self->scene == NULL)
    return;
  if (self->blocks == NULL)
    {
      work_out_scale (self, width, height);
      self->blocks = self->scene->cards->len > 200 ? render_many (self, width, height)
                                                   : render_few (self, width, height);
    }
  weir_painter_fill_rounded (snapshot, &all, 8, &palette->card);
  gtk_snapshot_push_clip (snapshot, &all);
  if (self->blocks != NULL)
    gtk_snapshot_append_node (snapshot, self->blocks);
  weir_viewport_get_visible (self->canvas->viewport, &visible);
  visible = to_map (self, &visible, width, height);
  graphene_rect_inset (&all, 2, 2);
  if (graphene_rect_intersection (&visible, &all, &seen))
    {
      tint.alpha = 0.08f;
      weir_painter_fill_rounded (snapshot, &seen, 3, &tint);
      weir_painter_outline (snapshot, &seen, 3, 1.5, &palette->accent);
    }
  gtk_snapshot_pop (snapshot);
  weir_painter_outline (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height), 8, 1, &palette->card_border);
}

static void
go_to (WeirMinimap *self,
       double       x,
       double       y)
{
  double width = gtk_widget_get_width (GTK_WIDGET (self)), height = gtk_widget_get_height (GTK_WIDGET (self));
  double left = (width - self->plane.size.width * self->scale) / 2,
         top = (height - self->plane.size.height * self->scale) / 2;

  if (self->canvas == NULL || self->scale <= 0)
    return;
  weir_viewport_center_on (self->canvas->viewport, self->plane.origin.x + (x - left) / self->scale,
                           self->plane.origin.y + (y - top) / self->scale);
}

static void
drag_begin_cb (GtkGestureDrag *gesture,
               double          x,
               double          y,
               WeirMinimap    *self)
{
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  go_to (self, x, y);
}

static void
drag_update_cb (GtkGestureDrag *gesture,
                double          dx,
                double          dy,
                WeirMinimap    *self)
{
  double x, y;

  gtk_gesture_drag_get_start_point (gesture, &x, &y);
  go_to (self, x + dx, y + dy);
}

static void
weir_minimap_measure (GtkWidget      *widget,
                      GtkOrientation  orientation,
                      int             for_size,
                      int            *minimum,
                      int            *natural,
                      int            *minimum_baseline,
                      int            *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? WEIR_MINIMAP_WIDTH : WEIR_MINIMAP_HEIGHT;
}

static void
weir_minimap_size_allocate (GtkWidget *widget,
                            int        width,
                            int        height,
                            int        baseline)
{
  drop_blocks (WEIR_MINIMAP (widget));
}

static void
set_canvas (WeirMinimap *self,
            WeirCanvas  *canvas)
{
  if (self->canvas != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->canvas, self);
      g_signal_handlers_disconnect_by_data (self->canvas->viewport, self);
    }
  g_set_object (&self->canvas, canvas);
  if (canvas != NULL)
    {
      g_signal_connect_swapped (canvas, "notify::graph", G_CALLBACK (follow_scene), self);
      g_signal_connect_swapped (canvas->viewport, "changed", G_CALLBACK (gtk_widget_queue_draw), self);
    }
  follow_scene (self);
}

static void
weir_minimap_get_property (GObject    *object,
                           guint       property_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  g_value_set_object (value, WEIR_MINIMAP (object)->canvas);
}

static void
weir_minimap_set_property (GObject      *object,
                           guint         property_id,
                           const GValue *value,
                           GParamSpec   *pspec)
{
  set_canvas (WEIR_MINIMAP (object), g_value_get_object (value));
}

static void
weir_minimap_dispose (GObject *object)
{
  WeirMinimap *self = WEIR_MINIMAP (object);

  set_canvas (self, NULL);
  g_clear_pointer (&self->blocks, gsk_render_node_unref);
  G_OBJECT_CLASS (weir_minimap_parent_class)->dispose (object);
}

static void
weir_minimap_class_init (WeirMinimapClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = weir_minimap_get_property;
  object_class->set_property = weir_minimap_set_property;
  object_class->dispose = weir_minimap_dispose;
  widget_class->snapshot = weir_minimap_snapshot;
  widget_class->measure = weir_minimap_measure;
  widget_class->size_allocate = weir_minimap_size_allocate;

  properties[PROP_CANVAS] = g_param_spec_object ("canvas", NULL, NULL, WEIR_TYPE_CANVAS,
                                                 G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  gtk_widget_class_set_css_name (widget_class, "weir-minimap");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
weir_minimap_init (WeirMinimap *self)
{
  AdwStyleManager *style = adw_style_manager_get_default ();
  GtkGesture *drag = gtk_gesture_drag_new ();

  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  g_signal_connect_object (style, "notify::dark", G_CALLBACK (drop_blocks), self, G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Overview of the canvas"),
                                  -1);
}

GtkWidget *
weir_minimap_new (WeirCanvas *canvas)
{
  return g_object_new (WEIR_TYPE_MINIMAP, "canvas", canvas, NULL);
}
