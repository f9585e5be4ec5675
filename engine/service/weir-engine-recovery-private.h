/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Private to taking up runs: one (weir-engine-recovery.c), and all that there are (weir-engine-recover-all.c). */

#include "weir-engine-private.h"
#include "weir-run-state.h"

G_BEGIN_DECLS

/* Its journal from @next on; @next is moved behind it. (transfer full) */
WeirRunState *weir_recovery_fold   (WeirEngine   *self,
                                    WeirWorkflow *workflow,
                                    gint64        run,
                                    GPtrArray    *events,
                                    guint        *next,
                                    GError      **error);
/* Makes it a live run again, as far as @state has come. In a fiber. (transfer full) */
WeirRun      *weir_recovery_revive (WeirEngine   *self,
                                    WeirRunInfo  *info,
                                    WeirWorkflow *workflow,
                                    WeirRunState *state,
                                    GError      **error);
/* What answers when the database is only looked at; NULL: it is not. (transfer full) */
DexFuture    *weir_recovery_refuse (WeirEngine   *self);

G_END_DECLS
