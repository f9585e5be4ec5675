/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>

#include "weir-code-view.h"
#include "weir-field-editor.h"
#include "weir-value-picker.h"

/* Settings of several lines: text, code, and values that are written as JSON. */
#define WEIR_TYPE_CODE_FIELD (weir_code_field_get_type ())
G_DECLARE_FINAL_TYPE (WeirCodeField, weir_code_field, WEIR, CODE_FIELD, WeirFieldEditor)

struct _WeirCodeField
{
  WeirFieldEditor parent_instance;

  GtkTextBuffer *buffer;   /* not owned: the row has it */
  GtkWidget     *view;     /* the same */
};

G_DEFINE_FINAL_TYPE (WeirCodeField, weir_code_field, WEIR_TYPE_FIELD_EDITOR)

static char *
dup_text (WeirCodeField *self)
{
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (self->buffer, &start, &end);
  return gtk_text_buffer_get_text (self->buffer, &start, &end, TRUE);
}

static void
changed_cb (WeirCodeField *self)
{
  WeirFieldEditor *editor = WEIR_FIELD_EDITOR (self);
  const WeirField *field = weir_field_editor_get_field (editor);
  g_autofree char *text = dup_text (self);
  g_autoptr(WeirValue) value = NULL;
  g_autoptr(GError) error = NULL;

  if (*text == '\0')
    value = NULL;
  else if (field->kind != WEIR_FIELD_KIND_VALUE)
    value = weir_value_new_text (text);
  else
    {
      value = weir_json_parse (text, -1, &error);
      if (value == NULL)
        {
          weir_field_editor_refuse (editor, error->message);
          return;
        }
    }
  weir_field_editor_store (editor, value);
}

static void
picked_cb (WeirCodeField *self,
           const char    *expression)
{
  GtkTextIter start, end;
  g_autofree char *text = NULL;

  gtk_text_buffer_get_bounds (self->buffer, &start, &end);
  text = gtk_text_iter_get_char (&start) == '=' ? g_strdup (expression) : g_strdup_printf ("{{ %s }}", expression);
  gtk_text_buffer_delete_selection (self->buffer, TRUE, TRUE);
  gtk_text_buffer_insert_at_cursor (self->buffer, text, -1);
  gtk_widget_child_focus (self->view, GTK_DIR_TAB_FORWARD);
}

static GtkWidget *
weir_code_field_make_row (WeirFieldEditor *editor)
{
  WeirCodeField *self = WEIR_CODE_FIELD (editor);
  const WeirField *field = weir_field_editor_get_field (editor);
  g_autofree char *title = weir_field_editor_dup_title (editor);
  GtkWidget *row = g_object_new (ADW_TYPE_PREFERENCES_ROW, "title", title, "use-markup", FALSE,
                                 "activatable", FALSE, "focusable", FALSE, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *top = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *label = gtk_label_new (title);
  GtkWidget *view = weir_code_view_new (field->kind == WEIR_FIELD_KIND_VALUE ? "json" : field->language, title, TRUE);
  GtkWidget *toggle = weir_field_editor_make_toggle (editor);

  gtk_widget_add_css_class (label, "caption");
  gtk_widget_add_css_class (label, "dimmed");
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_box_append (GTK_BOX (top), label);
  if (field->kind == WEIR_FIELD_KIND_TEXT && !field->raw)
    {
      GtkWidget *picker = weir_field_editor_make_picker (editor, NULL, FALSE);

      g_signal_connect_object (picker, "picked", G_CALLBACK (picked_cb), self, G_CONNECT_SWAPPED);
      gtk_box_append (GTK_BOX (top), picker);
    }
  if (toggle != NULL)
    gtk_box_append (GTK_BOX (top), toggle);
  gtk_box_append (GTK_BOX (box), top);
  gtk_box_append (GTK_BOX (box), view);
  gtk_widget_add_css_class (box, "code-field");
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);

  self->view = view;
  self->buffer = weir_code_view_get_buffer (view);
  g_signal_connect_object (self->buffer, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  return row;
}

static void
weir_code_field_show_value (WeirFieldEditor *editor,
                            WeirValue       *value)
{
  WeirCodeField *self = WEIR_CODE_FIELD (editor);
  const WeirField *field = weir_field_editor_get_field (editor);
  g_autofree char *before = dup_text (self);
  g_autofree char *text = NULL;

  if (weir_value_is_null (value))
    text = g_strdup ("");
  else if (field->kind != WEIR_FIELD_KIND_VALUE)
    text = weir_value_to_display (value, 0);
  else
    {
      g_autoptr(WeirValue) shown = weir_json_parse (before, -1, NULL);

      /* What is typed means the same: leave its spacing alone. */
      if (shown != NULL && weir_value_equal (shown, value))
        return;
      text = weir_json_write (value, 2, NULL);
    }

  if (!g_str_equal (text, before))
    gtk_text_buffer_set_text (self->buffer, text, -1);
}

static void
weir_code_field_class_init (WeirCodeFieldClass *klass)
{
  WEIR_FIELD_EDITOR_CLASS (klass)->make_row = weir_code_field_make_row;
  WEIR_FIELD_EDITOR_CLASS (klass)->show_value = weir_code_field_show_value;
}

static void
weir_code_field_init (WeirCodeField *self)
{
}
