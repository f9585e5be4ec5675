/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said about the text: in its bar, and below it. */
#include <glib/gi18n.h>

#include "weir-fix-words.h"
#include "weir-yaml-pane-private.h"

static guint
count_errors (WeirYamlPane *self)
{
  guint n_errors = 0;

  for (guint i = 0; self->problems != NULL && i < g_list_model_get_n_items (self->problems); i++)
    {
      g_autoptr(WeirProblem) problem = g_list_model_get_item (self->problems, i);

      n_errors += weir_problem_get_severity (problem) == WEIR_SEVERITY_ERROR ? 1 : 0;
    }
  return n_errors;
}

guint
weir_yaml_pane_get_cursor_line (WeirYamlPane *self)
{
  GtkTextIter place;

  gtk_text_buffer_get_iter_at_mark (weir_yaml_pane_get_buffer (self), &place, gtk_text_buffer_get_insert (weir_yaml_pane_get_buffer (self)));
  return gtk_text_iter_get_line (&place) + 1;
}

/* The one of the line that the cursor is in, else, where the text is held back, the first one. */
static WeirProblem *
dup_shown_problem (WeirYamlPane *self)
{
  WeirProblem *here = weir_yaml_view_find_problem (self->view, weir_yaml_pane_get_cursor_line (self));

  if (here != NULL)
    return g_object_ref (here);
  return self->state == STATE_HELD && self->problems != NULL ? g_list_model_get_item (self->problems, 0) : NULL;
}

static void
show_fixes (WeirYamlPane *self,
            WeirProblem  *problem)
{
  g_autoptr(GMenu) menu = g_menu_new ();
  g_autofree char *text = weir_yaml_view_dup_text (self->view);

  g_clear_object (&self->fixes);
  if (problem != NULL && self->state != STATE_CONFLICT)
    self->fixes = self->typed != NULL ? weir_workflow_list_fixes (self->typed, problem)
                                      : weir_text_list_fixes (text, problem);
  for (guint i = 0; self->fixes != NULL && i < g_list_model_get_n_items (self->fixes); i++)
    {
      g_autoptr(WeirFix) fix = g_list_model_get_item (self->fixes, i);
      g_autofree char *title = weir_fix_dup_title (fix);
      g_autofree char *action = g_strdup_printf ("yaml.fix(uint32 %u)", i);

      g_menu_append (menu, title, action);
    }
  gtk_widget_set_visible (self->fixes_button, g_menu_model_get_n_items (G_MENU_MODEL (menu)) > 0);
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (self->fixes_button), G_MENU_MODEL (menu));
}

static char *
dup_trouble (WeirYamlPane *self,
             WeirProblem  *problem)
{
  guint line = problem != NULL ? weir_problem_get_line (problem) : 0;

  if (self->state == STATE_CONFLICT)
    return g_strdup (_("The workflow was changed in the lines that you are typing in"));
  if (problem == NULL)
    return NULL;
  if (line == 0 || line == weir_yaml_pane_get_cursor_line (self))
    return g_strdup (weir_problem_get_message (problem));
  return g_strdup_printf (_("Line %u: %s"), line, weir_problem_get_message (problem));
}

static char *
dup_status (WeirYamlPane *self)
{
  guint n_errors = count_errors (self);

  switch (self->state)
    {
    case STATE_TYPING:
      return g_strdup (_("Typing…"));
    case STATE_HELD:
      return g_strdup_printf (ngettext ("Not applied · %u error", "Not applied · %u errors", n_errors), n_errors);
    case STATE_CONFLICT:
      return g_strdup (_("Not applied"));
    case STATE_IN_STEP:
    default:
      return n_errors > 0 ? g_strdup_printf (ngettext ("%u error", "%u errors", n_errors), n_errors) : g_strdup ("");
    }
}

void
weir_yaml_pane_update_status (WeirYamlPane *self)
{
  g_autoptr(WeirProblem) problem = dup_shown_problem (self);
  g_autofree char *status = dup_status (self);
  g_autofree char *trouble = dup_trouble (self, problem);
  gboolean conflict = self->state == STATE_CONFLICT;
  gboolean error = conflict || (problem != NULL && weir_problem_get_severity (problem) == WEIR_SEVERITY_ERROR);
  guint n_problems = self->problems != NULL ? g_list_model_get_n_items (self->problems) : 0;

  gtk_label_set_label (self->status, status);
  gtk_revealer_set_reveal_child (self->trouble, trouble != NULL);
  if (trouble == NULL)
    return;
  show_fixes (self, problem);
  gtk_image_set_from_icon_name (self->trouble_icon, error ? "dialog-error-symbolic" : "dialog-warning-symbolic");
  gtk_widget_remove_css_class (GTK_WIDGET (self->trouble_icon), error ? "warning" : "error");
  gtk_widget_add_css_class (GTK_WIDGET (self->trouble_icon), error ? "error" : "warning");
  gtk_label_set_label (self->trouble_label, trouble);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->trouble_label), trouble);
  gtk_widget_set_visible (self->next_button, !conflict && n_problems > 1);
  gtk_widget_set_visible (self->apply_button, self->state == STATE_HELD && self->typed != NULL);
  gtk_widget_set_visible (self->take_button, conflict);
  gtk_widget_set_visible (self->keep_button, conflict);
}

void
weir_yaml_pane_set_state (WeirYamlPane *self,
           WeirYamlState         state)
{
  self->state = state;
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "yaml.apply", state == STATE_HELD && self->typed != NULL);
  weir_yaml_pane_update_status (self);
}
