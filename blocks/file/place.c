/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "place.h"

#include <string.h>
#include <sys/stat.h>

#include "paths.h"

const char *const weir_place_overwrite_ids[] = { "error", "skip", "replace", "rename", "newer", NULL };
const char *const weir_place_overwrite_titles[] = {
  N_("Fail"), N_("Leave the file where it is"), N_("Replace it"), N_("Keep both, under another name"),
  N_("Replace it if it is older"), NULL
};

/* What @to means for a file called like @from. (transfer full) */
char *
weir_place_make_target (WeirStep *step, const char *from, const char *to, GError **error)
{
  g_autofree char *path = weir_step_resolve_path (step, to, error);
  g_autofree char *name = g_path_get_basename (from);
  g_autofree char *inside = NULL;
  struct stat source, target;

  if (path == NULL)
    return NULL;
  inside = g_build_filename (path, name, NULL);
  if (g_str_has_suffix (to, "/"))
    return g_steal_pointer (&inside);
  if (stat (path, &target) != 0 || !S_ISDIR (target.st_mode))
    return g_steal_pointer (&path);
  /* Renaming a folder to itself in other letters is no move into itself. */
  if (lstat (from, &source) == 0 && source.st_ino == target.st_ino && source.st_dev == target.st_dev)
    return g_steal_pointer (&path);
  return g_steal_pointer (&inside);
}

static gboolean
is_newer (const char *path, const char *than)
{
  struct stat a, b;

  if (stat (path, &a) != 0 || stat (than, &b) != 0)
    return TRUE;
  return a.st_mtim.tv_sec != b.st_mtim.tv_sec ? a.st_mtim.tv_sec > b.st_mtim.tv_sec
                                              : a.st_mtim.tv_nsec > b.st_mtim.tv_nsec;
}

/* A free name; the one that an attempt before this one had chosen and perhaps begun with, if there was one. */
static char *
find_name (WeirStep *step, const char *type, const char *from, const char *wanted, GError **error)
{
  g_autoptr(WeirValue) chosen = NULL;

  if (weir_step_get_attempt (step) == 1)
    return weir_paths_make_free (wanted);
  chosen = dex_await_boxed (weir_step_find_target (step, type, from), error);
  if (chosen == NULL)
    return NULL;
  return weir_value_is_null (chosen) ? weir_paths_make_free (wanted) : g_strdup (weir_value_get_text (chosen, NULL));
}

/* Applies the policy @overwrite to the target @to (inout) of an effect of @type. In a fiber. */
gboolean
weir_place_choose (WeirStep *step, const char *type, const char *from, const char *overwrite, char **to, gboolean *replace,
                   gboolean *skip, GError **error)
{
  gboolean newer = g_str_equal (overwrite, "newer");

  *replace = newer || g_str_equal (overwrite, "replace");
  *skip = FALSE;
  if (!weir_paths_exists (*to))
    return TRUE;
  if (g_str_equal (overwrite, "skip") || (newer && !is_newer (from, *to)))
    *skip = TRUE;
  else if (g_str_equal (overwrite, "rename"))
    {
      char *name = find_name (step, type, from, *to, error);

      if (name == NULL)
        return FALSE;
      g_free (*to);
      *to = name;
    }
  return TRUE;
}
