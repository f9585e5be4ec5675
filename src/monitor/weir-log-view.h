/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <weir.h>

G_BEGIN_DECLS

/**
 * WeirLogView:
 *
 * The log of a run: search in the database, level, the selected block only, follow, copy, export.
 */
#define WEIR_TYPE_LOG_VIEW (weir_log_view_get_type ())
G_DECLARE_FINAL_TYPE (WeirLogView, weir_log_view, WEIR, LOG_VIEW, GtkWidget)

void weir_log_view_set_view   (WeirLogView *self,
                               WeirEngine  *engine,
                               WeirRunView *view);
/* Path of the block that the filter "only this block" is about. */
void weir_log_view_set_block  (WeirLogView *self,
                               const char  *block_path);
/* Asks where to, and writes all lines that match as text. */
void weir_log_view_export     (WeirLogView *self);

G_END_DECLS
