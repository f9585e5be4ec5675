/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-diff-view.h"

#include <glib/gi18n.h>

#include "weir-canvas.h"
#include "weir-canvas-marks.h"
#include "weir-diff-merge.h"

struct _WeirDiffView
{
  AdwBreakpointBin parent_instance;

  GtkStack         *stack;
  WeirCanvasPane   *canvas_pane;
  GtkWidget        *up_button;
  AdwButtonContent *up_content;
  GtkListBox       *list;
  GtkWidget        *no_changes;
  GtkWidget        *layout_group;
  GtkListBox       *layout_list;
  GtkSwitch        *layout_switch;
  WeirCanvas       *canvas;   /* not owned: the pane has it */
  WeirWorkflow     *merged;
  WeirWorkflow     *before;
  WeirWorkflow     *after;
  GListModel       *changes;
};

G_DEFINE_FINAL_TYPE (WeirDiffView, weir_diff_view, ADW_TYPE_BREAKPOINT_BIN)

/* A file may be another one from beginning to end; nobody reads more than this. */
#define MAX_ROWS 500

static void
row_activated_cb (WeirDiffView  *self,
                  GtkListBoxRow *row)
{
  WeirChange *change = g_object_get_data (G_OBJECT (row), "change");
  gpointer thing = change != NULL ? weir_diff_find (self->merged, change) : NULL;
  WeirBlock *block = WEIR_IS_LINK (thing) ? weir_link_get_source (thing) : thing;

  if (block == NULL)
    return;
  if (weir_canvas_get_graph (self->canvas) != weir_block_get_graph (block))
    weir_canvas_set_graph (self->canvas, weir_block_get_graph (block));
  if (WEIR_IS_LINK (thing))
    weir_canvas_select_link (self->canvas, thing);
  else
    weir_canvas_select_block (self->canvas, block, FALSE);
  weir_canvas_reveal_block (self->canvas, block);
}

static WeirMarkKind
get_mark (WeirChange *change)
{
  if (weir_change_is_layout (change) && weir_change_get_subject (change) == WEIR_SUBJECT_BLOCK)
    return WEIR_MARK_MOVED;
  switch (weir_change_get_kind (change))
    {
    case WEIR_CHANGE_ADDED:
      return WEIR_MARK_ADDED;
    case WEIR_CHANGE_REMOVED:
      return WEIR_MARK_REMOVED;
    case WEIR_CHANGE_RENAMED:
    case WEIR_CHANGE_CHANGED:
      break;
    }
  return WEIR_MARK_CHANGED;
}

static GtkWidget *
make_row (WeirDiffView *self,
          WeirChange   *change)
{
  static const char *const classes[] = { "dimmed", "success", "error", "warning", "accent" };
  g_autofree char *title = weir_diff_describe_title (change);
  g_autofree char *subtitle = weir_diff_describe (change);
  GtkWidget *icon = gtk_image_new_from_icon_name (weir_mark_get_icon (get_mark (change)));
  GtkWidget *row = g_object_new (ADW_TYPE_ACTION_ROW, "use-markup", FALSE, "title", title, "subtitle", subtitle, NULL);

  if (!weir_change_is_layout (change))
    gtk_widget_add_css_class (icon, classes[get_mark (change)]);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), icon);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), weir_diff_find (self->merged, change) != NULL);
  g_object_set_data_full (G_OBJECT (row), "change", g_object_ref (change), g_object_unref);
  return row;
}

static void
add_more (GtkListBox *list,
          guint       n_more)
{
  g_autofree char *text = g_strdup_printf (ngettext ("%u more change", "%u more changes", n_more), n_more);

  gtk_list_box_append (list, g_object_new (ADW_TYPE_ACTION_ROW, "title", text, NULL));
}

static void
fill (WeirDiffView *self,
      GListModel   *changes)
{
  guint n[2] = { 0 };
  GtkListBox *lists[2] = { self->list, self->layout_list };

  gtk_list_box_remove_all (self->list);
  gtk_list_box_remove_all (self->layout_list);
  for (guint i = 0; i < g_list_model_get_n_items (changes); i++)
    {
      g_autoptr(WeirChange) change = g_list_model_get_item (changes, i);
      guint layout = weir_change_is_layout (change) ? 1 : 0;

      if (n[layout]++ < MAX_ROWS)
        gtk_list_box_append (lists[layout], make_row (self, change));
    }
  for (guint i = 0; i < 2; i++)
    if (n[i] > MAX_ROWS)
      add_more (lists[i], n[i] - MAX_ROWS);
  gtk_widget_set_visible (GTK_WIDGET (self->list), n[0] > 0);
  gtk_widget_set_visible (self->no_changes, n[0] == 0);
  gtk_widget_set_visible (self->layout_group, n[1] > 0);
  gtk_stack_set_visible_child_name (self->stack, n[0] + n[1] > 0 ? "different" : "same");
}

static void
show_merged (WeirDiffView *self)
{
  g_autoptr(WeirWorkflow) merged = weir_diff_merge (self->before, self->after, self->changes,
                                                     gtk_switch_get_active (self->layout_switch));

  g_set_object (&self->merged, merged);
  weir_canvas_set_workflow (self->canvas, merged);
}

/* In the same place: who looks at a block sees its mark come and go. */
static void
layout_switched_cb (WeirDiffView *self)
{
  WeirViewport *viewport = weir_canvas_get_viewport (self->canvas);
  WeirGraph *graph = weir_canvas_get_graph (self->canvas);
  WeirBlock *container = graph != NULL ? weir_graph_get_container (graph) : NULL;
  g_autofree char *path = container != NULL ? g_strdup (weir_block_get_path (container)) : NULL;
  double x, y, zoom = weir_viewport_get_zoom (viewport);

  if (self->after == NULL)
    return;
  weir_viewport_get_origin (viewport, &x, &y);
  show_merged (self);
  container = path != NULL ? weir_workflow_find_block (self->merged, path) : NULL;
  if (container != NULL)
    weir_canvas_set_graph (self->canvas, weir_block_get_body (container));
  weir_viewport_zoom_at (viewport, zoom, 0, 0);
  weir_viewport_set_origin (viewport, x, y);
}

static void
graph_changed_cb (WeirDiffView *self)
{
  WeirGraph *graph = weir_canvas_get_graph (self->canvas);
  WeirBlock *container = graph != NULL ? weir_graph_get_container (graph) : NULL;

  gtk_widget_set_visible (self->up_button, container != NULL);
  if (container != NULL)
    adw_button_content_set_label (self->up_content, weir_block_get_title (container));
}

static void
up_cb (WeirDiffView *self)
{
  WeirBlock *container = weir_graph_get_container (weir_canvas_get_graph (self->canvas));

  weir_canvas_set_graph (self->canvas, weir_block_get_graph (container));
  weir_canvas_zoom_to_fit (self->canvas);
}

static void
open_container_cb (WeirDiffView *self,
                   WeirGraph    *body)
{
  weir_canvas_set_graph (self->canvas, body);
  weir_canvas_zoom_to_fit (self->canvas);
}

static gboolean
fit_cb (GtkWidget     *widget,
        GdkFrameClock *clock,
        gpointer       user_data)
{
  if (gtk_widget_get_height (widget) == 0)
    return G_SOURCE_CONTINUE;
  weir_canvas_zoom_to_fit (WEIR_CANVAS (widget));
  return G_SOURCE_REMOVE;
}

static void
weir_diff_view_dispose (GObject *object)
{
  WeirDiffView *self = WEIR_DIFF_VIEW (object);

  adw_breakpoint_bin_set_child (ADW_BREAKPOINT_BIN (object), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (object), WEIR_TYPE_DIFF_VIEW);
  g_clear_object (&self->merged);
  g_clear_object (&self->before);
  g_clear_object (&self->after);
  g_clear_object (&self->changes);
  G_OBJECT_CLASS (weir_diff_view_parent_class)->dispose (object);
}

static void
weir_diff_view_class_init (WeirDiffViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = weir_diff_view_dispose;
  g_type_ensure (WEIR_TYPE_CANVAS_PANE);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/weirstudio/Weir/weir-diff-view.ui");
  gtk_widget_class_bind_template_child (widget_class, WeirDiffView, stack);
  gtk_widget_class_bind_template_child (widget_class, WeirDiffView, canvas_pane);
  gtk_widget_class_bind_template_child (widget_class, WeirDiffView, up_button);
  gtk_widget_class_bind_template_child (widget_class, WeirDiffView, up_content);
  gtk_widget_class_bind_template_child (widget_class, WeirDiffView, list);
  gtk_widget_class_bind_template_child (widget_class, WeirDiffView, no_changes);
  gtk_widget_class_bind_template_child (widget_class, WeirDiffView, layout_group);
  gtk_widget_class_bind_template_child (widget_class, WeirDiffView, layout_list);
  gtk_widget_class_bind_template_child (widget_class, WeirDiffView, layout_switch);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, up_cb);
  gtk_widget_class_bind_template_callback (widget_class, layout_switched_cb);
}

static void
weir_diff_view_init (WeirDiffView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->canvas = weir_canvas_pane_get_canvas (self->canvas_pane);
  weir_canvas_set_editable (self->canvas, FALSE);
  g_signal_connect_object (self->canvas, "notify::graph", G_CALLBACK (graph_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->canvas, "open-container", G_CALLBACK (open_container_cb), self, G_CONNECT_SWAPPED);
}

/**
 * weir_diff_view_compare:
 * @self: a view
 * @before: a workflow, which stays as it is
 * @after: another one, likewise
 *
 * Shows what is different in @after.
 */
void
weir_diff_view_compare (WeirDiffView *self,
                        WeirWorkflow *before,
                        WeirWorkflow *after)
{
  g_autoptr(GListModel) changes = weir_workflow_diff (before, after);

  g_set_object (&self->before, before);
  g_set_object (&self->after, after);
  g_set_object (&self->changes, changes);
  show_merged (self);
  fill (self, changes);
  graph_changed_cb (self);
  gtk_widget_add_tick_callback (GTK_WIDGET (self->canvas), fit_cb, NULL, NULL);
}
