/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-edit-name.h"

#include <stdio.h>

#include <glib/gi18n-lib.h>

/**
 * weir_edit_name_to_display:
 * @name: (nullable): name of an edit of a workflow
 *
 * Returns: (transfer full): what to show
 */
char *
weir_edit_name_to_display (const char *name)
{
  guint version;
  int end = 0;

  /* the translation of nothing is the head of the catalogue */
  if (name == NULL || *name == '\0')
    return g_strdup (_("Edit"));
  /* of one that was saved by another program */
  if (sscanf (name, "Version %u%n", &version, &end) == 1 && name[end] == '\0')
    return g_strdup_printf (_("Version %u"), version);
  return g_strdup (_(name));
}
