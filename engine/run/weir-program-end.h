/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Private to the engine: how a program and what it started are made to end. */

#include "weir-program-tree.h"
#include "weir-run-private.h"

G_BEGIN_DECLS

typedef struct _WeirProgramEnd WeirProgramEnd;

/* They get SIGTERM now, and SIGKILL after the grace time if there are any left by then. (transfer full) */
WeirProgramEnd *weir_program_end_begin (pid_t           leader,
                                        const char     *mark,
                                        WeirClock      *clock,
                                        gint64          grace_ms);
/* Until none is left. Those that nobody but another user can end are left, and said. In a fiber. */
void            weir_program_end_wait  (WeirProgramEnd *self,
                                        WeirStep       *step);
void            weir_program_end_unref (WeirProgramEnd *self);

G_END_DECLS
