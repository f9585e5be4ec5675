/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-history-dialog.h"

#include <glib/gi18n.h>

#include "weir-edit-name.h"

/* One place to go to: after an edit, or before the first one. */
#define WEIR_TYPE_HISTORY_STEP (weir_history_step_get_type ())
G_DECLARE_FINAL_TYPE (WeirHistoryStep, weir_history_step, WEIR, HISTORY_STEP, GObject)

struct _WeirHistoryStep
{
  GObject parent_instance;
  guint   step;   /* how many edits are done there */
};

G_DEFINE_FINAL_TYPE (WeirHistoryStep, weir_history_step, G_TYPE_OBJECT)

static void
weir_history_step_class_init (WeirHistoryStepClass *klass)
{
}

static void
weir_history_step_init (WeirHistoryStep *self)
{
}

struct _WeirHistoryDialog
{
  AdwDialog parent_instance;

  GtkListView  *list;
  GListStore   *steps;
  WeirWorkflow *workflow;
};

G_DEFINE_FINAL_TYPE (WeirHistoryDialog, weir_history_dialog, ADW_TYPE_DIALOG)

static char *
format_time (gint64 at)
{
  g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc_usec (at);
  g_autoptr(GDateTime) local = g_date_time_to_local (utc);
  g_autoptr(GDateTime) now = g_date_time_new_now_local ();
  gboolean today = g_date_time_get_day_of_year (local) == g_date_time_get_day_of_year (now)
                   && g_date_time_get_year (local) == g_date_time_get_year (now);

  return g_date_time_format (local, today ? "%X" : "%x, %X");
}

/* What a row shows, in the order of its children: a mark at the present step, the name, the time. */
static void
show_step (WeirHistoryDialog *self,
           GtkListItem       *item)
{
  WeirHistoryStep *step = gtk_list_item_get_item (item);
  GtkWidget *row = gtk_list_item_get_child (item);
  GtkWidget *mark = gtk_widget_get_first_child (row);
  GtkWidget *name = gtk_widget_get_next_sibling (mark);
  GtkWidget *time = gtk_widget_get_next_sibling (name);
  guint present = weir_workflow_get_step (self->workflow);
  g_autofree char *title = step->step > 0 ? weir_edit_name_to_display (weir_workflow_get_step_name (self->workflow, step->step - 1))
                                          : g_strdup (_("Beginning"));
  g_autofree char *when = step->step > 0 ? format_time (weir_workflow_get_step_time (self->workflow, step->step - 1)) : g_strdup ("");
  g_autofree char *spoken = step->step == present  ? g_strdup_printf (_("%s, present state"), title)
                            : step->step > present ? g_strdup_printf (_("%s, undone"), title)
                                                   : g_strdup (title);

  gtk_label_set_label (GTK_LABEL (name), title);
  gtk_label_set_label (GTK_LABEL (time), step->step > present ? _("Undone") : when);
  gtk_widget_set_opacity (mark, step->step == present ? 1 : 0);
  if (step->step > present)
    gtk_widget_add_css_class (name, "dimmed");
  else
    gtk_widget_remove_css_class (name, "dimmed");
  gtk_list_item_set_accessible_label (item, spoken);
}

static void
setup_cb (GtkSignalListItemFactory *factory,
          GtkListItem              *item)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *mark = gtk_image_new_from_icon_name ("object-select-symbolic");
  GtkWidget *name = gtk_label_new (NULL);
  GtkWidget *time = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (name, TRUE);
  gtk_widget_add_css_class (time, "dimmed");
  gtk_widget_add_css_class (time, "numeric");
  gtk_box_append (GTK_BOX (row), mark);
  gtk_box_append (GTK_BOX (row), name);
  gtk_box_append (GTK_BOX (row), time);
  gtk_list_item_set_child (item, row);
}

static void
bind_cb (GtkSignalListItemFactory *factory,
         GtkListItem              *item,
         WeirHistoryDialog        *self)
{
  show_step (self, item);
}

/* Names and marks may all be others: what is on screen is bound anew, and costs no more than that. */
static void
fill (WeirHistoryDialog *self)
{
  guint n = weir_workflow_get_n_steps (self->workflow);
  g_autoptr(GPtrArray) steps = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i <= n; i++)
    {
      WeirHistoryStep *step = g_object_new (WEIR_TYPE_HISTORY_STEP, NULL);

      step->step = n - i;
      g_ptr_array_add (steps, step);
    }
  g_list_store_splice (self->steps, 0, g_list_model_get_n_items (G_LIST_MODEL (self->steps)), steps->pdata, steps->len);
}

static void
workflow_changed_cb (WeirHistoryDialog *self)
{
  GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (self->list));
  double place = gtk_adjustment_get_value (adjustment);

  fill (self);
  gtk_adjustment_set_value (adjustment, place);
}

static void
activated_cb (WeirHistoryDialog *self,
              guint              position)
{
  g_autoptr(WeirHistoryStep) step = g_list_model_get_item (G_LIST_MODEL (self->steps), position);

  weir_workflow_go_to_step (self->workflow, step->step);
  gtk_list_view_scroll_to (self->list, position, GTK_LIST_SCROLL_FOCUS, NULL);
}

static void
weir_history_dialog_dispose (GObject *object)
{
  WeirHistoryDialog *self = WEIR_HISTORY_DIALOG (object);

  gtk_widget_dispose_template (GTK_WIDGET (object), WEIR_TYPE_HISTORY_DIALOG);
  g_clear_object (&self->steps);
  g_clear_object (&self->workflow);
  G_OBJECT_CLASS (weir_history_dialog_parent_class)->dispose (object);
}

static void
weir_history_dialog_class_init (WeirHistoryDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = weir_history_dialog_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/weirstudio/Weir/weir-history-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, WeirHistoryDialog, list);
  gtk_widget_class_bind_template_callback (widget_class, activated_cb);
}

static void
weir_history_dialog_init (WeirHistoryDialog *self)
{
  g_autoptr(GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();
  g_autoptr(GtkSelectionModel) model = NULL;

  gtk_widget_init_template (GTK_WIDGET (self));
  self->steps = g_list_store_new (WEIR_TYPE_HISTORY_STEP);
  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect_object (factory, "bind", G_CALLBACK (bind_cb), self, 0);
  gtk_list_view_set_factory (self->list, factory);
  model = GTK_SELECTION_MODEL (gtk_no_selection_new (G_LIST_MODEL (g_object_ref (self->steps))));
  gtk_list_view_set_model (self->list, model);
}

/**
 * weir_history_dialog_new:
 * @workflow: a workflow that is open
 *
 * Returns: (transfer floating): a dialog, to be presented
 */
WeirHistoryDialog *
weir_history_dialog_new (WeirWorkflow *workflow)
{
  WeirHistoryDialog *self = g_object_new (WEIR_TYPE_HISTORY_DIALOG, NULL);

  self->workflow = g_object_ref (workflow);
  g_signal_connect_object (workflow, "changed", G_CALLBACK (workflow_changed_cb), self, G_CONNECT_SWAPPED);
  fill (self);
  return self;
}
