/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "paths.h"

#include <string.h>
#include <sys/stat.h>

/* Whether anything has this name, a broken link included. */
gboolean
weir_paths_exists (const char *path)
{
  struct stat info;

  return lstat (path, &info) == 0;
}

/* A name that nothing has, as file managers make it: "a (2).pdf"; @path itself if it is free. (transfer full) */
char *
weir_paths_make_free (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  const char *dot = strrchr (name, '.');
  g_autofree char *stem = dot != NULL && dot != name ? g_strndup (name, dot - name) : g_strdup (name);
  const char *extension = dot != NULL && dot != name ? dot : "";

  if (!weir_paths_exists (path))
    return g_strdup (path);
  for (guint i = 2;; i++)
    {
      g_autofree char *candidate = g_strdup_printf ("%s/%s (%u)%s", folder, stem, i, extension);

      if (!weir_paths_exists (candidate))
        return g_steal_pointer (&candidate);
    }
}
