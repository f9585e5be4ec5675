/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "weir-error.h"

G_BEGIN_DECLS

/* Writes a .tar.gz at @path for whoever is to help: versions, the machine, settings, schema and sizes of the database, how many runs of
 * which status, and the last lines of the log. Of workflows and values nothing is in it but what the log says;
 * secrets and the home folder are masked. Reads the folder
 * beside the process that has it open, and also where the database cannot be opened. @data_dir NULL: `$XDG_DATA_HOME/weir`. Blocks. */
WEIR_API gboolean weir_diagnose (const char  *data_dir,
                                 const char  *path,
                                 GError     **error);

G_END_DECLS
