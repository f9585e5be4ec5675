/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a problem to its place, and what is done about it. */
#include "weir-fix-words.h"
#include "weir-workflow-page-private.h"

/* The link that the problem is about; NULL if it is about none. */
static WeirLink *
find_link (WeirBlock   *block,
           WeirProblem *problem)
{
  static const char *const codes[] = { "port.unknown", "type.mismatch", "link.duplicate", "name.unknown", "expression.invalid", NULL };
  const char *port = weir_problem_get_port (problem);
  WeirGraph *graph = weir_block_get_graph (block);

  if (port == NULL || weir_problem_get_field (problem) != NULL
      || !g_strv_contains (codes, weir_problem_get_code (problem)))
    return NULL;
  for (guint i = 0; i < weir_graph_get_n_links (graph); i++)
    {
      WeirLink *link = weir_graph_get_link (graph, i);

      if ((weir_link_get_source (link) == block && g_str_equal (weir_link_get_source_port (link), port))
          || (weir_link_get_target (link) == block && g_str_equal (weir_link_get_target_port (link), port)))
        return link;
    }
  return NULL;
}

/* An input may be set in place of being linked. */
static const char *
get_field (WeirBlock   *block,
           WeirProblem *problem)
{
  const WeirBlockKind *kind = weir_block_get_kind (block);
  const char *port = weir_problem_get_port (problem);

  if (weir_problem_get_field (problem) != NULL)
    return weir_problem_get_field (problem);
  return kind != NULL && port != NULL && weir_kind_find_field (kind, port) != NULL ? port : NULL;
}

static void
go_to_block (WeirWorkflowPage *self,
             WeirBlock        *block,
             WeirProblem      *problem)
{
  WeirLink *link = find_link (block, problem);
  const char *field = get_field (block, problem);

  weir_canvas_select_block (self->canvas, block, FALSE);
  weir_canvas_reveal_block (self->canvas, block);
  if (link != NULL)
    weir_canvas_select_link (self->canvas, link);
  weir_yaml_pane_show_problem (self->yaml_pane, problem);
  adw_overlay_split_view_set_show_sidebar (self->inspector_split, TRUE);
  if (field != NULL && link == NULL)
    weir_inspector_focus_field (self->inspector, field);
}

static void
problem_activated_cb (WeirWorkflowPage *self,
                      WeirProblem      *problem)
{
  const char *path = weir_problem_get_block_path (problem);
  WeirBlock *block = path != NULL ? weir_workflow_find_block (self->workflow, path) : NULL;

  gtk_popover_popdown (self->problems_popover);
  if (block != NULL)
    {
      go_to_block (self, block, problem);
      return;
    }
  /* what is about the whole is in the settings of the workflow */
  weir_canvas_clear_selection (self->canvas);
  weir_yaml_pane_show_problem (self->yaml_pane, problem);
  adw_overlay_split_view_set_show_sidebar (self->inspector_split, TRUE);
}

static void
fix_activated_cb (WeirWorkflowPage *self,
                  WeirFix          *fix)
{
  g_autofree char *title = weir_fix_dup_title (fix);

  weir_workflow_apply_fix (self->workflow, fix, title);
  weir_workflow_page_validate (self);
}

/**
 * weir_workflow_page_install_problems:
 * @widget_class: the class of the page
 *
 * Adds what the list of problems calls.
 */
void
weir_workflow_page_install_problems (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_callback (widget_class, problem_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, fix_activated_cb);
}
