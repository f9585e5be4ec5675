/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>

#include "weir-undo-dialog.h"

struct _WeirUndoDialog
{
  AdwDialog parent_instance;

  AdwWindowTitle *title;
  GtkStack *stack;
  GtkLabel *summary;
  AdwComboRow *choice;
  GtkWidget *choice_group;
  GtkListView *list;
  GtkButton *undo;
  AdwStatusPage *outcome;

  WeirEngine *engine;
  gboolean redo;          /* what was undone is done again */
  WeirUndoPlan *plan;
  GtkStringList *items;   /* the places of the plan's items */
};

G_DEFINE_FINAL_TYPE (WeirUndoDialog, weir_undo_dialog, ADW_TYPE_DIALOG)

enum { UNDONE, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
show_outcome (WeirUndoDialog *self,
              const char     *icon_name,
              const char     *title,
              const char     *description)
{
  g_autofree char *text = g_strdup_printf ("%s. %s", title, description);

  adw_status_page_set_icon_name (self->outcome, icon_name);
  adw_status_page_set_title (self->outcome, title);
  adw_status_page_set_description (self->outcome, description);
  gtk_stack_set_visible_child_name (self->stack, "outcome");
  gtk_accessible_announce (GTK_ACCESSIBLE (self), text, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}

static guint
count_possible (WeirUndoDialog *self)
{
  return self->plan->items->len - self->plan->n_irreversible;
}

static void
show_plan (WeirUndoDialog *self)
{
  g_autoptr(GString) text = g_string_new (NULL);
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  guint n = count_possible (self);

  if (self->plan->items->len == 0)
    {
      show_outcome (self, "object-select-symbolic", self->redo ? _("Nothing to Redo") : _("Nothing to Undo"),
                    self->redo ? _("Nothing of the run was undone") : _("There is nothing left that is not undone already"));
      return;
    }
  g_string_append_printf (
    text,
    self->redo ? ngettext ("%u change will be done again.", "%u changes will be done again.", n)
               : ngettext ("%u change will be undone, latest first.", "%u changes will be undone, latest first.", n),
    n);
  if (self->plan->n_conflicts > 0)
    g_string_append_printf (
      text, ngettext (" %u was changed since the run.", " %u were changed since the run.", self->plan->n_conflicts),
      self->plan->n_conflicts);
  if (self->plan->n_irreversible > 0)
    g_string_append_printf (text,
                            ngettext (" %u cannot be undone.", " %u cannot be undone.", self->plan->n_irreversible),
                            self->plan->n_irreversible);
  gtk_label_set_text (self->summary, text->str);
  gtk_accessible_announce (GTK_ACCESSIBLE (self), text->str, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
  for (guint i = 0; i < self->plan->items->len; i++)
    g_ptr_array_add (names, g_strdup_printf ("%u", i));
  g_ptr_array_add (names, NULL);
  gtk_string_list_splice (self->items, 0, g_list_model_get_n_items (G_LIST_MODEL (self->items)),
                          (const char *const *) names->pdata);
  gtk_widget_set_visible (self->choice_group, self->plan->n_conflicts > 0);
  gtk_widget_set_sensitive (GTK_WIDGET (self->undo), n > 0);
  gtk_stack_set_visible_child_name (self->stack, "plan");
}

static DexFuture *
planned_cb (DexFuture *future,
            gpointer   user_data)
{
  WeirUndoDialog *self = user_data;
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (value == NULL)
    show_outcome (self, "dialog-error-symbolic", _("It Cannot Be Undone Now"), error->message);
  else
    {
      self->plan = g_value_dup_boxed (value);
      show_plan (self);
    }
  return dex_future_new_true ();
}

static DexFuture *
undone_cb (DexFuture *future,
           gpointer   user_data)
{
  WeirUndoDialog *self = user_data;
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  g_autofree char *text = NULL;
  guint n, kept;

  adw_dialog_set_can_close (ADW_DIALOG (self), TRUE);
  if (value == NULL)
    {
      show_outcome (self, "dialog-error-symbolic", _("The Undo Stopped"), error->message);
      return dex_future_new_true ();
    }
  n = g_value_get_uint (value);
  kept = self->plan->items->len - MIN (n, self->plan->items->len);
  text = kept > 0 ? g_strdup_printf (ngettext ("%u was left as it is", "%u were left as they are", kept), kept)
         : self->redo ? g_strdup (_("Everything is as the run left it"))
                      : g_strdup (_("Everything is as it was before"));
  {
    g_autofree char *title = g_strdup_printf (self->redo ? ngettext ("%u Change Redone", "%u Changes Redone", n)
                                                         : ngettext ("%u Change Undone", "%u Changes Undone", n),
                                              n);

    show_outcome (self, kept > 0 ? "edit-undo-symbolic" : "object-select-symbolic", title, text);
  }
  g_signal_emit (self, signals[UNDONE], 0, n);
  return dex_future_new_true ();
}

static void
undo_cb (WeirUndoDialog *self)
{
  static const WeirConflictChoice choices[] = { WEIR_CONFLICT_KEEP, WEIR_CONFLICT_OVERWRITE, WEIR_CONFLICT_SAVE_COPY };
  guint selected = adw_combo_row_get_selected (self->choice);

  /* Closing would not stop it: it is journalled and finishes. */
  adw_dialog_set_can_close (ADW_DIALOG (self), FALSE);
  gtk_stack_set_visible_child_name (self->stack, "working");
  dex_future_disown (dex_future_finally (weir_engine_undo (self->engine, self->plan, choices[MIN (selected, 2)]),
                                         undone_cb, g_object_ref (self), g_object_unref));
}

static void
setup_cb (WeirUndoDialog *self,
          GtkListItem    *item)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  GtkWidget *title = gtk_label_new (NULL);
  GtkWidget *subtitle = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_label_set_wrap (GTK_LABEL (title), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (title), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (subtitle), 0);
  gtk_label_set_wrap (GTK_LABEL (subtitle), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (subtitle), PANGO_WRAP_WORD_CHAR);
  gtk_widget_add_css_class (subtitle, "caption");
  gtk_widget_set_margin_start (box, 16);
  gtk_widget_set_margin_end (box, 16);
  gtk_widget_set_margin_top (box, 6);
  gtk_widget_set_margin_bottom (box, 6);
  gtk_widget_set_hexpand (texts, TRUE);
  gtk_widget_set_valign (texts, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (texts), title);
  gtk_box_append (GTK_BOX (texts), subtitle);
  gtk_box_append (GTK_BOX (box), gtk_image_new ());
  gtk_box_append (GTK_BOX (box), texts);
  gtk_list_item_set_child (item, box);
  gtk_list_item_set_activatable (item, FALSE);
}

static void
bind_cb (WeirUndoDialog *self,
         GtkListItem    *item)
{
  const WeirUndoItem *line = g_ptr_array_index (self->plan->items, gtk_list_item_get_position (item));
  GtkWidget *icon = gtk_widget_get_first_child (gtk_list_item_get_child (item));
  GtkWidget *title = gtk_widget_get_first_child (gtk_widget_get_next_sibling (icon));
  GtkWidget *subtitle = gtk_widget_get_next_sibling (title);
  const char *class_name = line->irreversible ? "error" : line->conflict != NULL ? "warning" : "dimmed";
  const char *note = line->irreversible ? NULL : line->conflict;

  gtk_image_set_from_icon_name (GTK_IMAGE (icon), line->irreversible       ? "action-unavailable-symbolic"
                                                  : line->conflict != NULL ? "dialog-warning-symbolic"
                                                                           : "edit-undo-symbolic");
  gtk_widget_set_css_classes (icon, (const char *[]) { class_name, NULL });
  gtk_label_set_text (GTK_LABEL (title), line->description);
  gtk_label_set_text (GTK_LABEL (subtitle), note != NULL ? note : "");
  gtk_widget_set_css_classes (subtitle, (const char *[]) { "caption", class_name, NULL });
  gtk_widget_set_visible (subtitle, note != NULL);
}

static void
close_cb (WeirUndoDialog *self)
{
  adw_dialog_close (ADW_DIALOG (self));
}

static void
weir_undo_dialog_dispose (GObject *object)
{
  WeirUndoDialog *self = WEIR_UNDO_DIALOG (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), WEIR_TYPE_UNDO_DIALOG);
  g_clear_object (&self->engine);
  g_clear_object (&self->items);
  g_clear_pointer (&self->plan, weir_undo_plan_unref);
  G_OBJECT_CLASS (weir_undo_dialog_parent_class)->dispose (object);
}

static void
weir_undo_dialog_class_init (WeirUndoDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = weir_undo_dialog_dispose;
  signals[UNDONE] = g_signal_new ("undone", WEIR_TYPE_UNDO_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                  1, G_TYPE_UINT);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/weirstudio/Weir/weir-undo-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, WeirUndoDialog, title);
  gtk_widget_class_bind_template_child (widget_class, WeirUndoDialog, stack);
  gtk_widget_class_bind_template_child (widget_class, WeirUndoDialog, summary);
  gtk_widget_class_bind_template_child (widget_class, WeirUndoDialog, choice);
  gtk_widget_class_bind_template_child (widget_class, WeirUndoDialog, choice_group);
  gtk_widget_class_bind_template_child (widget_class, WeirUndoDialog, list);
  gtk_widget_class_bind_template_child (widget_class, WeirUndoDialog, undo);
  gtk_widget_class_bind_template_child (widget_class, WeirUndoDialog, outcome);
  gtk_widget_class_bind_template_callback (widget_class, setup_cb);
  gtk_widget_class_bind_template_callback (widget_class, bind_cb);
  gtk_widget_class_bind_template_callback (widget_class, undo_cb);
  gtk_widget_class_bind_template_callback (widget_class, close_cb);
}

static void
weir_undo_dialog_init (WeirUndoDialog *self)
{
  self->items = gtk_string_list_new (NULL);
  gtk_widget_init_template (GTK_WIDGET (self));
  {
    g_autoptr(GtkNoSelection) selection = gtk_no_selection_new (g_object_ref (G_LIST_MODEL (self->items)));

    gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (selection));
  }
}

static WeirUndoDialog *
present (GtkWidget  *parent,
         WeirEngine *engine,
         const char *title,
         const char *subtitle,
         gboolean    redo,
         DexFuture  *plan)
{
  WeirUndoDialog *self = g_object_new (WEIR_TYPE_UNDO_DIALOG, NULL);

  self->engine = g_object_ref (engine);
  self->redo = redo;
  adw_window_title_set_title (self->title, title);
  adw_dialog_set_title (ADW_DIALOG (self), title);
  if (subtitle != NULL)
    adw_window_title_set_subtitle (self->title, subtitle);
  if (redo)
    gtk_button_set_label (self->undo, _("Redo"));
  adw_dialog_present (ADW_DIALOG (self), parent);
  dex_future_disown (dex_future_finally (plan, planned_cb, g_object_ref (self), g_object_unref));
  return self;
}

/**
 * weir_undo_dialog_present:
 * @parent: the widget that asks
 * @engine: whose run it is
 * @run: number of a run that has ended
 * @to_block: (nullable): path of a block; only what came after its last step is undone
 *
 * Looks at what undoing would do, shows it, and does it when asked to.
 *
 * Returns: (transfer none): the dialog
 */
WeirUndoDialog *
weir_undo_dialog_present (GtkWidget  *parent,
                          WeirEngine *engine,
                          gint64      run,
                          const char *to_block)
{
  g_autofree char *title = g_strdup_printf (_("Undo Run %" G_GINT64_FORMAT), run);
  g_autofree char *subtitle = to_block != NULL ? g_strdup_printf (_("What came after %s"), to_block) : NULL;

  return present (parent, engine, title, subtitle, FALSE, weir_engine_plan_undo (engine, run, to_block));
}

/**
 * weir_undo_dialog_present_part:
 * @parent: the widget that asks
 * @engine: whose run it is
 * @run: number of a run that has ended
 * @path: of a step, "move[3]/to", or of a block, "move"
 *
 * As weir_undo_dialog_present (), for what came of a part of the run.
 *
 * Returns: (transfer none): the dialog
 */
WeirUndoDialog *
weir_undo_dialog_present_part (GtkWidget  *parent,
                               WeirEngine *engine,
                               gint64      run,
                               const char *path)
{
  g_autofree char *title = g_strdup_printf (_("Undo a Part of Run %" G_GINT64_FORMAT), run);
  g_autofree char *subtitle = g_strdup_printf (_("What came of %s"), path);

  return present (parent, engine, title, subtitle, FALSE, weir_engine_plan_undo_part (engine, run, path));
}

/**
 * weir_undo_dialog_present_redo:
 * @parent: the widget that asks
 * @engine: whose run it is
 * @run: number of a run of which something was undone
 *
 * As weir_undo_dialog_present (), for doing again what an undo took back.
 *
 * Returns: (transfer none): the dialog
 */
WeirUndoDialog *
weir_undo_dialog_present_redo (GtkWidget  *parent,
                               WeirEngine *engine,
                               gint64      run)
{
  g_autofree char *title = g_strdup_printf (_("Redo Run %" G_GINT64_FORMAT), run);

  return present (parent, engine, title, NULL, TRUE, weir_engine_plan_redo (engine, run));
}
