/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Private to the engine: what one program may use. */

#include <libdex.h>

G_BEGIN_DECLS

typedef struct
{
  gint64 memory; /* bytes; 0 of these: any */
  gint64 cpu_ms;
  gint64 open_files;
} WeirProgramLimits;

gboolean    weir_program_limits_any        (const WeirProgramLimits *self);
/* Resolves if systemd can be asked to hold the memory of a program and all that it starts; rejects if not. Looked at once. */
DexFuture  *weir_program_limits_find_scope (void);
/* The words to run in place of @argv; NULL with proc.not_found. @scope: by systemd. (transfer full) */
char      **weir_program_limits_apply      (const WeirProgramLimits *self,
                                            gboolean                 scope,
                                            char                   **argv,
                                            const char              *cwd,
                                            GError                 **error);
/* Which limit made the kernel end it: "memory", "cpu", or NULL. */
const char *weir_program_limits_explain    (const WeirProgramLimits *self,
                                            gboolean                 scope,
                                            int                      signal_number);

G_END_DECLS
