/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Private to engine/workflow: which keys lead to a place of a text that somebody is just typing. It need not be YAML yet, so this goes by
 * indentation and brackets and never fails. */

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  GPtrArray *keys;     /* of char *, from the root down; "-" is an item of a list. Of a key that is just typed the last is not there yet */
  GArray    *lines;    /* of gsize: bytes, where the line of each key begins */
  gboolean   in_value; /* behind "key:" or "-" */
  gboolean   in_text;  /* in a text of several lines, or in a comment */
  gsize      start;    /* bytes: where the word or value at the place begins */
  gsize      line;     /* bytes: of the line */
  guint      indent;   /* of the line */
  gboolean   flow;     /* in brackets */
} WeirYamlCursor;

/* @offset: bytes. (transfer full) */
WeirYamlCursor *weir_yaml_cursor_new  (const char     *text,
                                       gsize           offset);
void            weir_yaml_cursor_free (WeirYamlCursor *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirYamlCursor, weir_yaml_cursor_free)

/* "move/to" if the keys lead to a block or into it, @n_keys of them to the block itself; NULL if not. (transfer full) */
char           *weir_yaml_cursor_dup_block (WeirYamlCursor *self,
                                            guint          *n_keys);

G_END_DECLS
