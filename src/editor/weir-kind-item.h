/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>
#include <weir.h>

#include "weir-command.h"

G_BEGIN_DECLS

/**
 * WeirKindItem:
 *
 * A block kind, or a command, in a list of library or palette, with how well it fits the search.
 */
#define WEIR_TYPE_KIND_ITEM (weir_kind_item_get_type ())
G_DECLARE_FINAL_TYPE (WeirKindItem, weir_kind_item, WEIR, KIND_ITEM, GObject)

WeirKindItem        *weir_kind_item_new          (const WeirBlockKind *kind);
WeirKindItem        *weir_kind_item_new_for_command (WeirCommand      *command);
/* NULL: it is a command */
const WeirBlockKind *weir_kind_item_get_kind     (WeirKindItem        *self);
/* NULL: it is a kind */
WeirCommand         *weir_kind_item_get_command  (WeirKindItem        *self);
const char          *weir_kind_item_get_title    (WeirKindItem        *self);
const char          *weir_kind_item_get_category (WeirKindItem        *self);
/* Its family, or a group of its own for what is pinned or used often. */
const char          *weir_kind_item_get_section  (WeirKindItem        *self);
/* Pinned first, then used often, then the families. */
int                  weir_kind_item_get_rank     (WeirKindItem        *self);
gboolean             weir_kind_item_get_pinned   (WeirKindItem        *self);
void                 weir_kind_item_set_pinned   (WeirKindItem        *self,
                                                  gboolean             pinned);
guint                weir_kind_item_get_n_used   (WeirKindItem        *self);
/* It has been put on a canvas once more. */
void                 weir_kind_item_note_use     (WeirKindItem        *self);
int                  weir_kind_item_get_score    (WeirKindItem        *self);
void                 weir_kind_item_search       (WeirKindItem        *self,
                                                  const char          *query);
/* All kinds that can be placed, in a new list. (transfer full) */
GListStore          *weir_kind_item_list_all     (void);
const char          *weir_kind_get_icon_name     (const WeirBlockKind *kind);
GtkWidget           *weir_kind_make_icon         (const WeirBlockKind *kind,
                                                  int                  size);
/* The family's style class: "family-file". (transfer full) */
char                *weir_kind_dup_family_class  (const WeirBlockKind *kind);

G_END_DECLS
