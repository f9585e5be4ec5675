/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "weir-engine.h"

G_BEGIN_DECLS

/* What a run did and why it failed, as Markdown for whoever is to help: the first failing block, the class of its error, its inputs, the
 * last lines of the log, what took effect already, and what can be done. Secrets and the home folder are left out. Resolves to text;
 * rejects with WEIR_ERROR_NOT_FOUND. */
WEIR_API DexFuture *weir_engine_report_run (WeirEngine *self,
                                            gint64      run) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
