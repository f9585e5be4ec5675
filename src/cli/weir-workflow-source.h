/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "weir-session.h"

G_BEGIN_DECLS

/* Whether the database must be asked for it. */
gboolean      weir_workflow_source_is_stored (const char  *source);
/* A workflow by what the command line says: a file, "demo:NAME", or a name or id of the database. @given: (out):
 * inputs that come with it, or NULL. NULL without @error when its problems have been printed. */
WeirWorkflow *weir_workflow_source_load    (WeirSession   *session,
                                            const char    *source,
                                            WeirValue    **given,
                                            GError       **error);
/* A version of a workflow of the database, 0 for the latest. */
WeirWorkflow *weir_workflow_source_load_version (WeirSession *session,
                                            const char    *name,
                                            guint          version,
                                            GError       **error);
/* Of a file alone; prints its problems. */
WeirWorkflow *weir_workflow_source_read    (const char    *path,
                                            GError       **error);
/* Everything that is wrong, when @error said that something is. Answers the exit code. */
int           weir_workflow_source_explain (WeirWorkflow  *workflow,
                                            const char    *source,
                                            const GError  *error);
/* On stderr, a line each. Answers how many are errors. */
guint         weir_problems_print          (GListModel    *problems,
                                            const char    *file_name);

G_END_DECLS
