/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-store-private.h"

#include <glib/gstdio.h>
#include <string.h>

/* -1 on error: then nothing is removed. */
int
weir_store_is_referenced (WeirSql *sql, const char *hash)
{
  g_autoptr(WeirStatement) find = weir_sql_prepare (sql, "SELECT 1 FROM blob_ref WHERE hash = ?1 LIMIT 1", NULL);
  guint8 bytes[32];
  int code;

  if (find == NULL)
    return -1;
  weir_store_hash_to_bytes (hash, bytes);
  sqlite3_bind_blob (find, 1, bytes, sizeof bytes, SQLITE_STATIC);
  code = sqlite3_step (find);
  return code == SQLITE_ROW ? 1 : code == SQLITE_DONE ? 0 : -1;
}

static void
sweep_folder (WeirStore *self, const char *path)
{
  g_autoptr(GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (weir_store_is_hash (name))
        {
          if (weir_store_is_referenced (self->writing, name) == 0)
            g_unlink (child);
        }
      else if (g_str_has_prefix (name, ".new-"))
        g_unlink (child);
      else if (strlen (name) == 2)
        sweep_folder (self, child);
    }
}

/* Removes blobs that no row refers to, and halves of blobs: what a process that was killed had put but not referred
 * to yet. Before the threads begin. */
void
weir_store_sweep_blobs (WeirStore *self)
{
  sweep_folder (self, self->blobs_dir);
}

/* Removes blobs that were put since the store was opened and that no row came to refer to. After the threads have
 * ended. */
void
weir_store_drop_fresh_blobs (WeirStore *self)
{
  GHashTableIter iter;
  gpointer hash;

  g_hash_table_iter_init (&iter, self->fresh_blobs);
  while (g_hash_table_iter_next (&iter, &hash, NULL))
    {
      g_autofree char *path = weir_store_hash_to_path (self, hash);

      if (weir_store_is_referenced (self->writing, hash) == 0)
        g_unlink (path);
    }
}
