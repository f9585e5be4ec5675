/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-store-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* A longer log is cut when the store is closed. */
#define WAL_LIMIT (8 * 1024 * 1024)
/* The log grows in steps of this size, written with zeros in advance. */
#define WAL_STEP (1024 * 1024)
/* A part of a removed run's pages at a time, so that a batch never waits long. */
#define SHRINK "PRAGMA incremental_vacuum (1000)"
/* A short-lived process should not pay for growing the log. */
#define WAL_PATIENCE 8
#define FULL_DISK "Cannot write to the full disk of "

static gboolean
fail_with_errno (GError **error, const char *verb, const char *path)
{
  int number = errno;

  g_set_error (error, WEIR_ERROR, WEIR_ERROR_STORE, "Cannot %s %s: %s", verb, path, g_strerror (number));
  return FALSE;
}

/* The file or folder is named that is there to be looked at: names that are made by chance would differ each time it is tried again. */
gboolean
weir_store_fail_full (const char *path, guint64 need, GError **error)
{
  g_autofree char *needed = g_format_size_full (need, G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *free_text = NULL;
  struct statvfs disk;

  if (statvfs (path, &disk) == 0)
    free_text = g_format_size_full ((guint64) disk.f_bavail * disk.f_frsize, G_FORMAT_SIZE_IEC_UNITS);
  if (need > 0)
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_STORE, FULL_DISK "%s: %s are needed, %s are free", path, needed,
                 free_text != NULL ? free_text : "?");
  else
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_STORE, FULL_DISK "%s: %s are free", path,
                 free_text != NULL ? free_text : "?");
  return FALSE;
}

gboolean
weir_store_says_full (const GError *error)
{
  return g_error_matches (error, WEIR_ERROR, WEIR_ERROR_STORE) && g_str_has_prefix (error->message, FULL_DISK);
}

gboolean
weir_store_is_damage (const char *message)
{
  return message != NULL && g_str_has_prefix (message, WEIR_STORE_DAMAGED);
}

/* Makes a folder that only its owner may enter, and its parents. One that is there already is closed to others as well, and gets no right
 * that its owner took away. */
gboolean
weir_store_make_dir (const char *path, GError **error)
{
  struct stat info;

  if (g_mkdir_with_parents (path, 0700) != 0)
    return fail_with_errno (error, "make the folder", path);
  if (stat (path, &info) == 0 && info.st_uid == getuid () && (info.st_mode & 077) != 0)
    chmod (path, info.st_mode & 0700);
  return TRUE;
}

/* After this, names added to the folder survive a power cut. */
gboolean
weir_store_sync_dir (const char *path, GError **error)
{
  int fd = g_open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  gboolean ok;

  if (fd < 0)
    return fail_with_errno (error, "open", path);
  ok = fsync (fd) == 0 || fail_with_errno (error, "sync", path);
  close (fd);
  return ok;
}

static gboolean
say_busy (int fd, const char *dir, GError **error)
{
  char text[32] = { 0 };
  gssize length = pread (fd, text, sizeof text - 1, 0);
  int pid = length > 0 ? atoi (text) : 0;

  if (pid > 0)
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_BUSY, "%s is in use by process %d", dir, pid);
  else
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_BUSY, "%s is in use by another process", dir);
  return FALSE;
}

/* Where nothing can be written, somebody who came in another way may have the folder all the same. */
static void
look_for_owner (const char *path, const char *dir, GError **error)
{
  int fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);

  if (fd < 0)
    return;
  if (flock (fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    {
      g_clear_error (error);
      say_busy (fd, dir, error);
    }
  close (fd);
}

/* Takes weir.lock of the folder for as long as the descriptor is open; -1 if somebody else has it. */
int
weir_store_lock (const char *dir, gboolean *was_killed, GError **error)
{
  g_autofree char *path = g_build_filename (dir, "weir.lock", NULL);
  char text[32];
  int length;
  int fd = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  if (fd < 0)
    {
      fail_with_errno (error, "open", path);
      look_for_owner (path, dir, error);
      return -1;
    }
  if (flock (fd, LOCK_EX | LOCK_NB) != 0)
    {
      if (errno == EWOULDBLOCK)
        say_busy (fd, dir, error);
      else
        fail_with_errno (error, "lock", path);
      close (fd);
      return -1;
    }
  *was_killed = pread (fd, text, 1, 0) == 1;
  /* On a full disk the pid may be missing; the lock holds all the same. */
  length = g_snprintf (text, sizeof text, "%d\n", (int) getpid ());
  if (ftruncate (fd, 0) != 0 || pwrite (fd, text, length, 0) != length)
    g_debug ("No process id in %s: %s", path, g_strerror (errno));
  return fd;
}

/* No pid is left behind: one that is found at the next opening tells of a process that was killed. */
void
weir_store_unlock (int fd)
{
  if (ftruncate (fd, 0) != 0)
    g_debug ("Could not empty weir.lock: %s", g_strerror (errno));
  close (fd);
}

static char *
dup_wal_path (WeirStore *self)
{
  return g_strconcat (self->database_path, "-wal", NULL);
}

static int
on_wal_written (void *data, sqlite3 *db, const char *name, int n_frames)
{
  WeirStore *self = data;

  self->wal_used = 32 + (gint64) n_frames * (4096 + 24);
  return SQLITE_OK;
}

/* Keeps the log as a file between openings, and follows how much of it is in use. */
void
weir_store_watch_wal (WeirStore *self)
{
  g_autofree char *path = dup_wal_path (self);
  struct stat info;
  int keep = 1;

  if (self->in_memory)
    return;
  sqlite3_file_control (self->writing->db, "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
  sqlite3_wal_hook (self->writing->db, on_wal_written, self);
  if (stat (path, &info) == 0)
    self->wal_size = self->wal_used = info.st_size;
}

/* A synced write into blocks that exist takes about half the time of one that makes the file longer, since the file
 * system has no metadata to commit. So zeros are written ahead of SQLite, which takes them for the end of the log.
 * Failing is harmless: SQLite will meet the same full disk by itself and say so. */
void
weir_store_grow_wal (WeirStore *self)
{
  g_autofree char *path = NULL;
  g_autofree char *zeros = NULL;
  struct stat info;
  int fd;

  if (self->in_memory || self->n_commits < WAL_PATIENCE || self->wal_used + WAL_STEP / 8 < self->wal_size)
    return;
  path = dup_wal_path (self);
  fd = g_open (path, O_WRONLY | O_CLOEXEC, 0);
  if (fd < 0)
    return;
  if (fstat (fd, &info) == 0)
    {
      gint64 end = MAX (self->wal_used, info.st_size);
      gint64 size = WAL_STEP - end % WAL_STEP;

      zeros = g_malloc0 (size);
      if (self->wal_used + WAL_STEP / 8 >= info.st_size && pwrite (fd, zeros, size, end) == size)
        self->wal_size = end + size;
      else
        self->wal_size = info.st_size;
    }
  close (fd);
}

/* What was removed is in the log as well. A reader may hold it for a moment; then it is tried again later. */
static void
empty_log (WeirStore *self)
{
  if (self->in_memory)
    {
      self->may_empty_log = FALSE;
      return;
    }
  sqlite3_busy_timeout (self->writing->db, 20);
  if (weir_store_checkpoint (self, SQLITE_CHECKPOINT_TRUNCATE))
    {
      self->may_empty_log = FALSE;
      self->wal_size = self->wal_used = 0;
    }
  sqlite3_busy_timeout (self->writing->db, 5000);
}

gboolean
weir_store_shrink (WeirStore *self)
{
  if (self->may_shrink)
    {
      self->may_shrink = sqlite3_exec (self->writing->db, SHRINK, NULL, NULL, NULL) == SQLITE_OK
                         && weir_sql_get_int (self->writing, "PRAGMA freelist_count", 0) > 0;
      if (self->may_shrink)
        return TRUE;
    }
  if (self->may_empty_log)
    empty_log (self);
  return FALSE;
}

/* Checkpoints, closes both connections, and leaves a log that the next opening need not read: its header is wiped
 * once everything in it is in the database. */
void
weir_store_close_database (WeirStore *self)
{
  g_autofree char *path = dup_wal_path (self);
  int n_frames = -1, n_copied = 0;
  int code = SQLITE_ERROR;

  g_clear_pointer (&self->reading, weir_sql_close);
  if (self->writing == NULL)
    return;
  if (!self->in_memory)
    code = sqlite3_wal_checkpoint_v2 (self->writing->db, NULL, SQLITE_CHECKPOINT_RESTART, &n_frames, &n_copied);
  g_clear_pointer (&self->writing, weir_sql_close);
  if (code == SQLITE_OK && n_frames == n_copied)
    {
      static const char wiped[32];
      int fd = g_open (path, O_WRONLY | O_CLOEXEC, 0);

      if (fd < 0)
        return;
      if (pwrite (fd, wiped, sizeof wiped, 0) != sizeof wiped
          || (self->wal_size > WAL_LIMIT && ftruncate (fd, WAL_LIMIT) != 0))
        g_debug ("Could not wipe %s: %s", path, g_strerror (errno));
      close (fd);
    }
}
