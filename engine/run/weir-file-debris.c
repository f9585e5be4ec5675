/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a write leaves when it is killed between giving the new content a name and putting it in its place. */

#include "weir-file-do.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MARK ".weir-"
#define N_DIGITS 6
/* The clock of file systems goes in steps. */
#define TICK_NS 10000000

/* `name.weir-12ab9f` → `name`. (transfer full), NULL for any other name */
static char *
get_name_of_debris (const char *name)
{
  gsize length = strlen (name);
  gsize tail = strlen (MARK) + N_DIGITS;

  if (length <= tail || strncmp (name + length - tail, MARK, strlen (MARK)) != 0
      || strspn (name + length - N_DIGITS, "0123456789abcdef") != N_DIGITS)
    return NULL;
  return g_strndup (name, length - tail);
}

static void
clean_folder (const char *folder, GHashTable *paths, GHashTable *times)
{
  g_autoptr(GDir) dir = g_dir_open (folder, 0, NULL);
  gint64 *time = times != NULL ? g_hash_table_lookup (times, folder) : NULL;
  gint64 now = 0, made = 0;
  const char *name;

  weir_file_get_time (folder, &now);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *target = get_name_of_debris (name);
      g_autofree char *of = target != NULL ? g_build_filename (folder, target, NULL) : NULL;
      g_autofree char *path = NULL;
      struct stat info;

      if (of == NULL || !g_hash_table_contains (paths, of))
        continue;
      path = g_build_filename (folder, name, NULL);
      if (lstat (path, &info) == 0 && (S_ISREG (info.st_mode) || S_ISLNK (info.st_mode)))
        {
          made = MAX (made, info.st_ctim.tv_sec * G_GINT64_CONSTANT (1000000000) + info.st_ctim.tv_nsec);
          unlink (path);
        }
    }
  /* nobody else was there since */
  if (made != 0 && time != NULL && ABS (now - made) < TICK_NS)
    weir_file_set_time (folder, *time);
}

/* Each folder is read once, however many of the paths are in it. */
void
weir_file_remove_debris (GPtrArray *paths, GHashTable *times)
{
  g_autoptr(GHashTable) wanted = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr(GHashTable) folders = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GHashTableIter iter;
  const char *folder;

  for (guint i = 0; i < paths->len; i++)
    {
      g_hash_table_add (wanted, paths->pdata[i]);
      g_hash_table_add (folders, g_path_get_dirname (paths->pdata[i]));
    }
  g_hash_table_iter_init (&iter, folders);
  while (g_hash_table_iter_next (&iter, (gpointer *) &folder, NULL))
    clean_folder (folder, wanted, times);
}
