/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <weir.h>

G_BEGIN_DECLS

/**
 * WeirSidebar:
 *
 * The workflows of the store, with a search. Signals: `workflow-chosen (const char *id)`; `loaded (guint n_workflows)` after each reading
 * of the store.
 */
#define WEIR_TYPE_SIDEBAR (weir_sidebar_get_type ())
G_DECLARE_FINAL_TYPE (WeirSidebar, weir_sidebar, WEIR, SIDEBAR, AdwBin)

void        weir_sidebar_set_engine   (WeirSidebar *self,
                                       WeirEngine  *engine);
void        weir_sidebar_reload       (WeirSidebar *self);
/* Marks a row without choosing it; NULL for none. */
void        weir_sidebar_mark         (WeirSidebar *self,
                                       const char  *id);
const char *weir_sidebar_find_name    (WeirSidebar *self,
                                       const char  *id);
/* The id of the workflow changed last; NULL if there is none. */
const char *weir_sidebar_get_first_id (WeirSidebar *self);
void        weir_sidebar_focus_search (WeirSidebar *self);

G_END_DECLS
