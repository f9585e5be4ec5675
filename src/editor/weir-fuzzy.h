/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

int weir_fuzzy_score (const char *query,
                      const char *title,
                      const char *others);

G_END_DECLS
