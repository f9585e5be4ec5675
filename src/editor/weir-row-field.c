/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include <glib/gi18n.h>

#include "weir-block-groups.h"
#include "weir-field-editor.h"
#include "weir-spin-row.h"

/* Settings that fit one row: text, path, switch, number, choice, duration, size, expression. */
#define WEIR_TYPE_ROW_FIELD (weir_row_field_get_type ())
G_DECLARE_FINAL_TYPE (WeirRowField, weir_row_field, WEIR, ROW_FIELD, WeirFieldEditor)

struct _WeirRowField
{
  WeirFieldEditor parent_instance;

  GtkWidget *row;   /* not owned: the editor has it */
};

G_DEFINE_FINAL_TYPE (WeirRowField, weir_row_field, WEIR_TYPE_FIELD_EDITOR)

static char *
format_size (gint64 bytes)
{
  static const struct { const char *unit; gint64 bytes; } units[] = {
    { "GiB", 1 << 30 }, { "MiB", 1 << 20 }, { "KiB", 1 << 10 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (bytes >= units[i].bytes && bytes % units[i].bytes == 0)
      return g_strdup_printf ("%" G_GINT64_FORMAT "%s", bytes / units[i].bytes, units[i].unit);
  return g_strdup_printf ("%" G_GINT64_FORMAT, bytes);
}

/* Text of a duration or size, stored as typed when it is right. */
static void
store_measure (WeirFieldEditor *editor,
               const char      *text)
{
  const WeirField *field = weir_field_editor_get_field (editor);
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirValue) value = NULL;
  gint64 ms;
  guint64 bytes;

  if (*text == '\0')
    {
      weir_field_editor_store (editor, NULL);
      return;
    }
  if (field->kind == WEIR_FIELD_KIND_DURATION ? !weir_parse_duration (text, &ms, &error)
                                             : !weir_parse_size (text, &bytes, &error))
    {
      weir_field_editor_refuse (editor, error->message);
      return;
    }

  value = weir_value_new_text (text);
  weir_field_editor_store (editor, value);
}

static void
entry_changed_cb (WeirFieldEditor *editor,
                  GtkEditable     *entry)
{
  const WeirField *field = weir_field_editor_get_field (editor);
  const char *text = gtk_editable_get_text (entry);
  g_autoptr(WeirValue) value = NULL;

  if (field->kind == WEIR_FIELD_KIND_DURATION || field->kind == WEIR_FIELD_KIND_SIZE)
    {
      store_measure (editor, text);
      return;
    }
  /* An empty row that is not meant as empty text is a setting left out. */
  value = *text != '\0' || (field->initial_text != NULL && *field->initial_text != '\0') ? weir_value_new_text (text) : NULL;
  weir_field_editor_store (editor, value);
}

static void
switch_changed_cb (WeirFieldEditor *editor,
                   GParamSpec      *pspec,
                   AdwSwitchRow    *row)
{
  g_autoptr(WeirValue) value = weir_value_new_bool (adw_switch_row_get_active (row));

  weir_field_editor_store (editor, value);
}

static void
spin_changed_cb (WeirFieldEditor *editor,
                 GParamSpec      *pspec,
                 AdwSpinRow      *row)
{
  const WeirField *field = weir_field_editor_get_field (editor);
  double number = adw_spin_row_get_value (row);
  g_autoptr(WeirValue) value = field->kind == WEIR_FIELD_KIND_INT ? weir_value_new_int (llround (number))
                                                                 : weir_value_new_number (number);

  weir_field_editor_store (editor, value);
}

static void
choice_changed_cb (WeirFieldEditor *editor,
                   GParamSpec      *pspec,
                   AdwComboRow     *row)
{
  const WeirField *field = weir_field_editor_get_field (editor);
  guint selected = adw_combo_row_get_selected (row);
  g_autoptr(WeirValue) value = NULL;

  if (selected == GTK_INVALID_LIST_POSITION)
    return;
  value = weir_value_new_text (field->choices[selected]);
  weir_field_editor_store (editor, value);
}

static void
path_chosen_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr(WeirRowField) self = user_data;
  const WeirField *field = weir_field_editor_get_field (WEIR_FIELD_EDITOR (self));
  g_autoptr(GFile) file = field->folder ? gtk_file_dialog_select_folder_finish (GTK_FILE_DIALOG (source), result, NULL)
                                        : gtk_file_dialog_open_finish (GTK_FILE_DIALOG (source), result, NULL);

  /* No file: the person thought better of it. */
  if (file != NULL && self->row != NULL)
    gtk_editable_set_text (GTK_EDITABLE (self->row), g_file_peek_path (file));
}

static void
choose_path_cb (WeirRowField *self)
{
  const WeirField *field = weir_field_editor_get_field (WEIR_FIELD_EDITOR (self));
  g_autoptr(GtkFileDialog) dialog = gtk_file_dialog_new ();
  GtkWindow *window = GTK_WINDOW (gtk_widget_get_root (self->row));

  gtk_file_dialog_set_title (dialog, field->title != NULL ? _(field->title) : field->name);
  if (field->folder)
    gtk_file_dialog_select_folder (dialog, window, NULL, path_chosen_cb, g_object_ref (self));
  else
    gtk_file_dialog_open (dialog, window, NULL, path_chosen_cb, g_object_ref (self));
}

static GtkWidget *
make_path_button (WeirRowField *self)
{
  const WeirField *field = weir_field_editor_get_field (WEIR_FIELD_EDITOR (self));
  GtkWidget *button = gtk_button_new_from_icon_name (field->folder ? "folder-open-symbolic" : "document-open-symbolic");
  const char *hint = field->folder ? _("Choose a Folder") : _("Choose a File");

  gtk_widget_set_tooltip_text (button, hint);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, hint, -1);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  g_signal_connect_object (button, "clicked", G_CALLBACK (choose_path_cb), self, G_CONNECT_SWAPPED);
  return button;
}

static GtkWidget *
make_entry (WeirRowField *self,
            const char   *title)
{
  WeirFieldEditor *editor = WEIR_FIELD_EDITOR (self);
  const WeirField *field = weir_field_editor_get_field (editor);
  GtkWidget *row = g_object_new (field->secret ? ADW_TYPE_PASSWORD_ENTRY_ROW : ADW_TYPE_ENTRY_ROW, "title", title,
                                 "use-markup", FALSE, NULL);
  GtkWidget *toggle = weir_field_editor_make_toggle (editor);

  if (field->kind == WEIR_FIELD_KIND_PATH)
    adw_entry_row_add_suffix (ADW_ENTRY_ROW (row), make_path_button (self));
  if (field->kind == WEIR_FIELD_KIND_EXPRESSION)
    gtk_widget_add_css_class (row, "expression");
  /* Durations and sizes have their expression in a row of its own; in raw text braces mean nothing. */
  if (!field->secret && !field->raw
      && (field->kind == WEIR_FIELD_KIND_TEXT || field->kind == WEIR_FIELD_KIND_PATH || field->kind == WEIR_FIELD_KIND_EXPRESSION))
    adw_entry_row_add_suffix (ADW_ENTRY_ROW (row), weir_field_editor_make_picker (editor, GTK_EDITABLE (row),
                                                                                  field->kind == WEIR_FIELD_KIND_EXPRESSION));
  if (toggle != NULL)
    adw_entry_row_add_suffix (ADW_ENTRY_ROW (row), toggle);
  g_signal_connect_swapped (row, "changed", G_CALLBACK (entry_changed_cb), self);
  return row;
}

static GtkWidget *
make_spin (WeirRowField *self,
           const char   *title)
{
  const WeirField *field = weir_field_editor_get_field (WEIR_FIELD_EDITOR (self));
  gboolean limited = field->minimum != 0 || field->maximum != 0;
  gboolean whole = field->kind == WEIR_FIELD_KIND_INT;
  GtkWidget *row = weir_spin_row_new (limited ? field->minimum : -1e15,
                                                field->maximum > field->minimum ? field->maximum : 1e15,
                                                whole ? 1 : 0.1);

  g_object_set (row, "title", title, "use-markup", FALSE, "digits", whole ? 0 : 2, NULL);
  g_signal_connect_swapped (row, "notify::value", G_CALLBACK (spin_changed_cb), self);
  return row;
}

static GtkWidget *
make_choice (WeirRowField *self,
             const char   *title)
{
  const WeirField *field = weir_field_editor_get_field (WEIR_FIELD_EDITOR (self));
  g_autoptr(GtkStringList) titles = gtk_string_list_new (NULL);
  GtkWidget *row;

  for (guint i = 0; field->choices[i] != NULL; i++)
    gtk_string_list_append (titles, field->choice_titles != NULL ? _(field->choice_titles[i]) : field->choices[i]);

  row = g_object_new (ADW_TYPE_COMBO_ROW, "title", title, "use-markup", FALSE, "model", titles, NULL);
  g_signal_connect_swapped (row, "notify::selected", G_CALLBACK (choice_changed_cb), self);
  return row;
}

static GtkWidget *
weir_row_field_make_row (WeirFieldEditor *editor)
{
  WeirRowField *self = WEIR_ROW_FIELD (editor);
  const WeirField *field = weir_field_editor_get_field (editor);
  g_autofree char *title = weir_field_editor_dup_title (editor);
  GtkWidget *toggle;

  switch (field->kind)
    {
    case WEIR_FIELD_KIND_BOOL:
      self->row = g_object_new (ADW_TYPE_SWITCH_ROW, "title", title, "use-markup", FALSE, NULL);
      g_signal_connect_swapped (self->row, "notify::active", G_CALLBACK (switch_changed_cb), self);
      break;
    case WEIR_FIELD_KIND_INT:
    case WEIR_FIELD_KIND_NUMBER:
      self->row = make_spin (self, title);
      break;
    case WEIR_FIELD_KIND_CHOICE:
      self->row = make_choice (self, title);
      break;
    default:
      self->row = make_entry (self, title);
      return self->row;
    }

  toggle = weir_field_editor_make_toggle (editor);
  if (toggle != NULL)
    adw_action_row_add_suffix (ADW_ACTION_ROW (self->row), toggle);
  return self->row;
}

static void
show_text (GtkEditable *entry,
           const char  *text)
{
  if (!g_str_equal (gtk_editable_get_text (entry), text))
    gtk_editable_set_text (entry, text);
}

static gboolean
is_number (WeirValue *value)
{
  WeirValueKind kind = weir_value_get_kind (value);

  return kind == WEIR_VALUE_INT || kind == WEIR_VALUE_NUMBER;
}

static void
show_choice (WeirRowField *self,
             WeirValue    *value)
{
  const WeirField *field = weir_field_editor_get_field (WEIR_FIELD_EDITOR (self));
  g_autofree char *id = weir_value_to_display (value, 0);
  guint selected = GTK_INVALID_LIST_POSITION;

  for (guint i = 0; field->choices[i] != NULL; i++)
    if (g_str_equal (field->choices[i], id))
      selected = i;
  adw_combo_row_set_selected (ADW_COMBO_ROW (self->row), selected);
}

static void
weir_row_field_show_value (WeirFieldEditor *editor,
                           WeirValue       *value)
{
  WeirRowField *self = WEIR_ROW_FIELD (editor);
  const WeirField *field = weir_field_editor_get_field (editor);
  g_autofree char *text = NULL;

  switch (field->kind)
    {
    case WEIR_FIELD_KIND_BOOL:
      adw_switch_row_set_active (ADW_SWITCH_ROW (self->row), weir_value_is_truthy (value));
      return;
    case WEIR_FIELD_KIND_INT:
    case WEIR_FIELD_KIND_NUMBER:
      adw_spin_row_set_value (ADW_SPIN_ROW (self->row), is_number (value) ? weir_value_get_number (value) : 0);
      return;
    case WEIR_FIELD_KIND_CHOICE:
      show_choice (self, value);
      return;
    case WEIR_FIELD_KIND_DURATION:
      if (weir_value_get_kind (value) == WEIR_VALUE_DURATION)
        text = weir_duration_to_text (weir_value_get_duration_ms (value));
      else if (is_number (value))
        text = weir_duration_to_text (weir_value_get_number (value));
      break;
    case WEIR_FIELD_KIND_SIZE:
      if (is_number (value))
        text = format_size (weir_value_get_number (value));
      break;
    default:
      break;
    }

  if (text == NULL)
    text = weir_value_is_null (value) ? g_strdup ("") : weir_value_to_display (value, 0);
  show_text (GTK_EDITABLE (self->row), text);
}

static void
weir_row_field_class_init (WeirRowFieldClass *klass)
{
  WEIR_FIELD_EDITOR_CLASS (klass)->make_row = weir_row_field_make_row;
  WEIR_FIELD_EDITOR_CLASS (klass)->show_value = weir_row_field_show_value;
}

static void
weir_row_field_init (WeirRowField *self)
{
}
