/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <weir.h>

G_BEGIN_DECLS

/**
 * WeirVersionsPage:
 *
 * The saved versions of a workflow, newest first. Signal `version-activated (guint version)`: a person wants it back.
 */
#define WEIR_TYPE_VERSIONS_PAGE (weir_versions_page_get_type ())
G_DECLARE_FINAL_TYPE (WeirVersionsPage, weir_versions_page, WEIR, VERSIONS_PAGE, AdwBin)

void weir_versions_page_load (WeirVersionsPage *self,
                              WeirEngine       *engine,
                              const char       *workflow_id,
                              guint             present);

G_END_DECLS
