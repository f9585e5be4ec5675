/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-fix-words.h"

#include <glib/gi18n.h>

static const char *
get_kind_title (const char *id)
{
  const WeirBlockKind *kind = weir_registry_find_kind (id);

  return kind != NULL ? _(kind->title) : id;
}

/**
 * weir_fix_dup_title:
 * @fix: a fix
 *
 * Returns: (transfer full): what a button says that does it, and the undo menu afterwards
 */
char *
weir_fix_dup_title (WeirFix *fix)
{
  const char *from = weir_fix_get_from (fix);
  const char *to = weir_fix_get_to (fix);

  switch (weir_fix_get_action (fix))
    {
    case WEIR_FIX_SET_PORT:
    case WEIR_FIX_SET_BLOCK:
      return g_strdup_printf (_("Link to “%s”"), to);
    case WEIR_FIX_ADD_LINK:
      /* Translators: a block and one of its outputs, "read.text" */
      return g_strdup_printf (_("Link From “%s”"), to);
    case WEIR_FIX_ADD_INSIDE:
      /* Translators: a block kind that is put into an empty container */
      return g_strdup_printf (_("Put “%s” Inside"), get_kind_title (to));
    case WEIR_FIX_REMOVE_BODY:
      return g_strdup (_("Remove What Is Inside"));
    case WEIR_FIX_REMOVE_DEFAULT:
      return g_strdup (_("Remove Default"));
    case WEIR_FIX_REMOVE_LINK:
      return g_strdup (_("Remove Link"));
    case WEIR_FIX_ADD_BETWEEN:
      /* Translators: a block kind that can stand between two ports */
      return g_strdup_printf (_("Put “%s” Between"), get_kind_title (to));
    case WEIR_FIX_RENAME_FIELD:
    case WEIR_FIX_SET_TEXT:
      return g_strdup_printf (_("Rename to “%s”"), to);
    case WEIR_FIX_REMOVE_FIELD:
      return g_strdup_printf (_("Remove “%s”"), from);
    case WEIR_FIX_SET_FIELD:
      return g_strdup_printf (_("Set to “%s”"), to);
    case WEIR_FIX_REMOVE_OUTPUT:
      return g_strdup (_("Remove Output"));
    case WEIR_FIX_REMOVE_JOIN:
      return g_strdup (_("Remove Join"));
    case WEIR_FIX_SET_KIND:
    case WEIR_FIX_SET_NAME:
    case WEIR_FIX_SET_OUTPUT:
    default:
      return g_strdup_printf (_("Use “%s”"), to);
    }
}
