/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtksourceview/gtksource.h>

#include "weir.h"

G_BEGIN_DECLS

/**
 * WeirYamlView:
 *
 * The text of a workflow with line numbers, and what is wrong with it in place: underlined, with a mark at the line and the message
 * behind it.
 */
#define WEIR_TYPE_YAML_VIEW (weir_yaml_view_get_type ())
G_DECLARE_FINAL_TYPE (WeirYamlView, weir_yaml_view, WEIR, YAML_VIEW, GtkSourceView)

GtkWidget   *weir_yaml_view_new           (void);
/* (transfer full) */
char        *weir_yaml_view_dup_text      (WeirYamlView *self);
/* Only what is different is put in place, so that cursor and scroll position stay. @undoable: it can be taken back like typing. */
void         weir_yaml_view_set_text      (WeirYamlView *self,
                                           const char   *text,
                                           gboolean      undoable);
/* Of WeirProblem, with lines of this text. */
void         weir_yaml_view_set_problems  (WeirYamlView *self,
                                           GListModel   *problems);
/* Those of the line, in one text. (transfer full) (nullable) */
char        *weir_yaml_view_dup_messages  (WeirYamlView *self,
                                           guint         line);
/* The first of the line; NULL for none. (transfer none) */
WeirProblem *weir_yaml_view_find_problem  (WeirYamlView *self,
                                           guint         line);
/* Bytes from the beginning of the text. */
gsize        weir_yaml_view_get_cursor    (WeirYamlView *self);
/* Puts the cursor there and scrolls to it. */
void         weir_yaml_view_set_cursor    (WeirYamlView *self,
                                           gsize         offset);
void         weir_yaml_view_go_to         (WeirYamlView *self,
                                           guint         line,
                                           guint         column);

G_END_DECLS
