/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What an edit is called in the language of the person: its name is kept as the engine, or the window of then, gave it. (transfer full) */
char *weir_edit_name_to_display (const char *name);

G_END_DECLS
