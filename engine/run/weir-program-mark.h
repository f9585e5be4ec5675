/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <sys/resource.h>
#include <sys/types.h>

G_BEGIN_DECLS

/* Private to the engine: what a program and all that it starts have in common. */

/* Of the UUID of a step. */
guint64  weir_program_mark_make      (const char *uuid);
/* What this process starts has the mark until it is taken back, at once: main thread. FALSE where the limits do not allow it. */
gboolean weir_program_mark_lend      (guint64 mark, struct rlimit *before);
void     weir_program_mark_take_back (const struct rlimit *before);
/* Any thread. */
gboolean weir_program_mark_is_on     (guint64 mark, pid_t pid);

G_END_DECLS
