/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-workflow-properties.h"

#include <string.h>

#include <glib/gi18n.h>

#include "weir-spin-row.h"

struct _WeirWorkflowProperties
{
  AdwBin parent_instance;

  WeirWorkflow *workflow;
  GtkWidget    *name;
  GtkWidget    *description;
  GtkWidget    *inputs;
  GtkWidget    *concurrency;
  GtkWidget    *iterations;
  GtkWidget    *on_failure;
  GPtrArray    *input_rows;   /* not owned: the group has them */
  char         *shown_names;  /* names of the inputs that have rows */
  gboolean      showing;
};

G_DEFINE_FINAL_TYPE (WeirWorkflowProperties, weir_workflow_properties, ADW_TYPE_BIN)

static const char *const types[] = { "text", "dir", "file", "int", "number", "bool", "duration", "uri", "any", NULL };

static void
weir_workflow_properties_dispose (GObject *object)
{
  WeirWorkflowProperties *self = WEIR_WORKFLOW_PROPERTIES (object);

  g_clear_object (&self->workflow);
  g_clear_pointer (&self->input_rows, g_ptr_array_unref);
  g_clear_pointer (&self->shown_names, g_free);
  G_OBJECT_CLASS (weir_workflow_properties_parent_class)->dispose (object);
}

static void
weir_workflow_properties_class_init (WeirWorkflowPropertiesClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = weir_workflow_properties_dispose;
}

static void
weir_workflow_properties_init (WeirWorkflowProperties *self)
{
  self->input_rows = g_ptr_array_new ();
}

static void
name_changed_cb (WeirWorkflowProperties *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->name));

  if (self->showing || *text == '\0')
    return;
  weir_workflow_merge_next_edit (self->workflow);
  weir_workflow_begin_edit (self->workflow, _("Rename Workflow"));
  weir_workflow_set_name (self->workflow, text);
  weir_workflow_end_edit (self->workflow);
}

static void
description_changed_cb (WeirWorkflowProperties *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->description));

  if (self->showing)
    return;
  weir_workflow_merge_next_edit (self->workflow);
  weir_workflow_begin_edit (self->workflow, _("Change Description"));
  weir_workflow_set_description (self->workflow, *text != '\0' ? text : NULL);
  weir_workflow_end_edit (self->workflow);
}

static void
concurrency_changed_cb (WeirWorkflowProperties *self)
{
  guint wanted = (guint) adw_spin_row_get_value (ADW_SPIN_ROW (self->concurrency));

  if (self->showing || wanted == weir_workflow_get_concurrency (self->workflow))
    return;
  weir_workflow_merge_next_edit (self->workflow);
  weir_workflow_begin_edit (self->workflow, _("Change Steps at Once"));
  weir_workflow_set_concurrency (self->workflow, wanted);
  weir_workflow_end_edit (self->workflow);
}

static void
iterations_changed_cb (WeirWorkflowProperties *self)
{
  guint wanted = (guint) adw_spin_row_get_value (ADW_SPIN_ROW (self->iterations));

  if (self->showing || wanted == weir_workflow_get_max_iterations (self->workflow))
    return;
  weir_workflow_merge_next_edit (self->workflow);
  weir_workflow_begin_edit (self->workflow, _("Change Loop Rounds"));
  weir_workflow_set_max_iterations (self->workflow, wanted);
  weir_workflow_end_edit (self->workflow);
}

static void
on_failure_changed_cb (WeirWorkflowProperties *self)
{
  gboolean finish = adw_combo_row_get_selected (ADW_COMBO_ROW (self->on_failure)) == 1;

  if (self->showing || finish == weir_workflow_get_finish_on_failure (self->workflow))
    return;
  weir_workflow_begin_edit (self->workflow, _("Change What a Failure Does"));
  weir_workflow_set_finish_on_failure (self->workflow, finish);
  weir_workflow_end_edit (self->workflow);
}

static const WeirInput *
find_input (WeirWorkflow *workflow,
            const char   *name)
{
  for (guint i = 0; i < weir_workflow_get_n_inputs (workflow); i++)
    if (g_str_equal (weir_workflow_get_input (workflow, i)->name, name))
      return weir_workflow_get_input (workflow, i);
  return NULL;
}

/* What was typed as the default, as the type that it is for; text where it does not fit, for the validator to say. */
static WeirValue *
read_initial (const char *type_name,
              const char *text)
{
  g_autoptr(WeirType) type = weir_type_parse (type_name, NULL);
  g_autoptr(WeirValue) as_text = NULL;
  g_autoptr(WeirValue) parsed = NULL;

  if (*text == '\0')
    return NULL;
  as_text = weir_value_new_text (text);
  if (type == NULL || g_str_equal (type_name, "text") || g_str_equal (type_name, "dir") || g_str_equal (type_name, "file")
      || g_str_equal (type_name, "uri") || g_str_equal (type_name, "duration"))
    return g_steal_pointer (&as_text);
  parsed = weir_json_parse (text, -1, NULL);
  return parsed != NULL ? g_steal_pointer (&parsed) : g_steal_pointer (&as_text);
}

static void
input_changed_cb (GtkWidget *row)
{
  WeirWorkflowProperties *self = WEIR_WORKFLOW_PROPERTIES (gtk_widget_get_ancestor (row, WEIR_TYPE_WORKFLOW_PROPERTIES));
  const char *name = g_object_get_data (G_OBJECT (row), "name");
  GtkWidget *type = g_object_get_data (G_OBJECT (row), "type");
  GtkWidget *initial = g_object_get_data (G_OBJECT (row), "initial");
  const WeirInput *input = self != NULL ? find_input (self->workflow, name) : NULL;
  guint selected = adw_combo_row_get_selected (ADW_COMBO_ROW (type));
  g_autofree char *type_name = NULL;
  g_autofree char *title = NULL;
  g_autoptr(WeirValue) value = NULL;

  if (input == NULL || self->showing)
    return;

  /* A type that the list does not have stays until another is chosen. */
  type_name = g_strdup (selected < G_N_ELEMENTS (types) - 1 ? types[selected] : input->type);
  title = g_strdup (input->title);
  value = read_initial (type_name, gtk_editable_get_text (GTK_EDITABLE (initial)));
  weir_workflow_merge_next_edit (self->workflow);
  weir_workflow_begin_edit (self->workflow, _("Change Input"));
  weir_workflow_set_input (self->workflow, &(WeirInput) { (char *) name, type_name, title, value });
  weir_workflow_end_edit (self->workflow);
}

static void
input_type_cb (GObject    *combo,
               GParamSpec *pspec,
               GtkWidget  *row)
{
  input_changed_cb (row);
}

static void
input_renamed_cb (GtkWidget *row,
                  GtkWidget *entry)
{
  WeirWorkflowProperties *self = WEIR_WORKFLOW_PROPERTIES (gtk_widget_get_ancestor (row, WEIR_TYPE_WORKFLOW_PROPERTIES));
  const WeirInput *input = find_input (self->workflow, g_object_get_data (G_OBJECT (row), "name"));
  const char *name = gtk_editable_get_text (GTK_EDITABLE (entry));
  g_autofree char *before = NULL, *type = NULL, *title = NULL, *wanted = NULL;
  g_autoptr(WeirValue) initial = NULL;

  if (input == NULL || *name == '\0' || g_str_equal (input->name, name))
    return;
  if (find_input (self->workflow, name) != NULL)
    {
      gtk_widget_add_css_class (entry, "error");
      gtk_widget_set_tooltip_text (entry, _("There is an input of this name already"));
      return;
    }

  before = g_strdup (input->name);
  type = g_strdup (input->type);
  title = g_strdup (input->title);
  wanted = g_strdup (name);
  initial = input->initial != NULL ? weir_value_ref (input->initial) : NULL;
  weir_workflow_begin_edit (self->workflow, _("Rename Input"));
  weir_workflow_remove_input (self->workflow, before);
  weir_workflow_set_input (self->workflow, &(WeirInput) { wanted, type, title, initial });
  weir_workflow_end_edit (self->workflow);
}

static void
input_removed_cb (GtkWidget *row)
{
  WeirWorkflowProperties *self = WEIR_WORKFLOW_PROPERTIES (gtk_widget_get_ancestor (row, WEIR_TYPE_WORKFLOW_PROPERTIES));
  g_autofree char *name = g_strdup (g_object_get_data (G_OBJECT (row), "name"));

  weir_workflow_begin_edit (self->workflow, _("Remove Input"));
  weir_workflow_remove_input (self->workflow, name);
  weir_workflow_end_edit (self->workflow);
}

static void
add_input_cb (WeirWorkflowProperties *self)
{
  g_autofree char *name = g_strdup ("input");

  for (guint n = 2; find_input (self->workflow, name) != NULL; n++)
    {
      g_free (name);
      name = g_strdup_printf ("input%u", n);
    }
  weir_workflow_begin_edit (self->workflow, _("Add Input"));
  weir_workflow_set_input (self->workflow, &(WeirInput) { name, (char *) "text", NULL, NULL });
  weir_workflow_end_edit (self->workflow);
  if (self->input_rows->len > 0)
    adw_expander_row_set_expanded (ADW_EXPANDER_ROW (self->input_rows->pdata[self->input_rows->len - 1]), TRUE);
}

static GtkWidget *
make_icon_button (const char *icon,
                  const char *hint)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_set_tooltip_text (button, hint);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, hint, -1);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  return button;
}

static GtkWidget *
make_input_row (const WeirInput *input)
{
  g_autoptr(GtkStringList) model = gtk_string_list_new (types);
  g_autofree char *initial = input->initial != NULL ? weir_value_to_display (input->initial, 0) : g_strdup ("");
  /* An expander row reads markup in its subtitle whatever it is told (libadwaita 1.7). */
  g_autofree char *escaped_name = g_markup_escape_text (input->name, -1);
  g_autofree char *escaped_type = g_markup_escape_text (input->type, -1);
  GtkWidget *row = g_object_new (ADW_TYPE_EXPANDER_ROW, "title", escaped_name, "subtitle", escaped_type, NULL);
  GtkWidget *name = g_object_new (ADW_TYPE_ENTRY_ROW, "title", _("Name"), "text", input->name, "show-apply-button", TRUE, NULL);
  GtkWidget *type = g_object_new (ADW_TYPE_COMBO_ROW, "title", _("Type"), "model", model, NULL);
  GtkWidget *value = g_object_new (ADW_TYPE_ENTRY_ROW, "title", _("Default"), "text", initial, NULL);
  GtkWidget *remove = make_icon_button ("user-trash-symbolic", _("Remove Input"));
  guint selected = GTK_INVALID_LIST_POSITION;

  for (guint i = 0; types[i] != NULL; i++)
    if (g_str_equal (types[i], input->type))
      selected = i;
  adw_combo_row_set_selected (ADW_COMBO_ROW (type), selected);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (row), name);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (row), type);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (row), value);
  adw_expander_row_add_suffix (ADW_EXPANDER_ROW (row), remove);
  g_object_set_data_full (G_OBJECT (row), "name", g_strdup (input->name), g_free);
  g_object_set_data (G_OBJECT (row), "type", type);
  g_object_set_data (G_OBJECT (row), "initial", value);
  g_signal_connect_object (name, "apply", G_CALLBACK (input_renamed_cb), row, G_CONNECT_SWAPPED);
  g_signal_connect_object (type, "notify::selected", G_CALLBACK (input_type_cb), row, 0);
  g_signal_connect_object (value, "changed", G_CALLBACK (input_changed_cb), row, G_CONNECT_SWAPPED);
  g_signal_connect_object (remove, "clicked", G_CALLBACK (input_removed_cb), row, G_CONNECT_SWAPPED);
  return row;
}

static void
refresh_inputs (WeirWorkflowProperties *self)
{
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < weir_workflow_get_n_inputs (self->workflow); i++)
    g_string_append_printf (names, "%s,", weir_workflow_get_input (self->workflow, i)->name);

  if (g_strcmp0 (names->str, self->shown_names) != 0)
    {
      for (guint i = 0; i < self->input_rows->len; i++)
        adw_preferences_group_remove (ADW_PREFERENCES_GROUP (self->inputs), self->input_rows->pdata[i]);
      g_ptr_array_set_size (self->input_rows, 0);
      for (guint i = 0; i < weir_workflow_get_n_inputs (self->workflow); i++)
        {
          GtkWidget *row = make_input_row (weir_workflow_get_input (self->workflow, i));

          adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->inputs), row);
          g_ptr_array_add (self->input_rows, row);
        }
      g_set_str (&self->shown_names, names->str);
    }
  else
    for (guint i = 0; i < self->input_rows->len; i++)
      {
        g_autofree char *type = g_markup_escape_text (weir_workflow_get_input (self->workflow, i)->type, -1);

        adw_expander_row_set_subtitle (self->input_rows->pdata[i], type);
      }
  g_string_free (names, TRUE);
}

static void
refresh (WeirWorkflowProperties *self)
{
  const char *description = weir_workflow_get_description (self->workflow);

  self->showing = TRUE;
  if (!g_str_equal (gtk_editable_get_text (GTK_EDITABLE (self->name)), weir_workflow_get_name (self->workflow)))
    gtk_editable_set_text (GTK_EDITABLE (self->name), weir_workflow_get_name (self->workflow));
  if (!g_str_equal (gtk_editable_get_text (GTK_EDITABLE (self->description)), description != NULL ? description : ""))
    gtk_editable_set_text (GTK_EDITABLE (self->description), description != NULL ? description : "");
  adw_spin_row_set_value (ADW_SPIN_ROW (self->concurrency), weir_workflow_get_concurrency (self->workflow));
  adw_spin_row_set_value (ADW_SPIN_ROW (self->iterations), weir_workflow_get_max_iterations (self->workflow));
  adw_combo_row_set_selected (ADW_COMBO_ROW (self->on_failure), weir_workflow_get_finish_on_failure (self->workflow) ? 1 : 0);
  refresh_inputs (self);
  self->showing = FALSE;
}

static GtkWidget *
make_number (const char *title,
             const char *subtitle,
             double      minimum,
             double      maximum)
{
  GtkWidget *row = weir_spin_row_new (minimum, maximum, 1);

  g_object_set (row, "title", title, "subtitle", subtitle, NULL);
  return row;
}

/* How its runs behave. */
static GtkWidget *
make_run_group (WeirWorkflowProperties *self)
{
  GtkWidget *group = g_object_new (ADW_TYPE_PREFERENCES_GROUP, "title", _("Runs"), NULL);
  g_autoptr(GtkStringList) choices = gtk_string_list_new ((const char *[]) { _("Start nothing new"), _("Finish other branches"), NULL });

  self->concurrency = make_number (_("Steps at Once"), _("0: no limit"), 0, 10000);
  self->iterations = make_number (_("Loop Rounds"), _("At most"), 1, 100000000);
  self->on_failure = g_object_new (ADW_TYPE_COMBO_ROW, "title", _("When a Block Fails"), "model", choices, NULL);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->concurrency);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->iterations);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->on_failure);
  g_signal_connect_swapped (self->concurrency, "notify::value", G_CALLBACK (concurrency_changed_cb), self);
  g_signal_connect_swapped (self->iterations, "notify::value", G_CALLBACK (iterations_changed_cb), self);
  g_signal_connect_swapped (self->on_failure, "notify::selected", G_CALLBACK (on_failure_changed_cb), self);
  return group;
}

/**
 * weir_workflow_properties_new:
 * @workflow: the workflow to change
 *
 * Returns: (transfer floating): the form
 */
GtkWidget *
weir_workflow_properties_new (WeirWorkflow *workflow)
{
  WeirWorkflowProperties *self = g_object_new (WEIR_TYPE_WORKFLOW_PROPERTIES, NULL);
  GtkWidget *page = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18);
  GtkWidget *group = g_object_new (ADW_TYPE_PREFERENCES_GROUP, "title", _("Workflow"), NULL);
  GtkWidget *add = make_icon_button ("list-add-symbolic", _("Add Input"));

  self->workflow = g_object_ref (workflow);
  self->name = g_object_new (ADW_TYPE_ENTRY_ROW, "title", _("Name"), NULL);
  self->description = g_object_new (ADW_TYPE_ENTRY_ROW, "title", _("Description"), NULL);
  self->inputs = g_object_new (ADW_TYPE_PREFERENCES_GROUP, "title", _("Inputs"),
                               "description", _("Asked for when a run starts. In settings: {{ inputs.name }}"),
                               "header-suffix", add, NULL);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->name);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->description);
  gtk_box_append (GTK_BOX (page), group);
  gtk_box_append (GTK_BOX (page), self->inputs);
  self->showing = TRUE;
  gtk_box_append (GTK_BOX (page), make_run_group (self));
  adw_bin_set_child (ADW_BIN (self), page);

  refresh (self);
  g_signal_connect_swapped (self->name, "changed", G_CALLBACK (name_changed_cb), self);
  g_signal_connect_swapped (self->description, "changed", G_CALLBACK (description_changed_cb), self);
  g_signal_connect_object (add, "clicked", G_CALLBACK (add_input_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (workflow, "changed", G_CALLBACK (refresh), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}
