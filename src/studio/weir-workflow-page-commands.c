/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>

#include "weir-command.h"
#include "weir-workflow-page-private.h"

/* Every command of the window for the palette: what the menus of page and canvas offer, and what has buttons of its own. */

static GMenuModel *
make_buttons_menu (void)
{
  static const struct { const char *label, *action; } items[] = {
    { N_("Play"), "run.play" }, { N_("Pause"), "run.pause" }, { N_("Resume"), "run.resume" }, { N_("Stop"), "run.stop" },
    { N_("Continue after Breakpoint"), "run.continue" },
    { N_("Design"), "view.design" }, { N_("Runs"), "view.runs" }, { N_("Versions"), "view.versions" },
    { N_("Out of the Container"), "view.up" },
    { N_("New Workflow"), "workflow.new" }, { N_("Import…"), "workflow.import" }, { N_("Demos"), "win.demos" },
    { N_("Search Workflows"), "win.search" }, { N_("Workflows"), "win.sidebar" },
    { N_("Quit"), "app.quit" },
  };
  GMenu *menu = g_menu_new ();

  for (guint i = 0; i < G_N_ELEMENTS (items); i++)
    g_menu_append (menu, _(items[i].label), items[i].action);
  return G_MENU_MODEL (menu);
}

/**
 * weir_workflow_page_list_commands:
 * @self: a page
 *
 * Returns: (transfer full): of #WeirCommand: all that can be done now
 */
GListModel *
weir_workflow_page_list_commands (WeirWorkflowPage *self)
{
  g_autoptr(GPtrArray) menus = g_ptr_array_new_with_free_func (g_object_unref);

  g_ptr_array_add (menus, make_buttons_menu ());
  g_ptr_array_add (menus, g_object_ref (self->page_menu));
  weir_canvas_add_menus (self->canvas, menus);
  return G_LIST_MODEL (weir_command_list (GTK_WIDGET (self->canvas), menus));
}
