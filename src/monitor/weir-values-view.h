/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <weir.h>

G_BEGIN_DECLS

/**
 * WeirValuesView:
 *
 * What went in and out of the steps of one block, as a tree.
 */
#define WEIR_TYPE_VALUES_VIEW (weir_values_view_get_type ())
G_DECLARE_FINAL_TYPE (WeirValuesView, weir_values_view, WEIR, VALUES_VIEW, GtkWidget)

void weir_values_view_set_view  (WeirValuesView *self,
                                 WeirRunView    *view);
void weir_values_view_set_block (WeirValuesView *self,
                                 const char     *block_path);
/* Shows one step, by its index. */
void weir_values_view_show_step (WeirValuesView *self,
                                 guint           step);

G_END_DECLS
