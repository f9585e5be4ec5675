/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-file-trash.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "weir-file-state.h"

/* A number of the mount that @path is on, -1 if there is no such path. Not the device: nothing can be renamed from one mount to another
 * of the same file system. */
static gint64
mount_of (const char *path)
{
  struct statx info;

  if (statx (AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_MNT_ID, &info) != 0)
    return -1;
  return (info.stx_mask & STATX_MNT_ID) != 0 ? (gint64) info.stx_mnt_id
                                             : (gint64) makedev (info.stx_dev_major, info.stx_dev_minor);
}

/* The topmost folder of the mount that @folder is on. */
static char *
find_top (const char *folder, gint64 mount)
{
  g_autofree char *top = g_strdup (folder);

  while (!g_str_equal (top, "/"))
    {
      g_autofree char *up = g_path_get_dirname (top);

      if (mount_of (up) != mount)
        break;
      g_free (top);
      top = g_steal_pointer (&up);
    }
  return g_steal_pointer (&top);
}

/* A folder that the administrator made for all is used only as the specification wants it: no link, and sticky. */
static char *
find_trash_of_top (const char *folder, gint64 mount)
{
  g_autofree char *top = find_top (folder, mount);
  g_autofree char *shared = g_build_filename (top, ".Trash", NULL);
  struct stat info;

  if (lstat (shared, &info) == 0 && S_ISDIR (info.st_mode) && (info.st_mode & S_ISVTX) != 0)
    return g_strdup_printf ("%s/%u", shared, (guint) getuid ());
  return g_strdup_printf ("%s/.Trash-%u", g_str_equal (top, "/") ? "" : top, (guint) getuid ());
}

static gboolean
make_folders (const char *trash)
{
  g_autofree char *files = g_build_filename (trash, "files", NULL);
  g_autofree char *info = g_build_filename (trash, "info", NULL);
  struct stat found;

  if (lstat (trash, &found) == 0 && (!S_ISDIR (found.st_mode) || found.st_uid != getuid ()))
    return FALSE;
  return g_mkdir_with_parents (files, 0700) == 0 && g_mkdir_with_parents (info, 0700) == 0;
}

static gboolean
is_taken (const char *path)
{
  struct stat info;

  return lstat (path, &info) == 0;
}

gboolean
weir_file_find_trash (const char *path, char **trashed, char **info)
{
  g_autofree char *trash = g_build_filename (g_get_user_data_dir (), "Trash", NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  gint64 mount = mount_of (folder);

  if (mount < 0)
    return FALSE;
  if (mount_of (g_get_user_data_dir ()) != mount)
    {
      g_free (trash);
      trash = find_trash_of_top (folder, mount);
    }
  /* what is in the trash cannot be put there */
  if (g_str_has_prefix (path, trash) || !make_folders (trash) || mount_of (trash) != mount)
    return FALSE;
  for (guint i = 1;; i++)
    {
      g_autofree char *number = i > 1 ? g_strdup_printf (".%u", i) : g_strdup ("");

      *trashed = g_strdup_printf ("%s/files/%s%s", trash, name, number);
      *info = g_strdup_printf ("%s/info/%s%s.trashinfo", trash, name, number);
      if (!is_taken (*trashed) && !is_taken (*info))
        return TRUE;
      g_clear_pointer (trashed, g_free);
      g_clear_pointer (info, g_free);
    }
}

gboolean
weir_file_write_trash_info (const char *info, const char *path, GError **error)
{
  g_autoptr(GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *date = g_date_time_format (now, "%Y-%m-%dT%H:%M:%S");
  g_autofree char *escaped = g_uri_escape_string (path, "/", FALSE);
  g_autofree char *text = g_strdup_printf ("[Trash Info]\nPath=%s\nDeletionDate=%s\n", escaped, date);
  gsize length = strlen (text);
  int fd = open (info, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  gboolean ok;

  if (fd < 0)
    return weir_file_fail (error, errno, "Could not write", info);
  ok = write (fd, text, length) == (gssize) length;
  close (fd);
  return ok || weir_file_fail (error, ENOSPC, "Could not write", info);
}
