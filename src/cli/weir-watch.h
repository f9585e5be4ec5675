/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "weir-session.h"

G_BEGIN_DECLS

/* Shows a run to its end. Of what happened up to @after_seq it only keeps account. @leave: also ends when the run only waits; then it is
 * left to be taken up. Answers the exit code. */
int     weir_watch_run           (WeirSession *session,
                                  gint64       run,
                                  guint64      after_seq,
                                  gboolean     leave);
/* The number of the last event of a run. */
guint64 weir_watch_get_last_seq  (WeirSession *session,
                                  gint64       run);
/* Closes once what others started here has ended. Answers the exit code, at least @code. */
int     weir_watch_close_session (WeirSession *session,
                                  int          code);

G_END_DECLS
