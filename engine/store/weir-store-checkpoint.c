/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The write-ahead log of a store that is never idle. Copying some megabytes of it into the database file and syncing that takes as long as dozens of
 * commits, and whoever waits for a commit would wait for it too. So a thread of its own does it while the writer goes on; what comes into the log
 * meanwhile is little, and the writer copies that itself, after which the log begins anew. */

#include "weir-store-private.h"

/* Copied from this length on, and each time that it has grown by as much. */
#define WAL_LIMIT (8 * 1024 * 1024)
/* Somebody reads on and on, or the disk does not keep up: the log must not grow for ever, so the writer waits. */
#define WAL_MAX (3 * WAL_LIMIT)

/* What came in while the log was copied is copied as well, until it is as little as this, in pages, or that often. */
#define FEW_PAGES 64
#define MAX_ROUNDS 4

/* Copies the log into the database file. @mode: PASSIVE while in use, RESTART to begin the log anew. */
gboolean
weir_store_checkpoint (WeirStore *self, int mode)
{
  int n_frames = 0, n_copied = 0;
  int code = sqlite3_wal_checkpoint_v2 (self->writing->db, NULL, mode, &n_frames, &n_copied);

  if (code != SQLITE_OK)
    g_debug ("Checkpoint of %s: %s", self->database_path, sqlite3_errmsg (self->writing->db));
  return code == SQLITE_OK && n_frames == n_copied;
}

/* The writer has to stop for the rest, so that should be short. */
static void
copy_rounds (WeirSql *sql)
{
  int n_before = 0, n_pages = 0, n_copied = 0;

  for (guint i = 0; i < MAX_ROUNDS; i++)
    {
      n_before = n_copied;
      if (sqlite3_wal_checkpoint_v2 (sql->db, NULL, SQLITE_CHECKPOINT_PASSIVE, &n_pages, &n_copied) != SQLITE_OK
          || n_copied - n_before <= FEW_PAGES)
        break;
    }
}

static gpointer
copy_thread (gpointer data)
{
  WeirStore *self = data;
  g_autoptr(GError) error = NULL;
  WeirSql *sql = weir_sql_open (self->database_path, SQLITE_OPEN_READWRITE, &error);

  if (sql == NULL)
    g_debug ("Checkpoint of %s: %s", self->database_path, error->message);
  else
    {
      /* a connection knows of the log once it has read something */
      weir_sql_get_int (sql, "PRAGMA schema_version", 0);
      copy_rounds (sql);
      weir_sql_close (sql);
    }
  g_atomic_int_set (&self->log_copied, TRUE);
  return NULL;
}

/* Waits for the thread that copies, if there is one. */
void
weir_store_end_copying (WeirStore *self)
{
  g_clear_pointer (&self->copier, g_thread_join);
  g_atomic_int_set (&self->log_copied, FALSE);
}

/* After a commit. */
void
weir_store_tend_log (WeirStore *self)
{
  if (self->in_memory)
    return;
  if (self->copier != NULL && (g_atomic_int_get (&self->log_copied) || self->wal_used > WAL_MAX))
    {
      weir_store_end_copying (self);
      weir_store_checkpoint (self, SQLITE_CHECKPOINT_PASSIVE);
      self->wal_next = self->wal_used + WAL_LIMIT;
      return;
    }
  if (self->wal_used <= WAL_LIMIT)
    self->wal_next = 0;
  else if (self->copier == NULL && self->wal_used >= self->wal_next)
    self->copier = g_thread_new ("weir-checkpoint", copy_thread, self);
}

/* Nothing else is to do. */
void
weir_store_tend_idle_log (WeirStore *self)
{
  if (self->in_memory || self->wal_used == 0 || (self->copier != NULL && !g_atomic_int_get (&self->log_copied)))
    return;
  weir_store_end_copying (self);
  weir_store_checkpoint (self, SQLITE_CHECKPOINT_PASSIVE);
  self->wal_used = 0;
}
