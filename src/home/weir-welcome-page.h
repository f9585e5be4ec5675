/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * WeirWelcomePage:
 *
 * What is shown while no workflow is open: the demos, each one click away. A demo is opened by the action `workflow.open-demo (s)`.
 */
#define WEIR_TYPE_WELCOME_PAGE (weir_welcome_page_get_type ())
G_DECLARE_FINAL_TYPE (WeirWelcomePage, weir_welcome_page, WEIR, WELCOME_PAGE, AdwBin)

/* Reads the demos the first time it is called. */
void weir_welcome_page_load (WeirWelcomePage *self);

G_END_DECLS
