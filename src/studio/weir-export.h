/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <weir.h>

G_BEGIN_DECLS

/* Writes a workflow to be given away, as YAML or JSON by the name of the file, without secrets. Answers what to say of it: done, or
 * why not. (transfer full) */
char *weir_export_workflow (WeirWorkflow *workflow, const char *path);

G_END_DECLS
