/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-preferences.h"

#include <glib/gstdio.h>

static char *
get_path (void)
{
  return g_build_filename (g_get_user_config_dir (), "weir", "studio.conf", NULL);
}

static GKeyFile *
get_file (void)
{
  static GKeyFile *file;

  if (file == NULL)
    {
      g_autofree char *path = get_path ();

      file = g_key_file_new ();
      g_key_file_load_from_file (file, path, G_KEY_FILE_KEEP_COMMENTS, NULL);
    }
  return file;
}

char *
weir_preferences_get (const char *group,
                      const char *key)
{
  return g_key_file_get_string (get_file (), group, key, NULL);
}

void
weir_preferences_set (const char *group,
                      const char *key,
                      const char *value)
{
  g_autofree char *path = get_path (), *folder = g_path_get_dirname (path);
  g_autoptr(GError) error = NULL;

  if (value != NULL)
    g_key_file_set_string (get_file (), group, key, value);
  else
    g_key_file_remove_key (get_file (), group, key, NULL);
  g_mkdir_with_parents (folder, 0700);
  if (!g_key_file_save_to_file (get_file (), path, &error))
    g_message ("What you like is not kept: %s", error->message);
}

char **
weir_preferences_list (const char *group)
{
  char **keys = g_key_file_get_keys (get_file (), group, NULL, NULL);

  return keys != NULL ? keys : g_new0 (char *, 1);
}
