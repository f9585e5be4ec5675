/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>

#include "weir-workflow-page-private.h"

/* Going into containers and out again: the bar over the canvas says where one is, and leads to each place above. */

#define MAX_CRUMB_CHARS 24

static void
add_crumb (WeirWorkflowPage *self,
           const char       *title,
           const char       *path,
           gboolean          here)
{
  GtkWidget *label = gtk_label_new (title), *crumb = label;

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (label), MAX_CRUMB_CHARS);
  if (here)
    {
      gtk_widget_add_css_class (label, "heading");
      gtk_widget_set_margin_start (label, 6);
      gtk_widget_set_margin_end (label, 12);
    }
  else
    {
      crumb = gtk_button_new ();
      gtk_button_set_child (GTK_BUTTON (crumb), label);
      gtk_widget_add_css_class (crumb, "flat");
      gtk_widget_set_tooltip_text (crumb, title);
      gtk_actionable_set_action_name (GTK_ACTIONABLE (crumb), "view.graph");
      gtk_actionable_set_action_target (GTK_ACTIONABLE (crumb), "s", path);
    }
  gtk_box_append (GTK_BOX (self->path_bar), crumb);
  if (!here)
    gtk_box_append (GTK_BOX (self->path_bar),
                    g_object_new (GTK_TYPE_IMAGE, "icon-name", "go-next-symbolic", "accessible-role",
                                  GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL));
}

/* From the workflow down to @container. */
static void
fill_path_bar (WeirWorkflowPage *self,
               WeirBlock        *container)
{
  g_autoptr(GPtrArray) above = g_ptr_array_new ();
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (self->path_bar)) != NULL)
    gtk_box_remove (GTK_BOX (self->path_bar), child);
  for (WeirBlock *block = container; block != NULL; block = weir_graph_get_container (weir_block_get_graph (block)))
    g_ptr_array_insert (above, 0, block);
  if (above->len > 0)
    add_crumb (self, weir_workflow_get_name (self->workflow), "", FALSE);
  for (guint i = 0; i < above->len; i++)
    add_crumb (self, weir_block_get_title (above->pdata[i]), weir_block_get_path (above->pdata[i]), i + 1 == above->len);
}

/**
 * weir_workflow_page_update_path:
 * @self: a page
 *
 * Shows which graph of the workflow is on the canvas.
 */
void
weir_workflow_page_update_path (WeirWorkflowPage *self)
{
  WeirGraph *graph = weir_canvas_get_graph (self->canvas);
  WeirBlock *container = graph != NULL ? weir_graph_get_container (graph) : NULL;

  fill_path_bar (self, self->workflow != NULL ? container : NULL);
  gtk_widget_set_visible (self->path_bar, container != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "view.up", container != NULL);
}

/* @from: a container on the way to where one was; it stays selected */
static void
go_out_to (WeirWorkflowPage *self,
           WeirBlock        *from)
{
  weir_canvas_set_graph (self->canvas, weir_block_get_graph (from));
  weir_canvas_select_block (self->canvas, from, FALSE);
  weir_canvas_zoom_to_fit (self->canvas);
  gtk_widget_grab_focus (GTK_WIDGET (self->canvas));
}

static void
up_cb (GtkWidget  *widget,
       const char *action,
       GVariant   *target)
{
  WeirWorkflowPage *self = WEIR_WORKFLOW_PAGE (widget);

  go_out_to (self, weir_graph_get_container (weir_canvas_get_graph (self->canvas)));
}

static void
graph_cb (GtkWidget  *widget,
          const char *action,
          GVariant   *target)
{
  WeirWorkflowPage *self = WEIR_WORKFLOW_PAGE (widget);
  const char *path = g_variant_get_string (target, NULL);
  WeirGraph *graph = weir_canvas_get_graph (self->canvas);
  WeirBlock *from = graph != NULL ? weir_graph_get_container (graph) : NULL;

  /* The container that stands in the graph that is wanted. */
  while (from != NULL)
    {
      WeirBlock *outer = weir_graph_get_container (weir_block_get_graph (from));

      if (g_strcmp0 (outer != NULL ? weir_block_get_path (outer) : "", path) == 0)
        break;
      from = outer;
    }
  if (from != NULL)
    go_out_to (self, from);
}

/**
 * weir_workflow_page_open_container:
 * @self: a page
 * @body: a graph of its workflow
 *
 * Goes into a container.
 */
void
weir_workflow_page_open_container (WeirWorkflowPage *self,
                                   WeirGraph        *body)
{
  weir_canvas_set_graph (self->canvas, body);
  weir_canvas_zoom_to_fit (self->canvas);
}

/**
 * weir_workflow_page_install_graphs:
 * @widget_class: the class of the page
 *
 * Adds the actions of this file; the target of view.graph is the path of a container above the graph that is shown, or "".
 */
void
weir_workflow_page_install_graphs (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "view.up", NULL, up_cb);
  gtk_widget_class_install_action (widget_class, "view.graph", "s", graph_cb);
}
