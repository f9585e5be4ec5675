/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>

#include "weir-canvas-private.h"
#include "weir-preferences.h"

#include <math.h>

struct _WeirCanvasPane
{
  AdwBin      parent_instance;

  WeirCanvas *canvas;
  GtkWidget  *minimap;
  GtkWidget  *zoom_label;
  gboolean    roomy;
  guint       show_id;
};

G_DEFINE_FINAL_TYPE (WeirCanvasPane, weir_canvas_pane, ADW_TYPE_BIN)

enum
{
  PROP_CANVAS = 1,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

static void
zoom_changed_cb (WeirCanvasPane *self)
{
  g_autofree char *text = g_strdup_printf (_("%.0f %%"), round (100 * weir_canvas_get_zoom (self->canvas)
                                                                / weir_canvas_get_unit (self->canvas)));

  gtk_button_set_label (GTK_BUTTON (self->zoom_label), text);
}

static gboolean
show_minimap_cb (gpointer user_data)
{
  WeirCanvasPane *self = user_data;

  self->show_id = 0;
  gtk_widget_set_visible (self->minimap, self->roomy);
  return G_SOURCE_REMOVE;
}

/* Whether the map stands over a block although there is nothing out of sight that it could lead to, or shows nothing. */
static gboolean
is_in_the_way (WeirCanvasPane *self,
               int             width,
               int             height)
{
  WeirGraph *graph = weir_canvas_get_graph (self->canvas);
  graphene_rect_t sight = GRAPHENE_RECT_INIT (0, 0, width, height), map;
  gboolean covers = FALSE;

  if (graph == NULL || weir_graph_get_n_blocks (graph) == 0)
    return TRUE;

  map = GRAPHENE_RECT_INIT (width - WEIR_MINIMAP_WIDTH - 18, height - WEIR_MINIMAP_HEIGHT - 18, WEIR_MINIMAP_WIDTH,
                            WEIR_MINIMAP_HEIGHT);
  for (guint i = 0; graph != NULL && i < weir_graph_get_n_blocks (graph); i++)
    {
      graphene_rect_t bounds;

      if (!weir_canvas_get_block_bounds (self->canvas, weir_graph_get_block (graph, i), &bounds)
          || !graphene_rect_contains_rect (&sight, &bounds))
        return FALSE;
      covers |= graphene_rect_intersection (&map, &bounds, NULL);
    }
  return covers;
}

/* On a narrow window the map would cover what it maps. The canvas tells within its allocation, which must not begin
 * anew. */
static void
viewport_changed_cb (WeirCanvasPane *self)
{
  int width, height;

  weir_viewport_get_size (weir_canvas_get_viewport (self->canvas), &width, &height);
  self->roomy = width >= 480 && height >= 280 && !is_in_the_way (self, width, height);
  if (self->roomy != gtk_widget_get_visible (self->minimap) && self->show_id == 0)
    self->show_id = g_idle_add (show_minimap_cb, self);
}

static void
keep_link_style (WeirCanvasPane *self)
{
  g_autoptr(GEnumClass) styles = g_type_class_ref (WEIR_TYPE_LINK_STYLE);
  int style;

  g_object_get (self->canvas, "link-style", &style, NULL);
  weir_preferences_set ("canvas", "link-style", g_enum_get_value (styles, style)->value_nick);
}

/* As it was when the last window closed. */
static void
restore_link_style (WeirCanvasPane *self)
{
  g_autoptr(GEnumClass) styles = g_type_class_ref (WEIR_TYPE_LINK_STYLE);
  g_autofree char *nick = weir_preferences_get ("canvas", "link-style");
  GEnumValue *style = nick != NULL ? g_enum_get_value_by_nick (styles, nick) : NULL;

  if (style != NULL)
    g_object_set (self->canvas, "link-style", style->value, NULL);
  g_signal_connect_swapped (self->canvas, "notify::link-style", G_CALLBACK (keep_link_style), self);
}

static void
weir_canvas_pane_dispose (GObject *object)
{
  g_clear_handle_id (&WEIR_CANVAS_PANE (object)->show_id, g_source_remove);
  G_OBJECT_CLASS (weir_canvas_pane_parent_class)->dispose (object);
}

/* The buttons stand over the canvas, not in it, so their actions are sent there. */
static void
button_clicked_cb (GtkButton      *button,
                   WeirCanvasPane *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self->canvas), g_object_get_data (G_OBJECT (button), "action"), NULL);
}

static GtkWidget *
add_button (WeirCanvasPane *self,
            GtkWidget      *box,
            const char     *icon,
            const char     *tooltip,
            const char     *action)
{
  GtkWidget *button = icon != NULL ? gtk_button_new_from_icon_name (icon) : gtk_button_new_with_label ("");

  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, tooltip, -1);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_focus_on_click (button, FALSE);
  g_object_set_data (G_OBJECT (button), "action", (gpointer) action);
  g_signal_connect (button, "clicked", G_CALLBACK (button_clicked_cb), self);
  gtk_box_append (GTK_BOX (box), button);
  return button;
}

static void
weir_canvas_pane_get_property (GObject    *object,
                               guint       property_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  g_value_set_object (value, WEIR_CANVAS_PANE (object)->canvas);
}

static void
weir_canvas_pane_class_init (WeirCanvasPaneClass *klass)
{
  G_OBJECT_CLASS (klass)->get_property = weir_canvas_pane_get_property;
  G_OBJECT_CLASS (klass)->dispose = weir_canvas_pane_dispose;
  properties[PROP_CANVAS] = g_param_spec_object ("canvas", NULL, NULL, WEIR_TYPE_CANVAS,
                                                 G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPS, properties);
}

static void
weir_canvas_pane_init (WeirCanvasPane *self)
{
  GtkWidget *overlay = gtk_overlay_new (), *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  self->canvas = WEIR_CANVAS (weir_canvas_new ());
  gtk_overlay_set_child (GTK_OVERLAY (overlay), GTK_WIDGET (self->canvas));

  add_button (self, box, "zoom-out-symbolic", _("Zoom Out"), "canvas.zoom-out");
  self->zoom_label = add_button (self, box, NULL, _("Original Size"), "canvas.zoom-100");
  gtk_widget_add_css_class (self->zoom_label, "numeric");
  gtk_widget_set_size_request (self->zoom_label, 72, -1);
  add_button (self, box, "zoom-in-symbolic", _("Zoom In"), "canvas.zoom-in");
  add_button (self, box, "zoom-fit-best-symbolic", _("Zoom to Fit"), "canvas.zoom-fit");
  gtk_widget_add_css_class (box, "toolbar");
  gtk_widget_add_css_class (box, "card");
  gtk_widget_set_halign (box, GTK_ALIGN_START);
  gtk_widget_set_valign (box, GTK_ALIGN_END);
  gtk_widget_set_margin_start (box, 12);
  gtk_widget_set_margin_bottom (box, 12);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), box);

  self->minimap = weir_minimap_new (self->canvas);
  gtk_widget_set_halign (self->minimap, GTK_ALIGN_END);
  gtk_widget_set_valign (self->minimap, GTK_ALIGN_END);
  gtk_widget_set_margin_end (self->minimap, 12);
  gtk_widget_set_margin_bottom (self->minimap, 12);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), self->minimap);

  adw_bin_set_child (ADW_BIN (self), overlay);
  g_signal_connect_object (weir_canvas_get_viewport (self->canvas), "changed", G_CALLBACK (viewport_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_swapped (self->canvas, "notify::zoom", G_CALLBACK (zoom_changed_cb), self);
  zoom_changed_cb (self);
  restore_link_style (self);
}

GtkWidget *
weir_canvas_pane_new (void)
{
  return g_object_new (WEIR_TYPE_CANVAS_PANE, NULL);
}

WeirCanvas *
weir_canvas_pane_get_canvas (WeirCanvasPane *self)
{
  g_return_val_if_fail (WEIR_IS_CANVAS_PANE (self), NULL);
  return self->canvas;
}
