/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-form.h"

#include <string.h>

#include <glib/gi18n.h>

#include "weir-path-chooser.h"

/* A field as it is shown. */
typedef struct
{
  char *name;
  WeirValue *choices;  /* or NULL */
  WeirValue *initial;  /* what the row read when it was made; NULL: nothing */
  GtkWidget *row;      /* not owned */
  GtkWidget *problem;  /* a label under it; not owned */
  GPtrArray *checks;   /* one a choice, where several may be chosen; not owned */
  GtkTextBuffer *text; /* of more than one line; not owned */
  gboolean empty;      /* its first choice is none */
} Field;

struct _WeirForm
{
  AdwPreferencesGroup parent_instance;

  GPtrArray *fields;
};

G_DEFINE_FINAL_TYPE (WeirForm, weir_form, ADW_TYPE_PREFERENCES_GROUP)

static void
field_free (gpointer data)
{
  Field *self = data;

  g_free (self->name);
  g_clear_pointer (&self->choices, weir_value_unref);
  g_clear_pointer (&self->initial, weir_value_unref);
  g_clear_pointer (&self->checks, g_ptr_array_unref);
  g_free (self);
}

static void
weir_form_finalize (GObject *object)
{
  g_ptr_array_unref (WEIR_FORM (object)->fields);
  G_OBJECT_CLASS (weir_form_parent_class)->finalize (object);
}

static void
weir_form_class_init (WeirFormClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = weir_form_finalize;
}

static void
weir_form_init (WeirForm *self)
{
  self->fields = g_ptr_array_new_with_free_func (field_free);
}

/* ── rows ───────────────────────────────────────────────────────────────────────────────── */

static char *
dup_text (WeirValue *value)
{
  WeirValueKind kind = value != NULL ? weir_value_get_kind (value) : WEIR_VALUE_NULL;

  if (kind == WEIR_VALUE_NULL)
    return g_strdup ("");
  if (kind == WEIR_VALUE_LIST || kind == WEIR_VALUE_RECORD || kind == WEIR_VALUE_TABLE)
    return weir_json_write (value, 2, NULL);
  return weir_value_to_display (value, 0);
}

/* What is to be typed where there is no widget of its own for it. */
static const char *
get_hint (const char *type)
{
  static const struct
  {
    const char *type, *hint;
  } hints[] = {
    { "date", N_("2026-12-24") }, { "time", N_("18:00") },     { "datetime", N_("2026-12-24 18:00") },
    { "range", N_("1..5") },      { "colour", N_("#3584e4") }, { "secret", N_("name of a credential") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (hints); i++)
    if (g_str_equal (hints[i].type, type))
      return _(hints[i].hint);
  return NULL;
}

static char *
make_title (WeirValue *field, const char *type)
{
  const char *label = weir_value_get_member_text (field, "label", NULL);
  const char *name = label != NULL && *label != '\0' ? label : weir_value_get_member_text (field, "name", "");
  const char *hint = get_hint (type);
  gboolean required = weir_value_get_member_bool (field, "required", FALSE);

  return hint != NULL ? g_strdup_printf ("%s (%s)%s", name, hint, required ? " *" : "")
                      : g_strdup_printf ("%s%s", name, required ? " *" : "");
}

static GtkWidget *
make_entry (WeirValue *initial, const char *title, const char *type)
{
  g_autofree char *text = dup_text (initial);
  GtkWidget *row = g_object_new (ADW_TYPE_ENTRY_ROW, "use-markup", FALSE, "title", title, "text", text,
                                 "activates-default", TRUE, NULL);

  if (g_str_equal (type, "number") || g_str_equal (type, "integer"))
    adw_entry_row_set_input_purpose (ADW_ENTRY_ROW (row), GTK_INPUT_PURPOSE_NUMBER);
  if (g_str_equal (type, "file") || g_str_equal (type, "folder"))
    weir_path_chooser_add (ADW_ENTRY_ROW (row), g_str_equal (type, "folder"));
  return row;
}

static GtkWidget *
make_text (Field *field, WeirValue *initial, const char *title)
{
  g_autofree char *text = dup_text (initial);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *label = gtk_label_new (title);
  GtkWidget *view = gtk_text_view_new ();
  GtkWidget *scroller = gtk_scrolled_window_new ();

  field->text = gtk_text_view_get_buffer (GTK_TEXT_VIEW (view));
  gtk_text_buffer_set_text (field->text, text, -1);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "caption");
  gtk_widget_add_css_class (label, "dimmed");
  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (view), GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (view), FALSE);
  gtk_widget_add_css_class (view, "inline");
  gtk_accessible_update_relation (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_RELATION_LABELLED_BY, label, NULL, -1);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), view);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (scroller), 72);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scroller), 220);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), scroller);
  gtk_widget_add_css_class (box, "form-text");
  return g_object_new (ADW_TYPE_PREFERENCES_ROW, "child", box, "activatable", FALSE, "focusable", FALSE, NULL);
}

static guint
find_choice (WeirValue *choices, WeirValue *value)
{
  for (gsize i = 0; value != NULL && i < weir_value_get_length (choices); i++)
    if (weir_value_equal (weir_value_get_item (choices, i), value))
      return (guint) i;
  return G_MAXUINT;
}

static GtkWidget *
make_choice (Field *field, WeirValue *initial, const char *title)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  guint chosen = find_choice (field->choices, initial);

  /* Nothing is chosen for a person who has not looked. */
  field->empty = chosen == G_MAXUINT;
  if (field->empty)
    gtk_string_list_append (names, _("None"));
  for (gsize i = 0; i < weir_value_get_length (field->choices); i++)
    {
      g_autofree char *name = weir_value_to_display (weir_value_get_item (field->choices, i), 200);

      gtk_string_list_append (names, name);
    }
  return g_object_new (ADW_TYPE_COMBO_ROW, "use-markup", FALSE, "title", title, "model", names, "selected",
                       field->empty ? 0 : chosen, NULL);
}

static GtkWidget *
make_multi (Field *field, WeirValue *initial, const char *title)
{
  g_autofree char *escaped = g_markup_escape_text (title, -1);
  GtkWidget *expander = g_object_new (ADW_TYPE_EXPANDER_ROW, "title", escaped, "expanded", TRUE, NULL);

  field->checks = g_ptr_array_new ();
  for (gsize i = 0; i < weir_value_get_length (field->choices); i++)
    {
      WeirValue *choice = weir_value_get_item (field->choices, i);
      g_autofree char *name = weir_value_to_display (choice, 200);
      GtkWidget *check = gtk_check_button_new ();
      GtkWidget *row = g_object_new (ADW_TYPE_ACTION_ROW, "use-markup", FALSE, "title", name, "activatable-widget",
                                     check, NULL);
      gboolean list = initial != NULL && weir_value_get_kind (initial) == WEIR_VALUE_LIST;

      gtk_check_button_set_active (GTK_CHECK_BUTTON (check), list && find_choice (initial, choice) != G_MAXUINT);
      gtk_widget_set_valign (check, GTK_ALIGN_CENTER);
      adw_action_row_add_prefix (ADW_ACTION_ROW (row), check);
      adw_expander_row_add_row (ADW_EXPANDER_ROW (expander), row);
      g_ptr_array_add (field->checks, check);
    }
  return expander;
}

static GtkWidget *
make_row (Field *field, WeirValue *initial, const char *title, const char *type)
{
  if (g_str_equal (type, "switch"))
    return g_object_new (ADW_TYPE_SWITCH_ROW, "use-markup", FALSE, "title", title, "active",
                         initial != NULL && weir_value_is_truthy (initial), NULL);
  if (g_str_equal (type, "choice") && field->choices != NULL)
    return make_choice (field, initial, title);
  if (g_str_equal (type, "multi") && field->choices != NULL)
    return make_multi (field, initial, title);
  if (g_str_equal (type, "multiline"))
    return make_text (field, initial, title);
  return make_entry (initial, title, type);
}

/* ── reading ────────────────────────────────────────────────────────────────────────────── */

static WeirValue *
read_checks (Field *field)
{
  WeirBuilder *list = weir_list_builder_new (field->checks->len);

  for (guint i = 0; i < field->checks->len; i++)
    if (gtk_check_button_get_active (field->checks->pdata[i]))
      weir_builder_add (list, weir_value_get_item (field->choices, i));
  return weir_builder_end (list);
}

/* NULL for left empty. */
static WeirValue *
read_field (Field *field)
{
  g_autofree char *text = NULL;

  if (field->checks != NULL)
    return read_checks (field);
  if (ADW_IS_SWITCH_ROW (field->row))
    return weir_value_new_bool (adw_switch_row_get_active (ADW_SWITCH_ROW (field->row)));
  if (ADW_IS_COMBO_ROW (field->row))
    {
      guint selected = adw_combo_row_get_selected (ADW_COMBO_ROW (field->row));

      if (field->empty && selected == 0)
        return NULL;
      return weir_value_ref (weir_value_get_item (field->choices, selected - (field->empty ? 1 : 0)));
    }
  if (field->text != NULL)
    g_object_get (field->text, "text", &text, NULL);
  else
    text = g_strdup (gtk_editable_get_text (GTK_EDITABLE (field->row)));
  return *text != '\0' ? weir_value_new_text (text) : NULL;
}

/* ── the form ───────────────────────────────────────────────────────────────────────────── */

static GtkWidget *
make_problem (void)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_widget_add_css_class (label, "field-problem");
  gtk_widget_add_css_class (label, "error");
  return label;
}

static void
add_field (
  WeirForm *self, const char *name, const char *title, const char *type, WeirValue *initial, WeirValue *choices)
{
  Field *field = g_new0 (Field, 1);
  GtkWidget *holder;

  field->name = g_strdup (name);
  field->choices = choices != NULL ? weir_value_ref (choices) : NULL;
  field->row = make_row (field, initial, title, type);
  field->problem = make_problem ();
  holder = g_object_new (ADW_TYPE_PREFERENCES_ROW, "child", field->problem, "activatable", FALSE, "focusable", FALSE,
                         "visible", FALSE, NULL);
  gtk_widget_set_name (field->row, name);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), field->row);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), holder);
  field->initial = read_field (field);
  g_ptr_array_add (self->fields, field);
}

/**
 * weir_form_new:
 *
 * Returns: (transfer floating): a form without fields
 */
WeirForm *
weir_form_new (void)
{
  return g_object_new (WEIR_TYPE_FORM, NULL);
}

/**
 * weir_form_add:
 * @self: a form
 * @field: a record {name, type?, label?, initial?, required?, choices?}; an unknown type is asked for as text
 */
void
weir_form_add (WeirForm *self, WeirValue *field)
{
  const char *type = weir_value_get_member_text (field, "type", "text");
  g_autofree char *title = make_title (field, type);

  add_field (self, weir_value_get_member_text (field, "name", ""), title, type,
             weir_value_find_member (field, "initial"), weir_value_find_member (field, "choices"));
}

/**
 * weir_form_add_value:
 * @self: a form
 * @name: what the value is called
 * @value: what it is now
 */
void
weir_form_add_value (WeirForm *self, const char *name, WeirValue *value)
{
  const char *type = "text";

  switch (weir_value_get_kind (value))
    {
    case WEIR_VALUE_BOOL:
      type = "switch";
      break;
    case WEIR_VALUE_INT:
      type = "integer";
      break;
    case WEIR_VALUE_NUMBER:
      type = "number";
      break;
    case WEIR_VALUE_LIST:
    case WEIR_VALUE_RECORD:
      type = "multiline";
      break;
    case WEIR_VALUE_TEXT:
      if (strlen (weir_value_get_text (value, NULL)) > 60 || strchr (weir_value_get_text (value, NULL), '\n') != NULL)
        type = "multiline";
      break;
    default:
      break;
    }
  add_field (self, name, name, type, value, NULL);
}

/**
 * weir_form_add_values:
 * @self: a form
 * @record: values by name
 *
 * Leaves out what has no text of its own, and what is nothing.
 */
void
weir_form_add_values (WeirForm *self, WeirValue *record)
{
  for (gsize i = 0; i < weir_value_get_length (record); i++)
    {
      WeirValue *value = weir_value_get_item (record, i);
      WeirValueKind kind = weir_value_get_kind (value);

      if (kind != WEIR_VALUE_STREAM && kind != WEIR_VALUE_BYTES && kind != WEIR_VALUE_SECRET && kind != WEIR_VALUE_NULL)
        weir_form_add_value (self, weir_value_get_key (record, i), value);
    }
}

guint
weir_form_get_n_fields (WeirForm *self)
{
  return self->fields->len;
}

/**
 * weir_form_read:
 * @self: a form
 *
 * Returns: (transfer full): a record of what was changed, by name; what was emptied is an empty text
 */
WeirValue *
weir_form_read (WeirForm *self)
{
  WeirBuilder *record = weir_record_builder_new (self->fields->len);

  for (guint i = 0; i < self->fields->len; i++)
    {
      Field *field = self->fields->pdata[i];
      g_autoptr (WeirValue) value = read_field (field);

      if (value == NULL && field->initial == NULL)
        continue;
      if (value == NULL)
        value = weir_value_new_text ("");
      if (field->initial == NULL || !weir_value_equal (value, field->initial))
        weir_builder_set (record, field->name, value);
    }
  return weir_builder_end (record);
}

/* What is typed for a number or a list is JSON; for a text it is the text. */
static WeirValue *
read_like (WeirValue *old, WeirValue *given)
{
  WeirValue *parsed;

  if (weir_value_get_kind (given) != WEIR_VALUE_TEXT || weir_value_get_kind (old) == WEIR_VALUE_TEXT)
    return weir_value_ref (given);
  parsed = weir_json_parse (weir_value_get_text (given, NULL), -1, NULL);
  return parsed != NULL ? parsed : weir_value_ref (given);
}

/**
 * weir_form_read_like:
 * @self: a form
 * @record: the values that it was made from
 *
 * Returns: (transfer full): a record of what was changed, by name
 */
WeirValue *
weir_form_read_like (WeirForm *self, WeirValue *record)
{
  g_autoptr (WeirValue) given = weir_form_read (self);
  WeirBuilder *changes = weir_record_builder_new (weir_value_get_length (given));

  for (gsize i = 0; i < weir_value_get_length (given); i++)
    {
      const char *name = weir_value_get_key (given, i);

      weir_builder_set_take (changes, name,
                             read_like (weir_value_find_member (record, name), weir_value_get_item (given, i)));
    }
  return weir_builder_end (changes);
}

static void
set_problem (Field *field, const char *message)
{
  gtk_label_set_text (GTK_LABEL (field->problem), message != NULL ? message : "");
  gtk_widget_set_visible (gtk_widget_get_ancestor (field->problem, ADW_TYPE_PREFERENCES_ROW), message != NULL);
  if (message != NULL)
    gtk_widget_add_css_class (field->row, "error");
  else
    gtk_widget_remove_css_class (field->row, "error");
}

/**
 * weir_form_show_problem:
 * @self: a form
 * @message: (nullable): what the step said; begins with the name of a field and a colon
 *
 * Returns: whether the message is shown at a field
 */
gboolean
weir_form_show_problem (WeirForm *self, const char *message)
{
  gboolean found = FALSE;

  for (guint i = 0; i < self->fields->len; i++)
    {
      Field *field = self->fields->pdata[i];
      gsize length = strlen (field->name);
      gboolean mine = message != NULL && !found && strncmp (message, field->name, length) == 0
                      && g_str_has_prefix (message + length, ": ");

      set_problem (field, mine ? message + length + 2 : NULL);
      if (mine)
        {
          gtk_widget_grab_focus (field->row);
          gtk_accessible_announce (GTK_ACCESSIBLE (field->row), message, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
        }
      found = found || mine;
    }
  return found;
}

GtkWidget *
weir_form_get_first (WeirForm *self)
{
  return self->fields->len > 0 ? ((Field *) self->fields->pdata[0])->row : NULL;
}
