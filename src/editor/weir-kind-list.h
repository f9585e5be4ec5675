/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <weir.h>

#include "weir-command.h"

G_BEGIN_DECLS

/**
 * WeirKindList:
 *
 * A searchable list of block kinds: the core of library and palette. Signal `kind-activated (const char *kind)`: a row was
 * activated, or Enter was pressed in the search; `kind-selected (const char *kind)`: another one is chosen, or none (NULL);
 * `command-activated (WeirCommand)`.
 */
#define WEIR_TYPE_KIND_LIST (weir_kind_list_get_type ())
G_DECLARE_FINAL_TYPE (WeirKindList, weir_kind_list, WEIR, KIND_LIST, AdwBin)

GtkWidget *weir_kind_list_new          (void);
/* Only kinds that can be linked to a port of a block; NULL for all. */
void       weir_kind_list_set_partner  (WeirKindList *self,
                                        WeirBlock    *block,
                                        const char   *port);
void       weir_kind_list_set_commands (WeirKindList *self,
                                        GListModel   *commands);
void       weir_kind_list_set_query    (WeirKindList *self,
                                        const char   *query);
void       weir_kind_list_focus_search (WeirKindList *self);

G_END_DECLS
