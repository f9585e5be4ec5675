/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <weir.h>

G_BEGIN_DECLS

/**
 * WeirKindPreview:
 *
 * What a block of a kind takes, gives and may touch, under the list that it is chosen from.
 */
#define WEIR_TYPE_KIND_PREVIEW (weir_kind_preview_get_type ())
G_DECLARE_FINAL_TYPE (WeirKindPreview, weir_kind_preview, WEIR, KIND_PREVIEW, AdwBin)

void weir_kind_preview_set_kind (WeirKindPreview     *self,
                                 const WeirBlockKind *kind);

G_END_DECLS
