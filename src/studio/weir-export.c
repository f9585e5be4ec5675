/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-export.h"

#include <glib/gi18n-lib.h>

char *
weir_export_workflow (WeirWorkflow *workflow,
                      const char   *path)
{
  guint n_left_out;
  g_autoptr(WeirWorkflow) shared = weir_workflow_copy_for_sharing (workflow, &n_left_out);
  g_autoptr(GError) error = NULL;

  if (path == NULL)
    return g_strdup (_("That place is not on this computer"));
  if (!weir_workflow_save_file (shared, path, &error))
    return g_strdup (error->message);
  if (n_left_out > 0)
    return g_strdup_printf (ngettext ("Exported to %s without %u secret", "Exported to %s without %u secrets", n_left_out),
                            path, n_left_out);
  return g_strdup_printf (_("Exported to %s"), path);
}
