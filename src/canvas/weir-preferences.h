/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a person likes about the window, kept in weir/studio.conf of the configuration folder. Main thread. */

/* NULL if nothing has been said. (transfer full) */
char *weir_preferences_get (const char *group, const char *key);
/* NULL forgets it. A disk that does not take it is no reason to stop: it holds until the window closes. */
void weir_preferences_set (const char *group, const char *key, const char *value);
/* The keys of a group; empty if there is none. (transfer full) */
char **weir_preferences_list (const char *group);

G_END_DECLS
