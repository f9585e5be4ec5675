/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The workflow as text, beside the canvas or, where there is little room, in its place. */
#include "weir-workflow-page-private.h"

static void
toggle_text_cb (GtkWidget  *widget,
                const char *action,
                GVariant   *target)
{
  WeirWorkflowPage *self = WEIR_WORKFLOW_PAGE (widget);
  gboolean show = !gtk_widget_get_visible (GTK_WIDGET (self->yaml_pane));

  gtk_widget_set_visible (GTK_WIDGET (self->yaml_pane), show);
  gtk_widget_grab_focus (show ? GTK_WIDGET (self->yaml_pane) : GTK_WIDGET (self->canvas));
}

/* Half of the room, once: then it is where the person puts it. */
static void
share_room (WeirWorkflowPage *self)
{
  int width = gtk_widget_get_width (GTK_WIDGET (self->text_paned));

  if (width > 0 && !self->room_shared)
    {
      gtk_paned_set_position (self->text_paned, width / 2);
      self->room_shared = TRUE;
    }
}

/* The canvas and the run panel make room where both do not fit. */
static void
text_shown_cb (WeirWorkflowPage *self)
{
  gboolean shown = gtk_widget_get_visible (GTK_WIDGET (self->yaml_pane));
  gboolean full = FALSE;

  g_object_get (self->yaml_pane, "full", &full, NULL);
  gtk_widget_set_visible (self->canvas_overlay, !(shown && full));
  if (shown && full && gtk_widget_get_visible (GTK_WIDGET (self->run_panel)))
    {
      self->panel_hidden = TRUE;
      gtk_widget_set_visible (GTK_WIDGET (self->run_panel), FALSE);
    }
  else if (!(shown && full) && self->panel_hidden)
    {
      self->panel_hidden = FALSE;
      gtk_widget_set_visible (GTK_WIDGET (self->run_panel), TRUE);
    }
  if (shown && !full)
    share_room (self);
  if (shown)
    weir_workflow_page_show_in_text (self);
  else
    weir_yaml_pane_flush (self->yaml_pane);
}

static void
place_changed_cb (WeirWorkflowPage *self)
{
  WeirBlock *block = weir_yaml_pane_get_block (self->yaml_pane);
  WeirLink *link = block == NULL ? weir_yaml_pane_get_link (self->yaml_pane) : NULL;

  if (block != NULL && block != weir_canvas_get_selected_block (self->canvas))
    {
      weir_canvas_select_block (self->canvas, block, FALSE);
      weir_canvas_reveal_block (self->canvas, block);
    }
  else if (link != NULL && link != weir_canvas_get_selected_link (self->canvas))
    weir_canvas_select_link (self->canvas, link);
}

static void
text_closed_cb (WeirWorkflowPage *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self->yaml_pane), FALSE);
  gtk_widget_grab_focus (GTK_WIDGET (self->canvas));
}

/**
 * weir_workflow_page_show_in_text:
 * @self: a page
 *
 * Puts the cursor of the text to what is selected.
 */
void
weir_workflow_page_show_in_text (WeirWorkflowPage *self)
{
  WeirBlock *block = weir_canvas_get_selected_block (self->canvas);
  WeirLink *link = block == NULL ? weir_canvas_get_selected_link (self->canvas) : NULL;

  if (block != NULL)
    weir_yaml_pane_show_block (self->yaml_pane, block, NULL);
  else if (link != NULL)
    weir_yaml_pane_show_link (self->yaml_pane, link);
}

/**
 * weir_workflow_page_install_text:
 * @widget_class: the class of the page
 *
 * Adds the actions of this file.
 */
void
weir_workflow_page_install_text (GtkWidgetClass *widget_class)
{
  g_type_ensure (WEIR_TYPE_YAML_PANE);
  gtk_widget_class_install_action (widget_class, "view.text", NULL, toggle_text_cb);
  gtk_widget_class_bind_template_child (widget_class, WeirWorkflowPage, yaml_pane);
  gtk_widget_class_bind_template_child (widget_class, WeirWorkflowPage, text_paned);
  gtk_widget_class_bind_template_child (widget_class, WeirWorkflowPage, canvas_overlay);
  gtk_widget_class_bind_template_callback (widget_class, text_shown_cb);
  gtk_widget_class_bind_template_callback (widget_class, text_closed_cb);
  gtk_widget_class_bind_template_callback (widget_class, place_changed_cb);
}
