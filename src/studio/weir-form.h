/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <weir.h>

G_BEGIN_DECLS

/**
 * WeirForm:
 *
 * A group of rows made from what a step asks a person: records {name, type, label, initial, required, choices}. Whether what is
 * filled in fits, the step says; what it says is shown at the row that it is about.
 */
#define WEIR_TYPE_FORM (weir_form_get_type ())
G_DECLARE_FINAL_TYPE (WeirForm, weir_form, WEIR, FORM, AdwPreferencesGroup)

WeirForm  *weir_form_new          (void);
/* A field {name, type?, label?, initial?, required?, choices?, summary?}. */
void       weir_form_add          (WeirForm    *self,
                                   WeirValue   *field);
/* A value that may be changed, with a row that fits it. */
void       weir_form_add_value    (WeirForm    *self,
                                   const char  *name,
                                   WeirValue   *value);
/* A row for each member of a record that can be typed. */
void       weir_form_add_values   (WeirForm    *self,
                                   WeirValue   *record);
guint      weir_form_get_n_fields (WeirForm    *self);
/* A record of what is filled in, without what is as it was. (transfer full) */
WeirValue *weir_form_read         (WeirForm    *self);
/* The same, with what is not text in @record read as JSON. (transfer full) */
WeirValue *weir_form_read_like    (WeirForm    *self,
                                   WeirValue   *record);
/* "age: expected a whole number": shown at that row, which gets the keyboard. FALSE if it is about none. */
gboolean   weir_form_show_problem (WeirForm    *self,
                                   const char  *message);
/* The first row, for the keyboard; NULL if there is none. */
GtkWidget *weir_form_get_first    (WeirForm    *self);

G_END_DECLS
