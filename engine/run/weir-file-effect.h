/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Undoing and redoing effects on files. Everything here blocks and may be called from any thread.
 *
 * An effect has the state before (`before`) and after (`after`) it, of one path or of a tree. Undoing brings the path from the one to the
 * other; before it does, what is there is kept in `after.redo`, and redoing goes there. Moves and the trash rename instead. */

#include "weir-file-do.h"
#include "weir-foresight.h"

G_BEGIN_DECLS

typedef enum
{
  WEIR_DIRECTION_UNDO,
  WEIR_DIRECTION_REDO,
} WeirDirection;

typedef struct
{
  WeirStore    *store;
  WeirDirection direction;
  GHashTable   *times; /* set of gint64 *, ns: those that this run gave folders, of any path as folders are moved; any other is somebody else's */
  gint64        since; /* ns: times from then on were given by an undo that was cut off; 0: there was none */
  WeirFileSync *sync;
} WeirFileUndo;

gboolean   weir_file_effect_is_one    (const WeirEffect *effect);
/* What it would do, and what stands in its way. All (out, transfer full). @conflict NULL: nothing. @foresight (nullable). */
void       weir_file_effect_explain   (const WeirEffect *effect, WeirDirection direction, WeirForesight *foresight, char **description,
                                       char **conflict, guint64 *size);
/* Whether the world already is as it is to be. */
gboolean   weir_file_effect_is_done   (const WeirEffect *effect, WeirDirection direction, WeirForesight *foresight);
/* Whether it made a folder that is still there. */
gboolean   weir_file_effect_stays     (const WeirEffect *effect);
/* Removes what it left beside its files when it was cut off. */
void       weir_file_effect_clean     (const WeirEffect *effect);
/* Adds what it will leave. */
void       weir_file_effect_foresee   (const WeirEffect *effect, WeirDirection direction, WeirForesight *foresight);
/* The `after` of the effect with what is needed to redo it; NULL if nothing is (no @error) or on failure. (transfer full) */
WeirValue *weir_file_effect_keep      (WeirStore *store, const WeirEffect *effect, gint64 limit, GError **error);
/* @note (out, nullable): what was done otherwise than planned. */
gboolean   weir_file_effect_apply     (WeirFileUndo *context, const WeirEffect *effect, WeirConflictChoice choice, char **note,
                                       GError **error);
/* Its `after` once it was done again; NULL: as it was. (transfer full) */
WeirValue *weir_file_effect_after_redo (const WeirEffect *effect);
/* The paths it touches: text, (transfer full) */
GPtrArray *weir_file_effect_list_paths (const WeirEffect *effect);
/* Times of folders that the effect knows: adds them to @times. */
void       weir_file_effect_add_times (const WeirEffect *effect, GHashTable *times);

G_END_DECLS
