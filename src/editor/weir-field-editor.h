/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <weir.h>

G_BEGIN_DECLS

/**
 * WeirFieldEditor:
 *
 * The form rows of one setting of one block, made from its descriptor: a row that fits the kind of field, a row for
 * an expression where that is possible, and a row that says what is wrong. Every change is an edit of the workflow.
 */
#define WEIR_TYPE_FIELD_EDITOR (weir_field_editor_get_type ())
G_DECLARE_DERIVABLE_TYPE (WeirFieldEditor, weir_field_editor, WEIR, FIELD_EDITOR, GObject)

struct _WeirFieldEditorClass
{
  GObjectClass parent_class;

  /* Makes the row (transfer floating). */
  GtkWidget *(*make_row)   (WeirFieldEditor *self);
  /* Shows a value; storing is off meanwhile. */
  void       (*show_value) (WeirFieldEditor *self,
                            WeirValue       *value);
};

WeirFieldEditor *weir_field_editor_new           (WeirWorkflow    *workflow,
                                                  WeirBlock       *block,
                                                  const WeirField *field);
const WeirField *weir_field_editor_get_field     (WeirFieldEditor *self);
/* Rows in the order in which they belong into a group. (transfer container) */
GPtrArray       *weir_field_editor_list_rows     (WeirFieldEditor *self);
void             weir_field_editor_refresh       (WeirFieldEditor *self);
/* Missing: only that it is empty and must not be, which the title of a row of text can say. */
void             weir_field_editor_set_problem   (WeirFieldEditor *self,
                                                  const char      *message,
                                                  gboolean         missing);
void             weir_field_editor_grab_focus    (WeirFieldEditor *self);

/* For the kinds of editor. */
WeirBlock       *weir_field_editor_get_block     (WeirFieldEditor *self);
char            *weir_field_editor_dup_title     (WeirFieldEditor *self);
void             weir_field_editor_store         (WeirFieldEditor *self,
                                                  WeirValue       *value);
/* What was typed cannot be stored; NULL takes it back. */
void             weir_field_editor_refuse        (WeirFieldEditor *self,
                                                  const char      *message);
/* The button that turns a typed field into an expression; NULL for fields that are text anyway. */
GtkWidget       *weir_field_editor_make_toggle   (WeirFieldEditor *self);
/* The button that lists what expressions can name. */
GtkWidget       *weir_field_editor_make_picker   (WeirFieldEditor *self,
                                                  GtkEditable     *editable,
                                                  gboolean         expression);

GType            weir_row_field_get_type         (void);
GType            weir_code_field_get_type        (void);
GType            weir_list_field_get_type        (void);

G_END_DECLS
