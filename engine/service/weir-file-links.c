/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-file-links.h"

#include <errno.h>
#include <glib/gstdio.h>

static char *
make_store_path (const char *data_dir)
{
  return data_dir != NULL ? g_build_filename (data_dir, "files.ini", NULL)
                          : g_build_filename (g_get_user_data_dir (), "weir", "files.ini", NULL);
}

/* A group for each workflow; without the file nothing is linked. */
static GKeyFile *
load_store (const char *data_dir)
{
  g_autofree char *path = make_store_path (data_dir);
  GKeyFile *store = g_key_file_new ();

  g_key_file_load_from_file (store, path, G_KEY_FILE_NONE, NULL);
  return store;
}

static gboolean
save_store (GKeyFile *store, const char *data_dir, GError **error)
{
  g_autofree char *path = make_store_path (data_dir);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *data = NULL;
  gsize length;

  data = g_key_file_to_data (store, &length, NULL);
  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "%s cannot be made: %s", folder,
                   g_strerror (errno));
      return FALSE;
    }
  return g_file_set_contents_full (path, data, length, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
}

/**
 * weir_file_links_find:
 * @data_dir: (nullable): where the database is; %NULL: the standard place
 * @path: of a file
 *
 * Returns: (transfer full) (nullable): id of the workflow that came from the file last
 */
char *
weir_file_links_find (const char *data_dir, const char *path)
{
  g_autoptr(GKeyFile) store = load_store (data_dir);
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_auto(GStrv) workflows = g_key_file_get_groups (store, NULL);
  char *found = NULL;

  for (guint i = 0; workflows[i] != NULL; i++)
    {
      g_autofree char *other = g_key_file_get_string (store, workflows[i], "path", NULL);

      if (g_strcmp0 (other, absolute) == 0)
        {
          g_free (found);
          found = g_strdup (workflows[i]);
        }
    }
  return found;
}

/**
 * weir_file_links_look_up:
 * @data_dir: (nullable): where the database is; %NULL: the standard place
 * @workflow: id of a workflow
 * @path: (out) (transfer full): absolute path of its file
 * @seen: (out) (transfer full) (nullable): SHA-256 of what the file said
 *
 * Returns: whether it came from a file
 */
gboolean
weir_file_links_look_up (const char *data_dir, const char *workflow, char **path, char **seen)
{
  g_autoptr(GKeyFile) store = load_store (data_dir);

  *path = g_key_file_get_string (store, workflow, "path", NULL);
  *seen = *path != NULL ? g_key_file_get_string (store, workflow, "seen", NULL) : NULL;
  return *path != NULL;
}

/**
 * weir_file_links_remember:
 * @data_dir: (nullable): where the database is; %NULL: the standard place
 * @workflow: id of a workflow
 * @path: of its file
 * @text: what the file says
 * @error: set where it cannot be kept
 *
 * The workflow came from the file, or went there.
 *
 * Returns: whether it is kept
 */
gboolean
weir_file_links_remember (const char *data_dir, const char *workflow, const char *path, const char *text, GError **error)
{
  g_autoptr(GKeyFile) store = load_store (data_dir);
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *seen = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);

  /* the last group is the last that came from its file */
  g_key_file_remove_group (store, workflow, NULL);
  g_key_file_set_string (store, workflow, "path", absolute);
  g_key_file_set_string (store, workflow, "seen", seen);
  return save_store (store, data_dir, error);
}
