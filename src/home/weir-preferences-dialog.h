/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <weir.h>

G_BEGIN_DECLS

/* The preferences of the program, a dialog to be presented: pages for performance and for what becomes of runs that were cut off. All
 * apply at once. (transfer floating) */
AdwDialog          *weir_preferences_dialog_new (WeirEngine *engine);

/**
 * WeirLimitsPage:
 *
 * The page Performance: how much of everything goes on at once. Follows what other programs change, and says what is in use.
 */
#define WEIR_TYPE_LIMITS_PAGE (weir_limits_page_get_type ())
G_DECLARE_FINAL_TYPE (WeirLimitsPage, weir_limits_page, WEIR, LIMITS_PAGE, AdwPreferencesPage)

GtkWidget          *weir_limits_page_new (WeirEngine *engine);

/**
 * WeirRecoveryPage:
 *
 * The page Recovery: whether runs that the end of the program cut off go on by themselves.
 */
#define WEIR_TYPE_RECOVERY_PAGE (weir_recovery_page_get_type ())
G_DECLARE_FINAL_TYPE (WeirRecoveryPage, weir_recovery_page, WEIR, RECOVERY_PAGE, AdwPreferencesPage)

GtkWidget          *weir_recovery_page_new (WeirEngine *engine);

/* What is wrong with what was typed, in the dialog that @page is in. */
void                weir_preferences_dialog_tell (GtkWidget    *page,
                                                  const GError *error);
/* {@name: @value}; @value is taken. (transfer full) */
WeirValue          *weir_preferences_dialog_wrap (const char   *name,
                                                  WeirValue    *value);

G_END_DECLS
