/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <weir-sdk.h>

G_BEGIN_DECLS

/* Forms: what a person is asked for, and whether an answer is that.
 *
 * A field is a record {name, type, label?, help?, required?, initial?, choices?, minimum?, maximum?, pattern?}. Types: text,
 * multiline, number, integer, switch, choice, multi, date, time, datetime, range, file, folder, colour, secret (the name of a credential). */

/* The members of a field's record, as the type of a setting. */
#define WEIR_FORM_FIELDS_TYPE \
  "list<record{name: text, type?: text, label?: text, help?: text, required?: bool, initial?: any, choices?: list<any>, " \
  "minimum?: number, maximum?: number, pattern?: text}>"

/* A sentence about what is wrong with the fields (transfer full), or NULL. */
char      *weir_form_find_problem (WeirValue  *fields);
/* The answer as a record with a value of its type for each field: what is given as text is read. What is not given is the initial value. A form of one
 * field also takes its value alone. Fails with input.invalid, saying what was expected. */
WeirValue *weir_form_read         (WeirValue  *fields,
                                   WeirValue  *answer,
                                   GError    **error);
/* One value as a type of field. */
WeirValue *weir_form_read_value   (WeirValue  *field,
                                   WeirValue  *value,
                                   GError    **error);
/* @value like @old is: text that says a number where there was one. */
WeirValue *weir_form_read_like    (WeirValue  *old,
                                   const char *name,
                                   WeirValue  *value,
                                   GError    **error);

G_END_DECLS
