/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-problems-list.h"

#include <glib/gi18n.h>

#include "weir-fix-words.h"

struct _WeirProblemsList
{
  AdwBin parent_instance;

  GtkListBox *list;
};

G_DEFINE_FINAL_TYPE (WeirProblemsList, weir_problems_list, ADW_TYPE_BIN)

enum { PROBLEM_ACTIVATED, FIX_ACTIVATED, N_SIGNALS };
static guint signals[N_SIGNALS];

static const char *
get_icon_name (WeirSeverity severity)
{
  switch (severity)
    {
    case WEIR_SEVERITY_ERROR:
      return "dialog-error-symbolic";
    case WEIR_SEVERITY_WARNING:
      return "dialog-warning-symbolic";
    default:
      return "dialog-information-symbolic";
    }
}

static const char *
get_severity_name (WeirSeverity severity)
{
  switch (severity)
    {
    case WEIR_SEVERITY_ERROR:
      return _("Error");
    case WEIR_SEVERITY_WARNING:
      return _("Warning");
    default:
      return _("Note");
    }
}

/* What can be done about it */

static void
fix_clicked_cb (WeirProblemsList *self,
                GtkWidget        *button)
{
  g_signal_emit (self, signals[FIX_ACTIVATED], 0, g_object_get_data (G_OBJECT (button), "fix"));
}

/* What only a person knows is filled in where it belongs. */
static void
go_clicked_cb (WeirProblemsList *self,
               GtkWidget        *button)
{
  g_signal_emit (self, signals[PROBLEM_ACTIVATED], 0, g_object_get_data (G_OBJECT (button), "problem"));
}

static GtkWidget *
make_go_button (WeirProblemsList *self,
                WeirProblem      *problem)
{
  GtkWidget *button = gtk_button_new_with_label (_("Fill In…"));

  g_object_set_data_full (G_OBJECT (button), "problem", g_object_ref (problem), g_object_unref);
  g_signal_connect_object (button, "clicked", G_CALLBACK (go_clicked_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_css_class (button, "caption");
  return button;
}

static void
add_fixes (WeirProblemsList *self,
           GtkBox           *box,
           WeirWorkflow     *workflow,
           WeirProblem      *problem)
{
  g_autoptr(GListModel) fixes = weir_workflow_list_fixes (workflow, problem);
  GtkWidget *buttons = adw_wrap_box_new ();

  g_object_set (buttons, "child-spacing", 6, "line-spacing", 6, "margin-top", 6, NULL);
  for (guint i = 0; i < g_list_model_get_n_items (fixes); i++)
    {
      g_autoptr(WeirFix) fix = g_list_model_get_item (fixes, i);
      g_autofree char *title = weir_fix_dup_title (fix);
      GtkWidget *button = gtk_button_new_with_label (title);

      gtk_label_set_ellipsize (GTK_LABEL (gtk_button_get_child (GTK_BUTTON (button))), PANGO_ELLIPSIZE_END);
      g_object_set_data_full (G_OBJECT (button), "fix", g_object_ref (fix), g_object_unref);
      g_signal_connect_object (button, "clicked", G_CALLBACK (fix_clicked_cb), self, G_CONNECT_SWAPPED);
      gtk_widget_add_css_class (button, "caption");
      adw_wrap_box_append (ADW_WRAP_BOX (buttons), button);
    }
  if (g_str_equal (weir_problem_get_code (problem), "field.missing"))
    adw_wrap_box_prepend (ADW_WRAP_BOX (buttons), make_go_button (self, problem));
  gtk_box_append (box, buttons);
  gtk_widget_set_visible (buttons, gtk_widget_get_first_child (buttons) != NULL);
}

/* Rows */

static GtkWidget *
make_label (const char *text,
            const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  g_object_set (label, "xalign", 0.0f, "wrap", TRUE, "wrap-mode", PANGO_WRAP_WORD_CHAR, "max-width-chars", 46, NULL);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  return label;
}

static char *
dup_place (WeirProblem  *problem,
           WeirWorkflow *workflow)
{
  const char *path = weir_problem_get_block_path (problem);
  WeirBlock *block = path != NULL ? weir_workflow_find_block (workflow, path) : NULL;
  const char *place = block != NULL ? weir_block_get_title (block) : path != NULL ? path : _("Workflow");
  const char *part = weir_problem_get_field (problem) != NULL ? weir_problem_get_field (problem)
                                                              : weir_problem_get_port (problem);

  return part != NULL ? g_strdup_printf ("%s · %s", place, part) : g_strdup (place);
}

static GtkWidget *
make_row (WeirProblemsList *self,
          WeirProblem      *problem,
          WeirWorkflow     *workflow)
{
  WeirSeverity severity = weir_problem_get_severity (problem);
  g_autofree char *place = dup_place (problem, workflow);
  GtkWidget *icon = gtk_image_new_from_icon_name (get_icon_name (severity));
  GtkWidget *row = g_object_new (ADW_TYPE_PREFERENCES_ROW, "use-markup", FALSE, "title",
                                 weir_problem_get_message (problem), NULL);
  GtkWidget *columns = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *lines = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);

  gtk_widget_add_css_class (icon, severity == WEIR_SEVERITY_ERROR     ? "error"
                                  : severity == WEIR_SEVERITY_WARNING ? "warning"
                                                                      : "dimmed");
  gtk_accessible_update_property (GTK_ACCESSIBLE (icon), GTK_ACCESSIBLE_PROPERTY_LABEL, get_severity_name (severity),
                                  -1);
  gtk_widget_set_valign (icon, GTK_ALIGN_START);
  gtk_widget_set_hexpand (lines, TRUE);
  gtk_widget_add_css_class (columns, "problem-row");
  gtk_box_append (GTK_BOX (lines), make_label (weir_problem_get_message (problem), NULL));
  gtk_box_append (GTK_BOX (lines), make_label (place, "subtitle"));
  add_fixes (self, GTK_BOX (lines), workflow, problem);
  gtk_box_append (GTK_BOX (columns), icon);
  gtk_box_append (GTK_BOX (columns), lines);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), columns);
  g_object_set_data_full (G_OBJECT (row), "problem", g_object_ref (problem), g_object_unref);
  return row;
}

static void
row_activated_cb (WeirProblemsList *self,
                  GtkListBoxRow    *row)
{
  g_signal_emit (self, signals[PROBLEM_ACTIVATED], 0, g_object_get_data (G_OBJECT (row), "problem"));
}

static void
weir_problems_list_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), WEIR_TYPE_PROBLEMS_LIST);
  G_OBJECT_CLASS (weir_problems_list_parent_class)->dispose (object);
}

static void
weir_problems_list_class_init (WeirProblemsListClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = weir_problems_list_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/weirstudio/Weir/weir-problems-list.ui");
  gtk_widget_class_bind_template_child (widget_class, WeirProblemsList, list);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  signals[PROBLEM_ACTIVATED] = g_signal_new ("problem-activated", WEIR_TYPE_PROBLEMS_LIST, G_SIGNAL_RUN_LAST, 0, NULL,
                                             NULL, NULL, G_TYPE_NONE, 1, WEIR_TYPE_PROBLEM);
  signals[FIX_ACTIVATED] = g_signal_new ("fix-activated", WEIR_TYPE_PROBLEMS_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                         NULL, G_TYPE_NONE, 1, WEIR_TYPE_FIX);
}

static void
weir_problems_list_init (WeirProblemsList *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * weir_problems_list_new:
 *
 * Returns: (transfer floating): an empty list
 */
GtkWidget *
weir_problems_list_new (void)
{
  return g_object_new (WEIR_TYPE_PROBLEMS_LIST, NULL);
}

/**
 * weir_problems_list_set_model:
 * @self: a list
 * @workflow: whose problems they are
 * @problems: of WeirProblem, worst first
 *
 * Shows problems.
 */
void
weir_problems_list_set_model (WeirProblemsList *self,
                              WeirWorkflow     *workflow,
                              GListModel       *problems)
{
  gtk_list_box_remove_all (self->list);
  for (guint i = 0; i < g_list_model_get_n_items (problems); i++)
    {
      g_autoptr(WeirProblem) problem = g_list_model_get_item (problems, i);

      gtk_list_box_append (self->list, make_row (self, problem, workflow));
    }
}
