/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Private to engine/workflow: how a list of changes is made. */

#include "weir-diff.h"
#include "weir-workflow-private.h"

G_BEGIN_DECLS

WeirChange *weir_change_new     (WeirSubject    subject,
                                 WeirChangeKind kind,
                                 gboolean       layout,
                                 const char    *before,
                                 const char    *after);
void        weir_change_set_container (WeirChange *self,
                                 const char    *path);
void        weir_change_set_title (WeirChange  *self,
                                 const char    *title);
void        weir_change_add_key (WeirChange    *self,
                                 const char    *key,
                                 WeirValue     *before,
                                 WeirValue     *after);

/* weir-diff-renames.c: @before with the blocks that have another id in @after called as there, and all that names them (transfer full);
 * the same workflow where there are none. @old_paths: path now → path before, for each block inside or below one that was renamed. */
WeirWorkflow *weir_diff_rename  (WeirWorkflow  *before,
                                 WeirWorkflow  *after,
                                 GHashTable    *old_paths);

G_END_DECLS
