/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-field-editor.h"

#include <glib/gi18n.h>

#include "weir-value-picker.h"

typedef struct
{
  WeirWorkflow    *workflow;
  WeirBlock       *block;
  const WeirField *field;
  GtkWidget       *row;
  GtkWidget       *expression_row;  /* NULL for fields that are text anyway */
  GtkWidget       *linked_row;      /* in place of the others while a link gives the value */
  GtkWidget       *problem_row;
  GtkWidget       *problem_label;
  char            *refused;         /* why what was typed is not stored */
  char            *problem;         /* what validation says */
  gboolean         missing;         /* it says only that there is nothing */
  gboolean         showing;
} WeirFieldEditorPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (WeirFieldEditor, weir_field_editor, G_TYPE_OBJECT)

#define GET(self) ((WeirFieldEditorPrivate *) weir_field_editor_get_instance_private (self))

static gboolean
is_text_anyway (const WeirField *field)
{
  return field->kind == WEIR_FIELD_KIND_TEXT || field->kind == WEIR_FIELD_KIND_PATH
         || field->kind == WEIR_FIELD_KIND_EXPRESSION || field->raw;
}

static const char *
get_plain_title (const WeirField *field)
{
  return field->title != NULL ? _(field->title) : field->name;
}

static gboolean
is_expression (WeirValue *value)
{
  return value != NULL && weir_value_get_kind (value) == WEIR_VALUE_TEXT
         && weir_value_get_text (value, NULL)[0] == '=';
}

/* The value in the configuration, else what the field is when left out. (transfer full) */
static WeirValue *
dup_value (WeirFieldEditor *self)
{
  WeirFieldEditorPrivate *priv = GET (self);
  WeirValue *value = weir_value_find_member (weir_block_get_config (priv->block), priv->field->name);

  return value != NULL ? weir_value_ref (value) : weir_field_get_initial (priv->field);
}

/* "other_field=id|id" */
static gboolean
is_wanted (WeirFieldEditor *self)
{
  WeirFieldEditorPrivate *priv = GET (self);
  g_auto(GStrv) condition = NULL;
  g_auto(GStrv) ids = NULL;
  g_autofree char *text = NULL;
  g_autoptr(WeirValue) value = NULL;
  const WeirField *other;
  WeirValue *member;

  if (priv->field->shown_when == NULL)
    return TRUE;

  condition = g_strsplit (priv->field->shown_when, "=", 2);
  if (condition[0] == NULL || condition[1] == NULL)
    return TRUE;

  other = weir_kind_find_field (weir_block_get_kind (priv->block), condition[0]);
  member = weir_value_find_member (weir_block_get_config (priv->block), condition[0]);
  value = member != NULL ? weir_value_ref (member) : other != NULL ? weir_field_get_initial (other) : weir_value_new_null ();
  /* Which way an expression goes is known only when it runs. */
  if (is_expression (value))
    return TRUE;
  text = weir_value_to_display (value, 0);
  ids = g_strsplit (condition[1], "|", -1);
  return g_strv_contains ((const char *const *) ids, text);
}

/* An empty row of text has its title for a hint. A row below it would push the others down just to be gone after the first letter,
 * when the pointer is on its way to them. */
static gboolean
show_missing (WeirFieldEditor *self)
{
  WeirFieldEditorPrivate *priv = GET (self);
  gboolean missing = priv->missing && priv->refused == NULL && ADW_IS_ENTRY_ROW (priv->row);
  g_autofree char *title = weir_field_editor_dup_title (self);
  g_autofree char *hint = missing ? g_strdup_printf (_("%s (required)"), get_plain_title (priv->field)) : NULL;

  if (ADW_IS_ENTRY_ROW (priv->row))
    adw_preferences_row_set_title (ADW_PREFERENCES_ROW (priv->row), hint != NULL ? hint : title);
  return missing;
}

static void
update_problem (WeirFieldEditor *self)
{
  WeirFieldEditorPrivate *priv = GET (self);
  const char *message = priv->refused != NULL ? priv->refused : priv->problem;
  gboolean in_title = show_missing (self);
  GtkWidget *row = gtk_widget_get_visible (priv->linked_row) ? priv->linked_row
                   : priv->expression_row != NULL && gtk_widget_get_visible (priv->expression_row)
                     ? priv->expression_row
                     : priv->row;

  gtk_label_set_text (GTK_LABEL (priv->problem_label), message != NULL ? message : "");
  gtk_widget_set_visible (priv->problem_row, message != NULL && !in_title && gtk_widget_get_visible (row));
  if (message != NULL)
    gtk_widget_add_css_class (row, "error");
  else
    {
      gtk_widget_remove_css_class (priv->row, "error");
      gtk_widget_remove_css_class (priv->linked_row, "error");
      if (priv->expression_row != NULL)
        gtk_widget_remove_css_class (priv->expression_row, "error");
    }
  gtk_accessible_update_state (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_STATE_INVALID,
                               message != NULL ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE, -1);
}

/* The link that gives the setting its value; NULL if none does, or only one that closes a loop, which the first time it does not. */
static WeirLink *
find_link (WeirFieldEditor *self)
{
  WeirFieldEditorPrivate *priv = GET (self);
  WeirGraph *graph = weir_block_get_graph (priv->block);
  WeirLink **links = NULL;
  guint n_links = 0;

  if (graph == NULL)
    return NULL;
  links = weir_graph_get_links_to (graph, priv->block, &n_links);
  for (guint i = 0; i < n_links; i++)
    if (g_str_equal (weir_link_get_target_port (links[i]), priv->field->name) && !weir_link_is_feedback (links[i]))
      return links[i];
  return NULL;
}

static void
show_link (WeirFieldEditor *self,
           WeirLink        *link)
{
  WeirBlock *source = weir_link_get_source (link);
  const WeirPort *port = weir_port_list_find_output (weir_block_get_ports (source), weir_link_get_source_port (link));
  const char *name = port != NULL && port->title != NULL ? _(port->title) : weir_link_get_source_port (link);
  /* Translators: the value of a setting comes by a link: from a block, and there from a port */
  g_autofree char *text = g_strdup_printf (_("From %s · %s"), weir_block_get_title (source), name);

  adw_action_row_set_subtitle (ADW_ACTION_ROW (GET (self)->linked_row), text);
}

static GtkWidget *
make_linked_row (WeirFieldEditor *self)
{
  GtkWidget *row = g_object_new (ADW_TYPE_ACTION_ROW, "title", get_plain_title (GET (self)->field), "use-markup", FALSE,
                                 "visible", FALSE, "tooltip-text",
                                 _("A link gives this value. Delete the link to type one."), NULL);

  gtk_widget_add_css_class (row, "property");
  return row;
}

static void
expression_changed_cb (WeirFieldEditor *self)
{
  const char *source = gtk_editable_get_text (GTK_EDITABLE (GET (self)->expression_row));
  g_autofree char *text = g_strconcat ("=", source, NULL);
  g_autoptr(WeirValue) value = weir_value_new_text (text);

  weir_field_editor_store (self, value);
}

static void
toggle_cb (WeirFieldEditor *self)
{
  g_autoptr(WeirValue) value = dup_value (self);

  if (is_expression (value))
    weir_field_editor_store (self, NULL);
  else
    {
      g_autofree char *json = weir_json_write (value, 0, NULL);
      g_autofree char *text = g_strconcat ("=", json, NULL);
      g_autoptr(WeirValue) expression = weir_value_new_text (text);

      weir_field_editor_store (self, expression);
    }
  weir_field_editor_refresh (self);
  weir_field_editor_grab_focus (self);
}

static GtkWidget *
make_problem_row (WeirFieldEditor *self)
{
  WeirFieldEditorPrivate *priv = GET (self);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *icon = gtk_image_new_from_icon_name ("dialog-error-symbolic");
  GtkWidget *row = adw_preferences_row_new ();

  priv->problem_label = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (priv->problem_label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (priv->problem_label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (priv->problem_label), 0);
  gtk_widget_set_hexpand (priv->problem_label, TRUE);
  gtk_widget_set_valign (icon, GTK_ALIGN_START);
  gtk_box_append (GTK_BOX (box), icon);
  gtk_box_append (GTK_BOX (box), priv->problem_label);
  gtk_widget_add_css_class (box, "field-problem");
  gtk_widget_add_css_class (box, "error");
  gtk_widget_add_css_class (box, "caption");
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  gtk_widget_set_focusable (row, FALSE);
  gtk_widget_set_visible (row, FALSE);
  return row;
}

static GtkWidget *
make_expression_row (WeirFieldEditor *self)
{
  g_autofree char *title = weir_field_editor_dup_title (self);
  GtkWidget *row = g_object_new (ADW_TYPE_ENTRY_ROW, "title", title, "use-markup", FALSE, "visible", FALSE, NULL);
  GtkWidget *prefix = gtk_label_new ("=");

  gtk_widget_add_css_class (prefix, "dim-label");
  gtk_widget_add_css_class (row, "expression");
  adw_entry_row_add_prefix (ADW_ENTRY_ROW (row), prefix);
  adw_entry_row_add_suffix (ADW_ENTRY_ROW (row), weir_field_editor_make_picker (self, GTK_EDITABLE (row), TRUE));
  adw_entry_row_add_suffix (ADW_ENTRY_ROW (row), weir_field_editor_make_toggle (self));
  g_signal_connect_swapped (row, "changed", G_CALLBACK (expression_changed_cb), self);
  return row;
}

static void
weir_field_editor_dispose (GObject *object)
{
  WeirFieldEditorPrivate *priv = GET (WEIR_FIELD_EDITOR (object));

  if (priv->row != NULL)
    g_signal_handlers_disconnect_by_data (priv->row, object);
  if (priv->expression_row != NULL)
    g_signal_handlers_disconnect_by_data (priv->expression_row, object);
  g_clear_object (&priv->row);
  g_clear_object (&priv->expression_row);
  g_clear_object (&priv->linked_row);
  g_clear_object (&priv->problem_row);
  g_clear_object (&priv->workflow);
  g_clear_object (&priv->block);
  G_OBJECT_CLASS (weir_field_editor_parent_class)->dispose (object);
}

static void
weir_field_editor_finalize (GObject *object)
{
  WeirFieldEditorPrivate *priv = GET (WEIR_FIELD_EDITOR (object));

  g_free (priv->refused);
  g_free (priv->problem);
  G_OBJECT_CLASS (weir_field_editor_parent_class)->finalize (object);
}

static void
weir_field_editor_class_init (WeirFieldEditorClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = weir_field_editor_dispose;
  G_OBJECT_CLASS (klass)->finalize = weir_field_editor_finalize;
}

static void
weir_field_editor_init (WeirFieldEditor *self)
{
}

static GType
find_editor_type (const WeirField *field)
{
  if (field->kind == WEIR_FIELD_KIND_VALUE)
    return field->type != NULL && g_str_has_prefix (field->type, "list<") ? weir_list_field_get_type ()
                                                                         : weir_code_field_get_type ();
  return field->multiline ? weir_code_field_get_type () : weir_row_field_get_type ();
}

/**
 * weir_field_editor_new:
 * @workflow: the workflow that the block belongs to
 * @block: a block whose kind is known
 * @field: one of the kind's fields
 *
 * Makes the rows of a setting. They show what is stored, and follow by [method@FieldEditor.refresh].
 *
 * Returns: (transfer full): an editor
 */
WeirFieldEditor *
weir_field_editor_new (WeirWorkflow    *workflow,
                       WeirBlock       *block,
                       const WeirField *field)
{
  WeirFieldEditor *self = g_object_new (find_editor_type (field), NULL);
  WeirFieldEditorPrivate *priv = GET (self);

  priv->workflow = g_object_ref (workflow);
  priv->block = g_object_ref (block);
  priv->field = field;
  priv->row = g_object_ref_sink (WEIR_FIELD_EDITOR_GET_CLASS (self)->make_row (self));
  if (field->summary != NULL)
    gtk_widget_set_tooltip_text (priv->row, _(field->summary));
  if (!is_text_anyway (field))
    priv->expression_row = g_object_ref_sink (make_expression_row (self));
  priv->linked_row = g_object_ref_sink (make_linked_row (self));
  priv->problem_row = g_object_ref_sink (make_problem_row (self));
  weir_field_editor_refresh (self);
  return self;
}

/**
 * weir_field_editor_get_field:
 * @self: an editor
 *
 * The setting that this edits.
 *
 * Returns: (transfer none): its descriptor
 */
const WeirField *
weir_field_editor_get_field (WeirFieldEditor *self)
{
  return GET (self)->field;
}

/**
 * weir_field_editor_get_block:
 * @self: an editor
 *
 * The block whose setting this edits.
 *
 * Returns: (transfer none): the block
 */
WeirBlock *
weir_field_editor_get_block (WeirFieldEditor *self)
{
  return GET (self)->block;
}

/**
 * weir_field_editor_dup_title:
 * @self: an editor
 *
 * What the row is called: title, unit in brackets, a star where it is required.
 *
 * Returns: (transfer full): plain text
 */
char *
weir_field_editor_dup_title (WeirFieldEditor *self)
{
  const WeirField *field = GET (self)->field;
  const char *title = get_plain_title (field);
  g_autofree char *unit = field->unit != NULL ? g_strdup_printf (" (%s)", _(field->unit)) : NULL;

  return g_strconcat (title, unit != NULL ? unit : "", field->required ? " *" : "", NULL);
}

/**
 * weir_field_editor_list_rows:
 * @self: an editor
 *
 * Returns: (transfer container): the rows, to be put into a group in this order
 */
GPtrArray *
weir_field_editor_list_rows (WeirFieldEditor *self)
{
  WeirFieldEditorPrivate *priv = GET (self);
  GPtrArray *rows = g_ptr_array_new ();

  g_ptr_array_add (rows, priv->row);
  if (priv->expression_row != NULL)
    g_ptr_array_add (rows, priv->expression_row);
  g_ptr_array_add (rows, priv->linked_row);
  g_ptr_array_add (rows, priv->problem_row);
  return rows;
}

/**
 * weir_field_editor_refresh:
 * @self: an editor
 *
 * Shows what the block has now. Text that is the same already keeps its cursor.
 */
void
weir_field_editor_refresh (WeirFieldEditor *self)
{
  WeirFieldEditorPrivate *priv = GET (self);
  g_autoptr(WeirValue) value = dup_value (self);
  gboolean as_expression = priv->expression_row != NULL && is_expression (value);
  gboolean wanted = is_wanted (self);
  WeirLink *link = find_link (self);

  priv->showing = TRUE;
  gtk_widget_set_visible (priv->row, wanted && !as_expression && link == NULL);
  if (priv->expression_row != NULL)
    gtk_widget_set_visible (priv->expression_row, wanted && as_expression && link == NULL);
  gtk_widget_set_visible (priv->linked_row, wanted && link != NULL);
  if (link != NULL)
    show_link (self, link);
  if (as_expression)
    {
      const char *source = weir_value_get_text (value, NULL) + 1;

      if (!g_str_equal (gtk_editable_get_text (GTK_EDITABLE (priv->expression_row)), source))
        gtk_editable_set_text (GTK_EDITABLE (priv->expression_row), source);
    }
  else if (priv->refused == NULL)
    WEIR_FIELD_EDITOR_GET_CLASS (self)->show_value (self, value);
  priv->showing = FALSE;
  update_problem (self);
}

/**
 * weir_field_editor_set_problem:
 * @self: an editor
 * @message: (nullable): what validation says of this setting
 * @missing: whether that is only that the setting is empty and must not be
 *
 * Shows or hides a message below the row, or in the title of an empty row of text.
 */
void
weir_field_editor_set_problem (WeirFieldEditor *self,
                               const char      *message,
                               gboolean         missing)
{
  gboolean other = GET (self)->missing != missing;

  GET (self)->missing = missing;
  if (g_set_str (&GET (self)->problem, message) || other)
    update_problem (self);
}

/**
 * weir_field_editor_refuse:
 * @self: an editor
 * @message: (nullable): why what was typed cannot be stored
 *
 * Leaves what was typed in the row, unstored, with a message below it.
 */
void
weir_field_editor_refuse (WeirFieldEditor *self,
                          const char      *message)
{
  if (g_set_str (&GET (self)->refused, message))
    update_problem (self);
}

/**
 * weir_field_editor_grab_focus:
 * @self: an editor
 *
 * Puts the keyboard into the row that is shown.
 */
void
weir_field_editor_grab_focus (WeirFieldEditor *self)
{
  WeirFieldEditorPrivate *priv = GET (self);

  if (priv->expression_row != NULL && gtk_widget_get_visible (priv->expression_row))
    gtk_widget_grab_focus (priv->expression_row);
  else
    gtk_widget_child_focus (priv->row, GTK_DIR_TAB_FORWARD);
}

/**
 * weir_field_editor_store:
 * @self: an editor
 * @value: (nullable): what the setting becomes; %NULL leaves it out of the workflow
 *
 * Writes the setting. Changes of the same setting in a row are one edit. A value that is what the field is anyway
 * when left out is left out.
 */
void
weir_field_editor_store (WeirFieldEditor *self,
                         WeirValue       *value)
{
  WeirFieldEditorPrivate *priv = GET (self);
  g_autoptr(WeirValue) initial = weir_field_get_initial (priv->field);
  g_autofree char *title = NULL;
  g_autofree char *name = NULL;
  WeirValue *before = weir_value_find_member (weir_block_get_config (priv->block), priv->field->name);

  if (priv->showing)
    return;

  weir_field_editor_refuse (self, NULL);
  if (value != NULL && weir_value_equal (value, initial))
    value = NULL;
  if (value == before || (value != NULL && before != NULL && weir_value_equal (value, before)))
    return;

  title = weir_field_editor_dup_title (self);
  name = g_strdup_printf (_("Change %s"), title);
  weir_workflow_merge_next_edit (priv->workflow);
  weir_workflow_begin_edit (priv->workflow, name);
  weir_workflow_set_field (priv->workflow, priv->block, priv->field->name, value);
  weir_workflow_end_edit (priv->workflow);
}

/**
 * weir_field_editor_make_toggle:
 * @self: an editor
 *
 * Makes the button that turns the setting into an expression and back.
 *
 * Returns: (transfer floating) (nullable): a button, or %NULL for settings that are text anyway
 */
GtkWidget *
weir_field_editor_make_toggle (WeirFieldEditor *self)
{
  GtkWidget *button;

  if (is_text_anyway (GET (self)->field))
    return NULL;

  button = gtk_button_new_with_label ("ƒx");
  gtk_widget_set_tooltip_text (button, _("Expression or Plain Value"));
  gtk_accessible_reset_relation (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_RELATION_LABELLED_BY);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Expression or Plain Value"), -1);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "expression-toggle");
  g_signal_connect_object (button, "clicked", G_CALLBACK (toggle_cb), self, G_CONNECT_SWAPPED);
  return button;
}

/**
 * weir_field_editor_make_picker:
 * @self: an editor
 * @editable: (nullable): where the setting is typed; %NULL leaves it to who listens to `picked`
 * @expression: whether all that is typed is one expression
 *
 * Makes the button that lists what expressions of the block can name, and writes what is chosen at the cursor.
 *
 * Returns: (transfer floating): a button
 */
GtkWidget *
weir_field_editor_make_picker (WeirFieldEditor *self,
                               GtkEditable     *editable,
                               gboolean         expression)
{
  GtkWidget *picker = weir_value_picker_new (GET (self)->workflow, GET (self)->block);

  weir_value_picker_insert_into (WEIR_VALUE_PICKER (picker), editable, expression);
  return picker;
}
