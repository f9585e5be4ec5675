/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Private to the effects on files. */

#include "weir-file-effect.h"

G_BEGIN_DECLS

/* A member of what was recorded before. (transfer none), NULL if there is none */
WeirValue *weir_file_effect_get      (const WeirEffect *effect, const char *key);
/* "a (before the run).txt", a name that nothing has. (transfer full) */
char      *weir_file_make_copy_name  (const char *path);

/* weir-file-move.c: effects that rename */
void       weir_file_move_explain    (const WeirEffect *effect, WeirDirection direction, WeirForesight *foresight, char **description,
                                      char **conflict, guint64 *size);
gboolean   weir_file_move_is_done    (const WeirEffect *effect, WeirDirection direction, WeirForesight *foresight);
void       weir_file_move_foresee    (const WeirEffect *effect, WeirDirection direction, WeirForesight *foresight);
gboolean   weir_file_move_apply      (WeirFileUndo *context, const WeirEffect *effect, WeirConflictChoice choice, char **note,
                                      GError **error);

G_END_DECLS
