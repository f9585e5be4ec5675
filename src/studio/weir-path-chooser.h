/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* A button behind an entry for a path, that chooses one. */
void weir_path_chooser_add (AdwEntryRow *row,
                            gboolean     folder);

G_END_DECLS
