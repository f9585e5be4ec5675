/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-input-dialog.h"

#include <math.h>

#include <glib/gi18n.h>

#include "weir-path-chooser.h"
#include "weir-spin-row.h"

struct _WeirInputDialog
{
  AdwDialog parent_instance;

  AdwPreferencesGroup *group;
  AdwBanner           *banner;
  GtkWidget           *start_button;
  WeirWorkflow        *workflow;
  GPtrArray           *rows;   /* one an input, in their order; not owned */
};

G_DEFINE_FINAL_TYPE (WeirInputDialog, weir_input_dialog, ADW_TYPE_DIALOG)

enum { ACCEPTED, N_SIGNALS };
static guint signals[N_SIGNALS];

static gboolean
is_path (const WeirInput *input)
{
  return g_str_equal (input->type, "dir") || g_str_equal (input->type, "file");
}

/* What the row holds, NULL for left empty. */
static WeirValue *
read_row (const WeirInput *input,
          GtkWidget       *row)
{
  const char *text;
  WeirValue *value;

  if (ADW_IS_SWITCH_ROW (row))
    return weir_value_new_bool (adw_switch_row_get_active (ADW_SWITCH_ROW (row)));
  if (ADW_IS_SPIN_ROW (row))
    return g_str_equal (input->type, "int") ? weir_value_new_int (llround (adw_spin_row_get_value (ADW_SPIN_ROW (row))))
                                            : weir_value_new_number (adw_spin_row_get_value (ADW_SPIN_ROW (row)));

  text = gtk_editable_get_text (GTK_EDITABLE (row));
  if (*text == '\0')
    return NULL;
  /* Lists, records and anything are written as JSON; what is no JSON is text. */
  if (!is_path (input) && !g_str_equal (input->type, "text") && !g_str_equal (input->type, "uri")
      && !g_str_equal (input->type, "duration") && !g_str_equal (input->type, "time"))
    {
      value = weir_json_parse (text, -1, NULL);
      if (value != NULL)
        return value;
    }
  return weir_value_new_text (text);
}

static void
play_cb (WeirInputDialog *self)
{
  g_autoptr(WeirBuilder) given = weir_record_builder_new (self->rows->len);
  g_autoptr(WeirValue) inputs = NULL;
  g_autoptr(WeirValue) complete = NULL;
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i < self->rows->len; i++)
    {
      const WeirInput *input = weir_workflow_get_input (self->workflow, i);
      g_autoptr(WeirValue) value = read_row (input, self->rows->pdata[i]);

      if (value != NULL)
        weir_builder_set (given, input->name, value);
    }
  inputs = weir_builder_end (g_steal_pointer (&given));

  complete = weir_workflow_complete_inputs (self->workflow, inputs, &error);
  if (complete == NULL)
    {
      adw_banner_set_title (self->banner, error->message);
      adw_banner_set_revealed (self->banner, TRUE);
      return;
    }

  g_object_ref (self);
  adw_dialog_close (ADW_DIALOG (self));
  g_signal_emit (self, signals[ACCEPTED], 0, inputs);
  g_object_unref (self);
}

static GtkWidget *
make_entry (const WeirInput *input,
            const char      *title,
            WeirValue       *value)
{
  g_autofree char *text = value != NULL && !weir_value_is_null (value) ? weir_value_to_display (value, 0) : g_strdup ("");
  GtkWidget *row = g_object_new (ADW_TYPE_ENTRY_ROW, "use-markup", FALSE, "title", title, "text", text,
                                 "activates-default", TRUE, NULL);

  if (is_path (input))
    weir_path_chooser_add (ADW_ENTRY_ROW (row), g_str_equal (input->type, "dir"));
  return row;
}

static GtkWidget *
make_row (const WeirInput *input,
          WeirValue       *value)
{
  const char *name = input->title != NULL ? input->title : input->name;
  g_autofree char *title = input->initial == NULL ? g_strdup_printf ("%s *", name) : g_strdup (name);
  gboolean whole = g_str_equal (input->type, "int");
  WeirValueKind kind = value != NULL ? weir_value_get_kind (value) : WEIR_VALUE_NULL;

  if (g_str_equal (input->type, "bool"))
    return g_object_new (ADW_TYPE_SWITCH_ROW, "use-markup", FALSE, "title", title,
                         "active", value != NULL && weir_value_is_truthy (value), NULL);
  if (whole || g_str_equal (input->type, "number"))
    {
      GtkWidget *row = weir_spin_row_new (-1e12, 1e12, whole ? 1 : 0.1);

      g_object_set (row, "use-markup", FALSE, "title", title, "digits", whole ? 0 : 2, NULL);
      if (kind == WEIR_VALUE_INT || kind == WEIR_VALUE_NUMBER)
        adw_spin_row_set_value (ADW_SPIN_ROW (row), weir_value_get_number (value));
      return row;
    }
  return make_entry (input, title, value);
}

static void
weir_input_dialog_dispose (GObject *object)
{
  WeirInputDialog *self = WEIR_INPUT_DIALOG (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), WEIR_TYPE_INPUT_DIALOG);
  g_clear_object (&self->workflow);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  G_OBJECT_CLASS (weir_input_dialog_parent_class)->dispose (object);
}

static void
weir_input_dialog_class_init (WeirInputDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = weir_input_dialog_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/weirstudio/Weir/weir-input-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, WeirInputDialog, group);
  gtk_widget_class_bind_template_child (widget_class, WeirInputDialog, banner);
  gtk_widget_class_bind_template_child (widget_class, WeirInputDialog, start_button);
  gtk_widget_class_bind_template_callback (widget_class, play_cb);
  signals[ACCEPTED] = g_signal_new ("accepted", WEIR_TYPE_INPUT_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 1, WEIR_TYPE_VALUE);
}

static void
weir_input_dialog_init (WeirInputDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->rows = g_ptr_array_new ();
}

/**
 * weir_input_dialog_new:
 * @workflow: a workflow with inputs
 * @last: (nullable): a record of what was given the last time; wins over defaults
 *
 * Returns: (transfer floating): a dialog, to be presented
 */
WeirInputDialog *
weir_input_dialog_new (WeirWorkflow *workflow,
                       WeirValue    *last)
{
  WeirInputDialog *self = g_object_new (WEIR_TYPE_INPUT_DIALOG, NULL);
  g_autofree char *title = g_strdup_printf (_("Play “%s”"), weir_workflow_get_name (workflow));

  self->workflow = weir_workflow_copy (workflow);
  /* Enter plays, unless something must be filled in first. */
  adw_dialog_set_focus (ADW_DIALOG (self), self->start_button);
  adw_dialog_set_title (ADW_DIALOG (self), title);
  for (guint i = 0; i < weir_workflow_get_n_inputs (self->workflow); i++)
    {
      const WeirInput *input = weir_workflow_get_input (self->workflow, i);
      WeirValue *value = last != NULL ? weir_value_find_member (last, input->name) : NULL;
      GtkWidget *row = make_row (input, value != NULL ? value : input->initial);

      gtk_widget_set_name (row, input->name);
      if (value == NULL && input->initial == NULL && adw_dialog_get_focus (ADW_DIALOG (self)) == self->start_button)
        adw_dialog_set_focus (ADW_DIALOG (self), row);
      adw_preferences_group_add (self->group, row);
      g_ptr_array_add (self->rows, row);
    }
  return self;
}
