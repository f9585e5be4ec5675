/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the world will look like once the effects that are undone first are undone: a plan must know it to tell whether the next can be. */

#include "weir-file-state.h"

G_BEGIN_DECLS

typedef struct _WeirForesight WeirForesight;
WeirForesight *weir_foresight_new  (void);
void           weir_foresight_free (WeirForesight *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirForesight, weir_foresight_free)

/* What will be at @path; @self NULL: what is there now. (transfer full) */
WeirValue     *weir_foresight_look (WeirForesight *self, const char *path);
/* Whether nothing will be in the folder at @path. */
gboolean       weir_foresight_is_empty (WeirForesight *self, const char *path);
void           weir_foresight_put  (WeirForesight *self, const char *path, WeirValue *state);
/* A folder moves, with all that is in it. */
void           weir_foresight_move (WeirForesight *self, const char *from, const char *to);

G_END_DECLS
