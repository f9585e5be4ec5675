/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdio.h>

G_BEGIN_DECLS

/* From here on what is printed on a terminal has no effect on it: what would is shown as \x1b. Pipes and files get what was written. */
void     weir_terminal_guard       (void);
/* Whether stdout is. */
gboolean weir_terminal_is_guarded  (void);
/* For what is meant to have one; else as stdout. */
FILE    *weir_terminal_get_stdout  (void);
/* As it is shown on a terminal. (transfer full) */
char    *weir_terminal_escape      (const char *text);
/* JSON of the same meaning that a terminal shows as it is. (transfer full) */
char    *weir_terminal_escape_json (const char *json);

G_END_DECLS
