/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>

#include "weir-canvas-private.h"

G_DEFINE_FINAL_TYPE_WITH_CODE (WeirCanvas,
                               weir_canvas,
                               GTK_TYPE_WIDGET,
                               G_IMPLEMENT_INTERFACE (GTK_TYPE_ACCESSIBLE, weir_canvas_accessible_init))

enum
{
  PROP_WORKFLOW = 1,
  PROP_GRAPH,
  PROP_VIEW,
  PROP_VIEWPORT,
  PROP_ZOOM,
  PROP_SELECTED_BLOCK,
  PROP_EDITABLE,
  PROP_LINK_STYLE,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

enum
{
  SIGNAL_OPEN_CONTAINER,
  SIGNAL_ADD_BLOCK_REQUESTED,
  SIGNAL_BLOCK_ACTIVATED,
  SIGNAL_MESSAGE,
  SIGNAL_BREAKPOINTS_CHANGED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

/* Following what is shown */

static void
viewport_changed_cb (WeirViewport *viewport,
                     WeirCanvas   *self)
{
  self->told_links_stale = TRUE;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
viewport_zoom_cb (WeirViewport *viewport,
                  GParamSpec   *pspec,
                  WeirCanvas   *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ZOOM]);
}

static void
scene_changed_cb (WeirScene  *scene,
                  WeirCanvas *self)
{
  self->told_links_stale = TRUE;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  weir_canvas_check_link (self);
  weir_canvas_accessible_refresh (self);
}

static void
scene_removed_cb (WeirScene  *scene,
                  WeirBlock  *block,
                  WeirCanvas *self)
{
  weir_canvas_forget_card (self, block);
  weir_canvas_unselect_block (self, block);
}

static void
link_removed_cb (WeirGraph  *graph,
                 WeirLink   *link,
                 WeirCanvas *self)
{
  self->hovered_wire = NULL;
  self->drop_wire = NULL;
  if (link == self->link.detached)
    weir_canvas_cancel_drag (self);
  if (link == self->selected_link)
    weir_canvas_select_link (self, NULL);
}

static void
history_changed_cb (WeirWorkflow *workflow,
                    GParamSpec   *pspec,
                    WeirCanvas   *self)
{
  weir_canvas_update_actions (self);
}

static void
style_changed_cb (WeirCanvas *self)
{
  weir_canvas_palette_refresh ();
  weir_canvas_drop_painter (self);
}

/* What is seen of a graph first: all of it if that can be read, else where it begins. */
static void
show_beginning (WeirCanvas *self)
{
  const double readable = 0.55 * weir_canvas_get_unit (self), comfortable = 0.8 * weir_canvas_get_unit (self);
  graphene_rect_t bounds;
  WeirCard *first;
  int width, height;

  weir_canvas_zoom_to_fit (self);
  weir_viewport_get_size (self->viewport, &width, &height);
  if (self->fit_wanted || self->scene == NULL || self->scene->cards->len == 0
      || weir_viewport_get_zoom (self->viewport) >= readable || !weir_scene_get_bounds (self->scene, &bounds))
    return;
  first = g_ptr_array_index (self->scene->cards, 0);
  weir_viewport_zoom_at (self->viewport, comfortable, 0, 0);
  weir_viewport_set_origin (self->viewport, bounds.origin.x - 24,
                            MAX (bounds.origin.y - 24, first->indexed.bounds.origin.y - height / 2.0 / comfortable));
  weir_viewport_reveal (self->viewport, &first->indexed.bounds, 24);
}

static void
weir_canvas_size_allocate (GtkWidget *widget,
                           int        width,
                           int        height,
                           int        baseline)
{
  WeirCanvas *self = WEIR_CANVAS (widget);

  weir_viewport_set_size (self->viewport, width, height);
  if (self->fit_wanted && width > 0 && height > 0)
    {
      self->fit_wanted = FALSE;
      show_beginning (self);
    }
  if (self->menu != NULL)
    gtk_popover_present (GTK_POPOVER (self->menu));
  if (self->note_editor != NULL)
    gtk_popover_present (GTK_POPOVER (self->note_editor));
}

static void
weir_canvas_measure (GtkWidget      *widget,
                     GtkOrientation  orientation,
                     int             for_size,
                     int            *minimum,
                     int            *natural,
                     int            *minimum_baseline,
                     int            *natural_baseline)
{
  *minimum = 120;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 640 : 400;
}

static void
weir_canvas_css_changed (GtkWidget         *widget,
                         GtkCssStyleChange *change)
{
  WeirCanvas *self = WEIR_CANVAS (widget);
  PangoContext *context = gtk_widget_get_pango_context (widget);

  GTK_WIDGET_CLASS (weir_canvas_parent_class)->css_changed (widget, change);
  /* Focus and pointer change the style too, and need no new text. */
  if (self->painter.context != NULL
      && (weir_painter_get_text_scale (context) != self->painter.text_scale
          || !pango_font_description_equal (pango_context_get_font_description (context),
                                            pango_context_get_font_description (self->painter.context))))
    weir_canvas_drop_painter (self);
}

static void
weir_canvas_get_property (GObject    *object,
                          guint       property_id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  WeirCanvas *self = WEIR_CANVAS (object);

  switch (property_id)
    {
    case PROP_WORKFLOW:
      g_value_set_object (value, self->workflow);
      break;
    case PROP_GRAPH:
      g_value_set_object (value, self->graph);
      break;
    case PROP_VIEW:
      g_value_set_object (value, self->view);
      break;
    case PROP_VIEWPORT:
      g_value_set_object (value, self->viewport);
      break;
    case PROP_ZOOM:
      g_value_set_double (value, weir_canvas_get_zoom (self));
      break;
    case PROP_SELECTED_BLOCK:
      g_value_set_object (value, self->selected_block);
      break;
    case PROP_EDITABLE:
      g_value_set_boolean (value, self->editable);
      break;
    case PROP_LINK_STYLE:
      g_value_set_enum (value, self->link_style);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
set_link_style (WeirCanvas    *self,
                WeirLinkStyle  style)
{
  if (self->link_style == style)
    return;
  self->link_style = style;
  if (self->scene != NULL)
    weir_scene_set_link_style (self->scene, style);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LINK_STYLE]);
}

static void
weir_canvas_set_property (GObject      *object,
                          guint         property_id,
                          const GValue *value,
                          GParamSpec   *pspec)
{
  WeirCanvas *self = WEIR_CANVAS (object);

  switch (property_id)
    {
    case PROP_WORKFLOW:
      weir_canvas_set_workflow (self, g_value_get_object (value));
      break;
    case PROP_GRAPH:
      weir_canvas_set_graph (self, g_value_get_object (value));
      break;
    case PROP_VIEW:
      weir_canvas_set_view (self, g_value_get_object (value));
      break;
    case PROP_ZOOM:
      weir_canvas_set_zoom (self, g_value_get_double (value));
      break;
    case PROP_EDITABLE:
      weir_canvas_set_editable (self, g_value_get_boolean (value));
      break;
    case PROP_LINK_STYLE:
      set_link_style (self, g_value_get_enum (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
drop_scene (WeirCanvas *self)
{
  weir_canvas_cancel_drag (self);
  weir_canvas_end_journey (self);
  weir_canvas_leave_connect (self);
  weir_canvas_clear_selection (self);
  self->hovered_card = NULL;
  self->hovered_wire = NULL;
  if (self->scene != NULL)
    g_signal_handlers_disconnect_by_data (self->scene, self);
  if (self->graph != NULL)
    g_signal_handlers_disconnect_by_data (self->graph, self);
  g_clear_pointer (&self->told_links, g_ptr_array_unref);
  g_clear_object (&self->scene);
  g_clear_object (&self->graph);
}

static void
weir_canvas_dispose (GObject *object)
{
  WeirCanvas *self = WEIR_CANVAS (object);

  if (self->autoscroll_id != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->autoscroll_id);
  self->autoscroll_id = 0;
  weir_canvas_stop_glide (self);
  g_clear_handle_id (&self->accessible_refresh_id, g_source_remove);
  g_clear_handle_id (&self->prefetch_id, g_source_remove);
  g_clear_handle_id (&self->redraw_id, g_source_remove);
  drop_scene (self);
  if (self->workflow != NULL)
    g_signal_handlers_disconnect_by_data (self->workflow, self);
  g_clear_object (&self->workflow);
  g_clear_object (&self->view);
  g_clear_object (&self->follow_from);
  g_clear_object (&self->convert_source);
  g_clear_object (&self->convert_target);
  g_clear_pointer (&self->menu, gtk_widget_unparent);
  g_clear_pointer (&self->note_editor, gtk_widget_unparent);
  G_OBJECT_CLASS (weir_canvas_parent_class)->dispose (object);
}

static void
weir_canvas_finalize (GObject *object)
{
  WeirCanvas *self = WEIR_CANVAS (object);

  weir_grid_clear (&self->grid);
  weir_painter_clear (&self->painter);
  g_clear_object (&self->viewport);
  g_clear_object (&self->selected);
  g_clear_pointer (&self->stroke, g_array_unref);
  g_clear_pointer (&self->guides, g_array_unref);
  g_clear_pointer (&self->starts, g_array_unref);
  g_clear_pointer (&self->choices, g_array_unref);
  g_string_free (self->connect_word, TRUE);
  g_free (self->connect_hint);
  g_clear_pointer (&self->band_before, g_hash_table_unref);
  g_free (self->selected_note);
  g_free (self->convert_from);
  g_free (self->convert_to);
  G_OBJECT_CLASS (weir_canvas_parent_class)->finalize (object);
}

static void
weir_canvas_class_init (WeirCanvasClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = weir_canvas_get_property;
  object_class->set_property = weir_canvas_set_property;
  object_class->dispose = weir_canvas_dispose;
  object_class->finalize = weir_canvas_finalize;
  widget_class->snapshot = weir_canvas_snapshot;
  widget_class->size_allocate = weir_canvas_size_allocate;
  widget_class->measure = weir_canvas_measure;
  widget_class->css_changed = weir_canvas_css_changed;

  properties[PROP_WORKFLOW] = g_param_spec_object ("workflow", NULL, NULL, WEIR_TYPE_WORKFLOW,
                                                   flags | G_PARAM_READWRITE);
  properties[PROP_GRAPH] = g_param_spec_object ("graph", NULL, NULL, WEIR_TYPE_GRAPH, flags | G_PARAM_READWRITE);
  properties[PROP_VIEW] = g_param_spec_object ("view", NULL, NULL, WEIR_TYPE_RUN_VIEW, flags | G_PARAM_READWRITE);
  properties[PROP_VIEWPORT] = g_param_spec_object ("viewport", NULL, NULL, WEIR_TYPE_VIEWPORT,
                                                   flags | G_PARAM_READABLE);
  properties[PROP_ZOOM] = g_param_spec_double ("zoom", NULL, NULL, WEIR_VIEWPORT_ZOOM_MIN, WEIR_VIEWPORT_ZOOM_MAX, 1,
                                               flags | G_PARAM_READWRITE);
  properties[PROP_SELECTED_BLOCK] = g_param_spec_object ("selected-block", NULL, NULL, WEIR_TYPE_BLOCK,
                                                         flags | G_PARAM_READABLE);
  properties[PROP_EDITABLE] = g_param_spec_boolean ("editable", NULL, NULL, TRUE, flags | G_PARAM_READWRITE);
  properties[PROP_LINK_STYLE] = g_param_spec_enum ("link-style", NULL, NULL, WEIR_TYPE_LINK_STYLE,
                                                   WEIR_LINK_STYLE_CURVED, flags | G_PARAM_READWRITE);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  gtk_widget_class_install_property_action (widget_class, "canvas.link-style", "link-style");

  signals[SIGNAL_OPEN_CONTAINER] = g_signal_new ("open-container", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                                 NULL, NULL, NULL, G_TYPE_NONE, 1, WEIR_TYPE_GRAPH);
  signals[SIGNAL_ADD_BLOCK_REQUESTED] = g_signal_new ("add-block-requested", G_TYPE_FROM_CLASS (klass),
                                                      G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 4,
                                                      G_TYPE_DOUBLE, G_TYPE_DOUBLE, WEIR_TYPE_BLOCK, G_TYPE_STRING);
  signals[SIGNAL_BLOCK_ACTIVATED] = g_signal_new ("block-activated", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                                  NULL, NULL, NULL, G_TYPE_NONE, 1, WEIR_TYPE_BLOCK);
  signals[SIGNAL_BREAKPOINTS_CHANGED] = g_signal_new ("breakpoints-changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                                      NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_MESSAGE] = g_signal_new ("message", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 1, G_TYPE_STRING);

  weir_canvas_install_actions (widget_class);
  weir_canvas_install_signs (widget_class);
  weir_canvas_install_guides (widget_class);
  weir_canvas_install_splice (widget_class);
  weir_canvas_install_keys (widget_class);
  weir_canvas_install_walk (widget_class);
  weir_canvas_install_portals (widget_class);
  weir_canvas_install_connect (widget_class);
  gtk_widget_class_set_css_name (widget_class, "weir-canvas");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
weir_canvas_init (WeirCanvas *self)
{
  AdwStyleManager *style = adw_style_manager_get_default ();

  self->editable = TRUE;
  self->viewport = weir_viewport_new ();
  self->selected = g_list_store_new (WEIR_TYPE_BLOCK);
  self->stroke = g_array_new (FALSE, FALSE, sizeof (graphene_point_t));
  self->guides = g_array_new (FALSE, FALSE, sizeof (graphene_rect_t));
  self->starts = g_array_new (FALSE, FALSE, sizeof (graphene_point_t));
  self->choices = g_array_new (FALSE, FALSE, sizeof (WeirConnectChoice));
  self->connect_word = g_string_new (NULL);
  self->band_before = g_hash_table_new (NULL, NULL);
  g_signal_connect (self->viewport, "changed", G_CALLBACK (viewport_changed_cb), self);
  g_signal_connect (self->viewport, "notify::zoom", G_CALLBACK (viewport_zoom_cb), self);
  g_signal_connect_object (style, "notify::dark", G_CALLBACK (style_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (style, "notify::high-contrast", G_CALLBACK (style_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (style, "notify::accent-color", G_CALLBACK (style_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect (self, "notify::scale-factor", G_CALLBACK (weir_canvas_drop_painter), NULL);

  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Workflow canvas"), -1);
  weir_canvas_init_gestures (self);
  weir_canvas_init_keys (self);
  weir_canvas_update_actions (self);
}

GtkWidget *
weir_canvas_new (void)
{
  return g_object_new (WEIR_TYPE_CANVAS, NULL);
}

WeirWorkflow *
weir_canvas_get_workflow (WeirCanvas *self)
{
  g_return_val_if_fail (WEIR_IS_CANVAS (self), NULL);
  return self->workflow;
}

void
weir_canvas_set_workflow (WeirCanvas   *self,
                          WeirWorkflow *workflow)
{
  g_return_if_fail (WEIR_IS_CANVAS (self));

  if (self->workflow == workflow)
    return;
  drop_scene (self);
  if (self->workflow != NULL)
    g_signal_handlers_disconnect_by_data (self->workflow, self);
  g_set_object (&self->workflow, workflow);
  if (workflow != NULL)
    {
      g_signal_connect (workflow, "notify::can-undo", G_CALLBACK (history_changed_cb), self);
      g_signal_connect (workflow, "notify::can-redo", G_CALLBACK (history_changed_cb), self);
      weir_canvas_set_graph (self, weir_workflow_get_graph (workflow));
    }
  else
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_GRAPH]);
  weir_canvas_update_actions (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_WORKFLOW]);
}

WeirGraph *
weir_canvas_get_graph (WeirCanvas *self)
{
  g_return_val_if_fail (WEIR_IS_CANVAS (self), NULL);
  return self->graph;
}

/* A workflow written by hand may say nothing of places: all blocks would lie on each other. */
static gboolean
has_no_places (WeirScene *scene)
{
  const graphene_point_t *first = NULL;

  for (guint i = 0; i < scene->cards->len; i++)
    {
      WeirCard *card = g_ptr_array_index (scene->cards, i);

      if (first != NULL && !graphene_point_equal (first, &card->indexed.bounds.origin))
        return FALSE;
      first = &card->indexed.bounds.origin;
    }
  return scene->cards->len > 1;
}

/**
 * weir_canvas_set_graph:
 * @self: a canvas with a workflow
 * @graph: its root graph or the body of one of its containers
 *
 * Shows another graph of the workflow, whole. If its blocks have no places yet they are arranged, as an edit.
 */
void
weir_canvas_set_graph (WeirCanvas *self,
                       WeirGraph  *graph)
{
  g_return_if_fail (WEIR_IS_CANVAS (self));
  g_return_if_fail (self->workflow != NULL && WEIR_IS_GRAPH (graph));

  if (self->graph == graph)
    return;
  drop_scene (self);
  self->graph = g_object_ref (graph);
  self->scene = weir_scene_new (self->workflow, graph, self->link_style);
  weir_scene_set_view (self->scene, self->view);
  g_signal_connect (self->scene, "changed", G_CALLBACK (scene_changed_cb), self);
  g_signal_connect (self->scene, "removed", G_CALLBACK (scene_removed_cb), self);
  g_signal_connect (graph, "link-removed", G_CALLBACK (link_removed_cb), self);
  if (self->editable && has_no_places (self->scene))
    {
      weir_canvas_arrange (self);
      weir_canvas_end_journey (self);
    }
  show_beginning (self);
  weir_canvas_update_actions (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_GRAPH]);
}

WeirRunView *
weir_canvas_get_view (WeirCanvas *self)
{
  g_return_val_if_fail (WEIR_IS_CANVAS (self), NULL);
  return self->view;
}

void
weir_canvas_set_view (WeirCanvas  *self,
                      WeirRunView *view)
{
  g_return_if_fail (WEIR_IS_CANVAS (self));

  if (!g_set_object (&self->view, view))
    return;
  if (self->scene != NULL)
    weir_scene_set_view (self->scene, view);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_VIEW]);
}

WeirViewport *
weir_canvas_get_viewport (WeirCanvas *self)
{
  g_return_val_if_fail (WEIR_IS_CANVAS (self), NULL);
  return self->viewport;
}

gboolean
weir_canvas_get_editable (WeirCanvas *self)
{
  g_return_val_if_fail (WEIR_IS_CANVAS (self), FALSE);
  return self->editable;
}

void
weir_canvas_set_editable (WeirCanvas *self,
                          gboolean    editable)
{
  g_return_if_fail (WEIR_IS_CANVAS (self));

  if (self->editable == !!editable)
    return;
  weir_canvas_cancel_drag (self);
  self->editable = !!editable;
  weir_canvas_update_actions (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_EDITABLE]);
}

void
weir_canvas_announce (WeirCanvas *self,
                      const char *text)
{
  gtk_accessible_announce (GTK_ACCESSIBLE (self), text, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}

void
weir_canvas_say (WeirCanvas *self,
                 const char *text)
{
  /* A toast reads itself out. */
  if (g_signal_has_handler_pending (self, signals[SIGNAL_MESSAGE], 0, FALSE))
    g_signal_emit (self, signals[SIGNAL_MESSAGE], 0, text);
  else
    weir_canvas_announce (self, text);
}

void
weir_canvas_request_block (WeirCanvas *self,
                           double      x,
                           double      y,
                           WeirBlock  *from,
                           const char *port)
{
  if (self->editable && self->graph != NULL)
    g_signal_emit (self, signals[SIGNAL_ADD_BLOCK_REQUESTED], 0, x, y, from, port);
}

void
weir_canvas_emit_activated (WeirCanvas *self,
                            WeirBlock  *block)
{
  g_signal_emit (self, signals[SIGNAL_BLOCK_ACTIVATED], 0, block);
}

void
weir_canvas_open_block (WeirCanvas *self,
                        WeirBlock  *block)
{
  WeirGraph *body = weir_block_get_body (block);

  if (body != NULL)
    g_signal_emit (self, signals[SIGNAL_OPEN_CONTAINER], 0, body);
  else
    weir_canvas_emit_activated (self, block);
}
